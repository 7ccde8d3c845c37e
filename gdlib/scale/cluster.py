"""The same gradient on more machines: the blocks of a Dask array stay where they are, and d numbers travel.

A step sends β to every block and adds up, in the order of the blocks, the vectors −Xᵢᵀrᵢ that come back. A block that
is lost with its worker is made again from its recipe. ``X.persist()`` and ``y.persist()`` keep the blocks in the
workers' memory; else each step makes them anew. The workers need gdlib, and see files by the same path.

Source: J. Dean, S. Ghemawat, "MapReduce: Simplified Data Processing on Large Clusters", OSDI 2004, section 3.3.
"""

import os
import sys
from functools import cached_property, partial
from importlib.util import find_spec

import numpy as np

from gdlib.arguments import precision, real_array, whole
from gdlib.regression import Rows
from gdlib.scale import files
from gdlib.scale.blocks import Elsewhere, computed, row_numbers, triangle

__all__ = ["Blocks", "connect", "missing", "open_rows"]

BLOCK = 64 << 20  # bytes of a block: a step spends some milliseconds on each, however small it is
EXTRAS = {
    "dask": ("distributed", '"dask[array,distributed]"'),
    "torch": ("torch", "torch==2.13.0"),
    "numba": ("numba", "numba scipy"),
}


def missing(package):
    """Why what needs `package`, "dask", "torch" or "numba", is skipped here; None where it is installed."""
    if sys.platform == "emscripten":
        return f"{package} does not run inside a browser: run this cell in JupyterLab on your own machine"
    module, install = EXTRAS[package]
    return None if find_spec(module) else f"{package} is not installed: pip install {install}"


def connect(address=None):
    """A `dask.distributed.Client`, to be used in ``with``: of two processes on this machine, or of any cluster.

    With the address of a scheduler, "tcp://host:8786", of that one; it outlives the client. Else of two workers of one
    thread, which listen on the loopback interface only and end with the client. ImportError without Dask; OSError
    where nobody answers at the address within 10 s. An existing cluster may let idle workers fetch the blocks of busy
    ones (its "work stealing"); this one does not.
    """
    if reason := missing("dask"):
        raise ImportError(reason)
    import dask
    from dask.distributed import Client
    from threadpoolctl import threadpool_limits

    if address is not None:
        return Client(address, timeout=10)
    local = {"host": "127.0.0.1", "dashboard_address": None, "scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"}}
    settings = {"distributed.scheduler.work-stealing": False, "distributed.nanny.pre-spawn-environ": {}}
    if sys.platform == "linux":  # Dask is imported once for all workers, those that replace a dead one too
        settings["distributed.worker.multiprocessing-method"] = "forkserver"
    with dask.config.set(settings):
        client = Client(n_workers=2, threads_per_worker=1, processes=True, **local)
    # Dask's own way to one thread sets OMP_NUM_THREADS in this process too.
    client.register_worker_callbacks(partial(threadpool_limits, 1))
    return client


def open_rows(path, rows=None):
    """X (n, d) and y (n,), Dask arrays of the `.npy` table (n, d + 1) whose last column is the target.

    Only the header is read here; each worker reads its own blocks, of `rows` rows each (by default 64 MiB).
    """
    from dask import array

    table = files.Table(path)
    rows = max(1, BLOCK // table.row) if rows is None else whole(rows, "rows")
    X = array.core.normalize_chunks((rows, -1), (table.n, table.d))
    parts = ((slice(table.d), X), (table.d, X[:1]))
    load = partial(_load, str(table.path))
    return tuple(
        array.map_blocks(load, columns, chunks=chunks, dtype=table.stored, meta=np.empty([0] * len(chunks)))
        for columns, chunks in parts
    )


class Blocks(Elsewhere):
    """The blocks of a Dask X (n, d), each beside its part of y (n,), Dask's or NumPy's: for `LeastSquares`.

    ValueError or TypeError where they do not match, are cut across columns, hold no real numbers or, when read, NaN.
    """

    def __init__(self, X, y):
        import dask.array as da

        if not hasattr(X, "dask") or not hasattr(X, "chunks"):
            raise TypeError(f"X must be a Dask array, got {X!r}")
        if not hasattr(y, "dask"):
            y = real_array(y, "y", keep="biuf")
            y = da.from_array(y, chunks=(X.chunks[0],)) if y.shape == X.shape[:1] else y
        for name, part, ndim in (("X", X, 2), ("y", y, 1)):
            if part.ndim != ndim or np.isnan(part.shape).any() or part.shape[0] != X.shape[0]:
                raise ValueError(f"{name} must have {ndim} dimensions and the rows of X, all known, got {part!r}")
            if part.dtype.kind not in "biuf":
                raise TypeError(f"{name} must be an array of real numbers, got entries of type {part.dtype}")
        if len(X.chunks[1]) != 1:
            raise ValueError(f"X must be cut into blocks of rows only, X.rechunk({{1: -1}}), got chunks {X.chunks}")
        self.X, self.y, (self.n, self.d), self.dtype = X, y.rechunk((X.chunks[0],)), X.shape, precision(X.dtype)
        self.cuts = np.cumsum((0, *X.chunks[0]))

    def each(self, function, rows=None):
        """The sum of function(X, y) over each Dask block that has some of the rows, formed where the block is."""
        return self._compute(function, max(1, Rows.BLOCK // (self.d * self.dtype.itemsize)), rows)

    def triangles(self):
        """`triangle` of each Dask block."""
        return self._compute(triangle, self.n)

    def batches(self, batch_size, seed=0, epochs=1):
        """Row numbers; runs of a 16th of a batch stay together, so that a batch asks some 16 blocks at most."""
        run = max(1, whole(batch_size, "batch_size") // files.RUNS)
        return files.batches(self.n, batch_size, seed, epochs, run)

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
        return list(zip(X, dask.persist(*y) if futures else y, strict=True))

    def _compute(self, function, step, rows=None):
        """`_summed` of each block that has some of the rows, of these rows: a tuple."""
        import dask

        rows = None if rows is None else np.sort(row_numbers(rows, self.n))
        edges = self.cuts if rows is None else np.searchsorted(rows, self.cuts)
        # One name a step: in a longer series of tasks on few blocks the scheduler no longer asks where they are.
        task, name, tasks = dask.delayed(_summed), f"step-{os.urandom(16).hex()}", []
        for i in np.flatnonzero(np.diff(edges)).tolist():
            at = slice(None) if rows is None else rows[edges[i] : edges[i + 1]] - self.cuts[i]
            if rows is not None and (np.diff(at) == 1).all():
                at = slice(at[0], at[-1] + 1)
            where = f"rows {self.cuts[i]} to {self.cuts[i + 1] - 1}"
            tasks.append(task(function, *self._parts[i], at, step, self.dtype, where, dask_key_name=(name, i)))
        return dask.compute(*tasks)


def _summed(function, X, y, at, step, dtype, where):
    """The sum of function(X, y) over these rows of a block, so many at a time."""
    X, y = X[at], y[at]
    with np.errstate(over="ignore", invalid="ignore"):  # on the way to infinity, as in the descent
        cuts = (slice(i, i + step) for i in range(0, len(y), step))
        return sum(computed(function, X[cut], y[cut], dtype, where) for cut in cuts)


def _second(X, y):
    return y


def _load(path, columns, block_info=None):
    low, high = block_info[None]["array-location"][0]
    return np.array(np.load(path, mmap_mode="r")[low:high, columns])
