"""How fast an explorer answers, in real JupyterLab and Chromium, beside `interact` with a redrawn figure.

One run, one browser, one kernel; its section of bench/results.md. An answer is the time from the key
that moves a slider, or from the pointer that moves what was grabbed, to the picture drawn: for an explorer
until its canvas is painted, for `interact` until the new image has loaded. In the drag a slider's handle moves
to and fro for three seconds, a step a frame; so does what is grabbed. The last column is a grab with the
processor slowed four times, as a cheap laptop's or a phone's is.
The goals of a grab: median at most 10 ms, 95th percentile at most 17 ms (33 ms slowed), 50 pictures a second.
"""

import json
import math
import statistics
import sys
import tempfile
from pathlib import Path

import report

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
from lab import Lab

ROOT = Path(__file__).parents[1]
KEYS = 60
SETUP = """from ipywidgets import FloatLogSlider, interact
import matplotlib.pyplot as plt
import numpy as np
import gdlib
from gdlib import explore, landscapes


def f(x):
    return x**2 + 2 * x + 3


def df(x):
    return 2 * x + 2

valley, himmelblau, land = landscapes.valley(), landscapes.himmelblau(), landscapes.terrain()
land(np.array([1000.0, 1000.0])), plt.figure()
X = np.column_stack([np.ones(60), np.linspace(-1, 2, 60)])
y = X @ [1.0, 2.0] + 0.3 * np.sin(9 * X[:, 1])
line, wave = gdlib.LeastSquares(X, y, "half-mean"), gdlib.minibatch.SineFit.example();"""
CASES = {
    "secant": ("explore.secant(f, df, at=1, domain=(-3, 3.5))", "step h"),
    "tangent": ("explore.tangent(f, df, domain=(-5, 3))", "x"),
    "descent, one variable": ("explore.descent(f, df, init=3.0, L=2, mu=2)", "learning rate"),
    "descent, valley": ("explore.descent(valley, init=(1.8, 0.4), T=60)", "learning rate"),
    "descent, valley, slider T": ("explore.descent(valley, init=(1.8, 0.4), T=60)", "updates"),
    "descent, valley, slider eps": ("explore.descent(valley, init=(1.8, 0.4), T=60)", "tolerance"),
    "descent, valley, 1,000 steps": (
        "explore.descent(valley, init=(1.8, 0.4), lr=0.002, eps=1e-6, T=1000)",
        "learning rate",
    ),
    "descent, Himmelblau": ("explore.descent(himmelblau, init=(-1, 4), lr=0.01)", "learning rate"),
    "direction, real terrain": ("explore.direction(land, at=(17000, 8000), angle=90)", "direction"),
    "regression": ("explore.regression(X, y, scale='half-mean', init=(-1.0, 1.0))", "learning rate"),
    "losses, four scales": ("explore.losses(X, y)", "learning rate"),
    "sgd": ("explore.sgd(line, (0.0, 0.0))", "updates"),
    "batch landscapes": ("explore.batch_landscapes(wave, 5.0)", "step T"),
    "memory": ("explore.memory(memory=2**34)", "batch size"),
}
INTERACT = """U, V = np.meshgrid(np.linspace(-2, 2, 121), np.linspace(-2, 2, 121))
Z = valley(np.array([U, V]))
@interact(lr=FloatLogSlider(value=0.04, base=10, min=-3, max=-1, step=0.05, description="learning rate"))
def draw(lr):
    path = gdlib.gradient_descent(valley.gradient, (1.8, 0.4), lr, eps=1e-3, T=60)
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.8))
    left.contourf(U, V, Z, 14)
    left.plot(*path.points.T, "o-")
    right.semilogy(path.norms)
    plt.show()"""

