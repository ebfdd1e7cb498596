"""Batches written to a SQL script: it does to an empty database what a run does."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck import command
from limbeck.errors import BatchError, CommandError
from limbeck.operations import Operations
from limbeck.runtime.migration import MigrationContext
from tests.migrations import Migrations

Upgrade = Callable[[Operations], None]


def cycle(op: Operations) -> None:
    op.create_table(
        "a", sa.Column("id", sa.Integer, primary_key=True), sa.Column("b_id", sa.Integer)
    )
    op.create_table(
        "b",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a_id", sa.Integer, sa.ForeignKey("a.id")),
    )
    with op.batch_alter_table("a") as batch:
        batch.create_foreign_key("fk_a_b", "b", ["b_id"], ["id"])


def nasty(op: Operations) -> None:
    op.execute(
        """-- as somebody wrote it
        CREATE TABLE "Ordér" (
            id INTEGER PRIMARY KEY AUTOINCREMENT, "select" INT NOT NULL DEFAULT (1+1),
            n MONEY CHECK (n > 0), name VARCHAR(20) COLLATE NOCASE,
            up TEXT GENERATED ALWAYS AS (upper(name)) VIRTUAL,
            parent INTEGER REFERENCES "Ordér" (id) ON DELETE CASCADE
        )"""
    )
    op.execute('CREATE INDEX "ix 1" ON "Ordér" (lower(name) DESC) WHERE n > 1')
    op.execute('CREATE VIEW v AS SELECT id, "select" FROM "Ordér"')
    op.execute(
        'CREATE TRIGGER tr AFTER INSERT ON "Ordér" BEGIN UPDATE "Ordér" SET n = 7; SELECT 1; END'
    )
    op.execute("INSERT INTO \"Ordér\" (n, name) VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    op.execute('DELETE FROM "Ordér" WHERE id = 3')
    with op.batch_alter_table("Ordér") as batch:
        batch.alter_column("name", nullable=False, new_column_name="title")
        batch.create_unique_constraint("uq_n", ["id", "n"])


def several(op: Operations) -> None:
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Text))
    with op.batch_alter_table("T") as batch:
        batch.add_column(sa.Column("y", sa.Integer, nullable=False, server_default="5"))
        batch.create_check_constraint("ck_y", "y > 0")
    op.rename_table("t", "u")
    with op.batch_alter_table("u") as batch:
        batch.alter_column("y", type_=sa.String(5), existing_type=sa.Integer())
    op.create_index("ix_old", "u", ["y"])
    op.rename_index("ix_old", "ix_u", "u")
    with op.batch_alter_table("u") as batch:
        batch.drop_constraint("ck_y", type_="check")
        batch.drop_column("x")


def run(database: Path, upgrade: Upgrade) -> None:
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        upgrade(Operations(MigrationContext.configure(connection)))
    engine.dispose()


def script_of(upgrade: Upgrade) -> str:
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="sqlite", opts={"as_sql": True, "output_buffer": buffer}
    )
    upgrade(Operations(context))
    return buffer.getvalue()


def content(database: Path) -> list[Any]:
    connection = sqlite3.connect(database)
    found: list[Any] = connection.execute(
        "SELECT type, name, tbl_name, replace(replace(sql, char(10), ''), char(9), '')"
        " FROM sqlite_master ORDER BY 1, 2"
    ).fetchall()
    tables = [name for kind, name, *_ in found if kind in ("table", "view")]
    found += [(name, connection.execute(f'SELECT * FROM "{name}"').fetchall()) for name in tables]
    connection.close()
    return [tuple(str(part).replace("  ", "").replace(" ", "") for part in row) for row in found]


@pytest.mark.parametrize("upgrade", [cycle, nasty, several])
def test_batch_in_a_script_knows_the_tables_that_the_script_made(
    tmp_path: Path, upgrade: Upgrade
) -> None:
    run(tmp_path / "run.db", upgrade)
    connection = sqlite3.connect(tmp_path / "script.db")
    connection.executescript(script_of(upgrade))
    connection.close()

    assert content(tmp_path / "script.db") == content(tmp_path / "run.db")


def fails(op: Operations) -> None:
    op.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
    op.execute("ALTER TABLE t ADD COLUMN x INTEGER; ALTER TABLE t DROP COLUMN nowhere")


def perhaps(op: Operations) -> None:
    op.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, x INTEGER)")


def nothing(op: Operations) -> None:
    op.execute("INSERT INTO t VALUES (1, 1)")


@pytest.mark.parametrize("before", [fails, perhaps, nothing])
def test_batch_in_a_script_refuses_a_table_that_it_is_not_sure_of(before: Upgrade) -> None:
    def upgrade(op: Operations) -> None:
        before(op)
        with op.batch_alter_table("t") as batch:
            batch.alter_column("x", nullable=False)

    with pytest.raises(
        CommandError, match=r'reflect the table "t".*none of them is known to create'
    ):
        script_of(upgrade)


def test_batch_in_a_script_refuses_to_break_a_view_that_it_made() -> None:
    def upgrade(op: Operations) -> None:
        op.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER, y INTEGER)")
        op.execute("CREATE VIEW v AS SELECT x FROM t")
        with op.batch_alter_table("t") as batch:
            batch.drop_column("x")

    with pytest.raises(BatchError, match="would break the view v"):
        script_of(upgrade)


TABLE = """op.create_table("t", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("x", sa.Integer, sa.CheckConstraint("x > 0")), sa.Column("y", sa.String(5)))
    op.create_index("ix_y", "t", [sa.text("lower(y)")])"""
BATCH = """with op.batch_alter_table("t") as batch:
        batch.alter_column("{old}", new_column_name="{new}", type_=sa.{type})
        batch.alter_column("x", nullable={nullable})
    context.execute("UPDATE t SET x = x + 1")"""
IMPORT = "from limbeck import context, op"


@pytest.fixture
def history(tmp_path: Path) -> Migrations:
    migrations = Migrations(tmp_path, url=f"sqlite:///{tmp_path}/one.db")
    there = BATCH.format(old="y", new="z", type="Text", nullable=False)
    back = BATCH.format(old="z", new="y", type="String(5)", nullable=True)
    files = [
        migrations.write("aaaa1", None, TABLE, "op.drop_table('t')"),
        migrations.write("bbbb1", "aaaa1", there, back),
        migrations.write_table("cccc1", "bbbb1"),
        migrations.write("dddd1", "cccc1", back.replace('"y"', '"w"'), there.replace('"y"', '"w"')),
    ]
    for file in files:
        file.write_text(file.read_text().replace("from limbeck import op", IMPORT))
    return migrations


@pytest.mark.parametrize(
    ("start", "end", "run"),
    [
        ("aaaa1", "dddd1", command.upgrade),
        ("cccc1", "dddd1", command.upgrade),
        ("dddd1", "aaaa1", command.downgrade),
        ("dddd1", "cccc1", command.downgrade),
        ("bbbb1", "base", command.downgrade),
    ],
)
def test_script_knows_the_tables_of_the_revisions_before_it(
    history: Migrations, tmp_path: Path, start: str, end: str, run: Callable[..., None]
) -> None:
    command.upgrade(history.config(), start)
    one, other = tmp_path / "one.db", tmp_path / "other.db"
    connection = sqlite3.connect(one)
    connection.execute("INSERT INTO t VALUES (1, 5, 'a'), (2, 6, 'b')")
    connection.commit()
    connection.close()
    shutil.copy(one, other)

    run(history.config(), end)
    run(history.config(), f"{start}:{end}", sql=True)
    connection = sqlite3.connect(other)
    connection.executescript(history.sql)
    connection.close()
    assert content(other) == content(one)
    assert "CREATE TABLE t_cccc1" not in history.sql or start == "aaaa1"


def test_script_names_the_revision_before_it_that_needs_a_database(history: Migrations) -> None:
    history.write("cccc1", "bbbb1", "op.get_bind().execute(sa.text('SELECT 1')).scalar()")
    with pytest.raises(CommandError, match=r"bbbb1 -> cccc1.* fails without a database"):
        command.downgrade(history.config(), "dddd1:aaaa1", sql=True)


def test_script_has_nothing_that_the_revisions_before_it_print(
    history: Migrations, capsys: pytest.CaptureFixture[str]
) -> None:
    history.write("aaaa1", None, f"{TABLE}\n    print('it is printed')", "op.drop_table('t')")
    command.upgrade(history.config(), "aaaa1:bbbb1", sql=True)
    printed = capsys.readouterr()
    assert "it is printed" in printed.err
    assert "it is printed" not in printed.out


def test_script_of_a_table_that_no_revision_makes_needs_the_table(history: Migrations) -> None:
    history.write("aaaa1")
    with pytest.raises(CommandError, match="none of them is known to create this one"):
        command.downgrade(history.config(), "dddd1:aaaa1", sql=True)


CHANGE = """with op.batch_alter_table("t") as batch:
        batch.alter_column("x", nullable=False)"""


@pytest.fixture
def branches(tmp_path: Path) -> Migrations:
    """Two branches from `aaaa1`: `bbbb1` and `cccc1`, which `dddd1` joins."""
    migrations = Migrations(tmp_path, url=f"sqlite:///{tmp_path}/one.db")
    migrations.write("aaaa1", None, TABLE, "op.drop_table('t')")
    migrations.write("bbbb1", "aaaa1")
    migrations.write("cccc1", "aaaa1", 'op.add_column("t", sa.Column("v", sa.Integer))')
    migrations.write("bbbb2", "bbbb1", CHANGE)
    migrations.write("dddd1", ("bbbb2", "cccc1"), 'op.add_column("t", sa.Column("w", sa.Integer))')
    return migrations


def test_script_refuses_a_table_that_another_branch_changes(branches: Migrations) -> None:
    with pytest.raises(CommandError, match=r"rebuild of the table t .*: cccc1 of another branch"):
        command.upgrade(branches.config(), "bbbb1:bbbb2", sql=True)
    branches.write("cccc1", "aaaa1", 'op.create_index("ix_x", "t", ["x"])')
    with pytest.raises(CommandError, match=r"rebuild of the table t .*: cccc1 of another branch"):
        command.upgrade(branches.config(), "bbbb1:bbbb2", sql=True)


def test_script_refuses_it_also_where_the_table_has_another_name_by_then(
    branches: Migrations,
) -> None:
    branches.write("bbbb2", "bbbb1", 'op.rename_table("t", "u")\n    ' + CHANGE.replace('t"', 'u"'))
    with pytest.raises(CommandError, match=r"rebuild of the table u .*: cccc1 of another branch"):
        command.upgrade(branches.config(), "bbbb1:bbbb2", sql=True)


@pytest.mark.parametrize("start", ["aaaa1", "cccc1"])
def test_script_knows_the_branches_that_it_goes_through(branches: Migrations, start: str) -> None:
    command.upgrade(branches.config(), f"{start}:dddd1", sql=True)
    assert "ALTER TABLE t ADD COLUMN w" in branches.sql


def test_script_takes_a_table_that_another_branch_leaves_as_it_is(branches: Migrations) -> None:
    referring = 'sa.Column("t_id", sa.Integer, sa.ForeignKey("t.id"))'
    branches.write("cccc1", "aaaa1", f'op.create_table("u", {referring})')
    command.upgrade(branches.config(), "bbbb1:bbbb2", sql=True)
    assert "is taken to be as the revisions before" in branches.sql


def test_script_warns_of_a_branch_that_needs_a_database(
    branches: Migrations, caplog: pytest.LogCaptureFixture
) -> None:
    branches.write("cccc1", "aaaa1", "op.get_bind().execute(sa.text('SELECT 1')).scalar()")
    command.upgrade(branches.config(), "bbbb1:bbbb2", sql=True)
    assert "whether cccc1 of another branch change it, too, can't be told" in caplog.text
