"""Read the teaching plans, docs/teaching/NN_name.md: the minutes of a class, and what students believe."""

import re
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """A line of the minute table; strings of Markdown.

    `long` and `short` are the minutes in a class of 90 and of 45 minutes, such
    as "0–10"; `short` is "" where the short class leaves the section out.
    """

    long: str
    short: str
    section: str
    do: str
    ask: str


class Belief(NamedTuple):
    """What students believe, the question that finds it, what to show, and the section where that stands."""

    belief: str
    ask: str
    show: str
    section: str


class Explorer(NamedTuple):
    """What to predict before an explorer is touched, what to try with it, what comes out, and its section."""

    predict: str
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

    Raises ValueError, with file and line, if a table with exactly the header
    ROWS, BELIEFS or EXPLORERS is missing, stands there twice, or has a row of
    another number of cells. An explorer is named as 'x², in "The learning rate"'.
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    rows = [Row(*cells)._replace(short="" if cells[1] == "–" else cells[1]) for cells in table(path, lines, ROWS)]
    explorers = [(re.search(r', in "(.+)"$', name), rest) for name, *rest in table(path, lines, EXPLORERS)]
    if not all(place for place, _ in explorers):
        raise ValueError(f'{path}: an explorer is named with its section, as in: x², in "The learning rate"')
    beliefs = [Belief(*cells) for cells in table(path, lines, BELIEFS)]
    return Plan(rows, beliefs, tuple(Explorer(*rest, place[1]) for place, rest in explorers))


def table(path, lines, header):
    """The rows below a header, each a list of cells."""
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
        rows.append(cells(line))
        if len(rows[-1]) != len(header):
            raise ValueError(f"{path}:{number}: {len(rows[-1])} cells, and the header has {len(header)}: {line}")
    if len(rows) < 2 or not all(re.fullmatch(r":?-+:?", cell) for cell in rows[0]):
        raise ValueError(f"{path}:{heads[0] + 2}: a line |---| and at least one row must follow {wanted}")
    return rows[1:]


def cells(line):
    r"""The cells of a line of a table; a pipe inside a cell is written \|."""
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def minutes(text):
    """The start and the end of "0–10"."""
    start, end = re.fullmatch(r"(\d+)–(\d+)", text).groups()
    return int(start), int(end)
