"""The decks: notebooks/NN_name.ipynb (stored outputs) -> build/slides/NN_name.html, for a class of 90 minutes, and
NN_name_short.html, for one of 45: one file each.

    python -m pages.slides build [NAME ...]

NAME is a lecture's file name or its beginning, such as 03; all of them when left out.
A deck holds all that it shows and runs: reveal.js, MathJax, the widget manager, the saved widgets.
It opens from disk with no network and no kernel. Its pictures are drawn for the wall (wall.py).

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
students believe and what to try with an explorer stand on the slides that the plan names, and what
to reply to whom, folded, on the slide that asks. The last slide is the homework of that class.

The short deck has the sections that have minutes in the plan's second column, without the cells
whose metadata say "class": 90, and without what is behind them: code whose metadata say nothing, and text that appears with a key. A slide needs as long as the heaviest thing on it (SECONDS); with
these a deck fits its minutes, a tenth of which is left over.
"""

import html
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import jinja2

from gdlib.words import language, noted, say
from lectures import plans
from pages import wall, web
from pages.pieces import HEADINGS, Item, inline, items, output_item, plain, rendered
from translation.hangul import said_later, with_faces

STYLE = web.ROOT / "docs" / "slides"
TARGET = web.ROOT / "build" / "slides"
REVEAL = web.MODULES / "reveal.js" / "dist"
FORMS = {"question", "form", "sketch"}  # what waits for a prediction
ASKING = FORMS | {"explorer"}
LONG, SHORT = say("90 min"), say("45 min")  # the classes, as plans call them
RECAP, EXERCISE = say("Recap"), say("Exercise")  # headings of lectures and plans
SECONDS = {
    "question": 100,
    "form": 100,
    "sketch": 140,
    "explorer": 140,
    "picture": 70,
    "formula": 70,
    "code": 70,
    "table": 70,
}
TOLD = {  # what the deck says of a vote and of a key
    "one": noted("1 vote"),
    "many": noted("{n} votes"),
    "split": noted("Turn to your neighbour: why?"),
    "commit": noted("Commit first, then A shows the answer."),
    "unknown": noted("No slide is called {name}."),
}
KEYS = noted(
    "<b>Keys.</b> → or space: on; ←: back. S: this view. O: all slides. F: the whole screen. B: black. D: dark or"
    " light. L: late, go to the next section worth keeping. 1 to 9 or a click: a vote for A, B and so on; V shows"
    " the votes. A shows the answer of a form that is committed. G and a name, as at the foot of a slide and in "
    "the plan: that slide. ?: all keys. Tab: into an explorer, where the arrow keys move its sliders; Esc: out of"
    " it, and they turn the slides again. Another class: open the deck in a new tab. To print: add "
    "<code>?print-pdf</code> to the address, then print to PDF without margins."
)
LEAST = 35  # seconds of all others
START = {"title": 20, "overview": 40}  # seconds that the first section gives


@dataclass
class Slide:
    """One slide: the text of its section's heading as the plan names it, its items, its notes."""

    section: str
    level: str  # "title", "overview", "section", "part", or "" for a slide that goes on
    heading: str
    items: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    seconds: int = 0  # how long it may take, for the speaker view's clock
    kept: bool = False  # does a section begin here that is worth keeping when the class is late?
    vote: list = field(default_factory=list)  # the options A, B and so on, as HTML
    names: list = field(default_factory=list)  # what plans call it
    cells: list = field(default_factory=list)  # the first lines of those whose items it shows
    beside: str = ""  # what stands again beside its items, as HTML: another slide's picture

    @property
    def own(self):
        return {item.kind for item in self.items}

    @property
    def kinds(self):
        return self.own | {"picture"} if "<img" in self.beside else self.own

    @property
    def called(self):
        """Its names but for its heading."""
        return [name for name in self.names if name != self.section]

    @property
    def wordy(self):
        """Does it need more than a third of its width for the words beside a picture?"""
        code = "".join(item.html for item in self.items)
        return len(plain(code)) > 230 or bool({"formula", "code", "result", "table"} & self.own)

    @property
    def asks(self):
        """Does it wait for an answer, which the next one gives?"""
        return bool(self.kinds & ASKING)

    @property
    def needs(self):
        """The seconds that it needs: what stands again beside its words was explained where it stood first."""
        return max((SECONDS.get(kind, LEAST) for kind in self.own), default=LEAST)


