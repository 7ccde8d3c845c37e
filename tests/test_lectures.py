"""What the lectures ask the reader to decide can be done, and what they say of it is so."""

import numpy as np
import pytest

import gdlib
from gdlib import explore, landscapes
from gdlib.descent import sweep


def on_the_slider(*arguments, **options):
    """The rates that the reader can choose on an explorer."""
    return np.array(explore.descent(*arguments, **options).view.spec["rates"])


def test_1_how_small_h_must_be():
    """The slope of the secant of x² + 2x + 3 at 1 is 4 + h: right to within 0.05 for h below 0.05."""
    f = landscapes.parabola()
    for h, right in ((0.049, True), (0.051, False)):
        assert (abs((f(1 + h) - f(1)) / h - 4) < 0.05) == right


def test_1_the_rates_of_the_walk_into_the_valley():
    """There is a fastest rate between a slow one and one that no longer gets there."""
    rates = on_the_slider(landscapes.cubic(), init=0.5, lr=0.1, lr_range=(0.01, 0.6), T=30)
    runs = sweep(landscapes.cubic().gradient, 0.5, rates, eps=1e-3, T=60)
    arrived = (runs.stop == "converged") & (abs(runs.points[:, -1] - 1) < 0.01)
    assert not arrived[0]
    assert not arrived[-1]
    assert 0.1 < rates[np.where(arrived, runs.steps, 99).argmin()] < 0.25


def test_2_half_the_slope_is_60_degrees_from_the_gradient():
    """On the explorer's own table: central differences in every whole degree."""
    land, here = landscapes.terrain(), np.array([17_000.0, 8_000.0])
    view = explore.direction(land, at=here).view
    first, count = view.spec["layout"]["slopes"]
    slopes = np.frombuffer(view.table, "<f4")[first : first + count][:360]
    steepest = np.degrees(np.arctan2(*land.gradient(here)[::-1])) % 360
    half = np.linalg.norm(land.gradient(here)) / 2
    angles = np.flatnonzero(abs(slopes - half) < 0.008)
    away = abs((angles - steepest + 180) % 360 - 180)
    assert set(away.round()) == {59, 60, 61}
    assert (angles < steepest).any()
    assert (angles > steepest).any()


def test_3_the_slowest_and_the_fastest_rate_that_arrive_have_opposite_factors():
    rates = on_the_slider(
        lambda x: x**2, lambda x: 2 * x, init=1.0, domain=(-2, 2), lr=0.1, lr_range=(0.06, 1.1), T=50, L=2, mu=2
    )
    runs = sweep(lambda x: 2 * x, 1.0, rates, eps=1e-3, T=50)
    arrived = rates[runs.stop == "converged"]
    assert 1 - 2 * arrived.min() == pytest.approx(-(1 - 2 * arrived.max()), abs=0.05)
    assert rates.min() < arrived.min() < arrived.max() < rates.max()


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
