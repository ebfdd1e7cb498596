"""What a database answers when it is asked for its own words for tables of one side.

Plain values between the dialects, which ask, and `diff`, which compares with the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from limbeck.schema.facts import TableFacts, TableKey


class Piece(NamedTuple):
    """One expression of a table: a column's default or computation, a check, an index, partitions."""

    kind: Literal["default", "computed", "check", "index", "partitions"]
    name: str = ""
    """The column's, the check's (its expression where it has no name), or the index's."""

    def __str__(self) -> str:
        match self.kind:
            case "default":
                return f"the default of column {self.name}"
            case "computed":
                return f"the expression of column {self.name}"
            case "check":
                return f"the check {self.name}"
            case "index":
                return f"the index {self.name}"
            case "partitions":
                return "the partitions"


@dataclass(frozen=True, slots=True)
class Probe:
    """The tables in the database's words; a table that it would not have at all is not in `facts`."""

    facts: Mapping[TableKey, TableFacts] = field(default_factory=dict)
    refused: Mapping[TableKey, frozenset[Piece]] = field(default_factory=dict)
    """What it would not have of the tables in `facts`: those pieces are as they were."""


def pieces_of(facts: TableFacts) -> frozenset[Piece]:
    """Return all expressions of a table."""
    return frozenset(
        [Piece("default", column.name) for column in facts.columns if column.default is not None]
        + [Piece("computed", column.name) for column in facts.columns if column.computed]
        + [Piece("check", check.name or check.sql) for check in facts.checks]
        + [Piece("index", str(index.name)) for index in facts.indexes]
        + [Piece("partitions") for name, _ in facts.options if name == "partition_by"]
    )
