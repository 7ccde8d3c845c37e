"""The figures of lecture 1: curves, and how steep they are."""

import numpy as np

from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, GREY, ORANGE, RED, figure, number


@figure()
def curve(ax, x, y, xlabel="x", ylabel="f(x)", title="", marks=()):
    """A measured curve through (x, y), arrays of shape (n,); its `marks` are (x, y, name) each."""
    drawing.curve(ax, x, y, BLUE)
    ax.fill_between(x, y, min(y) - 0.05 * np.ptp(y), color=BLUE, alpha=0.12)
    for mx, my, name in marks:
        ax.plot(mx, my, "o", color=RED, markersize=8, zorder=3)
        drawing.note(ax, name, (mx, my), (0, 9), ha="center")
    drawing.frame(ax, x, y, xlabel, ylabel, title, below=0.05, above=0.25)
    named = "".join(f" {name.capitalize()}: {number(my)} at {number(mx)}." for mx, my, name in marks)
    return (
        f"{title or 'A curve'}: {ylabel} over {xlabel}, between {number(min(y))} and {number(max(y))}, "
        f"from {number(min(x))} to {number(max(x))}.{named}"
    )


@figure()
def tangents(ax, f, derivative, points, domain, name="f", variable="x"):
    """The curve f with its tangent line at each of `points`, the slope written beside it; what f and x are called."""
    names = variable, f"{name}({variable})", "Tangent lines: blue falls, red rises, grey is level"
    drawing.graph(ax, f, domain, *names, below=0.14)
    reach, slopes = 0.09 * (domain[1] - domain[0]), []
    for p in points:
        slope = derivative(p)
        side = 0 if abs(slope) < 1e-9 else (1 if slope > 0 else -1)
        colour, align = {-1: (BLUE, "right"), 0: (GREY, "center"), 1: (RED, "left")}[side]
        drawing.straight(ax, [p - reach, p + reach], p, f(p), slope, colour, width=3)
        ax.plot(p, f(p), "o", color=colour, markersize=8)
        top = f(p - reach) + f(p + reach) < 2 * f(p) - 1e-9
        away = {-1: (-12, -8), 0: (0, -22 if top else 14), 1: (12, -8)}[side]
        if side == -1 and p - domain[0] < 2.5 * reach:  # to the left there are the axis and its numbers
            away, align = (12, 8), "left"
        drawing.note(ax, f"slope {number(slope)}", (p, f(p)), away, ha=align, va="center", color=colour)
        slopes.append(f"{number(slope)} at {variable} = {number(p)}")
    return (
        f"The curve {name} with short tangent lines. Their slopes: {', '.join(slopes)}. "
        "Negative slopes fall, positive ones rise, 0 is level."
    )


@figure()
def rise_over_run(ax, f, at, h, domain, slope=None):
    """The secant of f through `at` and the place h farther, with its run and rise; with a `slope` the tangent line, which
    has that slope, instead, and the gap between it and the curve."""
    name = "secant" if slope is None else "tangent line"
    drawing.graph(ax, f, domain, "x", "f(x)", f"The {name} at {number(at)}", above=0.05)
    here, there, end = f(at), f(at + h), at + h
    slope = (there - here) / h if slope is None else slope
    top = here + slope * h
    drawing.straight(ax, domain, at, here, slope, RED)
    parts = ("rise", [end, end], [here, top], BLUE), ("gap", [end, end], [top, there], ORANGE)
    parts = ("run", [at, end], [here, here], GREEN), *parts
    looks = {"run": ((0, -18), "center"), "rise": ((10, -5), "left"), "gap": ((-10, 12), "right")}
    for part, x, y, colour in parts[: 3 if top != there else 2]:
        ax.plot(x, y, "--", color=colour, linewidth=3)
        away, side = looks[part]
        drawing.note(ax, part, (np.mean(x), np.mean(y)), away, color=colour, ha=side, fontweight="bold")
    ax.plot([at, end], [here, there], "o", color="black", markersize=8, zorder=3)
    gap = f"; there the curve lies {number(there - top)} above the line" if there != top else ""
    return (
        f"A curve with its {name} at x = {number(at)}: over a run of {number(h)} its rise is {number(top - here)}{gap}."
    )


