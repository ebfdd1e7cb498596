"""Sequences of MariaDB: what the server has → facts, and what models need of them → facts.

A sequence is a table of one row there, which holds its options: one statement names the sequences,
one more reads them all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Dialect, MetaData, bindparam, text
from sqlalchemy.schema import DDLElement

from limbeck import sqla
from limbeck.ddl.mysql.elements import MySQLAlterDefault
from limbeck.ddl.mysql.text import LEXICON
from limbeck.schema.facts import Options, SchemaFacts, SequenceFacts, TableFacts, TableKey, User
from limbeck.schema.models import fold_schema
from limbeck.schema.sequences import (
    SequenceDefaults,
    full_options,
    given_options,
    in_order,
    model_sequences,
    said_options,
)

if TYPE_CHECKING:
    from limbeck.ddl.mysql import MySQLImpl

DEFAULTS = SequenceDefaults(-(2**63) + 1, 2**63 - 2, cache=1000)
"""What the server chooses."""

_NAMES = """
SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES
WHERE TABLE_TYPE = 'SEQUENCE' AND TABLE_SCHEMA IN :schemas
"""
_USERS = """
SELECT TABLE_SCHEMA AS place, TABLE_NAME AS name, COLUMN_NAME AS column_name, COLUMN_DEFAULT AS value
FROM information_schema.COLUMNS WHERE INSTR(COLUMN_DEFAULT, :words) > 0
"""
_NEXT_VALUE = re.compile(r"nextval\(((?:[^`()]|`(?:[^`]|``)+`)+)\)", re.IGNORECASE)
_OPTIONS = (
    "start_value AS start, increment, minimum_value AS minvalue, maximum_value AS `maxvalue`, "
    "cache_size AS cache, cycle_option AS cycle"
)


def read_sequences(
    connection: Connection, schemas: Sequence[str], default_schema: str | None
) -> Mapping[TableKey, SequenceFacts]:
    """Return the sequences of the schemas; nothing where the server has none."""
    if not connection.dialect.supports_sequences or not schemas:
        return {}
    statement = text(_NAMES).bindparams(bindparam("schemas", expanding=True))
    names = connection.execute(statement, {"schemas": list(schemas)}).all()
    if not names:
        return {}
    quote = connection.dialect.identifier_preparer.quote_identifier
    parts = [
        f"SELECT {number} AS number, {_OPTIONS} FROM {quote(schema)}.{quote(name)}"
        for number, (schema, name) in enumerate(names)
    ]
    found = {}
    rows = connection.exec_driver_sql(" UNION ALL ".join(parts))
    for row in rows:
        key = fold_schema(names[row.number][0], names[row.number][1], default_schema)
        found[key] = SequenceFacts(key, full_options(row._asdict(), DEFAULTS))
    return in_order(found)


def with_users(
    sequences: Mapping[TableKey, SequenceFacts],
    tables: Mapping[TableKey, TableFacts],
    default_schema: str | None,
) -> Mapping[TableKey, SequenceFacts]:
    """Return the sequences with the columns that count by them."""
    users: dict[TableKey, list[User]] = {}
    for key, table in tables.items() if sequences else ():
        for column in table.columns:
            for path in _NEXT_VALUE.findall(column.default or ""):
                parts = [token.text for token in LEXICON.tokenize(path) if not token.is_symbol(".")]
                schema = parts[0] if len(parts) > 1 else default_schema
                used = fold_schema(schema, parts[-1], default_schema)
                users.setdefault(used, []).append((key, column.name))
    return {key: replace(it, users=tuple(users.get(key, ()))) for key, it in sequences.items()}


def has_counted(connection: Connection, key: TableKey) -> bool:
    """Tell whether a sequence has given a number since it was created or restarted."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    path = ".".join(quote(part) for part in key if part is not None)
    query = f"SELECT next_not_cached_value <> start_value OR cycle_count > 0 FROM {path}"
    return bool(connection.exec_driver_sql(query).scalar_one())


def move_sequence(impl: MySQLImpl, old: TableKey, new: TableKey, element: DDLElement) -> None:
    """Move or rename a sequence by `element`, and let the defaults that count by it follow.

    The server can't open a table whose default has a sequence that is gone.
    """
    connection = impl._connected()
    quote = impl.dialect.identifier_preparer.quote_identifier
    default_schema = str(impl.dialect.default_schema_name)
    words, new_words = (
        sqla.from_compiler(
            impl.dialect, f"nextval({quote(key.schema or default_schema)}.{quote(key.name)})"
        )
        for key in (old, new)
    )
    users = connection.execute(text(_USERS), {"words": words}).all()
    for user in users:
        impl._exec(MySQLAlterDefault(user.name, user.column_name, None, user.place))
    impl._exec(element)
    for user in users:
        default = text(sqla.escape_binds(user.value.replace(words, new_words)))
        impl._exec(MySQLAlterDefault(user.name, user.column_name, default, user.place))


def read_model_objects(
    metadata_list: Sequence[MetaData], dialect: Dialect, default_schema: str | None
) -> SchemaFacts:
    """Return the sequences that the models create; there are no named types."""
    found = {}
    for sequence, _ in model_sequences(metadata_list, dialect):
        key = fold_schema(sequence.schema, str(sequence.name), default_schema)
        found[key] = SequenceFacts(key, full_options(given_options(sequence), DEFAULTS))
    return SchemaFacts(sequences=in_order(found))


def sequence_arguments(options: Options) -> dict[str, Any]:
    """Return the options that the server would not choose by itself."""
    return said_options(options, DEFAULTS)
