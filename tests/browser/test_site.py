"""The site, page by page, in a browser that reaches no other host and has no kernel."""

import contextlib
import functools
import itertools
import os
import re
import subprocess
import sys
import urllib.parse
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZipFile

import pytest

from gdlib.words import language, say
from pages import core, web
from spoken import said

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "site"
BOOKS = [path.relative_to(ROOT).as_posix() for folder in ("notebooks", "exercises") for path in sorted((ROOT / folder).glob("*.ipynb"))]  # fmt: skip
LECTURES, EXERCISES = ([book for book in BOOKS if book.startswith(folder)] for folder in ("notebooks", "exercises"))
GUIDE = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs" / "teaching").rglob("*.md"))]
OWN = [path.name for path in sorted((ROOT / "docs" / "site").glob("*.md"))]
OTHERS = [
    "CONTRIBUTING.md",
    "docs/lite/README.md",
    "bench/results.md",
    "exercises/README.md",
    "gdlib/data/README.md",
    "search.html",
]
PAGES = [re.sub(r"\.\w+$", ".html", source) for source in [*OWN, *BOOKS, *GUIDE, *OTHERS]]
WITHOUT_NUMBERS = "pre => { const copy = pre.cloneNode(true); copy.querySelectorAll('.linenos').forEach((n) => n.remove()); return copy.textContent; }"
FINISHED = {"en": "finished", "ko": "검색"}[language()]  # Sphinx's own word
LARGEST = 3_000_000  # bytes of a page and its own pictures, without what all pages share
BUILT_FROM = ("docs", "notebooks", "exercises", "gdlib", "tools", "bench/results.md", "CONTRIBUTING.md")


def newest(folders):
    files = [
        file for name in folders for file in ((ROOT / name).rglob("*") if (ROOT / name).is_dir() else [ROOT / name])
    ]
    return max(
        file.stat().st_mtime
        for file in files
        if file.is_file() and not {"node_modules", "__pycache__"} & set(file.parts)
    )


@pytest.fixture(scope="session")
def url(browser):
    """The site's address, built where it is older than its sources."""
    from conftest import need
    from site_pages import AXE, served

    with contextlib.suppress(FileNotFoundError):
        (SITE / "search.html").stat()
    stale = not (SITE / ".nojekyll").exists() or (SITE / ".nojekyll").stat().st_mtime < newest(BUILT_FROM)
    if stale:
        need(None if AXE.exists() else "the site needs Node.js: make site")
        subprocess.run(
            [sys.executable, "-m", "pages.site", "build"],
            cwd=ROOT,
            check=True,
            env=os.environ | {"PYTHONPATH": "tools"},
        )
    with served(SITE) as address:
        yield address


@pytest.fixture
def opened(browser, url):
    """Opens pages of the site; closes them, and fails on errors in the console and on requests to other hosts."""
    pages = []

    def opener(name, **options):
        pages.append(browser.open(f"{url}/{name}", **options))
        return pages[-1]

    yield opener
    for page in pages:
        page.close()
    assert [error for page in pages for error in page.errors] == []
    assert [request for page in pages for request in page.outside] == []


@pytest.fixture(scope="module", params=LECTURES)
def loaded(request, browser, url):
    page = browser.open(f"{url}/{request.param.replace('.ipynb', '.html')}")
    yield request.param, page
    page.close()


@pytest.fixture
def lecture(loaded):
    """(the notebook, its page): loaded once for all the tests that ask for it, which run in the order of this file. Each
    fails on errors in the console and on requests to other hosts."""
    _, page = loaded
    page.tab.set_viewport_size({"width": 1280, "height": 1000})
    yield loaded
    assert page.errors == []
    assert page.outside == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page(opened, name):
    """In light and dark: nothing for axe to find, mathematics typeset, pictures with words; narrow: nothing sideways."""
    page = opened(name)
    assert page.tab.locator("h1:visible").count() == 1
    assert page.untypeset() == []
    assert page.without_words() == []
    assert page.violations() == []
    page.tab.emulate_media(color_scheme="dark")
    page.tab.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    assert page.violations_of_colours() == []
    page.tab.set_viewport_size({"width": 400, "height": 800})
    page.tab.wait_for_timeout(
        600
    )  # the theme looks 300 ms after a change which code now has to be scrolled by keyboard
    assert page.wider_than_the_window() == 0
    assert page.violations() == []


