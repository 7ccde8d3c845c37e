"""The ways in: which Pythons, what a notebook that stands alone does first, and that the guide and the README say so."""

import json
import os
import posixpath
import re
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from packaging.specifiers import SpecifierSet

from lectures.exercises import FETCH

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
README = (ROOT / "README.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "teaching" / "README.md").read_text("utf-8")
FRONT = (ROOT / "docs" / "site" / "index.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TESTED = re.findall(
    r'"(3\.\d+)"', (ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8").partition("steps")[0]
)
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("exercises/*.ipynb")])


# --- which Python ---------------------------------------------------------------------------------


def test_the_pythons_that_are_offered_are_the_pythons_that_are_tested():
    """3.15 was invited, for which the lock has no wheels."""
    minors = [f"3.{n}" for n in range(40)]
    allowed = [minor for minor in minors if f"{minor}.1" in SpecifierSet(PROJECT["project"]["requires-python"])]
    assert allowed == TESTED
    assert re.findall(r"^(?:OLDEST|NEWEST) := (\S+)", MAKEFILE, re.M) == [TESTED[0], TESTED[-1]]
    words = f"Python {', '.join(TESTED[:-1])} or {TESTED[-1]}"
    for text in (README, GUIDE, FRONT):
        assert words in text
    assert "or newer, `make`" not in README


def test_every_workflow_takes_a_python_of_those():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        assert {*re.findall(r'python-version: "(3\.\d+)"', path.read_text("utf-8"))} <= {*TESTED}


# --- a notebook that stands alone -----------------------------------------------------------------


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_first_code_of_a_notebook_fetches_what_is_missing(path):
    book = nbformat.read(path, as_version=4)
    first = next(cell for cell in book.cells if cell.cell_type == "code")
    assert first.source.startswith(FETCH)
    assert "gdlib" in first.source.removeprefix(FETCH)
    assert sum("find_spec(" in cell.source for cell in book.cells) == 1


ASKED = f"""
class Shell:
    def run_line_magic(self, *words):
        print(*words)
get_ipython = Shell
{FETCH}
"""


def test_what_is_missing_is_asked_of_pip_at_the_courses_address(tmp_path):
    """-I and -S: no installed package is seen, and not this folder."""
    done = subprocess.run(
        [sys.executable, "-IS", "-c", ASKED], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"pip install --quiet git+{PROJECT['tool']['course']['address']}\n"


def test_nothing_is_asked_where_gdlib_is_installed(tmp_path):
    done = subprocess.run([sys.executable, "-c", ASKED], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == ""


# --- what README and guide say --------------------------------------------------------------------


def test_the_readme_says_how_to_fetch_the_course_before_the_first_command():
    """Somebody who has only read the page has no folder to type `make lab` in."""
    fetched, first = README.index("git clone ADDRESS"), README.index("make lab")
    assert fetched < first
    assert "archive" in README[:first].lower()


def test_each_way_in_is_tried_here_with_its_date_or_said_to_be_untried():
    table = GUIDE[GUIDE.index("### What works where") :].partition("\n\n|")[2].partition("\n\n")[0]
    rows = [[field.strip() for field in row.strip("|").split("|")] for row in table.splitlines()[2:]]
    ways = " ".join(row[0] for row in rows)
    for way in (
        "make lab",
        "pip",
        "conda",
        "JupyterHub",
        "Binder",
        "Colab",
        "VS Code",
        "Notebook 7",
        "nbclassic",
        "marimo",
    ):
        assert way in ways
    for row in rows:
        assert re.match(r"\d{4}-\d\d|untried|in part, \d{4}-\d\d", row[-1]), row


def test_windows_has_a_way_in_without_make_or_conda():
    commands = [
        r"py -3.13 -m venv .venv",
        r".venv\Scripts\python -m pip install --editable .",
        r".venv\Scripts\jupyter lab",
    ]
    for text in (README, GUIDE, FRONT):
        assert all(command in text for command in commands)


def test_who_has_only_a_browser_is_told_where_the_site_is():
    site = PROJECT["tool"]["course"]["site"]
    assert f"`{site}`" in README[README.index("## Only a phone or a browser?") : README.index("## The lectures")]
    assert f"`{site}`" in GUIDE


# --- what Jupyter shows, started as they say ------------------------------------------------------

STARTED = r"^[ #]*(?:\.venv\\Scripts\\)?jupyter lab(.*)$"  # in a block of commands, or in a comment


def ways_to_start():
    """{(file, what is typed behind `jupyter lab`)}: every line that starts JupyterLab without make."""
    texts = {"README.md": README, "the guide": GUIDE, "the site": FRONT}
    texts["environment.yml"] = (ROOT / "environment.yml").read_text("utf-8")
    return {(name, line) for name, text in texts.items() for line in re.findall(STARTED, text, re.M)}


class Server:
    """JupyterLab, started in the course's folder with the words behind `jupyter lab`, on loopback, without a browser."""

    def __init__(self, words, home):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address, self.log = f"http://127.0.0.1:{port}", home / "log"
        options = {"ServerApp.ip": "127.0.0.1", "ServerApp.port": port, "ServerApp.port_retries": 0}
        options |= {"ServerApp.open_browser": False, "ServerApp.allow_root": True, "IdentityProvider.token": ""}
        folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_WORKSPACES_DIR")
        self.command = [sys.executable, "-m", "jupyterlab", *words.split()]
        self.command += [f"--{name}={value}" for name, value in options.items()]
        self.environment = os.environ | {name: str(home / name) for name in folders}

    def __enter__(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        for _ in range(300):
            if self.process.poll() is not None:
                break
            try:
                self.status("api/status")
            except OSError:
                time.sleep(0.2)
            else:
                return self
        self.__exit__()
        raise RuntimeError(f"JupyterLab did not start: {self.log.read_text('utf-8')[-2000:]}")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def status(self, path):
        try:
            return urllib.request.urlopen(f"{self.address}/{path}", timeout=20).status
        except urllib.error.HTTPError as refused:
            return refused.code


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """The server as README.md starts it."""
    words = {line for name, line in ways_to_start() if name == "README.md"}
    assert len(words) == 1
    with Server(words.pop(), tmp_path_factory.mktemp("jupyter")) as server:
        yield server


def test_everywhere_jupyter_is_started_as_in_the_readme():
    assert {name for name, _ in ways_to_start()} == {"README.md", "the guide", "the site", "environment.yml"}
    assert len({line for _, line in ways_to_start()}) == 1


def test_the_exercise_and_all_else_that_lecture_1_links_to_is_there(started):
    """With a notebook's name behind `jupyter lab`, its folder was all that there was: 404."""
    lecture = json.loads((ROOT / "notebooks" / "01_differentiation.ipynb").read_text("utf-8"))
    text = "".join(line for cell in lecture["cells"] if cell["cell_type"] == "markdown" for line in cell["source"])
    links = {posixpath.normpath(f"notebooks/{link}") for link in re.findall(r"\]\(([^():#\s]+)[#)]", text)}
    assert "exercises/01_differentiation.ipynb" in links
    assert [link for link in links if started.status(f"api/contents/{link}?content=0") != 200] == []
