"""The picture at the top of the README: four walks downhill on the real terrain.

python -m lectures.picture        writes docs/picture.png
"""

from pathlib import Path

import gdlib
from gdlib import figures


def picture():
    land = gdlib.landscapes.terrain()
    starts = [(16_500, 10_000), (16_500, 4_500), (14_000, 8_500), (10_000, 12_000)]
    walks = [gdlib.gradient_descent(land.gradient, start, lr=100, eps=1e-3, T=2000) for start in starts]
    ax = figures.relief(land, walks, window=((8_000, 22_000), (3_000, 13_000)))
    return ax, walks


if __name__ == "__main__":
    ax, walks = picture()
    ax.figure.set(figwidth=6.6, layout_engine="compressed")  # no white strip beside the map
    (Path(__file__).parents[2] / "docs" / "picture.png").write_bytes(figures.png(ax.figure))
    print(figures.alternative_text(ax))
