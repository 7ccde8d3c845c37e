"""One call of what a learner wrote: with copies of the arguments, silent, within a time, and never raising.

``caller(answer)`` gives a function ``call(args, kwargs, seconds)`` that returns an observation, plain data
that `encode` can send from one process to another; one that was called also holds the "seconds" that it took:

    {"kind": "value", "value": ...}              what came back, as `plain` makes it
    {"kind": "raised", "error": "ValueError", "text": ..., "where": "line 3: x = 1 / 0"}
    {"kind": "changed", "argument": 1}           it changed its argument number 1, counted from 0
    {"kind": "too long"}
    {"kind": "not attempted"}                    there is nothing but `raise NotImplementedError`, or `...`
"""

import ast
import inspect
import linecache
import os
import sysconfig
import textwrap
import traceback
from pathlib import Path

import numpy as np

from gdlib.checks.runner.limits import TooLong, quiet, tried
from gdlib.checks.runner.wire import built, plain
from gdlib.words import say

_NOT_THEIRS = (
    str(Path(__file__).parents[2]) + os.sep,  # gdlib
    *{sysconfig.get_path(p) for p in ("stdlib", "purelib", "platlib")},
    str(Path(np.__file__).parent),
    *("<case>", "<frozen", "<__array", "<lambdify"),
)


def caller(answer):
    """The function that the judge calls instead of `answer`; see the module's text.

    An answer is a function, or the value of a question that asks for one (for several values, their
    tuple). A SymPy expression, or a list of them, is evaluated at the keyword arguments.

    >>> caller(lambda x: 2 * x)((21,), {}, 1.0)["value"]
    42
    """

    def call(args, kwargs, seconds):
        parts = answer if isinstance(answer, tuple) else [answer]
        if any(v is ... for v in parts) or (args and answer is None):
            return {"kind": "not attempted"}
        if args and not callable(answer):
            return raised(TypeError(_no_function(answer)))
        given, names = built((args, kwargs))
        with quiet():
            work = lambda: plain(answer(*given, **names)) if args else _values(answer, names)  # noqa: E731
            value, error, took = tried(seconds, work)
        pairs = enumerate(zip(args, given, strict=True))
        changed = [n for n, (before, after) in pairs if not _unchanged(before, after)]
        if error is not None:
            seen = _failed(answer, error)
        elif changed:
            seen = {"kind": "changed", "argument": changed[0]}
        else:
            seen = {"kind": "value", "value": value}
        return seen | {"seconds": took}

    call.statements = statements(answer)
    return call


def _failed(answer, error):
    """What came of a call that raised an error."""
    if isinstance(error, KeyboardInterrupt):
        raise error
    if isinstance(error, TooLong):
        return {"kind": "too long"}
    if isinstance(error, NotImplementedError) and len(statements(answer) or ()) < 2:
        return {"kind": "not attempted"}
    return raised(error)  # SystemExit too: a learner's code must not end the kernel


def statements(function):
    """What a function, or the text of one, does: its statements without texts and calls alone; None where the source
    is not known."""
    try:
        source = function if isinstance(function, str) else textwrap.dedent(inspect.getsource(function))
        return [ast.dump(node) for node in ast.parse(source).body[0].body if not isinstance(node, ast.Expr)]
    except Exception:
        return None


def _no_function(answer):
    if hasattr(answer, "free_symbols"):
        return say("this is a SymPy formula, not a function of a number: `sp.lambdify(x, formula)` turns it into one")
    return say("check needs the function itself: its name, without brackets after it")


def _values(answer, names):
    """The plain value, or of several values each: one that is none spoils no other."""
    values = _at(answer, names)
    return [*map(plain, values)] if isinstance(answer, tuple) else plain(values)


def _at(value, names):
    """A value; where it is, or holds, a SymPy expression or a function: at the point that `names` gives."""
    if not names:
        return value
    if isinstance(value, list | tuple):
        return [_at(v, names) for v in value]
    if hasattr(value, "free_symbols"):
        return value.subs({s: names[s.name] for s in value.free_symbols if s.name in names})
    return value(*names.values()) if callable(value) else value


def _unchanged(before, after):
    if isinstance(before, np.ndarray):
        same = isinstance(after, np.ndarray) and before.shape == after.shape
        return same and np.array_equal(before, after, equal_nan=before.dtype.kind in "fc")
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_unchanged, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_unchanged(before[k], after[k]) for k in before)
    return True  # numbers and strings can't change, and a Code is made anew for each call


def raised(error):
    """An exception as an observation."""
    try:
        text = str(error)[:300]
    except Exception:
        text = ""
    return {"kind": "raised", "error": type(error).__name__, "text": text, "where": _where(error)}


def _where(error):
    """The last line of the learner's own code that the error went through: 'line 3: x = 1 / 0'; '' if none."""
    frames = traceback.walk_tb(error.__traceback__)
    places = [(frame.f_code.co_filename, line) for frame, line in frames]
    real = [place for place in places if place[0].startswith("<") or os.path.isabs(place[0])]  # not compiled code's
    theirs = [place for place in real if not place[0].startswith(_NOT_THEIRS)]
    if not theirs:
        return ""
    name, line = theirs[-1]
    text = linecache.getline(name, line).strip()
    folder, file = os.path.split(name)
    cell = name.startswith("<") or os.path.basename(folder).startswith("ipykernel_")
    return ("" if cell else f"{file}, ") + say("line {n}", n=line) + (f": {text[:90]}" if text else "")
