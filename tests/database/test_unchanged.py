"""No noise: what did not change is not found changed, also after a dump and a restore."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

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
    with database.engine.begin() as connection:
        for statement in expressions.before:
            connection.execute(sa.text(statement))
    metadata.create_all(database.engine)

    assert differences(database, metadata) == []

    restore(database, copy)

    assert differences(copy, metadata) == []


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
