"""From secant to tangent: the slope over a step h, while h shrinks."""

import numpy as np

from gdlib.explore import pictures, tables, widgets
from gdlib.explore.ground import Ground
from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, ORANGE, RED


def secant(f, derivative=None, at=1.0, domain=None, h=1.0, h_range=None):
    """From secant to tangent: (f(a + h) − f(a)) / h beside f′(a), while h shrinks.

    Parameters
    ----------
    f, derivative : callable
        Of one number. `f` may be a 1-D `Landscape`; it brings its derivative and its domain.
    at : float
        a, where the tangent touches; inside the domain.
    domain : (low, high)
        What of the x axis is shown; (-4, 4) when None.
    h : float > 0
        Where the slider starts.
    h_range : (low, high), both > 0
        The ends of the slider; from 0.001 to the right end of the domain when None.

    Returns
    -------
    Explorer
        Slider: h (logarithmic).

    Raises
    ------
    ValueError
        An argument outside its range. Whatever f or derivative raises is raised.
    """
    ground = Ground.of(f, derivative, domain, 1)
    (left, right), at = ground.domain[0], tables.inside(at, ground.domain[0], "at")
    low, high = h_range or (1e-3, max(right - at, 0.1 * (right - left)))
    h = min(max(h, low), high)
    grid = tables.log_grid(low, high, h, "h_range")
    hs = np.array([float(f"{h:.3g}") for h in grid])  # as the slider shows them: its number, the words, the table agree
    height, slope = (float(tables.values_at(g, [at])[0]) for g in (ground.f, ground.gradient))
    far = tables.values_at(ground.f, at + hs)
    with np.errstate(all="ignore"):
        slopes = (far - height) / hs
        difference = abs(slopes - slope)
    table, layout = tables.pack(**ground.arrays, far=far, slopes=slopes, difference=difference)
    now = tables.nearest(hs, h)
    h = float(hs[now])
    spec = {
        "kind": "secant",
        "layout": layout,
        "hs": hs.tolist(),
        "at": at,
        "f": tables.finite(height),
        "slope": tables.finite(slope),
        "main": ground.axes,
        "side": pictures.axes(hs[[0, -1]], pictures.log_span(difference), "h", "|secant − tangent|", True, True),
        "initial": {"h": h},
        "play": pictures.play("h", float(grid[-1]), float(grid[0]), len(hs) - 1, log=True),
    }
    alt = (
        f"The curve f with its tangent at x = {at:g} (slope {slope:.4g}) and a secant to x = {at:g} + h; "
        f"at h = {h:.3g} the secant's slope is {slopes[now]:.4g}. "
        f"Beside it: the difference of the two slopes against h, on logarithmic axes."
    )

    def draw(main, side):
        ground.draw(main)
        drawing.straight(main, ground.domain[0], at, height, slope, GREEN, "--", label="tangent")
        drawing.straight(main, ground.domain[0], at, height, slopes[now], ORANGE, label="secant")
        main.plot([at, at + h], [height, far[now]], "o", color=RED)
        side.plot(hs, difference, color=BLUE)

    return widgets.explorer(spec, table, {"h": widgets.log_slider("step h", grid, h)}, draw, alt)
