"""Every deck in a real browser, alone in a folder, opened from disk, with every other host cut off."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gdlib.words import language, say
from spoken import said

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
DECKS = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
ALL = [name + end for name in DECKS for end in ("", "_short") if name + end != "07_momentum_and_adam_short"]
LARGEST = 9_000_000  # bytes

# A slide, as it is shown: what does not fit, and letters that a class can't read from the last row.
SLIDE = """() => {
    const slide = Reveal.getCurrentSlide(), box = slide.getBoundingClientRect(), wrong = [];
    if (slide.scrollHeight > slide.clientHeight + 1 || slide.scrollWidth > slide.clientWidth + 1) wrong.push(`scrolls: ${slide.scrollWidth} × ${slide.scrollHeight}`);
    const walk = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode()); ) {
        const at = node.parentElement, range = document.createRange();
        if (!node.data.trim() || !at.checkVisibility() || at.closest("aside, script, style, mjx-container, .gd-said, .has-reminder h3, .slide-name")) continue;
        range.selectNodeContents(node);
        const { left, right, top, bottom } = range.getBoundingClientRect();
        if (left < 0 || right > 1280 || top < 0 || bottom > 720) wrong.push(`outside: ${node.data.slice(0, 40)}`);
        const size = parseFloat(getComputedStyle(at).fontSize) * (at.currentCSSZoom ?? 1);
        const least = at.closest(".explorer, pre, code") ? 24 : 28;
        if (size < least) wrong.push(`${size} px: ${node.data.slice(0, 40)}`);
    }
    for (const box of slide.querySelectorAll("pre")) if (box.scrollWidth > box.clientWidth + 1) wrong.push(`cut off: ${box.innerText}`);
    for (const picture of slide.querySelectorAll("img, .gd canvas")) {
        const { width, height, bottom } = picture.getBoundingClientRect();
        if (width < (picture.closest(".again") ? 576 : 300) || height < 150 || bottom > 720) wrong.push(`picture ${Math.round(width)} × ${Math.round(height)}, to ${Math.round(bottom)}`);
        if (picture.alt === "") wrong.push("no alternative text");
        if (picture.tagName !== "IMG") continue;
        // one of measured numbers is shown as it is stored, with 12 points at 120 dots an inch; beside words it is small
        const { naturalWidth, naturalHeight, dataset } = picture;
        const scale = Math.min(width / naturalWidth, height / naturalHeight) * naturalWidth / (dataset.points ?? (naturalWidth * 72) / 120);
        const letters = scale * (dataset.type ?? 12);
        if (letters < (dataset.type ? (document.documentElement.lang === "ko" ? 20 : 23.9) : 17)) wrong.push(`letters of ${letters.toFixed(1)} px in the picture: ${picture.alt.slice(0, 40)}`);
    }
    if (wrong.length) wrong.push(`it shows these cells, by their first lines: ${slide.dataset.cells}`);
    return { wrong, notes: slide.querySelector("aside.notes")?.textContent.trim() ?? "", kind: slide.classList[1],
        question: !!slide.querySelector(".question"), answer: !!slide.querySelector(".result:not(.again > *), .question ~ img, .explorer, .form"), at: Reveal.getSlidePastCount() };
}"""


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Each deck by the name of its lecture, built anew and copied to a folder of its own."""
    from conftest import need
    from site_pages import AXE

    need(None if AXE.exists() else "the decks need Node.js: make slides")
    from pages import slides

    shutil.rmtree(slides.TARGET, ignore_errors=True)
    # in a process of its own, which executes the lectures to draw their pictures for the wall
    subprocess.run([sys.executable, "-m", "pages.slides", "build"], cwd=slides.web.ROOT / "tools", check=True)
    built = sorted(slides.TARGET.glob("*.html"))
    return {path.stem: Path(shutil.copy(path, tmp_path_factory.mktemp("deck") / "deck.html")) for path in built}


def turned_to(browser, file, address="", **options):
    page = browser.open(file.as_uri() + address, height=720, wait=False, **options)
    page.tab.set_default_timeout(90_000)
    page.tab.wait_for_function("() => window.Reveal?.isReady()")
    page.settle()
    return page


