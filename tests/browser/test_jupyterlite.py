"""The course in the browser: JupyterLite's own kernel in Chromium, with every other host cut off.

NumPy, Matplotlib and Pillow come from Pyodide's distribution only, so what needs them is tested where there is a
network, by `make test-lite-network`: lectures 1 to 5 are run in the browser, and what they print is compared with
what is stored. Everything else is tested here.
"""

import ast
import functools
import json
import os
import shutil
import sys
import time
from pathlib import Path

import nbformat
import pytest

import conftest

pytestmark = pytest.mark.browser
NETWORK = pytest.mark.skipif("GDLIB_NETWORK" not in os.environ, reason="needs the network: make test-lite-network")
IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
RUN = """async code => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel, shown = {stream: "", result: "", error: ""};
    const future = kernel.requestExecute({code});
    future.onIOPub = ({header, content}) => {
        if (header.msg_type === "stream" && content.name === "stdout") shown.stream += content.text;
        if (header.msg_type === "execute_result") shown.result += content.data["text/plain"];
        if (header.msg_type === "error") shown.error += content.evalue;
    };
    const late = new Promise((resolve) => setTimeout(resolve, 240_000, "late"));
    if (await Promise.race([future.done, late]) === "late") shown.error = "no answer within 240 s";
    return shown;
}"""
# The import loads the wheel, and then fails, for NumPy is not here.
IN_DATA = """
try:
    import gdlib
except ImportError:
    pass
import importlib.util, os
print(*os.listdir(importlib.util.find_spec("gdlib").submodule_search_locations[0] + "/data"))
"""
SAVE = """async ([path, content]) => {
    await jupyterapp.serviceManager.contents.save(path, {type: "notebook", format: "json", content});
    await jupyterapp.commands.execute("docmanager:open", {path});
}"""
# As much of NumPy, Matplotlib and Pillow as importing gdlib asks for: what needs none of them then runs in the real thing.
NO_NUMPY = """
import sys, types
from unittest.mock import MagicMock
class Stub(types.ModuleType):
    ndarray, generic, Axes = (type(name, (), {}) for name in ("ndarray", "generic", "Axes"))
    __path__ = []
    def __getattr__(self, name):
        return MagicMock()
for name in ("axes", "backends", "backends.backend_agg", "colors", "figure", "patheffects", "pyplot", "ticker"):
    sys.modules[f"matplotlib.{name}"] = Stub(name)
for name in ("numpy", "numpy.lib", "numpy.lib.stride_tricks", "matplotlib", "PIL"):
    sys.modules[name] = Stub(name)
from gdlib import explore
from gdlib.scale import cluster, memory
from gdlib.checks import records
from gdlib.checks.runner import calls
"""


@pytest.fixture(scope="module")
def builds():
    """The builder, where the browser and it are installed."""
    problem = conftest.missing()
    if not problem:
        try:
            from pages import lite
        except ImportError as error:
            problem = f"{error.name} is missing, of the extra `site`: make .venv/ready-site"
        else:
            return lite
    return (pytest.fail if os.environ.get("GDLIB_BROWSER") == "required" else pytest.skip)(problem)


@pytest.fixture(scope="module")
def opened(builds, tmp_path_factory, request):
    """A function that opens a notebook of the site in a new page, of a reader who may have been there before, and waits
    for its kernel; its `publish` makes the site anew. request.param: offline?"""
    from playwright.sync_api import sync_playwright

    from lab import FLAGS
    from site_pages import NOWHERE, Page, served

    offline = getattr(request, "param", True)
    folder = tmp_path_factory.mktemp("site")
    publish = functools.partial(builds.build, folder / "lite", offline)
    publish()
    (folder / "favicon.ico").touch()  # what a browser asks for by itself, and a site's own page would have
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with served(folder) as url, sync_playwright() as playwright:
        flags = [*FLAGS, NOWHERE] if offline else FLAGS
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)

        def opener(path, reader=None):
            reader = reader or browser.new_context(viewport={"width": 1280, "height": 900})
            page = Page(reader.new_page())
            page.tab.goto(f"{url}/lite/run/{path.removesuffix('.ipynb')}.html")
            page.tab.wait_for_function(IDLE, timeout=120_000)
            return page

        opener.publish = publish
        yield opener
        browser.close()


@pytest.fixture(scope="module")
def page(opened):
    """Lecture 4, which reads a file; at the end nothing has gone wrong in its page, and no other host was asked."""
    page = opened("notebooks/04_linear_regression.ipynb")
    yield page
    page.close()
    assert page.errors == []
    assert page.outside == []


def run(page, code):
    """{"stream", "result", "error"}: what a cell of this code would show."""
    return page.tab.evaluate(RUN, code)


