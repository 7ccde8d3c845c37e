"""Rows of a data set that stays in its file: read in runs, and fetched from the disk ahead of their use.

A memory map is only asked where its rows lie. The rows are then read with
``pread`` into one buffer that is used again and again: what this holds is
known beforehand (`gdlib.scale.memory.footprint`), whatever the size of the file, and a
file that is cut short on the way is an error that can be read, not a SIGBUS.

Reading ahead is left to the system: while rows come from a disk it is told which are
next, and fetches them into its cache while this chunk is computed with. A thread of
Python would take turns with the computation; and what is in the cache already needs none.

Source: the dealing of shuffled runs as in X. Meng et al., "Convergence analysis of
distributed stochastic gradient descent with shuffling", Neurocomputing 337 (2019), 46-57.
"""

import mmap
import os
import weakref
from contextlib import suppress
from itertools import chain, pairwise
from threading import Lock
from typing import NamedTuple

import numpy as np

try:
    from resource import RUSAGE_THREAD, getrusage
except ImportError:  # there is one on Linux
    getrusage = None

__all__ = ["Batch", "Rows"]

RUN = 1 << 18  # bytes read in one go: a disk and the kernel do that nearly at full speed
RUNS = 16  # so many of them, from anywhere in the file, make a chunk, which is dealt out to its batches
CHUNK = RUN * RUNS
AHEAD = 1 << 17  # bytes asked for at once: of a longer request Linux may fetch no more than the first 128 KiB


class Batch(NamedTuple):
    """Rows that were read: what `LeastSquares.gradient` takes as its `rows`. Valid until the next one is asked for."""

    X: np.ndarray
    y: np.ndarray

    def __len__(self):
        return len(self.y)

    def deal(self, turns):
        """Its rows dealt like cards, as views: hand j of k is every k-th row from row j on; in the order of `turns`."""
        k = len(turns)
        return (Batch(self.X[j::k], self.y[j::k]) for j in turns)


