"""How steep is it? A secant that turns into the tangent, a tangent that slides, and a dial of directions."""

import math

import numpy as np

from gdlib.explore import pictures, tables, widgets
from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, ORANGE, RED
from gdlib.words import say

ANGLES = np.arange(0, 361.0)


def secant(f, derivative=None, at=1.0, domain=None, h=1.0, h_range=None):
    """From secant to tangent: (f(a + h) − f(a)) / h beside f′(a), while h shrinks, on a logarithmic slider.

    `f` and `derivative` (f's own when None) take one number and are formulas: operators and NumPy's functions; a 1-D
    `Landscape` brings its derivative and its domain. `at` is a, inside the `domain` (low, high), which is (-4, 4) when
    None. The slider starts at `h` and goes over `h_range`, (low, high), both > 0; from 0.001 to the right end of the
    domain when None. ValueError or TypeError for an argument outside its range, or a function that is no formula;
    whatever f or derivative raises is raised.
    """
    ground = pictures.Ground.of(f, derivative, domain, 1)
    (left, right), at = ground.domain[0], inside(ground, at)
    low, high = h_range or (1e-3, max(right - at, 0.1 * (right - left)))
    h = min(max(h, low), high)
    grid = tables.log_grid((low, high), h, "h_range")
    hs = np.array([float(f"{h:.3g}") for h in grid])  # as the slider shows them: its number, the words, the table agree
    height, slope = (float(tables.values_at(g, [at])[0]) for g in (ground.f, ground.gradient))
    far = tables.values_at(ground.f, at + hs)
    with np.errstate(all="ignore"):
        slopes = (far - height) / hs
        difference = abs(slopes - slope)
    now = tables.nearest(hs, h)
    h = float(hs[now])
    subject, arrays = ground.subject
    spec = {
        "kind": "secant",
        "subject": subject,
        "hs": hs[[0, -1]].tolist(),
        "main": ground.axes,
        "side": pictures.axes(hs[[0, -1]], pictures.log_span(difference), "h", say("|secant − tangent|"), True, True),
        "play": pictures.play("h", float(grid[-1]), float(grid[0]), len(hs) - 1, log=True),
    }
    alt = say(
        "The curve f with its tangent at x = {at:g} (slope {slope:.4g}) and a secant to x = {at:g} + h; "
        "at h = {h:.3g} the secant's slope is {now:.4g}. "
        "Beside it: the difference of the two slopes against h, on logarithmic axes.",
        **{"at": at, "slope": slope, "h": h, "now": slopes[now]},
    )

    def draw(main, side):
        ground.draw(main)
        drawing.straight(main, ground.domain[0], at, height, slope, GREEN, "--", label=say("tangent"))
        drawing.straight(main, ground.domain[0], at, height, slopes[now], ORANGE, label=say("secant"))
        main.plot([at, at + h], [height, far[now]], "o", color=RED)
        side.plot(hs, difference, color=BLUE)

    sliders = {"h": widgets.log_slider(say("step h"), grid, h)}
    return widgets.Explorer(spec, arrays, sliders, draw, alt, state=tables.state(at))


def tangent(f, derivative=None, domain=None, at=None):
    """The tangent line at (x, f(x)), its slope f′(x), and in words whether f rises, falls or is level there.
    The arguments are those of `secant`; the slider x starts at `at`, the middle of the domain's right half when None."""
    ground = pictures.Ground.of(f, derivative, domain, 1)
    xs, step = round_grid(ground.domain[0], 180)
    height, slope = tables.values_at(ground.f, xs), tables.values_at(ground.gradient, xs)
    now = int(abs(xs - (ground.within(0.75)[0] if at is None else inside(ground, at))).argmin())
    start = float(xs[now])
    subject, arrays = ground.subject
    spec = {
        "kind": "tangent",
        "subject": subject,
        "main": ground.axes,
        "side": pictures.axes(ground.domain[0], pictures.span(slope), "x", say("slope f′(x)")),
        "play": pictures.play("x", float(xs[0]), float(xs[-1]), len(xs) - 1),
    }
    sliders = {"x": widgets.even_slider("x", start, xs[0], xs[-1], step)}
    alt = say(
        "The curve f with its tangent at x = {start:g}, where the slope is {slope:.4g}. Beside it: the slope f′(x) at every x.",
        start=start,
        slope=slope[now],
    )

    def draw(main, side):
        ground.draw(main)
        drawing.straight(main, ground.domain[0], start, height[now], slope[now], GREEN)
        main.plot(start, height[now], "o", color=RED)
        drawing.curve(side, xs, slope, BLUE)
        side.plot(start, slope[now], "o", color=RED)

    return widgets.Explorer(spec, arrays, sliders, draw, alt, state={"formula": ""})


