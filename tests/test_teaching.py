"""The teacher's guide: plans that fill their minutes with the lecture's own sections, and a question bank that is proved."""

import ast
import contextlib
import io
import itertools
import re
from numbers import Number
from pathlib import Path

import nbformat
import pytest

from gdlib.checks import bank
from lecture_rules import NUMBER, as_float, asserts, code_cells, printed, prose_numbers, smallest_step
from lectures import pipeline, plans, questions

TEACHING = pipeline.NOTEBOOKS.parent / "docs" / "teaching"
PLANS = sorted(TEACHING.glob("0*.md"))
BANKS = sorted(questions.BANK.glob("*.md"))
ASKED = [(path, question) for path in BANKS for question in questions.read(path)]
SEEDS = range(1, 1 + max(question.others for _, question in ASKED))
VARIED = [(path, q, n) for n in SEEDS for path in BANKS for q in questions.read(path, n) if q.others >= n]

OPTIONAL = ("07_momentum_and_adam",)  # lectures of 45 minutes, which no plan for several days has
CLOSING = {"Recap", "Exercise", "Further reading"}

each_plan = pytest.mark.parametrize("path", PLANS, ids=lambda p: p.stem)
each_bank = pytest.mark.parametrize("path", BANKS, ids=lambda p: p.stem)
each_question = pytest.mark.parametrize(
    "path, question",
    ASKED + [(path, question) for path, question, _ in VARIED],
    ids=[f"{q.number} {q.title}" for _, q in ASKED] + [f"{q.number} {q.title}, numbers {n}" for _, q, n in VARIED],
)


def notebook(path):
    return nbformat.read(pipeline.NOTEBOOKS / f"{path.stem}.ipynb", as_version=4)


def headings(path):
    """The lecture's headings from ## on, as (level, title), in order."""
    prose = "\n".join(cell.source for cell in notebook(path).cells if cell.cell_type == "markdown")
    return [(len(marks), title) for marks, title in re.findall(r"^(##+) (.+)$", prose, re.M)]


# --- plans ----------------------------------------------------------------------------------------


def minutes_of(texts):
    """The whole length of the classes "0–7", "7–24" …, each of which begins where the last one ended."""
    end = 0
    for text in texts:
        start, stop = plans.minutes(text)
        assert start == end < stop, text
        end = stop
    return end


def test_there_is_a_plan_for_each_lecture():
    assert [p.stem for p in PLANS] == [p.stem for p in pipeline.lectures()]


@each_plan
def test_the_minutes_have_no_gap_and_end_at_90_and_45(path):
    rows, length = plans.read(path).rows, 45 if path.stem in OPTIONAL else 90
    assert minutes_of(row.long or row.short for row in rows) == length
    assert minutes_of(row.short for row in rows if row.short) == 45
    assert f"{length} in class" in notebook(path).cells[0].source


@each_plan
def test_the_sections_are_the_lectures_in_their_order(path):
    titles = [title for _, title in headings(path)]
    planned = [row.section for row in plans.read(path).rows]
    assert planned == [title for title in titles if title in planned]
    named = re.findall(r'"(.+?)"', path.read_text("utf-8"))  # what is left to homework is named in the text
    assert {title for level, title in headings(path) if level == 2} - CLOSING <= {*planned, *named}


@each_plan
def test_each_row_says_what_to_do_and_what_to_ask(path):
    plan = plans.read(path)
    assert all(row.do and (row.asks or row.section in CLOSING) for row in plan.rows)
    assert len(plan.beliefs) >= 5
    assert all(belief.belief and belief.ask.text and belief.show for belief in plan.beliefs)
    assert {belief.section for belief in plan.beliefs} <= {title for _, title in headings(path)}
    heading, explorers = "", []
    for cell in notebook(path).cells:
        if cell.cell_type == "markdown":
            heading = [heading, *re.findall(r"^##+ (.+)$", cell.source, re.M)][-1]
        elif heading and re.match(r"explore\.(?!predict)", cell.source):  # the first screen's is everybody's own
            explorers.append(heading)
    assert [explorer.section for explorer in plan.explorers] == explorers


