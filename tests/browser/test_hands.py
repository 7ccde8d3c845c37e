"""What can be taken in hand in an explorer, by real mouse, finger and keys: on a page from disk, with no kernel."""

import base64
import math
import re
from itertools import pairwise

import numpy as np
import pytest

import from_disk
import gdlib
from from_disk import on_page, violations
from gdlib import explore, landscapes

pytestmark = pytest.mark.browser
open_page = from_disk.open_page  # the fixture

X = np.column_stack([np.ones(30), np.linspace(-1, 2, 30)])
Y = X @ [1.0, 2.0] + 0.3 * np.sin(9 * X[:, 1])
LINE, WAVE = gdlib.LeastSquares(X, Y, "half-mean"), gdlib.minibatch.SineFit.example()
MAP = ((13_000, 21_000), (5_000, 11_000))
SIZES = [(1280, 900), (592, 647), (390, 844)]
SCALES = ("half-sum", "sum", "half-mean", "mean")


def f(x):
    return x**2 + 2 * x + 3


def df(x):
    return 2 * x + 2


def near(a, b, rel=1e-9):
    np.testing.assert_allclose(np.atleast_1d(a), np.atleast_1d(b), rtol=rel, atol=1e-9)


def walked(gradient, T=50, eps=1e-3):
    """Does the picture show gdlib's own walk from where the start and the rate stand now?"""

    def check(shown):
        start = shown["init"] if len(shown["init"]) > 1 else shown["init"][0]
        path = gdlib.gradient_descent(gradient, start, shown["rate"], eps, T)
        assert (shown["steps"], shown["stop"]) == (path.steps, path.stop)
        near(shown["final"], path.final)

    return check


def by_batches(loss, T):
    def check(shown):
        start = shown["init"] if len(shown["init"]) > 1 else shown["init"][0]
        if T == 0:
            return near(shown["final"], start)
        path = gdlib.sgd(loss, start, shown["rate"], T, shown["size"], 0)
        assert shown["steps"] == path.steps
        return near(shown["final"], path.final)

    return check


def secants(shown):
    near(shown["secant"], (f(shown["at"] + shown["h"]) - f(shown["at"])) / shown["h"], 1e-7)
    near(shown["tangent"], df(shown["at"]))


def tangents(shown):
    near([shown["height"], shown["slope"]], [f(shown["x"]), df(shown["x"])])


def directions(shown):
    gradient, angle = landscapes.himmelblau().gradient(np.array(shown["init"])), math.radians(shown["angle"])
    near(shown["gradient"], gradient)
    near(shown["slope"], gradient @ [math.cos(angle), math.sin(angle)], 1e-6)


def four_losses(shown):
    for scale, end in zip(SCALES, shown["ends"], strict=True):
        loss = gdlib.LeastSquares(X, Y, scale)
        path = gdlib.gradient_descent(loss.gradient, np.zeros(2), shown["rate"], 0.0, shown["T"])
        if end is not None and end < 1e30:
            assert end == pytest.approx(math.dist(path.final, loss.solve()), rel=1e-6, abs=1e-9)


# Each explorer: how it is made, what its picture must agree with, and its handles: the name, what a move changes, whether
# it follows the pointer across only.
MADE = {
    "curve": (
        lambda: explore.descent(f, df, init=2.0, L=2, mu=2),
        walked(df),
        [("start", "init", True), ("learning rate", "rate", True)],
    ),
    "valley": (
        lambda: explore.descent(landscapes.valley(), init=(1.8, 0.4), T=60),
        walked(landscapes.valley().gradient, 60),
        [("start", "init", False), ("learning rate", "rate", True)],
    ),
    "terrain": (
        lambda: explore.descent(landscapes.terrain(), init=(17000.0, 8000.0), domain=MAP, lr=100, lr_range=(10, 1000)),
        walked(landscapes.terrain().gradient),
        [("start", "init", False), ("learning rate", "rate", True)],
    ),
    "regression": (
        lambda: explore.regression(X, Y, scale="half-mean", init=(0.0, 1.5)),
        walked(LINE.gradient),
        [
            ("start", "init", False),
            ("learning rate", "rate", True),
            ("left end of the start's line", "init", None),
            ("right end of the start's line", "init", None),
        ],
    ),
    "secant": (
        lambda: explore.secant(f, df, at=1.0, h=1.5),
        secants,
        [("second point of the secant", "h", True), ("point of the tangent", "at", True)],
    ),
    "tangent": (lambda: explore.tangent(f, df, at=0.5), tangents, [("point of the tangent", "x", True)]),
    "direction": (
        lambda: explore.direction(landscapes.himmelblau(), at=(-1, 1.5), angle=60),
        directions,
        [("point", "init", False), ("tip of the arrow", "angle", None)],
    ),
    "losses": (lambda: explore.losses(X, Y), four_losses, [("learning rate", "rate", True)]),
    "sgd": (lambda: explore.sgd(LINE, (0.2, 0.1)), by_batches(LINE, 60), [("start", "init", False)]),
    "batches": (
        lambda: explore.batch_landscapes(WAVE, 5.0),
        lambda shown: by_batches(WAVE, shown["steps"])(shown),
        [("start", "init", True)],
    ),
}


