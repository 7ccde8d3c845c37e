"""The same gradient and the same loop on a Dask array and on a PyTorch tensor: NumPy's numbers, to rounding."""

import json
import math
import os
import pickle
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

import gdlib
from gdlib.regression import ROOTS, SCALES, LeastSquares
from gdlib.scale import cluster
from gdlib.scale.arrays import Arrays
from gdlib.scale.files import batches

pytestmark = pytest.mark.scale

N, D = 1000, 5
ROWS = [None, slice(100, 300), slice(None, None, 7), [3], [700, 4, 4, -1], np.arange(N)[::-1]]


@pytest.fixture(scope="module", autouse=True)
def threads_as_before(torch):
    """PyTorch and the workers bring threads of their own; nobody else's number may change, in this process or later."""

    def threads():
        return torch.get_num_threads(), [os.environ.get(f"{name}_NUM_THREADS") for name in ("OMP", "MKL", "OPENBLAS")]

    before = threads()
    yield
    assert threads() == before


@pytest.fixture(scope="module")
def torch():
    import torch

    return torch


@pytest.fixture(scope="module")
def da():
    import dask.array

    return dask.array


@pytest.fixture(scope="module")
def client():
    with cluster.connect() as client:
        yield client


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(4)
    X = rng.standard_normal((N, D))
    return X, X @ [1.0, -1.0, 2.0, 0.5, 0.0] + rng.standard_normal(N)


@pytest.fixture
def path(data, tmp_path):
    np.save(tmp_path / "table.npy", np.column_stack(data))
    return tmp_path / "table.npy"


@pytest.fixture
def here(da):
    """Dask without a cluster: in this thread."""
    import dask

    with dask.config.set(scheduler="synchronous"):
        yield da


def far(X, y, scale="half-sum"):
    return LeastSquares(cluster.Blocks(X, y), scale=scale)


def beside(X, y, scale="half-sum"):
    return LeastSquares(Arrays(X, y), scale=scale)


