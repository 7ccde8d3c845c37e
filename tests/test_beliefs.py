"""What a class believes: the table of docs/teaching/beliefs.md names evidence that there is, and a made class of thirty is
read right, whatever lies among its files."""

import base64
import csv
import dataclasses
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from gdlib.checks import Verdict, bank
from grading import beliefs, collect, copies, policy, reports
from lectures import plans, questions

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("0*.ipynb"))
EXERCISE = bank.exercise("5")
SIGNS = [(belief, sign) for belief, signs in beliefs.table().items() for sign in signs]
LARGER, FALLS, SUMS = "A larger batch", "SGD's loss must fall", "Sum and mean"


def forms(path):
    """{the question as it is exported: (spec, answer)} of the forms of a stored notebook, but for drawn ones."""
    state = json.loads(path.read_text("utf-8"))["metadata"]["widgets"][beliefs.WIDGETS]["state"]
    specs = [widget["state"].get("spec", {}) for widget in state.values()]
    asked = [spec for spec in specs if "rtol" in spec]
    return {spec["question"]: (spec, json.loads(base64.b64decode(spec["kept"]))) for spec in asked}


def lectures(signs):
    """The lectures in which evidence of a belief is found."""
    return [sign.where[0] for sign in signs if sign.kind != "–"]


def of_kind(kind):
    return [pytest.param(belief, sign, id=f"{sign.where[:40]}") for belief, sign in SIGNS if sign.kind == kind]


# --- the table ------------------------------------------------------------------------------------


def test_every_belief_has_a_prediction_a_question_and_a_mistake_or_says_why_not():
    optional = [belief for belief, signs in beliefs.table().items() if {*lectures(signs)} == {"7"}]
    assert [*beliefs.table()][14:] == optional
    assert len(optional) == 3
    for belief, signs in beliefs.table().items():
        found = [sign.where if sign.kind == "–" else sign.kind for sign in signs]
        assert {*found} == {"prediction", "mistake", "bank", "show"}, belief
        assert found.count("show") == 1, belief
        assert all(len(sign.shows.split()) >= 5 for sign in signs if sign.kind == "–"), belief
        assert not {sign.where for sign in signs if sign.kind == "–"} & {sign.kind for sign in signs}, belief


@pytest.mark.parametrize("belief,sign", of_kind("prediction"))
def test_a_prediction_that_shows_a_belief_can_be_made_and_is_wrong(belief, sign):
    lecture = next(path for path in NOTEBOOKS if path.name.startswith(f"0{sign.where[0]}"))
    ((spec, answer),) = [form for asked, form in forms(lecture).items() if beliefs.is_about(sign, beliefs.plain(asked))]
    assert not beliefs.shows(sign.shows, str(answer))
    if spec["choices"]:
        assert {*sign.shows.split(", ")} <= {*spec["choices"]}
    others = [path for path in NOTEBOOKS if path != lecture]
    assert not any(beliefs.is_about(sign, beliefs.plain(asked)) for path in others for asked in forms(path))


@pytest.mark.parametrize("belief,sign", of_kind("mistake"))
def test_a_mistake_that_shows_a_belief_is_one_that_the_check_names(belief, sign):
    messages = [text for text, _ in bank.exercise(sign.where[0]).questions[sign.where].mistakes]
    assert all(any(word in text for text in messages) for word in sign.shows.split(", "))


@pytest.mark.parametrize("belief,sign", of_kind("bank"))
def test_an_option_that_shows_a_belief_is_a_wrong_one(belief, sign):
    wrong = {option.letter for option in questions.bank()[sign.where].options if not option.right}
    assert {*sign.shows.split(", ")} <= wrong


@pytest.mark.parametrize("belief,sign", of_kind("show"))
def test_what_to_show_stands_in_a_plan_with_its_slide(belief, sign):
    row = beliefs.row_of(sign)
    assert row.show
    assert row.ask.slide


# --- a class --------------------------------------------------------------------------------------


def result(wrong=None):
    """A result: everything right, but for the questions that show a belief by the words of the message; "" is not tried."""
    rows = []
    for key, question in EXERCISE.questions.items():
        words = (wrong or {}).get(key)
        outcome = {None: "correct", "": "not attempted"}.get(words, "incorrect")
        message = next((text for text, _ in question.mistakes if words and words in text), None)
        verdict = Verdict(key, outcome, message or "said", message)
        rows.append(dataclasses.asdict(verdict) | {"score": int(outcome == "correct")})
    return {"rows": rows, "notes": []}


def sheet(folder, results, **more):
    """The Sheet of a folder of submissions and of results."""
    students, others, _ = collect.collected(folder, [], folder)
    rules = policy.policy(EXERCISE, {})
    for name, student in students.items():
        copies.chosen([copies.looked_at(entry) for entry in student.notebooks], EXERCISE.number)
        student.result = results.get(name, {"rows": [], "notes": []})
        student.grade = policy.graded(name, student.result, rules)
    return reports.Sheet(EXERCISE, rules, students, others, **more)


