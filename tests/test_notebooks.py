"""Each lecture equals its source and keeps the house rules; and the checks themselves can fail.

That the stored outputs are what the cells give is nbval's part: pytest collects
notebooks/*.ipynb itself.
"""

import copy
import re
import subprocess
import sys
from collections import Counter

import nbformat
import pytest

from lecture_rules import breaches, one_sentence_a_line, prose_numbers, said
from lectures import pipeline

SOURCES, SETTINGS = pipeline.lectures(), pipeline.NOTEBOOKS.parent / "pyproject.toml"
lecture = pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.stem)

SMALL = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A small lecture

```{code-cell} ipython3
import ipywidgets
```

```{code-cell} ipython3
print(6 * 7)
```

```{code-cell} ipython3
ipywidgets.IntSlider(3)
```
"""


def cells(notebook):
    return [(c.cell_type, c.source, c.metadata) for c in notebook.cells]


@lecture
def test_the_notebook_equals_its_source(source):
    ours = nbformat.read(pipeline.stored(source), as_version=4)
    assert cells(ours) == cells(pipeline.read_source(source)), "make notebooks"


def test_every_notebook_has_a_source():
    assert {p.stem for p in pipeline.NOTEBOOKS.glob("*.ipynb")} == {s.stem for s in SOURCES}


@lecture
def test_the_lecture_keeps_the_lecture_rules(source):
    path = pipeline.stored(source)
    assert breaches(nbformat.read(path, as_version=4), path.stat().st_size) == []


@pytest.mark.parametrize("page", ["README.md", "docs/site/index.md"])
def test_the_tables_of_lectures_say_the_minutes_of_their_heads(page):
    row = r"^\| \d \| \[.*\| (\d+) \|$" if page == "README.md" else r"^\d\. \*\*\[.*\*\* (\d+) minutes\.$"
    table = re.findall(row, (SETTINGS.parent / page).read_text("utf-8"), re.M)
    heads = [re.search(r"\*\*Minutes:\*\* (\d+) to read", source.read_text("utf-8")) for source in SOURCES]
    assert table == [head[1] for head in heads]


@lecture
def test_one_sentence_a_line(source):
    assert list(one_sentence_a_line(source.read_text("utf-8"))) == []


# --- the checks can fail -------------------------------------------------------------------------


def built(folder, text=SMALL):
    """`text` as a source in `folder`, and executed."""
    source = folder / "small.md"
    source.write_text(text)
    return source, pipeline.execute(pipeline.read_source(source), folder)


def nbval(folder):
    """pytest's report on the notebooks of a folder under the course's settings."""
    command = [sys.executable, "-m", "pytest", "-c", str(SETTINGS), "--rootdir", folder, "-rA", "--color=no"]
    return subprocess.run([*command, "-p", "no:cacheprovider", folder], capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return built(tmp_path_factory.mktemp("small"))[1]


def test_nbval_accepts_what_is_right_and_what_is_measured_and_sees_a_wrong_number_and_a_raising_cell(small, tmp_path):
    wrong, measured, raising = (copy.deepcopy(small.cells[2]) for _ in range(3))
    wrong.outputs[0].text = measured.outputs[0].text = "43\n"
    measured.metadata.tags = [pipeline.MEASURED]
    raising.source = "print(6 * 7)\nassert 6 * 7 == 43"
    book = copy.deepcopy(small)
    for cell in (wrong, measured, raising):
        book.cells.append(cell)
        cell.id += str(len(book.cells))
    nbformat.write(book, tmp_path / "book.ipynb")
    report = nbval(tmp_path)
    outcomes = {int(n): word for word, n in re.findall(r"^(PASSED|FAILED) .*::Cell (\d)", report, re.M)}
    assert outcomes == {0: "PASSED", 1: "PASSED", 2: "PASSED", 3: "FAILED", 4: "PASSED", 5: "FAILED"}, report
    assert "43" in report
    assert "AssertionError" in report


def test_a_source_that_differs_is_seen(small, tmp_path):
    source = tmp_path / "small.md"
    source.write_text(SMALL.replace("6 * 7", "6 * 8"))
    assert cells(pipeline.read_source(source)) != cells(small)


def test_a_build_gives_the_same_bytes_and_keeps_cell_ids(small, tmp_path):
    source, again = built(tmp_path)
    assert nbformat.writes(again) == nbformat.writes(small)
    assert "IntSlider" in nbformat.writes(again)  # the widget's state is saved
    source.write_text(SMALL.replace("A small lecture", "The same, with another title"))
    ids = [c.id for c in pipeline.read_source(source, small).cells]
    assert ids[1:] == [c.id for c in small.cells][1:]


SLIDERS = "a, b, c = map(ipywidgets.IntSlider, (3, 4, 5))\nc.layout.width = '50%'\nipywidgets.VBox([a, b, c])"


def test_layouts_and_styles_that_are_equal_stand_once(tmp_path):
    state = (
        built(tmp_path, SMALL.replace("ipywidgets.IntSlider(3)", SLIDERS))[1].metadata.widgets[pipeline.WIDGETS].state
    )
    named = Counter(model.model_name for model in state.values())
    assert named == {"IntSliderModel": 3, "VBoxModel": 1, "LayoutModel": 2, "SliderStyleModel": 1}
    sliders = [model.state for model in state.values() if model.model_name == "IntSliderModel"]
    looks = [state[slider.layout.removeprefix("IPY_MODEL_")].state.get("width") for slider in sliders]
    assert [(slider.value, width) for slider, width in zip(sliders, looks, strict=True)] == [
        (3, None),
        (4, None),
        (5, "50%"),
    ]
    assert {slider.style.removeprefix("IPY_MODEL_") for slider in sliders} <= set(state)


FOLDED = """> **Predict.** Six times seven?

