"""Static pages in a real Chromium that reaches no other host: what the tests of the site and of the decks drive."""

import ast
import base64
import contextlib
import functools
import inspect
import json
import math
import re
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import numpy as np
import pytest

import gdlib
from front.settings import rolled
from gdlib import explore
from gdlib.words import language
from lab import FLAGS, Explorer, find_chromium, playwright
from pages.web import WIDGET_STATE, WIDGET_VIEW, needed
from spoken import said
from test_views import agrees, in_bytes, stands

ROOT = Path(__file__).parents[2]
AXE = ROOT / "docs" / "node_modules" / "axe-core" / "axe.min.js"
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
VIEW, FORM = ".widget-subarea:has(.gd canvas):not(:has(form))", ".widget-subarea:has(.gd form):not(:has(canvas))"
VERDICTS = ("✓ Right.", "✗ Not this time.")
UNTYPESET = """() => [...document.querySelectorAll(".math, .widget-htmlmath-content, .MathJax_Display")]
    .filter((e) => e.checkVisibility() && /\\\\[([a-z]|\\$[^$]+\\$/.test(e.innerText)).map((e) => e.innerText.slice(0, 80))"""


class Browser:
    """Chromium with every other host cut off; used in a `with` block, which stops it."""

    def __enter__(self):
        self._browser = playwright().chromium.launch(executable_path=find_chromium(), args=[*FLAGS, NOWHERE])
        self._context = self._browser.new_context()  # its pages share a cache, and a process
        self._kept = None
        return self

    def __exit__(self, *_):
        self._browser.close()

    def open(self, url, width=1280, height=1000, dark=False, reduced=False, wait=True):
        """The page at `url` (http://127.0.0.1:… or file://…), its widgets drawn and its mathematics typeset.

        dark: the system's colour scheme, which the page follows. reduced: the reader wants less motion.
        wait=False: from an empty cache, and return as soon as the document is there.
        """
        if wait and not self._kept:
            self._kept = self._context.new_page()  # keeps their process alive
            self._kept.goto(url)
        tab = (self._context if wait else self._browser).new_page()
        tab.set_viewport_size({"width": width, "height": height})
        tab.emulate_media(
            color_scheme="dark" if dark else "light", reduced_motion="reduce" if reduced else "no-preference"
        )
        tab.set_default_timeout(15_000)
        page = Page(tab)
        tab.goto(url, wait_until="load" if wait else "commit")
        if wait:
            page.settle()
        return page


