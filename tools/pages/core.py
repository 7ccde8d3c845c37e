"""The page "Read the core": the core's files whole, and the links between a line and the section that derives it.

A comment such as `# lecture 4, "The derivation nobody may skip"` names a section. On the page it is a link to that
section; at the section's end a line leads back.
"""

import html
import re
from typing import NamedTuple

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from gdlib.words import say
from pages.web import ENGLISH, ROOT, address_of

FILES = ("calculus", "landscapes", "descent", "regression", "minibatch")
NOTE = re.compile(r'#.*?\blecture (\d), "(.+)"$')
HEADING = re.compile(r"^(#{2,4}) (.+)$", re.M)


class Place(NamedTuple):
    """A line of a file of the core, and the section that its comment names."""

    file: str
    line: int
    lecture: int
    heading: str


def sources():
    """{file: its text} of the core, in the order in which one reads it."""
    return {name: (ROOT / "gdlib" / f"{name}.py").read_text("utf-8") for name in FILES}


def places(texts, books):
    """The `Place`s that the comments of the core name, of {file: its text} and the lectures, {path: notebook}.

    Raises SystemExit if a comment names a section that no lecture of that number has.
    """
    headings = {int(path.name[:2]): {ENGLISH.get(m[2], m[2]) for m in sections(book)} for path, book in books.items()}
    found = []
    for name, text in texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if note := NOTE.search(line):
                place = Place(name, number, int(note[1]), note[2])
                if place.heading not in headings.get(place.lecture, ()):
                    raise SystemExit(f'gdlib/{name}.py:{number}: lecture {note[1]} has no section "{note[2]}"')
                found.append(place)
    return found


def sections(book):
    """The headings of a lecture, as matches of HEADING."""
    return [m for cell in book.cells if cell.cell_type == "markdown" for m in HEADING.finditer(cell.source)]


def as_html(name, text, books):
    """A file of the core as HTML: coloured, its lines numbered, its comments about lectures as links."""
    pages = {int(path.name[:2]): path.with_suffix(".html").as_posix() for path in books}

    def linked(match):
        address = f"{pages[int(match[2])]}#{address_of(html.unescape(match[3]))}"
        return f'<a href="{address}">{match[1]}</a>'

    code = highlight(text, PythonLexer(), HtmlFormatter(linenos="inline", lineanchors=name))
    quote = '(?:"|&quot;)'
    return re.sub(rf"(\blecture (\d), {quote}(.+){quote})(?=</span>$)", linked, code, flags=re.M)


def with_ways_back(book, lecture, found):
    """A lecture in which each section that the core names ends with a link to the lines that name it; in place."""
    open_sections = []  # (level, the way back) of the sections that the present line stands in, the inner ones first

    def change(heading):
        nonlocal open_sections
        level = len(heading[1])
        ended = "".join(way for inner, way in open_sections if inner >= level)
        places = [
            place for place in found if (place.lecture, place.heading) == (lecture, ENGLISH.get(heading[2], heading[2]))
        ]
        own = [(level, way_back(places))] if places else []
        open_sections = own + [(outer, way) for outer, way in open_sections if outer < level]
        return ended + heading[0]

    for cell in book.cells:
        if cell.cell_type == "markdown":
            cell.source = HEADING.sub(change, cell.source)


def way_back(found):
    """The line that leads from the end of a section to the places in the core that name it."""
    links = (f'<a href="../core.html#{at.file}-{at.line}">gdlib/{at.file}.py:{at.line}</a>' for at in found)
    return f'<p class="gd-core">{say("In the core:")} {"; ".join(links)}.</p>\n\n'
