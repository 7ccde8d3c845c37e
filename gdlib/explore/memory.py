"""Bytes against the memory of a machine: the whole data set, the batches in flight, the model."""

import os
from contextlib import suppress

import traitlets

from gdlib.explore import pictures, widgets
from gdlib.figures.style import BLUE, GREEN, ORANGE, RED
from gdlib.scale import memory as predicted
from gdlib.scale.memory import readable
from gdlib.words import say

DTYPES = ("uint8", "float32", "float64")
BUFFERS = 2  # one batch is computed with while the next one is read
AXIS = (2**10, 2**53)  # bytes: the largest data set of the sliders, 10⁹ × 10⁶ in float64, is 7.1 PiB
TICKS = {1024**k: f"1 {prefix}iB" for k, prefix in enumerate("KMGTP", 1)}


class MemoryView(widgets.View):
    """A view of bytes. Its traits, b too, are places among the values that `spec` lists."""

    n, d, dtype, memory = (traitlets.Int().tag(sync=True) for _ in range(4))


def memory(n=10**6, d=256 * 256 * 3, dtype="uint8", b=64, memory=None):
    """n × d numbers against the memory of a machine: do they fit, which batches do, how many updates one pass gives.

    Bytes as in `gdlib.scale.memory.footprint`: n·d numbers and n targets, the model, a batch of b·d numbers. Two of
    them are in flight: one is computed with while the next one is read. From uint8 that one is held once more, in
    float64. (`gdlib.sgd` converts block by block, and so takes less: `streamed` there.)

    The end of the data's bar and the memory's line can be dragged. The sliders start at n rows (to 10⁹), d columns (to
    10⁶), batches of b rows (to n and 2²⁰), the type of the stored data ("uint8", "float32", "float64"), and `memory` in
    bytes, 1 KiB to 1 PiB. When None, it is that of the machine that runs the cell, or 16 GiB where that can't be known.
    The plain picture then shows 16 GiB, and so does a notebook that is stored (GDLIB_STORE_ANSWERS, as in `predict`):
    whoever opens it has another machine. ValueError for an argument outside its range.

    >>> print(memory(memory=16 * 2**30).alt[:94])
    Bars of bytes against a memory of 16 GiB: the data, 1,000,000 × 196,608 in uint8, take 183 GiB
    """
    most, room = min(n, 2**20), 16 * 2**30 if memory is None else memory
    ends = {"n": (n, 1, 10**9), "d": (d, 1, 10**6), "b": (b, 1, most), "memory": (room, 2**10, 2**50)}
    for name, (value, low, high) in ends.items():
        if not hasattr(value, "__index__") or not low <= value <= high:
            raise ValueError(f"{name} must be a whole number between {low} and {high}, got {value!r}")
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
    here = own_machine() if memory is None else None
    sliders = sliders_of(n, d, dtype, b, here or room)
    last = len(sliders["b"].options) - 1
    spec = {
        "kind": "memory",
        "values": {name: [value for _, value in slider.options] for name, slider in sliders.items()},
        "item": [predicted.footprint(1, 1, dtype=stored).data for stored in DTYPES],
        "work": [predicted.footprint(1, 1, dtype=stored).model for stored in DTYPES],
        "buffers": BUFFERS,
        "here": here,
        "main": pictures.axes(AXIS, (0, 3), say("bytes"), "", logx=True),
        "side": pictures.axes((1, 2**20), AXIS, say("batch size b"), say("bytes"), logx=True, logy=True),
        "play": pictures.play("b", 0, last, last),
    }
    need = predicted.footprint(n, d, b, dtype, BUFFERS)
    in_flight = BUFFERS * need.batch + 8 * b * d * (dtype == "uint8")
    alt = say(
        "Bars of bytes against a memory of {room}: the data, {n:,} × {d:,} in {dtype}, take {data}, {k} batches of {b:,} "
        "rows in flight {in_flight}, the model {model}. "
        "Beside it: the bytes in flight against the batch size, with the memory as a line.",
        **{"n": n, "d": d, "b": b, "dtype": dtype, "k": BUFFERS, "room": readable(room), "data": readable(need.data)},
        **{"in_flight": readable(in_flight), "model": readable(need.model)},
    )

    def draw(main, side):
        bars = (
            (say("data"), need.data, BLUE),
            (say("in flight"), in_flight, ORANGE),
            (say("model"), need.model, GREEN),
        )
        paint(
            main, side, bars, room, say("in flight"), [1, most], [in_flight / b, most * in_flight / b], (b, in_flight)
        )

    return widgets.Explorer(spec, {}, sliders, draw, alt, kind=MemoryView)


def own_machine():
    """The memory of this machine in bytes; None in a notebook that is stored, and where nobody knows: in a browser."""
    if not os.environ.get("GDLIB_STORE_ANSWERS"):
        with suppress(RuntimeError):
            return predicted.machine()
    return None


def paint(main, side, bars, room, name, sizes, held, now):
    """The plain picture: bars of (name, bytes, colour) against the memory; beside it the bytes held at these batch sizes."""
    low, high = main.get_xlim()
    for k, (part, size, colour) in enumerate(bars):
        if size:
            main.barh(2.3 - k, size - low, 0.36, low, color=colour)
        main.text(1.4 * low, 2.56 - k, f"{part}: {readable(size)}" if size else part)
    main.axvline(room, color=RED)
    main.set_yticks([])
    side.plot(sizes, held, color=ORANGE, label=name)
    side.axhline(room, color=RED, label=say("memory: {size}", size=readable(room)))
    side.plot(*now, "o", color=ORANGE)
    ticks = {size: name for size, name in TICKS.items() if size <= high}
    main.set_xticks(list(ticks), ticks.values())
    side.set_yticks(list(ticks), ticks.values())
    side.set_xticks([1, 10**2, 10**4, 10**6], ["1", "100", "10⁴", "10⁶"])


def choice(label, value, offered, words=lambda v: str(v) if v < 10**7 else f"{v:.3g}".replace("e+0", "e")):
    """A slider over the values offered, with the given one among them."""
    return widgets.choice(label, sorted({value, *offered}), value, words)


def sliders_of(n, d, dtype, b, memory):
    """A slider each, over round values with the given one among them."""
    steps = [m * 10**k // 10 for k in range(9) for m in (10, 15, 20, 30, 50, 70)]  # six round numbers a decade
    return {
        "n": choice(say("rows n"), n, [step for step in steps if step >= 10**3] + [10**9]),
        "d": choice(say("columns d"), d, [step for step in steps if step < 10**6] + [10**6, 256 * 256 * 3]),
        "dtype": widgets.choice(say("stored as"), DTYPES, dtype),
        "b": choice(say("batch size b"), b, [2**k for k in range(21)]),
        "memory": choice(say("memory"), memory, [2**k for k in range(30, 41)], readable),
    }
