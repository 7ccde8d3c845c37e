"""The course as a web site of plain files, alive without a kernel: build/site.

    python tools/site.py build

Stages a source tree in build/site-source that keeps the repository's layout (docs/site/index.md and its neighbours
move to the root) and runs Sphinx over it, warnings as errors. Nothing is executed: the stored outputs are shown.
What is already in build/slides and build/site/lite is linked from the lectures.

(Never put this folder on PYTHONPATH: Python itself imports a module named site.)
"""

import os
import posixpath
import re
import shutil
import sys
import time
from html import escape
from pathlib import Path

import nbformat
from web import ROOT, SCRIPTS, WIDGET_VIEW, copy, excerpt, notebooks

BUILD = ROOT / "build"
SOURCE, SITE, SLIDES = BUILD / "site-source", BUILD / "site", BUILD / "slides"
FOLDERS = ("notebooks", "exercises")
MARKDOWN = (
    "CONTRIBUTING.md",
    "docs/lite/README.md",
    "bench/results.md",
    "exercises/README.md",
    "notebooks/data/README.md",
)
LINK = re.compile(r"(?<=\]\()(?![\w+]+:|[#/])([^)\s#]+)(?=(?:#[^)\s]*)?\))")
# In a page: the explorer of the cell that begins so, taken from a stored notebook.
LIVE = r"^<!-- live: (\S+) (.+) -->$"


def pages():
    """The Markdown files that become pages: {path in the repository: path in the staged tree}."""
    own = {path.relative_to(ROOT): Path(path.name) for path in (ROOT / "docs" / "site").glob("*.md")}
    guide = (path.relative_to(ROOT) for path in (ROOT / "docs" / "teaching").rglob("*.md"))
    return own | {path: path for path in (*map(Path, MARKDOWN), *guide)}


def outside_code(change, text):
    """`change` applied to the parts of a Markdown text that are not code."""
    parts = re.split(r"(^```.*?^```|`[^`\n]+`)", text, flags=re.M | re.S)
    return "".join(part if n % 2 else change(part) for n, part in enumerate(parts))


def relinked(text, old, new, moved, needed):
    """A Markdown text with its relative links as they must be in the staged tree; one to a mere folder becomes text.

    Parameters
    ----------
    old, new : path of the file in the repository, and in the staged tree
    moved : {path in the repository: path in the staged tree} of the pages
    needed : set, to which the files that are linked and are no pages are added: the site offers them as downloads
    """

    def found(address):
        return Path(posixpath.normpath(posixpath.join(Path(old).parent.as_posix(), address)))

    def unlink(match):
        folder = ROOT / found(match[2])
        return match[1] if folder.is_dir() and not (folder / "README.md").exists() else match[0]

    def change(match):
        target = found(match[1])
        if (ROOT / target / "README.md").exists():
            target /= "README.md"
        if target not in moved and target.suffix != ".ipynb":
            needed.add(target)
        place = posixpath.relpath(moved.get(target, target).as_posix(), Path(new).parent.as_posix())
        return f"path:{place}" if target in needed else place  # MyST: a download

    text = re.sub(r"\[([^][]+)\]\(([^():#\s]+)\)", unlink, text)
    return outside_code(lambda part: LINK.sub(change, part), text)


def open_in(path, repository, with_slides, with_lite):
    """Links to what else can be done with a notebook, as HTML."""
    name = path.stem
    links = [(f"{name}.ipynb", "Download the notebook", " download")]
    if with_slides:
        links.append((f"../slides/{name}.html", "Slides", ""))
    if with_lite:
        links.append((f"../lite/lab/index.html?path={path.as_posix()}", "Run it in the browser (JupyterLite)", ""))
    if repository:
        links.append((f"https://mybinder.org/v2/gh/{repository}/HEAD?labpath={path.as_posix()}", "Open in Binder", ""))
        links.append(
            (f"https://colab.research.google.com/github/{repository}/blob/main/{path.as_posix()}", "Open in Colab", "")
        )
        links.append(("../docs/teaching/README.html#colab", "(what Colab needs first)", ""))
    items = "".join(f'<li><a href="{address}"{extra}>{words}</a></li>' for address, words, extra in links)
    return f'<ul class="gd-open">{items}</ul>'


