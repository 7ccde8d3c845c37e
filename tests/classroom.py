"""A made-up class: notebooks as students hand them in, each with the grade that it must get.

`Pupil.wants` says of each question the outcome, and the named mistake where one is known; what is not named there is
"not attempted". The answers are those of the bank: its solutions, its other right ways, its known mistakes.
"""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from gdlib.checks import bank
from grading import reading
from lectures import exercises


@dataclass
class Pupil:
    """One submission: the bytes of its notebook, what each question must come to, and words that a note must hold."""

    name: str
    data: bytes
    wants: dict = field(default_factory=dict)
    note: str = ""


def notebook(exercise, answers=None, change=None):
    """The student's notebook with some answers' cells filled in, as bytes; `change` may do anything to it."""
    made = exercises.derived(exercise)
    for cell in made.cells:
        if cell.get("id", "")[1:].replace("-", ".") in (answers or {}):
            cell.source = answers[cell.id[1:].replace("-", ".")]
    if change:
        change(made)
    return nbformat.writes(made).encode()


def marked(made, name):
    return next(n for n, cell in enumerate(made.cells) if cell.get("id") == name)


def right(exercise, way):
    """All questions right: the solution (way 0) or another right way."""
    answers = {q.id: ([q.solution, *q.rights])[way % (1 + len(q.rights))] for q in exercise.questions.values()}
    return answers, dict.fromkeys(answers, ("correct", None))


def mistaken(exercise, turn):
    """Every question wrong, in its known mistake number `turn`."""
    answers, wants = {}, {}
    for q in exercise.questions.values():
        message, answers[q.id] = q.mistakes[turn % len(q.mistakes)]
        wants[q.id] = ("wrong", message)
    return answers, wants


def function(question, body):
    """An answer to a question that asks for a function, with a body of one's own."""
    first = question.solution.splitlines()[0]
    return first + "\n" + "\n".join("    " + line for line in body.splitlines())


# --- the nasty ones -------------------------------------------------------------------------------

#: name -> (body of the first question's function, outcome, words of the message)
NASTY = {
    "loop": ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", "too long", "stopped"),
    "stuck": ("return 10 ** 10 ** 9", "too long", "stopped"),
    "memory": ("return np.ones(10**10)", "error", "MemoryError"),
    "exit": ("import sys\nsys.exit(0)", "error", "SystemExit"),
    "os_exit": ("import os\nos._exit(0)", "error", "ended the Python process"),
    "kill": ("import os\nos.kill(os.getpid(), 9)", "error", "ended the Python process"),
    "output": ("import os\nfor _ in range(10):\n    print('x' * 10**7)\n    os.write(1, b'x' * 10**7)", "incorrect", "returns nothing"),
}  # fmt: skip

#: Every process makes more of them, for ever.
BOMB = """import os
while True:
    try: os.fork()
    except OSError: pass"""

#: Twenty processes with 200 MB each: together more than may be, and none by itself.
MANY = """import os, time
import numpy as np
for _ in range(20):
    if os.fork() == 0:
        a = np.ones(25 * 10**6)
        time.sleep(20)
        os._exit(0)
time.sleep(20)

"""

#: Memory that belongs to no process, and rights of one's own.
KERNEL = """import ctypes
libc = ctypes.CDLL(None)
found = [libc.shmget(0, 2**27, 0o1600), libc.memfd_create(b"x", 0), libc.unshare(0x10000000)]
raise RuntimeError(f"found {found}")"""

#: Lines in the shape of a reply, on every stream there is.
FORGE = """import json, os
line = json.dumps({"token": "x", "seen": json.dumps({"kind": "value", "value": 1})}).encode() + b"\\n"
for n in range(64):
    try: os.write(n, line)
    except OSError: pass"""

