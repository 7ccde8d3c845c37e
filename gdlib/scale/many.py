"""Many walks of one descent at once, so that NumPy's overhead is paid once a step and not once a walk."""

from dataclasses import dataclass

import numpy as np

from gdlib.arguments import gradient_at, number, real_array, whole
from gdlib.descent import Path

__all__ = ["Sweep", "sweep"]


@dataclass(frozen=True, eq=False)
class Sweep:
    """Many walks side by side; ``sweep[i]`` is walk i as a `Path`.

    points : (m, T+1) or (m, T+1, d), row i is walk i; after its last step the last point is repeated
    norms : (m, T+1), of the gradient at each of those points
    steps, stop : (m,), how many updates each walk did, and why it stopped, as in `Path`
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
    """Many learning rates, or many starts, or pairs of both: walk i is
    ``gradient_descent(gradient, init[i], lr[i], eps, T)``, and all take each step together.

    gradient : callable
        ∇f, called with all points as columns, shape (d, m), or (m,) for scalar starts: what is
        written with ``x[0]``, ``x[1]`` or ``A @ x`` needs no change. Where its columns differ
        from one-at-a-time calls (or it raises), it is called one point at a time.
    init : float, (d,), (m, 1) or (m, d)
        One start for all walks, or one a walk; (m, 1) gives m scalar starts.
    lr : float or (m,), one learning rate for all walks, or one a walk
    eps, T : as in `gradient_descent`
    ascent : bool, walk uphill instead

    Returns a `Sweep`. Wrong arguments raise TypeError or ValueError, which name the argument.

    >>> walks = sweep(lambda x: 2 * x, init=1.0, lr=[0.1, 0.5, 1.5], eps=1e-6, T=200)
    >>> [walks[i].steps for i in range(3)], walks.stop.tolist()
    ([66, 1, 200], ['converged', 'converged', 'exhausted'])
    """
    if not callable(gradient):
        raise TypeError(f"gradient must be a function of the point, got {gradient!r}")
    eps, T = number(eps, "eps", zero=True), whole(T, "T")
    x, step, scalar = _starts_and_steps(init, lr, 1 if ascent else -1)
    slope_at = _columns(gradient, x, scalar)
    m = x.shape[1]
    points, norms = np.empty((T + 1, *x.shape), x.dtype), np.empty((T + 1, m))
    steps, stop = np.full(m, T), np.full(m, "exhausted")
    alive = np.ones(m, dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):  # on the way to infinity
        for k in range(T + 1):
            slope = slope_at(x)
            norm = np.hypot.reduce(slope, axis=0)  # without overflow on the way, as `math.hypot`
            points[k], norms[k] = x, np.where(alive, norm, norms[k - 1])
            following = x + step * slope
            arrived = alive & (norm <= eps)
            lost = alive & ~arrived & ~(np.isfinite(norm) & ((k == T) | np.isfinite(following).all(axis=0)))
            stop[arrived], stop[lost] = "converged", "diverged"
            steps[arrived | lost] = k
            alive &= ~(arrived | lost)
            if not alive.any():
                points[k + 1 :], norms[k + 1 :] = points[k], norms[k]
                break
            x = np.where(alive, following, x)
    points = points.transpose(2, 0, 1)
    return Sweep(points[:, :, 0] if scalar else points, norms.T.copy(), steps, stop)


def _starts_and_steps(init, lr, sign):
    """The starts as columns (d, m), the signed rates (m,), and whether a point is a number."""
    rates, starts = np.atleast_1d(real_array(lr, "lr")), real_array(init, "init")
    if rates.ndim != 1 or starts.ndim > 2 or 0 in (rates.size, starts.size):
        shapes = f"{rates.shape} and {starts.shape}"
        raise ValueError(f"lr must have shape (m,) and init (d,) or (m, d), got {shapes}")
    for rate in rates:
        number(float(rate), "lr")
    if not np.isfinite(starts).all():
        raise ValueError(f"init must be finite, got {init!r}")
    scalar = starts.ndim == 0 or starts.shape[1:] == (1,)
    starts = np.atleast_2d(starts)
    m = max(len(rates), len(starts))
    if {len(starts), len(rates)} - {1, m}:
        numbers = f"{len(rates)} rates and {len(starts)} starts"
        raise ValueError(f"lr and init must be one each or equally many, got {numbers}")
    x = np.broadcast_to(starts, (m, starts.shape[1])).T.copy()
    return x, np.broadcast_to(sign * rates, m), scalar


def _columns(gradient, x, scalar):
    """`gradient` for all columns of x at once: called once where it can be, else column by column."""

    def one_by_one(x):
        points = [*map(float, x[0])] if scalar else [column.copy() for column in x.T]
        slopes = [np.array(gradient_at(gradient, point), ndmin=1) for point in points]
        return np.stack(slopes, axis=1).astype(x.dtype)

    def at_once(x):
        return np.asarray(gradient(x[0] if scalar else x), dtype=x.dtype).reshape(x.shape)

    # A gradient that is not meant for columns may fail, or give other numbers without failing.
    probe = x + np.linspace(0, 1e-3, x.shape[1]) * (1 + abs(x))
    rtol = 1e-6 if x.dtype.itemsize > 4 else 1e-3
    try:
        same = np.allclose(at_once(probe.copy()), one_by_one(probe), rtol=rtol, equal_nan=True)
    except Exception:  # whatever it raises, the one-by-one calls raise again and show it
        same = False
    return at_once if same else one_by_one
