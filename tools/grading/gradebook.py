"""The grades for nbgrader, through its own API, so that `nbgrader export` and its formgrader have them."""

import importlib.util
import os
import sys
import warnings
from pathlib import Path


def write(path, sheet, assignment=""):
    """Put the grades of a `reports.Sheet` into nbgrader's database; what was done, in a few words.

    assignment: its name, where the database has none with this notebook; "" for the notebook's.
    A student without a grade is left as the database has him.
    """
    if importlib.util.find_spec("nbgrader") is None:
        return "; no gradebook.db: nbgrader is not installed (make grade installs it)"
    from nbgrader.api import Gradebook

    from lectures import exercises

    # A new database is marked with its version by a command, which is looked for in the path.
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    with warnings.catch_warnings(), Gradebook(f"sqlite:///{path}") as book:
        warnings.simplefilter("ignore")  # nbgrader's way with its own tables
        exercise, weights = sheet.exercise, sheet.policy.weights
        notebook = exercise.path.stem
        known = [a.name for a in book.assignments if any(n.name == notebook for n in a.notebooks)]
        name = known[0] if known else assignment or notebook
        book.update_or_create_assignment(name)
        if not known:
            book.add_notebook(notebook, name)
        for cell in exercises.derived(exercise).cells:
            mark = cell.metadata.get("nbgrader")
            if mark is None:
                continue
            where = (mark.grade_id, notebook, name)
            if mark.grade:
                most = float(weights.get(mark.grade_id.removeprefix("check").replace("-", "."), 0))
                book.update_or_create_grade_cell(*where, max_score=most, cell_type="code")
            if mark.solution:
                book.update_or_create_solution_cell(*where)
            book.update_or_create_source_cell(*where, cell_type="code", locked=mark.locked, source=cell.source)
        for student in sheet.tried:
            grade = sheet.students[student].grade
            book.update_or_create_student(student)
            added(book, book.update_or_create_submission(name, student), book.find_notebook(notebook, name))
            for row in sheet.rows(student):
                key = row["question"].replace(".", "-")
                cell = book.find_grade(f"check{key}", notebook, name, student)
                cell.auto_score = float(grade.points.get(row["question"]) or 0)
                cell.needs_manual_grade = cell.manual_score is not None
                book.find_comment(f"q{key}", notebook, name, student).auto_comment = row["message"]
            if grade.late and grade.total is not None:
                taken = sum(filter(None, grade.points.values())) - grade.total
                book.find_submission_notebook(notebook, name, student).late_submission_penalty = max(taken, 0.0)
        book.db.commit()
    return f", and nbgrader's {path.name}"


def added(book, submission, notebook):
    """A submission with that notebook, which the assignment may have got later, when another exercise was graded."""
    from nbgrader.api import Comment, Grade, SubmittedNotebook

    if notebook.name not in [own.name for own in submission.notebooks]:
        own = SubmittedNotebook(notebook=notebook, assignment=submission)
        book.db.add(own)
        book.db.add_all([Grade(cell_id=cell.id, notebook=own) for cell in notebook.grade_cells])
        book.db.add_all([Comment(cell_id=cell.id, notebook=own) for cell in notebook.solution_cells])
        book.db.commit()
