"""Derivatives: exact ones by SymPy, which is imported when it is needed; finite differences of any function."""

import numpy as np

from gdlib.arguments import number, real_array

__all__ = ["derivative", "finite_difference", "gradient", "numeric", "tangent_line"]


def derivative(expr, x=None):
    """d expr / dx, a SymPy expression, of an expression or a Poly; x may be left out if it is the only symbol.

    >>> from sympy import Poly
    >>> from sympy.abc import x
    >>> derivative(x**2 + 2*x + 3), derivative(Poly(x**2 + 2*x + 3))
    (2*x + 2, 2*x + 2)
    """
    expr = _expression(expr)
    return expr.diff(_only_symbol(expr, x))


def gradient(expr, variables):
    """The vector of partial derivatives, one a variable, as a SymPy column matrix (d, 1).

    >>> from sympy import cos
    >>> from sympy.abc import x, y
    >>> list(gradient(x**2 + 2*x*y + 3 + cos(x + 2*y), [x, y]))
    [2*x + 2*y - sin(x + 2*y), 2*x - 2*sin(x + 2*y)]
    """
    import sympy

    expr = _expression(expr)
    return sympy.Matrix([expr.diff(v) for v in _symbols(variables)])  # lecture 2, "The gradient collects them"


def tangent_line(expr, at, x=None):
    """The tangent line at (a, f(a)): f(a) + f′(a)·(x − a), a SymPy expression in x; `at` is a.

    >>> from sympy.abc import x
    >>> tangent_line(x**2 + 2*x + 3, at=1)
    4*x + 2
    """
    import sympy

    expr = _expression(expr)
    x = _only_symbol(expr, x)  # lecture 1, "The tangent line"
    a = _expression(at, "at")
    line = (expr.subs(x, a) + expr.diff(x).subs(x, a) * (x - a)).expand()
    if line.has(sympy.nan, sympy.zoo, sympy.oo):
        raise ValueError(f"at must be a place where {expr} has a derivative, got {at!r:.80}")
    return line


def numeric(expr, variables):
    """A SymPy expression as a NumPy function: ``sympy.lambdify``, with its two snags removed.

    Of one symbol: a function of a number or an array, element by element. Of a sequence of d
    symbols: of a point (d,), or of many, (d, ...). A matrix (d, 1), such as `gradient` gives,
    makes arrays (d, ...). A constant answer has the shape of the input, so that it can be drawn.

    >>> from sympy.abc import x, y
    >>> numeric(2*x + 2, x)(np.array([-1.0, 0.0, 3.0]))
    array([0., 2., 8.])
    >>> numeric(gradient(x**2 + 3*y, [x, y]), [x, y])(np.array([5.0, 7.0]))
    array([10.,  3.])
    """
    import sympy

    single, matrix = isinstance(variables, sympy.Symbol), isinstance(expr, sympy.MatrixBase)
    symbols = _symbols([variables] if single else variables)
    parts = [_expression(e) for e in (expr if matrix else [expr])]
    if any(part.free_symbols - {*symbols} for part in parts):
        raise ValueError(f"variables must hold every symbol of {expr}, got {symbols}")
    parts = [sympy.lambdify(symbols, part) for part in parts]

    def function(point):
        coordinates = [real_array(c, "the point") for c in ([point] if single else point)]
        if len(coordinates) != len(symbols):
            raise ValueError(f"the point must have {len(symbols)} coordinates, got {len(coordinates)}")
        shape = np.broadcast_shapes(*(np.shape(c) for c in coordinates))
        values = [np.broadcast_to(part(*coordinates), shape) for part in parts]
        return np.array(values) if matrix else values[0] + 0.0

    return function


def finite_difference(f, x, h=None, scheme="central"):
    """The derivative or gradient of f at x from differences of its values.

    scheme "central": (f(x + h) − f(x − h)) / 2h, error of order h²; "forward":
    (f(x + h) − f(x)) / h and "backward": (f(x) − f(x − h)) / h, error of order h, both for a smooth f.

    f : callable; takes a point like `x`, a float or a (d,) array, returns one number
    h : float > 0, the step. When None, the one that balances the error of the formula against rounding,
        if f computes as finely as x and changes by its own size on the scale s = max(1, |x|) of x: √u·s
        forward and backward (1.5e-8 if s = 1), ∛u·s central (6.1e-6), u = 2.2e-16 in float64.
    Returns a float for a scalar `x`, a (d,) array for a vector. Wrong arguments, and an f that
    does not return one number, raise TypeError or ValueError.
    Source: W. H. Press et al., "Numerical Recipes" (3rd ed. 2007), section 5.7.

    >>> round(finite_difference(lambda x: x**2 + 2 * x + 3, 1.0), 8)
    4.0
    >>> finite_difference(lambda p: p[0] ** 2 + 3 * p[1], [5.0, 7.0]).round(6)
    array([10.,  3.])
    """
    if not callable(f):
        raise TypeError(f"f must be a function, got {f!r}")
    if str(scheme) not in ("central", "forward", "backward"):
        raise ValueError(f"scheme must be 'central', 'forward' or 'backward', got {scheme!r}")
    x = real_array(x, "x")
    if x.ndim > 1 or x.size == 0 or not np.isfinite(x).all():
        raise ValueError(f"x must be a finite number or have shape (d,), got {x!r:.80}")
    unit = np.finfo(x.dtype).eps
    best = np.cbrt(unit) if scheme == "central" else np.sqrt(unit)
    steps = best * np.maximum(1, np.abs(x)) if h is None else np.full(x.shape, number(h, "h"))
    right, left = scheme != "backward", scheme != "forward"  # which sides are looked at

    def slope(i):  # lecture 1, "Slopes without a formula"
        step = np.zeros_like(x)
        step[i] = steps[i]
        # Divided by the step asked for: where x + h == x this gives 0, not NaN.
        return (_value(f, x + right * step) - _value(f, x - left * step)) / steps[i] / (right + left)

    return float(slope(())) if x.ndim == 0 else np.array([slope(i) for i in range(x.size)])


def _value(f, x):
    value = real_array(f(float(x) if x.ndim == 0 else x), "f(x)")
    if value.size != 1:
        raise ValueError(f"f must return one number, it returned shape {value.shape}")
    return float(value.reshape(()))


def _expression(expr, name="expr"):
    from sympy import Expr, sympify

    try:
        found = sympify(expr).as_expr()  # also of a Poly, which SymPy no longer adds to a cosine
    except Exception:  # SymPy's own are of many kinds
        found = None
    if not (isinstance(found, Expr) and found.is_commutative):  # no matrix
        raise TypeError(f"{name} must be a number or an expression of SymPy, got {expr!r:.80}")
    return found


def _symbols(variables):
    from sympy import Symbol, sympify

    try:
        found = [sympify(v) for v in variables]
    except Exception:  # it has no entries, or they make no sense to SymPy
        found = []
    if not (found and all(isinstance(v, Symbol) for v in found)):
        raise TypeError(f"variables must be a sequence of symbols, got {variables!r:.80}")
    return found


def _only_symbol(expr, x):
    if x is None and len(expr.free_symbols) != 1:
        found = ", ".join(sorted(map(str, expr.free_symbols))) or "none"
        raise ValueError(f"say which variable x is: {expr} has {found}")
    return next(iter(expr.free_symbols)) if x is None else _symbols([x])[0]
