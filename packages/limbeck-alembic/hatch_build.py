"""Refuses to build, and so to install from source, where the real Alembic is installed.

A wheel runs no code when it is installed: the distribution is to be published as source only.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RefuseBesideAlembic(BuildHookInterface):  # type: ignore[type-arg]  # its configuration's type
    """Looks for Alembic in the environment whose Python builds."""

    PLUGIN_NAME = "refuse-beside-alembic"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raise SystemExit when the real Alembic is there; a source distribution is built anywhere."""
        if self.target_name != "wheel":
            return
        for folder in sorted({sysconfig.get_path(kind) for kind in ("purelib", "platlib")}):
            for found in sorted(Path(folder).glob("alembic-*.dist-info")):
                release = found.name.removeprefix("alembic-").removesuffix(".dist-info")
                raise SystemExit(
                    f"Alembic {release} is installed in {folder}, and limbeck-alembic wants the same "
                    "name: run `pip uninstall -y alembic` first."
                )
