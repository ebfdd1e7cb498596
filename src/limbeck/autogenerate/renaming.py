"""Renames in a revision: what was asked for, what is found, and how the file says it.

Receives the database's facts as they are and the models; returns the facts as they are after the
renames, and the directives that rename. A rename that nobody said has a remark with its reasons,
and below it, commented out, the lines that drop and add instead.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, Index, MetaData, Table

from limbeck import sqla
from limbeck.autogenerate.context import AutogenContext
from limbeck.ddl.impl import DefaultImpl
from limbeck.diff import locate, ways
from limbeck.diff.dependents import DependentRename, Finder, rename_dependents
from limbeck.diff.rename_directives import rename_directives
from limbeck.diff.renames import Found, RenameRequest, Sides, find_renames
from limbeck.diff.renaming import ColumnRename, Renames, TableRename, Wording, rename_facts
from limbeck.errors import RenameError, UnsureRenameError
from limbeck.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateIndexOp,
    CreateTableOp,
    DropColumnOp,
    DropIndexOp,
    DropTableOp,
    MigrateOperation,
    ModifyTableOps,
    OpContainer,
    RenameTableOp,
)
from limbeck.renamed import SaidRename
from limbeck.schema.build import build_tables
from limbeck.schema.facts import TableFacts, TableKey
from limbeck.schema.models import ModelSchema

Tables = Mapping[TableKey, TableFacts]

_ALTERNATIVE = "limbeck.instead"
"""The key of a directive's `info` under which the directives are that drop and add instead."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """The database's side once all renames are done: its facts, and what it takes."""

    facts: Tables
    renames: Renames = field(default_factory=Renames)
    directives: tuple[MigrateOperation, ...] = ()


def request_of(autogen_context: AutogenContext) -> RenameRequest | None:
    """Return what is wanted of renames; None where nobody asked for any."""
    if autogen_context.rename_request is not None:
        return autogen_context.rename_request
    option = autogen_context.opts.get("detect_renames")
    return option if isinstance(option, RenameRequest) else RenameRequest() if option else None


def rename(
    request: RenameRequest, facts: Tables, models: ModelSchema, autogen_context: AutogenContext
) -> Renamed:
    """Find out what was renamed; raises RenameError, and UnsureRenameError in strict requests."""
    connection = autogen_context.require_connection()
    impl = autogen_context.migration_context.impl
    wording = Wording(
        quote=impl.normal_name,
        normalise=impl.normal_expression,
        follow=impl.foreign_key_after_rename,
    )
    there = _There(facts, models, autogen_context, connection)
    sides = there.sides()
    if request.is_one_of_many:
        said, unknown = request.said.known(sides.database, sides.models)
        request = replace(request, said=said)
        autogen_context.unknown_renames = unknown
    found = find_renames(sides, request, there, wording)
    _tell_of_unanswered(found, request, sides)
    renamed = rename_facts(facts, found.renames, wording)
    after, dependents = _follow(renamed, facts, models, found.renames, autogen_context)
    describe = partial(there.describe, found.renames, impl)
    directives = rename_directives(found.renames, dependents, describe, facts)
    there.add_alternatives(found.renames, directives)
    return Renamed(after, found.renames, tuple(directives))


def refuse_unknown(unknown: Sequence[frozenset[SaidRename]]) -> None:
    """Raise RenameError for a rename that no database of several knows."""
    everywhere = frozenset.intersection(*unknown) if unknown else frozenset()
    for each in sorted(everywhere, key=str):
        flag = "--rename-table" if each.table is None else "--rename"
        raise RenameError(f"{flag} {each}: no database has such a table, nor have the models.")


def explain(up: OpContainer, down: OpContainer, autogen_context: AutogenContext) -> None:
    """Say of each rename that was found why it is one, and how to drop and add instead.

    `down` is what undoes `up`, so far without a change.
    """
    for one, other in zip(up.ops, reversed(down.ops), strict=False):
        if isinstance(one, ModifyTableOps) and isinstance(other, ModifyTableOps):
            has_batch = bool(autogen_context.opts.get("render_as_batch"))
            with autogen_context._within_batch() if has_batch else nullcontext():
                explain(one, other, autogen_context)
            continue
        # compat: sqlalchemy-declarative-extensions' directives are no MigrateOperation
        instead = getattr(one, "info", {}).get(_ALTERNATIVE)
        if instead is not None:
            why, directives = instead
            one.remark = f"Found to be renamed: {why}.\nIf it is not, take what is commented out below instead."
            other.remark = "If it was not renamed, take what is commented out below instead."
            one.remark_below = _source(directives, autogen_context)
            back = [directive.reverse() for directive in reversed(directives)]
            other.remark_below = _source(back, autogen_context)


def _source(directives: list[MigrateOperation], autogen_context: AutogenContext) -> str:
    """Return directives as source; the file does not import what they need."""
    imports = set(autogen_context.imports)
    lines = [line for each in directives for line in autogen_context.render_op(each)]
    autogen_context.imports = imports
    return "\n".join(lines)


def _by_name(indexes: Iterable[Index]) -> list[Index]:
    return sorted(indexes, key=lambda index: str(index.name))


def _tell_of_unanswered(found: Found, request: RenameRequest, sides: Sides) -> None:
    lines, flags = [], []
    for question in found.unanswered:
        choices = ", or ".join(
            f"{each.new} ({round(each.score * 100)} %: {each.reasons})" for each in question.choices
        )
        lines.append(f"{question.kind} {question.old}: perhaps now {choices}")
        flags.append(question.choices[0].flag)
    if lines and request.is_strict:
        raise UnsureRenameError(lines, flags, found.flags_of_sure(sides))
    for line in lines:
        warnings.warn(
            f"Taken for dropped and added, not for renamed: {line}. Say it with renamed_from() "
            "in the models if it was renamed.",
            stacklevel=2,
        )


def _follow(
    renamed: Tables,
    facts: Tables,
    models: ModelSchema,
    renames: Renames,
    autogen_context: AutogenContext,
) -> tuple[Tables, tuple[DependentRename, ...]]:
    finder = Finder(
        renames,
        autogen_context.migration_context.impl,
        autogen_context.dialect,
        bool(autogen_context.opts.get("render_as_batch")),
    )
    touched = [key for key in renamed if renamed[key] is not facts.get(renames.old_key(key))]
    return rename_dependents(renamed, models.facts.tables, models.tables, touched, finder)


class _There:
    """The database as it is: its facts, and Tables under their old names where hooks see them."""

    def __init__(
        self,
        facts: Tables,
        models: ModelSchema,
        autogen_context: AutogenContext,
        connection: Connection,
    ) -> None:
        self._facts = facts
        self._models = models
        self._context = autogen_context
        self._connection = connection
        self._metadata = MetaData()

    def sides(self) -> Sides:
        """Return both sides, the database's as far as `include_name` lets it through."""
        visible = {
            key: facts
            for key, facts in self._facts.items()
            if self._context.run_name_filters(key.name, "table", {"schema_name": key.schema})
        }
        mapped = sqla.mapped_names(self._models.tables.values())
        tables = self._models.tables
        impl = self._context.migration_context.impl
        return Sides(
            visible,
            self._models.facts.tables,
            tables,
            moves_tables=impl.moves_tables,
            folds_names=impl.folds_names,
            default_schema=self._connection.dialect.default_schema_name,
            classes={key: mapped[t].name for key, t in tables.items() if t in mapped},
            attributes={
                key: {
                    **{str(column.name): column.key for column in table.columns},
                    **(mapped[table].attributes if table in mapped else {}),
                }
                for key, table in tables.items()
            },
        )

    def tables(self, keys: Collection[TableKey]) -> Mapping[TableKey, Table]:
        """Return Tables under the names that the database has."""
        built = build_tables(self._connection, [self._facts[key] for key in keys], self._metadata)
        return {key: built[key] for key in keys}

    def admits_tables(
        self, database: Collection[TableKey], models: Collection[TableKey]
    ) -> tuple[set[TableKey], set[TableKey]]:
        """Ask the user's filters which tables take part."""
        ask = self._context.run_object_filters
        found = self.tables(database)
        return (
            {
                key
                for key in database
                if ask(found[key], key.name, "table", reflected=True, compare_to=None)
            },
            {
                key
                for key in models
                if ask(
                    self._models.tables[key], key.name, "table", reflected=False, compare_to=None
                )
            },
        )

    def admits_columns(
        self, database: TableFacts, old: Collection[str], model: TableKey, new: Collection[str]
    ) -> tuple[set[str], set[str]]:
        """Ask the user's filters which columns of a table take part."""
        ask = self._context.run_object_filters
        table, model_table = self.tables([database.key])[database.key], self._models.tables[model]
        if not ask(model_table, model.name, "table", reflected=False, compare_to=table):
            return set(), set()
        parents = {"schema_name": database.key.schema, "table_name": database.key.name}
        visible = [n for n in old if self._context.run_name_filters(n, "column", dict(parents))]

        def admitted(names: Iterable[str], of: Table, *, reflected: bool) -> set[str]:
            return {
                name
                for name in names
                if ask(
                    locate.column(of, name), name, "column", reflected=reflected, compare_to=None
                )
            }

        return admitted(visible, table, reflected=True), admitted(new, model_table, reflected=False)

    def describe(
        self, renames: Renames, impl: DefaultImpl, rename: ColumnRename
    ) -> Mapping[str, Any]:
        """Return what has to be said of a column for its rename: nothing where there is a statement."""
        if impl.has_rename_column:
            return {}
        old_key = renames.old_key(rename.table)
        return ways.existing(locate.column(self.tables([old_key])[old_key], rename.old))

    def add_alternatives(self, renames: Renames, directives: Iterable[MigrateOperation]) -> None:
        """Keep with each directive for what was found how to drop and add instead."""
        for each in directives:
            match each:
                case ModifyTableOps():
                    self.add_alternatives(renames, each.ops)
                case RenameTableOp():
                    for table in renames.tables:
                        if table.why and table.new == (each.target_schema, each.new_table_name):
                            each.info[_ALTERNATIVE] = (table.why, self._instead_of_table(table))
                case AlterColumnOp():
                    key = (each.schema, each.table_name)
                    for column in renames.columns:
                        if column.why and (column.table, column.new) == (key, each.modify_name):
                            instead = self._instead_of_column(column, renames)
                            each.info[_ALTERNATIVE] = (column.why, instead)
                case _:
                    pass

    def _instead_of_table(self, rename: TableRename) -> list[MigrateOperation]:
        table = self.tables([rename.old])[rename.old]
        new = CreateTableOp.from_table(self._models.tables[rename.new])
        wanted = self._models.tables[rename.new].indexes
        return [
            new,
            *(CreateIndexOp.from_index(index) for index in _by_name(wanted)),
            *(DropIndexOp.from_index(index) for index in _by_name(table.indexes)),
            DropTableOp.from_table(table),
        ]

    def _instead_of_column(self, rename: ColumnRename, renames: Renames) -> list[MigrateOperation]:
        (schema, table_name), old_key = rename.table, renames.old_key(rename.table)
        old = locate.column(self.tables([old_key])[old_key], rename.old)
        new = locate.column(self._models.tables[rename.table], rename.new)
        return [
            AddColumnOp.from_column_and_tablename(schema, table_name, new),
            DropColumnOp.from_column_and_tablename(schema, table_name, old),
        ]
