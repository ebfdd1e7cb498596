"""Schemas that directives put something into.

Receives directives; returns the names of the schemas that have to be there for them. Whether they
are is for the caller to find out.
"""

from __future__ import annotations

from collections.abc import Iterable

from limbeck.operations.ops import (
    CreateDomainOp,
    CreateEnumOp,
    CreateSequenceOp,
    CreateTableOp,
    MigrateOperation,
    RenameTableOp,
    SetSchemaOp,
)


def needed_schemas(directives: Iterable[MigrateOperation]) -> list[str]:
    """Return the schemas, beside the default one, in which something new will be; sorted."""
    found: set[str | None] = set()
    for each in directives:
        match each:
            case CreateTableOp() | CreateEnumOp() | CreateDomainOp() | CreateSequenceOp():
                found.add(each.schema)
            case RenameTableOp():
                found.add(each.target_schema)
            case SetSchemaOp():
                found.add(each.new_schema)
    return sorted(str(name) for name in found if name is not None)
