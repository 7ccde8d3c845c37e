"""The site, page by page, in a browser that reaches no other host and has no kernel."""

import contextlib
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

from pages import core, web

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
    assert page.violations() == []
    page.tab.set_viewport_size({"width": 400, "height": 800})
    page.tab.wait_for_timeout(
        600
    )  # the theme looks 300 ms after a change which code now has to be scrolled by keyboard
    assert page.wider_than_the_window() == 0
    assert page.violations() == []


@pytest.mark.parametrize("name", LECTURES)
def test_every_explorer_of_a_lecture_is_alive_and_right(opened, name):
    from site_pages import asked, moved

    page, expected = opened(name.replace(".ipynb", ".html")), asked(name)
    views = page.explorers()
    assert len(views) == len(expected) > 0
    for view, (_, kind, given, sliders) in zip(views, expected, strict=True):
        moved(view, kind, given, sliders)


def test_the_explorer_of_the_first_page_is_alive_and_right(opened):
    from site_pages import asked, moved

    marked = re.search(r"<!-- live: (\S+) (.+) -->", (ROOT / "docs" / "site" / "index.md").read_text("utf-8"))
    (view,) = opened("index.html").explorers()
    ((_, kind, given, sliders),) = [one for one in asked(marked[1]) if one[0].startswith(marked[2])]
    moved(view, kind, given, sliders)


@pytest.mark.parametrize("name", LECTURES)
def test_every_prediction_scores_with_no_kernel(opened, name):
    """Every other form is given the answer that the notebook keeps, the ones between a wrong one."""
    from site_pages import answers, commit

    forms, kept = opened(name.replace(".ipynb", ".html")).predictions(), answers(name)
    assert len(forms) == len(kept) > 0
    for n, (form, (answer, choices)) in enumerate(zip(forms, kept, strict=True)):
        wrong = next(choice for choice in choices if choice != answer) if choices else 3 * answer + 1
        words = commit(form, wrong if n % 2 else answer)
        assert ("✗ Not this time." if n % 2 else "✓ Right.") in words
        assert "Explanation." in words
        assert "$" not in words


def test_answers_are_folded_and_the_keyboard_unfolds_them(opened):
    """With each answer its code and the paragraph below it, which often say it again."""
    page = opened("notebooks/03_descent_and_ascent.html")
    fold = page.tab.locator("details:has(.cell_output > .output + p)", has_text="Show the answer").first
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
    assert "Hide the answer" in fold.inner_text()
    for hidden in page.tab.locator("pre", has_text="explore.predict(").all():
        assert not hidden.is_visible()
    assert page.untypeset() == []
    assert page.violations() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_of_a_page_is_out_of_sight(opened, scheme):
    """Tables are lists there, printed lines break, and a picture that scrolls says so and keeps its lettering."""
    for name, table in (
        ("index.html", "#start-here"),
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
    sign = "e => getComputedStyle(e.parentElement, '::before').content"
    assert "sideways" in picture.evaluate(sign)
    page.tab.set_viewport_size({"width": 1280, "height": 800})
    assert "sideways" not in picture.evaluate(sign)
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
    assert page.tab.evaluate("() => document.activeElement.textContent") == "Skip to main content"
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
    for words in ("learning", "tangent"):
        page = opened(f"search.html?q={words}")
        page.tab.locator("#search-results .search-summary", has_text="finished").wait_for()
        quoted = page.tab.locator("#search-results .context")
        quoted.first.wait_for()
        found = quoted.all_inner_texts()
        assert any(words in text.lower() for text in found)
        assert [
            text for text in found if "\\" in text or "Contents" in text or "Run it in the browser Slides" in text
        ] == []


@pytest.mark.parametrize(
    "words, found", [("learning rate", "notebooks/03_descent_and_ascent.html"), ("경사하강법", "glossary.html")]
)
def test_search_finds(opened, words, found):
    page = opened(f"search.html?q={urllib.parse.quote(words)}")
    page.tab.locator("#search-results li a").first.wait_for()
    page.tab.locator("#search-results .search-summary", has_text="finished").wait_for()
    links = page.tab.locator("#search-results li a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert any(link.startswith(found) for link in links)


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
    assert len(page.explorers()) == 3
    assert page.untypeset() == page.errors == page.outside == []
    page.close()


class Anchors(HTMLParser):
    """What a page links to and loads, and the places in it that can be linked to."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids |= {values[name] for name in ("id", "name") if values.get(name)}
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        address = values.get("href") if tag == "link" else values.get("src")
        if address and not address.startswith("data:"):
            self.loads.append(address)


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
        assert target(name, address)[0].is_file(), address
    for address in page.links:
        if (place := target(name, address)) is None:
            continue
        file, anchor = place
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
        assert re.search(rf'class="right-next"\s+href="\.\./{after.replace(".ipynb", ".html")}"', text)


def test_an_exercise_can_be_answered_from_its_page(url):
    """By the course in the browser, in a tab of its own, where that is built; else by what can be downloaded."""
    for name in EXERCISES:
        text = (SITE / name.replace(".ipynb", ".html")).read_text("utf-8")
        assert "This page is for reading." in text
        assert {Path(name).name, "../course.zip", f"../notebooks/{Path(name).stem}.html"} <= set(Anchors(text).links)
    for name in ("index.html", *(book.replace(".ipynb", ".html") for book in BOOKS)):
        tags = re.findall(r"<a [^>]*lite/lab/index\.html[^>]*>", (SITE / name).read_text("utf-8"))
        assert bool(tags) == (SITE / "lite" / "lab" / "index.html").exists()
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
    assert [item for item in menu if item.startswith("Questions on")] == [
        f"Questions on lecture {n}" for n in range(1, 7)
    ]
    assert not [item for item in menu if "questions to ask" in item]
    guide = read("docs/teaching/README.html").links
    carried = [path.name for path in sorted((SITE / "slides").glob("*.html"))] if (SITE / "slides").exists() else []
    assert [link for link in guide if "slides/" in link] == [f"../../slides/{name}" for name in carried]
