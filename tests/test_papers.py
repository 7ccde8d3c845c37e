"""What is made of the question bank: GIFT, QTI 2.1, sheets in two orders with their key, slides for votes."""

import html
import re
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from lectures import inventory, papers, questions
from test_teaching import ASKED, BANKS, GOOD

each_bank = pytest.mark.parametrize("path", BANKS, ids=lambda p: p.stem)


@pytest.fixture(scope="module")
def made():
    """{bank: {file: contents}}, in other numbers and orders."""
    return {path.stem: papers.papers(path.stem, "Lecture", questions.read(path, 1), seed=1) for path in BANKS}


def good(tmp_path):
    path = tmp_path / "bank.md"
    path.write_text(GOOD)
    return questions.read(path)[0]


# --- GIFT -----------------------------------------------------------------------------------------


def unescaped(text):
    """What Moodle makes of a text in GIFT format (its escapedchar_pre and escapedchar_post)."""
    text = text.replace("\\\\", "\0")
    text = re.sub(r"\\([:#={}~])", r"\1", text).replace("\\n", "\n")
    return text.replace("\0", "\\")


def imported(text):
    """A small reader of GIFT: title, question, options as (right, answer, feedback)."""
    pieces = re.fullmatch(r"::(.*?)(?<!\\)::\[html\](.*?)(?<!\\)\{\n(.*)\n\}\n", text, re.S)
    options = [re.fullmatch(r"([=~])(.*?)(?<!\\)#(.*)", line).groups() for line in pieces[3].split("\n")]
    return (
        unescaped(pieces[1]),
        unescaped(pieces[2]).strip(),
        [(mark == "=", unescaped(answer), unescaped(feedback)) for mark, answer, feedback in options],
    )


def test_a_question_survives_the_way_to_moodle(tmp_path):
    title, text, options = imported(papers.gift(good(tmp_path)))
    assert title == "3.1 A title"
    assert text == r"<p>What is {1}: \(\nabla f\), <code>a = 1</code> or 0.25?</p>"
    assert options[1] == (True, r"\(\frac{1}{4}\).", "so it is, 0.25.")
    assert options[2] == (False, "~1.", "that is too much.")


@each_bank
def test_every_bank_can_be_exported(path, made):
    written, asked = made[path.stem][f"{path.stem}.gift"], questions.read(path, 1)
    read_back = [imported(piece) for piece in re.split(r"(?<=^\}\n)\n", written, flags=re.M)]
    assert [title for title, _, _ in read_back] == [f"{q.number} {q.title}" for q in asked]
    assert [sum(right for right, _, _ in options) for _, _, options in read_back] == [1] * len(asked)
    assert "$" not in written.replace("\\$", "")


def test_a_seed_below_0_and_a_name_that_no_bank_has_are_refused(capsys):
    with pytest.raises(SystemExit):
        papers.main(["--seed", "-1"])
    assert "below 0" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="no bank begins with nothing"):
        papers.main(["nothing"])


# --- QTI 2.1 --------------------------------------------------------------------------------------

# Of the specification, what is used here: an element's attributes, and its children in their order. The whole of it, its
# XML Schema, was asked once, by hand: every file of every package is valid.
FLOW, INLINE = "(?:(?:p|div|pre|ol|ul|em|strong|code|br) )*", "(?:(?:em|strong|code|br) )*"
RULE = ("", "match setOutcomeValue setOutcomeValue ")
SHAPES = {
    "assessmentItem": (
        "identifier title adaptive timeDependent",
        "(?:responseDeclaration )+(?:outcomeDeclaration )+itemBody responseProcessing (?:modalFeedback )*",
    ),
    "responseDeclaration": ("identifier cardinality baseType", "correctResponse "),
    "outcomeDeclaration": ("identifier cardinality baseType", "(?:defaultValue )?"),
    "correctResponse": ("", "value "),
    "defaultValue": ("", "value "),
    "value": ("", ""),
    "itemBody": ("", "(?:(?:p|div|pre) )*choiceInteraction "),
    "choiceInteraction": ("responseIdentifier shuffle maxChoices", "(?:prompt )?(?:simpleChoice )+"),
    "simpleChoice": ("identifier", FLOW),
    "responseProcessing": ("", "(?:responseCondition )+"),
    "responseCondition": ("", "responseIf (?:responseElseIf )*(?:responseElse )?"),
    "responseIf": RULE,
    "responseElseIf": RULE,
    "match": ("", "variable baseValue "),
    "variable": ("identifier", ""),
    "baseValue": ("baseType", ""),
    "setOutcomeValue": ("identifier", "baseValue "),
    "modalFeedback": ("outcomeIdentifier identifier showHide", FLOW),
    "assessmentTest": ("identifier title", "(?:testPart )+"),
    "testPart": ("identifier navigationMode submissionMode", "(?:assessmentSection )+"),
    "assessmentSection": ("identifier title visible", "(?:assessmentItemRef )+"),
    "assessmentItemRef": ("identifier href", ""),
    "manifest": ("identifier", "metadata organizations resources "),
    "metadata": ("", "schema schemaversion "),
    "schema": ("", ""),
    "schemaversion": ("", ""),
    "organizations": ("", ""),
    "resources": ("", "(?:resource )+"),
    "resource": ("identifier type href", "(?:file )+(?:dependency )*"),
    "file": ("href", ""),
    "dependency": ("identifierref", ""),
    "div": ("", FLOW),
    "p": ("", INLINE),
    "pre": ("", INLINE),
    "em": ("", INLINE),
    "strong": ("", INLINE),
    "code": ("", ""),
    "br": ("", ""),
}


