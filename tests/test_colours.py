"""The colours of the figures and the explorers, for readers who see them and readers who do not see them all.

The rule, in each theme: a colour has a contrast of 3:1 and more with the background (WCAG 2.2, 1.4.11), and any two
colours differ by a CIEDE2000 of 10 and more, in normal vision and in each of the three kinds of colour blindness at
their most severe: simulated by the matrices of Machado, Oliveira and Fernandes, "A physiologically-based model for
simulation of color vision deficiency", IEEE TVCG 15 (2009), table 1, severity 1. (1 is about what an eye can just see
side by side; Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005.)
"""

import json
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from gdlib import figures
from gdlib.explore import pictures

MACHADO = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = XYZ.sum(axis=1)
LEAST = 10.0


def linear(colour):
    """(3,) linear sRGB, 0 to 1, of "#RRGGBB"."""
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one, two):
    """WCAG's contrast ratio, 1 to 21."""
    low, high = sorted(0.05 + XYZ[1] @ linear(colour) for colour in (one, two))
    return high / low


def lab(colour, vision="normal"):
    """(3,) CIELAB of a colour as that vision sees it."""
    t = XYZ @ np.clip(np.array(MACHADO[vision]) @ linear(colour), 0, 1) / WHITE
    x, y, z = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one, two):
    """CIEDE2000 of two CIELAB colours (Sharma, Wu and Dalal 2005)."""
    (L1, a1, b1), (L2, a2, b2) = one, two
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    a1, a2 = (a * (1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7))) for a in (a1, a2))
    C1, C2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if C1 * C2 else 0.0
    L, C, h = (L1 + L2) / 2, (C1 + C2) / 2, h1 + turn / 2 if C1 * C2 else h1 + h2
    T = 1 + sum(
        k * np.cos(np.radians(n * h + p)) for k, n, p in ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.2, 4, -63))
    )
    light = (L2 - L1) / (1 + 0.015 * (L - 50) ** 2 / np.sqrt(20 + (L - 50) ** 2))
    chroma = (C2 - C1) / (1 + 0.045 * C)
    hue = 2 * np.sqrt(C1 * C2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * C * T)
    bend = -2 * np.sqrt(C**7 / (C**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((h % 360 - 275) / 25) ** 2))))
    return np.sqrt(light**2 + chroma**2 + hue**2 + bend * chroma * hue)


def closest(colours):
    """(difference, vision, one, other) of the two colours that are hardest to tell apart."""
    return min(
        (difference(lab(colours[a], vision), lab(colours[b], vision)), vision, a, b)
        for a, b in combinations(colours, 2)
        for vision in MACHADO
    )


FRONT = Path(pictures.__file__).parent / "front"
PALETTE = json.loads((Path(figures.__file__).parent / "palette.json").read_text(encoding="utf-8"))


NAMES = ("BLUE", "ORANGE", "GREEN", "PINK", "RED", "SKY")
FIGURES = {name: getattr(figures, name) for name in (*NAMES, "GREY")}
THEMES = {
    "figures": (FIGURES | {"ink": "#000000"}, ["#ffffff"]),
    "explorers, light": (PALETTE["light"] | {"ink": "#000000"}, ["#ffffff"]),
    # JupyterLab's, the site's and the decks' dark backgrounds
    "explorers, dark": (PALETTE["dark"] | {"ink": "#ffffff"}, ["#111111", "#14181e", "#14171a", "#222832"]),
}


@pytest.mark.parametrize(
    ("one", "two", "expected"),  # from the table that Sharma, Wu and Dalal publish to test implementations with
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, -1, 2), (50, 0, 0), 2.3669),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_difference_is_ciede2000(one, two, expected):
    assert difference(one, two) == pytest.approx(expected, abs=1e-4)


def test_the_vision_is_that_of_machado():
    grey = [lab("#808080", vision) for vision in MACHADO]
    np.testing.assert_allclose(grey, np.broadcast_to(grey[0], (4, 3)), atol=0.01)  # grey stays grey
    assert closest({"red": "#d02020", "green": "#5a7d00"})[1] in ("protanopia", "deuteranopia")


@pytest.mark.parametrize("theme", THEMES)
def test_every_two_colours_can_be_told_apart(theme):
    worst = closest(THEMES[theme][0])
    assert worst[0] >= LEAST, worst


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_stands_out_from_the_background(theme):
    colours, backgrounds = THEMES[theme]
    low = {
        name: round(contrast(c, back), 2)
        for name, c in colours.items()
        for back in backgrounds
        if contrast(c, back) < 3
    }
    assert low == {}


def test_one_palette_serves_figures_explorers_and_plain_pictures():
    shades = [getattr(figures, name) for name in NAMES]
    assert [*shades, figures.GREY] == list(PALETTE["light"].values())
    assert list(pictures.SHADES) == shades
    assert list(PALETTE["light"]) == list(PALETTE["dark"])


def test_the_explorers_have_no_colour_of_their_own():
    """But black and white, and the dark background that is taken where a page has none."""
    sources = [path for path in FRONT.rglob("*.*s") if "node_modules" not in path.parts]
    assert {"page.js", "view.css"} < {path.name for path in sources}
    found = {colour for path in sources for colour in re.findall(r"#[0-9a-fA-F]{3,6}\b", path.read_text("utf-8"))}
    assert found <= {"#000", "#fff", "#111"}
