"""The figures of lecture 1: curves, and how steep they are."""

import numpy as np

from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, GREY, ORANGE, RED, figure, number
from gdlib.words import say


@figure()
def curve(ax, x, y, xlabel="x", ylabel="f(x)", title="", marks=()):
    """A measured curve through (x, y), arrays of shape (n,); its `marks` are (x, y, name) each."""
    drawing.curve(ax, x, y, BLUE)
    ax.fill_between(x, y, min(y) - 0.05 * np.ptp(y), color=BLUE, alpha=0.12)
    for mx, my, name in marks:
        ax.plot(mx, my, "o", color=RED, markersize=8, zorder=3)
        drawing.note(ax, name, (mx, my), (0, 9), ha="center")
    drawing.frame(ax, x, y, xlabel, ylabel, title, below=0.05, above=0.25)
    drawn = say(
        "{title}: {y} over {x}, between {low} and {high}, from {left} to {right}.",
        **{"title": title or say("A curve"), "y": ylabel, "low": number(min(y)), "high": number(max(y))},
        **{"x": xlabel, "left": number(min(x)), "right": number(max(x))},
    )
    named = [
        say("{name}: {height} at {place}.", name=name.capitalize(), height=number(my), place=number(mx))
        for mx, my, name in marks
    ]
    return " ".join([drawn, *named])


@figure()
def tangents(ax, f, derivative, points, domain, name="f", variable="x"):
    """The curve f with its tangent line at each of `points`, the slope written beside it; what f and x are called."""
    names = variable, f"{name}({variable})", say("Tangent lines: blue falls, red rises, grey is level")
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
        words = say("slope {slope}", slope=number(slope))
        drawing.note(ax, words, (p, f(p)), away, ha=align, va="center", color=colour)
        slopes.append(say("{slope} at {x} = {place}", slope=number(slope), x=variable, place=number(p)))
    return say(
        "The curve {name} with short tangent lines. Their slopes: {slopes}. "
        "Negative slopes fall, positive ones rise, 0 is level.",
        **{"name": name, "slopes": ", ".join(slopes)},
    )


@figure()
def rise_over_run(ax, f, at, h, domain, slope=None):
    """The secant of f through `at` and the place h farther, with its run and rise; with a `slope` the tangent line, which
    has that slope, instead, and the gap between it and the curve."""
    name = say("secant") if slope is None else say("tangent line")
    drawing.graph(ax, f, domain, "x", "f(x)", say("The {name} at {place}", name=name, place=number(at)), above=0.05)
    here, there, end = f(at), f(at + h), at + h
    slope = (there - here) / h if slope is None else slope
    top = here + slope * h
    drawing.straight(ax, domain, at, here, slope, RED)
    parts = ("rise", [end, end], [here, top], BLUE), ("gap", [end, end], [top, there], ORANGE)
    parts = ("run", [at, end], [here, here], GREEN), *parts
    looks = {
        "run": (say("run"), (0, -18), "center"),
        "rise": (say("rise"), (10, -5), "left"),
        "gap": (say("gap"), (-10, 12), "right"),
    }
    for part, x, y, colour in parts[: 3 if top != there else 2]:
        ax.plot(x, y, "--", color=colour, linewidth=3)
        words, away, side = looks[part]
        drawing.note(ax, words, (np.mean(x), np.mean(y)), away, color=colour, ha=side, fontweight="bold")
    ax.plot([at, end], [here, there], "o", color="black", markersize=8, zorder=3)
    gap = say("; there the curve lies {gap} above the line", gap=number(there - top)) if there != top else ""
    return say(
        "A curve with its {name} at x = {place}: over a run of {run} its rise is {rise}{gap}.",
        **{"name": name, "place": number(at), "run": number(h), "rise": number(top - here), "gap": gap},
    )


