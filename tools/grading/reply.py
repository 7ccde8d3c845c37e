"""What comes back from a student's code: text, measured before it is made into objects, and never more than can be judged."""

import math
import re

import numpy as np

from gdlib.checks import decode

ITEMS = 20_000  # values in an answer, an array's numbers included: the largest right one has some 2,000
DEEP = 32  # lists in lists
LETTERS = 10**7  # NumPy reserves for each of an answer's values what its longest text needs
KEYS = 6_000  # values, where there is a dict whose keys are no texts: two thousand pairs in it
DIGITS = 400  # of a whole number: no float is as large
FIELDS = {  # of the observations that `worker` makes
    "value": {"value": object},
    "raised": {"error": str, "text": str, "where": str},
    "changed": {"argument": int},
    "too long": {},
    "not attempted": {},
}
LARGE = {"kind": "raised", "error": "ValueError", "text": "what it returns is too large to be compared", "where": ""}

_TOKEN = re.compile(
    r'"\$array": "[^"]*"|"(?:[^"\\]|\\.)*"?|[\[\]{}]|-?\d[^\s,\]}:]*', re.S
)  # an open text ends with all, or each of its quotes would begin anew


def too_large(text):
    """Can an answer's JSON text not be judged within a budget of values, depth and length of texts?

    >>> too_large("[1, [2, 3]]"), too_large("[" * 40), too_large('["' + "x" * 5000 + '"' + ", 1" * 3000 + "]")
    (False, True, True)
    """
    depth, items, longest = 0, 0, 32
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token[0] in "]}":
            depth -= 1
            continue
        items += 1
        if token.startswith('"$array'):
            items += len(token) // 11  # base64 of eight bytes each
        elif token[0] == '"':
            longest = max(longest, len(token))
        else:
            depth += token[0] in "[{"
        if depth > DEEP or items > ITEMS or (token[0] not in '"[{' and len(token) > DIGITS):
            return True
    keys = items if '"$dict"' in text else 0  # numbers can be chosen so that a dict of them takes n² steps
    return items * longest > LETTERS or keys > KEYS


def arrays(value):
    """All arrays in plain data."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, list | tuple | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from arrays(inner)


def observation(text):
    """What a worker saw, of its JSON text, and its own texts cut short. Raises ValueError if it is no observation."""
    if too_large(text):
        return dict(LARGE)
    seen = decode(text)
    fields = FIELDS.get(seen.get("kind")) if isinstance(seen, dict) else None
    took = seen.get("seconds", 0.0) if fields is not None else None
    if fields is None or seen.keys() - {"seconds"} != {"kind", *fields} or not (isinstance(took, float) and took >= 0):
        raise ValueError("no observation")
    if not all(isinstance(seen[name], kind) for name, kind in fields.items()):
        raise ValueError("another kind of field")
    empty = (array for array in arrays(seen.get("value")) if array.size == 0)
    if any(math.prod(max(n, 1) for n in array.shape) > ITEMS // 100 for array in empty):
        return dict(LARGE)
    return seen | {name: seen[name][:300] for name, kind in fields.items() if kind is str}
