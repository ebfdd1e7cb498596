"""SQLite: its catalog → facts, and what it makes of a model.

`sqlite_master` holds every definition as text, so a schema takes one statement to read (and one to
tell the tables that virtual tables keep for themselves), whatever the number of tables. Tokens
decide whether two expressions are the same; there is nothing to probe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Dialect, Table, UniqueConstraint, text
from sqlalchemy.exc import CompileError
from sqlalchemy.types import Integer, TypeEngine

from limbeck import sqla
from limbeck.ddl.reader import probe_domains, read_model_objects, sequence_arguments
from limbeck.ddl.sqlite.definitions import read_definitions
from limbeck.ddl.sqlite.master import is_virtual, schemas_of
from limbeck.ddl.sqlite.parse import (
    conflict_option,
    is_key_without_null,
    normal_action,
    normal_collation,
    parse_element,
    parse_index,
    parse_table,
)
from limbeck.ddl.sqlite.text import (
    LEXICON,
    normal_default_tokens,
    normal_expression,
    normal_type_text,
)
from limbeck.schema.database import ReadScope
from limbeck.schema.facts import (
    UNKNOWN_TYPE,
    CheckFacts,
    ColumnFacts,
    ComputedFacts,
    ForeignKeyFacts,
    IndexElement,
    IndexFacts,
    Options,
    SchemaFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
    key_order,
    sort_key,
)
from limbeck.schema.models import compile_type
from limbeck.schema.normalize import split_collation
from limbeck.schema.probe import Probe
from limbeck.sqla import column_default_text

__all__ = [
    "adjust_model_table",
    "normal_default",
    "normal_expression",
    "normal_type",
    "probe_domains",
    "probe_tables",
    "read_definitions",
    "read_model_objects",
    "read_schema",
    "sequence_arguments",
]

_Fact = TypeVar("_Fact", UniqueFacts, ForeignKeyFacts, CheckFacts, IndexFacts)

# ---------------------------------------------------------------- read


def read_schema(connection: Connection, scope: ReadScope) -> SchemaFacts:
    """Return the facts of the schemas (attached databases) in `scope` that exist."""
    tables: dict[TableKey, TableFacts] = {}
    for schema, key_schema in schemas_of(connection, scope):
        tables.update(_read_one(connection, schema, key_schema))
    return SchemaFacts(
        MappingProxyType({key: tables[key] for key in sorted(tables, key=key_order)})
    )


def _read_one(
    connection: Connection, schema: str, key_schema: str | None
) -> dict[TableKey, TableFacts]:
    quoted = connection.dialect.identifier_preparer.quote_identifier(schema)
    rows = connection.execute(
        text(
            f"SELECT type, name, tbl_name, sql FROM {quoted}.sqlite_master"
            " WHERE type IN ('table', 'index') AND sql IS NOT NULL"
            r" AND name NOT LIKE 'sqlite\_%' ESCAPE '\'"
        )
    ).all()
    tables = {row.name: row.sql for row in rows if row.type == "table"}
    for name in _virtual_and_shadow_tables(connection, schema, tables):
        del tables[name]
    indexes: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row.type == "index":
            indexes.setdefault(row.tbl_name, []).append((row.name, row.sql))
    parsed = {name: parse_table(TableKey(key_schema, name), sql) for name, sql in tables.items()}
    by_name = {name.lower(): facts for name, facts in parsed.items()}
    return {
        facts.key: replace(
            facts,
            indexes=_parse_indexes(indexes.get(facts.key.name, ()), facts),
            foreign_keys=_sorted(_resolve(fact, by_name) for fact in facts.foreign_keys),
        )
        for facts in parsed.values()
    }


def _virtual_and_shadow_tables(
    connection: Connection, schema: str, tables: Mapping[str, str]
) -> list[str]:
    """Return the names of virtual tables and of the tables in which their modules keep data.

    Neither can be said in a model; they belong to the modules (FTS, R-Tree, SpatiaLite, …).
    """
    virtual = [name for name, sql in tables.items() if is_virtual(sql)]
    if not virtual:
        return []
    if (connection.dialect.server_version_info or ()) >= (3, 37):
        rows = connection.execute(
            text("SELECT name FROM pragma_table_list WHERE schema = :schema AND type = 'shadow'"),
            {"schema": schema},
        )
        shadows = {row.name for row in rows}
    else:
        shadows = {f"{name}_{suffix}" for name in virtual for suffix in _SHADOW_SUFFIXES}
    return virtual + sorted(shadows & (tables.keys() - set(virtual)))


# FTS3, FTS4, FTS5 and R-Tree: what SQLite's own modules use.
_SHADOW_SUFFIXES = (
    "content", "segments", "segdir", "docsize", "stat", "data", "idx", "config",
    "node", "rowid", "parent",
)  # fmt: skip


def _parse_indexes(
    definitions: Sequence[tuple[str, str]], facts: TableFacts
) -> tuple[IndexFacts, ...]:
    columns, table = _spellings(facts), facts.key.name
    return _sorted(parse_index(name, sql, columns, table) for name, sql in definitions)


def _spellings(facts: TableFacts) -> dict[str, str]:
    return {column.name.lower(): column.name for column in facts.columns}


def _resolve(fact: ForeignKeyFacts, tables: Mapping[str, TableFacts]) -> ForeignKeyFacts:
    """Spell what a foreign key refers to as declared there; no columns means its primary key."""
    referred = tables.get(fact.referred.name.lower())
    if referred is None:
        return fact
    columns = fact.referred_columns
    if not columns and referred.primary_key is not None:
        columns = referred.primary_key.columns
    names = _spellings(referred)
    return replace(
        fact,
        referred=referred.key,
        referred_columns=tuple(names.get(column.lower(), column) for column in columns),
    )


# ---------------------------------------------------------------- normalise


def normal_type(dialect: Dialect, type_: TypeEngine[Any]) -> str:
    """Return a model type as SQLite declares it, without COLLATE."""
    try:
        return normal_type_text(split_collation(compile_type(dialect, type_))[0])
    except CompileError:
        return UNKNOWN_TYPE


def normal_default(dialect: Dialect, column: Column[Any]) -> str | None:
    """Return a model column's server default as normal-form SQL."""
    sql = column_default_text(dialect, column)
    return None if sql is None else normal_default_tokens(LEXICON.tokenize(sql))


