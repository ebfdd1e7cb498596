"""`revision --from-database`: the directives that would build the database as it is.

Tables and what has directives come from the comparison with an empty database; the rest from
`impl.read_definitions`, as statements around them. What can't be built is named in a warning.

    upgrade:    definitions before tables · directives · definitions after tables
    downgrade:  the same backwards
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table

from limbeck import sqla
from limbeck.autogenerate.compare import Comparison, _schemas, read_scope
from limbeck.autogenerate.context import AutogenContext
from limbeck.diff import compare
from limbeck.diff.filters import visible_tables
from limbeck.operations.ops import ExecuteSQLOp, MigrateOperation, MigrationScript
from limbeck.schema.definitions import Definition, Place
from limbeck.schema.facts import SchemaFacts, TableKey


def populate(autogen_context: AutogenContext, migration_script: MigrationScript) -> None:
    """Fill the script with what builds the schema found, and what drops it all again."""
    upgrade_ops = migration_script.upgrade_ops_list[-1]
    downgrade_ops = migration_script.downgrade_ops_list[-1]
    connection = autogen_context.require_connection()
    schemas = _schemas(autogen_context, connection)
    baseline = _Baseline(autogen_context, schemas)
    found = SchemaFacts(visible_tables(baseline.database, baseline))
    upgrade_ops.ops.extend(compare(SchemaFacts(), found, baseline).ops)
    upgrade_ops.reverse_into(downgrade_ops)
    definitions = baseline.impl.read_definitions(connection, read_scope(connection, schemas))
    definitions = [each for each in definitions if each.table is None or each.table in found.tables]
    _warn_of_missing(definitions)
    before, after = (
        [each for each in definitions if each.place is place]
        for place in (Place.BEFORE_TABLES, Place.AFTER_TABLES)
    )
    upgrade_ops.ops[:] = [*_creation(before), *upgrade_ops.ops, *_creation(after)]
    downgrade_ops.ops[:] = [*_removal(after), *downgrade_ops.ops, *_removal(before)]


def _creation(definitions: Sequence[Definition]) -> list[MigrateOperation]:
    return [_execute(sql) for each in definitions for sql in each.create]


def _removal(definitions: Sequence[Definition]) -> list[MigrateOperation]:
    return [_execute(sql) for each in reversed(definitions) if each.create for sql in each.drop]


def _execute(sql: str) -> ExecuteSQLOp:
    return ExecuteSQLOp(sqla.escape_binds(sql))


def _warn_of_missing(definitions: Iterable[Definition]) -> None:
    """Name what the revision does not build."""
    missing = defaultdict(list)
    for each in definitions:
        if not each.create and each.stands_for is None:
            missing[each.kind].append(each.name)
    for kind, names in missing.items():
        warnings.warn(
            f"The revision does not build the {kind}{'s' if len(names) > 1 else ''} "
            f"{', '.join(names)}: add what is missing by op.execute().",
            stacklevel=2,
        )


class _Baseline(Comparison):
    """A comparison in which the database found stands where the models would."""

    def __init__(self, autogen_context: AutogenContext, schemas: set[str | None]) -> None:
        super().__init__(autogen_context, schemas)
        self.run_object_filters = self._ask_of_reflected
        self._renames_wanted = None

    @property
    def model_tables(self) -> Mapping[TableKey, Table]:
        """The tables found."""
        return self.database_tables(self.database.tables)

    def _ask_of_reflected(
        self, object_: Any, name: Any, type_: str, reflected: bool, compare_to: Any
    ) -> bool:
        ask = self._autogen_context.run_object_filters
        return ask(object_, name, type_, reflected=True, compare_to=compare_to)
