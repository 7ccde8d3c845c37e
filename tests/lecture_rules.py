"""The house rules for a lecture that a program can check: each yields what it finds wrong.

A rule takes the executed notebook (nbformat) and yields one line a breach.
`breaches` runs them all. They are shown to fail by planted faults in
test_notebooks.py.
"""

import ast
import base64
import json
import re

from lectures.exercises import first_lines
from lectures.pipeline import PLUMBING, WIDGETS, answers, asks, measured, stretches

SHORT, LONG = 8, 15  # statements of a usual cell, lines that are not blank of the longest
LARGEST = 700_000  # bytes of a notebook
FIRST, NEXT = 1200, 1500  # words before the first picture that is touched, and between two
IMAGES = ("image/png", "image/jpeg", "image/svg+xml")
VIEW = "application/vnd.jupyter.widget-view+json"
# A student's pace, measured on lectures 1 to 5: words of text a minute, characters of code that is not folded a
# minute (150 are three lines; spaces do not count), minutes for a question and for an explorer.
WORDS, CODE, QUESTION, EXPLORER = 150, 150, 1, 2
COLUMN = 88  # characters of a line of code that the page shows whole
NEAR = 6  # cells before a prediction that a reader still has in mind


def lines(source):
    """The lines of a cell's code, those among them that the pipeline puts before it."""
    return [line for line in source.splitlines() if line.strip()]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def outputs(cell):
    for output in cell.outputs:
        yield output, output.get("data", {})


def printed(cell):
    """What a cell printed or showed as text."""
    return "\n".join(output.get("text", "") + "\n" + data.get("text/plain", "") for output, data in outputs(cell))


def opens_as_a_lesson(notebook):
    first, second = notebook.cells[0], code_cells(notebook)[0]
    title = first.source.splitlines()[0]
    if not re.match(r"# \d · .*(\?|$)", title):
        yield f"the title must be '# N · a question or a verb', got {title!r}"
    for word in ("You will do:", "You will learn:", "You will need:", "Minutes:"):
        if f"**{word}**" not in first.source:
            yield f"the first cell lacks **{word}**"
    if any(not line.startswith(("import ", "from ")) for line in lines(second.source.removeprefix(first_lines()))):
        yield "the first code cell must be imports only"
    for cell in code_cells(notebook)[1:]:
        if re.search(r"^(import|from) ", cell.source, re.M):
            yield f"one import cell is enough: {lines(cell.source)[0]}"


def closes_as_a_lesson(notebook):
    headings = re.findall(r"^## (.+)$", prose(notebook), re.M)
    if headings[-3:] != ["Recap", "Exercise", "Further reading"]:
        yield f"a lecture closes with Recap, Exercise, Further reading, not {headings[-3:]}"
    recap = re.search(r"^## Recap\n+((?:.+\n?)+)", prose(notebook), re.M)
    if recap is None or len(re.findall(r"^\d\. ", recap[1], re.M)) != 3:
        yield "the recap must have three numbered lines"


def statements(source):
    """The lines of code that begin a statement: a call that goes over several counts once."""
    return len({node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)})


def has_short_cells(notebook):
    """No cell of more than `LONG` lines, few of more than `SHORT` statements, no line that the page must scroll."""
    sizes = [statements(cell.source) for cell in code_cells(notebook)]
    for cell in code_cells(notebook):
        if len(lines(cell.source)) > LONG:
            yield f"a cell of {len(lines(cell.source))} lines: {lines(cell.source)[0]}"
        for line in lines(cell.source):
            if len(line) > COLUMN:
                yield f"a line of {len(line)} characters, the page shows {COLUMN}: {line.strip()}"
        if cell.source.rstrip().endswith(";"):
            yield f"a cell that ends in a semicolon: {lines(cell.source)[-1]}"
    if sum(size > SHORT for size in sizes) > len(sizes) / 10:
        yield f"more than a tenth of the cells have over {SHORT} statements"