#: Looks for all that must not be seen, and says what was found by raising it.
PEEK = """import os, socket, sys
found = []
for root in ("/", "/proc/1/root", "/proc/self/root", "/proc/1/cwd/.."):
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f not in ("proc", "usr", "site-packages", os.path.basename(sys.base_prefix))]
        found += [os.path.join(folder, f) for f in files
                  if f.endswith((".md", ".ipynb")) or f in ("bank.py", "judging.py", "questions.zip", "grades.csv")]
found = [f for f in found if not f.endswith("gdlib/data/README.md")]
for place in PLACES:
    try: found.append(os.listdir(place))
    except OSError: pass
processes = [p for p in os.listdir("/proc") if p.isdigit()]
if len(processes) > 3: found.append(processes)
for place in ("/course/gdlib/x.py", "/usr/x", sys.prefix + "/x", "/x", "/dev/x"):
    try: open(place, "w"); found.append("wrote " + place)
    except OSError: pass
try: socket.create_connection(("127.0.0.1", PORT), 1); found.append("network")
except OSError: pass
for module in ("gdlib.checks.bank", "gdlib.checks.judging"):
    try: __import__(module); found.append(module)
    except ImportError: pass
try: import gdlib.checks; found += {"judge", "question", "exercise"} & {*dir(gdlib.checks)}
except ImportError: pass
if any("SECRET" in name for name in os.environ): found.append("environment")
for process in processes:
    try: "SECRET" in open(f"/proc/{process}/environ").read() and found.append("environment of " + process)
    except OSError: pass
open("mine.txt", "w").write("allowed")
raise RuntimeError(f"found {found}")
"""

#: Looks for the course everywhere, for what tells of the teacher, and for what another notebook could have in common.
SPY = """import ctypes, fcntl, mmap, os, socket, sys
found, libc = [], ctypes.CDLL(None, use_errno=True)
for root, folders, files in os.walk("/"):
    folders[:] = [f for f in folders if os.path.join(root, f) != "/proc"]
    found += [os.path.join(root, f) for f in (*files, *folders) if f in LOOKED_FOR]
for process in filter(str.isdigit, os.listdir("/proc")):
    for name in ("environ", "cmdline"):
        try: told = open(f"/proc/{process}/{name}").read()
        except OSError: continue
        found += [(process, name, word) for word in WORDS if word in told]
if os.uname().nodename != "sandbox": found.append("the machine's name")
def works(what, *arguments):
    try: result = what(*arguments)
    except Exception: return
    if result is not False and result != -1: found.append((getattr(what, "__name__", "it"), arguments))
for path in ("/course/gdlib/descent.py", sys.executable, os.__file__, "/usr/bin/env", "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"):
    os.utime(path, (7, 7))
    if os.stat(path).st_mtime == 7: found.append("time of " + path)
    works(os.chmod, path, 0o777)
    if path == "/dev/tty": continue
    file = open(path, "rb")
    works(fcntl.fcntl, file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    works(fcntl.fcntl, file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    works(fcntl.fcntl, file, fcntl.F_NOTIFY, 0x80000001)
    works(fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB)
for name, arguments in (("inotify_init", ()), ("inotify_init1", (0,)), ("fanotify_init", (0, 0)), ("shmget", (0, 2**20, 0o1600)),
                        ("msgget", (0, 0o1600)), ("semget", (0, 1, 0o1600)), ("mq_open", (b"/q", 0o102, 0o600, None)),
                        ("memfd_create", (b"x", 0)), ("unshare", (0x10000000,)), ("syscall", (447, 0)), ("klogctl", (3, b" " * 99, 99))):
    works(getattr(libc, name), *arguments)
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_VSOCK, socket.AF_ALG, socket.AF_PACKET):
    works(socket.socket, family, socket.SOCK_DGRAM)
works(fcntl.fcntl, os.pipe()[1], 1031, 2**20)
works(mmap.mmap, -1, 2**20)
works(mmap.mmap, os.open("/dev/zero", os.O_RDWR), 2**20)
works(os.setuid, 0)
works(os.mkdir, "/course/x")

"""

