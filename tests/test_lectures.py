"""What the lectures ask the reader to decide can be done, and what they say of it is so."""

import itertools
import queue
import threading
import time
from functools import cache, partial

import numpy as np
import pytest

import gdlib
from gdlib import explore, landscapes
from gdlib.minibatch import SineFit
from gdlib.scale import files, patches
from gdlib.scale.many import sweep
from gdlib.scale.memory import footprint, readable
from lectures import pipeline


def rates_of(explorer):
    """The rates that the reader can choose on an explorer."""
    slider = explorer.sliders["lr"]
    return slider.base ** np.arange(slider.min, slider.max + slider.step / 2, slider.step)


def on_the_slider(*arguments, **options):
    """The rates that the reader can choose on an explorer of descent."""
    return rates_of(explore.descent(*arguments, **options))


def test_1_how_small_h_must_be():
    """The slope of the secant of x² + 2x + 3 at 1 is 4 + h: right to within 0.05 for h below 0.05."""

    def f(x):
        return x**2 + 2 * x + 3

    for h, right in ((0.049, True), (0.051, False)):
        assert (abs((f(1 + h) - f(1)) / h - 4) < 0.05) == right


def test_1_the_rates_of_the_walk_into_the_valley():
    """On the slider 0.178 is the fastest and 0.282 the largest that arrives; between two marks 2/9 takes one step."""

    def gradient(x):
        return 3 * x**2 - 3

    rates = on_the_slider(lambda x: x**3 - 3 * x, gradient, init=0.5, lr=0.1, lr_range=(0.01, 0.6), T=30)
    runs = sweep(gradient, 0.5, rates, eps=1e-3, T=30)
    arrived = (runs.stop == "converged") & (abs(runs.points[:, -1] - 1) < 0.01)
    fastest = np.where(arrived, runs.steps, 99).argmin()
    assert (rates[fastest].round(3), runs.steps[fastest]) == (0.178, 3)
    assert (np.delete(runs.steps, fastest) > 3).all()
    assert rates[arrived].max().round(3) == 0.282
    assert gdlib.gradient_descent(gradient, 0.5, lr=2 / 9, eps=1e-3).steps == 1
    finer = [gdlib.gradient_descent(gradient, 0.5, lr, eps=1e-3, T=30) for lr in np.arange(297, 563) / 1000]
    into_the_valley = [run.stop == "converged" and run.final > 0 for run in finer]  # the marks of the bar
    assert into_the_valley == [True] + [False] * 265
    assert finer[0].steps == 30


def test_1_where_walks_end_on_a_land_with_two_valleys():
    """x⁴ − 3x² + x, which the reader types, with a tenth of the derivative."""
    for start, end in ((-2, -1.3), (-1, -1.3), (0, -1.3), (0.2, 1.13), (1.8, 1.13), (2, -1.3), (-2.2, 1.13)):
        run = gdlib.gradient_descent(lambda x: 4 * x**3 - 6 * x + 1, start, lr=0.1, eps=1e-3, T=30)
        assert (run.stop, run.final) == ("converged", pytest.approx(end, abs=5e-3))


def test_2_half_the_slope_is_60_degrees_from_the_gradient():
    """In every whole degree, as the explorer's slider has them."""
    land, here = landscapes.terrain(), np.array([17_000.0, 8_000.0])
    slider = explore.direction(land, at=here).sliders["angle"]
    assert (slider.min, slider.max, slider.step) == (0, 360, 1)
    turned = np.radians(np.arange(360))
    slopes = land.gradient(here) @ [np.cos(turned), np.sin(turned)]
    steepest = np.degrees(np.arctan2(*land.gradient(here)[::-1])) % 360
    half = np.linalg.norm(land.gradient(here)) / 2
    angles = np.flatnonzero(abs(slopes - half) < 0.008)
    away = abs((angles - steepest + 180) % 360 - 180)
    assert set(away.round()) == {59, 60, 61}
    assert (angles < steepest).any()
    assert (angles > steepest).any()


def test_2_the_ridge_parts_the_drops_and_the_map_of_the_explorer_holds_their_ways():
    land, window = landscapes.terrain(), ((15_000, 21_000), (8_500, 12_500))
    east, west = (gdlib.gradient_descent(land.gradient, [x, 10_000], 20, 1e-3, 1500) for x in (16_500, 16_400))
    assert (east.stop, east.steps, west.stop) == ("converged", 1301, "converged")
    for run, height in ((east, 350), (west, 597)):
        assert land(run.final) == pytest.approx(height, abs=0.5)
        for values, (low, high) in zip(run.points.T, window, strict=True):
            assert low < values.min() < values.max() < high


def test_2_a_forgotten_factor_hides_on_lines():
    """cos(x + 2y) without its 2 along y is off by sin(x + 2y): 0 at (1, −0.5), 0.909 at (1, 0.5)."""

    def f(p):
        return p[0] ** 2 + 2 * p[0] * p[1] + 3 + np.cos(p[0] + 2 * p[1])

    for x, y in ((1, -0.5), (2, -1), (1, (np.pi - 1) / 2), (1, 0.5)):
        slope = gdlib.finite_difference(f, np.array([x, y], dtype=float))[1]
        assert abs(2 * x - np.sin(x + 2 * y) - slope) == pytest.approx(abs(np.sin(x + 2 * y)), abs=1e-8)
    assert abs(np.sin(2)) == pytest.approx(0.909, abs=5e-4)


