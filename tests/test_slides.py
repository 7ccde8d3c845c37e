"""What goes on a slide: the words of the metadata on small notebooks, and the lectures with their plans."""

import base64
import copy
import struct

import nbformat
import pytest
from nbclient import NotebookClient

from lectures import plans
from pages import pieces, slides, wall, web

LECTURES = [pytest.param(path, id=path.stem[:2]) for path in sorted((web.ROOT / "notebooks").glob("*.ipynb"))]
CLASSES = {"90 min": 90, "45 min": 45}
TAUGHT = [  # a lecture, and a class that it has: the optional one has one
    pytest.param(*path.values, name, id=f"{path.id}, {name}")
    for path in LECTURES
    for name in CLASSES
    if (path.id, name) != ("07", "90 min")
]
CODE, TEXT = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
FORM = {web.WIDGET_VIEW: {"model_id": "abc"}, "text/plain": "Predict: how many?"}
HEADER = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (1152).to_bytes(4, "big") + (604).to_bytes(4, "big")
PICTURE = {"image/png": base64.b64encode(HEADER).decode(), "text/plain": "a curve"}
EXPLORER = {**PICTURE, **FORM, "text/plain": "A walk."}
SKETCH = {**PICTURE, **FORM}


def text(source, **how):
    return TEXT(source, metadata={"slideshow": how} if how else {})


def printed(output, source="show()", **how):
    outputs = [nbformat.v4.new_output("stream", text=output)]
    return CODE(source, outputs=outputs, metadata={"slideshow": how} if how else {})


def shown(data, **how):
    outputs = [nbformat.v4.new_output("execute_result", data)]
    return CODE("show()", outputs=outputs, metadata={"slideshow": how} if how else {})


def deck(*cells, taught=None, short=False):
    """The slides after the title and the overview."""
    title = TEXT("# 9 · Why?\n\n**You will do:** this.\n\n**You will learn:** it.\n\n**You will need:** that.")
    return slides.slides(nbformat.v4.new_notebook(cells=[title, *cells]), taught, short)[2:]


def kinds(found):
    return [[item.kind for item in slide.items] for slide in found]


def on(slide):
    return "".join(item.html for item in slide.items)


def notes(slide):
    return "".join(slide.notes)


# --- where the metadata say nothing ---------------------------------------------------------------


def test_headings_open_slides_and_a_slide_that_goes_on_keeps_its_title():
    found = deck(TEXT("## One\n\n### Part\n\n> **Predict.** What?"), printed("7\n"), TEXT("## Two\n\n- a"))
    assert [(s.heading, s.level) for s in found] == [
        ("One", "section"),
        ("Part", "part"),
        ("Part", ""),
        ("Two", "section"),
    ]
    assert [len(stack) for stack in slides.stacked(found)] == [3, 1]


def test_the_overview_has_what_one_will_do_and_the_sections():
    first = TEXT("# T\n\n**You will do:** this.\n\n**You will learn:** it.\n\n**You will need:** that.")
    cells = [first, TEXT("## A\n\nb"), TEXT("## Recap")]
    title, overview, *_ = slides.slides(nbformat.v4.new_notebook(cells=cells))
    assert "this" in on(overview)
    assert "<li>A</li>" in on(overview)
    assert "Recap" not in on(overview)
    assert "that" in notes(title)
    assert "this" not in notes(title)


@pytest.mark.parametrize("answer", [printed("7\n"), shown(PICTURE), shown(FORM), shown(EXPLORER), TEXT("- seven")])
@pytest.mark.parametrize("asked", [TEXT("> **Decide.** Choose a rate."), shown(FORM), shown(SKETCH), shown(EXPLORER)])
def test_a_question_and_its_answer_are_never_on_one_slide(asked, answer):
    found = deck(TEXT("## A\n\n- a"), asked, answer)
    assert len(found) == 3


def test_a_question_and_a_picture_stay_below_text_that_stands_alone():
    line = text("Two rates:", show="Two rates")
    assert kinds(deck(TEXT("## A"), line, shown(PICTURE))) == [["text", "picture"]]
    assert kinds(deck(TEXT("## A"), line, TEXT("> **Predict.** What?"))) == [["text", "question"]]
    assert kinds(deck(TEXT("## A"), line, shown(FORM))) == [["text"], ["form"]]
    assert kinds(deck(TEXT("## A\n\n- a"), shown(PICTURE), printed("7\n"))) == [["list"], ["picture", "result"]]


