"""`limbeck.environment`: compat: Alembic's short path to `runtime.environment`."""

from __future__ import annotations

from limbeck.runtime.environment import EnvironmentContext

__all__ = ["EnvironmentContext"]