@pytest.mark.parametrize("width, height", [(1280, 900), (1024, 768), (390, 844)])
def test_an_explorer_is_seen_whole_while_it_is_used(lecture, width, height):
    """Its first slider, its pictures and its verdict at once, and nothing lies over them."""
    name, page = lecture
    page.tab.set_viewport_size({"width": width, "height": height})
    for view in page.explorers():
        view.root.evaluate("e => e.scrollIntoView({ block: 'start' })")
        view.shown()  # as large as it is now
        top, words = (view.root.locator(part).first.bounding_box() for part in (".widget-slider", ".gd-words"))
        assert words["y"] + words["height"] - top["y"] <= height, (name, words["y"] + words["height"] - top["y"])
        covered = "e => { const r = e.getBoundingClientRect(); return !e.contains(document.elementFromPoint(r.left + r.width / 2, Math.max(r.top, 0) + 2)); }"
        assert not view.root.evaluate(covered)


def test_every_explorer_of_a_lecture_is_alive_and_right(lecture):
    from site_pages import asked, moved

    name, page = lecture
    expected = asked(name)
    views = page.explorers()
    assert len(views) == len(expected) > 0
    for view, (_, kind, given, sliders) in zip(views, expected, strict=True):
        moved(view, kind, given, sliders)


def test_the_explorer_of_the_first_page_is_alive_and_right(opened):
    from site_pages import asked, moved

    marked = re.search(r"<!-- live: (\S+) (.+) -->", (ROOT / "docs" / "site" / "index.md").read_text("utf-8"))
    (view,) = opened("index.html").explorers()
    ((_, kind, given, sliders),) = [one for one in asked(marked[1]) if one[0].startswith(marked[2])]
    moved(view, kind, given, sliders, shown=1)  # the others are in the lectures


def test_every_prediction_scores_with_no_kernel(lecture):
    """Every other form is given the answer that the notebook keeps, the ones between a wrong one."""
    from site_pages import answers, commit

    name, page = lecture
    forms, kept = page.predictions(), answers(name)
    assert len(forms) == len(kept) > 0
    for n, (form, (answer, choices)) in enumerate(zip(forms, kept, strict=True)):
        wrong = next(choice for choice in choices if choice != answer) if choices else 3 * answer + 1
        words = commit(form, wrong if n % 2 else answer)
        assert said("✗ Not this time." if n % 2 else "✓ Right.") in words
        assert said("<b>Explanation.</b>") in words
        assert "$" not in words


def test_answers_are_folded_and_the_keyboard_unfolds_them(opened):
    """With each answer its code and the paragraph below it, which often say it again."""
    page = opened("notebooks/03_descent_and_ascent.html")
    fold = page.tab.locator("details:has(.cell_output > .output + p)", has_text=said("Show the answer")).first
    answer, words = fold.locator(".output").first, fold.locator(".output + p").first
    code = fold.locator(".cell_input")
    assert not answer.is_visible()
    assert not code.is_visible()
    assert not words.is_visible()
    fold.locator("summary").focus()
    page.tab.keyboard.press("Enter")
    assert answer.is_visible()
    assert code.is_visible()
    assert words.is_visible()
    assert said("Hide the answer") in fold.inner_text()
    for hidden in page.tab.locator("pre", has_text="explore.predict(").all():
        assert not hidden.is_visible()
    assert page.untypeset() == []
    assert page.violations() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_of_a_page_is_out_of_sight(opened, scheme):
    """Tables are lists there, printed lines break, and a picture that scrolls says so and keeps its lettering."""
    for name, table in (
        ("glossary.html", "#the-first-words"),
        ("glossary.html", "#and-more"),
    ):
        page = opened(name, width=390, height=800, dark=scheme == "dark")
        cells = page.tab.locator(f"{table} td").all()
        assert len(cells) > 20
        for cell in cells:
            box = cell.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        assert page.violations() == []
    page = opened("notebooks/01_differentiation.html", width=390, height=800, dark=scheme == "dark")
    cut = "all => all.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.innerText)"
    printed = page.tab.locator(".cell:not(.tag_gd-columns) .output.stream pre:visible")
    assert printed.count() > 2
    assert printed.evaluate_all(cut) == []
    shadow = "all => all.filter((e) => e.scrollWidth > e.clientWidth + 1 !== (getComputedStyle(e).boxShadow !== 'none')).map((e) => e.innerText)"
    code = page.tab.locator(".cell_input pre:visible")
    assert code.evaluate_all(cut) != []
    assert code.evaluate_all(shadow) == []  # a shadow where it goes on, and only there
    picture = page.tab.locator(".cell_output > a.image-reference:visible").first
    assert picture.locator("img").bounding_box()["width"] > 550
    assert picture.evaluate("e => e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX") == "auto"
    wider = said("↔ The picture is wider than the page: move it sideways, or tap it.")
    sign = "e => getComputedStyle(e.parentElement, '::before').content"
    assert wider in picture.evaluate(sign)
    page.tab.set_viewport_size({"width": 1280, "height": 800})
    assert wider not in picture.evaluate(sign)
    assert picture.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_on_a_desk_ninety_characters_of_code_fit(opened):
    page = opened("notebooks/01_differentiation.html")
    fits = page.tab.locator(".cell_input pre").first.evaluate(
        """e => { const style = getComputedStyle(e), pen = document.createElement("canvas").getContext("2d");
        pen.font = style.font;
        return (e.clientWidth - 2 * parseFloat(style.paddingLeft)) / pen.measureText("0").width; }"""
    )
    assert fits > 90


