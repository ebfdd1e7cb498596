"""Looking at rows of MySQL and MariaDB: for how long, and which texts are values of a type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, not_, types
from sqlalchemy.types import TypeEngine

from limbeck.ddl.mysql.server import server_of
from limbeck.ddl.rows import RowsImpl

_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DAY_OF_YEAR = (
    "(0?[13578]|1[02])[-/.]?(0?[1-9]|[12][0-9]|3[01])"
    "|(0?[469]|11)[-/.]?(0?[1-9]|[12][0-9]|30)"
    "|0?2[-/.]?(0?[1-9]|1[0-9]|2[0-8])"
)
_CLOCK = ":[0-5]?[0-9](:[0-5]?[0-9]([.][0-9]*)?)?"
_DAY = (
    f"^([0-9]{{4}}[-/.]?({_DAY_OF_YEAR})|{_LEAP}[-/.]?0?2[-/.]?29)"
    f"([ T]([01]?[0-9]|2[0-3]){_CLOCK})?$"
)
_TIME = f"^-?([0-7]?[0-9]{{1,2}}|8[0-2][0-9]|83[0-8]){_CLOCK}$"


class MySQLRows(RowsImpl):
    """The answers of MySQL and MariaDB about rows."""

    lists_enum_values = True

    def tells_case(self, collation: str | None) -> bool:
        """Are words that differ only in case two words? By the name of a column's own collation."""
        return collation is not None and collation.endswith(("_bin", "_cs"))

    def unfit_text(
        self, column: ColumnElement[Any], type_: TypeEngine[Any]
    ) -> ColumnElement[bool] | None:
        """Which texts of a column are no values of a type? By their shape: CAST fails in an UPDATE."""
        if not isinstance(type_, types.Date | types.DateTime | types.Time):
            return None
        return not_(column.regexp_match(_TIME if isinstance(type_, types.Time) else _DAY))

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
