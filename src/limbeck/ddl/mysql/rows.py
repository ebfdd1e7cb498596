"""Looking at rows of MySQL and MariaDB: for how long, and which texts are values of a type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, cast, types
from sqlalchemy.types import TypeEngine

from limbeck.ddl.mysql.server import server_of
from limbeck.ddl.rows import RowsImpl

_DAY = "^[0-9]{4}[-/.]?(0?[1-9]|1[0-2])[-/.]?(0?[1-9]|[12][0-9]|3[01])([ T].*)?$"
_TIME = "^-?[0-9]{1,3}:[0-5]?[0-9](:[0-5]?[0-9]([.][0-9]*)?)?$"


class MySQLRows(RowsImpl):
    """The answers of MySQL and MariaDB about rows."""

    lists_enum_values = True

    def tells_case(self, collation: str | None) -> bool:
        """Are words that differ only in case two words? By the name of a column's own collation."""
        return collation is not None and collation.endswith(("_bin", "_cs"))

    def unfit_text(
        self, column: ColumnElement[Any], type_: TypeEngine[Any]
    ) -> ColumnElement[bool] | None:
        """Which texts of a column are no values of a type? CAST makes NULL of what is no date."""
        shape = _TIME if isinstance(type_, types.Time) else _DAY
        if not isinstance(type_, types.Date | types.DateTime | types.Time):
            return None
        # in an UPDATE, CAST of what has not even the shape is an error: strict mode
        value = case((column.regexp_match(shape), cast(column, type_)))
        return and_(column.is_not(None), value.is_(None))

    @contextmanager
    def time_limit(self, connection: Connection, seconds: int) -> Iterator[None]:
        """Let the block's statements fail that take longer: by a variable of the session."""
        name, limit = "max_execution_time", seconds * 1000
        if server_of(connection.dialect).is_mariadb:
            name, limit = "max_statement_time", seconds
        if connection.exec_driver_sql(f"SELECT @@SESSION.{name}").scalar():
            yield
            return
        connection.exec_driver_sql(f"SET SESSION {name} = {limit}")
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SET SESSION {name} = 0")
