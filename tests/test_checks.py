"""The engine of the exercises' checks on made-up questions, and the students' notebooks. test_bank.py has the real ones."""

import _thread
import contextlib
import json
import linecache
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from zipfile import ZipFile

import nbformat
import numpy as np
import pytest
import sympy
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

import gdlib
from gdlib import checks
from gdlib.checks import Code, bank, caller, decode, encode, judge, records
from gdlib.checks.comparing import same
from gdlib.checks.naming import weight
from gdlib.checks.runner.limits import TooLong, within
from gdlib.checks.runner.wire import Unknown, built, plain, shown
from grading.walls import staged
from lectures import exercises

EXERCISES = [bank.Exercise(path) for path in bank.sources()]
QUESTIONS = [question for exercise in EXERCISES for question in exercise.questions.values()]
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.path.stem)

# --- the students' notebooks ----------------------------------------------------------------------


def test_what_derives_from_the_sources_is_current(capsys):
    exercises.main(["check"])
    lines = capsys.readouterr().out.splitlines()
    assert [*map(str.split, lines)] == [[f"{e.path.stem}.ipynb:", "current"] for e in EXERCISES] + [
        ["questions.ko.zip:", "current"],
        ["questions.zip:", "current"],
    ]


def test_only_the_named_notebooks_are_derived_and_all_questions_packed(tmp_path, capsys):
    sources, archive = tmp_path / "exercises" / "solutions", tmp_path / "gdlib" / "data" / "questions.zip"
    for folder in (sources, archive.parent):
        folder.mkdir(parents=True)
    for name in ("08_other.md", "09_made_up.md"):
        (sources / name).write_text(MADE_UP.replace("## 9.", f"## {name[1]}."), "utf-8")
    exercises.main(["build", "09"], tmp_path)
    assert [path.name for path in sources.parent.glob("*.ipynb")] == ["09_made_up.ipynb"]
    exercises.main(["check", "09"], tmp_path)
    assert capsys.readouterr().out.splitlines() == [
        "09_made_up.ipynb: changed", "questions.zip: changed", "09_made_up.ipynb: current", "questions.zip: current"
    ]  # fmt: skip
    with ZipFile(archive) as file:
        assert file.namelist() == ["08_other.md", "09_made_up.md"]
    before = archive.stat()
    exercises.main(["build", "09"], tmp_path)
    assert archive.stat() == before  # nothing changed, nothing written
    for wrong in (["check"], ["build", "07"], ["make"]):
        with pytest.raises(SystemExit, match=r"make exercises|begins with 07|build \[NAME"):
            exercises.main(wrong, tmp_path)
    (sources / "08_other.md").write_text(MADE_UP.replace("## 9.", "## 8.").replace("Twice", "Two times"), "utf-8")
    with pytest.raises(SystemExit, match="make exercises"):
        exercises.main(["check", "09"], tmp_path)
    assert capsys.readouterr().out.endswith("questions.zip: differs from its source\n")


@each_exercise
def test_no_answer_is_in_the_notebook(exercise):
    text = "\n".join(cell.source for cell in exercises.derived(exercise).cells)
    for question in exercise.questions.values():
        assert question.solution not in text
        assert not any(message in text for message, _ in question.mistakes)
        assert not any(hint in text for hint in question.hints)


@each_exercise
def test_the_cells_are_a_valid_nbgrader_assignment(exercise):
    marks = [c.metadata.nbgrader for c in exercises.derived(exercise).cells if "nbgrader" in c.metadata]
    ids = [mark.grade_id for mark in marks]
    assert len(set(ids)) == len(ids) == 2 * len(exercise.questions)
    assert all(re.fullmatch(r"(q|check)\d+-\d+", key) for key in ids)
    for mark in marks:
        graded = mark.grade_id.startswith("check")
        wanted = {"grade": graded, "locked": graded, "solution": not graded, "task": False, "schema_version": 3}
        assert mark == wanted | {"grade_id": mark.grade_id} | ({"points": 1} if graded else {})


