"""The configuration: ini file, pyproject.toml, and what a program sets.

Receives file names; gives a `Config`, whose options are looked up in the ini file first and in
the table of pyproject.toml then. Finding the files is `find_config`. Never imports SQLAlchemy,
never prints a password.
"""

from __future__ import annotations

import importlib
from typing import Any

from .base import Config, MessagingOptions, PostWriteHookConfig
from .find import find_config

__all__ = ["Config", "MessagingOptions", "PostWriteHookConfig", "find_config"]

_COMMAND_LINE = {
    "main": "limbeck.cli.main",
    "CommandLine": "limbeck.cli.main",
    "CommandFunction": "limbeck.cli.registered",
}


def __getattr__(name: str) -> Any:
    # compat: programs call `alembic.config.main()`; the command line is a layer above, so it is
    # looked up by name when somebody asks for it.
    if name in _COMMAND_LINE:
        return getattr(importlib.import_module(_COMMAND_LINE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
