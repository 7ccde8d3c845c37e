"""Losses of data: one learning rate on several scales, walks by mini-batches, and what each batch sees."""

from itertools import islice

import numpy as np

from gdlib.arguments import whole
from gdlib.explore import pictures, subjects, tables, widgets
from gdlib.figures import drawing
from gdlib.figures.style import BLUE, ORANGE, RED
from gdlib.minibatch import batches
from gdlib.minibatch import sgd as walk
from gdlib.regression import LeastSquares
from gdlib.scale.many import sweep
from gdlib.words import say


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
    rates = tables.log_grid((edges.min() / 20, 1.6 * edges.max()), lr, "lr")
    away = np.array([distances(loss.gradient, start, rates, T, best) for loss in all_of_them])
    first = max(np.linalg.norm(start - best), 1e-9)
    heights = pictures.log_span(away[np.isfinite(away)].clip(1e-9 * first, 30 * first))
    spec = {
        "kind": "losses",
        "names": list(scales),
        "edges": edges.tolist(),
        "rates": rates[[0, -1]].tolist(),
        "T_max": T,
        "best": best.tolist(),
        "main": pictures.axes((0, T), heights, say("step"), say("distance to the solution"), logy=True),
        "side": pictures.axes(
            rates[[0, -1]], heights, say("learning rate lr"), say("that distance after T"), True, True
        ),
        "play": pictures.play("lr", float(rates[0]), float(rates[-1]), len(rates) - 1, log=True),
    }
    now = tables.nearest(rates, lr)
    below = say("{name} below its edge {edge:.3g}, {end:.3g} from the solution")
    above = say("{name} above its edge {edge:.3g}, {end:.3g} from the solution")
    ends = "; ".join(
        (below if lr < edge else above).format(name=name, edge=edge, end=end)
        for name, edge, end in zip(scales, edges, away[:, now, -1], strict=True)
    )
    alt = say(
        "Gradient descent with lr = {lr:.3g} on {n} scales of one loss, after {T} steps: {ends}. "
        "Beside it: that distance against lr.",
        **{"lr": lr, "n": len(scales), "T": T, "ends": ends},
    )

    def draw(main, side):
        drawing.norms(main, dict(zip(scales, away[:, now], strict=True)), pictures.SHADES)
        for ends, edge, colour in zip(away[:, :, -1], edges, pictures.SHADES, strict=False):
            side.plot(rates, ends, color=colour)
            side.axvline(edge, color=colour, linestyle=":")

    _, arrays = subjects.subject_of(all_of_them[0], d=len(best))
    sliders = widgets.walk_sliders(rates, lr, T, T)
    return widgets.Explorer(spec, arrays, sliders, draw, alt, state={"init": start.tolist()})


def distances(gradient, start, rates, T, best):
    """How far from `best` the walk of each rate is at each step, (rates, T + 1): infinitely far once it has diverged."""
    runs = sweep(gradient, start, rates, 0.0, T)  # a walk that has arrived stays there
    with np.errstate(over="ignore"):
        away = np.linalg.norm(runs.points - best, axis=2)
    gone = (runs.stop == "diverged")[:, None] & (np.arange(T + 1) > runs.steps[:, None])
    return np.where(gone, np.inf, away)


