"""What comes out: grades.csv, a page of feedback for each student, a page about the class, tables for platforms.

The pages are the templates beside this file; they escape whatever came in.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import quote

import jinja2

from gdlib.checks import OUTCOMES, Verdict
from gdlib.checks.verdicts import prose
from grading import beliefs, collect, lms, policy
from grading.likeness import SHOWN
from lectures import plans

PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    undefined=jinja2.StrictUndefined,
)
PAGES.filters["prose"] = prose
WRONG = ("incorrect", "error", "too long")
TEACHING = Path(__file__).resolve().parents[2] / "docs" / "teaching"
FILES = 200  # so many are shown on the page; files.csv has all
PREDICTED = 60  # questions: a student may make up more
NOTE = 500  # letters


@dataclass
class Sheet:
    """What the reports are made of; the dicts are by student. unguarded: what a sandbox would have guarded."""

    exercise: object
    policy: object
    students: dict
    results: dict
    grades: dict
    notes: dict
    others: list = field(default_factory=list)
    hints: list = field(default_factory=list)
    unguarded: tuple = ()
    named: bool = True  # on the page about the class

    @property
    def tried(self):
        """Those who handed in something that was graded."""
        return [
            name for name, result in self.results.items() if self.students[name].entries and not result.get("ungraded")
        ]

    @cached_property
    def given(self):
        """What was predicted, and answered of the bank: `beliefs.answers`. Says of each file what became of it."""
        return beliefs.answers(self.students)

    @cached_property
    def held(self):
        return beliefs.held(self)

    def said(self, name):
        why = self.results[name].get("ungraded")
        return [f"Not graded: {why}"] * bool(why) + [collect.short(note, NOTE) for note in self.notes[name]]


def total(result):
    """How many questions are right."""
    return sum(row["outcome"] == "correct" for row in result["rows"])


def title(question):
    return f"{question.id} {question.title}"


def number(points):
    """Points as they are written; "" where there are none."""
    return "" if points is None else f"{round(points, 2):g}"


def address(student):
    return "feedback/" + quote(f"{collect.filename(student)}.html")


def feedback(student, sheet):
    """A student's page: what the check says of each answer."""
    rows, grade = [], sheet.grades[student]
    for row in sheet.results[student]["rows"]:
        verdict = Verdict(**{name: value for name, value in row.items() if name != "score"})
        question = sheet.exercise.questions[row["question"]]
        rows.append(
            (
                title(question),
                verdict._repr_html_(),
                grade.comments.get(question.id, ""),
                weighed(sheet, grade, question),
            )
        )
    return PAGES.get_template("feedback.html").render(
        title=f"{student}: exercise {sheet.exercise.number}",
        total=number(grade.total),
        maximum=number(sheet.policy.maximum),
        comment=grade.comments.get("", ""),
        notes=sheet.said(student),
        rows=rows if not sheet.results[student].get("ungraded") else [],
    )


def weighed(sheet, grade, question):
    """What is said of a question's points, where that is not plain."""
    key, weight = question.id, sheet.policy.weights.get(question.id)
    if weight is None:
        return "It does not count."
    points = grade.points.get(key)
    plain = weight == 1 and points in (0, 1, None)
    return "" if plain else f"{number(points)} of {number(weight)} points."


def csv_text(rows):
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([map(harmless, row) for row in rows])
    return stream.getvalue()


def harmless(value):
    """Text that no spreadsheet takes for a formula."""
    text = str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") and text != "-" else text


def table(sheet):
    """grades.csv."""
    questions = [*sheet.exercise.questions]
    rows = [["student", "id", *questions, "late", "total", "max", "note"]]
    for name, grade in sheet.grades.items():
        right = {row["question"]: row["score"] for row in sheet.results[name]["rows"]}
        empty = sheet.results[name].get("ungraded") or not sheet.students[name].entries
        points = {key: None if empty else right[key] for key in questions} | grade.points
        cells = [number(points[key]) for key in questions]
        late = grade.late or ""
        said = " ".join(sheet.said(name))
        rows.append(
            [name, sheet.students[name].id, *cells, late, number(grade.total), number(sheet.policy.maximum), said]
        )
    return csv_text(rows)


def files(sheet):
    """files.csv: every file that lay there."""
    return csv_text(collect.listed(sheet.students, sheet.others))


def held(sheet):
    """beliefs.csv: how many hold each belief, of how many who could show it, and by what they showed it; no names."""
    rows = [["belief", "hold it", "of", "shown by"]]
    for one in sheet.held:
        by = "; ".join(f"{len(names)} × {kind} {where}: {shows}" for (kind, where, shows), names in one.seen)
        rows.append([one.belief, len(one.hold), len(one.hold) + len(one.others), by])
    return csv_text(rows)


