"""Stochastic gradient descent: a batch of the rows instead of all of them, and an objective to escape from.

Source: H. Robbins, S. Monro, "A Stochastic Approximation Method", Annals of Mathematical Statistics 22 (1951),
400-407; shuffling and batches as in L. Bottou, F. E. Curtis, J. Nocedal, "Optimization Methods for
Large-Scale Machine Learning", SIAM Review 60 (2018), 223-311.
"""

import math
from contextlib import closing
from functools import partial
from itertools import count, repeat
from numbers import Real
from time import perf_counter

import numpy as np

from gdlib.descent import Path, _checked, _like, _norm, _stack, _start
from gdlib.scale.files import RUNS

__all__ = ["SineFit", "batches", "sgd"]


def batches(n, batch_size, seed=0, epochs=1, run=1):
    """The row numbers of each batch: every epoch shuffles all n rows and deals them out, none twice.

    The last batch of an epoch is short where `batch_size` does not divide n.

    Parameters
    ----------
    n : int, or anything with a length
    batch_size : int, 1 to n
    seed : int or numpy.random.Generator
        A generator goes on where it is: each call then shuffles anew.
    epochs : int >= 1, or None
        How often to go through the data; None: for ever.
    run : int >= 1
        How many consecutive rows stay together in the shuffling, as suits a
        disk. 16 runs (or one batch, where that is more) are then dealt to
        their batches like cards, so that each batch has rows of all of them.
        The batch gradient is still right on average; where neighbouring rows
        are alike it varies more than that of a batch of b single rows.

    Returns
    -------
    iterator of (b,) arrays of int

    Raises
    ------
    TypeError, ValueError
        At once, not at the first batch; the message names the argument.

    Examples
    --------
    >>> [rows.tolist() for rows in batches(5, 2, seed=1)]
    [[4, 0], [1, 2], [3]]
    >>> [rows.tolist() for rows in batches(8, 4, seed=2, run=2)]
    [[6, 4, 0, 2], [7, 5, 1, 3]]
    """
    chunks = ((_numbers(rows), turns) for rows, turns in _chunks(n, batch_size, seed, epochs, run))
    return (rows[j :: len(turns)] for rows, turns in chunks for j in turns)