@each_exercise
def test_an_untouched_exercise_runs_through(exercise, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space = {}
    for cell in exercises.derived(exercise).cells:
        if cell.cell_type == "code" and cell.source.startswith("check("):
            assert eval(cell.source, space).outcome == "not attempted"
        elif cell.cell_type == "code":
            exec(cell.source, space)
    assert list(tmp_path.iterdir()) == []  # nothing was tried, so nothing is recorded


@pytest.mark.parametrize("exercise", EXERCISES[:1], ids=lambda e: e.path.stem)
def test_run_all_in_a_kernel_shows_nothing_red_and_an_error_its_line(exercise, tmp_path):
    notebook = exercises.derived(exercise)
    wrong = ["def slope(x):\n    y = 0 * x\n    return x / y", 'check("1.1", slope)']
    notebook.cells += map(nbformat.v4.new_code_cell, wrong)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not any(o.output_type == "error" or o.get("name") == "stderr" for o in outputs)
    said = [o.data["text/plain"] for o in outputs if "text/html" in o.get("data", {})]
    assert f"0 of {len(exercise.questions)} solved" in said[0]
    assert ["Not attempted" in text for text in said[1:]] == [True] * len(exercise.questions) + [False]
    assert "where: line 3: return x / y" in said[-1]


@each_exercise
def test_what_a_check_before_the_first_cell_raises_is_explained_above_it(exercise):
    how, first = exercises.derived(exercise).cells[1:3]
    with pytest.raises(NameError) as caught:
        exec(next(iter(exercise.questions.values())).check_cell, {})
    assert f"NameError: {caught.value}" in how.source
    assert "import check" in first.source


FAILED = "The cell above ended in an error"
SLOPE = "def slope(x):\n    "
RUNS = [  # the question, cells, and whether its check says then that the answer's cell failed
    ("1.3", ["says = 12.02", "says = 12,04)"], True),
    ("1.3", ["says = 12.02", "says = 12.04 +", "1 + 1"], True),
    ("1.3", ["says = 12.02", "1 / 0\nsays = 12.04"], True),
    ("1.3", ["says = 12.02", "says = 12,04)", "says = 12.02"], False),
    ("1.3", ["says = 12.02", "says = 12.04\n1 / 0"], False),  # it has the new value
    ("1.3", ["says = 12.02", "says == 1 +"], False),  # another cell
    ("1.1", [SLOPE + "raise NotImplementedError", "def slope(x):\nreturn 3"], True),
    ("1.1", [SLOPE + "return x", "  def slope(x)\n    return 3"], True),
    ("1.1", [SLOPE + "return x", "q1-1: de slope(x):\n    return 3"], True),  # known by its place
    ("1.1", [SLOPE + "return x", "q1-2: de slope(x):\n    return 3"], False),
]


def run_cell(client, source):
    """What a cell prints or gives, run in a kernel as JupyterLab does it: with the cell's id, where one stands before it."""
    place, source = re.fullmatch(r"(?:(q\d-\d): )?(.*)", source, re.S).groups()
    content = {"code": source, "silent": False, "store_history": True, "stop_on_error": False}
    message = client.session.msg("execute_request", content, metadata={"cellId": place} if place else {})
    client.shell_channel.send(message)
    said = []
    while (reply := client.get_iopub_msg(timeout=60))["content"].get("execution_state") != "idle":
        said += [reply["content"].get("data", {}).get("text/plain", "") + reply["content"].get("text", "")]
    return "".join(said)


def test_a_check_says_that_the_cell_of_the_answer_has_failed_since(tmp_path):
    manager, client = start_new_kernel(cwd=str(tmp_path))
    try:
        assert run_cell(client, "from gdlib.checks import check") == ""
        for key, cells, failed in RUNS:
            for cell in cells:
                run_cell(client, cell)
            said = run_cell(client, f'check("{key}", {"slope" if key == "1.1" else "says"})')
            assert said.startswith(key), cells
            assert (FAILED in said) == failed, (cells, said)
            assert "Not attempted" not in said
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_without_a_shell_nothing_is_said_of_earlier_answers():
    assert FAILED not in repr(checks.check("9.2", 8))


# --- the engine, on made-up questions -------------------------------------------------------------

MADE_UP = '''---
jupytext:
  text_representation:
    format_name: myst
---

# Exercise 9 · Made up

Some text.

```{code-cell} ipython3
import numpy as np
import sympy

print("an author's cell may print")
```

## 9.1 Double it

Twice `x`.

```{code-cell} ipython3
:tags: [solution]

def double(x):
    """Twice x."""
    return 2 * x
```

> **Hint.** Add.

> **Hint.** Or multiply:
>
> ```python
> 2 * x
> ```

```{code-cell} ipython3
:tags: [cases]

seconds = 0.6


def cases(rng):
    yield (np.array([100.0, 1.0, 2.0]),)
    yield (3.0,)
    for _ in range(10):
        yield (rng.normal(size=2),)
```

```{code-cell} ipython3
:tags: [mistake]

# This is the square,
# not the double.
def double(x):
    return x**2
```

```{code-cell} ipython3
:tags: [mistake]

# This is half.
def double(x):
    return x / 2
```

```{code-cell} ipython3
:tags: [mistake]

# You divide by a length that a number has not.
def double(x):
    return 2 * x / len(x) * len(x)
```

```{code-cell} ipython3
:tags: [mistake]

# It never ends on a single number.
def double(x):
    while np.ndim(x) == 0:
        pass
    return 3 * x
```

## 9.2 A value

```{code-cell} ipython3
:tags: [solution]

n = (
    3 + 4
)  # a number
```

```{code-cell} ipython3
:tags: [mistake]

# That is the product.
n = 12
```

## 9.3 Two values, judged

```{code-cell} ipython3
:tags: [solution]

lr = 0.5
T = 10
```

```{code-cell} ipython3
:tags: [cases]

seconds = 0.6


def judge(lr, T):
    while T == 666:
        pass
    if T == "a":  # what a student writes as "A"
        return ""
    np.log(np.array(0.0))  # a warning that nobody sees
    return lr * T == 5 or f"{lr * T:g} is not 5."
```

```{code-cell} ipython3
:tags: [mistake]

# That is a lot.
lr, T = 0, 0
lr = 100.0
T = 1


def fits(lr, T):
    np.log(np.array(0.0))
    return lr in ("much", 7) or lr > 10
```

## 9.4 An expression

```{code-cell} ipython3
x, y = sympy.symbols("x y")
```

```{code-cell} ipython3
:tags: [solution]

slopes = [2 * x + 2 * y, 2 * x]
```

```{code-cell} ipython3
:tags: [cases]

def cases(rng):
    for _ in range(10):
        yield {"x": rng.normal(), "y": rng.normal()}
```

## 9.5 A bug

```{code-cell} ipython3
:tags: [stub]

def total(v):
    """The sum."""
    return v[0]
```

```{code-cell} ipython3
:tags: [solution]

def total(v):
    """The sum."""
    return sum(v)
```

```{code-cell} ipython3
:tags: [cases]

def cases(rng):
    yield ([1],)
    yield ([1, 2],)
    yield ([3, 4, 5],)
```

## 9.6 A function, judged

```{code-cell} ipython3
:tags: [solution]

def steps(n):
    """n numbers."""
    return [1.0] * n
```

```{code-cell} ipython3
:tags: [cases]

seconds = 0.6


def judge(result, n):
    if not hasattr(result, "__len__"):
        return "That has no length."
    return (result[0] > 0 and np.sum(result) == n) or f"The sum is {np.sum(result):g}."


def cases(rng):
    yield (3,)
    yield (2,)
    yield (1,)
```

```{code-cell} ipython3
:tags: [mistake]

# They are too large.
def steps(n):
    return [2.0] * n


def fits(result, n):
    return np.sum(result) > n
```

## 9.7 Several values

```{code-cell} ipython3
:tags: [solution]

a = 1.5
b = 2
word = "up"
```

```{code-cell} ipython3
:tags: [mistake]

# For `a` you forgot the half.
a = 3
b = 2
word = "up"
```

The end.
'''


@pytest.fixture(autouse=True)
def made_up(tmp_path_factory, monkeypatch, request):
    """The made-up exercise, 9, in the place of the real ones; for the tests of the engine only."""
    if "question" in request.fixturenames or "exercise" in request.fixturenames:
        return None
    folder = tmp_path_factory.mktemp("bank")
    (folder / "09_made_up.md").write_text(MADE_UP)
    monkeypatch.setattr(bank, "sources", lambda: [*folder.glob("*.md")])
    monkeypatch.chdir(folder)
    return folder


def test_how_a_source_is_read():
    exercise = bank.exercise("9")
    assert list(exercise.questions) == [f"9.{n}" for n in range(1, 8)]
    assert [kind for kind, _ in exercise.intro] == ["markdown", "code"]
    first = bank.question("9.1")
    assert first.before == [("markdown", "## 9.1 Double it\n\nTwice `x`.")]
    assert first.hints == ["Add.", "Or multiply:\n\n```python\n2 * x\n```"]
    assert first.mistakes[0][0] == "This is the square, not the double."
    assert first.stub_cell == 'def double(x):\n    """Twice x."""\n    raise NotImplementedError'
    assert bank.question("9.2").stub_cell == "n = ...  # a number"
    assert bank.question("9.3").stub_cell == "lr = ...\nT = ..."
    assert bank.question("9.3").check_cell == 'check("9.3", lr, T)'
    assert bank.question("9.7").after == [("markdown", "The end.")]
    jupytext = pytest.importorskip("jupytext")
    cells = jupytext.reads(MADE_UP, fmt="md:myst").cells  # the same cells as the tool that opens the source sees
    assert sum(c.cell_type == "code" for c in cells) == MADE_UP.count("```{code-cell}")
    assert next(c for c in cells if "solution" in c.metadata.get("tags", ())).source == first.solution


def changes(x):
    x *= 2
    return x


def forgets(x):
    x * 2


def fails(x):
    y = 1 / 0
    return y * x


def never(x, wait=None):
    while True:
        pass


def works(seconds):
    """Keep the processor busy for so many seconds of its time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def swallows(x, wait=works):
    while True:
        try:  # noqa: SIM105
            wait(0.01)
        except:  # noqa: E722  what a student may write
            pass


def swallows_elsewhere(x, wait=works):
    while True:
        with contextlib.suppress(BaseException):
            wait(0.01)


def warns(x):
    warnings.warn("careful", stacklevel=1)
    return 2 * x + 0 * np.log(0.0 * np.abs(x) + 1)


ANSWERS = [
    ("9.1", lambda x: x + x, "correct", "right on all 12", None),
    ("9.1", lambda z, factor=2, **more: [factor * v for v in z] if np.ndim(z) else factor * z, "correct", "", None),
    ("9.1", lambda x: print("here", x) or 2 * x, "correct", "", None),
    ("9.1", lambda x: x**2, "incorrect", "This is the square, not the double.", "This is the square, not the double."),
    ("9.1", lambda x: x / 2, "incorrect", "half", "This is half."),
    ("9.1", lambda x: 2.01 * x, "incorrect", "It differs here:", None),
    ("9.1", lambda x: 2 * x + float("nan"), "incorrect", "There is `nan` in it", "general"),
    ("9.1", lambda x: np.atleast_2d(2 * x).T, "incorrect", "shape (1, 1); a number is wanted", "general"),
    ("9.1", lambda x: 2 * np.ones(2) * x, "incorrect", "(2,); a number is wanted.", "general"),
    ("9.1", lambda x: [2 * x], "incorrect", "It returns a list with one value; a number is wanted.", "general"),
    ("9.1", lambda x: np.greater(x, 0), "incorrect", "It returns True; a number is wanted. A comparison", "general"),
    ("9.1", lambda x: x > 7 if np.ndim(x) else 2 * x, "incorrect", "(2,) of True and False; an array", "general"),
    ("9.1", lambda x: lambda: 2 * x, "incorrect", "It returns a function; a number is wanted. `f` is", "general"),
    ("9.1", lambda x: (x + 0.0) ^ 2, "error", "`^` is no power", "general"),
    ("9.1", lambda x: 2 * x + 1 if np.ndim(x) == 0 else x ^ 2, "error", "`^` is no power", "general"),
    ("9.1", lambda x: x ^ 2 if np.ndim(x) == 0 else 2 * x, "error", "`^` is no power", "general"),
    ("9.1", lambda x: fails * 2 + x, "error", "Call it: `f(x)`", "general"),
    ("9.1", lambda x: np.sin * (x + np.ones(2)), "error", "Call it: `f(x)`", "general"),
    ("9.1", lambda x: "a" * (x + 0.5), "error", "A list, or a text, does not calculate", "general"),
    ("9.1", lambda x: (v for v in np.ravel(x)), "incorrect", "a generator", "general"),
    ("9.1", lambda x: (v for v in [1]), "incorrect", "a generator", "general"),
    ("9.1", lambda x: str(x), "incorrect", "It returns text", "general"),
    ("9.1", forgets, "incorrect", "Did you forget `return`?", "general"),
    ("9.1", changes, "incorrect", "changes its argument `x`", "general"),
    ("9.1", fails, "error", "ZeroDivisionError", None),
    ("9.1", lambda x: 2 * x / len(x) * len(x), "error", "a length", "You divide by a length that a number has not."),
    ("9.1", lambda x: sys.exit(), "error", "SystemExit", None),
    ("9.1", lambda: 3, "error", "TypeError", None),
    ("9.1", 6.0, "error", "the function itself", None),
    ("9.1", never, "too long", "stopped after 0.6 seconds", None),
    ("9.1", swallows, "too long", "stopped after 0.6 seconds", None),
    ("9.1", swallows_elsewhere, "too long", "stopped after 0.6 seconds", None),
    ("9.1", warns, "correct", "", None),
    (
        "9.1",
        lambda x: never(x) if np.ndim(x) == 0 else 3 * x,
        "too long",
        "never ends",
        "It never ends on a single number.",
    ),
    ("9.1", None, "not attempted", "Fill in", None),
    ("9.2", 7, "correct", "right", None),
    ("9.2", np.float64(7), "correct", "", None),
    ("9.2", sympy.Integer(7), "correct", "", None),
    ("9.2", np.array(7.0), "correct", "", None),
    ("9.2", 12.0, "incorrect", "product", "That is the product."),
    ("9.2", 8, "incorrect", "It is not 8.", None),
    ("9.2", "seven", "incorrect", "`n` is text; a number is wanted. Leave out quotation marks", "general"),
    ("9.2", [8], "incorrect", "`n` is a list with one value; a number is wanted.", "general"),
    ("9.2", abs, "incorrect", "`n` is a function; a number is wanted.", "general"),
    ("9.2", ..., "not attempted", "", None),
    ("9.3", (0.25, 20), "correct", "", None),
    ("9.3", (1, 2), "incorrect", "2 is not 5.", None),
    ("9.3", (50.0, 2), "incorrect", "a lot", "That is a lot."),
    ("9.3", ("much", 2), "incorrect", "`lr` is text; a number is wanted", "general"),
    ("9.3", (1, "A "), "incorrect", "`T` is text; a number is wanted.", "general"),
    ("9.3", (1, {}), "incorrect", "`T` is a dict", "general"),
    ("9.3", (7, 666), "incorrect", "That is a lot.", "That is a lot."),
    ("9.3", (1, 666), "incorrect", "Judging it took too long", None),
    ("9.3", (1, ...), "not attempted", "", None),
    ("9.5", lambda v: v[0], "not attempted", "nothing was changed", None),
    ("9.5", lambda v: v[-1], "incorrect", "differs", None),
    ("9.5", lambda v: np.sum(v), "correct", "", None),
    ("9.6", lambda n: [2.0] * n if n < 3 else 1 / 0, "incorrect", "too large", "They are too large."),
    ("9.6", lambda n: [5.0] * n if n > 2 else never(n), "too long", "stopped", None),
    ("9.6", lambda n: ["a"] * n, "incorrect", "a list of numbers is wanted", "general"),
    ("9.6", lambda n: 0.5, "incorrect", "It returns a number; a list of numbers is wanted.", "general"),
    ("9.6", lambda n: [], "incorrect", "This can't be used: IndexError", None),
    ("9.6", lambda n: "a", "incorrect", "text; a list of numbers is wanted", "general"),
    ("9.6", lambda n: fails, "incorrect", "It returns a function; a list of numbers is wanted.", "general"),
    ("9.6", lambda n: None, "incorrect", "Did you forget `return`?", "general"),
    ("9.6", lambda n: [0.1, 0.2], "incorrect", "The sum is 0.3.", None),
    ("9.7", (1.5, 2.0, " UP"), "correct", "", None),
    ("9.7", (3.0, 2, "up"), "incorrect", "the half", "For `a` you forgot the half."),
    ("9.7", (3.0, 7, "down"), "incorrect", "the half", "For `a` you forgot the half."),
    ("9.7", (1.5, 7, "up"), "incorrect", "`b` is not right yet.", "general"),
    ("9.7", (1.6, 7, "down"), "incorrect", "`a`, `b`, `word` are not right yet.", "general"),
    ("9.7", (1.5, "2", "up"), "incorrect", "`b` is text; a number is wanted.", "general"),
    ("9.7", (1.5, 2, 3), "incorrect", "`word` is a number; text is wanted.", "general"),
    ("9.7", (1.5, True, "up"), "incorrect", "`b` is True; a number is wanted.", "general"),
    ("9.7", (1.5, 2, ...), "not attempted", "", None),
]


@pytest.mark.parametrize("number,answer,outcome,says,mistake", ANSWERS)
def test_outcomes(number, answer, outcome, says, mistake):
    found = judge(number, caller(answer))
    assert found.outcome == outcome, found
    assert says in found.message
    assert found.mistake == (found.message if mistake == "general" else mistake)
    assert number in repr(found)
    assert number in found._repr_html_()
    assert "Traceback" not in repr(found)


def test_the_smallest_differing_input_is_shown_yours_beside_expected(monkeypatch):
    found = judge("9.1", caller(lambda x: 2 * x + 1))
    assert found.example[:3] == (("with", "x = 3"), ("yours", "7"), ("expected", "6"))
    assert found.example[3:] == (("right within", "1e-06 of the value, 1e-09 near 0"),)  # last
    assert "<small>(right within 1e-06" in found._repr_html_()
    monkeypatch.setitem(bank.question("9.1").settings, "rtol", 1e-12)
    found = judge("9.1", caller(lambda x: 2 * x * (1 + 1e-8)))
    assert found.example[1:3] == (("yours", "6.00000006"), ("expected", "6"))  # more digits where six would look alike


def test_a_message_and_its_example_are_of_one_case():
    found = judge("9.6", caller(lambda n: [2.0] * n if n == 2 else [0.1]))
    assert (found.mistake, found.example[0]) == ("They are too large.", ("with", "n = 2")) or found.mistake is None
    found = judge("9.6", caller(lambda n: [2.0] * n if n == 3 else [0.1] * n))
    assert (found.mistake, found.example[0]) == ("They are too large.", ("with", "n = 3"))
    found = judge("9.1", caller(lambda x: 2 * x if np.ndim(x) == 0 or x[0] == 100 else x ^ 2))
    assert "error" in dict(found.example)


@pytest.mark.parametrize(
    "values,smallest",
    [
        ([Code("lambda x: x"), Code("abs")], 1),
        ([Code("a", a=np.ones(4)), Code("a", a=1.0)], 1),
        ([[Code("abs"), 3.0], 4.0], 1),
        ([[[1, 2], [3]], np.ones(2)], 1),
        ([{"a": [1, 2, 3]}, -5.0], 1),
        ([-3.0, 2.0, 1j], 2),
    ],
)
def test_the_plain_case_is_the_smallest(values, smallest):
    weights = [weight([(value,), {}]) for value in values]
    assert weights.index(min(weights)) == smallest


def test_no_warning_of_an_authors_function_reaches_the_student(capfd):
    for answer in [(0.5, 10), (100, 1)]:
        assert judge("9.3", caller(answer)).outcome in ("correct", "incorrect")  # pytest makes a warning an error
    assert capfd.readouterr() == ("", "")


def test_an_answer_of_a_value_question_is_not_given_away():
    assert "7" not in repr(judge("9.2", caller(8)))
    for answer in [(1.6, 7, "down"), ("1", 7, "up"), (1.5, 3, 0)]:
        assert not re.search("1.5|2|up", repr(judge("9.7", caller(answer))).replace('hint("9.7")', ""))


def test_an_error_shows_the_students_line_and_no_frame_of_the_checker():
    found = judge("9.1", caller(fails))
    where = dict(found.example)["where"]
    assert where == f"test_checks.py, line {fails.__code__.co_firstlineno + 1}: y = 1 / 0"
    assert found.message == "It raised ZeroDivisionError: division by zero."
    assert "error" not in dict(found.example)  # once is enough

    def inside(x):
        return gdlib.gradient_descent(abs, "a", lr=x)  # the error is gdlib's, the line is the student's

    assert "inside" not in repr(judge("9.1", caller(inside)))
    assert 'gdlib.gradient_descent(abs, "a", lr=x)' in repr(judge("9.1", caller(inside)))


def test_html_is_escaped():
    def raises(x):
        raise ValueError("<b>bold</b>")

    assert "<b>bold" not in judge("9.1", caller(raises))._repr_html_()
    assert "&lt;b&gt;bold" in judge("9.1", caller(raises))._repr_html_()


X, Y = sympy.symbols("x y", real=True)  # not the author's symbols: only their names count


@pytest.mark.parametrize(
    "answer,outcome",
    [
        ([2 * (X + Y), 2 * X], "correct"),
        (sympy.Matrix([2 * X + 2 * Y, 2 * X]), "incorrect"),  # a column: another shape
        ((sympy.Poly(2 * X + 2 * Y, X, Y), sympy.Poly(2 * X, X)), "correct"),
        (lambda x, y: np.array([2 * x + 2 * y, 2 * x]), "correct"),
        ([2 * X + 2 * Y, 2 * Y], "incorrect"),
        ([2 * X + 2 * Y, sympy.Symbol("z")], "incorrect"),
    ],
)
def test_expressions_are_compared_by_their_values(answer, outcome):
    assert judge("9.4", caller(answer)).outcome == outcome


# --- what is said of the mistakes that any answer can make: (question, cell, words) ------------------

LEVEL = "def level(g):\n    u = np.array([g[1], -g[0]]) / np.hypot(*g)\n    return {}"
PARTIAL = "def partial(X, y, beta, k):\n    {}\n    return -2 / len(y) * X[:, k] @ r"
WALK = "def seek(df, start):\n    w, step = [start], 8.0\n    for _ in range(19):\n        step = step / 2\n        "
WALK += "w.append(w[-1] - step * np.sign(df(w[-1])))\n    return {}"
WRAPPER = [
    (
        "2.4",
        LEVEL.format("[u]"),
        "array of shape (1, 2); an array of shape (2,) is wanted. Its numbers are right: `np.ravel",
    ),
    ("2.4", LEVEL.format("u[:, None]"), "Its numbers are right: `np.ravel(...)`"),
    (
        "3.2",
        "def ascend(gradient, init, lr, eps, T):\n    return np.array(init)",
        "an array of shape (2,); 2 values are wanted",
    ),
    (
        "1.5",
        "def turns(slopes):\n    v = slopes[slopes != 0]\n    up = v[:-1] > 0\n    return np.where(up & (v[1:] < 0)), "
        "np.where(~up & (v[1:] > 0))",
        "2 values, and number 1 is",
    ),
    ("2.4", LEVEL.format("np.matrix(u)"), "Its numbers are right: `np.ravel(...)`"),
    ("2.4", LEVEL.format("[str(v) for v in u]"), "leave out quotation marks"),
    ("2.4", LEVEL.format("print(u)"), "It returns nothing. Did you forget `return`?"),
    ("1.8", WALK.format("[w]"), "shape (1, 20); a list of numbers is wanted. Its numbers are right: `np.ravel(...)`"),
    ("1.8", WALK.format("[(n, p) for n, p in enumerate(w)]"), "shape (20, 2); a list of numbers is wanted."),
    ("1.8", WALK.format("np.matrix(w)"), "Its numbers are right: `np.ravel(...)`"),
    ("5.2", "updates, rows, updates_60, rows_60 = '170', '5000', '85', '5000'", "text; a number is wanted."),
    ("5.8", "def schedule(T):\n    np.geomspace(0.1, 0.0001, T)", "It returns nothing. Did you forget `return`?"),
]
ENTRY = [
    (
        "4.1",
        "def partial(X, y, beta, k):\n    return (-2 / len(y) * X.T @ (y - X @ beta))[[k]]",
        "`.item()` takes it out",
    ),
    ("4.1", "def partial(X, y, beta, k):\n    return [(-2 / len(y) * X.T @ (y - X @ beta))[k]]", "`[0]` takes it out"),
    ("2.2", "def slope_along(g, v):\n    return np.atleast_2d(g @ v / np.linalg.norm(v))", "`.item()` takes it out"),
    ("2.2", "def slope_along(g, v):\n    return 7 * g * v / np.linalg.norm(v)", "`a * b` multiplies entry by entry"),
]
MEET = [
    ("4.1", PARTIAL.format("r = y.reshape(-1, 1) - X @ beta"), "The shapes (2, 1) and (2,) meet here"),
    ("4.1", PARTIAL.format("r = (y - (X @ beta)[:, None]).sum(axis=1)"), "The shapes (2,) and (2, 1) meet here"),
    (
        "6.3",
        "def full_gradient(blocks, beta):\n    g, n = 0, 0\n    for X, y in blocks:\n        "
        "g, n = g - (X.T @ (y[:, None] - X @ beta)).mean(axis=1), n + len(y)\n    return g / n",
        "meet here, and NumPy makes",
    ),
    ("4.1", PARTIAL.format("r = y - X.T @ beta"), "`A @ B` of the shapes (1, 2) and (1,) does not fit."),
    ("4.1", PARTIAL.format("r = y - beta @ X"), "does not fit. The last number of the left one"),
    ("4.1", PARTIAL.format("r = y - np.dot(X.T, beta)"), "does not fit: the last number of the left one"),
]
LEFT = [
    (
        "2.4",
        LEVEL.format("u").replace("    u", "    raise NotImplementedError\n    u"),
        "Delete the line `raise NotImpl",
    ),
    ("2.4", LEVEL.format("u").replace("    return", "    raise NotImplementedError\n    return"), "Delete the line"),
    ("2.4", 'def level(g):\n    "text"\n    v = g / 2\n    raise NotImplementedError', "Delete the line"),
]
SHADOWED = [
    ("1.1", "abs = 3\ndef slope(x):\n    return abs(x)", "what stands before them here is no function (int)"),
    ("1.1", "n = 3\ndef slope(x):\n    return n(x + 1)", "`3(x)` needs a `*`"),
    ("2.4", "sum = np.zeros(2)\ndef level(g):\n    return g / sum(g)", "no function (numpy.ndarray)"),
]
KEPT = [
    (
        "1.8",
        WALK.format("w")
        .replace("start)", "start, w=[])")
        .replace("w, step = [start], 8.0", "w.append(start)\n    step = 8.0"),
        "such as a list in its first line",
    ),
    ("2.4", "def level(g):\n    return g + np.random.default_rng().normal(size=2)", "Called twice with the same input"),
    (
        "2.4",
        "n = []\n" + LEVEL.format("u if len(n) == 1 else 2 * u").replace("    u =", "    n.append(1)\n    u ="),
        "Called twice with the same input",
    ),
    (
        "3.1",
        "def descend(gradient, init, lr, eps, T):\n    return np.array([init]), np.array([0.0])",
        "It returns 2 values",
    ),
    ("2.4", "n = [0]\ndef level(g):\n    n[0] += 1\n    return g * n[0]", "Called twice with the same input"),
]
ROUNDED = [
    ("2.4", LEVEL.format("u.round(2)"), "This is rounded. Return what you calculate"),
    ("2.4", LEVEL.format("u.round(6)"), "You round to 6 digits"),
    ("2.2", "def slope_along(g, v):\n    return round(g @ v / np.linalg.norm(v), 5)", "You round to 5 digits"),
]
ALGEBRA = [
    ("2.4", "def level(g):\n    return np.linalg.solve(np.outer(g, [1, 1]) * 0, g)", "A matrix has no inverse here"),
    ("2.4", "def level(g):\n    return np.linalg.inv(np.ones((2, 2))) @ g", "A matrix has no inverse here"),
    ("2.4", "def level(g):\n    return np.linalg.svd(np.full((2, 2), np.nan) * g)[1]", "holds nan or infinity"),
]  # fmt: skip
LISTS = [
    ("2.4", "def level(g):\n    return list(g) * 0.5", "does not calculate entry by entry"),
    ("2.4", "def level(g):\n    return list(g) / 2", "does not calculate entry by entry"),
    ("2.4", "def level(g):\n    return list(g).astype(float)", "does not calculate entry by entry"),
    ("2.4", "def level(g):\n    return g[2]", "There is no entry 2: the 2 entries are counted from 0."),
]
SAID = [*LISTS, *WRAPPER, *ENTRY, *MEET, *LEFT, *SHADOWED, *KEPT, *ROUNDED, *ALGEBRA]


def student(question, source):
    """What a notebook hands to check: a cell's lines can be looked up."""
    name = f"<cell {len(linecache.cache)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    space = dict(question.exercise.space(question.id))
    exec(compile(source, name, "exec"), space)
    answers = tuple(space[name] for name in question.names)
    return caller(answers if answers[1:] else answers[0])


@pytest.mark.parametrize("number,source,words", SAID)
def test_everyday_mistakes_have_a_name(number, source, words):
    question = next(question for question in QUESTIONS if question.id == number)
    found = judge(question, student(question, source))
    assert words in found.message, found
    assert found.mistake == found.message
    if "meet here" in words or "does not fit" in words:
        assert dict(found.example)["where"].startswith("line ")


@pytest.mark.parametrize("number,source,words", [case for case in SAID if re.search(r"np.ravel|takes it out", case[2])])
def test_what_is_advised_makes_it_right(number, source, words):
    question = next(question for question in QUESTIONS if question.id == number)
    head, _, result = source.rpartition("return ")
    advised = {"np.ravel": "np.ravel({})", ".item()": "{}.item()", "[0]": "{}[0]"}
    form = next(form for words_, form in advised.items() if words_ in words)
    assert judge(question, student(question, f"{head}return {form.format(f'({result})')}")).outcome == "correct"


def test_another_seed_gives_other_inputs_and_the_same_verdict():
    question = bank.question("9.1")
    assert not np.array_equal(question.inputs(0)[-1][0][0], question.inputs(1)[-1][0][0])
    assert np.array_equal(question.inputs(1)[-1][0][0], question.inputs(1)[-1][0][0])
    assert {judge("9.1", caller(lambda x: x / 2), seed).mistake for seed in range(3)} == {"This is half."}


def test_a_check_in_a_thread_ends_too_and_leaves_everything_as_it_was():
    before, box = signal.getsignal(signal.SIGALRM), []
    assert judge("9.1", caller(never)).outcome == "too long"
    thread = threading.Thread(target=lambda: box.extend(judge("9.1", caller(a)) for a in (never, abs, lambda x: x + x)))
    began = time.monotonic()
    thread.start()
    thread.join(30)
    assert [found.outcome for found in box] == ["too long", "incorrect", "correct"]
    assert time.monotonic() - began < 20
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_the_processors_time_is_counted_over_all_calls():
    found = judge("9.1", caller(lambda x: works(0.1) or 2 * x))
    assert found.outcome == "too long"
    assert re.search(r"stopped after 0.6 seconds, with input [67]: is it slow", found.message)
    found = judge("9.1", caller(lambda x: works(0.1) or 3 * x))
    assert re.search(r"Of the [56] results before, [56] were wrong\.", found.message)


def test_waiting_for_a_busy_machine_is_not_counted():
    assert judge("9.1", caller(lambda x: time.sleep(0.1) or 2 * x)).outcome == "correct"


def test_the_judge_writes_and_prints_nothing(made_up, capsys):
    judge("9.1", caller(lambda x: print(x)))
    assert [p.name for p in made_up.iterdir() if p.suffix != ".md"] == []
    assert capsys.readouterr() == ("", "")


def test_the_judge_needs_only_what_can_be_sent(made_up):
    """The answer lives in another process that has no questions, as in the grader's sandbox; only text passes."""
    program = (
        "import sys, gdlib.checks; assert not hasattr(gdlib.checks, 'judge')\n"
        "from gdlib.checks.runner.calls import caller; from gdlib.checks.runner.wire import decode, encode\n"
        "call = caller(lambda x: x / 2)\n"
        "for line in sys.stdin: print(encode(call(*decode(line, code=True))), flush=True)\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with staged() as course, subprocess.Popen([sys.executable, "-c", program], cwd=course, **pipes) as worker:

        def call(*request):
            worker.stdin.write(encode(request) + "\n")
            worker.stdin.flush()
            return decode(worker.stdout.readline())

        call((1.0,), {}, 1.0)  # it has started: the time that the judge counts is the answer's
        assert judge("9.1", call).mistake == "This is half."
        worker.stdin.close()


# --- hints, solutions, progress -------------------------------------------------------------------


def test_each_hint_goes_one_step_further_and_the_next_step_stands_behind_the_last(made_up):
    (made_up / "09_made_up.md").write_text(MADE_UP.replace("**Hint.** Add.", "**Hint.** Add it."))  # read afresh
    assert repr(checks.hint("9.1")) == "**Hint 1 of 2.** Add it."
    for _ in range(2):
        assert repr(checks.hint("9.1")).startswith("**Hint 2 of 2.** Or multiply:")
    assert checks.hint("9.1")._repr_markdown_().endswith('\n\nThe next step is `solution("9.1")`.')
    assert "There are no hints" in repr(checks.hint("9.2"))


def test_the_solution_is_shown():
    assert bank.question("9.1").solution in checks.solution("9.1")._repr_markdown_()


def test_progress_is_kept_and_survives_a_restart():
    assert checks.check("9.1", lambda x: 2 * x).outcome == "correct"
    assert checks.check("9.2", 8).outcome == "incorrect"
    again = (
        "from pathlib import Path; from gdlib.checks import bank, progress\n"
        "bank.sources = lambda: [*Path().glob('*.md')]; print(repr(progress('9')))"
    )
    said = subprocess.run([sys.executable, "-c", again], capture_output=True, text=True, check=True).stdout
    assert said == "Exercise 9: 1 of 7 solved.  9.1 ✓  9.2 ✗  9.3 ○  9.4 ○  9.5 ○  9.6 ○  9.7 ○\n"
    checks.check("9.1", ...)  # emptying a cell takes nothing away
    assert checks.progress("9").solved == 1
    checks.check("9.1", abs)  # nor does going on to try
    assert checks.progress("9").solved == 1
    assert "1 of 7 solved" in checks.progress("9")._repr_html_()


def test_nbgraders_autograde_sees_what_is_wrong(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert checks.check("9.1", lambda x: 2 * x).outcome == "correct"
    for answer in (abs, ...):
        with pytest.raises(AssertionError, match=r"9\.1"):
            checks.check("9.1", answer)
    assert "0 of 7 solved" in repr(checks.progress("9"))  # nothing is written when grading


def test_a_formula_is_told_how_to_become_a_function():
    assert "lambdify" in checks.check("9.1", sympy.Symbol("x") * 2).message
    assert "without brackets" in checks.check("9.1", 4.0).message


def test_a_class_among_the_values_is_named_as_one():
    assert repr(plain((24, np.uint8))) == "(24, <a class>)"
    assert repr(plain((24, int))) == "(24, <a class>)"


@pytest.mark.parametrize("text", ["", "{", "[]", '"a"', '{"9.1": 3}', '{"9.1": ["x"]}', "\x00\xff", "[" * 100_000])
def test_a_damaged_progress_file_counts_as_none(text):
    records.file("9").write_text(text, "latin-1")
    assert "0 of 7 solved.  9.1 ○" in repr(checks.progress("9"))
    checks.check("9.1", lambda x: 2 * x)
    assert checks.progress("9").solved == 1
    assert json.loads(records.file("9").read_text()) == {"9.1": "correct"}


def test_a_record_that_cant_be_written_does_not_matter(made_up):
    records.file("9").mkdir()
    assert checks.check("9.1", lambda x: 2 * x).outcome == "correct"
    assert sorted(path.name for path in made_up.iterdir()) == [".progress-09.json", "09_made_up.md"]


def test_the_bar_at_the_top_is_redrawn(monkeypatch):
    import IPython.display

    drawn = []
    monkeypatch.setattr(IPython.display, "display", lambda data, **kwargs: drawn.append((data, kwargs)))
    checks.check("9.1", lambda x: 2 * x)
    assert drawn == []  # no bar, nothing to redraw
    checks.progress("9")._ipython_display_()
    checks.check("9.2", 7)
    (first, where), (second, there) = drawn
    assert "1 of 7" in first["text/html"]
    assert "2 of 7" in second["text/html"]
    assert there == where | {"update": True}  # in the same place


def test_the_wrong_number_of_objects_is_said():
    found = checks.check("9.3", 0.5)
    assert found.outcome == "error"
    assert 'check("9.3", lr, T)' in found.message


def test_a_missing_exercise_or_question_is_said():
    with pytest.raises(ValueError, match=r"exercise must be one of 9, got '8'"):
        checks.check("8.1", abs)
    with pytest.raises(ValueError, match=r"9\.1, 9\.2.*got '9\.77'"):
        checks.check("9.77", abs)


@pytest.mark.parametrize("key", [" 9.1", "Q9.1", "9,1", "q9.1 ", 9.1, "09.1"])
def test_an_id_that_is_clear_is_understood(key):
    assert checks.check(key, lambda x: 2 * x).outcome == "correct"
    assert repr(checks.progress("09")) == repr(checks.progress(9)) == repr(checks.progress("9"))
    assert checks.progress(9).solved == 1


@pytest.mark.parametrize("key", [abs, "9", None, "9.", "nine", lambda x: 2 * x, [1, 2]])
def test_what_is_no_id_is_told_what_is_wanted(key):
    for ask in (checks.check, checks.hint, checks.solution):
        with pytest.raises(ValueError, match=r'the id of a question must come first, such as "3\.2"'):
            ask(key)
    with pytest.raises(ValueError, match="exercise must be one of 9"):
        checks.progress(abs)


def test_a_console_without_a_tick_prints_a_verdict():
    program = (
        "from pathlib import Path; from gdlib import checks\n"
        "checks.bank.sources = lambda: [*Path().glob('*.md')]\n"
        "print(checks.check('9.1', lambda x: 2 * x), checks.progress('9'), checks.hint('9.1'))"
    )
    environment = os.environ | {"PYTHONIOENCODING": "cp949"}
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=True).stdout
    assert b"9.1 ? Correct. It is right on all 12 inputs." in said


def test_a_million_numbers_are_quick(monkeypatch):
    answer = [1.0] * 10**6
    monkeypatch.setitem(bank.question("9.2").settings, "seconds", 0.4)
    began = time.thread_time()
    assert judge("9.2", caller(answer)).message == "`n` is 1000000 values; a number is wanted."
    assert time.thread_time() - began < 1


def test_a_changed_source_is_read_again(made_up):
    assert judge("9.2", caller(7)).outcome == "correct"
    (made_up / "09_made_up.md").write_text(MADE_UP.replace("3 + 4", "3 + 5"))
    assert judge("9.2", caller(8)).outcome == "correct"


@pytest.mark.parametrize(
    "old,new,says",
    [
        ("[cases]", "[case]", "one of"),
        ("# This is half.\n", "", "begins with a comment"),
        ("## 9.2", "## 9.1", "twice"),
        ("## 9.2", "## 8.2", "another exercise"),
        ("n = (\n    3 + 4\n)", "print(3)", "one function, or assignments"),
        ('    """Twice x."""\n', "", "docstring"),
        ("yield (3.0,)", "yield 3.0", "must yield a tuple"),
        ("def double(x):\n    return x / 2", "def treble(x):\n    return x / 2", "does not define double"),
        ("def cases(rng):\n    yield (np", "def other(rng):\n    yield (np", "needs cases"),
        (":tags: [solution]\n\nn = (", ":tags: [right]\n\nn = (", "no cell tagged solution"),
    ],
)
def test_what_an_author_gets_wrong_is_said(made_up, old, new, says):
    assert old in MADE_UP
    path = made_up / "09_made_up.md"
    path.write_text(MADE_UP.replace(old, new, 1) if old != "[cases]" else MADE_UP.replace(old, new))
    with pytest.raises(ValueError, match=says):
        read_and_judge_all(path)


def read_and_judge_all(path):
    for question in bank.Exercise(path).questions.values():
        _ = question.stub_cell
        judge(question, caller(lambda x: 2.5 * x))


# --- an installed gdlib ---------------------------------------------------------------------------

INSTALLED = """
import sys
from pathlib import Path
from gdlib import checks
assert Path(checks.__file__).is_relative_to(sys.path[1]), checks.__file__
for number in ("3.1", "4.8"):
    question = checks.question(number)
    answer = question.answer(question.solution)
    print(checks.check(number, *(answer if len(question.names) > 1 else [answer])).outcome)
    print(checks.check(number, *[...] * len(question.names)).outcome)
    print(checks.hint(number)[:16], question.solution in checks.solution(number))
    print(repr(checks.progress(number[0]))[:25])
"""


def test_an_installed_gdlib_is_whole(made_up, tmp_path):
    """The wheel alone, far from the repository: questions, hints, solutions, progress, and lecture 4's penguins."""
    uv, root = Path(sys.executable).with_name("uv"), Path(__file__).parent.parent
    if not uv.exists():
        pytest.skip("uv is not installed beside this Python")
    subprocess.run([uv, "build", "--wheel", "--offline", "--quiet", "--out-dir", tmp_path, root], check=True)
    with ZipFile(*tmp_path.glob("*.whl")) as wheel:
        wheel.extractall(tmp_path / "site")
    lecture = nbformat.read(root / "notebooks" / "04_linear_regression.ipynb", 4)
    cells = [cell.source for cell in lecture.cells if cell.cell_type == "code"]
    first = next(n for n, source in enumerate(cells) if "penguins.csv" in source)
    program = "\n".join([INSTALLED, *cells[: first + 1], "print(len(y), 'penguins')"])
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    each = "correct\nnot attempted\n**Hint 1 of 3.** True\nExercise {}: 1 of {} solved\n"
    assert done.stdout.startswith(each.format(3, 8) + each.format(4, 8) + "342 penguins"), done.stdout
    assert sorted(path.name for path in made_up.glob(".*")) == [".progress-03.json", ".progress-04.json"]


# --- what passes between processes ----------------------------------------------------------------

PLAIN = [
    None, True, 3, -2.5, 10**40, 1 + 2j, "text", math.inf, math.nan, [1, [2.0, "a"]], (1, (2,)), {"a": (1,)},
    {1: 2, "$x": 3}, {"$array": 1}, np.arange(6.0).reshape(2, 3), np.array([1, 2], dtype=np.int32),
    np.array([[math.nan, math.inf]]), np.array([True]), np.zeros((0, 2)), np.array([1j]), Unknown("generator"),
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_data_comes_back_as_it_was_sent(value):
    back = decode(encode(value))
    assert type(back) is type(value)
    if isinstance(value, np.ndarray):
        assert back.dtype == value.dtype
        assert back.shape == value.shape
        assert np.array_equal(back, value, equal_nan=value.dtype.kind in "fc")
    else:
        assert back == value or value != value
    json.loads(encode(value), parse_constant=lambda name: pytest.fail(f"{name} is not strict JSON"))


def test_code_is_sent_as_text_and_only_accepted_where_it_is_expected():
    sent = encode(Code("lambda x: A @ x", A=np.eye(2)))
    back = decode(sent, code=True)
    assert (back.value(np.array([1.0, 2.0])) == [1, 2]).all()
    assert repr(back) == "lambda x: A @ x, where A = [[1, 0], [0, 1]]"
    with pytest.raises(ValueError, match=r"\$code"):
        decode(sent)
    assert Code("landscapes.valley(25)").value.L == pytest.approx(25)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "NaN", '{"$float": "x"}', '{"$array": "AAAA", "dtype": "<f8", "shape": [1]}', '{"$float": NaN}',
        '{"$array": "", "dtype": "O", "shape": [0]}', '{"$array": "AAAAAAAAAAA=", "dtype": "S8", "shape": [1]}', '{"$array": "AAAAAAAAAAA=", "dtype": "<f8", "shape": [-2]}',
        '{"$array": "AAAAAAAAAAA=", "dtype": "<f8", "shape": [1000000000000]}', '{"$array": "?"}', '{"$tuple": 3}',
        '{"$dict": [[1]]}', '{"$complex": ["a", 1]}', '{"$new": 1}', '{"$dict": [[[1], 2]]}', "[" * 100_000,
        '{"$array": "AAAAAAAAAAA=", "dtype": "no such", "shape": [1]}', '{"$unknown": 3}', '{"$float": [1]}',
    ],
)  # fmt: skip
def test_text_that_encode_never_writes_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  json's own errors are ValueErrors too
        decode(text)


def test_what_is_not_plain_cannot_be_sent():
    with pytest.raises(TypeError, match="plain data"):
        encode(abs)


class Odd:
    def __array__(self, dtype=None, copy=None):
        raise RuntimeError


class Tensor:
    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 2.0], dtype)


