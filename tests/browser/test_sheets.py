"""What is made of the question bank, in a real browser, opened from disk: slides for votes, and the inventory's form."""

import pytest

from grading import inventory as scoring
from lectures import inventory, papers, questions

pytestmark = pytest.mark.browser

# What does not fit, and what a class can't read from the last row; sizes in pixels at 1280 × 720.
FAULTS = """() => {
    const wrong = [], page = document.documentElement;
    if (page.scrollHeight > innerHeight || page.scrollWidth > innerWidth) wrong.push(`scrolls: ${page.scrollHeight}`);
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode()); ) {
        const size = parseFloat(getComputedStyle(node.parentElement).fontSize);
        if (node.data.trim() && node.parentElement.checkVisibility() && size < 24) wrong.push(`${size} px: ${node.data.trim()}`);
    }
    return wrong;
}"""


@pytest.fixture
def tab(chromium):
    """A tab of a browser that reaches no other host, and says no error."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    tab, errors = context.new_page(), []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert errors == []


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_slide_shows_its_answer_on_a_key_only_and_fits(tab, tmp_path, seed):
    for path in sorted(questions.BANK.glob("*.md")):
        asked = questions.read(path, seed)
        page = tmp_path / "slides.html"
        page.write_text(papers.papers("x", path.stem, asked, seed)["x_slides.html"], "utf-8")
        tab.goto(page.as_uri())
        for n, question in enumerate(asked):
            tab.goto(f"{page.as_uri()}#{n + 1}") if n % 3 == 1 else None
            assert tab.locator("section:visible").get_attribute("aria-label") == question.number
            assert tab.locator("section:visible li").count() == len(question.options)
            assert tab.locator(".why:visible").count() == 0
            marks = "getComputedStyle(document.querySelector('.here .yes')).outlineStyle"
            assert tab.evaluate(marks) == "none"
            assert tab.evaluate(FAULTS) == [], (question.number, seed)
            tab.keyboard.press("Enter")
            assert tab.locator(".why:visible").count() == len(question.options)
            assert tab.evaluate(marks) == "solid"
            assert tab.evaluate(FAULTS) == [], (question.number, seed)
            tab.keyboard.press("ArrowRight")
            tab.keyboard.press("ArrowLeft")
            assert tab.locator(".why:visible").count() == 0
            tab.keyboard.press("ArrowRight")


def test_a_form_keeps_answers_and_what_it_saves_is_scored(tab, tmp_path):
    page = tmp_path / "inventory_B.html"
    page.write_text(inventory.made()["inventory_B.html"], "utf-8")
    tab.goto(page.as_uri())
    tab.fill("input[name=student]", '=Blue, "moon"')
    for n, item in enumerate(inventory.items("B"), 1):
        letter = next(option.letter for option in item.options if option.right == (n % 2 == 1))
        if n != 4:
            tab.check(f"input[name=answer_{n}][value={letter}]")
    tab.reload()
    assert tab.input_value("input[name=student]") == '=Blue, "moon"'
    with tab.expect_download() as file:
        tab.get_by_text("Save my answers as a file").click()
    assert tab.locator("output").inner_text() == "Saved: 11 of 12 answers."
    (tmp_path / "pre").mkdir()
    file.value.save_as(tmp_path / "pre" / file.value.suggested_filename)
    found, notes = scoring.taken(tmp_path / "pre")
    assert notes == []
    assert [answers.right for answers in found.values()] == [[n % 2 == 0 for n in range(12)]]
    assert [(name, answers.form, answers.letters[3]) for name, answers in found.items()] == [("blue moon", "B", "")]
    tab.get_by_text("Forget them").click()
    tab.reload()
    assert tab.locator("input:checked").count() == 0
