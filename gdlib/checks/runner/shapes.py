"""Arrays that say where shapes do not go together: for one more call of an answer that is wrong."""

import numpy as np

from gdlib.checks.runner.wire import Code


class Mismatch(ValueError):
    """Raised in the learner's line that brings two such shapes together."""


class Watched(np.ndarray):
    """An array, and so is all that is computed from it.

    It raises Mismatch where shape (n,) meets (n, 1), and where a product does not fit.
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
    """Raise Mismatch where arrays of these shapes should not meet."""
    if ufunc is np.matmul:
        if a and b and a[-1] != b[-2:][0]:
            rule = "The last number of the left one and the first of the right one must be equal"
            turned = "; with `A.T` they are" * (a[0] == b[-2:][0]) or "; with `B.T` they are" * (a[-1] == b[-1])
            raise Mismatch(f"`A @ B` of the shapes {a} and {b} does not fit. {rule}{turned}.")
        return
    flat, column = sorted((a, b), key=len)
    if len(flat) == 1 and column == (*flat, 1) and flat[0] > 1:
        table = f"The shapes {a} and {b} meet here, and NumPy makes a table of shape {2 * flat} of them"
        raise Mismatch(f"{table}. Give both the same shape: `.ravel()` turns {column} into {flat}.")


def watched(value):
    """Arguments with each array in them `Watched`, as `Code`."""
    if isinstance(value, list | tuple):
        return type(value)(map(watched, value))
    if isinstance(value, Code):
        return Code(value.source, **{name: watched(v) for name, v in value.names.items()})
    if isinstance(value, np.ndarray):
        return Code("a.view(gdlib.checks.runner.shapes.Watched)", a=value)
    return value
