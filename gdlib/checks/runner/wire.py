"""What passes between the judge and a learner's code, which may run in another process: plain data, and code as text."""

import base64
import json
import math
from dataclasses import dataclass
from numbers import Number

import numpy as np

_DTYPES = "biufc"
_PATH = ("points", "norms", "steps", "stop")  # what is kept of a gdlib.Path


class Code:
    """An argument that is no plain data, such as a function or a landscape: the expression that makes it.

    Parameters
    ----------
    source : str
        A Python expression. It may use ``np``, ``gdlib``, ``landscapes`` and the names given with it.
    names : plain values
        What the expression's own names stand for.

    Examples
    --------
    >>> gradient = Code("lambda x: a * x + 2", a=3)
    >>> gradient
    lambda x: a * x + 2, where a = 3
    >>> gradient.value(10)
    32
    >>> Code("landscapes.valley(25)").value
    <landscape 'valley, κ = 25', 2-D>
    """

    def __init__(self, source, **names):
        self.source, self.names = source, names

    @property
    def value(self):
        """What the expression gives, made anew each time."""
        import gdlib

        names = {name: built(value) for name, value in self.names.items()}
        space = {"np": np, "gdlib": gdlib, "landscapes": gdlib.landscapes, **names}
        return eval(compile(self.source, "<case>", "eval"), space)

    def __repr__(self):
        where = ", ".join(f"{name} = {shown(value)}" for name, value in self.names.items())
        return self.source + (f", where {where}" if where else "")


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
    if isinstance(value, Code):
        return value.value
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list | tuple):
        return type(value)(built(v) for v in value)
    if isinstance(value, dict):
        return {key: built(v) for key, v in value.items()}
    return value


def plain(value):
    """A result as plain data: None, bool, int, float, complex, str, array, list, tuple, dict, or `Unknown`.

    NumPy's and SymPy's numbers become Python's; whatever has ``__array__`` (a tensor, a data frame) an array; a SymPy
    matrix an array; a `gdlib.Path` a dict of its points, norms, steps and stop.

    >>> plain([np.float64(1.5), np.array([1, 2])]), plain(x for x in "ab")
    ([1.5, array([1, 2])], <a generator>)
    """
    try:
        return _plain(value)
    except Exception:  # an object that does not behave: all that can be said is what it is
        return Unknown(type(value).__name__)


def _plain(value):
    if value is None or type(value) in (bool, int, float, complex, str):
        return value
    if isinstance(value, type):  # np.uint8, say, which has __array__
        return Unknown("class")
    if isinstance(value, np.generic | np.ndarray):
        return _plain_array(value)
    if isinstance(value, list | tuple):
        return (list if isinstance(value, list) else tuple)(_plain(v) for v in value)
    if isinstance(value, dict):
        return {_plain(key): _plain(v) for key, v in value.items()}
    for base in (str, float, int):
        if isinstance(value, base):  # a class of the learner's own
            return base(value)
    return _plain_object(value)


def _plain_object(value):
    """What belongs to another library, or is a path."""
    if all(hasattr(value, name) for name in _PATH):
        return {name: _plain(getattr(value, name)) for name in _PATH}
    symbolic = type(value).__module__.startswith("sympy")
    if symbolic and hasattr(value, "tolist"):
        return _plain_array(np.array(value.tolist()))
    if symbolic or isinstance(value, Number):
        number = complex(value)
        if number.imag:
            return number
        return int(value) if number.real == int(number.real) and abs(number.real) < 2**53 else number.real
    if hasattr(value, "__array__"):
        return _plain_array(np.asarray(value))
    return Unknown(type(value).__name__)


def _plain_array(array):
    if array.dtype.kind == "O":
        array = np.array([_plain(v) for v in np.ravel(array)]).reshape(np.shape(array))
    if array.dtype.kind in "US":
        return array.tolist()
    if array.dtype.kind not in _DTYPES:
        raise TypeError(f"an array of {array.dtype}")
    if array.dtype.itemsize > (16 if array.dtype.kind == "c" else 8):  # long double has no portable form
        array = array.astype(complex if array.dtype.kind == "c" else float)
    return array.item() if array.ndim == 0 else np.ascontiguousarray(array)


