"""What a batch block collects, and how it is carried out at the block's end.

`BatchOperationsImpl` stands in for the database's implementation within the block: it records
each call. `flush` hands the calls on to the real implementation where the database can ALTER all
of it, and otherwise has the table built anew (`draft`, `recreate`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Constraint, Index, MetaData, Table
from sqlalchemy.engine import Dialect

from limbeck.errors import BatchError
from limbeck.operations.draft import Draft
from limbeck.operations.recreate import run_plan
from limbeck.operations.transfer import with_new_names
from limbeck.schema.options import column_arguments

if TYPE_CHECKING:
    from limbeck.ddl.impl import DefaultImpl
    from limbeck.ddl.rebuild import TableRebuild
    from limbeck.operations.base import AbstractOperations

Call = tuple[str, tuple[Any, ...], dict[str, Any]]
"""A recorded call: the implementation's method, its arguments and keyword arguments."""


class BatchOperationsImpl:
    """The implementation that `batch_op` sees: records changes to one table."""

    def __init__(
        self,
        operations: AbstractOperations,
        table_name: str,
        schema: str | None,
        recreate: str,
        copy_from: Table | None,
        table_args: Sequence[Any],
        table_kwargs: Mapping[str, Any],
        reflect_args: Sequence[Any],
        reflect_kwargs: Mapping[str, Any],
        naming_convention: Mapping[str, str] | None,
        partial_reordering: Sequence[tuple[str, ...]] | None,
    ) -> None:
        if recreate not in ("auto", "always", "never"):
            raise ValueError("recreate may be one of 'auto', 'always', or 'never'.")
        self.operations = operations
        self.table_name = table_name
        self.schema = schema
        self.recreate = recreate
        self.copy_from = copy_from
        self.table_args = table_args
        self.table_kwargs = dict(table_kwargs)
        self.reflect_args = reflect_args
        self.reflect_kwargs = dict(reflect_kwargs)
        self.naming_convention = naming_convention
        self.partial_reordering = partial_reordering
        self.batch: list[Call] = []
        self.renamed: dict[str, str] = {}

    @property
    def impl(self) -> DefaultImpl:
        """Return the database's own implementation."""
        return self.operations.migration_context.impl

    @property
    def dialect(self) -> Dialect:
        """Return SQLAlchemy's dialect."""
        return self.impl.dialect

    def flush(self) -> None:
        """Carry out what was recorded."""
        if not self._should_recreate():
            self._apply_in_place()
            return
        rebuild = self.impl.table_rebuild(self.table_name, self.schema)
        with rebuild.guard():
            if self.copy_from is None and rebuild.renames_columns_in_place():
                self._rename_columns_in_place()
            if self._should_recreate() or self._places_columns():
                self._recreate(rebuild, self._read_table(rebuild))
            else:
                self._apply_in_place()

    def _should_recreate(self) -> bool:
        if self.recreate == "auto":
            return self.impl.requires_recreate_in_batch(self)
        return self.recreate == "always"

    def _places_columns(self) -> bool:
        """Tell whether a column has to stand at a place, which ALTER can't do."""
        return any(_without_places(keywords) != keywords for _, _, keywords in self.batch)

    def _apply_in_place(self) -> None:
        for name, arguments, keywords in self.batch:
            if name == "create_index":
                arguments = (with_new_names(arguments[0], self._names_gone()),)
            getattr(self.impl, name)(*arguments, **_without_places(keywords))

    def _names_gone(self) -> Mapping[str, str]:
        """Return what became of names that columns have had and no column has."""
        added = {arguments[1].name for name, arguments, _ in self.batch if name == "add_column"}
        taken = {*added, *self.renamed.values()}
        return {old: new for old, new in self.renamed.items() if old not in taken}

    def _read_table(self, rebuild: TableRebuild) -> Table:
        if self.copy_from is not None:
            return self.copy_from
        naming = dict(self.naming_convention) if self.naming_convention else None
        metadata = MetaData(naming_convention=naming)
        return rebuild.read_table(metadata, self.reflect_args, self.reflect_kwargs)

    def _recreate(self, rebuild: TableRebuild, table: Table) -> None:
        draft = Draft(
            self.impl,
            table,
            table_args=self.table_args,
            table_kwargs=self.table_kwargs,
            partial_reordering=self.partial_reordering or (),
            earlier_names=self.renamed,
        )
        for name, arguments, keywords in self.batch:
            getattr(draft, name)(*arguments, **keywords)
        self.impl.prep_table_for_batch(draft, table)
        run_plan(draft.plan(), self.impl, rebuild)

    def _rename_columns_in_place(self) -> None:
        """Rename columns by ALTER first: the database follows them in views, triggers and keys.

        What the batch adds can't be renamed yet. What it drops gives way to a column that takes
        its name.
        """
        remaining: list[Call] = []
        added: set[str] = set()
        dropped: dict[str, int] = {}
        for name, arguments, keywords in self.batch:
            if name == "add_column":
                added.add(arguments[1].name.lower())
            elif name == "drop_column":
                dropped[self._name_now(arguments[1].name).lower()] = len(remaining)
            elif name == "alter_column" and arguments[1].lower() not in added:
                place = dropped.pop(str(keywords.get("name")).lower(), None)
                if place is not None:
                    remaining[place] = self._put_aside(remaining[place])
                keywords, column = self._rename_in_place(arguments[1], keywords)
                if not _changes_something(self.impl.dialect, keywords):
                    continue
                arguments = (arguments[0], column, *arguments[2:])
            remaining.append((name, arguments, keywords))
        self.batch[:] = remaining

    def _rename_in_place(self, said: str, keywords: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """Rename a column if it gets another name; return what is left to do, and its name now."""
        column = self._name_now(said)
        new: Any = keywords.get("name")
        if new is not None and new != column:
            self.impl.alter_column(self.table_name, column, name=new, schema=self.schema)
            self._note_rename(said, column, new)
            column = new
        return keywords | {"name": None}, column

    def _put_aside(self, drop: Call) -> Call:
        """Give a column that is to be dropped a name that nobody wants; return its drop."""
        name, (table_name, column, *more), keywords = drop
        known = self._name_now(column.name)
        aside = f"_limbeck_dropped_{known}"
        self.impl.alter_column(self.table_name, known, name=aside, schema=self.schema)
        return name, (table_name, Column(aside, column.type), *more), keywords

    def _name_now(self, name: str) -> str:
        """Return the name of a column that the batch may still call as it was before."""
        return name if name in self.renamed.values() else self.renamed.get(name, name)

    def _note_rename(self, said: str, column: str, new: str) -> None:
        for former, name in self.renamed.items():
            if name == column:
                self.renamed[former] = new
        self.renamed[said] = new

    def alter_column(self, *arg: Any, **kw: Any) -> None:
        """Record the alteration of a column."""
        self.batch.append(("alter_column", arg, kw))

    def replace_column(self, *arg: Any, **kw: Any) -> None:
        """Record the replacement of a column."""
        self.batch.append(("replace_column", arg, kw))

    def add_column(self, *arg: Any, **kw: Any) -> None:
        """Record a new column."""
        if ("insert_before" in kw or "insert_after" in kw) and not self._should_recreate():
            raise BatchError(
                "Can't specify insert_before or insert_after when using ALTER; "
                "please specify recreate='always'"
            )
        self.batch.append(("add_column", arg, kw))

    def drop_column(self, *arg: Any, **kw: Any) -> None:
        """Record the drop of a column."""
        self.batch.append(("drop_column", arg, kw))

    def add_constraint(self, const: Constraint, **kw: Any) -> None:
        """Record a new constraint."""
        self.batch.append(("add_constraint", (const,), kw))

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        """Record the drop of a constraint."""
        self.batch.append(("drop_constraint", (const,), kw))

    def rename_table(self, *arg: Any, **kw: Any) -> None:
        """Record the renaming of the table."""
        self.batch.append(("rename_table", arg, kw))

    def create_index(self, idx: Index, **kw: Any) -> None:
        """Record a new index."""
        self.batch.append(("create_index", (idx,), kw))

    def drop_index(self, idx: Index, **kw: Any) -> None:
        """Record the drop of an index."""
        self.batch.append(("drop_index", (idx,), kw))

    def rename_index(self, *arg: Any, **kw: Any) -> None:
        """Record the renaming of an index."""
        self.batch.append(("rename_index", arg, kw))

    def rename_constraint(self, *arg: Any, **kw: Any) -> None:
        """Record the renaming of a constraint."""
        self.batch.append(("rename_constraint", arg, kw))

    def create_table_comment(self, table: Table) -> None:
        """Record the table's new comment."""
        self.batch.append(("create_table_comment", (table,), {}))

    def drop_table_comment(self, table: Table) -> None:
        """Record that the table shall have no comment."""
        self.batch.append(("drop_table_comment", (table,), {}))

    def set_constraint_comment(self, *arg: Any, **kw: Any) -> None:
        """Record a constraint's comment."""
        self.batch.append(("set_constraint_comment", arg, kw))

    def alter_table_options(self, *arg: Any, **kw: Any) -> None:
        """Record options of the table."""
        self.batch.append(("alter_table_options", arg, kw))

    def create_column_comment(self, column: Column[Any]) -> None:
        """Record a column's comment."""
        self.batch.append(("create_column_comment", (column,), {}))

    def create_table(self, table: Table) -> None:
        """Refuse: a batch block is about one table that exists."""
        raise NotImplementedError("Can't create table in batch mode")

    def drop_table(self, table: Table) -> None:
        """Refuse: a batch block is about one table that stays."""
        raise NotImplementedError("Can't drop table in batch mode")


def _without_places(keywords: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords without the place of a column, which ALTER can't choose everywhere."""
    places = ("insert_before", "insert_after")
    return {name: value for name, value in keywords.items() if name not in places}


def _changes_something(dialect: Dialect, keywords: dict[str, Any]) -> bool:
    """Tell whether an alteration does more than rename."""
    return (
        any(keywords.get(name) is not None for name in ("nullable", "type_", "autoincrement"))
        or keywords.get("server_default", False) is not False
        or keywords.get("comment", False) is not False
        or bool({"insert_before", "insert_after"} & keywords.keys())
        or bool(column_arguments(dialect, keywords))
    )
