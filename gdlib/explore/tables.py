"""Arguments, grids and tables: what an explorer computes before its view can look anything up."""

import base64
import json
import math

import numpy as np

from gdlib.landscapes import Landscape

TABLE_BYTES = 54_000  # base64 makes 72 kB of it; with the code and the background a view stays below 150 kB
FARTHEST = 1e38  # float32 ends at 3.4e38: a path is kept in the table up to here


# ---------------------------------------------------------------- arguments


def function_of(f, gradient, domain, d):
    """f, its gradient and d pairs (low, high); a Landscape brings what is not given."""
    if isinstance(f, Landscape):
        domain = f.domain if domain is None else domain
        gradient = f.gradient if gradient is None else gradient
    if not callable(f):
        raise TypeError(f"f must be a function of the point, got {f!r}")
    if not callable(gradient):
        raise TypeError(f"derivative or gradient must be a function of the point, got {gradient!r}")
    pairs = np.array([(-4.0, 4.0)] * d if domain is None else domain, dtype=float)
    pairs = pairs.reshape(1, 2) if pairs.shape == (2,) and d == 1 else pairs
    if pairs.shape != (d, 2) or not np.isfinite(pairs).all() or not (pairs[:, 0] < pairs[:, 1]).all():
        raise ValueError(f"domain must be {d} pair{'s' * (d > 1)} (low, high) with low < high, got {domain!r}")
    return f, gradient, [tuple(map(float, pair)) for pair in pairs]


