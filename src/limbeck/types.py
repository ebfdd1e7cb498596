"""Column types that SQLAlchemy has no class for, for revision files."""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import UserDefinedType


class DatabaseType(UserDefinedType[Any]):
    """A type by what the database calls it: `DatabaseType("point")`.

    Values pass as the driver has them.
    """

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **kw: Any) -> str:
        """Return the type's name."""
        return self.name

    def __repr__(self) -> str:
        return f"DatabaseType({self.name!r})"
