"""What lies in the submissions: every file, those in archives too, and whose it is. Nothing of it is run.

The shapes that learning platforms give are in `lms`. Where none fits, a student is what lies at the top: a file, an
archive or a folder; a folder that holds several students' folders, or is alone and holds their files, is opened.
"""

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from gdlib.words import language, noted, say
from grading import lms
from grading.reading import restored
from grading.unpack import EMPTY, unpacked

ROOM = 2 * 2**30  # bytes that all archives together may take
NESTED = 3  # archives in archives
MOST = 20_000  # files that are looked at
SNIFF = 2**16
RESULTS = noted("Results of a grading, not handed in.")
GRADED = noted("graded")  # what became of the notebook that counts
BESIDE = noted("A list or a note beside the submissions; what counts stands in the folder of results.")
DEPTH = 60
SYSTEM = re.compile(r"__MACOSX|\._.*|\.(?!.*ipynb\Z).+|Thumbs\.db|desktop\.ini|Icon\r", re.I | re.S)
#: Names of folders and files that are nobody's.
GENERIC = re.compile(
    r"\W*((submissions?|submitted|exports?|exported|downloads?|uploads?|students?|class|course|week|exercises?|assignments?"
    r"|home ?work|hw|notebooks?|attempts?|versions?|v|old|new|final|last|backup|cop(y|ies)|draft|src|work|solutions?|answers?"
    r"|untitled|archive|group|section|team|gruppe|abgaben?|kurs|aufgaben?|제출|과제|분반|of|the|\d{1,3}(?!\d)|0\d_[a-z_]+)[\W_]*)+",
    re.I,
)
GROUP = re.compile(
    r"(group|section|team|class|gruppe|kurs|분반|submissions?|exports?|downloads?)\b.*|.*(분반|반)", re.I
)


@dataclass
class Entry:
    """A file, or a folder with nothing in it: where it lies, archives taken as folders; where its bytes are; when it was
    changed; why it is not looked at, later what became of it. Whose it is is found later; of a notebook also its language
    ("" where that is not known), which exercise it is of, what is wrong with it, and how many answers were begun (`copies`)."""

    parts: tuple
    path: Path | None = None
    time: float = 0.0
    why: str = ""
    folder: bool = False
    student: str = ""
    notebook: bool = False
    attempt: int = 0
    language: str = ""
    of: str | None = None
    problem: str = ""
    begun: int = 0

    @property
    def shown(self):
        return short("/".join(map(lms.clean, self.parts)))


@dataclass
class Student:
    """Who handed in: the name, the platform's id, its word that it came late, a time that it wrote, what lay there.

    Found later: the notebook that counts, as an Entry; what to say of what was handed in; the result of `marking`; the
    policy.Grade.
    """

    name: str
    id: str = ""
    late: bool = False
    submitted: str = ""
    entries: list = field(default_factory=list)
    best: Entry | None = None
    notes: list = field(default_factory=list)
    result: dict = field(default_factory=dict)
    grade: object = None

    @property
    def language(self):
        """That of the notebook that counts; where there is none, or it can't be read, that of the command."""
        return (self.best.language if self.best else "") or language()

    @property
    def notebooks(self):
        return [entry for entry in self.entries if entry.notebook]

    def handed_in(self, notebook):
        """When, as the platform wrote it: of a notebook of nbgrader's what stands in the timestamp.txt beside it."""
        beside = (*notebook.parts[:-1], "timestamp.txt") if notebook else None
        stamps = [entry.path for entry in self.entries if entry.parts == beside and entry.path]
        return self.submitted or (stamps[0].read_bytes()[:100].decode("utf-8", "replace").strip() if stamps else "")


def short(text, most=300):
    """A text that is not longer than `most`."""
    return text if len(text) <= most else f"{text[: most - 40]}… ({len(text)} letters)"


def filename(name):
    """A name as a file's: short enough for every file system, and another one for each."""
    safe = re.sub(r"[/\x00]", "_", name)
    if len(safe.encode()) <= 120 and safe not in (".", ".."):
        return safe
    return f"{safe.encode()[:60].decode('utf-8', 'ignore')}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


# --- every file -----------------------------------------------------------------------------------


def found(place, left_out, scratch):
    """The entries of a folder or an archive; at most MOST, and one that says so. Raises OSError if it can't be opened."""
    place = Path(place)
    room, entries = [ROOM], []
    if place.is_file():
        todo = opened(Entry((place.name,), place), scratch, room, 1)
        todo = [Entry(e.parts[1:] or e.parts, e.path, e.time, e.why, e.folder) for e in todo]
    else:
        todo = walked(place, {path.resolve() for path in left_out})
    for entry in todo:
        entries += opened(entry, scratch, room, 1)
        if len(entries) > MOST:
            why = noted("More than {n} files: the rest was not looked at.", n=MOST)
            return [*entries[:MOST], Entry(("…",), why=why)]
    return entries


