"""gradient_descent, gradient_ascent and sweep against theory, and against the loop written by hand."""

import math
import warnings

import numpy as np
import pytest

import gdlib
from gdlib.scale.many import sweep


def by_hand(gradient, x, lr, eps, T, sign=-1.0):
    """The course's loop as a student writes it, recording."""
    points, norms = [x], [np.linalg.norm(gradient(x))]
    while norms[-1] > eps and len(points) <= T:
        x = x + sign * lr * gradient(x)
        points.append(x)
        norms.append(np.linalg.norm(gradient(x)))
    return np.array(points), np.array(norms)


def test_the_number_of_the_course():
    """course.md, number 4: x² + 2x + 3 from 3 with lr 0.01, eps 1e-5."""
    path = gdlib.gradient_descent(lambda x: 2 * x + 2, init=3, lr=0.01, eps=1e-5)
    assert path.steps == 673
    assert path.stop == "converged"
    assert f"{path.final:.7f}" == "-0.9999950"
    assert path.points.shape == path.norms.shape == (674,)


@pytest.mark.parametrize("walk,sign", [(gdlib.gradient_descent, -1), (gdlib.gradient_ascent, +1)])
@pytest.mark.parametrize("init", [0.7, [0.7, -0.2], np.array([0.7, -0.2, 3.0], dtype=np.float32)])
def test_agrees_with_the_loop_by_hand(walk, sign, init):
    def gradient(x):
        return -sign * (3 * x - 1) + sign * 0.1 * np.sin(x)

    path = walk(gradient, init, lr=0.05, eps=1e-4, T=300)
    start = np.asarray(init, dtype=getattr(init, "dtype", float))
    points, norms = by_hand(gradient, start, 0.05, 1e-4, 300, sign)
    assert path.stop == "converged"
    np.testing.assert_allclose(path.points, points, rtol=1e-6)
    np.testing.assert_allclose(path.norms, norms, rtol=1e-4, atol=1e-9)
    assert path.points.dtype == start.dtype


@pytest.mark.parametrize("lr", [0.02, 1 / 25, 2 / 26, 0.0799])
def test_modes_shrink_by_one_minus_lr_lambda(lr):
    """course.md, number 1: below 2/L each eigendirection shrinks by (1 − ηλ) a step."""
    valley = gdlib.landscapes.valley(kappa=25)
    path = gdlib.gradient_descent(valley.gradient, [2.0, 1.0], lr=lr, eps=0, T=50)
    k = np.arange(51)
    np.testing.assert_allclose(path.points[:, 0], 2 * (1 - lr * 1) ** k, rtol=1e-9)
    np.testing.assert_allclose(path.points[:, 1], (1 - lr * 25) ** k, rtol=1e-9, atol=1e-15)


def test_the_edge_of_stability_is_two_over_L():
    valley = gdlib.landscapes.valley(kappa=25)
    assert valley.L == pytest.approx(25)
    assert valley.mu == pytest.approx(1)
    run = {
        lr: gdlib.gradient_descent(valley.gradient, [2.0, 1.0], lr, eps=1e-8, T=40_000) for lr in (0.0799, 0.08, 0.081)
    }
    assert run[0.0799].stop == "converged"
    assert run[0.081].stop == "diverged"
    # at 2/L the steep mode only changes its sign, for ever
    assert run[0.08].stop == "exhausted"
    np.testing.assert_allclose(np.abs(run[0.08].points[:, 1]), 1, rtol=1e-9)


def test_no_overshoot_up_to_one_over_L():
    def crosses(lr):
        return (gdlib.gradient_descent(lambda x: 4 * x, 1.0, lr, eps=1e-9, T=200).points < 0).any()

    assert not crosses(0.25)
    assert crosses(0.2501)


