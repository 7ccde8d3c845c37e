"""The figures of lecture 3: how a walk comes down, and where it ends."""

from itertools import combinations

import numpy as np
from matplotlib.colors import to_rgb

from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, ORANGE, PINK, RED, SKY, figure, number, place
from gdlib.words import say


@figure()
def norms(ax, paths, labels):
    """How the norm of the gradient falls (or grows) along walks, a gdlib.Path each, on a logarithmic axis."""
    series = {label: np.maximum(path.norms, 1e-300) for path, label in zip(paths, labels, strict=True)}
    drawing.norms(ax, series)
    ax.set(xlabel=say("step"), ylabel=say("|gradient|"), xlim=(0, None))
    drawing.key_beside(ax)
    words = [
        say(
            "{name}: from {first:.2g} to {last:.2g} in {n} steps, {stop}",
            **{"name": label, "first": path.norms[0], "last": path.norms[-1], "n": path.steps, "stop": path.stop},
        )
        for path, label in zip(paths, labels, strict=True)
    ]
    return say("The norm of the gradient against the step, on a logarithmic axis. {walks}.", walks="; ".join(words))


@figure()
def factors(ax, L, mu):
    """What a step leaves of the way in the directions of largest and smallest curvature, |1 − ηL| and |1 − ημ|, against
    the rate η; the farther from 0 decides, and where the two lines cross the rate is the best fixed one."""
    rate, best = drawing.line((0, 2.3 / L)), 2 / (L + mu)
    for curvature, colour, letter, way in ((mu, BLUE, "μ", say("along")), (L, RED, "L", say("across"))):
        ax.plot(rate, abs(1 - rate * curvature), color=colour, label=f"|1 − η{letter}|, {way}")
    ax.axhline(1, color="black", linewidth=1)
    ax.plot(best, 1 - best * mu, "o", color="black", markersize=9, zorder=3)
    for x in (1 / L, best, 2 / L):
        drawing.upright(ax, x)
    ax.set_xticks([0, 1 / L, best, 2 / L], ["0", "1/L", "2/(L + μ)", "2/L"])
    ax.set(xlabel=say("learning rate η"), ylabel=say("part of the way that is left"), xlim=(0, 2.3 / L), ylim=(0, None))
    ax.set_title(say("Best where the lines cross"))
    drawing.key_beside(ax)
    return say(
        "What a step leaves of the way, |1 − ηL| and |1 − ημ| with L = {L} and μ = {mu}, against the learning rate: "
        "the lines cross at {best}, where both are {least}; across reaches 1 at {edge}.",
        **{"L": number(L), "mu": number(mu), "best": number(best), "least": number(1 - best * mu)},
        edge=number(2 / L),
    )


@figure()
def basins(ax, landscape, ends, starts, minima):
    """Which of the minima, (2,) each, a start leads to: one colour a minimum.
    `ends` and `starts` are the last and the first points of the walks, (m, 2); the starts fill a square grid."""
    side, minima = int(np.sqrt(len(starts))), np.array(minima)
    away, apart = (np.linalg.norm(points[:, None] - minima, axis=2) for points in (ends, starts))
    reached = np.where(away.min(axis=1) < 1e-2, away.argmin(axis=1), -1)
    astray = reached != apart.argmin(axis=1)
    colours = np.array([to_rgb(c) for c in (*(SKY, ORANGE, GREEN, PINK)[: len(minima)], "white")])
    ax.imshow(colours[reached].reshape(side, side, 3), origin="lower", extent=np.ravel(landscape.domain))
    ax.plot(*starts[astray].T, ".", color="black", markersize=3)
    grid = drawing.mesh(landscape.domain, 151)
    ax.contour(*grid, np.log1p(landscape(grid)), 12, colors="black", linewidths=0.6, alpha=0.6)
    half_way_between(ax, minima, grid)
    ax.plot(*minima.T, "*", color="black", markeredgecolor="white", markersize=16)
    ax.set(xlabel=say("start x"), ylabel=say("start y"), title=say("Where a start leads; dots: not to the nearest"))
    ax.grid(visible=False)
    share = [f"{place(np.round(m, 2))}: {100 * np.mean(reached == n):.1f} %" for n, m in enumerate(minima)]
    return say(
        "A map of starts, coloured by the minimum that descent reaches from there; the borders between the colours "
        "bend, the dashed lines half way between the minima are straight. {shares} of the starts. "
        "{astray} of the {n} starts, black dots between border and dashed line, lead not to the nearest.",
        **{"shares": "; ".join(share), "astray": astray.sum(), "n": len(starts)},
    )


@figure(size=(5, 2.8))
def bands(ax, landscape, path=None, window=None):
    """Heights of a function of (2, ...) points in few even colours, darker is lower, and on them a walk, a gdlib.Path.
    The `window` is ((west, east), (south, north)), the landscape's domain when None."""
    window = window or landscape.domain
    grid = drawing.mesh(window, 101)
    heights = landscape(grid)
    at = drawing.levels(heights, 6)  # so few, and with hard borders, for a small file
    ax.contourf(*grid, heights, at, cmap="cividis", alpha=0.55, antialiased=False)
    ax.grid(visible=False)
    ax.set(xlabel="x", ylabel="y", xlim=window[0], ylim=window[1], aspect="equal")
    name = getattr(landscape, "name", "a function of two variables")
    words = f"Heights of {name}, {number(heights.min())} to {number(heights.max())}, darker is lower."
    if path is None:
        return words
    drawing.walk_on_contours(ax, *path.points.T)
    ends = f"from {place(path.points[0])} to {place(np.round(path.final, 2))}"
    return f"{words} A walk {ends}: {path.stop} after {path.steps} steps."


def half_way_between(ax, minima, grid):
    """Where another minimum becomes the nearest one, dashed; each border once, or its dashes would fill up."""
    apart = np.linalg.norm(grid[:, None] - minima.T[:, :, None, None], axis=0)
    for n, m in combinations(range(len(minima)), 2):
        here = np.minimum(apart[n], apart[m]) <= apart.min(axis=0) + 0.02 * np.ptp(grid[0])
        border = np.where(here, apart[n] - apart[m], np.nan)
        ax.contour(*grid, border, [0], colors="white", linewidths=1.5, linestyles="--")
