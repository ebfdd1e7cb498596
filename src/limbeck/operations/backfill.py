"""The directive that fills a column of many rows, batch by batch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    JSON,
    Connection,
    Double,
    Float,
    and_,
    bindparam,
    column,
    func,
    inspect,
    or_,
    table,
    text,
)
from sqlalchemy.exc import ArgumentError, NoSuchTableError
from sqlalchemy.sql.elements import ClauseElement, ColumnElement, Grouping, TextClause
from sqlalchemy.sql.selectable import TableClause
from sqlalchemy.types import TypeEngine

from limbeck.errors import CommandError
from limbeck.logs import logger_of
from limbeck.operations.base import AbstractOperations, Operations, run_by_itself
from limbeck.operations.directive import MigrateOperation, OpContainer
from limbeck.operations.unfilled import UnfilledValueError
from limbeck.render.call import call, literal
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_identifier, render_schema, render_text, render_value

if TYPE_CHECKING:
    from limbeck.operations.keyset import Fill, Key

log = logger_of(__name__)

_MOST_PASSES = 3


@run_by_itself
@Operations.register_operation("backfill")
class BackfillOp(MigrateOperation):
    """Set columns of the rows that need it, in batches along the primary key."""

    def __init__(
        self,
        table: str | TableClause,
        values: Mapping[Any, Any],
        *,
        where: str | ClauseElement | None = None,
        batch_size: int = 1000,
        schema: str | None = None,
    ) -> None:
        _check(table, values, batch_size)
        self.table = table
        self.values = {str(getattr(key, "name", key)): value for key, value in values.items()}
        self.where = where
        self.batch_size = batch_size
        self.schema = getattr(table, "schema", None) if schema is None else schema

    @property
    def table_name(self) -> str:
        """The name of the table."""
        return self.table if isinstance(self.table, str) else self.table.name

    @classmethod
    def backfill(
        cls,
        operations: Operations,
        table: str | TableClause,
        values: Mapping[Any, Any],
        *,
        where: str | ClauseElement | None = None,
        batch_size: int = 1000,
        schema: str | None = None,
    ) -> None:
        """Set columns of the rows that need it, in batches along the primary key.

        Each batch is a transaction of its own where the revision allows it: in an
        `autocommit_block()`, or where each revision is a transaction and this one has changed
        nothing before. After a crash, running it again goes on with the rows that still need it.
        In a SQL script it is one UPDATE, and so it is for a table without a primary key.

        Args:
            table: the table, by name or as `sqlalchemy.table()`.
            values: what to set, by column: a value, `sqlalchemy.text()` or another expression.
            where: which rows need it, as SQL text or an expression; by default those where a
                column to be set is NULL, of which only what is NULL is set.
            batch_size: how many rows are set at a time.
            schema: the table's schema.
        """
        operations.invoke(cls(table, values, where=where, batch_size=batch_size, schema=schema))

    def reverse(self) -> OpContainer:
        """Return nothing to do: the rows keep what they were filled with."""
        return OpContainer()

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return `("backfill", schema, table, values, where)`."""
        return ("backfill", self.schema, self.table_name, self.values, self.where)

    def run(self, operations: AbstractOperations) -> None:
        """Fill the rows, or write the UPDATE."""
        if any(value is ... for value in (self.where, *self.values.values())):
            raise UnfilledValueError(f"op.backfill({self.table_name!r})", "for a value")
        context = operations.migration_context
        if context.as_sql:
            types: dict[str, TypeEngine[Any]] = {
                name: bindparam(None, value).type for name, value in self.values.items()
            }
            fill = self._fill(self._table({name: column(name, types[name]) for name in types}))
            context.impl.execute(fill.update(), execution_options={"literal_binds": True})
            return
        connection: Connection = context.bind
        columns, keys, may_lack_key = self._read(connection)
        fill = self._fill(self._table(columns))
        if (reason := self._reason_for_one_update(columns, keys)) is not None:
            log.info("%s %s: its rows are filled in one UPDATE", self._qualified, reason)
            connection.execute(fill.update())
            return
        _Batches(
            self._qualified,
            fill,
            [column(name) for name in keys],
            connection,
            context if context.may_commit_parts() else None,
            context.row_progress(),
            may_lack_key=may_lack_key,
        ).run(min(self.batch_size, sys.maxsize), passes=_MOST_PASSES if self.where is None else 1)

    @property
    def _qualified(self) -> str:
        return f"{self.schema}.{self.table_name}" if self.schema else self.table_name

    def _read(
        self, connection: Connection
    ) -> tuple[dict[str, ColumnElement[Any]], Sequence[str], bool]:
        """Return the table's columns, those of its primary key, and whether one may be NULL."""
        inspector = inspect(connection)
        try:
            found = inspector.get_columns(self.table_name, schema=self.schema)
            keys = inspector.get_pk_constraint(self.table_name, schema=self.schema)
        except NoSuchTableError as error:
            raise CommandError(
                f"op.backfill(): there is no table {self._qualified} in the database."
            ) from error
        columns = {each["name"]: column(each["name"], each["type"]) for each in found}
        if unknown := [name for name in self.values if name not in columns]:
            raise CommandError(
                f"op.backfill(): the table {self._qualified} has no column {unknown[0]!r}."
            )
        names = keys["constrained_columns"]
        may_lack_key = any(each["nullable"] for each in found if each["name"] in names)
        return dict(columns), names, may_lack_key

    def _reason_for_one_update(
        self, columns: Mapping[str, ColumnElement[Any]], keys: Sequence[str]
    ) -> str | None:
        """Say why batches can't go along the key; None where they can."""
        if not keys:
            return "has no primary key"
        if not self.values.keys().isdisjoint(keys):
            return "gets other keys"  # a batch would meet again what one before has moved
        inexact = [name for name in keys if not _is_carried_exactly(columns[name].type)]
        return f"has a key of type {columns[inexact[0]].type!r}" if inexact else None

    def _table(self, columns: Mapping[str, Any]) -> TableClause:
        if isinstance(self.table, str):
            return table(self.table, *columns.values(), schema=self.schema)
        known = {each.name for each in self.table.columns}
        if unknown := [name for name in self.values if name not in known]:
            raise CommandError(
                f"op.backfill(): the sa.table({self.table_name!r}) that it is given has no column"
                f" {unknown[0]!r}. Add it there, or give the table's name."
            )
        return self.table

    def _fill(self, target: TableClause) -> Fill:
        """Return the whole UPDATE; without `where`, what is there is kept."""
        from limbeck.operations.keyset import Fill  # lazy: few migrations fill anything

        columns = {each.name: each for each in target.columns}
        values = {columns[name]: value for name, value in self.values.items()}
        if self.where is not None:
            return Fill(target, values, _condition(self.where))
        missing = or_(*(each.is_(None) for each in values))
        if len(values) == 1:
            return Fill(target, values, missing)
        kept = {each: func.coalesce(each, _expression(value)) for each, value in values.items()}
        return Fill(target, kept, missing)

    def render(self, context: RenderContext) -> str:
        """Return `op.backfill(…)`; a typed table is written as its name."""
        values = {name: _render(value, context) for name, value in self.values.items()}
        pairs = ", ".join(f"{literal(name)}: {source}" for name, source in values.items())
        keywords = {}
        if self.where is not None:
            keywords["where"] = _render(self.where, context)
        if self.batch_size != 1000:
            keywords["batch_size"] = literal(self.batch_size)
        keywords |= render_schema(self.schema, context)
        return call(
            f"{operations_prefix(context)}backfill",
            render_identifier(context, self.table_name),
            f"{{{pairs}}}",
            **keywords,
        )


