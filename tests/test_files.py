"""Rows of a file: the same numbers as in memory, read ahead, with what can go wrong on a disk."""

import os
import weakref

import numpy as np
import pytest

import gdlib
from gdlib import minibatch, regression
from gdlib.minibatch import batches, sgd
from gdlib.regression import LeastSquares
from gdlib.scale import files
from gdlib.scale.files import Rows

N, D = 997, 5


@pytest.fixture(autouse=True)
def short_runs(monkeypatch):
    """Small blocks and runs, so that a small file has many."""
    monkeypatch.setattr(files, "RUN", 16 * 8 * (D + 1))
    monkeypatch.setattr(regression, "BLOCK", 100 * 8 * D)


@pytest.fixture
def path(tmp_path):
    rng = np.random.default_rng(2)
    table = rng.standard_normal((N, D + 1))
    table[:, D] += table[:, :D] @ [1.0, -1.0, 2.0, 0.5, 0.0]
    np.save(tmp_path / "table.npy", table)
    return tmp_path / "table.npy"


def mapped(path):
    table = np.load(path, mmap_mode="r")
    return table[:, :D], table[:, D]


# --- which rows ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layout", ["one table", "target first", "two files", "y in memory", "offset view", "float32", "uint8", "raw"]
)
@pytest.mark.parametrize("rows", [slice(0, N), slice(3, 4), [5, 6, 7, 996, 0, 3, 4], [N - 1]])
def test_rows_are_those_of_the_file(path, layout, rows):
    table = np.load(path)
    if layout in ("float32", "uint8"):
        table = (table * 30).astype(layout)
        np.save(path, table)
    X, y = table[:, :D], table[:, D]
    if layout == "target first":
        X, y = table[:, 1:], table[:, 0]
        stored = np.load(path, mmap_mode="r")
        rows_of = Rows.of(stored[:, 1:], stored[:, 0])
    elif layout == "two files":
        for name, array in (("X", X), ("y", y)):
            np.save(path.with_name(f"{name}.npy"), array)
        rows_of = Rows.of(*(np.load(path.with_name(f"{name}.npy"), mmap_mode="r") for name in ("X", "y")))
    elif layout == "y in memory":
        rows_of = Rows.of(mapped(path)[0], y)
    elif layout == "offset view":
        big = np.concatenate([np.full((7, D + 1), np.nan), table])
        np.save(path, big)
        stored = np.load(path, mmap_mode="r")[7:]
        rows_of = Rows.of(stored[:, :D], stored[:, D])
    elif layout == "raw":
        with open(path, "wb") as file:
            file.write(b"x" * 5000 + table.tobytes())
        stored = np.memmap(path, float, "r", offset=5000, shape=table.shape)
        rows_of = Rows.of(stored[:, :D], stored[:, D])
    else:
        rows_of = Rows.of(*mapped(path))
    rows = rows if isinstance(rows, slice) else np.array(rows)
    for buffer in (None, rows_of.buffer(N)):
        batch = rows_of.read(rows, buffer)
        np.testing.assert_array_equal(batch.X, X[rows])
        np.testing.assert_array_equal(batch.y, y[rows])
        assert batch.X.dtype == X.dtype
        assert len(batch) == len(y[rows])


def test_what_is_not_stored_row_after_row_stays_as_it_is(path):
    table = np.load(path)
    X, y = mapped(path)
    assert Rows.of(X, y) is not None
    assert Rows.of(table[:, :D], table[:, D]) is None  # in memory
    assert Rows.of(X[::-1], y[::-1]) is None
    assert Rows.of(X[:, ::2], y) is None
    np.save(path.with_name("columns.npy"), np.asfortranarray(table))
    columns = np.load(path.with_name("columns.npy"), mmap_mode="r")
    assert Rows.of(columns[:, :D], columns[:, D]) is None
    private = np.load(path, mmap_mode="c")
    private[0, 0] = 1e6  # is not in the file
    assert Rows.of(private[:, :D], private[:, D]) is None
    assert LeastSquares(private[:, :D], private[:, D]).gradient(np.zeros(D))[0] != 0
    rows = Rows.of(X[::2], y[::2])  # a stride of two rows is still one
    np.testing.assert_array_equal(rows.read(slice(0, 9)).X, table[::2, :D][:9])


# --- batches in runs -------------------------------------------------------------------------------


