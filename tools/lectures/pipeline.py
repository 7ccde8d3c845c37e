"""The pipeline: notebooks/text/*.md (MyST, edited) -> notebooks/*.ipynb (executed, with outputs).

    python -m lectures.pipeline build [NAME ...]    execute the sources and store what they give
    python -m lectures.pipeline check [NAME ...]    execute again: do the stored notebooks say the same?

NAME is a lecture's file name or its beginning, such as 01; all of them when left out.
A build in the locked environment gives the same bytes each time: no dates, cell ids kept from the stored notebook (or
made from the cell's text), widget ids renamed in the order in which they appear. What answers a prediction is stored
folded, so that nobody reads the answer first.

A cell with the tag `nbval-ignore-output` shows what was measured: times, peaks of memory. Its output is another one in
each run, so nobody compares it, and a build in which nothing else has changed leaves the stored notebook alone.
"""

import base64
import hashlib
import io
import json
import os
import re
import sys
from collections import Counter, defaultdict
from copy import deepcopy
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

from gdlib.words import say
from lectures.exercises import METADATA, chosen, first_lines, metadata

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
WIDGETS = "application/vnd.jupyter.widget-state+json"
MEASURED = "nbval-ignore-output"
PLUMBING = "plumbing"  # code that may be skipped in reading
ASKING = rf"\*\*({re.escape(say('Predict.'))}|{re.escape(say('Decide.'))})\*\*"  # what a question in a text begins with
FORM = r"explore\.(predict|sketch)\("  # a cell that asks
TITLES = (
    f"# {say('The answer: run this cell')}\n",
    f"# {say('A prediction: run this cell')}\n",
    first_lines(),
)  # first lines of folded code


def lectures(names=()):
    """The sources whose file name begins with one of `names`; all when there are none."""
    return chosen(sorted((NOTEBOOKS / "text").glob("*.md")), names, "lecture in notebooks/text")


def stored(source):
    """The notebook that belongs to a source, text/NAME.md: NAME.ipynb in the folder above."""
    return Path(source).parents[1] / f"{Path(source).stem}.ipynb"


def read_source(source, previous=None):
    """A MyST source as a notebook without outputs; a cell that stands in the `previous` one keeps its id."""
    notebook = jupytext.read(source)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(metadata())
    hide_answers(notebook)
    kept, seen = defaultdict(list), Counter()
    for cell in previous.cells if previous else ():
        kept[cell.source].append(cell.id)
    for cell in notebook.cells:
        seen[cell.source] += 1
        made = hashlib.sha256(f"{seen[cell.source]} {cell.source}".encode()).hexdigest()[:8]
        cell.id = kept[cell.source].pop(0) if kept[cell.source] else made
    return notebook


def asks(cell):
    """Is a cell a question: a text that ends in a quotation with one of ASKING, or a form?"""
    if cell.cell_type == "code":
        return re.search(FORM, cell.source) is not None
    return re.search(rf"^>.*{ASKING}.*\n?(?:>.*\n?)*\Z", cell.source, re.M) is not None


