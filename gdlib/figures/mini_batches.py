"""The figures of lecture 5: the noise of a batch, where it leads, and what it saves."""

import numpy as np

from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, figure, number, place
from gdlib.words import say


@figure()
def gradient_cloud(ax, full, clouds):
    """The gradients of many batches around the tip of the full gradient, (2,), which is an arrow from the origin.
    `clouds` holds an (m, 2) array for each batch size, the smallest first."""
    words = []
    for (b, cloud), colour, marker in zip(clouds.items(), (SKY, ORANGE, GREEN, PINK), drawing.MARKERS, strict=False):
        ax.plot(*cloud.T, marker, color=colour, markersize=3, label=f"b = {b}")
        away = np.sqrt(((cloud - full) ** 2).sum(axis=1).mean())
        far = number(round(away, 2))
        words.append(say("b = {b}: {far} away on average (root of the mean square)", b=b, far=far))
    drawing.arrow(ax, (0, 0), full, "black")
    ax.plot([], [], color="black", linewidth=3, label=say("all rows"))
    ax.plot(0, 0, "o", color="black", zorder=4)
    ax.set(xlabel=say("first entry of the gradient"), ylabel=say("second entry"), aspect="equal", adjustable="box")
    drawing.key_beside(ax)
    return say(
        "The full gradient as an arrow from 0 to {tip}, and around its tip the gradients of many batches, in clouds that "
        "shrink as the batch grows. {clouds}.",
        **{"tip": place(np.round(full, 2)), "clouds": "; ".join(words)},
    )


@figure()
def angle_against_batch_size(ax, sizes, angles):
    """How far batch gradients point away from the full one: the median angle, and the middle 80 % as a band.
    `angles` holds an (m, k) array for each place: in degrees, k batches of each of the m sizes."""
    words = []
    for (name, rows), colour, marker in zip(angles.items(), drawing.COLOURS, drawing.MARKERS, strict=False):
        low, median, high = np.quantile(rows, [0.1, 0.5, 0.9], axis=1)
        ax.plot(sizes, median, marker + "-", color=colour, label=name)
        ax.fill_between(sizes, low, high, color=colour, alpha=0.15, label=say("the middle 80 %"))
        text = say(
            "{name}: median {first:.0f} degrees at b = {least}, {last:.0f} at b = {most}",
            **{"name": name, "first": median[0], "least": sizes[0], "last": median[-1], "most": sizes[-1]},
        )
        words.append(text)
    ax.axhline(90, color="black", linewidth=1, linestyle=":")
    drawing.note(ax, say("90°: no help at all"), (sizes[-1], 90), (0, 4), ha="right", fontsize=11)
    drawing.batch_sizes(ax, sizes)
    ax.set(ylabel=say("angle to the full gradient (degrees)"), ylim=(0, 180), yticks=range(0, 181, 45))
    drawing.key_beside(ax)
    return say(
        "The angle between batch gradients and the full gradient against the batch size. {medians}.",
        medians="; ".join(words),
    )


@figure()
def losses(ax, curves, xlabel=None, ylabel=None, logx=False, logy=True, dots=False, ticks=None):
    """Losses as lines, on a logarithmic axis unless `logy` is False; `curves` holds y, or (x, y), for each name.
    `logx` makes the horizontal axis logarithmic too, `dots` marks each value, and `ticks`, (xs, ys), are the numbers to
    write on the axes, where powers of ten would be too few."""
    xlabel, ylabel, words = xlabel or say("update"), ylabel or say("loss above the minimum"), []
    for (name, curve), colour, style in zip(curves.items(), drawing.COLOURS, drawing.DASHES, strict=False):
        x, y = curve if isinstance(curve, tuple) else (np.arange(len(curve)), curve)
        ax.plot(x, y, linestyle=style, color=colour, marker="o" if dots else None, markersize=4, label=name)
        first, last = (f"{height:.2g}".replace("e-0", " · 10^−") for height in (y[0], y[-1]))
        words.append(say("{name}: from {first} to {last}", name=name, first=first, last=last))
    ax.set(xlabel=xlabel, ylabel=ylabel, xscale="log" if logx else "linear", yscale="log" if logy else "linear")
    if ticks:
        ax.set_xticks(ticks[0], [f"{x:g}" for x in ticks[0]])
        ax.set_yticks(ticks[1], [f"{y:g}" for y in ticks[1]])
        ax.minorticks_off()
    drawing.key_beside(ax)
    about = {"y": ylabel.capitalize(), "x": xlabel, "curves": "; ".join(words)}
    return (
        say("{y} against {x}, logarithmic. {curves}.", **about) if logy else say("{y} against {x}. {curves}.", **about)
    )


