"""Directives for data: run a statement, insert rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import TableClause

from limbeck.operations.base import (
    AbstractOperations,
    BatchOperations,
    Operations,
    run_by_itself,
)
from limbeck.operations.directive import MigrateOperation
from limbeck.operations.unfilled import refuse_unfilled_statement
from limbeck.render.call import call, literal
from limbeck.render.constructs import render_table_clause
from limbeck.render.context import RenderContext, operations_prefix, sqlalchemy_prefix
from limbeck.render.expressions import render_value


@run_by_itself
@Operations.register_operation("execute")
@BatchOperations.register_operation("execute", "batch_execute")
class ExecuteSQLOp(MigrateOperation):
    """Run a statement, or write it into the script; no rows are returned."""

    def __init__(
        self, sqltext: Executable | str, *, execution_options: dict[str, Any] | None = None
    ) -> None:
        self.sqltext = sqltext
        self.execution_options = execution_options

    @classmethod
    def execute(
        cls,
        operations: Operations,
        sqltext: Executable | str,
        *,
        execution_options: dict[str, Any] | None = None,
    ) -> None:
        """Run a statement.

        Args:
            sqltext: text, `sqlalchemy.text()` or another construct. A plain string is run as
                `text()`: a colon before a word has to be escaped with a backslash.
            execution_options: options for the connection.
        """
        operations.invoke(cls(sqltext, execution_options=execution_options))

    @classmethod
    def batch_execute(
        cls,
        operations: Operations,
        sqltext: Executable | str,
        *,
        execution_options: dict[str, Any] | None = None,
    ) -> None:
        """Run a statement at once, before the changes that the batch block collects."""
        operations.invoke(cls(sqltext, execution_options=execution_options))

    def run(self, operations: AbstractOperations) -> None:
        """Run the statement; a batch block does not collect it."""
        refuse_unfilled_statement(self.sqltext)
        operations.migration_context.impl.execute(
            self.sqltext, execution_options=self.execution_options
        )

    def to_diff_tuple(self) -> tuple[str, Executable | str]:
        """Return `("execute", statement)`."""
        return ("execute", self.sqltext)

    def render(self, context: RenderContext) -> str:
        """Return `op.execute(…)`; raises NotImplementedError for a construct but `text()`."""
        if isinstance(self.sqltext, str):
            source = _text_literal(self.sqltext)
        elif isinstance(self.sqltext, TextClause) and not _has_values(self.sqltext):
            source = call(f"{sqlalchemy_prefix(context)}text", literal(self.sqltext.text))
        else:
            raise NotImplementedError(
                "Autogenerate rendering of SQL Expression language constructs not supported here; "
                f"please use a plain SQL string: {self.sqltext}"
            )
        keywords = {}
        if self.execution_options is not None:
            keywords["execution_options"] = render_value(self.execution_options, context)
        return call(f"{operations_prefix(context)}execute", source, **keywords)


def _text_literal(sql: str) -> str:
    """Return the source of SQL: one string, or one a line where it has several."""
    lines = sql.splitlines(keepends=True)
    if len(lines) < 2 or "".join(lines) != sql:
        return literal(sql)
    return "\n" + "\n".join(f"    {literal(line)}" for line in lines) + "\n"


def _has_values(statement: TextClause) -> bool:
    """Tell whether parameters have values, which the text alone would lose."""
    return any(value is not None for value in statement.compile().params.values())


@run_by_itself
@Operations.register_operation("bulk_insert")
class BulkInsertOp(MigrateOperation):
    """Insert rows."""

    def __init__(
        self, table: Table | TableClause, rows: list[dict[str, Any]], *, multiinsert: bool = True
    ) -> None:
        self.table = table
        self.rows = rows
        self.multiinsert = multiinsert

    @classmethod
    def bulk_insert(
        cls,
        operations: Operations,
        table: Table | TableClause,
        rows: list[dict[str, Any]],
        *,
        multiinsert: bool = True,
    ) -> None:
        """Insert rows into a table.

        Args:
            table: what `create_table` returned, or `sqlalchemy.table()` with typed columns.
            rows: one dictionary a row; a value may be `op.inline_literal(…)`.
            multiinsert: pass all rows in one call of the driver; when not set, each row is a
                statement of its own, as inline literals in the rows need it.
        """
        operations.invoke(cls(table, rows, multiinsert=multiinsert))

    def run(self, operations: AbstractOperations) -> None:
        """Insert the rows."""
        operations.impl.bulk_insert(self.table, self.rows, multiinsert=self.multiinsert)

    def render(self, context: RenderContext) -> str:
        """Return `op.bulk_insert(…)` on a typed `sa.table()`, a row a line."""
        rows = "".join(f"\n    {render_value(row, context)}," for row in self.rows)
        keywords = {} if self.multiinsert else {"multiinsert": literal(self.multiinsert)}
        return call(
            f"{operations_prefix(context)}bulk_insert",
            render_table_clause(self.table.name, self.table.columns, self.table.schema, context),
            f"[{rows}\n]",
            **keywords,
        )
