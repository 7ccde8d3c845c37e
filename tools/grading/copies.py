"""Which of a student's notebooks counts."""

from typing import NamedTuple

from gdlib.checks import bank
from grading import reading
from lectures.exercises import ROOT

LECTURES = ROOT / "notebooks" / "text"


class Handed(NamedTuple):
    """A notebook that somebody handed in: which exercise it is of, what is wrong with it, how many answers were begun."""

    entry: object
    of: str | None
    problem: str
    begun: int


def looked_at(entry):
    """Read an entry of `collect`."""
    code, problem = reading.read(entry.path) if not entry.why else ([], entry.why)
    of, begun = reading.exercise_of(code), 0
    if of in {str(int(path.name[:2])) for path in bank.sources()}:
        given = {f"q{key.replace('.', '-')}": q.stub_cell.strip() for key, q in bank.exercise(of).questions.items()}
        code = reading.identified(code, bank.exercise(of))[0]
        begun = sum(cell["source"].strip() != given.get(cell["mark"]) for cell in code if cell["mark"] in given)
    return Handed(entry, of, problem or ("" if of else lecture(code)), begun)


def lecture(code):
    """What to say where somebody handed in a lecture, known by three of its longer cells; "" where it is none."""
    cells = [cell["source"].strip() for cell in code if len(cell["source"]) > 60]
    texts = ((path.name[:2].lstrip("0"), path.read_text("utf-8")) for path in sorted(LECTURES.glob("[0-9]*.md")))
    number = next((number for number, text in texts if sum(cell in text for cell in cells) > 2), "")
    return number and f"This is lecture {number}, and not the exercise."


def chosen(handed, number):
    """The notebook of an exercise among those of a student: (Handed or None, what to say). What became of each is written
    into its entry's `why`.

    The last upload that the platform counts comes first, then the copy with most answers begun, then the newest file.
    """
    fits = [one for one in handed if one.of == number]
    for one in handed:
        what = f"belongs to exercise {one.of}, not to {number}" if one.of else "has no cell of an exercise"
        one.entry.why = one.problem or f"The notebook {what}."
    if not fits:
        best = max(handed, key=lambda one: (one.of is not None, bool(one.problem)), default=None)
        return best, best.entry.why if best else ""
    best = max(fits, key=lambda one: (one.entry.attempt, one.begun, one.entry.time))
    for one in fits:
        one.entry.why = "graded" if one is best else f"Another copy; {best.entry.shown} was graded."
    if len(fits) == 1:
        return best, ""
    tied = [one for one in fits if one.entry.attempt == best.entry.attempt]
    reason = "the last upload" if len(tied) < len(fits) else "most answers begun"
    if len(tied) > 1 and sum(one.begun == best.begun for one in tied) > 1:
        reason = "the newest of equals"
    return best, f"Of {len(fits)} notebooks {best.entry.parts[-1]} was graded: {reason}."
