"""What comes out: grades.csv, a page of feedback for each student, a page about the class, tables for platforms.

The pages are the templates beside this file; they escape whatever came in.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import jinja2

from gdlib.checks import OUTCOMES, Verdict, bank
from gdlib.checks.verdicts import SIGNS, prose
from gdlib.words import language, noted, same, say, spoken
from grading import beliefs, collect, lms, policy
from grading.lms import csv_text
from grading.marking import RAISED
from lectures import plans

PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    undefined=jinja2.StrictUndefined,
)
WRONG = ("incorrect", "error", "too long")
TEACHING = Path(__file__).resolve().parents[2] / "docs" / "teaching"
PREDICTED = 60  # questions: a student may make up more
NOTE = 500  # letters


@dataclass
class Sheet:
    """A class, what is asked of it, and what is known of it: what the reports are made of.

    students: by name. others: the entries that are nobody's. platform, roster: whose names these are, and the class's list
    (an lms.Roster). assignment: what the platform calls it. out: where the results go. unguarded: what a sandbox would have
    guarded. named: are there names on the page about the class? language: that of the pages about the class; a student's
    page is in that of the student's notebook.
    """

    exercise: object
    policy: object
    students: dict
    others: list = field(default_factory=list)
    platform: str = ""
    roster: object = None
    assignment: str = ""
    out: Path | None = None
    hints: list = field(default_factory=list)
    unguarded: tuple = ()
    named: bool = True
    language: str = field(default_factory=language)

    def exercise_in(self, name):
        """The exercise in a language."""
        with spoken(name):
            return self.exercise if name == self.language else bank.exercise(self.exercise.number)

    def rows(self, name):
        """A student's rows, each mistake called as in the class's language."""
        names, rows = self.called.get(self.students[name].language, {}), self.students[name].result["rows"]
        return [row | {"mistake": names.get(row["mistake"], row["mistake"])} for row in rows]

    @cached_property
    def called(self):
        """{another language: {a mistake in it: the same in the class's}}, where that has no fields."""
        found = {}
        for name in {student.language for student in self.students.values()} - {self.language}:
            found[name] = same(name, self.language)
            for key, question in self.exercise_in(name).questions.items():
                ours = self.exercise.questions[key].mistakes
                found[name] |= {said: mine for (said, _), (mine, _) in zip(question.mistakes, ours, strict=True)}
        return found

    @property
    def ungraded(self):
        """[(student, why)] of those for whom there is no grade, through no fault of theirs."""
        found = ((name, student.result.get("ungraded")) for name, student in self.students.items())
        return [(name, why) for name, why in found if why]

    @property
    def tried(self):
        """Those who handed in something that was graded."""
        return [name for name, s in self.students.items() if s.entries and not s.result.get("ungraded")]

    @cached_property
    def given(self):
        """What was predicted, and answered of the bank: `beliefs.answers`. Says of each file what became of it."""
        return beliefs.answers(self.students)

    @cached_property
    def held(self):
        return beliefs.held(self)

    @property
    def mean(self):
        scores = [self.students[name].grade.total for name in self.tried]
        scores = [score for score in scores if score is not None]
        return sum(scores) / len(scores) if scores else None

    def said(self, name):
        why = self.students[name].result.get("ungraded")
        notes = [noted("Not graded: {why}", why=why)] * bool(why) + self.students[name].notes
        return [collect.short(say(note), NOTE) for note in notes]


def number(points):
    """Points as they are written; "" where there are none."""
    return "" if points is None else f"{round(points, 2):g}"


def address(student):
    return "feedback/" + quote(f"{collect.filename(student)}.html")


PAGES.filters |= {"prose": prose, "number": number, "address": address}
PAGES.globals |= {"say": say, "language": language}


def feedback(name, sheet):
    """A student's page: what the check says of each answer, in the language of the notebook."""
    with spoken(sheet.students[name].language):
        return told(name, sheet)


def told(name, sheet):
    """`feedback`, in the language that is spoken."""
    student, answers, exercise = sheet.students[name], [], sheet.exercise_in(language())
    for row in [] if student.result.get("ungraded") else student.result["rows"]:
        verdict = Verdict(**{field: value for field, value in row.items() if field != "score"})
        question = exercise.questions[row["question"]]
        asked = [(kind, re.sub(r"\A## .*\n+", "", text)) for kind, text in question.before]
        answers.append((question, asked, verdict._repr_html_()))
    title, said = say("{name}: exercise {n}", name=name, n=exercise.number), sheet.said(name)
    about = {"title": title, "policy": sheet.policy, "grade": student.grade, "notes": said, "answers": answers}
    return PAGES.get_template("feedback.html").render(about)


def brief(name, sheet):
    """A student's page in a few lines of HTML, as Moodle takes a comment: bounded, escaped, in one line of a table. "" without
    a grade."""
    result, grade = sheet.students[name].result, sheet.students[name].grade
    if grade.total is None:
        return ""
    said = [grade.comments.get("", ""), *sheet.said(name)]
    for row in [] if result.get("ungraded") else result["rows"]:
        head = f"{row['question']} {SIGNS[row['outcome']]} {say(row['outcome'].capitalize() + '.')}"
        message = row["message"] if row["outcome"] in WRONG else ""
        said.append(" ".join([head, message, grade.comments.get(row["question"], "")]))
    lines = (" ".join(re.sub(r"[^\x20-\ud7ff\ue000-\U0010ffff]", " ", text).split()) for text in said if text)
    return "<br>".join(prose(collect.short(line, NOTE)) for line in lines)


def table(sheet):
    """grades.csv."""
    questions, most = [*sheet.exercise.questions], number(sheet.policy.maximum)
    rows = [["student", "id", *questions, "late", "total", "max", "note"]]
    for name, student in sheet.students.items():
        grade, empty = student.grade, student.result.get("ungraded") or not student.entries
        points = {row["question"]: None if empty else row["score"] for row in sheet.rows(name)} | grade.points
        cells = [number(points[key]) for key in questions]
        rows.append([name, student.id, *cells, grade.late or "", number(grade.total), most, " ".join(sheet.said(name))])
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


def for_platform(sheet):
    """{file: the table that the platform imports}, {} where it imports none."""
    platform = (sheet.roster.platform if sheet.roster is not None else "") or sheet.platform
    if platform not in ("moodle", "canvas"):
        return {}
    roster = sheet.roster if sheet.roster is not None and sheet.roster.platform == platform else None
    grades, most = [], number(sheet.policy.maximum)
    for name, student in sheet.students.items():
        line = roster.find(name, student.id) if roster is not None else None
        with spoken(student.language):
            comment = brief(name, sheet)
        grades.append((line, name, student.id, number(student.grade.total), most, comment))
    rows = lms.moodle(roster, grades) if platform == "moodle" else lms.canvas(roster, grades, sheet.assignment)
    return {f"{platform}.csv": csv_text(rows)}


def together(found):
    """gradebook.csv, of {exercise: {student: the row of its grades.csv}}."""
    numbers, names = sorted(found), sorted({name for of in found.values() for name in of})
    most = number(sum(float(next(iter(found[n].values()))["max"]) for n in numbers if found[n]))
    rows = [["student", "id", *(f"exercise {n}" for n in numbers), "total", "max"]]
    for name in names:
        lines = [found[n].get(name, {"id": "", "total": ""}) for n in numbers]
        points, ids = [line["total"] for line in lines], [line["id"] for line in lines if line["id"]]
        total = number(sum(float(one or 0) for one in points))
        rows.append([name.removeprefix("'"), (ids or [""])[0], *points, total, most])
    return csv_text(rows)


# --- the page about the class ---------------------------------------------------------------------


def overview(sheet):
    """The page about the class: first what to explain again."""
    plan = TEACHING / f"{sheet.exercise.path.stem}.md"
    places = plans.explanations(plan) if plan.exists() else []
    asked = [counted(question, places, sheet) for question in sheet.exercise.questions.values()]
    held = sheet.held  # looks at the files, and says what became of them
    return PAGES.get_template("class.html").render(
        title=say("Exercise {n}: the class", n=sheet.exercise.number),
        sheet=sheet,
        named=sheet.named,
        questions=asked,
        again=sorted((q for q in asked if q["wrong"]), key=lambda q: (-q["wrong"] / q["tried"], -q["wrong"])),
        outcomes=OUTCOMES,
        held=[one for one in held if one.hold],
        following=beliefs.next_question(sheet),
        predicted=beliefs.predicted(sheet.given)[:PREDICTED],
        files=[row for row in collect.listed(sheet.students, sheet.others)[1:] if row[2] != say(collect.GRADED)],
    )


def counted(question, places, sheet):
    """How a question was answered: each outcome, each mistake with who made it, and where the lecture explains it."""
    rows = [(name, row) for name in sheet.tried for row in sheet.rows(name) if row["question"] == question.id]
    outcomes, who = Counter(row["outcome"] for _, row in rows), {}
    for name, row in rows:
        if row["outcome"] in WRONG:
            what = row["mistake"] or kind(row, sheet.students[name].language)
            who.setdefault((what, bool(row["mistake"])), []).append(name)
    wrong = sum(outcomes[outcome] for outcome in WRONG)
    mistakes = sorted(who.items(), key=lambda item: (not item[0][1], -len(item[1]), item[0][0]))
    return {
        "title": f"{question.id} {question.title}",
        "counts_for": question.id in sheet.policy.weights,
        "optional": question.id in policy.optional(sheet.exercise),
        "counts": [outcomes[outcome] for outcome in OUTCOMES],
        "wrong": wrong,
        "tried": wrong + outcomes["correct"],
        "untried": outcomes["not attempted"],
        "mistakes": [(text, plans.explaining(places, question.id, text), names) for (text, _), names in mistakes],
        "place": plans.explaining(places, question.id),
    }


def kind(row, name):
    """What a wrong answer is whose mistake has no name: the error that it raised, or how it differs; `name` is the language
    of the row."""
    with spoken(name):
        said = say(noted(RAISED, it=noted("Its cell"), error="\0")), say("It raised {error}.", error="\0")
    before = "|".join(re.escape(text.partition("\0")[0]) for text in said)
    if found := re.match(rf"(?:{before})(\w{{1,60}})", row["message"]):
        return f"`{found[1]}`"
    if row["outcome"] == "too long":
        return say("It took too long, or never ends")
    if row["outcome"] == "error":
        return say("ended the process, or used too much")
    return say("wrong in a way of its own")
