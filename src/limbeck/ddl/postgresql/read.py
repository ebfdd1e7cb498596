"""PostgreSQL: its catalogs → facts, and what it makes of a model.

Five queries read any number of tables (`catalog.py`). Normal forms are in `text.py`, the names that
PostgreSQL gives are in `names.py`, and `probe.py` asks the database itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, Connection, Dialect, MetaData, Row, Table
from sqlalchemy.types import TypeEngine

from limbeck.ddl.base import string_literal
from limbeck.ddl.postgresql import catalog
from limbeck.ddl.postgresql.constraints import deferral, spell_columns
from limbeck.ddl.postgresql.definitions import read_definitions
from limbeck.ddl.postgresql.domain_probe import probe_domains
from limbeck.ddl.postgresql.models import (
    adjust_model_table,
    normal_default,
    normal_expression,
    normal_type,
    reduce_identity,
)
from limbeck.ddl.postgresql.named_types import read_model_types, read_named_types
from limbeck.ddl.postgresql.probe import probe_facts
from limbeck.ddl.postgresql.sequences import (
    read_model_sequences,
    read_sequences,
    sequence_arguments,
)
from limbeck.ddl.postgresql.text import normal_default as normal_default_text
from limbeck.ddl.postgresql.text import quoted_name, says_collation
from limbeck.schema.database import ReadScope
from limbeck.schema.facts import (
    CheckFacts,
    ColumnFacts,
    ComputedFacts,
    ForeignKeyFacts,
    IdentityFacts,
    IndexElement,
    IndexFacts,
    Options,
    PrimaryKeyFacts,
    SchemaFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
    key_order,
    sort_key,
)
from limbeck.schema.models import fold_schema, read_model_table
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

_ACTIONS = {"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_MATCHES = {"f": "FULL", "p": "PARTIAL"}


def read_schema(connection: Connection, scope: ReadScope) -> SchemaFacts:
    """Return the facts of the schemas in `scope`, in at most nine queries."""
    default = scope.default_schema or connection.dialect.default_schema_name
    schemas = sorted({schema or default or "public" for schema in scope.schemas})
    if not schemas:
        return SchemaFacts()
    types = read_named_types(connection, schemas, default)
    return SchemaFacts(
        _read_tables(connection, schemas, default),
        enums=types.enums,
        domains=types.domains,
        types_of_others=types.of_extensions,
        sequences=read_sequences(connection, schemas, default),
    )


def read_model_objects(
    metadata_list: Sequence[MetaData], dialect: Dialect, default_schema: str | None
) -> SchemaFacts:
    """Return the types and sequences that the models need; no tables."""
    enums, domains = read_model_types(metadata_list, dialect, default_schema)
    sequences = read_model_sequences(metadata_list, dialect, default_schema)
    return SchemaFacts(enums=enums, domains=domains, sequences=sequences)


def _read_tables(
    connection: Connection, schemas: Sequence[str], default: str | None
) -> Mapping[TableKey, TableFacts]:
    tables: dict[int, _Table] = {}
    for row in catalog.rows(connection, catalog.TABLES, schemas):
        tables[row.oid] = _Table(fold_schema(row.schema, row.name, default), row, default)
    sequences = defaultdict(list)
    for row in catalog.rows(connection, catalog.SEQUENCES, schemas):
        sequences[row.table, row.position].append(row)
    for row in catalog.rows(connection, catalog.COLUMNS, schemas):
        if row.table in tables:
            tables[row.table].add_column(row, sequences.get((row.table, row.position), ()))
    for row in catalog.rows(connection, catalog.CONSTRAINTS, schemas):
        if row.table in tables:
            tables[row.table].add_constraint(row)
    for row in catalog.rows(connection, catalog.INDEXES, schemas):
        if row.table in tables:
            tables[row.table].indexes.append(_index(row, tables[row.table].names))
    found = sorted((table.facts() for table in tables.values()), key=lambda it: key_order(it.key))
    return MappingProxyType({facts.key: facts for facts in found})


def probe_tables(dialect: Dialect, connection: Connection, tables: Sequence[Table]) -> Probe:
    """Return the tables as the database itself normalises them; nothing where it can't be asked.

    Takes tables of either side. Their keys are those of the facts they came from.
    """
    default = dialect.default_schema_name
    models = _ModelDialect(dialect)
    facts = [read_model_table(table, models, default_schema=default) for table in tables]
    return probe_facts(connection, {item.key: item for item in facts}, _read_one)


def _read_one(connection: Connection, schema: str) -> SchemaFacts:
    return SchemaFacts(_read_tables(connection, [schema], connection.dialect.default_schema_name))


@dataclass(frozen=True, slots=True)
class _ModelDialect:
    """What reading a model asks a dialect, answered by this package."""

    dialect: Dialect

    def normal_type(self, type_: TypeEngine[Any]) -> str:
        return normal_type(self.dialect, type_)

    def normal_default(self, column: Column[Any]) -> str | None:
        return normal_default(self.dialect, column)

    def normal_expression(self, sql: str) -> str:
        return normal_expression(sql)

    def adjust_model_table(self, facts: TableFacts, table: Table) -> TableFacts:
        return adjust_model_table(self.dialect, facts, table)


@dataclass(slots=True)
class _Table:
    """A table while its rows come in. `names` are the columns' names by number."""

    key: TableKey
    row: Row[Any]
    default_schema: str | None
    names: dict[int, str] = field(default_factory=dict)
    columns: list[tuple[ColumnFacts, str | None]] = field(default_factory=list)
    inherited: list[tuple[ColumnFacts, str | None]] = field(default_factory=list)
    primary_key: PrimaryKeyFacts | None = None
    uniques: list[UniqueFacts] = field(default_factory=list)
    foreign_keys: list[ForeignKeyFacts] = field(default_factory=list)
    checks: list[CheckFacts] = field(default_factory=list)
    indexes: list[IndexFacts] = field(default_factory=list)

    def add_column(self, row: Row[Any], sequences: Sequence[Row[Any]]) -> None:
        self.names[row.position] = row.name
        columns = self.columns if row.is_own else self.inherited
        columns.append((_column(row, sequences), _owned_default(sequences)))

    def add_constraint(self, row: Row[Any]) -> None:
        columns = tuple(self.names[number] for number in row.columns or ())
        match row.kind:
            case "p":
                self.primary_key = _primary_key(row, columns, self.names)
            case "u":
                self.uniques.append(_unique(row, columns, self.names))
            case "f":
                self.foreign_keys.append(_foreign_key(row, columns, self.default_schema))
            case _:
                sql = normal_expression(row.sql)
                rows = row.is_valid, row.is_enforced
                more = {"no_inherit": row.no_inherit, "comment": row.comment}
                self.checks.append(CheckFacts(sql, row.name, *rows, **more))

    def facts(self) -> TableFacts:
        key = self.primary_key.columns if self.primary_key else ()
        columns, inherited = (
            tuple(_counted(column, owned, key) for column, owned in found)
            for found in (self.columns, self.inherited)
        )
        return TableFacts(
            key=self.key,
            columns=columns,
            primary_key=self.primary_key,
            uniques=tuple(sorted(self.uniques, key=sort_key)),
            foreign_keys=tuple(sorted(self.foreign_keys, key=sort_key)),
            checks=tuple(sorted(self.checks, key=sort_key)),
            indexes=tuple(sorted(self.indexes, key=sort_key)),
            comment=self.row.comment,
            options=_table_options(self.row),
            inherited=inherited,
            keeps_large_values=self.row.has_toast,
        )