def made(*names):
    return [MADE[name][0]() for name in names or MADE]


def ring(view, name):
    return view.root.get_by_role("slider", name=name, exact=True)


def middle(handle):
    box = handle.bounding_box()
    return np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])


def drag(view, name, dx, dy):
    """By mouse, from where the ring stands; what is shown then, and where the ring stands then."""
    handle = ring(view, name)
    handle.scroll_into_view_if_needed()
    x, y = middle(handle)
    view.page.mouse.move(x, y)
    view.page.mouse.down()
    view.page.mouse.move(x + dx, y + dy, steps=5)
    view.page.mouse.up()
    shown = view.shown()
    return shown, middle(handle) - (x, y)


def reset(view):
    view.root.get_by_role("button", name="Reset").click()
    return view.shown()


@pytest.mark.parametrize("name", MADE)
def test_each_handle_is_dragged_by_mouse(open_page, name):
    _, agrees, handles = MADE[name]
    view = on_page(open_page(*made(name), viewport={"width": 1280, "height": 900}))
    for label, changed, across in handles:
        before = reset(view)
        agrees(before)
        for dx, dy in ((-40, 14), (25, -30)):
            shown, moved = drag(view, label, dx, dy)
            assert shown[changed] != before[changed], label
            agrees(shown)
            if across is not None:
                assert moved[0] == pytest.approx(dx, abs=2), label
            if across is False:
                assert moved[1] == pytest.approx(dy, abs=2), label
            before = shown


@pytest.mark.parametrize("name", MADE)
def test_each_handle_is_moved_by_arrow_keys_and_farther_with_shift(open_page, name):
    _, agrees, handles = MADE[name]
    view = on_page(open_page(*made(name), viewport={"width": 1280, "height": 900}))
    for label, changed, across in handles:
        first, handle = reset(view), ring(view, label)
        handle.focus()
        keys = ("ArrowUp", "Shift+ArrowUp") if across is None else ("ArrowLeft", "Shift+ArrowLeft")
        said, states = [handle.get_attribute("aria-valuetext")], [first[changed]]
        for key in keys:
            view.page.keyboard.press(key)
            shown = view.shown()
            agrees(shown)
            states.append(shown[changed])
            said.append(handle.get_attribute("aria-valuetext"))
        assert len(set(said)) == 3, label
        log = np.log if changed == "rate" else np.asarray
        one, two = (np.linalg.norm(np.atleast_1d(log(b) - log(a))) for a, b in pairwise(states))
        assert two > 2 * one > 0, label
        assert handle.evaluate("node => node === document.activeElement")


def touch(session, kind, *points):
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})


def swipe(page, start, way):
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", start)
    for part in range(1, 11):
        touch(session, "touchMove", (start[0] + way[0] * part / 10, start[1] + way[1] * part / 10))
        page.wait_for_timeout(30)  # as a hand does: what comes within one frame is one move
    touch(session, "touchEnd")
    page.wait_for_timeout(250)


