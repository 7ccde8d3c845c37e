"""Several notebooks at a time: each in a process that may die or hang, and then costs its own notebook and no other."""

import multiprocessing
import resource
import signal
import time
from multiprocessing.connection import wait

from gdlib.words import noted
from grading.sandbox import Fault

TOO_BIG = 4 * 2**30  # bytes for a process that judges


def ungraded(why):
    """A result that is no grade: a fault of the machine is not the student's. It is not kept, and tried again."""
    return {"rows": [], "notes": [], "ungraded": why}


def serve(pipe, work):
    """A process that grades what it is sent. It runs none of it: its own sandboxes do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a teacher's Ctrl-C: `graded` ends this process
    resource.setrlimit(resource.RLIMIT_AS, (TOO_BIG, resource.getrlimit(resource.RLIMIT_AS)[1]))
    pipe.send("here")
    while True:
        path = pipe.recv()
        try:
            pipe.send(work(path))
        except Exception as error:
            pipe.send(ungraded(error.args[0] if isinstance(error, Fault) else f"{type(error).__name__}: {error}"))


class Worker:
    """Such a process: which student's notebook it has, None before the first, and until when it may take."""

    def __init__(self, work):
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, work), daemon=True)
        self.process.start()
        theirs.close()
        self.student, self.end = None, time.monotonic() + 120  # until it says that it is there

    def give(self, student, path, patience):
        self.pipe.send(path)
        self.student, self.end = student, time.monotonic() + patience

    def take(self):
        """What it sent; None where it died, or its time is over."""
        try:
            return self.pipe.recv() if self.pipe.poll() else None
        except EOFError:
            return None

    def close(self):
        self.process.kill()
        self.process.join()
        self.pipe.close()


def ready(workers):
    """Those that have sent something or died; where there is none after a second, those whose time is over."""
    sent = wait([worker.pipe for worker in workers], timeout=1)
    late = [worker for worker in workers if time.monotonic() > worker.end]
    return [worker for worker in workers if worker.pipe in sent] or late


def graded(paths, work, count, patience):
    """(student, ``work(path)``) as they come, from `count` processes that have `patience` seconds for each.

    Where `work` raises, or its process dies or is late, it is `ungraded`.
    """
    todo = list(paths.items())[::-1]
    busy = [Worker(work) for _ in range(min(count, len(todo)))]
    try:
        while busy:
            for worker in ready(busy):
                student, result = worker.student, worker.take()
                if result is not None and todo:
                    worker.give(*todo.pop(), patience)
                else:
                    worker.close()
                    busy.remove(worker)
                if result is None and student is None:
                    raise RuntimeError("a process that grades does not start")
                if result is None and todo:
                    busy.append(Worker(work))
                if student is not None:
                    yield student, result or ungraded(noted("the process that judges it died, or took too long"))
    finally:
        for worker in busy:
            worker.close()
