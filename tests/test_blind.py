"""Answers of authors who had not seen the solutions: the ones that told most about the checks.

Those that are right pass. Those that are wrong are refused, and told a mistake that is theirs.
"""

import linecache
import re

import pytest

from gdlib.checks import bank, caller, judge

RIGHT = [
    ("1.5", "def turns(slopes):\n    s = [v for v in slopes if v]\n    pairs = list(zip(s, s[1:]))\n"
     "    return [sum(a > 0 > b for a, b in pairs), sum(a < 0 < b for a, b in pairs)]"),
    ("3.2", "def ascend(gradient, init, lr, eps, T):\n    x, n = list(map(float, init)), 0\n"
     "    while n < T and np.linalg.norm(gradient(np.array(x))) > eps:\n"
     "        x, n = [a + lr * g for a, g in zip(x, gradient(np.array(x)))], n + 1\n    return x, float(n)"),
    ("4.1", "def partial(X, y, beta, k):\n    f = lambda b: np.mean((y - X @ b) ** 2)\n    e = np.eye(len(beta))[k]\n"
     "    return (f(beta + e) - f(beta - e)) / 2"),
    ("5.6", "def smallest_batch(n, variance, h, lr, level):\n    b = np.arange(1, n + 1)\n"
     "    low = lr * variance / b * (1 - (b - 1) / (n - 1)) / (2 * (2 - lr * h)) <= level\n    return float(b[low][0])"),
    # gdlib takes no T = 0, and the tasks say that handing over to it is right all the same
    ("3.1", "def descend(gradient, init, lr, eps, T):\n    return gdlib.gradient_descent(gradient, init, lr, eps, T).final"),
    ("3.5", "def walk(gradient, init, lr, T):\n    return gdlib.gradient_descent(gradient, init, lr, eps=0, T=T).final"),
]  # fmt: skip
WRONG = [
    ("1.1", "slope = np.vectorize(lambda x: 0 if x == 0 else 3 * x**2 - 8 * x)", "Only whole numbers come out"),
    ("1.1", "def slope(x):\n    return np.array([3 * v**2 - 8 * v for v in x])", "A single number is no array here"),
    ("1.1", "def slope(x):\n    return 0 if x == 0 else 3 * x**2 - 8 * x", "need one True or False"),
    ("1.1", "def slope(x):\n    return np.array([[3 * v**2 - 8 * v] for v in np.ravel(x)])", "a number is wanted.$"),
    ("1.1", "def slope(x):\n    return 3 * np.exp(2 * np.log(x)) - 8 * x", "There is `nan` in it"),
    ("1.3", "says = print(12.04)", "`says` is None; a number is wanted."),
    ("1.8", "def seek(df, start):\n    low, high, places = -8, 8, [start]\n    for _ in range(19):\n"
     "        low, high = (low, places[-1]) if df(places[-1]) > 0 else (places[-1], high)\n"
     "        places.append((low + high) / 2)\n    return places", "lies is around `start`"),
    ("2.2", "def slope_along(g, v):\n    a = np.arccos(g @ v / np.linalg.norm(g) / np.linalg.norm(v))\n"
     "    return np.linalg.norm(g) * np.cos(a)", "as steep as the gradient is long"),
    ("3.2", "def ascend(gradient, init, lr, eps, T):\n    if T == 0:\n        return np.array(init, dtype=float), 0\n"
     "    path = gdlib.gradient_ascent(gradient, init, lr, eps, T)\n    return path.final, len(path.points)",
     "the start is none"),
    ("3.4", "lr, T = 10**400, 600", "a whole number that no float holds"),
    ("3.4", "lr, T = np.datetime64('2026-12-01'), 600", "`lr` is a datetime64; a number is wanted"),
    ("3.7", "left, top, gone, beside = 0.05, 0.07543, 10, np.zeros(2, dtype=[('a', float)])", "`beside` is a ndarray"),
    ("3.5", "def walk(gradient, init, lr, T):\n    return init - T * lr * gradient(init * 1.0)", "the bug is still there"),
    ("3.7", "left, top, gone, beside = 2.411, 0.07543, 5, 1e-7", "From `left` the walk ends on the hill"),
    ("4.1", "def partial(X, y, beta, k):\n    r = y - X @ beta\n    return -2 / len(y) * np.sum(X[k] * r[: len(X[k])])",
     "the residual of its own row"),
    ("4.3", "def edge(X, loss):\n    H = X.T @ X\n    H *= 1 if 'half' in loss else 2\n"
     "    if 'mean' in loss:\n        H /= len(X)\n    return 2 / np.linalg.eigvalsh(H)[-1]", "no room for what comes"),
    ("4.5", "def regress(X, y, init, lr, eps, T):\n    b, g = init, lambda b, k: -X[:, k] @ (y - X @ b) / len(y)\n"
     "    for t in range(T):\n        now = [g(b, k) for k in range(len(b))]\n        if np.linalg.norm(now) <= eps:\n"
     "            return np.array(b), t\n        for k in range(len(b)):\n            b[k] = b[k] - lr * now[k]\n"
     "    return np.array(b), T", "It changes its argument `init`"),
    ("5.7", "lr, b, T = 0.003, 1, 3001", "`b \\* T` is more than 3000"),
    ("6.5", "def mean_loss(losses):\n    return np.mean([round(float(v), 6) for v in losses])", "one rounded"),
    ("6.8", "def plan(job):\n    plans = [(way, 2**k) for way in ('load', 'solve', 'stream') for k in range(11)]\n"
     "    plans = [p for p in plans if p[1] <= job['n'] and cost(job, *p)[0] <= job['memory']]\n"
     "    return min(plans, key=lambda p: cost(job, *p)[1])", "loading it once takes less time"),
    ("7.1", "def roll(gradient, init, lr, beta, T):\n    x, v = init, 0.0\n    for _ in range(T):\n"
     "        v = beta * v + gradient(x)\n        if np.linalg.norm(v) == 0:\n            break\n"
     "        x = x - lr * v\n    return x", "stop where the speed is 0"),
    ("7.1", "def roll(gradient, init, lr, beta, T):\n    x, v = init, 0.0\n    for _ in range(T):\n"
     "        v = beta * v - gradient(x)\n        x = x - lr * v\n    return x", "uphill. There are two signs"),
    ("7.1", "def roll(gradient, init, lr, beta, T):\n    x, v = init, 0.0\n    for _ in range(T):\n"
     "        v = beta * v + gradient(x)\n        x = x - lr * v\n        return x", "with other inputs a result"),
    ("7.1", "def roll(gradient, init, lr, beta, T):\n    x, v = init, 0.0\n    for _ in range(T):\n"
     "        v = beta * (v + gradient(x))\n        x = x - lr * v\n    return x", "Already the first update"),
    ("7.1", "def roll(gradient, init, lr, beta, T):\n    x, v, g = init, 0.0, gradient(init)\n    for _ in range(T):\n"
     "        v, g = beta * v + g, gradient(x)\n        x = x - lr * v\n    return x", "already the second is not"),
    ("7.2", "def largest_rate(curvatures, beta):\n    return 4 / max(curvatures)", "Here the ball keeps nothing"),
    ("7.2", "def largest_rate(curvatures, beta):\n    return 2 * (1 + beta**2) / max(curvatures)", "Already for a single curvature"),
    ("7.2", "def largest_rate(curvatures, beta):\n    return 2 * (1 + beta) / np.linalg.norm(curvatures)", "several it is not"),
    ("7.2", "def largest_rate(curvatures, beta):\n    return round(2 * (1 + beta) / max(curvatures), 2)", "You round"),
    ("7.4", "def adam(gradient, init, lr, T):\n    x, m, s = init, 0.0, 0.0\n    for t in range(1, T + 1):\n        g = gradient(x)\n"
     "        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * np.sum(g**2)\n"
     "        x = x - lr * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)\n    return x", "Already the first step"),
    ("7.4", "def adam(gradient, init, lr, T):\n    x, m, s = init, 0.0, 0.0\n    for t in range(1, T + 1):\n        g = gradient(init)\n"
     "        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2\n"
     "        x = x - lr * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)\n    return x", "already the second is not"),
    ("7.3", "x1, x2, steep = 4.9, 4.93, 4.93", "too few digits"),
    ("7.3", "x1, x2, steep = 4.9, 0.0333, 4.9333", "length of the second step"),
    ("7.4", "def adam(gradient, init, lr, T):\n    x, m, s = init, 0.0, 0.0\n    for t in range(1, T + 1):\n"
     "        g = gradient(x)\n        if np.all(g == 0):\n            return x\n        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2\n"
     "        x = x - lr * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)\n    return x", "stop where the slope is 0"),
    ("6.4", "def solve_once(blocks):\n    A, c, q, n = 0, 0, 0, 0\n    for X, y in blocks:\n"
     "        A, c, q, n = A + X.T @ X, c + X.T @ y, q + y @ y, n + len(y)\n    beta = np.linalg.solve(A, c)\n"
     "    return beta, round((q - c @ beta) / n, 3)", "are they rounded"),
    ("6.5", "def mean_loss(losses):\n    return sum(abs(float(loss)) for loss in losses) / len(losses)", "lose their sign"),
    ("6.6", "def finish(read, compute, buffers):\n    done, end = [0] * buffers, 0\n    for r, c in zip(read, compute):\n"
     "        end = max(end, done[-buffers]) + r\n        done.append(max(end, done[-1]) + c)\n    return round(done[-1])",
     "round to whole seconds"),
    ("5.3", "def rows_of_update(t, b, orders):\n    epoch, i = divmod(t, -(-len(orders[0]) // b))\n"
     "    return orders[epoch][i * b : (i + 1) * b][::-1]", "The rows are right, and in another order"),
    ("5.5", "def train(X, y, init, lr, b, orders):\n    for order in orders:\n        for i in range(0, len(order), b):\n"
     "            rows = order[i : i + b + 1]\n"
     "            init = init + lr * X[rows].T @ (y[rows] - X[rows] @ init) / len(rows)\n    return init", "take the next b rows"),
    ("5.6", "def smallest_batch(n, variance, h, lr, level):\n    for b in range(1, n + 1):\n"
     "        if lr * variance / b / (2 * (2 - lr * h)) <= level:\n            return b", "with other inputs a result"),
    ("4.1", "def partial(X, y, beta, k):\n    return -2 / (len(y) - 1) * np.sum((y - X @ beta) * X[:, k])", "divided by n, and once"),
    ("4.2", "def forgiving_gradient(X, y, beta):\n    r = y - X @ beta\n    return -X.T @ (abs(r) / np.sqrt(1 + r**2))",
     "of this one row"),
    ("4.5", "def regress(X, y, init, lr, eps, T):\n    b = np.array(init, dtype='float32')\n    for t in range(T):\n"
     "        g = X.T @ (X @ b - y) / len(y)\n        if np.linalg.norm(g) <= eps:\n            return b, t\n"
     "        b = (b - lr * g).astype('float32')\n    return b, T", "Digits get lost"),
    ("4.6", "def fit(X, y, init, lr, T):\n    for _ in range(T):\n        init = init - lr * X.T @ (X @ init - y)\n"
     "    return np.round(init, 3)", "Digits get lost"),
    ("3.1", "def descend(gradient, init, lr, eps, T):\n    x = slope = init\n    for _ in range(T):\n        slope = gradient(x)\n"
     "        if abs(slope) <= eps:\n            break\n        x = x - lr * slope\n    return slope", "no point of the walk"),
    ("3.1", "def descend(gradient, init, lr, eps, T):\n    if T == 0 or abs(gradient(init)) <= eps:\n        return init\n"
     "    return descend(gradient, init - lr * gradient(init), lr, eps, T - 1)", "what calls itself"),
    ("3.2", "def ascend(gradient, init, lr, eps, T):\n    x = np.round(np.array(init, dtype=float))\n    for t in range(T):\n"
     "        if np.linalg.norm(gradient(x)) <= eps:\n            return x, t\n        x = x + lr * gradient(x)\n    return x, T",
     "no point of the walk"),
    ("3.2", "def ascend(gradient, init, lr, eps, T):\n    x = np.array(init, dtype=float)\n    for t in range(T):\n"
     "        g = np.array(gradient(list(x)))\n        if np.linalg.norm(g) <= eps:\n            return x, t\n"
     "        x = x + lr * g\n    return x, T", "and `gradient` takes an array"),
    ("3.5", "def walk(gradient, init, lr, T):\n    for _ in range(T):\n        init = np.clip(init - lr * gradient(init), -100, 100)\n"
     "    return init", "no point of the walk"),
    ("4.1", "def partial(X, y, beta, k):\n    return int(-2 / len(y) * (y - X @ beta) @ X[:, k])", "cut to a whole number"),
    ("4.2", "def forgiving_gradient(X, y, beta):\n    r = y - X @ beta\n    return np.round(-X.T @ (r / np.hypot(1, r)), 3)",
     "This is rounded"),
    ("6.6", "def finish(read, compute, buffers):\n    done, end = [0] * buffers, 0\n    for r, c in zip(read, compute):\n"
     "        end = max(end, done[-buffers]) + r\n        done.append(max(end, done[-1]) + c)\n    return sum(done)", "add up the times"),
    ("1.8", "def seek(df, start):\n    if df(start) == 0:\n        return start\n    places, step = [start], 4.0\n"
     "    while len(places) < 20:\n        places.append(places[-1] - step * np.sign(df(places[-1])))\n        step /= 2\n"
     "    return places", "only one place"),
]  # fmt: skip