def test_3_the_slowest_and_the_fastest_rate_that_arrive_have_opposite_factors():
    rates = on_the_slider(
        lambda x: x**2, lambda x: 2 * x, init=1.0, domain=(-2, 2), lr=0.1, lr_range=(0.06, 1.1), T=50, L=2, mu=2
    )
    runs = sweep(lambda x: 2 * x, 1.0, rates, eps=1e-3, T=50)
    arrived = rates[runs.stop == "converged"]
    assert 1 - 2 * arrived.min() == pytest.approx(-(1 - 2 * arrived.max()), abs=0.05)
    assert rates.min() < arrived.min() < arrived.max() < rates.max()


def test_3_a_loop_without_a_limit_ends_at_nan_and_a_gradient_can_be_0():
    """x² + 2x + 3 from 3: whether exactly 0 is reached depends on the rate, and nan ends every comparison."""

    def gradient(x):
        return 2 * x + 2

    x, steps = 3.0, 0
    while abs(gradient(x)) > 1e-5:
        x, steps = x - 1.01 * gradient(x), steps + 1
    assert (np.isnan(x), steps) == (True, 35_740)
    walks = [gdlib.gradient_descent(gradient, 3.0, lr, eps=0, T=20_000) for lr in (0.25, 0.4, 0.5, 0.01, 0.1, 0.9)]
    assert [walk.steps for walk in walks] == [56, 25, 1, 20_000, 20_000, 20_000]
    assert [walk.stop for walk in walks] == ["converged"] * 3 + ["exhausted"] * 3


def test_3_the_guarantee_needs_a_minimum_and_a_largest_curvature():
    """exp has no minimum: the walk goes on for ever, as minus the logarithm of lr·T. x⁴ has no L, and a border of its own."""
    walks = [gdlib.gradient_descent(np.exp, 0.0, lr=0.1, eps=0, T=T) for T in (100, 10_000)]
    assert [walk.final for walk in walks] == pytest.approx([-np.log(0.1 * T + 1) for T in (100, 10_000)], abs=0.02)
    starts = (1, 2, 2.23, 2.24, 3)
    stops = [gdlib.gradient_descent(lambda x: 4 * x**3, start, lr=0.1, eps=1e-3).stop for start in starts]
    assert stops == ["converged"] * 3 + ["diverged"] * 2
    rng = np.random.default_rng(1)  # what is promised: any convex quadratic, flat directions too, any rate below 2/L
    for _ in range(50):
        A = rng.normal(size=(rng.integers(1, 5), 4))
        H, b = A.T @ A, A.T @ rng.normal(size=len(A))  # least squares: a minimum exists
        lr = rng.uniform(0.05, 1.95) / np.linalg.eigvalsh(H)[-1]
        walk = gdlib.gradient_descent(lambda x, H=H, b=b: H @ x - b, rng.normal(size=4), lr, eps=1e-6, T=200_000)
        assert walk.stop == "converged"


def test_3_fewer_than_120_updates_in_the_valley():
    valley = landscapes.valley(25)
    rates = on_the_slider(valley, init=[2.5, 0.5], lr=0.01, lr_range=(0.01, 0.1), eps=1e-3, T=120, T_max=120)
    runs = sweep(valley.gradient, [2.5, 0.5], rates, eps=1e-3, T=400)
    enough = rates[(runs.stop == "converged") & (runs.steps < 120)]
    assert len(enough) >= 2
    assert 1 / valley.L < enough.min() < enough.max() < 2 / valley.L


def test_3_a_larger_rate_carries_the_walk_into_the_other_well():
    well = landscapes.double_well()
    rates = on_the_slider(well, init=1.5, lr=0.05, lr_range=(0.01, 0.4), eps=1e-3, T=40)
    runs = sweep(well.gradient, 1.5, rates, eps=1e-3, T=40)
    left = (runs.stop == "converged") & (runs.points[:, -1] < 0)
    assert left.any()
    assert gdlib.gradient_descent(well.gradient, 1.5, 0.05, eps=1e-3, T=40).final > 0


def test_3_a_function_four_times_as_high_is_walked_as_with_four_times_the_rate():
    """So `4*((x**2 - 1)**2 + 0.3*x)` ends in the left valley from 1.5 with lr 0.05, where the double well does not."""
    well = landscapes.double_well()
    higher = gdlib.gradient_descent(lambda x: 4 * well.gradient(x), 1.5, lr=0.05, eps=4e-3, T=40)
    longer = gdlib.gradient_descent(well.gradient, 1.5, lr=0.2, eps=1e-3, T=40)
    np.testing.assert_allclose(higher.points, longer.points, rtol=1e-9)
    assert higher.stop == "converged"
    assert higher.final < -1


def test_3_the_walk_that_is_drawn_ends_at_another_minimum_than_the_nearest():
    himmelblau = landscapes.himmelblau()
    minima, start = np.array(himmelblau.minima), np.array([0.25, 4.5])
    for lr in (0.001, 0.005):  # small steps: so do smaller ones
        final = gdlib.gradient_descent(himmelblau.gradient, start, lr, eps=1e-3).final
        reached, nearest = (np.linalg.norm(minima - place, axis=1).argmin() for place in (final, start))
        assert (reached, nearest) == (0, 1)


def test_3_a_rate_on_the_map_that_needs_fewer_than_120_updates_and_is_too_much_for_another_hollow():
    land = landscapes.terrain()
    rates = on_the_slider(
        land, init=[16_500, 10_000], domain=((14_600, 20_000), (7_500, 11_000)), lr=100, lr_range=(10, 1000), T=1000
    )
    here, elsewhere = (
        sweep(land.gradient, start, rates, eps=1e-3, T=1000) for start in ([16_500, 10_000], [17_000, 8_000])
    )
    enough = (here.stop == "converged") & (here.steps < 120)
    assert enough.any()
    assert (elsewhere.stop[enough] == "exhausted").all()
    assert (here.stop[rates > 300] != "converged").all()