# --- slides ---------------------------------------------------------------------------------------


class Deck:
    """The slides of a notebook, built cell by cell; taught: the headings of its sections, None for all of them; short:
    without the cells for a class of 90 minutes alone."""

    def __init__(self, taught, short):
        self.slides, self.taught, self.short, self.left_out = [], taught, short, False
        self.above = []  # items that wait for the next question, explorer or form
        self.for_long = False  # is the open cell for a class of 90 minutes alone, or is it code behind such a one?
        self.cell = ""  # the first line of the one that is added
        self.beside = []  # (a slide, the name of the one whose picture stands again beside its words)

    def add(self, cell):
        """Put a cell's items on slides. Raises ValueError if another slide has its name."""
        self.cell = cell.source.partition("\n")[0]
        how = cell.metadata.get("slideshow", {})
        for_long = how.get("class") == 90
        if set(how) != {"fragment"} and (cell.cell_type == "markdown" or how):
            self.for_long = for_long
        for item in items(cell):
            if item.kind in HEADINGS.values():
                self.add_heading(item)
                self.for_long = for_long
            elif not self.hidden and item.how == "notes":
                self.slides[-1].notes.append(item.html)
            elif not self.hidden:
                self.add_item(item)
        if how.get("name") and not self.hidden and how.get("slide_type") != "skip":
            self.add_name(how["name"])
        if how.get("beside") and not self.hidden:
            self.beside.append((self.slides[-1], how["beside"]))

    @property
    def hidden(self):
        """Is what comes now in no slide of this deck?"""
        return self.left_out or (self.short and self.for_long)

    def add_name(self, name):
        if any(name in slide.names for slide in self.slides):
            raise ValueError(f"two slides have the name {name!r}")
        self.slides[-1].names.append(name)

    def add_heading(self, item):
        self.above = []
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
        return not slide.own <= {"text"}
    return item.kind in ASKING or slide.asks


def asked_again(item, above, last):
    """What stands above a question, an explorer or a form: what the metadata say, else its question."""
    if item.kind == "question":
        return above
    if not above and item.kind == "explorer" and last.items and last.items[-1].kind == "question":
        above = last.items[-1:]
    words = " ".join(one.above for one in above)
    return [Item("reminder", f'<div class="reminder">{rendered(words)}</div>')] if above else []


def slides(notebook, taught=None, short=False):
    """The slides of a notebook, in their order, each with its own sentences as notes."""
    deck = Deck(taught, short)
    for cell in notebook.cells:
        deck.add(cell)
    if deck.beside:
        put_beside(deck.beside, seen_again(notebook))
    return with_overview(deck.slides)


def seen_again(notebook):
    """{name: what can stand again beside other words, as HTML}, of the whole notebook, whichever part a deck has: of a
    code cell with that name what it puts out, else of a slide its picture, or its table."""
    whole, found = Deck(None, short=False), {}
    for cell in notebook.cells:
        whole.add(cell)
    for slide in whole.slides:
        shown = sorted((item.again for item in slide.items if item.again), key=lambda code: "<img" not in code)
        found |= {name: shown[0] for name in slide.names if shown}
    for cell in notebook.cells:
        shown = [output_item(output).again for output in cell.get("outputs", ())]
        name = cell.metadata.get("slideshow", {}).get("name")
        found |= {name: shown[0] for name in [name] if name and shown and shown[0]}
    return found