class Page:
    """An open page, and what went wrong on it: `errors` of its console, `outside` requests to other hosts."""

    def __init__(self, tab):
        self.tab, self.errors, self.outside = tab, [], []
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        tab.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        tab.on("request", lambda request: None if is_here(request.url) else self.outside.append(request.url))
        tab.on("response", lambda got: self.errors.append(f"{got.status} {got.url}") if got.status >= 400 else None)

    def close(self):
        self.tab.evaluate("() => localStorage.clear()")  # the next reader has not been here
        self.tab.close()

    def settle(self):
        """Wait until each stored view is drawn, with its name, and MathJax is at rest."""
        self.tab.wait_for_function(
            """() => [...document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]')]
            .every((s) => s.previousElementSibling?.matches(".widget-subarea") && s.previousElementSibling.querySelector(".gd"))"""
        )
        self.tab.evaluate("() => window.MathJax?.startup?.promise?.then(() => undefined)")

    def explorers(self):
        """The explorers, in the order of the page, each an `Explorer`."""
        return [Explorer(self.tab, area) for area in self.tab.locator(VIEW).all()]

    def predictions(self):
        """The prediction forms' places, as locators."""
        return self.tab.locator(FORM).all()

    def untypeset(self):
        """Texts that still show TeX where mathematics should stand."""
        return self.tab.evaluate(UNTYPESET)

    def wider_than_the_window(self):
        """By how many CSS pixels the page scrolls sideways."""
        return self.tab.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")

    def without_words(self):
        """Pictures whose alternative text says less than 40 characters (Hangul: 20), or nothing where they are a formula."""
        return self.tab.evaluate(
            """least => [...document.querySelectorAll("main img, main canvas")].filter((i) => i.checkVisibility())
            .filter((i) => (i.getAttribute("alt") ?? i.getAttribute("aria-label") ?? "").length < (i.matches(".math") ? 1 : least))
            .map((i) => i.outerHTML.slice(0, 120))""",
            20 if language() == "ko" else 40,
        )

    def come_to_rest(self):
        """Wait until what the page changes step by step, colours and outlines, is as it stays."""
        self.tab.evaluate(
            """() => Promise.allSettled(document.getAnimations().filter((a) => a instanceof CSSTransition).map((a) => a.finished))"""
        )

    def focus(self):
        """What has the focus: its role or tag, whether it is in the text, whether it shows that it has the focus."""
        self.come_to_rest()
        return self.tab.evaluate(
            """() => { const e = document.activeElement, box = e.getBoundingClientRect();
            const style = getComputedStyle(e, e.classList.contains("gd-grip") ? "::before" : null); // a ring in its place
            return { what: e.getAttribute("role") ?? e.tagName, html: e.outerHTML.slice(0, 120),
                inside: !!e.closest("main"), visible: box.width > 0
                && (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none") }; }"""
        )

    def first_picture(self):
        """Seconds from the start of the navigation until a picture is there: a canvas or an image of the text."""
        return self.tab.evaluate(
            """() => new Promise((there) => { const look = () => {
                const image = [...document.querySelectorAll("main img, main .gd canvas")].find((i) => i.complete ?? i.shown);
                if (!image) return void requestAnimationFrame(look);
                (image.decode?.() ?? Promise.resolve()).then(() => requestAnimationFrame(() => there(performance.now() / 1000)));
            }; look(); })"""
        )

    def violations(self, **options):
        """What axe-core finds: 'rule: the element', one line each."""
        self.come_to_rest()
        self.tab.evaluate(AXE.read_text("utf-8"))
        found = self.tab.evaluate("options => axe.run(document, options).then((r) => r.violations)", options)
        return [f"{v['id']}: {node['html'][:150]} {node['failureSummary'][:200]}" for v in found for node in v["nodes"]]

    def violations_of_colours(self):
        """The same for a page in another theme, which changes nothing else."""
        return self.violations(runOnly=["color-contrast", "link-in-text-block"])


def is_here(url):
    """Is it a request to this machine, or to none?"""
    return url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:"))


@contextlib.contextmanager
def served(folder):
    """The address at which a folder is served on loopback, for the duration of the `with` block."""
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def commit(form, answer, reason="because of the factor a step", then=lambda: None):
    """Answer a prediction as a reader would, and read on to its explanation; returns what the form says then.

    answer: a number, or the words of a choice. then: what is done when it is committed.
    """
    if isinstance(answer, str):
        form.get_by_label(answer, exact=True).check()
    else:
        form.get_by_label(said("Your prediction:")).fill(repr(answer))
    form.get_by_role("button", name=said("Commit")).click()
    then()
    form.locator(".gd-words", has_text=re.compile("|".join(map(said, VERDICTS)))).wait_for()
    explain = form.get_by_role("button", name=said("Show the explanation"))
    if explain.count() and explain.is_visible():
        form.get_by_label(said("Why? Write your reason:")).fill(reason)
        explain.click()
        form.get_by_text(said("<b>Explanation.</b>")).wait_for()
    return form.inner_text()


def answers(notebook):
    """The answers that the prediction forms of a stored notebook keep, and the choices they offer: [(answer, choices)]."""
    found, book = [], nbformat.read(ROOT / notebook, as_version=4)
    saved = book.metadata.widgets[WIDGET_STATE]["state"]
    for cell in book.cells:
        if cell.cell_type == "code" and "explore.predict(" in cell.source:
            models = needed(saved, cell.outputs[-1].data[WIDGET_VIEW]["model_id"]).values()
            (spec,) = [model["state"]["spec"] for model in models if "kept" in model["state"].get("spec", ())]
            found.append((json.loads(base64.b64decode(spec["kept"])), spec["choices"]))
    return found


