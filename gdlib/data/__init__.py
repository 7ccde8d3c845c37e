"""What an installed gdlib brings with it: small real tables, whose origin and licence are in README.md beside
this file, and the exercises' questions, packed by `make exercises` from exercises/solutions."""

import io
from importlib.resources import files
from pathlib import Path
from zipfile import Path as Packed
from zipfile import ZipFile

__all__ = ["path", "questions"]


def path(name):
    """Where a table of this folder is, such as "penguins.csv".

    Raises
    ------
    ValueError
        There is no such file; the message names those that are there.

    Examples
    --------
    >>> path("penguins.csv").name
    'penguins.csv'
    """
    folder = Path(__file__).parent
    found = sorted(file.name for file in folder.iterdir() if file.suffix == ".csv")
    if name not in found:
        raise ValueError(f"name must be one of {', '.join(found)}, got {name!r}")
    return folder / name


def questions():
    """The folder of the exercises' sources, as it was packed into questions.zip.

    Examples
    --------
    >>> len(list(questions().iterdir()))
    6
    """
    return Packed(ZipFile(io.BytesIO((files(__name__) / "questions.zip").read_bytes())))
