"""The sandbox holds, what runs in it is judged, and what goes wrong there is nobody's grade.

Where bubblewrap is missing the tests that need it are skipped, and say so.
"""

import json
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import psutil
import pytest

import classroom
import deadly
from gdlib.checks import bank, caller, encode
from gdlib.checks.comparing import same
from grading import grade, groups, marking, reading, walls, workers
from grading.reply import observation
from grading.sandbox import Broken, Fault, Limits, Sandbox

ROOT = Path(__file__).parent.parent
EXERCISE = bank.exercise("3")
FIRST = next(iter(EXERCISE.questions.values()))
WHY_NOT = walls.why_not()
needs_walls = pytest.mark.skipif(bool(WHY_NOT), reason=f"no sandbox: {WHY_NOT}")


@pytest.fixture(scope="module")
def course():
    with walls.staged() as folder:
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
    assert cell(box, "%time a = 2\nif a:\n    !ls")["kind"] == "value"
    assert cell(box, "while True: pass", 0.3) == {"kind": "too long"}
    assert cell(box, "import time\ntime.sleep(1)", 0.3)["kind"] == "value"  # only work counts
    assert box.ask(5.0, do="missing", names=["a", "b", "c"])["value"] == ["b", "c"]
    assert box.ask(5.0, do="call", names=["a"], given='[{"$tuple": []}, {}]', seconds=1.0)["value"] == 2


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


@pytest.mark.parametrize(
    "source,text",
    [
        (classroom.KERNEL, r"found \[-1, -1, -1\]"),
        # the sandbox's own /tmp, of limited size
        ("for n in range(99):\n    with open(f'/tmp/{n}', 'wb') as f: f.write(b'x' * 2**22)", "No space left"),
        ("for n in range(99):\n    with open(f'/dev/shm/{n}', 'wb') as f: f.write(b'x' * 2**22)", "No space left"),
        (
            "ro = {l.split()[1] for l in open('/proc/mounts') if l.split()[3].startswith('ro')}\n"
            "raise ValueError({'/', '/dev', '/usr/bin', '/course'} - ro)",
            r"^set\(\)$",
        ),
        ("open('big', 'wb').write(b'x' * 2**26)", "too large"),
        ("import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))", "not allowed|exceed"),
        ("import os\nraise OSError(os.getuid() in (0,) or os.system('echo 2>/dev/null > /usr/x'))", "512"),
    ],
)
def test_what_the_kernel_refuses(inside, source, text):
    seen = cell(inside(), source)
    assert re.search(text, seen["text"]), seen


@pytest.mark.parametrize("machine", ["x86_64", "aarch64", "riscv64"])
def test_the_filter_of_calls_is_made_for_each_processor_whose_numbers_are_known(monkeypatch, machine):
    monkeypatch.setattr(walls.platform, "machine", lambda: machine)
    lines, calls = [*struct.iter_unpack("<HBBI", walls.forbidden())], walls.CALLS.get(machine)
    if calls is None:
        assert lines == []
        return
    rules = {line[3]: then for line, then in pairwise(lines) if line[:3] == (walls.EQUAL, 0, 1)}
    for kind, rule in {
        "memory": walls.DENIED,
        "files": walls.DENIED,
        "kernel": walls.DENIED,
        "times": walls.IGNORED,
    }.items():
        assert {rules[number] for number in calls[kind].values()} == {rule}
    assert {walls.CALLS[other].keys() == calls.keys() for other in walls.CALLS} == {True}


def inner(course, program, hidden=()):
    """What a program of Python's prints inside of the walls."""
    command = [sys.executable, "-I", "-c", program]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return walls.started(command, walls.wall(course, 64, hidden), **pipes).communicate(timeout=60)[0]


@needs_walls
def test_what_lies_inside_of_a_python_is_hidden_all_the_same(course):
    within = Path(sys.prefix) / "share"
    program = f"import os; print([os.path.exists(p) for p in ({str(within / 'jupyter')!r}, {sys.prefix!r})])"
    assert inner(course, program) == "[True, True]\n"
    assert inner(course, program, [within]) == "[False, True]\n"


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
        3, None, {}, {"kind": "value"}, {"kind": "fine", "value": 1}, {"kind": "value", "value": 1, "more": 2}, {"kind": {}},
        {"kind": "raised", "error": 1, "text": "", "where": ""}, {"kind": ["value"], "value": 1}, {"kind": "changed", "argument": "0"},
        {"kind": "too long", "seconds": "1"}, {"kind": "too long", "seconds": -1.0}, {"kind": "too long", "seconds": [1]},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_observation_is_refused(seen):
    with pytest.raises((ValueError, TypeError)):
        observation(json.dumps(seen))


