"""Asking the database for the rows that are in the way of a change.

Receives `Question`s, returns an `Answer` for each that found something. Every statement is a plain
SELECT that stops at a few rows or after a few seconds, under a savepoint that is rolled back, so
that no lock outlives it. What the database refuses, or does not know in time, is a warning.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    column,
    func,
    inspect,
    literal_column,
    select,
)
from sqlalchemy import table as table_clause
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.types import NullType, SchemaType, TypeDecorator, TypeEngine, to_instance

from limbeck.ddl.impl import DefaultImpl
from limbeck.ddl.offline import compile_statement
from limbeck.diff.data import Kind, Question
from limbeck.operations.keyset import plain_value
from limbeck.operations.ops import AlterColumnOp
from limbeck.schema.facts import TableKey
from limbeck.sqla import is_autocommit, script_dialect

MOST_COUNTED = 1000
_EXAMPLES = 5
_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What is in the way: how many rows, which for example, how to see them.

    `count` None: the database did not say. `keys` are the primary key's columns and `columns` those
    of the question, by their names when the directive is run.
    """

    question: Question
    count: int | None
    examples: str = ""
    sql: str = ""
    keys: tuple[Column[Any], ...] = ()
    columns: tuple[Column[Any], ...] = ()

    @property
    def counted(self) -> str:
        """The number of rows in words."""
        if self.count is None:
            return "an unknown number of"
        return f"{self.count:,}" if self.count < MOST_COUNTED else f"{MOST_COUNTED:,} or more"


def ask(
    connection: Connection, impl: DefaultImpl, questions: Iterable[Question]
) -> tuple[Answer, ...]:
    """Return the answers, in the questions' order; none for a question that nothing answers to."""
    asker = _Asker(connection, impl)
    with impl.time_limit(connection, _SECONDS):
        found = [asker.answer(each) for question in questions for each in asker.expand(question)]
    return tuple(answer for answer in found if answer is not None)


def has_values(
    connection: Connection, impl: DefaultImpl, table: TableKey, name: str, values: Collection[str]
) -> bool:
    """Tell whether rows have one of the values in a column; warn where nobody can say."""
    target = table_clause(table.name, column(name, String), schema=table.schema)
    rows: Select[Any] = (
        select(literal_column("1")).select_from(target).where(target.c[name].in_(values))
    )
    try:
        with impl.time_limit(connection, _SECONDS), _undone(connection):
            return connection.execute(rows.limit(1)).first() is not None
    except SQLAlchemyError as error:
        warnings.warn(
            f"The rows of {table} could not be looked at ({_reason(error)}): if they have one of "
            f"{', '.join(map(repr, values))} in {name}, write op.rename_values() for them.",
            stacklevel=2,
        )
        return False


class _Asker:
    """One look at the rows of a database; what is known of a table is asked once."""

    def __init__(self, connection: Connection, impl: DefaultImpl) -> None:
        self._connection = connection
        self._impl = impl
        self._has_rows: dict[TableKey, bool] = {}
        self._types: dict[TableKey, tuple[list[str], dict[str, TypeEngine[Any]]]] = {}

    def expand(self, question: Question) -> Sequence[Question]:
        """Return a question of each column where it is about a type of several; or itself."""
        if question.make is None:
            return (question,)
        key = question.table
        try:
            with _undone(self._connection):
                found = self._impl.columns_of_type(self._connection, key.name, key.schema)
        except SQLAlchemyError as error:
            _warn(question, error)
            return ()
        return [question.of_column(each) for each in found]

    def answer(self, question: Question) -> Answer | None:
        """Return what is in the way, None where nothing is; warn where nobody can say."""
        try:
            with _undone(self._connection):
                if question.kind is Kind.BEYOND:
                    return self._look_at_number(question)
                if not self._table_has_rows(question):
                    return None
                return self._look(question)
        except SQLAlchemyError as error:
            _warn(question, error)
            return Answer(question, None)

    def _table_has_rows(self, question: Question) -> bool:
        if question.table not in self._has_rows:
            one: Select[Any] = select(literal_column("1")).select_from(question.target).limit(1)
            self._has_rows[question.table] = self._connection.execute(one).first() is not None
        return self._has_rows[question.table]

    def _look_at_number(self, question: Question) -> Answer | None:
        place = (*question.table, *question.columns.values())
        number = self._impl.number_beyond(self._connection, place, question.limits)
        return None if number is None else Answer(question, 1, str(number))

    def _look(self, question: Question) -> Answer | None:
        rows = _rows_in_the_way(question)
        count = self._count(rows)
        if count == 0 or (question.kind is Kind.SAME and count < 2):
            return None
        keys, types = self._columns(question.table)
        types = types | _types_told(question)
        examples = ""
        if not question.kind.is_of_whole_table:
            examples = self._examples(question, keys)
        return Answer(
            question,
            count,
            examples,
            self._text(_to_look_at(question, keys, types)),
            _typed(keys, types, question),
            _typed([name for name in question.columns.values() if name in types], types, question),
        )

    def _count(self, rows: Select[Any]) -> int:
        bounded = rows.limit(MOST_COUNTED).subquery("found")
        return self._connection.scalar(select(func.count()).select_from(bounded)) or 0

    def _columns(self, key: TableKey) -> tuple[list[str], dict[str, TypeEngine[Any]]]:
        """Return the primary key's columns, and the types of all."""
        if key not in self._types:
            inspector = inspect(self._connection)
            types = {
                each["name"]: general_type(each["type"])
                for each in inspector.get_columns(key.name, schema=key.schema)
            }
            primary_key = inspector.get_pk_constraint(key.name, schema=key.schema)
            self._types[key] = (primary_key["constrained_columns"], types)
        return self._types[key]

    def _examples(self, question: Question, keys: list[str]) -> str:
        """Return the keys of a few rows, in words; of values that several rows have, of one such."""
        if not keys:
            return ""
        columns: list[ColumnElement[Any]] = [column(name) for name in keys]
        condition = question.rows
        if question.kind is Kind.DUPLICATES:
            values = self._connection.execute(_rows_in_the_way(question).limit(1)).one()
            same = [
                group.is_(None) if value is None else group == plain_value(value)
                for group, value in zip(question.groups, values, strict=False)
            ]
            condition = and_(*same, *([] if condition is None else [condition]))
        found = select(*columns).select_from(question.target).order_by(*columns).limit(_EXAMPLES)
        if condition is not None:
            found = found.where(condition)
        rows = self._connection.execute(found).all()
        names = keys[0] if len(keys) == 1 else f"({', '.join(keys)})"
        shown = [
            _shown(row[0]) if len(row) == 1 else f"({', '.join(map(_shown, row))})" for row in rows
        ]
        return f"{names} {', '.join(shown)}"

    def _text(self, statement: Any) -> str:
        dialect = script_dialect(self._impl.dialect)
        return on_one_line(compile_statement(statement, dialect, literal_binds=True))


