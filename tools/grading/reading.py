"""What was handed in, as data: which student, which exercise, which cells. Nothing of it is run."""

import json
import re
import resource
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path

LARGE = 5 * 2**20  # a larger file is read by a process of its own, with little memory
MEMORY = 2**30
CODE = 2 * 2**20  # characters of code that are looked at

_MARK = re.compile(r"(q|check)(\d+)-(\d+)\Z")
_CELLS = re.compile(r'"cells"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


def submissions(folder):
    """{student: [notebooks]}: one file, or one folder, for each student; or nbgrader's submitted/.

    Raises ValueError if there is nothing.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"SUBMISSIONS must be a folder of notebooks, got {str(folder)!r}")
    folder = folder / "submitted" if (folder / "submitted").is_dir() else folder
    seen = {path.name: [] for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith(".")}
    for path in sorted(folder.rglob("*.ipynb")):
        parts = path.relative_to(folder).parts
        if not any(part.startswith(".") for part in parts):
            seen.setdefault(parts[0] if len(parts) > 1 else path.stem, []).append(path)
    if not seen:
        raise ValueError(f"there is no notebook in {str(folder)!r}")
    return dict(sorted(seen.items()))


def read(path, memory=MEMORY):
    """The code cells of a notebook, and what is wrong with the file ("" where nothing is).

    A cell is a dict of its source, at (its place among all cells, from 1) and mark ("q3-2", "check3-2" or "").
    """
    try:
        found = Path(path).lstat()
        if not stat.S_ISREG(found.st_mode):
            return [], "It is no plain file, so it was not opened."
        if found.st_size <= LARGE:
            return cells(Path(path).read_bytes())
        done = subprocess.run([sys.executable, "-I", __file__, path, str(memory)], capture_output=True, timeout=60)
        return tuple(json.loads(done.stdout))
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return [], "The file is too large, or can't be read."


def cells(data):
    """`read`, of a file's bytes."""
    if not data.strip():
        return [], "The file is empty."
    problem = ""
    try:
        notebook = json.loads(data)
        found = notebook["cells"]
    except (ValueError, RecursionError) as error:
        found = salvaged(data.decode("utf-8", "replace"))
        line = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        rest = f"; the {len(found)} cells before that were graded" if found else ""
        problem = f"The file is damaged or no notebook: its JSON breaks{line}{rest}."
    except (TypeError, KeyError):
        return [], "This is JSON, and no notebook."
    if not isinstance(found, list):
        return [], "This is JSON, and no notebook."
    code, left = [], CODE
    for at, cell in enumerate(found, 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", "")
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        left -= len(source)
        if left < 0:
            return code, f"There is too much code: from cell {at} on it was not read."
        code.append({"source": source, "at": at, "mark": mark(cell)})
    return code, problem


def salvaged(text):
    """The cells that stand before the place where a notebook's JSON breaks."""
    start, found = _CELLS.search(text), []
    position = start.end() if start else len(text)
    try:
        while len(found) < 10_000:
            cell, position = json.JSONDecoder().raw_decode(text, _BETWEEN.match(text, position).end())
            found.append(cell)
    except (ValueError, RecursionError):
        pass
    return found


def mark(cell):
    """nbgrader's grade_id, or the cell's id, which is the same: an editor may have dropped one of them."""
    metadata = cell.get("metadata")
    own = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    for name in (own.get("grade_id") if isinstance(own, dict) else None, cell.get("id")):
        if isinstance(name, str) and _MARK.match(name):
            return name
    return ""


def exercise_of(code):
    """The number of the exercise that most of the marked cells belong to; None where none is marked."""
    numbers = Counter(_MARK.match(cell["mark"])[2] for cell in code if cell["mark"])
    return numbers.most_common(1)[0][0] if numbers else None


def chosen(paths, number):
    """The notebook of an exercise among those of a student: (path or None, what to say about it)."""
    fits, others = [], []
    for path in paths:
        found, problem = read(path)
        of = exercise_of(found)
        if of == number:
            fits.append(path)
        else:
            what = f"belongs to exercise {of}, not to {number}" if of else "has no cell of an exercise"
            others.append((path, problem or f"The notebook {what}."))
    if fits:
        newest = max(fits, key=lambda path: path.stat().st_mtime)
        return newest, f"Of {len(fits)} notebooks the newest was graded." if len(fits) > 1 else ""
    if others:
        return others[0]
    return None, "There is no notebook in the folder."


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
    try:
        print(json.dumps(cells(Path(sys.argv[1]).read_bytes())))
    except MemoryError:
        print(json.dumps([[], "The file is too large to be read."]))