def _chunks(n, batch_size, seed, epochs, run):
    """Pairs (rows, turns): the rows of one chunk, and 0 ... k - 1 in the order in which its k batches come.

    The rows are their numbers, or where they come in runs, for each the first one and the one behind the last. Batch j
    has every k-th of them from the j-th on. That order is random: the first row of a run would else always be in an
    early batch.
    """
    n = len(n) if hasattr(n, "__len__") else n
    n, batch_size, run = _whole(n, "n"), _whole(batch_size, "batch_size"), _whole(run, "run")
    if not 1 <= batch_size <= n:
        raise ValueError(f"batch_size must be between 1 and n = {n}, got {batch_size}")
    rounds = count() if epochs is None else range(_whole(epochs, "epochs"))
    rng = np.random.default_rng(seed)
    size = batch_size * (1 if run == 1 else max(1, RUNS * run // batch_size))

    def deal():
        for _ in rounds:
            order = rng.permutation(-(-n // run))
            ends = np.cumsum(np.minimum(run, n - order * run)) if run > 1 else None
            for low in range(0, n, size):
                high = min(low + size, n)
                rows = order[low:high] if run == 1 else _between(order, ends, run, low, high)
                yield rows, rng.permutation(-(-(high - low) // batch_size)) if run > 1 else (0,)

    return deal()


def _between(order, ends, run, low, high):
    """Rows low ... high - 1 of those that come run after run; run i ends before place ends[i]."""
    i, j = np.searchsorted(ends, low, "right"), np.searchsorted(ends, high, "left") + 1
    behind = np.minimum(ends[i:j], high)
    begins = np.concatenate([[low], behind[:-1]])
    before = np.concatenate([ends[i - 1 : i] if i else [0], ends[i : j - 1]])  # where each of these runs begins
    first = order[i:j] * run - before
    return np.column_stack([first + begins, first + behind])


def _numbers(rows):
    """The numbers of rows that may come in runs, as `_chunks` gives them."""
    return rows if rows.ndim == 1 else np.concatenate([np.arange(*ends) for ends in rows])


def sgd(loss, init, lr, T, batch_size, seed=0, eps=None, record=1, progress=None, run=None):
    """Walk downhill by batches: x ← x − lr · ∇f_B(x), with the next batch B of `batches` each time, T times.

    Parameters
    ----------
    loss : object with ``n`` and ``gradient(x, rows)``
        The number of rows, and the gradient at x as the given rows estimate
        it; `rows` is an array of row numbers, or None where `batch_size` is n.
        A loss may bring its own ``batches(batch_size, seed, epochs, run)``, as
        `LeastSquares` does: that of a file reads in runs.
    init : float or (d,) array
        The start x_0; never changed.
    lr : float > 0, or callable
        The learning rate η, or a schedule: ``lr(t)`` for update t = 0, 1, ...
    T : int >= 1
        The number of updates; ceil(n / batch_size) of them are one epoch.
    batch_size : int, 1 to n
    seed : int or numpy.random.Generator
    eps : float >= 0, optional
        Stop once the norm of the *full* gradient is at most eps. It is looked
        at once an epoch, before the epoch's first update, and costs a pass
        through the data; a batch's own gradient would say nothing about it.
    record : int >= 1
        Keep each record-th point, and the last. All T + 1 of them take
        8·d·(T + 1) bytes.
    progress : bool, optional
        A bar from the start, never, or (None) where a run turns out to be long.
    run : int, optional
        How many consecutive rows stay together in the shuffling, see `batches`:
        1, or what the loss says.

    Returns
    -------
    Path
        ``norms`` are those of the batch gradients, ‖∇f_B(x_t)‖ with the batch
        that comes next; they do not go to 0. Divergence is a result, as in
        `gradient_descent`, whose path this is for ``batch_size=loss.n``.

    Raises
    ------
    TypeError, ValueError
        An argument of the wrong kind or size, or a gradient whose shape is not
        that of `init`; the message names it.

    Examples
    --------
    >>> from gdlib.regression import LeastSquares
    >>> loss = LeastSquares([[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0], scale="half-mean")
    >>> sgd(loss, [0.0], lr=0.1, T=60, batch_size=2)
    Path(exhausted after 60 steps at [2.], |gradient| = 0)
    """
    for name in ("n", "gradient"):
        if not hasattr(loss, name):
            raise TypeError(f"loss must have n, its number of rows, and gradient(x, rows); {loss!r} has no {name}")
    schedule = lr if callable(lr) else None
    rate, tolerance, T = _checked(loss.gradient, 1.0 if schedule else lr, 0.0 if eps is None else eps, T)
    record = _whole(record, "record")
    deal = loss.batches if hasattr(loss, "batches") else partial(batches, loss.n)
    order = deal(batch_size, seed, epochs=None, **({} if run is None else {"run": run}))
    epoch = -(-loss.n // batch_size)
    x = _start(init)
    kind, shape = type(x), getattr(x, "shape", ())
    points, norms, stop = [], [], "exhausted"
    watched = _watched(repeat(None) if epoch == 1 else order, T, progress)
    # Overflow on the way to infinity is the lesson's subject, not a warning.
    with np.errstate(over="ignore", invalid="ignore"), closing(order), closing(watched):
        for t, rows in enumerate(watched):
            slope = _gradient(loss, x, rows, kind, shape)
            norm = _length(slope, kind)
            if t % record == 0:
                points.append(x)
                norms.append(norm)
            if not norm < math.inf:
                stop = "diverged"
                break
            if eps is not None and t % epoch == 0:
                full = _gradient(loss, x, None, kind, shape)
                if _length(full, kind) <= tolerance:
                    stop = "converged"
                    break
            if t == T:
                break
            if schedule:
                rate = _rate(schedule, t)
            following = x - rate * slope
            if not _length(following, kind) < math.inf:
                stop = "diverged"
                break
            x = following
    if t % record:
        points.append(x)
        norms.append(norm)
    return Path(_stack(points), np.array(norms), stop, updates=t)


def _gradient(loss, x, rows, kind, shape):
    try:
        slope = loss.gradient(x, rows)
    except OverflowError:  # Python floats raise where arrays give inf
        return math.inf
    return slope if type(slope) is kind and (kind is float or slope.shape == shape) else _like(slope, x)


def _length(v, kind):
    if kind is float:
        return abs(v)
    square = v.dot(v)
    return math.sqrt(square) if 1e-30 < square < math.inf else _norm(v)


def _rate(schedule, t):
    rate = schedule(t)
    if not isinstance(rate, Real) or not 0 < rate < math.inf:
        raise ValueError(f"lr(t) must be a finite number above 0, got {rate!r} at t = {t}")
    return rate


def _whole(value, name):
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be 1 or more, got {value!r}")
    return int(value)


def _watched(order, T, progress):
    """The batches, and a progress bar once they have taken a second and more than two are still to come."""
    began, bar = perf_counter(), None
    try:
        for t, rows in enumerate(order):
            if bar is not None:
                bar.update()
            elif progress is not False:
                spent = perf_counter() - began
                if progress or (spent > 1 and spent * (T - t) > 2 * t):
                    bar = progress_bar(total=T, initial=t, desc="sgd", unit=" updates", leave=False)
            yield rows
    finally:
        if bar is not None:
            bar.close()


def progress_bar(**options):
    """tqdm's bar without the thread that watches it; a browser has none to give."""
    from tqdm import tqdm

    return type("Bar", (tqdm,), {"monitor_interval": 0})(**options)


class SineFit:
    """The frequency of a wave from noisy measurements: f(ω) = mean of ½(yᵢ − sin ωtᵢ)², with many local minima.

    A wrong frequency can agree with the data for a while: each such ω is a
    local minimum. The term of row i repeats every 2π/tᵢ in ω, with minima of
    its own, so every batch has another landscape.

    Parameters
    ----------
    t, y : (n,) arrays
        Times in seconds, and what was measured then.
    phase : bool
        Fit sin(ωt + φ): a point is then (ω, φ), and many points are (2, ...).
    digits : int, optional
        Round the gradient to so many decimals: chaotic walks are then the same
        on machines whose sines differ in the last digit.

    Examples
    --------
    >>> fit = SineFit.example()
    >>> round(fit(3.0), 3), round(fit(5.26), 3), fit([3.0, 5.26], rows=[0, 1]).shape
    (0.048, 0.476, (2,))

    Source: D. C. Rife, R. R. Boorstyn, "Single-tone parameter estimation from
    discrete-time observations", IEEE Trans. Information Theory 20 (1974), 591-598.
    """

    def __init__(self, t, y, phase=False, digits=None):
        self.t, self.y, self.phase = np.array(t, dtype=float), np.array(y, dtype=float), phase
        if self.t.ndim != 1 or self.t.shape != self.y.shape or self.t.size == 0:
            raise ValueError(f"t and y must both have shape (n,), n >= 1, got {self.t.shape} and {self.y.shape}")
        for name in ("t", "y"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} must be finite, got {getattr(self, name)!r}")
        self.n, self.digits = self.t.size, digits

    @classmethod
    def example(cls, seed=0, phase=False, digits=None):
        """200 measurements within 6 s of a wave of 3 rad/s and phase 0, with noise of standard deviation 0.3."""
        rng = np.random.default_rng(seed)
        t = np.sort(rng.uniform(0, 6, 200))
        return cls(t, np.sin(3 * t) + 0.3 * rng.standard_normal(200), phase, digits)

    def __call__(self, x, rows=None):
        """f at ω, of any shape (or at (ω, φ), shape (2, ...)); with `rows` the batch's own."""
        _, error, _ = self._fit(x, rows)
        value = 0.5 * (error * error).mean(0)
        return float(value) if value.ndim == 0 else value

    def gradient(self, x, rows=None):
        """f′(ω) = mean of −(yᵢ − sin ωtᵢ) tᵢ cos ωtᵢ, of the shape of x; over `rows`: an unbiased estimate of it."""
        t, error, angle = self._fit(x, rows)
        slope = error * np.cos(angle)
        slope = np.array([(slope * t).mean(0), slope.mean(0)]) if self.phase else (slope * t).mean(0)
        if self.digits is not None:
            slope = np.round(slope, self.digits)
        return float(slope) if slope.ndim == 0 else slope

    def _fit(self, x, rows):
        t, y = (self.t, self.y) if rows is None else (self.t[rows], self.y[rows])
        omega, phi = x if self.phase else (x, 0.0)
        if np.ndim(omega):
            t, y = (v.reshape(-1, *(1,) * np.ndim(omega)) for v in (t, y))
        angle = t * omega + phi
        return t, np.sin(angle) - y, angle
