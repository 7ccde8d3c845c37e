"""The course as a web site of plain files, alive without a kernel: build/site.

    python -m pages.site build
    python -m pages.site link    after build/slides or build/site/lite was made: the site's pages lead there

Stages a source tree in build/site-source that keeps the repository's layout (docs/site/index.md and its neighbours
move to the root) and runs Sphinx over it, warnings as errors. Nothing is executed: the stored outputs are shown.
Every page links the decks and the course in the browser; a stylesheet hides the links to what is not there.
The course itself lies beside the pages, as course.zip.

(Never put this folder on PYTHONPATH: Python itself imports a module named site.)
"""

import os
import posixpath
import re
import shutil
import sys
from copy import deepcopy
from html import escape
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import nbformat

from gdlib.words import say
from lectures import inventory
from lectures.pipeline import FORM
from pages import core
from pages.web import ROOT, SCRIPTS, WIDGET_VIEW, excerpt, listed, notebooks, only_what_is_committed
from translation.catalogs import languages
from translation.hangul import faces, said_later

PAGES, BUILD = ROOT / "docs" / "site", ROOT / "build"
SOURCE, SITE, SLIDES = BUILD / "site-source", BUILD / "site", BUILD / "slides"
MARKDOWN = ("CONTRIBUTING.md", "docs/lite/README.md", "bench/results.md", "exercises/README.md", "gdlib/data/README.md")
LINK = re.compile(r"(?<=\]\()(?![\w+]+:|[#/])([^)\s#]+)(?=(?:#[^)\s]*)?\))")
LIVE = r"^<!-- live: (\S+) (.+) -->$"  # in a page: the explorer of the cell that begins so, from a stored notebook
INVENTORY = r"^<!-- inventory: (\w) -->$"  # in a page: a form of the inventory
CORE = r"^<!-- core: (\w+) -->$"  # in a page: a file of the core
RAW = "`````{{raw}} html\n{}\n`````"  # HTML as MyST takes it, blank lines and all
DECK = r"(`build/slides/((\d+)_\w+)\.html`)"
# What git would not list: for the archive, where the course was itself fetched as one.
MADE = {".git", ".venv", "build", "node_modules", "__pycache__", ".pytest_cache", ".ruff_cache", ".ipynb_checkpoints"}
# How a block of Markdown begins that is no sentence: heading, quotation, table, formula, code, HTML, list.
NO_WORDS = re.compile(r"#|>|\||\$\$|```|<|[-*] |\d+\. ")


def pages():
    """The Markdown files that become pages: {path in the repository: path in the staged tree}."""
    own = {path.relative_to(ROOT): Path(path.name) for path in PAGES.glob("*.md")}
    guide = (path.relative_to(ROOT) for path in (ROOT / "docs" / "teaching").rglob("*.md"))
    return own | {path: path for path in (*map(Path, MARKDOWN), *guide)}


