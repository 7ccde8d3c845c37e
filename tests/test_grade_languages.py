"""A class whose notebooks are in two languages: each student is spoken to in that of the notebook, the class's pages are in
that of the command, and what identifies something is the same in both."""

import csv
import json
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import nbformat
import pytest

import classroom
from gdlib.checks import bank
from gdlib.words import Noted, languages, noted, same, say, spoken
from grading import collect, copies, policy, reading, walls
from lectures import exercises, pipeline
from translation import catalogs, edition, units

ROOT = Path(__file__).parent.parent
EXERCISE = bank.exercise("3")
with spoken("ko"):
    KOREAN = bank.exercise("3")
    UNTOUCHED, OPENING = classroom.notebook(KOREAN), exercises.first_lines()
WHY_NOT = walls.why_not()
HANGUL = re.compile("[가-힣]")
MINJI, SEOJUN = "김민지", "박서준"


def answers(exercise):
    """Of the first questions: a known mistake, nothing returned, an error, nothing filled in, an error of the cell."""
    asked = [*exercise.questions.values()]
    return {
        "3.1": asked[0].mistakes[0][1],
        "3.2": classroom.function(asked[1], "pass"),
        "3.6": classroom.function(asked[5], "raise KeyError('a')"),
        "3.5": "raise ZeroDivisionError",
    }


def in_korean(given=None, change=None):
    with spoken("ko"):
        return classroom.notebook(KOREAN, given, change)


def own_cell(made):
    made.cells[classroom.marked(made, "progress")].source = ""  # which would say the language
    made.cells.insert(3, nbformat.v4.new_code_cell("1 / 0"))


def named(language):
    """A change: a notebook that names a language of anybody's making."""
    return lambda made: made.metadata.update(gdlib={"language": language})


def run(folder, out, language, course):
    """The command of an edition, whose sources are in the folder `course`, as the Makefile gives it."""
    command = [sys.executable, "-m", "grading.grade", folder, "--out", out, "--seed", "5", "--no-gradebook"]
    variables = os.environ | {"PYTHONPATH": str(course / "tools"), "GDLIB_LANGUAGE": language}
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=variables, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """{language of the command: folder of results} of one class."""
    if WHY_NOT:
        pytest.skip(f"no sandbox: {WHY_NOT}")
    folder = tmp_path_factory.mktemp("두 언어") / "제출"
    solution = EXERCISE.questions["3.1"].solution
    hangul = re.sub(r"\bx\b", "자리", solution)
    assert hangul != solution
    files = {
        "Anna": classroom.notebook(EXERCISE, answers(EXERCISE), own_cell),
        MINJI: in_korean(answers(KOREAN), own_cell),
        unicodedata.normalize("NFC", SEOJUN): UNTOUCHED,
        unicodedata.normalize("NFD", SEOJUN): in_korean({"3.1": hangul}),
        "evil": classroom.notebook(EXERCISE, {"3.1": hangul}, named("../../../words/ko")),
        "이수": in_korean(answers(KOREAN))[:-400],  # its metadata are cut off
    }
    classroom.hand_in([classroom.Pupil(*item) for item in files.items()], folder)
    edition.write(folder.parent / "ko", lambda name: catalogs.words("ko", name))
    courses = {"en": ROOT, "ko": folder.parent / "ko"}
    return {name: run(folder, folder.with_name(f"{name}-grades"), name, course) for name, course in courses.items()}


def rows(out, name):
    return {row["question"]: row for row in json.loads((out / "results" / f"{name}.json").read_text())["rows"]}


def table(path):
    return [*csv.DictReader(path.read_text("utf-8-sig").splitlines())]


def page(out, name):
    return (out / "feedback" / f"{name}.html").read_text()


