"""The decks: notebooks/NN_name.ipynb (stored outputs) -> build/slides/NN_name.html, one file each.

    python -m pages.slides build [NAME ...]

NAME is a lecture's file name or its beginning, such as 03; all of them when left out.
A deck holds all that it shows and runs: reveal.js, MathJax, the widget manager, the saved widgets.
It opens from disk with no network and no kernel.

What a slide shows is said in the source, by the `slideshow` metadata of its cells; their words
stand in CONTRIBUTING.md, "Change a deck". Where they say nothing,

1. `##` opens a horizontal slide and `###` a vertical one, with all that follows. A section that the
   plan in docs/teaching/NN_name.md does not name has no slides.
2. A question (a quotation that begins with **Predict.** or **Decide.**), a picture, an explorer and
   a form open a slide each; below text that stands alone a question and a picture stay with it.
   What follows a question, an explorer or a form opens a slide: no answer beside its question.
   An explorer right after a question stands below its words.
3. Formulas, lists, tables, other quotations and what code prints go on the slide that is open.
4. Sentences are speaker notes of the slide that is open. Code is hidden, what it puts out is shown.

The notes of a slide begin with the minutes of its section in the plan. What to ask there, what
students believe and what to try with an explorer stand on the slides that the plan names.
"""

import html
import json
import re
import sys
from dataclasses import dataclass, field

import jinja2

from lectures import plans
from pages import web
from pages.pieces import HEADINGS, Item, inline, items, plain, rendered

STYLE = web.ROOT / "docs" / "slides"
TARGET = web.ROOT / "build" / "slides"
REVEAL = web.MODULES / "reveal.js" / "dist"
ASKING = {"question", "explorer", "form"}
WEIGHTS = {"question": 3, "form": 3, "explorer": 4, "picture": 2, "formula": 2, "code": 2, "table": 2}
START = (20, 40)  # seconds for the title and the overview, which the first section gives


@dataclass
class Slide:
    """One slide: the text of its section's heading as the plan names it, its items, its notes."""

    section: str
    level: str  # "title", "overview", "section", "part", or "" for a slide that goes on
    heading: str
    items: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    seconds: int = 0  # how long it may take, for the speaker view's clock
    names: list = field(default_factory=list)  # what plans call it
    cells: list = field(default_factory=list)  # the first lines of those whose items it shows

    @property
    def kinds(self):
        return {item.kind for item in self.items}

    @property
    def asks(self):
        """Does it wait for an answer, which the next one gives?"""
        return bool(self.kinds & ASKING)


# --- slides ---------------------------------------------------------------------------------------


class Deck:
    """The slides of a notebook, built cell by cell; taught: the headings of its sections, None for all of them."""

    def __init__(self, taught):
        self.slides, self.taught, self.left_out = [], taught, False
        self.above = []  # items that wait for the next question, explorer or form
        self.cell = ""  # the first line of the one that is added

    def add(self, cell):
        """Put a cell's items on slides. Raises ValueError if another slide has its name."""
        self.cell = cell.source.partition("\n")[0]
        for item in items(cell):
            if item.kind in HEADINGS.values():
                self.add_heading(item)
            elif not self.left_out and item.how == "notes":
                self.slides[-1].notes.append(item.html)
            elif not self.left_out:
                self.add_item(item)
        name = cell.metadata.get("slideshow", {}).get("name")
        if name and not self.left_out:
            if any(name in slide.names for slide in self.slides):
                raise ValueError(f"two slides have the name {name!r}")
            self.slides[-1].names.append(name)

    def add_heading(self, item):
        level = "section" if item.kind == "part" and self.left_out else item.kind
        self.left_out = item.kind != "title" and self.taught is not None and item.source not in self.taught
        if not self.left_out:
            self.slides.append(Slide(item.source, level, item.html, names=[item.source]))

    def add_item(self, item):
        if item.how != "above":
            self.show(item)
        if item.above and item.kind not in ASKING:
            self.above.append(item)

    def show(self, item):
        last = self.slides[-1]
        if opens(last, item):
            level = "section" if item.how == "slide" else ""
            self.slides.append(Slide(last.section, level, last.heading))
        here = self.slides[-1]
        if item.kind in ASKING:
            place = 0 if item.kind == "question" else len(here.items)
            here.items[place:place] = asked_again(item, self.above, last)
            self.above = []
        shown = f'<div class="fragment">{item.html}</div>' if item.how == "fragment" else item.html
        here.items.append(item._replace(html=shown))
        here.cells += [self.cell] * (self.cell not in here.cells)


