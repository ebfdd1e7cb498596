"""`limbeck.migration`: compat: Alembic's short path to `runtime.migration`."""

from __future__ import annotations

from limbeck.runtime.migration import (
    HeadMaintainer,
    MigrationContext,
    MigrationInfo,
    MigrationStep,
    RevisionStep,
    StampStep,
)

__all__ = [
    "HeadMaintainer",
    "MigrationContext",
    "MigrationInfo",
    "MigrationStep",
    "RevisionStep",
    "StampStep",
]
