"""compat: the functions that run directives, by Alembic's names, for those that call what they replace.

A directive of limbeck runs itself; each name here is that, whatever the directive.
"""

from __future__ import annotations

from typing import Any

from limbeck.operations.base import AbstractOperations
from limbeck.operations.directive import MigrateOperation


def _run(operations: AbstractOperations, operation: MigrateOperation) -> Any:
    """Run a directive its own way, whatever has been registered for it."""
    return operation.run(operations)


add_column = alter_column = bulk_insert = create_constraint = create_index = create_table = _run
create_table_comment = drop_column = drop_constraint = drop_index = drop_table = _run
drop_table_comment = execute_sql = rename_table = _run
