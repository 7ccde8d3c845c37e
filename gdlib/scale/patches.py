"""A data set of real images, as large as asked: predict a pixel of a photograph from its neighbours.

Row i of an endless table is known from i alone. The table is written as images
are scanned. Version 0 is the photograph, pixel after pixel along a line, line
after line (every pixel that has all its neighbours). Version v is the same
photograph turned by v mod 4 quarters, mirrored where v mod 8 >= 4, its grey made
c·grey + s with a contrast c uniform in [½, 1] and a brightness s uniform in
[0, 1 − c], of (seed, v): that stays in [0, 1], with nothing cut off. So
consecutive rows are neighbours in the picture, hence alike; and more versions
are more rows, not more photographs.

Source: the photograph of Grace Hopper (US Navy, public domain) in Matplotlib, ``grace_hopper.jpg``; grey by
Recommendation ITU-R BT.709-6 (2015), item 3.2; the regression of a pixel on those around it as in J. Besag,
"Spatial Interaction and the Statistical Analysis of Lattice Systems", J. R. Stat. Soc. B 36 (1974), 192-236.
"""

import errno
import glob
import hashlib
import io
import os
import shutil
from contextlib import suppress
from functools import cache, lru_cache, partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gdlib.minibatch import progress_bar

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

__all__ = ["photograph", "remove", "rows", "write"]

CENTRE = 0.3  # taken off every floating grey value: about the photograph's mean, 0.296
BATCH = 4 << 20  # bytes made and written at once


@cache
def photograph():
    """Grey values 0.2126 R + 0.7152 G + 0.0722 B, (600, 512) float64 from 0 (black) to 1 (white), read-only.

    Examples
    --------
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

    Parameters
    ----------
    start, stop : int, 0 <= start < stop
    width : int, odd, 3 to 511
        Of the patch, in pixels.
    dtype : a floating type, or uint8
        Floating: grey − 0.3, about the mean (with grey itself the condition
        number of XᵀX is 2.6 times as large). uint8: grey as 0 to 255.
    seed : int >= 0
        Of contrast and brightness.

    Returns
    -------
    (stop − start, width² + 1) array
        The width² − 1 neighbours line by line, the middle one left out; the
        constant 1; the target, the middle pixel.

    Raises
    ------
    TypeError, ValueError
        The message names the argument.

    Examples
    --------
    >>> rows(0, 2, width=3, dtype="uint8")
    array([[27, 33, 39, 32, 33, 27, 26, 26,  1, 31],
           [33, 39, 40, 31, 36, 26, 26, 27,  1, 33]], dtype=uint8)
    """
    start = _whole(start, "start", 0)
    stop, (width, dtype, seed) = _whole(stop, "stop", start + 1), _table(width, dtype, seed)
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
    """Write the first rows of the table to a ``.npy`` file of about `size` bytes; ``numpy.load`` opens it.

    The rows go into a ``.part`` file beside it, which is renamed once it is
    whole. After Ctrl-C or a kill the same call goes on from the part's last
    whole row. A whole file of these rows is left as it is, another one replaced.

    Parameters
    ----------
    path : str or path
    size : int or str
        Bytes for rows, as 320_000_000 or "320 MB", "20 GB", "2 GiB"; as many whole rows as fit.
    width, dtype, seed
        As in `rows`.
    progress : bool, optional
        A bar from the start, never, or (None) after a second.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    OSError
        ENOSPC before anything is written: too little disk is free. Or the disk
        failed a write, perhaps because it is full by now; the part is removed.
    BlockingIOError
        Another process is writing the same rows to the same path.
    TypeError, ValueError
        The message names the argument.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     np.load(write(folder + "/patches.npy", 1_000_000), mmap_mode="r").shape
    (2500, 50)
    """
    from gdlib.scale.memory import size_in_bytes

    path, (width, dtype, seed) = Path(path), _table(width, dtype, seed)
    table = partial(rows, width=width, dtype=dtype, seed=seed)
    row = table(0, 1).nbytes
    n = _whole(size_in_bytes(size), "size", row) // row
    header = _header(n, width, dtype)
    total = len(header) + n * row
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "path must name a file, and this is a folder", str(path))
    if _is_whole(path, header, n, table):
        return path
    digest = hashlib.sha256(repr((n, width, dtype.str, seed)).encode()).hexdigest()[:12]
    part = path.with_name(f"{path.name}.{digest}.part")
    needed, free = total - _size(part), shutil.disk_usage(path.parent).free
    if needed > free:
        raise OSError(errno.ENOSPC, f"{needed / 1e6:,.1f} MB are needed and {free / 1e6:,.1f} MB are free", str(path))
    with open(part, "r+b", buffering=0, opener=lambda name, flags: os.open(name, flags | os.O_CREAT, 0o666)) as file:
        _lock(file)
        done = _whole_rows(file, header, n, table)
        try:
            _fill(file, header, done, n, table, path.name, progress)
        except OSError as error:
            file.close()
            part.unlink(missing_ok=True)
            what = f"{error.strerror}: {total / 1e6:,.1f} MB could not be written; the unfinished part was removed"
            raise OSError(error.errno, what, str(path)) from error
    try:
        os.replace(part, path)
    except FileNotFoundError:
        if not _is_whole(path, header, n, table):  # whole: another process finished the same file first
            raise
    return path


