"""Random pairs of models with odd names, naming conventions, schemas, table options, sequences."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Sequence,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from tests.database.kept import SPACE, KeptPair, kept_database, pairs, tablespace

__all__ = ["kept_database", "tablespace"]

TABLES = ("t", "Mixed Case", "select", "größe" * 5, "x" * 50, "quo\"te's")
COLUMNS = ("n", "Full Name", "order", "ö'ö", "y" * 63, "a.b", 'q"q')
ACTIONS = (None, "CASCADE", "SET NULL")
HELD: tuple[dict[str, Any], ...] = (
    {},
    {"match": "FULL"},
    {"deferrable": True, "initially": "DEFERRED"},
    {"postgresql_not_valid": True},
)
"""How the rows of PostgreSQL are held to a reference."""
CONVENTIONS: tuple[dict[str, str], ...] = (
    {},
    {
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    },
    {
        "ix": "%(table_name)s_%(column_0_N_name)s_idx2",
        "uq": "%(column_0_N_name)s_%(table_name)s_UQ",
        "ck": "Check %(table_name)s %(constraint_name)s",
        "fk": "%(table_name)s %(referred_table_name)s",
        "pk": "%(table_name)s PK",
    },
)
PAIRS = ((0, 0), (0, 1), (1, 1), (1, 2))
"""Of conventions, before and after. What has no name afterwards accepts any: never to none."""
PARTITIONS = (
    "hash (id mod 3)",
    "key (ID) partitions 4",
    "range (`Id` * 2 + 1) (partition p0 values less than (100), partition p1 values less than maxvalue)",
    "range (id * 2 + 1) (partition p0 values less than (10 * 10), "
    "partition n values less than (year('2020-01-01')), partition p1 values less than (maxvalue))",
    "list columns (id) subpartition by hash (id) subpartitions 2 "
    "(partition p0 values in (1, 2, 3), partition p1 values in (4) comment 'four')",
)
"""Of MariaDB: all that is unique has the table's key then."""
ALONE = {"mysql_partition_by", "mysql_engine"}
"""With these a table has no foreign keys, and none refers to it."""
OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "sqlite": (
        {},
        {"sqlite_strict": True},
        {"sqlite_autoincrement": True},
        {"sqlite_with_rowid": False},
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    ),
    "postgresql": (
        {},
        {"postgresql_with": {"fillfactor": 60}},
        {"postgresql_with": {"fillfactor": 90, "autovacuum_enabled": False}},
        {"postgresql_tablespace": SPACE},
        {"prefixes": ["UNLOGGED"]},
    ),
    "mariadb": (
        {},
        {"mysql_row_format": "COMPACT"},
        {"mysql_row_format": "COMPRESSED", "mysql_key_block_size": "8"},
        {"mysql_engine": "MyISAM"},
        {"mysql_engine": "Aria"},
        {"mysql_engine": "MEMORY"},
        {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_ci"},
        {"mysql_charset": "latin1"},
        {"mysql_comment": "it's 5% more"},
        *({"mysql_partition_by": partitions} for partitions in PARTITIONS),
    ),
}


@dataclass(frozen=True)
class Setting:
    """One table: its first column of words, one of numbers, and what hangs on them."""

    name: str
    is_elsewhere: bool
    words: str
    numbers: str
    has_unique: bool
    index: str | None
    has_check: bool
    reference: tuple[int, str | None, Mapping[str, Any]] | None
    options: int
    comment: str | None
    conflict: str | None

    def build(self, metadata: MetaData, others: tuple[Setting, ...], database: KeptPair) -> None:
        """Add the table to the models."""
        features = database.database.features
        options = self.chosen(database)
        unique = ["Id"] if "mysql_partition_by" in options else []
        Table(
            self.name,
            metadata,
            Column("Id", Integer, primary_key=True, sqlite_on_conflict_primary_key=self.conflict),
            Column(self.words, Text() if "batch_only" in features else String(30)),
            Column(self.numbers, Integer, index=bool(self.index) or None),
            Column("other_id", Integer),
            *([UniqueConstraint(self.numbers, self.words, *unique)] if self.has_unique else []),
            *self._indexes(),
            *([CheckConstraint(self._check(features), name="words")] if self.has_check else []),
            *self._references(others, database),
            schema=self.schema(database),
            comment=self.comment,
            **options,
        )

    def _indexes(self) -> list[Index]:
        if self.index is None:
            return []
        return [Index(None, self.words, self.numbers, mysql_using=self.index)]

    def chosen(self, database: KeptPair) -> dict[str, Any]:
        """Return the options of the table."""
        known = OPTIONS[database.database.name]
        return known[self.options % len(known)]

    def _check(self, features: Set[str]) -> str:
        """Return a condition whose name is quoted as the database's own names are."""
        quote = "`" if "implicit_commit" in features else '"'
        return f"{quote}{self.words}{quote} <> 'x'"

    def schema(self, database: KeptPair) -> str | None:
        """Return the schema that the table stands in."""
        is_there = self.is_elsewhere and "schemas" in database.database.features
        return database.database.second_schema if is_there else None

    def _references(
        self, others: tuple[Setting, ...], database: KeptPair
    ) -> list[ForeignKeyConstraint]:
        if self.reference is None:
            return []
        position, action, more = self.reference
        features = database.database.features
        more = more if "exclusion" in features else {}
        target = others[position % len(others)]
        options = self.chosen(database), target.chosen(database)
        if any(ALONE & each.keys() for each in options):
            return []
        if "prefixes" in options[1] and "prefixes" not in options[0]:
            return []  # what is logged refers to nothing that is not
        schema = target.schema(database)
        if schema is None and self.schema(database) and "implicit_commit" in features:
            return []  # MariaDB looks for it beside the table; SQLAlchemy leaves the schema out
        path = ".".join(each for each in (schema, target.name, "Id") if each)
        return [ForeignKeyConstraint(["other_id"], [path], ondelete=action, **more)]


