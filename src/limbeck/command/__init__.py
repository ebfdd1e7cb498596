"""One function per command: what the command line calls, and programs in its place.

Alembic's functions by name, arguments and printed output, and limbeck's own beside them, which
return plain values where Alembic's print. Lines go to `config.stdout`. Importing this imports no
SQLAlchemy: each command takes what it needs when it runs.

    migrate    upgrade downgrade stamp current ensure_version
    listing    history heads branches show edit
    writing    revision merge check
    project    init list_templates
"""

from __future__ import annotations

from .entries import RevisionEntry, describe_script
from .listing import (
    branches,
    edit,
    find_revisions,
    heads,
    history,
    list_branches,
    list_heads,
    list_history,
    show,
)
from .migrate import current, downgrade, ensure_version, list_current, stamp, upgrade
from .project import Template, find_templates, init, list_templates
from .writing import check, list_differences, merge, revision

__all__ = [
    "RevisionEntry",
    "Template",
    "branches",
    "check",
    "current",
    "describe_script",
    "downgrade",
    "edit",
    "ensure_version",
    "find_revisions",
    "find_templates",
    "heads",
    "history",
    "init",
    "list_branches",
    "list_current",
    "list_differences",
    "list_heads",
    "list_history",
    "list_templates",
    "merge",
    "revision",
    "show",
    "stamp",
    "upgrade",
]
