"""Whatever a caller hands in: a right result, or an error that names the argument; never a warning, never a changed
input. The values are drawn by Hypothesis, the same in each run."""

import inspect
import math
import re
from decimal import Decimal
from fractions import Fraction
from numbers import Integral

import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import gdlib
from gdlib import LeastSquares, calculus, landscapes
from gdlib.minibatch import SineFit
from gdlib.scale.many import sweep
from gdlib.scale.memory import footprint

BUSY = {"suppress_health_check": [HealthCheck.too_slow]}  # a busy machine draws slowly, and that says nothing of gdlib
settings.register_profile("fuzz", max_examples=40, deadline=None, derandomize=True, database=None, **BUSY)
FUZZ = settings.get_profile("fuzz")

x, y = sympy.symbols("x y")
TABLE = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 3.0]])
LOSS = LeastSquares(TABLE, np.array([1.0, 2.0, 5.0]), "half-mean")
WAVE = SineFit([0.1, 0.5, 2.0], [0.2, 0.9, -0.1])
KINDS = ["i1", "u1", "i2", "i8", "u8", "f2", "f4", "f8", "g", ">f8", "?", "c16", "U3", "M8[s]", "O"]

ODD = [
    *(None, True, -1, 0, 1, 3, 2.5, -0.0, math.nan, math.inf, -math.inf, 10**400, 1e308, 5e-324, "", "3", "１", b"1"),
    *([], [[]], [1, "a"], [[1], [2, 3]], [None], (1.0, 2.0), {1, 2}, {"a": 1}, range(2), object(), abs, lambda: 1, int),
    *(Decimal("0.1"), Fraction(1, 3), 1j, x, sympy.Rational(1, 3), sympy.Matrix([1, 2]), slice(0, 2), ...),
    *(np.int8(100), np.uint8(200), np.float16(0.1), np.float32(0.1), np.longdouble(0.1), np.bool_(True), np.array(0.5)),
    *(np.ma.array([1.0, 2.0], mask=[0, 1]), np.ma.masked, np.array([]), np.ones((2, 1)), np.ones((2, 2, 2))),
    *(np.array([100, 100], np.int8), np.array([1, 2], np.uint8), np.array([1e300, 1e300]), np.array([math.nan, 1.0])),
]
VALUES = st.one_of(
    st.sampled_from(ODD),
    st.sampled_from(KINDS).flatmap(
        lambda kind: arrays.arrays(np.dtype(kind), arrays.array_shapes(max_side=3, min_dims=0))
    )
    | st.floats()
    | st.integers(-300, 300),
)

