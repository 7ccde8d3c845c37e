"""What to say of a wrong answer that is no mistake of its question's list: the mistakes that any answer can make, and
the input that shows it. A case is `judging.Case`."""

import re

import numpy as np

from gdlib.checks.comparing import numbers, same
from gdlib.checks.runner.wire import Code, Unknown, shown
from gdlib.checks.verdicts import NEAR

DIFFERS = "It differs here:"
UNUSABLE = "This can't be used"
_PYTHONS = {  # what a TypeError says -> what to say instead
    r"for \^|'bitwise_xor'": "In Python `^` is no power, it compares bits. Write `x**2`.",
    r"operand.*'(\w*function\w*|numpy\.ufunc|method)'": "You calculate with a function itself. Call it: `f(x)`, not `f`.",
}


def known_error(case):
    """What to say of an error that says what is wrong; None of any other."""
    text = case.seen["text"] if case.seen.get("error") == "TypeError" else ""
    return next((message for pattern, message in _PYTHONS.items() if re.search(pattern, text)), None)


def general(case):
    """The mistakes that any answer can make: nothing returned, another shape or kind, a changed input, ^ for **."""
    seen, question = case.seen, case.question
    if seen["kind"] != "value":
        return case.wrong if seen["kind"] == "changed" else known_error(case)
    if seen["value"] is None and not question.asks_for_values:
        return "It returns nothing. Did you forget `return`?"
    unusable = case.wrong.startswith(UNUSABLE) or _is_function(seen["value"])
    if case.expected["kind"] != "value" or (question.judged and not unusable):
        return None
    several = len(question.names) > 1
    both = [v if several else [v] for v in (seen["value"], case.expected["value"])]
    parts = [*zip(question.names, *both, strict=True)]
    for name, yours, wanted in parts:
        if misfit := _misfit(yours, wanted, question.judged):
            return f"`{name}` is {misfit}" if question.asks_for_values else f"It returns {misfit}"
    if question.judged or not several:
        return None
    near = question.settings["rtol"], question.settings["atol"]
    wrong = [f"`{name}`" for name, yours, wanted in parts if not same(yours, wanted, *near)]
    return f"{', '.join(wrong)} {'are' if wrong[1:] else 'is'} not right yet."


def _is_function(value):
    return isinstance(value, Unknown) and value.kind.endswith(("function", "method"))


def _misfit(yours, wanted, judged):
    """What to say of a result of another kind or shape than is wanted; None where they are alike."""
    x, y = numbers(yours), numbers(wanted)
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
    array = numbers(value)
    if array is not None and (array.ndim != 1 or isinstance(value, np.ndarray)):
        kind = " of True and False" if array.dtype == bool else ""
        return f"an array of shape {array.shape}{kind}" if array.ndim else str(value) if kind else "a number"
    if isinstance(value, list | tuple | np.ndarray):
        return f"{len(value)} values" if len(value) != 1 else "a list with one value"
    if isinstance(value, dict):
        return "a dict of " + ", ".join(map(str, value))
    if isinstance(value, Unknown):
        return "a function" if _is_function(value) else f"a {value.kind}"
    return "text" if isinstance(value, str) else "nothing"


def weight(value):
    """How much there is to read in a case: how many numbers (and letters of code), then how large they are.

    >>> weight([3.0, (np.ones(2), "text")])
    (3, 5.0)
    """
    array = numbers(value)
    if array is not None:
        return array.size, float(np.nan_to_num(np.abs(array)).sum())
    inner = value if isinstance(value, list | tuple) else value.values() if isinstance(value, dict) else ()
    if isinstance(value, Code):
        inner = [value.names, np.zeros(len(value.source))]
    weights = [weight(v) for v in inner]
    return sum(count for count, _ in weights), sum(size for _, size in weights)


def example(case, message):
    """The case in words: the input, what came back, what was expected; or the learner's line."""
    seen, question = case.seen, case.question
    args, names = case.given
    names = names or {question.parameter(n): value for n, value in enumerate(args)}
    given = [("with", ", ".join(f"{name} = {shown(value)}" for name, value in names.items()))] if names else []
    if seen["kind"] == "raised":
        error = [] if message == case.wrong else [("error", case.wrong.removeprefix("It raised ").removesuffix("."))]
        return (*([("where", seen["where"])] if seen["where"] else []), *error, *given)
    if seen["kind"] != "value" or not names:
        return tuple(given)
    if question.judged:
        return (*given, ("yours", shown(seen["value"])))
    return (*given, *_beside(seen["value"], case.expected, question, message))


def _beside(value, expected, question, message):
    """A result beside the expected one, with as many digits as show a difference."""
    if expected["kind"] != "value":
        return ("yours", shown(value)), ("expected", f"{expected['error']} is raised")
    pairs = [(shown(value, digits), shown(expected["value"], digits)) for digits in (6, 9, 17)]
    yours, wanted = next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])
    if message != DIFFERS or isinstance(value, str):
        return ("yours", yours), ("expected", wanted)
    near = f"{question.settings['rtol']:g} of the value, {question.settings['atol']:g} near 0"
    return ("yours", yours), ("expected", wanted), (NEAR, near)
