"""Least squares in compiled loops: one pass over a row forms its residual and adds to the gradient, in threads.

NumPy forms −Xᵀr by two products, which fetch X twice where a block does not stay in the cache, and a small batch waits
for Python. Here each number is fetched once, and many updates are one call. `Rows` and `Table` give `LeastSquares` the
numbers of NumPy, to rounding; what is no sum of residuals NumPy computes. All this needs numba, the extra `compiled`.

Source: S. K. Lam, A. Pitrou, S. Seibert, "Numba: a LLVM-based Python JIT compiler", LLVM-HPC (2015).
"""

import math
import os
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import cache, cached_property, partial
from queue import SimpleQueue
from threading import Thread, Timer

import numpy as np

from gdlib import minibatch, regression
from gdlib.arguments import at_rows, gradient_at, length, number, row_numbers, whole
from gdlib.descent import Path
from gdlib.regression import ROOTS, LeastSquares
from gdlib.scale import cluster, files, kernels
from gdlib.scale.blocks import computed, finite

__all__ = ["Rows", "Table", "sgd"]

BLOCK = regression.Rows.BLOCK  # bytes that a thread takes at a time: some 0.2 ms
CALL = 1 << 14  # rows in one call of a walk; then Ctrl-C has its turn
COLD = 1 << 11  # where each of them is copied, or may have to come from a disk
FEW = 8  # rows
NONE = np.empty(0, np.int64)


