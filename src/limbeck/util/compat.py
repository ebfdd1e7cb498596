"""compat: what Alembic keeps of differences between Python versions, by its names.

Nothing of limbeck needs it; `py312` and the like tell a program what it runs on.
"""

from __future__ import annotations

import io
import os
import sys
import tomllib
from collections.abc import Iterator, Sequence
from configparser import ConfigParser
from importlib import metadata
from pathlib import Path
from typing import Any

__all__ = [
    "EncodedIO",
    "importlib_metadata_get",
    "is_posix",
    "path_relative_to",
    "path_walk",
    "py311",
    "py312",
    "py313",
    "py314",
    "read_config_parser",
    "tomllib",
]

is_posix = os.name == "posix"
py311 = True
py312 = sys.version_info >= (3, 12)
py313 = sys.version_info >= (3, 13)
py314 = sys.version_info >= (3, 14)


class EncodedIO(io.TextIOWrapper):
    """Text written to a binary stream, which stays open when this is closed."""

    def close(self) -> None:
        """Flush, and leave the stream open."""
        self.flush()


def importlib_metadata_get(group: str) -> Sequence[metadata.EntryPoint]:
    """Give the installed entry points of a group."""
    return tuple(metadata.entry_points(group=group))


def path_walk(path: Path, *, top_down: bool = True) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Walk through folders: each with the names of the folders and files in it."""
    for folder, folders, files in os.walk(path, topdown=top_down):
        yield Path(folder), folders, files


def path_relative_to(path: Path, other: Path, *, walk_up: bool = False) -> Path:
    """Give a path as seen from another; with `walk_up` by way of `..` where that one is not above."""
    if walk_up:
        return Path(os.path.relpath(path, other))
    return path.relative_to(other)


def read_config_parser(file_config: ConfigParser, file_argument: list[Any]) -> list[str]:
    """Read ini files into a parser, in the locale's encoding; give those that were there."""
    return file_config.read(file_argument, encoding="locale")
