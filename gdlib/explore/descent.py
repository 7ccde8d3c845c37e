"""A walk from a start: gradient descent and ascent with the step size under the hand, on any function or on a loss."""

import numpy as np

from gdlib.arguments import number, whole
from gdlib.descent import gradient_ascent, gradient_descent
from gdlib.explore import pictures, tables, widgets
from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, ORANGE, RED
from gdlib.landscapes import Landscape
from gdlib.regression import LeastSquares
from gdlib.words import say


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
    T_max=None,
    L=None,
    mu=None,
    beta=None,
):
    """Gradient descent (or `ascent`) under the hand: x ← x − lr · ∇f(x), until ‖∇f‖ ≤ eps or T updates are done.

    `f` and `gradient` take one number, or a point (2,), and are formulas: operators and NumPy's functions. The walk is
    computed in the browser, by your own `gradient` (f's derivative when None), so that the start can be grabbed and
    another function typed with no kernel. `f` may be a `Landscape`, which brings its gradient, its domain and, if it is
    a convex quadratic, L and mu; the real terrain goes too.

    `init`, a number, draws a curve, or contours if a pair; `domain`, (low, high) of each coordinate, is -4 to 4 when None.

    `eps`, `T` and `lr` are where the sliders start; lr is 0.1 when None, or 1/L where that is known and less. `lr_range`,
    (low, high), both > 0, is widened to hold `lr`; when None it is around the edge 2/L where L is known, else 0.001 to
    1.2. `T_max` is the right end of the slider T, 2·T when None. `L` and `mu`, the largest and smallest curvature, bring
    the marks 1/L, 2/(L + μ), 2/L and the predicted number of steps; without them the marks are those of the curvature
    that the walk meets. With `beta`, 0 to 0.99, one slider more chooses descent, the heavy ball, RMSProp or Adam, and
    another how much of the past these keep (Adam of the slopes; of their squares 0.999).

    ValueError or TypeError for an argument outside its range or a function that is no formula; what f raises is raised.
    """
    shown = getattr(f, "domain", (-4, 4)) if domain is None else domain
    d = np.size(shown) // 2 if init is None else np.size(init)
    if d not in (1, 2):
        raise ValueError(f"init must be a number or a pair, got {init!r}")
    if gradient is None and isinstance(f, Landscape) and f.hessian is not None and f.mu > 0:
        L, mu = f.L if L is None else L, f.mu if mu is None else mu
    ground = pictures.Ground.of(f, gradient, domain, d)
    return explored(ground, init, lr, eps, T, T_max, ascent, lr_range, L, mu, beta=beta)


