"""How the site's sources are staged, and what the site's own pages say (the pages themselves: browser/test_site.py)."""

import html
import os
import re
import subprocess
from pathlib import Path
from zipfile import ZipFile

import jinja2
import nbformat
import pytest

from gdlib.words import say
from pages import core, site, web

ROOT = Path(__file__).parent.parent

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
    ready = site.for_the_site(notebook)
    assert nbformat.writes(notebook) == before
    return ready.cells


def test_a_picture_keeps_its_words_and_stands_until_the_widget_is_drawn():
    _, cell = staged(widget_cell(**{"image/png": "aWs="}))
    assert [list(output.data) for output in cell.outputs] == [["image/png"], [web.WIDGET_VIEW]]
    assert cell.metadata.mystnb.image == {"alt": "The curve & its tangent.", "classes": "gd-still"}


def test_a_form_has_its_question_until_it_is_drawn():
    _, cell = staged(widget_cell())
    assert cell.outputs[0].data == {"text/html": '<p class="gd-still">Predict: is $x &lt; 1$?</p>'}


def test_what_is_folded_in_the_notebook_is_folded_on_the_page():
    answer, code, form = widget_cell(), widget_cell(), widget_cell()
    form.source = "explore.predict('How many?', answer=lambda: 3)"
    answer.metadata.jupyter = {"source_hidden": True, "outputs_hidden": True}
    code.metadata.jupyter = form.metadata.jupyter = {"source_hidden": True}
    _, answer, code, form = staged(answer, code, form)
    assert (answer.metadata.tags, answer.metadata.mystnb.code_prompt_show) == (["hide-cell"], "Show the answer")
    assert (code.metadata.tags, code.metadata.mystnb.code_prompt_show) == (["hide-input"], "Show the code")
    assert form.metadata.mystnb.code_prompt_show == "Show the code (it holds the answer)"


def test_pages_and_decks_do_without_the_lines_that_name_what_jupyterlab_folds(monkeypatch, tmp_path):
    (tmp_path / "notebooks").mkdir()
    cells = [nbformat.v4.new_code_cell(f"# {words}: run this cell\nx = 1") for words in ("The answer", "A prediction")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "notebooks" / "01_small.ipynb")
    monkeypatch.setattr(web, "ROOT", tmp_path)
    assert [cell.source for cell in web.notebooks()[Path("notebooks/01_small.ipynb")].cells] == ["x = 1", "x = 1"]


def test_a_notebook_that_was_saved_without_its_widgets_is_named(monkeypatch, tmp_path):
    (tmp_path / "notebooks").mkdir()
    book = nbformat.v4.new_notebook(cells=[widget_cell()])
    monkeypatch.setattr(web, "ROOT", tmp_path)
    for state, lacks in (
        (None, True),
        ({"b": {"model_name": "AnyModel", "state": {}}}, True),
        ({"a": {"model_name": "VBoxModel", "state": {"children": ["IPY_MODEL_b"]}}}, True),
        ({"a": {"model_name": "AnyModel", "state": {}}}, False),
    ):
        book.metadata.widgets = {web.WIDGET_STATE: {"state": state}} if state else {}
        nbformat.write(book, tmp_path / "notebooks" / "01_small.ipynb")
        if lacks:
            with pytest.raises(SystemExit, match=r"^notebooks/01_small.ipynb shows .*`git checkout notebooks/01_small"):
                web.notebooks()
        else:
            assert len(web.notebooks()) == 1


def test_nobodys_own_work_is_published(tmp_path):
    def git(*words):
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    web.only_what_is_committed(tmp_path)  # there is no git: nothing to compare with
    names = [tmp_path / folder / f"01 {folder} ü.ipynb" for folder in ("notebooks", "exercises")]
    for path in names:
        path.parent.mkdir()
        path.write_text("{}")
    git("init")
    git("add", ".")
    git("commit", "-m", "x")
    (tmp_path / "README.md").touch()
    web.only_what_is_committed(tmp_path)
    for path in (*names, tmp_path / "exercises" / "mine.ipynb"):
        path.write_text("{ }")
        with pytest.raises(SystemExit, match=path.relative_to(tmp_path).as_posix()):
            web.only_what_is_committed(tmp_path)
        git("stash", "--include-untracked")
        web.only_what_is_committed(tmp_path)
    (tmp_path / ".git" / "HEAD").unlink()
    with pytest.raises(SystemExit, match="not a git repository"):
        web.only_what_is_committed(tmp_path)


