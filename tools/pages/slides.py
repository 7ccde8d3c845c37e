"""The decks: notebooks/NN_name.ipynb (stored outputs) -> build/slides/NN_name.html, one file each.

    python -m pages.slides build [NAME ...]

NAME is a lecture's file name or its beginning, such as 03; all of them when left out.
A deck holds all that it shows and runs: reveal.js, MathJax, the widget manager, the saved widgets. It opens
from disk with no network and no kernel.

What goes on a slide is decided by these rules, so that one source serves the reader and the class:

1. `##` opens a horizontal slide, `###` a vertical one below it. The title is followed by an overview: the
   paragraphs "You will do" and "You will learn" of the first cell, and the sections.
2. A quotation that begins with **Predict.** or **Decide.**, a picture, an explorer and a form each stand on a
   slide of their own; so the answer to a question is on the next slide. A few lines above or below a picture
   stay with it. A formula above a question of the same section is shown again beside it.
3. Formulas, lists, tables, code and printed results go on the slide that is open, as long as they fit by
   `room`; else they open the next one. A list or a table that is longer than a slide is cut in two.
4. Ordinary sentences are what the teacher says: they go into the speaker notes. These are shown:
   - the line that leads to a formula, and one that a formula interrupts;
   - a line that ends in a colon, above the list, table, picture or output that it announces;
   - the paragraph above a **Predict**, a **Decide** or a form, when it has at most four lines: one needs it for the
     answer (above a form, when three lines of the slide hold it);
   - the first line below a result or a picture, with the next key: what is seen there;
   - the first paragraph of a section, when it has at most four lines.
   (A line of the source is a sentence.)
5. Code is shown where it is the algorithm: it updates a variable in a loop, or defines a function right below a
   formula or a line that announces it; in at most 12 lines, and it draws nothing. Its assertions, docstrings and
   last prints are hidden. Other code is hidden, its output is shown.
6. Left out: cells that show nothing and are no algorithm, such as the import cell, and the sections that the plan in
   docs/teaching/NN_name.md does not name: a class of 90 minutes has no time for them.
7. Above an explorer stands the question that it is for; where three lines don't hold it, what asks nothing goes.
8. The notes of each slide begin with the minutes of its section in docs/teaching/NN_name.md and end with what to do
   there. What to ask and what students believe stand in the notes of the slide of that section with which they have
   most words in common; what to try with an explorer in its own. Where a class of 45 minutes leaves slides out, the
   notes say where to go on. The clock gives questions, explorers and forms more of a section's time.

`slideshow` metadata in notebooks/text/NN_name.md overrides the rules for a cell, paragraphs included:

    slide, subslide   all of the cell is shown, and opens a horizontal or vertical slide
    -                 all of the cell is shown, on the slide that is open
    fragment          the same, and appears with the next key
    notes             all of the cell goes into the speaker notes
    skip              the cell is left out

In MyST: `+++ {"slideshow": {"slide_type": "fragment"}}` before a cell of text (which `+++` cuts off from the
text before it), `:slideshow: {"slide_type": "skip"}` below the first line of a code cell.
"""

import ast
import base64
import html
import json
import math
import re
import struct
import sys
from dataclasses import dataclass, field
from typing import NamedTuple

import jinja2
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from lectures import plans
from pages import web

STYLE = web.ROOT / "docs" / "slides"
TARGET = web.ROOT / "build" / "slides"
REVEAL = web.MODULES / "reveal.js" / "dist"
KEYS = """<p><b>Keys.</b> → or space: on; ←: back. S: this view. O: all slides. F: the whole screen. B: black. D: dark or light.
Tab: into an explorer, where the arrow keys move its sliders; Esc: out of it, and they turn the slides again.
To print: add <code>?print-pdf</code> to the address, then print to PDF without margins.</p>"""