def plain(tree):
    """An element's name without its namespace."""
    return tree.tag.rpartition("}")[2]


def faults(text):
    """What of an XML file is not as the specification has it."""
    for element in ElementTree.fromstring(text).iter():
        name, children = plain(element), "".join(f"{plain(child)} " for child in element)
        if name not in SHAPES:
            yield f"no element is called {name}"
            continue
        attributes, order = SHAPES[name]
        given = {key for key, _ in element.items() if not key.startswith("{")}
        if given != set(attributes.split()):
            yield f"{name} has the attributes {sorted(given)}"
        if not re.fullmatch(order, children):
            yield f"{name} holds {children}"


def found(tree, name):
    return [element for element in tree.iter() if plain(element) == name]


@each_bank
def test_a_package_is_as_the_specification_has_it(path, made):
    package = made[path.stem][f"{path.stem}.qti.zip"]
    assert [(name, fault) for name, text in package.items() for fault in faults(text)] == []
    trees = {name: ElementTree.fromstring(text) for name, text in package.items()}
    manifest = trees["imsmanifest.xml"]
    assert any("imsqti_v2p1" in line for line in package["imsmanifest.xml"].splitlines()[:2])  # how Canvas knows it
    resources = {r.get("identifier"): r for r in found(manifest, "resource")}
    files = [file.get("href") for file in found(manifest, "file")]
    assert sorted([*files, "imsmanifest.xml"]) == sorted(package)
    assert all(r.get("href") == found(r, "file")[0].get("href") for r in resources.values())
    items = [name for name, r in resources.items() if r.get("type") == "imsqti_item_xmlv2p1"]
    assert [d.get("identifierref") for d in found(manifest, "dependency")] == items
    references = [(r.get("identifier"), r.get("href")) for r in found(trees["test.xml"], "assessmentItemRef")]
    assert references == [(name, f"{name}.xml") for name in items]
    assert [trees[file].get("identifier") for _, file in references] == items


def test_a_package_says_what_the_bank_says(tmp_path):
    package = papers.qti("bank", "A bank & more", [good(tmp_path)])
    item = ElementTree.fromstring(package["q3_1.xml"])
    assert item.get("title") == "3.1 A title"
    assert "".join(found(item, "div")[0].itertext()).strip() == r"What is {1}: \(\nabla f\), a = 1 or 0.25?"
    choices = {c.get("identifier"): "".join(c.itertext()) for c in found(item, "simpleChoice")}
    assert choices == {"A": "0.5.", "B": r"\(\frac{1}{4}\).", "C": "~1."}
    assert found(item, "correctResponse")[0][0].text == "B"
    why = {f.get("identifier"): "".join(f.itertext()).strip() for f in found(item, "modalFeedback")}
    assert why == {"why_A": "it is half.", "why_B": "so it is, 0.25.", "why_C": "that is too much."}
    rules = [*found(item, "responseIf"), *found(item, "responseElseIf")]
    assert [[value.text for value in found(rule, "baseValue")] for rule in rules] == [
        ["A", "0", "why_A"],
        ["B", "1", "why_B"],
        ["C", "0", "why_C"],
    ]
    assert ElementTree.fromstring(package["test.xml"]).get("title") == "A bank & more"


def test_a_package_that_is_not_as_the_specification_has_it_is_seen(tmp_path):
    text = papers.qti("bank", "A bank", [good(tmp_path)])["q3_1.xml"]
    for old, new, words in (
        (' adaptive="false"', "", "assessmentItem has the attributes"),
        ("<itemBody>", "<itemBody><em>a</em>", "itemBody holds em div choiceInteraction"),
        ("<code>a = 1</code>", "<tt>a = 1</tt>", "no element is called tt"),
        ("<setOutcomeValue", "<value/><setOutcomeValue", "responseIf holds"),
    ):
        assert old in text
        assert words in " ".join(faults(text.replace(old, new)))


def test_a_package_is_a_zip_that_python_can_read(capsys):
    papers.main(["03"])
    with ZipFile(papers.BUILD / "03_descent_and_ascent.qti.zip") as file:
        assert file.testzip() is None
        assert {"imsmanifest.xml", "test.xml", "q3_1.xml", "q3_10.xml"} <= set(file.namelist())
    assert "4 of them have other numbers" in capsys.readouterr().out


# --- sheets, key, slides --------------------------------------------------------------------------


def words(code):
    """HTML as text, a formula as its TeX."""
    code = re.sub(r'<img class="math" alt="([^"]*)"[^>]*>', r"\1", code)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", code)).split())