# ---------------------------------------------------------------- what an explorer must show, computed by gdlib


def asked(notebook):
    """What the explorers of a stored notebook were asked for, in its order: [(code, kind, arguments, sliders)].

    Of the cells before an explorer only those statements are run that its arguments need.
    """
    found, before = [], []
    for cell in nbformat.read(ROOT / notebook, as_version=4).cells:
        body = ast.parse(cell.source).body if cell.cell_type == "code" else []
        last = body[-1] if body else None
        if isinstance(last, ast.Expr) and re.match(r"explore\.(?!predict|sketch)", cell.source):
            with contextlib.chdir((ROOT / notebook).parent), pytest.MonkeyPatch.context() as patch:
                patch.setenv("GDLIB_STORE_ANSWERS", "1")
                space = {"explore": explore}
                exec(compile(ast.Module(needed_by(last, before), []), notebook, "exec"), space)
                call = last.value
                args = [eval(ast.unparse(arg), space) for arg in call.args]
                options = {option.arg: eval(ast.unparse(option.value), space) for option in call.keywords}
                make = getattr(explore, call.func.attr)
                sliders = make(*args, **options).sliders
            given = inspect.signature(make).bind(*args, **options)
            given.apply_defaults()
            found.append((cell.source, call.func.attr, given.arguments, sliders))
            for value in space.values():  # lecture 6 writes its table into one
                if isinstance(value, tempfile.TemporaryDirectory):
                    value.cleanup()
        before += body
    return found


def needed_by(statement, before):
    """The statements before it that bind what it uses, and what those use, in their order."""

    def names(node, context):
        return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, context)}

    needed, kept = names(statement, ast.Load), []
    for earlier in reversed(before):
        bound = names(earlier, ast.Store)
        bound |= {earlier.name} if isinstance(earlier, ast.FunctionDef | ast.ClassDef) else set()
        if isinstance(earlier, ast.Import | ast.ImportFrom):
            bound |= {(alias.asname or alias.name).split(".")[0] for alias in earlier.names}
        if bound & needed:
            needed = needed - bound | names(earlier, ast.Load)
            kept.insert(0, earlier)
    return kept


def after(slider, keys):
    """Where a slider stands after these keys."""
    if not hasattr(slider, "options"):
        return stands(slider, keys)
    at, last = slider.index, len(slider.options) - 1
    for key in keys:
        at = min(max(at + {"Home": -last, "End": last, "ArrowRight": 1, "ArrowLeft": -1}[key], 0), last)
    values = [option[1] if isinstance(option, tuple) else option for option in slider.options]
    return values[at]


def moved(view, kind, given, sliders, shown=None):
    """Move each of the explorer's sliders that is shown twice, by the keyboard; after each move its values are gdlib's."""
    now = {name: slider.value for name, slider in sliders.items()}
    for keys in (("End", "ArrowLeft"), ("Home", "ArrowRight")):
        for name, slider in [*sliders.items()][:shown]:
            seen = view.press(slider.description, *keys)
            now[name] = after(slider, keys)
            CHECKS[kind](seen, now, **given)
    assert len(view.words()) > 20


def secant(shown, now, f, at, **_):
    h = float(f"{now['h']:.3g}")  # as the slider shows it
    assert shown["h"] == pytest.approx(h)
    assert shown["secant"] == pytest.approx((f(at + h) - f(at)) / h, rel=1e-4)


def tangent(shown, now, f, derivative, **_):
    assert shown["x"] == pytest.approx(now["x"])
    if shown["slope"] is not None and not math.isnan(shown["slope"]):  # as |x| has none at 0
        slope = derivative(now["x"]) if derivative else gdlib.finite_difference(f, float(now["x"]))
        assert shown["slope"] == pytest.approx(float(slope), rel=1e-4, abs=1e-4)