def sgd(loss, init, lr=0.1, T=60, batch_sizes=(1, 4, 16), seeds=(0, 1, 2), domain=None, lr_range=None):
    """Walk by mini-batches on the loss of two coefficients: the path, and the loss of all data at each step.

    `loss` is a `gdlib.LeastSquares` in a square scale with d = 2; `init` is (2,). T is where its slider starts, and its
    right end. Each of the `seeds` shuffles the data in its own way. The `domain`, two pairs (low, high), lies around the
    start and the minimum when None, and `lr_range`, both ends > 0, from a twentieth to four times of lr. Sliders: lr, T,
    batch size, seed.
    """
    start, best = tables.start_of(init, [(-1, 1)] * 2), loss.solve()
    if domain is None:
        reach = 1.25 * np.maximum(abs(start - best), 0.05 * np.hypot(*best) + 1e-9)
        domain = np.column_stack([best - reach, best + reach])
    ground = pictures.Ground.of(loss, loss.gradient, domain, 2)
    run, spec, arrays, sliders = by_batches(ground, start, lr, lr_range, T, batch_sizes, seeds, None, T)
    gap = tables.values_at(loss, run.points) - loss(best)
    spec |= {
        "kind": "sgd",
        "lowest": float(loss(best)),
        "main": pictures.axes(*ground.domain, "β₁", "β₂"),
        "side": pictures.axes(
            (0, T), pictures.log_span(gap * [[3], [1e-3]], 1e-7 * gap[0]), say("step"), "", logy=True
        ),
    }
    alt = say(
        "A walk with batches of {b} on the contours of the loss of all {n} rows, lr = {lr:g}: "
        "after {T} steps it is at {final}. "
        "Beside it: the loss of all data above its minimum, at each step.",
        **{"b": batch_sizes[0], "n": loss.n, "lr": lr, "T": T, "final": pictures.point_words(run.final)},
    )

    def draw(main, side):
        ground.draw(main)
        drawing.walk_on_contours(main, *run.points.T)
        drawing.norms(side, {say("full loss − minimum"): gap}, [BLUE])

    return widgets.Explorer(spec, arrays, sliders, draw, alt, state={"init": start.tolist()})


def batch_landscapes(fit, init, lr=0.1, T=30, batch_sizes=(1, 4, 16), seeds=(0, 1), domain=None, lr_range=None):
    """Every batch has its own objective: drawn over the objective of all data, from step to step.
    `fit` is a `gdlib.minibatch.SineFit`. The `domain` (low, high) reaches 3 to either side of the start `init` when
    None; all others are those of `sgd`."""
    ground = pictures.Ground.of(fit, fit.gradient, domain or (init - 3, init + 3), 1)
    start = tables.start_of(init, ground.domain)
    run, spec, arrays, sliders = by_batches(ground, start, lr, lr_range, T, batch_sizes, seeds, say("step T"), 0)
    first = next(batches(fit.n, batch_sizes[0], seeds[0]))
    own = np.array([fit(ground.grid, rows) for rows in islice(batches(fit.n, batch_sizes[0], 0, epochs=None), 20)])
    tallest = (min(ground.heights.min(), np.percentile(own, 2)), np.percentile(own, 98))
    spec |= {
        "kind": "batches",
        "lowest": 0.0,
        "main": pictures.axes(ground.domain[0], pictures.span(tallest), "x", say("objective")),
        "side": pictures.axes((0, T), pictures.span(ground.heights), say("step"), ""),
    }
    alt = say(
        "The objective of all {n} rows, and over it the objective of one batch of {b}, at the start "
        "{start:g}: there all data say {height:.3g}. At each step another batch has another landscape.",
        **{"n": fit.n, "b": batch_sizes[0], "start": start, "height": fit(start)},
    )

    def draw(main, side):
        drawing.curve(main, ground.grid, ground.heights, BLUE, say("all data"))
        drawing.curve(main, ground.grid, fit(ground.grid, first), ORANGE, say("this batch"))
        main.plot(start, fit(start), "o", color=RED)
        heights = tables.values_at(fit, run.points)
        drawing.curve(side, np.arange(len(heights)), heights, BLUE, say("objective of all data"))

    return widgets.Explorer(spec, arrays, sliders, draw, alt, state={"init": [start]})


def by_batches(ground, start, lr, lr_range, T, batch_sizes, seeds, label, now):
    """What walks by mini-batches share: the first one, a part of the spec, the arrays, the sliders (T at `now`)."""
    T, loss = whole(T, "T"), ground.f
    rates = tables.log_grid(lr_range or (lr / 20, 4 * lr), lr, "lr_range")
    run = walk(loss, start, lr, T, batch_sizes[0], seeds[0])
    subject, arrays = ground.subject
    spec = {
        "subject": subject,
        "n": int(loss.n),
        "batch_sizes": [int(b) for b in batch_sizes],
        "seeds": [int(s) for s in seeds],
        "T_max": T,
        "play": pictures.play("T", 0, T, T),
    }
    sliders = widgets.walk_sliders(rates, lr, now, T, label) | {
        "b": widgets.choice(say("batch size b"), spec["batch_sizes"]),
        "seed": widgets.choice(say("seed"), spec["seeds"]),
    }
    return run, spec, arrays | {"orders": subjects.orders(loss.n, batch_sizes, seeds, T)}, sliders
