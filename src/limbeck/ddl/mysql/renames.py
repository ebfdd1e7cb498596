"""Other names for the constraints of MySQL and MariaDB, which have a statement for indexes only.

A unique constraint is an index. A foreign key or a check is added under its new name before the
old one is dropped, so that the rows are never without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.sql.elements import conv

from limbeck import sqla
from limbeck.ddl.mysql.read import read_schema
from limbeck.errors import UnsupportedOperationError
from limbeck.logs import logger_of
from limbeck.schema.build import build_tables
from limbeck.schema.database import ReadScope
from limbeck.schema.facts import TableKey

if TYPE_CHECKING:
    from limbeck.ddl.impl import DefaultImpl

log = logger_of(__name__)

_KINDS: dict[str, type[Constraint]] = {
    "primary": PrimaryKeyConstraint,
    "unique": UniqueConstraint,
    "foreignkey": ForeignKeyConstraint,
    "check": CheckConstraint,
}


def rename_constraint(
    impl: DefaultImpl,
    table_name: str,
    old_name: str,
    new_name: str,
    schema: str | None,
    type_: str | None,
) -> None:
    """Give a constraint another name; raises UnsupportedOperationError where it can't be known."""
    if type_ == "primary":
        log.info("The primary key of %s keeps its name: it is always PRIMARY", table_name)
        return
    if type_ == "unique":
        impl.rename_index(table_name, old_name, new_name, schema=schema)
        return
    if impl.connection is None or impl.as_sql:
        raise UnsupportedOperationError(
            f"Can't write the renaming of the constraint {old_name} of {table_name} to a SQL "
            f"script: only indexes and unique constraints (type_='unique') have a statement for "
            f"it. Drop the constraint and create it under its new name."
        )
    table = _read_table(impl, table_name, schema)
    constraint = _find(table, old_name, type_)
    is_index = any(str(index.name) == str(old_name) for index in table.indexes)
    if constraint is None or isinstance(constraint, UniqueConstraint):
        if constraint is None and not is_index:
            raise UnsupportedOperationError(
                f"Can't rename the constraint {old_name}: the table {table_name} has none of that "
                f"name. Look at its constraints with SHOW CREATE TABLE."
            )
        impl.rename_index(table_name, old_name, new_name, schema=schema)
        return
    constraint.name = conv(new_name)
    impl.add_constraint(constraint)
    constraint.name = conv(old_name)
    impl.drop_constraint(constraint)
    if is_index and isinstance(constraint, ForeignKeyConstraint):
        # InnoDB made it for the key, under the key's name
        impl.rename_index(table_name, old_name, new_name, schema=schema)


def _read_table(impl: DefaultImpl, table_name: str, schema: str | None) -> Table:
    connection = impl._connected()
    default = connection.dialect.default_schema_name
    facts = read_schema(connection, ReadScope((schema,), default_schema=default)).tables
    key = TableKey(None if schema == default else schema, str(table_name))
    if key not in facts:
        raise UnsupportedOperationError(
            f"Can't rename a constraint of the table {key}: there is no such table."
        )
    metadata: Any = MetaData()
    return build_tables(connection, [facts[key]], metadata)[key]


def _find(table: Table, name: str, type_: str | None) -> Constraint | None:
    kind = _KINDS.get(type_ or "", Constraint)
    for constraint in sqla.sorted_constraints(table):
        if isinstance(constraint, kind) and str(constraint.name or "") == str(name):
            return constraint
    return None
