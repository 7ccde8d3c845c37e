"""Where rows can live and how they are summed: in a file, on a cluster, on a device; memory, predicted and capped."""

from importlib import import_module

__all__ = ["arrays", "cluster", "compiled", "files", "many", "memory", "patches"]


def __getattr__(name):
    if name in __all__:
        return import_module(f"gdlib.scale.{name}")
    raise AttributeError(f"module 'gdlib.scale' has no attribute {name!r}")
