"""One notebook, graded: its cells run in the sandbox, from the top; what they define is judged here."""

import time
from dataclasses import asdict, replace

from gdlib.checks import Verdict, encode, judge
from grading import reading
from grading.sandbox import Broken, Sandbox


class Session:
    """A notebook as steps, run one by one in a sandbox. A new one takes its place when it is gone.

    A step that ended the process is left out the next time; what came of each is in `seen`.
    """

    def __init__(self, steps, limits, start):
        self.steps, self.limits, self.start = steps, limits, start
        self.box, self.done, self.seen, self.fatal, self.over = None, 0, {}, {}, None

    def to(self, position):
        """Run the steps before `position` that have not run.

        Raises Broken if the time for the notebook is over or no sandbox starts.
        """
        while self.done < position or self.box is None:
            if self.over is not None:
                raise self.over
            if self.box is None:
                self.box, self.done = self.start(), 0
                self.ask(20.0, do="missing", names=[])  # Python starts
                self.usual = self.box.threads
            elif self.done in self.fatal:
                self.done += 1
            else:
                try:
                    self.seen[self.done] = self.ask(self.limits.cell, **self.steps[self.done])
                    self.done += 1
                except Broken as broken:
                    self.fatal[self.done] = broken

    def ask(self, patience, /, **request):
        """`Sandbox.ask`; no sandbox is left when it raises Broken."""
        try:
            return self.box.ask(patience, **request)
        except Broken as broken:
            self.box = None
            self.over = broken if broken.why == "over" else None
            raise

    def close(self, busy=False):
        """End the sandbox; busy: only where something has been left running, which would slow the next question down."""
        if self.box is not None and (not busy or self.box.threads > self.usual):
            self.box.close()
            self.box = None


def plan(code, exercise, seconds):
    """What is run, and where each question is judged.

    The student's cells from the top, the checks' cells left out. Before an answer's cell come those of the cells given with
    the exercise that are missing, or were changed. A question is judged where its check stands, or behind its answer.
    Returns the steps, requests to the worker of so many seconds each, and {question: (positions of its answer's steps,
    where it is judged)}.
    """
    steps, places, ran = [], {}, {cell["source"].strip() for cell in code}

    def run(source, name):
        steps.append({"do": "run", "source": source, "name": name, "seconds": seconds})

    questions = {f"q{key.replace('.', '-')}": question for key, question in exercise.questions.items()}
    checks = {f"check{mark[1:]}": question.id for mark, question in questions.items()}
    last = {cell["mark"]: n for n, cell in enumerate(code)}
    for n, cell in enumerate(code):
        if cell["mark"] in checks:
            number = checks[cell["mark"]]
            if number in places and n > last[f"q{cell['mark'][5:]}"] and n == last[cell["mark"]]:
                places[number] = places[number][0], len(steps)
            continue
        question = questions.get(cell["mark"])
        if question is not None and question.id not in places:
            for source in before(exercise, question):
                if source not in ran:
                    run(source, "a given cell")
                    ran.add(source)
            steps.append({"do": "forget", "names": question.names})
        run(cell["source"], f"cell {cell['at']}")
        if question is not None:
            places[question.id] = [*places.get(question.id, ([],))[0], len(steps) - 1], len(steps)
    return steps, places


def before(exercise, question):
    """The code cells that are given before a question's answer."""
    asked = list(exercise.questions.values())
    pieces = [exercise.intro, *(other.before for other in asked[: asked.index(question) + 1])]
    return [source for piece in pieces for kind, source in piece if kind == "code"]


def mark(path, exercise, seed, limits, course, walls=True, hidden=()):
    """One notebook's grade, a dict.

    rows: for each question the fields of its Verdict and a score; notes: what a teacher should know about the file.
    """
    code, notes = reading.submitted(path, exercise)
    steps, places = plan(code, exercise, limits.cell)
    end = time.monotonic() + limits.seconds
    session = Session(steps, limits, lambda: Sandbox(course, limits, end, walls, hidden))
    verdicts = {}
    try:
        for number in sorted(places, key=lambda number: places[number][1]):
            verdicts[number] = verdict(session, exercise.questions[number], seed, *places[number])
            session.close(busy=True)
    finally:
        session.close()
    for number, (positions, _) in places.items():
        if len(positions) > 1:
            notes.append(f"{number}: {len(positions)} cells are marked as its answer; the last that defines it counts.")
    answers = {position for positions, _ in places.values() for position in positions}
    for position, step in enumerate(steps):
        what = ended(session, position)
        if position not in answers and what:
            notes.append(f"{step['name'].capitalize()} {what[1]}")
    missing = Verdict("", "not attempted", "Its cell is missing." if code else "There is nothing to grade.")
    rows = [verdicts.get(number, replace(missing, question=number)) for number in exercise.questions]
    return {"rows": [asdict(v) | {"score": int(v.outcome == "correct")} for v in rows], "notes": notes}


def verdict(session, question, seed, positions, place):
    """The Verdict on a question whose answer's steps are at `positions`, judged when the steps before `place` have run."""
    broken = []

    def call(args, kwargs, seconds):
        if not broken:
            try:
                given = encode((args, kwargs))
                return session.ask(seconds, do="call", names=question.names, given=given, seconds=seconds)
            except Broken as error:
                broken.append(error)
        if broken[0].why == "too long":
            return {"kind": "too long"}
        return {"kind": "raised", "error": "Ended", "text": str(broken[0]), "where": ""}

    try:
        session.to(place)
        missing = session.ask(session.limits.cell, do="missing", names=question.names)
        if missing.get("value") != []:
            nothing = "not attempted", f"does not define {' and '.join(f'`{name}`' for name in question.names)}."
            failed = [what for position in positions if (what := ended(session, position))]
            outcome, did = [nothing, *failed][-1]
            return Verdict(question.id, outcome, f"Its cell {did}")
        found = judge(question, call, seed)
    except Broken as error:
        return Verdict(question.id, "too long" if error.why in ("over", "too long") else "error", str(error))
    except Exception as error:
        text = f"The check itself failed on this answer ({type(error).__name__}). Please look at it yourself."
        return Verdict(question.id, "error", text)
    if broken and broken[0].why != "too long":
        outcome = "too long" if broken[0].why == "over" else "error"
        return replace(found, outcome=outcome, message=str(broken[0]), example=(), mistake=None)
    if found.message.startswith("Fill in"):
        return replace(found, message="Nothing was filled in.")
    return found


def ended(session, position):
    """How a step failed, as (outcome, what it did); None where it did not, or never ran."""
    if position in session.fatal and session.fatal[position].why != "too long":
        broken = session.fatal[position]
        return "too long" if broken.why == "over" else "error", str(broken)[3:]
    seen = session.seen.get(position, {"kind": "too long" if position in session.fatal else "value"})
    if seen["kind"] == "too long":
        return "too long", f"was stopped after {session.limits.cell:g} seconds. Does the loop ever end?"
    if seen["kind"] == "raised":
        where = f" ({seen['where']})" if seen["where"] else ""
        return "error", f"raised {seen['error']}: {seen['text']}{where}."
    return None
