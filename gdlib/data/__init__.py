"""What an installed gdlib brings with it: small real tables, whose origin and licence are in README.md beside
this file, and the exercises' questions in each language, packed by `make exercises` and `make translate`."""

import io
from pathlib import Path
from zipfile import Path as Packed
from zipfile import ZipFile

__all__ = ["path", "questions"]

_HERE = Path(__file__).parent


def path(name):
    """Where a table of this folder is. ValueError names those that there are.

    >>> path("penguins.csv").name
    'penguins.csv'
    """
    found = sorted(file.name for file in _HERE.glob("*.csv"))
    if name not in found:
        raise ValueError(f"name must be one of {', '.join(found)}, got {name!r}")
    return _HERE / name


def questions(language="en"):
    """The folder of the exercises' sources, as it was packed; the English ones where a language has none.

    >>> len(list(questions().iterdir()))
    7
    """
    packed = _HERE / f"questions.{language}.zip"
    return Packed(ZipFile(io.BytesIO((packed if packed.exists() else _HERE / "questions.zip").read_bytes())))
