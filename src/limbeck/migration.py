"""`limbeck.migration`: compat: Alembic's short path to `runtime.migration`."""

from __future__ import annotations

from limbeck.runtime.migration import MigrationContext

__all__ = ["MigrationContext"]
