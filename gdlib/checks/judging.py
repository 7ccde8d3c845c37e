"""The verdict on an answer: is it right, and if not, which known mistake is it, or where does it differ?"""

from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from gdlib.checks import bank
from gdlib.checks.comparing import agree, same
from gdlib.checks.naming import (
    DIFFERS,
    NOTHING,
    NOTHING_HERE,
    UNUSABLE,
    example,
    general,
    known_error,
    misfit,
    raised,
    weight,
)
from gdlib.checks.runner.calls import statements
from gdlib.checks.runner.limits import TooLong, quiet, within
from gdlib.checks.runner.shapes import watched
from gdlib.checks.runner.wire import built, shown
from gdlib.checks.verdicts import Verdict
from gdlib.words import noted, say

SHORT = 0.5  # seconds for a known mistake: what takes longer does not end
KEEPS = noted(
    "Called twice with the same input, it gave two results. Does it draw random numbers, or does something stay from one "
    "call to the next, such as a list in its first line, `places=[]`?"
)
AS_GIVEN = noted(
    "It is written in another way, and on every input it does what the given code does: the bug is still there."
)


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
    ``caller(answer)`` in this process, or ask a process that knows nothing of solutions. `seed` is
    that of the random cases; students' checks use 0. Nothing is written and nothing is printed.
    """
    question = question if isinstance(question, bank.Question) else bank.question(question)
    cases = _cases(question, call, seed)
    if not cases:
        return Verdict(question.id, "not attempted", say("Fill in the cell above, run it, then run this one again."))
    bad = sorted((case for case in cases if case.wrong), key=lambda case: _weight(question, seed, case.position))
    if not bad:
        praise = say("It is right on all {n} inputs.", n=len(cases)) if cases[1:] else say("That is right.")
        return Verdict(question.id, "correct", praise, share=1.0)
    if question.stub and _does(question.stub, cases):
        if getattr(call, "statements", None) not in (None, statements(question.stub)):
            return Verdict(question.id, "incorrect", say(AS_GIVEN), say(AS_GIVEN))
        same_as_given = say("It does what the given code does: nothing was changed, or nothing that shows.")
        return Verdict(question.id, "not attempted", same_as_given)
    case, mistake = _named(call, cases, bad)
    message = mistake or case.wrong
    outcome = {"raised": "error", "too long": "too long"}.get(case.seen["kind"], "incorrect")
    share = (len(cases) - len(bad)) / len(question.inputs(seed))
    return Verdict(question.id, outcome, message, mistake, example(case, message), share)


@cache
def _weight(question, seed, position):
    return weight(question.inputs(seed)[position])


def _cases(question, call, seed):
    """What was seen, up to the case that ends the time. None where nothing was tried."""
    cases, left = [], question.settings["seconds"]
    for position, given in enumerate(question.inputs(seed)):
        seen = call(*given, left) if left > 0 else {"kind": "too long"}
        left -= seen.get("seconds", 0.0)
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


def _named(call, cases, bad):
    """The case that shows what is wrong, and which mistake it is; None where that has no name."""
    if cases[-1].seen["kind"] == "too long":
        worst = cases[-1]
        if bad[1:]:
            worst.wrong += " " + say("Of the {n} results before, {k} were wrong.", n=worst.position, k=len(bad) - 1)
        return _known_mistake(cases, [], worst) or (worst, None)
    worst = next((case for case in bad if case.seen.get("error") == "TypeError" and known_error(case)), bad[0])
    right = [case for case in cases if case.wrong is None][:1]
    if any(_keeps_something(call, case) for case in (worst, *right)):
        return worst, say(KEEPS)
    # What does on every input what a mistake does is that mistake; then shapes come before a `fits` that holds as well.
    clash, known = None, _known_mistake(cases, bad, worst, exact=not worst.question.asks_for_values)
    if known is None:
        clash = _mismatch(call, bad)
        known = clash if clash and clash[0].seen["error"] == "Outer" else _known_mistake(cases, bad, worst)
    if known or clash:
        return known or clash
    if not known_error(worst):
        plain = (case for case in bad if case.seen["kind"] == "changed" or misfit(case, case.seen))
        worst = next(plain, worst)
    said = general(worst, bad, partial(_mended, bad))
    sometimes = any(case.seen.get("value") is not None for case in cases)
    return worst, say(NOTHING_HERE) if said == say(NOTHING) and sometimes else said


def _known_mistake(cases, bad, worst, exact=False):
    """The case that shows which mistake of the question's list this is, and its message; None where it is none. With
    `exact` only those without a `fits` are tried."""
    for message, source in worst.question.mistakes:
        fits = worst.question.run(source).get("fits")
        case = worst if fits is None and _does(source, cases) else fits and not exact and _fitting(fits, source, bad)
        if case:
            return case, message
    return None


def _fitting(fits, source, bad):
    """The case that shows a mistake with `fits`; None where it is another.

    Where results are compared, `fits` must hold in each case that can tell this mistake from a right answer: it holds
    there for what the mistake's own cell does, and not for what is expected. Where a judge decides, the first result
    counts. The form must be the one that is wanted, as the mistake's own is, or another one, as that is.
    """
    judged, first = bad and bad[0].question.judged, None
    for case in sorted(bad, key=lambda case: case.position) if judged else bad:
        own = case.question.observed(source, case.seed, case.position, SHORT)
        tells = not judged and _applies(fits, case, own) and not _applies(fits, case, case.expected)
        if tells or (judged and case.seen["kind"] == "value" and not case.wrong.startswith(UNUSABLE)):
            forms = [(bool(misfit(case, now)), now.get("value") is None) for now in (case.seen, own)]
            holds = forms[0] == forms[1] and _applies(fits, case, case.seen)
            if judged or not holds:
                return case if holds else None
            first = first or case
    return first


def _keeps_something(call, case):
    """Does another call with the same input give another result?"""
    seen, question = case.seen, case.question
    if seen["kind"] != "value" or not any(case.given):
        return False
    again = call(*case.given, question.settings["seconds"])
    return again["kind"] == "value" and agree(seen, seen, question) and not agree(again, seen, question)


def _mismatch(call, bad):
    """The smallest input with which shapes meet that do not go together, and what to say of them; or None.

    Of nine inputs, small and large, none may end in another error: then that is the reason, and not the shapes.
    """
    some = bad[:: 1 + len(bad) // 9]
    seen = [call(watched(case.given[0]), case.given[1], SHORT) for case in some]
    failed = [(case, now) for case, now in zip(some, seen, strict=True) if now["kind"] == "raised"]
    if {now["error"] for _, now in failed} not in ({"Outer"}, {"NoProduct"}):
        return None
    case, now = failed[0]
    return replace(case, seen=case.seen | {"where": now["where"], "error": now["error"]}), now["text"]


def _mended(bad, change):
    """Would all results be right, if this were done to them?"""
    try:
        mended = [replace(case, seen=case.seen | {"value": change(case.seen["value"])}) for case in bad]
        return all(_wrong(case) is None for case in mended)
    except Exception:  # it can't be done to one of them
        return False


def _wrong(case):
    """None where the observation is right, else what to say about it."""
    question, seen = case.question, case.seen
    if seen["kind"] == "too long":
        seconds, n = question.settings["seconds"], case.position + 1
        if n <= 5:  # the time is for all calls together
            return say(
                "It was stopped after {seconds:g} seconds: is there a loop that never ends, or is so much tried that it "
                "takes long?",
                seconds=seconds,
            )
        return say(
            "It was stopped after {seconds:g} seconds, with input {n}: is it slow, or is this one where it never ends?",
            seconds=seconds,
            n=n,
        )
    if question.judged and seen["kind"] == "value":
        return _judged(case)
    if not question.judged and agree(seen, case.expected, question):
        return None
    if seen.get("text") == "T must be 1 or more, got 0":  # the answer hands over to gdlib, and the tasks allow that
        return None
    if seen["kind"] == "raised":
        return say("It raised {error}.", error=raised(seen))
    if seen["kind"] == "changed":
        return say(
            "It changes its argument `{name}`. Whoever calls it keeps using that. "
            "Work on a copy, or write `x = x - ...` in place of `x -= ...`.",
            name=question.parameter(seen["argument"]),
        )
    return say(DIFFERS) if any(case.given) else say("It is not {value}.", value=shown(seen["value"]))


def _judged(case):
    """What the question's judge says of a result: None when it is right."""
    settings = case.question.settings
    try:
        verdict = _ask(settings["judge"], case, case.seen["value"], settings["seconds"])
    except TooLong:
        return say("Judging it took too long: the numbers are too large.")
    except Exception as error:  # the learner's value is of another kind than the judge can use
        return f"{UNUSABLE}: {type(error).__name__}: {str(error)[:200]}"
    if verdict is None or (isinstance(verdict, bool | np.bool_) and verdict):
        return None
    return verdict if isinstance(verdict, str) and verdict else say("This does not meet the goal yet.")


def _applies(fits, case, seen):
    """Does `fits` hold for what was seen, a result?"""
    try:
        return bool(_ask(fits, case, seen["value"], SHORT))
    except (Exception, TooLong):
        return False


def _ask(function, case, value, seconds):
    """What an author's function, `judge` or `fits`, says of a result, in silence. Texts reach it in small letters."""
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
