"""Revision files and their graph.

    files → reader, index → ScriptFacts → Graph ─┐
    "ae10+2" → identifier → resolve ─────────────┴→ plan → Step, Step, …

`ScriptDirectory` is the whole of it for one project. Never imports SQLAlchemy, and Mako only when
a file is written.
"""

from __future__ import annotations

from .base import Script, ScriptDirectory

__all__ = ["Script", "ScriptDirectory"]
