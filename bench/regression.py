"""Least squares and mini-batches beside what one would take instead; a section of bench/results.md.

Goals: the full gradient at least 1.5 times as fast as the textbook expression, and at 60 % of the speed at which
memory can be read on one of the two shapes; an epoch at b = 256 at least 3 times as fast as torch with tensors and
10 times as fast as with DataLoader, at b = 32 10 times as fast as with tensors.
Compiled: the full gradient at 70 % of the fastest reading and 1.3 times as fast as torch on both shapes; an epoch at
b = 1 in at most scikit-learn's time, and from b = 32 on ahead of every way.

PyTorch and scikit-learn come with the extra `bench`, numba with `compiled`; their rows say "not installed" where they
are missing.
"""

import statistics
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import report

import gdlib
from gdlib.scale import cluster, compiled

try:
    import torch
except ImportError:
    torch = None
try:
    from sklearn.linear_model import SGDRegressor
except ImportError:
    SGDRegressor = None

COMPILED = not cluster.missing("numba")
ROUNDS = 11
EPOCH = {1: (1e-3, 1), 32: (0.02, 5), 256: (0.1, 5), 4096: (0.5, 5)}  # b: learning rate, rounds


def gradients(d):
    """One gradient of ½‖y − Xβ‖² on 800 MB, in GB/s of X, and times the textbook's speed."""
    n = 10**8 // d
    rng = np.random.default_rng(0)
    X, y, beta = rng.standard_normal((n, d)), rng.standard_normal(n), rng.standard_normal(d)
    loss, flat = gdlib.LeastSquares(X, y), X.reshape(-1)
    pool = ThreadPoolExecutor(2)
    ways = {
        "gdlib": lambda: loss.gradient(beta),
        "textbook, `-X.T @ (y - X @ beta)`": lambda: -X.T @ (y - X @ beta),
        "with brackets, `-(X.T @ (y - X @ beta))`": lambda: -(X.T @ (y - X @ beta)),
    }
    if COMPILED:
        fused = gdlib.LeastSquares(compiled.Rows(X, y))
        ways["gdlib, compiled"] = lambda: fused.gradient(beta)
    if torch:
        tX, ty, tbeta = map(torch.from_numpy, (X, y, beta))
        ways["torch, with brackets"] = lambda: -(tX.T @ (ty - tX @ tbeta))
    for name, way in ways.items():
        assert np.allclose(np.asarray(way()), loss.gradient(beta), rtol=1e-8, atol=1e-6), name
    reads = {
        "reading only, BLAS dot": lambda: flat.dot(flat),
        "reading only, sum in 2 threads": lambda: list(pool.map(np.sum, np.array_split(flat, 2))),
    }
    taken = report.in_turn(ways | reads, ROUNDS, warm=3)
    speed = {name: 0.8 / statistics.median(times) for name, times in taken.items()}
    fastest = max(reads, key=speed.get)
    for name, times in taken.items():
        yield (
            f"| {d} | {name} | {speed[name]:.1f} | {report.ratio(taken['gdlib'], times):.2f} "
            f"| {100 * report.ratio(taken[fastest], times):.0f} % |"
        )
    for missing in [*["torch"] * (not torch), *["gdlib, compiled"] * (not COMPILED)]:
        yield f"| {d} | {missing} | not installed | | |"


