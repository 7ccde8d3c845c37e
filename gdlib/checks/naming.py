"""What to say of a wrong answer that is no mistake of its question's list: the mistakes that any answer can make, and
the input that shows it. A case is `judging.Case`."""

import re

import numpy as np

from gdlib.checks.comparing import numbers, same
from gdlib.checks.runner.wire import Code, Unknown, shown
from gdlib.checks.verdicts import NEAR
from gdlib.words import noted, say

DIFFERS = noted("It differs here:")
UNUSABLE = "This can't be used"
NOTHING = noted("It returns nothing. Did you forget `return`?")
NOTHING_HERE = noted(
    "Here it returns nothing, and with other inputs a result: does a loop or an `if` lead past `return`?"
)
_PYTHONS = {  # what Python says -> what to say instead
    r"TypeError.*(for \^|'bitwise_xor')": noted("In Python `^` is no power, it compares bits. Write `x**2`."),
    r"TypeError.*operand.*'(\w*function\w*|numpy\.ufunc|method)'": noted(
        "You calculate with a function itself. Call it: `f(x)`, not `f`."
    ),
    r"TypeError: '([\w.]+)' object is not callable": noted(
        "Brackets call a function, and what stands before them here is no function ({0}). `3(x)` needs a `*`. "
        "After `abs = 3` the name `abs` is that number: `del abs` gives it back."
    ),
    r"NotImplementedError": noted("Delete the line `raise NotImplementedError`: the function ends there."),
    r"TypeError.*'(int|float)' object is not (iterable|subscriptable)|TypeError: object of type '(int|float)' has no len|"
    r"'(int|float)' object has no attribute '(size|shape|ndim|sum|mean|T|copy|astype|reshape|ravel|dot)'": noted(
        "A single number is no array here: it has no entries, no length and no `.size`. `np.ndim(x)` is 0 for a number."
    ),
    r"truth value of an array": noted(
        "`if`, `while`, `and` and `or` need one True or False, and a comparison of an array gives one for each entry: "
        "`np.any`, `np.all` or `np.where` go on with these."
    ),
    r"Cannot cast ufunc": noted(
        "An array of whole numbers has no room for what comes after the point, so `+=`, `-=` and `/=` fail on it. "
        "Write `x = x + ...`, or make the array with `dtype=float`."
    ),
    r"Integers to negative integer powers": noted(
        "Whole numbers take no negative power in NumPy: divide, or begin with floats."
    ),
    r"must be square": noted("Eigenvalues and inverses belong to square matrices, and this one is not square."),
    r"solve\d?: .*size (\d+) is different from (\d+)": noted(
        "`np.linalg.solve(A, b)` needs as many entries in `b` as `A` has rows, and they are {0} and {1}."
    ),
    r"matmul.*size (\d+) is different from (\d+)": noted(
        "A product `A @ B` does not fit: the last number of the shape of `A` and the first of that of `B` must be equal, "
        "and they are {1} and {0}. Is a `.T` missing, or one too many?"
    ),
    r"shapes (\(.*?\)) and (\(.*?\)) not aligned": noted(
        "A product of the shapes {0} and {1} does not fit: the last number of the left one and the first of the right one "
        "must be equal. Is a `.T` missing, or one too many?"
    ),
    r"broadcast together with shapes (\(.*?\)) (\(.*?\))": noted(
        "The shapes {0} and {1} do not go together entry by entry."
    ),
    r"TypeError.*(multiply sequence|concatenate list|for .*'list')|'list' object has no attribute": noted(
        "A list, or a text, does not calculate entry by entry: `np.array(...)` makes an array of it."
    ),
    r"index (\d+) is out of bounds for axis \d with size (\d+)": noted(
        "There is no entry {0}: the {1} entries are counted from 0."
    ),
    r"RecursionError": noted(
        "Python stops what calls itself about a thousand times. Does it ever end? Then write a loop."
    ),
    r"LinAlgError: Singular": noted("A matrix has no inverse here: a column of it is a combination of the others."),
    r"LinAlgError.*(converge|infs or NaNs)": noted(
        "A matrix holds nan or infinity here, so nothing can be solved with it."
    ),
}
_MENDED = {  # what to do to a result that is right but for its form
    noted("It has a single entry, and that is right: `.item()` takes it out."): lambda v: v.item(),
    noted("Its numbers are right: `np.ravel(...)` gives them the right shape."): np.ravel,
    noted("Its first entry is what is wanted: `[0]` takes it out."): lambda v: v[0],
    noted("Its numbers are right: `.T` turns rows into columns."): lambda v: v.T,
    noted("The numbers are right: leave out quotation marks and `str`."): lambda v: np.array(v, dtype=float),
}


