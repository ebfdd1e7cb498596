"""The draft of a new table: what changes, what stays, and in which order it is sent."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.ddl.impl import DefaultImpl
from limbeck.ddl.rebuild import TableRebuild
from limbeck.errors import BatchError
from limbeck.operations import Operations
from limbeck.operations.draft import Draft
from limbeck.operations.recreate import run_plan, temporary_name
from limbeck.operations.transfer import rename_words
from limbeck.runtime.migration import MigrationContext


def old_table() -> sa.Table:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("x", sa.String(5), server_default="q"),
        sa.Column("y", sa.Integer),
        sa.Column("up", sa.Integer, sa.ForeignKey("t.id", name="fk_up")),
        sa.UniqueConstraint("x", "y", name="uq"),
        sa.CheckConstraint("x <> 'x' AND length(x) > y", name="ck"),
        sqlite_with_rowid=False,
    )
    sa.Index("ix_x", table.c.x.desc())
    sa.Index("ix_t", sa.text("lower(x)"), _table=table)
    return table


class Recorder:
    """An implementation that writes SQL to a buffer."""

    def __init__(self, dialect_name: str = "sqlite") -> None:
        self.output = io.StringIO()
        dialect = sa.engine.make_url(f"{dialect_name}://").get_dialect()()
        cls = DefaultImpl.get_by_dialect(dialect)
        self.impl = cls(
            dialect,
            connection=None,
            as_sql=True,
            transactional_ddl=None,
            output_buffer=self.output,
            context_opts={},
        )

    def draft(self, **kw: Any) -> Draft:
        return Draft(self.impl, old_table(), **kw)

    def sent(self, draft: Draft) -> list[str]:
        run_plan(draft.plan(), self.impl, TableRebuild(self.impl, "t", None))
        statements = self.output.getvalue().split("\n\n")
        return [" ".join(statement.split()) for statement in statements if statement]


def test_recreate_sends_copy_drop_rename_and_indexes() -> None:
    recorder = Recorder()
    draft = recorder.draft()
    draft.alter_column("t", "y", nullable=False)
    create, copy, drop, rename, first, second = recorder.sent(draft)
    assert "y INTEGER NOT NULL" in create
    assert create.endswith("WITHOUT ROWID;")
    assert "FOREIGN KEY(up) REFERENCES t (id)" in create
    assert copy == ("INSERT INTO _alembic_tmp_t (id, x, y, up) SELECT t.id, t.x, t.y, t.up FROM t;")
    assert (drop, rename) == ("DROP TABLE t;", "ALTER TABLE _alembic_tmp_t RENAME TO t;")
    assert first == "CREATE INDEX ix_t ON t (lower(x));"
    assert second == "CREATE INDEX ix_x ON t (x DESC);"


def test_recreate_adds_foreign_keys_last_where_alter_can() -> None:
    recorder = Recorder("postgresql")
    sent = recorder.sent(recorder.draft())
    assert "FOREIGN KEY" not in sent[0]
    assert sent[-1] == "ALTER TABLE t ADD CONSTRAINT fk_up FOREIGN KEY(up) REFERENCES t (id);"


def test_recreate_rename_reaches_constraints_and_indexes() -> None:
    recorder = Recorder()
    draft = recorder.draft()
    draft.alter_column("t", "x", name="z")
    create, copy, _, _, *indexes = recorder.sent(draft)
    assert "CONSTRAINT uq UNIQUE (z, y)" in create
    assert "CHECK (z <> 'x' AND length(z) > y)" in create
    assert copy == "INSERT INTO _alembic_tmp_t (id, z, y, up) SELECT t.id, t.x, t.y, t.up FROM t;"
    assert indexes == ["CREATE INDEX ix_t ON t (lower(z));", "CREATE INDEX ix_x ON t (z DESC);"]


def test_recreate_new_type_casts_the_rows() -> None:
    recorder = Recorder()
    draft = recorder.draft()
    draft.alter_column("t", "x", type_=sa.Integer)
    assert "CAST(t.x AS INTEGER) AS x" in recorder.sent(draft)[1]


def test_recreate_drop_column_drops_what_needs_it() -> None:
    recorder = Recorder()
    draft = recorder.draft()
    draft.drop_column("t", sa.Column("x"))
    create, copy, _, _, *indexes = recorder.sent(draft)
    assert "UNIQUE" not in create
    assert "CHECK" not in create
    assert "x" not in copy.replace("INDEX", "")
    assert indexes == []


def test_recreate_new_column_takes_its_place_and_no_values() -> None:
    recorder = Recorder()
    draft = recorder.draft()
    draft.add_column("t", sa.Column("n", sa.Integer), insert_after="id")
    create, copy, *_ = recorder.sent(draft)
    assert create.index("id INTEGER") < create.index("n INTEGER") < create.index("x VARCHAR")
    assert "n" not in copy.partition("(")[2].partition(")")[0].split(", ")


def test_recreate_new_primary_key_replaces_the_old_one() -> None:
    recorder = Recorder()
    draft = recorder.draft()
    table = sa.Table("t", sa.MetaData(), sa.Column("y", sa.Integer))
    draft.add_constraint(sa.PrimaryKeyConstraint(table.c.y, name="pk"))
    create = recorder.sent(draft)[0]
    assert "CONSTRAINT pk PRIMARY KEY (y)" in create
    assert create.count("PRIMARY KEY") == 1


def test_recreate_partial_reordering_keeps_the_rest() -> None:
    draft = Recorder().draft(partial_reordering=[("y", "x"), ("x", "id")])
    assert [c.name for c in draft.plan().new.columns] == ["y", "x", "id", "up"]


def test_recreate_partial_reordering_that_contradicts_itself_raises() -> None:
    draft = Recorder().draft(partial_reordering=[("x", "y"), ("y", "x")])
    with pytest.raises(BatchError, match="contradicts itself"):
        draft.plan()


def test_recreate_type_with_check_brings_it_once() -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("b", sa.Boolean(create_constraint=True)))
    recorder = Recorder()
    create = recorder.sent(Draft(recorder.impl, table))[0]
    assert create.count("CHECK") == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: d.alter_column("t", "no", nullable=True), "No such column: 'no'"),
        (lambda d: d.add_column("t", sa.Column("x")), "has it already"),
        (lambda d: d.alter_column("t", "x", name="y"), "has a column 'y' already"),
        (lambda d: d.drop_index(sa.Index("no")), "No such index: 'no'"),
    ],
)
def test_recreate_unknown_names_raise(call: Any, message: str) -> None:
    with pytest.raises(BatchError, match=message):
        call(Recorder().draft())


def test_rename_words_leaves_strings_alone() -> None:
    sql = "a > 'a' AND \"a\" = t.a OR ab"
    assert rename_words(sql, {"A": "b"}) == "b > 'a' AND \"b\" = t.b OR ab"


def test_temporary_name_has_an_end() -> None:
    assert temporary_name("t") == "_alembic_tmp_t"
    assert len(temporary_name("t" * 80)) == 50


def test_batch_puts_a_column_at_its_place_beside_a_rename() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER)")
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("t") as batch_op:
            batch_op.alter_column("a", new_column_name="z")
            batch_op.add_column(sa.Column("after", sa.Integer()), insert_after="a")
        names = [column["name"] for column in sa.inspect(connection).get_columns("t")]
        assert names == ["id", "z", "after", "b"]


def test_batch_finds_a_column_that_it_renames_by_either_name() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)")
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("t") as batch_op:
            batch_op.create_unique_constraint("uq", ["a"])
            batch_op.alter_column("a", new_column_name="z")
            batch_op.add_column(sa.Column("after", sa.Integer()), insert_after="a")
            batch_op.create_primary_key("pk", ["z"])
        inspector = sa.inspect(connection)
        columns = inspector.get_columns("t")
        assert [column["name"] for column in columns] == ["id", "z", "after"]
        assert not columns[1]["nullable"]
        assert inspector.get_unique_constraints("t")[0]["column_names"] == ["z"]
