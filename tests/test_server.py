"""The class server of docs/teaching/server: what a student wrote stays, and kernels are forked, and end, as they must."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from jupyter_client.manager import start_new_kernel

SERVER = Path(__file__).parent.parent / "docs" / "teaching" / "server"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the server runs on Linux")


def started(home, course):
    """Run start-server with stand-ins for what it starts; what they were told."""
    tools = home / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("jupyter", "prlimit"):
        (tools / name).write_text(f'#!/bin/sh\necho {name} "$@" >> "$HOME/told"\n')
        (tools / name).chmod(0o755)
    environment = {"HOME": str(home), "PATH": f"{tools}:/usr/bin:/bin"}
    (home / "told").unlink(missing_ok=True)
    subprocess.run(["sh", SERVER / "start-server", course, "--port=1"], env=environment, check=True)
    return (home / "told").read_text()


def test_a_students_work_is_never_overwritten_and_what_is_missing_comes(tmp_path):
    home, course = tmp_path / "home", tmp_path / "the course"
    for folder in (home, course / "notebooks", course / "exercises"):
        folder.mkdir(parents=True)
    lecture, exercise = course / "notebooks" / "a.ipynb", course / "exercises" / "a.ipynb"
    lecture.write_text("lecture")
    lecture.chmod(0o444)
    exercise.write_text("exercise")
    told = started(home, course)
    mine = home / "gradient-descent" / "notebooks" / "a.ipynb"
    assert mine.read_text() == "lecture"
    assert mine.stat().st_mode & stat.S_IWUSR, "a copy can be saved"
    assert "trust" in told
    assert "docs/teaching/server/warm.py server --port=1" in told
    mine.write_text("my answer")
    lecture.chmod(0o644)
    lecture.write_text("a new edition")
    (course / "notebooks" / "b.ipynb").write_text("another lecture")
    assert "trust gradient-descent/notebooks/b.ipynb\n" in started(home, course)
    assert mine.read_text() == "my answer"
    assert mine.with_name("b.ipynb").read_text() == "another lecture"
    assert "trust" not in started(home, course), "nothing new: the start costs nothing"
    assert {path.name for path in mine.parent.iterdir()} == {"a.ipynb", "b.ipynb"}


@pytest.fixture
def asking(tmp_path, monkeypatch):
    """Kernels are asked for at an address where nobody answers yet."""
    address = tmp_path / "warm-kernel"
    monkeypatch.setenv("WARM", str(tmp_path / "warm"))
    monkeypatch.setenv("JUPYTER_PATH", str(SERVER))
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    return address


@pytest.fixture
def warm(asking):
    """The process that forks."""
    with subprocess.Popen(
        [sys.executable, SERVER / "warm.py", "serve", "kernel"], env=os.environ | {"WARM_LIMIT": str(2**30)}
    ) as process:
        until(asking.exists)
        yield psutil.Process(process.pid)
        process.terminate()


def until(happens, seconds=60):
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


class Kernel:
    def __init__(self, folder, **environment):
        self.manager, self.client = start_new_kernel(cwd=folder, env=os.environ | environment)

    def says(self, code):
        said = []
        self.client.execute_interactive(
            code, timeout=60, output_hook=lambda m: said.append(m["content"].get("text", ""))
        )
        return "".join(said).strip()

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(tmp_path):
    kernels = []

    def start(**environment):
        kernels.append(Kernel(tmp_path, **environment))
        return kernels[-1]

    yield start
    for one in kernels:
        one.close()


def test_a_forked_kernel_has_its_students_folder_environment_and_limit(warm, kernel, tmp_path):
    one = kernel(SOMETHING="hers")
    assert [p.pid for p in warm.children()] == [int(one.says("import os; print(os.getpid())"))]
    assert (
        one.says("print(os.getcwd(), os.environ['SOMETHING'], 'WARM_LIMIT' in os.environ)") == f"{tmp_path} hers False"
    )
    assert one.says("import resource; print(resource.getrlimit(resource.RLIMIT_DATA)[0])") == str(2**30)
    assert one.says("import sys; print('matplotlib' in sys.modules, 'gdlib.figures' in sys.modules)") == "True False"
    assert one.says("from gdlib import figures; figures.curve(abs, (-1, 1)); import matplotlib.pyplot as plt") == ""
    assert one.says("import subprocess; print(subprocess.run(['false']).returncode)") == "1"


def test_two_forked_kernels_draw_other_random_numbers(warm, kernel):
    draw = "import random, numpy as np; print(random.random(), np.random.rand(), np.random.default_rng().random())"
    first, second = (kernel().says(draw).split() for _ in range(2))
    assert not set(first) & set(second)


def test_a_forked_kernel_is_interrupted_and_restarted_and_ends_with_what_asked_for_it(warm, kernel):
    one = kernel()
    asked = one.client.execute("import time; print('begun'); time.sleep(600)")
    until(lambda: one.client.get_iopub_msg(timeout=60)["content"].get("text") == "begun\n")
    one.manager.interrupt_kernel()
    reply = one.client.get_shell_msg(timeout=60)
    while reply["parent_header"]["msg_id"] != asked:
        reply = one.client.get_shell_msg(timeout=60)
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    process = warm.children()[0]
    process.kill()
    until(lambda: not one.manager.is_alive())
    one.manager.restart_kernel(now=True)
    one.client.wait_for_ready(timeout=60)
    assert one.says("print('back')") == "back"
    process = warm.children()[0]
    psutil.Process(one.manager.provisioner.pid).kill()
    until(lambda: not process.is_running())


def test_where_nobody_answers_an_ordinary_kernel_starts(asking, kernel):
    assert kernel().says("import sys; print('sympy' in sys.modules, 1 + 1)") == "False 2"
