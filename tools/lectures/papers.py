"""What a teacher takes to class, made of the question bank: build/questions.

    python -m lectures.papers [--seed N] [NAME ...]

NAME is a lecture's file name or its beginning, such as 01; all of them when left out.
Of each bank: a sheet in two orders, its key, slides that show the answer on a key, GIFT for Moodle, and a package in
QTI 2.1 for Canvas and others. With a seed from 1 on they go into build/questions/seed-N, in other numbers and orders.
Everything is one file without a network: formulas are pictures.
"""

import argparse
import base64
import io
import re
from functools import cache
from html import escape
from pathlib import Path
from random import Random

import jinja2
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from gdlib.words import language, say
from lectures.exercises import chosen, write
from lectures.questions import BANK, read
from translation.hangul import with_faces

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "questions"
PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


def markdown(inline, block):
    """Markdown with formulas, `inline` and `block` being what makes HTML of their TeX."""
    made = MarkdownIt("commonmark").use(dollarmath_plugin, double_inline=True)
    shapes = {"math_inline": inline, "math_inline_double": block, "math_block": lambda tex: f"<p>{block(tex)}</p>"}
    for rule, shape in shapes.items():
        made.add_render_rule(rule, lambda _, tokens, n, *__, shape=shape: shape(tokens[n].content))
    return made


@cache
def drawn(tex):
    """A formula as a picture, its line where the text's is; sizes in em."""
    from matplotlib.mathtext import math_to_image

    stream = io.BytesIO()
    whole = re.sub(r"\\tfrac(\d)(\d)", r"\\frac{\1}{\2}", tex.strip())
    depth = math_to_image(f"${whole}$", stream, format="svg", dpi=72)
    height = float(re.search(rb'height="([\d.]+)pt"', stream.getvalue())[1])
    picture = base64.b64encode(stream.getvalue()).decode()
    style = f"height: {height / 10:.2f}em; vertical-align: {-depth / 10:.2f}em"
    return f'<img class="math" alt="{escape(tex)}" style="{style}" src="data:image/svg+xml;base64,{picture}">'


#: For platforms, which have MathJax; for pages.
PLATFORM = markdown(lambda tex: rf"\({escape(tex)}\)", lambda tex: rf"\[{escape(tex)}\]")
PAGE = markdown(drawn, drawn)
PAGES.globals |= {"language": language, "say": say}
PAGES.filters["text"] = PAGE.render
PAGES.filters["words"] = PAGE.renderInline
PAGES.filters["plain_text"] = PLATFORM.render
PAGES.filters["plain_words"] = PLATFORM.renderInline


# --- for platforms --------------------------------------------------------------------------------


def escaped(html):
    r"""HTML with what GIFT would read as its own marks made plain: \ ~ = # { } :, and no ends of lines."""
    lines = re.sub(r"\n+", "<br>", html.strip()) if "<pre>" in html else re.sub(r"\n+", " ", html.strip())
    return re.sub(r"([\\~=#{}:])", r"\\\1", lines)


def gift(asked):
    """A question in Moodle's GIFT format, as HTML, with the reason of each option, where it has one, as its feedback."""
    lines = [f"::{escaped(asked.number + ' ' + asked.title)}::[html]{escaped(PLATFORM.render(asked.text))} {{"]
    for option in asked.options:
        answer, reason = (escaped(PLATFORM.renderInline(part)) for part in (option.answer, option.reason))
        lines.append(f"{'=' if option.right else '~'}{answer}" + f"#{reason}" * bool(reason))
    return "\n".join([*lines, "}", ""])


def qti(name, title, asked):
    """{file: text} of a package in QTI 2.1: a test, its questions, and the manifest that lists them."""
    items = {f"q{question.number.replace('.', '_')}": question for question in asked}
    made = {f"{key}.xml": PAGES.get_template("item.xml").render(key=key, asked=item) for key, item in items.items()}
    for file in ("imsmanifest.xml", "test.xml"):
        made[file] = PAGES.get_template(file).render(name=name, title=title, keys=[*items])
    return made


# --- for the room ---------------------------------------------------------------------------------


def turned(items, n):
    return [*items[n:], *items[:n]]


def two_orders(asked, seed):
    """The questions of sheet A and of sheet B: on B none has the number that it has on A, and no option its letter."""
    chance = Random(f"sheets {seed}")
    sheet_a = chance.sample(asked, len(asked))
    orders = [chance.sample(question.options, len(question.options)) for question in sheet_a]
    others = [turned(order, chance.randrange(1, len(order))) for order in orders]
    sheets = []
    for found in (orders, others):
        lettered = [[o._replace(letter="ABCDEFGH"[n]) for n, o in enumerate(order)] for order in found]
        sheets.append([question._replace(options=options) for question, options in zip(sheet_a, lettered, strict=True)])
    return sheets[0], turned(sheets[1], chance.randrange(1, len(asked)))


def keyed(asked, sheets):
    """What the key says, in the bank's order: (question, its number on each sheet, [(option, its letter on each)])."""
    for question in asked:
        places = [next(n for n, other in enumerate(s) if other.number == question.number) for s in sheets]
        letters = [{o.answer: o.letter for o in s[n].options} for s, n in zip(sheets, places, strict=True)]
        options = [(option, [of[option.answer] for of in letters]) for option in question.options]
        yield question, [n + 1 for n in places], options


def papers(name, title, asked, seed):
    """{file: text, or the files of an archive} of one bank."""
    sheets = two_orders(asked, seed)
    made = {f"{name}.gift": "\n".join(map(gift, asked)), f"{name}.qti.zip": qti(name, title, asked)}
    for letter, questions in zip("AB", sheets, strict=True):
        page = PAGES.get_template("sheet.html")
        made[f"{name}_{letter}.html"] = page.render(title=title, sheet=letter, asked=questions, seed=seed)
    key = PAGES.get_template("key.html").render(title=title, rows=[*keyed(asked, sheets)], seed=seed)
    slides = PAGES.get_template("votes.html").render(title=title, asked=asked)
    made |= {f"{name}_key.html": key, f"{name}_slides.html": slides}
    return {file: with_faces(text) if file.endswith("html") else text for file, text in made.items()}


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="lectures.papers", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seed", type=int, default=0, help="0: the bank's own numbers")
    parser.add_argument("names", nargs="*")
    given = parser.parse_args(arguments)
    if given.seed < 0:
        parser.error(f"the seed is below 0: {given.seed}")
    target = BUILD / f"seed-{given.seed}" if given.seed else BUILD
    target.mkdir(parents=True, exist_ok=True)
    for path in chosen(sorted(BANK.glob("*.md")), given.names, "bank"):
        asked = read(path, given.seed)
        made = papers(path.stem, say("Questions on lecture {n}", n=int(path.name[:2])), asked, given.seed)
        for file, contents in made.items():
            write(target / file, contents)
        vary = sum(question.others > 0 for question in asked)
        said = f", {vary} in other numbers" if given.seed else f", {vary} of them have other numbers"
        print(f"{(target / path.stem).relative_to(ROOT)}: {len(asked)} questions{said}, {len(made)} files")


if __name__ == "__main__":
    main()
