"""The PO files, locale/LANGUAGE/NAME.po: what they hold, what is missing, and what has changed since.

    python -m translation.catalogs update LANGUAGE    take in what the sources say now, and list what is missing
    python -m translation.catalogs check LANGUAGE     is each file what the sources say, and nothing to be renewed?

A file has the units of a lecture, its exercise, its plan and its questions; `guide` and `site` have the other texts, `words`
what gdlib and the tools say, `front` what the explorers say. Of these, tables are made that need no gettext to be read.
A unit whose English has changed is "to be renewed" (fuzzy, as gettext calls it): until then readers see the English.
"""

import difflib
import json
import re
import sys
from collections import Counter
from pathlib import Path
from shutil import which
from subprocess import run

import polib

from translation import units

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
LECTURE = ("notebooks/text", "exercises/solutions", "docs/teaching", "docs/teaching/questions")
OTHERS = {
    "guide": ("docs/teaching/*.md", "README.md", "docs/lite/*.md", "exercises/README.md"),
    "site": ("docs/site/*.md", "tools/lectures/templates/*.md"),
}
ALIKE = 0.6  # how like an old English unit must be, of 1, for its translation to be renewed


def languages(root=ROOT):
    """The languages of locale, such as ["ko"]."""
    return sorted(path.name for path in (root / "locale").glob("*") if path.is_dir())


def groups(root=ROOT):
    """{name of a PO file: its Markdown sources}."""
    found = {}
    for lecture in sorted((root / "notebooks" / "text").glob("*.md")):
        paths = [root / folder / lecture.name for folder in LECTURE]
        found[lecture.stem] = [path for path in paths if path.exists()]
    for name, patterns in OTHERS.items():
        paths = [path for pattern in patterns for path in sorted(root.glob(pattern))]
        found[name] = [path for path in paths if not re.match(r"\d\d_", path.name)]
    patterns = ("gdlib/**/*.py", "tools/**/*.py", "tools/grading/*.html")
    found["words"] = [path for pattern in patterns for path in sorted(root.glob(pattern))]
    return found


def messages(paths, root=ROOT):
    """What the sources say: {unit: (its files, what it is)}, in their order."""
    found = {}
    for path in paths:
        if "node_modules" in path.parts:
            continue
        for text, what in units.texts_of(path):
            files, _ = found.setdefault(text, ([], what))
            if (file := str(path.relative_to(root))) not in files:
                files.append(file)
    return found


def of_the_front(root=ROOT):
    """What the explorers' JavaScript says, as `messages` gives it; None where there is no Node.js."""
    if not which("node") or not (root / "tools" / "front" / "node_modules").exists():
        return None
    found = json.loads(run(["node", root / "tools" / "front" / "messages.js"], capture_output=True, check=True).stdout)
    return {message["msgid"]: ([message["file"]], " ".join(["front", *message["values"]])) for message in found}


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


def tables(language, root=ROOT):
    """What is made of the PO files: {path: its text}, tables of words."""
    paths = {"words": root / "gdlib" / "words" / f"{language}.json", "front": root / "locale" / language / "front.json"}
    return {
        path: json.dumps(words(language, name), ensure_ascii=False, indent=0, sort_keys=True) + "\n"
        for name, path in paths.items()
    }


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


def wrong(name, file, found):
    """What is to be mended in a PO file, in words."""
    if [entry.msgid for entry in file] != [*found]:
        yield f"{name}.po is not what the sources say: make translate"
    for entry in file:
        if "fuzzy" in entry.flags:
            yield f"{name}.po, to be renewed: {entry.msgid}"
        for fault in faults(entry.msgid, entry.msgstr) if entry.msgstr else ():
            yield f"{name}.po, {fault}: {entry.msgid}"


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("update", "check"):
        raise SystemExit(__doc__)
    update, language = arguments[0] == "update", arguments[1]
    found_in, to_mend = {name: messages(paths) for name, paths in groups().items()}, []
    if (front := of_the_front()) is None:
        print("Node.js and `make front` are needed to see what the explorers say")
    else:
        found_in["front"] = front
    for name, found in found_in.items():
        file = read(language, name)
        if update:
            file = updated(file, found)
            path_of(language, name).parent.mkdir(parents=True, exist_ok=True)
            file.save(str(path_of(language, name)))
        to_mend += wrong(name, file, found)
        print(f"{name}: {len(file)} units, {sum(not entry.msgstr for entry in file)} are missing")
    for path, table in tables(language).items():
        if update:
            path.write_text(table, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != table:
            to_mend.append(f"{path.name} is not what its PO file gives: make translate")
    print("\n".join(to_mend))
    if to_mend and not update:
        raise SystemExit(f"{len(to_mend)} to mend")


if __name__ == "__main__":
    main(sys.argv[1:])
