"""What a reader meets in each of Jupyter's applications: folded answers, and pictures with words.

The notebook is opened as it is downloaded: its outputs are stored, and nobody has said that it can be trusted.
"""

import contextlib
import shutil

import nbformat
import pytest

from lectures import pipeline

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
READY = (
    """() => !window.Jupyter?.notebook || "jupyter.widget" in (Jupyter.notebook.kernel?.comm_manager?.targets ?? {})"""
)
RUN = """() => window.Jupyter?.notebook ? Jupyter.notebook.execute_all_cells()
    : void jupyterapp.commands.execute("notebook:run-all-cells")"""


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
