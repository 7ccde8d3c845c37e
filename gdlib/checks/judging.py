"""The verdict on an answer: is it right, and if not, which known mistake is it, or where does it differ?"""

import time
from dataclasses import dataclass
from functools import cache

import numpy as np

from gdlib.checks import bank
from gdlib.checks.comparing import agree, same
from gdlib.checks.naming import DIFFERS, UNUSABLE, example, general, known_error, weight
from gdlib.checks.runner.limits import TooLong, quiet, within
from gdlib.checks.runner.wire import built, shown
from gdlib.checks.verdicts import Verdict

SHORT = 0.5  # seconds for a known mistake: what takes longer does not end


@dataclass
class Case:
    """One input of a question, what was seen there, and what is wrong with it (None when it is right)."""

    question: bank.Question
    seed: int
    position: int
    seen: dict
    wrong: str | None = None

    @property
    def given(self):
        """The arguments, and those with a name."""
        return self.question.inputs(self.seed)[self.position]

    @property
    def expected(self):
        """What was to be seen."""
        return self.question.observed(self.question.solution, self.seed, self.position, 60.0)


def judge(question, call, seed=0):
    """The `Verdict` on an answer to a question (or its id) that is only reached through `call`.

    ``call(args, kwargs, seconds)`` returns an observation as `caller` makes it. It may be
    ``caller(answer)`` in this process, or ask a process that knows nothing of solutions; its time
    counts, so let that process start first. `seed` is that of the random cases; students' checks
    use 0. Nothing is written and nothing is printed.
    """
    if not isinstance(question, bank.Question):
        question = bank.question(question)
    cases = _cases(question, call, seed)
    if not cases:
        return Verdict(question.id, "not attempted", "Fill in the cell above, run it, then run this one again.")
    bad = sorted((case for case in cases if case.wrong), key=lambda case: _weight(question, seed, case.position))
    if not bad:
        praise = f"It is right on all {len(cases)} inputs." if cases[1:] else "That is right."
        return Verdict(question.id, "correct", praise)
    if question.stub and _does(question.stub, cases):
        same_as_given = "It does what the given code does: nothing was changed, or nothing that shows."
        return Verdict(question.id, "not attempted", same_as_given)
    endless = cases[-1].seen["kind"] == "too long"
    worst = cases[-1] if endless else next(filter(known_error, bad), bad[0])
    usable = None if endless else next(filter(_usable, cases), None)
    case, mistake = _known_mistake(question, cases, worst, usable) or (worst, general(worst))
    message = mistake or case.wrong
    outcome = {"raised": "error", "too long": "too long"}.get(case.seen["kind"], "incorrect")
    return Verdict(question.id, outcome, message, mistake, example(case, message))


@cache
def _weight(question, seed, position):
    return weight(question.inputs(seed)[position])


def _cases(question, call, seed):
    """What was seen, up to the case that ends the time. None where nothing was tried."""
    cases, left = [], question.settings["seconds"]
    for position, given in enumerate(question.inputs(seed)):
        began = time.perf_counter()
        seen = call(*given, left) if left > 0 else {"kind": "too long"}
        left -= time.perf_counter() - began
        if seen["kind"] == "not attempted":
            if not cases:
                break
            seen = {"kind": "raised", "error": "NotImplementedError", "text": "", "where": ""}
        case = Case(question, seed, position, seen)
        case.wrong = _wrong(case)
        cases.append(case)
        if seen["kind"] == "too long":
            break
    return cases


def _usable(case):
    return case.wrong and case.seen["kind"] == "value" and not case.wrong.startswith(UNUSABLE)


def _known_mistake(question, cases, worst, usable):
    """The case that shows which mistake of the question's list this is, and its message; None where it is none."""
    for message, source in question.mistakes:
        fits = question.run(source).get("fits")
        if fits is None and _does(source, cases):
            return worst, message
        if fits is not None and usable is not None and _applies(fits, usable):
            return usable, message
    return None


def _wrong(case):
    """None where the observation is right, else what to say about it."""
    question, seen = case.question, case.seen
    if seen["kind"] == "too long":
        stopped = f"It was stopped after {question.settings['seconds']:g} seconds"
        if case.position < 5:  # the time is for all calls together
            return f"{stopped}. Does the loop ever end? Look at its condition."
        well = f"after {case.position} inputs that all went well"
        return f"{stopped}, {well}: is it slow, or is there one where it never ends?"
    if question.judged and seen["kind"] == "value":
        return _judged(case)
    if not question.judged and agree(seen, case.expected, question):
        return None
    if seen["kind"] == "raised":
        return f"It raised {seen['error']}" + (f": {seen['text']}" if seen["text"] else "") + "."
    if seen["kind"] == "changed":
        return (
            f"It changes its argument `{question.parameter(seen['argument'])}`. Whoever calls it keeps using that. "
            "Work on a copy, or write `x = x - ...` in place of `x -= ...`."
        )
    return DIFFERS if any(case.given) else f"It is not {shown(seen['value'])}."


def _judged(case):
    """What the question's judge says of a result: None when it is right."""
    settings = case.question.settings
    try:
        verdict = _ask(settings["judge"], case, settings["seconds"])
    except TooLong:
        return "Judging it took too long: the numbers are too large."
    except Exception as error:  # the learner's value is of another kind than the judge can use
        return f"{UNUSABLE}: {type(error).__name__}: {str(error)[:200]}"
    if verdict is None or (isinstance(verdict, bool | np.bool_) and verdict):
        return None
    return verdict if isinstance(verdict, str) and verdict else "This does not meet the goal yet."


def _applies(fits, case):
    try:
        return bool(_ask(fits, case, SHORT))
    except (Exception, TooLong):
        return False


def _ask(function, case, seconds):
    """What an author's function, `judge` or `fits`, says of a result, in silence. Texts reach it in small letters."""
    value = case.seen["value"]
    values = value if len(case.question.names) > 1 else (value,)
    values = [v.strip().casefold() if isinstance(v, str) else v for v in values]
    with quiet():
        return within(seconds, lambda: function(*values, *built(case.given[0])))


def _does(source, cases):
    """Does a known mistake do on every case what was seen, and with more evidence than that neither ends?"""
    if all(case.seen["kind"] == "too long" for case in cases if case.wrong):
        return False
    # The wrong cases first: most mistakes are ruled out by the first of them.
    return all(_agrees(source, case) for case in sorted(cases, key=lambda case: case.wrong is None))


def _agrees(source, case):
    """The same on one case. Of several values only those count that the mistake has wrong."""
    question, seen = case.question, case.seen
    other = question.observed(source, case.seed, case.position, SHORT)
    if len(question.names) > 1 and seen["kind"] == other["kind"] == "value":
        three = zip(seen["value"], other["value"], case.expected["value"], strict=True)
        seen = seen | {"value": [o if same(o, e) else v for v, o, e in three]}
    return agree(seen, other, question)
