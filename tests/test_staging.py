"""How the site's sources are staged, and what the site's own pages say (the pages themselves: browser/test_site.py)."""

import importlib.util
import re
from pathlib import Path

import nbformat
import pytest
import web

ROOT = Path(__file__).parent.parent
spec = importlib.util.spec_from_file_location("course_site", ROOT / "tools" / "site.py")  # `site` is Python's own
site = importlib.util.module_from_spec(spec)
spec.loader.exec_module(site)

MOVED = {Path("docs/site/index.md"): Path("index.md"), Path("docs/teaching/README.md"): Path("docs/teaching/README.md")}


@pytest.mark.parametrize(
    "text, staged, files",
    [
        ("[a](../../notebooks/01_differentiation.ipynb)", "[a](notebooks/01_differentiation.ipynb)", set()),
        ("[a](../teaching/README.md#grade)", "[a](docs/teaching/README.md#grade)", set()),
        ("[a](../teaching)", "[a](docs/teaching/README.md)", set()),
        ("[a](../../LICENSE)", "[a](path:LICENSE)", {Path("LICENSE")}),
        ("the [`folder`](../../exercises/solutions)", "the `folder`", set()),
        ("[a](https://example.org/x) [b](#here)", "[a](https://example.org/x) [b](#here)", set()),
        ("`[a](../x)` and\n```\nf[0](x)\n```\n", "`[a](../x)` and\n```\nf[0](x)\n```\n", set()),
    ],
)
def test_links_are_kept_where_a_file_moves(text, staged, files):
    needed = set()
    assert site.relinked(text, "docs/site/index.md", "index.md", MOVED, needed) == staged
    assert needed == files


def widget_cell(**more):
    data = {web.WIDGET_VIEW: {"model_id": "a"}, "text/plain": "Predict: is $x < 1$?", **more}
    output = nbformat.v4.new_output("execute_result", data, metadata={"image/png": {"alt": "The curve & its tangent."}})
    return nbformat.v4.new_code_cell("explore.tangent(f, df)", outputs=[output])


def staged(*cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 1 · Why?\n\nText."), *cells])
    before = nbformat.writes(notebook)
    ready = site.for_the_site(notebook, "LINKS")
    assert nbformat.writes(notebook) == before
    return ready.cells


def test_a_picture_keeps_its_words_and_stands_until_the_widget_is_drawn():
    title, cell = staged(widget_cell(**{"image/png": "aWs="}))
    assert title.source == "# 1 · Why?\n\nLINKS\n\nText."
    assert [list(output.data) for output in cell.outputs] == [["image/png"], [web.WIDGET_VIEW]]
    assert cell.metadata.mystnb.image == {"alt": "The curve & its tangent.", "classes": "gd-still"}


def test_a_form_has_its_question_until_it_is_drawn():
    _, cell = staged(widget_cell())
    assert cell.outputs[0].data == {"text/html": '<p class="gd-still">Predict: is $x &lt; 1$?</p>'}


def test_what_is_folded_in_the_notebook_is_folded_on_the_page():
    answer, code = widget_cell(), widget_cell()
    answer.metadata.jupyter, code.metadata.jupyter = {"outputs_hidden": True}, {"source_hidden": True}
    _, answer, code = staged(answer, code)
    assert (answer.metadata.tags, answer.metadata.mystnb.code_prompt_show) == (["hide-output"], "Show the answer")
    assert (code.metadata.tags, code.metadata.mystnb.code_prompt_show) == (["hide-input"], "Show the code")


def test_two_pictures_in_a_cell_are_refused():
    cell = widget_cell(**{"image/png": "aWs="})
    cell.outputs.append(cell.outputs[0])
    with pytest.raises(SystemExit, match="alternative text"):
        staged(cell)


def test_other_services_are_linked_only_where_the_repository_has_an_address():
    path = Path("notebooks/01_differentiation.ipynb")
    here = site.open_in(path, "", with_slides=True, with_lite=True)
    assert re.findall('href="([^"]+)"', here) == [
        "01_differentiation.ipynb",
        "../slides/01_differentiation.html",
        "../lite/lab/index.html?path=notebooks/01_differentiation.ipynb",
    ]
    public = site.open_in(path, "me/course", with_slides=False, with_lite=False)
    assert re.findall('href="https://([^"]+)"', public) == [
        "mybinder.org/v2/gh/me/course/HEAD?labpath=notebooks/01_differentiation.ipynb",
        "colab.research.google.com/github/me/course/blob/main/notebooks/01_differentiation.ipynb",
    ]


def test_an_explorer_taken_out_of_a_lecture_brings_what_it_needs_and_no_more():
    notebook = web.notebooks()[Path("notebooks/03_descent_and_ascent.ipynb")]
    state = notebook.metadata.widgets[web.WIDGET_STATE]["state"]
    cell = next(cell for cell in notebook.cells if cell.source.startswith("explore.descent(valley"))
    kept = web.needed(state, cell.outputs[0].data[web.WIDGET_VIEW]["model_id"])
    names = [model["model_name"] for model in kept.values()]
    assert (names.count("VBoxModel"), names.count("AnyModel"), names.count("LinkModel")) == (1, 1, 3)
    assert set(re.findall(r"IPY_MODEL_(\w+)", str(kept))) <= set(kept)
    assert len(kept) < len(state) / 2


def test_the_page_about_numbers_is_right_and_names_what_there_is():
    text = (ROOT / "docs" / "site" / "checked.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    assert sum(block.count("assert ") for block in blocks) == 3
    for block in blocks:
        exec(block, {})
    rules, makefile = (ROOT / "tests/house_rules.py").read_text("utf-8"), (ROOT / "Makefile").read_text("utf-8")
    for rule in ("shows_its_numbers", "asserts_what_it_measures"):
        assert rule in text
        assert f"def {rule}(" in rules
    for target in set(re.findall(r"`make ([\w-]+)`", text)):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_the_glossary_has_the_words_of_the_course():
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", (ROOT / "docs" / "site" / "glossary.md").read_text("utf-8"), re.M)
    words = {english: korean for english, korean in rows if re.search("[가-힣]", korean) and english != "English"}
    assert {
        "gradient descent": "경사하강법",
        "learning rate": "학습률",
        "objective": "목적식 (목적함수)",
    }.items() <= words.items()
    assert len(words) == len(set(words.values())) == 36
