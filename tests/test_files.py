"""Rows of a file: the same numbers as in memory, read in runs, with what can go wrong on a disk."""

import copy
import os
import pickle
import sys
import threading
import tracemalloc

import numpy as np
import pytest

import gdlib
from gdlib import LeastSquares, sgd
from gdlib.regression import ROOTS, SCALES
from gdlib.scale import files
from gdlib.scale.files import Table, batches
from gdlib.scale.memory import run_capped

N, D, RUN = 9000, 30, 50  # 2.2 MB: two blocks, and many runs

near = {"rtol": 1e-10, "atol": 1e-10}


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(2)
    table = rng.standard_normal((N, D + 1))
    table[:, D] += table[:, :4] @ [1.0, -1.0, 2.0, 0.5]
    return table


@pytest.fixture
def path(table, tmp_path):
    np.save(tmp_path / "table.npy", table)
    return tmp_path / "table.npy"


# --- which rows ------------------------------------------------------------------------------------


@pytest.fixture(params=["preadv", "in turn"])
def reader(request, monkeypatch):
    """With preadv, and as on Windows, where os has none."""
    if request.param == "in turn":
        monkeypatch.delattr(os, "preadv", raising=False)


ROWS = [None, slice(0, N), slice(3, 4), slice(10, 400), slice(5, 900, 7), slice(900, 2, -3), slice(-9, None)]
ROWS += [[5, 6, 7, N - 1, 0, 3, 4], [N - 1], [-1, 4, 4], np.arange(N)[::-2], np.arange(9, dtype=np.uint8)]


@pytest.mark.parametrize("rows", ROWS, ids=lambda rows: str(rows)[:20])
def test_rows_are_those_of_the_file(path, table, rows, reader):
    blocks = list(Table(path).each(lambda X, y: np.column_stack([X, y]), rows))
    np.testing.assert_array_equal(np.concatenate(blocks), table[slice(None) if rows is None else rows])
    assert max(map(len, blocks)) * D * 8 <= 1 << 21


@pytest.mark.parametrize("stored,computed", [("f4", "f4"), ("f2", "f4"), ("u1", "f8"), (">f8", "f8"), ("?", "f8")])
def test_what_is_stored_in_another_type(path, table, stored, computed):
    table = (table * 30).astype("i8").astype(stored)
    np.save(path, table)
    there, here = LeastSquares(Table(path)), LeastSquares(table[:, :D], table[:, D])
    assert there.gradient(np.ones(D)).dtype == computed
    np.testing.assert_allclose(there.gradient(np.ones(D)), here.gradient(np.ones(D)), rtol=1e-3)
    np.testing.assert_allclose(there.solve(), here.solve(), rtol=5e-3)


def test_a_long_double_is_computed_in_float64(path, table):
    np.save(path, table.astype(np.longdouble))
    np.testing.assert_allclose(LeastSquares(Table(path)).solve(), np.linalg.lstsq(table[:, :D], table[:, D])[0])


@pytest.mark.parametrize("scale", SCALES)
def test_a_file_gives_what_memory_gives(path, table, scale):
    there, here = LeastSquares(Table(path), scale=scale), LeastSquares(table[:, :D], table[:, D], scale)
    beta = np.linspace(-1, 1, D)
    many = np.stack([beta, 2 * beta], axis=1)
    np.testing.assert_allclose(there.gradient(many), here.gradient(many), **near)
    for rows in ROWS:
        np.testing.assert_allclose(there(beta, rows), here(beta, rows), **near)
        np.testing.assert_allclose(there.gradient(beta, rows), here.gradient(beta, rows), **near)
    np.testing.assert_allclose(there.solve(), here.solve(), **near)
    if scale not in ROOTS:
        np.testing.assert_allclose(there.hessian(), here.hessian(), **near)


def test_the_first_rows_only(path, table):
    loss = LeastSquares(Table(path, rows=700))
    np.testing.assert_allclose(
        loss.gradient(np.ones(D)), LeastSquares(table[:700, :D], table[:700, D]).gradient(np.ones(D))
    )
    assert (loss.n, loss.data.load().n) == (700, 700)
    with pytest.raises(IndexError, match="below n = 700, got 700"):
        loss.gradient(np.ones(D), [700])


def test_a_deficient_file_has_the_shortest_solution(path, table):
    table = table.copy()
    table[:, 1] = table[:, 0]
    np.save(path, table)
    expected = np.linalg.lstsq(table[:, :D], table[:, D])[0]
    np.testing.assert_allclose(LeastSquares(Table(path)).solve(), expected, atol=1e-12)


