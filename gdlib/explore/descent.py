"""A walk from a start: gradient descent and ascent, with the step size under the hand."""

from dataclasses import dataclass, replace
from itertools import product

import ipywidgets
import numpy as np

from gdlib.descent import gradient_ascent, gradient_descent
from gdlib.explore import pictures, tables, widgets
from gdlib.explore.ground import Ground
from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, ORANGE, RED
from gdlib.landscapes import Landscape
from gdlib.scale.many import sweep


def descent(
    f,
    gradient=None,
    init=None,
    domain=None,
    lr=None,
    eps=1e-3,
    T=50,
    ascent=False,
    lr_range=None,
    eps_range=None,
    T_max=None,
    init_range=None,
    L=None,
    mu=None,
    fit=None,
    names=("x", "y"),
):
    """Gradient descent (or ascent) under the hand: x ← x − lr · ∇f(x), until ‖∇f‖ ≤ eps or T updates are done.

    The path for every learning rate is computed once, by `gdlib.scale.many.sweep`, from your own `gradient`.

    Parameters
    ----------
    f, gradient : callable
        Of one number, or of a point of shape (2,). `f` may be a `Landscape`, which brings its
        gradient, its domain and, if it is a convex quadratic, L and mu.
    init : float or (2,)
        The start; a number draws a curve, a pair draws contours. A click on the picture sets a new one;
        that asks the kernel.
    domain : (low, high), or one such pair for each coordinate
        What is shown; from -4 to 4 when None.
    lr, eps, T : float > 0, float > 0, int >= 1
        Where the sliders start. lr is 0.1 when None, or 1/L where that is known and less.
    ascent : bool
        Walk uphill.
    lr_range, eps_range : (low, high), both > 0
        The ends of the logarithmic sliders; widened to hold `lr` and `eps`. When None: around the edge 2/L
        where L is known, else 0.001 to 1.2; and 1e-6 to 1.
    T_max : int
        The right end of the slider T; when None, 2·T, or as much of it as a saved notebook has room for.
    init_range : (low, high), or one pair for each coordinate
        Adds sliders for the start; moving one asks the kernel.
    L, mu : float > 0
        The largest and smallest curvature, where they are known: they bring the marks 1/L, 2/(L + μ), 2/L and
        the predicted number of steps.
    fit : (x, y), two arrays of shape (n,)
        Data that the line β₀ + β₁x is fitted to, where a point is (β₀, β₁): the picture beside the contours
        then shows them with the line at the start and now, in place of the norms.
    names : (str, str)
        What the data's axes are called.

    Returns
    -------
    Explorer
        Sliders: lr, T, eps, and those of `init_range`. Its `path()` is the walk shown, as a `gdlib.Path`.

    Raises
    ------
    ValueError
        An argument outside its range, or a T_max whose table is too large for a saved notebook.
        Whatever f or gradient raises is raised.
    """
    d = tables.dimension(f, init, domain)
    if fit is not None and d != 2:
        raise ValueError(f"fit needs a start of two coefficients, got init = {init!r}")
    if gradient is None:
        L, mu = curvature(f, L, mu)
    ground = Ground.of(f, gradient, domain, d)
    init = tables.start_of(init, ground.domain)
    T, longest = tables.whole(T, "T"), tables.whole(2 * T if T_max is None else T_max, "T_max")
    if longest < T:
        raise ValueError(f"T_max must be at least T = {T}, got {longest}")
    if lr is None:
        lr = 0.1 if L is None else min(0.1, 1 / L)
    rates = tables.around(lr_range or ((1e-3, 1.2) if L is None else (0.02 / L, 2.6 / L)), lr, "lr_range")
    tolerances = tables.around(eps_range or (1e-6, 1.0), eps, "eps_range", most=120)
    walks = Walks(ground, rates, tolerances, longest, ascent, fit, names).that_fit(init, lr, T, T_max is not None)
    table, changing = walks.state(init)
    spec = {
        "kind": "descent",
        "rates": walks.rates.tolist(),
        "T_max": walks.T_max,
        "ascent": bool(ascent),
        "L": tables.finite(L),
        "mu": tables.finite(mu),
        "main": ground.axes,
        "equal": d == 2 and fit is None,
        "fit": fit is not None,
        "click": True,
        "initial": {"lr": float(lr), "T": T, "eps": float(eps)},
        "play": pictures.play("T", 0, walks.T_max, walks.T_max),
        **changing,
    }
    sliders = widgets.walk_sliders(walks.rates, lr, T, walks.T_max)
    sliders["eps"] = widgets.log_slider("tolerance eps", tolerances, eps)
    starts = start_sliders(init, init_range, ground)
    run = walks.path(init, lr, eps, T)
    made = widgets.explorer(
        spec,
        table,
        sliders | starts,
        lambda main, side: draw(main, side, walks, run, eps),
        in_words(walks, run, lr, eps, T),
        ground.image,
    )
    listen(made, walks, list(starts.values()))
    return made


