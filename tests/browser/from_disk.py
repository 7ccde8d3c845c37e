"""Widgets on a page from disk, network off, no kernel: the case of the site and of the decks."""

import json
import os

import pytest
from ipywidgets.embed import embed_data

from pages import web

PAGE = """<!DOCTYPE html><html lang="en" data-theme="light"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Explorers</title>
<style>{style} html[data-theme=dark] body {{ background: #14181e; color: #ced6dd; }}</style>
<script src="require.js"></script><script src="embed-amd.js"></script><main><h1 id="top">Explorers</h1>{views}</main>
<script type="application/vnd.jupyter.widget-state+json">{state}</script></html>"""
CELL = '<div class="cell"><script type="application/vnd.jupyter.widget-view+json">{}</script></div>'


@pytest.fixture
def open_page(chromium, offline, tmp_path):
    """Opens widgets on a page from disk; fails on an error in the console or a request.

    `at` is what the address says after #; all other options are those of the browser's context: one of the page's own
    where they ask for another device."""
    if not all(path.exists() for path in web.SCRIPTS.values()):
        required = os.environ.get("GDLIB_BROWSER") == "required"
        (pytest.fail if required else pytest.skip)("the pages' libraries are not here: npm ci --prefix docs")
    wrong, opened = [], []

    def opener(*made, style="", at="", **options):
        write(tmp_path, made, style)
        if options.keys() <= {"viewport", "reduced_motion", "forced_colors"}:
            page = offline.new_page()
            page.set_viewport_size(options.pop("viewport", {"width": 1280, "height": 720}))
            page.emulate_media(**options)
        else:
            page = chromium.new_context(offline=True, **options).new_page()
        opened.append(page)
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: None if here(asked.url) else wrong.append(asked.url))
        page.goto((tmp_path / "page.html").as_uri() + at)
        page.locator(".gd").nth(len(made) - 1).wait_for(state="attached", timeout=60_000)
        return page

    yield opener
    for page in opened:
        page.evaluate("() => { try { localStorage.clear(); } catch {} }")  # the next reader has not been here
        page.close() if page.context is offline else page.context.close()
    assert not wrong, wrong


def here(url):
    return url.startswith(("file:", "blob:", "data:"))


def write(folder, made, style):
    """The page with these widgets, and the libraries that it needs."""
    for name, path in web.SCRIPTS.items():
        if not (folder / name).exists():
            (folder / name).symlink_to(path)
    data = json.loads(json.dumps(embed_data(views=list(made), drop_defaults=False), sort_keys=True))  # as notebooks do
    views = "".join(CELL.format(web.as_script(spec)) for spec in data["view_specs"])
    page = PAGE.format(style=style, views=views, state=web.as_script(data["manager_state"]))
    (folder / "page.html").write_text(page, encoding="utf-8")


def violations(page):
    """What axe-core finds wrong on the page."""
    page.add_script_tag(path=web.MODULES / "axe-core" / "axe.min.js")
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found]


def on_page(page, i=0):
    """Explorer i of the page, once it is drawn."""
    from lab import Explorer

    view = Explorer(page, page.locator(".cell").nth(i))
    view.shown()
    return view
