"""The verdict on an answer: is it right, and if not, which known mistake is it, or where does it differ?"""

import html
import re
import time
from dataclasses import dataclass

import numpy as np

from gdlib.checks import bank
from gdlib.checks.calls import TooLong, _quiet, caller, within
from gdlib.checks.wire import Code, Unknown, built, shown

OUTCOMES = ("correct", "incorrect", "not attempted", "error", "too long")
_SIGNS = dict(zip(OUTCOMES, "✓✗○!…", strict=True))
_COLOURS = dict(zip(OUTCOMES, ("#009E73", "#D55E00", "#888888", "#D55E00", "#E69F00"), strict=True))
_LABEL = '<span style="display: inline-block; min-width: 5em; text-indent: 0">'
_HANGING = "padding-left: 5.5em; text-indent: -5.5em"
_SHORT = 0.5  # seconds for a known mistake: what takes longer does not end
_DIFFERS = "It differs here:"
_PYTHONS = {  # what a TypeError says -> what to say instead
    r"for \^|'bitwise_xor'": "In Python `^` is no power, it compares bits. Write `x**2`.",
    r"operand.*'(\w*function\w*|numpy\.ufunc|method)'": "You calculate with a function itself. Call it: `f(x)`, not `f`.",
}
_NEAR = "right within"
_UNUSABLE = "This can't be used"


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
        lines = [f"{self.question} {_SIGNS[self.outcome]} {self.outcome.capitalize()}. {self.message}"]
        lines += [f"    {what}: {text}" for what, text in self.example]
        return "\n".join(lines + [f"    {self._more}"] * bool(self._more))

    def _repr_html_(self):
        rows = "".join(
            f'<div style="{_HANGING}">{_LABEL}{html.escape(what)}</span> <code>{html.escape(text)}</code></div>'
            if what != _NEAR
            else f"<div><small>({what} {html.escape(text)})</small></div>"
            for what, text in self.example
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
    bad = sorted((row for row in rows if row.wrong), key=lambda row: _weight([row.args, row.kwargs]))
    if not bad:
        praise = f"It is right on all {len(rows)} inputs." if rows[1:] else "That is right."
        return Verdict(question.id, "correct", praise)
    endless = rows[-1].seen["kind"] == "too long"
    worst = rows[-1] if endless else next(filter(_known_error, bad), bad[0])

    def verdict(row, message, mistake):
        outcome = {"raised": "error", "too long": "too long"}.get(row.seen["kind"], "incorrect")
        return Verdict(question.id, outcome, message, mistake, _example(question, row, seed, message) if name else ())

    if not name:
        return verdict(worst, worst.wrong, None)
    if question.stub and _does(question, question.stub, rows, seed):
        same_as_given = "It does what the given code does: nothing was changed, or nothing that shows."
        return Verdict(question.id, "not attempted", same_as_given)
    usable = [r for r in rows if r.wrong and r.seen["kind"] == "value" and not r.wrong.startswith(_UNUSABLE)]
    for message, source in question.mistakes:
        fits = question.run(source, "mistake").get("fits")
        if fits is None and _does(question, source, rows, seed):
            return verdict(worst, message, message)
        if fits is not None and usable and not endless and _applies(question, fits, usable[0]):
            return verdict(usable[0], message, message)
    general = _general(question, worst, seed)
    return verdict(worst, general or worst.wrong, general)


def _wrong(question, seen, args, seed, position):
    """None where the observation is right, else what to say about it."""
    if seen["kind"] == "too long":
        stopped = f"It was stopped after {question.settings['seconds']:g} seconds"
        if position < 5:  # the time is for all calls together
            return f"{stopped}. Does the loop ever end? Look at its condition."
        return (
            f"{stopped}, after {position} inputs that all went well: is it slow, or is there one where it never ends?"
        )
    if question.settings["judge"] is None:
        if agree(seen, question.expected(seed, position), question):
            return None
    elif seen["kind"] == "value":
        return _judged(question, seen["value"], args)
    if seen["kind"] == "raised":
        return f"It raised {seen['error']}" + (f": {seen['text']}" if seen["text"] else "") + "."
    if seen["kind"] == "changed":
        return (
            f"It changes its argument `{question.parameter(seen['argument'])}`. Whoever calls it keeps using that. "
            "Work on a copy, or write `x = x - ...` in place of `x -= ...`."
        )
    if question.asks_for_values and not question.inputs(seed)[position][1]:
        return f"It is not {shown(seen['value'])}."
    return _DIFFERS


def _ask(question, function, value, args, seconds):
    """What an author's function, `judge` or `fits`, says of a result, in silence. Texts reach it in small letters."""
    values = value if question.asks_for_values and len(question.names) > 1 else (value,)
    values = [v.strip().casefold() if isinstance(v, str) else v for v in values]
    with _quiet():
        return within(seconds, function, ((*values, *built(args)), {}))


def _judged(question, value, args):
    """What the question's judge says of a result: None when it is right."""
    try:
        verdict = _ask(question, question.settings["judge"], value, args, question.settings["seconds"])
    except TooLong:
        return "Judging it took too long: the numbers are too large."
    except Exception as error:  # the learner's value is of another kind than the judge can use
        return f"{_UNUSABLE}: {type(error).__name__}: {str(error)[:200]}"
    if verdict is None or verdict is True or (isinstance(verdict, np.bool_) and verdict):
        return None
    return verdict if isinstance(verdict, str) and verdict else "This does not meet the goal yet."


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


def _does(question, source, rows, seed):
    """Does a known mistake do on every case what was seen, and with more evidence than that neither ends?

    Of several values only those count that the mistake has wrong: the others are another matter.
    """
    if all(row.seen["kind"] == "too long" for row in rows if row.wrong):
        return False
    call = caller(question.answer(source, "mistake"))
    several = len(question.names) > 1

    def agrees(row):
        seen, other = row.seen, call(row.args, row.kwargs, _SHORT)
        if several and seen["kind"] == other["kind"] == "value":
            three = zip(seen["value"], other["value"], question.expected(seed, row.position)["value"], strict=True)
            seen = seen | {"value": [o if same(o, e) else v for v, o, e in three]}
        return agree(seen, other, question)

    # The wrong cases first: most mistakes are ruled out by the first of them.
    return all(map(agrees, sorted(rows, key=lambda row: (row.wrong is None, row.position))))


def _applies(question, fits, row):
    try:
        return bool(_ask(question, fits, row.seen["value"], row.args, _SHORT))
    except (Exception, TooLong):
        return False


def _known_error(row):
    text = row.seen["text"] if row.seen.get("error") == "TypeError" else ""
    return next((message for pattern, message in _PYTHONS.items() if re.search(pattern, text)), None)


def _general(question, row, seed):
    """The mistakes that any answer can make: nothing returned, another shape or kind, a changed input, ^ for **."""
    if row.seen["kind"] == "changed":
        return row.wrong
    if row.seen["kind"] != "value":
        return _known_error(row)
    value, judged = row.seen["value"], question.settings["judge"] is not None
    if value is None and not question.asks_for_values:
        return "It returns nothing. Did you forget `return`?"
    expected = question.expected(seed, row.position)
    if expected["kind"] != "value" or (judged and not row.wrong.startswith(_UNUSABLE) and not _is_function(value)):
        return None
    names = [f"`{name}` is" for name in question.names] if question.asks_for_values else ["It returns"]
    both = (value, expected["value"]) if names[1:] else ([value], [expected["value"]])
    parts = list(zip(names, *both, strict=True))
    for what, yours, wanted in parts:
        misfit = _misfit(yours, wanted, judged)
        if misfit:
            return f"{what} {misfit}"
    if judged or not parts[1:]:
        return None
    near = question.settings["rtol"], question.settings["atol"]
    wrong = [what.removesuffix(" is") for what, yours, wanted in parts if not same(yours, wanted, *near)]
    return f"{', '.join(wrong)} {'are' if wrong[1:] else 'is'} not right yet."


def _is_function(value):
    return isinstance(value, Unknown) and value.kind.endswith(("function", "method"))


def _misfit(yours, wanted, judged):
    """What to say of a result of another kind or shape than is wanted; None where they are alike."""
    x, y = _numbers(yours), _numbers(wanted)
    if x is not None and y is not None:  # where a judge decides, the number of entries is its matter
        alike = (x.dtype == bool) == (y.dtype == bool) and (x.ndim == y.ndim if judged else x.shape == y.shape)
    else:
        alike = x is y is None if judged else _form(yours) == _form(wanted)
    if alike:
        return None
    form = "a list of numbers" if judged and np.ndim(y) else _form(wanted)
    advice = [
        (isinstance(yours, str), " Leave out quotation marks and `str`."),
        (_is_function(yours), " `f` is the function itself, and `f(x)` is what it gives."),
        (x is not None and x.dtype == bool, " A comparison such as `a < b` gives True or False."),
        (isinstance(yours, np.ndarray) and yours.size == 1, " It has a single entry: take it out with `[0]`."),
        (isinstance(yours, np.ndarray) and not np.ndim(y), " `a * b` multiplies entry by entry; `a @ b` also adds up."),
    ]
    said = f"{_form(yours)}; {form} {'are' if form.endswith('values') else 'is'} wanted."
    return said + next((text for holds, text in advice if holds and y is not None and y.dtype != bool), "")


def _form(value):
    """What kind of thing a plain value is, in words."""
    numbers = _numbers(value)
    if numbers is not None and (numbers.ndim != 1 or isinstance(value, np.ndarray)):
        kind = " of True and False" if numbers.dtype == bool else ""
        return f"an array of shape {numbers.shape}{kind}" if numbers.ndim else str(value) if kind else "a number"
    if isinstance(value, list | tuple | np.ndarray):
        return f"{len(value)} values" if len(value) != 1 else "a list with one value"
    if isinstance(value, dict):
        return "a dict of " + ", ".join(map(str, value))
    if isinstance(value, Unknown):
        return "a function" if _is_function(value) else f"a {value.kind}"
    return "text" if isinstance(value, str) else "nothing"


def _weight(value):
    """How much there is to read in a case: how many numbers (and letters of code), then how large they are."""
    numbers = _numbers(value)
    if numbers is not None:
        return numbers.size, float(np.nan_to_num(np.abs(numbers)).sum())
    inner = value if isinstance(value, list | tuple) else value.values() if isinstance(value, dict) else ()
    if isinstance(value, Code):
        inner = [value.names, np.zeros(len(value.source))]
    weights = [_weight(v) for v in inner]
    return sum(count for count, _ in weights), sum(size for _, size in weights)


def _example(question, row, seed, message):
    """The case in words: the input, what came back, what was expected; or the learner's line."""
    names = row.kwargs or {question.parameter(n): value for n, value in enumerate(row.args)}
    example = [("with", ", ".join(f"{name} = {shown(value)}" for name, value in names.items()))] if names else []
    if row.seen["kind"] == "raised":
        error = [] if message == row.wrong else [("error", row.wrong.removeprefix("It raised ").removesuffix("."))]
        return (*([("where", row.seen["where"])] if row.seen["where"] else []), *error, *example)
    if row.seen["kind"] != "value" or not names:
        return tuple(example)
    if question.settings["judge"] is not None:
        return (*example, ("yours", shown(row.seen["value"])))
    expected = question.expected(seed, row.position)
    if expected["kind"] != "value":
        return (*example, ("yours", shown(row.seen["value"])), ("expected", f"{expected['error']} is raised"))
    pairs = [(shown(row.seen["value"], p), shown(expected["value"], p)) for p in (6, 9, 17)]
    yours, wanted = next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])
    within = f"{question.settings['rtol']:g} of the value, {question.settings['atol']:g} near 0"
    near = [(_NEAR, within)] if message == _DIFFERS and not isinstance(row.seen["value"], str) else []
    return (*example, ("yours", yours), ("expected", wanted), *near)