@pytest.mark.parametrize("name", MADE)
def test_a_finger_moves_a_handle_and_beside_it_scrolls_the_page(open_page, name):
    _, agrees, handles = MADE[name]
    options = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = open_page(*made(name), style=".cell { margin: 40px 0 900px }", **options)
    view = on_page(page)
    for label, changed, _ in handles:
        before = view.shown()
        ring(view, label).scroll_into_view_if_needed()
        scrolled = page.evaluate("scrollY")
        swipe(page, middle(ring(view, label)), (-18, -24))
        shown = view.shown()
        assert shown[changed] != before[changed], label
        assert page.evaluate("scrollY") == scrolled
        agrees(shown)
    free = view.canvas.evaluate("""c => {
      const { left, top, width, height } = c.getBoundingClientRect();
      for (let k = 0; k < 400; k++) {
        const [x, y] = [left + width * (0.1 + 0.8 * ((k * 0.618) % 1)), top + height * (0.2 + 0.6 * (k / 400))];
        if (document.elementFromPoint(x, y) === c) return [x, y];
      }
    }""")
    before, scrolled = view.shown(), page.evaluate("scrollY")
    for _ in range(4):  # a busy Chromium may drop a first swipe that no hand has made; a page that holds it drops all
        if page.evaluate("scrollY") == scrolled:
            page.wait_for_timeout(300)
            swipe(page, free, (0, -200))
    assert page.evaluate("scrollY") > scrolled + 50
    assert view.shown() == before


RINGS = """root => [...root.querySelectorAll(".gd-grip:not([hidden])")].map((grip) => {
  const box = grip.getBoundingClientRect(), canvas = root.querySelector("canvas").getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const size = parseFloat(getComputedStyle(grip, "::before").width);
  grip.scrollIntoView({ block: "nearest" });
  const now = grip.getBoundingClientRect();
  const found = document.elementFromPoint(now.x + now.width / 2, now.y + now.height / 2);
  return { name: grip.ariaLabel, says: grip.ariaValueText, box: [box.width, box.height], size, own: found === grip,
    room: Math.min(x - canvas.left, canvas.right - x, y - canvas.top, canvas.bottom - y) };
})"""


@pytest.mark.parametrize("name", MADE)
def test_each_handle_shows_itself_whole_and_can_be_taken_wherever_it_stands(open_page, name):
    page = open_page(*made(name))
    handles = MADE[name][2]
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        view = on_page(page)
        reset(view)
        page.wait_for_timeout(150)
        places = [lambda: None]
        for slider in view.root.locator(".widget-slider [role=slider]").all():
            places += [lambda s=slider, key=key: s.press(key) for key in ("Home", "End")]
        far = ["Shift+ArrowLeft", "Shift+ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"]
        places += [lambda label=label, key=key, view=view: [ring(view, label).press(key) for _ in range(20)]
                   for label, *_ in handles[:4] for key in (far if width == 390 else ())]  # fmt: skip
        for place in places:
            place()
            view.shown()
            rings = view.root.evaluate(RINGS)
            assert [r["name"] for r in rings] == [label for label, *_ in handles]
            for r in rings:
                assert min(r["box"]) >= 24
                assert r["size"] >= 19, r  # within a border of 2.5 px
                assert r["room"] >= 13.5, r
                assert r["own"], (width, r)
                assert r["says"], r


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_ring_of_the_focus_is_seen(open_page, theme):
    page = open_page(*made("curve", "direction"), viewport={"width": 1280, "height": 1400})
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    for i, label in enumerate(("start", "tip of the arrow")):
        view = on_page(page, i)
        page.wait_for_timeout(5200)  # what moves at first, to be seen, rests
        handle = ring(view, label)
        clip = handle.bounding_box()
        calm = page.screenshot(clip=clip)
        handle.focus()
        page.keyboard.press("Shift")  # by keyboard
        page.wait_for_timeout(100)
        assert differs(page, calm, page.screenshot(clip=clip)) > 250
        page.evaluate("document.activeElement.blur()")


def differs(page, one, two):
    """How many pixels of two pictures differ clearly."""
    return page.evaluate(
        """async (pictures) => {
        const [a, b] = await Promise.all(pictures.map(async (data) => {
          const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
          const g = new OffscreenCanvas(image.width, image.height).getContext("2d");
          g.drawImage(image, 0, 0);
          return g.getImageData(0, 0, image.width, image.height).data;
        }));
        return a.filter((v, k) => k % 4 === 1 && Math.abs(v - b[k]) + Math.abs(a[k - 1] - b[k - 1]) > 60).length;
        }""",
        [base64.b64encode(picture).decode() for picture in (one, two)],
    )


def picture(view):
    """The canvas as it stands, as a PNG. (Chromium draws a hair differently once a canvas has been read.)"""
    view.shown()
    return base64.b64decode(view.canvas.evaluate("c => c.toDataURL()").split(",")[1])


