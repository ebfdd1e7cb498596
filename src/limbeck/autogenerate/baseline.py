"""`revision --from-database`: the directives that would build the database as it is.

Tables and what has directives come from the comparison with an empty database; the rest from
`impl.read_definitions`, as statements around them. What can't be built is named in a warning.

    upgrade:    definitions before tables · directives · definitions after tables
    downgrade:  the same backwards
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Table

from limbeck import sqla
from limbeck.autogenerate.compare import Comparison, _schemas, read_scope
from limbeck.autogenerate.context import AutogenContext
from limbeck.autogenerate.tidy import leave_out_needless_drops
from limbeck.diff import compare
from limbeck.diff.filters import visible_tables
from limbeck.operations.ops import (
    CreateDomainOp,
    CreateEnumOp,
    CreateSequenceOp,
    ExecuteSQLOp,
    MigrateOperation,
    MigrationScript,
)
from limbeck.schema.definitions import Definition, Place
from limbeck.schema.facts import SchemaFacts, TableKey


def populate(autogen_context: AutogenContext, migration_script: MigrationScript) -> None:
    """Fill the script with what builds the schema found, and what drops it all again."""
    upgrade_ops = migration_script.upgrade_ops_list[-1]
    downgrade_ops = migration_script.downgrade_ops_list[-1]
    connection = autogen_context.require_connection()
    _warn_of_revisions(autogen_context)
    schemas = _schemas(autogen_context, connection)
    baseline = _Baseline(autogen_context, schemas)
    found = _found(baseline)
    directives = compare(SchemaFacts(), found, baseline).ops
    definitions = baseline.impl.read_definitions(connection, read_scope(connection, schemas))
    definitions = [each for each in definitions if each.table is None or each.table in found.tables]
    _warn_of_missing(definitions)
    _warn_of_lossy_defaults(found)
    before, after = (
        _steps([each for each in definitions if each.place is place], directives)
        for place in (Place.BEFORE_TABLES, Place.AFTER_TABLES)
    )
    steps = [*before, *map(_Step.of, directives), *after]
    upgrade_ops.ops.extend(directive for step in steps for directive in step.forwards)
    downgrade_ops.ops[:] = [directive for step in reversed(steps) for directive in step.backwards]
    leave_out_needless_drops(downgrade_ops)


def _found(baseline: _Baseline) -> SchemaFacts:
    """Return everything in the database but the sequences that come with their columns."""
    free = {key: it for key, it in baseline.database.sequences.items() if it.owner is None}
    tables = visible_tables(baseline.database, baseline)
    return replace(baseline.database, tables=tables, sequences=free)


def _warn_of_lossy_defaults(found: SchemaFacts) -> None:
    """Name the defaults of which the database does not tell every byte."""
    for table in found.tables.values():
        for column in table.columns:
            if column.is_default_lossy:
                warnings.warn(
                    f"The default of column {column.name} of table {table.key} has bytes that the "
                    f"database does not tell; the revision has {column.default}: put it right.",
                    stacklevel=2,
                )


class _Step(NamedTuple):
    """What is done at once, and what undoes it."""

    forwards: tuple[MigrateOperation, ...]
    backwards: tuple[MigrateOperation, ...]

    @classmethod
    def of(cls, directive: MigrateOperation) -> _Step:
        return cls((directive,), (directive.reverse(),))


def _steps(definitions: Iterable[Definition], directives: list[MigrateOperation]) -> list[_Step]:
    """Return the steps of definitions; what stands for a directive takes it out of the list."""
    steps: list[_Step] = []
    for each in definitions:
        if each.stands_for is not None:
            found = [it for it in directives if _builds(it, each)]
            directives[:] = [it for it in directives if it not in found]
            steps += map(_Step.of, found)
        elif each.create:
            steps.append(_Step(_execute(each.create), _execute(each.drop)))
    return steps


def _builds(directive: MigrateOperation, definition: Definition) -> bool:
    match directive:
        case CreateEnumOp():
            kind, name = "enum", directive.enum_name
        case CreateDomainOp():
            kind, name = "domain", directive.domain_name
        case CreateSequenceOp():
            kind, name = "sequence", directive.sequence_name
        case _:
            return False
    return (kind, TableKey(directive.schema, name)) == (definition.kind, definition.stands_for)


def _execute(statements: Iterable[str]) -> tuple[ExecuteSQLOp, ...]:
    return tuple(ExecuteSQLOp(sqla.escape_binds(sql)) for sql in statements)


def _warn_of_revisions(autogen_context: AutogenContext) -> None:
    heads = autogen_context.migration_context.get_current_heads()
    if heads:
        warnings.warn(
            f"The database is at {', '.join(heads)}, and this revision builds all of its schema "
            "once more: don't upgrade to it, `stamp` it. Where it replaces the older ones, take "
            "them away, and give it None as down_revision.",
            stacklevel=3,
        )


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
