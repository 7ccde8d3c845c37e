"""LeastSquares against lstsq, SymPy, central differences, theory, and what it may cost."""

import math
import tracemalloc
import warnings

import numpy as np
import pytest

import gdlib
from gdlib.regression import ROOTS, SCALES, LeastSquares, Rows

SQUARES = [scale for scale in SCALES if scale not in ROOTS]
BETA = np.array([0.3, -1.0, 2.0])


@pytest.fixture
def data():
    rng = np.random.default_rng(4)
    return rng.standard_normal((50, 3)), rng.standard_normal(50)


@pytest.fixture
def example():
    """course.md, number 6: a column of ones beside X, y = X(1, 2) + 3."""
    X = np.array([[1.0, 1, 1], [1, 2, 1], [2, 2, 1], [2, 3, 1]])
    return X, X @ [1.0, 2.0, 3.0], [10.1, 15.1, -6.5]


def by_definition(X, y, beta, scale):
    """Each of the six, written out as course.md has it."""
    r, n = y - X @ beta, len(y)
    return {
        "half-sum": (r @ r / 2, -X.T @ r),
        "sum": (r @ r, -2 * X.T @ r),
        "half-mean": (r @ r / (2 * n), -X.T @ r / n),
        "mean": (r @ r / n, -2 * X.T @ r / n),
        "norm": (math.sqrt(r @ r), -X.T @ r / math.sqrt(r @ r)),
        "rms": (math.sqrt(r @ r / n), -X.T @ r / (math.sqrt(n) * math.sqrt(r @ r))),
    }[scale]


def of_batch(X, y, beta, scale, rows):
    """What the rows of a batch make of it: those of a data set in which they stand n/b times each."""
    share = len(y) / len(y[rows])
    share = {"half-sum": share, "sum": share, "norm": math.sqrt(share)}.get(scale, 1)
    value, gradient = by_definition(X[rows], y[rows], beta, scale)
    return share * value, share * gradient


def near(got, wanted, tolerance):
    assert np.linalg.norm(got - wanted) <= tolerance * np.linalg.norm(wanted)


