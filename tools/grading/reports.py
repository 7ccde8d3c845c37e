"""What comes out: grades.csv, a page of feedback for each student, a page about the class.

The pages are the templates beside this file; they escape whatever came in.
"""

import csv
import io
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import jinja2

from gdlib.checks import OUTCOMES, Verdict
from gdlib.checks.verdicts import prose

PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    undefined=jinja2.StrictUndefined,
)
PAGES.filters["prose"] = prose


def total(result):
    return sum(row["score"] for row in result["rows"])


def title(question):
    return f"{question.id} {question.title}"


def feedback(student, result, exercise):
    """A student's page: what the check says of each answer."""
    rows = []
    for row in result["rows"]:
        verdict = Verdict(**{name: value for name, value in row.items() if name != "score"})
        rows.append((title(exercise.questions[row["question"]]), verdict._repr_html_()))
    return PAGES.get_template("feedback.html").render(
        title=f"{student}: exercise {exercise.number}", total=total(result), notes=result["notes"], rows=rows
    )


def table(results):
    """grades.csv."""
    stream = io.StringIO()
    out = csv.writer(stream, lineterminator="\n")
    questions = [row["question"] for row in next(iter(results.values()))["rows"]]
    out.writerow(["student", *questions, "total", "max", "note"])
    for student, result in results.items():
        scores = [row["score"] for row in result["rows"]]
        note = harmless(" ".join(result["notes"]))
        out.writerow([harmless(student), *scores, total(result), len(questions), note])
    return stream.getvalue()


def harmless(text):
    """Text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def overview(results, exercise, unguarded=()):
    """The page about the class; unguarded: what a sandbox would have guarded."""
    rows = [row for result in results.values() for row in result["rows"]]
    students = [
        (student, quote(f"{student}.html", errors="surrogateescape"), total(result), " ".join(result["notes"]))
        for student, result in results.items()
    ]
    return PAGES.get_template("class.html").render(
        title=f"Exercise {exercise.number}: the class",
        students=students,
        mean=sum(row["score"] for row in rows) / max(len(results), 1),
        unguarded=unguarded,
        outcomes=OUTCOMES,
        questions=[counted(question, rows) for question in exercise.questions.values()],
    )


def counted(question, rows):
    """How a question was answered: how often each outcome and each named mistake, and what has no name."""
    rows = [row for row in rows if row["question"] == question.id]
    outcomes = Counter(row["outcome"] for row in rows)
    bad = [row["mistake"] for row in rows if row["outcome"] in ("incorrect", "error", "too long")]
    return {
        "title": title(question),
        "counts": [outcomes[outcome] for outcome in OUTCOMES],
        "wrong": len(rows) - outcomes["correct"],
        "mistakes": Counter(filter(None, bad)).most_common(),
        "unnamed": bad.count(None),
    }
