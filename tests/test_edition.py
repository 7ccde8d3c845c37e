"""The course in Korean, as `make notebooks exercises slides LANGUAGE=ko` wrote it into build/ko: texts differ, nothing else.
Run by `make test-korean`."""

import ast
import base64
import io
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from fontTools.ttLib import TTFont

import classroom
from grading import walls
from lectures.exercises import FETCH, SPEAK
from pages import web
from test_translation import cells
from translation import catalogs, edition, hangul, units

pytestmark = pytest.mark.korean
ROOT = Path(__file__).parent.parent
KOREAN = ROOT / "build" / "ko"
TEXTS = ROOT / "notebooks" / "text"
LECTURES = sorted(path.stem for path in (ROOT / "notebooks" / "text").glob("*.md"))
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")
each_lecture = pytest.mark.parametrize("name", LECTURES)


def both(folder, name):
    """The English notebook and the Korean one."""
    return [nbformat.read(root / folder / f"{name}.ipynb", 4) for root in (ROOT, KOREAN)]


def said(cell):
    """What a cell has put out, as text."""
    return "\n".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)


@each_lecture
@pytest.mark.parametrize("folder", ["notebooks", "exercises"])
def test_the_same_cells_and_the_same_code_but_for_texts(folder, name):
    english, korean = both(folder, name)
    assert [(c.cell_type, c.metadata.get("tags")) for c in english.cells] == [
        (c.cell_type, c.metadata.get("tags")) for c in korean.cells
    ]
    for ours, theirs in zip(english.cells, korean.cells, strict=True):
        if ours.cell_type == "code":
            fence, own = "```{{code-cell}}\n{}\n```\n", theirs.source.replace(FETCH + SPEAK.format("ko"), FETCH)
            assert [*cells(fence.format(ours.source))] == [*cells(fence.format(own))]
    assert sum(FETCH + SPEAK.format("ko") in cell.source for cell in korean.cells) == 1
    assert korean.metadata.pop("gdlib") == {"language": "ko"}
    assert {*english.metadata} == {*korean.metadata}


@each_lecture
def test_the_same_outputs_but_for_texts(name):
    for ours, theirs in zip(*(book.cells for book in both("notebooks", name)), strict=True):
        if ours.cell_type != "code" or "nbval-ignore-output" in ours.metadata.get("tags", ()):
            continue
        kinds = [[(o.output_type, sorted(o.get("data", {}))) for o in cell.outputs] for cell in (ours, theirs)]
        assert kinds[0] == kinds[1], ours.source
        plain, large = (
            [Counter(NUMBER.findall(read(said(cell)))) for cell in (ours, theirs)] for read in (str, catalogs.large)
        )
        assert plain[0] == plain[1] or large[0] == large[1], ours.source


@each_lecture
def test_most_of_what_is_read_is_korean(name):
    """No paragraph is left in English, but for what stands in locale without a translation: that is none."""
    texts = [cell.source for cell in both("notebooks", name)[1].cells if cell.cell_type == "markdown"]
    assert not [text for text in texts if "[English]" in text]
    hangul = sum(len(re.findall("[가-힣]", text)) for text in texts)
    latin = sum(len(re.findall("[A-Za-z]", re.sub(r"\$[^$]*\$|`[^`]*`|\([^)]*\)", "", text))) for text in texts)
    assert hangul > 4 * latin


@each_lecture
def test_sections_have_the_addresses_that_they_have_in_english(name):
    page = (KOREAN / "build" / "site" / "notebooks" / f"{name}.html").read_text("utf-8")
    assert '<html lang="ko"' in page[:200]
    english = [edition.plain(text) for text, what in units.texts_of(TEXTS / f"{name}.md") if what == "heading"]
    assert len(english) > 5
    assert not [text for text in english if f'<section id="{web.address_of(text)}">' not in page]