# --- the derivation ----------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
def test_values_and_gradients_are_those_of_the_definition(data, scale):
    loss = LeastSquares(*data, scale)
    value, gradient = by_definition(*data, BETA, scale)
    assert loss(BETA) == pytest.approx(value, rel=1e-13)
    assert type(loss(BETA)) is float
    np.testing.assert_allclose(loss.gradient(BETA), gradient, rtol=1e-12)
    differences = gdlib.finite_difference(loss, BETA)
    np.testing.assert_allclose(loss.gradient(BETA), differences, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("scale", SCALES)
def test_gradient_against_sympy_on_three_rows_of_symbols(scale):
    """course.md, number 5: SymPy differentiates the value, of 3 × 2 symbols, by each coefficient."""
    import sympy

    X = sympy.Matrix(3, 2, sympy.symbols("x:3:2", real=True))
    y = sympy.Matrix(sympy.symbols("y:3", real=True))
    beta = sympy.Matrix(sympy.symbols("b:2", real=True))
    square = sum(v**2 for v in y - X * beta)
    value = {
        "half-sum": square / 2,
        "sum": square,
        "half-mean": square / 6,
        "mean": square / 3,
        "norm": sympy.sqrt(square),
        "rms": sympy.sqrt(square / 3),
    }[scale]
    numbers = dict(zip([*X, *y, *beta], [1, 2, -3, 4, 5, -1, 2, 0, 7, 0.5, -0.25], strict=True))
    expected = [float(sympy.diff(value, b).subs(numbers)) for b in beta]
    loss = LeastSquares([[1, 2], [-3, 4], [5, -1]], [2, 0, 7], scale)
    np.testing.assert_allclose(loss.gradient([0.5, -0.25]), expected, rtol=1e-13)
    assert loss([0.5, -0.25]) == pytest.approx(float(value.subs(numbers)))
    if scale in SQUARES:
        hessian = np.array(sympy.hessian(value, list(beta)).subs(numbers), float)
        np.testing.assert_allclose(loss.hessian(), hessian, rtol=1e-13)


@pytest.mark.parametrize("scale", SQUARES)
def test_hessian_against_differences_of_the_gradient(data, scale):
    loss = LeastSquares(*data, scale)
    columns = [
        gdlib.finite_difference(lambda b: loss.gradient(b)[k], np.ones(3))  # noqa: B023
        for k in range(3)
    ]
    np.testing.assert_allclose(loss.hessian(), columns, rtol=1e-6, atol=1e-6)
    values = np.linalg.eigvalsh(loss.hessian())
    assert (loss.mu, loss.L, loss.max_lr) == pytest.approx((values[0], values[-1], 2 / values[-1]))


@pytest.mark.parametrize("scale", SQUARES)
def test_two_over_L_is_the_edge(data, scale):
    """course.md, number 1, on the data's own Hessian."""
    loss = LeastSquares(*data, scale)
    below, above = (
        gdlib.gradient_descent(loss.gradient, np.zeros(3), share * loss.max_lr, 1e-8, 8000) for share in (0.95, 1.05)
    )
    assert below.stop == "converged"
    np.testing.assert_allclose(below.final, np.linalg.lstsq(*data)[0], atol=1e-7)
    assert above.stop == "diverged"


@pytest.mark.parametrize("scale", ROOTS)
def test_no_gradient_at_a_perfect_fit(example, scale):
    X, y, _ = example
    loss = LeastSquares(X, y, scale)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(loss.gradient([1.0, 2.0, 3.0])).all()
        assert loss([1.0, 2.0, 3.0]) == 0
        many = loss.gradient(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]))
    assert np.isnan(many[:, 0]).all()
    assert np.isfinite(many[:, 1]).all()
    for ask in (loss.hessian, lambda: loss.max_lr, lambda: loss.mu):
        with pytest.raises(ValueError, match=f"scale must be a square.*{scale}"):
            ask()


def test_the_norm_and_its_square_share_the_minimiser_not_the_rate(data):
    """Where the square comes to rest, the norm moves β by lr·‖X‖ for ever: its gradient does not shrink."""
    fit = np.linalg.lstsq(*data)[0]
    np.testing.assert_allclose(LeastSquares(*data, "norm").gradient(fit), 0, atol=1e-13)
    exact = data[0], data[0] @ fit
    lr = LeastSquares(*exact).max_lr / 2

    def distance(scale):
        gradient = LeastSquares(*exact, scale).gradient
        path = gdlib.gradient_descent(gradient, np.zeros(3), lr, eps=0, T=500)
        return np.linalg.norm(path.final - fit)

    assert distance("half-sum") < 1e-12
    assert distance("norm") > 1e-4


# --- the worked example of the course ----------------------------------------------------------


def test_the_numbers_of_the_course(example):
    """course.md, number 6."""
    X, y, init = example
    loss = LeastSquares(X, y)

    def descent(lr, T):
        return gdlib.gradient_descent(loss.gradient, init, lr, 0, T)

    np.testing.assert_allclose(descent(0.01, 100).final, [3.413, 4.636, -6.692], atol=5e-4)
    np.testing.assert_allclose(descent(0.01, 5000).final, [1, 2, 3], atol=5e-6)
    assert loss.L / loss.mu == pytest.approx(108.07, abs=0.005)
    assert loss.max_lr == pytest.approx(0.06396, abs=5e-6)
    f = [loss(point) for point in descent(0.0639, 2000).points[::400]]
    assert f == sorted(f, reverse=True)
    assert f[1] > 1e-3 * f[0]  # creeps
    norms = descent(0.064, 4000).norms
    assert norms[4000] / norms[2000] == pytest.approx((0.064 * loss.L - 1) ** 2000, rel=1e-6)
    assert norms[4000] > 10 * norms[2000]
    wrong_sign = gdlib.gradient_ascent(loss.gradient, init, 0.01, 0, 100)
    np.testing.assert_allclose(wrong_sign.final / 1e12, [4.28, 5.78, 2.64], atol=5e-3)
    root = gdlib.gradient_descent(LeastSquares(X, y, "norm").gradient, init, 0.01, 0, 5000)
    assert np.linalg.norm(root.final - [1, 2, 3]) > 0.01


