"""What goes on a slide: the rules of tools/pages/slides.py on small notebooks, and on the six lectures."""

import base64

import nbformat
import pytest

from lectures import plans
from pages import slides, web

LECTURES = sorted((web.ROOT / "notebooks").glob("*.ipynb"))
CODE, TEXT = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
FORM = {web.WIDGET_VIEW: {"model_id": "abc"}, "text/plain": "Predict: how many?"}


def printed(text, source="show()", **metadata):
    return CODE(source, outputs=[nbformat.v4.new_output("stream", text=text)], metadata=metadata)


def shown(data, source="show()"):
    return CODE(source, outputs=[nbformat.v4.new_output("execute_result", data)])


def picture():
    header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (1152).to_bytes(4, "big") + (604).to_bytes(4, "big")
    return shown({"image/png": base64.b64encode(header).decode(), "text/plain": "a curve"})


def marked(kind, text):
    return TEXT(text, metadata={"slideshow": {"slide_type": kind}})


def deck(*cells, taught=None):
    """The slides after the title and the overview."""
    title = TEXT("# 9 · Why?\n\n**You will do:** this.\n\n**You will need:** that.")
    return slides.slides(nbformat.v4.new_notebook(cells=[title, *cells]), taught)[2:]


def kinds(slide):
    return [item.kind for item in slide.items]


def on(slide):
    return "".join(item.html for item in slide.items)


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
    title, overview, *_ = slides.slides(
        nbformat.v4.new_notebook(cells=[TEXT("# T\n\n**You will do:** this.\n\n**You will need:** that."), TEXT("## A\n\nb"), TEXT("## Recap")])
    )  # fmt: skip
    assert "this" in on(overview)
    assert "<li>A</li>" in on(overview)
    assert "Recap" not in on(overview)
    assert "that" in "".join(title.notes)


@pytest.mark.parametrize("answer", [printed("7\n"), picture(), shown(FORM)])
def test_a_question_and_its_answer_are_never_on_one_slide(answer):
    first, second = deck(TEXT("## A\n\n> **Decide.** Choose a rate."), answer)
    assert kinds(first) == ["question"]
    assert "question" not in kinds(second)


def test_what_is_needed_for_a_question_stands_above_it_when_it_is_short():
    (slide,) = deck(TEXT("## A\n\n- a\n\n## B"), TEXT("The factor is 2.\n\n> **Predict.** What?"))[1:]
    assert kinds(slide) == ["text", "question"]
    long = "\n".join(f"Sentence {n}." for n in range(5))
    (slide,) = deck(TEXT("## A\n\n- a\n\n## B"), TEXT(f"{long}\n\n> **Predict.** What?"))[1:]
    assert kinds(slide) == ["question"]
    assert "Sentence 4" in slide.notes[0]


def test_sentences_are_notes_but_the_one_that_leads_to_a_formula_and_the_one_it_interrupts():
    text = "Say this.\nA step gives\n\n$$x - 1$$\n\nand no more.\nSay that."
    (slide,) = deck(TEXT(f"## A\n\n- a\n\n{text}"))
    assert kinds(slide) == ["list", "text", "formula", "text"]
    assert "A step gives" in on(slide)
    assert "and no more." in on(slide)
    assert "Say" not in on(slide)
    assert ["Say this." in n or "Say that." in n for n in slide.notes] == [True, True]


def test_a_sentence_that_a_formula_interrupts_is_not_torn():
    almost_full = "\n".join("- a" for _ in range(8))
    first, second = deck(TEXT(f"## A\n\n{almost_full}\n\n$$x$$\n\nand no more."))
    assert kinds(first) == ["list"]
    assert kinds(second) == ["formula", "text"]


def test_a_line_with_a_colon_goes_with_what_the_next_cell_shows():
    slide = deck(TEXT("## A\n\n- a"), picture(), TEXT("Seen.\nTwo rates:"), picture())[-1]
    assert kinds(slide) == ["text", "picture"]
    assert "Two rates:" in on(slide)


def test_a_line_with_a_colon_goes_on_with_the_next_cell_also_below_a_paragraph_that_is_shown():
    found = deck(TEXT("## A\n\nShown.\n\nTwo rates:"), printed("7\n" * 14))
    assert [kinds(s) for s in found] == [["text"], ["text", "result"]]


def test_the_first_line_below_a_result_appears_with_the_next_key():
    slide = deck(TEXT("## A\n\n> **Predict.** What?"), printed("7\n"), TEXT("Seven.\nBecause it is."))[-1]
    assert kinds(slide) == ["result", "says"]
    assert slide.items[1].html == '<div class="fragment"><p>Seven.</p></div>'
    assert slide.notes == ["<p>Because it is.</p>"]


