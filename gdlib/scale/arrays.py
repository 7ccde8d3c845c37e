"""The same gradient on another library's arrays, such as PyTorch tensors on a GPU: X stays there, d numbers travel."""

import math
import sys

import numpy as np

from gdlib.regression import Rows
from gdlib.scale.blocks import row_numbers

__all__ = ["Arrays"]

BLOCK = 1 << 26  # bytes of X at a time on a device of its own: long against the start of a product


class Arrays:
    """X (n, d) and y (n,) as arrays of another library, on one device: for `LeastSquares`.

    They must know ``@``, ``-``, ``.T``, indexing and an ``asarray``, as PyTorch's tensors do; β
    goes to the device of X, and the gradient comes back. TypeError or ValueError where they do
    not match, are not float32 or float64, or not finite.
    """

    def __init__(self, X, y):
        X, y = (part.detach() if getattr(part, "requires_grad", False) else part for part in (X, y))
        for name, part, ndim in (("X", X, 2), ("y", y, 1)):
            if not hasattr(part, "min") or _asarray(part) is None:  # sparse, or open in a file
                raise TypeError(f"{name} must be an array of a library with asarray, got {part!r}")
            shape = tuple(part.shape)
            if len(shape) != ndim or 0 in shape or shape[0] != X.shape[0]:
                want = f"{ndim} dimensions and the rows of X"
                raise ValueError(f"{name} must have {want}, got shape {shape}")
            if _kind(part) not in ("float32", "float64"):
                raise TypeError(f"{name} must hold float32 or float64, got {part.dtype}")
        if type(y) is not type(X) or y.dtype != X.dtype:
            kinds = f"{type(X)} of {X.dtype}, got {type(y)} of {y.dtype}"
            raise TypeError(f"y must be the same kind of array as X, {kinds}")
        self.X, self.y, (self.n, self.d) = X, y, X.shape
        self.dtype, self.device = np.dtype(_kind(X)), getattr(X, "device", None)
        if getattr(y, "device", None) != self.device:
            raise ValueError(f"y must be on the device of X, {self.device}, got {y.device}")
        for name, part in (("X", X), ("y", y)):
            if not -math.inf < float(part.min()) <= float(part.max()) < math.inf:
                raise ValueError(f"{name} must be finite, got NaN or infinity")

    def like(self, beta):
        """β as an array beside X."""
        place = {"device": self.device} if self.device else {}
        return _asarray(self.X)(_here(beta).astype(self.dtype), **place)

    def each(self, function, rows=None):
        """function(X, y) of each block, as NumPy's: of all rows, a slice of them, or their numbers."""
        X, y = self.X, self.y
        if isinstance(rows, slice) and (rows.step or 1) > 0:
            X, y = X[rows], y[rows]
        elif rows is not None:
            rows = row_numbers(rows, self.n)
            X, y = X[rows], y[rows]
        size = Rows.BLOCK if "cpu" in str(self.device) else BLOCK
        step = max(1, size // (self.d * self.dtype.itemsize))
        for i in range(0, len(y), step):
            yield _here(function(X[i : i + step], y[i : i + step]))

    def solve(self):
        """The exact least-squares solution, by NumPy, from a copy of X."""
        return Rows(_here(self.X), _here(self.y)).solve()


def _kind(array):
    """The name of its numbers: "float32" of torch.float32."""
    return str(array.dtype).rpartition(".")[2]


def _asarray(array):
    """What makes arrays in this one's library, or None where that has none."""
    module = sys.modules.get(type(array).__module__.partition(".")[0])
    library = getattr(array, "__array_namespace__", lambda: module)()
    return getattr(library, "asarray", None)


def _here(array):
    return np.asarray(array.cpu() if hasattr(array, "cpu") else array)
