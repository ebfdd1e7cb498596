"""The comments of a table and of its constraints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from limbeck.diff.change import Stage, Step, TablePair
from limbeck.diff.constraints import renames_constraints
from limbeck.diff.context import DiffContext
from limbeck.diff.match import F, Matches, match, without_renames
from limbeck.logs import logger_of
from limbeck.operations.ops import (
    CreateTableCommentOp,
    DropConstraintOp,
    DropTableCommentOp,
    SetConstraintCommentOp,
)
from limbeck.schema.facts import (
    CheckFacts,
    ForeignKeyFacts,
    PrimaryKeyFacts,
    TableFacts,
    UniqueFacts,
)

log = logger_of(__name__)

Commented = PrimaryKeyFacts | UniqueFacts | ForeignKeyFacts | CheckFacts


def compare_table_comment(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield the directive that makes the table's comment the model's."""
    existing, wanted = pair.database.comment, pair.model.comment
    if existing == wanted or "comments" not in context.kinds:
        return
    schema, name = pair.key
    if wanted is None:
        log.info("Detected table comment removed on '%s'", pair.key)
        directive = DropTableCommentOp(name, schema=schema, existing_comment=existing)
        yield Step(Stage.COMMENT, directive)
    else:
        log.info("Detected table comment on '%s'", pair.key)
        yield Step(
            Stage.COMMENT,
            CreateTableCommentOp(name, wanted, schema=schema, existing_comment=existing),
        )


def same_comments(database: TableFacts, model: TableFacts) -> bool:
    """Tell whether the constraints of two equal tables have the same comments."""
    return [each.comment for each in _constraints(database)] == [
        each.comment for each in _constraints(model)
    ]


def _constraints(facts: TableFacts) -> Iterator[Commented]:
    if facts.primary_key is not None:
        yield facts.primary_key
    yield from facts.uniques
    yield from facts.foreign_keys
    yield from facts.checks


def compare_constraint_comments(
    pair: TablePair, steps: Iterable[Step], context: DiffContext
) -> Iterator[Step]:
    """Yield the directives for comments of constraints that stay: new ones bring theirs along."""
    if "comments" not in context.kinds:
        return
    gone = {
        step.directive.constraint_name
        for step in steps
        if isinstance(step.directive, DropConstraintOp)
    }
    for existing, wanted in _staying(pair, context):
        if existing.comment == wanted.comment or existing.name in gone or existing.name is None:
            continue
        is_left_open = wanted.name is None or wanted.is_generated_name
        name = existing.name if is_left_open else str(wanted.name)
        log.info("Detected comment of constraint '%s' on '%s'", name, pair.key)
        directive = SetConstraintCommentOp(
            name,
            pair.key.name,
            wanted.comment,
            existing_comment=existing.comment,
            schema=pair.key.schema,
        )
        yield Step(Stage.COMMENT, directive)


def _staying(pair: TablePair, context: DiffContext) -> Iterator[tuple[Commented, Commented]]:
    """Yield the constraints that both sides have, of which some may be dropped all the same."""
    database, model = pair.database, pair.model
    if database.primary_key is not None and model.primary_key is not None:
        yield database.primary_key, model.primary_key
    yield from _pairs(match(database.uniques, model.uniques), context)
    yield from _pairs(match(database.foreign_keys, model.foreign_keys), context)
    yield from _pairs(match(database.checks, model.checks), context)


def _pairs(matches: Matches[F], context: DiffContext) -> Iterator[tuple[F, F]]:
    yield from matches.pairs
    if renames_constraints(context):
        yield from without_renames(matches)[1]
