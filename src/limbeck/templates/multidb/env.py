"""How migrations reach the databases. Run by every command that needs one; edit it freely."""

import logging
import re
from logging.config import fileConfig

from alembic import context
from alembic.util import CommandError
from sqlalchemy import MetaData, engine_from_config, pool

config = context.config
logger = logging.getLogger("alembic.env")

if config.config_file_name is not None and config.file_config.has_section("loggers"):
    fileConfig(config.config_file_name, disable_existing_loggers=False)

# What autogenerate compares each database with:
#     from app.models import Accounts, Orders
#     target_metadata = {"engine1": Accounts.metadata, "engine2": Orders.metadata}
target_metadata: dict[str, MetaData] = {}


def databases() -> dict[str, dict[str, str]]:
    """Give the section of each database of the configuration."""
    names = re.split(r",\s*", config.get_main_option("databases", ""))
    found = {name: dict(config.get_section(name, {})) for name in names if name}
    for name, section in found.items():
        if not section.get("sqlalchemy.url"):
            raise CommandError(f"No database url: set sqlalchemy.url in section [{name}].")
    if not found:
        raise CommandError("No databases: list their sections in `databases`.")
    return found


def run_migrations_offline() -> None:
    """Write the SQL of each database to a file of its name."""
    for name, section in databases().items():
        logger.info("Migrating database %s to %s.sql", name, name)
        with open(f"{name}.sql", "w", encoding="utf-8") as buffer:
            context.configure(
                url=section["sqlalchemy.url"],
                output_buffer=buffer,
                target_metadata=target_metadata.get(name),
                literal_binds=True,
                dialect_opts={"paramstyle": "named"},
            )
            with context.begin_transaction():
                context.run_migrations(engine_name=name)


def run_migrations_online() -> None:
    """Run on a connection to each database; if one fails, all are rolled back."""
    two_phase = context.get_x_argument(as_dictionary=True).get("twophase") == "true"
    connections = {}
    transactions = {}
    try:
        for name, section in databases().items():
            engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
            connection = connections[name] = engine.connect()
            transactions[name] = (
                connection.begin_twophase() if two_phase else connection.begin()
            )
        for name, connection in connections.items():
            logger.info("Migrating database %s", name)
            context.configure(
                connection=connection,
                upgrade_token=f"{name}_upgrades",
                downgrade_token=f"{name}_downgrades",
                target_metadata=target_metadata.get(name),
            )
            context.run_migrations(engine_name=name)
        if two_phase:
            for transaction in transactions.values():
                transaction.prepare()
        for transaction in transactions.values():
            transaction.commit()
    except BaseException:
        for transaction in transactions.values():
            transaction.rollback()
        raise
    finally:
        for connection in connections.values():
            connection.close()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
