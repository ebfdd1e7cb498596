"""Options of tables: changed in the models, and gone from them, on each database that has any."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
)

from limbeck import renamed_from
from limbeck.operations import Operations
from limbeck.operations.ops import ModifyTableOps
from tests.convergence import assert_converges, autogenerate, drop_all_tables
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
    "comment": ({"mysql_comment": "it's"}, {"mysql_comment": "10% of it"}),
    "character set of new columns": (
        {"mysql_collate": "latin1_bin"},
        {"mysql_default_charset": "utf8mb4"},
    ),
}
POSTGRESQL: dict[str, tuple[Options, Options]] = {
    "storage parameters": (
        {"postgresql_with": {"fillfactor": 70, "autovacuum_enabled": False}},
        {"postgresql_with": {"fillfactor": 80, "parallel_workers": 2}},
    ),
    "storage parameters of what is kept aside": (
        {"postgresql_with": {"fillfactor": 70, "toast.autovacuum_enabled": False}},
        {"postgresql_with": {"toast.autovacuum_vacuum_threshold": 9}},
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


TOAST: Options = {"postgresql_with": {"toast.autovacuum_enabled": False, "fillfactor": 70}}


def small(*columns: Column[Any], options: Options = TOAST) -> MetaData:
    """Return a table of which PostgreSQL keeps nothing aside, unless a column is large."""
    metadata = MetaData()
    Table("t", metadata, Column("id", Integer, primary_key=True), *columns, **options)
    return metadata


def test_options_of_what_is_kept_aside_are_left_out_where_nothing_is(postgresql: Database) -> None:
    for before, after in (
        (small(options={}), small()),
        (small(), small(Column("n", Integer))),
        (MetaData(), small(Column("s", String(10)))),
        (small(), small(Column("s", Text))),
        (small(Column("s", Integer)), small(Column("s", Text))),
    ):
        assert_converges(postgresql, before, after)
        drop_all_tables(postgresql)


def logging(unlogged: str, *keys: str) -> MetaData:
    """Return tables with foreign keys, `a>b`, of which some are UNLOGGED."""
    metadata = MetaData()
    for name in "abc":
        referred = [key[2] for key in keys if key[0] == name]
        Table(
            name,
            metadata,
            Column("id", Integer, primary_key=True),
            *(
                Column(f"{each}_id", Integer, ForeignKey(f"{each}.id", name=f"fk_{name}_{each}"))
                for each in referred
            ),
            prefixes=["UNLOGGED"] if name in unlogged else [],
        )
    return metadata


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("abc", "a>b", "b>c", "c>c"), ("", "a>b", "b>c", "c>c")),
        (("abc", "c>b", "b>a"), ("", "c>b", "b>a")),
        (("b",), ("", "a>b")),
        (("", "b>a"), ("a",)),
        (("a", "a>b"), ("b", "b>a")),
    ],
)
def test_logging_changes_along_foreign_keys(
    postgresql: Database, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    assert_converges(postgresql, logging(*before), logging(*after))
    drop_all_tables(postgresql)
    assert_converges(postgresql, logging(*after), logging(*before))


def test_logging_around_a_circle_of_foreign_keys_is_warned_of(postgresql: Database) -> None:
    def circle(**options: Any) -> MetaData:
        metadata = MetaData()
        for name, other in ("ab", "ba"):
            key = ForeignKey(f"{other}.id", name=f"fk_{name}", use_alter=True)
            id_ = Column("id", Integer, primary_key=True)
            Table(name, metadata, id_, Column("x", Integer, key), **options)
        return metadata

    circle(prefixes=["UNLOGGED"]).create_all(postgresql.engine)
    with (
        postgresql.engine.connect() as connection,
        pytest.warns(UserWarning, match="The tables a and b refer to each other and change"),
    ):
        autogenerate(postgresql, connection, circle())


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


def test_character_set_stands_in_the_revision_as_in_the_models(mariadb: Database) -> None:
    models({"mysql_collate": "latin1_bin"}).create_all(mariadb.engine)
    with mariadb.engine.connect() as connection:
        script, _ = autogenerate(mariadb, connection, models({"mysql_default_charset": "utf8mb4"}))
    assert script.upgrade_ops is not None
    (diff,) = script.upgrade_ops.as_diffs()
    assert diff[-1] == {"mysql_default_charset": "utf8mb4"}


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


BY_YEAR = "range (year(day)) (partition p0 values less than (2020)"
BY_ID = "range (id) (partition p0 values less than (9)"
OF_ONE = "(PARTITION p0 VALUES LESS THAN (9)"
PARTITIONS: dict[str, tuple[Options, Options]] = {
    "new": (
        {},
        {"mysql_partition_by": "hash (ID % 7)".replace("%", "%%"), "mysql_partitions": "3"},
    ),
    "more": (
        {"mysql_partition_by": "key (id)"},
        {"mysql_partition_by": "linear key (id)", "mysql_partitions": "4"},
    ),
    "of another kind": (
        {"mysql_partition_by": f"{BY_ID} comment 'it''s 5%%' max_rows=7)"},
        {
            "mysql_partition_by": "list (id) (partition a values in (2, null, 1), partition b default)"
        },
    ),
    "of partitions": (
        {"mysql_partition_by": f"{BY_ID})"},
        {
            "mysql_partition_by": "RANGE COLUMNS (id) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 "
            "(PARTITION p0 VALUES LESS THAN (5 + 4) COMMENT 'c')"
        },
    ),
    "names of partitions of partitions": (
        {"mysql_partition_by": f"RANGE (id) SUBPARTITION BY KEY (day) {OF_ONE} (SUBPARTITION a))"},
        {"mysql_partition_by": f"RANGE (id) SUBPARTITION BY KEY (day) {OF_ONE} (SUBPARTITION b))"},
    ),
    "another column": (
        {"mysql_partition_by": f"{BY_YEAR}, partition rest values less than maxvalue)"},
        {"mysql_partition_by": "hash (extract(year from day) div 2) (partition a, partition b)"},
    ),
    "at the end": (
        {"mysql_partition_by": f"{BY_ID})"},
        {"mysql_partition_by": f"{BY_ID}, partition p1 values less than (to_days('2020-01-01')))"},
    ),
    "out of the rest": (
        {"mysql_partition_by": f"{BY_ID}, partition z values less than (maxvalue))"},
        {
            "mysql_partition_by": f"{BY_ID}, partition p1 values less than (20), "
            "partition z values less than maxvalue)"
        },
    ),
}


def dated(options: Options, *, is_keyed: bool = True) -> MetaData:
    """Return a table with these partitions, over its keys."""
    metadata = MetaData()
    Table(
        "t",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("day", Date, primary_key=is_keyed, nullable=False),
        **options,
    )
    return metadata


@pytest.mark.parametrize("change", PARTITIONS)
def test_partitions_converge(mariadb: Database, change: str) -> None:
    before, after = (dated(options) for options in PARTITIONS[change])
    assert_converges(mariadb, before, after)


def test_partitions_that_models_do_not_say_go_with_a_remark(mariadb: Database) -> None:
    partitioned = dated({"mysql_partition_by": "key (id)", "mysql_partitions": "4"})
    source = assert_converges(mariadb, partitioned, dated({}))
    assert "# The models say nothing of partitions" in source


@pytest.mark.parametrize(
    ("change", "clause"),
    [("at the end", "ADD PARTITION"), ("out of the rest", "REORGANIZE PARTITION `z` INTO")],
)
def test_partitions_that_stay_are_not_written_anew(
    mariadb: Database, change: str, clause: str
) -> None:
    before, after = (dated(options) for options in PARTITIONS[change])
    before.create_all(mariadb.engine)
    statements = []
    with mariadb.engine.connect() as connection:
        script, context = autogenerate(mariadb, connection, after)
        event.listen(
            connection, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
        )
        assert script.upgrade_ops is not None
        (change_of_table,) = script.upgrade_ops.ops
        assert isinstance(change_of_table, ModifyTableOps)
        for directive in change_of_table.ops:
            Operations(context).invoke(directive)
    (statement,) = [each for each in statements if each.startswith("ALTER")]
    assert clause in statement


def test_partitions_give_way_to_keys_and_foreign_keys(mariadb: Database) -> None:
    before = dated({"mysql_partition_by": "hash (id)", "mysql_partitions": "2"}, is_keyed=False)
    after = dated({"mysql_partition_by": "hash (year(day))", "mysql_partitions": "2"})
    free = dated({}, is_keyed=False)
    Table(
        "child",
        free,
        Column("id", Integer, primary_key=True),
        Column("t_id", Integer, ForeignKey("t.id", name="fk_t")),
    )
    for one, other in ((before, after), (free, after), (before, free)):
        assert_converges(mariadb, one, other)
        drop_all_tables(mariadb)


def test_partitions_that_nobody_was_asked_for_are_warned_of(mariadb: Database) -> None:
    options = {"mysql_partition_by": f"{BY_ID}, partition p1 values less than (10 * 10))"}
    dated(options).create_all(mariadb.engine)
    with (
        mariadb.engine.connect() as connection,
        pytest.warns(UserWarning, match="did not normalise the partitions of table t"),
    ):
        autogenerate(mariadb, connection, dated(options), probe=False)


def test_partitions_of_a_table_that_goes_come_back_in_full(mariadb: Database) -> None:
    partitions = (
        f"{BY_ID} max_rows = 7, partition p1 values less than (20) data directory = '/tmp')"
    )
    assert_converges(
        mariadb, dated({"mysql_partition_by": partitions.split(", ")[0] + ")"}), MetaData()
    )


def test_partitions_of_renamed_tables_and_columns_stay(mariadb: Database) -> None:
    after = MetaData()
    id_ = Column("number", Integer, primary_key=True, autoincrement=False, info=renamed_from("id"))
    Table(
        "u",
        after,
        id_,
        Column("day", Date, primary_key=True),
        info=renamed_from("t"),
        mysql_partition_by="hash (number)",
        mysql_partitions="4",
    )
    before = dated({"mysql_partition_by": "hash (id)", "mysql_partitions": "3"})
    assert_converges(mariadb, before, after, detect_renames=True)


def partitioned(how: str | None, *columns: Column[Any]) -> MetaData:
    """Return models with a table in partitions, with an index and a check."""
    metadata = MetaData()
    Table(
        "t",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("day", Integer, primary_key=True, autoincrement=False),
        Column("name", String(20), CheckConstraint("name <> 'x'"), index=True),
        *columns,
        postgresql_partition_by=how,
    )
    return metadata


def test_partitioned_table_is_created_on_postgresql(postgresql: Database) -> None:
    assert_converges(postgresql, MetaData(), partitioned('range ( "day",id )'), rows=0)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, "RANGE (day)", "is not there in the database and range(day) in the models"),
        ("RANGE (day)", None, "is range(day) in the database and not there in the models"),
        ("RANGE (day)", "LIST (day)", "is range(day) in the database and list(day) in"),
    ],
)
def test_other_partitions_are_warned_of_on_postgresql(
    postgresql: Database, before: str | None, after: str | None, said: str
) -> None:
    partitioned(before).create_all(postgresql.engine)
    with (
        postgresql.engine.connect() as connection,
        pytest.warns(UserWarning, match=f"partition_by of table t {re.escape(said)}"),
    ):
        script, _ = autogenerate(postgresql, connection, partitioned(after, Column("n", Integer)))
    assert script.upgrade_ops is not None
    kinds = [each[0] for each in script.upgrade_ops.as_diffs()]
    assert kinds == ["add_column"]


@pytest.mark.parametrize(
    ("key", "change"),
    [
        (Column("code", String(9), primary_key=True), "alters the type of"),
        (Column("other", Integer), "drops"),
    ],
)
def test_a_column_of_the_partition_key_is_warned_of_on_postgresql(
    postgresql: Database, key: Column[Any], change: str
) -> None:
    before = partitioned("LIST (code)", Column("code", Integer, primary_key=True))
    before.create_all(postgresql.engine)
    said = rf"The column code of table t is in its partition key, .+ {change} no such column"
    with postgresql.engine.connect() as connection, pytest.warns(UserWarning, match=said):
        autogenerate(postgresql, connection, partitioned("LIST (code)", key))
