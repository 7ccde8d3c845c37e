"""The verdict on an answer: is it right, and if not, which known mistake is it, or where does it differ?"""

import html
import re
import time
from dataclasses import dataclass

import numpy as np

from gdlib.checks import bank
from gdlib.checks.calls import TooLong, caller, within
from gdlib.checks.wire import Unknown, built, shown

OUTCOMES = ("correct", "incorrect", "not attempted", "error", "too long")
_SIGNS = dict(zip(OUTCOMES, "✓✗○!…", strict=True))
_COLOURS = dict(zip(OUTCOMES, ("#009E73", "#D55E00", "#888888", "#D55E00", "#E69F00"), strict=True))
_SHORT = 0.5  # seconds for a known mistake: what takes longer does not end


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
        return "" if self.outcome in ("correct", "not attempted") else f'Stuck? hint("{self.question}")'

    def __repr__(self):
        lines = [f"{self.question} {_SIGNS[self.outcome]} {self.outcome.capitalize()}. {self.message}"]
        lines += [f"    {what}: {text}" for what, text in self.example]
        return "\n".join(lines + [f"    {self._more}"] * bool(self._more))

    def _repr_html_(self):
        rows = "".join(
            f"<div>{html.escape(what)}: <code>{html.escape(text)}</code></div>" for what, text in self.example
        )
        more = f"<div><small>{_prose(self._more)}</small></div>" if self._more else ""
        return (
            f'<div class="gdlib-check" style="border-left: 4px solid {_COLOURS[self.outcome]}; padding: 0.2em 0.8em">'
            f"<b>{self.question} {_SIGNS[self.outcome]} {self.outcome.capitalize()}.</b> "
            f"{_prose(self.message)}{rows}{more}</div>"
        )


