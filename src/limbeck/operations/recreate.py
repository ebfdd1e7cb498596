"""The plan of a table built anew, and its run.

    Table (old) + recorded calls → Draft → RecreatePlan → CREATE new · INSERT … SELECT · DROP old ·
                                   (draft)                RENAME new · CREATE INDEX · ADD FOREIGN KEY

A plan is a value; `run_plan` does nothing but send it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Constraint,
    Index,
    Table,
    column,
    insert,
    inspect,
    literal_column,
    select,
    table,
)
from sqlalchemy.sql.expression import Insert

from limbeck import sqla
from limbeck.errors import BatchError

if TYPE_CHECKING:
    from limbeck.ddl.impl import DefaultImpl
    from limbeck.ddl.rebuild import TableRebuild

_MAX_NAME = 50


@dataclass(frozen=True, slots=True)
class RecreatePlan:
    """All that is sent, in order.

    `copied` are the new columns that get values, with what they get of the old table;
    `kept_indexes` are unchanged but for the names in `index_names`.
    """

    old: Table
    new: Table
    copied: Mapping[str, ColumnElement[Any]]
    columns_of_old_type: tuple[str, ...]
    kept_indexes: tuple[Index, ...]
    index_names: tuple[tuple[str, str], ...]
    new_indexes: tuple[tuple[Index, Mapping[str, Any]], ...]
    foreign_keys: tuple[Constraint, ...]


def temporary_name(table_name: str) -> str:
    """Return the name of the new table until it takes the old one's place."""
    return f"_alembic_tmp_{table_name}"[:_MAX_NAME]


def run_plan(plan: RecreatePlan, impl: DefaultImpl, rebuild: TableRebuild) -> None:
    """Send a plan's statements; raises BatchError where a batch that broke off left its table."""
    _check_is_free(plan.new, impl)
    rebuild.start()
    rebuild.adjust_columns(plan.new, plan.columns_of_old_type)
    _create_and_copy(plan, impl, rebuild)
    impl.drop_table(plan.old)
    impl.rename_table(plan.new.name, plan.old.name, schema=plan.new.schema)
    _create_indexes(plan, impl, rebuild)
    for constraint in plan.foreign_keys:
        impl.add_constraint(constraint)
    rebuild.finish()


def _check_is_free(new: Table, impl: DefaultImpl) -> None:
    if impl.as_sql or impl.connection is None:
        return
    if inspect(impl.connection).has_table(new.name, schema=new.schema):
        raise BatchError(
            f"Can't build a table anew under the name {new.name!r} for a moment: there is a table of "
            "that name, which a batch that broke off has left. Look whether all of its rows are in "
            "the table itself, and drop it."
        )


def _create_and_copy(plan: RecreatePlan, impl: DefaultImpl, rebuild: TableRebuild) -> None:
    impl.create_table(plan.new)
    try:
        if plan.copied:
            impl._exec(_copy(plan, rebuild.row_numbers(plan.old, plan.new)))
        rebuild.copied(plan.old, plan.new)
    except Exception:
        if not (impl.as_sql or impl.transactional_ddl or rebuild.is_atomic):
            impl.drop_table(plan.new)
        raise


def _copy(plan: RecreatePlan, row_numbers: tuple[str, str] | None) -> Insert:
    old, new = plan.old, plan.new
    names, values = list(plan.copied), list(plan.copied.values())
    if row_numbers is not None:
        values.insert(0, literal_column(row_numbers[0]))
        names.insert(0, row_numbers[1])
    labelled = [
        value if isinstance(value, Column) else value.label(name)
        for name, value in zip(names, values, strict=True)
    ]
    target = table(new.name, *map(column, names), schema=new.schema)
    rows = select(*labelled).select_from(old)
    return insert(target).from_select(names, rows, include_defaults=False)


def _create_indexes(plan: RecreatePlan, impl: DefaultImpl, rebuild: TableRebuild) -> None:
    for index in plan.kept_indexes:
        statement = rebuild.index_statement(index)
        if statement is None:
            impl.create_index(index)
        else:
            impl._exec(sqla.escape_binds(statement))
    for old, new in plan.index_names:
        impl.rename_index(str(plan.old.name), old, new, schema=plan.new.schema)
    for index, keywords in plan.new_indexes:
        impl.create_index(index, **keywords)
