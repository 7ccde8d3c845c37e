"""The widgets that every explorer is made of: sliders, linked in the browser to one view."""

import base64
import math
from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from gdlib.explore import pictures

BUNDLE = Path(__file__).parent / "bundle"  # made of front/ by `make front`
STUB = (BUNDLE / "stub.js").read_text(encoding="utf-8")


class Front(ipywidgets.Widget):
    """The JavaScript of all explorers. It stands once in a notebook: each view holds a stub that loads it from here."""

    code = traitlets.Unicode().tag(sync=True)
    _shared = None

    @classmethod
    def shared(cls):
        """The one of this kernel; another one where that was closed."""
        if cls._shared is None or cls._shared.comm is None:
            cls._shared = cls(code=(BUNDLE / "front.txt").read_text(encoding="utf-8"))
        return cls._shared


class Widget(anywidget.AnyWidget):
    """What runs the explorers' JavaScript: a view or a form, as its `spec` says."""

    _esm = STUB
    front = traitlets.Instance(Front).tag(sync=True, **ipywidgets.widget_serialization)
    spec = traitlets.Dict().tag(sync=True)

    @traitlets.default("front")
    def _the_shared_front(self):
        return Front.shared()


class View(Widget):
    """The picture and its words: looks up `table` (float32, laid out as `spec` says) at the sliders' values."""

    table = traitlets.Bytes().tag(sync=True)
    image = traitlets.Bytes().tag(sync=True)
    # where the sliders stand
    lr = traitlets.Float().tag(sync=True)
    T = traitlets.Int().tag(sync=True)
    eps = traitlets.Float().tag(sync=True)
    h = traitlets.Float().tag(sync=True)
    x = traitlets.Float().tag(sync=True)
    angle = traitlets.Float().tag(sync=True)
    b = traitlets.Int().tag(sync=True)  # the batch size's place among `batch_sizes`
    seed = traitlets.Int().tag(sync=True)

    def on_start(self, restart):
        """Answer a click on the picture: `restart(point)` gives the new table and what changes in the spec.

        What it raises is shown in the view, where the reader looks; an error in a callback would be lost.
        """
        first = self.spec

        def answer(point):
            try:
                table, changes = restart(point)
            except Exception as error:
                self.spec = {**self.spec, "error": f"{type(error).__name__}: {error}"}
                return
            with self.hold_sync():
                self.table, self.spec = table, {**first, **changes}

        self.on_msg(lambda _, message, buffers: answer(message["at"]) if message.get("type") == "start" else None)
        return answer


class Explorer(ipywidgets.VBox):
    """Sliders above a view. What a cell shows as its last expression.

    Attributes
    ----------
    sliders : dict
        Name -> ipywidgets slider.
    view : View
    alt : str
        What the plain picture shows; it stands in for the view where widgets can't run.
    picture : callable
        Draws the plain picture: the bytes of a PNG.
    """

    def __init__(self, view, sliders, picture, alt):
        self.view, self.sliders, self.alt, self.picture = view, sliders, alt, picture
        for name, slider in sliders.items():
            if view.has_trait(name):
                place = "index" if isinstance(slider, ipywidgets.SelectionSlider) else "value"
                setattr(view, name, getattr(slider, place))
                ipywidgets.jslink((slider, place), (view, name))
        controls = ipywidgets.Box(list(sliders.values()), layout={"flex_flow": "row wrap"})
        super().__init__([controls, view])
        self.add_class("gd-explore")

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, **kwargs):
        return bundle(super()._repr_mimebundle_(**kwargs), self.alt, self.picture())


def explorer(spec, table, sliders, draw, alt, image=b"", kind=View):
    """An explorer whose plain picture `draw(main, side)` paints on the Axes that the spec describes."""
    view = kind(spec=spec, table=table, image=image)
    return Explorer(view, sliders, lambda: pictures.plain(spec, draw), alt)


def slider(kind, label, value, **options):
    return kind(value=value, description=label, style={"description_width": "9.5em"}, **options)


def log_slider(label, grid, value):
    low, high = math.log10(grid[0]), math.log10(grid[-1])
    step = (high - low) / (len(grid) - 1)
    return slider(ipywidgets.FloatLogSlider, label, value, base=10, min=low, max=high, step=step, readout_format=".3g")


def choice(label, value, offered, words=str):
    """A slider over the values offered, each shown in words."""
    return slider(ipywidgets.SelectionSlider, label, value, options=[(words(v), v) for v in offered])


def walk_sliders(rates, lr, T, T_max, label="updates T"):
    """The sliders of a walk: its learning rate, and how many updates it may do."""
    return {
        "lr": log_slider("learning rate lr", rates, lr),
        "T": slider(ipywidgets.IntSlider, label, T, min=0, max=T_max),
    }


def bundle(made, alt, picture=None):
    """A cell's output: the widget, the plain picture with its alternative text, and that text alone."""
    data = dict(made)
    data["text/plain"] = alt
    if picture is None:
        return data, {}
    data["image/png"] = base64.b64encode(picture).decode()
    return data, {"image/png": {"alt": alt}}