def test_the_keyboard_reaches_everything(opened):
    """The skip link comes first and leads to the text; whatever has the focus shows it."""
    page = opened("notebooks/01_differentiation.html")
    page.tab.keyboard.press("Tab")
    assert page.tab.evaluate("() => document.activeElement.textContent") == said("Skip to main content")
    page.tab.keyboard.press("Enter")
    seen = []
    for _ in range(60):
        page.tab.keyboard.press("Tab")
        seen.append(page.focus())
    assert all(focus["inside"] for focus in seen[:3])
    assert {"A", "SUMMARY", "slider"} <= {focus["what"] for focus in seen}
    assert [focus["html"] for focus in seen if not focus["visible"]] == []


def test_search_quotes_sentences(opened):
    """Neither the contents of the page nor raw TeX."""
    for words in {"en": ("learning", "tangent"), "ko": ("손실", "접선")}[language()]:
        page = opened(f"search.html?q={urllib.parse.quote(words)}")
        page.tab.locator("#search-results .search-summary", has_text=FINISHED).wait_for()
        quoted = page.tab.locator("#search-results .context")
        quoted.first.wait_for()
        found = quoted.all_inner_texts()
        assert any(words in text.lower() for text in found)
        assert [
            text
            for text in found
            if "\\" in text or "Contents" in text or f"{said('Run it in the browser')} {said('Slides')}" in text
        ] == []


