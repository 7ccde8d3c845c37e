"""Predictions that are drawn, and predictions that last: by mouse, finger and keys, on pages from disk and in JupyterLab."""

import base64
import csv
import io
import json

import numpy as np
import pytest

import gdlib
import test_views
from gdlib import explore, landscapes
from test_views import violations

pytestmark = pytest.mark.browser
open_page = test_views.open_page  # the fixture

STEPS = np.arange(31)
FALLS = 10.0 * 0.8**STEPS
WALK = gdlib.gradient_descent(landscapes.himmelblau().gradient, [-1.0, 4.0], lr=0.01, T=60).points


def curve(**options):
    options = {
        "xlabel": "step",
        "ylabel": "norm",
        "logy": True,
        "ylim": (1e-3, 100),
        "why": "A factor of $0.8$.",
    } | options
    return explore.sketch("How does the norm fall?", STEPS, FALLS, **options)


def walk():
    return explore.sketch("Where does it go?", WALK, f=landscapes.himmelblau(), why="Downhill.")


class Drawing:
    """One sketch on the page, driven as a person would."""

    def __init__(self, page, i=0):
        self.page, self.cell = page, page.locator(".cell, .jp-Cell").nth(i)
        self.canvas, self.grips = self.cell.locator("canvas"), self.cell.locator(".gd-grip")
        page.wait_for_function("canvas => canvas.shown", arg=self.canvas.element_handle())

    def shown(self):
        from lab import DRAWN  # make test, which only reads this file, has no Playwright

        return self.canvas.evaluate(DRAWN)

    def at(self, s, t):
        """The place on the screen of a part of the picture: (0, 0) is its lower left corner."""
        self.canvas.scroll_into_view_if_needed()
        seen, box = self.canvas.bounding_box(), self.shown()["box"]
        return seen["x"] + box["x"] + s * box["w"], seen["y"] + box["y"] + (1 - t) * box["h"]

    def pencil(self):
        box = self.grips.first.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, start, *places):
        self.canvas.scroll_into_view_if_needed()
        self.page.mouse.move(*(start or self.pencil()))
        self.page.mouse.down()
        for place in places:
            self.page.mouse.move(*self.at(*place), steps=8)
        self.page.mouse.up()
        return self.shown()

    def press(self, k, *keys):
        self.grips.nth(k).focus()
        for key in keys:
            self.page.keyboard.press(key)
        return self.shown()

    def button(self, name):
        return self.cell.get_by_role("button", name=name)

    def words(self):
        self.shown()
        return self.cell.locator(".gd-words").inner_text()

    def score(self):
        self.button("Commit").click()
        self.cell.get_by_text("Score").wait_for()
        return int(self.words().split("Score ")[1].split()[0])


def share(value):
    """The height of a value in the picture of `curve`."""
    return (np.log10(value) + 3) / 5


def test_a_curve_is_drawn_by_mouse_and_scored(open_page):
    view = Drawing(open_page(curve()))
    assert view.shown()["points"] == 1
    shown = view.drag(None, (0.5, share(FALLS[15])), (1, share(FALLS[30])))
    assert shown["complete"]
    assert view.score() >= 98
    words = view.words()
    assert "farthest apart at step" in words
    assert "Score" in words
    assert view.shown()["locked"]
    assert view.grips.locator("visible=true").count() == 0
    assert not view.button("Clear").is_visible()


def test_a_line_too_high_is_told_so_in_factors_and_percent(open_page):
    view = Drawing(open_page(curve()))
    view.drag(None, (0.02, share(FALLS[0]) + 0.1), (1, share(FALLS[30]) + 0.1))
    score = view.score()
    assert score == pytest.approx(100 * (1 - 4 * 0.1), abs=3)
    assert "too high on average" in view.words()
    assert "You were a factor 3." in view.words()  # 10 ** (0.1 · 5) = 3.2


def test_a_press_within_the_frame_draws_and_a_part_is_drawn_anew(open_page):
    view = Drawing(open_page(curve()))
    view.page.mouse.click(*view.at(0.5, 0.2))  # a straight line from the start to here
    half = view.shown()
    assert half["points"] == 49
    assert not half["complete"]
    view.button("Commit").click()
    assert "Draw the line to the right edge first." in view.words()
    view.page.mouse.click(*view.at(1, 0.2))  # on the last point: the line goes on level
    assert view.shown()["complete"]
    view.drag(view.at(0.25, 0.9), (0.75, 0.9))
    assert view.shown()["points"] == 97
    view.button("Commit").click()
    given = json.loads(
        view.cell.page.evaluate("() => Object.values(JSON.parse(Object.values(localStorage)[0]))[0].given")
    )
    heights = np.interp([0, 3, 10, 15, 20, 27, 30], *np.transpose([[x, share(y)] for x, y in given]))
    np.testing.assert_allclose(heights, [0.8, 0.68, 0.9, 0.9, 0.9, 0.2, 0.2], atol=0.02)


