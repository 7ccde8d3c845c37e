"""A machine whose memory is real, in any browser: three programs in a WebAssembly.Memory with a maximum."""

from gdlib.arguments import whole
from gdlib.explore import pictures, widgets
from gdlib.explore.memory import MemoryView, choice, paint
from gdlib.figures.style import BLUE, GREEN, ORANGE
from gdlib.scale.memory import footprint, readable, size_in_bytes
from gdlib.words import say

PAGE = 2**16  # bytes: by so many a WebAssembly.Memory grows
AXIS = (2**10, 2**30)  # bytes: the largest table of the sliders is 770 MiB
MEMORIES = [size * 2**20 for size in (4, 8, 16, 32, 64)]  # a phone has as much
BATCHES = [2**k for k in range(19)]


def machine(n=838_860, d=49, b=64, memory="32 MiB"):
    """Run descent in a memory that is as small as you say: all rows at once, slices of them, mini-batches from a file.

    Run gives each of the three programs a new ``WebAssembly.Memory`` of at most `memory`. It grows as rows come in, and
    beyond its maximum the browser's own error stops it. Every number of the descent lies in it, and its size is the peak.
    Predicted, by `gdlib.scale.memory.footprint`, are 8(d + 1) bytes for each row that is held, n or b, and its target, and
    16d for β and the gradient, rounded up to pages of 64 KiB. One batch is in flight: the buffer is used again.

    The file does not lie in that memory: its rows are made when they are asked for, each from its number: d − 1 random
    numbers, a 1, and a target that is a sum of them with weights, and noise. One pass; the rate is half of what is stable.

    n rows (to 10⁶) of d columns (to 100), batches of b rows (to n and 2¹⁸), `memory` in bytes or as a text, whole pages
    from 1 to 64 MiB: where the sliders and rings begin. TypeError or ValueError for an argument outside its range.

    >>> print(machine().alt[:93])
    Bars of bytes against a memory of 32 MiB: all 838,860 rows of 49 numbers at once take 320 MiB
    """
    for name, value, most in (("n", n, 10**6), ("d", d, 100), ("b", b, min(n, BATCHES[-1]))):
        if whole(value, name) > most:
            raise ValueError(f"{name} must be from 1 to {most}, got {value}")
    room = size_in_bytes(memory)
    if room % PAGE or not 2**20 <= room <= MEMORIES[-1]:
        raise ValueError(f"memory must be whole pages of 64 KiB, from 1 MiB to 64 MiB, got {memory!r}")
    sliders = {
        "n": choice(say("rows n"), n, [m * 10**k for k in range(3, 6) for m in (1, 2, 5)] + [10**6]),
        "b": choice(say("batch size b"), b, BATCHES),
        "memory": choice(say("memory"), room, MEMORIES, readable),
    }
    spec = {
        "kind": "machine",
        "values": {name: [value for _, value in slider.options] for name, slider in sliders.items()},
        "d": d,
        "main": pictures.axes(AXIS, (0, 3), say("bytes"), "", logx=True),
        "side": pictures.axes((1, 2**20), AXIS, say("batch size b"), say("bytes"), logx=True, logy=True),
    }
    every, batch = held(n, d), held(b, d)
    alt = say(
        "Bars of bytes against a memory of {room}: all {n:,} rows of {d} numbers at once take {every}, mini-batches of "
        "{b:,} rows from the file {batch}; what slices of all rows take is the question. "
        "Beside it: the bytes that are held against the batch size, with the memory as a line. "
        "Run fills a real memory of the browser.",
        **{"n": n, "d": d, "b": b, "room": readable(room), "every": readable(every), "batch": readable(batch)},
    )

    def draw(main, side):
        bars = (
            (say("All rows at once"), every, BLUE),
            (say("Slices of all rows: ?"), 0, GREEN),
            (say("Mini-batches"), batch, ORANGE),
        )
        paint(main, side, bars, room, say("a batch"), BATCHES, [held(size, d) for size in BATCHES], (b, batch))

    return widgets.Explorer(spec, {}, sliders, draw, alt, kind=MemoryView)


def held(rows, d):
    """The bytes of a descent that holds so many rows of d float64, with their targets: they, β and the gradient."""
    need = footprint(rows, d)
    return need.in_memory + need.model
