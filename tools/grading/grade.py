"""Grade a class: a folder of notebooks in; grades.csv, a page for each student and a page about the class out.

    python -m grading.grade SUBMISSIONS [--exercise 3] [--questions 3.1,3.2] [--student anna] [--out FOLDER] ...

docs/teaching/grading.md says more. Results are kept notebook by notebook: started again, it goes on where it was.
"""

import argparse
import hashlib
import json
import math
import os
import re
import secrets
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, fields, replace
from functools import partial
from pathlib import Path

from tqdm import tqdm

from gdlib.checks import Verdict, bank
from gdlib.words import Noted, language, noted, say, spoken
from grading import collect, copies, gradebook, groups, likeness, lms, policy, reading, reports
from grading.marking import mark_in
from grading.sandbox import Limits
from grading.walls import GDLIB, UNGUARDED, UNGUARDED_ROOT, staged, why_not
from grading.workers import graded

LIMITS = {field.name: field.default for field in fields(Limits) if field.name != "reply"}
NO_SANDBOX = """No sandbox: {}.
Without it, while students' code runs,
  {}.
--no-sandbox grades all the same, with limits on memory, time and file size only."""
LONG = 2000  # letters of a text that is kept


def number(kind, least):
    """A parser of numbers of that kind, `least` or more."""

    def parse(text):
        value = kind(text)
        if not least <= value < math.inf:
            raise argparse.ArgumentTypeError(f"must be {least} or more, got {text}")
        return value

    parse.__name__ = "number"
    return parse


def arguments(given):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.error = lambda message: parser.exit(2, f"{message}\n")
    what = "a folder or an archive of what was handed in, as a learning platform gives it; or nbgrader's course"
    parser.add_argument("submissions", type=Path, help=what)
    parser.add_argument("--exercise", help="its number; without, the one that most of the notebooks belong to")
    parser.add_argument("--questions", help="those that count, as 3.1,3.2; without, all that are not optional")
    parser.add_argument("--student", action="append", help="grade this one anew, and nobody else")
    parser.add_argument("--out", type=Path, help="where the results go; without, SUBMISSIONS-grades")
    parser.add_argument("--force", action="store_true", help="grade everything anew")
    parser.add_argument("--seed", type=number(int, 0), help="of the hidden cases; without, one drawn for these results")
    cores = os.cpu_count() or 1
    parser.add_argument("--workers", type=number(int, 1), default=cores, help="notebooks at a time (%(default)s)")
    parser.add_argument("--no-sandbox", action="store_true", help="go on without bubblewrap: class.html says so")
    parser.add_argument("--no-names", action="store_true", help="class.html names nobody, so that a class can see it")
    parser.add_argument("--gradebook", type=Path, help="nbgrader's database; without, the course's, or a new one")
    parser.add_argument("--no-gradebook", action="store_true", help="leave nbgrader alone")
    for name, default in LIMITS.items():
        least = 1 if isinstance(default, int) else 0.001
        what = "limit of a notebook (%(default)s)"
        parser.add_argument(f"--{name}", type=number(type(default), least), default=default, help=what)
    return parser.parse_args(given)


def main(given=None):
    options = arguments(given)
    with tempfile.TemporaryDirectory(prefix="gdlib-collected-") as scratch:
        try:
            base = options.out or Path(f"{collect.bare(str(options.submissions.resolve()))}-grades")
            sheet = prepared(options, base, scratch)
            now = mark_all(sheet, options, scratch)
            said = written(sheet, options, base)
        except ValueError as error:
            raise SystemExit(str(error)) from None
        except OSError as error:
            what = f"{error.filename}: " if error.filename else ""
            raise SystemExit(
                f"{what}{error.strerror or error}. What was graded is kept; the same command goes on."
            ) from None
    print(f"{len(sheet.students)} students, {now} graded now: {sheet.out / 'grades.csv'}, class.html, feedback/{said}")
    if sheet.ungraded:
        names = "\n".join(f"  {student}: {why}" for student, why in sheet.ungraded)
        what = f"{len(sheet.ungraded)} not graded, and no grade was given; the same command tries again:"
        raise SystemExit(f"{what}\n{names}")


