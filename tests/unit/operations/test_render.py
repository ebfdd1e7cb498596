"""What a directive renders gives the same directive back when a revision file calls it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.operations import BatchOperations, MigrateOperation, Operations, ops
from tests.rendering import PlainRenderContext, evaluate


class Context(PlainRenderContext):
    """A render context that can render batch blocks."""

    @contextmanager
    def _within_batch(self) -> Iterator[None]:
        self.has_batch = True
        yield
        self.has_batch = False


class RecordingOperations(Operations):
    """Keeps the directive instead of running it."""

    invoked: MigrateOperation | None = None

    def invoke(self, operation: MigrateOperation) -> Any:
        self.invoked = operation


class RecordingBatchOperations(BatchOperations):
    """Keeps the directive instead of running it."""

    invoked: MigrateOperation | None = None

    def invoke(self, operation: MigrateOperation) -> Any:
        self.invoked = operation


def items() -> list[Any]:
    return [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("x", sa.String(5), server_default="q", comment="c"),
        sa.UniqueConstraint("x", name="uq", deferrable=True, initially="DEFERRED"),
        sa.CheckConstraint("x <> ''", name="ck"),
        sa.ForeignKeyConstraint(["id"], ["u.id"], name="fk", ondelete="CASCADE"),
    ]


ANYWHERE = [
    ops.AddColumnOp("t", sa.Column("x", sa.Integer, nullable=False), schema="s"),
    ops.AddColumnOp(
        "t",
        sa.Column("x", sa.Integer),
        if_not_exists=True,
        inline_references=True,
        inline_primary_key=False,
    ),
    ops.DropColumnOp("t", "x", schema="s", if_exists=True, mssql_drop_default=True),
    ops.AlterColumnOp(
        "t",
        "c",
        schema="s",
        existing_type=sa.Integer(),
        existing_server_default=sa.text("1"),
        existing_nullable=False,
        existing_comment="old",
        modify_comment="new",
        modify_name="d",
        modify_type=sa.String(9),
        postgresql_using="c::text",
        autoincrement=False,
    ),
    ops.AlterColumnOp(
        "t", "c", modify_nullable=True, modify_server_default=None, modify_comment=None
    ),
    ops.AlterColumnOp("t", "c", modify_server_default=sa.Computed("a + 1")),
    ops.CreateIndexOp(
        "ix",
        "t",
        ["a", sa.text("lower(b)"), sa.column("c").desc()],
        schema="s",
        unique=True,
        if_not_exists=True,
        postgresql_using="gin",
        postgresql_where=sa.text("a > 1"),
    ),
    ops.DropIndexOp("ix", "t", schema="s", if_exists=True, postgresql_concurrently=True),
    ops.CreatePrimaryKeyOp("pk", "t", ["a", "b"], schema="s"),
    ops.CreateUniqueConstraintOp(
        "uq", "t", ["a"], schema="s", deferrable=True, initially="DEFERRED"
    ),
    ops.CreateCheckConstraintOp("ck", "t", "a > 1 AND b = '%:x'", schema="s"),
    ops.CreateForeignKeyOp(
        "fk",
        "t",
        "u",
        ["a", "b"],
        ["c", "d"],
        source_schema="s",
        referent_schema="r",
        onupdate="CASCADE",
        ondelete="SET NULL",
        deferrable=True,
        initially="DEFERRED",
        match="FULL",
    ),
    ops.CreateExcludeConstraintOp(
        "ex", "t", [("a", "&&"), ("b", "=")], where="a > 5", schema="s", using="gist"
    ),
    ops.DropConstraintOp("ck", "t", "check", schema="s"),
    ops.RenameConstraintOp("t", "ck", "new ck", schema="s", type_="check"),
    ops.RenameIndexOp("ix", "new ix", "t", schema="s"),
    ops.CreateTableCommentOp("t", "it's", schema="s", existing_comment="old"),
    ops.DropTableCommentOp("t", schema="s", existing_comment="old"),
    ops.ExecuteSQLOp("UPDATE t SET a = '%s' WHERE b = \"c\"\n"),
    ops.ExecuteSQLOp(sa.text("UPDATE t SET a = :a")),
]
OUTSIDE_OF_BATCH = [
    ops.CreateTableOp("t", items(), schema="s", comment="tc", info={"a": 1}, prefixes=["TEMP"]),
    ops.CreateTableOp("t", [sa.Column("x", sa.Integer)], if_not_exists=True, mysql_engine="X"),
    ops.CreateTableOp("t", []),
    ops.DropTableOp("t", schema="s", if_exists=True),
    ops.RenameTableOp("a", "b", schema="s"),
    ops.RenameSequenceOp("a seq", "b", schema="s", if_exists=True),
    ops.DropConstraintOp("ck", "t", "check", schema="s", if_exists=True),
    ops.BackfillOp("t", {"a": "it's", "b c": None, "d": 1.5}),
    ops.RenameValuesOp("t", "b c", {"it's": "a", "a": "50%"}, schema="s"),
    ops.BackfillOp(
        "t",
        {"a": sa.column("b"), "b": sa.text("lower(c)"), "c": sa.func.now()},
        where=sa.or_(sa.column("a") > 1, sa.column("b") == "x:y"),
        batch_size=7,
        schema="s",
    ),
    ops.BackfillOp(sa.table("t", sa.column("a")), {sa.column("a"): True}, where="a > 1"),
]


def text_of(context: Context, directive: MigrateOperation) -> str:
    return "\n".join(context.render_op(directive))


def _id(directive: MigrateOperation) -> str:
    return type(directive).__name__


@pytest.mark.parametrize("directive", [*ANYWHERE, *OUTSIDE_OF_BATCH], ids=_id)
def test_rendered_directive_comes_back(directive: MigrateOperation) -> None:
    context = Context()
    source = text_of(context, directive)
    op = RecordingOperations(context.migration_context)
    evaluate(source, op=op)
    assert type(op.invoked) is type(directive)
    assert text_of(context, op.invoked) == source


@pytest.mark.parametrize("directive", ANYWHERE, ids=_id)
def test_directive_rendered_in_batch_comes_back(directive: MigrateOperation) -> None:
    context = Context()
    outside = text_of(context, directive)
    context.has_batch = True
    source = text_of(context, directive)
    place: Any = SimpleNamespace(table_name="t", schema="s" if "schema='s'" in outside else None)
    batch = RecordingBatchOperations(context.migration_context, impl=place)
    evaluate(source, batch_op=batch)
    assert type(batch.invoked) is type(directive)
    context.has_batch = False
    assert text_of(context, batch.invoked) == outside


def test_modify_table_renders_a_batch_block() -> None:
    directive = ops.ModifyTableOps(
        "t",
        [ops.DropColumnOp("t", "x"), ops.AlterColumnOp("t", "y", modify_nullable=True)],
        schema="s",
    )
    assert text_of(Context(render_as_batch=True), directive) == (
        "with op.batch_alter_table('t', schema='s') as batch_op:\n"
        "    batch_op.drop_column('x')\n"
        "    batch_op.alter_column('y',\n"
        "           nullable=True)\n"
    )
    assert text_of(Context(), directive) == (
        "op.drop_column('t', 'x')\nop.alter_column('t', 'y',\n           nullable=True)"
    )


def test_drop_of_a_constraint_without_a_name_warns_in_the_file_and_on_the_console() -> None:
    model = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    directive = ops.DropConstraintOp.from_constraint(model.primary_key)
    nameless = ops.ModifyTableOps("t", [ops.DropConstraintOp(None, "t")])
    with pytest.warns(UserWarning, match="constraint of table 't' that has no name"):
        text = text_of(Context(), directive)
    assert text.startswith("# WARNING: constraint name is None")
    with pytest.warns(UserWarning, match="constraint of table 't' that has no name"):
        lines = text_of(Context(render_as_batch=True), nameless).splitlines()
    assert [line[:5] for line in lines] == ["with ", "    #", "    #", "    #", "    b", ""][:5]


def test_statement_that_text_would_not_give_back_is_refused() -> None:
    statements: list[Any] = [sa.select(sa.column("a")), sa.text("select :a").bindparams(a=1)]
    for statement in statements:
        with pytest.raises(NotImplementedError, match="plain SQL string"):
            text_of(Context(), ops.ExecuteSQLOp(statement))