class Rows(regression.Rows):
    """Rows of X (n, d) with their targets y (n,), in memory or in a memory map: for `LeastSquares`, and for `sgd` here.

    Rows whose d numbers stand side by side, in float32 or float64, are used where they are; others are copied and
    converted, a block at a time. Columns that stand side by side are left to NumPy.
    threads : int, how many form a gradient; by default as many as there are processors for this program
    ImportError without numba; else the errors of `LeastSquares`.
    """

    def __init__(self, X, y, threads=None):
        needed()
        self.threads = processors() if threads is None else whole(threads, "threads")
        super().__init__(X, y)

    def __reduce__(self):
        return Rows, (self.X, self.y, self.threads)

    def each(self, function, rows=None):
        """function(X, y) of each block, but of residuals one sum: of all rows, a slice of them, or their numbers."""
        if not compiles(function) or abs(self.X.strides[0]) < abs(self.X.strides[1]):
            return super().each(function, rows)
        X, y, numbers = self.X, self.y, NONE
        if isinstance(rows, slice):
            X, y = X[rows], y[rows]
        elif rows is not None:
            rows = row_numbers(rows)
            at_rows(rows, y)  # the same errors
            numbers = np.array(rows, np.int64)
        n, kind = len(numbers) or len(y), self.dtype
        ready = side_by_side(X, y, kind) if isinstance(rows, slice) else self._ready

        def of_piece(low, high):
            if ready:
                return residuals(function, *ready, numbers, low, high)
            piece = numbers[low:high] if len(numbers) else slice(low, high)
            return residuals(function, *copied(X[piece], y[piece], kind), NONE, 0, high - low)

        loop("of_rows", kind)  # compiled before the threads begin
        most = max(1, BLOCK // self._row)
        step = min(most, max(-(-n // self.threads), most // 8))
        return [sum(in_threads(of_piece, n, step, self.threads)).astype(kind)] if n else []

    @property
    def _row(self):
        return self.d * self.dtype.itemsize

    @cached_property
    def _ready(self):
        return side_by_side(self.X, self.y, self.dtype)

    def stretches(self, batch_size, seed, most=None):
        """(X, y, rows, cuts) for one call of `walk` each, with some batches of an epoch; without an end.

        The rows of very small batches are copied first: a copy waits for several shuffled rows at once, while each
        update waits for the one before.
        """
        copy = self._ready and batch_size < FEW and self.X.flags.c_contiguous and self.y.flags.c_contiguous
        call = COLD if copy or isinstance(self.X, np.memmap) else CALL
        most = (BLOCK if copy else 32 * BLOCK if self._ready else BLOCK // 4) // self._row
        size = max(1, min(call, most) // batch_size) * batch_size
        place = (np.empty((size, self.d), self.dtype), np.empty(size, self.dtype)) if copy else None
        for order in minibatch.batches(self.n, self.n, seed, epochs=None):  # the same shuffle, whatever the batch size
            for i in range(0, self.n, size):
                rows = order[i : i + size]
                cuts = np.minimum(np.arange(0, len(rows) + batch_size, batch_size), len(rows))
                yield self._at(rows, cuts, place)

    def _at(self, rows, cuts, place):
        if place:
            X, y = (np.take(a, rows, 0, b[: len(rows)], "clip") for a, b in zip((self.X, self.y), place, strict=True))
            return *side_by_side(X, y, self.dtype), NONE, cuts
        if self._ready:
            return *self._ready, rows, cuts
        return *copied(self.X[rows], self.y[rows], self.dtype), NONE, cuts


class Table(files.Table):
    """`gdlib.scale.files.Table`, with compiled loops: a block or chunk is computed with while a thread reads the next.

    Of the file two chunks are held instead of one: `gdlib.scale.memory.footprint` with ``buffers=2``.
    ImportError without numba; else the errors of that class.
    """

    def __init__(self, path, run=None, rows=None):
        needed()
        super().__init__(path, run, rows)

    def each(self, function, rows=None):
        """function(X, y) of each block: of all rows, a slice of them, their numbers, or a Batch."""
        if not compiles(function):
            yield from super().each(function, rows)
            return
        blocks = self.blocks(rows) if isinstance(rows, files.Batch) else ahead(self.blocks(rows, buffers=2))
        with closing(blocks):
            for X, y, where in blocks:
                yield computed(partial(of_block, function), X, y, self.dtype, where)

    def stretches(self, batch_size, seed, most):
        """(X, y, rows, cuts) for one call of `walk` each, with some batches; in all for `most` batches and a few more.

        What is drawn at random is drawn in the thread that reads.
        """

        def chunks(left=most):
            for chunk in self.chunks(batch_size, seed, epochs=None, buffers=2):
                yield chunk
                left -= len(chunk[2])
                if left <= 0:
                    return

        with closing(ahead(chunks())) as read:
            for X, y, order in read:
                ready, k = side_by_side(X, y, self.dtype), len(order)
                step = max(1, (CALL if ready else BLOCK // 4 // (self.d * self.dtype.itemsize)) // batch_size)
                for i in range(0, k, step):
                    hands = [np.arange(j, len(y), k) for j in order[i : i + step]]
                    rows, cuts = np.concatenate(hands), np.cumsum([0, *map(len, hands)])
                    yield (*ready, rows, cuts) if ready else (*copied(X[rows], y[rows], self.dtype), NONE, cuts)


def sgd(loss, init, lr, T, batch_size, seed=0, eps=None, record=1):
    """`gdlib.sgd` in compiled loops: the same arguments, the same rows in the same order, the same `Path` to rounding.

    loss : LeastSquares of `Rows` or of a `Table` of this file, in any scale; TypeError for others
    lr : as there; a schedule is asked for some thousands of updates before they are made

    Batches of more than 2 MiB in memory, whose rows threads share, all rows at once, and a start in long double go
    through `gdlib.sgd` itself.
    """
    given = init, lr, T, batch_size, seed, eps, record
    x, constant, T, eps, record, _, epoch = minibatch.arguments_of_sgd(loss, *given)
    data = getattr(loss, "data", None)
    if type(loss) is not LeastSquares or not isinstance(data, Rows | Table):
        raise TypeError(f"loss must be LeastSquares(compiled.Rows(X, y)) or of a compiled.Table, got {loss!r:.80}")
    usual = np.shape(x) == (loss.d,) and np.result_type(x, data.dtype) in (np.float32, np.float64)
    if epoch == 1 or not usual or not in_one_call(data, batch_size) or differently_dealt(loss):
        return minibatch.sgd(loss, *given)
    walk = _Walk(loss, x, lr if constant is None else constant, T, eps, record, epoch)
    with closing(data.stretches(batch_size, seed, T + 1)) as batches, np.errstate(over="ignore", invalid="ignore"):
        while walk.stop is None:
            if not walk.arrived():
                walk.go_on(*next(batches))
    return walk.path()


class _Walk:
    """Where a walk is, and what it has kept."""

    def __init__(self, loss, x, lr, T, eps, record, epoch):
        self.loss, self.lr, self.T, self.eps, self.record, self.epoch = loss, lr, T, eps, record, epoch
        self.kind, self.start = loss.data.dtype, x.dtype
        self.x = x.astype(np.result_type(x, self.kind))
        self.t, self.points, self.norms, self.norm, self.stop = 0, [], [], 0.0, None

    def arrived(self):
        """Is the full gradient at most eps? That is looked at once an epoch."""
        if self.eps is not None and self.t % self.epoch == 0:
            norm = length(gradient_at(self.loss.gradient, self.x.copy(), None))
            if norm <= self.eps:
                self.norm, self.stop = norm, "converged"
                if self.t % self.record == 0:
                    self._keep([self.x], [norm])
        return self.stop is not None

    def go_on(self, X, y, rows, cuts):
        """Updates with these batches, until they or T are used up, the walk diverges, or lr(t) raises."""
        rates, problem = self._rates(min(len(cuts) - 1, self.T - self.t))
        cuts = cuts[: len(rates) + 2]
        factors = (self.loss.c() * self.loss.n / np.diff(cuts)).astype(self.kind)
        room = (self.t + len(rates)) // self.record - (self.t - 1) // self.record
        points, norms = np.empty((room, len(self.x)), self.x.dtype), np.empty(room)
        batches, there = (X, y, rows, cuts, factors, self.loss.scale in ROOTS), (self.x, self.t, self.record)
        done, kept, why, self.norm = loop("walk", self.kind, self.x.dtype)(*batches, *there, rates, points, norms)
        self.t += done
        self._keep(points[:kept], norms[:kept])
        if why == kernels.DIVERGED:
            self.stop = "diverged"
            batch = slice(cuts[done], cuts[done + 1])
            batch = rows[batch] if len(rows) else batch
            if not self.norm < math.inf:  # of a file nobody has looked before whether its numbers are finite
                finite(X[batch, : len(self.x)], y[batch, 0], "the rows just read")
        elif why == kernels.STOPPED and self.t == self.T:
            self.stop = "exhausted"
        elif why == kernels.STOPPED:
            raise problem

    def path(self):
        if self.t % self.record:
            self._keep([self.x], [self.norm])
        points = np.concatenate(self.points)
        return Path(points if self.t else points.astype(self.start), np.concatenate(self.norms), self.stop, self.t)

    def _keep(self, points, norms):
        self.points.append(np.array(points))
        self.norms.append(np.array(norms))

    def _rates(self, m):
        """lr of the next m updates, or of those before one for which it raises; and what it raises."""
        if not callable(self.lr):
            return np.full(m, self.lr, self.kind), None
        rates, problem = [], None
        try:
            for t in range(self.t, self.t + m):
                rates.append(number(self.lr(t), f"lr({t})"))
        except Exception as error:  # the walk may end before
            problem = error
        return np.array(rates, self.kind), problem


def in_one_call(data, batch_size):
    """May a batch be computed in one call, by one thread?"""
    size = batch_size * data.d * data.dtype.itemsize
    chunk = isinstance(data, Table) and data.stored == data.dtype  # while the next one is being read
    return size <= (32 * BLOCK if chunk else BLOCK)


def differently_dealt(loss):
    """Has somebody given the loss another way to deal its batches?"""
    return getattr(loss, "batches", None) != getattr(loss.data, "batches", None)


def compiles(function):
    """Is it one of the two small functions of `LeastSquares` that are compiled here, with its β?"""
    return getattr(function, "func", None) in (regression.slopes, regression.squares)


def residuals(function, X, y, rows, low, high):
    """−Xᵀr or ‖r‖² of the rows, as `function` asks for, in float64."""
    beta = np.array(function.keywords["beta"], X.dtype)
    slope = np.empty_like(beta)
    square = loop("of_rows", X.dtype)(X, y, rows, low, high, beta, slope, np.empty(len(beta)))
    return slope.astype(float) if function.func is regression.slopes else np.float64(square)


def of_block(function, X, y):
    """function(X, y), compiled."""
    X, y = side_by_side(X, y, X.dtype) or copied(X, y, X.dtype)
    return residuals(function, X, y, NONE, 0, len(y)).astype(X.dtype)


def side_by_side(X, y, kind):
    """X and y as arrays (n, d or more) and (n, 1 or more), rows as they lie in memory; None where that can't be."""
    found = []
    for part in (X, y[:, np.newaxis]):
        (row, step), size = part.strides, part.itemsize
        row = row if len(part) > 1 else part.shape[1] * size
        fits = row >= part.shape[1] * size and row % size == 0 and (step == size or part.shape[1] == 1)
        if part.dtype != kind or not part.dtype.isnative or not part.flags.aligned or not fits:
            return None
        shape, strides = (len(part), row // size), (row, size)
        found.append(np.lib.stride_tricks.as_strided(part, shape, strides, subok=False, writeable=False))
    return found


def copied(X, y, kind):
    """X and y, copied side by side."""
    return side_by_side(*(np.array(part, kind, order="C") for part in (X, y)), kind)


def in_threads(work, n, step, threads):
    """[work(low, high)] of each `step` of n rows, in order, whichever thread takes which; errstate is the caller's."""
    parts = [(low, min(low + step, n)) for low in range(0, n, step)]
    results, todo = [None] * len(parts), deque(enumerate(parts))

    def take():
        while True:
            try:
                i, part = todo.popleft()
            except IndexError:  # nothing is left
                return
            results[i] = work(*part)

    helpers = [pool(os.getpid()).submit(take) for _ in range(min(threads, len(parts)) - 1)]
    try:
        take()
        for helper in helpers:
            helper.result()
    finally:
        todo.clear()  # after an error or Ctrl-C the others finish what they have, and no more
    return results


@cache
def pool(process):
    """Threads that wait for work; a process that was forked has none of them."""
    return ThreadPoolExecutor(processors(), "gdlib")


def processors():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def ahead(source):
    """What the iterator gives, each made by a thread while the one before is in use; lecture 6 writes it out."""
    shelf, places, stopped, source = SimpleQueue(), SimpleQueue(), [], iter(source)

    def reading():
        try:
            while places.get() and not stopped:
                shelf.put((next(source), None))
        except BaseException as end:
            shelf.put((None, end))

    reader = Thread(target=reading, daemon=True)
    reader.start()
    places.put(True)
    try:
        while True:
            places.put(True)  # one is in use, one is being made
            thing, end = shelf.get()
            if isinstance(end, StopIteration):
                return
            if end:
                raise end
            yield thing
    finally:
        stopped.append(True)
        places.put(True)
        reader.join()


def needed():
    """ImportError without numba."""
    if reason := cluster.missing("numba"):
        raise ImportError(f"gdlib.scale.compiled needs the extra `compiled`: {reason}")


@cache
def loop(name, kind, start=None):
    """The loop of `kernels` with this name, compiled for numbers of these types; after a second of it a word says so."""
    kernel = getattr(kernels, name)
    X, y = copied(np.ones((1, 1)), np.ones(1), kind)
    one, there = np.ones(1, kind), (np.ones(1, start), 0, 1)
    with told(kernel):
        if name == "of_rows":
            kernel(X, y, NONE, 0, 1, one, np.ones(1, kind), np.ones(1))
        else:
            batch = X, y, NONE, np.array([0, 1]), np.ones(1, kind), False
            kernel(*batch, *there, one, np.empty((2, 1), start), np.empty(2))
    return kernel


def settle():
    """Has all loops compiled, or fetched from where they are kept, if numba is there."""
    for kind in () if cluster.missing("numba") else (np.float64, np.float32):
        loop("of_rows", np.dtype(kind))
        loop("walk", np.dtype(kind), np.dtype(float))


@contextmanager
def told(kernel):
    """A word on the standard error if this loop is being compiled for more than a second, and not just fetched."""

    def tell():
        if any(kernel.stats.cache_misses.values()):
            print("gdlib compiles a loop with numba; next time it is ready at once.", file=sys.stderr, flush=True)

    timer = Timer(1.0, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
