"""When two results, or two observations, are the same."""

import numpy as np

from gdlib.checks.runner.wire import Unknown


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

    Lists, tuples and arrays are one thing; nan equals nan; text is compared without regard to capitals. Where both are
    whole numbers, a tolerance as narrow as the default allows no difference: a count that is one off is wrong.

    >>> same([1, 2.0000001], np.array([1, 2])), same([[1], [2]], [1, 2])
    (True, False)
    """
    x, y = numbers(a), numbers(b)
    if x is not None and y is not None:
        if x.shape != y.shape:
            return False
        exact = rtol <= 1e-6 and x.dtype.kind in "iu" and y.dtype.kind in "iu"
        near = np.equal(x, y) if exact else np.isclose(x, y, rtol, atol, equal_nan=True)
        return bool(near.all())
    if isinstance(a, str) and isinstance(b, str):
        return a.strip().casefold() == b.strip().casefold()
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], rtol, atol) for key in a)
    if isinstance(a, list | tuple | np.ndarray) and isinstance(b, list | tuple | np.ndarray):
        return len(a) == len(b) and all(same(v, w, rtol, atol) for v, w in zip(a, b, strict=True))
    a, b = (v.item() if isinstance(v, np.generic) else v for v in (a, b))  # NumPy's float can't meet such an int
    single = int | float | Unknown  # an int beyond 64 bits, too
    return a is b or (isinstance(a, single) and isinstance(b, single) and a == b)


def numbers(value):
    """A value as an array of numbers; None where it is none."""
    if value is None or isinstance(value, str | dict | Unknown):
        return None
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        return None
    if array.dtype.kind in "fc":  # else NumPy would compare with as few digits as the less exact of the two has
        return array.astype(np.result_type(array, float))
    return array if array.dtype.kind in "biu" else None
