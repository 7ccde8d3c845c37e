"""The sandbox holds, what runs in it is judged, and what goes wrong there is nobody's grade.

Where bubblewrap is missing the tests that need it are skipped, and say so.
"""

import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

import classroom
import deadly
import gdlib
from gdlib.checks import bank
from gdlib.checks.runner.wire import Unknown
from grading import grade, marking, reading, sandbox, workers
from grading.sandbox import Broken, Limits, Sandbox, bulk, observation

ROOT = Path(__file__).parent.parent
EXERCISE = bank.exercise("3")
FIRST = next(iter(EXERCISE.questions.values()))
WHY_NOT = sandbox.why_not()
needs_walls = pytest.mark.skipif(bool(WHY_NOT), reason=f"no sandbox: {WHY_NOT}")


@pytest.fixture(scope="module")
def course():
    with sandbox.staged() as folder:
        yield folder


# --- the sandbox ----------------------------------------------------------------------------------


@pytest.fixture
def inside(course):
    """Sandboxes by their limits; all are closed at the end."""
    if WHY_NOT:
        pytest.skip(f"no sandbox: {WHY_NOT}")
    boxes = []

    def begin(**limits):
        boxes.append(Sandbox(course, Limits(**limits), time.monotonic() + limits.get("seconds", 60)))
        boxes[-1].ask(20.0, do="missing", names=[])
        return boxes[-1]

    yield begin
    for box in boxes:
        if box.process.returncode is None:
            box.close()


def cell(box, source, seconds=5.0):
    seen = box.ask(seconds, do="run", source=source, name="cell 1", seconds=seconds)
    assert 0 <= seen.pop("seconds", 0.0) < seconds + 1
    return seen


def test_nothing_of_the_questions_is_staged(course):
    names = {str(path.relative_to(course)) for path in course.rglob("*") if path.is_file()}
    runner = {f"gdlib/checks/runner/{path.name}" for path in (ROOT / "gdlib" / "checks" / "runner").glob("*.py")}
    assert {name for name in names if "checks" in name} == runner
    assert {"gdlib/descent.py", "gdlib/data/penguins.csv"} <= names
    assert not any(re.search(r"questions|solutions|exercises", name) for name in names)
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o022 == 0 for path in course.rglob("*"))


def test_cells_run_one_by_one_and_what_fails_is_said(inside):
    box = inside()
    assert cell(box, "a = 1\nimport gdlib.checks\ngdlib.checks.hint('3.1')") == {"kind": "value", "value": None}
    seen = cell(box, "b = a / 0")
    assert (seen["error"], seen["where"]) == ("ZeroDivisionError", "line 1: b = a / 0")
    assert cell(box, "b = (")["error"] == "SyntaxError"
    assert cell(box, "%time a = 2\nif a:\n    !ls")["kind"] == "value"  # IPython's own lines are left out
    assert cell(box, "while True: pass", 0.3) == {"kind": "too long"}
    assert cell(box, "import time\ntime.sleep(1)", 0.3)["kind"] == "value"  # only work counts
    assert box.ask(5.0, do="missing", names=["a", "b", "c"])["value"] == ["b", "c"]
    assert box.ask(5.0, do="call", names=["a"], given='[{"$tuple": []}, {}]', seconds=1.0)["value"] == 1


@pytest.mark.parametrize(
    "source,why",
    [
        ("import os; os._exit(3)", "ended"),
        ("10 ** 10 ** 9", "too long"),
        (classroom.FORGE, "meddled"),
        (
            "import os\nfor n in range(20, 40):\n    try: os.write(n, b'x' * 10**7)\n    except OSError: pass",
            "meddled",
        ),
        ("import numpy\na = numpy.ones(10**8 // 4)\nimport time; time.sleep(5)", "memory"),
        ("import time; time.sleep(9)", "over"),
    ],
)
def test_why_a_sandbox_ended_is_known(inside, source, why):
    box = inside()
    if why == "memory":  # what one process may have is more than what is watched for all together
        box.limits = Limits(memory=150)
    if why == "over":
        box.end = time.monotonic() + 0.1
    with pytest.raises(Broken) as caught:
        cell(box, source, 0.3 if why == "too long" else 3.0)
    assert caught.value.why == why
    assert box.process.returncode is not None


def test_nothing_of_the_teachers_environment_is_inside(inside, monkeypatch):
    monkeypatch.setenv("SECRET", "1")  # its first process can be read by an ordinary user's students
    assert "SECRET" not in psutil.Process(inside().process.pid).environ()


@pytest.mark.skipif(sys.prefix.startswith("/usr"), reason="this Python lies in /usr")
def test_the_way_to_python_shows_nothing_that_lies_beside_it(inside):
    box = inside()
    for folder in [*Path(sys.prefix).parents][:-1]:
        assert cell(box, f"import os; os.listdir({str(folder)!r})")["error"] == "PermissionError", folder


def test_the_projects_own_folders_are_hidden_wherever_it_lies():
    hidden = grade.own_folders()
    assert {ROOT / "exercises", ROOT / "tests", Path(gdlib.__file__).parent} <= {*hidden}
    assert not any(Path(sys.prefix).is_relative_to(folder) for folder in hidden)


