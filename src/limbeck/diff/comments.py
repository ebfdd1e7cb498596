"""The comment of a table."""

from __future__ import annotations

from collections.abc import Iterator

from limbeck.diff.change import Stage, Step, TablePair
from limbeck.diff.context import DiffContext
from limbeck.logs import logger_of
from limbeck.operations.ops import CreateTableCommentOp, DropTableCommentOp

log = logger_of(__name__)


def compare_table_comment(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield the directive that makes the table's comment the model's."""
    existing, wanted = pair.database.comment, pair.model.comment
    if existing == wanted or "comments" not in context.kinds:
        return
    schema, name = pair.key
    if wanted is None:
        log.info("Detected table comment removed on '%s'", pair.key)
        directive = DropTableCommentOp(name, schema=schema, existing_comment=existing)
        yield Step(Stage.COMMENT, directive)
    else:
        log.info("Detected table comment on '%s'", pair.key)
        yield Step(
            Stage.COMMENT,
            CreateTableCommentOp(name, wanted, schema=schema, existing_comment=existing),
        )
