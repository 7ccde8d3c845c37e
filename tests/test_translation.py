"""The course in another language: its units, its PO files, its particles."""

import ast
import json
import re
from pathlib import Path

import polib
import pytest

from gdlib.words import language, say, spoken
from gdlib.words.particles import chosen
from translation import catalogs, edition, units

SOURCES = [path for paths in catalogs.groups().values() for path in paths if path.suffix == ".md"]
NAMES = [*catalogs.groups()]
KEEP = re.compile(r"(\$[^$]*\$|`[^`]*`|\]\([^)]*\)|<[^>]*>|https?://\S+|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\\.|\d+)")


def other(text, what=""):
    """A text of the same form in which every Latin letter outside of code and formulas is another one."""
    pieces = KEEP.split(text)
    pieces[::2] = [re.sub("[A-Za-z]", lambda m: chr(ord("가") + ord(m[0])), piece) for piece in pieces[::2]]
    return "".join(pieces)


def cells(source):
    """The code of a source, with its texts and comments taken out."""
    for code in re.findall(r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n)*(.*?)^```$", source, re.M | re.S):
        tree = ast.parse(code)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = ""
            if isinstance(node, ast.JoinedStr):
                node.values = sorted((v for v in node.values if isinstance(v, ast.FormattedValue)), key=ast.dump)
        yield ast.dump(tree)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_with_its_own_words_a_source_is_as_before(path):
    source = path.read_text("utf-8")
    assert units.translated(source, lambda text, what: text) == source


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_in_another_language_only_texts_differ(path):
    source = path.read_text("utf-8")
    new = units.translated(source, lambda text, what: text if what == "mark" else other(text), lambda name: name)
    assert len([*cells(source)]) == len([*cells(new)])
    for old, now in zip(cells(source), cells(new), strict=True):
        assert old == now
    for pattern in (r"\$\$.*?\$\$", r"(?<!`)`[^`\n]+`(?!`)", r"\]\([^)]*\)"):
        prose = [
            re.sub(r"^```.*?^```$|^\+\+\+.*?$|^\*Other.*?$", "", text, flags=re.M | re.S) for text in (source, new)
        ]
        ours, theirs = (re.findall(pattern, text, re.S) for text in prose)
        assert ours == theirs
    assert not re.search(
        r"^(?![+:|]|```)[A-Z][a-z]+ [a-z]+ [a-z]+ [a-z]+", "".join(prose[1]), re.M
    )  # nothing is left out


def test_metadata_name_the_translated_line():
    source = '+++ {"slideshow": {"fragment": "None of"}}\n\nOne.\nNone of them: each stopped.\n\nTwo.'
    new = units.translated(source, lambda text, what: text.replace("None of them: each stopped.", "아무도 없어요."))
    assert new.startswith('+++ {"slideshow": {"fragment": "아무도 없어요."}}')


def test_what_is_text_in_code():
    said = []
    code = 'print("by hand:", x)\nfind(kind="half-sum", label="loss")\nprint(f"{n:.3f} is near {m} " "and far")  # a far one\n'
    units.code(code, lambda text, what: said.append(text) or text)
    assert said == ["a far one", "by hand:", "loss", "{n:.3f} is near {m} and far"]


def test_a_long_text_goes_on_in_the_next_line():
    code = 'explore.predict(\n    "Where?"\n    " Here.",\n)\n'
    new = units.code(code, lambda text, what: "하나 둘 셋 넷 " * 20 + "끝.")
    assert all(len(line) <= 88 for line in new.splitlines())
    assert ast.literal_eval(ast.parse(new).body[0].value.args[0]) == "하나 둘 셋 넷 " * 20 + "끝."


@pytest.mark.parametrize("name", NAMES)
def test_a_po_file_is_what_the_sources_say_and_nothing_is_to_be_renewed(name):
    file = catalogs.read("ko", name)
    assert [entry.msgid for entry in file] == [*catalogs.messages(catalogs.groups()[name])], "make translate"
    assert not [entry.msgid for entry in file if "fuzzy" in entry.flags]


def test_the_tables_are_what_the_po_files_give():
    for path, table in catalogs.tables("ko").items():
        assert path.read_text("utf-8") == table, "make translate"


@pytest.mark.parametrize("name", NAMES)
def test_a_translation_keeps_what_is_no_word(name):
    wrong = {e.msgid: [*catalogs.faults(e.msgid, e.msgstr)] for e in catalogs.read("ko", name) if e.msgstr}
    assert not {text: found for text, found in wrong.items() if found}


@pytest.mark.parametrize(
    ("text", "said", "fault"),
    [
        ("one\ntwo", "하나 둘", "1 lines for 2"),
        ("$x$ is 3", "$y$는 3", "formulas"),
        ("`lr` is 3", "학습률은 3", "code"),
        ("{n} steps", "걸음", "fields"),
        ("at most 0.5", "0.6 이하", "numbers"),
        ("steps: ", "걸음:", "space"),
        ("[glossary](g.md)", "[용어집](h.md)", "addresses"),
    ],
)
def test_a_fault_of_form_is_found(text, said, fault):
    assert any(fault in words for words in catalogs.faults(text, said))
    assert not [*catalogs.faults(text, text)]


def test_large_numbers_are_written_as_each_language_counts():
    assert not [*catalogs.faults("50 million rows, or 0.5 thousand million", "행 5000만 개, 또는 5억 개")]
    assert not [*catalogs.faults("off by 8 alone", "8만 달라요")]  # 만 is "only", too
    assert [*catalogs.faults("50 million rows", "행 500만 개")]


def test_what_has_changed_is_to_be_renewed_and_english_until_then():
    old = polib.POFile()
    old.append(polib.POEntry(msgid="The loop stops at 3.", msgstr="반복은 3에서 멈춰요."))
    new = catalogs.updated(old, {"The loop stops at 4.": (["a.md"], "paragraph")})
    entry = new[0]
    assert ("fuzzy" in entry.flags, entry.previous_msgid, entry.msgstr) == (
        True,
        "The loop stops at 3.",
        "반복은 3에서 멈춰요.",
    )
    say_it, _ = edition.sayer({})
    assert say_it("The loop stops at 4.", "paragraph") == "[English] The loop stops at 4."


def test_names_of_slides_and_what_the_tools_look_for_are_no_words_of_a_lecture():
    say_it, _ = edition.sayer({"step": "걸음"}, slides={"step"})
    assert [say_it("step", what) for what in ("cell of a table", "code")] == ["step", "걸음"]
    words = {"words": {"vote": "투표", "peak": "봉우리"}}
    made = edition.texts(lambda name: words.get(name, {"vote": "표", "bowl": "그릇"}), folder="docs/teaching")
    plan = made[Path("docs/teaching/06_hardware_and_memory.md")]
    assert "| 투표 |" in plan
    assert "봉우리" not in plan


PARTICLES = json.loads((Path(__file__).parent / "front" / "particles.json").read_text("utf-8"))


@pytest.mark.parametrize(("text", "said"), PARTICLES)
def test_particles(text, said):
    assert chosen(text) == said


def test_say():
    assert say("after {n} steps", n=3) == "after 3 steps"
    with spoken("ko"):
        assert language() == "ko"
        assert say("no such text, {n}을(를)", n=7) == "no such text, 7을"
    assert language() == "en"
