"""Columns, server defaults, computed columns and identities as source."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Computed, Identity, Integer, String, func, text
from sqlalchemy.sql.elements import quoted_name

from limbeck.render.constructs import render_column, render_server_default
from tests.rendering import PlainRenderContext


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Column("phone", String(20)), "sa.Column('phone', sa.String(length=20), nullable=True)"),
        (Column("a", Integer, primary_key=True), "sa.Column('a', sa.Integer(), nullable=False)"),
        (
            Column("a", Integer, autoincrement=False),
            "sa.Column('a', sa.Integer(), autoincrement=False, nullable=True)",
        ),
        (
            Column("a", Integer, autoincrement="ignore_fk"),
            "sa.Column('a', sa.Integer(), autoincrement='ignore_fk', nullable=True)",
        ),
        (
            Column("a", Integer, comment="it's", system=True),
            "sa.Column('a', sa.Integer(), nullable=True, system=True, comment=\"it's\")",
        ),
        (Column("a", Integer, key="b"), "sa.Column('a', sa.Integer(), nullable=True)"),
        (
            Column("a", Integer, sqlite_on_conflict_not_null="FAIL"),
            "sa.Column('a', sa.Integer(), nullable=True, sqlite_on_conflict_not_null='FAIL')",
        ),
        (
            Column("a", Integer, Computed("b + 1")),
            "sa.Column('a', sa.Integer(), sa.Computed('b + 1', ), nullable=True)",
        ),
        (
            Column("a", Integer, Computed("b + 1", persisted=False)),
            "sa.Column('a', sa.Integer(), sa.Computed('b + 1', persisted=False), nullable=True)",
        ),
        (
            Column("a", Integer, Identity()),
            "sa.Column('a', sa.Integer(), sa.Identity(always=False), nullable=False)",
        ),
        (
            Column("a", Integer, Identity(always=True, start=3, cycle=True, cache=5)),
            "sa.Column('a', sa.Integer(), "
            "sa.Identity(always=True, start=3, cycle=True, cache=5), nullable=False)",
        ),
    ],
)
def test_column_is_written_so(column: Column[Any], expected: str) -> None:
    assert render_column(column, PlainRenderContext()) == expected


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        ("5", "'5'"),
        ("it's", '"it\'s"'),
        ("'x'", "\"'x'\""),
        ("", "''"),
        ("%s :x \\ \n", "'%s :x \\\\ \\n'"),
        (text("now()"), "sa.text('now()')"),
        (func.now(), "sa.text('now()')"),
        (func.foo("x", 3), "sa.text(\"foo('x', 3)\")"),
        (func.foo("50%"), "sa.text(\"foo('50%')\")"),
        (sa.true(), "sa.text('true')"),
        (sa.null(), "sa.text('NULL')"),
        (sa.literal_column("5"), "sa.text('5')"),
        (text("'{\"a\": 1}'::jsonb"), "sa.text('\\'{\"a\": 1}\\'::jsonb')"),
        (text(r"' \:x'"), "sa.text(\"' \\\\:x'\")"),
        (sa.Sequence("sq").next_value(), "sa.text(\"nextval('sq')\")"),
    ],
)
def test_server_default_is_written_so(default: Any, expected: str) -> None:
    column = Column("a", String, server_default=default)
    assert render_server_default(column.server_default, PlainRenderContext()) == expected


def test_server_default_unknown_to_the_models_is_kept() -> None:
    column = Column("a", Integer, server_default=sa.FetchedValue())
    assert render_server_default(column.server_default, PlainRenderContext()) == "sa.FetchedValue()"


def test_server_default_takes_the_spelling_of_the_database() -> None:
    column = Column("a", Integer, server_default=func.now())
    source = render_server_default(column.server_default, PlainRenderContext("sqlite"))
    assert source == "sa.text('(CURRENT_TIMESTAMP)')"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a", "'a'"),
        (quoted_name("a", quote=None), "'a'"),
        (quoted_name("a", quote=True), "sa.quoted_name('a', quote=True)"),
        (quoted_name("A", quote=False), "sa.quoted_name('A', quote=False)"),
        (quoted_name("A b", quote=True), "'A b'"),
    ],
)
def test_quoting_is_written_where_it_is_not_what_every_database_does(
    name: str, expected: str
) -> None:
    source = render_column(Column(name, Integer), PlainRenderContext())
    assert source == f"sa.Column({expected}, sa.Integer(), nullable=True)"


def test_prefix_of_sqlalchemy_is_the_users() -> None:
    context = PlainRenderContext(sqlalchemy_module_prefix="")
    column = Column("a", Integer, server_default=func.now())
    expected = "Column('a', Integer(), server_default=text('now()'), nullable=True)"
    assert render_column(column, context) == expected


def test_render_item_replaces_or_leaves_out() -> None:
    answers = {"column": None, "server_default": "X"}
    context = PlainRenderContext(render_item=lambda kind, item, context: answers.get(kind, False))
    assert render_column(Column("a", Integer), context) is None
    del answers["column"]
    column = Column("a", Integer, server_default="5")
    expected = "sa.Column('a', sa.Integer(), server_default=X, nullable=True)"
    assert render_column(column, context) == expected
