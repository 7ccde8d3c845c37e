"""The program in the grader's sandbox, on Linux: runs a student's cells and calls what they define.

A request is a line of JSON: a token, and what to do.

    {"do": "run", "source": ..., "name": "cell 3", "seconds": 10}    run a cell
    {"do": "forget", "names": [...]}                                 drop these names
    {"do": "missing", "names": [...]}                                which of these names are not defined?
    {"do": "call", "names": [...], "given": ..., "seconds": 4}       call it; given = encode((args, kwargs))

The reply is the token and an observation as `calls` makes it, encoded. A student's code can do with this
process what it likes: it can spoil its own answers, and no more.
"""

import json
import linecache
import os
import re
import sys
import types

import gdlib.checks
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
    space = sys.modules["__main__"] = types.ModuleType("__main__")
    for line in requests:
        request = json.loads(line)
        try:
            seen = encode(answer(request, vars(space)))
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


def answer(request, space):
    """What came of a request, as an observation."""
    if request["do"] == "run":
        return run(request["source"], f"<{request['name']}>", request["seconds"], space)
    names = request["names"]
    if request["do"] == "forget":
        for name in names:
            space.pop(name, None)
        return {"kind": "value", "value": None}
    if request["do"] == "missing":
        return {"kind": "value", "value": [name for name in names if name not in space]}
    values = tuple(space[name] for name in names)
    args, kwargs = decode(request["given"], code=True)
    return caller(values if len(values) > 1 else values[0])(args, kwargs, request["seconds"])


def run(source, name, seconds, space):
    """Run a cell. Where it does not compile, its lines for IPython alone (`%time`, `!ls`) are left out."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)

    def work(_):
        try:
            code = compile(source, name, "exec")
        except SyntaxError:
            without = re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.M)
            if without == source:
                raise
            code = compile(without, name, "exec")
        exec(code, space)

    return caller(work)((0,), {}, seconds)