# Lecture 4: the worked example, y = X(1, 2, 3), and the penguins.
ROWS = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 1.0], [2.0, 2.0, 1.0], [2.0, 3.0, 1.0]])
TARGETS, INIT = ROWS @ [1, 2, 3], np.array([10.1, 15.1, -6.5])


def penguins():
    """Bill length, bill depth, flipper length (mm) and body mass (g), a row each."""
    table = gdlib.data.path("penguins.csv")
    return np.loadtxt(table, delimiter=",", skiprows=1).T


def flippers():
    _, _, flipper, mass = penguins()
    return np.column_stack([np.ones(len(flipper)), flipper / 10 - 18]), mass / 1000


def test_4_the_line_ends_at_the_same_place_from_everywhere_in_the_first_picture():
    X, y = flippers()
    options = {"init": (6, -0.5), "lr": 4e-4, "T": 200, "T_max": 200, "eps": 0.1, "lr_range": (1e-4, 1e-3)}
    (left, right), (low, high) = (explore.regression(X, y, **options).view.spec["main"][way] for way in "xy")
    loss = gdlib.LeastSquares(X, y)
    for start in [(left, low), (left, high), (right, low), (right, high), (5, 0)]:
        end = gdlib.gradient_descent(loss.gradient, start, lr=4e-4, eps=0.1, T=200).final
        assert abs(X @ (end - loss.solve())).max() < 0.02  # kg, over all the flippers


def test_4_the_knob_can_be_turned_by_what_is_asked():
    sliders = explore.knob([[1, 1], [1, 2], [1, 4]], [3, 4, 9], [1, 1], k=2).sliders
    turn = sliders["turn"]
    assert turn.min < 0 < 19 / 21 < turn.max
    assert min(abs(0.01 / turn.step - k) for k in range(1, 11)) < 1e-9


def test_4_the_fastest_rate_for_the_penguins_is_near_the_edge():
    """Three rates of the slider converge within 120 updates; a coarser tolerance saves some, and costs 12 g."""
    X, y = flippers()
    options = {"lr": 1e-4, "T": 50, "eps": 0.1, "T_max": 120, "lr_range": (1e-4, 1e-3)}
    explorer = explore.regression(X, y, **options)
    assert explorer.sliders["T"].max == 120
    loss, rates = gdlib.LeastSquares(X, y), rates_of(explorer)
    runs = sweep(loss.gradient, [0.0, 0.0], rates, eps=0.1, T=120)
    enough = rates[runs.stop == "converged"]
    assert len(enough) == 3
    assert 1.5 / loss.L < enough.min() < enough.max() < loss.max_lr
    best = rates[np.where(runs.stop == "converged", runs.steps, 999).argmin()]
    coarse = gdlib.gradient_descent(loss.gradient, [0, 0], best, eps=1, T=120)
    assert coarse.stop == "converged"
    assert runs.steps.min() - coarse.steps == pytest.approx(30, abs=3)
    assert 0.005 < abs(X @ (coarse.final - loss.solve())).max() < 0.02  # kg


def test_4_one_rate_does_not_serve_four_losses():
    rates = rates_of(explore.losses(ROWS, TARGETS, init=INIT, lr=0.01, T=100))
    scales = ("half-sum", "sum", "half-mean", "mean")
    edges = {scale: gdlib.LeastSquares(ROWS, TARGETS, scale).max_lr for scale in scales}
    assert sorted(edges, key=edges.get) == ["sum", "half-sum", "mean", "half-mean"]
    only_sum_runs_away = (rates > edges["sum"]) & (rates < edges["half-sum"])
    assert only_sum_runs_away.sum() >= 2
    largest = rates[rates < edges["sum"]].max()
    away = {
        scale: np.linalg.norm(
            gdlib.gradient_descent(gdlib.LeastSquares(ROWS, TARGETS, scale).gradient, INIT, largest, 0, 100).final
            - [1, 2, 3]
        )
        for scale in edges
    }
    assert sorted(away, key=away.get) == sorted(edges, key=edges.get)
    assert away["half-mean"] > 4 * away["sum"]


def test_4_the_worked_example():
    loss = gdlib.LeastSquares(ROWS, TARGETS)
    for T, ends in ((100, [3.413, 4.636, -6.692]), (5000, [1, 2, 3])):
        end = gdlib.gradient_descent(loss.gradient, INIT, lr=0.01, eps=0, T=T).final
        np.testing.assert_allclose(end, ends, atol=5e-4)
    uphill = gdlib.gradient_ascent(loss.gradient, INIT, lr=0.01, eps=0, T=100).final  # the dropped minus
    np.testing.assert_allclose(uphill, [4.28e12, 5.78e12, 2.64e12], rtol=2e-3)
    assert loss.L / loss.mu == pytest.approx(108.07, abs=5e-3)
    assert 0.0639 < loss.max_lr < 0.064
    below, above = (gdlib.gradient_descent(loss.gradient, INIT, lr, eps=1e-6, T=20_000) for lr in (0.0639, 0.064))
    assert below.stop == "converged"
    assert above.stop == "exhausted"  # though it grows, by a thousandth a step
    assert above.norms[-1] / above.norms[-2] == pytest.approx(1.0012, abs=5e-5)


def test_4_the_norm_does_not_arrive_at_the_rate_of_its_square():
    norm = gdlib.LeastSquares(ROWS, TARGETS, "norm")
    runs = [gdlib.gradient_descent(norm.gradient, INIT, lr=0.01, eps=1e-6, T=T) for T in (5000, 20_000)]
    away = [np.linalg.norm(run.final - [1, 2, 3]) for run in runs]
    assert away == pytest.approx([0.028, 0.028], abs=5e-4)
    assert runs[1].norms[-1] == pytest.approx(5.59, abs=5e-3)


