"""Directives hold their data, reverse themselves and list themselves as differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.errors import IrreversibleError
from limbeck.operations import ops

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def model_table(metadata: sa.MetaData) -> sa.Table:
    sa.Table("u", metadata, sa.Column("id", sa.Integer, primary_key=True))
    prefix = "" if metadata.schema is None else f"{metadata.schema}."
    table = sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("x", sa.String(5), index=True, unique=False, comment="c"),
        sa.Column("b", sa.Boolean(create_constraint=True, name="ckb"), nullable=False),
        sa.Column("fid", sa.ForeignKey(f"{prefix}u.id", ondelete="CASCADE")),
        sa.Column("q", sa.Integer, unique=True),
        sa.CheckConstraint("x > 1", name="ck1"),
        sa.UniqueConstraint("x", "b", name="uqx", deferrable=True, initially="DEFERRED"),
        comment="tc",
        prefixes=["TEMPORARY"],
        info={"a": 1},
        sqlite_autoincrement=True,
    )
    sa.Index("ixl", sa.func.lower(table.c.x), table.c.id.desc(), postgresql_where=table.c.id > 5)
    return table


METADATAS = [sa.MetaData(), sa.MetaData(naming_convention=NAMING), sa.MetaData(schema="s")]


@dataclass
class Context:
    """The part of a migration context that schema objects ask."""

    opts: dict[str, Any]


def described(table: sa.Table) -> list[Any]:
    constraints = sorted(
        (
            type(constraint).__name__,
            str(constraint.name),
            [c.name for c in getattr(constraint, "columns", ())],
        )
        for constraint in table.constraints
    )
    return [
        table.fullname,
        [(c.name, str(c.type), c.nullable, c.comment) for c in table.c],
        constraints,
        table.comment,
        dict(table.kwargs),
    ]


@pytest.mark.parametrize("metadata", METADATAS, ids=["plain", "naming", "schema"])
def test_table_directives_lead_back_to_the_table(metadata: sa.MetaData) -> None:
    table = model_table(metadata)
    context = Context({"target_metadata": metadata})
    create = ops.CreateTableOp.from_table(table)
    for directive in (
        create,
        create.reverse(),
        create.reverse().reverse(),
        ops.DropTableOp.from_table(table).reverse(),
    ):
        assert described(directive.to_table(context)) == described(table)
    assert create.to_diff_tuple()[0] == "add_table"
    assert create.reverse().to_diff_tuple()[0] == "remove_table"


@pytest.mark.parametrize("metadata", METADATAS, ids=["plain", "naming", "schema"])
def test_table_directives_leave_the_model_alone(metadata: sa.MetaData) -> None:
    table = model_table(sa.MetaData(naming_convention=metadata.naming_convention))
    before = described(table)
    ops.CreateTableOp.from_table(table).reverse().reverse().to_table()
    for constraint in list(table.constraints):
        ops.AddConstraintOp.from_constraint(constraint).reverse().reverse().to_constraint()
    for index in list(table.indexes):
        ops.CreateIndexOp.from_index(index).reverse().reverse().to_index()
    assert described(table) == before


def test_constraint_directives_lead_back_to_the_constraint() -> None:
    table = model_table(sa.MetaData())
    for constraint in list(table.constraints):
        directive = ops.AddConstraintOp.from_constraint(constraint)
        for copy in (directive, directive.reverse().reverse()):
            made = copy.to_constraint()
            assert type(made) is type(constraint)
            assert str(made.name) == str(constraint.name)
            assert made.deferrable == constraint.deferrable
        assert directive.reverse().to_diff_tuple()[0] in ("remove_constraint", "remove_fk")


def test_index_directives_keep_expressions_and_options() -> None:
    table = model_table(sa.MetaData())
    index = next(index for index in table.indexes if index.name == "ixl")
    directive = ops.CreateIndexOp.from_index(index)
    for copy in (directive, directive.reverse().reverse()):
        made = copy.to_index()
        assert [str(e) for e in made.expressions] == ["lower(t.x)", "t.id DESC"]
        assert "postgresql_where" in made.kwargs


def test_alter_column_reverse_swaps_what_is_and_what_shall_be() -> None:
    directive = ops.AlterColumnOp(
        "t",
        "c",
        schema="s",
        existing_type=sa.Integer(),
        modify_type=sa.String(),
        existing_nullable=True,
        modify_nullable=False,
        existing_server_default=None,
        modify_server_default="5",
        existing_comment="old",
        modify_comment="new",
        modify_name="d",
        postgresql_using="x",
    )
    back = directive.reverse()
    assert (back.column_name, back.modify_name) == ("d", "c")
    assert isinstance(back.modify_type, sa.Integer)
    assert isinstance(back.existing_type, sa.String)
    assert (back.modify_nullable, back.existing_nullable) == (True, False)
    assert (back.modify_server_default, back.existing_server_default) == (None, "5")
    assert (back.modify_comment, back.existing_comment) == ("old", "new")
    assert vars(back.reverse()) == vars(directive)


def test_alter_column_lists_each_aspect() -> None:
    directive = ops.AlterColumnOp(
        "t", "c", existing_nullable=True, modify_nullable=False, modify_comment=None
    )
    assert [item[0] for item in directive.to_diff_tuple()] == ["modify_nullable", "modify_comment"]
    assert directive.to_diff_tuple()[0] == (
        "modify_nullable",
        None,
        "t",
        "c",
        {"existing_type": None, "existing_server_default": False, "existing_comment": None},
        True,
        False,
    )


def test_alter_column_has_changes() -> None:
    assert not ops.AlterColumnOp("t", "c", existing_nullable=True).has_changes()
    assert ops.AlterColumnOp("t", "c", modify_server_default=None).has_changes()


@pytest.mark.parametrize(
    "directive",
    [
        ops.MigrateOperation(),
        ops.ExecuteSQLOp("select 1"),
        ops.DropColumnOp("t", "c"),
        ops.DropConstraintOp("n", "t"),
    ],
)
def test_reverse_without_the_original_says_so(directive: ops.MigrateOperation) -> None:
    with pytest.raises(IrreversibleError):
        directive.reverse()


def test_comment_directives_reverse_to_each_other() -> None:
    back = ops.CreateTableCommentOp("t", "c").reverse()
    assert isinstance(back, ops.DropTableCommentOp)
    assert back.reverse().comment == "c"
    again = ops.CreateTableCommentOp("t", "c", existing_comment="old").reverse()
    assert isinstance(again, ops.CreateTableCommentOp)
    assert (again.comment, again.existing_comment) == ("old", "c")


def test_containers_list_and_reverse_their_directives() -> None:
    column = sa.Column("x", sa.Integer)
    upgrade = ops.UpgradeOps(
        [
            ops.AddColumnOp("t", column),
            ops.ModifyTableOps(
                "t",
                [
                    ops.AddColumnOp("t", sa.Column("y", sa.Integer)),
                    ops.AlterColumnOp("t", "z", modify_nullable=True, existing_nullable=False),
                ],
            ),
        ]
    )
    diffs = upgrade.as_diffs()
    assert diffs[0] == ("add_column", None, "t", column)
    assert diffs[2][0][0] == "modify_nullable"
    downgrade = ops.DowngradeOps([ops.DropTableOp("gone")])
    assert upgrade.reverse_into(downgrade) is downgrade
    modify, drop = downgrade.ops
    assert isinstance(modify, ops.ModifyTableOps)
    assert [type(op) for op in modify.ops] == [ops.AlterColumnOp, ops.DropColumnOp]
    assert isinstance(drop, ops.DropColumnOp)


def test_migration_script_holds_one_container_or_several() -> None:
    script = ops.MigrationScript("r", ops.UpgradeOps(), ops.DowngradeOps())
    assert script.upgrade_ops is script.upgrade_ops_list[0]
    script.upgrade_ops = [ops.UpgradeOps([], "a"), ops.UpgradeOps([], "b")]
    assert [each.upgrade_token for each in script.upgrade_ops_list] == ["a", "b"]
    with pytest.raises(ValueError, match="upgrade_ops_list"):
        _ = script.upgrade_ops
    script.downgrade_ops = []
    assert script.downgrade_ops is None
