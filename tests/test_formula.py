"""Functions as formulas: the text, computed by Python, gives what the function gives; what is none is told why."""

import math

import numpy as np
import pytest
import sympy as sp

from gdlib import calculus, landscapes
from gdlib.explore.formula import FUNCTIONS, traced

NUMPY = {name: getattr(np, name) for name in [*FUNCTIONS.split(), "sign", "minimum", "maximum"]} | {"abs": abs}
LANDSCAPES = [
    landscapes.bowl(),
    landscapes.valley(),
    landscapes.saddle(),
    landscapes.double_well(),
    landscapes.himmelblau(),
    landscapes.rosenbrock(),
    landscapes.quadratic([[2, 1], [1, 3]]),
]
A, B = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([0.1, -7.0])
X, Y = sp.symbols("x y")
RNG = np.random.default_rng(0)
MIXED = X**2 + 2 * X * Y + 3 + sp.cos(X + 2 * Y)


def same(function, d, texts):
    """At random points, to 1e-13 of the size."""
    rng = np.random.default_rng(0)
    for point in rng.uniform(0.1, 0.9, (20, d)):
        x = float(point[0]) if d == 1 else point
        values = [eval(text, NUMPY | dict(zip("xy", point.tolist(), strict=False))) for text in texts]
        np.testing.assert_allclose(values, np.ravel(function(x)).astype(float), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("f", LANDSCAPES, ids=lambda f: f.name)
def test_landscapes(f):
    d = len(f.domain)
    for function, name in ((f, "f"), (f.gradient, "gradient"), (lambda x: 2 * f(x) + 1, "f")):
        texts = traced(function, d, name)
        assert len(texts) == (d if name == "gradient" else 1)
        same(function, d, texts)


TEXTS_1 = [
    (lambda x: x**2 + 2 * x + 3, "x**2 + 2*x + 3"),
    (lambda x: 3 + 2 * x + x**2, "3 + 2*x + x**2"),
    (lambda x: -(x**2), "-x**2"),
    (lambda x: (-x) ** 2, "(-x)**2"),
    (lambda x: -(x * 3), "-(x*3)"),
    (lambda x: -x * 3, "-x*3"),
    (lambda x: x - (x - 1), "x - (x - 1)"),
    (lambda x: x + (x - 1), "x + (x - 1)"),
    (lambda x: x - 1 + x, "x - 1 + x"),
    (lambda x: x / (x * 2), "x/(x*2)"),
    (lambda x: x / x * 2, "x/x*2"),
    (lambda x: (x**2) ** x, "(x**2)**x"),
    (lambda x: x**x**2, "x**x**2"),
    (lambda x: x**-1, "x**-1"),
    (lambda x: (-2.5) ** 2 * x + (x + 1) ** 0.5, "6.25*x + (x + 1)**0.5"),
    (lambda x: x * -3, "x*-3"),
    (lambda x: x - -3, "x - -3"),
    (lambda x: (x + 1) ** (x + 1), "(x + 1)**(x + 1)"),
    (lambda x: +x + True, "x + 1"),
    (lambda x: x + 0.1 + 0.2, "x + 0.1 + 0.2"),
    (lambda x: x + (0.1 + 0.2), "x + 0.30000000000000004"),
    (lambda x: np.float64(0.1) * x + x * np.float64(0.5) + np.int64(2), "0.1*x + x*0.5 + 2"),
    (lambda x: 1e-20 * x + 1e22, "1e-20*x + 1e+22"),
    (lambda x: x * sp.Rational(1, 4) + np.pi, "x*0.25 + 3.141592653589793"),
    (lambda x: sum([x, x**2]), "x + x**2"),
    (lambda x: 1 * x + 0.0, "x"),
    (lambda x: np.exp(-(x**2) / 2), "exp(-x**2/2)"),
    (lambda x: np.log(np.sqrt(abs(np.sin(x)))), "log(sqrt(abs(sin(x))))"),
    (lambda x: np.maximum(0, x) + np.minimum(x, 1) + np.sign(x), "maximum(0, x) + minimum(x, 1) + sign(x)"),
    (lambda x: np.power(np.square(np.abs(x)), 2), "(abs(x)*abs(x))**2"),
    (lambda x: np.array(x) + 1, "x + 1"),
    (lambda x: 7, "7"),
    (sp.lambdify(X, sp.diff(X**3 - 3 * X, X)), "3*x**2 - 3"),
    (sp.lambdify(X, sp.Abs(X) * sp.exp(X)), "exp(x)*abs(x)"),
    (calculus.numeric(X**3, X), "x**3"),
]


@pytest.mark.parametrize("function, text", TEXTS_1, ids=[text for _, text in TEXTS_1])
def test_functions_of_a_number(function, text):
    assert traced(function, 1) == [text]
    same(function, 1, [text])


TEXTS_2 = [
    (lambda x: x[0] ** 2 + 3 * x[1], ["x**2 + 3*y"]),
    (lambda x: x @ x, ["x*x + y*y"]),
    (lambda x: (x * x).sum(), ["x*x + y*y"]),
    (lambda x: np.linalg.norm(x), ["sqrt(x*x + y*y)"]),
    (lambda x: A @ x - B, ["2.0*x + y - 0.1", "x + 3.0*y - -7.0"]),
    (lambda x: np.tensordot(A, x, 1), ["2.0*x + y", "x + 3.0*y"]),
    (lambda x: np.diag([1.0, 25.0]) @ x, ["x", "25.0*y"]),
    (lambda x: [2 * x[0], 4 * x[1]], ["2*x", "4*y"]),
    (lambda x: np.tanh(x), ["tanh(x)", "tanh(y)"]),
    (lambda x: np.mean(np.abs(x)), ["(abs(x) + abs(y))/2"]),
    (lambda x: np.vdot(x, x) + np.prod(x), ["x*x + y*y + x*y"]),
    (lambda x: np.array([[1, 2]]) @ x, ["x + 2*y"]),
    (lambda x: (lambda a, b: a / b)(*x), ["x/y"]),
    (lambda x: sp.lambdify([X, Y], MIXED)(*x), ["x**2 + 2*x*y + cos(x + 2*y) + 3"]),
    (calculus.numeric(MIXED, [X, Y]), ["x**2 + 2*x*y + cos(x + 2*y) + 3"]),
    (
        calculus.numeric(calculus.gradient(MIXED, [X, Y]), [X, Y]),
        ["2*x + 2*y - sin(x + 2*y)", "2*x - 2*sin(x + 2*y)"],
    ),
]


@pytest.mark.parametrize("function, texts", TEXTS_2, ids=["; ".join(texts) for _, texts in TEXTS_2])
def test_functions_of_a_point(function, texts):
    assert traced(function, 2) == texts
    same(function, 2, texts)


@pytest.mark.parametrize("name", FUNCTIONS.split())
def test_every_function_of_numpy(name):
    function = getattr(np, name)
    assert traced(function, 1) == [f"{name}(x)"]
    assert traced(lambda x: function(x).sum(), 2) == [f"{name}(x) + {name}(y)"]
    same(function, 1, [f"{name}(x)"])


def filled(x):
    out = np.zeros(1)
    out[0] = x
    return out


def swelling(x):
    for _ in range(60):
        x = x * x + x
    return x


@pytest.mark.parametrize(
    "function, why",
    [
        (lambda x: x if x > 0 else -x, "it asks whether x > 0"),
        (lambda x: 1.0 if 2 * x == 1 else x, "it asks whether 2*x == 1"),
        (lambda x: np.where(x <= 0, 0, x), "it asks whether x <= 0"),
        (lambda x: np.clip(x, 0, 1), "it asks whether x "),
        (lambda x: x or 1, "it asks whether x != 0"),
        (math.sin, "it needs x as a plain number, as math.sin and float do"),
        (lambda x: int(3 * x), "it needs 3*x as a plain number"),
        (filled, "it needs x as a plain number"),
        (swelling, "its formula has more than 20,000 characters"),
        (lambda x: x * math.inf, "it works with inf, which is no finite number"),
        (lambda x: x * 1j, "it works with 1j, which is no finite number"),
        (lambda x: None, "it works with None, which is no finite number"),
        (lambda x: X**2, "it works with x**2, which is no finite number"),
        (lambda x: [x, x, x], "it returns shape (3,)"),
        (lambda x: x + RNG.normal(), "it is another one at each call"),
        (lambda x: 1 / 0, "it raises ZeroDivisionError: division by zero"),
        (lambda x: x // 2, "it raises TypeError: unsupported operand type(s) for //"),
        (np.cbrt, "it raises TypeError: loop of ufunc does not support"),
    ],
)
def test_what_is_no_formula_is_told_why(function, why):
    with pytest.raises(TypeError) as caught:
        traced(function, 1, "gradient")
    needed = "gradient must be a formula of x with operators and NumPy's functions, such as np.sin(x), but "
    assert str(caught.value).startswith(needed + why)


def test_the_real_map_is_no_formula():
    with pytest.raises(
        TypeError, match=r"^f must be a formula of x and y with .* such as np.sin\(x\[0\]\), but it asks"
    ):
        traced(landscapes.terrain(), 2)


def test_numbers_of_sympy_are_still_numbers():
    assert landscapes.double_well()(sp.Integer(1)) == pytest.approx(0.3)
