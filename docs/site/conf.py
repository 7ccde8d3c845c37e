"""Sphinx's settings for the site; tools/pages/site.py stages the sources and calls it. Every asset is the site's own."""

import os
import re

repository = os.environ.get("GDLIB_REPOSITORY", "")  # owner/name on GitHub; set by the workflow, no address without it

project = "Gradient descent, hands on"
html_title = project
copyright = "its authors. Code: BSD 3-Clause. Text and pictures: CC BY 4.0"
language = "en"
root_doc = "index"
nitpicky = True
exclude_patterns = ["exercises/solutions"]  # linked as files, not as pages

extensions = ["myst_nb"]
nb_execution_mode = "off"  # the committed outputs are the ones that were tested
nb_ipywidgets_js = {}  # alive.js loads them
nb_render_markdown_format = "myst"  # the words that are folded with an answer hold formulas and links
nb_number_source_lines = False
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_update_mathjax = False
mathjax_path = "mathjax.js"
mathjax_config_path = "math.js"

html_theme = "sphinx_book_theme"
html_theme_options = {
    "footer_content_items": ["copyright.html"],
    "home_page_in_toc": True,
    "navbar_persistent": [],  # the search stands above the contents
    "navigation_with_keys": False,  # the arrows belong to the sliders
    "search_bar_text": "Search the course",
    "show_toc_level": 2,
    "use_download_button": False,  # tools/pages/site.py links each notebook as it is stored
    "use_edit_page_button": False,
    "repository_url": f"https://github.com/{repository}" if repository else "",
    "use_repository_button": bool(repository),
}
html_context = {"default_mode": "auto"}
html_favicon = "static/icon.svg"
html_static_path = ["static"]
templates_path = ["templates"]
html_css_files = ["style.css"]
html_js_files = [("alive.js", {"defer": "defer"}), ("search.js", {"defer": "defer"})]
html_copy_source = False
html_show_sphinx = False


def setup(app):
    app.connect("html-page-context", mend)


def mend(app, pagename, templatename, context, doctree):
    """For those who listen: a fold is named by the words it shows, the empty corner of a table is no heading, Korean is Korean."""
    body = context.get("body", "").replace('<summary aria-label="Toggle hidden content">', "<summary>")
    body = body.replace('<th class="head"><p></p></th>', "<td></td>")
    context["body"] = re.sub(r"(?<=>)[가-힣][가-힣, ]*(?=<)", r'<span lang="ko">\g<0></span>', body)