def put_beside(wanted, found):
    """Give slides what they want beside their words, (slide, name) each.

    Raises ValueError if nothing that can stand there has that name, or if the slide has a picture of its own."""
    for slide, name in wanted:
        if name not in found:
            raise ValueError(f"slideshow: no picture and no table is called {name!r}, but {', '.join(found)}")
        if slide.own & (ASKING | {"picture"}) - {"question"}:
            raise ValueError(f"slideshow: {name!r} stands beside words, and this slide shows more: {slide.cells}")
        slide.beside = found[name]


def with_overview(deck):
    """The deck with its overview after the title and what stands before the first section: what the lecture promises,
    and its sections."""
    title = deck[0]
    title.seconds = START["title"]
    promises = [note for note in title.notes if re.match(r"<p><strong>[^<]+:</strong>", note)][
        :2
    ]  # will do, will learn
    title.notes = [note for note in title.notes if note not in promises]
    begin = {slide.section: slide for slide in deck[::-1] if slide.section not in (title.section, RECAP)}
    names = "".join(f"<li>{slide.heading}</li>" for slide in reversed(begin.values()))
    overview = Slide(title.section, "overview", say("Overview"), seconds=START["overview"])
    overview.items = [Item("promises", "".join(promises)), Item("contents", f"<ol>{names}</ol>")]
    hook = [slide for slide in deck[1:] if slide.section == title.section]
    return [title, *hook, overview, *deck[1 + len(hook) :]]


# --- the plan -------------------------------------------------------------------------------------


def planned(notebook, plan, name=LONG):
    """The deck of a class, "90 min" or "45 min": its slides with the plan's part of their notes, the time that each of
    them may take, what can be voted on, and the homework."""
    short = name == SHORT
    times = {row.section: (row.short if short else row.long, row) for row in plan.rows if not short or row.short}
    deck = slides(notebook, {*times} - {EXERCISE}, short)
    if len(times) < len(plan.rows):  # the lecture promises more than this class has time for
        overview = next(slide for slide in deck if slide.level == "overview")
        overview.notes.append(overview.items.pop(0).html)
    last = EXERCISE if EXERCISE in times else [*times][-1]
    for recap in (slide for slide in deck if slide.section == RECAP):  # said by students first, line by line
        recap.items = [item._replace(html=item.html.replace("<li>", '<li class="fragment">')) for item in recap.items]
    deck.append(homework(plan, name, last))
    for ask, what, words, answers in [*told(plan)][::-1]:
        slide = place(deck, ask, what, short)
        if slide:
            slide.notes[:0] = [f"<p>{labelled(words)}</p>", *(folded(label, text) for label, text in answers.items())]
    for reply in plan.replies:
        answer(deck, plan, reply, short)
    start = deck[0].section
    for section, (time, row) in times.items():
        its = [s for s in deck if s.section in (section, start) and s.level not in START]
        first, end = plans.minutes(time)
        share_time(its, 60 * (end - first) - (sum(START.values()) if start else 0))
        start = None
        its[0].kept |= row.kept[short]
        for slide in (its[0], next(slide for slide in its if slide.section == section)):  # of the hook, of the section
            do = f"<p>{labelled({say('Do.'): row.do})}</p>"
            slide.notes[:0] = [do] * (bool(row.do) and do not in slide.notes)
        for slide in its:
            called = "".join(f" · [{html.escape(name)}]" for name in slide.called)
            when = say("{time} min", time=time)
            slide.notes.insert(0, f"<p><b>{when}</b> · {html.escape(plain(section))}{called}</p>")
    return deck


def classes(plan):
    """What is added to the file's name of each class's deck: an optional lecture has one class, of 45 minutes."""
    return {LONG: "", SHORT: "_short"} if any(row.long for row in plan.rows) else {SHORT: ""}


def told(plan):
    """What the plan has to say, (the ask that names the slide, what to look for, {label: words of Markdown}, what gives
    the answer away as such a dict) each."""
    for row in plan.rows:
        for ask in row.asks:
            yield ask, "", {say("Ask."): ask.text}, {}
    for belief, ask, show, _ in plan.beliefs:
        if ask.slide:
            yield ask, "", {say("They believe:"): belief, say("Ask:"): ask.text}, {say("Show:"): show}
    for ask, tries, out, _ in plan.explorers:
        yield ask, "", {say("Predict:"): ask.text}, {}
        yield ask, "explorer", {say("Try:"): tries}, {say("Comes out:"): out}


