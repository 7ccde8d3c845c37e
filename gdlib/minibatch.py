"""Stochastic gradient descent: a batch of the rows instead of all of them; an objective to escape from.

Source: H. Robbins, S. Monro, "A Stochastic Approximation Method", Annals of Mathematical
Statistics 22 (1951), 400-407; shuffling and batches as in L. Bottou, F. E. Curtis, J. Nocedal,
"Optimization Methods for Large-Scale Machine Learning", SIAM Review 60 (2018), 223-311.
"""

from functools import partial
from itertools import repeat
from math import inf

import numpy as np

from gdlib.arguments import at_rows, generator, gradient_at, length, number, point, real_array, whole
from gdlib.descent import Path

__all__ = ["SineFit", "batches", "sgd"]


def batches(n, batch_size, seed=0, epochs=1):
    """The row numbers of each batch: every epoch shuffles all n rows and deals them, none twice.
    The last batch of an epoch is short where `batch_size` does not divide n.

    n : int, or anything with a length
    batch_size : int, 1 to n
    seed : int or numpy.random.Generator, which goes on where it is: each call then shuffles anew
    epochs : int >= 1, or None: for ever

    Returns an iterator of (b,) arrays of int. Wrong arguments raise TypeError or ValueError at once.

    >>> [rows.tolist() for rows in batches(5, 2, seed=1)]
    [[4, 0], [1, 2], [3]]
    """
    n = whole(len(n) if hasattr(n, "__len__") and getattr(n, "ndim", 1) else n, "n")
    batch_size = whole(batch_size, "batch_size")
    if batch_size > n:
        raise ValueError(f"batch_size must be between 1 and n = {n}, got {batch_size}")
    rounds = repeat(None) if epochs is None else range(whole(epochs, "epochs"))
    rng = generator(seed)

    def deal():
        for _ in rounds:
            order = rng.permutation(n)  # lecture 5, "Deal the rows like cards"
            for i in range(0, n, batch_size):
                yield order[i : i + batch_size]

    return deal()


def sgd(loss, init, lr, T, batch_size, seed=0, eps=None, record=1):
    """Step by batches: x ← x − lr · ∇f_B(x), with the next batch B each time, T times.

    loss : object with ``n`` and ``gradient(x, rows)``
        How many rows there are; the gradient at x as the given ones estimate it: row numbers, or None
        for all (b = n, or to look at eps). Its own ``batches(batch_size, seed, epochs)`` go first.
    init : float or (d,) array, the start x_0; never changed
    lr : float > 0, the learning rate η; or a schedule: ``lr(t)`` > 0 for update t = 0, 1, ...
    T : int >= 1, the number of updates; ceil(n / batch_size) of them are one epoch
    batch_size : int, 1 to n
    seed : int or numpy.random.Generator
    eps : float >= 0; stop once the norm of the *full* gradient is at most eps: looked at once an epoch,
        before its first update, at the cost of a pass; a batch's own gradient would say nothing
    record : int >= 1; keep each record-th point, and the last: 8·d bytes each, in the walk some 200 more

    Returns a `Path`. Its ``norms`` are those of the batch gradients, ‖∇f_B(x_t)‖ with the batch that
    comes next; of a walk that converged the last is ‖∇f(x_t)‖. Divergence is a result. With b = n and
    an eps it is that of `gradient_descent`. Wrong arguments, and gradients of another shape than `init`
    or that change it, raise TypeError or ValueError, which name the argument.

    >>> from gdlib.regression import LeastSquares
    >>> loss = LeastSquares([[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0], scale="half-mean")
    >>> sgd(loss, [0.0], lr=0.1, T=60, batch_size=2).final.round(6)
    array([2.])
    """
    x, constant, T, eps, record, dealt, epoch = arguments_of_sgd(loss, init, lr, T, batch_size, seed, eps, record)
    dealt = dealt if epoch > 1 else repeat(None)  # None: all rows
    norm_of = abs if type(x) is float else length
    t, points, norms, stop = 0, [], [], None
    with np.errstate(over="ignore", invalid="ignore"):  # on the way to infinity
        while stop is None:
            look = eps is not None and t % epoch == 0  # at the full gradient, once an epoch
            arrived = look and norm_of(gradient_at(loss.gradient, x, None)) <= eps
            grad = gradient_at(loss.gradient, x, None if arrived else next(dealt))
            norm = norm_of(grad)
            if t % record == 0:
                points.append(x)
                norms.append(norm)
            if arrived:
                stop = "converged"
            elif not norm < inf:
                stop = "diverged"
            elif t == T:
                stop = "exhausted"
            else:
                rate = constant or number(lr(t), f"lr({t})")
                x_next = x - rate * grad  # the update; lecture 5, "The algorithm in full"
                if norm_of(x_next) < inf:
                    x, t = x_next, t + 1
                else:
                    stop = "diverged"
    if t % record:
        points.append(x)
        norms.append(norm)
    return Path(np.array(points), np.array(norms), stop, updates=t)


