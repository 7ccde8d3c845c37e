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
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path

from tqdm import tqdm

from gdlib.checks import Verdict, bank
from grading import collect, copies, gradebook, groups, likeness, lms, policy, reading, reports
from grading.marking import mark
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


@dataclass
class Job:
    """What is to be graded: the class, the notebook of each (Handed or None), what is to be said of it, and how."""

    students: dict
    others: list
    platform: str
    exercise: bank.Exercise
    policy: policy.Policy
    roster: lms.Roster | None
    out: Path
    assignment: str
    handed: dict
    notes: dict


def main(given=None):
    options = arguments(given)
    walls = not options.no_sandbox
    missing = [] if walls else [*UNGUARDED, *[UNGUARDED_ROOT] * (not os.geteuid())]
    with tempfile.TemporaryDirectory(prefix="gdlib-collected-") as scratch:
        try:
            base = options.out or Path(f"{collect.bare(str(options.submissions.resolve()))}-grades")
            job = prepared(options, base, scratch)
            results, now = results_of(job, options, walls, scratch)
            said = written(job, results, missing, options, base)
        except ValueError as error:
            raise SystemExit(str(error)) from None
        except OSError as error:
            what = f"{error.filename}: " if error.filename else ""
            raise SystemExit(
                f"{what}{error.strerror or error}. What was graded is kept; the same command goes on."
            ) from None
    print(f"{len(results)} students, {now} graded now: {job.out / 'grades.csv'}, class.html, feedback/{said}")
    open_ones = {student: result["ungraded"] for student, result in results.items() if result.get("ungraded")}
    if open_ones:
        names = "\n".join(f"  {student}: {why}" for student, why in open_ones.items())
        raise SystemExit(f"{len(open_ones)} not graded, and no grade was given; the same command tries again:\n{names}")


# --- what is to be graded -------------------------------------------------------------------------


def prepared(options, base, scratch):
    """The Job of the command line. Raises ValueError, in a sentence, on what can't be meant."""
    if not options.submissions.exists():
        raise ValueError(f"SUBMISSIONS must be a folder of notebooks or an archive, got {str(options.submissions)!r}")
    if base.exists() and not base.is_dir():
        raise ValueError(f"--out must be a folder, got the file {str(base)!r}")
    students, others, platform = collect.collected(options.submissions, [base], scratch)
    found = policy.settings(base)  # never what lies among the submissions: a student may have put it there
    handed = {name: [copies.looked_at(entry) for entry in s.notebooks] for name, s in students.items()}
    exercise = bank.exercise(options.exercise or found.get("exercise") or commonest(handed))
    roster = roster_of(found, base)
    if roster is not None:
        students, handed = with_roster(students, handed, roster)
    chosen = {name: copies.chosen(of, exercise.number) for name, of in handed.items()}
    notes = {name: notes_on(students[name], note) for name, (_, note) in chosen.items()}
    only = [key.strip() for key in options.questions.split(",")] if options.questions else None
    rules = policy.policy(exercise, found, only)
    for name in options.student or []:
        if not named(students, name):
            raise ValueError(f"no student is called {name!r}, but {collect.short(', '.join(students), 600)}")
    if not options.no_sandbox and (reason := why_not()):
        raise SystemExit(NO_SANDBOX.format(reason, ";\n  ".join(UNGUARDED)))
    out = place_of(base, exercise.number)
    written = policy.overrides(out / "overrides.csv", students, exercise)
    rules = replace(rules, overrides=written)
    assignment = found.get("assignment", f"Exercise {exercise.number}")
    handed = {name: best for name, (best, _) in chosen.items()}
    return Job(students, others, platform, exercise, rules, roster, out, assignment, handed, notes)


def commonest(handed):
    """The exercise that most of the notebooks belong to."""
    found = Counter(one.of for ones in handed.values() for one in ones if one.of)
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


