"""The figures of lecture 2: landscapes of two variables, and which way is up."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LightSource
from matplotlib.patheffects import withStroke

from gdlib.figures import drawing
from gdlib.figures.style import BLUE, GREEN, PINK, RED, figure, number, place
from gdlib.words import say


@figure()
def contours(ax, landscape, paths=(), arrows=(), labels=None, window=None, names=("x", "y")):
    """The level lines of a function of (2, ...) points, with walks and arrows on them, both axes to one scale.
    The paths, a gdlib.Path each, are called by their `labels`; `arrows` are (start, vector, name), both (2,); the
    `window` is ((west, east), (south, north)), the landscape's domain when None; `names` are those of the two axes."""
    window = window or landscape.domain
    grid = drawing.mesh(window, 201)
    heights = landscape(grid)
    drawing.contours(ax, grid, heights)
    through = sorted({float(landscape(np.asarray(start, dtype=float))) for start, _, _ in arrows})
    if through:
        ax.contour(*grid, heights, through, colors="black", linewidths=2.2, linestyles="solid")
    looks = zip(paths, (RED, BLUE, PINK, GREEN), drawing.MARKERS, labels or [None] * len(paths), strict=False)
    for path, colour, marker, label in looks:
        drawing.walk_on_contours(ax, *path.points.T, colour, marker, label)
    for start, vector, name in arrows:
        tip, (right, up) = np.add(start, vector), np.sign(vector)
        drawing.arrow(ax, start, tip, {"∇f": RED, "−∇f": BLUE}.get(name, GREEN))
        drawing.name(ax, name, tip, (8 * right, 8 * up), ha="left" if right > 0 else "right", fontweight="bold")
        ax.plot(*start, "o", color="black", zorder=4)
    ax.set(xlabel=names[0], ylabel=names[1], xlim=window[0], ylim=window[1], aspect="equal")
    if labels:
        drawing.key_beside(ax)
    about = {"name": getattr(landscape, "name", None) or say("a function of two variables")}
    about |= {"low": number(np.nanmin(heights)), "high": number(np.nanmax(heights))}
    lines = say("Level lines of {name}, {low} to {high}, darker is lower.", **about)
    if through:
        lines = say(
            "Level lines of {name}, {low} to {high}, darker is lower; a thick line is the level line through the arrows' "
            "start.",
            **about,
        )
    walks = [
        say(
            "{walk} from {start}: {stop} after {n} steps at {end}.",
            **{"walk": label, "start": place(path.points[0]), "stop": path.stop, "n": path.steps},
            end=place(np.round(path.final, 3)),
        )
        for path, label in zip(paths, labels or [say("A walk")] * len(paths), strict=True)
    ]
    ways = [
        say("Arrow {name} at {start} points along {vector}.", name=name, start=place(start), vector=place(vector))
        for start, vector, name in arrows
    ]
    return " ".join([lines, *walks, *ways])


@figure(columns=2)
def slices(axes, f, at, reach, names=("x", "y")):
    """Two walks through a place, (2,): one coordinate moves, by `reach` at most, and the other is held still; each with
    its tangent line, whose slope is a central difference over a thousandth of `reach`."""
    along, h, words = drawing.line((-reach, reach)), reach / 1000, []
    for ax, name, step in zip(axes, names, np.eye(2), strict=True):
        heights, here = f(np.add(at, along[:, None] * step).T), f(np.asarray(at, dtype=float))
        slope = (f(at + h * step) - f(at - h * step)) / (2 * h)
        about = {"name": name, "slope": number(round(slope, 3))}
        words.append(say("{slope} to the {name}", **about))
        drawing.curve(ax, along, heights)
        drawing.straight(ax, along, 0, here, slope, RED if slope > 0 else BLUE)
        ax.plot(0, here, "o", color="black", markersize=8, zorder=3)
        across, title = say("to the {name} (m)", name=name), say("{name}: slope {slope}", **about)
        drawing.frame(ax, along, heights, across, say("height (m)"), title)
    return say(
        "Two walks through one place, each with its tangent line; their slopes: {slopes}.",
        slopes=say(" and ").join(words),
    )


@figure(projection="3d")
def surface(ax, landscape, at):
    """The surface of a Landscape, with the gradient at a point, (2,), as an arrow on the floor: it has no upward part."""
    at = np.asarray(at, dtype=float)
    grid = drawing.mesh(landscape.domain, 41)
    height, gradient = landscape(grid), landscape.gradient(at)
    floor = height.min() - 0.8 * np.ptp(height)
    part = 0.3  # of the gradient's length, so that the arrow stays on the floor
    ax.computed_zorder = False  # the arrow lies on the level lines, not below them
    ax.plot_surface(*grid, height, cmap="cividis", alpha=0.75, linewidth=0, zorder=2)
    ax.contour(*grid, height, 10, zdir="z", offset=floor, cmap="cividis", linestyles="solid")
    ax.contour(*grid, height, [landscape(at)], zdir="z", offset=floor, colors="black", linewidths=2)
    arrow_on_the_floor(ax, at, part * gradient, floor)
    ax.plot(*[[c, c] for c in at], [floor, landscape(at)], ":", color="black", zorder=3)
    ax.plot(*at, landscape(at), "o", color="black", zorder=3)
    ax.set(
        xlabel="x",
        ylabel="y",
        zlabel="f(x, y)",
        zlim=(floor, height.max()),
        title=say("The gradient lies on the floor"),
    )
    xticks, yticks = (np.linspace(*ends, 3) for ends in landscape.domain)
    ax.set(xticks=xticks, yticks=yticks, zticks=[0, round(height.max())])
    ax.view_init(elev=30, azim=-75)
    return say(
        "The surface of {name} in space, its level lines on the floor below. At {place} the gradient, {gradient}, is "
        "drawn, {part:g} of its length, as an arrow on the floor: at right angles to the level line, with no upward part.",
        **{"name": landscape.name, "place": place(at), "gradient": place(gradient), "part": part},
    )