def test_clear_empties_the_sheet(open_page):
    view = Drawing(open_page(curve()))
    assert view.button("Clear").is_disabled()
    view.drag(None, (0.6, 0.5))
    view.button("Clear").click()
    assert view.shown()["points"] == 1
    view.button("Commit").click()
    assert "Draw the line to the right edge first." in view.words()


def test_a_curve_by_keyboard_alone(open_page):
    page = open_page(curve())
    view = Drawing(page)
    page.keyboard.press("Tab")
    focused = "() => document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused) == "Pencil: draws where it is moved"
    names = []
    for k in range(1, 5):
        page.keyboard.press("Tab")
        names.append(page.evaluate(focused))
        for _ in range(4 * k):
            page.keyboard.press("ArrowDown")
    assert names == [f"Point {k} of 4 of the line, up and down" for k in range(1, 5)]
    assert view.shown()["complete"]
    point = view.grips.nth(2)
    assert point.get_attribute("aria-valuetext").startswith("step 15: ")
    assert float(point.get_attribute("aria-valuenow")) < 2
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Commit"
    page.keyboard.press("Enter")
    view.cell.get_by_text("Score").wait_for()
    assert page.evaluate("() => document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type("a constant factor")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    view.cell.get_by_text("Explanation.").wait_for()
    page.wait_for_function("() => document.activeElement.textContent === 'Predict again'")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.ariaLabel === 'Pencil: draws where it is moved'")
    assert view.shown()["points"] == 1


def test_the_pencil_draws_by_arrow_keys(open_page):
    view = Drawing(open_page(curve(), walk()))
    view.press(0, *["Shift+ArrowRight"] * 12, *["ArrowDown"] * 3)
    before = view.shown()
    assert 20 < before["points"] < 60
    assert not before["complete"]
    map_ = Drawing(view.page, 1)
    shown = map_.press(0, *["Shift+ArrowLeft", "Shift+ArrowDown"] * 4)
    assert shown["points"] == 9
    assert map_.score() >= 0
    assert "You end at" in map_.words()


def test_a_walk_is_drawn_by_mouse_and_says_where_it_ends(open_page):
    view = Drawing(open_page(walk()))
    end = [(c + 5) / 10 for c in WALK[-1]]
    view.drag(None, end)
    assert view.score() > 80
    assert "It ends near the minimum (−2.81, 3.13), and so do you." in view.words()
    view.cell.get_by_label("Why?").fill("the nearest")
    view.button("Show the explanation").click()
    view.button("Predict again").click()
    view.drag(None, (0.85, 0.3))
    assert view.score() < 50
    assert "It ends near the minimum (−2.81, 3.13), your line near (3.58, −1.85)." in view.words()


def test_a_walk_by_points_that_the_keys_move(open_page):
    view = Drawing(open_page(walk()))
    assert view.grips.nth(4).get_attribute("aria-label") == "Point 4 of 4 of the walk"
    x = view.shown()["pen"][0]
    shown = view.press(4, *["Shift+ArrowLeft"] * 5)
    assert shown["points"] == 25
    assert shown["pen"][0] < x + 200
    assert view.score() >= 0


def touch(session, kind, *points):
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})


