"""Random settings of every kind that the browser computes, with what gdlib makes of each: for equality.test.js.

python tests/front/settings.py FILE    writes them as JSON

A chaotic walk is compared as far as gdlib's own walk, with other last digits in its start and in each gradient, agrees
with it to 1e-10 of the farthest that it has been ("same": so many points; "whole": to the end, with the same stop and number of steps).
"""

import json
import re
import sys
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import sympy

from gdlib import landscapes
from gdlib.calculus import finite_difference
from gdlib.descent import gradient_ascent, gradient_descent
from gdlib.explore.subjects import orders, subject_of
from gdlib.figures import drawing
from gdlib.minibatch import SineFit, sgd
from gdlib.regression import LeastSquares
from gdlib.scale.memory import footprint

LECTURE = Path(__file__).parents[2] / "notebooks" / "text" / "07_momentum_and_adam.md"
METHODS = ("descent", "heavy_ball", "rmsprop", "adam")  # the explorer's, by number; the last three are lecture 7's own
COUNT = 500  # of each kind
STORED = 30  # points of a walk, about
NEXT = 2.0**-46  # 64 last digits: a step is rounded more than once
NAMES = sympy.symbols("x y A B", real=True)
ONE = [
    "A*x**2 + B*x",
    "x**4 - A*x**2 + B*x",
    "sin(A*x) + B*x**2",
    "exp(-A*x) + B*x",
    "log(1 + A*x**2) + B*x",
    "sqrt(1 + (A*x)**2) - B*cos(x)",
    "x**2/(A + x**2) + B*x",
    "A*abs(x - B) + x**2",
    "A*x**3 - B*x",
    "tanh(A*x)**2",
    "2**(A*x) + x**2 - pi",
    "atan(A*x)*x + B",
    "(x - B)**2*exp(-A*x**2)",
]
TWO = [
    "A*x**2 + B*x*y + y**2",
    "sin(A*x)*cos(y) + B*x**2 + y**2",
    "exp(-A*x**2 - y**2) + B*x",
    "log(1 + A*x**2 + y**2)",
    "(x**2 - A)**2 + (y + B*x)**2",
    "x**2 + 2*x*y + 3 + cos(A*x + 2*y)",
    "sqrt(1 + A*x**2 + y**2)",
    "A*x**2 - y**2",
]


# what NumPy's functions make; they are traced into formulas
def ripples(p):
    return np.sin(3 * p[0]) * np.cos(2 * p[1]) + 0.1 * (p[0] ** 2 + p[1] ** 2)


def ripples_gradient(p):
    x, y = p
    return np.array([3 * np.cos(3 * x) * np.cos(2 * y) + 0.2 * x, -2 * np.sin(3 * x) * np.sin(2 * y) + 0.2 * y])


def soft(p):
    return np.log(np.exp(p[0]) + np.exp(-p[0] + p[1])) + 0.5 * p[1] ** 2


def soft_gradient(p):
    left, right = np.exp(p[0]), np.exp(-p[0] + p[1])
    share = right / (left + right)
    return np.array([1 - 2 * share, share + p[1]])


def wavy(x):
    return np.sqrt(1 + x * x) + np.sin(2 * x)


def wavy_gradient(x):
    return x / np.sqrt(1 + x * x) + 2 * np.cos(2 * x)


@cache
def derived(text, d):
    """The value and the d slopes of a text, as functions of the coordinates, A and B, by SymPy; and their texts."""
    f = sympy.sympify(text, {str(name): name for name in NAMES})
    parts = [f, *(f.diff(name) for name in NAMES[:d])]
    return [sympy.lambdify(NAMES, part, "math") for part in parts], [str(part) for part in parts[1:]]


def formula(rng, d):
    """(subject, f, gradient) of a random text; every second one brings its gradient as a text too."""
    text, numbers = rng.choice(ONE if d == 1 else TWO), rng.uniform(0.2, 2, 2).round(3).tolist()
    (f, *slopes), texts = derived(text, d)

    def filled(text):
        for letter, number in zip("AB", numbers, strict=True):
            text = re.sub(rf"\b{letter}\b", f"({number!r})", text)
        return text

    def at(function, p):
        return function(*(p if d == 2 else (p, 0.0)), *numbers)

    subject = {"of": "formula", "names": ["x", "y"][:d], "f": filled(text), "gradient": None}
    if rng.random() < 0.5:
        subject["gradient"] = [filled(text) for text in texts]
    if d == 1:
        return subject, partial(at, f), partial(at, slopes[0])
    return subject, lambda p: at(f, p.tolist()), lambda p: np.array([at(slope, p.tolist()) for slope in slopes])


