"""Options of tables: changed in the models, and gone from them, on each database that has any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, Text

from tests.convergence import assert_converges, autogenerate
from tests.databases import Database

Options = Mapping[str, Any]

MARIADB: dict[str, tuple[Options, Options]] = {
    "engine": ({}, {"mysql_engine": "MyISAM", "mysql_checksum": "1"}),
    "engine of another kind": ({"mysql_engine": "myisam"}, {"mysql_engine": "InnoDB"}),
    "character set": ({}, {"mysql_charset": "latin1"}),
    "collation": ({"mysql_collate": "utf8mb4_bin"}, {"mysql_charset": "utf8mb3"}),
    "storage": (
        {"mysql_row_format": "dynamic", "mysql_stats_persistent": "1"},
        {"mysql_row_format": "COMPRESSED", "mysql_key_block_size": "8", "mysql_max_rows": "9"},
    ),
    "attributes of the engine": ({}, {"mysql_page_compressed": "1"}),
}
POSTGRESQL: dict[str, tuple[Options, Options]] = {
    "storage parameters": (
        {"postgresql_with": {"fillfactor": 70, "autovacuum_enabled": False}},
        {"postgresql_with": {"fillfactor": 80, "parallel_workers": 2}},
    ),
    "storage parameters gone": ({"postgresql_with": {"fillfactor": 70}}, {}),
    "unlogged": ({}, {"prefixes": ["UNLOGGED"]}),
}
SQLITE: dict[str, tuple[Options, Options]] = {
    "strict": ({}, {"sqlite_strict": True}),
    "without rowid": ({}, {"sqlite_with_rowid": False}),
    "both": ({"sqlite_strict": True}, {"sqlite_strict": True, "sqlite_with_rowid": False}),
    "autoincrement": ({}, {"sqlite_autoincrement": True}),
}


def models(options: Options) -> MetaData:
    """Return a table with these options."""
    metadata = MetaData()
    name = String(20).with_variant(Text(), "sqlite")
    Table(
        "t",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", name, nullable=False),
        Column("note", Text),
        **options,
    )
    return metadata


@pytest.mark.parametrize("change", MARIADB)
def test_options_converge_on_mariadb(mariadb: Database, change: str) -> None:
    before, after = MARIADB[change]
    assert_converges(mariadb, models(before), models(after))


@pytest.mark.parametrize("change", MARIADB)
def test_options_that_models_no_longer_say_are_taken_back_on_mariadb(
    mariadb: Database, change: str
) -> None:
    assert_converges(mariadb, models(MARIADB[change][1]), models({}))


@pytest.mark.parametrize("change", POSTGRESQL)
def test_options_converge_on_postgresql(postgresql: Database, change: str) -> None:
    before, after = POSTGRESQL[change]
    assert_converges(postgresql, models(before), models(after))


@pytest.mark.parametrize("change", SQLITE)
def test_options_converge_on_sqlite(sqlite: Database, change: str) -> None:
    before, after = SQLITE[change]
    assert_converges(sqlite, models(before), models(after))


def test_collation_of_a_table_takes_its_referring_columns_along(mariadb: Database) -> None:
    def build(**options: Any) -> MetaData:
        metadata = MetaData()
        Table("a", metadata, Column("code", String(9), primary_key=True), **options)
        Table(
            "b",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("code", String(9), ForeignKey("a.code", name="fk_b_a")),
            Column("own", String(9, collation="utf8mb4_bin")),
            **options,
        )
        return metadata

    assert_converges(mariadb, build(), build(mysql_charset="latin1"))


def test_options_that_say_the_default_are_no_difference(mariadb: Database) -> None:
    options = {"mysql_engine": "innodb", "mysql_charset": "utf8mb4", "mysql_auto_increment": "7"}
    models({}).create_all(mariadb.engine)
    with mariadb.engine.connect() as connection:
        script, _ = autogenerate(mariadb, connection, models(options))
    assert script.upgrade_ops is not None
    assert script.upgrade_ops.is_empty()


def test_partitions_are_equal_in_other_words(mariadb: Database) -> None:
    partitions = (
        "range(id) (partition p0 values less than (10), "
        "partition P1 values less than maxvalue comment 'rest')"
    )
    metadata = models({"mysql_partition_by": partitions})
    Table(
        "h",
        metadata,
        Column("id", Integer, primary_key=True),
        mysql_partition_by="hash(id)",
        mysql_partitions="4",
    )
    Table("k", metadata, Column("id", Integer, primary_key=True), mysql_partition_by="key(id)")
    Table("m", metadata, Column("id", Integer, primary_key=True), mysql_engine="Aria")
    metadata.create_all(mariadb.engine)
    with mariadb.engine.connect() as connection:
        script, _ = autogenerate(mariadb, connection, metadata)
    assert script.upgrade_ops is not None
    assert script.upgrade_ops.is_empty()


def test_partitions_that_differ_are_warned_of(mariadb: Database) -> None:
    models({}).create_all(mariadb.engine)
    partitioned = models({"mysql_partition_by": "hash(id)", "mysql_partitions": "2"})
    with (
        mariadb.engine.connect() as connection,
        pytest.warns(UserWarning, match="partition_by of table t is not there in the database"),
    ):
        script, _ = autogenerate(mariadb, connection, partitioned)
    assert script.upgrade_ops is not None
    assert script.upgrade_ops.is_empty()
