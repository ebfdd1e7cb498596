"""Domains: created before what uses them, changed in the database's own words, dropped at last."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from limbeck.diff.context import DiffContext
from limbeck.diff.enums import new_values, says_one_of, words
from limbeck.diff.fallback import domain_in_canonical_words
from limbeck.diff.object_filters import admits
from limbeck.diff.objects import ObjectChanges, TableChanges, visible
from limbeck.logs import logger_of
from limbeck.operations.ops import AlterDomainOp, CreateDomainOp, MigrateOperation
from limbeck.schema.facts import (
    DomainFacts,
    SchemaFacts,
    TableFacts,
    TableKey,
    with_expressions,
    without_quotes,
)

log = logger_of(__name__)

Domains = Mapping[TableKey, DomainFacts]


def compare_domains(
    database: SchemaFacts, models: SchemaFacts, changes: TableChanges, context: DiffContext
) -> ObjectChanges:
    """Return what makes the domains those of the models."""
    if "domains" not in context.kinds:
        return ObjectChanges()
    known = visible(database.domains, models.domains, "domain", context)
    before: list[MigrateOperation] = []
    for key in _in_order(models.domains.values()):
        wanted = models.domains[key]
        is_new = key not in known and key not in database.types_of_others
        if is_new and admits(context, wanted):
            log.info("Detected added domain '%s'", key)
            before.append(_creation(wanted))
    suspects = {key: facts for key, facts in models.domains.items() if _differs(known, facts)}
    for key, wanted in _settled(known, suspects, new_values(database, models), context).items():
        if known[key] != wanted and admits(context, wanted, known[key]):
            log.info("Detected changed domain '%s'", key)
            before.append(_alter(known[key], wanted))
    gone = {key: facts for key, facts in known.items() if key not in models.domains}
    gone = {key: facts for key, facts in gone.items() if admits(context, None, facts)}
    dropped = _free(gone, changes)
    after: list[MigrateOperation] = []
    for key in reversed(_in_order(dropped.values())):
        log.info("Detected removed domain '%s'", key)
        after.append(_creation(dropped[key]).reverse())
    return ObjectChanges(tuple(before), tuple(after), frozenset(dropped))


def rebased_domains(
    database: SchemaFacts, models: SchemaFacts, context: DiffContext
) -> Mapping[str, str]:
    """Return the old types of domains that get another one, by the domains' names."""
    if "domains" not in context.kinds:
        return {}
    return {
        str(key): facts.type
        for key, facts in database.domains.items()
        if key in models.domains and models.domains[key].type != facts.type
    }


def without_casts(table: TableFacts, rebased: Mapping[str, str]) -> TableFacts:
    """Return a table of the models without casts of domains to types that they won't have any more.

    The database, asked while they had these, casts to them where nobody did, and keeps such a cast
    when a domain gets another type: what has one is made anew.
    """
    casts = [
        _cast(column.name, rebased[type_])
        for column in table.columns
        if rebased and (type_ := without_quotes(column.type)) in rebased
    ]
    if not casts:
        return table

    def recast(sql: str) -> str:
        for cast in casts:
            sql = cast.sub(r"\1", sql)
        return sql

    return with_expressions(table, recast)


def _cast(column: str, type_: str) -> re.Pattern[str]:
    """Return what finds a column, in words that are quoted or not, with a cast to a type."""
    quoted = '"' + column.replace('"', '""') + '"'
    names = rf'(?<![\w"]){re.escape(column)}|{re.escape(quoted)}'
    base = re.escape(re.sub(r"\([^)]*\)", "", type_))
    return re.compile(rf"({names})::{base}(?:\([^)]*\))?(?![\w\[])")


def _differs(known: Domains, wanted: DomainFacts) -> bool:
    return wanted.key in known and known[wanted.key] != wanted


def _in_order(domains: Iterable[DomainFacts]) -> list[TableKey]:
    """Return the domains by name, each behind the one that it is made of."""
    by_type = {str(each.key): each for each in domains}
    result: dict[TableKey, None] = {}

    def add(domain: DomainFacts) -> None:
        base = by_type.get(without_quotes(domain.type.removesuffix("[]")))
        if base is not None and base is not domain and base.key not in result:
            add(base)
        result[domain.key] = None

    for name in sorted(by_type):
        add(by_type[name])
    return list(result)


def _free(gone: Domains, changes: TableChanges) -> dict[TableKey, DomainFacts]:
    """Return those of the domains that nothing uses afterwards, not even one another's columns."""
    free = {
        key: facts
        for key, facts in gone.items()
        if not facts.is_needed
        and changes.frees_type(user for user in facts.users if user[1] is not None)
    }
    while True:
        kept = {
            key: facts
            for key, facts in free.items()
            if all(user[0] in free for user in facts.users if user[1] is None)
        }
        if len(kept) == len(free):
            return kept
        free = kept


def _settled(
    known: Domains, suspects: Domains, to_come: Collection[str], context: DiffContext
) -> Domains:
    """Return the models' domains in the database's words where they mean the same.

    The database has none for those that say a value which an enum type is yet to get.
    """
    models = _asked(suspects, context)
    databases = _asked({key: known[key] for key in models}, context)
    result = {}
    for key, wanted in suspects.items():
        found = known[key]
        if key in models and key in databases:
            wanted = _in_words_of(found, databases[key], models[key], wanted)
        elif not any(says_one_of(to_come, sql) for sql in words([wanted])):
            canonical = context.impl.canonical_expression
            wanted = domain_in_canonical_words(found, wanted, canonical)
        result[key] = _named_alike(found, wanted)
    return result


def _asked(domains: Domains, context: DiffContext) -> Domains:
    """Return those of the domains that the database has words for."""
    if not domains or context.connection is None or not context.probes:
        return {}
    return context.impl.probe_domains(context.connection, domains)


def _in_words_of(
    found: DomainFacts, normal: DomainFacts, probed: DomainFacts, wanted: DomainFacts
) -> DomainFacts:
    texts = {
        after.sql: before.sql for before, after in zip(found.checks, normal.checks, strict=True)
    }
    return replace(
        wanted,
        type=found.type if normal.type == probed.type else wanted.type,
        default=found.default if normal.default == probed.default else wanted.default,
        collation=found.collation if normal.collation == probed.collation else wanted.collation,
        checks=tuple(
            replace(check, sql=texts.get(settled.sql, check.sql))
            for check, settled in zip(wanted.checks, probed.checks, strict=True)
        ),
    )


def _named_alike(found: DomainFacts, wanted: DomainFacts) -> DomainFacts:
    """Return the wanted domain; a check that the models did not name has the name it has."""
    names = {check.sql: check.name for check in found.checks}
    checks = (
        replace(check, name=names.get(check.sql, check.name)) if check.is_generated_name else check
        for check in wanted.checks
    )
    return replace(wanted, checks=tuple(sorted(checks, key=lambda check: str(check.name))))


def _creation(facts: DomainFacts) -> CreateDomainOp:
    return CreateDomainOp(facts.key.name, **_settings(facts), schema=facts.key.schema)


def _alter(found: DomainFacts, wanted: DomainFacts) -> AlterDomainOp:
    now, then = _settings(found), _settings(wanted)
    existing = {name: value for name, value in now.items() if then[name] != value}
    return AlterDomainOp(wanted.key.name, existing=existing, schema=wanted.key.schema, **then)


def _settings(facts: DomainFacts) -> dict[str, Any]:
    return {
        "type_": facts.type,
        "nullable": facts.nullable,
        "default": facts.default,
        "collation": facts.collation,
        "checks": {str(check.name): check.sql for check in facts.checks},
    }
