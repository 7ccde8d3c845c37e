"""A walk by mini-batches on the loss of two coefficients."""

import numpy as np

from gdlib.explore import pictures, tables, widgets
from gdlib.explore.by_batches import BatchWalks
from gdlib.explore.ground import Ground
from gdlib.figures import drawing
from gdlib.figures.style import BLUE


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
    ground = Ground.of(loss, loss.gradient, domain, 2)
    walks = BatchWalks.of(loss, start, lr, lr_range, T, batch_sizes, seeds, width=3)
    gap = walks.heights() - loss(best)
    table, layout = tables.pack(points=walks.points, gap=gap)
    first = gap.flat[0]
    heights = pictures.log_span(gap[gap < 1e3 * first], floor=1e-7 * first)
    spec = {
        "kind": "sgd",
        "layout": layout,
        "init": start.tolist(),
        "main": pictures.axes(*ground.domain, "β₀", "β₁"),
        "side": pictures.axes((0, T), heights, "step", "", logy=True),
        **walks.spec(lr),
    }
    shown = walks.points[walks.now, 0, 0]
    alt = (
        f"A walk with batches of {batch_sizes[0]} on the contours of the loss of all {loss.n} rows, lr = {lr:g}: "
        f"after {T} steps it is at {pictures.point_words(shown[-1])}. "
        "Beside it: the loss of all data above its minimum, at each step."
    )

    def draw(main, side):
        ground.draw(main)
        drawing.walk_on_contours(main, *shown.T)
        drawing.norms(side, {"full loss − its minimum": gap[walks.now, 0, 0]}, [BLUE])

    return widgets.explorer(spec, table, walks.sliders(lr, T), draw, alt, ground.image)