def test_4_descent_from_zero_ends_at_the_shortest_of_many_solutions():
    X, y = flippers()
    loss = gdlib.LeastSquares(np.column_stack([X, np.full(len(y), 2)]), y)
    assert loss.mu == 0
    ends = [gdlib.gradient_descent(loss.gradient, start, 1 / loss.L, 1e-6, 10_000) for start in ([0, 0, 0], [5, 0, 0])]
    assert [end.stop for end in ends] == ["converged", "converged"]
    np.testing.assert_allclose(ends[0].final, loss.solve(), atol=1e-6)
    assert np.linalg.norm(ends[1].final - loss.solve()) > 1
    assert loss(ends[0].final) == pytest.approx(loss(ends[1].final))


def test_4_subtracting_the_mean_helps_the_penguins_most():
    *features, mass = penguins()
    features = np.column_stack(features)

    def kappa(columns):
        loss = gdlib.LeastSquares(np.column_stack([np.ones(len(mass)), columns]), mass, "mean")
        return loss.L / loss.mu

    centred, spread = features - features.mean(axis=0), features.std(axis=0)
    assert len(mass) == 342
    assert kappa(features) == pytest.approx(3.0e7, rel=0.02)
    assert kappa(features / spread) > 1000 * kappa(centred)
    assert kappa(centred / spread) < 10


def test_4_most_walks_do_not_find_the_frequency():
    wave, starts = SineFit.example(), np.linspace(0.5, 7.5, 29)
    runs = sweep(wave.gradient, starts[:, None], lr=0.05, eps=1e-6, T=3000)
    assert (runs.stop == "converged").all()
    assert (abs(runs.points[:, -1] - 3) < 0.1).sum() == 5
    assert len(np.unique(runs.points[:, -1].round(2))) == 7


def the_line_of_lecture_5():
    """The loss of the 240 rows, the start, and the smallest loss."""
    rng = np.random.default_rng(5)
    x = rng.uniform(-2, 2, 240)
    y = 1 + 2 * x + rng.standard_normal(240)
    loss = gdlib.LeastSquares(np.column_stack([np.ones(240), x]), y, "half-mean")
    return loss, np.array([-1.0, 0.0]), loss(loss.solve())


def test_5_four_rows_leave_the_trap_with_one_seed_and_not_with_the_other():
    """The lecture's first picture, after its 30 steps; with all 200 rows the walk comes to rest in the trap."""
    ends = {(b, s): gdlib.sgd(SineFit.example(), 5.0, 0.28, 30, b, s).final for b in (4, 200) for s in (0, 1)}
    assert 2.4 < ends[4, 0] < 3.6
    assert 4.69 < ends[4, 1] < 5.78
    assert ends[200, 0] == ends[200, 1] == pytest.approx(5.255, abs=1e-3)


def test_5_a_larger_batch_allows_a_larger_rate():
    """The largest rate of the slider that stays below 0.1 from update 40 on, with both seeds."""
    loss, start, lowest = the_line_of_lecture_5()
    options = {"batch_sizes": (1, 16, 240), "seeds": (0, 1), "domain": ((-2, 4), (-1, 5)), "lr_range": (0.02, 1.8)}
    rates = rates_of(explore.sgd(loss, start, lr=0.1, T=60, **options))
    for b, largest in ((1, 0.0631), (16, 0.501), (240, 1.4125)):
        runs = [[gdlib.sgd(loss, start, lr, 60, b, seed) for seed in (0, 1)] for lr in rates]
        serves = np.array([max((loss(run.points[40:].T) - lowest).max() for run in pair) < 0.1 for pair in runs])
        assert rates[serves].max() == pytest.approx(largest, rel=1e-3)
        assert not serves[-1]
    lucky = [(loss(gdlib.sgd(loss, start, 0.0398, 60, 1, s).points[40:].T) - lowest).max() < 0.1 for s in range(100)]
    assert 0.1 < np.mean(lucky) < 0.4


def test_5_with_one_row_the_deepest_valley_can_be_reached_with_16_it_cannot():
    fit = SineFit.example(digits=6)
    options = {"batch_sizes": (1, 4, 16), "seeds": (0, 1), "domain": (2, 8), "lr_range": (0.02, 0.4)}
    rates = rates_of(explore.batch_landscapes(fit, 5.0, lr=0.1, T=30, **options))
    ends = {b: np.array([[gdlib.sgd(fit, 5.0, r, 30, b, s).final for s in (0, 1)] for r in rates]) for b in (1, 16)}
    assert ((ends[1] > 2.4) & (ends[1] < 3.6)).sum() >= 2
    slow, quick = (np.argmin(np.abs(np.subtract(rates, 0.1 * 10**k))) for k in (0.2, 0.4))
    np.testing.assert_allclose([rates[slow], rates[quick]], [0.1 * 10**0.2, 0.1 * 10**0.4])
    np.testing.assert_allclose(ends[1][[slow, slow, quick], [0, 1, 1]], [7.93, 3.15, 3.38], atol=0.005)
    at = np.argmin(np.abs(np.subtract(rates, 0.1)))
    assert rates[at] == pytest.approx(0.1)
    assert ((ends[16][at] > 4.69) & (ends[16][at] < 5.78)).all()


