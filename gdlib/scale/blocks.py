"""What rows that live elsewhere have in common: their numbers, a look at each block, the solution."""

import numpy as np

from gdlib import arguments
from gdlib.arguments import real_array

__all__ = ["Elsewhere", "computed", "finite", "row_numbers", "triangle"]


class Elsewhere:
    """Rows of X and y that live elsewhere: for `LeastSquares`. They have n, d, dtype and `each`."""

    def like(self, beta):
        """β in the numbers that are computed with."""
        return real_array(beta, "beta", keep="biuf").astype(self.dtype, copy=False)

    def solve(self):
        """The least-squares solution by a QR factorisation that grows block by block.

        R of (X y), (d + 1)² numbers, has its singular values, and unlike XᵀX it loses no digits.
        In one thread: on blocks as narrow as these LAPACK's threads wait for each other, 4 to 8
        times as long on 2 cores.
        Source: G. H. Golub, C. F. Van Loan, "Matrix Computations" (4th ed. 2013), section 5.3.
        """
        from threadpoolctl import threadpool_limits

        R = np.empty((0, self.d + 1), self.dtype)
        with threadpool_limits(1):
            for part in self.triangles():
                R = np.linalg.qr(np.vstack([R, part]), mode="r")
        cutoff = np.finfo(self.dtype).eps * max(self.n, self.d)
        return np.linalg.lstsq(R[:, :-1], R[:, -1], rcond=cutoff)[0]

    def triangles(self):
        """`triangle` of each block."""
        return self.each(triangle)


def triangle(X, y):
    """R of the QR factorisation of (X y), at most (d + 1, d + 1)."""
    return np.linalg.qr(np.column_stack([X, y]), mode="r")


def computed(function, X, y, dtype, where):
    """function(X, y) in numbers of this type; ValueError, which says where, if one is not finite."""
    X, y = X.astype(dtype, copy=False), y.astype(dtype, copy=False)
    value = function(X, y)
    if not np.vdot(value, value) < np.inf:  # β is on its way to infinity, or the data are not finite
        finite(X, y, where)
    return value


def finite(X, y, where):
    """ValueError, which says where, if a number of X or y is not finite."""
    for name, part in (("X", X), ("y", y)):
        if not np.isfinite(part).all():
            raise ValueError(f"{name} must be finite, got NaN or infinity in {where}")


def row_numbers(rows, n):
    """Numbers of rows counted from the front: −1 is the last of n; IndexError outside."""
    if isinstance(rows, slice):
        return np.arange(*rows.indices(n))
    rows = arguments.row_numbers(rows)
    outside = rows[(rows < -n) | (rows >= n)]
    if len(outside):
        raise IndexError(f"rows must be below n = {n}, got {outside[0]}")
    rows = rows.astype(np.intp)  # n itself may be too large for a type of few bytes
    return np.where(rows < 0, rows + n, rows)
