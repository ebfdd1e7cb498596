"""SQLAlchemy schema objects for the names and columns that directives hold.

Receives plain arguments, returns a Table, Column, Constraint or Index that hangs in a MetaData
of its own, with the naming convention of the environment's `target_metadata`; only as much of
the surrounding tables exists as the object needs to be compiled. Nothing here runs anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeGuard

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnElement, TextClause
from sqlalchemy.types import NULLTYPE, TypeEngine

from limbeck import sqla


class HasOptions(Protocol):
    """What schema objects need of the migration context: its options (`target_metadata`)."""

    @property
    def opts(self) -> Mapping[str, Any]:
        """Return the options of `context.configure()`."""


class SchemaObjects:
    """Builds schema objects under the naming convention of one migration context."""

    def __init__(self, migration_context: HasOptions | None = None) -> None:
        self.migration_context = migration_context

    def metadata(self) -> MetaData:
        """Return an empty MetaData with the environment's naming convention."""
        if self.migration_context is not None:
            target = self.migration_context.opts.get("target_metadata")
            if isinstance(target, MetaData):
                return MetaData(naming_convention=target.naming_convention)
        return MetaData()

    def primary_key_constraint(
        self,
        name: str | None,
        table_name: str,
        cols: Sequence[str],
        schema: str | None = None,
        **dialect_kw: Any,
    ) -> PrimaryKeyConstraint:
        """Return a primary key on a table of just its columns."""
        table = self._table_of(table_name, cols, schema)
        constraint = PrimaryKeyConstraint(*[table.c[col] for col in cols], name=name, **dialect_kw)
        table.append_constraint(constraint)
        return constraint

    def unique_constraint(
        self,
        name: str | None,
        source: str,
        local_cols: Sequence[str],
        schema: str | None = None,
        **kw: Any,
    ) -> UniqueConstraint:
        """Return a unique constraint on a table of just its columns."""
        table = self._table_of(source, local_cols, schema)
        constraint = UniqueConstraint(*[table.c[col] for col in local_cols], name=name, **kw)
        table.append_constraint(constraint)
        return constraint

    def foreign_key_constraint(
        self,
        name: str | None,
        source: str,
        referent: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        initially: str | None = None,
        match: str | None = None,
        **dialect_kw: Any,
    ) -> ForeignKeyConstraint:
        """Return a foreign key between two tables (or one) of just the columns concerned."""
        metadata = self.metadata()
        own = list(local_cols)
        if (source, source_schema) == (referent, referent_schema):
            own += remote_cols
        else:
            self._table_of(referent, remote_cols, referent_schema, metadata)
        table = self._table_of(source, own, source_schema, metadata)
        target = referent if referent_schema is None else f"{referent_schema}.{referent}"
        constraint = ForeignKeyConstraint(
            local_cols,
            [f"{target}.{column}" for column in remote_cols],
            name=name,
            onupdate=onupdate,
            ondelete=ondelete,
            deferrable=deferrable,
            initially=initially,
            match=match,
            **dialect_kw,
        )
        table.append_constraint(constraint)
        return constraint

    def check_constraint(
        self,
        name: str | None,
        source: str,
        condition: str | TextClause | ColumnElement[Any],
        schema: str | None = None,
        **kw: Any,
    ) -> CheckConstraint:
        """Return a check constraint on a table of the columns that the condition names."""
        table = Table(source, self.metadata(), schema=schema)
        if isinstance(condition, ColumnElement):
            # on columns of a model, the constraint would hang itself on the model
            condition = _own_element(table, condition)
        constraint = CheckConstraint(condition, name=name, **kw)
        table.append_constraint(constraint)
        return constraint

    def generic_constraint(
        self,
        name: str | None,
        table_name: str,
        type_: str | None,
        schema: str | None = None,
        **kw: Any,
    ) -> Constraint:
        """Return a constraint of the kind `type_`, only good for being dropped by its name.

        Raises TypeError when the kind is not known.
        """
        constraint: Constraint
        match type_:
            case "foreignkey":
                constraint = ForeignKeyConstraint([], [], name=name, **kw)
            case "primary":
                constraint = PrimaryKeyConstraint(name=name, **kw)
            case "unique":
                constraint = UniqueConstraint(name=name, **kw)
            case "check":
                constraint = CheckConstraint("", name=name, **kw)
            case None:
                constraint = Constraint(name=name, **kw)
            case _:
                raise TypeError(
                    "'type' can be one of 'check', 'foreignkey', 'primary', 'unique', None; "
                    f"it is {type_!r} for the constraint {name!r} of {table_name!r}"
                )
        Table(table_name, self.metadata(), schema=schema).append_constraint(constraint)
        return constraint

    def column(self, name: str, type_: TypeEngine[Any], **kw: Any) -> Column[Any]:
        """Return a column."""
        return Column(name, type_, **kw)

    def table(
        self, name: str, *columns: Any, _constraints_included: bool = False, **kw: Any
    ) -> Table:
        """Return a table of copies of those columns and constraints that hang elsewhere.

        `_constraints_included`: the items are all of a table's, so that the columns' flags and
        types must not bring the same constraints and indexes once more.
        """
        metadata = self.metadata()
        attached = [item for item in columns if _is_attached_constraint(item)]
        items = [_detached(item) for item in columns if not _is_attached_constraint(item)]
        if _constraints_included:
            for item in items:
                if isinstance(item, Column):
                    item.unique = item.index = None
        nameless = _nameless_checks(columns, metadata)
        sqla.except_from_convention(nameless)
        table = Table(name, metadata, *items, **kw)
        for item in attached:
            # the columns' types have made their own constraints already
            if not sqla.is_type_bound(item):
                table.append_constraint(sqla.copy_constraint(item, table))
        if nameless:
            sqla.leave_nameless([*nameless, *table.constraints])
        for key in sorted(table.foreign_keys, key=lambda key: key.target_fullname):
            ensure_referred(metadata, key)
        return table

    def index(
        self,
        name: str | None,
        tablename: str | None,
        columns: Sequence[str | TextClause | ColumnElement[Any]],
        schema: str | None = None,
        **kw: Any,
    ) -> Index:
        """Return an index on a table of just the columns it names."""
        table = Table(tablename or "no_table", self.metadata(), schema=schema)
        elements = [_index_element(table, column) for column in columns]
        return Index(name, *elements, _table=table, **kw)

    def _table_of(
        self,
        name: str,
        columns: Sequence[str],
        schema: str | None,
        metadata: MetaData | None = None,
    ) -> Table:
        unique = dict.fromkeys(columns)
        return Table(
            name,
            self.metadata() if metadata is None else metadata,
            *[Column(column, NULLTYPE) for column in unique],
            schema=schema,
        )


