"""The table of patches against plain loops; what is cut short, full disks."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from gdlib.scale.files import Table
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


def test_the_centre_is_worth_what_the_docstring_says():
    X = rows(0, SCAN)[:, :-1]
    kappa = np.linalg.cond(X.T @ X)
    X[:, :-1] += 0.3
    assert np.linalg.cond(X.T @ X) / kappa == pytest.approx(2.6, abs=0.05)


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


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a [1].npy"  # brackets mean something to glob


@pytest.mark.parametrize("dtype", ["float64", "float32", ">f8", "uint8"])
def test_write_is_the_table_as_numpy_opens_it(path, dtype):
    """20,000 rows are written in several pieces."""
    size = 20_000 * 26 * np.dtype(dtype).itemsize + 25
    assert write(str(path), size, width=5, dtype=dtype, seed=3) == path
    table = np.load(path, mmap_mode="r")
    assert (table.shape, table.dtype, table.flags.c_contiguous) == ((20_000, 26), np.dtype(dtype), True)
    np.testing.assert_array_equal(table, rows(0, 20_000, 5, dtype, 3))
    assert list(path.parent.iterdir()) == [path]


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
    with pytest.raises((IsADirectoryError, PermissionError)):
        write(tmp_path, 10_000)
    assert tmp_path.is_dir()
    with pytest.raises(FileNotFoundError, match="missing"):
        write(tmp_path / "missing" / "a.npy", 10_000)
    assert list(tmp_path.iterdir()) == []


def test_another_table_takes_the_place_of_the_old_and_the_size_may_be_a_text(path):
    write(path, "41.5 kB")
    old = np.load(path, mmap_mode="r")
    write(path, 80, width=3, dtype="uint8")
    np.testing.assert_array_equal(np.load(path), rows(0, 8, 3, "uint8"))
    if os.name == "posix":  # who has it open keeps it
        np.testing.assert_array_equal(old, rows(0, 103))


# --- cut short, disk full, removal -----------------------------------------------------------------

WRITER = """
import signal, sys, threading
from gdlib.scale import patches
signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started in the background ignores Ctrl-C
try:
    patches.write(sys.argv[1], "8 GB", progress=True)
finally:
    print([thread.name for thread in threading.enumerate()])
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("kind", ["SIGKILL", "SIGINT"])
def test_what_is_cut_short_is_taken_for_no_table(path, kind):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], **pipes) as child:
        deadline = time.monotonic() + 30
        while not path.exists() or path.stat().st_size < 1_000_000:
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        child.send_signal(getattr(signal, kind))
        out, err = child.communicate(timeout=30)
    assert child.returncode == -getattr(signal, kind)
    if kind == "SIGINT":
        assert "KeyboardInterrupt" in err
        assert out == "['MainThread']\n"
        assert not path.exists()
        assert remove(path) == 0
    else:
        for opened in (Table, lambda path: np.load(path, mmap_mode="r"), np.load):
            with pytest.raises(ValueError, match=r"mmap length|not fully written"):
                opened(path)
        neighbour = write(path.with_name("a 1.npy"), 100 * ROW)
        assert remove(str(path)) >= 1_000_000
        assert list(path.parent.iterdir()) == [neighbour]


def test_too_little_disk_is_told_before_anything_is_written(path, monkeypatch):
    free = SimpleNamespace(free=2_000_000 - 1)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: free)
    with pytest.raises(OSError, match=r"2\.0 MB are needed and 2\.0 MB are free") as caught:
        write(path, 2_000_000)
    assert caught.value.errno == errno.ENOSPC
    assert list(path.parent.iterdir()) == []
    free.free += 1
    assert write(path, 2_000_000).stat().st_size == 2_000_128


LIMITED = """
import resource, sys
from gdlib.scale import patches
resource.setrlimit(resource.RLIMIT_FSIZE, (6_000_000, 6_000_000))
patches.write(sys.argv[1], 20_000_000)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_a_write_that_the_system_refuses_leaves_no_file(path):
    """The limit cuts a batch in two: a part of it is taken, the rest refused, as on a full disk."""
    child = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True)
    assert "OSError: [Errno 27] File too large" in child.stderr
    assert list(path.parent.iterdir()) == []


def test_the_bar_is_shown_when_asked_and_leaves_no_thread(path, capsys):
    write(path, 2_000_000)
    write(path, 2_000_400, progress=False)
    assert capsys.readouterr().err == ""
    before = threading.enumerate()  # another test's bar may have a monitor
    write(path, 2_000_800, progress=True)
    assert "a [1].npy" in capsys.readouterr().err
    assert [thread for thread in threading.enumerate() if thread not in before] == []
