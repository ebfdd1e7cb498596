"""MySQL's and MariaDB's `information_schema` → facts: seven statements a schema, never one a table.

The two servers differ in what they store: MariaDB prints defaults as SQL, marks JSON by a check and
names the checks of a column after it; MySQL has expressions as index keys and escapes the quotes in
the text of expressions. Rules: dev.mysql.com/doc/refman/8.4/en/information-schema.html and
mariadb.com/kb/en/information-schema-tables/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

from limbeck.ddl.mysql.defaults import normal_default_text
from limbeck.ddl.mysql.options import HASHING_ENGINE, found_options, normal_engine
from limbeck.ddl.mysql.server import Server
from limbeck.ddl.mysql.text import (
    normal_collation,
    normal_expression,
    normal_type_text,
    quote_string,
)
from limbeck.schema.facts import (
    CheckFacts,
    ColumnFacts,
    ComputedFacts,
    ForeignKeyFacts,
    IndexElement,
    IndexFacts,
    PrimaryKeyFacts,
    TableFacts,
    TableKey,
    sort_key,
)

_TABLES = """
    SELECT t.table_name AS name, t.table_collation AS collation, t.table_comment AS comment,
           t.engine AS engine, t.table_type AS kind, t.create_options AS create_options,
           @@default_storage_engine AS default_engine, s.default_collation_name AS default_collation
    FROM information_schema.tables t
    JOIN information_schema.schemata s ON s.schema_name = t.table_schema
    WHERE table_schema = :schema AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')"""
_PARTITIONS = """
    SELECT table_name AS table_name, partition_name AS name, partition_method AS method,
           partition_expression AS expression, partition_description AS description,
           partition_comment AS comment, subpartition_name AS sub_name,
           subpartition_method AS sub_method,
           subpartition_expression AS sub_expression
    FROM information_schema.partitions
    WHERE table_schema = :schema AND partition_name IS NOT NULL
    ORDER BY table_name, partition_ordinal_position, subpartition_ordinal_position"""
_COLUMNS = """
    SELECT table_name AS table_name, column_name AS name, column_type AS type,
           is_nullable AS nullable, column_default AS value, extra AS extra,
           collation_name AS collation, column_comment AS comment,
           generation_expression AS expression
    FROM information_schema.columns
    WHERE table_schema = :schema
      AND coalesce(generation_expression, '') NOT IN ('ROW START', 'ROW END')
    ORDER BY table_name, ordinal_position"""
"""Without the columns that versioning fills."""
_INDEXES = """
    SELECT table_name AS table_name, index_name AS name, non_unique AS non_unique,
           column_name AS column_name, collation AS direction, sub_part AS length,
           index_type AS type, {ignored} AS is_ignored, {expression} AS expression
    FROM information_schema.statistics WHERE table_schema = :schema
    ORDER BY table_name, index_name, seq_in_index"""
_FOREIGN_KEY_COLUMNS = """
    SELECT table_name AS table_name, constraint_name AS name, column_name AS column_name,
           referenced_table_schema AS referred_schema, referenced_table_name AS referred_table,
           referenced_column_name AS referred_column
    FROM information_schema.key_column_usage
    WHERE table_schema = :schema AND referenced_table_name IS NOT NULL
    ORDER BY table_name, constraint_name, ordinal_position"""
_FOREIGN_KEY_RULES = """
    SELECT table_name AS table_name, constraint_name AS name,
           update_rule AS on_update, delete_rule AS on_delete
    FROM information_schema.referential_constraints WHERE constraint_schema = :schema"""
_MARIADB_CHECKS = """
    SELECT table_name AS table_name, constraint_name AS name, check_clause AS clause, {level} AS level,
           'YES' AS enforced
    FROM information_schema.check_constraints WHERE constraint_schema = :schema"""
_MYSQL_CHECKS = """
    SELECT t.table_name AS table_name, c.constraint_name AS name, c.check_clause AS clause,
           'Table' AS level, t.enforced AS enforced
    FROM information_schema.check_constraints c
    JOIN information_schema.table_constraints t
      ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
    WHERE c.constraint_schema = :schema AND t.constraint_type = 'CHECK'"""

