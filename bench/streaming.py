"""A data set that stays in its file, beside what one would take instead; a section of bench/results.md.

Goals: a pass at 80 % at least of the speed of reading the file alone from a warm cache (a full gradient reaches it,
mini-batches do not: their steps come one after the other, and one processor both copies and computes), and at least as
fast as every other way that shuffles; the peak of memory at most 1.2 times what `footprint` predicts.
Compiled, with a thread that reads ahead: at b = 4096 85 % of the speed of reading the same shuffled runs with no
arithmetic, at b = 256 65 %.

`python bench/streaming.py "20 GB"` takes a larger file. PyTorch and scikit-learn come with the extra `bench`, numba with `compiled`.
"""

import mmap
import os
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
import report

import gdlib
from gdlib.scale import cluster, compiled, memory, patches
from gdlib.scale.files import Table

try:
    import torch
    from torch.utils.data import DataLoader, Dataset
except ImportError:
    torch, Dataset = None, object
try:
    from sklearn.linear_model import SGDRegressor
except ImportError:
    SGDRegressor = None

COMPILED = not cluster.missing("numba")
ROUNDS, LR = 9, 0.05


def opened(path):
    table = np.load(path, mmap_mode="r")
    return table[:, :-1], table[:, -1]


def reading(path):
    """The file once, front to back, 2 MiB at a time into one buffer.

    It begins with a page: on some processors a copy to 16 bytes behind a page takes twice as long or more.
    """
    buffer, at = mmap.mmap(-1, 2 << 20), 0
    file = os.open(path, os.O_RDONLY)
    while got := os.preadv(file, [buffer], at):
        at += got
    os.close(file)


def reading_in_runs(path, b):
    """The same runs, in the same order, as an epoch of gdlib's, dealt out to its batches: no arithmetic."""
    for _ in Table(path).batches(b):
        pass


def full(path):
    loss = gdlib.LeastSquares(Table(path), scale="half-mean")
    return loss.gradient(np.zeros(loss.d))