def opens(slide, item):
    """Does an item open a slide, after what is on the open one?"""
    if item.how in ("slide", "subslide"):
        return True
    if item.how in ("-", "fragment"):
        return False
    if item.kind in ("question", "picture"):
        return not slide.kinds <= {"text"}
    return item.kind in ASKING or slide.asks


def asked_again(item, above, last):
    """What stands above a question, an explorer or a form: what the metadata say, else its question."""
    if item.kind == "question":
        return above
    if not above and item.kind == "explorer" and last.items and last.items[-1].kind == "question":
        above = last.items[-1:]
    words = " ".join(one.above for one in above)
    return [Item("reminder", f'<div class="reminder">{rendered(words)}</div>')] if above else []


def slides(notebook, taught=None):
    """The slides of a notebook, in their order, each with its own sentences as notes."""
    deck = Deck(taught)
    for cell in notebook.cells:
        deck.add(cell)
    return with_overview(deck.slides)


def with_overview(deck):
    """The deck with its overview after the title: what the lecture promises, and its sections."""
    title = deck[0]
    promises = [note for note in title.notes if re.match(r"<p><strong>You will (do|learn):", note)]
    title.notes = [note for note in title.notes if note not in promises]
    sections = [s for s in deck if s.level == "section" and s.section != "Recap"]
    names = "".join(f"<li>{slide.heading}</li>" for slide in sections)
    overview = Slide(title.section, "overview", "Overview")
    overview.items = [Item("promises", "".join(promises)), Item("contents", f"<ol>{names}</ol>")]
    return [title, overview, *deck[1:]]


# --- the plan -------------------------------------------------------------------------------------


def with_plan(deck, plan):
    """The deck with the plan's part of the notes, and the time that each slide may take."""
    for slide, words in [*told(deck, plan)][::-1]:
        slide.notes.insert(
            0, "<p>" + " ".join(f"<b>{label}</b> {inline(text)}" for label, text in words.items()) + "</p>"
        )
    for number, row in enumerate(plan.rows):
        its = [s for s in deck if s.section == row.section and s.level not in ("title", "overview")]
        first, last = plans.minutes(row.long)
        share_time(its, 60 * (last - first) - (sum(START) if number == 0 else 0))
        short = f"45-minute class: {row.short or 'left out'}"
        when = f"<p><b>{row.long} min</b> · {html.escape(plain(row.section))} · {short}</p>"
        for slide in its:
            slide.notes.insert(0, when)
            if row.do:
                slide.notes.insert(1 if slide is its[0] else len(slide.notes), f"<p><b>Do.</b> {inline(row.do)}</p>")
    for slide, seconds in zip(deck, START, strict=False):
        slide.seconds = seconds
    return with_short_way(deck, {row.section for row in plan.rows if not row.short})


def told(deck, plan):
    """What the plan has to say, (the slide, {label: words of Markdown}) each."""
    for row in plan.rows:
        for ask in row.asks:
            yield place(deck, ask), {"Ask.": ask.text}
    for belief, ask, show, _ in plan.beliefs:
        if ask.slide:
            yield place(deck, ask), {"They believe:": belief, "Ask:": ask.text, "Show:": show}
    for ask, tries, out, _ in plan.explorers:
        yield place(deck, ask), {"Predict:": ask.text}
        yield place(deck, ask, "explorer"), {"Try:": tries, "Comes out:": out}


def place(deck, ask, what=""):
    """The slide on which a plan's ask stands; with `what`, the next one of its section that has such a thing.

    Before an answer is seen: on the named slide if it asks, else on the one before it, for what the
    named one shows is the answer. After: on the named slide, or the next one that asks nothing.
    Raises ValueError, with the plan's file and line, if there is none.
    """
    at = next((n for n, slide in enumerate(deck) if ask.slide in slide.names), None)
    if at is None or deck[at].section != ask.section:
        names = [name for slide in deck if slide.section == ask.section for name in slide.names]
        raise ValueError(f"{ask.where}: {ask.section!r} has no slide {ask.slide!r}, but {', '.join(names)}")
    if not ask.after and not what:
        return deck[at] if deck[at].kinds & {"question", "form"} else deck[at - 1]
    later = [slide for slide in deck[at:] if slide.section == ask.section]
    found = [slide for slide in later if (what in slide.kinds if what else not slide.asks)]
    if not found:
        raise ValueError(f"{ask.where}: no slide after {ask.slide!r} has {what or 'an answer'}")
    return found[0]


