"""From models and a database to a revision file.

    MigrationContext + MetaData ─→ compare (facts, diff) ─→ UpgradeOps ─→ hooks, Rewriter
                                 ─→ render ─→ script.generate_revision

The names are Alembic's. Nothing here compares one fact with another (`diff` does) or knows how a
directive is written (it knows itself).
"""

from __future__ import annotations

from limbeck.autogenerate.api import (
    RevisionContext,
    _render_migration_diffs,
    compare_metadata,
    produce_migrations,
    render_python_code,
)
from limbeck.autogenerate.compare import _produce_net_changes, comparators
from limbeck.autogenerate.render import render_op_text, renderers
from limbeck.autogenerate.rewriter import Rewriter

__all__ = [
    "RevisionContext",
    "Rewriter",
    "_produce_net_changes",
    "_render_migration_diffs",
    "comparators",
    "compare_metadata",
    "produce_migrations",
    "render_op_text",
    "render_python_code",
    "renderers",
]
