"""What is explored, as data: the part of a spec that the browser computes with, and the arrays that it needs."""

import math

import numpy as np

from gdlib.arguments import whole
from gdlib.explore.formula import traced
from gdlib.landscapes import Landscape, Terrain
from gdlib.minibatch import SineFit, batches
from gdlib.regression import ROOTS, SCALES, LeastSquares

SQUARES = tuple(scale for scale in SCALES if scale not in ROOTS)


def subject_of(f, gradient=None, d=2, domain=None):
    """(subject, arrays) of a function f of d = 1 or 2 coordinates, with its own `gradient` or the one given.

    A `LeastSquares` in a square scale gives its table, a `SineFit` its measurements, the terrain the part of the map
    that holds the domain, ((west, east), (south, north)) in metres. Any other function becomes a formula, by
    `formula.traced`, and so does a gradient of its own; with none, the browser differentiates f.

    ValueError or TypeError for what can be none of these.

    >>> loss = LeastSquares([[1.0, 0.0], [1.0, 2.0]], [3.0, 5.0])
    >>> subject_of(loss)[0]
    {'of': 'table', 'scale': 'half-sum', 'd': 2}
    """
    own = getattr(f, "gradient", None)
    if own is not None and (gradient is None or gradient == own):
        for kind, made in ((LeastSquares, _table), (SineFit, _sine), (Terrain, _grid)):
            if isinstance(f, kind):
                if d != (f.d if kind is LeastSquares else 1 if kind is SineFit else 2):
                    raise ValueError(f"f must be a function of {d} coordinate{'s' * (d > 1)}, got {f!r:.80}")
                return made(f, domain)
    if isinstance(f, Landscape):  # past the check of the argument, which takes numbers only
        gradient = own.args[0] if gradient is None or gradient == own else gradient
        f = f.f
    text, *more = traced(f, d)
    if more:
        raise ValueError(f"f must return one number, it returned {d}")
    slopes = None if gradient is None else traced(gradient, d, "gradient")
    if slopes and len(slopes) != d:
        raise ValueError(f"gradient must return {d} numbers, it returned one")
    return {"of": "formula", "names": ["x", "y"][:d], "f": text, "gradient": slopes}, {}


def _table(loss, _):
    if loss.scale not in SQUARES:
        raise ValueError(f"scale must be a square, one of {', '.join(map(repr, SQUARES))}, got {loss.scale!r}")
    if not hasattr(loss.data, "X"):
        raise ValueError(f"the rows of {loss!r} must be in memory to be explored")
    X, y = (np.asarray(part, dtype=float) for part in (loss.data.X, loss.data.y))
    return {"of": "table", "scale": str(loss.scale), "d": loss.d}, {"X": X, "y": y}


def _sine(fit, _):
    return {"of": "sine", "digits": fit.digits}, {"t": fit.t.astype(float), "y": fit.y.astype(float)}


def _grid(land, domain):
    """The smallest part of the map that holds the domain, and one more row and column on each side for Keys'
    interpolation: the map's own, or at its border the straight continuation."""
    padded = np.pad(land.heights, 1, mode="reflect", reflect_type="odd")
    cuts, corner = [], []
    for (low, high), step, count in zip(
        domain or land.domain, (land.dx, land.dy), land.heights.shape[::-1], strict=True
    ):
        first = min(max(math.floor(low / step), 0), count - 2)
        last = min(max(math.ceil(high / step), first + 1), count - 1)
        cuts.append(slice(first, last + 3))
        corner.append(first * step)
    heights = padded[cuts[1], cuts[0]].astype(np.int16)  # whole metres
    (rows, columns), (x, y) = heights.shape, corner
    sizes = {"rows": rows, "columns": columns, "dx": land.dx, "dy": land.dy}
    return {"of": "grid", **sizes, "x": x, "y": y}, {"heights": heights}


def orders(n, batch_sizes, seeds, T):
    """The permutations that `minibatch.batches` deals, (seeds, epochs, n): for each seed as many epochs as T updates,
    and the look at the gradient after the last, need with the largest batch. A batch of all n rows needs none.

    >>> orders(5, [2, 5], seeds=[1], T=3).tolist()
    [[[4, 0, 1, 2, 3], [3, 0, 1, 4, 2]]]
    """
    largest = max((whole(b, "batch_size") for b in batch_sizes if b < n), default=None)
    epochs = 0 if largest is None else -(-(whole(T, "T") + 1) // -(-n // largest))
    dealt = [list(batches(n, n, seed, epochs)) if epochs else [] for seed in seeds]
    return np.array(dealt, dtype=np.uint16 if n <= 2**16 else np.uint32).reshape(len(seeds), epochs, n)