@pytest.mark.parametrize(
    "words, found",
    {
        "en": [("learning rate", "notebooks/03_descent_and_ascent.html"), ("경사하강법", "glossary.html")],
        "ko": [("학습률", "notebooks/03_descent_and_ascent.html"), ("손실", "notebooks/04_linear_regression.html")],
    }[language()],
)
def test_search_finds(opened, words, found):
    page = opened(f"search.html?q={urllib.parse.quote(words)}")
    page.tab.locator("#search-results li a").first.wait_for()
    page.tab.locator("#search-results .search-summary", has_text=FINISHED).wait_for()
    links = page.tab.locator("#search-results li a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert any(link.startswith(found) for link in links)


def test_another_language_is_a_click_away_at_the_same_place(opened):
    """The address of a section is the same in all of them: that it is there, test_edition.py tests."""
    page = opened("notebooks/03_descent_and_ascent.html")
    link = page.tab.locator(".gd-edition").first
    link.evaluate("e => e.addEventListener('click', (event) => event.preventDefault())")
    for place in ("the-learning-rate", "saddles"):
        page.tab.locator(f"section[id='{place}'] > :is(h2, h3)").evaluate("e => e.scrollIntoView()")
        link.dispatch_event("click")
        address, _, section = link.get_attribute("href").partition("#")
        assert address.endswith("/notebooks/03_descent_and_ascent.html")
        assert ("/ko/" in address) == (language() == "en")
        assert section == place
    assert link.get_attribute("lang") == link.get_attribute("hreflang") != language()


def test_the_first_picture_comes_within_a_second(browser, url):
    """From an empty cache: a still picture or a live one, whatever comes first. Noise may only slow it."""
    for name in ("index.html", *(book.replace(".ipynb", ".html") for book in LECTURES)):
        taken = []
        while min(taken, default=9) > 1 and len(taken) < 10:
            page = browser.open(f"{url}/{name}", wait=False)
            taken.append(page.first_picture())
            page.close()
        assert min(taken) <= 1, f"{name}: {taken} s"


def test_from_disk_without_a_server(browser, url):
    page = browser.open((SITE / "notebooks" / "03_descent_and_ascent.html").as_uri())
    assert len(page.explorers()) == 6
    assert page.untypeset() == page.errors == page.outside == []
    page.close()


class Anchors(HTMLParser):
    """What a page links to and loads, and the places in it that can be linked to."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids, self.editions = [], [], set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids |= {values[name] for name in ("id", "name") if values.get(name)}
        if values.get("hreflang"):  # another language, or not there, and hidden
            self.editions.add(values["href"])
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        address = values.get("href") if tag == "link" else values.get("src")
        if address and not address.startswith("data:"):
            self.loads.append(address)


@functools.cache
def read(name):
    return Anchors((SITE / name).read_text("utf-8"))


def target(name, address):
    """(file below the site, anchor) of an address in a page; None where it leads to another host."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    path = (SITE / name).parent / urllib.parse.unquote(parts.path) if parts.path else SITE / name
    return path.resolve(), urllib.parse.unquote(parts.fragment)


@pytest.mark.parametrize("name", PAGES)
def test_links_and_anchors_lead_somewhere_and_nothing_is_loaded_from_elsewhere(url, name):
    page = read(name)
    assert [address for address in page.loads if target(name, address) is None] == []
    for address in page.loads:
        if address in page.editions:
            continue
        assert target(name, address)[0].is_file(), address
    for address in page.links:
        if address in page.editions:
            continue
        if (place := target(name, address)) is None:
            continue
        file, anchor = place
        if (made := file.relative_to(SITE).parts[0]) in ("lite", "slides") and not (SITE / made).exists():
            continue  # and hidden: test_what_is_not_made_is_not_offered
        assert file.is_file(), address
        assert file.is_relative_to(SITE), address
        if anchor and file.suffix == ".html" and "lite" not in file.parts and "slides" not in file.parts:
            assert anchor in read(file.relative_to(SITE)).ids, address


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_small(url, name):
    own = {target(name, address)[0] for address in read(name).loads if "_images" in address}
    size = (SITE / name).stat().st_size + sum(file.stat().st_size for file in own)
    assert size <= LARGEST


def test_every_notebook_can_be_downloaded_as_it_is_stored(url):
    for book in BOOKS:
        assert (SITE / book).read_bytes() == (ROOT / book).read_bytes()
        assert f"{Path(book).name}" in read(book.replace(".ipynb", ".html")).links


def test_every_page_is_in_the_contents_and_every_lecture_leads_on(url):
    contents = {target("index.html", link)[0] for link in read("index.html").links if target("index.html", link)}
    assert {SITE / page for page in PAGES} - contents <= {SITE / "search.html"}
    order = [book for pair in zip(LECTURES, EXERCISES, strict=True) for book in pair]
    for before, after in itertools.pairwise(order):
        text = (SITE / before.replace(".ipynb", ".html")).read_text("utf-8")
        assert re.search(rf'<a rel="next" href="\.\./{after.replace(".ipynb", ".html")}"', text)


def test_an_exercise_can_be_answered_from_its_page(url):
    """By the course in the browser, in a tab of its own, where that is built; else by what can be downloaded."""
    for name in EXERCISES:
        text = (SITE / name.replace(".ipynb", ".html")).read_text("utf-8")
        assert said("This page is for reading.") in text
        assert {Path(name).name, "../course.zip", f"../notebooks/{Path(name).stem}.html"} <= set(Anchors(text).links)
    for name in ("index.html", *(book.replace(".ipynb", ".html") for book in BOOKS)):
        tags = re.findall(r"<a [^>]*lite/run/[^>]*>", (SITE / name).read_text("utf-8"))
        assert tags
        assert all('target="_blank" rel="noopener"' in tag for tag in tags)


def test_the_core_can_be_read_whole_and_leads_to_the_lectures_and_back(opened):
    page = opened("core.html")
    shown = page.tab.locator("main pre:has(.linenos)")
    files = [shown.nth(n).evaluate(WITHOUT_NUMBERS) for n in range(shown.count())]
    assert [text.strip("\n") for text in files] == [text.strip("\n") for text in core.sources().values()]
    places = core.places(core.sources(), web.notebooks())
    there = [link for link in read("core.html").links if link.startswith("notebooks/") and "#" in link]
    assert len(there) == len(places)
    for place, address in zip(places, there, strict=True):
        name, _, anchor = address.partition("#")
        lecture = (SITE / name).read_text("utf-8")
        back = f"../core.html#{place.file}-{place.line}"
        assert lecture.index(f'id="{anchor}"') < lecture.index(f'href="{back}"')
        assert f"{place.file}-{place.line}" in read("core.html").ids


def test_the_course_can_be_downloaded_from_the_first_page(url):
    assert "course.zip" in read("index.html").links
    with ZipFile(SITE / "course.zip") as course:
        assert course.testzip() is None
        assert {f"gradient-descent/{name}" for name in ("Makefile", "requirements/course.lock", *BOOKS)} <= set(
            course.namelist()
        )


def test_a_word_has_one_name_in_the_menu_and_decks_are_linked_from_the_guide(url):
    menu = re.findall(
        r'<a class="reference internal" href="[^"]+">\s*([^<]+?)\s*</a>', (SITE / "index.html").read_text("utf-8")
    )
    questions = [say("Questions on lecture {n}", n=n) for n in range(1, len(LECTURES) + 1)]
    assert [item for item in menu if item in questions] == questions
    assert not [item for item in menu if "questions to ask" in item]
    guide = read("docs/teaching/README.html").links
    assert [link for link in guide if "slides/" in link] == [
        f"../../slides/{Path(book).stem}.html" for book in LECTURES
    ]


def test_what_is_not_made_is_not_offered(opened):
    """Links to the decks and to the course in the browser: seen where they lead somewhere, on whatever page."""
    for name in ("index.html", "notebooks/03_descent_and_ascent.html", "exercises/03_descent_and_ascent.html"):
        page = opened(name)
        for part, links in (("lite/run", "a[href*='lite/run/']"), ("slides", "a[href*='slides/']")):
            found = page.tab.locator(links)
            assert found.count() or (name, part) in {
                ("index.html", "slides"),
                ("exercises/03_descent_and_ascent.html", "slides"),
            }
            assert all(link.is_visible() == (SITE / part).exists() for link in found.all())
    cell = opened("docs/teaching/README.html").tab.locator("td:has(.gd-slides)").first
    words = cell.evaluate("e => getComputedStyle(e, '::after').content")
    assert words == ("none" if (SITE / "slides").exists() else '"make slides"')


# --- the face -------------------------------------------------------------------------------------


@pytest.mark.parametrize("width, height", [(1280, 900), (1024, 768), (390, 844)])
def test_the_first_screen_holds_the_picture_its_slider_and_the_verdict(opened, width, height):
    page = opened("index.html", width=width, height=height)
    (view,) = page.explorers()
    for part in (view.canvas, view.root.locator(".widget-slider:visible"), view.root.locator(".gd-words p").first):
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
    assert view.canvas.bounding_box()["width"] > 0.9 * width
    assert page.tab.locator("article p:visible").first.inner_text().count(".") <= 2  # two sentences


def test_a_line_of_text_has_65_to_75_characters(opened):
    page = opened("notebooks/03_descent_and_ascent.html")
    lines = page.tab.locator("article section > p").evaluate_all(
        """all => all.map((p) => { const range = document.createRange(); range.selectNodeContents(p);
        const rows = new Set([...range.getClientRects()].map((r) => Math.round(r.bottom / 12)));
        return [p.textContent.length, p.getBoundingClientRect().height / parseFloat(getComputedStyle(p).lineHeight)]; })
        .filter(([, rows]) => rows > 2.5).map(([n, rows]) => n / (rows - 0.5))"""
    )
    assert len(lines) > 5
    least, most = {"en": (62, 78), "ko": (32, 46)}[language()]  # a letter of Hangul is as wide as two
    assert least <= sum(lines) / len(lines) <= most


def test_figures_do_not_glare_in_the_dark(opened):
    """They stand on a light card with a margin, a little dimmed, and nothing is inverted."""
    page = opened("notebooks/04_linear_regression.html", dark=True)
    picture = page.tab.locator("article img:visible").first
    style = picture.evaluate(
        "e => { const s = getComputedStyle(e); return [s.backgroundColor, parseFloat(s.paddingLeft), s.filter]; }"
    )
    assert style[0] == "rgb(255, 255, 255)"
    assert style[1] >= 8
    assert re.fullmatch(r"brightness\(0\.[789]\d*\)", style[2])


def test_code_is_copied_without_numbers_of_lines(opened):
    page = opened("core.html")
    page.tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code = page.tab.locator("article .highlight:has(.linenos)").first
    code.hover()
    code.get_by_role("button", name=said("Copy")).click()
    code.get_by_role("button", name=said("Copied")).wait_for()
    assert page.tab.evaluate("() => navigator.clipboard.readText()").strip() == core.sources()["calculus"].strip()


def test_colours_are_the_systems_or_the_readers_choice(opened):
    page = opened("glossary.html", dark=True)
    button, seen = page.tab.locator(".gd-colours"), []
    for _ in range(4):
        seen.append(
            page.tab.evaluate("() => [document.documentElement.dataset.theme, localStorage.getItem('gd-colours')]")
        )
        button.click()
    assert seen == [["dark", None], ["light", "light"], ["dark", "dark"], ["dark", None]]
    page.tab.reload()
    assert page.tab.evaluate("() => document.documentElement.dataset.theme") == "light"  # the last click chose it
    assert button.get_attribute("aria-label") == said("Colours: light. Change them")


LUMINANCE = """e => { const lin = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = getComputedStyle(e).color.match(/[\\d.]+/g).map(Number); return 0.2126 * lin(r) + 0.7152 * lin(g) + 0.0722 * lin(b); }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_all_is_dark_on_white_whole_and_unfolded(opened, scheme):
    page = opened("notebooks/03_descent_and_ascent.html", dark=scheme == "dark", width=720)
    folds = page.tab.locator("article details").count()
    page.tab.emulate_media(media="print")
    page.tab.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    for what in ("mjx-container", "article p", "article pre", "article h2"):
        light = page.tab.locator(f"{what}:visible").evaluate_all(f"all => all.map({LUMINANCE})")
        assert light
        assert max(light) < 0.06  # at least 9 : 1 on white
    cut = page.tab.locator("article pre").evaluate_all(
        "all => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.innerText)"
    )
    assert cut == []
    assert page.tab.locator("article details[open]").count() == folds > 10
    breaks = page.tab.locator(".gd-explore").evaluate_all("all => all.map((e) => getComputedStyle(e).breakInside)")
    assert set(breaks) == {"avoid"}
    assert not page.tab.locator(".gd-bar, .gd-contents, footer nav, .gd-copy").locator("visible=true").count()
    page.tab.evaluate("() => dispatchEvent(new Event('afterprint'))")
    page.tab.emulate_media(media="screen")
    assert page.tab.locator("article details[open]").count() == 0
    assert page.tab.pdf(format="A4").startswith(b"%PDF")


def test_at_twice_the_size_nothing_is_lost(opened):
    """A window of 1280 at 200 % is one of 640: no page goes sideways, and the bar holds all its links."""
    page = opened("notebooks/04_linear_regression.html", width=640, height=450)
    assert page.wider_than_the_window() == 0
    for link in page.tab.locator(".gd-bar :is(a, button):visible").all():
        box = link.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 640
    assert page.tab.locator(".gd-bar nav a").all_inner_texts()[3].startswith("4")


def test_keys_that_only_jupyter_knows_are_not_spoken_of(url):
    for name in ("index.html", *(book.replace(".ipynb", ".html") for book in BOOKS)):
        text = (SITE / name).read_text("utf-8")
        assert "Shift+Enter" not in text
        assert "could not try" not in text
        assert "could not be tried" not in text
