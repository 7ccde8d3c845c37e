"""How the JavaScript of the explorers reaches the notebook: once, and found again by every view."""

import base64
import gzip
import json

import ipywidgets
from ipywidgets.embed import embed_data

from gdlib import explore
from gdlib.explore.widgets import BUNDLE, Front


def saved(*widgets):
    """{model name: [state]} of what a notebook that shows these widgets saves."""
    found = {}
    for model in embed_data(views=widgets, drop_defaults=False)["manager_state"]["state"].values():
        found.setdefault(model["model_name"], []).append(model["state"])
    return found


def test_the_code_stands_once_however_many_views_there_are():
    ipywidgets.Widget.close_all()  # those of other tests
    made = [explore.secant(abs, abs), explore.tangent(abs, abs), explore.memory(), explore.predict("How many?", 41)]
    state = saved(*made)
    (code,) = [model["code"] for model in state["WidgetModel"]]
    views = state["AnyModel"]
    assert len(views) == 4
    assert len({view["front"] for view in views}) == 1
    assert max(len(view["_esm"]) for view in views) < 600
    assert len(json.dumps(code)) < 64_000
    assert gzip.decompress(base64.b64decode(code)).decode("utf-8").rstrip().endswith("render};")


def test_a_view_made_after_all_widgets_were_closed_has_the_code_too():
    first = explore.secant(abs, abs).view.front
    ipywidgets.Widget.close_all()
    second = explore.secant(abs, abs).view.front
    assert second is not first
    assert second.comm is not None
    assert second is Front.shared()
    assert second.code == (BUNDLE / "front.txt").read_text(encoding="utf-8")
