"""One process that runs what a student wrote: no network, hardly any files, little of everything, and an end.

The walls are bubblewrap's (`walls`), the limits the kernel's (setrlimit, and control groups where there are any: `groups`);
this process watches the memory of all that runs inside together, and the clock.
"""

import contextlib
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from gdlib.checks.runner.limits import WAITING
from gdlib.words import noted, say
from grading import groups
from grading.reply import observation
from grading.walls import MIB, own, started, wall

GRACE = 1.5  # seconds that a process has to obey its own alarm
UIDS = 2_000_000_000  # beyond those that systems give to anybody
FILES = 20_000  # in the folders that can be written: each costs the kernel memory that no process has
OURS = 16  # processes and threads that stand around: bwrap's two, Python's, and numerical libraries'

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


GONE = {  # why the process is gone, and what is said of what ended it
    "too long": noted("{it} was stopped: it took too long."),
    "over": noted("{it} was stopped: the {seconds:g} seconds for the whole notebook were used up."),
    "memory": noted("{it} was stopped: it used more than {memory} MiB of memory."),
    "ended": noted("{it} ended the Python process that it runs in."),
    "meddled": noted("{it} was stopped: it wrote into the channel through which answers are handed over."),
}


class Broken(Exception):
    """The process is gone. `why` is one of GONE."""

    def __init__(self, why, limits):
        super().__init__(why)
        self.why, self.limits = why, limits

    def of(self, it):
        """What is said of `it`, a cell, as a note."""
        return noted(GONE[self.why], it=it, seconds=self.limits.seconds, memory=self.limits.memory)

    def __str__(self):
        return say(self.of(noted("It")))


class Fault(Exception):
    """The machine or the sandbox failed, not what the student wrote: no grade can be made of it."""