# --- batches -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(
    "rows", [slice(2, 9), slice(None, None, 7), slice(None, 3, -5), [3], [4, 4, 1], np.array([0, 49, -1])]
)
def test_a_batch_stands_for_all_rows(data, scale, rows):
    """The batch's loss and gradient are those of a data set in which its rows are repeated n/b times."""
    loss = LeastSquares(*data, scale)
    value, gradient = of_batch(*data, BETA, scale, rows)
    assert loss(BETA, rows) == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(loss.gradient(BETA, rows), gradient, rtol=1e-12)


@pytest.mark.parametrize("scale", SCALES)
def test_a_batch_gradient_is_the_gradient_of_the_batch_loss(data, scale):
    loss = LeastSquares(*data, scale)
    rows = [1, 5, 8]
    expected = gdlib.finite_difference(lambda b: loss(b, rows), BETA)
    np.testing.assert_allclose(loss.gradient(BETA, rows), expected, rtol=1e-6)
    everything = loss.gradient(BETA, np.arange(50)[::-1])
    np.testing.assert_allclose(everything, loss.gradient(BETA), rtol=1e-12)


@pytest.mark.parametrize(
    "rows,error,names",
    [
        ([], ValueError, "rows must be a slice or a vector"),
        (slice(3, 3), ValueError, "rows must be a slice or a vector"),
        ([[1]], ValueError, "rows must be a slice or a vector"),
        pytest.param(
            3,
            ValueError,
            "rows must be a slice or a vector",
        ),
        ([0.5], ValueError, "rows must be a slice or a vector"),
        (np.ones(50, bool), ValueError, "rows must be a slice or a vector"),
        ([50], IndexError, "50"),
    ],
)
def test_wrong_rows_are_named(data, rows, error, names):
    loss = LeastSquares(*data)
    for ask in (loss, loss.gradient):
        with pytest.raises(error, match=names):
            ask(np.zeros(3), rows)


# --- many β at once ----------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("rows", [None, slice(0, 9), [3, 1]])
def test_many_points_at_once(data, scale, rows):
    loss = LeastSquares(*data, scale)
    betas = np.random.default_rng(1).standard_normal((3, 4, 5))
    values, gradients = loss(betas, rows), loss.gradient(betas, rows)
    assert values.shape == (4, 5)
    assert gradients.shape == (3, 4, 5)
    for at in np.ndindex(4, 5):
        assert values[at] == pytest.approx(loss(betas[:, *at], rows))
        np.testing.assert_allclose(gradients[:, *at], loss.gradient(betas[:, *at], rows), rtol=1e-10)


# --- any array, in several blocks --------------------------------------------------------------


def mapped(X, folder):
    stored = np.memmap(folder / "X", X.dtype, "w+", shape=X.shape)
    stored[:] = X
    return stored


def every_second(X, folder):
    wide = np.full((2 * len(X), 2 * X.shape[1]), 77, X.dtype)
    wide[::2, ::2] = X
    return wide[::2, ::2]


def frozen(X, folder):
    X = X.copy()
    X.flags.writeable = False
    return X


