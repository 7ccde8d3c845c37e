"""Calling what a learner wrote: with copies of the arguments, silent, within a time, and never raising.

``caller(answer)`` gives a function ``call(args, kwargs, seconds)`` that returns an observation, plain data
that `encode` can send from one process to another:

    {"kind": "value", "value": ...}              what came back, as `plain` makes it
    {"kind": "raised", "error": "ValueError", "text": ..., "where": "line 3: x = 1 / 0"}
    {"kind": "changed", "argument": 1}           it changed its argument number 1, counted from 0
    {"kind": "too long"}
    {"kind": "not attempted"}                    it raised NotImplementedError, or was left as `...`
"""

import contextlib
import ctypes
import io
import linecache
import os
import signal
import sys
import sysconfig
import threading
import time
import warnings

import numpy as np

from gdlib.checks.wire import built, plain

HERE = os.path.dirname(__file__)
_TICK = 0.05
_NOT_THEIRS = (
    os.path.dirname(HERE) + os.sep,
    *{sysconfig.get_path(p) for p in ("stdlib", "purelib")},
    *("<case>", "<frozen", "<__array", "<lambdify"),
)


class TooLong(BaseException):
    """Raised in the learner's code when its time is over. No Exception: ``except Exception`` must not stop it."""


def caller(answer):
    """The function that the judge calls instead of `answer`; see the module's text.

    Parameters
    ----------
    answer : a function, or the value (for several values, their tuple) of a question that asks for one
        A SymPy expression, or a list of them, is evaluated at the keyword arguments.

    Examples
    --------
    >>> caller(lambda x: 2 * x)((21,), {}, 1.0)
    {'kind': 'value', 'value': 42}
    """

    def call(args, kwargs, seconds):
        if any(v is None or v is ... for v in (answer if isinstance(answer, tuple) else [answer])):
            return {"kind": "not attempted"}
        if args and not callable(answer):
            text = "check needs the function itself: its name, without brackets after it"
            if hasattr(answer, "free_symbols"):
                text = (
                    "this is a SymPy formula, not a function of a number: `sp.lambdify(x, formula)` turns it into one"
                )
            return {"kind": "raised", "error": "TypeError", "text": text, "where": ""}
        given = built(args), built(kwargs)
        try:
            with _quiet():
                value = within(seconds, answer if args else _at, given if args else ((answer,), given[1]))
                value = within(seconds, plain, ((value,), {}))
        except TooLong:
            return {"kind": "too long"}
        except NotImplementedError:
            return {"kind": "not attempted"}
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: a learner's code must not end the kernel
            return {"kind": "raised", "error": type(error).__name__, "text": _text(error), "where": _where(error)}
        for position, (before, after) in enumerate(zip(args, given[0], strict=True)):
            if not _unchanged(before, after):
                return {"kind": "changed", "argument": position}
        return {"kind": "value", "value": value}

    return call


def _at(value, /, **names):
    """A value; where it is, or holds, a SymPy expression or a function: at the point that `names` gives."""
    if not names:
        return value
    if isinstance(value, list | tuple):
        return [_at(v, **names) for v in value]
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


class _Nowhere(io.TextIOBase):
    """Where a learner's prints go while they are checked: sixty calls would print sixty times."""

    def write(self, text):
        return len(text)


@contextlib.contextmanager
def _quiet():
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(_Nowhere()):
        warnings.simplefilter("ignore")
        yield


def within(seconds, work, given):
    """``work(*given[0], **given[1])``, or TooLong after that many seconds.

    By an alarm in the main thread where the system has one, else in a thread of its own; inside a browser, which has
    neither, by a look at the clock. One long call into compiled code, such as ``10 ** 10 ** 9``, breaks off in none.
    """
    if sys.platform == "emscripten":
        return _by_looks(seconds, work, given)
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _by_alarm(seconds, work, given)
    return _by_thread(seconds, work, given)


def _by_alarm(seconds, work, given):
    def theirs(frame):
        return os.path.dirname(frame.f_code.co_filename) != HERE  # not this file's own lines on the way out

    def ring(number, frame):
        if frame is None or not theirs(frame):
            return
        # It rings again, and again, for an `except:` in the learner's loop may catch it. So the next line that
        # runs, in that `except:`, raises once more, and is outside of its `try`.
        while frame is not None and theirs(frame):
            frame.f_trace = trace
            frame = frame.f_back
        sys.settrace(trace)
        raise TooLong

    def trace(frame, event, argument):
        if event in ("line", "call") and theirs(frame):
            raise TooLong
        return trace

    previous, tracing = signal.signal(signal.SIGALRM, ring), sys.gettrace()
    try:
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3), _TICK)
        return work(*given[0], **given[1])
    finally:
        sys.settrace(tracing)  # first, or the next call below would raise
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _by_thread(seconds, work, given):
    box = {}

    def target():
        with np.errstate(all="ignore"):  # a setting of the thread
            try:
                box["value"] = work(*given[0], **given[1])
            except BaseException as error:
                box["error"] = error

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        end = time.monotonic() + 1
        while thread.is_alive() and time.monotonic() < end:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(TooLong))
            thread.join(_TICK)
        raise TooLong
    if "error" in box:
        raise box["error"]
    return box["value"]


def _by_looks(seconds, work, given):
    def look(code, *_):
        if time.monotonic() > end and os.path.dirname(code.co_filename) != HERE:
            raise TooLong

    watch, end = sys.monitoring, time.monotonic() + seconds  # Python 3.12; a browser has a newer one
    watch.use_tool_id(watch.PROFILER_ID, "gdlib")
    try:
        for event in (watch.events.JUMP, watch.events.PY_START):  # whatever does not end goes back, or calls
            watch.register_callback(watch.PROFILER_ID, event, look)
        watch.set_events(watch.PROFILER_ID, watch.events.JUMP | watch.events.PY_START)
        return work(*given[0], **given[1])
    finally:
        watch.set_events(watch.PROFILER_ID, 0)
        watch.free_tool_id(watch.PROFILER_ID)


def _text(error):
    try:
        return str(error)[:300]
    except Exception:
        return ""


def _where(error):
    """The last line of the learner's own code that the error went through: 'line 3: x = 1 / 0'; '' if none."""
    found, trace = "", error.__traceback__
    while trace is not None:
        name, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        if not name.startswith(_NOT_THEIRS):
            text = linecache.getline(name, line).strip()
            folder, file = os.path.split(name)
            cell = name.startswith("<") or os.path.basename(folder).startswith("ipykernel_")
            found = ("" if cell else f"{file}, ") + f"line {line}" + (f": {text[:90]}" if text else "")
        trace = trace.tb_next
    return found
