"""One function a figure: it draws on the Axes it is given (or makes), and returns them.

Nothing here calls show. In a notebook the returned Axes are the picture: a cell
that ends in ``figures.tangents(...)`` shows it together with an alternative
text made from the numbers drawn (as the PNG's ``alt``, and as its plain text).
"""

import functools
import io
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LightSource, to_rgb
from matplotlib.patheffects import withStroke
from PIL import Image, ImageChops

# The hues of Okabe and Ito, which colour-blind readers can tell apart, some of them darker: each has a contrast of 3:1
# with white, and any two differ by 10 and more (CIEDE2000) whoever looks; see tests/test_colours.py.
BLUE, ORANGE, GREEN, RED, PINK, SKY, GREY = "#0072B2", "#D08000", "#009E73", "#B84300", "#8F477C", "#0097FF", "#666666"

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


def figure(rows=1, columns=1, projection=None):
    """Decorate ``draw(ax, ...) -> alternative text`` into a figure function with an optional ``ax=``.

    With `rows` or `columns` > 1 the function draws on that many Axes: one above
    the other with a common x axis, or side by side.
    """

    def decorate(draw):
        @functools.wraps(draw)
        def drawn(*args, ax=None, **options):
            with plt.rc_context(STYLE):
                if ax is None:
                    options_of_axes = {"sharex": rows > 1, "subplot_kw": {"projection": projection}}
                    size = (8, 4.2 if rows == 1 else 2.8 * rows)
                    ax = plt.subplots(rows, columns, layout="constrained", figsize=size, **options_of_axes)[1]
                text = draw(ax, *args, **options)
            first = ax if rows * columns == 1 else ax[0]
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
    # JupyterLab shows the first line of a folded output: keep what the picture shows out of it.
    return {"image/png": picture, "text/plain": f" \n{text}"}, {"image/png": {"alt": text, "width": width}}


