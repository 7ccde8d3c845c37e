"""What the benchmarks share: timing in turn, and one section of bench/results.md each."""

import platform
import statistics
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).with_name("results.md")


def seconds(function):
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def in_turn(functions, rounds, warm=0):
    """{name: seconds of each round}, every function once a round, so that all of them meet the same machine.

    With `warm` each is called so many times, untimed, before: what the one before it left behind (800 MB to
    give back, say) is not on its account.
    """
    taken = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            for _ in range(warm):
                function()
            taken[name].append(seconds(function))
    return taken


def ratio(theirs, ours):
    """The median of the ratios of each round."""
    return statistics.median(a / b for a, b in zip(theirs, ours, strict=True))


def machine(*packages):
    """The machine and the versions, in one line; a package that is missing says so."""
    found = [f"{platform.machine()}, {platform.system()}", processor(), f"Python {platform.python_version()}"]
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"no {package} installed")
    return ", ".join(part for part in found if part)


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else platform.processor()


def write(title, lines):
    """Put the section `## title` into results.md, in place of the one of that name; and print it."""
    old = RESULTS.read_text("utf-8") if RESULTS.exists() else ""
    sections = {part.split("\n", 1)[0]: part.rstrip() + "\n" for part in old.split("\n## ")[1:]}
    sections[title] = "\n".join([title, "", *lines]) + "\n"
    RESULTS.write_text("# What was measured\n\n" + "\n".join(f"## {part}" for part in sections.values()), "utf-8")
    print(f"## {sections[title]}")
