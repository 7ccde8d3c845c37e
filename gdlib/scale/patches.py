"""A data set of real images, as large as asked: predict a pixel of a photograph from its neighbours.

Row i of an endless table is known from i alone: the 48 neighbours of a pixel, 7 × 7 without the
middle, line by line; the constant 1; the target, the middle pixel. Each grey less 0.3, about the mean:
with grey itself XᵀX of version 0 has 2.6 times the condition number.

The table is written as images are scanned. Version 0 is the photograph, pixel after pixel along a
line, line after line (every pixel that has all its neighbours). Version v is the same photograph
turned by v mod 4 quarters, mirrored where v mod 8 >= 4, its grey made c·grey + s with a contrast c
uniform in [½, 1] and a brightness s uniform in [0, 1 − c]: that stays in [0, 1], with nothing cut
off. So consecutive rows are neighbours in the picture, hence alike; and more versions are more rows,
not more photographs.

Source: the photograph of Grace Hopper (US Navy, public domain) in Matplotlib, ``grace_hopper.jpg``; grey by
Recommendation ITU-R BT.709-6 (2015), item 3.2; the regression of a pixel on those around it as in J. Besag,
"Spatial Interaction and the Statistical Analysis of Lattice Systems", J. R. Stat. Soc. B 36 (1974), 192-236.
"""

import errno
import os
import shutil
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gdlib.arguments import whole
from gdlib.scale.memory import size_in_bytes

__all__ = ["photograph", "remove", "rows", "write"]

WIDTH = 7  # of a patch, in pixels
COLUMNS = WIDTH**2 + 1
CENTRE = 0.3  # taken off every grey value: about the photograph's mean, 0.296
STEP = 10_000  # rows made and written at once: 4 MB


@cache
def photograph():
    """Grey values 0.2126 R + 0.7152 G + 0.0722 B, (600, 512) float64 from 0 (black) to 1 (white), read-only.

    >>> photograph().shape, round(float(photograph().mean()), 3)
    ((600, 512), 0.296)
    """
    from PIL import Image  # Matplotlib depends on Pillow

    folder = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "sample_data"
    with Image.open(folder / "grace_hopper.jpg") as image:
        grey = np.asarray(image.convert("RGB")) @ np.array([2126, 7152, 722]) / (255 * 10_000)
    grey.flags.writeable = False
    return grey


def rows(start, stop):
    """Rows `start` to `stop` − 1 of the endless table, (stop − start, 50) float64; the last column is the target.

    TypeError or ValueError, which name the argument, unless these are whole numbers, 0 <= start < stop.

    >>> rows(0, 2)[:, [0, 1, 47, 48, 49]].round(2)
    array([[-0.19, -0.17, -0.17,  1.  , -0.14],
           [-0.17, -0.15, -0.19,  1.  , -0.16]])
    """
    start = whole(start, "start", 0)
    stop = whole(stop, "stop", start + 1)
    out, middle = np.empty((stop - start, COLUMNS)), WIDTH**2 // 2
    lines, columns = (side - WIDTH + 1 for side in photograph().shape)
    i = start
    while i < stop:
        version, pixel = divmod(i, lines * columns)
        image = _version(version)
        y, x = divmod(pixel, image.shape[1] - WIDTH + 1)
        m = min(image.shape[1] - WIDTH + 1 - x, stop - i)  # what is left of this line
        strip = image[y : y + WIDTH, x : x + m + WIDTH - 1]
        patches = sliding_window_view(strip, (WIDTH, WIDTH)).reshape(m, -1)
        part = out[i - start : i - start + m]
        part[:, :middle], part[:, middle:-2] = patches[:, :middle], patches[:, middle + 1 :]
        part[:, -2], part[:, -1] = 1, patches[:, middle]
        i += m
    return out


@lru_cache(maxsize=1)
def _version(version):
    """The photograph as that version scans it, less CENTRE."""
    grey = np.rot90(photograph(), version % 4)
    grey = grey[:, ::-1] if version % 8 >= 4 else grey
    if version:
        rng = np.random.default_rng((0, version))
        contrast = rng.uniform(0.5, 1)
        grey = contrast * grey + rng.uniform(0, 1 - contrast)
    return np.ascontiguousarray(grey - CENTRE)


def write(path, size):
    """Write the first rows of the table to a ``.npy`` file, and return its path; ``numpy.load`` opens it.

    size : int or str, bytes for rows, as 320_000_000 or "320 MB", "20 GB"; as many whole rows as fit

    A size that is none raises ValueError. OSError (ENOSPC) where too little disk is free, before
    anything is written, or where the disk fails a write. A file that was there goes; who has it
    open keeps it (on Windows that is an OSError). What could not be written to its end is removed,
    after Ctrl-C too; a killed process leaves a file that `numpy.load` refuses.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     np.load(write(folder + "/patches.npy", 1_000_000), mmap_mode="r").shape
    (2500, 50)
    """
    path, row = Path(path), COLUMNS * 8
    n = whole(size_in_bytes(size), "size", row) // row
    path.unlink(missing_ok=True)
    free = shutil.disk_usage(path.parent).free
    if n * row > free:
        needed = f"{n * row / 1e6:,.1f} MB are needed and {free / 1e6:,.1f} MB are free"
        raise OSError(errno.ENOSPC, needed, str(path))
    try:
        with open(path, "wb") as file:
            header = {"descr": np.dtype(float).str, "fortran_order": False, "shape": (n, COLUMNS)}
            np.lib.format.write_array_header_1_0(file, header)
            for start in range(0, n, STEP):
                file.write(rows(start, min(start + STEP, n)))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise
    return path


def remove(path):
    """Delete the file: the bytes that this frees."""
    path = Path(path)
    freed = path.stat().st_size if path.exists() else 0
    path.unlink(missing_ok=True)
    return freed
