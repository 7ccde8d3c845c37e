"""LeastSquares against lstsq, SymPy, central differences, theory, and what it may cost."""

import math
import tracemalloc
import warnings

import numpy as np
import pytest

import gdlib
from gdlib import regression
from gdlib.regression import ROOTS, SCALES, LeastSquares

SQUARES = [scale for scale in SCALES if scale not in ROOTS]


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


# --- the derivation ----------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
def test_values_and_gradients_are_those_of_the_definition(data, scale):
    X, y = data
    beta = np.array([0.3, -1.0, 2.0])
    loss = LeastSquares(X, y, scale)
    value, gradient = by_definition(X, y, beta, scale)
    assert loss(beta) == pytest.approx(value, rel=1e-13)
    assert type(loss(beta)) is float
    np.testing.assert_allclose(loss.gradient(beta), gradient, rtol=1e-12)
    np.testing.assert_allclose(loss.gradient(beta), gdlib.finite_difference(loss, beta), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("scale", SCALES)
def test_gradient_against_sympy_on_three_rows_of_symbols(scale):
    """course.md, number 5: SymPy differentiates the value of 3 × 2 symbols, one coefficient at a time."""
    import sympy

    X = sympy.Matrix(3, 2, sympy.symbols("x:3:2", real=True))
    y = sympy.Matrix(sympy.symbols("y:3", real=True))
    beta = sympy.Matrix(sympy.symbols("b:2", real=True))
    r = y - X * beta
    square = sum(v**2 for v in r)
    value = sympy.Rational(str(SCALES[scale](1))) * square / (3 if scale in ("half-mean", "mean", "rms") else 1)
    value = sympy.sqrt(value) if scale in ROOTS else value
    numbers = dict(zip([*X, *y, *beta], [1, 2, -3, 4, 5, -1, 2, 0, 7, 0.5, -0.25], strict=True))
    expected = [float(sympy.diff(value, b).subs(numbers)) for b in beta]
    loss = LeastSquares(*(np.array(M.subs(numbers), float) for M in (X,)), [2.0, 0.0, 7.0], scale)
    np.testing.assert_allclose(loss.gradient([0.5, -0.25]), expected, rtol=1e-13)
    assert loss([0.5, -0.25]) == pytest.approx(float(value.subs(numbers)))
    if scale in SQUARES:
        hessian = np.array(sympy.hessian(value, list(beta)).subs(numbers), float)
        np.testing.assert_allclose(loss.hessian(), hessian, rtol=1e-13)


@pytest.mark.parametrize("scale", SQUARES)
def test_hessian_against_differences_of_the_gradient(data, scale):
    loss = LeastSquares(*data, scale)
    columns = [gdlib.finite_difference(lambda b: loss.gradient(b)[k], np.ones(3)) for k in range(3)]  # noqa: B023
    np.testing.assert_allclose(loss.hessian(), columns, rtol=1e-6, atol=1e-6)
    values = np.linalg.eigvalsh(loss.hessian())
    assert (loss.mu, loss.L, loss.max_lr) == pytest.approx((values[0], values[-1], 2 / values[-1]))


@pytest.mark.parametrize("scale", SQUARES)
def test_two_over_L_is_the_edge(data, scale):
    """course.md, number 1, on the data's own Hessian."""
    loss = LeastSquares(*data, scale)
    below, above = (
        gdlib.gradient_descent(loss.gradient, np.zeros(3), lr=share * loss.max_lr, eps=1e-8, T=20_000)
        for share in (0.95, 1.05)
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
    """One step that the square takes without harm moves the norm's β by lr·‖X‖ for ever: no rest at a fixed lr."""
    fit = np.linalg.lstsq(*data)[0]
    np.testing.assert_allclose(LeastSquares(*data, "norm").gradient(fit), 0, atol=1e-13)
    exact = data[0], data[0] @ fit
    square, norm = (LeastSquares(*exact, scale) for scale in ("half-sum", "norm"))
    lr = square.max_lr / 2
    distance = {
        loss.scale: np.linalg.norm(gdlib.gradient_descent(loss.gradient, np.zeros(3), lr, eps=0, T=500).final - fit)
        for loss in (square, norm)
    }
    assert distance["half-sum"] < 1e-12
    assert distance["norm"] > 1e-4


# --- the worked example of the course ----------------------------------------------------------


def test_the_numbers_of_the_course(example):
    """course.md, number 6."""
    X, y, init = example
    loss = LeastSquares(X, y)
    np.testing.assert_allclose(gdlib.gradient_descent(loss.gradient, init, 0.01, 0, 100).final, [3.413, 4.636, -6.692], atol=5e-4)  # fmt: skip
    np.testing.assert_allclose(gdlib.gradient_descent(loss.gradient, init, 0.01, 0, 5000).final, [1, 2, 3], atol=5e-6)
    assert loss.L / loss.mu == pytest.approx(108.07, abs=0.005)
    assert loss.max_lr == pytest.approx(0.06396, abs=5e-6)
    f = [loss(point) for point in gdlib.gradient_descent(loss.gradient, init, 0.0639, 0, 5000).points[::1000]]
    assert f == sorted(f, reverse=True)
    assert f[1] > 1e-3 * f[0]  # creeps
    above = gdlib.gradient_descent(loss.gradient, init, 0.064, 0, 20_000)
    assert above.norms[-1] / above.norms[10_000] == pytest.approx((0.064 * loss.L - 1) ** 10_000, rel=1e-6)
    assert above.norms[-1] > 1e5 * above.norms[10_000]
    wrong_sign = gdlib.gradient_ascent(loss.gradient, init, 0.01, 0, 100)
    np.testing.assert_allclose(wrong_sign.final / 1e12, [4.28, 5.78, 2.64], atol=5e-3)
    norm = gdlib.gradient_descent(LeastSquares(X, y, "norm").gradient, init, 0.01, 0, 5000)
    assert np.linalg.norm(norm.final - [1, 2, 3]) > 0.01


# --- batches -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SQUARES)
@pytest.mark.parametrize("rows", [slice(2, 9), slice(None, None, 7), [3], [4, 4, 1], np.array([0, 49, -1])])
def test_a_batch_stands_for_all_rows(data, scale, rows):
    """The batch's loss and gradient are those of a data set in which its rows are repeated n/b times."""
    X, y = data
    beta = np.array([0.3, -1.0, 2.0])
    loss = LeastSquares(X, y, scale)
    b = len(y[rows])
    value, gradient = by_definition(X[rows], y[rows], beta, scale)
    share = 50 / b if scale in ("half-sum", "sum") else 1
    assert loss(beta, rows) == pytest.approx(share * value, rel=1e-12)
    np.testing.assert_allclose(loss.gradient(beta, rows), share * gradient, rtol=1e-12)


@pytest.mark.parametrize("scale", SCALES)
def test_a_batch_gradient_is_the_gradient_of_the_batch_loss(data, scale):
    loss = LeastSquares(*data, scale)
    rows, beta = [1, 5, 8], np.array([0.3, -1.0, 2.0])
    expected = gdlib.finite_difference(lambda b: loss(b, rows), beta)
    np.testing.assert_allclose(loss.gradient(beta, rows), expected, rtol=1e-6)
    everything = loss.gradient(beta, np.arange(50)[::-1])
    np.testing.assert_allclose(everything, loss.gradient(beta), rtol=1e-12)


@pytest.mark.parametrize(
    "rows,error,names",
    [
        ([], ValueError, "rows must name one row or more"),
        (slice(3, 3), ValueError, "rows must name one row or more"),
        ([[1]], ValueError, "rows must be a slice or a vector"),
        (3, ValueError, "rows must be a slice or a vector"),
        ([0.5], ValueError, "rows must be a slice or a vector"),
        (np.ones(50, bool), ValueError, "rows must be a slice or a vector"),
        ([50], IndexError, "50"),
    ],
)
def test_wrong_rows_are_named(data, rows, error, names):
    with pytest.raises(error, match=names):
        LeastSquares(*data).gradient(np.zeros(3), rows)


# --- many β at once ----------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("rows", [None, slice(0, 9), [3, 1]])
def test_many_points_at_once(data, scale, rows, monkeypatch):
    loss = LeastSquares(*data, scale)
    betas = np.random.default_rng(1).standard_normal((3, 4, 5))
    for block in (regression.BLOCK, 300):
        monkeypatch.setattr(regression, "BLOCK", block)
        values, gradients = loss(betas, rows), loss.gradient(betas, rows)
        assert values.shape == (4, 5)
        for at in np.ndindex(4, 5):
            assert values[at] == pytest.approx(loss(betas[:, *at], rows))
            np.testing.assert_allclose(gradients[:, *at], loss.gradient(betas[:, *at], rows), rtol=1e-10)


def test_sweep_takes_it_at_once(data):
    loss = LeastSquares(*data, "mean")
    rates = np.array([0.1, 0.5]) * loss.max_lr
    runs = gdlib.descent.sweep(loss.gradient, np.zeros(3), rates, T=50)
    for i, lr in enumerate(rates):
        path = gdlib.gradient_descent(loss.gradient, np.zeros(3), lr, 0, 50)
        np.testing.assert_allclose(runs[i].points, path.points, rtol=1e-9, atol=1e-12)


# --- any array, no copy ------------------------------------------------------------------------


def layouts(X, folder):
    stored = np.memmap(folder / "X", X.dtype, "w+", shape=X.shape)
    stored[:] = X
    wide = np.zeros((2 * len(X), 2 * X.shape[1]), X.dtype)
    wide[::2, ::2] = X
    frozen = X.copy()
    frozen.flags.writeable = False
    return {
        "C": X,
        "Fortran": np.asfortranarray(X),
        "memory map": stored,
        "every second": wide[::2, ::2],
        "backwards": X[::-1].copy()[::-1],
        "read-only": frozen,
        "big-endian": X.astype(X.dtype.newbyteorder(">")),
        "list": X.tolist(),
    }


@pytest.mark.parametrize("layout", ["C", "Fortran", "memory map", "every second", "backwards", "read-only", "big-endian", "list"])  # fmt: skip
@pytest.mark.parametrize("threaded", [1, 1 << 60])
def test_every_layout_in_blocks_and_threads(data, layout, threaded, tmp_path, monkeypatch):
    monkeypatch.setattr(regression, "BLOCK", 24 * 9)  # 9 rows
    monkeypatch.setattr(regression, "THREADED", threaded)
    monkeypatch.setattr(regression, "CORES", 3)
    X, y = data
    beta = np.array([0.3, -1.0, 2.0])
    loss = LeastSquares(layouts(X, tmp_path)[layout], y)
    value, gradient = by_definition(X, y, beta, "half-sum")
    assert loss(beta) == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(loss.gradient(beta), gradient, rtol=1e-12)
    np.testing.assert_allclose(loss.hessian(), X.T @ X, rtol=1e-12)
    np.testing.assert_allclose(loss.solve(), np.linalg.lstsq(X, y)[0], rtol=1e-10)
    rows = [8, 3, 3, 40, 1, 2, 4, 5, 6]
    np.testing.assert_allclose(loss.gradient(beta, rows), LeastSquares(X, y).gradient(beta, rows), rtol=1e-12)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind,rtol", [("f8", 1e-11), ("f4", 1e-4)])
def test_long_rows_in_blocks_and_threads(order, kind, rtol, monkeypatch):
    """Rows of 400 bytes and more take another product (vecdot), in blocks of 8 of the 1003 rows."""
    monkeypatch.setattr(regression, "BLOCK", 1)
    monkeypatch.setattr(regression, "THREADED", 1)
    rng = np.random.default_rng(3)
    X, y, beta = rng.standard_normal((1003, 120)), rng.standard_normal(1003), rng.standard_normal(120)
    value, gradient = by_definition(X, y, beta, "rms")
    loss = LeastSquares(X.astype(kind, order), y.astype(kind), "rms")
    assert loss(beta) == pytest.approx(value, rel=rtol)
    np.testing.assert_allclose(loss.gradient(beta), gradient, rtol=rtol, atol=rtol)


@pytest.mark.parametrize(
    "given,computed",
    [("f4", "f4"), ("f8", "f8"), ("f2", "f4"), ("u1", "f8"), ("i8", "f8"), ("?", "f8"), (">f4", "f4")],
)
def test_the_type_of_the_data_decides(given, computed):
    X = np.array([[1, 0], [1, 1], [0, 1], [1, 1]]).astype(given)
    loss = LeastSquares(X, [1.0, 2.0, 3.0, 4.5], "half-mean")
    assert loss.X is X
    beta = np.array([0.5, 0.25])
    expected = by_definition(X.astype(float), np.array([1.0, 2, 3, 4.5]), beta, "half-mean")[1]
    for point in (beta, beta.astype("f4"), beta.tolist()):
        for rows in (None, slice(0, 4), [3, 2, 1, 0]):
            assert loss.gradient(point, rows).dtype == np.dtype(computed)
            np.testing.assert_allclose(loss.gradient(point, rows), expected, rtol=1e-6)
    assert loss.hessian().dtype == loss.solve().dtype == np.dtype(computed)


def test_float32_stays_float32_along_a_whole_descent(data):
    X, y = (part.astype(np.float32) for part in data)
    path = gdlib.gradient_descent(LeastSquares(X, y, "mean").gradient, np.zeros(3, np.float32), 0.1, 1e-6, 500)
    assert path.points.dtype == np.float32
    np.testing.assert_allclose(path.final, np.linalg.lstsq(*data)[0], atol=2e-6)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["f8", "f4", "u1"])
@pytest.mark.parametrize("n,d", [(500_000, 50), (250, 100_000)])  # 200 MB in float64, long and wide
def test_nothing_the_size_of_X_is_made(n, d, order, kind):
    X, y, beta = np.ones((n, d), kind, order), np.ones(n), np.zeros(d)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        loss = LeastSquares(X, y, "half-mean")
        loss.gradient(beta)
        loss(beta)
        loss.gradient(beta, slice(10, n - 10))
        loss.gradient(beta, np.arange(n // 10))
        if d < 1000:
            loss.hessian()
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    # y (its type may change), and for each thread a block of at least 8 rows and a few vectors of size d
    assert peak < y.nbytes + regression.CORES * (max(regression.BLOCK, 64 * d) * 1.2 + 40 * d) + 2**20
    assert loss.X is X


def test_inputs_are_never_changed(data):
    X, y = data
    kept = X.copy(), y.copy()
    beta, rows = np.ones(3), np.array([3, 1])
    loss = LeastSquares(X, y, "rms")
    loss(beta), loss.gradient(beta), loss.gradient(beta, rows), loss.solve()
    loss.gradient(beta)[:] = 7
    for now, then in zip((X, y, beta, rows), (*kept, np.ones(3), [3, 1]), strict=True):
        np.testing.assert_array_equal(now, then)


def test_an_overflow_in_a_thread_is_the_callers_business(data, monkeypatch):
    """np.errstate reaches the threads: a diverging descent stays silent (pytest turns warnings into errors)."""
    monkeypatch.setattr(regression, "BLOCK", 24 * 9)
    monkeypatch.setattr(regression, "THREADED", 1)
    monkeypatch.setattr(regression, "CORES", 2)
    assert gdlib.gradient_descent(LeastSquares(*data).gradient, np.ones(3), 1.0, 0, 10**4).stop == "diverged"
    # ‖r‖² overflows before ‖r‖ does; a gradient of 0 there would pass for a minimum
    assert gdlib.gradient_descent(LeastSquares(*data, "norm").gradient, np.full(3, 1e200)).stop == "diverged"


class Foreign:
    """An array of another library: what `LeastSquares` needs of one, and nothing NumPy could catch."""

    def __init__(self, array):
        self.array = np.asarray(array)
        self.shape, self.dtype = self.array.shape, self.array.dtype

    __array__ = None  # no way into NumPy

    def tolist(self):
        return self.array.tolist()

    def __len__(self):
        return len(self.array)

    def _both(name):
        return lambda self, other: Foreign(getattr(self.array, name)(getattr(other, "array", other)))

    for _name in ("add", "radd", "sub", "mul", "rmul", "truediv", "pow", "matmul", "getitem"):
        vars()[f"__{_name}__"] = _both(f"__{_name}__")

    T = property(lambda self: Foreign(self.array.T))
    min = lambda self: self.array.min()  # noqa: E731
    max = lambda self: self.array.max()  # noqa: E731
    sum = lambda self, axis: Foreign(self.array.sum(axis))  # noqa: E731


@pytest.mark.parametrize("scale", SCALES)
def test_an_array_of_another_library_stays_one(data, scale):
    """PyTorch itself is no dependency; bench/regression.py runs the real one."""
    X, y = data
    beta = np.array([0.3, -1.0, 2.0])
    loss = LeastSquares(Foreign(X), Foreign(y), scale)
    value, gradient = by_definition(X, y, beta, scale)
    answer = loss.gradient(Foreign(beta))
    assert type(answer) is Foreign
    np.testing.assert_allclose(answer.array, gradient, rtol=1e-12)
    assert loss(Foreign(beta)).array == pytest.approx(value)
    batch = loss.gradient(Foreign(beta), np.array([3, 1, 4])).array
    np.testing.assert_allclose(batch, LeastSquares(X, y, scale).gradient(beta, [3, 1, 4]), rtol=1e-12)
    if scale in SQUARES:
        assert loss.max_lr == pytest.approx(LeastSquares(X, y, scale).max_lr)
    with pytest.raises(TypeError, match="y must be the same kind of array as X"):
        LeastSquares(Foreign(X), y)
    with pytest.raises(ValueError, match="X must be finite"):
        LeastSquares(Foreign(X * np.nan), Foreign(y))


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
        ({"y": [1, 2, math.nan, 4]}, ValueError, "y must be finite.*rows 0 to 3"),
        ({"y": [1, 2, math.inf, 4]}, ValueError, "y must be finite"),
        ({"X": [[1, 2], [3, math.nan], [5, 6], [7, 8]]}, ValueError, "X must be finite"),
        ({"X": [[1, 2], [3, -math.inf], [5, 6], [7, 8]]}, ValueError, "X must be finite"),
        ({"X": [["a", "b"]] * 4}, TypeError, "X must be an array of real numbers"),
        ({"y": [1j] * 4}, TypeError, "y must be an array of real numbers"),
        ({"scale": "huber"}, ValueError, "scale must be one of 'half-sum'.*'huber'"),
        ({"scale": None}, ValueError, "scale must be one of"),
    ],
)
def test_wrong_arguments_are_named(change, error, names):
    arguments = {"X": np.ones((4, 2)), "y": np.ones(4)} | change
    with pytest.raises(error, match=names):
        LeastSquares(**arguments)


def test_a_nan_is_found_in_any_block(monkeypatch):
    monkeypatch.setattr(regression, "BLOCK", 160)  # 10 rows
    X = np.ones((95, 2))
    X[93, 1] = math.nan
    with pytest.raises(ValueError, match="X must be finite, got NaN or infinity in rows 90 to 94"):
        LeastSquares(X, np.ones(95))


@pytest.mark.parametrize("beta", [1.0, [1.0], [1.0, 2.0, 3.0], np.ones((3, 2))])
def test_a_beta_of_another_length_is_named(beta):
    loss = LeastSquares(np.ones((4, 2)), np.ones(4))
    for ask in (loss, loss.gradient):
        with pytest.raises(ValueError, match=r"beta must have shape \(2,\), one a column of X, got shape"):
            ask(beta)
