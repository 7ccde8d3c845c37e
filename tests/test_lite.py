"""gdlib where a browser's Python has less: no processes, no threads, no alarm. Here the same lacks are made by hand.

What Pyodide lacks was looked up in it (tests/browser/test_jupyterlite.py runs there); NumPy can't be had for it without the
network. So the pieces of code below run twice, in two fresh interpreters: as they are, and without what Pyodide lacks.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from gdlib.checks import bank

ROOT = Path(__file__).parent.parent
LACKS = """
import FIRST  # made for any machine, so not concerned
import os, signal, subprocess, sys, sysconfig, threading, types
from unittest.mock import MagicMock
sysconfig.get_config_vars()  # these are made for each platform
sys.platform = "emscripten"
os.cpu_count = lambda: 1
for module, names in {os: ["preadv", "sched_getaffinity", "fork", "posix_fallocate"], signal: ["setitimer"]}.items():
    for name in names:
        delattr(module, name) if hasattr(module, name) else None
for name in ("psutil", "multiprocessing", "dask", "distributed", "torch"):
    sys.modules[name] = None
for name in ("fcntl", "resource"):  # JupyterLite's kernel puts empty modules in their place
    sys.modules[name] = types.ModuleType(name)
def cannot(error):
    def start(*_, **__):
        raise error
    return start
threading.Thread.start = cannot(RuntimeError("can't start new thread"))
subprocess.Popen = cannot(OSError(138, "emscripten does not support processes."))
sys.monitoring = MagicMock()  # Python 3.12's; whether it breaks off a loop is tested in Pyodide itself
"""


def run(code, first="numpy", lacks=True):
    """What the code prints in a fresh interpreter, warnings being errors; packages in `first` are loaded before."""
    options = [sys.executable, "-W", "error", "-c", LACKS.replace("FIRST", first) + code if lacks else code]
    done = subprocess.run(options, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


SAME = {
    "core": """
import gdlib, numpy as np, sympy
print(gdlib.gradient_descent(lambda x: 2 * x + 2, 3.0, lr=0.01, eps=1e-5))
x, y = sympy.symbols("x y")
print(gdlib.calculus.gradient(x**2 + 2 * x * y, [x, y]), gdlib.landscapes.terrain()([1000.0, 1000.0]))
X = np.random.default_rng(0).normal(size=(40, 3))
loss = gdlib.LeastSquares(X, X @ [1.0, 2.0, 3.0] + 1, scale="mean")
print(loss.max_lr, loss.solve(), gdlib.sgd(loss, np.zeros(3), 0.05, 200, batch_size=7).final)
print(gdlib.sgd(gdlib.minibatch.SineFit.example(), 3.5, 0.02, 100, batch_size=20).final)
""",
    "a file": """
import tempfile
import gdlib, numpy as np
from gdlib.scale import memory, patches
with tempfile.TemporaryDirectory() as folder:
    table = np.load(patches.write(folder + "/patches.npy", "9 MB"), mmap_mode="r")
    loss = gdlib.LeastSquares(table[:, :-1], table[:, -1], scale="mean")
    print(gdlib.sgd(loss, np.zeros(49), 0.1, 300, batch_size=64).final)
    print(gdlib.gradient_descent(loss.gradient, np.zeros(49), 0.1, T=5).final, loss.solve())
    del loss, table
    print(patches.remove(folder + "/patches.npy"))
print(memory.footprint(10**6, 196_608, batch_size=64))
""",
    "explorers": """
from gdlib import explore, landscapes
print(explore.secant(landscapes.double_well()).alt, explore.descent(landscapes.valley(25)).alt)
print(explore.losses([[1.0], [2.0]], [3.0, 4.0]).alt, explore.memory(memory=16 * 2**30).alt)
print(explore.predict("How many?", answer=lambda: 3))
""",
    "checks": """
import os, tempfile
from gdlib import checks
for number in ("1.1", "3.1", "6.1"):
    question = checks.question(number)
    with tempfile.TemporaryDirectory() as folder:
        home = os.getcwd()
        os.chdir(folder)
        given = [question.answer(question.solution), *(question.answer(code) for _, code in question.mistakes[:2])]
        for answer in given:
            print(checks.check(number, *(answer if len(question.names) > 1 else [answer])))
        print(checks.progress(number[0]), checks.hint(number))
        os.chdir(home)
