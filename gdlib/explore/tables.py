"""Arguments, grids and tables: what an explorer is given, checked and packed for the browser."""

import math
from contextlib import suppress

import numpy as np

from gdlib.arguments import real_array


def start_of(init, domain):
    """A finite start: a float, or an array of shape (2,)."""
    start = np.ravel(real_array(init, "init")).astype(float)
    if len(start) != len(domain) or not np.isfinite(start).all():
        raise ValueError(f"init must be {len(domain)} finite number{'s' * (len(domain) > 1)}, got {init!r}")
    return float(start[0]) if len(domain) == 1 else start


def log_grid(ends, through, name, most=64):
    """Values evenly spaced on a logarithmic scale, from end to end, widened to hold `through`, which is among them.

    >>> log_grid((0.01, 1.0), 0.1, "lr_range", most=5).round(4).tolist()
    [0.01, 0.0316, 0.1, 0.3162, 1.0]
    """
    through = float(through)
    low, high = (min(float(ends[0]), through), max(float(ends[1]), through)) if np.shape(ends) == (2,) else (0, 0)
    if not 0 < low < high < math.inf:
        raise ValueError(f"{name} must be (low, high) with 0 < low < high, got {ends!r:.80}")
    decades = math.log10(high / low)
    step = next((s for s in (0.01, 0.02, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0) if decades / s < most), decades / 8)
    below, above = (math.floor(abs(math.log10(end / through)) / step + 1e-9) for end in (low, high))
    exponents = np.arange(-below, above + 1) * step
    return through * 10.0**exponents if len(exponents) > 1 else np.array([low, high])


def nearest(grid, value):
    """The place of the value of a logarithmic grid that is closest to `value`."""
    return int(np.abs(np.log(grid / value)).argmin())


def values_at(f, points):
    """f at each of m points, shape (m,): in one call where that gives the same numbers, else one by one.
    Points are (m,) numbers, or (m, d) rows. Python's OverflowError counts as infinity; what else f raises is raised."""
    points = np.asarray(points, dtype=float)

    def one(point):
        try:
            return float(np.squeeze(f(float(point) if points.ndim == 1 else point.copy())))
        except (OverflowError, ZeroDivisionError):
            return math.nan if points.ndim == 1 and point == 0 else math.inf

    with np.errstate(all="ignore"):
        with suppress(Exception):  # whatever it raises, the one-by-one calls raise again and show it
            together, some = np.asarray(f(points.T.copy()), dtype=float), slice(None, None, max(1, len(points) // 4))
            expected = [one(point) for point in points[some]]
            same = together.shape == (len(points),) and np.allclose(together[some], expected, 1e-9, 0, equal_nan=True)
            if same:
                return together
        return np.array([one(point) for point in points])


def pack(**arrays):
    """Arrays end to end, each in its own type and from a multiple of 8 bytes on: the bytes, and {name: [type, first
    byte, count]} to find them by.

    >>> pack(rows=np.array([2, 0, 1], dtype=np.uint16), y=np.array([0.1]))[1]
    {'rows': ['uint16', 0, 3], 'y': ['float64', 8, 1]}
    """
    parts, layout, first = [], {}, 0
    for name, array in arrays.items():
        flat = array.astype(array.dtype.newbyteorder("<")).ravel()
        layout[name] = [array.dtype.name, first, flat.size]
        parts.append(flat.tobytes() + bytes(-flat.nbytes % 8))
        first += len(parts[-1])
    return b"".join(parts), layout


def state(init):
    """Where the handles of a view begin: the start, and the given function."""
    return {"init": np.atleast_1d(init).tolist(), "formula": ""}


def finite(value):
    """A number that JSON can hold: None where it is not finite."""
    return float(value) if value is not None and math.isfinite(value) else None
