"""What a migration does: directives, `op`, and batch mode."""

from limbeck.operations.base import AbstractOperations, BatchOperations, Operations
from limbeck.operations.ops import MigrateOperation, MigrationScript

__all__ = [
    "AbstractOperations",
    "BatchOperations",
    "MigrateOperation",
    "MigrationScript",
    "Operations",
]
