"""Which answers are older than the cell that should give them: that was run since, and ended in an error.

The notebook's shell says when a cell begins and ends. Where there is none nothing is known, and nothing is said.
"""

import contextlib
import re
import sys

from gdlib.checks import bank

_DEFINES = re.compile(r"(?:\A\s*|^)(?:async +)?(?:def +(\w+)|(\w+(?: *, *\w+)*) *(?::[^=\n]*)?=(?!=))", re.M)
_before, _old = {}, {}  # {name: value}: as the cell begins; as it began, of those whose cell failed


def _names(info):
    """What a cell should define: by its place in the exercise, "q3-2", and by its lines, be they Python or not."""
    found = {name for words in _DEFINES.findall(info.raw_cell) for name in re.findall(r"\w+", " ".join(words))}
    if place := re.fullmatch(r"q(\d+)-(\d+)", getattr(info, "cell_id", None) or ""):
        with contextlib.suppress(ValueError, OSError):
            found.update(bank.question(".".join(place.groups())).names)
    return found


def follow():
    """From now on know it, where a shell runs cells."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return

    def begins(info):
        _before.clear()
        _before.update((name, shell.user_ns[name]) for name in _names(info) if name in shell.user_ns)

    def ends(result):
        failed = result is not None and not result.success
        for name, value in _before.items():
            _old.pop(name, None)
            if failed:
                _old[name] = value
        _before.clear()

    shell.events.register("pre_run_cell", begins)
    shell.events.register("post_run_cell", ends)


def is_old(names, answer):
    """Is one of these names' values, the answer, older than its cell, which failed?"""
    return any(name in _old and _old[name] is value for name, value in zip(names, answer, strict=True))
