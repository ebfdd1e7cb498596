"""What MariaDB's columns and tables have and no model says: it stays as it is."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Computed,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    event,
)

import limbeck.ddl.mysql  # noqa: F401  # knows mysql_ignored
from limbeck import renamed_from, sqla
from limbeck.diff.renames import RenameRequest
from tests.convergence import assert_converges
from tests.databases import Database

Side = tuple[Column[Any], str]
"""A column `a`, and what ALTER TABLE says beside the models."""


def models(column: Column[Any], alteration: str) -> MetaData:
    """Return models with one table, of which the database has what they don't say."""
    metadata = MetaData()
    table = Table(
        "t", metadata, Column("id", Integer, primary_key=True), column, Column("b", Integer)
    )
    alterations = [f"ALTER TABLE t {each}" for each in alteration.split("; ")]
    for each in ("SET system_versioning_alter_history = KEEP", *alterations):
        said = DDL(each)  # type: ignore[no-untyped-call]  # SQLAlchemy's
        event.listen(table, "after_create", said)
    return metadata


def a(*type_: Any, **options: Any) -> Column[Any]:
    """Return the column."""
    return Column("a", *type_, **options)


def stored(sql: str) -> Computed:
    """Return what makes a computed column."""
    return Computed(sql, persisted=True)


CASES: dict[str, tuple[Side, Side]] = {
    "type": (
        (a(Integer, server_default="3", comment="it's"), "MODIFY a INT DEFAULT 3 COMMENT 'it''s' INVISIBLE"),
        (a(BigInteger, server_default="3", comment="it's"), "MODIFY a BIGINT DEFAULT 3 COMMENT 'it''s' INVISIBLE"),
    ),
    "not null": (
        (a(Integer, server_default="3"), "MODIFY a INT DEFAULT 3 INVISIBLE"),
        (a(Integer, server_default="3", nullable=False), "MODIFY a INT NOT NULL DEFAULT 3 INVISIBLE"),
    ),
    "comment": (
        (a(String(9)), "MODIFY a VARCHAR(9) INVISIBLE"),
        (a(String(9), comment="new"), "MODIFY a VARCHAR(9) COMMENT 'new' INVISIBLE"),
    ),
    "default": (
        (a(String(9)), "MODIFY a VARCHAR(9) INVISIBLE"),
        (a(String(9), server_default="x"), "MODIFY a VARCHAR(9) DEFAULT 'x' INVISIBLE"),
    ),
    "computed": (
        (a(Integer, stored("b + 1")), "MODIFY a INT AS (b + 1) PERSISTENT INVISIBLE"),
        (a(BigInteger, stored("b + 2")), "MODIFY a BIGINT AS (b + 2) PERSISTENT INVISIBLE"),
    ),
    "values": (
        (a(Enum("1", "x")), "MODIFY a ENUM('1', 'x') INVISIBLE"),
        (a(Enum("1", "y")), "MODIFY a ENUM('1', 'y') INVISIBLE"),
    ),
    "unversioned": (
        (a(Integer), "ADD SYSTEM VERSIONING; MODIFY a INT WITHOUT SYSTEM VERSIONING"),
        (a(BigInteger), "ADD SYSTEM VERSIONING; MODIFY a BIGINT WITHOUT SYSTEM VERSIONING"),
    ),
}  # fmt: skip


@pytest.fixture
def altering(mariadb: Database) -> Database:
    """A database whose connections may alter tables that are versioned."""

    def allow(connection: Any, _: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET system_versioning_alter_history = KEEP")

    mariadb.engine.dispose()
    event.listen(mariadb.engine, "connect", allow)
    return mariadb


@pytest.mark.filterwarnings("ignore:The table t is system-versioned")
@pytest.mark.parametrize("way", ["up", "back"])
@pytest.mark.parametrize("name", CASES)
def test_attributes_of_a_column_stay(altering: Database, name: str, way: str) -> None:
    before, after = CASES[name] if way == "up" else CASES[name][::-1]
    assert_converges(
        altering, *(models(sqla.copy_column(column), words) for column, words in (before, after))
    )


def test_attributes_stay_under_another_name(mariadb: Database) -> None:
    before = models(a(Integer, server_default="3"), "MODIFY a INT DEFAULT 3 INVISIBLE")
    renamed = Column("c", BigInteger, server_default="3", info=renamed_from("a"))
    after = models(renamed, "MODIFY c BIGINT DEFAULT 3 INVISIBLE")
    said = RenameRequest(seeks=False)
    assert_converges(mariadb, before, after, detect_renames=said, keeps_all=True)


PERIOD = (
    "ADD COLUMN since TIMESTAMP(6) GENERATED ALWAYS AS ROW START, "
    "ADD COLUMN until TIMESTAMP(6) GENERATED ALWAYS AS ROW END, "
    "ADD PERIOD FOR SYSTEM_TIME (since, until), ADD SYSTEM VERSIONING"
)


def test_columns_of_a_period_are_the_servers(altering: Database) -> None:
    def side(type_: Any) -> MetaData:
        metadata = models(a(type_), PERIOD)
        metadata.tables["t"].append_constraint(UniqueConstraint("b", name="uq_b"))
        return metadata

    with pytest.warns(UserWarning, match="The table t is system-versioned"):
        assert_converges(altering, side(Integer), side(BigInteger))


INDEXES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "columns": ({}, {"column": "b"}),
    "unique": ({}, {"unique": True}),
    "said": ({}, {"mysql_ignored": True}),
    "both": ({"mysql_ignored": True}, {"mysql_ignored": True, "column": "b"}),
}


@pytest.mark.parametrize("way", ["up", "back"])
@pytest.mark.parametrize("name", INDEXES)
def test_index_stays_ignored(mariadb: Database, name: str, way: str) -> None:
    def ignoring(column: str = "a", **options: Any) -> MetaData:
        metadata = models(a(Integer), "ALTER INDEX ix IGNORED")
        table = metadata.tables["t"]
        Index("ix", table.c[column], **options)
        return metadata

    sides = [ignoring(**given) for given in INDEXES[name]]
    assert_converges(mariadb, *(sides if way == "up" else sides[::-1]))


def test_index_becomes_ignored(mariadb: Database) -> None:
    def ignoring(*, is_said: bool) -> MetaData:
        metadata = MetaData()
        key = Column("a", Integer, ForeignKey("t.id", name="fk"))
        table = Table("t", metadata, Column("id", Integer, primary_key=True), key)
        Index("ix", table.c.a, mysql_ignored=is_said)
        return metadata

    assert_converges(mariadb, ignoring(is_said=False), ignoring(is_said=True))