def adjust_model_table(dialect: Dialect, facts: TableFacts, table: Table) -> TableFacts:
    """Return what SQLite makes of a model's table: no comments, its own options and defaults."""
    names = _spellings(facts)
    columns = {str(column.name): column for column in table.columns}
    counted = _autoincrement_column(table)
    options = _table_options(table, is_counted=counted is not None)
    primary_key = facts.primary_key
    if primary_key is not None:
        # SQLAlchemy renders the key of a column that counts inline, where it gives it no name.
        primary_key = replace(
            primary_key,
            name=None if counted is not None else primary_key.name,
            options=_key_options(table, is_inline=counted is not None),
        )
    return replace(
        facts,
        columns=tuple(
            replace(
                _adjust_column(column, names, columns[column.name]),
                nullable=column.nullable and not is_key_without_null(column, primary_key, options),
                autoincrement=column.name == counted,
            )
            for column in facts.columns
        ),
        primary_key=primary_key,
        uniques=_sorted(_adjust_unique(fact, table) for fact in facts.uniques),
        foreign_keys=_sorted(
            _adjust_foreign_key(fact)
            for fact in facts.foreign_keys
            # SQLAlchemy renders no foreign key to another attached database: there is none.
            if fact.referred.schema == facts.key.schema
        ),
        checks=_sorted(
            replace(fact, sql=normal_expression(fact.sql, names, table=facts.key.name))
            for fact in facts.checks
        ),
        indexes=_sorted(_adjust_index(fact, names, facts.key.name) for fact in facts.indexes),
        comment=None,
        options=options,
    )


