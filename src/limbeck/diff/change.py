"""What has to be done to one table: directives in stages, before they are put into one order.

The stages of a table are laid out so that they work forwards and, reversed, backwards:

    drop foreign keys, checks, keys, a column with its key · options · add and alter columns, rename
    their values in between · create keys, drop the keys that a foreign key needed until then ·
    checks · drop columns · create foreign keys · comment

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
    OPTIONS = 6
    DROP_COMPUTED = 7
    DROP_COUNTER = 8
    ADD_COLUMN = 9
    ALTER_COLUMN = 10
    RENAME_VALUES = 11
    NARROW_COLUMN = 12
    ADD_COMPUTED = 13
    CREATE_KEY = 14
    DROP_NEEDED_KEY = 15
    CREATE_CHECK = 16
    DROP_COLUMN = 17
    PARTITION = 18
    CREATE_FOREIGN_KEY = 19
    COMMENT = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One directive. `columns` are those whose definition or keys it touches."""

    stage: Stage
    directive: MigrateOperation
    columns: frozenset[str] = frozenset()
    foreign_key: ForeignKeyFacts | None = None


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
