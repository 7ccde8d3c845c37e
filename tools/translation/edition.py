"""The course in another language: its sources with the texts of locale/LANGUAGE, in build/LANGUAGE.

    python -m translation.edition LANGUAGE

All other files are there as they are, so that `make` does there what it does here; the environment is shared.
Notebooks are not taken along: they are made there. locale/headings.json says there what a heading is in English, so that
the addresses of sections are the same in all languages; locale/said.txt is all that explorers and checks may say, so that
a page brings its letters.
"""

import json
import os
import re
import shutil
import sys

from translation import catalogs, units

ROOT = catalogs.ROOT
LEFT = {".git", ".venv", "build", "node_modules", "__pycache__", ".ipynb_checkpoints"}
DERIVED = "gdlib/data/questions.zip"  # made there, as the notebooks are
EXECUTED = ("notebooks/", "exercises/", "gdlib/", "tools/lectures/")  # what notebooks are made of
LINKS = (".venv", "docs/node_modules", "tools/front/node_modules")
ENGLISH = "[English] "  # before a paragraph that has no translation


def sayer(words, headings=(), slides=()):
    """The two functions that `units.translated` asks: the translation, or the English; and what a heading is called, all
    other names being what they are. A cell of a plan's table that is one of the names of `slides` is no word either."""

    def say(text, what):
        if what == "cell of a table" and text in slides:
            return text
        if text in words:
            return words[text]
        return ENGLISH + text if what == "paragraph" else text

    return say, lambda name: words.get(name, name) if name in headings else name


def texts(words_of, root=ROOT, folder=""):
    """{path from the root: the source in another language}, of those in a folder; `words_of(name)` gives the words of a PO
    file. What the tools look for, such as a plan's headers, is everywhere what they say; a slide may be called as gdlib
    calls a line."""
    found, groups = {}, catalogs.groups(root)
    tools = [path for path in groups["words"] if path.is_relative_to(root / "tools") and path.suffix == ".py"]
    marks = catalogs.messages(tools, root)
    marks = {text: said for text, said in words_of("words").items() if text in marks}
    for name, paths in groups.items():
        ours = [path for path in paths if path.suffix == ".md"]
        headings = {text for path in ours for text, what in units.texts_of(path) if what == "heading"}
        slides = {called for path in ours for called in re.findall(r'"name": "([^"]+)"', path.read_text("utf-8"))}
        how = sayer(words_of(name) | marks, headings, slides)
        ours = [path for path in ours if path.is_relative_to(root / folder)]
        found |= {path.relative_to(root): units.translated(path.read_text("utf-8"), *how) for path in ours}
    return dict(sorted(found.items()))


def headings(words_of, root=ROOT):
    """{a heading in another language: the English one}, both as a reader sees them, without formulas; of several the first
    one, that of a lecture."""
    found = {}
    for name, paths in catalogs.groups(root).items():
        words = words_of(name)
        texts = [
            text for path in paths if path.suffix == ".md" for text, what in units.texts_of(path) if what == "heading"
        ]
        found = {plain(words[text]): plain(text) for text in reversed(texts) if text in words} | found
    return found


def plain(heading):
    return re.sub(r"\$[^$]*\$|[`*]", "", heading)


def files(root=ROOT):
    """The files that the edition takes along as they are, from the root."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in LEFT and not name.startswith(".ruff")]
        here = os.path.relpath(folder, root)
        if here == "locale":
            folders.clear()
        made_there = here in ("notebooks", "exercises")
        for name in names:
            path = os.path.normpath(os.path.join(here, name))
            if name != ".git" and path != DERIVED and not (made_there and name.endswith(".ipynb")):
                yield path


def write(target, words_of, root=ROOT):
    """Write the edition into a folder: what is as before keeps its time, so that `make` makes only what changed. Its
    build/executed, which says that the notebooks are those of these sources, goes when one has changed."""
    made = {str(path): text for path, text in texts(words_of, root).items()}
    made["locale/headings.json"] = json.dumps(headings(words_of, root), ensure_ascii=False, indent=0)
    made["locale/said.txt"] = "\n".join([*words_of("front").values(), *words_of("words").values()])
    for name in [*files(root), "locale/headings.json", "locale/said.txt"]:
        to = target / name
        to.parent.mkdir(parents=True, exist_ok=True)
        if to.exists() and (
            to.read_text("utf-8") == made[name] if name in made else to.stat().st_mtime == (root / name).stat().st_mtime
        ):
            continue
        if name.startswith(EXECUTED):
            (target / "build" / "executed").unlink(missing_ok=True)
        if name in made:
            to.write_text(made[name], "utf-8")
        else:
            shutil.copy2(root / name, to)
    for name in LINKS:
        if (root / name).exists() and not (target / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).symlink_to((root / name).resolve())


def main(arguments):
    known = catalogs.languages()
    if len(arguments) != 1 or arguments[0] not in known:
        raise SystemExit(f"LANGUAGE is en, or one of {', '.join(known)}")
    write(ROOT / "build" / arguments[0], lambda name: catalogs.words(arguments[0], name))


if __name__ == "__main__":
    main(sys.argv[1:])
