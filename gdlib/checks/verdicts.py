"""What came of a check, and how it looks."""

import html
import re
import sys
from dataclasses import dataclass

from gdlib.words import noted, say

SIGNS = {"correct": "✓", "incorrect": "✗", "not attempted": "○", "error": "!", "too long": "…"}
OUTCOMES = tuple(SIGNS)
_WORDS = {
    "correct": noted("Correct."),
    "incorrect": noted("Incorrect."),
    "not attempted": noted("Not attempted."),
    "error": noted("Error."),
    "too long": noted("Too long."),
}
NEAR = noted("right within")  # an example's line that is shown small
_COLOURS = dict(zip(OUTCOMES, ("#009E73", "#D55E00", "#888888", "#D55E00", "#E69F00"), strict=True))
_LABEL = '<span style="display: inline-block; min-width: 5em; text-indent: 0">'
_HANGING = "padding-left: 5.5em; text-indent: -5.5em"


@dataclass(frozen=True)
class Verdict:
    """What came of a check of a `question`, given by its id.

    `outcome` is one of OUTCOMES, `message` one to three sentences for the student. `mistake` is the
    message of the known mistake that this is, or the general one that every function can make
    (nothing returned, another shape, a changed input), or None. `example` holds pairs of (what,
    text): the smallest input on which it differs, what came back and what was expected; or the line
    that failed. `share` of the question's inputs are right, from 0 to 1.
    """

    question: str
    outcome: str
    message: str
    mistake: str | None = None
    example: tuple = ()
    share: float = 0.0

    def _parts(self):
        """The head, and what to do next; "" where there is nothing left to do."""
        done = self.outcome in ("correct", "not attempted")
        head = f"{self.question} {SIGNS[self.outcome]} {say(_WORDS[self.outcome])}"
        return head, "" if done else say('Stuck? `hint("{question}")`', question=self.question)

    def __repr__(self):
        head, more = self._parts()
        lines = [f"{what}: {text}" for what, text in self.example] + [more] * bool(more)
        return printable("\n    ".join([f"{head} {self.message}", *lines]))

    def _repr_html_(self):
        head, more = self._parts()
        rows = "".join(
            f'<div style="{_HANGING}">{_LABEL}{html.escape(what)}</span> <code>{html.escape(text)}</code></div>'
            if what != say(NEAR)
            else f"<div><small>({what} {html.escape(text)})</small></div>"
            for what, text in self.example
        )
        if more:
            rows += f"<div><small>{prose(more)}</small></div>"
        style = f"border-left: 4px solid {_COLOURS[self.outcome]}; padding: 0.2em 0.8em"
        return f'<div class="gdlib-check" style="{style}"><b>{head}</b> {prose(self.message)}{rows}</div>'


def printable(text):
    """Text as the console can print it: a sign that it lacks becomes a question mark."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def prose(text):
    """Text as HTML; what stands in backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
