"""What Python tells the timeline of reading and computing, in the numbers of lecture 6, and what it refuses."""

import io

import pytest
from PIL import Image

from gdlib import explore


def test_the_example_of_the_lecture():
    e = explore.overlap()
    assert e.alt.startswith(
        "8 batches, 40 ms to read one and 60 ms to compute with it: "
        "one after the other 800 ms, with 2 places 520 ms. In flight: 24 MiB."
    )
    spec = e.view.spec
    assert spec["initial"] == {"load": 40, "compute": 60, "buffers": 2, "batches": 8}
    assert (spec["most"], spec["step"], spec["batch"]) == (100, 1, 64 * 256 * 256 * 3)
    assert spec["main"]["x"] == [0, 900]
    assert (e.view.load, e.view.compute, e.view.buffers, e.view.batches) == (40, 60, 2, 8)


@pytest.mark.parametrize("load,compute", [(40, 60), (60, 40), (50, 50), (2, 90)])
@pytest.mark.parametrize("n", [1, 2, 3, 20])
def test_the_totals_are_those_of_the_formulas(load, compute, n):
    one, ahead = n * (load + compute), load + (n - 1) * max(load, compute) + compute
    for buffers, total in ((1, one), (2, ahead), (3, ahead)):
        places = f"{buffers} place{'s' * (buffers > 1)}"
        assert (
            f"one after the other {one} ms, with {places} {total} ms." in explore.overlap(load, compute, n, buffers).alt
        )


def test_the_sliders_suit_the_times():
    e = explore.overlap(3, 7.5)
    assert (e.view.spec["most"], e.view.spec["step"]) == (20, 0.2)
    assert (e.view.load, e.view.compute) == (3, 7.6)  # to the step of the slider
    assert e.sliders["load"].readout_format == ".1f"
    assert explore.overlap(0.001, 60).view.load == 1


def test_the_plain_picture():
    picture = Image.open(io.BytesIO(explore.overlap().picture()))
    assert picture.width > 600
    assert len(picture.convert("RGB").getcolors(1 << 20)) > 20


@pytest.mark.parametrize(
    "arguments,error,says",
    [
        ({"load": 0}, ValueError, r"load must be a finite number above 0, got 0"),
        ({"compute": "60"}, TypeError, r"compute must be a number"),
        ({"batches": 21}, ValueError, r"batches must be from 1 to 20, got 21"),
        ({"batches": 0}, ValueError, r"batches must be 1 or more"),
        ({"buffers": 4}, ValueError, r"buffers must be from 1 to 3, got 4"),
        ({"batch": 1.5}, TypeError, r"batch must be a whole number"),
    ],
)
def test_what_is_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        explore.overlap(**arguments)
