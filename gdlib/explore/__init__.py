"""The live view: sliders that answer within one frame, and predictions to commit to before looking.

Each explorer runs the lesson's own function once for every setting and keeps the numbers in a compact float32 table.
The sliders are ipywidgets, joined in the browser (``jslink``) to one view, `front/`, which looks numbers up in that
table and draws them (`memory` only multiplies). No kernel is asked, so a slider also works in a saved notebook that
has none. A new start, by a click, needs the kernel.

A function that raises does so in the cell that makes the view; later, at a start that was clicked, in the view.
Where widgets can't run (GitHub, an untrusted notebook), a plain picture with an alternative text stands in.
"""

# ruff: noqa: F401 (what is imported here is what the package offers)

from gdlib.explore.descent import descent, regression
from gdlib.explore.fits import batch_landscapes, losses, sgd
from gdlib.explore.knob import knob
from gdlib.explore.memory import memory
from gdlib.explore.overlap import overlap
from gdlib.explore.predict import Prediction, predict, predictions
from gdlib.explore.sketch import sketch
from gdlib.explore.slopes import direction, secant, tangent
from gdlib.explore.widgets import Explorer
