"""Silence, and an end after some seconds, for what a learner wrote."""

import contextlib
import contextvars
import ctypes
import io
import os
import queue
import sys
import threading
import time
import warnings
from functools import partial

import numpy as np

_HERE = os.path.dirname(__file__)
AGAIN = 0.05  # seconds until an end that was caught is asked for once more
PATIENCE = 1.0  # seconds until a thread that does not end is left alone
BROWSER = sys.platform == "emscripten"
WAITING = 1 if BROWSER else 10  # so many seconds on the clock count as one, whatever was done in them

_idle = []  # helpers that wait for work


class TooLong(BaseException):
    """Raised in the learner's code when its time is over. No Exception: ``except Exception`` must not stop it."""


class _Thrown(TooLong):
    """The same, thrown into a thread. An ``except:`` in the learner's loop may catch it.

    Python makes it in that thread; from then on each further line of the learner's raises once more, the first of
    them in that ``except:`` and so outside of its ``try``.
    """

    def __init__(self):
        frame = sys._getframe()
        while frame is not None:
            if _theirs(frame.f_code):
                frame.f_trace = _raise_again
            frame = frame.f_back
        sys.settrace(_raise_again)


def _raise_again(frame, event, argument):
    if event in ("line", "call") and _theirs(frame.f_code):
        raise TooLong
    return _raise_again


def _theirs(code):
    """Not this folder's own lines, on the way out."""
    return os.path.dirname(code.co_filename) != _HERE


class _Nowhere(io.TextIOBase):
    """Where a learner's prints go while they are checked: sixty calls would print sixty times."""

    def write(self, text):
        return len(text)


@contextlib.contextmanager
def quiet():
    """No warning and nothing printed."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(_Nowhere()):
        warnings.simplefilter("ignore")
        yield


def within(seconds, work):
    """``work()``, or TooLong after that many seconds; see `tried`."""
    value, error, _ = tried(seconds, work)
    if error is not None:
        raise error
    return value


def tried(seconds, work):
    """(what `work` returns, what it raises, how many seconds it took); what it raises is TooLong after that many.

    It is the processor's time that counts, so that a busy machine stops nobody; a sleep counts as a tenth. It runs
    in a thread of its own, into which TooLong is thrown until it has ended, `except:` or not. One long call into
    compiled code (a NumPy function, a sleep) can't be broken off: after a second more it is left alone, to end there
    by itself. Where such a call holds the interpreter, as ``10 ** 10 ** 9`` does, nothing in this process helps; the
    grader ends the process. A browser has no threads: there each jump back and each call of a function looks at the
    clock, and a long call into compiled code is waited for.
    """
    if BROWSER:
        return _timed(partial(_by_looks, seconds, work))
    helper = _idle.pop() if _idle else _Helper()
    if not helper.is_alive():  # this process is a fork of the one that started it
        helper = _Helper()
    try:
        found = helper.do(work, seconds)
    except BaseException as error:  # too long; or the button that stops a cell was pressed
        helper.stop()
        if not isinstance(error, TooLong):
            raise
        return None, error, float(seconds)
    _idle.append(helper)
    return found


def _timed(work):
    """What `tried` returns, once it has ended by itself."""
    took, value, error = _watch(getattr(time, "thread_time", time.monotonic)), None, None
    try:
        value = work()
    except BaseException as raised:
        error = raised
    return value, error, took()


def _watch(processor):
    """A function that says how many seconds have passed, by a clock of the processor's time and by that on the wall."""
    began, on_the_wall = processor(), time.monotonic()
    return lambda: max(processor() - began, (time.monotonic() - on_the_wall) / WAITING)


class _Helper(threading.Thread):
    """A thread that does one piece of work after another: to start one each time would take four times as long."""

    def __init__(self):
        super().__init__(daemon=True)
        self.tasks, self.results = queue.SimpleQueue(), queue.SimpleQueue()
        self.start()
        self.processor = time.process_time  # of all threads, where the system tells no more: macOS, Windows
        if hasattr(time, "pthread_getcpuclockid"):
            self.processor = partial(time.clock_gettime, time.pthread_getcpuclockid(self.ident))

    def run(self):
        process = os.getpid()
        try:
            while (work := self.tasks.get()) is not None:
                found = _timed(work)
                if os.getpid() != process:  # a fork of the learner's has come back: nobody waits for it
                    os._exit(0)
                self.results.put(found)
        except TooLong:  # once more, when the work had ended
            pass
        finally:
            sys.settrace(None)

    def do(self, work, seconds):
        """What `_timed` returns; or TooLong."""
        took = _watch(self.processor)
        self.tasks.put(partial(contextvars.copy_context().run, work))
        while (left := seconds - took()) > 0:
            with contextlib.suppress(queue.Empty):
                return self.results.get(timeout=min(left, AGAIN))  # Windows looks for the button only in between
        raise TooLong

    def stop(self):
        self.tasks.put(None)
        end = time.monotonic() + PATIENCE
        while self.is_alive() and time.monotonic() < end:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(_Thrown))
            self.join(AGAIN)


def _by_looks(seconds, work):
    def look(code, *_):
        if time.monotonic() > end and _theirs(code):
            raise TooLong

    watch, end = sys.monitoring, time.monotonic() + seconds  # Python 3.12; a browser has a newer one
    watch.use_tool_id(watch.PROFILER_ID, "gdlib")
    try:
        for event in (watch.events.JUMP, watch.events.PY_START):  # whatever does not end goes back, or calls
            watch.register_callback(watch.PROFILER_ID, event, look)
        watch.set_events(watch.PROFILER_ID, watch.events.JUMP | watch.events.PY_START)
        return work()
    finally:
        watch.set_events(watch.PROFILER_ID, 0)
        watch.free_tool_id(watch.PROFILER_ID)