def was_run_in_order(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"the cells were not run once, in order: {counts}"
    for cell in code_cells(notebook):
        for output, _ in outputs(cell):
            if output.output_type == "error":
                yield f"an error is stored: {output.ename}"
            if output.get("name") == "stderr":
                yield f"a warning is stored: {output.text[:80]}"


def has_alternative_texts(notebook):
    for cell in code_cells(notebook):
        for output, data in outputs(cell):
            for kind in IMAGES:
                if kind in data and len(output.metadata.get(kind, {}).get("alt", "")) < 40:
                    yield f"a picture without an alternative text: {lines(cell.source)[-1]}"


def asks_for_predictions(notebook):
    widgets = sum(map(asks, code_cells(notebook)))
    asked = prose(notebook).count("**Predict.**") + widgets
    if asked < 3:
        yield f"a lecture asks for three predictions at least, this one for {asked}"


def has_a_result_in_each_section(notebook):
    """Each section ends in something seen: a picture, a printed line, a view."""
    title, seen = None, True
    for cell in [*notebook.cells, None]:
        heading = cell is None or (cell.cell_type == "markdown" and re.match(r"## (.+)", cell.source))
        if heading:
            if not seen:
                yield f"nothing is seen in the section {title!r}"
            title = None if cell is None else heading[1]
            seen = title in (None, "Recap", "Further reading")
        elif cell.cell_type == "code" and cell.outputs:
            seen = True


def shows_its_numbers(notebook):
    """Each number in the prose stands in a code cell or in what one printed, rounded as in the prose.

    Whole numbers below 100 that count things, the choices that a question
    offers, minutes, and code spans are left to the reader's eye; the goals of a
    **Decide.** are asserted in test_lectures.py. What was measured does not count:
    the next run prints another number.
    """
    shown = set()
    for cell in code_cells(notebook):
        for text in re.findall(NUMBER, cell.source + "\n" + ("" if measured(cell) else printed(cell))):
            shown.add(as_float(text))
    for number in prose_numbers(prose(notebook)):
        value, step = as_float(number), smallest_step(number)
        if not any(abs(abs(value) - abs(other)) <= step / 2 * (1 + 1e-9) for other in shown):
            yield f"the prose says {number}, and no cell shows it"


NUMBER = r"(?<![\w.])[-−]?\d[\d_]*(?:\.\d+)?(?:e[-+−]?\d+)?"


def as_float(text):
    return float(text.replace("−", "-").replace("_", ""))


def smallest_step(text):
    """The place value of a number's last digit: 0.1 for 4.4, 1 for 673, 1e-9 for 1.5e-8."""
    digits, _, exponent = text.replace("−", "-").partition("e")
    return 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))


def prose_numbers(text):
    """The numbers of a text that must be shown: those with a decimal point, an exponent, or from 100 on."""
    text = re.sub(r"```.*?```|`[^`\n]*`", " ", text, flags=re.S)
    text = re.split(r"^## Further reading", text, flags=re.M)[0]
    text = re.sub(r"^> \*\*Decide\.\*\*.*\n(?:>.*\n?)*|^(?:.*\?|\*\*Minutes:\*\*.*)$", " ", text, flags=re.M)
    text = re.sub(r"\d+(?:\.\d+)? ?\\cdot 10\^\{?(-?\d+)\}?", lambda m: m[0].split("\\")[0].strip() + "e" + m[1], text)
    text = re.sub(r"(?<![\d.])10\^\{(-?\d+)\}", r"1e\1", text)
    found = re.findall(NUMBER, re.sub(r"(?<=\d)\\,(?=\d)", "", text))
    return [n for n in found if "." in n or "e" in n or abs(as_float(n)) >= 100]


def asserts_what_it_measures(notebook):
    """A cell whose output nobody compares, or the code cell after it, asserts the relation that the prose states."""
    cells = code_cells(notebook)
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        if measured(cell) and not any(asserts(c.source) for c in (cell, following) if c is not None):
            yield f"nothing is asserted of what is measured: {lines(cell.source)[-1]}"


def asserts(source):
    """Is there an assertion in the code that compares, or calls something, with a name in it?"""
    tests = [list(ast.walk(node.test)) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert)]
    return any(
        all(any(isinstance(part, kind) for part in test) for kind in (ast.Name, ast.Compare | ast.Call))
        for test in tests
    )


def is_explorer(cell):
    return cell.cell_type == "code" and re.match(r"explore\.(?!predictions\b)", cell.source) is not None


def hidden(cell, what):
    return cell.metadata.get("jupyter", {}).get(f"{what}_hidden", False)


