"""The last look at the directives of a script before hooks see them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from io import StringIO
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint
from sqlalchemy.sql.elements import TypeCoerce, UnaryExpression
from sqlalchemy.types import TypeEngine, to_instance

from limbeck.autogenerate.context import AutogenContext
from limbeck.ddl.impl import DefaultImpl
from limbeck.ddl.objects import EnumName
from limbeck.errors import UnsupportedOperationError
from limbeck.operations.base import Operations
from limbeck.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    AlterDomainOp,
    CreateDomainOp,
    CreateEnumOp,
    CreateIndexOp,
    CreateTableOp,
    DropIndexOp,
    DropTableOp,
    MigrateOperation,
    MigrationScript,
    ModifyTableOps,
    OpContainer,
)
from limbeck.runtime.migration import MigrationContext
from limbeck.schema.facts import TableKey, without_quotes

_POSSIBLE_EVERYWHERE = (CreateIndexOp, DropIndexOp)


def leave_out_needless_drops(container: OpContainer) -> None:
    """Leave out the drop of an index whose table is dropped next, where a foreign key needs it.

    InnoDB refuses to drop an index that a foreign key of the table stands on; with the table it
    goes by itself. Elsewhere it is just as needless.
    """
    dropped = {
        (each.schema, each.table_name): each
        for each in container.ops
        if isinstance(each, DropTableOp)
    }
    for each in container.ops:
        if isinstance(each, ModifyTableOps):
            table = dropped.get((each.schema, each.table_name))
            if table is not None:
                needed = _foreign_key_columns(table)
                each.ops = [op for op in each.ops if not _is_needed_index(op, needed)]
    container.ops[:] = [
        each for each in container.ops if not isinstance(each, ModifyTableOps) or each.ops
    ]


def leave_out_needless_types(container: OpContainer, impl: DefaultImpl) -> None:
    """Leave out the creation of an enum type that a column of its own brings along.

    So it is written as Alembic writes it. What is made of the type before that needs it by itself.
    """
    brought: set[EnumName] = set()
    for each in container.ops:
        for type_ in _types_of(each):
            brought |= impl.enums_brought_by(type_)
    bases = {
        without_quotes(each.type_.removesuffix("[]"))
        for each in container.ops
        if isinstance(each, CreateDomainOp | AlterDomainOp) and isinstance(each.type_, str)
    }
    default_schema = impl.dialect.default_schema_name

    def is_needless(each: MigrateOperation) -> bool:
        if not isinstance(each, CreateEnumOp) or str(_path(each)) in bases:
            return False
        names = {(each.schema, each.enum_name)}
        if each.schema is None:
            names.add((default_schema, each.enum_name))
        return bool(names & brought)

    container.ops[:] = [each for each in container.ops if not is_needless(each)]


def _path(directive: CreateEnumOp) -> TableKey:
    return TableKey(directive.schema, directive.enum_name)


def _types_of(directive: MigrateOperation) -> Iterator[TypeEngine[Any]]:
    """Yield the types of the columns that a directive creates or changes."""
    match directive:
        case ModifyTableOps():
            for each in directive.ops:
                yield from _types_of(each)
        case CreateTableOp():
            yield from (each.type for each in directive.columns if isinstance(each, Column))
        case AddColumnOp():
            yield directive.column.type
        case AlterColumnOp() if directive.modify_type is not None:
            yield to_instance(directive.modify_type)


def warn_of_impossible(script: MigrationScript, autogen_context: AutogenContext) -> None:
    """Warn of changes that the database has no ALTER for, unless a batch will make them.

    Each is tried as a SQL script that nobody reads: the directive itself knows what it needs.
    """
    migration_context = autogen_context.migration_context
    if migration_context.impl.supports_alter or autogen_context.opts.get("render_as_batch"):
        return
    opts = {"as_sql": True, "output_buffer": StringIO()}
    trial = MigrationContext(migration_context.dialect, None, opts)
    operations = Operations(trial)
    said: set[str] = set()
    for container in (script.upgrade_ops_list[-1], script.downgrade_ops_list[-1]):
        for each in container.ops:
            for directive in each.ops if isinstance(each, ModifyTableOps) else ():
                if isinstance(directive, _POSSIBLE_EVERYWHERE):
                    continue
                try:
                    operations.invoke(directive)
                except UnsupportedOperationError as error:
                    if str(error) not in said:
                        said.add(str(error))
                        warnings.warn(str(error), stacklevel=2)


def _foreign_key_columns(table: DropTableOp) -> list[tuple[str, ...]]:
    items = () if table._reverse is None else table._reverse.columns
    return [tuple(item.column_keys) for item in items if isinstance(item, ForeignKeyConstraint)]


def _is_needed_index(op: object, needed: list[tuple[str, ...]]) -> bool:
    if not isinstance(op, DropIndexOp) or op._reverse is None:
        return False
    columns = tuple(_column_name(each) for each in op._reverse.columns)
    return any(columns[: len(each)] == each for each in needed)


def _column_name(element: Any) -> str | None:
    """Return the column that an element of an index begins with: `` `name`(20) DESC `` too."""
    if isinstance(element, UnaryExpression):
        return _column_name(element.element)
    if isinstance(element, TypeCoerce):
        return _column_name(element.clause)
    name = element if isinstance(element, str) else getattr(element, "name", None)
    if name is None or isinstance(element, Column):
        return name
    found = _LEADING_NAME.match(str(name))
    return str(name) if found is None else found["quoted"] or found["plain"]


_LEADING_NAME = re.compile(
    r"(?:`(?P<quoted>[^`]+)`|(?P<plain>\w+))(?:\(\d+\))?(?: (?:ASC|DESC))?\Z"
)
