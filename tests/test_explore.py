"""What Python tells the live view: subjects, sliders, axes, words, and what the explorers refuse; no browser."""

import base64
import json
import math
from functools import cache

import numpy as np
import pytest
from ipywidgets.embed import dependency_state

import gdlib
from gdlib import explore, gradient_ascent, gradient_descent, landscapes
from gdlib.landscapes import Landscape


def f(x):
    return x**2 + 2 * x + 3


def df(x):
    return 2 * x + 2


def arrays(view):
    """The view's table, taken apart as the browser does it."""
    layout = view.spec["layout"].items()
    return {name: np.frombuffer(view.table, kind, count, first) for name, (kind, first, count) in layout}


X = np.column_stack([np.ones(30), np.linspace(-1, 2, 30)])
Y = X @ [1.0, 2.0] + 0.3 * np.sin(9 * X[:, 1])
LINE = gdlib.LeastSquares(X, Y, "half-mean")
WAVE = gdlib.minibatch.SineFit.example()

MAKERS = {
    "regression": lambda: explore.regression(X, Y, scale="half-mean"),
    "losses": lambda: explore.losses(X, Y),
    "sgd": lambda: explore.sgd(LINE, (0.0, 0.0), batch_sizes=(1, 4, 30)),
    "batch_landscapes": lambda: explore.batch_landscapes(WAVE, 5.0),
    "secant": lambda: explore.secant(f, df),
    "tangent": lambda: explore.tangent(f, df),
    "descent 1-D": lambda: explore.descent(f, df, init=3.0),
    "descent 2-D": lambda: explore.descent(landscapes.valley(), init=(1.8, 0.4), T=60),
    "ascent": lambda: explore.descent(
        lambda x: x**3 - 3 * x, lambda x: 3 * x**2 - 3, init=-0.5, domain=(-2.2, 2.2), ascent=True, lr=0.05
    ),
    "methods": lambda: explore.descent(landscapes.valley(), init=(1.8, 0.4), T=60, beta=0.9),
    "direction": lambda: explore.direction(landscapes.himmelblau()),
    "memory": lambda: explore.memory(memory=16 * 2**30),
    "machine": lambda: explore.machine(),
    "knob": lambda: explore.knob([[1, 1], [1, 2], [1, 4]], [3, 4, 9], [1, 1]),
    "overlap": lambda: explore.overlap(),
}


@cache
def made(name):
    """The explorer of that name, for tests that only look at it."""
    return MAKERS[name]()


@pytest.mark.parametrize("name", MAKERS)
def test_a_view_is_the_same_from_run_to_run(name):
    one, two = made(name), MAKERS[name]()
    for trait in ("spec", "table", "init", "lr", "T", "eps", "h", "x", "angle", "b", "seed"):
        assert getattr(one.view, trait) == getattr(two.view, trait)
    (data, metadata), (again, _) = one._repr_mimebundle_(), two._repr_mimebundle_()
    assert data["image/png"] == again["image/png"]
    assert data["text/plain"] == again["text/plain"] == metadata["image/png"]["alt"] == repr(one)
    assert "0x" not in data["text/plain"]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert b"tEXt" not in base64.b64decode(data["image/png"])
    assert "application/vnd.jupyter.widget-view+json" in data


@pytest.mark.parametrize("name", MAKERS)
def test_a_view_fits_into_a_saved_notebook(name):
    saved = dependency_state(made(name), drop_defaults=False)
    code = max(len(model["state"].get("code", "")) for model in saved.values())
    assert code > 30_000  # which stands once in a notebook
    assert len(json.dumps(saved)) - code < 30_000


