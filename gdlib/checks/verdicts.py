"""What came of a check, and how it looks."""

import html
import re
from dataclasses import dataclass

SIGNS = {"correct": "✓", "incorrect": "✗", "not attempted": "○", "error": "!", "too long": "…"}
OUTCOMES = tuple(SIGNS)
NEAR = "right within"  # an example's line that is shown small
_COLOURS = dict(zip(OUTCOMES, ("#009E73", "#D55E00", "#888888", "#D55E00", "#E69F00"), strict=True))
_LABEL = '<span style="display: inline-block; min-width: 5em; text-indent: 0">'
_HANGING = "padding-left: 5.5em; text-indent: -5.5em"


@dataclass(frozen=True)
class Verdict:
    """What came of a check.

    Attributes
    ----------
    question : str
        Its id.
    outcome : str
        One of OUTCOMES.
    message : str
        One to three sentences for the student.
    mistake : str or None
        The message of the known mistake that this is, or the general one that every function can make (nothing
        returned, another shape, a changed input).
    example : tuple of (what, text)
        The smallest input on which it differs, what came back and what was expected; or the line that failed.
    """

    question: str
    outcome: str
    message: str
    mistake: str | None = None
    example: tuple = ()

    @property
    def _more(self):
        return "" if self.outcome in ("correct", "not attempted") else f'Stuck? `hint("{self.question}")`'

    def __repr__(self):
        lines = [f"{self.question} {SIGNS[self.outcome]} {self.outcome.capitalize()}. {self.message}"]
        lines += [f"    {what}: {text}" for what, text in self.example]
        return "\n".join(lines + [f"    {self._more}"] * bool(self._more))

    def _repr_html_(self):
        rows = "".join(
            f'<div style="{_HANGING}">{_LABEL}{html.escape(what)}</span> <code>{html.escape(text)}</code></div>'
            if what != NEAR
            else f"<div><small>({what} {html.escape(text)})</small></div>"
            for what, text in self.example
        )
        more = f"<div><small>{prose(self._more)}</small></div>" if self._more else ""
        return (
            f'<div class="gdlib-check" style="border-left: 4px solid {_COLOURS[self.outcome]}; padding: 0.2em 0.8em">'
            f"<b>{self.question} {SIGNS[self.outcome]} {self.outcome.capitalize()}.</b> "
            f"{prose(self.message)}{rows}{more}</div>"
        )


def prose(text):
    """Text as HTML; what stands in backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
