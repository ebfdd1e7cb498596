"""What every database is asked to do with comments: of tables, columns and constraints.

The part of `DefaultImpl` for comments. Only some databases have them, fewer those of constraints.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.schema import (
    CheckConstraint,
    Column,
    Constraint,
    DropColumnComment,
    DropConstraintComment,
    DropTableComment,
    MetaData,
    SetColumnComment,
    SetConstraintComment,
    SetTableComment,
    Table,
)
from sqlalchemy.sql.elements import conv

from limbeck import sqla
from limbeck.logs import logger_of

from .execution import ExecutionImpl

log = logger_of(__name__)


class CommentsImpl(ExecutionImpl):
    """Comments."""

    def create_table_comment(self, table: Table) -> None:
        """Set a table's comment."""
        self._exec(SetTableComment(table))

    def drop_table_comment(self, table: Table) -> None:
        """Remove a table's comment."""
        self._exec(DropTableComment(table))

    def create_column_comment(self, column: Column[Any]) -> None:
        """Set a column's comment, or remove it where the column has none."""
        self._exec(
            DropColumnComment(column) if column.comment is None else SetColumnComment(column)
        )

    def set_constraint_comment(
        self,
        table_name: str,
        constraint_name: str,
        comment: str | None,
        *,
        schema: str | None = None,
    ) -> None:
        """Set a constraint's comment, None for none; where there are no such comments, say so."""
        if not self.dialect.supports_constraint_comments:
            log.warning(
                "%s keeps no comments of constraints: %s gets none",
                self.dialect.name,
                constraint_name,
            )
            return
        constraint = CheckConstraint("", name=conv(constraint_name), comment=comment)
        Table(table_name, MetaData(), schema=schema).append_constraint(constraint)
        self._exec(
            DropConstraintComment(constraint)
            if comment is None
            else SetConstraintComment(constraint)
        )

    def _comment_on_new(self, table: Table) -> None:
        """Set the comments of a table that has just been created."""
        if self.dialect.supports_comments and not self.dialect.inline_comments:
            if table.comment:
                self.create_table_comment(table)
            for column in table.columns:
                if column.comment:
                    self.create_column_comment(column)
        for constraint in sqla.sorted_constraints(table):
            if not getattr(constraint, "use_alter", False):
                self._comment_on_constraint(constraint)

    def _comment_on_constraint(self, constraint: Constraint) -> None:
        """Set the comment of a constraint that has just been added, if it has one."""
        if sqla.is_commented(constraint, self.dialect):
            self._exec(SetConstraintComment(constraint))
        elif constraint.comment and self.dialect.supports_constraint_comments:
            log.warning(
                "A %s of %s gets no comment: it has no name to give it by",
                type(constraint).__name__,
                constraint.table.fullname,
            )
