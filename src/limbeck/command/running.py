"""Running env.py for a command, and saying in one message what kept it from running.

SQLAlchemy comes in with the runtime, so it is imported when a command needs a database.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from limbeck.config import Config
from limbeck.errors import CommandError
from limbeck.logs import logger_of
from limbeck.script.base import ScriptDirectory
from limbeck.script.errors import ResolutionError
from limbeck.script.steps import MigrationStep
from limbeck.util.messaging import obfuscate_url_pw

if TYPE_CHECKING:
    from limbeck.runtime.environment import EnvironmentContext
    from limbeck.runtime.migration import MigrationContext

log = logger_of("limbeck.runtime.environment")

Plan = Callable[[tuple[str, ...], "MigrationContext"], Iterable[MigrationStep]]


class UnknownDatabaseRevision(ResolutionError):
    """The version table names a revision that no file has."""

    def __init__(self, revision: str, table: str, folders: Iterable[str]) -> None:
        places = ", ".join(folders)
        super().__init__(
            f"Can't locate revision identified by '{revision}': the version table {table} says that "
            f"the database is at it, and no file in {places} has it. Bring the file back, or, when "
            "the database is known to be at another revision, record that one: "
            "`stamp --purge REVISION`.",
            revision,
        )
        self.table = table


def run_environment(config: Config, script: ScriptDirectory, plan: Plan, **options: Any) -> None:
    """Run env.py with a function that plans the steps; `options` are the environment's."""
    from limbeck.runtime.environment import EnvironmentContext  # lazy: imports SQLAlchemy

    is_planned = False

    def noting(heads: tuple[str, ...], context: MigrationContext) -> Iterable[MigrationStep]:
        nonlocal is_planned
        is_planned = True
        return plan(heads, context)

    with EnvironmentContext(config, script, fn=noting, **options) as environment:
        try:
            script.run_env()
        except Exception as error:
            _explain(error, environment)
            raise
    if not is_planned:
        log.warning("%s did not call context.run_migrations().", script.env_py_location)


def known_only(
    script: ScriptDirectory, plan: Callable[[tuple[str, ...]], Iterable[MigrationStep]]
) -> Plan:
    """Return a plan function that refuses rows of the version table that no file knows."""

    def checked(heads: tuple[str, ...], context: MigrationContext) -> Iterable[MigrationStep]:
        refuse_unknown(script, heads, context)
        return plan(heads)

    return checked


def refuse_unknown(
    script: ScriptDirectory, heads: Iterable[str], context: MigrationContext
) -> None:
    """Raise UnknownDatabaseRevision for a row of the version table that no file has."""
    known = script.revision_map.graph.nodes
    for head in heads:
        if head not in known and not _is_partial(script, head):
            schema, name = context.version_table_schema, context.version_table
            raise UnknownDatabaseRevision(
                head,
                f"{schema}.{name}" if schema else name,
                map(str, script._version_locations),
            )


def _is_partial(script: ScriptDirectory, head: str) -> bool:
    """Tell whether the row names a revision by a part of its id, as a hand-made one may."""
    try:
        return bool(script.get_revisions(head))
    except ResolutionError:
        return False


def _explain(error: Exception, environment: EnvironmentContext) -> None:
    """Give an error that isn't a migration's the message that stands for it."""
    from sqlalchemy.exc import ArgumentError, DBAPIError, MissingGreenlet

    from limbeck.runtime import failure, reference

    if isinstance(error, CommandError) or failure.explanation(error) is not None:
        return
    place = environment.script.env_py_location
    is_configured = environment._migration_context is not None
    match error:
        case DBAPIError() if is_configured:
            failure.explain_refusal(error)
        case _ if is_configured:
            if failure.innermost_file(error) == place:
                failure.explain(error, _environment_fails(error, place))
        case MissingGreenlet():
            _close_coroutines(error)
            failure.explain(error, _environment_is_synchronous(place))
        case DBAPIError() | OSError() if reference.passed_through(error, "sqlalchemy"):
            reason = str(getattr(error, "orig", error)).strip()
            failure.explain(
                error,
                f"Can't connect to the database{_at(environment.config)}: {reason}\nCheck "
                "sqlalchemy.url in the configuration, and that the database is running.",
            )
        case ModuleNotFoundError() if reference.passed_through(error, "sqlalchemy"):
            failure.explain(
                error,
                f"The environment ({place}) needs the driver {error.name!r}, which is not "
                "installed: install its package, or name another one in sqlalchemy.url.",
            )
        case ArgumentError():
            failure.explain(
                error, f"Can't use sqlalchemy.url: {error}. It is driver://user:password@host/name."
            )
        case _:
            failure.explain(error, _environment_fails(error, place))


def _environment_is_synchronous(place: str) -> str:
    return (
        f"The environment ({place}) uses an asynchronous driver as a synchronous one. Write it as "
        "`init --template async` does, delete it (the built-in environment takes both), or name a "
        "synchronous driver in sqlalchemy.url."
    )


def _close_coroutines(error: BaseException) -> None:
    """End what the driver has begun and nobody will await, before Python warns of it."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for value in frame.f_locals.values():
            if inspect.iscoroutine(value):
                value.close()


def _environment_fails(error: Exception, place: str) -> str:
    from limbeck.runtime import reference

    return f"The environment ({place}) fails: {reference.describe_error(error)}"


def _at(config: Config) -> str:
    """Name the url without its password; env.py may use another one, then it is no help."""
    url = config.url()
    return f" {obfuscate_url_pw(url)}" if url else ""
