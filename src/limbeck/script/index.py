"""The index: what the revision files of a folder said when they were last read.

    folder of revision files  →  ScriptFacts of each, in the order of their names

One JSON file beside the compiled files. An entry counts only while its file has the size and the
mtime it had then; anything else is read again and the index replaced, atomically and silently. It
is harmless to delete, never trusted when it disagrees, and not kept where it can't be written.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from limbeck.errors import RevisionError

from .errors import ScriptFileError
from .reader import ScriptFacts, read_script_head

FORMAT = 1
NAME = "limbeck-revisions.json"

# A file changed twice within the clock's grain looks unchanged, so a fresh one is not kept yet.
_SETTLED_NS = 2_000_000_000
_SOURCE = re.compile(r"(?!\.#|__init__).*\.py$")
_COMPILED = re.compile(r"(?!\.#|__init__).*\.py[co]$")


def read_folder(
    folder: str, *, recursive: bool = False, sourceless: bool = False
) -> list[ScriptFacts]:
    """Read the facts of every revision file in a folder."""
    known = _load(folder)
    fresh: dict[str, list[Any]] = {}
    settled = time.time_ns() - _SETTLED_NS
    found: list[ScriptFacts] = []
    for name, status in sorted(_list(folder, recursive=recursive, sourceless=sourceless).items()):
        entry = known.get(name)
        if entry is not None and entry[0] == status.st_size and entry[1] == status.st_mtime_ns:
            facts = _facts_of(folder, name, entry)
        else:
            facts = read_script_head(os.path.join(folder, name))
            entry = _entry_of(facts, status)
        if facts.is_literal and status.st_mtime_ns < settled:
            fresh[name] = entry
        found.append(facts)
    if fresh != known:
        _save(folder, fresh)
    return found


def _list(folder: str, *, recursive: bool, sourceless: bool) -> dict[str, os.stat_result]:
    """Find the revision files by their names relative to the folder."""
    found = dict(_walk(folder, "", recursive=recursive, sourceless=sourceless))
    if not sourceless:
        return found
    # A compiled file counts only where its source is missing.
    return {
        name: s for name, s in found.items() if name.endswith(".py") or not _has_source(name, found)
    }


def _walk(
    folder: str, inside: str, *, recursive: bool, sourceless: bool
) -> Iterator[tuple[str, os.stat_result]]:
    with _entries(os.path.join(folder, inside) if inside else folder) as entries:
        for entry in entries:
            name = os.path.join(inside, entry.name)
            if _SOURCE.match(entry.name) or (sourceless and _COMPILED.match(entry.name)):
                yield name, _status(entry)
            elif (
                entry.is_dir()
                and (recursive or sourceless)
                and _enters(entry.name, recursive=recursive, sourceless=sourceless)
            ):
                yield from _walk(folder, name, recursive=recursive, sourceless=sourceless)


def _entries(path: str) -> AbstractContextManager[Iterator[os.DirEntry[str]]]:
    try:
        return os.scandir(path)
    except OSError as error:
        raise RevisionError(f"Can't read revision files from {path}: {error.strerror}.") from error


def _status(entry: os.DirEntry[str]) -> os.stat_result:
    try:
        return entry.stat()
    except OSError as error:  # a link to nothing, or a file that has just gone
        raise ScriptFileError(entry.path, str(error.strerror)) from error


def _enters(name: str, *, recursive: bool, sourceless: bool) -> bool:
    return sourceless if name == "__pycache__" else recursive


def _has_source(name: str, found: Mapping[str, os.stat_result]) -> bool:
    folder, file = os.path.split(name)
    if os.path.basename(folder) == "__pycache__":
        folder = os.path.dirname(folder)
    return os.path.join(folder, file.split(".")[0] + ".py") in found


def _file(folder: str) -> Path:
    return Path(importlib.util.cache_from_source(os.path.join(folder, "x.py"))).with_name(NAME)


def _load(folder: str) -> dict[str, list[Any]]:
    """Give the entries by file name; none when the index is missing or not ours."""
    try:
        content = json.loads(_file(folder).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return {}
    files = content.get("files")
    return files if isinstance(files, dict) and all(map(_is_entry, files.values())) else {}


def _is_entry(entry: object) -> bool:
    return isinstance(entry, list) and len(entry) == 7


def _save(folder: str, entries: Mapping[str, list[Any]]) -> None:
    if sys.dont_write_bytecode:
        return
    # Slow to import, and most runs find the index fresh.
    import tempfile

    target = _file(folder)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=NAME)
    except OSError:
        # A folder that can't be written is read file by file.
        return
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, "files": entries}, file, separators=(",", ":"))
        os.replace(temporary, target)
    except OSError:
        os.unlink(temporary)


def _entry_of(facts: ScriptFacts, status: os.stat_result) -> list[Any]:
    return [
        status.st_size,
        status.st_mtime_ns,
        facts.revision,
        list(facts.down_revision),
        list(facts.branch_labels),
        list(facts.depends_on),
        facts.doc,
    ]


def _facts_of(folder: str, name: str, entry: list[Any]) -> ScriptFacts:
    _, _, revision, down, labels, depends, doc = entry
    path = os.path.join(folder, name)
    return ScriptFacts(path, revision, tuple(down), tuple(labels), tuple(depends), doc)
