"""SymPy derivatives against hand results, finite differences against SymPy and against theory."""

import numpy as np
import pytest
import sympy as sp

import gdlib
from gdlib import calculus, finite_difference

x, y = sp.symbols("x y")


def test_the_course_derivatives():
    """course.md, lectures 1 and 2."""
    square = x**2 + 2 * x + 3
    assert calculus.derivative(square) == 2 * x + 2
    assert calculus.derivative(sp.Poly(square)) == 2 * x + 2
    mixed = x**2 + 2 * x * y + 3 + sp.cos(x + 2 * y)
    expected = sp.Matrix([2 * x + 2 * y - sp.sin(x + 2 * y), 2 * x - 2 * sp.sin(x + 2 * y)])
    assert sp.simplify(calculus.gradient(mixed, [x, y]) - expected) == sp.zeros(2, 1)


def test_tangent_line_touches_with_the_right_slope():
    for expr in (x**2 + 2 * x + 3, sp.exp(x) * sp.sin(x), sp.Poly(x**3 - x)):
        at = sp.Rational(3, 7)
        line = calculus.tangent_line(expr, at)
        f = expr.as_expr()
        assert sp.simplify(line.subs(x, at) - f.subs(x, at)) == 0
        assert sp.simplify(sp.diff(line, x) - sp.diff(f, x).subs(x, at)) == 0
        assert sp.diff(line, x, 2) == 0


def test_a_variable_must_be_named_where_there_are_two():
    with pytest.raises(ValueError, match="x, y"):
        calculus.derivative(x * y)
    with pytest.raises(ValueError, match="none"):
        calculus.tangent_line(sp.Integer(3), at=0)
    assert calculus.derivative(x * y, y) == x
    assert calculus.tangent_line(sp.Integer(3), at=0, x=x) == 3


def test_numeric_keeps_the_shape_of_constants():
    grid = np.linspace(-1, 1, 5)
    np.testing.assert_array_equal(calculus.numeric(sp.Integer(2), x)(grid), np.full(5, 2.0))
    plane = calculus.gradient(3 * x + 4 * y, [x, y])
    np.testing.assert_array_equal(
        calculus.numeric(plane, [x, y])(np.zeros((2, 3, 4))), np.stack([np.full((3, 4), 3), np.full((3, 4), 4)])
    )
    assert calculus.numeric(sp.Poly(x**2), x)(3.0) == 9
    np.testing.assert_array_equal(calculus.numeric(x * y, [x, y])([3.0, np.arange(3)]), [0, 3, 6])
    with pytest.raises(ValueError, match="2 coordinates"):
        calculus.numeric(x + y, [x, y])([1, 2, 3])


@pytest.mark.parametrize("scheme,tolerance", [("central", 1e-9), ("forward", 1e-6), ("backward", 1e-6)])
@pytest.mark.parametrize("expr", [sp.sin(x) * sp.exp(x), x**3 - 2 * x, sp.log(x + 3), 1 / (x + 2)])
def test_finite_difference_against_sympy(expr, scheme, tolerance):
    f, df = calculus.numeric(expr, x), calculus.numeric(calculus.derivative(expr), x)
    for at in (-1.3, 0.0, 0.7, 2.0):
        assert finite_difference(f, at, scheme=scheme) == pytest.approx(float(df(at)), rel=tolerance, abs=tolerance)


def test_finite_difference_gradient_against_sympy():
    expr = x**2 + 2 * x * y + 3 + sp.cos(x + 2 * y)
    f, gradient = calculus.numeric(expr, [x, y]), calculus.numeric(calculus.gradient(expr, [x, y]), [x, y])
    for point in np.random.default_rng(0).normal(size=(20, 2)):
        before = point.copy()
        np.testing.assert_allclose(finite_difference(f, point), gradient(point), rtol=1e-8, atol=1e-8)
        np.testing.assert_array_equal(point, before)


