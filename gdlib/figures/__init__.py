"""One function a figure: it draws on the Axes it is given (or makes), and returns them.

Nothing here calls show. In a notebook the returned Axes are the picture: a cell that ends in ``figures.tangents(...)``
shows it with an alternative text made from the numbers drawn (as the PNG's ``alt``, and as its plain text).
A module a lecture; `drawing` holds what several pictures share, `style` how they look.
"""

# ruff: noqa: F401 (what is imported here is what the package offers)

from gdlib.figures.descent_and_ascent import bands, basins, factors, norms
from gdlib.figures.differentiation import (
    curve,
    error_against_h,
    height_and_slope,
    one_sided,
    rise_over_run,
    signs,
    tangents,
    walks,
)
from gdlib.figures.gradient_vectors import contours, relief, slices, slope_by_direction, surface
from gdlib.figures.hardware_and_memory import patch, peaks, roof, room, runs, timeline
from gdlib.figures.linear_regression import fit, gradient_by_columns, paths_of_a_knob, residuals
from gdlib.figures.mini_batches import (
    angle_against_batch_size,
    batch_curves,
    curve_of_all_rows,
    escapes,
    gradient_cloud,
    losses,
    noise_ball,
    stopwatches,
)
from gdlib.figures.style import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, alternative_text, figure, png
