"""The course in the browser: a JupyterLite site whose kernel is Python itself, in WebAssembly (Pyodide).

    python -m pages.lite build   into build/site/lite
    python -m pages.lite lock    requirements/lite.in -> lite.lock (needs the network)

A browser keeps what a reader has saved, and would show that for ever. So a notebook's name ends with its edition, as
01_differentiation-3f2a1c.ipynb: a corrected one is a new file, to which run/notebooks/01_differentiation.html leads.

The site holds JupyterLab, the notebooks and their data, Pyodide's runtime (npm), and the wheels that run on any
machine: gdlib's and PyPI's. One list of packages, pyodide-lock.json, names them all, so that `import gdlib` in a
cell loads what it needs. NumPy, Matplotlib and Pillow are compiled by Pyodide's authors; the list names them by
their address in Pyodide's own distribution, from where the reader's browser loads them.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_PYTHON_VERSION, PYODIDE_VERSION
from pyodide_lock import PyodideLockSpec
from pyodide_lock.utils import add_wheels_to_spec

from lectures.exercises import FETCH
from pages.web import MODULES, ROOT, notebooks, only_what_is_committed

HERE = ROOT / "docs" / "lite"
LOCK = ROOT / "requirements" / "lite.lock"
WHEELS = ROOT / "build" / "wheels"  # what was downloaded once
EXTENSIONS = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
FEDERATED = ("@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension", "anywidget", "gdlib")
RUNTIME = ("pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs", "python_stdlib.zip", "pyodide-lock.json")
NOT_THERE = {"jupyterlab", "jupytext", "nbval", "psutil"}  # gdlib asks for them, and no cell needs them in a browser
RUN = '<!DOCTYPE html><title>…</title><meta http-equiv="refresh" content="0; url=../../lab/index.html?path={}">'
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"


def build(folder, offline=False):
    """The site, made anew in `folder`; offline, without NumPy, Matplotlib and Pillow, it asks no other host.

    Raises SystemExit, with what to do, if something can't be had."""
    folder = Path(folder).resolve()
    runtime = check_version(MODULES / "pyodide")
    source = ROOT / "build" / "lite"
    for old in (source, folder):
        shutil.rmtree(old, ignore_errors=True)
    stage(source, offline)
    options = {"lite-dir": source, "contents": source / "contents", "output-dir": folder, "apps": "lab"}
    extensions = [f"--LiteBuildConfig.federated_extensions={EXTENSIONS / name}" for name in FEDERATED]
    flags = ("--ignore-sys-prefix", "--no-sourcemaps", "--no-unused-shared-packages", *extensions)
    run("jupyter", "lite", "build", *(f"--{name}={value}" for name, value in options.items()), *flags, cwd=source)
    for path, present in editions(books()).items():
        (page := folder / "run" / path.with_suffix(".html")).parent.mkdir(parents=True, exist_ok=True)
        page.write_text(RUN.format(present.as_posix()), "utf-8")
    for name in RUNTIME:
        put(runtime / name, folder / "static" / "pyodide" / name)
    packages = folder / "static" / "packages"
    for wheel in wheels():
        put(wheel, packages / wheel.name)
    listed(their_packages(runtime), sorted(packages.glob("*.whl")), offline).to_json(packages / "pyodide-lock.json")
    return folder


def check_version(runtime):
    """The folder of npm's Pyodide, which must be the one that the kernel was made for."""
    found = json.loads((runtime / "package.json").read_text("utf-8"))["version"]
    if found != PYODIDE_VERSION:
        raise SystemExit(f'docs/package.json must say "pyodide": "{PYODIDE_VERSION}", as the kernel; it is {found}')
    return runtime


def their_packages(runtime):
    """Pyodide's own list of packages, as pyodide-lock reads it: with the version, which npm's copy leaves out."""
    found = json.loads((runtime / "pyodide-lock.json").read_text("utf-8"))
    found["info"].setdefault("version", PYODIDE_VERSION)
    return PyodideLockSpec(**found)


def stage(source, offline):
    """JupyterLite's settings, and the contents: the notebooks as stored."""
    settings = json.loads((HERE / "jupyter-lite.json").read_text("utf-8"))
    settings["jupyter-config-data"]["litePluginSettings"][KERNEL]["disablePyPIFallback"] = offline
    names = editions(books())
    files = {"contents" / names[path]: adapted(path, book, names) for path, book in books().items()}
    files[Path("jupyter-lite.json")] = settings
    for path, content in files.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(json.dumps(content), "utf-8")


def books():
    """The notebooks that the site holds, as they are stored: {path relative to the root: NotebookNode}."""
    return notebooks(without=(FETCH,)) | notebooks("exercises")


