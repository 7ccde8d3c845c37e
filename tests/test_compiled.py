"""The compiled source against the plain core: the same numbers to rounding, the same paths, the same errors."""

import copy
import math
import os
import pickle
import shutil
import subprocess
import sys
import threading
import time
from _thread import interrupt_main
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gdlib
from gdlib import LeastSquares
from gdlib.regression import SCALES
from gdlib.scale import files, memory

pytest.importorskip("numba")
from gdlib.scale import compiled

pytestmark = pytest.mark.scale

BUSY = {"suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
FUZZ = settings(max_examples=150, deadline=None, derandomize=True, database=None, **BUSY)

KINDS = ["f8", "f4", "f2", "g", ">f8", ">f4", "i1", "u1", "i8", "?"]
LAYOUTS = {
    "C": lambda X: X.copy("C"),
    "F": lambda X: X.copy("F"),
    "some columns": lambda X: np.concatenate([X, X], axis=1)[:, : X.shape[1]],
    "every third row": lambda X: np.repeat(X, 3, axis=0)[::3],
    "every second column": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "backwards": lambda X: X[::-1].copy()[::-1],
    "of a structure": lambda X: odd_strides(X),
    "all rows alike": lambda X: np.broadcast_to(X[0], X.shape),
    "overlapping": lambda X: np.lib.stride_tricks.sliding_window_view(np.resize(X, X.size + 9), X.shape[1])[: len(X)],
    "may not be written": lambda X: locked(X.copy()),
}
SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 20)) | st.sampled_from([(1300, 3), (700, 33), (5, 600)])


def odd_strides(X):
    """Rows that begin where no number of theirs could begin."""
    table = np.zeros(len(X), [("a", "u1"), ("x", X.dtype, X.shape[1:])])
    table["x"] = X
    return table["x"]


def locked(X):
    X.flags.writeable = False
    return X


@st.composite
def tables(draw):
    """X and y of any type and layout, with entries of about 1 to 3."""
    (n, d), kind, layout = draw(SHAPES), draw(st.sampled_from(KINDS)), draw(st.sampled_from(sorted(LAYOUTS)))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    X = LAYOUTS[layout](np.abs(rng.standard_normal((n, d)) * 2).astype(kind))
    y = rng.standard_normal(n).astype(draw(st.sampled_from(["f8", "f4", "i8", ">f8"])))
    return X, np.repeat(y, 2)[::2] if draw(st.booleans()) else y


def near(got, wanted, kind):
    """Equal to rounding, in parts of the largest."""
    assert got.dtype == wanted.dtype
    assert got.shape == wanted.shape
    rtol = 3e-3 if kind == np.float32 else 1e-9
    np.testing.assert_allclose(got, wanted, rtol=rtol, atol=rtol * (np.abs(wanted).max() + 1e-12))


# --- gradients -------------------------------------------------------------------------------------