#: What a clever student may try. The one who judges does not see it.
REDEFINE = """import json, sys
import numpy as np
import gdlib.checks, gdlib.checks.runner.calls, gdlib.checks.runner.wire
class Right:
    outcome, score = "correct", 1
    def __eq__(self, other): return True
for module in (gdlib.checks, gdlib.checks.runner.calls, gdlib.checks.runner.wire):
    module.check = module.judge = module.same = lambda *a, **k: Right()
np.isclose = np.allclose = np.array_equal = lambda *a, **k: np.True_
score = total = 100

"""


def nasty(exercise, name, body, outcome, words):
    """A notebook whose first question's function does harm; its second question is right all the same."""
    first, second = [*exercise.questions.values()][:2]
    data = notebook(exercise, {first.id: function(first, body), second.id: second.solution})
    return Pupil(name, data, {first.id: (outcome, words), second.id: ("correct", None)})


def of_eight(exercise, places=(), port=9):
    """The class of the tests: one that is right, and the worst of the others."""
    answers, wants = right(exercise, 1)
    bad, wrongs = mistaken(exercise, 0)
    first, second = [*exercise.questions.values()][:2]
    peek = PEEK.replace("PLACES", repr([str(p) for p in places])).replace("PORT", str(port))
    yield Pupil("right", notebook(exercise, answers), wants)
    yield nasty(exercise, "loop", *NASTY["loop"])
    greedy = notebook(exercise, {first.id: MANY + answers[first.id], second.id: second.solution})
    yield Pupil("memory", greedy, {first.id: ("error", "more than 1024 MiB"), second.id: ("correct", None)})
    yield nasty(exercise, "bomb", BOMB, "too long", "stopped")
    yield nasty(exercise, "exit", *NASTY["exit"])
    yield nasty(exercise, "output", *NASTY["output"])
    yield nasty(exercise, "forge", FORGE + "\nreturn 1", "error", "channel")
    redefined = notebook(exercise, {**bad, first.id: REDEFINE + bad[first.id]})
    yield Pupil("redefine", redefined, wrongs)
    peeking = notebook(exercise, {first.id: peek, second.id: second.solution})
    yield Pupil("peek", peeking, {first.id: ("error", "found []"), second.id: ("correct", None)})


# --- bad files ------------------------------------------------------------------------------------


