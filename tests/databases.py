"""A fresh, empty database for one test, on each of the three that limbeck is tested with."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, event, text

from tests import servers

FEATURES: dict[str, frozenset[str]] = {
    "sqlite": frozenset({"transactional_ddl", "partial_indexes", "batch_only"}),
    "postgresql": frozenset(
        {"transactional_ddl", "partial_indexes", "alter", "comments", "schemas", "probe"}
        | {
            "named_primary_key",
            "identity",
            "enum_types",
            "sequences",
            "free_sequences",
            "deferrable",
            "exclusion",
        }
        | {"deparses"}
    ),
    "mariadb": frozenset(
        {"alter", "comments", "schemas", "probe", "implicit_commit", "free_sequences"}
        | {"inline_enums"}
    ),
}
"""What each database can do; tests ask for these with `@pytest.mark.requires(...)`."""

ASYNC_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "mariadb": "mysql+aiomysql",
}

_counter = itertools.count()


@dataclass(frozen=True)
class Database:
    """One empty database. `schema` is a second schema in it where it has the feature."""

    name: str
    url: URL
    second_schema: str | None = None
    features: frozenset[str] = field(default=frozenset())

    @property
    def dialect_name(self) -> str:
        """SQLAlchemy's name for the dialect."""
        return self.url.get_backend_name()

    @property
    def url_text(self) -> str:
        """The url with its password, as it would stand in a configuration file."""
        return self.url.render_as_string(hide_password=False)

    @property
    def async_url_text(self) -> str:
        """The url of the same database for an asynchronous driver."""
        return self.url.set(drivername=ASYNC_DRIVERS[self.name]).render_as_string(
            hide_password=False
        )

    @cached_property
    def engine(self) -> Engine:
        """An engine that is disposed when the test ends."""
        engine = create_engine(self.url)
        if self.name == "sqlite":
            event.listen(engine, "connect", _enforce_foreign_keys)
        return engine


def _enforce_foreign_keys(connection: object, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[attr-defined]  # a DBAPI connection


@contextmanager
def fresh_database(name: str, folder: Path) -> Iterator[Database]:
    """Create an empty database, and drop it afterwards."""
    if name == "sqlite":
        path = folder / f"database_{next(_counter)}.sqlite"
        database = Database(name, URL.create("sqlite", database=str(path)), None, FEATURES[name])
        yield database
        database.engine.dispose()
        return
    start = servers.postgresql_url if name == "postgresql" else servers.mariadb_url
    yield from _server_database(name, server_url(name, start))


def server_url(name: str, start: Callable[[], URL]) -> URL:
    """Return the url of the server that is started; one that is missing is a skip, in CI a failure."""
    try:
        return start()
    except servers.ServerMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is required in CI: {missing}")
        pytest.skip(f"{name} is not available: {missing}")


def _server_database(name: str, admin_url: URL) -> Iterator[Database]:
    unique = f"test_{os.getpid()}_{next(_counter)}"
    second = f"{unique}_second" if name == "mariadb" else "second"
    admin = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    create, drop = _statements(name, unique, second)
    with admin.connect() as connection:
        for statement in create:
            connection.execute(text(statement))
    database = Database(name, admin_url.set(database=unique), second, FEATURES[name])
    if name == "postgresql":
        with database.engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA second"))
    try:
        yield database
    finally:
        database.engine.dispose()
        with admin.connect() as connection:
            for statement in drop:
                connection.execute(text(statement))
        admin.dispose()


def _statements(name: str, unique: str, second: str) -> tuple[list[str], list[str]]:
    if name == "postgresql":
        return [f"CREATE DATABASE {unique} TEMPLATE template0"], [
            f"DROP DATABASE {unique} WITH (FORCE)"
        ]
    names = (unique, second)
    return [f"CREATE DATABASE {each} CHARACTER SET utf8mb4" for each in names], [
        f"DROP DATABASE {each}" for each in names
    ]