def direction(shown, now, f, at, **_):
    angle, slope = math.radians(now["angle"]), gdlib.finite_difference(f, np.array(at, float))
    assert shown["angle"] == now["angle"]
    assert shown["slope"] == pytest.approx(slope @ [math.cos(angle), math.sin(angle)], rel=1e-3, abs=1e-3)


def descent(shown, now, f, gradient, init, **_):  # from the very rate: near 2/L a rounding grows
    assert shown["rate"] == pytest.approx(now["lr"], rel=1e-6)
    if now["T"] == 0:
        assert shown["final"] == pytest.approx(np.atleast_1d(init))
    elif now.get("method", said("descent")) != said("descent"):  # lecture 7's own loops
        method = [said("descent"), said("heavy ball"), "RMSProp", "Adam"].index(now["method"])
        settings = {"lr": shown["rate"], "beta": now["beta"], "eps": now["eps"], "T": int(now["T"])}
        with np.errstate(all="ignore"):
            path = rolled(method, gradient or f.gradient, init, **settings)
        assert (shown["stop"], shown["steps"]) == (path.stop, path.steps)
        np.testing.assert_allclose(shown["final"], path.points[-1], rtol=1e-6, atol=1e-9)
    else:
        walk, settings = gradient or f.gradient, (shown["rate"], now["eps"], int(now["T"]))
        path, shaken = (gdlib.gradient_descent(walk, np.multiply(init, by), *settings) for by in (1.0, 1 + 1e-14))
        if path.steps == shaken.steps and np.allclose(path.final, shaken.final, rtol=1e-10, atol=1e-10):
            agrees(shown, path)  # else it is chaos, which the last digit decides


def regression(shown, now, X, y, scale, init, **_):
    descent(shown, now, None, gdlib.LeastSquares(X, y, scale).gradient, np.array(init, float))


def losses(shown, now, X, y, init, scales, **_):
    assert shown["T"] == now["T"]
    assert shown["rate"] == pytest.approx(now["lr"], rel=1e-6)
    for scale, end in zip(scales, shown["ends"], strict=True):
        loss = gdlib.LeastSquares(X, y, scale)
        path = gdlib.gradient_descent(loss.gradient, np.array(init, float), shown["rate"], 0.0, max(now["T"], 1))
        away = path.points[min(now["T"], path.steps)] - loss.solve()
        assert end == pytest.approx(np.linalg.norm(away), rel=1e-3, abs=1e-6) or end > 1e30


def by_batches(shown, now, init, T, **given):
    path = gdlib.sgd(given.get("loss") or given["fit"], init, shown["rate"], T, now["b"], now["seed"])
    assert shown["size"] == now["b"]
    assert shown["rate"] == pytest.approx(now["lr"], rel=1e-6)
    here = path.points[min(now["T"], path.steps)]
    np.testing.assert_allclose(shown["final"], np.atleast_1d(here), rtol=1e-4, atol=1e-5)


def memory(shown, now, **_):
    expected = in_bytes(now["n"], now["d"], now["dtype"], now["b"], now["memory"])
    assert {key: shown[key] for key in expected} == expected


def machine(shown, now, d, **_):  # Run is pressed in test_views.py
    need = [gdlib.scale.memory.footprint(rows, d) for rows in (now["n"], min(now["b"], now["n"]))]
    assert [shown["all"], shown["batch"]] == [size.in_memory + size.model for size in need]
    assert (shown["memory"], shown["outcomes"]) == (now["memory"], [""] * 3)


def knob(shown, now, X, y, beta, **_):
    assert shown  # tests/front/knob.test.js holds its numbers


def overlap(shown, now, **_):
    assert shown  # tests/front/overlap.test.js holds its numbers


CHECKS = {
    "knob": knob, "overlap": overlap, "machine": machine,
    "secant": secant, "tangent": tangent, "direction": direction, "descent": descent, "regression": regression,
    "losses": losses, "sgd": by_batches, "batch_landscapes": by_batches, "memory": memory,
}  # fmt: skip
