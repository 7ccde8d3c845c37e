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

if __name__ == "__main__":  # the process for a large file, which loads no NumPy

    def noted(text, **values):
        return [text, values]

else:
    from gdlib.words import Noted, noted

_MARK = re.compile(r"(q|check)(\d+)-(\d+)\Z")
_CELLS = re.compile(r'"cells"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_HEADING = re.compile(r"^\s*#*\s*(\d+\.\d+) \S", re.M)
_CHECK = re.compile(r"""check\(\s*["'](\d+\.\d+)["']""")
_NAME = re.compile(r"(?:async +)?def +(\w+)|(\w+)(?: *, *\w+)* *(?::[^=]*)?=(?!=)")


def read(path, memory=MEMORY):
    """The code cells of a notebook, what is wrong with the file ("" where nothing is), and its language as it says ("en"
    where it says none, "" where that can't be read).

    A cell is a dict of its source, at (its place among all cells, from 1), mark ("q3-2", "check3-2" or "") and under
    ("3.2", the question whose heading stands above it, or "").
    """
    try:
        found = Path(path).lstat()
        if not stat.S_ISREG(found.st_mode):
            return [], noted("It is no plain file, so it was not opened."), ""
        if found.st_size <= LARGE:
            return cells(Path(path).read_bytes())
        done = subprocess.run([sys.executable, "-I", __file__, path, str(memory)], capture_output=True, timeout=60)
        code, problem, language = json.loads(done.stdout)
        return code, restored(problem), language
    except PermissionError as error:
        return [], noted("The file can't be opened ({error}).", error=error.strerror), ""
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return [], noted("The file is too large, or can't be read."), ""


def cells(data):
    """`read`, of a file's bytes."""
    if not data.strip():
        return [], noted("The file is empty."), ""
    problem, language = "", ""
    try:
        notebook = json.loads(data)
        language = language_of(notebook)
        sheets = [notebook] if "cells" in notebook else notebook["worksheets"]  # of format 3
        found = [cell for sheet in sheets for cell in sheet["cells"]]
    except (ValueError, RecursionError) as error:
        found = salvaged(data.decode("utf-8", "replace"))
        line = noted(" at line {n}", n=error.lineno) if isinstance(error, json.JSONDecodeError) else ""
        rest = noted("; the {n} cells before that were graded", n=len(found)) if found else ""
        problem = noted("The file is damaged or no notebook: its JSON breaks{line}{rest}.", line=line, rest=rest)
    except (TypeError, KeyError, AttributeError):
        return [], noted("This is JSON, and no notebook."), language
    code, left, under = [], CODE, ""
    for at, cell in enumerate(found, 1):
        source, name = text_of(cell), mark(cell) if isinstance(cell, dict) else ""
        if source is None:
            continue
        kind = cell.get("cell_type")
        if kind != "code" and not name.startswith("q"):
            under = [under, *(_HEADING.findall(source) if kind in ("markdown", "heading") else [])][-1]
            continue
        left -= len(source)
        if left < 0:
            return code, noted("There is too much code: from cell {at} on it was not read.", at=at), language
        made = {"source": source, "at": at, "mark": name, "under": under}
        if kind != "code":  # its answer was turned into text: what stands there is taken for code all the same
            made |= {"source": re.sub(r"^\s*```.*$", "", source, flags=re.M), "was": str(kind)[:20]}
        code.append(made)
    return code, problem, language


def language_of(notebook):
    """The language that a notebook's metadata name, "en" where they name none: text, of anybody's making."""
    own = notebook.get("metadata") if isinstance(notebook, dict) else None
    ours = own.get("gdlib") if isinstance(own, dict) else None
    found = ours.get("language") if isinstance(ours, dict) else None
    return found if isinstance(found, str) else "en"


def text_of(cell):
    """A cell's source, which format 3 calls its input; None where there is no cell."""
    if not isinstance(cell, dict):
        return None
    source = cell.get("source", cell.get("input", ""))
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


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


def mark_of(number, kind="q"):
    """The mark of the cell that holds a question's answer, or its check."""
    return f"{kind}{number.replace('.', '-')}"


def number_of(mark):
    """The number of the question that a mark is of."""
    return mark.removeprefix("check").removeprefix("q").replace("-", ".")


def exercise_of(code):
    """The number of the exercise that most of the cells belong to, by their marks; where all are lost, by the checks in
    them and the headings above; None where there is nothing of it."""
    numbers = Counter(_MARK.match(cell["mark"])[2] for cell in code if cell["mark"])
    if not numbers:
        found = (n for cell in code for n in [*_CHECK.findall(cell["source"]), cell["under"]] if n)
        numbers = Counter(n.partition(".")[0] for n in found)
    return numbers.most_common(1)[0][0] if numbers else None


def submitted(path, exercise):
    """The code cells of a notebook of an exercise, each answer marked, and what a teacher should know: `read`, and the
    answers that lost their marks found by their names."""
    code, problem, _ = read(path)
    code, notes = identified(code, exercise)
    turned = [
        noted(
            "{question}: its cell {at} is {kind}; it was read as code.",
            **{"question": number_of(cell["mark"]), "at": cell["at"], "kind": cell["was"]},
        )
        for cell in code
        if "was" in cell
    ]
    return code, [*[problem] * bool(problem), *notes, *turned]


def identified(code, exercise):
    """Cells with marks where they were lost, or where several cells were merged, and a note for each answer so found.

    A function is known by its name wherever it stands; values by their names below their heading or above their check.
    """
    marks = {cell["mark"] for cell in code}
    lost = {q.id: q for q in exercise.questions.values() if mark_of(q.id) not in marks}
    if not lost:
        return code, []
    made, notes = [], {}
    for cell in code:
        for piece in pieces(cell, exercise, lost):
            made.append(piece)
            if piece is not cell and piece["mark"].startswith("q") and piece["mark"] != cell["mark"]:
                number = number_of(piece["mark"])
                notes[number] = noted(
                    "{question}: its cell had lost its mark or was merged; cell {at} has its name.",
                    **{"question": number, "at": cell["at"]},
                )
    return made, [*notes.values()]


def pieces(cell, exercise, lost):
    """A cell, cut where the answer to a question begins that has no cell of its own, or where a check stands."""
    lines, starts, own = cell["source"].splitlines(), [(0, cell["mark"])], {}
    for question in exercise.questions.values():
        free = not question.asks_for_values or cell["under"] == question.id or f'"{question.id}"' in cell["source"]
        if cell["mark"] == mark_of(question.id) or (question.id in lost and free):
            own |= dict.fromkeys(question.names, mark_of(question.id))
    for n, line in enumerate(lines):
        check, name = _CHECK.match(line), _NAME.match(line)
        mark_here = mark_of(check[1], "check") if check else name and own.get(name[1] or name[2])
        if mark_here and mark_here != starts[-1][1]:
            while n and lines[n - 1].startswith(("#", "@")):
                n -= 1
            first = starts[-1][1] == "" and not check  # what stands above an answer belongs to it
            starts[-1 if first else len(starts) :] = [(starts[-1][0] if first else n, mark_here)]
    if [name for _, name in starts if name.startswith("q")] in ([], [cell["mark"]]) and len(lines) > 1:
        return [cell]
    ends = [n for n, _ in starts[1:]] + [len(lines)]
    cut = (
        {**cell, "source": "\n".join(lines[n:end]), "mark": name} for (n, name), end in zip(starts, ends, strict=True)
    )
    return [piece for piece in cut if piece["source"].strip()]


def stored(note):
    """A note as data, for a file: [text, {field: value}]; see `gdlib.words.noted`."""
    if not isinstance(note, Noted):
        return [str(note), {}]
    return [note.text, {name: stored(v) if isinstance(v, Noted) else v for name, v in note.values.items()}]


def restored(data):
    """The note of its data; a text as it is."""
    if not isinstance(data, list):
        return data and noted(data)
    return noted(data[0], **{name: restored(v) if isinstance(v, list) else v for name, v in data[1].items()})


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
    try:
        print(json.dumps(cells(Path(sys.argv[1]).read_bytes())))
    except MemoryError:
        print(json.dumps([[], noted("The file is too large to be read."), ""]))