@figure()
def batch_curves(ax, f, rows, domain, at=None):
    """The objective of one parameter that each batch sees, over the full one; minima marked on both.
    f is called as f(x) and f(x, rows); `rows` holds the row numbers of each batch by its name. `at` is where a walk
    stands: a vertical line, and a ring on each curve."""
    x, words = drawing.line(domain, 6001), []
    looks = zip(("black", SKY, ORANGE, PINK, GREEN), (*drawing.DASHES[:4], "--"), strict=True)
    batches = {say("all rows"): f(x)} | {name: f(x, batch) for name, batch in rows.items()}
    for (name, y), (colour, style) in zip(batches.items(), looks, strict=False):
        full = not words
        low = np.flatnonzero((y[1:-1] < y[:-2]) & (y[1:-1] < y[2:])) + 1
        ax.plot(x, y, linestyle=style, color=colour, linewidth=3 if full else 2, label=name, zorder=3 if full else 2)
        face = "white" if full else colour
        ax.plot(x[low], y[low], "v", color=face, markeredgecolor="black", markersize=8, zorder=4)
        if at is not None:
            ax.plot(at, np.interp(at, x, y), "o", color="white", markeredgecolor=colour, markeredgewidth=2, zorder=5)
        words.append(f"{name}: {', '.join(f'{minimum:.2f}' for minimum in x[low])}")
    if at is not None:
        for minimum in np.atleast_1d(at):
            drawing.upright(ax, minimum)
    ax.set(xlabel="ω (rad/s)", ylabel="f(ω)", xlim=domain, ylim=(-0.03, None))
    if rows:
        drawing.key_beside(ax)
    return say(
        "The objective of all rows and of single batches, each with minima of its own. Minima of {minima}.",
        minima=say("; of ").join(words),
    )


@figure(size=(8, 2.4))
def curve_of_all_rows(ax, f, domain, *at):
    """The objective of all rows alone, with a line and a ring at each of its minima `at`; flat, for it stands beside
    words."""
    for minimum in at:
        drawing.note(ax, f"{minimum:.3f}", (minimum, 0), (4, 0), xycoords=("data", "axes fraction"), va="bottom")
    batch_curves(f, {}, domain, np.array(at), ax=ax)
    places = ", ".join(f"{minimum:.3f}" for minimum in at)
    return say("The objective of all rows, with its minima marked. Lines stand at those at {at}.", at=places)


@figure(columns=2)
def escapes(axes, shares, sizes):
    """Where walks ended, as bars of 100 %, one bar a batch size; one panel a learning rate.
    `shares` holds, for each of two titles, the (m,) percentages of each end, the same up to four ends in both."""
    words, places = [], np.arange(len(sizes))
    for ax, (title, ends) in zip(axes, shares.items(), strict=True):
        left = np.zeros(len(sizes))
        looks = zip(ends.items(), (GREY, GREEN, SKY, RED), ("", "//", "", "xx"), strict=False)
        for (name, share), colour, hatch in looks:
            share = np.asarray(share, dtype=float)
            ax.barh(places, share, left=left, color=colour, hatch=hatch, edgecolor="white", label=name)
            left += share
            words.append(f"{title}, {name}: {', '.join(f'{s:.0f}' for s in share)}")
        ax.set_yticks(places, [str(b) for b in sizes])
        ax.invert_yaxis()
        ax.set(xlabel=say("share of the walks (%)"), ylabel=say("batch size b"), title=title, xlim=(0, 100))
        ax.grid(visible=False)
    drawing.key_below(axes, columnspacing=1.2, handlelength=1.6, handletextpad=0.5)
    return say(
        "Where the walks ended, in per cent, for b = {sizes}. {ends}.",
        **{"sizes": ", ".join(map(str, sizes)), "ends": "; ".join(words)},
    )


