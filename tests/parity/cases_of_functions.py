"""Cases of comparators, `process_revision_directives` and the Rewriter."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import MetaData

from tests.parity.cases import Case, Side, case, changed_everywhere


@case
def comparators(side: Side) -> Case:
    """Functions on schema, table and column see what is compared and add directives."""
    heard: list[Any] = []

    def everything(autogen_context: Any, upgrade_ops: Any) -> None:
        heard.append(["autogenerate", type(upgrade_ops).__name__])

    def schema(autogen_context: Any, upgrade_ops: Any, schemas: Any) -> None:
        heard.append(["schema", sorted(map(str, schemas))])
        upgrade_ops.ops.append(side.ops.CreateTableCommentOp("a", "b"))

    def table(
        autogen_context: Any, modify: Any, schema: Any, name: Any, found: Any, wanted: Any
    ) -> None:
        there = [each is not None for each in (found, wanted)]
        heard.append(["table", schema, str(name), *there, type(modify).__name__])

    def column(
        autogen_context: Any, alter: Any, schema: Any, table: Any, name: Any, old: Any, new: Any
    ) -> None:
        heard.append(["column", schema, str(table), str(name), old.name, new.name])

    old, new = changed_everywhere()
    return Case(
        old,
        new,
        heard=heard,
        comparators=[
            ("autogenerate", everything),
            ("schema", schema),
            ("table", table),
            ("column", column),
        ],
    )


def in_place_of(side: Side, *targets: tuple[str, str]) -> Case:
    """Functions that take the place of comparisons, and find nothing."""
    util = side.module("util")

    def stop(*arguments: Any) -> Any:
        return util.PriorityDispatchResult.STOP

    options = {"priority": util.DispatchPriority.FIRST}
    old, new = changed_everywhere()
    return Case(
        old,
        new,
        comparators=[
            (target, stop, {**options, "subgroup": subgroup}) for target, subgroup in targets
        ],
    )


@case
def comparators_in_place_of_tables(side: Side) -> Case:
    return in_place_of(side, ("schema", "tables"))


@case
def comparators_in_place_of_what_is_in_tables(side: Side) -> Case:
    return in_place_of(side, ("table", "indexes"), ("table", "foreignkeys"))


@case
def comparators_in_place_of_types(side: Side) -> Case:
    return in_place_of(side, ("column", "types"))


@case
def comparators_in_place_of_the_rest_of_columns(side: Side) -> Case:
    return in_place_of(side, ("column", "nullable"), ("column", "server_default"))


def rewriter_of(side: Side) -> Any:
    """Return a Rewriter with the functions of Alembic's documentation."""
    writer = side.module("autogenerate.rewriter").Rewriter()
    ops = side.ops

    @writer.rewrites(ops.AddColumnOp)  # type: ignore[untyped-decorator]  # of either side
    def add_column(context: Any, revision: Any, op: Any) -> Any:
        if op.column.nullable:
            return op
        op.column.nullable = True
        return [
            op,
            ops.AlterColumnOp(
                op.table_name, op.column.name, modify_nullable=False, existing_type=op.column.type
            ),
        ]

    @writer.rewrites(ops.DropColumnOp)  # type: ignore[untyped-decorator]  # of either side
    def drop_column(context: Any, revision: Any, op: Any) -> Any:
        return []

    @writer.rewrites(ops.CreateTableOp)  # type: ignore[untyped-decorator]  # of either side
    def create_table(context: Any, revision: Any, op: Any) -> Any:
        special = {"id": -2, "x": -1}
        columns = [each for each in op.columns if isinstance(each, sa.Column)]
        columns.sort(key=lambda each: special.get(each.key, 0))
        op.columns = columns
        return op

    return writer


@case
def rewriter(side: Side) -> Case:
    old, new = changed_everywhere()
    return Case(old, new, process=rewriter_of(side))


@case
def rewriters_in_a_chain(side: Side) -> Case:
    ops = side.ops
    second = side.module("autogenerate.rewriter").Rewriter()
    heard: list[Any] = []

    @second.rewrites(ops.MigrateOperation)  # type: ignore[untyped-decorator]  # of either side
    def any_directive(context: Any, revision: Any, op: Any) -> Any:
        heard.append(type(op).__name__)
        return op

    @second.rewrites(ops.DropTableOp)  # type: ignore[untyped-decorator]  # of either side
    def drop_table(context: Any, revision: Any, op: Any) -> Any:
        return ops.ExecuteSQLOp(f"-- {op.table_name}")

    def last(context: Any, revision: Any, directives: Any) -> None:
        heard.append([type(each).__name__ for each in directives])

    old, new = changed_everywhere()
    return Case(old, new, process=rewriter_of(side).chain(second).chain(last), heard=heard)


@case
def only_created_tables(side: Side) -> Case:
    """Alembic's recipe: drop everything but the new tables."""

    def process(context: Any, revision: Any, directives: Any) -> None:
        directives[0].upgrade_ops.ops = [
            each
            for each in directives[0].upgrade_ops.ops
            if isinstance(each, side.ops.CreateTableOp)
        ]
        directives[0].downgrade_ops = directives[0].upgrade_ops.reverse()

    old, new = changed_everywhere()
    return Case(old, new, process=process)


@case
def directives_by_hand(side: Side) -> Case:
    """Alembic's example: directives built by a hook."""
    ops = side.ops

    def process(context: Any, revision: Any, directives: Any) -> None:
        directives[:] = [
            ops.MigrationScript(
                "1234",
                ops.UpgradeOps(
                    ops=[
                        ops.CreateTableOp(
                            "organization",
                            [
                                sa.Column("id", sa.Integer(), primary_key=True),
                                sa.Column("name", sa.String(50), nullable=False),
                            ],
                        ),
                        ops.CreateTableOp(
                            "user",
                            [
                                sa.Column("id", sa.Integer(), primary_key=True),
                                sa.Column("org_id", sa.Integer(), sa.ForeignKey("organization.id")),
                            ],
                        ),
                        ops.ModifyTableOps("user", [ops.DropColumnOp("user", "x")]),
                    ]
                ),
                ops.DowngradeOps(ops=[ops.DropTableOp("user"), ops.DropTableOp("organization")]),
                message="create org tables",
            )
        ]

    return Case(MetaData(), MetaData(), process=process)
