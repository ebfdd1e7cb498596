"""A rebuilt SQLite table keeps everything that no one asked to change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from limbeck.errors import BatchError, UnsupportedOperationError
from limbeck.operations import BatchOperations, Operations
from limbeck.runtime.migration import MigrationContext
from tests.databases import Database

SCHEMA = """
CREATE TABLE u (id INTEGER PRIMARY KEY, n TEXT);
CREATE TABLE t (
    id INT NOT NULL, a VARCHAR(20) COLLATE NOCASE DEFAULT 'x', b MONEY DEFAULT (1+1),
    c BOOLEAN CHECK (c IN (0, 1)), fid INTEGER REFERENCES u(id) ON DELETE CASCADE, self INTEGER,
    g TEXT GENERATED ALWAYS AS (a || 'z') STORED,
    PRIMARY KEY (id), CHECK (length(a) < 30), CONSTRAINT ckb CHECK (b > 0), UNIQUE (a, b),
    CONSTRAINT uqc UNIQUE (c, a),
    FOREIGN KEY (self) REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX i1 ON t (lower(a), b DESC) WHERE b > 1;
CREATE UNIQUE INDEX i2 ON t (a COLLATE rtrim);
CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE u SET n = new.a WHERE id = new.fid; END;
CREATE VIEW v AS SELECT a, b FROM t;
CREATE TABLE child (
    id INTEGER PRIMARY KEY,
    tid INTEGER REFERENCES t(id) ON DELETE CASCADE,
    t2 INTEGER REFERENCES t(id) ON DELETE SET NULL
);
CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT);
CREATE TABLE strict (k TEXT PRIMARY KEY, v INT) WITHOUT ROWID, STRICT;
INSERT INTO u VALUES (1, 'n');
INSERT INTO t (id, a, b, c, fid, self) VALUES (1, 'A', 5, 1, 1, 1), (2, 'B', 6, 0, 1, 1);
INSERT INTO child VALUES (1, 1, 2), (2, 2, 1);
INSERT INTO counted (x) VALUES ('a'), ('b'), ('c');
DELETE FROM counted WHERE id = 3;
INSERT INTO strict VALUES ('k', 1);
"""


@pytest.fixture
def connection(sqlite: Database) -> Iterator[Connection]:
    """A connection with foreign keys enforced, to a database that has the tables."""
    with sqlite.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.executescript(SCHEMA)
        yield connection


def operations(connection: Connection, **opts: Any) -> Operations:
    return Operations(MigrationContext.configure(connection, opts=opts))


def definition(connection: Connection, name: str) -> str:
    sql = sa.text("SELECT sql FROM sqlite_master WHERE name = :name")
    return str(connection.execute(sql, {"name": name}).scalar_one())


def rows(connection: Connection, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]


def snapshot(connection: Connection) -> list[Any]:
    names = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2")
    content = [rows(connection, table) for table in ("t", "child", "u", "v", "counted", "strict")]
    return [[tuple(row) for row in names], content]


def test_batch_keeps_rows_of_the_table_and_of_those_referring_to_it(connection: Connection) -> None:
    before = [rows(connection, table) for table in ("t", "child", "u", "v")]
    with operations(connection).batch_alter_table("t") as batch:
        batch.alter_column("b", nullable=False)
    assert [rows(connection, table) for table in ("t", "child", "u", "v")] == before
    assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert connection.exec_driver_sql("PRAGMA legacy_alter_table").scalar() == 0


def test_batch_keeps_constraints_defaults_types_and_collations(connection: Connection) -> None:
    with operations(connection).batch_alter_table("t") as batch:
        batch.alter_column("b", nullable=False)
    sql = definition(connection, "t")
    for part in (
        "id INT NOT NULL",
        "a VARCHAR(20) COLLATE \"NOCASE\" DEFAULT 'x'",
        "b MONEY DEFAULT (1 + 1) NOT NULL",
        "GENERATED ALWAYS AS (a || 'z') STORED",
        "CHECK (c IN (0, 1))",
        "CHECK (length(a) < 30)",
        "CONSTRAINT ckb CHECK (b > 0)",
        "UNIQUE (a, b)",
        "CONSTRAINT uqc UNIQUE (c, a)",
        "FOREIGN KEY(fid) REFERENCES u (id) ON DELETE CASCADE",
        "FOREIGN KEY(self) REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED",
    ):
        assert part in sql


def test_batch_keeps_indexes_triggers_and_views_word_for_word(connection: Connection) -> None:
    before = {name: definition(connection, name) for name in ("i1", "i2", "tr", "v", "child")}
    with operations(connection).batch_alter_table("t") as batch:
        batch.alter_column("b", nullable=False)
    assert {name: definition(connection, name) for name in before} == before


def test_batch_keeps_the_count_of_autoincrement(connection: Connection) -> None:
    with operations(connection).batch_alter_table("counted") as batch:
        batch.alter_column("x", nullable=False)
    connection.exec_driver_sql("INSERT INTO counted (x) VALUES ('d')")
    assert rows(connection, "counted")[-1] == (4, "d")


def test_batch_keeps_without_rowid_and_strict(connection: Connection) -> None:
    strict = sa.Table("t", sa.MetaData()).dialect_options["sqlite"].get("strict")
    if strict is None:
        with (
            pytest.raises(BatchError, match="STRICT"),
            operations(connection).batch_alter_table("strict") as refused,
        ):
            refused.alter_column("v", nullable=False)
        return
    with operations(connection).batch_alter_table("strict") as batch:
        batch.alter_column("v", nullable=False)
    sql = definition(connection, "strict")
    assert "WITHOUT ROWID" in sql
    assert "STRICT" in sql


def test_batch_rename_column_is_followed_everywhere(connection: Connection) -> None:
    with operations(connection).batch_alter_table("t") as batch:
        batch.alter_column("a", new_column_name="aa")
        batch.alter_column("b", nullable=False)
        batch.create_unique_constraint("uqn", ["aa", "fid"])
    assert "new.aa" in definition(connection, "tr")
    assert "aa" in definition(connection, "v")
    assert "lower(aa)" in definition(connection, "i1")
    assert "CONSTRAINT uqn UNIQUE (aa, fid)" in definition(connection, "t")
    assert rows(connection, "v") == [("A", 5), ("B", 6)]


def test_batch_rename_of_a_referred_key_is_followed_by_foreign_keys(connection: Connection) -> None:
    with operations(connection).batch_alter_table("t") as batch:
        batch.alter_column("id", new_column_name="key")
        batch.alter_column("b", nullable=False)
    assert 'REFERENCES t("key")' in definition(connection, "child")
    assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    assert len(rows(connection, "child")) == 2


def test_batch_adds_column_with_key_and_index(connection: Connection) -> None:
    with operations(connection).batch_alter_table("t") as batch:
        batch.add_column(
            sa.Column("z", sa.Integer, sa.ForeignKey("u.id", name="fkz"), index=True),
            insert_after=None,
        )
    assert "CONSTRAINT fkz FOREIGN KEY(z) REFERENCES u (id)" in definition(connection, "t")
    assert definition(connection, "ix_t_z") == "CREATE INDEX ix_t_z ON t (z)"


def test_batch_changes_boolean_without_its_unnamed_check(connection: Connection) -> None:
    with operations(connection).batch_alter_table("t") as batch:
        batch.alter_column(
            "c", type_=sa.Integer(), existing_type=sa.Boolean(create_constraint=True)
        )
    assert "c IN (0, 1)" not in definition(connection, "t")
    assert "length(a) < 30" in definition(connection, "t")


def test_batch_renames_boolean_and_changes_it_without_its_unnamed_check(
    connection: Connection,
) -> None:
    connection.exec_driver_sql("CREATE TABLE flags (a BOOLEAN, b INT, CHECK (a IN (0, 1)))")
    boolean = sa.Boolean(create_constraint=True)
    with operations(connection).batch_alter_table("flags") as batch:
        batch.alter_column("a", new_column_name="c", existing_type=boolean, type_=sa.Integer())
    assert "CHECK" not in definition(connection, "flags")


def test_batch_keeps_the_rowids_of_a_key_that_is_no_rowid_any_more(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE keys (a TEXT, id INTEGER PRIMARY KEY)")
    connection.exec_driver_sql("INSERT INTO keys VALUES ('x', 7), ('y', 9)")
    with operations(connection).batch_alter_table("keys") as batch:
        batch.alter_column("id", type_=sa.String(5))
    rows = connection.exec_driver_sql("SELECT rowid, a, id FROM keys").all()
    assert rows == [(7, "x", "7"), (9, "y", "9")]


def test_batch_drops_keys_of_columns_with_orders(connection: Connection) -> None:
    connection.exec_driver_sql(
        "CREATE TABLE ordered (a INTEGER PRIMARY KEY DESC, b TEXT, UNIQUE (b DESC, a))"
    )
    with operations(connection).batch_alter_table("ordered") as batch:
        batch.drop_constraint(None, type_="unique", columns=["b", "a"])
        batch.drop_constraint(None, type_="primary", columns=["a"])
        batch.alter_column("b", new_column_name="c")
    sql = definition(connection, "ordered")
    assert not {word for word in ("KEY", "UNIQUE", "DESC") if word in sql}


def test_batch_drops_constraint_that_only_a_naming_convention_names(connection: Connection) -> None:
    convention = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
    op = operations(connection)
    with op.batch_alter_table("t", naming_convention=convention) as batch:
        batch.drop_constraint("uq_t_a", type_="unique")
    assert "UNIQUE (a, b)" not in definition(connection, "t")


def test_batch_drops_column_with_what_needs_it(connection: Connection) -> None:
    with operations(connection).batch_alter_table("t") as batch:
        batch.drop_column("self")
    assert "self" not in definition(connection, "t")
    assert [row[0] for row in rows(connection, "t")] == [1, 2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda batch: batch.drop_constraint("nope"), "No such constraint: 'nope'"),
        (lambda batch: batch.alter_column("nope", nullable=True), "No such column: 'nope'"),
        (lambda batch: batch.drop_index("nope") or batch.drop_column("self"), "No such index"),
    ],
)
def test_batch_unknown_name_changes_nothing(
    connection: Connection, change: Callable[[BatchOperations], object], message: str
) -> None:
    before = snapshot(connection)
    with (
        pytest.raises(BatchError, match=message),
        operations(connection).batch_alter_table("t") as batch,
    ):
        change(batch)
    assert snapshot(connection) == before


def test_batch_error_while_copying_leaves_the_old_table(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE t SET self = NULL WHERE id = 2")
    connection.commit()
    before = snapshot(connection)
    with (
        pytest.raises(sa.exc.IntegrityError),
        operations(connection).batch_alter_table("t") as batch,
    ):
        batch.alter_column("self", nullable=False)
    assert snapshot(connection) == before
    assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_batch_refuses_to_break_a_view(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE VIEW w AS SELECT self FROM t")
    before = snapshot(connection)
    with (
        pytest.raises(BatchError, match="break the view w"),
        operations(connection).batch_alter_table("t") as batch,
    ):
        batch.drop_column("self")
    assert snapshot(connection) == before


def test_batch_refuses_to_break_a_trigger(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE r (x); ")
    connection.exec_driver_sql(
        "CREATE TRIGGER tr2 AFTER INSERT ON t BEGIN INSERT INTO r VALUES (new.self); END"
    )
    before = snapshot(connection)
    with (
        pytest.raises(BatchError, match="the triggers of the table t"),
        operations(connection).batch_alter_table("t") as batch,
    ):
        batch.drop_column("self")
    assert snapshot(connection) == before


def test_batch_after_rows_were_written_keeps_referring_rows(connection: Connection) -> None:
    op = operations(connection)
    op.execute("UPDATE t SET b = b + 1")
    with op.batch_alter_table("t") as batch:
        batch.alter_column("b", nullable=False)
    assert len(rows(connection, "child")) == 2
    assert [row[2] for row in rows(connection, "t")] == [6, 7]


def test_batch_within_one_transaction_refuses_what_would_delete_rows(
    connection: Connection,
) -> None:
    op = operations(connection, transactional_ddl=True)
    op.migration_context.impl.transactional_ddl = True
    op.execute("UPDATE t SET b = b + 1")
    with (
        pytest.raises(UnsupportedOperationError, match="autocommit_block"),
        op.batch_alter_table("t") as batch,
    ):
        batch.alter_column("b", nullable=False)
    assert len(rows(connection, "child")) == 2


def test_batch_within_one_transaction_refuses_a_new_key_to_itself(connection: Connection) -> None:
    op = operations(connection, transactional_ddl=True)
    op.migration_context.impl.transactional_ddl = True
    op.execute("UPDATE counted SET x = '1'")
    before = rows(connection, "counted")
    with (
        pytest.raises(UnsupportedOperationError, match="autocommit_block"),
        op.batch_alter_table("counted") as batch,
    ):
        batch.create_foreign_key("fk", "counted", ["x"], ["id"], ondelete="CASCADE")
    assert rows(connection, "counted") == before


def test_batch_reorders_columns(connection: Connection) -> None:
    op = operations(connection)
    with op.batch_alter_table("counted", recreate="always") as batch:
        batch.add_column(sa.Column("first", sa.Integer), insert_before="id")
        batch.add_column(sa.Column("second", sa.Integer), insert_after="id")
    result = connection.exec_driver_sql("SELECT * FROM counted")
    assert list(result.keys()) == ["first", "id", "second", "x"]
    assert [tuple(row) for row in result] == [(None, 1, None, "a"), (None, 2, None, "b")]


def test_batch_partial_reordering(connection: Connection) -> None:
    op = operations(connection)
    order = [("x", "id")]
    with op.batch_alter_table("counted", recreate="always", partial_reordering=order):
        pass
    assert list(connection.exec_driver_sql("SELECT * FROM counted").keys()) == ["x", "id"]


def test_batch_table_args_and_kwargs_go_to_the_new_table(connection: Connection) -> None:
    op = operations(connection)
    with op.batch_alter_table(
        "u",
        recreate="always",
        table_args=(sa.CheckConstraint("id > 0", name="positive"),),
        table_kwargs={"sqlite_autoincrement": True},
    ):
        pass
    assert "CONSTRAINT positive CHECK (id > 0)" in definition(connection, "u")
    assert "AUTOINCREMENT" in definition(connection, "u")
    assert rows(connection, "u") == [(1, "B")]


def test_batch_reflect_args_and_listeners_give_types(connection: Connection) -> None:
    def listen(inspector: Any, table: Any, column_info: Any) -> None:
        if column_info["name"] == "n":
            column_info["type"] = sa.String(7)

    op = operations(connection)
    with op.batch_alter_table(
        "u",
        recreate="always",
        reflect_args=[sa.Column("id", sa.BigInteger, primary_key=True)],
        reflect_kwargs={"listeners": [("column_reflect", listen)]},
    ):
        pass
    assert "id BIGINT" in definition(connection, "u")


def test_batch_copy_from_is_taken_instead_of_the_database(connection: Connection) -> None:
    table = sa.Table(
        "u", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Text)
    )
    op = operations(connection)
    with op.batch_alter_table("u", copy_from=table) as batch:
        batch.alter_column("n", type_=sa.String(9), nullable=False)
    assert "n VARCHAR(9) NOT NULL" in definition(connection, "u")
    assert rows(connection, "u") == [(1, "B")]


def test_batch_in_an_attached_database(connection: Connection, tmp_path: Any) -> None:
    connection.exec_driver_sql(f"ATTACH DATABASE '{tmp_path / 'other.sqlite'}' AS other")
    raw: Any = connection.connection.driver_connection
    raw.executescript(
        "CREATE TABLE other.q (id INTEGER PRIMARY KEY, x INT);"
        "CREATE UNIQUE INDEX other.qi ON q (x);"
        "CREATE TRIGGER other.qt AFTER INSERT ON q BEGIN SELECT 1; END;"
        "INSERT INTO other.q VALUES (1, 2);"
    )
    with operations(connection).batch_alter_table("q", schema="other") as batch:
        batch.alter_column("x", nullable=False)
    found = connection.exec_driver_sql("SELECT name FROM other.sqlite_master ORDER BY name")
    assert [row.name for row in found] == ["q", "qi", "qt"]
    assert [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM other.q")] == [(1, 2)]


def test_index_stays_when_its_column_is_dropped_and_added_again(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE span (a INT, b INT, d INT AS (b - a), UNIQUE (a, d))")
    connection.exec_driver_sql("CREATE INDEX ix_d ON span (a, d)")
    connection.exec_driver_sql("CREATE INDEX ix_b ON span (b)")
    operations = Operations(MigrationContext.configure(connection))
    with operations.batch_alter_table("span") as batch:
        batch.drop_column("d")
        batch.add_column(sa.Column("d", sa.Integer, sa.Computed("a + b")))
        batch.drop_column("b2", if_exists=True)
    inspector = sa.inspect(connection)
    assert [index["name"] for index in inspector.get_indexes("span")] == ["ix_b", "ix_d"]
    assert [each["column_names"] for each in inspector.get_unique_constraints("span")] == [
        ["a", "d"]
    ]


def test_batch_finds_a_table_whatever_the_case_of_its_name(connection: Connection) -> None:
    with operations(connection).batch_alter_table("T") as batch:
        batch.alter_column("b", nullable=False)
    assert "b MONEY DEFAULT (1 + 1) NOT NULL" in definition(connection, "t")
    assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 2


def test_batch_changes_options_and_keeps_what_hangs_on_the_table(connection: Connection) -> None:
    before = definition(connection, "tr"), definition(connection, "i1")
    with operations(connection).batch_alter_table("t") as batch:
        batch.alter_table_options(sqlite_with_rowid=False, mysql_engine="Aria")
    assert definition(connection, "t").rstrip().endswith("WITHOUT ROWID")
    assert (definition(connection, "tr"), definition(connection, "i1")) == before


def test_batch_with_options_of_others_leaves_the_table(connection: Connection) -> None:
    before = definition(connection, "t")
    with operations(connection).batch_alter_table("t") as batch:
        batch.alter_table_options(mysql_engine="Aria")
    assert definition(connection, "t") == before


def test_options_without_a_batch_are_refused(connection: Connection) -> None:
    with pytest.raises(UnsupportedOperationError, match="STRICT of the table counted"):
        operations(connection).alter_table_options("counted", sqlite_strict=True)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE c (a INTEGER PRIMARY KEY ON CONFLICT REPLACE,"
        " b TEXT NOT NULL ON CONFLICT IGNORE, c INT UNIQUE ON CONFLICT FAIL)",
        "CREATE TABLE c (a INT, b TEXT, PRIMARY KEY (a, b) ON CONFLICT IGNORE)",
        "CREATE TABLE c (a INTEGER PRIMARY KEY ON CONFLICT FAIL AUTOINCREMENT, b)",
    ],
)
def test_batch_keeps_what_happens_on_conflicts(connection: Connection, sql: str) -> None:
    connection.exec_driver_sql(sql)

    with operations(connection).batch_alter_table("c", recreate="always") as batch:
        batch.alter_column("a", comment="nothing")

    found = definition(connection, "c")
    clauses = [sorted(re.findall(r"ON CONFLICT \w+", text)) for text in (sql, found)]
    assert clauses[0] == clauses[1]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda b: b.alter_column("username", nullable=False), "\"UserName\" TEXT DEFAULT 'x' NOT"),
        (lambda b: b.alter_column("USERNAME", new_column_name="login"), "login TEXT"),
        (lambda b: b.drop_column("ORDER"), "n INT, PRIMARY KEY"),
        (lambda b: b.alter_column("N", insert_before="USERNAME"), 'n INT, "UserName"'),
        (lambda b: b.create_unique_constraint("u", ["ID", "N"]), 'u UNIQUE ("Id", n)'),
        (lambda b: b.create_foreign_key("f", "u", ["ORDER"], ["id"]), 'FOREIGN KEY("order")'),
        (lambda b: b.create_primary_key("pk", ["ID", "N"]), 'pk PRIMARY KEY ("Id", n)'),
        (lambda b: b.drop_constraint("UQ", type_="unique"), 'PRIMARY KEY ("Id"), CHECK'),
        (lambda b: b.rename_constraint("UQ", "uq2"), "CONSTRAINT uq2 UNIQUE"),
        (lambda b: b.rename_index("IXORD", "i"), "CREATE INDEX i ON"),
        (lambda b: b.drop_index("IXORD"), ""),
    ],
)
def test_batch_finds_names_whatever_their_case(
    connection: Connection, change: Callable[[BatchOperations], None], expected: str
) -> None:
    raw: Any = connection.connection.driver_connection
    raw.executescript(
        "CREATE TABLE Tbl (Id INTEGER PRIMARY KEY, UserName TEXT DEFAULT 'x', n INT CHECK (N > 0),"
        ' "order" INT, CONSTRAINT Uq UNIQUE (username)); CREATE INDEX IxOrd ON tbl ("ORDER");'
        "INSERT INTO tbl VALUES (1, 'a', 1, 1)"
    )

    with operations(connection).batch_alter_table("tbl") as batch:
        change(batch)

    texts = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE tbl_name LIKE 'tbl'")
    assert expected in " ".join(" ".join(str(text).split()) for text in texts.scalars())
    assert len(rows(connection, "tbl")) == 1


def test_batch_refuses_a_column_that_differs_by_its_case_only(connection: Connection) -> None:
    with (
        pytest.raises(BatchError, match="has it already"),
        operations(connection).batch_alter_table("t") as batch,
    ):
        batch.add_column(sa.Column("A", sa.Integer, unique=True))


def test_which_of_two_foreign_keys_without_names_shall_go_must_be_told(
    connection: Connection,
) -> None:
    connection.exec_driver_sql(
        "CREATE TABLE two (x INTEGER, FOREIGN KEY (x) REFERENCES t (id),"
        " FOREIGN KEY (x) REFERENCES u (id))"
    )
    with (
        pytest.raises(BatchError, match=r"without a name refer to t\.id, u\.id.* references=\['t"),
        operations(connection).batch_alter_table("two") as batch,
    ):
        batch.drop_constraint(None, type_="foreignkey", columns=["x"])

    with operations(connection).batch_alter_table("two") as batch:
        batch.drop_constraint(None, type_="foreignkey", columns=["x"], references=["u.id"])
    keys = sa.inspect(connection).get_foreign_keys("two")
    assert [key["referred_table"] for key in keys] == ["t"]


def test_batch_calls_a_column_by_the_name_it_has_by_then(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE s (id INTEGER PRIMARY KEY, a INT, b TEXT)")

    with operations(connection).batch_alter_table("s") as batch:
        batch.alter_column("a", new_column_name="aside")
        batch.alter_column("b", new_column_name="a")
        batch.alter_column("aside", new_column_name="b")
        batch.alter_column("a", nullable=False)

    columns = connection.exec_driver_sql("PRAGMA table_info(s)").all()
    assert [(each[1], each[2], each[3]) for each in columns[1:]] == [
        ("b", "INT", 0),
        ("a", "TEXT", 1),
    ]


def test_batch_gives_the_name_of_a_dropped_column_to_another(connection: Connection) -> None:
    raw: Any = connection.connection.driver_connection
    raw.executescript(
        "CREATE TABLE s (id INTEGER PRIMARY KEY, a INT CHECK (a > 0), b TEXT UNIQUE);"
        "CREATE VIEW sv AS SELECT a FROM s; INSERT INTO s VALUES (1, 5, 'x')"
    )

    with operations(connection).batch_alter_table("s") as batch:
        batch.drop_column("b")
        batch.alter_column("a", new_column_name="b", nullable=False)

    assert rows(connection, "s") == [(1, 5)]
    assert "CHECK (b > 0)" in definition(connection, "s")
    assert "UNIQUE" not in definition(connection, "s")
    assert definition(connection, "sv") == "CREATE VIEW sv AS SELECT b FROM s"


def test_batch_changes_the_new_column_of_an_old_name(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE s (id INTEGER PRIMARY KEY, a INT)")

    with operations(connection).batch_alter_table("s") as batch:
        batch.alter_column("a", new_column_name="b")
        batch.add_column(sa.Column("a", sa.String(5)))
        batch.alter_column("a", server_default="q")
        batch.add_column(sa.Column("c", sa.Integer))
        batch.alter_column("c", new_column_name="d")

    columns = connection.exec_driver_sql("PRAGMA table_info(s)").all()
    assert [(each[1], each[4]) for each in columns[1:]] == [("b", None), ("a", "'q'"), ("d", None)]


def test_no_name_is_no_name_under_a_naming_convention(connection: Connection) -> None:
    convention = {"uq": "uq_%(table_name)s", "ck": "ck_%(constraint_name)s", "pk": "pk"}
    models = sa.MetaData(naming_convention=convention)
    op = operations(connection, target_metadata=models)
    with op.batch_alter_table("counted") as batch:
        batch.create_unique_constraint(op.f(None), ["x"])
        batch.create_check_constraint(op.f(None), "x <> 'z'")
    assert "CONSTRAINT" not in definition(connection, "counted")
    with op.batch_alter_table("counted") as batch:
        batch.drop_constraint(None, type_="unique", columns=["x"])
        batch.drop_constraint(None, type_="check", condition="x <> 'z'")
    assert "UNIQUE" not in definition(connection, "counted")
    assert "CHECK" not in definition(connection, "counted")


def test_batch_names_the_table_that_a_broken_batch_left(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE _alembic_tmp_t (id INTEGER)")
    before = snapshot(connection)

    with (
        pytest.raises(BatchError, match=r"'_alembic_tmp_t' .* has left"),
        operations(connection).batch_alter_table("t") as batch,
    ):
        batch.alter_column("b", nullable=False)

    assert snapshot(connection) == before


def test_new_column_has_a_check_of_its_own(connection: Connection) -> None:
    with operations(connection).batch_alter_table("counted") as batch:
        batch.add_column(sa.Column("y", sa.Integer, sa.CheckConstraint("y > 5")))
    assert "CHECK (y > 5)" in definition(connection, "counted")
