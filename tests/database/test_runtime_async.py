"""Async drivers: the built-in environment, env.py, and calls from a running event loop."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import inspect

from limbeck import command
from limbeck.errors import CommandError
from tests.databases import Database
from tests.migrations import Migrations

ENV = """\
import asyncio
from limbeck import context
from sqlalchemy.ext.asyncio import create_async_engine

def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"))
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()

asyncio.run(main())
"""


@pytest.fixture
def migrations(database: Database, tmp_path: Path) -> Migrations:
    found = Migrations(tmp_path / "migrations", database.async_url_text)
    found.write_table("aaaa1")
    found.write("bbbb1", "aaaa1", "op.execute('CREATE TABLE x (id int)'); raise KeyError('x')")
    return found


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


@pytest.mark.parametrize("has_env", [False, True])
def test_async_driver_up_and_down(
    database: Database, migrations: Migrations, has_env: bool
) -> None:
    if has_env:
        migrations.write_env(ENV)
    command.upgrade(migrations.config(), "aaaa1")
    assert tables(database) == {"alembic_version", "t_aaaa1"}
    command.current(migrations.config())
    assert migrations.out == "aaaa1\n"
    command.downgrade(migrations.config(), "base")
    assert tables(database) == {"alembic_version"}


@pytest.mark.requires("transactional_ddl")
def test_async_failure_is_rolled_back(database: Database, migrations: Migrations) -> None:
    migrations.options = {"transaction_per_migration": "true"}
    with pytest.raises(KeyError):
        command.upgrade(migrations.config(), "head")
    assert tables(database) == {"alembic_version", "t_aaaa1"}


def test_async_within_a_running_loop(database: Database, migrations: Migrations) -> None:
    async def main() -> None:
        command.upgrade(migrations.config(), "aaaa1")

    asyncio.run(main())
    assert tables(database) == {"alembic_version", "t_aaaa1"}


def test_async_offline_needs_no_driver(migrations: Migrations) -> None:
    command.upgrade(migrations.config(), "aaaa1", sql=True)
    assert "CREATE TABLE t_aaaa1" in migrations.sql


def test_async_that_can_not_connect_says_so(tmp_path: Path) -> None:
    migrations = Migrations(tmp_path, "postgresql+asyncpg://joe:s3cret@127.0.0.1:1/x")
    with pytest.raises(CommandError, match=r"Can't connect to postgresql\+asyncpg://joe:\*\*\*@"):
        command.current(migrations.config())
