"""`EnvironmentContext`: what env.py talks to, by way of `limbeck.context`.

Receives the configuration, the script directory and what a command wants done; env.py calls
`configure()` and `run_migrations()` on it. While it is entered, it is the `current_environment`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from contextvars import Token
from types import TracebackType
from typing import Any, Literal, TextIO, TypeVar, cast, overload

from sqlalchemy import Column, Connection, Executable, FetchedValue, MetaData
from sqlalchemy.engine import URL
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from limbeck.config import Config
from limbeck.ddl.impl import DefaultImpl
from limbeck.errors import CommandError
from limbeck.operations import Operations
from limbeck.proxy import Current
from limbeck.script.base import ScriptDirectory

from . import plugins
from .migration import MigrationContext
from .models import load_models
from .options import read_options
from .transaction import _ProxyTransaction

RevisionNumber = str | tuple[str, ...] | None

# Alembic's names for the types of the hooks.
ProcessRevisionDirectiveFn = Callable[
    [MigrationContext, str | Collection[str | None] | Collection[str], list[Any]], None
]
RenderItemFn = Callable[[str, Any, Any], str | Literal[False]]
NameFilterType = Literal[
    "schema", "table", "column", "index", "unique_constraint", "foreign_key_constraint"
]
NameFilterParentNames = MutableMapping[
    Literal["schema_name", "table_name", "schema_qualified_table_name"], str | None
]
IncludeNameFn = Callable[[str | None, NameFilterType, NameFilterParentNames], bool]
IncludeObjectFn = Callable[[SchemaItem, str | None, NameFilterType, bool, SchemaItem | None], bool]
OnVersionApplyFn = Callable[..., None]
CompareServerDefault = Callable[
    [
        MigrationContext,
        Column[Any],
        Column[Any],
        str | None,
        FetchedValue | None,
        str | None,
    ],
    bool | None,
]
CompareType = Callable[
    [MigrationContext, Column[Any], Column[Any], TypeEngine[Any], TypeEngine[Any]], bool | None
]

_LEFT_TO_THE_COMMAND = frozenset(
    {
        "autogenerate_plugins",
        "output_buffer",
        "render_item",
        "starting_rev",
        "tag",
        "transactional_ddl",
    }
)
"""Arguments of `configure` whose None leaves what the command said, or nothing at all."""

_Method = TypeVar("_Method", bound=Callable[..., None])


def _notes_what_is_given(method: _Method) -> _Method:
    """Decorate `configure` to know which arguments env.py passes: these win over the file."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def configure(self: EnvironmentContext, *args: Any, **kw: Any) -> None:
        self._given = frozenset(signature.bind(self, *args, **kw).arguments) | frozenset(kw)
        method(self, *args, **kw)

    return cast(_Method, configure)