@each_plan
def test_the_numbers_of_a_plan_are_shown_in_the_lecture_or_proved_in_the_bank(path):
    """In both tables, but for the minutes and the row of the exercise."""
    shown = {as_float(n) for cell in code_cells(notebook(path)) for n in numbers(cell.source + "\n" + printed(cell))}
    shown |= {as_float(n) for q in questions.read(questions.BANK / path.name) for n in stated(q)}
    plan = plans.read(path)
    rows = [row for row in plan.rows if row.section != "Exercise"]
    said = [row.do for row in rows] + [ask.text for row in rows for ask in row.asks]
    said += [part for belief in plan.beliefs for part in (belief.belief, belief.ask.text, belief.show)]
    said += [part for reply in plan.replies for part in (reply.answer, *(back for *_, back in reply.wrong))]
    assert missing("\n".join(said), shown) == []


@each_plan
def test_the_exercise_is_planned_question_by_question(path):
    """A line for each question of exercises/NN; the minutes add up to what the exercise states."""
    text = path.read_text("utf-8").split("## The exercise\n")[1]
    lines = re.findall(r"^\| (\d\.\d) .+? \| (\d+|open) \|", text, re.M)
    source = next(source for source in bank.sources() if source.stem == path.stem)
    assert [number for number, _ in lines] == re.findall(r"^## (\d\.\d) ", source.read_text("utf-8"), re.M)
    whole, extra = re.search(r"\*\*Minutes:\*\* (\d+)(.*)", source.read_text("utf-8")).groups()
    optional = re.findall(r"\d\.\d", extra) or [lines[-1][0]] * (extra != ".")
    assert sum(int(minutes) for number, minutes in lines if number not in optional) == int(whole)


@each_plan
def test_each_class_has_its_homework(path):
    plan = plans.read(path)
    assert [*plan.homework] == ["90 min", "45 min"][path.stem in OPTIONAL :]
    long, *short = plan.homework.values()
    assert {*long.questions, *long.more} == set(plan.exercise)
    assert all({*one.questions, *one.more} < set(plan.exercise) for one in short)
    titles = {title for _, title in headings(path)}
    for one in (long, *short):
        assert one.questions
        assert set(re.findall('"(.+?)"', one.read)) <= titles


def test_a_plan_with_another_header_or_a_short_row_is_refused(tmp_path):
    good = "\n".join(
        [
            "# A plan",
            "| 90 min | 45 min | section | what you do | ask |",
            "|---|---|---|---|---|",
            r"| **0–90** | – | One | a \| b | [x, before] c [y z, after] d |",
            "",
            "| they believe | ask | show | section |",
            "|---|---|---|---|",
            "| a | [x, after] b | c | One |",
            "| a | b | c | At home |",
            "",
            "| explorer | predict first | let them try | what comes out |",
            "|---|---|---|---|",
            '| x², in "One" | [x, before] a | b | c |',
            "",
            "| homework | questions | if you like | read |",
            "|---|---|---|---|",
            '| 90 min | 1.1, 1.2 | 1.3 | "One" |',
            "",
            "| question | minutes | watch for | common mistakes |",
            "|---|---|---|---|",
            "| 1.1 Say it | 5 | a | b |",
            "",
            "| question | vote | answer | they say | they believe | reply |",
            "|---|---|---|---|---|---|",
            "| x | 1 · 2 | two | one | a | b |",
            "| | | | three | c | h |",
            '| "c" | | so | no | e | f |',
        ]
    )
    path = tmp_path / "plan.md"
    path.write_text(good)
    asks = (("x", False, "c", "One", f"{path}:4"), ("y z", True, "d", "One", f"{path}:4"))
    assert plans.read(path) == (
        [("0–90", "", "One", "a | b", asks, (True, False))],
        [
            ("a", ("x", True, "b", "One", f"{path}:8"), "c", "One"),
            ("a", ("", True, "b", "At home", f"{path}:9"), "c", "At home"),
        ],
        [(("x", False, "a", "One", f"{path}:13"), "b", "c", "One")],
        [
            ("x", ["1", "2"], "two", [("one", "a", "b"), ("three", "c", "h")], f"{path}:25"),
            ("c", [], "so", [("no", "e", "f")], f"{path}:27"),
        ],
        {"90 min": (["1.1", "1.2"], ["1.3"], '"One"')},
        {"1.1": ("Say it", "5")},
        "plan",
    )
    path.write_text(good.split("| question | vote")[0])
    assert plans.read(path).replies == []
    one = good.replace("| 90 min ", "", 1).replace("|---" * 5, "|---" * 4, 1).replace("| **0–90** | –", "| 0–45")
    path.write_text(one)
    assert plans.read(path).rows[0][:4] == ("", "0–45", "One", "a | b")
    for old, new, line, words in (
        ("| 90 min", "| minutes", 2, "no table has the header"),
        ("| they believe", "| they think", 6, "no table has the header"),
        (" d |\n", " d | e |\n", 4, "6 cells, and the header has 5"),
        ("|---|---|---|---|---|\n", "", 3, "must follow"),
        ("| a | [x, after] b | c | One |\n| a | b | c | At home |", "", 7, "must follow"),
        ("| a | [x", f"\n{good.splitlines()[1]}\n| a | [x", 9, "a second table"),
        ("[x, before] c", "c", 4, "an ask begins with its slide"),
        ("[x, before] c", "[x] c", 4, "an ask begins with its slide"),
        ("[x, after] b", "[x, later] b", 8, "an ask begins with its slide"),
        ("[x, after] b", "[x, after] b [x, before] b", 8, "one ask stands here"),
        (', in "One"', "", 13, "an explorer is named with its section"),
        ("| homework", "| at home", 15, "no table has the header"),
        ("| x | 1 · 2", "| | 1 · 2", 25, "the first line names a question"),
    ):
        path.write_text(good.replace(old, new, 1))
        with pytest.raises(ValueError, match=rf"plan\.md:{line}: .*{words}"):
            plans.read(path)