@pytest.mark.parametrize("command", ["en", "ko"])
def test_each_student_is_spoken_to_in_the_language_of_the_notebook(graded, command):
    out = graded[command]
    assert '<html lang="en">' in page(out, "Anna")
    assert not HANGUL.search(page(out, "Anna"))
    text = page(out, MINJI)
    assert '<html lang="ko">' in text
    assert KOREAN.questions["3.1"].title in text
    found = rows(out, MINJI)
    assert found["3.1"]["mistake"] == KOREAN.questions["3.1"].mistakes[0][0]
    english = re.compile(r"\b[A-Za-z]{4,} [a-z]{3,} [a-z]{3,}")
    assert not english.search(re.sub(r"(?s)<style>.*</style>|<pre>.*?</pre>|<code>.*?</code>|<[^>]*>", " ", text))
    with spoken("ko"):
        assert found["3.4"]["message"] == say("Nothing was filled in.")
        what, line = found["3.6"]["example"][0]
        assert (what, line.partition(":")[0]) == (say("where"), say("line {n}", n=line[0]))  # as the sandbox says it
    assert rows(out, "Anna")["3.4"]["message"] == "Nothing was filled in."
    assert rows(out, "Anna")["3.5"]["message"].startswith("Its cell raised ZeroDivisionError: ")


def test_whoever_names_no_language_that_there_is_gets_that_of_the_command(graded):
    for command, other in (("en", "ko"), ("ko", "en")):
        for name in ("evil", "이수"):
            assert f'<html lang="{command}">' in page(graded[command], name)
            assert f'lang="{other}"' not in page(graded[command], name)


@pytest.mark.parametrize("command", ["en", "ko"])
def test_the_class_is_counted_as_one_in_the_language_of_the_command(graded, command):
    text = " ".join((graded[command] / "class.html").read_text().split())
    exercise = KOREAN if command == "ko" else EXERCISE
    assert f'<html lang="{command}">' in text
    plain = re.sub(r"`(.*?)`", r"<code>\1</code>", exercise.questions["3.1"].mistakes[0][0])
    assert f"3 × {plain}" in text
    with spoken(command):
        nothing = re.sub(r"`(.*?)`", r"<code>\1</code>", say("It returns nothing. Did you forget `return`?"))
        assert f"3 × {nothing}" in text
        assert f"<h2>{say('What to explain again')}</h2>" in text
        error = say("{it} raised {error}.", it=say("Cell {n}", n=4), error="ZeroDivisionError: division by zero")
        assert text.count(error.rstrip(".")) == 2
        assert f"<h2>{say('Alike')}</h2>" not in text  # what is given in another language was written by nobody
    assert "3 × <code>KeyError</code>" in text
    assert "3 × <code>ZeroDivisionError</code>" in text
    if command == "en":
        said = re.sub(f"{MINJI}|{SEOJUN}|이수|" + r"\(\d번 줄.*?\)", "", text)  # the line, as the sandbox says it
        assert not HANGUL.search(said)


def test_what_identifies_something_is_the_same_in_both_languages(graded):
    english, korean = (table(graded[name] / "grades.csv") for name in ("en", "ko"))
    assert [list(row) for row in english] == [list(row) for row in korean]
    for ours, theirs in zip(english, korean, strict=True):
        assert {k: v for k, v in ours.items() if k != "note"} == {k: v for k, v in theirs.items() if k != "note"}
    assert "Cell 4 raised ZeroDivisionError" in next(row["note"] for row in english if row["student"] == MINJI)
    assert HANGUL.search(next(row["note"] for row in korean if row["student"] == "Anna"))
    for name in ("files.csv", "beliefs.csv", "gradebook.csv"):
        ours, theirs = ((graded[language] / name).read_text("utf-8-sig").splitlines() for language in ("en", "ko"))
        assert (ours[0], len(ours)) == (theirs[0], len(theirs))
    assert {row["student"]: row["what became of it"] for row in table(graded["ko"] / "files.csv")}["Anna"] == "채점함"


def test_names_in_hangul_are_one_student_however_they_are_written(graded):
    found = {row["student"]: row for row in table(graded["en"] / "grades.csv")}
    assert [*found] == sorted(["Anna", "evil", MINJI, SEOJUN, "이수"])
    assert found[SEOJUN]["3.1"] == found["evil"]["3.1"] == "1"  # with names in Hangul in the code
    assert "most answers begun" in found[SEOJUN]["note"]


def test_both_editions_of_an_exercise_are_read_once():
    for language, exercise in (("en", EXERCISE), ("ko", KOREAN), ("en", EXERCISE)):
        with spoken(language):
            assert bank.exercise("3") is exercise


def test_optional_questions_are_the_same_in_both_languages():
    with spoken("ko"):
        for path in bank.sources():
            korean = bank.exercise(path.name[:2])
            with spoken("en"):
                assert policy.optional(korean) == policy.optional(bank.exercise(path.name[:2]))