# ---------------------------------------------------------------- the line and its coefficients


@pytest.mark.parametrize("name", ["curve", "secant", "tangent", "losses", "knob"])
def test_the_number_beside_a_slider_is_what_the_hand_has_set(open_page, name):
    def own():
        return explore.knob([[1, 1], [1, 2], [1, 4]], [3, 4, 9], [1, 1]) if name == "knob" else MADE[name][0]()

    view = on_page(open_page(own()))
    label, key, digits = {
        "curve": ("learning rate", "rate", 3),
        "secant": ("second point of the secant", "h", 3),
        "tangent": ("point of the tangent", "x", 4),
        "losses": ("learning rate", "rate", 3),
        "knob": ("knob β₂", "turn", 4),
    }[name]
    number = view.root.locator(".widget-readout").nth(int(name == "knob"))
    for dx in (-37, 13):
        shown, _ = drag(view, label, dx, 0)
        assert float(number.inner_text().replace("−", "-")) == float(f"{shown[key]:.{digits}g}")


def test_the_lines_ends_turn_it_and_its_point_follows(open_page):
    view = on_page(open_page(*made("regression"), viewport={"width": 1280, "height": 900}))
    (b0, b1), point = view.shown()["init"], middle(ring(view, "start"))
    right = middle(ring(view, "right end of the start's line"))
    shown, _ = drag(view, "left end of the start's line", 0, -40)
    assert shown["init"][0] > b0
    assert shown["init"][1] < b1  # the other end stays
    near(middle(ring(view, "right end of the start's line")), right, 5e-3)
    assert np.linalg.norm(middle(ring(view, "start")) - point) > 10
    reset(view)
    ends = [middle(ring(view, f"{end} end of the start's line")) for end in ("left", "right")]
    drag(view, "start", 30, 0)  # β₁ grows: the line rises as a whole
    rise = [e[1] - middle(ring(view, f"{end} end of the start's line"))[1] for e, end in zip(ends, ("left", "right"), strict=True)]  # fmt: skip
    assert rise[1] > 2


# ---------------------------------------------------------------- the reader's own function


def own(view):
    return view.root.get_by_role("textbox", name="f(")


def test_a_function_of_ones_own_is_walked_on_and_reset_brings_back_the_given_one(open_page):
    view = on_page(open_page(*made("curve"), viewport={"width": 1280, "height": 900}))
    given, line = picture(view), own(view)
    assert line.input_value() == "x**2 + 2*x + 3"
    line.fill("x**4 - 3*x**2 + x")
    view.press("learning rate", "Home")
    shown = view.shown()
    assert differs(view.page, given, picture(view)) > 1000

    def slope(x):
        return 4 * x**3 - 6 * x + 1

    walked(slope)(shown)
    path = gdlib.gradient_descent(slope, shown["init"][0], shown["rate"], 1e-3, 50)
    inside = path.points[abs(path.points) <= 4]
    L = abs(12 * inside**2 - 6).max()
    said = re.search(r"at most L = ([\d.]+)", view.words())
    assert float(said[1]) == pytest.approx(L, rel=0.01)
    assert shown["L"] == pytest.approx(L, rel=1e-6)
    assert "Theory" not in view.words()
    reset(view)
    assert line.input_value() == "x**2 + 2*x + 3"
    assert "Theory" in view.words()
    assert differs(view.page, given, picture(view)) < 10


def test_a_function_of_two_variables(open_page):
    view = on_page(open_page(*made("valley"), viewport={"width": 1280, "height": 900}))
    own(view).fill("x**2 + 3*y**2 + x*y")
    shown = view.shown()

    def slope(p):
        return np.array([2 * p[0] + p[1], 6 * p[1] + p[0]])

    walked(slope, 60)(shown)
    shown, _ = drag(view, "start", -60, 20)
    walked(slope, 60)(shown)
    curvatures = np.linalg.eigvalsh([[2, 1], [1, 6]])
    assert [shown["mu"], shown["L"]] == pytest.approx(curvatures, rel=1e-9)
    assert f"at most L = {curvatures[1]:.4g}, at least {curvatures[0]:.3g}" in view.words()


