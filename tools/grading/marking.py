"""One notebook, graded: its cells run in the sandbox, from the top; what they define is judged here."""

import json
import time
from dataclasses import asdict, replace

from gdlib.checks import Verdict, bank, encode, judge
from gdlib.words import noted, say, spoken
from grading import reading
from grading.sandbox import Broken, Fault, Sandbox

GIVEN = "a given cell"
ENDED = ("ended", "meddled", "memory")  # what a thread or a child that another cell has left running can do as well
RAISED = noted("{it} raised {error}.")
TRIES = 3  # to start a sandbox, on a machine that may be short of something for a moment
RESTARTS = 60
NOTES = 40
FAILED = noted("The check itself failed on this answer ({error}). Please look at it yourself.")


class Session:
    """A notebook as steps, run one by one in a sandbox. A new one takes its place when it is gone.

    A step that ended the process is left out from then on: `out`. What came of each is in `seen`.
    own: the positions of cells that are no question's answer. failed: {question: what to say of a check that failed}.
    """

    def __init__(self, steps, limits, start, own=()):
        self.steps, self.limits, self.start, self.own = steps, limits, start, {*own}
        self.box, self.done, self.seen, self.out, self.over = None, 0, {}, {}, None
        self.failed = {}
        self.left, self.restarts = set(), 0  # own cells that have left something running

    def to(self, position):
        """Run the steps before `position` that have not run; where one ends the process, find out which, and go on.

        Raises Broken if the time for the notebook is over, Fault if no sandbox starts.
        """
        while self.box is None or self.done < position:
            try:
                self.steps_to(position)
            except Broken as broken:
                if self.over is not None:
                    raise
                at = self.done
                if not self.blamed(at, broken, lambda at=at: self.reaches(at + 1)):
                    self.out[at] = broken

    def reaches(self, position):
        """Do the steps before a position run without an end of the process?"""
        try:
            self.steps_to(position)
        except Broken as broken:
            if self.over is not None:
                raise
            return broken.why not in ENDED
        return True

    def steps_to(self, position):
        """`to`, of which Broken comes out at once."""
        if self.over is not None:
            raise self.over
        if self.box is None:
            self.begin()
        while self.done < position:
            if self.done not in self.out:
                self.seen[self.done] = self.ask(self.limits.cell, **self.steps[self.done])
                if self.done in self.own:
                    before, self.now = self.now, self.running()
                    self.left |= {self.done} if self.now > before else set()
            self.done += 1

    def begin(self):
        """A sandbox in which nothing of the student's has run. Raises Fault where there is none to be had."""
        self.restarts += 1
        for attempt in range(TRIES):
            try:
                self.box, self.done = self.start(), 0
                self.now = self.running()  # Python has started
                self.threads = self.box.threads
                return
            except (Broken, Fault, OSError) as error:
                if self.over is not None and self.restarts > 1:
                    raise
                reason, self.over = error, None
                time.sleep(0.2 * attempt)
        raise Fault(noted("no sandbox starts ({reason})", reason=str(reason)))

    def running(self):
        """How many threads, processes and timers there are inside."""
        return self.ask(20.0, do="running").get("value") or 0

    def blamed(self, at, broken, works):
        """Is it an own cell before `at` that ended the process there? Then that one is left out from now on.

        works: what is tried without a cell that is suspected: those first that have left something running.
        """
        before = sorted(position for position in self.own if position < at)
        if broken.why not in ENDED or not before or self.restarts > RESTARTS:
            return False
        for position in sorted(self.left & {*before} - {*self.out}, reverse=True):
            if self.without([position], broken, works):
                return True
        if at in self.own or not self.without(before, broken, works):
            return False
        while before[1:]:  # not one of them left anything: which half is it?
            half = before[: len(before) // 2]
            before = half if self.without(half, broken, works) else before[len(half) :]
        return self.without(before, broken, works)

    def without(self, positions, broken, works):
        """Does it work where these cells are left out, of all own ones? If so they stay out."""
        self.close()
        kept, self.out = (
            self.out,
            {at: why for at, why in self.out.items() if at not in self.own or why.why not in ENDED},
        )
        self.out |= dict.fromkeys(positions, broken)
        if works():
            return True
        self.close()
        self.out = kept
        return False

    def ask(self, patience, /, **request):
        """`Sandbox.ask`; no sandbox is left when it raises."""
        try:
            return self.box.ask(patience, **request)
        except BaseException as error:
            self.box = None
            self.over = error if isinstance(error, Broken) and error.why == "over" else None
            raise

    def close(self, busy=False):
        """End the sandbox; busy: only where something is at work in it, which would slow the next question down."""
        if self.box is not None and (not busy or (self.box.threads > self.threads and self.box.busy())):
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

    questions = {reading.mark_of(key): question for key, question in exercise.questions.items()}
    checks = {reading.mark_of(key, "check"): key for key in exercise.questions}
    last = {cell["mark"]: n for n, cell in enumerate(code)}
    for n, cell in enumerate(code):
        if cell["mark"] in checks:
            number = checks[cell["mark"]]
            if number in places and n > last[reading.mark_of(number)] and n == last[cell["mark"]]:
                places[number] = places[number][0], len(steps)
            continue
        question = questions.get(cell["mark"])
        if question is not None and question.id not in places:
            for source in before(exercise, question):
                if source not in ran:
                    run(source, GIVEN)
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


def mark_in(given, number, **options):
    """`mark`, of (path, language), in that language."""
    path, name = given
    with spoken(name):
        return mark(path, bank.exercise(number), **options)


def mark(path, exercise, seed, limits, course, walls=True, hidden=()):
    """One notebook's grade, a dict.

    rows: for each question the fields of its Verdict and a score, in the language that is spoken; notes: what a teacher
    should know about the file, each as `reading.stored` gives it.
    Raises Fault, OSError or MemoryError where the machine failed: then there is no grade.
    """
    code, notes = reading.submitted(path, exercise)
    steps, places = plan(code, exercise, limits.cell)
    end = time.monotonic() + limits.seconds
    answers = {position for positions, _ in places.values() for position in positions}
    own = {at for at, step in enumerate(steps) if step.get("name", GIVEN) != GIVEN} - answers
    session = Session(steps, limits, lambda: Sandbox(course, limits, end, walls, hidden), own)
    verdicts = {}
    try:
        for number in sorted(places, key=lambda number: places[number][1]):
            verdicts[number] = verdict(session, exercise.questions[number], seed, *places[number])
            session.close(busy=True)
    finally:
        session.close()
    for number, (positions, _) in places.items():
        if len(positions) > 1:
            text = noted("{question}: {n} cells are marked as its answer; the last that defines it counts.")
            notes.append(noted(text, question=number, n=len(positions)))
    for position in sorted(own):
        cell = noted("Cell {n}", n=steps[position]["name"].removeprefix("cell "))
        notes += [what for _, what in ended(session, position, cell)]
    notes += [noted("{question}: {what}", question=number, what=what) for number, what in session.failed.items()]
    notes[NOTES:] = [noted("… and {n} notes more.", n=len(notes) - NOTES)] * (len(notes) > NOTES)
    missing = Verdict("", "not attempted", say("Its cell is missing.") if code else say("There is nothing to grade."))
    rows = [verdicts.get(number, replace(missing, question=number)) for number in exercise.questions]
    found = {"rows": [asdict(v) | {"score": int(v.outcome == "correct")} for v in rows]}
    found["notes"] = [reading.stored(note) for note in notes if note]
    return json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))  # half a character is none


