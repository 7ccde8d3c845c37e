"""Grading a class: every grade is as it must be, no notebook does harm, and the reports hold what was found.

The class is tests/classroom.py's. Where bubblewrap is missing the tests that need it are skipped, and say so.
"""

import csv
import importlib.util
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import nbformat
import psutil
import pytest

import classroom
from gdlib.checks import bank, caller, judge
from grading import grade, gradebook, lms, policy, reading, walls

ROOT = Path(__file__).parent.parent
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "tools")}
EXERCISE, OTHER = bank.exercise("3"), bank.exercise("1")
FIRST = next(iter(EXERCISE.questions.values()))
SEED = "54321"
WHY_NOT = walls.why_not()
needs_walls = pytest.mark.skipif(bool(WHY_NOT), reason=f"no sandbox: {WHY_NOT}")
needs_nbgrader = pytest.mark.skipif(
    importlib.util.find_spec("nbgrader") is None, reason="nbgrader is not installed (make grade installs it)"
)


def run(*arguments, **options):
    """The command, as a teacher gives it."""
    command = [sys.executable, "-m", "grading.grade", *map(str, arguments)]
    environment = ENVIRONMENT | options.pop("variables", {})
    return subprocess.run(command, capture_output=True, text=True, timeout=900, env=environment, **options)


def stored(out, student):
    return json.loads((out / "results" / f"{student}.json").read_text())


def table(path):
    return csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))


def left_behind(folder):
    """The sandboxes whose course lies in a folder, which was the command's TMPDIR."""
    lines = (" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"]))
    return [line for line in lines if f"{folder}/gdlib-grading-" in line] + list(folder.glob("gdlib-*"))


# --- a class of eight, and each kind of bad file --------------------------------------------------


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """(pupils, folder of results, what was printed)."""
    if WHY_NOT:
        pytest.skip(f"no sandbox: {WHY_NOT}")
    folder = tmp_path_factory.mktemp("class") / "submissions"
    out = Path(f"{folder}-grades")
    places = (ROOT, ROOT / ".git", ROOT / "exercises", folder, out, "/home", "/var", Path.home() / ".ssh")
    with socket.create_server(("127.0.0.1", 0)) as server:
        pupils = [*classroom.of_eight(EXERCISE, places, server.getsockname()[1])]
        pupils += classroom.bad_files(EXERCISE, OTHER, lines=10**5)
        classroom.hand_in(pupils, folder)
        done = run(
            folder,
            "--exercise",
            "3",
            "--seed",
            SEED,
            "--memory",
            1024,
            variables={"SECRET": "1", "TMPDIR": str(folder.parent)},
        )
    assert done.returncode == 0, done.stderr
    return pupils, out, done


def test_every_grade_is_as_it_must_be(graded):
    pupils, out, _ = graded
    assert [d for p in pupils for d in classroom.differences(p, stored(out, p.name), EXERCISE)] == []


def test_nothing_is_left_behind(graded):
    assert left_behind(graded[1].parent) == []


def test_a_progress_bar_and_where_the_results_are(graded):
    pupils, _, done = graded
    assert f"{len(pupils)}/{len(pupils)}" in done.stderr
    assert f"{len(pupils)} students, {len(pupils)} graded now" in done.stdout


def test_grades_csv(graded):
    pupils, out, _ = graded
    rows = {row["student"]: row for row in table(out / "grades.csv")}
    assert len(rows) == len(pupils)
    n = str(len(EXERCISE.questions) - 1)  # 3.8 is optional
    assert (rows["right"]["total"], rows["right"]["max"], rows["right"]["3.1"]) == (n, n, "1")
    assert (rows["loop"]["total"], rows["loop"]["3.1"], rows["loop"]["3.2"]) == ("1", "0", "1")
    assert rows["empty"]["note"] == "The file is empty."
    assert "'=script" in rows  # no formula


def test_a_students_page_says_what_the_check_says_and_runs_nothing(graded):
    _, out, _ = graded
    text = (out / "feedback" / "redefine.html").read_text()
    for question in list(EXERCISE.questions.values())[1:]:
        said = judge(question, caller(question.answer(question.mistakes[0][1])), int(SEED))
        assert said._repr_html_() in text
    text = (out / "feedback" / "=script.html").read_text()
    assert "<script" not in text + (out / "class.html").read_text()
    assert "&lt;script&gt;alert(1)" in text
    assert "default-src 'none'" in text
    assert not re.search(r"https?://|src=", text)