@figure(columns=3)
def noise_ball(axes, clouds, radii):
    """The points of walks that never settle, around the minimum at 0, and the circle that theory predicts for each.
    `clouds` holds (m, 2) points for each of three panels, all to the same scale; a radius is the root of the mean
    squared distance."""
    words, turn = [], np.linspace(0, 2 * np.pi, 200)
    reach = 1.05 * max(*(abs(cloud).max() for cloud in clouds.values()), *radii)
    for ax, (name, cloud), radius in zip(axes, clouds.items(), radii, strict=True):
        measured = np.sqrt((cloud**2).sum(axis=1).mean())
        ax.plot(*cloud.T, "o", color=SKY, markersize=2, zorder=1)
        circle = radius * np.cos(turn), radius * np.sin(turn)
        ax.plot(*circle, color="white", linewidth=4, zorder=2)
        ax.plot(*circle, color="black", linewidth=2.2, zorder=3, label=say("predicted"))
        if radius > reach / 10:  # or ring and cross are one blot
            ax.plot(0, 0, "+", color="black", markersize=7, markeredgewidth=1.5, zorder=4)
        ax.set(xlabel="w₁", ylabel="w₂" if ax is axes[0] else " ", title=name, aspect="equal")
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach))
        found = {"name": name, "radius": radius, "measured": measured}
        words.append(say("{name}: predicted radius {radius:.2f}, measured {measured:.2f}", **found))
    drawing.key_below(axes)
    return say(
        "The places of walks that never settle, clouds around the minimum, with the predicted circle of the root mean "
        "square distance. {clouds}.",
        clouds="; ".join(words),
    )


@figure(columns=3)
def stopwatches(axes, curves, goal):
    """The same walks against three clocks, all axes logarithmic, with the goal as a line.
    `curves` holds for each walk its loss at each step, and what each of the three clocks showed then."""
    firsts = {say("updates"): {}, say("rows read"): {}, say("model time (µs)"): {}}
    colours, styles = (BLUE, ORANGE, GREEN, PINK, "black"), (*drawing.DASHES[:4], "-")
    for (name, (y, clocks)), colour, style in zip(curves.items(), colours, styles, strict=False):
        there = np.flatnonzero(y <= goal)[0]
        for ax, clock, times in zip(axes, clocks, firsts.values(), strict=True):
            ax.loglog(clock[1 : there + 1], y[1 : there + 1], linestyle=style, color=colour, label=name)
            ax.plot(clock[there], y[there], "o", color=colour, markeredgecolor="black", markersize=7, zorder=3)
            times[name] = clock[there]
    for ax, unit in zip(axes, firsts, strict=True):
        ax.axhline(goal, color=GREY, linewidth=1)
        drawing.note(ax, say("goal"), (0.02, goal), (0, 3), xycoords=("axes fraction", "data"))
        ax.set(xlabel=unit, ylabel=say("loss above the minimum") if ax is axes[0] else " ")
        ax.minorticks_off()
    drawing.key_below(axes, columns=5)
    there = (
        ", ".join(say("{name} at {time:.0f}", name=k, time=t) for k, t in times.items()) for times in firsts.values()
    )
    return say(
        "The same walks down to one goal, against three clocks, and when each gets there. {times}.",
        times="; ".join(f"{unit}: {times}" for unit, times in zip(firsts, there, strict=True)),
    )
