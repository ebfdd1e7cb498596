"""The tables that a SQL script has made so far, and their rebuild within the script.

SQLite is always at hand, so what a script does to its tables is done to empty ones in memory as
well, when a batch asks. A table that the script itself creates can be read from there, and be
rebuilt as it would be on a connection; of any other table the script knows nothing.

    statements written ─→ ScriptDatabase ─ connection() ─→ ScriptRebuild.read_table
"""

from __future__ import annotations

import re
import sqlite3
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, MetaData, StaticPool, Table, create_engine, text

from limbeck.ddl.sqlite.rebuild import SQLiteRebuild

if TYPE_CHECKING:
    from limbeck.ddl.impl import DefaultImpl

_REMARKS = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.DOTALL)
_STRUCTURAL = re.compile(r"(CREATE|ALTER|DROP|PRAGMA\s+legacy_alter_table)\b", re.IGNORECASE)
_PERHAPS = re.compile(r"CREATE\s+TABLE\s+IF\s+NOT\s+EXISTS\b", re.IGNORECASE)


class ScriptDatabase:
    """What the statements of one script make of an empty database."""

    def __init__(self, written: Sequence[str]) -> None:
        """Follow `written`, the growing list of what the script says."""
        self._written = written
        self._done = 0
        self._connection: Connection | None = None
        self._unsure: set[str] = set()

    def connection(self) -> Connection:
        """Return a connection to the database after all that is written."""
        if self._connection is None:
            engine = create_engine("sqlite://", poolclass=StaticPool)
            self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            weakref.finalize(self, _close, self._connection, engine)
        for sql in self._written[self._done :]:
            self._run(self._connection, _without_remarks(sql))
        self._done = len(self._written)
        return self._connection

    def knows(self, table_name: str) -> bool:
        """Tell whether the script has made the table, and all that happened to it is known."""
        tables = self._tables(self.connection())
        return table_name.lower() in tables - self._unsure

    def _run(self, connection: Connection, sql: str) -> None:
        if not _STRUCTURAL.match(sql):
            return
        before = self._tables(connection)
        raw: Any = connection.connection.driver_connection
        try:
            raw.executescript(sql)
        except sqlite3.Error:
            # about something that only the real database has; or about a table of the script, too
            self._unsure |= _mentioned(sql) & before
            return
        created = self._tables(connection) - before
        self._unsure -= created
        if _PERHAPS.match(sql):
            self._unsure |= created

    @staticmethod
    def _tables(connection: Connection) -> set[str]:
        found = connection.execute(
            text("SELECT lower(name) FROM sqlite_master WHERE type = 'table'")
        )
        return set(found.scalars())


class ScriptRebuild(SQLiteRebuild):
    """The rebuild of a table by statements of a script."""

    is_atomic = False

    def __init__(
        self, impl: DefaultImpl, table_name: str, schema: str | None, script: ScriptDatabase
    ) -> None:
        super().__init__(impl, table_name, schema)
        self._script = script
        self.renames_columns_in_place = schema is None and script.knows(str(table_name))

    @property
    def connection(self) -> Connection:
        """The database in memory; the script is written to by `impl`."""
        return self._script.connection()

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Refuse what would break a view or trigger that the script has made."""
        if self.schema is not None:
            yield
            return
        self._dependents = self._working_dependents()
        yield
        self._check_dependents()

    def read_table(
        self, metadata: MetaData, reflect_args: Sequence[Any], reflect_kwargs: Mapping[str, Any]
    ) -> Table:
        """Read the table that the script has made; raises CommandError where it has not."""
        if self.schema is not None or not self._script.knows(str(self.table_name)):
            raise self.unreadable(
                "A script that also creates the table needs neither: begin it at the revision "
                "that does so, or before (without a start: `upgrade <revision> --sql`)."
            )
        return super().read_table(metadata, reflect_args, reflect_kwargs)

    def start(self) -> None:
        """Remember the triggers, and let views refer to a table that is gone for a moment."""
        known = self.schema is None
        self._triggers = self._read_definitions("trigger") if known else {}
        self._has_dependents = known and bool(
            self._read_names("view") + self._read_names("trigger")
        )
        if self._has_dependents:
            self.impl.execute("PRAGMA legacy_alter_table=ON")

    def row_numbers(self, old: Table, new: Table) -> tuple[str, str] | None:
        """Name the rowid where the script knows both tables."""
        return super().row_numbers(old, new) if self.schema is None else None

    def copied(self, old: Table, new: Table) -> None:
        """Let the new table go on counting where AUTOINCREMENT was."""
        if not new.dialect_options["sqlite"]["autoincrement"]:
            return
        names = {"old": str(old.name), "new": str(new.name)}
        for sql in (
            "DELETE FROM sqlite_sequence WHERE name = :new",
            "INSERT INTO sqlite_sequence (name, seq) "
            "SELECT :new, seq FROM sqlite_sequence WHERE name = :old",
        ):
            bound = {name: value for name, value in names.items() if f":{name}" in sql}
            self.impl.execute(text(sql).bindparams(**bound), {"literal_binds": True})

    def finish(self) -> None:
        """Make the triggers again."""
        if self._has_dependents:
            self.impl.execute("PRAGMA legacy_alter_table=OFF")
        for statement in self._triggers.values():
            self.impl.static_output(f"{statement};")


def _without_remarks(sql: str) -> str:
    start = _REMARKS.match(sql)
    return sql[start.end() :] if start else sql


def _mentioned(sql: str) -> set[str]:
    return {token.strip('"').lower() for token in re.findall(r'"[^"]+"|\w+', sql)}


def _close(connection: Connection, engine: Engine) -> None:
    connection.close()
    engine.dispose()
