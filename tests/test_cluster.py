"""gdlib without the extras: what it says where Dask or PyTorch is missing. test_scale.py runs the real ones."""

import subprocess
import sys

import numpy as np
import pytest

from gdlib.scale import cluster, compiled

ALONE = """
import sys
import numpy as np, gdlib, gdlib.scale.cluster, gdlib.scale.files
loss = gdlib.LeastSquares(np.ones((3, 1)), np.ones(3))
gdlib.gradient_descent(loss.gradient, np.zeros(1))
print([name for name in ("dask", "distributed", "torch", "numba", "threadpoolctl") if name in sys.modules])
"""


@pytest.mark.parametrize(
    "package,module,command",
    [
        ("dask", "distributed", 'pip install "dask[array,distributed]"'),
        ("torch", "torch", "pip install torch==2.13.0"),
        ("numba", "numba", "pip install numba scipy"),
    ],
)
def test_what_is_missing_is_said_with_the_command_that_installs_it(package, module, command, monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None if name == module else object())
    assert cluster.missing(package) == f"{package} is not installed: {command}"
    assert [cluster.missing(other) for other in cluster.EXTRAS if other != package] == [None, None]


def test_connect_says_it_too(monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'dask is not installed: pip install "dask\[array,distributed\]"'):
        cluster.connect()


def test_the_compiled_source_names_its_extra(monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    np.save(tmp_path / "t.npy", np.ones((3, 2)))
    says = "needs the extra `compiled`: numba is not installed: pip install numba scipy"
    for source in (lambda: compiled.Rows(np.ones((3, 1)), np.ones(3)), lambda: compiled.Table(tmp_path / "t.npy")):
        with pytest.raises(ImportError, match=says):
            source()


def test_nothing_of_it_is_imported_for_numpy():
    assert subprocess.check_output([sys.executable, "-c", ALONE], text=True).strip() == "[]"