def curvature(f, L, mu):
    """L and mu, which a landscape that is a convex quadratic brings where they are not given."""
    if isinstance(f, Landscape) and f.hessian is not None and f.mu > 0:
        return f.L if L is None else L, f.mu if mu is None else mu
    return L, mu


@dataclass(frozen=True)
class Walks:
    """The walks from one start, one a rate, each until the smallest tolerance or T_max updates."""

    ground: Ground
    rates: np.ndarray
    tolerances: np.ndarray
    T_max: int
    ascent: bool
    fit: tuple | None
    names: tuple

    def from_start(self, start):
        """All of them, as a `gdlib.scale.many.Sweep`."""
        eps = float(self.tolerances[0])
        return sweep(self.ground.gradient, start, self.rates, eps, self.T_max, ascent=self.ascent)

    def path(self, start, lr, eps, T):
        """One of them, as `gradient_descent` gives it."""
        walk = gradient_ascent if self.ascent else gradient_descent
        return walk(self.ground.gradient, start, lr, eps, T)

    def that_fit(self, start, lr, T, chosen):
        """As many of them, and as long, as a saved notebook has room for; a T_max that was `chosen` stays."""
        room = tables.TABLE_BYTES // (4 * (self.ground.d + 2))
        stride, T_max = fitting(stored(self.from_start(start)), T, self.T_max, chosen, room)
        return replace(self, T_max=T_max, rates=self.rates[tables.nearest(self.rates, lr) % stride :: stride])

    def state(self, start):
        """The table, and the part of the spec that depends on the start."""
        runs = self.from_start(start)
        points, norms, offsets = end_to_end(runs)
        heights = tables.values_at(self.ground.f, points)
        best, bounded = self.best(heights[offsets[1:] - 1][runs.stop == "converged"])
        with np.errstate(all="ignore"):
            gap = abs(heights - best) * np.where((heights > best) == self.ascent, -1.0, 1.0)
        data = {} if self.fit is None else {"data": np.column_stack(self.fit)}
        table, layout = tables.pack(**data, **self.ground.arrays, points=points, norms=norms, gap=gap)
        return table, {
            "layout": layout,
            "offsets": offsets.tolist(),
            "steps": runs.steps.tolist(),
            "stop": runs.stop.tolist(),
            "init": np.atleast_1d(start).tolist(),
            "best": tables.finite(best),
            "bounded": bounded,  # is "f − lowest f" shown?
            "side": self.side(norms, gap, bounded),
        }

    def best(self, ends):
        """The height that gaps are measured from: the lowest (in an ascent, highest) one; and does f end there?"""
        if self.ground.minima and not self.ascent:
            return min(float(self.ground.f(np.squeeze(m))) for m in self.ground.minima), True
        sign = -1 if self.ascent else 1
        heights, ends = sign * self.ground.heights, sign * ends
        seen = np.append(heights, ends)
        best = sign * min(seen[np.isfinite(seen)], default=0.0)
        return best, not falls_at_the_border(heights, ends)

    def side(self, norms, gap, bounded):
        """The axes beside the walk: norms and gaps against steps, or the data."""
        if self.fit is not None:
            return pictures.axes(*map(pictures.span, self.fit), *self.names)
        first = max(norms[0], gap[0], 1e-3) if len(gap) else 1.0
        both = np.concatenate([norms, gap if bounded else []]).clip(None, 1e3 * first)
        heights = pictures.log_span(both, floor=self.tolerances[0])
        return pictures.axes((0, self.T_max), heights, "step", "", logy=True)


