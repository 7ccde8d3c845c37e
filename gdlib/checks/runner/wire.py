"""What passes between the judge and a learner's code, which may run in another process: plain data,
and code as text."""

import base64
import json
import math
import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from numbers import Number

import numpy as np

_NUMBERS = "biufc"  # the kinds of arrays that are plain
_DTYPE = re.compile(f"[<>|=]?[{_NUMBERS}][0-9]{{1,2}}")
_PATH = ("points", "norms", "steps", "stop")  # what is kept of a gdlib.Path


class Code:
    """An argument that is no plain data, such as a function: the expression that makes it, and plain
    values for the names in it. `np`, `gdlib` and `landscapes` are known to it as well.

    >>> gradient = Code("lambda x: a * x + 2", a=3)
    >>> gradient, gradient.value(10)
    (lambda x: a * x + 2, where a = 3, 32)
    >>> Code("landscapes.valley(25)").value
    <landscape 'valley, κ = 25', 2-D>
    """

    def __init__(self, source, **names):
        self.source, self.names = source, names

    @property
    def value(self):
        """What the expression gives, made anew each time."""
        import gdlib

        space = {"np": np, "gdlib": gdlib, "landscapes": gdlib.landscapes, **built(self.names)}
        return eval(_compiled(self.source), space)

    def __deepcopy__(self, memo):
        return self.value  # so `built` is a copy of all arguments at once

    def __repr__(self):
        where = ", ".join(f"{name} = {shown(value)}" for name, value in self.names.items())
        return self.source + (f", where {where}" if where else "")


@cache
def _compiled(source):
    return compile(source, "<case>", "eval")


@dataclass(frozen=True)
class Unknown:
    """A result that is no plain data: only the name of its kind is kept."""

    kind: str

    def __repr__(self):
        return f"<a {self.kind}>"


def built(value):
    """A copy of an argument as the learner's code gets it: each `Code` made, arrays and lists its own.

    >>> built((Code("abs"), [1, 2]))
    (<built-in function abs>, [1, 2])
    """
    return deepcopy(value)


def plain(value):
    """A result as plain data: None, bool, int, float, complex, str, array, list, tuple, dict, or `Unknown`.

    NumPy's and SymPy's numbers become Python's; whatever has ``__array__`` (a tensor, a data frame)
    and a SymPy matrix an array; a `gdlib.Path` a dict of its points, norms, steps and stop.

    >>> plain([np.float64(1.5), np.array([1, 2])]), plain(x for x in "ab")
    ([1.5, array([1, 2])], <a generator>)
    """
    try:
        return _plain(value)
    except Exception:  # an object that does not behave: all that can be said is what it is
        return Unknown(type(value).__name__)


def _plain(value):
    match value:
        case np.generic() | np.ndarray():
            return _plain_array(value)
        case list() | tuple():
            kinds = {*map(type, value)}
            quick = kinds <= {int, float}  # there may be millions of them
            return (list if isinstance(value, list) else tuple)(value if quick else map(_plain, value))
        case dict():
            return {_plain(key): _plain(v) for key, v in value.items()}
        case None | bool():
            return value
        case str() | float() | int() | complex():  # of a class of the learner's own, too
            return next(kind(value) for kind in (str, float, int, complex) if isinstance(value, kind))
    return _plain_object(value)


def _plain_object(value):
    """What belongs to another library, or is a path."""
    if isinstance(value, type):  # np.uint8, say, which has __array__
        return Unknown("class")
    if all(hasattr(value, name) for name in _PATH):
        return {name: _plain(getattr(value, name)) for name in _PATH}
    symbolic = type(value).__module__.startswith("sympy")
    if symbolic and hasattr(value, "tolist"):
        return _plain_array(np.array(value.tolist()))
    if symbolic or isinstance(value, Number):
        number = complex(value)
        exact = number.real == int(number.real) and abs(number.real) < 2**53
        return number if number.imag else int(value) if exact else number.real
    return _plain_array(np.asarray(value)) if hasattr(value, "__array__") else Unknown(type(value).__name__)


def _plain_array(array):
    if array.dtype.kind == "O":
        array = np.array([_plain(v) for v in np.ravel(array)]).reshape(np.shape(array))
    if array.dtype.kind in "US":
        return array.tolist()
    if array.dtype.kind not in _NUMBERS:
        raise TypeError(f"an array of {array.dtype}")
    if array.dtype.char in "gG":  # long double has no portable form
        array = array.astype(complex if array.dtype.char == "G" else float)
    return array.item() if array.ndim == 0 else np.ascontiguousarray(array)