GENERATED_CHECK_NAME = re.compile(r"CONSTRAINT_\d+\Z|.*_chk_\d+\Z")
_GENERATED_FOREIGN_KEY_NAME = re.compile(r".*_ibfk_\d+\Z")


_ATTRIBUTES = ("invisible", "without system versioning")
"""What `extra` says of a column that no model can."""


_VERSIONED = (
    "is system-versioned: the database changes it only after SET system_versioning_alter_history = "
    "KEEP in the same connection (op.execute), and what is created anew is not versioned"
)


class _Check(NamedTuple):
    name: str
    clause: str
    is_of_column: bool
    is_enforced: bool


@dataclass(slots=True)
class _Rows:
    """What the catalogs say of one table."""

    columns: list[Row[Any]] = field(default_factory=list)
    indexes: dict[str, list[Row[Any]]] = field(default_factory=dict)
    foreign_keys: dict[str, list[Row[Any]]] = field(default_factory=dict)
    rules: dict[str, Row[Any]] = field(default_factory=dict)
    checks: list[_Check] = field(default_factory=list)
    partitions: list[Row[Any]] = field(default_factory=list)


def read_tables(
    connection: Connection, server: Server, schema: str, default_schema: str | None
) -> dict[TableKey, TableFacts]:
    """Return the facts of all tables in one schema."""
    tables = _select(connection, _TABLES, schema)
    rows = {_plain(table.name): _Rows() for table in tables}
    for column in _select(connection, _COLUMNS, schema):
        if column.table_name in rows:
            rows[column.table_name].columns.append(column)
    expression = "expression" if server.has_index_expressions else "NULL"
    query = _INDEXES.format(expression=expression, ignored=server.ignored_index)
    for key in _select(connection, query, schema):
        if key.table_name in rows:
            rows[key.table_name].indexes.setdefault(key.name, []).append(key)
    for key in _select(connection, _FOREIGN_KEY_COLUMNS, schema):
        rows[key.table_name].foreign_keys.setdefault(key.name, []).append(key)
    for rule in _select(connection, _FOREIGN_KEY_RULES, schema):
        rows[rule.table_name].rules[rule.name] = rule
    for table_name, check in _checks(connection, server, schema):
        if table_name in rows:
            rows[table_name].checks.append(check)
    for partition in _partitions(connection, tables, schema):
        rows[partition.table_name].partitions.append(partition)
    key_schema = None if schema == default_schema else schema
    found = [
        _table(table, rows[_plain(table.name)], server, key_schema, default_schema)
        for table in tables
    ]
    return {facts.key: facts for facts in found}


def _partitions(
    connection: Connection, tables: Iterable[Row[Any]], schema: str
) -> Sequence[Row[Any]]:
    """Return the partitions; nothing is asked where no table has any."""
    if any("partitioned" in (table.create_options or "") for table in tables):
        return _select(connection, _PARTITIONS, schema)
    return ()


def _select(connection: Connection, query: str, schema: str) -> Sequence[Row[Any]]:
    return connection.execute(text(query), {"schema": schema}).all()


def _checks(connection: Connection, server: Server, schema: str) -> Iterable[tuple[str, _Check]]:
    if not server.has_checks:
        return
    query = _MYSQL_CHECKS
    if server.is_mariadb:
        query = _MARIADB_CHECKS.format(level="level" if server.has_check_levels else "'Table'")
    for row in _select(connection, query, schema):
        clause = found_expression(row.clause, server)
        is_of_column, is_enforced = row.level == "Column", row.enforced == "YES"
        yield row.table_name, _Check(row.name, clause, is_of_column, is_enforced)


