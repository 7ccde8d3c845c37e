"""The house rules for a lecture that a program can check: each yields what it finds wrong.

A rule takes the executed notebook (nbformat) and yields one line a breach.
`breaches` runs them all. They are shown to fail by planted faults in
test_notebooks.py.
"""

import ast
import re

from lectures.pipeline import TITLES, measured

SHORT, LONG = 8, 15  # non-blank lines of code in a usual and in the longest cell
LARGEST = 1_000_000  # bytes of a notebook
IMAGES = ("image/png", "image/jpeg", "image/svg+xml")


def lines(source):
    """The lines of code that a lecture's source has: not the one by which JupyterLab names what it folds."""
    code = source.removeprefix(TITLES[0]).removeprefix(TITLES[1])
    return [line for line in code.splitlines() if line.strip()]


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
    if any(not line.startswith(("import ", "from ")) for line in lines(second.source)):
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


def has_short_cells(notebook):
    sizes = [len(lines(cell.source)) for cell in code_cells(notebook)]
    for cell, size in zip(code_cells(notebook), sizes, strict=True):
        if size > LONG:
            yield f"a cell of {size} lines: {lines(cell.source)[0]}"
        if cell.source.rstrip().endswith(";"):
            yield f"a cell that ends in a semicolon: {lines(cell.source)[-1]}"
    if sum(size > SHORT for size in sizes) > len(sizes) / 10:
        yield f"more than a tenth of the cells have over {SHORT} lines"


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
    widgets = sum("explore.predict(" in cell.source for cell in code_cells(notebook))
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