def shown(value, precision=6):
    """A plain value as a reader wants to see it: numbers rounded, what is long shortened.

    >>> shown([0.1 + 0.2, np.arange(3) / 3]), shown(float("nan"))
    ('[0.3, [0, 0.333333, 0.666667]]', 'nan')
    >>> shown(np.ones((342, 4)))
    'array of shape (342, 4): [[1, 1, 1, 1], …]'
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | Code | Unknown) or value is None:
        return repr(value)
    if isinstance(value, int) and not 10**15 < abs(value) < 10**300:
        return str(value) if abs(value) <= 10**15 else "huge"
    if isinstance(value, int | float | complex):
        return f"{value + 0.0:.{precision}g}"  # + 0.0 makes a 0 of -0
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shown(v, precision)}" for key, v in value.items()) + "}"
    if isinstance(value, np.ndarray) and value.ndim > 1 and value.size > 24:
        return f"array of shape {value.shape}: [{shown(value[0], precision)}, …]"
    left, right = "()" if isinstance(value, tuple) else "[]"
    few = list(value) if len(value) <= 8 else [*value[:5], value[-1]]
    words = [shown(v, precision) for v in few]
    words[5:5] = ["…"] * (len(value) > 8)
    return left + ", ".join(words) + ("," if left == "(" and len(value) == 1 else "") + right


def encode(value):
    """Plain data (and `Code`) as strict JSON text. Never pickle.

    >>> encode({"x": (1, float("inf"))})
    '{"x": {"$tuple": [1, {"$float": "inf"}]}}'

    Raises
    ------
    TypeError
        `value` holds something that is no plain data; `plain` it first.
    """
    return json.dumps(_encoded(value), allow_nan=False)


def _encoded(value):
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": repr(value)}
    if isinstance(value, list):
        return [_encoded(v) for v in value]
    if isinstance(value, dict) and all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {key: _encoded(v) for key, v in value.items()}
    return _tagged(value)


def _tagged(value):
    """What JSON does not know, as an object whose first key says what it is."""
    match value:
        case complex():
            return {"$complex": [_encoded(value.real), _encoded(value.imag)]}
        case tuple():
            return {"$tuple": [_encoded(v) for v in value]}
        case dict():
            return {"$dict": [[_encoded(key), _encoded(v)] for key, v in value.items()]}
        case np.ndarray() if value.dtype.kind in _DTYPES:
            data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
            return {"$array": data, "dtype": value.dtype.str, "shape": list(value.shape)}
        case Code():
            return {"$code": value.source, "names": _encoded(value.names)}
        case Unknown():
            return {"$unknown": value.kind}
    raise TypeError(f"value must be plain data, got {type(value).__name__}")


def decode(text, code=False):
    """What `encode` was given.

    Parameters
    ----------
    text : str
    code : bool
        Whether a `Code` may be in it. Leave it False for whatever comes back from a learner's code.

    Raises
    ------
    ValueError
        `text` is not what `encode` writes.

    Examples
    --------
    >>> decode(encode((1, np.array([2.0]))))
    (1, array([2.]))
    """
    try:
        return _decoded(json.loads(text, parse_constant=_no_constant), code)
    except (TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"text must be what encode writes: {type(error).__name__}: {error}") from None


def _no_constant(name):
    raise ValueError(f"text must be strict JSON, got {name}")


def _decoded(value, code):
    if isinstance(value, list):
        return [_decoded(v, code) for v in value]
    if not isinstance(value, dict):
        return value
    tag = next((key for key in value if key.startswith("$")), None)
    if tag is None:
        return {key: _decoded(v, code) for key, v in value.items()}
    if tag == "$code" and not code:
        raise ValueError("text must hold no $code here")
    return _untagged(tag, value, lambda inner: _decoded(inner, code))


def _untagged(tag, value, inside):
    inner = value[tag]
    match tag:
        case "$float" if inner in ("nan", "inf", "-inf"):
            return float(inner)
        case "$complex":
            return complex(*map(inside, inner))
        case "$tuple":
            return tuple(map(inside, inner))
        case "$dict":
            return {inside(key): inside(v) for key, v in inner}
        case "$array":
            return _array(inner, np.dtype(str(value["dtype"])), value["shape"])
        case "$code":
            return Code(inner, **inside(value["names"]))
        case "$unknown" if isinstance(inner, str):
            return Unknown(inner)
    raise ValueError(f"text must be what encode writes, got {tag}")


def _array(data, dtype, shape):
    if dtype.kind not in _DTYPES or min(shape, default=0) < 0:
        raise ValueError(f"an array must hold numbers and have a shape, got {dtype} and {shape}")
    return np.frombuffer(base64.b64decode(data, validate=True), dtype).reshape(shape).copy()