@pytest.fixture
def opened(browser, files):
    """Opens decks; closes them, and fails on errors in the console and on requests to other hosts."""
    pages = []

    def opener(name, address="", **options):
        pages.append(turned_to(browser, files[name], address, **options))
        return pages[-1]

    yield opener
    for page in pages:
        page.close()
    assert [error for page in pages for error in page.errors] == []
    assert [request for page in pages for request in page.outside] == []


@pytest.fixture(scope="module", params=DECKS)
def loaded(request, browser, files):
    page = turned_to(browser, files[request.param])
    yield request.param, page
    page.close()


@pytest.fixture
def deck(loaded):
    """(its name, its page): opened once for all the tests that ask for it, which run in the order of this file. Each
    fails on errors in the console and on requests to other hosts."""
    yield loaded
    assert loaded[1].errors == []
    assert loaded[1].outside == []


def show(page, locator):
    """Turn to the slide that holds an element."""
    locator.evaluate(
        "e => { const { h, v } = Reveal.getIndices(e.closest('.sheet')); Reveal.slide(h, v); document.activeElement.blur(); }"
    )


AT = "() => Reveal.getSlides().indexOf(Reveal.getCurrentSlide())"


@pytest.mark.parametrize("name", ALL)
def test_from_the_first_slide_to_the_last_by_one_key(opened, name):
    """Everything fits, can be read from the last row and is typeset; the notes say when; no answer beside its question."""
    page = opened(name)
    total, seen, wrong = page.tab.evaluate("() => Reveal.getTotalSlides()"), [], []
    for _ in range(4 * total):
        page.tab.wait_for_timeout(40)
        if page.tab.evaluate("() => Reveal.availableFragments().next"):
            page.tab.keyboard.press("ArrowRight")
            continue
        slide = page.tab.evaluate(SLIDE)
        wrong += [f"{slide['at'] + 1}: {what}" for what in slide["wrong"] + page.untypeset()]
        wrong += [f"{slide['at'] + 1}: the answer is beside the question"] * (slide["question"] and slide["answer"])
        if slide["kind"] not in ("title", "overview") and not re.match(r"\d+–\d+( min|분)", slide["notes"]):
            wrong.append(f"{slide['at'] + 1}: the notes begin {slide['notes'][:40]!r}")
        seen.append(slide["at"])
        if len(seen) == total:
            break
        page.tab.keyboard.press("ArrowRight")
    assert seen == list(range(total))
    assert wrong == []
    goals = re.search(r"\*\*(.+?)\*\*", say("**Goals.** Afterwards a student can"))[1]
    assert goals in page.tab.locator("section.overview aside").text_content()
    assert page.tab.locator("section.sheet.present h2").inner_text() == said("Homework")
    seconds = page.tab.evaluate(
        "() => Reveal.getSlides().reduce((all, slide) => all + Number(slide.dataset.timing), 0)"
    )
    assert seconds == 60 * (45 if name.startswith("07") or name.endswith("short") else 90)


def test_a_deck_is_one_file_with_a_title_in_its_language(deck, files):
    name, page = deck
    assert files[name].stat().st_size < LARGEST
    assert page.tab.title().endswith(f" · {said('slides')}")
    assert page.tab.locator("html").get_attribute("lang") == language()
    assert len(page.tab.locator('meta[name="description"]').get_attribute("content")) > {"en": 60, "ko": 30}[language()]
    assert page.tab.locator("script[src], link[href], img:not([src^='data:'])").count() == 0
    assert page.violations() == []


def test_a_picture_keeps_its_size_when_the_next_words_appear(deck):
    page, sizes = deck[1], []
    size = "() => (({ width, height }) => [width, height])(Reveal.getCurrentSlide().querySelector('img').getBoundingClientRect())"
    pictures = page.tab.locator("section.has-picture:has(.fragment)")
    assert pictures.count() > 0 or deck[0].startswith("07")  # whose class has the one picture without words
    for number in range(pictures.count()):
        show(page, pictures.nth(number).locator("img"))
        before = page.tab.evaluate(size)
        page.tab.keyboard.press("ArrowRight")
        assert page.tab.evaluate("() => Reveal.getCurrentSlide().querySelectorAll('.fragment.visible').length") == 1
        sizes.append((before, page.tab.evaluate(size)))
    assert [before for before, _ in sizes] == [after for _, after in sizes]


