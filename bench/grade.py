"""How long a class of thirty takes to grade, and whether every grade is as it must be; its section of bench/results.md.

The class is made from the exercise's own bank (tests/classroom.py): right in several ways, each known mistake, endless
loops, bombs, 100 MB of output, each kind of bad file. The goal is at most ten minutes on two cores.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import report

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "tools")}

import classroom  # noqa: E402
from gdlib.checks import bank  # noqa: E402


def grade(number, other):
    """A row: exercise, notebooks, seconds, seconds when all is graded already, grades that are not as they must be."""
    pupils, exercise = list(classroom.of_thirty(number, other)), bank.exercise(number)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        classroom.hand_in(pupils, Path(folder) / "class")
        command = [sys.executable, "-m", "grading.grade", Path(folder) / "class", "--exercise", number]
        command += ["--out", out, "--workers", "2", "--no-gradebook"]
        first = report.seconds(lambda: subprocess.run(command, check=True, env=ENVIRONMENT))
        again = report.seconds(lambda: subprocess.run(command, check=True, env=ENVIRONMENT))
        found = {p.name: json.loads((out / "results" / f"{p.name}.json").read_text()) for p in pupils}
    wrong = [line for p in pupils for line in classroom.differences(p, found[p.name], exercise)]
    print(*wrong, sep="\n")
    return f"| {number} | {len(pupils)} | {first:.0f} | {again:.0f} | {len(wrong)} |"


def main():
    numbers = [exercise.number for exercise in map(bank.Exercise, bank.sources())]
    rows = [grade(number, numbers[n - 1]) for n, number in enumerate(numbers)]
    head = ["| exercise | notebooks | seconds | started again | wrong grades |", "|---|---|---|---|---|"]
    report.write("Grading a class", [f"{report.machine('numpy')}; two at a time.", "", *head, *rows])


if __name__ == "__main__":
    main()
