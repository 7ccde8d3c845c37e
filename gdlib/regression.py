"""Least squares: six losses that measure the same residual, and the one derivation behind all their gradients.

With the residual r = y − Xβ, one coefficient at a time: ∂rᵢ/∂βₖ = −Xᵢₖ, so

    ∂/∂βₖ ½ Σᵢ rᵢ² = Σᵢ rᵢ · ∂rᵢ/∂βₖ = −Σᵢ Xᵢₖ rᵢ,    all k together: ∇ ½‖r‖² = −Xᵀr.

A scale only multiplies this by a number; the norms also divide by their own value.

Source: S. Boyd, L. Vandenberghe, "Introduction to Applied Linear Algebra" (2018), ch. 12-13;
the pass in blocks as in G. H. Golub, C. F. Van Loan, "Matrix Computations" (4th ed. 2013), section 1.5.
"""

import contextvars
import math
import os
from functools import cached_property
from itertools import pairwise

import numpy as np

from gdlib.minibatch import _chunks, _whole, batches
from gdlib.scale.files import RUNS, Batch, Rows

__all__ = ["LeastSquares"]

# The number c in c‖r‖², or for the two norms in √(c‖r‖²), of n rows.
FACTORS = {
    "half-sum": lambda n: 0.5,
    "sum": lambda n: 1.0,
    "half-mean": lambda n: 0.5 / n,
    "mean": lambda n: 1.0 / n,
    "norm": lambda n: 1.0,
    "rms": lambda n: 1.0 / n,
}
NORMS = ("norm", "rms")

