"""Every explorer in a real JupyterLab: sliders, words, picture, keyboard, saved notebooks, what goes wrong."""

import math

import numpy as np
import pytest

import from_disk
import gdlib
from from_disk import on_page, violations
from gdlib import explore, landscapes
from grading import beliefs, collect

pytestmark = pytest.mark.browser

SETUP = """import numpy as np
from gdlib import explore, landscapes
f = lambda x: x**2 + 2*x + 3
df = lambda x: 2*x + 2"""
RED, ORANGE = (0xB8, 0x43, 0x00), (0xD0, 0x80, 0x00)  # on light


def f(x):
    return x**2 + 2 * x + 3


def df(x):
    return 2 * x + 2


def number(value):
    """A number from the page's JSON, where infinities and NaN may be missing."""
    return math.nan if value is None else value


def stands(slider, keys):
    """Where an ipywidgets slider stands after these keys, from its own ends and step."""
    log = hasattr(slider, "base")
    value = math.log10(slider.value) if log else slider.value
    for key in keys:
        move = {"Home": -math.inf, "End": math.inf, "ArrowRight": slider.step, "ArrowLeft": -slider.step}[key]
        value = min(max(value + move, slider.min), slider.max)
    return 10**value if log else value


MOVES = [("Home",), ("End",), ("Home", "ArrowRight"), ("ArrowRight",), ("End", "ArrowLeft", "ArrowLeft")]