def _table_options(table: Table, *, is_counted: bool) -> tuple[tuple[str, str], ...]:
    given = table.dialect_options["sqlite"]
    options = [("autoincrement", "True")] if is_counted else []
    if given.get("strict"):
        options.append(("strict", "True"))
    if given.get("with_rowid") is False:
        options.append(("with_rowid", "False"))
    return tuple(options)


def _autoincrement_column(table: Table) -> str | None:
    """Return the name of the column that SQLAlchemy renders with AUTOINCREMENT.

    It does so by the option of the table, also for one that shall not count up.
    """
    columns = list(table.primary_key.columns)
    if len(columns) != 1 or not table.dialect_options["sqlite"].get("autoincrement"):
        return None
    (column,) = columns
    counts = sqla.same_affinity(column.type, Integer()) and not column.foreign_keys
    return column.name if counts else None


def _key_options(table: Table, *, is_inline: bool) -> Options:
    key = table.primary_key
    conflict = None if is_inline else key.dialect_options["sqlite"]["on_conflict"]
    if conflict is None and len(key.columns) == 1:
        (column,) = key.columns
        conflict = column.dialect_options["sqlite"]["on_conflict_primary_key"]
    return conflict_option("on_conflict", conflict)


def _adjust_column(
    facts: ColumnFacts, names: Mapping[str, str], column: Column[Any]
) -> ColumnFacts:
    conflict = "on_conflict_not_null"
    action = column.dialect_options["sqlite"][conflict]
    computed = facts.computed
    if computed is not None:
        sql = normal_expression(computed.sql, names)
        computed = ComputedFacts(sql, persisted=bool(computed.persisted))
    return replace(
        facts,
        computed=computed,
        identity=None,
        collation=normal_collation(facts.collation),
        comment=None,
        options=() if facts.nullable else conflict_option(conflict, action),
    )


def _adjust_unique(fact: UniqueFacts, table: Table) -> UniqueFacts:
    for constraint in table.constraints:
        if not isinstance(constraint, UniqueConstraint):
            continue
        columns = list(constraint.columns)
        if fact.columns != tuple(column.name for column in columns):
            continue
        conflict = constraint.dialect_options["sqlite"].get("on_conflict")
        if conflict is None and len(columns) == 1:
            conflict = columns[0].dialect_options["sqlite"].get("on_conflict_unique")
        if conflict is not None:
            return replace(fact, options=conflict_option("on_conflict", str(conflict)))
    # Options and DEFERRABLE belong to other databases.
    return replace(fact, options=(), deferrable=False, initially_deferred=False)


def _adjust_foreign_key(fact: ForeignKeyFacts) -> ForeignKeyFacts:
    return replace(
        fact,
        on_delete=normal_action(fact.on_delete),
        on_update=normal_action(fact.on_update),
        match=fact.match.upper() if fact.match else None,
    )


def _adjust_index(fact: IndexFacts, names: Mapping[str, str], table: str) -> IndexFacts:
    return IndexFacts(
        name=fact.name,
        elements=tuple(_adjust_element(element, names) for element in fact.elements),
        unique=fact.unique,
        where=None if fact.where is None else normal_expression(fact.where, names, table=table),
        is_generated_name=fact.is_generated_name,
    )


def _adjust_element(element: IndexElement, names: Mapping[str, str]) -> IndexElement:
    if not element.is_expression:
        return IndexElement(sql=element.sql, descending=element.descending)
    parsed = parse_element(LEXICON.tokenize(element.sql), names)
    return replace(parsed, descending=parsed.descending or element.descending)


def _sorted(facts: Iterable[_Fact]) -> tuple[_Fact, ...]:
    return tuple(sorted(facts, key=sort_key))


# ---------------------------------------------------------------- probe


def probe_tables(dialect: Dialect, connection: Connection, tables: Sequence[Table]) -> Probe:
    """Return nothing: SQLite keeps text as written, so there is no other form to ask for."""
    return Probe()
