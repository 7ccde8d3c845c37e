"""The process that `gdlib.scale.memory.run_capped` starts: one function, under a limit, and what became of it.

Source: proc(5) for VmHWM, VmData and clear_refs, getrlimit(2) for RLIMIT_DATA.
"""

import ctypes
import errno
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path

import cloudpickle
import numpy as np

from gdlib import LeastSquares, sgd
from gdlib.scale import files, memory  # noqa: F401 (loaded already when the function uses them)

__all__ = ["serve"]

STACK = 512 << 10  # bytes of stack of a thread: the limit counts them all
CALLERS = 8  # threads that may be inside BLAS at once, each with a buffer of its own
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def serve():
    """Takes the function from the standard input, and leaves a report in the folder it is told.

    As soon as all is ready the base and whether the limit is hard go to the standard output.
    """
    folder, cap, hard = pickle.load(sys.stdin.buffer)
    parent, answer = os.dup(0), os.dup(1)
    os.dup2(os.open(f"{folder}/out", os.O_WRONLY), 1)
    threading.stack_size(STACK)
    if hard:
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    call = _received()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_end_with, args=[parent], daemon=True).start()
    _settle(hard)
    base, hard = _held(), hard and _status("VmData") is not None
    os.write(answer, f"{base} {int(hard)}\n".encode())
    report = _limited(call, cap) if hard else _run(call)
    highest = _status("VmHWM") if hard else None
    if highest:
        report["peak"] = max(0, highest - base)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    _write(Path(folder, "report"), report)
    os._exit(0)


def _received():
    """The call that was sent; one that raises where it can't be unpickled here."""
    try:
        function, args, kwargs = pickle.load(sys.stdin.buffer)
    except BaseException as problem:
        error = problem

        def fail():
            raise error

        return fail
    return lambda: function(*args, **kwargs)


def _end_with(parent):
    """Waits for the end of the parent's pipe, then ends this process and what it has started."""
    while os.read(parent, 1 << 16):
        pass
    with suppress(AttributeError):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _settle(hard):
    """Do once what happens at a first time, so that it belongs to the base and not to the function.

    The pages of a library's code count from their first use on, and some systems bring in 1 MiB
    of them at once: so a small descent in both precisions goes before.
    """
    if hard:
        _reserve_blas()
    np.ones((512, 512)) @ np.ones((512, 512))  # the threads of the BLAS
    for dtype in (np.float64, np.float32):
        table = np.ones((1024, 65), dtype)
        sgd(LeastSquares(table[:, :-1], table[:, -1]), np.zeros(64), 1e-9, T=2, batch_size=512, eps=0)
    if hard:
        with suppress(AttributeError):  # the C library is another one
            ctypes.CDLL(None).malloc_trim(0)  # what is free would else be used again, unseen
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # VmHWM starts anew


def _reserve_blas():
    """OpenBLAS maps 32 MiB for each thread at its first call, and ends the process where it can't."""
    with open("/proc/self/maps") as maps:
        libraries = {line.split(maxsplit=5)[-1].strip() for line in maps if "openblas" in line}
    for library in map(ctypes.CDLL, libraries):
        with suppress(AttributeError):  # built without these names
            take, free = library.blas_memory_alloc, library.blas_memory_free
            take.restype, free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
            for buffer in [take(0) for _ in range(CALLERS)]:
                free(buffer)


def _limited(call, cap):
    """`_run` with RLIMIT_DATA at what is mapped now and `cap` bytes more; lifted for the report."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    if cap:
        least = _status("VmData") + cap
        most = least if before[1] == resource.RLIM_INFINITY else min(least, before[1])
        resource.setrlimit(resource.RLIMIT_DATA, (most, before[1]))
    return _run(call, finally_=lambda: resource.setrlimit(resource.RLIMIT_DATA, before))


def _run(call, finally_=lambda: None):
    """What came of the call, as fields of a `Run`."""
    began, result, error = time.perf_counter(), None, None
    try:
        result = call()
    except BaseException as problem:
        error = problem
    finally_()
    seconds = time.perf_counter() - began
    if error is None:
        return {"outcome": "finished", "result": result, "seconds": seconds}
    return _failed(error) | {"seconds": seconds}


def _failed(error):
    """Outcome and message of a call that ended with this exception."""
    refused = getattr(error, "errno", None) == errno.ENOMEM or "can't start new thread" in str(error)
    if isinstance(error, MemoryError) or refused:
        message = str(error) or "more was asked for than there is"
        return {"outcome": "out of memory", "message": message}
    last = traceback.extract_tb(error.__traceback__)[-1]
    file = f" of {Path(last.filename).name}" if os.path.isfile(last.filename) else ""
    message = f"{type(error).__name__}: {error} (in {last.name}, line {last.lineno}{file})"
    return {"outcome": "error", "message": message}


def _write(path, report):
    """The report into a file; a result that can't be pickled is an error of its own."""
    try:
        with open(path, "wb") as file:
            cloudpickle.dump(report, file)
    except Exception as problem:
        del report["result"]
        error = TypeError(f"the result can't be sent back: {problem}")
        report |= _failed(error.with_traceback(problem.__traceback__))
        path.write_bytes(pickle.dumps(report))


def _held():
    """Bytes of memory that this process has in use."""
    if (held := _status("VmRSS")) is not None:
        return held
    import psutil

    return psutil.Process().memory_info().rss


def _status(name):
    """A line of /proc/self/status in bytes; None where there is none."""
    with suppress(OSError), open("/proc/self/status") as lines:
        found = (int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:"))
        return next(found, None)
