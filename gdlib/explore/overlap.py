"""A timeline of reading batches and computing with them: one after the other, and reading ahead."""

import math

import traitlets

from gdlib.arguments import number, whole
from gdlib.explore import pictures, widgets
from gdlib.figures.style import BLUE, GREY, ORANGE, SKY
from gdlib.scale.memory import readable
from gdlib.words import say

MOST = 20  # batches whose bars can be told apart


class OverlapView(widgets.View):
    """A view of a timeline: the times in ms, the places for batches, and how many batches there are."""

    load, compute = (traitlets.Float().tag(sync=True) for _ in range(2))
    buffers, batches = (traitlets.Int().tag(sync=True) for _ in range(2))


def overlap(load=40, compute=60, batches=8, buffers=2, batch=64 * 256 * 256 * 3):
    """Reading and computing on a timeline: n (load + compute) one after the other; load + (n − 1) max(load, compute) +
    compute when the next batch is read while this one is computed.

    `load` and `compute` are ms a batch: where the sliders begin; the ends of the first bars can be dragged too. `batches`
    is n, 1 to 20. `buffers`, 1 (nothing is read ahead), 2 or 3, are places, each free again once its batch is computed.
    `batch` is bytes, those of 64 photos here. ValueError or TypeError for an argument outside its range.

    >>> print(overlap().alt[:108])
    8 batches, 40 ms to read one and 60 ms to compute with it: one after the other 800 ms, with 2 places 520 ms.
    """
    load, compute, batch = number(load, "load"), number(compute, "compute"), whole(batch, "batch")
    for name, value, most in (("batches", batches, MOST), ("buffers", buffers, 3)):
        if whole(value, name) > most:
            raise ValueError(f"{name} must be from 1 to {most}, got {value}")
    raw = 1.5 * max(load, compute)
    unit = 10.0 ** math.floor(math.log10(raw))
    most = float(f"{unit * next(m for m in (1, 2, 5, 10) if m * unit >= raw):.12g}")
    step = float(f"{most / 100:.12g}")
    load, compute = (max(step, float(f"{round(time / step) * step:.12g}")) for time in (load, compute))
    (reads, works), one = schedule(load, compute, batches, buffers), batches * (load + compute)
    spec = {
        "kind": "overlap",
        "most": most,
        "step": step,
        "batch": batch,
        "main": pictures.axes((0, (batches + 1) * most), (-0.5, 1.5), say("time (ms)"), ""),
        "side": pictures.axes((0, most), (0, 60), say("time to compute (ms)"), say("time saved (%)")),
        "play": pictures.play("compute", step, most, 99),
    }
    sliders = {
        "load": widgets.even_slider(say("read (ms)"), load, step, most, step),
        "compute": widgets.even_slider(say("compute (ms)"), compute, step, most, step),
        "buffers": widgets.slider(widgets.ipywidgets.IntSlider, say("places"), buffers, min=1, max=3),
        "batches": widgets.slider(widgets.ipywidgets.IntSlider, say("batches"), batches, min=1, max=MOST),
    }
    alt = say(
        "{n} batches, {load:g} ms to read one and {compute:g} ms to compute with it: one after the other {one:g} ms, "
        "with {places} {all:g} ms. In flight: {held}. "
        "Left: a bar for each batch that is read and for each that is computed with. "
        "Right: the time saved, in %, against the time to compute; it is below a half.",
        **{"n": batches, "load": load, "compute": compute, "one": one, "all": works[-1][1]},
        places=say("{n} places", n=buffers) if buffers > 1 else say("1 place"),
        held=readable(buffers * batch),
    )

    def saved(time):
        return 100 * (1 - schedule(load, time, batches, buffers)[1][-1][1] / (batches * (load + time)))

    def draw(main, side):
        for height, colour, bars in ((1, SKY, reads), (0, ORANGE, works)):
            for k, (begin, end) in enumerate(bars):
                main.barh(height, end - begin, 0.7, begin, color=colour, edgecolor="white")
                main.text((begin + end) / 2, height, str(k + 1), ha="center", va="center", fontsize=9)
        main.set_yticks([1, 0], [say("read"), say("compute")])
        times = [step * k for k in range(1, 101)]
        side.plot(times, [saved(time) for time in times], color=BLUE)
        side.axhline(50, color=GREY, linestyle="--", label=say("half"))
        side.plot(compute, saved(compute), "o", color=ORANGE)

    return widgets.Explorer(spec, {}, sliders, draw, alt, kind=OverlapView)


def schedule(load, compute, n, places):
    """When each of n batches is read and computed with: two lists of (begin, end)."""
    reads, works = [(0, load)], [(load, load + compute)]
    for i in range(1, n):
        begin = max(reads[-1][1], works[i - places][1] if i >= places else 0)
        reads.append((begin, begin + load))
        start = max(begin + load, works[-1][1])
        works.append((start, start + compute))
    return reads, works