def printed(page, code):
    shown = run(page, code)
    assert shown["error"] == ""
    return shown["stream"]


def differences(page, notebook):
    """Where what is printed differs from what is stored: a line for each cell, up to the first that fails."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        shown = run(page, cell.source)
        if shown["error"]:
            return [*found, f"{cell.source[:60]!r} failed: {shown['error'][:200]}"]
        stored = "".join(out.text for out in cell.outputs if out.output_type == "stream" and out.name == "stdout")
        if stored != shown["stream"] and "nbval-ignore-output" not in cell.metadata.get("tags", ()):
            found.append(f"{cell.source[:60]!r} printed {shown['stream'][:200]!r}, stored is {stored[:200]!r}")
    return found


def test_the_lectures_the_exercises_and_their_files_are_there(page, builds):
    here = "import os\nprint(sorted(os.listdir('/drive/notebooks')), sorted(os.listdir('/drive/exercises')))"
    names = builds.editions(builds.books())
    lectures, exercises = (
        [new.name for old, new in names.items() if old.parts[0] == folder] for folder in ("notebooks", "exercises")
    )
    assert printed(page, here) == f"{lectures} {exercises}\n"
    assert len(lectures) == len(exercises) == 7
    page.tab.get_by_role("listitem", name="Name: 06_hardware_and_memory").wait_for()
    assert {"penguins.csv", "questions.zip"} <= set(printed(page, IN_DATA).split())


def test_an_import_needs_no_installing(page, builds):
    assert run(page, "import sympy as sp\nx = sp.symbols('x')\nsp.diff(x**2 + 2 * x + 3, x)")["result"] == "2*x + 2"
    assert (
        run(page, "import gdlib")["error"] == "No module named 'numpy'"
    )  # gdlib's wheel is loaded, NumPy's is not here
    versions = "from importlib.metadata import version\nprint(version('gdlib'), version('ipywidgets'))"
    assert printed(page, versions).split() == [builds.metadata.version(name) for name in ("gdlib", "ipywidgets")]


def show(page, name, *cells):
    """A new notebook of these cells, opened and run."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata.kernelspec = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    page.tab.evaluate(SAVE, [f"{name}.ipynb", json.loads(nbformat.writes(book))])
    page.tab.wait_for_function(f"() => document.title.includes('{name}') && ({IDLE})()", timeout=60_000)
    page.tab.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")


def test_a_slider_moves_what_the_kernel_knows(page):
    show(page, "slider", "import ipywidgets\nslider = ipywidgets.IntSlider(3, description='steps')\nslider")
    handle = page.tab.locator(".widget-slider", has_text="steps").locator("[role=slider]")
    handle.focus(timeout=30_000)
    for value in (4, 5):
        page.tab.keyboard.press("ArrowRight")
        assert printed(page, "print(slider.value)") == f"{value}\n"


def test_a_prediction_is_asked(page):
    """anywidget's module and gdlib's script reach the page; the answer itself needs NumPy."""
    show(page, "prediction", NO_NUMPY, "explore.predict('Steps?', answer=lambda: 66)")
    form = page.tab.locator(".gd form")
    form.get_by_label("Your prediction").fill("7", timeout=60_000)
    assert "Steps?" in form.inner_text()


def test_what_gdlib_can_do_without_numpy_runs_there(page):
    assert run(page, NO_NUMPY)["error"] == ""
    assert printed(page, "print(sys.platform, memory.size_in_bytes('64 MiB'))") == "emscripten 67108864\n"
    assert "run this cell in JupyterLab on your own machine" in run(page, "memory.run_capped(abs, 1)")["error"]
    assert "dask does not run inside a browser" in run(page, "cluster.connect()")["error"]
    assert printed(page, "print(calls.caller(lambda x: 2 * x)((21,), {}, 1.0)['value'])") == "42\n"


LOOPS = {
    "a loop": "def answer(x):\n while True: pass",
    "a loop that catches": "def answer(x):\n while True:\n  try: 1 / 0\n  except: pass",
    "a generator": "import itertools\ndef answer(x): return sum(0 for _ in itertools.count())",
    "calls": "def step(n): return n and step(n - 1)\ndef answer(x):\n while True: step(20)",
}


@pytest.mark.parametrize("name", LOOPS)
def test_an_endless_answer_is_broken_off(page, name):
    run(page, NO_NUMPY)
    began = time.monotonic()
    assert (
        printed(
            page,
            f"{LOOPS[name]}\nseen = calls.caller(answer)((1,), {{}}, 0.5)\nprint({{key: seen[key] for key in seen if key != 'seconds'}})",
        )
        == "{'kind': 'too long'}\n"
    )
    assert time.monotonic() - began < 10
    assert printed(page, "print(sys.monitoring.get_tool(sys.monitoring.PROFILER_ID))") == "None\n"


