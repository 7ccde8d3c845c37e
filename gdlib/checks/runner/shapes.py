"""Arrays that say where shapes do not go together: for one more call of an answer that is wrong."""

import numpy as np

from gdlib.checks.runner.wire import Code
from gdlib.words import say


class NoProduct(ValueError):
    """Raised in the learner's line that multiplies what does not fit."""


class Outer(ValueError):
    """Raised in the line where (n,) meets (n, 1), of which NumPy makes an n × n table."""


class Watched(np.ndarray):
    """An array, and so is all that is computed from it.

    It raises Outer where shape (n,) meets (n, 1), and NoProduct where a product does not fit.
    """

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method == "__call__" and len(inputs) == 2:
            complain(ufunc, *map(np.shape, inputs))
        kwargs |= {"out": tuple(map(_bare, kwargs["out"]))} if "out" in kwargs else {}
        result = getattr(ufunc, method)(*map(_bare, inputs), **kwargs)
        return result.view(Watched) if isinstance(result, np.ndarray) else result


def _bare(value):
    return value.view(np.ndarray) if isinstance(value, Watched) else value


def complain(ufunc, a, b):
    """Raise NoProduct or Outer where arrays of these shapes should not meet."""
    if ufunc is np.matmul:
        if a and b and a[-1] != b[-2:][0]:
            rule = say("`A @ B` of the shapes {a} and {b} does not fit.", a=a, b=b)
            equal = say("The last number of the left one and the first of the right one must be equal.")
            first = say("With `A.T` they are.") * (a[0] == b[-2:][0])
            raise NoProduct(" ".join([rule, equal, first or say("With `B.T` they are.") * (a[-1] == b[-1])]).strip())
        return
    flat, column = sorted((a, b), key=len)
    if len(flat) == 1 and column == (*flat, 1) and flat[0] > 1:
        table = say(
            "The shapes {a} and {b} meet here, and NumPy makes a table of shape {both} of them. "
            "Give both the same shape: `.ravel()` turns {column} into {flat}.",
            **{"a": a, "b": b, "both": 2 * flat, "column": column, "flat": flat},
        )
        raise Outer(table)


def watched(value):
    """Arguments with each array in them `Watched`, as `Code`."""
    if isinstance(value, list | tuple):
        return type(value)(map(watched, value))
    if isinstance(value, Code):
        return Code(value.source, **{name: watched(v) for name, v in value.names.items()})
    if isinstance(value, np.ndarray):
        return Code("a.view(gdlib.checks.runner.shapes.Watched)", a=value)
    return value
