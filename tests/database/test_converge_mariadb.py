"""What MariaDB does its own way, taken there and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy import column as column_of
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from limbeck import renamed_from
from limbeck.diff.renames import RenameRequest
from tests.catalogs import dump
from tests.convergence import (
    _catalogs_of,
    _run,
    assert_converges,
    assert_same,
    drop_all_tables,
)
from tests.database.test_data_steps import written
from tests.databases import Database


def one_table(*columns: Column[Any]) -> MetaData:
    metadata = MetaData()
    Table("t", metadata, Column("id", Integer, primary_key=True), *columns)
    return metadata


def column(*checks: CheckConstraint) -> MetaData:
    return one_table(Column("x", Integer, *checks), Column("doc", JSON))


def assert_converges_both_ways(database: Database, one: MetaData, other: MetaData) -> None:
    assert_converges(database, one, other, rows=0)
    drop_all_tables(database)
    assert_converges(database, other, one, rows=0)


def test_check_of_a_column_converges(mariadb: Database) -> None:
    assert_converges_both_ways(mariadb, MetaData(), column(CheckConstraint("x > 0")))


def test_check_is_found_in_the_definition_of_its_column(mariadb: Database) -> None:
    assert_converges_both_ways(mariadb, column(), column(CheckConstraint("x > 0")))


def test_new_column_brings_its_check_along(mariadb: Database) -> None:
    with_check = column(CheckConstraint("x > 0"))
    assert_converges_both_ways(mariadb, one_table(Column("doc", JSON)), with_check)


def test_indexes_under_a_foreign_key_go_with_their_table(mariadb: Database) -> None:
    def build(*, has_child: bool) -> MetaData:
        metadata = MetaData()
        Table("p", metadata, Column("id", String(30), primary_key=True))
        if has_child:
            key = Column("x", String(30), ForeignKey("p.id"))
            table = Table("t", metadata, Column("id", Integer, primary_key=True), key)
            Index("ix_ordered", table.c.x.desc(), table.c.id)
            Index("ix_start", table.c.x, mysql_length=10)
        return metadata

    assert_converges_both_ways(mariadb, build(has_child=False), build(has_child=True))


def child(*, has_unique: bool = False, has_index: bool = False) -> MetaData:
    """A foreign key with an index of InnoDB's own, unless there is one that covers it."""
    metadata = MetaData()
    Table("p", metadata, Column("id", Integer, primary_key=True))
    key: Column[Any] = Column("p_id", ForeignKey("p.id", name="fk"))
    table = Table("t", metadata, Column("id", Integer, primary_key=True), key, Column("x", Integer))
    if has_unique:
        table.append_constraint(UniqueConstraint("p_id", "x", name="uq"))
    if has_index:
        Index("ix", table.c.p_id)
    return metadata


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (child(), child(has_unique=True)),
        (child(has_unique=True), child()),
        (child(has_index=True), child(has_unique=True)),
        (child(), child(has_unique=True, has_index=True)),
    ],
)
def test_foreign_key_stays_while_its_index_changes(
    mariadb: Database, before: MetaData, after: MetaData
) -> None:
    source = assert_converges(mariadb, before, after)
    assert "_foreign_key" not in source


def test_index_that_a_downgrade_made_goes_like_one_of_innodb(mariadb: Database) -> None:
    after = child(has_unique=True)
    source = assert_converges(mariadb, child(), after)
    _run(mariadb, after, source, "upgrade")
    assert_same(dump(mariadb), _catalogs_of(mariadb, after, None), "after the second upgrade")