def labelled(words):
    """{label: words of Markdown} as one line of HTML."""
    return " ".join(f"<b>{label}</b> {inline(text)}" for label, text in words.items())


def folded(label, text):
    """A note that is opened by a click: what nobody at the wall shall see before the vote."""
    return f"<details><summary>{label}</summary><p>{inline(text)}</p></details>"


def place(deck, ask, what="", short=False):
    """The slide on which a plan's ask stands; with `what`, the next one of its section that has such a thing.

    Before an answer is seen: on the named slide if it asks, else on the one before it, for what the
    named one shows is the answer. After: on the named slide, or the next one that asks nothing.
    Raises ValueError, with the plan's file and line, if there is none; in a short deck it is None.
    """
    at = next((n for n, slide in enumerate(deck) if ask.slide in slide.names), None)
    if at is None or deck[at].section != ask.section:
        names = [name for slide in deck if slide.section == ask.section for name in slide.names]
        return missing(f"{ask.where}: {ask.section!r} has no slide {ask.slide!r}, but {', '.join(names)}", short)
    if not ask.after and not what:
        return deck[at] if deck[at].kinds & FORMS else deck[at - 1]
    later = [slide for slide in deck[at:] if slide.section == ask.section]
    found = [slide for slide in later if (what in slide.kinds if what else not slide.asks)]
    return found[0] if found else missing(f"{ask.where}: no slide after {ask.slide!r} has {what or 'an answer'}", short)


def missing(words, short):
    """None where a short deck may lack what the words say; else a ValueError."""
    if not short:
        raise ValueError(words)


def answer(deck, plan, reply, short):
    """Put a Reply, folded, into the notes of the slide that asks (of the explorer behind it), and its vote on it."""
    asks = [ask for row in plan.rows for ask in row.asks if f'"{reply.slide}"' in ask.text]
    at = next((n for n, slide in enumerate(deck) if reply.slide in slide.names), None)
    if at is None and asks:
        slide = place(deck, asks[0], "", short)
    elif at is None:
        slide = missing(f"{reply.where}: no slide and no ask is called {reply.slide!r}", short)
    else:
        slide = deck[at + 1] if "reminder" in deck[at + 1].kinds and "explorer" in deck[at + 1].kinds else deck[at]
        deck[at].vote = [inline(option) for option in reply.vote]
    if slide:
        rows = "".join(
            f"<li>“{inline(says)}” <i>{inline(belief)}</i> → {inline(back)}</li>" for says, belief, back in reply.wrong
        )
        about = say("After they have answered: replies to {ask}", ask=inline(reply.slide))
        slide.notes.append(
            f"<details><summary>{about if at is None else say('After they have answered: replies')}</summary>"
            f"<p><b>{say('Answer:')}</b> {inline(reply.answer)}</p><ul>{rows}</ul></details>"
        )


def homework(plan, name, section):
    """The last slide: what a class does at home, by file and number."""
    todo, file = plan.homework[name], plan.file
    lines = [f"<b>{number}</b> {inline(plan.exercise[number][0])}" for number in todo.questions]
    length = sum(int(plan.exercise[number][1]) for number in todo.questions)
    lines += [f"{say('if you like:')} <b>{number}</b> {inline(plan.exercise[number][0])}" for number in todo.more]
    listed = "".join(f"<li>{line}</li>" for line in lines)
    about = say("{file}, about {n} minutes:", file=f"<code>exercises/{file}.ipynb</code>", n=length)
    items = [Item("text", f"<p>{about}</p>")]
    items.append(Item("list", f"<ul>{listed}</ul>"))
    if todo.read:
        read = say("Read in {file}: {what}", file=f"<code>notebooks/{file}.ipynb</code>", what=inline(todo.read))
        items.append(Item("text", f"<p>{read}</p>"))
    return Slide(section, "section", say("Homework"), items, kept=True, names=[EXERCISE])