def with_roster(students, handed, roster):
    """The class by its list: with its names and times, and with those who handed in nothing."""
    found, lines = {}, {}
    for name, student in students.items():
        line = roster.find(name, student.id)
        if line is not None and line not in lines.values():
            cells = roster.lines[line]
            lines[name] = line
            student.name, student.id = roster.cell(cells, "name"), roster.number(cells) or student.id
            student.submitted = roster.cell(cells, "submitted").strip("-") or student.submitted
        found[name] = student
    for line in set(roster.students) - {*lines.values()}:
        cells = roster.lines[line]
        found[f"\0{line}"] = collect.Student(lms.clean(roster.cell(cells, "name")), roster.number(cells))
    ones = {id(student): handed.get(name, []) for name, student in found.items()}
    renamed = collect.named(found.values())
    return renamed, {name: ones[id(student)] for name, student in renamed.items()}


def notes_on(student, note):
    """What is to be said of what a student handed in, besides the notebook's own faults."""
    if not student.entries:
        return ["Handed in nothing."]
    rest = [entry for entry in student.entries if not entry.notebook]
    notes = [note] * bool(note) or ["There is no notebook in what was handed in."] * (not student.notebooks)
    if re.fullmatch(r"\d\d?_[a-z_]+( ?\(\d+\))?", student.name):
        notes.append("Whose it is can't be told from its name.")
    shown = [f"{entry.shown}: {entry.why}" for entry in rest if not entry.folder][:3]
    more = [f"And {len(rest) - 3} files more: see files.csv."] * (len(rest) > 3)
    return [*notes, *(shown + more if not student.notebooks else [])]


def named(students, name):
    """Those of a name, an id or a file that --student gives."""
    wanted = lms.clean(name)
    return [
        n for n, student in students.items() if wanted in (n, student.id) or lms.squeezed(n) == lms.squeezed(wanted)
    ]


# --- grading --------------------------------------------------------------------------------------


def results_of(job, options, walls, scratch):
    """({student: result}, how many were graded now). What is stored is kept, where nothing has changed."""
    seed = options.seed if options.seed is not None else drawn(job.out / "seed")
    limits = Limits(**{name: getattr(options, name) for name in LIMITS})
    about = fingerprint(job.exercise, seed, limits, walls)
    anew = {n for name in options.student or [] for n in named(job.students, name)}
    results, todo = {}, {}
    for student, best in job.handed.items():
        path = best.entry.path if best else None
        key = " ".join([about, digest(path), *job.notes[student]])
        stored = stored_of(job.out, student)
        if options.student and student not in anew:
            results[student] = stored or whole({"ungraded": "It was not graded yet."}, job.exercise)
        elif stored.get("key") == key and not options.force and student not in anew:
            results[student] = stored
        else:
            todo[student] = (path, key)

    def done(student, result):
        noted = {"key": todo[student][1], "notes": [*dict.fromkeys([*job.notes[student], *result.get("notes", [])])]}
        results[student] = whole(plain(result), job.exercise) | noted
        if not result.get("ungraded"):
            write(result_file(job.out, student), json.dumps(results[student], indent=1))

    paths = {student: path for student, (path, _) in todo.items() if readable(job.handed[student])}
    for student in todo.keys() - paths.keys():
        shut = [entry.why for entry in job.students[student].entries if "can't be opened" in entry.why]
        done(student, {"rows": [], "notes": []} | ({"ungraded": shut[0]} if shut else {}))
    bar = tqdm(total=len(job.handed), initial=len(results), unit=" notebooks", desc=f"exercise {job.exercise.number}")
    with staged() as course, bar:
        hidden = (options.submissions, job.out, Path(scratch))
        asked = bank.Exercise(
            job.exercise.path
        )  # as it was read: what its cells define can't be sent to other processes
        work = partial(mark, exercise=asked, seed=seed, limits=limits, course=course, walls=walls, hidden=hidden)
        for student, result in graded(paths, work, options.workers, 2 * limits.seconds + 60):
            done(student, result)
            bar.update()
    return {student: results[student] for student in job.handed}, len(todo)


