"""What a class on JupyterHub takes: simulated students run the lectures' real cells against a real hub, on loopback.

    ENV/bin/python bench/hub.py --students 30 --together 8 3 5

ENV is the environment of docs/teaching/server.md (JupyterHub, gdlib); configurable-http-proxy and Node.js are on the
PATH, or --proxy names it. The hub runs with the recipe's own configuration, but for who may log in and as whom it
runs: students are folders, not users of the machine. Each opens a server, then the lectures in turn, and saves as
JupyterLab does; `--together` of them run their cells at once, one cell after the other without a pause, and what is
open stays open. In the last lecture the first student's kernel is killed half way: it must come back with its work.
"""

import argparse
import asyncio
import json
import os
import secrets
import signal
import socket
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

import aiohttp
import psutil
import report

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "docs" / "teaching" / "server"
TRIAL = """
load_subconfig({recipe!r})
c.JupyterHub.bind_url, c.JupyterHub.hub_port = "http://127.0.0.1:{ports[0]}", {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.ConfigurableHTTPProxy.pid_file = {folder!r} + "/proxy.pid"
c.JupyterHub.cookie_secret_file, c.JupyterHub.db_url = {folder!r} + "/secret", "sqlite:///:memory:"
c.JupyterHub.authenticator_class, c.JupyterHub.spawner_class = "dummy", "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {folder!r} + "/{{username}}"
c.Spawner.args += {root!r}
for part in (c.Spawner.environment, *(s["environment"] for s in c.JupyterHub.services if "environment" in s)):
    part["WARM"] = {folder!r} + "/warm"
c.JupyterHub.services += [{{"name": "class", "api_token": {token!r}}}]
c.JupyterHub.load_roles += [{{"name": "class", "services": ["class"],
    "scopes": ["admin:users", "admin:servers", "access:servers", "tokens"]}}]
"""


def free_ports(count):
    """Ports of this machine that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def memory(process):
    """A process's share of the memory in bytes: pages that k processes share count 1/k to each (PSS)."""
    try:
        return process.memory_full_info().pss
    except psutil.Error:
        return 0


