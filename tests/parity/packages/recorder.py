"""What a scenario with somebody's package does, and what came of each step, in comparable words.

After each step are noted: what was printed and logged, which error came, which files were written
or removed, the rows of the version tables, and the database's catalogs. Revision ids, dates and
folders differ from run to run and are replaced by names for them.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import make_url

from tests.catalogs import dump
from tests.databases import Database

_DATE = re.compile(r"\d{4}[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d(\.\d+)?")
_REVISION = re.compile(r"(?<![0-9A-Za-z.])[0-9a-f]{12}(?![0-9A-Za-z])")
_VERSION_TABLE = re.compile(r"^alembic_version")


class Error(NamedTuple):
    """An error that a step ended with: the names of its class and of that one's bases."""

    kinds: tuple[str, ...]
    message: str


@dataclass
class Recorder:
    """One run of a scenario: its folder, its database, and what was noted so far."""

    folder: Path
    database_name: str
    url_text: str
    notes: list[dict[str, Any]] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)
    _files: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._database = Database(self.database_name, make_url(self.url_text))

    def step(self, title: str, function: Callable[..., Any], *args: Any, **kw: Any) -> None:
        """Call the function, in a process whose logging is not set up, and note what came of it."""
        logging.getLogger().handlers.clear()
        out = io.StringIO()
        error: Error | None = None
        with redirect_stdout(out), redirect_stderr(out), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                function(*args, **kw)
            except SystemExit as raised:
                error = Error(("SystemExit",), str(raised.code))
            except Exception as raised:  # noqa: BLE001  # which one it is, is compared
                kinds = tuple(kind.__name__ for kind in type(raised).__mro__)
                error = Error(kinds, self._same_words(str(raised)))
        note = {
            "step": title,
            "out": self._same_words(out.getvalue()),
            "error": error,
            "files": self._new_files(),
            "versions": self._versions(),
            "catalogs": self._catalogs(),
        }
        self.notes.append(note)

    def note(self, title: str, value: object) -> None:
        """Note a value, which JSON must be able to say."""
        self.notes.append({"step": title, "value": self._same_words(str(value)).splitlines()})

    def _new_files(self) -> dict[str, list[str] | None]:
        found = {
            str(path.relative_to(self.folder)): path.read_text(encoding="utf-8")
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.suffix not in {".pyc", ".sqlite"} and _is_text(path)
        }
        removed: dict[str, list[str] | None] = {
            self._same_words(name): None for name in self._files.keys() - found.keys()
        }
        changed = {
            self._same_words(name): self._same_words(text).splitlines()
            for name, text in found.items()
            if self._files.get(name) != text
        }
        self._files = found
        return dict(sorted({**removed, **changed}.items()))

    def _versions(self) -> dict[str, list[str]]:
        with self._database.engine.connect() as connection:
            tables = filter(_VERSION_TABLE.match, sa.inspect(connection).get_table_names())
            return {
                table: sorted(
                    self._same_words(row)
                    for row in connection.scalars(sa.text(f"SELECT version_num FROM {table}"))
                )
                for table in sorted(tables)
            }

    def _catalogs(self) -> dict[str, list[str]]:
        found = dump(self._database)
        return {name: self._same_words(repr(found[name])).split("), (") for name in sorted(found)}

    def _same_words(self, text: str) -> str:
        for url in (self.url_text, self.url_text.replace("%", "%%")):
            text = text.replace(url, "<url>")
        text = text.replace(str(self.folder), "<folder>")
        text = text.replace(str(make_url(self.url_text).database), "<database>")
        text = _DATE.sub("<date>", text)
        return _REVISION.sub(lambda found: self._name_of(found.group()), text)

    def _name_of(self, revision: str) -> str:
        return self._names.setdefault(revision, f"<revision {len(self._names) + 1}>")


def _is_text(path: Path) -> bool:
    return "__pycache__" not in path.parts and ".pytest_cache" not in path.parts