def _rows_in_the_way(question: Question) -> Select[Any]:
    """Return the rows, or the values that several rows have."""
    if question.groups:
        found = (
            select(*question.groups)
            .select_from(question.target)
            .group_by(*question.groups)
            .having(func.count() > 1)
        )
    else:
        found = select(literal_column("1").label("one")).select_from(question.target)
    return found if question.rows is None else found.where(question.rows)


def _to_look_at(question: Question, keys: list[str], types: Mapping[str, Any]) -> Select[Any]:
    """Return the SELECT that a user runs to see what is in the way."""
    if question.groups:
        return _rows_in_the_way(question).add_columns(func.count())
    names = dict.fromkeys([*keys, *(name for name in question.columns.values() if name in types)])
    shown: list[ColumnElement[Any]] = [column(name) for name in names] or [literal_column("*")]
    found = select(*shown).select_from(question.target)
    return found if question.rows is None else found.where(question.rows)


def _types_told(question: Question) -> dict[str, TypeEngine[Any]]:
    """Return what a directive says of its column's type: of MariaDB's JSON reflection does not know."""
    directive = question.directive
    if not isinstance(directive, AlterColumnOp) or directive.existing_type is None:
        return {}
    name = question.columns.get(directive.column_name)
    return {} if name is None else {name: general_type(to_instance(directive.existing_type))}


def _typed(
    names: Iterable[str], types: Mapping[str, TypeEngine[Any]], question: Question
) -> tuple[Column[Any], ...]:
    """Return columns under their names when the directive is run."""
    then = {now: name for name, now in question.columns.items()}
    return tuple(Column(then.get(name, name), types.get(name, NullType())) for name in names)


def general_type(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return SQLAlchemy's own type for a database's, where there is one that says as much."""
    if isinstance(type_, SchemaType | TypeDecorator):
        return type_
    try:
        return type_.as_generic()
    except NotImplementedError:
        return type_


@contextmanager
def _undone(connection: Connection) -> Iterator[None]:
    """Roll back what the block took, locks above all; nothing where each statement is committed."""
    if is_autocommit(connection):
        yield
        return
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def on_one_line(sql: str) -> str:
    """Return SQL without the line breaks that SQLAlchemy puts in front of its clauses."""
    return " ".join(part.strip() for part in sql.splitlines())


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:37]}..."


def _warn(question: Question, error: SQLAlchemyError) -> None:
    warnings.warn(
        f"The rows of {question.table} could not be looked at ({_reason(error)}), so the revision "
        f"is written without knowing them: {_sentence(question)}.",
        stacklevel=2,
    )


def _reason(error: SQLAlchemyError) -> str:
    text = str(error.orig if isinstance(error, DBAPIError) else error)
    return text.strip().splitlines()[0] if text.strip() else type(error).__name__


def _sentence(question: Question) -> str:
    if question.kind.is_of_whole_table:
        return question.which
    if question.kind is Kind.BEYOND:
        return f"the {question.which} may be beyond its new limits"
    return f"there may be rows {question.which}"
