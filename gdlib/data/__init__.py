"""What an installed gdlib brings with it: small real tables, whose origin and licence are in README.md beside
this file, and the exercises' questions, packed by `make exercises` from exercises/solutions."""

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


def questions():
    """The folder of the exercises' sources, as it was packed into questions.zip.

    >>> len(list(questions().iterdir()))
    7
    """
    return Packed(ZipFile(io.BytesIO((_HERE / "questions.zip").read_bytes())))
