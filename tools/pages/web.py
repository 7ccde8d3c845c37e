"""What the site and the decks have in common: a stored notebook made ready for a page, and what a page loads.

No page asks another host: the browser's libraries come from npm, pinned in docs/package-lock.json, and
anywidget's own module from its wheel, so that the explorers of a page and of JupyterLab run the same code.
"""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat

from lectures.pipeline import TITLES

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "docs" / "node_modules"

# The name on the page -> the file. anywidget.js is an AMD module, which the widget manager asks require.js for.
SCRIPTS = {
    "require.js": MODULES / "requirejs" / "require.js",
    "embed-amd.js": MODULES / "@jupyter-widgets" / "html-manager" / "dist" / "embed-amd.js",
    "anywidget.js": Path(sys.prefix) / "share" / "jupyter" / "nbextensions" / "anywidget" / "index.js",
    "mathjax.js": MODULES / "mathjax" / "es5" / "tex-svg-full.js",
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
LINKS = ("LinkModel", "DirectionalLinkModel")
# {a heading: the English one}, where the course is in another language: tools/translation/edition.py
ENGLISH = ROOT / "locale" / "headings.json"
ENGLISH = json.loads(ENGLISH.read_text("utf-8")) if ENGLISH.exists() else {}


def address_of(heading):
    """What a section is called in the address of a page, the same in all languages; "heading" is without formulas."""
    from myst_parser.slugs import github_slugify  # the extra "site"

    return github_slugify(ENGLISH.get(heading, heading))


def notebooks(folder="notebooks", without=TITLES):
    """The stored notebooks of a folder, {path relative to the root: NotebookNode}; without these lines above code.

    Raises SystemExit, with what to do, if one shows a widget that is not stored in it.
    """
    books = {
        path.relative_to(ROOT): nbformat.read(path, as_version=4) for path in sorted((ROOT / folder).glob("*.ipynb"))
    }
    for path, book in books.items():
        try:
            needed(book.metadata.get("widgets", {}).get(WIDGET_STATE, {"state": {}})["state"], *shown(book))
        except KeyError:
            raise SystemExit(
                f"{path.as_posix()} shows an explorer or a form that is not stored in it: "
                f"run it to the end and save it, or take it back with `git checkout {path.as_posix()}`"
            ) from None
    for cell in (cell for book in books.values() for cell in book.cells):
        for title in without:
            cell.source = cell.source.removeprefix(title)
    return books


def excerpt(notebook, code):
    """The explorer of the cell that begins with `code`, as HTML: its picture, its view, the state that they need."""
    cell = next(cell for cell in notebook.cells if cell.source.startswith(code))
    output = next(o for o in cell.outputs if WIDGET_VIEW in o.get("data", {}))
    alt, view = html.escape(output.metadata["image/png"]["alt"]), output.data[WIDGET_VIEW]
    saved = notebook.metadata.widgets[WIDGET_STATE]
    saved = {**saved, "state": needed(saved["state"], view["model_id"])}
    still = f'<img class="gd-still" src="data:image/png;base64,{output.data["image/png"].strip()}" alt="{alt}">'
    return f"""<div>
{still}
<script type="{WIDGET_VIEW}">{as_script(view)}</script>
</div>
<script type="{WIDGET_STATE}">{as_script(saved)}</script>"""


def as_script(value):
    """JSON that can stand between <script> tags."""
    return json.dumps(value).replace("</", "<\\/")


def shown(notebook):
    """The widget models that the outputs of a notebook show."""
    data = (output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", ()))
    return [found[WIDGET_VIEW]["model_id"] for found in data if WIDGET_VIEW in found]


def needed(state, *models):
    """The part of a widget state that some models refer to, and the links between what is in it.

    Raises KeyError if a model is not in it.
    """
    named = {name: set(re.findall(r"IPY_MODEL_(\w+)", json.dumps(made["state"]))) for name, made in state.items()}
    kept, waiting = set(), set(models)
    while waiting:
        kept |= waiting
        waiting = set().union(*(named[name] for name in waiting)) - kept
    links = {name for name, made in state.items() if made["model_name"] in LINKS and named[name] <= kept}
    return {name: made for name, made in state.items() if name in kept | links}


def listed(*words, root=ROOT):
    """What a git command lists, each as text, or None where the course lies in no repository of its own.

    Raises SystemExit, with git's words, if git can't tell."""
    if not (root / ".git").exists():
        return None
    said = subprocess.run(["git", *words[:1], "-z", *words[1:]], cwd=root, capture_output=True, text=True)
    if said.returncode:
        raise SystemExit(said.stderr)
    return [line for line in said.stdout.split("\0") if line]


def only_what_is_committed(root=ROOT):
    """Raises SystemExit, with their names, if notebooks differ from what is committed: what somebody wrote or ran in a
    lecture or an exercise is not for everybody."""
    own = listed("status", "--porcelain", "--no-renames", "--", "notebooks/*.ipynb", "exercises/*.ipynb", root=root)
    if own:
        names = ", ".join(line[3:] for line in own)
        raise SystemExit(
            f"The pages would publish what differs here from what is committed: {names}. "
            "Keep your own work with `git stash --include-untracked` (`git stash pop` brings it back), or commit it."
        )