FIELDS = ["lecture", "question", "prediction", "answer", "right", "score", "reason", "time"]


def record(asked, said, right=False, reason="", time="2026-11-30T09:15:00.000Z"):
    return dict(zip(FIELDS, ("05_mini_batches", asked, said, "", str(right).lower(), "", reason, time), strict=True))


def export(rows, kind="csv"):
    if kind == "json":
        return json.dumps(rows)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, FIELDS)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def committed(path, words, said, reason=""):
    """A stored notebook in which a form was committed, as JupyterLab saves it."""
    notebook = json.loads(path.read_text("utf-8"))
    for widget in notebook["metadata"]["widgets"][beliefs.WIDGETS]["state"].values():
        spec = widget["state"].get("spec", {})
        if words in spec.get("question", ""):
            widget["state"] |= {"given": said, "truth": spec["kept"], "reason": reason}
    return json.dumps(notebook)


RISES = "In how many of these 60 updates with b = 16 does the full loss rise?"
CLOSER = "how many times closer"
ANSWER = "<b>It must</b> fall."


def hand_in(folder, n, name, text):
    place = folder / f"student{n:02}"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text, "utf-8")


@pytest.fixture(scope="module")
def thirty(tmp_path_factory):
    """Thirty students: 20 of 22 believe that the loss must fall, by exports; 14 of 30 that a larger batch is more or
    jumpier, 9 by a mistake and 6 by a notebook (one by both); 5 of 8 that sum and mean are one, by a mistake."""
    folder, results = tmp_path_factory.mktemp("class"), {}
    for n in range(30):
        hand_in(folder, n, "05_mini_batches.ipynb", json.dumps({"cells": []}))
        wrong = {"5.2": "`rows_60` is not right yet"} if n < 9 else {}
        wrong |= {"5.1": "of the batch's own sum" if 20 <= n < 25 else ""} if not 25 <= n < 28 else {}
        results[f"student{n:02}"] = result(wrong)
        if n < 22:
            said = "0" if n < 20 else "19"
            row = record(RISES, said, said == "19", ANSWER, f"2026-11-30T09:15:00.{n:03}Z")
            hand_in(
                folder, n, f"predictions_05.{'json' if n % 2 else 'csv'}", export([row], "json" if n % 2 else "csv")
            )
        if 8 <= n < 16:
            said = "0.5" if n < 14 else "2"
            hand_in(folder, n, "lecture.ipynb", committed(NOTEBOOKS[4], CLOSER, said, f"More rows disagree. {n}"))
    return sheet(folder, results)


def test_the_beliefs_of_a_class_come_in_order_with_their_counts(thirty):
    found = [(one.belief, len(one.hold), len(one.others)) for one in thirty.held if one.hold]
    assert [(belief[: len(name)], hold, others) for name, (belief, hold, others) in zip((FALLS, LARGER, SUMS), found, strict=True)] == [
        (FALLS, 20, 2), (LARGER, 14, 16), (SUMS, 5, 3),
    ]  # fmt: skip
    larger = thirty.held[1]
    assert [(sign.kind, len(names)) for sign, names in larger.seen] == [("prediction", 6), ("mistake", 9)]
    assert larger.reasons == [(f"More rows disagree. {n}", f"student{n:02}") for n in (8, 9, 10)]
    rows = {row["belief"]: row for row in csv.DictReader(io.StringIO(reports.held(thirty)))}
    assert (rows[larger.belief]["hold it"], rows[larger.belief]["of"]) == ("14", "30")
    assert "student" not in reports.held(thirty)


def test_the_next_question_is_the_one_that_splits_the_class(thirty):
    """Most hold that the loss must fall, 20 · 2 pairs; on larger batches 14 · 16 pairs differ."""
    following = beliefs.next_question(thirty)
    assert (following["question"].number, following["sign"].shows) == ("5.3", "A, B")
    assert following["row"] in plans.read(ROOT / "docs/teaching/05_mini_batches.md").beliefs
    text = reports.overview(thirty)
    assert "Ask next: question 5.3 of the bank, “Larger batches”" in text
    assert "14 hold it, 16 answered otherwise" in text
    assert "section “Deal the rows like cards”, slide [dealt]" in text
    assert re.findall(r'<td class="words">([^<]+)</td><td>(\d+)</td><td>(\d+)</td><td class="words">\n<div>', text) == [
        (one.belief.replace("'", "&#39;"), str(len(one.hold)), str(len(one.hold) + len(one.others)))
        for one in thirty.held
        if one.hold
    ]


def test_a_question_of_the_bank_is_evidence_too_and_not_asked_twice(tmp_path):
    votes = [
        ("3.3 Nine times the rate", "A"),
        ("3.3", "8, about a ninth."),
        (questions.bank()["3.3"].text, "B"),
        ("3.3", "?"),
    ]
    for n, (asked, said) in enumerate(votes):
        hand_in(tmp_path, n, "predictions_votes.json", json.dumps([record(asked, said, time=f"{n}")]))
    found = sheet(tmp_path, {})
    (held,) = found.held
    assert (held.belief, held.hold, held.others) == (
        "A larger lr is always faster", ["student00", "student01"], ["student02"],
    )  # fmt: skip
    signs = [beliefs.Sign("bank", number, "A") for number in ("6.1", "3.3", "3.4")] + held.signs[-1:]
    class_ = SimpleNamespace(exercise=EXERCISE, given=found.given, held=[held._replace(signs=signs)])
    assert beliefs.next_question(class_)["question"].number == "3.4"  # 3.3 was asked, lecture 6 is to come