def test_an_explorer_stands_below_its_question_and_what_asks_nothing_goes_first():
    explorer, other = (shown({**picture().outputs[0].data, **FORM}) for _ in range(2))
    question = "> **Decide.** Find a rate.\n> " + "And so on. " * 24 + "\n> Which one is the smallest?"
    found = deck(TEXT(f"## A\n\n{question}"), explorer, other)
    assert [kinds(s) for s in found] == [["question"], ["reminder", "explorer"], ["explorer"]]
    reminder = found[1].items[0].html
    assert "<strong>Decide.</strong> Find a rate. Which one is the smallest?</p>" in reminder


def test_what_a_form_is_about_stands_above_it_when_it_is_short():
    first, second = deck(TEXT("## A\n\n- a\n\nAbove that.\n\nThe factor is 2."), shown(FORM))
    assert [kinds(first), kinds(second)] == [["list"], ["reminder", "form"]]
    assert "The factor is 2." in on(second)
    assert first.notes == ["<p>Above that.</p>"]
    first, second = deck(TEXT("## A\n\n- a\n\n" + "The factor is 2. " * 20), shown(FORM))
    assert [kinds(first), kinds(second)] == [["list"], ["form"]]
    first, second = deck(TEXT("## A\n\n- a"), TEXT("The factor is 2."), CODE("y = 1"), shown(FORM))
    assert [kinds(first), kinds(second)] == [["list"], ["reminder", "form"]]


def test_what_a_form_is_about_goes_with_a_form_that_is_left_out():
    found = deck(
        TEXT("## A\n\n- a"), TEXT("## B\n\nAbout B."), shown(FORM), TEXT("## C\n\n- c"), shown(FORM), taught={"A", "C"}
    )
    assert [kinds(s) for s in found] == [["list"], ["list"], ["form"]]


def test_the_first_line_below_a_result_is_shown_above_a_form_too():
    below = TEXT("Seven.\nBecause it is.\n\n## B\n\nThe factor is 2.")
    found = deck(TEXT("## A"), printed("7\n"), below, shown(FORM))
    assert [kinds(s) for s in found] == [["result", "says"], [], ["reminder", "form"]]


def test_a_formula_is_shown_again_above_its_question():
    found = deck(TEXT("## A\n\nA step gives\n\n$$x - 1$$\n\n> **Predict.** What?"))
    assert [kinds(s) for s in found] == [["text", "formula"], ["text", "formula", "question"]]
    found = deck(TEXT("## A\n\nA step gives\n\n$$x - 1$$\n\n## B\n\n> **Predict.** What?"))
    assert [kinds(s) for s in found] == [["text", "formula"], ["question"]]
    high = "\n> ".join("One more line that is long enough for a line." for _ in range(10))
    found = deck(TEXT(f"## A\n\nA step gives\n\n$$x - 1$$\n\n> **Predict.** {high}"))
    assert [kinds(s) for s in found] == [["text", "formula"], ["question"]]


def test_a_line_or_two_share_the_slide_of_the_picture_below():
    assert [kinds(s) for s in deck(TEXT("## A\n\nA map."), picture())] == [["text", "picture"]]
    found = deck(TEXT("## A\n\n> **Predict.** What?"), printed("7\n"), picture())
    assert [kinds(s) for s in found] == [["question"], ["result", "picture"]]
    found = deck(TEXT("## A\n\n> **Predict.** What?"), printed("7\n"), TEXT("Seven.\nSo:"), picture())
    assert [kinds(s) for s in found] == [["question"], ["result", "says"], ["text", "picture"]]
    found = deck(TEXT("## A\n\n> **Predict.** What?"), printed("7\n" * 5), picture())
    assert [kinds(s) for s in found] == [["question"], ["result"], ["picture"]]


def test_printed_lines_stay_with_a_picture_when_they_are_few():
    assert [kinds(s) for s in deck(TEXT("## A\n\n- a"), picture(), printed("7\n"))[1:]] == [["picture", "result"]]
    many = printed("7\n" * 12)
    assert [kinds(s) for s in deck(TEXT("## A\n\n- a"), picture(), many)[1:]] == [["picture"], ["result"]]


LOOP = "x = 3.0\nfor _ in range(9):\n    x = x - 0.1 * slope(x)"