def test_index_of_a_foreign_key_is_renamed_along(mariadb: Database) -> None:
    def build(name: str, column: str) -> MetaData:
        metadata = MetaData(naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s"})
        Table("p", metadata, Column("id", Integer, primary_key=True))
        key: Column[Any] = Column(column, ForeignKey("p.id"), info=renamed_from("p_id"))
        number = Column("id", Integer, primary_key=True)
        Table(name, metadata, number, key, info=renamed_from("child"))
        return metadata

    sides = build("child", "p_id"), build("kid", "parent_id")
    said = RenameRequest(seeks=False)
    source = assert_converges(mariadb, *sides, detect_renames=said, keeps_all=True)
    assert "rename_index" in source
    assert "drop_index" not in source


def test_types_of_its_own_converge(mariadb: Database) -> None:
    before: tuple[TypeEngine[Any], ...] = (
        mysql.INTEGER(unsigned=True), mysql.DATETIME(fsp=6), mysql.VARCHAR(20, charset="latin1"),
        JSON(), mysql.TIME(fsp=3), mysql.INTEGER(zerofill=True), mysql.SET("a", "b"),
        mysql.TINYTEXT(), mysql.TIMESTAMP(fsp=2), mysql.ENUM("a", "b", charset="latin1"),
    )  # fmt: skip
    after: tuple[TypeEngine[Any], ...] = (
        mysql.INTEGER(), mysql.DATETIME(), mysql.VARCHAR(20),
        mysql.LONGTEXT(), mysql.TIME(), mysql.INTEGER(), mysql.SET("a", "b", "c"),
        mysql.MEDIUMTEXT(), mysql.TIMESTAMP(), mysql.ENUM("a", "b"),
    )  # fmt: skip
    sides = [
        one_table(*(Column(f"c{number}", each) for number, each in enumerate(types)))
        for types in (before, after)
    ]
    assert_converges_both_ways(mariadb, *sides)


def test_on_update_comes_and_goes(mariadb: Database) -> None:
    times = mysql.TIMESTAMP, mysql.DATETIME
    defaults = (
        ("NULL ON UPDATE CURRENT_TIMESTAMP", "NULL"),
        ("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP", "'2020-01-01 00:00:00'"),
    )
    sides = [
        one_table(
            *(
                Column(f"{type_.__name__}{number}", type_, server_default=text(each[side]))
                for type_ in times
                for number, each in enumerate(defaults)
            )
        )
        for side in (0, 1)
    ]
    assert_converges_both_ways(mariadb, *sides)


def test_column_keeps_its_collation_when_the_table_gets_it(mariadb: Database) -> None:
    def build(**options: Any) -> MetaData:
        metadata = MetaData()
        number = Column("id", Integer, primary_key=True)
        column = Column("s", String(9, collation="utf8mb4_bin"))
        Table("t", metadata, number, column, Column("x", String(9)), **options)
        return metadata

    assert_converges_both_ways(mariadb, build(), build(mysql_collate="utf8mb4_bin"))


def test_default_of_json_survives_a_drop(mariadb: Database) -> None:
    with_json = one_table(Column("doc", JSON, server_default=text("'{}'"), nullable=False))
    assert_converges_both_ways(mariadb, with_json, one_table())


def test_descending_index_on_a_type_of_its_own_converges(mariadb: Database) -> None:
    def build(*elements: str) -> MetaData:
        metadata = one_table(Column("y", mysql.YEAR), Column("b", mysql.BIT(3)))
        Index("ix", *map(text, elements), _table=metadata.tables["t"])
        return metadata

    assert_converges_both_ways(mariadb, build("y DESC", "b"), build("y", "b DESC"))


def sequence(given: dict[str, Any]) -> MetaData:
    metadata = MetaData()
    Sequence("s", metadata=metadata, **given)
    return metadata


DOWNWARDS = {"increment": -1}
SEQUENCES: tuple[tuple[dict[str, Any], dict[str, Any], int], ...] = (
    ({}, {"minvalue": 50}, 50),
    ({}, {"increment": 2, "minvalue": 50}, 50),
    ({"start": 500}, {"maxvalue": 100}, 1),
    ({"maxvalue": 10}, {"minvalue": 50, "maxvalue": 100, "start": 60}, 60),
    ({}, {"increment": -1, "minvalue": -100, "maxvalue": 100, "start": 90}, 90),
    (DOWNWARDS, {"increment": -1, "maxvalue": -50}, -50),
    (DOWNWARDS, {"increment": -2, "maxvalue": -50, "start": -60}, -60),
    (DOWNWARDS, {"increment": 1}, 1),
    ({"increment": -1, "start": -500}, {"increment": -1, "minvalue": -100}, -1),
    ({"increment": -1, "minvalue": -10}, {"increment": -1, "minvalue": -60, "maxvalue": -50}, -50),
)
"""Two sides, and where one that has not counted begins then."""


@pytest.mark.parametrize(("before", "after", "first"), SEQUENCES)
def test_sequence_that_has_not_counted_begins_at_its_start(
    mariadb: Database, before: dict[str, Any], after: dict[str, Any], first: int
) -> None:
    source = assert_converges(mariadb, sequence(before), sequence(after))

    _run(mariadb, sequence(after), source, "upgrade")

    with mariadb.engine.connect() as connection:
        assert connection.scalar(Sequence("s").next_value()) == first


@pytest.mark.parametrize(
    ("before", "after", "goes_on"),
    [
        ({}, {"minvalue": 50, "start": 60}, 50),
        ({}, {"increment": 2, "minvalue": 50}, 50),
        (DOWNWARDS, {"increment": -2, "maxvalue": -50}, -50),
        ({}, {"maxvalue": 2000}, 2),
    ],
)
def test_sequence_goes_on_within_its_limits(
    mariadb: Database, before: dict[str, Any], after: dict[str, Any], goes_on: int
) -> None:
    def count() -> None:
        with mariadb.engine.begin() as connection:
            numbers.append(connection.scalar(Sequence("s").next_value()))

    numbers: list[int | None] = []
    with mariadb.engine.begin() as connection:
        sequence({"cache": 1, **before}).create_all(connection)
    count()
    metadata = sequence({"cache": 1, **after})
    source, warned = written(mariadb, metadata)
    assert warned == []
    _run(mariadb, metadata, source, "upgrade")
    count()
    assert numbers[-1] == goes_on


@pytest.mark.parametrize("way", ["up", "back"])
@pytest.mark.parametrize("names", [("a", "z"), ("z", "a")])
def test_engine_changes_before_a_foreign_key_needs_it(
    mariadb: Database, names: tuple[str, str], way: str
) -> None:
    def models(**options: Any) -> MetaData:
        metadata = MetaData()
        referred, referring = names
        Table(referred, metadata, Column("id", Integer, primary_key=True), **options)
        key = [] if options else [ForeignKey(f"{referred}.id")]
        number = Column("id", Integer, primary_key=True)
        Table(referring, metadata, number, Column("other_id", Integer, *key))
        return metadata

    sides = models(mysql_engine="MyISAM"), models()
    assert_converges(mariadb, *(sides if way == "up" else sides[::-1]))


def keyed(engine: str, *indexes: Index | UniqueConstraint, using: str | None = None) -> MetaData:
    """Return models of one table with an engine, indexes, and a method of its key."""
    metadata = MetaData()
    columns = Column("id", Integer), Column("a", Integer), Column("b", String(20))
    key = PrimaryKeyConstraint("id", mysql_using=using)
    Table("t", metadata, *columns, key, *indexes, mysql_engine=engine)
    return metadata


def ix(*elements: Any, using: str | None = None, **options: Any) -> Index:
    """Return an index, by a method or by the engine's own."""
    return Index("ix", *elements, mysql_using=using, **options)


DOWN = column_of("a", Integer).desc()
METHODS: dict[str, Callable[[], tuple[MetaData, MetaData]]] = {
    "chosen": lambda: (keyed("MEMORY", ix("a")), keyed("MEMORY", ix("a", using="btree"))),
    "said": lambda: (keyed("MEMORY", ix("a")), keyed("MEMORY", ix("a", using="hash"))),
    "unique": lambda: (
        keyed("MEMORY", ix("a", using="btree", unique=True)),
        keyed("MEMORY", UniqueConstraint("a", name="ix")),
    ),
    "other columns": lambda: (
        keyed("MEMORY", ix("a", using="btree")),
        keyed("MEMORY", ix("a", "b", using="btree")),
    ),
    "no more there": lambda: (keyed("MEMORY", ix("a", using="btree")), keyed("MEMORY")),
    "order": lambda: (keyed("MEMORY", ix(DOWN, using="btree")), keyed("MEMORY", ix(DOWN))),
    "no order": lambda: (keyed("MEMORY", ix(DOWN)), keyed("MEMORY", ix("a"))),
    "of the key": lambda: (keyed("MEMORY", using="btree"), keyed("MEMORY")),
    "of no effect": lambda: (keyed("InnoDB", ix("a", using="hash")), keyed("InnoDB", ix("a", "b"))),
    "engine": lambda: (keyed("InnoDB", ix("a")), keyed("MEMORY", ix("a"))),
    "engine and method": lambda: (keyed("Aria", ix("a")), keyed("MEMORY", ix("a", using="btree"))),
    "method the engine had not": lambda: (
        keyed("MyISAM", ix("a", using="btree")),
        keyed("MEMORY", ix("a")),
    ),
    "order the engine had not": lambda: (keyed("MEMORY", ix(DOWN)), keyed("InnoDB", ix("a"))),
    "key and engine": lambda: (keyed("InnoDB", using="btree"), keyed("MEMORY", using="btree")),
}


@pytest.mark.parametrize("way", ["up", "back"])
@pytest.mark.parametrize("name", METHODS)
def test_method_of_an_index_converges(mariadb: Database, name: str, way: str) -> None:
    sides = METHODS[name]()
    assert_converges(mariadb, *(sides if way == "up" else sides[::-1]))


@pytest.mark.parametrize("engine", ["InnoDB", "MyISAM", "Aria"])
def test_method_without_effect_is_no_difference(mariadb: Database, engine: str) -> None:
    sides = [keyed(engine, ix("a", using=using), using=using) for using in ("hash", None)]
    assert assert_converges(mariadb, *sides) == ""