def test_the_class_page_counts(graded):
    pupils, out, _ = graded
    text = (out / "class.html").read_text()
    wants = [pupil.wants.get("3.2", ("not attempted", None))[0] for pupil in pupils]
    line = re.search(r"<tr><td>3\.2 .*?</tr>", text)[0]
    assert re.findall(r"<td>(\d+|·)</td>", line) == [
        str(wants.count(outcome) or "·") for outcome in ("correct", "wrong", "not attempted", "error", "too long")
    ]
    said = re.sub(r"`(.*?)`", r"<code>\1</code>", EXERCISE.questions["3.2"].mistakes[0][0])
    assert f'1 × {said} — <a href="feedback/redefine.html">redefine</a>' in " ".join(text.split())
    assert "Graded without a sandbox" not in text


@needs_nbgrader
def test_nbgrader_has_the_same_grades(graded):
    pupils, out, _ = graded
    exported = out / "exported.csv"
    nbgrader = Path(sys.executable).with_name("nbgrader")
    subprocess.run([nbgrader, "export", f"--to={exported}"], cwd=out, check=True, capture_output=True)
    scores = {row["student_id"]: float(row["score"]) for row in table(exported)}
    counted = [key for key in EXERCISE.questions if key not in policy.optional(EXERCISE)]
    rows = {p.name: stored(out, p.name)["rows"] for p in pupils}
    assert scores == {n: sum(r["score"] for r in of if r["question"] in counted) for n, of in rows.items()}


@needs_nbgrader
@pytest.mark.parametrize("exercise", [bank.Exercise(path) for path in bank.sources()], ids=lambda e: e.number)
def test_nbgraders_own_validators_accept_the_exercises(exercise):
    from nbgrader.nbgraderformat import MetadataValidator
    from nbgrader.preprocessors import CheckCellMetadata

    from lectures import exercises

    made = exercises.derived(exercise)
    before = json.dumps(made)
    MetadataValidator().validate_nb(made)
    CheckCellMetadata().preprocess(made, {})
    assert json.dumps(made) == before


@needs_nbgrader
def test_a_course_of_nbgraders_is_released_and_graded(tmp_path):
    """The notebooks go through `generate_assignment` unchanged, come back submitted/, and the course's gradebook is used."""
    if WHY_NOT:
        pytest.skip(f"no sandbox: {WHY_NOT}")
    nbgrader = Path(sys.executable).with_name("nbgrader")
    source = tmp_path / "source" / "week3"
    source.mkdir(parents=True)
    answers, _ = classroom.right(EXERCISE, 0)
    (source / f"{EXERCISE.path.stem}.ipynb").write_bytes(classroom.notebook(EXERCISE))
    command = [nbgrader, "generate_assignment", "week3", "--ClearSolutions.enabled=False"]
    path = os.pathsep.join((str(nbgrader.parent), os.environ["PATH"]))
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env=os.environ | {"PATH": path})
    released = json.loads((tmp_path / "release" / "week3" / f"{EXERCISE.path.stem}.ipynb").read_text())
    given = json.loads((source / f"{EXERCISE.path.stem}.ipynb").read_text())
    assert [cell["source"] for cell in released["cells"]] == [cell["source"] for cell in given["cells"]]
    for cell in released["cells"]:
        number = cell["id"][1:].replace("-", ".")
        cell["source"] = answers.get(number, cell["source"]) if cell["id"][0] == "q" else cell["source"]
    target = tmp_path / "submitted" / "anna" / "week3" / f"{EXERCISE.path.stem}.ipynb"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(released))
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    subprocess.run([nbgrader, "export", "--to=o.csv"], cwd=tmp_path, check=True, capture_output=True)
    (row,) = table(tmp_path / "o.csv")
    assert (row["assignment"], row["student_id"]) == ("week3", "anna")
    assert (float(row["score"]), float(row["max_score"])) == (len(EXERCISE.questions) - 1,) * 2


# --- again, and without a sandbox -----------------------------------------------------------------


@needs_walls
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run_goes_on_where_it_was(tmp_path, how):
    answers, wants = classroom.right(EXERCISE, 0)
    slow = nbformat.v4.new_code_cell("import time\ntime.sleep(3)")
    changes = (None, lambda made: made.cells.insert(2, slow), None)  # while s1 sleeps the teacher presses Ctrl-C
    data = [classroom.notebook(EXERCISE, answers, change) for change in changes]
    pupils = [classroom.Pupil(f"s{n}", made, wants) for n, made in enumerate(data)]
    folder, out = tmp_path / "in", tmp_path / "in-grades"
    classroom.hand_in(pupils, folder)
    command = [sys.executable, "-m", "grading.grade", folder, "--workers", "1"]
    options = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "env": ENVIRONMENT | {"TMPDIR": str(tmp_path)}}
    options["preexec_fn"] = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # also where the tests ignore it
    with subprocess.Popen(command, **options, start_new_session=True) as process:
        bar = b""
        while b" 1/3 " not in bar:
            bar += process.stderr.read1() or pytest.fail(bar.decode())
        os.killpg(process.pid, signal.SIGINT) if how == "SIGINT" else process.terminate()
        process.communicate(timeout=20)
        assert process.returncode != 0
    early = {path: path.stat().st_mtime_ns for path in (out / "results").glob("*.json")}
    assert 1 <= len(early) < 3
    assert not (out / "grades.csv").exists()
    assert left_behind(tmp_path) == []
    if how == "SIGTERM":
        return
    done = run(folder, "--no-gradebook")
    assert f"3 students, {3 - len(early)} graded now" in done.stdout, done.stderr
    assert all(path.stat().st_mtime_ns == at for path, at in early.items())
    assert [d for pupil in pupils for d in classroom.differences(pupil, stored(out, pupil.name), EXERCISE)] == []
    (folder / "s1.ipynb").write_bytes(classroom.notebook(EXERCISE))
    assert "3 students, 1 graded now" in run(folder, "--no-gradebook").stdout
    assert stored(out, "s1")["rows"][0]["outcome"] == "not attempted"
    assert "3 students, 3 graded now" in run(folder, "--force", "--no-gradebook").stdout


