"""Predict, run, explain: a prediction is committed before the answer runs."""

import base64
import html
import json
import os
import re

import ipywidgets
import numpy as np
import traitlets

from gdlib.explore.widgets import Widget, bundle
from gdlib.words import say


class Form(Widget):
    """Where the reader commits: the question's options in `spec`, and how far the reader has come."""

    # what was committed, the answer once it ran, the reason, and the explanation once it is earned
    given, truth, reason, why = (traitlets.Unicode().tag(sync=True) for _ in range(4))


class Prediction(ipywidgets.VBox):
    """A question, a place to commit, and what came of it. Made by `predict` and `sketch`; `picture()` is a PNG."""

    def __init__(self, form, question, alt, answer, picture=None):
        self.form, self.alt, self._answer, self.picture = form, alt, answer, picture
        why = ipywidgets.HTMLMath()
        ipywidgets.jslink((form, "why"), (why, "value"))
        super().__init__([ipywidgets.HTMLMath(f"<b>{say('Predict.')}</b> {with_code(question)}"), form, why])
        self.add_class("gd-explore")
        form.on_msg(self._asked)

    def _asked(self, form, message, buffers):
        if message.get("type") == "commit":
            try:
                form.truth = encoded(self._answer())
            except Exception as error:  # shown where the reader looks; a callback's error would be lost
                form.send({"type": "error", "text": f"{type(error).__name__}: {error}"})

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, **kwargs):
        return bundle(super()._repr_mimebundle_(**kwargs), self.alt, self.picture and self.picture())


class Predictions(ipywidgets.VBox):
    """What the reader has predicted in this lecture: the browser keeps it and counts it, no kernel knows it."""

    def __init__(self):
        self.alt = say(
            "Your predictions in this lecture, and how many were right: kept by your browser, for you alone."
        )
        super().__init__([Widget(spec={"predictions": True})])
        self.add_class("gd-explore")

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, **kwargs):
        return bundle(super()._repr_mimebundle_(**kwargs), self.alt)


def predictions():
    """What the reader has predicted in this lecture: a table, its count, buttons to export it (CSV, JSON) and to forget
    it. It follows the forms of the page. docs/teaching/README.md says what the files hold."""
    return Predictions()


def with_code(text):
    """Markdown's `code` as HTML, outside of $mathematics$; everything else stays.

    >>> with_code("Is `a < b` in $`x`$?")
    'Is <code>a &lt; b</code> in $`x`$?'
    """
    mathematics = r"\$[^$]*\$"
    return re.sub(f"{mathematics}|`([^`]+)`", lambda m: f"<code>{html.escape(m[1])}</code>" if m[1] else m[0], text)


def predict(question, answer, choices=None, unit="", rtol=None, atol=None, why=None):
    """Commit first, then see: the reader's number or choice beside the computed answer, scored by a stated tolerance.

    The question, the choices and `why` may hold $mathematics$ and `code`. An `answer` with no arguments to call runs
    only after the reader has committed, which asks the kernel. A value is kept, encoded, in the form's state, so that
    a saved notebook scores with no kernel. With the environment variable GDLIB_STORE_ANSWERS set (as when the course's
    notebooks are built), a callable runs in the cell and its answer is kept too.

    With `choices`, a sequence of str, the answer is one of them; else it is a number, in `unit`, and counts as right
    within rtol · |answer| + atol. Without either, rtol is 0.1. A count, which is a whole answer with rtol = 0 and
    atol < 1, is right only if exact. `why`, the explanation, is shown once the reader has written a reason; then
    "Predict again" empties the form.

    ValueError or TypeError for a tolerance below 0, an answer that is no number, or is not among the choices.
    """
    if rtol is None and atol is None:
        rtol = 0.1
    rtol, atol = float(rtol or 0), float(atol or 0)
    if rtol < 0 or atol < 0:
        raise ValueError(f"rtol and atol must be 0 or above, got {rtol} and {atol}")

    def computed():
        value = answer() if callable(answer) else answer
        if choices is not None:
            if str(value) not in choices:
                raise ValueError(f"answer must be one of the choices {choices}, got {value!r}")
            return str(value)
        if isinstance(value, str) or np.size(value) != 1:
            raise TypeError(f"answer must be a number, got {value!r}")
        return float(np.squeeze(value))

    spec = {
        **asked(question, why, computed, callable(answer)),
        "choices": choices,
        "unit": unit,
        "rtol": rtol,
        "atol": atol,
    }
    number = say("Answer with a number in {unit}.", unit=unit) if unit else say("Answer with a number.")
    options = say("Choose one: {options}.", options=", ".join(choices)) if choices else number
    return Prediction(Form(spec=spec), question, f"{say('Predict:')} {question} {options}", computed)


def asked(question, why, computed, later):
    """The part of a spec that every form has. What is `computed()` only `later` is kept when the course is built."""
    keep = not later or os.environ.get("GDLIB_STORE_ANSWERS")
    return {
        "question": re.sub("[$`]|<[^>]+>", "", question),
        "kept": encoded(computed()) if keep else None,
        "why": encoded(with_code(why)) if why else None,
    }


def encoded(value):
    """A value as text that nobody reads by accident: base64 of its JSON. No secret."""
    return base64.b64encode(json.dumps(value).encode()).decode()