def test_5_a_batch_of_16_nearly_always_has_a_valley_close_to_the_trap():
    fit, x = SineFit.example(), np.linspace(4.755, 5.755, 1001)
    share = {}
    for b in (1, 16):
        dealt = list(gdlib.batches(200, b, seed=0, epochs=20))[:200]
        curves = np.array([fit(x, rows) for rows in dealt])
        inside = curves[:, 1:-1]
        share[b] = ((inside < curves[:, :-2]) & (inside < curves[:, 2:])).any(axis=1).mean()
    assert share[16] > 0.94
    assert 0.6 < share[1] < 0.8


def test_5_the_two_edges_of_single_rows():
    """Curvatures 1 and 9 in equal parts: 0.2616 when dealt, 10/41 in the mean when drawn anew, 2/L = 0.4."""
    two = gdlib.LeastSquares(np.array([[1.0], [3.0]] * 50), np.zeros(100), "half-mean")
    assert two.max_lr == pytest.approx(0.4)
    for lr, shrinks in ((0.26, True), (0.263, False)):
        assert (abs(gdlib.sgd(two, [1.0], lr, 1000, 1).final[0]) < 1) == shrinks
    near = gdlib.LeastSquares(np.array([[1.0], [2.0]] * 50), np.zeros(100), "half-mean")  # dealt: stable beyond 2/L
    assert near.max_lr == pytest.approx(0.8)
    assert abs(gdlib.sgd(near, [1.0], 0.9, 500, 1).final[0]) < 1e-100
    for lr, shrinks in ((10 / 41 - 1e-3, True), (10 / 41 + 1e-3, False)):
        assert (np.mean((1 - lr * np.array([1.0, 9.0])) ** 2) < 1) == shrinks


def test_5_what_dealing_and_what_the_rows_do_to_the_ball():
    """Drawn anew, 16 rows fit the formula; dealt, half of it. Single rows, drawn anew, lie above it."""
    loss, _, lowest = the_line_of_lecture_5()
    best, rng = loss.solve(), np.random.default_rng(0)
    spread, h = np.var([loss.gradient(best, [i]) for i in range(240)], axis=0), np.diag(loss.hessian())
    for b, least, most in ((1, 1.05, 1.25), (16, 0.95, 1.1)):
        formula, beta, points = np.sum(0.1 * spread / b / (2 * (2 - 0.1 * h))), best, []
        for rows in rng.integers(0, 240, (20_000, b)):
            beta = beta - 0.1 * loss.gradient(beta, rows)
            points.append(beta)
        assert least < (loss(np.array(points[500:]).T) - lowest).mean() / formula < most
    dealt = gdlib.sgd(loss, best, 0.1, 20_000, 16)
    assert 0.35 < (loss(dealt.points[500:].T) - lowest).mean() / formula < 0.6


def test_5_escapes_to_better_and_to_worse_minima():
    """Shares of 60 walks by the lecture's own `places`, each within a wide margin; its table has 100."""
    fit = SineFit.example(digits=6)
    space = {"np": np, "gdlib": gdlib, "sweep": sweep, "fit": fit}
    cells = pipeline.read_source(pipeline.lectures(["05"])[0]).cells
    for name in ("walkers", "places"):
        exec(next(cell.source for cell in cells if f"def {name}(" in cell.source), space)
    np.testing.assert_allclose(
        space["walkers"](0.2, 1, T=100, seeds=5), [gdlib.sgd(fit, 5.0, 0.2, 100, 1, s).final for s in range(5)]
    )

    def places(lr, b, init=5.0):
        return space["places"](lr, b, init=init, seeds=60)

    assert (abs(places(0.1, 20) - 5.255) < 0.02).all()
    single = places(0.2, 1)
    assert np.mean(fit(single) > 0.477) > 0.45
    assert 0.6 < np.mean((single < 2) | (single > 8)) < 0.9
    assert np.mean(abs(places(0.2, 4) - 3.003) < 0.02) > 0.5
    assert np.mean(abs(places(0.1, 1) - 3.003) < 0.02) > 0.5
    left = {(lr, b): np.mean(abs(places(lr, b, 3.003) - 3.003) > 0.02) for lr, b in ((0.2, 1), (0.2, 4), (0.1, 4))}
    assert left[0.2, 1] > 0.8 > 0.25 > left[0.2, 4] > 0 == left[0.1, 4]  # noise does not spare the best valley


def test_5_a_schedule_may_satisfy_both_sums_and_stay_far_away_or_violate_one_and_do_well():
    loss, start, lowest = the_line_of_lecture_5()

    def above(lr):
        return (loss(gdlib.sgd(loss, start, lr, 2000, 1).points[-500:].T) - lowest).mean()

    assert above(lambda t: 0.01 / (1 + t)) > 3 > 0.5 > above(lambda t: 0.1 / (1 + t))  # of 4.5 at the start
    assert above(lambda t: 0.1 / np.sqrt(1 + t)) < 0.0005


