"""gradient_descent and gradient_ascent against theory, and against the loop written by hand."""

import math
import warnings

import numpy as np
import pytest

import gdlib


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


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_the_loop_by_hand_on_any_quadratic(seed):
    """Matrix, start, lr, eps and T drawn: every end but divergence, uphill and downhill."""
    rng = np.random.default_rng(seed)
    d, T, eps = rng.integers(1, 6), rng.integers(1, 60), 10.0 ** rng.integers(-8, 1)
    A, start = rng.standard_normal((d, d)), rng.standard_normal(d)
    H, shift = A @ A.T, rng.standard_normal(d)
    lr = rng.uniform(0.01, 2) / np.linalg.eigvalsh(H)[-1]
    for walk, sign in ((gdlib.gradient_descent, -1), (gdlib.gradient_ascent, 1)):
        points, norms = by_hand(lambda x: H @ x - shift, start, lr, eps, T, sign)
        path = walk(lambda x: H @ x - shift, start, lr, eps, T)
        np.testing.assert_allclose(path.points, points, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(path.norms, norms, rtol=1e-9, atol=1e-12)
        assert path.stop == ("converged" if norms[-1] <= eps else "exhausted")


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
    below, at, above = (
        gdlib.gradient_descent(valley.gradient, [2.0, 1.0], share * 2 / valley.L, eps=1e-8, T=8000)
        for share in (0.97, 1, 1.05)
    )
    assert below.stop == "converged"
    assert above.stop == "diverged"
    # at 2/L the steep mode only changes its sign, for ever
    assert at.stop == "exhausted"
    np.testing.assert_allclose(np.abs(at.points[:, 1]), 1, rtol=1e-9)


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
        path = gdlib.gradient_descent(valley.gradient, worst, lr, eps=0, T=200)
        distance = np.linalg.norm(path.points, axis=1)
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


# --- the ends of a walk ------------------------------------------------------------------------


def test_stops():
    at_rest = gdlib.gradient_descent(lambda x: 2 * x, 0.0, eps=0)
    assert (at_rest.stop, at_rest.steps) == ("converged", 0)
    tired = gdlib.gradient_descent(lambda x: 2 * x, 1.0, lr=0.1, eps=0, T=1)
    assert (tired.stop, tired.steps) == ("exhausted", 1)
    last_chance = gdlib.gradient_descent(lambda x: 2 * x, 1.0, lr=0.5, eps=0, T=1)
    assert (last_chance.stop, last_chance.steps) == ("converged", 1)
    exactly_eps = gdlib.gradient_descent(lambda x: 2 * x, [0.5], eps=1.0)
    assert (exactly_eps.stop, exactly_eps.steps) == ("converged", 0)


def quietly(walk, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return walk(*arguments, **options)


@pytest.mark.parametrize("walk", [gdlib.gradient_descent, gdlib.gradient_ascent])
@pytest.mark.parametrize(
    "gradient,init",
    [
        (lambda x: 4 * x**3, 10.0),  # Python floats: x**3 raises OverflowError
        (lambda x: 4 * x**3, np.float64(10.0)),
        (lambda x: 2 * x, 10.0),
        (lambda x: 4 * x**3, [10.0, 1.0]),
        (lambda x: 4 * x**3, np.array([10.0, 1.0], np.float32)),
        (lambda x: math.exp(abs(x)), 1.0),  # runs off until exp overflows
        (lambda x: -math.exp(abs(x)), 1.0),
        (lambda x: np.array([-1e308, 1.0]) * 10, [1.0, 1.0]),
        (lambda x: np.exp(abs(2 * x)) - np.exp(abs(3 * x)), [3.0, 3.0]),  # becomes ∞ − ∞
    ],
)
def test_divergence_is_a_result_without_a_warning(walk, gradient, init):
    path = quietly(walk, gradient, init, lr=1.5, eps=0, T=5000)
    assert path.stop == "diverged"
    assert np.isfinite(path.points).all()
    assert len(path.norms) == len(path.points) == path.steps + 1


def test_divergence_keeps_the_last_finite_point():
    """Each step multiplies by 1 − 2·2 = −3, and 3^647 is more than a float holds."""
    for init in (1.0, [1.0]):
        path = quietly(gdlib.gradient_descent, lambda x: 2 * x, init, lr=2, eps=0, T=5000)
        assert (path.stop, path.steps) == ("diverged", 645)  # of 3^646 the step, 4·3^645, is too long
        assert abs(path.final) == pytest.approx(3.0**645)


SIZES = [("f8", 1e200), ("f8", 1e-200), ("f4", 1e25), ("f4", 1e-22), ("f2", 1e4), ("f2", 1e-4)]


@pytest.mark.parametrize("kind,size", SIZES)
def test_norms_survive_where_their_squares_do_not(kind, size):
    init = np.array([3 * size, 4 * size], kind)
    path = quietly(gdlib.gradient_descent, lambda x: x, init, lr=0.5, eps=0, T=3)
    lengths = np.linalg.norm(path.points.astype(float) / size, axis=1)
    np.testing.assert_allclose(lengths, 5 * 0.5 ** np.arange(4), rtol=3e-3)
    np.testing.assert_allclose(path.norms, lengths * size, rtol=1e-6)
    assert path.stop == "exhausted"


@pytest.mark.parametrize("init", [1.0, [1.0, 2.0]])
def test_a_gradient_that_is_not_a_number_ends_the_path(init):
    path = gdlib.gradient_descent(lambda x: x * math.nan, init)
    assert path.stop == "diverged"
    assert path.steps == 0
    np.testing.assert_array_equal(path.final, init)


@pytest.mark.parametrize("init", [0.0, [0.0]])
@pytest.mark.parametrize("T", [1, 9])
def test_a_gradient_that_is_not_a_number_is_seen_also_at_the_last_point(init, T):
    path = gdlib.gradient_descent(lambda x: x * 0 + (1 if x >= 0 else math.nan), init, lr=1, T=T)
    assert (path.stop, path.steps, path.final) == ("diverged", 1, -1)


def test_a_gradient_that_becomes_infinite_ends_the_path_at_that_point():
    def gradient(x):
        return x if x[0] > 0.7 else x * math.inf

    path = gdlib.gradient_descent(gradient, [1.0], lr=0.2, T=9)
    assert (path.stop, path.steps) == ("diverged", 2)
    np.testing.assert_allclose(path.points[:, 0], [1, 0.8, 0.64])
    np.testing.assert_allclose(path.norms, [1, 0.8, math.inf])


def test_no_update_is_a_walk_too():
    path = gdlib.gradient_descent(lambda x: 2 * x, [3.0, 4.0], T=0)
    assert (path.stop, path.steps, path.points.tolist(), path.norms.tolist()) == ("exhausted", 0, [[3, 4]], [10])
    assert gdlib.gradient_descent(lambda x: 2 * x, 0.0, T=0).stop == "converged"


# --- whose arrays they are ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["f8", "f4"])
def test_inputs_are_never_changed(kind):
    init = np.array([1.0, 2.0], kind)
    path = gdlib.gradient_descent(lambda x: 2 * x, init)
    path.points[:] = 7
    np.testing.assert_array_equal(init, [1.0, 2.0])
    init[:] = 3  # it can still be written


def subtracts(x):
    x -= 1
    return 2 * x


def assigns(x):
    x[0] = 0
    return x


def sorts(x):
    x.sort()
    return x


def writes_into(x):
    return np.multiply(x, 2, out=x)


@pytest.mark.parametrize("gradient", [subtracts, assigns, sorts, writes_into])
@pytest.mark.parametrize("walk", [gdlib.gradient_descent, gdlib.gradient_ascent])
def test_a_gradient_that_changes_its_argument_is_named(walk, gradient):
    """It would bend the walk: with `subtracts` from (3, 4), lr 0.1, to (2, 3) and not to (2.6, 3.4)."""
    init = np.array([3.0, 4.0])
    with pytest.raises(ValueError, match="gradient must not change its argument"):
        walk(gradient, init, lr=0.1, T=1)
    np.testing.assert_array_equal(init, [3, 4])


def test_a_number_cannot_be_changed_by_the_gradient():
    np.testing.assert_allclose(gdlib.gradient_descent(subtracts, 3.0, lr=0.1, T=1).points, [3, 2.6])


def test_a_gradient_may_work_on_a_copy_and_reuse_its_answer():
    answer = np.empty(2)

    def gradient(x):
        x = x.copy()
        x -= 1
        np.multiply(2, x, out=answer)
        return answer

    path = gdlib.gradient_descent(gradient, [3.0, 4.0], lr=0.1, eps=0, T=2)
    np.testing.assert_allclose(path.points, [[3, 4], [2.6, 3.4], [2.28, 2.92]])


def test_a_gradient_may_return_its_argument_lists_and_integers():
    assert gdlib.gradient_descent(lambda x: x, [3.0, 4.0], lr=1).steps == 1
    path = gdlib.gradient_descent(lambda x: [2 * x[0], 2 * x[1]], [3, 4], lr=0.5)
    np.testing.assert_array_equal(path.final, [0, 0])
    assert gdlib.gradient_descent(lambda x: 1, 0, lr=1, T=3).final == -3
    assert gdlib.gradient_descent(lambda x: np.array(1), 0, lr=1, T=3).final == -3


# --- wrong arguments ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change,error,names",
    [
        ({"gradient": 3}, TypeError, "gradient"),
        ({"lr": 0}, ValueError, "lr must be a finite number above 0, got 0"),
        ({"lr": -0.1}, ValueError, "lr"),
        ({"lr": math.inf}, ValueError, "lr"),
        ({"lr": math.nan}, ValueError, "lr"),
        ({"lr": "fast"}, TypeError, "lr"),
        ({"lr": True}, TypeError, "lr"),
        ({"eps": -1e-9}, ValueError, "eps must be a finite number, 0 or above, got -1e-09"),
        ({"eps": math.nan}, ValueError, "eps"),
        ({"T": -1}, ValueError, "T must"),
        ({"T": 2.5}, TypeError, "T must"),
        ({"init": "here"}, TypeError, "init"),
        ({"init": 1j}, TypeError, "init"),
        ({"init": None}, TypeError, "init"),
        ({"init": [1.0, None]}, TypeError, "init"),
        ({"init": []}, ValueError, "init"),
        ({"init": [[1.0]]}, ValueError, "init"),
        ({"init": math.nan}, ValueError, "init"),
        ({"init": [1.0, math.inf]}, ValueError, "init"),
        ({"init": np.ma.array([1.0, 2.0], mask=[0, 1])}, TypeError, "init must not be a masked"),
        ({"gradient": lambda x: [1.0, 2.0]}, ValueError, "gradient"),
        ({"gradient": lambda x: "up"}, TypeError, "gradient"),
        ({"gradient": lambda x: None}, TypeError, "gradient"),
        ({"gradient": lambda x: 1.0, "init": [1.0, 2.0]}, ValueError, "gradient"),
        ({"gradient": lambda x: np.ones(3), "init": [1.0, 2.0]}, ValueError, "gradient"),
        ({"gradient": lambda x: np.ones((1, 1)), "init": [1.0]}, ValueError, "gradient"),
        ({"gradient": np.ma.array, "init": [1.0, 2.0]}, TypeError, "gradient.* masked"),
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


@pytest.mark.parametrize("error", [KeyError("mine"), ValueError("mine"), ZeroDivisionError("mine")])
@pytest.mark.parametrize("init", [1.0, [1.0]])
def test_an_error_in_the_gradient_reaches_the_caller(error, init):
    def broken(x):
        raise error

    with pytest.raises(type(error), match="mine"):
        gdlib.gradient_descent(broken, init)


def test_a_small_type_of_integer_counts_updates():
    assert gdlib.gradient_descent(lambda x: x, 1.0, lr=0.5, eps=0, T=np.uint8(200)).steps == 200


@pytest.mark.parametrize("kind", [np.float32, np.float16])
@pytest.mark.parametrize("name", ["lr", "eps"])
def test_a_small_type_of_float_is_a_number_like_any_other(name, kind):
    path = quietly(gdlib.gradient_descent, lambda x: x, [1.0, 2.0], **{name: kind(0.25)})
    plain = gdlib.gradient_descent(lambda x: x, [1.0, 2.0], **{name: 0.25})
    np.testing.assert_array_equal(path.points, plain.points)


@pytest.mark.parametrize("name", ["lr", "eps"])
def test_a_whole_number_beyond_all_floats_is_named(name):
    with pytest.raises(ValueError, match=f"{name} must be a finite number"):
        gdlib.gradient_descent(lambda x: x, 1.0, **{name: 10**400})
