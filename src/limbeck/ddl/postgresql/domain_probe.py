"""The probe of domains: PostgreSQL itself says what it makes of their types, defaults and checks.

As with tables (`probe`): temporary ones are made within a savepoint, read back and rolled back,
until nothing changes any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from limbeck.ddl.postgresql import probe
from limbeck.ddl.postgresql.named_types import read_named_types
from limbeck.ddl.postgresql.text import quoted_name
from limbeck.schema.facts import DomainFacts, TableKey

_MOST_PASSES = 4


def probe_domains(
    connection: Connection, domains: Mapping[TableKey, DomainFacts]
) -> Mapping[TableKey, DomainFacts]:
    """Return the domains as the database prints them for good; those that it refuses are left out."""
    if not domains:
        return {}
    result = {}
    with probe._scratch(connection):
        if not probe._may_probe(connection):
            return {}
        for key, facts in domains.items():
            settled = _settle(connection, facts)
            if settled is not None:
                result[key] = settled
    return result


def _settle(connection: Connection, facts: DomainFacts) -> DomainFacts | None:
    for _ in range(_MOST_PASSES):
        found = _probe_once(connection, facts)
        if found is None or found == facts:
            return found
        facts = found
    return facts


def _probe_once(connection: Connection, facts: DomainFacts) -> DomainFacts | None:
    name = f"{probe._PREFIX}domain"
    savepoint = connection.begin_nested()
    try:
        options = {"no_parameters": True}
        connection.exec_driver_sql(_sql(name, facts), execution_options=options)
        schema = str(connection.scalar(text(probe._TEMPORARY_SCHEMA)))
        domains = read_named_types(connection, [schema], None).domains
        found = domains[TableKey(schema, name)]
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return None
    finally:
        savepoint.rollback()
    names = [check.name for check in facts.checks]
    return replace(
        facts,
        type=found.type,
        default=found.default,
        collation=found.collation,
        checks=tuple(
            replace(check, name=name, is_generated_name=own.is_generated_name)
            for check, name, own in zip(found.checks, names, facts.checks, strict=True)
        ),
    )


def _sql(name: str, facts: DomainFacts) -> str:
    parts = [f"CREATE DOMAIN pg_temp.{name} AS {facts.type}"]
    if facts.collation is not None:
        is_path = '"' in facts.collation
        parts += [f"COLLATE {facts.collation if is_path else quoted_name(facts.collation)}"]
    if facts.default is not None:
        parts += [f"DEFAULT {facts.default}"]
    for number, check in enumerate(facts.checks):
        parts += [f"CONSTRAINT c{number:03} CHECK ({check.sql})"]
    return " ".join(parts)
