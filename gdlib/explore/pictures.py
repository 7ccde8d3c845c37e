"""The spec of a view's axes, its background of contours, and the plain picture that stands in for it."""

import io
import math

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator
from PIL import Image

# As in figures and, on light, in view.js (tests/test_colours.py).
SHADES = BLUE, ORANGE, GREEN, PINK, RED, SKY = "#0072B2", "#D08000", "#009E73", "#8F477C", "#B84300", "#0097FF"


def axes(x, y, xlabel, ylabel, logx=False, logy=False):
    ends = [[float(low), float(high)] for low, high in (x, y)]
    return {"x": ends[0], "y": ends[1], "xlabel": xlabel, "ylabel": ylabel, "logx": logx, "logy": logy}


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
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values) & (values >= floor)]
    if not values.size:
        return 1e-3, 1.0
    high = math.ceil(math.log10(values.max()) + 1e-9)
    low = max(math.floor(math.log10(values.min())), high - 14)
    return 10.0**low, 10.0 ** max(high, low + 1)


def levels_of(heights, n=14):
    """Heights for the contour lines: evenly spaced, or closer near the bottom where the landscape is a deep bowl."""
    values = heights[np.isfinite(heights)]
    if not values.size or values.max() == values.min():
        return np.linspace(-1, 1, n)
    low, high = values.min(), values.max()
    power = 3 if np.median(values) - low < 0.25 * (high - low) else 1
    return low + (high - low) * np.linspace(0, 1, n) ** power


def background(mesh, heights, pixels=480):
    """The contours as a PNG without axes, in few colours."""
    X, Y = mesh
    wide, high = X[0, -1] - X[0, 0], Y[-1, 0] - Y[0, 0]
    ratio = min(max(high / wide, 0.4), 2.5)
    figure = Figure(figsize=(pixels / 100, pixels * ratio / 100), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    levels, masked = levels_of(heights), np.ma.masked_invalid(heights)
    # one step of colour a level, however far apart the levels are
    axes.contourf(X, Y, masked, levels=levels, cmap="cividis", norm=BoundaryNorm(levels, 256))
    axes.contour(X, Y, masked, levels=levels, colors="white", linewidths=0.7, linestyles="solid", alpha=0.55)
    return png(figure, colours=40)


def underlay(axes, image, domain):
    """The background on the axes of a plain picture."""
    extent = (*domain[0], *domain[1])
    axes.imshow(np.asarray(Image.open(io.BytesIO(image)).convert("RGB")), extent=extent, aspect="auto")


def picture_of(spec, draw):
    """The plain picture of a view, as PNG: `draw(main, side)` on axes that `spec` describes."""
    figure = Figure(
        figsize=(8.4, 3.8), dpi=100
    )  # its margins are given: a layout engine would take longer than all else
    figure.subplots_adjust(left=0.1, right=0.98, bottom=0.15, top=0.96, wspace=0.28)
    for axes, place in zip(figure.subplots(1, 2), (spec["main"], spec["side"]), strict=True):
        axes.set(xlabel=place["xlabel"], ylabel=place["ylabel"])
        axes.set(xscale="log" if place["logx"] else "linear", yscale="log" if place["logy"] else "linear")
        axes.set(xlim=place["x"], ylim=place["y"], autoscale_on=False)
        for axis, log in ((axes.xaxis, place["logx"]), (axes.yaxis, place["logy"])):
            if log:
                axis.set(major_formatter=lambda value, _: f"{value:g}", minor_locator=NullLocator())
            else:
                axis.set_major_locator(MaxNLocator(5))
    draw(*figure.axes)
    for axes in figure.axes:
        if axes.get_legend_handles_labels()[0]:
            axes.legend(fontsize=9)
    return png(figure)


def png(figure, colours=128):
    """A figure as a PNG of few colours, without the date and the name of what made it."""
    canvas, out = FigureCanvasAgg(figure), io.BytesIO()
    canvas.draw()
    Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(colours, Image.Quantize.FASTOCTREE).save(
        out, "png", optimize=True
    )
    return out.getvalue()


def point_words(x):
    coordinates = ", ".join(f"{value:.6g}" for value in np.atleast_1d(x))
    return f"x = {coordinates}" if np.ndim(x) == 0 else f"({coordinates})"