def test_every_explorer_is_alive_and_right_and_keeps_its_keys(deck, files, monkeypatch):
    from site_pages import asked, moved

    monkeypatch.setenv("GDLIB_STORE_ANSWERS", "1")  # the memory of the machine in lecture 6 is the stored one
    name, page = deck
    text = files[name].read_text("utf-8")
    wanted = [
        one
        for one, model in zip(asked(f"notebooks/{name}.ipynb"), models(name, True), strict=True)
        if f'"{model}"' in text
    ]
    views = page.explorers()
    assert len(views) == len(wanted) > 0
    for view, (_, kind, given, sliders) in zip(views, wanted, strict=True):
        show(page, view.root)
        tracks = page.tab.evaluate(
            "e => [...e.querySelectorAll('.noUi-target')].map((t) => t.offsetWidth)", view.root.element_handle()
        )
        assert min(tracks, default=250) >= 250
        before = page.tab.evaluate(AT)
        moved(view, kind, given, sliders)
        assert page.tab.evaluate(AT) == before
        page.tab.keyboard.press("Escape")
        page.tab.keyboard.press("ArrowRight")
        assert page.tab.evaluate(AT) == before + 1


def test_every_prediction_scores_with_no_kernel(deck, files):
    from site_pages import answers, commit

    name, page = deck
    text = files[name].read_text("utf-8")
    kept = [
        one
        for one, model in zip(answers(f"notebooks/{name}.ipynb"), models(name, False), strict=True)
        if f'"{model}"' in text
    ]
    forms = page.predictions()
    assert len(forms) == len(kept) > 0

    def asked():
        """The hall sees that it is committed; the key A brings the answer, and the arrows turn slides meanwhile."""
        page.tab.wait_for_timeout(100)
        assert "The answer is" not in form.inner_text()
        assert form.locator("form.committed").evaluate("e => getComputedStyle(e, '::after').content") == '"Committed."'
        page.tab.keyboard.press("a")

    for form, (answer, _) in zip(forms, kept, strict=True):
        show(page, form)
        said = commit(form, answer, then=asked)
        assert "✓ Right." in said
        assert "Explanation." in said
        assert "$" not in said
        assert page.tab.evaluate(SLIDE)["wrong"] == []


FOOT = """() => Math.max(...[...Reveal.getCurrentSlide().querySelectorAll(".gd-words p, .gd button, .gd textarea, .widget-htmlmath-content")]
    .filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect().bottom))"""
LINE = 691  # pixels: below stand the slide's number and its name


@pytest.mark.parametrize("name", ["03_descent_and_ascent", "05_mini_batches"])
def test_what_is_moved_and_what_is_answered_wrong_stays_above_the_foot(opened, name):
    page, key, low = opened(name), "ArrowRight", {}
    for view in page.explorers():
        show(page, view.root)
        for handle in view.root.get_by_role("slider").all():
            for end in ("End", "Home", "PageUp") if handle.is_visible() else ():
                handle.press(end)
                page.tab.wait_for_timeout(50)
                low[page.tab.evaluate(AT) + 1, end] = page.tab.evaluate(FOOT)
    for form in page.tab.locator(".widget-subarea:has(.gd form)").all():
        show(page, form)
        if form.locator(".gd-sheet").count():
            form.get_by_role("slider").first.focus()
            for _ in range(130):
                page.tab.keyboard.press(key)
        elif form.get_by_role("radio").count():
            form.get_by_role("radio").first.check()
        else:
            form.get_by_role("textbox").first.fill("0.123456")
        form.get_by_role("button", name="Commit").click()
        page.tab.keyboard.press("a")
        page.tab.wait_for_timeout(200)
        low[page.tab.evaluate(AT) + 1, "answer"] = page.tab.evaluate(FOOT)
        form.locator("textarea").fill("because")
        form.get_by_role("button", name="Show the explanation").click()
        page.tab.wait_for_timeout(200)
        low[page.tab.evaluate(AT) + 1, "explanation"] = page.tab.evaluate(FOOT)
        vote = page.tab.locator("section.sheet.present .vote")
        if vote.count():
            assert (
                vote.bounding_box()["y"]
                < form.get_by_text("Your prediction").or_(form.get_by_role("radio")).first.bounding_box()["y"]
            )
    assert {at: round(bottom) for at, bottom in low.items() if bottom > LINE} == {}
    assert len(low) > 20