def remove(path):
    """Delete the file and every part of it: the bytes that this frees, 0 where there is nothing."""
    path, freed = Path(path), 0
    for file in (path, *path.parent.glob(f"{glob.escape(path.name)}.{'[0-9a-f]' * 12}.part")):
        freed += _size(file)
        file.unlink(missing_ok=True)
    return freed


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


def _size(path):
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def _header(n, width, dtype):
    stream = io.BytesIO()
    shape = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (n, width * width + 1)}
    np.lib.format.write_array_header_1_0(stream, shape)
    return stream.getvalue()


def _whole_rows(file, header, n, table):
    """With how many whole rows of the table a file begins; 0 where its header, first or last one is another."""
    row = table(0, 1).nbytes
    k = min(n, (os.fstat(file.fileno()).st_size - len(header)) // row)
    if k < 1 or file.read(len(header)) != header or file.read(row) != table(0, 1).tobytes():
        return 0
    file.seek(len(header) + (k - 1) * row)
    return k if file.read(row) == table(k - 1, k).tobytes() else 0


def _is_whole(path, header, n, table):
    if _size(path) != len(header) + n * table(0, 1).nbytes:
        return False
    with open(path, "rb") as file:
        return _whole_rows(file, header, n, table) == n


def _lock(file):
    """Until the file is closed no other process writes it. (Without a lock both write the same bytes.)"""
    try:
        if hasattr(fcntl, "flock"):  # not in the empty one of JupyterLite
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BlockingIOError(errno.EAGAIN, "another process is writing these rows", str(file.name)) from None
    except OSError:  # a file system without locks
        pass


def _fill(file, header, done, n, table, name, progress):
    """Rows `done` to n − 1 into their place, then onto the disk itself."""
    row = table(0, 1).nbytes
    step, look = max(1, BATCH // row), {"delay": 0 if progress else 1, "disable": progress is False, "leave": False}
    with progress_bar(desc=name, total=n * row, initial=done * row, unit="B", unit_scale=True, **look) as bar:
        file.seek(0)
        _put(file, header)
        file.seek(len(header) + done * row)
        for start in range(done, n, step):
            batch = table(start, min(start + step, n))
            _put(file, batch.reshape(-1).view(np.uint8))
            bar.update(batch.nbytes)
        file.truncate(len(header) + n * row)
        os.fsync(file.fileno())


def _put(file, data):
    view = memoryview(data)
    while view:  # a full disk first takes a part of it
        view = view[file.write(view) :]


def _table(width, dtype, seed):
    """The arguments that choose a table, checked."""
    width, seed = _whole(width, "width", 3), _whole(seed, "seed", 0)
    largest = min(photograph().shape) - 1
    if width % 2 == 0 or width > largest:
        raise ValueError(f"width must be odd, 3 to {largest}, got {width}")
    with suppress(TypeError):
        if np.dtype(dtype).kind == "f" or np.dtype(dtype) == np.uint8:
            return width, np.dtype(dtype), seed
    raise TypeError(f"dtype must be a floating type or uint8, got {dtype!r}")


def _whole(value, name, least):
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be {least} or more, got {value!r}")
    return int(value)