def family(process):
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def command(process):
    """What a process was started by, as text."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def folder_of(process):
    try:
        return process.cwd()
    except psutil.Error:
        return ""


def processor_time(processes):
    """Seconds of the processor, of these and of their children that have ended."""
    taken = 0
    for process in processes:
        try:
            taken += sum(process.cpu_times()[:4])
        except psutil.Error:
            continue
    return taken


class Hub:
    """The hub and its proxy, in a folder of their own: `async with`."""

    def __init__(self, folder, proxy):
        self.folder, self.token, ports = folder, secrets.token_hex(16), free_ports(3)
        self.address = f"http://127.0.0.1:{ports[0]}"
        trial = TRIAL.format(
            recipe=str(SERVER / "jupyterhub_config.py"), ports=ports, proxy=proxy, folder=str(folder),
            token=self.token, root=["--allow-root"] if os.getuid() == 0 else [],
        )  # fmt: skip
        (folder / "trial.py").write_text(trial, "utf-8")

    async def __aenter__(self):
        command = [sys.executable, "-m", "jupyterhub", "--config", str(self.folder / "trial.py")]
        self.log = (self.folder / "log").open("w")
        self.process = psutil.Popen(command, cwd=self.folder, stdout=self.log, stderr=self.log, start_new_session=True)
        headers = {"Authorization": f"token {self.token}"}
        self.web = aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=600))
        for _ in range(240):
            try:
                await self.ask("get", "/hub/api/users")
                if all((self.folder / f"warm-{kind}").exists() for kind in ("server", "kernel")):
                    return self
            except (aiohttp.ClientError, OSError):
                pass
            await asyncio.sleep(0.5)
        await self.__aexit__()
        raise RuntimeError(f"the hub did not start: {(self.folder / 'log').read_text()[-2000:]}")

    async def __aexit__(self, *_):
        await self.web.close()
        processes = family(self.process)
        self.process.send_signal(signal.SIGTERM)
        _, left = await asyncio.to_thread(psutil.wait_procs, processes, 30)
        for process in left:
            process.kill()
        self.log.close()

    async def ask(self, method, path, **options):
        async with self.web.request(method, self.address + path, **options) as answer:
            answer.raise_for_status()
            return await answer.json() if answer.content_type == "application/json" else None


class Student:
    """One student: a server, and a kernel for each lecture that was opened."""

    def __init__(self, hub, name):
        self.hub, self.name, self.at = hub, name, f"/user/{name}/api"
        self.slowest, self.whole, self.failed, self.processes = {}, {}, [], {}

    async def begin(self):
        began = time.monotonic()
        await self.hub.ask("post", f"/hub/api/users/{self.name}")
        await self.hub.ask("post", f"/hub/api/users/{self.name}/server")
        while not (await self.hub.ask("get", f"/hub/api/users/{self.name}"))["servers"].get("", {}).get("ready"):
            await asyncio.sleep(0.5)
        self.ready = time.monotonic() - began
        self.server = [p for p in family(self.hub.process) if folder_of(p) == str(self.hub.folder / self.name)]

    async def attend(self, path, killed=False):
        """Run a notebook's cells in their order, saving now and then; with `killed`, the kernel is killed half way."""
        began, model = time.monotonic(), await self.hub.ask("get", f"{self.at}/contents/{path}")
        notebook = model["content"]
        notebook["cells"][0]["source"] += f"\n\nA note of {self.name}."
        session = {"path": path, "type": "notebook", "name": "", "kernel": {"name": "python3"}}
        kernel = (await self.hub.ask("post", f"{self.at}/sessions", json=session))["kernel"]["id"]
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        half = len(cells) // 2
        await self.run(path, notebook, cells[:half] if killed else cells, kernel)
        if killed:
            await self.lose(path, kernel)
            notebook = (await self.hub.ask("get", f"{self.at}/contents/{path}"))["content"]
            kept = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
            assert f"A note of {self.name}." in "".join(notebook["cells"][0]["source"])
            assert all(cell["execution_count"] for cell in kept[:half]), "what was run is saved"
            await self.run(path, notebook, kept, kernel)
        self.whole[path] = time.monotonic() - began

    async def lose(self, path, kernel):
        """Kill the kernel's process, and wait until the server has started another."""
        starters, old = self.starters(kernel), self.processes.pop(path)
        old.kill()
        while not self.starters(kernel) - starters:
            await asyncio.sleep(0.5)
        print(f"{self.name}'s kernel of {path}, process {old.pid}, was killed", flush=True)

    def starters(self, kernel):
        """The processes that the server has started for a kernel."""
        return {p.pid for p in self.all_processes() if kernel in command(p)}

    def all_processes(self):
        """The server and the kernels, which may be another's children (warm.py)."""
        found = [p for one in (*self.server, *self.processes.values()) for p in family(one)]
        return list({p.pid: p for p in found}.values())

    async def run(self, path, notebook, cells, kernel):
        address = f"{self.hub.address}{self.at}/kernels/{kernel}/channels"
        async with self.hub.web.ws_connect(address, max_msg_size=0) as channel:
            who, _ = await execute(channel, "import os\nprint(os.getpid())")
            self.processes[path] = psutil.Process(int(who[0]["text"]))
            for i, cell in enumerate(cells):
                began = time.monotonic()
                cell["outputs"], status = await execute(channel, "".join(cell["source"]))
                cell["execution_count"], taken = i + 1, time.monotonic() - began
                if status != "ok" and "raises-exception" not in cell["metadata"].get("tags", []):
                    self.failed.append((path, i, cell["outputs"][-1:]))
                self.slowest[path] = max(self.slowest.get(path, (0,)), (taken, i))
                if i % 10 == 9 or i + 1 == len(cells):
                    model = {"type": "notebook", "format": "json", "content": notebook}
                    await self.hub.ask("put", f"{self.at}/contents/{path}", json=model)