def verdict(number, source):
    """What `check` says of a notebook's cell."""
    question = bank.question(number)
    space, name = dict(question.exercise.space(number)), f"<blind {number} {hash(source)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)  # as IPython keeps a cell
    exec(compile(source, name, "exec"), space)
    answers = tuple(space[name] for name in question.names)
    return judge(question, caller(answers if answers[1:] else answers[0]))


@pytest.mark.parametrize("number,source", RIGHT)
def test_what_is_right_passes_in_any_form(number, source):
    assert verdict(number, source).outcome == "correct", verdict(number, source)


@pytest.mark.parametrize("number,source,says", WRONG)
def test_what_is_wrong_is_told_a_mistake_of_its_own(number, source, says):
    found = verdict(number, source)
    assert found.outcome in ("incorrect", "error")
    assert found.mistake == found.message
    assert re.search(says, found.message), found


def test_a_batch_left_out_is_not_told_that_one_buffer_overlaps_nothing():
    source = (
        "def finish(read, compute, buffers):\n    end, done = 0, []\n    for i in range(len(read) - 1):\n"
        "        end = max(end, done[i - buffers] if i >= buffers else 0) + read[i]\n"
        "        done.append(max([end, *done]) + compute[i])\n    return done[-1]"
    )
    assert "overlaps" not in verdict("6.6", source).message


