"""Sequences of PostgreSQL: the catalogs → facts, and what models need of them → facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, MetaData

from limbeck.ddl.postgresql import catalog
from limbeck.ddl.postgresql.models import LARGEST, clip
from limbeck.schema.facts import Options, SequenceFacts, TableKey, User
from limbeck.schema.models import fold_schema
from limbeck.schema.sequences import (
    SequenceDefaults,
    full_options,
    given_options,
    in_order,
    model_sequences,
    said_options,
)

_SEQUENCES = """
SELECT n.nspname::text AS schema, c.relname::text AS name,
    pg_catalog.format_type(s.seqtypid, NULL) AS type, s.seqstart AS start,
    s.seqincrement AS increment, s.seqmin AS minvalue, s.seqmax AS maxvalue, s.seqcache AS cache,
    s.seqcycle AS cycle, tn.nspname::text AS owner_schema, tc.relname::text AS owner_table,
    ta.attname::text AS owner_column
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass
    AND d.objid = c.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
    AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_class tc ON tc.oid = d.refobjid
LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = tc.relnamespace
LEFT JOIN pg_catalog.pg_attribute ta ON ta.attrelid = tc.oid AND ta.attnum = d.refobjsubid
WHERE n.nspname IN :schemas AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass
    AND e.objid = c.oid AND e.deptype = 'e')
"""

_USERS = """
SELECT n.nspname::text AS schema, c.relname::text AS name, un.nspname::text AS user_schema,
    uc.relname::text AS user_table, ua.attname::text AS user_column,
    coalesce(un.nspname NOT IN :schemas, true) AS is_other
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass
    AND d.refobjid = c.oid AND d.deptype = 'n'
LEFT JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::regclass
    AND f.oid = d.objid
LEFT JOIN pg_catalog.pg_class uc ON uc.oid = f.adrelid AND NOT uc.relispartition
LEFT JOIN pg_catalog.pg_namespace un ON un.oid = uc.relnamespace
LEFT JOIN pg_catalog.pg_attribute ua ON ua.attrelid = f.adrelid AND ua.attnum = f.adnum
WHERE c.relkind = 'S' AND n.nspname IN :schemas AND coalesce(ua.attinhcount = 0, true)
"""


def read_sequences(
    connection: Connection, schemas: Sequence[str], default_schema: str | None
) -> Mapping[TableKey, SequenceFacts]:
    """Return the sequences of the schemas, those of extensions left out."""
    rows = catalog.rows(connection, _SEQUENCES, schemas)
    users: dict[TableKey, set[User]] = {}
    needed: set[TableKey] = set()
    if any(row.owner_table is None for row in rows):
        for row in catalog.rows(connection, _USERS, schemas):
            key = fold_schema(row.schema, row.name, default_schema)
            if row.is_other:
                needed.add(key)
            else:
                table = fold_schema(row.user_schema, row.user_table, default_schema)
                users.setdefault(key, set()).add((table, row.user_column))
    found = {}
    for row in rows:
        key = fold_schema(row.schema, row.name, default_schema)
        owner = None
        if row.owner_table is not None:
            owner = (
                fold_schema(row.owner_schema, row.owner_table, default_schema),
                row.owner_column,
            )
        found[key] = SequenceFacts(
            key,
            full_options(row._asdict(), sequence_defaults(row.type)),
            owner=owner,
            users=tuple(sorted(users.get(key, ()), key=str)),
            is_needed=key in needed,
        )
    return in_order(found)


def read_model_sequences(
    metadata_list: Sequence[MetaData], dialect: Dialect, default_schema: str | None
) -> Mapping[TableKey, SequenceFacts]:
    """Return the sequences that the models create."""
    found = {}
    for sequence, type_ in model_sequences(metadata_list, dialect):
        key = fold_schema(sequence.schema, clip(str(sequence.name)), default_schema)
        defaults = sequence_defaults((type_ or "bigint").lower())
        found[key] = SequenceFacts(key, full_options(given_options(sequence), defaults))
    return in_order(found)


def sequence_defaults(type_: str) -> SequenceDefaults:
    """Return what PostgreSQL chooses for a sequence of this type."""
    most = LARGEST.get(type_, LARGEST["bigint"])
    return SequenceDefaults(-most - 1, most, type=type_)


def sequence_arguments(options: Options) -> dict[str, Any]:
    """Return the options that PostgreSQL would not choose by itself."""
    type_ = dict(options)["type"]
    said = said_options(options, sequence_defaults(type_))
    return said if type_ == "bigint" else {"type": type_, **said}
