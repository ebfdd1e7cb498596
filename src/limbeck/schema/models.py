"""The model side: MetaData → facts, as one dialect would create them.

Receives the user's MetaData objects and what the dialect makes of types, defaults and tables;
returns frozen facts and which `Table` each came from. Naming conventions are applied, foreign keys
are resolved, and a table in the default schema has none. Never touches a database and never
changes a model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    Table,
    UniqueConstraint,
)
from sqlalchemy.exc import CompileError, NoReferencedColumnError, NoReferencedTableError
from sqlalchemy.sql.base import DialectKWArgs
from sqlalchemy.types import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Integer,
    Numeric,
    SmallInteger,
    TypeEngine,
)

from limbeck import sqla
from limbeck.errors import ModelsError
from limbeck.schema import normalize
from limbeck.schema.facts import (
    UNKNOWN_TYPE,
    CheckFacts,
    ColumnFacts,
    ComputedFacts,
    ForeignKeyFacts,
    IdentityFacts,
    PrimaryKeyFacts,
    SchemaFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
    key_order,
    sort_key,
)
from limbeck.schema.indexes import read_index
from limbeck.schema.options import given_options, read_options

_NEVER_COLLATED = frozenset({Integer, BigInteger, SmallInteger, Boolean, Date, DateTime, Numeric})


class ModelDialect(Protocol):
    """What a database makes of a model; `DefaultImpl` is one."""

    @property
    def dialect(self) -> Dialect:
        """SQLAlchemy's dialect."""

    def normal_type(self, type_: TypeEngine[Any]) -> str:
        """Return the normal form of a type."""

    def normal_default(self, column: Column[Any]) -> str | None:
        """Return the normal form of a column's server default."""

    def normal_expression(self, sql: str) -> str:
        """Return the normal form of an expression."""

    def adjust_model_table(self, facts: TableFacts, table: Table) -> TableFacts:
        """Return what the database makes of the table."""


@dataclass(frozen=True, slots=True)
class ModelSchema:
    """The facts of the models and the `Table` that each came from, by the same keys."""

    facts: SchemaFacts
    tables: Mapping[TableKey, Table]


def read_models(
    metadata_list: Sequence[MetaData], dialect: ModelDialect, *, default_schema: str | None
) -> SchemaFacts:
    """Return the facts of all tables in the MetaData objects."""
    return read_model_schema(metadata_list, dialect, default_schema=default_schema).facts


def read_model_schema(
    metadata_list: Sequence[MetaData], dialect: ModelDialect, *, default_schema: str | None
) -> ModelSchema:
    """Return the facts of all tables in the MetaData objects, with the tables.

    Raises ModelsError when two MetaData objects have the same table.
    """
    facts: dict[TableKey, TableFacts] = {}
    tables: dict[TableKey, Table] = {}
    for metadata in metadata_list:
        for table in metadata.tables.values():
            if sqla.is_view(table):
                continue
            found = read_model_table(table, dialect, default_schema=default_schema)
            if found.key in tables:
                raise ModelsError(
                    f"Can't read the models: table {found.key} is in more than one MetaData (or "
                    "twice, with and without its schema). Keep one of them."
                )
            facts[found.key] = found
            tables[found.key] = table
    order = sorted(facts, key=key_order)
    return ModelSchema(
        SchemaFacts(MappingProxyType({key: facts[key] for key in order})),
        MappingProxyType({key: tables[key] for key in order}),
    )


def read_model_table(
    table: Table, dialect: ModelDialect, *, default_schema: str | None
) -> TableFacts:
    """Return the facts of one table."""
    of_columns = [item for column in table.columns for item in column.constraints]
    constraints = [*of_columns, *sqla.sorted_constraints(table)]
    created = [item for item in constraints if sqla.is_created_on(dialect.dialect, item)]
    uniques = [_unique(item, dialect) for item in created if isinstance(item, UniqueConstraint)]
    foreign_keys = [
        _foreign_key(item, dialect, default_schema)
        for item in created
        if isinstance(item, ForeignKeyConstraint)
    ]
    facts = TableFacts(
        key=fold_schema(table.schema, table.name, default_schema),
        columns=tuple(_column(column, dialect) for column in table.columns if not column.system),
        primary_key=_primary_key(table, dialect),
        uniques=tuple(item for item in uniques if item.columns),
        foreign_keys=tuple(foreign_keys),
        checks=tuple(
            _check(item, dialect) for item in created if isinstance(item, CheckConstraint)
        ),
        indexes=tuple(
            read_index(index, dialect.dialect, dialect.normal_expression)
            for index in table.indexes
            if sqla.is_created_on(dialect.dialect, index)
        ),
        comment=table.comment,
        options=read_options(table, dialect.dialect),
    )
    return _sorted(dialect.adjust_model_table(facts, table))


