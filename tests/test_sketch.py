"""A prediction that is drawn: what its form holds, when the answer runs, and what is wrong with an argument."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

import gdlib
from gdlib import explore, landscapes

STEPS = np.arange(31)
FALLS = 10.0 * 0.8**STEPS
WALK = gdlib.gradient_descent(landscapes.himmelblau().gradient, [-1.0, 4.0], lr=0.01, T=60).points


def kept(sketch):
    """The points that a form keeps."""
    return np.array(json.loads(base64.b64decode(sketch.form.spec["kept"])))


def commit(sketch):
    """What the browser sends when the reader commits."""
    message = {"method": "custom", "content": {"type": "commit"}}
    sketch.form.comm.handle_msg({"content": {"data": message}, "buffers": []})


def test_a_curve_is_kept_to_six_digits_and_stands_nowhere_in_clear():
    s = explore.sketch("How does it fall?", STEPS, FALLS, xlabel="step", ylabel="norm", logy=True, why="It `falls`.")
    np.testing.assert_allclose(kept(s), np.column_stack([STEPS, FALLS]), rtol=1e-5)
    spec = s.form.spec
    assert spec["sketch"] == "curve"
    assert spec["known"] == [[0.0, 10.0]]
    assert spec["axes"]["x"] == [0.0, 30.0]
    assert spec["axes"]["logy"]
    assert "falls" not in str(spec)
    assert str(kept(s)[7, 1]) not in str(spec)
    assert s.form.image == b""
    assert repr(s) == "Predict: How does it fall? Draw the curve of norm against step, from (0, 10)."


def test_a_walk_lies_on_its_map_and_begins_at_its_start():
    s = explore.sketch("Where to?", WALK, f=landscapes.himmelblau())
    np.testing.assert_allclose(kept(s), WALK, rtol=1e-5)
    assert s.form.spec["known"] == [[-1.0, 4.0]]
    assert s.form.spec["axes"]["x"] == [-5.0, 5.0]
    assert len(s.form.spec["minima"]) == 4
    assert len(s.form.image) < 12_000
    assert Image.open(io.BytesIO(s.form.image)).size == (384, 240)
    own = explore.sketch("Where to?", WALK, f=lambda x: x[0] ** 2 + x[1] ** 2, domain=((-6, 6), (-6, 6)))
    assert own.form.spec["minima"] == []


def test_an_answer_runs_after_the_commitment_and_is_kept_when_the_course_is_built(monkeypatch):
    ran = []

    def falls():
        ran.append(1)
        return FALLS

    def make():
        return explore.sketch("How?", STEPS, falls, ylim=(0.01, 100), logy=True)

    s = make()
    assert ran == []
    assert s.form.spec["kept"] is None
    assert s.form.spec["known"] == []
    commit(s)
    assert ran == [1]
    np.testing.assert_allclose(json.loads(base64.b64decode(s.form.truth)), np.column_stack([STEPS, FALLS]), rtol=1e-5)
    monkeypatch.setenv("GDLIB_STORE_ANSWERS", "1")
    np.testing.assert_allclose(kept(make())[:, 1], FALLS, rtol=1e-5)


def test_what_raises_is_told_to_the_form(monkeypatch):
    monkeypatch.delenv("GDLIB_STORE_ANSWERS", raising=False)
    s = explore.sketch("Where to?", lambda: np.zeros(3), f=landscapes.himmelblau(), known=(1.0, 2.0))
    said = []
    s.form.send = said.append
    commit(s)
    assert s.form.truth == ""
    assert said[0]["text"].startswith("ValueError: points must be finite numbers of shape (None, 2)")


@pytest.mark.parametrize(
    ("known", "expected"),
    [(None, [[0, 10]]), (0, []), (3, [[0, 10], [1, 8], [2, 6.4]]), ([9.0, 7.0], [[0, 9], [1, 7]])],
)
def test_what_is_known_before(known, expected):
    s = explore.sketch("How?", STEPS, FALLS, known=known)
    np.testing.assert_allclose(s.form.spec["known"], expected)


def test_a_long_truth_is_thinned_and_keeps_its_ends():
    x = np.arange(5000.0)
    points = kept(explore.sketch("How?", x, np.sqrt(x), known=10))
    assert len(points) == 410
    assert points[:10, 0].tolist() == list(range(10))
    assert points[-1, 0] == 4999


def test_the_picture_gives_no_answer_away_beyond_its_axes():
    s = explore.sketch("How does it fall?", STEPS, FALLS)
    data, meta = s._repr_mimebundle_()
    other = explore.sketch("How does it fall?", STEPS, FALLS[::-1], ylim=s.form.spec["axes"]["y"], known=[10.0])
    assert data["image/png"] == other._repr_mimebundle_()[0]["image/png"]
    assert meta["image/png"]["alt"] == data["text/plain"] == repr(s)
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("L"))
    assert picture.shape[1] == 576
    assert picture.min() < 60
    low, high = s.form.spec["axes"]["y"]
    assert low == 0  # where nothing is below 0 the picture begins there
    assert high > 14
    low, high = explore.sketch("?", STEPS, FALLS, logy=True).form.spec["axes"]["y"]
    assert (low, high) == pytest.approx((FALLS[-1] / 10, 100))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: explore.sketch("?", [0, 1, 1], [1, 2, 3]), "x must be two increasing numbers or more, got"),
        (lambda: explore.sketch("?", [0], [1]), "x must be two increasing numbers or more, got"),
        (lambda: explore.sketch("?", [0, 1], [1, 2, 3]), r"y must be finite numbers of shape \(2,\), got"),
        (lambda: explore.sketch("?", [0, 1], [1, np.nan]), "y must be finite numbers"),
        (lambda: explore.sketch("?", [0, 1], [1, 0], logy=True), "y must be above 0 on a logarithmic axis, got 0"),
        (lambda: explore.sketch("?", [0, 1], [1, 2], logx=True), "x must be above 0 on a logarithmic axis, got 0"),
        (lambda: explore.sketch("?", [0, 1], [1, 2], ylim=(3, 1)), r"ylim must be \(low, high\) with low < high, got"),
        (lambda: explore.sketch("?", [0, 1], [1, 2], ylim=(0, 1), logy=True), "low < high, above 0, got"),
        (lambda: explore.sketch("?", [0, 1], lambda: [1, 2]), r"ylim must be \(low, high\) where y is a function"),
        (lambda: explore.sketch("?", [0, 1], [1, 2], known=2), "known must be a number of first points, or their"),
        (lambda: explore.sketch("?", [0, 1], [1, 2], known=0.5), "known must be a number of first points, or their"),
        (lambda: explore.sketch("?", [0, 1], lambda: 1, ylim=(0, 1), known=1), "known must be a number of first"),
        (lambda: explore.sketch("?", [0, 1], [1, 2], known=[1, 2, 3]), "known must be fewer than"),
        (lambda: explore.sketch("?", WALK[:, 0], f=landscapes.himmelblau()), r"points must .* of shape \(None, 2\)"),
        (lambda: explore.sketch("?", WALK, f=landscapes.himmelblau(), known=0), "known must be a number of first"),
        (lambda: explore.sketch("?", lambda: WALK, f=landscapes.himmelblau()), "known must be the start of the walk"),
        (lambda: explore.sketch("?", WALK, f=landscapes.himmelblau(), domain=(3, 1)), "domain must be 2 pairs"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_predictions_are_the_browsers():
    made = explore.predictions()
    (form,) = made.children
    assert form.spec == {"predictions": True}
    data, meta = made._repr_mimebundle_()
    assert data["text/plain"] == repr(made)
    assert meta == {}
