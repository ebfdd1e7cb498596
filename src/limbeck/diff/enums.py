"""Enum types: created with what first uses them, changed in place, dropped with their last use."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from limbeck.diff.context import DiffContext
from limbeck.diff.object_filters import admits
from limbeck.diff.objects import ObjectChanges, TableChanges, visible
from limbeck.logs import logger_of
from limbeck.operations.ops import AlterEnumOp, CreateEnumOp, MigrateOperation
from limbeck.schema.facts import DomainFacts, EnumFacts, SchemaFacts, TableKey

log = logger_of(__name__)


def compare_enums(
    database: SchemaFacts,
    models: SchemaFacts,
    changes: TableChanges,
    dropped_domains: Collection[TableKey],
    context: DiffContext,
) -> ObjectChanges:
    """Return what makes the enum types those of the models."""
    if "enums" not in context.kinds:
        return ObjectChanges()
    known = visible(database.enums, models.enums, "enum", context)
    said = (
        [*changes.words_of_database(), *words(database.domains.values())],
        [*changes.words_of_models(), *words(models.domains.values())],
    )
    before: list[MigrateOperation] = []
    after: list[MigrateOperation] = []
    for key, wanted in models.enums.items():
        if key in database.types_of_others:
            continue
        found = known.get(key)
        differs = found is None or found.values != wanted.values
        if not differs or not admits(context, wanted, found):
            continue
        if found is None:
            log.info("Detected added enum type '%s'", key)
            before.append(CreateEnumOp(key.name, wanted.values, schema=key.schema))
        else:
            log.info("Detected changed values of enum type '%s'", key)
            first, last = _alter(found, wanted, *said)
            before += first
            after += last
    dropped = [
        found
        for key, found in known.items()
        if key not in models.enums
        and _is_free(found, changes, dropped_domains)
        and admits(context, None, found)
    ]
    for found in reversed(dropped):
        log.info("Detected removed enum type '%s'", found.key)
        after.append(CreateEnumOp(found.key.name, found.values, schema=found.key.schema).reverse())
    return ObjectChanges(tuple(before), tuple(after), frozenset(each.key for each in dropped))


def new_values(database: SchemaFacts, models: SchemaFacts) -> list[str]:
    """Return the values that types of the database are yet to get."""
    return [
        value
        for key, wanted in models.enums.items()
        if key in database.enums
        for value in wanted.values
        if value not in database.enums[key].values or value in database.enums[key].renamed
    ]


def says_one_of(values: Iterable[str], sql: str) -> bool:
    """Tell whether SQL has one of the values as a literal, or within that of an array."""
    doubled = (re.escape(value.replace("'", "''")) for value in values)
    return any(
        re.search(rf"""'{each}'|'\{{(?:[^{{}}]*,)?"?{each}"?(?:,[^{{}}]*)?\}}'""", sql)
        for each in doubled
    )


def words(domains: Iterable[DomainFacts]) -> Iterator[str]:
    """Yield the SQL in domains."""
    for domain in domains:
        yield from (check.sql for check in domain.checks)
        if domain.default is not None:
            yield domain.default


def _is_free(
    found: EnumFacts, changes: TableChanges, dropped_domains: Collection[TableKey]
) -> bool:
    columns = [user for user in found.users if user[1] is not None]
    domains = [user[0] for user in found.users if user[1] is None]
    return (
        not found.is_needed
        and changes.frees_type(columns)
        and all(domain in dropped_domains for domain in domains)
    )


def _alter(
    found: EnumFacts,
    wanted: EnumFacts,
    words_of_database: Iterable[str],
    words_of_models: Iterable[str],
) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """Return the change of a type's values, before the tables' changes and after them.

    Values come before what uses them and go after it; where some come and some go and the tables
    change, there are both kinds for a while.
    """
    added = [value for value in wanted.values if value not in found.values]
    removed = [value for value in found.values if value not in wanted.values]
    comes_first = any(says_one_of(added, sql) for sql in words_of_models)
    goes_last = any(says_one_of(removed, sql) for sql in words_of_database)
    if added and removed and (comes_first or goes_last):
        both = EnumFacts(found.key, _merged(found.values, wanted.values))
        return [_directive(found, both, use_at_once=True)], [
            _directive(both, wanted, use_at_once=True)
        ]
    directive = _directive(found, wanted, use_at_once=comes_first or goes_last)
    return ([], [directive]) if removed and not added else ([directive], [])


def _directive(found: EnumFacts, wanted: EnumFacts, *, use_at_once: bool) -> AlterEnumOp:
    directive = AlterEnumOp(
        found.key.name,
        wanted.values,
        existing_values=found.values,
        use_at_once=use_at_once,
        schema=found.key.schema,
    )
    if use_at_once:
        directive.remark = (
            "the type is built anew, which rewrites its tables: values that were only added "
            "could not be used in the same transaction"
        )
    return directive


def _merged(found: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the wanted values with those that go at the end."""
    return (*wanted, *(value for value in found if value not in wanted))