@pytest.mark.parametrize("ascent", [False, True])
@pytest.mark.parametrize("init", [3.0, (3.0, -1.0)])
def test_the_view_is_told_the_functions_themselves_and_the_start(init, ascent):
    d = np.size(init)
    e = explore.descent(f if d == 1 else lambda x: np.sum(x**2 + 2 * x, axis=0), df, init, ascent=ascent, T=30)
    names = ["x", "y"][:d]
    told = {"of": "formula", "names": names, "gradient": [f"2*{name} + 2" for name in names]}
    height = "x**2 + 2*x + 3" if d == 1 else "x**2 + 2*x + (y**2 + 2*y)"
    assert e.view.spec["subject"] == told | {"f": height}
    assert e.view.spec["ascent"] is ascent
    assert e.view.init == np.ravel(init).tolist() == e.view.spec["initial"]["init"]
    assert e.view.formula == e.view.spec["initial"]["formula"] == ""
    assert e.view.table == b""
    way = gradient_ascent if ascent else gradient_descent
    path = way(df, init, 0.1, 1e-3, 30)
    assert f"after {path.steps} steps" in e.alt


def test_the_bar_of_rates_ends_where_the_slider_does():
    e = explore.descent(f, df, init=3.0, lr=0.037)
    slider, rates = e.sliders["lr"], e.view.spec["rates"]
    np.testing.assert_allclose([10**slider.min, 10**slider.max], rates)
    steps = slider.min + slider.step * np.arange(65)
    assert min(abs(10**steps - 0.037)) < 1e-15


def test_a_function_without_a_gradient_is_differentiated_in_the_browser():
    e = explore.descent(f, init=3.0)
    assert e.view.spec["subject"]["gradient"] is None
    assert f"after {gradient_descent(df, 3.0, 0.1, 1e-3, 50).steps} steps" in e.alt


def test_the_edge_of_a_quadratic_lies_within_the_slider():
    valley = landscapes.valley(25)
    e = explore.descent(valley)
    assert e.view.spec["L"] == pytest.approx(25)
    assert e.view.spec["mu"] == pytest.approx(1)
    assert e.view.spec["rates"][0] < 1 / 25 < 2 / 26 < 2 / 25 < e.view.spec["rates"][-1]
    assert explore.descent(landscapes.saddle(), init=(1, 0.1)).view.spec["L"] is None


def test_beta_brings_a_choice_of_method():
    e, plain = made("methods"), made("descent 2-D")
    assert [name for name in e.sliders if name not in plain.sliders] == ["method", "beta"]
    assert [name for name, _ in e.sliders["method"].options] == ["descent", "heavy ball", "RMSProp", "Adam"]
    assert (e.view.method, e.view.beta) == (0, 0.9)
    assert not hasattr(plain.view, "method")
    assert e.alt == plain.alt  # it begins with descent
    with pytest.raises(ValueError, match="beta must be"):
        explore.descent(f, df, init=3.0, beta=-1)


def test_the_sliders_of_slopes_show_the_numbers_that_are_told():
    e = explore.secant(f, df, at=1, domain=(-3, 3.5), h=2)
    assert e.view.spec["hs"] == [float(f"{10**end:.3g}") for end in (e.sliders["h"].min, e.sliders["h"].max)]
    assert e.view.init == [1.0]
    e = explore.tangent(f, df, domain=(-2.2, 2.2), at=0.5)
    slider = e.sliders["x"]
    offered = slider.min + slider.step * np.arange(200)
    assert min(abs(offered)) < 1e-12
    assert slider.readout_format == ".3f"
    assert "slope is 3." in e.alt


def test_the_lowest_height_is_told_where_it_is_known():
    assert explore.descent(landscapes.valley()).view.spec["lowest"] == 0
    assert explore.descent(landscapes.double_well()).view.spec["lowest"] == pytest.approx(-0.3054, abs=1e-4)
    assert explore.descent(f, df, init=3.0).view.spec["lowest"] is None
    assert made("regression").view.spec["lowest"] == pytest.approx(LINE(LINE.solve()))


def test_the_line_under_the_hand_is_a_walk_on_its_table():
    e = made("regression")
    assert e.view.spec["subject"] == {"of": "table", "scale": "half-mean", "d": 2}
    assert e.view.spec["L"] == pytest.approx(LINE.L)
    np.testing.assert_array_equal(arrays(e.view)["X"].reshape(-1, 2), X)
    np.testing.assert_array_equal(arrays(e.view)["y"], Y)
    low, high = np.transpose([e.view.spec["main"]["x"], e.view.spec["main"]["y"]])
    assert ((low < LINE.solve()) & (LINE.solve() < high)).all()


