"""What a class believes: by the predictions and answers that students handed in, and by the mistakes in its exercise.

docs/teaching/beliefs.md says which answer shows which belief, docs/teaching/README.md what a file of predictions holds.
A student can change it: it is for talking about, not for points.
"""

import csv
import json
import math
import re
import unicodedata
from base64 import b64decode
from collections import Counter
from functools import cache
from itertools import islice
from typing import NamedTuple

from gdlib.words import noted, say
from grading import reading
from grading.collect import GRADED, short
from grading.lms import rows_of
from lectures import plans, questions

TABLE = questions.BANK.parent / "beliefs.md"
HEADER = (say("they believe"), say("found by"), say("where"), say("what shows it"))
OPTIONAL = (say("of lecture 7 they believe"), *HEADER[1:])  # the optional lecture's table
KINDS = {say("prediction"): "prediction", say("mistake"): "mistake", say("bank"): "bank", say("show"): "show"}
NAME = re.compile(r".*predictions_.+\.(csv|json)", re.I | re.S)
WIDGETS = "application/vnd.jupyter.widget-state+json"
FIELDS = ("question", "time", "prediction", "right", "reason")
LARGEST = 2**20  # bytes of an exported file
MOST = 100  # records of a file or a notebook
TOLD = 3  # wrong predictions that are named, and reasons


class Sign(NamedTuple):
    """What shows a belief, a row of the table: a kind of evidence, where it is found, and which answers."""

    kind: str
    where: str
    shows: str


class Answer(NamedTuple):
    """What a student predicted, whether that was right (None where nobody says), why, and when, ISO 8601 or ""."""

    said: str = ""
    right: bool | None = None
    reason: str = ""
    time: str = ""


class Held(NamedTuple):
    """A belief, who holds it, who could have shown it and did not, [(Sign, who showed it by that)], [(reason, who)]."""

    belief: str
    signs: list
    hold: list
    others: list
    seen: list
    reasons: list


@cache
def table():
    """{belief: [Sign]}, in the order of docs/teaching/beliefs.md, those of the optional lecture last. A row without a
    belief is of the one above."""
    found, belief = {}, ""
    for _, (name, kind, *cells) in [*plans.table(TABLE, HEADER), *plans.table(TABLE, OPTIONAL)]:
        belief = name or belief
        found.setdefault(belief, []).append(Sign(KINDS.get(kind, kind), *cells))
    return found


def row_of(sign):
    """The row of a plan that a Sign of the kind "show" names. StopIteration where there is none."""
    (path,) = questions.BANK.parent.glob(f"0{sign.where}_*.md")
    return next(row for row in plans.read(path).beliefs if row.belief == sign.shows)


# --- what was handed in ---------------------------------------------------------------------------


def answers(students):
    """{question: {student: Answer}}, the last that each student gave, of all files and notebooks that were handed in.

    What another student handed in too, made in the same millisecond, counts once, for the first of them.
    """
    found, owners = {}, {}
    for name, student in students.items():
        for entry in student.entries:
            for asked, time, *answer in records(entry):
                if owners.setdefault((asked, time, answer[0]) if time else name, name) != name:
                    who = owners[asked, time, answer[0]]
                    entry.why = noted("Predictions that {name} handed in too: they are counted once.", name=who)
                elif time >= found.setdefault(asked, {}).get(name, Answer()).time:
                    found[asked][name] = Answer(*answer, time)
    return found


