"""gdlib.scale.memory: the predicted bytes against NumPy's own and against measured ones; the cap, from both of its sides."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import numpy as np
import psutil
import pytest

import gdlib
from gdlib.scale.files import Table
from gdlib.scale.memory import Run, footprint, machine, peak, readable, run_capped, size_in_bytes

MIB = 1 << 20
linux = pytest.mark.skipif(sys.platform != "linux", reason="the cap is hard on Linux only")


# --- bytes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype,gib", [("uint8", 183), ("float64", 1465)])
def test_a_million_photos(dtype, gib):
    """course.md, number 10."""
    assert round(footprint(10**6, 256 * 256 * 3, dtype=dtype).data / 2**30) == gib


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "uint8", "int64"])
def test_the_bytes_are_those_of_numpy_arrays(dtype):
    X, y = np.zeros((50, 3), dtype), np.zeros(50, dtype)
    size = footprint(50, 3, 7, dtype)
    assert (size.data, size.targets, size.batch) == (X.nbytes, y.nbytes, X[:7].nbytes)
    assert size.model == gdlib.LeastSquares(X, y).gradient([0, 0, 0]).nbytes
    assert size.in_memory == X.nbytes + y.nbytes + size.model
    assert footprint(50, 3).batch == footprint(50, 3).data == 50 * 3 * 8


def test_what_streaming_holds_is_written_out_once():
    """A row of 256 KiB is a run of its own, so a chunk is a batch; rows of 32 bytes come in chunks of 4 MiB."""
    wide, d = footprint(100, 2**15 - 1, 4), 2**15 - 1
    assert wide.streamed == 4 * 2**18 + 4 * (d + 2) * 8 + 4 * d * 8 + 32 * 100
    assert footprint(100, d, 4, buffers=3).streamed - wide.streamed == 2 * 4 * 2**18
    narrow = footprint(10**7, 3, 1024)
    assert narrow.streamed == 4 * MIB + 1024 * (3 + 2) * 8 + 4 * 3 * 8 + 32 * 1221  # runs of 8192 rows
    longer = footprint(10**9, 3, 1024).streamed - narrow.streamed
    assert longer == 32 * (122_071 - 1221)  # of the file's size only the list of runs depends
    whole = footprint(10**7, 3, 1024, "int64")
    assert whole.streamed - narrow.streamed == 1024 * 3 * 8  # the batch once more, as float64
    assert footprint(5, 3, 2).streamed == 5 * 32 + 2 * 5 * 8 + 4 * 3 * 8 + 32  # never more than n rows


def walk(path, batch_size):
    loss = gdlib.LeastSquares(Table(path), scale="half-mean")
    if batch_size is None:
        return gdlib.gradient_descent(loss.gradient, np.zeros(loss.d), 1e-12, eps=0, T=3).stop
    return gdlib.sgd(loss, np.zeros(loss.d), 1e-6, 40, batch_size, record=40).stop


@linux
@pytest.mark.parametrize(
    "dtype,batch_size",
    [("float64", 64), ("float64", 1024), ("float32", 8000), ("uint8", 1024), ("float64", None), ("uint8", None)],
)
def test_the_predicted_peak_of_a_walk_over_a_file(tmp_path, dtype, batch_size):
    n, d = 10_000, 300
    np.save(tmp_path / "rows.npy", np.tile(np.arange(d + 1, dtype=float).astype(dtype), (n, 1)))
    run = run_capped(lambda *task: walk(*task), str(tmp_path / "rows.npy"), batch_size, cap="64 MiB")
    predicted = footprint(n, d, batch_size, dtype).streamed
    assert run.outcome == "finished", run
    assert 0.8 * predicted < run.peak < 1.2 * predicted


@linux
def test_a_table_that_is_loaded_is_held_once(tmp_path):
    np.save(tmp_path / "rows.npy", np.ones((100_000, 25)))
    held = peak(lambda path: Table(path).load().n, str(tmp_path / "rows.npy"))
    assert abs(held - 20_000_000) < 2_000_000 + MIB


def test_readable():
    sizes = [0, 1, 999, 1023, 1024, 1.6 * MIB, 305 * MIB, 1000 * MIB, 1023.4 * MIB, 1023.6 * MIB, 5000 * 2**40]
    assert [readable(size) for size in sizes] == (
        ["0 B", "1 B", "999 B", "1023 B", "1 KiB", "1.6 MiB", "305 MiB", "1000 MiB", "1023 MiB", "1 GiB", "5000 TiB"]
    )


def test_size_in_bytes():
    texts = ["64 MiB", "64MB", "20 GB", "1.5 KiB", "7", "7 B", 7, np.int64(7), "1 tib", "2 kB"]
    sizes = [64 * MIB, 64 * 10**6, 20 * 10**9, 1536, 7, 7, 7, 7, 2**40, 2000]
    assert [size_in_bytes(text) for text in texts] == sizes


@pytest.mark.parametrize("size", ["64 M", "MiB", "-1 MiB", "1e3", "", 0, -5, None, True, "64 XB", "6 4 MB", "iB"])
def test_no_size(size):
    with pytest.raises(ValueError, match=r'"64 MiB".*got'):
        size_in_bytes(size)


@pytest.mark.parametrize(
    "change,error,names",
    [
        ({"n": 0}, ValueError, "n must be 1 or more, got 0"),
        ({"d": 2.0}, TypeError, "d must be a whole number, got 2.0"),
        ({"batch_size": 6}, ValueError, "batch_size must be between 1 and n = 5, got 6"),
        ({"buffers": 0}, ValueError, "buffers must"),
        ({"batch_size": 2, "run": 0}, ValueError, "run must"),
        ({"dtype": "complex64"}, ValueError, "dtype must be one of real numbers, got 'complex64'"),
    ],
)
def test_footprint_names_wrong_arguments(change, error, names):
    with pytest.raises(error, match=names):
        footprint(**{"n": 5, "d": 3} | change)


def test_a_footprint_is_shown_in_units():
    shown = repr(footprint(10**6, 256 * 256 * 3, 64, "uint8"))
    assert shown.startswith("Footprint(data 183 GiB, targets 977 KiB, model 1.5 MiB, in_memory 183 GiB, batch 12 MiB")


# --- the machine ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line,files,limit",
    [
        ("0::/a/b", {"a/b/memory.max": "max", "a/memory.max": "5000", "memory.max": "7000"}, 5000),
        ("4:memory:/a", {"memory/a/memory.limit_in_bytes": "800", "memory.max": "7"}, 800),
        ("0::/elsewhere", {"memory.max": "600"}, 600),  # inside a container the path is the host's
        ("3:cpuset:/a", {"cpuset/a/memory.max": "600"}, psutil.virtual_memory().total),
    ],
)
def test_the_limits_of_a_container(tmp_path, line, files, limit):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    (tmp_path / "own").write_text(line + "\n")
    assert machine(tmp_path, tmp_path / "own") == limit
    assert 0 < machine() <= psutil.virtual_memory().total


def test_inside_a_browser(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    with pytest.raises(RuntimeError, match="inside a browser"):
        machine()
    with pytest.raises(RuntimeError, match="none can be started here"):
        run_capped(int)


# --- the cap -------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    before = psutil.Process().children(recursive=True)  # other tests' helpers
    yield
    assert [child for child in psutil.Process().children(recursive=True) if child not in before] == []


@pytest.fixture(params=[pytest.param("linux", marks=linux), "darwin"])
def system(monkeypatch, request):
    """This system as it is; and as one that has no hard cap."""
    monkeypatch.setattr(sys, "platform", request.param)
    return request.param


def test_half_the_cap_fits_and_twice_does_not(system):
    def fill(numbers):
        x = np.ones(numbers)
        time.sleep(0.03)  # time enough for a look of the watchdog
        return float(x.sum())

    fits = run_capped(fill, 2 * MIB, cap="32 MiB")  # an array of 16 MiB
    assert (fits.outcome, fits.result, fits.cap, fits.message) == ("finished", 2 * MIB, 32 * MIB, "")
    assert abs(fits.peak - 16 * MIB) < 1.6 * MIB + MIB
    assert 0.03 < fits.seconds < 5
    bursts = run_capped(fill, 8 * MIB, cap="32 MiB")
    assert (bursts.outcome, bursts.result) == ("out of memory", None)
    if system == "linux":
        assert bursts.message.startswith("Unable to allocate 64.0 MiB for an array with shape (8388608,)")
        assert bursts.peak < MIB  # the array was refused: none of it was ever there
        assert abs(run_capped(fill, 8 * MIB).peak - 64 * MIB) < 6.4 * MIB + MIB
    else:
        assert "held more than 32 MiB; a watchdog stopped it" in bursts.message
        assert bursts.peak > 32 * MIB


@pytest.mark.parametrize(
    "make",
    [lambda: bytearray(100_000), lambda: np.ones(12_500), lambda: [object() for _ in range(3000)]],
    ids=["bytes", "arrays", "objects"],
)
def test_no_loop_gets_past_the_cap(system, capfd, make):
    def hoard(pause):
        kept = []
        while True:
            kept.append(make())
            time.sleep(pause)  # a watchdog comes late where memory is taken fast

    run = run_capped(hoard, 0 if system == "linux" else 2e-5, cap="48 MiB")
    assert run.outcome == "out of memory"
    assert run.message
    assert 38 * MIB < run.peak < (54 if system == "linux" else 100) * MIB
    assert capfd.readouterr() == ("", "")


@linux
def test_arguments_belong_to_the_base_and_the_peak_is_what_was_held_before_the_refusal():
    def two():
        kept = np.ones(20 * MIB // 8)
        return kept, np.ones(40 * MIB // 8)

    run = run_capped(two, cap="32 MiB")
    assert run.outcome == "out of memory"
    assert abs(run.peak - 20 * MIB) < 2 * MIB + MIB
    big = run_capped(lambda x: x.sum(), np.ones(4 * MIB), cap="16 MiB")
    assert (big.outcome, big.result) == ("finished", 4 * MIB)
    assert abs(big.base - run.base - 32 * MIB) < 2 * MIB
    assert big.peak < MIB


@linux
def test_threads_that_multiply_matrices_under_a_small_cap():
    """Each thread has a stack and a buffer of the BLAS: counted by default, 8 of them would need 320 MiB."""

    def crowd():
        import threading
        from concurrent.futures import ThreadPoolExecutor

        start, x = threading.Barrier(8), np.ones((300, 300))

        def work(i):
            start.wait()
            return sum(float((x @ x)[0, 0] + (x[:, 1:].T @ x[:, 0])[0]) for _ in range(4))

        with ThreadPoolExecutor(8) as pool:
            return sorted(set(pool.map(work, range(8))))

    run = run_capped(crowd, cap="32 MiB")  # whoever gets no thread leaves the others waiting
    assert (run.outcome, run.result) == ("finished", [2400.0]), run


@linux
def test_a_thread_that_is_refused_is_out_of_memory():
    def crowd():
        import threading

        stop = threading.Event()
        try:
            for _ in range(100):
                threading.Thread(target=stop.wait, daemon=True).start()
        finally:
            stop.set()

    assert run_capped(crowd, cap="8 MiB").outcome == "out of memory"
    assert run_capped(crowd, cap="90 MiB").outcome == "finished"


@linux
def test_a_mapped_file_may_be_ten_times_the_cap_and_one_cut_short_is_an_error(tmp_path):
    path = tmp_path / "big.bin"
    with open(path, "wb") as file:
        file.truncate(160 * MIB)  # a hole: needs no place on the disk

    def look():
        x = np.memmap(path, np.uint8, "r")
        return int(x[:: 4 * MIB].sum()), x.nbytes

    def cut():
        x = np.memmap(path, np.uint8, "r")
        os.truncate(path, 0)
        return int(x.sum())

    run = run_capped(look, cap="16 MiB")
    assert (run.outcome, run.result) == ("finished", (0, 160 * MIB))
    assert run_capped(lambda: np.fromfile(path, np.uint8).nbytes, cap="16 MiB").outcome == "out of memory"
    run = run_capped(cut)
    assert (run.outcome, "SIGBUS: a mapped file was cut short" in run.message) == ("error", True)


# --- what comes back -----------------------------------------------------------------------------


def test_an_exception_is_a_result():
    def fail():
        raise KeyError("no such row")

    run = run_capped(fail, cap="32 MiB")
    assert (run.outcome, run.result) == ("error", None)
    assert re.fullmatch(r"KeyError: 'no such row' \(in fail, line \d+\)", run.message)
    there = run_capped(footprint, 0, 3)  # a function of a file: that is named as well
    assert re.fullmatch(r"ValueError: n must be .* got 0 \(in whole, line \d+ of arguments.py\)", there.message)


@pytest.mark.parametrize(
    "function,message",
    [
        (lambda: sys.exit(3), "SystemExit: 3"),
        (lambda: os._exit(0), "the process ended with code 0"),
        (lambda: os.abort(), "the process ended with SIGABRT"),
        (lambda: (i for i in range(3)), "TypeError: the result can't be sent back: .*generator"),
        (lambda: input(), "EOFError"),
    ],
)
def test_every_other_end_is_an_error_that_is_told(function, message):
    run = run_capped(function)
    assert run.outcome == "error"
    assert re.match(message, run.message), run.message


def die_of_blas():
    sys.stderr.write("OpenBLAS error: Memory allocation still failed after 10 retries, giving up.\n")
    sys.stderr.flush()
    os._exit(1)


@pytest.mark.parametrize("death", [die_of_blas, lambda: os.kill(os.getpid(), signal.SIGKILL)])
def test_a_death_for_want_of_memory_is_out_of_memory(capfd, death):
    def die():
        x = np.ones(20 * MIB // 8)
        time.sleep(0.1)
        death()
        return x

    run = run_capped(die, cap="64 MiB")
    assert run.outcome == "out of memory"
    assert "ended the process" in run.message
    assert abs(run.peak - 20 * MIB) < 2 * MIB + MIB  # seen from outside
    assert capfd.readouterr().err == ""


def test_a_large_result_and_all_kinds_of_arguments_come_through():
    class Local:
        def __init__(self, value):
            self.value = value

    def double(x, *, add):
        return {"x": 2 * x + add, "local": Local(7)}

    x = np.random.default_rng(0).standard_normal(700_000)
    run = run_capped(double, x, add=1.0, cap="64 MiB")
    np.testing.assert_array_equal(run.result["x"], 2 * x + 1)
    assert run.result["local"].value == 7


def test_what_it_prints_appears_here(capsys, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)

    def talk():
        print("grüße")
        print("careful", file=sys.stderr)
        subprocess.run(["echo", "from further down"], check=True)

    assert run_capped(talk).outcome == "finished"
    out, err = capsys.readouterr()
    assert sorted(out.splitlines()) == ["from further down", "grüße"]
    assert err == "careful\n"


def test_no_folder_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for function in (int, os.abort):
        run_capped(function)
        assert list(tmp_path.iterdir()) == []


def test_peak_from_a_thread_too():
    peaks = []
    thread = threading.Thread(target=lambda: peaks.append(peak(lambda: np.ones(3 * MIB).sum())))
    thread.start()
    thread.join()
    assert abs(peaks[0] - 24 * MIB) < 2.4 * MIB + MIB
    with pytest.raises(RuntimeError, match="error: ZeroDivisionError: division by zero"):
        peak(lambda: 1 / 0)


@linux
def test_small_pieces_are_seen_too():
    """They would fit what the start of the interpreter has left free in the heap."""
    assert abs(peak(lambda: [np.ones(1000) for _ in range(375)]) - 3 * 10**6) < 0.5 * 10**6


@pytest.mark.parametrize(
    "arguments,error,names",
    [
        ({"function": 3}, TypeError, "function must be callable, got 3"),
        ({"cap": "lots"}, ValueError, "got 'lots'"),
        ({"args": [threading.Lock()]}, TypeError, "lock"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, names):
    arguments = {"function": len, "args": []} | arguments
    function, args = arguments.pop("function"), arguments.pop("args")
    with pytest.raises(error, match=names):
        run_capped(function, *args, **arguments)


def test_a_run_is_shown_in_a_line():
    run = Run("finished", [1] * 99, 3 * MIB, 30 * MIB, 0.123, 64 * MIB)
    assert repr(run) == "Run(finished, peak 3 MiB of 64 MiB, 0.12 s)"
    assert repr(Run("error", message="KeyError: 1")) == "Run(error, peak 0 B, 0.00 s: KeyError: 1)"


# --- no orphans ----------------------------------------------------------------------------------

SCRIPT = """
import os, re, signal, subprocess, sys, time
import psutil  # before the system is called another one
from gdlib.scale.memory import run_capped

signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started in the background ignores Ctrl-C

there = 40

def answer():
    return there + 2

def wait(path, deaf):
    below = subprocess.Popen(["sleep", "300"])
    with open(path + ".new", "w") as file:
        file.write(f"{os.getpid()} {below.pid}")
    os.rename(path + ".new", path)
    if deaf:
        re.match("(a+)+b", 60 * "a")  # takes years, and no other thread of the process gets a turn
    time.sleep(300)

if __name__ == "__main__":
    if len(sys.argv) == 1:
        print(run_capped(answer).result)
    else:
        try:
            sys.platform = sys.argv[2]
            run_capped(wait, sys.argv[1], sys.platform == "linux")
        except KeyboardInterrupt:
            print("interrupted")
"""


def test_a_function_of_the_script_that_runs(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    assert subprocess.check_output([sys.executable, path], text=True) == "42\n"


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="POSIX signals")
@pytest.mark.parametrize(
    "how,system,all_of_them",
    [
        pytest.param("SIGINT", "linux", True, marks=linux),
        pytest.param("SIGKILL", "linux", False, marks=linux),  # at once, even where the child can't act
        ("SIGKILL", "darwin", True),  # the child sees it, and takes along what it started
    ],
)
def test_the_end_of_the_caller_is_the_end_of_the_child(tmp_path, how, system, all_of_them):
    path, pids = tmp_path / "script.py", tmp_path / "pids"
    path.write_text(SCRIPT)
    command, here = [sys.executable, path, pids, system], os.environ | {"TMPDIR": str(tmp_path)}
    caller = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, env=here)
    try:
        assert soon(pids.exists)
        child, below = map(int, pids.read_text().split())
        assert alive(child)
        assert alive(below)
        os.kill(caller.pid, getattr(signal, how))
        out, _ = caller.communicate(timeout=30)
        assert out == ("interrupted\n" if how == "SIGINT" else "")
        ended = [child, below] if all_of_them else [child]
        assert soon(lambda: not any(map(alive, ended)))
    finally:
        for pid in [caller.pid, *map(int, pids.read_text().split() if pids.exists() else [])]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        caller.wait()
        caller.stdout.close()


def test_what_the_function_leaves_running_ends_with_it():
    pid = run_capped(lambda: subprocess.Popen(["sleep", "300"]).pid).result
    assert soon(lambda: not alive(pid))


def soon(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def alive(pid):
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def test_loading_a_table_takes_its_bytes_once(tmp_path):
    """Copied from a map of the file it would take them twice, for a map's pages count too."""
    n, d = 200_000, 24
    np.save(tmp_path / "table.npy", np.ones((n, d + 1)))
    run = run_capped(load, tmp_path / "table.npy")
    assert run.outcome == "finished"
    assert run.result == n
    assert 0.9 < run.peak / footprint(n, d).in_memory < 1.2


def load(path):
    return Table(path).load().n