def arguments_of_sgd(loss, init, lr, T, batch_size, seed, eps, record):
    """As `sgd` uses them: x_0, a constant lr or None, T, eps, record, the dealt batches, how many make an epoch."""
    if not hasattr(loss, "n") or not callable(getattr(loss, "gradient", None)):
        raise TypeError(f"loss must have n and gradient(x, rows), got {loss!r:.80}")
    n = whole(loss.n, "loss.n")
    x, T, record = point(init, "init"), whole(T, "T"), whole(record, "record")
    eps = None if eps is None else number(eps, "eps", zero=True)
    constant = None if callable(lr) else number(lr, "lr")
    dealt = (getattr(loss, "batches", None) or partial(batches, n))(batch_size, seed, epochs=None)
    return x, constant, T, eps, record, dealt, -(-n // whole(batch_size, "batch_size"))


class SineFit:
    """The frequency of a wave from noisy measurements: f(ω) = mean of ½(yᵢ − sin ωtᵢ)².

    A wrong frequency can agree with the data for a while: f has many local minima. The term
    of row i repeats every 2π/tᵢ in ω, with minima of its own, so every batch has another landscape.

    t, y : (n,) arrays, times in seconds and what was measured then
    digits : int, optional; round each gradient to so many decimals (no longer quite unbiased):
        chaotic walks are then nearly always the same where sines differ in the last digit
    Source: D. C. Rife, R. R. Boorstyn, "Single-tone parameter estimation from discrete-time
    observations", IEEE Trans. Information Theory 20 (1974), 591-598.

    >>> fit = SineFit.example()
    >>> round(fit(3.0), 3), round(fit(5.26), 3), fit([3.0, 5.26], rows=[0, 1]).shape
    (0.048, 0.476, (2,))
    """

    def __init__(self, t, y, digits=None):
        self.t, self.y = real_array(t, "t"), real_array(y, "y")
        self.digits = None if digits is None else whole(digits, "digits", 0)
        if self.t.ndim != 1 or self.t.shape != self.y.shape or self.t.size == 0:
            shapes = f"{self.t.shape} and {self.y.shape}"
            raise ValueError(f"t and y must both have shape (n,), n >= 1, got {shapes}")
        if not (np.isfinite(self.t).all() and np.isfinite(self.y).all()):
            raise ValueError("t and y must be finite, got NaN or infinity")
        self.n = self.t.size

    @classmethod
    def example(cls, seed=0, digits=None):
        """200 measurements within 6 s of a wave of 3 rad/s, with noise of standard deviation 0.3."""
        rng = generator(seed)
        t = np.sort(rng.uniform(0, 6, 200))
        return cls(t, np.sin(3 * t) + 0.3 * rng.standard_normal(200), digits)

    def __call__(self, omega, rows=None):
        """f at ω, a number or an array of any shape; with `rows` the batch's own."""
        _, _, error = self._errors(omega, rows)
        value = 0.5 * (error * error).mean(0)  # lecture 5, "Every batch has its own objective"
        return value if np.ndim(omega) else float(value)

    def gradient(self, omega, rows=None):
        """f′(ω) = mean of −(yᵢ − sin ωtᵢ) tᵢ cos ωtᵢ; over rows drawn at random: an unbiased estimate of it."""
        t, angle, error = self._errors(omega, rows)
        slope = -(t * (error * np.cos(angle)).T).T.mean(0)
        slope = slope if self.digits is None else np.round(slope, self.digits)
        return slope if np.ndim(omega) else float(slope)

    def _errors(self, omega, rows):
        omega = omega if type(omega) is float else real_array(omega, "omega")
        t, y = (self.t, self.y) if rows is None else at_rows(rows, self.t, self.y)
        angle = np.multiply.outer(t, omega)
        return t, angle, (y - np.sin(angle).T).T
