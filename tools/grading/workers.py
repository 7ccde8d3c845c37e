"""Several notebooks at a time: each in a process of its own, which may die or hang and then costs no other notebook."""

import multiprocessing
import resource
import signal
import time
from multiprocessing.connection import wait

TOO_BIG = 4 * 2**30  # bytes for a process that judges


def stopped(why=""):
    return {"rows": [], "notes": [f"The grader stopped on it{why}. Please look at it yourself."]}


def serve(pipe, work, path):
    """Send ``work(path)``. It runs none of the notebook: its own sandboxes do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a teacher's Ctrl-C: `graded` ends this process
    resource.setrlimit(resource.RLIMIT_AS, (TOO_BIG, resource.getrlimit(resource.RLIMIT_AS)[1]))
    try:
        pipe.send(work(path))
    except Exception as error:
        pipe.send(stopped(f" ({type(error).__name__}: {error})"))


def graded(paths, work, count, patience):
    """(student, ``work(path)``) as they come, `count` at a time, each of which may take `patience` seconds."""
    context = multiprocessing.get_context("forkserver")  # imports once, and is not this process
    context.set_forkserver_preload(["grading.marking"])
    todo, busy = list(paths.items())[::-1], {}
    try:
        while todo or busy:
            while todo and len(busy) < count:
                student, path = todo.pop()
                pipe, theirs = context.Pipe(duplex=False)
                process = context.Process(target=serve, args=(theirs, work, path), daemon=True)
                process.start()
                theirs.close()
                busy[pipe] = student, process, time.monotonic() + patience
            late = [pipe for pipe, (*_, until) in busy.items() if time.monotonic() > until]
            for pipe in wait(list(busy), timeout=1) or late:
                student, process, _ = busy.pop(pipe)
                result = received(pipe)
                end(process, pipe)
                yield student, result
    finally:
        for pipe, (_, process, _) in busy.items():
            end(process, pipe)


def received(pipe):
    """What a process sent; that the grader stopped, where it died or its time is over."""
    try:
        return pipe.recv() if pipe.poll() else stopped()
    except EOFError:
        return stopped()


def end(process, pipe):
    process.kill()
    process.join()
    pipe.close()
