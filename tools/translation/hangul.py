"""The font of Hangul: Nanum Gothic, as in the figures. A page brings the letters that it shows, so that they look alike
on every machine. It comes with the extra "korean"; without it the reader's own is taken."""

import base64
import io
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

LETTERS = re.compile("[\u3131-\u318e\uac00-\ud7a3]")
SAID = Path(__file__).resolve().parents[2] / "locale" / "said.txt"  # see edition.py
RANGE = "U+3131-318E, U+AC00-D7A3"
FILES = {"100 500": "NanumGothic.ttf", "600 900": "NanumGothicBold.ttf"}  # {weights: file}


def faces(text):
    """CSS that brings the Hangul letters of a text as the font "Hangul"; nothing where it has none."""
    coded = "".join(chr(int(code, 16)) for code in re.findall(r"\\u([\da-f]{4})", text))  # as JSON may have them
    letters, package = "".join(sorted({*LETTERS.findall(text + coded)})), find_spec("koreanize_matplotlib")
    if not letters or package is None:
        return ""
    folder = Path(package.origin).parent / "fonts"
    return "\n".join(
        f'@font-face {{ font-family: "Hangul"; font-weight: {weights}; font-display: swap; unicode-range: {RANGE};'
        f" src: url(data:font/woff;base64,{base64.b64encode(cut(folder / file, letters)).decode()}); }}"
        for weights, file in FILES.items()
    )


@cache
def cut(path, letters):
    """A font with these letters alone, as WOFF."""
    from fontTools import subset

    options = subset.Options(flavor="woff", hinting=False, layout_features=[])
    options.drop_tables += [f"TSI{n}" for n in "01235"]
    font, made = subset.load_font(str(path), options), io.BytesIO()
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    subset.save_font(font, made, options)
    return made.getvalue()


def said_later():
    """All that the explorers of a page may say, in the language of the edition; nothing in the English one."""
    return SAID.read_text("utf-8") if SAID.exists() else ""


def columns(line):
    """How wide a line of code is: a letter of Hangul takes two columns."""
    return len(line) + len(LETTERS.findall(line))


def with_faces(page, more=""):
    """A page of HTML that brings its Hangul letters, and those of what it may say later."""
    css = faces(page + more)
    return page.replace("</head>", f"<style>\n{css}\n</style>\n</head>", 1) if css else page