def test_sentences_are_said_on_the_slide_that_is_open_and_code_is_hidden():
    found = deck(TEXT("## A\n\nBefore.\n\n- a"), printed("7\n"), TEXT("Seen.\n\n> **Predict.** What?"), CODE("y = 1"))
    assert kinds(found) == [["list", "result"], ["question"]]
    assert found[0].notes == ["<p>Before.</p>", "<p>Seen.</p>"]


def test_an_explorer_stands_below_the_words_of_its_question():
    question = TEXT("> **Decide.** Find a rate.\n> Which one is the smallest?")
    found = deck(TEXT("## A"), question, shown(EXPLORER), shown(EXPLORER))
    assert kinds(found) == [["question"], ["reminder", "explorer"], ["explorer"]]
    assert "<strong>Decide.</strong> Find a rate. Which one is the smallest?</p>" in on(found[1])


def test_sections_that_the_plan_does_not_name_are_left_out():
    cells = [TEXT("## A\n\n- a"), TEXT("## B\n\n- b\n\n### C\n\n- c"), TEXT("## D\n\n- d\n\n### E\n\n- e")]
    found = deck(*cells, taught={"A", "C", "D"})
    assert [(s.section, s.level) for s in found] == [("A", "section"), ("C", "section"), ("D", "section")]


def test_what_stands_before_the_first_section_is_shown_before_the_overview():
    title, *cells = [TEXT("# T\n\n**You will do:** this."), shown(PICTURE, slide_type="slide"), TEXT("## A\n\n- a")]
    found = slides.slides(nbformat.v4.new_notebook(cells=[title, *cells]))
    assert [slide.level for slide in found] == ["title", "section", "overview", "section"]
    assert "<li>T</li>" not in on(found[2])


# --- what the metadata say ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, shown_kinds, said",
    [
        ("slide", [["list"], ["text", "formula"]], ""),
        ("subslide", [["list"], ["text", "formula"]], ""),
        ("-", [["list", "text", "formula"]], ""),
        ("fragment", [["list", "text", "formula"]], ""),
        ("notes", [["list"]], "Short."),
        ("skip", [["list"]], ""),
    ],
)
def test_slide_type_is_for_a_whole_cell(kind, shown_kinds, said):
    found = deck(TEXT("## A\n\n- a"), text("Short.\n\n$$x$$", slide_type=kind))
    assert kinds(found) == shown_kinds
    assert ("Short." in notes(found[0])) == bool(said)
    assert on(found[-1]).count('<div class="fragment">') == 2 * (kind == "fragment")
    assert len(slides.stacked(found)) == (2 if kind == "slide" else 1)


def test_some_words_name_a_line_and_with_dots_the_rest_of_its_paragraph():
    source = "One here.\nTwo there.\nThree.\n\nFour."
    (slide,) = deck(TEXT("## A\n\n- a"), text(source, show="there"))
    assert on(slide).endswith("<p>Two there.</p>")
    assert slide.notes == ["<p>One here.</p>", "<p>Three.</p>", "<p>Four.</p>"]
    (slide,) = deck(TEXT("## A\n\n- a"), text(source, show=["Two…", "Four"]))
    assert on(slide).endswith("<p>Two there.\nThree.</p><p>Four.</p>")


def test_lines_appear_with_the_next_key_or_open_a_slide():
    below = text("Seven.\nSo it is.\nNow two rates:\n\n$$x$$", fragment="Seven", subslide="Now two")
    first, second = deck(TEXT("## A"), printed("7\n"), below)
    assert kinds([first, second]) == [["result", "text"], ["text", "formula"]]
    assert first.items[1].html == '<div class="fragment"><p>Seven.</p></div>'
    assert first.notes == ["<p>So it is.</p>"]


def test_a_list_a_formula_and_a_question_open_a_slide_or_stay_on_it():
    assert kinds(deck(TEXT("## A\n\n- a"), text("Say.\n\n$$x$$", subslide="$$x"))) == [["list"], ["formula"]]
    question = "> **Predict.** What?\n> And when?"
    assert kinds(deck(TEXT("## A\n\n- a"), text(question, show="And when"))) == [["list", "question"]]


