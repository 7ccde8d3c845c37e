"""How points are given: what counts, with which weight, what a late day costs, what the teacher wrote over it.

The settings stand in grading.toml, what is written over in overrides.csv; docs/teaching/grading.md says what may be
there. Results are stored without them, so that a change needs no new grading.
"""

import math
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time

from gdlib.checks import bank
from gdlib.words import noted, spoken
from grading import lms

KNOWN = {
    "exercise": str,
    "questions": list,
    "partial": bool,
    "weights": dict,
    "late": dict,
    "roster": str,
    "assignment": str,
}
LATE = {"deadline": (datetime, date, str), "per_day": (float, int), "most": (float, int)}
OVERRIDES = ["student", "question", "score", "comment"]


def optional(exercise):
    """The ids of the questions that the exercise's own first lines call optional, in English: those that it names, or the
    last."""
    with spoken("en"):
        extra = re.search(r"\*\*Minutes:\*\* \d+, and (.*)", bank.exercise(exercise.number).text)
    return (re.findall(r"\d+\.\d+", extra[1]) or [*exercise.questions][-1:]) if extra else []


@dataclass(frozen=True)
class Policy:
    """weights: of the questions that count; partial: is a share of the cases a share of the point? deadline: None where
    there is none; per_day, most: shares of the points that a late day, and all of them, take."""

    weights: dict
    partial: bool = False
    deadline: datetime | None = None
    per_day: float = 0.0
    most: float = 1.0
    overrides: dict = field(default_factory=dict)

    @property
    def maximum(self):
        return sum(self.weights.values())


@dataclass
class Grade:
    """What a student gets: points by question (None where it was not graded), their sum, and what to say of it."""

    points: dict
    total: float | None
    late: int = 0
    notes: list = field(default_factory=list)
    comments: dict = field(default_factory=dict)


def settings(folder):
    """What the folder's grading.toml says; {} where there is none. Raises ValueError on a mistake in it."""
    path = folder / "grading.toml"
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text("utf-8-sig"))
        for where, known, values in (("", KNOWN, found), ("late.", LATE, found.get("late", {}))):
            for key, value in values.items():
                if key not in known:
                    raise ValueError(f"{where}{key} is none of {', '.join(known)}")
                if not isinstance(value, known[key]) or (isinstance(value, bool) and known[key] is not bool):
                    raise ValueError(f"{where}{key} can't be {value!r}")
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return found


def policy(exercise, found, only=None):
    """The Policy of settings, for an exercise; only: the questions that count, in place of the settings' own.

    Raises ValueError where they name a question that there is not, or a weight or a share that can't be.
    """
    asked = exercise.questions
    counted = only or found.get("questions") or [key for key in asked if key not in optional(exercise)]
    weights = {str(key): value for key, value in found.get("weights", {}).items()}
    if not only and "questions" not in found:
        counted = [key for key in asked if key in counted or key in weights]
    for key in (*map(str, counted), *weights):
        if key not in asked:
            raise ValueError(f"exercise {exercise.number} has no question {key}, but {', '.join(asked)}")
    for key, value in weights.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
            raise ValueError(f"the weight of {key} must be a number, 0 or more, got {value!r}")
    late = found.get("late", {})
    for key in ("per_day", "most"):
        if not 0 <= late.get(key, 0) <= 1:
            raise ValueError(f"late.{key} is a share of the points, from 0 to 1, got {late[key]!r}")
    kept = {key: weights.get(key, 1) for key in asked if key in map(str, counted)}
    kept = {key: value for key, value in kept.items() if value}
    return Policy(
        kept, found.get("partial", False), moment(late.get("deadline")), late.get("per_day", 0.0), late.get("most", 1.0)
    )


def moment(given):
    """A deadline as a time with a zone, this machine's where none is named; a day ends at its last minute."""
    if isinstance(given, date) and not isinstance(given, datetime):
        given = datetime.combine(given, time(23, 59, 59))
    found = lms.moment(str(given)) if given is not None else None
    if given is not None and found is None:
        raise ValueError(f"late.deadline is a time such as 2026-11-30T23:59:00+09:00, got {given!r}")
    return found


def overrides(path, students, exercise):
    """{student: {question, or "" for the whole: (points, comment)}} of a table; it is made where it is missing.

    Raises ValueError, with the line, on what can't be meant.
    """
    if not path.exists():
        path.write_text(",".join(OVERRIDES) + "\n", "utf-8-sig")
    names = {alias: name for name, student in students.items() for alias in (lms.clean(name), student.id) if alias}
    found = {}
    for number, row in enumerate(lms.rows_of(path.read_text("utf-8-sig")), 2):
        if not any(value for value in row.values() if isinstance(value, str)):
            continue
        if set(OVERRIDES) - {None, *row}:
            raise ValueError(f"{path}: its first line must be {','.join(OVERRIDES)}")
        name = names.get(lms.clean(row["student"].removeprefix("'")))
        question = row["question"].strip().replace(",", ".")
        question = "" if question == "total" else question
        if name is None or (question and question not in exercise.questions):
            what = f"no student is called {row['student']!r}" if name is None else f"there is no question {question!r}"
            raise ValueError(f"{path}, line {number}: {what}")
        try:
            points = float(row["score"].replace(",", ".")) if row["score"].strip() else None
        except ValueError:
            points = math.nan
        if points is not None and not 0 <= points < math.inf:
            raise ValueError(f"{path}, line {number}: a score is a number, 0 or more, or nothing; got {row['score']!r}")
        found.setdefault(name, {})[question] = points, row["comment"].strip()
    return found


def graded(name, result, policy, when=None, flagged=False):
    """The Grade of a result by a policy; when: it was handed in; flagged: the platform says that it came late."""
    written = policy.overrides.get(name, {})
    rows = {row["question"]: row for row in result["rows"]}
    grade = Grade({}, None, comments={key: comment for key, (_, comment) in written.items() if comment})
    for key, weight in policy.weights.items():
        points = None if result.get("ungraded") or key not in rows else weight * share(rows[key], policy.partial)
        grade.points[key] = written[key][0] if written.get(key, (None,))[0] is not None else points
    if None not in grade.points.values():
        grade.late, taken = lateness(policy, when, flagged, grade.notes)
        grade.total = sum(grade.points.values()) * (1 - taken)
    if written.get("", (None,))[0] is not None:
        grade.total = written[""][0]
    if written:
        keys, words = ", ".join(filter(None, written)), "".join(f" {comment}" for comment in grade.comments.values())
        total = noted("{questions}, the total", questions=keys) if keys else noted("the total")
        grade.notes.append(noted("By hand: {what}.{words}", what=total if "" in written else keys, words=words))
    return grade


def share(row, partial):
    """Of one question: 1 where it is right, else 0, or by `partial` the share of its cases that are."""
    return 1 if row["outcome"] == "correct" else round(row.get("share", 0.0), 3) if partial else 0


def lateness(policy, when, flagged, notes):
    """(days late, the share of the points that they take); what is not known is noted."""
    if policy.deadline is None:
        return 0, 0.0
    if when is None and not flagged:
        notes.append(noted("When it was handed in is not known: nothing was taken off."))
        return 0, 0.0
    days = math.ceil((when - policy.deadline).total_seconds() / 86400) if when else 1
    if when is None:
        notes.append(noted("The platform says that it came late, and not when: it counts as one day."))
    if days <= 0:
        return 0, 0.0
    taken = min(policy.most, days * policy.per_day, 1.0)
    notes.append(noted("Days late: {n}; {part} taken off.", n=days, part=f"{taken:.0%}"))
    return days, taken
