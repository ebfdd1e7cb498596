"""A column that counts up by a sequence of its own: what SERIAL means, for a column that is there.

Receives names and types, returns SQL statements. The sequence is asked for by its column, so that
its name need not be known: `pg_get_serial_sequence`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Identity
from sqlalchemy.types import BigInteger, SmallInteger, TypeEngine

from limbeck import sqla
from limbeck.ddl.base import string_literal


@dataclass(frozen=True, slots=True)
class Counting:
    """Whether a column is a serial one, before and after a change; `is_told`: both are known."""

    is_told: bool
    before: bool
    after: bool
    is_new_identity: bool
    kept_identity: Identity | None
    """The one that it shall be, where it has been one."""

    @classmethod
    def of(
        cls,
        autoincrement: bool | None,
        existing_autoincrement: bool | None,
        server_default: Any,
        existing_server_default: Any,
    ) -> Counting:
        """Read it from what `alter_column` was given: an identity counts up without a serial."""
        final = existing_server_default if server_default is False else server_default
        had_identity = isinstance(existing_server_default, Identity)
        return cls(
            is_told=autoincrement is not None and existing_autoincrement is not None,
            before=existing_autoincrement is True and not had_identity,
            after=autoincrement is True and not isinstance(final, Identity),
            is_new_identity=bool(autoincrement)
            and isinstance(final, Identity)
            and not had_identity,
            kept_identity=final if had_identity and isinstance(final, Identity) else None,
        )


@dataclass(frozen=True, slots=True)
class SerialColumn:
    """The statements about one column's sequence."""

    dialect: Dialect
    table_name: str
    column_name: str
    schema: str | None

    def removal(self) -> Iterator[str]:
        """Yield what makes it a plain column."""
        yield f"ALTER TABLE {self._table} ALTER COLUMN {self._column} DROP DEFAULT"
        yield self._on_sequence("DROP SEQUENCE ", "")

    def creation(self, type_: TypeEngine[Any]) -> Iterator[str]:
        """Yield what makes it a serial one, which counts on from the greatest value there is."""
        from limbeck.ddl.postgresql.models import object_name  # lazy: as all that reads models

        name = object_name(self.table_name, self.column_name, "seq")
        sequence = self._qualified(name)
        place = f"{self._table}.{self._column}"
        yield f"CREATE SEQUENCE {sequence} AS {sequence_type(type_)} OWNED BY {place}"
        default = f"nextval({string_literal(sequence)}::regclass)"
        yield f"ALTER TABLE {self._table} ALTER COLUMN {self._column} SET DEFAULT {default}"
        yield self.continuation()

    def retyping(self, type_: TypeEngine[Any]) -> str:
        """Return what gives the sequence the type of its column."""
        return self._on_sequence("ALTER SEQUENCE ", f" AS {sequence_type(type_)}")

    def limits(self, identity: Identity) -> Iterator[str]:
        """Yield what sets an identity's limits: a new type takes those along that were its own."""
        for word, limit in (("MAXVALUE", identity.maxvalue), ("MINVALUE", identity.minvalue)):
            if limit not in (None, 1, -1):
                yield f"ALTER TABLE {self._table} ALTER COLUMN {self._column} SET {word} {limit}"

    def continuation(self) -> str:
        """Return what makes the sequence go on after the greatest value in the table."""
        value = f"max({self._column})"
        least = (
            "SELECT seqmin FROM pg_catalog.pg_sequence "
            f"WHERE seqrelid = CAST({self._asked} AS regclass)"
        )
        return (
            f"SELECT setval({self._asked}, {value}) FROM {self._table} HAVING {value} >= ({least})"
        )

    def _on_sequence(self, before: str, after: str) -> str:
        call = f"EXECUTE '{before}' || {self._asked}{f' || {after!r}' if after else ''}"
        body = f"IF {self._asked} IS NOT NULL THEN {call}; END IF;"
        return f"DO $limbeck$ BEGIN {body} END $limbeck$"

    @property
    def _asked(self) -> str:
        table, column = string_literal(self._table), string_literal(self.column_name)
        return f"pg_get_serial_sequence({table}, {column})"

    @property
    def _table(self) -> str:
        return self._qualified(self.table_name)

    @property
    def _column(self) -> str:
        return self._quote(self.column_name)

    def _qualified(self, name: str) -> str:
        schema = f"{self._quote(self.schema)}." if self.schema else ""
        return schema + self._quote(name)

    def _quote(self, name: str) -> str:
        return sqla.quote(self.dialect, name)


def sequence_type(type_: TypeEngine[Any]) -> str:
    """Return the type of a sequence for a column of this type."""
    if isinstance(type_, BigInteger):
        return "bigint"
    return "smallint" if isinstance(type_, SmallInteger) else "integer"