def cyclic():
    values = []
    values.append(values)
    return values


@pytest.mark.parametrize(
    "value,wanted",
    [
        (np.float32(0.5), 0.5), (np.int64(3), 3), (np.bool_(True), True), (sympy.Rational(1, 4), 0.25),
        (sympy.Integer(3), 3), (sympy.I, 1j), (np.array(2.0), 2.0), ([sympy.pi, (np.float64(1),)], [math.pi, (1.0,)]),
        (Odd(), Unknown("Odd")), (cyclic(), Unknown("list")), (sympy.Symbol("z"), Unknown("Symbol")),
        ({1, 2}, Unknown("set")), (np.array(["a", "b"]), ["a", "b"]), (10**400, 10**400),
    ],
)  # fmt: skip
def test_results_become_plain(value, wanted):
    got = plain(value)
    assert got == wanted
    assert type(got) is type(wanted)


def test_arrays_of_other_libraries_matrices_and_paths_become_plain():
    assert (plain(Tensor()) == [1, 2]).all()
    assert (plain(sympy.Matrix([[1, 2]])) == [[1, 2]]).all()
    assert plain(gdlib.gradient_descent(lambda x: 2 * x, 1.0, T=3))["steps"] == 3
    assert plain(np.array([1.5], dtype=np.longdouble)).dtype == np.float64


