"""What is scored of the inventory, on made classes whose numbers are known before; and each way in which answers come."""

import csv
import html
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from grading import beliefs
from grading import inventory as scoring
from lectures import inventory, plans

RIGHT = [next(option.letter for option in item.options if option.right) for item in inventory.items("A")]
#: A wrong letter of each item, which holds the first belief about it.
WRONG = [next(letters[0] for _, place, letters in scoring.held() if place == n) for n in range(12)]
HEADER = ["student", "form", *map(str, range(1, 13))]


def letters(right):
    """The answers of somebody whose items are right or wrong as said."""
    return [RIGHT[n] if good else WRONG[n] for n, good in enumerate(right)]


def table(rows, separator=","):
    """A table of answers, {student: (form, letters)}."""
    stream = io.StringIO()
    lines = [HEADER, *([name, form, *answers] for name, (form, answers) in rows.items())]
    csv.writer(stream, delimiter=separator).writerows(lines)
    return stream.getvalue()


def class_of(folder, before, after):
    """A class on paper: answers before and after, {student: (form, letters)}."""
    for time, rows in (("pre", before), ("post", after)):
        if rows:
            (folder / time).mkdir(parents=True)
            (folder / time / "class.csv").write_text(table(rows), "utf-8")
    return folder


def filled(form, student, answers):
    """The notebook of a form with somebody's answers."""
    book = json.loads(inventory.notebook(form))
    for cell in book["cells"]:
        source = "".join(cell["source"])
        source = source.replace('student = ""', f'student = "{student}"')
        number = re.match(r"answer_(\d+)", source)
        cell["source"] = source.replace('""', f'"{answers[int(number[1]) - 1]}"') if number else source
    return json.dumps(book)


def items(report):
    return [*csv.DictReader(io.StringIO(report["items.csv"]))]


def test_every_belief_of_the_course_is_asked_for():
    of_course = [name for _, (name, *_) in plans.table(beliefs.TABLE, beliefs.HEADER) if name]
    assert {text for text, _, _ in scoring.held()} == {*of_course}
    assert len(of_course) == 14
    assert {place for _, place, _ in scoring.held()} == {*range(12)}
    assert not any(RIGHT[place] in letters for _, place, letters in scoring.held())
    guide = inventory.GUIDE.read_text("utf-8")
    assert f"by their numbers in the bank: {', '.join(inventory.QUESTIONS)}." in guide


@pytest.fixture
def made(tmp_path):
    """A class of 40 with planted numbers: of the weakest n an item is wrong, before and after, and one item is turned
    round: those who know the rest get it wrong. (folder, the planted shares before, and after)"""
    wrong = {
        "pre": [20, 12, 30, 16, 36, 8, 24, 28, 32, 10, 26, 20],
        "post": [10, 12, 15, 4, 36, 0, 24, 14, 8, 20, 13, 5],
    }
    classes = {}
    for time, rows in wrong.items():
        right = np.array([[person >= number for number in rows] for person in range(40)])
        right[:, 11] = ~right[:, 11] if time == "pre" else right[:, 11]
        forms = ["AB"[(person + (time == "post")) % 2] for person in range(40)]
        classes[time] = {f"word {p}": (forms[p], letters(right[p])) for p in range(40)}
    shares = {time: [1 - number / 40 for number in rows] for time, rows in wrong.items()}
    shares["pre"][11] = 20 / 40
    return class_of(tmp_path / "class", classes["pre"], classes["post"]), shares