@pytest.mark.parametrize(
    "source,text",
    [
        (classroom.KERNEL, r"found \[-1, -1, -1\]"),
        # the sandbox's own /tmp, of limited size
        ("for n in range(99):\n    with open(f'/tmp/{n}', 'wb') as f: f.write(b'x' * 2**22)", "No space left"),
        ("for n in range(99):\n    with open(f'/dev/shm/{n}', 'wb') as f: f.write(b'x' * 2**22)", "No space left"),
        (
            "ro = {l.split()[1] for l in open('/proc/mounts') if l.split()[3].startswith('ro')}\n"
            "raise ValueError({'/', '/dev', '/usr', '/course'} - ro)",
            r"^set\(\)$",
        ),
        ("open('big', 'wb').write(b'x' * 2**26)", "too large"),
        ("import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))", "not allowed|exceed"),
        ("import os\nraise OSError(os.getuid() in (0,) or os.system('touch /usr/x 2>/dev/null'))", "256"),
    ],
)
def test_what_the_kernel_refuses(inside, source, text):
    seen = cell(inside(), source)
    assert re.search(text, seen["text"]), seen


@needs_walls
def test_what_lies_inside_of_a_python_is_hidden_all_the_same(course):
    inner = Path(sys.prefix) / "share"
    program = f"import os; print(os.path.exists({str(inner / 'jupyter')!r}), os.path.exists({sys.prefix!r}))"
    for hidden, said in (((), "True True"), ((inner,), "False True")):
        command = [*sandbox.wall(course, Limits(), hidden), sys.executable, "-I", "-c", program]
        done = subprocess.run(command, capture_output=True, text=True)
        assert said in done.stdout, done


def test_the_number_of_processes_is_limited(inside):
    source = "import os, time\nn = 0\ntry:\n    while os.fork() or time.sleep(9): n += 1\nexcept OSError: raise ValueError(n)"
    seen = cell(inside(processes=8), source)
    assert 3 <= int(seen["text"]) <= 7


def test_a_fork_that_comes_back_does_not_answer(inside):
    box = inside()
    assert cell(box, "import os\nchild = os.fork() == 0")["kind"] == "value"
    assert cell(box, "os.waitpid(-1, 0)")["kind"] == "value"  # it has ended
    assert box.ask(5.0, do="call", names=["child"], given='[{"$tuple": []}, {}]', seconds=1.0)["value"] is False


@pytest.mark.parametrize(
    "seen",
    [
        3, None, {}, {"kind": "value"}, {"kind": "fine", "value": 1}, {"kind": "value", "value": 1, "more": 2},
        {"kind": "raised", "error": 1, "text": "", "where": ""}, {"kind": ["value"], "value": 1}, {"kind": "changed", "argument": "0"},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_observation_is_refused(seen):
    with pytest.raises((ValueError, TypeError)):
        observation(seen)


def test_an_observation_is_kept_short():
    long = observation({"kind": "raised", "error": "E" * 999, "text": "t" * 10**5, "where": ""})
    assert (len(long["error"]), len(long["text"])) == (300, 300)
    value = {"kind": "value", "value": [np.ones(3), "a"]}
    assert observation(value) == value
    # NumPy would make an array of this: 10 GB of text
    assert observation({"kind": "value", "value": ["x" * 50_000, *"y" * 50_000]})["kind"] == "raised"
    assert bulk({"a": ["xx", ("y", Unknown("z"))]}) == 2 * 6


# --- marking, and those who mark ---


@needs_walls
def test_hidden_cases_are_others_than_the_students(tmp_path, course):
    """A function that knows the right results of the students' own check, and nothing else."""
    known = [tuple(map(float, args[1:])) for args, _ in FIRST.inputs(0)]
    source = FIRST.solution.replace(
        "    x = init", f"    if (init, lr, eps, T) not in {known!r}: return 0\n    x = init", 1
    )
    path = tmp_path / "known.ipynb"
    path.write_bytes(classroom.notebook(EXERCISE, {FIRST.id: source}))
    seeds = 0, grade.drawn(tmp_path / "a"), grade.drawn(tmp_path / "b")
    outcomes = [marking.mark(path, EXERCISE, s, Limits(), course)["rows"][0]["outcome"] for s in seeds]
    assert outcomes == ["correct", "incorrect", "incorrect"]
    assert len(set(seeds)) == 3
    assert grade.drawn(tmp_path / "a") == seeds[1]  # one for a class, whenever it is graded


def test_given_cells_run_where_they_are_missing_and_once():
    code = reading.cells(classroom.notebook(EXERCISE))[0]
    names = [step["name"] for step in marking.plan(code, EXERCISE, 1.0)[0] if step["do"] == "run"]
    assert "a given cell" not in names
    code = [cell for cell in code if "import numpy" not in cell["source"]]
    names = [step["name"] for step in marking.plan(code, EXERCISE, 1.0)[0] if step["do"] == "run"]
    assert names.count("a given cell") == 1


def test_a_grader_that_dies_or_hangs_costs_one_notebook():
    paths = {name: name for name in ("a", "deadly", "b", "endless", "c")}
    results = dict(workers.graded(paths, deadly.mark, count=2, patience=3.0))
    assert results.keys() == paths.keys()
    assert {results[name]["rows"][0]["question"] for name in "abc"} == {"a", "b", "c"}
    for name in ("deadly", "endless"):
        assert "look at it yourself" in results[name]["notes"][0]
        assert [row["question"] for row in grade.whole(results[name], EXERCISE)["rows"]] == list(EXERCISE.questions)
