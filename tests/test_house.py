"""What holds for the whole house: light imports, one set of requirements, commands that explain themselves."""

import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import code_rules
import gdlib

CORE = """
import sys, json, time
began = time.process_time()
import numpy
between = time.process_time()
import gdlib
taken = (time.process_time() - between) / (between - began)
heavy = [m for m in ("matplotlib", "sympy", "ipywidgets", "IPython", "scipy", "pandas", "dask", "torch") if m in sys.modules]
gdlib.gradient_descent(lambda x: 2 * x, 1.0); gdlib.finite_difference(abs, 1.0); gdlib.landscapes.valley()
later = [m for m in ("matplotlib", "sympy", "ipywidgets", "IPython") if m in sys.modules]
print(json.dumps([heavy, later, taken]))
"""


def test_import_gdlib_is_light():
    """Beside NumPy's own import, a twelfth of it here: on a busy machine both take longer. The best of four counts."""
    kept = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}  # where nothing compiled may be kept, every import compiles
    command = [sys.executable, "-c", CORE]
    runs = [json.loads(subprocess.check_output(command, env=kept)) for _ in range(4)]
    assert all(heavy == later == [] for heavy, later, _ in runs)
    assert min(taken for *_, taken in runs) < 0.5


def test_public_names_are_there():
    for name in gdlib.__all__:
        assert getattr(gdlib, name) is not None
    assert dir(gdlib) == sorted(gdlib.__all__)


# --- the walls between files ----------------------------------------------------------------------

ROOT = Path(__file__).parent.parent
PRIVATE = {
    "from gdlib.descent import _norm": "_norm",
    "import gdlib\ngdlib.descent._norm(1)": "_norm",
    "def f(path):\n    return path._loss": "_loss",
    "monkeypatch.setattr(files, '_read', None)": "_read",
    "monkeypatch.setattr('gdlib.files._read', None)": "gdlib.files._read",
}


@pytest.mark.parametrize("code", PRIVATE)
def test_a_private_name_of_another_file_is_seen(code):
    assert [name for _, name in code_rules.private_names(code)] == [PRIVATE[code]]


def test_a_private_name_of_the_same_file_may_be_used():
    code = """
class Path:
    def __init__(self):
        self._loss = 1
    def _repr_html_(self):
        return self._loss + _helper()._loss
def _helper():
    return Path()._replace(a=1)
"""
    assert code_rules.private_names(code) == []


FRONT = "the explorers' front, in JavaScript"


