"""The questions: exercises/solutions/NN_name.md, read and run. exercises/README.md says how one is written."""

import ast
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from gdlib import data
from gdlib.checks.runner.calls import caller
from gdlib.checks.runner.limits import quiet
from gdlib.checks.runner.wire import Code

TAGS = ("solution", "stub", "cases", "mistake", "right")
SETTINGS = {"rtol": 1e-6, "atol": 1e-9, "seconds": 4.0, "cases": None, "judge": None, "equivalent": {}}

_HEADER = re.compile(r"\A---\n.*?^---\n", re.M | re.S)
_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```[ \t]*$", re.M | re.S)
_TAGS = re.compile(r"\A:tags: \[(.*?)\]\n")
_QUESTION = re.compile(r"^## (\d+\.\d+) (.+)$", re.M)
_FILE = re.compile(r"\d\d_.*\.md")
_HINT = re.compile(r"^> \*\*Hint\.\*\* ?(.*(?:\n>.*)*)\n*", re.M)

_read = {}  # the exercises that were read, by the names of their files


@dataclass(eq=False)
class Question:
    """One question as its author wrote it.

    Attributes
    ----------
    id, title : str
    before, after : lists of ("markdown" | "code", source)
        What the student sees around the answer's cell and the check.
    solution, stub, cases : str
        The cells of those tags; "" where there is none.
    mistakes : list of (message, source)
    rights : list of str
    hints : list of str
    """

    id: str
    title: str
    exercise: "Exercise" = field(repr=False)
    before: list = field(default_factory=list)
    after: list = field(default_factory=list)
    solution: str = ""
    stub: str = ""
    cases: str = ""
    mistakes: list = field(default_factory=list)
    rights: list = field(default_factory=list)
    hints: list = field(default_factory=list)
    hints_shown: int = 0

    def fail(self, what):
        raise ValueError(f"{self.exercise.path.name}, question {self.id}: {what}")

    @cached_property
    def names(self):
        """What the answer's cell defines: one function, or one or more values."""
        body = ast.parse(self.solution).body
        functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
        values = [t.id for n in body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)]
        if len(body) != len(functions) + len(values) or (functions and len(body) > 1) or not body:
            self.fail("the solution must be one function, or assignments to names and nothing else")
        return functions or values

    @cached_property
    def asks_for_values(self):
        return not isinstance(ast.parse(self.solution).body[0], ast.FunctionDef)

    def parameter(self, position):
        """The name of the solution's argument at that position."""
        names = [a.arg for a in ast.parse(self.solution).body[0].args.args]
        return names[position] if position < len(names) else f"number {position + 1}"

    def run(self, source, what):
        """The names that `source` defines, run where the untagged cells up to this question have run."""
        before = self.exercise.space(self.id)
        space = dict(before)
        with quiet():
            exec(_compiled(source, f"<{self.id} {what}>"), space)
        return {k: v for k, v in space.items() if k not in before or v is not before[k]}

    def answer(self, source, what="solution"):
        """What a student who wrote `source` would hand to check: a function, a value, or a tuple of values."""
        found = self.run(source, what)
        missing = [name for name in self.names if name not in found]
        if missing:
            self.fail(f"a cell does not define {missing[0]}: {source.splitlines()[0]}")
        answers = tuple(found[name] for name in self.names)
        return answers if len(answers) > 1 else answers[0]

    @cached_property
    def settings(self):
        found = {k: v for k, v in self.run(self.cases, "cases").items() if k in SETTINGS} if self.cases else {}
        if "cases" not in found and not self.asks_for_values:
            self.fail("a question that asks for a function needs cases(rng)")
        return SETTINGS | found

    @property
    def judged(self):
        """Whether a function of its author's decides, in place of a comparison."""
        return self.settings["judge"] is not None

    @cache  # noqa: B019  a question lives as long as the process
    def inputs(self, seed):
        """The cases of a seed as a list of (args, kwargs)."""
        cases = self.settings["cases"]
        if cases is None:
            return [((), {})]
        return [self._input(case) for case in cases(np.random.default_rng(seed))]

    def _input(self, case):
        wanted = dict if self.asks_for_values else tuple
        if not isinstance(case, wanted) or case == ():
            what = "a dict: the point at which to evaluate" if self.asks_for_values else "a tuple of arguments"
            self.fail(f"cases(rng) must yield {what}; it yields {case!r}")
        if self.asks_for_values:
            return (), case
        # NumPy's numbers become Python's, as they do on their way into a sandbox.
        return tuple(arg.item() if isinstance(arg, np.generic) else arg for arg in case), {}

    @cache  # noqa: B019
    def expected(self, seed, position):
        """What the solution does with that case, as `caller` observes it."""
        return self._caller(*self.inputs(seed)[position], 60.0)

    @cached_property
    def _caller(self):
        return caller(self.answer(self.solution))

    @cached_property
    def stub_cell(self):
        """The cell that the student fills in."""
        if self.stub or not self.names:
            return self.stub
        return _value_stub(self.solution) if self.asks_for_values else _function_stub(self)

    @cached_property
    def check_cell(self):
        return f'check("{self.id}", {", ".join(self.names)})'


@cache
def _compiled(source, name):
    return compile(source, name, "exec")


def _value_stub(source):
    """Every assigned value becomes `...`; comments stay."""
    lines = source.splitlines()
    for node in reversed(ast.parse(source).body):
        rest = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
        lines[node.lineno - 1 : node.end_lineno] = [f"{node.targets[0].id} = ...{rest}"]
    return "\n".join(lines)


def _function_stub(question):
    """Signature and docstring stay, the body becomes `raise NotImplementedError`."""
    function = ast.parse(question.solution).body[0]
    if not ast.get_docstring(function):
        question.fail("the solution needs a docstring: it is what the student reads in the stub")
    kept = question.solution.splitlines()[: function.body[0].end_lineno]
    return "\n".join([*kept, " " * function.body[0].col_offset + "raise NotImplementedError"])


class Exercise:
    """One file of questions.

    Attributes
    ----------
    path : Path, in an archive or not
    text : str, what stands in it
    number : str, such as "3"
    intro : list of ("markdown" | "code", source)
        What comes before the first question.
    questions : dict of id -> Question, in order
    """

    def __init__(self, path):
        self.path, self.text = path, path.read_text(encoding="utf-8")
        self.number = _number(path)
        self.intro, self.questions = [], {}
        self._space, self._ran = {"__name__": "__exercise__", "Code": Code}, None
        self._parse(_HEADER.sub("", self.text, count=1))

    def _parse(self, text):
        end = 0
        for cell in _CELL.finditer(text):
            self._prose(text[end : cell.start()])
            tags = _TAGS.match(cell[1])
            self._code(tags[1].split(",") if tags else [], _TAGS.sub("", cell[1]).strip("\n"))
            end = cell.end()
        self._prose(text[end:])
        for question in self.questions.values():
            if not question.solution:
                question.fail("there is no cell tagged solution")

    def _last(self):
        return next(reversed(self.questions.values()), None)

    def _prose(self, text):
        text = re.sub(r"^\+\+\+.*\n", "", text, flags=re.M)
        starts = [m.start() for m in _QUESTION.finditer(text)]
        for start, end in zip([0, *starts], [*starts, len(text)], strict=True):
            piece = text[start:end]
            heading = _QUESTION.match(piece)
            if heading:
                number, title = heading.groups()
                if number in self.questions or number.partition(".")[0] != self.number:
                    raise ValueError(f"{self.path.name}: {number} is there twice, or belongs to another exercise")
                self.questions[number] = Question(number, title, self)
            question = self._last()
            if question is not None:
                question.hints += [re.sub(r"^> ?", "", hint, flags=re.M).strip() for hint in _HINT.findall(piece)]
                piece = _HINT.sub("", piece)
            self._show("markdown", piece.strip())

    def _show(self, kind, source):
        question = self._last()
        if source:
            place = self.intro if question is None else question.after if question.solution else question.before
            place.append((kind, source))

    def _code(self, tags, source):
        question = self._last()
        if not tags:
            return self._show("code", source)
        if question is None or len(tags) != 1 or tags[0] not in TAGS:
            raise ValueError(f"{self.path.name}: a tagged cell belongs to a question and has one of {TAGS}, got {tags}")
        if tags[0] == "mistake":
            comment = re.match(r"(?:#.*\n)+", source)
            if not comment:
                question.fail(f"a mistake begins with a comment, which is said to the student: {source}")
            message = " ".join(line.lstrip("# ") for line in comment[0].splitlines())
            return question.mistakes.append((message, source))
        if tags[0] == "right":
            return question.rights.append(source)
        if getattr(question, tags[0]):
            question.fail(f"there are two cells tagged {tags[0]}")
        return setattr(question, tags[0], source)

    def space(self, number):
        """The names that the untagged cells up to a question define; each cell runs once."""
        order = [None, *self.questions]
        done = order.index(self._ran) if self._ran in order[1:] else -1
        for key in order[done + 1 : order.index(number) + 1]:
            cells = self.intro if key is None else self.questions[key].before
            for kind, source in cells:
                if kind == "code":
                    with quiet():
                        exec(compile(source, f"<{self.path.name}>", "exec"), self._space)
            self._ran = key
        return self._space


def sources():
    """The exercises' files in order: exercises/solutions beside the gdlib folder, else the copy in gdlib.data."""
    folder = Path(__file__).resolve().parents[2] / "exercises" / "solutions"
    found = folder if folder.is_dir() else data.questions()
    return sorted((path for path in found.iterdir() if _FILE.fullmatch(path.name)), key=lambda path: path.name)


def exercise(number):
    """The exercise of a number such as "3"; read again when its file has changed.

    Raises
    ------
    ValueError
        There is no such exercise; the message names those that are there.
    """
    found = {_number(path): path for path in sources()}
    if str(number) not in found:
        raise ValueError(f"exercise must be one of {', '.join(found)}, got {number!r}")
    path = found[str(number)]
    kept = _read.get(path.name)
    if kept is None or kept.text != path.read_text(encoding="utf-8"):
        kept = _read[path.name] = Exercise(path)
    return kept


def _number(path):
    return str(int(path.name[:2]))


def question(number):
    """The question of an id such as "3.2".

    Raises
    ------
    ValueError
        The exercise has no such question.
    """
    of = exercise(str(number).partition(".")[0])
    if str(number) not in of.questions:
        raise ValueError(f"question must be one of {', '.join(of.questions)}, got {number!r}")
    return of.questions[str(number)]
