"""The grades for nbgrader, through its own API, so that `nbgrader export` and its formgrader have them."""

import importlib.util
import os
import sys
import warnings
from pathlib import Path


def write(path, exercise, results):
    """Put results into nbgrader's database; what was done, in a few words."""
    if importlib.util.find_spec("nbgrader") is None:
        return "; no gradebook.db: nbgrader is not installed (make grade installs it)"
    from nbgrader.api import Gradebook

    from lectures import exercises

    # A new database is marked with its version by a command, which is looked for in the path.
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    with warnings.catch_warnings(), Gradebook(f"sqlite:///{path}") as book:
        warnings.simplefilter("ignore")  # nbgrader's way with its own tables
        notebook = exercise.path.stem
        known = [a.name for a in book.assignments if any(n.name == notebook for n in a.notebooks)]
        name = known[0] if known else notebook
        book.update_or_create_assignment(name)
        if not known:
            book.add_notebook(notebook, name)
        for cell in exercises.derived(exercise).cells:
            mark = cell.metadata.get("nbgrader")
            if mark is None:
                continue
            where = (mark.grade_id, notebook, name)
            if mark.grade:
                book.update_or_create_grade_cell(*where, max_score=float(mark.points), cell_type="code")
            if mark.solution:
                book.update_or_create_solution_cell(*where)
            book.update_or_create_source_cell(*where, cell_type="code", locked=mark.locked, source=cell.source)
        for student, result in results.items():
            book.update_or_create_student(student)
            book.update_or_create_submission(name, student)
            for row in result["rows"]:
                key = row["question"].replace(".", "-")
                grade = book.find_grade(f"check{key}", notebook, name, student)
                grade.auto_score, grade.needs_manual_grade = float(row["score"]), grade.manual_score is not None
                book.find_comment(f"q{key}", notebook, name, student).auto_comment = row["message"]
        book.db.commit()
    return f", and nbgrader's {path.name}"