def epochs(b, lr, rounds):
    """One epoch of ½ mean (y − Xβ)², n = 200,000, d = 100, from 0; every way does the same number of updates."""
    n, d = 200_000, 100
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, d))
    y = X @ rng.standard_normal(d) + rng.standard_normal(n)
    loss, T = gdlib.LeastSquares(X, y, "half-mean"), -(-n // b)
    ends = {}

    def ours():
        ends["gdlib"] = gdlib.sgd(loss, np.zeros(d), lr, T, b, record=T).final

    ways = {"gdlib": ours}
    if COMPILED:
        rows = gdlib.LeastSquares(compiled.Rows(X, y), scale="half-mean")
        compiled.sgd(rows, np.zeros(d), lr, 1, b)  # compiled, or fetched from where it is kept

        def fused():
            ends["gdlib, compiled"] = compiled.sgd(rows, np.zeros(d), lr, T, b, record=T).final

        ways["gdlib, compiled"] = fused
    if torch:
        tX, ty = torch.from_numpy(X), torch.from_numpy(y)
        loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(tX, ty), batch_size=b, shuffle=True)

        def tensors():
            order = torch.randperm(n)
            for i in range(0, n, b):
                rows = order[i : i + b]
                yield tX[rows], ty[rows]

        def train(name, source, most=T):
            beta = torch.zeros(d, dtype=torch.float64, requires_grad=True)
            optimizer = torch.optim.SGD([beta], lr=lr)
            for _, (x, target) in zip(range(most), source, strict=False):
                value = 0.5 * ((target - x @ beta) ** 2).mean()
                optimizer.zero_grad()
                value.backward()
                optimizer.step()
            ends[name] = beta.detach().numpy()

        # As many threads as suit torch best at this batch size.
        trial = {}
        for threads in (1, torch.get_num_threads()):
            torch.set_num_threads(threads)
            trial[threads] = min(report.seconds(lambda: train("trial", tensors(), min(T, 300))) for _ in range(3))
        threads = min(trial, key=trial.get)
        torch.set_num_threads(threads)
        ways["torch.optim.SGD, tensors"] = lambda: train("torch.optim.SGD, tensors", tensors())
        ways["torch.optim.SGD, DataLoader"] = lambda: train("torch.optim.SGD, DataLoader", loader)
    if SGDRegressor and b == 1:

        def sklearn():
            model = SGDRegressor(
                penalty=None, fit_intercept=False, learning_rate="constant", eta0=lr, max_iter=1, tol=None
            )
            ends["scikit-learn SGDRegressor"] = model.fit(X, y).coef_

        ways["scikit-learn SGDRegressor"] = sklearn
    taken = report.in_turn(ways, rounds)
    if rounds == 1:  # what takes long takes it once
        quick = {name: ways[name] for name in ("gdlib, compiled", "scikit-learn SGDRegressor") if name in ways}
        taken |= report.in_turn(quick, 5)
    for name, times in taken.items():
        middle, final = statistics.median(times), loss(ends[name])
        assert abs(final / loss(ends["gdlib"]) - 1) < 0.03, (name, final)
        yield (
            f"| {b} | {name} | {T} | {middle:.3f} | {1e6 * middle / T:.1f} | {final:.3f} "
            f"| {middle / statistics.median(taken['gdlib']):.2f} |"
        )
    there = {
        "torch.optim.SGD": torch,
        "gdlib, compiled": COMPILED,
        "scikit-learn SGDRegressor": SGDRegressor or b > 1,
    }
    for name in (name for name, found in there.items() if not found):
        yield f"| {b} | {name} | not installed | | | | |"


def main():
    full = [line for d in (50, 500) for line in gradients(d)]
    lines = [
        f"`bench/regression.py` on {report.machine('numpy', 'numba', 'torch', 'scikit-learn')}.",
        f"Medians of {ROUNDS} rounds (epochs: of 5, at b = 1 of one but for the compiled loops), all ways in turn; the",
        "ratios are medians too (epochs: of the medians).",
        "A full gradient is timed after three calls of its own, as in a descent.",
        "",
        "### One full gradient, n·d = 10⁸ in float64",
        "",
        "| d | way | GB/s of X | times the speed of gdlib | of the fastest reading |",
        "|---:|---|---:|---:|---:|",
        *full,
        "",
        "`-X.T @ r` negates X.T first, which copies it: the brackets are worth more than they look.",
        "What limits: two products, which fetch a block twice, once from memory and once from the cache; compiled, the",
        "memory, and beside it the arithmetic of one core, which has little time to spare for a number that arrives.",
        "",
        "### One epoch of mini-batches, n = 200,000, d = 100 in float64",
        "",
        "All ways end within 3 % of the same loss, and keep no point but the last. SGDRegressor has no batches; its loop is",
        "compiled, so it has no cost of Python at each update, which is nearly all that b = 1 costs in NumPy.",
        "What limits: at b = 1 and 32 the calls from Python; compiled, the way of shuffled rows from memory to one core, and",
        "at b = 1 that each update waits for the one before; at b = 4096, where threads share a batch, memory.",
        "",
        "| b | way | updates | seconds | µs an update | final loss | times gdlib's time |",
        "|---:|---|---:|---:|---:|---:|---:|",
        *(line for b, (lr, rounds) in EPOCH.items() for line in epochs(b, lr, rounds)),
    ]
    report.write("What least squares and mini-batches cost", lines)


if __name__ == "__main__":
    main()