def _prose(text):
    """Text as HTML; what stands in backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


@dataclass
class _Row:
    """One case: its arguments, what was seen, and what is wrong with it (None when it is right)."""

    position: int
    args: tuple
    kwargs: dict
    seen: dict
    wrong: str | None


def judge(question, call, seed=0, name=True):
    """The `Verdict` on an answer that is only reached through `call`.

    Parameters
    ----------
    question : Question or id
    call : callable
        ``call(args, kwargs, seconds)`` returns an observation as `caller` makes it. It may be `caller(answer)` in this
        process, or ask a process that knows nothing of solutions; its time counts, so let that process start first.
    seed : int
        Of the random cases. Students' checks use 0.
    name : bool
        Whether to find out what is wrong; without, it stops at the first wrong case.

    Returns
    -------
    Verdict
        Nothing is written and nothing is printed.
    """
    if not isinstance(question, bank.Question):
        question = bank.question(question)
    rows, left = [], question.settings["seconds"]
    for position, (args, kwargs) in enumerate(question.inputs(seed)):
        began = time.perf_counter()
        seen = call(args, kwargs, left) if left > 0 else {"kind": "too long"}
        left -= time.perf_counter() - began
        if seen["kind"] == "not attempted":
            if not rows:
                return Verdict(question.id, "not attempted", "Fill in the cell above, run it, then run this one again.")
            seen = {"kind": "raised", "error": "NotImplementedError", "text": "", "where": ""}
        rows.append(_Row(position, args, kwargs, seen, _wrong(question, seen, args, seed, position)))
        if seen["kind"] == "too long" or (rows[-1].wrong is not None and not name):
            break
    bad = [row for row in rows if row.wrong is not None]
    if not bad:
        return Verdict(question.id, "correct", _praise(question, len(rows)))
    worst = rows[-1] if rows[-1].seen["kind"] == "too long" else min(bad, key=lambda row: _weight(row.args, row.kwargs))
    outcome = {"raised": "error", "too long": "too long"}.get(worst.seen["kind"], "incorrect")
    if not name:
        return Verdict(question.id, outcome, worst.wrong)
    if question.stub and _fits(question, question.stub, rows):
        return Verdict(
            question.id,
            "not attempted",
            "It does what the given code does: nothing was changed, or nothing that shows.",
        )
    example = _example(question, worst, seed)
    for message, source in question.mistakes:
        if _fits(question, source, rows):
            return Verdict(question.id, outcome, message, message, example)
    general = _general(question, worst, seed)
    return Verdict(question.id, outcome, general or worst.wrong, general, example)


def _praise(question, n):
    return f"It is right on all {n} inputs." if n > 1 else "That is right."


def _wrong(question, seen, args, seed, position):
    """None where the observation is right, else what to say about it."""
    if seen["kind"] == "too long":
        seconds = question.settings["seconds"]
        return f"It was stopped after {seconds:g} seconds. Does the loop ever end? Look at its condition."
    if question.settings["judge"] is None:
        expected = question.expected(seed, position)
        if agree(seen, expected, question):
            return None
    elif seen["kind"] == "value":
        return _judged(question, seen["value"], args)
    if seen["kind"] == "raised":
        return f"It raised {seen['error']}" + (f": {seen['text']}" if seen["text"] else "") + "."
    if seen["kind"] == "changed":
        return (
            f"It changes its argument `{_parameter(question, seen['argument'])}`. Whoever calls it keeps using that. "
            "Work on a copy, or write `x = x - ...` in place of `x -= ...`."
        )
    if question.asks_for_values and not question.inputs(seed)[position][1]:
        return f"It is not {shown(seen['value'])}."
    s = question.settings
    return f"This differs by more than {s['rtol']:g} of the value (or {s['atol']:g} near 0)."


def _judged(question, value, args):
    """What the question's judge says of a result: None when it is right."""
    values = value if question.asks_for_values and len(question.names) > 1 else (value,)
    try:
        verdict = within(question.settings["seconds"], question.settings["judge"], ((*values, *built(args)), {}))
    except TooLong:
        return "Judging it took too long: the numbers are too large."
    except Exception as error:  # the learner's value is of another kind than the judge can use
        return f"This can't be used: {type(error).__name__}: {str(error)[:200]}"
    if verdict is None or verdict is True or (isinstance(verdict, np.bool_) and verdict):
        return None
    return verdict if isinstance(verdict, str) else "This does not meet the goal yet."


def agree(seen, other, question):
    """Are two observations the same, within the question's tolerances?"""
    if seen["kind"] != other["kind"]:
        return False
    if seen["kind"] == "value":
        return same(seen["value"], other["value"], question.settings["rtol"], question.settings["atol"])
    keys = {"raised": ("error", "text"), "changed": ("argument",)}.get(seen["kind"], ())
    return all(seen[key] == other[key] for key in keys)


def same(a, b, rtol=1e-6, atol=1e-9):
    """Is a plain value `a` the value `b`: |a − b| ≤ atol + rtol·|b|, in every number, with equal shapes?

    Lists, tuples and arrays are one thing; nan equals nan; text is compared without regard to capitals.

    >>> same([1, 2.0000001], np.array([1, 2])), same([[1], [2]], [1, 2])
    (True, False)
    """
    x, y = _numbers(a), _numbers(b)
    if x is not None and y is not None:
        return x.shape == y.shape and bool(np.isclose(x, y, rtol, atol, equal_nan=True).all())
    if isinstance(a, str) and isinstance(b, str):
        return a.strip().casefold() == b.strip().casefold()
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], rtol, atol) for key in a)
    if isinstance(a, list | tuple | np.ndarray) and isinstance(b, list | tuple | np.ndarray):
        return len(a) == len(b) and all(same(v, w, rtol, atol) for v, w in zip(a, b, strict=True))
    return a is b or (isinstance(a, int) and isinstance(b, int) and a == b)  # None, and numbers beyond any float