# --- batches in runs -------------------------------------------------------------------------------


@pytest.mark.parametrize("n,b,run", [(997, 32, 16), (997, 256, 16), (997, 300, 16), (64, 8, 8), (10, 10, 3), (7, 2, 9)])
def test_an_epoch_in_runs_deals_every_row_once(n, b, run):
    epoch = list(batches(n, b, seed=3, run=run))
    assert len(epoch) == -(-n // b)
    assert max(map(len, epoch)) <= b
    assert sorted(np.concatenate(epoch)) == list(range(n))


def test_runs_stay_together_and_are_dealt_to_all_batches_of_a_chunk():
    epoch = list(batches(1600, 20, seed=0, run=10))  # 16 runs of 10 rows make a chunk of 8 batches
    for i in range(0, len(epoch), 8):
        chunk = np.sort(np.concatenate(epoch[i : i + 8]))
        assert sorted(chunk[::10] % 10) == [0] * 16
        assert len(np.unique(chunk // 10)) == 16
    assert len(set(epoch[0] // 10)) == 16  # a batch has rows of all of them


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


@pytest.mark.parametrize("run", [1, RUN, N])
@pytest.mark.parametrize("b", [64, 1000, 4501])
def test_batches_of_a_file_are_the_rows_that_are_dealt(path, table, b, run):
    dealt = list(batches(N, b, seed=5, epochs=2, run=run))
    assert run > 1 or all((a == b).all() for a, b in zip(dealt, gdlib.batches(N, b, 5, 2), strict=True))
    for batch, rows in zip(Table(path, run).batches(b, seed=5, epochs=2), dealt, strict=True):
        assert len(batch) == len(rows)
        np.testing.assert_array_equal(np.column_stack([batch.X, batch.y]), table[rows])


@pytest.mark.parametrize("b", [1, 32, 1000, N])
def test_sgd_walks_the_same_way_over_a_file_and_over_its_rows_in_memory(path, b):
    source = Table(path, RUN)
    paths = [
        sgd(LeastSquares(data, scale="mean"), np.zeros(D), 0.01, 75, b, seed=4) for data in (source, source.load())
    ]
    np.testing.assert_allclose(paths[0].points, paths[1].points, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(paths[0].norms, paths[1].norms, rtol=1e-10)


def test_wrong_arguments_are_named_at_once(path):
    for arguments, error, names in (
        ({"run": 0}, ValueError, "run must be 1 or more, got 0"),
        ({"run": 2.5}, TypeError, "run must be a whole number"),
        ({"rows": 0}, ValueError, "rows must be 1 or more, got 0"),
        ({"rows": N + 1}, ValueError, f"rows must be at most {N}, got {N + 1}"),
    ):
        with pytest.raises(error, match=names):
            Table(path, **arguments)
    loss = LeastSquares(Table(path))
    for deal in (loss.batches, lambda *a, **k: batches(N, *a, run=7, **k)):
        for arguments, names in (((0,), "batch_size must be 1 or more"), ((N + 1,), "between 1 and n = 9000")):
            with pytest.raises(ValueError, match=names):
                deal(*arguments)
        with pytest.raises(ValueError, match="epochs must be 1 or more"):
            deal(5, epochs=0)
    with pytest.raises(ValueError, match="run must be 1 or more, got 0"):
        batches(9, 3, run=0)
    for rows, error, names in (
        ([0, N], IndexError, "below n = 9000, got 9000"),
        ([-N - 1], IndexError, "got -9001"),
        (slice(5, 5), ValueError, "rows must be a slice or a vector of row numbers, one at least"),
        ([], ValueError, "rows must be a slice or a vector of row numbers, one at least"),
        ([0.5], ValueError, "rows must be a slice or a vector of row numbers"),
        (np.ones(N, bool), ValueError, "rows must be a slice or a vector of row numbers"),
    ):
        with pytest.raises(error, match=names):
            loss.gradient(np.zeros(D), rows)


# --- reading ahead, memory -------------------------------------------------------------------------


@pytest.mark.skipif(files.getrusage is None, reason="only Linux counts the blocks that a thread has read")
def test_from_a_disk_every_byte_of_the_next_chunk_is_asked_for(path, monkeypatch):
    """From a file that is in the system's cache nothing is asked for; else all rows but those of the first two chunks."""
    asked, tell = [], os.posix_fadvise

    def noted(file, at, size, what):
        asked.append((at, size))
        tell(file, at, size, what)

    source, start = Table(path, RUN), path.stat().st_size - N * (D + 1) * 8
    with open(path, "rb") as file:
        file.read()
        monkeypatch.setattr(os, "posix_fadvise", noted)
        for _ in source.batches(RUN):
            pass
        assert asked == []
        os.fsync(file.fileno())
        tell(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    for _ in source.batches(RUN):
        pass
    if not asked:
        pytest.skip("this file's system keeps it in memory, or does not count")
    assert max(size for _, size in asked) <= 1 << 17
    assert all(at >= start and (at - start) % ((D + 1) * 8) == 0 for at, _ in asked)
    assert len({at for at, _ in asked}) == len(asked)


def test_what_is_held_does_not_grow_with_the_file(tmp_path):
    """NumPy reports its allocations to tracemalloc: 10 and 40 MB of rows need about the same."""
    peaks = {}
    for n in (60_000, 240_000):
        np.save(tmp_path / "t.npy", np.tile(np.arange(20.0), (n, 1)))
        for work in ("gradient", "sgd", "hessian", "solve"):
            tracemalloc.start()
            loss = LeastSquares(Table(tmp_path / "t.npy"), scale="half-mean")
            if work == "gradient":
                loss.gradient(np.zeros(19))
            elif work == "sgd":
                sgd(loss, np.zeros(19), 1e-9, T=n // 500, batch_size=500, record=1000)
            else:
                getattr(loss, work)()
            peaks[work, n] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    for work in ("gradient", "sgd", "hessian", "solve"):
        assert peaks[work, 240_000] < 1.2 * peaks[work, 60_000] < 8e6


# --- copies and threads ------------------------------------------------------------------------------


def test_a_loss_over_a_file_can_be_copied_pickled_and_sent(path):
    loss = LeastSquares(Table(path, run=3, rows=700), scale="mean")
    expected = loss.gradient(np.ones(D))
    walked = sgd(loss, np.zeros(D), 0.01, 30, 32).final
    for twin in (copy.copy(loss), copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        np.testing.assert_array_equal(twin.gradient(np.ones(D)), expected)
        np.testing.assert_array_equal(sgd(twin, np.zeros(D), 0.01, 30, 32).final, walked)
    assert len(pickle.dumps(loss)) < 2000  # no row
    run = run_capped(lambda loss: loss.gradient(np.ones(D)), loss)
    np.testing.assert_array_equal(run.result, expected)


@pytest.fixture
def quick_turns():
    """Threads that take turns 500 times as often as usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


def test_threads_may_share_a_loss(path, reader, quick_turns):
    loss = LeastSquares(Table(path, RUN), scale="mean")
    parts = [np.arange(i, N, 97) for i in range(3)]  # many reads each
    alone = [loss.gradient(np.ones(D), part) for part in parts]
    walked, found = sgd(loss, np.zeros(D), 0.01, 200, 50).final, []

    def work(part, gradient):
        for _ in range(20):
            found.append(np.array_equal(loss.gradient(np.ones(D), part), gradient))
        found.append(np.array_equal(sgd(loss, np.zeros(D), 0.01, 200, 50).final, walked))

    threads = [threading.Thread(target=work, args=task) for task in zip(parts, alone, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 63


# --- what can go wrong -----------------------------------------------------------------------------


def test_a_file_that_holds_no_such_table_is_named(path):
    def npz():
        with open(path, "wb") as file:
            np.savez(file, a=np.ones((3, 2)))

    for make, names in (
        (lambda: path.write_bytes(b""), "path must name a whole .npy table, and .*table.npy is none"),
        (lambda: path.write_text("1,2,3\n" * 99), "is none"),
        (npz, "is none"),
        (lambda: np.save(path, np.zeros(9)), r"must have shape \(n, d \+ 1\) with d >= 1, got \(9,\)"),
        (lambda: np.save(path, np.zeros((9, 1))), r"got \(9, 1\)"),
        (lambda: np.save(path, np.zeros((0, 3))), r"got \(0, 3\)"),
        (lambda: np.save(path, np.zeros((9, 3), complex)), "must hold real numbers.*got complex128"),
        (lambda: np.save(path, np.zeros((9, 3), "S8")), "must hold real numbers"),
        (lambda: np.save(path, np.full((9, 3), None), allow_pickle=True), "is none: .*objects"),
        (lambda: np.save(path, np.asfortranarray(np.ones((9, 3)))), "row after row, got float64 column after column"),
    ):
        make()
        with pytest.raises(ValueError, match=names):
            Table(path)
    with pytest.raises(FileNotFoundError, match=r"missing\.npy"):
        Table(path.with_name("missing.npy"))


def test_a_file_cut_short_is_an_error_not_a_crash(path):
    loss = LeastSquares(Table(path), scale="half-mean")
    os.truncate(path, 20_000)
    for work in (
        lambda: loss(np.zeros(D)),
        lambda: loss.gradient(np.zeros(D)),
        lambda: loss.gradient(np.zeros(D), [N - 1]),
        lambda: loss.solve(),
        lambda: sgd(loss, np.zeros(D), 0.01, T=90, batch_size=32),
    ):
        with pytest.raises(OSError, match=r"table\.npy ends before row \d+ of 9000: it was cut short"):
            work()
    with pytest.raises(ValueError, match=r"must name a whole .npy table, and .*table\.npy is none"):
        Table(path)


def test_a_file_cut_short_in_the_middle_of_a_walk(path):
    loss, steps = LeastSquares(Table(path, RUN), scale="half-mean"), []

    def rate(t):
        steps.append(t)
        if t == 10:
            os.truncate(path, 20_000)
        return 0.01

    with pytest.raises(OSError, match=r"table\.npy ends before row \d+ of 9000"):
        sgd(loss, np.zeros(D), rate, T=1800, batch_size=32)
    assert 10 <= len(steps) < 1800


@pytest.mark.skipif(os.name != "posix", reason="an open file can't be deleted or replaced there")
def test_a_table_that_is_deleted_or_replaced_is_read_to_the_end(path):
    loss = LeastSquares(Table(path))
    before = loss.gradient(np.ones(D))
    np.save(path.with_name("new.npy"), np.ones((3, 2)))
    os.replace(path.with_name("new.npy"), path)  # the disk keeps what an open file holds
    np.testing.assert_array_equal(loss.gradient(np.ones(D)), before)
    path.unlink()
    np.testing.assert_array_equal(loss.gradient(np.ones(D)), before)
    with pytest.raises(FileNotFoundError, match=r"table\.npy"):
        copy.deepcopy(loss)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("column,name", [(0, "X"), (D, "y")])
def test_a_nan_in_the_file_is_found_when_it_is_read_and_named_with_its_rows(path, table, column, name, wrong):
    table = table.copy()
    table[700, column] = wrong
    np.save(path, table)
    loss = LeastSquares(Table(path), scale="half-mean")
    loss.gradient(np.zeros(D), slice(0, 700))  # not read
    with np.errstate(invalid="ignore"):
        for work, rows in (
            (lambda: loss(np.zeros(D)), "rows 0 to 8737"),
            (lambda: loss.gradient(np.zeros(D)), "rows 0 to 8737"),
            (lambda: loss.gradient(np.zeros(D), [3, 700]), "rows 3 to 700"),
            (lambda: sgd(loss, np.zeros(D), 0.01, 2000, 32), "the rows just read"),
        ):
            with pytest.raises(ValueError, match=f"{name} must be finite, got NaN or infinity in {rows}"):
                work()


def test_divergence_over_a_file_is_a_result(path):
    loss = LeastSquares(Table(path), scale="half-mean")
    assert sgd(loss, np.zeros(D), 9.0, 5000, 32).stop == "diverged"
    assert gdlib.gradient_descent(loss.gradient, np.zeros(D), lr=50 * loss.max_lr, T=5000).stop == "diverged"


def test_after_an_interrupt_the_loss_goes_on(path):
    loss = LeastSquares(Table(path), scale="half-mean")
    before = loss.gradient(np.ones(D))

    def rate(t):
        if t == 5:
            raise KeyboardInterrupt
        return 0.01

    with pytest.raises(KeyboardInterrupt):
        sgd(loss, np.zeros(D), rate, T=10**6, batch_size=32)
    np.testing.assert_array_equal(loss.gradient(np.ones(D)), before)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_the_file_is_closed_with_the_loss_and_after_an_error(path):
    def opened():
        links = (f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd"))
        return sum(os.path.exists(link) and os.path.realpath(link) == str(path.resolve()) for link in links)

    loss = LeastSquares(Table(path))
    assert opened() == 1
    del loss
    assert opened() == 0
    with pytest.raises(ValueError, match="run must be"):
        Table(path, run=0)
    assert opened() == 0