def relinked(text, old, new, moved, needed):
    """A Markdown text with its relative links as they must be in the staged tree; one to a mere folder becomes text.

    old, new: the file's path in the repository, and in the staged tree; moved: the same of all pages, see `pages`.
    needed: a set, to which the files that are linked and are no pages are added: the site offers them as downloads.
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
    parts = re.split(r"(^```.*?^```|`[^`\n]+`)", text, flags=re.M | re.S)
    return "".join(code if n % 2 else LINK.sub(change, code) for n, code in enumerate(parts))


def first_words(text):
    """(the first paragraph, the rest) of a Markdown text; ("", text) where something else stands first.

    A paragraph that ends in a colon or in "then" belongs to the list, table or formula below it, and takes it along.
    """
    first, *rest = text.split("\n\n")
    if NO_WORDS.match(first):
        return "", text
    if first.rstrip().endswith((":", " then")):
        if not rest or not NO_WORDS.match(rest[0]) or rest[0].startswith("#"):
            return "", text  # it speaks of the next cell
        first = f"{first}\n\n{rest.pop(0)}"
    return first, "\n\n".join(rest)


def for_the_site(notebook):
    """A stored notebook as MyST-NB must have it.

    What JupyterLab shows folded is folded here, and with an answer the paragraph that speaks of it; each picture
    keeps its alternative text; where a widget has a picture of itself, the picture stands before it until the widget
    is drawn, and where it has none, its text.
    """
    notebook = deepcopy(notebook)
    for cell, after in zip(notebook.cells, [*notebook.cells[1:], None], strict=True):
        if cell.cell_type == "code":
            hidden = cell.metadata.pop("jupyter", {})
            cell.metadata.update(tags=[*cell.metadata.get("tags", ())], mystnb={})
            with_pictures(cell)
            fold(cell, hidden)
            if hidden.get("outputs_hidden") and after and after.cell_type == "markdown":
                words, after.source = first_words(after.source)
                if words:
                    cell.outputs.append(nbformat.v4.new_output("display_data", {"text/markdown": words}))
    return notebook


def fold(cell, hidden):
    """Fold what JupyterLab hides of a cell, by MyST-NB's own tags; in place."""
    if hidden:
        answer, form = hidden.get("outputs_hidden"), any(re.findall(FORM, cell.source))
        cell.metadata.tags.append("hide-cell" if answer else "hide-input")
        show = (
            say("Show the answer")
            if answer
            else say("Show the code (it holds the answer)")
            if form
            else say("Show the code")
        )
        hide = say("Hide the answer") if answer else say("Hide the code")
        cell.metadata.mystnb.update(code_prompt_show=show, code_prompt_hide=hide)


def with_pictures(cell):
    """Give a cell's picture its words, and a widget what stands for it; in place."""
    alts = [o.metadata["image/png"]["alt"] for o in cell.outputs if "image/png" in o.get("data", {})]
    if len(alts) > 1:
        raise SystemExit(f"MyST-NB gives the pictures of one cell one alternative text: {cell.source}")
    cell.outputs = [part for output in cell.outputs for part in taken_apart(output)]
    if alts:
        cell.metadata.mystnb.image = {"alt": alts[0]}
        if len(cell.outputs) > 1:
            cell.metadata.mystnb.image.classes = "gd-still"
    if any(is_table(output.get("text", "")) for output in cell.outputs):
        cell.metadata.tags.append("gd-columns")


def is_table(text):
    """Does a printed text stand in columns, so that its lines must not be broken?"""
    return sum(bool(re.search(r"\S {2,}\S", line)) for line in text.splitlines()) > 1


def taken_apart(output):
    """A widget's output as two: what stands for it until it is drawn, and the widget."""
    data = output.get("data", {})
    if WIDGET_VIEW not in data:
        return [output]
    words = {"text/html": f'<p class="gd-still">{escape(data["text/plain"])}</p>'}
    still = {"image/png": data["image/png"]} if "image/png" in data else words
    view = {WIDGET_VIEW: data[WIDGET_VIEW]}
    return [nbformat.v4.new_output("display_data", part, metadata=output.metadata) for part in (still, view)]


def with_decks(text, page):
    """A page's text in which a deck's address is a link to it."""
    above = "../" * (len(Path(page).parts) - 1)
    return re.sub(
        DECK,
        lambda m: f'<a class="gd-slides" href="{above}slides/{m[2]}.html">{say("slides {n}", n=int(m[3]))}</a>',
        text,
    )


def course_files(root=ROOT):
    """The files of the course, relative to its root: what git lists, or without git all that is no result."""
    names = listed("ls-files", root=root)
    found = [path.relative_to(root) for path in root.rglob("*")] if names is None else map(Path, names)
    return sorted(path for path in found if not MADE & set(path.parts) and (root / path).is_file())


def archive(target):
    """The course as one file that unpacks into a folder `gradient-descent`; the same bytes from the same files."""
    with ZipFile(target, "w") as made:
        for path in course_files():
            entry = ZipInfo(f"gradient-descent/{path.as_posix()}", date_time=(2026, 1, 1, 0, 0, 0))
            entry.external_attr = (0o755 if os.access(ROOT / path, os.X_OK) else 0o644) << 16
            made.writestr(entry, (ROOT / path).read_bytes(), ZIP_DEFLATED)


