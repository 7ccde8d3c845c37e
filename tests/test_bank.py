"""Every question of every exercise: the solution and the other right answers pass, the stub is "not attempted", each
known mistake is named as itself, and every mutant of the solution is caught or excused with a reason. All of it with
other random inputs too. test_checks.py has the engine.
"""

import numpy as np
import pytest

from gdlib.checks import bank, caller, decode, encode, judge
from gdlib.checks.judging import SHORT
from gdlib.checks.runner.wire import built
from lecture_rules import one_sentence_a_line
from mutants import caught, mutants

EXERCISES = [bank.Exercise(path) for path in bank.sources()]
QUESTIONS = [question for exercise in EXERCISES for question in exercise.questions.values()]
each = pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.path.stem)
OTHER_SEEDS = (1, 2, 12345)


def seeds(turn):
    """The seed of the students' checks, and one of the others in turn: hundreds of answers see each of them."""
    return 0, OTHER_SEEDS[turn % len(OTHER_SEEDS)]


def verdict(question, source, seed=0):
    """The verdict on a student who wrote `source`."""
    return judge(question, caller(question.answer(source)), seed)


@each
def test_the_solution_passes_and_the_stub_is_not_attempted(question):
    for seed in seeds(QUESTIONS.index(question)):
        inputs = [arg for args, _ in question.inputs(seed) for arg in args]
        assert not any(isinstance(arg, np.generic) for arg in inputs)  # Python's numbers, as in a sandbox
        assert verdict(question, question.solution, seed).outcome == "correct", verdict(question, question.solution)
        assert verdict(question, question.stub_cell, seed).outcome == "not attempted"


@each
def test_other_right_answers_pass(question):
    assert len(question.rights) >= 3
    for turn, source in enumerate(question.rights):
        for seed in seeds(turn):
            found = verdict(question, source, seed)
            assert found.outcome == "correct", f"{source}\n\n{found}"


@each
def test_each_known_mistake_is_named(question):
    assert len({message for message, _ in question.mistakes}) == len(question.mistakes) >= 4
    for turn, (message, source) in enumerate(question.mistakes):
        for seed in seeds(turn)[: 2 if turn % 4 == 0 else 1]:  # every fourth with other random inputs, too
            found = judge(question, done_once(question, source, seed), seed)
            assert found.mistake == message, f"{source}\n\n{found}"
            assert found.outcome in ("incorrect", "error", "too long")


def done_once(question, source, seed):
    """The `caller` of a known mistake. Its first call of each case is the one that the judge compares with, and need not
    be done twice; but for one that does not end, which must not end later, either. A second call is a new one."""
    cases, made, call = question.inputs(seed), set(), caller(question.answer(source))

    def once(args, kwargs, seconds):
        position = next((n for n, given in enumerate(cases) if given[0] is args and given[1] is kwargs), None)
        if position is None or position in made:
            return call(args, kwargs, seconds)
        made.add(position)
        seen = question.observed(source, seed, position, SHORT)
        return seen if seen["kind"] != "too long" else call(args, kwargs, 2 * SHORT)

    return once


@each
def test_a_mistake_with_fits_is_told_from_right_answers(question):
    """It holds for what its own cell does on some case, and there for no right answer."""
    for message, source in question.mistakes:
        fits = question.run(source).get("fits")
        if fits is None or question.judged:  # a judge's are only asked about what the judge refuses
            continue
        told = 0
        for position, (arguments, _) in enumerate(question.inputs(0)):

            def holds(answer, arguments=arguments, position=position, fits=fits):
                seen = question.observed(answer, 0, position, SHORT)
                if seen["kind"] != "value":  # it hands T = 0 over to gdlib
                    return False
                values = seen["value"] if question.names[1:] else [seen["value"]]
                values = [v.strip().casefold() if isinstance(v, str) else v for v in values]
                try:
                    return bool(fits(*values, *built(arguments)))
                except Exception:
                    return False

            if question.observed(source, 0, position, SHORT)["kind"] == "value" and not holds(question.solution):
                told += holds(source)
                assert not any(map(holds, question.rights)), (message, position)
        assert told, message


@each
def test_mutants_of_the_solution_are_caught(question, monkeypatch):
    own = [question.observed(question.solution, 0, n, 60.0).get("seconds", 0) for n in range(len(question.inputs(0)))]
    assert verdict(question, question.solution).outcome == "correct"
    # A mutant that does not end is caught soon, and none because the solution is slow itself.
    monkeypatch.setitem(question.settings, "seconds", 0.2 + 5 * sum(own))
    found = list(mutants(question.solution))
    alive = [line for line, source in found if not caught(question, source)]
    excused = question.settings["equivalent"]
    assert set(alive) == set(excused), "a mutant that survives is in `equivalent` with its reason, and no other is"
    assert all(len(reason) > 10 for reason in excused.values())
    assert len(found) >= 2


@each
def test_there_are_hints_and_enough_inputs(question):
    assert len(question.hints) >= 2
    assert "**Hint.**" not in " ".join(source for _, source in question.before + question.after)
    if not question.asks_for_values and question.settings["judge"] is None:
        assert 50 <= len(question.inputs(0)) <= 200
    for args, kwargs in question.inputs(0):
        assert encode(decode(encode((args, kwargs)), code=True)) == encode((args, kwargs))


@each_exercise
def test_an_exercise_has_five_to_eight_questions_in_order_and_an_optional_one_four(exercise):
    assert [key.partition(".")[2] for key in exercise.questions] == [str(n + 1) for n in range(len(exercise.questions))]
    assert len(exercise.questions) in ([4] if exercise.number == "7" else range(5, 9))
    assert list(one_sentence_a_line(exercise.path.read_text("utf-8"))) == []
