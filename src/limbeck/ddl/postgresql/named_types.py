"""Enum types and domains: the catalogs → facts, and what models need of them → facts.

One query reads all of them with what uses them; a model's are found wherever a column's type may
hold one: in arrays, variants, type decorators, domains, and bound to the MetaData alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, MetaData, Row, TextClause
from sqlalchemy.dialects.postgresql import ARRAY, DOMAIN, ENUM
from sqlalchemy.types import TypeDecorator, TypeEngine

from limbeck import sqla
from limbeck.ddl.base import string_literal
from limbeck.ddl.postgresql import catalog
from limbeck.ddl.postgresql.models import clip, normal_type, object_name
from limbeck.ddl.postgresql.text import normal_default, normal_expression
from limbeck.schema.facts import CheckFacts, DomainFacts, EnumFacts, TableKey, User, key_order
from limbeck.schema.models import compile_type, fold_schema
from limbeck.schema.normalize import split_collation

_Facts = TypeVar("_Facts", EnumFacts, DomainFacts)

_TYPES = """
SELECT t.oid::bigint AS oid, n.nspname::text AS schema, t.typname::text AS name,
    t.typtype::text AS kind, t.typnotnull AS is_not_null,
    ARRAY(SELECT v.enumlabel::text FROM pg_catalog.pg_enum v WHERE v.enumtypid = t.oid
        ORDER BY v.enumsortorder) AS labels,
    CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base,
    pg_catalog.pg_get_expr(t.typdefaultbin, 0, true) AS default,
    CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation THEN
        CASE WHEN pg_catalog.pg_collation_is_visible(o.oid) THEN o.collname::text
        ELSE t.typcollation::regcollation::text END END AS collation,
    ARRAY(SELECT k.conname::text FROM pg_catalog.pg_constraint k
        WHERE k.contypid = t.oid AND k.contype = 'c' ORDER BY k.conname) AS check_names,
    ARRAY(SELECT pg_catalog.pg_get_expr(k.conbin, 0, true) FROM pg_catalog.pg_constraint k
        WHERE k.contypid = t.oid AND k.contype = 'c' ORDER BY k.conname) AS check_texts,
    EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.objid = t.oid AND e.deptype = 'e'
        AND e.classid = 'pg_catalog.pg_type'::regclass) AS is_of_extension
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_collation o ON o.oid = t.typcollation
WHERE t.typtype IN ('e', 'd') AND n.nspname IN :schemas
"""

_USERS = """
SELECT t.oid::bigint AS type, un.nspname::text AS schema,
    coalesce(uc.relname, ut.typname)::text AS name, ua.attname::text AS column,
    CASE WHEN uc.oid IS NOT NULL THEN un.nspname NOT IN :schemas OR uc.relkind NOT IN ('r', 'p')
        WHEN ut.oid IS NOT NULL THEN un.nspname NOT IN :schemas OR ut.typtype <> 'd'
        ELSE d.classid NOT IN ('pg_catalog.pg_attrdef'::regclass,
            'pg_catalog.pg_constraint'::regclass, 'pg_catalog.pg_trigger'::regclass,
            'pg_catalog.pg_policy'::regclass) END AS is_other
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_type'::regclass
    AND d.refobjid IN (t.oid, t.typarray) AND d.deptype <> 'i'
LEFT JOIN pg_catalog.pg_class uc
    ON d.classid = 'pg_catalog.pg_class'::regclass AND uc.oid = d.objid
LEFT JOIN pg_catalog.pg_attribute ua ON ua.attrelid = uc.oid AND ua.attnum = d.objsubid
LEFT JOIN pg_catalog.pg_type ut
    ON d.classid = 'pg_catalog.pg_type'::regclass AND ut.oid = d.objid
LEFT JOIN pg_catalog.pg_namespace un ON un.oid = coalesce(uc.relnamespace, ut.typnamespace)
WHERE t.typtype IN ('e', 'd') AND n.nspname IN :schemas
    AND coalesce(uc.relkind NOT IN ('i', 'I'), true) AND coalesce(ua.attinhcount = 0, true)
