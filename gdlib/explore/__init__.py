"""The live view: sliders that answer within one frame, and predictions to commit to before looking.

Each explorer runs the lesson's own function once for every setting and keeps
the numbers in a compact float32 table. The sliders are ipywidgets, joined in the
browser (``jslink``) to one view, `view.js`, which looks numbers up in that
table and draws them (`memory` only multiplies, and needs no table). No kernel is asked, so a slider also works in a
saved notebook that has none. T and eps choose a prefix of a path and need no
table. What does need the kernel says so in its docstring: a new start, by a
click or by the `init_range` sliders.

A function that raises does so in the cell that makes the view. If it raises
later, at a start that was clicked, the view shows the message.

Where widgets can't run (GitHub, an untrusted notebook), each explorer shows a
plain picture with an alternative text instead.
"""

from gdlib.explore.batches import batch_landscapes
from gdlib.explore.descent import descent
from gdlib.explore.direction import direction
from gdlib.explore.losses import losses
from gdlib.explore.memory import memory
from gdlib.explore.predict import Prediction, predict
from gdlib.explore.regression import regression
from gdlib.explore.secant import secant
from gdlib.explore.sgd import sgd
from gdlib.explore.tangent import tangent
from gdlib.explore.widgets import Explorer

__all__ = [
    "Explorer",
    "Prediction",
    "batch_landscapes",
    "descent",
    "direction",
    "losses",
    "memory",
    "predict",
    "regression",
    "secant",
    "sgd",
    "tangent",
]