def _check(table: object, values: object, batch_size: object) -> None:
    """Refuse arguments that no backfill can be made of."""
    if not isinstance(table, str | TableClause):
        raise CommandError(
            f"op.backfill(): the table must be a name or an sa.table(), not {table!r}."
        )
    name = table if isinstance(table, str) else table.name
    place = f"op.backfill({name!r})"
    if values is ...:
        raise UnfilledValueError(place, "for the values")
    if not isinstance(values, Mapping):
        raise CommandError(f"{place}: values must be a dictionary by column, not {values!r}.")
    if not values:
        raise CommandError(f"{place} has no values to set.")
    if not isinstance(batch_size, int) or batch_size < 1:
        raise CommandError(
            f"{place}: batch_size must be a whole number, 1 or more, not {batch_size!r}."
        )


class _Batches:
    """One backfill on a connection, batch after batch."""

    def __init__(
        self,
        name: str,
        fill: Fill,
        keys: Sequence[ColumnElement[Any]],
        connection: Connection,
        committing: Any,
        tell: Callable[[int, int, str], None] | None,
        *,
        may_lack_key: bool,
    ) -> None:
        self._name = name
        self._fill = fill
        self._keys = keys
        self._connection = connection
        self._committing = committing
        self._tell = tell
        self._may_lack_key = may_lack_key
        self._done = 0
        self._total = 0

    def run(self, size: int, *, passes: int) -> None:
        """Fill all rows; look again, up to `passes` times, for those that came in meanwhile."""
        if self._tell is not None:
            self._total = self._connection.scalar(self._fill.count()) or 0
        if self._committing is None:
            log.info("Filling rows of %s, all in one transaction", self._name)
        else:
            log.info("Filling rows of %s, each batch in its own transaction", self._name)
        try:
            for _ in range(passes):
                if not self._pass(size):
                    break
        except BaseException:
            if self._committing is not None and self._done:
                log.warning(
                    "Filling %s stopped: %s rows are done and stay. Run it again to go on.",
                    self._name,
                    self._done,
                )
            raise
        log.info("Filled %s rows of %s", self._done, self._name)

    def _pass(self, size: int) -> int:
        """Go through the whole table once; return how many rows were filled."""
        before = self._done
        last: Key | None = None
        while (upto := self._next_key(last, size)) is not None:
            if upto == last:
                log.info("%s has keys that no driver carries exactly", self._name)
                self._update(self._fill.update())
                break
            self._update(self._fill.batch(self._keys, last, upto))
            last = upto
        if self._may_lack_key:
            # SQLite takes NULL in a primary key that is no INTEGER
            self._update(self._fill.update(or_(*(key.is_(None) for key in self._keys))))
        return self._done - before

    def _next_key(self, last: Key | None, size: int) -> Key | None:
        found = self._connection.execute(self._fill.upper_key(self._keys, last, size)).first()
        return None if found is None or found[0] is None else tuple(found)

    def _update(self, statement: Any) -> None:
        self._done += self._connection.execute(statement).rowcount
        if self._committing is not None:
            self._committing.commit_part()
        if self._tell is not None:
            self._tell(self._done, max(self._total, self._done), f"rows of {self._name}")


