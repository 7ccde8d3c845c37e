"""What more than one picture holds: curves, contours, walks, arrows, keys. The explorers' plain pictures use these too."""

import numpy as np
from matplotlib.colors import BoundaryNorm

from gdlib.figures.style import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY
from gdlib.words import say

COLOURS = (BLUE, RED, GREEN, ORANGE, PINK, SKY)
MARKERS = "osD^v<>"
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
PAPER = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}  # under a name that lies on a picture


def line(domain, points=400):
    """(points,) places from one end of the domain to the other."""
    return np.linspace(*domain, points)


def curve(ax, x, y, colour="black", label=None):
    """The curve through (x, y), below all that stands on it."""
    ax.plot(x, y, color=colour, label=label, zorder=1)


def straight(ax, x, at, height, slope, colour, style="-", width=2, label=None):
    """The straight line of that slope through (at, height), over the places x."""
    x = np.asarray(x)
    ax.plot(x, height + slope * (x - at), style, color=colour, linewidth=width, label=label)


def frame(ax, x, y, xlabel="x", ylabel="f(x)", title="", below=0.08, above=0.08):
    """Names, and limits around a curve: its ends, and a margin below and above, in parts of its height."""
    margin = np.ptp(y)
    ax.set(xlim=(min(x), max(x)), ylim=(min(y) - below * margin, max(y) + above * margin))
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)


def graph(ax, f, domain, *names, label=None, **look):
    """The curve of f over its domain, in a `frame`; returns the places x, (400,)."""
    x = line(domain)
    curve(ax, x, f(x), label=label)
    frame(ax, x, f(x), *names, **look)
    return x


def upright(ax, x):
    """A thin line that marks a place."""
    ax.axvline(x, color=GREY, linewidth=1, linestyle=":")


def walk_on_curve(ax, x, y, colour=RED, marker="o", label=None):
    """The points of a walk on a curve, a black ring around the first."""
    ax.plot(x, y, marker, color=colour, markersize=6, alpha=0.75, label=label)
    ax.plot(x[:1], y[:1], "o", color="black", markersize=13, markerfacecolor="none", markeredgewidth=2)


def mesh(window, n):
    """A grid over ((west, east), (south, north)): (2, n, n)."""
    return np.array(np.meshgrid(*(np.linspace(*ends, n) for ends in window)))


def levels(heights, n=14):
    """Heights for the level lines: evenly spaced, closer near the bottom of a bowl, and closer still of a deep one."""
    heights = heights[np.isfinite(heights)]
    if not heights.size or heights.max() == heights.min():
        return np.linspace(-1, 1, n)
    low, high = heights.min(), heights.max()
    middle = (np.median(heights) - low) / (high - low)
    power = 3 if middle < 0.25 else 2 if middle < 0.45 else 1
    return low + (high - low) * np.linspace(0, 1, n) ** power


def contours(ax, grid, heights, bright=False):
    """The level lines of heights over a grid (2, m, n), darker is lower; pale, so that colours stand out, or `bright`."""
    at, heights = levels(heights), np.ma.masked_invalid(heights)
    ax.contourf(*grid, heights, at, cmap="cividis", norm=BoundaryNorm(at, 256), alpha=1 if bright else 0.55)
    ink = {"colors": "white", "alpha": 0.55} if bright else {"colors": "black", "alpha": 0.6}
    ax.contour(*grid, heights, at, linewidths=0.7, linestyles="solid", **ink)
    ax.grid(visible=False)


def walk_on_contours(ax, x, y, colour=RED, marker="o", label=None, dots=True):
    """A walk as a line with a white edge; the start is a white marker, the end a larger one. `dots`: mark each point."""
    width, each = (1.5, marker) if dots else (2, None)
    ax.plot(x, y, color="white", linewidth=width + 2.5)
    ax.plot(x, y, color=colour, marker=each, markersize=4, linewidth=width, label=label)
    ax.plot(x[:1], y[:1], marker, color="white", markeredgecolor=colour, markeredgewidth=2, markersize=9)
    ax.plot(x[-1:], y[-1:], marker, color=colour, markeredgecolor="black", markersize=9, zorder=3)


def arrow(ax, start, tip, colour, width=3):
    """An arrow from one point to another."""
    head = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 20}
    ax.annotate("", tip, start, arrowprops={**head, "color": colour, "linewidth": width}, zorder=4)


def note(ax, text, at, away=(0, 0), **look):
    """A text, `away` from its place by so many points."""
    ax.annotate(text, at, xytext=away, textcoords="offset points", **look)


def name(ax, text, at, away=(0, 0), **look):
    """The same on white paper."""
    note(ax, text, at, away, bbox=PAPER, **look)


def norms(ax, series, colours=COLOURS):
    """Norms (or losses) at each step, (k+1,) for each name, on a logarithmic axis.
    Where two lines lie on each other both are seen: every second one is thinner and dashed."""
    for n, ((label, values), colour) in enumerate(zip(series.items(), colours, strict=False)):
        look = {"dashes": (4, 2)} if n % 2 else {}
        width = 2.5 if n % 2 or len(series) == 1 else 4.5
        ax.plot(np.arange(len(values)), values, color=colour, linewidth=width, label=label, **look)
    ax.set_yscale("log")


def key_beside(ax):
    """The names of the lines, to the right of the Axes."""
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1))


def key_below(axes, columns=4, **look):
    """The names of the lines of several Axes, those of the first, below them all."""
    handles, names = axes[0].get_legend_handles_labels()
    axes[0].figure.legend(handles, names, loc="outside lower center", ncols=columns, **look)


def batch_sizes(ax, sizes):
    """A logarithmic x axis with these batch sizes on it."""
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, [f"{b:,}".replace(",", " ") for b in sizes])
    ax.minorticks_off()
    ax.set_xlabel(say("batch size b"))