def test_the_best_fixed_rate_and_its_factor():
    """course.md, number 2: the worst-case factor (κ − 1)/(κ + 1) at 2/(L + μ); 1 − 1/κ at 1/L."""
    valley = gdlib.landscapes.valley(kappa=25)
    worst = [1 / np.sqrt(2), 1 / np.sqrt(2)]

    def factor(lr):
        distance = np.linalg.norm(gdlib.gradient_descent(valley.gradient, worst, lr, eps=0, T=200).points, axis=1)
        return (distance[200] / distance[100]) ** 0.01

    assert factor(2 / 26) == pytest.approx(24 / 26, abs=1e-4)
    assert factor(1 / 25) == pytest.approx(1 - 1 / 25, abs=1e-4)
    assert factor(2 / 26) < min(factor(2 / 26 * 0.98), factor(2 / 26 * 1.02))


def test_descent_lemma_and_the_convex_rate():
    """course.md, number 3, on every quadratic step and at every T."""
    valley = gdlib.landscapes.valley(kappa=25)
    for lr in (0.01, 0.04):
        path = gdlib.gradient_descent(valley.gradient, [2.0, 1.0], lr, eps=0, T=100)
        f = valley(path.points.T)
        assert (f[1:] <= f[:-1] - lr * (1 - lr * 25 / 2) * path.norms[:-1] ** 2 + 1e-12).all()
        T = np.arange(1, 101)
        assert (f[1:] <= 5.0 / (2 * lr * T)).all()


def test_what_eps_promises():
    """course.md, number 4: ‖∇f‖ ≤ ε means ‖x − x*‖ ≤ ε/μ and f − f* ≤ ε²/(2μ)."""
    valley = gdlib.landscapes.valley(kappa=25)
    for eps in (1e-2, 1e-6):
        path = gdlib.gradient_descent(valley.gradient, [2.0, 1.0], 0.04, eps=eps, T=5000)
        assert path.norms[-1] <= eps < path.norms[-2]
        assert np.linalg.norm(path.final) <= eps / valley.mu
        assert valley(path.final) <= eps**2 / (2 * valley.mu)


@pytest.mark.parametrize(
    "gradient,init",
    [
        (lambda x: 4 * x**3, 10.0),  # Python floats: x**3 raises OverflowError
        (lambda x: 2 * x, 10.0),
        (lambda x: 4 * x**3, [10.0, 1.0]),
        (lambda x: -math.exp(x), 1.0),  # runs off until exp overflows
        (lambda x: np.array([-1e308, 1.0]) * 10, [1.0, 1.0]),
    ],
)
def test_divergence_is_a_result(gradient, init):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = gdlib.gradient_descent(gradient, init, lr=1.5, eps=0, T=5000)
    assert path.stop in ("diverged", "exhausted")
    assert np.isfinite(path.points).all()
    assert len(path.norms) == len(path.points) == path.steps + 1


def test_divergence_keeps_the_last_finite_point():
    path = gdlib.gradient_descent(lambda x: 2 * x, 1.0, lr=2, eps=0, T=5000)
    assert path.stop == "diverged"
    assert path.steps == 645  # each step multiplies by 1 − 2·2 = −3, and 4·3^645 is more than a float holds
    assert abs(path.final) == pytest.approx(3.0**645)


@pytest.mark.parametrize("init", [1.0, [1.0, 2.0]])
def test_a_gradient_that_is_not_a_number_ends_the_path(init):
    path = gdlib.gradient_descent(lambda x: x * math.nan, init)
    assert path.stop == "diverged"
    assert path.steps == 0
    np.testing.assert_array_equal(path.final, init)


def test_stops():
    at_rest = gdlib.gradient_descent(lambda x: 2 * x, 0.0, eps=0)
    assert (at_rest.stop, at_rest.steps) == ("converged", 0)
    tired = gdlib.gradient_descent(lambda x: 2 * x, 1.0, lr=0.1, eps=0, T=1)
    assert (tired.stop, tired.steps) == ("exhausted", 1)
    last_chance = gdlib.gradient_descent(lambda x: 2 * x, 1.0, lr=0.5, eps=0, T=1)
    assert (last_chance.stop, last_chance.steps) == ("converged", 1)


