"""Each landscape against central differences, SymPy, and what is known of it."""

import numpy as np
import pytest
import sympy as sp

from gdlib import finite_difference, landscapes
from gdlib.landscapes import metres_per_degree, terrain

ALL = [getattr(landscapes, name) for name in landscapes.__all__ if name not in ("Landscape", "quadratic")]


def inner_points(f, n=15):
    low, high = np.array(f.domain).T
    return np.random.default_rng(0).uniform(low, high, (n, len(low)))


@pytest.mark.parametrize("make", ALL)
def test_gradient_against_central_differences(make):
    f = make()
    for point in inner_points(f):
        scale = max(1, abs(f.gradient(point)).max())
        np.testing.assert_allclose(f.gradient(point) / scale, finite_difference(f, point) / scale, atol=2e-6)


@pytest.mark.parametrize("make", [landscapes.himmelblau, landscapes.rosenbrock])
def test_gradient_against_sympy(make):
    f, symbols = make(), sp.symbols("x y")
    exact = sp.lambdify(symbols, [sp.diff(f.f(symbols), s) for s in symbols])
    for point in inner_points(f):
        np.testing.assert_allclose(f.gradient(point), exact(*point), rtol=1e-10)


@pytest.mark.parametrize("make", ALL)
def test_many_points_are_columns(make):
    f = make()
    points = inner_points(f, 12)
    np.testing.assert_allclose(f(points.T).ravel(), [np.squeeze(f(p)) for p in points], rtol=1e-12)
    grid = points.T.reshape(-1, 3, 4)
    assert f.gradient(grid).shape == grid.shape
    np.testing.assert_allclose(
        f.gradient(grid).reshape(len(f.domain), -1).T, [f.gradient(p) for p in points], rtol=1e-9
    )
    assert f.name in repr(f)


@pytest.mark.parametrize("make", ALL)
def test_known_minima_are_minima(make):
    f = make()
    rng = np.random.default_rng(1)
    for minimum in f.minima:
        np.testing.assert_allclose(f.gradient(minimum), 0, atol=1e-4)
        for _ in range(20):
            assert f(minimum) < f(minimum + 1e-2 * rng.choice([-1, 1], size=minimum.shape))
    if len(f.minima) > 1:
        heights = [float(np.squeeze(f(m))) for m in f.minima]
        assert heights[0] <= min(heights) + 1e-8


def test_the_double_well_needs_two_wells():
    assert landscapes.double_well(0.3).minima[0] < 0 < landscapes.double_well(-0.3).minima[0]
    for tilt in (1.54, -1.6):
        with pytest.raises(ValueError, match="tilt"):
            landscapes.double_well(tilt)


def test_quadratics_know_their_curvature():
    assert landscapes.valley(100).L == 100
    assert landscapes.valley(100).mu == 1
    assert landscapes.saddle().mu == -1
    tilted = landscapes.quadratic([[2, 1], [1, 3]])
    assert tilted([1.0, -1.0]) == 1.5
    np.testing.assert_array_equal(tilted.gradient(np.array([1.0, -1.0])), [1, -2])
    assert tilted.L == pytest.approx((5 + np.sqrt(5)) / 2)
    assert tilted.mu == pytest.approx((5 - np.sqrt(5)) / 2)
    with pytest.raises(AttributeError, match="no quadratic"):
        landscapes.himmelblau().L  # noqa: B018
    for wrong in ([[1, 2]], [[1, 2], [3, 4]]):
        with pytest.raises(ValueError, match="hessian"):
            landscapes.quadratic(wrong)
    for wrong in (0.5, np.inf, np.nan):
        with pytest.raises(ValueError, match="kappa"):
            landscapes.valley(wrong)


def test_a_quadratic_has_a_minimum_where_all_curvatures_are_positive():
    assert landscapes.saddle().minima == landscapes.quadratic([[1, 0], [0, 0]]).minima == ()
    (minimum,) = landscapes.quadratic([[2, 1], [1, 3]]).minima
    np.testing.assert_array_equal(minimum, [0, 0])


def test_a_quadratic_keeps_its_own_matrix():
    H = np.array([[2.0, 0.0], [0.0, 8.0]])
    f = landscapes.quadratic(H)
    H[:] = 0
    assert f([1.0, 1.0]) == 5
    assert f.L == 8


def test_terrain_is_the_map_in_metres():
    from matplotlib.cbook import get_sample_data

    with get_sample_data("jacksboro_fault_dem.npz") as dem:
        elevation = dem["elevation"]
    land = terrain()
    assert (land.heights.min(), land.heights.max()) == (236, 1076)
    np.testing.assert_array_equal(land.heights, elevation[::-1])
    # the interpolation passes through the measured heights, away from and on the border
    for row, column in ((0, 0), (100, 50), (343, 402), (343, 7), (200, 402)):
        here = np.array([column * land.dx, row * land.dy])
        assert land(here) == pytest.approx(land.heights[row, column])


def test_terrain_has_a_continuous_gradient():
    land = terrain()
    rng = np.random.default_rng(2)
    for row, column in rng.integers(2, 340, (20, 2)):
        line = np.array([column * land.dx, (row + 0.37) * land.dy])
        step = np.array([1e-6, 0])
        np.testing.assert_allclose(land.gradient(line - step), land.gradient(line + step), atol=1e-6)


def test_terrain_goes_on_straight_at_its_border():
    """The slope there is that of the two outermost heights."""
    land = terrain()
    z, (rows, columns) = land.heights, land.heights.shape
    for row in (0, 77, rows - 1):
        west, east = (land.gradient(np.array([c * land.dx, row * land.dy]))[0] for c in (0, columns - 1))
        expected = [(z[row, 1] - z[row, 0]) / land.dx, (z[row, -1] - z[row, -2]) / land.dx]
        np.testing.assert_allclose([west, east], expected, atol=1e-9)
    for column in (0, 77, columns - 1):
        here = column * land.dx
        south, north = (land.gradient(np.array([here, r * land.dy]))[1] for r in (0, rows - 1))
        expected = [(z[1, column] - z[0, column]) / land.dy, (z[-1, column] - z[-2, column]) / land.dy]
        np.testing.assert_allclose([south, north], expected, atol=1e-9)


def test_terrain_is_not_a_number_off_the_map():
    land = terrain()
    for outside in ([-1.0, 100.0], [100.0, 40_000.0]):
        assert np.isnan(land(outside))
        assert np.isnan(land.gradient(outside)).all()


def test_metres_per_degree_against_the_sphere():
    north, east = metres_per_degree(36.59)
    assert north == pytest.approx(2 * np.pi * 6371008.8 / 360, rel=3e-3)
    assert east / north == pytest.approx(np.cos(np.radians(36.59)), rel=5e-3)
    assert terrain().dx == pytest.approx(east / 1200, rel=1e-4)  # 3 seconds of arc
    assert terrain().dy == pytest.approx(north / 1200, rel=1e-4)


@pytest.mark.parametrize("kind", ["i1", "u1", "i2"])
def test_numbers_of_few_bytes_do_not_overflow(kind):
    """100² is more than an int8 holds: the gradient of himmelblau was (−22, 34) there."""
    for f in (landscapes.himmelblau(), landscapes.rosenbrock(), landscapes.valley(), landscapes.double_well()):
        x = np.array([100, 7][: len(f.domain)], kind)
        np.testing.assert_allclose(f.gradient(x), f.gradient(x.astype(float)), rtol=1e-15)
        np.testing.assert_allclose(f(x), f(x.astype(float)), rtol=1e-15)
