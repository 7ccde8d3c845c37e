"""Score the inventory: what a class believed before and after the course, and how good its questions are.

    python -m grading.inventory FOLDER

FOLDER/pre and FOLDER/post hold what was handed in, archives too: notebooks inventory_A.ipynb, files that the page saved,
or tables of answers on paper, with the columns student, form, 1, 2, …. Nothing of it is run. FOLDER-report gets
inventory.html, items.csv and answers.csv, none with a name; docs/teaching/inventory.md says how to read them.
"""

import csv
import json
import re
import sys
import tempfile
from functools import cache
from pathlib import Path
from random import SystemRandom
from statistics import StatisticsError, correlation
from typing import NamedTuple

from gdlib.words import say
from grading import beliefs, collect, lms
from grading.lms import csv_text, rows_of
from grading.reports import PAGES
from lectures.inventory import FORMS, QUESTIONS, items

LARGEST = 2**22  # bytes of a file
SET = re.compile(r"""^(student|form|answer_\d+)[ \t]*=[ \t]*["']([^"'\n]*)["']""", re.M)
TIMES = ("pre", "post")


class Taken(NamedTuple):
    """What a student answered: the form, and a letter for each item, "" where it was left out."""

    form: str
    letters: tuple[str, ...]

    @property
    def right(self):
        """For each item: is it right?"""
        return [letter == key for letter, key in zip(self.letters, right_letters(self.form), strict=True)]


@cache
def right_letters(form):
    return [next(option.letter for option in item.options if option.right) for item in items(form)]


# --- what was handed in ---------------------------------------------------------------------------


def rows(entry):
    """What a file says, [{"student", "form", "1", …}]. Raises ValueError, KeyError or TypeError where it can't be read."""
    text = entry.path.read_bytes()[:LARGEST].decode("utf-8-sig")
    if entry.parts[-1].lower().endswith(".csv"):
        return [*rows_of(text, ";" if ";" in text.partition("\n")[0] else ",")]
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    code = "\n".join("".join(cell["source"]) for cell in cells)
    return [{name.removeprefix("answer_"): value for name, value in SET.findall(code)}]


def owner(entry):
    """Whose a file is whose student wrote no word into it."""
    known = [who.name for who in map(lms.who, entry.parts) if who]
    return lms.clean(known[0]) if known else collect.bare(entry.parts[0]).removesuffix(".ipynb")


def taken(folder):
    """({student: Taken}, [what was not counted, and why]) of a folder; a student's newest file counts."""
    found, notes = {}, []
    with tempfile.TemporaryDirectory() as scratch:
        for entry in sorted(collect.found(folder, (), scratch), key=lambda entry: entry.time):
            if not entry.why and not entry.parts[-1].lower().endswith(".csv") and not collect.is_notebook(entry):
                entry.why = say("No notebook and no table.")
            try:
                said = [] if entry.why else rows(entry)
            except (ValueError, KeyError, TypeError, RecursionError, OSError, csv.Error):
                said, entry.why = [], say("It can't be read.")
            for row in said:
                made, name = answered(row), " ".join((row.get("student") or owner(entry)).casefold().split())
                if made is None:
                    entry.why = say("A form that is neither A nor B, or no answer in it.")
                    continue
                if name in found and found[name] != made:
                    twice = say("another of the same student (or the same word); this one counts.")
                    notes.append(f"{entry.shown}: {twice}")
                found[name] = made
            notes += [f"{entry.shown}: {say(entry.why)}"] * bool(entry.why)
    return found, notes


def answered(row):
    """The Taken of a row, None where it says nothing."""
    form = str(row.get("form") or "").strip().upper()
    if form not in FORMS:
        return None
    known = [{option.letter for option in item.options} for item in items(form)]
    said = [str(row.get(str(n + 1)) or "").strip().upper() for n in range(len(known))]
    letters = tuple(letter if letter in options else "" for letter, options in zip(said, known, strict=True))
    return Taken(form, letters) if any(letters) else None


# --- what it says ---------------------------------------------------------------------------------


def share(values):
    """The part that is true; None of nothing."""
    values = [*values]
    return sum(values) / len(values) if values else None


def discrimination(answers, n):
    """The point-biserial correlation of item n with how many of the others are right; None where one does not vary."""
    right = [one.right for one in answers]
    try:
        return correlation([row[n] for row in right], [sum(row) - row[n] for row in right])
    except StatisticsError:
        return None