HEADINGS = ("title", "section", "part")
# "text" is prose that is shown: "lead" announces what the next cell shows, "rest" ends a sentence that a formula
# interrupts, "says" tells what is seen in a result or a picture
KINDS = (*HEADINGS, "question", "quote", "formula", "list", "table", "code", "result", "picture", "explorer", "form")
KINDS += ("prose", "text", "lead", "rest", "says", "reminder", "promises", "contents")
OWN_SLIDE = ("question", "picture", "explorer", "form")
SHOWN_CODE = 12  # lines
CONTEXT = 4  # lines of a paragraph that is shown whole
ROOM = 580  # px below the heading of a slide of 1280 × 720
BELOW = 170  # px of it that may stand above and below a picture
WIDTH = 1180  # px between the margins
REMINDER = 84  # letters in a line above an explorer or a form
WEIGHTS = {"question": 3, "form": 3, "explorer": 4, "picture": 2, "formula": 2, "code": 2, "table": 2}  # of time
START = (20, 40)  # seconds for the title and the overview, which the first section gives


class Item(NamedTuple):
    """A piece of a cell: what it is, its HTML, and the height in px that it is expected to need."""

    kind: str  # of KINDS below
    html: str
    height: int = 0
    source: str = ""  # of a heading: its text; of prose and questions: their lines


@dataclass
class Slide:
    """One slide: the text of its section's heading as the plan names it, its items, its speaker notes."""

    section: str
    level: str  # "title", "section", "part", or "" for a slide that goes on
    heading: str
    items: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    seconds: int = 0  # how long it may take, for the speaker view's clock

    @property
    def height(self):
        return sum(item.height for item in self.items) + (30 if self.level else 0)


# ------------------------------------------------------------------------------------------ Markdown


def mathematics(content, options):
    left, right = (r"\[", r"\]") if options["display_mode"] else (r"\(", r"\)")
    return left + html.escape(content.strip()) + right


MARKDOWN = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, renderer=mathematics, allow_digits=False)


def rendered(text):
    """Markdown as HTML. Links to other files of the course are words here: a deck travels alone."""
    return without_links(MARKDOWN.render(text))


def without_links(code):
    code = re.sub(r'<a href="(?!https?://)[^"]*">(.*?)</a>', r"\1", code, flags=re.S)
    return re.sub(r'<a href="', '<a target="_blank" rel="noopener" href="', code)


def blocks(text):
    """The top-level blocks of a Markdown text: [(token that opens it, its HTML, its source)]."""
    environment = {}
    tokens, lines = MARKDOWN.parse(text, environment), text.splitlines()
    found, start, depth = [], 0, 0
    for n, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            opening = tokens[start]
            code = MARKDOWN.renderer.render(tokens[start : n + 1], MARKDOWN.options, environment)
            found.append((opening, without_links(code), "\n".join(lines[slice(*opening.map)])))
            start = n + 1
    return found


