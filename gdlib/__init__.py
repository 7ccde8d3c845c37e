"""gdlib: the small tested module behind the course on gradient descent.

The core, to be read in an evening:
calculus      derivative, gradient, tangent line (SymPy); finite differences
landscapes    functions to walk on, each beside its gradient
descent       gradient_descent, gradient_ascent -> Path
regression    LeastSquares: the losses and their one derivation
minibatch     batches; sgd -> Path; SineFit, with minima to escape from

The wings use it, and are loaded when they are first named: scale (rows in a file, on a cluster; memory),
figures, explore (sliders, predictions), checks (exercises) and data (small real tables).
"""

from importlib import import_module

from gdlib import calculus, descent, landscapes, minibatch, regression
from gdlib.calculus import finite_difference
from gdlib.descent import Path, gradient_ascent, gradient_descent
from gdlib.minibatch import batches, sgd
from gdlib.regression import LeastSquares

_WINGS = ("checks", "data", "explore", "figures", "scale")
__all__ = sorted([name for name in globals() if name[0] != "_" and name != "import_module"] + [*_WINGS])


def __getattr__(name):
    if name in _WINGS:
        return import_module(f"gdlib.{name}")
    raise AttributeError(f"module 'gdlib' has no attribute {name!r}")


def __dir__():
    return __all__
