"""What a comparison needs from above: the connection's dialect, the Tables, the user's filters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import Connection, Table

from limbeck.ddl.impl import DefaultImpl
from limbeck.schema.facts import TableKey

ALL_KINDS = frozenset(
    {"tables", "columns", "types", "defaults", "nullable", "primary_keys", "uniques"}
    | {"indexes", "foreign_keys", "checks", "exclusions", "comments", "options"}
    | {"autoincrement", "enums", "domains", "sequences", "schemas"}
)
"""The kinds of change that can be looked for, by the name of the file that looks."""


class DiffContext(Protocol):
    """Where a comparison happens and what the user wants of it."""

    @property
    def impl(self) -> DefaultImpl:
        """What the database does differently."""

    @property
    def connection(self) -> Connection | None:
        """The database, to let it normalise; None when there is none to ask."""

    @property
    def model_tables(self) -> Mapping[TableKey, Table]:
        """The models' tables."""

    @property
    def kinds(self) -> frozenset[str]:
        """Which of `ALL_KINDS` are compared."""

    @property
    def compare_type(self) -> bool | Callable[..., bool | None]:
        """Alembic's option of that name."""

    @property
    def compare_server_default(self) -> bool | Callable[..., bool | None]:
        """Alembic's option of that name."""

    @property
    def probes(self) -> bool:
        """Whether the database may be asked for its own words, by temporary tables."""

    @property
    def has_name_filters(self) -> bool:
        """Whether the user gave an `include_name`."""

    @property
    def detects_renames(self) -> bool:
        """Whether what has another name and is the same otherwise is renamed, not made anew."""

    @property
    def follows_renames(self) -> bool:
        """Whether the renames are done that somebody says."""

    @property
    def renders_batches(self) -> bool:
        """Whether changes of a table are written as batches, which work where there is no ALTER."""

    def watches(self, key: TableKey) -> bool:
        """Tell whether a hook of the user's wants to see a table although it is equal."""

    def has_values(self, key: TableKey, column: str, values: Collection[str]) -> bool:
        """Tell whether rows have one of the values, where rows may be looked at."""

    def database_tables(self, keys: Iterable[TableKey]) -> Mapping[TableKey, Table]:
        """Return Tables for the database's side of these keys, built together."""

    def run_object_filters(
        self, object_: Any, name: Any, type_: Any, reflected: bool, compare_to: Any
    ) -> bool:
        """Ask the user's `include_object`."""

    def run_name_filters(self, name: Any, type_: Any, parent_names: Any) -> bool:
        """Ask the user's `include_name`."""
