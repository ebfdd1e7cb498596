"""Random pairs of models of a partitioned table with partitions and rows, there and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Connection,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from tests.database.kept import KeptPair, kept_database, pairs

__all__ = ["kept_database"]

PARTITIONS = (
    "CREATE TABLE few PARTITION OF t FOR VALUES FROM (0) TO (2)",
    "CREATE TABLE many PARTITION OF t FOR VALUES FROM (2) TO (9) PARTITION BY HASH (id)",
    "CREATE TABLE half PARTITION OF many FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
    "CREATE TABLE rest PARTITION OF t DEFAULT",
    "CREATE INDEX of_few ON few (day DESC)",
    "ALTER TABLE rest ADD CONSTRAINT of_rest CHECK (day <> 77), ALTER id SET DEFAULT 7",
)
"""Of two levels, and with something of their own, which is nobody's business."""

KEYS = ((), ("day", "id"), ("id", "day"))
TYPES = (Integer(), BigInteger(), Text(), String(30))
DEFAULTS = (None, "5", "7")
CHECKS = ("n > '0'", "day < 1000", "day < 1000 AND id + day > 0")
EXPRESSIONS = ("id", "n", "lower(m)", "n DESC")
CONDITIONS = (None, "day > 3", "m <> 'x'")
ACTIONS = (None, "CASCADE")


@dataclass(frozen=True)
class Partitioned:
    """One side: the key, the columns `n` and `m` and one more, and what stands on them."""

    key: tuple[str, ...]
    key_name: str
    type_: int
    default: int
    nullable: bool
    more: str | None
    check: tuple[int, str] | None
    unique: tuple[str, bool, bool] | None
    index: tuple[str, int, bool, int] | None
    reference: tuple[str, str | None] | None
    is_referred_to: bool
    comment: str | None

    def build(self) -> MetaData:
        """Return the models."""
        metadata = MetaData()
        Table("other", metadata, Column("id", Integer, primary_key=True))
        table = Table(
            "t",
            metadata,
            Column("id", Integer, nullable=False, autoincrement=False),
            Column("day", Integer, nullable=False, autoincrement=False),
            Column(
                "n",
                TYPES[self.type_],
                server_default=DEFAULTS[self.default],
                nullable=self.nullable,
            ),
            Column("m", String(20), comment=self.comment),
            Column("other_id", Integer),
            *self._more(),
            *self._constraints(),
            postgresql_partition_by="RANGE (day)",
            comment=self.comment,
        )
        event.listen(table, "after_create", _make_partitions)
        if self.is_referred_to and self.key:
            names = [f"t_{name}" for name in self.key]
            Table(
                "referring",
                metadata,
                *(Column(name, Integer) for name in names),
                ForeignKeyConstraint(names, [f"t.{name}" for name in self.key], name="to_t"),
            )
        return metadata

    def _more(self) -> list[Any]:
        match self.more:
            case None:
                return []
            case "computed":
                return [Column("y", Integer, Computed("id * 2", persisted=True))]
            case "identity":
                return [Column("x", Integer, Identity())]
            case default:
                return [Column("x", Integer, server_default=default, nullable=False)]

    def _constraints(self) -> list[Any]:
        found: list[Any] = []
        if self.key:
            found.append(PrimaryKeyConstraint(*self.key, name=self.key_name))
        if self.check is not None:
            found.append(CheckConstraint(CHECKS[self.check[0]], name=self.check[1]))
        if self.unique is not None:
            name, is_deferrable, includes = self.unique
            options: dict[str, Any] = {"postgresql_include": ["other_id"]} if includes else {}
            columns = ("day", "id", "m") if is_deferrable else ("day", "id")
            options["deferrable"] = is_deferrable or None
            found.append(UniqueConstraint(*columns, name=name, **options))
        if self.index is not None:
            name, element, is_unique, condition = self.index
            where = CONDITIONS[condition]
            options = {} if where is None else {"postgresql_where": text(where)}
            elements = ["day", "id"] if is_unique else [text(EXPRESSIONS[element])]
            found.append(Index(name, *elements, unique=is_unique, **options))
        if self.reference is not None:
            name, action = self.reference
            found.append(ForeignKeyConstraint(["other_id"], ["other.id"], name, ondelete=action))
        return found


def _make_partitions(table: Table, connection: Connection, **_: Any) -> None:
    for sql in PARTITIONS:
        connection.exec_driver_sql(sql)


names = st.sampled_from(("said", "Said 2"))
sides = st.builds(
    Partitioned,
    key=st.sampled_from(KEYS),
    key_name=st.sampled_from(("own_key", "Own 2")),
    type_=st.integers(0, len(TYPES) - 1),
    default=st.integers(0, len(DEFAULTS) - 1),
    nullable=st.booleans(),
    more=st.sampled_from((None, "computed", "identity", "1")),
    check=st.none() | st.tuples(st.integers(0, len(CHECKS) - 1), names),
    unique=st.none() | st.tuples(st.sampled_from(("uq", "Uq 2")), st.booleans(), st.booleans()),
    index=st.none()
    | st.tuples(
        st.sampled_from(("ix", "Ix 2")),
        st.integers(0, len(EXPRESSIONS) - 1),
        st.booleans(),
        st.integers(0, len(CONDITIONS) - 1),
    ),
    reference=st.none() | st.tuples(st.sampled_from(("fk", "Fk 2")), st.sampled_from(ACTIONS)),
    is_referred_to=st.booleans(),
    comment=st.sampled_from((None, "it's 100%")),
)


@pytest.mark.requires("exclusion")
@pairs
@given(before=sides, after=sides)
def test_any_pair_of_partitioned_tables_converges(
    database: KeptPair, before: Partitioned, after: Partitioned
) -> None:
    database.go_between(before.build(), after.build())
