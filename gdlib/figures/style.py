"""How a figure looks, what makes it one, and how a notebook shows it: colours, PNG, alternative text."""

import functools
import io
import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import matplotlib.pyplot as plt
from IPython import get_ipython
from matplotlib import font_manager
from matplotlib.axes import Axes
from PIL import Image, ImageChops

from gdlib.words import language

# The hues of Okabe and Ito, which colour-blind readers can tell apart, some of them darker: each has
# a contrast of 3:1 with white, and any two differ by 10 and more (CIEDE2000) whoever looks.
PALETTE = json.loads(Path(__file__).with_name("palette.json").read_text("utf-8"))["light"]
BLUE, RED, GREEN, ORANGE = (PALETTE[name] for name in ("blue", "red", "green", "orange"))
PINK, SKY, GREY = (PALETTE[name] for name in ("purple", "sky", "grey"))

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
    "legend.fontsize": 12,
}

if language() == "ko" and (package := find_spec("koreanize_matplotlib")):  # for the Hangul letters alone
    fonts = font_manager.fontManager
    for name, weight in (("NanumGothic.ttf", 400), ("NanumGothicBold.ttf", 700)):  # the bold one says 600 of itself
        fonts.addfont(Path(package.origin).parent / "fonts" / name)
        fonts.ttflist[-1] = replace(fonts.ttflist[-1], weight=weight)
    plt.rcParams["font.family"] = ["DejaVu Sans", "NanumGothic"]


def figure(rows=1, columns=1, projection=None, size=None):
    """Decorate ``draw(ax, ...) -> alternative text`` into a figure function with an optional ``ax=``. With `rows` or
    `columns` > 1 the function draws on that many Axes: one above the other with a common x axis, or side by side.
    `size`, (width, height) in inches, is for pictures of measured numbers, which slides show as they are stored."""

    def decorate(draw):
        @functools.wraps(draw)
        def drawn(*args, ax=None, **options):
            with plt.rc_context(STYLE):
                if ax is None:
                    inches = size or (8, 4.2 if rows == 1 else 2.8 * rows)
                    made = {"layout": "constrained", "figsize": inches, "subplot_kw": {"projection": projection}}
                    ax = plt.subplots(rows, columns, sharex=rows > 1, **made)[1]
                text = draw(ax, *args, **options)
            first = ax if rows * columns == 1 else ax[0]
            first.alternative_text = text
            return first

        return drawn

    return decorate


def alternative_text(ax):
    """What the figure of `ax` shows, in words: the texts of all its Axes."""
    return " ".join(a.alternative_text for a in ax.figure.axes if hasattr(a, "alternative_text"))


def number(value):
    """A number for a sentence: four significant digits, a true minus sign."""
    return f"{float(value):.4g}".replace("-", "−")


def place(point):
    """A point for a sentence: (1, −2.5)."""
    return "(" + ", ".join(number(c) for c in point) + ")"


def png(drawing, dpi=120, colours=256, crop=True, most=120_000):
    """A Matplotlib figure as a PNG of few colours: a third of the size, the same to the eye; no date and no maker.
    Of half as many colours, and again, while it has over `most` bytes, 64 colours at the least. `crop` cuts off the
    empty rows above and below what is drawn."""
    whole, small = io.BytesIO(), io.BytesIO()
    drawing.savefig(whole, format="png", dpi=dpi)
    image = Image.open(whole).convert("RGB")
    if crop:
        _, top, _, bottom = ImageChops.invert(image).getbbox() or (0, 0, *image.size)
        image = image.crop((0, max(0, top - dpi // 12), image.width, min(image.height, bottom + dpi // 12)))
    # with few colours the median cut is the truest; with many, what covers the rare ones too
    method = Image.Quantize.MEDIANCUT if colours < 256 else Image.Quantize.MAXCOVERAGE
    image.quantize(colours, method, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    if small.tell() > most and colours > 64:
        return png(drawing, dpi, colours // 2, crop, most)
    return small.getvalue()


def output(ax):
    """A figure as a cell's output: the picture with its text, and that text alone; none for Axes of other people."""
    if not hasattr(ax, "alternative_text"):
        return {}
    drawing, text = ax.figure, alternative_text(ax)
    width = round(drawing.get_figwidth() * drawing.dpi)
    picture = png(drawing)
    plt.close(drawing)  # or Matplotlib's inline backend would show it again
    # JupyterLab shows the first line of a folded output: keep what the picture shows out of it.
    return {"image/png": picture, "text/plain": f" \n{text}"}, {"image/png": {"alt": text, "width": width}}


def show_in(formatter):
    """Make IPython's display formatter show the Axes of a figure as `output` gives it."""
    formatter.mimebundle_formatter.for_type(Axes, lambda ax, include=None, exclude=None: output(ax))


if shell := get_ipython():  # the notebook that imports this, if one does
    show_in(shell.display_formatter)
