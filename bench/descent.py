"""What gdlib's loop costs beside the same recording loop written by hand; its section of bench/results.md.

Ratios of medians, the two loops in turn in one process. The first row's goal is
at most 1.3, the second's at most 2; the last one's is at most 20 ms.
"""

import statistics
import subprocess
import sys

import numpy as np
import report

import gdlib
from gdlib.scale.many import sweep

ROUNDS = 15


def by_hand(gradient, x, lr, eps, T, norm):
    """The course's loop, recording what a Path records."""
    slope = gradient(x)
    points, norms = [x], [norm(slope)]
    for _ in range(T):
        if norms[-1] <= eps:
            break
        x = x - lr * slope
        slope = gradient(x)
        points.append(x)
        norms.append(norm(slope))
    return np.array(points), np.array(norms)


def compare(ours, theirs):
    """The median time of each, taken in turn, and of their ratios."""
    ours(), theirs()
    taken = report.in_turn({"ours": ours, "theirs": theirs}, ROUNDS)
    return *map(statistics.median, taken.values()), report.ratio(taken["ours"], taken["theirs"])


def loops():
    """Rows: name, microseconds a step of gdlib and by hand, ratio."""
    stretch = np.linspace(1, 10, 100)
    cases = [
        ("array, d = 100", lambda x: stretch * x, np.ones(100), np.linalg.norm, 5_000),
        ("Python float", lambda x: 2 * x + 2, 3.0, abs, 20_000),
    ]
    for name, gradient, init, norm, T in cases:
        a, b, times = compare(
            lambda: gdlib.gradient_descent(gradient, init, 1e-4, 0, T),  # noqa: B023
            lambda: by_hand(gradient, init, 1e-4, 0, T, norm),  # noqa: B023
        )
        yield f"| gradient_descent, {name} | {1e6 * a / T:.2f} | {1e6 * b / T:.2f} | {times:.2f} |"


def sweeps():
    rates = np.geomspace(1e-3, 1e-1, 200)
    for name, landscape, init in [
        ("valley", gdlib.landscapes.valley(), [1.5, 1.0]),
        ("Rosenbrock", gdlib.landscapes.rosenbrock(), [1.5, 1.0]),
        ("real terrain", gdlib.landscapes.terrain(), [15_000.0, 15_000.0]),
    ]:
        taken = statistics.median(report.seconds(lambda: sweep(landscape.gradient, init, rates)) for _ in range(ROUNDS))  # noqa: B023
        yield f"| sweep, 200 rates × 100 steps, {name} | {1e3 * taken:.1f} |"


IMPORT = """
import time, numpy
began = time.perf_counter()
import gdlib
print(time.perf_counter() - began)
"""


def import_time():
    runs = [float(subprocess.check_output([sys.executable, "-c", IMPORT])) for _ in range(ROUNDS)]
    return f"| import gdlib, beyond importing NumPy | {1e3 * statistics.median(runs):.1f} |"


def main():
    lines = [
        f"`make bench` on {report.machine('numpy')}: medians of {ROUNDS} rounds, the two loops in turn.",
        "",
        "| loop that records points and norms | gdlib, µs a step | by hand, µs a step | ratio |",
        "|---|---:|---:|---:|",
        *loops(),
        "",
        "| at once | milliseconds |",
        "|---|---:|",
        *sweeps(),
        import_time(),
    ]
    report.write("What gdlib costs", lines)


if __name__ == "__main__":
    main()
