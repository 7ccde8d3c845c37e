"""An archive that somebody handed in, listed and unpacked, by a process of its own with little memory and time.

    python -I unpack.py ARCHIVE FOLDER BYTES

Its files are written as numbers into FOLDER, so no name in it leads anywhere. Prints a line of JSON for each entry:
[its parts, the file in FOLDER or null, why it was left out or "", when it was changed]. A folder has one where it is empty.
"""

import json
import re
import resource
import stat
import subprocess
import sys
import time
import unicodedata
from itertools import pairwise
from pathlib import Path
from zipfile import BadZipFile, ZipFile

MEMORY, SECONDS = 2**29, 60
ENTRIES = 10_000
DEEPEST = 40
LARGEST = 50 * 2**20  # bytes of one file


def noted(text, **values):
    """As of gdlib.words, which would load NumPy here: what `reading.restored` takes."""
    return [text, values]


EMPTY = noted("There is no notebook in the folder: it is empty.")


def unpacked(archive, folder, room):
    """[(parts, path or None, why it was left out, time)] of an archive, and an explanation where it can't be read.

    room: the bytes that all of it may take. Nothing is run.
    """
    command = [sys.executable, "-I", __file__, str(archive), str(folder), str(room)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=2 * SECONDS)
        found = [json.loads(line) for line in done.stdout.splitlines()]
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return [], noted("The archive could not be read to its end.")
    entries = [(tuple(parts), path and Path(folder, path), why, at) for parts, path, why, at in found]
    if done.returncode == 0:
        return entries, ""
    try:
        return entries, json.loads(done.stderr)
    except ValueError:
        return entries, noted("It broke off.")


def called(info):
    """The name in an archive: in UTF-8 where it says so, else as Windows wrote it in Korea, or in the old code page."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437")
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            pass
    return info.filename


def placed(name):
    """The parts of a name, and why it can't be taken: it leads out of the archive."""
    parts = [part for part in unicodedata.normalize("NFC", name).replace("\\", "/").split("/") if part not in ("", ".")]
    out = ".." in parts or name.startswith(("/", "\\")) or bool(re.match(r"[A-Za-z]:", name))
    if len(parts) > DEEPEST:
        return [*parts[:3], "…", parts[-1]], noted("Too many folders in each other.")
    return parts or ["?"], noted("Its name leads out of the archive.") if out else ""


def main(archive, folder, room):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS,) * 2)
    with ZipFile(archive) as file:
        names = sorted(info.filename for info in file.infolist())
        full = {name for name, following in pairwise(names) if following.startswith(name)}
        for number, info in enumerate(file.infolist()):
            if number >= ENTRIES:
                ended(noted("Of its {n} files {most} were looked at.", n=len(file.infolist()), most=ENTRIES))
            if info.is_dir() and info.filename in full:
                continue
            parts, why = placed(called(info))
            why = why or (EMPTY if info.is_dir() else "")
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG) and not info.is_dir():
                why = noted("It is no plain file, so it was not opened.")
            path = None
            if not why:
                path = Path(folder, f"{number}{Path(parts[-1]).suffix[:12]}")
                try:
                    room, why = copied(file, info, path, room)
                except (OSError, RuntimeError, ValueError, NotImplementedError, BadZipFile, EOFError) as error:
                    why = noted("It can't be unpacked: {error}", error=str(error)[:180])
                except Exception as error:
                    why = noted("It can't be unpacked: {error}", error=type(error).__name__)
            at = time.mktime((*info.date_time, 0, 0, -1)) if 1980 < info.date_time[0] < 2100 else 0.0
            print(json.dumps([parts, None if why else path.name, why, at]))


def copied(file, info, path, room):
    """Write one entry; (the room that is left, why it was left out). A size that is declared is not believed."""
    most = min(LARGEST, room)
    with file.open(info) as source, path.open("wb") as target:
        while chunk := source.read(2**18):
            most -= len(chunk)
            room -= len(chunk)
            if most < 0:
                break
            target.write(chunk)
    if most >= 0:
        return room, ""
    path.unlink()
    return room, noted("Unpacked it is larger than {n} MiB, or all together are too large.", n=LARGEST >> 20)


def ended(note):
    """End this process, with a note for who started it."""
    sys.exit(json.dumps(note))


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    except (BadZipFile, OSError, ValueError, NotImplementedError, MemoryError) as error:
        ended(noted("It is no archive, or damaged: {error}", error=str(error)[:180]))
