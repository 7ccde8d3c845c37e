"""What pages and explorers say, in the language of the edition that is tested."""

import json
from pathlib import Path

from gdlib.words import language, say

ROOT = Path(__file__).parents[2]
COURSE = ROOT if (ROOT / "locale" / "ko").exists() else ROOT.parents[1]
TABLE = COURSE / "locale" / language() / "front.json"  # of the explorers' words; in English there is none
FRONT = json.loads(TABLE.read_text("utf-8")) if TABLE.exists() else {}


def said(text):
    """A text of a page, a deck or an explorer as it is said here, without marks of HTML."""
    return (FRONT.get(text) or say(text)).replace("<b>", "").replace("</b>", "")
