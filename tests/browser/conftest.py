"""JupyterLab on loopback and the system's Chromium: what the browser tests and the latency benchmark drive.

Everything is stopped by what started it. Without Chromium or Playwright the tests are skipped, and the
message names the package; with GDLIB_BROWSER=required (CI) they fail instead.
"""

import os
import shutil
from pathlib import Path

import pytest

collect_ignore = ["lab.py", "site_pages.py"]  # they import Playwright, and hold no tests

NEEDS = {
    "playwright": "the browser tests need Playwright: pip install playwright (its own browsers are not needed)",
    "chromium": "the browser tests need Chromium: sudo apt-get install chromium (Debian, Ubuntu), or set CHROMIUM=/path/to/it",
}


def missing():
    """What has to be installed before the browser tests can run, or None."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return NEEDS["playwright"]
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return None if chromium else NEEDS["chromium"]


def need(problem):
    """Skip for a problem with the installation, or fail where the browser is required; go on where there is none."""
    if problem:
        (pytest.fail if os.environ.get("GDLIB_BROWSER") == "required" else pytest.skip)(problem)


@pytest.fixture(scope="session")
def browser():
    """A `Browser` for static pages, which reaches no other host."""
    need(missing())
    from site_pages import Browser

    with Browser() as started:
        yield started


@pytest.fixture(scope="session")
def chromium():
    """Chromium itself, with no server: for pages from disk."""
    need(missing())
    from lab import FLAGS, find_chromium, playwright

    started = playwright().chromium.launch(executable_path=find_chromium(), args=FLAGS)
    yield started
    started.close()


@pytest.fixture(scope="session")
def offline(chromium):
    """A context of it without a network, whose pages share a process: one page stays, so that their libraries are
    compiled once."""
    context = chromium.new_context(offline=True)
    context.new_page().goto(Path(__file__).parent.as_uri())
    return context


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A `Lab` for the whole session."""
    need(missing())
    from lab import Lab

    with Lab(tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture
def open_notebook(lab):
    """Opens notebooks, closes their pages, and fails on any error in the browser's console."""
    opened = []

    def opener(cells, **options):
        opened.append(lab.open(cells, **options))
        return opened[-1]

    yield opener
    # The extra `site` brings an extension for JupyterLite, which finds no place in JupyterLab; and JupyterLab's debugger
    # says so where a kernel has gone before it answered.
    theirs = ("@jupyterlite/", "Could not restore the debugger state")
    errors = [error for book in opened for error in book.errors if not any(one in error for one in theirs)]
    for book in opened:
        book.close()
    assert errors == []
