"""Losses of data: one learning rate on several scales, walks by mini-batches, and what each batch sees."""

from itertools import islice

import numpy as np

from gdlib.arguments import whole
from gdlib.explore import pictures, tables, widgets
from gdlib.figures import drawing
from gdlib.figures.style import BLUE, ORANGE, RED
from gdlib.minibatch import batches
from gdlib.minibatch import sgd as walk
from gdlib.regression import LeastSquares
from gdlib.scale.many import sweep


def losses(X, y, init=None, lr=None, T=100, scales=("half-sum", "sum", "half-mean", "mean")):
    """One learning rate for several scales of the same loss: the distance to the solution at each step.

    X is (n, d), y (n,), and the start `init` (d,), 0 when None. The slider lr starts at half of the smallest edge
    2/L when `lr` is None; T is where its slider starts, and its right end. `scales` are at most 6 squares, as for
    `gdlib.LeastSquares`. Beside the curves: the distance after T steps against lr, with each edge 2/L.
    """
    T = whole(T, "T")
    all_of_them = [LeastSquares(X, y, scale) for scale in scales]
    best, edges = all_of_them[0].solve(), np.array([loss.max_lr for loss in all_of_them])
    start = np.zeros(len(best)) if init is None else np.asarray(init, dtype=float)
    lr = float(edges.min() / 2 if lr is None else lr)
    most = min(64, max(8, tables.TABLE_BYTES // (4 * len(scales) * (T + 1))))
    rates = tables.log_grid((edges.min() / 20, 1.6 * edges.max()), lr, "lr", most)
    away = np.array([distances(loss.gradient, start, rates, T, best) for loss in all_of_them])
    first = max(np.linalg.norm(start - best), 1e-9)
    heights = pictures.log_span(away[np.isfinite(away)].clip(1e-9 * first, 30 * first))
    spec = {
        "kind": "losses",
        "names": list(scales),
        "edges": edges.tolist(),
        "rates": rates.tolist(),
        "T_max": T,
        "main": pictures.axes((0, T), heights, "step", "distance to the solution", logy=True),
        "side": pictures.axes(rates[[0, -1]], heights, "learning rate lr", "that distance after T", True, True),
        "play": pictures.play("lr", float(rates[0]), float(rates[-1]), len(rates) - 1, log=True),
    }
    now = tables.nearest(rates, lr)
    ends = "; ".join(
        f"{name} {'below' if lr < edge else 'above'} its edge {edge:.3g}, {end:.3g} from the solution"
        for name, edge, end in zip(scales, edges, away[:, now, -1], strict=True)
    )
    alt = (
        f"Gradient descent with lr = {lr:.3g} on {len(scales)} scales of one loss, after {T} steps: {ends}. "
        "Beside it: that distance against lr."
    )

    def draw(main, side):
        drawing.norms(main, dict(zip(scales, away[:, now], strict=True)), pictures.SHADES)
        for ends, edge, colour in zip(away[:, :, -1], edges, pictures.SHADES, strict=False):
            side.plot(rates, ends, color=colour)
            side.axvline(edge, color=colour, linestyle=":")

    arrays = {"distance": np.minimum(away, tables.FARTHEST)}
    return widgets.Explorer(spec, arrays, widgets.walk_sliders(rates, lr, T, T), draw, alt)


def distances(gradient, start, rates, T, best):
    """How far from `best` the walk of each rate is at each step, (rates, T + 1): infinitely far once it has diverged."""
    runs = sweep(gradient, start, rates, 0.0, T)  # a walk that has arrived stays there
    with np.errstate(over="ignore"):
        away = np.linalg.norm(runs.points - best, axis=2)
    gone = (runs.stop == "diverged")[:, None] & (np.arange(T + 1) > runs.steps[:, None])
    return np.where(gone, np.inf, away)


def sgd(loss, init, lr=0.1, T=60, batch_sizes=(1, 4, 16), seeds=(0, 1, 2), domain=None, lr_range=None):
    """Walk by mini-batches on the loss of two coefficients: the path, and the loss of all data at each step.

    `loss` is a `gdlib.LeastSquares` with d = 2, or anything with n, gradient(x, rows), solve() and values at (2, ...)
    points; `init` is (2,). T is where its slider starts, and its right end. Each of the `seeds` shuffles the data in
    its own way. The `domain`, two pairs (low, high), lies around the start and the minimum when None, and `lr_range`,
    both ends > 0, from a twentieth to four times of lr. Sliders: lr, T, batch size, seed.
    """
    T, start, best = whole(T, "T"), tables.start_of(init, [(-1, 1)] * 2), loss.solve()
    if domain is None:
        reach = 1.25 * np.maximum(abs(start - best), 0.05 * np.hypot(*best) + 1e-9)
        domain = np.column_stack([best - reach, best + reach])
    ground = pictures.Ground.of(loss, loss.gradient, domain, 2)
    points, heights, now, walks = by_batches(loss, start, lr, lr_range, T, batch_sizes, seeds, width=3)
    gap = heights - loss(best)
    first = gap.flat[0]
    ends = pictures.log_span(gap[gap < 1e3 * first], floor=1e-7 * first)
    spec = {
        "kind": "sgd",
        "init": start.tolist(),
        "main": pictures.axes(*ground.domain, "β₁", "β₂"),
        "side": pictures.axes((0, T), ends, "step", "", logy=True),
        **walks,
    }
    shown = points[now, 0, 0]
    alt = (
        f"A walk with batches of {batch_sizes[0]} on the contours of the loss of all {loss.n} rows, lr = {lr:g}: "
        f"after {T} steps it is at {pictures.point_words(shown[-1])}. "
        "Beside it: the loss of all data above its minimum, at each step."
    )

    def draw(main, side):
        ground.draw(main)
        drawing.walk_on_contours(main, *shown.T)
        drawing.norms(side, {"full loss − its minimum": gap[now, 0, 0]}, [BLUE])

    arrays = {"points": points, "gap": gap}
    return widgets.Explorer(spec, arrays, sliders(spec, lr, T, "updates T"), draw, alt, ground.image)


def batch_landscapes(fit, init, lr=0.1, T=30, batch_sizes=(1, 4, 16), seeds=(0, 1), domain=None, lr_range=None):
    """Every batch has its own objective: drawn over the objective of all data, from step to step.
    `fit` is an objective of one number with n, fit(x, rows) and gradient(x, rows), such as `gdlib.minibatch.SineFit`.
    The `domain` (low, high) reaches 3 to either side of the start `init` when None; all others are those of `sgd`."""
    T = whole(T, "T")
    ground = pictures.Ground.of(fit, fit.gradient, domain or (init - 3, init + 3), 1)
    start = tables.start_of(init, ground.domain)
    room = tables.TABLE_BYTES * 3 // 4 // (4 * len(batch_sizes) * len(seeds) * (T + 1))
    grid = drawing.line(ground.domain[0], max(21, min(121, room)))
    dealt = [[list(islice(batches(fit.n, b, s, epochs=None), T + 1)) for s in seeds] for b in batch_sizes]
    own = np.array([[[fit(grid, rows) for rows in dealt_to_one] for dealt_to_one in of_size] for of_size in dealt])
    points, heights, now, walks = by_batches(fit, start, lr, lr_range, T, batch_sizes, seeds, width=6)
    tallest = (min(ground.heights.min(), np.percentile(own, 2)), np.percentile(own, 98))
    spec = {
        "kind": "batches",
        "init": [start],
        "grid": grid.tolist(),
        "main": pictures.axes(ground.domain[0], pictures.span(tallest), "x", "objective"),
        "side": pictures.axes((0, T), pictures.span(ground.heights), "step", ""),
        **walks,
    }
    alt = (
        f"The objective of all {fit.n} rows, and over it the objective of one batch of {batch_sizes[0]}, at the start "
        f"{start:g}: there all data say {fit(start):.3g}. At each step another batch has another landscape."
    )

    def draw(main, side):
        drawing.curve(main, ground.grid, ground.heights, BLUE, "all data")
        drawing.curve(main, ground.grid, fit(ground.grid, dealt[0][0][0]), ORANGE, "this batch")
        main.plot(start, fit(start), "o", color=RED)
        drawing.curve(side, np.arange(T + 1), heights[now, 0, 0], BLUE, "objective of all data")

    arrays = {**ground.arrays, "own": own, "points": points, "gap": heights}
    return widgets.Explorer(spec, arrays, sliders(spec, lr, 0, "step T"), draw, alt)


def by_batches(loss, start, lr, lr_range, T, batch_sizes, seeds, width):
    """`gdlib.sgd` from one start, once for each rate, batch size and seed: (points, heights, place of lr, spec). As
    many rates as the table has room for, where a point takes `width` numbers. The points, and the loss of all rows at
    each, are (rates, sizes, seeds, T + 1[, 2]), NaN after the end of a walk; the spec is the part about these walks."""
    each = len(batch_sizes) * len(seeds) * (T + 1) * width
    most = min(40, max(5, tables.TABLE_BYTES // (4 * each)))
    rates = tables.log_grid(lr_range or (lr / 20, 4 * lr), lr, "lr_range", most)
    runs = [walk(loss, start, r, T, b, s) for r in rates for b in batch_sizes for s in seeds]
    points = np.full((len(runs), T + 1, *np.shape(start)), np.nan)
    for row, run in zip(points, runs, strict=True):
        row[: len(run.points)] = run.points
    shape = (len(rates), len(batch_sizes), len(seeds), T + 1)
    heights = tables.values_at(loss, points.reshape(-1, *np.shape(start))).reshape(shape)
    return (
        points.reshape(*shape, *np.shape(start)),
        heights,
        tables.nearest(rates, lr),
        {
            "n": int(loss.n),
            "rates": rates.tolist(),
            "steps": [run.steps for run in runs],
            "batch_sizes": [int(b) for b in batch_sizes],
            "seeds": [int(s) for s in seeds],
            "T_max": T,
            "play": pictures.play("T", 0, T, T),
        },
    )


def sliders(spec, lr, T, label):
    """Those of a walk, and the batch size and the seed."""
    return widgets.walk_sliders(spec["rates"], lr, T, spec["T_max"], label) | {
        "b": widgets.choice("batch size b", spec["batch_sizes"]),
        "seed": widgets.choice("seed", spec["seeds"]),
    }
