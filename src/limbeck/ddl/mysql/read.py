"""MySQL and MariaDB: their catalogs → facts, what they make of a model, and the probe.

catalog   information_schema → facts
text      lexicon, normal forms of types and expressions;  defaults: of server defaults
model     names and indexes that the server adds to a model's table
modes     of SQL, that change the words
probe     CREATE TEMPORARY TABLE, SHOW CREATE TABLE → facts in the server's own words
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.exc import CompileError
from sqlalchemy.types import TypeEngine

from limbeck import sqla
from limbeck.ddl.mysql import model, modes, probe
from limbeck.ddl.mysql.catalog import read_tables
from limbeck.ddl.mysql.defaults import normal_default_text
from limbeck.ddl.mysql.definitions import read_definitions
from limbeck.ddl.mysql.sequences import (
    read_model_objects,
    read_sequences,
    sequence_arguments,
    with_users,
)
from limbeck.ddl.mysql.server import server_of
from limbeck.ddl.mysql.text import normal_expression
from limbeck.ddl.reader import probe_domains
from limbeck.schema.database import ReadScope
from limbeck.schema.facts import UNKNOWN_TYPE, SchemaFacts, TableFacts, TableKey, key_order
from limbeck.schema.probe import Probe

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

# ---------------------------------------------------------------- read


def read_schema(connection: Connection, scope: ReadScope) -> SchemaFacts:
    """Return the facts of the schemas (databases) in `scope`."""
    dialect = connection.dialect
    default = scope.default_schema or dialect.default_schema_name
    server = server_of(dialect)
    tables: dict[TableKey, TableFacts] = {}
    with modes.names_in_backticks(connection) as mode:
        for schema in dict.fromkeys(name or default for name in scope.schemas):
            if schema is not None:
                tables.update(read_tables(connection, server, schema, default))
    modes.warn_of_backslashes(mode, tables.values())
    # Where the server folds names, only one table has a lower-case form.
    known = {_lower(key): key for key in tables}
    if sqla.folds_table_names(dialect):
        tables = {key: _respell(facts, known) for key, facts in tables.items()}
    order = sorted(tables, key=key_order)
    schemas = sorted({each for name in scope.schemas if (each := name or default)})
    return SchemaFacts(
        MappingProxyType({key: tables[key] for key in order}),
        sequences=with_users(read_sequences(connection, schemas, default), tables, default),
    )


def _respell(facts: TableFacts, known: Mapping[TableKey, TableKey]) -> TableFacts:
    """Spell referred tables as they are; some servers have them in lower case there."""
    foreign_keys = tuple(
        replace(key, referred=known.get(_lower(key.referred), key.referred))
        for key in facts.foreign_keys
    )
    return replace(facts, foreign_keys=foreign_keys)


def _lower(key: TableKey) -> TableKey:
    return TableKey(key.schema, key.name.lower())


# ---------------------------------------------------------------- normalise


def normal_type(dialect: Dialect, type_: TypeEngine[Any]) -> str:
    """Return a model's type as the catalogs write it, without character set and collation."""
    try:
        return model.read_model_type(dialect, type_).type
    except CompileError:
        return UNKNOWN_TYPE


def normal_default(dialect: Dialect, column: Column[Any]) -> str | None:
    """Return a model column's server default as normal-form SQL, ON UPDATE included."""
    sql = sqla.column_default_text(dialect, column)
    if sql is None:
        return None
    return normal_default_text(
        modes.with_backticks(sql, dialect), normal_type(dialect, column.type)
    )


def adjust_model_table(dialect: Dialect, facts: TableFacts, table: Table) -> TableFacts:
    """Return what the server makes of a model's table."""
    adjusted = model.adjust_model_table(dialect, facts, table)
    return model.fold_names(adjusted) if sqla.stores_lower_table_names(dialect) else adjusted


# ---------------------------------------------------------------- probe


def probe_tables(dialect: Dialect, connection: Connection, tables: Sequence[Table]) -> Probe:
    """Return the tables' facts in the server's own words, and what it would not create."""
    binding = probe.ModelBinding(
        dialect, normal_type, normal_default, normal_expression, adjust_model_table
    )
    return probe.probe_tables(binding, connection, tables)