@pytest.mark.parametrize(
    "source, announced, algorithm",
    [
        (LOOP, False, True),
        ("total = 0\nfor x in rows:\n    total += x", False, True),
        ("g = zeros(2)\nfor k in 0, 1:\n    g[k] = g[k] - r", False, True),
        ("where = {}\nfor lr in rates:\n    where[lr] = end(lr)", False, False),
        ("for lr in rates:\n    print(lr)", False, False),
        ("def f(x):\n    return x**2", True, True),
        ("def f(x):\n    return x**2", False, False),
        (f"{LOOP}\nfigures.walk(x)", True, False),
        (LOOP + "\nx = 1" * 12, True, False),
    ],
)
def test_code_is_shown_where_it_is_the_algorithm(source, announced, algorithm):
    assert slides.is_algorithm(source, announced) == algorithm


def test_a_function_is_shown_where_a_line_announces_it():
    function = CODE("def f(x):\n    return x**2")
    assert kinds(deck(TEXT("## A\n\nThe square, as code:"), function)[0]) == ["text", "code"]
    assert kinds(deck(TEXT("## A\n\nThe square."), function)[0]) == ["text"]


def test_what_checks_is_not_shown():
    source = f'def f(x):\n    """A square."""\n    return x\n\n\n{LOOP}\nassert x\nprint(x)\nassert f(1)'
    assert slides.without_checks(source) == f"def f(x):\n    return x\n\n{LOOP}"


def test_the_import_cell_and_cells_that_show_nothing_are_left_out():
    found = deck(TEXT("## A\n\n- a"), CODE("import numpy as np\nfrom gdlib import explore"), CODE("y = 1"))
    assert [kinds(s) for s in found] == [["list"]]


def test_sections_that_the_plan_does_not_name_are_left_out():
    cells = [TEXT("## A\n\n- a"), TEXT("## B\n\n- b\n\n### C\n\n- c"), TEXT("## D\n\n- d\n\n### E\n\n- e")]
    found = deck(*cells, taught={"A", "C", "D"})
    assert [(s.section, s.level) for s in found] == [("A", "section"), ("C", "section"), ("D", "section")]


@pytest.mark.parametrize(
    "kind, shown_kinds, notes",
    [
        ("slide", [["list"], ["text"]], [[], []]),
        ("subslide", [["list"], ["text"]], [[], []]),
        ("-", [["list", "text"]], [[]]),
        ("fragment", [["list", "text"]], [[]]),
        ("notes", [["list"]], [["<p>Short.</p>"]]),
        ("skip", [["list"]], [[]]),
    ],
)
def test_metadata_override_the_rules(kind, shown_kinds, notes):
    found = deck(TEXT("## A\n\n- a"), marked(kind, "Short."))
    assert [kinds(s) for s in found] == shown_kinds
    assert [s.notes for s in found] == notes
    assert ("fragment" in on(found[-1])) == (kind == "fragment")
    assert len(slides.stacked(found)) == (2 if kind == "slide" else 1)


def test_wrong_metadata_are_named():
    with pytest.raises(ValueError, match="slide_type 'slides' is none of"):
        deck(marked("slides", "x"))
    with pytest.raises(ValueError, match=r"put \+\+\+ between this text and the heading"):
        deck(marked("skip", "Not now.\n\n## B"))


def test_a_long_list_goes_on_with_its_numbers():
    found = deck(TEXT("## A\n\n" + "\n".join(f"{n}. {'word ' * 30}" for n in range(1, 9))))
    assert len(found) > 1
    assert all(slide.height <= slides.ROOM for slide in found)
    starts = [int(on(s).split('start="')[1].split('"')[0]) for s in found[1:]]
    assert starts[0] == 1 + on(found[0]).count("<li>")


def test_a_long_table_goes_on_with_its_header():
    found = deck(TEXT("## A\n\n| name | value |\n|---|---|\n" + "\n".join(f"| row {n} | 1 |" for n in range(16))))
    assert len(found) > 1
    assert all("<th>name</th>" in on(slide) for slide in found)
    assert sum(on(slide).count("<td>row") for slide in found) == 16


def test_a_monospaced_text_is_as_large_as_fits():
    assert slides.monospaced("7", 32)[0] == 32
    assert slides.monospaced("7" * 70, 32)[0] == int((slides.WIDTH - 60) / (0.602 * 70))
    assert slides.monospaced("7" * 200, 32)[0] == 22
    assert slides.monospaced("7\n" * 16, 32)[0] < 28


