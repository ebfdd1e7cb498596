"""Facts of the database → SQLAlchemy `Table` objects, for the few tables that need one.

Everything comes from the facts but the Python side of the types, which SQLAlchemy reflects (one
batch a schema). The tables are complete: a directive made of them builds the old schema again.
Tables they refer to that were not asked for are stubs with the referred columns only.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Connection,
    Dialect,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    inspect,
    text,
)
from sqlalchemy.exc import SAWarning
from sqlalchemy.sql.elements import conv
from sqlalchemy.types import Integer, NullType, TypeEngine

from limbeck import sqla
from limbeck.schema.build_index import build_index
from limbeck.schema.facts import (
    UNKNOWN_TYPE,
    CheckFacts,
    ColumnFacts,
    ForeignKeyFacts,
    IdentityFacts,
    PrimaryKeyFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
)
from limbeck.schema.options import dialect_arguments, option_arguments
from limbeck.types import DatabaseType

_Types = Mapping[TableKey, Mapping[str, TypeEngine[Any]]]

ATTRIBUTES = "limbeck_attributes"
"""Where the `info` of a Column has what its facts know and SQLAlchemy has no word for."""

_STUB = {"is_stub": True}
_INTEGER_OPTIONS = frozenset({"start", "increment", "minvalue", "maxvalue", "cache"})


class FormerNames(Protocol):
    """What tables and columns are called in the database, where the facts say other names."""

    def old_key(self, new: TableKey) -> TableKey:
        """Return what a table is called in the database."""

    def columns_of(self, table: TableKey) -> Mapping[str, str]:
        """Return the facts' names of a table's columns (by its new key) by the database's."""


def build_tables(
    connection: Connection,
    facts: Iterable[TableFacts],
    metadata: MetaData,
    former: FormerNames | None = None,
) -> dict[TableKey, Table]:
    """Add the tables to `metadata` and return them by key.

    Foreign keys between tables of the same call, or to tables that `metadata` has already, are
    resolved to them. `former` knows how the database calls what the facts call otherwise.
    """
    built: dict[TableKey, Table] = {}
    missing = []
    for table in facts:
        known = metadata.tables.get(_path(table.key))
        if known is not None and known.info.get("is_stub"):
            metadata.remove(known)
            known = None
        if known is None:
            missing.append(table)
        else:
            built[table.key] = known
    # SQLAlchemy can't reflect a default of bytes: what the facts say of the types is enough then.
    safe = [table.key for table in missing if not any(it.is_default_lossy for it in table.columns)]
    types = _reflect_types(connection, safe, former)
    for table in missing:
        of_table = types.get(table.key, {})
        built[table.key] = _build_table(table, of_table, metadata, connection.dialect)
    for table in missing:
        for foreign_key in table.foreign_keys:
            built[table.key].append_constraint(
                _foreign_key(foreign_key, built[table.key], connection.dialect)
            )
    return built


def _reflect_types(
    connection: Connection, keys: Iterable[TableKey], former: FormerNames | None
) -> _Types:
    """Return the types of the tables' columns as SQLAlchemy reflects them, by the facts' names."""
    keys = list(keys)
    if former is None:
        return _types_in_database(connection, keys)
    found = _types_in_database(connection, [former.old_key(key) for key in keys])
    result = {}
    for key in keys:
        names = former.columns_of(key)
        types = found.get(former.old_key(key), {})
        result[key] = {names.get(name, name): type_ for name, type_ in types.items()}
    return result


def _types_in_database(connection: Connection, keys: Iterable[TableKey]) -> _Types:
    names: dict[str | None, list[str]] = {}
    for key in keys:
        names.setdefault(key.schema, []).append(key.name)
    inspector = inspect(connection)
    types = {}
    for schema, wanted in names.items():
        with warnings.catch_warnings():
            # What SQLAlchemy has no class for is a DatabaseType; the facts know what is no column.
            known = "Did not recognize type|Unknown schema content"
            warnings.filterwarnings("ignore", known, SAWarning)
            reflected = inspector.get_multi_columns(schema=schema, filter_names=wanted)
        for (_, name), columns in reflected.items():
            types[TableKey(schema, name)] = {item["name"]: item["type"] for item in columns}
    return types


def _build_table(
    facts: TableFacts, types: Mapping[str, TypeEngine[Any]], metadata: MetaData, dialect: Dialect
) -> Table:
    table = Table(
        facts.key.name,
        metadata,
        *(_column(it, facts, types.get(it.name), dialect) for it in facts.columns),
        schema=facts.key.schema,
        comment=facts.comment,
        **option_arguments(dialect, facts.options),
    )
    if facts.primary_key is not None:
        columns = [table.c[name] for name in facts.primary_key.columns]
        name = _final(facts.primary_key.name)
        table.append_constraint(
            PrimaryKeyConstraint(
                *columns,
                name=name,
                comment=facts.primary_key.comment,
                **_deferral(facts.primary_key),
                **dialect_arguments(dialect, PrimaryKeyConstraint, facts.primary_key.options),
            )
        )
    for unique in facts.uniques:
        table.append_constraint(_unique(unique, table, dialect))
    for check in facts.checks:
        if check.column is None:
            table.append_constraint(_check(check, dialect))
    for index in facts.indexes:
        if not index.operators:  # an exclusion constraint is the dialect's business
            build_index(index, table, dialect)
    return table


def _final(name: str | None) -> str | None:
    """Mark a name as the database's own, so that no naming convention changes it."""
    return None if name is None else conv(name)


