"""An implementation that writes to a buffer, for tests of the SQL that it writes."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import URL
from sqlalchemy.engine import Dialect, make_url

from limbeck.ddl.impl import DefaultImpl

MARIADB = "mariadb+pymysql://"


class Script:
    """The SQL that calls of an implementation wrote, without the separators of a dialect."""

    def __init__(self, dialect: str, **options: Any) -> None:
        self._buffer = io.StringIO()
        self.impl = make_impl(make_dialect(dialect), self._buffer, options)

    @property
    def text(self) -> str:
        """All of it."""
        return self._buffer.getvalue()

    @property
    def statements(self) -> list[str]:
        """The statements, without terminator and batch separator."""
        parts = (part.strip().removesuffix(";") for part in self.text.split("\n\n"))
        return [part for part in parts if part not in ("", "GO", "/")]


def make_dialect(name: str) -> Dialect:
    """Return SQLAlchemy's dialect of that name, with its usual driver."""
    url = make_url(MARIADB) if name == "mariadb" else URL.create(name)
    return url.get_dialect()(**({"is_mariadb": True} if name == "mariadb" else {}))


def make_impl(dialect: Dialect, buffer: io.StringIO, options: dict[str, Any]) -> DefaultImpl:
    """Return the implementation that writes to the buffer."""
    cls = DefaultImpl.get_by_dialect(dialect)
    return cls(dialect, None, True, None, buffer, options)  # noqa: FBT003  # Alembic's signature
