"""Every batch has its own objective."""

from itertools import islice

import numpy as np

from gdlib.explore import pictures, tables, widgets
from gdlib.explore.by_batches import BatchWalks
from gdlib.explore.ground import Ground
from gdlib.figures import drawing
from gdlib.figures.style import BLUE, ORANGE, RED
from gdlib.minibatch import batches


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
    ground = Ground.of(fit, fit.gradient, domain or (init - 3, init + 3), 1)
    start = tables.start_of(init, ground.domain)
    room = tables.TABLE_BYTES * 3 // 4 // (4 * len(batch_sizes) * len(seeds) * (T + 1))
    grid = drawing.line(ground.domain[0], max(21, min(121, room)))
    own = np.array([[[fit(grid, rows) for rows in dealt(fit, b, seed, T + 1)] for seed in seeds] for b in batch_sizes])
    walks = BatchWalks.of(fit, start, lr, lr_range, T, batch_sizes, seeds, width=6)
    height = walks.heights()
    table, layout = tables.pack(**ground.arrays, own=own, points=walks.points, gap=height)
    tallest = (min(ground.heights.min(), np.percentile(own, 2)), np.percentile(own, 98))
    spec = {
        "kind": "batches",
        "layout": layout,
        "init": [start],
        "grid": grid.tolist(),
        "main": pictures.axes(ground.domain[0], pictures.span(tallest), "x", "objective"),
        "side": pictures.axes((0, T), pictures.span(ground.heights), "step", ""),
        **walks.spec(lr),
    }
    spec["initial"]["T"] = 0
    alt = (
        f"The objective of all {fit.n} rows, and over it the objective of one batch of {batch_sizes[0]}, at the start "
        f"{start:g}: there all data say {fit(start):.3g}. At each step another batch has another landscape."
    )

    def draw(main, side):
        drawing.curve(main, ground.grid, ground.heights, BLUE, "all data")
        first = dealt(fit, batch_sizes[0], seeds[0], 1)[0]
        drawing.curve(main, ground.grid, fit(ground.grid, first), ORANGE, "this batch")
        main.plot(start, fit(start), "o", color=RED)
        drawing.curve(side, np.arange(T + 1), height[walks.now, 0, 0], BLUE, "objective of all data")

    return widgets.explorer(spec, table, walks.sliders(lr, 0, "step T"), draw, alt)


def dealt(loss, batch_size, seed, count):
    """The rows of the first `count` batches that `gdlib.sgd` takes."""
    return list(islice(batches(loss.n, batch_size, seed, epochs=None), count))