def test_too_many_lines_and_a_private_name_are_breaches(tmp_path):
    for name, text in {
        "gdlib/descent.py": "x = 1\n" * 1001,
        "gdlib/explore/view.js": "x\n" * 7000,
        "gdlib/explore/view.py": "x = 1\n" * 9000,
        "gdlib/explore/bundle/stub.js": "x\n" * 5000,
        "tools/pages/site.py": "from gdlib.descent import _norm\n" + "x = 1\n" * 9000,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert list(code_rules.breaches(tmp_path)) == [
        "tools/pages/site.py:1: _norm is private to another file",
        "the core has 1001 lines; at most 1000 are allowed",
        f"gdlib, in Python has 10001 lines; at most {code_rules.LIMITS['gdlib, in Python'][1]} are allowed",
        f"{FRONT} has 7000 lines; at most {code_rules.LIMITS[FRONT][1]} are allowed",
        f"tools has 9001 lines; at most {code_rules.LIMITS['tools'][1]} are allowed",
    ]
    assert " 16000  gdlib/explore/" in code_rules.table(tmp_path)


def broken_contracts(folder, planted):
    """The contracts of imports that a copy of the code breaks with some lines more: {file: lines}."""
    for name in ("gdlib", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name, lines in planted.items():
        path = folder / name
        path.write_text((path.read_text("utf-8") if path.exists() else "") + lines + "\n", "utf-8")
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"]
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{folder / 'tools'}", "COLUMNS": "200"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert "Contracts: " in done.stdout or done.returncode, done.stderr
    return re.findall(r"^(.+) BROKEN", done.stdout, re.M), done.stdout


PLANTED = {  # file: (line, the contract that it breaks, what the report says of it)
    "gdlib/descent.py": ("import gdlib.figures", "In gdlib imports", "gdlib.descent -> gdlib.figures"),
    "gdlib/calculus.py": ("def f():\n    import gdlib.descent", "In gdlib imports", "gdlib.calculus -> gdlib.descent"),
    "gdlib/figures/new.py": ("import gdlib.explore", "In gdlib imports", "gdlib.figures.new -> gdlib.explore"),
    "gdlib/explore/new.py": ("import gdlib.checks", "In gdlib imports", "gdlib.explore.new -> gdlib.checks"),
    "gdlib/scale/new.py": ("import gdlib.figures", "In gdlib imports", "gdlib.scale.new -> gdlib.figures"),
    "gdlib/checks/new.py": ("import gdlib.scale", "The exercises know", "gdlib.checks.new -> gdlib.scale"),
    "gdlib/landscapes.py": ("import grading", "The tools know", "gdlib.landscapes -> grading"),
    "tools/lectures/new.py": ("import pages.web", "The tools know", "lectures.new -> pages.web"),
}


@pytest.mark.parametrize("file", PLANTED)
def test_a_planted_import_breaks_a_contract(file, tmp_path):
    pytest.importorskip("importlinter", reason="needs the extra `lint`: make lint")
    line, contract, words = PLANTED[file]
    broken, report = broken_contracts(tmp_path, {file: line})
    assert any(name.startswith(contract) for name in broken), report
    assert words in report


def test_a_planted_cycle_is_seen(tmp_path):
    pytest.importorskip("importlinter", reason="needs the extra `lint`: make lint")
    planted = {"gdlib/figures/one.py": "import gdlib.figures.two", "gdlib/figures/two.py": "import gdlib.figures.one"}
    assert "No cycles are allowed in gdlib.figures." in broken_contracts(tmp_path, planted)[1]


def test_a_planted_file_must_be_given_its_place(tmp_path):
    pytest.importorskip("importlinter", reason="needs the extra `lint`: make lint")
    _, report = broken_contracts(tmp_path, {"gdlib/new.py": ""})
    assert "gdlib.new" in report


# --- one set of requirements ----------------------------------------------------------------------

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements" / "course.lock").read_text("utf-8")
EXTRAS = sorted(PROJECT["optional-dependencies"].keys() - {"dev"})


def requirements(lines):
    """Requirement lines as {name: specifier}."""
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in parsed}


def locked(text):
    """The lock as {name: [versions]}, one version for each environment marker."""
    found = {}
    for name, pin in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, re.M):
        found.setdefault(canonicalize_name(name), []).append(pin)
    return found


def conda(text):
    """The packages that environment.yml asks conda for."""
    return re.findall(r"^  - ([a-z][^\s:]*)$", text.partition("dependencies:")[2], re.M)


def disagreements(project, environment, lock):
    """Where pyproject.toml, environment.yml and course.lock do not ask for the same."""
    base = requirements(project["dependencies"])
    wanted = base | requirements(project["optional-dependencies"]["dev"])
    found = []
    python, *packages = conda(environment)
    exact = re.fullmatch(r"python=(\d+\.\d+)", python)  # as repo2docker reads it
    if exact is None or exact[1] not in SpecifierSet(project["requires-python"]):
        found.append(f"environment.yml asks for {python}: no Python that pyproject.toml names")
    asked = requirements(packages)
    asked.pop("pip", None)
    if asked != base:
        found.append(f"environment.yml and pyproject.toml differ in {set(asked.items()) ^ set(base.items())}")
    pinned = locked(lock)
    for name, specifier in wanted.items():
        if not pinned.get(name):
            found.append(f"the lock lacks {name}")
        found += [f"the lock has {name} {v}, not {specifier}" for v in pinned.get(name, ()) if v not in specifier]
    return found


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_lock_of_an_extra_holds_what_it_asks_for(extra):
    pinned = locked((ROOT / "requirements" / f"{extra}.lock").read_text("utf-8"))
    for name, specifier in requirements(PROJECT["optional-dependencies"][extra]).items():
        if name == "torch":  # see CONTRIBUTING.md
            assert name not in pinned
        else:
            assert all(v in specifier for v in pinned[name])
    shared = pinned.keys() & locked(LOCK).keys()
    assert all(set(pinned[name]) <= set(locked(LOCK)[name]) for name in shared)