def dimension(f, init, domain):
    """1 or 2: as many coordinates as the start has, or else the domain."""
    for given, count in ((init, np.size), (domain, lambda given: np.size(given) // 2)):
        if given is not None:
            d = count(given)
            break
    else:
        d = len(f.domain) if isinstance(f, Landscape) else 1
    if d not in (1, 2):
        raise ValueError(f"init must be a number or a pair, got {init!r}")
    return d


def start_of(init, domain):
    """A finite start: a float, or an array of shape (2,)."""
    if init is None:
        init = [low + 0.85 * (high - low) for low, high in domain]
    start = np.array(init, dtype=float).ravel()
    if len(start) != len(domain) or not np.isfinite(start).all():
        raise ValueError(f"init must be {len(domain)} finite number{'s' * (len(domain) > 1)}, got {init!r}")
    return float(start[0]) if len(domain) == 1 else start


def inside(x, domain, name):
    x = float(x)
    if not domain[0] <= x <= domain[1]:
        raise ValueError(f"{name} must lie in the domain {domain}, got {x!r}")
    return x


def whole(value, name):
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < 1:
        raise ValueError(f"{name} must be a whole number, 1 or more, got {value!r}")
    return int(value)


# ---------------------------------------------------------------- grids and tables


def log_grid(low, high, through, name, at_most=64):
    """Values from low to high, evenly spaced on a logarithmic scale, `through` among them.

    >>> log_grid(0.01, 1.0, 0.1, "lr_range", at_most=5).round(4).tolist()
    [0.01, 0.0316, 0.1, 0.3162, 1.0]
    """
    low, high, through = float(low), float(high), float(through)
    if not 0 < low < high < math.inf:
        raise ValueError(f"{name} must be (low, high) with 0 < low < high, got {(low, high)}")
    decades = math.log10(high / low)
    step = next((s for s in (0.01, 0.02, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0) if decades / s < at_most), decades / 8)
    below, above = (math.floor(abs(math.log10(end / through)) / step + 1e-9) for end in (low, high))
    exponents = np.arange(-below, above + 1) * step
    return through * 10.0**exponents if len(exponents) > 1 else np.array([low, high])


def linear_grid(domain, at_most):
    """Values across the domain at a round step, its left end among them, at most `at_most` of them."""
    low, high = domain
    step = nice((high - low) / (at_most - 1))
    values = low + step * np.arange(math.floor((high - low) / step + 1e-9) + 1)
    return np.round(values, 9 - math.floor(math.log10(step))) + 0.0  # 0 is 0, and not −8e-15


def nice(step):
    """The next number of the kind 1, 2, 2.5, 5 × 10ⁿ at or above `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= step * (1 - 1e-9))


def decimals(step):
    """The format of a slider's readout, with the decimals of its step: a multiple of the step is shown as it is.

    >>> decimals(0.025), decimals(0.1), decimals(250.0)
    ('.3f', '.1f', '.0f')
    """
    return f".{next((k for k in range(12) if abs(step * 10**k - round(step * 10**k)) < 1e-6 * step * 10**k), 12)}f"


def values_at(f, points):
    """f at each of m points, shape (m,): in one call where that gives the same numbers, else one by one.

    Points are (m,) numbers, or (m, d) rows. Python's OverflowError counts as infinity; what else f raises is raised.
    """
    points = np.asarray(points, dtype=float)

    def one(point):
        try:
            return float(np.squeeze(f(float(point) if points.ndim == 1 else point.copy())))
        except (OverflowError, ZeroDivisionError):
            return math.nan if points.ndim == 1 and point == 0 else math.inf

    with np.errstate(all="ignore"):
        probe = points[:: max(1, len(points) // 4)]
        expected = np.array([one(point) for point in probe])
        try:
            if np.allclose(np.asarray(f(probe.T), dtype=float), expected, rtol=1e-9, atol=0, equal_nan=True):
                together = np.asarray(f(points.T), dtype=float)
                if together.shape == (len(points),):
                    return together
        except Exception:  # whatever it raises, the one-by-one calls raise again and show it
            pass
        return np.array([one(point) for point in points])


def curve_of(f, domain, n=241):
    xs = np.linspace(*domain, n)
    return xs, values_at(f, xs)


def mesh_of(f, domain, n=121):
    """A grid over the domain and the height at each point of it: (X, Y), heights (n, n)."""
    X, Y = np.meshgrid(*(np.linspace(*pair, n) for pair in domain))
    return (X, Y), values_at(f, np.column_stack([X.ravel(), Y.ravel()])).reshape(X.shape)


def fit(counts, T, T_max, chosen, room):
    """(every n-th rate, T_max) for a table of at most `room` points: forty rates if possible, twenty at least.

    `counts` are the points of each rate's path when it may take T_max steps.

    A T_max that the caller has chosen stays; otherwise it may come down to T.

    >>> fit(np.array([101] * 60), T=50, T_max=100, chosen=False, room=4000)
    (1, 65)
    """

    def size(stride, T_max):
        # the phase of the stride is not known here: take the longest
        return max(np.minimum(counts[first::stride], T_max + 1).sum() for first in range(stride))

    lengths = [T_max] if chosen else [T_max - i * (T_max - T) // 20 for i in range(21)]
    for fewest in (40, 20):
        for longest in lengths:
            for stride in range(1, max(2, len(counts) // fewest + 1)):
                if size(stride, longest) <= room:
                    return stride, longest
    raise ValueError(
        f"T = {T}, T_max = {T_max} make a view that does not fit into a saved notebook: "
        "choose a smaller T_max; `gdlib.figures` draws longer walks"
    )


def stored(runs):
    """How many points of each path of a `Sweep` float32 can hold: all, or up to the first beyond FARTHEST."""
    far = abs(runs.points).reshape(*runs.norms.shape, -1).max(axis=2) > FARTHEST
    return np.minimum(np.where(far.any(axis=1), far.argmax(axis=1), runs.steps + 1), runs.steps + 1)


def ragged(runs, f):
    """The paths end to end, each only as long as it is and as float32 reaches; and the height at each point."""
    counts = stored(runs)
    kept = np.arange(runs.norms.shape[1]) < counts[:, None]
    points = runs.points[kept]
    return {"points": points, "norms": runs.norms[kept], "offsets": np.cumsum([0, *counts])}, values_at(f, points)


def pack(**arrays):
    """Arrays as float32, end to end: the bytes, and {name: [first, count]} to find them by."""
    layout, first, parts = {}, 0, []
    for name, array in arrays.items():
        with np.errstate(over="ignore"):
            flat = np.asarray(array, dtype=float).astype("<f4").ravel()
        layout[name] = [first, flat.size]
        first += flat.size
        parts.append(flat.tobytes())
    return b"".join(parts), layout


def at_nearest(xs, values, x):
    return float(values[abs(np.asarray(xs) - x).argmin()])


def finite(value):
    """A number that JSON can hold: None where it is not finite."""
    return float(value) if value is not None and math.isfinite(value) else None


def encoded(value):
    """A value as text that nobody reads by accident: base64 of its JSON. No secret."""
    return base64.b64encode(json.dumps(value).encode()).decode()