def test_progress_is_kept_in_the_browser(page):
    run(page, NO_NUMPY)
    code = "from types import SimpleNamespace as Verdict\nrecords.record(Verdict(question='9.1', outcome='correct'))"
    assert printed(page, f"{code}\nprint(records.read('9'))") == "{'9.1': 'correct'}\n"


def test_every_file_of_gdlib_compiles_there_without_a_warning(page):
    code = """
import importlib.util, pathlib, sys, warnings
folder = pathlib.Path(importlib.util.find_spec("gdlib").origin).parent
with warnings.catch_warnings():
    warnings.simplefilter("error")
    for path in (found := sorted(folder.rglob("*.py"))):
        compile(path.read_text("utf-8"), path, "exec")
print(sys.version_info[:2], len(found))"""
    files = list((Path(__file__).parents[2] / "gdlib").rglob("*.py"))
    assert printed(page, code) == f"(3, 14) {len(files)}\n"


def test_what_is_printed_is_compared_with_what_is_stored(page):
    """The comparison of `test_lectures_...` below sees what it shall see."""
    cells = [nbformat.v4.new_code_cell(source) for source in ("print(1 + 1)", "print(1 + 2)", "1 / 0", "print(3)")]
    for cell, text in zip(cells, ("2\n", "4\n", "", "3\n"), strict=True):
        cell.outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
    assert differences(page, nbformat.v4.new_notebook(cells=cells)) == [
        r"'print(1 + 2)' printed '3\n', stored is '4\n'",
        "'1 / 0' failed: division by zero",
    ]


def test_every_import_of_the_notebooks_is_in_the_list_of_packages(builds, tmp_path):
    for wheel in builds.wheels():
        shutil.copy(wheel, tmp_path)
    theirs = builds.their_packages(builds.MODULES / "pyodide")
    packages = builds.listed(theirs, list(tmp_path.glob("*.whl")), offline=False).packages
    offered = {name for package in packages.values() for name in package.imports}
    books = (builds.notebooks() | builds.notebooks("exercises")).values()
    cells = [ast.parse(cell.source) for book in books for cell in book.cells if cell.cell_type == "code"]
    # asked for within functions only, by sections of lecture 6 that can be left out
    left_out = {"numba", "psutil", "torch"}
    wanted = {imported(node) for cell in cells for node in ast.walk(cell)} - {None}
    at_once = {imported(node) for cell in cells for node in cell.body} - {None}
    assert {"numpy", "sympy", "gdlib"} <= at_once
    assert wanted - offered - sys.stdlib_module_names == left_out
    assert not at_once & left_out


def imported(node):
    """The package that a node of code imports; None of any other node, of which each has one name here."""
    if isinstance(node, ast.Import):
        (alias,) = node.names
        return alias.name.partition(".")[0]
    return node.module.partition(".")[0] if isinstance(node, ast.ImportFrom) else None


def shown(page):
    return page.tab.evaluate("() => jupyterapp.shell.currentWidget.context.model.toString()")


def test_a_returning_reader_sees_a_corrected_lecture_and_keeps_what_was_written(opened, builds, monkeypatch):
    """The browser keeps a copy of what is saved, and would show it for ever."""
    path, mine = "notebooks/02_gradient_vectors.ipynb", "what the reader wrote"
    books = builds.books()
    old = builds.editions(books)[Path(path)].as_posix()
    page = opened(path)
    reader = page.tab.context
    try:
        write = "words => { const { context } = jupyterapp.shell.currentWidget; const book = context.model.toJSON(); book.cells[0].source = words; context.model.fromJSON(book); return context.save(); }"
        page.tab.evaluate(write, mine)
        page.close()
        page = opened(path, reader)
        assert mine in shown(page)  # nothing was corrected: the reader's copy
        page.close()
        books[Path(path)].cells[0].source = "# A corrected title"
        with monkeypatch.context() as patch:
            patch.setattr(builds, "books", lambda: books)
            opened.publish()
        page = opened(path, reader)
        assert "A corrected title" in shown(page)
        assert mine not in shown(page)
        page.tab.get_by_role("listitem", name=f"Name: {Path(old).stem}").dblclick()
        page.tab.wait_for_function(
            "words => jupyterapp.shell.currentWidget?.context.model.toString().includes(words)", arg=mine
        )
    finally:
        page.close()  # the site stays corrected: no test behind this one opens it


@NETWORK
@pytest.mark.parametrize("opened", [False], indirect=True)
@pytest.mark.parametrize("number", range(1, 6))
def test_lectures_print_in_the_browser_what_is_stored(opened, builds, number):
    path, book = list(builds.notebooks().items())[number - 1]
    page = opened(path.as_posix())
    try:
        assert differences(page, book) == []
    finally:
        page.close()