def png(drawing, dpi=144):
    """A Matplotlib figure as the bytes of a PNG of 256 colours: a third of the size, the same to the eye.

    Empty rows above and below what is drawn are cut off.
    """
    whole, small = io.BytesIO(), io.BytesIO()
    drawing.savefig(whole, format="png", dpi=dpi)
    image = Image.open(whole).convert("RGB")
    _, top, _, bottom = ImageChops.invert(image).getbbox() or (0, 0, *image.size)
    image = image.crop((0, max(0, top - dpi // 12), image.width, min(image.height, bottom + dpi // 12)))
    image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
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
    ax.set(xlabel="x", ylabel="f(x)", xlim=domain, title="Tangent lines: blue falls, red rises, grey is level")
    said = ", ".join(f"{_number(derivative(p))} at x = {_number(p)}" for p in points)
    return f"The curve f with short tangent lines. Their slopes: {said}. Negative slopes fall, positive ones rise, 0 is level."


@figure(rows=2)
def signs(axes, f, derivative, domain, name="f"):
    """f above, f′ below: where f′ is positive f rises, where it is negative f falls. `name` is what f is called."""
    x = _line(domain)
    slope = derivative(x)
    values = f(x)
    for sign, colour, word in ((1, RED, "rises"), (-1, BLUE, "falls")):
        part = sign * slope > 0
        axes[0].plot(x, np.where(part, values, np.nan), color=colour, label=f"{name} {word}")
        axes[1].plot(x, np.where(part, slope, np.nan), color=colour)
        axes[1].fill_between(x, slope, 0, where=part, color=colour, alpha=0.2)
    zeros = _zeros(x, slope)
    for ax, y in zip(axes, (f, derivative), strict=True):
        ax.plot(zeros, [y(z) for z in zeros], "o", color="black", zorder=3)
        for z in zeros:
            ax.axvline(z, color=GREY, linewidth=1, linestyle=":")
    axes[1].axhline(0, color="black", linewidth=1)
    axes[0].set(ylabel=f"{name}(x)", title=f"{name} rises where {name}′ > 0 and falls where {name}′ < 0")
    axes[1].set(xlabel="x", ylabel=f"{name}′(x)", xlim=domain)
    axes[0].legend(loc="best", fontsize=11)
    where = " and ".join(_number(z) for z in zeros) or "nowhere"
    return f"Above, {name}; below, its derivative. {name} rises where the derivative is positive and falls where it is negative; the derivative is 0 at x = {where}, where {name} is level."


@figure()
def walks(ax, f, paths, domain, labels=None, name="f", variable="x"):
    """The points of one-dimensional walks, drawn on the curve of f.

    Parameters
    ----------
    f : callable of an array
    paths : sequence of gdlib.Path with scalar points
    labels : sequence of str, one a path
    name, variable : str, what f and x are called
    """
    x = _line(domain)
    ax.plot(x, f(x), color="black", zorder=1)
    said = []
    for path, colour, marker, label in zip(paths, (BLUE, RED, GREEN, ORANGE), "osD^", labels or [""] * 4, strict=False):
        inside = path.points[(path.points >= domain[0]) & (path.points <= domain[1])]
        ax.plot(inside, f(inside), marker, color=colour, markersize=6, alpha=0.75, label=label or None)
        ax.plot(inside[0], f(inside[0]), "o", color="black", markersize=13, markerfacecolor="none", markeredgewidth=2)
        end = f"{path.stop} at {variable} = {_number(path.final)}" if path.stop == "converged" else path.stop
        said.append(f"{label or 'a walk'} from {variable} = {_number(path.points[0])}: {end} after {path.steps} steps")
    _fit_to_curve(ax, f(x))
    ax.set(xlabel=variable, ylabel=f"{name}({variable})", xlim=domain, title="Each walk starts in a black ring")
    if labels:
        ax.legend(loc="best", fontsize=11)
    return f"The curve {name} with walks on it. {'; '.join(said)}."


@figure(columns=2)
def one_sided(axes, f, at, hs, name="f"):
    """Left, f with secants to both sides of `at`; right, their slopes against h, which shrinks to the right.

    Parameters
    ----------
    f : callable of an array
    at : float
    hs : sequence of floats > 0, largest first
    name : str, what f is called
    """
    hs = np.asarray(hs, dtype=float)
    x = at + np.linspace(-1.2, 1.2, 401) * hs.max()
    axes[0].plot(x, f(x), color="black")
    slopes = {}
    for sign, colour, marker, side in ((1, RED, "o", "right"), (-1, BLUE, "s", "left")):
        slopes[side] = np.array([(f(at + sign * h) - f(at)) / (sign * h) for h in hs])
        for h in hs[:4]:
            axes[0].plot([at, at + sign * h], [f(at), f(at + sign * h)], marker + "-", color=colour, alpha=0.7)
        axes[1].plot(hs, slopes[side], marker + "-", color=colour, label=f"to the {side}")
    axes[1].set_xscale("log")
    axes[1].invert_xaxis()
    axes[0].set(xlabel="x", ylabel=name, title=f"{name}, secants at {at:g}")
    axes[1].set(xlabel="h", ylabel="slope of the secant", title="Their slopes")
    axes[1].legend(fontsize=11)
    right, left = slopes["right"], slopes["left"]
    return (
        f"Left, the curve {name} with secants at x = {at:g}; right, their slopes as h shrinks from {_number(hs.max())} to "
        f"{_number(hs.min())}: to the right from {_number(right[0])} to {_number(right[-1])}, "
        f"to the left from {_number(left[0])} to {_number(left[-1])}."
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
    for (name, error), colour, marker, fill in zip(errors.items(), (BLUE, RED), "os", (BLUE, "none"), strict=False):
        style = {"markersize": 5 if fill == BLUE else 8, "markerfacecolor": fill, "color": colour}
        ax.loglog(hs, np.maximum(error, 1e-17), marker, label=name, **style)
        ax.axvline(best[name], color=colour, linestyle="--", linewidth=1.5, label=f"theory: h = {best[name]:.1e}")
        said.append(f"{name} down to about h = {best[name]:.1e}")
    ax.set(xlabel="step h", ylabel="|error| of the derivative", title="A large step is inexact, a small step is noise")
    ax.legend(fontsize=11)
    return (
        "The error of the finite difference against the step h, a V on logarithmic axes. From the right "
        f"the error falls as h shrinks, {' and '.join(said)}; left of that rounding takes over and it grows again."
    )


@figure(rows=2)
def height_and_slope(axes, x, height, slope):
    """A cross-section above, its slope in metres a metre below; peaks, valley floors and the steepest place marked.

    Parameters
    ----------
    x, height : (n,) arrays in metres
    slope : (n,) array, metres of height a metre of way
    """
    km, slope = np.asarray(x) / 1000, np.asarray(slope)
    axes[0].plot(km, height, color=BLUE, linewidth=1.5)
    axes[0].fill_between(km, height, min(height) - 20, color=BLUE, alpha=0.12)
    axes[1].plot(km, slope, color=GREEN, linewidth=1.5)
    axes[1].axhline(0, color="black", linewidth=1)
    sloping = np.flatnonzero(slope)  # leave out what is exactly level
    before, after = sloping[:-1], sloping[1:]
    counts = []
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
    axes[0].legend(fontsize=11)
    return (
        f"Above, the height of a real cross-section, {_number(min(height))} to {_number(max(height))} metres; below, its slope. "
        f"It is steepest, {_number(round(slope[steepest], 2))} metres per metre, {km[steepest]:.1f} kilometres "
        f"from the west. The slope changes its sign at {counts[0]} peaks and {counts[1]} valley floors."
    )


@figure()
def contours(ax, landscape, paths=(), arrows=(), labels=None, window=None):
    """The level lines of a landscape of two variables, with walks and arrows on them, both axes to one scale.

    Parameters
    ----------
    landscape : callable, (2, ...) -> (...), such as a gdlib Landscape
    paths : sequence of gdlib.Path with points of shape (k+1, 2)
    arrows : sequence of (start, vector, name), both of shape (2,); drawn to the length of the vector
    labels : sequence of str, one a path
    window : ((west, east), (south, north)); the landscape's domain when None
    """
    (x0, x1), (y0, y1) = window or landscape.domain
    grid = np.array(np.meshgrid(np.linspace(x0, x1, 201), np.linspace(y0, y1, 201)))
    height = landscape(grid)
    low, high = np.nanmin(height), np.nanmax(height)
    levels = low + (high - low) * np.linspace(0.01, 1, 16) ** 2  # denser towards the floor
    ax.contourf(*grid, height, [low, *levels], cmap="cividis", alpha=0.55)
    ax.contour(*grid, height, levels, colors="black", linewidths=0.6, alpha=0.6, linestyles="solid")
    through = {float(landscape(np.asarray(start, dtype=float))) for start, _, _ in arrows}
    if through:
        ax.contour(*grid, height, sorted(through), colors="black", linewidths=2.2, linestyles="solid")
    said = []
    walked = zip(paths, (RED, BLUE, PINK, GREEN), "osD^", labels or [""] * len(paths), strict=False)
    for path, colour, marker, label in walked:
        x, y = path.points.T
        ax.plot(x, y, "-", color="white", linewidth=3.5)
        ax.plot(x, y, marker + "-", color=colour, markersize=4, linewidth=1.5, label=label or None)
        ax.plot(x[0], y[0], marker, color="white", markeredgecolor=colour, markeredgewidth=2, markersize=9)
        ax.plot(x[-1], y[-1], marker, color=colour, markeredgecolor="black", markersize=9, zorder=3)
        said.append(
            f"{label or 'A walk'} from {_place(path.points[0])}: {path.stop} after {path.steps} steps "
            f"at {_place(np.round(path.final, 3))}"
        )
    for start, vector, name in arrows:
        colour = {"∇f": RED, "−∇f": BLUE}.get(name, GREEN)
        tip = np.add(start, vector)
        arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 3, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 20}
        ax.annotate("", tip, start, arrowprops=arrow)
        ax.annotate(
            name,
            tip,
            xytext=(8 * np.sign(vector[0]), 8 * np.sign(vector[1])),
            ha="left" if vector[0] > 0 else "right",
            textcoords="offset points",
            color="black",
            fontweight="bold",
            bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5},
        )
        ax.plot(*start, "o", color="black", zorder=4)
        said.append(f"Arrow {name} at {_place(start)} points along {_place(vector)}")
    ax.set(xlabel="x", ylabel="y", xlim=(x0, x1), ylim=(y0, y1), aspect="equal")
    ax.grid(visible=False)
    if labels:
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), fontsize=11)
    name = getattr(landscape, "name", "a function of two variables")
    lines = "; a thick line is the level line through the arrows' start" if through else ""
    return f"Level lines of {name}, {_number(low)} to {_number(high)}, darker is lower{lines}. {'. '.join(said)}."