def test_norms_survive_where_their_squares_do_not():
    for size in (1e200, 1e-200):
        path = gdlib.gradient_descent(lambda x: x, [3 * size, 4 * size], lr=0.5, eps=0, T=3)
        np.testing.assert_allclose(path.norms, 5 * size * 0.5 ** np.arange(4), rtol=1e-12)
        runs = sweep(lambda x: x, [3 * size, 4 * size], lr=0.5, T=3)
        np.testing.assert_allclose(runs.norms[0], path.norms, rtol=1e-12)


def test_inputs_are_never_changed():
    init = np.array([1.0, 2.0])
    path = gdlib.gradient_descent(lambda x: x, init)
    path.points[:] = 7
    np.testing.assert_array_equal(init, [1.0, 2.0])


@pytest.mark.parametrize(
    "change,error,names",
    [
        ({"gradient": 3}, TypeError, "gradient"),
        ({"lr": 0}, ValueError, "lr"),
        ({"lr": -0.1}, ValueError, "lr"),
        ({"lr": math.inf}, ValueError, "lr"),
        ({"lr": math.nan}, ValueError, "lr"),
        ({"lr": "fast"}, TypeError, "lr"),
        ({"lr": True}, TypeError, "lr"),
        ({"eps": -1e-9}, ValueError, "eps"),
        ({"eps": math.nan}, ValueError, "eps"),
        ({"T": 0}, ValueError, "T must"),
        ({"T": 2.5}, TypeError, "T must"),
        ({"init": "here"}, TypeError, "init"),
        ({"init": 1j}, TypeError, "init"),
        ({"init": None}, TypeError, "init"),
        ({"init": []}, ValueError, "init"),
        ({"init": [[1.0]]}, ValueError, "init"),
        ({"init": math.nan}, ValueError, "init"),
        ({"init": [1.0, math.inf]}, ValueError, "init"),
        ({"gradient": lambda x: [1.0, 2.0]}, ValueError, "gradient"),
        ({"gradient": lambda x: "up"}, TypeError, "gradient"),
        ({"gradient": lambda x: None}, TypeError, "gradient"),
        ({"gradient": lambda x: 1.0, "init": [1.0, 2.0]}, ValueError, "gradient"),
        ({"gradient": lambda x: np.ones(3), "init": [1.0, 2.0]}, ValueError, "gradient"),
    ],
)
def test_wrong_arguments_are_named(change, error, names):
    arguments = {"gradient": lambda x: 2 * x, "init": 1.0} | change
    with pytest.raises(error, match=names):
        gdlib.gradient_descent(**arguments)
    with pytest.raises(error, match=names):
        gdlib.gradient_ascent(**arguments)


def test_a_gradient_that_changes_its_shape_on_the_way_is_named():
    calls = iter([np.ones(2), np.ones(2), np.ones(3)])
    with pytest.raises(ValueError, match=r"gradient must return.*\(2,\).*\(3,\)"):
        gdlib.gradient_descent(lambda x: next(calls), [0.0, 0.0])


def test_a_gradient_may_return_lists_and_integers():
    path = gdlib.gradient_descent(lambda x: [2 * x[0], 2 * x[1]], [3, 4], lr=0.5)
    np.testing.assert_array_equal(path.final, [0, 0])
    assert gdlib.gradient_descent(lambda x: 1, 0, lr=1, T=3).final == -3


# --- sweep -------------------------------------------------------------------------------------


def same(run, path):
    assert (run.stop, run.steps) == (path.stop, path.steps)
    np.testing.assert_allclose(run.points, path.points, rtol=1e-9)
    np.testing.assert_allclose(run.norms, path.norms, rtol=1e-9)