def shown(value, precision=6):
    """A plain value as a reader wants to see it: numbers rounded, what is long shortened.

    >>> shown([0.1 + 0.2, np.arange(3) / 3]), shown(float("nan"))
    ('[0.3, [0, 0.333333, 0.666667]]', 'nan')
    >>> shown(np.ones((342, 4)))
    'array of shape (342, 4): [[1, 1, 1, 1], …]'
    """
    match value:
        case np.generic():
            return shown(value.item(), precision)
        case None | bool() | Code() | Unknown():
            return repr(value)
        case int() if not 10**15 < abs(value) < 10**300:
            return str(value) if abs(value) <= 10**15 else "huge"
        case int() | float() | complex():
            return f"{value + 0.0:.{precision}g}"  # + 0.0 makes a 0 of -0
        case str():
            return repr(value if len(value) <= 60 else value[:57] + "...")
        case dict():
            return "{" + ", ".join(f"{key}: {shown(v, precision)}" for key, v in value.items()) + "}"
        case np.ndarray() if value.ndim > 1 and value.size > 24:
            return f"array of shape {value.shape}: [{shown(value[0], precision)}, …]"
    words = [shown(v, precision) for v in (value if len(value) <= 8 else [*value[:5], value[-1]])]
    words[5:5] = ["…"] * (len(value) > 8)
    inside = ", ".join(words)
    return f"({inside}{',' * (len(value) == 1)})" if isinstance(value, tuple) else f"[{inside}]"


def encode(value):
    """Plain data (and `Code`) as strict JSON text, never pickle. What JSON does not know becomes an
    object whose first key says what it is. What is not plain raises TypeError: `plain` it first.

    >>> encode({"x": (1, float("inf"))})
    '{"x": {"$tuple": [1, {"$float": "inf"}]}}'
    """
    return json.dumps(_encoded(value), default=_tagged, allow_nan=False)


def _encoded(value):
    """What JSON would take for another thing is tagged, inside of lists and dicts too."""
    match value:
        case float() if not math.isfinite(value):
            return {"$float": repr(value)}
        case list():
            return [_encoded(v) for v in value]
        case tuple():
            return {"$tuple": _encoded([*value])}
        case dict() if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: _encoded(v) for key, v in value.items()}
        case dict():
            return {"$dict": [_encoded([*item]) for item in value.items()]}
    return value


def _tagged(value):
    """What JSON has no form for."""
    match value:
        case complex():
            return {"$complex": _encoded([value.real, value.imag])}
        case np.ndarray() if value.dtype.kind in _NUMBERS:
            data = base64.b64encode(value.tobytes()).decode()
            return {"$array": data, "dtype": value.dtype.str, "shape": value.shape}
        case Code():
            return {"$code": value.source, "names": _encoded(value.names)}
        case Unknown():
            return {"$unknown": value.kind}
    raise TypeError(f"value must be plain data, got {type(value).__name__}")


def decode(text, code=False):
    """What `encode` was given. Any other text raises ValueError, and one with a `Code` in it unless
    `code` allows that: leave it False for whatever comes back from a learner's code.

    >>> decode(encode((1, np.array([2.0]))))
    (1, array([2.]))
    """

    def made(found):
        tag = next((key for key in found if key.startswith("$")), None)
        if tag == "$code" and not code:
            raise ValueError("text must hold no $code here")
        return found if tag is None else _MADE[tag](found.pop(tag), **found)

    try:
        return json.loads(text, parse_constant=_no_constant, object_hook=made)
    except (TypeError, LookupError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"text must be what encode writes: {type(error).__name__}: {error}") from None


def _no_constant(name):
    raise ValueError(f"text must be strict JSON, got {name}")


def _array(data, dtype, shape):
    if not _DTYPE.fullmatch(str(dtype)) or min(shape, default=0) < 0:
        raise ValueError(f"an array must hold numbers and have a shape, got {dtype} and {shape}")
    return np.frombuffer(base64.b64decode(data, validate=True), np.dtype(dtype)).reshape(shape).copy()


_MADE = {  # what an object stands for, by its first key
    "$float": {name: float(name) for name in ("nan", "inf", "-inf")}.__getitem__,
    "$complex": lambda parts: complex(*parts),
    "$tuple": tuple,
    "$dict": dict,
    "$array": _array,
    "$code": lambda source, names: Code(source, **names),
    "$unknown": lambda kind: Unknown("" + kind),  # no text is a TypeError
}
