"""The course in the browser: a JupyterLite site whose kernel is Python itself, in WebAssembly (Pyodide).

    python -m pages.lite build [FOLDER]             into build/site/lite, or another folder
    python -m pages.lite build --offline [FOLDER]   the same without NumPy, Matplotlib and Pillow: asks no other host
    python -m pages.lite lock                       requirements/lite.in -> lite.lock (needs the network)

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
from email.parser import Parser
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_PYTHON_VERSION, PYODIDE_VERSION
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pages.web import MODULES, ROOT, copy, notebooks

HERE = ROOT / "docs" / "lite"
LOCK = ROOT / "requirements" / "lite.lock"
WHEELS = ROOT / "build" / "wheels"  # what was downloaded once
EXTENSIONS = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
FEDERATED = ("@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension", "anywidget")
RUNTIME = ("pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs", "python_stdlib.zip", "pyodide-lock.json")
NOT_THERE = {"jupyterlab", "jupytext", "nbval", "psutil"}  # gdlib asks for them, and no cell needs them in a browser
CONTENTS = ("exercises/solutions/*.md",)  # read by the notebooks, beside the notebooks themselves
MARKERS = {"sys_platform": "emscripten", "platform_system": "Emscripten", "os_name": "posix", "extra": "",
           "platform_machine": "wasm32", "implementation_name": "cpython", "platform_python_implementation": "CPython",
           "python_version": PYODIDE_PYTHON_VERSION, "python_full_version": f"{PYODIDE_PYTHON_VERSION}.0"}  # fmt: skip
SETTINGS = ("jupyter-config-data", "litePluginSettings", "@jupyterlite/pyodide-kernel-extension:kernel")


def build(folder=None, offline=False):
    """The site, made anew in `folder`.

    Raises
    ------
    SystemExit
        npm's Pyodide is another version than the kernel's, or something can't be had; the message says what to do.
    """
    folder = Path(folder or ROOT / "build" / "site" / "lite").resolve()
    runtime = check_version(MODULES / "pyodide")
    source = ROOT / "build" / "lite"
    for old in (source, folder):
        shutil.rmtree(old, ignore_errors=True)
    stage(source, offline)
    options = {"lite-dir": source, "contents": source / "contents", "output-dir": folder, "apps": "lab"}
    extensions = [f"--LiteBuildConfig.federated_extensions={EXTENSIONS / name}" for name in FEDERATED]
    flags = ("--ignore-sys-prefix", "--no-sourcemaps", "--no-unused-shared-packages", *extensions)
    run("jupyter", "lite", "build", *(f"--{name}={value}" for name, value in options.items()), *flags, cwd=source)
    for name in RUNTIME:
        put(runtime / name, folder / "static" / "pyodide" / name)
    packages = folder / "static" / "packages"
    for wheel in wheels():
        put(wheel, packages / wheel.name)
    theirs = json.loads((runtime / "pyodide-lock.json").read_text("utf-8"))
    (packages / "pyodide-lock.json").write_text(json.dumps(listed(theirs, packages, offline)), "utf-8")
    return folder


def check_version(runtime):
    """The folder of npm's Pyodide, which must be the one that the kernel was made for."""
    found = json.loads((runtime / "package.json").read_text("utf-8"))["version"]
    if found != PYODIDE_VERSION:
        raise SystemExit(f'docs/package.json must say "pyodide": "{PYODIDE_VERSION}", as the kernel; it is {found}')
    return runtime


def stage(source, offline):
    """JupyterLite's settings, and the contents: notebooks as stored, and the files that they read."""
    settings = json.loads((HERE / "jupyter-lite.json").read_text("utf-8"))
    kernel = settings
    for key in SETTINGS:
        kernel = kernel[key]
    kernel["pyodideUrl"] = "./static/pyodide/pyodide.mjs"
    kernel["disablePyPIFallback"] = offline
    write(source / "jupyter-lite.json", json.dumps(settings))
    for path, notebook in (notebooks() | notebooks("exercises")).items():
        write(source / "contents" / path, json.dumps(adapted(path, notebook)))
    for pattern in CONTENTS:
        for path in ROOT.glob(pattern):
            put(path, source / "contents" / path.relative_to(ROOT))


def adapted(path, notebook):
    """A copy of a notebook for the browser's kernel, opened by docs/lite/<its name>.md where there is such a file."""
    notebook = copy(notebook)
    notebook.metadata.kernelspec = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    note = HERE / path.parent / f"{path.stem}.md"
    if note.exists():
        text = note.read_text("utf-8")
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


def listed(theirs, folder, offline):
    """Pyodide's list of packages with this site's wheels in it; their others by their address, or not at all."""
    ours = {entry["name"]: entry for entry in map(entry_of, sorted(folder.glob("*.whl")))}
    others = {} if offline else {
        name: entry | {"file_name": f"{PYODIDE_CDN_URL}/{entry['file_name']}"} for name, entry in theirs["packages"].items()
    }  # fmt: skip
    packages = others | ours
    for entry in ours.values():
        missing = [n for n in entry["depends"] if n not in theirs["packages"] and n not in ours]
        if missing:
            raise SystemExit(f"{entry['name']} needs {missing[0]} in the browser: add it to requirements/lite.in")
        entry["depends"] = [name for name in entry["depends"] if name in packages]
    return theirs | {"packages": packages}


def entry_of(wheel):
    """A wheel's entry in the list of packages."""
    with ZipFile(wheel) as files:
        names = files.namelist()
        about = Parser().parsestr(files.read(next(n for n in names if n.endswith(".dist-info/METADATA"))).decode())
    needs = [Requirement(text) for text in about.get_all("Requires-Dist", ())]
    needs = {canonicalize_name(need.name) for need in needs if need.marker is None or need.marker.evaluate(MARKERS)}
    modules = {match[1] for match in (re.match(r"(\w+)(/__init__)?\.py$", name) for name in names) if match}
    return {
        "name": canonicalize_name(about["Name"]), "version": about["Version"], "file_name": wheel.name,
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(), "imports": sorted(modules),
        "depends": sorted(needs - (NOT_THERE if about["Name"] == "gdlib" else set())),
        "install_dir": "site", "package_type": "package", "unvendored_tests": False,
    }  # fmt: skip


def lock():
    """requirements/lite.lock, in the versions of requirements/course.lock. The kernel brings its own widgetsnbextension."""
    options = {"python-version": PYODIDE_PYTHON_VERSION, "python-platform": "wasm32-pyodide2024", "only-binary": ":all:",
               "constraint": ROOT / "requirements" / "course.lock", "no-emit-package": "widgetsnbextension", "output-file": LOCK,
               "custom-compile-command": "python -m pages.lite lock"}  # fmt: skip
    flags = (f"--{name}={value}" for name, value in options.items())
    run("uv", "pip", "compile", "--quiet", "--upgrade", "--generate-hashes", *flags, str(LOCK.with_suffix(".in")))


def run(name, *arguments, cwd=ROOT):
    """A program of this environment; what it says is shown where it fails."""
    done = subprocess.run(
        [Path(sys.prefix) / "bin" / name, *arguments],
        cwd=cwd,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}\n{name} {arguments[0]} failed: that is its output")


def put(path, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def main(arguments):
    command, *rest = arguments or [""]
    folders = [argument for argument in rest if argument != "--offline"]
    if command == "build" and len(folders) < 2:
        folder = build(*folders, offline="--offline" in rest)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        print(f"{folder}: {size / 1e6:.0f} MB, gdlib {metadata.version('gdlib')} on Pyodide {PYODIDE_VERSION}")
    elif command == "lock" and not rest:
        lock()
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