@pytest.mark.parametrize("make", [gdlib.landscapes.valley, gdlib.landscapes.himmelblau, gdlib.landscapes.rosenbrock])
@pytest.mark.parametrize("ascent", [False, True])
def test_each_run_of_a_sweep_is_the_single_run(make, ascent):
    gradient = make().gradient
    rates = np.geomspace(1e-4, 1, 30)
    runs = sweep(gradient, [1.5, 1.0], rates, eps=0.5, T=60, ascent=ascent)
    walk = gdlib.gradient_ascent if ascent else gdlib.gradient_descent
    assert runs.points.shape == (30, 61, 2)
    assert ascent or len(set(runs.stop.tolist())) > 1
    for i, rate in enumerate(rates):
        same(runs[i], walk(gradient, [1.5, 1.0], rate, 0.5, 60))


def test_sweep_over_starts_and_over_pairs():
    gradient = gdlib.landscapes.himmelblau().gradient
    starts = np.random.default_rng(0).uniform(-4, 4, (12, 2))
    runs = sweep(gradient, starts, 0.01, eps=1e-6, T=300)
    pairs = sweep(gradient, starts, np.geomspace(1e-3, 1e-2, 12), eps=1e-6, T=300)
    for i, start in enumerate(starts):
        same(runs[i], gdlib.gradient_descent(gradient, start, 0.01, 1e-6, 300))
        same(pairs[i], gdlib.gradient_descent(gradient, start, np.geomspace(1e-3, 1e-2, 12)[i], 1e-6, 300))


def one_variable_only(x):
    return 2 * x if x > 0 else -1.0  # raises for arrays


def hides_its_columns(x):
    return np.array([2 * x[0], 50 * x[1]]) * np.ones_like(x).sum()  # another number for many columns


@pytest.mark.parametrize("gradient,init", [(one_variable_only, 1.0), (hides_its_columns, [1.0, 1.0])])
def test_sweep_falls_back_to_one_point_at_a_time(gradient, init):
    rates = [1e-4, 1e-3, 0.2]
    runs = sweep(gradient, init, rates, T=20)
    for i, rate in enumerate(rates):
        same(runs[i], gdlib.gradient_descent(gradient, init, rate, 0, 20))


def test_sweep_of_scalar_starts():
    runs = sweep(lambda x: 2 * x + 2, np.array([[3.0], [-4.0]]), 0.1, eps=1e-3, T=100)
    assert runs.points.shape == (2, 101)
    same(runs[1], gdlib.gradient_descent(lambda x: 2 * x + 2, -4.0, 0.1, 1e-3, 100))


def test_sweep_repeats_the_last_point_after_the_end():
    runs = sweep(lambda x: 2 * x, 1.0, [0.5, 4.0], eps=0.0, T=1000)
    assert runs.stop.tolist() == ["converged", "diverged"]
    for i, end in enumerate(runs.steps):
        assert (runs.points[i, end:] == runs.points[i, end]).all()
    assert np.isfinite(runs.points).all()


@pytest.mark.parametrize(
    "init,lr,names",
    [
        ([1.0, 2.0], [0.1, -0.1], "lr"),
        ([1.0, 2.0], [[0.1]], "lr"),
        ([1.0, 2.0], [], "lr"),
        (np.ones((3, 2)), [0.1, 0.2], "3"),
        ([1.0, math.nan], 0.1, "init"),
    ],
)
def test_sweep_names_wrong_arguments(init, lr, names):
    with pytest.raises(ValueError, match=names):
        sweep(lambda x: x, init, lr)


def test_an_error_in_the_gradient_reaches_the_caller():
    def broken(x):
        raise KeyError("the student's own mistake")

    with pytest.raises(KeyError):
        sweep(broken, 1.0, 0.1)
    with pytest.raises(KeyError):
        gdlib.gradient_descent(broken, 1.0)