def test_5_who_is_first_depends_on_the_clock():
    """When the mean of 20 walks on 10 000 rows comes to a five-hundredth, with the lecture's best rates."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((10_000, 10)) * np.linspace(1, 0.3, 10)
    loss = gdlib.LeastSquares(X, X @ np.full(10, 2.0) + rng.standard_normal(10_000), scale="half-mean")
    first, best, H = {}, loss.solve(), loss.hessian()
    for b, lr in ((1, 0.015), (10, 0.15), (100, 0.8), (1000, 1.5), (10_000, 1.5)):
        T = max(50, 2000 // b)
        away = np.array([gdlib.sgd(loss, np.zeros(10), lr, T, b, s).points - best for s in range(20)])
        height = (0.5 * ((away @ H) * away).sum(axis=2)).mean(axis=0)
        first[b] = np.flatnonzero(height <= height[0] / 500)[0]
    rows, time = {b: k * b for b, k in first.items()}, {b: k * (6 + 0.006 * b) for b, k in first.items()}
    assert abs(rows[1] / rows[10] - 1) < 0.1
    assert all(rows[b] > 1.3 * rows[10] for b in (100, 1000, 10_000))
    assert first[1000] == first[10_000] < first[100] / 2
    assert min(time, key=time.get) == 1000


def test_6_bytes_of_a_million_photographs():
    photos = {dtype: footprint(10**6, 256 * 256 * 3, 64, dtype) for dtype in ("uint8", "float32", "float64")}
    assert [round(need.data / 2**30) for need in photos.values()] == [183, 732, 1465]
    need = photos["float64"]
    assert (need.data, need.batch, need.model) == tuple(8 * 256 * 256 * 3 * rows for rows in (10**6, 64, 1))


def test_6_the_largest_batch_in_8_gib_on_the_sliders():
    """Two batches as they are stored, and from uint8 one more in float64."""
    sliders = explore.memory().sliders
    d, sizes = sliders["d"].value, [size for _, size in sliders["b"].options]
    assert 8 * 2**30 in [memory for _, memory in sliders["memory"].options]
    assert d == 256 * 256 * 3
    for dtype, largest in (("uint8", 4096), ("float32", 4096), ("float64", 2048)):
        held = (2 * np.dtype(dtype).itemsize + 8 * (dtype == "uint8")) * d
        assert max(b for b in sizes if b * held <= 8 * 2**30) == largest
    held = [footprint(10**6, d, b, "uint8", buffers=2).streamed for b in (16_384, 32_768)]  # gdlib converts in pieces
    assert held[0] <= 8 * 2**30 < held[1]


def test_6_the_largest_batch_in_the_memory_of_a_browser():
    """In 32 MiB, on the sliders; in the smallest one that is offered it is another."""
    sliders = explore.machine(b=64, memory="32 MiB").sliders
    assert sliders["n"].value == 838_860
    for room, largest in ((sliders["memory"].value, 65_536), (sliders["memory"].options[0][1], 8192)):
        need = {b: footprint(b, 49) for _, b in sliders["b"].options}
        assert max(b for b in need if need[b].in_memory + need[b].model <= room) == largest


def test_6_the_first_bar_crosses_16_gib_by_its_rows():
    """With 4 columns behind 500 million rows, with a hundred behind 20 million."""
    for columns, last, first in ((4, 5 * 10**8, 7 * 10**8), (100, 2 * 10**7, 3 * 10**7)):
        sliders = explore.memory(342, 4, "float64", b=64).sliders
        assert {last, first} <= {rows for _, rows in sliders["n"].options}
        assert columns in [offered for _, offered in sliders["d"].options]
        assert footprint(last, columns).data < 16 * 2**30 < footprint(first, columns).data


def test_6_two_changes_make_the_photographs_fit_in_flight():
    """16 GiB, batches of 8192 or more: half the batch, and float32 or uint8; one change is never enough."""
    sliders = explore.memory(10**6, 256 * 256 * 3, "float64", b=16_384, memory=16 * 2**30).sliders
    sizes = [b for _, b in sliders["b"].options if b >= 8192]
    held = {"float64": 2 * 8, "float32": 2 * 4, "uint8": 2 * 1 + 8}
    fits = {(dtype, b) for dtype in held for b in sizes if held[dtype] * b * 256 * 256 * 3 <= 16 * 2**30}
    assert fits == {("float32", 8192), ("uint8", 8192)}


def test_6_larger_batches_take_little_more_up_to_a_chunk():
    peaks = {b: footprint(838_860, 49, b, run=512).streamed / 2**20 for b in (64, 8192, 65_536, 131_072)}
    assert peaks[64] > peaks[8192] / 2
    assert 1.8 < peaks[131_072] / peaks[65_536] < 2
    assert peaks[65_536] < 32 < peaks[131_072]


def test_6_the_same_rows_in_smaller_batches_end_lower_and_as_many_updates_do_not():
    rows = np.concatenate([patches.rows(i, i + 1) for i in np.arange(256) * (838_860 // 256)])
    pair = gdlib.LeastSquares(rows[:, 23:25], rows[:, -1], "mean")

    def above(b, T, start=(1.5, -1.0)):
        ends = [gdlib.sgd(pair, np.array(start), 2.0, T, b, seed).final for seed in range(3)]
        return np.array([pair(end) - pair(pair.solve()) for end in ends])

    for large, small in itertools.pairwise((256, 64, 16, 4)):
        assert above(large, 256 // large).min() > 1.3 * above(small, 256 // small).max()
    level = [above(b, 16) for b in (256, 64, 16)]
    assert np.ptp(level) < 0.04 * np.mean(level)
    assert above(4, 16).min() < np.mean(level) < above(4, 16).max()  # by chance
    assert above(256, 64, pair.solve()).max() < 1e-12 < above(64, 64, pair.solve()).min()


def test_6_reading_ahead_saves_less_than_half():
    def saved(load, compute, k):
        return 1 - (load + (k - 1) * max(load, compute) + compute) / (k * (load + compute))

    assert [saved(40, 40, k) for k in (8, 20)] == pytest.approx([0.4375, 0.475])
    assert max(saved(40, compute, 20) for compute in range(1, 200)) == saved(40, 40, 20) < 0.5


def test_6_a_hundred_times_the_rows_need_a_longer_list_of_runs():
    n = 838_860
    few, many = (footprint(rows, 49, 64, run=512).streamed for rows in (n, 100 * n))
    assert [readable(few), readable(many)] == ["3.2 MiB", "8.15 MiB"]
    assert many - few == pytest.approx(32 * 99 * n / 512, rel=1e-3)
    usual = footprint(n, 49, 64)  # in runs of 256 KiB, 655 rows
    assert usual == footprint(n, 49, 64, run=655)
    assert readable(usual.streamed) == "4.04 MiB"


@pytest.fixture(scope="module")
def patches_of_lecture_6():
    """The lecture's 320 MiB of patches, in memory; its loss, and the exact solution by the normal equations."""
    rows = patches.rows(0, 838_860)
    loss = gdlib.LeastSquares(rows[:, :-1], rows[:, -1], "mean")
    return loss, np.linalg.solve(loss.hessian(), -loss.gradient(np.zeros(49)))


