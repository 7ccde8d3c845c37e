"""Functions to walk on, each beside its gradient.

A landscape f is called with a point of shape (d,), or with many points as
columns, shape (d, ...), so that ``f(np.array(np.meshgrid(xs, ys)))`` is its
height over a grid and ``f(path.points.T)`` its height along a walk (as
``scipy.optimize.rosen`` does). A landscape of one variable takes numbers and
arrays alike, element by element.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

__all__ = [
    "Landscape",
    "bowl",
    "cubic",
    "double_well",
    "himmelblau",
    "parabola",
    "quadratic",
    "rosenbrock",
    "saddle",
    "terrain",
    "valley",
]


@dataclass(frozen=True, eq=False)
class Landscape:
    """A function f with its gradient, its name and the part of it worth seeing.

    Attributes
    ----------
    name : str
    f : callable, (d, ...) -> (...)
        The height; calling the landscape calls it.
    gradient : callable, (d, ...) -> (d, ...)
    domain : tuple of d pairs (low, high)
    minima : tuple of (d,) points
        The known local minima, the global one (or ones) first; may be empty.
    hessian : (d, d) array or None
        For a quadratic: its constant curvature.
    coordinates : tuple of str
        What the entries of a point are called, with their unit.
    """

    name: str
    f: Callable
    gradient: Callable
    domain: tuple
    minima: tuple = ()
    hessian: np.ndarray | None = field(default=None, repr=False)
    coordinates: tuple = ("x", "y")

    def __call__(self, x):
        return self.f(np.asarray(x))

    def __repr__(self):
        return f"<landscape {self.name!r}, {len(self.domain)}-D>"

    @property
    def L(self):
        """The largest eigenvalue of the Hessian (quadratics only): descent converges for lr < 2/L."""
        return self._curvature()[-1]

    @property
    def mu(self):
        """The smallest eigenvalue of the Hessian (quadratics only)."""
        return self._curvature()[0]

    def _curvature(self):
        if self.hessian is None:
            raise AttributeError(f"{self.name} is no quadratic: its curvature changes from point to point")
        return np.linalg.eigvalsh(self.hessian)


def quadratic(hessian, centre=None, offset=0.0, name="quadratic"):
    """½ (x − c)ᵀ H (x − c) + offset, with gradient H (x − c).

    Parameters
    ----------
    hessian : (d, d) symmetric array, H
    centre : (d,) array, c; the origin when None

    Raises
    ------
    ValueError
        H is not square and symmetric, or c does not match it.
    """
    H = np.array(hessian, dtype=float)
    if H.ndim != 2 or H.shape[0] != H.shape[1] or not np.allclose(H, H.T):
        raise ValueError(f"hessian must be a symmetric (d, d) matrix, got {hessian!r}")
    c = np.zeros(len(H)) if centre is None else np.array(centre, dtype=float)
    if c.shape != (len(H),):
        raise ValueError(f"centre must have shape ({len(H)},), got {c.shape}")

    def shifted(x):
        return x - c.reshape((-1,) + (1,) * (np.ndim(x) - 1))

    def f(x):
        r = shifted(x)
        return 0.5 * np.einsum("i...,i...->...", r, np.tensordot(H, r, 1)) + offset

    def gradient(x):
        return np.tensordot(H, shifted(x), 1)

    reach = 2.0
    domain = tuple((float(m - reach), float(m + reach)) for m in c)
    minima = (c,) if np.linalg.eigvalsh(H)[0] > 0 else ()
    return Landscape(name, f, gradient, domain, minima, H)


def parabola():
    """x² + 2x + 3, with derivative 2x + 2: lowest at x = −1, where it is 2."""
    return Landscape(
        "x² + 2x + 3",
        lambda x: x**2 + 2 * x + 3,
        lambda x: 2 * x + 2,
        domain=((-5.0, 3.0),),
        minima=(np.array([-1.0]),),
        hessian=np.array([[2.0]]),
    )


def cubic():
    """x³ − 3x, with derivative 3x² − 3: a local maximum at −1, a local minimum at 1, no lowest point."""
    return Landscape(
        "x³ − 3x",
        lambda x: x**3 - 3 * x,
        lambda x: 3 * x**2 - 3,
        domain=((-2.2, 2.2),),
        minima=(np.array([1.0]),),
    )


def double_well(tilt=0.3):
    """(x² − 1)² + tilt·x, with derivative 4x(x² − 1) + tilt: two valleys, the left one deeper for tilt > 0.

    Raises ValueError where |tilt| is so large (1.53 or more) that one valley is gone.
    """
    roots = np.roots([4, 0, -4, tilt])
    if abs(roots.imag).max() > 1e-12 or abs(tilt) >= 8 / np.sqrt(27):
        raise ValueError(f"tilt must be between -1.53 and 1.53 for two valleys, got {tilt!r}")
    left, _, right = np.sort(roots.real)
    return Landscape(
        "double well",
        lambda x: (x**2 - 1) ** 2 + tilt * x,
        lambda x: 4 * x * (x**2 - 1) + tilt,
        domain=((-1.7, 1.7),),
        minima=(np.array([left]), np.array([right]))[:: 1 if tilt >= 0 else -1],
    )


def bowl():
    """x² + y², with gradient (2x, 2y): the same in every direction (κ = 1)."""
    return quadratic([[2, 0], [0, 2]], name="bowl")


def valley(kappa=25):
    """½(x² + κ y²), with gradient (x, κ y): at equal distance, κ times as steep across as along.

    Parameters
    ----------
    kappa : float >= 1
        The condition number κ = L/μ; here μ = 1 and L = κ.
    """
    if not 1 <= kappa < np.inf:
        raise ValueError(f"kappa must be a finite number, 1 or above, got {kappa!r}")
    return quadratic([[1, 0], [0, kappa]], name=f"valley, κ = {kappa:g}")


def saddle():
    """½(x² − y²), with gradient (x, −y): a minimum along x, a maximum along y, no minimum at all."""
    return quadratic([[1, 0], [0, -1]], name="saddle")


def himmelblau():
    """(x² + y − 11)² + (x + y² − 7)²: four minima, all of height 0.

    Source: D. M. Himmelblau, "Applied Nonlinear Programming" (1972).
    """

    def f(x):
        return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2

    def gradient(x):
        a, b = x[0] ** 2 + x[1] - 11, x[0] + x[1] ** 2 - 7
        return np.array([4 * x[0] * a + 2 * b, 2 * a + 4 * x[1] * b])

    minima = ((3.0, 2.0), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127))
    return Landscape("Himmelblau", f, gradient, ((-5.0, 5.0), (-5.0, 5.0)), tuple(map(np.array, minima)))


def rosenbrock():
    """(1 − x)² + 100(y − x²)²: a bent, flat-bottomed valley; its minimum is (1, 1).

    Source: H. H. Rosenbrock, The Computer Journal 3 (1960), 175-184.
    """

    def f(x):
        return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2

    def gradient(x):
        bend = x[1] - x[0] ** 2
        return np.array([-2 * (1 - x[0]) - 400 * x[0] * bend, 200 * bend])

    return Landscape("Rosenbrock", f, gradient, ((-2.0, 2.0), (-1.0, 3.0)), (np.array([1.0, 1.0]),))


@dataclass(frozen=True, eq=False, repr=False)
class Terrain(Landscape):
    """The real terrain, with the grid it was measured on.

    Attributes
    ----------
    heights : (344, 403) array, in metres
        Row 0 is the southern edge, column 0 the western one.
    dx, dy : float
        Metres from one column to the next (eastward), one row to the next (northward).
    """

    heights: np.ndarray = None
    dx: float = 0.0
    dy: float = 0.0


@cache
def terrain():
    """A real elevation map, everything in metres: x east and y north of its south-west corner.

    The map is 344 × 403 heights (236 to 1076 m) around the Jacksboro fault in
    Tennessee, on a grid of 3 seconds of arc. Between the grid points the height
    is Keys' cubic interpolation, which has a continuous gradient; off the map
    both are NaN, so that a walk which leaves it ends there.

    Returns
    -------
    Terrain
        Its gradient is in metres of height a metre of way.

    Source: SRTM (NASA, public domain), as ``jacksboro_fault_dem.npz`` in
    Matplotlib; metres a degree from the WGS 84 ellipsoid at the map's middle;
    R. G. Keys, IEEE Trans. ASSP 29 (1981), 1153-1160.
    """
    folder = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "sample_data"
    with np.load(folder / "jacksboro_fault_dem.npz") as dem:
        heights = dem["elevation"][::-1].astype(float)  # the file's first row is the northern edge
        north, east = metres_per_degree((float(dem["ymin"]) + float(dem["ymax"])) / 2)
        dx, dy = float(dem["dx"]) * east, float(dem["dy"]) * north
    rows, columns = heights.shape
    domain = ((0.0, (columns - 1) * dx), (0.0, (rows - 1) * dy))

    # Border cells need a neighbour outside: continued in a straight line (Keys, eq. 19 uses a parabola).
    z = np.pad(heights, 1, mode="reflect", reflect_type="odd")

    def spline(x, order):
        u, v = np.asarray(x[0]) / dx, np.asarray(x[1]) / dy
        inside = (u >= 0) & (u <= columns - 1) & (v >= 0) & (v <= rows - 1)
        i = np.where(inside, np.minimum(u, columns - 2), 0).astype(int)
        j = np.where(inside, np.minimum(v, rows - 2), 0).astype(int)
        k = np.arange(4).reshape((4,) + (1,) * i.ndim)
        patch = z[(j + k)[:, None], (i + k)[None, :]]
        wx, wy = _keys(u - i, order[0]), _keys(v - j, order[1])
        return np.where(inside, np.einsum("i...,j...,ij...->...", wy, wx, patch), np.nan)

    def gradient(x):
        return np.array([spline(x, (1, 0)) / dx, spline(x, (0, 1)) / dy])

    map_of = {"heights": heights, "dx": dx, "dy": dy, "coordinates": ("east (m)", "north (m)")}
    return Terrain("Jacksboro terrain", lambda x: spline(x, (0, 0)), gradient, domain, **map_of)


def metres_per_degree(latitude):
    """Metres in one degree of latitude, and of longitude, on the WGS 84 ellipsoid.

    Parameters
    ----------
    latitude : float, in degrees

    Returns
    -------
    (float, float)
        Northward, eastward.

    Examples
    --------
    >>> [round(m) for m in metres_per_degree(0.0)], [round(m) for m in metres_per_degree(45.0)]
    ([110574, 111319], [111132, 78847])
    """
    a, e2 = 6378137.0, 0.00669437999014
    phi = np.radians(latitude)
    bend = 1 - e2 * np.sin(phi) ** 2
    north = np.radians(a * (1 - e2) / bend**1.5)
    east = np.radians(a * np.cos(phi) / np.sqrt(bend))
    return float(north), float(east)


def _keys(t, order):
    """The weights of the four neighbours at −1, 0, 1, 2 for a point at t in [0, 1], or their derivatives."""
    if order == 0:
        w = (t * (-1 + t * (2 - t)), 2 + t * t * (-5 + 3 * t), t * (1 + t * (4 - 3 * t)), t * t * (t - 1))
    else:
        w = (-1 + t * (4 - 3 * t), t * (-10 + 9 * t), 1 + t * (8 - 9 * t), t * (3 * t - 2))
    return np.array(w) / 2