def records(entry):
    """[(question, time, prediction, right, reason)] of an exported file, or of the forms in a notebook, MOST at most; []
    where there is none. What became of a file is written into its entry's `why`."""
    exported = NAME.fullmatch(entry.parts[-1])
    if not (exported or entry.notebook) or entry.path is None or entry.path.is_symlink() or not entry.path.is_file():
        return []
    large = entry.path.stat().st_size > (reading.LARGE if entry.notebook else LARGEST)
    try:
        text = "" if large else entry.path.read_text("utf-8-sig")
        if exported:
            rows = rows_of(text) if exported[1].lower() == "csv" else json.loads(text)
        else:
            rows = forms(json.loads(text))
        rows = [record(row) for row in islice(rows, MOST) if isinstance(row, dict) and row.get("question")]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, csv.Error):
        rows = []
    if exported and not rows:
        much = noted("Predictions that can't be read: more than {n} MiB.", n=LARGEST // 2**20)
        entry.why = much if large else noted("Predictions that can't be read.")
    elif rows and entry.why != GRADED:
        entry.why = noted("Predictions: class.html counts {n}.", n=len(rows))
    return rows


def record(row):
    """A row of a file as `records` gives it; an apostrophe kept spreadsheets from reading a formula."""
    asked, time, said, right, reason = (
        "" if row.get(key) is None else str(row[key]).removeprefix("'").strip()[:1000] for key in FIELDS
    )
    return plain(asked), time, said, {"true": True, "false": False}.get(right.lower()), reason


def forms(notebook):
    """The records of the forms in a notebook whose widgets were saved with it; of drawn lines there is none."""
    for widget in notebook["metadata"]["widgets"][WIDGETS]["state"].values():
        state = widget["state"]
        spec, given = state.get("spec"), state.get("given")
        if given and isinstance(spec, dict) and "rtol" in spec:
            right = is_right(spec, given, json.loads(b64decode(state["truth"])))
            yield {"question": spec["question"], "prediction": given, "right": right, "reason": state.get("reason")}


def is_right(spec, given, truth):
    """Is what was committed right, as the form judges it? A count is right only if exact."""
    if spec.get("choices"):
        return given == truth
    rtol, atol = spec["rtol"], spec["atol"]
    exact = not rtol and atol < 1 and float(truth).is_integer()
    return abs(number(given) - truth) <= (1e-9 * abs(truth) if exact else rtol * abs(truth) + atol)


def number(text):
    """The number that was typed, nan where it is none; a comma is a decimal sign, or groups thousands."""
    text = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    text = text.replace(",", "" if re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", text) else ".")
    try:
        return float(text)
    except ValueError:
        return math.nan


def plain(text):
    """Text as a form exports it: without signs of mathematics and code, and in one line."""
    return " ".join(re.sub("[$`]|<[^>]+>", "", str(text)).split())


# --- what it shows --------------------------------------------------------------------------------


def predicted(given):
    """[(question, how many predicted, how many were right, [(a wrong prediction, how often)])] of `answers`; that which
    most missed comes first. Who drew a line is right or wrong for nobody."""
    found = []
    for asked, of in given.items():
        votes = [(answer.said, answer.right) for answer in of.values() if answer.right is not None]
        wrong = Counter(short(said, 60) for said, right in votes if not right)
        if votes:
            found.append((short(asked, 200), len(votes), len(votes) - wrong.total(), wrong.most_common(TOLD)))
    return sorted(found, key=lambda row: (row[2] - row[1], row[2] / row[1]))


def shows(wanted, said):
    """Is an answer one of those that a Sign names: a text, a number (within 2 %), or all below or above one?"""
    value = number(said)
    for one in wanted.split(", "):
        limit = number(one.lstrip("<> "))
        near = abs(value - limit) <= 0.02 * abs(limit)
        if said == one or {"<": value < limit, ">": value > limit}.get(one[0], near):
            return True
    return False


def is_about(sign, asked):
    """Is a question that was answered the one of a Sign?"""
    if sign.kind == "prediction":
        return sign.where.partition(": ")[2] in asked
    return asked.split(" ")[0] == sign.where or asked == plain(questions.bank()[sign.where].text)[:1000]


def letter(sign, said):
    """The option of the bank that was chosen, by its letter or its words; "" where it is none."""
    options = questions.bank()[sign.where].options
    return next((one.letter for one in options if plain(said) in (one.letter, plain(one.answer))), "")


def evidence(sign, sheet):
    """{student: (does the answer show the belief?, the reason for it)} of those whose answer could show it."""
    if sign.kind == "mistake":
        rows = ((name, row) for name in sheet.tried for row in sheet.rows(name) if row["question"] == sign.where)
        words = sign.shows.split(", ")
        return {
            name: (any(word in (row["mistake"] or "") for word in words), "")
            for name, row in rows
            if row["outcome"] != "not attempted"
        }
    found = {}
    for asked, of in sheet.given.items() if sign.kind in ("prediction", "bank") else ():
        if is_about(sign, asked):
            for name, (said, _, reason, _) in of.items():
                if said := letter(sign, said) if sign.kind == "bank" else said:
                    found[name] = shows(sign.shows, said), reason
    return found


def held(sheet):
    """[Held] of a reports.Sheet, by the number who hold it; what nothing could show is not there."""
    found = []
    for belief, signs in table().items():
        asked, seen, reasons = {}, [], {}
        for sign in signs:
            of = evidence(sign, sheet)
            for name, (shown, reason) in of.items():
                asked[name] = asked.get(name, False) or shown
                if shown and reason:
                    reasons.setdefault(short(reason, 200), name)
            if names := [name for name, (shown, _) in of.items() if shown]:
                seen.append((sign, names))
        hold = [name for name, shown in asked.items() if shown]
        others = [name for name, shown in asked.items() if not shown]
        if asked:
            found.append(Held(belief, signs, hold, others, seen, [*reasons.items()][:TOLD]))
    return sorted(found, key=lambda one: (-len(one.hold), len(one.others)))


def next_question(sheet):
    """What to ask next, as a dict: about the belief on which most pairs of students differ. None where nobody differs, or
    the bank asks about it only in later lectures than the class has had, the exercise's or that of a prediction."""
    had = max([int(sheet.exercise.number), *(int(sign.where[0]) for one in sheet.held for sign, _ in one.seen)])
    for one in sorted(sheet.held, key=lambda one: -len(one.hold) * len(one.others)):
        asks = [sign for sign in one.signs if sign.kind == "bank" and int(sign.where[0]) <= had]
        if asks and one.hold and one.others:
            ask = min(asks, key=lambda sign: any(is_about(sign, asked) for asked in sheet.given))
            show = next(sign for sign in one.signs if sign.kind == "show")
            return {
                "held": one,
                "question": questions.bank()[ask.where],
                "sign": ask,
                "lecture": show.where,
                "row": row_of(show),
            }
    return None
