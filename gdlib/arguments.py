"""What every function here asks of its arguments; the messages name the argument and its value."""

import math
from numbers import Integral, Real

import numpy as np


def whole(value, name, least=1):
    """`value` as an int that is at least `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number, got {value!r:.80}")
    if value < least:
        raise ValueError(f"{name} must be {least} or more, got {value!r:.80}")
    return int(value)


def number(value, name, zero=False):
    """`value` as a finite float above 0; with `zero`, 0 is allowed."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r:.80}")
    fits = not isinstance(value, Integral) or abs(value) < 2**1023  # a float can be that large
    if not (fits and 0 <= value < math.inf) or (value == 0 and not zero):
        bound = ", 0 or above," if zero else " above 0,"
        raise ValueError(f"{name} must be a finite number{bound} got {value!r:.80}")
    return float(value)


def real_array(value, name, keep="f"):
    """`value` as an array of real numbers: kinds to `keep` stay as they are, others become float64."""
    if type(value) is np.ndarray and value.dtype.kind in keep:
        return value
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be a masked array: its mask would be lost; use .filled()")
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and all(hasattr(v, "formula") for v in array.flat):
            return array  # what explore.formula asks a function with
        if array.dtype.kind == "O":  # SymPy's numbers, say; not None
            array = np.array([float(v) for v in array.ravel()]).reshape(array.shape)
        elif array.dtype.kind in "biu" and array.dtype.kind not in keep:
            array = array.astype(float)
    except Exception:  # whatever another library's array raises
        array = None
    if array is None or array.dtype.kind not in keep:
        raise TypeError(f"{name} must be a number or an array of real numbers, got {value!r:.80}")
    return array


def precision(dtype):
    """The type to compute in: float32 for floats of at most 4 bytes, float64 for all others."""
    return np.dtype(np.float32 if dtype.kind == "f" and dtype.itemsize <= 4 else np.float64)


def point(value, name):
    """A finite float, or a finite array of shape (d,) that is not the caller's own."""
    x = real_array(value, name)
    if x.ndim > 1 or x.size == 0:
        raise ValueError(f"{name} must be a number or have shape (d,), d >= 1, got shape {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"{name} must be finite, got {value!r:.80}")
    return float(x) if x.ndim == 0 else x.copy()


def generator(seed):
    """What draws at random: ``numpy.random.default_rng(seed)``."""
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        raise type(error)(f"seed must be a whole number, 0 or more, or a Generator, got {seed!r:.80}") from error


def at_rows(rows, *parts):
    """Each part at these rows, a slice or `row_numbers`."""
    try:
        return [part[rows if isinstance(rows, slice) else row_numbers(rows)] for part in parts]
    except IndexError as error:
        raise IndexError(f"rows must be below n = {len(parts[0])}, got {rows!r:.80}") from error


def row_numbers(rows):
    """`rows` as a vector of whole numbers, one at least."""
    rows = real_array(rows, "rows", keep="biuf")
    if rows.ndim != 1 or rows.size == 0 or rows.dtype.kind not in "iu":
        raise ValueError(f"rows must be a slice or a vector of row numbers, one at least, got {rows!r:.80}")
    return rows


def gradient_at(gradient, x, *rows):
    """gradient(x, *rows), which must have the shape of x and leave x as it is."""
    if type(x) is not float:
        x.flags.writeable = False
    try:
        slope = gradient(x, *rows)
    except OverflowError:  # Python's floats raise where arrays give inf
        return x * 0 + math.inf
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise ValueError(f"gradient must not change its argument (nor what is read-only), x = {x!r}") from error
    if type(slope) is float and type(x) is float:
        return slope
    slope = real_array(slope, "gradient(x)")
    if slope.shape != np.shape(x):
        wanted = np.shape(x) or "a number"
        raise ValueError(f"gradient must return the shape of init, {wanted}; it returned shape {slope.shape} at {x!r}")
    return float(slope) if slope.ndim == 0 else slope


def length(v):
    """‖v‖ of a (d,) array; where ‖v‖² is too large or too small for a float, by `math.hypot`."""
    norm = math.sqrt(v @ v.astype(float, copy=False))
    return norm if 1e-150 < norm < math.inf or not v.any() else math.hypot(*v)
