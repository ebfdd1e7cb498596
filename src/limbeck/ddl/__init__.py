"""Everything a database does its own way, a package each, loaded when its dialect is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .impl import DefaultImpl
from .registry import DIALECT_MODULES

__all__ = ["DefaultImpl"]


def __getattr__(name: str) -> Any:
    """Import `limbeck.ddl.postgresql` and the others when they are first named."""
    module = f"{__name__}.{name}"
    if module in DIALECT_MODULES.values():
        return import_module(module)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