def share_time(its, seconds):
    """Give each slide its part of a section's seconds, by the heaviest thing on it."""
    weights = [max((WEIGHTS.get(kind, 1) for kind in slide.kinds), default=1) for slide in its]
    ends = [round(seconds * sum(weights[: n + 1]) / sum(weights)) for n in range(len(its))]
    for slide, begin, end in zip(its, [0, *ends], ends, strict=False):
        slide.seconds = end - begin


def with_short_way(deck, skipped):
    """The deck with a note where a class of 45 minutes leaves sections out: where it goes on."""
    for n, slide in enumerate(deck[1:-1], 1):
        if slide.section not in skipped and deck[n + 1].section in skipped:
            after = [m for m, later in enumerate(deck[n + 1 :], n + 2) if later.section not in skipped]
            way = f"go on with slide {after[0]} (keys G, {after[0]}, Enter)" if after else "it ends here"
            slide.notes.insert(1, f"<p><b>45-minute class:</b> {way}.</p>")
    return deck


def goals(text):
    """The list of goals in a plan's Markdown, as HTML; empty where there is none."""
    found = re.search(r"^\*\*Goals\.\*\*.*?\n\n((?:[-*] .*\n(?:  .*\n)*)+)", text, re.M)
    return f"<p><b>Goals.</b> Afterwards a student can</p>{rendered(found[1])}" if found else ""


# --- the file -------------------------------------------------------------------------------------


def stacked(deck):
    """The slides in stacks: a section's slide and what is below it."""
    stacks = []
    for slide in deck:
        if slide.level in ("title", "overview", "section") or not stacks:
            stacks.append([])
        stacks[-1].append(slide)
    return stacks


def script(text):
    """JavaScript that can stand in a <script> element: nothing in it ends it or opens a comment."""
    return re.sub(r"<(?=/script|!--)", r"\\x3c", text, flags=re.I)


def named(source, name):
    """An anonymous AMD module under a name."""
    text, found = re.subn(r"^define\(\[", f"define({json.dumps(name)}, [", source, flags=re.M)
    if found != 1:
        raise ValueError(f"{name}: one call of define expected, {found} found")
    return text


def widget_state(notebook, deck):
    """The saved state of the widgets that a deck shows."""
    saved = notebook.metadata.get("widgets", {}).get(web.WIDGET_STATE, {"state": {}})
    shown = "".join(item.html for slide in deck for item in slide.items)
    return {**saved, "state": web.needed(saved["state"], *re.findall(r'"model_id": "(\w+)"', shown))}


def page(notebook, plan, plan_text=""):
    """The whole HTML file of a lecture's deck; plan_text is the plan's Markdown, for its goals."""
    deck = with_plan(slides(notebook, {row.section for row in plan.rows}), plan)
    deck[1].notes.append(goals(plan_text))
    any_widget, manager = (web.SCRIPTS[name].read_text("utf-8") for name in ("anywidget.js", "embed-amd.js"))
    title = plain(deck[0].heading)
    promise = plain(deck[1].items[0].html.split("</p>")[0])
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    styles = (REVEAL / "reset.css", REVEAL / "reveal.css", STYLE / "deck.css")
    scripts = [REVEAL / "reveal.js", REVEAL / "plugin" / "notes.js", STYLE / "deck.js"]
    scripts += [web.SCRIPTS["mathjax.js"], web.SCRIPTS["require.js"]]
    return environment.from_string((STYLE / "deck.html").read_text("utf-8")).render(
        title=title,
        description=promise or title,
        stacks=stacked(deck),
        css=[path.read_text("utf-8") for path in styles],
        scripts=[script(path.read_text("utf-8")) for path in scripts],
        widgets=script(named(any_widget, "anywidget") + "\n" + manager),
        state=web.as_script(widget_state(notebook, deck)),
    )


def build(names=()):
    """Write the decks of the lectures whose file name begins with one of `names` (all: none)."""
    books = {path: book for path, book in web.notebooks().items() if path.name.startswith(tuple(names) or "")}
    if not books:
        raise SystemExit(f"no lecture in notebooks begins with {' or '.join(names)}")
    TARGET.mkdir(parents=True, exist_ok=True)
    written = []
    for path, notebook in books.items():
        guide = web.ROOT / "docs" / "teaching" / f"{path.stem}.md"
        text = page(notebook, plans.read(guide), guide.read_text("utf-8"))
        written.append(TARGET / f"{path.stem}.html")
        written[-1].write_text(text, "utf-8")
        print(f"{written[-1].relative_to(web.ROOT)}: {len(text.encode()) / 1e6:.1f} MB", flush=True)
    return written


if __name__ == "__main__":
    if sys.argv[1:2] != ["build"]:
        raise SystemExit(__doc__)
    build(sys.argv[2:])