# Each public function with arguments that it takes; one of them is replaced by whatever is drawn.
CALLS = {
    "gradient_descent": (gdlib.gradient_descent, {"gradient": lambda v: 2 * v, "init": [1.0, 2.0], "lr": 0.1, "eps": 1e-3, "T": 50}),
    "gradient_ascent": (gdlib.gradient_ascent, {"gradient": lambda v: -2 * v, "init": 1.0, "lr": 0.1, "eps": 1e-3, "T": 50}),
    "sweep": (sweep, {"gradient": lambda v: 2 * v, "init": [1.0, 2.0], "lr": [0.1, 0.2], "eps": 1e-3, "T": 20}),
    "sgd": (gdlib.sgd, {"loss": LOSS, "init": [0.0, 0.0], "lr": 0.1, "T": 9, "batch_size": 2, "seed": 0, "eps": 1e-3, "record": 1}),
    "batches": (lambda n, batch_size, seed, epochs: list(gdlib.batches(n, batch_size, seed, epochs)), {"n": 5, "batch_size": 2, "seed": 0, "epochs": 2}),
    "finite_difference": (gdlib.finite_difference, {"f": lambda v: np.sum(v) / 4, "x": [1.0, 2.0], "h": 1e-3, "scheme": "forward"}),
    "LeastSquares": (LeastSquares, {"X": TABLE, "y": [1.0, 2.0, 5.0], "scale": "mean"}),
    "loss": (LOSS.__call__, {"beta": [1.0, 2.0], "rows": [0, 2]}),
    "loss.gradient": (LOSS.gradient, {"beta": [1.0, 2.0], "rows": [0, 2]}),
    "SineFit": (SineFit, {"t": [0.1, 0.5], "y": [1.0, 2.0], "digits": 3}),
    "wave": (WAVE.__call__, {"omega": 1.0, "rows": [0, 2]}),
    "wave.gradient": (WAVE.gradient, {"omega": 1.0, "rows": [0, 2]}),
    "valley": (landscapes.valley, {"kappa": 3}),
    "double_well": (landscapes.double_well, {"tilt": 0.3}),
    "quadratic": (landscapes.quadratic, {"hessian": [[2.0, 1.0], [1.0, 2.0]]}),
    "himmelblau": (landscapes.himmelblau().gradient, {"x": [1.0, 2.0]}),
    "terrain": (landscapes.terrain(), {"x": [100.0, 200.0]}),
    "derivative": (calculus.derivative, {"expr": x**2, "x": x}),
    "gradient": (calculus.gradient, {"expr": x**2 * y, "variables": [x, y]}),
    "tangent_line": (calculus.tangent_line, {"expr": x**2, "at": 1, "x": x}),
    "numeric": (calculus.numeric, {"expr": x**2 * y, "variables": [x, y]}),
    "footprint": (footprint, {"n": 10, "d": 3, "batch_size": 2, "dtype": "f4", "buffers": 1}),
}  # fmt: skip


def copy(value):
    return value.copy() if isinstance(value, np.ndarray) else value


def same(a, b):
    return not isinstance(a, np.ndarray) or (a.dtype == b.dtype and repr(a) == repr(b))


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")  # NumPy's, where a result is beyond any float
@pytest.mark.parametrize("name", CALLS)
@FUZZ
@given(data=st.data())
def test_any_argument_is_used_rightly_or_named(name, data):
    function, arguments = CALLS[name]
    changed = data.draw(st.sampled_from(sorted(arguments)))
    value = data.draw(VALUES, changed)
    before = copy(value)
    assume(not (isinstance(value, Integral) and value > 1000))  # right, and without an end: T = 10**400
    assume(not callable(value) or changed not in ("gradient", "f", "lr"))  # what it raises is its own affair
    assume(value is not None or changed != "epochs")  # for ever
    said = ""
    try:
        function(**arguments | {changed: value})
    except (TypeError, ValueError, IndexError) as error:
        said = str(error)
    names = "|".join([*map(re.escape, arguments), "variables", "beta", "f", "gradient", "lr"])
    assert not said or re.search(rf"\b({names})\b", said.partition("got")[0]), said
    assert same(value, before)


NUMBERS = st.floats(-100, 100).map(lambda v: round(v, 2))


@FUZZ
@given(
    table=arrays.arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 3)), elements=NUMBERS),
    kind=st.sampled_from(["i1", "u1", "i2", "i8", "f2", "f4", "f8", "g", ">f8", ">f4", "?"]),
    order=st.sampled_from("CF"),
    scale=st.sampled_from(["half-sum", "sum", "half-mean", "mean", "norm", "rms"]),
)
def test_losses_and_gradients_of_every_kind_of_table(table, kind, order, scale):
    """Against the definition, in Python's fractions but for the roots."""
    X = np.asarray(np.abs(table).astype(kind), order=order)
    n, d = X.shape
    target, beta = np.arange(n) - 1.0, np.linspace(-1, 1, d)
    loss = LeastSquares(X, target, scale)
    exact = [[Fraction(float(v)) for v in row] for row in X]
    r = [
        Fraction(t) - sum(a * Fraction(b) for a, b in zip(row, beta, strict=True))
        for row, t in zip(exact, target, strict=True)
    ]
    squares = sum(v * v for v in r)
    pull = [-sum(exact[i][k] * r[i] for i in range(n)) for k in range(d)]
    c = {"half-sum": Fraction(1, 2), "sum": 1, "half-mean": Fraction(1, 2 * n), "mean": Fraction(1, n)}.get(scale)
    near = 1e-3 if loss.data.dtype == np.float32 else 1e-9
    size = max(1.0, float(np.abs(X.astype(float)).max())) ** 2 * n
    if c is not None:
        assert loss(beta) == pytest.approx(float(c * squares), rel=near, abs=near * size)
        np.testing.assert_allclose(loss.gradient(beta), [float(2 * c * p) for p in pull], rtol=near, atol=near * size)
    elif squares > 0.01:
        root = math.sqrt(squares if scale == "norm" else squares / n)
        assert loss(beta) == pytest.approx(root, rel=near, abs=near * size)
        wanted = [float(p) / (root if scale == "norm" else root * n) for p in pull]
        np.testing.assert_allclose(loss.gradient(beta), wanted, rtol=10 * near, atol=10 * near * size)