def plain(text):
    """Markdown without its marks, for titles and descriptions."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>|\\[()\[\]]", "", rendered(text)))).strip()


# ------------------------------------------------------------------------------------------ a cell's items


def lines_of(text, per_line):
    """How many lines a text of one paragraph takes; mathematics is about half as wide as its source."""
    text = re.sub(r"\$[^$]*\$", lambda m: m[0][: len(m[0]) // 2], text)
    return max(1, math.ceil(len(text.replace("\n", " ")) / per_line))


def text_items(text):
    """The items of a Markdown cell; prose is not yet divided into what is shown and what is said."""
    found = []
    for token, code, source in blocks(text):
        if token.type == "heading_open":
            kind = {"h1": "title", "h2": "section"}.get(token.tag, "part")
            found.append(Item(kind, re.sub(r"</?h\d>", "", code).strip(), 0, source.lstrip("# ").strip()))
        elif token.type == "blockquote_open" and re.match(r">\s*\*\*(Predict|Decide)\.\*\*", source):
            asked = code.replace("<blockquote>", '<blockquote class="question">', 1)
            found.append(Item("question", asked, 80 + 49 * lines_of(source, 60), source))
        elif token.type == "blockquote_open":
            formulas = source.count("$$") // 2
            found.append(
                Item(
                    "quote",
                    code,
                    60 + 100 * formulas + 44 * lines_of(re.sub(r"\$\$.*?\$\$", "", source, flags=re.S), 66),
                )
            )
        elif token.type == "math_block":
            rows = 1 + source.count(r"\\") + source.count(r"\frac") / 2
            found.append(Item("formula", code, round(40 + 50 * min(rows, 2 + source.count(r"\\")))))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            found += list_items(code, source)
        elif token.type == "table_open":
            found += table_items(code, source)
        else:
            found.append(sentences("prose", source))
    return shown_sentences(found)


def sentences(kind, source):
    """Lines of prose as an item."""
    if isinstance(source, list):
        source = "\n".join(source)
    return Item(kind, rendered(source).strip(), 18 + 42 * lines_of(source, 74), source)


def shown_sentences(found):
    """The items, their prose divided into what leads to the next item or is needed for it ("text"), and the rest."""
    divided = []
    for n, item in enumerate(found):
        if item.kind != "prose":
            divided.append(item)
            continue
        before, after = (found[m].kind if 0 <= m < len(found) else "" for m in (n - 1, n + 1))
        lines, shown = item.source.splitlines(), []
        if before == "formula" and re.match(r"[a-z]", lines[0]):
            divided.append(sentences("rest", lines.pop(0)))
        if (after == "question" or before in ("section", "part")) and len(lines) <= CONTEXT:
            lines, shown = [], lines
        elif lines and (after == "formula" or (lines[-1].endswith(":") and after in ("list", "table", ""))):
            lines, shown = lines[:-1], lines[-1:]
        if lines:
            divided.append(sentences("prose", lines))
        if shown:
            announces = not after and shown[-1].endswith(":")
            divided.append(sentences("lead" if announces else "text", shown))
    return divided


def list_items(code, source):
    """A list, cut where it is longer than a slide."""
    tag = code[1:3]
    entries = re.findall(r"<li>.*?</li>", code, re.S)
    sources = [s for s in re.split(r"^(?:[-*]|\d+\.)\s+", source, flags=re.M) if s]
    if len(entries) != len(sources):  # a list in a list: in one piece
        return [Item("list", code, 24 + sum(44 * lines_of(line, 68) for line in source.splitlines()))]
    heights = [12 + 42 * lines_of(s, 68) for s in sources]
    first, found = 0, []
    for part in runs(heights, ROOM - 60):
        start = f' start="{first + 1}"' if tag == "ol" and first else ""
        inside = "".join(entries[first : first + len(part)])
        found.append(Item("list", f"<{tag}{start}>{inside}</{tag}>", 24 + sum(part)))
        first += len(part)
    return found


def table_items(code, source):
    """A table, cut where it is longer than a slide; each part has the header."""
    head, body = re.search(r"<thead>.*?</thead>", code, re.S)[0], re.findall(r"<tr>.*?</tr>", code, re.S)[1:]
    rows = [[len(cell.strip()) for cell in line.strip("|").split("|")] for line in source.splitlines()[2:]]
    widest = [max(column) for column in zip(*rows, strict=True)]
    heights = [
        22 + 40 * max(math.ceil(n * sum(widest) / (84 * w)) if w else 1 for n, w in zip(row, widest, strict=True))
        for row in rows
    ]
    first, found = 0, []
    for part in runs(heights, ROOM - 120):
        rows = "".join(body[first : first + len(part)])
        found.append(Item("table", f"<table>{head}<tbody>{rows}</tbody></table>", 80 + sum(part)))
        first += len(part)
    return found


def runs(heights, room):
    """The heights in runs, none higher than the room (a single one may be)."""
    found = [[]]
    for height in heights:
        if found[-1] and sum(found[-1]) + height > room:
            found.append([])
        found[-1].append(height)
    return found


def is_algorithm(source, announced=False):
    """Does code update a variable in a loop, or, where a formula or a line announces it, define a function?"""
    if re.search(r"\b(figures|explore)\.", source) or len(source.splitlines()) > SHOWN_CODE:
        return False
    return any(
        (announced and isinstance(node, ast.FunctionDef)) or (isinstance(node, ast.For | ast.While) and updates(node))
        for node in ast.walk(ast.parse(source))
    )


def updates(loop):
    """Does a loop set a variable to something that it is made from, such as x = x - lr * gradient(x)?"""
    for node in ast.walk(loop):
        if isinstance(node, ast.AugAssign):
            return True
        if isinstance(node, ast.Assign):
            bases = {getattr(t.value if isinstance(t, ast.Subscript) else t, "id", None) for t in node.targets}
            if bases & {name.id for name in ast.walk(node.value) if isinstance(name, ast.Name)}:
                return True
    return False


def monospaced(text, largest):
    """The size in px at which a monospaced text fits the slide, 22 at least, and the height that it then needs."""
    lines = text.splitlines()
    wide, high = (WIDTH - 60) / (0.602 * max(map(len, lines))), (ROOM - 60) / (1.4 * len(lines))
    size = max(22, min(largest, int(wide), int(high)))
    return size, round(42 + 1.4 * size * sum(lines_of(line, int((WIDTH - 60) / (0.602 * size))) for line in lines))


def without_checks(source):
    """Code without its assertions, docstrings, last prints and double empty lines."""
    lines, tree = source.splitlines(), ast.parse(source)
    last = next((n for n in reversed(tree.body) if not is_print(n) and not isinstance(n, ast.Assert)), None)
    drop = [
        n
        for n in tree.body
        if isinstance(n, ast.Assert) or (is_print(n) and last is not None and n.lineno > last.lineno)
    ]
    drop += [n.body[0] for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and ast.get_docstring(n)]
    for node in sorted(drop, key=lambda n: -n.lineno):
        del lines[node.lineno - 1 : node.end_lineno]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def is_print(node):
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "print"
    )


def code_item(source):
    source = without_checks(source)
    size, height = monospaced(source, 28)
    code = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip()
    return Item("code", f'<pre class="code" style="font-size:{size}px"><code>{code}</code></pre>', height)


def result_item(text):
    size, height = monospaced(text.rstrip(), 32)
    code = f'<pre class="result" style="font-size:{size}px"><samp>{html.escape(text.rstrip())}</samp></pre>'
    return Item("result", code, height)


def output_item(output):
    """The item that shows an output."""
    if output.output_type == "stream":
        return result_item(output.text)
    data = output.data
    if web.WIDGET_VIEW in data:
        kind = "explorer" if "image/png" in data else "form"
        alt, view = html.escape(" ".join(data["text/plain"].split())), web.as_script(data[web.WIDGET_VIEW])
        place = f'<script type="{web.WIDGET_VIEW}">{view}</script>'
        return Item(kind, f'<div class="{kind}" role="group" aria-label="{alt}">{place}</div>', ROOM)
    if "image/png" in data:
        alt = output.get("metadata", {}).get("image/png", {}).get("alt") or data.get("text/plain", "")
        width, height = struct.unpack(">II", base64.b64decode(data["image/png"])[16:24])
        size = f'width="{width}" height="{height}"'
        picture = (
            f'<img {size} alt="{html.escape(alt, quote=True)}" src="data:image/png;base64,{data["image/png"].strip()}">'
        )
        return Item("picture", picture, ROOM)
    if "text/latex" in data:
        source = re.sub(r"\\displaystyle\s*", "", data["text/latex"].strip().strip("$"))
        return Item("formula", f'<div class="math block">\\[{html.escape(source)}\\]</div>', 110)
    return result_item(data["text/plain"])


def cell_items(cell, everything=False, announced=False):
    """The items of a cell, by the rules.

    everything: also what they would leave to the notes or hide.
    announced: a formula or a line with a colon stands right above.
    """
    if cell.cell_type == "markdown":
        found = text_items(cell.source)
        return [i._replace(kind="text") if everything and i.kind in ("prose", "lead", "rest") else i for i in found]
    found = [output_item(output) for output in cell.outputs]
    drawn = any(item.kind in OWN_SLIDE for item in found)
    if is_algorithm(cell.source, announced) or (everything and not drawn):
        found.insert(0, code_item(cell.source))
    return found


# ------------------------------------------------------------------------------------------ slides


def slide_type(cell):
    """What the metadata say: slide, subslide, fragment, "-", notes, skip, or "" for the rules."""
    said = cell.metadata.get("slideshow", {}).get("slide_type", "")
    if said not in ("", "slide", "subslide", "fragment", "-", "notes", "skip"):
        raise ValueError(
            f"slide_type {said!r} is none of slide, subslide, fragment, -, notes, skip: {cell.source[:60]!r}"
        )
    return said


def opens(slide, items):
    """Must a new slide open for these items, by the rules?"""
    own = [item.kind for item in items if item.kind in OWN_SLIDE]
    lines = all(item.kind in ("text", "result") and "fragment" not in item.html for item in slide.items)
    if own == ["picture"] and slide.items and lines and sum(i.height for i in (*slide.items, *items[:-1])) <= BELOW:
        return False
    if not slide.items:
        return bool(slide.level and own and own != ["question"])
    if own or any(item.kind in ("question", "explorer", "form") for item in slide.items):
        return True
    if any(item.kind == "picture" for item in slide.items):
        below = sum(i.height for i in (*slide.items, *items) if i.kind != "picture")
        return any(item.kind != "result" for item in items) or below > BELOW
    return slide.height + sum(item.height for item in items) > ROOM


def groups(cell, found):
    """The items that must stay together: a line with what it leads to, code with what it prints."""
    together = []
    for n, item in enumerate(found):
        together.append(item)
        follows = found[n + 1].kind if n + 1 < len(found) else ""
        if item.kind == "text" and follows not in ("", "text", "prose", "lead", *HEADINGS):
            continue
        if item.kind == "formula" and follows == "rest":
            continue
        one = cell.cell_type == "code" and follows and not {follows, item.kind} & set(OWN_SLIDE)
        if one and sum(i.height for i in (*together, found[n + 1])) <= ROOM:
            continue
        yield together
        together = []


def slides(notebook, taught=None):
    """The slides of a notebook, in their order, each with its own sentences as notes.

    taught: the headings of the sections that have slides; all of them when None.
    """
    deck, silent, lead, said = [], False, [], []  # lead: a line that announces the next cell
    context = ""  # the paragraph above a form

    def start(section, level, heading):
        deck.append(Slide(section, level, heading))

    for cell in notebook.cells:
        how = slide_type(cell)
        everything = how in ("slide", "subslide", "fragment", "-")
        above = deck[-1].items[-1:] if deck and not said else []
        announced = bool(lead) or any(i.kind == "formula" or i.source.endswith(":") for i in above)
        found = cell_items(cell, everything, announced)
        if how in ("fragment", "-", "notes", "skip") and any(item.kind in HEADINGS for item in found):
            raise ValueError(f"{how}: put +++ between this text and the heading below it: {cell.source[:60]!r}")
        if how == "skip":
            continue
        if how == "notes":
            found = [i._replace(kind="prose") for i in found]
        elif found and asks(following(notebook.cells, cell)):
            about, found = last_paragraph(found)
            context = about or context
        if (
            cell.cell_type == "markdown"
            and deck
            and found
            and found[0].kind == "prose"
            and not (everything or how == "notes")
        ):
            found = told(deck[-1], found)
        fresh = how in ("slide", "subslide")
        for together in groups(cell, found):
            kind = together[0].kind
            if kind in ("section", "part"):
                if kind == "part" and silent:
                    together = [together[0]._replace(kind="section")]  # its section is left out
                silent = taught is not None and together[0].source not in taught
            if silent:
                context = "" if kind == "form" else context  # what a form that is left out was about
                continue
            if kind in HEADINGS:
                if lead or said:
                    deck[-1].notes += [*said, *(i.html for i in lead)]
                    lead, said = [], []
                start(together[0].source, together[0].kind, together[0].html)
                fresh = False
            elif kind == "prose":
                said += [i.html for i in together]
            elif kind == "lead":
                lead = together
            elif kind == "says":
                deck[-1].items += together
            else:
                if lead and any(i.kind in ("explorer", "form") for i in together):
                    said, lead = [*said, *(i.html for i in lead)], []
                together, lead = [*lead, *together], []
                if fresh or (how not in ("fragment", "-") and opens(deck[-1], together)):
                    start(deck[-1].section, "section" if how == "slide" else "", deck[-1].heading)
                fresh = False
                if how == "fragment":
                    together = [i._replace(html=fragment(i.html)) for i in together]
                if kind == "explorer" and len(deck) > 1 and deck[-2].items and deck[-2].items[-1].kind == "question":
                    deck[-1].items.append(reminder(deck[-2].items[-1].source))
                if kind == "form" and context:
                    deck[-1].items.append(reminder(context))
                    context = ""
                if together[-1].kind == "question" and not deck[-1].items and not deck[-1].level and len(deck) > 1:
                    deck[-1].items += repeated(deck[-2].items, together)
                deck[-1].items += [i._replace(kind="text") if i.kind in ("lead", "rest") else i for i in together]
                deck[-1].notes += said
                said = []
        if not lead and deck:
            deck[-1].notes += said
            said = []
    return with_overview(deck)


def following(cells, cell):
    """The next cell that is not empty of text and output, or None."""
    rest = cells[cells.index(cell) + 1 :]
    return next((c for c in rest if c.cell_type == "markdown" or c.outputs), None)


def asks(cell):
    """Is a cell a form?"""
    outputs = cell.outputs if cell and cell.cell_type == "code" else []
    return any(web.WIDGET_VIEW in o.get("data", {}) and "image/png" not in o.data for o in outputs)


def last_paragraph(found):
    """(The paragraph that a text ends with, the items before it) where three lines of a slide hold it; else ("", all)."""
    split = len(found) > 1 and found[-1].kind in ("text", "lead") and found[-2].kind == "prose"  # shown in part
    items = found[-2 if split else -1 :]
    lines = [line for item in items for line in item.source.splitlines()]
    fits = len(lines) <= CONTEXT and lines_of(" ".join(lines), REMINDER) <= 3
    if items[-1].kind not in ("prose", "text", "lead") or not fits:
        return "", found
    return "\n".join(lines), found[: -len(items)]


def reminder(source):
    """What an explorer or a form is about, in at most three lines of a slide: first goes what asks nothing."""
    lines = [line.lstrip("> ") for line in source.splitlines()]
    while len(lines) > 1 and lines_of(" ".join(lines), REMINDER) > 3:
        idle = [n for n in range(1, len(lines)) if "?" not in lines[n]]
        del lines[idle[-1] if idle else -1]
    return Item("reminder", f'<div class="reminder">{rendered(" ".join(lines))}</div>')


def repeated(above, together):
    """The formula that the slide before a question ends with, and the line that leads to it, where they fit."""
    start = next((n for n, item in enumerate(above) if item.kind == "formula" and n >= len(above) - 2), None)
    if start is None or above[-1].kind not in ("formula", "text"):
        return []
    start -= start > 0 and above[start - 1].kind == "text"
    return above[start:] if sum(i.height for i in (*above[start:], *together)) <= ROOM else []


def fragment(code):
    return f'<div class="fragment">{code}</div>'


def told(slide, found):
    """The items of a text below a result or a picture: its first line tells what is seen, and appears with the next key."""
    first, *rest = found[0].source.splitlines()
    if not slide.items or slide.items[-1].kind not in ("result", "picture") or first.startswith("("):
        return found
    says = sentences("says", first)
    if any(i.kind == "picture" for i in slide.items) or slide.height + says.height <= ROOM:
        says = says._replace(html=fragment(says.html))
        return [says, *([sentences("prose", rest)] if rest else []), *found[1:]]
    return found


def with_overview(deck):
    """The deck with its overview after the title: what the lecture promises, and its sections."""
    title = deck[0]
    promises = [note for note in title.notes if re.match(r"<p><strong>You will (do|learn):", note)]
    title.notes = [note for note in title.notes if note not in promises]
    names = [f"<li>{slide.heading}</li>" for slide in deck if slide.level == "section" and slide.section != "Recap"]
    overview = Slide(title.section, "overview", "Overview")
    overview.items = [Item("promises", "".join(promises), 0), Item("contents", f"<ol>{''.join(names)}</ol>", 0)]
    return [title, overview, *deck[1:]]


def with_plan(deck, plan):
    """The deck with the plan's part of the notes, and the time that each slide may take."""
    skipped = {row.section for row in plan.rows if not row.short}
    for number, row in enumerate(plan.rows):
        its = [slide for slide in deck if slide.section == row.section and slide.level not in ("title", "overview")]
        if not its:
            continue
        first, last = plans.minutes(row.long)
        share_time(its, 60 * (last - first) - (sum(START) if number == 0 else 0))
        told = {id(slide): [] for slide in its}
        if row.ask:
            told[id(nearest(its, row.ask))].append(f"<p><b>Ask.</b> {inline(row.ask)}</p>")
        for b in plan.beliefs:
            if b.section == row.section:
                told[id(nearest(its, f"{b.ask} {b.show}"))].append(
                    f"<p><b>They believe:</b> {inline(b.belief)} <b>Ask:</b> {inline(b.ask)} <b>Show:</b> {inline(b.show)}</p>"
                )
        when = f"<p><b>{row.long} min</b> · {html.escape(plain(row.section))} · 45-minute class: {row.short or 'left out'}</p>"
        do = [f"<p><b>Do.</b> {inline(row.do)}</p>"] if row.do else []
        for slide in its:
            tries = [
                f"<p><b>Predict:</b> {inline(e.predict)} <b>Try:</b> {inline(e.tries)} <b>Comes out:</b> {inline(e.out)}</p>"
                for e in plan.explorers
                if e.section == row.section and any(i.kind == "explorer" for i in slide.items)
            ]
            opening = slide is its[0]
            slide.notes = [
                when,
                *(do if opening else []),
                *told[id(slide)],
                *tries,
                *slide.notes,
                *([] if opening else do),
            ]
    for slide, seconds in zip(deck, START, strict=False):
        slide.seconds = seconds
    for n, slide in enumerate(deck[1:-1], 1):
        if slide.section not in skipped and deck[n + 1].section in skipped:
            goes_on = next((m for m in range(n + 1, len(deck)) if deck[m].section not in skipped), None)
            if goes_on:
                at = goes_on + 1
                slide.notes.insert(1, f"<p><b>45-minute class:</b> go on with slide {at} (keys G, {at}, Enter).</p>")
    return deck