def _is_carried_exactly(type_: TypeEngine[Any]) -> bool:
    """Tell whether a key that a driver has read finds its own row when it is sent back.

    Of single precision, the nearest double is another number; arrays, JSON and bits come back as
    what they can't be compared with.
    """
    is_single = isinstance(type_, Float) and not isinstance(type_, Double)
    return not (is_single or isinstance(type_, ARRAY | JSON) or type_.__visit_name__ == "BIT")


def _condition(where: str | ClauseElement) -> ColumnElement[bool]:
    """Return a condition that stands beside others: text in parentheses."""
    clause = text(where) if isinstance(where, str) else where
    if isinstance(clause, TextClause):
        return Grouping(clause)
    try:
        return and_(clause)  # type: ignore[arg-type]  # where any ColumnElement stands
    except ArgumentError as error:
        raise CommandError(
            f"op.backfill(): where must be SQL text or an expression, not {where!r}."
        ) from error


def _expression(value: Any) -> Any:
    """Return a value as an argument of a function."""
    return Grouping(value) if isinstance(value, TextClause) else value


def _render(value: Any, context: RenderContext) -> str:
    """Return a value's source: `sa.text()` for SQL, for a column, too."""
    if isinstance(value, ClauseElement):
        return render_text(value, context)
    return render_value(value, context)
