"""The walls of a sandbox: what bubblewrap (`bwrap`) shows of the machine, and which calls the kernel refuses."""

import contextlib
import functools
import os
import platform
import shutil
import struct
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import gdlib
from gdlib.words import language, noted

GDLIB = Path(gdlib.__file__).parent
PROJECT = Path(__file__).resolve().parents[2]
KEPT = {"bin", "sbin", "lib", "lib32", "lib64", "libexec", "share", "ssl", "pyvenv.cfg"}  # of /usr and of a Python
MIB = 2**20

#: What is missing without bubblewrap.
UNGUARDED = (
    noted("the network can be reached"),
    noted("files can be read and changed, those of others and the solutions included"),
    noted("other processes can be seen and ended, and some that it starts may outlive it"),
)
UNGUARDED_ROOT = noted("it runs as root: no limit on processes, and limits can be lifted")


def left_out(folder, names):
    """Those names in a folder of gdlib that no student's code may see: all of the checks but how they run it."""
    if Path(folder) == GDLIB / "checks":
        return {name for name in names if name != "runner"}
    return shutil.ignore_patterns("__pycache__", ".*", "questions*.zip")(folder, names)


@contextlib.contextmanager
def staged():
    """A folder with all that is seen of the course inside: gdlib and its tables, of its checks the runner alone."""
    with tempfile.TemporaryDirectory(prefix="gdlib-grading-") as folder:
        course = Path(folder) / "course"
        shutil.copytree(GDLIB, course / "gdlib", ignore=left_out)
        (course / "exercises").mkdir()
        for path in (Path(folder), course, *course.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield course


@functools.cache
def own(course):
    """This process's copy of what is staged: two notebooks that run at a time have no file of it in common."""
    return Path(shutil.copytree(course, course.with_name(f"course-{os.getpid()}"), dirs_exist_ok=True))


def shown():
    """The folders of the system and of Python that are seen inside."""
    prefixes = {sys.base_prefix, sys.prefix, *map(os.path.realpath, (sys.base_prefix, sys.prefix)), "/usr"}
    return {path for prefix in prefixes for path in Path(prefix).iterdir() if path.name in KEPT}


def concealed(hidden):
    """The folders and files that are not, wherever they lie: this project, each gdlib, and `hidden`."""
    others = [path for folder in shown() for path in folder.glob("python*/*-packages/gdlib")]
    return {Path(path).resolve() for path in (PROJECT, GDLIB, *others, *hidden)}


def view(hidden):
    """What `bwrap` is told of `shown` and `concealed`: the shallow ones first, so that the deeper ones count."""
    told, sealed, out = ["--dir", "/usr"], [], concealed(hidden)
    seen, ways = shown() - out, {Path("/"), Path("/usr")}
    for path in sorted(seen | out, key=lambda path: (len(path.parts), path)):
        if path in seen:
            for way in reversed(path.parents):  # to a Python in /home, and no look at what lies beside it
                told += [] if way in ways else ["--perms", "0111", "--dir", str(way)]
                ways.add(way)
            link = path.is_symlink()
            told += ["--symlink", str(path.readlink()), str(path)] if link else ["--ro-bind", str(path), str(path)]
        elif path.exists() and any(path.is_relative_to(other) for other in seen):
            told += ["--perms", "0111", "--tmpfs", str(path)] if path.is_dir() else ["--ro-bind", os.devnull, str(path)]
            sealed += ["--remount-ro", str(path)] if path.is_dir() else []
    return told + sealed


def wall(course, folder, hidden=()):
    """What `bwrap` is told.

    course: a folder as `staged` gives it. folder: MiB of files in each folder that can be written. hidden: what must not
    be seen even inside of a folder that must (a Python's, or /usr), besides this project.
    """
    tmpfs = ("--perms", "1777", "--size", str(folder * MIB), "--tmpfs")
    told = [f"--unshare-{what}" for what in ("ipc", "pid", "net", "uts", "cgroup-try")]
    told += ["--hostname", "sandbox", "--die-with-parent", "--new-session"]
    if os.geteuid():
        told += ["--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534"]
    else:  # a uid of its own, for the limit on processes does not hold for root's: worker.confine takes it
        told += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    for name in ("bin", "lib", "lib64", "sbin"):
        path = Path("/", name)
        if path.is_symlink():
            told += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            told += ["--ro-bind", str(path), str(path)]
    told += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    told += ["--proc", "/proc", "--dev", "/dev", *tmpfs, "/dev/shm", *tmpfs, "/tmp"]
    told += ["--dev-bind", "/dev/null", "/dev/zero"]  # shared, it would be memory that belongs to no process
    told += [*view(hidden), "--ro-bind", str(course), "/course", *tmpfs, "/course/exercises"]
    return [*told, "--chdir", "/course/exercises", "--remount-ro", "/dev", "--remount-ro", "/"]


LOAD, EQUAL, AT_LEAST, HAS, AND, GIVE = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06  # the filter's language: linux/filter.h
ALLOWED, IGNORED, DENIED, UNKNOWN, NO_FAMILY = (
    (GIVE, 0, 0, n) for n in (0x7FFF0000, 0x50000, 0x50001, 0x50026, 0x50061)
)
CALLS = tomllib.loads(Path(__file__).with_name("calls.toml").read_text("utf-8"))  # by platform.machine()


def forbidden():
    """A filter of system calls for `bwrap --seccomp`; b"" for a machine whose numbers are not known here.

    The format: seccomp(2). The arguments of a call stand from byte 16 on, eight bytes each.
    """
    if platform.machine() not in CALLS:
        return b""
    calls = CALLS[platform.machine()]
    lines = [
        (LOAD, 0, 0, 4),
        (EQUAL, 1, 0, calls["arch"]),
        DENIED,
        (LOAD, 0, 0, 0),
        (AT_LEAST, 0, 1, 0x40000000),
        DENIED,
    ]
    for kind, rule in {"memory": DENIED, "files": DENIED, "kernel": DENIED, "blind": UNKNOWN, "times": IGNORED}.items():
        for number in calls[kind].values():
            lines += [(EQUAL, 0, 1, number), rule]
    for name, rule in {
        "clone": [(LOAD, 0, 0, 16), (HAS, 0, 1, 0x10000000), DENIED],  # CLONE_NEWUSER
        "mmap": [(LOAD, 0, 0, 40), (AND, 0, 0, 0x21), (EQUAL, 0, 1, 0x21), DENIED],  # MAP_SHARED | MAP_ANONYMOUS
        "socket": [(LOAD, 0, 0, 16), (EQUAL, 1, 0, 1), NO_FAMILY],  # AF_UNIX, which asyncio needs, and no other
        # leases, notices, larger pipes, and who holds a lock: F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ, F_GETLK, F_OFD_GETLK
        "fcntl": [(LOAD, 0, 0, 24), *(x for n in (1024, 1026, 1031, 5, 36) for x in ((EQUAL, 0, 1, n), DENIED))],
    }.items():
        lines += [(EQUAL, 0, len(rule) + 1, calls["looked_at"][name]), *rule, ALLOWED]
    return b"".join(struct.pack("<HBBI", *line) for line in [*lines, ALLOWED])


def environment():
    """All that is known of the world inside, in process 1 too: it keeps what it was started with. What the checks say
    there is in the notebook's language, which marking speaks."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    fixed = {"HOME": "/tmp", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MPLBACKEND": "Agg", "MPLCONFIGDIR": "/tmp"}
    return threads | fixed | {"PYTHONDONTWRITEBYTECODE": "1", "GDLIB_LANGUAGE": language()}


def started(command, told=None, before=(), **options):
    """The process of a command, with nothing of our environment; inside of walls where `told` is what `wall` gives.

    What bwrap is told goes through a pipe: its command line can be read inside. before: begins the command outside.
    """
    streams = []
    try:
        for flag, data in (("--args", "\0".join(told or ()).encode()), ("--seccomp", forbidden())):
            if told and data:
                streams.append((flag, *os.pipe()))
                os.write(streams[-1][2], data)
                os.close(streams[-1][2])
        flags = [word for flag, got, _ in streams for word in (flag, str(got))]
        whole = [*before, shutil.which("bwrap") or "bwrap", *flags, *command] if told else [*before, *command]
        files = tuple(got for _, got, _ in streams)
        return subprocess.Popen(whole, env=environment(), pass_fds=files, start_new_session=True, **options)
    finally:
        for _, got, _ in streams:
            os.close(got)


def why_not():
    """Why there can be no sandbox here; "" where it can be."""
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed (Debian, Ubuntu: apt-get install bubblewrap)"
    with staged() as course:
        command = [sys.executable, "-I", "-c", "import numpy; print('inside')"]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        said, failed = started(command, wall(course, 64), **pipes).communicate(timeout=60)
    if said == "inside\n":
        return ""
    return f"bubblewrap is installed and does not work here: {(failed.strip().splitlines() or ['it says nothing'])[-1]}"