def test_planted_shares_and_gains_come_out(made):
    folder, shares = made
    found = items(scoring.report(folder))
    assert [float(row["right pre"]) for row in found] == pytest.approx(shares["pre"], abs=6e-4)
    assert [float(row["right post"]) for row in found] == pytest.approx(shares["post"], abs=6e-4)
    gains = [(b - a) / (1 - a) for a, b in zip(shares["pre"], shares["post"], strict=True)]
    assert [float(row["gain"]) for row in found] == pytest.approx(gains, abs=6e-4)
    assert gains[0] == 0.5
    assert gains[4] == 0
    assert gains[9] < 0
    mean = [np.mean(shares[time]) for time in ("pre", "post")]
    page = scoring.report(folder)["inventory.html"]
    assert f"normalised gain of those who took both: {(mean[1] - mean[0]) / (1 - mean[0]):.2f}." in page
    assert "40 answered before, 40 after, 40 both times." in page
    assert "<b>not validated</b>" in page


def test_the_discrimination_is_the_correlation_with_the_other_items(made):
    """Against NumPy; and the item that those get wrong who know the rest has a negative one."""
    folder, _ = made
    answers, _ = scoring.taken(folder / "pre")
    right = np.array(
        [[letter == good for letter, good in zip(t.letters, RIGHT, strict=True)] for t in answers.values()]
    )
    found = items(scoring.report(folder))
    for n, row in enumerate(found):
        rest = np.delete(right, n, axis=1).sum(axis=1)
        assert float(row["discrimination pre"]) == pytest.approx(np.corrcoef(right[:, n], rest)[0, 1], abs=6e-4)
    assert float(found[11]["discrimination pre"]) < -0.5
    assert min(float(row["discrimination pre"]) for row in found[:11]) > 0.3
    assert found[5]["discrimination post"] == ""  # everybody was right


def test_forms_that_are_not_equally_hard_are_seen(tmp_path):
    everybody = {
        f"{form}{n}": (form, letters([form == "A" or n < 3, *[n % 2 == 0] * 11])) for form in "AB" for n in range(10)
    }
    row = items(scoring.report(class_of(tmp_path / "class", everybody, {})))[0]
    assert (row["right pre"], row["right pre, form A"], row["right pre, form B"]) == ("0.65", "1.0", "0.3")
    assert row["right post"] == row["gain"] == ""


def test_planted_beliefs_are_named_in_order_and_who_gave_them_up(tmp_path):
    """Of 20 students 15 believe that the last batch's loss is the training loss, and 12 still do; 10 that a larger rate
    is faster, and nobody still does; and 4 took up that a slice saves memory."""
    rate, batch, piece = (row for row in scoring.held() if re.match("A larger lr|The last batch|Slicing", row[0]))

    def holding(**numbers):
        rows = {}
        for person in range(20):
            answers = [*RIGHT]
            for belief, number in ((batch, numbers["batch"]), (rate, numbers["rate"]), (piece, numbers["piece"])):
                if person < number:
                    answers[belief[1]] = belief[2][-1]
            rows[f"s{person}"] = ("A", answers)
        return rows

    folder = class_of(tmp_path / "class", holding(batch=15, rate=10, piece=1), holding(batch=12, rate=0, piece=5))
    times = {time: scoring.taken(folder / time)[0] for time in scoring.TIMES}
    rows = scoring.belief_rows(times, sorted(times["pre"]))
    assert rows[0] == (batch[0], inventory.QUESTIONS[batch[1]], 15 / 20, 12 / 20, 3, 0)
    assert rows[1] == (piece[0], inventory.QUESTIONS[piece[1]], 1 / 20, 5 / 20, 0, 4)
    assert (rate[0], inventory.QUESTIONS[rate[1]], 10 / 20, 0, 10, 0) in rows
    assert scoring.belief_rows(times | {"post": {}}, [])[0][:4] == (
        batch[0],
        inventory.QUESTIONS[batch[1]],
        15 / 20,
        None,
    )
    page = html.unescape(scoring.report(folder)["inventory.html"])
    assert page.index(batch[0]) < page.index(piece[0]) < page.index(rate[0])