# --- question bank --------------------------------------------------------------------------------


def numbers(text):
    return re.findall(NUMBER, text)


def stated(question):
    """The numbers that a question's proof states, comments apart."""
    return numbers(ast.unparse(ast.parse(question.proof)))


def missing(text, shown):
    """The numbers of a text, its questions included, that are not among those shown, rounded as in the text."""
    found = []
    for number in prose_numbers(re.sub(r"(?<=\d)[ \u202f](?=\d{3}\b)", "", text.replace("?", "."))):
        value, step = as_float(number), smallest_step(number)
        if not any(abs(abs(value) - abs(other)) <= step / 2 * (1 + 1e-9) for other in shown):
            found.append(number)
    return found


def proved(question):
    """Run a question's proof; the numbers that it states, prints or ends with."""
    names, output = {}, io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(question.proof, question.number, "exec"), names)
    values = [float(value) for value in names.values() if isinstance(value, Number) and not isinstance(value, complex)]
    return {*values, *map(as_float, [*stated(question), *numbers(output.getvalue())])}


def prose(question):
    parts = [question.title, question.text, question.belief]
    return "\n".join(parts + [part for option in question.options for part in (option.answer, option.reason)])


@each_bank
def test_a_bank_asks_eight_questions_in_order_about_its_lecture(path):
    asked = questions.read(path)
    assert len(asked) >= 8
    assert [q.number for q in asked] == [f"{path.name[1]}.{n + 1}" for n in range(len(asked))]
    titles = [title for _, title in headings(path)]
    assert {q.section for q in asked} <= set(titles)
    right = [option.letter for q in asked for option in q.options if option.right]
    assert max(map(right.count, right)) <= len(right) / 2, "the right one stands too often at the same place"


@each_question
def test_a_question_has_one_right_option_and_a_reason_for_each(path, question):
    assert len(question.options) >= 3
    assert [o.letter for o in question.options] == list("ABCDEFGH"[: len(question.options)])
    assert sum(o.right for o in question.options) == 1
    assert len({o.answer for o in question.options}) == len(question.options)
    assert all(len(o.reason.split()) >= 3 for o in question.options)
    assert question.text
    assert question.belief


@each_question
def test_a_question_is_proved_with_every_number_in_it(path, question):
    assert asserts(question.proof), "the proof asserts nothing"
    assert missing(prose(question), proved(question)) == []


