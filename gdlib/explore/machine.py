"""Bytes against the memory of a machine: the whole data set, the batches in flight, the model."""

import os
from contextlib import suppress

import ipywidgets
import traitlets

from gdlib.explore import pictures, tables, widgets
from gdlib.scale.memory import footprint, machine, readable

DTYPES = ("uint8", "float32", "float64")
BUFFERS = 2  # one batch is computed with while the next one is read
AXIS = (2**10, 2**53)  # bytes: the largest data set of the sliders, 10⁹ × 10⁶ in float64, is 7.1 PiB
TICKS = {1024**k: f"1 {prefix}iB" for k, prefix in enumerate("KMGTP", 1)}


class MemoryView(widgets.View):
    """A view of bytes. Its traits, b too, are places among the values that `spec` lists."""

    n = traitlets.Int().tag(sync=True)
    d = traitlets.Int().tag(sync=True)
    dtype = traitlets.Int().tag(sync=True)
    memory = traitlets.Int().tag(sync=True)


def memory(n=10**6, d=256 * 256 * 3, dtype="uint8", b=64, memory=None):
    """n × d numbers against the memory of a machine: do they fit, which batches do, how many updates one pass gives.

    Bytes as in `gdlib.scale.memory.footprint`: n·d numbers and n targets, the model, a batch of b·d numbers. Two of them are in
    flight: one is computed with while the next one is read. From uint8 that one is held once more, in float64.
    (`gdlib.sgd` converts block by block, and so takes less: `streamed` there.)

    Parameters
    ----------
    n, d, b : int
        Where the sliders start: rows up to 10⁹, columns up to 10⁶, rows of a batch up to n and 2²⁰.
    dtype : str
        "uint8", "float32" or "float64": what the data are stored in.
    memory : int
        Bytes, 1 KiB to 1 PiB. When None, those of the machine that runs the cell (`gdlib.scale.memory.machine`), or 16 GiB
        where that can't be known. The plain picture then shows 16 GiB, and so does a notebook that is stored
        (GDLIB_STORE_ANSWERS, as in `predict`): whoever opens it has another machine.

    Returns
    -------
    Explorer
        Sliders: n, d, dtype, b, memory; all answer with no kernel. Play moves b.

    Raises
    ------
    ValueError
        An argument outside its range.

    Examples
    --------
    >>> print(memory(memory=16 * 2**30).alt[:94])
    Bars of bytes against a memory of 16 GiB: the data, 1,000,000 × 196,608 in uint8, take 183 GiB
    """
    n, d = _at_most(n, "n", 10**9), _at_most(d, "d", 10**6)
    b = _at_most(b, "b", min(n, 2**20))
    dtype = str(dtype)
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
    room, here = 16 * 2**30 if memory is None else _at_most(memory, "memory", 2**50, least=2**10), None
    if memory is None and not os.environ.get("GDLIB_STORE_ANSWERS"):
        with suppress(RuntimeError):  # inside a browser nobody knows
            here = machine()
    steps = [m * 10**k // 10 for k in range(9) for m in (10, 15, 20, 30, 50, 70)]  # six round numbers a decade
    powers = [2**k for k in range(21)]
    sliders = {
        "n": _choice("rows n", n, [step for step in steps if step >= 10**3] + [10**9]),
        "d": _choice("columns d", d, [step for step in steps if step < 10**6] + [10**6, 256 * 256 * 3]),
        "dtype": _choice("stored as", dtype, DTYPES, str),
        "b": _choice("batch size b", b, powers),
        "memory": _choice("memory", here or room, [2**30 * power for power in powers[:11]], readable),
    }
    values, last = {name: [v for _, v in s.options] for name, s in sliders.items()}, len(sliders["b"].options) - 1
    spec = {
        "kind": "memory",
        "layout": {},
        "values": values,
        "item": [footprint(1, 1, dtype=stored).data for stored in DTYPES],
        "work": [footprint(1, 1, dtype=stored).model for stored in DTYPES],
        "buffers": BUFFERS,
        "here": here,
        "main": pictures.axes(AXIS, (0, 3), "bytes", "", logx=True),
        "side": pictures.axes((1, 2**20), AXIS, "batch size b", "bytes", logx=True, logy=True),
        "initial": {name: slider.index for name, slider in sliders.items()},
        "play": {"trait": "b", "from": 0, "to": last, "count": last, "log": False},
    }
    need = footprint(n, d, b, dtype, BUFFERS)
    in_flight = BUFFERS * need.batch + 8 * b * d * (dtype == "uint8")
    bars = {"data": need.data, "in flight": in_flight, "model": need.model}
    alt = (
        f"Bars of bytes against a memory of {readable(room)}: the data, {n:,} × {d:,} in {dtype}, take {readable(need.data)}, "
        f"{BUFFERS} batches of {b:,} rows in flight {readable(in_flight)}, the model {readable(need.model)}. "
        f"Beside it: the bytes in flight against the batch size, with the memory as a line."
    )

    def picture(main, side):
        for k, (name, size) in enumerate(bars.items()):
            main.barh(2.3 - k, size - AXIS[0], 0.36, AXIS[0], color=(pictures.BLUE, pictures.ORANGE, pictures.GREEN)[k])
            main.text(1.4 * AXIS[0], 2.56 - k, f"{name}: {readable(size)}")
        main.axvline(room, color=pictures.RED)
        main.set_xticks(list(TICKS), TICKS.values())
        main.set_yticks([])
        most = min(n, 2**20)
        side.plot([1, most], [in_flight / b, most * in_flight / b], color=pictures.ORANGE, label="in flight")
        side.axhline(room, color=pictures.RED, label=f"memory: {readable(room)}")
        side.plot(b, in_flight, "o", color=pictures.ORANGE)
        side.set_yticks(list(TICKS), TICKS.values())
        side.set_xticks([1, 10**2, 10**4, 10**6], ["1", "100", "10⁴", "10⁶"])

    return widgets.Explorer(MemoryView(spec=spec), sliders, pictures.picture_of(spec, picture), alt)


def _at_most(value, name, most, least=1):
    value = tables.whole(value, name)
    if not least <= value <= most:
        raise ValueError(f"{name} must be between {least} and {most}, got {value}")
    return value


def _choice(label, value, offered, said=lambda v: str(v) if v < 10**7 else f"{v:.3g}".replace("e+0", "e")):
    order = offered if value in DTYPES else sorted({value, *offered})
    return widgets.slider(ipywidgets.SelectionSlider, label, value, options=[(said(v), v) for v in order])