def explored(ground, init, lr, eps, T, T_max, ascent=False, lr_range=None, L=None, mu=None, fit=None, beta=None):
    """The explorer of a walk on a Ground; `fit`, (x, y, xlabel, ylabel), are data to show beside it with their line."""
    init = tables.start_of(ground.within(0.85, 0.85) if init is None else init, ground.domain)
    T, longest = whole(T, "T"), whole(2 * T if T_max is None else T_max, "T_max")
    if longest < T:
        raise ValueError(f"T_max must be at least T = {T}, got {longest}")
    L, mu = (None if value is None else number(value, name, zero=True) for value, name in ((L, "L"), (mu, "mu")))
    lr = number(lr, "lr") if lr is not None else min(0.1, 1 / L) if L else 0.1
    rates = tables.log_grid(lr_range or ((1e-3, 1.2) if L is None else (0.02 / L, 2.6 / L)), lr, "lr_range")
    tolerances = tables.log_grid((1e-6, 1.0), number(eps, "eps"), "eps", most=120)
    run = (gradient_ascent if ascent else gradient_descent)(ground.gradient, init, lr, eps, T)
    subject, arrays = ground.subject
    if fit is None:
        side = pictures.axes((0, longest), pictures.log_span(run.norms, floor=1e-6), say("step"), "", logy=True)
    else:
        across = np.array(pictures.span(fit[0]))
        line = init[0] + init[1] * across  # the start's, which can be grabbed
        side = pictures.axes(across, pictures.span(np.append(fit[1], line)), *fit[2:])
    spec = {
        "kind": "descent",
        "subject": subject,
        "rates": rates[[0, -1]].tolist(),
        "T_max": longest,
        "ascent": bool(ascent),
        "L": tables.finite(L),
        "mu": tables.finite(mu),
        "lowest": tables.finite(min((float(ground.f(np.squeeze(m))) for m in ground.minima), default=None)),
        "main": ground.axes,
        "side": side,
        "equal": ground.d == 2 and fit is None,
        "fit": fit is not None,
        "play": pictures.play("T", 0, longest, longest),
    }
    sliders = widgets.walk_sliders(rates, lr, T, longest)
    sliders["eps"] = widgets.log_slider(say("tolerance eps"), tolerances, eps)
    if beta is not None:
        sliders["method"] = widgets.choice(say("method"), [say("descent"), say("heavy ball"), "RMSProp", "Adam"])
        sliders["beta"] = widgets.even_slider(say("kept, β"), number(beta, "beta", zero=True), 0, 0.99, 0.01)

    def draw(main, side):
        ground.draw(main)
        if ground.d == 1:
            drawing.walk_on_curve(main, run.points, tables.values_at(ground.f, run.points))
        else:
            drawing.walk_on_contours(main, *run.points.T)
        if fit is not None:
            side.plot(*fit[:2], "o", color=BLUE, markersize=4, alpha=0.6)
            drawing.straight(side, side.get_xlim(), 0, *run.final, RED)
        else:
            drawing.norms(side, {"|gradient|": run.norms}, [ORANGE])
            side.axhline(eps, color=GREEN, linestyle="--", label="eps")

    start = say("Gradient ascent on {name}") if ascent else say("Gradient descent on {name}")
    ends = {"converged": say("converges"), "exhausted": say("is out of steps"), "diverged": say("diverges")}
    alt = " ".join(
        [
            say(
                "{start} from {init} with lr = {lr:g}, T = {T}, eps = {eps:g}: it {ends} after {steps} at {final}, where "
                "|gradient| = {norm:.3g}.",
                start=start.format(name=ground.name),
                init=pictures.point_words(run.points[0]),
                **{"lr": lr, "T": T, "eps": eps, "ends": ends[run.stop], "norm": run.norms[-1]},
                steps=say("1 step") if run.steps == 1 else say("{n} steps", n=run.steps),
                final=pictures.point_words(run.final),
            ),
            say("Left: the path on the curve.") if ground.d == 1 else say("Left: the path on the contours."),
            say("Right: |gradient| at each step, logarithmic.")
            if fit is None
            else say("Right: the data, with the line at the end."),
        ]
    )
    kind = widgets.View if beta is None else widgets.MethodView
    return widgets.Explorer(spec, arrays, sliders, draw, alt, state=tables.state(init), kind=kind)


def regression(
    X, y, scale="half-sum", init=(0.0, 0.0), lr=None, T=50, eps=1e-3, lr_range=None, T_max=None, names=("x", "y")
):
    """Fit a line by gradient descent: the path on the loss over (β₁, β₂), and beside it the line on the data.

    X, (n, 2), is a column of ones and one feature; y is (n,); `scale` is a square of `gdlib.LeastSquares`; `names` are
    what the feature and the target are called, with their units. All others are those of `descent`.
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or X.shape[1] != 2 or not (X[:, 0] == 1).all():
        raise ValueError(f"X must have shape (n, 2), its first column ones, got shape {X.shape}")
    loss = LeastSquares(X, y, scale)
    best, init = loss.solve(), tables.start_of(init, [(-1, 1)] * 2)
    # what a walk without overshoot passes shall be in the picture
    seen = [*gradient_descent(loss.gradient, init, 1 / loss.L, 0.0, whole(T, "T")).points, best]
    curvatures = np.linalg.eigvalsh(loss.hessian())
    mu, L = curvatures if curvatures[0] > 0 else (None, None)
    low, high = np.min(seen, axis=0), np.max(seen, axis=0)
    margin = 0.3 * (high - low) + 0.05 * np.hypot(*best) + 1e-9
    domain = np.column_stack([low - margin, high + margin])
    ground = pictures.Ground(
        loss, loss.gradient, domain.tolist(), say("the {scale} loss", scale=scale), ("β₁", "β₂"), (best,)
    )
    return explored(ground, init, lr, eps, T, T_max, lr_range=lr_range, L=L, mu=mu, fit=(X[:, 1], y, *names))
