"""Gradient descent and ascent: one loop, kept whole, and the path it walked.

Source: A.-L. Cauchy, "Méthode générale pour la résolution des systèmes
d'équations simultanées", Comptes Rendus 25 (1847), 536-538; the theory of the
fixed step as in Y. Nesterov, "Lectures on Convex Optimization" (2018), ch. 2.
"""

import math
from dataclasses import dataclass
from numbers import Real

import numpy as np

__all__ = ["Path", "Sweep", "gradient_ascent", "gradient_descent", "sweep"]


@dataclass(frozen=True, eq=False)
class Path:
    """The points a run visited, and why it stopped.

    Attributes
    ----------
    points : (k+1,) for a scalar start, (k+1, d) for a vector
        x_0 ... x_k, every one of them finite.
    norms : (k+1,)
        The Euclidean norm of the gradient at each point.
    stop : str
        "converged" (the norm is at most eps), "exhausted" (T updates done) or
        "diverged" (the next point, or the gradient there, is not finite).
    updates : int or None
        How many updates there were, where not every point was kept (`sgd`).
    """

    points: np.ndarray
    norms: np.ndarray
    stop: str
    updates: int | None = None

    @property
    def steps(self):
        """k, the number of updates that were done."""
        return len(self.points) - 1 if self.updates is None else self.updates

    @property
    def final(self):
        """The last point: a scalar, or an array of shape (d,)."""
        return self.points[-1]

    def __repr__(self):
        final = np.array2string(np.asarray(self.final), precision=6, threshold=6)
        return f"Path({self.stop} after {self.steps} steps at {final}, |gradient| = {self.norms[-1]:.3g})"


def gradient_descent(gradient, init, lr=0.1, eps=1e-6, T=1000):
    """Walk downhill: x ← x − lr · ∇f(x), until ‖∇f(x)‖ ≤ eps or T updates are done.

    Parameters
    ----------
    gradient : callable
        ∇f: takes a point like `init`, returns a value of the same shape.
    init : float or (d,) array
        The start x_0. Integers and lists become floats; it is never changed.
    lr : float > 0
        The learning rate η. Its unit is (unit of x)² / (unit of f).
    eps : float >= 0
        The tolerance ε on the norm of the gradient.
    T : int >= 1
        The largest number of updates.

    Returns
    -------
    Path
        Divergence is a result, not an error: the path then ends at the last
        finite point and its `stop` is "diverged".

    Raises
    ------
    TypeError, ValueError
        An argument of the wrong kind or size, or a gradient whose shape is not
        that of `init`; the message names it.

    Examples
    --------
    >>> gradient_descent(lambda x: 2 * x + 2, init=3, lr=0.01, eps=1e-5)
    Path(converged after 673 steps at -0.999995, |gradient| = 9.96e-06)
    >>> gradient_descent(lambda x: 2 * x, init=[3.0, 4.0], lr=1.1, T=50_000).stop
    'diverged'
    """
    return _walk(gradient, init, lr, eps, T, sign=-1)


def gradient_ascent(gradient, init, lr=0.1, eps=1e-6, T=1000):
    """Walk uphill: x ← x + lr · ∇f(x). The same loop as `gradient_descent`, with a plus.

    Arguments, result and errors are those of `gradient_descent`.

    Examples
    --------
    >>> gradient_ascent(lambda x: -2 * (x - 5), init=0.0).final.round(4)
    np.float64(5.0)
    """
    return _walk(gradient, init, lr, eps, T, sign=+1)


def _walk(gradient, init, lr, eps, T, sign):
    lr, eps, T = _checked(gradient, lr, eps, T)
    x = _start(init)
    step = sign * lr
    scalar = isinstance(x, float)
    points, norms, stop = [x], [], "exhausted"
    try:
        # Overflow on the way to infinity is the lesson's subject, not a warning.
        with np.errstate(over="ignore", invalid="ignore"):
            slope = _first_gradient(gradient, x)
            norms.append(abs(slope) if scalar else _norm(slope))
            if not norms[0] < math.inf:
                stop = "diverged"
            elif norms[0] <= eps:
                stop = "converged"
            else:
                loop = _scalar_loop if scalar else _vector_loop
                stop = loop(gradient, x, slope, step, eps, T, points, norms)
    except OverflowError:  # Python floats raise where arrays give inf
        stop = "diverged"
        if len(norms) < len(points):
            norms.append(math.inf)
    return Path(_stack(points), np.array(norms), stop)


def _scalar_loop(gradient, x, slope, step, eps, T, points, norms):
    inf = math.inf
    for _ in range(T):
        x = x + step * slope
        if not -inf < x < inf:
            return "diverged"
        points.append(x)
        slope = gradient(x)
        if type(slope) is not float:
            slope = _like(slope, x)
        norm = abs(slope)
        norms.append(norm)
        if not eps < norm < inf:
            return "converged" if norm <= eps else "diverged"
    return "exhausted"