""",
}


@pytest.fixture(scope="module")
def printed():
    """What the pieces print as they are, and without what Pyodide lacks, piece by piece."""
    code = "print('--- ---')".join(["", *SAME.values()])
    first = "numpy, sympy, PIL.Image, anywidget, matplotlib.pyplot, IPython"
    return [run(code, first, lacks).split("--- ---\n")[1:] for lacks in (False, True)]


@pytest.mark.parametrize("name", SAME)
def test_gdlib_gives_the_same_without_threads_processes_and_alarm(name, printed):
    here, there = (texts[list(SAME).index(name)] for texts in printed)
    assert here.strip()
    assert there == here


def test_the_questions_that_are_checked_have_mistakes():
    """Else the comparison above would compare right answers only."""
    assert all(bank.question(number).mistakes for number in ("1.1", "3.1", "6.1"))


NO_PROCESS = (
    "RuntimeError: a cap needs a process of its own, and none can be started here, as inside a browser: "
    "run this cell in JupyterLab on your own machine"
)
SENTENCES = {
    "memory.run_capped(abs, 1, cap='64 MiB')": NO_PROCESS,
    "memory.peak(abs, 1)": NO_PROCESS,
    "memory.machine()": "RuntimeError: the memory of the machine can't be known inside a browser: give its size as a number",
    "cluster.connect()": "ImportError: dask does not run inside a browser: run this cell in JupyterLab on your own machine",
    "print(cluster.missing('torch'))": "torch does not run inside a browser: run this cell in JupyterLab on your own machine",
}


def test_what_a_browser_cannot_is_said_in_one_sentence():
    each = "try: {}\nexcept Exception as error: print(type(error).__name__, error, sep=': ')\n"
    printed = run("from gdlib.scale import cluster, memory\n" + "".join(map(each.format, SENTENCES)))
    assert dict(zip(SENTENCES, printed.splitlines(), strict=True)) == SENTENCES


def test_the_readme_says_the_same():
    table = (ROOT / "docs" / "lite" / "README.md").read_text("utf-8").partition("## What does not work")[2]
    sentences = [printed.partition("Error: ")[2] for printed in SENTENCES.values() if "Error: " in printed]
    assert len(sentences) == 4
    assert [sentence for sentence in sentences if sentence not in table] == []


# --- the site's list of packages --------------------------------------------------------------------


@pytest.fixture
def lite():
    return pytest.importorskip(
        "pages.lite", reason="needs the extra `site`: make .venv/ready-site", exc_type=ImportError
    )


def wheel(folder, name, needs=(), files=()):
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as file:
        for module in files:
            file.writestr(module, "")
        about = [f"Name: {name}", "Version: 1.0", *(f"Requires-Dist: {need}" for need in needs)]
        file.writestr(
            f"{name}-1.0.dist-info/METADATA", "\n".join(["Metadata-Version: 2.1", *about, "", "Requires-Dist: no"])
        )
    return path


def theirs(**packages):
    """Pyodide's list of packages: {name: file}."""
    from pyodide_lock import PyodideLockSpec

    info = {"platform": "emscripten_4_0_9", "version": "0.29.0", "python": "3.13.2"}
    entries = {
        name: {"name": name, "version": "1.0", "file_name": file, "install_dir": "site"}
        for name, file in packages.items()
    }
    return PyodideLockSpec(info=info, packages=entries)


def test_a_wheel_is_listed_with_what_it_offers_and_needs(lite, tmp_path):
    needs = ['one ; sys_platform == "win32"', 'Two_x>=1 ; python_version >= "3.12"', 'three ; extra == "dev"']
    made = wheel(tmp_path, "some.thing", needs, ["a.py", "b/__init__.py", "b/c.py", "b/d/__init__.py"])
    entry = lite.listed(theirs(**{"two-x": "two.whl"}), [made], offline=False).packages["some-thing"]
    assert (entry.name, entry.version) == ("some-thing", "1.0")
    assert sorted(entry.imports) == ["a", "b"]
    assert entry.depends == ["two-x"]


