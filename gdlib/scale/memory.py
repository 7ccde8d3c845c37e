"""Memory: how many bytes a data set needs before it is loaded, and how many a function really takes, under a hard cap.

Source: proc(5) for VmHWM, VmData and clear_refs, getrlimit(2) for RLIMIT_DATA.
"""

import errno
import json
import os
import pickle
import re
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gdlib.arguments import precision, whole
from gdlib.regression import Rows
from gdlib.scale.files import RUN, RUNS

__all__ = ["Footprint", "Run", "footprint", "machine", "peak", "readable", "run_capped", "size_in_bytes"]

VECTORS = 4  # of length d that a step holds at once: the point, the gradient, its scaled copy, the next point
HARD = sys.platform == "linux"  # RLIMIT_DATA counts what a process maps; elsewhere a watchdog looks at what it holds
POLL = 0.005  # seconds between two looks at the child
STACK = 512 << 10  # bytes of stack of a thread in the child: the cap counts them all
CALLERS = 8  # threads of the child that may be inside BLAS at once, each with a buffer of its own
ORDER = 32  # bytes that shuffling takes for each run
CHILD = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from gdlib.scale.memory import _serve; _serve()"
)
NOISE = re.compile(r"^.*(OpenBLAS|Memory allocation still failed|BLAS : |bad_alloc|MemoryError).*\n?", re.M)
SIZES = ("B", "KiB", "MiB", "GiB", "TiB")
UNITS = {"B": 1} | {f"{p}{i}B": base**k for i, base in (("", 1000), ("I", 1024)) for k, p in enumerate("KMGTP", 1)}


