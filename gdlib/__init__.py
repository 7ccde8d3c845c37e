"""gdlib: the small tested module behind the course on gradient descent.

The lessons show the algorithm and the mathematics; the machinery lives here.

==============  ==========================================================
calculus        derivative, gradient, tangent line (SymPy); finite differences
landscapes      functions to walk on, each beside its gradient
descent         gradient_descent, gradient_ascent -> Path; sweep -> Sweep
regression      LeastSquares: the losses and their one derivation
minibatch       batches; sgd -> Path; SineFit, with minima to escape from
files           rows of a data set that stays on disk, read in runs, fetched ahead from a disk
cluster         the same gradient on the blocks of a Dask array
memory          footprint; run_capped, a hard cap on memory; measured peak
patches         a data set of real images, as large as asked
checks          exercises: check, hint, solution
figures         one function a figure: takes and returns its Axes
explore         sliders that answer within a frame; predict, run, explain
==============  ==========================================================

``import gdlib`` loads the numerical core and NumPy, and nothing else: SymPy is
imported inside the functions of `calculus` that need it; `memory`, `patches`,
`cluster`, `checks`, `figures` and `explore` (Matplotlib, ipywidgets) the first time they are named.
"""

from importlib import import_module

from gdlib import calculus, descent, landscapes, minibatch, regression
from gdlib.calculus import finite_difference
from gdlib.descent import Path, gradient_ascent, gradient_descent
from gdlib.minibatch import batches, sgd
from gdlib.regression import LeastSquares

_LAZY = ("checks", "data", "explore", "figures", "scale")

__all__ = [
    "LeastSquares",
    "Path",
    "batches",
    "calculus",
    "checks",
    "data",
    "descent",
    "explore",
    "figures",
    "finite_difference",
    "gradient_ascent",
    "gradient_descent",
    "landscapes",
    "minibatch",
    "regression",
    "scale",
    "sgd",
]


def __getattr__(name):
    if name in _LAZY:
        return import_module(f"gdlib.{name}")
    raise AttributeError(f"module 'gdlib' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
