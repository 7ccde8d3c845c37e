"""The questions: exercises/solutions/NN_name.md, read and run. docs/teaching/exercises.md says how one is written."""

import ast
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from gdlib import data
from gdlib.checks.runner.calls import caller
from gdlib.checks.runner.limits import quiet
from gdlib.checks.runner.wire import Code, plain, shown
from gdlib.words import language

TAGS = ("solution", "stub", "cases", "mistake", "right")
SETTINGS = {"rtol": 1e-6, "atol": 1e-9, "seconds": 4.0, "cases": None, "judge": None, "equivalent": {}}

_HEADER = re.compile(r"\A---\n.*?^---\n", re.M | re.S)
_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?::tags: \[(.*?)\]\n)?(.*?)^```[ \t]*$", re.M | re.S)
_PIECE = re.compile(r"^(?=## \d+\.\d+ )", re.M)
_HINT = re.compile(r"^> \*\*Hint\.\*\* ?(.*(?:\n>.*)*)\n*", re.M)

_read = {}  # the exercises that were read, by the language and the names of their files


@dataclass(eq=False)
class Question:
    """One question as its author wrote it: its cells by their tags, and its hints.

    `before` and `after` are what the student sees around the answer's cell and the check, as
    ("markdown" | "code", source); `mistakes` are (message, source).
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

    def add(self, kind, source):
        """Take in a piece of the file: "markdown", "code", or a cell with that tag."""
        if kind == "markdown":
            self.hints += [re.sub(r"^> ?", "", hint, flags=re.M).strip() for hint in _HINT.findall(source)]
            source = _HINT.sub("", source).strip()
        if kind in ("markdown", "code"):
            (self.after if self.solution else self.before).extend([(kind, source)] if source else [])
        elif kind == "mistake":
            comment = re.match(r"(?:#.*\n)+", source)
            if not comment:
                self.fail(f"a mistake begins with a comment, which is said to the student: {source}")
            self.mistakes.append((" ".join(line.lstrip("# ") for line in comment[0].splitlines()), source))
        elif kind == "right":
            self.rights.append(source)
        elif kind not in TAGS or getattr(self, kind):
            self.fail(f"a tag is one of {TAGS}, the first three once at most, got {kind}: {source}")
        else:
            setattr(self, kind, source)

    @cached_property
    def _body(self):
        """The solution's statements: a function, or assignments."""
        return ast.parse(self.solution).body

    @cached_property
    def asks_for_values(self):
        return not isinstance(self._body[0], ast.FunctionDef)

    @cached_property
    def names(self):
        """What the answer's cell defines: one function, or one or more values."""
        if [type(node) for node in self._body] == [ast.FunctionDef]:
            return [self._body[0].name]
        assigned = [isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name) for n in self._body]
        if not assigned or not all(assigned):
            self.fail("the solution must be one function, or assignments to names and nothing else")
        return [node.targets[0].id for node in self._body]

    def parameter(self, position):
        """The name of the solution's argument at that position."""
        names = [a.arg for a in self._body[0].args.args]
        return names[position] if position < len(names) else f"number {position + 1}"

    @cache  # noqa: B019  a question lives as long as the process
    def run(self, source):
        """The names that `source` defines, run where the untagged cells up to this question have run."""
        before = self.exercise.space(self.id)
        space = dict(before)
        with quiet():
            exec(compile(source, f"<{self.id}>", "exec"), space)
        return {k: v for k, v in space.items() if k not in before or v is not before[k]}

    def answer(self, source):
        """What a student who wrote `source` would hand to check: a function, a value, or a tuple of values."""
        found = self.run(source)
        missing = [name for name in self.names if name not in found]
        if missing:
            self.fail(f"a cell does not define {missing[0]}: {source.splitlines()[0]}")
        answers = tuple(found[name] for name in self.names)
        return answers if len(answers) > 1 else answers[0]

    @cache  # noqa: B019
    def observed(self, source, seed, position, seconds):
        """What that answer does with a case, as `caller` observes it."""
        return caller(self.answer(source))(*self.inputs(seed)[position], seconds)

    @cached_property
    def settings(self):
        found = {k: v for k, v in self.run(self.cases).items() if k in SETTINGS}
        if "cases" not in found and not self.asks_for_values:
            self.fail("a question that asks for a function needs cases(rng)")
        return SETTINGS | found

    @property
    def judged(self):
        """Whether a function of its author's decides, in place of a comparison."""
        return self.settings["judge"] is not None

    @cache  # noqa: B019
    def inputs(self, seed):
        """The cases of a seed as a list of (args, kwargs)."""
        cases = self.settings["cases"]
        return [self._input(case) for case in cases(np.random.default_rng(seed))] if cases else [((), {})]

    def _input(self, case):
        wanted = dict if self.asks_for_values else tuple
        if not isinstance(case, wanted) or case == ():
            what = "a dict: the point at which to evaluate" if self.asks_for_values else "a tuple of arguments"
            self.fail(f"cases(rng) must yield {what}; it yields {case!r}")
        if self.asks_for_values:
            return (), case
        # NumPy's numbers become Python's, as they do on their way into a sandbox.
        return tuple(arg.item() if isinstance(arg, np.generic) else arg for arg in case), {}

    @property
    def stub_cell(self):
        """The cell that the student fills in: signature and docstring stay, the body becomes
        `raise NotImplementedError`; a value becomes `...`, and the comment behind it stays."""
        if self.stub:
            return self.stub
        lines = self.solution.splitlines()
        if not self.asks_for_values:
            function = self._body[0]
            if not ast.get_docstring(function):
                self.fail("the solution needs a docstring: it is what the student reads in the stub")
            docstring = function.body[0]
            raises = " " * docstring.col_offset + "raise NotImplementedError"
            return "\n".join([*lines[: docstring.end_lineno], raises])
        for name, node in reversed([*zip(self.names, self._body, strict=True)]):
            rest = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
            lines[node.lineno - 1 : node.end_lineno] = [f"{name} = ...{rest}"]
        return "\n".join(lines)

    @property
    def check_cell(self):
        return f'check("{self.id}", {", ".join(self.names)})'


def _pieces(text):
    """What stands in a file, in order, as (kind, source): "markdown", "code", or the tag of a cell."""
    parts = ["code", "", *_CELL.split(_HEADER.sub("", text, count=1))]
    for tag, source, prose in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        yield "code" if tag is None else tag, source.strip("\n")
        for piece in _PIECE.split(prose):
            yield "markdown", piece.strip()


class Exercise:
    """One file of questions, in an archive or not: its `number` such as "3", its `questions` by their
    ids, and `intro`, what comes before the first of them as ("markdown" | "code", source)."""

    def __init__(self, path):
        self.path, self.text, self.number = path, path.read_text(encoding="utf-8"), _number(path)
        self.intro, self.questions = [], {}
        self._space, self._ran = {"__name__": "__exercise__", "Code": Code}, 0
        question = None
        for kind, source in _pieces(self.text):
            if kind == "markdown" and _PIECE.match(source):
                question = self._begin(*source.splitlines()[0].split(" ", 2)[1:])
            if question is not None:
                question.add(kind, source)
            elif kind not in ("markdown", "code"):
                raise ValueError(f"{path.name}: a cell with a tag belongs to a question; this one does not: {source}")
            elif source:
                self.intro.append((kind, source))
        for question in self.questions.values():
            if not question.solution:
                question.fail("there is no cell tagged solution")

    def _begin(self, number, title):
        if number in self.questions or number.partition(".")[0] != self.number:
            raise ValueError(f"{self.path.name}: {number} is there twice, or belongs to another exercise")
        self.questions[number] = Question(number, title, self)
        return self.questions[number]

    def space(self, number):
        """The names that the untagged cells up to a question define; each cell runs once."""
        pieces = [self.intro, *(question.before for question in self.questions.values())]
        while self._ran < 2 + [*self.questions].index(number):
            for kind, source in pieces[self._ran]:
                if kind == "code":
                    with quiet():
                        exec(compile(source, f"<{self.path.name}>", "exec"), self._space)
            self._ran += 1
        return self._space


def sources():
    """The exercises' files in order: exercises/solutions beside the gdlib folder, else the copy in gdlib.data, which
    holds them in other languages too."""
    folder = Path(__file__).resolve().parents[2] / "exercises" / "solutions"
    here = folder.is_dir() and language() == "en"
    found = (folder if here else data.questions(language())).iterdir()
    return sorted((p for p in found if re.fullmatch(r"\d\d_.*\.md", p.name)), key=lambda path: path.name)


def exercise(number):
    """The exercise of a number such as "3"; read again when its file has changed. ValueError names those that
    there are."""
    found = {_number(path): path for path in sources()}
    path = found.get(_key(number).lstrip("0"))
    if path is None:
        raise ValueError(f"exercise must be one of {', '.join(found)}, got {number!r}")
    kept = _read.get((language(), path.name))
    if kept is None or kept.text != path.read_text(encoding="utf-8"):
        kept = _read[language(), path.name] = Exercise(path)
    return kept


def _number(path):
    return str(int(path.name[:2]))


def question(number):
    """The question of an id such as "3.2". ValueError names those that there are."""
    if not re.fullmatch(r"\d+\.\d+", key := _key(number)):
        raise ValueError(f'the id of a question must come first, such as "3.2", got {shown(plain(number))}')
    of = exercise(key.partition(".")[0])
    if key.lstrip("0") not in of.questions:
        raise ValueError(f"question must be one of {', '.join(of.questions)}, got {number!r}")
    return of.questions[key.lstrip("0")]


def _key(number):
    """An exercise's number or a question's id, as it is written: " 3.1", "Q3.1", "3,1", 3.1."""
    return str(number).strip().lstrip("Qq").replace(",", ".")