def read_sheet(page):
    """[(title, [answers])] of a sheet, in its order."""
    articles = re.findall(r"<article>(.*?)</article>", page, re.S)
    titles = [re.search(r"<h2>(\d+)\. (.*?)</h2>", article).groups() for article in articles]
    assert [int(n) for n, _ in titles] == [*range(1, len(articles) + 1)]
    options = [[words(o) for o in re.findall(r"<li>(.*?)</li>", article, re.S)] for article in articles]
    return [(words(title), answers) for (_, title), answers in zip(titles, options, strict=True)]


@each_bank
def test_the_sheets_have_other_orders_and_the_key_is_theirs(path, made):
    files, asked = made[path.stem], questions.read(path, 1)
    sheets = [read_sheet(files[f"{path.stem}_{sheet}.html"]) for sheet in "AB"]
    own = {words(papers.PAGE.renderInline(q.title)): q for q in asked}
    for sheet in sheets:
        assert sorted(title for title, _ in sheet) == sorted(own)
    rows = re.findall(
        r"<tr><td>\d\.\d+ (.*?)</td><td>(\d+) (\w)</td><td>(\d+) (\w)</td></tr>", files[f"{path.stem}_key.html"]
    )
    assert len(rows) == len(asked)
    for title, number_a, letter_a, number_b, letter_b in rows:
        question = own[words(title)]
        right = next(words(papers.PAGE.renderInline(o.answer)) for o in question.options if o.right)
        assert number_a != number_b
        assert letter_a != letter_b
        places = [(sheet[int(n) - 1], "ABCDEFGH".index(letter)) for sheet, n, letter in zip(sheets, (number_a, number_b), (letter_a, letter_b), strict=True)]  # fmt: skip
        for (at, answers), place in places:
            assert at == words(title)
            assert answers[place] == right
        (_, answers_a), (_, answers_b) = (at for at, _ in places)
        assert sorted(answers_a) == sorted(answers_b)
        assert all(a != b for a, b in zip(answers_a, answers_b, strict=True))


@each_bank
def test_a_sheet_tells_nothing_and_the_key_every_reason(path, made):
    files, asked = made[path.stem], questions.read(path, 1)
    reasons = [words(papers.PAGE.renderInline(o.reason)) for q in asked for o in q.options]
    key = words(files[f"{path.stem}_key.html"])
    assert all(reason in key for reason in reasons)
    for sheet in "AB":
        page = files[f"{path.stem}_{sheet}.html"]
        assert not any(reason in words(page) for reason in reasons)
        assert "✓" not in page
        assert 'class="right"' not in page
        assert f"Sheet {sheet}, seed 1." in page


@each_bank
def test_pages_need_no_network_and_every_formula_is_a_picture_with_words(path, made):
    for name, page in made[path.stem].items():
        if name.endswith(".html"):
            assert not re.search(r"(?:src|href)=\"(?!data:)|url\(|@import", page), name
            assert "$" not in words(re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.S))
            assert all(alt for alt in re.findall(r'<img class="math" alt="([^"]*)"', page))


def test_the_same_seed_gives_the_same_sheets_and_another_one_other_sheets():
    asked = [question for path, question in ASKED if path == BANKS[0]]
    orders = [[[q.number for q in sheet] for sheet in papers.two_orders(asked, seed)] for seed in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]


# --- the inventory's forms ------------------------------------------------------------------------


def test_the_forms_ask_twelve_questions_for_every_belief_in_other_numbers():
    a, b = inventory.items("A"), inventory.items("B")
    own = {question.number: question for _, question in ASKED}
    assert [q.number for q in a] == [q.number for q in b]
    assert len(a) == 12
    for first, second in zip(a, b, strict=True):
        assert len({first.text, second.text, own[first.number].text}) == 3, first.number
        assert [o.right for o in first.options] == [o.right for o in second.options]
    right = [next(o.letter for o in q.options if o.right) for q in a]
    assert max(map(right.count, right)) <= 4, "whoever says the same letter always must not look as if they knew"


def test_a_form_does_not_say_what_is_right():
    made = inventory.made()
    reasons = [words(papers.PAGE.renderInline(o.reason)) for _, q in ASKED for o in q.options]
    for form in "AB":
        page, notebook, gift = (made[f"inventory_{form}.{ending}"] for ending in ("html", "ipynb", "gift"))
        assert len(re.findall(r'type="radio"', page)) == sum(len(q.options) for q in inventory.items(form))
        assert notebook.count("answer_") == 12
        for text in (words(page), notebook, gift, *made[f"inventory_{form}.qti.zip"].values()):
            assert not any(reason in text for reason in reasons)
        assert all(words(papers.PAGE.renderInline(q.options[0].answer)) in words(page) for q in inventory.items(form))
        assert re.sub(r"<script>.*?</script>", "", page, flags=re.S).count("checked") == 0
        assert all(list(faults(text)) == [] for text in made[f"inventory_{form}.qti.zip"].values())
