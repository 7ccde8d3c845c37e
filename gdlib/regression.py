"""Least squares: six losses of one residual, and the one derivation behind all their gradients.

With the residual r = y − Xβ, one coefficient at a time: ∂rᵢ/∂βₖ = −Xᵢₖ, so

    ∂/∂βₖ ½ Σᵢ rᵢ² = Σᵢ rᵢ · ∂rᵢ/∂βₖ = −Σᵢ Xᵢₖ rᵢ,    all k together: ∇ ½‖r‖² = −Xᵀr.

A scale multiplies −Xᵀr by a number; a root also divides it by the loss itself. Each sum over rows
is formed by blocks of them: a small function sees one, and the data say where their blocks are.

Source: S. Boyd, L. Vandenberghe, "Introduction to Applied Linear Algebra" (2018), ch. 12-13.
"""

from functools import cached_property, partial
from math import inf, sqrt

import numpy as np

from gdlib.arguments import at_rows, precision, real_array, row_numbers

__all__ = ["LeastSquares", "Rows"]

# The loss is c‖r‖², or its root; of the means c is divided by n.
SCALES = {"half-sum": 0.5, "sum": 1.0, "half-mean": 0.5, "mean": 1.0, "norm": 1.0, "rms": 1.0}
MEANS, ROOTS = ("half-mean", "mean", "rms"), ("norm", "rms")  # lecture 4, "Four losses, one derivation"


def squares(X, y, beta):  # of some of the rows, as `slopes`; a small table is one block
    error = y - X @ beta
    return error @ error


def slopes(X, y, beta):
    error = y - X @ beta
    return -X.T @ error  # lecture 4, "The same thing as a matrix"


class LeastSquares:
    """How badly y ≈ Xβ fits, as a function of β, with its gradient. r = y − Xβ, n rows, d columns.

    =========== ============ ==================== =============
    scale       value        gradient             Hessian
    =========== ============ ==================== =============
    "half-sum"  ½‖r‖²        −Xᵀr                 XᵀX
    "sum"       ‖r‖²         −2Xᵀr                2XᵀX
    "half-mean" ‖r‖²/2n      −Xᵀr/n               XᵀX/n
    "mean"      ‖r‖²/n       −2Xᵀr/n              2XᵀX/n
    "norm"      ‖r‖          −Xᵀr/‖r‖             changes with β
    "rms"       √(‖r‖²/n)    −Xᵀr/(√n‖r‖)         changes with β
    =========== ============ ==================== =============

    X : (n, d) array, y : (n,) array. Neither is copied or changed; a memory map will do (lecture 6).
        Or X alone: rows that live elsewhere, such as `gdlib.scale.files.Table`, with their y.
    Shapes that do not match, NaN or infinity (this reads X once), masks, what is no real number
    and unknown scales raise ValueError or TypeError, which name the argument.

    >>> X, y = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 3.0, 5.5])
    >>> loss = LeastSquares(X, y)
    >>> loss([1.0, 2.0]), loss.gradient([1.0, 2.0])
    (0.125, array([-0.5, -1. ]))
    >>> loss.gradient([1.0, 2.0], rows=[2])  # this row alone guesses that all three are like it
    array([-1.5, -3. ])
    """

    def __init__(self, X, y=None, scale="half-sum"):
        if str(scale) not in SCALES:
            raise ValueError(f"scale must be one of {', '.join(map(repr, SCALES))}, got {scale!r}")
        self.data = X if y is None and hasattr(X, "each") else Rows(X, y)
        self.n, self.d, self.scale = self.data.n, self.data.d, scale
        if hasattr(self.data, "batches"):  # rows in a file are dealt as suits a disk
            self.batches = self.data.batches

    def __repr__(self):
        return f"LeastSquares({self.n} × {self.d}, scale={self.scale!r})"

    def __call__(self, beta, rows=None):
        """The loss at β, shape (d,): a number. At many β as columns, (d, ...): an array (...).
        With `rows`: that batch's own loss, whose gradient ``gradient(beta, rows)`` is."""
        if _dimensions(beta) > 1:
            return np.apply_along_axis(self, 0, beta, rows)
        of_block = partial(squares, beta=self._point(beta))
        value = float(sum(self.data.each(of_block, rows))) * self.c(rows)
        return sqrt(value) if self.scale in ROOTS else value

    def gradient(self, beta, rows=None):
        """∇ loss at β, or what the rows of one batch make of it: −Xᵀr in its scale, see the class.

        beta : (d,) array, or (d, ...): many β as columns
        rows : slice or (b,) array of row numbers, optional
            The gradient of the batch's own loss, in which the b rows stand for all n: the sum
            over the batch times n/b, in every scale (so that a mean is divided by b). For the
            four squares, and rows drawn at random, that is the full gradient on average, also of
            the short last batch. For "norm" and "rms" not: a root of a mean is no mean of roots.
        Returns an array like `beta`, float32 if X is. NaN for "norm" and "rms" where ‖r‖² is 0 or ∞.

        >>> loss = LeastSquares([[1.0], [2.0]], [3.0, 5.0], scale="mean")
        >>> loss.gradient([0.0]), loss.gradient([0.0], slice(0, 1)), loss.gradient([0.0], [1])
        (array([-13.]), array([-6.]), array([-20.]))
        """
        if _dimensions(beta) > 1:
            return np.apply_along_axis(self.gradient, 0, beta, rows)
        of_block = partial(slopes, beta=self._point(beta))
        grad = sum(self.data.each(of_block, rows)) * 2 * self.c(rows)  # for "half-sum" 2c is 1
        if self.scale in ROOTS:  # (√q)′ = q′ / 2√q; lecture 4, "A learning rate belongs to its loss"
            root = self(beta, rows)
            grad = grad / (2 * root) if 0 < root < inf else grad * np.nan
        return grad

    def hessian(self):
        """The constant curvature of the four squares, (d, d): XᵀX times 1, 2, 1/n or 2/n."""
        if self.scale in ROOTS:
            raise ValueError(f"scale must be a square, got {self.scale!r}: its Hessian changes")
        with np.errstate(over="ignore", invalid="ignore"):
            hessian = 2 * self.c() * sum(self.data.each(lambda X, y: X.T @ X))
        if not np.isfinite(hessian).all():
            raise ValueError(f"X must be smaller: XᵀX is more than a float holds in {self!r}")
        return hessian

    @cached_property
    def curvatures(self):
        """The d eigenvalues of the Hessian when first asked, ascending; 0 if so within rounding."""
        values = np.linalg.eigvalsh(self.hessian().astype(float))
        rounding = self.d * np.finfo(self.data.dtype).eps * values[-1]
        return np.where(values > rounding, values, 0.0)

    @property
    def L(self):
        """The largest eigenvalue of the Hessian (the four squares only)."""
        return float(self.curvatures[-1])

    @property
    def mu(self):
        """The smallest eigenvalue of the Hessian; 0 where XᵀX has no inverse within rounding."""
        return float(self.curvatures[0])

    @property
    def max_lr(self):
        """2/L: descent converges from every start exactly for 0 < lr < 2/L (the four squares)."""
        return 2 / self.L if self.L else inf  # lecture 4, "When to stop, and the edge"

    def solve(self):
        """The exact minimiser, (d,), by ``numpy.linalg.lstsq``; of several the one of smallest norm."""
        return self.data.solve()  # lecture 4, "Against lstsq"

    def _point(self, beta):
        beta = self.data.like(beta)
        if tuple(beta.shape) != (self.d,):
            raise ValueError(f"beta must have shape ({self.d},), one a column of X, got shape {tuple(beta.shape)}")
        return beta

    def c(self, rows=None):
        """c, in front of ‖r‖²: 1 or ½, by n of the means; times n/b where b rows stand for all n."""
        c = SCALES[self.scale] / (self.n if self.scale in MEANS else 1)
        if rows is None:
            return c
        b = len(range(*rows.indices(self.n)) if isinstance(rows, slice) else rows)
        if b == 0:
            raise ValueError(f"rows must be a slice or a vector of row numbers, one at least, got {rows!r:.80}")
        return c * self.n / b  # lecture 5, "A step from a few rows"