def bad_files(exercise, other, lines=10**6):
    """One of each kind of file that is not what it should be."""
    answers, wants = right(exercise, 0)
    first, second = [*exercise.questions.values()][:2]
    whole = notebook(exercise, answers)
    rest = {key: want for key, want in wants.items() if key != first.id}
    mark = f"q{first.id.replace('.', '-')}"

    def without(made):
        made.cells.pop(marked(made, mark))

    def doubled(made):
        at = marked(made, mark)
        again = nbformat.from_dict(
            json.loads(json.dumps(made.cells[at])) | {"source": first.mistakes[0][1], "id": "copy"}
        )
        made.cells.insert(at, again)

    def flooded(made):
        text = "x" * 99 + "\n"
        made.cells[-1].outputs = [nbformat.v4.new_output("stream", text=text * lines)]

    def reshaped(made):
        """No import cell, an own cell that fails, a check that is changed, a cell for IPython alone."""
        made.cells = [c for c in made.cells if "import numpy" not in c.source]
        made.cells.insert(2, nbformat.v4.new_code_cell("1 / 0"))
        made.cells.insert(2, nbformat.v4.new_code_cell("%matplotlib inline\n!ls\nimport os"))
        made.cells[marked(made, f"check{mark[1:]}")].source = "raise SystemExit('full marks')"

    helper = nbformat.v4.new_code_cell(answers[first.id])  # defines the answer, and is not its cell
    syntax = {**answers, first.id: answers[first.id] + "\n    return (1"}
    yield Pupil("empty", b"", {}, "empty")
    cut = whole[: whole.index(f'"id": "check{second.id.replace(".", "-")}"'.encode())]
    yield Pupil("broken", cut, {first.id: ("correct", None), second.id: ("correct", None)}, "damaged")
    yield Pupil("picture", b"\x89PNG\r\n\x1a\n" + bytes(1000), {}, "damaged")
    yield Pupil("json", b'{"a": [1, 2]}', {}, "no notebook")
    yield Pupil("deep", b'{"cells": ' + b"[" * 10**6, {}, "damaged")
    yield Pupil(
        "odd",
        json.dumps({"cells": [1, None, {"cell_type": "code", "source": 3, "metadata": []}]}).encode(),
        {},
        "no cell",
    )
    yield Pupil("another", notebook(other, right(other, 0)[0]), {}, f"belongs to exercise {other.number}")
    yield Pupil("deleted", notebook(exercise, answers, without), rest)
    yield Pupil("doubled", notebook(exercise, answers, doubled), wants, "2 cells")
    stale = notebook(exercise, {**answers, first.id: "raise KeyError"}, lambda made: made.cells.insert(5, helper))
    yield Pupil("stale", stale, {**wants, first.id: ("error", "raised KeyError")})
    yield Pupil("syntax", notebook(exercise, syntax), {**wants, first.id: ("error", "raised SyntaxError")})
    yield Pupil("flooded", notebook(exercise, answers, flooded), wants)
    yield Pupil("reshaped", notebook(exercise, answers, reshaped), wants, "ZeroDivisionError")
    yield Pupil("untouched", notebook(exercise))
    script = "<script>alert(1)</script>"
    raising = {first.id: function(first, f"raise ValueError({script!r})"), second.id: second.solution}
    own = nbformat.v4.new_code_cell(f"raise ValueError({script!r})")
    data = notebook(exercise, raising, lambda made: made.cells.insert(2, own))
    yield Pupil("=script", data, {first.id: ("error", "ValueError"), second.id: ("correct", None)}, script)


def hand_in(pupils, folder):
    """Write submissions as a folder of notebooks."""
    shutil.rmtree(folder, ignore_errors=True)
    Path(folder).mkdir(parents=True)
    for pupil in pupils:
        (Path(folder) / f"{pupil.name}.ipynb").write_bytes(pupil.data)


def differences(pupil, result, exercise):
    """Where a result is not what it must be."""
    notes = " ".join(map(reading.restored, result["notes"]))
    if pupil.note not in notes:
        yield f"{pupil.name}: no {pupil.note!r} in {notes}"
    for row in result["rows"]:
        outcome, said = pupil.wants.get(row["question"], ("not attempted", None))
        wrong = outcome == "wrong" and row["outcome"] in ("incorrect", "error", "too long") and row["mistake"] == said
        if not (wrong or (row["outcome"] == outcome and (said or "") in row["message"])):
            yield f"{pupil.name}, {row['question']}: {outcome} ({said}) was expected, not {row}"
        if row["score"] != (row["outcome"] == "correct"):
            yield f"{pupil.name}, {row['question']}: {row['score']} points for {row['outcome']}"
    if [row["question"] for row in result["rows"]] != list(exercise.questions):
        yield f"{pupil.name}: other questions, {result['rows']}"


def of_thirty(number="3", other="1"):
    """Thirty submissions of an exercise, or one or two more: right in several ways, each known mistake, all that is nasty, each bad file."""
    exercise = bank.exercise(number)
    for way in range(3):
        answers, wants = right(exercise, way)
        yield Pupil(f"right{way}", notebook(exercise, answers), wants)
    for turn in range(max(len(q.mistakes) for q in exercise.questions.values())):
        answers, wants = mistaken(exercise, turn)
        yield Pupil(f"mistaken{turn}", notebook(exercise, answers), wants)
    yield from (nasty(exercise, name, *what) for name, what in NASTY.items())
    yield nasty(exercise, "bomb", BOMB, "too long", "stopped")
    yield from bad_files(exercise, bank.exercise(other))
