"""What every database is asked about the rows that are there, before a change is written for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection
from sqlalchemy.types import TypeEngine

Limits = tuple[int | None, int | None]
"""The least and the greatest number of a sequence; None where it gets no new one."""


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column of a type that has a name; `is_array` where it holds arrays of its values."""

    schema: str | None
    table: str
    name: str
    is_array: bool


class RowsImpl:
    """What a database does its own way when its rows are looked at."""

    limits_values = True
    """Does a column refuse what is longer or larger than its type says?"""

    lists_enum_values = False
    """Do the values of an enum stand in the type of each column? They are of a type with a name."""

    def tells_case(self, collation: str | None) -> bool:
        """Are words that differ only in case two words in a column of this collation? They are."""
        return True

    def unfit_text(
        self, column: ColumnElement[Any], type_: TypeEngine[Any]
    ) -> ColumnElement[bool] | None:
        """Which texts of a column are no values of a type? None: no condition tells."""
        return None

    def columns_of_type(
        self, connection: Connection, name: str, schema: str | None
    ) -> Sequence[TypedColumn]:
        """Which columns are of a type that has a name, or of arrays of it? None are."""
        return ()

    def number_beyond(
        self, connection: Connection, place: Sequence[str | None], limits: Limits
    ) -> int | None:
        """Which number beyond its new limits has the sequence at a place come to? None has.

        The place is its schema and name; those of a table and a column for the column's own.
        """
        return None

    @contextmanager
    def time_limit(self, connection: Connection, seconds: int) -> Iterator[None]:
        """Let the block's statements fail that take longer; a limit that is set stays: there is none."""
        yield
