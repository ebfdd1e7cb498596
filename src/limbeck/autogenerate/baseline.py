"""`revision --from-database`: the directives that would build the database as it is."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Table, inspect

from limbeck.autogenerate.compare import Comparison, _schemas
from limbeck.autogenerate.context import AutogenContext
from limbeck.diff import compare
from limbeck.diff.filters import visible_tables
from limbeck.operations.ops import MigrationScript
from limbeck.schema.facts import SchemaFacts, TableKey


def populate(autogen_context: AutogenContext, migration_script: MigrationScript) -> None:
    """Fill the script with what builds the schema found, and what drops it all again."""
    upgrade_ops = migration_script.upgrade_ops_list[-1]
    connection = autogen_context.require_connection()
    schemas = _schemas(autogen_context, connection)
    baseline = _Baseline(autogen_context, schemas)
    found = SchemaFacts(visible_tables(baseline.database, baseline))
    upgrade_ops.ops.extend(compare(SchemaFacts(), found, baseline).ops)
    upgrade_ops.reverse_into(migration_script.downgrade_ops_list[-1])
    _warn_of_views(connection, schemas)


def _warn_of_views(connection: Connection, schemas: set[str | None]) -> None:
    """Name the views, which the revision does not build."""
    inspector = inspect(connection)
    for schema in sorted(schemas, key=str):
        views = inspector.get_view_names(schema)
        with suppress(NotImplementedError):  # SQLAlchemy's word where a dialect has none of them
            views += inspector.get_materialized_view_names(schema)
        if views:
            warnings.warn(
                f"The revision builds tables only, not the views {', '.join(sorted(views))}: add "
                "them by op.execute(), and triggers, functions and sequences of their own, too.",
                stacklevel=2,
            )


class _Baseline(Comparison):
    """A comparison in which the database found stands where the models would."""

    def __init__(self, autogen_context: AutogenContext, schemas: set[str | None]) -> None:
        super().__init__(autogen_context, schemas)
        self.run_object_filters = self._ask_of_reflected

    @property
    def model_tables(self) -> Mapping[TableKey, Table]:
        """The tables found."""
        return self.database_tables(self.database.tables)

    def _ask_of_reflected(
        self, object_: Any, name: Any, type_: str, reflected: bool, compare_to: Any
    ) -> bool:
        ask = self._autogen_context.run_object_filters
        return ask(object_, name, type_, reflected=True, compare_to=compare_to)