def test_what_a_form_is_about_stands_above_it():
    about = text("A line.\nThe factor is 2.\nWhat now?\n\nLast.", above="The factor…")
    found = deck(TEXT("## A\n\n- a"), about, CODE("y = 1"), shown(FORM), shown(FORM))
    assert kinds(found) == [["list"], ["reminder", "form"], ["form"]]
    assert "<p>The factor is 2.\nWhat now?</p>" in on(found[1])
    assert notes(found[0]) == "<p>A line.</p><p>Last.</p>"


def test_what_is_marked_above_stands_again_above_a_question():
    about = text("It gives\n\n$$x - 1$$", show="gives", above=["gives", "x - 1"])
    found = deck(TEXT("## A"), about, text("Each.\n\n> **Predict.** What?", subslide="Each"))
    assert kinds(found) == [["text", "formula"], ["text", "formula", "text", "question"]]
    assert "It gives" in on(found[1])


def test_of_a_long_question_only_some_lines_stand_above_the_explorer():
    question = text("> **Decide.** Find a rate.\n> And so on.\n> Which?", above=["Decide", "Which"])
    reminder = on(deck(TEXT("## A"), question, shown(EXPLORER))[1])
    assert "Find a rate. Which?" in reminder
    assert "And so on" not in reminder


def test_what_stands_above_goes_with_a_section_that_is_left_out():
    cells = [TEXT("## A\n\n- a"), text("## B\n\nOf B.", above="Of B"), shown(FORM), TEXT("## C\n\n- c"), shown(FORM)]
    assert kinds(deck(*cells, taught={"A", "C"})) == [["list"], ["list"], ["form"]]


@pytest.mark.parametrize(
    "show, shown_kinds", [("output", ["result"]), ("code", ["code"]), ("both", ["code", "result"])]
)
def test_of_a_code_cell_its_output_its_code_or_both_are_shown(show, shown_kinds):
    assert kinds(deck(TEXT("## A"), printed("7\n", "x = 7", show=show))) == [shown_kinds]


def test_a_picture_can_stay_on_the_open_slide_or_open_one():
    assert kinds(deck(TEXT("## A"), printed("7\n"), shown(PICTURE))) == [["result"], ["picture"]]
    assert kinds(deck(TEXT("## A"), printed("7\n"), shown(PICTURE, slide_type="-"))) == [["result", "picture"]]
    line = text("A map.", show="A map")
    assert kinds(deck(TEXT("## A"), line, shown(PICTURE, slide_type="subslide"))) == [["text"], ["picture"]]


def test_cells_for_the_long_class_are_not_in_the_short_deck_and_nothing_waits_for_them():
    cells = [
        text("## A\n\nSaid.", above="Said"),
        shown(FORM, **{"class": 90, "name": "vote"}),
        printed("7\n"),
        TEXT("## B\n\n- b"),
        shown(FORM, name="other"),
    ]
    assert kinds(deck(*cells)) == [[], ["reminder", "form"], ["result"], ["list"], ["form"]]
    found = deck(*cells, short=True)
    assert kinds(found) == [[], ["list"], ["form"]]
    assert [slide.names for slide in found] == [["A"], ["B"], ["other"]]


@pytest.mark.parametrize(
    "cell, message",
    [
        (text("x", **{"class": 45}), "class 45 has no meaning"),
        (text("x", slide_type="slides"), "slide_type slides has no meaning at 'x'"),
        (text("x", shown="x"), "shown has no meaning"),
        (text("x", slide_type="-", show="x"), "slide_type together with words for some lines"),
        (printed("7", fragment="x"), "fragment has no meaning"),
        (printed("7", show="all"), "show all has no meaning"),
        (text("Not now.\n\n## B", slide_type="skip"), r"skip does not go with a heading, put \+\+\+"),
        (text("One.\nTwo.", show="Three"), "'Three' stands in 0 lines, not in one, of 'One"),
        (text("One.\nOne more.", show="One"), "'One' stands in 2 lines"),
    ],
)
def test_metadata_that_mean_nothing_are_named(cell, message):
    with pytest.raises(ValueError, match=message):
        deck(TEXT("## A\n\n- a"), cell)