```{code-cell} ipython3
a = 6
```

```{code-cell} ipython3
:tags: [open]

def times(n):
    return a * n
```

```{code-cell} ipython3
print(times(7))
```

```{code-cell} ipython3
explore.tangent(f, df)
```

> **Predict.** Much later.

And more text.

```{code-cell} ipython3
print("open")
```

```{code-cell} ipython3
:tags: [plumbing]

print("many lines")
```

```{code-cell} ipython3
explore.predict("Six times eight?", answer=48)
```

```{code-cell} ipython3
assert 6 * 8 == 48
```
"""


def test_what_answers_a_question_is_folded_whole_and_its_first_line_says_nothing(tmp_path):
    source = tmp_path / "folded.md"
    source.write_text(FOLDED)
    made = [cell for cell in pipeline.read_source(source).cells if cell.cell_type == "code"]
    whole = {"source_hidden": True, "outputs_hidden": True}
    code = {"source_hidden": True}
    assert [c.metadata.get("jupyter", {}) for c in made] == [whole, {}, whole, {}, {}, code, code, whole]
    assert [c.metadata.get("collapsed", False) for c in made] == [c.metadata.get("jupyter") == whole for c in made]
    assert [c.metadata.get("cellView") == "form" for c in made] == ["jupyter" in c.metadata for c in made]
    firsts = [c.source.splitlines()[0] for c in made]
    assert firsts[0] == firsts[2] == firsts[7] == "# The answer: run this cell"
    assert firsts[5:7] == ['print("many lines")', "# A prediction: run this cell"]


def test_a_stale_output_picture_or_state_is_seen(small):
    assert pipeline.differences(small, small) == []
    other = copy.deepcopy(small)
    other.cells[2].outputs[0].text = "43\n"
    assert "cell 2" in pipeline.differences(small, other)[0]
    other = copy.deepcopy(small)
    state = other.metadata.widgets[pipeline.WIDGETS].state
    next(m for m in state.values() if m.model_name == "IntSliderModel").state["value"] = 4
    assert "metadata" in pipeline.differences(small, other)[0]
    assert "3 cells" in pipeline.differences(nbformat.from_dict({"cells": small.cells[:3]}), small)[0]


MEASURED = """# A lecture that measures

