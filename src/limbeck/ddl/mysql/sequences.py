"""Sequences of MariaDB: what the server has → facts, and what models need of them → facts.

A sequence is a table of one row there, which holds its options: one statement names the sequences,
one more reads them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, MetaData, bindparam, text

from limbeck.schema.facts import Options, SchemaFacts, SequenceFacts, TableKey
from limbeck.schema.models import fold_schema
from limbeck.schema.sequences import (
    SequenceDefaults,
    full_options,
    given_options,
    in_order,
    model_sequences,
    said_options,
)

DEFAULTS = SequenceDefaults(-(2**63) + 1, 2**63 - 2, cache=1000)
"""What the server chooses."""

_NAMES = """
SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES
WHERE TABLE_TYPE = 'SEQUENCE' AND TABLE_SCHEMA IN :schemas
"""
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
    rows = connection.exec_driver_sql(" UNION ALL ".join(parts).replace("%", "%%"))
    for row in rows:
        key = fold_schema(names[row.number][0], names[row.number][1], default_schema)
        found[key] = SequenceFacts(key, full_options(row._asdict(), DEFAULTS))
    return in_order(found)


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