class Sandbox:
    """A process of `worker`. Requests go in by `ask`; `close` ends all that runs inside.

    course, hidden: see `wall`. end: by time.monotonic, when the time for this notebook is over. walls: with bubblewrap?
    Raises OSError where it can't be started.
    """

    def __init__(self, course, limits, end, walls=True, hidden=()):
        self.limits, self.end, self.why, self.worked, self.walls = limits, end, None, 0.0, walls
        rlimits = {
            "RLIMIT_AS": limits.memory * MIB,
            "RLIMIT_CPU": int(limits.seconds) + 1,
            "RLIMIT_FSIZE": limits.file * MIB,
            "RLIMIT_NOFILE": 64,
            "RLIMIT_CORE": 0,
            "RLIMIT_MSGQUEUE": 0,
        }
        if walls:  # the kernel counts the user's processes, and only inside they are the notebook's alone
            rlimits["RLIMIT_NPROC"] = limits.processes
        uid = UIDS + os.getpid() if walls and not os.geteuid() else 0
        settings = json.dumps({"limits": rlimits, "uid": uid, "reply": limits.reply})
        mine = own(course)
        command = [sys.executable, "-I", "-c", START.format("/course" if walls else str(mine)), settings]
        counted = walls and groups.place()
        self.group = groups.Group(counted, limits.memory, limits.processes + OURS) if counted else None
        self.killed = kernel_kills()
        try:
            self.process = started(
                command,
                wall(mine, limits.folder, hidden) if walls else None,
                self.group.enter if self.group else (),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=None if walls else mine / "exercises",
            )
        except BaseException:
            self._ungroup()
            raise
        for stream in (self.process.stdin, self.process.stdout):
            os.set_blocking(stream.fileno(), False)
        self.watch = threading.Thread(target=self._watch, daemon=True)
        self.watch.start()

    def _watch(self):
        """Memory and clock, ten times a second: the kernel's limit is for each process, this one for all together."""
        while self.process.returncode is None and self.why is None:
            if time.monotonic() > self.end:
                self.stop("over")
            elif self._too_much():
                self.stop("memory")
            self.worked = self._all(lambda process: sum(process.cpu_times()[:2]))
            time.sleep(0.1)

    def _too_much(self):
        """Is more memory held than may be? What processes share counts once, which takes longer to find out."""
        limit = self.limits.memory * MIB
        if self.group is not None:
            return self.group.full
        if self._all(lambda process: process.memory_info().rss) > limit and self._all(held) > limit:
            return True
        return self.walls and self._all(files, inner=True) > FILES

    def _all(self, what, inner=False):
        """The sum of what ``what(process)`` says of all that runs inside; inner: of bwrap's alone."""
        total = 0
        with contextlib.suppress(psutil.Error):
            outer = psutil.Process(self.process.pid)
            found = [outer, *outer.children(recursive=True)]
            for process in found[1:2] if inner else found:
                with contextlib.suppress(psutil.Error, OSError):
                    total += what(process)
        return total

    @property
    def threads(self):
        """How many threads, and so processes, there are inside."""
        return self._all(lambda process: process.num_threads())

    def busy(self, seconds=0.03):
        """Is something at work inside, though nothing was asked?"""
        before = self._all(lambda process: sum(process.cpu_times()[:2]))
        time.sleep(seconds)
        return self._all(lambda process: sum(process.cpu_times()[:2])) > before

    def stop(self, why):
        """End all that runs inside; the first reason stays."""
        self.why = self.why or why
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)  # bwrap's inside dies with it

    def _ungroup(self):
        if self.group is not None:
            self.group.close()

    def close(self):
        self.stop("ended")
        self.process.wait()
        self.watch.join()
        self.process.stdin.close()
        self.process.stdout.close()
        self._ungroup()

    def ask(self, patience, /, **request):
        """The observation that answers a request. Raises Broken where there is none, after `patience` seconds of work or
        for another reason; the process is gone then. Raises Fault where it was ended from outside."""
        token = secrets.token_hex(8)
        line = json.dumps(request | {"token": token}).encode() + b"\n"
        fault = ""
        try:
            reply = json.loads(self._exchange(line, patience + GRACE))
            if reply["token"] != token or len(reply) != 2:
                raise ValueError("another token")
            return observation(reply["seen"])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.stop("meddled")
        except TimeoutError:
            self.stop("too long")
        except EOFError:
            fault = self._from_outside()
            self.stop("memory" if self.group and self.group.full else "ended")  # or why the watcher ended it
        except BaseException:
            self.close()
            raise
        self.close()
        if fault and self.why == "ended":
            raise Fault(fault)
        raise Broken(self.why, self.limits)

    def _from_outside(self):
        """What ended the process, if nothing inside can have done it; else ""."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        status, own = self.process.returncode, self.why is not None or (self.group and self.group.full)
        if own or not self.walls:
            return ""
        if status == -signal.SIGKILL:  # bwrap's outer process, which nobody inside can reach
            return noted("the sandbox was killed from outside")
        if status == 128 + signal.SIGKILL and kernel_kills() != self.killed:
            return noted("the machine ran out of memory")
        return ""

    def _exchange(self, line, seconds):
        """Send a line and receive one: never more than `limits.reply` bytes, and nothing behind it."""
        received, given, got = bytearray(), self.process.stdin.fileno(), self.process.stdout.fileno()
        end, worked = time.monotonic() + WAITING * seconds, self.worked + seconds
        while b"\n" not in received:
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
        if line or received.index(b"\n") != len(received) - 1:
            raise ValueError("more than a reply")
        return received


def held(process):
    """Bytes of memory, of what it shares with others its part."""
    with contextlib.suppress(OSError, StopIteration):  # a process may forbid to look
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return process.memory_info().rss


def files(process):
    """How many files there are in the folders that can be written, as bwrap's process inside sees them."""
    found = [os.statvfs(f"/proc/{process.pid}/root/{name}") for name in ("tmp", "dev/shm", "course/exercises")]
    return sum(folder.f_files - folder.f_ffree for folder in found)


def kernel_kills():
    """How often the kernel has ended a process for want of memory."""
    with contextlib.suppress(OSError):
        lines = dict(line.split() for line in Path("/proc/vmstat").read_text().splitlines())
        return lines.get("oom_kill")
    return None
