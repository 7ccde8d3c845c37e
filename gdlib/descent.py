"""Gradient descent and ascent: one loop, kept whole, and the path it walked.

Source: A.-L. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", Comptes
Rendus 25 (1847), 536-538; the fixed step as in Y. Nesterov, "Lectures on Convex Optimization" (2018), ch. 2.
"""

from dataclasses import dataclass
from math import inf

import numpy as np

from gdlib.arguments import gradient_at, length, number, point, whole

__all__ = ["Path", "gradient_ascent", "gradient_descent"]


@dataclass(frozen=True, eq=False)
class Path:
    """The points a walk visited, and why it stopped.

    points : (k+1,) for a scalar start, (k+1, d) for a vector; x_0 ... x_k, every one finite
    norms : (k+1,), the Euclidean norm of the gradient at each point (in `sgd`: of the next batch's)
    stop : "converged" (the norm is at most eps), "exhausted" (T updates done) or
        "diverged" (the next point, or the gradient there, is not finite or overflows)
    updates : int or None, how many there were where not every point was kept (`sgd`)
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

    gradient : callable, ∇f: takes a point like `init`, returns a value of the same shape
    init : float or (d,) array, the start x_0; integers and lists become floats; never changed
    lr : float > 0, the learning rate η; its unit is (unit of x)² / (unit of f)
    eps : float >= 0, the tolerance ε on the norm of the gradient
    T : int >= 1, the largest number of updates

    Returns a `Path`. Divergence is a result, not an error: it then ends at the last finite point.
    Wrong arguments, and a gradient that returns another shape than that of `init` or changes its
    argument, raise TypeError or ValueError, which name the argument.

    >>> gradient_descent(lambda x: 2 * x + 2, init=3, lr=0.01, eps=1e-5)
    Path(converged after 673 steps at -0.999995, |gradient| = 9.96e-06)
    >>> gradient_descent(lambda x: 2 * x, init=[3.0, 4.0], lr=1.1, T=50_000).stop
    'diverged'
    """
    return _walk(gradient, init, -number(lr, "lr"), eps, T)


def gradient_ascent(gradient, init, lr=0.1, eps=1e-6, T=1000):
    """Walk uphill: x ← x + lr · ∇f(x). The same loop as `gradient_descent`, with a plus.

    Arguments, result and errors are those of `gradient_descent`.

    >>> gradient_ascent(lambda x: -2 * (x - 5), init=0.0).final.round(4)
    np.float64(5.0)
    """
    return _walk(gradient, init, +number(lr, "lr"), eps, T)  # lecture 3, "Up instead of down"


def _walk(gradient, init, step, eps, T):
    x, eps, T = point(init, "init"), number(eps, "eps", zero=True), whole(T, "T")
    if not callable(gradient):
        raise TypeError(f"gradient must be a function of the point, got {gradient!r}")
    norm_of = abs if type(x) is float else length
    points, norms, stop = [], [], None
    with np.errstate(over="ignore", invalid="ignore"):  # on the way to infinity
        while stop is None:
            points.append(x)
            grad = gradient_at(gradient, x)
            norm = norm_of(grad)
            norms.append(norm)
            if norm <= eps:  # lecture 3, "What the tolerance promises"
                stop = "converged"
            elif not norm < inf:
                stop = "diverged"
            elif len(points) > T:
                stop = "exhausted"  # lecture 3, "Three ways to end"
            else:
                x = x + step * grad  # the update; lecture 3, "The algorithm in full"
                if not norm_of(x) < inf:
                    stop = "diverged"
    return Path(np.array(points), np.array(norms), stop)
