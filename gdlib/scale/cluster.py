"""The same gradient on more machines: the blocks of a Dask array stay where they are, and d numbers travel.

    −Xᵀr = Σᵢ −Xᵢᵀ(yᵢ − Xᵢβ),    block i = some of the rows.

A step sends β to every block and adds up, in the order of the blocks, the vectors that come back. A block that is lost
with its worker is made again from its recipe, and the sum stays the same. ``X.persist()`` and ``y.persist()`` keep the
blocks in the workers' memory; else each step makes them anew. The workers need gdlib, and see files by the same path.

Source: J. Dean, S. Ghemawat, "MapReduce: Simplified Data Processing on Large Clusters", OSDI 2004, section 3.3.
"""

import os
import sys
from functools import cached_property, partial
from importlib.util import find_spec

import numpy as np

from gdlib.regression import _blocks, _finite, _sums
from gdlib.scale.files import Rows

__all__ = ["Blocks", "connect", "missing", "open_rows"]

BLOCK = 64 << 20  # bytes of a block: a step spends some milliseconds on each, however small it is
EXTRAS = {"dask": ("distributed", '"dask[array,distributed]"'), "torch": ("torch", "torch==2.13.0")}


def missing(package):
    """Why what needs `package`, "dask" or "torch", is skipped here; None where it is installed."""
    if sys.platform == "emscripten":
        return f"{package} does not run inside a browser: run this cell in JupyterLab on your own machine"
    module, install = EXTRAS[package]
    return None if find_spec(module) else f"{package} is not installed: pip install {install}"


def connect(address=None, workers=2, memory="auto"):
    """A `dask.distributed.Client`, to be used in ``with``: of processes on this machine, or of any cluster.

    With the address of a scheduler, "tcp://host:8786", of that one; it outlives the client. Else of so many `workers`
    of one thread, each with so much `memory` ("512 MiB"; "auto": a fair share), which listen on the loopback interface
    only and end with the client. ImportError without Dask; OSError where nobody answers at the address within 10 s.
    An existing cluster may let idle workers fetch the blocks of busy ones (its "work stealing"); this one does not.
    """
    if reason := missing("dask"):
        raise ImportError(reason)
    import dask
    from dask.distributed import Client
    from threadpoolctl import threadpool_limits

    if address is not None:
        return Client(address, timeout=10)
    local = {"host": "127.0.0.1", "threads_per_worker": 1, "scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"}}
    settings = {"distributed.scheduler.work-stealing": False, "distributed.nanny.pre-spawn-environ": {}}
    if sys.platform == "linux":  # Dask is imported once for all workers, those that replace a dead one too
        settings["distributed.worker.multiprocessing-method"] = "forkserver"
    with dask.config.set(settings):
        client = Client(n_workers=workers, memory_limit=memory, processes=True, dashboard_address=None, **local)
    # Dask's own way to one thread sets OMP_NUM_THREADS in this process too.
    client.register_worker_callbacks(partial(threadpool_limits, 1))
    return client


def open_rows(path, rows=None):
    """X (n, d) and y (n,), Dask arrays of the `.npy` table (n, d + 1) whose last column is the target.

    Only the header is read here; each worker reads its own blocks, of `rows` rows each (by default 64 MiB).
    """
    from dask import array, delayed

    table = np.load(path, mmap_mode="r")
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError(f"{path} must hold a table of shape (n, d + 1) with d >= 1, got shape {table.shape}")
    n, d, path = len(table), table.shape[1] - 1, os.path.abspath(path)
    rows = max(1, BLOCK // table[0].nbytes) if rows is None else rows

    def blocks_of(columns, *width):
        cuts = [(low, min(low + rows, n)) for low in range(0, n, rows)]
        blocks = [(delayed(_load)(path, *cut, columns), (cut[1] - cut[0], *width)) for cut in cuts]
        return array.concatenate([array.from_delayed(*block, table.dtype) for block in blocks])

    return blocks_of(slice(d), d), blocks_of(d)


class Blocks:
    """The blocks of a Dask X, each beside its part of y (Dask's or NumPy's): what `LeastSquares` asks."""

    def __init__(self, X, y):
        if len(X.chunks[1]) != 1:
            raise ValueError(f"X must be cut into blocks of rows only, X.rechunk({{1: -1}}), got chunks {X.chunks}")
        import dask.array as da

        self._in_memory, sizes = isinstance(y, np.ndarray), X.chunks[0]
        self.X, self.y = X, da.from_array(y, chunks=(sizes,)) if self._in_memory else y.rechunk((sizes,))
        self.n, self.cuts = len(X), np.cumsum((0, *sizes))

    def sums(self, beta, rows, *how):
        """b, ‖r‖² and −Xᵀr over the b rows, as `regression._sums`: only the blocks that have some of them work."""
        rows = np.arange(*rows.indices(self.n)) if type(rows) is slice else rows
        rows = None if rows is None else np.sort(Rows.numbers(self, rows))
        return tuple(map(sum, zip(*self._compute(_block_sums, rows, beta, *how), strict=True)))

    def each(self, function, dtype):
        """[function(parts of the block, dtype) for each block], computed where the block is."""
        return self._compute(_block_all, None, function, dtype)

    @cached_property
    def _parts(self):
        """Pairs of delayed blocks; where X is in the workers' memory, y is put beside it once."""
        import dask

        X, y = self.X.to_delayed().ravel(), self.y.to_delayed().ravel()
        futures = sys.modules["distributed"].futures_of(self.X) if "distributed" in sys.modules else []
        if futures:
            homes = futures[0].client.who_has(sys.modules["distributed"].wait(futures).done)
            for i, x in enumerate(X):
                with dask.annotate(workers=list(homes.get(x.key, ())), allow_other_workers=True):
                    y[i] = dask.delayed(_second)(x, y[i])
        return list(zip(X, dask.persist(*y) if futures or self._in_memory else y, strict=True))

    def _compute(self, function, rows, *arguments):
        """function(X, y, which of its rows, their name, *arguments) of each block that has some of the sorted rows."""
        import dask

        edges = self.cuts if rows is None else np.searchsorted(rows, self.cuts)
        # One name a step: in a longer series of tasks on few blocks the scheduler no longer asks where the blocks are.
        task, step, tasks = dask.delayed(function), f"{function.__name__}-{os.urandom(16).hex()}", []
        for i in np.flatnonzero(np.diff(edges)).tolist():
            at = slice(None) if rows is None else rows[edges[i] : edges[i + 1]] - self.cuts[i]
            if rows is not None and (np.diff(at) == 1).all():
                at = slice(at[0], at[-1] + 1)
            name = f"rows {self.cuts[i]} to {self.cuts[i + 1] - 1}"
            tasks.append(task(*self._parts[i], at, name, *arguments, dask_key_name=(step, i)))
        if not tasks:
            raise ValueError("rows must name one row or more, got none")
        return dask.compute(*tasks)


def _block_sums(X, y, at, where, beta, *how):
    with np.errstate(over="ignore", invalid="ignore"):  # on the way to infinity, as in the descent
        return _sums(X, y, beta, at, *how, where=where, cores=1)


def _block_all(X, y, at, where, function, dtype):
    _finite(X, y, where)
    return function(_blocks(X, y, dtype), dtype)


def _second(X, y):
    return y


def _load(path, low, high, columns):
    return np.array(np.load(path, mmap_mode="r")[low:high, columns])
