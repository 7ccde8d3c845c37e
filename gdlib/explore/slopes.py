"""One point, and how steep it is there: secant and tangent on a curve, the direction dial on contours."""

import math

import ipywidgets
import numpy as np

from gdlib.explore import pictures, tables, widgets
from gdlib.landscapes import Landscape


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
    f, derivative, (domain,) = tables.function_of(f, derivative, domain, 1)
    at = tables.inside(at, domain, "at")
    low, high = h_range or (1e-3, max(domain[1] - at, 0.1 * (domain[1] - domain[0])))
    grid = tables.log_grid(low, high, min(max(h, low), high), "h_range")
    hs = np.array([float(f"{h:.3g}") for h in grid])  # as the slider shows them: its number, the words, the table agree
    curve_x, curve_y = tables.curve_of(f, domain)
    fa, slope = float(tables.values_at(f, [at])[0]), float(tables.values_at(derivative, [at])[0])
    far = tables.values_at(f, at + hs)
    with np.errstate(all="ignore"):
        slopes = (far - fa) / hs
        difference = abs(slopes - slope)
    table, layout = tables.pack(
        curve=np.column_stack([curve_x, curve_y]), far=far, slopes=slopes, difference=difference
    )
    start = float(hs[np.abs(np.log(hs / min(max(h, low), high))).argmin()])
    spec = {
        "kind": "secant",
        "layout": layout,
        "hs": hs.tolist(),
        "at": at,
        "f": tables.finite(fa),
        "slope": tables.finite(slope),
        "main": pictures.axes(domain, pictures.span(curve_y), "x", "f(x)"),
        "side": pictures.axes(
            (hs[0], hs[-1]), pictures.log_span(difference), "h", "|secant − tangent|", logx=True, logy=True
        ),
        "initial": {"h": start},
        "play": {"trait": "h", "from": float(grid[-1]), "to": float(grid[0]), "count": len(hs) - 1, "log": True},
    }
    slider = widgets.log_slider("step h", grid, start)
    alt = (
        f"The curve f with its tangent at x = {at:g} (slope {slope:.4g}) and a secant to x = {at:g} + h; "
        f"at h = {start:.3g} the secant's slope is {tables.at_nearest(hs, slopes, start):.4g}. "
        f"Beside it: the difference of the two slopes against h, on logarithmic axes."
    )

    def picture(main, side):
        main.plot(curve_x, curve_y, color=pictures.BLUE)
        near = np.array(domain)
        main.plot(near, fa + slope * (near - at), color=pictures.GREEN, label="tangent")
        main.plot(near, fa + tables.at_nearest(hs, slopes, start) * (near - at), color=pictures.ORANGE, label="secant")
        main.plot([at, at + start], [fa, tables.at_nearest(hs, far, start)], "o", color=pictures.RED)
        side.plot(hs, difference, color=pictures.BLUE)

    return widgets.Explorer(
        widgets.View(spec=spec, table=table), {"h": slider}, pictures.picture_of(spec, picture), alt
    )


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
    f, derivative, (domain,) = tables.function_of(f, derivative, domain, 1)
    at = tables.inside((domain[0] + 3 * domain[1]) / 4 if at is None else at, domain, "at")
    xs = tables.linear_grid(domain, 180)
    curve_x, curve_y = tables.curve_of(f, domain)
    height, slope = tables.values_at(f, xs), tables.values_at(derivative, xs)
    table, layout = tables.pack(curve=np.column_stack([curve_x, curve_y]), xs=xs, height=height, slope=slope)
    start = float(xs[abs(xs - at).argmin()])
    spec = {
        "kind": "tangent",
        "layout": layout,
        "main": pictures.axes(domain, pictures.span(curve_y), "x", "f(x)"),
        "side": pictures.axes(domain, pictures.span(slope), "x", "slope f′(x)"),
        "initial": {"x": start},
        "play": {"trait": "x", "from": float(xs[0]), "to": float(xs[-1]), "count": len(xs) - 1, "log": False},
    }
    step = tables.nice((xs[-1] - xs[0]) / (len(xs) - 1) * (1 - 1e-6))
    slider = widgets.slider(
        ipywidgets.FloatSlider, "x", start, min=xs[0], max=xs[-1], step=step, readout_format=tables.decimals(step)
    )
    alt = (
        f"The curve f with its tangent at x = {start:g}, where the slope is {tables.at_nearest(xs, slope, start):.4g}. "
        f"Beside it: the slope f′(x) at every x."
    )

    def picture(main, side):
        main.plot(curve_x, curve_y, color=pictures.BLUE)
        main.plot(
            domain,
            tables.at_nearest(xs, height, start) + tables.at_nearest(xs, slope, start) * (np.array(domain) - start),
            color=pictures.GREEN,
        )
        main.plot(start, tables.at_nearest(xs, height, start), "o", color=pictures.RED)
        side.plot(xs, slope, color=pictures.BLUE)
        side.plot(start, tables.at_nearest(xs, slope, start), "o", color=pictures.RED)

    return widgets.Explorer(
        widgets.View(spec=spec, table=table), {"x": slider}, pictures.picture_of(spec, picture), alt
    )


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
    name, coordinates = (f.name, f.coordinates) if isinstance(f, Landscape) else ("f", ("x", "y"))
    f, gradient, domain = tables.function_of(f, gradient, domain, 2)
    if at is None:
        at = [low + part * (high - low) for part, (low, high) in zip((0.3, 0.65), domain, strict=True)]
    at = tables.start_of(at, domain)
    mesh, heights = tables.mesh_of(f, domain)
    angles = np.arange(0, 361.0, 1.0)
    reach = 1e-5 * max(high - low for low, high in domain)

    def state(at):
        slope = np.asarray(gradient(np.array(at)), dtype=float)
        if slope.shape != (2,):
            raise ValueError(f"gradient must return shape (2,), it returned shape {slope.shape}")
        way = reach * np.array([np.cos(np.radians(angles)), np.sin(np.radians(angles))])
        ahead, behind = (tables.values_at(f, (np.array(at)[:, None] + sign * way).T) for sign in (1, -1))
        with np.errstate(all="ignore"):
            slopes = (ahead - behind) / (2 * reach)
        table, layout = tables.pack(slopes=slopes, gradient=slope)
        return (
            slopes,
            slope,
            table,
            {
                "layout": layout,
                "init": np.asarray(at, dtype=float).tolist(),
                "side": pictures.axes(
                    (0, 360), pictures.span(np.append(slopes, 0.0)), "direction (°)", "slope that way"
                )
                | {"every": 90},
            },
        )

    slopes, slope, table, changing = state(at)
    spec = {
        "kind": "direction",
        "main": pictures.axes(*domain, *coordinates),
        "equal": True,
        "click": True,
        "initial": {"angle": float(angle)},
        "play": {"trait": "angle", "from": 0.0, "to": 360.0, "count": 180, "log": False},
        **changing,
    }
    view = widgets.View(spec=spec, table=table, image=pictures.background(mesh, heights))
    slider = widgets.slider(
        ipywidgets.FloatSlider, "direction (°)", float(angle), min=0, max=360, step=1, readout_format=".0f"
    )
    steepest = math.degrees(math.atan2(slope[1], slope[0])) % 360
    alt = (
        f"Contours of {name} with the point {pictures.point_words(at)}: the gradient there points to {steepest:.0f} degrees and has length "
        f"{math.hypot(*slope):.4g}; in the direction {angle:g} degrees the slope is {tables.at_nearest(angles, slopes, angle):.4g}. "
        f"Beside it: the slope in every direction, a cosine."
    )

    def picture(main, side):
        pictures.underlay(main, view.image, domain)
        length = 0.22 * (domain[0][1] - domain[0][0])
        for degrees, colour, label in ((steepest, pictures.RED, "gradient"), (angle, "white", f"{angle:g}°")):
            way = length * np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))])
            main.annotate("", at + way, tuple(at), arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 3})
            box = {
                "facecolor": "black" if colour == "white" else "white",
                "alpha": 0.7,
                "edgecolor": "none",
                "pad": 1.5,
            }
            main.annotate(label, at + 1.2 * way, color=colour, ha="center", va="center", fontweight="bold", bbox=box)
        side.plot(angles, slopes, color=pictures.BLUE)
        side.plot(
            angle, tables.at_nearest(angles, slopes, angle), "o", color="white", markeredgecolor="black", markersize=9
        )

    view.on_start(lambda point: state(tables.start_of(point, domain))[2:])
    return widgets.Explorer(view, {"angle": slider}, pictures.picture_of(spec, picture), alt)