def test_what_never_ends_is_an_observation_whatever_kind_of_number_its_time_was():
    """Exercise 1 gives 10 seconds, not 10.0: the grader took the reply for a forged one."""

    def endless(x):
        while True:
            pass

    assert observation(encode(caller(endless)((0,), {}, 1))) == {"kind": "too long", "seconds": 1.0}


def test_an_observation_is_kept_short():
    long = observation(json.dumps({"kind": "raised", "error": "E" * 999, "text": "t" * 10**5, "where": ""}))
    assert (len(long["error"]), len(long["text"])) == (300, 300)
    for value in (
        [np.ones(3), "a"],
        np.ones((100, 200)),
        ["x" * 200] * 200,
        {2: "a"},
        dict.fromkeys(range(1900), 0.1),  # a schedule, say, as a dict
        np.zeros((3, 0)),
        list(range(9999)),
    ):
        assert same(observation(encode({"kind": "value", "value": value}))["value"], value)


#: Answers of less than 1 MiB that would be gigabytes, or hours, to whoever compares or shows them.
HEAVY = {
    "texts": "[1] * 9000 + ['x' * 70000]",
    "text and numbers": "['x' * 50_000, *'y' * 50_000]",
    "deep": "__import__('functools').reduce(lambda a, _: [a], range(100), 1)",
    "deep tuples": "__import__('functools').reduce(lambda a, _: (a,), range(100), 1)",
    "digits": "10 ** 4000",
    "many": "[0] * 21_000",
    "one key": "{k * (2**61 - 1): 0 for k in range(20_000)}",
    "nothing, widely": "np.zeros((8, 8, 8, 8, 8, 8, 8, 8, 0))",
    "nothing, far": "np.zeros((10**12, 0))",
    "array": "np.ones(21_000)",
}


@pytest.mark.parametrize("value", HEAVY.values(), ids=HEAVY)
def test_what_is_too_much_to_judge_is_no_value(value):
    text = encode({"kind": "value", "value": eval(value, {"np": np})})
    assert observation(text)["text"] == "what it returns is too large to be compared"