def _dimensions(beta):
    beta = beta if hasattr(beta, "ndim") else real_array(beta, "beta", keep="biuf")
    if 0 in beta.shape:
        raise ValueError(f"beta must have shape (d,), or (d, ...), got shape {beta.shape}")
    return beta.ndim


class Rows:
    """Rows of X (n, d) with their targets y (n,), in memory or in a memory map.
    They can also live elsewhere (`gdlib.scale`): in what has `n`, `d`, `dtype` and these methods."""

    BLOCK = 1 << 21  # bytes: still in the processor's cache when the second product needs them

    def __init__(self, X, y):
        X, y = real_array(X, "X", keep="biuf"), real_array(y, "y", keep="biuf")
        if X.ndim != 2 or 0 in X.shape:
            raise ValueError(f"X must have shape (n, d), n >= 1 and d >= 1, got shape {X.shape}")
        if y.shape != (len(X),):
            raise ValueError(f"y must have shape ({len(X)},), one a row of X, got shape {y.shape}")
        self.X, self.y, (self.n, self.d) = X, y, X.shape
        self.dtype = precision(X.dtype)
        with np.errstate(over="ignore"):
            squares = sum(self.each(lambda X, y: np.array([np.einsum("ij,ij", X, X), y @ y])))
        for name, square in zip("Xy", squares, strict=True):
            if not square < inf:
                raise ValueError(f"{name} must be finite in {self.dtype}, its squares too; got NaN or more than that")
        if squares[0] == 0 and X.any():
            raise ValueError(f"X must be larger: its squares are 0 in {self.dtype}")

    def like(self, beta):
        """β in the numbers that are computed with."""
        return real_array(beta, "beta", keep="biuf").astype(self.dtype, copy=False)

    def each(self, function, rows=None):
        """function(X, y) of each block: of all rows, a slice of them, or those with these numbers."""
        X, y = self.X, self.y
        if isinstance(rows, slice):
            X, y, rows = X[rows], y[rows], None
        elif rows is not None:
            rows = row_numbers(rows)
        step = max(1, self.BLOCK // (self.d * self.dtype.itemsize))
        for i in range(0, len(y if rows is None else rows), step):  # lecture 6, "Honest: all rows can stream too"
            block = slice(i, i + step) if rows is None else rows[i : i + step]
            yield function(*(part.astype(self.dtype, copy=False) for part in at_rows(block, X, y)))

    def solve(self):
        """The exact least-squares solution; of several the one of smallest norm."""
        return np.linalg.lstsq(*(part.astype(self.dtype, copy=False) for part in (self.X, self.y)))[0]
