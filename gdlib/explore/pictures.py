"""What a view shows: the function it stands on, its axes as the spec tells them, the plain picture that stands in for it."""

import math
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from gdlib.calculus import finite_difference
from gdlib.explore import subjects, tables
from gdlib.figures import drawing, style
from gdlib.figures.style import BLUE, GREEN, ORANGE, PINK, RED, SKY
from gdlib.landscapes import Landscape
from gdlib.words import noted, say

SHADES = BLUE, ORANGE, GREEN, PINK, RED, SKY  # of lines side by side, in the order of the view
ON_A_MAP = noted("east (m)"), noted("north (m)")  # as the core, which has no other words, calls them


@dataclass(frozen=True)
class Ground:
    """A function of one number or of a pair, its gradient, and the domain that is shown: d pairs (low, high)."""

    f: callable
    gradient: callable
    domain: list
    name: str = "f"
    coordinates: tuple = ("x", "y")
    minima: tuple = ()
    differentiated: bool = False  # is the gradient none that was given?

    @classmethod
    def of(cls, f, gradient, domain, d):
        """From the arguments of an explorer; a `Landscape` brings what is not given."""
        known = {}
        if isinstance(f, Landscape):
            domain = f.domain if domain is None else domain
            gradient = f.gradient if gradient is None else gradient
            known = {"name": f.name, "coordinates": tuple(map(say, f.coordinates)), "minima": f.minima}
        for name, function in (("f", f), ("derivative or gradient", gradient or f)):
            if not callable(function):
                raise TypeError(f"{name} must be a function of the point, got {function!r}")
        if gradient is None:
            known["differentiated"], gradient = True, partial(finite_difference, f)
        pairs = np.array([(-4.0, 4.0)] * d if domain is None else domain, dtype=float)
        pairs = pairs.reshape(1, 2) if pairs.shape == (2,) and d == 1 else pairs
        if pairs.shape != (d, 2) or not np.isfinite(pairs).all() or not (pairs[:, 0] < pairs[:, 1]).all():
            raise ValueError(f"domain must be {d} pair{'s' * (d > 1)} (low, high) with low < high, got {domain!r}")
        return cls(f, gradient, [tuple(pair) for pair in pairs.tolist()], **known)

    @property
    def d(self):
        """How many coordinates a point has: 1 or 2."""
        return len(self.domain)

    def within(self, *parts):
        """The point at these parts of the way from the low to the high end of each coordinate."""
        return [low + part * (high - low) for part, (low, high) in zip(parts, self.domain, strict=False)]

    @cached_property
    def grid(self):
        """Places all over the domain: (241,) or (2, 121, 121)."""
        return drawing.line(self.domain[0], 241) if self.d == 1 else drawing.mesh(self.domain, 121)

    @cached_property
    def heights(self):
        """f at each place of the grid: (241,) or (121, 121)."""
        places = self.grid if self.d == 1 else self.grid.reshape(2, -1).T
        return tables.values_at(self.f, places).reshape(self.grid.shape[-self.d :])

    @property
    def subject(self):
        """What the browser computes with: a part of the spec, and its arrays. What f raises is raised before."""
        self.heights  # noqa: B018
        return subjects.subject_of(self.f, None if self.differentiated else self.gradient, self.d, self.domain)

    @property
    def axes(self):
        """The axes of the main picture."""
        if self.d == 1:
            return axes(self.domain[0], span(self.heights), "x", "f(x)")
        return axes(*self.domain, *self.coordinates)

    def draw(self, ax):
        """The curve or the contours, on a plain picture."""
        if self.d == 1:
            drawing.curve(ax, self.grid, self.heights, BLUE)
        else:
            drawing.contours(ax, self.grid, self.heights)


def axes(x, y, xlabel, ylabel, logx=False, logy=False):
    """The part of a spec about one of its two pictures: what it shows, (low, high) each way, and the names."""
    ends = [[float(low), float(high)] for low, high in (x, y)]
    return {"x": ends[0], "y": ends[1], "xlabel": xlabel, "ylabel": ylabel, "logx": logx, "logy": logy}


def play(trait, start, end, count, log=False):
    """The part of a spec about Play: which slider it moves, from where to where, in how many steps."""
    return {"trait": trait, "from": start, "to": end, "count": count, "log": log}


def span(values):
    """(low, high) around the finite values, with a margin; a few extreme ones do not flatten the rest."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    if not values.size:
        return -1.0, 1.0
    low, high = values.min(), values.max()
    inner = np.percentile(values, [5, 95])
    if high - low > 50 * (inner[1] - inner[0]) > 0:
        low, high = inner
    margin = 0.08 * (high - low) or 0.08 * abs(low) or 1.0
    return low - margin, high + margin


def log_span(values, floor=1e-12):
    """(low, high) in whole powers of ten around the finite values above `floor`, fourteen decades at most."""
    values = values[np.isfinite(values) & (values >= floor)]
    if not values.size:
        return 1e-3, 1.0
    high = math.ceil(math.log10(values.max()) + 1e-9)
    low = max(math.floor(math.log10(values.min())), high - 14)
    return 10.0**low, 10.0 ** max(high, low + 1)


def plain(spec, draw):
    """The plain picture of a view, as PNG: `draw(main, side)` on Axes that `spec` describes."""
    with rc_context(style.STYLE):
        figure = Figure(figsize=(8.4, 3.8), layout="constrained")
        for ax, place in zip(figure.subplots(1, 2), (spec["main"], spec["side"]), strict=True):
            prepare(ax, place)
        draw(*figure.axes)
        for ax in figure.axes:
            names = ax.get_legend_handles_labels()[1]
            if names:  # above the picture, where no line is
                tight = {"borderaxespad": 0.2, "handlelength": 1.4, "columnspacing": 1.2}
                ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2 if len(names) > 3 else 3, **tight)
        return style.png(figure, dpi=84, colours=64)


def prepare(ax, place):
    """Limits, scales, names and ticks of one Axes, as its part of the spec says."""
    ax.set(xlabel=place["xlabel"], ylabel=place["ylabel"])
    ax.set(xscale="log" if place["logx"] else "linear", yscale="log" if place["logy"] else "linear")
    ax.set(xlim=place["x"], ylim=place["y"], autoscale_on=False)
    for axis, log in ((ax.xaxis, place["logx"]), (ax.yaxis, place["logy"])):
        if log:
            axis.set_minor_locator(NullLocator())
        else:
            axis.set_major_locator(MaxNLocator(5))


def point_words(x):
    """A point for a sentence: x = 3, or (1, 2)."""
    coordinates = ", ".join(f"{value:.6g}" for value in np.atleast_1d(x))
    return f"x = {coordinates}" if np.ndim(x) == 0 else f"({coordinates})"