FORMS = {
    "C": lambda X, folder: X,
    "Fortran": lambda X, folder: np.asfortranarray(X),
    "memory map": mapped,
    "every second": every_second,
    "backwards": lambda X, folder: X[::-1].copy()[::-1],
    "read-only": frozen,
    "big-endian": lambda X, folder: X.astype(">f8"),
    "list": lambda X, folder: X.tolist(),
    "float32": lambda X, folder: X.astype("f4"),
    "float32, Fortran": lambda X, folder: X.astype("f4", "F"),
    "float32, big-endian": lambda X, folder: X.astype(">f4"),
    "float16": lambda X, folder: X.astype("f2"),
    "uint8": lambda X, folder: (40 * abs(X)).astype("u1"),
    "int64": lambda X, folder: (9 * X).astype("i8"),
    "bool": lambda X, folder: X > 0,
}
SINGLE = ("float32", "float32, Fortran", "float32, big-endian", "float16")


@pytest.fixture(scope="module")
def large():
    """12,000 × 50: three blocks of 2 MiB in float64, two in float32."""
    rng = np.random.default_rng(6)
    return rng.standard_normal((12_000, 50)), 5 * rng.standard_normal(12_000)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_in_several_blocks(large, form, tmp_path):
    X, y = FORMS[form](large[0], tmp_path), large[1]
    beta, exact = np.linspace(-1, 1, 50), np.array(X, float)
    tolerance, kind = (1e-4, "f4") if form in SINGLE else (1e-11, "f8")
    loss = LeastSquares(X, y, "sum")
    order = np.random.default_rng(0).permutation(12_000)
    for rows in (
        None,
        slice(100, 11_990),
        slice(None, 40, -2),
        np.append(order, order[:5000]),  # 5000 of them twice
        -1 - order[:6000],
        [11_999, 7, 7, -12_000],
    ):
        wanted = of_batch(exact, y, beta, "sum", slice(None) if rows is None else rows)
        assert loss(beta, rows) == pytest.approx(wanted[0], rel=tolerance)
        gradient = loss.gradient(beta, rows)
        near(gradient, wanted[1], tolerance)
        assert gradient.dtype == kind
    near(loss.hessian(), 2 * exact.T @ exact, tolerance)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_kept_solved_and_given_any_beta(large, form, tmp_path):
    X, y = FORMS[form](large[0][:40, :3], tmp_path), large[1][:40]
    exact = np.array(X, float)
    loss = LeastSquares(X, y, "half-mean")
    if form == "list":
        np.testing.assert_array_equal(loss.data.X, exact)
    else:
        assert np.shares_memory(loss.data.X, X)
        assert loss.data.X.strides == X.strides
    wanted = by_definition(exact, y, BETA, "half-mean")[1]
    for beta in (BETA, BETA.astype("f4"), BETA.tolist(), BETA.astype(">f8")):
        near(loss.gradient(beta), wanted, 1e-5 if form in SINGLE else 1e-6)
    near(loss.solve(), np.linalg.lstsq(exact, y)[0], 1e-4 if form in SINGLE else 1e-11)
    assert loss.hessian().dtype == loss.solve().dtype == ("f4" if form in SINGLE else "f8")


@pytest.mark.parametrize("kind", ["f4", "f2", "g", "u1", "i8", "?", ">f8"])
def test_targets_of_every_type(data, kind):
    X, y = data[0], np.round(9 * abs(data[1])).astype(kind)
    loss = LeastSquares(X, y)
    near(loss.gradient(BETA), by_definition(X, y.astype(float), BETA, "half-sum")[1], 1e-12)
    near(loss.solve(), np.linalg.lstsq(X, y.astype(float))[0], 1e-12)
    assert loss.gradient(BETA).dtype == float


@pytest.mark.parametrize("seed", range(25))
def test_any_shape_type_scale_and_batch(seed):
    rng = np.random.default_rng(seed)
    n, d, scale = rng.integers(1, 60), rng.integers(1, 9), rng.choice(list(SCALES))
    X, y, beta = rng.integers(0, 9, (n, d)), rng.integers(-9, 9, n), rng.standard_normal(d)
    wanted = by_definition(X, y, beta, scale)
    rows = rng.integers(-n, n, rng.integers(1, 2 * n + 1))
    for kind in ("f8", "f4", "u1"):
        loss = LeastSquares(X.astype(kind, rng.choice(["C", "F"])), y, scale)
        tolerance = 1e-4 if kind == "f4" else 1e-10
        assert loss(beta) == pytest.approx(wanted[0], rel=tolerance)
        near(loss.gradient(beta), wanted[1], tolerance)
        near(loss.gradient(beta, rows), of_batch(X, y, beta, scale, rows)[1], tolerance)


