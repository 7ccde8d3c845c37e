"""The figures of lecture 4: lines on data, and the matrix product that makes their gradient."""

import matplotlib.pyplot as plt
import numpy as np

from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, figure, number


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
        words.append(f"{name}: residuals from {number(error.min().round(3))} to {number(error.max().round(3))}")
    if residuals:
        error = y - models[0][0](x)
        for part, colour, word in ((error > 0, RED, "r > 0"), (error < 0, BLUE, "r < 0")):
            ax.vlines(x[part], (y - error)[part], y[part], color=colour, linewidth=2, label=word)
    ax.plot(x, y, "o", color="black", markersize=5 if few else 3.5, alpha=1 if few else 0.45)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, xlim=(line[0], line[-1]))
    drawing.key_beside(ax)
    return (
        f"{title or 'Measurements'}: {len(x)} points, {ylabel} ({number(y.min())} to {number(y.max())}) over "
        f"{xlabel} ({number(x.min())} to {number(x.max())}). Lines: {'; '.join(words)}."
    )


@figure(columns=2)
def norm_and_square(axes, x, targets, betas):
    """‖y − βx‖ and half its square against β, from low to high, with the minimum of both.
    `targets` holds the y, (n,), of each of two panels by its title."""
    words = []
    for ax, (name, y) in zip(axes, targets.items(), strict=True):
        best = x @ y / (x @ x)
        beta = np.union1d(drawing.line(betas), best)
        norm = np.linalg.norm(np.asarray(y)[:, None] - np.outer(x, beta), axis=0)
        ax.plot(beta, norm**2 / 2, color=BLUE, label="½‖r‖²")
        ax.plot(beta, norm, "--", color=RED, label="‖r‖")
        ax.plot([best] * 2, [norm.min() ** 2 / 2, norm.min()], "o", color="black", markersize=7, zorder=3)
        drawing.upright(ax, best)
        ax.set(xlabel="β", ylabel="loss", title=name, xlim=betas)
        ax.legend(loc="upper center", frameon=True, framealpha=1, edgecolor="none")
        corner = " The norm has a corner there." if norm.min() < 1e-9 else ""
        words.append(f"{name}: both are lowest at β = {number(best)}.{corner}")
    return f"The norm of the residual, a V or nearly one, and half its square, a parabola, against β. {' '.join(words)}"


@figure()
def gradient_by_columns(ax, X, error):
    """Xᵀ · error drawn out: column k of X, laid down as row k of Xᵀ, meets the residuals and makes entry k.
    X is (n, d), both up to 4; error is y − Xβ, (n,)."""
    X, error = np.asarray(X, dtype=float), np.asarray(error, dtype=float)
    (n, d), top = X.shape, max(X.shape)
    hues = np.array([*(SKY, ORANGE, GREEN, PINK)[:d]])
    columns = np.broadcast_to(hues, (n, d))
    # what stands in the row, from left to right: matrices with the colours of their cells, and signs
    row = [
        (X, "X", columns),
        ("each\ncolumn\nbecomes\na row →", 1.9, 12),
        (X.T, "Xᵀ", columns.T),
        ("·", 0.6, 18),
        (error[:, None], "error", np.full((n, 1), "white")),
        ("=", 0.8, 18),
        ((X.T @ error)[:, None], "Xᵀ error", hues[:, None]),
    ]
    across = 0.0
    for part, *look in row:
        if isinstance(part, str):
            width, size = look
            ax.text(across + width / 2, top / 2, part, ha="center", va="center", fontsize=size)
        else:
            width = part.shape[1]
            matrix(ax, across, top / 2, part, *look)
        across += width
    ax.set(xlim=(-0.1, across + 0.1), ylim=(-0.15, top + 0.9), aspect="equal", xticks=[], yticks=[])
    ax.set(ylabel="a row of X: a measurement", xlabel="entry k = column k of X · residuals")
    ax.spines[:].set_visible(False)
    ax.grid(visible=False)
    sums = []
    for k in range(d):
        terms = " + ".join(f"{number(a)} · {number(r)}" for a, r in zip(X[:, k], error, strict=True))
        sums.append(f"entry {k + 1}: {terms} = {number(X[:, k] @ error)}")
    return (
        f"A matrix X of {n} rows and {d} columns; its columns, each in a colour, lie as rows in Xᵀ. Each row, times the "
        f"column of residuals, makes the entry of the same colour in Xᵀ error. {'; '.join(sums)}."
    )


def matrix(ax, across, middle, values, name, colours):
    """A matrix as a block of cells from x = `across` on, its name above it."""
    rows, columns = values.shape
    low = middle - rows / 2
    for (i, j), value in np.ndenumerate(values):
        x, y = across + j, low + rows - 1 - i
        colour = "white" if colours[i, j] == "white" else (colours[i, j], 0.6)  # pale, under black numbers
        ax.add_patch(plt.Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="black", linewidth=1))
        ax.text(x + 0.5, y + 0.5, number(value), ha="center", va="center", fontsize=14)
    ax.text(across + columns / 2, low + rows + 0.3, name, ha="center", fontsize=14)
