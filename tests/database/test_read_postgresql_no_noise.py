"""PostgreSQL: what `create_all` made reads back as the models say, if need be after the probe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql as pg

from limbeck.ddl.impl import DefaultImpl
from limbeck.schema.build import build_tables
from tests.database.reading import Sides, create_and_read, drop_all
from tests.databases import Database, fresh_database
from tests.unchanged.postgresql import (
    BEFORE,
    CHECKS,
    COMMON_DEFAULTS,
    COMPUTED,
    INDEX_EXPRESSIONS,
    MOOD,
    NUMBERS_OF_THE_SERVER,
    PREDICATES,
    PROBED_DEFAULTS,
    SEQUENCES,
    STRING,
)
from tests.unchanged.tables import text


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all the tests here, each of which drops what it creates."""
    folder: Path = tmp_path_factory.mktemp("postgresql")
    with fresh_database("postgresql", folder) as database:
        with database.engine.begin() as connection:
            for statement in BEFORE:
                connection.execute(sa.text(statement))
            for name in SEQUENCES:
                connection.execute(sa.schema.CreateSequence(sa.Sequence(name)))
        yield database


# ---------------------------------------------------------------------------------------- defaults


@pytest.mark.parametrize("type_,default", COMMON_DEFAULTS, ids=str)
def test_common_default_is_equal_without_a_probe(
    shared: Database, type_: sa.types.TypeEngine[Any], default: Any
) -> None:
    sides = _read(shared, sa.Column("subject", type_, server_default=default))

    assert sides.database == sides.models


@pytest.mark.parametrize("type_,default", [*PROBED_DEFAULTS, *NUMBERS_OF_THE_SERVER], ids=str)
def test_default_is_equal_after_the_probe(
    shared: Database, type_: sa.types.TypeEngine[Any], default: Any
) -> None:
    _assert_settled(shared, sa.Column("subject", type_, server_default=default))


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20))
def test_any_text_is_equal_as_a_default_without_a_probe(shared: Database, default: str) -> None:
    metadata = sa.MetaData()
    sa.Table("plain", metadata, sa.Column("a", STRING, server_default=default, comment=default))
    try:
        sides = create_and_read(shared, metadata)
    finally:
        drop_all(shared, metadata)

    assert sides.database == sides.models
    assert sides.probed == sides.models


# ------------------------------------------------------------------------------------ expressions


@pytest.mark.parametrize("sql", CHECKS)
def test_check_is_equal_after_the_probe(shared: Database, sql: str) -> None:
    _assert_settled(shared, sa.CheckConstraint(text(sql), name="subject"))


@pytest.mark.parametrize("sql", CHECKS[::6])
def test_unnamed_check_gets_the_name_that_the_database_gives(shared: Database, sql: str) -> None:
    _assert_settled(shared, sa.CheckConstraint(text(sql)))


@pytest.mark.parametrize("sql", INDEX_EXPRESSIONS)
def test_index_expression_is_equal_after_the_probe(shared: Database, sql: str) -> None:
    index = sa.Index("subject", sa.literal_column(sql), sa.text("a DESC NULLS LAST"))
    _assert_settled(shared, index)


@pytest.mark.parametrize("sql", PREDICATES)
def test_index_predicate_is_equal_after_the_probe(shared: Database, sql: str) -> None:
    _assert_settled(shared, sa.Index("subject", "a", "s", postgresql_where=text(sql)))


@pytest.mark.parametrize("type_,sql", COMPUTED, ids=str)
def test_computed_column_is_equal_after_the_probe(
    shared: Database, type_: sa.types.TypeEngine[Any], sql: str
) -> None:
    _assert_settled(shared, sa.Column("subject", type_, sa.Computed(text(sql), persisted=True)))


def _read(database: Database, subject: Any) -> Sides:
    """Create a table with the subject, read both sides and drop it."""
    metadata = _metadata(subject)
    try:
        return create_and_read(database, metadata)
    finally:
        drop_all(database, metadata)


def _assert_settled(database: Database, subject: Any) -> None:
    """Both sides are equal once the database has normalised each."""
    metadata = _metadata(subject)
    try:
        sides = create_and_read(database, metadata)
        with database.engine.connect() as connection:
            cls = DefaultImpl.get_by_dialect(connection.dialect)
            impl = cls(connection.dialect, connection, False, None, None, {})  # noqa: FBT003 Alembic's signature
            tables = build_tables(connection, sides.database.values(), sa.MetaData())
            assert impl.probe_tables(connection, list(tables.values())).facts == sides.probed
            assert not connection.scalar(
                sa.text("SELECT count(*) FROM pg_class WHERE relname LIKE 'limbeck_probe%'")
            )
    finally:
        drop_all(database, metadata)


def _metadata(subject: Any) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(
        "thing",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer),
        sa.Column("n", sa.Numeric(10, 2)),
        sa.Column("s", sa.String(50)),
        sa.Column("t", sa.Text),
        sa.Column("flag", sa.Boolean),
        sa.Column("d", sa.Date),
        sa.Column("ts", sa.DateTime),
        sa.Column("j", pg.JSONB),
        sa.Column("arr", pg.ARRAY(sa.Integer)),
        sa.Column("m", MOOD),
        sa.Column("Mixed", sa.Integer),
        sa.Column("order", sa.Integer),
        subject,
    )
    return metadata