@pytest.mark.parametrize("name", ["site", "lite"])
def test_nothing_is_built_of_somebodys_own_work(monkeypatch, name):
    def refuse():
        raise SystemExit("exercises/01.ipynb differs")

    builds = pytest.importorskip(f"pages.{name}")  # lite needs its extra
    monkeypatch.setattr(builds, "only_what_is_committed", refuse)
    monkeypatch.setattr(builds, "build", lambda *_: pytest.fail("it was built"))
    with pytest.raises(SystemExit, match="differs"):
        builds.main(["build"])


@pytest.mark.parametrize(
    "words, rest",
    [
        ("It goes to 4.\nSo does $h$.", "\n\nWhy 4?"),
        ("**4** it is.", "\n\n## Next\n\nText."),
        ("All there are:\n\n| a | b |\n|---|---|\n| 1 | 2 |", "\n\nText."),
        ("In letters:\n\n$$x^2$$", ""),
        ("", "Now in letters:"),
        ("", "Now in letters:\n\nText."),
        ("", "Now for more:\n\n## Next"),
        ("", "## Next\n\nText."),
        ("", "> **Predict.** How far?"),
        ("", "- one\n- two"),
        ("", "| a | b |\n|---|---|\n| 1 | 2 |"),
    ],
)
def test_the_words_about_an_answer_are_folded_with_it(words, rest):
    answer, text = widget_cell(), nbformat.v4.new_markdown_cell(words + rest)
    answer.metadata.jupyter = {"outputs_hidden": True}
    _, answer, after = staged(answer, text)
    folded = [output.data["text/markdown"] for output in answer.outputs if "text/markdown" in output.data]
    assert folded == ([words] if words else [])
    assert after.source == rest.lstrip("\n")


def test_words_below_an_answer_that_is_open_stay_open():
    _, _, after = staged(widget_cell(), nbformat.v4.new_markdown_cell("It goes to 4."))
    assert after.source == "It goes to 4."


@pytest.mark.parametrize(
    "text, broken",
    [
        ("from the start: 523 m up in 15586 m\n", True),
        ("h = 2    slope 6\nh = 0.1  slope 4\n", False),
        ("a  b\n", True),
    ],
)
def test_lines_are_broken_but_not_in_columns(text, broken):
    cell = nbformat.v4.new_code_cell("print()", outputs=[nbformat.v4.new_output("stream", name="stdout", text=text)])
    assert ("gd-columns" not in staged(cell)[1].metadata.tags) == broken


def test_two_pictures_in_a_cell_are_refused():
    cell = widget_cell(**{"image/png": "aWs="})
    cell.outputs.append(cell.outputs[0])
    with pytest.raises(SystemExit, match="alternative text"):
        staged(cell)


