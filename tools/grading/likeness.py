"""Which two submissions are alike, as a hint: what these two wrote and hardly anybody else did, with both places.

Runs of RUN tokens are compared (S. Schleimer, D. Wilkerson, A. Aiken, SIGMOD 2003), every name of one's own taken for
the same, so that renaming hides nothing. What is given with the exercise, its solutions and its known mistakes do not
count, and neither does what many wrote. A likeness is no proof of anything: two may have sat side by side.
"""

import builtins
import keyword
import re
from collections import Counter, defaultdict
from itertools import combinations
from typing import NamedTuple

from gdlib.words import spoken
from lectures.exercises import derived

RUN = 12  # tokens
LENGTH = 40_000  # letters that are looked at of one submission
FEW = 4  # so many may share what still counts, or a tenth of the class
SHARED = 12  # runs that two must share
SAME = 0.5  # of the own runs of the one that has fewer

TOKEN = re.compile(r"#[^\n]*|\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\n]*\"|'[^'\n]*'|\d[\w.]*|\w+|[^\w\s]", re.S)
WORDS = {*keyword.kwlist, *dir(builtins)}


class Place(NamedTuple):
    """Where something stands: the notebook's cell, the lines in it, and these lines."""

    cell: int
    first: int
    last: int
    text: str


class Hint(NamedTuple):
    """Two students, how many runs they share that are theirs, which part of the shorter one's that is, and where."""

    one: str
    other: str
    shared: int
    part: float
    places: tuple


def tokens(source):
    """(token, line) of a source; names that are not Python's are all the same, but for those behind a dot."""
    line, end, before = 1, 0, ""
    source = re.sub(r"git\+[^\s\"]+", "git+", source)  # the course's address: every copy may have its own
    for found in TOKEN.finditer(source):
        line += source.count("\n", end, found.start())
        end, token = found.start(), found[0]
        is_own = re.match(r"[^\W\d]", token) and token not in WORDS and before != "."
        before = token
        yield " ".join(token.split()) if token[0] in "#\"'" else "name" if is_own else token, line


def runs(source):
    """{run: (its first line, its last)} of a source. A comment or a text of four words or more is a run by itself."""
    found = [*tokens(source)]
    plain = [(token, line) for token, line in found if not token.startswith("#")]
    result = {}
    for n in range(len(plain) - RUN + 1):
        window = plain[n : n + RUN]
        result.setdefault(tuple(token for token, _ in window), (window[0][1], window[-1][1]))
    for token, line in found:
        if token[0] in "#\"'" and len(token.split()) > 3:
            result.setdefault((token,), (line, line))
    return result


def known(exercises):
    """The runs that anybody may have: all code that is given, solutions, and known mistakes, in each language."""
    sources = []
    for name, exercise in exercises.items():
        with spoken(name):
            sources += [cell.source for cell in derived(exercise).cells if cell.cell_type == "code"]
        for question in exercise.questions.values():
            sources += [question.solution, *question.rights, *(source for _, source in question.mistakes)]
    return {run for source in sources for run in runs(source)}


def hints(codes, exercises):
    """The Hints on a class, {student: code cells}, the most alike first; of {language: the exercise in it}."""
    common, own, holders = known(exercises), {}, defaultdict(set)
    for student, cells in codes.items():
        left, mine = LENGTH, {}
        for n, cell in enumerate(cells):
            source, left = cell["source"][: max(left, 0)], left - len(cell["source"])
            mine |= {run: (n, *where) for run, where in runs(source).items() if run not in common and run not in mine}
        own[student] = mine
        for run in mine:
            holders[run].add(student)
    few = max(FEW, len(codes) // 10)
    rare = {run: sorted(who) for run, who in holders.items() if len(who) <= few}
    sizes = Counter(student for who in rare.values() for student in who)
    pairs = defaultdict(list)
    for run, who in rare.items():
        for pair in combinations(who, 2):
            pairs[pair].append(run)
    found = []
    for (one, other), shared in pairs.items():
        part = len(shared) / min(sizes[one], sizes[other])
        remarks = sum(len(run) == 1 for run in shared)
        if (len(shared) >= SHARED and part >= SAME) or remarks >= 2:
            places = tuple(place(codes[who], [own[who][run] for run in shared]) for who in (one, other))
            found.append(Hint(one, other, len(shared), part, places))
    return sorted(found, key=lambda hint: (-hint.part, -hint.shared, hint.one, hint.other))


def place(cells, where):
    """The cell with most of what is shared, and the lines there, eight at most."""
    n = Counter(at for at, _, _ in where).most_common(1)[0][0]
    first, last = min(line for at, line, _ in where if at == n), max(line for at, _, line in where if at == n)
    lines = cells[n]["source"].splitlines()[first - 1 : last][:8]
    return Place(cells[n]["at"], first, last, "\n".join(line[:120] for line in lines))