def _numbers(value):
    """A value as an array of numbers; None where it is none."""
    if value is None or isinstance(value, str | dict | Unknown):
        return None
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        return None
    return array if array.dtype.kind in "biufc" else None


def _fits(question, source, rows):
    """Does a known mistake do on every case what was seen, and with more evidence than that neither ends?"""
    bad = [row for row in rows if row.wrong is not None]
    fits = question.run(source, "mistake").get("fits")
    if fits is not None:
        values = [row for row in bad if row.seen["kind"] == "value"]
        return bool(values) and _applies(question, fits, values[0])
    if all(row.seen["kind"] == "too long" for row in bad):
        return False
    call = caller(question.answer(source, "mistake"))
    # The wrong cases first: most mistakes are ruled out by the first of them.
    return all(
        agree(row.seen, call(row.args, row.kwargs, _SHORT), question)
        for row in sorted(rows, key=lambda row: (row.wrong is None, row.position))
    )


def _applies(question, fits, row):
    value = row.seen["value"]
    values = value if question.asks_for_values and len(question.names) > 1 else (value,)
    try:
        return bool(within(_SHORT, fits, ((*values, *built(row.args)), {})))
    except (Exception, TooLong):
        return False


def _general(question, row, seed):
    """The mistakes that any function can make: nothing returned, another shape or kind, a changed input."""
    if row.seen["kind"] == "changed":
        return row.wrong
    if row.seen["kind"] != "value":
        return None
    value = row.seen["value"]
    if value is None and not question.asks_for_values:
        return "It returns nothing. Did you forget `return`?"
    if question.settings["judge"] is not None:
        return None
    expected = question.expected(seed, row.position)
    if expected["kind"] == "value" and _form(value) != _form(expected["value"]):
        verb = "It is" if question.asks_for_values else "It returns"
        return f"{verb} {_form(value)}; what is expected is {_form(expected['value'])}."
    return None


def _form(value):
    """What kind of thing a plain value is, in words."""
    numbers = _numbers(value)
    if numbers is not None:
        return "a number" if numbers.ndim == 0 else f"an array of shape {numbers.shape}"
    if isinstance(value, list | tuple | np.ndarray):
        return f"{len(value)} values"
    if isinstance(value, dict):
        return "a dict of " + ", ".join(map(str, value))
    return "text" if isinstance(value, str) else "nothing" if value is None else f"a {value.kind}"


def _weight(args, kwargs):
    """How much there is to read in a case: how many numbers, then how large they are."""
    arrays = [_numbers(v) for v in (*args, *kwargs.values())]
    numbers = np.concatenate([np.zeros(0), *(np.abs(a).ravel() for a in arrays if a is not None)])
    return len(numbers), float(np.nan_to_num(numbers).sum())


def _parameter(question, position):
    names = question.parameters
    return names[position] if position < len(names) else f"number {position + 1}"


def _example(question, row, seed):
    """The case in words: the input, what came back, what was expected; or the learner's line."""
    names = row.kwargs or {_parameter(question, n): value for n, value in enumerate(row.args)}
    example = [("with", ", ".join(f"{name} = {shown(value)}" for name, value in names.items()))] if names else []
    if row.seen["kind"] == "raised":
        failed = row.seen["error"] + (f": {row.seen['text']}" if row.seen["text"] else "")
        return (*([("where", row.seen["where"])] if row.seen["where"] else []), ("error", failed), *example)
    if row.seen["kind"] != "value" or not names:
        return tuple(example)
    if question.settings["judge"] is not None:
        return (*example, ("yours", shown(row.seen["value"])))
    expected = question.expected(seed, row.position)
    if expected["kind"] != "value":
        return (*example, ("yours", shown(row.seen["value"])), ("expected", f"{expected['error']} is raised"))
    pairs = [(shown(row.seen["value"], p), shown(expected["value"], p)) for p in (6, 9, 17)]
    yours, wanted = next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])
    return (*example, ("yours", yours), ("expected", wanted))