# ------------------------------------------------------------------------------------------ columns


def _type(
    facts: ColumnFacts, reflected: TypeEngine[Any] | None, dialect: Dialect
) -> TypeEngine[Any]:
    """Return the reflected type, or the dialect's type of that name where reflection knows less.

    A database may keep a type in another's guise (JSON as long text with a check).
    """
    known: type[TypeEngine[Any]] | None = getattr(dialect, "ischema_names", {}).get(facts.type)
    if isinstance(known, type) and not isinstance(reflected, known):
        return known()
    if reflected is None or isinstance(reflected, NullType):
        return NullType() if facts.type == UNKNOWN_TYPE else DatabaseType(facts.type)
    return reflected


def _column(
    facts: ColumnFacts, table: TableFacts, reflected: TypeEngine[Any] | None, dialect: Dialect
) -> Column[Any]:
    type_ = _type(facts, reflected, dialect)
    if facts.collation is not None and getattr(type_, "collation", "") is None:
        type_.collation = facts.collation  # type: ignore[attr-defined]  # string types have it
    generated: list[Any] = []
    if facts.computed is not None:
        sql = sqla.escape_binds(facts.computed.sql)
        generated.append(Computed(sql, persisted=facts.computed.persisted))
    elif facts.identity is not None:
        generated.append(_identity(facts.identity))
    checks = [_check(each, dialect) for each in table.checks if each.column == facts.name]
    default = None if facts.default is None else text(sqla.escape_binds(facts.default))
    return Column(
        facts.name,
        type_,
        *generated,
        *checks,
        nullable=facts.nullable,
        server_default=None if generated else default,
        autoincrement=_autoincrement(facts, table, type_),
        comment=facts.comment,
        info={} if facts.attributes is None else {ATTRIBUTES: facts.attributes},
        **dialect_arguments(dialect, Column, facts.options),
    )


def _autoincrement(facts: ColumnFacts, table: TableFacts, type_: TypeEngine[Any]) -> Any:
    """Return what makes SQLAlchemy count the column up just where the database does.

    "auto" does it for a lone integer key without a default and a foreign key.
    """
    key = table.primary_key.columns if table.primary_key else ()
    is_referring = any(facts.name in item.columns for item in table.foreign_keys)
    is_auto = (
        key == (facts.name,)
        and isinstance(type_, Integer)
        and not (is_referring or facts.default or facts.computed)
    )
    if facts.autoincrement:
        return "auto" if is_auto else True
    return False if is_auto and facts.identity is None else "auto"


def _identity(facts: IdentityFacts) -> Identity:
    options: dict[str, Any] = {}
    for name, value in facts.options:
        options[name] = int(value) if name in _INTEGER_OPTIONS else value == "true"
    return Identity(always=facts.always, **options)


# ------------------------------------------------------------------------- constraints and indexes


def _unique(facts: UniqueFacts, table: Table, dialect: Dialect) -> UniqueConstraint:
    return UniqueConstraint(
        *(table.c[name] for name in facts.columns),
        name=_final(facts.name),
        comment=facts.comment,
        **_deferral(facts),
        **dialect_arguments(dialect, UniqueConstraint, facts.options),
    )


def _deferral(facts: PrimaryKeyFacts | UniqueFacts | ForeignKeyFacts) -> dict[str, Any]:
    return {
        "deferrable": facts.deferrable or None,
        "initially": "DEFERRED" if facts.initially_deferred else None,
    }


def _check(facts: CheckFacts, dialect: Dialect) -> CheckConstraint:
    options: dict[str, Any] = {f"{dialect.name}_no_inherit": True} if facts.no_inherit else {}
    condition = text(sqla.escape_binds(facts.sql))
    return CheckConstraint(
        condition,
        name=_final(facts.name),
        comment=facts.comment,
        **options,
        **_validity(facts, dialect),
    )


def _validity(facts: CheckFacts | ForeignKeyFacts, dialect: Dialect) -> dict[str, Any]:
    if not facts.is_enforced:
        return {f"{dialect.name}_not_enforced": True}
    return {} if facts.is_valid else {f"{dialect.name}_not_valid": True}


def _foreign_key(facts: ForeignKeyFacts, table: Table, dialect: Dialect) -> ForeignKeyConstraint:
    referred = _referred_table(facts, table.metadata)
    options: dict[str, Any] = {f"{dialect.name}_{name}": True for name, _ in facts.options}
    return ForeignKeyConstraint(
        [table.c[name] for name in facts.columns],
        [referred.c[name] for name in facts.referred_columns],
        name=_final(facts.name),
        onupdate=facts.on_update,
        ondelete=facts.on_delete,
        match=facts.match,
        comment=facts.comment,
        **_deferral(facts),
        **_validity(facts, dialect),
        **options,
    )


def _referred_table(facts: ForeignKeyFacts, metadata: MetaData) -> Table:
    """Return the table a foreign key refers to; a stub where it was not asked for."""
    key = facts.referred
    referred = metadata.tables.get(_path(key))
    if referred is None:
        referred = Table(key.name, metadata, schema=key.schema, info=dict(_STUB))
    for name in facts.referred_columns:
        if name not in referred.c:
            referred.append_column(Column(name, NullType()))
    return referred


def _path(key: TableKey) -> str:
    """Return the name of a table in `MetaData.tables`."""
    return key.name if key.schema is None else f"{key.schema}.{key.name}"
