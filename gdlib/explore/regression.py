"""The line under the hand: a walk on the loss, and beside it the line on the data."""

import numpy as np

from gdlib.descent import gradient_descent
from gdlib.explore import tables
from gdlib.explore.descent import descent
from gdlib.landscapes import Landscape
from gdlib.regression import LeastSquares


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
    seen, hessian = [init, best], None
    if scale in ("norm", "rms"):  # without L: from a step of a thousandth of the way to one of twice the way
        way = np.linalg.norm(init - best) / np.linalg.norm(loss.gradient(init))
        lr, lr_range = way / 10 if lr is None else lr, lr_range or (way / 1000, 2 * way)
    else:  # what a walk without overshoot passes shall be in the picture
        seen = [*gradient_descent(loss.gradient, init, 1 / loss.L, 0.0, tables.whole(T, "T")).points, best]
        hessian = loss.hessian()
    low, high = np.min(seen, axis=0), np.max(seen, axis=0)
    margin = 0.3 * (high - low) + 0.05 * np.hypot(*best) + 1e-9
    domain = tuple(zip(low - margin, high + margin, strict=True))
    landscape = Landscape(f"the {scale} loss", loss, loss.gradient, domain, (best,), hessian, ("β₀", "β₁"))
    walk = {"init": init, "lr": lr, "T": T, "eps": eps, "lr_range": lr_range, "T_max": T_max}
    return descent(landscape, **walk, fit=(X[:, 1], y), names=names)
