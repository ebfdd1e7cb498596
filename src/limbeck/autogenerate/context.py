"""`AutogenContext`: one autogenerate run's options, filters, models and imports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, MetaData, Table, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.reflection import Inspector
from sqlalchemy.schema import sort_tables_and_constraints

from limbeck.diff.renames import RenameRequest
from limbeck.dispatch import PriorityDispatcher
from limbeck.errors import CommandError, ModelsError
from limbeck.renamed import SaidRename
from limbeck.runtime.migration import MigrationContext

NO_MODELS = (
    "There are no models to compare the database with. Either name them in the configuration, "
    "`models = app.models:Base`, or set `target_metadata = Base.metadata` in env.py and pass it "
    "to context.configure()."
)


class AutogenContext:
    """State of one autogenerate run; what comparators, renderers and hooks receive.

    Raises ModelsError when env.py of a project gives no MetaData to compare with; a program
    without a project hears of it when it compares.
    """

    metadata: MetaData | Sequence[MetaData] | None
    connection: Connection | None
    dialect: Dialect
    imports: set[str]
    migration_context: MigrationContext

    def __init__(
        self,
        migration_context: MigrationContext,
        metadata: MetaData | Sequence[MetaData] | None = None,
        opts: Mapping[str, Any] | None = None,
        autogenerate: bool = True,
    ) -> None:
        if metadata is None and autogenerate and migration_context is not None:
            metadata = migration_context.opts.get("target_metadata")
            if metadata is None and migration_context.script is not None:
                raise ModelsError(NO_MODELS)
        self.metadata = metadata
        self.migration_context = migration_context
        self.opts: Mapping[str, Any] = migration_context.opts if opts is None else opts
        self.connection = migration_context.bind
        self.dialect = migration_context.dialect
        self.imports = set()
        self._object_filters = _given(self.opts.get("include_object"))
        self._name_filters = _given(self.opts.get("include_name"))
        self._has_batch = False
        self.rename_request: RenameRequest | None = None
        self.inspects_data = False
        self.unknown_renames: frozenset[SaidRename] = frozenset()

    @cached_property
    def comparators(self) -> PriorityDispatcher:
        """The comparison functions that take part: ours, users', and those of chosen plugins."""
        from limbeck.autogenerate.compare import chosen_comparators  # circular: they get a context

        return chosen_comparators(self)

    @cached_property
    def inspector(self) -> Inspector:
        """SQLAlchemy's inspector of the connection; TypeError without a connection."""
        if self.connection is None:
            raise TypeError(
                "can't return inspector as this AutogenContext has no database connection"
            )
        return inspect(self.connection)

    @cached_property
    def sorted_tables(self) -> list[Table]:
        """The models' tables, what is referred to before what refers."""
        result: list[Table] = []
        for metadata in self.metadata_list:
            by_key = [metadata.tables[key] for key in sorted(metadata.tables)]
            in_order = (table for table, _ in sort_tables_and_constraints(by_key))  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped
            result.extend(table for table in in_order if table is not None)
        return result

    @cached_property
    def table_key_to_table(self) -> dict[str, Table]:
        """The models' tables by key; ValueError when two MetaData objects have the same one."""
        result: dict[str, Table] = {}
        for metadata in self.metadata_list:
            if twice := sorted(set(result) & set(metadata.tables)):
                names = ", ".join(f'"{key}"' for key in twice)
                raise ValueError(f"Duplicate table keys across multiple MetaData objects: {names}")
            result.update(metadata.tables)
        return result

    @property
    def metadata_list(self) -> Sequence[MetaData]:
        """The models' MetaData objects, one or many."""
        if self.metadata is None:
            return ()
        return (self.metadata,) if isinstance(self.metadata, MetaData) else tuple(self.metadata)

    @property
    def has_batch(self) -> bool:
        """Whether what is rendered stands in a batch block."""
        return self._has_batch

    @contextmanager
    def _within_batch(self) -> Iterator[None]:
        self._has_batch = True
        yield
        self._has_batch = False

    def require_models(self) -> None:
        """Raise ModelsError where there is no MetaData to compare with."""
        if self.metadata is None:
            raise ModelsError(NO_MODELS)

    def render_op(self, op: Any) -> list[str]:
        """Return the lines of a directive, through the renderers that users registered."""
        from limbeck.autogenerate.render import render_op  # circular: renderers get a context

        return render_op(self, op)

    def run_name_filters(self, name: str | None, type_: str, parent_names: dict[str, Any]) -> bool:
        """Ask `include_name` whether something in the database takes part, by its name."""
        if "schema_name" in parent_names:
            table = name if type_ == "table" else parent_names.get("table_name")
            if table:
                schema = parent_names["schema_name"]
                qualified = f"{schema}.{table}" if schema else table
                parent_names["schema_qualified_table_name"] = qualified
        return all(include(name, type_, parent_names) for include in self._name_filters)

    def run_object_filters(
        self, object_: Any, name: Any, type_: str, reflected: bool, compare_to: Any
    ) -> bool:
        """Ask `include_object` whether an object of either side takes part."""
        return all(
            include(object_, name, type_, reflected, compare_to) for include in self._object_filters
        )

    run_filters = run_object_filters

    def require_connection(self) -> Connection:
        """Return the connection; CommandError when there is none, as in offline mode."""
        if self.connection is None:
            raise CommandError(
                "Autogenerate compares the models with a database, and there is no connection: "
                "offline mode (--sql) can't do that."
            )
        return self.connection


def _given(function: Callable[..., Any] | None) -> tuple[Callable[..., Any], ...]:
    return () if function is None else (function,)
