"""A data set of real images, as large as asked: predict a pixel of a photograph from its neighbours.

Row i of an endless table is known from i alone. The table is written as images are scanned. Version
0 is the photograph, pixel after pixel along a line, line after line (every pixel that has all its
neighbours). Version v is the same photograph turned by v mod 4 quarters, mirrored where v mod 8 >= 4,
its grey made c·grey + s with a contrast c uniform in [½, 1] and a brightness s uniform in [0, 1 − c],
of (seed, v): that stays in [0, 1], with nothing cut off. So consecutive rows are neighbours in the
picture, hence alike; and more versions are more rows, not more photographs.

Source: the photograph of Grace Hopper (US Navy, public domain) in Matplotlib, ``grace_hopper.jpg``; grey by
Recommendation ITU-R BT.709-6 (2015), item 3.2; the regression of a pixel on those around it as in J. Besag,
"Spatial Interaction and the Statistical Analysis of Lattice Systems", J. R. Stat. Soc. B 36 (1974), 192-236.
"""

import errno
import os
import shutil
from contextlib import suppress
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gdlib.arguments import whole
from gdlib.scale.memory import size_in_bytes

__all__ = ["photograph", "remove", "rows", "write"]

CENTRE = 0.3  # taken off every floating grey value: about the photograph's mean, 0.296
BATCH = 4 << 20  # bytes made and written at once


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


def rows(start, stop, width=7, dtype="float64", seed=0):
    """Rows `start` to `stop` − 1 of the endless table: d = width² columns, and the target.

    start, stop : int, 0 <= start < stop
    width : int, odd, 3 to 511, of the patch, in pixels
    dtype : a floating type, grey − 0.3, about the mean (with grey itself the condition number of XᵀX
        is 2.6 times as large); or uint8, grey as 0 to 255
    seed : int >= 0, of contrast and brightness

    Returns a (stop − start, width² + 1) array: the width² − 1 neighbours line by line, the middle
    one left out; the constant 1; the target, the middle pixel. Wrong arguments raise TypeError or
    ValueError, which name the argument.

    >>> rows(0, 2, width=3, dtype="uint8")
    array([[27, 33, 39, 32, 33, 27, 26, 26,  1, 31],
           [33, 39, 40, 31, 36, 26, 26, 27,  1, 33]], dtype=uint8)
    """
    start = whole(start, "start", 0)
    stop, (width, dtype, seed) = whole(stop, "stop", start + 1), _table(width, dtype, seed)
    out, middle = np.empty((stop - start, width * width + 1), dtype), width * width // 2
    lines, columns = (side - width + 1 for side in photograph().shape)
    i = start
    while i < stop:
        version, pixel = divmod(i, lines * columns)
        image = _version(version, dtype, seed)
        y, x = divmod(pixel, image.shape[1] - width + 1)
        m = min(image.shape[1] - width + 1 - x, stop - i)  # what is left of this line
        patches = sliding_window_view(image[y : y + width, x : x + m + width - 1], (width, width)).reshape(m, -1)
        part = out[i - start : i - start + m]
        part[:, :middle], part[:, middle:-2] = patches[:, :middle], patches[:, middle + 1 :]
        part[:, -2], part[:, -1] = 1, patches[:, middle]
        i += m
    return out


def write(path, size, width=7, dtype="float64", seed=0, progress=None):
    """Write the first rows of the table to a ``.npy`` file; ``numpy.load`` opens it.

    size : int or str, bytes for rows, as 320_000_000 or "320 MB", "20 GB"; as many whole rows as fit
    width, dtype, seed : as in `rows`
    progress : bool, optional; a bar from the start, never, or (None) after a second

    Returns the path. Wrong arguments raise TypeError or ValueError, which name the argument. OSError
    (ENOSPC) where too little disk is free, before anything is written, or where the disk fails a
    write. A file that was there goes; who has it open keeps it. What could not be written to its
    end is removed, after Ctrl-C too; a killed process leaves a file that `numpy.load` refuses.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     np.load(write(folder + "/patches.npy", 1_000_000), mmap_mode="r").shape
    (2500, 50)
    """
    path, (width, dtype, seed) = Path(path), _table(width, dtype, seed)
    columns = width * width + 1
    row = columns * dtype.itemsize
    n = whole(size_in_bytes(size), "size", row) // row
    path.unlink(missing_ok=True)
    free = shutil.disk_usage(path.parent).free
    if n * row > free:
        needed = f"{n * row / 1e6:,.1f} MB are needed and {free / 1e6:,.1f} MB are free"
        raise OSError(errno.ENOSPC, needed, str(path))
    shape = {"shape": (n, columns), "fortran_order": False, "descr": np.lib.format.dtype_to_descr(dtype)}
    step = max(1, BATCH // row)
    try:
        with open(path, "wb") as file, _bar(path.name, n, progress) as bar:
            np.lib.format.write_array_header_1_0(file, shape)
            for start in range(0, n, step):
                stop = min(start + step, n)
                file.write(rows(start, stop, width, dtype, seed))
                bar.update(stop - start)
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


def _bar(name, total, progress):
    from tqdm import tqdm

    class Bar(tqdm):
        monitor_interval = 0  # no thread that watches it: a browser has none to give

    look = {"delay": 0 if progress else 1, "disable": progress is False, "leave": False}
    return Bar(desc=name, total=total, unit=" rows", unit_scale=True, **look)


@lru_cache(maxsize=1)
def _version(version, dtype, seed):
    """The photograph as that version scans it, in the numbers of the table."""
    grey = np.rot90(photograph(), version % 4)
    grey = grey[:, ::-1] if version % 8 >= 4 else grey
    if version:
        rng = np.random.default_rng((seed, version))
        contrast = rng.uniform(0.5, 1)
        grey = contrast * grey + rng.uniform(0, 1 - contrast)
    return np.ascontiguousarray(np.rint(255 * grey) if dtype.kind == "u" else grey - CENTRE, dtype)


def _table(width, dtype, seed):
    """The arguments that choose a table, checked."""
    width, seed = whole(width, "width", 3), whole(seed, "seed", 0)
    largest = min(photograph().shape) - 1
    if width % 2 == 0 or width > largest:
        raise ValueError(f"width must be odd, 3 to {largest}, got {width}")
    with suppress(TypeError):  # what is no type at all
        kind = np.dtype(dtype)
        if kind.kind == "f" or kind == np.uint8:
            return width, kind, seed
    raise TypeError(f"dtype must be a floating type or uint8, got {dtype!r}")
