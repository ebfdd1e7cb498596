"""Indexes, and constraints that are indexes: exclusions, and unique ones where there are only those."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Constraint, Index
from sqlalchemy.sql.elements import conv

from limbeck.diff import locate, own_rules
from limbeck.diff.change import Stage, Step, TablePair
from limbeck.diff.constraints import create, drop, rename
from limbeck.diff.context import DiffContext
from limbeck.diff.match import Matches, match, unsaid_options, without_renames
from limbeck.logs import logger_of
from limbeck.operations.ops import (
    CreateIndexOp,
    DropIndexOp,
    MigrateOperation,
    RenameIndexOp,
)
from limbeck.schema.facts import IndexFacts, TableFacts
from limbeck.schema.options import dialect_arguments

log = logger_of(__name__)


def compare_indexes(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield what the indexes of a table need.

    An index that a foreign key stands on goes only after its successor is there.
    """
    found, wanted = (
        [index for index in side.indexes if _is_looked_for(index, context)]
        for side in (pair.database, pair.model)
    )
    matches = match(found, wanted)
    are_remade = "options" in context.kinds and context.impl.remakes_indexes(
        pair.database.options, pair.model.options
    )
    if context.detects_renames and not are_remade:
        matches, renamed = without_renames(matches)
        for database, model in renamed:
            yield from _rename(pair, database, model, context)
    for database, model in matches.pairs if are_remade else _changed(pair, matches, context):
        old, new = _database_object(pair, database, context), _model_object(pair, model, context)
        if context.run_object_filters(
            new, model.name, _kind(model), reflected=False, compare_to=old
        ):
            _tell("changed", model, pair)
            yield _drop(database, old, Stage.DROP_KEY, context)
            yield _create(model, new, context, instead_of=database)
    for database in matches.removed:
        old = _database_object(pair, database, context)
        if context.run_object_filters(
            old, database.name, _kind(database), reflected=True, compare_to=None
        ):
            _tell("removed", database, pair)
            yield _remove(pair, database, old, context)
    for model in matches.added:
        new = _model_object(pair, model, context)
        if context.run_object_filters(
            new, model.name, _kind(model), reflected=False, compare_to=None
        ):
            _tell("added", model, pair)
            yield _create(model, new, context)


def _tell(change: str, fact: IndexFacts, pair: TablePair) -> None:
    kind = _kind(fact).replace("_", " ")
    log.info("Detected %s %s '%s' on '%s'", change, kind, fact.name, pair.key)


def _is_looked_for(index: IndexFacts, context: DiffContext) -> bool:
    return ("exclusions" if index.operators else "indexes") in context.kinds


def _changed(
    pair: TablePair, matches: Matches[IndexFacts], context: DiffContext
) -> Iterator[tuple[IndexFacts, IndexFacts]]:
    """Yield the pairs that differ, where somebody else's dialect has a rule, by that."""
    for both in matches.pairs:
        name = "compare_unique_constraint" if both[1].is_constraint else "compare_indexes"
        yield from own_rules.changed(
            Matches((), (), (both,)),
            own_rules.own_rule(context.impl, name),
            lambda fact: _database_object(pair, fact, context),
            lambda fact: _model_object(pair, fact, context),
        )


def remake(
    pair: TablePair, database: IndexFacts, model: IndexFacts, context: DiffContext
) -> Iterator[Step]:
    """Yield drop and creation of an index that steps aside."""
    yield _drop(database, _database_object(pair, database, context), Stage.DROP_KEY, context)
    yield _create(model, _model_object(pair, model, context), context, instead_of=database)


def carries_foreign_key(index: IndexFacts, table: TableFacts) -> bool:
    """Tell whether an index starts with the columns of one of the table's foreign keys."""
    columns = locate.index_columns(index)
    return any(columns[: len(key.columns)] == key.columns for key in table.foreign_keys)


def create_index(index: Index, name: str | None) -> CreateIndexOp:
    """Return the directive that creates an index, under the name that the facts have."""
    directive = CreateIndexOp.from_index(index)
    if index.name is None:
        directive.index_name = conv(name) if name is not None else None
    return directive