def test_a_cell_names_the_slide_that_is_open_behind_it_and_no_name_stands_twice():
    found = deck(TEXT("## A\n\n- a"), text("Said.\n\n> **Predict.** What?", name="vote"), printed("7\n", name="seven"))
    assert [slide.names for slide in found] == [["A"], ["vote"], ["seven"]]
    with pytest.raises(ValueError, match="two slides have the name 'vote'"):
        deck(TEXT("## A"), text("- a", name="vote"), printed("7\n", name="vote"))


@pytest.mark.parametrize(
    "source, begins",
    [
        (
            shown({**PICTURE, "text/plain": 'a "curve"'}, name="NAME"),
            '<img width="1152" height="604" alt="a &quot;curve',
        ),
        (shown(EXPLORER, name="NAME", **{"class": 90}), '<img width="1152" height="604" alt="A walk."'),
        (shown(PICTURE, name="NAME", slide_type="skip"), "<img"),
        (printed("7\n", name="NAME"), "<pre"),
        (text("| x |\n|---|\n| 1 |", name="NAME"), "<table"),
    ],
)
@pytest.mark.parametrize("later, short", [(False, False), (True, False), (False, True)])
def test_a_picture_stands_again_beside_the_words_of_another_slide(source, begins, later, short):
    asked = [TEXT("## A\n\n- a"), text("> **Predict.** What?", beside="NAME"), TEXT("## B\n\n- b")]
    cells = [*asked, source] if later else [TEXT("## O\n\n- o"), source, *asked]
    found = deck(*cells, taught={"A", "B"}, short=short)
    at = next(n for n, slide in enumerate(found) if slide.beside)
    assert found[at].beside.startswith(begins)
    assert kinds(found)[at] == ["question"]
    assert found[at].kinds == {"question"} | ({"picture"} if "<img" in begins else set())
    assert found[at].needs == slides.SECONDS["question"]


def test_what_stands_beside_words_changes_no_other_slide():
    said = text("Say.\n\n$$x$$", subslide="Say", beside="curve")
    cells = [TEXT("## A"), shown(PICTURE, name="curve"), said, TEXT("- b")]
    with_it = deck(*cells, printed("7\n"))
    del said.metadata["slideshow"]["beside"]
    assert kinds(with_it) == kinds(deck(*cells, printed("7\n"))) == [["picture"], ["text", "formula", "list", "result"]]


@pytest.mark.parametrize(
    "name, last, message",
    [
        ("curves", [], "no picture and no table is called 'curves', but curve"),
        ("A", [], "no picture and no table is called 'A', but curve"),
        ("curve", [shown(PICTURE, slide_type="-")], "'curve' stands beside words, and this slide shows more"),
    ],
)
def test_what_can_not_stand_beside_words_is_named(name, last, message):
    question = text("> **Predict.** What?", beside=name)
    with pytest.raises(ValueError, match=message):
        deck(TEXT("## A\n\n- a"), shown(PICTURE, name="curve"), question, *last)


# --- pieces ---------------------------------------------------------------------------------------


def test_what_checks_is_not_shown():
    loop = "x = 3.0\nfor _ in range(9):\n    x = x - 0.1 * slope(x)"
    source = f'def f(x):\n    """A square."""\n    return x\n\n\n{loop}\nassert x\nprint(x)\nassert f(1)'
    assert pieces.without_checks(source) == f"def f(x):\n    return x\n\n{loop}"


def test_the_size_of_printed_text_follows_from_its_columns_and_rows():
    (slide,) = deck(TEXT("## A"), printed("seven\n7\n\n"))
    assert 'style="--columns:5;--rows:2"' in on(slide)


def test_links_to_the_course_are_words_and_others_are_links():
    code = pieces.rendered("[exercise 3](../exercises/03.ipynb), [a book](https://example.org)")
    assert "exercise 3," in code
    assert code.count("<a ") == 1
    assert 'href="https://example.org"' in code


