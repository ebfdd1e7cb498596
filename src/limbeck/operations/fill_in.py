"""The directive for what only the user knows: a statement for rows, with `...` where it belongs.

Autogenerate writes it as `op.execute()` on a typed `sa.table()`. `...` is valid Python and no value
of any database; a revision in which it still stands is refused before it begins (`unfilled`).
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence
from types import EllipsisType
from typing import Any

from sqlalchemy import Column, Delete, Update, column, table, text

from limbeck import sqla
from limbeck.operations.base import AbstractOperations, run_by_itself
from limbeck.operations.directive import MigrateOperation, OpContainer
from limbeck.operations.unfilled import UnfilledValueError
from limbeck.render.call import call, keyword_arguments, literal
from limbeck.render.constructs import render_table_clause
from limbeck.render.context import RenderContext, operations_prefix, sqlalchemy_prefix
from limbeck.render.expressions import render_value


@run_by_itself
class FillInOp(MigrateOperation):
    """An UPDATE or DELETE of rows that stand in the way; a hook may fill it in, too.

    `values` are set by column, `...` where only the user knows; None deletes the rows. `where` is SQL
    text, None for all rows, `...` for those that the user shall name.
    """

    def __init__(
        self,
        table_name: str,
        columns: Sequence[Column[Any]],
        *,
        values: Mapping[str, Any] | EllipsisType | None,
        where: str | EllipsisType | None = None,
        schema: str | None = None,
    ) -> None:
        self.table_name = table_name
        self.columns = columns
        self.values = values
        self.where = where
        self.schema = schema

    def reverse(self) -> OpContainer:
        """Return nothing to do: the rows keep what they have."""
        return OpContainer()

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return `("fill_in", schema, table, values, where)`."""
        return ("fill_in", self.schema, self.table_name, self.values, self.where)

    def run(self, operations: AbstractOperations) -> None:
        """Change the rows; UnfilledValueError while something is left to fill in."""
        operations.migration_context.impl.execute(self._statement())

    def _statement(self) -> Update | Delete:
        target = table(
            self.table_name,
            *(column(each.name, each.type) for each in self.columns),
            schema=self.schema,
        )
        values = self.values
        if isinstance(self.where, EllipsisType):
            raise UnfilledValueError(f"The step for rows of {self.table_name}", "for the rows")
        if isinstance(values, EllipsisType) or any(each is ... for each in (values or {}).values()):
            raise UnfilledValueError(f"The step for rows of {self.table_name}", "for a value")
        statement = target.delete() if values is None else target.update().values(dict(values))
        return statement if self.where is None else statement.where(text(self.where))

    def render(self, context: RenderContext) -> list[str]:
        """Return the table, and `op.execute(…)` on it."""
        variable = _variable(self.table_name)
        table_source = render_table_clause(self.table_name, self.columns, self.schema, context)
        statement = f"{variable}.{'delete' if self.values is None else 'update'}()"
        if self.where is not None:
            statement += f".where({self._render_where(context)})"
        if isinstance(self.values, EllipsisType):
            statement += ".values(...)"
        elif self.values is not None:
            statement += f".values({', '.join(self._render_values(self.values, context))})"
        return [
            f"{variable} = {table_source}",
            call(f"{operations_prefix(context)}execute", statement),
        ]

    def _render_where(self, context: RenderContext) -> str:
        if isinstance(self.where, EllipsisType):
            return "..."
        return call(
            f"{sqlalchemy_prefix(context)}text", literal(sqla.escape_binds(str(self.where)))
        )

    def _render_values(self, values: Mapping[str, Any], context: RenderContext) -> list[str]:
        sources = {
            name: "..." if value is ... else render_value(value, context)
            for name, value in values.items()
        }
        if all(name.isidentifier() and not keyword.iskeyword(name) for name in sources):
            return keyword_arguments(sources)
        pairs = ", ".join(f"{literal(name)}: {source}" for name, source in sources.items())
        return [f"{{{pairs}}}"]


def _variable(table_name: str) -> str:
    """Return a name for the table that Python takes and that hides nothing of the file."""
    name = re.sub(r"\W", "_", table_name)
    if not name.isidentifier():
        name = f"t_{name}"
    return f"{name}_" if keyword.iskeyword(name) or name in ("op", "sa") else name
