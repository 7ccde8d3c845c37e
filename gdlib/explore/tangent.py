"""A tangent that slides along its curve."""

import ipywidgets
import numpy as np

from gdlib.explore import pictures, tables, widgets
from gdlib.explore.ground import Ground
from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, RED


def tangent(f, derivative=None, domain=None, at=None):
    """The tangent line at (x, f(x)), its slope f′(x), and in words whether f rises, falls or is level there.

    Parameters
    ----------
    f, derivative, domain
        As for `secant`.
    at : float
        Where the slider starts; the middle of the domain's right half when None.

    Returns
    -------
    Explorer
        Slider: x. A click on the picture moves it too.
    """
    ground = Ground.of(f, derivative, domain, 1)
    left, right = domain = ground.domain[0]
    at = tables.inside((left + 3 * right) / 4 if at is None else at, domain, "at")
    xs = tables.linear_grid(domain, 180)
    height, slope = tables.values_at(ground.f, xs), tables.values_at(ground.gradient, xs)
    table, layout = tables.pack(**ground.arrays, xs=xs, height=height, slope=slope)
    now = int(abs(xs - at).argmin())
    start = float(xs[now])
    spec = {
        "kind": "tangent",
        "layout": layout,
        "main": ground.axes,
        "side": pictures.axes(domain, pictures.span(slope), "x", "slope f′(x)"),
        "initial": {"x": start},
        "play": pictures.play("x", float(xs[0]), float(xs[-1]), len(xs) - 1),
    }
    step = tables.nice((xs[-1] - xs[0]) / (len(xs) - 1) * (1 - 1e-6))
    ends = {"min": xs[0], "max": xs[-1], "step": step, "readout_format": decimals(step)}
    sliders = {"x": widgets.slider(ipywidgets.FloatSlider, "x", start, **ends)}
    alt = (
        f"The curve f with its tangent at x = {start:g}, where the slope is {slope[now]:.4g}. "
        f"Beside it: the slope f′(x) at every x."
    )

    def draw(main, side):
        ground.draw(main)
        drawing.straight(main, domain, start, height[now], slope[now], GREEN)
        main.plot(start, height[now], "o", color=RED)
        drawing.curve(side, xs, slope, BLUE)
        side.plot(start, slope[now], "o", color=RED)

    return widgets.explorer(spec, table, sliders, draw, alt)


def decimals(step):
    """The format of a slider's readout, with the decimals of its step: a multiple of the step is shown as it is.

    >>> decimals(0.025), decimals(0.1), decimals(250.0)
    ('.3f', '.1f', '.0f')
    """
    places = (k for k in range(12) if np.isclose(step * 10**k, round(step * 10**k), rtol=1e-6, atol=0))
    return f".{next(places, 12)}f"