def test_scripts_can_stand_in_a_page():
    source = 'a = "</script>"; b = "<!--"; c = /</; d = x < /re/'
    assert slides.script(source) == r'a = "\x3c/script>"; b = "\x3c!--"; c = /</; d = x < /re/'
    assert slides.named('x\ndefine(["a"], f);\n', "n") == 'x\ndefine("n", ["a"], f);\n'
    with pytest.raises(ValueError, match="one call of define"):
        slides.named("define([a], f)\ndefine([b], g)\n", "n")


# --- pictures for the wall ------------------------------------------------------------------------

FIGURES = """from gdlib import explore, figures
import numpy as np
sizes, png = 1, 2  # a lecture's own names"""
DRAWN = {
    "tangents": "figures.tangents(lambda x: x**2, lambda x: 2 * x, [-1, 0, 1], (-2, 2))",
    "angles": "figures.angle_against_batch_size([1, 2, 4], {'a': np.full((3, 5), 45.0)})",
    "walk": "explore.descent(lambda x: x**2, lambda x: 2 * x, init=1.0, domain=(-2, 2), lr=0.1, T=50)",
}


@pytest.fixture(scope="module")
def lecture():
    """A notebook with two figures and an explorer, as it is stored; and {the name of each: its alternative text}."""
    cells = [CODE(source) for source in (FIGURES, *DRAWN.values())]
    stored = NotebookClient(nbformat.v4.new_notebook(cells=cells)).execute()
    return stored, dict(zip(DRAWN, (wall.alternative(cell.outputs[-1]) for cell in stored.cells[1:]), strict=True))


def test_a_picture_is_drawn_as_large_as_its_slide_has_room_and_its_smallest_type_has_24_pixels(lecture):
    notebook, texts = lecture
    sizes = {(1180, 520), (1180, 220), (576, 480)}
    found = wall.draw(notebook, dict.fromkeys(texts.values(), sizes))
    assert set(found) == set(texts.values())
    for its in found.values():
        assert set(its) == {f"{width} x {height}" for width, height in sizes}
        for size, (picture, points, least) in its.items():
            width, height = map(int, size.split(" x "))
            across, down = struct.unpack(">II", base64.b64decode(picture)[16:24])
            scale = min(width / across, height / down) * across / points  # pixels for a point, as the slide shows it
            assert least * scale >= 23.9, size


def test_a_picture_that_comes_out_otherwise_than_it_is_stored_stays(lecture):
    notebook, texts = lecture
    notebook = copy.deepcopy(notebook)
    text = texts["tangents"]
    notebook.cells[1].outputs[0].metadata["image/png"]["alt"] = "measured"
    assert wall.draw(notebook, {"measured": {(1180, 520)}}) == {}
    cells = [TEXT("# 9"), TEXT("## A"), shown(PICTURE), shown({**PICTURE, "text/plain": text})]
    hung = slides.slides(nbformat.v4.new_notebook(cells=cells))
    (size,) = wall.wanted([hung])[text]
    wall.hang(hung, {text: {"{} x {}".format(*size): ("QUJD", 590.0, 12.0)}})
    assert on(hung[-2]) == pieces.items(cells[2])[0].html
    assert (
        on(hung[-1])
        == f'<img class="wall" data-points="590" data-type="12" alt="{text}" src="data:image/png;base64,QUJD">'
    )


def test_a_picture_has_less_room_below_a_question_and_beside_words():
    alone, asked = deck(TEXT("## A"), shown(PICTURE), shown(PICTURE), text("> **Predict.** What?", slide_type="-"))
    beside = deck(TEXT("## A"), shown(PICTURE, name="it"), text("> **Predict.** What?", beside="it"))[-1]
    rooms = [wall.room(slide) for slide in (alone, asked, beside)]
    assert rooms == [(1180, 560), (1180, 500), (692, 580)]


# --- the plan -------------------------------------------------------------------------------------


def ask(slide, when, words, section="A"):
    return plans.Ask(slide, when == "after", words, section, "plan.md:7")


def plan(asks=(), beliefs=(), explorers=(), replies=()):
    rows = [
        plans.Row("0–11", "0–5", "A", "Draw $x$.", tuple(asks), (True, True)),
        plans.Row("11–15", "", "B", "Run.", (), (False, False)),
        plans.Row("15–20", "5–9", "C", "Run.", (), (True, False)),
    ]
    homework = {"90 min": plans.Homework(["9.1", "9.2"], ["9.3"], '"B"'), "45 min": plans.Homework(["9.2"], [], "")}
    exercise = {"9.1": ("Say x", "6"), "9.2": ("Write", "4"), "9.3": ("Play", "open")}
    return plans.Plan(rows, list(beliefs), list(explorers), list(replies), homework, exercise, "09_why")