def test_the_three_lists_ask_for_the_same():
    assert disagreements(PROJECT, (ROOT / "environment.yml").read_text("utf-8"), LOCK) == []


@pytest.mark.parametrize(
    "file,old,new,says",
    [
        ("environment", "numpy>=2.3", "numpy>=1.0", "numpy"),
        ("environment", "  - tqdm>=4.67\n", "", "tqdm"),
        ("environment", "python=3.13", "python>=3.11", "no Python"),
        ("environment", "python=3.13", "python=3.10", "no Python"),
        ("lock", r"^sympy==", "sympie==", "lacks sympy"),
        ("lock", r"^numpy==\S+", "numpy==1.26.0", "numpy 1.26.0"),
    ],
)
def test_a_disagreement_is_seen(file, old, new, says):
    texts = {"environment": (ROOT / "environment.yml").read_text("utf-8"), "lock": LOCK}
    changed = re.sub(old if file == "lock" else re.escape(old), new, texts[file], flags=re.M)
    assert changed != texts[file]
    assert any(says in line for line in disagreements(PROJECT, **(texts | {file: changed})))


def test_the_lock_is_hashed_complete_and_names_no_host():
    entries = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", LOCK, re.M | re.S)
    assert len(entries) > 50
    assert all("--hash=sha256:" in entry for entry in entries)
    for lock in (LOCK, *((ROOT / "requirements" / f"{extra}.lock").read_text("utf-8") for extra in EXTRAS)):
        assert not re.search(r"https?://|--index|--find-links", lock)


def test_what_is_installed_is_what_the_lock_says():
    for name in requirements(PROJECT["dependencies"]):
        assert version(name) in locked(LOCK)[name]


def test_an_installation_puts_in_place_what_jupyters_applications_look_for():
    """Folded code in nbclassic, alternative texts: `uv pip install --no-deps --editable .` renews these files."""
    files = [path.relative_to(ROOT / "jupyter") for path in (ROOT / "jupyter").rglob("*") if path.is_file()]
    assert {"remoteEntry.js", "main.js", "gdlib.json", "package.json"} <= {path.name for path in files}
    for path in files:
        assert (Path(sys.prefix) / path).read_bytes() == (ROOT / "jupyter" / path).read_bytes()


def reached_at_once(path):
    """The packages that a file imports when it is read, not in a function of it."""
    for node in ast.parse(path.read_text("utf-8")).body:
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        yield from (name.partition(".")[0] for name in names)


def test_whatever_pytest_reads_imports_what_make_test_installs():
    """One test of the browser imported playwright: `make test` failed wherever `make test-browser` had not been run."""
    ours = {path.stem for path in ROOT.glob("tests/**/*.py")} | {"gdlib", "lectures", "pages", "grading", "translation"}
    given = {
        module
        for module, names in packages_distributions().items()
        if {*map(canonicalize_name, names)} & locked(LOCK).keys()
    }
    for path in [*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("tests/**/conftest.py")]:
        assert set(reached_at_once(path)) - ours - given - sys.stdlib_module_names == set(), path


# --- the commands ---------------------------------------------------------------------------------


