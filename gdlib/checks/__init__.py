"""Exercises that say what went wrong: check, hint, solution.

    check("3.2", my_function)    is it right? if not: which known mistake, or where it differs
    hint("3.2")                  one step further with each call
    solution("3.2")              one way to write it
    progress("3")                what is solved so far

The questions are written in exercises/solutions; docs/teaching/exercises.md says how. `judge` gives the
same verdict on an answer that lives in another process, with other random inputs.

=========  ==========================================================================
bank       the questions, read and run
judging    right or wrong, and which known mistake; `comparing` says what is equal
naming     what to say of a wrong answer that is no mistake of the list
verdicts   what came of a check, and how it looks
records    what is solved, kept beside the notebook
earlier    is an answer older than its cell, which failed?
runner     calls what a learner wrote, here or in the grader's sandbox
=========  ==========================================================================
"""

import os
from dataclasses import replace

from gdlib.checks import earlier
from gdlib.checks.bank import question
from gdlib.checks.judging import judge
from gdlib.checks.records import Progress as progress
from gdlib.checks.records import record
from gdlib.checks.runner.calls import caller
from gdlib.checks.runner.wire import Code, decode, encode, shown
from gdlib.checks.verdicts import OUTCOMES, Verdict, printable
from gdlib.words import say

__all__ = ["check", "hint", "progress", "solution"]
__all__ += ["OUTCOMES", "Code", "Verdict", "caller", "decode", "encode", "judge", "question", "shown"]

earlier.follow()


def check(number, *answer):
    """The `Verdict` on the answer to a question such as "3.2": the function or the value that it asks
    for, or several where it asks for several. It is kept in the exercise's progress file.

    Where nbgrader grades, an answer that is not right raises AssertionError: so nbgrader sees it.
    """
    asked = question(number)
    if len(answer) != len(asked.names):
        needs = say("`check` needs {names}: `{call}`", names=", ".join(asked.names), call=asked.check_cell)
        verdict = Verdict(asked.id, "error", needs)
    else:
        verdict = judge(asked, caller(answer if len(answer) > 1 else answer[0]))
        if earlier.is_old(asked.names, answer):
            verdict = _of_earlier(verdict)
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        assert verdict.outcome == "correct", repr(verdict)
    else:
        record(verdict)
    return verdict


def _of_earlier(verdict):
    """What to say where the cell of the answer has failed, and an earlier answer was judged."""
    if verdict.outcome == "not attempted":
        message = say("The cell above ended in an error: mend that, run it, then run this one again.")
        return replace(verdict, outcome="error", message=message)
    old = say("The cell above ended in an error; this is about your earlier answer.")
    return replace(verdict, message=f"{old} {verdict.message}")


class Text(str):
    """Markdown that a notebook renders and that reads well without one."""

    def __repr__(self):
        return printable(str(self))

    _repr_markdown_ = str.__str__


def hint(number):
    """The next hint to a question; after the last one it stays there."""
    asked = question(number)
    n = asked.hints_shown = min(asked.hints_shown + 1, len(asked.hints))
    if not n:
        return Text(say("There are no hints to {question}.", question=asked.id))
    head = say("**Hint {n} of {all}.**", n=n, all=len(asked.hints))
    last = "\n\n" + say('The next step is `solution("{question}")`.', question=asked.id)
    return Text(f"{head} {asked.hints[n - 1]}{last * (n == len(asked.hints))}")


def solution(number):
    """One way to answer a question. There are others: `check` accepts every right one."""
    return Text(f"```python\n{question(number).solution}\n```")