def walked(folder, left_out):
    """The entries of a folder and of those in it; links are not followed."""
    os.listdir(folder)  # the first one must open
    todo = [(folder, ())]
    while todo:
        here, parts = todo.pop()
        try:
            inside = sorted(os.scandir(here), key=lambda item: item.name)
        except OSError as error:
            yield Entry(parts, why=noted("The folder can't be opened ({error}).", error=error.strerror), folder=True)
            continue
        if {"results", "feedback", "seed"} <= {item.name for item in inside}:
            yield Entry(parts, why=RESULTS, folder=True)
            continue
        inside = [item for item in inside if Path(item.path).resolve() not in left_out or item.is_symlink()]
        if not inside and parts:
            yield Entry(parts, why=restored(EMPTY), folder=True)
        for item in inside:
            place = (*parts, item.name)
            if item.is_dir(follow_symlinks=False) and len(place) < DEPTH:
                todo.append((Path(item.path), place))
            else:
                yield stated(Entry(place, Path(item.path)), item)


def stated(entry, item):
    """An entry with its time, or why it is not opened."""
    try:
        entry.time = item.stat(follow_symlinks=False).st_mtime
        if not item.is_file(follow_symlinks=False):
            entry.why = noted("It is no plain file, so it was not opened.")
    except OSError as error:
        entry.why = noted("It can't be opened ({error}).", error=error.strerror)
    return entry


def opened(entry, scratch, room, depth):
    """The entry, or what is in it where it is an archive."""
    if entry.why or not entry.parts[-1].lower().endswith(".zip") or SYSTEM.fullmatch(entry.parts[-1]):
        return [entry]
    if depth > NESTED or room[0] <= 0:
        entry.why = noted("An archive too deep in others, or too much in all of them: it was not opened.")
        return [entry]
    folder = Path(scratch, f"a{sum(1 for _ in Path(scratch).iterdir())}")
    folder.mkdir()
    inside, problem = unpacked(entry.path, folder, room[0])
    entries = [
        Entry((*entry.parts, *parts), path, at or entry.time, restored(why), why == EMPTY)
        for parts, path, why, at in inside
    ]
    room[0] -= sum(e.path.stat().st_size for e in entries if e.path)
    entries = [deeper for e in entries for deeper in opened(e, scratch, room, depth + 1)]
    if problem or not entries:
        entries.append(Entry(entry.parts, why=restored(problem) or noted("There is nothing in the archive.")))
    return entries


def is_notebook(entry):
    """Is it one, whatever it is called? Looked at: its name, else its first bytes."""
    name = entry.parts[-1].lower()
    if ".ipynb" in name:
        return True
    if entry.why or name == "timestamp.txt" or Path(name).suffix not in ("", ".json", ".txt"):
        return False
    try:
        with entry.path.open("rb") as stream:
            head = stream.read(SNIFF)
    except OSError:
        return False
    return head.lstrip()[:1] == b"{" and (b'"cell_type"' in head or b'"nbformat"' in head)


# --- whose they are -------------------------------------------------------------------------------


def collected(place, left_out, scratch):
    """({name: Student}, [entries that are nobody's], the platform) of a folder of submissions, or of an archive.

    Raises ValueError if nothing is there.
    """
    entries = found(place, left_out, scratch)
    for entry in entries:
        entry.notebook = not any(SYSTEM.fullmatch(part) for part in entry.parts) and is_notebook(entry)
    tree, students, others = Tree(entries), {}, []
    for entry in entries:
        where, who = tree.owner(entry)
        if entry.why == "" and not entry.notebook:
            entry.why = tree.what(entry)
        if tree.nobodys(entry, where):
            entry.why = entry.why or tree.what(entry)
            others.append(entry)
            continue
        key = ("id", who.id) if who.id else lms.clean(who.name)
        student = students.setdefault(key, Student(lms.clean(who.name), who.id))
        student.late, entry.attempt = student.late or who.late, who.attempt
        student.submitted = who.time or student.submitted
        student.entries.append(entry)
    if not students:
        raise ValueError(f"there is no notebook in {str(place)!r}")
    return named(students.values()), others, tree.platform


