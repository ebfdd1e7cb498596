"""Whole tables: what creating or dropping one takes, with its indexes and its foreign keys."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ForeignKeyConstraint, Table

from limbeck.diff import locate
from limbeck.diff.change import TablePair
from limbeck.diff.constraints import create, drop
from limbeck.diff.context import DiffContext
from limbeck.diff.indexes import create_index
from limbeck.logs import logger_of
from limbeck.operations.ops import (
    AddConstraintOp,
    CreateTableOp,
    DropConstraintOp,
    DropIndexOp,
    DropTableOp,
    MigrateOperation,
)
from limbeck.schema.facts import ForeignKeyFacts, TableFacts, TableKey

log = logger_of(__name__)


@dataclass(frozen=True, slots=True)
class TableForeignKey:
    """A foreign key inside CREATE TABLE, which may have to be taken out of it."""

    fact: ForeignKeyFacts
    constraint: ForeignKeyConstraint
    must_stand_apart: bool

    def take_out_of(self, directive: CreateTableOp) -> None:
        """Remove the foreign key from what the directive creates."""
        directive.columns = [each for each in directive.columns if each is not self.constraint]

    def creation(self) -> AddConstraintOp:
        """Return the directive that adds the foreign key to the finished table."""
        return create(self.constraint, self.fact.name)

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

    @property
    def creation(self) -> CreateTableOp:
        """The directive that creates the table: this one, or what undoes it."""
        if isinstance(self.directive, CreateTableOp):
            return self.directive
        if self.directive._reverse is None:
            raise LookupError(f"the drop of {self.key} does not know the table")
        return self.directive._reverse


def create_table(facts: TableFacts, table: Table, context: DiffContext) -> WholeTable | None:
    """Return what creates a table of the models; None where the user's filter leaves it out."""
    if not context.run_object_filters(
        table, facts.key.name, "table", reflected=False, compare_to=None
    ):
        return None
    log.info("Detected added table '%s'", facts.key)
    indexes: list[MigrateOperation] = []
    for fact in facts.indexes:
        # CREATE TABLE brings along what constraints and foreign keys make.
        is_brought_along = fact.is_implicit or fact.is_constraint
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
    )


def drop_table(facts: TableFacts, table: Table, context: DiffContext) -> WholeTable | None:
    """Return what drops a table of the database; None where the user's filter leaves it out."""
    if not context.run_object_filters(
        table, facts.key.name, "table", reflected=True, compare_to=None
    ):
        return None
    log.info("Detected removed table '%s'", facts.key)
    indexes: list[MigrateOperation] = []
    for fact in facts.indexes:
        if fact.is_implicit and fact.name in {key.name for key in facts.foreign_keys}:
            continue  # the foreign key brings it along again
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
    )


def warn_of_options(pair: TablePair) -> None:
    """Warn of options of a table (storage, partitions, …) that differ: no directive changes them."""
    if pair.database.options != pair.model.options:
        found, wanted = (
            ", ".join(f"{name}={value}" for name, value in options) or "none"
            for options in (pair.database.options, pair.model.options)
        )
        warnings.warn(
            f"The options of table {pair.key} are {found} in the database and {wanted} in the "
            "models: change them by hand, no directive is written for it.",
            stacklevel=2,
        )


def _foreign_keys(
    facts: TableFacts, table: Table, context: DiffContext
) -> Iterator[TableForeignKey]:
    can_add_later = context.impl.dialect.supports_alter
    for fact in facts.foreign_keys:
        constraint = locate.foreign_key(table, fact, context.impl)
        if constraint is not None:
            # CREATE TABLE leaves out what says use_alter, wherever there is ALTER.
            yield TableForeignKey(fact, constraint, can_add_later and bool(constraint.use_alter))
