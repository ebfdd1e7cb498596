"""The probe: PostgreSQL itself says what it makes of a table's types and expressions.

Tables with nothing but the suspects' columns, defaults, checks and indexes are made as temporary
ones, read back from the catalogs like any other, and rolled back:

    facts ── savepoint ── DO (all of it) ── read the temporary schema ── rollback ── facts
                            └─ refused: DO again, each piece in a block of its own

Deparsed text can deparse differently once more (`varchar IN (…)`), so this is repeated until nothing
changes. Nothing is committed and no user's table is locked, read or even named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from limbeck.ddl.postgresql.text import quoted_name
from limbeck.schema.facts import (
    UNKNOWN_TYPE,
    CheckFacts,
    ColumnFacts,
    IndexElement,
    IndexFacts,
    SchemaFacts,
    TableFacts,
    TableKey,
)
from limbeck.schema.probe import Piece, Probe, pieces_of
from limbeck.sqla import is_autocommit

_Found = TypeVar("_Found")
Read = Callable[[Connection, str], _Found]
"""Reads the schema of that name."""

PREFIX = "limbeck_probe_"
MOST_PASSES = 4
_OUTER = "$limbeck_probe$"
_INNER = "$limbeck_piece$"
_TEMPORARY_SCHEMA = (
    "SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = pg_catalog.pg_my_temp_schema()"
)


def probe_facts(
    connection: Connection, tables: Mapping[TableKey, TableFacts], read: Read[SchemaFacts]
) -> Probe:
    """Return the tables with types and expressions as the database prints them for good.

    A piece that the database refuses stays as it is; the result is empty where no temporary table
    can be made.
    """
    if not tables:
        return Probe()
    with scratch(connection):
        if not may_probe(connection):
            return Probe()
        probe = Probe(tables)
        for _ in range(MOST_PASSES):
            found = _probe_once(connection, probe, read)
            if found is None or found.facts == probe.facts:
                return Probe() if found is None else found
            probe = found
    return probe


@contextmanager
def scratch(connection: Connection) -> Iterator[None]:
    """Run within the caller's transaction, or within one that is rolled back at the end."""
    if connection.in_transaction() and not is_autocommit(connection):
        yield
        return
    is_manual = is_autocommit(connection)
    if is_manual:
        connection.exec_driver_sql("BEGIN")
    try:
        yield
    finally:
        if is_manual:
            connection.exec_driver_sql("ROLLBACK")
        else:
            connection.rollback()


def may_probe(connection: Connection) -> bool:
    """Tell whether this connection may make temporary tables."""
    return bool(
        connection.scalar(
            text(
                "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP')"
                " AND pg_catalog.current_setting('transaction_read_only') = 'off'"
                " AND NOT pg_catalog.pg_is_in_recovery()"
            )
        )
    )


def _probe_once(connection: Connection, before: Probe, read: Read[SchemaFacts]) -> Probe | None:
    """Make the tables, read them back and undo it; None if the database makes none of them."""
    tables = before.facts
    plans = [_Plan(f"{PREFIX}{number}", facts) for number, facts in enumerate(tables.values())]
    schema = run_and_read(connection, [sql for plan in plans for sql in plan.whole()], read)
    if schema is None:
        pieces = [sql for plan in plans for sql in plan.pieces()]
        schema = run_and_read(connection, pieces, read, is_piecewise=True)
    if schema is None:
        return None
    by_name = {key.name: facts for key, facts in schema.tables.items()}
    facts: dict[TableKey, TableFacts] = {}
    refused: dict[TableKey, frozenset[Piece]] = {}
    for key, plan in zip(tables, plans, strict=True):
        found = by_name.get(plan.name)
        facts[key] = plan.facts if found is None else plan.merged(found)
        refused_here = before.refused.get(key, frozenset()) | frozenset(plan.refused(found))
        if refused_here:
            refused[key] = refused_here
    return Probe(facts, refused)


def run_and_read(
    connection: Connection,
    statements: Sequence[str],
    read: Read[_Found],
    *,
    is_piecewise: bool = False,
) -> _Found | None:
    """Run statements within a savepoint, read the temporary schema and roll back; None if refused."""
    savepoint = connection.begin_nested()
    try:
        # The driver must not look for parameters: the statements hold the user's own `%`.
        options = {"no_parameters": True}
        connection.exec_driver_sql(_block(statements, is_piecewise), execution_options=options)
        return read(connection, str(connection.scalar(text(_TEMPORARY_SCHEMA))))
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return None
    finally:
        savepoint.rollback()


def _block(statements: Sequence[str], is_piecewise: bool) -> str:
    """Return one statement that runs them all; piecewise: that goes on after a refused one."""
    lines = [f"EXECUTE {_INNER}{sql}{_INNER};" for sql in statements]
    if is_piecewise:
        lines = [f"BEGIN {line} EXCEPTION WHEN OTHERS THEN NULL; END;" for line in lines]
    return "\n".join([f"DO {_OUTER} BEGIN", *lines, f"END {_OUTER}"])


