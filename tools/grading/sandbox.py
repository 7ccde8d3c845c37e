"""One process that runs what a student wrote: no network, hardly any files, little of everything, and an end.

The walls are bubblewrap's (`bwrap`: namespaces of the kernel), the limits the kernel's (setrlimit); this process watches
the memory of all that runs inside together, and the clock.
"""

import contextlib
import json
import os
import platform
import secrets
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

import gdlib
from gdlib.checks import decode
from gdlib.checks.runner.limits import WAITING

GDLIB = Path(gdlib.__file__).parent
MIB = 2**20
GRACE = 1.5  # seconds that a process has to obey its own alarm
UIDS = 2_000_000_000  # beyond those that systems give to anybody

#: What is missing without bubblewrap.
UNGUARDED = (
    "the network can be reached",
    "files can be read and changed, those of others and the solutions included",
    "other processes can be seen and ended, and some that it starts may outlive it",
)
UNGUARDED_ROOT = "it runs as root: no limit on processes, and limits can be lifted"

START = "import sys; sys.path.insert(0, {!r}); from gdlib.checks.runner import worker; worker.main()"


@dataclass(frozen=True)
class Limits:
    """memory, file (largest) and folder in MiB; seconds for a notebook and for a cell."""

    memory: int = 2048
    processes: int = 32
    file: int = 32
    folder: int = 64
    seconds: float = 150.0
    cell: float = 10.0
    reply: int = MIB


class Broken(Exception):
    """The process is gone. `why` is one of "too long", "over", "memory", "ended" and "meddled"."""

    def __init__(self, why, text):
        super().__init__(text)
        self.why = why


def left_out(folder, names):
    """Those names in a folder of gdlib that no student's code may see: all of the checks but how they run it."""
    if Path(folder) == GDLIB / "checks":
        return {name for name in names if name != "runner"}
    return shutil.ignore_patterns("__pycache__", ".*", "questions.zip")(folder, names)