def arrow_on_the_floor(ax, at, arrow, floor):
    """An arrow in space whose head is flat on the floor, too; it is called ∇f."""
    tip, across = at + arrow, arrow[::-1] * [-1, 1]
    head = np.array([tip - 0.4 * arrow + 0.25 * across, tip, tip - 0.4 * arrow - 0.25 * across])
    for line in (np.array([at, tip]), head):
        ax.plot(*line.T, floor, color=RED, linewidth=3.5, solid_capstyle="round", zorder=3)
    look = {"color": RED, "fontweight": "bold", "ha": "center", "zorder": 4}
    label = ax.text(*(at + 0.4 * arrow - 0.9 * across), floor, "∇f", **look)
    label.set_path_effects([withStroke(linewidth=4, foreground="white")])


@figure()
def slope_by_direction(ax, angles, slopes, steepest):
    """The slope in every direction, (n,), against its angle, in degrees from east; `steepest` is the gradient's."""
    ax.plot(angles, slopes, color=BLUE)
    ax.axhline(0, color="black", linewidth=1)
    highest, lowest = int(np.argmax(slopes)), int(np.argmin(slopes))
    up = say("steepest up: {angle:.0f}°", angle=angles[highest])
    down = say("steepest down: {angle:.0f}°", angle=angles[lowest])
    for where, colour, words in ((highest, RED, up), (lowest, GREEN, down)):
        ax.plot(angles[where], slopes[where], "o", color=colour, markersize=9, label=words)
    ax.axvline(steepest, color=RED, linestyle="--", label=say("the gradient: {angle:.0f}°", angle=steepest))
    ax.set(xlabel=say("direction (degrees from east towards north)"), xticks=np.arange(0, 361, 45), xlim=(0, 360))
    ax.set(ylabel=say("slope in that direction"), title=say("The slope in every direction"))
    drawing.key_beside(ax)
    return say(
        "The slope in every direction, a cosine: largest, {most}, at {up:.0f} degrees, smallest, {least}, at {down:.0f} "
        "degrees, and 0 half way between.",
        **{"most": number(slopes[highest]), "up": angles[highest]},
        **{"least": number(slopes[lowest]), "down": angles[lowest]},
    )


@figure()
def relief(ax, land, paths=(), window=None, marks=()):
    """A `Terrain` as a relief, lit from the north-west, a level line every 50 metres, walks and places on it.
    All in metres: the points of the paths, the window ((west, east), (south, north)), the whole map when None, and the
    places to mark, (east, north, name) each."""
    shade(ax, land)
    words = []
    for x, y, name in marks:
        ax.plot(x / 1000, y / 1000, "o", color=RED, markeredgecolor="white", markersize=10)
        drawing.name(ax, name, (x / 1000, y / 1000), (9, 7))
        words.append(say("{name} at {height:.0f} metres", name=name, height=land(np.array([x, y]))))
    for n, (path, marker) in enumerate(zip(paths, drawing.MARKERS, strict=False)):
        east, north = path.points.T / 1000
        start, end = land(path.points.T[:, [0, -1]])
        drawing.walk_on_contours(ax, east, north, RED, marker, dots=False)
        side = {"ha": "right" if n % 2 else "left", "fontsize": 11}
        drawing.name(ax, f"{end:.0f} m", (east[-1], north[-1]), (-9 if n % 2 else 9, -4), **side)
        walk = {"start": start, "end": end, "n": path.steps}
        words.append(say("a walk from {start:.0f} to {end:.0f} metres in {n} steps", **walk))
    box = np.array(window or land.domain) / 1000
    ax.set(xlabel=say("east (km)"), ylabel=say("north (km)"), xlim=box[0], ylim=box[1])
    return say(
        "Shaded relief of a real terrain, yellow is high and blue is low, with a level line every 50 metres. "
        "On it: {things}.",
        things="; ".join(words) or say("nothing"),
    )


def shade(ax, land):
    """The terrain itself, with its level lines and its scale of colours."""
    km, colours = np.array(land.domain).ravel() / 1000, plt.get_cmap("cividis")
    light = {"blend_mode": "soft", "vert_exag": 2, "dx": land.dx, "dy": -land.dy}
    # the rows run from south to north, against what LightSource expects
    shaded = LightSource(azdeg=315, altdeg=45).shade(land.heights, colours, **light)
    ax.imshow(shaded, origin="lower", extent=km, interpolation="bilinear")
    scale = plt.cm.ScalarMappable(plt.Normalize(land.heights.min(), land.heights.max()), colours)
    ax.figure.colorbar(scale, ax=ax, label=say("height (m)"), shrink=0.8)
    ink = {"colors": "black", "linewidths": 0.5, "alpha": 0.35, "antialiased": False}  # hard edges make a small PNG
    ax.contour(land.heights, np.arange(250, 1100, 50), extent=km, **ink)
    ax.grid(visible=False)
