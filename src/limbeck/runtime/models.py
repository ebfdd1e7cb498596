"""The models that the configuration names: `models = app.models:Base, other.models:metadata`.

Receives a `Config`, returns the MetaData to migrate to, or None when no models are named.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from sqlalchemy import MetaData

from limbeck.config import Config
from limbeck.errors import ModelsError

from .reference import load_reference


def load_models(config: Config) -> MetaData | list[MetaData] | None:
    """Return the MetaData of the models named, a list when they are several; raises ModelsError."""
    if not config.models:
        return None
    prepend_sys_path(config)
    found = [metadata for text in config.models for metadata in _metadata_of(text)]
    unique = list(dict.fromkeys(found))
    return unique[0] if len(unique) == 1 else unique


def prepend_sys_path(config: Config) -> None:
    """Put the folders of `prepend_sys_path`, by default the current one, in front of `sys.path`."""
    folders = config.get_prepend_sys_paths_list()
    wanted = [os.curdir] if folders is None else folders
    known = {os.path.abspath(path) for path in sys.path}
    sys.path[:0] = [path for path in wanted if os.path.abspath(path) not in known]


def _metadata_of(text: str) -> list[MetaData]:
    named = load_reference(text)
    candidates = named if isinstance(named, list | tuple | set | frozenset) else (named,)
    return [_as_metadata(candidate, text) for candidate in candidates]


def _as_metadata(candidate: Any, text: str) -> MetaData:
    if isinstance(candidate, MetaData):
        return candidate
    # a declarative Base, a model, a registry, or an extension's database object
    metadata = getattr(candidate, "metadata", None)
    if isinstance(metadata, MetaData):
        return metadata
    raise ModelsError(
        f"{text!r} is no models: {type(candidate).__name__} {candidate!r} is neither a MetaData nor "
        "something that has one in its `metadata`, such as a declarative Base or a registry."
    )