@figure(rows=2)
def signs(axes, f, derivative, domain, name="f"):
    """f above, f′ below: where f′ is positive f rises, where it is negative f falls. `name` is what f is called."""
    x = drawing.line(domain)
    values, slope = f(x), derivative(x)
    for sign, colour, word in ((1, RED, "rises"), (-1, BLUE, "falls")):
        part = sign * slope > 0
        axes[0].plot(x, np.where(part, values, np.nan), color=colour, label=f"{name} {word}")
        axes[1].plot(x, np.where(part, slope, np.nan), color=colour)
        axes[1].fill_between(x, slope, 0, where=part, color=colour, alpha=0.2)
    level = zeros(x, slope)
    for ax, y in zip(axes, (f, derivative), strict=True):
        ax.plot(level, [y(z) for z in level], "o", color="black", zorder=3)
        for z in level:
            drawing.upright(ax, z)
    axes[1].axhline(0, color="black", linewidth=1)
    axes[0].set(ylabel=f"{name}(x)", title=f"{name} rises where {name}′ > 0 and falls where {name}′ < 0")
    axes[1].set(xlabel="x", ylabel=f"{name}′(x)", xlim=domain)
    drawing.key_beside(axes[0])
    where = " and ".join(number(z) for z in level) or "nowhere"
    return (
        f"Above, {name}; below, its derivative. {name} rises where the derivative is positive and falls where it is "
        f"negative; the derivative is 0 at x = {where}, where {name} is level."
    )


def zeros(x, y):
    """Where the sampled y changes its sign, by linear interpolation; exact zeros count once.

    >>> x = np.linspace(-2, 2, 101)
    >>> zeros(x, x**2 - 1).round(2).tolist(), zeros(x, x).tolist(), zeros(x, x**2 + 1).tolist()
    ([-1.0, 1.0], [0.0], [])
    """
    crossing = np.flatnonzero(np.sign(y[:-1]) * np.sign(y[1:]) < 0)
    between = x[crossing] - y[crossing] * (x[crossing + 1] - x[crossing]) / (y[crossing + 1] - y[crossing])
    return np.sort(np.concatenate([between, x[y == 0]]))


@figure()
def walks(ax, f, paths, domain, labels=None, name="f", variable="x"):
    """The points of one-dimensional walks, a gdlib.Path each, called by their `labels`, on the curve of f.
    `name` and `variable` are what f and x are called."""
    drawing.graph(ax, f, domain, variable, f"{name}({variable})", "Each walk starts in a black ring")
    words, looks = [], zip(paths, drawing.COLOURS, drawing.MARKERS, labels or [None] * len(paths), strict=False)
    for path, colour, marker, label in looks:
        inside = path.points[(path.points >= domain[0]) & (path.points <= domain[1])]
        drawing.walk_on_curve(ax, inside, f(inside), colour, marker, label)
        ends = f"from {variable} = {number(path.points[0])} to {number(path.final)}"
        words.append(f"{label or 'a walk'} {ends}: {path.stop} after {path.steps} steps")
    if labels:
        ax.legend(loc="best")
    return f"The curve {name} with walks on it. {'; '.join(words)}."