def gain(before, after):
    """The normalised gain, (after - before) / (1 - before), of two shares; None where there was nothing to gain.

    R. R. Hake, American Journal of Physics 66, 64 (1998).
    """
    return None if before in (None, 1) or after is None else (after - before) / (1 - before)


def item_rows(times, both):
    """A dict for each item: its numbers before and after, of all who took it, and its gain, of those who took both."""
    found = []
    for n, item in enumerate(items("A")):
        row = {"item": n + 1, "question": item.number}
        for time in TIMES:
            answers = times[time].values()
            row[f"right {time}"] = share(one.right[n] for one in answers)
            for form in FORMS:
                row[f"right {time}, form {form}"] = share(one.right[n] for one in answers if one.form == form)
            row[f"discrimination {time}"] = discrimination(answers, n)
        row["gain"] = gain(*(share(times[time][name].right[n] for name in both) for time in TIMES))
        found.append(row)
    return found


def held():
    """[(belief, the place of an item about it, the letters that hold it)]."""
    signs = [(text, sign) for text, signs in beliefs.table().items() for sign in signs if sign.kind == "bank"]
    mine = [(text, sign) for text, sign in signs if sign.where in QUESTIONS]
    return [(text, QUESTIONS.index(sign.where), sign.shows.split(", ")) for text, sign in mine]


def belief_rows(times, both):
    """[(belief, question, share before, share after, how many gave it up, how many took it up)], what is most held after
    (or before, where nobody was asked after) first. Of those who took both; of all, where nobody did."""
    found = []
    for text, n, letters in held():
        shown = {time: {name: one.letters[n] in letters for name, one in times[time].items()} for time in TIMES}
        pairs = [(shown["pre"][name], shown["post"][name]) for name in both]
        shares = [share(shown[time][name] for name in (both or shown[time])) for time in TIMES]
        found.append((text, QUESTIONS[n], *shares, pairs.count((True, False)), pairs.count((False, True))))
    return sorted(found, key=lambda row: -(row[3] if row[3] is not None else row[2] or 0))


def without_names(times):
    """The rows of answers.csv: a number for each student, drawn anew, the same before and after."""
    names = sorted({name for time in TIMES for name in times[time]})
    SystemRandom().shuffle(names)
    header = ["student", "time", "form", *range(1, len(items("A")) + 1)]
    lines = [(n, time, name) for n, name in enumerate(names, 1) for time in TIMES if name in times[time]]
    return [header, *([n, time, times[time][name].form, *times[time][name].letters] for n, time, name in lines)]


def report(folder):
    """{file: text} of the report. Raises ValueError where nobody answered."""
    read = {time: taken(folder / time) if (folder / time).is_dir() else ({}, []) for time in TIMES}
    times = {time: found for time, (found, _) in read.items()}
    if not any(times.values()):
        raise ValueError(f"nobody's answers are in {folder / 'pre'} or {folder / 'post'}")
    both = sorted(times["pre"].keys() & times["post"].keys())
    lines = item_rows(times, both)
    means = [share(mark for name in both for mark in times[time][name].right) for time in TIMES]
    page = PAGES.get_template("inventory.html").render(
        title=say("What the class believed, before and after") if times["post"] else say("What the class believes"),
        counts=[len(times[time]) for time in TIMES],
        both=len(both),
        means=[share(mark for one in times[time].values() for mark in one.right) for time in TIMES],
        gain=gain(*means),
        items=lines,
        beliefs=belief_rows(times, both),
        notes=[f"{time}/{note}" for time in TIMES for note in read[time][1]],
    )
    table = [[*lines[0]], *([round(v, 3) if isinstance(v, float) else v for v in line.values()] for line in lines)]
    return {"inventory.html": page, "items.csv": csv_text(table), "answers.csv": csv_text(without_names(times))}


def main(arguments):
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        raise SystemExit("Name the folder that holds pre and post: make inventory ANSWERS=folder")
    folder = Path(arguments[0])
    target = folder.resolve().with_name(f"{folder.resolve().name}-report")
    try:
        made = report(folder)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    target.mkdir(exist_ok=True)
    for file, text in made.items():
        (target / file).write_text(text, "utf-8")
    print(f"{target / 'inventory.html'}")


if __name__ == "__main__":
    main(sys.argv[1:])