def in_sight(cell):
    """What a reader sees of a cell that nobody has run or unfolded."""
    if cell.cell_type == "markdown":
        return cell.source
    return "\n".join(["" if hidden(cell, "source") else cell.source, "" if hidden(cell, "outputs") else printed(cell)])


def hides_its_answers(notebook):
    """Behind each question stands a folded answer, an explorer or a form, and what is open there gives nothing away."""
    cells = notebook.cells
    for cell, behind in stretches(notebook):
        question = lines(cell.source)[-1][:60]
        after = behind or cells[cells.index(cell) + 1 :][:1]
        if cell.cell_type == "markdown" and not any(
            c.cell_type == "code" and (answers(c) or is_explorer(c) or asks(c)) for c in after
        ):
            yield f"no answer stands behind: {question}"
        for c in behind:
            if answers(c):
                if not (hidden(c, "source") and hidden(c, "outputs")):
                    yield f"an answer is not folded: {lines(c.source)[0]}"
            elif not is_explorer(c):
                yield from (f"{what}, and is open behind: {question}" for what in given_away(c, behind))


def given_away(cell, behind):
    """How an open cell gives away what the folded cells beside it answer."""
    first = lines(cell.source)[0]
    if any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source))):
        yield f"{first!r} asserts"
    pictures = PLUMBING in cell.metadata.get("tags", ())
    if any(not pictures or "image/png" not in data for _, data in outputs(cell)):
        yield f"{first!r} shows its output"
    folded = [c for c in behind if answers(c)]
    known = set().union(*(telling(printed(c)) for c in folded)) - set().union(*(telling(c.source) for c in folded))
    for number in sorted(known & telling(cell.source)):
        yield f"{first!r} holds {number:g}, which the answer prints"


def telling(text):
    """The numbers of a text that say something: two significant digits and more."""
    return {abs(as_float(n)) for n in re.findall(NUMBER, text) if digits(n) > 1}


def digits(number):
    """How many significant digits are written."""
    return len(re.sub(r"[-−_.]", "", number.partition("e")[0]).lstrip("0"))


def predicted(notebook, cell):
    """[(the spec of a prediction's form, its answer)], as the saved widgets hold it; [] where no form is saved."""
    state = notebook.metadata.widgets[WIDGETS].state
    views = [state[data[VIEW].model_id].state for _, data in outputs(cell) if VIEW in data]
    children = [state[name.removeprefix("IPY_MODEL_")].state for view in views for name in view.children]
    specs = [child.spec for child in children if "kept" in child.get("spec", ())]
    return [(spec, json.loads(base64.b64decode(spec.kept))) for spec in specs]


def keeps_its_predictions(notebook):
    """The answer of an `explore.predict` stands nowhere in sight: not in the cells before it, nor behind it before the
    folded answer."""
    for form, behind in stretches(notebook):
        if form.cell_type == "code":
            n, saved = notebook.cells.index(form), predicted(notebook, form)
            if len(saved) != 1:
                yield f"{len(saved)} forms are saved: {lines(form.source)[0]}"
            near = notebook.cells[max(0, n - NEAR) : n] + [cell for cell in behind if not answers(cell)]
            for spec, answer in saved:
                for words in (words for cell in near for words in said(in_sight(cell), spec, answer)):
                    yield f"{words!r} is in sight of the prediction: {spec.question[:60]}"


def said(text, spec, answer):
    """Where a text says an answer: the choice alone, without the others; a number of two digits and more within the
    tolerance, in the prediction's unit or in none."""
    if "sketch" in spec:
        return []  # no text says a line
    if spec.choices and not re.fullmatch(NUMBER, answer):
        named = {choice for choice in spec.choices if re.search(rf"(?<!\w){re.escape(choice)}(?!\w)", text)}
        return [answer] if named == {answer} and len(answer) > 3 else []
    value, allowed = float(answer), 0 if spec.choices else spec.rtol * abs(float(answer)) + spec.atol
    if value.is_integer() and abs(value) < 10:
        return []  # such a number stands everywhere
    text = re.sub(r"(?<![\d.])10\^\{?([-−]?\d+)\}?", r"1e\1", text)
    found = [(m[0].strip(), m[1], m[2] or "") for m in re.finditer(rf"({NUMBER})\s?(°|\\?%)?", text)]
    return [
        whole
        for whole, n, unit in found
        if abs(as_float(n) - value) <= allowed + 1e-12 * abs(value)
        and (digits(n) > 1 or "e" in n)
        and unit.strip("\\") in ("", spec.unit)
    ]


