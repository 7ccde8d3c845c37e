"""How far a student has come: a hidden file for each exercise in the working directory, beside the notebook."""

import contextlib
import html
import json
import os
from pathlib import Path

from gdlib.checks import bank
from gdlib.checks.verdicts import OUTCOMES, SIGNS

_shown = set()


def file(number):
    """Where the progress in an exercise is kept."""
    return Path(f".progress-{int(number):02d}.json")


def read(number):
    """{question: outcome} of an exercise; a file that is missing or damaged is an empty one."""
    try:
        found = json.loads(file(number).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {k: v for k, v in found.items() if v in OUTCOMES} if isinstance(found, dict) else {}


def record(verdict):
    """Keep a verdict, whole or not at all, and redraw the bar. What was never tried is not recorded, nor what
    becomes of a question that is solved: everybody may go on trying."""
    number = verdict.question.partition(".")[0]
    before = read(number)
    if verdict.outcome == "not attempted" or before.get(verdict.question) == "correct":
        return
    text = json.dumps(before | {verdict.question: verdict.outcome}, indent=1)
    part = Path(f"{file(number)}.{os.getpid()}.part")
    try:
        part.write_text(text, "utf-8")
        part.replace(file(number))
    except OSError:  # a folder that can't be written to, or a full disk: the check itself still counts
        with contextlib.suppress(OSError):
            part.unlink()
    if number in _shown:
        from IPython.display import update_display

        update_display(Progress(number).bundle(), display_id=f"gdlib-progress-{number}", raw=True)


class Progress:
    """The bar at the top of an exercise. Later checks redraw it where it stands.

    Parameters
    ----------
    number : str
        The exercise, such as "3".
    """

    def __init__(self, number):
        self.number = str(number)
        outcomes = read(self.number)
        self.outcomes = {key: outcomes.get(key, "not attempted") for key in bank.exercise(self.number).questions}

    @property
    def solved(self):
        return sum(outcome == "correct" for outcome in self.outcomes.values())

    def __repr__(self):
        marks = "  ".join(f"{key} {SIGNS[outcome]}" for key, outcome in self.outcomes.items())
        return f"Exercise {self.number}: {self.solved} of {len(self.outcomes)} solved.  {marks}"

    def _repr_html_(self):
        marks = " &nbsp; ".join(
            f'<span title="{html.escape(outcome)}">{key} {SIGNS[outcome]}</span>'
            for key, outcome in self.outcomes.items()
        )
        bar = f'<progress max="{len(self.outcomes)}" value="{self.solved}"></progress>'
        return f"<div>{bar} <b>{self.solved} of {len(self.outcomes)} solved</b><br>{marks}</div>"

    def bundle(self):
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def _ipython_display_(self):
        from IPython.display import display

        _shown.add(self.number)
        display(self.bundle(), display_id=f"gdlib-progress-{self.number}", raw=True)