def test_an_argument_is_a_fresh_copy_for_each_call():
    array, values = np.array([1.0]), [[1]]
    made = built((array, values, {"a": array}))
    assert made[0] is not array
    assert made[1][0] is not values[0]
    assert made[2]["a"] is not array
    for change in (lambda v: v.append(1), lambda v: v[0].append(1)):
        seen = caller(change)((values,), {}, 1.0)
        assert 0 <= seen.pop("seconds") < 1
        assert seen == {"kind": "changed", "argument": 0}
    assert values == [[1]]


@pytest.mark.parametrize(
    "a,b,equal",
    [
        ([1, 2], (1.0, 2.0), True), (1, True, True), (1.0, 1.0 + 1e-7, True), (1.0, 1.0 + 1e-5, False),
        (0.0, 1e-10, True), (math.nan, math.nan, True), (math.inf, math.inf, True), (math.inf, 1.0, False),
        (math.nan, 1.0, False), ([1], 1, False), ("A ", "a", True), ("a", "b", False), ("1", 1, False), (None, None, True),
        (None, 0, False), ((np.ones(2), 3), [[1, 1], 3], True), ((np.ones(2), 3), [[1, 1], 4], False),
        ({"a": 1}, {"a": 1.0}, True), ({"a": 1}, {"b": 1}, False), ([[1], [1, 2]], [[1], [1, 2]], True),
        (0.1, np.float32(0.1), False), (np.float32(0.1), 0.1, False), (np.array([0.1], dtype=np.float32), [0.1], False),
        (2**53 + 1, 2**53, False), (10**7 + 1, 10**7, False), (10**7, 10.0**7, True), (2**70, 2.0**70, True),
        ([2**70, 1], [2.0**70, 1.0], True), (np.int8([100]), [100], True), (Unknown("set"), Unknown("set"), True),
        (1 + 1j, 1 + 1j, True), ([1, 2], [1, 2, 3], False), (10**400, 10**400, True), (10**400, 1.0, False),
    ],
    ids=lambda v: shown(v),
)  # fmt: skip
def test_when_two_results_are_the_same(a, b, equal):
    assert same(a, b, 1e-9 if isinstance(a, np.ndarray | np.float32) or isinstance(b, np.float32) else 1e-6) is equal


