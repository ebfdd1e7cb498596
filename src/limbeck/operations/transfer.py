"""Constraints and indexes of one table, made again for another with the same columns.

Columns may have new names (`new_names`: old → new); text that mentions them is rewritten word by
word, strings left alone. Pure: receives and returns SQLAlchemy objects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement, ColumnClause, TextClause

from limbeck import sqla
from limbeck.errors import BatchError
from limbeck.operations.schemaobj import ensure_referred

_WORD = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|[^\W\d]\w*")

_PREPARER = DefaultDialect().identifier_preparer


def transfer_constraint(constraint: Constraint, table: Table, new_names: Mapping[str, str]) -> None:
    """Give `table` the constraint; a foreign key goes on naming the tables that it names."""
    common = {
        "name": sqla.constraint_name(constraint),
        "deferrable": constraint.deferrable,
        "initially": constraint.initially,
        "comment": constraint.comment,
        "info": dict(constraint.info),
        **constraint.dialect_kwargs,
    }
    match constraint:
        case PrimaryKeyConstraint() | UniqueConstraint():
            columns = [_column(table, column.name, new_names) for column in constraint.columns]
            table.append_constraint(type(constraint)(*columns, **common))
        case ForeignKeyConstraint():
            columns = [_column(table, e.parent.name, new_names) for e in constraint.elements]
            targets = _targets(constraint, new_names)
            table.append_constraint(
                ForeignKeyConstraint(
                    columns,
                    targets,
                    onupdate=constraint.onupdate,
                    ondelete=constraint.ondelete,
                    match=constraint.match,
                    **common,
                )
            )
        case CheckConstraint():
            condition = _rename(constraint.sqltext, table, new_names)
            table.append_constraint(CheckConstraint(condition, **common))
        case _:
            table.append_constraint(sqla.copy_constraint(constraint, table))


def transfer_index(index: Index, table: Table, new_names: Mapping[str, str]) -> Index:
    """Return the index on `table`."""
    elements = [_rename(element, table, new_names) for element in index.expressions]
    options = {
        name: _rename(value, table, new_names) if isinstance(value, ClauseElement) else value
        for name, value in index.kwargs.items()
    }
    return Index(index.name, *elements, unique=index.unique, _table=table, **options)


def with_new_names(index: Index, new_names: Mapping[str, str]) -> Index:
    """Return an index whose table has other names for its columns by now."""
    own = index.table
    if own is None or not any(mentions(index, name) for name in new_names):
        return index
    columns = (Column(new_names.get(c.name, c.name), c.type) for c in own.columns)
    table = Table(own.name, MetaData(), *columns, schema=own.schema)
    return transfer_index(index, table, new_names)


def ensure_referred_tables(table: Table) -> None:
    """Put the tables that foreign keys refer to by name into the table's MetaData."""
    for key in sorted(table.foreign_keys, key=lambda key: key.target_fullname):
        ensure_referred(table.metadata, key)


def columns_named_in(constraint: Constraint) -> set[str]:
    """Return the names of its table's columns that a constraint needs."""
    match constraint:
        case ForeignKeyConstraint():
            return {element.parent.name for element in constraint.elements}
        case CheckConstraint():
            sql, owner = str(constraint.sqltext), constraint.parent
            own = [owner] if isinstance(owner, Column) else constraint.table.columns
            return {column.name for column in own if _has_word(sql, column.name)}
        case PrimaryKeyConstraint() | UniqueConstraint():
            return {column.name for column in constraint.columns}
        case _:
            columns: Any = getattr(constraint, "columns", ())
            return {column.name for column in columns}


def mentions(index: Index, column_name: str) -> bool:
    """Tell whether an index needs the column."""
    parts = [*index.expressions, *index.kwargs.values()]
    return any(
        _has_word(part.name if isinstance(part, Column) else str(part), column_name)
        for part in parts
    )


def rename_words(sql: str, new_names: Mapping[str, str]) -> str:
    """Return SQL text with the names replaced, whether bare or quoted."""
    lowered = {old.lower(): new for old, new in new_names.items()}

    def replace(match: re.Match[str]) -> str:
        word = match.group()
        if word[0] == "'":
            return word
        first, last = (word[0], word[-1]) if word[0] in '"`[' else ("", "")
        name = word[1:-1].replace(last * 2, last) if first else word
        new = lowered.get(name.lower())
        if new is None:
            return word
        if not first:
            return _PREPARER.quote(new) if new else new  # the name of a table is left out
        return f"{first}{new.replace(last, last * 2)}{last}"

    return _WORD.sub(replace, sql)


def _has_word(sql: str, name: str) -> bool:
    return rename_words(sql, {name: ""}) != sql


def _column(table: Table, name: str, new_names: Mapping[str, str]) -> Column[Any]:
    column = table.c.get(name) if name in table.c else table.c.get(new_names.get(name, name))
    if column is None:
        raise BatchError(f"No such column: {name!r} in the table {table.name!r}")
    return column


def _targets(key: ForeignKeyConstraint, new_names: Mapping[str, str]) -> list[str]:
    """Return what the foreign key refers to, by names; itself with its columns' new names."""
    own = key.table.fullname
    targets = []
    for element in key.elements:
        table_name, _, column_name = element.target_fullname.rpartition(".")
        if table_name == own:
            column_name = new_names.get(column_name, column_name)
        targets.append(f"{table_name}.{column_name}")
    return targets


def _rename(expression: Any, table: Table, new_names: Mapping[str, str]) -> Any:
    """Return an expression on the columns of `table`."""
    if isinstance(expression, str):
        return rename_words(expression, new_names)
    if isinstance(expression, TextClause):
        return text(rename_words(expression.text, new_names)) if new_names else expression

    def replace(element: Any, **kw: Any) -> Any:
        if isinstance(element, TextClause):
            return text(rename_words(element.text, new_names)) if new_names else None
        if isinstance(element, ColumnClause) and element.is_literal:
            return literal_column(rename_words(element.name, new_names)) if new_names else None
        if isinstance(element, ColumnClause):
            return table.c.get(new_names.get(element.name, element.name), None)
        return None

    return visitors.replacement_traverse(expression, {}, replace)