def test_links_to_the_course_are_words_and_others_are_links():
    code = slides.rendered("[exercise 3](../exercises/03.ipynb), [a book](https://example.org)")
    assert "exercise 3," in code
    assert code.count("<a ") == 1
    assert 'href="https://example.org"' in code


def test_scripts_can_stand_in_a_page():
    text = 'a = "</script>"; b = "<!--"; c = /</; d = x < /re/'
    assert slides.script(text) == r'a = "\x3c/script>"; b = "\x3c!--"; c = /</; d = x < /re/'
    assert slides.named('x\ndefine(["a"], f);\n', "n") == 'x\ndefine("n", ["a"], f);\n'
    with pytest.raises(ValueError, match="one call of define"):
        slides.named("define([a], f)\ndefine([b], g)\n", "n")


PLAN = plans.Plan(
    [
        plans.Row("0–11", "0–5", "A", "Draw $x$.", '"Why is it 7?"'),
        plans.Row("11–15", "", "B", "Run.", ""),
        plans.Row("15–20", "5–9", "C", "Run.", ""),
    ],
    [
        plans.Belief("Large is fast.", "How fast?", "The table.", "A"),
        plans.Belief("Small is safe.", "How safe?", "The end.", "B"),
    ],
    (plans.Explorer("Which?", "The slider.", "Blue.", "A"),),
)
EXPLORER = shown({**picture().outputs[0].data, **FORM})


def planned():
    cells = [TEXT("## A\n\n- a"), printed("7 a table\n" * 14), EXPLORER, TEXT("## B\n\n- b"), TEXT("## C\n\n- c")]
    title = TEXT("# 9 · Why?\n\n**You will do:** this.")
    return slides.with_plan(slides.slides(nbformat.v4.new_notebook(cells=[title, *cells])), PLAN)


def test_the_notes_begin_with_the_plan():
    _, _, *found = planned()
    assert [s.notes[0] for s in found] == [
        *["<p><b>0–11 min</b> · A · 45-minute class: 0–5</p>"] * 3,
        "<p><b>11–15 min</b> · B · 45-minute class: left out</p>",
        "<p><b>15–20 min</b> · C · 45-minute class: 5–9</p>",
    ]
    first, second, third, fourth, _ = ("".join(s.notes) for s in found)
    assert all("<b>Do.</b> Draw <" in notes for notes in (first, second, third))
    assert ["<b>Ask.</b>" in notes for notes in (first, second, third)] == [False, True, False]
    assert ["Large is fast." in notes for notes in (first, second, third)] == [False, True, False]
    assert ["<b>Try:</b> The slider." in notes for notes in (first, second, third)] == [False, False, True]
    assert "<b>They believe:</b> Small is safe. <b>Ask:</b> How safe? <b>Show:</b> The end." in fourth
    assert "Small is safe." not in first + second + third


def test_what_to_ask_finds_the_form_or_the_picture_it_is_about():
    its = deck(TEXT("## A\n\n- a list"), shown(FORM), picture())
    assert [slides.nearest(its, text) for text in ("A list?", "How many?", "Which curve?")] == its


def test_the_notes_say_where_a_class_of_45_minutes_goes_on():
    found = planned()
    assert ["go on with slide 7 (keys G, 7, Enter)" in "".join(s.notes) for s in found] == [False] * 4 + [
        True,
        False,
        False,
    ]


def test_questions_and_explorers_have_more_of_a_sections_time_and_the_first_section_gives_the_start():
    assert [s.seconds for s in planned()] == [20, 40, 100, 100, 400, 240, 300]


def guide(path):
    return web.ROOT / "docs" / "teaching" / f"{path.stem}.md"


@pytest.mark.parametrize("path", LECTURES, ids=lambda p: p.stem[:2])
def test_a_lecture_as_a_deck(path):
    plan = plans.read(guide(path))
    found = slides.with_plan(slides.slides(nbformat.read(path, as_version=4), {row.section for row in plan.rows}), plan)
    assert [s.level for s in found[:2]] == ["title", "overview"]
    assert {s.section for s in found[2:]} == {row.section for row in plan.rows}
    for slide in found[2:]:
        assert " min</b>" in slide.notes[0]
        assert not {"question"} < set(kinds(slide)) & {"question", "result", "picture", "explorer", "form"}
        own = [kind for kind in kinds(slide) if kind in slides.OWN_SLIDE]
        assert len(own) <= 1
        assert slide.height <= slides.ROOM or own
    assert 35 <= len(found) <= 62
    assert "<li>" in slides.goals(guide(path).read_text("utf-8"))