def test_the_question_above_an_explorer_stays_when_a_form_of_its_section_has_its_answer(opened):
    page = opened("03_descent_and_ascent")
    form, shown = page.predictions()[0], page.tab.locator("section.sheet.present .reminder")
    show(page, form)
    assert shown.is_visible()
    form.get_by_label("Your prediction").fill("0.3")
    form.get_by_role("button", name="Commit").click()
    page.tab.keyboard.press("a")
    form.locator(".gd-words", has_text="The answer is").wait_for()
    assert not shown.is_visible()  # the explanation takes its place
    for view in page.explorers():
        show(page, view.root)
        assert shown.is_visible()


def test_a_map_to_draw_on_has_one_unit_on_both_axes(opened):
    page = opened("03_descent_and_ascent")
    sheet = page.tab.locator(".gd-walk canvas").last
    show(page, sheet)
    page.tab.wait_for_timeout(200)
    box = sheet.evaluate("e => e.shown.box")
    assert box["w"] / box["h"] == pytest.approx(10 / 5)  # the upper half of Himmelblau's map


def models(name, explorers):
    """The models of a stored notebook's explorers, or of its forms, in their order."""
    import nbformat

    from pages.web import WIDGET_VIEW

    call = r"explore\.(?!predict|sketch)" if explorers else r"explore\.predict\("
    return [
        output.data[WIDGET_VIEW]["model_id"]
        for cell in nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
        for output in cell.get("outputs", ())
        if WIDGET_VIEW in output.get("data", {}) and re.search(call, cell.source)
    ]


@pytest.mark.parametrize("name", DECKS)
def test_printed_every_slide_is_a_page_and_axe_finds_nothing_in_light_and_dark(opened, name):
    """In the view for print all slides are on the page, so axe sees each."""
    page = opened(name, "?print-pdf")
    total = page.tab.evaluate("() => Reveal.getTotalSlides()")
    page.tab.wait_for_function("n => document.querySelectorAll('.pdf-page').length === n", arg=total)
    assert page.violations() == []
    page.tab.emulate_media(color_scheme="dark")
    page.tab.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    page.tab.wait_for_timeout(500)
    assert page.violations_of_colours() == []
    page.tab.emulate_media(color_scheme="light")
    pdf = page.tab.pdf(prefer_css_page_size=True, print_background=True)
    assert max(map(int, re.findall(rb"/Count (\d+)", pdf))) == total
    over = """() => [...document.querySelectorAll(".pdf-page section.sheet")]
        .filter((s) => s.scrollHeight > s.clientHeight + 1 || s.scrollWidth > s.clientWidth + 1).map((s) => s.innerText.slice(0, 60))"""
    assert page.tab.evaluate(over) == []


def test_what_was_drawn_is_compared_only_after_the_key(opened):
    page = opened("03_descent_and_ascent")
    drawn = page.tab.locator(".explorer:has(.gd-curve)").first
    show(page, drawn)
    pencil = drawn.get_by_role("slider", name="Pencil")
    pencil.focus()
    for _ in range(130):
        page.tab.keyboard.press("ArrowRight")
    drawn.get_by_role("button", name="Commit").click()
    page.tab.wait_for_timeout(200)
    assert drawn.locator(".gd-words").inner_text() == ""
    page.tab.keyboard.press("a")
    drawn.get_by_text("Score").or_(drawn.get_by_text("of 100")).first.wait_for()


def test_what_a_class_committed_is_kept_by_a_reload_and_forgotten_in_a_new_tab(opened):
    page = opened("03_descent_and_ascent")
    form = page.predictions()[0]
    show(page, form)
    form.get_by_label("Your prediction").fill("0.2")
    form.get_by_role("button", name="Commit").click()
    page.tab.keyboard.press("ArrowRight")
    page.tab.reload()
    page.settle()
    form = page.predictions()[0]
    show(page, form)
    form.locator("form.committed").wait_for()
    assert form.get_by_label("Your prediction").input_value() == "0.2"
    page.tab.keyboard.press("a")
    form.locator(".gd-words", has_text="The answer is").wait_for()
    page.tab.reload()
    page.settle()
    page.predictions()[0].locator(".gd-words", has_text="The answer is").wait_for(state="attached")
    anew = opened("03_descent_and_ascent").predictions()[0]
    assert "The answer is" not in anew.inner_text()
    assert anew.locator("form.committed").count() == 0


