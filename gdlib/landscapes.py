"""Functions to walk on, each beside its gradient.

A landscape f is called with a point of shape (d,), or with many as columns, shape (d, ...):
``f(np.array(np.meshgrid(xs, ys)))`` is its height over a grid, ``f(path.points.T)`` along a walk.
`double_well`, of one variable, takes numbers and arrays alike, element by element.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from gdlib.arguments import number, point, real_array

__all__ = ["Landscape", "bowl", "double_well", "himmelblau", "quadratic", "rosenbrock", "saddle", "terrain", "valley"]


@dataclass(frozen=True, eq=False)
class Landscape:
    """A function f with its gradient, its name and the part of it worth seeing.
    f : callable, (d, ...) -> (...), the height; calling the landscape calls it
    gradient : callable, (d, ...) -> (d, ...)
    domain : tuple of d pairs (low, high)
    minima : tuple of (d,) points, the known local minima, the global one (or ones) first
    hessian : (d, d) array or None, the constant curvature of a quadratic
    coordinates : tuple of str, what the entries of a point are called, with their unit
    """

    name: str
    f: Callable
    gradient: Callable
    domain: tuple
    minima: tuple = ()
    hessian: np.ndarray | None = field(default=None, repr=False)
    coordinates: tuple = ("x", "y")

    def __post_init__(self):
        object.__setattr__(self, "gradient", partial(self._at, self.gradient))

    def __call__(self, x):
        return self._at(self.f, x)

    def _at(self, function, x):
        x, d = x if type(x) is float else real_array(x, "x"), len(self.domain)
        if d > 1 and np.shape(x)[:1] != (d,):
            raise ValueError(f"x must have shape ({d}, ...), the coordinates first, got shape {np.shape(x)}")
        return function(x)

    def __repr__(self):
        return f"<landscape {self.name!r}, {len(self.domain)}-D>"

    @property
    def L(self):
        """Of a quadratic the largest eigenvalue of the Hessian; if mu > 0, 0 < lr < 2/L converges."""
        return self._curvatures()[-1]

    @property
    def mu(self):
        """Of a quadratic the smallest eigenvalue of the Hessian."""
        return self._curvatures()[0]

    def _curvatures(self):
        if self.hessian is None:
            raise AttributeError(f"{self.name} is no quadratic: its curvature changes")
        return np.linalg.eigvalsh(self.hessian)


def quadratic(hessian, name="quadratic"):
    """½ xᵀHx, with gradient Hx, for a symmetric (d, d) array H; ValueError for another one."""
    H = real_array(hessian, "hessian").astype(float)
    if H.ndim != 2 or H.size == 0 or H.shape[0] != H.shape[1] or not np.allclose(H - H.T, 0, atol=1e-5 * abs(H).max()):
        raise ValueError(f"hessian must be a finite, symmetric (d, d) matrix, got {hessian!r}")
    return Landscape(
        name,
        lambda x: 0.5 * (x * np.tensordot(H, x, 1)).sum(axis=0),
        lambda x: np.tensordot(H, x, 1),
        domain=((-2.0, 2.0),) * len(H),
        minima=(np.zeros(len(H)),) if np.linalg.eigvalsh(H)[0] > 1e-12 * abs(H).max() else (),
        hessian=H,
    )


def bowl():
    """x² + y², with gradient (2x, 2y): the same in every direction (κ = 1)."""
    return quadratic([[2, 0], [0, 2]], name="bowl")


def valley(kappa=25):
    """½(x² + κ y²), with gradient (x, κ y): at equal distance, κ times as steep across as along.
    Here μ = 1, L = κ, and so the condition number L/μ is κ. ValueError unless 1 ≤ κ < ∞."""
    if number(kappa, "kappa") < 1:
        raise ValueError(f"kappa must be 1 or above, got {kappa!r}")
    return quadratic([[1, 0], [0, kappa]], name=f"valley, κ = {kappa:g}")  # lecture 3, "The narrow valley"


def saddle():
    """½(x² − y²), with gradient (x, −y): a minimum along x, a maximum along y, no minimum at all."""
    return quadratic([[1, 0], [0, -1]], name="saddle")  # lecture 3, "Saddles"


def double_well(tilt=0.3):
    """(x² − 1)² + tilt·x, with derivative 4x(x² − 1) + tilt: two valleys, the left one deeper for
    tilt > 0. ValueError where |tilt| ≥ 8/√27 = 1.5396…, for then one valley is gone."""
    tilt = point(tilt, "tilt")
    if type(tilt) is not float or not abs(tilt) < 8 / np.sqrt(27):
        raise ValueError(f"tilt must be between -1.5396 and 1.5396 for two valleys, got {tilt!r}")
    left, _, right = np.sort(np.roots([4, 0, -4, tilt]).real)
    return Landscape(
        "double well",  # lecture 3, "The double well"
        lambda x: (x**2 - 1) ** 2 + tilt * x,
        lambda x: 4 * x * (x**2 - 1) + tilt,
        domain=((-1.7, 1.7),),
        minima=(np.array([left]), np.array([right]))[:: 1 if tilt >= 0 else -1],
    )


def himmelblau():
    """(x² + y − 11)² + (x + y² − 7)²: four minima, all of height 0 (here to six decimals).
    Source: D. M. Himmelblau, "Applied Nonlinear Programming" (1972)."""

    def f(x):
        return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2

    def gradient(x):
        a, b = x[0] ** 2 + x[1] - 11, x[0] + x[1] ** 2 - 7
        return np.array([4 * x[0] * a + 2 * b, 2 * a + 4 * x[1] * b])

    minima = np.array([(3.0, 2.0), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)])
    return Landscape("Himmelblau", f, gradient, ((-5.0, 5.0), (-5.0, 5.0)), tuple(minima))


def rosenbrock():
    """(1 − x)² + 100(y − x²)²: a bent, flat-bottomed valley; its minimum is (1, 1).
    Source: H. H. Rosenbrock, The Computer Journal 3 (1960), 175-184."""

    def f(x):
        return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2

    def gradient(x):
        bend = x[1] - x[0] ** 2
        return np.array([-2 * (1 - x[0]) - 400 * x[0] * bend, 200 * bend])

    return Landscape("Rosenbrock", f, gradient, ((-2.0, 2.0), (-1.0, 3.0)), (np.array([1.0, 1.0]),))


@dataclass(frozen=True, eq=False, repr=False)
class Terrain(Landscape):
    """The real terrain with its grid: heights (344, 403) in metres, row 0 the southern edge, column 0
    the western one; dx and dy, metres from one column to the next and from one row to the next."""

    heights: np.ndarray = None
    dx: float = 0.0
    dy: float = 0.0


@cache
def terrain():
    """A real elevation map, everything in metres: x east and y north of its south-west corner.

    344 × 403 heights (236 to 1076 m) around the Jacksboro fault in Tennessee, on a grid of 3
    seconds of arc. Between the grid points the height is Keys' cubic interpolation, which has a
    continuous gradient; off the map both are NaN, so that a walk which leaves it ends there.

    Source: SRTM (NASA, public domain), as ``jacksboro_fault_dem.npz`` in Matplotlib;
    R. G. Keys, IEEE Trans. ASSP 29 (1981), 1153-1160.
    """
    folder = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "sample_data"
    with np.load(folder / "jacksboro_fault_dem.npz") as file:
        heights = file["elevation"][::-1].astype(float)  # the file's first row is the northern edge
        north, east = metres_per_degree(float(file["ymin"] + file["ymax"]) / 2)
        dx, dy = float(file["dx"]) * east, float(file["dy"]) * north
    rows, columns = heights.shape
    domain = ((0.0, (columns - 1) * dx), (0.0, (rows - 1) * dy))
    # Border cells need a neighbour outside: continued in a straight line (Keys: a parabola).
    z = np.pad(heights, 1, mode="reflect", reflect_type="odd")

    def interpolated(x, along_x, along_y):
        u, v = np.asarray(x[0]) / dx, np.asarray(x[1]) / dy
        inside = (u >= 0) & (u <= columns - 1) & (v >= 0) & (v <= rows - 1)
        i = np.where(inside, np.minimum(u, columns - 2), 0).astype(int)
        j = np.where(inside, np.minimum(v, rows - 2), 0).astype(int)
        k = np.arange(4).reshape(4, *(1,) * i.ndim)
        patch = z[(j + k)[:, None], (i + k)[None, :]]  # the 4 × 4 heights around the point
        height = np.einsum("i...,j...,ij...->...", along_y(v - j), along_x(u - i), patch)
        return np.where(inside, height, np.nan)

    def gradient(x):
        east = interpolated(x, _slopes_of_weights, _weights) / dx  # lecture 2, "Water on the map"
        return np.array([east, interpolated(x, _weights, _slopes_of_weights) / dy])

    f = partial(interpolated, along_x=_weights, along_y=_weights)
    return Terrain("Jacksboro terrain", f, gradient, domain, (), None, ("east (m)", "north (m)"), heights, dx, dy)


def metres_per_degree(latitude):
    """Metres in one degree north and east, at a latitude in degrees, on the WGS 84 ellipsoid."""
    a, e2, phi = 6378137.0, 0.00669437999014, np.radians(latitude)
    bend = 1 - e2 * np.sin(phi) ** 2
    north, east = a * (1 - e2) / bend**1.5, a * np.cos(phi) / np.sqrt(bend)
    return float(np.radians(north)), float(np.radians(east))


def _weights(t):
    """Keys' weights of the four neighbours at −1, 0, 1, 2 for a point at t in [0, 1]."""
    near = (2 + t * t * (-5 + 3 * t), t * (1 + t * (4 - 3 * t)))
    return np.array([t * (-1 + t * (2 - t)), *near, t * t * (t - 1)]) / 2


def _slopes_of_weights(t):
    """Their derivatives in t."""
    return np.array([-1 + t * (4 - 3 * t), t * (-10 + 9 * t), 1 + t * (8 - 9 * t), t * (3 * t - 2)]) / 2