# --- Dask: the numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
def test_dask_gives_numpys_numbers(here, data, scale):
    X, y = data
    beta, many = np.array([0.3, -1.0, 2.0, 0.1, 1.0]), np.random.default_rng(1).standard_normal((D, 2, 3))
    loss, same = far(here.from_array(X, (130, D)), here.from_array(y, 130), scale), LeastSquares(X, y, scale)
    assert type(loss(beta)) is float
    assert type(loss.gradient(beta)) is np.ndarray
    for rows in ROWS:
        assert loss(beta, rows) == pytest.approx(same(beta, rows), rel=1e-12)
        np.testing.assert_allclose(loss.gradient(beta, rows), same.gradient(beta, rows), rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(loss(many, rows), same(many, rows), rtol=1e-12)
        np.testing.assert_allclose(loss.gradient(many, rows), same.gradient(many, rows), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(loss.solve(), same.solve(), rtol=1e-10)
    if scale not in ROOTS:
        np.testing.assert_allclose(loss.hessian(), same.hessian(), rtol=1e-12)
        assert (loss.max_lr, loss.mu) == pytest.approx((same.max_lr, same.mu), rel=1e-12)


@pytest.mark.parametrize("sizes", [(1000,), (0, 400, 0, 3, 597, 0), (1,) * 20 + (980,)])
@pytest.mark.parametrize("kind,rtol", [("f8", 1e-12), ("f4", 1e-4), ("u1", 1e-12), (">f8", 1e-12)])
@pytest.mark.parametrize("target", ["NumPy", "Dask", "other blocks"])
def test_any_blocks_of_rows_and_any_type(here, data, sizes, kind, rtol, target):
    X, y = (abs(data[0]) * 40).astype(kind), data[1]
    same = LeastSquares(X, y, "half-mean")
    target = {"NumPy": y, "Dask": here.from_array(y, (sizes,)), "other blocks": here.from_array(y, 300)}[target]
    loss = far(here.from_array(X, (sizes, (D,))), target, "half-mean")
    for rows in ROWS:
        np.testing.assert_allclose(loss.gradient(np.ones(D), rows), same.gradient(np.ones(D), rows), rtol=rtol)
    assert loss.gradient(np.ones(D)).dtype == same.gradient(np.ones(D)).dtype == loss.data.dtype
    assert loss.hessian().dtype == loss.solve().dtype == loss.data.dtype
    np.testing.assert_allclose(loss.solve(), same.solve(), rtol=100 * rtol, atol=100 * rtol)


def test_only_the_blocks_that_have_the_rows_are_touched(here, data):
    touched = []

    def seen(block, block_info=None):
        touched.append(block_info[0]["chunk-location"][0])
        return block

    X = here.from_array(data[0], (100, D)).map_blocks(seen, dtype=float, meta=np.empty((0, D)))
    loss = far(X, data[1])
    assert touched == []  # neither the construction nor its checks compute
    repr(loss)
    for rows, blocks in ((slice(250, 401), [2, 3, 4]), ([999, 5], [0, 9]), ([-1, -1], [9])):
        touched.clear()
        loss.gradient(np.zeros(D), rows)
        assert sorted(touched) == blocks
    touched.clear()
    next(loss.batches(160))
    assert touched == []


def test_a_batch_asks_some_16_blocks_at_most_and_an_epoch_deals_every_row_once(here):
    loss = far(here.zeros((10_000, 2), chunks=(40, 2)), here.zeros(10_000, chunks=40))
    for b in (1, 7, 160, 640, 3000, 10_000):
        epoch = list(loss.batches(b, seed=1))
        assert sorted(np.concatenate(epoch)) == list(range(10_000))
        assert max(map(len, epoch)) <= b
    for b in (160, 320, 640):
        runs = [1 + np.count_nonzero(np.diff(np.sort(rows)) != 1) for rows in loss.batches(b)]
        assert max(runs) <= 17  # and where blocks are cut at multiples of the run, each is of one block
        assert max(len(set(rows // 40)) for rows in loss.batches(b)) <= 32
    assert len(set(next(batches(10_000, 640)) // 40)) > 150
    with pytest.raises(TypeError, match="batch_size must be a whole number"):
        loss.batches(2.5)


@pytest.mark.parametrize(
    "ask,name,row,column",
    [("gradient", "X", 277, 3), ("gradient", "y", 999, None), ("hessian", "X", 277, 3), ("solve", "y", 999, None)],
)
def test_what_is_not_finite_is_named_when_it_is_read(here, data, name, row, column, ask):
    X, y = (part.copy() for part in data)
    (X if name == "X" else y)[row if column is None else (row, column)] = math.nan
    loss = far(here.from_array(X, (130, D)), here.from_array(y, 130))
    block = f"rows {row // 130 * 130} to {min(row // 130 * 130 + 129, 999)}"
    with pytest.raises(ValueError, match=f"{name} must be finite, got NaN or infinity in {block}"):
        getattr(loss, ask)(*[np.zeros(D)] * (ask == "gradient"))
    assert np.isfinite(loss.gradient(np.zeros(D), [0, 500])).all()


def test_a_worker_warns_of_nothing_on_the_way_to_infinity(here, data):
    loss = far(here.from_array(data[0], (500, D)), here.from_array(data[1], 500))
    assert gdlib.gradient_descent(loss.gradient, np.zeros(D), 1.0, 0, 10_000).stop == "diverged"
    assert loss(np.full(D, 1e200)) == math.inf  # np.errstate of the loop ends with its process


def test_wrong_dask_arguments_are_named(here, data):
    X, y = here.from_array(data[0], (500, D)), here.from_array(data[1], 500)
    unknown = X[X[:, 0] > 0]
    for arguments, error, names in (
        (
            (X.rechunk({1: 2}), y),
            ValueError,
            r"X must be cut into blocks of rows only, X.rechunk\(\{1: -1\}\).*2, 2, 1",
        ),
        ((unknown, y), ValueError, "X must have 2 dimensions and the rows of X, all known"),
        ((X * 1j, y), TypeError, "X must be an array of real numbers"),
        ((X, y * 1j), TypeError, "y must be an array of real numbers"),
        ((X, y[:-1]), ValueError, "y must have 1 dimensions and the rows of X"),
        ((X, data[1][:-1]), ValueError, "y must have 1 dimensions and the rows of X"),
        ((X[:, 0], y), ValueError, "X must have 2 dimensions"),
        (data, TypeError, "X must be a Dask array, got array"),
    ):
        with pytest.raises(error, match=names):
            cluster.Blocks(*arguments)
    for rows, error, names in (
        ([1000], IndexError, "rows must be below n = 1000, got 1000"),
        ([], ValueError, "rows must be a slice or a vector"),
        (slice(3, 3), ValueError, "rows must be a slice or a vector"),
        ([0.5], ValueError, "rows must be a slice or a vector"),
    ):
        with pytest.raises(error, match=names):
            far(X, y).gradient(np.zeros(D), rows)
    with pytest.raises(ValueError, match=r"beta must have shape \(5,\)"):
        far(X, y).gradient(np.zeros(4))


def test_open_rows_gives_the_files_rows_and_carries_none_of_them(here, path, data):
    X, y = cluster.open_rows(path, rows=300)
    assert X.chunks == ((300, 300, 300, 100), (D,))
    np.testing.assert_array_equal(X.compute(), data[0])
    np.testing.assert_array_equal(y.compute(), data[1])
    assert len(pickle.dumps(dict(X.__dask_graph__()))) < 5000  # X has 40,000 bytes
    assert [part.numblocks[0] for part in cluster.open_rows(path)] == [1, 1]
    blocks = X.to_delayed().ravel()
    assert type(blocks[1].compute()) is np.ndarray  # a copy: no map of the file, which may go
    assert blocks[1].compute().base is None
    with pytest.raises(ValueError, match="rows must be 1 or more, got 0"):
        cluster.open_rows(path, rows=0)
    np.save(path, data[1])
    with pytest.raises(ValueError, match=r"must have shape \(n, d \+ 1\).*\(1000,\) in .*table.npy"):
        cluster.open_rows(path)


# --- Dask: the cluster -----------------------------------------------------------------------------


def test_the_cluster_listens_on_the_loopback_only_and_one_thread_a_worker(client):
    import threadpoolctl

    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    hosts = {c.laddr.ip for p in processes for c in p.net_connections("tcp") if c.status == "LISTEN"}
    assert hosts == {"127.0.0.1"}
    threads = client.run(lambda: [pool["num_threads"] for pool in threadpoolctl.threadpool_info()])
    assert len(threads) == 2
    assert {count for counts in threads.values() for count in counts} == {1}


def test_the_same_loop_walks_the_same_path(client, path, data):
    X, y = (part.persist() for part in cluster.open_rows(path, rows=300))
    loss, same = far(X, y, "half-mean"), LeastSquares(*data, "half-mean")
    same.batches = loss.batches  # a Dask array deals its rows in runs
    for walk in (
        lambda loss: gdlib.gradient_descent(loss.gradient, np.zeros(D), same.max_lr / 2, 1e-6, 12),
        lambda loss: gdlib.sgd(loss, np.zeros(D), 0.1, 12, batch_size=160, seed=1),
    ):
        ours, numpys = walk(loss), walk(same)
        np.testing.assert_allclose(ours.points, numpys.points, rtol=1e-12, atol=1e-14)
        assert (ours.stop, ours.steps) == (numpys.stop, numpys.steps)
    assert loss.max_lr == pytest.approx(same.max_lr)
    np.testing.assert_allclose(loss.solve(), same.solve(), rtol=1e-10)


def test_an_error_in_a_worker_reaches_the_caller(client, da):
    X = da.concatenate([da.zeros((50, 2), chunks=50), da.full((50, 2), np.nan, chunks=50)])
    loss = far(X, np.ones(100))
    with pytest.raises(ValueError, match="X must be finite, got NaN or infinity in rows 50 to 99"):
        loss.gradient(np.zeros(2))


def fetched(dask_worker):
    return sum(entry["total"] for entry in dask_worker.transfer_incoming_log)


def test_y_goes_to_where_X_is(client, da, data):
    """X on one worker, y on the other: X stays, whatever the scheduler takes for the shorter queue."""
    one, other = client.run(os.getpid)
    X = client.persist(da.from_array(data[0], (50, D)), workers=[one])
    y = client.persist(da.from_array(data[1], 50), workers=[other])
    moved = client.run(fetched)[other]
    for _ in range(3):
        np.testing.assert_allclose(far(X, y).gradient(np.ones(D)), LeastSquares(*data).gradient(np.ones(D)))
    assert client.run(fetched)[other] == moved
    assert set(client.who_has(X).values()) == {(one,)}


def test_a_step_sends_d_numbers_a_block_and_no_row(client, da, monkeypatch):
    """Everything that this process, with the scheduler in it, writes to a socket, and what the workers fetch."""
    from distributed.comm.tcp import TCP

    written, write = [0], TCP.write

    async def counted(self, *arguments, **options):
        sent = await write(self, *arguments, **options)
        written[0] += sent
        return sent

    monkeypatch.setattr(TCP, "write", counted)

    def traffic(n, d, blocks, steps=12):
        rng = np.random.default_rng(0)
        X, y = da.from_array(rng.standard_normal((n, d)), (n // blocks, d)), rng.standard_normal(n)
        loss = far(X.persist(), y)
        loss.gradient(np.zeros(d))  # puts y beside X
        time.sleep(0.3)
        before, moved = written[0], client.run(fetched)
        for _ in range(steps):
            loss.gradient(np.zeros(d))
        assert client.run(fetched) == moved
        return (written[0] - before) / steps

    for blocks in (2, 8):
        few, many, wide = (traffic(n, d, blocks) for n, d in ((1600, 10), (80_000, 10), (1600, 200)))
        assert many < 1.3 * few  # X itself has 6.4 MB
        assert wide < 1.3 * few + 6 * 8 * 190 * blocks  # β goes by the scheduler to each block, −Xᵀr back: some copies
        assert few < blocks * 12_000


@pytest.mark.parametrize("source", ["file", "memory"])
def test_a_worker_killed_on_the_way_changes_nothing(client, da, path, data, source):
    X, y = cluster.open_rows(path, 120) if source == "file" else (da.from_array(data[0], (120, D)), data[1])
    X = X.persist()
    loss, same = far(X, y), LeastSquares(*data)
    pids, steps = client.run(os.getpid), []

    def gradient(beta):
        if len(steps) == 10:
            holders = client.run(lambda dask_worker: len(dask_worker.data))
            address = max(holders, key=holders.get)
            assert holders[address] > 0
            os.kill(pids[address], signal.SIGKILL)
        steps.append(beta)
        return loss.gradient(beta)

    path = gdlib.gradient_descent(gradient, np.zeros(D), same.max_lr / 4, 0, 30)
    assert len(steps) == 31
    expected = gdlib.gradient_descent(same.gradient, np.zeros(D), same.max_lr / 4, 0, 30)
    np.testing.assert_allclose(path.final, expected.final, rtol=1e-12)
    client.wait_for_workers(2, timeout=90)  # a busy machine starts them slowly
    assert set(client.run(os.getpid).values()) != set(pids.values())  # it was killed, and replaced


@pytest.fixture
def running(tmp_path):
    """A scheduler and a worker in processes of their own; their address, and the processes."""
    started = []

    def start(*command):
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        with open(tmp_path / f"log-{len(started)}", "w") as log:
            arguments = [sys.executable, "-W", "ignore", "-m", *command]
            started.append(subprocess.Popen(arguments, stdout=log, stderr=log, env=environment))

    file = tmp_path / "scheduler.json"
    try:
        start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(file))  # fmt: skip
        start("distributed.cli.dask_worker", "--scheduler-file", str(file), "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--no-nanny", "--local-directory", str(tmp_path))  # fmt: skip
        deadline = time.monotonic() + 30
        while not (file.exists() and file.stat().st_size):
            assert time.monotonic() < deadline, (tmp_path / "log-0").read_text()
            time.sleep(0.05)
        yield json.loads(file.read_text())["address"], started
    finally:
        for process in reversed(started):  # a worker looks for its scheduler until the end
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def test_an_existing_cluster_by_its_address(running, path, data):
    address, processes = running
    beta = np.ones(D)
    for _ in range(2):
        with cluster.connect(address) as client:
            client.wait_for_workers(1, timeout=30)
            assert set(client.run(os.getpid).values()) == {processes[1].pid}
            X, y = cluster.open_rows(path, rows=300)
            expected = LeastSquares(*data).gradient(beta)
            np.testing.assert_allclose(far(X, y).gradient(beta), expected, rtol=1e-12)
        assert [process.poll() for process in processes] == [None, None]  # it outlives the client


# --- PyTorch ---------------------------------------------------------------------------------------


@pytest.fixture(params=["cpu", "cuda"])
def tensor(torch, request):
    """NumPy's array as a tensor on that device."""
    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("no GPU that PyTorch could use")
    return lambda array: torch.tensor(array, device=request.param)


@pytest.mark.parametrize("kind,rtol", [("f8", 1e-11), ("f4", 2e-4)])
@pytest.mark.parametrize("scale", SCALES)
def test_torch_gives_numpys_numbers(tensor, data, scale, kind, rtol):
    X, y = (part.astype(kind) for part in data)
    beta, many = np.array([0.3, -1.0, 2.0, 0.1, 1.0]), np.ones((D, 2, 3))
    loss, same = beside(tensor(X), tensor(y), scale), LeastSquares(*data, scale)
    near = {"rtol": rtol, "atol": rtol}
    for rows in (*ROWS, slice(900, 2, -3), next(batches(N, 32)), next(batches(N, 32, run=8))):
        found = loss.gradient(beta, rows)
        assert (type(found), found.dtype) == (np.ndarray, kind)
        np.testing.assert_allclose(found, same.gradient(beta, rows), **near)
        assert loss(beta, rows) == pytest.approx(same(beta, rows), rel=rtol)
        np.testing.assert_allclose(loss.gradient(many, rows), same.gradient(many, rows), **near)
    np.testing.assert_allclose(loss.solve(), same.solve(), **near)
    if scale not in ROOTS:
        np.testing.assert_allclose(loss.hessian(), same.hessian(), **near)
        assert loss.max_lr == pytest.approx(same.max_lr, rel=rtol)


@pytest.mark.parametrize("kind,rtol", [("f8", 1e-12), ("f4", 2e-4)])
def test_the_same_loops_walk_the_same_paths_on_tensors(tensor, data, kind, rtol):
    loss, same = beside(*(tensor(part.astype(kind)) for part in data), "half-mean"), LeastSquares(*data, "half-mean")
    for walk in (
        lambda loss: gdlib.gradient_descent(loss.gradient, np.zeros(D), same.max_lr / 2, 1e-3, 200),
        lambda loss: gdlib.sgd(loss, np.zeros(D), 0.1, 60, batch_size=32, seed=1),
        lambda loss: gdlib.sgd(loss, np.zeros(D), 0.1, 60, batch_size=N, eps=1e-2),
    ):
        ours, numpys = walk(loss), walk(same)
        assert type(ours.points) is np.ndarray
        assert (ours.stop, ours.steps) == (numpys.stop, numpys.steps)
        np.testing.assert_allclose(ours.points, numpys.points, rtol=rtol, atol=rtol)


def test_nothing_is_copied_or_recorded_for_autograd(tensor, data):
    X, y = (tensor(part).requires_grad_() for part in data)
    loss = beside(X, y)
    assert loss.data.X.data_ptr() == X.data_ptr()
    loss.gradient(np.zeros(D))
    loss.solve()
    assert X.grad is None
    assert not loss.data.X.requires_grad


def test_a_tensor_as_a_start_becomes_what_the_data_are(torch, data):
    """`torch.zeros(d)` is float32, NumPy's data are float64: the data decide."""
    loss = beside(*map(torch.tensor, data), "half-mean")
    assert loss.gradient(torch.ones(D)).dtype == np.float64
    path = gdlib.gradient_descent(loss.gradient, np.zeros(D), loss.max_lr / 2, 1e-9, 500)
    np.testing.assert_allclose(path.final, loss.solve(), rtol=1e-7, atol=1e-8)


def test_wrong_torch_arguments_are_named(torch, data):
    X, y = map(torch.tensor, data)
    open_in_a_file = SimpleNamespace(shape=(N, D), dtype=np.dtype(float))  # such as h5py's
    broken = X.clone()
    broken[7, 1] = math.nan
    for arguments, error, names in (
        ((X, data[1]), TypeError, "y must be a PyTorch tensor of float32 or float64, got array"),
        ((X.float(), y), ValueError, "y must be of the type .* of X, torch.float32 .*, got torch.float64"),
        ((X.long(), y), TypeError, "X must be a PyTorch tensor of float32 or float64"),
        ((X * 1j, y), TypeError, "X must be a PyTorch tensor of float32 or float64"),
        ((X.bfloat16(), y), TypeError, "X must be a PyTorch tensor of float32 or float64"),
        ((open_in_a_file, y), TypeError, "X must be a PyTorch tensor of float32 or float64"),
        (([[1.0]], y), TypeError, "X must be a PyTorch tensor of float32 or float64, got"),
        ((X, y.to("meta")), ValueError, "y must be .* on the device of X, .* on cpu, got .* on meta"),
        ((X, y[:-1]), ValueError, r"y must have 1 dimensions and the rows of X, got shape \(999,\)"),
        ((X[:, 0], y), ValueError, "X must have 2 dimensions"),
        ((broken, y), ValueError, "X must be finite"),
        ((X, y / 0), ValueError, "y must be finite"),
    ):
        with pytest.raises(error, match=names):
            Arrays(*arguments)
    loss, beta = beside(X, y), np.zeros(D)
    for point, rows, error, names in (
        (beta[:-1], None, ValueError, r"beta must have shape \(5,\)"),
        (beta, y > 0, ValueError, "rows must be a slice or a vector of row numbers"),
        (beta, [0.5], ValueError, "rows must be a slice or a vector of row numbers"),
        (beta, [], ValueError, "rows must be a slice or a vector"),
        (beta, [N], IndexError, "rows must be below n = 1000, got 1000"),
    ):
        with pytest.raises(error, match=names):
            loss.gradient(point, rows)
    np.testing.assert_array_equal(loss.gradient(beta, torch.tensor([3, 1])), loss.gradient(beta, [3, 1]))
