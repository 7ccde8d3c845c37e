"""Rows of a table that stays in its file: read in runs, and fetched from the disk ahead of their use.

A `.npy` file is opened by its path. Its rows are read with ``pread`` into one buffer that is used
again and again: what this holds is known beforehand (`gdlib.scale.memory.footprint`), whatever the
size of the file, and a file that is cut short on the way is an error that can be read, not a SIGBUS.

Source: the dealing of shuffled runs as in X. Meng et al., "Convergence analysis of distributed
stochastic gradient descent with shuffling", Neurocomputing 337 (2019), 46-57.
"""

import os
import weakref
from dataclasses import dataclass
from functools import partial
from itertools import chain, cycle, pairwise, repeat
from pathlib import Path
from threading import Lock

import numpy as np

from gdlib import minibatch
from gdlib.arguments import generator, precision, whole
from gdlib.regression import Rows
from gdlib.scale.blocks import Elsewhere, computed, row_numbers

try:
    from resource import RUSAGE_THREAD, getrusage
except ImportError:  # only Linux and some others count what a thread has read
    getrusage = None

__all__ = ["RUN", "RUNS", "Batch", "Table", "batches", "chunk_rows"]

RUN = 1 << 18  # bytes read in one go: the kernel and a disk without moving parts do that nearly at full speed
RUNS = 16  # so many runs, from anywhere in the file, make a chunk, which is dealt to its batches
AHEAD = 1 << 17  # bytes asked for at once: of a longer request Linux may fetch no more than these


@dataclass(eq=False, slots=True)
class Batch:
    """Rows that were read: what `LeastSquares.gradient` takes as its `rows`. Valid until the next."""

    X: np.ndarray
    y: np.ndarray

    def __len__(self):
        return len(self.y)