def _nameless_checks(items: Sequence[Any], metadata: MetaData) -> list[CheckConstraint]:
    """Return the checks without a name, where the convention makes names of names.

    The models can't have any there, but a database can, and a table of it is created again.
    """
    convention: Mapping[Any, Any] = metadata.naming_convention
    template = convention.get("ck", convention.get(CheckConstraint, ""))
    if "%(constraint_name)s" not in template:
        return []
    every = [
        each
        for item in items
        for each in (item.constraints if isinstance(item, Column) else [item])
    ]
    return [each for each in every if isinstance(each, CheckConstraint) and each.name is None]


def _detached(item: Any) -> Any:
    if isinstance(item, Column) and item.table is not None:
        return sqla.copy_column(item)
    return item


def _is_attached_constraint(item: Any) -> TypeGuard[Constraint]:
    return isinstance(item, Constraint) and getattr(item, "parent", None) is not None


def ensure_referred(metadata: MetaData, key: ForeignKey) -> None:
    """Put the table and column that a foreign key names into the MetaData."""
    *path, table_name, column_name = key.target_fullname.split(".")
    schema = ".".join(path) or None
    full_name = ".".join([*path, table_name])
    table = metadata.tables.get(full_name)
    if table is None:
        table = Table(table_name, metadata, schema=schema)
    if column_name not in table.c:
        table.append_column(Column(column_name, NULLTYPE))


def _index_element(
    table: Table, column: str | TextClause | ColumnElement[Any]
) -> TextClause | ColumnElement[Any]:
    """Return an element of an index, with all columns in it belonging to `table`."""
    if isinstance(column, TextClause):
        return column
    if isinstance(column, str):
        return _own_column(table, column)
    return _own_element(table, column)


def _own_element(table: Table, expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return an expression, with the columns of other tables in it replaced by those of `table`."""

    def replace(element: Any, **kw: Any) -> Any:
        return _own_column(table, element) if isinstance(element, Column) else None

    replaced: ColumnElement[Any] = visitors.replacement_traverse(expression, {}, replace)
    return replaced


def _own_column(table: Table, column: str | Column[Any]) -> Column[Any]:
    name = column if isinstance(column, str) else column.name
    for known in table.c:  # by its name: the table knows it by its key
        if known.name == name:
            return known
    own = Column(column, NULLTYPE) if isinstance(column, str) else sqla.copy_column(column)
    own.unique = own.index = None
    own.primary_key = False
    table.append_column(own)
    return own
