"""Small real tables, each with its origin and licence in README.md beside this file."""

from pathlib import Path

__all__ = ["path"]


def path(name):
    """Where a file of this folder is, such as "penguins.csv".

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
