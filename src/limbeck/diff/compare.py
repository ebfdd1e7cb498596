"""The comparison of two whole schemas.

It receives the facts of both sides and returns directives. Tables whose facts are equal end at
once; Tables of the database's side are built together, and only for those that differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from limbeck.diff import aside, filters, own_rules
from limbeck.diff.change import TableChange, TablePair
from limbeck.diff.columns import compare_columns
from limbeck.diff.comments import (
    compare_constraint_comments,
    compare_table_comment,
    same_comments,
)
from limbeck.diff.constraints import compare_checks, compare_uniques
from limbeck.diff.context import DiffContext
from limbeck.diff.domains import compare_domains, rebased_domains, without_casts
from limbeck.diff.enums import compare_enums, new_values
from limbeck.diff.foreign_keys import (
    Disturbance,
    compare_foreign_keys,
    disturbance,
    referring_tables,
)
from limbeck.diff.indexes import compare_indexes
from limbeck.diff.inheritance import beside_parents, heirs
from limbeck.diff.objects import ObjectChanges, TableChanges
from limbeck.diff.options import compare_table_options
from limbeck.diff.order import Plan, order
from limbeck.diff.primary_keys import compare_primary_key
from limbeck.diff.row_values import with_renamed_values
from limbeck.diff.sequences import compare_sequences
from limbeck.diff.shared_names import warn_of_taken_names
from limbeck.diff.suspects import settle
from limbeck.diff.tables import WholeTable, create_table, drop_table, warn_of_caveat
from limbeck.operations.ops import UpgradeOps
from limbeck.schema.facts import SchemaFacts, TableFacts, TableKey, key_order

_KINDS = (
    compare_table_options,
    compare_columns,
    compare_primary_key,
    compare_uniques,
    compare_indexes,
    compare_checks,
    compare_table_comment,
)
"""What compares one table on both sides, foreign keys apart: they look at other tables, too."""


@dataclass(frozen=True, slots=True)
class _Sides:
    database: Mapping[TableKey, TableFacts]
    models: Mapping[TableKey, TableFacts]


def compare(database: SchemaFacts, models: SchemaFacts, context: DiffContext) -> UpgradeOps:
    """Return the directives that make the database what the models say, in an order that works."""
    known = {
        key: filters.visible_parts(facts, context)
        for key, facts in filters.visible_tables(database, context).items()
    }
    differing = {
        key: (known[key], facts)
        for key, facts in models.tables.items()
        if key in known and _is_other(known[key], facts, context)
    }
    rebased = rebased_domains(database, models, context)
    settled = {
        key: without_casts(
            replace(facts, options=context.impl.taken_options(known[key], facts)), rebased
        )
        for key, facts in settle(differing, context, new_values(database, models)).items()
    }
    sides = _Sides(known, {**models.tables, **settled})
    changed = [key for key in settled if _is_other(known[key], settled[key], context)]
    plan = Plan(
        creates=_creates(sides, context),
        drops=_drops(sides, context),
        changes=_changes(changed, sides, context),
        can_add_foreign_keys=context.impl.dialect.supports_alter or context.renders_batches,
        shared_names=context.impl.shared_names,
    )
    directives = order(plan)
    default_schema = context.impl.dialect.default_schema_name
    changes = TableChanges(directives, known, sides.models, default_schema)
    objects = _compare_objects(database, models, changes, context)
    every = [*objects.before, *directives, *objects.after]
    warn_of_taken_names(database, every, context.impl.shared_names)
    return UpgradeOps(every)


def _is_other(database: TableFacts, model: TableFacts, context: DiffContext) -> bool:
    """Tell whether a table has to be looked at closely."""
    is_same = database == model and same_comments(database, model)
    return not is_same or context.watches(model.key)


def _compare_objects(
    database: SchemaFacts, models: SchemaFacts, changes: TableChanges, context: DiffContext
) -> ObjectChanges:
    """Return what happens to types and sequences: domains are made of enum types, so drop first."""
    sequences = compare_sequences(database, models, changes, context)
    domains = compare_domains(database, models, changes, context)
    enums = compare_enums(database, models, changes, domains.dropped, context)
    return ObjectChanges(
        sequences.before + enums.before + domains.before,
        domains.after + enums.after + sequences.after,
    )


def _creates(sides: _Sides, context: DiffContext) -> tuple[WholeTable, ...]:
    if "tables" not in context.kinds:
        return ()
    found = (
        create_table(facts, context.model_tables[key], context)
        for key, facts in sides.models.items()
        if key not in sides.database
    )
    return tuple(whole for whole in found if whole is not None)


def _drops(sides: _Sides, context: DiffContext) -> tuple[WholeTable, ...]:
    removed = [key for key in sides.database if key not in sides.models]
    if "tables" not in context.kinds or not removed:
        return ()
    tables = context.database_tables(removed)
    found = (drop_table(sides.database[key], tables[key], context) for key in removed)
    return tuple(whole for whole in found if whole is not None)


def _changes(keys: list[TableKey], sides: _Sides, context: DiffContext) -> tuple[TableChange, ...]:
    pairs = _pairs(keys, sides, context)
    changes = {key: _compare_one(pair, context) for key, pair in pairs.items()}
    disturbed: dict[TableKey, Disturbance] = {}
    for key, change in changes.items():
        found = disturbance(change, context)
        if found != Disturbance():
            disturbed[key] = found
    common = {key: sides.models[key] for key in sides.database if key in sides.models}
    moved = {*heirs(changes, common)}
    if disturbed:
        moved |= {*referring_tables(common, disturbed, context)}
    pairs |= _pairs(sorted(moved - pairs.keys(), key=key_order), sides, context)
    result = []
    for key in sorted(pairs, key=key_order):
        change = changes.get(key, TableChange(key))
        steps = change.steps + tuple(compare_foreign_keys(pairs[key], disturbed, context))
        comments = tuple(compare_constraint_comments(pairs[key], steps, context))
        result.append(TableChange(key, steps + comments))
    return beside_parents(result, pairs, sides.models)


def _pairs(
    keys: Iterable[TableKey], sides: _Sides, context: DiffContext
) -> dict[TableKey, TablePair]:
    """Return both sides of the tables, those out that the user's filter leaves alone."""
    keys = list(keys)
    if not keys:
        return {}
    tables = context.database_tables(keys)
    pairs: dict[TableKey, TablePair] = {}
    for key in keys:
        model_table = context.model_tables[key]
        if context.run_object_filters(
            model_table, key.name, "table", reflected=False, compare_to=tables[key]
        ):
            pair = TablePair(sides.database[key], sides.models[key], tables[key], model_table)
            pairs[key] = own_rules.corrected(pair, context)
    return pairs


def _compare_one(pair: TablePair, context: DiffContext) -> TableChange:
    steps = [step for compare_kind in _KINDS for step in compare_kind(pair, context)]
    if steps:
        warn_of_caveat(pair.database)
    steps = aside.with_dependents(pair, steps, context)
    return TableChange(pair.key, tuple(with_renamed_values(pair, steps, context)))