def _sorted(facts: TableFacts) -> TableFacts:
    """Return the facts in their own order; before, constraints stand as CREATE TABLE has them."""
    return replace(
        facts,
        uniques=tuple(sorted(facts.uniques, key=sort_key)),
        foreign_keys=tuple(sorted(facts.foreign_keys, key=sort_key)),
        checks=tuple(sorted(facts.checks, key=sort_key)),
        indexes=tuple(sorted(facts.indexes, key=sort_key)),
    )


def fold_schema(schema: str | None, name: str, default_schema: str | None) -> TableKey:
    """Return the key of a table: without a schema when it is in the default one."""
    return TableKey(None if schema is None or schema == default_schema else str(schema), str(name))


# ------------------------------------------------------------------ defaults of the dialect's hooks


def normal_type(dialect: Dialect, type_: TypeEngine[Any]) -> str:
    """Return a type as the dialect compiles it, without COLLATE; UNKNOWN_TYPE if it can't."""
    try:
        return normalize.split_collation(compile_type(dialect, type_))[0]
    except CompileError:
        return UNKNOWN_TYPE


def normal_default(dialect: Dialect, column: Column[Any]) -> str | None:
    """Return a column's server default as the dialect compiles it."""
    sql = sqla.column_default_text(dialect, column)
    return None if sql is None else normalize.normal_expression(sql)


def adjust_model_table(dialect: Dialect, facts: TableFacts, table: Table) -> TableFacts:
    """Return the facts as they are, without what the Inspector can't see.

    That is the options of tables, and comments where the dialect has none.
    """
    facts = replace(facts, options=())
    if dialect.supports_comments:
        return facts
    columns = tuple(replace(column, comment=None) for column in facts.columns)
    return replace(facts, columns=columns, comment=None)


def compile_type(dialect: Dialect, type_: TypeEngine[Any]) -> str:
    """Return the DDL of a type, `%` not doubled; raises CompileError if the dialect has none."""
    if sqla.is_typeless(type_, dialect):
        raise CompileError(f"{dialect.name} has no DDL for {type_!r}")
    return sqla.from_compiler(dialect, dialect.type_compiler_instance.process(type_))


# ------------------------------------------------------------------------------------------ columns


def _column(column: Column[Any], dialect: ModelDialect) -> ColumnFacts:
    computed = None
    if column.computed is not None:
        sql = sqla.ddl_text(dialect.dialect, column.computed.sqltext)
        computed = ComputedFacts(dialect.normal_expression(sql), column.computed.persisted)
    identity = None
    if column.identity is not None and dialect.dialect.supports_identity_columns:
        identity = _identity(column.identity)
    is_without_default = column.server_default is None or computed or identity
    return ColumnFacts(
        name=str(column.name),
        type=dialect.normal_type(column.type),
        nullable=bool(column.nullable),
        default=None if is_without_default else dialect.normal_default(column),
        computed=computed,
        identity=identity,
        autoincrement=identity is None and column is column.table.autoincrement_column,
        collation=_collation(column.type, dialect.dialect),
        comment=column.comment,
    )


def _collation(type_: TypeEngine[Any], dialect: Dialect) -> str | None:
    """Return the collation that the type's DDL would name."""
    if type(type_) in _NEVER_COLLATED and not sqla.variants(type_):
        return None  # most columns: saves compiling their type once more
    try:
        return normalize.split_collation(compile_type(dialect, type_))[1]
    except CompileError:
        return None


def _identity(identity: Identity) -> IdentityFacts:
    """Return an identity with the options that the model gives and that are not the usual ones."""
    given = {
        "start": identity.start,
        "increment": identity.increment,
        "minvalue": identity.minvalue,
        "maxvalue": identity.maxvalue,
        "cycle": identity.cycle or None,
        "cache": identity.cache,
    }
    has_own_start = identity.minvalue is not None or (identity.increment or 1) < 0
    usual = {"increment": 1} if has_own_start else {"start": 1, "increment": 1}
    options = (
        (name, "true" if value is True else str(value))
        for name, value in given.items()
        if value is not None and value != usual.get(name)
    )
    return IdentityFacts(always=bool(identity.always), options=tuple(sorted(options)))


