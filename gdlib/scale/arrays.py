"""The same gradient on another library's arrays, such as PyTorch tensors on a GPU: X stays there, d numbers travel."""

import math
import sys

import numpy as np

from gdlib.regression import Rows

__all__ = ["Arrays"]

BLOCK = 1 << 26  # bytes of X at a time on a device of its own: long against the start of a product there


class Arrays:
    """X (n, d) and y (n,) as arrays of another library, on one device: for `LeastSquares`.

    They must know ``@``, ``-``, ``.T`` and indexing, as PyTorch's tensors do; β goes to the device of X, and the
    gradient comes back. TypeError or ValueError where they do not match, or are not float32 or float64.
    """

    def __init__(self, X, y):
        X, y = (part.detach() if getattr(part, "requires_grad", False) else part for part in (X, y))
        for name, part, ndim in (("X", X, 2), ("y", y, 1)):
            if not hasattr(part, "shape") or not hasattr(part, "dtype"):
                raise TypeError(f"{name} must be an array, got {part!r}")
            if len(part.shape) != ndim or 0 in part.shape or part.shape[0] != X.shape[0]:
                raise ValueError(f"{name} must have {ndim} dimensions and the rows of X, got shape {tuple(part.shape)}")
            if str(part.dtype).rpartition(".")[2] not in ("float32", "float64"):
                raise TypeError(f"{name} must be an array of float32 or float64, got entries of type {part.dtype}")
        if type(y) is not type(X) or y.dtype != X.dtype:
            raise TypeError(
                f"y must be the same kind of array as X, {type(X)} of {X.dtype}, got {type(y)} of {y.dtype}"
            )
        self.X, self.y, (self.n, self.d) = X, y, X.shape
        self.dtype, self.device = np.dtype(str(X.dtype).rpartition(".")[2]), getattr(X, "device", None)
        if getattr(y, "device", None) != self.device:
            raise ValueError(f"y must be on the device of X, {self.device}, got {y.device}")
        for name, part in (("X", X), ("y", y)):
            if not -math.inf < float(part.min()) <= float(part.max()) < math.inf:
                raise ValueError(f"{name} must be finite, got NaN or infinity")

    def like(self, beta):
        """β as an array beside X."""
        module = sys.modules[type(self.X).__module__.partition(".")[0]]
        asarray = getattr(self.X, "__array_namespace__", lambda: module)().asarray
        return asarray(np.array(beta, dtype=self.dtype), **({"device": self.device} if self.device else {}))

    def each(self, function, rows=None):
        """function(X, y) of each block, as NumPy's: of all rows, a slice of them, or those with these numbers."""
        X, y = (self.X, self.y) if rows is None else (self.X[rows], self.y[rows])
        step = max(1, (Rows.BLOCK if "cpu" in str(self.device) else BLOCK) // (self.d * self.dtype.itemsize))
        for i in range(0, len(y), step):
            yield _here(function(X[i : i + step], y[i : i + step]))

    def solve(self):
        """The exact least-squares solution, by NumPy, from a copy of X."""
        return Rows(_here(self.X), _here(self.y)).solve()


def _here(array):
    return np.asarray(array.cpu() if hasattr(array, "cpu") else array)
