"""What an explorer stands on: a function with its gradient, its domain, and what is known of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.figure import Figure

from gdlib.explore import pictures, tables
from gdlib.figures import drawing, style
from gdlib.landscapes import Landscape


@dataclass(frozen=True)
class Ground:
    """A function of one number or of a pair, its gradient, and the domain that is shown: d pairs (low, high)."""

    f: callable
    gradient: callable
    domain: list
    name: str = "f"
    coordinates: tuple = ("x", "y")
    minima: tuple = ()

    @classmethod
    def of(cls, f, gradient, domain, d):
        """From the arguments of an explorer; a `Landscape` brings what is not given."""
        known = {}
        if isinstance(f, Landscape):
            domain = f.domain if domain is None else domain
            gradient = f.gradient if gradient is None else gradient
            known = {"name": f.name, "coordinates": f.coordinates, "minima": f.minima}
        for name, function in (("f", f), ("derivative or gradient", gradient)):
            if not callable(function):
                raise TypeError(f"{name} must be a function of the point, got {function!r}")
        pairs = np.array([(-4.0, 4.0)] * d if domain is None else domain, dtype=float)
        pairs = pairs.reshape(1, 2) if pairs.shape == (2,) and d == 1 else pairs
        if pairs.shape != (d, 2) or not np.isfinite(pairs).all() or not (pairs[:, 0] < pairs[:, 1]).all():
            raise ValueError(f"domain must be {d} pair{'s' * (d > 1)} (low, high) with low < high, got {domain!r}")
        return cls(f, gradient, [tuple(pair) for pair in pairs.tolist()], **known)

    @property
    def d(self):
        """How many coordinates a point has: 1 or 2."""
        return len(self.domain)

    def within(self, *parts):
        """The point at these parts of the way from the low to the high end of each coordinate."""
        return [low + part * (high - low) for part, (low, high) in zip(parts, self.domain, strict=False)]

    @cached_property
    def grid(self):
        """Places all over the domain: (241,) or (2, 121, 121)."""
        return drawing.line(self.domain[0], 241) if self.d == 1 else drawing.mesh(self.domain, 121)

    @cached_property
    def heights(self):
        """f at each place of the grid: (241,) or (121, 121)."""
        places = self.grid if self.d == 1 else self.grid.reshape(2, -1).T
        return tables.values_at(self.f, places).reshape(self.grid.shape[-self.d :])

    @property
    def arrays(self):
        """What the table holds of it: the curve; contours are a picture."""
        return {"curve": np.column_stack([self.grid, self.heights])} if self.d == 1 else {}

    @property
    def axes(self):
        """The axes of the main picture."""
        if self.d == 1:
            return pictures.axes(self.domain[0], pictures.span(self.heights), "x", "f(x)")
        return pictures.axes(*self.domain, *self.coordinates)

    def draw(self, ax):
        """The curve or the contours, on a plain picture."""
        if self.d == 1:
            drawing.curve(ax, self.grid, self.heights, style.BLUE)
        else:
            drawing.contours(ax, self.grid, self.heights)

    @property
    def image(self):
        """The contours as a PNG without axes, in few colours; empty for a curve."""
        if self.d == 1:
            return b""
        wide, high = np.ptp(self.domain, axis=1)
        figure = Figure(figsize=(4.8, 4.8 * min(max(high / wide, 0.4), 2.5)))
        ax = figure.add_axes((0, 0, 1, 1))
        drawing.contours(ax, self.grid, self.heights, bright=True)
        ax.set_axis_off()
        return style.png(figure, dpi=100, colours=40, crop=False)