def _create(
    fact: IndexFacts,
    object_: Index | Constraint,
    context: DiffContext,
    *,
    instead_of: IndexFacts | None = None,
) -> Step:
    """Return the creation of an index, which keeps what models leave open of the one before it."""
    directive: MigrateOperation
    if isinstance(object_, Index):
        directive = create_index(object_, fact.name)
        kept = () if instead_of is None else unsaid_options(instead_of.options, fact.options)
        directive.kw |= dialect_arguments(context.impl.dialect, Index, kept)
    else:
        directive = create(object_, fact.name)
    return Step(Stage.CREATE_KEY, directive, _columns(fact, context))


def _drop(
    fact: IndexFacts, object_: Index | Constraint, stage: Stage, context: DiffContext
) -> Step:
    directive: MigrateOperation = (
        DropIndexOp.from_index(object_) if isinstance(object_, Index) else drop(object_, fact.name)
    )
    return Step(stage, directive, _columns(fact, context))


def _remove(
    pair: TablePair, fact: IndexFacts, object_: Index | Constraint, context: DiffContext
) -> Step:
    """Return the drop of an index that has no successor of its name."""
    if not carries_foreign_key(fact, pair.model):
        return _drop(fact, object_, Stage.DROP_KEY, context)
    if not fact.is_implicit:
        return _drop(fact, object_, Stage.DROP_NEEDED_KEY, context)
    # It goes by itself when its successor comes, unless a revision has made it.
    if not context.impl.supports_index_if_not_exists:
        return _drop(fact, object_, Stage.DROP_KEY, context)  # its foreign key steps aside
    step = _drop(fact, object_, Stage.DROP_NEEDED_KEY, context)
    if isinstance(step.directive, DropIndexOp):
        step.directive.if_exists = True
    return step


def _rename(
    pair: TablePair, database: IndexFacts, model: IndexFacts, context: DiffContext
) -> Iterator[Step]:
    old, new = _database_object(pair, database, context), _model_object(pair, model, context)
    if isinstance(old, Constraint) and isinstance(new, Constraint):
        yield from rename(pair, _kind(model), (old, new), (database, model), context)
    elif context.run_object_filters(new, model.name, _kind(model), reflected=False, compare_to=old):
        log.info("Detected renamed index '%s' to '%s' on '%s'", database.name, model.name, pair.key)
        names = str(database.name), str(model.name)
        directive = RenameIndexOp(*names, pair.key.name, schema=pair.key.schema)
        yield Step(Stage.RENAME, directive)


def _columns(fact: IndexFacts, context: DiffContext) -> frozenset[str]:
    """Return the columns of an index that a foreign key can stand on."""
    may_carry = fact.unique or context.impl.foreign_keys_hold_columns
    return frozenset(locate.index_columns(fact) if may_carry else ())


def _kind(fact: IndexFacts) -> str:
    if fact.operators:
        return "exclude_constraint"
    return "unique_constraint" if fact.is_constraint else "index"


def _model_object(pair: TablePair, fact: IndexFacts, context: DiffContext) -> Index | Constraint:
    found: Index | Constraint | None = None
    if fact.operators:
        found = locate.exclusion(pair.model_table, fact, context.impl)
    elif fact.is_constraint:
        found = locate.unique_constraint(pair.model_table, fact, context.impl)
    if found is None:  # one of expressions alone is false: it has no columns
        found = locate.index(pair.model_table, fact, context.impl)
    if found is None:
        # The dialect makes this index by itself, for a foreign key that has no other.
        directive = CreateIndexOp(
            conv(str(fact.name)),
            pair.key.name,
            list(locate.index_columns(fact)),
            schema=pair.key.schema,
            unique=fact.unique,
        )
        found = directive.to_index()
    return found


def _database_object(pair: TablePair, fact: IndexFacts, context: DiffContext) -> Index | Constraint:
    found: Index | Constraint | None = None
    if fact.operators:
        found = locate.exclusion(pair.database_table, fact, context.impl)
    else:
        found = locate.index(pair.database_table, fact, context.impl)
    if found is None:
        found = locate.unique_constraint(pair.database_table, fact, context.impl)
    if found is None:
        raise LookupError(f"index {fact.name} of {pair.key} was read but not built")
    return found