class Rows:
    """Where the rows of X (n, d), and of y (n,), lie in their files. `Rows.of` makes it."""

    def __init__(self, parts, n):
        self.n, self._parts = n, parts
        self.row = sum(part.row for part in parts)  # bytes read for a row
        self.run = max(1, RUN // self.row)  # rows read in one go

    @classmethod
    def of(cls, X, y):
        """The rows of a mapped X, or None where X is in memory, is not stored row after row, or can't be read so."""
        if X.strides[1] != X.itemsize or X.strides[0] < X.itemsize * X.shape[1]:
            return None
        place, target = _place(X), _place(y)
        if place is None:
            return None
        if target is not None and target[0] == place[0] and y.strides[0] == X.strides[0]:
            start, end = min(place[1], target[1]), max(place[1] + X[0].nbytes, target[1] + y.itemsize)
            if end - start <= X.strides[0]:  # y is a column of the same table: read once
                return cls([_Part(place[0], start, len(X), (X, place[1]), (y, target[1]))], len(X))
        return cls([_Part(*place, len(X), (X, place[1])), _Part.column(y, target)], len(X))

    def numbers(self, rows):
        """Row numbers counted from the front, as of any array: −1 is the last row; IndexError outside of it."""
        rows = np.asarray(rows)
        outside = rows[(rows < -self.n) | (rows >= self.n)]
        if len(outside):
            raise IndexError(f"rows must be below n = {self.n}, got {outside[0]}")
        return np.where(rows < 0, rows + self.n, rows)

    def buffer(self, rows):
        """Room for so many rows, to be given to `read`."""
        return [part.buffer(rows) for part in self._parts]

    def read(self, rows, buffer=None):
        """The Batch of these rows: a slice without a step, runs (first, behind the last), or row numbers.

        Raises
        ------
        OSError
            The file ends too early: it was cut short since it was opened.
        """
        runs = _runs(rows)
        count = _count(runs)
        buffer = self.buffer(count) if buffer is None else buffer
        arrays = [array for part, room in zip(self._parts, buffer, strict=True) for array in part.read(runs, room)]
        return Batch(*(array[:count] for array in arrays))

    def ahead(self, chunks):
        """Each chunk of rows, dealt out to its batches; from a disk the next one is fetched meanwhile.

        (Slices are read in the order of the file, where the system reads ahead without being told.)

        Parameters
        ----------
        chunks : iterable of (rows, turns)
            Rows as for `read`, and 0 ... k - 1 in some order: the rows are
            dealt to k batches, row i to batch i mod k, which come in this order.

        Returns
        -------
        iterator of Batch
        """
        busy, room, size = False, None, 0
        for (rows, turns), following in pairwise(chain(chunks, [None])):
            before = _from_disk()
            for part in self._parts if busy and following and type(rows) is not slice else ():
                part.fetch(_runs(following[0]))
            if (count := _count(_runs(rows))) > size:
                room, size = self.buffer(count), count
            chunk = self.read(rows, room)
            busy = _from_disk() > before
            yield from chunk.deal(turns)


class _Part:
    """One file's share of a row: `row` bytes from `start` on, every `stride` bytes; arrays as views of what was read."""

    def __init__(self, name, start, n, *arrays):
        self.name, self.start, self.n = name, start, n
        self.views = [(array.dtype, array.shape[1:], at - start) for array, at in arrays]
        self.stride = arrays[0][0].strides[0]
        self.row = self.stride
        self.span = max(at - start + array[0].nbytes for array, at in arrays)  # of the last row
        self._file = open(name, "rb", buffering=0)  # noqa: SIM115 (it stays open as long as this part lives)
        weakref.finalize(self, self._file.close)
        if os.fstat(self._file.fileno()).st_size < start + (n - 1) * self.stride + self.span:
            raise OSError(f"{name} is too short for {n} rows: it was cut since it was mapped")

    @classmethod
    def column(cls, y, place):
        return _InMemory(y) if place is None or y.strides[0] != y.itemsize else cls(*place, len(y), (y, place[1]))

    def buffer(self, rows):
        return np.empty((rows, self.stride), np.uint8)

    def read(self, runs, room):
        done = 0
        for low, high in runs:
            end = done + high - low
            self._fill(room[done:end].reshape(-1)[: (high - low - 1) * self.stride + self.span], low)
            done = end
        return [
            np.ndarray((len(room), *shape), dtype, room, offset, (self.stride, dtype.itemsize)[: 1 + len(shape)])
            for dtype, shape, offset in self.views
        ]

    def fetch(self, runs):
        """Ask the system to read these rows into its cache, without waiting for them."""
        for low, high in runs:
            begin, end = self.start + low * self.stride, self.start + (high - 1) * self.stride + self.span
            for at in range(begin, end, AHEAD):
                os.posix_fadvise(self._file.fileno(), at, min(AHEAD, end - at), os.POSIX_FADV_WILLNEED)

    def _fill(self, room, row):
        at, done = self.start + row * self.stride, 0
        while done < len(room):
            got = _read_at(self._file, room[done:], at + done)
            if got == 0:
                raise OSError(
                    f"{self.name} ends in row {row + done // self.stride} of {self.n}: it was cut short while it was read"
                )
            done += got


def _from_disk():
    """Blocks that this thread has had read from a disk so far, asked for ahead or not; always 0 where nobody counts."""
    return getrusage(RUSAGE_THREAD).ru_inblock if getrusage else 0


def _read_at(file, room, at):
    return os.preadv(file.fileno(), [room], at)


def _read_in_turn(file, room, at, lock=Lock()):  # noqa: B008 (one lock for all)
    with lock:
        file.seek(at)
        return file.readinto(room)


if not hasattr(os, "preadv"):  # Windows: one thread at a time
    _read_at = _read_in_turn


class _InMemory:
    """Targets that are in memory, beside an X that is not."""

    row = 0

    def __init__(self, y):
        self.y = y

    def buffer(self, rows):
        return None

    def fetch(self, runs):
        pass

    def read(self, runs, room):
        return [self.y[slice(*runs[0])] if len(runs) == 1 else np.concatenate([self.y[slice(*run)] for run in runs])]


def _runs(rows):
    """Rows as pairs (first, behind the last) of consecutive ones; their numbers, in such pairs, or a slice."""
    if type(rows) is slice:
        return [(rows.start, rows.stop)]
    if rows.ndim == 2:
        return rows.tolist()
    cuts = np.flatnonzero(np.diff(rows) != 1) + 1
    firsts = rows[np.concatenate([[0], cuts])].tolist()
    lasts = rows[np.concatenate([cuts, [len(rows)]]) - 1].tolist()
    return [(first, last + 1) for first, last in zip(firsts, lasts, strict=True)]


def _count(runs):
    return sum(high - low for low, high in runs)


def _place(array):
    """The file that an array's bytes are in and where its first one lies, or None where it has no such file."""
    root = array
    while isinstance(root.base, np.ndarray):
        root = root.base
    if not isinstance(root, np.memmap) or not isinstance(root.base, mmap.mmap) or root.filename is None:
        return None
    if root.mode == "c":  # changes are private to this process; the file does not have them
        return None
    with suppress(BufferError):
        began = np.frombuffer(root.base, np.uint8, 1).ctypes.data
        mapped = root.offset - root.offset % mmap.ALLOCATIONGRANULARITY
        return os.fspath(root.filename), mapped + array.ctypes.data - began
    return None
