"""The direction dial: how steep is it that way?"""

import math

import ipywidgets
import numpy as np

from gdlib.explore import pictures, tables, widgets
from gdlib.explore.ground import Ground
from gdlib.figures import drawing
from gdlib.figures.style import BLUE, RED

ANGLES = np.arange(0, 361.0)


def direction(f, gradient=None, at=None, domain=None, angle=0.0):
    """How steep is it that way? The slope along a direction u, ∇f·u = ‖∇f‖ cos(angle between them), on the contours.

    Parameters
    ----------
    f, gradient : callable
        Of a point of shape (2,); `f` may be a 2-D `Landscape`. The slopes are central differences of f,
        so that they check the gradient and do not use it.
    at : (2,)
        The point. A click on the contours sets a new one; that asks the kernel.
    domain : two pairs (low, high)
    angle : float, in degrees
        Where the slider starts; 0 points along the first coordinate (east), 90 along the second (north).

    Returns
    -------
    Explorer
        Slider: angle.
    """
    ground = Ground.of(f, gradient, domain, 2)
    if at is None:
        at = [low + part * (high - low) for part, (low, high) in zip((0.3, 0.65), ground.domain, strict=True)]
    at = tables.start_of(at, ground.domain)
    slope, slopes = measured(ground, at)
    table, changing = state(at, slope, slopes)
    spec = {
        "kind": "direction",
        "main": ground.axes,
        "equal": True,
        "click": True,
        "initial": {"angle": float(angle)},
        "play": pictures.play("angle", 0.0, 360.0, 180),
        **changing,
    }
    ends = {"min": 0, "max": 360, "step": 1, "readout_format": ".0f"}
    sliders = {"angle": widgets.slider(ipywidgets.FloatSlider, "direction (°)", float(angle), **ends)}
    steepest = math.degrees(math.atan2(slope[1], slope[0])) % 360
    here = float(slopes[abs(ANGLES - angle).argmin()])
    alt = (
        f"Contours of {ground.name} with the point {pictures.point_words(at)}: "
        f"the gradient there points to {steepest:.0f} degrees and has length {math.hypot(*slope):.4g}; "
        f"in the direction {angle:g} degrees the slope is {here:.4g}. "
        f"Beside it: the slope in every direction, a cosine."
    )

    def draw(main, side):
        ground.draw(main)
        for degrees, colour, label in ((steepest, RED, "gradient"), (angle, "black", f"{angle:g}°")):
            way = 0.22 * np.ptp(ground.domain[0]) * unit(degrees)
            drawing.arrow(main, at, at + way, colour)
            drawing.name(main, label, at + 1.25 * way, color=colour, ha="center", va="center", fontweight="bold")
        drawing.curve(side, ANGLES, slopes, BLUE)
        side.plot(angle, here, "o", color="white", markeredgecolor="black", markersize=9)

    def restart(point):
        start = tables.start_of(point, ground.domain)
        return state(start, *measured(ground, start))

    made = widgets.explorer(spec, table, sliders, draw, alt, ground.image)
    made.view.on_start(restart)
    return made


def unit(degrees):
    """The step of length 1 that way: (2, ...)."""
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])


def measured(ground, at):
    """The gradient at a point, (2,), and the slope of f in every direction, (361,)."""
    slope = np.asarray(ground.gradient(np.array(at)), dtype=float)
    if slope.shape != (2,):
        raise ValueError(f"gradient must return shape (2,), it returned shape {slope.shape}")
    reach = 1e-5 * max(high - low for low, high in ground.domain)
    way = reach * unit(ANGLES)
    ahead, behind = (tables.values_at(ground.f, (np.array(at)[:, None] + sign * way).T) for sign in (1, -1))
    with np.errstate(all="ignore"):
        return slope, (ahead - behind) / (2 * reach)


def state(at, slope, slopes):
    """The table, and the part of the spec that depends on the point."""
    table, layout = tables.pack(slopes=slopes, gradient=slope)
    side = pictures.axes((0, 360), pictures.span(np.append(slopes, 0.0)), "direction (°)", "slope that way")
    return table, {"layout": layout, "init": np.asarray(at, dtype=float).tolist(), "side": side | {"every": 90}}