def test_losses_are_told_their_edges_and_their_solution():
    spec = made("losses").view.spec
    edges = [gdlib.LeastSquares(X, Y, scale).max_lr for scale in spec["names"]]
    np.testing.assert_allclose(spec["edges"], edges)
    np.testing.assert_allclose(spec["best"], LINE.solve())
    np.testing.assert_array_equal(arrays(made("losses").view)["X"].reshape(-1, 2), X)


@pytest.mark.parametrize(("name", "loss"), [("sgd", LINE), ("batch_landscapes", WAVE)])
def test_the_batches_are_dealt_as_gdlib_deals_them(name, loss):
    spec, table = made(name).view.spec, arrays(made(name).view)
    orders = table["orders"].reshape(len(spec["seeds"]), -1)
    assert spec["n"] == loss.n
    for order, seed in zip(orders, spec["seeds"], strict=True):
        dealt = gdlib.batches(loss.n, 4, seed, epochs=None)
        np.testing.assert_array_equal(order[:12], np.concatenate([next(dealt) for _ in range(3)]))
    assert spec["lowest"] == pytest.approx(LINE(LINE.solve()) if name == "sgd" else 0)


def test_the_plain_dial_measures_slopes_without_the_gradient():
    wrong = explore.direction(landscapes.himmelblau(), lambda x: -landscapes.himmelblau().gradient(x), at=(1, 2))
    right = explore.direction(landscapes.himmelblau(), at=(1, 2))
    slope = landscapes.himmelblau().gradient(np.array([1.0, 2.0]))
    for e in (wrong, right):
        assert f"in the direction 0 degrees the slope is {slope[0]:.4g}" in e.alt
    assert wrong.view.spec["subject"]["gradient"] != right.view.spec["subject"]["gradient"]


@pytest.mark.parametrize(("dtype", "data", "model"), [("uint8", 183, 8), ("float32", 732, 4), ("float64", 1465, 8)])
def test_a_million_images_in_bytes(dtype, data, model):
    n, d, b = 10**6, 256 * 256 * 3, 64
    e = explore.memory(n, d, dtype, b, memory=16 * 2**30)
    need, place = gdlib.scale.memory.footprint(n, d, b, dtype, buffers=2), e.view.dtype
    assert round(need.data / 2**30) == data
    assert need.data == n * d * e.view.spec["item"][place]
    assert need.model == d * e.view.spec["work"][place] == model * d
    in_flight = 2 * b * d * np.dtype(dtype).itemsize + (8 * b * d if dtype == "uint8" else 0)
    assert f"1,000,000 × 196,608 in {dtype}, take {gdlib.scale.memory.readable(need.data)}, 2 batches" in e.alt
    assert f"in flight {in_flight / 2**20:g} MiB, the model {gdlib.scale.memory.readable(need.model)}." in e.alt


def test_the_sliders_of_memory_reach_every_start_and_both_ends():
    e = explore.memory(n=12345, d=77, dtype="float32", b=100, memory=3 * 2**30)
    values, start = e.view.spec["values"], {"n": 12345, "d": 77, "dtype": "float32", "b": 100, "memory": 3 * 2**30}
    for name, value in start.items():
        assert e.sliders[name].value == value
        assert values[name] == [option for _, option in e.sliders[name].options]
        assert values[name][getattr(e.view, name)] == value == values[name][e.view.spec["initial"][name]]
        assert name == "dtype" or values[name] == sorted(set(values[name]))
    ends = {name: (v[0], v[-1]) for name, v in values.items() if name != "dtype"}
    assert ends == {"n": (10**3, 10**9), "d": (1, 10**6), "b": (1, 2**20), "memory": (2**30, 2**40)}
    assert 196608 in values["d"]
    play = e.view.spec["play"]  # the view goes from place to place: whole numbers, in its own arithmetic too
    assert all(k / play["count"] * play["to"] == k for k in range(len(values["b"])))