def share_time(its, seconds):
    """Give each slide its part of a section's seconds, by the heaviest thing on it."""
    weights = [max((WEIGHTS.get(item.kind, 1) for item in slide.items), default=1) for slide in its]
    ends = [round(seconds * sum(weights[: n + 1]) / sum(weights)) for n in range(len(its))]
    for slide, begin, end in zip(its, [0, *ends], ends, strict=False):
        slide.seconds = end - begin


def nearest(its, text):
    """The slide that has most words and numbers in common with a text; of equals the first one."""
    wanted = words(text)
    return max(its, key=lambda slide: len(wanted & words(" ".join(item.html for item in slide.items))))


def words(text):
    """Its numbers, and its words of four letters and more, those that stand for a picture or a form among them."""
    named = r"<[^>]*?(?:alt|aria-label)=\"([^\"]*)\"[^>]*>"
    text = re.sub(rf"<script.*?</script>|{named}", r" \1 ", text, flags=re.S)
    text = html.unescape(re.sub(r"<[^>]*>", " ", text)).lower()
    return set(re.findall(r"\d+(?:\.\d+)?|[^\W\d_]{4,}", text))


def inline(text):
    return without_links(MARKDOWN.renderInline(text))


def goals(text):
    """The list of goals in a plan's Markdown, as HTML; empty where there is none."""
    found = re.search(r"^\*\*Goals\.\*\*.*?\n\n((?:[-*] .*\n(?:  .*\n)*)+)", text, re.M)
    return f"<p><b>Goals.</b> Afterwards a student can</p>{rendered(found[1])}" if found else ""