class Table(Elsewhere):
    """The rows of a `.npy` table (n, d + 1), the last column the target: for `LeastSquares`.

    A copy, or what unpickles this, opens the file anew. `run` rows stay together in the shuffling,
    by default 256 KiB of them; with `rows` there are only the first so many. A file that holds no
    such table, and arguments out of their range, raise ValueError or TypeError. That all numbers
    are finite is looked at whenever rows are read.

    >>> from tempfile import TemporaryDirectory
    >>> from gdlib import LeastSquares
    >>> with TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/t.npy", np.array([[1.0, 0.0, 1.0], [1.0, 1.0, 3.0], [1.0, 2.0, 5.5]]))
    ...     LeastSquares(Table(f"{folder}/t.npy")).gradient([1.0, 2.0])
    array([-0.5, -1. ])
    """

    def __init__(self, path, run=None, rows=None):
        self.path = Path(path).absolute()
        (length, columns), self.stored, self._start = _layout(self.path)
        self.n, self.d = whole(length if rows is None else rows, "rows"), columns - 1
        if self.n > length:
            raise ValueError(f"rows must be at most {length}, got {rows}")
        self.dtype = precision(self.stored)
        self.row = columns * self.stored.itemsize  # bytes
        self.run = max(1, RUN // self.row) if run is None else whole(run, "run")
        self._file, self._lock = open(self.path, "rb", buffering=0), Lock()  # noqa: SIM115 (closed with this)
        weakref.finalize(self, self._file.close)

    def __reduce__(self):
        return type(self), (self.path, self.run, self.n)

    def load(self):
        """The same rows in memory, dealt to their batches in the same order."""
        numbers = np.fromfile(self.path, self.stored, self.n * (self.d + 1), offset=self._start)
        table = numbers.reshape(self.n, self.d + 1)
        rows = Rows(table[:, :-1], table[:, -1])
        rows.batches = partial(batches, self.n, run=self.run)
        return rows

    def each(self, function, rows=None):
        """function(X, y) of each block: of all rows, a slice of them, their numbers, or a Batch."""
        for X, y, where in self.blocks(rows):
            yield computed(function, X, y, self.dtype, where)

    def blocks(self, rows=None, buffers=1):
        """(X, y, where they are) of each block of these rows, read into one of so many buffers in turn."""
        step = max(1, Rows.BLOCK // (self.d * self.dtype.itemsize))
        if isinstance(rows, Batch):
            for i in range(0, len(rows), step):
                yield rows.X[i : i + step], rows.y[i : i + step], "the rows just read"
            return
        if rows is None or (isinstance(rows, slice) and rows.step in (None, 1)):
            rows = range(self.n)[rows or slice(None)]
        else:
            rows = row_numbers(rows, self.n)
        buffers = self._buffers(buffers, min(step, len(rows)))
        for i in range(0, len(rows), step):
            part = rows[i : i + step]
            yield *self._read(_runs(part), next(buffers)), f"rows {part[0]} to {part[-1]}"

    def batches(self, batch_size, seed=0, epochs=1):
        """The Batches of `batches` in runs of this table, read chunk by chunk."""
        chunks = self.chunks(batch_size, seed, epochs)
        dealt = ((X, y, j, len(order)) for X, y, order in chunks for j in order)
        return (Batch(X[j::k], y[j::k]) for X, y, j, k in dealt)  # like cards: every k-th row from row j on

    def chunks(self, batch_size, seed=0, epochs=1, buffers=1):
        """(X, y, order of its k batches) of each chunk, read into one of so many buffers in turn.

        While rows come from a disk the system is told which are next, and fetches them into its
        cache while this chunk is computed with. What is in the cache needs none.
        """
        chunks = _chunks(self.n, batch_size, seed, epochs, self.run)
        return self._ahead(chunks, self._buffers(buffers, chunk_rows(self.n, batch_size, self.run)))

    def _ahead(self, chunks, buffers):
        busy = False
        for (runs, order), following in pairwise(chain(chunks, [None])):
            before = _from_disk()
            if busy and following:
                self._fetch(following[0])
            X, y = self._read(runs, next(buffers))
            busy = _from_disk() > before
            yield X, y, order

    def _buffers(self, count, rows):
        yield from cycle([np.empty((rows, self.d + 1), self.stored) for _ in range(count)])

    def _read(self, runs, buffer):
        """X and y of the rows in these runs, as views of the buffer; OSError where the file ends before."""
        done = 0
        for low, high in runs:
            place = memoryview(buffer[done : done + high - low].reshape(-1).view(np.uint8))
            at = self._start + low * self.row
            while place:
                got = self._read_at(place, at)
                if got == 0:
                    raise OSError(f"{self.path} ends before row {high} of {self.n}: it was cut short")
                place, at = place[got:], at + got
            done += high - low
        return buffer[:done, :-1], buffer[:done, -1]

    def _read_at(self, place, at):
        if hasattr(os, "preadv"):
            return os.preadv(self._file.fileno(), [place], at)
        with self._lock:  # on Windows a file has one place where it is read
            self._file.seek(at)
            return self._file.readinto(place)

    def _fetch(self, runs):
        """Ask the system to read these rows into its cache, without waiting for them."""
        for low, high in runs:
            end = self._start + high * self.row
            for at in range(self._start + low * self.row, end, AHEAD):
                size = min(AHEAD, end - at)
                os.posix_fadvise(self._file.fileno(), at, size, os.POSIX_FADV_WILLNEED)


def _layout(path):
    """Shape, type and first byte of the table in a `.npy` file."""
    try:
        table = np.lib.format.open_memmap(path, mode="r")
    except ValueError as error:  # empty, another format, cut short, of objects
        raise ValueError(f"path must name a whole .npy table, and {path} is none: {error}") from error
    if table.ndim != 2 or table.shape[0] < 1 or table.shape[1] < 2:
        raise ValueError(f"the table must have shape (n, d + 1) with d >= 1, got {table.shape} in {path}")
    if table.dtype.kind not in "biuf" or not table.flags.c_contiguous:
        order = "row after row" if table.flags.c_contiguous else "column after column"
        raise ValueError(f"the table must hold real numbers row after row, got {table.dtype} {order} in {path}")
    return table.shape, table.dtype, table.offset


def batches(n, batch_size, seed=0, epochs=1, run=1):
    """The row numbers of each batch, as `gdlib.batches`; but runs of consecutive rows stay together.

    The runs are shuffled, as suits a disk; 16 of them (or one batch, where that is more) are dealt
    to their batches like cards, so that each batch has rows of all of them where it has so many.
    The batch gradient is still right on average (nearly, where the batch size does not divide the
    16 runs, or the last run is short); its variance is another.

    >>> [rows.tolist() for rows in batches(8, 4, seed=2, run=2)]
    [[6, 4, 0, 2], [7, 5, 1, 3]]
    """
    if whole(run, "run") == 1:
        return minibatch.batches(n, batch_size, seed, epochs)
    chunks = _chunks(n, batch_size, seed, epochs, run)
    numbers = ((np.concatenate([np.arange(*ends) for ends in runs]), order) for runs, order in chunks)
    return (rows[j :: len(order)] for rows, order in numbers for j in order)


def chunk_rows(n, batch_size, run):
    """The rows of a chunk: of 16 runs, as many as make whole batches; a batch where that is more."""
    return min(n, batch_size * (1 if run == 1 else max(1, RUNS * run // batch_size)))


def _chunks(n, batch_size, seed, epochs, run):
    """(runs, order): the runs (first row, behind the last) of a chunk, and 0 ... k − 1 for its k batches.

    Batch j has every k-th row from the j-th on. The order is random: the first row of a run would
    else always be in an early batch.
    """
    minibatch.batches(n, batch_size, seed, epochs)  # the same errors
    rounds = repeat(None) if epochs is None else range(epochs)
    rng, size = generator(seed), chunk_rows(n, batch_size, run)

    def deal():
        for _ in rounds:
            low = rng.permutation(-(-n // run)) * run
            for runs in _cut(np.column_stack([low, np.minimum(low + run, n)]), size):
                k = -(-sum(high - low for low, high in runs) // batch_size)
                yield runs, rng.permutation(k) if run > 1 else (0,)

    return deal()


def _cut(runs, size):
    """Lists of these runs with `size` rows each, the last with fewer; a run may go on in the next list."""
    held, room = [], size
    for low, high in runs:
        while high - low >= room:
            yield [*held, (low, low + room)]
            low, held, room = low + room, [], size
        if low < high:
            held.append((low, high))
            room -= high - low
    if held:
        yield held


def _runs(rows):
    """Row numbers as runs (first, behind the last) of consecutive ones."""
    if isinstance(rows, range):
        return [(rows.start, rows.stop)]
    cuts = np.flatnonzero(np.diff(rows) != 1) + 1
    return [(part[0], part[-1] + 1) for part in np.split(rows, cuts)]


def _from_disk():
    """Blocks that this thread has had read from a disk so far; always 0 where nobody counts."""
    return getrusage(RUSAGE_THREAD).ru_inblock if getrusage else 0
