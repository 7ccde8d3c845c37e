"""The table of patches against plain loops; files of it against kills, full disks and one another."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections import namedtuple
from itertools import pairwise

import numpy as np
import pytest

from gdlib.scale import patches
from gdlib.scale.patches import photograph, remove, rows, write

SCAN = 594 * 506  # rows of one version of width 7
ROW = 50 * 8  # bytes of one of its rows in float64


def by_definition(i, width, seed=0):
    """Row i, pixel by pixel, from what the module's docstring says; grey in [0, 1]."""
    grey = photograph()
    pixels = (grey.shape[0] - width + 1) * (grey.shape[1] - width + 1)
    version = i // pixels
    for _ in range(version % 4):  # a quarter against the clock: the last column becomes the first line
        grey = np.array([grey[:, -1 - line] for line in range(grey.shape[1])])
    if version % 8 >= 4:
        grey = np.array([line[::-1] for line in grey])
    y, x = divmod(i % pixels, grey.shape[1] - width + 1)
    contrast, brightness = 1.0, 0.0
    if version:
        rng = np.random.default_rng((seed, version))
        contrast = 0.5 + 0.5 * rng.random()
        brightness = (1 - contrast) * rng.random()
    row = []
    for line in range(y, y + width):
        for column in range(x, x + width):
            if (line, column) != (y + width // 2, x + width // 2):
                row.append(contrast * grey[line, column] + brightness)
    return np.array(row), contrast * grey[y + width // 2, x + width // 2] + brightness


# --- the photograph and its rows ---------------------------------------------------------------


def test_photograph_is_the_luma_of_its_colours():
    from matplotlib import cbook, image

    colours = image.imread(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))
    grey = photograph()
    assert (grey.shape, grey.dtype, grey.min(), grey.max()) == ((600, 512), np.float64, 0.0, 1.0)
    np.testing.assert_allclose(grey, colours @ [0.2126, 0.7152, 0.0722] / 255, atol=1e-15)
    assert photograph() is grey
    with pytest.raises(ValueError, match="read-only"):
        grey[0, 0] = 0


@pytest.mark.parametrize("width", [3, 7])
def test_rows_are_those_of_the_definition(width):
    """Corners of the first nine versions (every turn and mirror), and some rows in between."""
    scan = (600 - width + 1) * (512 - width + 1)
    ends = [v * scan + k for v in range(9) for k in (0, 1, 700, scan - 1)]
    for i in [*ends, 12_345, 10**9]:
        neighbours, middle = by_definition(i, width, seed=5)
        expected = [*(neighbours - 0.3), 1, middle - 0.3]
        np.testing.assert_allclose(rows(i, i + 1, width, seed=5)[0], expected, rtol=0, atol=1e-15)
        whole = [*np.rint(255 * neighbours), 1, np.rint(255 * middle)]
        np.testing.assert_array_equal(rows(i, i + 1, width, "uint8", seed=5)[0], whole)


@pytest.mark.parametrize("dtype", ["float64", "float32", "uint8"])
@pytest.mark.parametrize("start", [0, SCAN - 700, 2 * SCAN - 3])
def test_rows_do_not_depend_on_the_pieces(start, dtype):
    whole = rows(start, start + 1500, dtype=dtype)
    assert (whole.shape, whole.dtype) == ((1500, 50), np.dtype(dtype))
    cuts = [start, start + 1, start + 3, start + 510, start + 511, start + 1300, start + 1500]
    pieces = [rows(a, b, dtype=dtype) for a, b in pairwise(cuts)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_values_stay_in_range_and_versions_and_seeds_differ():
    middle = slice(SCAN // 2, SCAN // 2 + 5000)
    seen = []
    for version in range(12):
        at = (version * SCAN + middle.start, version * SCAN + middle.stop)
        grey = rows(*at)[:, [*range(48), 49]] + 0.3
        assert grey.min() > -1e-15
        assert grey.max() < 1 + 1e-15
        seen.append(grey.mean())
        same = (rows(*at, seed=1) == rows(*at, seed=0)).all()
        assert same == (version == 0)  # the photograph itself has no seed
    assert len(set(seen)) == 12


def test_all_of_a_version_stays_in_range():
    for version in range(9):
        grey = rows(version * SCAN, (version + 1) * SCAN, dtype="float32")[:, -1] + np.float32(0.3)
        assert -1e-6 < grey.min() < grey.max() < 1 + 1e-6


def test_the_centre_is_worth_what_the_docstring_says():
    X = rows(0, SCAN)[:, :-1]
    kappa = np.linalg.cond(X.T @ X)
    X[:, :-1] += 0.3
    assert np.linalg.cond(X.T @ X) / kappa == pytest.approx(2.6, abs=0.05)


def test_rows_take_the_memory_of_the_result_and_of_few_images():
    patches._version.cache_clear()
    photograph()
    tracemalloc.start()
    try:
        size = rows(SCAN, SCAN + 100_000).nbytes
        assert tracemalloc.get_traced_memory()[1] < size + 4 * photograph().nbytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "arguments,error,names",
    [
        ((-1, 5), ValueError, "start must be 0 or more, got -1"),
        ((0.5, 5), TypeError, "start must be a whole number, got 0.5"),
        ((5, 5), ValueError, "stop must be 6 or more, got 5"),
        ((0, True), TypeError, "stop must be a whole number, got True"),
        ((0, 5, 4), ValueError, "width must be odd, 3 to 511, got 4"),
        ((0, 5, 1), ValueError, "width must be 3 or more, got 1"),
        ((0, 5, 513), ValueError, "width must be odd, 3 to 511, got 513"),
        ((0, 5, 7, "int64"), TypeError, "dtype must be a floating type or uint8, got 'int64'"),
        ((0, 5, 7, "complex128"), TypeError, "dtype must be a floating type"),
        ((0, 5, 7, "flaot64"), TypeError, "dtype must be a floating type or uint8, got 'flaot64'"),
        ((0, 5, 7, "float64", -1), ValueError, "seed must be 0 or more, got -1"),
    ],
)
def test_rows_names_wrong_arguments(arguments, error, names):
    with pytest.raises(error, match=names):
        rows(*arguments)


def test_the_widest_patch_has_few_rows_a_version():
    assert rows(0, 1, 511).shape == (1, 511**2 + 1)


# --- files -------------------------------------------------------------------------------------


def parts(path):
    return sorted(path.parent.glob("*.part"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a [1].npy"  # brackets mean something to glob


@pytest.mark.parametrize("dtype", ["float64", "float32", ">f8", "uint8"])
def test_write_is_the_table_as_numpy_opens_it(path, dtype, monkeypatch):
    monkeypatch.setattr(patches, "BATCH", 33_333)
    size = 1000 * 26 * np.dtype(dtype).itemsize + 25
    assert write(str(path), size, width=5, dtype=dtype, seed=3) == path
    table = np.load(path, mmap_mode="r")
    assert (table.shape, table.dtype, table.flags.c_contiguous) == ((1000, 26), np.dtype(dtype), True)
    np.testing.assert_array_equal(table, rows(0, 1000, 5, dtype, 3))
    assert parts(path) == []


@pytest.mark.parametrize(
    "arguments,error,names",
    [
        ((399,), ValueError, "size must be 400 or more, got 399"),
        (("20 pages",), ValueError, "a size must be .* got '20 pages'"),
        ((10_000, 4), ValueError, "width must be odd"),
        ((10_000, 7, "int8"), TypeError, "dtype must be"),
        ((10_000, 7, "float64", 0.5), TypeError, "seed must be a whole number"),
    ],
)
def test_write_names_wrong_arguments_and_writes_nothing(path, arguments, error, names):
    with pytest.raises(error, match=names):
        write(path, *arguments)
    assert list(path.parent.iterdir()) == []


def test_a_place_where_nothing_can_be_written(tmp_path):
    with pytest.raises(IsADirectoryError, match="path must name a file"):
        write(tmp_path, 10_000)
    with pytest.raises(FileNotFoundError, match="missing"):
        write(tmp_path / "missing" / "a.npy", 10_000)
    assert list(tmp_path.iterdir()) == []


def test_the_size_may_be_a_text(path):
    assert np.load(write(path, "41.5 kB")).shape == (103, 50)


def test_a_whole_file_is_left_as_it_is(path, monkeypatch):
    write(path, 100 * ROW)
    before = path.stat()
    monkeypatch.setattr(patches, "_fill", None)  # writing would now fail
    write(path, 100 * ROW + 399)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def cut(data):
    return data[:-1]


def longer(data):
    return data + b"\0"


def other_last_row(data):
    return data[:-8] + b"\0" * 8


def other_first_row(data):
    return data[:128] + b"\0" * 8 + data[136:]


def other_header(data):
    return data.replace(b"'<f8'", b"'<i8'")


@pytest.mark.parametrize("damage", [cut, longer, other_last_row, other_first_row, other_header])
def test_a_file_that_is_not_whole_is_written_again(path, damage):
    whole = write(path, 100 * ROW).read_bytes()
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole
    assert write(path, 100 * ROW).read_bytes() == whole


def test_other_content_is_replaced_only_when_the_new_is_whole(path, monkeypatch):
    old = write(path, 100 * ROW).read_bytes()
    put, seen = patches._put, []

    def look(file, data):
        put(file, data)
        seen.append(path.read_bytes() == old)

    monkeypatch.setattr(patches, "_put", look)
    write(path, 100 * ROW, dtype="float32")
    assert seen
    assert all(seen)
    table = np.load(path)
    assert table.dtype == np.float32
    np.testing.assert_array_equal(table, rows(0, 200, dtype="float32"))


def test_another_seed_is_other_content(path):
    n = 598 * 510 + 10_000  # beyond the first version, which has none
    for seed in (0, 1):
        write(path, 10 * n, width=3, dtype="uint8", seed=seed)
        np.testing.assert_array_equal(np.load(path)[-10_000:], rows(n - 10_000, n, 3, "uint8", seed))


# --- cut short ---------------------------------------------------------------------------------

SLOW = """
import sys, threading, time
from gdlib.scale import patches
table, patches.BATCH = patches.rows, 20_000
def slow(start, stop, **kind):
    if stop > start + 1:
        time.sleep(0.01)
    return table(start, stop, **kind)
patches.rows = slow
try:
    patches.write(sys.argv[1], 2_000_000, progress=True)
finally:
    print([thread.name for thread in threading.enumerate()])
"""


@pytest.fixture
def slow_writer(path):
    """A process that needs a second for its 100 batches of 50 rows, and is under way."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", SLOW, str(path)], **pipes) as child:
        deadline = time.monotonic() + 30
        while not any(part.stat().st_size > 200_000 for part in parts(path)):
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        yield child
        child.kill()


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("kind", ["SIGKILL", "SIGINT"])
def test_a_killed_write_is_resumed(path, slow_writer, tmp_path_factory, monkeypatch, kind):
    slow_writer.send_signal(getattr(signal, kind))
    out, err = slow_writer.communicate(timeout=30)
    assert slow_writer.returncode == -getattr(signal, kind)
    if kind == "SIGINT":
        assert "KeyboardInterrupt" in err
        assert out == "['MainThread']\n"
    assert not path.exists()
    (part,) = parts(path)
    done = (part.stat().st_size - 128) // ROW
    assert 450 < done < 5000
    with open(part, "ab") as file:
        file.write(b"half a row" * 20)  # as a kill inside a write leaves it
    made = []
    monkeypatch.setattr(patches, "rows", lambda a, b, **kind: made.append((a, b)) or rows(a, b, **kind))
    write(path, 2_000_000)
    assert sum(b - a for a, b in made if b > a + 1) == 5000 - done
    assert parts(path) == []
    monkeypatch.undo()
    assert path.read_bytes() == write(tmp_path_factory.mktemp("one go") / "b.npy", 2_000_000).read_bytes()


@pytest.mark.parametrize("damage", [other_last_row, other_first_row, other_header, longer])
def test_a_part_of_other_content_is_not_resumed(path, monkeypatch, damage):
    whole = write(path, 100 * ROW).read_bytes()
    path.unlink()
    monkeypatch.setattr(patches.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(path, 100 * ROW)
    (part,) = parts(path)
    part.write_bytes(damage(whole))
    monkeypatch.undo()
    assert write(path, 100 * ROW).read_bytes() == whole


def interrupt(*_):
    raise KeyboardInterrupt


# --- disk full, removal ------------------------------------------------------------------------

Usage = namedtuple("Usage", "total used free")


def test_too_little_disk_is_said_before_anything_is_written(path, monkeypatch):
    monkeypatch.setattr(patches.shutil, "disk_usage", lambda folder: Usage(9e9, 8e9, 2_000_127))
    with pytest.raises(OSError, match=r"12\.0 MB are needed and 2\.0 MB are free") as caught:
        write(path, 12_000_000)
    assert caught.value.errno == errno.ENOSPC
    with pytest.raises(OSError, match="are needed"):
        write(path, 2_000_000)
    assert list(path.parent.iterdir()) == []
    monkeypatch.setattr(patches.shutil, "disk_usage", lambda folder: Usage(9e9, 8e9, 2_000_128))
    assert write(path, 2_000_000).stat().st_size == 2_000_128


def test_what_a_part_holds_is_not_needed_again(path, monkeypatch):
    monkeypatch.setattr(patches.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(path, 100 * ROW)
    monkeypatch.undo()
    monkeypatch.setattr(patches.shutil, "disk_usage", lambda folder: Usage(9e9, 9e9, 0))
    assert write(path, 100 * ROW).stat().st_size == 128 + 100 * ROW


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full, where every write finds the disk full")
def test_disk_full_in_the_middle_removes_the_part_and_keeps_the_old_file(path, monkeypatch):
    old = write(path, 100 * ROW).read_bytes()
    put, calls = patches._put, []

    def fills_up(file, data):
        calls.append(len(data))
        if len(calls) < 4:
            return put(file, data)
        with open("/dev/full", "wb", buffering=0) as full:
            return put(full, data)

    monkeypatch.setattr(patches, "BATCH", 20_000)
    monkeypatch.setattr(patches, "_put", fills_up)
    with pytest.raises(
        OSError, match=r"No space left on device: 2\.0 MB could not be written; the unfinished"
    ) as caught:
        write(path, 2_000_000)
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(path)
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == old


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
from gdlib.scale import patches
patches.BATCH = 3_000
patches.write(sys.argv[1], 2_000_000)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_a_write_that_the_system_refuses_removes_the_part(path):
    """The limit cuts a batch in two: a part of it is taken, the rest refused."""
    child = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True)
    assert "File too large: 2.0 MB could not be written; the unfinished part was removed" in child.stderr
    assert list(path.parent.iterdir()) == []


def test_a_write_that_takes_a_few_bytes_at_a_time_is_finished():
    taken = []

    class Slow:
        def write(self, data):
            taken.append(bytes(data[:3]))
            return len(taken[-1])

    patches._put(Slow(), b"0123456789")
    assert taken == [b"012", b"345", b"678", b"9"]


def test_remove_takes_the_file_and_its_parts_and_nothing_else(path, monkeypatch):
    assert remove(path) == 0
    assert remove(path.parent / "missing" / "a.npy") == 0
    monkeypatch.setattr(patches.os, "fsync", interrupt)
    for kind in (
        {"dtype": "float32"},
        {"dtype": "uint8"},
        {"seed": 1},
        {"seed": 2},
        {"width": 3},
    ):  # each has a part of its own
        with pytest.raises(KeyboardInterrupt):
            write(path, 8000 * 10, **kind)
    monkeypatch.undo()
    write(path, 100 * ROW)
    neighbour = path.with_name("a [1].npy.notes.part")
    neighbour.write_text("mine")
    other = write(path.with_name("a 1.npy"), 100 * ROW)
    assert len(parts(path)) == 6
    assert remove(str(path)) == 5 * (128 + 80_000) + 128 + 100 * ROW
    assert sorted(path.parent.iterdir()) == sorted([neighbour, other])


# --- two writers, the bar ----------------------------------------------------------------------


@pytest.mark.skipif(patches.fcntl is None, reason="needs flock")
def test_a_second_writer_is_told(path, slow_writer):
    with pytest.raises(BlockingIOError, match="another process is writing these rows"):
        write(path, 2_000_000)
    slow_writer.communicate(timeout=30)
    assert slow_writer.returncode == 0
    np.testing.assert_array_equal(np.load(path), rows(0, 5000))
    assert parts(path) == []


def test_two_writers_without_locks_write_the_same_bytes(path, monkeypatch):
    """The second begins in the middle of the first, half a row behind it, and goes on after it has renamed the file."""
    monkeypatch.setattr(patches, "fcntl", None)
    monkeypatch.setattr(patches, "BATCH", 20_000)
    put, turns, errors = patches._put, {"first": 0, "second": 0}, []

    def in_turn(file, data):
        me = threading.current_thread().name
        turns[me] += 1
        put(file, memoryview(data)[:300])
        if (me, turns[me]) == ("first", 30):
            threads["second"].start()
            wait_for(lambda: turns["second"] > 10)
        if (me, turns[me]) == ("second", 20):
            wait_for(path.exists)
        put(file, memoryview(data)[300:])

    def wait_for(condition):
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.001)

    def run():
        try:
            write(path, 2_000_000)
        except BaseException as error:
            errors.append(error)

    monkeypatch.setattr(patches, "_put", in_turn)
    threads = {name: threading.Thread(target=run, name=name) for name in turns}
    threads["first"].start()
    for thread in threads.values():
        wait_for(lambda thread=thread: thread.ident is not None)
        thread.join()
    assert errors == []
    assert turns["second"] > 20
    np.testing.assert_array_equal(np.load(path), rows(0, 5000))
    assert parts(path) == []


def test_a_part_that_vanishes_is_an_error(path, monkeypatch):
    monkeypatch.setattr(patches.os, "fsync", lambda number: remove(path))
    with pytest.raises(FileNotFoundError):
        write(path, 100 * ROW)
    assert list(path.parent.iterdir()) == []


def test_the_bar_is_shown_when_asked_and_leaves_no_thread(path, capsys):
    write(path, 2_000_000)
    assert capsys.readouterr().err == ""
    write(path, 2_000_400, progress=False)
    assert capsys.readouterr().err == ""
    before = threading.enumerate()  # another test's bar may have a monitor
    write(path, 2_000_800, progress=True)
    assert "a [1].npy" in capsys.readouterr().err
    assert [thread for thread in threading.enumerate() if thread not in before] == []


@pytest.mark.parametrize("progress", [None, False])
def test_the_bar_comes_by_itself_after_a_second(path, capsys, monkeypatch, progress):
    monkeypatch.setattr(patches, "BATCH", 1_000_000)
    put = patches._put
    monkeypatch.setattr(patches, "_put", lambda file, data: time.sleep(0.4) or put(file, data))
    write(path, 2_000_000, progress=progress)
    shown = capsys.readouterr().err
    assert ("a [1].npy" in shown, "/2.00M" in shown) == (progress is None, progress is None)
