"""What a migration does: directives, `op`, and batch mode."""

from __future__ import annotations

import importlib
from typing import Any

from limbeck.operations.base import AbstractOperations, BatchOperations, Operations
from limbeck.operations.ops import MigrateOperation, MigrationScript

__all__ = [
    "AbstractOperations",
    "BatchOperations",
    "MigrateOperation",
    "MigrationScript",
    "Operations",
]


def __getattr__(name: str) -> Any:
    if name in ("batch", "toimpl"):  # compat: reached through this module without an import
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
