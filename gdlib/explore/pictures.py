"""The axes of a view, as its spec tells them, and the plain picture that stands in for it."""

import math

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, MultipleLocator, NullLocator

from gdlib.figures import style
from gdlib.figures.style import BLUE, GREEN, ORANGE, PINK, RED, SKY

SHADES = BLUE, ORANGE, GREEN, PINK, RED, SKY  # of lines side by side, in the order of the view


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
        return style.png(figure, dpi=100, colours=128)


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
    if "every" in place:
        ax.xaxis.set_major_locator(MultipleLocator(place["every"]))


def point_words(x):
    """A point for a sentence: x = 3, or (1, 2)."""
    coordinates = ", ".join(f"{value:.6g}" for value in np.atleast_1d(x))
    return f"x = {coordinates}" if np.ndim(x) == 0 else f"({coordinates})"
