"""The pieces of a slide: text, code and outputs of a cell as HTML, and what its metadata say of each."""

import ast
import base64
import html
import re
import struct
from itertools import groupby, takewhile
from typing import NamedTuple

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from gdlib.words import say
from lectures.pipeline import ASKING
from pages import web
from translation.hangul import columns

TYPES = ("slide", "subslide", "fragment", "-", "notes", "skip")  # slide_type, of a whole cell
LINES = ("subslide", "fragment", "show", "above")  # of some lines of a text
HEADINGS = {"h1": "title", "h2": "section", "h3": "part"}
BLOCKS = {"blockquote": "quote", "math": "formula", "table": "table"}  # all others are lists


class Item(NamedTuple):
    """A piece of a cell, and how it is shown."""

    kind: str  # a heading's, "text", "question", "formula", "result", "picture" and so on
    html: str
    how: str = ""  # one of TYPES; "" where its kind decides; "above" for sentences that are shown only there
    above: str = ""  # Markdown that stands again above the next question, explorer or form
    source: str = ""  # of a heading: its text
    again: str = ""  # what can stand again beside the words of another slide, as HTML; of an explorer its plain picture


# --- Markdown -------------------------------------------------------------------------------------


def mathematics(content, options):
    left, right = (r"\[", r"\]") if options["display_mode"] else (r"\(", r"\)")
    return left + html.escape(content.strip()) + right


MARKDOWN = MarkdownIt("commonmark").enable("table")
MARKDOWN.use(dollarmath_plugin, renderer=mathematics, allow_digits=False)


def rendered(text):
    """Markdown as HTML. Links to other files of the course are words here: a deck travels alone."""
    return without_links(MARKDOWN.render(text)).strip()


def inline(text):
    """The Markdown of one line as HTML, without a paragraph around it."""
    return without_links(MARKDOWN.renderInline(text))


def without_links(code):
    code = re.sub(r'<a href="(?!https?://)[^"]*">(.*?)</a>', r"\1", code, flags=re.S)
    return re.sub(r'<a href="', '<a target="_blank" rel="noopener" href="', code)


def plain(text):
    """Markdown without its marks, for titles and descriptions."""
    text = re.sub(r"<[^>]*>|\\[()\[\]]", "", rendered(text))
    return re.sub(r"\s+", " ", html.unescape(text)).strip()


def blocks(text):
    """The top-level blocks of a Markdown text: [(token that opens it, its HTML)]."""
    found, piece = [], []
    for token in MARKDOWN.parse(text):
        piece.append(token)
        if token.level == 0 and token.nesting <= 0:
            code = MARKDOWN.renderer.render(piece, MARKDOWN.options, {})
            found.append((piece[0], without_links(code).strip()))
            piece = []
    return found


# --- metadata -------------------------------------------------------------------------------------


def metadata(cell):
    """A cell's slideshow metadata.

    Raises ValueError if a word of them has no meaning, or if slide_type, which is for the whole
    cell, stands beside words for some lines of a text.
    """
    how = cell.metadata.get("slideshow", {})
    values = {"name": None, "beside": None, "slide_type": TYPES, "class": (90,)}
    values |= dict.fromkeys(LINES) if cell.cell_type == "markdown" else {"show": ("code", "output", "both")}
    wrong = [key for key in how if key not in values]
    wrong += [f"{key} {how[key]}" for key, known in values.items() if known and how.get(key, known[0]) not in known]
    if "slide_type" in how and cell.cell_type == "markdown" and set(how) & set(LINES):
        wrong.append("slide_type together with words for some lines")
    if wrong:
        raise ValueError(f"slideshow: {', '.join(wrong)} has no meaning at {cell.source[:60]!r}")
    return how


def marked_lines(source, how):
    """What metadata say of the lines of a text: {number of a line: its words of LINES}.

    A line is named by some words that stand in it, with … behind them the rest of its paragraph
    too. Raises ValueError if they do not stand in exactly one line.
    """
    lines, marks = source.splitlines(), {}
    for mark in LINES:
        words = how.get(mark, [])
        for named in [words] if isinstance(words, str) else words:
            found = [n for n, line in enumerate(lines) if named.removesuffix("…") in line]
            if len(found) != 1:
                raise ValueError(f"{named!r} stands in {len(found)} lines, not in one, of {source[:60]!r}")
            rest = takewhile(str.strip, lines[found[0] + 1 :]) if named.endswith("…") else ()
            for n, _ in enumerate([named, *rest], found[0]):
                marks[n] = marks.get(n, frozenset()) | {mark}
    return marks


def manner(marks, otherwise):
    """How a piece with these marks is shown; otherwise: how without any."""
    for mark in ("subslide", "fragment"):
        if mark in marks:
            return mark
    if "show" in marks:
        return "" if otherwise == "notes" else "-"
    return "above" if "above" in marks and otherwise == "notes" else otherwise


# --- a cell's items -------------------------------------------------------------------------------


