"""What is translated: a source's texts, each handed to a function that gives what stands there instead.

A unit is a paragraph, a heading, an item of a list, a cell of a table, a comment or a text in code. Each line of a
Markdown source stays a line, so one sentence of the translation stands where its sentence stood. Formulas, code, names of
slides, links and metadata are no units; where metadata name a line by its words, they name the translated line.
"""

import ast
import io
import json
import re
import textwrap
import tokenize

FENCE = re.compile(r"^\s*(?:> ?)*\s*(`{3,})(.*)$")
PREFIX = re.compile(
    r"\s*(?:> ?)*\s*(?:#{1,6} |[-*] (?:\*\*[A-Z]\*\* )?|\d+\. )?(?:\*\*(?:Predict|Decide|Hint)\.\*\* ?)?"
)
# what is a unit of its own, also right below another one
OPENS = re.compile(r"\s*(?:> ?)*\s*(?:#{1,6} |[-*] |\d+\. )|\s*> \*\*|\*Other numbers")
# what stands between the units of one line: see plans.py and questions.py
PARTS = re.compile(r"(\[[^\],]+, (?:before|after)\] | ?\*(?:Yes|No|Belief|Section):\* |^\*Other numbers:\* `)")
BLANKS = re.compile(r"\$[^$]*\$|`[^`]*`|\]\([^)]*\)|<[^>]*>|https?://\S+|\\[a-zA-Z]+")
FIELD = re.compile(r"\{\{|\}\}|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
LINES = ("subslide", "fragment", "show", "above")  # metadata that name lines by their words
# keywords whose single words readers see
SHOWN = {"label", "title", "xlabel", "ylabel", "unit", "name", "legend", "choices", "answer"}
WIDTH = 88  # of a line of code
SAYS = ("say", "noted")  # functions of gdlib.words
HIDDEN = {"cases", "right"}  # cells of an exercise of which a student sees no comment


def texts_of(path):
    """The units of a file, [(text, what it is)]: of a Markdown source, or what a module or a template says by `say("...")`."""
    source, found = path.read_text("utf-8"), []

    def say(text, what):
        found.append((text, what))
        return text

    if path.suffix == ".py":
        calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
        return [
            (call.args[0].value, "gdlib")
            for call in calls
            if ast.unparse(call.func) in SAYS and isinstance(call.args[0], ast.Constant)
        ]
    if path.suffix == ".html":
        return [(text, "page") for _, text in re.findall(r"""\bsay\((["'])(.+?)\1[,)]""", source)]
    translated(source, say)
    return found


def has_words(text):
    """Is there a word outside of formulas, code and addresses?"""
    return re.search(r"[A-Za-z]{2,}", BLANKS.sub(" ", text)) is not None


def translated(source, say, name=lambda words: words):
    """A Markdown source with other texts: `say(text, what)` gives each, `what` being "paragraph", "heading", "cell of a
    table", "code" or "comment"; `name` gives what a heading is called, where a plan or a metadata calls it so."""
    lines, made, n = source.split("\n"), [], 0
    if lines[0] == "---":
        n = lines.index("---", 1) + 1
        made = lines[:n]
    while n < len(lines):
        fence = FENCE.match(lines[n])
        end = fence_end(lines, n) if fence else text_end(lines, n)
        piece = lines[n:end]
        if fence:
            made += code_cell(piece, say, name) if fence[2].startswith("{code-cell}") else piece
        else:
            made += text_cell(piece, say, name)
        n = end
    return "\n".join(made)


def captioned(lines, say):
    """Of a fence that is no code cell only the caption of a contents is a unit."""
    for line in lines:
        mark, caption = re.match(r"(:caption: )?(.*)", line).groups()
        yield mark + say(caption, "heading") if mark else line


def fence_end(lines, start):
    mark = FENCE.match(lines[start])[1]
    ends = (n for n in range(start + 1, len(lines)) if lines[n].strip(" >") == mark)
    return next(ends, len(lines) - 1) + 1


def text_end(lines, start):
    """Where a text ends that begins here: at a code cell, or at a mark of a new cell."""
    n = start + 1
    while n < len(lines) and not lines[n].startswith(("+++", "```{code-cell}")):
        n = fence_end(lines, n) if FENCE.match(lines[n]) else n + 1
    return n


# --- texts ----------------------------------------------------------------------------------------


def text_cell(lines, say, name):
    """The lines of a Markdown cell, its metadata before them, with other texts."""
    made, n = [], 0
    while n < len(lines):
        end = block_end(lines, n)
        made += block(lines[n:end], say, name)
        n = end
    if lines[0].startswith("+++ {"):
        how = json.loads(lines[0][4:])
        how["slideshow"] = renamed(how.get("slideshow", {}), lines[1:], made[1:], name)
        made[0] = "+++ " + json.dumps(how, ensure_ascii=False)
    return made


def block_end(lines, start):
    """Where a block ends: a fence, a formula, or lines that belong together."""
    if FENCE.match(lines[start]):
        return fence_end(lines, start)
    bare = lines[start].strip(" >")
    if bare.startswith("$$"):
        n = start
        while not lines[n].rstrip().endswith("$$") or (lines[n].strip(" >") == "$$" and n == start):
            n += 1
        return n + 1
    n = start + 1
    if not bare or bare.startswith(("|", "+++", "<!--", "#")):
        return n
    while n < len(lines) and goes_on(lines[n]):
        n += 1
    return n


def goes_on(line):
    bare = line.strip(" >")
    return (
        bool(bare)
        and not bare.startswith(("|", "+++", "$$", "<!--"))
        and not OPENS.match(line)
        and not FENCE.match(line)
    )


def block(lines, say, name):
    bare = lines[0].strip(" >")
    if FENCE.match(lines[0]):
        return [*captioned(lines, say)]
    if not bare or bare.startswith(("+++", "$$", "<!--")):
        return lines
    if bare.startswith("|"):
        return [row(lines[0], say, name)]
    prefixes = [
        PREFIX.match(line)[0] if n == 0 else re.match(r"\s*(?:> ?)*\s*", line)[0] for n, line in enumerate(lines)
    ]
    text = "\n".join(line[len(prefix) :] for line, prefix in zip(lines, prefixes, strict=True))
    prefixes[0] = re.sub(r"(?<=\*\*)(Predict|Decide)\.(?=\*\*)", lambda mark: say(mark[0], "mark"), prefixes[0])
    what = "heading" if re.match(r"#+ ", bare) else "paragraph"
    new = parts(text, say, name, what).split("\n")
    if len(new) != len(lines):
        raise ValueError(f"{len(new)} lines for {len(lines)}: {text}")
    return [prefix + line for prefix, line in zip(prefixes, new, strict=True)]


def row(line, say, name):
    """A row of a table: each cell is a unit, and what an explorer's cell says behind "in" is a heading."""
    cells = re.split(r"(?<!\\)\|", line)
    for n, cell in enumerate(cells[1:-1], 1):
        text = cell.strip()
        where = re.fullmatch(r'(.+), in "(.+)"', text)
        if where:
            new = f'{parts(where[1], say, name, "cell of a table")}, in "{name(where[2])}"'
        else:
            new = parts(text, say, name, "cell of a table")
        cells[n] = cell.replace(text, new) if text else cell
    return "|".join(cells)


def parts(text, say, name, what):
    """A text with others for its units: most are one, a plan's cell has one for each ask, a line of the bank several."""
    made, of_section = [], False
    for piece in PARTS.split(text):
        mark = re.fullmatch(r"( ?\*|^\*)(Yes|No|Belief|Section|Other numbers)(:\*.*)", piece)
        if made and made[-1].endswith(":* `"):
            made.append(say(piece.removesuffix("`"), "other words for other numbers") + "`")
            continue
        ask = re.fullmatch(r"\[([^\],]+), (before|after)\] ", piece)
        if ask:
            made.append(f"[{name(ask[1])}, {ask[2]}] ")
        elif mark:
            made.append(mark[1] + say(mark[2], "mark") + mark[3])
            of_section = mark[2] == "Section"
        elif not has_words(piece):
            made.append(piece)
        elif of_section:
            made.append(name(piece.removesuffix(".")) + "." * piece.endswith("."))
        else:
            bare = piece.strip()
            made.append(piece.replace(bare, say(bare, what)))
    return "".join(made)


def renamed(how, lines, made, name):
    """The metadata of slides with the lines that they name by their new words."""
    how = {key: name(value) if key in ("name", "beside") else value for key, value in how.items()}
    for key in LINES:
        value = how.get(key)
        if value is not None:
            new = [called(words, lines, made) for words in ([value] if isinstance(value, str) else value)]
            how[key] = new[0] if isinstance(value, str) else new
    return how


def called(words, lines, made):
    """The new words for a line that has been called by words which stand in it."""
    found = [new for old, new in zip(lines, made, strict=True) if words.removesuffix("…") in old]
    if len(found) != 1:
        return words
    return words if found[0] in lines else found[0].strip() + "…" * words.endswith("…")


# --- code -----------------------------------------------------------------------------------------


def code_cell(lines, say, name):
    """A code cell with other texts in it. What a student never sees of an exercise keeps its own."""
    start = 1
    tags = ""
    while lines[start].startswith(":"):
        tags += lines[start]
        if lines[start].startswith(":slideshow:"):
            how = renamed(json.loads(lines[start][11:]), [], [], name)
            lines = [*lines[:start], ":slideshow: " + json.dumps(how, ensure_ascii=False), *lines[start + 1 :]]
        start += 1
    kind = re.search(r":tags: \[(.*?)\]", tags)
    body = "\n".join(lines[start:-1])
    return [*lines[:start], *code(body, say, kind[1] if kind else "").split("\n"), lines[-1]]


def code(source, say, kind=""):
    """Code with other comments and texts; `kind` is the tag of an exercise's cell."""
    spots = []  # (start, end, what is put there), as offsets
    at = [0]
    for line in source.split("\n"):
        at.append(at[-1] + len(line) + 1)
    tokens = [*literals(source, at)]
    if kind not in HIDDEN:
        spots += comments(source, tokens, say, only_first=kind == "mistake")
    if kind not in ("mistake", "right"):
        spots += texts(source, tokens, say)
    for start, end, new in sorted(spots, reverse=True):
        source = source[:start] + new + source[end:]
    return source


def literals(source, at):
    """The tokens that hold text: ("text" or "comment", start, end) in offsets; a formatted one is one token, as it is
    before Python 3.12. And ("other", start, end) for all but new lines."""
    inside, begun = 0, 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        start, end = (at[row - 1] + column for row, column in (token.start, token.end))
        name = tokenize.tok_name[token.type]
        if name == "FSTRING_START":
            begun = begun if inside else start
            inside += 1
        elif name == "FSTRING_END":
            inside -= 1
            if not inside:
                yield "text", begun, end
        elif not inside and name in ("STRING", "COMMENT"):
            yield "text" if name == "STRING" else "comment", start, end
        elif not inside and name not in ("NL", "NEWLINE", "INDENT", "DEDENT", "ENDMARKER"):
            yield "other", start, end


def comments(source, tokens, say, only_first):
    """The new comments; lines of comment that follow each other are one."""
    groups = []
    for kind, start, end in tokens:
        if kind == "comment":
            alone = not source[source.rfind("\n", 0, start) + 1 : start].strip()
            joined = groups and groups[-1][0] and alone and not source[groups[-1][2] : start].strip(" ").strip("\n")
            if joined and source[groups[-1][2] : start].count("\n") == 1:
                groups[-1] = (True, groups[-1][1], end)
            else:
                groups.append((alone, start, end))
    if only_first:
        groups = [group for group in groups[:1] if group[1] == len(source) - len(source.lstrip("\n"))]
    for _, start, end in groups:
        indent = " " * (start - source.rfind("\n", 0, start) - 1)
        text = " ".join(line.strip().removeprefix("#").strip() for line in source[start:end].split("\n"))
        new = say(text, "comment") if has_words(text) and not text.startswith("noqa") else text
        if new != text:
            lines = textwrap.wrap(new, WIDTH - len(indent) - 2, break_long_words=False, break_on_hyphens=False)
            yield start, end, f"\n{indent}".join(f"# {line}" for line in lines)


def texts(source, tokens, say):
    """The new texts; those that follow each other, as in "one" "two", are one."""
    spoken = shown_places(source)
    groups = []
    for n, (kind, start, end) in enumerate(tokens):
        if kind == "text" and n and tokens[n - 1][0] == "text":
            groups[-1].append((start, end))
        elif kind == "text":
            groups.append([(start, end)])
    for group in groups:
        marks = [re.match(r"([a-zA-Z]*)('''|\"\"\"|'|\")", source[start:end]) for start, end in group]
        if any("b" in mark[1].lower() for mark in marks):
            continue
        bodies = [source[s + len(m[0]) : e - len(m[2])] for (s, e), m in zip(group, marks, strict=True)]
        text, start, end = "".join(bodies), group[0][0], group[-1][1]
        if is_text(text, any(s <= start < e for s, e in spoken)):
            letters = "".join(sorted({c for mark in marks for c in mark[1]}))
            new = say(text, "code")
            if new != text:
                yield (
                    start,
                    end,
                    literal(
                        new, letters, marks[0][2], column=start - source.rfind("\n", 0, start) - 1, many=len(group) > 1
                    ),
                )


def shown_places(source):
    """Where single words are for readers, as (start, end) in offsets: what print gets, labels and titles."""
    found, lines = [], [0]
    for line in source.split("\n"):
        lines.append(lines[-1] + len(line.encode()) + 1)
    whole = source.encode()

    def offset(row, column):
        return len(whole[: lines[row - 1] + column].decode())

    try:
        tree = ast.parse(source)
    except SyntaxError:  # a line of IPython's
        return []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        module, _, function = ast.unparse(call.func).rpartition(".")
        said = [word.value for word in call.keywords if word.arg in SHOWN or module == "figures"]
        if function == "print" or module == "figures" or function.startswith(("set_", "text", "annotate")):
            said += call.args
        found += [(offset(v.lineno, v.col_offset), offset(v.end_lineno, v.end_col_offset)) for v in said]
    return found


def is_text(text, shown):
    """Is a literal for readers: words, and no formula, name or path?"""
    bare = FIELD.sub(" ", re.sub(r"\\n|\\t", " ", text))
    if not has_words(bare):
        return False
    if " " not in bare.strip():
        return shown
    try:
        ast.parse(text.strip())
    except SyntaxError:
        return True
    # what Python could read as well: "height (m)", "lower, not lowest"; all else is code
    return re.fullmatch(r"\w+ \([^()]*\)|[\w.]+(,? \w+)+", text.strip()) is not None


def literal(text, letters, quote, column, many):
    """A text as it is written in code: on one line, or where several stood below each other."""
    most = WIDTH - 4 - column
    if not many or len(text) <= most or "\n" in text:
        return f"{letters}{quote}{text}{quote}"
    pieces, line = [], ""
    for word in re.split(r"(?<= )", text):
        if line and len(line) + len(word) > most and FIELD.sub("", line).count("{") == 0:
            pieces.append(line)
            line = ""
        line += word
    glue = "\n" + " " * column
    return glue.join(f"{letters * ('{' in piece or letters != 'f')}{quote}{piece}{quote}" for piece in [*pieces, line])