def inside(ground, at):
    """A float in the domain."""
    at = float(at)
    if not ground.domain[0][0] <= at <= ground.domain[0][1]:
        raise ValueError(f"at must lie in the domain {ground.domain[0]}, got {at!r}")
    return at


def round_grid(domain, most):
    """At most so many values from the left end of the domain on, and their step, which is 1, 2, 2.5 or 5 × 10ⁿ.

    >>> round_grid((-1, 1), 10)
    (array([-1.  , -0.75, -0.5 , -0.25,  0.  ,  0.25,  0.5 ,  0.75,  1.  ]), 0.25)
    """
    low, high = domain
    least = (high - low) / (most - 1)
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= least * (1 - 1e-9))
    values = low + step * np.arange(math.floor((high - low) / step + 1e-9) + 1)
    return np.round(values, 9 - math.floor(math.log10(step))) + 0.0, step  # 0 is 0, and not −8e-15


def direction(f, gradient=None, at=None, domain=None, angle=0.0):
    """How steep is it that way? The slope along a direction u, ∇f·u = ‖∇f‖ cos(angle between them), on the contours.

    `f` and `gradient` (f's own when None) take a point (2,) and are formulas, or a 2-D `Landscape`, which brings its
    gradient and its `domain`, two pairs (low, high). The slopes are central differences of f, so that they check the
    gradient and do not use it. The slider starts at `angle`, in degrees: 0 points along the first coordinate (east), 90
    along the second (north).
    """
    ground = pictures.Ground.of(f, gradient, domain, 2)
    at = tables.start_of(ground.within(0.3, 0.65) if at is None else at, ground.domain)
    slopes, gradient = measured(ground, at)
    subject, arrays = ground.subject
    spec = {
        "kind": "direction",
        "subject": subject,
        "main": ground.axes,
        "side": pictures.axes((0, 360), pictures.span([*slopes, 0]), say("direction (°)"), say("slope that way"))
        | {"every": 90},
        "equal": True,
        "play": pictures.play("angle", 0.0, 360.0, 180),
    }
    sliders = {"angle": widgets.even_slider(say("direction (°)"), float(angle), 0, 360, 1)}
    steepest = math.degrees(math.atan2(*gradient[::-1])) % 360
    here = float(slopes[abs(ANGLES - angle).argmin()])
    alt = say(
        "Contours of {name} with the point {point}: the gradient there points to {steepest:.0f} degrees and has length "
        "{length:.4g}; in the direction {angle:g} degrees the slope is {here:.4g}. "
        "Beside it: the slope in every direction, a cosine.",
        **{"name": ground.name, "point": pictures.point_words(at), "steepest": steepest, "angle": angle, "here": here},
        length=math.hypot(*gradient),
    )

    def draw(main, side):
        ground.draw(main)
        for degrees, colour, label in ((steepest, RED, say("gradient")), (angle, "black", f"{angle:g}°")):
            way = 0.22 * np.ptp(ground.domain[0]) * unit(degrees)
            drawing.arrow(main, at, at + way, colour)
            drawing.name(main, label, at + 1.25 * way, color=colour, ha="center", va="center", fontweight="bold")
        side.set_xticks(range(0, 361, 90))
        drawing.curve(side, ANGLES, slopes, BLUE)
        side.plot(angle, here, "o", color="white", markeredgecolor="black", markersize=9)

    return widgets.Explorer(spec, arrays, sliders, draw, alt, state=tables.state(at))


def unit(degrees):
    """The step of length 1 that way: (2, ...)."""
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])


def measured(ground, at):
    """The slope of f in every direction, (361,), and the gradient, (2,), at a point."""
    with np.errstate(all="ignore"):
        gradient = np.asarray(ground.gradient(at.copy()), dtype=float)
    if gradient.shape != (2,):
        raise ValueError(f"gradient must return shape (2,), it returned shape {gradient.shape}")
    reach = 1e-5 * np.ptp(ground.domain, axis=1).max()
    ahead, behind = (tables.values_at(ground.f, at + sign * reach * unit(ANGLES).T) for sign in (1, -1))
    with np.errstate(all="ignore"):
        return (ahead - behind) / (2 * reach), gradient
