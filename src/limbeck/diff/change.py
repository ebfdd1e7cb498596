"""What has to be done to one table: directives in stages, before they are put into one order.

The stages of a table are laid out so that they work forwards and, reversed, backwards:

    drop foreign keys, checks, keys, a column with its key · options · add and alter columns, rename
    their values in between · create keys, drop the keys that a foreign key needed until then ·
    checks · drop columns · options that a column brings · create foreign keys · comment

A table has no partitions, or the old ones, from after the foreign keys until before them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from sqlalchemy import Table

from limbeck.operations.ops import MigrateOperation
from limbeck.schema.facts import ForeignKeyFacts, TableFacts, TableKey


class Stage(IntEnum):
    """The place of a directive among those of its table."""

    DROP_FOREIGN_KEY = 1
    UNPARTITION = 2
    DROP_CHECK = 3
    DROP_KEY = 4
    RENAME = 5
    UNDER_OPTIONS = 6
    OPTIONS = 7
    DROP_COMPUTED = 8
    DROP_COUNTER = 9
    ADD_COLUMN = 10
    ALTER_COLUMN = 11
    RENAME_VALUES = 12
    NARROW_COLUMN = 13
    ADD_COMPUTED = 14
    CREATE_KEY = 15
    DROP_NEEDED_KEY = 16
    CREATE_CHECK = 17
    DROP_COLUMN = 18
    LATE_OPTIONS = 19
    PARTITION = 20
    CREATE_FOREIGN_KEY = 21
    COMMENT = 22


@dataclass(frozen=True, slots=True)
class Step:
    """One directive. `columns` are those whose definition or keys it touches.

    `after` and `before` are tables with such a step of their own that this one follows or leads;
    for the parents of `waits_for` it stands apart from the rest of its table, after theirs.
    """

    stage: Stage
    directive: MigrateOperation
    columns: frozenset[str] = frozenset()
    foreign_key: ForeignKeyFacts | None = None
    after: frozenset[TableKey] = frozenset()
    before: frozenset[TableKey] = frozenset()
    waits_for: frozenset[TableKey] = frozenset()


@dataclass(frozen=True, slots=True)
class TablePair:
    """One table on both sides: its facts, and the SQLAlchemy Tables that directives are made of."""

    database: TableFacts
    model: TableFacts
    database_table: Table
    model_table: Table

    @property
    def key(self) -> TableKey:
        """Where the table is."""
        return self.model.key


@dataclass(frozen=True, slots=True)
class TableChange:
    """All that happens to one existing table."""

    key: TableKey
    steps: tuple[Step, ...] = field(default=())

    def of(self, *stages: Stage) -> tuple[Step, ...]:
        """Return the steps of these stages."""
        return tuple(step for step in self.steps if step.stage in stages)