def verdict(session, question, seed, positions, place):
    """The Verdict on a question whose answer's steps are at `positions`, judged when the steps before `place` have run."""
    try:
        found, broken = attempt(session, question, seed, positions, place)
        if broken is not None:
            kept = []

            def works():
                kept[:] = attempt(session, question, seed, positions, place)
                return kept[1] is None

            found, broken = kept if session.blamed(place, broken, works) else (found, broken)
    except Broken as error:
        return Verdict(question.id, "too long" if error.why in ("over", "too long") else "error", str(error))
    except (Fault, OSError, MemoryError):
        raise
    except Exception as error:
        session.failed[question.id] = noted(FAILED, error=type(error).__name__)
        return Verdict(question.id, "error", say(session.failed[question.id]))
    if broken is not None and (found is None or broken.why != "too long"):
        return Verdict(question.id, "too long" if broken.why in ("over", "too long") else "error", str(broken))
    return found


def attempt(session, question, seed, positions, place):
    """The Verdict, and the Broken that came while it was made, or None."""
    broken, kinds = [], []  # why there is no process any more; what came of each call

    def call(args, kwargs, seconds):
        if not broken:
            try:
                given = encode((args, kwargs))
                seen = session.ask(seconds, do="call", names=question.names, given=given, seconds=seconds)
                kinds.append(seen["kind"])
                return seen
            except Broken as error:
                broken.append(error)
        if broken[0].why == "too long":
            return {"kind": "too long"}
        return {"kind": "raised", "error": "Ended", "text": str(broken[0]), "where": ""}

    session.to(place)
    try:
        missing = session.ask(session.limits.cell, do="missing", names=question.names)
    except Broken as error:
        return None, error
    if missing.get("value") == []:
        found = judge(question, call, seed)
        if found.outcome == "not attempted" and kinds[:1] == ["not attempted"]:
            found = replace(found, message=say("Nothing was filled in."))
        return found, next(iter(broken), None)
    names = ", ".join(f"`{name}`" for name in question.names)
    nothing = "not attempted", noted("Its cell does not define {names}.", names=names)
    failed = [what for position in positions for what in ended(session, position, noted("Its cell"))]
    outcome, did = [nothing, *failed][-1]
    return Verdict(question.id, outcome, say(did)), None


def ended(session, position, cell):
    """How a step failed, as [(outcome, what `cell` did, a note)]; [] where it did not, or never ran."""
    broken = session.out.get(position)
    if broken is not None and broken.why != "too long":
        return [("too long" if broken.why == "over" else "error", broken.of(cell))]
    seen = session.seen.get(position, {"kind": "value"}) if broken is None else {"kind": "too long"}
    if seen["kind"] == "too long":
        text = noted("{it} was stopped after {seconds:g} seconds. Does the loop ever end?")
        return [("too long", noted(text, it=cell, seconds=session.limits.cell))]
    if seen["kind"] == "raised":
        where = f" ({seen['where']})" if seen["where"] else ""
        return [("error", noted(RAISED, it=cell, error=f"{seen['error']}: {seen['text']}{where}"))]
    return []