def _place(point):
    return "(" + ", ".join(_number(c) for c in point) + ")"


@figure(projection="3d")
def surface(ax, landscape, at):
    """A surface in space, with the gradient as an arrow on the floor: it has no upward part.

    Parameters
    ----------
    landscape : Landscape of two variables
    at : (2,) point
    """
    at = np.asarray(at, dtype=float)
    (x0, x1), (y0, y1) = landscape.domain
    grid = np.array(np.meshgrid(np.linspace(x0, x1, 41), np.linspace(y0, y1, 41)))
    height = landscape(grid)
    floor = height.min() - 0.8 * np.ptp(height)
    gradient = landscape.gradient(at)
    part = 0.3  # of the gradient's length, so that the arrow stays on the floor
    arrow = part * gradient
    ax.computed_zorder = False  # the arrow lies on the level lines, not below them
    ax.plot_surface(*grid, height, cmap="cividis", alpha=0.75, linewidth=0, zorder=2)
    ax.contour(*grid, height, 10, zdir="z", offset=floor, cmap="cividis", linestyles="solid")
    ax.contour(*grid, height, [landscape(at)], zdir="z", offset=floor, colors="black", linewidths=2)
    tip, across = at + arrow, arrow[::-1] * [-1, 1]
    head = np.array(
        [tip - 0.4 * arrow + 0.25 * across, tip, tip - 0.4 * arrow - 0.25 * across]
    )  # flat on the floor, too
    for line in (np.array([at, tip]), head):
        ax.plot(*line.T, floor, color=RED, linewidth=3.5, solid_capstyle="round", zorder=3)
    label = ax.text(
        *(at + 0.4 * arrow - 0.9 * across), floor, "∇f", color=RED, fontweight="bold", ha="center", zorder=4
    )
    label.set_path_effects([withStroke(linewidth=4, foreground="white")])
    ax.plot(*[[c, c] for c in at], [floor, landscape(at)], ":", color="black", zorder=3)
    ax.plot(*at, landscape(at), "o", color="black", zorder=3)
    ax.set(xlabel="x", ylabel="y", zlabel="f(x, y)", zlim=(floor, height.max()), title="The gradient lies on the floor")
    ax.set(xticks=[x0, (x0 + x1) / 2, x1], yticks=[y0, (y0 + y1) / 2, y1], zticks=[0, round(height.max())])
    ax.view_init(elev=30, azim=-75)
    return (
        f"The surface of {landscape.name} in space, its level lines on the floor below. At {_place(at)} the gradient, "
        f"{_place(gradient)}, is drawn, {part:g} of its length, as an arrow on the floor: at right angles to the level line, "
        f"with no upward part."
    )


@figure()
def slope_by_direction(ax, angles, slopes, steepest=None):
    """The slope in every direction against the angle of the direction, in degrees from east towards north.

    Parameters
    ----------
    angles, slopes : (n,) arrays, degrees and slopes
    steepest : float, optional
        The angle of the gradient, drawn as a line.
    """
    ax.plot(angles, slopes, color=BLUE)
    ax.axhline(0, color="black", linewidth=1)
    highest, lowest = int(np.argmax(slopes)), int(np.argmin(slopes))
    for where, colour, word in ((highest, RED, "steepest up"), (lowest, GREEN, "steepest down")):
        ax.plot(angles[where], slopes[where], "o", color=colour, markersize=9, label=f"{word}: {angles[where]:.0f}°")
    if steepest is not None:
        ax.axvline(steepest, color=RED, linestyle="--", label=f"the gradient: {steepest:.0f}°")
    ax.set(
        xlabel="direction (degrees from east towards north)",
        ylabel="slope in that direction",
        xticks=np.arange(0, 361, 45),
        xlim=(0, 360),
        title="The slope in every direction",
    )
    ax.legend(fontsize=11, loc="upper left", bbox_to_anchor=(1.01, 1))
    return (
        f"The slope in every direction, a cosine: largest, {_number(slopes[highest])}, at {angles[highest]:.0f} degrees, "
        f"smallest, {_number(slopes[lowest])}, at {angles[lowest]:.0f} degrees, and 0 half way between."
    )


@figure()
def norms(ax, paths, labels, predicted=None, ylabel="|gradient|"):
    """How the norm of the gradient falls (or grows) along walks, on a logarithmic axis.

    Parameters
    ----------
    paths : sequence of gdlib.Path
    labels : sequence of str
    predicted : sequence of (k+1,) arrays, optional
        What theory says of each walk's norm, drawn dashed.
    """
    said = []
    for n, (path, colour, label) in enumerate(zip(paths, (BLUE, RED, GREEN, ORANGE, PINK), labels, strict=False)):
        # where two lines lie on each other both are seen: every second one is dashed, and thinner
        style = {"color": colour, "linewidth": 2.5 if n % 2 else 4.5, "label": label}
        if predicted is None and n % 2:
            style["dashes"] = (4, 2)
        ax.semilogy(np.arange(path.steps + 1), np.maximum(path.norms, 1e-300), **style)
        if predicted is not None:
            ax.semilogy(np.arange(len(predicted[n])), predicted[n], "--", color="black", linewidth=1.2)
        said.append(f"{label}: from {path.norms[0]:.2g} to {path.norms[-1]:.2g} in {path.steps} steps, {path.stop}")
    ax.set(xlabel="step", ylabel=ylabel, xlim=(0, None))
    ax.legend(fontsize=11, loc="upper left", bbox_to_anchor=(1.01, 1))
    return f"The norm of the gradient against the step, on a logarithmic axis. {'; '.join(said)}."


