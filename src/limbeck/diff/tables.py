"""Whole tables: what creating or dropping one takes, with its indexes and its foreign keys."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKeyConstraint, Table
from sqlalchemy.sql.elements import conv

from limbeck.diff import locate
from limbeck.diff.constraints import create, drop
from limbeck.diff.context import DiffContext
from limbeck.diff.indexes import create_index
from limbeck.diff.inheritance import parents_of
from limbeck.diff.own_rules import corrected_alone
from limbeck.logs import logger_of
from limbeck.operations.ops import (
    AddConstraintOp,
    CreateIndexOp,
    CreateTableOp,
    DropConstraintOp,
    DropIndexOp,
    DropTableOp,
    MigrateOperation,
)
from limbeck.schema.facts import ForeignKeyFacts, IndexFacts, TableFacts, TableKey

log = logger_of(__name__)


@dataclass(frozen=True, slots=True)
class TableForeignKey:
    """A foreign key inside CREATE TABLE, which may have to be taken out of it."""

    fact: ForeignKeyFacts
    constraint: ForeignKeyConstraint
    must_stand_apart: bool
    index: CreateIndexOp | None = None
    """The index that the database makes along with the key, unless the key says its name."""

    def take_out_of(self, directive: CreateTableOp) -> None:
        """Remove the foreign key from what the directive creates."""
        directive.columns = [each for each in directive.columns if each is not self.constraint]

    def creation(self, name: str | None) -> AddConstraintOp:
        """Return the directive that adds the foreign key to the finished table."""
        return create(self.constraint, name)

    def removal(self) -> DropConstraintOp:
        """Return the directive that drops the foreign key before its table."""
        return drop(self.constraint, self.fact.name)


@dataclass(frozen=True, slots=True)
class WholeTable:
    """A table to create or to drop: its directive, those of its indexes, its foreign keys."""

    key: TableKey
    directive: CreateTableOp | DropTableOp
    indexes: tuple[MigrateOperation, ...]
    foreign_keys: tuple[TableForeignKey, ...]
    parents: tuple[TableKey, ...] = ()
    """The tables that it inherits from."""

    @property
    def creation(self) -> CreateTableOp:
        """The directive that creates the table: this one, or what undoes it."""
        if isinstance(self.directive, CreateTableOp):
            return self.directive
        if self.directive._reverse is None:
            raise LookupError(f"the drop of {self.key} does not know the table")
        return self.directive._reverse


def late_names(
    whole: WholeTable, apart: Sequence[TableForeignKey]
) -> dict[ForeignKeyFacts, str | None]:
    """Return the names of foreign keys that are added to the finished table.

    Databases that number them count those in CREATE TABLE first.
    """
    names = {part.fact: part.fact.name for part in apart}
    numbered = [part for part in whole.foreign_keys if _is_numbered(part.fact)]
    free = sorted((str(part.fact.name) for part in numbered), key=lambda name: (len(name), name))
    late = [part for part in apart if _is_numbered(part.fact)]
    names.update(zip((part.fact for part in late), free[len(free) - len(late) :], strict=True))
    return names


def _is_numbered(fact: ForeignKeyFacts) -> bool:
    return fact.is_generated_name and str(fact.name)[-1:].isdigit()


def create_table(facts: TableFacts, table: Table, context: DiffContext) -> WholeTable | None:
    """Return what creates a table of the models; None where the user's filter leaves it out."""
    if not context.run_object_filters(
        table, facts.key.name, "table", reflected=False, compare_to=None
    ):
        return None
    log.info("Detected added table '%s'", facts.key)
    facts = corrected_alone(facts, table, context, is_model=True)
    indexes: list[MigrateOperation] = []
    for fact in facts.indexes:
        is_brought_along = fact.is_constraint or bool(fact.operators)
        is_brought_along = is_brought_along or _comes_along(fact, facts, table, context)
        index = None if is_brought_along else locate.index(table, fact, context.impl)
        if index is not None and context.run_object_filters(
            index, fact.name, "index", reflected=False, compare_to=None
        ):
            log.info("Detected added index '%s' on '%s'", fact.name, facts.key)
            indexes.append(create_index(index, fact.name))
    return WholeTable(
        facts.key,
        CreateTableOp.from_table(table),
        tuple(indexes),
        tuple(_foreign_keys(facts, table, context)),
        tuple(parents_of(facts)),
    )


def _comes_along(fact: IndexFacts, facts: TableFacts, table: Table, context: DiffContext) -> bool:
    """Tell whether CREATE TABLE makes an implicit index by this name: a key that has one shares it."""
    if not fact.is_implicit:
        return False
    columns = locate.index_columns(fact)
    keys = [locate.foreign_key(table, each, context.impl) for each in facts.foreign_keys]
    names = [each.name for each in keys if each is not None and tuple(each.column_keys) == columns]
    return fact.name in names or None in names or not names


def drop_table(facts: TableFacts, table: Table, context: DiffContext) -> WholeTable | None:
    """Return what drops a table of the database; None where it is left alone."""
    if not context.run_object_filters(
        table, facts.key.name, "table", reflected=True, compare_to=None
    ):
        return None
    if context.impl.is_parent_of_partitions(facts):
        warnings.warn(
            f"The partitioned table {facts.key} is in no model, and is left alone: with it all its "
            "partitions would be dropped. If they shall be, write op.drop_table(); if it belongs to "
            "others, say so by include_name or include_object.",
            stacklevel=2,
        )
        return None
    log.info("Detected removed table '%s'", facts.key)
    warn_of_caveat(facts)
    facts = corrected_alone(facts, table, context, is_model=False)
    indexes: list[MigrateOperation] = []
    for fact in facts.indexes:
        if fact.is_implicit and fact.name in {key.name for key in facts.foreign_keys}:
            continue  # the foreign key brings it along again
        if fact.operators:
            continue  # a constraint of the table
        index = locate.index(table, fact, context.impl)
        if index is not None and context.run_object_filters(
            index, fact.name, "index", reflected=True, compare_to=None
        ):
            indexes.append(DropIndexOp.from_index(index))
    return WholeTable(
        facts.key,
        DropTableOp.from_table(table),
        tuple(indexes),
        tuple(_foreign_keys(facts, table, context)),
        tuple(parents_of(facts)),
    )


def warn_of_caveat(facts: TableFacts) -> None:
    """Warn of what the database asks for before it changes a table."""
    if facts.caveat is not None:
        warnings.warn(f"The table {facts.key} {facts.caveat}.", stacklevel=2)


def _foreign_keys(
    facts: TableFacts, table: Table, context: DiffContext
) -> Iterator[TableForeignKey]:
    can_add_later = context.impl.dialect.supports_alter
    for fact in facts.foreign_keys:
        constraint = locate.foreign_key(table, fact, context.impl)
        if constraint is not None:
            # CREATE TABLE leaves out what says use_alter, wherever there is ALTER.
            must_stand_apart = can_add_later and bool(constraint.use_alter)
            yield TableForeignKey(fact, constraint, must_stand_apart, _index_of(fact, facts))


def _index_of(key: ForeignKeyFacts, table: TableFacts) -> CreateIndexOp | None:
    for index in table.indexes:
        columns = locate.index_columns(index)
        if index.is_implicit and index.name != key.name and columns == key.columns:
            name, (schema, table_name) = str(index.name), table.key
            return CreateIndexOp(conv(name), table_name, list(columns), schema=schema)
    return None
