"""What gdlib says to readers, in their language: that of GDLIB_LANGUAGE, such as ko, or of `spoken`.

The code says it in English, `say("after {n} steps", n=3)`, or notes it, `noted("...")`, and says it later; the tables beside this file, made of locale/*/gdlib.po, say
what stands there in another language. What a table lacks is said in English.
"""

import json
import os
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from gdlib.words.particles import chosen

__all__ = ["Noted", "language", "languages", "noted", "same", "say", "spoken"]

_now = []  # the languages of `spoken`, the innermost last


def language():
    """The language that is spoken now, such as "en" or "ko"."""
    return _now[-1] if _now else os.environ.get("GDLIB_LANGUAGE") or "en"


def languages():
    """Those that can be spoken: English, and each that has a table."""
    return {"en", *(path.stem for path in Path(__file__).parent.glob("*.json"))}


class Noted(str):
    """An English text that `say` says in another language: as it was noted, and the values of its fields."""

    text, values = "", {}


def noted(text, **values):
    """The text in English, for `say` to say later, `values` in its fields: so that it is found by who translates.

    >>> noted("after {n} steps")
    'after {n} steps'
    >>> noted("after {n} steps", n=3)
    'after 3 steps'
    """
    made = Noted(text.format(**values) if values else text)
    made.text, made.values = text, values
    return made


def say(text, *places, **values):
    """A text in the language that is spoken, with `places` or `values` in its fields.

    >>> say("after {n} steps", n=3)
    'after 3 steps'
    """
    if isinstance(text, Noted):
        inner = {name: say(value) if isinstance(value, Noted) else value for name, value in text.values.items()}
        text, values = text.text, inner | values
    said = _table(language()).get(text, text)
    if places or values:
        said = said.format(*places, **values)
    return chosen(said) if language() == "ko" else said


@contextmanager
def spoken(name):
    """Speak that language within the block.

    >>> with spoken("ko"):
    ...     language()
    'ko'
    """
    _now.append(name)
    try:
        yield
    finally:
        _now.pop()


def same(one, other):
    """{a text without fields as it is said in one language: in the other one}."""
    texts = [*_table(one), *_table(other)]
    with spoken(one):
        said = [*map(say, texts)]
    with spoken(other):
        return dict(zip(said, map(say, texts), strict=True))


@cache
def _table(name):
    path = Path(__file__).with_name(f"{name}.json")
    return json.loads(path.read_text("utf-8")) if path.exists() else {}
