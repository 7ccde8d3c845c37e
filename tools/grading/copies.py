"""Which of a student's notebooks counts."""

from gdlib.checks import bank
from gdlib.words import language, languages, noted, spoken
from grading import collect, reading
from lectures.exercises import ROOT

LECTURES = ROOT / "notebooks" / "text"


def looked_at(entry):
    """An Entry of `collect` that is a notebook, read: language, of, problem and begun are set."""
    code, problem, said = reading.read(entry.path) if not entry.why else ([], entry.why, "")
    entry.language = said if said in languages() else ""
    entry.of = reading.exercise_of(code)
    if entry.of in {str(int(path.name[:2])) for path in bank.sources()}:
        with spoken(entry.language or language()):
            exercise = bank.exercise(entry.of)
        given = {reading.mark_of(key): question.stub_cell.strip() for key, question in exercise.questions.items()}
        cells, _ = reading.identified(code, exercise)
        entry.begun = sum(cell["source"].strip() != given.get(cell["mark"]) for cell in cells if cell["mark"] in given)
    entry.problem = problem or ("" if entry.of else lecture(code))
    return entry


def lecture(code):
    """What to say where somebody handed in a lecture, known by three of its longer cells; "" where it is none."""
    cells = [cell["source"].strip() for cell in code if len(cell["source"]) > 60]
    texts = ((path.name[:2].lstrip("0"), path.read_text("utf-8")) for path in sorted(LECTURES.glob("[0-9]*.md")))
    number = next((number for number, text in texts if sum(cell in text for cell in cells) > 2), "")
    return number and noted("This is lecture {n}, and not the exercise.", n=number)


def chosen(notebooks, number):
    """The notebook of an exercise among those of a student, `looked_at`: (Entry or None, what to say). What became of each
    is written into its `why`.

    The last upload that the platform counts comes first, then the copy with most answers begun, then the newest file.
    """
    fits = [one for one in notebooks if one.of == number]
    for one in notebooks:
        what = noted("The notebook belongs to exercise {of}, not to {number}.", of=one.of, number=number)
        one.why = one.problem or (what if one.of else noted("The notebook has no cell of an exercise."))
    if not fits:
        best = max(notebooks, key=lambda one: (one.of is not None, bool(one.problem)), default=None)
        return best, best.why if best else ""
    best = max(fits, key=lambda one: (one.attempt, one.begun, one.time))
    for one in fits:
        one.why = collect.GRADED if one is best else noted("Another copy; {name} was graded.", name=best.shown)
    if len(fits) == 1:
        return best, ""
    tied = [one for one in fits if one.attempt == best.attempt]
    reason = noted("the last upload") if len(tied) < len(fits) else noted("most answers begun")
    if len(tied) > 1 and sum(one.begun == best.begun for one in tied) > 1:
        reason = noted("the newest of equals")
    what = {"n": len(fits), "name": best.parts[-1], "reason": reason}
    return best, noted("Of {n} notebooks {name} was graded: {reason}.", **what)
