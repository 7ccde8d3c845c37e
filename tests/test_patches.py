"""The table of patches against plain loops; what is cut short, full disks."""

import errno
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from gdlib.scale.files import Table
from gdlib.scale.patches import photograph, remove, rows, write

SCAN = 594 * 506  # rows of one version of width 7
ROW = 50 * 8  # bytes of one of its rows in float64


def by_definition(i):
    """Row i, pixel by pixel, from what the module's docstring says."""
    grey = photograph()
    version = i // SCAN
    for _ in range(version % 4):  # a quarter against the clock: the last column becomes the first line
        grey = np.array([grey[:, -1 - line] for line in range(grey.shape[1])])
    if version % 8 >= 4:
        grey = np.array([line[::-1] for line in grey])
    y, x = divmod(i % SCAN, grey.shape[1] - 6)
    contrast, brightness = 1.0, 0.0
    if version:
        rng = np.random.default_rng((0, version))
        contrast = 0.5 + 0.5 * rng.random()
        brightness = (1 - contrast) * rng.random()
    row = []
    for line in range(y, y + 7):
        for column in range(x, x + 7):
            if (line, column) != (y + 3, x + 3):
                row.append(contrast * grey[line, column] + brightness - 0.3)
    return [*row, 1, contrast * grey[y + 3, x + 3] + brightness - 0.3]


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


def test_rows_are_those_of_the_definition():
    """Corners of the first nine versions (every turn and mirror), and some rows in between."""
    ends = [v * SCAN + k for v in range(9) for k in (0, 1, 700, SCAN - 1)]
    for i in [*ends, 12_345, 10**9]:
        np.testing.assert_allclose(rows(i, i + 1)[0], by_definition(i), rtol=0, atol=1e-15)


@pytest.mark.parametrize("start", [0, SCAN - 700, 2 * SCAN - 3])
def test_rows_do_not_depend_on_the_pieces(start):
    whole = rows(start, start + 1500)
    assert (whole.shape, whole.dtype) == ((1500, 50), np.float64)
    cuts = [start, start + 1, start + 3, start + 510, start + 511, start + 1300, start + 1500]
    np.testing.assert_array_equal(np.concatenate([rows(a, b) for a, b in pairwise(cuts)]), whole)


def test_values_stay_in_range_and_versions_differ():
    seen = []
    for version in range(12):
        at = version * SCAN + SCAN // 2
        grey = rows(at, at + 5000)[:, [*range(48), 49]] + 0.3
        assert grey.min() > -1e-15
        assert grey.max() < 1 + 1e-15
        seen.append(grey.mean())
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
    ],
)
def test_rows_names_wrong_arguments(arguments, error, names):
    with pytest.raises(error, match=names):
        rows(*arguments)


# --- files -------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a [1].npy"  # brackets mean something to glob


def test_write_is_the_table_as_numpy_opens_it(path):
    """20,000 rows are written in two pieces."""
    assert write(str(path), 20_000 * ROW + 25) == path
    table = np.load(path, mmap_mode="r")
    assert (table.shape, table.dtype, table.flags.c_contiguous) == ((20_000, 50), np.float64, True)
    np.testing.assert_array_equal(table, rows(0, 20_000))
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("size,names", [(399, "size must be 400 or more, got 399"), ("20 pages", "got '20 pages'")])
def test_write_names_a_wrong_size_and_writes_nothing(path, size, names):
    with pytest.raises(ValueError, match=names):
        write(path, size)
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
    write(path, 8 * ROW)
    np.testing.assert_array_equal(np.load(path), rows(0, 8))
    if os.name == "posix":  # who has it open keeps it
        np.testing.assert_array_equal(old, rows(0, 103))


# --- cut short, disk full, removal -----------------------------------------------------------------

WRITER = """
import signal, sys
from gdlib.scale import patches
signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started in the background ignores Ctrl-C
patches.write(sys.argv[1], "8 GB")
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
        _, err = child.communicate(timeout=30)
    assert child.returncode == -getattr(signal, kind)
    if kind == "SIGINT":
        assert "KeyboardInterrupt" in err
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