@pytest.mark.parametrize(
    ("typed", "mark"), [("2x", "2x"), ("x^2", "^"), ("sin x", "sin"), ("x + z", "z"), ("x**", "**")]
)
def test_a_fault_is_told_with_its_place_and_the_picture_stays(open_page, typed, mark):
    view = on_page(open_page(*made("curve"), viewport={"width": 1280, "height": 900}))
    drawn, before = picture(view), view.canvas.bounding_box()
    own(view).fill(typed)
    view.shown()
    told = view.root.get_by_role("alert")
    assert told.locator("mark").inner_text() == mark
    assert told.locator("code").inner_text() == typed
    assert len(told.inner_text()) > len(typed) + 10
    field, words = own(view).bounding_box(), told.bounding_box()
    assert 0 < words["x"] - field["x"] - field["width"] < 40  # beside the field
    assert own(view).get_attribute("aria-invalid") == "true"
    assert differs(view.page, drawn, picture(view)) < 10
    assert view.canvas.bounding_box() == before  # nothing has jumped
    assert violations(view.page) == []
    own(view).fill("x**2")
    view.shown()
    assert told.count() == 0
    assert own(view).get_attribute("aria-invalid") == "false"


def test_a_start_where_the_function_has_no_number_can_still_be_taken(open_page):
    view = on_page(open_page(*made("curve"), viewport={"width": 1280, "height": 900}))
    drag(view, "start", -250, 0)
    own(view).fill("log(x)")
    assert view.shown()["init"][0] < 0
    shown, _ = drag(view, "start", 300, 0)
    assert shown["init"][0] > 0
    assert np.isfinite(shown["final"]).all()


# ---------------------------------------------------------------- the address


def test_what_was_moved_stands_in_the_address_and_a_link_restores_it(open_page):
    names = ("secant", "curve", "valley")
    style = ".cell { margin-bottom: 1200px }"
    page = open_page(*made(*names), style=style, viewport={"width": 1000, "height": 900})
    assert "#" not in page.url
    view = on_page(page, 2)
    shown, _ = drag(view, "start", -80, 30)
    view.press("updates", "ArrowLeft")
    page.wait_for_function("location.hash.includes('T=59')")
    assert page.evaluate("history.length") <= 2  # the way back leads out of the page
    kept = page.evaluate("location.hash")
    x, y = shown["init"]
    assert f"init={x}%2C{y}" in kept
    again = open_page(*made(*names), style=style, at=kept, viewport={"width": 1000, "height": 900})
    there = on_page(again, 2)
    assert there.shown()["init"] == shown["init"]
    assert there.root.locator(".widget-readout").nth(1).inner_text() == "59"
    again.wait_for_timeout(300)
    box = there.root.bounding_box()
    assert -1 <= box["y"]
    assert box["y"] + box["height"] <= 901
    assert on_page(again, 1).shown()["init"] == [2.0]  # the other explorers stay as they are
    shown, _ = drag(on_page(again, 1), "start", -60, 0)
    again.wait_for_function("hash => location.hash !== hash", arg=kept)
    assert f"init={shown['init'][0]}" in again.url


def test_an_anchor_of_the_page_leaves_the_explorers_alone(open_page):
    page = open_page(*made("curve"), at="#top")
    view = on_page(page)
    assert view.shown()["init"] == [2.0]
    assert page.evaluate("location.hash") == "#top"
    page.evaluate("location.hash = 'nowhere&lr=3&init=x'")
    assert view.shown()["init"] == [2.0]


