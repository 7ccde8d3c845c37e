"""The program in the grader's sandbox, on Linux: runs a student's cells and calls what they define.

A request is a line of JSON: a token, and what to do.

    {"do": "run", "source": ..., "name": "cell 3", "seconds": 10}    run a cell
    {"do": "forget", "names": [...]}                                 drop these names
    {"do": "missing", "names": [...]}                                which of these names are not defined?
    {"do": "running"}                                                how many threads, processes and timers there are
    {"do": "call", "names": [...], "given": ..., "seconds": 4}       call it; given = encode((args, kwargs))

The reply is the token and an observation as `calls` makes it, encoded. A student's code can do with this
process what it likes: it can spoil its own answers, and no more.
"""

import json
import os
import signal
import sys
import types

import gdlib.checks
from gdlib.checks.runner import cells
from gdlib.checks.runner.calls import caller, raised
from gdlib.checks.runner.limits import within
from gdlib.checks.runner.wire import decode, encode


def main():
    settings = json.loads(sys.argv[1])
    for name in ("check", "hint", "solution", "progress"):  # a cell that asks for them runs through, and learns nothing
        setattr(gdlib.checks, name, lambda *_: None)
    requests, replies = os.fdopen(moved(0, os.O_RDONLY), "rb"), moved(1, os.O_WRONLY)
    os.dup2(1, 2)
    confine(settings)
    within(5.0, dict)  # its thread is there from now on: whoever counts threads later finds what a student left running
    module = types.ModuleType("__main__")
    cells.ready(module)
    for line in requests:
        request = json.loads(line)
        try:
            seen = encode(answer(request, module))
        except BaseException as error:
            seen = encode(raised(error))
        if len(seen) > settings["reply"] // 2:
            seen = encode(raised(ValueError("what it returns is too large to be compared")))
        reply = json.dumps({"token": request["token"], "seen": seen}).encode() + b"\n"
        while reply:
            reply = reply[os.write(replies, reply) :]


def moved(number, mode):
    """The stream of that number under another one; its own number leads nowhere from now on."""
    import fcntl

    kept = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 20)
    nowhere = os.open(os.devnull, mode)
    os.dup2(nowhere, number)
    os.close(nowhere)
    return kept


def confine(settings):
    """Limits that can't be raised again; and no longer root where it was."""
    import resource

    if settings["uid"]:
        os.setgroups([])
        os.setresgid(*[settings["uid"]] * 3)
        os.setresuid(*[settings["uid"]] * 3)
    for name, limit in settings["limits"].items():
        hard = resource.getrlimit(getattr(resource, name))[1]
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(getattr(resource, name), (limit, limit))


def answer(request, module):
    """What came of a request, as an observation."""
    space, names = vars(module), request.get("names")
    if request["do"] == "run":
        work = lambda _: cells.run(request["source"], f"<{request['name']}>", module)  # noqa: E731
        return caller(work)((0,), {}, request["seconds"])
    if request["do"] == "forget":
        for name in names:
            space.pop(name, None)
        return {"kind": "value", "value": None}
    if request["do"] == "missing":
        return {"kind": "value", "value": [name for name in names if name not in space]}
    if request["do"] == "running":
        return {"kind": "value", "value": running()}
    values = tuple(space[name] for name in names)
    args, kwargs = decode(request["given"], code=True)
    return caller(values if len(values) > 1 else values[0])(args, kwargs, request["seconds"])


def running():
    """How many threads, processes (in a sandbox: all there are) and timers there are."""
    inside = sum(name.isdigit() for name in os.listdir("/proc")) if os.getppid() == 1 else 0
    timers = sum(
        signal.getitimer(which)[0] > 0 for which in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
    )
    return len(os.listdir("/proc/self/task")) + inside + timers
