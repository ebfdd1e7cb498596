"""What is rendered builds the same table again: its DDL is the same on the database it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine

from limbeck.render.constraints import (
    render_constraint,
    render_constraint_name,
    render_index_elements,
)
from limbeck.render.constructs import render_column
from limbeck.render.expressions import render_dialect_keywords
from tests.rendering import DIALECTS, PlainRenderContext, evaluate, make_dialect, table_sql

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
COLUMNS = ("a", "b c", "Upper", "select", "per%cent", "it's", 'dou"ble', "naïve", "co:lon")

texts = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=8)
labels = st.lists(texts.filter(bool), min_size=1, max_size=4, unique=True)
names = st.sampled_from(["n", "N m", "x" * 30, "o'n", "p%c"])
sizes = st.integers(1, 60)


@st.composite
def generic_types(draw: st.DrawFn) -> TypeEngine[Any]:
    """Types that every database has a spelling for."""
    makers: list[Callable[[], TypeEngine[Any]]] = [
        sa.Integer,
        sa.BigInteger,
        sa.Date,
        sa.Text,
        sa.Double,
        sa.Uuid,
        lambda: sa.String(draw(sizes)),
        lambda: sa.Unicode(draw(sizes)),
        lambda: sa.Numeric(draw(sizes), draw(st.integers(0, 9))),
        lambda: sa.Numeric(draw(sizes), asdecimal=False),
        lambda: sa.Float(draw(st.none() | st.integers(1, 50))),
        lambda: sa.DateTime(timezone=draw(st.booleans())),
        lambda: sa.Time(timezone=draw(st.booleans())),
        lambda: sa.LargeBinary(draw(st.none() | sizes)),
        lambda: sa.Boolean(create_constraint=draw(st.booleans()), name=draw(names)),
        lambda: sa.Interval(native=draw(st.booleans()), second_precision=draw(st.integers(0, 6))),
        lambda: sa.Enum(
            *draw(labels),
            name=draw(names),
            native_enum=draw(st.booleans()),
            create_constraint=draw(st.booleans()),
            length=draw(st.none() | st.integers(40, 60)),
        ),
    ]
    type_: TypeEngine[Any] = draw(st.sampled_from(makers))()
    if draw(st.booleans()) and not isinstance(type_, sa.types.SchemaType):
        type_ = type_.with_variant(mysql.VARCHAR(draw(sizes), charset="utf8"), "mysql", "mariadb")
        type_ = type_.with_variant(postgresql.ARRAY(sa.String(draw(sizes))), "postgresql")
    return type_


@st.composite
def defaults(draw: st.DrawFn) -> Any:
    """Server defaults, computed columns and identities; or none."""
    makers: list[Callable[[], Any]] = [
        dict,
        lambda: {"server_default": draw(texts)},
        lambda: {"server_default": sa.literal(draw(texts))},
        lambda: {"server_default": sa.literal(draw(st.integers()))},
        lambda: {"server_default": sa.text("(1 + 2)")},
        lambda: {"server_default": sa.text(r"(':x' || '\:x' || '%')")},
        lambda: {"server_default": sa.func.coalesce(draw(texts), "%s")},
        lambda: {"item": sa.Computed("1 + 1", persisted=draw(st.none() | st.booleans()))},
        lambda: {
            "item": sa.Identity(
                always=draw(st.booleans()),
                start=draw(st.none() | st.integers(1, 9)),
                increment=draw(st.none() | st.integers(1, 9)),
                cycle=draw(st.none() | st.booleans()),
                cache=draw(st.none() | st.integers(1, 9)),
            )
        },
    ]
    return draw(st.sampled_from(makers))()


@st.composite
def columns(draw: st.DrawFn, name: str) -> sa.Column[Any]:
    """A column with any of its options."""
    options = draw(defaults())
    items: list[SchemaItem] = [options.pop("item")] if "item" in options else []
    quoting = [None, True, False] if name.isidentifier() else [None, True]
    return sa.Column(
        quoted_name(name, draw(st.sampled_from(quoting))),
        draw(generic_types()),
        *items,
        nullable=draw(st.booleans()),
        key=draw(st.sampled_from([name, f"key of {name}"])),
        comment=draw(st.none() | texts.filter(bool)),
        **options,
    )


@st.composite
def constraints(draw: st.DrawFn, table: sa.Table) -> sa.Constraint:
    """A constraint on columns of a table, with any of its options."""
    keys = st.lists(st.sampled_from(list(table.c.keys())), min_size=1, max_size=2, unique=True)
    name = draw(names)
    deferral: dict[str, Any] = draw(st.sampled_from(DEFERRALS))
    makers: list[Callable[[], sa.Constraint]] = [
        lambda: sa.UniqueConstraint(
            *draw(keys), name=name, sqlite_on_conflict="IGNORE", **deferral
        ),
        lambda: sa.CheckConstraint(draw(st.sampled_from(CHECKS)), name=name, **deferral),
        lambda: sa.CheckConstraint(
            sa.type_coerce(table.c[draw(keys)[0]], sa.String).in_(["%", ":x"]), name=name
        ),
        lambda: sa.ForeignKeyConstraint(
            [draw(keys)[0]],
            ["other.id"],
            name=name,
            onupdate="CASCADE",
            ondelete=draw(st.sampled_from([None, "SET NULL"])),
            match=draw(st.sampled_from([None, "FULL"])),
            **deferral,
        ),
    ]
    return draw(st.sampled_from(makers))()


DEFERRALS: list[dict[str, Any]] = [
    {},
    {"deferrable": True},
    {"deferrable": True, "initially": "DEFERRED"},
]
CHECKS = (r"a > '\:x'", "a::int > 5", "a LIKE '50%'", "a IN ('''', '\"')")


@st.composite
def tables(draw: st.DrawFn) -> sa.Table:
    """A table with columns, constraints and indexes, in a MetaData with or without convention."""
    convention = draw(st.sampled_from([None, CONVENTION]))
    schema = draw(st.sampled_from([None, "s", "S s"]))
    metadata = sa.MetaData(naming_convention=convention, schema=schema)
    sa.Table("other", metadata, sa.Column("id", sa.Integer, primary_key=True))
    chosen = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=4, unique=True))
    table = sa.Table(
        draw(st.sampled_from(["t", "T t", "user"])), metadata, *(draw(columns(n)) for n in chosen)
    )
    if draw(st.booleans()):
        key, deferral = draw(st.sampled_from(table.c.keys())), draw(st.sampled_from(DEFERRALS))
        table.append_constraint(sa.PrimaryKeyConstraint(key, name=draw(names), **deferral))
    for _ in range(draw(st.integers(0, 3))):
        table.append_constraint(draw(constraints(table)))
    column = draw(st.sampled_from(list(table.c)))
    for i, element in enumerate(
        [column, column.desc(), sa.func.lower(column), sa.text("lower('%')")]
    ):
        if draw(st.booleans()):
            table.append_constraint(
                sa.Index(f"ix{i}", element, unique=draw(st.booleans()), _table=table)
            )
    return table


@given(table=tables(), dialect=st.sampled_from(DIALECTS))
def test_rendered_table_has_the_same_ddl(table: sa.Table, dialect: str) -> None:
    context = PlainRenderContext(dialect)
    rebuilt = rebuild(table, context)
    target = make_dialect(dialect)
    assert table_sql(rebuilt, target) == table_sql(table, target)


@given(table=tables(), dialect=st.sampled_from(DIALECTS))
def test_rendering_again_gives_the_same_text(table: sa.Table, dialect: str) -> None:
    context = PlainRenderContext(dialect)
    assert sources(rebuild(table, context), context) == sources(table, context)


def sources(table: sa.Table, context: PlainRenderContext) -> list[str]:
    """Return the source of every column and constraint of a table."""
    found = [render_column(column, context) for column in table.columns]
    found += [render_constraint(item, context) for item in table.constraints]
    return sorted(source for source in found if source)


def rebuild(table: sa.Table, context: PlainRenderContext) -> sa.Table:
    """Return a table built from the source of another, as a migration builds it.

    `op.create_table` applies the naming convention of the models, too.
    """
    metadata = sa.MetaData(naming_convention=table.metadata.naming_convention)
    for other in table.metadata.tables.values():
        if other is not table:
            sa.Table(other.name, metadata, sa.Column("id", sa.Integer), schema=other.schema)
    items = [render_column(column, context) for column in table.columns]
    items += [
        render_constraint(item, context)
        for item in sorted(table.constraints, key=lambda item: item._creation_order)
    ]
    built = [evaluate(source) for source in items if source]
    rebuilt = sa.Table(table.name, metadata, *built, schema=table.schema)
    for index in table.indexes:
        elements = evaluate(render_index_elements(index, context))
        keywords = {
            name: evaluate(source)
            for name, source in render_dialect_keywords(index, context).items()
        }
        named = evaluate(render_constraint_name(index, context))
        parts = [rebuilt.c[item] if isinstance(item, str) else item for item in elements]
        rebuilt.append_constraint(
            sa.Index(named, *parts, unique=index.unique, _table=rebuilt, **keywords)
        )
    return rebuilt
