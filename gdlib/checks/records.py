"""How far a student has come: a hidden file for each exercise in the working directory, beside the notebook."""

import contextlib
import json
import os
from pathlib import Path

from gdlib.checks import bank
from gdlib.checks.verdicts import OUTCOMES, SIGNS, printable
from gdlib.words import say

_shown = set()


def file(number):
    """Where the progress in an exercise is kept."""
    return Path(f".progress-{int(number):02d}.json")


def read(number):
    """{question: outcome} of an exercise; a file that is missing or damaged is an empty one."""
    try:
        found = json.loads(file(number).read_text("utf-8"))
        return {k: v for k, v in found.items() if v in OUTCOMES}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}


def record(verdict):
    """Keep a verdict, whole or not at all, and redraw the bar. What was never tried is not recorded, nor what
    becomes of a question that is solved: everybody may go on trying."""
    number = verdict.question.partition(".")[0]
    before = read(number)
    if verdict.outcome == "not attempted" or before.get(verdict.question) == "correct":
        return
    part = Path(f"{file(number)}.{os.getpid()}.part")
    try:
        part.write_text(json.dumps(before | {verdict.question: verdict.outcome}, indent=1), "utf-8")
        part.replace(file(number))
    except OSError:  # a folder that can't be written to, or a full disk: the check itself still counts
        with contextlib.suppress(OSError):
            part.unlink()
    if number in _shown:
        Progress(number).show(update=True)


class Progress:
    """The bar at the top of an exercise, given by its number. Later checks redraw it where it stands."""

    def __init__(self, number):
        exercise = bank.exercise(number)
        self.number = exercise.number
        found = read(self.number)
        self.outcomes = {key: found.get(key, "not attempted") for key in exercise.questions}
        self.solved = [*self.outcomes.values()].count("correct")

    def __repr__(self):
        marks = "  ".join(f"{key} {SIGNS[outcome]}" for key, outcome in self.outcomes.items())
        return printable(f"{say('Exercise {number}:', number=self.number)} {self._solved()}.  {marks}")

    def _solved(self):
        return say("{n} of {all} solved", n=self.solved, all=len(self.outcomes))

    def _repr_html_(self):
        total = len(self.outcomes)
        marks = " &nbsp; ".join(
            f'<span title="{outcome}">{key} {SIGNS[outcome]}</span>' for key, outcome in self.outcomes.items()
        )
        bar = f'<progress max="{total}" value="{self.solved}"></progress>'
        return f"<div>{bar} <b>{self._solved()}</b><br>{marks}</div>"

    def show(self, update=False):
        """Display it, or redraw it where it was displayed."""
        from IPython.display import display

        bundle = {"text/plain": repr(self), "text/html": self._repr_html_()}
        display(bundle, display_id=f"gdlib-progress-{self.number}", raw=True, update=update)

    def _ipython_display_(self):
        _shown.add(self.number)
        self.show()