def links_of(page, repository=""):
    """What the page of a notebook says above its title."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(site.PAGES / "templates"), undefined=jinja2.StrictUndefined
    )
    lectures = {path.with_suffix("").as_posix(): "" for path in web.notebooks()}
    about = {"pagename": page, "repository": repository, "lectures": lectures, "language": "en", "say": say}
    return templates.get_template("open.html").render(about)


def test_other_services_are_linked_only_where_the_repository_has_an_address():
    here = links_of("notebooks/01_differentiation")
    assert re.findall('href="([^"]+)"', here) == [
        "../lite/run/notebooks/01_differentiation.html",
        "../slides/01_differentiation.html",
        "../exercises/01_differentiation.html",
        "01_differentiation.ipynb",
        "../glossary.html",
    ]
    public = links_of("notebooks/01_differentiation", "me/course")
    assert re.findall('href="https://([^"]+)"', public) == [
        "mybinder.org/v2/gh/me/course/HEAD?labpath=notebooks/01_differentiation.ipynb",
        "colab.research.google.com/github/me/course/blob/main/notebooks/01_differentiation.ipynb",
    ]


def test_a_page_of_an_exercise_says_how_to_answer():
    page = links_of("exercises/02_gradient_vectors")
    assert "slides" not in page
    assert "../notebooks/02_gradient_vectors.html" in page
    how = re.search('<p class="gd-read">(.*)</p>', page)[1]
    words = re.sub("<.*?>", "", re.sub('<span class="gd-lite">.*?</span>', "", how))
    assert words == "This page is for reading. To answer, download it into the course."
    assert "This page is for reading. To answer, run it in the browser, or download it" in re.sub("<.*?>", "", how)
    assert "gd-read" not in links_of("notebooks/02_gradient_vectors")


def test_decks_and_the_browser_are_linked_in_whatever_order_they_are_made(tmp_path):
    """The links are on every page, and hidden while they lead nowhere."""
    pages, decks = tmp_path / "site", tmp_path / "slides"
    site.link(pages, decks, {})  # the site is not there yet
    assert not pages.exists()
    (pages / "_static").mkdir(parents=True)

    def hidden():
        site.link(pages, decks, {})
        return re.findall(r"^\.gd-(\w+) { display: none; }", (pages / "_static" / "parts.css").read_text("utf-8"), re.M)

    assert hidden() == ["lite", "slides"]
    (pages / "lite" / "run").mkdir(parents=True)
    assert hidden() == ["slides"]
    decks.mkdir()
    for path in web.notebooks():
        assert hidden() == ["slides"]  # while one is missing
        (decks / f"{path.stem}.html").touch()
        (decks / f"{path.stem}_short.html").touch()
    assert hidden() == []
    assert len(list((pages / "slides").iterdir())) == 2 * len(web.notebooks())


def test_decks_are_linked_from_the_guide():
    text = "| `build/slides/01_differentiation.html` |"
    linked = '| <a class="gd-slides" href="../../slides/01_differentiation.html">slides 1</a> |'
    assert site.with_decks(text, Path("docs/teaching/README.md")) == linked
    guide = (ROOT / "docs" / "teaching" / "README.md").read_text("utf-8")
    assert re.findall(r"`build/slides/(\w+)\.html`", guide) == [path.stem for path in web.notebooks()]


def test_the_archive_is_the_course_and_the_same_each_time(tmp_path):
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("no git here")
    site.archive(tmp_path / "one.zip")
    site.archive(tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert (tmp_path / "one.zip").stat().st_size < 10_000_000
    with ZipFile(tmp_path / "one.zip") as made:
        names = {name.removeprefix("gradient-descent/") for name in made.namelist()}
        modes = {
            name.removeprefix("gradient-descent/"): made.getinfo(name).external_attr >> 16 for name in made.namelist()
        }
        assert len({entry.date_time for entry in made.infolist()}) == 1
        assert made.infolist()[0].date_time < (2026, 1, 2)
        assert made.read("gradient-descent/Makefile") == (ROOT / "Makefile").read_bytes()
    assert names == {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    # what `make lab` and an installation of gdlib read
    assert {
        "Makefile",
        "requirements/course.lock",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "environment.yml",
    } <= names
    assert {"gdlib/__init__.py", "notebooks/01_differentiation.ipynb", "exercises/01_differentiation.ipynb"} <= names
    assert {name for name, mode in modes.items() if mode & 0o100} == {
        name for name in names if os.access(ROOT / name, os.X_OK)
    }


def test_the_archive_can_be_made_from_an_archive(tmp_path):
    for name in ("Makefile", "gdlib/descent.py", "build/site/index.html", ".venv/bin/python", "docs/node_modules/a.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert site.course_files(tmp_path) == [Path("Makefile"), Path("gdlib/descent.py")]


def test_an_explorer_taken_out_of_a_lecture_brings_what_it_needs_and_no_more():
    notebook = web.notebooks()[Path("notebooks/03_descent_and_ascent.ipynb")]
    state = notebook.metadata.widgets[web.WIDGET_STATE]["state"]
    cell = next(cell for cell in notebook.cells if re.match(r"explore\.descent\(\s*valley", cell.source))
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
    rules, makefile = (ROOT / "tests/lecture_rules.py").read_text("utf-8"), (ROOT / "Makefile").read_text("utf-8")
    for rule in ("shows_its_numbers", "asserts_what_it_measures"):
        assert rule in text
        assert f"def {rule}(" in rules
    for target in set(re.findall(r"`make ([\w-]+)`", text)):
        assert re.search(rf"^{target}:", makefile, re.M), target


# --- "Read the core" ------------------------------------------------------------------------------

LESSON = """## One