@dataclass(frozen=True)
class Footprint:
    """The bytes of n rows of d numbers and of the ways to descend on them; `footprint` makes it."""

    n: int
    d: int
    batch_size: int | None = None
    dtype: str = "float64"
    buffers: int = 1

    @property
    def data(self):
        """X alone: n · d · bytes of a number."""
        return self.n * self.d * self._item

    @property
    def targets(self):
        """y: n · bytes of a number."""
        return self.n * self._item

    @property
    def model(self):
        """β: 8d, or 4d where the numbers are computed in float32."""
        return self.d * self._work

    @property
    def in_memory(self):
        """What full-batch descent holds with everything loaded: data, targets and model."""
        return self.data + self.targets + self.model

    @property
    def batch(self):
        """X of one batch; of the full batch all of the data."""
        return (self.batch_size or self.n) * self.d * self._item

    @property
    def streamed(self):
        """The most that descent on a `files.Table` holds.

        `buffers` chunks of whole batches, target included, 4 MiB each or one batch where that is more (of the full
        batch: a block of 2 MiB); of the block at work −Xᵀ, its residuals, and where numbers are converted the
        block once more; a few vectors of length d. Of the size of the file only the list of its runs depends,
        which a descent by batches shuffles: 32 bytes for a run of 256 KiB.
        """
        at_work = min(self.batch_size or self.n, max(1, Rows.BLOCK // (self.d * self._work)))
        read = self.buffers * self._chunk if self.batch_size else at_work
        copies = 1 + (np.dtype(self.dtype) not in (np.float32, np.float64))
        order = ORDER * -(-self.n // self._run) if self.batch_size else 0
        work = at_work * (copies * self.d + 2) * self._work
        return read * (self.d + 1) * self._item + work + VECTORS * self.model + order

    @property
    def _chunk(self):
        """Rows that are read in one piece: whole batches, as many as `RUNS` runs hold, one at least."""
        batches = 1 if self._run == 1 else max(1, RUNS * self._run // self.batch_size)
        return min(self.n, self.batch_size * batches)

    @property
    def _run(self):
        """Rows that stay together in the shuffling."""
        return max(1, RUN // ((self.d + 1) * self._item))

    @property
    def _item(self):
        return np.dtype(self.dtype).itemsize

    @property
    def _work(self):
        return precision(np.dtype(self.dtype)).itemsize

    def __repr__(self):
        batch = f"a batch of {self.batch_size}" if self.batch_size else "the full batch"
        rows = {
            "data X": self.data,
            "targets y": self.targets,
            "model": self.model,
            "all in memory": self.in_memory,
            batch: self.batch,
            "streamed from a file": self.streamed,
        }
        buffers = f"{self.buffers} buffer" + "s" * (self.buffers > 1)
        lines = [f"{self.n:,} rows of {self.d:,} numbers, {self.dtype}, {buffers}"]
        return "\n".join(lines + [f"  {name:<24} {readable(size):>9}" for name, size in rows.items()])


def footprint(n, d, batch_size=None, dtype="float64", buffers=1):
    """The bytes that n rows of d numbers and a target need, before one of them is loaded.

    Parameters
    ----------
    n, d : int >= 1
    batch_size : int, 1 to n, or None: the full batch
    dtype : str or numpy.dtype
        Of the numbers as they are stored: real or whole ones.
    buffers : int >= 1
        Chunks of the file held at once: 1 in `sgd`, whose next chunk waits in the system's cache (and counts as free
        memory); 2 where a thread reads one while the other is in use.

    Returns
    -------
    Footprint
        With `data`, `targets`, `model`, `in_memory`, `batch` and `streamed` in bytes.

    Raises
    ------
    ValueError, TypeError
        The message names the argument.

    Examples
    --------
    >>> photos = footprint(1_000_000, 256 * 256 * 3, batch_size=64, dtype="uint8")
    >>> readable(photos.data), readable(photos.batch)
    ('183 GiB', '12 MiB')
    """
    n, d, buffers = whole(n, "n"), whole(d, "d"), whole(buffers, "buffers")
    batch_size = None if batch_size is None else whole(batch_size, "batch_size")
    if batch_size is not None and batch_size > n:
        raise ValueError(f"batch_size must be between 1 and n = {n}, got {batch_size}")
    if np.dtype(dtype).kind not in "biuf":
        raise ValueError(f"dtype must be one of real numbers, got {dtype!r}")
    return Footprint(n, d, batch_size, str(np.dtype(dtype)), buffers)


def readable(size):
    """Bytes with a unit, to 3 digits.

    >>> readable(1_677_722), readable(183.1 * 2**30), readable(1023 * 2**20), readable(512)
    ('1.6 MiB', '183 GiB', '1023 MiB', '512 B')
    """
    power = next((k for k in range(4) if abs(size) < 1023.5 * 1024**k), 4)
    size /= 1024**power
    return f"{size:.3g} {SIZES[power]}" if abs(size) < 999.5 else f"{size:.0f} {SIZES[power]}"


def size_in_bytes(size):
    """Bytes of "64 MiB" (1024² bytes each), "20 GB" (1000³ bytes each), or of a whole number, which is bytes already.

    >>> size_in_bytes("64 MiB"), size_in_bytes("1.5 kB"), size_in_bytes(100)
    (67108864, 1500, 100)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGTP]?I?B)?\s*", str(size).upper())
    total = round(float(found[1]) * UNITS.get(found[2] or "B", 0)) if found else 0
    if total < 1:
        raise ValueError(f'a size must be a number of bytes or a text such as "64 MiB" or "20 GB", got {size!r}')
    return total


def machine():
    """Bytes of memory that this machine may use: what is built in, or a container's limit where that is less."""
    if sys.platform == "emscripten":
        raise RuntimeError("the memory of the machine can't be known inside a browser: give its size as a number")
    import psutil

    return min([psutil.virtual_memory().total, *_container_limits()])


def _container_limits(groups="/sys/fs/cgroup", own="/proc/self/cgroup"):
    """The limits of this process's control groups and of all above them, in both versions of the interface."""
    with suppress(OSError):
        for line in Path(own).read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            name = {"": "memory.max", "memory": "memory.limit_in_bytes"}.get(kinds, "no such file")
            here = Path(kinds) / path.lstrip("/")
            for folder in (here, *here.parents):
                with suppress(OSError, ValueError):  # no such file, or "max"
                    yield int((Path(groups) / folder / name).read_text())


@dataclass(frozen=True)
class Run:
    """How a function went in `run_capped`: `outcome` is "finished", "out of memory", "error" or "too long"."""

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


def run_capped(function, /, *args, cap=None, timeout=None, **kwargs):
    """``function(*args, **kwargs)`` in a process of its own, with a hard cap on the memory it may ask for.

    The function, its arguments and what it refers to are pickled and sent to a
    fresh interpreter (so pass a file's name, not its array); the result comes
    back, and what was printed appears at the end. The process ends with the
    function, with this process, and when the call is interrupted.

    Parameters
    ----------
    cap : int, or a text such as "64 MiB", optional
        Bytes on top of what the fresh interpreter holds when the function
        starts, its arguments included. On Linux it counts what is asked for,
        touched or not (RLIMIT_DATA), without mapped files that are only read
        and the buffers of OpenBLAS. On other systems there is no hard cap: a
        watchdog looks every 5 ms at what is held, and ends what is above.
    timeout : float, optional
        Seconds that the function may take.

    Returns
    -------
    Run
        Out of memory is a result, not an exception; so is an exception in the
        function. `peak` counts the pages that were touched, those of mapped
        files included (VmHWM); where there is no such mark, and where the
        process was ended from outside, it is the highest of a look every 5 ms.

    Raises
    ------
    ValueError, TypeError, PicklingError
        A cap or timeout that is none; something that can't be pickled.
    RuntimeError
        Where no process can be started: inside a browser.

    Examples
    --------
    >>> run_capped(np.ones, 10_000_000, cap="32 MiB").message
    'Unable to allocate 76.3 MiB for an array with shape (10000000,) and data type float64'
    """
    if not callable(function):
        raise TypeError(f"function must be callable, got {function!r}")
    cap = None if cap is None else size_in_bytes(cap)
    if timeout is not None and not timeout > 0:
        raise ValueError(f"timeout must be above 0 seconds, got {timeout!r}")
    if sys.platform == "emscripten" or not sys.executable:
        here = "none can be started here, as inside a browser: run this cell in JupyterLab on your own machine"
        raise RuntimeError(f"a cap needs a process of its own, and {here}")
    import tempfile
    from subprocess import PIPE, Popen

    import cloudpickle

    with tempfile.TemporaryDirectory(prefix="gdlib-") as name, open(f"{name}/err", "wb") as err:
        folder = Path(name)
        (folder / "out").touch()
        command = [sys.executable, "-P", "-X", "utf8", "-c", CHILD]
        process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=err, start_new_session=True)
        try:
            with suppress(BrokenPipeError):  # it died; what it left tells why
                for part in (sys.path, (name, cap, HARD), (function, args, kwargs)):
                    cloudpickle.dump(part, process.stdin)
                process.stdin.flush()
            base, run = _watch(process, cap, timeout)
        finally:
            with suppress(OSError, AttributeError):
                os.killpg(process.pid, signal.SIGKILL)  # what the function has started goes with it
            process.kill()
            process.wait()
            process.stdout.close()
            with suppress(OSError):
                process.stdin.close()
        out, said = ((folder / name).read_text("utf-8", "replace") for name in ("out", "err"))
        if "outcome" not in run:
            if process.returncode == 0 and (folder / "report").exists():
                report = json.loads((folder / "report").read_text("utf-8"))
                run |= {key: value for key, value in report.items() if value is not None}
            else:
                run["outcome"], run["message"] = _death(process.returncode, said)
        if run["outcome"] == "finished":
            with open(folder / "result", "rb") as file:
                run["result"] = pickle.load(file)
    sys.stdout.write(out)
    sys.stderr.write(NOISE.sub("", said) if run["outcome"] == "out of memory" else said)
    return Run(base=base, cap=cap, **run)


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


def _watch(process, cap, timeout):
    """Looks at the child until it ends or must be ended: its base, and what was seen of it as fields of a Run."""
    import psutil

    line = process.stdout.readline()
    base, hard = json.loads(line) if line else (0, True)
    began, highest, why = time.perf_counter(), base, {}
    while process.poll() is None and not why:
        with suppress(psutil.Error):
            highest = max(highest, psutil.Process(process.pid).memory_info().rss)
        if timeout is not None and time.perf_counter() - began > timeout:
            why = {"outcome": "too long", "message": f"stopped after {timeout} s"}
        elif cap and not hard and highest > base + cap:
            message = f"held more than {readable(cap)}; a watchdog stopped it, for there is no hard cap on this system"
            why = {"outcome": "out of memory", "message": message}
        else:
            time.sleep(POLL)
    return base, {"peak": highest - base, "seconds": time.perf_counter() - began} | why


def _death(code, said):
    """Outcome and message of a child that ended before it could report."""
    name = signal.Signals(-code).name if code < 0 else f"code {code}"
    if NOISE.search(said):
        return "out of memory", f"a library did not get the memory it asked for and ended the process ({name})"
    if name == "SIGKILL":
        return "out of memory", "the system ended the process (SIGKILL), as it does when memory runs out"
    hint = ": a mapped file was cut short while it was read" if name == "SIGBUS" else ""
    return "error", f"the process ended with {name}{hint} before the function returned. {said.strip()[-200:]}".strip()


def _serve():
    """The child's side of `run_capped`: takes the function from stdin, leaves what became of it in the folder."""
    import cloudpickle

    folder, cap, hard = pickle.load(sys.stdin.buffer)
    say, parent = os.dup(1), os.dup(0)
    os.dup2(os.open(f"{folder}/out", os.O_WRONLY), 1)
    threading.stack_size(STACK)
    result = error = mapped = highest = None
    if hard:
        import ctypes
        import resource

        libc = ctypes.CDLL(None)
        libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: die with the parent
        limits = resource.getrlimit(resource.RLIMIT_DATA)
    try:
        function, args, kwargs = pickle.load(sys.stdin.buffer)
    except BaseException as problem:
        error = problem
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_die_with, args=[parent], daemon=True).start()
    if hard:
        _reserve_blas(ctypes)
    warm = np.ones((512, 512))
    warm = np.random.default_rng(0).permutation(warm @ warm @ warm[0])  # numpy.random is loaded at its first use
    if hard:
        with suppress(AttributeError):
            libc.malloc_trim(0)  # what is free already would else be used again, and not be seen
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # VmHWM starts anew
            highest = "VmHWM"
        mapped = _status("VmData")
    if (base := _status("VmRSS")) is None:
        import psutil

        base = psutil.Process().memory_info().rss
    os.write(say, f"{json.dumps([base, mapped is not None])}\n".encode())
    if cap and mapped:
        resource.setrlimit(resource.RLIMIT_DATA, (min(mapped + cap, limits[1] % (1 << 64)), limits[1]))  # −1: no limit
    began = time.perf_counter()
    try:
        if error is None:
            result = function(*args, **kwargs)
    except BaseException as problem:
        error = problem
    finally:
        if hard:
            resource.setrlimit(resource.RLIMIT_DATA, limits)  # room to report
    report = {"seconds": time.perf_counter() - began, "peak": highest and max(0, _status(highest) - base)}
    if error is None:
        try:
            with open(f"{folder}/result", "wb") as file:
                cloudpickle.dump(result, file)
        except Exception as problem:
            error = TypeError(f"the result can't be sent back: {problem}").with_traceback(problem.__traceback__)
    report["outcome"], report["message"] = _outcome(error)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    Path(folder, "report").write_text(json.dumps(report), "utf-8")
    os._exit(0)


def _outcome(error):
    """Outcome and message of a function that ended with this exception, or with None."""
    if error is None:
        return "finished", ""
    no_room = getattr(error, "errno", None) == errno.ENOMEM or "can't start new thread" in str(error)
    if isinstance(error, MemoryError) or no_room:
        return "out of memory", str(error) or "more was asked for than there is"
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    file = f" of {Path(last.filename).name}" if os.path.isfile(last.filename) else ""
    return "error", f"{type(error).__name__}: {error} (in {last.name}, line {last.lineno}{file})"


def _die_with(parent):
    """Waits for the end of the pipe that the parent holds, then ends this process and whatever it has started."""
    while os.read(parent, 1 << 16):
        pass
    with suppress(AttributeError):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _reserve_blas(ctypes):
    """OpenBLAS maps 32 MiB for each thread that calls it, at its first call, and ends the process where it can't."""
    with open("/proc/self/maps") as maps:
        libraries = {line.split(maxsplit=5)[-1].strip() for line in maps if "openblas" in line}
    for library in map(ctypes.CDLL, libraries):
        with suppress(AttributeError):  # built without these names
            take, free = library.blas_memory_alloc, library.blas_memory_free
            take.restype, free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
            for buffer in [take(0) for _ in range(CALLERS)]:
                free(buffer)


def _status(name):
    """A line of /proc/self/status in bytes; None where there is none."""
    with suppress(OSError), open("/proc/self/status") as lines:
        return next((int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:")), None)
