"""A rebuilt MariaDB table keeps its triggers and the rows of tables that refer to it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from limbeck.errors import BatchError
from limbeck.operations import Operations
from limbeck.runtime.migration import MigrationContext
from tests.catalogs import dump
from tests.databases import Database


def test_batch_keeps_triggers_and_referring_rows(mariadb: Database) -> None:
    with mariadb.engine.connect() as connection:
        for statement in (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(20))",
            "CREATE TABLE c (tid INTEGER, FOREIGN KEY (tid) REFERENCES t (id) ON DELETE CASCADE)",
            "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = CONCAT(NEW.a, '%s')",
            "INSERT INTO t VALUES (1, 'x')",
            "INSERT INTO c VALUES (1)",
        ):
            connection.exec_driver_sql(statement.replace("%", "%%"))
        op = Operations(MigrationContext.configure(connection))
        with op.batch_alter_table("t", recreate="always") as batch:
            batch.add_column(sa.Column("b", sa.Integer))
        connection.exec_driver_sql("INSERT INTO t (id, a) VALUES (2, 'y')")
        rows = connection.execute(sa.text("SELECT id, a, b FROM t ORDER BY id")).all()
        assert [tuple(row) for row in rows] == [(1, "x%s", None), (2, "y%s", None)]
        assert connection.execute(sa.text("SELECT tid FROM c")).scalars().all() == [1]
        keys = sa.inspect(connection).get_foreign_keys("c")
        assert [key["referred_table"] for key in keys] == ["t"]
        assert connection.execute(sa.text("SELECT @@SESSION.foreign_key_checks")).scalar() == 1


def test_batch_keeps_methods_and_ignored_indexes(mariadb: Database) -> None:
    keys = (
        "PRIMARY KEY (id) USING BTREE, KEY h (a), KEY b (a DESC) USING BTREE, "
        "UNIQUE KEY i (a, id) IGNORED"
    )
    with mariadb.engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE TABLE t (id INTEGER, a INTEGER, {keys}) ENGINE=MEMORY")
        before = dump(mariadb)
        op = Operations(MigrationContext.configure(connection))
        with op.batch_alter_table("t", recreate="always") as batch:
            batch.add_column(sa.Column("b", sa.Integer))
        with op.batch_alter_table("t", recreate="always") as batch:
            batch.drop_column("b")
        assert dump(mariadb) == before


def test_batch_names_a_new_column_that_gets_no_values(mariadb: Database) -> None:
    with mariadb.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY)")
        before = dump(mariadb)
        op = Operations(MigrationContext.configure(connection))
        with (
            pytest.raises(BatchError, match=r"table t anew: .*'n'.* server_default .*Identity"),
            op.batch_alter_table("t", recreate="always") as batch,
        ):
            batch.add_column(sa.Column("n", sa.Integer, sa.Identity()))
        assert dump(mariadb) == before


def test_batch_keeps_partitions_and_percent_signs(mariadb: Database) -> None:
    partitions = (
        "LIST (id % 3) (PARTITION a VALUES IN (0, 1) COMMENT 'x%', PARTITION b VALUES IN (2))"
    )
    create = f"CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(9)) PARTITION BY {partitions}"
    with mariadb.engine.connect() as connection:
        connection.exec_driver_sql(create.replace("%", "%%"))
        op = Operations(MigrationContext.configure(connection))
        with op.batch_alter_table("t", recreate="always") as batch:
            batch.add_column(sa.Column("b", sa.Integer, comment="5%"))
        op.alter_table_options("t", mysql_collate="latin1_bin")
        shown = str(connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1])
    assert "PARTITION `a` VALUES IN (0,1) COMMENT = 'x%'" in shown
    assert "COMMENT '5%'" in shown