def for_the_site(notebook, links):
    """A stored notebook as MyST-NB must have it.

    What JupyterLab shows folded is folded here; each picture keeps its alternative text; where a widget has a
    picture of itself, the picture stands before it until the widget is drawn, and where it has none, its text.
    """
    notebook = copy(notebook)
    title, _, rest = notebook.cells[0].source.partition("\n")
    notebook.cells[0].source = f"{title}\n\n{links}\n{rest}"
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        folded = cell.metadata.pop("jupyter", {})
        ours = cell.metadata.setdefault("mystnb", nbformat.from_dict({}))
        tags = cell.metadata.setdefault("tags", [])
        if folded.get("outputs_hidden"):
            tags.append("hide-output")
            ours.update(code_prompt_show="Show the answer", code_prompt_hide="Hide the answer")
        if folded.get("source_hidden"):
            tags.append("hide-input")
            ours.update(code_prompt_show="Show the code", code_prompt_hide="Hide the code")
        alts = [o.metadata["image/png"]["alt"] for o in cell.outputs if "image/png" in o.get("data", {})]
        if len(alts) > 1:
            raise SystemExit(f"MyST-NB gives the pictures of one cell one alternative text: {cell.source}")
        if alts:
            ours.image = {"alt": alts[0]}
        cell.outputs = [part for output in cell.outputs for part in taken_apart(output)]
        if alts and len(cell.outputs) > 1:
            ours.image.classes = "gd-still"
    return notebook


def taken_apart(output):
    """A widget's output as two: what stands for it until it is drawn, and the widget."""
    data = output.get("data", {})
    if WIDGET_VIEW not in data:
        return [output]
    if "image/png" in data:
        still = {"image/png": data["image/png"]}
    else:
        still = {"text/html": f'<p class="gd-still">{escape(data["text/plain"])}</p>'}
    return [
        nbformat.v4.new_output("display_data", still, metadata=output.metadata),
        nbformat.v4.new_output("display_data", {WIDGET_VIEW: data[WIDGET_VIEW]}),
    ]


def stage():
    """Write the source tree."""
    repository = os.environ.get("GDLIB_REPOSITORY", "")
    shutil.rmtree(SOURCE, ignore_errors=True)
    moved, needed = pages(), set()
    books = {path: book for folder in FOLDERS for path, book in notebooks(folder).items()}

    def write(path, text):
        (SOURCE / path).parent.mkdir(parents=True, exist_ok=True)
        (SOURCE / path).write_text(text, "utf-8")

    for path, book in books.items():
        lecture = path.parts[0] == "notebooks"
        links = open_in(
            path,
            repository,
            with_slides=lecture and (SLIDES / f"{path.stem}.html").exists(),
            with_lite=(SITE / "lite" / "lab" / "index.html").exists(),
        )
        ready = for_the_site(book, links)
        for cell in ready.cells:
            if cell.cell_type == "markdown":
                cell.source = relinked(cell.source, path, path, moved, needed)
        write(path, nbformat.writes(ready))
    for old, new in moved.items():
        text = (ROOT / old).read_text("utf-8")
        text = re.sub(LIVE, lambda m: excerpt(books[Path(m[1])], m[2]), text, flags=re.M)
        write(new, relinked(text, old, new, moved, needed))
    for path in needed:
        (SOURCE / path).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / path).is_file():
            shutil.copy(ROOT / path, SOURCE / path)
    return books


def build():
    """build/site, anew; what else lies in it (lite) stays. Seconds it took."""
    from sphinx.cmd.build import build_main  # the extra "site"; the rest of this file does without

    start = time.perf_counter()
    for old in SITE.glob("*"):
        if old.name != "lite":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    books = stage()
    for left in ("site-doctrees", "jupyter_execute"):
        shutil.rmtree(BUILD / left, ignore_errors=True)
    flags = ["-j", "2", "-q", "-W", "--keep-going", "-E"]
    paths = ["-c", ROOT / "docs" / "site", "-d", BUILD / "site-doctrees", SOURCE, SITE]
    failed = build_main([*flags, *map(str, paths)])
    for name, file in SCRIPTS.items():
        shutil.copy(file, SITE / "_static" / name)
    shutil.copy(ROOT / "docs" / "site" / "math.js", SITE / "_static" / "math.js")
    for path in books:
        shutil.copy(ROOT / path, SITE / path)
    if SLIDES.exists():
        shutil.copytree(SLIDES, SITE / "slides", dirs_exist_ok=True)
    (SITE / ".nojekyll").touch()  # GitHub Pages: folders that begin with _ are served too
    if failed:
        raise SystemExit("Sphinx warned (above): the site must not be published")
    return time.perf_counter() - start


def main(arguments):
    if arguments != ["build"]:
        raise SystemExit(__doc__)
    print(f"build/site/index.html, in {build():.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
