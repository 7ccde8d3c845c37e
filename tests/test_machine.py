"""What Python tells the explorer of a real memory, in the numbers of lecture 6, and what it refuses."""

import io

import pytest
from PIL import Image

from gdlib import explore
from gdlib.scale.memory import footprint, readable


def test_the_example_of_the_lecture():
    e = explore.machine()
    need = [footprint(rows, 49) for rows in (838_860, 64)]
    every, batch = (readable(size.in_memory + 8 * 49) for size in need)  # with the gradient
    assert (every, batch) == ("320 MiB", "25.8 KiB")
    assert f"of 49 numbers at once take {every}, mini-batches of 64 rows from the file {batch};" in e.alt
    spec, start = e.view.spec, {"n": 838_860, "b": 64, "memory": 32 * 2**20}
    assert {name: spec["values"][name][place] for name, place in spec["initial"].items()} == start
    assert {name: getattr(e.view, name) for name in start} == spec["initial"]
    assert spec["d"] == 49


def test_the_sliders_reach_every_start_and_both_ends():
    e = explore.machine(n=1234, d=7, b=33, memory=2**20 + 2**16)
    values, start = e.view.spec["values"], {"n": 1234, "b": 33, "memory": 2**20 + 2**16}
    for name, places in values.items():
        assert places == sorted(places)
        assert e.sliders[name].value == start[name] == places[e.view.spec["initial"][name]]
    ends = {name: (values[name][0], values[name][-1]) for name in values}
    assert ends == {"n": (1000, 10**6), "b": (1, 2**18), "memory": (2**20 + 2**16, 2**26)}
    assert footprint(10**6, 100).in_memory < e.view.spec["main"]["x"][1]  # the longest bar


def test_what_slices_take_is_in_no_word():
    """It is the question before Run."""
    assert explore.machine().alt.count("320 MiB") == 1


def test_the_plain_picture():
    picture = Image.open(io.BytesIO(explore.machine().picture()))
    assert picture.width > 600
    assert len(picture.convert("RGB").getcolors(1 << 20)) > 20


@pytest.mark.parametrize(
    "arguments,error,says",
    [
        ({"n": 0}, ValueError, "n must be 1 or more, got 0"),
        ({"n": 10**6 + 1}, ValueError, "n must be from 1 to 1000000, got 1000001"),
        ({"d": 101}, ValueError, "d must be from 1 to 100, got 101"),
        ({"d": 4.0}, TypeError, "d must be a whole number, got 4.0"),
        ({"n": 50, "b": 51}, ValueError, "b must be from 1 to 50, got 51"),
        ({"b": 2**18 + 1}, ValueError, "b must be from 1 to 262144, got 262145"),
        (
            {"memory": "128 MiB"},
            ValueError,
            "memory must be whole pages of 64 KiB, from 1 MiB to 64 MiB, got '128 MiB'",
        ),
        ({"memory": 2**16}, ValueError, "from 1 MiB to 64 MiB, got 65536"),
        ({"memory": 2**20 + 1}, ValueError, "memory must be whole pages of 64 KiB"),
        ({"memory": "much"}, ValueError, "a size must be a number of bytes or a text"),
    ],
)
def test_what_is_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        explore.machine(**arguments)