GOOD = """# Questions

## 3.1 A title

What is {1}: $\\nabla f$, `a = 1` or 0.25?

- **A** 0.5. *No:* it is half.
- **B** $\\frac{1}{4}$. *Yes:* so it is, 0.25.
- **C** ~1. *No:* that is too much.

*Belief:* none. *Section:* The learning rate.

```python
quarter = 1 / 4  # not 0.5
assert quarter < 1
```
"""


def test_a_question_that_is_not_in_the_format_is_refused(tmp_path):
    path = tmp_path / "bank.md"
    path.write_text(GOOD)
    (question,) = questions.read(path)
    assert [o.right for o in question.options] == [False, True, False]
    assert (question.number, question.section) == ("3.1", "The learning rate")
    for old, new, words in (
        ("## 3.1 A", "## A", "a heading is"),
        (" *No:* it is half.", "", "an option is"),
        ("*Belief:* none. ", "", "after the options comes"),
        (" *Section:* The learning rate.", "", "is missing or incomplete"),
        ("```python", "```", "must end in a block"),
    ):
        path.write_text(GOOD.replace(old, new))
        with pytest.raises(ValueError, match=rf"bank\.md:3: .*{words}"):
            questions.read(path)


def test_a_number_that_the_proof_does_not_have_is_seen(tmp_path):
    path = tmp_path / "bank.md"
    path.write_text(GOOD)
    (question,) = questions.read(path)
    assert missing(prose(question), proved(question)) == ["0.5"]  # it stands in a comment only


# --- other numbers, other orders ------------------------------------------------------------------


@each_bank
def test_at_least_two_questions_of_a_bank_have_other_numbers(path):
    assert sum(question.others > 0 for question in questions.read(path)) >= 2


def test_other_numbers_make_another_question_with_other_answers():
    """Each of them: not the same text, nor the same right answer behind it."""
    own = {question.number: question for _, question in ASKED}
    for _, question, n in VARIED:
        base = own[question.number]
        assert (question.section, question.belief) == (base.section, base.belief)
        assert question.text != base.text, (question.number, n)
        assert [o.right for o in question.options] == [o.right for o in base.options]
        assert "Other numbers" not in question.text + question.proof


def test_a_number_is_put_for_another_one_everywhere_at_once(tmp_path):
    path = tmp_path / "bank.md"
    line = "*Other numbers:* `4 → 5; 1 / 4 → 6 / 4; 0.25 → 0.2; 1 → 2; {1} → {3}; a title → this title`\n*Other numbers:* `0.5 → 0.6`\n"
    text = GOOD.replace("quarter = 1 / 4", "quarter = 1 / 4 + 0.25 * 0")
    path.write_text(
        text.replace("## 3.1 A title", "## 3.1 It is a title").replace("\n\n```python", f"\n{line}\n```python")
    )
    base, first, second, again = (questions.read(path, seed)[0] for seed in range(4))
    assert (base.others, base.title, first.title) == (2, "It is a title", "It is this title")
    assert first.text == "What is {3}: $\\nabla f$, `a = 2` or 0.2?"
    assert [o.answer for o in first.options] == ["0.5.", "$\\frac{3}{5}$.", "~2."]
    assert "quarter = 6 / 4 + 0.2 * 0" in first.proof  # the longest wins
    assert second.options[0].answer == "0.6."
    assert again == first
    path.write_text(path.read_text().replace("0.5 → 0.6", "0.7 → 0.6"))
    with pytest.raises(ValueError, match=r"bank\.md:3: '0\.7' is to be '0\.6', and stands nowhere"):
        questions.read(path, 2)


def test_other_numbers_that_are_wrong_are_seen(tmp_path):
    """Planted: one that the proof refutes, and one that the proof does not have."""
    source = questions.BANK / "03_descent_and_ascent.md"
    path = tmp_path / "bank.md"
    for old, new in (("69 → 73", "69 → 74"), ("621 → 657; ", "")):
        assert old in source.read_text("utf-8")
        path.write_text(source.read_text("utf-8").replace(old, new), "utf-8")
        question = next(q for q in questions.read(path, 1) if q.number == "3.3")
        with pytest.raises(AssertionError):
            assert missing(prose(question), proved(question)) == []


