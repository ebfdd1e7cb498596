"""Which questions directives raise, and how directives are cut around the steps for rows."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.mysql import LONGTEXT, TIMESTAMP, TINYTEXT, VARCHAR
from sqlalchemy.dialects.postgresql import JSON, JSONB

from limbeck.autogenerate import data_steps
from limbeck.autogenerate.rows import Answer
from limbeck.diff.conversions import UNKNOWN, unfit_values
from limbeck.diff.data import Kind, Names, Question, questions
from limbeck.operations import ops
from tests.rendering import PlainRenderContext

IMPL = PlainRenderContext("postgresql").migration_context.impl


def asked(*directives: ops.MigrateOperation) -> list[Question]:
    return list(questions(directives, IMPL, Names()))


def sql(expression: Any) -> str:
    compiled = expression.compile(dialect=IMPL.dialect, compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split())


@pytest.mark.parametrize(
    "directive",
    [
        ops.AddColumnOp("t", sa.Column("x", sa.Integer)),
        ops.AddColumnOp("t", sa.Column("x", sa.Integer, nullable=False, server_default="1")),
        ops.AddColumnOp("t", sa.Column("x", sa.Integer, sa.Computed("y + 1"))),
        ops.AddColumnOp("t", sa.Column("x", sa.Integer, sa.Identity(), nullable=False)),
        ops.AddColumnOp("t", sa.Column("x", sa.Integer, primary_key=True)),
        ops.AlterColumnOp("t", "x", modify_nullable=True),
        ops.AlterColumnOp("t", "x", existing_type=sa.Integer(), modify_type=sa.BigInteger()),
        ops.CreateIndexOp("ix", "t", ["x"]),
        ops.CreateForeignKeyOp("fk", "t", "u", ["x"], ["id"], postgresql_not_valid=True),
        ops.CreateCheckConstraintOp("ck", "t", "x > 1", postgresql_not_valid=True),
        ops.DropColumnOp("t", "x"),
    ],
)
def test_what_works_with_any_rows_raises_no_question(directive: ops.MigrateOperation) -> None:
    assert asked(directive) == []


def test_tables_that_are_new_raise_no_question() -> None:
    assert not asked(
        ops.CreateTableOp("t", [sa.Column("x", sa.Integer)]),
        ops.ModifyTableOps(
            "t",
            [
                ops.CreateIndexOp("ix", "t", ["x"], unique=True),
                ops.CreateForeignKeyOp("fk", "t", "u", ["x"], ["id"]),
            ],
        ),
    )


def test_questions_are_in_the_words_of_the_database() -> None:
    """Directives after a rename use the new names; the database has the old ones yet."""
    found = asked(
        ops.RenameTableOp("former", "t"),
        ops.RenameTableOp("people", "users"),
        ops.ModifyTableOps("t", [ops.AlterColumnOp("t", "a", modify_name="b")]),
        ops.ModifyTableOps(
            "t",
            [
                ops.AlterColumnOp("t", "b", modify_nullable=False),
                ops.CreateForeignKeyOp("fk", "t", "users", ["b"], ["id"]),
            ],
        ),
    )
    nulls, orphans = found
    assert (nulls.table.name, sql(nulls.rows), sql(nulls.where)) == (
        "former",
        "a IS NULL",
        "b IS NULL",
    )
    assert sql(orphans.rows) == (
        "former.a IS NOT NULL AND NOT (EXISTS (SELECT 1 FROM people AS referred "
        "WHERE referred.id = former.a))"
    )
    assert sql(orphans.where) == (
        "t.b IS NOT NULL AND NOT (EXISTS (SELECT 1 FROM users AS referred WHERE referred.id = t.b))"
    )


def test_rows_that_refer_to_a_new_table_refer_to_nothing() -> None:
    (found,) = asked(
        ops.CreateTableOp("u", [sa.Column("id", sa.Integer)]),
        ops.CreateForeignKeyOp("fk", "t", "u", ["x"], ["id"]),
    )
    assert sql(found.rows) == "t.x IS NOT NULL"


def test_unique_index_is_asked_with_its_predicate_and_expressions() -> None:
    (found,) = asked(
        ops.CreateIndexOp(
            "ix",
            "t",
            ["a", sa.text("lower(b)"), sa.column("c").desc()],
            unique=True,
            postgresql_where=sa.text("a > 1"),
            postgresql_nulls_not_distinct=True,
        )
    )
    assert [sql(group) for group in found.groups] == ["a", "(lower(b))", "(c)"]
    assert sql(found.rows) == "(a > 1)"


def test_primary_key_is_asked_for_nulls_too() -> None:
    found = asked(ops.CreatePrimaryKeyOp("pk", "t", ["a", "b"]))
    assert [each.kind for each in found] == [Kind.DUPLICATES, Kind.NULLS]
    assert sql(found[1].rows) == "a IS NULL OR b IS NULL"


def test_primary_key_is_not_asked_again_for_nulls_of_a_column_that_becomes_not_null() -> None:
    key = ops.CreatePrimaryKeyOp("pk", "t", ["a", "b"])
    first = ops.AlterColumnOp("t", "a", modify_nullable=False)
    second = ops.AlterColumnOp("t", "old", modify_name="b", modify_nullable=False)
    found = asked(first, key)
    assert [each.kind for each in found] == [Kind.NULLS, Kind.DUPLICATES, Kind.NULLS]
    assert sql(found[-1].rows) == "b IS NULL"
    found = asked(first, second, key)
    assert [each.kind for each in found] == [Kind.NULLS, Kind.NULLS, Kind.DUPLICATES]


COLUMN: sa.ColumnClause[Any] = sa.column("x")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (sa.String(9), sa.String(10), None),
        (sa.String(9), sa.Text(), None),
        (sa.Text(), sa.String(5), "char_length(x) > 5"),
        (sa.Integer(), sa.String(5), "char_length(CAST(x AS VARCHAR)) > 5"),
        (sa.SmallInteger(), sa.Integer(), None),
        (sa.Integer(), sa.SmallInteger(), "x NOT BETWEEN -32768 AND 32767"),
        (
            sa.Numeric(5, 1),
            sa.Integer(),
            "x NOT BETWEEN -2147483648 AND 2147483647 OR x != round(x)",
        ),
        (
            sa.Double(),
            sa.Integer(),
            "x NOT BETWEEN -2147483648 AND 2147483647 OR x != round(x)",
        ),
        (
            sa.ARRAY(sa.Text()),
            sa.ARRAY(sa.String(5)),
            "EXISTS (SELECT 1 FROM unnest(x) AS item WHERE char_length(item) > 5)",
        ),
        (sa.ARRAY(sa.String(5)), sa.ARRAY(sa.Text()), None),
        (sa.ARRAY(sa.Text()), sa.ARRAY(sa.Uuid()), UNKNOWN),
        (sa.LargeBinary(), sa.VARBINARY(5), "octet_length(x) > 5"),
        (sa.VARBINARY(4), sa.VARBINARY(5), None),
        (sa.Integer(), sa.Numeric(5, 2), "x >= 1000 OR x <= -1000"),
        (sa.Numeric(5, 2), sa.Numeric(7, 4), None),
        (sa.Numeric(5, 2), sa.Numeric(5, 3), "x >= 100 OR x <= -100"),
        (sa.Numeric(5, 2), sa.Numeric(5, 1), "x != round(x, 1)"),
        (sa.Integer(), sa.Float(), None),
        (sa.Boolean(), sa.Integer(), None),
        (sa.Integer(), sa.Boolean(), None),
        (sa.Date(), sa.Boolean(), UNKNOWN),
        (sa.Date(), sa.Numeric(), UNKNOWN),
        (sa.Integer(), sa.Numeric(), None),
        (sa.Integer(), sa.Date(), UNKNOWN),
        (sa.Time(), sa.DateTime(), UNKNOWN),
        (sa.Integer(), sa.LargeBinary(), UNKNOWN),
        (sa.LargeBinary(), sa.String(5), UNKNOWN),
        (sa.Double(), sa.Numeric(5, 2), "x >= 999.995 OR x <= -999.995"),
        (sa.Double(), sa.REAL(), "x NOT BETWEEN -3.4e+38 AND 3.4e+38"),
        (sa.DateTime(), sa.Time(), None),
        (JSON(), JSONB(), None),
        (JSON(), sa.String(5), "char_length(CAST(x AS VARCHAR)) > 5"),
        (sa.DateTime(), sa.Date(), None),
        (sa.Enum("a", "b"), sa.Enum("a", "b", "c"), None),
        (sa.Enum("a", "b"), sa.Enum("a"), "(CAST(x AS VARCHAR) NOT IN ('a'))"),
        (sa.String(5), sa.Enum("a"), "(x NOT IN ('a'))"),
        (sa.JSON(), sa.Enum("a"), UNKNOWN),
        (sa.String(5), sa.Uuid(), UNKNOWN),
    ],
    ids=str,
)
def test_values_that_a_type_does_not_take(old: Any, new: Any, expected: Any) -> None:
    found = unfit_values(COLUMN, old, new, IMPL)
    assert (found if found is None or found is UNKNOWN else sql(found)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (VARCHAR(9, charset="utf8mb4"), VARCHAR(9, charset="latin1"), UNKNOWN),
        (VARCHAR(9, charset="latin1"), VARCHAR(9, charset="utf8mb4"), None),
        (sa.Text(), TINYTEXT(), "octet_length(x) > 255"),
        (LONGTEXT(), sa.Text(), "octet_length(x) > 65535"),
        (TINYTEXT(), sa.Text(), None),
        (sa.Integer(), sa.Boolean(), "x NOT BETWEEN -128 AND 127"),
        (sa.String(5), sa.Boolean(), "(lower(x) NOT IN ('0', '1'))"),
        (sa.Date(), TIMESTAMP(), UNKNOWN),
    ],
    ids=str,
)
def test_values_that_a_type_of_mysql_does_not_take(old: Any, new: Any, expected: Any) -> None:
    impl = PlainRenderContext("mysql").migration_context.impl
    found = unfit_values(COLUMN, old, new, impl)
    assert (found if found is None or found is UNKNOWN else sql(found)) == expected


def rewritten(*directives: ops.MigrateOperation) -> list[Any]:
    """Return the shape of the directives, with rows in the way of each that asks for some."""
    container = ops.ModifyTableOps("t", directives)
    answers: dict[int, list[Answer]] = {}
    for question in asked(container):
        columns = tuple(sa.Column(name, sa.Integer) for name in question.columns)
        answer = Answer(question, 1, "id 1", "SELECT 1", (sa.Column("id", sa.Integer),), columns)
        answers.setdefault(id(question.directive), []).append(answer)
    return [
        [type(op).__name__ for op in each.ops]
        if isinstance(each, ops.ModifyTableOps)
        else type(each).__name__
        for each in data_steps.rewrite([container], answers, IMPL)
    ]


def test_columns_added_together_are_filled_together() -> None:
    new = [sa.Column(name, sa.Integer, nullable=False) for name in "ab"]
    assert rewritten(
        ops.DropConstraintOp("uq", "t"),
        *(ops.AddColumnOp("t", column) for column in new),
        ops.AddColumnOp("t", sa.Column("c", sa.Integer)),
        ops.CreateIndexOp("ix", "t", ["a"]),
    ) == [
        ["DropConstraintOp", "AddColumnOp", "AddColumnOp", "AddColumnOp"],
        "FillInOp",
        ["AlterColumnOp", "AlterColumnOp", "CreateIndexOp"],
    ]


def test_steps_stand_in_front_of_all_that_does_not_touch_their_columns() -> None:
    assert rewritten(
        ops.AddColumnOp("t", sa.Column("c", sa.Integer)),
        ops.AlterColumnOp("t", "x", modify_nullable=False),
        ops.CreateUniqueConstraintOp("uq", "t", ["y"]),
    ) == ["FillInOp", "FillInOp", ["AddColumnOp", "AlterColumnOp", "CreateUniqueConstraintOp"]]


def test_steps_stand_behind_what_renames_their_columns() -> None:
    assert rewritten(
        ops.AlterColumnOp("t", "x", modify_name="y"),
        ops.AlterColumnOp("t", "y", modify_nullable=False),
    ) == [["AlterColumnOp"], "FillInOp", ["AlterColumnOp"]]


def test_step_filled_in_by_a_hook_is_written_filled_in() -> None:
    step = ops.FillInOp(
        "select", [sa.Column("id", sa.Integer), sa.Column("b c", sa.Text)], values={"b c": "x"}
    )
    step.where = "id > 5"
    context = PlainRenderContext()
    assert step.render(context)[1] == (
        "op.execute(select.update().where(sa.text('id > 5')).values({'b c': 'x'}))"
    )
    plain = ops.FillInOp("class", [], values=..., schema="s")
    assert "\n".join(plain.render(context)) == (
        "class_ = sa.table('class',\n    schema='s'\n)\nop.execute(class_.update().values(...))"
    )