@FUZZ
@given(table=tables(), scale=st.sampled_from(sorted(SCALES)), threads=st.integers(1, 3), data=st.data())
def test_values_and_gradients_are_those_of_numpy(table, scale, threads, data):
    X, y = table
    n, d = X.shape
    ours, plain = LeastSquares(compiled.Rows(X, y, threads), scale=scale), LeastSquares(X, y, scale)
    numbers = st.lists(st.integers(-n, n - 1), min_size=1, max_size=2 * n)
    step = st.sampled_from([None, 2, -1, -3])
    rows = data.draw(
        st.none() | numbers | st.builds(slice, st.none(), st.none(), step) | st.just(slice(0, (n + 1) // 2))
    )
    beta = np.linspace(-1, 1, d)
    assert type(ours(beta, rows)) is float
    assert ours(beta, rows) == pytest.approx(plain(beta, rows), rel=1e-3 if plain.data.dtype == np.float32 else 1e-10)
    near(ours.gradient(beta, rows), plain.gradient(beta, rows), plain.data.dtype)


@pytest.mark.parametrize("kind", ["f8", "f4", "u1"])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_many_pieces_in_many_threads(kind, threads):
    """Of 60,000 rows of 40 numbers a thread takes some at a time; the order of the sums is always the same."""
    rng = np.random.default_rng(0)
    X, y = (rng.standard_normal((60_000, 40)) * 30).astype(kind), rng.standard_normal(60_000)
    ours, plain = LeastSquares(compiled.Rows(X, y, threads), scale="mean"), LeastSquares(X, y, "mean")
    beta, rows = np.linspace(-1, 1, 40), rng.permutation(60_000)[:50_000]
    for which in (None, slice(10, 59_000), slice(None, None, 2), rows):
        near(ours.gradient(beta, which), plain.gradient(beta, which), plain.data.dtype)
        assert ours(beta, which) == pytest.approx(plain(beta, which), rel=1e-5 if kind == "f4" else 1e-11)
    first = ours.gradient(beta)
    assert all(np.array_equal(ours.gradient(beta), first) for _ in range(5))
    if kind != "f4":
        np.testing.assert_allclose(ours.hessian(), plain.hessian())
        np.testing.assert_allclose(ours.solve(), plain.solve())
    many = rng.standard_normal((40, 2))
    near(ours.gradient(many), plain.gradient(many), plain.data.dtype)


def test_a_sum_in_float32_keeps_its_small_addends():
    """Behind 2^27 a plain sum in float32 would lose each 1 that follows."""
    y = np.ones(100_000, "f4")
    y[0] = 2**27
    loss = LeastSquares(compiled.Rows(np.ones((100_000, 1), "f4"), y, threads=1))
    assert abs(loss.gradient(np.zeros(1))[0] + 2**27 + 99_999) < 1000
    assert compiled.sgd(loss, [0.0], 1.0, T=1, batch_size=99_999, record=9).norms[0] > 2**27 + 90_000


def test_a_memory_map_is_read_in_place(tmp_path):
    np.save(tmp_path / "t.npy", np.random.default_rng(0).standard_normal((9000, 31)))
    table = np.load(tmp_path / "t.npy", mmap_mode="r")
    X, y = table[:, :-1], table[:, -1]
    ours, plain = LeastSquares(compiled.Rows(X, y), scale="mean"), LeastSquares(X, y, "mean")
    near(ours.gradient(np.ones(30)), plain.gradient(np.ones(30)), np.float64)
    walks = [walk(loss, np.zeros(30), 0.01, 9001, 1) for loss, walk in ((ours, compiled.sgd), (plain, gdlib.sgd))]
    near(walks[0].points, walks[1].points, np.float64)


# --- walks -----------------------------------------------------------------------------------------


def same_walk(ours, plain, kind):
    assert (ours.stop, ours.steps) == (plain.stop, plain.steps)
    near(ours.points, plain.points, kind)
    near(ours.norms, plain.norms, kind)


LRS = st.sampled_from([0.01, 0.001, lambda t: 0.02 / (1 + t), lambda t: np.float32(0.01)])
WALKS = {
    "lr": LRS,
    "T": st.integers(1, 130),
    "share": st.floats(0.01, 1.0),
    "seed": st.integers(0, 5),
    "eps": st.sampled_from([None, 0.0, 1e-3, 1.0, 1e9]),
    "record": st.sampled_from([1, 2, 7, 1000]),
    "scale": st.sampled_from(sorted(SCALES)),
    "start": st.sampled_from(["f8", "f4", "f2", "g", "list"]),
}


def walked(walk, loss, d, lr, T, share, seed, eps, record, start, scale):
    b = max(1, int(share * loss.n))
    sums = scale in ("half-sum", "sum")
    rate = (lambda t: lr(t) / loss.n / d) if callable(lr) else lr / d / (loss.n if sums else 1)
    init = np.linspace(-1, 1, d).astype("f8" if start == "list" else start)
    return walk(loss, init.tolist() if start == "list" else init, rate, T, b, seed, eps, record)


@FUZZ
@given(table=tables(), options=st.fixed_dictionaries(WALKS))
def test_a_walk_is_that_of_the_core(table, options):
    X, y = table
    ours, plain = LeastSquares(compiled.Rows(X, y), scale=options["scale"]), LeastSquares(X, y, options["scale"])
    single = np.float32 if plain.data.dtype == np.float32 or options["start"] in ("f4", "f2") else np.float64
    pair = [walked(walk, loss, X.shape[1], **options) for walk, loss in ((compiled.sgd, ours), (gdlib.sgd, plain))]
    same_walk(*pair, single)


@FUZZ
@given(
    kind=st.sampled_from(["f8", "f4", "u1", ">f8", "f2"]),
    shape=st.sampled_from([(997, 5), (300, 40), (64, 1)]),
    run=st.sampled_from([None, 1, 7, 50]),
    options=st.fixed_dictionaries(WALKS),
)
def test_a_walk_over_a_file_is_that_of_the_core(tmp_path, kind, shape, run, options):
    rng = np.random.default_rng(1)
    np.save(tmp_path / "t.npy", np.abs(rng.standard_normal((shape[0], shape[1] + 1)) * 2).astype(kind))
    ours = LeastSquares(compiled.Table(tmp_path / "t.npy", run), scale=options["scale"])
    plain = LeastSquares(files.Table(tmp_path / "t.npy", run), scale=options["scale"])
    single = np.float32 if plain.data.dtype == np.float32 or options["start"] in ("f4", "f2") else np.float64
    pair = [walked(walk, loss, shape[1], **options) for walk, loss in ((compiled.sgd, ours), (gdlib.sgd, plain))]
    same_walk(*pair, single)
    near(ours.gradient(np.ones(shape[1])), plain.gradient(np.ones(shape[1])), plain.data.dtype)
    near(ours.gradient(np.ones(shape[1]), [3, 1, 9]), plain.gradient(np.ones(shape[1]), [3, 1, 9]), plain.data.dtype)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(3)
    X = rng.standard_normal((20_000, 6))
    return X, X @ np.arange(6.0) + rng.standard_normal(20_000)


@pytest.fixture
def path(data, tmp_path):
    np.save(tmp_path / "t.npy", np.column_stack(data))
    return tmp_path / "t.npy"


@pytest.mark.parametrize("b", [1, 30, 20_000 // 2])
def test_a_walk_goes_on_over_many_calls_and_epochs(data, path, b):
    """More updates than one call makes, two epochs and a bit, in memory and from a file of many chunks."""
    T = 45_000 // b
    ours, plain = LeastSquares(compiled.Rows(*data), scale="mean"), LeastSquares(*data, "mean")
    same_walk(compiled.sgd(ours, np.zeros(6), 1e-3, T, b), gdlib.sgd(plain, np.zeros(6), 1e-3, T, b), np.float64)
    ours, plain = (LeastSquares(kind(path, run=90), scale="mean") for kind in (compiled.Table, files.Table))
    same_walk(compiled.sgd(ours, np.zeros(6), 1e-3, T, b), gdlib.sgd(plain, np.zeros(6), 1e-3, T, b), np.float64)


def test_batches_too_large_for_one_call(data):
    X = np.tile(data[0], 20)  # 120 columns: a batch of 3,000 rows has 2.9 MB
    ours, plain = LeastSquares(compiled.Rows(X, data[1]), scale="mean"), LeastSquares(X, data[1], "mean")
    same_walk(*(walk(loss, np.zeros(120), 1e-4, 9, 3000) for walk, loss in ((compiled.sgd, ours), (gdlib.sgd, plain))), np.float64)  # fmt: skip


@pytest.mark.parametrize("kind", ["f8", "f4"])
@pytest.mark.parametrize("lr", [0.5, 3.0, 1e4, 1e30])
@pytest.mark.parametrize("b", [1, 32])
def test_divergence_is_the_cores(data, path, kind, lr, b):
    X, y = (part.astype(kind) for part in data)
    np.save(path, np.column_stack([X, y]))
    for ours, plain in (
        (compiled.Rows(X, y), gdlib.regression.Rows(X, y)),
        (compiled.Table(path, 50), files.Table(path, 50)),
    ):
        walks = [
            walk(LeastSquares(rows, scale="half-mean"), np.ones(6), lr, 5000, b)
            for walk, rows in ((compiled.sgd, ours), (gdlib.sgd, plain))
        ]
        assert [walk.stop for walk in walks] == ["exhausted" if (lr, b) == (0.5, 32) else "diverged"] * 2
        assert walks[0].steps == walks[1].steps
        assert np.isfinite(walks[0].points).all()
        assert len(walks[0].points) == walks[0].steps + 1


def test_norms_too_large_or_too_small_for_their_square(data):
    for size in (1e-170, 1e160):
        walks = [
            walk(LeastSquares(rows, scale="half-mean"), np.full(6, size), 1e-3, 20, 3)
            for walk, rows in (
                (compiled.sgd, compiled.Rows(data[0], 0 * data[1])),
                (gdlib.sgd, gdlib.regression.Rows(data[0], 0 * data[1])),
            )
        ]
        assert walks[0].stop == walks[1].stop == "exhausted"
        np.testing.assert_allclose(walks[0].norms, walks[1].norms, rtol=1e-9)


@pytest.mark.parametrize("T", [50, 666, 667, 668, 2000])
def test_a_generator_goes_on_where_the_core_leaves_it(data, path, T):
    for ours, plain in (
        (compiled.Rows(*data), gdlib.regression.Rows(*data)),
        (compiled.Table(path, 50), files.Table(path, 50)),
    ):
        ends = []
        for walk, rows in ((compiled.sgd, ours), (gdlib.sgd, plain)):
            rng = np.random.default_rng(7)
            ends.append((walk(LeastSquares(rows), np.zeros(6), 1e-8, T, 30, seed=rng).final, rng.random()))
        np.testing.assert_allclose(ends[0][0], ends[1][0], rtol=1e-9)
        assert ends[0][1] == ends[1][1]


def test_a_schedule_is_asked_in_order_and_its_error_comes_when_its_turn_has_come(data, path):
    def rate(t):
        asked.append(t)
        if t == 40:
            raise RuntimeError("no rate for 40")
        return 1e-3 if t < 40 else -1

    for rows in (compiled.Rows(*data), compiled.Table(path)):
        loss = LeastSquares(rows, scale="mean")
        asked = []
        with pytest.raises(RuntimeError, match="no rate for 40"):
            compiled.sgd(loss, np.zeros(6), rate, 100, 8)
        assert asked == list(range(41))
        assert compiled.sgd(loss, np.zeros(6), rate, 40, 8).stop == "exhausted"
        assert compiled.sgd(loss, np.full(6, 1e308), rate, 100, 8).stop == "diverged"  # before its turn
        with pytest.raises(ValueError, match=r"lr\(3\) must be a finite number above 0, got -1"):
            compiled.sgd(loss, np.zeros(6), lambda t: -1 if t == 3 else 1e-3, 100, 8)


def test_batches_that_somebody_deals_in_another_way(data):
    ours, plain = LeastSquares(compiled.Rows(*data), scale="mean"), LeastSquares(*data, "mean")
    ours.batches = plain.batches = lambda *a, **k: files.batches(20_000, *a, run=16, **k)
    same_walk(compiled.sgd(ours, np.zeros(6), 1e-3, 700, 64), gdlib.sgd(plain, np.zeros(6), 1e-3, 700, 64), np.float64)


# --- the same errors -------------------------------------------------------------------------------

WRONG = [
    *({"init": value} for value in (0.0, [], [1.0], np.ones((2, 3)), np.full(6, np.nan), "six", None)),
    *({"lr": value} for value in (0, -1, math.inf, "fast", None, True, lambda t: 0, lambda t: "slow")),
    *({"T": value} for value in (0, -3, 2.5, None, True)),
    *({"batch_size": value} for value in (0, 20_001, 2.5, None)),
    *({"seed": value} for value in (-1, "now", 1.5)),
    *({"eps": value} for value in (-1, math.nan, "small")),
    *({"record": value} for value in (0, 1.5, None)),
]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
@pytest.mark.parametrize("where", ["memory", "file"])
def test_wrong_arguments_get_the_cores_errors(data, path, wrong, where):
    said = []
    for walk, source in ((compiled.sgd, compiled), (gdlib.sgd, None)):
        rows = (source or files).Table(path) if where == "file" else (source or gdlib.regression).Rows(*data)
        arguments = {"init": np.zeros(6), "lr": 1e-3, "T": 3, "batch_size": 10} | wrong
        with pytest.raises((TypeError, ValueError)) as error:
            walk(LeastSquares(rows), **arguments)
        said.append((type(error.value), str(error.value)))
    assert said[0] == said[1]


def test_wrong_tables_rows_and_starts_get_the_cores_errors(data):
    X, y = data
    bad = X.copy()
    bad[7, 2] = np.nan
    masked = np.ma.masked_array(X, X > 1)
    for arguments in ((bad, y), (X, bad[:, 2]), (X[:, 0], y), (X, y[:-1]), (X * 1j, y), (masked, y), (X[:0], y[:0])):
        said = []
        for rows in (compiled.Rows, gdlib.regression.Rows):
            with pytest.raises((TypeError, ValueError)) as error:
                rows(*arguments)
            said.append((type(error.value), str(error.value)))
        assert said[0] == said[1]
    for call in (
        lambda loss: loss.gradient(np.zeros(5)),
        lambda loss: loss.gradient(np.zeros(6), [20_000]),
        lambda loss: loss.gradient(np.zeros(6), [-20_001]),
        lambda loss: loss.gradient(np.zeros(6), []),
        lambda loss: loss.gradient(np.zeros(6), [0.5]),
        lambda loss: loss.gradient(np.zeros(6), slice(3, 3)),
        lambda loss: loss(np.zeros(6), np.ones(20_000, bool)),
    ):
        said = []
        for rows in (compiled.Rows, gdlib.regression.Rows):
            with pytest.raises((TypeError, ValueError, IndexError)) as error:
                call(LeastSquares(rows(X, y)))
            said.append((type(error.value), str(error.value)))
        assert said[0] == said[1]
    for threads, names in ((0, "threads must be 1 or more"), (1.5, "threads must be a whole number")):
        with pytest.raises((TypeError, ValueError), match=names):
            compiled.Rows(X, y, threads)


def test_a_loss_with_other_rows_is_refused(data):
    class Other(LeastSquares):
        pass

    for loss in (LeastSquares(*data), Other(compiled.Rows(*data)), gdlib.minibatch.SineFit.example()):
        with pytest.raises(TypeError, match=r"loss must be LeastSquares\(compiled.Rows\(X, y\)\)"):
            compiled.sgd(loss, np.zeros(6), 1e-3, 3, 10)


# --- files, memory, threads ------------------------------------------------------------------------


def readers():
    return [thread for thread in threading.enumerate() if thread.daemon and "reading" in thread.name]


def test_a_file_cut_short_is_an_error_and_leaves_no_thread(path):
    loss, before = LeastSquares(compiled.Table(path, 50), scale="mean"), threading.active_count()
    os.truncate(path, 500_000)
    for work in (
        lambda: loss.gradient(np.zeros(6)),
        lambda: compiled.sgd(loss, np.zeros(6), 1e-3, 900, 32),
        lambda: compiled.sgd(loss, np.zeros(6), 1e-3, 900, 32, eps=0),
    ):
        with pytest.raises(OSError, match=r"t\.npy ends before row \d+ of 20000: it was cut short"):
            work()
    assert threading.active_count() <= before + compiled.processors()
    assert readers() == []


def test_a_file_cut_short_in_the_middle_of_a_walk(path):
    loss = LeastSquares(compiled.Table(path, 50), scale="mean")

    def rate(t):
        if t == 300:
            os.truncate(path, 20_000)
        return 1e-3

    with pytest.raises(OSError, match=r"t\.npy ends before row \d+ of 20000"):
        compiled.sgd(loss, np.zeros(6), rate, 10_000, 32)
    assert readers() == []


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("column,name", [(0, "X"), (6, "y")])
def test_a_nan_in_the_file_is_named_when_it_is_met(path, data, column, name, wrong):
    table = np.column_stack(data)
    table[17_000, column] = wrong
    np.save(path, table)
    loss = LeastSquares(compiled.Table(path, 50), scale="mean")
    for work, where in (
        (lambda: compiled.sgd(loss, np.zeros(6), 1e-3, 2000, 32), "the rows just read"),
        (lambda: loss.gradient(np.zeros(6)), "rows 0 to 19999"),
        (lambda: loss(np.zeros(6)), "rows 0 to 19999"),
    ):
        with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=f"{name} must be finite, got NaN or infinity in {where}"):  # fmt: skip
            work()
    assert readers() == []


def test_copies_and_what_is_sent_to_another_process(data, path):
    for loss in (LeastSquares(compiled.Rows(*data, threads=2), scale="mean"), LeastSquares(compiled.Table(path, 50), scale="mean")):  # fmt: skip
        wanted = compiled.sgd(loss, np.zeros(6), 1e-3, 99, 32).final
        for twin in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
            assert type(twin.data) is type(loss.data)
            np.testing.assert_array_equal(compiled.sgd(twin, np.zeros(6), 1e-3, 99, 32).final, wanted)
            np.testing.assert_array_equal(twin.gradient(np.ones(6)), loss.gradient(np.ones(6)))
        run = memory.run_capped(compiled.sgd, loss, np.zeros(6), 1e-3, 99, 32)
        np.testing.assert_array_equal(run.result.final, wanted)


def epoch(path, b):
    loss = LeastSquares(compiled.Table(path), scale="half-mean")
    return compiled.sgd(loss, np.zeros(loss.d), 1e-3, -(-loss.n // b), b, record=10**9).final


def full(path):
    loss = LeastSquares(compiled.Table(path))
    return loss.gradient(np.zeros(loss.d))


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are exact on Linux only")
@pytest.mark.parametrize("kind", ["f8", "f4", "u1"])
def test_the_peak_is_what_was_predicted(tmp_path, kind):
    n, d = 300_000, 40
    np.save(tmp_path / "t.npy", np.ones((n, d + 1), kind))
    for b, work in ((256, (epoch, 256)), (4096, (epoch, 4096)), (None, (full,))):
        run = memory.run_capped(work[0], tmp_path / "t.npy", *work[1:])
        predicted = memory.footprint(n, d, b, kind, buffers=2).streamed
        assert run.peak <= 1.2 * predicted + (1 << 20), (b, run.peak / predicted)


def test_interrupt_comes_through_within_a_second(data, path):
    for rows in (compiled.Rows(*data), compiled.Table(path)):
        loss = LeastSquares(rows, scale="mean")
        compiled.sgd(loss, np.zeros(6), 1e-3, 3, 1)
        for b in (1, 100, 15_000):
            began = []

            def interrupt(began=began):
                began.append(time.perf_counter())
                interrupt_main()

            timer = threading.Timer(0.3, interrupt)
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                compiled.sgd(loss, np.zeros(6), 1e-3, 10**9, b, record=10**6)
            assert time.perf_counter() - began[0] < 1
            timer.join()
    assert readers() == []
    assert np.isfinite(compiled.sgd(loss, np.zeros(6), 1e-3, 50, 10).final).all()  # and it goes on


# --- compiling -------------------------------------------------------------------------------------

ONCE = """
import numpy as np, gdlib
from gdlib.scale import compiled
loss = gdlib.LeastSquares(compiled.Rows(np.eye(3), np.ones(3)), scale="mean")
print(gdlib.__file__, compiled.sgd(loss, np.zeros(3), 0.1, 9, 2).stop)
"""


def test_compiling_is_said_once_and_kept(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    began, command = time.perf_counter(), [sys.executable, "-c", ONCE]
    first = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    took = time.perf_counter() - began
    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "gdlib compiles a loop with numba" in first.stderr or took < 4  # on a fast machine there is nothing to say
    assert second.stderr == ""
    assert second.stdout.endswith("exhausted\n")


def test_where_nothing_can_be_kept_it_is_compiled_again(tmp_path):
    """A file in the place of __pycache__, and no home: as in an installation that cannot be written."""
    shutil.copytree(
        Path(gdlib.__file__).parent, tmp_path / "gdlib", ignore=shutil.ignore_patterns("__pycache__", "bundle", "front")
    )
    (tmp_path / "gdlib" / "scale" / "__pycache__").write_text("")
    environment = os.environ | {"HOME": "/dev/null", "XDG_CACHE_HOME": "/dev/null", "PYTHONPATH": str(tmp_path)}
    environment.pop("NUMBA_CACHE_DIR", None)
    run = subprocess.run([sys.executable, "-c", ONCE], env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert run.stdout.split() == [str(tmp_path / "gdlib" / "__init__.py"), "exhausted"], run.stderr
    assert "Traceback" not in run.stderr