def raised(seen):
    """An error as Python says it, "TypeError: no"."""
    return seen["error"] + (f": {seen['text']}" if seen["text"] else "")


def known_error(case):
    """What to say of an error that says what is wrong; None of any other."""
    seen = case.seen
    text = f"{seen['error']}: {seen['text']}" if seen["kind"] == "raised" else case.wrong
    found = ((re.search(pattern, text), message) for pattern, message in _PYTHONS.items())
    return next((say(message, *match.groups()) for match, message in found if match), None)


def general(case, bad, mended):
    """The mistakes that any answer can make: nothing returned, another shape or kind, a changed input, ^ for **.

    bad: all the wrong cases. mended(change): would all be right if that were done to their results?
    """
    seen, question = case.seen, case.question
    if seen["kind"] != "value":
        return case.wrong if seen["kind"] == "changed" else known_error(case)
    if said := misfit(case, seen):
        advice = next((say(text) for text, change in _MENDED.items() if mended(change)), said[1])
        return " ".join([said[0], advice]).strip()
    if question.judged:
        return known_error(case)
    if len(question.names) == 1:
        return _numbers(bad)
    near = question.settings["rtol"], question.settings["atol"]
    wrong = [f"`{name}`" for name, yours, wanted in _parts(case, seen["value"]) if not same(yours, wanted, *near)]
    several = say("{names} are not right yet.", names=", ".join(wrong))
    return several if wrong[1:] else say("{name} is not right yet.", name=wrong[0])


def _parts(case, value):
    """A result beside the expected one, value by value: (name, yours, wanted)."""
    names = case.question.names
    both = [v if names[1:] else [v] for v in (value, case.expected["value"])]
    return [*zip(names, *both, strict=True)]


def misfit(case, seen):
    """What to say, and what to advise, of a result of another kind or shape than is wanted; None of any other."""
    question = case.question
    if seen["kind"] != "value" or case.expected["kind"] != "value":
        return None
    if seen["value"] is None and not question.asks_for_values:
        return say(NOTHING), ""
    arrays = any(isinstance(value, np.ndarray) for value in case.given[0])
    for name, yours, wanted in _parts(case, seen["value"]):
        if said := _misfit(yours, wanted, question.judged):
            of_value = say("`{name}` is {what}", name=name, what=said)
            said = of_value if question.asks_for_values else say("It returns {what}", what=said)
            return said, _advice(yours, wanted, arrays)
    return None


def _numbers(bad):
    """What to say of results that are right but rounded, and there are several of them, that are near, or nan; None of
    any others."""
    pairs = [(numbers(case.seen.get("value")), numbers(case.expected.get("value"))) for case in bad]
    if any(x is None or y is None for x, y in pairs):
        return None
    x, y = (np.concatenate([np.ravel(v) for v in side]) for side in zip(*pairs, strict=True))
    k = next((k for k in range(7) if len({*x}) > 2 and same(x, y.round(k), 1e-12, 1e-9)), None)
    found = [
        (k == 0, say("You round to a whole number. Return the number as it is.")),
        (k == 1, say("You round to 1 digit behind the point. Return the number as it is.")),
        (k is not None, say("You round to {k} digits behind the point. Return the number as it is.", k=k)),
        (
            np.isnan(pairs[0][0]).any(),
            say("There is `nan` in it: look for 0/0, and for a root, a logarithm or an arccos of what has none."),
        ),
        (same(x, y, 1e-3), say("Wherever it is wrong it is near: is something rounded, or a step too long?")),
    ]
    return next((text for holds, text in found if holds), None)


def _is_function(value):
    return isinstance(value, Unknown) and value.kind.endswith(("function", "method"))