def _vector_loop(gradient, x, slope, step, eps, T, points, norms):
    kind, shape, inf, sqrt = type(x), x.shape, math.inf, math.sqrt
    for _ in range(T):
        x = x + step * slope
        # x · x is the cheap question "is every entry finite?"; it may overflow itself.
        if not x.dot(x) < inf and not _norm(x) < inf:
            return "diverged"
        points.append(x)
        slope = gradient(x)
        if type(slope) is not kind or slope.shape != shape:
            slope = _like(slope, x)
        square = slope.dot(slope)
        norm = sqrt(square) if 1e-30 < square < inf else _norm(slope)
        norms.append(norm)
        if not eps < norm < inf:
            return "converged" if norm <= eps else "diverged"
    return "exhausted"


def _norm(v):
    """‖v‖₂ of a (d,) array of any library, without overflow or underflow on the way."""
    largest = float(abs(v).max())
    if largest == 0 or not largest < math.inf:
        return largest
    v = v / largest
    return largest * math.sqrt(v @ v)


def _checked(gradient, lr, eps, T):
    if not callable(gradient):
        raise TypeError(f"gradient must be a function of the point, got {gradient!r}")
    for name, value in (("lr", lr), ("eps", eps)):
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"{name} must be a number, got {value!r}")
    if not 0 < lr < math.inf:
        raise ValueError(f"lr must be a finite number above 0, got {lr!r}")
    if not 0 <= eps < math.inf:
        raise ValueError(f"eps must be a finite number, 0 or above, got {eps!r}")
    if isinstance(T, bool) or not hasattr(T, "__index__"):
        raise TypeError(f"T must be a whole number, got {T!r}")
    if T < 1:
        raise ValueError(f"T must be 1 or more, got {T!r}")
    return float(lr), float(eps), int(T)


