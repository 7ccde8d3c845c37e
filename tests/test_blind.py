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
    for exercise in map(bank.exercise, "123456"):
        question = list(exercise.questions.values())[turn % len(exercise.questions)]
        value = ODD[turn] if question.asks_for_values else f"lambda *a, **k: {ODD[turn]}"
        found = verdict(question.id, "\n".join(f"{name} = {value}" for name in question.names))
        assert found.outcome != "correct"
        assert found.message