@cache
def grey_levels(loss, b, lr, run=512):
    """The typical miss after one pass in runs of 512 rows."""
    T = -(-loss.n // b)
    loss.batches = partial(files.batches, loss.n, run=run)
    return 255 * loss(gdlib.sgd(loss, np.zeros(49), lr, T, b, record=T).final) ** 0.5


def test_6_one_pass_below_4_6_grey_levels_takes_a_small_batch(patches_of_lecture_6):
    loss, best = patches_of_lecture_6
    assert 255 * loss(best) ** 0.5 == pytest.approx(4.33, abs=0.005)
    assert 33_000 < loss.L / loss.mu < 35_000
    for b, lr in ((64, 0.3), (32, 0.2), (16, 0.15)):
        assert grey_levels(loss, b, lr) < 4.57
    assert all(grey_levels(loss, 1024, lr) > 5.8 for lr in (0.2, 0.3, 0.4, 0.42))
    assert all(grey_levels(loss, 256, lr) > 4.8 for lr in (0.2, 0.3, 0.4, 0.42))
    assert grey_levels(loss, 16, 0.3) > 4.63  # its ball is too wide
    assert grey_levels(loss, 1024, 0.4) < 7 < 100 < min(grey_levels(loss, 256, 0.4), grey_levels(loss, 1024, 0.42))
    one = gdlib.gradient_descent(loss.gradient, np.zeros(49), 1 / loss.L, eps=0, T=10)
    assert (255 * loss(one.points[[1, -1]].T) ** 0.5 > 14).all()


def test_6_what_runs_do_to_the_variance(patches_of_lecture_6):
    """Some twenty times at the start, where neighbours are alike; none, or less, near the minimum. It depends on b."""
    whole, _ = patches_of_lecture_6
    loss = gdlib.LeastSquares(
        whole.data.X[: 104 * 1024], whole.data.y[: 104 * 1024], "mean"
    )  # 13 chunks of 16 runs of 512
    best = np.linalg.solve(loss.hessian(), -loss.gradient(np.zeros(49)))
    ratio = {}
    for place, beta in (("start", np.zeros(49)), ("best", best)):
        full, error = loss.gradient(beta), loss.data.y - loss.data.X @ beta
        single = np.mean((2 * error) ** 2 * (loss.data.X**2).sum(axis=1)) - full @ full
        for b, run in ((1024, 1), (1024, 8), (1024, 64), (1024, 512), (64, 64), (64, 512), (8192, 512)):
            dealt = [rows for seed in range(2) for rows in files.batches(loss.n, b, seed, run=run)]
            apart = [loss.gradient(beta, rows) - full for rows in dealt]
            assert np.linalg.norm(np.mean(apart, axis=0)) < 1e-12  # unbiased, run or no run
            one = single / b * (1 - (b - 1) / (loss.n - 1))
            ratio[place, b, run] = np.mean(np.sum(np.square(apart), axis=1)) / one
    assert ratio["start", 1024, 1] == pytest.approx(1, abs=0.2)
    assert ratio["best", 1024, 1] == pytest.approx(1, abs=0.2)
    assert ratio["start", 1024, 8] > 4
    assert ratio["start", 1024, 64] > 10 > 2 * ratio["start", 1024, 512]
    assert ratio["start", 64, 64] > 1.3
    assert ratio["start", 64, 512] == pytest.approx(1, abs=0.2)  # four rows of a run, far apart
    assert ratio["start", 8192, 512] > 20  # eight batches of 1024, which share their runs
    assert max(ratio["best", b, run] for b, run in ((1024, 8), (1024, 64), (8192, 512))) < 0.5
    error = loss.data.y - loss.data.X @ best
    assert np.corrcoef(error[1:], error[:-1])[0, 1] < -0.3  # neighbouring residuals tend to have opposite signs


def test_6_x_transposed_x_of_the_photographs_does_not_fit():
    assert round(8 * (256 * 256 * 3) ** 2 / 2**30) == 288
    assert footprint(10**9, 100).in_memory > 16 * 2**30 > 8 * 100**2


def test_6_reading_ahead_has_two_places_and_hands_on_errors():
    """The lecture's own `ahead`: the same batches, two alive at most, and a failed read is no endless wait."""
    cells = pipeline.read_source(pipeline.lectures(["06"])[0]).cells
    space = {"queue": queue, "threading": threading}
    exec(next(cell.source for cell in cells if cell.source.startswith("def ahead(")), space)
    used, alive = [], []

    def source(fails=False):
        for i in range(6):
            alive.append(i + 1 - len(used))
            yield i
        if fails:
            raise OSError("the disk")

    for i in space["ahead"](source()):
        time.sleep(0.02)  # the reader could be far ahead by now
        used.append(i)
    assert used == list(range(6))
    assert max(alive) == 2
    batches = space["ahead"](source(fails=True))
    assert list(itertools.islice(batches, 6)) == list(range(6))
    with pytest.raises(OSError, match="the disk"):
        next(batches)


def loops_of_lecture_7():
    """The lecture's own heavy_ball, rmsprop and adam."""
    cells, space = pipeline.read_source(pipeline.lectures(["07"])[0]).cells, {"np": np}
    for name in ("heavy_ball", "rmsprop", "adam"):
        exec(next(cell.source for cell in cells if cell.source.startswith(f"def {name}(")), space)
    return space["heavy_ball"], space["rmsprop"], space["adam"]


def test_7_the_fewest_updates_of_each_method_and_the_pairs_of_the_ball():
    """To a slope of a thousandth, over every rate and every β of the explorer's sliders."""
    ball, rmsprop, adam = loops_of_lecture_7()
    explorer = explore.descent(landscapes.valley(25), init=[2.5, 0.5], lr=0.04, lr_range=(0.01, 0.8), beta=0.9)
    slider = explorer.sliders["beta"]
    assert (slider.min, slider.max, slider.step) == (0, 0.99, 0.01)
    lr, beta = (grid.ravel() for grid in np.meshgrid(rates_of(explorer), np.arange(100) / 100))
    h, start = np.array([[1.0], [25.0]]), np.array([[2.5], [0.5]]) * np.ones(len(lr))

    def updates(method, kept):
        with np.errstate(all="ignore"):
            points = method(lambda x: h * x, start, lr, kept, T=130, eps=0)
            there = np.linalg.norm(h * points, axis=1) <= 1e-3
        return np.where(there.any(axis=0), there.argmax(axis=0), 999)

    counts = [updates(ball, 0), updates(ball, beta), updates(rmsprop, beta), updates(adam, beta)]
    assert [few.min() for few in counts] == [107, 25, 8, 13]
    kept = beta[counts[1] <= 30]
    assert (kept.min(), kept.max()) == (0.45, 0.56)
    assert (counts[1][beta == 0.9] > 100).all()
    assert set(beta[counts[2] == 8].round(2)) == {0.97, 0.98, 0.99}


def test_7_the_stable_region_of_the_heavy_ball():
    """Both roots are inside the unit circle exactly for 0 < ηh < 2(1 + β); at the best pair both ends have √β*."""
    rng = np.random.default_rng(7)

    def size(lr, beta, h):
        return abs(np.roots([1, -(1 + beta - lr * h), beta])).max()

    for _ in range(300):
        beta, h, share = rng.uniform(0, 1), rng.uniform(0.1, 30), rng.uniform(-0.3, 1.3)
        assert (size(share * 2 * (1 + beta) / h, beta, h) < 1) == (0 < share < 1)
    for kappa in (2, 25, 1000):
        root = np.sqrt(kappa)
        lr, beta = 4 / (root + 1) ** 2, ((root - 1) / (root + 1)) ** 2
        best = max(size(lr, beta, h) for h in np.linspace(1, kappa, 50))
        assert best == pytest.approx((root - 1) / (root + 1), abs=1e-5)
        for _ in range(300):  # no other pair is better
            other, kept = rng.uniform(0, 4 / kappa), rng.uniform(0, 1)
            assert max(size(other, kept, 1), size(other, kept, kappa)) > best - 1e-5


def test_7_the_ball_converges_from_every_start_on_any_quadratic():
    ball, *_ = loops_of_lecture_7()
    rng = np.random.default_rng(8)
    for _ in range(30):
        A = rng.normal(size=(5, 3))
        H, beta = A.T @ A, rng.uniform(0, 0.95)
        lr = rng.uniform(0.1, 0.95) * 2 * (1 + beta) / np.linalg.eigvalsh(H)[-1]
        points = ball(lambda x, H=H: H @ x, rng.normal(size=3), lr, beta, T=20_000, eps=1e-8)
        assert abs(points[-1]).max() < 1e-5


def test_7_the_noise_ball_of_the_heavy_ball_solves_its_recursion():
    """E[w²] with momentum, from the stationary covariance of (w, v), which no simulation is needed for."""
    for lr, beta, h, s in ((0.1, 0.9, 2, 1), (0.01, 0.9, 2, 1), (0.3, 0.5, 1.5, 2), (0.2, 0, 2, 1)):
        step = np.array([[1 - lr * h, -lr * beta], [h, beta]])  # of (w, v)
        noise = np.outer([-lr * s, s], [-lr * s, s])
        covariance = np.linalg.solve(np.eye(4) - np.kron(step, step), noise.ravel()).reshape(2, 2)
        formula = lr * s**2 * (1 + beta) / (h * (1 - beta) * (2 * (1 + beta) - lr * h))
        assert covariance[0, 0] == pytest.approx(formula)


def test_7_adams_first_step_and_the_worst_point():
    *_, adam = loops_of_lecture_7()
    for slope in (1e-3, 1.0, -1e6):
        first = adam(lambda x, g=slope: g + 0 * x, np.zeros(1), 0.01, 0.9, T=1, eps=0)[1]
        assert first == pytest.approx(-0.01 * np.sign(slope), rel=1e-4)
    x, s = {"descent": 0.0, "RMSProp": 0.0, "Adam": 0.0}, 0.0
    for t in range(1, 20_001):
        g = 3.0 if t % 3 == 1 else -1.0
        s = 0.1 * s + 0.9 * g**2
        sizes = {"descent": 1.0, "RMSProp": np.sqrt(s), "Adam": np.sqrt(s / (1 - 0.1**t))}
        x = {name: np.clip(x[name] - 0.1 / np.sqrt(t) * g / size, -1, 1) for name, size in sizes.items()}
    assert list(x.values()) == pytest.approx([-1, 1, 1], abs=5e-3)
