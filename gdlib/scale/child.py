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
from functools import partial
from pathlib import Path

import cloudpickle
import numpy as np
import psutil

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
    folder, cap, linux = pickle.load(sys.stdin.buffer)
    parent, answer = os.dup(0), os.dup(1)
    os.dup2(os.open(f"{folder}/out", os.O_WRONLY), 1)
    threading.stack_size(STACK)
    if linux:
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    report = _outcome(partial(pickle.load, sys.stdin.buffer))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_end_with, args=[parent], daemon=True).start()
    _settle(linux)
    base, hard = psutil.Process().memory_info().rss, linux and _status("VmData") is not None
    os.write(answer, f"{base} {int(hard)}\n".encode())
    if report["outcome"] == "finished":
        function, args, kwargs = report.pop("result")
        report = _outcome(partial(function, *args, **kwargs), cap if hard else None)
    if hard and (highest := _status("VmHWM")):
        report["peak"] = max(0, highest - base)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    Path(folder, "report").write_bytes(_pickled(report))
    os._exit(0)


def _end_with(parent):
    """Waits for the end of the parent's pipe, then ends this process and what it has started."""
    while os.read(parent, 1 << 16):
        pass
    with suppress(AttributeError):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _settle(linux):
    """Do once, in both precisions, what happens at a first time: it belongs to the base, not to the function.

    The pages of a library's code count from their first use, and some systems bring in 1 MiB at once.
    """
    if linux:
        _reserve_blas()
    np.ones((512, 512)) @ np.ones((512, 512))  # the threads of the BLAS
    for dtype in (np.float64, np.float32):
        table = np.ones((1024, 65), dtype)
        sgd(LeastSquares(table[:, :-1], table[:, -1]), np.zeros(64), 1e-9, T=2, batch_size=512, eps=0)
    if compiled := sys.modules.get("gdlib.scale.compiled"):  # the function came with it
        compiled.settle()
    if linux:
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


def _outcome(call, cap=None):
    """What came of the call, as fields of a `Run`; RLIMIT_DATA at what is mapped now and `cap` more."""
    if cap:
        import resource

        before = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (_status("VmData") + cap, before[1]))
    result, error, began = None, None, time.perf_counter()
    try:
        result = call()
    except BaseException as problem:
        error = problem
    seconds = time.perf_counter() - began
    if cap:
        resource.setrlimit(resource.RLIMIT_DATA, before)  # the report may be large
    fields = _failed(error) if error else {"outcome": "finished", "result": result}
    return fields | {"seconds": seconds}


def _failed(error):
    """Outcome and message of a call that ended with this exception."""
    refused = getattr(error, "errno", None) == errno.ENOMEM or "can't start new thread" in str(error)
    if isinstance(error, MemoryError) or refused:
        return {"outcome": "out of memory", "message": str(error) or "more was asked for than there is"}
    last = traceback.extract_tb(error.__traceback__)[-1]
    file = f" of {Path(last.filename).name}" if os.path.isfile(last.filename) else ""
    message = f"{type(error).__name__}: {error} (in {last.name}, line {last.lineno}{file})"
    return {"outcome": "error", "message": message}


def _pickled(report):
    """The report as bytes; a result that can't be pickled is an error of its own."""
    try:
        return cloudpickle.dumps(report)
    except Exception as problem:
        error = TypeError(f"the result can't be sent back: {problem}").with_traceback(problem.__traceback__)
        return pickle.dumps(report | {"result": None} | _failed(error))


def _status(name):
    """A line of /proc/self/status in bytes; None where there is none."""
    with suppress(OSError), open("/proc/self/status") as lines:
        found = (int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:"))
        return next(found, None)
