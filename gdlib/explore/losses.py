"""One learning rate for several scales of one loss."""

import numpy as np

from gdlib.explore import pictures, tables, widgets
from gdlib.figures import drawing
from gdlib.regression import LeastSquares
from gdlib.scale.many import sweep


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
    most = min(64, max(8, tables.TABLE_BYTES // (4 * len(scales) * (T + 1))))
    rates = tables.around((edges.min() / 20, 1.6 * edges.max()), lr, "lr", most)
    away = np.array([distances(loss.gradient, start, rates, T, best) for loss in all_of_them])
    table, layout = tables.pack(distance=np.minimum(away, tables.FARTHEST))
    first = max(np.linalg.norm(start - best), 1e-9)
    heights = pictures.log_span(away[np.isfinite(away)].clip(1e-9 * first, 30 * first))
    spec = {
        "kind": "losses",
        "layout": layout,
        "names": list(scales),
        "edges": edges.tolist(),
        "rates": rates.tolist(),
        "T_max": T,
        "main": pictures.axes((0, T), heights, "step", "distance to the solution", logy=True),
        "side": pictures.axes(rates[[0, -1]], heights, "learning rate lr", "that distance after T", True, True),
        "initial": {"lr": lr, "T": T},
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

    return widgets.explorer(spec, table, widgets.walk_sliders(rates, lr, T, T), draw, alt)


def distances(gradient, start, rates, T, best):
    """How far from `best` the walk of each rate is at each step, (rates, T + 1): infinitely far once it has diverged."""
    runs = sweep(gradient, start, rates, 0.0, T)  # a walk that has arrived stays there
    with np.errstate(over="ignore"):
        away = np.linalg.norm(runs.points - best, axis=2)
    gone = (runs.stop == "diverged")[:, None] & (np.arange(T + 1) > runs.steps[:, None])
    return np.where(gone, np.inf, away)
