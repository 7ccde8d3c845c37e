"""Sphinx's settings for the site; tools/pages/site.py stages the sources and calls it. Every asset is the site's own."""

import os
import re
from pathlib import Path

from sphinx.search import SearchLanguage

from gdlib import words
from gdlib.words import say
from pages.web import address_of

project = say("Gradient descent, hands on")
html_title = project
copyright = say("its authors. Code: BSD 3-Clause. Text and pictures: CC BY 4.0")
language = words.language()
root_doc = "index"
nitpicky = True
exclude_patterns = ["exercises/solutions"]  # linked as files, not as pages

extensions = ["myst_nb"]
nb_execution_mode = "off"  # the committed outputs are the ones that were tested
nb_ipywidgets_js = {}  # alive.js loads them
nb_render_markdown_format = "myst"  # the words that are folded with an answer hold formulas and links
nb_number_source_lines = False
highlight_language = "none"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_heading_slug_func = address_of
myst_update_mathjax = False
mathjax_path = "mathjax.js"
mathjax_config_path = "math.js"

html_theme = "basic"  # only its search page: layout.html says what a page is, style.css how it looks
templates_path = ["templates"]
TYPE = Path(__file__).parents[1] / "node_modules" / "@fontsource" / "source-serif-4"
FACES = ("latin-400-normal", "latin-400-italic", "latin-600-normal", "greek-400-normal")
html_static_path = ["static", *(f"{TYPE}/files/source-serif-4-{face}.woff2" for face in FACES), f"{TYPE}/LICENSE"]
html_favicon = "static/icon.svg"
html_css_files = ["style.css"]
html_js_files = [("alive.js", {"defer": "defer"}), ("page.js", {"defer": "defer"}), ("search.js", {"defer": "defer"})]
html_context = {
    "repository": os.environ.get("GDLIB_REPOSITORY", ""),  # owner/name on GitHub; set by the workflow
    "lectures": {  # the bar above each page
        "notebooks/01_differentiation": say("Slope"),
        "notebooks/02_gradient_vectors": say("Gradient"),
        "notebooks/03_descent_and_ascent": say("Descent"),
        "notebooks/04_linear_regression": say("Regression"),
        "notebooks/05_mini_batches": say("Batches"),
        "notebooks/06_hardware_and_memory": say("Memory"),
        "notebooks/07_momentum_and_adam": say("Momentum"),
    },
    "told": {  # what page.js says
        "light": say("Colours: light. Change them"),
        "dark": say("Colours: dark. Change them"),
        "system": say("Colours: as the system. Change them"),
        "copy": say("Copy"),
        "copied": say("Copied"),
        "found": say("Search finished, found ${resultCount} pages."),
        "refused": say("Not allowed here"),
    },
}
html_copy_source = False
html_use_index = False
suppress_warnings = ["config.cache"]  # of a function, which is not kept from one build to the next
EDITIONS = {"en": ("English", "./"), "ko": ("한국어", "ko/")}  # {language: (its name, where its site lies in the English one)}


# What stands behind a Korean word of two letters or more.
PARTICLES = "으로|에서|에게|부터|까지|처럼|보다|이에요|예요|해요|한다|하는|하고|은|는|이|가|을|를|의|에|로|와|과|도|만"


class Korean(SearchLanguage):
    """Words without the particle behind them: who looks for 손실 finds 손실을."""

    lang, language_name = "ko", "Korean"
    js_stemmer_code = (
        "var Stemmer = function () { this.stemWord = (word) => "
        f'word.replace(/^([가-힣]{{2,}}?)(?:{PARTICLES})$/, "$1"); }};'
    )

    def stem(self, word):
        return re.sub(rf"^([가-힣]{{2,}}?)(?:{PARTICLES})$", r"\1", word.lower())


def setup(app):
    app.connect("html-page-context", mend)
    app.add_search_language(Korean)


def mend(app, pagename, templatename, context, doctree):
    """For those who listen: a fold is named by the words it shows, the empty corner of a table is no heading, Korean is
    Korean. And a table that is too wide scrolls by itself."""
    up = "./" if language == "en" else "../"
    context["editions"] = [(code, name, up + at) for code, (name, at) in EDITIONS.items() if code != language]
    context["say"] = say
    body = context.get("body", "").replace('<summary aria-label="Toggle hidden content">', "<summary>")
    body = body.replace('<th class="head"><p></p></th>', "<td></td>")
    body = re.sub(r"<table.*?</table>", r'<div class="gd-table">\g<0></div>', body, flags=re.S)
    body = body.replace('title="Link to this heading"', f'title="{say("Link to this heading")}"')
    toc = context.get("toc", "")
    for section, names in re.findall(r'<section id="([^"]+)">\n((?:<span id="[^"]+"></span>)+)', body):
        address = re.findall(r'"([^"]+)"', names)[-1]  # that of address_of; docutils's own is a number in Korean
        swapped = names.replace(f'id="{address}"', f'id="{section}"')
        body = body.replace(f'<section id="{section}">\n{names}', f'<section id="{address}">\n{swapped}')
        body, toc = (part.replace(f'href="#{section}"', f'href="#{address}"') for part in (body, toc))
    context["toc"] = toc
    if language != "ko":
        body = re.sub(r"(?<=>)[가-힣][가-힣, ]*(?=<)", r'<span lang="ko">\g<0></span>', body)
    context["body"] = body
