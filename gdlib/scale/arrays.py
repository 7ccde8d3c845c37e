"""The same gradient on PyTorch tensors, such as on a GPU: X stays there, d numbers travel."""

from math import inf

import numpy as np

from gdlib.arguments import real_array
from gdlib.regression import Rows
from gdlib.scale.blocks import row_numbers

__all__ = ["Arrays"]

BLOCK = 1 << 26  # bytes of X at a time on a device of its own: long against the start of a product


class Arrays:
    """X (n, d) and y (n,) as PyTorch tensors of one type on one device: for `LeastSquares`.

    β goes to the device of X, and the gradient comes back. TypeError or ValueError where they do
    not match, are not float32 or float64, or not finite.
    """

    def __init__(self, X, y):
        import torch

        for name, part, ndim in (("X", X, 2), ("y", y, 1)):
            if not isinstance(part, torch.Tensor) or part.dtype not in (torch.float32, torch.float64):
                raise TypeError(f"{name} must be a PyTorch tensor of float32 or float64, got {part!r}")
            if part.ndim != ndim or 0 in part.shape or len(part) != len(X):
                want = f"{ndim} dimensions and the rows of X"
                raise ValueError(f"{name} must have {want}, got shape {tuple(part.shape)}")
            if (part.dtype, part.device) != (X.dtype, X.device):
                kinds = f"{X.dtype} on {X.device}, got {part.dtype} on {part.device}"
                raise ValueError(f"{name} must be of the type and on the device of X, {kinds}")
            low, high = part.detach().aminmax()
            if not -inf < low.item() <= high.item() < inf:
                raise ValueError(f"{name} must be finite, got NaN or infinity")
        self.X, self.y, (self.n, self.d) = X.detach(), y.detach(), X.shape
        self.dtype = np.dtype(str(X.dtype).removeprefix("torch."))

    def like(self, beta):
        """β as a tensor beside X."""
        import torch

        beta = beta if isinstance(beta, torch.Tensor) else torch.tensor(real_array(beta, "beta", keep="biuf"))
        return beta.to(self.X)

    def each(self, function, rows=None):
        """function(X, y) of each block, as NumPy's: of all rows, a slice of them, or their numbers."""
        X, y = self.X, self.y
        if rows is not None:
            forward = isinstance(rows, slice) and (rows.step or 1) > 0
            rows = rows if forward else row_numbers(rows, self.n)
            X, y = X[rows], y[rows]
        size = Rows.BLOCK if X.device.type == "cpu" else BLOCK
        step = max(1, size // (self.d * self.dtype.itemsize))
        for i in range(0, len(y), step):
            value = function(X[i : i + step], y[i : i + step])
            yield value.cpu().numpy()

    def solve(self):
        """The exact least-squares solution, by NumPy, from a copy of X."""
        return Rows(self.X.cpu().numpy(), self.y.cpu().numpy()).solve()