def stretches(notebook):
    """The questions of a lecture: [(the cell that asks, the code cells behind it up to the next text or question)]."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" or asks(cell):
            found.append((cell, []))
        elif found:
            found[-1][1].append(cell)
    return [stretch for stretch in found if asks(stretch[0])]


def answers(cell):
    """Is a code cell behind a question folded whole? Not an explorer, and not what the source says to show."""
    return not cell.source.startswith("explore.") and not {"open", PLUMBING} & set(cell.metadata.get("tags", ()))


def hide_answers(notebook):
    """Fold what answers a question, code and output, and the code of predictions and of plumbing, imports among it.

    JupyterLab shows the first line of folded code: that of an answer or a prediction is made to say what it is.
    nbclassic knows `collapsed`, of outputs, and Colab `cellView`, of code.
    """
    folded = [cell for _, behind in stretches(notebook) for cell in behind if answers(cell)]
    for cell in notebook.cells:
        answer, prediction = cell in folded, cell.cell_type == "code" and asks(cell)
        if answer or prediction or PLUMBING in cell.metadata.get("tags", ()):
            hidden = {"source_hidden": True} | ({"outputs_hidden": True} if answer else {})
            cell.metadata |= {"jupyter": hidden, "cellView": "form"} | ({"collapsed": True} if answer else {})
            imports = re.search(r"^import gdlib$", cell.source, re.M) is not None
            cell.source = TITLES[0] * answer + TITLES[1] * prediction + first_lines() * imports + cell.source


def execute(notebook, folder=NOTEBOOKS):
    """Run every cell in a fresh kernel in `folder`; outputs and widget state go into the notebook."""
    # sets print in one order, and predictions are scored without a kernel too
    environment = {**os.environ, "PYTHONHASHSEED": "0", "GDLIB_STORE_ANSWERS": "1"}
    how = {"timeout": 600, "record_timing": False, "coalesce_streams": True}  # a stream comes in pieces, by chance
    NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}, **how).execute(env=environment)
    notebook.metadata.language_info = nbformat.from_dict(METADATA["language_info"])
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                raise SystemExit(f"a cell warns or writes to stderr:\n{cell.source}\n\n{output.text}")
    return stable_widgets(notebook)


def stable_widgets(notebook):
    """Rename the widgets' random ids in the order in which they were made; of a layout keep what was chosen. Layouts and
    styles that are equal stand once: nobody changes them in a page."""
    state = notebook.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {})
    same = {}  # the ids of what is equal
    for name, model in state.items():
        if model["model_name"] == "LayoutModel":
            model["state"] = {part: value for part, value in model["state"].items() if value is not None}
        look = model["model_name"].endswith(("LayoutModel", "StyleModel"))
        same.setdefault(json.dumps(model) if look else name, []).append(name)
    for name in (name for names in same.values() for name in names[1:]):
        del state[name]
    text = json.dumps(notebook)
    for n, names in enumerate(same.values()):
        for name in names:
            text = text.replace(name, hashlib.sha256(f"widget {n}".encode()).hexdigest()[:32])
    return nbformat.from_dict(json.loads(text))


def build(source):
    """Execute a source into its notebook; True where the file changed."""
    target = stored(source)
    previous = nbformat.read(target, as_version=4) if target.exists() else None
    fresh = execute(read_source(source, previous))
    if previous is not None and settled(previous) == settled(fresh):
        return False
    target.write_text(nbformat.writes(fresh) + "\n", "utf-8")
    return True


def measured(cell):
    """Does a cell show what was measured, another output in each run?"""
    return MEASURED in cell.metadata.get("tags", ())


def settled(notebook):
    """A copy without the outputs of the cells that measure."""
    notebook = deepcopy(notebook)
    for cell in notebook.cells:
        if measured(cell):
            cell.outputs = []
    return notebook


def differences(ours, fresh):
    """What a fresh run gives that the stored notebook does not hold, one line each.

    Everything is compared to the letter but pictures, which may differ by what another processor's rounding does to a
    pixel, and outputs that were measured.
    """
    ours, fresh = settled(ours), settled(fresh)
    if len(ours.cells) != len(fresh.cells):
        return [f"{len(ours.cells)} cells are stored, the source has {len(fresh.cells)}"]
    found = []
    for n, (a, b) in enumerate(zip(ours.cells, fresh.cells, strict=True)):
        first = b.source.partition("\n")[0][:60]
        ours_drawn, fresh_drawn = taken_out(a), taken_out(b)
        if a != b or len(ours_drawn) != len(fresh_drawn):
            found.append(f"cell {n} differs: {first}")
        elif not all(map(same_picture, ours_drawn, fresh_drawn)):
            found.append(f"cell {n} draws another picture: {first}")
    if rounded(ours.metadata) != rounded(fresh.metadata):
        found.append("the metadata differ: the widgets' saved state, or the kernel")
    return found


def taken_out(cell):
    """The PNGs of a cell's outputs, which lose them, as base64 text."""
    shown = (output.get("data", {}) for output in cell.get("outputs", ()))
    return [data.pop("image/png") for data in shown if "image/png" in data]


def same_picture(a, b):
    """Are two PNGs of one size, and equal but for a hundredth of the brightness on average?"""
    import matplotlib.image as image
    import numpy as np

    if a == b:
        return True
    a, b = (image.imread(io.BytesIO(base64.b64decode(p)), format="png") for p in (a, b))
    return a.shape == b.shape and float(np.abs(a - b).mean()) < 0.01


def rounded(metadata):
    """Metadata without the widgets' binary buffers, which hold data and pictures."""
    metadata = deepcopy(metadata)
    for model in metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {}).values():
        for buffer in model.get("buffers", ()):
            buffer["data"] = len(buffer["data"])
    return metadata


def check(source):
    """The `differences` between a stored notebook and a fresh run of its source."""
    if not stored(source).exists():
        return [f"{stored(source).name} is missing: make notebooks"]
    ours = nbformat.read(stored(source), as_version=4)
    return differences(ours, execute(read_source(source, ours)))


def main(arguments):
    if not arguments or arguments[0] not in ("build", "check"):
        raise SystemExit(__doc__)
    found = []
    for source in lectures(arguments[1:]):
        if arguments[0] == "build":
            words = "changed" if build(source) else "as before"
        else:
            found += (here := check(source))
            words = "\n  ".join(["differs", *here]) if here else "current"
        print(f"{stored(source).name}: {words}", flush=True)
    if found:
        raise SystemExit("make notebooks, look at what changed, and commit it")


if __name__ == "__main__":
    main(sys.argv[1:])
