"""Unique constraints and checks; `primary_keys` has a file of its own."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Constraint, Table, text
from sqlalchemy.sql.elements import conv

from limbeck import sqla
from limbeck.diff import locate, own_rules
from limbeck.diff.change import Stage, Step, TablePair
from limbeck.diff.context import DiffContext
from limbeck.diff.match import Matches, Named, match, without_renames
from limbeck.logs import logger_of
from limbeck.operations.constraints import aspects_of
from limbeck.operations.ops import (
    AddConstraintOp,
    CreateCheckConstraintOp,
    CreatePrimaryKeyOp,
    CreateUniqueConstraintOp,
    DropConstraintOp,
    RenameConstraintOp,
)
from limbeck.schema.facts import CheckFacts, ForeignKeyFacts, PrimaryKeyFacts, UniqueFacts
from limbeck.schema.options import dialect_arguments

log = logger_of(__name__)


def compare_uniques(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield what the unique constraints of a table need; a changed one is dropped and made anew."""
    if "uniques" not in context.kinds:
        return
    matches = match(pair.database.uniques, pair.model.uniques)
    if renames_constraints(context):
        matches, renamed = without_renames(matches)
        for database, model in renamed:
            old, new = (
                _unique(pair.database_table, database, context),
                _unique(pair.model_table, model, context),
            )
            yield from rename(pair, "unique_constraint", (old, new), (database, model), context)
    for database, model in _changed_uniques(pair, matches, context):
        old, new = (
            _unique(pair.database_table, database, context),
            _unique(pair.model_table, model, context),
        )
        if context.run_object_filters(
            new, model.name, "unique_constraint", reflected=False, compare_to=old
        ):
            log.info("Detected changed unique constraint '%s' on '%s'", model.name, pair.key)
            yield Step(Stage.DROP_KEY, drop(old, database.name), frozenset(database.columns))
            addition = create_key(new, model, model.name, context)
            yield Step(Stage.CREATE_KEY, addition, frozenset(model.columns))
    for database in matches.removed:
        old = _unique(pair.database_table, database, context)
        if context.run_object_filters(
            old, database.name, "unique_constraint", reflected=True, compare_to=None
        ):
            log.info("Detected removed unique constraint '%s' on '%s'", _called(database), pair.key)
            yield Step(Stage.DROP_KEY, drop(old, database.name), frozenset(database.columns))
    taken = {database.name for database, _ in matches.pairs}
    for model in matches.added:
        new = _unique(pair.model_table, model, context)
        if context.run_object_filters(
            new, model.name, "unique_constraint", reflected=False, compare_to=None
        ):
            log.info("Detected added unique constraint '%s' on '%s'", _called(model), pair.key)
            addition = create_key(new, model, free_name(model, taken), context)
            yield Step(Stage.CREATE_KEY, addition, frozenset(model.columns))


def _called(fact: UniqueFacts) -> str:
    return fact.name or ", ".join(fact.columns)


def _changed_uniques(
    pair: TablePair, matches: Matches[UniqueFacts], context: DiffContext
) -> tuple[tuple[UniqueFacts, UniqueFacts], ...]:
    return own_rules.changed(
        matches,
        own_rules.own_rule(context.impl, "compare_unique_constraint"),
        lambda fact: _unique(pair.database_table, fact, context),
        lambda fact: _unique(pair.model_table, fact, context),
    )


