"""Sketch, run, compare: a prediction that is drawn, a curve or a walk on a map, and committed before the answer runs."""

import textwrap
import unicodedata

import numpy as np
import traitlets
from matplotlib import rc_context
from matplotlib.figure import Figure

from gdlib.arguments import real_array
from gdlib.explore import pictures
from gdlib.explore.predict import Form, Prediction, asked
from gdlib.figures import drawing, style
from gdlib.words import say

MOST = 400  # points of a truth; of more, so many are kept, evenly chosen


class Sheet(Form):
    """Where the reader draws: a form with the contours below, as a PNG; empty below a curve."""

    image = traitlets.Bytes().tag(sync=True)


def sketch(
    question, x, y=None, f=None, domain=None, known=None, why=None,
    xlabel="x", ylabel="y", logx=False, logy=False, ylim=None,
):  # fmt: skip
    """Draw first, then see: the reader's line below the true one, with the gap in words and a score from 0 to 100.

    sketch(question, x, y, ...) asks for a curve: x, y of shape (m,), x increasing; `ylim` is the picture's (low, high).
    sketch(question, points, f=f, domain=..., ...) asks for a walk on the map of f, a `Landscape` or a function of
    pairs: points of shape (k+1, 2). What is asked for, y or points, may be a function with no arguments; like an
    answer of `predict` it runs only after the reader has committed, and is kept when GDLIB_STORE_ANSWERS is set.

    known : what is shown before: how many of the first points (1 when it is not said), or their values, an array
    why : the explanation, shown once the reader has written a reason

    The score is 100 · (1 − 4 · gap), at least 0. For a curve, gap is the mean vertical distance of the two lines in
    the picture, in parts of its height (on a logarithmic axis of its decades), beyond what is known. For a walk, it is
    the mean distance of points at equal parts of the two ways, in parts of the picture's diagonal.

    ValueError or TypeError names an argument of another shape, values that are not finite, or not above 0 on a
    logarithmic axis; and `ylim` or `known` where they are missing, because what is asked for has not run.
    """
    ground = None if f is None else pictures.Ground.of(f, getattr(f, "gradient", f), domain, 2)
    asked_for = y if ground is None else x
    stands = None if ground else line(x, "x", logx)

    def points(values, part=False):
        """Rows (x, y) of the values asked for, or of the first ones."""
        if ground:
            return checked(np.atleast_2d(real_array(values, "points").astype(float)), "points", (None, 2))
        values = line(np.atleast_1d(values), "known" if part else "y", logy)
        if part and len(values) >= len(stands):
            raise ValueError(f"known must be fewer than the {len(stands)} values of x, got {len(values)}")
        return np.column_stack([stands[: len(values)], values if part else checked(values, "y", stands.shape)])

    now = None if callable(asked_for) else points(asked_for)
    shown = first(now, known, points, 1 if ground else 0)

    def computed():
        whole = points(asked_for()) if callable(asked_for) else now
        rest = whole[len(shown) :]
        places = np.unique(np.linspace(0, len(rest) - 1, min(len(rest), MOST)).round().astype(int))
        return [[float(f"{v:.6g}") for v in row] for row in np.concatenate([whole[: len(shown)], rest[places]])]

    if ground:
        axes = ground.axes
    else:
        axes = pictures.axes((stands[0], stands[-1]), room(now, ylim, logy), xlabel, ylabel, logx, logy)
    spec = {
        **asked(question, why, computed, callable(asked_for)),
        "sketch": "walk" if ground else "curve",
        "axes": axes,
        "known": shown.tolist(),
        "minima": np.reshape(ground.minima, (-1, 2)).tolist() if ground else [],
    }
    names = {"x": axes["xlabel"], "y": axes["ylabel"]}
    draw = (
        say("Draw the walk on the map, {y} against {x}", **names)
        if ground
        else say("Draw the curve of {y} against {x}", **names)
    )
    given = say(", from {point}", point=f"({', '.join(f'{v:.4g}' for v in shown[-1])})") if len(shown) else ""
    alt = f"{say('Predict:')} {question} {draw}{given}."
    sheet = Sheet(spec=spec, image=below(ground) if ground else b"")
    return Prediction(sheet, question, alt, computed, lambda: plain(spec, ground, shown))


def line(values, name, log):
    """Values along an axis, (m,) and finite; above 0 where it is logarithmic, increasing if they are `x`."""
    values = checked(real_array(values, name).astype(float), name, (None,))
    if log and values.min() <= 0:
        raise ValueError(f"{name} must be above 0 on a logarithmic axis, got {values.min():g}")
    if name == "x" and (len(values) < 2 or not (np.diff(values) > 0).all()):
        raise ValueError(f"x must be two increasing numbers or more, got {values!r:.80}")
    return values


def checked(values, name, shape):
    """The values, of that shape (None: any length, 1 or more) and finite."""
    fits = values.ndim == len(shape) and all(b in (None, a) for a, b in zip(values.shape, shape, strict=True))
    if not fits or not values.size or not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite numbers of shape {shape}, got {values!r:.80}")
    return values


def first(now, known, points, least):
    """The points that are shown before, (k, 2): so many of those that there are, or the values given."""
    if known is None and now is None and least:
        raise ValueError("known must be the start of the walk where points is a function, got None")
    if known is None or np.ndim(known) == 0:
        count = known if known is not None else 0 if now is None else 1
        if count != int(count) or not least <= count < (1 if now is None else len(now)):
            raise ValueError(f"known must be a number of first points, or their values, got {known!r}")
        return np.zeros((0, 2)) if now is None else now[: int(count)]
    return points(known, part=True)


def room(now, ylim, log):
    """(low, high) of the picture: as given, or half as much again on either side of the truth (a decade, if `log`)."""
    if ylim is None and now is None:
        raise ValueError("ylim must be (low, high) where y is a function, got None")
    if ylim is None:
        low, high = now[:, 1].min(), now[:, 1].max()
        margin = 0.5 * (high - low) or 0.5 * abs(low) or 1.0
        return (low / 10, high * 10) if log else (max(low - margin, 0.0) if low >= 0 else low - margin, high + margin)
    low, high = (float(end) for end in ylim) if np.shape(ylim) == (2,) else (0.0, 0.0)
    if not (np.isfinite([low, high]).all() and low < high and (low > 0 or not log)):
        raise ValueError(f"ylim must be (low, high) with low < high{', above 0' * log}, got {ylim!r:.80}")
    return low, high


def below(ground):
    """The contours as a small PNG without axes."""
    figure = Figure(figsize=(4.8, 3.0))  # as wide and as high as the sheet
    ax = figure.add_axes((0, 0, 1, 1))
    drawing.contours(ax, ground.grid, ground.heights, bright=True)
    ax.set_axis_off()
    return style.png(figure, dpi=80, colours=18, crop=False)


def plain(spec, ground, shown):
    """The question above the axes with what is known, as PNG: what stands in where widgets can't run."""
    with rc_context(style.STYLE):
        figure = Figure(figsize=(6.4, 4.0), layout="constrained")
        ax = figure.subplots()
        pictures.prepare(ax, spec["axes"])
        if ground:
            ground.draw(ax)
        ax.plot(*shown.T, "o-", color=style.RED, clip_on=False, zorder=4)
        text = spec["question"]
        wide = sum(unicodedata.east_asian_width(letter) == "W" for letter in text)  # as two others
        text = textwrap.fill(text, 68 * len(text) // (len(text) + wide))
        title = ax.set_title(text, loc="left", fontsize=11)
        title.set_parse_math(False)
        return style.png(figure, dpi=90, colours=96)
