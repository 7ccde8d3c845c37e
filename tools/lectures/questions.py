"""The question bank, docs/teaching/questions/NN_name.md: multiple choice, with a reason for every option and a proof.

    python -m lectures.questions [NAME ...]    write build/questions/NN_name.gift, which Moodle and others import

NAME is a lecture's file name or its beginning, such as 01; all of them when left out.
A question is a heading, its text, its options, the belief behind it, and a block of Python that asserts its numbers:

    ## 3.2 Nine times the rate

    From 1 on x², lr 0.1 needs 66 steps. How many with lr 0.9?

    - **A** 7. *No:* nine times the rate is not a ninth of the steps; the factor is −0.8 now.
    - **B** 66. *Yes:* |1 − 2·0.1| = |1 − 2·0.9| = 0.8.

    *Belief:* a larger lr is always faster. *Section:* The learning rate.
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

ROOT = Path(__file__).resolve().parents[2]
BANK, BUILD = ROOT / "docs" / "teaching" / "questions", ROOT / "build" / "questions"


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


HEADING = re.compile(r"## (\d\.\d+) (.+)")
OPTION = re.compile(r"- \*\*([A-Z])\*\* (.+?) \*(Yes|No):\* (.+)")
BELIEF = re.compile(r"\*Belief:\* (.+?) \*Section:\* (.+?)\.?")
PROOF = re.compile(r"(.*)^```python\n(.*?)^```\s*\Z", re.S | re.M)


def read(path):
    """The questions of a file.

    Raises ValueError, with file and line, where a question lacks a number, a proof or its belief, or an option its reason.
    """
    pieces = re.split(r"^(?=## )", Path(path).read_text(encoding="utf-8"), flags=re.M)
    line, found = 1 + pieces[0].count("\n"), []
    for piece in pieces[1:]:
        found.append(question(piece, f"{path}:{line}"))
        line += piece.count("\n")
    return found


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
            options.append(Option(option[1], option[2], option[3] == "Yes", option[4]))
        elif line.startswith("*Belief:*"):
            belief = BELIEF.fullmatch(line)
        elif options and line.strip():
            raise ValueError(f"{where}: after the options comes the line '*Belief:* … *Section:* …', not {line!r}")
        else:
            text.append(line)
    if belief is None:
        raise ValueError(f"{where}: the line '*Belief:* … *Section:* …' is missing or incomplete")
    return Question(*heading.groups(), "\n".join(text).strip(), options, *belief.groups(), proof[2])


MARKDOWN = MarkdownIt("commonmark").use(dollarmath_plugin, double_inline=True)
for rule, shape in {"math_inline": r"\({}\)", "math_inline_double": r"\[{}\]", "math_block": r"<p>\[{}\]</p>"}.items():
    MARKDOWN.add_render_rule(rule, lambda _, tokens, n, *__, shape=shape: shape.format(tokens[n].content))


def escaped(html):
    r"""HTML with what GIFT would read as its own marks made plain: \ ~ = # { } :, and no ends of lines."""
    lines = re.sub(r"\n+", "<br>", html.strip()) if "<pre>" in html else re.sub(r"\n+", " ", html.strip())
    return re.sub(r"([\\~=#{}:])", r"\\\1", lines)


def gift(asked):
    """A question in Moodle's GIFT format, as HTML, with the reason of each option as its feedback."""
    lines = [f"::{escaped(asked.number + ' ' + asked.title)}::[html]{escaped(MARKDOWN.render(asked.text))} {{"]
    for option in asked.options:
        answer, reason = (escaped(MARKDOWN.renderInline(part)) for part in (option.answer, option.reason))
        lines.append(f"{'=' if option.right else '~'}{answer}#{reason}")
    return "\n".join([*lines, "}", ""])


def main(names):
    chosen = [path for path in sorted(BANK.glob("*.md")) if path.name.startswith(tuple(names) or "")]
    if not chosen:
        raise SystemExit(f"no question bank begins with {' or '.join(names)}")
    BUILD.mkdir(parents=True, exist_ok=True)
    for path in chosen:
        asked, target = read(path), BUILD / f"{path.stem}.gift"
        target.write_text("\n".join(map(gift, asked)), encoding="utf-8")
        print(f"{target.relative_to(ROOT)}: {len(asked)} questions")


if __name__ == "__main__":
    main(sys.argv[1:])