def named(students):
    """{name: Student}, each name once: where two are the same the id is added."""
    names, result = [student.name for student in students], {}
    for student in students:
        name = f"{student.name} ({student.id})" if names.count(student.name) > 1 and student.id else student.name
        name = short(name)
        while name in result:
            name += "+"
        student.name, result[name] = name, student
        for entry in student.entries:
            entry.student = name
    return dict(sorted(result.items()))


class Tree:
    """The folders, and which of them are students and which only hold students'."""

    def __init__(self, entries):
        self.files, self.folders = {}, {}  # of a folder: the notebooks in it, the folders in which there is one
        for entry in entries:
            for n in range(len(entry.parts) * entry.notebook):
                inside = self.files if n == len(entry.parts) - 1 else self.folders
                inside.setdefault(entry.parts[:n], set()).add(entry.parts[n])
        self.course = any(entry.parts[0] == "submitted" and len(entry.parts) > 2 for entry in entries)
        names = [e.parts[-1] for e in entries if e.notebook]
        zips = [e.parts[0] for e in entries if bare(e.parts[0]) != e.parts[0] and not lms.DRIVE.fullmatch(e.parts[0])]
        self.guess = lms.guess(names + zips)
        self.platform = "nbgrader" if self.course else self.guess

    def owner(self, entry):
        """The place that is a student's, and who that is."""
        parts = entry.parts
        if self.course:
            return parts[:2], lms.Who(parts[min(1, len(parts) - 1)])
        for n, part in enumerate(parts):
            who = lms.who(part, self.guess)
            if who is not None:
                self.platform = self.guess or ("moodle" if "_assignsubmission_" in part else "nbgrader")
                return parts[: n + 1], who
        n = 1
        while n < len(parts) and self.holds_students(parts[:n]):
            n += 1
        part = bare(parts[n - 1])
        if n == len(parts) and not entry.folder:
            part = re.sub(r"(\.ipynb)?(\.\w{1,8})?\Z", "", part, flags=re.I) or part
        return parts[:n], lms.Who(part)

    def holds_students(self, place):
        """Is a folder, or an archive, one that holds students' files and is none itself? Those above it do."""
        files, folders = self.files.get(place, set()), self.folders.get(place, set())
        if any(lms.who(name, self.guess) for name in files | folders):
            return True
        own = {name for name in folders if not GENERIC.fullmatch(bare(name))}
        free = {name for name in files if not GENERIC.fullmatch(Path(name).stem)}
        if not files and len(folders) > 1 and own:
            return True
        alone = len(self.files.get(place[:-1], set()) | self.folders.get(place[:-1], set())) == 1
        name = bare(place[-1])
        outer = any(shape.fullmatch(name) for shape in (GROUP, GENERIC)) or lms.DRIVE.fullmatch(place[-1])
        if (outer or alone) and not files and any(self.holds_students((*place, name)) for name in folders - own):
            return True
        return bool((outer and (own or len(free) > 1 or (alone and free))) or (alone and len(free) > 1))

    def what(self, entry):
        """What a file is that is no notebook."""
        last = entry.parts[-1]
        if any(SYSTEM.fullmatch(part) for part in entry.parts):
            return noted("A file of the system or of Jupyter's, not handed in.")
        if self.course and (entry.parts[0] != "submitted" or len(entry.parts) < 3 or last == "timestamp.txt"):
            return noted("A file of nbgrader's course, not handed in.")
        if len(entry.parts) == 1 and last.lower().endswith((".csv", ".toml", ".md")):
            return BESIDE
        if last.startswith("onlinetext") or "_assignsubmission_onlinetext" in "/".join(entry.parts):
            return noted("Text that was typed into the platform, and no notebook: not graded.")
        kind = Path(last).suffix or noted("a file")
        return noted("No notebook but {kind}: not graded.", kind=kind)

    def nobodys(self, entry, where):
        """Was it not handed in by anybody?"""
        if self.course:
            return entry.parts[0] != "submitted" or len(entry.parts) < 2 + (not entry.folder)
        if entry.why == RESULTS:
            return True
        beside = entry.why == BESIDE and not lms.who(entry.parts[0], self.guess)
        return any(SYSTEM.fullmatch(part) for part in where) or where == () or beside or where[-1] == "…"


def bare(name):
    """A folder's name, an archive's without its ending."""
    return re.sub(r"\.zip\Z", "", name, flags=re.I)


def listed(students, others):
    """The rows of files.csv: every file, whose it is, and what became of it."""
    entries = [*(entry for student in students.values() for entry in student.entries), *others]
    return [["file", "student", "what became of it"], *([e.shown, e.student, say(e.why)] for e in entries)]
