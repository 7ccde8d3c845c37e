"""The inventory: questions of the bank on what students believe, before and after the course, in two forms.

    python -m lectures.inventory    write build/questions/inventory_A and _B: page, notebook, GIFT, QTI

docs/teaching/inventory.md says what they are for, and has what students read first. Form A has the first other numbers of
each, form B the second; letters are the bank's. No file says what is right, but those for platforms.
`grading.inventory` scores them.
"""

import re
from functools import cache

import nbformat

from gdlib.words import say
from lectures.exercises import METADATA, write
from lectures.papers import BUILD, PAGES, gift, qti
from lectures.questions import BANK, bank
from translation.hangul import with_faces

GUIDE = BANK.parent / "inventory.md"
QUESTIONS = ("2.9", "2.11", "3.3", "3.7", "3.10", "4.6", "4.12", "5.3", "5.9", "5.10", "5.11", "6.11")
FORMS = {"A": 1, "B": 2}  # which line of other numbers


@cache
def items(form):
    """The questions of form "A" or "B", without reasons."""
    asked = [bank(FORMS[form])[number] for number in QUESTIONS]
    return [one._replace(options=[option._replace(reason="") for option in one.options]) for one in asked]


def words():
    """What students read first, as Markdown."""
    return re.search(rf"^## {say('What students read first')}\n\n(.*?)\n\n## ", GUIDE.read_text("utf-8"), re.M | re.S)[
        1
    ]


def title(form):
    return say("What do you believe? Form {letter}", letter=form)


def form_of(form):
    """A form as a piece of a page, with the script that keeps and saves the answers."""
    return PAGES.get_template("form.html").render(form=form, asked=items(form), words=words())


def notebook(form):
    """A form as a notebook that needs nothing: letters are written between quotes, and nothing is to be run."""
    markdown, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    how = say("Write the letter between the quotes, save the file, and hand it in; nothing needs to be run.")
    leave, own = say("leave this line as it is"), say("a word of your own that does not say who you are")
    cells = [markdown(f"# {title(form)}\n\n{words()}\n\n{how}", id="how")]
    cells.append(code(f'form = "{form}"  # {leave}\nstudent = ""  # {own}', id="who"))
    for n, item in enumerate(items(form), 1):
        options = "\n".join(f"- **{option.letter}** {option.answer}" for option in item.options)
        cells.append(markdown(f"## {n}\n\n{item.text}\n\n{options}", id=f"question-{n}"))
        cells.append(code(f'answer_{n} = ""', id=f"answer-{n}"))
    made = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    made.nbformat_minor = 5
    return nbformat.writes(made) + "\n"


def made():
    """{file: text, or the files of an archive} of both forms."""
    found = {}
    for form in FORMS:
        name, called = f"inventory_{form}", title(form)
        page = PAGES.get_template("inventory.html").render(title=called, body=form_of(form))
        found[f"{name}.html"] = with_faces(page)
        found[f"{name}.ipynb"] = notebook(form)
        found[f"{name}.gift"] = "\n".join(map(gift, items(form)))
        found[f"{name}.qti.zip"] = qti(name, called, items(form))
    return found


if __name__ == "__main__":
    BUILD.mkdir(parents=True, exist_ok=True)
    for file, text in made().items():
        write(BUILD / file, text)
    print(f"build/questions/inventory: {len(items('A'))} questions in two forms")
