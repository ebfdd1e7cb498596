"""What a MySQL or MariaDB schema has beside its tables → statements, in an order that works.

    system versioning · functions and procedures · views · triggers · events

The server says the statements itself (SHOW CREATE …); whose they are (DEFINER) is left out, so that
they belong to whom runs the revision. A body runs under the SQL mode in which it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from limbeck import sqla
from limbeck.ddl.mysql.partitions import shown_text
from limbeck.ddl.mysql.server import server_of
from limbeck.ddl.mysql.text import LEXICON, quote_string
from limbeck.schema.database import ReadScope
from limbeck.schema.definitions import Definition
from limbeck.schema.facts import TableKey

_BODIES = """
    SELECT LOWER(routine_type) AS kind, routine_name AS name, NULL AS owner, sql_mode AS mode,
           1 AS place, 0 AS number
    FROM information_schema.routines WHERE routine_schema = :schema
    UNION ALL
    SELECT 'view', table_name, NULL, NULL, 2, 0
    FROM information_schema.views WHERE table_schema = :schema
    UNION ALL
    SELECT 'trigger', trigger_name, event_object_table, sql_mode, 3, action_order
    FROM information_schema.triggers WHERE trigger_schema = :schema
    UNION ALL
    SELECT 'event', event_name, NULL, sql_mode, 4, 0
    FROM information_schema.events WHERE event_schema = :schema
    ORDER BY place, number, name"""
_VERSIONED = """
    SELECT t.table_name AS name, EXISTS (
        SELECT * FROM information_schema.columns c WHERE c.table_schema = t.table_schema
        AND c.table_name = t.table_name AND c.generation_expression IN ('ROW START', 'ROW END')
    ) AS has_own_columns
    FROM information_schema.tables t
    WHERE t.table_schema = :schema AND t.table_type = 'SYSTEM VERSIONED'"""
_BUILT = frozenset({"function", "procedure", "view", "trigger", "event"})
_DEFINER = re.compile(r"\sDEFINER\s*=\s*(?:`[^`]*`|'[^']*'|[^\s@]+)(?:@(?:`[^`]*`|'[^']*'|\S+))?")
_NAME = re.compile(r"(\s(?:VIEW|FUNCTION|PROCEDURE|EVENT)\s+(?:IF NOT EXISTS\s+)?)", re.IGNORECASE)


def read_definitions(connection: Connection, scope: ReadScope) -> Sequence[Definition]:
    """Return what is beside the tables of the schemas (databases), default one first."""
    default = scope.default_schema or connection.dialect.default_schema_name
    found: list[Definition] = []
    for schema in dict.fromkeys(name or default for name in scope.schemas):
        if schema is not None:
            found += _Reader(connection, schema, None if schema == default else schema).read()
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    connection: Connection
    schema: str
    key_schema: str | None

    def read(self) -> Iterator[Definition]:
        yield from self._versioned()
        rows = self.connection.execute(text(_BODIES), {"schema": self.schema}).all()
        mode = self.connection.exec_driver_sql("SELECT @@sql_mode").scalar_one()
        found = {(row.kind, row.name): self._definition(row, str(mode)) for row in rows}
        views = {name: each for (kind, name), each in found.items() if kind == "view"}
        ordered = iter(_in_order(views))
        for (kind, _), each in found.items():
            yield next(ordered) if kind == "view" else each

    def _definition(self, row: Row[Any], mode: str) -> Definition:
        place = self._quoted(row.name)
        said_name = row.name if self.key_schema is None else f"{self.key_schema}.{row.name}"
        if row.kind not in _BUILT:
            return Definition(row.kind, said_name)
        create = _DEFINER.sub("", self._show(row.kind, place), count=1)
        if self.key_schema is not None:
            create = self._in_schema(create, row)
        statements: tuple[str, ...] = (create,)
        if row.mode is not None and row.mode != mode:
            statements = (
                f"SET @limbeck_sql_mode = @@sql_mode, sql_mode = {quote_string(row.mode)}",
                create,
                "SET sql_mode = @limbeck_sql_mode",
            )
        owner = None if row.owner is None else TableKey(self.key_schema, row.owner)
        drop = f"DROP {row.kind.upper()} {place}"
        return Definition(row.kind, said_name, statements, (drop,), table=owner)

    def _show(self, kind: str, place: str) -> str:
        sql = sqla.for_driver(self.connection.dialect, f"SHOW CREATE {kind.upper()} {place}")
        row = self.connection.exec_driver_sql(sql).one()
        mapping = row._mapping
        columns = (f"Create {kind.capitalize()}", "SQL Original Statement")
        value = next(mapping[name] for name in columns if name in mapping)
        return value.decode() if isinstance(value, bytes) else str(value)

    def _in_schema(self, create: str, row: Row[Any]) -> str:
        """Say the schema where the server leaves it out: routines, triggers and events."""
        if row.kind == "trigger":
            name = re.compile(rf"(\s)(`?{re.escape(row.name)}`?)(\s)")
            create = name.sub(lambda m: f"{m[1]}{self._quoted(row.name)}{m[3]}", create, count=1)
            owner = re.compile(rf"(\sON\s+)(`?{re.escape(row.owner)}`?)(\s)", re.IGNORECASE)
            return owner.sub(lambda m: f"{m[1]}{self._quoted(row.owner)}{m[3]}", create, count=1)
        schema = self._in_quotes(self.schema)
        if create.find(f"{schema}.") in range(_NAME.search(create).end() + 1):  # type: ignore[union-attr]  # SHOW CREATE says what it is
            return create
        return _NAME.sub(lambda match: f"{match[1]}{schema}.", create, count=1)

    def _versioned(self) -> Iterator[Definition]:
        if not server_of(self.connection.dialect).is_mariadb:
            return
        for row in self.connection.execute(text(_VERSIONED), {"schema": self.schema}):
            if row.has_own_columns:
                key = TableKey(self.key_schema, row.name)
                yield Definition("period of the system-versioned table", str(key), table=key)
                continue
            table = f"ALTER TABLE {self._quoted(row.name)}"
            create, drop = [f"{table} ADD SYSTEM VERSIONING"], [f"{table} DROP SYSTEM VERSIONING"]
            partitions = shown_text(self._show("table", self._quoted(row.name))) or ""
            if partitions.startswith("SYSTEM_TIME"):
                create.append(f"{table} PARTITION BY {partitions}")
                drop.insert(0, f"{table} REMOVE PARTITIONING")
            key = TableKey(self.key_schema, row.name)
            kind = "system versioning of the table"
            yield Definition(kind, row.name, tuple(create), tuple(drop), table=key)

    def _quoted(self, name: str) -> str:
        path = [name] if self.key_schema is None else [self.schema, name]
        return ".".join(map(self._in_quotes, path))

    def _in_quotes(self, name: str) -> str:
        dialect = self.connection.dialect
        return sqla.from_compiler(dialect, dialect.identifier_preparer.quote_identifier(name))


def _in_order(views: Mapping[str, Definition]) -> Iterator[Definition]:
    """Yield views after those that they select from."""
    needs = {
        name: {
            token.text
            for token in LEXICON.tokenize(view.create[0])
            if token.kind == "name" and token.text in views and token.text != name
        }
        for name, view in views.items()
    }
    done: set[str] = set()
    while len(done) < len(views):
        # A circle is none: a column or alias is called like a view.
        free = [name for name in needs if name not in done and needs[name] <= done]
        name = free[0] if free else next(name for name in needs if name not in done)
        done.add(name)
        yield views[name]