# ------------------------------------------------------------------------------------------ the file


def stacked(deck):
    """The slides in stacks: a section's slide and what is below it."""
    stacks = []
    for slide in deck:
        if slide.level in ("title", "overview", "section") or not stacks:
            stacks.append([])
        stacks[-1].append(slide)
    return stacks


def script(text):
    """JavaScript that can stand in a <script> element: nothing in it ends the element or opens a comment."""
    return re.sub(r"<(?=/script|!--)", r"\\x3c", text, flags=re.I)


def named(source, name):
    """An anonymous AMD module under a name."""
    text, found = re.subn(r"^define\(\[", f"define({json.dumps(name)}, [", source, flags=re.M)
    if found != 1:
        raise ValueError(f"{name}: one call of define expected, {found} found")
    return text


def widget_state(notebook, deck):
    """The saved state of the widgets that a deck shows."""
    saved = notebook.metadata.get("widgets", {}).get(web.WIDGET_STATE, {"state": {}})
    shown = "".join(item.html for slide in deck for item in slide.items)
    kept = {}
    for model in re.findall(r'"model_id": "(\w+)"', shown):
        kept.update(web.needed(saved["state"], model))
    return {**saved, "state": kept}


def page(notebook, plan, plan_text=""):
    """The whole HTML file of a lecture's deck; plan_text is the plan's Markdown, whose goals the overview's notes name."""
    deck = with_plan(slides(notebook, {row.section for row in plan.rows}), plan)
    deck[0].notes.append(KEYS)
    deck[1].notes.append(goals(plan_text))
    promise = next((i.html for i in deck[1].items if i.kind == "promises"), "")
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    read = {name: path.read_text("utf-8") for name, path in web.SCRIPTS.items()}
    return environment.from_string((STYLE / "deck.html").read_text("utf-8")).render(
        title=plain(deck[0].heading),
        description=plain(re.split(r"</p>", promise)[0]) if promise else plain(deck[0].heading),
        stacks=stacked(deck),
        css=[p.read_text("utf-8") for p in (REVEAL / "reset.css", REVEAL / "reveal.css", STYLE / "deck.css")],
        before=[script((REVEAL / n).read_text("utf-8")) for n in ("reveal.js", "plugin/notes.js")],
        setup=script((STYLE / "deck.js").read_text("utf-8")),
        mathjax=script(read["mathjax.js"]),
        require=script(read["require.js"]),
        widgets=script(named(read["anywidget.js"], "anywidget") + "\n" + read["embed-amd.js"]),
        state=web.as_script(widget_state(notebook, deck)),
    )


def build(names=()):
    """Write the decks of the lectures whose file name begins with one of `names` (all: none); returns the files."""
    written = []
    for path, notebook in web.notebooks().items():
        if names and not any(path.name.startswith(name) for name in names):
            continue
        guide = web.ROOT / "docs" / "teaching" / f"{path.stem}.md"
        text = page(notebook, plans.read(guide), guide.read_text("utf-8"))
        TARGET.mkdir(parents=True, exist_ok=True)
        written.append(TARGET / f"{path.stem}.html")
        written[-1].write_text(text, "utf-8")
        print(f"{written[-1].relative_to(web.ROOT)}: {len(text.encode()) / 1e6:.1f} MB", flush=True)
    if not written:
        raise SystemExit(f"no lecture in notebooks begins with {' or '.join(names)}")
    return written


def main(arguments):
    if not arguments or arguments[0] != "build":
        raise SystemExit(__doc__)
    build(arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