def fitting(counts, T, T_max, chosen, room):
    """(every n-th rate, T_max) for a table of at most `room` points: forty rates if possible, twenty at least.

    `counts` are the points of each rate's path when it may take T_max steps.

    A T_max that the caller has chosen stays; otherwise it may come down to T.

    >>> fitting(np.array([101] * 60), T=50, T_max=100, chosen=False, room=4000)
    (1, 65)
    """
    lengths = [T_max] if chosen else [T_max - i * (T_max - T) // 20 for i in range(21)]
    for fewest, longest in product((40, 20), lengths):
        for stride in range(1, max(2, len(counts) // fewest + 1)):
            # the phase of the stride is not known here: take the longest
            size = max(np.minimum(counts[first::stride], longest + 1).sum() for first in range(stride))
            if size <= room:
                return stride, longest
    raise ValueError(
        f"T = {T}, T_max = {T_max} make a view that does not fit into a saved notebook: "
        "choose a smaller T_max; `gdlib.figures` draws longer walks"
    )


def stored(runs):
    """How many points of each path of a `Sweep` float32 can hold: all, or up to the first beyond FARTHEST."""
    far = abs(runs.points).reshape(*runs.norms.shape, -1).max(axis=2) > tables.FARTHEST
    return np.minimum(np.where(far.any(axis=1), far.argmax(axis=1), runs.steps + 1), runs.steps + 1)


def end_to_end(runs):
    """The points and norms of all paths, each only as long as it is and as float32 reaches; and where each begins."""
    counts = stored(runs)
    kept = np.arange(runs.norms.shape[1]) < counts[:, None]
    return runs.points[kept], runs.norms[kept], np.cumsum([0, *counts])


def falls_at_the_border(heights, ends):
    """Is the lowest place of the domain on its border, below all that converged? Then gaps would be measured from there.

    >>> x = np.linspace(-2.2, 2.2, 221)
    >>> falls_at_the_border(x**3 - 3 * x, ends=[-2.0]), falls_at_the_border(x**2, ends=[1e-12])
    (True, False)
    """
    border = np.ones(heights.shape, dtype=bool)
    border[(slice(1, -1),) * heights.ndim] = False
    edge, inside = (v[np.isfinite(v)] for v in (heights[border], np.append(heights[~border], ends)))
    if not edge.size or not inside.size:
        return False
    return bool(edge.min() < inside.min() - 1e-6 * (max(edge.max(), inside.max()) - edge.min()))


def start_sliders(init, init_range, ground):
    """{"init0": slider, ...} for the coordinates of the start; none without a range."""
    if init_range is None:
        return {}
    pairs = [init_range] if ground.d == 1 else init_range
    labels = ["start"] if ground.d == 1 else [f"start {name}" for name in ground.coordinates]
    sliders = {}
    for i, (value, ends, label) in enumerate(zip(np.atleast_1d(init), pairs, labels, strict=True)):
        low, high = min(ends[0], value), max(ends[1], value)
        look = {"step": tables.nice((high - low) / 100), "readout_format": ".4g"}
        sliders[f"init{i}"] = widgets.slider(ipywidgets.FloatSlider, label, float(value), min=low, max=high, **look)
    return sliders


def listen(made, walks, starts):
    """Let a click and the sliders of the start make new walks, and give the explorer its `path()`."""

    def restart(point):
        start = tables.start_of(point[: walks.ground.d], walks.ground.domain)
        for slider, value in zip(starts, point, strict=False):  # after a click the sliders follow
            slider.value = value
        return walks.state(start)

    answer = made.view.on_start(restart)
    for slider in starts:
        slider.observe(lambda change: answer([each.value for each in starts]), "value")

    def path():
        """The walk at the sliders' values, as `gradient_descent` gives it."""
        view = made.view
        return walks.path(np.squeeze(view.spec["init"]), view.lr, view.eps, max(view.T, 1))

    made.path = path


def draw(main, side, walks, run, eps):
    """The plain picture: the walk on its ground; beside it its norms, or the line on the data."""
    walks.ground.draw(main)
    if walks.ground.d == 1:
        drawing.walk_on_curve(main, run.points, tables.values_at(walks.ground.f, run.points))
    else:
        drawing.walk_on_contours(main, *run.points.T)
    if walks.fit is not None:
        side.plot(*walks.fit, "o", color=BLUE, markersize=4, alpha=0.6)
        drawing.straight(side, side.get_xlim(), 0, *run.final, RED)
    else:
        drawing.norms(side, {"|gradient|": run.norms}, [ORANGE])
        side.axhline(eps, color=GREEN, linestyle="--", label="eps")


def in_words(walks, run, lr, eps, T):
    """The alternative text."""
    way = "ascent" if walks.ascent else "descent"
    end = {"converged": "converges", "exhausted": "is out of steps", "diverged": "diverges"}[run.stop]
    on = "the curve" if walks.ground.d == 1 else "the contours"
    norms = "|gradient| at each step, logarithmic" if walks.fit is None else "the data, with the line at the end"
    return (
        f"Gradient {way} on {walks.ground.name} from {pictures.point_words(run.points[0])} with lr = {lr:g}, "
        f"T = {T}, eps = {eps:g}: it {end} after {run.steps} step{'s' * (run.steps != 1)} at "
        f"{pictures.point_words(run.final)}, where |gradient| = {run.norms[-1]:.3g}. "
        f"Left: the path on {on}. Right: {norms}."
    )
