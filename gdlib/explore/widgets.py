"""The widgets that every explorer is made of: sliders, linked in the browser to one view."""

import base64
import math
import os
from pathlib import Path

import anywidget
import ipywidgets
import numpy as np
import traitlets

from gdlib.explore import pictures, tables
from gdlib.words import language, say

BUNDLE = Path(__file__).parent / "bundle"  # made of front/ by `make front`


class Front(ipywidgets.Widget):
    """The JavaScript of all explorers. It stands once in a notebook: each view holds a stub that loads it from here."""

    code = traitlets.Unicode().tag(sync=True)
    _shared = None

    @classmethod
    def shared(cls):
        """The one of this kernel; another one where that was closed."""
        if cls._shared is None or cls._shared.comm is None:
            cls._shared = cls(code=front())
        return cls._shared


def front():
    """The front's code, with its words in the language that is spoken, where there is such a bundle."""
    spoken = BUNDLE / f"front.{language()}.txt"
    return (spoken if spoken.exists() else BUNDLE / "front.txt").read_text(encoding="utf-8")


class Widget(anywidget.AnyWidget):
    """What runs the explorers' JavaScript: a view or a form, as its `spec` says."""

    _esm = (BUNDLE / "stub.js").read_text(encoding="utf-8")
    front = traitlets.Instance(Front).tag(sync=True, **ipywidgets.widget_serialization)
    spec = traitlets.Dict().tag(sync=True)

    @traitlets.default("front")
    def _the_shared_front(self):
        return Front.shared()


class View(Widget):
    """The picture and its words: the browser computes what `spec` says is explored, with the arrays of `table`."""

    table = traitlets.Bytes().tag(sync=True)
    # where everything stands; of a batch size and a seed, the place among those that `spec` lists
    lr, eps, h, x, angle = (traitlets.Float().tag(sync=True) for _ in range(5))
    T, b, seed = (traitlets.Int().tag(sync=True) for _ in range(3))
    init = traitlets.List(traitlets.Float()).tag(sync=True)  # the start, or the point that is looked at
    formula = traitlets.Unicode().tag(sync=True)  # the reader's own function, "" for the given one
    site = traitlets.Unicode(os.environ.get("GDLIB_SITE", "")).tag(sync=True)  # where links lead from JupyterLab


class MethodView(View):
    """A view of a walk by one of several methods: which one, counted from 0, and how much of the past it keeps."""

    method, beta = traitlets.Int().tag(sync=True), traitlets.Float().tag(sync=True)


class Explorer(ipywidgets.VBox):
    """Sliders, by name, above a view. What a cell shows as its last expression. `arrays` are data that the view needs,
    `state` is where its handles stand, `draw(main, side)` paints the plain picture on the Axes that the spec describes;
    with the text `alt` it stands in for the view where widgets can't run. `picture()` is its PNG."""

    def __init__(self, spec, arrays, sliders, draw, alt, state=None, kind=View):
        self.sliders, self.alt = sliders, alt
        self.picture = lambda: pictures.plain(spec, draw)
        places = {
            name: "index" if isinstance(s, ipywidgets.SelectionSlider) else "value" for name, s in sliders.items()
        }
        initial = {name: getattr(sliders[name], place) for name, place in places.items()} | (state or {})
        table, layout = tables.pack(**arrays)
        spec = {
            **spec,
            "layout": layout,
            "initial": initial,
            "sliders": list(sliders),
        }  # a stored one has its keys sorted
        self.view = kind(spec=spec, table=table, **initial)
        for name, place in places.items():
            ipywidgets.jslink((sliders[name], place), (self.view, name))
        controls = ipywidgets.Box(list(sliders.values()), layout={"flex_flow": "row wrap"})
        super().__init__([controls, self.view])
        self.add_class("gd-explore")

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, **kwargs):
        return bundle(super()._repr_mimebundle_(**kwargs), self.alt, self.picture())


def bundle(made, alt, picture=None):
    """A cell's output: the widget, the plain picture with its alternative text, and that text alone."""
    data = {**made, "text/plain": alt}
    if picture is None:
        return data, {}
    return data | {"image/png": base64.b64encode(picture).decode()}, {"image/png": {"alt": alt}}


def slider(kind, label, value, **options):
    return kind(value=value, description=label, style={"description_width": "9.5em"}, **options)


def log_slider(label, grid, value):
    low, high = math.log10(grid[0]), math.log10(grid[-1])
    step = (high - low) / (len(grid) - 1)
    return slider(ipywidgets.FloatLogSlider, label, value, base=10, min=low, max=high, step=step, readout_format=".3g")


def even_slider(label, value, low, high, step):
    """Even steps from low to high; the readout has the decimals of the step, and shows each value as it is."""
    places = len(np.format_float_positional(step, precision=12, trim="-").partition(".")[2])
    ends = {"min": low, "max": high, "step": step, "readout_format": f".{places}f"}
    return slider(ipywidgets.FloatSlider, label, value, **ends)


def choice(label, offered, value=None, words=str):
    """A slider over the values offered, each shown in words; it starts at the first, or at `value`."""
    value = offered[0] if value is None else value
    return slider(ipywidgets.SelectionSlider, label, value, options=[(words(v), v) for v in offered])


def walk_sliders(rates, lr, T, T_max, label=None):
    """The sliders of a walk: its learning rate, and how many updates it may do."""
    return {
        "lr": log_slider(say("learning rate lr"), rates, lr),
        "T": slider(ipywidgets.IntSlider, label or say("updates T"), T, min=0, max=T_max),
    }
