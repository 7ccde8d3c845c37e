"""Arguments, grids and tables: what an explorer computes before its view can look anything up."""

import math

import numpy as np

from gdlib.landscapes import Landscape

TABLE_BYTES = 54_000  # base64 makes 72 kB of it; with the code and the background a view stays below 150 kB
FARTHEST = 1e38  # float32 ends at 3.4e38: a path is kept in the table up to here


def dimension(f, init, domain):
    """1 or 2: as many coordinates as the start has, or else the domain."""
    if init is not None:
        d = np.size(init)
    elif domain is not None:
        d = np.size(domain) // 2
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
    """x as a float in the domain."""
    x = float(x)
    if not domain[0] <= x <= domain[1]:
        raise ValueError(f"{name} must lie in the domain {domain}, got {x!r}")
    return x


def whole(value, name):
    """A whole number, 1 or more."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < 1:
        raise ValueError(f"{name} must be a whole number, 1 or more, got {value!r}")
    return int(value)


def at_most(value, name, most, least=1):
    """A whole number from `least` to `most`."""
    value = whole(value, name)
    if not least <= value <= most:
        raise ValueError(f"{name} must be between {least} and {most}, got {value}")
    return value


def log_grid(low, high, through, name, most=64):
    """Values from low to high, evenly spaced on a logarithmic scale, `through` among them.

    >>> log_grid(0.01, 1.0, 0.1, "lr_range", most=5).round(4).tolist()
    [0.01, 0.0316, 0.1, 0.3162, 1.0]
    """
    low, high, through = float(low), float(high), float(through)
    if not 0 < low < high < math.inf:
        raise ValueError(f"{name} must be (low, high) with 0 < low < high, got {(low, high)}")
    decades = math.log10(high / low)
    step = next((s for s in (0.01, 0.02, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0) if decades / s < most), decades / 8)
    below, above = (math.floor(abs(math.log10(end / through)) / step + 1e-9) for end in (low, high))
    exponents = np.arange(-below, above + 1) * step
    return through * 10.0**exponents if len(exponents) > 1 else np.array([low, high])


def around(ends, value, name, most=64):
    """A logarithmic grid from end to end, widened to hold `value`."""
    return log_grid(min(ends[0], value), max(ends[1], value), value, name, most)


def nearest(grid, value):
    """The place of the value of a logarithmic grid that is closest to `value`."""
    return int(np.abs(np.log(np.asarray(grid) / value)).argmin())


def linear_grid(domain, most):
    """Values across the domain at a round step, its left end among them, at most `most` of them."""
    low, high = domain
    step = nice((high - low) / (most - 1))
    values = low + step * np.arange(math.floor((high - low) / step + 1e-9) + 1)
    return np.round(values, 9 - math.floor(math.log10(step))) + 0.0  # 0 is 0, and not −8e-15


def nice(step):
    """The next number of the kind 1, 2, 2.5, 5 × 10ⁿ at or above `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= step * (1 - 1e-9))


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


def finite(value):
    """A number that JSON can hold: None where it is not finite."""
    return float(value) if value is not None and math.isfinite(value) else None
