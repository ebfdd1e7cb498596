"""What to do so that a database becomes what the models say: facts + facts → directives.

    SchemaFacts of the database ┐
                                ├─ compare ─→ changes of each table ─→ order ─→ UpgradeOps
    SchemaFacts of the models   ┘      │
                                       └─ suspects: what differs as text only is asked of the database

One file a kind of fact, one generic matcher for all. Nothing here runs DDL on a user's table,
renders Python, or knows a dialect's name.
"""

from __future__ import annotations

from limbeck.diff.compare import compare
from limbeck.diff.context import ALL_KINDS, DiffContext

__all__ = ["ALL_KINDS", "DiffContext", "compare"]
