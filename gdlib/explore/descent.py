"""A walk from a start: gradient descent and ascent with the step size under the hand, on any function or on a loss."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from gdlib.arguments import number, whole
from gdlib.descent import gradient_ascent, gradient_descent
from gdlib.explore import pictures, tables, widgets
from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, ORANGE, RED
from gdlib.landscapes import Landscape
from gdlib.regression import LeastSquares
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
    T_max=None,
    L=None,
    mu=None,
):
    """Gradient descent (or `ascent`) under the hand: x ← x − lr · ∇f(x), until ‖∇f‖ ≤ eps or T updates are done.

    `f` and `gradient` take one number, or a point (2,); `f` may be a `Landscape`, which brings its gradient, its
    domain and, if it is a convex quadratic, L and mu. The path for every learning rate is computed once, by
    `gdlib.scale.many.sweep`, from your own `gradient`.

    `init` is a number, which draws a curve, or a pair, which draws contours; a click on the picture sets a new one,
    which asks the kernel. `domain` is (low, high), or such a pair for each coordinate; -4 to 4 when None.

    `lr`, `eps` and `T` are where the sliders start; lr is 0.1 when None, or 1/L where that is known and less.
    `lr_range`, (low, high), both > 0, is widened to hold `lr`; when None it is around the edge 2/L where L is known,
    else 0.001 to 1.2. `T_max` is the right end of the slider T; when None, 2·T, or as much of it as a saved notebook
    has room for. `L` and `mu`, the largest and smallest curvature, bring the marks 1/L, 2/(L + μ), 2/L and the
    predicted number of steps.

    ValueError or TypeError for an argument outside its range, or a T_max whose table is too large for a saved notebook;
    whatever f or gradient raises is raised.
    """
    shown = getattr(f, "domain", (-4, 4)) if domain is None else domain
    d = np.size(shown) // 2 if init is None else np.size(init)
    if d not in (1, 2):
        raise ValueError(f"init must be a number or a pair, got {init!r}")
    if gradient is None and isinstance(f, Landscape) and f.hessian is not None and f.mu > 0:
        L, mu = f.L if L is None else L, f.mu if mu is None else mu
    return explored(pictures.Ground.of(f, gradient, domain, d), init, lr, eps, T, T_max, ascent, lr_range, L, mu)


def explored(ground, init, lr, eps, T, T_max, ascent=False, lr_range=None, L=None, mu=None, fit=None):
    """The explorer of a walk on a Ground; `fit`, (x, y, xlabel, ylabel), are data to show beside it with their line."""
    init = tables.start_of(ground.within(0.85, 0.85) if init is None else init, ground.domain)
    T, longest = whole(T, "T"), whole(2 * T if T_max is None else T_max, "T_max")
    if longest < T:
        raise ValueError(f"T_max must be at least T = {T}, got {longest}")
    room = tables.TABLE_BYTES // (4 * (ground.d + 2))
    if longest >= room:
        raise ValueError(f"T_max must be less than {room}, or the view fits into no saved notebook; got {longest}")
    L, mu = (None if value is None else number(value, name, zero=True) for value, name in ((L, "L"), (mu, "mu")))
    lr = number(lr, "lr") if lr is not None else min(0.1, 1 / L) if L else 0.1
    rates = tables.log_grid(lr_range or ((1e-3, 1.2) if L is None else (0.02 / L, 2.6 / L)), lr, "lr_range")
    tolerances = tables.log_grid((1e-6, 1.0), number(eps, "eps"), "eps", most=120)
    walks = Walks(ground, rates, float(tolerances[0]), longest, ascent, fit)
    stride, longest = fitting(walks.from_start(init)[1], T, longest, T_max is not None, room)
    walks = replace(walks, T_max=longest, rates=rates[tables.nearest(rates, lr) % stride :: stride])
    arrays, changing = walks.state(init)
    spec = {
        "kind": "descent",
        "rates": walks.rates.tolist(),
        "T_max": longest,
        "ascent": bool(ascent),
        "L": tables.finite(L),
        "mu": tables.finite(mu),
        "main": ground.axes,
        "equal": ground.d == 2 and fit is None,
        "fit": fit is not None,
        "click": True,
        "play": pictures.play("T", 0, longest, longest),
        **changing,
    }
    sliders = widgets.walk_sliders(walks.rates, lr, T, longest)
    sliders["eps"] = widgets.log_slider("tolerance eps", tolerances, eps)
    run = (gradient_ascent if ascent else gradient_descent)(ground.gradient, init, lr, eps, T)

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

    end = {"converged": "converges", "exhausted": "is out of steps", "diverged": "diverges"}[run.stop]
    norms = "|gradient| at each step, logarithmic" if fit is None else "the data, with the line at the end"
    alt = (
        f"Gradient {'ascent' if ascent else 'descent'} on {ground.name} from {pictures.point_words(run.points[0])} "
        f"with lr = {lr:g}, T = {T}, eps = {eps:g}: it {end} after {run.steps} step{'s' * (run.steps != 1)} at "
        f"{pictures.point_words(run.final)}, where |gradient| = {run.norms[-1]:.3g}. "
        f"Left: the path on the {'curve' if ground.d == 1 else 'contours'}. Right: {norms}."
    )
    made = widgets.Explorer(spec, arrays, sliders, draw, alt, ground.image)
    made.view.on_start(lambda point: walks.state(tables.start_of(point[: ground.d], ground.domain)))
    return made


@dataclass(frozen=True)
class Walks:
    """The walks from one start, one a rate, each until the smallest tolerance or T_max updates."""

    ground: pictures.Ground
    rates: np.ndarray
    eps: float
    T_max: int
    ascent: bool
    fit: tuple | None

    def from_start(self, start):
        """All of them, as a `gdlib.scale.many.Sweep`, and how many points of each float32 can hold."""
        runs = sweep(self.ground.gradient, start, self.rates, self.eps, self.T_max, ascent=self.ascent)
        far = abs(runs.points).reshape(*runs.norms.shape, -1).max(axis=2) > tables.FARTHEST
        return runs, np.minimum(np.where(far.any(axis=1), far.argmax(axis=1), runs.steps + 1), runs.steps + 1)

    def state(self, start):
        """What depends on the start: the arrays, and a part of the spec."""
        runs, counts = self.from_start(start)
        kept = np.arange(runs.norms.shape[1]) < counts[:, None]
        points, norms, offsets = runs.points[kept], runs.norms[kept], np.cumsum([0, *counts])
        heights = tables.values_at(self.ground.f, points)
        if self.ground.minima and not self.ascent:
            best, bounded = min(float(self.ground.f(np.squeeze(m))) for m in self.ground.minima), True
        else:
            sign, ends = -1 if self.ascent else 1, heights[offsets[1:] - 1][runs.stop == "converged"]
            best, bounded = lowest(sign * self.ground.heights, sign * ends)
            best = sign * best
        with np.errstate(all="ignore"):
            gap = abs(heights - best) * np.where((heights > best) == self.ascent, -1.0, 1.0)
        arrays = {**self.ground.arrays, "points": points, "norms": norms, "gap": gap}
        if self.fit is None:
            both = np.concatenate([norms, gap if bounded else []]).clip(None, 1e3 * max(*norms[:1], *gap[:1], 1e-3))
            side = pictures.axes((0, self.T_max), pictures.log_span(both, floor=self.eps), "step", "", logy=True)
        else:
            x, y, *names = self.fit
            side = pictures.axes(pictures.span(x), pictures.span(y), *names)
            arrays = {"data": np.column_stack([x, y]), **arrays}
        return arrays, {
            "offsets": offsets.tolist(),
            "steps": runs.steps.tolist(),
            "stop": runs.stop.tolist(),
            "init": np.atleast_1d(start).tolist(),
            "best": tables.finite(best),
            "bounded": bounded,  # is "f − lowest f" shown?
            "side": side,
        }


def fitting(counts, T, T_max, chosen, room):
    """(every n-th rate, T_max) for a table of at most `room` points: forty rates if possible, twenty at least.

    `counts` are the points of each rate's path when it may take T_max steps. A T_max that the caller has chosen
    stays; otherwise it may come down to T.

    >>> fitting(np.array([101] * 60), T=50, T_max=100, chosen=False, room=4000)
    (1, 65)
    """
    lengths = [T_max] if chosen else [T_max - i * (T_max - T) // 20 for i in range(21)]
    for fewest, longest in product((40, 20), lengths):
        for stride in range(1, max(2, len(counts) // fewest + 1)):
            # the phase of the stride is not known here: take the longest
            if max(np.minimum(counts[first::stride], longest + 1).sum() for first in range(stride)) <= room:
                return stride, longest
    raise ValueError(
        f"T = {T}, T_max = {T_max} make a view that does not fit into a saved notebook: "
        "choose a smaller T_max; `gdlib.figures` draws longer walks"
    )


def lowest(heights, ends):
    """The lowest height, all over the domain and where walks ended; and is it a minimum?

    Not if it lies on the border, below all the rest: there the function may fall for ever.

    >>> lowest(np.array([-3.0, 2.0, -2.0, 2.0]), ends=[-2.0]), lowest(np.array([4.0, 1.0, 9.0]), ends=[0.5])
    ((-3.0, False), (0.5, True))
    """
    border = np.ones(heights.shape, dtype=bool)
    border[(slice(1, -1),) * heights.ndim] = False
    edge, inside = (v[np.isfinite(v)] for v in (heights[border], np.append(heights[~border], ends)))
    best = float(min([*edge, *inside], default=0.0))
    if not edge.size or not inside.size:
        return best, True
    return best, bool(inside.min() - edge.min() <= 1e-6 * (max(edge.max(), inside.max()) - edge.min()))


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
    ground = pictures.Ground(loss, loss.gradient, domain.tolist(), f"the {scale} loss", ("β₁", "β₂"), (best,))
    return explored(ground, init, lr, eps, T, T_max, lr_range=lr_range, L=L, mu=mu, fit=(X[:, 1], y, *names))