def _start(init):
    """A Python float, or a floating array of shape (d,), that is not the caller's own."""
    if hasattr(init, "shape") and not isinstance(init, np.ndarray | np.generic):
        x = init  # an array of another library: its own dtype, device and arithmetic
        if len(x.shape) != 1:
            raise ValueError(f"init must be a number or have shape (d,), got shape {tuple(x.shape)}")
        return x + 0
    x = _real(init, "init")
    if x.ndim > 1 or x.size == 0:
        raise ValueError(f"init must be a number or have shape (d,) with d >= 1, got shape {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"init must be finite, got {init!r}")
    return float(x) if x.ndim == 0 else x.copy()


def _real(value, name):
    """`value` as a floating array; float32 stays float32."""
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O":
            array = np.array([float(v) for v in array.ravel()]).reshape(array.shape)  # SymPy's numbers; not None
        elif array.dtype.kind in "biu":
            array = array.astype(float)
    except (TypeError, ValueError):
        array = None
    if array is None or array.dtype.kind != "f":
        raise TypeError(f"{name} must be a number or an array of real numbers, got {value!r}")
    return array


def _first_gradient(gradient, x):
    slope = gradient(x)
    return float(_like(slope, x)) if isinstance(x, float) else _like(slope, x)


def _like(slope, x):
    """The gradient's value as the kind of thing that `x` is, or an error that says what it was."""
    shape = () if isinstance(x, float) else tuple(x.shape)
    if isinstance(x, float | np.ndarray):
        slope = _real(slope, "gradient(x)")
    if tuple(slope.shape) != shape:
        raise ValueError(
            f"gradient must return the shape of init, {shape or 'a number'}; "
            f"it returned shape {tuple(slope.shape)} at x = {x!r}"
        )
    return float(slope) if shape == () else slope


def _stack(points):
    first = points[0]
    if isinstance(first, float | np.ndarray):
        return np.array(points)
    return np.array([np.asarray(p.cpu() if hasattr(p, "cpu") else p) for p in points])  # from a GPU: by way of the CPU


@dataclass(frozen=True, eq=False)
class Sweep:
    """Many runs of one descent, side by side. ``sweep[i]`` is run i as a `Path`.

    Attributes
    ----------
    points : (m, T+1) or (m, T+1, d)
        Row i is run i; after its last step the last point is repeated.
    norms : (m, T+1)
        The norm of the gradient at each of those points.
    steps : (m,) of int
        How many updates each run did.
    stop : (m,) of str
        Why each run stopped, as in `Path`.
    """

    points: np.ndarray
    norms: np.ndarray
    steps: np.ndarray
    stop: np.ndarray

    def __len__(self):
        return len(self.steps)

    def __getitem__(self, i):
        end = self.steps[i] + 1
        return Path(self.points[i, :end], self.norms[i, :end], str(self.stop[i]))


def sweep(gradient, init, lr, eps=0.0, T=100, ascent=False):
    """Run many learning rates, or many starts, or pairs of both, at once.

    Run i is ``gradient_descent(gradient, init[i], lr[i], eps, T)``, but all m
    runs take each step together, so that NumPy's overhead is paid once a step.

    Parameters
    ----------
    gradient : callable
        ∇f. It is called with all points as columns, shape (d, m), or (m,) for
        scalar starts: what is written with ``x[0]``, ``x[1]`` or ``A @ x``
        needs no change. Where its columns differ from one-at-a-time calls (or
        it raises), it is called one point at a time instead.
    init : float, (d,), (m, 1) or (m, d)
        One start for all runs, or one a run; (m, 1) gives m scalar starts.
    lr : float or (m,)
        One learning rate for all runs, or one a run.
    eps, T : as in `gradient_descent`
    ascent : bool
        Walk uphill instead.

    Returns
    -------
    Sweep

    Examples
    --------
    >>> runs = sweep(lambda x: 2 * x, init=1.0, lr=[0.1, 0.5, 1.5], eps=1e-6, T=200)
    >>> [runs[i].steps for i in range(3)], runs.stop.tolist()
    ([66, 1, 200], ['converged', 'converged', 'exhausted'])
    """
    rates = np.atleast_1d(_real(lr, "lr"))
    starts = _real(init, "init")
    if rates.ndim != 1 or starts.ndim > 2 or starts.size == 0 or rates.size == 0:
        raise ValueError(f"lr must have shape (m,) and init (d,) or (m, d), got {rates.shape} and {starts.shape}")
    for rate in rates:
        _, eps, T = _checked(gradient, float(rate), eps, T)
    if not np.isfinite(starts).all():
        raise ValueError(f"init must be finite, got {init!r}")
    scalar = starts.ndim == 0 or (starts.ndim == 2 and starts.shape[1] == 1)
    m = max(len(rates), len(starts) if starts.ndim == 2 else 1)
    if (starts.ndim == 2 and len(starts) not in (1, m)) or len(rates) not in (1, m):
        raise ValueError(
            f"lr and init give {len(rates)} rates and {len(starts)} starts: one of them, or both, must be {m}"
        )
    x = np.broadcast_to(np.atleast_2d(starts), (m, starts.shape[-1] if starts.ndim else 1)).T.copy()
    step = np.broadcast_to(rates if ascent else -rates, (m,))
    many = _columns(gradient, x, scalar)

    points = np.empty((T + 1, *x.shape), dtype=x.dtype)
    norms = np.empty((T + 1, m))
    steps = np.full(m, T)
    stop = np.full(m, "exhausted", dtype="<U9")
    alive = np.ones(m, dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        points[0], slope = x, many(x)
        norms[0] = _column_norms(slope)
        for k in range(T + 1):
            finished = alive & (norms[k] <= eps)
            stop[finished], steps[finished] = "converged", k
            lost = alive & ~(norms[k] < np.inf)
            stop[lost], steps[lost] = "diverged", k
            alive &= ~(finished | lost)
            if k == T or not alive.any():
                points[k + 1 :], norms[k + 1 :] = points[k], norms[k]
                break
            following = x + step * slope
            gone = alive & ~np.isfinite(following).all(axis=0)
            stop[gone], steps[gone] = "diverged", k
            alive &= ~gone
            x = np.where(alive, following, x)
            slope = many(x)
            points[k + 1] = x
            norms[k + 1] = np.where(alive, _column_norms(slope), norms[k])
    points = points.transpose(2, 0, 1)
    return Sweep(points[:, :, 0] if scalar else points, norms.T.copy(), steps, stop)


def _column_norms(slope):
    """The norm of each column; scaled, so that it overflows only where the norm itself does."""
    largest = abs(slope).max(axis=0)
    scale = np.where((largest > 0) & (largest < np.inf), largest, 1.0)
    return np.where(np.isnan(largest), np.nan, scale * np.sqrt(((slope / scale) ** 2).sum(axis=0)))


def _columns(gradient, x, scalar):
    """`gradient` for all columns of `x` at once: called once where it can be, else column by column."""

    def one_by_one(x):
        return np.stack([np.reshape(_one(gradient, column, scalar), x.shape[0]) for column in x.T], axis=1)

    def at_once(x):
        return np.reshape(np.asarray(gradient(x[0] if scalar else x), dtype=x.dtype), x.shape)

    # A gradient that is not meant for columns may fail, or give other numbers without failing.
    probe = x + np.linspace(0, 1e-3, x.shape[1]) * (1 + abs(x))
    try:
        same = np.allclose(
            at_once(probe), one_by_one(probe), rtol=1e-6 if x.dtype.itemsize > 4 else 1e-3, equal_nan=True
        )
    except Exception:  # whatever it raises, the one-by-one calls raise again and show it
        same = False
    return at_once if same else one_by_one


def _one(gradient, column, scalar):
    point = float(column[0]) if scalar else column
    try:
        return _like(gradient(point), point)
    except OverflowError:  # Python floats raise where arrays give inf
        return np.full_like(column, np.inf)
