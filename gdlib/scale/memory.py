"""Memory: the bytes that a data set needs, before it is loaded; those that a function really takes, under a hard cap.

`gdlib.scale.child` is the other end of `run_capped`, in the process with the cap.
"""

import os
import pickle
import re
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gdlib.arguments import precision, whole
from gdlib.regression import Rows
from gdlib.scale.files import RUN, chunk_rows

__all__ = ["Footprint", "Run", "footprint", "machine", "peak", "readable", "run_capped", "size_in_bytes"]

VECTORS = 4  # of length d in a step: the point, the gradient, its scaled copy, the next point
ORDER = 32  # bytes that shuffling takes for each run
LOOK = 0.005  # seconds between two looks at the child
CHILD = (  # the path first: gdlib itself is found by it
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from gdlib.scale.child import serve; serve()"
)
FAILED = r"OpenBLAS|Memory allocation still failed|BLAS : |bad_alloc|MemoryError"
FAILED = re.compile(rf"^.*({FAILED}).*\n?", re.M)  # what libraries print when they get no memory


@dataclass(frozen=True)
class Footprint:
    """The bytes of n rows of d numbers and of the ways to descend on them, as `footprint` predicts them."""

    data: int  # X: n · d · bytes of a number
    targets: int  # y: n · bytes of a number
    model: int  # β: 8d, or 4d where the numbers are computed in float32
    in_memory: int  # what full-batch descent holds with everything loaded: all three
    batch: int  # X of one batch; of the full batch all of the data
    streamed: int  # the most that descent on a `files.Table` holds

    def __repr__(self):
        return f"Footprint({', '.join(f'{name} {readable(size)}' for name, size in vars(self).items())})"


def footprint(n, d, batch_size=None, dtype="float64", buffers=1, run=None):
    """The bytes that n rows of d numbers and a target need, before one of them is loaded: a `Footprint`.

    batch_size : int, 1 to n, or None: the full batch
    dtype : str or numpy.dtype, of the numbers as they are stored: real or whole ones
    buffers : int, chunks or blocks of the file held at once: 1 in `sgd`, whose next chunk waits in the system's
        cache (and counts as free memory); 2 where a thread reads one while the other is in use (`compiled`)
    run : int, rows read in one go, as in `files.Table`; by default 256 KiB of them

    Wrong arguments raise ValueError or TypeError, which name the argument.

    >>> photos = footprint(1_000_000, 256 * 256 * 3, batch_size=64, dtype="uint8")
    >>> readable(photos.data), readable(photos.batch)
    ('183 GiB', '12 MiB')
    """
    n, d, buffers = whole(n, "n"), whole(d, "d"), whole(buffers, "buffers")
    b = n if batch_size is None else whole(batch_size, "batch_size")
    if b > n:
        raise ValueError(f"batch_size must be between 1 and n = {n}, got {batch_size}")
    try:
        stored = np.dtype(dtype)
    except Exception:  # what NumPy says of the many things that are none
        stored = np.dtype(object)
    if stored.kind not in "biuf":
        raise ValueError(f"dtype must be one of real numbers, got {dtype!r:.80}")
    data, targets = n * d * stored.itemsize, n * stored.itemsize
    model = d * precision(stored).itemsize
    streamed = _streamed(n, d, batch_size, stored, buffers, run)
    return Footprint(data, targets, model, data + targets + model, b * d * stored.itemsize, streamed)


