"""Each figure draws on the Axes it is given, shows nothing, and says in words what it drew."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.axes import Axes
from matplotlib.text import Text

import gdlib
from gdlib import figures, gradient_ascent, gradient_descent, landscapes


def f(x):
    return x**2 + 2 * x + 3


def df(x):
    return 2 * x + 2


CUBIC = landscapes.Landscape("x³ − 3x", lambda x: x**3 - 3 * x, lambda x: 3 * x**2 - 3, ((-2.2, 2.2),))
WALKS = [gradient_ascent(CUBIC.gradient, 0.5), gradient_descent(CUBIC.gradient, -2.2)]
HS = 10.0 ** -np.arange(1, 6)
X = np.linspace(0, 1000, 50)

LAND = landscapes.terrain()
DOWNHILL = gradient_descent(LAND.gradient, [15_000, 8_000], lr=100, T=50)

VALLEY, HIMMELBLAU = landscapes.valley(), landscapes.himmelblau()
SLOW = gradient_descent(VALLEY.gradient, [2.5, 0.5], lr=0.04, T=20)
ANGLES = np.arange(360)
CORNERS = np.array([[-4.0, -4.0], [4.0, -4.0], [-4.0, 4.0], [4.0, 4.0]])
ENDS = np.array([HIMMELBLAU.minima[i] for i in (2, 3, 1, 0)])

CASES = {
    "contours": (
        (VALLEY, [SLOW]),
        {"arrows": [((1, 1), (0.5, -1), "down")]},
        "Arrow down at (1, 1) points along (0.5, −1)",
    ),
    "surface": ((VALLEY, [1, 0.4]), {}, "At (1, 0.4) the gradient, (1, 10)"),
    "slices": ((VALLEY, [1, 0.4], 1), {"names": ("east", "north")}, "1 to the east and 10 to the north"),
    "slope_by_direction": ((ANGLES, np.cos(np.radians(ANGLES - 30))), {"steepest": 30}, "largest, 1, at 30 degrees"),
    "norms": (([SLOW], ["slow"]), {}, "in 20 steps, exhausted"),
    "factors": ((5, 2), {}, "cross at 0.2857, where both are 0.4286; across reaches 1 at 0.4"),
    "bands": (
        (VALLEY, SLOW),
        {"window": ((-1, 3), (-1, 1))},
        "A walk from (2.5, 0.5) to (1.11, 0): exhausted after 20",
    ),
    "basins": ((HIMMELBLAU, ENDS, CORNERS, HIMMELBLAU.minima), {}, "(3, 2): 25.0 %"),
    "relief": ((LAND, [DOWNHILL]), {}, "in 50 steps"),
    "curve": (([1, 2, 3], [4, 6, 5]), {"marks": [(2, 6, "summit")], "title": "A hill"}, "Summit: 6 at 2"),
    "tangents": ((f, df, [-2, -1, 1.5], (-5, 3)), {"variable": "β₂"}, "−2 at β₂ = −2, 0 at β₂ = −1, 5 at β₂ = 1.5"),
    "rise_over_run": ((f, 1, 1.5, (-1, 3)), {"slope": 4}, "rise is 6; there the curve lies 2.25 above the line"),
    "signs": ((CUBIC.f, CUBIC.gradient, (-2.2, 2.2)), {}, "0 at x = −1 and 1"),
    "walks": ((CUBIC.f, WALKS, (-2.2, 2.2)), {"labels": ["up", "down"]}, "up from x = 0.5 to −1: converged"),
    "one_sided": ((np.abs, 0, HS), {"name": "|x|"}, "from 1 to 1, to the left from −1 to −1"),
    "error_against_h": ((HS, {"forward": HS}, {"forward": 1.5e-8}), {}, "forward down to about h = 1.5e-08"),
    "height_and_slope": ((X, np.sin(X / 200), np.cos(X / 200)), {}, "at 1 peaks and 1 valley floors"),
    "fit": (
        ([0, 1, 2], [1.0, 2.5, 3.5], [(lambda x: 1 + x, "guess")]),
        {"title": "Three"},
        "guess: residuals from 0 to 0.5",
    ),
    "paths_of_a_knob": (([1, 2, 4], [1, 1, 4], "β₂"), {}, "−1 · 1 = −1; −2 · 1 = −2; −4 · 4 = −16. Sum: −19"),
    "residuals": (
        ([[1, 1], [1, 2], [1, 4]], [3, 4, 4], [1, 1]),
        {},
        "row 1: (1, 1), prediction 2, target 3, residual 1; row 2: (1, 2), prediction 3, target 4, residual 1; "
        "row 3: (1, 4), prediction 5, target 4, residual −1",
    ),
    "gradient_by_columns": (([[1, 1], [1, 2], [1, 4]], [1, 1, 4]), {}, "entry 2: 1 · 1 + 2 · 1 + 4 · 4 = 19"),
    "gradient_cloud": (
        (np.array([-2.0, 1.0]), {1: np.array([[-2.0, 2.0], [-2.0, 0.0]])}),
        {},
        "b = 1: 1 away on average",
    ),
    "angle_against_batch_size": (
        ([1, 4], {"far": np.array([[40, 50, 60], [10, 20, 30]])}),
        {},
        "far: median 50 degrees at b = 1, 20 at b = 4",
    ),
    "losses": (
        ({"slow": np.array([4.0, 2.0]), "fast": ([1, 9], [4.0, 0.5])},),
        {"ticks": ([1, 5], [0.5, 4])},
        "Loss above the minimum against update, logarithmic. slow: from 4 to 2; fast: from 4 to 0.5",
    ),
    "batch_curves": (
        (gdlib.minibatch.SineFit.example(), {"b = 2": [0, 199]}, (2, 8)),
        {"at": 3.2},
        "Minima of all rows: 3.00, 4.21, 5.25, 6.38, 7.43; of b = 2: ",
    ),
    "curve_of_all_rows": (
        (gdlib.minibatch.SineFit.example(), (2, 8), 5.2549, 3.0026),
        {},
        "Lines stand at those at 5.255, 3.003.",
    ),
    "escapes": (
        ({"lr 1": {"stay": [70, 20], "best": [30, 80]}, "lr 2": {"stay": [0, 0], "best": [100, 100]}}, [1, 2]),
        {},
        "lr 1, best: 30, 80; lr 2, stay: 0, 0",
    ),
    "noise_ball": (
        ({f"lr = {k}": k * np.array([[3.0, 4.0], [-3.0, -4.0]]) for k in (1, 2, 3)}, [4.9, 10, 15]),
        {},
        "predicted radius 4.90, measured 5.00",
    ),
    "stopwatches": (
        (
            {"b = 1": (np.array([9.0, 3.0, 1.0]), 3 * [np.arange(3)]), "b = 2": (np.array([9.0, 1.0]), 3 * [[0, 9]])},
            1.0,
        ),
        {},
        "rows read: b = 1 at 2, b = 2 at 9",
    ),
    "patch": (
        (np.linspace(0, 1, 600).reshape(20, 30), (10, 12)),
        {"width": 3},
        "in the middle, 133 of 255, is the target; the 8 around it, from 120 to 146",
    ),
    "peaks": (
        ({"loaded": (2**26, None), "streamed": (2**23, 7 * 2**20)}, 2**25),
        {},
        "cap of 32 MiB, on a logarithmic axis. loaded: predicted 64 MiB, out of memory; streamed: predicted 8 MiB, "
        "measured 7 MiB",
    ),
    "room": (
        ({"all rows": 2**26, "a batch": 2**12}, 2**25, "the cap"),
        {},
        "Bytes against the cap, 32 MiB, on a logarithmic axis. all rows: 64 MiB; a batch: 4 KiB",
    ),
    "runs": ((), {"file": 20, "chunk": 8}, "A file as a bar of 20 runs of neighbouring rows. 8 of them"),
    "roof": (
        ([1, 16, 256], [3000, 200, 40], 20),
        {"marks": [(1, 90_000, "Python")]},
        "with 20, what reading its bytes from memory takes, as a line. Python, b = 1: 9e+04; NumPy, b = 1: 3000; NumPy, b = 256: 40",
    ),
    "timeline": (
        (
            {
                "in turn": [("read", 5, 6), ("compute", 6, 8), ("read", 8, 9), ("compute", 9, 11)],
                "ahead": [("read", 2, 3), ("read", 3, 4), ("compute", 3, 5), ("compute", 5, 7)],
            },
        ),
        {},
        "in turn: 2 batches in 6.00 s; ahead: 2 batches in 5.00 s",
    ),
}


def test_every_figure_has_a_case():
    drawn = {n for n, v in vars(figures).items() if hasattr(v, "__wrapped__")}
    assert drawn == set(CASES)


@pytest.fixture(autouse=True)
def clean():
    plt.close("all")
    yield
    plt.close("all")


@pytest.mark.parametrize("name", CASES)
def test_a_figure_returns_its_axes_and_says_what_it_shows(name, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda *a, **k: pytest.fail("a figure must not show"))
    arguments, options, says = CASES[name]
    before = dict(mpl.rcParams)
    ax = getattr(figures, name)(*arguments, **options)
    assert isinstance(ax, Axes)
    assert says in figures.alternative_text(ax)
    assert "-" not in figures.alternative_text(ax).replace("cross-section", "").replace("one-dimensional", "").replace(
        "e-0", ""
    )
    drawn = [a for a in ax.figure.axes if a.get_label() != "<colorbar>"]
    assert drawn[-1].get_xlabel()
    assert all(a.get_ylabel() for a in ax.figure.axes)
    assert min(text.get_fontsize() for text in ax.figure.findobj(Text) if text.get_text()) >= 11
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", CASES)
def test_a_figure_draws_on_the_axes_it_is_given(name):
    arguments, options, _ = CASES[name]
    two = name in (
        *("signs", "height_and_slope", "one_sided", "escapes", "noise_ball", "stopwatches"),
        *("patch", "timeline", "slices"),
    )
    kind = {"projection": "3d" if name == "surface" else None}
    panels = 3 if name in ("noise_ball", "stopwatches") else 2
    given = plt.subplots(panels)[1] if two else plt.subplots(subplot_kw=kind)[1]
    returned = getattr(figures, name)(*arguments, ax=given, **options)
    assert returned is (given[0] if two else given)
    assert len(plt.get_fignums()) == 1
    assert given[1].has_data() if two else given.has_data()


def test_a_notebook_shows_the_axes_as_a_picture_with_its_text():
    notebook = DisplayFormatter()
    figures.style.show_in(notebook)
    ax = figures.curve(*CASES["curve"][0])
    data, metadata = notebook.format(ax)
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"].strip() == metadata["image/png"]["alt"] == figures.alternative_text(ax)
    assert not plt.get_fignums()  # closed, or the inline backend would show it again
    assert notebook.format(plt.subplots()[1])[0].keys() == {"text/plain"}  # other people's Axes stay as they are


def test_a_function_needs_no_name_for_its_level_lines():
    ax = figures.contours(lambda x: x[0] ** 2 + x[1], window=((-1, 1), (0, 2)))
    assert "Level lines of a function of two variables, 0 to 3" in figures.alternative_text(ax)


def test_the_texts_of_two_panels_are_joined():
    _, (left, right) = plt.subplots(1, 2)
    figures.curve([1, 2], [3, 4], title="One", ax=left)
    figures.curve([1, 2], [3, 4], title="Two", ax=right)
    assert figures.alternative_text(left).startswith("One")
    assert "Two" in figures.alternative_text(left)


def test_without_a_slope_the_line_is_a_secant_and_has_no_gap():
    ax = figures.rise_over_run(f, 1, 2, (-3, 3.5))
    assert "its secant at x = 1: over a run of 2 its rise is 12." in figures.alternative_text(ax)


def test_the_two_slopes_of_a_walk_that_left_are_still_drawn():
    """A diverging path says so, and leaves the picture instead of stretching it."""
    ax = figures.walks(CUBIC.f, [WALKS[1]], domain=(-2.2, 2.2))
    assert "diverged after" in figures.alternative_text(ax)
    assert ax.get_xlim() == (-2.2, 2.2)
