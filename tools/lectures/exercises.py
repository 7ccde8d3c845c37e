"""What derives from exercises/solutions/NN_name.md: the students' notebooks, exercises/NN_name.ipynb, and
gdlib/data/questions.zip, from which an installed gdlib reads its questions; questions.ko.zip in Korean.

    python -m lectures.exercises build [NAME ...]    derive them all, or the notebooks whose names begin with NAME
    python -m lectures.exercises check [NAME ...]    is each stored one what its source gives?

Nothing is executed: a student's notebook starts without outputs. The cells carry nbgrader's metadata (schema 3): the
answer's cell is the solution cell "q3-2", the check's cell is the graded, locked cell "check3-2", one point each.
"""

import sys
import tomllib
from functools import partial
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import nbformat

from gdlib.checks import bank
from gdlib.words import language
from translation import catalogs, edition

ROOT = Path(__file__).resolve().parents[2]
METADATA = {  # of every notebook
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}

# The first lines of what a notebook imports. Where it stands alone, gdlib comes from the course's public address.
FETCH = """# gdlib is missing, as in Colab? These lines fetch it from the course's address
from importlib.util import find_spec

if find_spec("gdlib") is None:
    get_ipython().run_line_magic("pip", "install --quiet git+{}")

""".format(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["course"]["address"])

# What stands there next where the language is not English, for a notebook that is opened with no `make`.
SPEAK = 'import os\n\nos.environ["GDLIB_LANGUAGE"] = "{}"\n\n'

HOW = (Path(__file__).parent / "templates" / "how.md").read_text("utf-8").rstrip()

OPENING = """{first}from gdlib.checks import check, hint, progress, solution

progress("{number}")"""


def first_lines():
    """Those of the code that imports, in the language that is spoken."""
    return FETCH + (SPEAK.format(language()) if language() != "en" else "")


def metadata():
    """That of every notebook: it says in which language it is where that is not English."""
    return METADATA | ({"gdlib": {"language": language()}} if language() != "en" else {})


def marked(grade_id, graded):
    """nbgrader's metadata of an answer's cell, or of a graded one."""
    marks = {"grade": graded, "grade_id": grade_id, "locked": graded, "schema_version": 3, "solution": not graded}
    return {"nbgrader": marks | {"task": False} | ({"points": 1} if graded else {})}


def derived(exercise):
    """The student's notebook of an exercise."""
    cells = []

    def add(kind, source, name, **metadata):
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        cells.append(make(source, id=name, metadata=metadata))

    def add_all(pieces, name):
        for n, (kind, source) in enumerate(pieces):
            add(kind, source, f"{name}-{n}")

    add_all(exercise.intro[:1], "title")
    add("markdown", HOW.format(first=next(iter(exercise.questions))), "how")
    add("code", OPENING.format(first=first_lines(), number=exercise.number), "progress")
    add_all(exercise.intro[1:], "intro")
    for question in exercise.questions.values():
        key = question.id.replace(".", "-")
        add_all(question.before, f"task{key}")
        add("code", question.stub_cell, f"q{key}", **marked(f"q{key}", graded=False))
        add("code", question.check_cell, f"check{key}", **marked(f"check{key}", graded=True))
        add_all(question.after, f"after{key}")
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata())
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return notebook


def contents(path):
    """What a file holds: its text, or those of an archive's files, for how they are packed depends on the machine."""
    if not path.exists() or path.suffix != ".zip":
        return path.read_text("utf-8") if path.exists() else None
    with ZipFile(path) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def write(path, made):
    """The file with these `contents`; an archive without the time at which it was made."""
    if path.suffix != ".zip":
        path.write_text(made, "utf-8")
        return
    with ZipFile(path, "w") as file:
        for name, text in made.items():
            file.writestr(ZipInfo(name), text, ZIP_DEFLATED)


def chosen(paths, names, what):
    """The files whose name begins with one of `names`; all when there are none. SystemExit where that is none."""
    found = [path for path in paths if path.name.startswith(tuple(names) or "")]
    if not found:
        raise SystemExit(f"no {what} begins with {' or '.join(names) or 'anything'}")
    return found


def main(arguments, root=ROOT):
    if not arguments or arguments[0] not in ("build", "check"):
        raise SystemExit(__doc__)
    sources = sorted((root / "exercises" / "solutions").glob("[0-9][0-9]_*.md"))
    made = {root / "gdlib" / "data" / "questions.zip": {source.name: source.read_text("utf-8") for source in sources}}
    for name in catalogs.languages(root):
        said = edition.texts(partial(catalogs.words, name), root, "exercises/solutions")
        made[root / "gdlib" / "data" / f"questions.{name}.zip"] = {path.name: text for path, text in said.items()}
    for source in chosen(sources, arguments[1:], "exercise"):
        made[root / "exercises" / f"{source.stem}.ipynb"] = nbformat.writes(derived(bank.Exercise(source))) + "\n"
    stale = [path for path, new in made.items() if contents(path) != new]
    words = ("changed", "as before") if arguments[0] == "build" else ("differs from its source", "current")
    for path in sorted(made):
        print(f"{path.name}: {words[path not in stale]}")
    known = {source.stem for source in sources}
    stray = [path.name for path in (root / "exercises").glob("*.ipynb") if path.stem not in known]
    if arguments[0] == "build":
        for path in stale:
            write(path, made[path])
    elif stale:
        raise SystemExit("make exercises, and commit what changed")
    if stray:
        raise SystemExit(f"without a source in exercises/solutions: {', '.join(stray)}")


if __name__ == "__main__":
    main(sys.argv[1:])
