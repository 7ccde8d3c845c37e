"""The figures of lecture 6: the data, the bytes that they take, and where the time goes."""

import matplotlib.pyplot as plt
import numpy as np

from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, figure, number
from gdlib.scale.memory import readable
from gdlib.words import say

SLIDE = (6.5, 3.4)  # inches: with 12 points, letters of 24 pixels on a slide


@figure(columns=2)
def patch(axes, image, at, width=7):
    """A photograph, grey values from 0 (black) to 1, with the place of one patch on it, and that patch beside it.
    `at`, (line, column), is the pixel in its middle; `width`, an odd number, is how many it has each way."""
    (line, column), half = at, width // 2
    around = image[line - half : line + half + 1, column - half : column + half + 1]
    edges, greys = (-0.5, image.shape[1] - 0.5, image.shape[0] - 0.5, -0.5), plt.get_cmap("gray", 64)
    parts = (  # every second pixel, and a frame larger than the patch, or nobody would see it
        (image[::2, ::2], edges, (column, line), 6 * width, 3),
        (around, (-0.5 - half, 0.5 + half) * 2, (0, 0), 1, 4),
    )
    for ax, (part, extent, (x, y), reach, thick) in zip(axes, parts, strict=True):
        ax.imshow(part, cmap=greys, vmin=0, vmax=1, extent=extent, interpolation="nearest")
        corner, look = (x - reach / 2, y - reach / 2), {"fill": False, "color": ORANGE, "linewidth": thick}
        ax.add_patch(plt.Rectangle(corner, reach, reach, **look))
        ax.grid(visible=False)
    for (row, col), grey in np.ndenumerate(around):
        shade = "white" if grey < 0.5 else "black"
        axes[1].text(col - half, half - row, f"{255 * grey:.0f}", color=shade, ha="center", va="center")
    axes[0].set(xlabel=say("column"), ylabel=say("line"), title=say("The photograph"))
    axes[1].set(xlabel=say("columns from the middle"), ylabel=say("lines from the middle"))
    axes[1].set(title=say("One row of the data"))
    return say(
        "A photograph of {high} × {wide} pixels; a frame marks where the patch beside it comes from, line {line}, column "
        "{column}. The patch has {width} × {width} pixels with their grey values. The one in the middle, {grey:.0f} of "
        "255, is the target; the {n} around it, from {least:.0f} to {most:.0f}, are to predict it.",
        **{"high": image.shape[0], "wide": image.shape[1], "line": line, "column": column, "width": width},
        **{"grey": 255 * image[line, column], "n": width * width - 1},
        **{"least": 255 * around.min(), "most": 255 * around.max()},
    )


@figure(size=SLIDE)
def peaks(ax, runs, cap):
    """Peaks of memory, predicted and measured, as bars on a logarithmic axis, with the cap as a line.
    `runs` holds (predicted, measured) bytes for each name, the second None where it ran out of memory."""
    words, k = [], np.arange(len(runs))
    predicted, measured = (np.array([run[j] or np.nan for run in runs.values()], float) / 2**20 for j in (0, 1))
    ax.barh(k - 0.2, predicted, 0.36, color=SKY, label=say("predicted"))
    ax.barh(k + 0.2, measured, 0.36, color=BLUE, label=say("measured"))
    for i, (name, need, took) in enumerate(zip(runs, predicted, measured, strict=True)):
        died = np.isnan(took)
        look = {"color": RED, "weight": "bold"} if died else {}
        text = say("out of memory") if died else f"{took:.3g} MiB"
        ax.text(1 if died else took, i + 0.2, f" {text}", va="center", **look)
        told = say("{name}: predicted {need:.3g} MiB, measured {took:.3g} MiB", name=name, need=need, took=took)
        words.append(say("{name}: predicted {need:.3g} MiB, out of memory", name=name, need=need) if died else told)
    ax.axvline(cap / 2**20, color=RED, linestyle="--", label=say("the cap"))
    ax.set_yticks(k, list(runs))
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel=say("memory (MiB)"), ylabel=" ", xlim=(1, 4 * np.nanmax([*predicted, *measured])))
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    drawing.key_below([ax])
    return say(
        "Memory at its highest, with a cap of {cap} MiB, on a logarithmic axis. {runs}.",
        **{"cap": number(cap / 2**20), "runs": "; ".join(words)},
    )


@figure()
def room(ax, parts, memory, name=None):
    """What is to be held, as bars on a logarithmic axis, with the memory that there is as a line, called `name` where one is given.
    `parts` holds bytes for each name; a bar that is longer than the memory is red."""
    name, size_of_it = name or say("the memory"), readable(memory)
    k, sizes = np.arange(len(parts)), np.array([*parts.values()], float)
    ax.barh(k, sizes, 0.6, color=[RED if size > memory else SKY for size in sizes])
    for i, size in enumerate(sizes):
        drawing.note(ax, readable(size), (size, i), (5, 0), va="center", fontsize=12)
    ax.axvline(memory, color="black", linestyle="--", label=f"{name}, {size_of_it}")
    ax.set_yticks(k, list(parts))
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel=say("bytes"), ylabel=" ", xlim=(min([*sizes, memory]) / 8, 60 * max([*sizes, memory])))
    ax.set_xticks([1024**i for i in range(5)], ["1 B", "1 KiB", "1 MiB", "1 GiB", "1 TiB"])
    ax.minorticks_off()
    drawing.key_below([ax])
    words = (f"{part}: {readable(size)}" for part, size in parts.items())
    return say(
        "Bytes against {name}, {size}, on a logarithmic axis. {parts}.",
        **{"name": name, "size": size_of_it, "parts": "; ".join(words)},
    )


