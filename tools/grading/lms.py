"""What learning platforms write: whose a file is, by its name; who is in the class; a table that they import.

=========  ==============================================================================================
Moodle     `Anna Schmidt_482913_assignsubmission_file_/…`, or the file's name behind the last underscore
Canvas     `leeyuna_LATE_48214_901234_03_descent-2.ipynb`: user, file, and which upload of that name it is
Classroom  `Anna Schmidt - 03_descent.ipynb`, where each student was given a copy; else the student's own name for it
nbgrader   `submitted/anna/week3/…`, or `anna+week3+2026-11-30 10:00:00 UTC+…` before it is collected
=========  ==============================================================================================
"""

import contextlib
import csv
import io
import re
import unicodedata
from datetime import datetime
from typing import NamedTuple

MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.S)
CANVAS = re.compile(r"(?:(?P<name>\w+?)_)?(?P<late>LATE_)?(?P<id>\d+|anon_[^\W_]+)_\d{2,}_(?P<file>.+)", re.S)
VERSION = re.compile(r"-(\d{1,3})(?:\.\w+)?\Z")
CLASSROOM = re.compile(r"(?P<name>[^_]+?) - (?P<file>.+)", re.S)
INBOUND = re.compile(r"(?P<name>.+?)\+(?P<file>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^+]*)(?:\+[^+]*)?", re.S)
DRIVE = re.compile(r".*-\d{8}T\d{6}Z(-\d+)+\.zip", re.S)  # what Google Drive calls a download
COLUMNS = {  # what is known of a student -> how the platforms head it
    "name": ("full name", "student", "name"),
    "id": ("identifier", "id"),
    "login": ("sis login id", "username", "login", "email address", "email"),
    "submitted": ("submitted", "last modified (submission)"),
}


class Who(NamedTuple):
    """Whose a file is: a name, the platform's id, its word that it came late, which of several uploads it is."""

    name: str
    id: str = ""
    late: bool = False
    attempt: int = 0
    time: str = ""


def who(part, guess=""):
    """Whose a file or folder of that name is; None where no platform wrote it. guess: "canvas" or "classroom", whose
    names are taken for theirs only where most in the folder look so."""
    if found := MOODLE.fullmatch(part):
        return Who(found["name"].strip(), found["id"])
    if found := INBOUND.fullmatch(part):
        return Who(found["name"], time=found["time"])
    if guess == "canvas" and (found := CANVAS.fullmatch(part)):
        version = VERSION.search(found["file"])
        return Who(found["name"] or found["id"], found["id"], bool(found["late"]), int(version[1]) if version else 0)
    if guess == "classroom" and (found := CLASSROOM.fullmatch(part)):
        return Who(found["name"].strip())
    return None


def guess(names):
    """Which platform most of the names look like; "" for none."""
    for platform, shape in (("canvas", CANVAS), ("classroom", CLASSROOM)):
        if names and 2 * sum(bool(shape.fullmatch(name)) for name in names) > len(names):
            return platform
    return ""


def clean(name):
    """A name as it can be written anywhere: composed, EUC-KR read as Korean, what is no text escaped."""
    with contextlib.suppress(UnicodeError):
        name = name.encode("utf-8", "surrogateescape").decode(
            "cp949" if re.search("[\udc80-\udcff]", name) else "utf-8"
        )
    text = unicodedata.normalize("NFC", name).encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text).strip() or "?"


def squeezed(name):
    """A name without case, spaces and signs, its words in order of the alphabet: "Lee, Yuna" and "Yuna Lee" are one."""
    return "".join(sorted(re.findall(r"\w+", unicodedata.normalize("NFC", name).casefold())))