def test_a_function_of_ones_own_is_in_the_link_which_can_be_copied(open_page):
    page = open_page(*made("curve"), permissions=["clipboard-read", "clipboard-write"])
    view = on_page(page)
    own(view).fill("x**4 - 3*x**2 + x")
    view.shown()
    view.root.get_by_role("button", name="Copy link").click()
    view.root.get_by_role("button", name="Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(page.url.split("#")[0] + "#")
    again = open_page(*made("curve"), at=link[link.index("#") :])
    assert own(on_page(again)).input_value() == "x**4 - 3*x**2 + x"


# ---------------------------------------------------------------- the formula


@pytest.mark.parametrize("name", MADE)
def test_each_term_of_the_formula_lights_something_and_no_longer_once_it_is_left(open_page, name):
    view = on_page(open_page(*made(name), viewport={"width": 1280, "height": 900}))
    away = view.root.get_by_role("button", name="Reset")
    away.hover()
    calm = picture(view)
    terms = view.root.locator(".gd-term")
    assert terms.count() >= 1
    for term in terms.all():
        assert term.inner_text()
        for point, leave in ((term.hover, away.hover), (term.focus, away.focus), (term.click, away.focus)):
            point()
            assert differs(view.page, calm, picture(view)) > 30, term.inner_text()
            leave()
            away.hover()
            assert differs(view.page, calm, picture(view)) < 10, term.inner_text()


# ---------------------------------------------------------------- what stays where it is, and what fits


def test_the_words_never_move_the_buttons(open_page):
    page = open_page(*made("valley"), viewport={"width": 390, "height": 844})
    view = on_page(page)
    play = view.root.get_by_role("button", name="Play")
    play.scroll_into_view_if_needed()
    place = view.root.locator(".gd-buttons").bounding_box()
    play.click()
    seen = [(page.wait_for_timeout(150), view.root.locator(".gd-buttons").bounding_box())[1] for _ in range(12)]
    assert seen == [place] * 12
    view.press("learning rate", "End")
    assert "left the picture" in view.words()
    assert view.root.locator(".gd-buttons").bounding_box() == place


def every():
    """All explorers: those with handles, one of a function of one's own kind, and those of memory."""
    return [
        *made(),
        explore.descent(landscapes.himmelblau(), init=(-1, 4), lr=0.01),
        explore.descent(lambda x: x**4 - 3 * x**2 + x, init=1.5, domain=(-2.2, 2.2), lr=0.02),
        explore.memory(memory=2**34),
        explore.machine(),
    ]


def test_an_explorer_fits_on_one_screen_and_nothing_is_cut_off(open_page):
    explorers = every()
    page = open_page(*explorers)
    for width, height in [*SIZES, (360, 800), (1024, 768)]:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        for i in range(len(explorers)):
            root = on_page(page, i).root
            assert root.bounding_box()["height"] <= height, (width, i)
            cut = root.evaluate("""e => [e, ...e.querySelectorAll("*")].filter((n) => n.clientWidth > 1
              && n.scrollWidth > n.clientWidth + 1 && !n.matches("input, .gd-grips, .widget-slider, .slider-container, .noUi-target, .noUi-target *, .gd-said"))
              .map((n) => n.className)""")
            assert cut == [], (width, i)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_all_explorers_are_accessible(open_page, theme, width):
    explorers = every()
    page = open_page(*explorers, viewport={"width": width, "height": 900})
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    for i in range(len(explorers)):
        on_page(page, i)
    page.wait_for_timeout(600)
    assert violations(page) == []


def test_with_reduced_motion_nothing_beckons(open_page):
    for motion, moves in (("reduce", False), ("no-preference", True)):
        view = on_page(open_page(*made("curve"), reduced_motion=motion))
        name = ring(view, "start").evaluate("g => getComputedStyle(g, '::before').animationName")
        assert (name != "none") == moves
        drag(view, "start", -30, 0)
        assert ring(view, "start").evaluate("g => getComputedStyle(g, '::before').animationName") == "none"


def test_with_forced_colours_the_rings_are_seen(open_page):
    view = on_page(open_page(*made("curve", "direction"), forced_colors="active"))
    handle = ring(view, "start")
    edge, back = handle.evaluate("""g => [getComputedStyle(g, "::before").borderTopColor,
        getComputedStyle(document.body).backgroundColor]""")
    assert edge != back
    shown, _ = drag(view, "start", -40, 0)
    walked(df)(shown)


def test_an_update_that_the_mouse_rests_on_is_shown_in_both_pictures(open_page):
    page = open_page(explore.descent(f, df, init=3.0))
    canvas = page.locator(".gd canvas")
    box, pixels = canvas.bounding_box(), lambda: canvas.evaluate("c => c.toDataURL()")
    shown = lambda: canvas.evaluate("c => c.shown.update")  # noqa: E731
    assert shown() == -1
    before = pixels()
    page.mouse.move(box["x"] + 0.65 * box["width"], box["y"] + 0.5 * box["height"])
    page.wait_for_function("document.querySelector('.gd canvas').shown.update > 0")
    seen, early = pixels(), shown()
    assert seen != before
    page.mouse.move(box["x"] + 0.85 * box["width"], box["y"] + 0.5 * box["height"])
    page.wait_for_function(f"document.querySelector('.gd canvas').shown.update > {early}")
    page.mouse.move(5, 5)
    page.wait_for_function("document.querySelector('.gd canvas').shown.update === -1")
