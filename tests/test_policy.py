"""What a teacher decides about points, and what the reports make of it."""

import csv
import dataclasses
import html
import io
import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import classroom
from gdlib.checks import Verdict, bank, caller, judge
from grading import beliefs, collect, grade, gradebook, likeness, policy, reading, reports
from lectures import plans

ROOT = Path(__file__).parent.parent
EXERCISE, OTHER = bank.exercise("3"), bank.exercise("1")
HALF = {"3.1": "correct", "3.2": "incorrect"}
DEADLINE = datetime.fromisoformat("2026-11-30T23:59:00+09:00")


def result(outcomes, shares=None, **more):
    """A result with the outcomes of some questions; the others were not attempted."""
    verdicts = [
        Verdict(key, outcomes.get(key, "not attempted"), "said", share=(shares or {}).get(key, 0.0))
        for key in EXERCISE.questions
    ]
    return {
        "rows": [dataclasses.asdict(v) | {"score": int(v.outcome == "correct")} for v in verdicts],
        "notes": [],
    } | more


def rules(text="", only=None, tmp_path=None, **more):
    (tmp_path / "grading.toml").write_text(text, "utf-8-sig")
    return dataclasses.replace(policy.policy(EXERCISE, policy.settings(tmp_path), only), **more)


def test_what_counts_and_with_which_weight(tmp_path):
    every = policy.policy(EXERCISE, {})
    assert [*every.weights] == [key for key in EXERCISE.questions if key != "3.8"]
    assert [policy.optional(bank.Exercise(path)) for path in bank.sources()] == [
        ["1.8"],
        ["2.8"],
        ["3.8"],
        ["4.8"],
        ["5.8"],
        ["6.6", "6.8"],
        [],  # of the optional lecture every question counts
    ]
    assert policy.policy(EXERCISE, {}, ["3.2", "3.1"]).weights == {"3.1": 1, "3.2": 1}
    weighed = rules('questions = ["3.1", "3.2"]\n[weights]\n"3.1" = 2.5', tmp_path=tmp_path)
    assert (weighed.weights, weighed.maximum) == ({"3.1": 2.5, "3.2": 1}, 3.5)
    assert policy.graded("a", result(HALF), weighed).total == 2.5
    assert "3.8" in rules('[weights]\n"3.8" = 1', tmp_path=tmp_path).weights
    assert "3.1" not in rules('[weights]\n"3.1" = 0', tmp_path=tmp_path).weights


def test_a_share_of_the_cases_counts_where_it_is_wanted(tmp_path):
    only, shares = ["3.1", "3.2"], {"3.2": 0.25}
    assert policy.graded("a", result(HALF, shares), rules("partial = true", only, tmp_path)).total == 1.25
    assert policy.graded("a", result(HALF, shares), rules("", only, tmp_path)).total == 1


def test_judging_says_which_share_of_the_cases_is_right():
    question = EXERCISE.questions["3.1"]
    right = judge(question, caller(question.answer(question.solution)), 1)
    none = judge(question, caller(question.answer(question.solution.replace("return x", "return 3 * x + 1"))), 1)
    some = judge(question, caller(question.answer(question.mistakes[4][1])), 1)  # `eps` is not looked at
    assert (right.share, none.share) == (1.0, 0.0)
    assert 0 < some.share < 1


@pytest.mark.parametrize(
    "hours,total,days",
    [(-1, 2, 0), (0, 2, 0), (0.1, 1.6, 1), (24, 1.6, 1), (25, 1.2, 2), (24 * 30, 1, 30)],
)
def test_each_late_day_takes_a_share(tmp_path, hours, total, days):
    text = "[late]\ndeadline = 2026-11-30T23:59:00+09:00\nper_day = 0.2\nmost = 0.5"
    late = rules(text, ["3.1", "3.2"], tmp_path)
    grade = policy.graded("a", result({"3.1": "correct", "3.2": "correct"}), late, DEADLINE + timedelta(hours=hours))
    assert (round(grade.total, 9), grade.late) == (total, days)
    assert bool(grade.notes) == (days > 0)


