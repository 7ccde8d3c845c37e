"""One function a figure: it draws on the Axes it is given (or makes), and returns them.

Nothing here calls show. In a notebook the returned Axes are the picture: a cell
that ends in ``figures.tangents(...)`` shows it together with an alternative
text made from the numbers drawn (as the PNG's ``alt``, and as its plain text).
"""

import functools
import io

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LightSource
from PIL import Image

# Okabe and Ito's colours, which colour-blind readers can tell apart.
BLUE, ORANGE, GREEN, RED, PINK, SKY, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#767676"

STYLE = {
    "figure.figsize": (8, 4.2),
    "figure.dpi": 90,
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 2,
    "legend.frameon": False,
}


def figure(rows=1):
    """Decorate ``draw(ax, ...) -> alternative text`` into a figure function with an optional ``ax=``.

    With `rows` > 1 the function draws on that many Axes, one above the other.
    """

    def decorate(draw):
        @functools.wraps(draw)
        def drawn(*args, ax=None, **options):
            with plt.rc_context(STYLE):
                if ax is None:
                    size = (8, 4.2 if rows == 1 else 2.8 * rows)
                    ax = plt.subplots(rows, sharex=rows > 1, layout="constrained", figsize=size)[1]
                text = draw(ax, *args, **options)
            first = ax if rows == 1 else ax[0]
            first.alternative_text = text
            return first

        return drawn

    return decorate


def alternative_text(ax):
    """What the figure of `ax` shows, in words: the texts of all its Axes."""
    return " ".join(a.alternative_text for a in ax.figure.axes if hasattr(a, "alternative_text"))


def _mimebundle(ax, include=None, exclude=None):
    """The picture of a figure made here, with its alternative text; other Axes stay as they are."""
    if not hasattr(ax, "alternative_text"):
        return {}
    drawing, text = ax.figure, alternative_text(ax)
    width = round(drawing.get_figwidth() * drawing.dpi)
    picture = png(drawing)
    plt.close(drawing)
    return {"image/png": picture, "text/plain": text}, {"image/png": {"alt": text, "width": width}}


def png(drawing, dpi=144):
    """A Matplotlib figure as the bytes of a PNG of 256 colours: a third of the size, the same to the eye."""
    whole, small = io.BytesIO(), io.BytesIO()
    drawing.savefig(whole, format="png", dpi=dpi)
    Image.open(whole).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        small, "PNG", optimize=True
    )
    return small.getvalue()


def _show_axes_in_notebooks():
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is not None:
        shell.display_formatter.mimebundle_formatter.for_type(Axes, _mimebundle)


_show_axes_in_notebooks()


def _number(value):
    """A number for a sentence: four significant digits, a true minus sign."""
    return f"{float(value):.4g}".replace("-", "−")


def _line(domain, points=400):
    return np.linspace(*domain, points)


@figure()
def curve(ax, x, y, xlabel="x", ylabel="f(x)", title="", marks=()):
    """A measured curve through (x, y), with some of its points marked and named.

    Parameters
    ----------
    x, y : (n,) arrays
    marks : sequence of (x, y, name)
    """
    ax.plot(x, y, color=BLUE)
    ax.fill_between(x, y, min(y) - 0.05 * np.ptp(y), color=BLUE, alpha=0.12)
    for mx, my, name in marks:
        ax.plot(mx, my, "o", color=RED, markersize=8, zorder=3)
        ax.annotate(name, (mx, my), xytext=(0, 9), textcoords="offset points", ha="center", color="black")
    ax.set(
        xlabel=xlabel,
        ylabel=ylabel,
        title=title,
        xlim=(min(x), max(x)),
        ylim=(min(y) - 0.05 * np.ptp(y), max(y) + 0.15 * np.ptp(y)),
    )
    named = "".join(f" {name.capitalize()}: {_number(my)} at {_number(mx)}." for mx, my, name in marks)
    return (
        f"{title or 'A curve'}: {ylabel} over {xlabel}, between {_number(min(y))} and {_number(max(y))}, "
        f"from {_number(min(x))} to {_number(max(x))}.{named}"
    )