async def execute(channel, code):
    """Run code over a kernel's websocket: its outputs as a notebook keeps them, and the reply's status."""
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": False}
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": uuid.uuid4().hex}
    header |= {"username": "", "version": "5.3", "date": ""}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    await channel.send_json(message)
    outputs, status, idle = [], None, False
    async for frame in channel:
        if frame.type is not aiohttp.WSMsgType.TEXT:  # a widget's arrays
            continue
        message = json.loads(frame.data)
        if message["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind in ("stream", "display_data", "execute_result", "error"):
            outputs.append({"output_type": kind, **{k: v for k, v in content.items() if k != "transient"}})
        status = content["status"] if kind == "execute_reply" else status
        idle = idle or (kind == "status" and content["execution_state"] == "idle")
        if status and idle:
            return outputs, status
    raise RuntimeError("the kernel's channel closed")


async def in_waves(students, together, work):
    """work(student) for all of them, so many at once."""
    gate = asyncio.Semaphore(together)

    async def one(student):
        async with gate:
            await work(student)

    await asyncio.gather(*map(one, students))


def taken_together(hub, students):
    """GB of the hub with its proxy, MB of each student, and seconds of the processor, all so far."""
    theirs = [s.all_processes() for s in students]
    known = {p.pid for processes in theirs for p in processes}
    own = [p for p in family(hub.process) if p.pid not in known]
    each = [sum(map(memory, processes)) for processes in theirs]
    return sum(map(memory, own)), each, [processor_time(processes) for processes in theirs]


def row(what, hub, students):
    """A line of the table: what is open, memory of a student (mean, largest) and of all, processor a student."""
    own, each, seconds = taken_together(hub, students)
    line = f"| {what} | {statistics.mean(each) / 1e6:.0f} | {max(each) / 1e6:.0f} | {(own + sum(each)) / 1e9:.2f} "
    line += f"| {statistics.mean(seconds):.0f} |"
    print(line, flush=True)
    return line


async def hold(options):
    """The whole class; the lines of the report."""
    lines = []
    with tempfile.TemporaryDirectory(prefix="class-", dir=options.folder) as folder:
        async with Hub(Path(folder), options.proxy.split()) as hub:
            students = [Student(hub, f"student{k:02}") for k in range(options.students)]
            await in_waves(students, options.together, Student.begin)
            lines.append(row("a server, nothing open", hub, students))
            slow = []
            for number in options.lectures:
                path = next((ROOT / "notebooks").glob(f"{number:0>2}_*.ipynb")).name
                path, last = f"gradient-descent/notebooks/{path}", number == options.lectures[-1]

                async def work(student, path=path, last=last):
                    await student.attend(path, killed=last and student is students[0])

                await in_waves(students, options.together, work)
                lines.append(row(f"lecture {number} run, all open", hub, students))
                whole = [s.whole[path] for s in students]
                worst, cell = max(s.slowest[path] for s in students)
                slow.append(f"| {number} | {statistics.median(whole):.0f} | {max(whole):.0f} | {worst:.1f} | {cell} |")
                print(slow[-1], flush=True)
            failed = [failure for s in students for failure in s.failed]
            print(*failed[:5], sep="\n")
            notes = [(Path(folder) / s.name / path).read_text("utf-8").count(f"A note of {s.name}.") for s in students]
            ready = max(s.ready for s in students)
    load = f"load of the machine before: {options.load[0]:.1f}"
    head = f"{report.machine('jupyterhub', 'numpy')}; {options.students} students, {options.together} at once; {load}."
    table = ["| | a student, MB | the largest | all, GB | processor so far, s a student |", "|---|---:|---:|---:|---:|"]
    times = ["| lecture | median, s | longest, s | slowest cell, s | its number |", "|---|---:|---:|---:|---:|"]
    kept = (
        f"Saved with their own note: {sum(map(bool, notes))} of {options.students}; cells that failed: {len(failed)};"
    )
    kept += f" the slowest server was ready after {ready:.0f} s."
    return [head, "", *table, *lines, "", *times, *slow, "", kept]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lectures", nargs="*", default=["3", "5"], help="their numbers, in the order of the class")
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--together", type=int, default=8, help="how many run their cells at once")
    parser.add_argument("--proxy", default="configurable-http-proxy", help="the command of the proxy")
    parser.add_argument("--folder", default="/var/tmp", help="where the students' homes are, for the run")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the hub is stopped then, too
    options.load = os.getloadavg()
    print(*asyncio.run(hold(options)), sep="\n")


if __name__ == "__main__":
    main()
