"""Servers and kernels that are forked from a process in which the libraries are loaded: they share its memory.

python3 warm.py serve kernel        that process, and one for servers: the hub starts them, as root
python3 warm.py kernel CONNECTION   what Jupyter starts as a kernel: asks for one, and lives as long as it does
python3 warm.py server ARGUMENTS    what the hub starts as a student's server: likewise

Whoever asks gets a process of the user that the system says they are (SO_PEERCRED), in their folder, with their
environment: the child of the fork gives its rights away first, and only then reads what is asked.
Where nobody answers, an ordinary server or kernel starts.
"""

import json
import os
import select
import signal
import socket
import sys

ADDRESS = os.environ.get("WARM", "/run/gradient-descent")
# Not what looks for its notebook when it is imported: ipywidgets, gdlib.figures, gdlib.explore.
LIBRARIES = {
    "kernel": """ipykernel.ipkernel ipykernel.kernelapp ipykernel.zmqshell IPython.core.completerlib sqlite3 psutil psygnal
        IPython.core.debugger IPython.extensions.storemagic tornado.platform.asyncio numpy.random matplotlib.pyplot
        matplotlib.patheffects sympy gdlib""",
    "server": """jupyterhub.singleuser jupyterhub.singleuser.extension jupyterlab.labapp jupyter_server.serverapp
        jupyter_server.services.contents.handlers jupyter_server.services.kernels.handlers nbformat sqlite3
        jupyter_server.services.sessions.handlers jupyter_server.services.nbconvert.handlers jupyter_lsp
        jupyter_server_terminals notebook_shim tornado.platform.asyncio""",
}


def ask(kind, arguments):
    """Stand for the process that is asked for: it ends with this one, and this one with it."""
    parent = os.getppid()
    try:
        line = socket.socket(socket.AF_UNIX)
        line.connect(f"{ADDRESS}-{kind}")
        socket.send_fds(line, [b"."], [1, 2])
        request = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}
        line.sendall(json.dumps(request).encode() + b"\n")
        pid = int(line.recv(20))
        process = os.pidfd_open(pid)
    except (OSError, ValueError):
        plain = ["-m", "ipykernel_launcher", "-f"] if kind == "kernel" else ["-m", "jupyterhub.singleuser"]
        os.execv(sys.executable, [sys.executable, *plain, *arguments])

    def end(*_):
        os.kill(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN if kind == "kernel" else end)
    while os.getppid() == parent and not select.select([process], [], [], 5)[0]:
        pass


def serve(kind, limit):
    """Fork a process of this kind for each that asks; `limit`: bytes of data that one may have."""
    import gc
    import importlib

    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTERHUB_")}
    if len(kept) < len(os.environ):  # what the hub tells its services is nothing for students
        os.execve(sys.executable, [sys.executable, *sys.argv], kept)
    sys.modules["debugpy"] = None  # JupyterLab's debugger stays away: it is large, and each kernel would load it
    for name in LIBRARIES[kind].split():
        importlib.import_module(name)
    address = f"{ADDRESS}-{kind}"
    if os.path.exists(address):
        os.remove(address)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    os.chmod(address, 0o666)
    listener.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.collect()
    gc.freeze()
    while True:
        line, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            become(line, limit)
            kernel() if kind == "kernel" else server()
            os._exit(0)
        line.close()


def become(line, limit):
    """Give this process to the user at the other end, and do as they ask."""
    import ctypes
    import fcntl
    import pwd
    import resource
    import struct

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    _, user, group = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    if os.getuid() == 0:
        os.initgroups(pwd.getpwuid(user).pw_name, group)
        os.setgid(group)
        os.setuid(user)
        ctypes.CDLL(None).prctl(4, 1)  # PR_SET_DUMPABLE: it may read its own /proc again, as lecture 6 does
    _, files, _, _ = socket.recv_fds(line, 1, 2)
    with line.makefile() as lines:
        request = json.loads(lines.readline())
    for target, file in zip((1, 2), files, strict=True):
        os.dup2(file, target)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv[1:] = request["arguments"]
    line.sendall(str(os.getpid()).encode())
    # When the other end closes, the system sends SIGIO, which ends this process.
    fcntl.fcntl(line, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(line, fcntl.F_SETFL, fcntl.fcntl(line, fcntl.F_GETFL) | os.O_ASYNC)


def server():
    """Be a student's server."""
    from jupyterhub.singleuser import main

    main()


def kernel():
    """Be a kernel."""
    import ctypes
    import gc

    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    np.random.seed()  # noqa: NPY002 (each kernel draws its own, also by NumPy's old functions)
    application = IPKernelApp.instance()
    application.initialize(["-f", sys.argv[1]])
    give_back = ctypes.CDLL(None).malloc_trim

    def tidy(*_):
        """Give what a cell no longer needs back to the machine."""
        gc.collect()
        give_back(0)

    application.shell.events.register("post_run_cell", tidy)
    application.start()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2], limit=int(os.environ.get("WARM_LIMIT", 3 << 29)))
    else:
        ask(sys.argv[1], sys.argv[2:])