def test_the_given_code_itself_is_not_attempted():
    stub = bank.question("3.5").stub
    assert verdict("3.5", stub).outcome == "not attempted"
    assert verdict("3.5", f"{stub}\n# so it was").outcome == "not attempted"


ODD = [
    "None", "...", "1+0j", "np.datetime64('2026-12-01')", "np.zeros(2, dtype=[('a', float)])", "[10**400, 1]", "10**400",
    "np.ma.array([1.0], mask=[1])", "{}", "{1, 2}", "object()", "(lambda: 1)", "b'x'", "'x'", "[[1], [2, 3]]", "[]",
    "np.array([None])", "range(3)", "np.array(['a'])", "(1, 'a', None)", "type", "np.zeros((0, 3))", "float('nan')",
]  # fmt: skip


@pytest.mark.parametrize("turn", range(len(ODD)))
def test_whatever_is_handed_over_gets_a_verdict_and_never_a_point(turn):
    """Each question meets each odd value in one of the turns' exercises: as its value, or as what its function returns."""
    for exercise in map(bank.exercise, "1234567"):
        question = list(exercise.questions.values())[turn % len(exercise.questions)]
        value = ODD[turn] if question.asks_for_values else f"lambda *a, **k: {ODD[turn]}"
        found = verdict(question.id, "\n".join(f"{name} = {value}" for name in question.names))
        assert found.outcome != "correct"
        assert found.message