def readable(best):
    """Is there a notebook that can be opened?"""
    return best is not None and best.entry.path is not None and "can't be opened" not in best.entry.why


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
    for path in sorted([*GDLIB.rglob("*.py"), *Path(__file__).parent.glob("*.py")]):
        found.update(path.read_bytes())
    return found.hexdigest()


def plain(value):
    """A result whose texts can be written anywhere, and are not too long."""
    if isinstance(value, str):
        return collect.short(value.encode("utf-8", "backslashreplace").decode(), LONG)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def whole(result, exercise):
    """A result with notes, and a row for every question."""
    nothing = [Verdict(key, "not attempted", "There is nothing to grade.") for key in exercise.questions]
    rows = result.get("rows") or [asdict(verdict) | {"score": 0} for verdict in nothing]
    return {"notes": []} | result | {"rows": rows}


# --- what comes out -------------------------------------------------------------------------------


def written(job, results, unguarded, options, base):
    """Write all reports; what else was done, in a few words."""
    grades = {name: grade_of(job, name, result) for name, result in results.items()}
    notes = {
        name: [*dict.fromkeys([*job.notes[name], *result["notes"], *grades[name].notes])]
        for name, result in results.items()
    }
    codes = {
        name: reading.read(best.entry.path)[0]
        for name, best in job.handed.items()
        if best and best.entry.why == "graded"
    }
    hints = likeness.hints({name: code for name, code in codes.items() if begun(results[name])}, job.exercise)
    found = (job.exercise, job.policy, job.students, results, grades, notes, job.others, hints, unguarded)
    sheet = reports.Sheet(*found, named=not options.no_names)
    for student in results:
        write(job.out / "feedback" / f"{collect.filename(student)}.html", reports.feedback(student, sheet))
    write(job.out / "class.html", reports.overview(sheet))
    # behind the page about the class, which looks at every file
    tables = {"grades.csv": reports.table, "beliefs.csv": reports.held, "files.csv": reports.files}
    always, tables = [*tables], {name: made(sheet) for name, made in tables.items()}
    tables |= reports.for_platform(sheet, job.platform, job.roster, job.assignment)
    for name, text in tables.items():
        write(job.out / name, text, "utf-8-sig")
    all_exercises(base, job)
    return "".join(f", {name}" for name in tables if name not in always) + nbgrader(job, sheet, options, base)


def begun(result):
    return any(row["outcome"] != "not attempted" for row in result["rows"])


def grade_of(job, name, result):
    student = job.students[name]
    best = job.handed[name]
    written = student.handed_in(best.entry) if best else student.submitted
    when = lms.moment(written) if written else None
    if not student.entries:
        result = {"rows": []}
    return policy.graded(name, result, job.policy, when, student.late)


def all_exercises(base, job):
    """gradebook.csv in the base: a row for each student, a column for each exercise that was graded there."""
    found = {}
    for path in sorted({*base.glob("grades.csv"), *base.glob("exercise-*/grades.csv"), job.out / "grades.csv"}):
        of = (
            (base / "exercise").read_text().strip()
            if path.parent == base
            else path.parent.name.removeprefix("exercise-")
        )
        found[of] = reports.totals(path)
    write(base / "gradebook.csv", reports.together(found), "utf-8-sig")


def nbgrader(job, sheet, options, base):
    """Put the grades into nbgrader's database; what was done, in a few words."""
    own = options.submissions / "gradebook.db"  # of nbgrader's course
    book = options.gradebook or (own if own.exists() else base / own.name)
    try:
        folders = [best.entry.parts[2] for best in job.handed.values() if best and best.entry.parts[0] == "submitted"]
        return "" if options.no_gradebook else gradebook.write(book, sheet, (folders or [""])[0])
    except Exception as error:
        raise SystemExit(f"{job.out / 'grades.csv'} is written; nbgrader's {book} is not: {error}") from error


if __name__ == "__main__":
    groups.join()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever stops it, nothing is left behind
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command goes on where it was.")