@figure()
def secants(ax, f, derivative, at, hs, domain):
    """The secants of f from `at` to `at + h` for some h, and the tangent that they turn into.

    Parameters
    ----------
    f, derivative : callables of an array
    at : float
    hs : sequence of floats, not 0
    domain : (low, high)
    """
    x = _line(domain)
    ax.plot(x, f(x), color="black", label="f")
    slopes = []
    for h, colour in zip(hs, (SKY, ORANGE, GREEN, PINK), strict=False):
        slope = (f(at + h) - f(at)) / h
        slopes.append(slope)
        ax.plot(x, f(at) + slope * (x - at), color=colour, linewidth=1.6, label=f"secant, h = {h:g}: slope {slope:.3g}")
        ax.plot(at + h, f(at + h), "o", color=colour)
    tangent = derivative(at)
    ax.plot(x, f(at) + tangent * (x - at), "--", color=RED, label=f"tangent: slope {tangent:.3g}")
    ax.plot(at, f(at), "o", color=RED, markersize=8)
    _fit_to_curve(ax, f(x))
    ax.set(xlabel="x", ylabel="f(x)", xlim=domain, title=f"Secants at x = {at:g} turn into the tangent")
    ax.legend(loc="upper left", fontsize=11)
    pairs = ", ".join(f"h = {h:g} has slope {_number(s)}" for h, s in zip(hs, slopes, strict=True))
    return f"The curve f and its secants from x = {at:g}: {pairs}. They turn towards the tangent, slope {_number(tangent)}."


@figure()
def tangents(ax, f, derivative, points, domain):
    """The curve f with its tangent line at each of `points`, the slope written beside it."""
    x, reach = _line(domain), 0.09 * (domain[1] - domain[0])
    ax.plot(x, f(x), color="black")
    for p in points:
        slope = derivative(p)
        colour = GREY if abs(slope) < 1e-9 else (RED if slope > 0 else BLUE)
        near = np.array([p - reach, p + reach])
        ax.plot(near, f(p) + slope * (near - p), color=colour, linewidth=3)
        ax.plot(p, f(p), "o", color=colour, markersize=8)
        side = 0 if abs(slope) < 1e-9 else (1 if slope > 0 else -1)
        align, away = {-1: "right", 0: "center", 1: "left"}[side], (12 * side, -8 if side else -22)
        name = f"slope {_number(slope)}"
        ax.annotate(name, (p, f(p)), xytext=away, textcoords="offset points", ha=align, va="center", color=colour)
    _fit_to_curve(ax, f(x), below=0.14)
    ax.set(xlabel="x", ylabel="f(x)", xlim=domain, title="The tangent line: blue falls, red rises, grey is level")
    said = ", ".join(f"{_number(derivative(p))} at x = {_number(p)}" for p in points)
    return f"The curve f with short tangent lines. Their slopes: {said}. Negative slopes fall, positive ones rise, 0 is level."


@figure(rows=2)
def signs(axes, f, derivative, domain):
    """f above, f′ below: where f′ is positive f rises, where it is negative f falls."""
    x = _line(domain)
    slope = derivative(x)
    values = f(x)
    for sign, colour, word in ((1, RED, "rises"), (-1, BLUE, "falls")):
        part = sign * slope > 0
        axes[0].plot(x, np.where(part, values, np.nan), color=colour, label=f"f {word}")
        axes[1].plot(x, np.where(part, slope, np.nan), color=colour)
        axes[1].fill_between(x, slope, 0, where=part, color=colour, alpha=0.2)
    zeros = _zeros(x, slope)
    for ax, y in zip(axes, (f, derivative), strict=True):
        ax.plot(zeros, [y(z) for z in zeros], "o", color="black", zorder=3)
        for z in zeros:
            ax.axvline(z, color=GREY, linewidth=1, linestyle=":")
    axes[1].axhline(0, color="black", linewidth=1)
    axes[0].set(ylabel="f(x)", title="f rises where f′ > 0 and falls where f′ < 0")
    axes[1].set(xlabel="x", ylabel="f′(x)", xlim=domain)
    axes[0].legend(loc="best", fontsize=11)
    where = " and ".join(_number(z) for z in zeros) or "nowhere"
    return f"Above, f; below, its derivative. f rises where the derivative is positive and falls where it is negative; the derivative is 0 at x = {where}, where f is level."