def test_the_readers_own_machine_is_only_in_the_view_that_it_runs(monkeypatch):
    own = gdlib.scale.memory.machine()
    monkeypatch.delenv("GDLIB_STORE_ANSWERS", raising=False)
    here = explore.memory()
    assert here.sliders["memory"].value == here.view.spec["here"] == own
    assert [v for _, v in here.sliders["memory"].options] == sorted({own, *(2**k for k in range(30, 41))})
    monkeypatch.setenv("GDLIB_STORE_ANSWERS", "1")
    kept = explore.memory()
    assert kept.view.spec["here"] is None
    assert kept.sliders["memory"].value == 16 * 2**30
    assert kept.alt == here.alt
    assert kept._repr_mimebundle_()[0]["image/png"] == here._repr_mimebundle_()[0]["image/png"]


def test_where_the_machine_is_not_known_it_is_one_of_16_gib(monkeypatch):
    monkeypatch.delenv("GDLIB_STORE_ANSWERS", raising=False)
    monkeypatch.setattr("sys.platform", "emscripten")
    unknown = explore.memory()
    assert unknown.view.spec["here"] is None
    assert unknown.sliders["memory"].value == 16 * 2**30


def send(widget, **message):
    """What the browser sends."""
    widget.form.comm.handle_msg({"content": {"data": {"method": "custom", "content": message}}, "buffers": []})


def fails(x):
    raise KeyError("mine")


@pytest.mark.parametrize(
    "make",
    [
        lambda: explore.secant(fails, df),
        lambda: explore.secant(f, fails),
        lambda: explore.tangent(f, fails),
        lambda: explore.descent(f, fails, init=3.0),
        lambda: explore.descent(fails, df, init=3.0),
        lambda: explore.descent(lambda x: x[0] ** 2, fails, init=(1.0, 1.0)),
        lambda: explore.direction(fails, df, at=(1, 1)),
        lambda: explore.direction(landscapes.bowl(), fails, at=(1, 1)),
    ],
)
def test_what_the_students_function_raises_is_raised_in_the_cell(make):
    with pytest.raises(KeyError, match="mine"):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: explore.secant(f, df, at=9), r"at must lie in the domain \(-4.0, 4.0\), got 9"),
        (lambda: explore.secant(f, df, h_range=(0, 1)), "h_range must be"),
        (lambda: explore.tangent(f, df, domain=(3, 1)), "domain must be 1 pair"),
        (lambda: explore.descent(f, df, init=(1, 2, 3)), "init must be a number or a pair"),
        (lambda: explore.descent(f, df, init=math.nan), "init must be 1 finite number"),
        (lambda: explore.descent(f, df, init=1.0, T=0), "T must be 1 or more, got 0"),
        (lambda: explore.descent(f, df, init=1.0, T=20, T_max=10), "T_max must be at least T = 20, got 10"),
        (lambda: explore.descent(f, df, init=1.0, lr=-1), "lr must be a finite number above 0"),
        (lambda: explore.descent(f, df, init=1.0, eps=-1), "eps must be a finite number above 0, got -1"),
        (lambda: explore.direction(landscapes.bowl(), lambda x: x[0], at=(1, 1)), r"gradient must return shape \(2,\)"),
        (lambda: explore.regression(X[:, 1:], Y), r"X must have shape \(n, 2\), its first column ones"),
        (lambda: explore.regression(X, Y, scale="norm"), "scale must be a square, got 'norm'"),
        (lambda: explore.sgd(LINE, (0, 0), batch_sizes=(31,)), "batch_size must be between 1 and n = 30, got 31"),
        (lambda: explore.losses(X, Y, scales=("cube",)), "scale must be one of"),
        (lambda: explore.memory(n=0, memory=2**34), "n must be a whole number between 1 and 1000000000, got 0"),
        (
            lambda: explore.memory(n=10**9 + 1, memory=2**34),
            "n must be a whole number between 1 and 1000000000, got 1000000001",
        ),
        (lambda: explore.memory(d=1.5, memory=2**34), "d must be a whole number between 1 and 1000000, got 1.5"),
        (
            lambda: explore.memory(d=10**6 + 1, memory=2**34),
            "d must be a whole number between 1 and 1000000, got 1000001",
        ),
        (lambda: explore.memory(n=50, b=51, memory=2**34), "b must be a whole number between 1 and 50, got 51"),
        (
            lambda: explore.memory(b=2**20 + 1, n=10**7, memory=2**34),
            "b must be a whole number between 1 and 1048576, got 1048577",
        ),
        (
            lambda: explore.memory(dtype="int8", memory=2**34),
            "dtype must be one of uint8, float32, float64, got 'int8'",
        ),
        (lambda: explore.memory(memory=1023), f"memory must be a whole number between 1024 and {2**50}, got 1023"),
        (lambda: explore.predict("?", 5, rtol=-1), "rtol and atol must be 0 or above"),
        (lambda: explore.predict("?", "b", choices=["a"]), r"answer must be one of the choices \['a'\], got 'b'"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: explore.descent(lambda x: math.cos(x), df, init=1.0), "f must be a formula of x .*, such as np.sin"),
        (lambda: explore.descent(f, lambda x: 1.0 if x > 0 else -1.0, init=1.0), "gradient must be a formula.*x > 0"),
        (lambda: explore.tangent(f, 3), "derivative or gradient must be a function of the point, got 3"),
    ],
)
def test_what_is_no_formula_is_told_what_is_needed(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: explore.descent(lambda x: np.log(x), lambda x: 1 / x, init=-3.0),
        lambda: explore.descent(lambda x: x**4, lambda x: 4 * x**3, init=3.0, lr=1.0, T=200),
        lambda: explore.descent(lambda x: np.exp(x * x), lambda x: 2 * x * np.exp(x * x), init=3.0, domain=(-30, 30)),
        lambda: explore.descent(lambda x: 0 * x, lambda x: 0 * x, init=1.0),
        lambda: explore.descent(landscapes.terrain(), init=(2000, 2000), lr=1e4, lr_range=(100, 1e5)),
        lambda: explore.secant(lambda x: 1 / (x - 2), lambda x: -1 / (x - 2) ** 2, h=1.0),
        lambda: explore.tangent(abs, at=0),
        lambda: explore.direction(
            Landscape(
                "half", lambda x: np.sqrt(x[0]) + x[1], lambda x: np.array([0.5 / np.sqrt(x[0]), 1]), ((-1, 1), (-1, 1))
            )
        ),
        lambda: explore.direction(landscapes.bowl(), at=(0, 0)),
        lambda: explore.sgd(LINE, (0.0, 0.0), lr=1e3, T=300, seeds=(0,)),
        lambda: explore.losses(X, Y, T=400),
        lambda: explore.regression(X, Y, lr=1e3),
        lambda: explore.batch_landscapes(WAVE, 5.0, lr=1e6),
    ],
)
def test_no_number_overflow_and_empty_paths_make_a_view(make, recwarn):
    e = make()
    assert "image/png" in e._repr_mimebundle_()[0]
    ends = [end for place in ("main", "side") for axis in "xy" for end in e.view.spec[place][axis]]
    assert np.isfinite(ends).all()
    assert not recwarn.list