@dataclass(frozen=True, slots=True)
class _Plan:
    """The temporary table that stands for a suspect."""

    name: str
    facts: TableFacts

    def whole(self) -> Iterator[str]:
        """Yield the statements that make all of it."""
        parts = [_column_sql(column) for column in self._columns()]
        for number, check in enumerate(self.facts.checks):
            parts.append(f"CONSTRAINT {_check_name(number)} CHECK ({check.sql})")
        yield f"CREATE TEMP TABLE {self.name} ({', '.join(parts)})"
        yield from self._indexes()

    def pieces(self) -> Iterator[str]:
        """Yield statements of which each may fail alone."""
        yield f"CREATE TEMP TABLE {self.name} ()"
        alter = f"ALTER TABLE pg_temp.{self.name}"
        columns = sorted(self._columns(), key=lambda column: column.computed is not None)
        for column in columns:
            yield f"{alter} ADD COLUMN {_column_sql(replace(column, default=None))}"
        for column in columns:
            if column.default is not None:
                name = quoted_name(column.name)
                yield f"{alter} ALTER COLUMN {name} SET DEFAULT ({column.default})"
        for number, check in enumerate(self.facts.checks):
            yield f"{alter} ADD CONSTRAINT {_check_name(number)} CHECK ({check.sql})"
        yield from self._indexes()

    def _columns(self) -> list[ColumnFacts]:
        return [column for column in self.facts.columns if column.type != UNKNOWN_TYPE]

    def _indexes(self) -> Iterator[str]:
        for number, index in enumerate(self.facts.indexes):
            elements = ", ".join(_element_sql(element) for element in index.elements)
            sql = f"CREATE INDEX {self._index_name(number)} ON pg_temp.{self.name}"
            if index.method is not None:
                sql += f" USING {index.method}"
            sql += f" ({elements})"
            yield sql if index.where is None else f"{sql} WHERE {index.where}"

    def _index_name(self, number: int) -> str:
        return f"{self.name}_i{number}"

    def merged(self, found: TableFacts) -> TableFacts:
        """Return the suspect with what was found in place of what the database normalises."""
        checks = {check.name: check for check in found.checks}
        indexes = {index.name: index for index in found.indexes}
        return replace(
            self.facts,
            columns=tuple(
                _merged_column(column, found.column(column.name)) for column in self.facts.columns
            ),
            checks=tuple(
                _merged_check(check, checks.get(_check_name(number)))
                for number, check in enumerate(self.facts.checks)
            ),
            indexes=tuple(
                _merged_index(index, indexes.get(self._index_name(number)))
                for number, index in enumerate(self.facts.indexes)
            ),
        )

    def refused(self, found: TableFacts | None) -> Iterator[Piece]:
        """Yield what the database would not have."""
        if found is None:
            yield from pieces_of(self.facts)
            return
        for column in self.facts.columns:
            other = found.column(column.name)
            # A column that is missing has a type that is yet to come: a change in any case.
            if column.default is not None and other is not None and other.default is None:
                yield Piece("default", column.name)
            if column.computed is not None and other is None:
                yield Piece("computed", column.name)
        checks = {check.name for check in found.checks}
        for number, check in enumerate(self.facts.checks):
            if _check_name(number) not in checks:
                yield Piece("check", check.name or check.sql)
        indexes = {index.name for index in found.indexes}
        for number, index in enumerate(self.facts.indexes):
            if self._index_name(number) not in indexes:
                yield Piece("index", str(index.name))


# --------------------------------------------------------------------------------- SQL of the pieces


def _check_name(number: int) -> str:
    return f"limbeck_check_{number}"


def _column_sql(column: ColumnFacts) -> str:
    sql = f"{quoted_name(column.name)} {column.type}"
    if column.collation is not None:
        is_path = '"' in column.collation
        sql += f" COLLATE {column.collation if is_path else quoted_name(column.collation)}"
    if column.computed is not None:
        kind = "VIRTUAL" if column.computed.persisted is False else "STORED"
        return f"{sql} GENERATED ALWAYS AS ({column.computed.sql}) {kind}"
    return sql if column.default is None else f"{sql} DEFAULT ({column.default})"


def _element_sql(element: IndexElement) -> str:
    sql = f"({element.sql})" if element.is_expression else quoted_name(element.sql)
    for name, value in element.options:
        if name == "opclass":
            sql += f" {value}"
    if element.descending:
        sql += " DESC"
    return sql if element.nulls is None else f"{sql} NULLS {element.nulls.upper()}"


# ------------------------------------------------------------------------------------------- merging


def _merged_column(column: ColumnFacts, found: ColumnFacts | None) -> ColumnFacts:
    if found is None:
        return column
    is_default = column.default is not None and found.default is not None
    is_computed = column.computed is not None and found.computed is not None
    return replace(
        column,
        type=found.type,
        collation=found.collation,
        default=found.default if is_default else column.default,
        computed=found.computed if is_computed else column.computed,
    )


def _merged_check(check: CheckFacts, found: CheckFacts | None) -> CheckFacts:
    return check if found is None else replace(check, sql=found.sql)


def _merged_index(index: IndexFacts, found: IndexFacts | None) -> IndexFacts:
    if found is None:
        return index
    return replace(index, elements=found.elements, where=found.where, method=found.method)
