"""What lies in the submissions: nobody vanishes, in whichever shape it comes, and each copy has its reason."""

import csv
import io
import json
import os
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import nbformat
import pytest

import classroom
from gdlib.checks import bank
from grading import collect, copies, lms, reading
from grading.unpack import unpacked

ROOT = Path(__file__).parent.parent
EXERCISE, OTHER = bank.exercise("3"), bank.exercise("1")
BLANK = json.dumps({"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
KOREAN = "김민지"


def lay(folder, *names):
    """Files with nothing but an empty notebook in them; a name that ends in / is a folder."""
    for name in names:
        path = folder / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text(BLANK)
    return folder


def pack(path, *names):
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, BLANK)
    return path


@pytest.fixture
def collected(tmp_path):
    """A function from a place to ({student: the names of the notebooks}, all of `collect.collected`)."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    def collect_it(place, *left_out):
        students, others, platform = collect.collected(place, left_out, scratch)
        names = {name: [entry.shown for entry in student.notebooks] for name, student in students.items()}
        return names, students, others, platform

    return collect_it


@pytest.mark.parametrize(
    "names,students",
    [
        (["anna.ipynb", "ben/x.ipynb", "ben/deep/y.ipynb", "cy/a.txt/", "dora.IPYNB"], "anna ben cy dora"),
        (["export/anna/x.ipynb", "export/bob/x.ipynb"], "anna bob"),
        (["export/anna/x.ipynb", "export/bob/x.ipynb", "carl.ipynb"], "anna bob carl"),
        (["export/anna.ipynb", "export/bob.ipynb"], "anna bob"),
        (["week 3/submissions/anna/x.ipynb", "week 3/submissions/bob/x.ipynb"], "anna bob"),
        (["group A/anna.ipynb", "group A/bob.ipynb", "group B/carl/03.ipynb", "group B/dora/03.ipynb"], "anna bob carl dora"),
        (["20231234/hw/x.ipynb", "20231235/old.ipynb", "20231235/new.ipynb"], "20231234 20231235"),
        (["export/20231234/x.ipynb", "export/20231235/x.ipynb"], "20231234 20231235"),
        (["anna.ipynb.txt", "ben.json", "carl.ipynb.json"], "anna ben carl"),
        (["submitted/anna/week3/x.ipynb", "submitted/ben/week3/", "source/week3/x.ipynb", "gradebook.db"], "anna ben"),
        (["anna+week3+2026-11-30 10:00:00 UTC/x.ipynb", "b+c+week3+2026-11-30 10:00:00 UTC+r4/x.ipynb"], "anna b+c"),
        (["Anna Schmidt - 03_descent.ipynb", f"{KOREAN} - 03_descent.ipynb", "03_descent (1).ipynb"],
         f"03_descent (1)|Anna Schmidt|{KOREAN}"),
        (["Anna Schmidt_482913_assignsubmission_file_/x.ipynb", "Anna Schmidt_482913_assignsubmission_onlinetext_/onlinetext.html",
          "Ben_7_assignsubmission_file/y.ipynb"], "Anna Schmidt|Ben"),
        (["Anna Schmidt_1_assignsubmission_file_x.ipynb", "Anna Schmidt_2_assignsubmission_file_x.ipynb"],
         "Anna Schmidt (1)|Anna Schmidt (2)"),
        (["leeyuna_LATE_48214_901234_03_x-2.ipynb", "leeyuna_LATE_48214_901230_03_x-1.ipynb", "kim_48215_901235_03_x.ipynb",
          "anon_x1Yz_901236_03_x.ipynb", "park_48216_901237_text.html"], "anon_x1Yz|kim|leeyuna|park"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_whose_it_is_in_each_shape(tmp_path, collected, names, students):
    found, *_ = collected(lay(tmp_path / "in", *names))
    assert list(found) == students.split("|" if "|" in students else " ")


def test_ids_lateness_and_uploads_come_from_the_names(tmp_path, collected):
    lay(
        tmp_path / "c",
        "leeyuna_LATE_48214_901234_03_x-2.ipynb",
        "leeyuna_LATE_48214_901230_03_x.ipynb",
        "k_5_90_a.ipynb",
    )
    _, students, _, platform = collected(tmp_path / "c")
    lee = students["leeyuna"]
    assert (platform, lee.id, lee.late, students["k"].late) == ("canvas", "48214", True, False)
    assert sorted(entry.attempt for entry in lee.notebooks) == [0, 2]
    lay(
        tmp_path / "n", "submitted/anna/week3/x.ipynb", "submitted/anna/week3/timestamp.txt", "submitted/anna/w/y.ipynb"
    )
    (tmp_path / "n/submitted/anna/week3/timestamp.txt").write_text("2026-11-30 23:59:00.5 UTC\n")
    _, students, *_ = collected(tmp_path / "n")
    week3, w = sorted(students["anna"].notebooks, key=lambda entry: entry.shown, reverse=True)
    assert lms.moment(students["anna"].handed_in(week3)) == datetime(2026, 11, 30, 23, 59, 0, 500_000, tzinfo=UTC)
    assert students["anna"].handed_in(w) == ""


def test_names_that_are_written_otherwise_are_one_student(tmp_path, collected):
    for form in ("NFC", "NFD"):
        lay(tmp_path / "in", f"{unicodedata.normalize(form, KOREAN)}.ipynb")
    euc = os.fsdecode(os.fsencode(tmp_path / "in") + b"/" + "이영희".encode("euc-kr") + b".ipynb")
    Path(euc).write_text(BLANK)
    lay(tmp_path / "in", "n" * 243 + ".ipynb", "b\nr.ipynb")
    Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/\xff\xfe.ipynb")).write_text(BLANK)
    found, *_ = collected(tmp_path / "in")
    assert len(found[KOREAN]) == 2
    assert {"이영희", "n" * 243, "b\\x0ar", "\\udcff\\udcfe"} <= found.keys()
    names = [collect.filename(name) for name in found]
    assert len({*names}) == len(names)
    assert all(len(name.encode()) < 200 for name in names)


def test_a_name_that_begins_with_a_dot_is_a_students_too(tmp_path, collected):
    found, *_ = collected(lay(tmp_path / "in", ".hidden lee.ipynb", "._anna.ipynb", ".ipynb_checkpoints/b.ipynb"))
    assert [*found] == [".hidden lee"]


def test_every_file_is_listed_with_what_became_of_it(tmp_path, collected):
    folder = lay(tmp_path / "in", "anna/x.ipynb", "anna/.ipynb_checkpoints/x.ipynb", "ben.py", "cy/", "README.md", ".DS_Store",
                 "__MACOSX/anna/._x.ipynb", "dora/.DS_Store", "in-grades/seed", "in-grades/results/a.json", "in-grades/feedback/")  # fmt: skip
    (folder / "link").symlink_to("/etc")
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "erik.zip").write_bytes(b"PK\3\4 no archive")
    names, students, others, _ = collected(folder)
    assert set(names) == {"anna", "ben", "cy", "dora", "erik", "link", "pipe"}
    rows = {row[0]: row[1:] for row in collect.listed(students, others)[1:]}
    assert {name.partition("/")[0] for name in rows} == {path.name for path in folder.iterdir()}
    assert all(what for name, (_, what) in rows.items() if name not in ("anna/x.ipynb", "pipe.ipynb"))
    assert "No notebook but .py" in rows["ben.py"][1]
    assert "empty" in rows["cy"][1]
    assert "no plain file" in rows["link"][1]
    assert "no archive" in rows["erik.zip"][1]
    assert rows["in-grades"] == ["", "Results of a grading, not handed in."]
    assert "in-grades" not in {row[0] for row in collect.listed(*collected(folder, folder / "in-grades")[1:3])}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_what_may_not_be_read_is_named(tmp_path, collected):
    folder = lay(tmp_path / "in", "anna.ipynb", "ben/x.ipynb")
    (folder / "ben").chmod(0)
    (folder / "anna.ipynb").chmod(0)
    names, students, *_ = collected(folder)
    assert set(names) == {"anna", "ben"}
    assert "Permission denied" in students["ben"].entries[0].why
    assert "can't be opened" in copies.looked_at(students["anna"].notebooks[0]).problem


# --- archives -------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_top", [True, False])
def test_an_archive_of_the_class_is_opened_and_one_of_a_student_too(tmp_path, collected, at_top):
    folder = tmp_path / "in"
    archive = pack(folder / "week3.zip", "anna.ipynb", "bob/x.ipynb", "__MACOSX/._anna.ipynb")
    found, *_ = collected(archive if at_top else folder)
    assert set(found) == {"anna", "bob"}
    pack(folder / "week3.zip", "work/x.ipynb")
    pack(folder / "dora.zip", "x.ipynb")
    lay(folder, "carl.ipynb")
    assert set(collected(folder)[0]) >= {"carl", "dora"}


def test_an_empty_folder_is_a_student_in_an_archive_as_in_a_folder(tmp_path, collected):
    names = [f"{who}_assignsubmission_file_/" for who in ("Anna_1", "Ben_2", "Cy C._3")]
    folder = lay(tmp_path / "in", *names[1:], f"{names[0]}x.ipynb", f"{names[1]}deep/")
    archive = tmp_path / "in.zip"
    with ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder))
    for place in (folder, archive):
        _, students, others, _ = collected(place)
        rows = [(row[0], row[1], "it is empty" in row[2]) for row in collect.listed(students, others)[1:]]
        assert [*students] == ["Anna", "Ben", "Cy C."]
        assert [row[1:] for row in rows] == [("Anna", False), ("Ben", True), ("Cy C.", True)], place
        assert rows[1][0] == f"{names[1]}deep"


def test_the_parts_of_a_download_from_drive_are_one_class(tmp_path, collected):
    for part, name in (("001", "Anna Schmidt"), ("002", "Ben")):
        pack(tmp_path / f"in/Exercise 3-20261130T101010Z-{part}.zip", f"Exercise 3/{name} - 03_descent.ipynb")
    assert set(collected(tmp_path / "in")[0]) == {"Anna Schmidt", "Ben"}


def test_an_archive_does_no_harm(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    names = ["../../evil.ipynb", "C:\\evil.ipynb", "a/../../evil.ipynb", "/".join("x" * 99) + ".ipynb", "ok.ipynb"]
    archive = pack(tmp_path / "a.zip", *names)
    link = ZipInfo("link.ipynb")
    link.external_attr = 0o120777 << 16
    with ZipFile(archive, "a", 8) as file:
        file.writestr(link, "/etc/passwd")
        file.writestr("bomb.ipynb", b"0" * 60 * 2**20)
    entries, problem = unpacked(archive, scratch, 2**30)
    whys = {parts[-1]: why for parts, _, why, _ in entries}
    assert problem == ""
    assert whys.pop("ok.ipynb") == ""
    assert len(whys) == 4
    assert all(whys.values())
    assert [path.parent for path in tmp_path.rglob("*.ipynb")] == [scratch]
    assert "larger than 50 MiB" in reading.restored(whys["bomb.ipynb"])
    assert "all together" in reading.restored(unpacked(archive, scratch, 3)[0][4][2])


def test_archives_in_archives_end_somewhere(tmp_path, collected):
    inner = pack(tmp_path / "0.zip", "x.ipynb")
    for depth in range(1, 9):
        with ZipFile(tmp_path / f"{depth}.zip", "w") as file:
            file.write(inner, "inner.zip")
        inner = tmp_path / f"{depth}.zip"
    (tmp_path / "in").mkdir()
    inner.rename(tmp_path / "in" / "anna.zip")
    _, students, *_ = collected(tmp_path / "in")
    (entry,) = next(iter(students.values())).entries
    assert "too deep" in entry.why


def test_names_of_old_archives_are_read(tmp_path):
    (tmp_path / "s").mkdir()
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w") as file:
        file.writestr(ZipInfo("AAAA.ipynb"), BLANK)
    archive.write_bytes(archive.read_bytes().replace(b"AAAA", "이영".encode("cp949")))
    ((parts, *_),), _ = unpacked(archive, tmp_path / "s", 2**20)
    assert parts == ("이영.ipynb",)


# --- which copy -----------------------------------------------------------------------------------


def handed(folder, name, answers=None, exercise=EXERCISE, time=0.0, attempt=0):
    path = folder / name
    path.write_bytes(classroom.notebook(exercise, answers))
    return copies.looked_at(collect.Entry((name,), path, time, attempt=attempt))


def test_a_lecture_in_place_of_the_exercise_is_called_one(tmp_path):
    for number, stem in (("1", "01_differentiation"), ("3", "03_descent_and_ascent")):
        path = ROOT / "notebooks" / f"{stem}.ipynb"
        best, note = copies.chosen([copies.looked_at(collect.Entry((path.name,), path))], "3")
        assert (best.of, note) == (None, f"This is lecture {number}, and not the exercise.")
    (tmp_path / "x.ipynb").write_text(BLANK)
    best, note = copies.chosen([copies.looked_at(collect.Entry(("x.ipynb",), tmp_path / "x.ipynb"))], "3")
    assert note == "The notebook has no cell of an exercise."


def test_which_of_several_copies_counts_and_why(tmp_path):
    answers, _ = classroom.right(EXERCISE, 0)
    half = dict([*answers.items()][:3])
    old = handed(tmp_path, "old.ipynb", half, time=9.0)  # an old copy may have a newer time
    full = handed(tmp_path, "full.ipynb", answers, time=1.0)
    assert (old.begun, full.begun) == (3, len(answers))
    assert copies.chosen([old, full], "3") == (full, "Of 2 notebooks full.ipynb was graded: most answers begun.")
    assert old.why == "Another copy; full.ipynb was graded."
    again = handed(tmp_path, "again.ipynb", answers, time=2.0)
    assert copies.chosen([old, full, again], "3")[1] == "Of 3 notebooks again.ipynb was graded: the newest of equals."
    last = handed(tmp_path, "x-2.ipynb", half, attempt=2)
    assert copies.chosen([full, last], "3")[1] == "Of 2 notebooks x-2.ipynb was graded: the last upload."
    other = handed(tmp_path, "other.ipynb", exercise=OTHER)
    assert copies.chosen([full, other], "1") == (other, "")
    assert copies.chosen([full], "1")[1] == "The notebook belongs to exercise 3, not to 1."
    assert copies.chosen([], "1") == (None, "")


# --- cells that lost their marks ------------------------------------------------------------------


def bare(made):
    for cell in made.cells:
        cell.metadata, cell.id = {}, f"x{cell.id}"


def answered(change, answers=None):
    """{question: the source that is taken for its answer} and the notes, of a notebook that was changed."""
    answers = classroom.right(EXERCISE, 0)[0] if answers is None else answers
    code = reading.cells(classroom.notebook(EXERCISE, answers, change))[0]
    cells, notes = reading.identified(code, EXERCISE)
    return {cell["mark"][1:].replace("-", "."): cell["source"] for cell in cells if cell["mark"][:1] == "q"}, notes


def test_answers_without_marks_are_known_by_their_names_and_headings():
    answers = classroom.right(EXERCISE, 0)[0]
    found, notes = answered(bare)
    assert {key: source.strip() for key, source in found.items()} == {
        key: source.strip() for key, source in answers.items()
    }
    assert len(notes) == len(answers)
    assert reading.exercise_of(reading.cells(classroom.notebook(EXERCISE, answers, bare))[0]) == "3"
    assert answered(lambda made: None)[1] == []


def test_merged_cells_are_taken_apart():
    def merged(made):
        first, last = (classroom.marked(made, name) for name in ("q3-1", "q3-2"))
        code = [cell.source for cell in made.cells[first : last + 1] if cell.cell_type == "code"]
        made.cells[first].source = "\n".join(code)
        del made.cells[first + 1 : last + 1]

    answers = classroom.right(EXERCISE, 0)[0]
    found, notes = answered(merged)
    assert found["3.1"].strip() == answers["3.1"].strip()
    assert found["3.2"].strip() == answers["3.2"].strip()
    assert ["3.2" in note for note in notes] == [True]


def test_an_answer_that_became_text_is_read_as_code(tmp_path):
    def text(made):
        cell = made.cells[classroom.marked(made, "q3-1")]
        cell.cell_type = "markdown"
        cell.source = f"```python\n{cell.source}\n```"

    path = tmp_path / "a.ipynb"
    made = classroom.notebook(EXERCISE, classroom.right(EXERCISE, 0)[0], text)
    path.write_bytes(made)
    code, notes = reading.submitted(path, EXERCISE)
    assert EXERCISE.questions["3.1"].solution in next(cell["source"] for cell in code if cell["mark"] == "q3-1")
    assert [note for note in notes if "3.1" in note and "markdown" in note]


def test_a_notebook_in_format_3_is_one():
    answers = classroom.right(EXERCISE, 0)[0]
    new = nbformat.reads(classroom.notebook(EXERCISE, answers).decode(), 4)
    old = nbformat.writes(nbformat.convert(new, 3)).encode()
    assert b"worksheets" in old
    code, problem, _ = reading.cells(old)
    assert problem == ""
    assert reading.exercise_of(code) == "3"
    found = {cell["mark"] for cell in reading.identified(code, EXERCISE)[0]}
    assert {f"q{key.replace('.', '-')}" for key in answers} <= found
    for odd in (b'{"worksheets": [1]}', b'{"worksheets": 3}', b"[]", b'"x"'):
        assert reading.cells(odd)[:2] == ([], "This is JSON, and no notebook.")


# --- what platforms write -------------------------------------------------------------------------


MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (submission),Last modified (grade),Feedback comments
Participant 482913,Anna Schmidt,anna@x.org,Submitted,,100.00,"Monday, 30 November 2026, 11:59 PM",-,
Participant 7,Ben Kim,ben@x.org,No submission,,100.00,-,-,
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Exercise 3 (88)
    Points Possible,,,,,7
"Lee, Yuna",48214,u1,yuna@x.org,A,
"Student, Test",99,,x,A,
"""


def rows(table):
    return [*csv.reader(io.StringIO(table))]


def test_a_worksheet_of_moodles_comes_back_with_grades(tmp_path):
    (tmp_path / "r.csv").write_text(MOODLE, "utf-8-sig")
    roster = lms.Roster(tmp_path / "r.csv")
    line = roster.find("A. Schmidt", "482913")
    assert (roster.platform, line, roster.find("schmidt ANNA"), roster.find("ben"), roster.find("x")) == (
        "moodle",
        0,
        0,
        1,
        None,
    )
    found = lms.moodle(roster, [(line, "Anna", "482913", "6", "7", "good"), (None, "x", "", "1", "7", "")])
    assert found[1][4] == "85.71"  # 6 of 7, out of 100
    assert found[1][8] == "good"
    assert [found[0], found[2]] == [rows(MOODLE)[0], rows(MOODLE)[2]]
    assert lms.moment(rows(MOODLE)[1][6]).strftime("%d %H:%M") == "30 23:59"
    made = lms.moodle(None, [(None, "Anna", "482913", "6", "7", ""), (None, "x", "", "1", "7", "")])
    assert made[1:] == [["Participant 482913", "Anna", "6", "7", "-", ""]]
    assert {"Identifier", "Grade", "Last modified (grade)"} <= {*made[0]}  # without these three Moodle refuses the file


def test_a_gradebook_of_canvas_comes_back_with_grades(tmp_path):
    (tmp_path / "r.csv").write_text(CANVAS, "utf-8-sig")
    roster = lms.Roster(tmp_path / "r.csv")
    assert (roster.platform, len(roster.students), roster.find("leeyuna")) == ("canvas", 1, 1)
    found = lms.canvas(roster, [(1, "leeyuna", "48214", "6", "7", "")], "Exercise 3")
    assert [row[5] for row in found] == ["Exercise 3 (88)", "7", "6", ""]
    assert lms.canvas(roster, [(1, "l", "48214", "6", "7", "")], "Another")[2][6] == "6"
    made = lms.canvas(None, [(None, "leeyuna", "48214", "6", "7", ""), (None, "x", "", "1", "7", "")], "Exercise 3")
    assert made[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Exercise 3"]
    assert made[2:] == [["leeyuna", "48214", "", "", "", "6"]]


def test_a_roster_without_names_is_refused(tmp_path):
    (tmp_path / "r.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="no column is called"):
        lms.Roster(tmp_path / "r.csv")