# Times of keys and of pictures, as the page sees them.
WATCH = """root => {
  const log = window.timing = { keys: [], pictures: [] };
  for (const asked of ["keydown", "pointermove"]) window.addEventListener(asked, () => log.keys.push(performance.now()), true);
  const canvas = root.querySelector(".gd canvas");
  if (canvas) {
    let shown = canvas.shown;
    Object.defineProperty(canvas, "shown", { get: () => shown, set(v) { shown = v; log.pictures.push(performance.now()); } });
  } else new MutationObserver(() => root.querySelectorAll("img:not([seen])").forEach((image) => {
    image.setAttribute("seen", "");
    const done = () => log.pictures.push(performance.now());
    image.complete ? done() : image.addEventListener("load", done);
  })).observe(root, { childList: true, subtree: true });
}"""
FIRST = """([i, kind]) => new Promise((found) => {
  const notebook = jupyterapp.shell.currentWidget.content, cell = notebook.widgets[i], began = performance.now();
  cell.outputArea.model.clear();
  notebook.activeCellIndex = i;
  jupyterapp.commands.execute("notebook:run-cell");
  const look = () => {
    const made = cell.node.querySelector(kind);
    made && (made.shown || made.complete && made.naturalWidth) ? found(performance.now() - began) : requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""

# Three seconds of a hand that moves the handle on, one step of the slider a frame, to the end and back again.
# (Mouse events from outside come too slowly: about thirty a second.)
DRAG = """handle => new Promise((done) => {
  const track = handle.closest(".noUi-target").getBoundingClientRect(), y = track.top + track.height / 2, steps = 30;
  const send = (kind, node, x) => node.dispatchEvent(new MouseEvent(kind, { clientX: x, clientY: y, bubbles: true,
    cancelable: true, buttons: 1 }));
  const from = handle.getBoundingClientRect();
  send("mousedown", handle, from.left + from.width / 2);
  timing.pictures = [];
  const began = performance.now();
  let n = 0;
  const move = () => {
    send("mousemove", document.documentElement, track.left + (track.width * Math.abs((n++ % (2 * steps)) - steps)) / steps);
    if (performance.now() - began < 3000) return requestAnimationFrame(move);
    send("mouseup", document.documentElement, track.left);
    done((1000 * timing.pictures.length) / (performance.now() - began));
  };
  requestAnimationFrame(move);
})"""

# The same by what is grabbed: to and fro, another place in each frame.
SHAKE = """grip => new Promise((done) => {
  const at = grip.getBoundingClientRect(), middle = [at.left + at.width / 2, at.top + at.height / 2];
  grip.setPointerCapture = () => {}; // which a made event has no right to
  let n = 0;
  const send = (kind, far) => grip.dispatchEvent(new PointerEvent(kind, { clientX: middle[0] + far,
    clientY: middle[1] + far, pointerId: 1, bubbles: true, cancelable: true, buttons: 1 }));
  send("pointerdown", 0);
  timing.pictures = [];
  const began = performance.now();
  const move = () => {
    send("pointermove", (16 + 4 * Math.sin(n)) * (-1) ** n++);
    if (performance.now() - began < 3000) return requestAnimationFrame(move);
    grip.dispatchEvent(new PointerEvent("lostpointercapture"));
    done([1000 * timing.pictures.length, 1000 * n].map((v) => v / (performance.now() - began)));
  };
  requestAnimationFrame(move);
})"""


def grab(book, i, moves=KEYS):
    """(median, 95th percentile in ms, pictures and frames a second, 95th percentile slowed) of the first thing to grab; or None."""
    page, grip = book.page, book.cell(i).locator(".gd-grip").first
    if not grip.count():
        return None
    slow = page.context.new_cdp_session(page)
    grip.scroll_into_view_if_needed()
    waits = []
    for rate in (1, 4):
        slow.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        box = grip.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        answers = []
        for n in range(moves):
            page.evaluate("() => { timing.keys = []; timing.pictures = []; }")
            far = (16 + 4 * math.sin(n)) * (-1) ** n  # to and fro: each time another point, also of a curve
            page.mouse.move(x + far, y + far)
            page.wait_for_function("() => timing.pictures.length", polling=10, timeout=5000)
            answers.append(page.evaluate("() => timing.pictures[0] - timing.keys[0]"))
            page.wait_for_timeout(7 * n % 17)
        page.mouse.move(x, y)
        page.mouse.up()
        waits.append(sorted(answers))
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    rate, frames = page.evaluate(SHAKE, grip.element_handle())
    usual, slowed = waits
    return statistics.median(usual), usual[int(0.95 * moves)], rate, frames, slowed[int(0.95 * moves)]


def measure(book, i, label, kind, keys=KEYS):
    """{first picture, median and 95th percentile of the answers in ms, pictures a second in the drag}."""
    page = book.page
    first = statistics.median(page.evaluate(FIRST, [i, kind]) for _ in range(5))
    cell = book.cell(i)
    handle = cell.locator(".widget-slider", has_text=label).first.locator("[role=slider]")
    page.wait_for_timeout(1000)
    page.evaluate(WATCH, cell.element_handle())
    handle.focus()
    answers, missed, way = [], [], ["ArrowRight", "ArrowLeft"]
    for n in range(keys):
        if n % 10 == 0:
            way.reverse()
        page.evaluate("() => { timing.keys = []; timing.pictures = []; }")
        page.keyboard.press(way[0])
        try:
            page.wait_for_function("() => timing.pictures.length", polling=10, timeout=1000)
        except (
            Exception
        ) as problem:  # the slider stands at its end, or JupyterLab has taken the focus; not every third time
            missed.append(problem)
            if len(missed) > keys / 3:
                raise
            way.reverse()
            handle.focus()
            continue
        answers.append(page.evaluate("() => timing.pictures[0] - timing.keys[0]"))
        page.wait_for_timeout(7 * n % 17)  # not in step with the frames
    rate = page.evaluate(DRAG, handle.element_handle())
    answers.sort()
    return first, statistics.median(answers), answers[int(0.95 * len(answers))], rate


def checked():
    """What `make test-front` compared with gdlib, and what the pages weigh."""
    found = ROOT / "build" / "front" / "equality.json"
    rows = json.loads(found.read_text()) if found.exists() else {}
    yield "`make test-front` compares the browser's walks with gdlib's, on random settings: same stop, steps and points."
    yield "A chaotic walk is compared as far as gdlib agrees with itself from a start a last digit away."
    yield from (
        "",
        "| kind | settings | compared whole | farthest apart, in parts of the walk |",
        "|---|---:|---:|---:|",
    )
    yield from (f"| {k} | {r['settings']} | {r['whole']} | {r['most']:.1e} |" for k, r in rows.items())
    yield from ("", "What is loaded, in kB; the site's scripts once for all pages.", "")
    yield from ("| lecture | notebook | page of the site | deck |", "|---|---:|---:|---:|")
    kinds = ("notebooks/{}.ipynb", "build/site/notebooks/{}.html", "build/slides/{}.html")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        files = [ROOT / kind.format(path.stem) for kind in kinds]
        yield (
            f"| {path.stem} | "
            + " | ".join(f"{f.stat().st_size / 1e3:.0f}" if f.exists() else "not built" for f in files)
            + " |"
        )
    scripts = sum(f.stat().st_size for f in (ROOT / "build" / "site" / "_static").rglob("*") if f.is_file())
    yield f"| scripts, styles and fonts | | {scripts / 1e3:.0f} | |"


def main():
    rows, codes = [], [code for code, _ in CASES.values()]
    with Lab(Path(tempfile.mkdtemp())) as lab:
        book = lab.open([SETUP, *codes, INTERACT])
        for i in range(1, len(codes) + 1):
            book.view(i)
        slow = measure(book, len(codes) + 1, "learning rate", "img", keys=20)
        for i, (name, (_, label)) in enumerate(CASES.items(), 1):
            rows.append((name, *measure(book, i, label, ".gd canvas"), grab(book, i)))
    lines = [
        f"`make bench` on {report.machine('jupyterlab', 'ipywidgets', 'anywidget')}; Chromium, 1280 × 1000.",
        f"{KEYS} keys a slider, a drag of 3 s; `interact` redraws a Matplotlib figure of two panels, as courses often do.",
        "",
        "| explorer | first picture, ms | slider, median ms | 95th percentile, ms | pictures/s | times faster "
        "| grab, median ms | 95th percentile, ms | pictures of frames/s | 95th, slowed 4 × |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {n} | {a:.0f} | {b:.1f} | {c:.1f} | {d:.0f} | {slow[1] / b:.0f} | "
            + ("{:.1f} | {:.1f} | {:.0f} of {:.0f} | {:.1f} |".format(*hand) if hand else "| | | |")
            for n, a, b, c, d, hand in rows
        ),
        "| `interact`, valley | {:.0f} | {:.0f} | {:.0f} | {:.1f} | 1 | | | | |".format(*slow),
    ]
    report.write("How fast the explorers answer", lines)
    report.write("The explorers compared with gdlib, and weighed", list(checked()))


if __name__ == "__main__":
    main()