def epoch(path, b):
    loss = gdlib.LeastSquares(Table(path), scale="half-mean")
    return gdlib.sgd(loss, np.zeros(loss.d), LR, -(-loss.n // b), b, record=10**9).final


def compiled_full(path):
    loss = gdlib.LeastSquares(compiled.Table(path), scale="half-mean")
    return loss.gradient(np.zeros(loss.d))


def compiled_epoch(path, b):
    loss = gdlib.LeastSquares(compiled.Table(path), scale="half-mean")
    return compiled.sgd(loss, np.zeros(loss.d), LR, -(-loss.n // b), b, record=10**9).final


def textbook(path):
    X, y = opened(path)
    return -X.T @ (y - X @ np.zeros(X.shape[1]))


def slices(path, b):
    X, y = opened(path)
    beta = np.zeros(X.shape[1])
    for i in range(0, len(y), b):
        x = X[i : i + b]
        beta = beta + LR * (x.T @ (y[i : i + b] - x @ beta)) / b
    return beta


def single_rows(path, b):
    table = np.load(path, mmap_mode="r")
    order, beta = np.random.default_rng(0).permutation(len(table)), np.zeros(table.shape[1] - 1)
    for i in range(0, len(table), b):
        batch = table[order[i : i + b]]
        x, t = batch[:, :-1], batch[:, -1]
        beta = beta + LR * (x.T @ (t - x @ beta)) / b
    return beta


class Mapped(Dataset):
    def __init__(self, path):
        self.table = np.load(path, mmap_mode="r")

    def __len__(self):
        return len(self.table)

    def __getitem__(self, i):
        return np.array(self.table[i])


def loader(path, b):
    beta = torch.zeros(Mapped(path).table.shape[1] - 1, dtype=torch.float64)
    for batch in DataLoader(Mapped(path), batch_size=b, shuffle=True):
        x, t = batch[:, :-1], batch[:, -1]
        beta = beta + LR * (x.T @ (t - x @ beta)) / b
    return beta


def partial_fit(path, b):
    X, y = opened(path)
    model = SGDRegressor(penalty=None, fit_intercept=False, learning_rate="constant", eta0=1e-3)
    for i in range(0, len(y), b):
        model.partial_fit(X[i : i + b], y[i : i + b])
    return model.coef_


def rows(path, b):
    size = os.path.getsize(path)
    ours = {
        "reading the file alone": reading,
        f"reading alone, in shuffled runs of {Table(path).run} rows": lambda p: reading_in_runs(p, b),
        "gdlib, one full gradient": full,
        f"gdlib, sgd, an epoch of b = {b}": lambda p: epoch(p, b),
    }
    if COMPILED:
        assert np.allclose(compiled_epoch(path, b), epoch(path, b))
        ours["gdlib, compiled, one full gradient"] = compiled_full
        ours[f"gdlib, compiled, an epoch of b = {b}"] = lambda p: compiled_epoch(p, b)
    theirs = {
        "numpy.memmap, textbook full gradient": textbook,
        f"numpy.memmap, slices of {b} in the order of the file": lambda p: slices(p, b),
        f"numpy.memmap, {b} shuffled rows": lambda p: single_rows(p, b),
    }
    slow = {}
    if torch:
        slow[f"torch DataLoader, b = {b}, shuffled"] = lambda p: loader(p, b)
    if SGDRegressor:
        slow[f"scikit-learn partial_fit, slices of {b}"] = lambda p: partial_fit(p, b)
    fast = report.in_turn({name: lambda way=way: way(path) for name, way in (ours | theirs).items()}, ROUNDS, warm=1)
    taken = fast | report.in_turn({name: lambda way=way: way(path) for name, way in slow.items()}, 1)
    n, columns = np.load(path, mmap_mode="r").shape
    predicted = {
        "gdlib, one full gradient": memory.footprint(n, columns - 1),
        f"gdlib, sgd, an epoch of b = {b}": memory.footprint(n, columns - 1, b),
        "gdlib, compiled, one full gradient": memory.footprint(n, columns - 1, buffers=2),
        f"gdlib, compiled, an epoch of b = {b}": memory.footprint(n, columns - 1, b, buffers=2),
    }
    alone, runs = list(ours)[:2]
    for name, way in (ours | theirs | slow).items():
        run = memory.run_capped(way, path)
        assert run.outcome == "finished", run
        middle = statistics.median(taken[name])
        wanted = predicted[name].streamed if name in predicted else 0
        yield (
            f"| {name} | {middle:.3f} | {size / middle / 1e9:.2f} | {share(taken[alone], taken[name])} "
            f"| {share(taken[runs], taken[name])} "
            f"| {memory.readable(run.peak)} | {f'{memory.readable(wanted)}, {run.peak / wanted:.2f}' if wanted else ''} |"
        )


def share(alone, times):
    """The part of the speed of `alone` that a way reaches: the median of the ratios of each round."""
    alone = alone if len(times) == len(alone) else [statistics.median(alone)] * len(times)
    return f"{100 * report.ratio(alone, times):.0f} %"


def main():
    wanted = sys.argv[1] if len(sys.argv) > 1 else "320 MB"
    with tempfile.TemporaryDirectory() as folder:
        path = patches.write(Path(folder, "patches.npy"), wanted)
        shape = np.load(path, mmap_mode="r").shape
        lines = [
            f"`bench/streaming.py` on {report.machine('numpy', 'numba', 'torch', 'scikit-learn')}.",
            f"{shape[0]:,} rows of {shape[1]} float64 numbers, {wanted}, in the cache of the system; medians of {ROUNDS}"
            " rounds, all ways in turn (PyTorch, scikit-learn: one).",
            "The peak is what a fresh process held above the bare interpreter; a mapped file counts where it was touched,",
            "and so does PyTorch itself.",
            "",
        ]
        for b in (256, 4096):
            lines += [
                f"### b = {b}",
                "",
                "| way | seconds | GB/s | of reading alone | of reading the same runs | peak | predicted, peak/predicted |",
                "|---|---:|---:|---:|---:|---:|---:|",
                *rows(path, b),
                "",
                "What limits: in NumPy one processor that copies each run and then computes with it"
                + (", and Python at each batch;" if b < 1000 else ";")
                + " compiled, whichever of the two threads is slower, the one that copies or the one that computes.",
                "",
            ]
    report.write("What a data set in a file costs", lines)


if __name__ == "__main__":
    main()