def _misfit(yours, wanted, judged):
    """What to say of a result of another kind or shape than is wanted; None where they are alike."""
    x, y = numbers(yours), numbers(wanted)
    if x is not None and y is not None:  # where a judge decides, the number of entries is its matter
        alike = (x.dtype == bool) == (y.dtype == bool) and (x.ndim == y.ndim if judged else x.shape == y.shape)
    else:
        alike = x is y is None if judged else _form(yours) == _form(wanted)
    whole = y is not None and (alike or judged)
    if not whole and all(isinstance(v, list | tuple) for v in (yours, wanted)):  # such as (x, steps)
        parts = [_misfit(a, b, judged) for a, b in zip(yours, wanted, strict=False)] * (len(yours) == len(wanted))
        if wrong := next(((n, part) for n, part in enumerate(parts, 1) if part), None):
            return say("{n} values, and number {k} is {what}", n=len(wanted), k=wrong[0], what=wrong[1])
    if alike:
        return None
    if isinstance(wanted, list | tuple) and len(wanted) != 1 and not judged:
        return say("{yours}; {n} values are wanted.", yours=_form(yours), n=len(wanted))
    form = say("a list of numbers") if judged and np.ndim(y) else _form(wanted)
    return say("{yours}; {form} is wanted.", yours=_form(yours), form=form)


def _advice(yours, wanted, arrays):
    """What is often the reason for a result of another form; `arrays`: there are some among the arguments."""
    x, y = numbers(yours), numbers(wanted)
    advice = [
        (isinstance(yours, str), say("Leave out quotation marks and `str`.")),
        (_is_function(yours), say("`f` is the function itself, and `f(x)` is what it gives.")),
        (x is not None and x.dtype == bool, say("A comparison such as `a < b` gives True or False.")),
        (arrays and np.ndim(x) and not np.ndim(y), say("(`a * b` multiplies entry by entry; `a @ b` also adds up.)")),
    ]
    return next((text for holds, text in advice if holds and y is not None and y.dtype != bool), "")


def _form(value):
    """What kind of thing a plain value is, in words."""
    array = numbers(value)
    if array is not None and (array.ndim != 1 or isinstance(value, np.ndarray)) and not isinstance(value, tuple):
        return _form_of_array(array, value)
    if isinstance(value, list | tuple | np.ndarray):
        return say("{n} values", n=len(value)) if len(value) != 1 else say("a list with one value")
    if isinstance(value, dict):
        return say("a dict of {names}", names=", ".join(map(str, value)))
    if isinstance(value, Unknown):
        return say("a function") if _is_function(value) else say("a {kind}", kind=value.kind)
    if isinstance(value, int):
        return say("a whole number that no float holds")
    return say("text") if isinstance(value, str) else "None"


def _form_of_array(array, value):
    truth = array.dtype == bool
    if not array.ndim:
        return str(value) if truth else say("a number")
    shape = array.shape
    return (
        say("an array of shape {shape} of True and False", shape=shape)
        if truth
        else say("an array of shape {shape}", shape=shape)
    )


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
    given = [(say("with"), ", ".join(f"{name} = {shown(value)}" for name, value in names.items()))] if names else []
    where = [(say("where"), seen["where"])] if seen.get("where") else []
    if seen["kind"] == "raised":
        error = [] if message == case.wrong else [(say("error"), raised(seen))]
        return (*where, *error, *given)
    if seen["kind"] != "value" or not names:
        return tuple(given)
    if question.judged:
        return (*where, *given, (say("yours"), shown(seen["value"])))
    return (*where, *given, *_beside(seen["value"], case.expected, question, message))


def _beside(value, expected, question, message):
    """A result beside the expected one, with as many digits as show a difference."""
    if expected["kind"] != "value":
        return (say("yours"), shown(value)), (say("expected"), say("{error} is raised", error=expected["error"]))
    pairs = [(shown(value, digits), shown(expected["value"], digits)) for digits in (6, 9, 17)]
    yours, wanted = next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])
    pair = (say("yours"), yours), (say("expected"), wanted)
    if message != say(DIFFERS) or isinstance(value, str):
        return pair
    near = say("{rtol:g} of the value, {atol:g} near 0", **{k: question.settings[k] for k in ("rtol", "atol")})
    return (*pair, (say(NEAR), near))
