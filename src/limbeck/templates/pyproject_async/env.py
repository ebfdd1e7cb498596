"""How migrations reach the database. Run by every command that needs one; edit it freely."""

import asyncio
from logging.config import fileConfig

from alembic import context
from alembic.util import CommandError
from sqlalchemy import pool
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import async_engine_from_config

config = context.config

if config.config_file_name is not None and config.file_config.has_section("loggers"):
    fileConfig(config.config_file_name, disable_existing_loggers=False)

# What autogenerate compares the database with. None takes the `models` of the configuration;
# or name it here:
#     from app.models import Base
#     target_metadata = Base.metadata
target_metadata = None


def database_url() -> str:
    """Give the url of the configuration."""
    url = config.get_alembic_option("sqlalchemy.url")
    if not url:
        raise CommandError("No database url: set sqlalchemy.url in the configuration.")
    return url


def run_migrations_offline() -> None:
    """Write the SQL instead of running it: a url is enough, no driver is needed."""
    context.configure(
        url=database_url(),
        target_metadata=target_metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


def run_migrations(connection: Connection) -> None:
    """Run on a connection."""
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run() -> None:
    """Run on a connection of its own."""
    options = dict(config.get_section(config.config_ini_section, {}))
    options["sqlalchemy.url"] = database_url()
    engine = async_engine_from_config(options, prefix="sqlalchemy.", poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run_migrations)
    await engine.dispose()


def run_migrations_online() -> None:
    """Run on the connection that a program hands over, or on one of its own."""
    connection = config.attributes.get("connection")
    if connection is None:
        asyncio.run(connect_and_run())
    else:
        run_migrations(connection)


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