def folds_only_plumbing(notebook):
    """A cell tagged `plumbing` may be skipped: it asserts nothing, has no `while`, makes no step from a value to its
    next one, and what it defines as a function is called in no cell that is read."""
    code = code_cells(notebook)
    read = "\n".join(c.source for c in code if not hidden(c, "source") or answers(c))
    for cell in code:
        for node in ast.walk(ast.parse(cell.source)) if PLUMBING in cell.metadata.get("tags", ()) else ():
            if isinstance(node, ast.Assert | ast.While):
                yield f"{type(node).__name__.lower()} in a plumbing cell: {lines(cell.source)[0]}"
            elif isinstance(node, ast.For) and any(map(steps, ast.walk(node))):
                yield f"a loop that takes steps in a plumbing cell: {lines(cell.source)[0]}"
            elif isinstance(node, ast.FunctionDef | ast.ClassDef) and re.search(rf"\b{node.name}\b", read):
                yield f"{node.name} is defined in a plumbing cell and used where one reads"


def steps(node):
    """Does a statement make a name's next value of its present one?"""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, ast.Sub)
    before = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)} if isinstance(node, ast.Assign) else ()
    return any(isinstance(target, ast.Name) and target.id in before for target in getattr(node, "targets", ()))


def minutes(notebook):
    """What a student takes to read and run a lecture without what is folded."""
    code = [cell for cell in code_cells(notebook) if not hidden(cell, "source")]
    characters = sum(len("".join(line.split())) for cell in code for line in lines(cell.source))
    work = QUESTION * sum(map(asks, notebook.cells)) + EXPLORER * sum(map(is_explorer, notebook.cells))
    return len(prose(notebook).split()) / WORDS + characters / CODE + work


def says_honest_minutes(notebook):
    """The minutes that a lecture names are those of the rule, within a tenth."""
    found, needed = re.search(r"\*\*Minutes:\*\* (\d+) to read", notebook.cells[0].source), minutes(notebook)
    if found is None or abs(int(found[1]) - needed) > needed / 10:
        yield f"a student takes {needed:.0f} minutes, and the lecture says {found and found[1]}"


def is_touched_often(notebook):
    """Not too many words stand before the first explorer or sketch, or between two; a formula is no word."""
    read, most = 0, FIRST
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            read += len(re.sub(r"\$[^$]+\$|\$\$.+?\$\$", "", cell.source, flags=re.DOTALL).split())
        elif re.match(r"explore\.(?!predict)", cell.source):
            if read > most:
                yield f"{read} words before {cell.source[:40]!r}, {most} at most"
            read, most = 0, NEXT
    if read > most:
        yield f"{read} words to the end, {most} at most"


def is_small(notebook, size):
    if size > LARGEST:
        yield f"the notebook has {size} bytes, {LARGEST} at most"


RULES = (
    opens_as_a_lesson,
    closes_as_a_lesson,
    has_short_cells,
    was_run_in_order,
    has_alternative_texts,
    asks_for_predictions,
    has_a_result_in_each_section,
    shows_its_numbers,
    asserts_what_it_measures,
    hides_its_answers,
    keeps_its_predictions,
    folds_only_plumbing,
    says_honest_minutes,
    is_touched_often,
)


def breaches(notebook, size=0):
    """Every breach of the rules, as 'rule: what is wrong'."""
    found = [f"{rule.__name__}: {breach}" for rule in RULES for breach in rule(notebook)]
    return found + [f"is_small: {breach}" for breach in is_small(notebook, size)]


def one_sentence_a_line(text):
    """Lines of a MyST source that hold more than one sentence; list items and quotations included."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        inside ^= line.startswith("```")
        if not inside and re.search(
            r"[a-z0-9)$*][.?!] +[A-Z“\"]", re.sub(r"^\s*(?:\d\.|[-*>]|> \*\*\w+\.\*\*)\s", "", line)
        ):
            yield f"line {number}: {line.strip()[:70]}"
