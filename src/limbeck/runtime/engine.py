"""From the configuration's url to a connection, sync or async drivers alike.

Receives a `Config`, calls a function with a `Connection`. Says in one message, without the
password, what can't be reached.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, Engine, engine_from_config, pool
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from limbeck.config import Config
from limbeck.config.files import flat_keys
from limbeck.errors import ConfigurationError
from limbeck.util.messaging import obfuscate_url_pw

PREFIX = "sqlalchemy."

Work = Callable[[Connection], None]


def required_url(config: Config) -> URL:
    """Return the url of the configuration; raises ConfigurationError when it is none."""
    text = config.url()
    if text is None:
        raise ConfigurationError(
            "No database is configured. Name it as `sqlalchemy.url` in the configuration, for "
            "instance `sqlalchemy.url = env:DATABASE_URL` to take it from the environment."
        )
    try:
        url = make_url(text)
        url.get_dialect()
    except NoSuchModuleError as error:
        raise ConfigurationError(
            f"{config.describe('sqlalchemy.url')} names the database {make_url(text).drivername!r}, "
            "which neither SQLAlchemy nor an installed package knows."
        ) from error
    except (ArgumentError, ValueError) as error:  # the latter for a port that is no number
        raise ConfigurationError(
            f"Can't read {config.describe('sqlalchemy.url')} as a url: write "
            "`driver://user:password@host/database`."
        ) from error
    return url


def run_on_connection(config: Config, work: Work) -> None:
    """Connect as the configuration says, call `work` with the connection, and disconnect."""
    url = required_url(config)
    options = {**_engine_options(config), f"{PREFIX}url": url}
    if url.get_dialect().is_async:
        _run_to_the_end(lambda: _run_async(config, options, work))
    else:
        _run_sync(config, options, work)


def _run_sync(config: Config, options: Mapping[str, Any], work: Work) -> None:
    try:
        engine = engine_from_config(dict(options), prefix=PREFIX, poolclass=pool.NullPool)
    except ModuleNotFoundError as error:
        raise missing_driver(error, options[f"{PREFIX}url"]) from error
    with _connect(engine, config) as connection:
        work(connection)


def _connect(engine: Engine, config: Config) -> Connection:
    try:
        return engine.connect()
    except DBAPIError as error:
        raise cannot_connect(error, engine.url, config) from error


async def _run_async(config: Config, options: Mapping[str, Any], work: Work) -> None:
    from sqlalchemy.ext.asyncio import async_engine_from_config  # lazy: needs greenlet

    try:
        engine = async_engine_from_config(dict(options), prefix=PREFIX, poolclass=pool.NullPool)
    except ModuleNotFoundError as error:
        raise missing_driver(error, options[f"{PREFIX}url"]) from error
    try:
        connection = await engine.connect()
    except (DBAPIError, OSError) as error:
        raise cannot_connect(error, engine.url, config) from error
    try:
        await connection.run_sync(work)
    finally:
        await connection.close()
        await engine.dispose()


def _run_to_the_end(make: Callable[[], Any]) -> None:
    """Run a coroutine, also where an event loop runs already (a program calls us from it)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(make())
        return
    context = contextvars.copy_context()
    with ThreadPoolExecutor(max_workers=1) as executor:
        executor.submit(context.run, asyncio.run, make()).result()


def _engine_options(config: Config) -> dict[str, Any]:
    """Return the options `sqlalchemy.…` of both files."""
    names = flat_keys(config.toml_alembic_config)
    names += config.get_section(config.config_ini_section, {})
    return {
        name: config.get_alembic_option(name)
        for name in names
        if name.startswith(PREFIX) and name != f"{PREFIX}url"
    }


def cannot_connect(error: BaseException, url: URL, config: Config) -> ConfigurationError:
    """Return the error for a database that doesn't answer; the password is not in it."""
    reason = str(getattr(error, "orig", None) or error).strip()
    if url.password:
        reason = reason.replace(str(url.password), "***")
    return ConfigurationError(
        f"Can't connect to {_shown(url)}: {reason}\n"
        f"Check {config.describe('sqlalchemy.url')}, and that the database is running."
    )


def missing_driver(error: ModuleNotFoundError, url: URL) -> ConfigurationError:
    """Return the error for a driver that is not installed."""
    return ConfigurationError(
        f"The url {_shown(url)} needs the driver {error.name!r}, which is not installed: install "
        "its package, or name another one in `sqlalchemy.url`, such as "
        f"{url.get_backend_name()}+DRIVER://…"
    )


def _shown(url: URL) -> str:
    return obfuscate_url_pw(url.render_as_string(hide_password=True))
