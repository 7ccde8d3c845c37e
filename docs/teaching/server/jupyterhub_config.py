"""JupyterHub for one class on one Linux machine: docs/teaching/server.md says how to set it up, and what it needs."""

import sys
from pathlib import Path

c = get_config()  # noqa: F821 (JupyterHub defines it)
server = Path(__file__).resolve().parent

# Students are users of this machine. Outside a room you trust, put a proxy with HTTPS before this address.
c.JupyterHub.bind_url = "http://:8000"
c.Authenticator.allow_all = True
c.JupyterHub.concurrent_spawn_limit = 8  # the others wait, instead of all taking long

# What a student's server is started by: it lays out the notebooks, never over a student's, and sets the limits.
c.Spawner.cmd = ["sh", str(server / "start-server"), str(server.parents[2])]
c.Spawner.default_url = "/lab/tree/gradient-descent/notebooks/01_differentiation.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
memory = {
    # One thread a kernel: with more, eight kernels on two cores wait for each other.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # What is freed goes back to the machine, and not into a kernel's own store.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "131072",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "WARM": "/run/gradient-descent",  # where servers and kernels are asked for
}
c.Spawner.environment = memory | {
    "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
    "JUPYTER_PATH": str(server),  # the kernel that asks
    "TMPDIR": "/var/tmp",  # lecture 6 writes 320 MiB there: on disk, for /tmp may be memory
}
c.Spawner.args = [
    # A kernel that has done nothing for 20 minutes ends, even if its tab is open; the notebook stays.
    "--MappingKernelManager.cull_idle_timeout=1200",
    "--MappingKernelManager.cull_interval=60",
    "--MappingKernelManager.cull_connected=True",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]

# A server that has done nothing for an hour ends too.
culler = [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600", "--cull-every=300"]
c.JupyterHub.services = [{"name": "culler", "command": culler}]
# Servers and kernels are forked from two processes that have loaded the libraries; warm.py says how.
for kind in ("server", "kernel"):
    command = [sys.executable, str(server / "warm.py"), "serve", kind]
    c.JupyterHub.services += [{"name": f"warm-{kind}", "command": command, "environment": memory}]
scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
c.JupyterHub.load_roles = [{"name": "culler", "scopes": scopes, "services": ["culler"]}]