# -------------------------------------------------------------------------------------- constraints


def _primary_key(table: Table, dialect: ModelDialect) -> PrimaryKeyFacts | None:
    key = table.primary_key
    if not len(key.columns):
        return None
    name = _plain(sqla.final_name(key, dialect.dialect))
    return PrimaryKeyFacts(_names(key.columns), name, comment=_comment(key, dialect))


def _unique(unique: UniqueConstraint, dialect: ModelDialect) -> UniqueFacts:
    return UniqueFacts(
        columns=_names(unique.columns),
        name=_plain(sqla.final_name(unique, dialect.dialect)),
        deferrable=bool(unique.deferrable),
        initially_deferred=is_initially_deferred(unique.initially),
        options=read_options(unique, dialect.dialect),
        comment=_comment(unique, dialect),
    )


def _check(check: CheckConstraint, dialect: ModelDialect) -> CheckFacts:
    sql = sqla.ddl_text(dialect.dialect, check.sqltext)
    return CheckFacts(
        sql=dialect.normal_expression(sql),
        name=_plain(sqla.final_name(check, dialect.dialect)),
        **_validity(check, dialect),
        no_inherit=bool(given_options(check, dialect.dialect).get("no_inherit")),
        is_type_bound=sqla.is_type_bound(check),
        column=str(check.parent.name) if isinstance(check.parent, Column) else None,
        comment=_comment(check, dialect),
    )


_OF_ROWS = frozenset({"not_valid", "not_enforced"})
"""Options of a foreign key that are facts of their own."""


def _foreign_key(
    constraint: ForeignKeyConstraint, dialect: ModelDialect, default_schema: str | None
) -> ForeignKeyFacts:
    targets = [_target(element, default_schema) for element in constraint.elements]
    match = (constraint.match or "SIMPLE").upper()
    return ForeignKeyFacts(
        columns=_names(element.parent for element in constraint.elements),
        referred=targets[0][0],
        referred_columns=tuple(column for _, column in targets),
        name=_plain(sqla.final_name(constraint, dialect.dialect)),
        on_update=normal_action(constraint.onupdate),
        on_delete=normal_action(constraint.ondelete),
        deferrable=bool(constraint.deferrable),
        initially_deferred=is_initially_deferred(constraint.initially),
        match=None if match == "SIMPLE" else match,
        **_validity(constraint, dialect),
        options=read_options(constraint, dialect.dialect, leave=_OF_ROWS),
        comment=_comment(constraint, dialect),
    )


def _comment(constraint: Constraint, dialect: ModelDialect) -> str | None:
    """Return the comment, as far as SQLAlchemy gives it: to what has a name, and is the table's."""
    is_given = sqla.is_commented(constraint, dialect.dialect)
    return (constraint.comment or None) if is_given else None


def _validity(item: DialectKWArgs, dialect: ModelDialect) -> dict[str, Any]:
    """Return what a model says of the rows: `is_valid` None where they need not be checked."""
    options = given_options(item, dialect.dialect)
    is_enforced = not options.get("not_enforced")
    is_checked = is_enforced and not options.get("not_valid")
    return {"is_valid": True if is_checked else None, "is_enforced": is_enforced}


def _target(element: ForeignKey, default_schema: str | None) -> tuple[TableKey, str]:
    """Return the table and column a foreign key refers to, even if no MetaData has that table."""
    try:
        column = element.column
    except (NoReferencedTableError, NoReferencedColumnError):
        path, column_name = sqla.foreign_key_target(element)
        schema, _, name = path.rpartition(".")
        return fold_schema(schema or None, name, default_schema), column_name
    table = column.table
    assert isinstance(table, Table)  # a foreign key refers to nothing else
    return fold_schema(table.schema, table.name, default_schema), str(column.name)


def normal_action(action: str | None) -> str | None:
    """Return a referential action in upper case, columns as they are; None for NO ACTION."""
    words, parenthesis, columns = (action or "NO ACTION").partition("(")
    normal = " ".join(words.upper().split())
    if parenthesis:
        return f"{normal} ({columns}"
    return None if normal == "NO ACTION" else normal


def is_initially_deferred(initially: str | None) -> bool:
    """Tell whether INITIALLY says DEFERRED."""
    return (initially or "").upper() == "DEFERRED"


def _names(columns: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(column.name) for column in columns)


def _plain(name: str | None) -> str | None:
    """Return a name as a plain string, without SQLAlchemy's marks for quoting and conventions."""
    return None if name is None else str.__str__(name)