CELLS = [
    TEXT("# 9 · Why?\n\n**You will do:** this."),
    TEXT("## A\n\n- a"),
    text("> **Predict.** What?", name="vote"),
    printed("7\n", name="table"),
    text("> **Decide.** Which?", name="drive"),
    shown(EXPLORER),
    printed("0.5\n"),
    TEXT("## B\n\n- b"),
    TEXT("## C\n\n- c"),
]


def planned(its, name="90 min"):
    """Slides: a vote, its answer, a question for an explorer, the explorer, what it shows; two sections; homework."""
    return slides.planned(nbformat.v4.new_notebook(cells=CELLS), its, name)[2:]


@pytest.mark.parametrize(
    "slide, when, at",
    [
        ("vote", "before", 1),
        ("vote", "after", 2),
        ("table", "before", 1),
        ("table", "after", 2),
        ("drive", "before", 3),
        ("drive", "after", 5),
        ("A", "after", 0),
    ],
)
def test_an_ask_stands_before_its_answer_or_where_it_is_seen(slide, when, at):
    found = planned(plan([ask(slide, when, "Why?")]))
    assert ["<b>Ask.</b> Why?" in notes(slide) for slide in found] == [n == at for n in range(9)]


def test_what_they_believe_and_what_to_try_stand_on_their_slides():
    beliefs = [
        plans.Belief("Large is fast.", ask("vote", "after", "How fast?"), "The table.", "A"),
        plans.Belief("At home.", plans.Ask("", True, "Never?", "H", ""), "Nothing.", "H"),
    ]
    explorers = [plans.Explorer(ask("drive", "before", "Green?"), "The slider.", "Blue.", "A")]
    found = planned(plan([], beliefs, explorers))
    whole = "<p><b>They believe:</b> Large is fast. <b>Ask:</b> How fast?</p>" + slides.folded("Show:", "The table.")
    assert [whole in notes(slide) for slide in found] == [n == 2 for n in range(9)]
    assert ["<b>Predict:</b> Green?" in notes(slide) for slide in found] == [n == 3 for n in range(9)]
    whole = "<p><b>Try:</b> The slider.</p><details><summary>Comes out:</summary><p>Blue.</p></details>"
    assert [whole in notes(s) for s in found] == [n == 4 for n in range(9)]
    assert not any("At home" in notes(slide) for slide in found)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (ask("votes", "after", "?"), r"plan\.md:7: 'A' has no slide 'votes', but A, vote, table, drive"),
        (ask("vote", "after", "?", "B"), r"plan\.md:7: 'B' has no slide 'vote', but B"),
    ],
)
def test_an_ask_for_a_slide_that_is_not_there_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        planned(plan([wrong]))