@figure(columns=2)
def one_sided(axes, f, at, hs, name="f"):
    """Left, f (called `name`) with secants to both sides of `at`; right, their slopes against h, which shrinks.
    `hs` are above 0, the largest first."""
    hs = np.asarray(hs, dtype=float)
    x, ends = at + np.linspace(-1.2, 1.2, 401) * hs.max(), []
    drawing.curve(axes[0], x, f(x))
    for sign, colour, marker, side in ((1, RED, "o", "right"), (-1, BLUE, "s", "left")):
        slopes = np.array([(f(at + sign * h) - f(at)) / (sign * h) for h in hs])
        for h in hs[:4]:
            axes[0].plot([at, at + sign * h], [f(at), f(at + sign * h)], marker + "-", color=colour, alpha=0.7)
        axes[1].plot(hs, slopes, marker + "-", color=colour, label=f"to the {side}")
        ends.append(f"to the {side} from {number(slopes[0])} to {number(slopes[-1])}")
    axes[0].set(xlabel="x", ylabel=name, title=f"{name}, secants at {at:g}")
    axes[1].set(xlabel="h", ylabel="slope of the secant", title="Their slopes", xscale="log")
    axes[1].invert_xaxis()
    axes[1].legend()
    return (
        f"Left, the curve {name} with secants at x = {at:g}; right, their slopes as h shrinks from {number(hs.max())} "
        f"to {number(hs.min())}: {', '.join(ends)}."
    )


@figure()
def error_against_h(ax, hs, errors, best):
    """The V: the error of finite differences against the step h, both axes logarithmic.
    `errors` holds an array like `hs` for the name of each scheme, `best` the step that theory recommends for it."""
    looks = ((BLUE, "o", 5, BLUE), (RED, "s", 8, "none"))
    for (name, error), (colour, marker, size, fill) in zip(errors.items(), looks, strict=False):
        points = {"color": colour, "markersize": size, "markerfacecolor": fill}
        ax.loglog(hs, np.maximum(error, 1e-17), marker, label=name, **points)
        ax.axvline(best[name], color=colour, linestyle="--", linewidth=1.5, label=f"theory: h = {best[name]:.1e}")
    ax.set(xlabel="step h", ylabel="|error| of the derivative", title="A large step is inexact, a small step is noise")
    ax.legend()
    falls = " and ".join(f"{name} down to about h = {best[name]:.1e}" for name in errors)
    return (
        "The error of the finite difference against the step h, a V on logarithmic axes. From the right "
        f"the error falls as h shrinks, {falls}; left of that rounding takes over and it grows again."
    )


@figure(rows=2)
def height_and_slope(axes, x, height, slope):
    """A cross-section above, (n,) heights over x in metres; its slope below; peaks, valley floors and the steepest place."""
    km, slope = np.asarray(x) / 1000, np.asarray(slope)
    axes[0].plot(km, height, color=BLUE, linewidth=1.5)
    axes[0].fill_between(km, height, min(height) - 20, color=BLUE, alpha=0.12)
    axes[1].plot(km, slope, color=GREEN, linewidth=1.5)
    axes[1].axhline(0, color="black", linewidth=1)
    sloping, counts = np.flatnonzero(slope), []  # leave out what is exactly level
    before, after = sloping[:-1], sloping[1:]
    for sign, colour, marker, word in ((1, RED, "^", "peak"), (-1, "black", "v", "valley floor")):
        turns = (sign * slope[before] > 0) & (sign * slope[after] < 0)
        where = (km[before[turns]] + km[after[turns]]) / 2
        counts.append(len(where))
        axes[0].plot(where, np.interp(where, km, height) + sign * 22, marker, color=colour, markersize=5, label=word)
    steepest = int(np.argmax(np.abs(slope)))
    for ax, y in zip(axes, (height, slope), strict=True):
        ax.plot(km[steepest], y[steepest], "o", color=ORANGE, markeredgecolor="black", markersize=9, label="steepest")
    axes[0].set(ylabel="height (m)", title="A real cross-section and its derivative")
    axes[1].set(xlabel="way from the west (km)", ylabel="slope (m per m)", xlim=(km.min(), km.max()))
    drawing.key_beside(axes[0])
    return (
        f"Above, the height of a real cross-section, {number(min(height))} to {number(max(height))} metres; below, its "
        f"slope. It is steepest, {number(round(slope[steepest], 2))} metres per metre, {km[steepest]:.1f} kilometres "
        f"from the west. The slope changes its sign at {counts[0]} peaks and {counts[1]} valley floors."
    )
