"""The tables that a SQL script has made so far, and their rebuild within the script.

SQLite is always at hand, so what a script does to its tables is done to empty ones in memory as
well, when a batch asks. A table that the script itself creates can be read from there, and be
rebuilt as it would be on a connection. For another one the revisions before the script are gone
through first; what they don't make either is not known.

    statements of the revisions before ┐
    statements written ────────────────┴→ ScriptDatabase ─ connection() ─→ ScriptRebuild.read_table
"""

from __future__ import annotations

import re
import sqlite3
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, MetaData, StaticPool, Table, create_engine, text

from limbeck.ddl.execution import Past
from limbeck.ddl.sqlite.rebuild import SQLiteRebuild
from limbeck.errors import ReplayError, UnsupportedOperationError
from limbeck.logs import logger_of

if TYPE_CHECKING:
    from limbeck.ddl.impl import DefaultImpl

log = logger_of(__name__)

_REMARKS = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.DOTALL)
_STRUCTURAL = re.compile(r"(CREATE|ALTER|DROP|PRAGMA\s+legacy_alter_table)\b", re.IGNORECASE)
_RENAMING = re.compile(
    r'ALTER\s+TABLE\s+("(?:[^"]|"")+"|\S+)\s+RENAME\s+TO\s+("(?:[^"]|"")+"|[^\s;]+)', re.IGNORECASE
)
_PERHAPS = re.compile(r"CREATE\s+TABLE\s+IF\s+NOT\s+EXISTS\b", re.IGNORECASE)


class ScriptDatabase:
    """What the statements of one script make of an empty database."""

    def __init__(self, written: Sequence[str], history: Callable[[], Past] | None = None) -> None:
        """Follow `written`, the growing list of what the script says.

        `history` gives what was said before it, and is only asked if need be.
        """
        self._written = written
        self._history = history
        self._past = Past()
        self._older: dict[str, str] = {}
        """What tables of the past are called by now, and what they were called then."""
        self._start()

    def _start(self) -> None:
        self._done = 0
        self._connection: Connection | None = None
        self._unsure: set[str] = set()

    def connection(self) -> Connection:
        """Return a connection to the database after all that is written."""
        if self._connection is None:
            self._connection = self._with_past()
            self._older = {name: name for name in self._tables(self._connection)}
        for sql in map(_without_remarks, self._written[self._done :]):
            self._run(self._connection, sql)
            self._follow(sql)
        self._done = len(self._written)
        return self._connection

    def _with_past(self) -> Connection:
        """Return a connection to a new database, after the revisions before the script."""
        engine = create_engine("sqlite://", poolclass=StaticPool)
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        weakref.finalize(self, _close, connection, engine)
        for sql in self._past.statements:
            self._run(connection, _without_remarks(sql))
        return connection

    def knows(self, table_name: str) -> bool:
        """Tell whether the table is made before, and all that happened to it is known.

        Raises ReplayError where the revisions before the script can't be gone through.
        """
        name = table_name.lower()
        if name not in self._known_tables() and self._history is not None:
            self._past, self._history = self._history(), None
            self._start()
        return name in self._known_tables()

    def is_older(self, table_name: str) -> bool:
        """Tell whether the table is made by the revisions before the script."""
        return table_name.lower() in self._older

    def _follow(self, sql: str) -> None:
        if renaming := _RENAMING.match(sql):
            old, new = (name.strip('"').lower() for name in renaming.groups())
            if old in self._older:
                self._older[new] = self._older.pop(old)

    def changed_elsewhere(self, table_name: str) -> Mapping[str, bool]:
        """Return the revisions of other branches that change a table, and whether that is known."""
        if not self._past.others:
            return {}
        former = self._older[table_name.lower()]
        unsure, self._unsure = self._unsure, set()
        connection = self._with_past()
        found = {}
        for revision, statements in self._past.others.items():
            before = _definitions(connection, former)
            for sql in statements or ():
                self._run(connection, _without_remarks(sql))
            if statements is None or _definitions(connection, former) != before:
                found[revision] = statements is not None
        self._unsure = unsure
        return found

    def _known_tables(self) -> set[str]:
        return self._tables(self.connection()) - self._unsure

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

    def renames_columns_in_place(self) -> bool:
        """Are columns better renamed by ALTER before the table is read? If it is known."""
        return self._is_known()

    def _is_known(self) -> bool:
        try:
            return self.schema is None and self._script.knows(str(self.table_name))
        except ReplayError as error:
            raise self.unreadable(str(error)) from error

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
        """Read the table that is made before; raises CommandError where it is not."""
        if not self._is_known():
            raise self.unreadable(
                "A table that the script or the revisions before it create needs neither, but "
                "none of them is known to create this one."
            )
        table = super().read_table(metadata, reflect_args, reflect_kwargs)
        if self._script.is_older(str(table.name)):
            self._refuse_if_changed_elsewhere(str(table.name))
            self.impl.static_output(
                f"-- The table {table.name} is taken to be as the revisions before this script make it"
            )
        return table

    def _refuse_if_changed_elsewhere(self, table_name: str) -> None:
        """Raise where another branch changes the table: what it adds would be lost."""
        changes = self._script.changed_elsewhere(table_name)
        known = [revision for revision, is_known in changes.items() if is_known]
        if known:
            raise UnsupportedOperationError(
                f"Can't write the rebuild of the table {table_name} to a SQL script: "
                f"{', '.join(known)} of another branch change it, too, and what they make of it would "
                "be lost in a database where they are applied. Begin the script at a "
                "revision that joins the branches, give the table as `copy_from`, or run the migration "
                "on the database."
            )
        if changes:
            log.warning(
                "The table %s is taken to be as the revisions before the script make it; whether %s "
                "of another branch change it, too, can't be told without a database",
                table_name,
                ", ".join(changes),
            )

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


def _definitions(connection: Connection, table_name: str) -> list[tuple[str, ...]]:
    """Return the statements of a table, its indexes and triggers."""
    rows = connection.execute(
        text(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = :table COLLATE NOCASE "
            "ORDER BY 1, 2"
        ),
        {"table": table_name},
    )
    return [tuple(row) for row in rows]


def _mentioned(sql: str) -> set[str]:
    return {token.strip('"').lower() for token in re.findall(r'"[^"]+"|\w+', sql)}


def _close(connection: Connection, engine: Engine) -> None:
    connection.close()
    engine.dispose()