def traced(rng, d):
    """(subject, f, gradient) of a landscape or of a function in NumPy."""
    if d == 1:
        made = rng.choice(["well", "wavy"])
        f, gradient = (landscapes.double_well(rng.uniform(-1, 1)), None) if made == "well" else (wavy, wavy_gradient)
    else:
        f, gradient = [
            lambda: (landscapes.valley(rng.uniform(1, 60)), None),
            lambda: (landscapes.saddle(), None),
            lambda: (landscapes.himmelblau(), None),
            lambda: (landscapes.rosenbrock(), None),
            lambda: (ripples, ripples_gradient),
            lambda: (soft, soft_gradient),
        ][rng.integers(6)]()
    subject, _ = subject_of(f, gradient, d)
    return subject, f, gradient or f.gradient


def length(rng, most=150):
    """T: 1 or 1000 now and then, else up to `most`, evenly in its logarithm."""
    return int(rng.choice([1, 1000, log(rng, 1, most)], p=[0.05, 0.005, 0.945]))


def log(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def shaken(gradient):
    """The gradient with other last digits at each step."""
    rng = np.random.default_rng(0)
    return lambda *given: gradient(*given) * (1 + NEXT * rng.uniform(-1, 1))


def compared(walk, gradient, start, **setting):
    """The setting with gdlib's walk, thinned, and how far its walk from next to the start agrees."""
    path, beside = walk(gradient, start), walk(shaken(gradient), start * (1 + NEXT))
    points, others = (p.points.reshape(len(p.points), -1) for p in (path, beside))
    n = min(len(points), len(others))
    far = np.maximum.accumulate(abs(points[:n]).max(axis=1))
    apart = abs(points[:n] - others[:n]).max(axis=1) > 1e-10 * far + 1e-300
    # with eps = 0 rounding alone says when a walk that has arrived stops
    arrived = setting.get("eps") == 0 and (path.norms < 1e-12 * np.maximum.accumulate(path.norms)).any()
    whole = not apart.any() and not arrived and (path.stop, path.steps) == (beside.stop, beside.steps)
    every = -(-len(points) // STORED)
    last, other = float(path.norms[-1]), float(beside.norms[-1])
    steady = abs(last - other) <= 1e-10 * path.norms.max() < np.inf
    return setting | {
        "init": np.ravel(start).tolist(),
        "stop": path.stop,
        "steps": path.steps,
        "norm": last if steady else None,
        "every": every,
        "points": points[::every].tolist(),
        "final": points[-1].tolist(),
        "same": int(apart.argmax()) if apart.any() else n,
        "whole": bool(whole),
    }


def descent(gradient, init, subject, lr, eps, T, ascent=False, **where):
    walk = partial(gradient_ascent if ascent else gradient_descent, lr=lr, eps=eps, T=T)
    named = {"subject": subject, "lr": lr, "eps": eps, "T": T, "ascent": ascent, **where}
    return compared(walk, gradient, init, **named)


def formulas(rng, d):
    subject, _, gradient = (formula if rng.random() < 0.6 else traced)(rng, d)
    init = rng.uniform(-2, 2, d).round(3) if d == 2 else float(rng.uniform(-2, 2))
    eps = rng.choice([0.0, 1e-6, 1e-3, 0.1, 100.0], p=[0.2, 0.3, 0.3, 0.15, 0.05])
    L = np.linalg.norm(np.atleast_2d(finite_difference(lambda p: np.linalg.norm(gradient(p)), init))) + 0.1
    lr = rng.choice([log(rng, 1e-3, 0.5), rng.uniform(0.01, 1.5) / L, 2 / L, 2.2 / L], p=[0.4, 0.4, 0.1, 0.1])
    return descent(gradient, init, subject, float(lr), float(eps), length(rng), bool(rng.random() < 0.25))


@cache
def loops():
    """The loops of lecture 7, from its cells, by name."""
    space = {"np": np}
    for cell in re.findall(r"^def (?:heavy_ball|rmsprop|adam)\(.*?(?=^```)", LECTURE.read_text("utf-8"), re.M | re.S):
        exec(cell, space)
    return space


def rolled(method, gradient, init, lr, beta, eps, T):
    """A lecture's walk as a path: it ends at the last finite point."""

    def slope(x):
        try:
            return gradient(x)
        except (OverflowError, ValueError):  # math's; NumPy's functions give inf and nan
            return x * np.nan

    points = loops()[METHODS[method]](slope, init, lr, beta, T, eps)
    flat = points.reshape(len(points), -1)
    far = ~np.isfinite(flat).all(axis=1)
    last = int(far.argmax()) - 1 if far.any() else len(points) - 1
    norms = np.array([np.hypot.reduce(np.atleast_1d(slope(p))) for p in points[: last + 1]])
    ended = "diverged" if far.any() or not norms[-1] < np.inf else "converged" if norms[-1] <= eps else "exhausted"
    return SimpleNamespace(points=points[: last + 1], norms=norms, stop=ended, steps=last)


def methods(rng):
    d = int(rng.integers(1, 3))
    subject, _, gradient = formula(rng, d) if rng.random() < 0.5 else traced(rng, d)
    init = rng.uniform(-2, 2, d).round(3) if d == 2 else float(rng.uniform(-2, 2))
    method = int(rng.integers(1, 4))
    setting = {
        "method": method,
        "lr": log(rng, 3, 1e6) if method == 1 and rng.random() < 0.4 else log(rng, 1e-3, 3),  # a ball may run away
        "beta": float(rng.choice([0, 0.5, 0.9, 0.99])),
        "eps": float(rng.choice([0.0, 1e-3, 0.1])),
        "T": length(rng),
    }
    return compared(
        lambda g, start: rolled(gradient=g, init=start, **setting), gradient, init, subject=subject, **setting
    )


def tables(rng):
    """Ten tables: a column of ones and one to three features, of every size."""
    for k in range(10):
        n, d = int(rng.integers(3, 40)), 2 if k < 8 else 4
        X = np.column_stack([np.ones(n), rng.normal(rng.uniform(-3, 3), rng.uniform(0.3, 3), (n, d - 1))])
        yield X, X @ rng.normal(0, 2, d) + rng.normal(0, 0.5, n)


def loss_of(rng, data):
    """(number of the table, a loss of it, its subject)."""
    at = int(rng.integers(len(data)))
    scale = str(rng.choice(["half-sum", "sum", "half-mean", "mean"]))
    loss = LeastSquares(*data[at], scale)
    return at, loss, subject_of(loss, d=loss.d)[0]


def table_descent(rng, data):
    at, loss, subject = loss_of(rng, data)
    init = rng.normal(0, 3, loss.d) if rng.random() < 0.8 else np.zeros(loss.d)
    rate = rng.choice([log(rng, 0.01, 1.9), 1, 1.999, 2, 2.01, 4, 1e6], p=[0.3, *[0.1] * 5, 0.2])
    eps = rng.choice([0.0, 1e-6, 1e-2, 1e4], p=[0.2, 0.4, 0.35, 0.05])
    return descent(loss.gradient, init, subject, float(rate / loss.L), float(eps), length(rng), at=at)


def stochastic(rng, loss, init, lr, subject, at):
    n, T, seed = loss.n, length(rng, 80), int(rng.integers(1000))
    b = int(rng.choice([1, n, rng.integers(1, n + 1)]))
    return compared(
        lambda gradient, start: sgd(SimpleNamespace(n=n, gradient=gradient), start, lr, T, b, seed),
        loss.gradient,
        init,
        **{"subject": subject, "lr": lr, "T": T, "b": b, "at": at},
        orders=orders(n, [b], [seed], T).ravel().tolist(),
    )


def table_sgd(rng, data):
    at, loss, subject = loss_of(rng, data)
    rate = rng.choice([log(rng, 0.003, 0.7), 1.5, 4, 1e6], p=[0.7, 0.1, 0.1, 0.1]) / loss.L
    return stochastic(rng, loss, rng.normal(0, 3, loss.d), float(rate), subject, at)


def sine_sgd(rng, fits):
    at = int(rng.integers(len(fits)))
    lr = log(rng, 0.001, 0.15) if rng.random() < 0.9 else log(rng, 0.15, 2)
    return stochastic(rng, fits[at], float(rng.uniform(0.5, 8)), lr, subject_of(fits[at], d=1)[0], at)


def cut(rng, whole):
    """A part of the map, also at its border; (subject, arrays, its gradient, NaN outside)."""
    land = landscapes.terrain()
    ends = np.array(land.domain)
    low = ends[:, 1] * rng.uniform(0, 0.7, 2) * (rng.random(2) < 0.8)
    window = ends if whole else np.column_stack([low, low + ends[:, 1] * rng.uniform(0.1, 0.3, 2)])
    subject, arrays = subject_of(land, None, 2, window.tolist())
    count = np.array([subject["columns"], subject["rows"]]) - 3
    corner, step = np.array([subject["x"], subject["y"]]), np.array([land.dx, land.dy])

    def gradient(p):
        u = p / step - (corner / step).round()
        return land.gradient(p) if (u >= 0).all() and (u <= count).all() else p * np.nan

    return subject, arrays, gradient, corner, corner + count * step


def grid_walk(rng, cuts):
    at = 0 if rng.random() < 0.3 else int(rng.integers(1, len(cuts)))
    subject, _, gradient, low, high = cuts[at]
    init, lr = rng.uniform(low, high), log(rng, 1, 5000)
    eps = float(rng.choice([0.0, 1e-3, 1e-2, 10.0], p=[0.3, 0.3, 0.3, 0.1]))
    return descent(gradient, init, subject, lr, eps, length(rng, 50), bool(rng.random() < 0.3), at=at)


def difference(rng):
    d = int(rng.integers(1, 3))
    subject, f, _ = (formula if rng.random() < 0.6 else traced)(rng, d)
    x = rng.uniform(-2, 2, d) if d == 2 else float(rng.uniform(-2, 2))
    h = None if rng.random() < 0.3 else log(rng, 1e-9, 1)
    scheme = str(rng.choice(["central", "forward", "backward"]))
    slopes, value = finite_difference(f, x, h, scheme), float(f(x))
    # values differ in their last digits, which a small h magnifies; those of the terms may be larger than their sum
    rounding = 32 * 2.2e-16 * (1 + abs(value)) / (h or 1.5e-8)
    named = {"subject": subject, "x": np.atleast_1d(x).tolist(), "h": h, "scheme": scheme}
    return named | {"slopes": np.atleast_1d(slopes).tolist(), "rounding": rounding}


def value(rng, data, fits, cuts):
    """The height of a loss, of a wave or of the map at a point; of the first two also that of some rows."""
    of = rng.choice(["table", "sine", "grid"])
    if of == "grid":
        at = int(rng.integers(len(cuts)))
        subject, _, _, low, high = cuts[at]
        x, rows = rng.uniform(low, high), None
        height = landscapes.terrain()(x)
    else:
        if of == "table":
            at, f, subject = loss_of(rng, data)
        else:
            at = int(rng.integers(len(fits)))
            f, subject = fits[at], subject_of(fits[at], d=1)[0]
        x = rng.normal(0, 3, getattr(f, "d", 1))
        rows = None if rng.random() < 0.3 else rng.permutation(f.n)[: rng.integers(1, f.n + 1)].tolist()
        height = f(x if of == "table" else x.item(), rows)
    return {"subject": subject, "at": at, "x": x.tolist(), "rows": rows, "value": float(height)}


def level_lines(rng):
    """Heights with the levels that gdlib.figures.drawing draws at: of plains and of bowls, some with holes."""
    heights = rng.uniform(0, 1, int(rng.integers(1, 60))) ** rng.choice([0.3, 1, 2, 6])
    holes = rng.random(heights.size) < rng.choice([0, 0.3])
    at = drawing.levels(np.where(holes, np.nan, heights)).tolist()
    return {
        "heights": [None if hole else height for hole, height in zip(holes, heights.tolist(), strict=True)],
        "at": at,
    }


def machine(rng):
    """Rows, columns, a batch and a memory, and the bytes that all rows and a batch take: often just more, or just less."""
    n, d = int(log(rng, 100, 3000)), int(rng.integers(1, 101))
    b = int(rng.integers(1, n + 1))
    all_rows, batch = (
        need.in_memory + need.model for need in (footprint(rows, d) for rows in (n, b))
    )  # and the gradient
    pages = -(-int(rng.choice([all_rows, batch])) // 2**16) + int(rng.integers(-1, 2))
    return {"n": n, "d": d, "b": b, "memory": max(1, pages) * 2**16, "all": all_rows, "batch": batch}


def settings():
    rng = np.random.default_rng(15)
    data = list(tables(rng))
    fits = [SineFit.example(k, digits) for k, digits in enumerate([None, None, 10, 6])]
    cuts = [cut(rng, whole=k == 0) for k in range(6)]
    kinds = {
        "formula, 1-D": partial(formulas, rng, 1),
        "formula, 2-D": partial(formulas, rng, 2),
        "table, descent": partial(table_descent, rng, data),
        "table, SGD": partial(table_sgd, rng, data),
        "sine, SGD": partial(sine_sgd, rng, fits),
        "grid": partial(grid_walk, rng, cuts),
        "differences": partial(difference, rng),
        "values": partial(value, rng, data, fits, cuts),
        "levels": partial(level_lines, rng),
        "machines": partial(machine, rng),
        "methods": partial(methods, rng),
    }
    arrays = {
        "table": [{"X": X.ravel().tolist(), "y": y.tolist()} for X, y in data],
        "sine": [{"t": fit.t.tolist(), "y": fit.y.tolist()} for fit in fits],
        "grid": [{"heights": made["heights"].ravel().tolist()} for _, made, *_ in cuts],
    }
    with np.errstate(all="ignore"):
        return {"arrays": arrays, "kinds": {kind: [make() for _ in range(COUNT)] for kind, make in kinds.items()}}


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(settings(), separators=(",", ":"), allow_nan=False), encoding="utf-8")