def _table_options(row: Row[Any]) -> Options:
    options = {
        "inherits": row.parents,
        "partition_by": row.partition_by and normal_expression(row.partition_by),
        "prefixes": row.is_unlogged and "UNLOGGED",
        "tablespace": row.tablespace,
        "using": row.method,
        "with": row.storage,
    }
    return tuple((name, value) for name, value in options.items() if value)


# ------------------------------------------------------------------------------------------ columns


def _column(row: Row[Any], sequences: Sequence[Row[Any]]) -> ColumnFacts:
    type_ = normal_type_name(row.type)
    computed = None
    default = None
    if row.generated:
        computed = ComputedFacts(normal_expression(row.default), row.generated == "s")
    elif row.default is not None:
        default = normal_default_text(row.default, type_)
    return ColumnFacts(
        name=row.name,
        type=type_,
        nullable=not row.is_not_null,
        default=default,
        computed=computed,
        identity=_identity(row, type_, sequences) if row.identity else None,
        collation=row.collation,
        comment=row.comment,
    )


def normal_type_name(type_: str) -> str:
    """Return what `format_type` prints; it is the normal form but for the quotes of names."""
    return type_ if '"' not in type_ else normal_expression(type_)


def _identity(row: Row[Any], type_: str, sequences: Sequence[Row[Any]]) -> IdentityFacts:
    options: dict[str, str] = {}
    for sequence in sequences:
        if sequence.kind == "i":
            for name in ("start", "increment", "minvalue", "maxvalue", "cache"):
                options[name] = str(getattr(sequence, name))
            options["cycle"] = str(sequence.cycle).lower()
    return reduce_identity(IdentityFacts(row.identity == "a", tuple(options.items())), type_)


