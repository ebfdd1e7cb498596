"""The built-in environment: what runs where a project has no env.py.

Everything goes through the same `EnvironmentContext` as an env.py of the project's own: models and
options come from the configuration, the connection from its url, or from a program that puts one
into `config.attributes["connection"]`.
"""

from __future__ import annotations

import logging.config

from sqlalchemy import Connection

from limbeck.config import Config
from limbeck.errors import CommandError

from . import engine
from .environment import EnvironmentContext, current_environment


def run() -> None:
    """Run what the command wants, online or offline; called by the packaged env.py."""
    environment = current_environment.get()
    if environment is None:
        raise CommandError("The built-in environment runs within an EnvironmentContext only.")
    configure_logging(environment.config)
    if environment.is_offline_mode():
        run_offline(environment)
        return
    given = environment.config.attributes.get("connection")
    if given is not None:
        run_online(environment, given)
    else:
        engine.run_on_connection(
            environment.config, lambda connection: run_online(environment, connection)
        )


def run_offline(environment: EnvironmentContext) -> None:
    """Write a SQL script for the database that the url or `dialect_name` names."""
    config = environment.config
    dialect_name = config.get_alembic_option("dialect_name")
    url = engine.required_url(config) if config.url() or not dialect_name else None
    environment.configure(
        url=url,
        dialect_name=dialect_name,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with environment.begin_transaction():
        environment.run_migrations()


def run_online(environment: EnvironmentContext, connection: Connection) -> None:
    """Run on a connection."""
    environment.configure(connection=connection)
    with environment.begin_transaction():
        environment.run_migrations()


def configure_logging(config: Config) -> None:
    """Set up logging where the ini file says how."""
    if config.config_file_name is not None and config.file_config.has_section("loggers"):
        logging.config.fileConfig(config.config_file_name, disable_existing_loggers=False)
