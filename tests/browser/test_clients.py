"""What a reader meets in each of Jupyter's applications: folded answers, and pictures with words.

The notebook is opened as it is downloaded: its outputs are stored, and nobody has said that it can be trusted.
"""

import contextlib
import shutil

import nbformat
import pytest

from lectures import pipeline
from pages import web

pytestmark = pytest.mark.browser

SOURCE = """# A lecture

```{code-cell} ipython3
from gdlib import explore, figures, landscapes
```

> **Predict.** What comes out?

```{code-cell} ipython3
print("forty-" + "two")
```

A text.

```{code-cell} ipython3
figures.contours(landscapes.valley())
```

```{code-cell} ipython3
explore.secant(lambda x: x**2, lambda x: 2 * x, at=1)
```
"""
ADDRESSES = {"JupyterLab": "/doc/tree/", "Notebook 7": "/notebooks/", "nbclassic": "/nbclassic/notebooks/"}
TITLE = "# The answer: run this cell"
STEP = "() => document.querySelector('.gd canvas').shown.h"
STEPS = "() => [...document.querySelectorAll('.gd canvas')].map((canvas) => canvas.shown.h)"
READY = (
    """() => !window.Jupyter?.notebook || "jupyter.widget" in (Jupyter.notebook.kernel?.comm_manager?.targets ?? {})"""
)
RUN = """() => window.Jupyter?.notebook ? Jupyter.notebook.execute_all_cells()
    : void jupyterapp.commands.execute("notebook:run-all-cells")"""
IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
RUN_SOME = """async () => { jupyterapp.shell.currentWidget.content.activeCellIndex = 2;
    await jupyterapp.commands.execute("notebook:run-all-above"); }"""
SAVED = "() => !jupyterapp.shell.currentWidget.context.model.dirty"
DRAWN = "n => [...document.querySelectorAll('.gd-explore canvas')].filter((canvas) => canvas.shown).length === n"
THREE = (
    "from gdlib import explore",
    "explore.secant(lambda x: x**2, lambda x: 2 * x, at=1)",
    "explore.secant(lambda x: x**3, lambda x: 3 * x**2, at=1)",
    "explore.predict('How many?', answer=lambda: 3)",
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The lecture, built as lectures are; (its file, the alternative texts of its pictures)."""
    folder = tmp_path_factory.mktemp("lecture")
    (folder / "small.md").write_text(SOURCE)
    made = pipeline.execute(pipeline.read_source(folder / "small.md"), folder)
    nbformat.write(made, folder / "small.ipynb")
    outputs = [output for cell in made.cells for output in cell.get("outputs", ())]
    return folder / "small.ipynb", [o.metadata["image/png"].alt for o in outputs if "image/png" in o.get("data", {})]


def seen(page, text):
    """Does a text stand where one sees it?"""
    return page.get_by_text(text).locator("visible=true").count() > 0


def named(page):
    """The names of the images in the page's accessibility tree."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return [n["name"]["value"] for n in nodes if n.get("role", {}).get("value") in ("image", "img") and "name" in n]


def run(page):
    """Run all, and once more where nbclassic, still busy with the stored widgets, has taken the new one away."""
    from playwright.sync_api import TimeoutError  # make test, which only reads this file, has no Playwright

    page.wait_for_function(READY)
    for _ in range(6):
        page.evaluate(RUN)
        with contextlib.suppress(TimeoutError):
            page.locator(".gd canvas").wait_for(timeout=10_000)
            page.wait_for_timeout(2000)
            if page.locator(".gd canvas").is_visible():
                return
    raise TimeoutError("no explorer came")


def dragged(page):
    """The step that the picture shows, once the secant's second point was pulled to the right."""
    grip = page.get_by_role("slider", name="second point of the secant")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y, steps=3)
    page.mouse.up()
    page.wait_for_timeout(100)
    return page.evaluate(STEP)


@pytest.mark.parametrize("application", ADDRESSES)
def test_an_answer_is_folded_until_it_is_run_and_pictures_have_their_words(lab, stored, application):
    path, alts = stored
    shutil.copy(path, lab.folder / f"{application.replace(' ', '')}.ipynb")
    page = lab.visit(f"{ADDRESSES[application]}{application.replace(' ', '')}.ipynb", height=2000)
    code, answer = '"forty-"', "forty-two"
    page.locator("p", has_text="A text.").wait_for()
    figure, explorer = alts
    page.wait_for_function("text => [...document.images].some((image) => image.alt === text)", arg=explorer)
    assert seen(page, TITLE)
    assert not seen(page, code)
    assert not seen(page, answer)
    assert {figure, explorer} <= set(named(page))
    run(page)
    page.get_by_text(answer).first.wait_for()
    assert seen(page, TITLE)
    assert not seen(page, code)
    assert figure in named(page)
    before = page.evaluate(STEP)
    assert dragged(page) > 1.05 * before
    page.get_by_text(TITLE).locator("visible=true").click()
    page.get_by_text(code).locator("visible=true").wait_for()
    page.close()


def shown_and_saved(path):
    """(the models that the outputs of a notebook show, the state that is saved with it)."""
    book = nbformat.read(path, as_version=4)
    outputs = [output.data for cell in book.cells for output in cell.outputs if "data" in output]
    return [data[web.WIDGET_VIEW].model_id for data in outputs if web.WIDGET_VIEW in data], (
        book.metadata.widgets[web.WIDGET_STATE].state
    )


def visited(lab, application, path):
    """A notebook in an application, all its explorers drawn."""
    page = lab.visit(f"{ADDRESSES[application]}{path.name}", height=2000)
    page.wait_for_function(IDLE)
    page.wait_for_function(DRAWN, arg=2)
    return page


@pytest.mark.parametrize("application", ["JupyterLab", "Notebook 7"])
def test_what_was_not_run_before_saving_is_there_the_next_time(lab, application):
    book = lab.open(THREE, saved=True)
    book.close()
    before, _ = shown_and_saved(book.path)
    page = visited(lab, application, book.path)
    page.evaluate(RUN_SOME)
    page.wait_for_function(IDLE)
    page.wait_for_function(DRAWN, arg=2)
    for _ in range(2):  # what was saved once is saved again
        page.keyboard.press("Control+s")
        page.wait_for_function(SAVED)
        shown, state = shown_and_saved(book.path)
        assert shown[0] != before[0]
        assert shown[1:] == before[1:]
        assert set(state) == set().union(*(web.needed(state, model) for model in shown))
    page.close()
    page = visited(lab, application, book.path)
    page.get_by_text("Predict. How many?").wait_for()
    assert page.get_by_text("model not found").count() == 0
    for n in range(2):
        at = page.evaluate(STEPS)[n]
        page.get_by_role("slider", name="second point of the secant").nth(n).press("ArrowRight")
        page.wait_for_function(f"([n, at]) => ({STEPS})()[n] !== at", arg=[n, at])
    page.close()