@pytest.mark.parametrize("n,b,run", [(997, 32, 16), (997, 256, 16), (997, 300, 16), (64, 8, 8), (10, 10, 3), (7, 2, 9)])
def test_an_epoch_in_runs_deals_every_row_once(n, b, run):
    epoch = list(batches(n, b, seed=3, run=run))
    assert len(epoch) == -(-n // b)
    assert max(map(len, epoch)) <= b
    assert sorted(np.concatenate(epoch)) == list(range(n))


def test_runs_stay_together_and_are_dealt_to_all_batches_of_a_chunk(monkeypatch):
    monkeypatch.setattr(minibatch, "RUNS", 4)
    for rows, turns in minibatch._chunks(1000, 20, 0, 1, 10):
        rows = minibatch._numbers(rows)
        if len(rows) == 40:
            assert sorted(turns) == [0, 1]
            assert sorted(set(rows // 10)) == sorted({int(r) for r in rows[::10] // 10})  # four whole runs
            assert all((np.diff(run) == 1).all() for run in rows.reshape(4, 10))
    first = next(batches(1000, 20, 0, run=10))
    assert len(set(first // 10)) == 4  # five rows of each of the four runs


def test_each_row_is_as_likely_in_each_batch_of_runs():
    """Over 4000 epochs, 10 rows in runs of 4 (the last of 2): row i is in the first batch of 5 half the time."""
    rng = np.random.default_rng(0)
    first = np.concatenate([next(batches(10, 5, rng, run=4)) for _ in range(4000)])
    assert abs(np.bincount(first, minlength=10) / 4000 - 0.5).max() < 4 * (0.25 / 4000) ** 0.5


def test_neighbours_that_are_alike_make_a_batch_in_runs_vary_more():
    """125 rows that come eight times each: a batch of 64 in runs of 8 has rows of 16 runs, and varies as one of 16.

    By the formula for batches without replacement, (σ²/16)(1 − 15/124) against (σ²/64)(1 − 63/999): 3.75 times.
    """
    rng = np.random.default_rng(0)
    X = np.repeat(rng.standard_normal((125, 2)), 8, axis=0)
    loss = LeastSquares(X, X @ [1.0, 2.0], "half-mean")
    full = loss.gradient(np.zeros(2))

    def spread(b, run):
        rng = np.random.default_rng(1)
        draws = (next(batches(1000, b, rng, run=run)) for _ in range(1500))
        slopes = np.array([loss.gradient(np.zeros(2), rows) for rows in draws])
        np.testing.assert_allclose(slopes.mean(0), full, atol=5 * slopes.std(0).max() / 1500**0.5)  # still unbiased
        return ((slopes - full) ** 2).sum(1).mean()

    assert 3.2 < spread(64, 8) / spread(64, 1) < 4.3


# --- the loss of a file is the loss ------------------------------------------------------------------


@pytest.mark.parametrize("scale", regression.FACTORS)
@pytest.mark.parametrize("threaded", [False, True])
@pytest.mark.parametrize("read", ["_read_at", "_read_in_turn"])  # the second where there is no preadv
def test_a_file_gives_what_memory_gives(path, scale, threaded, read, monkeypatch):
    monkeypatch.setattr(files, "_read_at", getattr(files, read))
    monkeypatch.setattr(regression, "THREADED", 0 if threaded else 1 << 60)
    monkeypatch.setattr(regression, "CORES", 3)
    table = np.load(path)
    there, here = LeastSquares(*mapped(path), scale), LeastSquares(table[:, :D], table[:, D], scale)
    beta = np.linspace(-1, 1, D)
    near = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(there(beta), here(beta), **near)
    np.testing.assert_allclose(there.gradient(beta), here.gradient(beta), **near)
    many = np.stack([beta, 2 * beta], axis=1)
    np.testing.assert_allclose(there.gradient(many), here.gradient(many), **near)
    for rows in ([3, 4, 5, 99, -1], slice(10, 400), slice(5, 100, 7), slice(900, 2, -3)):
        np.testing.assert_allclose(there(beta, rows), here(beta, rows), **near)
        np.testing.assert_allclose(there.gradient(beta, rows), here.gradient(beta, rows), **near)
    np.testing.assert_allclose(there.solve(), here.solve(), **near)
    if scale not in regression.NORMS:
        np.testing.assert_allclose(there.hessian(), here.hessian(), **near)
    with pytest.raises(IndexError, match="997"):
        there.gradient(beta, [0, N])
    with pytest.raises(ValueError, match="got none"):
        there.gradient(beta, slice(5, 5))


@pytest.mark.parametrize("stored,computed", [("float32", "float32"), ("uint8", "float64"), (">f8", "float64")])
def test_what_is_stored_in_another_type(path, stored, computed):
    table = (np.load(path) * 30).astype(stored)
    np.save(path, table)
    there, here = LeastSquares(*mapped(path)), LeastSquares(table[:, :D], table[:, D])
    assert there.gradient(np.ones(D)).dtype == computed
    np.testing.assert_allclose(there.gradient(np.ones(D)), here.gradient(np.ones(D)), rtol=1e-4)
    np.testing.assert_allclose(there.solve(), here.solve(), rtol=1e-3)


def test_a_deficient_file_has_the_shortest_solution(path):
    table = np.load(path)
    table[:, 1] = table[:, 0]
    np.save(path, table)
    np.testing.assert_allclose(
        LeastSquares(*mapped(path)).solve(), np.linalg.lstsq(table[:, :D], table[:, D])[0], atol=1e-12
    )


@pytest.mark.parametrize("b", [1, 32, 250, N])
def test_sgd_walks_the_same_way_over_a_file_and_over_memory(path, b):
    table = np.load(path)
    there, here = LeastSquares(*mapped(path), "half-mean"), LeastSquares(table[:, :D], table[:, D], "half-mean")
    run = there._file.run
    paths = [sgd(loss, np.zeros(D), 0.01, 75, b, seed=4, run=run) for loss in (there, here)]
    np.testing.assert_allclose(paths[0].points, paths[1].points, rtol=1e-10, atol=1e-12)
    same = sgd(there, np.zeros(D), 0.01, 75, b, seed=4)  # the file's own run
    np.testing.assert_array_equal(same.points, paths[0].points)


@pytest.mark.parametrize("run", [1, 16])
def test_batches_come_in_the_order_of_their_turns(path, run):
    rows, table = Rows.of(*mapped(path)), np.load(path)
    chunks = list(minibatch._chunks(N, 32, 0, 2, run))
    wanted = [minibatch._numbers(part)[j :: len(turns)] for part, turns in chunks for j in turns]
    for batch, numbers in zip(rows.ahead(chunks), wanted, strict=True):
        np.testing.assert_array_equal(batch.X, table[numbers][:, :D])
        np.testing.assert_array_equal(batch.y, table[numbers][:, D])


@pytest.mark.parametrize("disk", [True, False])
def test_from_a_disk_the_next_chunk_is_asked_for_before_this_one_is_used(path, disk, monkeypatch):
    """The system is named every byte of the next chunk and no other; nothing where the rows are in its cache."""
    blocks, asked = iter(range(1000)), []
    monkeypatch.setattr(files, "_from_disk", lambda: next(blocks) if disk else 0)
    monkeypatch.setattr(files, "AHEAD", 100)
    monkeypatch.setattr(os, "posix_fadvise", lambda file, at, size, what: asked.append((at, size)), raising=False)
    monkeypatch.setattr(os, "POSIX_FADV_WILLNEED", 3, raising=False)
    start, row = path.stat().st_size - N * 8 * (D + 1), 8 * (D + 1)
    rows = Rows.of(*mapped(path))
    for i, _ in enumerate(rows.ahead((np.array([[i, i + 10]]), (0,)) for i in range(0, 50, 10))):
        if disk and 0 < i < 4:  # what the first one costs says that it is a disk; after the last one comes nothing
            assert asked[0][0] == start + 10 * (i + 1) * row
            assert [at for at, _ in asked[1:]] == [at + size for at, size in asked[:-1]]
            assert sum(size for _, size in asked) == 10 * row
            assert max(size for _, size in asked) == 100
        else:
            assert asked == []
        asked.clear()
    list(rows.ahead((slice(i, i + 10), (0,)) for i in range(0, 50, 10)))
    assert asked == []  # in the order of the file the system reads ahead untold


@pytest.mark.skipif(files.getrusage is None, reason="only Linux counts the blocks")
def test_rows_that_come_from_a_disk_are_counted(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        before = files._from_disk()
        file.read()
        cold = files._from_disk() - before
        file.seek(0)
        file.read()
        assert files._from_disk() - before == cold  # the second time they are in the cache
    if not cold:
        pytest.skip("this file's system keeps it in memory, or does not count")


# --- memory ----------------------------------------------------------------------------------------


def test_what_is_held_does_not_grow_with_the_file(tmp_path, monkeypatch):
    """NumPy reports its allocations to tracemalloc: 8 and 64 MB of rows need about the same room."""
    import tracemalloc

    monkeypatch.setattr(files, "RUN", 1 << 15)
    monkeypatch.setattr(regression, "BLOCK", 1 << 19)
    monkeypatch.setattr(regression, "THREADED", 0)
    peaks = {}
    for n in (50_000, 400_000):
        table = np.lib.format.open_memmap(tmp_path / f"{n}.npy", "w+", float, (n, 20))
        table[:, 3] = 1.0
        del table
        table = np.load(tmp_path / f"{n}.npy", mmap_mode="r")
        for work in ("full", "sgd", "hessian", "solve"):
            tracemalloc.start()
            loss = LeastSquares(table[:, :19], table[:, 19], "half-mean")
            if work == "full":
                loss.gradient(np.zeros(19))
            elif work == "sgd":
                sgd(loss, np.zeros(19), 0.01, T=2 * n // 500, batch_size=500, record=1000)
            else:
                getattr(loss, work)()
            peaks[work, n] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    for work in ("full", "sgd", "hessian", "solve"):
        assert peaks[work, 400_000] < 2.5 * peaks[work, 50_000]  # two threads may not meet in the small one
        assert peaks[work, 400_000] < 3e6  # of 64 MB
    assert peaks["sgd", 400_000] < 1.2 * 16 * (1 << 15)  # one chunk of 16 runs


# --- what can go wrong -----------------------------------------------------------------------------


def test_a_file_cut_short_is_an_error_not_a_crash(path):
    loss = LeastSquares(*mapped(path), "half-mean")
    os.truncate(path, 20_000)
    for work in (
        lambda: loss.gradient(np.zeros(D)),
        lambda: loss.hessian(),
        lambda: sgd(loss, np.zeros(D), 0.01, T=90, batch_size=32),
        lambda: LeastSquares(*mapped_again(path)),
    ):
        with pytest.raises((OSError, ValueError), match=r"table\.npy (ends in row|is too short)|mmap length"):
            work()


def mapped_again(path):
    return mapped(path)


def test_a_file_cut_short_in_the_middle_of_a_walk(path):
    loss, steps = LeastSquares(*mapped(path), "half-mean"), []

    def rate(t):
        steps.append(t)
        if t == 10:
            os.truncate(path, 20_000)
        return 0.01

    with pytest.raises(OSError, match=r"table\.npy ends in row \d+ of 997"):
        sgd(loss, np.zeros(D), rate, T=900, batch_size=32)
    assert 10 <= len(steps) < 900


def test_a_file_cut_between_mapping_and_use(path):
    X, y = mapped(path)
    os.truncate(path, 20_000)
    with pytest.raises(OSError, match="too short for 997 rows"):
        LeastSquares(X, y)


def test_a_deleted_file_is_read_to_the_end_and_a_missing_one_named(path):
    X, y = mapped(path)
    loss = LeastSquares(X, y)
    before = loss.gradient(np.ones(D))
    path.unlink()  # the disk keeps what an open file holds
    np.testing.assert_array_equal(loss.gradient(np.ones(D)), before)
    with pytest.raises(FileNotFoundError, match=r"table\.npy"):
        LeastSquares(X, y)


@pytest.mark.parametrize("column,name", [(0, "X"), (D, "y")])
def test_a_nan_in_the_file_is_found_where_it_is_read(path, column, name):
    table = np.load(path)
    table[700, column] = np.nan
    np.save(path, table)
    loss = LeastSquares(*mapped(path), "half-mean")
    for work in (
        lambda: loss(np.zeros(D)),
        lambda: loss.gradient(np.zeros(D)),
        lambda: sgd(loss, np.zeros(D), 0.01, 90, 32),
    ):
        with pytest.raises(ValueError, match=f"{name} must be finite"):
            work()


def test_divergence_over_a_file_is_a_result(path):
    loss = LeastSquares(*mapped(path), "half-mean")
    assert sgd(loss, np.zeros(D), 9.0, 5000, 32).stop == "diverged"
    assert gdlib.gradient_descent(loss.gradient, np.zeros(D), lr=50 * loss.max_lr, T=5000).stop == "diverged"


@pytest.mark.parametrize("stored,error", [("complex128", TypeError), ("S8", TypeError)])
def test_a_file_of_another_kind_is_named(path, stored, error):
    np.save(path, np.zeros((9, D + 1), stored))
    with pytest.raises(error, match="X must be an array of real numbers"):
        LeastSquares(*mapped(path))


def test_after_an_interrupt_the_loss_goes_on(path):
    loss = LeastSquares(*mapped(path), "half-mean")
    before = loss.gradient(np.ones(D))

    def rate(t):
        if t == 5:
            raise KeyboardInterrupt
        return 0.01

    with pytest.raises(KeyboardInterrupt):
        sgd(loss, np.zeros(D), rate, T=10**6, batch_size=32)
    np.testing.assert_array_equal(loss.gradient(np.ones(D)), before)


def test_the_file_is_closed_with_the_loss(path):
    loss = LeastSquares(*mapped(path))
    handle, gone = loss._file._parts[0]._file, weakref.ref(loss._file)
    assert not handle.closed
    del loss
    assert gone() is None
    assert handle.closed
