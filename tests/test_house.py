"""What holds for the whole house: light imports, one set of requirements."""

import json
import subprocess
import sys

import gdlib

CORE = """
import sys, json, time
import numpy
began = time.perf_counter()
import gdlib
taken = time.perf_counter() - began
heavy = [m for m in ("matplotlib", "sympy", "ipywidgets", "IPython", "scipy", "pandas") if m in sys.modules]
gdlib.gradient_descent(lambda x: 2 * x, 1.0); gdlib.finite_difference(abs, 1.0); gdlib.landscapes.valley()
later = [m for m in ("matplotlib", "sympy", "ipywidgets", "IPython") if m in sys.modules]
print(json.dumps([heavy, later, taken]))
"""


def test_import_gdlib_is_light():
    heavy, later, taken = json.loads(subprocess.check_output([sys.executable, "-c", CORE]))
    assert heavy == later == []
    assert taken < 0.3  # a loose guard, ten times the goal of 30 ms: machines are noisy


def test_public_names_are_there():
    for name in gdlib.__all__:
        assert getattr(gdlib, name) is not None
    assert dir(gdlib) == sorted(gdlib.__all__)