@figure()
def walks(ax, f, paths, domain, labels=None):
    """The points of one-dimensional walks, drawn on the curve of f.

    Parameters
    ----------
    f : callable of an array
    paths : sequence of gdlib.Path with scalar points
    labels : sequence of str, one a path
    """
    x = _line(domain)
    ax.plot(x, f(x), color="black", zorder=1)
    said = []
    for path, colour, marker, label in zip(paths, (BLUE, RED, GREEN, ORANGE), "osD^", labels or [""] * 4, strict=False):
        inside = path.points[(path.points >= domain[0]) & (path.points <= domain[1])]
        ax.plot(inside, f(inside), marker, color=colour, markersize=6, alpha=0.75, label=label or None)
        ax.plot(inside[0], f(inside[0]), marker, color=colour, markersize=12, markerfacecolor="none", markeredgewidth=2)
        end = f"{path.stop} at x = {_number(path.final)}" if path.stop == "converged" else path.stop
        said.append(f"{label or 'a walk'} from x = {_number(path.points[0])}: {end} after {path.steps} steps")
    _fit_to_curve(ax, f(x))
    ax.set(xlabel="x", ylabel="f(x)", xlim=domain, title="Each walk starts at its large open mark")
    if labels:
        ax.legend(loc="best", fontsize=11)
    return f"The curve f with walks on it. {'; '.join(said)}."


@figure()
def one_sided(ax, f, at, hs, title=""):
    """The slopes of the secants to the right and to the left of `at`, against h on a logarithmic axis."""
    hs = np.asarray(hs, dtype=float)
    right = np.array([(f(at + h) - f(at)) / h for h in hs])
    left = np.array([(f(at) - f(at - h)) / h for h in hs])
    ax.plot(hs, right, "o-", color=RED, label="secant to the right")
    ax.plot(hs, left, "s-", color=BLUE, label="secant to the left")
    ax.set_xscale("log")
    ax.invert_xaxis()
    ax.set(xlabel="h, shrinking to the right", ylabel="slope of the secant", title=title)
    ax.legend(fontsize=11)
    return (
        f"{title}: slopes of the secants as h shrinks from {_number(hs.max())} to {_number(hs.min())}. "
        f"To the right they go from {_number(right[0])} to {_number(right[-1])}, to the left from {_number(left[0])} to {_number(left[-1])}."
    )


@figure()
def error_against_h(ax, hs, errors, best):
    """The V: the error of finite differences against the step h, both axes logarithmic.

    Parameters
    ----------
    hs : (n,) array
    errors : dict, name of the scheme -> (n,) array
    best : dict, name of the scheme -> h
        The step that theory recommends, drawn as a line.
    """
    said = []
    for (name, error), colour, marker in zip(errors.items(), (BLUE, RED), "os", strict=False):
        ax.loglog(hs, np.maximum(error, 1e-17), marker, color=colour, markersize=5, label=name)
        ax.axvline(best[name], color=colour, linestyle="--", linewidth=1.5, label=f"theory: h = {best[name]:.1e}")
        said.append(f"{name} down to about h = {best[name]:.1e}")
    ax.set(xlabel="step h", ylabel="|error| of the derivative", title="A large step is inexact, a small step is noise")
    ax.legend(fontsize=11)
    return (
        "The error of the finite difference against the step h, a V on logarithmic axes. From the right "
        f"the error falls as h shrinks, {' and '.join(said)}; left of that rounding takes over and it grows again."
    )