# --- what is to be graded -------------------------------------------------------------------------


def prepared(options, base, scratch):
    """The Sheet of the command line, without results. Raises ValueError, in a sentence, on what can't be meant."""
    if not options.submissions.exists():
        raise ValueError(f"SUBMISSIONS must be a folder of notebooks or an archive, got {str(options.submissions)!r}")
    if base.exists() and not base.is_dir():
        raise ValueError(f"--out must be a folder, got the file {str(base)!r}")
    students, others, platform = collect.collected(options.submissions, [base], scratch)
    found = policy.settings(base)  # never what lies among the submissions: a student may have put it there
    notebooks = [copies.looked_at(entry) for student in students.values() for entry in student.notebooks]
    exercise = bank.exercise(options.exercise or found.get("exercise") or commonest(notebooks))
    roster = roster_of(found, base)
    if roster is not None:
        students = with_roster(students, roster)
    for student in students.values():
        student.best, note = copies.chosen(student.notebooks, exercise.number)
        student.notes = notes_on(student, note)
    only = [key.strip() for key in options.questions.split(",")] if options.questions else None
    rules = policy.policy(exercise, found, only)
    for name in options.student or []:
        if not named(students, name):
            raise ValueError(f"no student is called {name!r}, but {collect.short(', '.join(students), 600)}")
    if not options.no_sandbox and (reason := why_not()):
        raise SystemExit(NO_SANDBOX.format(reason, ";\n  ".join(UNGUARDED)))
    out = place_of(base, exercise.number)
    rules = replace(rules, overrides=policy.overrides(out / "overrides.csv", students, exercise))
    missing = [*UNGUARDED, *[UNGUARDED_ROOT] * (not os.geteuid())] if options.no_sandbox else []
    about = {"roster": roster, "assignment": found.get("assignment", f"Exercise {exercise.number}"), "out": out}
    return reports.Sheet(
        exercise, rules, students, others, platform, **about, unguarded=missing, named=not options.no_names
    )


def commonest(notebooks):
    """The exercise that most of the notebooks belong to."""
    found = Counter(entry.of for entry in notebooks if entry.of)
    if not found:
        raise ValueError("none of the notebooks has a cell of an exercise. Were they made from exercises/*.ipynb?")
    return found.most_common(1)[0][0]


def place_of(base, number):
    """The folder of an exercise's results: the base for the first one, `exercise-N` in it for any other."""
    base.mkdir(parents=True, exist_ok=True)
    owner = base / "exercise"
    if not owner.exists():
        write(owner, number)
    out = base if owner.read_text().strip() == number else base / f"exercise-{number}"
    for folder in (out / "feedback", out / "results"):
        folder.mkdir(parents=True, exist_ok=True)
    return out


def roster_of(found, base):
    """The class's list, where there is one: the settings' own, or roster.csv, in the folder of results."""
    wanted = found.get("roster")
    path = base / (wanted or "roster.csv")
    if path.is_file():
        return lms.Roster(path)
    if wanted:
        raise ValueError(f"grading.toml names the roster {wanted}, and there is no {path}")
    return None


def with_roster(students, roster):
    """The class by its list: with its names and times, and with those who handed in nothing."""
    here = {}
    for name, student in students.items():
        line = roster.find(name, student.id)
        if line is not None and line not in here:
            here[line], known = student, roster.students[line]
            student.name, student.id = known["name"], known["id"] or student.id
            student.submitted = known["submitted"].strip("-") or student.submitted
    absent = [known for line, known in roster.students.items() if line not in here]
    absent = [collect.Student(lms.clean(known["name"]), known["id"]) for known in absent]
    return collect.named([*students.values(), *absent])