def compare_checks(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield what the checks of a table need, those of `Boolean` and `Enum` included."""
    if "checks" not in context.kinds:
        return
    matches = match(pair.database.checks, pair.model.checks)
    if renames_constraints(context):
        matches, renamed = without_renames(matches)
        for database, model in renamed:
            both = (
                _drop_check(pair, database, context).to_constraint(),
                _create_check(pair, model, context).to_constraint(),
            )
            yield from rename(pair, "check_constraint", both, (database, model), context)
    for database, model in matches.changed:
        old, new = _drop_check(pair, database, context), _create_check(pair, model, context)
        if context.run_object_filters(
            new.to_constraint(),
            model.name,
            "check_constraint",
            reflected=False,
            compare_to=old.to_constraint(),
        ):
            log.info("Detected changed check '%s' on '%s'", model.name or model.sql, pair.key)
            yield Step(Stage.DROP_CHECK, old)
            yield Step(Stage.CREATE_CHECK, new)
    for database in matches.removed:
        old = _drop_check(pair, database, context)
        if context.run_object_filters(
            old.to_constraint(), database.name, "check_constraint", reflected=True, compare_to=None
        ):
            log.info("Detected removed check '%s' on '%s'", database.name or database.sql, pair.key)
            yield Step(Stage.DROP_CHECK, old)
    yield from _new_checks(pair, matches, context)


def _new_checks(
    pair: TablePair, matches: Matches[CheckFacts], context: DiffContext
) -> Iterator[Step]:
    """Yield the checks that the database has not, but for those that new columns bring along."""
    taken = {database.name for database, _ in matches.pairs}
    for model in matches.added:
        if model.column is not None and pair.database.column(model.column) is None:
            continue  # the new column brings it along
        new = _create_check(pair, replace(model, name=free_name(model, taken)), context)
        if context.run_object_filters(
            new.to_constraint(), model.name, "check_constraint", reflected=False, compare_to=None
        ):
            log.info("Detected added check '%s' on '%s'", model.name or model.sql, pair.key)
            yield Step(Stage.CREATE_CHECK, new)


def remake_unique(
    pair: TablePair, database: UniqueFacts, model: UniqueFacts, context: DiffContext
) -> Iterator[Step]:
    """Yield drop and creation of a unique constraint that steps aside."""
    old = _unique(pair.database_table, database, context)
    new = _unique(pair.model_table, model, context)
    yield Step(Stage.DROP_KEY, drop(old, database.name), frozenset(database.columns))
    addition = create_key(new, model, database.name, context)
    yield Step(Stage.CREATE_KEY, addition, frozenset(model.columns))


def remake_check(
    pair: TablePair, database: CheckFacts, model: CheckFacts, context: DiffContext
) -> Iterator[Step]:
    """Yield drop and creation of a check that steps aside."""
    old, new = _drop_check(pair, database, context), _create_check(pair, model, context)
    new.kw |= old.to_constraint().dialect_kwargs  # what the models need not say
    yield Step(Stage.DROP_CHECK, old)
    yield Step(Stage.CREATE_CHECK, new)


def renames_constraints(context: DiffContext) -> bool:
    """Tell whether a constraint with another name is renamed."""
    return context.detects_renames and context.impl.renames_constraints


def rename(
    pair: TablePair,
    kind: str,
    objects: tuple[Constraint, Constraint],
    facts: tuple[Named, Named],
    context: DiffContext,
) -> Iterator[Step]:
    """Yield the renaming of a constraint, of which both sides are given: database, model."""
    old, new = objects
    if not context.run_object_filters(new, facts[1].name, kind, reflected=False, compare_to=old):
        return
    log.info(
        "Detected renamed constraint '%s' to '%s' on '%s'", facts[0].name, facts[1].name, pair.key
    )
    directive = RenameConstraintOp(
        pair.key.name,
        str(facts[0].name),
        str(facts[1].name),
        schema=pair.key.schema,
        type_=DropConstraintOp.from_constraint(new).constraint_type,
    )
    yield Step(Stage.RENAME, directive)


def create(constraint: Constraint, name: str | None) -> AddConstraintOp:
    """Return the directive that adds a constraint.

    Where the models leave the name to the database, the directive has the one that the database
    would have given: then the same file can drop it again, on every database.
    """
    directive: AddConstraintOp = AddConstraintOp.from_constraint(constraint)
    if constraint.name is None and name is not None:
        directive.constraint_name = conv(name)
    return directive


def create_key(
    constraint: Constraint,
    fact: UniqueFacts | PrimaryKeyFacts,
    name: str | None,
    context: DiffContext,
) -> AddConstraintOp:
    """Return the directive that adds a key, with the options that its column says of it."""
    directive = create(constraint, name)
    if isinstance(directive, CreateUniqueConstraintOp | CreatePrimaryKeyOp):
        options = dialect_arguments(context.impl.dialect, type(constraint), fact.options)
        directive.kw = {**options, **directive.kw}
    return directive


def drop(constraint: Constraint, name: str | None) -> DropConstraintOp:
    """Return the directive that drops a constraint, by the name that the facts have."""
    directive = DropConstraintOp.from_constraint(constraint)
    if directive.constraint_name is None and name is not None:
        directive.constraint_name = conv(name)
    directive.is_nameless = directive.constraint_name is None
    return directive


def free_name(
    fact: UniqueFacts | ForeignKeyFacts | CheckFacts, taken: set[str | None]
) -> str | None:
    """Return a constraint's name; a generated one counts on from those that the table has."""
    name = fact.name
    if name is not None and fact.is_generated_name:
        stem, number = re.sub(r"\d+$", "", name), 0
        while name in taken:
            number += 1
            name = f"{stem}{number}"
    taken.add(name)
    return name


def _unique(table: Table, fact: UniqueFacts, context: DiffContext) -> Constraint:
    found = locate.unique_constraint(table, fact, context.impl)
    if found is None:
        raise LookupError(f"unique constraint {fact.name} of {table.fullname} has no object")
    return found


def _create_check(
    pair: TablePair, fact: CheckFacts, context: DiffContext
) -> CreateCheckConstraintOp:
    found = locate.check(pair.model_table, fact, context.impl)
    name: str | None = None if fact.name is None else conv(fact.name)
    if found is not None:  # its name is marked if a convention made it
        name = sqla.final_name(found, context.impl.dialect) or name
    directive = CreateCheckConstraintOp(
        name,
        pair.key.name,
        text(sqla.escape_binds(fact.sql)) if found is None else found.sqltext,
        schema=pair.key.schema,
        **({} if found is None else {**aspects_of(found), **found.dialect_kwargs}),
    )
    if found is None and fact.is_type_bound:
        warnings.warn(
            f"The check ({fact.sql}) that a type of {pair.key} brings along is written as text.",
            stacklevel=2,
        )
    return directive


def _drop_check(pair: TablePair, fact: CheckFacts, context: DiffContext) -> DropConstraintOp:
    name = None if fact.name is None else conv(fact.name)
    found = locate.check(pair.database_table, fact, context.impl)
    addition = CreateCheckConstraintOp(
        name,
        pair.key.name,
        text(sqla.escape_binds(fact.sql)),
        schema=pair.key.schema,
        **({} if found is None else {**aspects_of(found), **found.dialect_kwargs}),
    )
    directive = DropConstraintOp(
        name, pair.key.name, type_="check", schema=pair.key.schema, _reverse=addition
    )
    directive.is_nameless = name is None
    return directive