def test_float32_stays_float32_along_a_whole_descent(data):
    gradient = LeastSquares(*(part.astype(np.float32) for part in data), "mean").gradient
    path = gdlib.gradient_descent(gradient, np.zeros(3, np.float32), 0.1, 1e-6, 500)
    assert path.points.dtype == np.float32
    np.testing.assert_allclose(path.final, np.linalg.lstsq(*data)[0], atol=2e-6)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["f8", "f4", "u1"])
@pytest.mark.parametrize("n,d", [(200_000, 50), (100, 100_000)])  # 80 MB in float64, long and wide
def test_nothing_the_size_of_X_is_made(n, d, order, kind):
    """What the lecture says of the full gradient in memory: it needs X and a few blocks of 2 MiB."""
    X, y, beta = np.zeros((n, d), kind, order), np.zeros(n, kind), np.zeros(d)
    tracemalloc.start()
    try:
        loss = LeastSquares(X, y, "half-mean")
        loss(beta)
        loss.gradient(beta)
        loss.gradient(beta, slice(10, n - 10))
        loss.gradient(beta, np.arange(n // 2))
        if d < 1000:
            loss.hessian()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * 2**21 < X.nbytes
    assert loss.data.X is X


def test_inputs_are_never_changed(data):
    X, y = data
    kept = X.copy(), y.copy()
    beta, rows = np.ones(3), np.array([3, 1])
    loss = LeastSquares(X, y, "rms")
    loss(beta), loss.gradient(beta), loss.gradient(beta, rows), loss.solve()
    loss.gradient(beta)[:] = 7
    for now, then in zip((X, y, beta, rows), (*kept, np.ones(3), [3, 1]), strict=True):
        np.testing.assert_array_equal(now, then)


# --- rows that live elsewhere ------------------------------------------------------------------


class Dealt:
    """Rows in three uneven blocks: all that `LeastSquares` asks of a data source."""

    def __init__(self, X, y):
        self.rows, (self.n, self.d), self.dtype = (X, y), X.shape, X.dtype

    def like(self, beta):
        return np.asarray(beta, self.dtype)

    def each(self, function, rows=None):
        X, y = self.rows
        for part in np.split(np.arange(self.n) if rows is None else np.arange(self.n)[rows], [7, 8]):
            yield function(X[part], y[part])

    def solve(self):
        return np.linalg.lstsq(*self.rows)[0]


@pytest.mark.parametrize("scale", SCALES)
def test_a_data_source_brings_its_own_blocks(data, scale):
    loss, same = LeastSquares(Dealt(*data), scale=scale), LeastSquares(*data, scale)
    for rows in (None, slice(3, 40), np.arange(0, 50, 3)):
        assert loss(BETA, rows) == pytest.approx(same(BETA, rows))
        np.testing.assert_allclose(loss.gradient(BETA, rows), same.gradient(BETA, rows), rtol=1e-12)
    np.testing.assert_array_equal(loss.solve(), same.solve())
    if scale in SQUARES:
        assert (loss.mu, loss.max_lr) == pytest.approx((same.mu, same.max_lr))
    assert "50 × 3" in repr(loss)


def test_rows_are_a_data_source_too(data):
    loss = LeastSquares(Rows(*data), scale="mean")
    np.testing.assert_array_equal(loss.gradient(BETA), LeastSquares(*data, "mean").gradient(BETA))


# --- on the way to infinity --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["f8", "f4"])
@pytest.mark.parametrize("scale", SQUARES)
def test_a_walk_that_overflows_warns_of_nothing(data, scale, kind):
    loss = LeastSquares(*(part.astype(kind) for part in data), scale)
    init = np.ones(3, kind)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = gdlib.gradient_descent(loss.gradient, init, 3 * loss.max_lr, 0, 10**4)
        batches = gdlib.sgd(loss, init, 50 * loss.max_lr, 10**4, 7, eps=1e-9)
    for walk in (path, batches):
        assert walk.stop == "diverged"
        assert walk.steps > 5
        assert np.isfinite(walk.points).all()


@pytest.mark.parametrize("scale", ROOTS)
def test_where_the_square_under_a_root_overflows_the_walk_has_diverged(data, scale):
    """A gradient of 0 there, something finite divided by infinity, would pass for a minimum."""
    loss = LeastSquares(*data, scale)
    for size in (1e153, 1e154, 1e200):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            path = gdlib.gradient_descent(loss.gradient, np.full(3, size), T=2)
        assert path.stop == ("exhausted" if size < 2e153 else "diverged")


@pytest.mark.parametrize(
    "X", [np.full((1000, 1), 1.75e18, "f4"), np.array([[1e200], [2e200]]), np.array([[1e200, -1e200]])]
)
@pytest.mark.parametrize("scale", SQUARES)
def test_an_X_whose_squares_overflow_is_named(X, scale):
    """Its L was inf or NaN, from which came a largest rate of 0 or infinity; its loss and gradient were inf."""
    with pytest.raises(ValueError, match=r"X must be finite in float.., its squares too"):
        LeastSquares(X, np.ones(len(X), X.dtype), scale)
    loss = LeastSquares(Dealt(X, np.ones(len(X), X.dtype)), scale=scale)  # not read before it is used
    for ask in (loss.hessian, lambda: loss.L, lambda: loss.mu, lambda: loss.max_lr):
        with pytest.raises(ValueError, match="X must be smaller"):
            ask()


@pytest.mark.parametrize("X", [np.full((3, 1), 1e-25, "f4"), np.full((3, 1), 1e-170)])
def test_an_X_whose_squares_are_nothing_is_named(X):
    """Its L was 0, and its largest rate infinity."""
    with pytest.raises(ValueError, match="X must be larger: its squares are 0 in float"):
        LeastSquares(X, np.ones(3))


def test_a_large_X_whose_hessian_is_a_number_has_the_right_rate():
    large = LeastSquares(np.full((1000, 1), 1.75e17, "f4"), np.ones(1000, "f4"))
    assert large.max_lr == pytest.approx(2 / (1000 * 1.75e17**2), rel=1e-4)


# --- odd shapes and wrong arguments ------------------------------------------------------------


def test_one_row_and_one_column():
    one = LeastSquares([[2.0, 1.0]], [4.0])
    np.testing.assert_allclose(one.gradient([0.0, 0.0]), [-8, -4])
    assert one.mu == 0
    assert one.max_lr == pytest.approx(2 / 5)
    np.testing.assert_allclose(one.solve(), [1.6, 0.8])  # of all that fit, the shortest
    thin = LeastSquares([[1.0], [2.0]], [2.0, 4.0])
    assert (thin([2.0]), thin.L, thin.mu) == pytest.approx((0, 5, 5))
    np.testing.assert_allclose(thin([[0.0, 2.0]]), [10, 0])


def test_a_rank_deficient_X():
    """Descent from 0 reaches lstsq's shortest solution; mu says 0, not a rounding error."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20, 2)) @ rng.standard_normal((2, 4))
    y = rng.standard_normal(20)
    loss = LeastSquares(X, y, "half-mean")
    assert loss.mu == 0
    assert LeastSquares(X.astype("f4"), y, "half-mean").mu == 0
    path = gdlib.gradient_descent(loss.gradient, np.zeros(4), loss.max_lr / 2, 1e-12, 10_000)
    np.testing.assert_allclose(path.final, np.linalg.lstsq(X, y)[0], atol=1e-9)
    np.testing.assert_allclose(loss.solve(), np.linalg.lstsq(X, y)[0], atol=1e-12)
    assert LeastSquares(np.zeros((3, 2)), np.ones(3)).max_lr == math.inf


@pytest.mark.parametrize(
    "change,error,names",
    [
        ({"X": np.ones(4)}, ValueError, r"X must have shape \(n, d\).*\(4,\)"),
        ({"X": np.ones((0, 2)), "y": []}, ValueError, r"X must have.*\(0, 2\)"),
        ({"X": np.ones((4, 0))}, ValueError, r"X must have.*\(4, 0\)"),
        ({"y": np.ones(3)}, ValueError, r"y must have shape \(4,\).*\(3,\)"),
        ({"y": np.ones((4, 1))}, ValueError, r"y must have shape \(4,\).*\(4, 1\)"),
        ({"y": [1, 2, math.nan, 4]}, ValueError, "y must be finite"),
        ({"y": [1, 2, math.inf, 4]}, ValueError, "y must be finite"),
        ({"y": None}, TypeError, "y must be .*real numbers"),
        ({"X": [[1, 2], [3, math.nan], [5, 6], [7, 8]]}, ValueError, "X must be finite"),
        ({"X": [[1, 2], [3, -math.inf], [5, 6], [7, 8]]}, ValueError, "X must be finite"),
        ({"X": [["a", "b"]] * 4}, TypeError, "X must be .*real numbers"),
        ({"X": [[1, 2], [3]]}, TypeError, "X must be .*real numbers"),
        ({"y": [1j] * 4}, TypeError, "y must be .*real numbers"),
        ({"X": np.ma.ones((4, 2))}, TypeError, "X must not be a masked array"),
        ({"y": np.ma.array(np.ones(4), mask=[0, 0, 1, 0])}, TypeError, "y must not be a masked"),
        ({"scale": "huber"}, ValueError, "scale must be one of 'half-sum'.*'huber'"),
        ({"scale": None}, ValueError, "scale must be one of"),
    ],
)
def test_wrong_arguments_are_named(change, error, names):
    arguments = {"X": np.ones((4, 2)), "y": np.ones(4)} | change
    with pytest.raises(error, match=names):
        LeastSquares(**arguments)


@pytest.mark.parametrize("kind", ["f8", "f4"])
@pytest.mark.parametrize("row", [0, 9000, 19_999])
def test_a_nan_is_found_in_any_block(kind, row):
    X, y = np.ones((20_000, 50), kind), np.ones(20_000)
    for part in (X[:, 7], y):
        part[row] = math.nan
        with pytest.raises(ValueError, match=f"{'y' if part is y else 'X'} must be finite"):
            LeastSquares(X, y)
        part[row] = 1


@pytest.mark.parametrize("beta", [1.0, [1.0], [1.0, 2.0, 3.0], np.ones((3, 2))])
def test_a_beta_of_another_length_is_named(beta):
    loss = LeastSquares(np.ones((4, 2)), np.ones(4))
    for ask in (loss, loss.gradient):
        with pytest.raises(ValueError, match=r"beta must have shape \(2,\).* got shape"):
            ask(beta)


@pytest.mark.parametrize(
    "beta",
    [np.ma.array([1.0, 2.0], mask=[0, 1]), np.ma.ones((2, 3)), np.array([1j, 2]), [None, 1.0]],
)
def test_a_beta_that_is_no_array_of_real_numbers_is_named(beta):
    loss = LeastSquares(np.ones((4, 2)), np.ones(4))
    for ask in (loss, loss.gradient):
        with pytest.raises(TypeError, match="beta must"):
            ask(beta)


def test_targets_beyond_float32_are_named_quietly():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="y must be finite in float32"):
            LeastSquares(np.ones((3, 2), np.float32), [1.0, 1e300, 2.0])