@figure(rows=2)
def signs(axes, f, derivative, domain, name="f"):
    """f above, f′ below: where f′ is positive f rises, where it is negative f falls. `name` is what f is called."""
    x = drawing.line(domain)
    values, slope = f(x), derivative(x)
    rises, falls = say("{name} rises", name=name), say("{name} falls", name=name)
    for sign, colour, words in ((1, RED, rises), (-1, BLUE, falls)):
        part = sign * slope > 0
        axes[0].plot(x, np.where(part, values, np.nan), color=colour, label=words)
        axes[1].plot(x, np.where(part, slope, np.nan), color=colour)
        axes[1].fill_between(x, slope, 0, where=part, color=colour, alpha=0.2)
    level = zeros(x, slope)
    for ax, y in zip(axes, (f, derivative), strict=True):
        ax.plot(level, [y(z) for z in level], "o", color="black", zorder=3)
        for z in level:
            drawing.upright(ax, z)
    axes[1].axhline(0, color="black", linewidth=1)
    axes[0].set(ylabel=f"{name}(x)", title=say("{name} rises where {name}′ > 0 and falls where {name}′ < 0", name=name))
    axes[1].set(xlabel="x", ylabel=f"{name}′(x)", xlim=domain)
    drawing.key_beside(axes[0])
    return say(
        "Above, {name}; below, its derivative. {name} rises where the derivative is positive and falls where it is "
        "negative; the derivative is 0 at x = {places}, where {name} is level.",
        **{"name": name, "places": say(" and ").join(number(z) for z in level) or say("nowhere")},
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
    drawing.graph(ax, f, domain, variable, f"{name}({variable})", say("Each walk starts in a black ring"))
    words, looks = [], zip(paths, drawing.COLOURS, drawing.MARKERS, labels or [None] * len(paths), strict=False)
    for path, colour, marker, label in looks:
        inside = path.points[(path.points >= domain[0]) & (path.points <= domain[1])]
        drawing.walk_on_curve(ax, inside, f(inside), colour, marker, label)
        text = say(
            "{walk} from {x} = {start} to {end}: {stop} after {n} steps",
            **{"walk": label or say("a walk"), "x": variable, "start": number(path.points[0])},
            **{"end": number(path.final), "stop": path.stop, "n": path.steps},
        )
        words.append(text)
    if labels:
        ax.legend(loc="best")
    return say("The curve {name} with walks on it. {walks}.", name=name, walks="; ".join(words))


@figure(columns=2)
def one_sided(axes, f, at, hs, name="f"):
    """Left, f (called `name`) with secants to both sides of `at`; right, their slopes against h, which shrinks.
    `hs` are above 0, the largest first."""
    hs = np.asarray(hs, dtype=float)
    x, ends = at + np.linspace(-1.2, 1.2, 401) * hs.max(), []
    drawing.curve(axes[0], x, f(x))
    for sign, colour, marker, side in ((1, RED, "o", say("to the right")), (-1, BLUE, "s", say("to the left"))):
        slopes = np.array([(f(at + sign * h) - f(at)) / (sign * h) for h in hs])
        for h in hs[:4]:
            axes[0].plot([at, at + sign * h], [f(at), f(at + sign * h)], marker + "-", color=colour, alpha=0.7)
        axes[1].plot(hs, slopes, marker + "-", color=colour, label=side)
        text = say("{side} from {first} to {last}", side=side, first=number(slopes[0]), last=number(slopes[-1]))
        ends.append(text)
    axes[0].set(xlabel="x", ylabel=name, title=say("{name}, secants at {place:g}", name=name, place=at))
    axes[1].set(xlabel="h", ylabel=say("slope of the secant"), title=say("Their slopes"), xscale="log")
    axes[1].invert_xaxis()
    axes[1].legend()
    return say(
        "Left, the curve {name} with secants at x = {place:g}; right, their slopes as h shrinks from {most} to {least}: "
        "{ends}.",
        **{"name": name, "place": at, "most": number(hs.max()), "least": number(hs.min()), "ends": ", ".join(ends)},
    )


@figure()
def error_against_h(ax, hs, errors, best):
    """The V: the error of finite differences against the step h, both axes logarithmic.
    `errors` holds an array like `hs` for the name of each scheme, `best` the step that theory recommends for it."""
    looks = ((BLUE, "o", 5, BLUE), (RED, "s", 8, "none"))
    for (name, error), (colour, marker, size, fill) in zip(errors.items(), looks, strict=False):
        points = {"color": colour, "markersize": size, "markerfacecolor": fill}
        ax.loglog(hs, np.maximum(error, 1e-17), marker, label=name, **points)
        theory = say("theory: h = {h:.1e}", h=best[name])
        ax.axvline(best[name], color=colour, linestyle="--", linewidth=1.5, label=theory)
    ax.set(xlabel=say("step h"), ylabel=say("|error| of the derivative"))
    ax.set(title=say("A large step is inexact, a small step is noise"))
    ax.legend()
    falls = say(" and ").join(say("{name} down to about h = {h:.1e}", name=name, h=best[name]) for name in errors)
    return say(
        "The error of the finite difference against the step h, a V on logarithmic axes. From the right "
        "the error falls as h shrinks, {falls}; left of that rounding takes over and it grows again.",
        falls=falls,
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
    for sign, colour, marker, word in ((1, RED, "^", say("peak")), (-1, "black", "v", say("valley floor"))):
        turns = (sign * slope[before] > 0) & (sign * slope[after] < 0)
        where = (km[before[turns]] + km[after[turns]]) / 2
        counts.append(len(where))
        axes[0].plot(where, np.interp(where, km, height) + sign * 22, marker, color=colour, markersize=5, label=word)
    steepest = int(np.argmax(np.abs(slope)))
    for ax, y in zip(axes, (height, slope), strict=True):
        look = {"color": ORANGE, "markeredgecolor": "black", "markersize": 9, "label": say("steepest")}
        ax.plot(km[steepest], y[steepest], "o", **look)
    axes[0].set(ylabel=say("height (m)"), title=say("A real cross-section and its derivative"))
    axes[1].set(xlabel=say("way from the west (km)"), ylabel=say("slope (m per m)"), xlim=(km.min(), km.max()))
    drawing.key_beside(axes[0])
    return say(
        "Above, the height of a real cross-section, {low} to {high} metres; below, its slope. It is steepest, {slope} "
        "metres per metre, {way:.1f} kilometres from the west. The slope changes its sign at {peaks} peaks and {floors} "
        "valley floors.",
        **{"low": number(min(height)), "high": number(max(height)), "slope": number(round(slope[steepest], 2))},
        **{"way": km[steepest], "peaks": counts[0], "floors": counts[1]},
    )