@figure()
def basins(ax, landscape, ends, starts, minima):
    """Which minimum each start leads to: one colour a minimum.

    Parameters
    ----------
    landscape : Landscape of two variables
    ends, starts : (m, 2) arrays, the last and the first point of each walk; the starts fill a square grid
    minima : sequence of (2,) points
    """
    side = int(np.sqrt(len(starts)))
    distance = np.linalg.norm(ends[:, None] - np.array(minima)[None], axis=2)
    nearest = np.where(distance.min(axis=1) < 1e-2, distance.argmin(axis=1), len(minima)).reshape(side, side)
    palette = np.array([to_rgb(c) for c in (SKY, ORANGE, GREEN, PINK, "#FFFFFF")])
    palette = np.vstack([palette[: len(minima)], palette[-1:]])
    (x0, x1), (y0, y1) = landscape.domain
    ax.imshow(palette[nearest], origin="lower", extent=(x0, x1, y0, y1))
    grid = np.array(np.meshgrid(np.linspace(x0, x1, 151), np.linspace(y0, y1, 151)))
    ax.contour(*grid, np.log1p(landscape(grid)), 12, colors="black", linewidths=0.6, alpha=0.6)
    apart = np.linalg.norm(grid[:, None] - np.array(minima).T[:, :, None, None], axis=0)
    for n, m in combinations(range(len(minima)), 2):  # where another minimum becomes the nearest one; each border once
        here = np.minimum(apart[n], apart[m]) <= apart.min(axis=0) + 0.02 * (x1 - x0)
        ax.contour(
            *grid, np.where(here, apart[n] - apart[m], np.nan), [0], colors="white", linewidths=1.5, linestyles="--"
        )
    for x, y in minima:
        ax.plot(x, y, "*", color="black", markeredgecolor="white", markersize=16)
    ax.set(xlabel="start x", ylabel="start y", title="Where a start leads: one colour a minimum")
    ax.grid(visible=False)
    share = [f"{_place(np.round(m, 2))}: {100 * np.mean(nearest == n):.1f} %" for n, m in enumerate(minima)]
    return (
        f"A map of starts, coloured by the minimum that descent reaches from there; the borders between the colours bend, "
        f"the dashed lines half way between the minima are straight. "
        f"{'; '.join(share)} of the starts."
    )


@figure()
def relief(ax, land, paths=(), window=None, marks=()):
    """The real terrain as a relief, lit from the north-west, a level line every 50 metres, walks and places on it.

    Parameters
    ----------
    land : gdlib.landscapes.Terrain
    paths : sequence of gdlib.Path with points of shape (k+1, 2), in metres
    window : ((west, east), (south, north)) in metres; the whole map when None
    marks : sequence of (east, north, name) in metres
    """
    km = np.array(land.domain).ravel() / 1000
    light = LightSource(azdeg=315, altdeg=45)
    low, high = land.heights.min(), land.heights.max()
    colours = plt.get_cmap("cividis")
    # the rows run from south to north, against what LightSource expects
    shaded = light.shade(land.heights, colours, blend_mode="soft", dx=land.dx, dy=-land.dy, vert_exag=2)
    ax.imshow(shaded, origin="lower", extent=km, interpolation="bilinear")
    ax.figure.colorbar(plt.cm.ScalarMappable(plt.Normalize(low, high), colours), ax=ax, label="height (m)", shrink=0.8)
    levels = np.arange(250, 1100, 50)
    ax.contour(land.heights, levels, extent=km, colors="black", linewidths=0.5, alpha=0.35)
    said = []
    for x, y, name in marks:
        ax.plot(x / 1000, y / 1000, "o", color=RED, markeredgecolor="white", markersize=10)
        box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
        ax.annotate(name, (x / 1000, y / 1000), xytext=(9, 7), textcoords="offset points", bbox=box)
        said.append(f"{name} at {land(np.array([x, y])):.0f} metres")
    for n, (path, marker) in enumerate(zip(paths, "osD^v<>", strict=False)):
        east, north = path.points.T / 1000
        ax.plot(east, north, color="white", linewidth=4.5)
        ax.plot(east, north, color=RED, linewidth=2)
        ax.plot(east[0], north[0], marker, color="white", markeredgecolor="black", markersize=9)
        ax.plot(east[-1], north[-1], marker, color=RED, markeredgecolor="white", markersize=10)
        heights = land(path.points.T[:, [0, -1]])
        said.append(f"a walk from {heights[0]:.0f} to {heights[1]:.0f} metres in {path.steps} steps")
        ax.annotate(
            f"{heights[1]:.0f} m",
            (east[-1], north[-1]),
            xytext=(-9 if n % 2 else 9, -4),
            ha="right" if n % 2 else "left",
            textcoords="offset points",
            fontsize=10,
            bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5},
        )
    box = np.array(window or land.domain) / 1000
    ax.set(xlabel="east (km)", ylabel="north (km)", xlim=box[0], ylim=box[1])
    ax.grid(visible=False)
    return (
        f"Shaded relief of a real terrain, yellow is high and blue is low, with a level line every 50 metres. "
        f"On it: {'; '.join(said) or 'nothing'}."
    )


def _fit_to_curve(ax, values, below=0.08, above=0.08):
    span = np.ptp(values)
    ax.set_ylim(values.min() - below * span, values.max() + above * span)


def _zeros(x, y):
    """Where the sampled y changes its sign, by linear interpolation; exact zeros count once."""
    crossing = np.flatnonzero(np.sign(y[:-1]) * np.sign(y[1:]) < 0)
    between = x[crossing] - y[crossing] * (x[crossing + 1] - x[crossing]) / (y[crossing + 1] - y[crossing])
    return np.sort(np.concatenate([between, x[y == 0]]))