def test_a_class_without_evidence_says_so_and_one_that_agrees_too(tmp_path):
    for n in range(2):
        hand_in(tmp_path, n, "a.ipynb", json.dumps({"cells": []}))
    text = reports.overview(sheet(tmp_path, {}))
    assert "There is no evidence" in text
    assert "Ask next" not in text
    right = reports.overview(sheet(tmp_path, {"student00": result()}))
    assert "None of the 4 beliefs that what they handed in could show." in right
    wrong = result({"5.1": "of the batch's own sum"})
    agreed = reports.overview(sheet(tmp_path, dict.fromkeys(["student00", "student01"], wrong)))
    assert "On none of them do students differ" in agreed
    assert "Ask next" not in agreed


def test_nobody_is_named_where_names_are_left_out(thirty):
    late = {name: dataclasses.replace(student, notes=["late"]) for name, student in thirty.students.items()}
    text = reports.overview(dataclasses.replace(thirty, named=False, students=late))
    assert "student0" not in text
    assert "More rows disagree." not in text  # a reason may name somebody
    assert "Ask next: question 5.3 of the bank" in text
    assert "student08" in reports.overview(thirty)


def test_hostile_exports_are_bounded_escaped_and_named(tmp_path):
    rows = [record(RISES, "0", reason="<script>alert(1)</script>" * 99, time="2"), record(RISES, "19", True, time="1")]
    hand_in(tmp_path, 0, "predictions_05.csv", export([*rows, *rows]))  # twice: the last by time counts
    hand_in(tmp_path, 1, "predictions_05.csv", export(rows[:1]))  # of student 0
    hand_in(tmp_path, 2, "predictions_05.csv", export(rows[1:]) + ",,,,\n" * 2 * 2**20)
    hand_in(tmp_path, 3, "predictions_05.csv", "\x00\x01\x02")
    hand_in(tmp_path, 4, "predictions_05.json", "[" * 10**5)
    hand_in(
        tmp_path, 5, "predictions_05.csv", export([record(f"Made up {n}?", "<i>", time=f"{n}") for n in range(5000)])
    )
    hand_in(
        tmp_path, 6, "predictions_05.json", json.dumps([{"question": {"a": [1]}, "time": 7, "prediction": [[1]]}, 3])
    )
    hand_in(
        tmp_path,
        7,
        "a.ipynb",
        json.dumps({"metadata": {"widgets": {beliefs.WIDGETS: {"state": {"x": 3}}}}, "cells": []}),
    )
    (tmp_path / "student07" / "predictions_05.csv").symlink_to("/dev/zero")
    found = sheet(tmp_path, {})
    (held,) = found.held
    assert (held.hold, held.others) == (["student00"], [])
    text = reports.overview(found)
    assert "<script>" not in text
    assert "<i>" not in text
    assert "&lt;script&gt;" in text
    assert text.count("Made up") == reports.PREDICTED - 1
    assert len(text) < 50_000
    why = {entry.parts[0]: entry.why for student in found.students.values() for entry in student.entries}
    assert [why[f"student{n:02}"] for n in range(8)] == [
        "Predictions: class.html counts 4.",
        "Predictions that student00 handed in too: they are counted once.",
        "Predictions that can't be read: more than 1 MiB.",
        "Predictions that can't be read.",
        "Predictions that can't be read.",
        "Predictions: class.html counts 100.",
        "Predictions: class.html counts 1.",
        "It is no plain file, so it was not opened.",
    ]


@pytest.mark.parametrize(
    "wanted,said,holds",
    [
        ("< 20", "5", True), ("< 20", "−3,5", True), ("< 20", "67", False), ("< 20", "north", False), ("> 1", "1,000", True), ("all", "all", True),
        ("all", "one", False), ("19", "19.0", True), ("19", "-19", False), ("0.01", "0,01", True), ("0.01", "0.0101", True), ("0", "0", True), ("A, C", "C", True), ("A, C", "B", False),
    ],
)  # fmt: skip
def test_which_answer_shows_a_belief(wanted, said, holds):
    assert beliefs.shows(wanted, said) == holds


def test_a_form_in_a_notebook_is_judged_as_its_page_judges_it():
    for path in NOTEBOOKS:
        for spec, answer in forms(path).values():
            assert beliefs.is_right(spec, str(answer), answer)
            assert not beliefs.is_right(spec, "1234567", answer)
    count = {"choices": None, "rtol": 0.0, "atol": 0.1}
    assert not beliefs.is_right(count, "1.05", 1.0)
    assert beliefs.is_right(count, "1.05", 1.01)