def test_long_values_are_shown_short():
    assert shown(np.arange(100)) == "[0, 1, 2, 3, 4, …, 99]"
    assert len(shown("x" * 1000)) < 70
    assert shown((1 / 3,)) == "(0.333333,)"
    assert shown(10**400) == shown(-(10**400)) == "huge"
    assert (shown(-0.0), shown(np.array([-0.0, -1e-300])), shown(-0j)) == ("0", "[0, -1e-300]", "0+0j")
    assert shown(np.arange(4.0).repeat(342).reshape(4, 342).T) == "array of shape (342, 4): [[0, 1, 2, 3], …]"
    assert shown(np.ones((2, 3))) == "[[1, 1, 1], [1, 1, 1]]"


def test_the_engine_is_light():
    program = "import sys, gdlib.checks; print(sorted({'IPython', 'jupytext', 'sympy', 'nbformat'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"


def test_a_time_limit_does_not_cut_what_is_quick():
    assert within(5.0, lambda: 3) == 3
    with pytest.raises(TooLong):
        within(0.05, lambda: never(1))
    with pytest.raises(ZeroDivisionError):
        within(5.0, lambda: fails(1))
    assert sys.gettrace() is None


def test_what_cannot_be_broken_off_is_left_alone_and_ends_by_itself():
    go, before = threading.Event(), threading.active_count()
    with pytest.raises(TooLong):
        within(0.05, go.wait)
    go.set()
    left = [thread for thread in threading.enumerate() if thread is not threading.current_thread()]
    for thread in left:
        thread.join(0.1)
    assert threading.active_count() <= before


def test_the_button_that_stops_a_cell_stops_the_learners_loop():
    threads = []

    def endless():
        threads.append(threading.current_thread())
        _thread.interrupt_main()
        while True:
            pass

    with pytest.raises(KeyboardInterrupt):
        within(30.0, endless)
    threads[0].join(5)
    assert not threads[0].is_alive()


@pytest.mark.parametrize("wait", [works, time.sleep])
@pytest.mark.parametrize("loop", [never, swallows, swallows_elsewhere])
def test_an_endless_loop_is_ended_though_it_catches_what_ends_it(loop, wait):
    threads = []

    def work():
        threads.append(threading.current_thread())
        loop(1, wait)

    with pytest.raises(TooLong):
        within(0.05, work)
    threads[0].join(5)
    assert not threads[0].is_alive()
