"""No noise: what did not change is not found changed, also after a dump and a restore."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from limbeck.autogenerate import compare_metadata
from limbeck.runtime.migration import MigrationContext
from tests.databases import Database, fresh_database
from tests.restore import restore
from tests.unchanged import EXPRESSIONS
from tests.unchanged.tables import models


@pytest.fixture
def copy(database: Database, tmp_path: Path) -> Iterator[Database]:
    """A second empty database of the same kind."""
    with fresh_database(database.name, _folder(tmp_path)) as found:
        yield found


def _folder(parent: Path) -> Path:
    folder = parent / "copy"
    folder.mkdir()
    return folder


def test_unchanged_expressions_are_not_found_changed(database: Database, copy: Database) -> None:
    expressions = EXPRESSIONS[database.name]
    metadata = models(expressions)
    metadata.create_all(database.engine)

    assert differences(database, metadata) == []

    restore(database, copy)

    assert differences(copy, metadata) == []


@pytest.mark.requires("probe")
def test_no_table_is_built_for_what_the_database_only_words_in_another_way(
    database: Database,
) -> None:
    metadata = sa.MetaData()
    check = sa.CheckConstraint("a in (1, 2)", name="ck_t")
    sa.Table("t", metadata, sa.Column("a", sa.Integer), check)
    metadata.create_all(database.engine)
    built: list[str] = []

    def note(table: sa.Table, _: sa.MetaData) -> None:
        built.append(table.name)

    sa.event.listen(sa.Table, "after_parent_attach", note)
    try:
        assert differences(database, metadata) == []
    finally:
        sa.event.remove(sa.Table, "after_parent_attach", note)
    assert "t" not in built


@pytest.mark.requires("deparses")
@pytest.mark.parametrize("situation", ["probe = false", "read only"])
def test_unchanged_is_not_found_changed_where_the_database_is_not_asked(
    database: Database, situation: str
) -> None:
    """Of the few whose words only the database knows (a range, an interval) it is said."""
    expressions = EXPRESSIONS[database.name]
    metadata = models(expressions)
    metadata.create_all(database.engine)

    with database.engine.connect() as connection, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        if situation == "read only":
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
        context = MigrationContext.configure(
            connection, opts={"probe": situation != "probe = false"}
        )
        found = list(compare_metadata(context, metadata))

    assert len(found) == len(said) <= 2
    for (difference,) in found:
        assert any(f"table {difference[2]}," in str(each.message) for each in said)


@pytest.mark.requires("enum_types")
def test_unchanged_domains_are_told_by_a_role_without_temporary_tables(database: Database) -> None:
    metadata = sa.MetaData()
    mail = pg.DOMAIN(
        "mail",
        sa.String(50),
        check=sa.text("value like '%@%' and length(value) BETWEEN 3 AND 50"),
        default=sa.text("'a@b'"),
        metadata=metadata,
    )
    amount = pg.DOMAIN(
        "amount", sa.Numeric(10, 2), check=sa.text("VALUE IN (1)"), metadata=metadata
    )
    sa.Table(
        "thing",
        metadata,
        sa.Column("mail", mail),
        sa.Column("amount", amount, server_default="2"),
        sa.Column("kind", sa.Enum("x", "y", name="kind"), server_default="x"),
        sa.CheckConstraint("kind IN ('x')"),
        sa.CheckConstraint("amount BETWEEN 2 AND 3", name="ck_amount"),
    )
    metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        connection.execute(
            sa.text(f'REVOKE TEMP ON DATABASE "{database.url.database}" FROM PUBLIC')
        )

    with database.engine.connect() as connection:
        connection.execute(sa.text("SET LOCAL ROLE pg_read_all_data"))
        assert list(compare_metadata(MigrationContext.configure(connection), metadata)) == []


def test_there_are_enough_expressions() -> None:
    for name, expressions in EXPRESSIONS.items():
        assert len(set(expressions.checks)) >= 60, name
        assert len(expressions.defaults) >= 60, name
        assert len(set(expressions.computed)) >= 30, name
    for name in ("sqlite", "postgresql"):
        expressions = EXPRESSIONS[name]
        assert len({*expressions.index_elements, *expressions.predicates}) >= 30, name


def differences(database: Database, metadata: sa.MetaData) -> list[object]:
    """Return what autogenerate finds."""
    with database.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))