@figure()
def runs(ax, file=40, chunk=16, batches=4):
    """How rows come from a file: it lies in runs of neighbouring rows, `file` of them here; some, drawn at random, make
    a chunk in memory, `chunk` of them, and their rows are dealt out to its batches, some of each run to each batch."""
    taken = np.random.default_rng(1).choice(file, chunk, replace=False)
    hues = plt.get_cmap("viridis")(np.linspace(0, 1, chunk))
    look, left, width = {"edgecolor": "white", "linewidth": 1.5}, 0.2, 0.6 / chunk
    places = left + width * np.arange(chunk)
    ax.barh(2, 1 / file, 0.5, np.arange(file) / file, color="lightgrey", **look)
    ax.barh(2, 1 / file, 0.5, taken / file, color=hues, **look)
    ax.barh(1, width, 0.5, places, color=hues, **look)
    for at, place in zip(taken[:: chunk // 4], places[:: chunk // 4], strict=True):
        drawing.arrow(ax, ((at + 0.5) / file, 1.72), (place + width / 2, 1.28), GREY, 1.5)
    for i, start in enumerate(np.linspace(0.05, 0.83, batches)):
        ax.barh(0, 0.12 / chunk, 0.5, start + 0.12 / chunk * np.arange(chunk), color=hues)
        drawing.arrow(ax, (left + 0.6 * (i + 0.5) / batches, 0.72), (start + 0.06, 0.28), GREY, 1.5)
    ax.set_yticks([2, 1, 0], [say("the file"), say("a chunk"), say("its batches")])
    ax.set(xticks=[], xlim=(0, 1), ylim=(-0.4, 2.4), ylabel=" ")
    ax.set_title(say("Read in runs, held as a chunk, dealt as batches"))
    ax.set_xlabel(say("a colour: a run of neighbouring rows; {n} runs make a chunk", n=chunk))
    ax.spines[:].set_visible(False)
    ax.grid(visible=False)
    return say(
        "A file as a bar of {file} runs of neighbouring rows. {chunk} of them, from all over the file, are side by side "
        "in a chunk in memory; its rows are dealt out to batches, of which {batches} are drawn, so that each batch has "
        "some rows of every one of these runs.",
        **{"file": file, "chunk": chunk, "batches": batches},
    )


@figure(size=SLIDE)
def roof(ax, sizes, times, floor, marks):
    """The time for a row against the batch size, both logarithmic, over the time that reading its bytes takes.
    `times`, for each of the sizes, and `floor`, for reading alone (rows in the cache may be faster), are nanoseconds a
    row; `marks` are (batch size, nanoseconds, name) each."""
    ax.loglog(sizes, times, "o-", color=BLUE, label=say("gradient, NumPy"))
    ax.axhline(floor, color=RED, linestyle="--", label=say("reading the bytes from memory"))
    for (b, time, name), marker, colour in zip(marks, "Ds^", (ORANGE, GREEN, PINK), strict=False):
        ax.plot(b, time, marker, color=colour, markeredgecolor="black", markersize=9, label=name)
    drawing.batch_sizes(ax, sizes[::2])
    ax.set(ylabel=say("time for a row (ns)"), ylim=(min([floor, *(time for _, time, _ in marks)]) / 2, None))
    ax.legend(loc="upper right")
    words = [f"{name}, b = {b}: {number(time)}" for b, time, name in marks]
    words += [f"NumPy, b = {b}: {number(time)}" for b, time in ((sizes[0], times[0]), (sizes[-1], times[-1]))]
    return say(
        "Nanoseconds for a row of the gradient against the batch size, both logarithmic, with {floor}, what "
        "reading its bytes from memory takes, as a line. {times}.",
        **{"floor": number(floor), "times": "; ".join(words)},
    )


@figure(rows=2, size=SLIDE)
def timeline(axes, spans):
    """Who worked when: a bar for each batch that was read and for each that was computed with. `spans` holds (lane,
    begin, end) in seconds for each of two titles, one a panel; times count from the first begin."""
    words, lanes = [], {"read": (1, SKY), "compute": (0, ORANGE)}
    for ax, (title, bars) in zip(axes, spans.items(), strict=True):
        count = dict.fromkeys(lanes, 0)
        zero, end = min(begin for _, begin, _ in bars), max(end for _, _, end in bars)
        for lane, begin, stop in bars:
            height, colour = lanes[lane]
            count[lane] += 1
            ax.barh(height, stop - begin, 0.7, begin - zero, color=colour, edgecolor="white")
            ax.text((begin + stop) / 2 - zero, height, str(count[lane]), ha="center", va="center")
        ax.axvline(end - zero, color="black", linestyle=":")
        drawing.note(ax, f"{end - zero:.2f} s", (end - zero, 1.5), (5, 0), va="top")
        ax.set_yticks([height for height, _ in lanes.values()], [say("read"), say("compute")])
        ax.set(ylabel=" ", title=title, ylim=(-0.5, 1.6))
        took = {"title": title, "n": count["compute"], "seconds": end - zero}
        words.append(say("{title}: {n} batches in {seconds:.2f} s", **took))
    axes[1].set(xlabel=say("time (s)"))
    return say("A timeline of reading and computing, a bar a batch. {spans}.", spans="; ".join(words))
