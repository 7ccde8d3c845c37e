"""The figures of lecture 4: lines on data, and how the gradient of their loss is made."""

import matplotlib.pyplot as plt
import numpy as np

from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, figure, number, place
from gdlib.words import say


@figure()
def fit(ax, x, y, models, xlabel="x", ylabel="y", title="", residuals=True):
    """Data (x, y), (n,) each, as points, models as lines, and the residuals of the first model as vertical bars.
    A model is (callable of an array, name). A bar is red where y is above the model (r > 0), blue where below."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    few, margin = len(x) < 50, 0.04 * np.ptp(x)
    line, words = drawing.line((x.min() - margin, x.max() + margin)), []
    for (model, name), colour, style in zip(models, ("black", GREEN, PINK, GREY), drawing.DASHES, strict=False):
        ax.plot(line, model(line), linestyle=style, color=colour, label=name)
        error = y - model(x)
        ends = {"low": number(error.min().round(3)), "high": number(error.max().round(3))}
        words.append(say("{name}: residuals from {low} to {high}", name=name, **ends))
    if residuals:
        error = y - models[0][0](x)
        for part, colour, word in ((error > 0, RED, "r > 0"), (error < 0, BLUE, "r < 0")):
            ax.vlines(x[part], (y - error)[part], y[part], color=colour, linewidth=2, label=word)
    ax.plot(x, y, "o", color="black", markersize=5 if few else 3.5, alpha=1 if few else 0.45)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, xlim=(line[0], line[-1]))
    drawing.key_beside(ax)
    return say(
        "{title}: {n} points, {y} ({low} to {high}) over {x} ({left} to {right}). Lines: {lines}.",
        **{"title": title or say("Measurements"), "n": len(x), "lines": "; ".join(words)},
        **{"y": ylabel, "low": number(y.min()), "high": number(y.max())},
        **{"x": xlabel, "left": number(x.min()), "right": number(x.max())},
    )


@figure()
def paths_of_a_knob(ax, column, error, name):
    """How one coefficient, called `name`, moves S = ½‖r‖²: a path through each row, along which the rates multiply.
    `column` is that coefficient's of X, (n,), and error is y − Xβ, (n,); n is up to 4."""
    rates, error = -np.asarray(column, dtype=float), np.asarray(error, dtype=float)
    top, middle, sums = len(error) - 1, (len(error) - 1) / 2, []
    texts = [(0, middle, name)]
    texts += [(x, top + 0.6, say("line {n}", n=n)) for n, x in enumerate((0.7, 2.35, 4.8), 1)]
    for i, (row, rate, r) in enumerate(zip("₁₂₃₄", rates, error, strict=False)):
        drawing.arrow(ax, (0.2, middle), (1, top - i), BLUE)
        drawing.arrow(ax, (1.9, top - i), (2.8, top - i), RED)
        sums.append(f"{number(rate)} · {number(r)} = {number(rate * r)}")
        texts += [(0.6, (middle + top - i) / 2 + 0.26, number(rate)), (2.35, top - i + 0.2, number(r))]
        texts += [(1.45, top - i, f"r{row} = {number(r)}"), (3.4, top - i, f"½r{row}² = {number(r * r / 2)}")]
        texts.append((4.8, top - i, sums[-1]))
    total = number(rates @ error)
    texts.append((4.8, -0.6, say("sum: {total}", total=total)))
    ax.plot(0.2, middle, "o", color="black")
    for *at, text in texts:
        drawing.note(ax, text, at, ha="center", va="center", fontsize=13)
    ax.set(xlim=(-0.2, 5.5), ylim=(-0.9, top + 0.8), xticks=[], yticks=[], ylabel=say("a path for each row"))
    ax.set(xlabel=say("along a path multiply, over the paths add"), title=say("From the knob {name} to S", name=name))
    ax.spines[:].set_visible(False)
    return say(
        "The knob {name} moves S by a path for each row. Rate of r times rate of ½r²: {sums}. Sum: {total}.",
        **{"name": name, "sums": "; ".join(sums), "total": total},
    )