def make(*arguments, folder=ROOT, **environment):
    """(exit code, what it printed)."""
    if os.name == "nt":
        pytest.skip("Windows has no make")
    command = ["make", "--no-print-directory", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    return done.returncode, done.stdout + done.stderr


def test_make_alone_lists_the_targets():
    code, printed = make()
    assert code == 0
    for target in ("lab", "test", "lint", "notebooks", "bench", "lock"):
        assert re.search(rf"^  {target} +\w", printed, re.M)


def test_make_lab_names_a_taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, printed = make("lab", "--old-file=.venv/trusted", f"PORT={port}")  # what is trusted is no matter here
    assert code != 0
    assert f"Port {port} is taken. Choose another one: make lab PORT={port + 1}" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("port", ["99999", "-1", "eighty", "8.5"])
def test_make_lab_names_a_port_that_is_none(port):
    code, printed = make("lab", "--old-file=.venv/trusted", f"PORT={port}")
    assert code != 0
    assert printed.startswith(f"PORT must be a whole number from 1024 to 65535, got {port}\n")


@pytest.mark.parametrize("name", ["Kim's course", 'a "quoted" name', "$HOME and `date`"])
def test_any_folder_can_hold_the_course_and_the_submissions(tmp_path, name):
    """An apostrophe ended the command there."""
    if os.name == "nt":
        pytest.skip("Windows has no make")
    (tmp_path / name).mkdir()
    shutil.copy(ROOT / "Makefile", tmp_path / name)
    for path in ("pyproject.toml", "requirements", ".venv"):
        (tmp_path / name / path).symlink_to(ROOT / path)
    code, printed = make("lab", "--just-print", "--old-file=.venv/trusted", folder=tmp_path / name)
    assert code == 0, printed
    said = subprocess.run(
        ["sh", "-c", "set -e\n" + printed.replace("exec", "echo")], cwd=tmp_path / name, text=True, capture_output=True
    )
    assert f"--ServerApp.root_dir={tmp_path / name} " in said.stdout, said
    code, printed = make("grade", "--just-print", "READY=", f"SUBMISSIONS={name.replace('$', '$$')}")
    assert code == 0
    assert '"$SUBMISSIONS"' in printed


@pytest.fixture
def fresh(tmp_path):
    """A folder that holds only what make needs to begin an installation."""
    (tmp_path / "requirements").mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements/course.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def fake_python(folder, body):
    """A command that answers as an unsuitable Python would."""
    path = folder / "fake-python"
    path.write_text(f"#!/bin/sh\n{body.replace('PYTHON', sys.executable)}\n")
    path.chmod(0o755)
    return str(path)


OLD = """case "$2" in *platform*) echo 3.8.18;; *version_info*) exit 1;; esac"""
OTHER = 'if [ "$1" = -c ]; then exec PYTHON -c "import sys; sys.version_info = (VERSION, 0); $2"; fi'
NO_VENV = """case "$2" in *ensurepip*) exit 1;; esac"""
BROKEN = """case "$1" in -m) mkdir -p .venv/bin; echo half > .venv/bin/python; exit 1;; esac"""


@pytest.mark.parametrize(
    "body,says",
    [
        (None, "There is no 'no-such-python' here"),
        (OLD, "Python 3.11 to 3.14 is needed, and"),
        (OTHER.replace("VERSION", "3, 10"), "Python 3.11 to 3.14 is needed, and"),
        (OTHER.replace("VERSION", "3, 15"), "Python 3.11 to 3.14 is needed, and"),
        (NO_VENV, "has no venv module"),
        (BROKEN, "nothing was left behind"),
    ],
)
def test_what_cannot_be_installed_is_said_in_one_line(fresh, body, says):
    python = "no-such-python" if body is None else fake_python(fresh, body)
    code, printed = make("test", f"PYTHON={python}", folder=fresh)
    assert code != 0
    assert len([line for line in printed.splitlines() if says in line]) == 1
    assert "Traceback" not in printed
    assert not (fresh / ".venv").exists()