def test_a_finger_on_the_pencil_draws_and_beside_it_scrolls(open_page):
    page = open_page(curve(), walk(), walk(), viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    view, session = Drawing(page), page.context.new_cdp_session(page)
    page.evaluate("window.scrollTo(0, 0)")
    start, end = view.pencil(), view.at(1, 0.3)
    touch(session, "touchStart", start)
    for part in np.linspace(0, 1, 12)[1:]:
        touch(session, "touchMove", [a + part * (b - a) for a, b in zip(start, end, strict=True)])
    touch(session, "touchEnd")
    assert view.shown()["complete"]
    assert page.evaluate("window.scrollY") == 0
    points = view.shown()["points"]
    x, y = view.at(0.35, 0.15)  # beside the pencil and the points
    touch(session, "touchStart", (x, y))
    for part in range(1, 13):
        touch(session, "touchMove", (x, y - 20 * part))
    touch(session, "touchEnd")
    page.wait_for_timeout(300)
    assert page.evaluate("window.scrollY") > 50
    assert view.shown()["points"] == points


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_sketches_are_accessible_before_and_after(open_page, theme, width):
    page = open_page(
        curve(),
        walk(),
        explore.predict("How many?", 41),
        explore.predictions(),
        viewport={"width": width, "height": 900},
    )
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    views = [Drawing(page, i) for i in range(2)]
    page.wait_for_timeout(600)
    assert violations(page) == []
    for view in views:
        view.drag(None, (0.2, 0.8), (1, 0.3))
        view.score()
    page.wait_for_timeout(100)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    label = views[0].canvas.get_attribute("aria-label")
    assert label == "Picture: norm against step, to draw a curve in. It begins at step 0: 10."


def test_the_true_line_is_not_drawn_before_the_commitment(open_page):
    view = Drawing(open_page(curve()))
    blue = """c => { const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        return d.filter((v, k) => k % 4 === 2 && v > 150 && d[k - 2] < 60).length; }"""
    view.drag(None, (1, 0.3))
    assert view.canvas.evaluate(blue) == 0
    view.score()
    view.page.wait_for_timeout(100)
    assert view.canvas.evaluate(blue) > 500


# ---------------------------------------------------------------- predictions that last

ASKS = {"How many?": ("44", "✓ Right."), "How long?": ("7", "✗ Not this time.")}


def lecture(open_page, **options):
    forms = [explore.predict(question, 41, why="So it is.") for question in ASKS]
    return open_page(
        *forms, explore.predict("Which?", "up", choices=["up", "down"]), curve(), explore.predictions(), **options
    )


def answer(page):
    """Two numbers, a choice and a sketch; a reason for the first."""
    for i, (given, verdict) in enumerate(ASKS.values()):
        cell = page.locator(".cell").nth(i)
        cell.get_by_label("Your prediction").fill(given)
        cell.get_by_role("button", name="Commit").click()
        cell.get_by_text(verdict).wait_for()
    page.locator(".cell").first.get_by_label("Why?").fill("=because")
    page.keyboard.press("Tab")
    view = Drawing(page, 3)
    view.drag(None, (1, 0.3))
    return view.score()


def count(page):
    return page.locator(".gd-count").inner_text()


def test_predictions_last_on_a_page_from_disk(open_page):
    page = lecture(open_page)
    assert count(page) == "No predictions yet in this lecture."
    assert page.get_by_role("button", name="Export CSV").is_disabled()
    score = answer(page)
    said = f"You predicted 3 of 4; 1 of 2 right; 1 line drawn, {score} of 100."
    assert count(page) == said
    assert violations(page) == []
    page.reload()
    page.locator(".gd-count").wait_for()
    page.wait_for_timeout(300)
    assert count(page) == said
    for i, (given, verdict) in enumerate(ASKS.values()):
        cell = page.locator(".cell").nth(i)
        assert f"You said {given}. The answer is 41." in cell.inner_text()
        assert verdict in cell.inner_text()
        assert cell.get_by_label("Your prediction").input_value() == given
        assert cell.get_by_label("Your prediction").is_disabled()
    assert page.locator(".cell").first.get_by_label("Why?").input_value() == "=because"
    assert page.evaluate("() => document.activeElement.tagName") == "BODY"  # nothing is taken from the reader
    view = Drawing(page, 3)
    assert f"Score {score} of 100" in view.words()
    assert view.shown()["locked"]
    rows = page.locator(".gd-table tbody tr").all_inner_texts()
    assert rows[0].split("\t") == ["How many?", "44", "41", "✓ right"]
    assert rows[2].split("\t") == ["How does the norm fall?", "your line", "the true line", f"{score} of 100"]
    keys = page.evaluate("() => Object.keys(localStorage)")
    assert len(keys) == 1
    assert keys[0].endswith("/page.html")
    kept = json.loads(page.evaluate("() => Object.values(localStorage)[0]"))
    assert {base64.b64decode(entry["truth"])[:5] for entry in kept.values()} == {b"41.0", b"[[0.0"}


def test_predict_again_is_not_asked_of_what_was_forgotten(open_page):
    page = lecture(open_page)
    answer(page)
    cell = page.locator(".cell").first
    cell.get_by_role("button", name="Show the explanation").click()
    cell.get_by_role("button", name="Predict again").click()
    assert count(page).startswith("You predicted 2 of 4; 0 of 1 right")
    drop = page.get_by_role("button", name="Forget")
    drop.click()
    assert count(page).startswith("You predicted 2 of 4")  # it asks once
    assert drop.inner_text() == "Forget all 2? Press again"
    page.keyboard.press("Tab")
    assert page.get_by_role("button", name="Forget").inner_text() == "Forget"
    drop.click()
    drop.click()
    assert count(page) == "No predictions yet in this lecture."
    assert page.evaluate("() => localStorage.length") == 0
    assert page.locator(".cell").nth(1).get_by_label("Your prediction").input_value() == ""
    assert not Drawing(page, 3).shown()["locked"]
    page.reload()
    page.locator(".gd-count").wait_for()
    assert count(page) == "No predictions yet in this lecture."


def exported(page, kind):
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Export {kind}").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_what_is_exported_can_be_read(open_page):
    page = lecture(open_page)
    score = answer(page)
    name, data = exported(page, "CSV")
    assert name == "predictions_page.csv"
    assert not data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
    assert list(rows[0]) == ["lecture", "question", "prediction", "answer", "right", "score", "reason", "time"]
    first = rows[0]
    assert (first["lecture"], first["question"], first["prediction"]) == ("page", "How many?", "44")
    assert (first["answer"], first["right"], first["score"], first["reason"]) == ("41", "true", "", "'=because")
    assert np.shape(json.loads(rows[2]["answer"])) == (31, 2)
    name, data = exported(page, "JSON")
    assert name == "predictions_page.json"
    records = json.loads(data)
    assert records[0]["reason"] == "=because"
    assert records[1] == {**records[1], "prediction": "7", "answer": 41, "right": False, "score": None}
    assert records[2]["score"] == score
    assert np.shape(records[2]["prediction"])[1] == 2
    assert all(np.datetime64(record["time"].removesuffix("Z")) > np.datetime64("2024") for record in records)


def test_where_the_browser_keeps_nothing_everything_else_works(open_page):
    page = lecture(open_page)
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    page.reload()
    page.locator(".gd-count").wait_for()
    score = answer(page)
    assert count(page) == f"You predicted 3 of 4; 1 of 2 right; 1 line drawn, {score} of 100."
    page.reload()
    page.locator(".gd-count").wait_for()
    assert count(page) == "No predictions yet in this lecture."


def test_each_lecture_has_its_own(open_page, tmp_path):
    page = lecture(open_page)
    answer(page)
    (tmp_path / "other.html").write_bytes((tmp_path / "page.html").read_bytes())
    page.goto((tmp_path / "other.html").as_uri())
    page.locator(".gd-count").wait_for()
    assert count(page) == "No predictions yet in this lecture."


SETUP = """import numpy as np
from gdlib import explore
ran, steps = [], np.arange(31)"""
CODES = [
    SETUP,
    "explore.sketch('How?', steps, lambda: ran.append(1) or 10 * 0.8**steps, ylim=(1e-3, 100), logy=True, known=[10.0])",
    "explore.predict('How many?', lambda: 41)",
    "explore.predictions()",
]


def test_in_jupyterlab_an_answer_runs_after_the_commitment_and_a_cell_that_runs_again_remembers(open_notebook):
    book = open_notebook([*CODES, "print('ran', len(ran))"])
    book.cell(4).get_by_text("ran 0").wait_for(timeout=60_000)
    book.cell(1)
    view = Drawing(book.page, 1)
    view.drag(None, (0.5, 0.4), (1, 0.1))
    score = view.score()
    assert view.shown()["locked"]
    asks = book.cell(2).locator(".gd")
    asks.get_by_label("Your prediction").fill("44")
    asks.get_by_role("button", name="Commit").click()
    asks.get_by_text("✓ Right.").wait_for()
    said = f"You predicted 2 of 2; 1 of 1 right; 1 line drawn, {score} of 100."
    book.cell(3).get_by_text(said).wait_for()
    keys = book.page.evaluate("() => Object.keys(localStorage).filter((key) => key.startsWith('gdlib predictions'))")
    assert f"gdlib predictions {book.path.name}" in keys
    book.run()  # all anew: new models, nothing committed in them
    book.cell(1).get_by_text(f"Score {score} of 100").wait_for()
    asks.get_by_text("You said 44. The answer is 41.").wait_for()
    book.cell(4).get_by_text("ran 0").wait_for()
    book.cell(3).get_by_text(said).wait_for()