def test_votes_are_counted_by_keys_and_clicks_and_shown_by_a_key(opened):
    page = opened("03_descent_and_ascent")
    vote = page.tab.locator(".vote").first
    show(page, vote)
    buttons, said = vote.get_by_role("button"), vote.locator("p")
    assert buttons.count() == 5
    for key in "11122":
        page.tab.keyboard.press(key)
    buttons.nth(2).click()
    counts = "() => [...document.querySelectorAll('section.present .vote .count')].map((e) => e.textContent)"
    assert page.tab.evaluate(counts) == [""] * 5
    assert said.inner_text() == "6 votes"
    page.tab.keyboard.press("v")
    assert page.tab.evaluate(counts) == ["3", "2", "1", "0", "0"]
    assert "neighbour" in said.inner_text()
    for _ in range(3):  # the three that are not for A
        page.tab.keyboard.press("Backspace")
    assert page.tab.evaluate(counts) == ["3", "0", "0", "0", "0"]
    assert said.inner_text() == "3 votes"
    page.tab.keyboard.press("0")
    assert page.tab.evaluate(counts) == [""] * 5
    assert said.inner_text() == ""
    assert page.violations() == []


def test_a_split_vote_moves_nothing_on_its_slide(opened):
    page = opened("05_mini_batches_short")
    show(page, page.tab.locator(".slide-name", has_text="leaving").first)
    places = "() => [...document.querySelectorAll('section.sheet.present :is(.vote, .question)')].map((e) => e.getBoundingClientRect().top)"
    before = page.tab.evaluate(places)
    for key in "12v":
        page.tab.keyboard.press(key)
    page.tab.locator("section.present .vote p", has_text="Turn to your neighbour: why?").wait_for()
    assert page.tab.evaluate(places) == before


def test_the_keys_turn_the_slides_after_an_answer_and_escape_shows_nothing_to_come(opened):
    page = opened("03_descent_and_ascent")
    form, hint, key = page.predictions()[0], page.tab.locator(".hint"), page.tab.keyboard.press
    show(page, form)
    key("a")
    assert hint.inner_text() == "Commit first, then A shows the answer."
    form.get_by_label("Your prediction").fill("0.3")
    form.get_by_role("button", name="Commit").click()
    before = page.tab.evaluate(AT)
    key("Escape")
    assert not page.tab.evaluate("() => Reveal.isOverview()")
    key("a")
    form.locator(".gd-words", has_text="The answer is").wait_for()
    page.tab.wait_for_timeout(200)
    assert page.tab.evaluate("() => document.activeElement === document.body")
    key("1")
    assert page.tab.locator("section.present .vote p").inner_text() == "1 vote"
    assert form.locator("textarea").input_value() == ""
    key("ArrowRight")
    assert page.tab.evaluate(AT) == before + 1
    key("o")
    assert page.tab.evaluate("() => Reveal.isOverview()")
    key("Escape")
    assert not page.tab.evaluate("() => Reveal.isOverview()")


@pytest.mark.parametrize("name", ["03_descent_and_ascent", "03_descent_and_ascent_short"])
def test_late_one_key_goes_to_the_next_section_worth_keeping(opened, name):
    page = opened(name)
    seen, title = [], "() => document.querySelector('section.sheet.present > :is(h1, h2, h3)').textContent"
    for _ in range(12):
        page.tab.keyboard.press("l")
        seen.append(page.tab.evaluate(title))
    kept = [*dict.fromkeys(seen)]
    assert kept[:3] == ["3 · Why did it stop?", "The learning rate", "The narrow valley"]
    assert kept[-1] == "Homework"
    assert ("Three ways to end" in kept) == (not name.endswith("short"))
    page.tab.keyboard.press("Shift+Slash")
    keys = page.tab.locator(".r-overlay-help-content")
    assert "Late: the next section worth keeping" in keys.inner_text()
    assert "Next slide" in keys.inner_text()
    assert not re.search(r"\bL\b.*Next slide|ESC", keys.inner_text())
    page.tab.keyboard.press("Escape")
    assert keys.count() == 0


