"""Objectives made of data: the line under the hand, losses side by side, and walks by mini-batches."""

from itertools import islice

import ipywidgets
import numpy as np

from gdlib.descent import gradient_descent
from gdlib.explore import pictures, tables, widgets
from gdlib.explore.walks import descent
from gdlib.landscapes import Landscape
from gdlib.minibatch import batches
from gdlib.minibatch import sgd as walk_by_batches
from gdlib.regression import LeastSquares
from gdlib.scale.many import sweep


def regression(
    X, y, scale="half-sum", init=(0.0, 0.0), lr=None, T=50, eps=1e-3, lr_range=None, T_max=None, names=("x", "y")
):
    """Fit a line by gradient descent: the path on the loss over (β₀, β₁), and beside it the line on the data.

    Parameters
    ----------
    X : (n, 2) array
        A column of ones and one feature.
    y : (n,) array
    scale : str
        As for `gdlib.LeastSquares`.
    init, lr, T, eps, lr_range, T_max
        As for `descent`; a click on the loss sets a new start, which asks the kernel.
    names : (str, str)
        What the feature and the target are called, with their units.

    Returns
    -------
    Explorer
        Sliders: lr, T, eps. Marks 1/L, 2/(L + μ), 2/L where the scale is a square.
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or X.shape[1] != 2 or not (X[:, 0] == 1).all():
        raise ValueError(f"X must have shape (n, 2), its first column ones, got shape {X.shape}")
    loss = LeastSquares(X, y, scale)
    best, init = loss.solve(), tables.start_of(init, [(-1, 1)] * 2)
    square = scale not in ("norm", "rms")
    seen = [init, best]
    if square:  # what a walk without overshoot passes shall be in the picture
        seen = [*gradient_descent(loss.gradient, init, 1 / loss.L, 0.0, tables.whole(T, "T")).points, best]
    low, high = np.min(seen, axis=0), np.max(seen, axis=0)
    margin = 0.3 * (high - low) + 0.05 * np.hypot(*best) + 1e-9
    landscape = Landscape(
        f"the {scale} loss", loss, loss.gradient, tuple(map(tuple, np.column_stack([low - margin, high + margin]))),
        (best,), loss.hessian() if square else None, ("β₀", "β₁"),
    )  # fmt: skip
    rates = {"lr": lr, "lr_range": lr_range}
    if not square:  # without L: from a step of a thousandth of the way to one of twice the way
        way = np.linalg.norm(init - best) / np.linalg.norm(loss.gradient(init))
        rates = {"lr": way / 10 if lr is None else lr, "lr_range": lr_range or (way / 1000, 2 * way)}
    return descent(landscape, init=init, T=T, eps=eps, T_max=T_max, fit=(X[:, 1], y), names=names, **rates)


def losses(X, y, init=None, lr=None, T=100, scales=("half-sum", "sum", "half-mean", "mean")):
    """One learning rate for several scales of the same loss: the distance to the solution at each step.

    Parameters
    ----------
    X, y : (n, d) and (n,) arrays
    init : (d,) array
        The start; 0 when None.
    lr : float > 0
        Where the slider starts; half of the smallest edge 2/L when None.
    T : int >= 1
        Where the slider T starts, and its right end.
    scales : sequence of str, at most 6
        Squares, as for `gdlib.LeastSquares`.

    Returns
    -------
    Explorer
        Sliders: lr, T. Beside the curves: the distance after T steps against lr, with each edge 2/L.
    """
    T = tables.whole(T, "T")
    all_of_them = [LeastSquares(X, y, scale) for scale in scales]
    best, edges = all_of_them[0].solve(), np.array([loss.max_lr for loss in all_of_them])
    start = np.zeros(len(best)) if init is None else np.asarray(init, dtype=float)
    lr = float(edges.min() / 2 if lr is None else lr)
    room = max(8, tables.TABLE_BYTES // (4 * len(scales) * (T + 1)))
    rates = tables.log_grid(min(lr, edges.min() / 20), max(lr, 1.6 * edges.max()), lr, "lr", at_most=min(64, room))
    far = np.full((len(scales), len(rates), T + 1), np.inf)
    for k, loss in enumerate(all_of_them):
        runs = sweep(loss.gradient, start, rates, 0.0, T)
        with np.errstate(over="ignore"):
            away = np.linalg.norm(runs.points - best, axis=2)
        walked = np.arange(T + 1) <= runs.steps[:, None]
        far[k][walked] = away[walked]
        for i in np.flatnonzero(runs.stop != "diverged"):  # a walk that has arrived stays there
            far[k, i, runs.steps[i] :] = away[i, runs.steps[i]]
    table, layout = tables.pack(distance=np.minimum(far, tables.FARTHEST))
    first = max(np.linalg.norm(start - best), 1e-9)
    heights = pictures.log_span(far[np.isfinite(far)].clip(1e-9 * first, 30 * first))
    spec = {
        "kind": "losses",
        "layout": layout,
        "names": list(scales),
        "edges": edges.tolist(),
        "rates": rates.tolist(),
        "T_max": T,
        "main": pictures.axes((0, T), heights, "step", "distance to the solution", logy=True),
        "side": pictures.axes(
            (rates[0], rates[-1]), heights, "learning rate lr", "that distance after T", logx=True, logy=True
        ),
        "initial": {"lr": lr, "T": T},
        "play": {"trait": "lr", "from": float(rates[0]), "to": float(rates[-1]), "count": len(rates) - 1, "log": True},
    }
    sliders = {
        "lr": widgets.log_slider("learning rate lr", rates, lr),
        "T": widgets.slider(ipywidgets.IntSlider, "updates T", T, min=0, max=T),
    }
    now = int(abs(np.log(rates / lr)).argmin())
    said = "; ".join(
        f"{name} {'below' if lr < edge else 'above'} its edge {edge:.3g}, {ends:.3g} from the solution"
        for name, edge, ends in zip(scales, edges, far[:, now, -1], strict=True)
    )
    alt = f"Gradient descent with lr = {lr:.3g} on {len(scales)} scales of one loss, after {T} steps: {said}. Beside it: that distance against lr."

    def picture(main, side):
        for k, name in enumerate(scales):
            colour = pictures.SHADES[k]
            main.plot(far[k, now], color=colour, label=name)
            side.plot(rates, far[k, :, -1], color=colour)
            side.axvline(edges[k], color=colour, ls=":")

    return widgets.Explorer(widgets.View(spec=spec, table=table), sliders, pictures.picture_of(spec, picture), alt)


def sgd(loss, init, lr=0.1, T=60, batch_sizes=(1, 4, 16), seeds=(0, 1, 2), domain=None, lr_range=None):
    """Walk by mini-batches on the loss of two coefficients: the path, and the loss of all data at each step.

    Parameters
    ----------
    loss : gdlib.LeastSquares with d = 2, or anything with n, gradient(x, rows), solve() and values at (2, ...) points
    init : (2,)
    lr : float > 0
    T : int >= 1
        Where the slider T starts, and its right end.
    batch_sizes : sequence of int, 1 to n
    seeds : sequence of int
        Each shuffles the data in its own way.
    domain : two pairs (low, high)
        What is shown; around the start and the minimum when None.
    lr_range : (low, high), both > 0
        A twentieth to four times of lr when None.

    Returns
    -------
    Explorer
        Sliders: lr, T, batch size, seed. As many rates as the table has room for.
    """
    T, best = tables.whole(T, "T"), np.asarray(loss.solve(), dtype=float)
    start = tables.start_of(init, [(-1, 1)] * 2)
    if domain is None:
        reach = 1.25 * np.maximum(abs(start - best), 0.05 * np.hypot(*best) + 1e-9)
        domain = np.column_stack([best - reach, best + reach])
    _, _, domain = tables.function_of(loss, loss.gradient, domain, 2)
    rates, walks, steps = _walks(loss, start, lr, lr_range, T, batch_sizes, seeds, width=3)
    mesh, heights = tables.mesh_of(loss, domain)
    gap = tables.values_at(loss, walks.reshape(-1, 2)).reshape(walks.shape[:-1]) - loss(best)
    table, layout = tables.pack(points=walks, gap=gap)
    spec = {
        "kind": "sgd",
        "layout": layout,
        "init": start.tolist(),
        "main": pictures.axes(*domain, "β₀", "β₁"),
        "side": pictures.axes((0, T), pictures.log_span(gap[gap < 1e3 * gap.flat[0]], floor=1e-7 * gap.flat[0]), "step", "", logy=True),
        **_by_batches(loss, rates, steps, lr, T, batch_sizes, seeds),
    }  # fmt: skip
    view = widgets.View(spec=spec, table=table, image=pictures.background(mesh, heights))
    shown = walks[int(abs(rates - lr).argmin()), 0, 0]
    alt = (
        f"A walk with batches of {batch_sizes[0]} on the contours of the loss of all {loss.n} rows, lr = {lr:g}: after {T} steps "
        f"it is at {pictures.point_words(shown[-1])}. Beside it: the loss of all data above its minimum, at each step."
    )

    def picture(main, side):
        pictures.underlay(main, view.image, domain)
        main.plot(*shown.T, "o-", color="white", markeredgecolor=pictures.RED)
        side.plot(gap[int(abs(rates - lr).argmin()), 0, 0], color=pictures.BLUE)

    return widgets.Explorer(view, _sliders(rates, lr, T, batch_sizes, seeds), pictures.picture_of(spec, picture), alt)


def batch_landscapes(fit, init, lr=0.1, T=30, batch_sizes=(1, 4, 16), seeds=(0, 1), domain=None, lr_range=None):
    """Every batch has its own objective: drawn over the objective of all data, from step to step.

    Parameters
    ----------
    fit : an objective of one number with n, fit(x, rows) and gradient(x, rows), such as `gdlib.minibatch.SineFit`
    init : float
    lr, T, batch_sizes, seeds, lr_range
        As for `sgd`.
    domain : (low, high)
        What is shown; 3 to either side of the start when None.

    Returns
    -------
    Explorer
        Sliders: lr, step T, batch size, seed. Play moves the step.
    """
    T = tables.whole(T, "T")
    _, _, (domain,) = tables.function_of(fit, fit.gradient, domain or (init - 3, init + 3), 1)
    start = tables.start_of(init, [domain])
    curve_x, heights = tables.curve_of(fit, domain)
    room = tables.TABLE_BYTES * 3 // 4 // (4 * len(batch_sizes) * len(seeds) * (T + 1))
    grid = np.linspace(*domain, max(21, min(121, room)))
    own = np.array([[[fit(grid, rows) for rows in _dealt(fit, b, seed, T + 1)] for seed in seeds] for b in batch_sizes])
    rates, walks, steps = _walks(fit, start, lr, lr_range, T, batch_sizes, seeds, width=6)
    height = tables.values_at(fit, walks.ravel()).reshape(walks.shape)
    table, layout = tables.pack(curve=np.column_stack([curve_x, heights]), own=own, points=walks, gap=height)
    tallest = (min(heights.min(), np.percentile(own, 2)), np.percentile(own, 98))
    spec = {
        "kind": "batches",
        "layout": layout,
        "init": [start],
        "grid": grid.tolist(),
        "main": pictures.axes(domain, pictures.span(tallest), "x", "objective"),
        "side": pictures.axes((0, T), pictures.span(heights), "step", ""),
        **_by_batches(fit, rates, steps, lr, T, batch_sizes, seeds),
    }
    spec["initial"]["T"] = 0
    sliders = _sliders(rates, lr, T, batch_sizes, seeds)
    sliders["T"].value, sliders["T"].description = 0, "step T"
    alt = (
        f"The objective of all {fit.n} rows, and over it the objective of one batch of {batch_sizes[0]}, at the start {start:g}: "
        f"there all data say {fit(start):.3g}. At each step another batch has another landscape."
    )

    def picture(main, side):
        main.plot(curve_x, heights, color=pictures.BLUE, label="all data")
        first = _dealt(fit, batch_sizes[0], seeds[0], 1)[0]
        main.plot(curve_x, fit(curve_x, first), color=pictures.ORANGE, label="this batch")
        main.plot(start, fit(start), "o", color=pictures.RED)
        side.plot(height[int(abs(rates - lr).argmin()), 0, 0], color=pictures.BLUE)

    return widgets.Explorer(widgets.View(spec=spec, table=table), sliders, pictures.picture_of(spec, picture), alt)


# ---------------------------------------------------------------- what the two walks by batches share


def _dealt(loss, batch_size, seed, count):
    """The rows of the first `count` batches that `gdlib.sgd` takes."""
    return list(islice(batches(loss.n, batch_size, seed, epochs=None), count))


def _walks(loss, start, lr, lr_range, T, batch_sizes, seeds, width):
    """(rates, points (rates, sizes, seeds, T + 1[, 2]) with NaN after the end, steps): `gdlib.sgd` once for each setting."""
    each = len(batch_sizes) * len(seeds) * (T + 1) * width
    low, high = lr_range or (lr / 20, 4 * lr)
    at_most = min(40, max(5, tables.TABLE_BYTES // (4 * each)))
    rates = tables.log_grid(min(low, lr), max(high, lr), lr, "lr_range", at_most=at_most)
    runs = [walk_by_batches(loss, start, r, T, b, s) for r in rates for b in batch_sizes for s in seeds]
    walks = np.full((len(runs), T + 1, np.size(start)), np.nan)
    for walk, run in zip(walks, runs, strict=True):
        walk[: len(run.points)] = run.points.reshape(len(run.points), -1)
    shape = (len(rates), len(batch_sizes), len(seeds), T + 1, *np.shape(start))
    return rates, walks.reshape(shape), [run.steps for run in runs]


def _by_batches(loss, rates, steps, lr, T, batch_sizes, seeds):
    """The part of the spec about lr, T, batch size and seed."""
    return {
        "n": int(loss.n),
        "rates": rates.tolist(),
        "steps": steps,
        "batch_sizes": [int(b) for b in batch_sizes],
        "seeds": [int(s) for s in seeds],
        "T_max": T,
        "initial": {"lr": float(lr), "T": T, "b": 0, "seed": 0},
        "play": {"trait": "T", "from": 0, "to": T, "count": T, "log": False},
    }


def _sliders(rates, lr, T, batch_sizes, seeds):
    def choice(label, values):
        return widgets.slider(ipywidgets.SelectionSlider, label, values[0], options=list(values))

    return {
        "lr": widgets.log_slider("learning rate lr", rates, lr),
        "T": widgets.slider(ipywidgets.IntSlider, "updates T", T, min=0, max=T),
        "b": choice("batch size b", batch_sizes),
        "seed": choice("seed", seeds),
    }