@pytest.mark.parametrize("scheme,order", [("forward", 1), ("backward", 1), ("central", 2)])
def test_the_order_of_each_scheme(scheme, order):
    coarse, fine = (abs(finite_difference(np.exp, 0.3, h, scheme) - np.exp(0.3)) for h in (1e-2, 1e-3))
    assert coarse / fine == pytest.approx(10**order, rel=0.05)


@pytest.mark.parametrize("scheme,best", [("forward", 1.5e-8), ("central", 6e-6)])
def test_the_bottom_of_the_V(scheme, best):
    """course.md, number 11: the error averaged over many points is least near these h."""
    points = np.random.default_rng(0).uniform(0.5, 1.5, 60)
    hs = np.geomspace(1e-12, 1e-1, 23)
    errors = [np.mean([abs(finite_difference(np.exp, p, h, scheme) - np.exp(p)) for p in points]) for h in hs]
    assert 1 / 6 < hs[int(np.argmin(errors))] / best < 6
    default = np.mean([abs(finite_difference(np.exp, p, None, scheme) - np.exp(p)) for p in points])
    assert default < 3 * min(errors)
    assert errors[0] > 100 * min(errors)
    assert errors[-1] > 100 * min(errors)


def test_the_default_steps():
    asked = []

    def spy(v):
        asked.append(v)
        return 0.0

    finite_difference(spy, 0.0, scheme="forward")
    finite_difference(spy, 0.0)
    assert asked[0] == pytest.approx(1.5e-8, rel=0.01)
    assert asked[2] == pytest.approx(6.06e-6, rel=0.01)
    # far from 0 the step grows with x, or x + h would be x
    assert finite_difference(lambda v: v**2, 1e9) == pytest.approx(2e9, rel=1e-6)


def test_a_step_below_the_spacing_of_floats_gives_zero():
    assert finite_difference(lambda v: v**2, 1.0, h=1e-17, scheme="forward") == 0


def test_float32_input_gets_a_float32_step():
    value = finite_difference(lambda p: (p**2).sum(), np.array([1, 2], dtype=np.float32))
    np.testing.assert_allclose(value, [2, 4], rtol=1e-3)


@pytest.mark.parametrize(
    "change,error,names",
    [
        ({"f": 3}, TypeError, "f must"),
        ({"f": lambda v: [1, 2]}, ValueError, "one number"),
        ({"h": 0}, ValueError, "h must"),
        ({"h": -1e-3}, ValueError, "h must"),
        ({"h": [0.1, 0.2]}, TypeError, "h must"),
        ({"h": np.inf}, ValueError, "h must"),
        ({"f": lambda v: None}, TypeError, r"f\(x\) must"),
        ({"f": lambda v: np.ma.array(v)}, TypeError, r"f\(x\) must not be a masked array"),
        ({"x": None}, TypeError, "x must"),
        ({"x": np.ma.array([1.0])}, TypeError, "x must not be a masked array"),
        ({"scheme": "middle"}, ValueError, "scheme"),
        ({"x": [[1.0]]}, ValueError, "x must"),
        ({"x": []}, ValueError, "x must"),
    ],
)
def test_wrong_arguments_are_named(change, error, names):
    with pytest.raises(error, match=names):
        finite_difference(**({"f": lambda v: v, "x": 1.0} | change))


def test_a_function_may_spoil_the_point_it_is_given():
    """Each value is taken at a point of its own."""

    def f(p):
        p -= 1
        return (p**2).sum()

    np.testing.assert_allclose(finite_difference(f, [3.0, 5.0]), [4, 8], rtol=1e-8)


def test_the_double_well_differentiates_to_its_gradient():
    f = gdlib.landscapes.double_well()
    symbolic = calculus.derivative(f.f(x))
    for at in np.linspace(*f.domain[0], 7):
        assert float(symbolic.subs(x, at)) == pytest.approx(float(f.gradient(at)), abs=1e-12)