@pytest.mark.parametrize(
    "text",
    [
        '{"$array": "", "dtype": "<U70000", "shape": [0]}', '{"$array": "", "dtype": "O", "shape": [0]}',
        '{"$array": "", "dtype": "V9999999", "shape": [0]}', '{"$array": "", "dtype": "(1000000,)f8", "shape": [0]}',
        '{"$array": "AAAAAAAAAAA=", "dtype": "<f8", "shape": [99999999999]}', '{"$code": "1", "names": {}}', '{"$tuple": 3}',
        '{"$array": "", "dtype": "i4' + ",i4" * 40_000 + '", "shape": [0]}', '"' + '\\\\"' * 200_000,
        '{"$dict": [[[], 1]]}', '{"$float": "9"}', "NaN", "[" * 10**5, '"' + "9" * 10, "[1, 2",
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused(text):
    """Or it is too much to be one: nothing of it reaches whoever judges."""
    try:
        seen = observation(f'{{"kind": "value", "value": {text}}}')
    except (ValueError, TypeError):
        return
    assert seen["kind"] == "raised"


def test_many_small_files_are_memory_too(inside):
    with pytest.raises(Broken) as caught:
        cell(
            inside(folder=256),
            "import time\nfor n in range(40_000): open(f'/tmp/{n}', 'w').close()\ntime.sleep(9)",
            20.0,
        )
    assert caught.value.why == "memory"


def test_memory_that_forks_share_counts_once(inside):
    fork = "import os, time\nimport numpy as np\na = np.ones(10**7)\n"
    fork += "for _ in range(9):\n    if os.fork() == 0: time.sleep(1); os._exit(0)\ntime.sleep(1)"
    assert cell(inside(memory=400), fork)["kind"] == "value"


def test_a_control_group_is_told_the_limits(tmp_path):
    group = groups.Group(tmp_path, 64, 8)
    told = {path.name: path.read_text() for path in group.folder.iterdir()}
    assert told == {"memory.max": str(2**26), "memory.swap.max": "0", "memory.oom.group": "1", "pids.max": "8"}
    assert not group.full
    (group.folder / "memory.events").write_text("max 3\noom_kill 1\n")
    assert group.full


@pytest.mark.skipif(groups.place() is None, reason="no control group that counts memory can be made here (cgroup v2)")
def test_the_kernel_counts_memory_where_there_are_control_groups(inside):
    box = inside(memory=256)
    with pytest.raises(Broken) as caught:
        cell(box, "for n in range(9): open(f'/tmp/{n}', 'wb').write(b'x' * 2**22)\na = b'x' * 2**28")
    assert (caught.value.why, box.group.folder.exists()) == ("memory", False)


def clone(where, who):
    """What begins a command that finds this course, as if it were cloned there, and its Python. who: "root", or a user."""
    base = Path(sys.base_prefix).resolve()
    closed = [path for path in reversed(base.parents) if not path.stat().st_mode & 0o001][:1] if who != "root" else []
    told = ["--dev-bind", "/", "/", *(word for path in (*closed, where) for word in ("--tmpfs", str(path)))]
    told += [word for path in reversed(base.parents) for word in ("--perms", "0755", "--dir", str(path))]
    told += ["--ro-bind", str(base), str(base), "--bind", str(ROOT), f"{where}/course", "--chdir", "/"]
    become = (
        ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"] if who != "root" and not os.geteuid() else []
    )
    return ["bwrap", *told, *become]


def told_by_spy(tmp_path, python, begin=()):
    """What a notebook finds that looks for the course, the teacher and its neighbours."""
    looked_for = {".git", "solutions", "questions.zip", "test_grade.py", "grades.csv", EXERCISE.path.name, "spy.ipynb"}
    words = {"SECRET", str(tmp_path), "spy", "gdlib-grading", str(ROOT / "tools")}
    spy = classroom.SPY.replace("LOOKED_FOR", repr(looked_for)).replace("WORDS", repr(words))
    folder = tmp_path / "in"
    answer = spy + classroom.function(FIRST, 'raise RuntimeError(f"found {found}")')
    classroom.hand_in([classroom.Pupil("spy", classroom.notebook(EXERCISE, {FIRST.id: answer}))], folder)
    for path in (tmp_path, folder):
        path.chmod(0o777)
    project = python.parents[2]
    variables = {"SECRET": "1", "PYTHONPATH": f"{project}:{project}/tools", "TMPDIR": str(tmp_path)}
    command = [*begin, python, "-m", "grading.grade", folder, "--no-gradebook", "--workers", "1"]
    done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True)
    assert done.returncode == 0, done
    (row, *_) = json.loads((tmp_path / "in-grades" / "results" / "spy.json").read_text())["rows"]
    return row["message"]


@needs_walls
@pytest.mark.parametrize("who", ["root", "user"])
@pytest.mark.parametrize("where", ["/home/anna", "/usr/local/src", "/usr/share/x", "/var/tmp/anna"])
def test_nothing_is_found_wherever_the_course_lies_and_whoever_grades(where, who):
    if who == "root" and os.geteuid():
        pytest.skip("this needs root")
    if who == "user" and not os.geteuid() and not shutil.which("setpriv"):
        pytest.skip("root becomes another user by setpriv, which is not here")
    if ROOT.parent != Path(sys.prefix).parent.parent:
        pytest.skip("this Python lies outside of the course")
    tmp_path = Path(tempfile.mkdtemp(prefix="spy", dir="/tmp"))
    begin = clone(where, who)
    tried = subprocess.run([*begin, "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"no such place can be made here: {tried.stderr}")
    try:
        said = told_by_spy(tmp_path, Path(where) / "course" / ".venv" / "bin" / "python", begin)
    finally:
        shutil.rmtree(tmp_path)
    assert said == "It raised RuntimeError: found []."


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
        assert "died, or took too long" in results[name]["ungraded"]


def test_what_is_no_fault_of_the_notebook_is_no_grade(tmp_path, monkeypatch):
    """From its third call on there is no sandbox: of three right notebooks none loses a point, and all is told."""
    if WHY_NOT:
        pytest.skip(f"no sandbox: {WHY_NOT}")
    count, real = tmp_path / "count", shutil.which("bwrap")
    broken = tmp_path / "bin" / "bwrap"
    broken.parent.mkdir()
    broken.write_text(f'#!/bin/sh\necho >> {count}\n[ $(wc -l < {count}) -gt 2 ] && exit 1\nexec {real} "$@"\n')
    broken.chmod(0o755)
    answers, wants = classroom.right(EXERCISE, 0)
    pupils = [classroom.Pupil(f"s{n}", classroom.notebook(EXERCISE, answers), wants) for n in range(3)]
    folder, out = tmp_path / "in", tmp_path / "in-grades"
    classroom.hand_in(pupils, folder)
    command = [sys.executable, "-m", "grading.grade", folder, "--no-gradebook", "--workers", "1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tools")}
    path = f"{broken.parent}:{os.environ['PATH']}"
    done = subprocess.run(command, env=environment | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode not in (0, None)
    stored = {path.stem: json.loads(path.read_text()) for path in (out / "results").glob("*.json")}
    assert len(stored) == 1
    assert all(name in done.stderr for name in {"s0", "s1", "s2"} - {*stored})
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, "3 students, 2 graded now" in done.stdout) == (0, True), done
    stored = {path.stem: json.loads(path.read_text()) for path in (out / "results").glob("*.json")}
    assert [d for pupil in pupils for d in classroom.differences(pupil, stored[pupil.name], EXERCISE)] == []


@needs_walls
def test_a_sandbox_that_is_killed_from_outside_is_a_fault(inside):
    box = inside()
    threading.Timer(0.3, box.process.kill).start()
    with pytest.raises(Fault, match="from outside"):
        cell(box, "import time\ntime.sleep(9)")


def test_a_full_machine_is_a_fault(course, monkeypatch):
    """No file can be opened any more, or no process started: whoever marks says so, and makes no grade."""
    code = [{"source": FIRST.solution, "at": 1, "mark": "q3-1"}]
    steps, _ = marking.plan(code, EXERCISE, 1.0)

    def start():
        raise OSError(24, "Too many open files")

    with pytest.raises(Fault, match="Too many open files"):
        marking.Session(steps, Limits(), start).to(1)


def marked(course, *own, answers=None, limits=None, after=()):
    """(outcomes, notes) of a notebook with right answers, with cells of one's own in front, or behind the first answer."""
    answers = answers or classroom.right(EXERCISE, 0)[0]

    def add(made):
        at = classroom.marked(made, f"q{FIRST.id.replace('.', '-')}")
        made.cells[at + 1 : at + 1] = [nbformat.v4.new_code_cell(source) for source in after]
        made.cells[2:2] = [nbformat.v4.new_code_cell(source) for source in own]

    path = course.parent / "notebook.ipynb"
    path.write_bytes(classroom.notebook(EXERCISE, answers, add))
    found = marking.mark(path, EXERCISE, 0, limits or Limits(), course)
    return [row["outcome"] for row in found["rows"]], [*map(reading.restored, found["notes"])]


RIGHT = ["correct"] * len(EXERCISE.questions)

#: In Jupyter all of this runs; here too, and nothing is said of it.
AS_IN_JUPYTER = {
    "display": "x = 3\ndisplay(x)",
    "time": "%time x3 = -0.25\nassert x3 == -0.25",
    "cell time": "%%time\ny = 3",
    "question": "abs?",
    "question before": "?abs",
    "shell": "files = !ls /usr\nassert 'bin' in files\n!echo $HOME",
    "await": "import asyncio\nawait asyncio.sleep(0.01)",
    "stopped": "%time 1\nimport asyncio\nasyncio.get_event_loop().call_later(0, print)",
    "loop": "import asyncio\ntask = asyncio.create_task(asyncio.sleep(0.01, 3))\nassert await task == 3",
    "asyncio.run": "import asyncio\nasync def f(): return 3\nassert asyncio.run(f()) == 3",
    "get_ipython": "get_ipython().run_line_magic('time', '1')",
    "inline": "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\n%load_ext autoreload\n%autoreload 2",
    "pip": "%pip install numpy\n!pip install numpy",
    "bash": "%%bash\necho 1 > made.txt\ncat made.txt",
    "html": "%%html\n<b>x</b>",
    "javascript": "%%javascript\nalert(1)",
    "latex": "%%latex\n$x$",
    "imported display": "from IPython.display import display, HTML, Markdown\ndisplay(HTML('<b>'))",
    "last": "2 * 21",
    "main": "if __name__ == '__main__':\n    m = 1\nassert m",
    "indented": "  indented = 1",
    "prompt": ">>> p = 1",
    "trailing": "x = 1\nx?\n",
    "capture": "%%capture out\nprint(3)",
    "timeit": "%timeit -n1 -r1 1 + 1",
    "who": "%who\n%whos",
}


@needs_walls
def test_what_runs_in_jupyter_runs_here(course):
    cells = [*AS_IN_JUPYTER.values(), "%%writefile helper.py\nvalue = 42", "import helper\nassert helper.value == 42"]
    cells += ["6 * 7", "assert _ == 42"]
    answers, _ = classroom.right(EXERCISE, 0)
    answers[FIRST.id] += f"\n\ndisplay({FIRST.names[0]})\n%time x = 1\n{FIRST.names[0]}?"
    assert marked(course, *cells, answers=answers) == (RIGHT, [])


#: What ends the process later than the cell that asked for it.
LATER = {
    "timer": "import os, threading\nthreading.Timer(0.003, os._exit, (0,)).start()",
    "later": "import os, threading\nthreading.Timer(0.1, os._exit, (0,)).start()",
    "alarm": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.02)",
    "child": "import os, subprocess\nsubprocess.Popen(['sh', '-c', f'sleep 0.05; kill -9 {os.getpid()}'])",
    "fork": "import os, time, signal\nif os.fork() == 0:\n    time.sleep(0.05)\n    os.kill(os.getppid(), 9)\n    os._exit(0)",
    "trace": "import os, sys, threading\nthreading.setprofile(lambda *a: os._exit(0))\nsys.setprofile(lambda *a: os._exit(0))",
    "library": "import gdlib, numpy, os\nnumpy.abs = numpy.linalg.norm = numpy.array = abs = lambda *a, **k: os._exit(0)",
    "collected": "import gc, os\ngc.callbacks.append(lambda *a: os._exit(0))\ngc.set_threshold(1)",
    "channel": "import os, threading\ndef flood():\n    for n in range(64):\n        try: os.write(n, b'x' * 99)\n        except OSError: pass\nthreading.Timer(0.05, flood).start()",
}  # fmt: skip


@needs_walls
@pytest.mark.parametrize("source", LATER.values(), ids=LATER)
def test_a_cell_that_ends_the_process_later_costs_no_point_and_is_named(course, source):
    outcomes, notes = marked(course, "helper = 1", source, "assert helper == 1")
    assert outcomes == RIGHT
    assert [re.match(r"Cell \d+", note)[0] for note in notes] == ["Cell 4"], notes


@needs_walls
def test_an_answer_that_ends_the_process_is_its_own_fault(course):
    answers, _ = classroom.right(EXERCISE, 0)
    answers[FIRST.id] = classroom.function(FIRST, "import os\nos._exit(0)")
    outcomes, notes = marked(course, "helper = 1", "other = helper", answers=answers)
    assert outcomes == ["error", *RIGHT[1:]]
    assert notes == []


@needs_walls
def test_threads_that_do_nothing_cost_nothing(course):
    """A cell of two seconds that leaves an idle thread runs once, not once for each question."""
    idle = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\ntime.sleep(2)"
    began = time.monotonic()
    limits = Limits(seconds=10.0)  # seven times would be more
    assert marked(course, idle, limits=limits)[0] == RIGHT, time.monotonic() - began


@needs_walls
def test_half_a_character_is_no_reason_to_stop(course):
    answers, _ = classroom.right(EXERCISE, 0)
    answers[FIRST.id] = classroom.function(FIRST, "raise ValueError('\\ud800' + chr(0xdfff))")
    outcomes, notes = marked(course, "raise ValueError('\\ud800')", answers=answers)
    assert outcomes == ["error", *RIGHT[1:]]
    assert json.dumps(notes, ensure_ascii=False).encode()


def test_what_the_threat_model_promises_is_tested():
    text = (ROOT / "docs" / "teaching" / "threats.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", text))
    known = {
        name
        for path in ("test_sandbox.py", "test_grade.py")
        for name in re.findall(r"def (test_\w+)", (ROOT / "tests" / path).read_text())
    }
    assert len(named) >= 20
    assert named - known == set()