def items(cell):
    """The items of a cell, each with what the cell's metadata say of it."""
    how = metadata(cell)
    kind = how.get("slide_type", "")
    found = text_items(cell.source, how) if cell.cell_type == "markdown" else code_items(cell, how)
    if kind and any(item.kind in HEADINGS.values() for item in found):
        raise ValueError(f"slideshow: {kind} does not go with a heading, put +++ before it: {cell.source[:60]!r}")
    if kind == "skip":
        return []
    if kind in ("slide", "subslide"):
        return [item._replace(how="" if n else kind) for n, item in enumerate(found)]
    return [item._replace(how=kind) for item in found] if kind else found


def text_items(source, how):
    """The items of a Markdown cell; neighbouring lines of a paragraph that are shown alike are one."""
    lines, marks, found = source.splitlines(), marked_lines(source, how), []

    def of_line(n):
        return marks.get(n, frozenset())

    for token, code in blocks(source):
        span = range(*token.map)
        first, own = lines[span.start], frozenset().union(*map(of_line, span))
        if token.type == "heading_open":
            words = re.sub(r"</?h\d>", "", code).strip()
            found.append(Item(HEADINGS[token.tag], words, source=first.lstrip("# ").strip()))
        elif token.type == "paragraph_open":
            for alike, numbers in groupby(span, of_line):
                text = "\n".join(lines[n] for n in numbers)
                found.append(Item("text", rendered(text), manner(alike, "notes"), text * ("above" in alike)))
        elif re.match(rf"> {ASKING}", first):
            code = code.replace("<blockquote>", '<blockquote class="question">', 1)
            again = [n for n in span if "above" in of_line(n)] or span
            text = " ".join(lines[n].lstrip("> ") for n in again)
            found.append(Item("question", code, manner(own, ""), text))
        else:
            kind = BLOCKS.get(token.type.split("_")[0], "list")
            again = code * (kind == "table")
            found.append(Item(kind, code, manner(own, ""), code * ("above" in own), again=again))
    return found


def code_items(cell, how):
    """The items of a code cell: its outputs, its code before them, or its code alone."""
    show, found = how.get("show", "output"), []
    if show != "output":
        source = without_checks(cell.source)
        code = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip()
        found.append(monospaced("code", source, f"<code>{code}</code>"))
    return found if show == "code" else found + [output_item(output) for output in cell.outputs]


def result_item(text):
    item = monospaced("result", text.rstrip(), f"<samp>{html.escape(text.rstrip())}</samp>")
    return item._replace(again=item.html)


def monospaced(kind, text, code):
    """An item of preformatted text, which deck.css makes as large as its columns and rows allow."""
    lines = text.splitlines()
    size = f"--columns:{max(map(columns, lines))};--rows:{len(lines)}"
    return Item(kind, f'<pre class="{kind}" style="{size}">{code}</pre>')


def without_checks(source):
    """Code without its assertions, docstrings, last prints and double empty lines."""
    lines, tree = source.splitlines(), ast.parse(source)
    body = [node for node in tree.body if not isinstance(node, ast.Assert)]
    while len(body) > 1 and ast.unparse(body[-1]).startswith("print("):
        body.pop()
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    drop = [node for node in tree.body if node not in body]
    drop += [function.body[0] for function in functions if ast.get_docstring(function)]
    for node in sorted(drop, key=lambda n: -n.lineno):
        del lines[node.lineno - 1 : node.end_lineno]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def output_item(output):
    """The item that shows an output."""
    if output.output_type == "stream":
        return result_item(output.text)
    data = output.data
    if web.WIDGET_VIEW in data:
        alt = html.escape(" ".join(data["text/plain"].split()))
        kind = "form" if "image/png" not in data else "sketch" if alt.startswith(say("Predict:")) else "explorer"
        looks = "explorer sketch" if kind == "sketch" else kind
        view = f'<script type="{web.WIDGET_VIEW}">{web.as_script(data[web.WIDGET_VIEW])}</script>'
        still = picture_item(output).html if "image/png" in data else ""
        return Item(kind, f'<div class="{looks}" role="group" aria-label="{alt}">{view}</div>', again=still)
    if "image/png" in data:
        return picture_item(output)
    if "text/latex" in data:
        source = re.sub(r"\\displaystyle\s*", "", data["text/latex"].strip().strip("$"))
        return Item("formula", f'<div class="math block">\\[{html.escape(source)}\\]</div>')
    return result_item(data["text/plain"])


def picture_item(output):
    data, saved = output.data, output.get("metadata", {}).get("image/png", {})
    alt = html.escape(saved.get("alt") or data.get("text/plain", ""), quote=True)
    width, height = struct.unpack(">II", base64.b64decode(data["image/png"])[16:24])
    source = f"data:image/png;base64,{data['image/png'].strip()}"
    picture = f'<img width="{width}" height="{height}" alt="{alt}" src="{source}">'
    return Item("picture", picture, again=picture)