BLOCK = 1 << 21  # bytes of X taken at once: still in the cache when the second product asks for them
THREADED = 32 << 20  # bytes of X above which a thread saves more than its start costs
CORES = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


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

    Parameters
    ----------
    X : (n, d) array
        Kept as it is, never copied or changed: a NumPy array of any layout, a
        memory map, or an array of another library (a PyTorch tensor: β and the
        gradient are then tensors on its device). Whole numbers are made float64
        block by block; float32 is computed in float32.
        Of a memory map (``numpy.load(path, mmap_mode="r")``) the rows stay in
        the file and are read where they are used, a few MiB at a time; y may
        be a column of the same file.
        Of a Dask array the blocks stay where they are, see `gdlib.scale.cluster`:
        β and the gradient are NumPy's, and nothing else travels.
    y : (n,) array
        Of the same kind as X; beside a Dask array NumPy's will do.
    scale : str

    Raises
    ------
    ValueError, TypeError
        Shapes that do not match, an entry that is not finite (this reads X
        once; a file and a Dask array are checked whenever they are read), an
        unknown scale, entries that are no real numbers, arrays on two devices.

    Examples
    --------
    >>> X, y = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 3.0, 5.5])
    >>> loss = LeastSquares(X, y)
    >>> loss([1.0, 2.0]), loss.gradient([1.0, 2.0])
    (0.125, array([-0.5, -1. ]))
    >>> loss.gradient(np.array([1.0, 2.0]), rows=[2])  # this row alone guesses that all three are like it
    array([-1.5, -3. ])
    """

    def __init__(self, X, y, scale="half-sum"):
        if scale not in FACTORS:
            raise ValueError(f"scale must be one of {', '.join(map(repr, FACTORS))}, got {scale!r}")
        far = type(X).__module__.startswith("dask.")
        self._numpy = far or isinstance(X, np.ndarray) or not hasattr(X, "shape") or hasattr(X, "to_numpy")
        if far:
            from gdlib.scale.cluster import Blocks

            X, y = _known(X, "X"), _known(y, "y") if type(y).__module__.startswith("dask.") else _numbers(y, "y")
        elif self._numpy:
            X, y = _numbers(X, "X"), _numbers(y, "y")
        else:
            X, y = _foreign(X, y)
        if len(X.shape) != 2 or 0 in X.shape:
            raise ValueError(f"X must have shape (n, d) with n >= 1 and d >= 1, got shape {tuple(X.shape)}")
        if tuple(y.shape) != (X.shape[0],):
            raise ValueError(f"y must have shape ({X.shape[0]},), one target a row of X, got shape {tuple(y.shape)}")
        self.X, self.y, self.scale, (self.n, self.d), self.dtype = X, y, scale, X.shape, X.dtype
        self._c = FACTORS[scale](self.n)
        self._file = Rows.of(X, y) if self._numpy and not far else None
        self._cluster = Blocks(X, y) if far else None
        if self._numpy:
            small = X.dtype.kind == "f" and X.dtype.itemsize <= 4
            self.dtype = np.dtype(np.float32 if small else np.result_type(X.dtype, np.float64))
        if self._file is None and not far:
            self.y = y.astype(self.dtype, copy=False) if self._numpy else y
            step = max(1, BLOCK * self.n // X.nbytes) if self._numpy else self.n
            for i in range(0, self.n, step):
                _finite(X[i : i + step], self.y[i : i + step], f"rows {i} to {min(i + step, self.n) - 1}")

    def __repr__(self):
        return f"LeastSquares({self.n} × {self.d}, scale={self.scale!r})"

    def __call__(self, beta, rows=None):
        """The loss at β, shape (d,): a number. At many β as columns, shape (d, ...): an array of shape (...).

        With `rows`: that batch's own loss, whose gradient ``gradient(beta, rows)`` is.
        """
        share, square, _ = self._pass(self._point(beta), rows, square=True)
        value = self._c * share * square
        value = value**0.5 if self.scale in NORMS else value
        return float(value) if self._numpy and not value.ndim else value

    def gradient(self, beta, rows=None):
        """∇ loss at β, or what the rows of one batch make of it: −Xᵀr in its scale, see the class.

        Parameters
        ----------
        beta : (d,) array, or (d, ...): many β as columns
        rows : slice or (b,) array of row numbers, optional
            The gradient of the batch's own loss, in which the b rows stand for
            all n: the sum over the batch times n/b in every scale (so that a
            mean is divided by b). For the four squares it is an unbiased
            estimate of the full gradient, also for the short last batch. For
            "norm" and "rms" it is not: a root of a mean is no mean of roots.

        Returns
        -------
        array of the shape of `beta`
            NaN for "norm" and "rms" where r = 0: there is no gradient there.

        Examples
        --------
        >>> loss = LeastSquares([[1.0], [2.0]], [3.0, 5.0], scale="mean")
        >>> loss.gradient([0.0]), loss.gradient([0.0], rows=slice(0, 1)), loss.gradient([0.0], rows=[1])
        (array([-13.]), array([-6.]), array([-20.]))
        """
        if getattr(beta, "requires_grad", False):  # the descent would record all of its steps
            raise ValueError("beta must not require grad: the gradient is written out here; give beta.detach()")
        norm = self.scale in NORMS
        share, square, slope = self._pass(self._point(beta), rows, square=norm, slope=True)
        if not norm:
            return slope * (2 * self._c * share)
        with np.errstate(invalid="ignore", divide="ignore"):  # at r = 0 the answer is 0/0 = NaN
            slope = slope * (self._c * share) ** 0.5 / square**0.5
            return slope + 0 * square  # where ‖r‖² overflowed the quotient is 0, as at a minimum; make it NaN

    def batches(self, batch_size, seed=0, epochs=1, run=None):
        """The `rows` of each batch for `gradient`: `minibatch.batches`, which of a file come already read.

        Parameters
        ----------
        batch_size, seed, epochs : as in `minibatch.batches`
        run : int, optional
            Rows that stay together in the shuffling. In memory 1; for a file
            as many as 256 KiB hold, so that the disk reads in runs; for a Dask
            array a 16th of a batch, so that a batch asks some 16 blocks at most.

        Returns
        -------
        iterator of (b,) arrays of row numbers; for a file of `files.Batch`, each valid until the next
        """
        if self._file is None:
            if run is None:
                run = 1 if self._cluster is None else max(1, _whole(batch_size, "batch_size") // RUNS)
            return batches(self.n, batch_size, seed, epochs, run)
        return self._file.ahead(_chunks(self.n, batch_size, seed, epochs, self._file.run if run is None else run))

    def hessian(self):
        """The constant curvature of the four squares, (d, d): XᵀX times 1, 2, 1/n or 2/n. One pass, O(nd²)."""
        if self.scale in NORMS:
            raise ValueError(f"scale must be a square, whose Hessian does not change with beta, got {self.scale!r}")
        return 2 * self._c * sum(self._of_all(_gram))

    @cached_property
    def _eigenvalues(self):
        values = np.linalg.eigvalsh(np.array(self.hessian().tolist()))  # tolist: from any library and device
        unit = float(np.finfo(np.float32 if "32" in str(self.dtype) else float).eps)
        return np.where(values > self.d * unit * values[-1], values, 0.0)

    @property
    def L(self):
        """The largest eigenvalue of the Hessian (the four squares only)."""
        return float(self._eigenvalues[-1])

    @property
    def mu(self):
        """The smallest eigenvalue of the Hessian; 0 where XᵀX has no inverse (within rounding)."""
        return float(self._eigenvalues[0])

    @property
    def max_lr(self):
        """2/L: gradient descent converges from every start exactly for 0 < lr < 2/L (the four squares only)."""
        return 2 / self.L if self.L else math.inf

    def solve(self):
        """The exact minimiser, in NumPy: ``numpy.linalg.lstsq``, which copies X; of several the one of smallest norm.

        For a file or a Dask array the copy is the triangle R of a QR factorisation of (X y), (d + 1)², updated block
        by block in one pass: X has the same singular values as its part of R. (Of a Dask array: one R a block.)
        """
        if self._file is not None or self._cluster is not None:
            triangle = np.vstack(self._of_all(_triangle))
            return np.linalg.lstsq(triangle[:, : self.d], triangle[:, self.d])[0]
        X, y = (np.asarray(part.cpu() if hasattr(part, "cpu") else part) for part in (self.X, self.y))
        return np.linalg.lstsq(X.astype(self.dtype, copy=False) if self._numpy else X, y)[0]

    def _point(self, beta):
        if self._numpy:
            beta = np.asarray(beta)
            if beta.dtype != self.dtype:
                beta = beta.astype(self.dtype)
        elif isinstance(beta, np.ndarray) or not hasattr(beta, "shape"):
            raise TypeError(f"beta must be the same kind of array as X, {type(self.X)}, got {type(beta)}")
        else:
            _same_device(beta, self.X, "beta")
            if beta.dtype != self.dtype:
                beta = (beta.to if hasattr(beta, "to") else beta.astype)(self.dtype)
        if len(beta.shape) == 0 or beta.shape[0] != self.d:
            raise ValueError(f"beta must have shape ({self.d},), one a column of X, got shape {tuple(beta.shape)}")
        return beta

    def _pass(self, beta, rows, square=False, slope=False):
        """n/b, ‖r‖² and −Xᵀr over the b rows."""
        if type(rows) is not slice and type(rows) is not Batch and rows is not None:
            rows = _row_numbers(rows)
        if self._cluster is not None:
            b, squares, slopes = self._cluster.sums(beta, rows, self.dtype, square, slope)
        else:
            where = None if self._file is None else "the rows just read"
            dtype = self.dtype if self._numpy else None
            b, squares, slopes = _sums(self.X, self.y, beta, rows, dtype, square, slope, self._file, where)
        return self.n / b, squares, slopes

    def _of_all(self, function):
        """function(blocks of X and y, dtype) of all rows, or of each block of a Dask array: a list."""
        if self._cluster is not None:
            return self._cluster.each(function, self.dtype)
        if self._file is not None:
            parts = self._file.ahead((cut, (0,)) for cut in _cuts(self.n, self.d, self.dtype))
        elif self._numpy:
            parts = _blocks(self.X, self.y, self.dtype)
        else:
            return [function([(self.X, self.y)], None)]
        return [function(parts, self.dtype)]


def _sums(X, y, beta, rows, dtype, square, slope, file=None, where=None, cores=None):
    """b, ‖r‖² and −Xᵀr over the b rows: each block of X is read once and used for both products.

    It computes in `dtype` (None: an array of another library, as it is), with `cores` threads. With `where`, the name
    of these rows, data that are not finite raise an error.
    """
    numpy, n, shape = dtype is not None, len(y), beta.shape
    cores = CORES if cores is None else cores
    if len(shape) > 1:
        beta = beta.reshape(shape[0], -1)
    if type(rows) is Batch:
        X, y, rows, file = *rows, None, None
    elif type(rows) is slice:
        if file is None:
            X, y, rows = X[rows], y[rows], None
        else:
            rows = range(*rows.indices(n))
    b = len(y) if rows is None else len(rows)
    if b == 0:
        raise ValueError("rows must name one row or more, got none")
    if file is not None:
        rows = range(n) if rows is None else rows
        rows = slice(rows.start, rows.stop) if type(rows) is range and rows.step == 1 else file.numbers(rows)
    width = beta.dtype.itemsize * (shape[0] if len(shape) == 1 else sum(beta.shape))  # a row and its residuals
    step = max(8, BLOCK // width) if numpy else b
    stream = numpy and (rows is None or file is not None) and step < b and width >= 400
    stream = stream and X.strides[1] == X.itemsize and len(shape) == 1

    def room():
        """What a thread reads and converts its blocks into, made by the caller: what a thread makes is not given back."""
        count = min(step, b)
        return file and file.buffer(count), np.empty((count, shape[0]), dtype) if numpy and X.dtype != dtype else None

    def block(i, end, buffer=None, converted=None):
        if file is not None:
            x, t = file.read(slice(rows.start + i, rows.start + end) if type(rows) is slice else rows[i:end], buffer)
        else:
            at = slice(i, end) if rows is None else rows[i:end]
            x, t = _rows(X, at) if numpy else X[at], y[at]
        if numpy and x.dtype != dtype:
            converted[: len(x)] = x
            x = converted[: len(x)]
        # From memory, vecdot reads long rows at 24 GB/s where OpenBLAS's matrix product reads 14.
        error = np.vecdot(x, beta) if stream else x @ beta  # becomes −r
        error -= t if len(shape) == 1 else t[:, None]
        squares, slopes = (error * error).sum(0) if square else 0.0, x.T @ error if slope else 0.0
        total = slopes if slope else squares  # where r is not finite, neither is this
        if where is not None and not np.vdot(total, total) < math.inf:
            _finite(x, t, where)  # or else β is on its way to infinity
        return squares, slopes

    def part(low, high, rooms):
        return _total(block(i, min(i + step, high), *rooms) for i in range(low, high, step))

    if b <= step:
        squares, slopes = block(0, b, *room())
    elif len(shape) > 1 or b * width < THREADED or cores == 1:
        squares, slopes = part(0, b, room())
    else:
        squares, slopes = _total(_side_by_side(part, b, [room() for _ in range(CORES)]))
    if len(shape) > 1:
        squares = squares.reshape(shape[1:]) if square else squares
        slopes = slopes.reshape(shape) if slope else slopes
    return b, squares, slopes


def _rows(X, at):
    """Some rows of X: a view of a slice, a copy of the rows with these numbers."""
    if type(at) is slice or not X.flags.c_contiguous:
        return X[at]
    return X.take(at, 0)  # faster, but copies all of X first where that is not in C order


def _cuts(n, d, dtype):
    step = max(d, BLOCK // d // dtype.itemsize)
    return (slice(i, min(i + step, n)) for i in range(0, n, step))


def _blocks(X, y, dtype):
    """All rows, a block of X and y after the other."""
    return ((X[cut], y[cut]) for cut in _cuts(*X.shape, dtype))


def _gram(blocks, dtype):
    """XᵀX, (d, d), computed in `dtype`."""
    return sum(x.T @ x for x in (x if dtype is None else x.astype(dtype, copy=False) for x, _ in blocks))


def _triangle(blocks, dtype):
    """The triangle R of a QR factorisation of (X y), at most (d + 1)², computed in `dtype`.

    In one thread: on blocks as narrow as these LAPACK's threads wait for each other, 4 to 8 times as long on 2 cores.
    """
    from threadpoolctl import threadpool_limits  # as late as lstsq is needed

    triangle = None
    with threadpool_limits(1):
        for x, y in blocks:
            rows = np.column_stack([x, y]).astype(dtype, copy=False)
            triangle = np.linalg.qr(rows if triangle is None else np.vstack([triangle, rows]), mode="r")
    return triangle


def _finite(X, y, where):
    for name, part in (("X", X), ("y", y)):
        if not (-math.inf < part.min() and part.max() < math.inf):  # False for NaN, and makes no n × d array
            raise ValueError(f"{name} must be finite, got NaN or infinity in {where}")


def _total(pairs):
    squares = slopes = 0.0
    for square, slope in pairs:
        squares, slopes = squares + square, slopes + slope
    return squares, slopes


def _numbers(value, name):
    """`value` as an array of real numbers, not copied where it is one."""
    array = np.asarray(value)
    if array.dtype.kind == "O":
        array = array.astype(float)  # SymPy's numbers; None raises a TypeError of its own
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of real numbers, got entries of type {array.dtype}")
    return array


def _known(array, name):
    """A Dask array, if it is one of real numbers that knows its shape."""
    if not hasattr(array, "chunks") or array.dtype.kind not in "biuf" or np.isnan(array.shape).any():
        raise TypeError(f"{name} must be a Dask array of real numbers with a known shape, got {array!r}")
    return array


def _foreign(X, y):
    """X and y of another library, if they are of one kind, real and on one device; without a record for autograd."""
    X, y = (part.detach() if getattr(part, "requires_grad", False) else part for part in (X, y))
    if type(y) is not type(X):
        raise TypeError(f"y must be the same kind of array as X, {type(X)}, got {type(y)}")
    if "float" not in str(X.dtype):
        raise TypeError(f"X must be an array of floating-point numbers, got entries of type {X.dtype}")
    _same_device(y, X, "y")
    return X, y


def _same_device(part, X, name):
    device, home = getattr(part, "device", None), getattr(X, "device", None)
    if device != home:
        raise ValueError(f"{name} must be on the device of X, {home}, got {device}")


def _row_numbers(rows):
    if type(rows) is not np.ndarray:
        rows = rows if hasattr(rows, "shape") else np.asarray(rows)
    whole = rows.dtype.kind in "iu" if type(rows) is np.ndarray else "int" in str(rows.dtype)
    if len(rows.shape) != 1 or not (whole or len(rows) == 0):
        raise ValueError(f"rows must be a slice or a vector of row numbers, got {rows!r}")
    return rows


def _side_by_side(part, b, rooms):
    """part(0, b, room) in CORES pieces at once, in threads: NumPy lets go of the interpreter inside a product."""
    from concurrent.futures import ThreadPoolExecutor  # costs 10 ms, where `import gdlib` shall be instant

    cuts = [b * i // CORES for i in range(CORES + 1)]
    with ThreadPoolExecutor(CORES) as pool:  # each with the caller's np.errstate
        jobs = [
            pool.submit(contextvars.copy_context().run, part, *ends, room)
            for ends, room in zip(pairwise(cuts), rooms, strict=True)
        ]
        return [job.result() for job in jobs]
