"""Grade a class: a folder of notebooks in; grades.csv, a page for each student and a page about the class out.

    python -m grading.grade SUBMISSIONS [--exercise 3] [--out FOLDER] [--force] [--no-sandbox] ...

docs/teaching/grading.md says more. Results are kept notebook by notebook: started again, it goes on where it was.
"""

import argparse
import hashlib
import json
import os
import secrets
import sys
from collections import Counter
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path

from tqdm import tqdm

from gdlib.checks import Verdict, bank
from grading import gradebook, groups, reading, reports
from grading.marking import mark
from grading.sandbox import Limits
from grading.walls import GDLIB, UNGUARDED, UNGUARDED_ROOT, staged, why_not
from grading.workers import graded

LIMITS = {field.name: field.default for field in fields(Limits) if field.name != "reply"}
NO_SANDBOX = """No sandbox: {}.
Without it, while students' code runs,
  {}.
--no-sandbox grades all the same, with limits on memory, time and file size only."""


def arguments(given):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = "a folder with a notebook, or a folder, for each student; or nbgrader's course"
    parser.add_argument("submissions", type=Path, help=what)
    parser.add_argument("--exercise", help="its number; without, the one that most of the notebooks belong to")
    parser.add_argument("--out", type=Path, help="where the results go; without, SUBMISSIONS-grades")
    parser.add_argument("--force", action="store_true", help="grade everything anew")
    parser.add_argument("--seed", type=int, help="of the hidden cases; without, one drawn for this folder of results")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="notebooks at a time (%(default)s)")
    parser.add_argument("--no-sandbox", action="store_true", help="go on without bubblewrap: class.html says so")
    parser.add_argument("--gradebook", type=Path, help="nbgrader's database; without, the course's, or a new one")
    parser.add_argument("--no-gradebook", action="store_true", help="leave nbgrader alone")
    for name, default in LIMITS.items():
        parser.add_argument(f"--{name}", type=type(default), default=default, help="limit of a notebook (%(default)s)")
    return parser.parse_args(given)


def main(given=None):
    options = arguments(given)
    try:
        students = reading.submissions(options.submissions)
        number = options.exercise or commonest(students)
        exercise = bank.exercise(number)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    walls = not options.no_sandbox
    missing = [] if walls else [*UNGUARDED, *[UNGUARDED_ROOT] * (not os.geteuid())]
    if walls and (reason := why_not()):
        raise SystemExit(NO_SANDBOX.format(reason, ";\n  ".join(UNGUARDED)))
    out = options.out or Path(f"{options.submissions.resolve()}-grades")
    (out / "feedback").mkdir(parents=True, exist_ok=True)
    (out / "results").mkdir(exist_ok=True)
    seed = options.seed if options.seed is not None else drawn(out / "seed")
    limits = Limits(**{name: getattr(options, name) for name in LIMITS})
    about = fingerprint(exercise, seed, limits, walls)
    results, todo = {}, {}
    for student, paths in students.items():
        path, note = reading.chosen(paths, number)
        key = f"{about} {digest(path)} {note}"
        before = out / "results" / f"{student}.json"
        stored = json.loads(before.read_text("utf-8")) if before.exists() else {}
        if stored.get("key") == key and not options.force:
            results[student] = stored
        else:
            todo[student] = (path, key, note)
    bar = tqdm(total=len(students), initial=len(results), unit=" notebooks", desc=f"exercise {number}")
    with staged() as course, bar:
        hidden = (options.submissions, out)
        work = partial(mark, exercise=exercise, seed=seed, limits=limits, course=course, walls=walls, hidden=hidden)
        paths = {student: path for student, (path, _, _) in todo.items()}
        for student, result in graded(paths, work, options.workers, 2 * limits.seconds + 60):
            if "ungraded" in result:  # no grade is made of a fault of the machine: the next run tries again
                print(f"{student}: not graded: {result['ungraded']}", file=sys.stderr)
                continue
            _, key, note = todo[student]
            notes = dict.fromkeys(filter(None, [note, *result["notes"]]))  # each once
            results[student] = whole(result, exercise) | {"key": key, "notes": list(notes)}
            write(out / "results" / f"{student}.json", json.dumps(results[student], indent=1))
            bar.update()
    ungraded = [student for student in students if student not in results]
    results = {student: results[student] for student in students if student in results}
    for student, result in results.items():
        write(out / "feedback" / f"{student}.html", reports.feedback(student, result, exercise))
    write(out / "class.html", reports.overview(results, exercise, missing))
    write(out / "grades.csv", reports.table(results))
    own = options.submissions / "gradebook.db"  # of nbgrader's course
    book = options.gradebook or (own if own.exists() else out / own.name)
    try:
        said = "" if options.no_gradebook else gradebook.write(book, exercise, results)
    except Exception as error:
        raise SystemExit(f"{out / 'grades.csv'} is written; nbgrader's {book} is not: {error}") from error
    print(
        f"{len(results)} students, {len(todo) - len(ungraded)} graded now: {out / 'grades.csv'}, class.html, feedback/{said}"
    )
    if ungraded:
        raise SystemExit(
            f"{len(ungraded)} not graded, for the machine failed; give the command again: {', '.join(ungraded)}"
        )


def commonest(students):
    """The exercise that most of the notebooks belong to."""
    found = Counter(reading.exercise_of(reading.read(path)[0]) for paths in students.values() for path in paths)
    found.pop(None, None)
    if not found:
        raise ValueError("none of the notebooks has a cell of an exercise. Were they made from exercises/*.ipynb?")
    return found.most_common(1)[0][0]


def drawn(path):
    """The seed of this folder of results, drawn once: students can't know it, and a class has the same cases."""
    if not path.exists():
        write(path, str(secrets.randbelow(2**31)))
    return int(path.read_text())


def write(path, text):
    """The whole file or none."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8", "backslashreplace")
    part.replace(path)


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


def whole(result, exercise):
    """A result with a row for every question."""
    nothing = [Verdict(key, "not attempted", "There is nothing to grade.") for key in exercise.questions]
    return result | {"rows": result["rows"] or [asdict(verdict) | {"score": 0} for verdict in nothing]}


if __name__ == "__main__":
    groups.join()
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command goes on where it was.")
