"""What Python tells the view of a knob, in the numbers of lecture 4, and what it refuses; no browser."""

import io

import numpy as np
import pytest
from PIL import Image

import gdlib
from gdlib import explore

X = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 4.0]])
Y, BETA = np.array([3.0, 4.0, 9.0]), np.array([1.0, 1.0])


def test_the_example_of_the_lecture():
    e = explore.knob(X, Y, BETA)
    assert e.alt.startswith("The knob β₂ at 1: S = 9, and its slope −(1 · 1 + 2 · 1 + 4 · 4) = −19.")
    assert "per 1 of β₂ they move by −1, −2, −4." in e.alt
    assert gdlib.LeastSquares(X, Y).gradient(BETA)[1] == -19
    spec = e.view.spec
    assert (spec["beta"], spec["d"], spec["turns"], spec["step"]) == ([1, 1], 2, [-1, 3], 0.01)  # β₂ from 0 to 4
    assert spec["initial"] == {"k": 1, "turn": 0.0}
    assert (e.view.k, e.view.turn) == (1, 0)
    assert np.frombuffer(e.view.table).tolist() == [1, 1, 1, 2, 1, 4, 3, 4, 9]
    assert spec["layout"] == {"X": ["float64", 0, 6], "y": ["float64", 48, 3]}


def test_k_counts_from_one_and_the_slider_chooses_another_knob():
    e = explore.knob(X, Y, BETA, k=1)
    assert "The knob β₁ at 1: S = 9, and its slope −(1 · 1 + 1 · 1 + 1 · 4) = −6." in e.alt
    assert (e.view.k, e.sliders["k"].options) == (0, (("β₁", "β₁"), ("β₂", "β₂")))
    assert e.sliders["turn"].readout_format == ".2f"


@pytest.mark.parametrize("scale", [1e-3, 1.0, 250.0])
def test_the_slider_holds_no_turn_and_the_minimum_of_every_knob(scale):
    table, beta = np.array([[1.0, 3.0, -2.0], [1.0, 0.5, 4.0], [2.0, 1.0, 1.0], [1.0, -5.0, 0.0]]), [0.5, -1.0, 2.0]
    target = scale * np.array([1.0, 7.0, -2.0, 3.0])
    e, loss = explore.knob(table, target, beta), gdlib.LeastSquares(table, target)
    low, high = e.view.spec["turns"]
    for k in range(3):
        best = -loss.gradient(beta)[k] / loss.hessian()[k, k]
        at = np.array(beta)
        at[k] += best
        assert loss.gradient(at)[k] == pytest.approx(0, abs=1e-9 * scale + 1e-12)
        assert low < best < high
    step = e.view.spec["step"]
    assert low / step == pytest.approx(round(low / step))
    assert 100 < (high - low) / step < 2000


def test_negative_numbers_stand_in_brackets_and_a_perfect_start_is_shown():
    assert "−((−1) · (−2) + 2 · 3) = −8." in explore.knob([[-1], [2]], [-2, 3], [0]).alt
    assert explore.knob([[1], [2]], [1, 2], [1]).view.spec["turns"][0] < 0


def test_the_plain_picture():
    picture = Image.open(io.BytesIO(explore.knob(X, Y, BETA).picture()))
    assert picture.width > 600
    assert len(picture.convert("RGB").getcolors(1 << 20)) > 20


@pytest.mark.parametrize(
    "arguments,error,says",
    [
        ((X, Y, BETA, 3), ValueError, r"k must be from 1 to d = 2, got 3"),
        ((X, Y, BETA, 0), ValueError, r"k must be 1 or more, got 0"),
        ((X, Y, BETA, 1.5), TypeError, r"k must be a whole number, got 1\.5"),
        ((X, Y, [1, 1, 1]), ValueError, r"beta must have shape \(2,\).* got shape \(3,\)"),
        ((X, Y, [1, np.nan]), ValueError, r"beta must be finite"),
        ((X, Y[:2], BETA), ValueError, r"y"),
        ((np.ones((9, 2)), np.ones(9), BETA), ValueError, r"X must have 2 to 8 rows .* got shape \(9, 2\)"),
        ((X[:1], Y[:1], BETA), ValueError, r"X must have 2 to 8 rows"),
        ((X * [1, 0], Y, BETA), ValueError, r"column of zeros: column 2 moves nothing"),
    ],
)
def test_what_is_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        explore.knob(*arguments)
