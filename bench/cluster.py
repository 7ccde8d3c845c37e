"""What a step costs on Dask, and what a second worker brings; a section of bench/results.md. Needs the extra `scale`.

Goals: some milliseconds a step beyond the arithmetic, whatever the number of rows; two workers, each on a core of its
own, form a gradient that takes long in nearly half the time of one.
"""

import statistics
import time

import dask.array as da
import numpy as np
import report
from dask.distributed import wait

import gdlib
from gdlib.scale import cluster

ROUNDS, D, BLOCKS = 15, 50, 8


def held(client, n, workers):
    """The loss of n rows in so many blocks of these workers' memory."""
    X = da.random.default_rng(0).standard_normal((n, D), chunks=(-(-n // BLOCKS), D))
    shares = [X.blocks[i :: len(workers)] for i in range(len(workers))]
    parts = [client.persist(part, workers=[worker]) for part, worker in zip(shares, workers, strict=True)]
    wait(parts)
    X = da.concatenate(parts)
    loss = gdlib.LeastSquares(cluster.Blocks(X, da.zeros(n, chunks=(X.chunks[0],))), scale="half-mean")
    loss.gradient(np.ones(D))  # puts y beside X
    time.sleep(0.5)
    return loss


def main():
    lines = [
        f"`bench/cluster.py` on {report.machine('numpy', 'dask', 'distributed')}.",
        f"One gradient of rows in the workers' memory, d = {D}, in {BLOCKS} blocks: medians of {ROUNDS} rounds, in turn.",
        "",
        "| rows | NumPy here, one thread, ms | one worker, ms | two workers, ms | one worker/two |",
        "|---:|---:|---:|---:|---:|",
    ]
    with cluster.connect() as client:
        from threadpoolctl import threadpool_limits

        both = sorted(client.scheduler_info()["workers"])
        for n in (800, 80_000, 1_600_000):
            X = np.random.default_rng(0).standard_normal((n, D))
            here = gdlib.LeastSquares(X, np.zeros(n), "half-mean")
            losses = {"here": here, "one": held(client, n, both[:1]), "two": held(client, n, both)}
            ways = {name: lambda loss=loss: loss.gradient(np.ones(D)) for name, loss in losses.items()}
            with threadpool_limits(1):
                taken = report.in_turn(ways, ROUNDS, warm=1)
            middle = [f"{1000 * statistics.median(times):.1f}" for times in taken.values()]
            lines.append(f"| {n:,} | {' | '.join(middle)} | {report.ratio(taken['one'], taken['two']):.2f} |")
    lines += [
        "",
        "The first line is what a step costs before any arithmetic. What limits: there the scheduler, which is Python and",
        "sends a message for each block; in the last line the workers, as far as memory feeds both.",
    ]
    report.write("What a step on a cluster costs", lines)


if __name__ == "__main__":
    main()