@figure()
def residuals(ax, X, y, beta):
    """How each row makes its residual: X, (n, d), times β, (d,), is the prediction, and y, (n,), less that is the error;
    n and d are up to 4. An error above 0 is red and one below it blue, as in `fit`."""
    X, y, beta = (np.asarray(values, dtype=float) for values in (X, y, beta))
    predicted, middle, end = X @ beta, max(X.shape) / 2, 0
    error = y - predicted
    signs = np.select([error > 0, error < 0], [RED, BLUE], "white")
    blocks = (("X", X, "·"), ("β", beta, "="), ("Xβ", predicted, ""), ("y", y, "− Xβ ="), ("error", error, ""))
    for name, values, sign in blocks:
        columns = values.reshape(len(values), -1)
        hues = signs[:, None] if name == "error" else np.full(columns.shape, "white")
        end = matrix(ax, end, middle, columns.round(2), name, hues)
        gap = 0.6 + 0.4 * len(sign)
        ax.text(end + gap / 2, middle, sign, ha="center", va="center", fontsize=13)
        end += gap
    ax.set(xlim=(-0.1, end - 0.5), ylim=(-0.15, 2 * middle + 0.9), aspect="equal", xticks=[], yticks=[])
    ax.set(ylabel=say("a row: a measurement"), xlabel=say("what is left over: target minus prediction"))
    ax.spines[:].set_visible(False)
    rows = zip(X, predicted, y, error, strict=True)
    words = [
        say(
            "row {i}: {x}, prediction {p}, target {t}, residual {r}",
            **{"i": i, "x": place(x), "p": number(p), "t": number(t), "r": number(r.round(2))},
        )
        for i, (x, p, t, r) in enumerate(rows, 1)
    ]
    return say(
        "X times β, with β = {beta}, and what the targets have over it. {rows}.",
        **{"beta": place(beta), "rows": "; ".join(words)},
    )


@figure()
def gradient_by_columns(ax, X, error):
    """Xᵀ · error drawn out: column k of X, laid down as row k of Xᵀ, meets the residuals and makes entry k.
    X is (n, d), both up to 4; error is y − Xβ, (n,)."""
    X, error = np.asarray(X, dtype=float), np.asarray(error, dtype=float)
    (n, d), middle = X.shape, max(X.shape) / 2
    hues = np.array([*(SKY, ORANGE, GREEN, PINK)[:d]])
    columns = np.broadcast_to(hues, (n, d))
    sign = {"ha": "center", "va": "center", "fontsize": 18}
    end = matrix(ax, 0, middle, X, "X", columns) + 0.95
    ax.text(end, middle, say("each\ncolumn\nbecomes\na row →"), **sign | {"fontsize": 12})
    end = matrix(ax, end + 0.95, middle, X.T, "Xᵀ", columns.T) + 0.3
    ax.text(end, middle, "·", **sign)
    end = matrix(ax, end + 0.3, middle, error[:, None], "error", np.full((n, 1), "white")) + 0.4
    ax.text(end, middle, "=", **sign)
    end = matrix(ax, end + 0.4, middle, (X.T @ error)[:, None], "Xᵀ error", hues[:, None])
    ax.set(xlim=(-0.1, end + 0.1), ylim=(-0.15, 2 * middle + 0.9), aspect="equal", xticks=[], yticks=[])
    ax.set(ylabel=say("a row of X: a measurement"), xlabel=say("entry k = column k of X · residuals"))
    ax.spines[:].set_visible(False)
    terms = (" + ".join(f"{number(a)} · {number(r)}" for a, r in zip(x, error, strict=True)) for x in X.T)
    sums = [
        say("entry {k}: {terms} = {sum}", k=k, terms=s, sum=number(x @ error))
        for k, (s, x) in enumerate(zip(terms, X.T, strict=True), 1)
    ]
    return say(
        "A matrix X of {n} rows and {d} columns; its columns, each in a colour, lie as rows in Xᵀ. Each row, times the "
        "column of residuals, makes the entry of the same colour in Xᵀ error. {sums}.",
        **{"n": n, "d": d, "sums": "; ".join(sums)},
    )


def matrix(ax, across, middle, values, name, colours):
    """A matrix as a block of cells from x = `across` on, its name above it; returns where it ends."""
    rows, columns = values.shape
    low = middle - rows / 2
    for (i, j), value in np.ndenumerate(values):
        x, y = across + j, low + rows - 1 - i
        colour = "white" if colours[i, j] == "white" else (colours[i, j], 0.6)  # pale, under black numbers
        ax.add_patch(plt.Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="black", linewidth=1))
        text = number(value)
        ax.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=14 if len(text) < 5 else 12)
    ax.text(across + columns / 2, low + rows + 0.3, name, ha="center", fontsize=14)
    return across + columns
