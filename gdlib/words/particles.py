"""Korean particles: which of 을 and 를 follows, by the last sound of what stands before. The explorers' JavaScript keeps
to the same tests/front/particles.json."""

import re
import unicodedata

_PAIR = re.compile(r"을\(를\)|이\(가\)|은\(는\)|과\(와\)|\([이으]\)")
_DIGITS = "영일이삼사오육칠팔구"
_ENDS = {  # what does not end in a vowel as it is read: a syllable that ends as it does
    **dict.fromkeys("lr", "엘"),
    **dict.fromkeys("mn", "엠"),
    **dict.fromkeys("εου", "론"),
    **dict.fromkeys("′", "임"),
    **dict.fromkeys("²³¹⁰⁴⁵⁶⁷⁸⁹", "곱"),  # to the power of
    **dict(zip("0123456789", _DIGITS, strict=True)),
}


def _ending(text):
    """A syllable that ends as a text does when it is read aloud, "" where there is nothing to read. Marks, tags and closing
    brackets are passed over, and a bracket after a Korean word with what is in it."""
    bare = re.sub(r"(?<=[가-힣])\([^()]*\)$", "", re.sub(r"<[^<>]*>", "", text.replace("</sup>", "²")))
    last = next((c for c in reversed(bare) if unicodedata.category(c)[0] in "LN" or c in "%°∞′"), "")
    if not last or "가" <= last <= "힣":
        return last
    if re.search(r"\d [ckm]?m$", bare):
        return "터"  # metres
    plain = last if last in _ENDS else unicodedata.normalize("NFKD", last)[0].lower()  # β₂ as β2, ŷ as y
    return _ENDS.get(plain, "이")


def chosen(text):
    """A text whose 을(를), 이(가), 은(는), 과(와), (이)라, (으)로 have become the one form that is right.

    >>> chosen("η을(를) 0.1(으)로, x²이(가)")
    'η를 0.1로, x²이'
    """

    def form(pair):
        syllable = _ending(text[: pair.start()])
        if not syllable:
            return pair[0]
        final = (ord(syllable) - ord("가")) % 28  # 0: none, 8: ㄹ
        closed, *opened = pair[0].replace("(", "").replace(")", "")
        return "".join(opened) if final == 0 or (final == 8 and closed == "으") else closed

    return _PAIR.sub(form, text)