def test_a_page_brings_all_the_hangul_that_it_shows():
    """Chromium in a class may have no such font, as this one has none."""
    site = KOREAN / "build" / "site"
    shown = "".join(path.read_text("utf-8") for path in site.rglob("*.html") if "slides" not in path.parts)
    later = "".join([*catalogs.words("ko", "front").values(), *catalogs.words("ko", "words").values()])
    assert len(brought((site / "_static" / "hangul.css").read_text("utf-8"), shown + later)) > 700
    decks = [*(KOREAN / "build" / "slides").glob("*.html")]
    assert decks
    for path in decks:
        assert len(brought(path.read_text("utf-8"), path.read_text("utf-8") + later)) > 200


def brought(css, page):
    """The letters of both fonts of a style, which must be those of a page."""
    fonts = [
        TTFont(io.BytesIO(base64.b64decode(font))).getBestCmap()
        for font in re.findall(r"font/woff;base64,([^)]+)", css)
    ]
    assert len(fonts) == 2
    for font in fonts:
        assert {*map(ord, hangul.LETTERS.findall(page))} <= font.keys()
    return fonts[0]


def test_each_deck_of_the_english_edition_is_there():
    decks = {path.name for path in (KOREAN / "build" / "slides").glob("*.html")}
    assert decks == {f"{name}{end}.html" for name in LECTURES for end in ("", "_short")} - {f"{LECTURES[6]}_short.html"}
    for path in (KOREAN / "build" / "slides").glob("*.html"):
        assert '<html lang="ko">' in path.read_text("utf-8")[:200]


def test_plans_and_bank_are_read_in_korean():
    program = (
        "from pathlib import Path\nfrom lectures import plans, questions\n"
        "for path in sorted(Path('docs/teaching').glob('0*.md')):\n    plans.read(path), plans.explanations(path)\n"
        "for seed in (0, 1, 2):\n    [exec(q.proof, {}) for q in questions.bank(seed).values()]\n"
        "print(len(questions.bank()))"
    )
    environment = os.environ | {"GDLIB_LANGUAGE": "ko", "PYTHONPATH": "tools"}
    done = subprocess.run([sys.executable, "-c", program], cwd=KOREAN, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 60


def test_a_check_speaks_korean():
    program = (
        "from gdlib.checks import check, hint\nverdict = check('3.1', lambda *given: None)\n"
        "print(repr(verdict), verdict.message, hint('3.1'))"
    )
    environment = os.environ | {"GDLIB_LANGUAGE": "ko"}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    english = re.sub(r"`[^`]*`|\(.*?\)|\b(hint|init|lr|eps|gradient|lambda|lecture|T|x)\b", "", done.stdout)
    assert len(re.findall("[가-힣]", done.stdout)) > 40
    assert not re.search(r"[A-Za-z]{4,} [a-z]{3,} [a-z]{3,}", english), done.stdout


def test_ast_of_every_korean_cell():
    for name in LECTURES:
        for cell in both("exercises", name)[1].cells:
            if cell.cell_type == "code" and "get_ipython" not in cell.source:
                ast.parse(cell.source)


def test_a_class_is_graded_where_the_english_command_would_look(tmp_path):
    """`make grade LANGUAGE=ko` with a folder given from here, and with a whole path: the results lie beside it."""
    if why := walls.why_not():
        pytest.skip(f"no sandbox: {why}")
    for folder, given in ((tmp_path / "week 3", False), (tmp_path / "week 4", True)):
        classroom.hand_in(
            [classroom.Pupil("민지", (KOREAN / "exercises" / f"{LECTURES[2]}.ipynb").read_bytes())], folder
        )
        where = f"SUBMISSIONS={folder if given else os.path.relpath(folder, ROOT)}"
        flags = f"GRADEFLAGS=--no-gradebook --out '{folder}-out'" if given else "GRADEFLAGS=--no-gradebook"
        done = subprocess.run(["make", "grade", "LANGUAGE=ko", where, flags], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        out = Path(f"{folder}-out" if given else f"{folder}-grades")
        for page in (out / "class.html", out / "feedback" / "민지.html"):
            assert '<html lang="ko">' in page.read_text("utf-8")