def notes_on(student, note):
    """What is to be said of what a student handed in, besides the notebook's own faults."""
    if not student.entries:
        return [noted("Handed in nothing.")]
    rest = [entry for entry in student.entries if not entry.notebook]
    notes = [note] * bool(note) or [noted("There is no notebook in what was handed in.")] * (not student.notebooks)
    if re.fullmatch(r"\d\d?_[a-z_]+( ?\(\d+\))?", student.name):
        notes.append(noted("Whose it is can't be told from its name."))
    shown = [noted("{file}: {why}", file=entry.shown, why=entry.why) for entry in rest if not entry.folder][:3]
    more = [noted("And {n} files more: see files.csv.", n=len(rest) - 3)] * (len(rest) > 3)
    return [*notes, *(shown + more if not student.notebooks else [])]


def named(students, name):
    """Those of a name, an id or a file that --student gives."""
    wanted = lms.clean(name)
    return [
        n for n, student in students.items() if wanted in (n, student.id) or lms.squeezed(n) == lms.squeezed(wanted)
    ]


# --- grading --------------------------------------------------------------------------------------


def mark_all(sheet, options, scratch):
    """Give each student a result, a stored one where nothing has changed; how many were graded now."""
    seed = options.seed if options.seed is not None else drawn(sheet.out / "seed")
    limits = Limits(**{name: getattr(options, name) for name in LIMITS})
    about = {}
    for said in {student.language for student in sheet.students.values()}:
        with spoken(said):
            about[said] = fingerprint(sheet.exercise_in(said), said, seed, limits, not options.no_sandbox)
    anew = {n for name in options.student or [] for n in named(sheet.students, name)}
    todo = {}
    for name, student in sheet.students.items():
        key = " ".join([about[student.language], digest(student.best and student.best.path), *student.notes])
        student.result = stored_of(sheet.out, name)
        if name in anew or (not options.student and (options.force or student.result.get("key") != key)):
            todo[name] = key
        elif not student.result:
            student.result = whole({"ungraded": noted("It was not graded yet.")}, sheet.exercise)

    def done(name, result):
        student = sheet.students[name]
        notes = dict.fromkeys([*student.notes, *map(reading.restored, result.get("notes", []))])
        found = whole(result, sheet.exercise)
        student.result = plain(found | {"key": todo[name], "notes": [*map(reading.stored, notes)]})
        if not result.get("ungraded"):
            write(result_file(sheet.out, name), json.dumps(student.result, indent=1))

    paths = {}
    for name in todo:
        best, entries = sheet.students[name].best, sheet.students[name].entries
        shut = [entry.why for entry in entries if "can't be opened" in entry.why]
        if best is not None and best.path is not None and best.why not in shut:
            paths[name] = best.path, best.language or language()
        else:
            done(name, {"ungraded": shut[0]} if shut else {})
    count, what = len(sheet.students), f"exercise {sheet.exercise.number}"
    bar = tqdm(total=count, initial=count - len(paths), unit=" notebooks", desc=what)
    with staged() as course, bar:
        work = partial(mark_in, number=sheet.exercise.number, seed=seed, limits=limits, course=course)
        work = partial(work, walls=not options.no_sandbox, hidden=(options.submissions, sheet.out, Path(scratch)))
        for name, result in graded(paths, work, options.workers, 2 * limits.seconds + 60):
            done(name, result)
            bar.update()
    return len(todo)


def result_file(out, student):
    return out / "results" / f"{collect.filename(student)}.json"


def stored_of(out, student):
    """What an earlier run stored; {} where that is nothing, or is damaged."""
    try:
        found = json.loads(result_file(out, student).read_text("utf-8"))
        return found if isinstance(found, dict) and found.get("rows") else {}
    except (OSError, ValueError):
        return {}


def drawn(path):
    """The seed of this folder of results, drawn once: students can't know it, and a class has the same cases."""
    if not path.exists():
        write(path, str(secrets.randbelow(2**31)))
    text = path.read_text().strip()
    if not text.isdecimal():
        what = "Write the number back, or remove the file: then another one is drawn, and all are graded anew"
        raise ValueError(f"{path} must hold the number that the hidden cases begin from, got {text[:40]!r}. {what}.")
    return int(text)


def write(path, text, encoding="utf-8"):
    """The whole file or none."""
    part = path.with_name(f".{hashlib.sha256(path.name.encode()).hexdigest()[:16]}.part")
    try:
        part.write_text(text, encoding, "backslashreplace")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None


