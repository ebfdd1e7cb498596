"""Models before and after a change; both sides say what differs. Imports SQLAlchemy alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table

Models = Callable[[MetaData], Any]


def _empty(metadata: MetaData) -> None:
    """Define nothing."""


def _users(metadata: MetaData, *more: Any, name: Any = None) -> Table:
    column = Column("name", String(50), nullable=False) if name is None else name
    return Table("users", metadata, Column("id", Integer, primary_key=True), column, *more)


def _posts(metadata: MetaData, **options: Any) -> None:
    _users(metadata)
    key = sa.ForeignKeyConstraint(["author"], ["users.id"], name="fk_posts_author", **options)
    Table(
        "posts", metadata, Column("id", Integer, primary_key=True), Column("author", Integer), key
    )


def _posts_without_key(metadata: MetaData) -> None:
    _users(metadata)
    Table("posts", metadata, Column("id", Integer, primary_key=True), Column("author", Integer))


def _many(metadata: MetaData) -> None:
    _users(metadata, Column("email", String(100), unique=True), Column("age", Integer, index=True))
    Table(
        "posts",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("author", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        Column("title", String(80), server_default="untitled"),
        Column("price", sa.Numeric(10, 2)),
        Column("at", sa.DateTime(), server_default=sa.func.now()),
        sa.UniqueConstraint("author", "title", name="uq_posts"),
    )


PAIRS: dict[str, tuple[Models, Models]] = {
    "nothing": (_many, _many),
    "new tables": (_empty, _many),
    "dropped tables": (_many, _empty),
    "new column": (_users, lambda m: _users(m, Column("phone", String(20)))),
    "dropped column": (lambda m: _users(m, Column("phone", String(20))), _users),
    "column becomes nullable": (_users, lambda m: _users(m, name=Column("name", String(50)))),
    "longer column": (
        _users,
        lambda m: _users(m, name=Column("name", String(80), nullable=False)),
    ),
    "another type": (
        lambda m: _users(m, Column("n", Integer)),
        lambda m: _users(m, Column("n", sa.Text())),
    ),
    "new default": (
        _users,
        lambda m: _users(m, name=Column("name", String(50), nullable=False, server_default="x")),
    ),
    "dropped default": (
        lambda m: _users(m, name=Column("name", String(50), nullable=False, server_default="x")),
        _users,
    ),
    "new index": (_users, lambda m: _users(m, sa.Index("ix_name", "name"))),
    "dropped index": (lambda m: _users(m, sa.Index("ix_name", "name")), _users),
    "unique index": (
        lambda m: _users(m, sa.Index("ix_name", "name")),
        lambda m: _users(m, sa.Index("ix_name", "name", unique=True)),
    ),
    "new unique constraint": (
        _users,
        lambda m: _users(m, sa.UniqueConstraint("name", name="uq_name")),
    ),
    "dropped unique constraint": (
        lambda m: _users(m, sa.UniqueConstraint("name", name="uq_name")),
        _users,
    ),
    "new foreign key": (_posts_without_key, _posts),
    "dropped foreign key": (_posts, _posts_without_key),
    "foreign key cascades": (_posts, lambda m: _posts(m, ondelete="CASCADE")),
}
