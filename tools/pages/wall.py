"""Pictures for the wall: drawn again as wide and as high as a slide has room for them, with type of 24 pixels on it.

A lecture's pictures are drawn for the notebook's column; made as large as a slide, their letters are too small for the
last row. So the stored notebook is executed once more, and each picture that has the alternative text of a stored one
takes its place on the slides. Others, such as those of measured times, stay as they are stored. What was drawn is kept
in build/wall, under a hash of the lecture's code and of gdlib.
"""

import copy
import hashlib
import html
import json
import os
import re
from pathlib import Path

from nbclient import NotebookClient

from pages import web

KEPT = web.ROOT / "build" / "wall"
KERNEL = Path(__file__).with_name("drawn.py")
IMG = re.compile(r'<img width="\d+" height="\d+" alt="([^"]*)" src="[^"]*">')
WIDTH, HEIGHT, GAP, STEP = 1180, 640, 15, 20  # pixels: of a slide without its margins, between its items, of heights
LEAST = 220  # the lowest picture
NARROW = {False: 692, True: 576}  # the width beside few words, and beside many
LINE = {
    "text": (42, 66),
    "question": (43, 64),
    "list": (52, 64),
    "quote": (43, 64),
    "result": (34, 80),
    "code": (34, 80),
}
OVER = {"question": 28, "result": 20, "code": 32, "quote": 36, "table": 30, "formula": 90}  # what stands around lines


def lines(code, letters):
    """How many lines HTML takes, with so many letters on one."""
    text = html.unescape(re.sub(r"</(p|li|tr)>", "\n", code))
    return sum(-(-len(re.sub("<[^>]*>", "", line)) // letters) for line in text.strip().splitlines() if line.strip())


def taken(item):
    """The height that an item takes, about."""
    high, letters = LINE.get(item.kind, (58, 60))
    return GAP + OVER.get(item.kind, 0) + (0 if item.kind == "formula" else high * lines(item.html, letters))


def room(slide):
    """(width, height) of a slide's picture, in pixels and a little less than there is."""
    small = {"question", "picture"} <= slide.own or not slide.level
    head = 33 if small else 58 if slide.level == "section" else 49
    vote = (GAP + 62 * (1 + len("".join(slide.vote)) // 60)) * bool(slide.vote)
    words = 0 if slide.beside else sum(taken(item) for item in slide.items if item.kind != "picture")
    height = max(LEAST, (HEIGHT - head - GAP - vote - words) // STEP * STEP)
    return (NARROW[slide.wordy] if slide.beside else WIDTH), height


def pictures(slide):
    """The pictures of a slide, those drawn for a page, as matches of IMG."""
    return [match for code in (slide.beside, *(item.html for item in slide.items)) for match in IMG.finditer(code)]


def wanted(decks):
    """{alternative text: {(width, height)}} of the pictures of some decks."""
    found = {}
    for slide in (slide for deck in decks for slide in deck):
        for picture in pictures(slide):
            found.setdefault(html.unescape(picture[1]), set()).add(room(slide))
    return found


def key(notebook):
    """A hash of all that a lecture's pictures are made of."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    files = [KERNEL, *sorted((web.ROOT / "gdlib").rglob("*.py")), *sorted((web.ROOT / "gdlib").rglob("*.json"))]
    return hashlib.sha256("\0".join([*code, *(path.read_text("utf-8") for path in files)]).encode()).hexdigest()


def executed(notebook, sizes):
    """The notebook as it runs here, up to its last picture of `sizes`, in which each of them is shown in its sizes too.
    A cell that fails, such as one that measures on a busy machine, leaves its picture as it is stored."""
    notebook = copy.deepcopy(notebook)
    last = 0
    for n, cell in enumerate(notebook.cells, 1):
        own = sorted({size for output in cell.get("outputs", ()) for size in sizes.get(alternative(output), ())})
        if cell.cell_type == "code":
            cell.source = f"__import__('pages.drawn').drawn.sizes[:] = {own}\n{cell.source}"
        last = n if own else last
    notebook.cells = notebook.cells[:last]
    how = {"timeout": 600, "allow_errors": True, "resources": {"metadata": {"path": str(web.ROOT / "notebooks")}}}
    paths = os.pathsep.join([str(web.ROOT / "tools"), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONHASHSEED": "0", "GDLIB_STORE_ANSWERS": "1", "PYTHONPATH": paths}
    return NotebookClient(notebook, **how).execute(env=environment)


def alternative(output):
    """The alternative text of an output that is a picture, or has one; else none."""
    if "image/png" not in output.get("data", {}):
        return ""
    return output.metadata.get("image/png", {}).get("alt") or output.data.get("text/plain", "")


def draw(notebook, sizes):
    """{alternative text: {"width x height": (PNG as base64, its width in points, its smallest type in points)}} of those
    pictures of a notebook, {alternative text: {(width, height)}}, that come out as they are stored."""
    found = {}
    for cell in executed(notebook, sizes).cells:
        here = {}
        for output in cell.get("outputs", ()):
            if about := output.get("metadata", {}).get("wall"):
                here["{} x {}".format(*about)] = output.data["image/png"], output.metadata.points, output.metadata.type
            elif here and alternative(output) in sizes:
                found.setdefault(alternative(output), {}).update(here)
    return found


def drawn(path, notebook, sizes):
    """What `draw` gives for a lecture; what it gave the last time, where nothing else is wanted."""
    file = KEPT / f"{path.stem}.json"
    known = json.loads(file.read_text("utf-8")) if file.exists() else {}
    if known.get("key") != (now := key(notebook)):
        known = {"key": now, "asked": [], "pictures": {}}
    missing = {}
    for text, size in ((text, size) for text, its in sizes.items() for size in sorted(its)):
        if [text, *size] not in known["asked"]:
            known["asked"].append([text, *size])
            missing.setdefault(text, set()).add(size)
    if missing:
        for text, its in draw(notebook, missing).items():
            known["pictures"].setdefault(text, {}).update(its)
        KEPT.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(known), "utf-8")
    return known["pictures"]


def hang(deck, found):
    """Put what was `drawn` for the wall in the place of the pictures of a deck's slides."""
    for slide in deck:
        size = "{} x {}".format(*room(slide))

        def larger(match, size=size):
            if size not in (its := found.get(html.unescape(match[1]), {})):
                return match[0]
            picture, points, kind = its[size]
            looks = f'data-points="{points:g}" data-type="{kind:g}"'
            return f'<img class="wall" {looks} alt="{match[1]}" src="data:image/png;base64,{picture.strip()}">'

        slide.beside = IMG.sub(larger, slide.beside)
        slide.items = [item._replace(html=IMG.sub(larger, item.html)) for item in slide.items]