class Roster:
    """Who is in the class: a table with a header, such as Moodle's grading worksheet or Canvas's exported gradebook.

    header, lines: the table. students: {number of a line: what COLUMNS name of it}, Canvas's own lines left out.
    Raises ValueError if the file has no column with names.
    """

    def __init__(self, path):
        rows = [row for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"))) if any(row)]
        self.header, self.students = rows[0] if rows else [], {}
        self.lines = [row + [""] * (len(self.header) - len(row)) for row in rows[1:]]
        heads = [head.strip().casefold() for head in self.header]
        at = {key: next((heads.index(n) for n in names if n in heads), None) for key, names in COLUMNS.items()}
        if at["name"] is None:
            raise ValueError(f"{path}: no column is called {', '.join(COLUMNS['name'])}, but {', '.join(self.header)}")
        self.platform = {"identifier": "moodle", "student": "canvas"}.get(heads[0], "")
        for n, row in enumerate(self.lines):
            known = {key: "" if place is None else row[place].strip() for key, place in at.items()}
            is_note = self.platform == "canvas" and (not known["id"] or known["name"].startswith("Student, Test"))
            known["id"] = re.sub(r"\D+(?=\d+\Z)", "", known["id"])  # of Moodle's "Participant 482913" the digits
            if known["name"] and not is_note:
                self.students[n] = known

    def find(self, name, number=""):
        """The line of a student, by id, name or login; None where there is none or several."""
        rows = [n for n, known in self.students.items() if number and known["id"] == number]
        for key in ("name", "login"):
            rows = rows or [n for n, known in self.students.items() if is_same(known[key], name)]
        return rows[0] if len(rows) == 1 else None


def is_same(written, name):
    """Is what a list has a student's name, or login?"""
    full, login = squeezed(written), written.partition("@")[0].casefold()
    joined = "".join(re.findall(r"\w+", written.casefold()))
    return bool(written) and (full == squeezed(name) or name.casefold() in (login, joined, written.casefold()))


def moment(text):
    """A time that a platform wrote, of this machine's zone where it names none; None where it is not understood."""
    text = re.sub(r"\s+", " ", text.replace("\u202f", " ")).strip()
    text = re.sub(r" (UTC|GMT|Z)\Z", "+00:00", text)
    for form in (None, "%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%Y-%m-%d %H:%M:%S.%f%z"):
        try:
            found = datetime.fromisoformat(text) if form is None else datetime.strptime(text, form)
            return found.astimezone()
        except ValueError:
            pass
    return None


def moodle(roster, grades):
    """Moodle's grading worksheet with grades; without the worksheet a new one, of whom the files' names tell.

    grades: (roster's line or None, name, id, points or "", most, comment) of each student.
    """
    if roster is not None:
        return filled(roster, {"Grade": 3, "Feedback comments": 5}, grades)
    header = ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"]
    return [header, *([f"Participant {g[2]}", g[1], g[3], g[4], "-", g[5]] for g in grades if g[2].isdigit() and g[3])]


def canvas(roster, grades, assignment):
    """Canvas's gradebook with a column of grades; without an exported one a new one, of whom the files' names tell."""
    if roster is not None:
        name = next((h for h in roster.header if re.sub(r" \(\d+\)\Z", "", h) == assignment), assignment)
        return filled(roster, {name: 3}, grades)
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment]
    points = [["    Points Possible", "", "", "", "", grades[0][4]]] if grades else []
    return [header, *points, *([g[1], g[2], "", "", "", g[3]] for g in grades if g[2].isdigit())]


def scaled(points, most, wanted):
    """Points as part of another maximum, that which the platform has for the assignment."""
    try:
        return f"{round(float(points) / float(most) * float(wanted), 2):g}"
    except (ValueError, ZeroDivisionError):
        return points


def filled(roster, columns, grades):
    """A roster's own table, with some columns filled in; the lines of those without a grade stay as they are.

    Where the table says how many points there are, Moodle's in each line and Canvas's in one of its own, grades are
    made part of that.
    """
    header, lines = [*roster.header], [[*row] for row in roster.lines]
    for name, place in columns.items():
        if name not in header:
            header.append(name)
            lines = [[*row, ""] for row in lines]
        at = header.index(name)
        for grade in grades:
            if grade[0] is not None and grade[3] != "":
                lines[grade[0]][at] = grade[place]
                if place == 3:
                    own = header.index("Maximum Grade") if "Maximum Grade" in header else None
                    possible = [row[at] for row in lines if row[0].strip() == "Points Possible"]
                    most = possible[0] if possible else lines[grade[0]][own] if own is not None else ""
                    lines[grade[0]][at] = scaled(grade[3], grade[4], most)
    return [header, *lines]


# --- tables as CSV -------------------------------------------------------------------------------


def rows_of(text, separator=","):
    """[{head: cell}] of a table's text, one at a time; a cell that is missing is ""."""
    return csv.DictReader(io.StringIO(text), delimiter=separator, restval="")


def csv_text(rows):
    """A table's text, of lists of cells."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([map(harmless, row) for row in rows])
    return stream.getvalue()


def harmless(value):
    """Text that no spreadsheet takes for a formula; a number stays what it is."""
    formula = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") and value != "-"
    return f"'{value}" if formula else value