def _owned_default(sequences: Sequence[Row[Any]]) -> str | None:
    """Return the default that a serial column has."""
    for sequence in sequences:
        if sequence.kind == "a":
            return normal_expression(f"nextval({string_literal(sequence.name)}::regclass)")
    return None


def _counted(column: ColumnFacts, owned: str | None, key: tuple[str, ...]) -> ColumnFacts:
    """Return a serial column of the key as what models call it: autoincrement, no default."""
    if owned is None or column.default != owned or column.name not in key:
        return column
    return replace(column, default=None, autoincrement=True)


# -------------------------------------------------------------------------------------- constraints


def _primary_key(
    row: Row[Any], columns: tuple[str, ...], names: Mapping[int, str]
) -> PrimaryKeyFacts:
    return PrimaryKeyFacts(
        columns=columns,
        name=row.name,
        deferrable=row.deferrable,
        initially_deferred=row.deferred,
        options=_key_options(row, names),
        comment=row.comment,
    )


def _key_options(row: Row[Any], names: Mapping[int, str]) -> Options:
    included = [names[number] for number in (row.index_columns or [])[row.key_count or 0 :]]
    options = {
        "include": ", ".join(included),
        "nulls_not_distinct": row.nulls_not_distinct and "true",
        "without_overlaps": row.has_period and "true",
    }
    return tuple((name, value) for name, value in options.items() if value)


def _unique(row: Row[Any], columns: tuple[str, ...], names: Mapping[int, str]) -> UniqueFacts:
    return UniqueFacts(
        columns=columns,
        name=row.name,
        deferrable=row.deferrable,
        initially_deferred=row.deferred,
        options=_key_options(row, names),
        comment=row.comment,
    )


def _foreign_key(
    row: Row[Any], columns: tuple[str, ...], default_schema: str | None
) -> ForeignKeyFacts:
    on_delete = _ACTIONS.get(row.on_delete)
    if on_delete is not None and row.set_columns:
        on_delete += f" ({spell_columns(row.set_columns)})"
    return ForeignKeyFacts(
        columns=columns,
        referred=fold_schema(row.referred_schema, row.referred_table, default_schema),
        referred_columns=tuple(row.referred_columns),
        name=row.name,
        on_update=_ACTIONS.get(row.on_update),
        on_delete=on_delete,
        deferrable=row.deferrable,
        initially_deferred=row.deferred,
        match=_MATCHES.get(row.match),
        is_valid=row.is_valid,
        is_enforced=row.is_enforced,
        options=(("period", "true"),) if row.has_period else (),
        comment=row.comment,
    )


# ------------------------------------------------------------------------------------------ indexes


def _index(row: Row[Any], names: Mapping[int, str]) -> IndexFacts:
    options = {
        "nulls_not_distinct": "true" if row.nulls_not_distinct else None,
        "tablespace": row.tablespace,
        "with": row.storage,
    } | ({"deferral": deferral(row.deferrable, row.deferred)} if row.operators else {})
    return IndexFacts(
        name=row.name,
        elements=tuple(_element(row, place, names) for place in range(row.key_count)),
        unique=row.is_unique,
        where=None if row.predicate is None else normal_expression(row.predicate),
        method=None if row.method == "btree" else row.method,
        include=tuple(names[number] for number in row.columns[row.key_count :]),
        options=tuple((name, value) for name, value in sorted(options.items()) if value),
        operators=tuple(row.operators),
    )


def _element(row: Row[Any], place: int, names: Mapping[int, str]) -> IndexElement:
    number = row.columns[place]
    sql = names[number] if number else normal_expression(row.expressions[place])
    is_expression = number == 0
    collation = row.collations[place]
    if collation and (number or says_collation(row.definition, place)):
        sql = normal_expression(f"{quoted_name(sql) if number else sql} COLLATE {collation}")
        is_expression = True
    order = row.orders[place]
    descending = bool(order & 1)
    nulls_first = bool(order & 2)
    operator_class = row.classes[place]
    return IndexElement(
        sql=sql,
        is_expression=is_expression,
        descending=descending,
        nulls=None if nulls_first == descending else "first" if nulls_first else "last",
        options=(("opclass", operator_class),) if operator_class else (),
    )