@pytest.mark.parametrize("path", sorted((ROOT / "tools" / "grading").glob("*.html")), ids=lambda path: path.name)
def test_a_template_says_all_its_words_and_each_is_translated(path):
    """What stands between tags and between `{{ }}` is no word; what is said is a unit of the PO files."""
    text = re.sub(r"(?s)<style>.*</style>|{%.*?%}|{{.*?}}|<[^>]*>", " ", path.read_text())
    assert re.findall("[A-Za-z]{2,}", text) == []
    said = [text for text, _ in units.texts_of(path)]
    assert len(said) == path.read_text().count("say(") - path.read_text().count("say(w")  # of what, why
    assert {*said} <= {entry.msgid for entry in catalogs.read("ko", "words") if entry.msgstr}


# --- what is known of a notebook ------------------------------------------------------------------


@pytest.mark.parametrize(
    "given,language",
    [("ko", "ko"), ("en", "en"), ("xx", ""), ("../words/ko", ""), (["ko"], "en"), (None, "en"), ({"a": 1}, "en")],
)
def test_only_a_language_that_there_is_is_spoken(tmp_path, given, language):
    path = tmp_path / "a.ipynb"
    path.write_bytes(classroom.notebook(EXERCISE, change=named(given)))
    assert copies.looked_at(collect.Entry(("a.ipynb",), path)).language == language
    assert {"en", "ko"} <= languages()


def test_an_untouched_notebook_has_no_answer_begun_in_any_language(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_bytes(UNTOUCHED)
    entry = copies.looked_at(collect.Entry(("a.ipynb",), path))
    assert (entry.language, entry.of, entry.begun) == ("ko", "3", 0)


def test_a_large_file_says_its_language_too(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_bytes(UNTOUCHED + b" " * 6 * 2**20)
    assert reading.read(path)[1:] == ("", "ko")
    path.write_bytes(UNTOUCHED[:-300] + b" " * 6 * 2**20)
    _, problem, language = reading.read(path)
    assert (language, isinstance(problem, Noted)) == ("", True)
    with spoken("ko"):
        assert HANGUL.search(say(problem))


def test_a_note_comes_back_from_a_file_in_any_language():
    note = noted("{question}: {what}", question="3.1", what=noted("Cell {n}", n=4))
    again = reading.restored(json.loads(json.dumps(reading.stored(note))))
    assert again == note == "3.1: Cell 4"
    with spoken("ko"):
        assert say(again) == "3.1: 셀 4"
    assert reading.restored(reading.stored("as it is {0}")) == "as it is {0}"


def test_what_is_said_without_fields_is_found_in_the_other_language():
    with spoken("ko"):
        said = say("It returns nothing. Did you forget `return`?")
    assert same("ko", "en")[said] == "It returns nothing. Did you forget `return`?"
    assert same("en", "ko")["It returns nothing. Did you forget `return`?"] == said


# --- a notebook that stands alone -----------------------------------------------------------------


def test_a_notebook_says_its_language_where_it_is_not_english():
    english, korean = (nbformat.reads(data.decode(), 4) for data in (classroom.notebook(EXERCISE), UNTOUCHED))
    assert ("gdlib" in english.metadata, korean.metadata.gdlib.language) == (False, "ko")
    assert "GDLIB_LANGUAGE" not in "".join(cell.source for cell in english.cells)
    source = ROOT / "notebooks" / "text" / "01_differentiation.md"
    assert "gdlib" not in pipeline.read_source(source).metadata
    with spoken("ko"):
        lecture = pipeline.read_source(source)
    assert lecture.metadata.gdlib.language == "ko"
    for book in (korean, lecture):
        (cell,) = (cell for cell in book.cells if "GDLIB_LANGUAGE" in cell.source)
        assert cell.source.startswith(OPENING)


def test_a_korean_notebook_speaks_korean_where_nobody_says_so(tmp_path):
    opening = next(cell.source for cell in nbformat.reads(UNTOUCHED.decode(), 4).cells if cell.cell_type == "code")
    program = f"{opening}\nprint(check('3.1', lambda *given: None).message)"
    variables = {k: v for k, v in os.environ.items() if k != "GDLIB_LANGUAGE"} | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert HANGUL.search(done.stdout.splitlines()[-1]), done.stdout