def test_a_time_that_is_not_known_takes_nothing_and_a_flag_one_day(tmp_path):
    late = rules("[late]\ndeadline = 2026-11-30\nper_day = 0.5", ["3.1"], tmp_path)
    assert late.deadline.strftime("%H:%M:%S") == "23:59:59"
    unknown = policy.graded("a", result(HALF), late)
    flagged = policy.graded("a", result(HALF), late, flagged=True)
    assert (unknown.total, flagged.total) == (1, 0.5)
    assert "not known" in unknown.notes[0]
    assert "one day" in flagged.notes[0]
    assert policy.graded("a", result(HALF), policy.policy(EXERCISE, {}, ["3.1"]), flagged=True).total == 1


@pytest.mark.parametrize(
    "text,says",
    [
        ("colour = 1", "colour is none of"), ("partial = 1", "partial can't be 1"), ("[late]\nper_week = 1", "late.per_week is none"),
        ("[late]\nper_day = 20", "from 0 to 1"), ('[late]\ndeadline = "soon"', "a time such as"), ('questions = ["9.1"]', "no question 9.1"),
        ('[weights]\n"3.1" = -1', "0 or more"), ('[weights]\n"3.1" = "x"', "0 or more"), ("x = [", "grading.toml"), ("exercise = 3", "exercise can't be 3"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant_are_said_in_a_line(tmp_path, text, says):
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        rules(text, tmp_path=tmp_path)
    assert "\n" not in str(caught.value)


def test_the_settings_in_the_guide_are_taken(tmp_path):
    (block,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/teaching/grading.md").read_text("utf-8"), re.S)
    found = rules(block, tmp_path=tmp_path)
    assert (found.weights, found.partial, found.per_day, found.most) == ({"3.1": 2, "3.2": 1}, True, 0.1, 0.5)
    assert found.deadline == DEADLINE


def test_what_the_teacher_wrote_over_counts(tmp_path):
    students = {"anna": collect.Student("anna", "48"), "ben": collect.Student("ben")}
    path = tmp_path / "overrides.csv"
    assert policy.overrides(path, students, EXERCISE) == {}
    path.write_text(
        path.read_text("utf-8-sig") + "anna,3.2,0.5,half\n48,3.1,,see me\nben,,6.5,spoke about it\n", "utf-8-sig"
    )
    written = policy.overrides(path, students, EXERCISE)
    assert written == {"anna": {"3.2": (0.5, "half"), "3.1": (None, "see me")}, "ben": {"": (6.5, "spoke about it")}}
    found = rules("", ["3.1", "3.2"], tmp_path, overrides=written)
    anna, ben = (policy.graded(name, result(HALF), found) for name in students)
    assert (anna.points, anna.total, ben.total) == ({"3.1": 1, "3.2": 0.5}, 1.5, 6.5)
    assert anna.comments == {"3.2": "half", "3.1": "see me"}
    assert "By hand" in anna.notes[0]
    lost = policy.graded("ben", result({}, ungraded="the disk is full"), found)
    assert (lost.points["3.1"], lost.total) == (None, 6.5)  # what was not graded has no points, but by hand
    assert policy.graded("carl", result({}, ungraded="the disk is full"), found).total is None


@pytest.mark.parametrize(
    "line,says",
    [("zoe,3.1,1,", "line 2: no student"), ("anna,9.9,1,", "line 2: there is no question"), ("anna,3.1,-1,", "line 2: a score"), ("anna,3.1,nan,", "a score"), ("anna,3.1,x,", "a score")],
)  # fmt: skip
def test_an_override_that_cannot_be_meant_is_said_with_its_line(tmp_path, line, says):
    path = tmp_path / "overrides.csv"
    path.write_text(f"student,question,score,comment\n{line}\n")
    with pytest.raises(ValueError, match=says):
        policy.overrides(path, {"anna": collect.Student("anna")}, EXERCISE)
    path.write_text("name,points\nanna,1\n")
    with pytest.raises(ValueError, match="first line must be"):
        policy.overrides(path, {"anna": collect.Student("anna")}, EXERCISE)


# --- the page about the class ---------------------------------------------------------------------


def sheet(results, only=None, **more):
    students = {
        name: collect.Student(name, entries=[collect.Entry((f"{name}.ipynb",), notebook=True, why="graded")])
        for name in results
    }
    found = policy.policy(EXERCISE, {}, only)
    for name, student in students.items():
        student.result, student.grade = results[name], policy.graded(name, results[name], found)
    return reports.Sheet(EXERCISE, found, students, **more)


def said(results, key, message, outcome="incorrect", mistake=True):
    for row in results["rows"]:
        if row["question"] == key:
            row |= {"outcome": outcome, "message": message, "mistake": message if mistake else None, "score": 0}
    return results


def test_what_to_explain_again_comes_by_the_share_of_those_who_tried():
    flipped = EXERCISE.questions["3.1"].mistakes[0][0]
    right = dict.fromkeys(["3.1", "3.2"], "correct")
    results = {
        "anna": said(result(right), "3.1", flipped),
        "ben": said(result(right), "3.1", flipped),
        "cy": said(said(result(right), "3.2", "It raised SyntaxError: x", "error", False), "3.8", "far off"),
        "dora": result({"3.1": "correct"}),
    }
    text = reports.overview(sheet(results))
    again, rest = text.split("What to explain again")[1].split("In questions that do not count")
    assert re.findall(r"<h3>(\d\.\d)", again) == ["3.1", "3.2"]  # 2 of 4 before 1 of 3; nobody tried the others
    assert re.findall(r"<h3>(\d\.\d)", rest.split("<h2>")[0]) == ["3.8"]
    assert "Wrong in 2 of 4 who tried it" not in again
    assert "Wrong in 1 of 3 who tried; 1 did not try" in again
    assert '<a href="feedback/anna.html">anna</a>, <a href="feedback/ben.html">ben</a>' in again
    assert re.search(r"1 × <code>SyntaxError</code> — \s*<a href=\"feedback/cy.html\">cy</a>", again)
    assert "Section “The algorithm in full”, slide [steps]; question 3.1 of the bank." in again
    assert "Section “Up instead of down”, slide [plus]; question 3.1 of the bank." in again  # of that mistake
    everything = reports.overview(sheet({"anna": result(dict.fromkeys(EXERCISE.questions, "correct"))}))
    assert "Nothing: whatever was tried is right." in everything
    assert "7.0 of 7 points" in everything


def test_what_the_class_predicted_stands_beside_what_it_answered(tmp_path):
    rows = [("How many?", "8", "false", "t1"), ("How many?", "7", "true", "t2"), ("Draw it", "[[0, 1]]", "", "t1")]
    text = "lecture,question,prediction,answer,right,score,reason,time\n"
    (tmp_path / "predictions_03_descent.csv").write_text(
        text + "".join(f'3,{q},"{p}",7,{r},,,{t}\n' for q, p, r, t in rows)
    )
    answers = [{"question": "How many?", "prediction": "<9>", "right": False, "time": "t1"}, 3, {"right": True}]
    (tmp_path / "predictions_03_descent.json").write_text(json.dumps(answers))
    (tmp_path / "predictions_x.json").write_text("[")
    found = sheet({"anna": result({}), "ben": result({}), "cy": result({})})
    for name, file in zip(found.students, ("03_descent.csv", "03_descent.json", "x.json"), strict=True):
        found.students[name].entries.append(
            collect.Entry((name, f"predictions_{file}"), tmp_path / f"predictions_{file}")
        )
    assert beliefs.predicted(found.given) == [("How many?", 2, 1, [("<9>", 1)])]
    assert found.students["cy"].entries[-1].why == "Predictions that can't be read."
    assert "1 × &lt;9&gt;" in reports.overview(found)


def test_the_homework_of_the_short_class_is_what_counts():
    both = sheet({"anna": result({"3.3": "correct", "3.5": "correct"})}, ["3.3", "3.5"])
    (row,) = csv.DictReader(io.StringIO(reports.table(both)))
    assert (row["total"], row["max"], row["3.1"]) == ("2", "2", "0")


def test_what_was_not_graded_is_no_zero():
    found = sheet({"anna": result({}, ungraded="bwrap failed"), "ben": result({"3.1": "correct"})})
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(reports.table(found)))}
    assert (rows["anna"]["total"], rows["anna"]["3.1"], rows["anna"]["note"]) == ("", "", "Not graded: bwrap failed")
    assert rows["ben"]["total"] == "1"
    text = reports.overview(found)
    assert "anna: bwrap failed" in text
    assert "2 students, 1 graded; 1.0 of 7" in text
    assert "No points yet" in reports.feedback("anna", found)


def test_every_explanation_names_a_section_a_slide_and_a_question_that_there_are():
    for path in bank.sources():
        exercise, stem = bank.Exercise(path), path.stem
        lecture = (ROOT / "notebooks" / "text" / f"{stem}.md").read_text("utf-8")
        heads = re.findall(r"^##+ (.+)$", lecture, re.M)
        slides = {*re.findall(r'"name": "([^"]+)"', lecture), *heads}
        numbers = re.findall(
            r"^## (\d\.\d+) ", (ROOT / "docs/teaching/questions" / f"{stem}.md").read_text("utf-8"), re.M
        )
        places = plans.explanations(ROOT / "docs/teaching" / f"{stem}.md")
        for place in places:
            assert place.section in heads, place
            assert place.slide in slides, place
            assert place.bank in numbers, place
            messages = " ".join(message for message, _ in exercise.questions[place.question].mistakes)
            assert all(word in messages for word in place.words.split(", ")), place
        assert {place.question for place in places if not place.words} == {*exercise.questions}


def test_a_students_page_has_each_question_and_says_in_its_heading_what_does_not_count():
    text = " ".join(reports.feedback("anna", sheet({"anna": result(HALF)})).split())
    for question in EXERCISE.questions.values():
        rest = text.split(f"<h2>{question.id} {question.title}")[1]
        assert rest.startswith(" <small>(does not count)</small></h2>" if question.id == "3.8" else "</h2>")
        first = question.before[0][1].split("\n\n")[1].splitlines()[0].replace("$", "").split("`")[0]
        assert " ".join(first.split()) in html.unescape(rest.split("<h2>")[0].partition("gdlib-check")[0])
    assert "## 3." not in text


def test_moodles_comment_is_short_safe_and_one_line(tmp_path):
    given = said(result(HALF), "3.2", "It raised E: <script>`x`\n\0\ud800" + "y" * 5000 + ".", "error")
    found = sheet({"=anna": given, "ben": result({}, ungraded="bwrap failed")}, platform="moodle")
    found.students["=anna"].id = "7"
    found.students["=anna"].grade.comments |= {"": "well\ndone", "3.1": "a < b"}
    table = reports.for_platform(found)["moodle.csv"]
    table.encode()
    assert len(table.splitlines()) == 2
    (row,) = csv.DictReader(io.StringIO(table))
    lines = row["Feedback comments"].split("<br>")
    assert lines[0] == "well done"
    assert lines[1] == "3.1 ✓ Correct. a &lt; b"
    assert lines[2].startswith("3.2 ! Error. It raised E: &lt;script&gt;<code>x</code> yyy")
    assert len(lines[2]) < 600
    assert lines[3:] == [f"3.{n} ○ Not attempted." for n in range(3, 9)]
    found.students["ben"].id = "8"  # without a grade: no line, and Moodle keeps what it has
    assert reports.for_platform(found)["moodle.csv"] == table


# --- likeness -------------------------------------------------------------------------------------

OWN = """
def descend(gradient, init, lr, eps, T):
    # I keep two places, the old one and the new one
    here, steps, moved = init, 0, True
    while moved and steps < T and not -eps <= gradient(here) <= eps:
        there = here - (gradient(here) * lr)
        moved, here, steps = there != here or steps < 3, there, steps + 1
    return here
"""


def cells(source, number=5):
    return [{"source": source, "at": number, "mark": "q3-1", "under": ""}]


def test_two_who_wrote_the_same_are_a_hint_with_both_places():
    renamed = re.sub(r"\bhere\b", "spot", OWN.replace("# I keep two places, the old one and the new one", "")).replace(
        "steps", "n"
    )
    codes = {"anna": cells(OWN), "ben": cells("a = 1\n" + renamed, 7)}
    codes |= {f"s{n}": cells(source) for n, source in enumerate(EXERCISE.questions["3.1"].rights)}
    codes |= {f"t{n}": cells(EXERCISE.questions["3.1"].solution) for n in range(3)}
    (hint,) = likeness.hints(codes, {"en": EXERCISE})
    assert (hint.one, hint.other) == ("anna", "ben")
    assert [place.cell for place in hint.places] == [5, 7]
    assert "while moved" in hint.places[0].text
    assert "while moved" in hint.places[1].text
    assert likeness.hints({name: codes[name] for name in codes if name != "ben"}, {"en": EXERCISE}) == []
    text = reports.overview(sheet({"anna": result({}), "ben": result({})}, hints=[hint]))
    assert "anna and ben" in text
    assert "no proof" in text


@pytest.mark.parametrize("address", ["ADDRESS", "https://example.org/course"])
@pytest.mark.parametrize("size", [2, 3, 4])
def test_a_small_class_that_is_honest_shares_nothing_but_what_was_given(size, address):
    for exercise in (EXERCISE, OTHER):
        first = next(iter(exercise.questions.values()))
        bodies = [f"y = {n} * ({n} + 1)\n" * (n + 1) + f"return y - {n}" for n in range(size)]
        data = [classroom.notebook(exercise, {first.id: classroom.function(first, body)}) for body in bodies]
        data = [text.replace(b"git+ADDRESS", f"git+{address}".encode()) for text in data]
        codes = {f"s{n}": reading.cells(text)[0] for n, text in enumerate(data)}
        assert likeness.hints(codes, {"en": exercise}) == []


def test_a_large_class_takes_its_time_and_no_more():
    """By what is done, not by the clock: the letters that are looked at are limited, and so are those who share a run."""
    codes = {f"s{n}": cells(OWN + "x = 1\n" * 50_000) for n in range(20)}
    assert likeness.hints(codes, {"en": EXERCISE}) == []  # what a whole class shares is no hint
    assert sum(1 for _ in likeness.runs("x = 1\n" * 5)) < 10


# --- the command ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments,says",
    [
        (["--workers", "0"], "must be 1 or more, got 0"), (["--seed", "-1"], "must be 0 or more, got -1"), (["--memory", "0"], "must be 1 or more"),
        (["--seconds", "nan"], "must be 0.001 or more"), (["--workers", "x"], "invalid number value"),
    ],
)  # fmt: skip
def test_an_argument_that_cannot_be_meant_is_said_in_a_line(capsys, arguments, says):
    with pytest.raises(SystemExit):
        grade.arguments(["x", *arguments])
    assert says in capsys.readouterr().err.splitlines()[-1]


@pytest.fixture
def two(tmp_path):
    """A folder with two students, and a command that grades it in this process, without walls and without nbgrader."""
    for name, answers in (
        ("anna", classroom.right(EXERCISE, 0)[0]),
        ("ben", {"3.1": EXERCISE.questions["3.1"].mistakes[4][1]}),
    ):
        path = tmp_path / "in" / name / "x.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(classroom.notebook(EXERCISE, answers))

    def command(*arguments):
        grade.main([str(tmp_path / "in"), "--no-sandbox", "--no-gradebook", *arguments])
        return {
            row["student"]: row
            for row in csv.DictReader(io.StringIO((tmp_path / "in-grades/grades.csv").read_text("utf-8-sig")))
        }

    return tmp_path, command


def graded_at(tmp_path):
    return {path.stem: path.stat().st_mtime_ns for path in (tmp_path / "in-grades" / "results").glob("*.json")}


def test_a_class_from_the_first_run_to_the_second_exercise(two, capsys):
    """Rules and overrides need no new grading; one student anew; a fault is no grade; another exercise, another folder."""
    tmp_path, command = two
    out = tmp_path / "in-grades"
    rows = command()
    assert (rows["anna"]["total"], rows["ben"]["total"]) == ("7", "0")
    assert (out / "grades.csv").read_bytes().startswith(b"\xef\xbb\xbf")  # so that Excel reads it
    before = graded_at(tmp_path)
    (out / "overrides.csv").write_text("student,question,score,comment\nben,3.2,1,shown in class\n")
    (out / "grading.toml").write_text('partial = true\nquestions = ["3.1", "3.2"]')
    rows = command()
    assert 1 < float(rows["ben"]["total"]) < 2
    assert graded_at(tmp_path) == before
    assert "shown in class" in (out / "feedback" / "ben.html").read_text()
    assert (out / "overrides.csv").read_text().endswith("shown in class\n")
    command("--student", "ben")
    assert {name for name, at in graded_at(tmp_path).items() if at != before[name]} == {"ben"}
    with pytest.raises(SystemExit, match="no student is called 'zoe'"):
        command("--student", "zoe")
    (out / "grading.toml").unlink()
    for name, text in {"grading.toml": "partial = true", "roster.csv": "name,id\nanna,3\n"}.items():  # handed in
        (tmp_path / "in" / name).write_text(text)
    assert command()["ben"]["total"] == "1"
    assert not {row["id"] for row in command().values()} - {""}
    (tmp_path / "in" / "anna" / "y.ipynb").write_bytes(classroom.notebook(OTHER, classroom.right(OTHER, 0)[0]))
    kept = (out / "class.html").read_bytes()
    command("--exercise", "1")
    assert (out / "class.html").read_bytes() == kept
    assert (out / "exercise-1" / "class.html").exists()
    both = [*csv.DictReader(io.StringIO((out / "gradebook.csv").read_text("utf-8-sig")))]
    assert [row["exercise 1"] for row in both] == ["7", "0"]
    assert both[0]["max"] == "14"
    (out / "seed").write_text("")
    with pytest.raises(SystemExit, match="must hold the number") as caught:
        command()
    assert "\n" not in str(caught.value)


def test_a_fault_of_the_machine_is_no_grade_and_is_tried_again(two, monkeypatch):
    tmp_path, command = two

    def broken(paths, *rest):
        for student in paths:
            yield student, {"ungraded": "bubblewrap could not start"} if student == "ben" else result(HALF)

    monkeypatch.setattr(grade, "graded", broken)
    with pytest.raises(SystemExit, match="1 not graded") as caught:
        command()
    assert "ben: bubblewrap could not start" in str(caught.value)
    assert graded_at(tmp_path).keys() == {"anna"}
    text = (tmp_path / "in-grades" / "grades.csv").read_text("utf-8-sig")
    assert re.search(r"^ben,,,+7,Not graded: bubblewrap", text, re.M)
    asked = []
    monkeypatch.setattr(grade, "graded", lambda paths, *rest: asked.extend(paths) or ((s, result(HALF)) for s in paths))
    assert command()["ben"]["total"] == "1"
    assert asked == ["ben"]


def test_a_full_disk_is_said_in_a_line(two, monkeypatch):
    _, command = two
    monkeypatch.setattr(grade, "graded", lambda paths, *rest: ((s, result(HALF)) for s in paths))
    whole = Path.write_text

    def full(path, *rest, **more):
        if path.parent.name == "in-grades" and path.name.endswith(".part"):
            raise OSError(28, "No space left on device")
        return whole(path, *rest, **more)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(SystemExit, match=r"No space left on device.*the same command goes on") as caught:
        command()
    assert "\n" not in str(caught.value)


def test_a_list_of_the_class_names_who_is_missing_and_is_given_back_with_grades(two, monkeypatch):
    tmp_path, command = two
    monkeypatch.setattr(grade, "graded", lambda paths, *rest: ((s, result(HALF)) for s in paths))
    head = "Identifier,Full name,Grade,Maximum Grade,Last modified (submission),Last modified (grade),Feedback comments"
    late = '"Tuesday, 1 December 2026, 11:00 PM"'
    lines = [head, f"Participant 1,Anna,,100,{late},-,", "Participant 2,ben,,100,-,-,", "Participant 3,Zoe,,100,-,-,"]
    out = tmp_path / "in-grades"
    out.mkdir(exist_ok=True)
    (out / "roster.csv").write_text("\n".join(lines))
    (out / "grading.toml").write_text("[late]\ndeadline = 2026-11-30\nper_day = 0.5")
    rows = command()
    assert set(rows) == {"Anna", "ben", "Zoe"}
    assert (rows["Anna"]["id"], rows["Anna"]["late"], rows["Anna"]["total"]) == ("1", "1", "0.5")
    assert (rows["Zoe"]["total"], rows["Zoe"]["note"]) == ("", "Handed in nothing.")
    back = [*csv.reader(io.StringIO((tmp_path / "in-grades" / "moodle.csv").read_text("utf-8-sig")))]
    assert [row[2] for row in back] == ["Grade", "7.14", "14.29", ""]  # 0.5 and 1 of 7, out of Moodle's own 100


@pytest.mark.skipif(gradebook.importlib.util.find_spec("nbgrader") is None, reason="nbgrader is not installed")
def test_two_exercises_of_one_assignment_lie_side_by_side_in_nbgraders_gradebook(tmp_path, monkeypatch):
    for exercise in (EXERCISE, OTHER):
        path = tmp_path / "submitted" / "anna" / "week3" / f"{exercise.path.stem}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(classroom.notebook(exercise, classroom.right(exercise, 0)[0]))
    for number in ("3", "1"):
        grade.main([str(tmp_path), "--no-sandbox", "--exercise", number, "--gradebook", str(tmp_path / "g.db")])
    command = [
        Path(sys.executable).with_name("nbgrader"),
        "export",
        f"--to={tmp_path / 'o.csv'}",
        f"--db=sqlite:///{tmp_path / 'g.db'}",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (row,) = csv.DictReader((tmp_path / "o.csv").read_text().splitlines())
    assert (row["assignment"], float(row["score"]), float(row["max_score"])) == ("week3", 14, 14)
