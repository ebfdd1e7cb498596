"""The probe of domains: PostgreSQL itself says what it makes of their types, defaults and checks.

As with tables (`probe`): temporary ones, all in one batch, are made within a savepoint, read back
and rolled back, until nothing changes any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from limbeck.ddl.postgresql.named_types import read_named_types
from limbeck.ddl.postgresql.probe import MOST_PASSES, PREFIX, may_probe, run_and_read, scratch
from limbeck.ddl.postgresql.text import quoted_name
from limbeck.schema.facts import DomainFacts, TableKey

Domains = Mapping[TableKey, DomainFacts]


def probe_domains(connection: Connection, domains: Domains) -> Domains:
    """Return the domains as the database prints them for good; those that it refuses are left out."""
    if not domains:
        return {}
    with scratch(connection):
        if not may_probe(connection):
            return {}
        for _ in range(MOST_PASSES):
            before, domains = domains, _probe_once(connection, domains)
            if domains == before:
                break
    return domains


def _probe_once(connection: Connection, domains: Domains) -> Domains:
    names = {key: f"{PREFIX}domain_{number}" for number, key in enumerate(domains)}
    statements = [_sql(name, domains[key]) for key, name in names.items()]
    made = run_and_read(connection, statements, _read)
    if made is None:
        made = run_and_read(connection, statements, _read, is_piecewise=True) or {}
    return {key: _merged(domains[key], made[name]) for key, name in names.items() if name in made}


def _read(connection: Connection, schema: str) -> Mapping[str, DomainFacts]:
    domains = read_named_types(connection, [schema], None).domains
    return {key.name: facts for key, facts in domains.items()}


def _merged(domain: DomainFacts, found: DomainFacts) -> DomainFacts:
    """Return the domain with what was found in place of what the database normalises."""
    return replace(
        domain,
        type=found.type,
        default=found.default,
        collation=found.collation,
        checks=tuple(
            replace(check, name=own.name, is_generated_name=own.is_generated_name)
            for check, own in zip(found.checks, domain.checks, strict=True)
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
