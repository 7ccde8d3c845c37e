"""The live view: sliders that answer within one frame, and predictions to commit to before looking.

What is explored is data: a formula, traced from the function that is given, a table with its loss, or a piece of the map.
The loops of descent, of mini-batches and of differences stand once in JavaScript, `front/`, and are held to gdlib's
numbers (tests/front/equality.test.js). The sliders are ipywidgets, joined in the browser (``jslink``) to one view; the
start and the like are grabbed on its picture. No kernel is asked, so all of it works in a saved notebook that has none.

A function that raises, or is no formula, says so in the cell that makes the view.
Where widgets can't run (GitHub, an untrusted notebook), a plain picture with an alternative text stands in.
"""

# ruff: noqa: F401 (what is imported here is what the package offers)

from gdlib.explore.descent import descent, regression
from gdlib.explore.fits import batch_landscapes, losses, sgd
from gdlib.explore.knob import knob
from gdlib.explore.machine import machine
from gdlib.explore.memory import memory
from gdlib.explore.overlap import overlap
from gdlib.explore.predict import Prediction, predict, predictions
from gdlib.explore.sketch import sketch
from gdlib.explore.slopes import direction, secant, tangent
from gdlib.explore.widgets import Explorer