```{code-cell} ipython3
:tags: [nbval-ignore-output]

print(id(object()))
assert id(print) > 0
```

```{code-cell} ipython3
print(6 * 7)
```
"""


def test_only_what_is_measured_may_change(tmp_path):
    """The output of a tagged cell: neither check nor a second build minds it; its source and the rest count."""
    source = tmp_path / "text" / "small.md"
    source.parent.mkdir()
    source.write_text(MEASURED)
    assert pipeline.build(source)
    stored = pipeline.stored(source)
    first, notebook = (nbformat.read(stored, as_version=4) for _ in range(2))
    notebook.cells[1].outputs[0].text = "another time\n"
    nbformat.write(notebook, stored)
    assert pipeline.differences(first, notebook) == []
    assert not pipeline.build(source)
    assert "another time" in stored.read_text()
    for change in (lambda cell: cell.update(source="print(8)"), lambda cell: cell.metadata.update(tags=[])):
        other = copy.deepcopy(notebook)
        change(other.cells[1])
        assert "cell 1" in pipeline.differences(notebook, other)[0]
    source.write_text(MEASURED.replace("6 * 7", "6 * 8"))
    assert pipeline.build(source)
    assert "another time" not in stored.read_text()


def test_a_changed_picture_is_seen_and_a_rounded_pixel_is_not():
    import base64
    import io

    import matplotlib.image as image
    import numpy as np

    def png(pixels):
        buffer = io.BytesIO()
        image.imsave(buffer, pixels, format="png")
        return base64.b64encode(buffer.getvalue()).decode()

    white = np.ones((40, 40, 3))
    speck, line = white.copy(), white.copy()
    speck[3, 3], line[:, 3] = 0.9, 0
    assert pipeline.same_picture(png(white), png(speck))
    assert not pipeline.same_picture(png(white), png(line))
    assert not pipeline.same_picture(png(white), png(white[:20]))


def test_a_warning_stops_the_build(tmp_path):
    with pytest.raises(SystemExit, match="warns"):
        built(tmp_path, SMALL.replace("print(6 * 7)", "__import__('warnings').warn('beware')"))


def plant(change):
    """The first lecture with one fault in it."""
    notebook = nbformat.read(pipeline.stored(SOURCES[0]), as_version=4)
    change(notebook, [c for c in notebook.cells if c.cell_type == "code"])
    return notebook


def no_title(nb, code):
    nb.cells[0].source = nb.cells[0].source.replace("# 1 · ", "# ")


def no_minutes(nb, code):
    nb.cells[0].source = nb.cells[0].source.replace("**Minutes:**", "")


def late_import(nb, code):
    code[5].source = "import math\n" + code[5].source


def no_recap(nb, code):
    for cell in nb.cells:
        cell.source = cell.source.replace("## Recap", "## Summary")


def two_line_recap(nb, code):
    for cell in nb.cells:
        cell.source = cell.source.replace("3. Without a formula", "Without a formula")


def long_cell(nb, code):
    code[3].source = "\n".join(f"a{i} = {i}" for i in range(16))


def semicolon(nb, code):
    code[3].source += ";"


def not_run(nb, code):
    code[3].execution_count = None


def stored_error(nb, code):
    code[3].outputs = [nbformat.v4.new_output("error", ename="ValueError", evalue="", traceback=[])]


def stored_warning(nb, code):
    code[3].outputs = [nbformat.v4.new_output("stream", name="stderr", text="careful")]


def silent_picture(nb, code):
    for cell in code:
        for output in cell.outputs:
            output.get("metadata", {}).pop("image/png", None)


def no_predictions(nb, code):
    for cell in nb.cells:
        cell.source = cell.source.replace("**Predict.**", "Note.").replace("explore.predict(", "print(")


def nothing_seen(nb, code):
    for cell in code:
        cell.outputs = []


def number_from_nowhere(nb, code):
    nb.cells[-1].source = "The slope is 17.31.\n\n" + nb.cells[-1].source


def measured_only(nb, code):
    """A measured cell, and an assertion that nothing measured decides after it."""
    at = nb.cells.index(code[3])
    code[3].metadata["tags"] = [pipeline.MEASURED]
    code[3].source = code[3].source.replace("assert ", "# ")
    nb.cells[at + 1 : at + 1] = [nbformat.v4.new_code_cell("assert 1 < 2")]


def measured_number(nb, code):
    """A number that only a measured cell prints."""
    nb.cells[-1].source = "It took 17.31 s.\n\n" + nb.cells[-1].source
    code[3].metadata["tags"] = [pipeline.MEASURED]
    code[3].outputs = [nbformat.v4.new_output("stream", name="stdout", text="17.31 s")]


def first_question(nb):
    """The first question of a text, and the code cells behind it."""
    return next((cell, behind) for cell, behind in pipeline.stretches(nb) if cell.cell_type == "markdown")


def question_without_answer(nb, code):
    asked, _ = first_question(nb)
    nb.cells.insert(nb.cells.index(asked) + 1, nbformat.v4.new_markdown_cell("But first something else."))


def unfolded_answer(nb, code):
    first_question(nb)[1][0].metadata.pop("jupyter")


def unfolded_code(nb, code):
    first_question(nb)[1][0].metadata.jupyter.source_hidden = False


def open_beside_an_answer(nb, source, text=""):
    """An open cell in front of the first answer, with what it prints."""
    asked, behind = first_question(nb)
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["open"]})
    cell.outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
    behind[0].outputs = [nbformat.v4.new_output("stream", text="it is 17.31")]
    nb.cells.insert(nb.cells.index(asked) + 1, cell)


def open_assertion(nb, code):
    open_beside_an_answer(nb, "answer = 6 * 7\nassert answer > 40")


def open_conclusion(nb, code):
    open_beside_an_answer(nb, "print('so it grows')", "so it grows")


def open_picture(nb, code):
    open_beside_an_answer(nb, "figures.contours(land)")
    shown = nb.cells[nb.cells.index(first_question(nb)[0]) + 1]
    shown.outputs = [nbformat.v4.new_output("execute_result", {"image/png": "aWs="})]


def open_number(nb, code):
    open_beside_an_answer(nb, "edge = -17.31")


def plumbing_beside_an_answer(nb, code):
    open_beside_an_answer(nb, "print('so it grows')", "so it grows")
    nb.cells[nb.cells.index(first_question(nb)[0]) + 1].metadata = {"tags": [pipeline.PLUMBING]}


def answer_before_its_prediction(nb, code):
    form = next(cell for cell in code if pipeline.asks(cell))
    nb.cells[nb.cells.index(form) - 1].source = "The hillside is at its steepest at 0.60."


def plumbing_that_asserts(nb, code):
    code[3].metadata.tags = [pipeline.PLUMBING]
    code[3].source = "assert 6 * 7 == 42"


def plumbing_that_teaches(nb, code):
    code[3].metadata.tags = [pipeline.PLUMBING]
    code[3].source = "for _ in range(9):\n    x = x - lr * gradient(x)"


def plumbing_that_is_used(nb, code):
    code[3].metadata.tags = [pipeline.PLUMBING]
    code[3].source = "def slope(x):\n    return 2 * x"
    code[4].source = "slope(3)"


def other_minutes(nb, code):
    nb.cells[0].source = re.sub(r"(?<=Minutes:\*\* )\d+", "30", nb.cells[0].source)


def untouched(nb, code):
    nb.cells[0].source += " word" * 1500


FAULTS = {
    no_title: "opens_as_a_lesson: the title",
    no_minutes: "opens_as_a_lesson: the first cell lacks",
    late_import: "opens_as_a_lesson: one import cell",
    no_recap: "closes_as_a_lesson: a lecture closes",
    two_line_recap: "closes_as_a_lesson: the recap",
    long_cell: "has_short_cells: a cell of 16 lines",
    semicolon: "has_short_cells: a cell that ends in a semicolon",
    not_run: "was_run_in_order: the cells",
    stored_error: "was_run_in_order: an error",
    stored_warning: "was_run_in_order: a warning",
    silent_picture: "has_alternative_texts: a picture",
    no_predictions: "asks_for_predictions",
    nothing_seen: "has_a_result_in_each_section",
    number_from_nowhere: "shows_its_numbers: the prose says 17.31",
    measured_only: "asserts_what_it_measures: nothing is asserted",
    measured_number: "shows_its_numbers: the prose says 17.31",
    question_without_answer: "hides_its_answers: no answer stands behind",
    unfolded_answer: "hides_its_answers: an answer is not folded",
    unfolded_code: "hides_its_answers: an answer is not folded",
    open_assertion: "hides_its_answers: 'answer = 6 * 7' asserts",
    open_conclusion: "hides_its_answers: \"print('so it grows')\" shows its output",
    open_picture: "hides_its_answers: 'figures.contours(land)' shows its output",
    open_number: "hides_its_answers: 'edge = -17.31' holds 17.31",
    plumbing_beside_an_answer: "hides_its_answers: \"print('so it grows')\" shows its output",
    answer_before_its_prediction: "keeps_its_predictions: '0.60' is in sight",
    plumbing_that_asserts: "folds_only_plumbing: assert in a plumbing cell",
    plumbing_that_teaches: "folds_only_plumbing: a loop that takes steps",
    plumbing_that_is_used: "folds_only_plumbing: slope is defined",
    other_minutes: "says_honest_minutes: a student takes",
    untouched: "is_touched_often: ",
}


def spec(**given):
    return nbformat.from_dict({"choices": None, "unit": "", "rtol": 0.0, "atol": 0.0, **given})


@pytest.mark.parametrize(
    "text, given, answer, found",
    [
        ("The factor is 0.81.", {"rtol": 0.02}, 0.8, ["0.81"]),
        ("A slope of −19.0 it is.", {"atol": 0.01}, -19.0, ["−19.0"]),
        ("Add 2 to 8, in 3 steps.", {"rtol": 0.1}, 2.1, []),
        ("It is 63° off.", {"atol": 5, "unit": "%"}, 63.3, []),
        ("It is 63 % of them.", {"atol": 5, "unit": "%"}, 63.3, ["63 %"]),
        ("All three arrive, at 0.999.", {"atol": 0.1}, 1.0, []),
        ("Best is $10^{-8}$.", {"choices": ["1e-3", "1e-8"]}, "1e-8", ["1e-8"]),
        ("It falls to the north-west.", {"choices": ["north-west", "south"]}, "north-west", ["north-west"]),
        ("To the north-west, or to the south?", {"choices": ["north-west", "south"]}, "north-west", []),
    ],
)
def test_where_a_text_says_the_answer_of_a_prediction(text, given, answer, found):
    assert said(text, spec(**given), answer) == found


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.__name__)
def test_each_house_rule_can_fail(fault):
    assert any(b.startswith(FAULTS[fault]) for b in breaches(plant(fault)))


def test_a_large_notebook_is_seen():
    assert "is_small" in breaches(plant(lambda nb, code: None), size=1_000_001)[0]


def test_two_sentences_on_a_line_are_seen():
    assert list(one_sentence_a_line("One here. Two there."))
    assert not list(one_sentence_a_line("One here.\n1. Two there, at 3.5 m.\n```\nA b. C d.\n```"))


def test_which_numbers_the_prose_must_show():
    text = r"Step 3 of $1.5 \cdot 10^{-8}$, `0.7`, 673 steps, a slope of −2.25 and $10^{-15}$."
    assert prose_numbers(text) == ["1.5e-8", "673", "−2.25", "1e-15"]
