"""Cases of constraints, indexes, comments and names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table

from tests.parity.cases import CASES, Case, Side, case, pair, users

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


@case
def naming_convention(side: Side) -> Case:
    old, new = MetaData(naming_convention=CONVENTION), MetaData(naming_convention=CONVENTION)
    users(
        old,
        Column("a", Integer, index=True),
        Column("b", Integer, unique=True),
        sa.CheckConstraint("a > 0", name="positive"),
    )
    users(
        new,
        Column("a", Integer, unique=True),
        Column("b", Integer, index=True),
        Column("c", Integer, ForeignKey("parents.id")),
        sa.CheckConstraint("a > 0", name="positive"),
        sa.UniqueConstraint("c", "b"),
    )
    users(new, Column("e", sa.Boolean(create_constraint=True, name="flag")), name="parents")
    return Case(old, new)


@case
def comments(side: Side) -> Case:
    old, new = MetaData(), MetaData()
    users(old, Column("a", Integer, comment="old"), Column("b", Integer), comment="old")
    users(new, Column("a", Integer, comment="it's"), Column("b", Integer, comment="%"), comment="n")
    users(old, Column("c", Integer, comment="gone"), name="gone", comment="gone")
    users(new, Column("c", Integer), name="gone")
    users(old, name="come")
    users(new, name="come", comment="it's")
    users(new, Column("x", Integer, comment="x"), name="created", comment="c")
    return Case(old, new)


@case
def column_with_all_that_a_database_repeats(side: Side) -> Case:
    """A change of one thing carries the rest along: `existing_…`."""
    return pair(
        [Column("a", String(10), nullable=False, server_default="x", comment="c")],
        [Column("a", String(20), nullable=False, server_default="x", comment="c")],
    )


@case
def unique_index_and_constraint(side: Side) -> Case:
    return pair(
        [Column("a", Integer), Column("b", Integer), Index("one", "a", unique=True)],
        [Column("a", Integer), Column("b", Integer), sa.UniqueConstraint("b", name="two")],
    )


@case
def indexes(side: Side) -> Case:
    old, new = MetaData(), MetaData()
    for metadata, place in ((old, 0), (new, 1)):
        table = users(metadata, Column("a", Integer), Column("b", String(20)))
        Index("ix_columns", *(["a"], ["a", "b"])[place], _table=table)
        Index("ix_order", *(["a", "b"], ["b", "a"])[place], _table=table)
        Index("ix_same", table.c.b, table.c.a)
        Index(("ix_named", "ix_renamed")[place], table.c.b)
        if side.dialect != "mysql":
            Index("ix_expression", sa.func.lower(table.c.b))
    return Case(old, new)


@case
def indexes_of_postgresql(side: Side) -> Case | None:
    if side.dialect != "postgresql":
        return None
    old, new = MetaData(), MetaData()
    for metadata, place in ((old, 0), (new, 1)):
        table = users(metadata, Column("a", Integer), Column("b", String(20)))
        Index("ix_where", table.c.a, postgresql_where=table.c.a > 5)
        Index("ix_using", table.c.a, postgresql_using="hash")
        Index("ix_desc", table.c.a.desc())
        Index("ix_include", table.c.a, postgresql_include=["b"])
        Index("ix_text", sa.text("(a + 1)"), _table=table)
        Index("ix_changed", (sa.func.lower, sa.func.upper)[place](table.c.b))
        Index("ix_nulls", table.c.a, unique=True, postgresql_nulls_not_distinct=bool(place))
    return Case(old, new)


def foreign_key(**options: Any) -> MetaData:
    """Return a child with a key of these options."""
    metadata = MetaData()
    users(metadata, name="parents")
    key = sa.ForeignKeyConstraint(["p"], ["parents.id"], name="fk_p", **options)
    users(metadata, Column("p", Integer), key, name="children")
    return metadata


def with_foreign_key(options: dict[str, Any], *, gains: bool) -> Callable[[Side], Case | None]:
    """Return a case in which a key gains or loses options."""

    def build(side: Side) -> Case | None:
        if side.dialect == "mysql" and "deferrable" in options:
            return None
        old, new = foreign_key(), foreign_key(**options)
        return Case(old, new) if gains else Case(new, old)

    return build


KEY_OPTIONS: dict[str, dict[str, Any]] = {
    "ondelete": {"ondelete": "CASCADE"},
    "onupdate": {"onupdate": "CASCADE"},
    "no action": {"ondelete": "NO ACTION"},
    "set null": {"ondelete": "SET NULL", "onupdate": "RESTRICT"},
    "deferrable": {"deferrable": True},
    "deferred": {"deferrable": True, "initially": "DEFERRED"},
}
for _name, _options in KEY_OPTIONS.items():
    CASES[f"foreign key gains {_name}"] = with_foreign_key(_options, gains=True)
    CASES[f"foreign key loses {_name}"] = with_foreign_key(_options, gains=False)


@case
def foreign_keys(side: Side) -> Case:
    old, new = MetaData(), MetaData()
    for metadata in (old, new):
        Table(
            "parents",
            metadata,
            Column("a", Integer, primary_key=True),
            Column("b", Integer, primary_key=True),
        )
        users(metadata, name="others")
    users(
        old,
        Column("a", Integer),
        Column("b", Integer),
        Column("o", Integer, ForeignKey("others.id", name="fk_o")),
        Column("self", Integer),
    )
    users(
        new,
        Column("a", Integer),
        Column("b", Integer),
        Column("o", Integer),
        Column("self", Integer, ForeignKey("users.id", name="fk_self")),
        sa.ForeignKeyConstraint(["a", "b"], ["parents.a", "parents.b"], name="fk_two"),
    )
    return Case(old, new)


@case
def tables_in_a_circle(side: Side) -> Case:
    new = MetaData()
    users(new, Column("b", ForeignKey("b.id", use_alter=True, name="fk_b")), name="a")
    users(new, Column("a", ForeignKey("a.id", name="fk_a")), name="b")
    return Case(MetaData(), new)


@case
def names_that_need_quotes(side: Side) -> Case:
    old, new = MetaData(), MetaData()
    users(old, Column("Order", Integer), Column("select", Integer), name="Group")
    users(
        new,
        Column("Order", Integer, nullable=False),
        Column("it's", Integer),
        Index("Ix Order", "Order"),
        name="Group",
    )
    return Case(old, new)


@case
def column_with_a_key(side: Side) -> Case:
    return pair(
        [Column("a", Integer)],
        [Column("a", Integer, key="x"), Column("b", Integer, key="y"), Index("ix", "x", "y")],
    )


@case
def computed(side: Side) -> Case:
    return pair(
        [Column("a", Integer), Column("same", Integer, sa.Computed("a + 1", persisted=True))],
        [
            Column("a", Integer),
            Column("same", Integer, sa.Computed("a + 1", persisted=True)),
        ],
    )


@case
def computed_added(side: Side) -> Case:
    return pair(
        [Column("a", Integer)],
        [Column("a", Integer), Column("c", Integer, sa.Computed("a + 1", persisted=True))],
    )


@case
def identity(side: Side) -> Case | None:
    if side.dialect != "postgresql":
        return None
    old, new = MetaData(), MetaData()
    for metadata, place in ((old, 0), (new, 1)):
        Table(
            "t",
            metadata,
            Column("same", Integer, sa.Identity()),
            Column("start", Integer, sa.Identity(start=(1, 5)[place])),
            Column("always", Integer, sa.Identity(always=bool(place))),
            Column("cycle", Integer, sa.Identity(cycle=bool(place))),
            Column("gone", Integer, *([sa.Identity()] if place == 0 else []), nullable=False),
            Column("come", Integer, *([sa.Identity()] if place == 1 else []), nullable=False),
        )
    return Case(old, new)


@case
def enum_of_postgresql(side: Side) -> Case | None:
    if side.dialect != "postgresql":
        return None
    return pair(
        [Column("e", sa.Enum("a", "b", name="kind"))],
        [
            Column("e", sa.Enum("a", "b", name="kind")),
            Column("f", sa.Enum("a", "b", name="kind"), nullable=False),
        ],
    )


@case
def check_constraints_by_name(side: Side) -> Case:
    return pair(
        [Column("a", Integer), sa.CheckConstraint("a > 1", name="ck_old")],
        [Column("a", Integer), sa.CheckConstraint("a > 1", name="ck_new")],
        autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
    )


@case
def check_constraints(side: Side) -> Case:
    return pair(
        [Column("a", Integer), sa.CheckConstraint("a > 1", name="ck_same")],
        [Column("a", Integer), sa.CheckConstraint("a > 1", name="ck_same")],
    )


@case
def view_in_the_database(side: Side) -> Case:
    made = pair([Column("a", Integer)], [Column("a", Integer)])
    made.sql, made.undo = ["CREATE VIEW v AS SELECT id FROM users"], ["DROP VIEW v"]
    return made