def share_time(its, seconds):
    """Give each slide its part of a section's seconds, by what it needs."""
    needs = [slide.needs for slide in its]
    ends = [round(seconds * sum(needs[: n + 1]) / sum(needs)) for n in range(len(its))]
    for slide, begin, end in zip(its, [0, *ends], ends, strict=False):
        slide.seconds = end - begin


def goals(text):
    """The list of goals in a plan's Markdown, as HTML; empty where there is none."""
    goals = say("**Goals.** Afterwards a student can")
    found = re.search(rf"^{re.escape(goals)}\n\n((?:[-*] .*\n(?:  .*\n)*)+)", text, re.M)
    return rendered(f"{goals}\n\n{found[1]}") if found else ""


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


def page(notebook, plan, plan_text="", name=LONG, found=()):
    """The whole HTML file of a lecture's deck for a class; plan_text is the plan's Markdown, for its goals; `found` are
    pictures that are drawn for the wall."""
    deck = planned(notebook, plan, name)
    wall.hang(deck, dict(found))
    any_widget, manager = (web.SCRIPTS[name].read_text("utf-8") for name in ("anywidget.js", "embed-amd.js"))
    title = plain(deck[0].heading)
    overview = next(slide for slide in deck if slide.level == "overview")
    told = [one for one in (overview.items[0].html, *overview.notes) if one.startswith("<p><strong>")]
    promise = plain(told[0].split("</p>")[0]) if told else ""
    overview.notes.append(goals(plan_text))
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    styles = (REVEAL / "reset.css", REVEAL / "reveal.css", STYLE / "deck.css")
    scripts = [REVEAL / "reveal.js", REVEAL / "plugin" / "notes.js", STYLE / "deck.js"]
    scripts += [web.SCRIPTS["mathjax.js"], web.SCRIPTS["require.js"]]
    made = environment.from_string((STYLE / "deck.html").read_text("utf-8")).render(
        title=title,
        language=language(),
        say=say,
        keys=say(KEYS),
        words=json.dumps({key: say(text) for key, text in TOLD.items()}, ensure_ascii=False),
        description=promise or title,
        stacks=stacked(deck),
        css=[path.read_text("utf-8") for path in styles],
        scripts=[script(path.read_text("utf-8")) for path in scripts],
        widgets=script(named(any_widget, "anywidget") + "\n" + manager),
        state=web.as_script(widget_state(notebook, deck)),
    )
    return with_faces(made, said_later())


def build(names=()):
    """Write the decks of the lectures whose file name begins with one of `names` (all: none)."""
    books = {path: book for path, book in web.notebooks().items() if path.name.startswith(tuple(names) or "")}
    if not books:
        raise SystemExit(f"no lecture in notebooks begins with {' or '.join(names)}")
    TARGET.mkdir(parents=True, exist_ok=True)
    written = []
    guides = {path: web.ROOT / "docs" / "teaching" / f"{path.stem}.md" for path in books}
    taught = {path: plans.read(guide) for path, guide in guides.items()}
    with ThreadPoolExecutor(2) as two:
        sizes = [
            wall.wanted([planned(book, taught[path], name) for name in classes(taught[path])])
            for path, book in books.items()
        ]
        found = dict(zip(books, two.map(wall.drawn, books, books.values(), sizes), strict=True))
    for path, notebook in books.items():
        for name, end in classes(taught[path]).items():
            text = page(notebook, taught[path], guides[path].read_text("utf-8"), name, found[path])
            written.append(TARGET / f"{path.stem}{end}.html")
            written[-1].write_text(text, "utf-8")
            print(f"{written[-1].relative_to(web.ROOT)}: {len(text.encode()) / 1e6:.1f} MB", flush=True)
    return written


if __name__ == "__main__":
    if sys.argv[1:2] != ["build"]:
        raise SystemExit(__doc__)
    build(sys.argv[2:])
