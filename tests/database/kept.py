"""A database that a module's tests share, emptied between them: they only need an empty one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import MetaData, text

from tests.convergence import assert_converges, drop_all_tables
from tests.databases import FEATURES, Database, fresh_database

Models = Callable[[MetaData], None]

pairs = settings(max_examples=settings().max_examples * 2 // 5)
"""For the tests of random pairs: each goes there and back on each database, and they are several.

With the 60 examples of CI it is 24 a test and database, with the 2000 of a long run 800.
"""


SPACE = f"space_{os.getpid()}"
"""A place for tables and indexes, where `tablespace` is in use; it has the whole server's name."""


@dataclass(frozen=True)
class KeptPair:
    """An empty database, and another one to create models in."""

    database: Database
    scratch: Database

    def converge(self, before: Models, after: Models, *, rows: int = 2, **opts: Any) -> str:
        """Go from one schema to the other and back; return the revision file."""
        sides = MetaData(), MetaData()
        before(sides[0])
        after(sides[1])
        return self.go_between(*sides, rows=rows, **opts)

    def go_between(self, before: MetaData, after: MetaData, **opts: Any) -> str:
        """Do the same with models that are built."""
        try:
            return assert_converges(self.database, before, after, scratch=self.scratch, **opts)
        finally:
            self.empty()

    def empty(self) -> None:
        """Empty both for the next test."""
        for database in (self.database, self.scratch):
            database.engine.dispose()
            if "sequences" in database.features:
                _drop_schemas(database)
            else:
                drop_all_tables(database)


def _drop_schemas(database: Database) -> None:
    with database.engine.begin() as connection:
        for schema in ("public", "second"):
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {schema}"))


def make_pair(name: str, folder: Path) -> Iterator[KeptPair]:
    """Yield two empty databases of that name."""
    with ExitStack() as stack:
        database, scratch = (stack.enter_context(fresh_database(name, folder)) for _ in "12")
        yield KeptPair(database, scratch)


@pytest.fixture(scope="module", params=sorted(FEATURES), name="database")
def kept_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KeptPair]:
    """Two databases for all tests of a module, on each that has what a test `requires`."""
    yield from make_pair(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def tablespace(database: KeptPair) -> Iterator[None]:
    """Have `SPACE` where a database has such."""
    if "sequences" not in database.database.features:
        yield
        return
    engine = database.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SET allow_in_place_tablespaces = on"))
        connection.execute(text(f"CREATE TABLESPACE {SPACE} LOCATION ''"))
    yield
    database.empty()
    with engine.connect() as connection:
        connection.execute(text(f"DROP TABLESPACE {SPACE}"))