def editions(notebooks):
    """Where notebooks are in the browser, {path: path}: a name ends with a word that changes with what is stored."""
    words = {path: hashlib.sha256(json.dumps(book).encode()).hexdigest()[:6] for path, book in notebooks.items()}
    return {path: path.with_stem(f"{path.stem}-{word}") for path, word in words.items()}


def adapted(path, notebook, names):
    """A copy of a notebook for the browser's kernel, its links to others as `names` has them, {path: path}. It is opened
    by what is different there, docs/lite/note.md, and by docs/lite/<its name>.md where there is such a file."""
    notebook = deepcopy(notebook)
    notebook.metadata.kernelspec = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    for cell in notebook.cells:
        cell.source = re.sub(r"(?<=]\(\.\./)\w+/\w+\.ipynb", lambda m: names[Path(m[0])].as_posix(), cell.source)
    notes = [note for note in (HERE / "note.md", HERE / path.parent / f"{path.stem}.md") if note.exists()]
    told = {"EDITION": names[path].name, "FOLDER": path.parent.as_posix(), "HOST": urlsplit(PYODIDE_CDN_URL).netloc}
    text = re.sub("|".join(told), lambda m: told[m[0]], "".join(note.read_text("utf-8") for note in notes))
    cell = {"id": "in-the-browser", "cell_type": "markdown", "metadata": {}, "source": text}
    notebook.cells.insert(1, type(notebook)(cell))
    return notebook


def wheels():
    """gdlib's wheel, built now, those of the lock, downloaded once, and those that the kernel brings."""
    done = WHEELS / "lite.lock"
    if not done.exists() or done.read_text("utf-8") != LOCK.read_text("utf-8"):
        shutil.rmtree(WHEELS, ignore_errors=True)
        anywhere = ("--platform=any", "--abi=none", "--implementation=py", f"--python-version={PYODIDE_PYTHON_VERSION}")
        where = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps", "--only-binary=:all:")
        run("pip", "download", *where, *anywhere, f"--dest={WHEELS}", f"--requirement={LOCK}")
        put(LOCK, done)
    built = ROOT / "build" / "gdlib"
    shutil.rmtree(built, ignore_errors=True)
    run("uv", "build", "--quiet", "--offline", "--wheel", f"--out-dir={built}", str(ROOT))
    kernel = EXTENSIONS / "@jupyterlite" / "pyodide-kernel-extension" / "static" / "pypi"
    own = [path for path in kernel.glob("*.whl") if "-3.6.999-" not in path.name]  # of two stand-ins the newer one
    return [*WHEELS.glob("*.whl"), *built.glob("*.whl"), *own]


def listed(theirs, wheels, offline):
    """Pyodide's list of packages with these wheels, all in one folder, in it; its others by their address, or not at all.

    Raises SystemExit if a wheel needs what neither the wheels nor Pyodide's list have.
    """
    spec = add_wheels_to_spec(theirs, wheels, ignore_missing_dependencies=True)
    ours = {name: package for name, package in spec.packages.items() if package.file_name in {w.name for w in wheels}}
    others = {name: package for name, package in spec.packages.items() if name not in ours}
    for package in ours.values():
        missing = set(package.depends) - spec.packages.keys() - (NOT_THERE if package.name == "gdlib" else set())
        if missing:
            raise SystemExit(f"{package.name} needs {min(missing)} in the browser: add it to requirements/lite.in")
    for package in others.values():
        package.file_name = f"{PYODIDE_CDN_URL}/{package.file_name}"
    spec.packages = ours if offline else others | ours
    for package in ours.values():
        package.depends = [name for name in package.depends if name in spec.packages]
    return spec


def lock():
    """requirements/lite.lock, in the versions of requirements/course.lock. The kernel brings its own widgetsnbextension."""
    options = {"python-version": PYODIDE_PYTHON_VERSION, "python-platform": "wasm32-pyodide2024", "only-binary": ":all:",
               "constraint": ROOT / "requirements" / "course.lock", "no-emit-package": "widgetsnbextension", "output-file": LOCK,
               "custom-compile-command": "python -m pages.lite lock"}  # fmt: skip
    flags = (f"--{name}={value}" for name, value in options.items())
    run("uv", "pip", "compile", "--quiet", "--upgrade", "--generate-hashes", *flags, str(LOCK.with_suffix(".in")))


def run(name, *arguments, cwd=ROOT):
    """A program of this environment; what it says is shown where it fails."""
    done = subprocess.run([Path(sys.prefix) / "bin" / name, *arguments], cwd=cwd, text=True, capture_output=True)
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}\n{name} {arguments[0]} failed: that is its output")


def put(path, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def main(arguments):
    if arguments == ["lock"]:
        lock()
    elif arguments == ["build"]:
        only_what_is_committed()
        folder = build(ROOT / "build" / "site" / "lite")
        print(f"{folder}: gdlib {metadata.version('gdlib')} on Pyodide {PYODIDE_VERSION}")
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
