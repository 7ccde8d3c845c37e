"""In the kernel of a lecture whose pictures are drawn for slides (see wall.py): each picture is shown once more in each of
the `sizes` that its cell asks for, (width, height) in pixels of a slide of 1280 x 720."""

import base64
from io import BytesIO
from itertools import pairwise

from IPython.display import publish_display_data
from matplotlib import rc_context
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image, ImageChops

from gdlib.figures import style

PIXELS = 2  # of the slide for a point, so that 12 points are 24 pixels
NARROW = 900  # a picture of less width, in pixels, has its key below
LEAST = 12  # points of the smallest type
DPI = 180  # dots an inch: 1.25 for a pixel of the slide
sizes = []
as_stored = style.png


def png(drawing, *args, **options):
    """The picture as the notebook stores it; in every other size, the widest first, it is shown."""
    picture, wanted, sizes[:] = as_stored(drawing, *args, **options), sorted(sizes, reverse=True), []
    for width, height in wanted:
        drawing.set_size_inches(width / 72 / PIXELS, height / 72 / PIXELS)
        with rc_context(style.STYLE):
            made_for_a_wall(drawing, narrow=width < NARROW)
            points, large = without_margins(as_stored(drawing, DPI))
        kinds = [text.get_fontsize() for text in drawing.findobj(Text) if text.get_text().strip()]
        shown = {"wall": [width, height], "type": min(kinds, default=LEAST), "points": points}
        publish_display_data({"image/png": base64.b64encode(large).decode()}, shown)
    sizes[:] = wanted
    return picture


def made_for_a_wall(drawing, narrow):
    """Large type, long names on two lines, no more numbers on an axis than have room; of a narrow one the key below."""
    drawing.set_layout_engine("compressed")  # what has one scale both ways stands close to its scale of colours
    for text in drawing.findobj(Text):
        text.set_fontsize(max(LEAST, text.get_fontsize()))
    drawing.draw_without_rendering()
    for ax in drawing.axes:
        for words in (ax.xaxis.label, ax.yaxis.label, *(part for part in ax.get_children() if isinstance(part, Text))):
            words.set_wrap(True)
    if narrow:
        one_key_below(drawing)
    drawing.draw_without_rendering()
    for axis in (ax.xaxis for ax in drawing.axes if ax.name == "rectilinear"):
        thin(axis)


def one_key_below(drawing):
    """Below what is drawn, what stands in its own keys and in those of its Axes that are not within them."""
    keys = [(key, drawing.axes[0]) for key in drawing.legends]
    keys += [(ax.get_legend(), ax) for ax in drawing.axes if ax.get_legend() and outside(ax.get_legend(), ax)]
    lines = {}
    for key, ax in keys:
        lines |= {name: line for line, name in zip(*ax.get_legend_handles_labels(), strict=True)}
        key.remove()
    if lines:
        columns = 1 if max(map(len, lines)) > 14 else 2
        drawing.legend(lines.values(), lines, loc="outside lower center", ncols=columns, fontsize=LEAST)


def outside(key, ax):
    """Is a key, or a part of it, not within the Axes?"""
    whole = Bbox.union([key.get_window_extent(), ax.bbox])
    return whole.width > ax.bbox.width + 4 or whole.height > ax.bbox.height + 4


def thin(axis):
    """Every second number of a horizontal axis where they touch each other, and again."""
    low, high = sorted(axis.get_view_interval())
    shown = [tick for tick in axis.get_major_ticks() if tick.label1.get_visible() and tick.label1.get_text()]
    ticks = [tick for tick in shown if low <= tick.get_loc() <= high]
    boxes = [tick.label1.get_window_extent() for tick in ticks]
    if any(a.x1 + 4 > b.x0 and a.x0 < b.x1 for a, b in pairwise(boxes)):
        axis.set_ticks(*zip(*[(tick.get_loc(), tick.label1.get_text()) for tick in ticks[::2]], strict=True))
        axis.figure.draw_without_rendering()
        thin(axis)


def without_margins(picture):
    """A PNG without the empty columns on its sides: (its width in points, the PNG)."""
    image, small = Image.open(BytesIO(picture)), BytesIO()
    left, _, right, _ = ImageChops.invert(image.convert("RGB")).getbbox()
    image = image.crop((max(0, left - DPI // 12), 0, min(image.width, right + DPI // 12), image.height))
    image.save(small, "PNG", optimize=True)
    return image.width / DPI * 72, small.getvalue()


style.png = png