def test_without_bubblewrap_it_says_what_is_missing_and_refuses(tmp_path):
    answers, wants = classroom.right(EXERCISE, 0)
    pupil = classroom.Pupil("right", classroom.notebook(EXERCISE, answers), wants)
    classroom.hand_in([pupil], tmp_path / "in")
    nowhere = {"PATH": str(tmp_path)}
    done = run(tmp_path / "in", variables=nowhere)
    assert done.returncode == 1
    assert "bubblewrap is not installed" in done.stderr
    assert all(what in done.stderr for what in walls.UNGUARDED)
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "in-grades").exists()
    done = run(tmp_path / "in", "--no-sandbox", "--no-gradebook", variables=nowhere)
    assert done.returncode == 0, done.stderr
    assert [*classroom.differences(pupil, stored(tmp_path / "in-grades", "right"), EXERCISE)] == []
    text = (tmp_path / "in-grades" / "class.html").read_text()
    assert "Graded without a sandbox" in text
    assert all(what in text for what in walls.UNGUARDED)


@pytest.mark.parametrize(
    "arguments,says",
    [
        (["nowhere"], "must be a folder"),
        (["empty"], "no notebook in"),
        (["unmarked"], "none of the notebooks has a cell of an exercise"),
        (["unmarked", "--exercise", "77"], "exercise must be one of 1, 2, 3, 4, 5, 6, 7, got '77'"),
    ],
)
def test_what_cannot_be_graded_is_said_in_a_line(tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    classroom.hand_in([classroom.Pupil("a", b'{"cells": []}')], tmp_path / "unmarked")
    with pytest.raises(SystemExit, match=says):
        grade.main(arguments)


# --- what is handed in ----------------------------------------------------------------------------


def test_a_link_or_a_pipe_is_not_opened(tmp_path):
    (tmp_path / "real.ipynb").write_bytes(classroom.notebook(EXERCISE))
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "real.ipynb")
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in ("link.ipynb", "pipe.ipynb"):
        assert reading.read(tmp_path / name) == ([], "It is no plain file, so it was not opened.", "")
        assert grade.digest(tmp_path / name) == "none"


def test_a_large_file_is_read_with_little_memory(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_bytes(classroom.notebook(EXERCISE))
    here = reading.read(path)
    path.write_bytes(path.read_bytes() + b" " * 6 * 2**20)  # read by another process
    assert reading.read(path) == here == (here[0], "", "en")
    path.write_bytes(b'{"cells": [' + b"[]," * 2**21)  # 6 MB that would be 130 MB
    assert reading.read(path, memory=2**27) == ([], "The file is too large to be read.", "")


def test_a_cell_is_known_by_either_mark():
    assert reading.mark({"metadata": {"nbgrader": {"grade_id": "q3-1"}}, "id": "x"}) == "q3-1"
    assert reading.mark({"metadata": {}, "id": "check3-1"}) == "check3-1"
    for odd in (
        {},
        {"metadata": []},
        {"metadata": {"nbgrader": 3}},
        {"metadata": {"nbgrader": {"grade_id": []}}, "id": "q3"},
    ):
        assert reading.mark(odd) == ""


def test_too_much_code_is_not_read():
    def longer(made):
        made.cells[classroom.marked(made, "q3-4")].source = "#" * 2**21

    code, problem, _ = reading.cells(classroom.notebook(EXERCISE, change=longer))
    assert (code[-1]["mark"], "too much code" in problem) == ("check3-3", True)


@pytest.mark.parametrize("text,safe", [("=1+1", "'=1+1"), ("@x", "'@x"), ("anna", "anna"), ("", "")])
def test_a_table_holds_no_formula(text, safe):
    assert lms.harmless(text) == safe


def test_without_nbgrader_there_is_a_word_about_it(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "nbgrader is not installed" in gradebook.write(tmp_path / "g.db", EXERCISE, {})