@dataclass(frozen=True)
class Side:
    """The tables and the sequences of one side."""

    tables: tuple[Setting, ...]
    sequences: tuple[tuple[str, bool, Mapping[str, Any]], ...]

    def build(self, convention: int, database: KeptPair) -> MetaData:
        """Return the models."""
        metadata = MetaData(naming_convention=CONVENTIONS[convention] or None)
        for table in self.tables:
            table.build(metadata, self.tables, database)
        if "free_sequences" in database.database.features:
            for name, is_elsewhere, given in self.sequences:
                schema = database.database.second_schema if is_elsewhere else None
                Sequence(name, schema=schema, metadata=metadata, **given)
        return metadata


settings = st.builds(
    Setting,
    st.sampled_from(TABLES),
    st.booleans(),
    st.sampled_from(COLUMNS[:4]),
    st.sampled_from(COLUMNS[4:]),
    st.booleans(),
    st.sampled_from((None, "hash", "btree")),
    st.booleans(),
    st.none() | st.tuples(st.integers(0, 2), st.sampled_from(ACTIONS), st.sampled_from(HELD)),
    st.integers(0, 13),
    st.sampled_from((None, "it's 100%")),
    st.sampled_from((None, "REPLACE")),
)
in_rounds = {"cycle": st.booleans(), "cache": st.sampled_from((1, 20))}
upwards = st.fixed_dictionaries(
    {"start": st.sampled_from((1, 5))},
    optional={
        "increment": st.sampled_from((1, 10)),
        "minvalue": st.sampled_from((-9, 1)),
        "maxvalue": st.sampled_from((99, 32767)),
        **in_rounds,
    },
)
downwards = st.fixed_dictionaries(
    {"start": st.sampled_from((-50, -5)), "increment": st.sampled_from((-10, -1))},
    optional={
        "minvalue": st.sampled_from((-32768, -99)),
        "maxvalue": st.sampled_from((-1, 9)),
        **in_rounds,
    },
)
sequences = st.tuples(
    st.sampled_from(("s", "Count It", "q\"'%:x", "y" * 63)), st.booleans(), upwards | downwards
)
sides = st.builds(
    Side,
    st.lists(settings, max_size=3, unique_by=lambda each: each.name).map(tuple),
    st.lists(sequences, max_size=2, unique_by=lambda each: each[0]).map(tuple),
)


def conventions_of(database: KeptPair) -> st.SearchStrategy[tuple[int, int]]:
    """Return pairs of conventions that can be undone.

    A convention also names what a downgrade creates, so what the database had without a name has
    one afterwards; a server's database had given it one.
    """
    has_names = "batch_only" not in database.database.features
    return st.sampled_from([pair for pair in PAIRS if has_names or pair != (0, 1)])


@pytest.mark.usefixtures("tablespace")
@pairs
@given(before=sides, after=sides, data=st.data())
def test_any_pair_of_settings_converges(
    database: KeptPair, before: Side, after: Side, data: st.DataObject
) -> None:
    conventions = data.draw(conventions_of(database))
    models = [
        side.build(convention, database)
        for side, convention in zip((before, after), conventions, strict=True)
    ]
    database.go_between(*models, rows=1, may_be_unchecked=True)