def _plain(value: Any) -> str:
    """Return text that some drivers give as bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)


def found_expression(value: Any, server: Server) -> str:
    """Return an expression of the catalogs in normal form."""
    return normal_expression(_worded(_plain(value), server))


def _worded(sql: str, server: Server) -> str:
    r"""Return an expression as the server words it; MySQL's catalogs escape `'` and `\` once more."""
    return re.sub(r"\\(['\\])", r"\1", sql) if server.escapes_expressions else sql


def _table(
    table: Row[Any], rows: _Rows, server: Server, schema: str | None, default_schema: str | None
) -> TableFacts:
    key = TableKey(schema, _plain(table.name))
    json_columns = {check.name for check in rows.checks if is_json_check(check.name, check.clause)}
    known = {None, *(row.name for row in rows.columns)}
    keys = {
        name: [
            part for part in parts if part.column_name in known
        ]  # versioning adds one of its own
        for name, parts in rows.indexes.items()
    }
    hashes = normal_engine(table.engine or "") == HASHING_ENGINE
    indexes = [_index(name, parts, server, hashes=hashes) for name, parts in keys.items()]
    foreign_keys = [
        _foreign_key(name, parts, rows.rules.get(name), default_schema)
        for name, parts in rows.foreign_keys.items()
    ]
    primary = keys.get("PRIMARY")
    return TableFacts(
        key=key,
        columns=tuple(_column(row, table, server, json_columns) for row in rows.columns),
        primary_key=_primary_key(primary, hashes=hashes) if primary else None,
        caveat=_VERSIONED if table.kind == "SYSTEM VERSIONED" else None,
        foreign_keys=tuple(sorted(foreign_keys, key=sort_key)),
        checks=tuple(
            sorted(
                (_check(check) for check in rows.checks if check.name not in json_columns),
                key=sort_key,
            )
        ),
        indexes=mark_implicit(
            sorted((index for index in indexes if index.name != "PRIMARY"), key=sort_key),
            foreign_keys,
        ),
        comment=table.comment or None,
        options=found_options(table, rows.partitions, [row.name for row in rows.columns]),
    )


def is_json_check(name: str, clause: str) -> bool:
    """Tell whether this is the check that MariaDB gives a JSON column."""
    return clause in (f"json_valid({name})", f"json_valid(`{name}`)")


def _column(row: Row[Any], table: Row[Any], server: Server, json_columns: set[str]) -> ColumnFacts:
    type_ = normal_type_text(_plain(row.type)).type
    collation = None if row.collation is None else normal_collation(row.collation)
    if table.collation is not None and collation == normal_collation(table.collation):
        collation = None
    if type_ == "longtext" and row.name in json_columns:
        type_, collation = "json", None
    extra = (row.extra or "").lower()
    computed = None
    if row.expression and _plain(row.expression):
        is_stored = "stored" in extra or "persistent" in extra
        computed = ComputedFacts(found_expression(row.expression, server), persisted=is_stored)
    default = None if computed else found_default(row.value, type_, extra, server)
    return ColumnFacts(
        name=row.name,
        type=type_,
        nullable=row.nullable == "YES",
        default=default,
        is_default_lossy=has_default_of_bytes(type_, default) and "?" in str(default),
        computed=computed,
        autoincrement="auto_increment" in extra,
        collation=collation,
        comment=row.comment or None,
        attributes=" ".join(word.upper() for word in _ATTRIBUTES if word in extra) or None,
    )


def has_default_of_bytes(type_: str, default: str | None) -> bool:
    """Tell whether a default may have bytes that are no text.

    The catalog has a `?` for each. MariaDB's SHOW CREATE TABLE writes them as they are (seen on
    10.11), which drivers can't read and end the connection.
    """
    return default is not None and type_.partition("(")[0].endswith(("binary", "blob"))


def found_default(value: Any, type_: str, extra: str, server: Server) -> str | None:
    """Return a default of the catalogs in normal form, ON UPDATE of `extra` included."""
    sql = "NULL" if value is None else _plain(value)
    if value is not None and not server.has_default_expressions:
        # MySQL has the bare value of a literal, bytes as 0x…; 8.0.13 marks what is an expression.
        is_time = re.match(r"current_timestamp", sql, re.IGNORECASE)
        is_bytes = has_default_of_bytes(type_, sql) and sql.startswith("0x")
        if "default_generated" in extra:
            sql = _worded(sql, server)
        elif not (is_time or is_bytes or sql.startswith("b'")):
            sql = quote_string(sql)
    position = extra.find("on update ")
    if position >= 0:
        sql = f"{sql} {extra[position:]}"
    return normal_default_text(sql, type_)


def _primary_key(parts: Sequence[Row[Any]], *, hashes: bool) -> PrimaryKeyFacts:
    method = _method(parts[0], hashes=hashes)
    columns = tuple(part.column_name for part in parts)
    return PrimaryKeyFacts(columns, options=() if method is None else (("using", method),))


def _method(part: Row[Any], *, hashes: bool) -> str | None:
    """Return the method of an index where its engine has another one by itself."""
    return "btree" if hashes and part.type.upper() == "BTREE" else None


def _index(name: str, parts: Sequence[Row[Any]], server: Server, *, hashes: bool) -> IndexFacts:
    first = parts[0]
    kind = first.type.upper()
    is_special = kind in ("FULLTEXT", "SPATIAL")
    elements = []
    for part in parts:
        # The length that a SPATIAL index reports is its own.
        has_length = part.length is not None and not is_special
        element = IndexElement(
            sql=part.column_name or found_expression(part.expression, server),
            is_expression=part.column_name is None,
            descending=part.direction == "D",
            options=(("length", str(part.length)),) if has_length else (),
        )
        elements.append(element)
    return IndexFacts(
        name=name,
        elements=tuple(elements),
        unique=not int(first.non_unique),
        method=_method(first, hashes=hashes),
        options=(
            *([("ignored", "true")] if first.is_ignored else []),
            *([("prefix", kind)] if is_special else []),
        ),
    )


def _foreign_key(
    name: str, parts: Sequence[Row[Any]], rule: Row[Any] | None, default_schema: str | None
) -> ForeignKeyFacts:
    first = parts[0]
    schema = None if first.referred_schema == default_schema else first.referred_schema
    return ForeignKeyFacts(
        columns=tuple(part.column_name for part in parts),
        referred=TableKey(schema, first.referred_table),
        referred_columns=tuple(part.referred_column for part in parts),
        name=name,
        on_update=normal_action(rule.on_update if rule else None),
        on_delete=normal_action(rule.on_delete if rule else None),
        is_generated_name=bool(_GENERATED_FOREIGN_KEY_NAME.match(name)),
    )


def normal_action(action: str | None) -> str | None:
    """Return a foreign key's action; RESTRICT and NO ACTION are the same, and the default."""
    upper = " ".join((action or "").upper().split())
    return None if upper in ("", "RESTRICT", "NO ACTION") else upper


def _check(check: _Check) -> CheckFacts:
    if check.is_of_column:
        # It has the column's name in the catalog, but none by which it could be dropped.
        return CheckFacts(check.clause, is_generated_name=True, column=check.name)
    is_generated = bool(GENERATED_CHECK_NAME.match(check.name))
    holds = check.is_enforced
    return CheckFacts(
        check.clause, check.name, is_valid=holds, is_enforced=holds, is_generated_name=is_generated
    )


def mark_implicit(
    indexes: Iterable[IndexFacts], foreign_keys: Sequence[ForeignKeyFacts]
) -> tuple[IndexFacts, ...]:
    """Mark the indexes that InnoDB made for a foreign key: by their columns and their name."""
    return tuple(
        replace(index, is_implicit=True, is_generated_name=True)
        if any(_is_made_for(index, key) for key in foreign_keys)
        else index
        for index in indexes
    )


def _is_made_for(index: IndexFacts, key: ForeignKeyFacts) -> bool:
    if index.unique or index.elements != tuple(IndexElement(name) for name in key.columns):
        return False
    first = re.escape(key.columns[0])
    return index.name == key.name or bool(re.match(rf"{first}(_\d+)?\Z", index.name or ""))
