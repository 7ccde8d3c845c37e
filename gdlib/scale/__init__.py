"""Where rows can live and how they are summed: a table in a file, a Dask cluster; bytes predicted, capped, measured."""

from importlib import import_module

__all__ = ["cluster", "files", "memory", "patches"]


def __getattr__(name):
    if name in __all__:
        return import_module(f"gdlib.scale.{name}")
    raise AttributeError(f"module 'gdlib.scale' has no attribute {name!r}")
