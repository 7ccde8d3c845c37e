"""A Python function as a formula: it is called with objects that write down what is done with them."""

from numbers import Integral, Real

import numpy as np

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)  # how strongly a text holds together
OPERATORS = {"add": " + ", "sub": " - ", "mul": "*", "truediv": "/", "pow": "**"}
COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
FUNCTIONS = "sin cos tan arcsin arccos arctan sinh cosh tanh exp expm1 log log1p log2 log10 sqrt"


def traced(function, d, name="f"):
    """The formulas of a function of a number x (d = 1) or of a point (x, y) (d = 2), as Python writes them.

    function : callable; takes a number or a (2,) array; its operators and NumPy's functions (`FUNCTIONS`, abs, sign,
        minimum and maximum of numbers) are written down in its own order, with its own constants
    name : str, what a message calls it: "f" or "gradient"
    Returns a list of str, one for each number that it gives: 1 or d. TypeError, which says what is in the way, for a
    function that is no formula: it compares, branches, calls math.sin, or is too long.

    >>> traced(lambda p: np.array([2 * p[0], np.sin(-p[1])]), 2)
    ['2*x', 'sin(-y)']
    """
    x, y = Traced("x"), Traced("y")
    try:
        once, again = (np.asarray(function(x if d == 1 else np.array([x, y])), dtype=object) for _ in range(2))
        if once.shape not in ((), (1,), (d,)):
            raise Untraceable(f"it returns shape {once.shape}")
        texts, others = ([written(part) for part in result.flat] for result in (once, again))
        if texts != others:
            raise Untraceable("it is another one at each call")
        return texts
    except Exception as error:  # whatever it raises when it is not called with numbers
        found = error
        while found and not isinstance(found, Untraceable):  # NumPy puts its own around it
            found = found.__cause__ or found.__context__
        why = found or f"it raises {type(error).__name__}: {error!s:.200}"
        of, example = ("x", "np.sin(x)") if d == 1 else ("x and y", "np.sin(x[0])")
        needed = f"a formula of {of} with operators and NumPy's functions, such as {example}"
        raise TypeError(f"{name} must be {needed}, but {why}") from error


class Untraceable(TypeError):
    """What a function does that no formula says."""


class Traced:
    """A number that is not known yet: its formula. `real_array` knows it by that attribute."""

    def __init__(self, formula, holds=ATOM):
        if len(formula) > 20_000:
            raise Untraceable("its formula has more than 20,000 characters")
        self.formula, self.holds = formula, holds

    def __float__(self):
        raise Untraceable(f"it needs {self.formula:.60} as a plain number, as math.sin and float do")

    def asked(self, sign="!=", other=0):
        raise Untraceable(f"it asks whether {self.formula:.60} {sign} {written(other):.60}")

    __bool__, __int__, __index__, __complex__, __hash__ = asked, __float__, __float__, __float__, None
    __neg__ = lambda self: Traced("-" + written(self, SIGN), SIGN)  # noqa: E731
    __pos__ = conjugate = lambda self: self

    def __array_ufunc__(self, ufunc, method, *inputs, **settings):
        if ufunc.__name__ in ("maximum", "minimum", "sign") and not any(np.ndim(value) for value in inputs):
            return called(ufunc.__name__, *inputs)
        inputs = [np.array(value, dtype=object) if isinstance(value, Traced) else value for value in inputs]
        return getattr(ufunc, method)(*inputs, **settings)  # which asks each for a method of the function's name


def joined(name, left, right):
    """left + right, and so on: + - * / group to the left, ** to the right. What adds 0 or multiplies by 1 is left out,
    and so is 0 times a coordinate, for those are finite."""
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return NotImplemented  # NumPy asks again, entry by entry
    number, other = (right, left) if isinstance(left, Traced) else (left, right)
    case = name, None if isinstance(number, Traced) else number
    if case in (("add", 0), ("mul", 1)):
        return other
    if case == ("mul", 0) and other.formula in ("x", "y"):
        return 0.0
    holds = {"add": SUM, "sub": SUM, "pow": POWER}.get(name, PRODUCT)
    least = (ATOM, SIGN) if name == "pow" else (holds, holds + 1)
    return Traced(written(left, least[0]) + OPERATORS[name] + written(right, least[1]), holds)


def called(function, *values):
    return Traced(f"{function}({', '.join(written(value) for value in values)})")


def written(value, least=SUM):
    """The text of a number or of a `Traced`, in brackets unless it holds together as strongly as `least`."""
    value = value.item() if isinstance(value, np.ndarray | np.generic) and value.size == 1 else value
    if not isinstance(value, Traced):
        if not isinstance(value, Real) or value - value != 0:  # NaN, or infinite
            raise Untraceable(f"it works with {value!r:.60}, which is no finite number")
        text = repr(int(value) if isinstance(value, Integral) else float(value))
        value = Traced(text, SIGN if text.startswith("-") else ATOM)
    return value.formula if value.holds >= least else f"({value.formula})"


for name in OPERATORS:
    setattr(Traced, f"__{name}__", lambda self, other, name=name: joined(name, self, other))
    setattr(Traced, f"__r{name}__", lambda self, other, name=name: joined(name, other, self))
for name, sign in COMPARISONS.items():
    setattr(Traced, f"__{name}__", lambda self, other, sign=sign: self.asked(sign, other))
for name in f"{FUNCTIONS} abs".split():
    setattr(Traced, "__abs__" if name == "abs" else name, lambda self, name=name: called(name, self))