def test_an_answer_runs_only_when_it_is_asked_for():
    ran = []
    p = explore.predict("How many?", lambda: ran.append(1) or 41, unit="steps")
    assert ran == []
    assert p.form.truth == ""
    assert p.form.spec["kept"] is None
    send(p, type="commit")
    assert ran == [1]
    assert base64.b64decode(p.form.truth) == b"41.0"


def test_an_answer_is_kept_when_it_is_a_value_or_the_course_is_built(monkeypatch):
    assert base64.b64decode(explore.predict("How many?", np.int64(41)).form.spec["kept"]) == b"41.0"
    monkeypatch.setenv("GDLIB_STORE_ANSWERS", "1")
    p = explore.predict("Which?", lambda: "no", choices=["yes", "no"], why="A secret of $x^2$")
    assert base64.b64decode(p.form.spec["kept"]) == b'"no"'
    assert "secret" not in str(p.form.spec)
    assert repr(p) == "Predict: Which? Choose one: yes, no."
    with pytest.raises(ZeroDivisionError):
        explore.predict("?", lambda: 1 / 0)


def test_the_stated_tolerance_is_the_one_in_the_form():
    assert explore.predict("?", 1).form.spec["rtol"] == 0.1
    spec = explore.predict("?", 1, atol=2).form.spec
    assert (spec["rtol"], spec["atol"]) == (0, 2)
