"""One coefficient as a knob: how it moves S = ½‖y − Xβ‖², by a path through each row."""

import math

import numpy as np
import traitlets

from gdlib.arguments import point, real_array, whole
from gdlib.explore import pictures, widgets
from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, ORANGE, number
from gdlib.regression import LeastSquares
from gdlib.words import say

MOST = 8  # rows, and coefficients: their numbers are written out
DIGITS = "₁₂₃₄₅₆₇₈"


class KnobView(widgets.View):
    """A view of a knob: which coefficient it is, counted from 0, and how far it is turned."""

    k, turn = traitlets.Int().tag(sync=True), traitlets.Float().tag(sync=True)


def knob(X, y, beta, k=None):
    """Turn one coefficient β_k of S(β) = ½‖y − Xβ‖², all others held still: ∂S/∂β_k = −Σ X_ik r_i, row by row.

    Beside S against β_k, with its tangent, each row's residual r_i is a bar, which moves by −X_ik per 1 of β_k. Both can
    be grabbed; each product of the sum lights its row. X is (n, d), y is (n,), 2 to 8 rows; `beta`, (d,), is where all
    knobs begin; `k`, the one that is turned first, counts from 1, as in β₁, and is d when None. The slider holds the
    minimum by each knob. ValueError or TypeError for an argument outside its range, or a column of X that is all 0.

    >>> print(knob([[1, 1], [1, 2], [1, 4]], [3, 4, 9], [1, 1]).alt[:70])
    The knob β₂ at 1: S = 9, and its slope −(1 · 1 + 2 · 1 + 4 · 4) = −19.
    """
    X, y, beta = real_array(X, "X").astype(float), real_array(y, "y").astype(float), np.atleast_1d(point(beta, "beta"))
    loss, (n, d) = LeastSquares(X, y), X.shape  # which refuses shapes and numbers that do not fit
    if not 2 <= n <= MOST or d > MOST:
        raise ValueError(f"X must have 2 to {MOST} rows and at most {MOST} columns, got shape {X.shape}")
    if beta.shape != (d,):
        raise ValueError(f"beta must have shape ({d},), a number for each column of X, got shape {beta.shape}")
    if not X.any(axis=0).all():
        raise ValueError(f"X must not have a column of zeros: column {1 + X.any(axis=0).argmin()} moves nothing")
    k = (d if k is None else whole(k, "k")) - 1
    if k >= d:
        raise ValueError(f"k must be from 1 to d = {d}, got {k + 1}")
    left, gradient = y - X @ beta, loss.gradient(beta)
    best = np.append(-gradient / (X**2).sum(axis=0), 0)
    room = np.ptp(best) / 2 or 1.0
    step = 10.0 ** math.floor(math.log10(room / 75))
    outward = math.floor((best.min() - room) / (10 * step) + 1e-9), math.ceil((best.max() + room) / (10 * step) - 1e-9)
    turns = [float(f"{10 * step * end:.12g}") for end in outward]

    def factor(value):
        return f"({number(value)})" if value < 0 else number(value)

    def cut(value):
        return [loss(np.where(np.arange(d) == k, v, beta)) for v in value]

    name, across = f"β{DIGITS[k]}", beta[k] + np.linspace(*turns, 121)
    spec = {
        "kind": "knob",
        "d": d,
        "beta": beta.tolist(),
        "turns": turns,
        "step": step,
        "main": pictures.axes(pictures.span(np.append(left, 0)), (n + 0.6, 0.4), say("residual"), ""),
        "side": pictures.axes(across[[0, -1]], (0, 1.05 * max(cut(across))), name, "S"),
        "play": pictures.play("turn", *turns, 80),
    }
    sliders = {
        "k": widgets.choice(say("knob"), [f"β{digit}" for digit in DIGITS[:d]], name),
        "turn": widgets.even_slider(say("turned by"), 0.0, *turns, step),
    }
    paths = " + ".join(f"{factor(entry)} · {factor(r)}" for entry, r in zip(X[:, k], left, strict=True))
    alt = say(
        "The knob {name} at {at}: S = {S}, and its slope −({paths}) = {slope}. Left: the residual of each row as a bar; "
        "per 1 of {name} they move by {moves}. Right: S against {name}, with its tangent.",
        **{"name": name, "at": number(beta[k]), "S": number(loss(beta)), "paths": paths, "slope": number(gradient[k])},
        moves=", ".join(number(-entry) for entry in X[:, k]),
    )

    def draw(main, side):
        main.barh(np.arange(1, n + 1), left, 0.6, color=ORANGE)
        main.set_yticks(np.arange(1, n + 1), [f"r{digit}" for digit in DIGITS[:n]])
        main.axvline(0, color="black", linewidth=1)
        side.plot(across, cut(across), color=BLUE)
        drawing.straight(side, across, beta[k], loss(beta), gradient[k], GREEN, label=say("tangent"))
        side.plot(beta[k], loss(beta), "o", color=ORANGE)

    return widgets.Explorer(spec, {"X": X, "y": y}, sliders, draw, alt, kind=KnobView)
