"""Constraints and indexes as source."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from limbeck.errors import CommandError
from limbeck.render.constraints import (
    render_constraint,
    render_constraint_name,
    render_index_elements,
)
from limbeck.render.expressions import render_dialect_keywords
from tests.rendering import PlainRenderContext

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}


def make_table(*items: Any, **options: Any) -> Table:
    """Return a table with three columns and the items given."""
    metadata = MetaData(**options)
    columns = Column("id", Integer), Column("a", Integer, key="key_a"), Column("b", String)
    return Table("t", metadata, *columns, *items)


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (UniqueConstraint("id", "key_a"), "sa.UniqueConstraint('id', 'a')"),
        (
            UniqueConstraint("id", name="u", deferrable=True, initially="DEFERRED"),
            "sa.UniqueConstraint('id', deferrable=True, initially='DEFERRED', name='u')",
        ),
        (
            UniqueConstraint("id", name="u", postgresql_nulls_not_distinct=True),
            "sa.UniqueConstraint('id', name='u', postgresql_nulls_not_distinct=True)",
        ),
        (PrimaryKeyConstraint("id", name="p"), "sa.PrimaryKeyConstraint('id', name='p')"),
        (PrimaryKeyConstraint(), None),
        (CheckConstraint("id > 5", name="c"), "sa.CheckConstraint('id > 5', name='c')"),
        (CheckConstraint(Column("id", Integer) > 5), "sa.CheckConstraint('id > 5')"),
        (CheckConstraint("b LIKE '5%'"), "sa.CheckConstraint(\"b LIKE '5%'\")"),
        (
            ForeignKeyConstraint(["id"], ["t.key_a"]),
            "sa.ForeignKeyConstraint(['id'], ['t.a'], )",
        ),
        (
            ForeignKeyConstraint(
                ["id", "key_a"],
                ["s.missing.x", "s.missing.y"],
                name="f",
                onupdate="CASCADE",
                ondelete="SET NULL",
                deferrable=True,
                initially="DEFERRED",
                match="FULL",
                use_alter=True,
            ),
            "sa.ForeignKeyConstraint(['id', 'a'], ['s.missing.x', 's.missing.y'], name='f', "
            "onupdate='CASCADE', ondelete='SET NULL', initially='DEFERRED', deferrable=True, "
            "use_alter=True, match='FULL')",
        ),
        (
            ExcludeConstraint(
                ("id", "="),
                (text("lower(b)"), "&&"),
                where=text("id > 5"),
                using="gist",
                name="x",
                ops={"id": "int4_ops"},
            ),
            "postgresql.ExcludeConstraint((sa.column('id'), '='), (sa.text('lower(b)'), '&&'), "
            "where=sa.text('id > 5'), using='gist', ops={'id': 'int4_ops'}, name='x')",
        ),
    ],
)
def test_constraint_is_written_so(constraint: Constraint, expected: str | None) -> None:
    make_table(constraint)
    assert render_constraint(constraint, PlainRenderContext()) == expected


def test_exclude_constraint_adds_its_import() -> None:
    constraint = ExcludeConstraint(("id", "="))
    make_table(constraint)
    context = PlainRenderContext()
    render_constraint(constraint, context)
    assert context.imports == {"from sqlalchemy.dialects import postgresql"}


def test_foreign_key_has_the_schema_of_its_metadata() -> None:
    table = make_table(ForeignKeyConstraint(["id"], ["other.x"]), schema="s")
    (constraint,) = table.foreign_key_constraints
    expected = "sa.ForeignKeyConstraint(['id'], ['s.other.x'], )"
    assert render_constraint(constraint, PlainRenderContext()) == expected


def test_foreign_key_to_a_column_has_that_columns_names() -> None:
    metadata = MetaData()
    target = Table("other", metadata, Column("x", Integer, key="y"), schema="s")
    table = Table("t", metadata, Column("id", Integer, ForeignKey(target.c.y)))
    (constraint,) = table.foreign_key_constraints
    expected = "sa.ForeignKeyConstraint(['id'], ['s.other.x'], )"
    assert render_constraint(constraint, PlainRenderContext()) == expected


def test_names_of_a_convention_are_final() -> None:
    table = make_table(
        CheckConstraint("id > 5", name="positive"),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("id", name="given"),
        naming_convention=CONVENTION,
    )
    sources = {render_constraint(item, PlainRenderContext()) for item in table.constraints}
    assert sources == {
        "sa.CheckConstraint('id > 5', name=op.f('ck_t_positive'))",
        "sa.PrimaryKeyConstraint('id', name=op.f('pk_t'))",
        "sa.UniqueConstraint('id', name='given')",
    }


def test_check_of_a_type_is_left_to_the_type() -> None:
    table = make_table(Column("flag", sa.Boolean(create_constraint=True)))
    assert [render_constraint(item, PlainRenderContext()) for item in table.constraints] == [
        None,
        None,
    ]


def test_unknown_constraint_says_what_to_do() -> None:
    class Odd(Constraint):
        __visit_name__ = "odd"

    with pytest.raises(CommandError, match=r"Can.t render Odd as Python.*render_item"):
        render_constraint(Odd(), PlainRenderContext())


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        (["id", "b"], "['id', 'b']"),
        ([func.lower(text("b"))], "[sa.literal_column('lower(b)')]"),
        (["id", text("b DESC")], "['id', sa.literal_column('b DESC')]"),
        (["id", sa.literal_column("b").label("x")], "['id', sa.literal_column('b').label('x')]"),
    ],
)
def test_index_elements_are_written_so(elements: list[Any], expected: str) -> None:
    index = Index("i", *elements)
    make_table(index)
    assert render_index_elements(index, PlainRenderContext()) == expected


def test_index_of_a_convention_has_a_final_name() -> None:
    table = make_table(naming_convention=CONVENTION)
    index = Index(None, table.c.id)
    assert render_constraint_name(index, PlainRenderContext()) == "op.f('ix_t_id')"


def test_dialect_keywords_are_written_in_their_order() -> None:
    table = make_table()
    index = Index(
        "i",
        table.c.id,
        postgresql_where=table.c.id > 5,
        postgresql_using="gin",
        postgresql_ops={"id": "int4_ops"},
        postgresql_include=[table.c.b],
        mysql_length=10,
    )
    assert render_dialect_keywords(index, PlainRenderContext()) == {
        "postgresql_where": "sa.text('id > 5')",
        "postgresql_using": "'gin'",
        "postgresql_ops": "{'id': 'int4_ops'}",
        "postgresql_include": "['b']",
        "mysql_length": "10",
    }