"""


@dataclass(frozen=True, slots=True)
class NamedTypes:
    """The enum types and domains of schemas, and the names of those that extensions have."""

    enums: Mapping[TableKey, EnumFacts]
    domains: Mapping[TableKey, DomainFacts]
    of_extensions: frozenset[TableKey]


def read_named_types(
    connection: Connection, schemas: Sequence[str], default_schema: str | None
) -> NamedTypes:
    """Return the enum types and domains of the schemas."""
    every = catalog.rows(connection, _TYPES, schemas)
    rows = [row for row in every if not row.is_of_extension]
    users: dict[int, set[User]] = {row.oid: set() for row in rows}
    needed: set[int] = set()
    for row in catalog.rows(connection, _USERS, schemas) if rows else ():
        if row.is_other:
            needed.add(row.type)
        elif row.type in users and row.name is not None:
            users[row.type].add((fold_schema(row.schema, row.name, default_schema), row.column))
    enums: dict[TableKey, EnumFacts] = {}
    domains: dict[TableKey, DomainFacts] = {}
    for row in rows:
        key = fold_schema(row.schema, row.name, default_schema)
        of_type = tuple(sorted(users[row.oid], key=_user_order))
        if row.kind == "e":
            enums[key] = EnumFacts(key, tuple(row.labels), of_type, row.oid in needed)
        else:
            domains[key] = _domain(row, key, of_type, is_needed=row.oid in needed)
    others = (row for row in every if row.is_of_extension)
    of_extensions = frozenset(fold_schema(row.schema, row.name, default_schema) for row in others)
    return NamedTypes(_sorted(enums), _sorted(domains), of_extensions)


def _domain(
    row: Row[Any], key: TableKey, users: tuple[User, ...], *, is_needed: bool
) -> DomainFacts:
    type_ = normal_expression(row.base) if '"' in row.base else row.base
    return DomainFacts(
        key=key,
        type=type_,
        nullable=not row.is_not_null,
        default=None if row.default is None else normal_default(row.default, type_),
        collation=row.collation,
        checks=tuple(
            CheckFacts(normal_expression(sql), name)
            for name, sql in zip(row.check_names, row.check_texts, strict=True)
        ),
        users=users,
        is_needed=is_needed,
    )


def _sorted(found: Mapping[TableKey, _Facts]) -> dict[TableKey, _Facts]:
    return {key: found[key] for key in sorted(found, key=key_order)}


def _user_order(user: User) -> tuple[str, str, str]:
    return (*key_order(user[0]), user[1] or "")


# ------------------------------------------------------------------------------------------- models


def read_model_types(
    metadata_list: Sequence[MetaData], dialect: Dialect, default_schema: str | None
) -> tuple[Mapping[TableKey, EnumFacts], Mapping[TableKey, DomainFacts]]:
    """Return the enum types and domains that the models' columns and MetaData objects name.

    Of two types with one name the first counts, as it does when they are created.
    """
    enums: dict[TableKey, EnumFacts] = {}
    domains: dict[TableKey, DomainFacts] = {}
    for type_ in _model_types(metadata_list, dialect):
        key = fold_schema(type_.schema, clip(str(type_.name)), default_schema)
        if isinstance(type_, ENUM):
            enum = EnumFacts(key, tuple(type_.enums), is_external=not type_.create_type)
            known = enums.setdefault(key, enum)
            if known != enum:
                warnings.warn(
                    f"The models have two enum types named {key}, with the values {known.values} "
                    f"and {enum.values}: only the first is looked at. Rename one of them.",
                    stacklevel=2,
                )
            if not enum.is_external:
                enums[key] = EnumFacts(key, known.values)
        else:
            domains.setdefault(key, _model_domain(type_, key, dialect))
    return _sorted(enums), _sorted(domains)


def _model_types(metadata_list: Sequence[MetaData], dialect: Dialect) -> Iterator[ENUM | DOMAIN]:
    for metadata in metadata_list:
        for name in sorted(metadata.tables):
            for column in metadata.tables[name].columns:
                if sqla.may_bring_types(column.type):
                    yield from _named_types(column.type, dialect)
        for bound in sqla.metadata_types(metadata):
            yield from _named_types(bound, dialect)


def _named_types(type_: TypeEngine[Any], dialect: Dialect) -> Iterator[ENUM | DOMAIN]:
    """Yield the types with a name that a type is made of on this dialect."""
    own = type_.dialect_impl(dialect)
    if isinstance(own, TypeDecorator):
        own = own.load_dialect_impl(dialect).dialect_impl(dialect)
    if isinstance(own, ARRAY):
        yield from _named_types(own.item_type, dialect)
    elif isinstance(own, DOMAIN):
        yield from _named_types(own.data_type, dialect)
        yield own
    elif isinstance(own, ENUM) and own.name is not None:
        yield own


def _model_domain(domain: DOMAIN, key: TableKey, dialect: Dialect) -> DomainFacts:
    type_ = normal_type(dialect, domain.data_type)
    collation = domain.collation or split_collation(compile_type(dialect, domain.data_type))[1]
    checks: tuple[CheckFacts, ...] = ()
    if domain.check is not None:
        # SQLAlchemy writes CONSTRAINT … NOT NULL CHECK (…): the name is that of NOT NULL.
        name = None if domain.not_null else domain.constraint_name
        sql = normal_expression(sqla.ddl_text(dialect, domain.check))
        checks = (CheckFacts(sql, clip(name) if name else object_name(key.name, None, "check")),)
    default = None
    if domain.default is not None:
        default = normal_default(_default_text(domain.default), type_)
    return DomainFacts(
        key=key,
        type=type_,
        nullable=not domain.not_null,
        default=default,
        collation=collation,
        checks=checks,
        is_external=not domain.create_type,
    )


def _default_text(default: TextClause | str) -> str:
    if isinstance(default, str):
        return string_literal(default)
    return default.text
