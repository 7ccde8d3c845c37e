"""Rows of a table that stays in its file: read in runs, and fetched from the disk ahead of their use.

A `.npy` file is opened by its path. Its rows are read with ``pread`` into one buffer that is
used again and again: what this holds is known beforehand (`gdlib.scale.memory.footprint`),
whatever the size of the file, and a file that is cut short on the way is an error that can be
read, not a SIGBUS.

Reading ahead is left to the system: while rows come from a disk it is told which are next, and
fetches them into its cache while this chunk is computed with. What is in the cache needs none.

Source: the dealing of shuffled runs as in X. Meng et al., "Convergence analysis of distributed
stochastic gradient descent with shuffling", Neurocomputing 337 (2019), 46-57.
"""

import os
import weakref
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise, repeat
from pathlib import Path
from threading import Lock

import numpy as np

from gdlib import minibatch
from gdlib.arguments import precision, whole
from gdlib.regression import Rows
from gdlib.scale.blocks import Elsewhere, computed, row_numbers

try:
    from resource import RUSAGE_THREAD, getrusage
except ImportError:  # only Linux and some others count what a thread has read
    getrusage = None

__all__ = ["RUN", "RUNS", "Batch", "Table", "batches"]

RUN = 1 << 18  # bytes read in one go: a disk and the kernel do that nearly at full speed
RUNS = 16  # so many runs, from anywhere in the file, make a chunk, which is dealt to its batches
AHEAD = 1 << 17  # bytes asked for at once: of a longer request Linux may fetch no more than these
HEADERS = {  # the versions of the .npy format that tables have
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@dataclass(eq=False, slots=True)
class Batch:
    """Rows that were read: what `LeastSquares.gradient` takes as its `rows`. Valid until the next."""

    X: np.ndarray
    y: np.ndarray

    def __len__(self):
        return len(self.y)


class Table(Elsewhere):
    """The rows of a `.npy` table (n, d + 1) in a file, the last column the target: for `LeastSquares`.

    path : str or path; a copy, or what unpickles this, opens it anew
    run : int, optional
        Rows that stay together in the shuffling: as many as 256 KiB hold when None.
    rows : int, optional
        Only the first so many.

    A file that holds no such table, and arguments out of their range, raise ValueError or
    TypeError. That all numbers are finite is looked at whenever rows are read.

    >>> from tempfile import TemporaryDirectory
    >>> from gdlib import LeastSquares
    >>> with TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/t.npy", np.array([[1.0, 0.0, 1.0], [1.0, 1.0, 3.0], [1.0, 2.0, 5.5]]))
    ...     LeastSquares(Table(f"{folder}/t.npy")).gradient([1.0, 2.0])
    array([-0.5, -1. ])
    """

    def __init__(self, path, run=None, rows=None):
        self.path = Path(path).absolute()
        self._file = open(self.path, "rb", buffering=0)  # noqa: SIM115 (open as long as this is)
        weakref.finalize(self, self._file.close)
        (length, columns), self.stored = _header(self._file, self.path)
        self.n, self.d = whole(length if rows is None else rows, "rows"), columns - 1
        if self.n > length:
            raise ValueError(f"rows must be at most {length}, got {rows}")
        self.dtype = precision(self.stored)
        self.row = columns * self.stored.itemsize  # bytes
        self.run = max(1, RUN // self.row) if run is None else whole(run, "run")
        self._start, self._lock = self._file.tell(), Lock()
        if os.fstat(self._file.fileno()).st_size < self._start + length * self.row:
            raise ValueError(f"path must name a whole table, but {path} ends before row {length}")

    def __reduce__(self):
        return Table, (self.path, self.run, self.n)

    def load(self):
        """The same rows in memory, dealt to their batches in the same order."""
        count = self.n * (self.d + 1)  # read, not copied from a map, whose pages would count as well
        table = np.fromfile(self.path, self.stored, count, offset=self._start).reshape(self.n, -1)
        rows = Rows(table[:, :-1], table[:, -1])
        rows.batches = partial(batches, self.n, run=self.run)
        return rows

    def each(self, function, rows=None):
        """function(X, y) of each block: of all rows, a slice of them, their numbers, or a Batch."""
        step = max(1, Rows.BLOCK // (self.d * self.dtype.itemsize))
        if isinstance(rows, Batch):
            for i in range(0, len(rows), step):
                block = rows.X[i : i + step], rows.y[i : i + step]
                yield self._computed(function, *block, "the rows just read")
            return
        everything = rows is None or isinstance(rows, slice)
        rows = range(self.n)[rows or slice(None)] if everything else row_numbers(rows, self.n)
        buffer = self._buffer(min(step, len(rows)))
        for i in range(0, len(rows), step):
            part = rows[i : i + step]
            X, y = self._read(_runs(part), buffer)
            yield self._computed(function, X, y, f"rows {part[0]} to {part[-1]}")

    def batches(self, batch_size, seed=0, epochs=1):
        """The Batches of `batches` in runs of this table, read chunk by chunk."""
        return self._ahead(_chunks(self.n, batch_size, seed, epochs, self.run))

    def _ahead(self, chunks):
        buffer, busy = self._buffer(0), False
        for (runs, order), following in pairwise(chain(chunks, [None])):
            before = _from_disk()
            if busy and following:
                self._fetch(following[0])
            count = int(np.diff(runs).sum())
            if count > len(buffer):
                buffer = self._buffer(count)
            X, y = self._read(runs.tolist(), buffer)
            busy = _from_disk() > before
            for j in order:  # dealt like cards: hand j of k is every k-th row from row j on
                yield Batch(X[j :: len(order)], y[j :: len(order)])

    def _computed(self, function, X, y, where):
        X, y = X.astype(self.dtype, copy=False), y.astype(self.dtype, copy=False)
        return computed(function, X, y, where)

    def _buffer(self, rows):
        return np.empty((rows, self.d + 1), self.stored)

    def _read(self, runs, buffer):
        """X and y of the rows in these runs (first, behind the last), as views of the buffer.

        OSError where the file ends too early: it was cut short since it was opened.
        """
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
        for low, high in runs.tolist():
            end = self._start + high * self.row
            for at in range(self._start + low * self.row, end, AHEAD):
                size = min(AHEAD, end - at)
                os.posix_fadvise(self._file.fileno(), at, size, os.POSIX_FADV_WILLNEED)


def _header(file, path):
    """Shape and type of the table in an open `.npy` file, which is left at its first row."""
    try:
        shape, columns_first, dtype = HEADERS[np.lib.format.read_magic(file)](file)
    except (ValueError, KeyError) as error:  # empty, another format, cut short
        raise ValueError(f"path must name a .npy table, and {path} is none: {error}") from error
    if len(shape) != 2 or shape[0] < 1 or shape[1] < 2:
        raise ValueError(f"the table must have shape (n, d + 1) with d >= 1, got {shape} in {path}")
    if dtype.kind not in "biuf" or columns_first:
        order = "column after column" if columns_first else "row after row"
        raise ValueError(f"the table must hold real numbers row after row, got {dtype} {order} in {path}")
    return shape, dtype


def batches(n, batch_size, seed=0, epochs=1, run=1):
    """The row numbers of each batch, as `gdlib.batches`; but runs of consecutive rows stay together.

    The runs are shuffled, as suits a disk; 16 of them (or one batch, where that is more) are dealt
    to their batches like cards, so that each batch has rows of all of them where it has so many.
    The batch gradient is still right on average (nearly, where the batch size does not divide the
    16 runs); its variance is another.

    >>> [rows.tolist() for rows in batches(8, 4, seed=2, run=2)]
    [[6, 4, 0, 2], [7, 5, 1, 3]]
    """
    if whole(run, "run") == 1:
        return minibatch.batches(n, batch_size, seed, epochs)
    chunks = _chunks(n, batch_size, seed, epochs, run)
    numbers = ((np.concatenate([np.arange(*ends) for ends in runs]), order) for runs, order in chunks)
    return (rows[j :: len(order)] for rows, order in numbers for j in order)


def _chunks(n, batch_size, seed, epochs, run):
    """(runs, order): the runs of a chunk, (m, 2), and 0 ... k - 1 in the order of its k batches.

    Batch j has every k-th row from the j-th on. The order is random: the first row of a run would
    else always be in an early batch.
    """
    minibatch.batches(n, batch_size, seed, epochs)  # the same errors
    rounds = repeat(None) if epochs is None else range(epochs)
    rng = np.random.default_rng(seed)
    size = batch_size * (1 if run == 1 else max(1, RUNS * run // batch_size))

    def deal():
        for _ in rounds:
            order = rng.permutation(-(-n // run))
            ends = np.cumsum(np.minimum(run, n - order * run))
            for low in range(0, n, size):
                high = min(low + size, n)
                k = -(-(high - low) // batch_size)
                yield _between(order, ends, run, low, high), rng.permutation(k) if run > 1 else (0,)

    return deal()


def _between(order, ends, run, low, high):
    """Rows low ... high - 1 of those that come run after run; run i ends before place ends[i]."""
    i, j = np.searchsorted(ends, low, "right"), np.searchsorted(ends, high, "left") + 1
    behind = np.minimum(ends[i:j], high)
    begins = np.concatenate([[low], behind[:-1]])
    before = np.concatenate([ends[i - 1 : i] if i else [0], ends[i : j - 1]])  # where each run begins
    first = order[i:j] * run - before
    return np.column_stack([first + begins, first + behind])


def _runs(rows):
    """Row numbers as pairs (first, behind the last) of consecutive ones."""
    if isinstance(rows, range) and rows.step == 1:
        return [(rows.start, rows.stop)]
    rows = np.asarray(rows)
    cuts = np.flatnonzero(np.diff(rows) != 1) + 1
    ends = np.column_stack([rows[np.append(0, cuts)], rows[np.append(cuts, len(rows)) - 1] + 1])
    return ends.tolist()


def _from_disk():
    """Blocks that this thread has had read from a disk so far; always 0 where nobody counts."""
    return getrusage(RUSAGE_THREAD).ru_inblock if getrusage else 0