# A letter of an option, but for "A" where a sentence begins.
LETTER = r"\b[B-H]\b|(?<=[a-z,;(] )A\b"
PLACE = (
    r"\b(all|none|both|neither|each|any|one) of (these|the above|the others)(?=[.,;:!?]|$)|\boptions?\b"
    r"|\b(first|second|third|fourth|last|next|previous|other|former|latter|above|below|same) (answers?|choices?)\b"
    r"|\bsee (above|below)\b|\b(previous|last|next) question\b|\bquestion \d"
)


def referring(question):
    """What of a question refers to an option by its letter or its place, or to another question by its place."""
    for part in (question.text, *(part for option in question.options for part in (option.answer, option.reason))):
        words = re.sub(r"`[^`]*`|\$[^$]*\$", "…", part)
        yield from (found[0] for found in re.finditer(rf"{LETTER}|(?i:{PLACE})", words))


@each_question
def test_a_question_can_be_shuffled(path, question):
    assert list(referring(question)) == []


def test_a_question_that_can_not_be_shuffled_is_seen(tmp_path):
    path = tmp_path / "bank.md"
    for old, new, word in (
        ("that is too much", "that is B in disguise", "B"),
        ("that is too much", "which is A in disguise", "A"),
        ("~1.", "None of the above.", "None of the above"),
        ("it is half", "see the last answer", "last answer"),
        ("it is half", "two options are alike", "options"),
        ("What is {1}:", "As in question 2:", "question 2"),
    ):
        path.write_text(GOOD.replace(old, new))
        (question,) = questions.read(path)
        assert list(referring(question)) == [word]
    path.write_text(GOOD.replace("it is half", "a half. A half of `B` is less than the answer 0, or both of them"))
    assert list(referring(*questions.read(path))) == []


# --- links ----------------------------------------------------------------------------------------


def broken(path):
    """The relative links of a Markdown file that lead nowhere, and anchors that no heading makes."""
    text = re.sub(r"```.*?```|`[^`\n]*`", " ", path.read_text("utf-8"), flags=re.S)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        there = (path.parent / target).resolve() if target else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            yield link


def anchors(path):
    """What the headings of a Markdown file are called in links."""
    titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", sorted(TEACHING.rglob("*.md")), ids=lambda p: p.stem)
def test_links_lead_somewhere(path):
    assert list(broken(path)) == []


def test_a_link_that_leads_nowhere_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One & two\n[a](page.md) [b](no.md) [c](#one--two) [d](page.md#three) [e](https://example.org)\n")
    assert list(broken(page)) == ["no.md", "page.md#three"]


def test_the_guide_links_every_plan_bank_and_exercise():
    guide = (TEACHING / "README.md").read_text("utf-8")
    links = {(TEACHING / link).resolve() for link in re.findall(r"\]\(([^)#\s]+)\)", guide) if ":" not in link}
    exercises = [Path(source).parent.parent / f"{source.stem}.ipynb" for source in bank.sources()]
    assert {*PLANS, *BANKS, *exercises, TEACHING / "grading.md"} <= links


def test_the_workshop_days_have_no_gap_and_plans_fit():
    text = (TEACHING / "README.md").read_text("utf-8").split("## Two days\n")[1]
    days = [re.findall(r"^\| (\d+):(\d\d)–(\d+):(\d\d) \| (.+) \|$", day, re.M) for day in text.split("| day ")[1:]]
    lectures = []
    for day in days:
        times = [(60 * int(h) + int(m), 60 * int(hh) + int(mm), what) for h, m, hh, mm, what in day]
        assert all(end == start for (_, end, _), (start, _, _) in itertools.pairwise(times))
        for start, end, what in times:
            if plan := re.match(r"lecture (\d), the plan of (\d+) minutes", what):
                assert end - start == int(plan[2])
                lectures.append(int(plan[1]))
    assert lectures == [1, 2, 3, 4, 5, 6]


def test_the_guide_names_questions_that_exist():
    """In the bank or in an exercise."""
    named = set(re.findall(r"\b[1-7]\.\d\b", (TEACHING / "README.md").read_text("utf-8")))
    assert len(named) > 10
    exercises = {number for source in bank.sources() for number in bank.Exercise(source).questions}
    assert named <= exercises | {q.number for _, q in ASKED}