@figure()
def fit(ax, x, y, models=(), xlabel="x", ylabel="y", title="", residuals=True):
    """Data as points, models as lines, and the residuals of the first model as vertical bars.

    Parameters
    ----------
    x, y : (n,) arrays
    models : sequence of (callable of an array, name)
    residuals : bool
        Draw a bar from the first model to each point: red where y is above it (r > 0), blue where below.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    line = _line((x.min() - 0.04 * np.ptp(x), x.max() + 0.04 * np.ptp(x)))
    said = []
    for n, ((model, name), colour) in enumerate(zip(models, ("black", GREEN, PINK, GREY), strict=False)):
        ax.plot(line, model(line), ("-", "--", "-.", ":")[n], color=colour, label=name)
        error = y - model(x)
        said.append(f"{name}: residuals from {_number(error.min().round(3))} to {_number(error.max().round(3))}")
    if residuals and models:
        error = y - models[0][0](x)
        for part, colour, word in ((error > 0, RED, "r > 0"), (error < 0, BLUE, "r < 0")):
            ax.vlines(x[part], (y - error)[part], y[part], color=colour, linewidth=2, label=word)
    ax.plot(x, y, "o", color="black", markersize=5 if len(x) < 50 else 3.5, alpha=1 if len(x) < 50 else 0.45)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, xlim=(line[0], line[-1]))
    if models:
        ax.legend(fontsize=11, loc="upper left", bbox_to_anchor=(1.01, 1))
    lines = f" Lines: {'; '.join(said)}." if said else ""
    return (
        f"{title or 'Measurements'}: {len(x)} points, {ylabel} ({_number(y.min())} to {_number(y.max())}) over "
        f"{xlabel} ({_number(x.min())} to {_number(x.max())}).{lines}"
    )


@figure(columns=2)
def norm_and_square(axes, x, targets, betas):
    """‖y − βx‖ and half its square against β, one panel a set of targets, with the minimum of both.

    Parameters
    ----------
    x : (n,) array
    targets : dict, name -> (n,) array; two of them
    betas : (low, high)
    """
    said = []
    for ax, (name, y) in zip(axes, targets.items(), strict=True):
        best = x @ y / (x @ x)
        beta = np.union1d(_line(betas), best)
        norm = np.linalg.norm(np.asarray(y)[:, None] - np.outer(x, beta), axis=0)
        ax.plot(beta, norm**2 / 2, color=BLUE, label="½‖r‖²")
        ax.plot(beta, norm, "--", color=RED, label="‖r‖")
        ax.plot([best] * 2, [norm.min() ** 2 / 2, norm.min()], "o", color="black", markersize=7, zorder=3)
        ax.axvline(best, color=GREY, linewidth=1, linestyle=":")
        ax.set(xlabel="β", ylabel="loss", title=name, xlim=betas)
        ax.legend(fontsize=11, loc="upper center", frameon=True, framealpha=1, edgecolor="none")
        corner = " The norm has a corner there." if norm.min() < 1e-9 else ""
        said.append(f"{name}: both are lowest at β = {_number(best)}.{corner}")
    return f"The norm of the residual, a V or nearly one, and half its square, a parabola, against β. {' '.join(said)}"


@figure()
def gradient_by_columns(ax, X, error):
    """Xᵀ · error drawn out: column k of X, laid down as row k of Xᵀ, meets the residuals and makes entry k.

    Parameters
    ----------
    X : (n, d) array
        Small: n and d up to 4.
    error : (n,) array
        The residuals y − Xβ.
    """
    X, error = np.asarray(X, dtype=float), np.asarray(error, dtype=float)
    (n, d), colours = X.shape, [(colour, 0.6) for colour in (SKY, ORANGE, GREEN, PINK)]  # pale, under black numbers
    top, across = max(n, d), 0.0

    def block(values, name, colour_of):
        """A matrix as a block of cells, its name above it."""
        nonlocal across
        rows, columns = values.shape
        low = (top - rows) / 2
        for i in range(rows):
            for j in range(columns):
                cell = (across + j, low + rows - 1 - i)
                ax.add_patch(plt.Rectangle(cell, 1, 1, facecolor=colour_of(i, j), edgecolor="black", linewidth=1))
                ax.text(cell[0] + 0.5, cell[1] + 0.5, _number(values[i, j]), ha="center", va="center", fontsize=14)
        ax.text(across + columns / 2, low + rows + 0.3, name, ha="center", fontsize=14)
        across += columns

    def sign(text, width, size=18):
        nonlocal across
        ax.text(across + width / 2, top / 2, text, ha="center", va="center", fontsize=size)
        across += width

    block(X, "X", lambda i, j: colours[j])
    sign("each\ncolumn\nbecomes\na row →", 1.9, size=12)
    block(X.T, "Xᵀ", lambda i, j: colours[i])
    sign("·", 0.6)
    block(error[:, None], "error", lambda i, j: "white")
    sign("=", 0.8)
    block((X.T @ error)[:, None], "Xᵀ error", lambda i, j: colours[i])
    ax.set(xlim=(-0.1, across + 0.1), ylim=(-0.15, top + 0.9), aspect="equal", xticks=[], yticks=[])
    ax.set(ylabel="a row of X: a measurement", xlabel="entry k = column k of X · residuals")
    ax.spines[:].set_visible(False)
    ax.grid(visible=False)
    sums = []
    for k in range(d):
        terms = " + ".join(f"{_number(a)} · {_number(r)}" for a, r in zip(X[:, k], error, strict=True))
        sums.append(f"entry {k + 1}: {terms} = {_number(X[:, k] @ error)}")
    return (
        f"A matrix X of {n} rows and {d} columns; its columns, each in a colour, lie as rows in Xᵀ. Each row, times the "
        f"column of residuals, makes the entry of the same colour in Xᵀ error. {'; '.join(sums)}."
    )


@figure()
def gradient_cloud(ax, full, clouds):
    """The gradients of many batches as points around the tip of the full gradient, one colour a batch size.

    Parameters
    ----------
    full : (2,) array
        The gradient of all rows, drawn as an arrow from the origin.
    clouds : dict, batch size -> (m, 2) array
        Smallest batch first.
    """
    said = []
    for (b, cloud), colour, marker in zip(clouds.items(), (SKY, ORANGE, GREEN, PINK), "osD^", strict=False):
        ax.plot(*cloud.T, marker, color=colour, markersize=4, alpha=0.6, label=f"b = {b}")
        away = np.sqrt(((cloud - full) ** 2).sum(axis=1).mean())
        said.append(f"b = {b}: {_number(round(away, 2))} away on average (root of the mean square)")
    arrow = {"arrowstyle": "-|>", "color": "black", "linewidth": 3, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 22}
    ax.annotate("", full, (0, 0), arrowprops=arrow, zorder=4)
    ax.plot([], [], color="black", linewidth=3, label="all rows")
    ax.plot(0, 0, "o", color="black", zorder=4)
    ax.set(xlabel="first entry of the gradient", ylabel="second entry", aspect="equal", adjustable="datalim")
    ax.legend(fontsize=11, loc="upper left", bbox_to_anchor=(1.01, 1))
    return (
        f"The full gradient as an arrow from 0 to {_place(np.round(full, 2))}, and around its tip the gradients of many "
        f"batches, in clouds that shrink as the batch grows. {'; '.join(said)}."
    )


@figure()
def angle_against_batch_size(ax, sizes, angles):
    """How far batch gradients point away from the full one: the median angle, and the middle 80 % as a band.

    Parameters
    ----------
    sizes : (m,) sequence of batch sizes
    angles : dict, name of the place -> (m, k) array
        In degrees: k batches of each size.
    """
    said = []
    for (name, rows), colour, marker in zip(angles.items(), (BLUE, RED, GREEN), "osD", strict=False):
        low, median, high = np.quantile(rows, [0.1, 0.5, 0.9], axis=1)
        ax.plot(sizes, median, marker + "-", color=colour, label=name)
        ax.fill_between(sizes, low, high, color=colour, alpha=0.15, label="the middle 80 %")
        said.append(f"{name}: median {median[0]:.0f} degrees at b = {sizes[0]}, {median[-1]:.0f} at b = {sizes[-1]}")
    ax.axhline(90, color="black", linewidth=1, linestyle=":")
    ax.annotate(
        "90°: no help at all", (sizes[-1], 90), xytext=(0, 4), textcoords="offset points", ha="right", fontsize=11
    )
    ax.set_xscale("log", base=2)
    ax.set(
        xlabel="batch size b", ylabel="angle to the full gradient (degrees)", ylim=(0, 180), yticks=range(0, 181, 45)
    )
    ax.set_xticks(sizes, [str(b) for b in sizes])
    ax.minorticks_off()
    ax.legend(fontsize=11, loc="upper right")
    return f"The angle between batch gradients and the full gradient against the batch size. {'; '.join(said)}."


@figure()
def losses(ax, curves, xlabel="update", ylabel="loss above the minimum", logx=False, dots=False, ticks=None):
    """Losses as lines, on a logarithmic axis.

    Parameters
    ----------
    curves : dict, name -> (y or (x, y))
    logx : bool
        The horizontal axis logarithmic too.
    dots : bool
        Mark each value.
    ticks : (xs, ys), optional
        The numbers to write on the axes, where powers of ten would be too few.
    """
    said = []
    colours, styles = (BLUE, RED, GREEN, ORANGE, PINK), ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
    for (name, curve), colour, style in zip(curves.items(), colours, styles, strict=False):
        x, y = curve if isinstance(curve, tuple) else (np.arange(len(curve)), curve)
        ax.plot(x, y, linestyle=style, color=colour, marker="o" if dots else None, markersize=4, label=name)
        said.append(f"{name}: from {y[0]:.2g} to {y[-1]:.2g}".replace("e-0", " · 10^−"))
    ax.set_yscale("log")
    ax.set_xscale("log" if logx else "linear")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if ticks:
        ax.set_xticks(ticks[0], [f"{x:g}" for x in ticks[0]])
        ax.set_yticks(ticks[1], [f"{y:g}" for y in ticks[1]])
        ax.minorticks_off()
    ax.legend(fontsize=11, loc="upper left", bbox_to_anchor=(1.01, 1))
    return f"{ylabel.capitalize()} against {xlabel}, logarithmic. {'; '.join(said)}."


@figure()
def batch_curves(ax, f, rows, domain, at=None):
    """The objective of one parameter that each batch sees, over the full one; minima marked on both.

    Parameters
    ----------
    f : callable, f(x) and f(x, rows)
    rows : dict, name -> (b,) array of row numbers
    domain : (low, high)
    at : float, optional
        Where a walk stands: a vertical line, and a ring on each curve.
    """
    x = _line(domain, 1001)
    curves = {"all rows": f(x)} | {name: f(x, batch) for name, batch in rows.items()}
    said = []
    for n, (name, y) in enumerate(curves.items()):
        colour, style = ("black", *(SKY, ORANGE, PINK, GREEN))[n], ("-", "--", "-.", ":", "--")[n]
        low = np.flatnonzero((y[1:-1] < y[:-2]) & (y[1:-1] < y[2:])) + 1
        ax.plot(
            x, y, linestyle=style, color=colour, linewidth=3 if n == 0 else 2, label=name, zorder=3 if n == 0 else 2
        )
        face = "white" if n == 0 else colour
        ax.plot(x[low], y[low], "v", color=face, markeredgecolor="black", markersize=8, zorder=4)
        if at is not None:
            ax.plot(at, np.interp(at, x, y), "o", color="white", markeredgecolor=colour, markeredgewidth=2, zorder=5)
        said.append(f"{name}: {', '.join(f'{place:.2f}' for place in x[low])}")
    if at is not None:
        ax.axvline(at, color=GREY, linewidth=1, linestyle=":")
    ax.set(xlabel="ω (rad/s)", ylabel="f(ω)", xlim=domain, ylim=(-0.03, None))
    ax.legend(fontsize=11, loc="upper left", bbox_to_anchor=(1.01, 1))
    return (
        f"The objective of all rows and of single batches, each with minima of its own. Minima of {'; of '.join(said)}."
    )


@figure(columns=2)
def escapes(axes, shares, sizes):
    """Where walks ended, as bars of 100 %, one bar a batch size; one panel a learning rate.

    Parameters
    ----------
    shares : dict, title -> dict, name of an end -> (m,) array of percentages
        Two titles; the same ends in both, up to four.
    sizes : (m,) sequence of batch sizes
    """
    said = []
    for ax, (title, ends) in zip(axes, shares.items(), strict=True):
        left = np.zeros(len(sizes))
        looks = zip(ends.items(), (GREY, GREEN, SKY, RED), ("", "//", "", "xx"), strict=False)
        for (name, share), colour, hatch in looks:
            share = np.asarray(share, dtype=float)
            ax.barh(np.arange(len(sizes)), share, left=left, color=colour, hatch=hatch, edgecolor="white", label=name)
            left += share
            said.append(f"{title}, {name}: {', '.join(f'{s:.0f}' for s in share)}")
        ax.set_yticks(np.arange(len(sizes)), [str(b) for b in sizes])
        ax.invert_yaxis()
        ax.set(xlabel="share of the walks (%)", ylabel="batch size b", title=title, xlim=(0, 100))
        ax.grid(visible=False)
    handles, names = axes[0].get_legend_handles_labels()
    tight = {"columnspacing": 1.2, "handlelength": 1.6, "handletextpad": 0.5}
    axes[0].figure.legend(handles, names, loc="outside lower center", ncols=4, fontsize=11, **tight)
    return f"Where the walks ended, in per cent, for b = {', '.join(map(str, sizes))}. {'; '.join(said)}."


@figure(columns=3)
def noise_ball(axes, clouds, radii):
    """The points of walks that never settle, around the minimum at 0, and the circle that theory predicts for each.

    Parameters
    ----------
    clouds : dict, name -> (m, 2) array
        Three of them, one a panel, all to the same scale.
    radii : sequence of floats, the predicted root of the mean squared distance
    """
    said, turn = [], np.linspace(0, 2 * np.pi, 200)
    reach = 1.05 * max(*(abs(cloud).max() for cloud in clouds.values()), *radii)
    for ax, (name, cloud), radius in zip(axes, clouds.items(), radii, strict=True):
        measured = np.sqrt((cloud**2).sum(axis=1).mean())
        ax.plot(*cloud.T, "o", color=SKY, markersize=3, alpha=0.5, zorder=1)
        circle = radius * np.cos(turn), radius * np.sin(turn)
        ax.plot(*circle, color="white", linewidth=4, zorder=2)
        ax.plot(*circle, "--", color="black", linewidth=2.2, zorder=3, label="predicted")
        ax.plot(0, 0, "+", color="black", markersize=7, markeredgewidth=1.5, zorder=4)
        ax.set(xlabel="w₁", ylabel="w₂" if ax is axes[0] else " ", title=name, aspect="equal")
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach))
        said.append(f"{name}: predicted radius {radius:.2f}, measured {measured:.2f}")
    axes[0].figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", fontsize=11)
    return (
        f"The places of walks that never settle, clouds around the minimum, with the predicted circle of the "
        f"root mean square distance. {'; '.join(said)}."
    )


@figure(columns=3)
def stopwatches(axes, curves, goal, units=("updates", "rows read", "model time (µs)")):
    """The same walks against three clocks, all axes logarithmic, with the goal as a line.

    Parameters
    ----------
    curves : dict, name -> (y, (x of the first clock, of the second, of the third))
        The loss of each walk, and what each clock showed.
    goal : float
    units : three names of the clocks
    """
    firsts = {unit: {} for unit in units}
    styles = zip(curves.items(), (BLUE, ORANGE, GREEN, PINK, "black"), ("-", "--", "-.", ":", "-"), strict=False)
    for (name, (y, clocks)), colour, style in styles:
        there = np.flatnonzero(y <= goal)[0]
        for ax, clock, unit in zip(axes, clocks, units, strict=True):
            ax.loglog(clock[1 : there + 1], y[1 : there + 1], linestyle=style, color=colour, label=name)
            ax.plot(clock[there], y[there], "o", color=colour, markeredgecolor="black", markersize=7, zorder=3)
            firsts[unit][name] = clock[there]
    for ax, unit in zip(axes, units, strict=True):
        ax.axhline(goal, color=GREY, linewidth=1)
        ax.annotate("goal", (0.02, goal), xycoords=("axes fraction", "data"), xytext=(0, 3), textcoords="offset points")
        ax.set(xlabel=unit, ylabel="loss above the minimum" if ax is axes[0] else " ")
        ax.minorticks_off()
    handles, names = axes[0].get_legend_handles_labels()
    axes[0].figure.legend(handles, names, loc="outside lower center", ncols=5, fontsize=11)
    said = [
        f"{unit}: " + ", ".join(f"{name} at {time:.0f}" for name, time in times.items())
        for unit, times in firsts.items()
    ]
    return f"The same walks down to one goal, against three clocks, and when each gets there. {'; '.join(said)}."


@figure(columns=2)
def patch(axes, image, at, width=7):
    """A photograph with the place of one patch on it, and that patch: the pixel in the middle and those around it.

    Parameters
    ----------
    image : (height, width) array of grey values, 0 (black) to 1 (white)
    at : (line, column) of the pixel in the middle
    width : odd int
    """
    (line, column), half = at, width // 2
    around = image[line - half : line + half + 1, column - half : column + half + 1]
    for ax, part, extent in ((axes[0], image, None), (axes[1], around, (-0.5 - half, 0.5 + half) * 2)):
        ax.imshow(part, cmap="gray", vmin=0, vmax=1, extent=extent)
        ax.grid(visible=False)
    reach = 6 * width  # the frame is larger than the patch, or nobody would see it
    axes[0].add_patch(
        plt.Rectangle((column - reach / 2, line - reach / 2), reach, reach, fill=False, color=ORANGE, linewidth=3)
    )
    axes[1].add_patch(plt.Rectangle((-0.5, -0.5), 1, 1, fill=False, color=ORANGE, linewidth=4))
    for (row, col), grey in np.ndenumerate(around):
        shade = "white" if grey < 0.5 else "black"
        axes[1].text(col - half, half - row, f"{255 * grey:.0f}", color=shade, ha="center", va="center", fontsize=11)
    axes[0].set(xlabel="column", ylabel="line", title="The photograph")
    axes[1].set(xlabel="columns from the middle", ylabel="lines from the middle", title="One row of the data")
    return (
        f"A photograph of {image.shape[0]} × {image.shape[1]} pixels; a frame marks where the patch beside it comes from, "
        f"line {line}, column {column}. The patch has {width} × {width} pixels with their grey values. The one in the "
        f"middle, {255 * image[line, column]:.0f} of 255, is the target; the {width * width - 1} around it, from "
        f"{255 * around.min():.0f} to {255 * around.max():.0f}, are to predict it."
    )


@figure()
def peaks(ax, runs, cap):
    """Peaks of memory, predicted and measured, as bars on a logarithmic axis, with the cap as a line.

    Parameters
    ----------
    runs : dict, name -> (predicted bytes, measured bytes, or None where it ran out of memory)
    cap : int, bytes
    """
    said, k = [], np.arange(len(runs))
    predicted, measured = (np.array([run[j] or np.nan for run in runs.values()], float) / 2**20 for j in (0, 1))
    ax.barh(k - 0.2, predicted, 0.36, color=SKY, label="predicted")
    ax.barh(k + 0.2, measured, 0.36, color=BLUE, label="measured")
    for i, (name, bytes_, took) in enumerate(zip(runs, predicted, measured, strict=True)):
        died = np.isnan(took)
        look = {"color": RED, "weight": "bold"} if died else {}
        ax.text(
            1 if died else took,
            i + 0.2,
            " out of memory" if died else f" {took:.3g} MiB",
            va="center",
            fontsize=11,
            **look,
        )
        said.append(f"{name}: predicted {bytes_:.3g} MiB, {'out of memory' if died else f'measured {took:.3g} MiB'}")
    ax.axvline(cap / 2**20, color=RED, linestyle="--", label="the cap")
    ax.set_yticks(k, list(runs))
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel="memory (MiB)", ylabel=" ", xlim=(1, 4 * np.nanmax([*predicted, *measured])))
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    ax.legend(fontsize=11, loc="upper left", bbox_to_anchor=(1.01, 1))
    return f"Memory at its highest, with a cap of {_number(cap / 2**20)} MiB, on a logarithmic axis. {'; '.join(said)}."


@figure()
def roof(ax, sizes, times, floor, marks=()):
    """The time for a row against the batch size, both logarithmic, over the time that reading its bytes takes.

    Parameters
    ----------
    sizes : (m,) sequence of batch sizes
    times : (m,) sequence, nanoseconds a row
    floor : float, nanoseconds to read a row from memory and do nothing with it; rows in the cache may be faster
    marks : sequence of (batch size, nanoseconds, name)
    """
    ax.loglog(sizes, times, "o-", color=BLUE, label="gradient, NumPy", base=10)
    ax.axhline(floor, color=RED, linestyle="--", label="reading the bytes from memory")
    for (b, time, name), marker, colour in zip(marks, "Ds^", (ORANGE, GREEN, PINK), strict=False):
        ax.plot(b, time, marker, color=colour, markeredgecolor="black", markersize=9, label=name)
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes[::2], [f"{b:,}".replace(",", " ") for b in sizes[::2]])
    ax.minorticks_off()
    ax.set(
        xlabel="batch size b",
        ylabel="time for a row (ns)",
        ylim=(min([floor, *(time for _, time, _ in marks)]) / 2, None),
    )
    ax.legend(fontsize=11, loc="upper right")
    said = [f"{name}, b = {b}: {_number(time)}" for b, time, name in marks]
    said += [f"NumPy, b = {b}: {_number(time)}" for b, time in ((sizes[0], times[0]), (sizes[-1], times[-1]))]
    return (
        f"Nanoseconds for a row of the gradient against the batch size, both logarithmic, with {_number(floor)}, what "
        f"reading its bytes from memory takes, as a line. {'; '.join(said)}."
    )


@figure(rows=2)
def timeline(axes, spans):
    """Who worked when: a bar for each batch that was read and for each that was computed with.

    Parameters
    ----------
    spans : dict, title -> sequence of (lane, begin, end)
        Two titles, one a panel; times in seconds, from the first begin on.
    """
    said = []
    for ax, (title, bars) in zip(axes, spans.items(), strict=True):
        lanes, count = {"read": (1, SKY), "compute": (0, ORANGE)}, {"read": 0, "compute": 0}
        zero, end = min(begin for _, begin, _ in bars), max(end for _, _, end in bars)
        for lane, begin, stop in bars:
            height, colour = lanes[lane]
            count[lane] += 1
            ax.barh(height, stop - begin, 0.7, begin - zero, color=colour, edgecolor="white")
            ax.text((begin + stop) / 2 - zero, height, str(count[lane]), ha="center", va="center", fontsize=11)
        ax.axvline(end - zero, color="black", linestyle=":")
        ax.annotate(
            f"{end - zero:.2f} s", (end - zero, 1.5), xytext=(5, 0), textcoords="offset points", va="top", fontsize=11
        )
        ax.set_yticks([height for height, _ in lanes.values()], list(lanes))
        ax.set(ylabel=" ", title=title, ylim=(-0.5, 1.6))
        said.append(f"{title}: {count['compute']} batches in {end - zero:.2f} s")
    axes[1].set(xlabel="time (s)")
    return f"A timeline of reading and computing, a bar a batch. {'; '.join(said)}."
