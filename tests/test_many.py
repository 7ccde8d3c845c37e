"""sweep: each walk is the single walk, whatever the gradient makes of many points at once."""

import math

import numpy as np
import pytest

import gdlib
from gdlib.scale.many import sweep


def same(run, path):
    assert (run.stop, run.steps) == (path.stop, path.steps)
    np.testing.assert_allclose(run.points, path.points, rtol=1e-9)
    np.testing.assert_allclose(run.norms, path.norms, rtol=1e-9)


landscapes = gdlib.landscapes


@pytest.mark.parametrize("make", [landscapes.valley, landscapes.himmelblau, landscapes.rosenbrock])
@pytest.mark.parametrize("ascent", [False, True])
def test_each_run_of_a_sweep_is_the_single_run(make, ascent):
    gradient = make().gradient
    rates = np.geomspace(1e-4, 1, 30)
    runs = sweep(gradient, [1.5, 1.0], rates, eps=0.5, T=60, ascent=ascent)
    walk = gdlib.gradient_ascent if ascent else gdlib.gradient_descent
    assert runs.points.shape == (30, 61, 2)
    assert len(runs) == 30
    assert ascent or len(set(runs.stop.tolist())) > 1
    for i, rate in enumerate(rates):
        same(runs[i], walk(gradient, [1.5, 1.0], rate, 0.5, 60))


def test_over_starts_and_over_pairs():
    gradient = landscapes.himmelblau().gradient
    starts = np.random.default_rng(0).uniform(-4, 4, (12, 2))
    rates = np.geomspace(1e-3, 1e-2, 12)
    runs = sweep(gradient, starts, 0.01, eps=1e-6, T=150)
    pairs = sweep(gradient, starts, rates, eps=1e-6, T=150)
    for i, start in enumerate(starts):
        same(runs[i], gdlib.gradient_descent(gradient, start, 0.01, 1e-6, 150))
        same(pairs[i], gdlib.gradient_descent(gradient, start, rates[i], 1e-6, 150))


def test_of_scalar_starts():
    runs = sweep(lambda x: 2 * x + 2, np.array([[3.0], [-4.0]]), 0.1, eps=1e-3, T=100)
    assert runs.points.shape == (2, 101)
    same(runs[1], gdlib.gradient_descent(lambda x: 2 * x + 2, -4.0, 0.1, 1e-3, 100))


def test_of_a_least_squares_fit():
    rng = np.random.default_rng(4)
    loss = gdlib.LeastSquares(rng.standard_normal((50, 3)), rng.standard_normal(50), "mean")
    rates = np.array([0.1, 0.5]) * loss.max_lr
    runs = sweep(loss.gradient, np.zeros(3), rates, T=50)
    for i, lr in enumerate(rates):
        path = gdlib.gradient_descent(loss.gradient, np.zeros(3), lr, 0, 50)
        np.testing.assert_allclose(runs[i].points, path.points, rtol=1e-9, atol=1e-12)


def test_in_float32():
    start = np.array([2.0, 1.0], np.float32)
    runs = sweep(landscapes.valley().gradient, start, [0.01, 0.02], T=30)
    assert runs.points.dtype == np.float32
    path = gdlib.gradient_descent(landscapes.valley().gradient, start, 0.02, 0, 30)
    np.testing.assert_allclose(runs[1].points, path.points, rtol=1e-5)


def one_variable_only(x):
    return 2 * x if x > 0 else -1.0  # raises for arrays


def hides_its_columns(x):
    return np.array([2 * x[0], 50 * x[1]]) * np.ones_like(x).sum()  # another number for many columns


@pytest.mark.parametrize("gradient,init", [(one_variable_only, 1.0), (hides_its_columns, [1.0, 1.0])])
def test_falls_back_to_one_point_at_a_time(gradient, init):
    rates = [1e-4, 1e-3, 0.2]
    runs = sweep(gradient, init, rates, T=20)
    for i, rate in enumerate(rates):
        same(runs[i], gdlib.gradient_descent(gradient, init, rate, 0, 20))


def test_a_gradient_may_reuse_its_answer():
    answer = np.empty(2)

    def gradient(x):
        np.multiply(2, x, out=answer)  # raises for columns
        return answer

    starts = np.array([[1.0, 2.0], [3.0, 4.0]])
    runs = sweep(gradient, starts, 0.1, T=3)
    for i, start in enumerate(starts):
        same(runs[i], gdlib.gradient_descent(gradient, start, 0.1, 0, 3))


def test_a_gradient_that_changes_its_argument_is_named():
    def gradient(x):
        x -= 1
        return 2 * x

    for lr in (0.1, [0.1, 0.2]):
        with pytest.raises(ValueError, match="gradient must not change its argument"):
            sweep(gradient, [3.0, 4.0], lr, T=1)


def test_the_last_point_is_repeated_after_the_end():
    """A walk that has arrived rests, with a gradient that is not 0, while others go on."""
    runs = sweep(lambda x: 2 * x, 1.0, [0.4, 1e3, 1e-3], eps=1e-3, T=300)
    assert runs.stop.tolist() == ["converged", "diverged", "exhausted"]
    at_rest = sweep(lambda x: 2 * x, 1.0, [0.5], eps=0.0, T=9)
    assert (at_rest.stop[0], at_rest.steps[0]) == ("converged", 1)
    for i, end in enumerate(runs.steps):
        assert (runs.points[i, end:] == runs.points[i, end]).all()
        assert (runs.norms[i, end:] == runs.norms[i, end]).all()
    assert np.isfinite(runs.points).all()


@pytest.mark.parametrize("init", [1.0, [1.0, 1.0], [1e-200, 0.0]])
def test_a_diverging_run_is_the_single_run_to_its_end(init):
    same(
        sweep(lambda x: 2 * x, init, [2.0], T=1000)[0],
        gdlib.gradient_descent(lambda x: 2 * x, init, 2.0, 0, 1000),
    )


@pytest.mark.parametrize(
    "init,lr,error,names",
    [
        ([1.0, 2.0], [0.1, -0.1], ValueError, "lr"),
        ([1.0, 2.0], [[0.1]], ValueError, "lr"),
        ([1.0, 2.0], [], ValueError, "lr"),
        ([1.0, 2.0], ["fast"], TypeError, "lr"),
        ([1.0, 2.0], np.ma.array([0.1, 0.2]), TypeError, "lr must not be a masked array"),
        (np.ones((3, 2)), [0.1, 0.2], ValueError, "3"),
        ([1.0, math.nan], 0.1, ValueError, "init"),
        ([], 0.1, ValueError, "init"),
        (np.ma.array([1.0, 2.0]), 0.1, TypeError, "init must not be a masked array"),
    ],
)
def test_wrong_arguments_are_named(init, lr, error, names):
    with pytest.raises(error, match=names):
        sweep(lambda x: x, init, lr)


def test_an_error_in_the_gradient_reaches_the_caller():
    def broken(x):
        raise KeyError("the student's own mistake")

    with pytest.raises(KeyError):
        sweep(broken, 1.0, 0.1)