def test_compiled_packages_are_named_by_their_address_or_left_out(lite, tmp_path):
    made, before = [wheel(tmp_path, "mine", ["numpy"], ["mine.py"])], theirs(numpy="numpy.whl", mine="old.whl")
    there, off = (lite.listed(before, made, offline).packages for offline in (False, True))
    assert there["numpy"].file_name == f"{lite.PYODIDE_CDN_URL}/numpy.whl"
    assert there["mine"].file_name == "mine-1.0-py3-none-any.whl"
    assert (there["mine"].depends, off["mine"].depends) == (["numpy"], [])
    assert list(off) == ["mine"]
    assert before == theirs(numpy="numpy.whl", mine="old.whl")


def test_a_package_that_nobody_has_for_a_browser_stops_the_build(lite, tmp_path):
    made = [wheel(tmp_path, "mine", ["numpy", "nowhere"], ["mine.py"])]
    with pytest.raises(SystemExit, match="mine needs nowhere in the browser"):
        lite.listed(theirs(numpy="numpy.whl"), made, False)


def test_another_version_of_pyodide_than_the_kernels_stops_the_build(lite, tmp_path):
    (tmp_path / "package.json").write_text('{"version": "0.1.0"}')
    with pytest.raises(SystemExit, match=rf'"pyodide": "{lite.PYODIDE_VERSION}", as the kernel; it is 0.1.0'):
        lite.check_version(tmp_path)


def test_the_versions_in_the_browser_are_the_courses(lite):
    def pins(path):
        return dict(line.split()[0].split("==") for line in path.read_text("utf-8").splitlines() if "==" in line)

    course, browser = pins(ROOT / "requirements" / "course.lock"), pins(lite.LOCK)
    assert {name: version for name, version in browser.items() if course.get(name, version) != version} == {}
    assert browser.keys() - course.keys() == {"micropip"}
    wanted = {line.strip() for line in lite.LOCK.with_suffix(".in").read_text("utf-8").splitlines() if line[0] != "#"}
    assert wanted <= browser.keys()


def test_folded_code_keeps_the_line_that_names_it(lite, tmp_path):
    lite.stage(tmp_path, offline=True)
    books = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "contents" / "notebooks").glob("*.ipynb")]
    folded = [c["source"] for b in books for c in b["cells"] if c["metadata"].get("jupyter", {}).get("outputs_hidden")]
    assert folded
    assert all("".join(source).startswith("# The answer: run this cell\n") for source in folded)


def test_a_notebook_says_what_is_different_in_a_browser(lite):
    books = lite.books()
    names, before = lite.editions(books), json.dumps(books[LAST])
    for path, book in books.items():
        ready = lite.adapted(path, book, names)
        assert ready.metadata.kernelspec.name == "python"
        assert ready.cells[0] == book.cells[0]
        note = ready.cells[1].source
        for word in (
            "You are in a browser",
            "Shift+Enter",
            "No module named 'numpy'",
            "cdn.jsdelivr.net",
            names[path].name,
        ):
            assert word in note
        assert f"in the folder `{path.parent}`" in note
        assert ("no processes" in note) == (path == LAST)
    assert json.dumps(books[LAST]) == before


LAST = Path("notebooks/06_hardware_and_memory.ipynb")


def test_a_corrected_notebook_has_another_name_and_the_others_keep_theirs(lite):
    books = lite.books()
    before = lite.editions(books)
    books[LAST].cells[0].source += " Corrected."
    after = lite.editions(books)
    assert [path for path in books if before[path] != after[path]] == [LAST]
    assert len(set(before.values()) | set(after.values())) == len(books) + 1
    assert all(re.fullmatch(rf"{path.stem}-[0-9a-f]{{6}}\.ipynb", name.name) for path, name in after.items())


def test_a_link_to_another_notebook_leads_to_its_present_edition(lite, tmp_path):
    lite.stage(tmp_path, offline=True)
    found = 0
    for path in (tmp_path / "contents").rglob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for address in re.findall(r"\]\(([^)#]+\.ipynb)\)", "".join(cell["source"])):
                assert (path.parent / address).is_file(), address
                found += 1
    assert found >= 6