def test_an_ask_after_an_answer_that_never_comes_is_named():
    cells = [TEXT("# 9"), text("## A\n\n> **Predict.** What?", name="vote"), TEXT("## B\n\n- b"), TEXT("## C\n\n- c")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with pytest.raises(ValueError, match=r"plan\.md:7: no slide after 'vote' has an answer"):
        slides.planned(notebook, plan([ask("vote", "after", "?")]))


@pytest.mark.parametrize("slide, at, folded", [("vote", 1, 1), ("drive", 3, 4), ("Why seven?", None, 2)])
def test_replies_are_folded_on_the_slide_that_asks_and_the_vote_is_on_it(slide, at, folded):
    wrong = [("8", "It grows.", "Show x."), ("9", "It counts.", "Count.")]
    reply = plans.Reply(slide, ["7", "8"], "Seven.", wrong, "plan.md:8")
    found = planned(plan([ask("vote", "after", '"Why seven?"')], replies=[reply]))
    said = "<summary>After they have answered: replies"
    assert [said in notes(slide) for slide in found] == [n == folded for n in range(9)]
    assert "<b>Answer:</b> Seven." in notes(found[folded])
    assert r"<li>“8” <i>It grows.</i> → Show x.</li>" in notes(found[folded])
    assert [slide.vote for slide in found] == [["7", "8"] if n == at else [] for n in range(9)]


def test_a_reply_to_what_nobody_asks_is_named():
    with pytest.raises(ValueError, match=r"plan\.md:8: no slide and no ask is called 'votes'"):
        planned(plan(replies=[plans.Reply("votes", [], "7", [], "plan.md:8")]))


def test_a_class_has_its_own_minutes_homework_and_sections_worth_keeping():
    found = planned(plan())
    names = ("", " · [vote]", " · [table]", " · [drive]", "", "")
    assert [slide.notes[0] for slide in found] == [
        *[f"<p><b>0–11 min</b> · A{name}</p>" for name in names],
        "<p><b>11–15 min</b> · B</p>",
        "<p><b>15–20 min</b> · C</p>",
        "<p><b>15–20 min</b> · C · [Exercise]</p>",
    ]
    assert [notes(slide).count("<b>Do.</b> Draw <") for slide in found] == [1] + [0] * 8
    assert [slide.kept for slide in found] == [n in (0, 7, 8) for n in range(9)]
    home = on(found[-1])
    assert "<code>exercises/09_why.ipynb</code>, about 10 minutes" in home
    assert "<li><b>9.1</b> Say x</li><li><b>9.2</b> Write</li><li>if you like: <b>9.3</b> Play</li>" in home
    assert "<code>notebooks/09_why.ipynb</code>" in home
    short = planned(plan([ask("A", "after", "Why?")]), "45 min")
    assert [slide.section for slide in short] == ["A"] * 6 + ["C"] * 2
    assert [slide.kept for slide in short] == [n in (0, 7) for n in range(8)]
    assert on(short[-1]).count("<li>") == 1
    assert "notebooks/" not in on(short[-1])


def test_questions_and_explorers_have_more_of_a_sections_time_and_the_first_section_gives_the_start():
    assert [slide.seconds for slide in planned(plan())] == [47, 135, 47, 135, 189, 47, 240, 150, 150]
    assert [slide.seconds for slide in planned(plan(), "45 min")] == [19, 54, 19, 54, 75, 19, 120, 120]


# --- the lectures ---------------------------------------------------------------------------------


def taught(path, name=""):
    """name: of the class; the longest where none is named."""
    guide = web.ROOT / "docs" / "teaching" / f"{path.stem}.md"
    found = plans.read(guide)
    name = name or next(iter(slides.classes(found)))
    return found, slides.planned(nbformat.read(path, as_version=4), found, name), guide


@pytest.mark.parametrize("path,name", TAUGHT)
def test_a_lecture_as_a_deck(path, name):
    found_plan, found, guide = taught(path, name)
    assert found[0].level == "title"
    assert found[-1].heading == "Homework"
    hook = [slide.level for slide in found].index("overview")
    sections = dict.fromkeys(slide.section for slide in found[hook + 1 : -1])
    whole = name == "90 min" or not any(row.long for row in found_plan.rows)
    assert [item.kind for item in found[hook].items] == ["promises"] * whole + ["contents"]
    assert on(found[hook]).count("<li>") == len(sections.keys() - {"Recap", "Exercise"})
    assert sum(slide.needs for slide in found[:hook]) <= 4 * 60
    rows = {row.section for row in found_plan.rows if name == "90 min" or row.short}
    assert {slide.section for slide in found[hook + 1 :]} == rows
    for slide in found[1:hook] + found[hook + 1 :]:
        assert " min</b>" in slide.notes[0]
        kinds = [item.kind for item in slide.items if item.kind in {"picture"} | slides.ASKING]
        assert len(kinds) <= 1 or kinds == ["picture", "question"]  # a question may be about a picture above it
        assert not {"question", "result"} <= slide.kinds
    assert (35 if name == "90 min" else 25) <= len(found) <= 70
    assert "<li>" in slides.goals(guide.read_text("utf-8"))


@pytest.mark.parametrize("path,name", TAUGHT)
def test_a_deck_fits_its_minutes_and_a_tenth_is_left_over(path, name):
    """By its own rule, what each slide needs; a section may need a little more than its minutes, the whole not."""
    _, found, _ = taught(path, name)
    assert sum(slide.seconds for slide in found) == 60 * CLASSES[name]
    assert sum(slide.needs for slide in found) <= 0.9 * 60 * CLASSES[name]
    overview = next(slide for slide in found if slide.level == "overview")
    first = found[found.index(overview) + 1].section
    sections = {slide.section: [] for slide in found[found.index(overview) + 1 :]}
    for slide in found:
        sections.get(slide.section, sections[first]).append(slide)
    for section, its in sections.items():
        assert sum(slide.needs for slide in its) <= 1.15 * sum(slide.seconds for slide in its) + 10, section


@pytest.mark.parametrize("path,name", TAUGHT)
def test_some_sections_are_worth_keeping_when_the_class_is_late_and_some_are_not(path, name):
    found = taught(path, name)[1]
    kept = [slide for slide in found if slide.kept]
    assert 3 <= len(kept) <= len({slide.section for slide in found}) - 2


@pytest.mark.parametrize("path", LECTURES)
def test_no_ask_that_comes_before_an_answer_stands_where_it_is_seen(path):
    """It stands on a question's own slide or on an earlier one, and its answer's slide comes later."""
    found_plan, found, _ = taught(path)
    asks = [one for row in found_plan.rows for one in row.asks]
    asks += [belief.ask for belief in found_plan.beliefs if belief.ask.slide]
    asks += [explorer.ask for explorer in found_plan.explorers]
    assert len(asks) > 15
    for one in asks:
        (at,) = [n for n, slide in enumerate(found) if said(slide, one)]
        named = next(n for n, slide in enumerate(found) if one.slide in slide.names)
        asked = bool(found[named].kinds & slides.FORMS)
        if one.after:
            assert at >= named + asked, one
            assert not found[at].asks, one
        else:
            assert at == (named if asked else named - 1), one


def said(slide, ask):
    """Do the notes ask that? Their folded part, the replies, may name it too."""
    return any(pieces.inline(ask.text) in note for note in slide.notes if not note.startswith("<details"))


def asking(found):
    """The slides that ask: questions, forms, and what is drawn; explorers are asked about before."""
    return [slide for slide in found if slide.kinds & {"question", "form"} or 'aria-label="Predict: ' in on(slide)]


@pytest.mark.parametrize("path", LECTURES)
def test_every_question_of_a_deck_has_its_answer_and_replies_to_two_wrong_ones(path):
    found_plan, found, _ = taught(path)
    replies = {reply.slide: reply for reply in found_plan.replies}
    missing = [slide.cells for slide in asking(found) if not set(slide.names) & set(replies)]
    assert not missing
    for reply in replies.values():
        assert reply.answer, reply
        assert len(reply.wrong) >= 2, reply
        assert all(says and belief and back for says, belief, back in reply.wrong), reply
        assert len(reply.vote) in (0, *range(2, 9)), reply


SEEN = {"picture", "explorer", "sketch", "form"}


@pytest.mark.parametrize("path,name", TAUGHT)
def test_half_of_a_decks_slides_have_something_to_see(path, name):
    """A picture, an explorer, a sketch or a form; of all slides but the title, the overview and the homework."""
    found = [slide for slide in taught(path, name)[1][:-1] if slide.level not in slides.START]
    seen = [slide for slide in found if slide.kinds & SEEN]
    print(
        f"{path.stem}, {name}: {len(seen)} of {len(found)} slides have something to see, {len(seen) / len(found):.0%}"
    )
    assert len(seen) >= len(found) / 2, [slide.cells for slide in found if slide not in seen]


def counted(ask):
    """Is an ask one that students answer by what they have done or feel, so that no answer is wrong?"""
    return ask.text in ('"How many trials did your best one cost?"',)


@pytest.mark.parametrize("path", LECTURES[2:])
def test_every_ask_of_the_minutes_has_a_reply_or_leads_to_a_question_that_has_one(path):
    found_plan = taught(path)[0]
    named = [reply.slide for reply in found_plan.replies]
    for one in (ask for row in found_plan.rows for ask in row.asks):
        led = not one.after and one.slide in named
        assert led or counted(one) or any(f'"{name}"' in one.text for name in named), one
