"""What the browser is given to compute with; that it computes as gdlib does is tested in tests/front."""

import numpy as np
import pytest
import sympy

import gdlib
from gdlib import landscapes
from gdlib.explore import tables
from gdlib.explore.subjects import SQUARES, orders, subject_of
from gdlib.minibatch import SineFit, batches

LINE = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 3.0]]), np.array([1.0, 4.0, 6.0])


@pytest.mark.parametrize("scale", SQUARES)
def test_a_square_loss_is_its_table(scale):
    loss = gdlib.LeastSquares(*LINE, scale)
    for gradient in (None, loss.gradient):
        subject, arrays = subject_of(loss, gradient)
        assert subject == {"of": "table", "scale": scale, "d": 2}
        for name, given in zip("Xy", LINE, strict=True):
            assert arrays[name].dtype == float
            assert (arrays[name] == given).all()


def test_a_loss_that_the_browser_does_not_know_is_named():
    with pytest.raises(ValueError, match="scale must be a square"):
        subject_of(gdlib.LeastSquares(*LINE, "rms"))
    with pytest.raises(ValueError, match="f must be a function of 1 coordinate"):
        subject_of(gdlib.LeastSquares(*LINE), d=1)


def test_a_table_of_whole_numbers_is_computed_with_as_floats():
    arrays = subject_of(gdlib.LeastSquares([[1, 2], [3, 4], [5, 7]], [1, 2, 3]))[1]
    assert {array.dtype.name for array in arrays.values()} == {"float64"}


def test_a_sine_is_its_measurements():
    for digits in (None, 10):
        fit = SineFit.example(3, digits)
        subject, arrays = subject_of(fit, d=1)
        assert subject == {"of": "sine", "digits": digits}
        assert (arrays["t"] == fit.t).all()
        assert (arrays["y"] == fit.y).all()


def test_every_array_that_is_computed_with_keeps_all_its_digits_in_the_table():
    for f, d in ((gdlib.LeastSquares(*LINE), 2), (SineFit.example(), 1), (landscapes.terrain(), 2)):
        arrays = subject_of(f, d=d)[1]
        table, layout = tables.pack(**arrays)
        for name, (kind, first, count) in layout.items():
            assert first % 8 == 0
            assert (np.frombuffer(table, kind, count, first) == arrays[name].ravel()).all()


class TestTerrain:
    land = landscapes.terrain()

    def test_the_whole_map_has_one_row_and_column_more_on_each_side_in_a_straight_line(self):
        subject, arrays = subject_of(self.land)
        heights = arrays["heights"]
        assert heights.dtype == np.int16
        assert heights.shape == (346, 405) == (subject["rows"], subject["columns"])
        assert (heights[1:-1, 1:-1] == self.land.heights).all()
        assert (heights[0] + heights[2] == 2 * heights[1]).all()
        assert (heights[:, -1] + heights[:, -3] == 2 * heights[:, -2]).all()
        assert (subject["x"], subject["y"], subject["dx"], subject["dy"]) == (0, 0, self.land.dx, self.land.dy)

    @pytest.mark.parametrize("domain", [((10_000, 11_111), (5_000, 9_000)), ((0, 10), (31_000, 31_700))])
    def test_a_part_holds_its_domain_and_no_more_than_needed_and_the_real_neighbours(self, domain):
        subject, arrays = subject_of(self.land, domain=domain)
        heights, land = arrays["heights"], self.land
        for (low, high), start, step, count in zip(domain, "xy", (land.dx, land.dy), heights.shape[::-1], strict=True):
            first, last = subject[start], subject[start] + (count - 3) * step
            assert first <= low < first + step
            assert last - step < high <= last
        i, j = round(subject["x"] / land.dx), round(subject["y"] / land.dy)
        inner = land.heights[j : j + subject["rows"] - 2, i : i + subject["columns"] - 2]
        assert (heights[1:-1, 1:-1] == inner).all()
        if i:
            assert (heights[1:-1, 0] == land.heights[j : j + len(inner), i - 1]).all()

    def test_a_domain_beyond_the_map_is_the_map(self):
        assert subject_of(self.land, domain=((-1e6, 1e6), (-1e6, 1e6)))[0] == subject_of(self.land)[0]


def at(text, point):
    """The value of a formula at a point, by SymPy."""
    return float(sympy.sympify(text).subs(dict(zip(["x", "y"], np.atleast_1d(point), strict=False))))


@pytest.mark.parametrize("name", ["bowl", "valley", "saddle", "himmelblau", "rosenbrock", "double_well"])
def test_a_landscape_is_a_formula_with_its_gradient(name):
    land = getattr(landscapes, name)()
    d = len(land.domain)
    subject, arrays = subject_of(land, d=d)
    assert subject["of"] == "formula"
    assert subject["names"] == ["x", "y"][:d]
    assert not arrays
    for point in ([0.3, -1.2], [1.5, 2.0]):
        point = np.array(point) if d == 2 else point[0]
        assert at(subject["f"], point) == pytest.approx(land(point), rel=1e-12)
        slopes = [at(text, point) for text in subject["gradient"]]
        assert slopes == pytest.approx(np.atleast_1d(land.gradient(point)), rel=1e-12)


def test_a_gradient_of_ones_own_goes_before_the_landscapes():
    assert subject_of(landscapes.bowl(), lambda p: p + 1)[0]["gradient"] == ["x + 1", "y + 1"]


def test_a_function_is_traced_and_without_a_gradient_the_browser_differentiates_it():
    subject, _ = subject_of(lambda x: x**2 + 2 * x + 3, d=1)
    assert subject == {"of": "formula", "names": ["x"], "f": "x**2 + 2*x + 3", "gradient": None}
    assert subject_of(lambda x: x**2, lambda x: 2 * x, d=1)[0]["gradient"] == ["2*x"]


def test_what_is_no_function_of_d_coordinates_is_named():
    with pytest.raises(ValueError, match="f must return one number"):
        subject_of(lambda p: 2 * p)
    with pytest.raises(ValueError, match="gradient must return 2 numbers"):
        subject_of(lambda p: p[0] + p[1], lambda p: p[0])
    with pytest.raises(TypeError, match="gradient"):
        subject_of(lambda x: x**2, lambda x: 2 * x if x > 0 else 0, d=1)


@pytest.mark.parametrize(("n", "sizes", "T"), [(7, [1, 3, 7], 10), (10, [5], 4), (10, [5], 3), (10, [1], 1)])
def test_orders_are_those_that_batches_deals_and_as_many_as_are_needed(n, sizes, T):
    dealt = orders(n, sizes, [3, 8], T)
    assert dealt.dtype == np.uint16
    for k, seed in enumerate([3, 8]):
        for b in (b for b in sizes if b < n):
            epoch, expected = -(-n // b), batches(n, b, seed, epochs=None)
            for t in range(T + 1):
                order, i = dealt[k, t // epoch], t % epoch * b
                assert (order[i : i + b] == next(expected)).all()
    fewest = min(-(-n // b) for b in sizes if b < n)  # updates of an epoch
    assert 0 <= dealt.shape[1] * fewest - (T + 1) < fewest


def test_all_rows_need_no_order_and_many_rows_larger_numbers():
    assert orders(5, [5], [0, 1], T=9).shape == (2, 0, 5)
    assert orders(70_000, [1000], [0], T=1).dtype == np.uint32
