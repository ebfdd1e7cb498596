"""`limbeck.util.sqla_compat`: compat: what packages take from SQLAlchemy's edge by Alembic's path.

The functions live in `limbeck.sqla`; they are looked up there when they are asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

_OTHER_NAMES = {"_get_constraint_final_name": "final_name"}  # compat: alembic-gauntlet


def __getattr__(name: str) -> Any:
    if not name.startswith("__"):
        home = importlib.import_module("limbeck.sqla")
        for candidate in (_OTHER_NAMES.get(name, name), name.removeprefix("_")):
            if hasattr(home, candidate):
                return getattr(home, candidate)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
