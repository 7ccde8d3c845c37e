"""Read the teaching plans, docs/teaching/NN_name.md: the minutes of a class, and what students believe."""

import re
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from gdlib.words import say


class Ask(NamedTuple):
    """What to ask, as Markdown."""

    slide: str  # that it is about; "" where the class leaves the section out
    after: bool  # has its answer been seen?
    text: str
    section: str
    where: str  # the plan's file and line


class Row(NamedTuple):
    """A line of the minute table; strings of Markdown, and what to ask."""

    long: str  # the minutes in a class of 90, such as "0–10"; of an optional lecture in its 45
    short: str  # in a class of 45; "" where that leaves the section out
    section: str
    do: str
    asks: tuple[Ask, ...]
    kept: tuple[bool, bool]  # is it worth keeping when a class of 90, or of 45, is late? Its minutes are bold then


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


class Explanation(NamedTuple):
    """Where a question of the exercise is explained again: the section, a slide of it, and a question of the bank."""

    question: str
    words: str  # of the mistakes that it is about; "" for all the others
    section: str
    slide: str
    bank: str


class Reply(NamedTuple):
    """A question on a slide: its options, its answer, and what to reply to who is wrong."""

    slide: str  # its name; or what the plan asks, word for word
    vote: list[str]  # the options A, B and so on; none where nothing is to be chosen
    answer: str
    wrong: list[tuple[str, str, str]]  # (they say, they believe, the reply) each
    where: str


class Homework(NamedTuple):
    """What a class does at home: numbers of questions of the exercise, and sections of the lecture to read."""

    questions: list[str]
    more: list[str]  # for those who like
    read: str


class Plan(NamedTuple):
    rows: list[Row]
    beliefs: list[Belief]
    explorers: list[Explorer]
    replies: list[Reply]
    homework: dict[str, Homework]  # of a class of "90 min" and of "45 min"
    exercise: dict[str, tuple[str, str]]  # {number of a question: (its title, its minutes)}
    file: str  # the name of the lecture and of its exercise, without its ending


# The headers, as they are in the language of the plan.
ROWS = (say("90 min"), say("45 min"), say("section"), say("what you do"), say("ask"))
BELIEFS = (say("they believe"), say("ask"), say("show"), say("section"))
EXPLANATIONS = (say("if it went wrong"), say("section"), say("slide"), say("bank"))
EXPLORERS = (say("explorer"), say("predict first"), say("let them try"), say("what comes out"))
REPLIES = (say("question"), say("vote"), say("answer"), say("they say"), say("they believe"), say("reply"))
HOMEWORK = (say("homework"), say("questions"), say("if you like"), say("read"))
EXERCISE = (say("question"), say("minutes"), say("watch for"), say("common mistakes"))


def read(path):
    """The plan in a Markdown file, with its tables; without REPLIES it has none.

    What is to be asked begins with a slide of its section, and says whether the answer has been
    seen: '[edge, before] "How large may it be?"'; in the table of minutes several may follow each
    other. In a section that this table leaves out an ask has no slide. An explorer is named with
    its section, as 'x², in "The learning rate"'. An optional lecture's table has no column "90 min".

    A line of REPLIES without a question is about the one above. It names the slide that asks, or
    what the plan asks, in quotes. The options of a vote stand between dots: 10 · 100 · 700.

    Raises ValueError, with file and line, if a table with exactly one of the other headers is
    missing, stands there twice, or has a row of another number of cells, if an ask
    doesn't begin so, or if an explorer is named without its section.
    """
    plan = Plan([], [], [], [], {}, {}, Path(path).stem)
    optional = "\n| " + " | ".join(ROWS[1:]) + " |\n" in Path(path).read_text(encoding="utf-8")
    for where, (*long, short, section, do, ask) in table(path, ROWS[optional:]):
        kept = tuple(minutes.startswith("**") for minutes in (*(long or [""]), short))
        long, short = "".join(long).strip("*"), short.strip("–*")
        plan.rows.append(Row(long, short, section, do, asks(where, ask, section) if ask else (), kept))
    taught = {row.section for row in plan.rows}
    for where, (belief, ask, show, section) in table(path, BELIEFS):
        plan.beliefs.append(Belief(belief, one_ask(where, ask, section, taught), show, section))
    for where, (name, predict, tries, out) in table(path, EXPLORERS):
        named = re.search(r', in "(.+)"$', name)
        if not named:
            raise ValueError(f'{where}: an explorer is named with its section, as in: x², in "The learning rate"')
        plan.explorers.append(Explorer(one_ask(where, predict, named[1], taught), tries, out, named[1]))
    for where, (slide, vote, answer, *wrong) in table(path, REPLIES, optional=True):
        if not plan.replies and not slide:
            raise ValueError(f"{where}: the first line names a question")
        if slide:
            plan.replies.append(Reply(slide.strip('"'), [*filter(None, vote.split(" · "))], answer, [], where))
        plan.replies[-1].wrong.append(tuple(wrong))
    for _, (name, questions, more, read) in table(path, HOMEWORK):
        plan.homework[name] = Homework(re.findall(r"\d\.\d", questions), re.findall(r"\d\.\d", more), read)
    for _, (question, length, *_) in table(path, EXERCISE):
        number, _, title = question.partition(" ")
        plan.exercise[number] = title, length
    return plan


def explanations(path):
    """The Explanations of a plan. A first cell is '3.1', or '3.1: turned round, sign' for mistakes whose message has
    one of these words."""
    rows = (cells for _, cells in table(path, EXPLANATIONS))
    split = ((question.partition(": "), section, slide, bank) for question, section, slide, bank in rows)
    return [Explanation(question, words, section, slide, bank) for (question, _, words), section, slide, bank in split]


def explaining(places, question, message=""):
    """The Explanation of a question, and of a mistake by its message; None where there is none."""
    ours = [place for place in places if place.question == question]
    fits = [place for place in ours if place.words and any(word in message for word in place.words.split(", "))]
    return next(iter([*fits, *(place for place in ours if not place.words)]), None)


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


def table(path, header, optional=False):
    """The rows below a header, each as (file and line, list of cells)."""
    lines = [cells(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    heads = [number for number, line in enumerate(lines, 1) if line == list(header)]
    wanted = "| " + " | ".join(header) + " |"
    if not heads and optional:
        return []
    if not heads:
        near = [number for number, line in enumerate(lines, 1) if line[-1:] == [header[-1]]]
        raise ValueError(f"{path}:{(near or [len(lines)])[0]}: no table has the header {wanted}")
    if len(heads) > 1:
        raise ValueError(f"{path}:{heads[1]}: a second table with the header {wanted}")
    below = [*takewhile(bool, lines[heads[0] :])]
    for number, row in enumerate(below, heads[0] + 1):
        if len(row) != len(header):
            raise ValueError(f"{path}:{number}: {len(row)} cells, and the header has {len(header)}: {row}")
    if len(below) < 2 or not all(re.fullmatch(r":?-+:?", cell) for cell in below[0]):
        raise ValueError(f"{path}:{heads[0] + 1}: a line |---| and at least one row must follow {wanted}")
    return [(f"{path}:{number}", row) for number, row in enumerate(below[1:], heads[0] + 2)]


def cells(line):
    r"""The cells of a line of a table, none of other lines; a pipe inside a cell is written \|."""
    found = re.split(r"(?<!\\)\|", line.strip())[1:-1] if line.startswith("|") else []
    return [cell.strip().replace(r"\|", "|") for cell in found]


def minutes(text):
    """The start and the end of "0–10"."""
    start, end = re.fullmatch(r"(\d+)–(\d+)", text).groups()
    return int(start), int(end)