def for_platform(sheet, platform, roster, assignment):
    """{file: the table that the platform imports}, {} where it imports none."""
    platform = (roster.platform if roster is not None else "") or platform
    if platform not in ("moodle", "canvas"):
        return {}
    roster = roster if roster is not None and roster.platform == platform else None
    grades = []
    for name, grade in sheet.grades.items():
        student = sheet.students[name]
        line = roster.find(name, student.id) if roster is not None else None
        comment = grade.comments.get("", "")
        grades.append((line, name, student.id, number(grade.total), number(sheet.policy.maximum), comment))
    rows = lms.moodle(roster, grades) if platform == "moodle" else lms.canvas(roster, grades, assignment)
    return {f"{platform}.csv": csv_text(rows)}


def totals(path):
    """{student: (id, total, max)} of a grades.csv."""
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
    return {row["student"]: (row["id"], row["total"], row["max"]) for row in rows}


def together(found):
    """gradebook.csv, of {exercise: totals}."""
    numbers, names = sorted(found), sorted({name for of in found.values() for name in of})
    rows = [["student", "id", *(f"exercise {n}" for n in numbers), "total", "max"]]
    for name in names:
        cells = [found[n].get(name, ("", "", "")) for n in numbers]
        most = sum(float(next(iter(found[n].values()))[2]) for n in numbers if found[n])
        sum_of = number(sum(float(points or 0) for _, points, _ in cells))
        rows.append(
            [
                name.removeprefix("'"),
                next((i for i, _, _ in cells if i), ""),
                *(p for _, p, _ in cells),
                sum_of,
                number(most),
            ]
        )
    return csv_text(rows)


# --- the page about the class ---------------------------------------------------------------------


def overview(sheet):
    """The page about the class: first what to explain again."""
    asked = [counted(question, sheet) for question in sheet.exercise.questions.values()]
    again = sorted((q for q in asked if q["wrong"]), key=lambda q: (-q["part"], -q["wrong"]))
    scores = [sheet.grades[name].total for name in sheet.tried if sheet.grades[name].total is not None]
    rows = [(n, address(n), number(g.total), " ".join(sheet.said(n))) for n, g in sheet.grades.items()]
    held = sheet.held  # looks at the files, and says what became of them
    lay = [row for row in collect.listed(sheet.students, sheet.others)[1:] if row[2] != "graded"]
    return PAGES.get_template("class.html").render(
        title=f"Exercise {sheet.exercise.number}: the class",
        students=rows,
        tried=len(sheet.tried),
        ungraded=[(name, why) for name, r in sheet.results.items() if (why := r.get("ungraded"))],
        mean=sum(scores) / len(scores) if scores else None,
        maximum=number(sheet.policy.maximum),
        unguarded=sheet.unguarded,
        outcomes=OUTCOMES,
        questions=asked,
        again=[q for q in again if q["counts_for"]],
        extra=[q for q in again if not q["counts_for"]],
        named=sheet.named,
        held=[one for one in held if one.hold],
        could=held,
        following=beliefs.next_question(sheet),
        predicted=beliefs.predicted(sheet.given)[:PREDICTED],
        hints=sheet.hints[:SHOWN],
        more_hints=max(0, len(sheet.hints) - SHOWN),
        addresses={name: address(name) for name in sheet.results},
        files=lay[:FILES],
        more_files=max(0, len(lay) - FILES),
    )


def counted(question, sheet):
    """How a question was answered: each outcome, each mistake with who made it, and where the lecture explains it."""
    rows = [
        (name, row) for name in sheet.tried for row in sheet.results[name]["rows"] if row["question"] == question.id
    ]
    outcomes, who = Counter(row["outcome"] for _, row in rows), {}
    for name, row in rows:
        if row["outcome"] in WRONG:
            who.setdefault((row["mistake"] or kind(row), bool(row["mistake"])), []).append(name)
    wrong = sum(outcomes[outcome] for outcome in WRONG)
    mistakes = sorted(who.items(), key=lambda item: (not item[0][1], -len(item[1]), item[0][0]))
    places = explained(sheet.exercise.path.stem)
    return {
        "title": title(question),
        "counts_for": question.id in sheet.policy.weights,
        "optional": question.id in policy.optional(sheet.exercise),
        "counts": [outcomes[outcome] for outcome in OUTCOMES],
        "wrong": wrong,
        "tried": wrong + outcomes["correct"],
        "untried": outcomes["not attempted"],
        "part": wrong / max(1, wrong + outcomes["correct"]),
        "mistakes": [(text, plans.explaining(places, question.id, text), names) for (text, _), names in mistakes],
        "place": plans.explaining(places, question.id),
    }


def kind(row):
    """What a wrong answer is whose mistake has no name: the error that it raised, or how it differs."""
    if found := re.search(r"raised (\w{1,60})", row["message"]):
        return f"`{found[1]}`"
    if row["outcome"] == "too long":
        return "It took too long, or never ends"
    return "ended the process, or used too much" if row["outcome"] == "error" else "wrong in a way of its own"


@cache
def explained(stem):
    """The table of a lecture's plan that says where a question is explained; [] where the plan is not there."""
    path = TEACHING / f"{stem}.md"
    return plans.explanations(path) if path.exists() else []