def _streamed(n, d, batch_size, stored, buffers, run):
    """Chunks of whole batches, target included: 16 runs each, or one batch where that is more (of the full batch: a
    block of 2 MiB); of the block at work −Xᵀ, its residuals, and where numbers are converted the block once more; a
    few vectors of length d. Only the list of runs, which batches shuffle, grows with the file: 32 bytes a run.
    """
    row, work = (d + 1) * stored.itemsize, precision(stored).itemsize  # bytes
    at_work = min(batch_size or n, max(1, Rows.BLOCK // (d * work)))  # rows
    held, order = buffers * at_work, 0
    if batch_size:
        run = max(1, RUN // row) if run is None else whole(run, "run")
        held, order = buffers * chunk_rows(n, batch_size, run), ORDER * -(-n // run)
    copies = 1 + (stored not in (np.float32, np.float64))
    return held * row + at_work * (copies * d + 2) * work + VECTORS * d * work + order


def readable(size):
    """Bytes with a unit, to 3 digits, or whole from 1000 on.

    >>> readable(1_677_722), readable(183.1 * 2**30), readable(1023 * 2**20), readable(512)
    ('1.6 MiB', '183 GiB', '1023 MiB', '512 B')
    """
    power = next((k for k in range(4) if abs(size) < 1023.5 * 1024**k), 4)
    size /= 1024**power
    unit = ("B", "KiB", "MiB", "GiB", "TiB")[power]
    return f"{size:.3g} {unit}" if abs(size) < 999.5 else f"{size:.0f} {unit}"


def size_in_bytes(size):
    """Bytes of "64 MiB" (1024² bytes each), "20 GB" (1000³ bytes each), or of a whole number.

    >>> size_in_bytes("64 MiB"), size_in_bytes("1.5 kB"), size_in_bytes(100)
    (67108864, 1500, 100)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:(?:([KMGTP])(I?))?B)?\s*", str(size).upper())
    number, letter, binary = found.groups() if found else (0, None, None)
    total = round(float(number) * (1024 if binary else 1000) ** " KMGTP".index(letter or " "))
    if total < 1:
        wanted = 'a number of bytes or a text such as "64 MiB" or "20 GB"'
        raise ValueError(f"a size must be {wanted}, got {size!r}")
    return total


def machine(groups="/sys/fs/cgroup", own="/proc/self/cgroup"):
    """Bytes of memory that this machine may use: what is built in, or a container's limit where that is less.

    That is the least of the limits of this process's control groups, named in the file `own`, and those above.
    """
    if sys.platform == "emscripten":
        raise RuntimeError("the memory of the machine can't be known inside a browser: give its size as a number")
    import psutil

    limits = [psutil.virtual_memory().total]
    with suppress(OSError):
        for line in Path(own).read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            name = {"": "memory.max", "memory": "memory.limit_in_bytes"}.get(kinds, "no such file")
            group = Path(kinds) / path.lstrip("/")
            for folder in (group, *group.parents):
                with suppress(OSError, ValueError):  # no such file, or "max"
                    limits.append(int((Path(groups) / folder / name).read_text()))
    return min(limits)


@dataclass(frozen=True)
class Run:
    """How a function went in `run_capped`: `outcome` is "finished", "out of memory" or "error"."""

    outcome: str
    result: object = field(default=None, repr=False)
    peak: int = 0  # bytes at the highest, above `base`
    base: int = 0  # bytes that the interpreter held just before the function began
    seconds: float = 0.0  # in the function
    cap: int | None = None  # bytes
    message: str = ""  # why it did not finish

    def __repr__(self):
        cap = f" of {readable(self.cap)}" if self.cap else ""
        why = f": {self.message}" if self.message else ""
        return f"Run({self.outcome}, peak {readable(self.peak)}{cap}, {self.seconds:.2f} s{why})"


def run_capped(function, /, *args, cap=None, **kwargs):
    """``function(*args, **kwargs)`` in a process of its own, with a hard cap on the memory it may ask for.

    The function, its arguments and what it refers to are pickled and sent to a fresh interpreter
    (so pass a file's name, not its array); the result comes back as a `Run`, and what was printed
    appears at the end. Out of memory is a result, not an exception; so is an exception in the
    function. The process ends with the function, with this process, and when the call is interrupted.

    cap : int, or a text such as "64 MiB", optional; bytes on top of what the fresh interpreter holds
        when the function starts, its arguments included. On Linux it counts what is asked for,
        touched or not (RLIMIT_DATA), without mapped files that are only read and the buffers of
        OpenBLAS. On other systems a watchdog looks every 5 ms and ends what holds more.

    `peak` counts the pages that were touched, those of mapped files included (VmHWM); where there
    is no such mark, and where the process was ended from outside, the highest of a look every 5 ms.

    ValueError, TypeError or PicklingError: a cap that is none; something that can't be pickled.
    RuntimeError: no process can be started, as inside a browser.

    >>> run_capped(np.ones, 10_000_000, cap="32 MiB").message
    'Unable to allocate 76.3 MiB for an array with shape (10000000,) and data type float64'
    """
    if not callable(function):
        raise TypeError(f"function must be callable, got {function!r}")
    cap = None if cap is None else size_in_bytes(cap)
    if sys.platform == "emscripten" or not sys.executable:
        raise RuntimeError(
            "a cap needs a process of its own, and none can be started here, as inside a browser: "
            "run this cell in JupyterLab on your own machine"
        )
    import tempfile

    with tempfile.TemporaryDirectory(prefix="gdlib-") as folder:
        fields = _watched((function, args, kwargs), cap, Path(folder))
        printed, errors = (Path(folder, file).read_text("utf-8", "replace") for file in ("out", "err"))
        if "died" in fields:
            fields |= _death(fields.pop("died"), errors)
    sys.stdout.write(printed)
    sys.stderr.write(FAILED.sub("", errors) if fields["outcome"] == "out of memory" else errors)
    return Run(cap=cap, **fields)


def peak(function, /, *args, **kwargs):
    """The bytes that ``function(*args, **kwargs)`` needs at its highest: `run_capped` without a cap.

    Raises RuntimeError with the message of the run where it did not finish.

    >>> peak(np.ones, 4_000_000) // 1_000_000
    32
    """
    run = run_capped(function, *args, **kwargs)
    if run.outcome != "finished":
        raise RuntimeError(f"{run.outcome}: {run.message}")
    return run.peak


def _watched(call, cap, folder):
    """Fields of the `Run`: of the child, which is looked at until it ends, or must be ended."""
    from subprocess import PIPE, Popen

    import cloudpickle
    import psutil

    (folder / "out").touch()
    with open(folder / "err", "wb") as err:
        command = [sys.executable, "-P", "-X", "utf8", "-c", CHILD]
        process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=err, start_new_session=True)
    try:
        with suppress(BrokenPipeError):  # it died; what it left tells why
            for part in (sys.path, (str(folder), cap, sys.platform == "linux"), call):
                cloudpickle.dump(part, process.stdin)
            process.stdin.flush()
        line = process.stdout.readline()
        base, hard = map(int, line.split()) if line else (0, True)
        began, highest, end = time.perf_counter(), base, {}
        while process.poll() is None and not end:
            with suppress(psutil.Error):
                highest = max(highest, psutil.Process(process.pid).memory_info().rss)
            if cap and not hard and highest > base + cap:
                why = f"held more than {readable(cap)}; a watchdog stopped it, for there is no hard cap on this system"
                end = {"outcome": "out of memory", "message": why}
            else:
                time.sleep(LOOK)
    finally:  # with what it has started; on Windows there are no such groups
        with suppress(OSError, AttributeError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        process.stdout.close()
        with suppress(OSError):
            process.stdin.close()
    if not end:
        report, died = folder / "report", {"died": process.returncode}
        end = died if process.returncode or not report.exists() else pickle.loads(report.read_bytes())
    return {"base": base, "peak": highest - base, "seconds": time.perf_counter() - began} | end


def _death(code, errors):
    """Outcome and message of a child that died before it could report."""
    name = signal.Signals(-code).name if code < 0 else f"code {code}"
    if FAILED.search(errors):
        why = f"a library did not get the memory it asked for and ended the process ({name})"
    elif name == "SIGKILL":
        why = "the system ended the process (SIGKILL), as it does when memory runs out"
    else:
        hint = ": a mapped file was cut short while it was read" if name == "SIGBUS" else ""
        why = f"the process ended with {name}{hint} before the function returned. {errors.strip()[-200:]}"
        return {"outcome": "error", "message": why.strip()}
    return {"outcome": "out of memory", "message": why}
