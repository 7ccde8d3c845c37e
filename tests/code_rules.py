"""What `make lint` asks of the code beyond ruff and import-linter; test_house.py shows each rule a planted fault.

python tests/code_rules.py    the table of lines by folder; fails where a rule is broken
"""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = ("gdlib", "tools", "bench", "tests")
# What is counted, as globs from the root, and the most lines that it may have: but for the core's, what there is today:
# who needs more looks first what can go. The wings' Python and the front's JavaScript are counted apart, for each has its readers.
LIMITS = {
    "the core": (("gdlib/*.py",), 1000),
    "gdlib, in Python": (("gdlib/**/*.py",), 8060),
    "the explorers' front, in JavaScript": (("gdlib/**/*.js",), 4722),
    "tools": (("tools/**/*.py",), 6903),
}
DERIVED = ("node_modules", "bundle")  # no line in these folders is ours
# Of namedtuples, os and sys: public in all but name.
GIVEN = {"_replace", "_asdict", "_fields", "_make", "_exit", "_getframe"}


def is_private(name):
    """Does a name begin with one underscore, and is it no hook such as _repr_html_?"""
    return name.startswith("_") and not name.endswith("_") and name not in GIVEN


def bound(tree):
    """The names that a file defines itself: functions, classes, variables, arguments, and what it sets on objects."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self":
            yield node.attr


def reached(node):
    """The names that one node of the tree takes from elsewhere: imported, after a dot, or given to setattr as text."""
    if isinstance(node, ast.ImportFrom):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("setattr", "getattr")):
        return [str(word.value) for word in node.args[:2] if isinstance(word, ast.Constant)]
    return []


def private_names(source):
    """[(line, name)] of the private names that a Python source takes from another file."""
    tree = ast.parse(source)
    own = set(bound(tree))
    found = ((node.lineno, name) for node in ast.walk(tree) for name in reached(node))
    return [
        (line, name)
        for line, name in found
        if is_private(name.rpartition(".")[2]) and name.rpartition(".")[2] not in own
    ]


def files(patterns, root=ROOT):
    """The files that match one of the globs, but for derived ones."""
    found = (path for pattern in patterns for path in root.glob(pattern))
    return sorted(path for path in found if not any(part in DERIVED for part in path.parts))


def lines(paths):
    """How many lines the files have together."""
    return sum(len(path.read_text("utf-8").splitlines()) for path in paths)


def breaches(root=ROOT):
    """One line for each private name that crosses a file and for each count above its limit."""
    for path in files((f"{folder}/**/*.py" for folder in CODE), root):
        for line, name in private_names(path.read_text("utf-8")):
            yield f"{path.relative_to(root)}:{line}: {name} is private to another file"
    for what, (patterns, most) in LIMITS.items():
        if (count := lines(files(patterns, root))) > most:
            yield f"{what} has {count} lines; at most {most} are allowed"


def table(root=ROOT):
    """The lines of each folder below gdlib and tools, and the counts that have a limit."""
    for folder in ("gdlib", "tools"):
        for path in sorted((root / folder).iterdir()):
            if path.is_dir() and (count := lines(files(("**/*.py", "**/*.js"), path))):
                yield f"{count:6}  {path.relative_to(root)}/"
    for what, (patterns, most) in LIMITS.items():
        yield f"{lines(files(patterns, root)):6}  {what}, of {most} at most"


if __name__ == "__main__":
    print("\n".join([" lines", *table()]))
    sys.exit("\n".join(breaches()) or 0)