Text.

### Inner

More.

## Two

The end.
"""


def lesson():
    """{path: notebook} of a lecture 4 of two cells of text with one of code between them."""
    cells = [
        nbformat.v4.new_markdown_cell(LESSON),
        nbformat.v4.new_code_cell("1"),
        nbformat.v4.new_markdown_cell("## Three"),
    ]
    return {Path("notebooks/04_small.ipynb"): nbformat.v4.new_notebook(cells=cells)}


def test_every_comment_of_the_core_names_a_section_that_is_there():
    core.places(core.sources(), web.notebooks())


def test_a_comment_that_names_no_section_stops_the_build():
    texts = {"regression": 'a = 1\nb = 2  # the minus: lecture 4, "One"\n# lecture 4, "Onne"\n'}
    with pytest.raises(SystemExit, match=r'gdlib/regression.py:3: lecture 4 has no section "Onne"'):
        core.places(texts, lesson())
    with pytest.raises(SystemExit, match="lecture 5 has no section"):
        core.places({"descent": '# lecture 5, "One"'}, lesson())


def test_a_section_that_the_core_names_ends_with_a_link_to_the_line():
    texts = {"regression": 'a = 1\nb = 2  # lecture 4, "One"\n', "descent": '# lecture 4, "One"\n# lecture 4, "Two"\n'}
    books = lesson()
    (book,) = books.values()
    core.with_ways_back(book, 4, core.places(texts, books))
    one, two, three = re.split("^## ", "".join(cell.source for cell in book.cells), flags=re.M)[1:]
    links = '<a href="../core.html#regression-2">gdlib/regression.py:2</a>; <a href="../core.html#descent-1">'
    assert one.startswith("One\n\nText.\n\n### Inner\n\nMore.\n\n<p")
    assert links in one
    assert 'core.html#descent-2">gdlib/descent.py:2</a>' in two
    assert three == "Three"


def test_a_file_of_the_core_is_shown_whole_and_its_comments_are_links():
    pytest.importorskip("docutils", reason="needs the extra `site`: make .venv/ready-site")
    for name, text in core.sources().items():
        code = re.sub(r'<span class="linenos">[ \d]+</span>', "", core.as_html(name, text, web.notebooks()))
        assert html.unescape(re.sub("<[^>]+>", "", code)).strip("\n") == text.strip("\n")
    shown = core.as_html("regression", 'b = "<"  # lecture 4, "One & all"\n', lesson())
    assert '# <a href="notebooks/04_small.html#one--all">lecture 4, "One &amp; all"</a></span>' in html.unescape(
        shown.replace("&amp;", "&amp;amp;")
    )
    assert 'id="regression-1"' in shown


def glossary():
    """The rows of the glossary: (English, Korean, how it is written, what it is, number of the lecture)."""
    text = (ROOT / "docs" / "site" / "glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+) \| \[(\d)\]\((.+?)\) \|$", text, re.M)
    assert [int(number) for *_, number, address in rows] == [int(Path(row[-1]).name[:2]) for row in rows]
    return [(*row[:4], int(row[4])) for row in rows]


def test_the_glossary_has_the_words_of_the_course():
    words = {english: korean for english, korean, *_ in glossary() if re.search("[가-힣]", korean)}
    assert {
        "gradient descent": "경사하강법",
        "learning rate": "학습률",
        "objective": "목적식 (목적함수)",
    }.items() <= words.items()
    assert len(words) == len(set(words.values())) == len(glossary()) == 50


def test_the_glossary_names_the_lecture_that_explains_a_word():
    """No earlier lecture sets the word in bold, which is how a lecture introduces one."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "notebooks" / "text").glob("*.md"))]
    for english, _, _, _, lecture in glossary():
        for word in english.split(", "):
            assert not any(f"**{word}**" in text for text in texts[: lecture - 1]), (word, lecture)
    first = {english: lecture for english, *_, lecture in glossary()}
    assert first["learning rate"] == first["stopping condition"] == first["convergence, divergence"] == 1
