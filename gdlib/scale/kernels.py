"""The loops of `gdlib.scale.compiled`, which numba translates into instructions of the processor at their first call.

A table comes as its rows lie in memory: consecutive numbers, d of them, and whatever stands behind them in a row.
NaN and infinity keep their meaning, and what overflows in NumPy does here. Where numba is missing these are functions
of Python: right, and slow.
"""

import math

import numpy as np

try:
    from numba import njit
except ImportError:
    njit = None

__all__ = ["DIVERGED", "STOPPED", "WENT_ON", "of_rows", "walk"]

WENT_ON, STOPPED, DIVERGED = range(3)
SHORT = 512  # rows whose sum float32 may hold: of more, it would lose the small ones


def compiled(function, **options):
    """The function as numba compiles it: its instructions are kept beside this file, or in the user's cache."""
    if njit is None:
        return function
    options |= {"nogil": True, "error_model": "numpy"}
    try:
        return njit(function, cache=True, **options)
    except RuntimeError:  # neither can be written
        return njit(function, **options)


def in_any_order(function):
    """`compiled`; and several numbers of a sum are added at once, as a BLAS does, and in its way rounded."""
    return compiled(function, fastmath={"reassoc", "contract"})


@compiled
def row(rows, i):
    """The number of row i: of those with these numbers, or of all where there are none."""
    return i if len(rows) == 0 else rows[i]


@in_any_order
def add(X, y, rows, low, high, beta, slope):
    """Adds −Xᵀr of the rows to `slope`, and returns ‖r‖²: each number is fetched from memory once.

    Four rows at a time, so that β and the slope are fetched for four.
    """
    d, squares, i = len(beta), 0.0, low
    while i < high:
        if i + 4 <= high:
            p, q, s, t = row(rows, i), row(rows, i + 1), row(rows, i + 2), row(rows, i + 3)
            a, b, c, e = -y[p, 0], -y[q, 0], -y[s, 0], -y[t, 0]
            for k in range(d):
                a += X[p, k] * beta[k]
                b += X[q, k] * beta[k]
                c += X[s, k] * beta[k]
                e += X[t, k] * beta[k]
            for k in range(d):
                slope[k] += a * X[p, k] + b * X[q, k] + c * X[s, k] + e * X[t, k]
            squares += a * a + b * b + c * c + e * e
            i += 4
        else:
            p = row(rows, i)
            a = -y[p, 0]
            for k in range(d):
                a += X[p, k] * beta[k]
            for k in range(d):
                slope[k] += a * X[p, k]
            squares += a * a
            i += 1
    return squares


@compiled
def of_rows(X, y, rows, low, high, beta, slope, total):
    """Puts −Xᵀr of the rows low ... high − 1 into `slope`, (d,), and returns ‖r‖². `total` is room for d of float64.

    Sums of 512 rows are in the numbers of X; those of float32 would lose small addends of more.
    """
    d, squares = len(beta), 0.0
    for k in range(d):
        total[k] = 0
    for i in range(low, high, SHORT):
        for k in range(d):
            slope[k] = 0
        squares += add(X, y, rows, i, min(i + SHORT, high), beta, slope)
        if high - low > SHORT:
            for k in range(d):
                total[k] += slope[k]
                slope[k] = total[k]
    return squares


@in_any_order
def square_of(v):
    """‖v‖², in float64."""
    square = 0.0
    for k in range(len(v)):
        square += float(v[k]) * float(v[k])
    return square


@compiled
def length(v):
    """‖v‖; in parts of the largest entry where ‖v‖² is too large or too small for a float."""
    norm = math.sqrt(square_of(v))
    if 1e-150 < norm < math.inf or not norm >= 0:
        return norm
    largest = 0.0
    for k in range(len(v)):
        largest = max(largest, abs(v[k]))
    if not 0 < largest < math.inf:
        return largest
    square = 0.0
    for k in range(len(v)):
        square += (v[k] / largest) ** 2
    return largest * math.sqrt(square)


@compiled
def gradient(X, y, rows, low, high, beta, c, root, grad, room):
    """Puts the gradient of c[0]‖r‖² of the rows into `grad`, or with `root` that of the root of it. Like a NumPy that
    computes in the numbers of X, it overflows where a sum does, however small c is."""
    factor, two = c[0], c.dtype.type(2)
    c[0] = of_rows(X, y, rows, low, high, beta, grad, room)
    for k in range(len(grad)):
        grad[k] = grad[k] * two * factor
    if root:  # (√q)′ = q′ / 2√q
        double = 2 * math.sqrt(float(c[0]) * factor)
        for k in range(len(grad)):
            grad[k] = grad[k] / double if 0 < double < math.inf else math.nan


@compiled
def walk(X, y, rows, cuts, factors, root, x, t, record, rates, points, norms):
    """Updates t, t + 1, ... of `x`, with the rows cuts[j] ... cuts[j + 1] − 1 in turn: the loop of `gdlib.sgd`.

    factors : (k,) the c of each batch, whose loss is c‖r‖², or with `root` the root of that; they are overwritten
    rates : (m,) of the first m updates; of one more batch only the gradient is formed
    points, norms : room for each record-th point, and the norm of the gradient there
    Returns how many updates and points there were, why it ended, and the last norm.
    """
    d, kept, norm = len(x), 0, 0.0
    beta, grad, following, room = np.empty(d, X.dtype), np.empty(d, X.dtype), np.empty_like(x), np.empty(d)
    for j in range(len(cuts) - 1):
        beta[:] = x
        gradient(X, y, rows, cuts[j], cuts[j + 1], beta, factors[j : j + 1], root, grad, room)
        norm = length(grad)
        if (t + j) % record == 0:
            points[kept], norms[kept] = x, norm
            kept += 1
        if not norm < math.inf:
            return j, kept, DIVERGED, norm
        if j == len(rates):
            return j, kept, STOPPED, norm
        for k in range(d):
            following[k] = x[k] - rates[j] * grad[k]
        if not length(following) < math.inf:
            return j, kept, DIVERGED, norm
        x[:] = following
    return len(cuts) - 1, kept, WENT_ON, norm