@FUZZ
@given(n=st.integers(1, 40), batch_size=st.integers(1, 40), seed=st.integers(0, 2**32), epochs=st.integers(1, 3))
def test_every_epoch_deals_each_row_once(n, batch_size, seed, epochs):
    if batch_size > n:
        with pytest.raises(ValueError, match="batch_size must be between 1 and n"):
            gdlib.batches(n, batch_size)
        return
    dealt = list(gdlib.batches(n, batch_size, seed, epochs))
    a_pass = -(-n // batch_size)
    assert len(dealt) == a_pass * epochs
    for epoch in range(epochs):
        rows = np.concatenate(dealt[epoch * a_pass : (epoch + 1) * a_pass])
        assert sorted(rows) == list(range(n))


@FUZZ
@given(
    H=st.tuples(st.floats(0.1, 10), st.floats(-0.3, 0.3), st.floats(0.1, 10)),
    start=st.tuples(NUMBERS, NUMBERS),
    share=st.floats(0.05, 2.5),
    T=st.integers(1, 60),
)
def test_a_walk_on_a_quadratic_is_the_power_of_a_matrix(H, start, share, T):
    """x_k = (I − ηH)ᵏ x_0, and it ends nearer exactly where 0 < η < 2/L."""
    a, b, c = H
    matrix = np.array([[a + 0.3, b], [b, c + 0.3]])
    lr = share / np.linalg.eigvalsh(matrix)[-1]
    path = gdlib.gradient_descent(landscapes.quadratic(matrix).gradient, start, lr, eps=0, T=T)
    k = path.steps
    assert k == T or path.norms[-1] == 0
    power = np.linalg.matrix_power(np.eye(2) - lr * matrix, k)
    np.testing.assert_allclose(path.final, power @ start, rtol=1e-6, atol=1e-9 * (1 + np.abs(power).max()) * 100)


@FUZZ
@given(c=st.tuples(*[NUMBERS] * 3), at=st.floats(-50, 50), scheme=st.sampled_from(["central", "forward", "backward"]))
def test_differences_of_a_parabola(c, at, scheme):
    """The error is h times half the second derivative, or none for the central one, but for rounding."""
    a, b, d = c
    h = 1e-3
    slope = gdlib.finite_difference(lambda v: a * v * v + b * v + d, at, h, scheme)
    shift = {"central": 0, "forward": a * h, "backward": -a * h}[scheme]
    largest = abs(a) * 51**2 + abs(b) * 51 + abs(d) + 1
    assert slope == pytest.approx(2 * a * at + b + shift, abs=1e-15 * largest / h * 20)


def test_every_public_function_is_tried():
    """What the core offers is in the list above, but for the landscapes without an argument."""
    tried = {function for function, _ in CALLS.values()}
    for module in (gdlib.descent, gdlib.regression, gdlib.calculus, landscapes):
        for name in module.__all__:
            offered = getattr(module, name)
            if inspect.isfunction(offered) and inspect.signature(offered).parameters:
                assert offered in tried, name
