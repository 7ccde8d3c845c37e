"""A real JupyterLab in a real Chromium, as small as the tests can do with."""

import atexit
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from itertools import count
from pathlib import Path

import nbformat
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # pages of one context share a process, and what it has compiled
]
# What a picture shows once all that was asked of it is drawn: an explorer draws in the frame after a change, and once
# more in the next one where it has changed its own size.
DRAWN = """canvas => new Promise((drawn, fail) => {
    setTimeout(() => fail(new Error("no picture within 15 s")), 15_000);
    const look = (frames) => requestAnimationFrame(() => (frames > 1 && canvas.shown ? drawn(canvas.shown) : look(frames + 1)));
    look(1);
})"""
IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"


@functools.cache
def playwright():
    """Playwright, started once: a thread can't start it twice. Stopped when Python ends."""
    started = sync_playwright().start()
    atexit.register(started.stop)
    return started


def find_chromium():
    """Where the system's Chromium is, or None."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


class Lab:
    """JupyterLab's server and a browser, both stopped on leaving the `with` block."""

    def __init__(self, folder, theme="Light", chromium=None):
        self.folder, self.home = Path(folder) / "work", Path(folder) / "home"
        self.theme = theme
        self.chromium = chromium or find_chromium()
        self._names = count()

    def __enter__(self):
        self.folder.mkdir(parents=True)
        self._write(
            "config/labconfig/page_config.json",
            {
                "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True},
            },
        )
        self._write(
            "settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings", {"theme": f"JupyterLab {self.theme}"}
        )
        self.env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.home / "workspaces"),
            "IPYTHONDIR": str(self.home / "ipython"),
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": port,
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": self.folder,
            "ServerApp.allow_root": True,
            "IdentityProvider.token": "",
            "ServerApp.disable_check_xsrf": True,
            "LabApp.expose_app_in_browser": True,
            "JupyterNotebookApp.expose_app_in_browser": True,
        }
        self._log = (self.home / "lab.log").open("w")
        self._server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", *(f"--{name}={value}" for name, value in options.items())],
            env=self.env, stdout=self._log, stderr=subprocess.STDOUT, cwd=self.home,
        )  # fmt: skip
        try:
            self._wait()
            self.browser = playwright().chromium.launch(executable_path=self.chromium, args=FLAGS)
            self._context = self.browser.new_context()  # one for all pages: JupyterLab is loaded from its cache
            self._context.set_default_timeout(15_000)
            self.visit("/api/status")  # keeps their process alive
        except BaseException:
            self._stop_server()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.browser.close()
        finally:
            self._stop_server()

    def _stop_server(self):
        self._server.terminate()
        try:
            self._server.wait(20)
        except subprocess.TimeoutExpired:
            self._server.kill()
        self._log.close()

    def _wait(self):
        for _ in range(300):
            if self._server.poll() is not None:
                break
            try:
                return urllib.request.urlopen(f"{self.url}/api/status", timeout=2).close()
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"JupyterLab did not start: {(self.home / 'lab.log').read_text()[-2000:]}")

    def _write(self, path, value):
        path = self.home / path
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(value))

    def visit(self, address, width=1280, height=1000):
        """A page at an address of the server, in any of its applications."""
        page = self._context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{self.url}{address}")
        return page

    def open(self, cells, run=True, saved=False, trusted=True, width=1280, height=1000, reduced=False):
        """A notebook of these code cells in a new page.

        saved: execute it beforehand and open the file with its outputs; nothing is run in the page.
        trusted=False: open it like that.
        """
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        path = self.folder / f"book{next(self._names)}.ipynb"
        nbformat.write(notebook, path)
        if saved:
            subprocess.run(
                [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", path],
                env=self.env, check=True, capture_output=True,
            )  # fmt: skip
            if trusted:
                subprocess.run(
                    [sys.executable, "-m", "jupyter", "trust", path], env=self.env, check=True, capture_output=True
                )
        page = self._context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(reduced_motion="reduce" if reduced else "no-preference")
        book = Book(page, self.url, path)
        page.goto(f"{self.url}/doc/tree/{path.name}?reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=30_000)
        page.wait_for_function(IDLE, timeout=30_000)
        if run and not saved:
            book.run()
        return book


class Book:
    """An open notebook."""

    def __init__(self, page, url, path):
        self.page, self._url, self.path, self.errors = page, url, path, []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)

    def close(self):
        """The page and its kernel."""
        self.page.close()
        for session in json.load(urllib.request.urlopen(f"{self._url}/api/sessions")):
            if session["path"].endswith(self.path.name):
                address = f"{self._url}/api/sessions/{session['id']}"
                urllib.request.urlopen(urllib.request.Request(address, method="DELETE")).close()

    def run(self):
        self.page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")

    def shut_down(self):
        """No kernel from now on. (ipywidgets in JupyterLab restores no widget where there never was one.)"""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.page.get_by_role("button", name="No Kernel").first.wait_for()

    def cell(self, i):
        found = self.page.locator(".jp-Notebook .jp-Cell").nth(i)
        found.scroll_into_view_if_needed()
        return found

    def view(self, i):
        """The explorer that cell i shows, once it is drawn."""
        view = Explorer(self.page, self.cell(i))
        view.root.locator(".gd canvas").wait_for(timeout=30_000)
        view.shown()
        return view


class Explorer:
    """One explorer on the page, driven as a person would."""

    def __init__(self, page, cell):
        self.page, self.cell = page, cell
        self.root = cell.locator(".gd-explore")
        self.canvas = self.root.locator("canvas")

    def words(self):
        return self.root.locator(".gd-words").inner_text()

    def shown(self):
        """What the last picture shows: its values, and the pixel of its main point."""
        return self.canvas.evaluate(DRAWN)

    def handle(self, label):
        return self.root.locator(".widget-slider", has_text=label).locator("[role=slider]")

    def press(self, label, *keys):
        handle = self.handle(label)
        for key in keys:
            handle.focus()  # which JupyterLab may take while a notebook is still coming up
            self.page.keyboard.press(key)
        return self.shown()

    def colour(self, x, y):
        """The picture's colour at a place, in CSS pixels from its corner."""
        return self.canvas.evaluate(
            """(c, [x, y]) => { const r = c.width / c.clientWidth;
            return [...c.getContext("2d").getImageData(Math.round(x * r), Math.round(y * r), 1, 1).data].slice(0, 3); }""",
            [x, y],
        )

    def click_at(self, x, y):
        self.canvas.click(position={"x": x, "y": y})
