"""The PO files, locale/LANGUAGE/NAME.po: what they hold, what is missing, and what has changed since.

    python -m translation.catalogs update LANGUAGE    take in what the sources say now, and list what is missing
    python -m translation.catalogs check LANGUAGE     is each file what the sources say, and nothing to be renewed?

A file has the units of a lecture, its exercise, its plan and its questions; `guide`, `site` and `gdlib` have the others.
A unit whose English has changed is "to be renewed" (fuzzy, as gettext calls it): until then readers see the English.
"""

import difflib
import re
import sys
from collections import Counter
from pathlib import Path

import polib

from translation import units

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
LECTURE = ("notebooks/text", "exercises/solutions", "docs/teaching", "docs/teaching/questions")
OTHERS = {
    "guide": ("docs/teaching/*.md", "README.md", "docs/lite/*.md", "exercises/README.md"),
    "site": ("docs/site/*.md",),
}
ALIKE = 0.6  # how like an old English unit must be, of 1, for its translation to be renewed


def groups(root=ROOT):
    """{name of a PO file: its Markdown sources}."""
    found = {}
    for lecture in sorted((root / "notebooks" / "text").glob("*.md")):
        paths = [root / folder / lecture.name for folder in LECTURE]
        found[lecture.stem] = [path for path in paths if path.exists()]
    for name, patterns in OTHERS.items():
        paths = [path for pattern in patterns for path in sorted(root.glob(pattern))]
        found[name] = [path for path in paths if not re.match(r"\d\d_", path.name)]
    return found


def messages(paths, root=ROOT):
    """What the sources say: {unit: (its files, what it is)}, in their order."""
    found = {}
    for path in paths:
        for text, what in units.texts_of(path):
            files, _ = found.setdefault(text, ([], what))
            if (file := str(path.relative_to(root))) not in files:
                files.append(file)
    return found


def updated(old, found):
    """A PO file with the units that are found: with their translation in `old`, or with that of a unit of which this is a
    new version, to be renewed, or without any."""
    new = polib.POFile(wrapwidth=100)
    new.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Language": old.metadata.get("Language", "")}
    kept = {entry.msgid: entry for entry in old}
    gone = {entry.msgid: entry for entry in old if entry.msgid not in found and entry.msgstr}
    for text, (files, what) in found.items():
        entry = polib.POEntry(msgid=text, occurrences=[(file, "") for file in files], comment=what)
        before = kept.get(text)
        if before:
            entry.msgstr, entry.flags, entry.previous_msgid = before.msgstr, before.flags, before.previous_msgid
        else:
            like = difflib.get_close_matches(text, gone, 1, ALIKE)
            if like:
                entry.msgstr, entry.flags, entry.previous_msgid = gone[like[0]].msgstr, ["fuzzy"], like[0]
        new.append(entry)
    return new


def path_of(language, name):
    return LOCALE / language / f"{name}.po"


def read(language, name):
    """The PO file of that name; an empty one where there is none."""
    path = path_of(language, name)
    file = polib.pofile(str(path), wrapwidth=100) if path.exists() else polib.POFile(wrapwidth=100)
    file.metadata.setdefault("Language", language)
    return file


def words(language, name):
    """{unit: its translation}, of those that are not to be renewed."""
    return {entry.msgid: entry.msgstr for entry in read(language, name) if entry.msgstr and "fuzzy" not in entry.flags}


def to_be_renewed(language, name):
    return [entry for entry in read(language, name) if "fuzzy" in entry.flags]


# --- what must be alike ---------------------------------------------------------------------------

KEPT = {
    "formulas": r"\$[^$]+\$",
    "code": r"`[^`\n]+`",
    "addresses": r"\]\(([^)]*)\)",
    "marks of HTML": r"<(/?\w+)",
    "numbers": r"\d+(?:[.,]\d+)*",
    "fields": r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}",
}


def faults(text, said):
    """What is wrong with the form of a translation, in words; nothing where it keeps what is no word."""
    if text.count("\n") != said.count("\n"):
        yield f"{said.count(chr(10)) + 1} lines for {text.count(chr(10)) + 1}"
    for what, pattern in KEPT.items():
        ours, theirs = (Counter(re.findall(pattern, words)) for words in (text, said))
        if ours != theirs:
            yield f"{what} differ: {', '.join(map(str, (ours - theirs) + (theirs - ours)))}"
    for space in (0, -1):
        if said and text[space].isspace() != said[space].isspace():
            yield "a space at the beginning or the end differs"


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("update", "check"):
        raise SystemExit(__doc__)
    do, language = arguments
    wrong, missing = [], 0
    for name, paths in groups().items():
        old, found = read(language, name), messages(paths)
        if do == "update":
            path_of(language, name).parent.mkdir(parents=True, exist_ok=True)
            old = updated(old, found)
            old.save(str(path_of(language, name)))
        elif [entry.msgid for entry in old] != [*found]:
            wrong.append(f"{name}.po is not what the sources say: make translate")
        lacking = [entry for entry in old if not entry.msgstr]
        missing += len(lacking)
        wrong += [f"{name}.po, to be renewed: {entry.msgid}" for entry in old if "fuzzy" in entry.flags]
        for entry in old:
            wrong += [
                f"{name}.po, {fault}: {entry.msgid}" for fault in faults(entry.msgid, entry.msgstr) if entry.msgstr
            ]
        print(f"{name}: {len(old)} units, {len(lacking)} are missing")
    print("\n".join(wrong))
    if wrong and do == "check":
        raise SystemExit(f"{len(wrong)} to mend")


if __name__ == "__main__":
    main(sys.argv[1:])