@figure(rows=2)
def height_and_slope(axes, x, height, slope, level=()):
    """A cross-section above, its slope in metres a metre below, with the places where it is level.

    Parameters
    ----------
    x, height : (n,) arrays in metres
    slope : (n,) array, metres of height a metre of way
    level : sequence of x where the slope changes its sign
    """
    km = np.asarray(x) / 1000
    axes[0].plot(km, height, color=BLUE)
    axes[0].fill_between(km, height, min(height) - 20, color=BLUE, alpha=0.12)
    axes[1].plot(km, slope, color=GREEN, linewidth=1.5)
    axes[1].axhline(0, color="black", linewidth=1)
    level = np.asarray(level, dtype=float)
    axes[0].plot(level / 1000, np.interp(level, x, height), "o", color=RED, markersize=5, label="level")
    axes[1].plot(level / 1000, np.zeros_like(level), "o", color=RED, markersize=5)
    axes[0].set(ylabel="height (m)", title="A real cross-section and its derivative")
    axes[1].set(xlabel="way from the west (km)", ylabel="slope (m per m)", xlim=(km.min(), km.max()))
    axes[0].legend(fontsize=11)
    steepest = int(np.argmax(np.abs(slope)))
    return (
        f"Above, the height of a real cross-section, {_number(min(height))} to {_number(max(height))} metres; below, its slope. "
        f"It is steepest, {_number(round(slope[steepest], 2))} metres per metre, {km[steepest]:.1f} kilometres "
        f"from the west, and level at {len(level)} places, the peaks and the valley floors."
    )


@figure()
def relief(ax, land, paths=(), window=None):
    """The real terrain as a shaded relief, with walks on it.

    Parameters
    ----------
    land : gdlib.landscapes.Terrain
    paths : sequence of gdlib.Path with points of shape (k+1, 2), in metres
    window : ((west, east), (south, north)) in metres; the whole map when None
    """
    km = np.array(land.domain).ravel() / 1000
    light = LightSource(azdeg=315, altdeg=45)
    shaded = light.shade(land.heights, plt.get_cmap("cividis"), blend_mode="soft", dx=land.dx, dy=land.dy, vert_exag=2)
    ax.imshow(shaded, origin="lower", extent=km, interpolation="bilinear")
    said = []
    for path, marker in zip(paths, "osD^v<>", strict=False):
        east, north = path.points.T / 1000
        ax.plot(east, north, color="white", linewidth=4.5)
        ax.plot(east, north, color=RED, linewidth=2)
        ax.plot(east[0], north[0], marker, color="white", markeredgecolor="black", markersize=9)
        ax.plot(east[-1], north[-1], marker, color=RED, markeredgecolor="white", markersize=10)
        heights = land(path.points.T[:, [0, -1]])
        said.append(f"from {heights[0]:.0f} down to {heights[1]:.0f} metres in {path.steps} steps")
    box = np.array(window or land.domain) / 1000
    ax.set(xlabel="east (km)", ylabel="north (km)", xlim=box[0], ylim=box[1])
    ax.grid(visible=False)
    return f"Shaded relief of a real terrain with {len(said)} walks on it: {'; '.join(said)}."


def _fit_to_curve(ax, values, below=0.08, above=0.08):
    span = np.ptp(values)
    ax.set_ylim(values.min() - below * span, values.max() + above * span)


def _zeros(x, y):
    """Where the sampled y changes its sign, by linear interpolation; exact zeros count once."""
    crossing = np.flatnonzero(np.sign(y[:-1]) * np.sign(y[1:]) < 0)
    between = x[crossing] - y[crossing] * (x[crossing + 1] - x[crossing]) / (y[crossing + 1] - y[crossing])
    return np.sort(np.concatenate([between, x[y == 0]]))