def test_a_slide_has_its_name_at_its_foot_and_a_key_goes_there(opened):
    page = opened("03_descent_and_ascent")
    page.tab.keyboard.press("g")
    page.tab.locator(".jump-to-slide-input").fill("edge")
    page.tab.keyboard.press("Enter")
    page.tab.locator("section.sheet.present .slide-name", has_text="edge").wait_for()
    assert page.tab.evaluate("() => Reveal.getCurrentSlide().querySelector('aside').textContent").count("[edge]") == 1
    page.tab.wait_for_function(r"() => /^#\/\d+\/\d+$/.test(location.hash)")
    page.tab.keyboard.press("g")
    page.tab.locator(".jump-to-slide-input").fill("nonsense")
    page.tab.keyboard.press("Enter")
    page.tab.locator(".hint", has_text="No slide is called nonsense.").wait_for()


def test_the_key_for_a_name_works_inside_an_explorer_too_but_not_where_one_types(opened):
    page = opened("05_mini_batches")
    jump, field = page.tab.locator(".jump-to-slide-input"), page.tab.locator(".gd-field:not([hidden]) input").first
    show(page, field)
    field.press("g")
    assert "g" in field.input_value()
    assert jump.count() == 0
    page.tab.locator("section.present .noUi-handle").first.press("g")
    jump.fill("loop")
    jump.press("Enter")
    page.tab.locator("section.sheet.present .slide-name", has_text="loop").wait_for()


def test_the_speaker_view_shows_the_notes_and_follows(opened):
    page = opened("03_descent_and_ascent", "#/5")
    with page.tab.expect_popup() as popup:
        page.tab.keyboard.press("s")
    speaker = popup.value
    errors = []
    speaker.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    notes = speaker.locator(".speaker-controls-notes .value")
    notes.get_by_text("13–32 min", exact=False).first.wait_for()
    assert "Do." in notes.inner_text()
    assert re.search(r"\\\(|\$", notes.inner_text()) is None
    speaker.frame_locator("#current-slide iframe").locator("section.present section.sheet.present .question").wait_for()
    speaker.frame_locator("#upcoming-slide iframe").locator("section.present section.sheet.present .result").wait_for()
    assert "Which two were equally fast?" not in notes.inner_text()
    folded = notes.get_by_text("After they have answered: replies").first
    assert not notes.get_by_text("Answer:").first.is_visible()  # nothing is given away before the vote
    folded.click()
    assert notes.get_by_text("Answer:").first.is_visible()
    page.tab.keyboard.press("ArrowRight")
    for part in ("Ask.", "They believe:", "Show:"):
        notes.get_by_text(part, exact=True).first.wait_for()
    assert not notes.locator("details p").first.is_visible()
    assert speaker.locator(".pacing-title").is_visible()  # the clock knows how long the slides may take
    assert errors == []
    speaker.close()


def test_what_is_pressed_in_the_speaker_view_happens_on_the_wall(opened):
    page = opened("03_descent_and_ascent", "#/1")
    with page.tab.expect_popup() as popup:
        page.tab.keyboard.press("s")
    speaker = popup.value
    speaker.frame_locator("#current-slide iframe").locator("section.present section.sheet.present .vote").wait_for()
    speaker.locator("body").press("1")
    page.tab.locator("section.sheet.present .vote p", has_text="1 vote").wait_for()
    speaker.locator("body").press("v")
    page.tab.locator("section.sheet.present .vote.shown").wait_for()
    speaker.locator("body").press("l")
    page.tab.locator("h2", has_text="The learning rate").locator("visible=true").wait_for()
    speaker.close()


def test_a_key_makes_it_dark(opened):
    page = opened("03_descent_and_ascent", "#/5/5")
    colours = "() => [document.body, document.querySelector('section.sheet.present h3')].map((e) => getComputedStyle(e)).map((s) => [s.backgroundColor, s.color])"
    light = page.tab.evaluate(colours)
    page.tab.keyboard.press("d")
    dark = page.tab.evaluate(colours)
    assert light[0][0] == "rgb(255, 255, 255)"
    assert dark[0][0] != light[0][0]
    assert dark[1][1] != light[1][1]
    page.tab.keyboard.press("d")
    assert page.tab.evaluate(colours) == light