class EnvironmentContext:
    """One run of env.py: its configuration, its scripts, and what the command wants.

    `kw` are what the command says: `fn`, `as_sql`, `starting_rev`, `destination_rev`, `tag`, … A
    context manager: within the block `limbeck.context` stands for it.
    """

    config: Config
    script: ScriptDirectory
    context_opts: dict[str, Any]

    def __init__(self, config: Config, script: ScriptDirectory, **kw: Any) -> None:
        self.config = config
        self.script = script
        self.context_opts = kw
        self._migration_context: MigrationContext | None = None
        self._given: frozenset[str] = frozenset()
        self._tokens: list[Token[EnvironmentContext | None]] = []

    def __enter__(self) -> EnvironmentContext:
        self._tokens.append(current_environment.set(self))
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        current_environment.reset(self._tokens.pop())

    # What the command wants

    def is_offline_mode(self) -> bool:
        """Tell whether a SQL script is written (`--sql`)."""
        return bool(self.context_opts.get("as_sql", False))

    def is_transactional_ddl(self) -> bool:
        """Tell whether a rollback undoes DDL; needs `configure()`."""
        return self.get_context().impl.transactional_ddl

    def requires_connection(self) -> bool:
        """Tell whether a connection is needed."""
        return not self.is_offline_mode()

    def get_head_revision(self) -> RevisionNumber:
        """Return the head; raises CommandError when there are several."""
        return self.script.as_revision_number("head")

    def get_head_revisions(self) -> RevisionNumber:
        """Return all heads."""
        return self.script.as_revision_number("heads")

    def get_starting_revision_argument(self) -> RevisionNumber:
        """Return the first part of `from:to`; offline only.

        Raises CommandError where there can be none.
        """
        if self._migration_context is not None:
            return self.script.as_revision_number(
                self.get_context().opts.get("starting_rev") if self.is_offline_mode() else None
            )
        if "starting_rev" in self.context_opts:
            return self.script.as_revision_number(self.context_opts["starting_rev"])
        raise CommandError("No starting revision argument is available.")

    def get_revision_argument(self) -> RevisionNumber:
        """Return the destination as a revision id; None for the base."""
        return self.script.as_revision_number(self.context_opts["destination_rev"])

    def get_tag_argument(self) -> str | None:
        """Return the text of `--tag`."""
        tag: str | None = self.context_opts.get("tag")
        return tag

    @overload
    def get_x_argument(self, as_dictionary: Literal[False]) -> list[str]: ...
    @overload
    def get_x_argument(self, as_dictionary: Literal[True]) -> dict[str, str]: ...
    @overload
    def get_x_argument(self, as_dictionary: bool = ...) -> list[str] | dict[str, str]: ...
    def get_x_argument(self, as_dictionary: bool = False) -> list[str] | dict[str, str]:
        """Return the values of `-x`, as a list or as a dictionary of `key=value`."""
        values = list(getattr(self.config.cmd_opts, "x", None) or [])
        if not as_dictionary:
            return values
        pairs = (value.partition("=") for value in values)
        return {key: value for key, _, value in pairs}

    # The migration context

    @_notes_what_is_given
    def configure(
        self,
        connection: Connection | None = None,
        url: str | URL | None = None,
        dialect_name: str | None = None,
        dialect_opts: dict[str, Any] | None = None,
        transactional_ddl: bool | None = None,
        transaction_per_migration: bool = False,
        output_buffer: TextIO | None = None,
        starting_rev: str | None = None,
        tag: str | None = None,
        template_args: dict[str, Any] | None = None,
        render_as_batch: bool = False,
        target_metadata: MetaData | Sequence[MetaData] | None = None,
        include_name: IncludeNameFn | None = None,
        include_object: IncludeObjectFn | None = None,
        include_schemas: bool = False,
        process_revision_directives: ProcessRevisionDirectiveFn | None = None,
        compare_type: bool | CompareType = True,
        compare_server_default: bool | CompareServerDefault = False,
        render_item: RenderItemFn | None = None,
        literal_binds: bool = False,
        upgrade_token: str = "upgrades",
        downgrade_token: str = "downgrades",
        alembic_module_prefix: str = "op.",
        sqlalchemy_module_prefix: str = "sa.",
        user_module_prefix: str | None = None,
        on_version_apply: OnVersionApplyFn | None = None,
        autogenerate_plugins: Sequence[str] | None = None,
        **kw: Any,
    ) -> None:
        """Say what to migrate and how; makes the migration context.

        What is not passed is read from the configuration file, where an option of the same name
        may stand (`models` for `target_metadata`). May be called several times, for several
        databases. Further keyword arguments are `version_table`, `version_table_schema`,
        `version_table_pk`, `output_encoding`, `detect` and `ignore` (the kinds of change to look
        for, and not to: "tables", "checks", "enums", …), `inspect_data` (look at rows that are in
        the way of what autogenerate writes) and what a database's implementation takes.

        Args:
            connection: what to execute on; not needed offline.
            url: names the dialect where there is no connection.
            dialect_name: names the dialect where there is neither connection nor url.
            dialect_opts: arguments for the dialect, with `url` or `dialect_name`.
            transactional_ddl: whether a rollback undoes DDL, instead of what the database says.
            transaction_per_migration: each revision in a transaction, not the whole run.
            output_buffer: where the SQL script goes.
            starting_rev: where a SQL script starts, instead of what the command said.
            tag: any text, for `get_tag_argument()`.
            template_args: more variables for `script.py.mako`.
            render_as_batch: write ALTERs as `batch_alter_table` blocks.
            target_metadata: the models.
            include_name: chooses by name what of the database takes part.
            include_object: chooses what of database and models takes part.
            include_schemas: look at all schemas, not only the default one.
            process_revision_directives: changes what autogenerate found before it is written.
            compare_type: whether, or how, types are compared.
            compare_server_default: whether, or how, server defaults are compared.
            render_item: writes types and other items its own way.
            literal_binds: write values into a SQL script instead of parameters.
            upgrade_token: the variable of `script.py.mako` for the upgrade.
            downgrade_token: the variable of `script.py.mako` for the downgrade.
            alembic_module_prefix: what stands before the name of an operation.
            sqlalchemy_module_prefix: what stands before a name of SQLAlchemy.
            user_module_prefix: what stands before the name of a user's type.
            on_version_apply: called after each step; one function or several.
            autogenerate_plugins: patterns that choose what autogenerate looks for.
        """
        arguments = {
            "transaction_per_migration": transaction_per_migration,
            "target_metadata": target_metadata,
            "include_name": include_name,
            "include_object": include_object,
            "include_schemas": include_schemas,
            "render_as_batch": render_as_batch,
            "upgrade_token": upgrade_token,
            "downgrade_token": downgrade_token,
            "sqlalchemy_module_prefix": sqlalchemy_module_prefix,
            "alembic_module_prefix": alembic_module_prefix,
            "user_module_prefix": user_module_prefix,
            "literal_binds": literal_binds,
            "process_revision_directives": process_revision_directives,
            "on_version_apply": on_version_apply,
            "compare_type": compare_type,
            "compare_server_default": compare_server_default,
            "transactional_ddl": transactional_ddl,
            "output_buffer": output_buffer or self.config.output_buffer,
            "starting_rev": starting_rev,
            "tag": tag,
            "render_item": render_item,
            "autogenerate_plugins": autogenerate_plugins,
            **kw,
        }
        self._merge(arguments, template_args)
        named = self.context_opts.pop("dialect_name", None)
        self._migration_context = MigrationContext.configure(
            connection=connection,
            url=url,
            dialect_name=dialect_name or named,
            environment_context=self,
            dialect_opts=dialect_opts,
            opts=self.context_opts,
        )

    def _merge(self, arguments: Mapping[str, Any], template_args: dict[str, Any] | None) -> None:
        """Put arguments, what the file says, models and template variables into the options."""
        plugins.load_installed()
        options = self.context_opts
        options.update(
            {
                name: value
                for name, value in arguments.items()
                if value is not None or name not in _LEFT_TO_THE_COMMAND
            }
        )
        if "compare_server_default" not in self._given:
            # Alembic compares server defaults only when told to; limbeck, unless told not to.
            options["compare_server_default"] = self.config.uses_limbeck_names
        options.update(read_options(self.config, self._given))
        options["script"] = self.script
        options["on_version_apply"] = _callbacks(options["on_version_apply"])
        if options["target_metadata"] is None:
            options["target_metadata"] = load_models(self.config)
        if template_args and "template_args" in options:
            options["template_args"].update(template_args)

    def run_migrations(self, **kw: Any) -> None:
        """Run what the command planned; `kw` go to each `upgrade()` and `downgrade()`."""
        context = self.get_context()
        with Operations.context(context):
            context.run_migrations(**kw)

    def execute(
        self, sql: Executable | str, execution_options: dict[str, Any] | None = None
    ) -> None:
        """Execute a statement, or write it to the script."""
        self.get_context().execute(sql, execution_options=execution_options)

    def static_output(self, text: str) -> None:
        """Write text to the SQL script."""
        self.get_context().impl.static_output(text)

    def begin_transaction(
        self,
    ) -> _ProxyTransaction | AbstractContextManager[None, bool | None]:
        """Begin the transaction for the run: a real one, BEGIN and COMMIT offline, or none."""
        return self.get_context().begin_transaction()

    def get_context(self) -> MigrationContext:
        """Return the migration context; raises CommandError before `configure()`."""
        if self._migration_context is None:
            raise CommandError("No context has been configured yet.")
        return self._migration_context

    def get_bind(self) -> Connection | None:
        """Return the connection; offline, one that writes to the script."""
        return self.get_context().bind

    def get_impl(self) -> DefaultImpl:
        """Return the database's implementation of DDL."""
        return self.get_context().impl


current_environment: Current[EnvironmentContext] = Current("current_environment")
"""The environment that `limbeck.context` stands for, None outside of env.py."""


def _callbacks(given: Any) -> tuple[OnVersionApplyFn, ...]:
    """Return the callbacks as a tuple: there may be none, one, or a collection."""
    if given is None:
        return ()
    return tuple(given) if isinstance(given, Collection) else (given,)
