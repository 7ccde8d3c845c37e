"""Kernels that are forked from one process in which the libraries are loaded: they share its memory, and start at once.

python3 warm.py               the process itself: the hub starts it, as root
python3 warm.py CONNECTION    what Jupyter starts as a kernel: asks that process for one, and lives as long as it does

Whoever asks gets a kernel that runs as the user the system says they are (SO_PEERCRED), with their folder and their
environment: that process forks, the child gives its rights away, and only then reads what was asked.
Where nobody answers, or on an error, an ordinary kernel starts.
"""

import json
import os
import select
import signal
import socket
import sys

ADDRESS = os.environ.get("WARM_KERNELS", "/run/gradient-descent-kernels")
# What lectures import. Not what looks for its notebook when it is imported: ipywidgets, gdlib.figures, gdlib.explore.
LIBRARIES = """ipykernel.ipkernel ipykernel.kernelapp ipykernel.zmqshell IPython.core.completerlib IPython.core.debugger
    IPython.extensions.storemagic tornado.platform.asyncio sqlite3 psutil psygnal numpy.random matplotlib.pyplot
    matplotlib.patheffects sympy gdlib"""


def ask(connection):
    """Stand for a kernel; when this process is killed the kernel ends, and the other way round."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        line = socket.socket(socket.AF_UNIX)
        line.connect(ADDRESS)
        socket.send_fds(line, [b"."], [1, 2])
        request = {"connection": connection, "folder": os.getcwd(), "environment": dict(os.environ)}
        line.sendall(json.dumps(request).encode() + b"\n")
        kernel = os.pidfd_open(int(line.recv(20)))
    except (OSError, ValueError):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(sys.executable, [sys.executable, "-m", "ipykernel_launcher", "-f", connection])
    select.select([kernel], [], [])


def serve(limit):
    """Fork a kernel for each that asks; `limit`: bytes of data that one may have."""
    import gc
    import importlib

    sys.modules["debugpy"] = None  # JupyterLab's debugger, a sixth of a kernel's memory, stays away
    for name in LIBRARIES.split():
        importlib.import_module(name)
    if os.path.exists(ADDRESS):
        os.remove(ADDRESS)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(ADDRESS)
    os.chmod(ADDRESS, 0o666)
    listener.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    while True:
        line, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            become(line, limit)
            kernel(line)
            os._exit(0)
        line.close()


def become(line, limit):
    """Give this process to the user at the other end."""
    import pwd
    import resource
    import struct

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    _, user, group = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    if os.getuid() == 0:
        os.initgroups(pwd.getpwuid(user).pw_name, group)
        os.setgid(group)
        os.setuid(user)


def kernel(line):
    """Be the kernel that is asked for."""
    import ctypes
    import fcntl
    import gc

    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    _, files, _, _ = socket.recv_fds(line, 1, 2)
    with line.makefile() as lines:
        request = json.loads(lines.readline())
    for target, file in zip((1, 2), files, strict=True):
        os.dup2(file, target)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    np.random.seed()  # noqa: NPY002 (each kernel draws its own, also by NumPy's old functions)
    line.sendall(str(os.getpid()).encode())
    # When the other end closes, the system sends SIGIO, which ends this process.
    fcntl.fcntl(line, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(line, fcntl.F_SETFL, fcntl.fcntl(line, fcntl.F_GETFL) | os.O_ASYNC)
    sys.argv = ["ipykernel_launcher", "-f", request["connection"]]
    application = IPKernelApp.instance()
    application.initialize(sys.argv[1:])
    give_back = ctypes.CDLL(None).malloc_trim

    def tidy(*_):
        """Give what a cell no longer needs back to the machine."""
        gc.collect()
        give_back(0)

    application.shell.events.register("post_run_cell", tidy)
    application.start()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ask(sys.argv[1])
    else:
        serve(limit=int(os.environ.get("WARM_LIMIT", 3 << 29)))
