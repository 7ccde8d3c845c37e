"""Read the teaching plans, docs/teaching/NN_name.md: the minutes of a class, and what students believe."""

import re
from pathlib import Path
from typing import NamedTuple


class Ask(NamedTuple):
    """What to ask, as Markdown; the slide that it is about, and whether its answer has been seen.

    `slide` is "" where the class leaves the section out, `where` the plan's file and line.
    """

    slide: str
    after: bool
    text: str
    section: str
    where: str


class Row(NamedTuple):
    """A line of the minute table; strings of Markdown, and what to ask.

    `long` and `short` are the minutes in a class of 90 and of 45 minutes, such
    as "0–10"; `short` is "" where the short class leaves the section out.
    """

    long: str
    short: str
    section: str
    do: str
    asks: tuple[Ask, ...]


class Belief(NamedTuple):
    """What students believe, the question that finds it, what to show, and the section where that stands."""

    belief: str
    ask: Ask
    show: str
    section: str


class Explorer(NamedTuple):
    """What to predict before an explorer is touched, what to try with it, what comes out, and its section."""

    ask: Ask
    tries: str
    out: str
    section: str


class Plan(NamedTuple):
    rows: list[Row]
    beliefs: list[Belief]
    explorers: tuple[Explorer, ...] = ()


ROWS = ("90 min", "45 min", "section", "what you do", "ask")
BELIEFS = ("they believe", "ask", "show", "section")
EXPLORERS = ("explorer", "predict first", "let them try", "what comes out")


def read(path):
    """The plan in a Markdown file, with its three tables.

    What is to be asked begins with a slide of its section, and says whether the answer has been
    seen: '[edge, before] "How large may it be?"'; in the table of minutes several may follow each
    other. In a section that this table leaves out an ask has no slide. An explorer is named with
    its section, as 'x², in "The learning rate"'.

    Raises ValueError, with file and line, if a table with exactly the header ROWS, BELIEFS or
    EXPLORERS is missing, stands there twice, or has a row of another number of cells, if an ask
    doesn't begin so, or if an explorer is named without its section.
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    rows = [
        Row(long, "" if short == "–" else short, section, do, asks(where, ask, section) if ask else ())
        for where, (long, short, section, do, ask) in table(path, lines, ROWS)
    ]
    taught = {row.section for row in rows}
    beliefs = [
        Belief(belief, one_ask(where, ask, section, taught), show, section)
        for where, (belief, ask, show, section) in table(path, lines, BELIEFS)
    ]
    explorers = [
        Explorer(one_ask(where, predict, section_of(where, name), taught), tries, out, section_of(where, name))
        for where, (name, predict, tries, out) in table(path, lines, EXPLORERS)
    ]
    return Plan(rows, beliefs, tuple(explorers))


def asks(where, text, section):
    """The asks of a cell, each with its slide."""
    begin, *parts = re.split(r"\[([^],]+), (before|after)\] ", text)
    if begin or not parts:
        raise ValueError(f'{where}: an ask begins with its slide, as in [edge, before] "How large?": {text}')
    return tuple(
        Ask(slide, when == "after", words.strip(), section, where)
        for slide, when, words in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    )


def one_ask(where, text, section, taught):
    """The only ask of a cell; one without a slide where the section is not taught."""
    if section not in taught:
        return Ask("", True, text, section, where)
    found = asks(where, text, section)
    if len(found) > 1:
        raise ValueError(f"{where}: one ask stands here: {text}")
    return found[0]


def section_of(where, explorer):
    """The section in the name of an explorer."""
    found = re.search(r', in "(.+)"$', explorer)
    if not found:
        raise ValueError(f'{where}: an explorer is named with its section, as in: x², in "The learning rate"')
    return found[1]


def table(path, lines, header):
    """The rows below a header, each as (file and line, list of cells)."""
    heads = [number for number, line in enumerate(lines) if line.startswith("|") and cells(line) == list(header)]
    wanted = "| " + " | ".join(header) + " |"
    if not heads:
        near = [n for n, line in enumerate(lines, 1) if line.startswith("|") and cells(line)[-1] == header[-1]]
        where = f"{path}:{near[0]}" if near else f"{path}:{len(lines)}"
        raise ValueError(f"{where}: no table has the header {wanted}")
    if len(heads) > 1:
        raise ValueError(f"{path}:{heads[1] + 1}: a second table with the header {wanted}")
    rows = []
    for number, line in enumerate(lines[heads[0] + 1 :], heads[0] + 2):
        if not line.startswith("|"):
            break
        rows.append((f"{path}:{number}", cells(line)))
        if len(rows[-1][1]) != len(header):
            raise ValueError(f"{path}:{number}: {len(rows[-1][1])} cells, and the header has {len(header)}: {line}")
    if len(rows) < 2 or not all(re.fullmatch(r":?-+:?", cell) for cell in rows[0][1]):
        raise ValueError(f"{path}:{heads[0] + 2}: a line |---| and at least one row must follow {wanted}")
    return rows[1:]


def cells(line):
    r"""The cells of a line of a table; a pipe inside a cell is written \|."""
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def minutes(text):
    """The start and the end of "0–10"."""
    start, end = re.fullmatch(r"(\d+)–(\d+)", text).groups()
    return int(start), int(end)
