"""An env.py that runs its migrations in a thread of its own, as async applications do."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect

from limbeck import command
from tests.databases import Database
from tests.migrations import Migrations

ENV = """\
from concurrent.futures import ThreadPoolExecutor

from limbeck import context
from sqlalchemy import NullPool, create_engine

url = context.config.get_main_option("sqlalchemy.url")


def run():
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()


with ThreadPoolExecutor(max_workers=1) as pool:
    pool.submit(run).result()
"""


def test_env_py_with_a_thread_of_its_own(sqlite: Database, tmp_path: Path) -> None:
    migrations = Migrations(tmp_path / "migrations", sqlite.url_text)
    migrations.write_env(ENV)
    migrations.write_table("aaaa1")
    command.upgrade(migrations.config(), "head")
    with sqlite.engine.connect() as connection:
        assert inspect(connection).has_table("t_aaaa1")