@contextlib.contextmanager
def staged():
    """A folder with all that is seen of the course inside: gdlib and its tables, of its checks the runner alone."""
    with tempfile.TemporaryDirectory(prefix="gdlib-grading-") as folder:
        course = Path(folder)
        shutil.copytree(GDLIB, course / "gdlib", ignore=left_out)
        (course / "exercises").mkdir()
        for path in (course, *course.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield course


def wall(course, limits, hidden=()):
    """The command that begins every sandbox: `bwrap` and what it is told.

    Start it with `environment`, and no other: it stays process 1 inside, where all can be read that it was started with.
    course: what `staged` gives. hidden: folders that must not be seen even inside of one that must (a Python's, or /usr).
    """
    libraries = {sys.base_prefix, sys.prefix, *map(os.path.realpath, (sys.base_prefix, sys.prefix))}
    seen = [Path("/usr"), *(Path(p) for p in sorted(libraries) if not Path(p).is_relative_to("/usr"))]
    tmpfs = ("--perms", "1777", "--size", str(limits.folder * MIB), "--tmpfs")
    unshared = [f"--unshare-{what}" for what in ("ipc", "pid", "net", "uts", "cgroup-try")]
    command = [shutil.which("bwrap"), *unshared, "--die-with-parent", "--new-session"]
    if os.geteuid():
        command += ["--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534"]
    else:  # a uid of its own, for the limit on processes does not hold for root's: worker.confine takes it
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    for name in ("bin", "lib", "lib64", "sbin"):
        path = Path("/", name)
        if path.is_symlink():
            command += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            command += ["--ro-bind", str(path), str(path)]
    command += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    command += ["--proc", "/proc", "--dev", "/dev", *tmpfs, "/dev/shm", *tmpfs, "/tmp"]
    for path in seen:
        for parent in [*reversed(path.parents)][1:]:  # the way to a Python in /home, and no look at what lies beside it
            command += ["--perms", "0111", "--dir", str(parent)]
        command += ["--ro-bind", str(path), str(path)]
    for path in map(Path.resolve, map(Path, hidden)):
        if any(path.is_relative_to(mounted) for mounted in seen) and path.exists():
            command += ["--perms", "0000", "--tmpfs", str(path), "--remount-ro", str(path)]
    command += ["--ro-bind", str(course), "/course", *tmpfs, "/course/exercises", "--chdir", "/course/exercises"]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/"]


def forbidden():
    """A filter of system calls for `bwrap --seccomp`: memory that belongs to no process, and namespaces of one's own.

    b"" for a machine whose numbers are not known here. The format: seccomp(2), linux/filter.h.
    """
    machines = {  # AUDIT_ARCH; clone; shmget, memfd_create, unshare, setns, bpf, userfaultfd, perf_event_open, add_key, keyctl
        "x86_64": (0xC000003E, 56, (29, 319, 272, 308, 321, 323, 298, 248, 250)),
        "aarch64": (0xC00000B7, 220, (194, 279, 97, 268, 280, 282, 241, 217, 219)),
    }
    if platform.machine() not in machines:
        return b""
    arch, clone, numbers = machines[platform.machine()]
    load, equal, at_least, has, give = 0x20, 0x15, 0x35, 0x45, 0x06
    denied, unknown, allowed = (give, 0, 0, 0x50001), (give, 0, 0, 0x50026), (give, 0, 0, 0x7FFF0000)
    lines = [(load, 0, 0, 4), (equal, 1, 0, arch), denied, (load, 0, 0, 0), (at_least, 0, 1, 0x40000000), denied]
    for number in (*numbers, 425):  # and io_uring_setup
        lines += [(equal, 0, 1, number), denied]
    lines += [(equal, 0, 1, 435), unknown]  # clone3, whose flags can't be seen: the C library then takes clone
    lines += [(equal, 0, 3, clone), (load, 0, 0, 16), (has, 0, 1, 0x10000000), denied, allowed]  # CLONE_NEWUSER
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


def environment():
    """All that is known of the world inside."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    fixed = {"HOME": "/tmp", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MPLBACKEND": "Agg", "MPLCONFIGDIR": "/tmp"}
    return threads | fixed | {"PYTHONDONTWRITEBYTECODE": "1"}


def why_not():
    """Why there can be no sandbox here; "" where it can be."""
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed (Debian, Ubuntu: apt-get install bubblewrap)"
    with staged() as course:
        command = [*wall(course, Limits()), sys.executable, "-I", "-c", "import numpy; print('inside')"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment())
    if done.stdout == "inside\n":
        return ""
    said = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
    return f"bubblewrap is installed and does not work here: {said[-1]}"


class Sandbox:
    """A process of `worker`. Requests go in by `ask`; `close` ends all that runs inside.

    course, hidden: see `wall`. end: by time.monotonic, when the time for this notebook is over. walls: with bubblewrap?
    """

    def __init__(self, course, limits, end, walls=True, hidden=()):
        self.limits, self.end, self.why, self.worked = limits, end, None, 0.0
        rlimits = {
            "RLIMIT_AS": limits.memory * MIB,
            "RLIMIT_CPU": int(limits.seconds) + 1,
            "RLIMIT_FSIZE": limits.file * MIB,
            "RLIMIT_NOFILE": 64,
            "RLIMIT_CORE": 0,
        }
        if walls:  # the kernel counts the user's processes, and only inside they are the notebook's alone
            rlimits["RLIMIT_NPROC"] = limits.processes
        uid = UIDS + os.getpid() if walls and not os.geteuid() else 0
        settings = json.dumps({"limits": rlimits, "uid": uid, "reply": limits.reply})
        command = [sys.executable, "-I", "-c", START.format("/course" if walls else str(course)), settings]
        with tempfile.TemporaryFile() as rules:
            rules.write(forbidden())
            rules.seek(0)
            filtered = ["--seccomp", str(rules.fileno())] if forbidden() else []
            self.process = subprocess.Popen(
                [*wall(course, limits, hidden), *filtered, *command] if walls else command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
                cwd=None if walls else course / "exercises",
                pass_fds=[rules.fileno()] if walls else [],
                start_new_session=True,
            )
        for stream in (self.process.stdin, self.process.stdout):
            os.set_blocking(stream.fileno(), False)
        self.watch = threading.Thread(target=self._watch, daemon=True)
        self.watch.start()

    def _watch(self):
        """Memory and clock, ten times a second: the kernel's limit is for each process, this one for all together."""
        while self.process.returncode is None and self.why is None:
            if time.monotonic() > self.end:
                self.stop("over")
            elif self._all(lambda process: process.memory_info().rss) > self.limits.memory * MIB:
                self.stop("memory")
            self.worked = self._all(lambda process: sum(process.cpu_times()[:2]))
            time.sleep(0.1)

    def _all(self, what):
        """The sum of what ``what(process)`` says of all that runs inside."""
        total = 0
        with contextlib.suppress(psutil.Error):
            outer = psutil.Process(self.process.pid)
            for process in (outer, *outer.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    total += what(process)
        return total

    @property
    def threads(self):
        """How many threads, and so processes, there are inside."""
        return self._all(lambda process: process.num_threads())

    def stop(self, why):
        """End all that runs inside; the first reason stays."""
        self.why = self.why or why
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)  # bwrap's inside dies with it

    def close(self):
        self.stop("ended")
        self.process.wait()
        self.watch.join()
        self.process.stdin.close()
        self.process.stdout.close()

    def ask(self, patience, /, **request):
        """The observation that answers a request. Raises Broken where there is none, after `patience` seconds of work or
        for another reason; the process is gone then."""
        token = secrets.token_hex(8)
        line = json.dumps(request | {"token": token}).encode() + b"\n"
        try:
            reply = json.loads(self._exchange(line, patience + GRACE))
            if reply["token"] != token or len(reply) != 2:
                raise ValueError("another token")
            return observation(decode(reply["seen"]))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError):
            self.stop("meddled")
        except TimeoutError:
            self.stop("too long")
        except EOFError:
            self.stop("ended")  # where the watcher ended it, that is the reason
        self.close()
        raise Broken(self.why, self._text())

    def _exchange(self, line, seconds):
        """Send a line and receive one: never more than `limits.reply` bytes, and nothing behind it."""
        received, given, got = b"", self.process.stdin.fileno(), self.process.stdout.fileno()
        end, worked = time.monotonic() + WAITING * seconds, self.worked + seconds
        while not received.endswith(b"\n"):
            left = min(end - time.monotonic(), worked - self.worked)
            ready = select.select([got], [given] if line else [], [], max(left, 0))
            if left <= 0:
                raise TimeoutError
            if ready[1]:
                with contextlib.suppress(BrokenPipeError):  # then nothing can be read, either
                    line = line[os.write(given, line) :]
            if ready[0]:
                chunk = os.read(got, 2**16)
                if not chunk:
                    raise EOFError
                received += chunk
            if len(received) > self.limits.reply:
                raise ValueError("too much")
        if line or received.count(b"\n") > 1:
            raise ValueError("more than a reply")
        return received

    def _text(self):
        return {
            "too long": "It was stopped: it took too long.",
            "over": f"It was stopped: the {self.limits.seconds:g} seconds for the whole notebook were used up.",
            "memory": f"It was stopped: it used more than {self.limits.memory} MiB of memory.",
            "ended": "It ended the Python process that it runs in.",
            "meddled": "It was stopped: it wrote into the channel through which answers are handed over.",
        }[self.why]


FIELDS = {  # of the observations that `worker` makes
    "value": {"value": object},
    "raised": {"error": str, "text": str, "where": str},
    "changed": {"argument": int},
    "too long": {},
    "not attempted": {},
}


def observation(seen):
    """What came back, its texts cut short. Raises ValueError if it is no observation."""
    fields = FIELDS.get(seen.get("kind")) if isinstance(seen, dict) else None
    if fields is None or seen.keys() - {"seconds"} != {"kind", *fields} or not seen.get("seconds", 0.0) >= 0:
        raise ValueError("no observation")
    if not all(isinstance(seen[name], kind) for name, kind in fields.items()):
        raise ValueError("another kind of field")
    short = {name: seen[name][:300] for name, kind in fields.items() if kind is str}
    if "value" in fields and bulk(seen["value"]) > 10**7:
        return {"kind": "raised", "error": "ValueError", "text": "what it returns can't be compared", "where": ""}
    return seen | short


def bulk(value):
    """What NumPy would reserve for a list: the number of its texts times the length of the longest."""
    texts, todo = [0], [value]
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            texts.append(len(value))
        elif isinstance(value, list | tuple | dict):
            todo += value.values() if isinstance(value, dict) else value
            texts.append(0)
    return max(texts) * len(texts)
