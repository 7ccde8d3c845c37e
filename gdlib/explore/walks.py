"""A walk from a start: gradient descent and ascent, with the step size under the hand."""

import ipywidgets
import numpy as np

from gdlib.descent import gradient_ascent, gradient_descent
from gdlib.explore import pictures, tables, widgets
from gdlib.landscapes import Landscape
from gdlib.scale.many import sweep


def descent(
    f,
    gradient=None,
    init=None,
    domain=None,
    lr=None,
    eps=1e-3,
    T=50,
    ascent=False,
    lr_range=None,
    eps_range=None,
    T_max=None,
    init_range=None,
    L=None,
    mu=None,
    fit=None,
    names=("x", "y"),
):
    """Gradient descent (or ascent) under the hand: x ← x − lr · ∇f(x), until ‖∇f‖ ≤ eps or T updates are done.

    The path for every learning rate is computed once, by `gdlib.scale.many.sweep`, from your own `gradient`.

    Parameters
    ----------
    f, gradient : callable
        Of one number, or of a point of shape (2,). `f` may be a `Landscape`, which brings its
        gradient, its domain and, if it is a convex quadratic, L and mu.
    init : float or (2,)
        The start; a number draws a curve, a pair draws contours. A click on the picture sets a new one;
        that asks the kernel.
    domain : (low, high), or one such pair for each coordinate
        What is shown; from -4 to 4 when None.
    lr, eps, T : float > 0, float > 0, int >= 1
        Where the sliders start. lr is 0.1 when None, or 1/L where that is known and less.
    ascent : bool
        Walk uphill.
    lr_range, eps_range : (low, high), both > 0
        The ends of the logarithmic sliders; widened to hold `lr` and `eps`. When None: around the edge 2/L
        where L is known, else 0.001 to 1.2; and 1e-6 to 1.
    T_max : int
        The right end of the slider T; when None, 2·T, or as much of it as a saved notebook has room for.
    init_range : (low, high), or one pair for each coordinate
        Adds sliders for the start; moving one asks the kernel.
    L, mu : float > 0
        The largest and smallest curvature, where they are known: they bring the marks 1/L, 2/(L + μ), 2/L and
        the predicted number of steps.
    fit : (x, y), two arrays of shape (n,)
        Data that the line β₀ + β₁x is fitted to, where a point is (β₀, β₁): the picture beside the contours
        then shows them with the line at the start and now, in place of the norms.
    names : (str, str)
        What the data's axes are called.

    Returns
    -------
    Explorer
        Sliders: lr, T, eps, and those of `init_range`. Its `path()` is the walk shown, as a `gdlib.Path`.

    Raises
    ------
    ValueError
        An argument outside its range, or a T_max whose table is too large for a saved notebook.
        Whatever f or gradient raises is raised.
    """
    d = tables.dimension(f, init, domain)
    if fit is not None and d != 2:
        raise ValueError(f"fit needs a start of two coefficients, got init = {init!r}")
    if isinstance(f, Landscape) and f.hessian is not None and f.mu > 0 and gradient is None:
        L, mu = f.L if L is None else L, f.mu if mu is None else mu
    minima = f.minima if isinstance(f, Landscape) else ()
    name, coordinates = (f.name, f.coordinates) if isinstance(f, Landscape) else ("f", ("x", "y"))
    f, gradient, domain = tables.function_of(f, gradient, domain, d)
    init = tables.start_of(init, domain)
    T_max_given = T_max is not None
    T, T_max = tables.whole(T, "T"), tables.whole(T_max if T_max_given else 2 * T, "T_max")
    if T_max < T:
        raise ValueError(f"T_max must be at least T = {T}, got {T_max}")
    if lr is None:
        lr = 0.1 if L is None else min(0.1, 1 / L)
    if lr_range is None:
        lr_range = (1e-3, 1.2) if L is None else (0.02 / L, 2.6 / L)
    rates = tables.log_grid(min(lr, lr_range[0]), max(lr, lr_range[1]), lr, "lr_range")
    low, high = eps_range or (1e-6, 1.0)
    tolerances = tables.log_grid(min(eps, low), max(eps, high), eps, "eps_range", at_most=120)
    background = {} if fit is None else {"data": np.column_stack(fit)}
    if d == 1:
        curve_x, heights = tables.curve_of(f, domain[0])
        background["curve"] = np.column_stack([curve_x, heights])
    else:
        mesh, heights = tables.mesh_of(f, domain)
    known = None if ascent or not minima else min(float(f(np.squeeze(m))) for m in minima)

    def walk(start, rates, T_max):
        return sweep(gradient, start, rates, float(tolerances[0]), T_max, ascent=ascent)

    runs = walk(init, rates, T_max)
    stride, fitted = tables.fit(tables.stored(runs), T, T_max, T_max_given, room=tables.TABLE_BYTES // (4 * (d + 2)))
    if stride > 1 or fitted < T_max:
        rates, T_max = rates[np.abs(rates - lr).argmin() % stride :: stride], fitted
        runs = walk(init, rates, T_max)

    def state(start, runs):
        """The table and the part of the spec that depend on the start."""
        paths, reached = tables.ragged(runs, f)
        ends = reached[paths["offsets"][1:] - 1][runs.stop == "converged"]
        seen = np.concatenate([heights.ravel(), ends]) * (-1 if ascent else 1)
        best = known if known is not None else (-1 if ascent else 1) * min(seen[np.isfinite(seen)], default=0.0)
        bounded = known is not None or not falls_at_the_border(
            seen[: heights.size].reshape(heights.shape), seen[heights.size :]
        )
        with np.errstate(all="ignore"):
            gap = abs(reached - best) * np.where((reached > best) == ascent, -1.0, 1.0)
        table, layout = tables.pack(**background, points=paths["points"], norms=paths["norms"], gap=gap)
        first = max(paths["norms"][0], gap[0], 1e-3) if len(gap) else 1.0
        both = np.concatenate([paths["norms"], gap if bounded else []]).clip(None, 1e3 * first)
        return table, {
            "layout": layout,
            "offsets": paths["offsets"].tolist(),
            "steps": runs.steps.tolist(),
            "stop": runs.stop.tolist(),
            "init": np.atleast_1d(start).tolist(),
            "best": tables.finite(best),
            "bounded": bounded,  # is "f − lowest f" shown?
            "side": pictures.axes((0, T_max), pictures.log_span(both, floor=tolerances[0]), "step", "", logy=True)
            if fit is None
            else pictures.axes(*map(pictures.span, fit), *names),
        }

    table, changing = state(init, runs)
    spec = {
        "kind": "descent",
        "rates": rates.tolist(),
        "T_max": T_max,
        "ascent": bool(ascent),
        "L": tables.finite(L),
        "mu": tables.finite(mu),
        "main": pictures.axes(
            domain[0], pictures.span(heights) if d == 1 else domain[1], *(("x", "f(x)") if d == 1 else coordinates)
        ),
        "equal": d == 2 and fit is None,
        "fit": fit is not None,
        "click": True,
        "initial": {"lr": float(lr), "T": T, "eps": float(eps)},
        "play": {"trait": "T", "from": 0, "to": T_max, "count": T_max, "log": False},
        **changing,
    }
    view = widgets.View(spec=spec, table=table, image=pictures.background(mesh, heights) if d == 2 else b"")
    sliders = {
        "lr": widgets.log_slider("learning rate lr", rates, lr),
        "T": widgets.slider(ipywidgets.IntSlider, "updates T", T, min=0, max=T_max),
        "eps": widgets.log_slider("tolerance eps", tolerances, eps),
    }
    if init_range is not None:
        pairs = [init_range] if d == 1 else init_range
        for i, (value, ends) in enumerate(zip(np.atleast_1d(init), pairs, strict=True)):
            low, high = min(ends[0], value), max(ends[1], value)
            label = "start" if d == 1 else f"start {coordinates[i]}"
            sliders[f"init{i}"] = widgets.slider(
                ipywidgets.FloatSlider,
                label,
                float(value),
                min=low,
                max=high,
                step=tables.nice((high - low) / 100),
                readout_format=".4g",
            )
    run = (gradient_ascent if ascent else gradient_descent)(gradient, init, lr, eps, T)
    way = "ascent" if ascent else "descent"
    ends = {"converged": "converges", "exhausted": "is out of steps", "diverged": "diverges"}[run.stop]
    alt = (
        f"Gradient {way} on {name} from {pictures.point_words(init)} with lr = {lr:g}, T = {T}, eps = {eps:g}: "
        f"it {ends} after {run.steps} step{'s' * (run.steps != 1)} at {pictures.point_words(run.final)}, where |gradient| = {run.norms[-1]:.3g}. "
        f"Left: the path on {'the curve' if d == 1 else 'the contours'}. "
        f"Right: {'|gradient| at each step, logarithmic' if fit is None else 'the data, with the line at the end'}."
    )

    def picture(main, side):
        if d == 1:
            main.plot(curve_x, heights, color=pictures.BLUE)
            main.plot(run.points, tables.values_at(f, run.points), "o-", color=pictures.RED)
        else:
            pictures.underlay(main, view.image, domain)
            main.plot(*run.points.T, "o-", color="white", markeredgecolor=pictures.RED)
        if fit is not None:
            side.plot(*fit, "o", color=pictures.BLUE, markersize=4)
            ends = np.array(spec["side"]["x"])
            side.plot(ends, run.final[0] + run.final[1] * ends, color=pictures.RED)
            return
        side.plot(run.norms, color=pictures.ORANGE)
        side.axhline(eps, color=pictures.GREEN, ls="--", label="eps")
        side.set_ylabel("|gradient|")

    explorer = widgets.Explorer(view, sliders, pictures.picture_of(spec, picture), alt)

    starts = [widget for key, widget in sliders.items() if key.startswith("init")]

    def restart(point):
        start = tables.start_of(point[:d], domain)
        for widget, value in zip(starts, point, strict=False):  # after a click the sliders follow
            widget.value = value
        return state(start, walk(start, rates, T_max))

    answer = view.on_start(restart)
    for widget in starts:
        widget.observe(lambda change: answer([widget.value for widget in starts]), "value")

    def path():
        """The walk at the sliders' values, as `gradient_descent` gives it."""
        start = view.spec["init"]
        walker = gradient_ascent if ascent else gradient_descent
        return walker(gradient, start[0] if d == 1 else start, view.lr, view.eps, max(view.T, 1))

    explorer.path = path
    return explorer


def falls_at_the_border(heights, ends):
    """Is the lowest place of the domain on its border, below all that converged? Then "f − lowest f" would measure from there.

    >>> x = np.linspace(-2.2, 2.2, 221)
    >>> falls_at_the_border(x**3 - 3 * x, ends=[-2.0]), falls_at_the_border(x**2, ends=[1e-12])
    (True, False)
    """
    inner = heights[(slice(1, -1),) * heights.ndim]
    edge, inside = heights.copy(), np.append(inner, ends)
    edge[(slice(1, -1),) * heights.ndim] = np.nan
    edge, inside = edge[np.isfinite(edge)], inside[np.isfinite(inside)]
    if not edge.size or not inside.size:
        return False
    return bool(edge.min() < inside.min() - 1e-6 * (max(edge.max(), inside.max()) - edge.min()))
