"""Derivatives: exact ones by SymPy, and finite differences of any function.

SymPy takes a third of a second to import, so each function that needs it
imports it; `finite_difference` needs NumPy alone.
"""

import numpy as np

__all__ = ["derivative", "finite_difference", "gradient", "numeric", "tangent_line"]


def derivative(expr, x=None):
    """d expr / dx as a SymPy expression, from an expression or a Poly.

    Parameters
    ----------
    expr : sympy.Expr or sympy.Poly
    x : sympy.Symbol, optional
        May be left out where `expr` has only one symbol.

    Raises
    ------
    ValueError
        `x` is left out and `expr` does not have exactly one symbol.

    Examples
    --------
    >>> from sympy import Poly
    >>> from sympy.abc import x
    >>> derivative(x**2 + 2*x + 3), derivative(Poly(x**2 + 2*x + 3))
    (2*x + 2, 2*x + 2)
    """
    import sympy

    expr = _expression(expr)
    return sympy.diff(expr, _only_symbol(expr, x))


def gradient(expr, variables):
    """The vector of partial derivatives, one a variable, as a SymPy column matrix (d, 1).

    Examples
    --------
    >>> from sympy import cos
    >>> from sympy.abc import x, y
    >>> gradient(x**2 + 2*x*y + 3 + cos(x + 2*y), [x, y])
    Matrix([
    [2*x + 2*y - sin(x + 2*y)],
    [    2*x - 2*sin(x + 2*y)]])
    """
    import sympy

    expr = _expression(expr)
    return sympy.Matrix([sympy.diff(expr, v) for v in variables])


def tangent_line(expr, at, x=None):
    """The tangent line at (a, f(a)): f(a) + f′(a)·(x − a), as a SymPy expression in x.

    Parameters
    ----------
    expr : sympy.Expr or sympy.Poly
    at : number or sympy.Expr
        a, the point of contact.
    x : sympy.Symbol, optional
        May be left out where `expr` has only one symbol.

    Examples
    --------
    >>> from sympy.abc import x
    >>> tangent_line(x**2 + 2*x + 3, at=1)
    4*x + 2
    """
    import sympy

    expr = _expression(expr)
    x = _only_symbol(expr, x)
    return sympy.expand(expr.subs(x, at) + sympy.diff(expr, x).subs(x, at) * (x - at))


def numeric(expr, variables):
    """A SymPy expression as a NumPy function: ``sympy.lambdify``, with its two snags removed.

    Parameters
    ----------
    expr : sympy.Expr, sympy.Poly or sympy.Matrix
        A matrix of shape (d, 1), such as `gradient` gives, makes a function
        that returns arrays of shape (d, ...).
    variables : sympy.Symbol or sequence of d symbols
        One symbol: the function takes a number or an array, and works element
        by element. A sequence: it takes a point of shape (d,), or (d, ...).

    Returns
    -------
    callable
        A constant answer has the shape of the input, unlike lambdify's, so
        that it can be drawn.

    Examples
    --------
    >>> from sympy.abc import x, y
    >>> numeric(2*x + 2, x)(np.array([-1.0, 0.0, 3.0]))
    array([0., 2., 8.])
    >>> numeric(gradient(x**2 + 3*y, [x, y]), [x, y])(np.array([5.0, 7.0]))
    array([10.,  3.])
    """
    import sympy

    single = isinstance(variables, sympy.Symbol)
    symbols = [variables] if single else list(variables)
    matrix = isinstance(expr, sympy.MatrixBase)
    parts = [sympy.lambdify(symbols, _expression(e)) for e in (list(expr) if matrix else [expr])]

    def function(point):
        coordinates = [point] if single else list(point)
        if len(coordinates) != len(symbols):
            raise ValueError(f"the point must have {len(symbols)} coordinates, got {len(coordinates)}")
        shape = np.broadcast_shapes(*(np.shape(c) for c in coordinates))
        values = [np.broadcast_to(part(*coordinates), shape) for part in parts]
        return np.array(values) if matrix else values[0] + 0.0

    return function


def finite_difference(f, x, h=None, scheme="central"):
    """The derivative or gradient of f at x from differences of its values.

    central: (f(x + h) − f(x − h)) / 2h, error of order h²; forward:
    (f(x + h) − f(x)) / h and backward: (f(x) − f(x − h)) / h, error of order h.

    Parameters
    ----------
    f : callable
        Takes a point like `x`, returns one number.
    x : float or (d,) array
    h : float > 0, optional
        The step. When None, the one that balances the error of the formula
        against rounding: √ε·s forward and backward (1.5e-8 at scale s = 1),
        ∛ε·s central (6.1e-6), for a coordinate of size s = max(1, |x|), where
        ε is the machine epsilon of the type of x (2.2e-16 in float64).
    scheme : "central", "forward" or "backward"

    Returns
    -------
    float for a scalar `x`, (d,) array for a vector

    Raises
    ------
    TypeError, ValueError
        `f` is no function or returns more than one number; `x` is not a number
        or a vector; `h` is not above 0; `scheme` is unknown.

    Source: W. H. Press et al., "Numerical Recipes" (3rd ed. 2007), section 5.7.

    Examples
    --------
    >>> round(finite_difference(lambda x: x**2 + 2 * x + 3, 1.0), 8)
    4.0
    >>> finite_difference(lambda p: p[0] ** 2 + 3 * p[1], [5.0, 7.0]).round(6)
    array([10.,  3.])
    """
    if not callable(f):
        raise TypeError(f"f must be a function, got {f!r}")
    if scheme not in ("central", "forward", "backward"):
        raise ValueError(f"scheme must be 'central', 'forward' or 'backward', got {scheme!r}")
    x = np.array(x)
    x = x if x.dtype.kind == "f" else x.astype(float)
    if x.ndim > 1 or x.size == 0:
        raise ValueError(f"x must be a number or have shape (d,), got shape {x.shape}")
    if h is None:
        unit = np.finfo(x.dtype).eps
        steps = (np.cbrt(unit) if scheme == "central" else np.sqrt(unit)) * np.maximum(1, np.abs(x))
    elif np.ndim(h) == 0 and 0 < h < np.inf:
        steps = np.full(x.shape, h, dtype=float)
    else:
        raise ValueError(f"h must be a finite number above 0, or None, got {h!r}")

    def difference(i):
        right, left = x.copy(), x.copy()
        if scheme != "backward":
            right[i] += steps[i]
        if scheme != "forward":
            left[i] -= steps[i]
        # Divide by the step asked for: where x + h == x, the answer is 0 and says so.
        return (_value(f, right) - _value(f, left)) / (steps[i] * (2 if scheme == "central" else 1))

    if x.ndim == 0:
        return float(difference(()))
    return np.array([difference(i) for i in range(x.size)])


def _value(f, point):
    value = np.asarray(f(float(point) if point.ndim == 0 else point))
    if value.size != 1:
        raise ValueError(f"f must return one number, it returned shape {value.shape}")
    return float(value.reshape(()))


def _expression(expr):
    """The expression of a Poly, or the expression itself: SymPy is giving up adding a Poly to a cosine."""
    import sympy

    return expr.as_expr() if isinstance(expr, sympy.Poly) else sympy.sympify(expr)


def _only_symbol(expr, x):
    if x is not None:
        return x
    if len(expr.free_symbols) != 1:
        found = ", ".join(sorted(map(str, expr.free_symbols))) or "none"
        raise ValueError(f"say which variable x is: {expr} has {found}")
    return next(iter(expr.free_symbols))