def agrees(shown, path):
    """The picture's walk is gdlib's own."""
    assert shown["steps"] == path.steps
    assert shown["stop"] == path.stop
    np.testing.assert_allclose(shown["final"], np.atleast_1d(path.final), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(number(shown["norm"]), path.norms[-1], rtol=1e-9, atol=1e-12)


WALKS = {
    "one variable": (
        "explore.descent(f, df, init=3.0, L=2, mu=2)",
        lambda: explore.descent(f, df, init=3.0, L=2, mu=2),
        df,
        3.0,
    ),
    "valley": (
        "explore.descent(landscapes.valley(), init=(1.8, 0.4), T=60)",
        lambda: explore.descent(landscapes.valley(), init=(1.8, 0.4), T=60),
        landscapes.valley().gradient,
        (1.8, 0.4),
    ),
    "Himmelblau": (
        "explore.descent(landscapes.himmelblau(), init=(-1, 4), lr=0.01)",
        lambda: explore.descent(landscapes.himmelblau(), init=(-1, 4), lr=0.01),
        landscapes.himmelblau().gradient,
        (-1.0, 4.0),
    ),
}


FITS = """X = np.column_stack([np.ones(30), np.linspace(-1, 2, 30)])
y = X @ [1.0, 2.0] + 0.3 * np.sin(9 * X[:, 1])
import gdlib
line, wave = gdlib.LeastSquares(X, y, "half-mean"), gdlib.minibatch.SineFit.example()"""

# The explorers of one notebook that many tests share: whoever asks for one finds it as it was at first.
SHARED = [
    SETUP,
    FITS,
    *(code for code, *_ in WALKS.values()),
    "explore.secant(f, df, at=1.0)",
    "explore.tangent(f, df)",
    "explore.direction(landscapes.himmelblau(), at=(-2, 1.5), angle=60)",
    "explore.regression(X, y, scale='half-mean', init=(-1.0, 1.0))",
    "explore.losses(X, y)",
    "explore.sgd(line, (0.0, 0.0))",
    "explore.batch_landscapes(wave, 5.0)",
    "explore.memory(memory=16 * 2**30)",
    "explore.descent(f, df, init=3.0)",
]


@pytest.fixture(scope="module")
def book(lab):
    opened = lab.open(SHARED)
    yield opened
    opened.close()


@pytest.fixture
def explorer(book):
    """Finds the explorer that a code of `SHARED` shows, and resets it; fails on any error in the browser's console."""
    before = len(book.errors)

    def of(code):
        view = book.view(SHARED.index(code))
        view.root.get_by_role("button", name="Reset").click()
        view.shown()
        return view

    yield of
    assert [error for error in book.errors[before:] if "@jupyterlite/" not in error] == []


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_at_both_ends_of_every_slider_and_after_two_moves(explorer, name):
    code, make, gradient, init = WALKS[name]
    here = make()
    view = explorer(code)
    labels = {"lr": "learning rate", "T": "updates", "eps": "tolerance"}
    for moved, label in labels.items():
        for keys in MOVES:
            view.root.get_by_role("button", name="Reset").click()
            shown = view.press(label, *keys)
            at = {other: here.sliders[other].value for other in labels}
            at[moved] = stands(here.sliders[moved], keys)
            assert shown["rate"] == pytest.approx(at["lr"], rel=1e-6)
            if at["T"] == 0:
                assert shown["steps"] == 0
                assert shown["final"] == pytest.approx(np.atleast_1d(init))
                continue
            with np.errstate(all="ignore"):
                path = gdlib.gradient_descent(gradient, init, at["lr"], at["eps"], int(at["T"]))
            agrees(shown, path)
            words = view.words()
            start = {"converged": "Converged", "exhausted": "Out of steps", "diverged": "Diverged"}[path.stop]
            assert words.startswith(f"{start} after {path.steps} step")
            if not shown["left"]:
                assert math.dist(view.colour(*shown["pixel"]), RED) < 60


def test_a_walk_that_leaves_is_shown_leaving(explorer):
    view = explorer(WALKS["one variable"][0])
    shown = view.press("learning rate", "End")
    assert shown["left"]
    assert "left the picture" in view.words()
    x, y = shown["pixel"]
    reds = [math.dist(view.colour(x + dx, y), RED) < 60 for dx in range(-24, 25)]
    assert sum(reds) > 4  # the arrow at the edge


def test_theory_beside_the_measured_steps(explorer):
    view = explorer(WALKS["one variable"][0])
    for _ in range(8):
        shown = view.press("learning rate", "ArrowLeft", "ArrowLeft")
        if shown["stop"] == "converged":
            assert f"to eps in {shown['steps']} step" in view.words()
    assert "below 1/L: no overshoot" in view.words()
    view.press("learning rate", "End")
    assert "above 2/L: it grows; it never gets to eps" in view.words()


def test_secant_and_tangent(explorer):
    view, here = explorer("explore.secant(f, df, at=1.0)"), explore.secant(f, df, at=1.0).sliders["h"]
    for keys in MOVES:
        view.root.get_by_role("button", name="Reset").click()
        shown, h = view.press("step h", *keys), float(f"{stands(here, keys):.3g}")
        assert shown["h"] == pytest.approx(h, rel=1e-12)
        assert f"over h = {view.root.locator('.widget-readout').inner_text()}: slope" in view.words()
        assert shown["secant"] == pytest.approx((f(1 + h) - f(1)) / h, rel=1e-5)
        assert shown["difference"] == pytest.approx(h, rel=1e-4)
        assert "Tangent at x = 1: slope 4." in view.words()
    view, here = explorer("explore.tangent(f, df)"), explore.tangent(f, df).sliders["x"]
    for keys, way in [(("Home",), "Falling"), (("End",), "Rising"), (("Home", "ArrowRight"), "Falling")]:
        view.root.get_by_role("button", name="Reset").click()
        shown, x = view.press("x", *keys), stands(here, keys)
        assert shown["x"] == pytest.approx(x)
        assert shown["slope"] == pytest.approx(df(x), abs=1e-5)
        assert way in view.words()
    shown = view.press("x", "Home", *["ArrowRight"] * 60)
    assert shown["x"] == pytest.approx(-1)
    assert "Level" in view.words()


def test_direction(explorer):
    view = explorer("explore.direction(landscapes.himmelblau(), at=(-2, 1.5), angle=60)")
    slope = landscapes.himmelblau().gradient(np.array([-2, 1.5]))
    for keys, angle in [
        (("Home",), 0),
        (("End",), 360),
        (("ArrowRight", "ArrowRight"), 62),
        (("Home", "ArrowRight"), 1),
    ]:
        view.root.get_by_role("button", name="Reset").click()
        shown = view.press("direction", *keys)
        way = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
        assert shown["angle"] == angle
        assert shown["slope"] == pytest.approx(slope @ way, rel=1e-4)
        assert f"direction {angle}°" in view.words()


def test_a_line_and_its_losses_under_the_hand(explorer):
    space = {}
    exec(f"{SETUP}\n{FITS}", space)
    line, view = space["line"], explorer("explore.regression(X, y, scale='half-mean', init=(-1.0, 1.0))")
    for keys in MOVES:
        view.root.get_by_role("button", name="Reset").click()
        shown = view.press("learning rate", *keys)
        agrees(shown, gdlib.gradient_descent(line.gradient, (-1.0, 1.0), shown["rate"], 1e-3, 50))
    view = explorer("explore.losses(X, y)")
    for keys in MOVES:
        view.root.get_by_role("button", name="Reset").click()
        shown = view.press("learning rate", *keys)
        for scale, end in zip(("half-sum", "sum", "half-mean", "mean"), shown["ends"], strict=True):
            loss = gdlib.LeastSquares(space["X"], space["y"], scale)
            path = gdlib.gradient_descent(loss.gradient, np.zeros(2), shown["rate"], 0.0, shown["T"])
            away = math.dist(path.final, loss.solve())
            assert end == pytest.approx(away, rel=1e-3, abs=1e-6) or end > 1e30
            assert (f"{scale} beyond all bounds" in view.words()) == (end > 1e30)
    assert view.press("updates", "Home")["T"] == 0


def test_walks_by_batches_under_the_hand(explorer):
    codes = ["explore.sgd(line, (0.0, 0.0))", "explore.batch_landscapes(wave, 5.0)"]
    space = {}
    exec(f"{SETUP}\n{FITS}", space)
    for i, (loss, start, T) in enumerate([(space["line"], np.zeros(2), 60), (space["wave"], 5.0, 30)], 2):
        view = explorer(codes[i - 2])
        steps = "updates" if i == 2 else "step T"
        for label in ("learning rate", steps, "batch size", "seed"):
            for keys in (("Home",), ("End",), ("End", "ArrowLeft")):
                view.root.get_by_role("button", name="Reset").click()
                if i == 3:
                    view.press(steps, "End")
                shown = view.press(label, *keys)
                seed = 0 if label != "seed" else {"Home": 0, "End": 2 if i == 2 else 1}[keys[0]] - (len(keys) - 1)
                path = gdlib.sgd(loss, start, shown["rate"], T, shown["size"], seed)
                at = path.points[min(shown["steps"], path.steps)]
                np.testing.assert_allclose(shown["final"], np.atleast_1d(at), rtol=1e-4, atol=1e-5)
                assert f"of {shown['size']} row" in view.words()


HERE = 25 * 2**30 + 4096  # bytes of memory that no machine has
MACHINE = f"from gdlib.scale import memory as its\nits.machine = lambda: {HERE}"


def in_bytes(n, d, dtype, b, room):
    """What explore.memory says about n × d numbers, from `footprint`."""
    b = min(b, n)
    need = gdlib.scale.memory.footprint(n, d, b, dtype, buffers=2)
    row = 2 * d * np.dtype(dtype).itemsize + 8 * d * (dtype == "uint8")
    return {"data": need.data, "targets": need.targets, "batch": need.batch, "model": need.model, "flight": b * row, "b": b,
            "times": room // need.in_memory, "machines": -(-need.in_memory // room),
            "largest": min(n, (room - need.model) // row), "updates": -(-n // b)}  # fmt: skip


def test_memory(explorer):
    """Every slider at both ends and between; a million images of 256 × 256 × 3 in uint8 and in float64."""
    view = explorer("explore.memory(memory=16 * 2**30)")
    start, here = view.words(), explore.memory(memory=16 * 2**30)
    assert (
        "1,000,000 × 196,608 in uint8, 183 GiB. With its targets and the model it needs 12 machines of 16 GiB." in start
    )
    assert "2 batches of 64 rows, 24 MiB, and one of them converted to float64, 96 MiB: fits." in start
    assert "The largest b that fits is 8,737. One pass through the data: 15,625 updates." in start
    assert round(view.press("stored as", "End")["data"] / 2**30) == 1465
    assert "in float64, 1.43 TiB. With its targets and the model it needs 92 machines of 16 GiB." in view.words()
    assert "2 batches of 64 rows, 192 MiB: fits." in view.words()
    labels = {"n": "rows n", "d": "columns d", "dtype": "stored as", "b": "batch size b", "memory": "memory"}
    for name, label in labels.items():
        for keys in MOVES:
            view.root.get_by_role("button", name="Reset").click()
            shown, at = view.press(label, *keys), dict(here.view.spec["initial"])
            last = len(here.sliders[name].options) - 1
            for key in keys:
                move = {"Home": -99, "End": 99, "ArrowLeft": -1, "ArrowRight": 1}[key]
                at[name] = min(max(at[name] + move, 0), last)
            n, d, dtype, b, room = (here.view.spec["values"][trait][at[trait]] for trait in labels)
            expected = in_bytes(n, d, dtype, b, room)
            assert {key: shown[key] for key in expected} == expected
            assert ("fits." in view.words()) == (expected["flight"] + expected["model"] <= room)
            assert math.dist(view.colour(shown["edge"], view.canvas.bounding_box()["height"] * 0.3), RED) < 60
            if expected["flight"] > 2**11:  # within the axis
                assert math.dist(view.colour(*shown["pixel"]), ORANGE) < 60
    view.root.get_by_role("button", name="Reset").click()
    view.press("batch size b", "End")
    assert "does not fit. The largest b that fits is 8,737" in view.words()
    view.press("columns d", "Home")
    view.press("rows n", "Home")
    assert "it fits 8,555,711 times into the 16 GiB of the machine" in view.words()
    assert "2 batches of 1,000 rows (no batch is larger than n), 1.95 KiB" in view.words()
    assert "Even all rows as one batch fit. One pass through the data: 1 update." in view.words()


def test_memory_plays_the_batch_size(open_notebook):
    view = open_notebook([SETUP, "explore.memory(n=1000, d=10, b=1, memory=2**30)"]).view(1)
    view.root.get_by_role("button", name="Play").click()
    view.root.get_by_role("button", name="Pause").wait_for()
    view.root.get_by_role("button", name="Play").wait_for()
    assert view.shown()["b"] == 1000  # it has stopped where the batch is the data
    assert 1000 < view.shown()["asked"] < 2**20
    view.root.get_by_role("button", name="Reset").click()
    view.root.get_by_role("button", name="Step").click()
    assert view.shown()["b"] == 2


@pytest.mark.parametrize("width", [400, 1280])
def test_memory_of_this_machine_in_a_saved_notebook_with_no_kernel(open_notebook, width):
    book = open_notebook([SETUP, MACHINE, "explore.memory(n=10**9, b=2**20)"], saved=True, width=width)
    book.view(2)
    book.shut_down()
    view = book.view(2)
    assert "machines of 25 GiB like this one." in view.words()
    assert view.press("memory", "Home")["memory"] == 2**30
    assert "machines of 1 GiB." in view.words()
    assert view.press("rows n", "Home")["updates"] == 1
    assert view.root.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    for label in ("rows n", "columns d", "stored as", "batch size b", "memory"):
        for key in ("Home", "End"):
            view.press(label, key)
            readout = view.root.locator(".widget-slider", has_text=label).locator(".widget-readout")
            assert readout.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), readout.inner_text()


def run(view):
    """Press Run, and wait until the three programs have ended; returns what is shown then."""
    view.root.get_by_role("button", name="Run").click()
    ended = "c => c.shown.outcomes.every((outcome) => outcome && outcome !== 'running')"
    view.page.wait_for_function(ended, arg=view.canvas.element_handle())
    return view.shown()


ONE_FINISHES, NONE_FINISHES = ["died", "died", "finished"], ["died"] * 3


def test_a_real_memory_in_jupyterlab(open_notebook):
    view = open_notebook([SETUP, "explore.machine()"]).view(1)
    assert view.words() == "Run gives each program a new memory of at most 512 pages of 64 KiB."
    shown = run(view)
    assert shown["outcomes"] == ONE_FINISHES
    assert [shown["all"], shown["batch"]] == [8 * (rows * 50 + 98) for rows in (838_860, 64)]
    assert [r["bytes"] for r in shown["runs"]] == [2**25, 2**25, 2**16]
    assert "with 83,884 of 838,860 rows in 32 MiB. RangeError: WebAssembly.Memory.grow()" in view.words()
    assert "finished, 13,108 updates, loss from 3.07 to 0.09" in view.words()
    assert "Peak 64 KiB, the predicted 25.8 KiB in whole pages." in view.words()


def test_the_largest_batch_in_a_real_memory_by_the_keyboard_alone(open_page):
    """With no kernel: the ring at the batch, Run, twice as large, Run; then a larger memory, and back."""
    page = open_page(explore.machine(b=32_768))
    view, said = on_page(page), page.locator(".gd-said")
    assert run(view)["outcomes"] == ONE_FINISHES
    for key, b, outcomes in (("ArrowRight", 65_536, ONE_FINISHES), ("ArrowRight", 131_072, NONE_FINISHES)):
        view.root.get_by_role("slider", name="batch", exact=True).focus()
        page.keyboard.press(key)
        assert view.shown()["b"] == b
        assert view.words().startswith("Run gives")
        view.root.get_by_role("button", name="Run").focus()
        assert run(view)["outcomes"] == outcomes
    page.wait_for_function("said => said.textContent.startsWith('None finishes')", arg=said.element_handle())
    view.press("memory", "End")
    assert run(view)["outcomes"] == ONE_FINISHES
    assert view.press("memory", "ArrowLeft")["outcomes"] == NONE_FINISHES  # as it was before
    view.press("rows n", "Home")
    assert run(view)["outcomes"] == ["finished"] * 3
    view.root.get_by_role("button", name="Reset").click()
    assert view.shown()["outcomes"] == [""] * 3


def test_a_run_that_is_left_half_way_tells_nothing(open_page):
    view = on_page(open_page(explore.machine()))
    view.root.get_by_role("button", name="Run").click()
    assert view.press("batch size b", "Home")["outcomes"] == ["", "", ""]
    view.page.wait_for_timeout(500)
    assert view.shown()["outcomes"] == view.press("batch size b", *["ArrowRight"] * 6)["outcomes"] == ["", "", ""]
    assert view.shown()["b"] == 64
    assert run(view)["outcomes"] == ONE_FINISHES


def test_where_webassembly_is_forbidden_the_words_say_so(open_page):
    view = on_page(open_page(explore.machine()))
    view.page.evaluate("delete window.WebAssembly")
    view.press("batch size b", "ArrowRight")
    assert view.words().startswith("This browser has no WebAssembly")
    button = view.root.get_by_role("button", name="Run")
    button.click()
    assert button.is_disabled()


def test_the_keys_belong_to_the_slider_and_not_to_the_notebook(explorer, book):
    view = explorer("explore.tangent(f, df)")
    view.cell.locator(".jp-InputPrompt").click()  # command mode, where JupyterLab listens to arrows
    selected = "() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')].findIndex(c => c.classList.contains('jp-mod-active'))"
    before = book.page.evaluate(selected)
    xs = [view.press("x", key)["x"] for key in ("Home", "ArrowUp", "ArrowRight", "ArrowDown", "End")]
    assert xs == pytest.approx([-4, -3.95, -3.9, -3.95, 4])
    assert book.page.evaluate(selected) == before
    assert view.handle("x").evaluate("node => node === document.activeElement")
    view.root.locator("[role=slider][aria-label=x]").wait_for()


def test_a_screen_reader_hears_the_values_once_the_hand_rests(explorer):
    view = explorer("explore.tangent(f, df)")
    view.press("x", "Home")
    live = view.root.locator("[aria-live=polite]")
    view.page.wait_for_timeout(600)
    assert "At x = −4, f(x) = 11: slope −6." in live.inner_text()
    assert "slope −6" in view.canvas.get_attribute("aria-label")
    assert view.canvas.get_attribute("role") == "img"


def test_play_step_and_reset(explorer):
    """Play and Step show parts of the walk; T stays what the reader allows."""
    view = explorer("explore.descent(f, df, init=3.0)")
    button = {name: view.root.get_by_role("button", name=name) for name in ("Play", "Step", "Reset")}

    def allowed():
        return view.root.locator(".widget-readout").nth(1).inner_text()

    whole = view.words()
    assert whole.startswith("Converged after 41 steps")
    button["Play"].click()
    view.page.wait_for_timeout(600)
    assert 0 < view.shown()["steps"] < 41
    assert view.words().startswith("On the way after")
    assert allowed() == "50"
    view.root.get_by_role("button", name="Pause").click()
    before = view.shown()["steps"]
    button["Step"].click()
    assert view.shown()["steps"] == before + 1
    button["Play"].click()  # goes on from here
    button["Play"].wait_for(timeout=5000)  # it has stopped where the walk stopped
    view.shown()
    assert view.words() == whole
    assert allowed() == "50"
    for k in (1, 2, 3):  # the walk is complete: Step begins anew
        button["Step"].click()
        assert view.shown()["steps"] == k
    button["Reset"].click()
    view.shown()
    assert view.words() == whole
    button["Step"].click()
    assert view.press("updates", "ArrowLeft")["steps"] == 41  # a slider shows the whole walk that it selects
    assert allowed() == "49"
    view.press("updates", "Home")
    button["Step"].click()  # with T = 0 there is no walk: T goes to its end first
    button["Step"].click()
    assert (view.shown()["steps"], allowed()) == (2, str(explore.descent(f, df, init=3.0).view.spec["T_max"]))


def test_step_moves_a_page_that_opens_with_all_updates_done(open_page):
    view = on_page(open_page(explore.descent(landscapes.valley(), init=(1.8, 0.4), lr=0.01, T=20, T_max=20)))
    assert view.words().startswith("Out of steps after 20 steps")
    for k in (*range(1, 21), 1):
        view.root.get_by_role("button", name="Step").click()
        assert view.shown()["steps"] == k


def test_where_nothing_walks_play_and_step_move_the_slider_and_begin_anew(open_page):
    page = open_page(
        explore.secant(f, df, h_range=(0.1, 1)), explore.batch_landscapes(gdlib.minibatch.SineFit.example(), 5.0)
    )
    view = on_page(page)
    view.press("step h", "Home")
    shown = [view.root.get_by_role("button", name="Step").click() or view.shown()["h"] for _ in range(2)]
    assert shown == [1, 0.955]
    view = on_page(page, 1)
    view.root.get_by_role("button", name="Step").click()
    assert view.shown()["steps"] == 1
    assert view.root.locator(".widget-readout").nth(1).inner_text() == "1"


def test_a_slider_at_zero_says_zero(open_page):
    view = on_page(open_page(explore.tangent(lambda x: x**3, lambda x: 3 * x**2, domain=(-2.2, 2.2), at=0.1)))
    readout = view.root.locator(".widget-readout")
    for keys, x in ((["ArrowLeft"] * 4, 0.0), (["ArrowLeft"] * 60, -1.5), (["Home"] * 2, -2.2), ([], -2.2)):
        if not keys:  # touched, but not moved: the slider writes its own text there
            track = view.root.locator(".noUi-target").bounding_box()
            view.page.mouse.click(track["x"] + 1, track["y"] + track["height"] / 2)
            view.page.wait_for_timeout(200)
        shown = view.press("x", *keys)
        assert shown["x"] == pytest.approx(x, abs=1e-7)
        for said in (readout.inner_text(), view.handle("x").get_attribute("aria-valuetext")):
            assert said == f"{x:.3f}".replace("-", "−")


def test_reduced_motion_goes_to_the_end_at_once(open_notebook):
    view = open_notebook([SETUP, "explore.descent(f, df, init=3.0, lr=0.01)"], reduced=True).view(1)
    view.press("updates", "Home")
    view.root.get_by_role("button", name="Play").click()
    assert view.shown()["steps"] == explore.descent(f, df, init=3.0, lr=0.01).view.spec["T_max"]


def test_what_the_hand_moves_goes_to_python(open_notebook):
    """A click and a drag set the start, in the browser; the kernel hears of it and is not asked."""
    code = "e = explore.descent(landscapes.valley(), init=(1.8, 0.4), T=60)\ne"
    book = open_notebook([SETUP, code, "print(e.view.init, e.view.lr, e.view.T, e.view.formula)"])
    view = book.view(1)
    box = view.canvas.bounding_box()
    assert view.canvas.evaluate("canvas => getComputedStyle(canvas).cursor") == "crosshair"
    old = view.shown()["init"]
    view.click_at(box["width"] * 0.25, box["height"] * 0.6)
    assert view.shown()["init"] != old
    start = view.root.get_by_role("slider", name="start", exact=True).bounding_box()
    x, y = start["x"] + 22, start["y"] + 22
    assert (x - box["x"], y - box["y"]) == pytest.approx((box["width"] * 0.25, box["height"] * 0.6), abs=2)
    view.page.mouse.move(x, y)
    view.page.mouse.down()
    view.page.mouse.move(x + 70, y - 20, steps=4)
    view.page.mouse.up()
    rate = view.root.get_by_role("slider", name="learning rate", exact=True)
    rate.press("Shift+ArrowRight")
    view.root.get_by_role("textbox", name="f(").fill("x**2 + 2*y**2")
    shown = view.shown()
    agrees(shown, gdlib.gradient_descent(lambda p: np.array([2, 4]) * p, shown["init"], shown["rate"], 1e-3, 60))
    book.cell(2).locator(".jp-InputArea-editor").click()
    book.page.keyboard.press("Shift+Enter")
    book.cell(2).get_by_text(f"{list(map(float, shown['init']))} {shown['rate']} 60 x**2 + 2*y**2").wait_for()


def test_a_function_that_raises_at_once_raises_in_the_cell(open_notebook):
    book = open_notebook([SETUP, "explore.descent(f, lambda x: 1 / 0, init=3.0)"])
    book.cell(1).get_by_text("ZeroDivisionError: division by zero").last.wait_for()
    assert book.cell(1).locator(".gd").count() == 0


ODD = {
    "NaN everywhere": "explore.descent(lambda x: np.sqrt(-1 - x**2), lambda x: np.sqrt(-1 - x**2), init=3.0)",
    "overflow": "explore.descent(lambda x: x**4, lambda x: 4 * x**3, init=3.0, lr=1.0, T=200)",
    "off the map": "explore.descent(landscapes.terrain(), init=(2000, 2000), lr=1e4, lr_range=(100, 1e5))",
    "no slope": "explore.descent(lambda x: 0 * x + 1, lambda x: 0 * x, init=1.0)",
    "no derivative": "explore.tangent(abs, lambda x: np.sign(x) * x / x, at=0)",
    "a cliff": "explore.secant(lambda x: np.sqrt(1.2 - x), lambda x: -0.5 / np.sqrt(1.2 - x), at=1.0)",
    "a pole": "explore.secant(lambda x: 1 / (x - 2), lambda x: -1 / (x - 2) ** 2, at=1.0, h=1.0)",
    "a flat place": "explore.direction(landscapes.bowl(), at=(0, 0))",
}


def test_what_has_no_number_is_drawn_and_raises_nothing(open_notebook):
    book = open_notebook([SETUP, *ODD.values()])
    for i, name in enumerate(ODD, 1):
        view = book.view(i)
        assert len(view.words()) > 20, name
        for slider in view.root.locator("[role=slider]").all():
            for key in ("Home", "End", "ArrowLeft"):
                slider.focus()
                view.page.keyboard.press(key)
                view.shown()
        colours = "c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size"
        assert view.canvas.evaluate(colours) > 8, name


def test_a_saved_notebook_is_alive_with_no_kernel(open_notebook):
    codes = ["explore.secant(f, df)", WALKS["valley"][0], "explore.predict('How many?', 41, why='Because $x^2$.')"]
    book = open_notebook([SETUP, *codes], saved=True)  # nothing runs in the page
    book.view(1), book.view(2)
    book.shut_down()
    assert book.view(1).press("step h", "Home")["h"] == pytest.approx(1e-3)
    here, view = WALKS["valley"][1](), book.view(2)
    shown = view.press("learning rate", "End")
    lr = 10 ** here.sliders["lr"].max
    agrees(shown, gdlib.gradient_descent(landscapes.valley().gradient, (1.8, 0.4), lr, 1e-3, 60))
    start = view.root.get_by_role("slider", name="start", exact=True)
    start.drag_to(view.canvas, target_position={"x": 150, "y": 150})
    moved = view.shown()
    assert moved["init"] != shown["init"]
    agrees(moved, gdlib.gradient_descent(landscapes.valley().gradient, moved["init"], lr, 1e-3, 60))
    ask = book.cell(3).locator(".gd")
    ask.get_by_label("Your prediction").fill("44")
    ask.get_by_role("button", name="Commit").click()
    ask.get_by_text("✓ Right.").wait_for()
    assert "You said 44. The answer is 41." in ask.inner_text()


def test_a_page_that_is_loaded_anew_finds_its_views_and_their_code(open_notebook):
    book = open_notebook([SETUP, "explore.secant(f, df)", "explore.tangent(f, df)"])
    book.view(1), book.view(2)
    book.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    book.page.wait_for_timeout(1000)
    book.page.reload()
    book.page.wait_for_selector(".jp-Notebook .jp-Cell")
    assert book.view(1).press("step h", "Home")["h"] == pytest.approx(1e-3)
    assert book.view(2).press("x", "End")["x"] == pytest.approx(4)
    assert book.page.evaluate("Object.keys(window.gdFront).length") == 1  # loaded once for both


def test_own_work_that_was_saved_and_shut_down_keeps_its_explorers(lab, open_notebook):
    from lab import IDLE, Book

    book = open_notebook([SETUP, "explore.secant(f, df)", "explore.predict('How many?', 41)"])
    book.view(1)
    ask = book.cell(2).locator(".gd")
    ask.get_by_label("Your prediction").fill("44")
    ask.get_by_role("button", name="Commit").click()
    ask.get_by_label("Why?").fill("Four more.")
    ask.get_by_label("Why?").blur()
    book.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    book.page.wait_for_timeout(1000)
    book.close()
    handed_in = collect.Entry((book.path.name,), book.path, notebook=True)
    assert beliefs.records(handed_in) == [("How many?", "", "44", True, "Four more.")]  # as the class report reads it
    again = Book(lab.visit(f"/doc/tree/{book.path.name}?reset"), lab.url, book.path)
    again.page.wait_for_function(IDLE, timeout=30_000)
    assert again.view(1).press("step h", "Home")["h"] == pytest.approx(1e-3)
    again.cell(2).locator(".gd").get_by_label("Your prediction").wait_for()
    again.close()


def test_an_untrusted_notebook_shows_the_plain_picture(open_notebook):
    book = open_notebook([SETUP, "explore.secant(f, df)"], saved=True, trusted=False)
    picture = book.cell(1).locator(".jp-OutputArea img")
    picture.wait_for()
    assert book.cell(1).locator(".gd").count() == 0
    assert picture.evaluate("i => i.naturalWidth") > 400


def test_predict_runs_the_answer_after_the_commitment(open_notebook):
    code = """ran = []
explore.predict("How many steps?", lambda: ran.append(1) or 41, unit="steps", why="It is $41$.")"""
    book = open_notebook([SETUP, code, "print('ran', len(ran))"])
    book.cell(2).get_by_text("ran 0").wait_for()
    ask = book.cell(1).locator(".gd")
    assert "right within ±10 %" in ask.inner_text()
    ask.get_by_label("Your prediction").fill("60")
    ask.get_by_role("button", name="Commit").click()
    ask.get_by_text("✗ Not this time.").wait_for()
    assert "You said 60 steps. The answer is 41 steps." in ask.inner_text()
    assert ask.get_by_label("Your prediction").is_disabled()
    explain = ask.get_by_role("button", name="Show the explanation")
    assert explain.is_disabled()
    assert "Explanation." not in book.cell(1).locator(".gd-explore").inner_text()
    ask.get_by_label("Why?").fill("the factor is 0.8 a step")
    explain.click()
    book.cell(1).get_by_text("Explanation.").wait_for()


def test_predict_a_choice_and_an_answer_that_raises(open_notebook):
    book = open_notebook(
        [
            SETUP,
            "explore.predict('Which?', lambda: 'down', choices=['up', 'down'])",
            "explore.predict('?', lambda: 1 / 0)",
        ]
    )
    ask = book.cell(1).locator(".gd")
    ask.get_by_label("down").check()
    ask.get_by_role("button", name="Commit").click()
    ask.get_by_text("✓ Right.").wait_for()
    ask = book.cell(2).locator(".gd")
    ask.get_by_label("Your prediction").fill("1e-3")
    ask.get_by_role("button", name="Commit").click()
    ask.get_by_text("ZeroDivisionError: division by zero").wait_for()


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_cut_off(open_notebook, width):
    book = open_notebook([SETUP, WALKS["valley"][0]], width=width)
    view = book.view(1)
    assert view.root.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    for slider in view.root.locator(".noUi-target").all():
        assert slider.bounding_box()["width"] > 90


# ---------------------------------------------------------------- a page with no kernel: the site's and the decks' case


open_page = from_disk.open_page  # the fixture


def valley():
    return explore.descent(landscapes.valley(), init=(1.8, 0.4), T=60)


# The lightest value of a channel among the numbers beside the left axis.
INK = "c => Math.max(...c.getContext('2d').getImageData(0, 0, 45 * c.width / c.clientWidth, c.height).data.filter((v, k) => k % 4 < 3))"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_is_accessible_in_both_themes(open_page, theme):
    ask = explore.predict("Is `lr` small?", "yes", choices=["yes", "no `never`"], why="It `is`.")
    page = open_page(valley(), explore.secant(f, df), explore.memory(), ask, explore.predict("How many?", 41))
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    for i in range(3):
        on_page(page, i)
    page.wait_for_timeout(600)
    assert violations(page) == []
    view = on_page(page)
    view.press("learning rate", "ArrowRight")
    rate = view.root.locator("[role=slider]").first
    assert (rate.get_attribute("aria-label"), rate.get_attribute("aria-valuetext")) == ("learning rate lr", "0.0449")
    assert view.root.get_by_role("img").get_attribute("aria-label").startswith("Picture: y against x; beside it")
    assert page.locator(".cell").nth(3).locator("code").all_inner_texts() == ["lr", "never"]
    ring = rate.evaluate("node => getComputedStyle(node).outlineColor")
    assert ring == page.evaluate("getComputedStyle(document.body).color")


def test_the_picture_follows_the_pages_theme(open_page):
    page = open_page(explore.secant(f, df))
    view = on_page(page)
    assert view.canvas.evaluate(INK) < 60  # the numbers at the axis are dark
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(700)
    assert view.canvas.evaluate(INK) > 180


def test_a_hidden_view_is_drawn_once_it_is_shown(open_page):
    page = open_page(valley(), style=".cell { display: none }")
    from lab import Explorer

    page.wait_for_timeout(500)
    view = Explorer(page, page.locator(".cell"))
    assert view.canvas.evaluate("canvas => canvas.shown ?? null") is None
    page.evaluate("document.querySelector('.cell').style.display = 'block'")
    assert view.shown()["steps"] == 60
    assert view.canvas.evaluate("canvas => canvas.width") == view.canvas.evaluate("canvas => canvas.clientWidth")


def test_a_scaled_slide_stays_sharp_and_finds_the_click(open_page):
    style = ".cell { width: 800px; transform: scale(1.5); transform-origin: 0 0 }"
    page = open_page(
        explore.tangent(f, df), style=style, device_scale_factor=2, viewport={"width": 1280, "height": 900}
    )
    view = on_page(page)
    size = view.canvas.evaluate("c => [c.width / c.clientWidth, c.clientWidth, c.clientHeight]")
    assert size[0] == pytest.approx(3, abs=0.02)
    x, y = view.shown()["pixel"]
    before = view.shown()["x"]
    view.click_at(1.5 * (x - 60), 1.5 * (y - 5))
    moved = view.shown()
    assert moved["x"] < before
    assert moved["pixel"][0] == pytest.approx(x - 60, abs=3)
    x, y = moved["pixel"]
    seen = view.canvas.bounding_box()
    page.mouse.move(seen["x"] + 1.5 * x, seen["y"] + 1.5 * y)
    page.mouse.down()
    page.mouse.move(seen["x"] + 1.5 * (x + 40), seen["y"] + 1.5 * y)
    page.mouse.up()
    assert view.shown()["pixel"][0] == pytest.approx(x + 40, abs=2)
    page.evaluate("document.querySelector('.cell').style.transform = 'none'; window.dispatchEvent(new Event('resize'))")
    page.wait_for_timeout(200)
    assert view.canvas.evaluate("c => c.width / c.clientWidth") == pytest.approx(2, abs=0.02)


def test_a_deck_sets_the_size_of_the_type_and_keeps_its_page(open_page):
    page = open_page(valley(), style=":root { --gd-font: 24px }", viewport={"width": 1280, "height": 900})
    view = on_page(page)
    sizes = "root => [...root.querySelectorAll('.gd-words p, .widget-label, .widget-readout, button')].map(n => parseFloat(getComputedStyle(n).fontSize))"
    assert min(view.root.evaluate(sizes)) >= 20
    assert view.canvas.evaluate("c => parseFloat(c.getContext('2d').font)") == 24
    page.evaluate("window.turned = []; document.addEventListener('keydown', (event) => turned.push(event.key))")
    view.press("learning rate", "ArrowLeft", "ArrowRight")
    view.root.get_by_role("button", name="Step").press(" ")
    page.keyboard.press("PageDown")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("turned") == ["ArrowLeft"]


def test_on_paper_the_ink_is_black(open_page):
    page = open_page(explore.secant(f, df))
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    view = on_page(page)
    page.wait_for_timeout(700)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert view.canvas.evaluate(INK) < 60
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_timeout(100)
    assert view.canvas.evaluate(INK) > 180


def test_predict_again_for_the_next_class(open_page):
    ask = explore.predict("How many steps with `lr`?", 41, unit="steps", why="Because `lr` < 1.")
    page = open_page(ask)
    cell, key = page.locator(".cell"), page.keyboard
    for guess, verdict in (("44", "✓ Right."), ("7", "✗ Not this time.")):
        cell.get_by_label("Your prediction").focus()  # from here on by keyboard alone
        key.type(guess)
        key.press("Enter")
        cell.get_by_text(verdict).wait_for()
        assert not cell.get_by_role("button", name="Predict again").is_visible()
        key.type("a reason")
        key.press("Tab")
        key.press("Enter")
        cell.get_by_text("Explanation.").wait_for()
        assert violations(page) == []
        again = cell.get_by_role("button", name="Predict again")
        assert again.bounding_box()["y"] > cell.get_by_text("Explanation.").bounding_box()["y"]
        key.press("Enter")
        cell.get_by_text("Explanation.").wait_for(state="detached")
        assert cell.get_by_label("Your prediction").input_value() == ""
        assert cell.get_by_label("Why?").input_value() == ""
        assert "You said" not in cell.inner_text()


@pytest.mark.parametrize(
    ("answer", "options", "typed", "asked", "said"),
    [
        (1e-4 * (1 + 2e-12), {"rtol": 0.1}, "1e-4", "within ±10 %", ["You said 1e-4. The answer is 1e−4.", "✓ Right."]),
        (0.596729, {"rtol": 0.25, "unit": "m per m"}, "0,5", "m per m (right within ±25 %)",
         ["You said 0,5 m per m. The answer is 0.5967 m per m.", "✓ Right. You are off by 0.0967 (16.2 %); right is within ±25 %."]),
        (0.04, {"rtol": 0.05}, "4", "within ±5 %", ["You said 4. The answer is 0.04.", "✗ Not this time. You are off by 3.96; right is within ±5 %."]),
        (0, {"atol": 1}, "3.00", "within ±1", ["You said 3.00. The answer is 0.", "✗ Not this time. You are off by 3; right is within ±1."]),
        (1, {"atol": 0.1}, "1", "only if exact", ["You said 1. The answer is 1.", "✓ Right."]),
        (1, {"atol": 0.1}, "1.05", "only if exact", ["You said 1.05. The answer is 1.", "✗ Not this time. You are off by 0.05 (5 %); right is only if exact."]),
        (15625, {}, "15600", "within ±10 %", ["You said 15600. The answer is 15625.", "✓ Right. You are off by 25 (0.16 %); right is within ±10 %."]),
    ],
)  # fmt: skip
def test_a_prediction_is_answered_in_numbers_that_can_be_read(open_page, answer, options, typed, asked, said):
    cell = open_page(explore.predict("How much?", answer, **options)).locator(".cell")
    assert asked in cell.inner_text()
    cell.get_by_label("Your prediction").fill(typed)
    cell.get_by_role("button", name="Commit").click()
    cell.get_by_text("The answer is").wait_for()
    assert cell.locator(".gd-words p").all_inner_texts() == said


# What each view writes beside and above its pictures, and the frames of these: {texts: [[text, left, right, top, bottom]], frames: [[x, y, w, h]]}.
WRITTEN = """() => {
  const seen = new Map(), of = ({ canvas }) => seen.get(canvas) ?? seen.set(canvas, { texts: [], frames: [] }).get(canvas);
  const was = CanvasRenderingContext2D.prototype, { fillText, strokeRect, clearRect } = was;
  Object.assign(was, {
    fillText(text, x, y) {
      const m = this.measureText(text);
      of(this).texts.push([text, x - m.actualBoundingBoxLeft, x + m.actualBoundingBoxRight, y - m.actualBoundingBoxAscent, y + m.actualBoundingBoxDescent]);
      fillText.call(this, text, x, y);
    },
    strokeRect(...box) { of(this).frames.push(box); strokeRect.apply(this, box); },
    clearRect(...box) { seen.delete(this.canvas); clearRect.apply(this, box); },
  });
  for (const event of ["beforeprint", "afterprint"]) { seen.clear(); window.dispatchEvent(new Event(event)); }
  Object.assign(was, { fillText, strokeRect, clearRect });
  return [...seen.values()].filter(({ frames }) => frames.length);
}"""


def with_keys():
    """Explorers, and the names of the lines of each."""
    X = np.column_stack([np.ones(9), np.arange(9)])
    return [
        (explore.descent(f, df, init=3.0), ["|gradient|", "f − lowest f", "eps"]),
        (explore.secant(f, df), ["tangent", "secant"]),
        (explore.losses(X, X[:, 1]), ["half-sum", "sum", "half-mean", "mean"]),
        (explore.batch_landscapes(gdlib.minibatch.SineFit.example(), 5.0), ["all data", "this batch", "objective of all data"]),
        (explore.memory(memory=2**34), ["data", "memory", "in flight"]),
        (explore.machine(), ["all rows", "memory", "a batch"]),
        (narrow_valley(), ["|gradient|", "f − lowest f", "eps", "1/L = 0.04", "2/(L+μ) = 0.0769", "2/L = 0.08"]),
        (explore.descent(lambda x: x**3 - 3 * x, lambda x: 3 * x**2 - 3, 0.5, (-2.2, 2.2)), ["|gradient|", "eps"]),
    ]  # fmt: skip


def narrow_valley():
    return explore.descent(landscapes.valley(), init=(2.5, 0.5), lr=0.01, lr_range=(0.01, 0.1))


@pytest.mark.parametrize("width", [360, 724, 1280])
def test_the_names_of_the_lines_stand_above_the_pictures_and_beside_each_other(open_page, width):
    explorers, names = zip(*with_keys(), strict=True)
    page = open_page(*explorers, viewport={"width": width, "height": 900})
    for i in range(len(explorers)):
        on_page(page, i)
    for height in ("none", "195px"):  # of the pictures: a deck sets it
        page.evaluate("height => document.body.style.setProperty('--gd-height', height)", height)
        missing = list(names)
        for view in page.evaluate(WRITTEN):  # in any order
            outside = [t for t in view["texts"] if not any(x < t[1] and y < t[4] and t[3] < y + h and t[2] < x + w for x, y, w, h in view["frames"])]  # fmt: skip
            found = {text for text, *_ in outside}
            expected = max(missing, key=lambda keys: len(found & set(keys)) - len(set(keys) - found))
            assert found >= set(expected)
            missing.remove(expected)
            assert ("f − lowest f" in expected) == ("f − lowest f" in str(view["texts"]))
            for one, *box in outside:
                assert min(box) > -1, one
                if one in expected:
                    over = [
                        t[0]
                        for t in view["texts"]
                        if t[0] != one and t[1] < box[1] and box[0] < t[2] and t[3] < box[3] and box[2] < t[4]
                    ]
                    assert over == [], one
        assert missing == []


@pytest.mark.parametrize("width", [360, 724, 1280])
def test_each_rate_of_the_bar_is_beside_its_own_tick(open_page, width):
    page = open_page(narrow_valley(), viewport={"width": width, "height": 900})
    on_page(page)
    (view,) = page.evaluate(WRITTEN)
    between, calm, edge = (
        {t[0].split(" = ")[0]: t[1:] for t in view["texts"]}[name] for name in ("2/(L+μ)", "1/L", "2/L")
    )
    assert between[3] < min(calm[2], edge[2]) - 20  # above the bar, the two others below it
    assert calm[1] < edge[0]
    rates, left = narrow_valley().view.spec["rates"], view["frames"][0][0]
    wide = page.locator("canvas").evaluate("c => Math.min(c.clientWidth, 1184)") - left - 16
    for rate, box in ((2 / 26, between), (2 / 25, edge), (1 / 25, calm)):
        tick = left + wide * math.log(rate / rates[0]) / math.log(rates[-1] / rates[0])
        assert box[0] - 4 <= tick <= box[1] + 4


@pytest.mark.parametrize("width", [400, 724, 1280])
def test_the_sliders_of_an_explorer_are_equally_long(open_page, width):
    page = open_page(valley(), explore.memory(memory=2**34), viewport={"width": width, "height": 900})
    for i in range(2):
        tracks = [t.bounding_box()["width"] for t in on_page(page, i).root.locator(".noUi-target").all()]
        assert max(tracks) - min(tracks) < 6  # ipywidgets has two widths of margin
        assert min(tracks) > (150 if width == 400 else 230)  # a name, a track and a value in one line
