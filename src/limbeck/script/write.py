"""Writing a revision file: its name, its text, its place.

Receives what the file shall say; gives the path written. Names follow `file_template`, whose
tokens are `rev`, `slug`, `depth` (the revision's depth in the graph), `epoch` and the parts of the
date. No file is ever written over.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limbeck.errors import CommandError, ConfigurationError
from limbeck.util import messaging
from limbeck.util.pyfiles import template_to_file

DEFAULT_TEMPLATE = "%(rev)s_%(slug)s"
NUMBERED_TEMPLATE = "%(depth)03d_%(slug)s"

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class FileName:
    """What the name of a revision file is made of."""

    revision: str
    message: str
    created: datetime.datetime
    depth: int


def revision_folder(
    folders: Sequence[Path], *, beside: Path | None, asked: Path | None, recursive: bool
) -> Path:
    """Give the folder for a new file: the one asked for, else the only one, else its parent's.

    `beside` is the parent's file; with `recursive` a folder may lie in one of `folders`.
    """
    known = ", ".join(map(str, folders))
    if asked is not None:
        if is_looked_into(asked, folders, recursive=recursive):
            return asked
        raise CommandError(f"Path {asked} is not represented in current version locations: {known}")
    if len(folders) == 1:
        return folders[0]
    if beside is None:
        raise CommandError(
            f"Multiple version locations present, please specify --version-path: {known}"
        )
    return next((f for f in folders if beside.is_relative_to(f)), beside.parent)


def is_looked_into(folder: Path, folders: Sequence[Path], *, recursive: bool) -> bool:
    """Tell whether revision files are looked for in a folder: one of `folders`, or inside of one."""
    return any(folder == each or (recursive and folder.is_relative_to(each)) for each in folders)


def revision_path(
    folder: str | os.PathLike[str], template: str, name: FileName, *, slug_length: int
) -> Path:
    """Give a path that no file has: by the template, else with the revision id added to it."""
    tokens = _tokens(name, slug_length)
    try:
        stem = template % tokens
    except (KeyError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"file_template = {template!r} can't be used: {error}. Its tokens are "
            f"{', '.join(sorted(tokens))}, written %(rev)s or %(depth)03d."
        ) from error
    path = Path(folder, f"{stem}.py")
    if not path.exists():
        return path
    other = Path(folder, f"{stem.rstrip('_')}_{name.revision}.py")
    if name.revision in stem or other.exists():
        raise CommandError(f"The revision file {path} exists already; it is not written over.")
    return other


def docstring_text(message: str) -> str:
    """Give a message as it stands inside a docstring, so that it reads back as it was."""
    text = message.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return text[:-1] + '\\"' if text.endswith('"') else text


def slug(message: str, length: int) -> str:
    """Give the words of a message as a part of a file name, cut at a word."""
    text = "_".join(_WORD.findall(message)).lower()
    return text if len(text) <= length else text[:length].rsplit("_", 1)[0] + "_"


def _tokens(name: FileName, slug_length: int) -> Mapping[str, Any]:
    created = name.created
    return {
        "rev": name.revision,
        "slug": slug(name.message, slug_length),
        "depth": name.depth,
        "epoch": int(created.timestamp()),
        "year": created.year,
        "month": created.month,
        "day": created.day,
        "hour": created.hour,
        "minute": created.minute,
        "second": created.second,
    }


def create_date(timezone: str | None) -> datetime.datetime:
    """Give the time now: local and without a zone, or in the zone named, in any case."""
    if timezone is None:
        return datetime.datetime.now()
    # Slow to import, and few projects name a timezone.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    for spelling in (timezone, timezone.upper(), timezone.title()):
        try:
            return datetime.datetime.now(ZoneInfo(spelling))
        except (ZoneInfoNotFoundError, ValueError):
            continue
    raise CommandError(f"Can't locate timezone: {timezone}")


def ensure_directory(path: Path, *, quiet: bool = False) -> None:
    """Make a folder and say so; one that can't be made is an error."""
    absolute = path.absolute()
    if absolute.exists():
        return
    try:
        with messaging.status(f"Creating directory {absolute}", quiet=quiet):
            absolute.mkdir(parents=True)
    except OSError as error:
        raise CommandError(
            f"Can't make the folder {absolute}: {error.strerror}. Name another place."
        ) from error


def write_template(
    template: Path,
    path: Path,
    *,
    encoding: str,
    quiet: bool = False,
    append: bool = False,
    variables: Mapping[str, Any],
) -> None:
    """Render a template into a file and say so."""
    verb = "Appending to" if append else "Generating"
    with messaging.status(f"{verb} {path.absolute()}", quiet=quiet):
        template_to_file(template, path, encoding, append_with_newlines=append, **variables)