def test_notebooks_saved_files_tables_and_archives_say_the_same(tmp_path):
    answers = letters([True, False] * 6)
    answers[3] = ""
    (tmp_path / "Anna Kim_1234_assignsubmission_file_").mkdir()
    (tmp_path / "Anna Kim_1234_assignsubmission_file_" / "inventory_A.ipynb").write_text(
        filled("A", "", answers), "utf-8"
    )
    (tmp_path / "one.ipynb").write_text(filled("B", "Moon", answers), "utf-8")
    (tmp_path / "two.csv").write_text(table({"sun": ("a", [letter.lower() for letter in answers])}, ";"), "utf-8-sig")
    (tmp_path / "notes.txt").write_text("nothing", "utf-8")
    (tmp_path / "broken.ipynb").write_text("{", "utf-8")
    (tmp_path / "empty.ipynb").write_text(inventory.notebook("A"), "utf-8")
    with ZipFile(tmp_path / "rest.zip", "w") as file:
        file.writestr("x/inventory_B.csv", table({"star": ("B", answers)}))
    found, notes = scoring.taken(tmp_path)
    expected = tuple(answers)
    assert {name: (t.form, t.letters) for name, t in found.items()} == {
        "anna kim": ("A", expected),
        "moon": ("B", expected),
        "sun": ("A", expected),
        "star": ("B", expected),
    }
    assert sorted(notes) == [
        "broken.ipynb: It can't be read.",
        "empty.ipynb: A form that is neither A nor B, or no answer in it.",
        "notes.txt: No notebook and no table.",
    ]


def test_the_same_word_twice_is_said_and_the_newer_one_counts(tmp_path):
    for name, right, when in (("old", False, 1000), ("new", True, 2000)):
        path = tmp_path / f"{name}.csv"
        path.write_text(table({"moon": ("A", letters([right] * 12))}), "utf-8")
        os.utime(path, (when, when))
    found, notes = scoring.taken(tmp_path)
    assert found["moon"].letters == tuple(RIGHT)
    assert notes == ["new.csv: another of the same student (or the same word); this one counts."]


def test_no_name_is_in_what_comes_out(made, tmp_path):
    folder, _ = made
    made_files = scoring.report(folder)
    assert not any("word " in text for text in made_files.values())
    rows = [*csv.reader(io.StringIO(made_files["answers.csv"]))]
    assert rows[0] == ["student", "time", "form", *map(str, range(1, 13))]
    assert len(rows) == 81
    assert {row[0] for row in rows[1:]} == {str(n) for n in range(1, 41)}
    forms = {(number, time): form for number, time, form, *_ in rows[1:]}
    assert all(forms[str(n), "pre"] != forms[str(n), "post"] for n in range(1, 41))  # the same number both times
    again = scoring.report(folder)["answers.csv"]
    assert again != made_files["answers.csv"]  # drawn anew: the order says nothing


def test_what_was_handed_in_is_never_run(tmp_path):
    book = json.loads(filled("A", "moon", RIGHT))
    book["cells"].append({**book["cells"][1], "id": "evil", "source": f"open({str(tmp_path / 'ran')!r}, 'w')"})
    (tmp_path / "pre").mkdir()
    (tmp_path / "pre" / "a.ipynb").write_text(json.dumps(book), "utf-8")
    assert "1 answered before" in scoring.report(tmp_path)["inventory.html"]
    assert not (tmp_path / "ran").exists()


def test_the_command_writes_a_report_beside_the_folder_and_says_what_it_wants(made):
    folder, _ = made
    root = Path(__file__).parents[1]

    def run(*arguments):
        command = [sys.executable, "-m", "grading.inventory", *map(str, arguments)]
        return subprocess.run(command, cwd=root / "tools", capture_output=True, text=True)

    assert run(folder).stdout.strip() == str(folder.with_name("class-report") / "inventory.html")
    assert sorted(path.name for path in folder.with_name("class-report").iterdir()) == ["answers.csv", "inventory.html", "items.csv"]  # fmt: skip
    assert "ANSWERS=folder" in run().stderr
    assert "nobody's answers" in run(folder / "pre").stderr
