"""The question bank, docs/teaching/questions/NN_name.md: multiple choice, with a reason for every option and a proof.

A question is a heading, its text, its options, the belief behind it, and a block of Python that asserts its numbers:

    ## 3.2 Nine times the rate

    From 1 on x², lr 0.1 needs 66 steps. How many with lr 0.9?

    - **A** 7. *No:* nine times the rate is not a ninth of the steps; the factor is −0.8 now.
    - **B** 66. *Yes:* |1 − 2·0.1| = |1 − 2·0.9| = 0.8.

    *Belief:* a larger lr is always faster. *Section:* The learning rate.
    *Other numbers:* `0.1 → 0.2; 0.9 → 0.8; 0.8 → 0.6; 66 → 29; 7 → 4; Nine → Four; nine → four; a ninth → a quarter`

A seed of N takes the N-th line of other numbers, after the last one the first again. Each is put for the other in all
of the question, its proof too, which so proves both. A question without such a line keeps its numbers.
What teachers take to class is made of it by `papers`.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gdlib.words import say

BANK = Path(__file__).resolve().parents[2] / "docs" / "teaching" / "questions"


class Option(NamedTuple):
    """An answer to choose, whether it is the right one, and why; strings of Markdown."""

    letter: str
    answer: str
    right: bool
    reason: str


class Question(NamedTuple):
    """A question: strings of Markdown but `proof`, which is Python; `section` is a heading of the notebook."""

    number: str
    title: str
    text: str
    options: list[Option]
    belief: str
    section: str
    proof: str
    others: int = 0  # how many lines of other numbers there are


HEADING = re.compile(r"## (\d\.\d+) (.+)")
YES, NO, BELIEVED, SECTION = say("Yes"), say("No"), say("Belief"), say("Section")
OPTION = re.compile(rf"- \*\*([A-Z])\*\* (.+?) \*({YES}|{NO}):\* (.+)")
BELIEF = re.compile(rf"\*{BELIEVED}:\* (.+?) \*{SECTION}:\* (.+?)\.?")
OTHERS = re.compile(rf"^\*{say('Other numbers')}:\* `(.+)`\n", re.M)
PROOF = re.compile(r"(.*)^```python\n(.*?)^```\s*\Z", re.S | re.M)


def read(path, seed=0):
    """The questions of a file; with a seed from 1 on, in other numbers where they have some.

    Raises ValueError, with file and line, where a question lacks a number, a proof or its belief, an option its reason, or
    where a number that is to be another one stands nowhere.
    """
    pieces = re.split(r"^(?=## )", Path(path).read_text(encoding="utf-8"), flags=re.M)
    line, found = 1 + pieces[0].count("\n"), []
    for piece in pieces[1:]:
        where, others = f"{path}:{line}", OTHERS.findall(piece)
        plain = OTHERS.sub("", piece)
        if seed and others:
            plain = changed(plain, others[(seed - 1) % len(others)], where)
        found.append(question(plain, where)._replace(others=len(others)))
        line += piece.count("\n")
    return found


@cache
def bank(seed=0):
    """{number: Question} of all lectures."""
    return {asked.number: asked for path in sorted(BANK.glob("*.md")) for asked in read(path, seed)}


def changed(piece, line, where):
    """The Markdown of one section with the numbers, or words, that a line puts for others; all at once."""
    new = dict(pair.split(" → ") for pair in line.split("; "))
    shapes = {}
    for old in new:  # no number is found inside another one, and no word inside another one
        before = r"(?<![\w.])" if old[0].isdigit() else r"(?<!\w)" * old[0].isalpha()
        shapes[old] = before + re.escape(old) + r"(?![A-Za-z0-9_]|\.\d)" * old[-1].isalnum()  # a particle may follow
        if not re.search(shapes[old], piece):
            raise ValueError(f"{where}: {old!r} is to be {new[old]!r}, and stands nowhere")
    longest = sorted(new, key=len, reverse=True)
    return re.sub("|".join(map(shapes.get, longest)), lambda found: new[found[0]], piece)


def question(piece, where):
    """The question in the Markdown of one section."""
    title, _, body = piece.partition("\n")
    heading, proof = HEADING.fullmatch(title), PROOF.fullmatch(body)
    if heading is None:
        raise ValueError(f"{where}: a heading is '## 3.2 Title', not {title!r}")
    if proof is None:
        raise ValueError(f"{where}: the question must end in a block ```python")
    text, options, belief = [], [], None
    for line in proof[1].splitlines():
        if line.startswith("- **"):
            option = OPTION.fullmatch(line)
            if option is None:
                raise ValueError(f"{where}: an option is '- **A** answer *No:* reason', not {line!r}")
            options.append(Option(option[1], option[2], option[3] == YES, option[4]))
        elif line.startswith(f"*{BELIEVED}:*"):
            belief = BELIEF.fullmatch(line)
        elif options and line.strip():
            raise ValueError(f"{where}: after the options comes the line '*Belief:* … *Section:* …', not {line!r}")
        else:
            text.append(line)
    if belief is None:
        raise ValueError(f"{where}: the line '*Belief:* … *Section:* …' is missing or incomplete")
    return Question(*heading.groups(), "\n".join(text).strip(), options, *belief.groups(), proof[2])