def stage():
    """Write the source tree; the paths of its notebooks."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    moved, needed, staged = pages(), set(), {}
    lectures, exercises, texts = notebooks(), notebooks("exercises"), core.sources()
    places = core.places(texts, lectures)
    for path, book in (lectures | exercises).items():
        linked = deepcopy(book)
        for cell in linked.cells:
            if cell.cell_type == "markdown":
                cell.source = relinked(cell.source, path, path, moved, needed)
        if path in lectures:
            core.with_ways_back(linked, int(path.name[:2]), places)
        staged[path] = nbformat.writes(for_the_site(linked)).encode()
    for old, new in moved.items():
        text = (ROOT / old).read_text("utf-8")
        text = re.sub(LIVE, lambda m: excerpt(lectures[Path(m[1])], m[2]), text, flags=re.M)
        text = relinked(with_decks(text, new), old, new, moved, needed)
        text = re.sub(CORE, lambda m: RAW.format(core.as_html(m[1], texts[m[1]], lectures)), text, flags=re.M)
        text = re.sub(INVENTORY, lambda m: RAW.format(inventory.form_of(m[1])), text, flags=re.M)
        staged[new] = text.encode()
    staged |= {path: (ROOT / path).read_bytes() for path in needed if (ROOT / path).is_file()}
    for path, data in staged.items():
        (SOURCE / path).parent.mkdir(parents=True, exist_ok=True)
        (SOURCE / path).write_bytes(data)
    return [*lectures, *exercises]


def build():
    """build/site, anew; what else lies in it (lite) stays."""
    from sphinx.cmd.build import build_main  # the extra "site"; the rest of this file does without

    for old in SITE.glob("*"):
        if old.name != "lite":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    books = stage()
    for left in ("site-doctrees", "jupyter_execute"):
        shutil.rmtree(BUILD / left, ignore_errors=True)
    flags = ["-j", "2", "-q", "-W", "--keep-going", "-E", "-c", PAGES, "-d", BUILD / "site-doctrees", SOURCE, SITE]
    failed = build_main([*map(str, flags)])
    for name, file in SCRIPTS.items():
        shutil.copy(file, SITE / "_static" / name)
    for path in books:
        shutil.copy(ROOT / path, SITE / path)
    letters = "".join(path.read_text("utf-8") for path in SITE.rglob("*.html")) + said_later()
    (SITE / "_static" / "hangul.css").write_text(faces(letters), "utf-8")
    archive(SITE / "course.zip")
    (SITE / ".nojekyll").touch()  # GitHub Pages: folders that begin with _ are served too
    if failed:
        raise SystemExit("Sphinx warned (above): the site must not be published")


def link(site, slides, editions):
    """What is called when the pages, the decks, the course in the browser or an edition in another language were made, in
    any order: the site takes the decks and the editions, {language: its site}, along, and hides the links to what is not
    there; in a table it is said how to make it."""
    if not (site / "_static").exists():
        return
    if slides.exists():
        shutil.copytree(slides, site / "slides", dirs_exist_ok=True)
    for name, edition in editions.items():
        if edition.exists():
            shutil.copytree(edition, site / name, dirs_exist_ok=True)
    there = {
        "lite": (site / "lite" / "run").exists(),
        "slides": all((site / "slides" / f"{path.stem}.html").exists() for path in notebooks()),
    }
    there |= {name: (site / name).exists() for name in editions}
    hide = ".gd-{0} {{ display: none; }} td:has(.gd-{0})::after {{ content: 'make {0}'; }}\n"
    (site / "_static" / "parts.css").write_text("".join(hide.format(p) for p in there if not there[p]), "utf-8")


def main(arguments):
    if arguments not in (["build"], ["link"]):
        raise SystemExit(__doc__)
    if arguments == ["build"]:
        only_what_is_committed()
        build()
        print("build/site/index.html")
    link(SITE, SLIDES, {name: BUILD / name / "build" / "site" for name in languages()})


if __name__ == "__main__":
    main(sys.argv[1:])