def digest(path):
    if path is None or not path.is_file() or path.is_symlink():
        return "none"
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fingerprint(exercise, *settings):
    """What a result depends on besides the notebook: the questions, the code that grades, the settings."""
    found = hashlib.sha256(repr((exercise.text, settings)).encode())
    here = Path(__file__).parent
    for path in sorted([*GDLIB.rglob("*.py"), *GDLIB.glob("words/*.json"), *here.glob("*.py"), *here.glob("*.toml")]):
        found.update(path.read_bytes())
    return found.hexdigest()


def plain(value):
    """A result whose texts can be written anywhere, and are not too long."""
    if isinstance(value, Noted):
        return value
    if isinstance(value, str):
        return collect.short(value.encode("utf-8", "backslashreplace").decode(), LONG)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def whole(result, exercise):
    """A result with notes, and a row for every question."""
    nothing = [Verdict(key, "not attempted", say("There is nothing to grade.")) for key in exercise.questions]
    rows = result.get("rows") or [asdict(verdict) | {"score": 0} for verdict in nothing]
    return {"notes": []} | result | {"rows": rows}


# --- what comes out -------------------------------------------------------------------------------


def written(sheet, options, base):
    """Grade, and write all reports; what else was done, in a few words."""
    for name, student in sheet.students.items():
        when, found = lms.moment(student.handed_in(student.best)), student.result
        rows = found if student.entries else {"rows": []}
        student.grade = policy.graded(name, rows, sheet.policy, when, student.late)
        notes = map(reading.restored, found["notes"])
        student.notes = [*dict.fromkeys([*student.notes, *notes, *student.grade.notes])]
    begun = [name for name in sheet.tried if any(row["outcome"] != "not attempted" for row in sheet.rows(name))]
    chosen = {name: sheet.students[name].best for name in begun}
    codes = {name: reading.read(best.path)[0] for name, best in chosen.items() if best and best.why == collect.GRADED}
    spoken_here = {student.language for student in sheet.students.values()}
    sheet.hints = likeness.hints(codes, {name: sheet.exercise_in(name) for name in spoken_here})
    for name in sheet.students:
        write(sheet.out / "feedback" / f"{collect.filename(name)}.html", reports.feedback(name, sheet))
    write(sheet.out / "class.html", reports.overview(sheet))
    # behind the page about the class, which looks at every file
    always = {"grades.csv": reports.table, "beliefs.csv": reports.held, "files.csv": reports.files}
    tables = {name: made(sheet) for name, made in always.items()} | reports.for_platform(sheet)
    for name, text in tables.items():
        write(sheet.out / name, text, "utf-8-sig")
    all_exercises(base, sheet.out)
    return "".join(f", {name}" for name in tables if name not in always) + nbgrader(sheet, options, base)


def all_exercises(base, out):
    """gradebook.csv in the base: a row for each student, a column for each exercise that was graded there."""
    first, found = (base / "exercise").read_text().strip(), {}
    for path in sorted({*base.glob("grades.csv"), *base.glob("exercise-*/grades.csv"), out / "grades.csv"}):
        of = first if path.parent == base else path.parent.name.removeprefix("exercise-")
        found[of] = {row["student"]: row for row in lms.rows_of(path.read_text("utf-8-sig"))}
    write(base / "gradebook.csv", reports.together(found), "utf-8-sig")


def nbgrader(sheet, options, base):
    """Put the grades into nbgrader's database; what was done, in a few words."""
    own = options.submissions / "gradebook.db"  # of nbgrader's course
    book = options.gradebook or (own if own.exists() else base / own.name)
    handed = [student.best.parts for student in sheet.students.values() if student.best]
    folders = [parts[2] for parts in handed if parts[0] == "submitted" and len(parts) > 2]
    try:
        return "" if options.no_gradebook else gradebook.write(book, sheet, (folders or [""])[0])
    except Exception as error:
        raise SystemExit(f"{sheet.out / 'grades.csv'} is written; nbgrader's {book} is not: {error}") from error


if __name__ == "__main__":
    groups.join()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever stops it, nothing is left behind
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command goes on where it was.")
