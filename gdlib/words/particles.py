"""Korean particles after what a program puts in: a text says both, "{x}을(를)", and the sound before it chooses."""

import re

PAIRS = {  # what is written: (behind a consonant, behind a vowel)
    "을(를)": ("을", "를"),
    "를(을)": ("을", "를"),
    "이(가)": ("이", "가"),
    "가(이)": ("이", "가"),
    "은(는)": ("은", "는"),
    "는(은)": ("은", "는"),
    "과(와)": ("과", "와"),
    "와(과)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "(이)라": ("이라", "라"),
    "(이)에요": ("이에요", "예요"),
    "(이)나": ("이나", "나"),
}
VOWEL, CONSONANT, RIEUL = "vowel", "consonant", "ㄹ"
DIGITS = dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True))
LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "이비시디이프지치이이이엘엠엔오피큐알스티유이유스이트",
        strict=True,
    )
)
GREEK = {"ε": "론", "λ": "다", "θ": "타", "ν": "뉴", "π": "이", "φ": "이", "υ": "론", "ο": "론", "∞": "대", "%": "트"}
SILENT = re.compile(r"(?:</?\w[^<>]*>|[)\]}”’\"'`*$_|‖\s])+$")
UNIT = re.compile(r"(?<=[\d\s])(?:[KMGT]i?B|B)$")  # bytes: 바이트


def sound(text):
    """How what stands at the end of a text ends when it is read aloud: "vowel", "consonant" or "ㄹ"."""
    bare = SILENT.sub("", text)
    number = re.search(r"\d[\d,  ]*(\.\d+)?$", bare)
    if number and not number[1] and bare.endswith("0") and re.sub(r"\D", "", number[0]).strip("0"):
        return CONSONANT  # 십, 백, 천, 만, 억
    if UNIT.search(bare):
        return VOWEL
    last = bare[-1:]
    return final(DIGITS.get(last) or subscript(last) or GREEK.get(last) or LETTERS.get(last.lower()) or last)


def subscript(letter):
    """What is read for a small digit: one below, as in β₂, is a number; one above, as in x², is 제곱."""
    if letter in "₀₁₂₃₄₅₆₇₈₉":
        return DIGITS[str("₀₁₂₃₄₅₆₇₈₉".index(letter))] if letter else ""
    return {"ᵀ": "즈", "′": "임", "″": "임"}.get(letter) or ("곱" if letter in "⁰¹²³⁴⁵⁶⁷⁸⁹" else "")


def final(syllable):
    if not "가" <= syllable[-1:] <= "힣":
        return VOWEL
    rest = (ord(syllable[-1]) - ord("가")) % 28
    return VOWEL if not rest else RIEUL if rest == 8 else CONSONANT


def chosen(text):
    """A text with the particle that fits in place of each pair.

    >>> chosen("η을(를) 0.1(으)로, x²이(가)")
    'η를 0.1로, x²이'
    """
    pattern = "|".join(map(re.escape, sorted(PAIRS, key=len, reverse=True)))
    pieces = re.split(f"({pattern})", text)
    for n in range(1, len(pieces), 2):
        closed, opened = PAIRS[pieces[n]]
        ends = sound("".join(pieces[:n]))
        vowel = ends == VOWEL or (ends == RIEUL and pieces[n] == "(으)로")
        pieces[n] = opened if vowel else closed
    return "".join(pieces)
