"""Looking at rows of PostgreSQL: for how long, and which texts are values of a type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, func, not_, text
from sqlalchemy.types import TypeEngine

from limbeck.ddl.postgresql.replace_type import FAMILY
from limbeck.ddl.postgresql.text import quoted_name
from limbeck.ddl.rows import Limits, RowsImpl, TypedColumn
from limbeck.schema.models import compile_type

_SET = text("SELECT pg_catalog.set_config('statement_timeout', :value, false)")

_TYPE = """(SELECT y.oid FROM pg_catalog.pg_type y
            JOIN pg_catalog.pg_namespace yn ON yn.oid = y.typnamespace
            WHERE y.typname = :name AND yn.nspname = coalesce(:schema, current_schema()))"""
_COLUMNS_OF_TYPE = text(
    f"""
    WITH RECURSIVE {FAMILY.format(type=_TYPE)}
    SELECT nullif(n.nspname, current_schema()), c.relname, a.attname, f.is_array
    FROM family f
    JOIN pg_catalog.pg_attribute a ON a.atttypid = f.oid AND NOT a.attisdropped
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT c.relispartition
    ORDER BY 1, 2, 3
    """
)


_BEYOND = text(
    """
    SELECT number FROM (
        SELECT seqincrement, pg_catalog.pg_sequence_last_value(seqrelid) AS number
        FROM pg_catalog.pg_sequence
        WHERE seqrelid = to_regclass(CASE WHEN CAST(:column AS text) IS NULL THEN :path
            ELSE pg_catalog.pg_get_serial_sequence(:path, :column) END)
    ) s
    WHERE CASE WHEN seqincrement > 0 THEN number > CAST(:most AS bigint)
        ELSE number < CAST(:least AS bigint) END
    """
)


class PostgresqlRows(RowsImpl):
    """PostgreSQL's answers about rows."""

    dialect: Dialect

    def unfit_text(
        self, column: ColumnElement[Any], type_: TypeEngine[Any]
    ) -> ColumnElement[bool] | None:
        """Which texts of a column are no values of a type? PostgreSQL 16 tells itself."""
        if (self.dialect.server_version_info or (0,)) < (16,):
            return None
        return not_(func.pg_input_is_valid(column, compile_type(self.dialect, type_)))

    def columns_of_type(
        self, connection: Connection, name: str, schema: str | None
    ) -> Sequence[TypedColumn]:
        """Which columns are of a type with a name, a domain over it, or arrays of either?"""
        given = {"name": name, "schema": schema}
        return [TypedColumn(*row) for row in connection.execute(_COLUMNS_OF_TYPE, given)]

    def number_beyond(
        self, connection: Connection, place: Sequence[str | None], limits: Limits
    ) -> int | None:
        """Which number beyond its new limits has the sequence at a place come to?"""
        schema, name, *column = place
        path = ".".join(quoted_name(part) for part in (schema, name) if part is not None)
        given = {"path": path, "column": [*column, None][0], "least": limits[0], "most": limits[1]}
        number: int | None = connection.scalar(_BEYOND, given)
        return number

    @contextmanager
    def time_limit(self, connection: Connection, seconds: int) -> Iterator[None]:
        """Let the block's statements fail that take longer: by `statement_timeout`."""
        before = connection.scalar(text("SELECT pg_catalog.current_setting('statement_timeout')"))
        if before != "0":
            yield
            return
        connection.execute(_SET, {"value": str(seconds * 1000)})
        try:
            yield
        finally:
            connection.execute(_SET, {"value": before})
