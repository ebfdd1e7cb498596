"""A real transaction around a migration on SQLite.

Python's driver begins one only before the first INSERT, UPDATE or DELETE, so DDL before it would
be committed at once: `begin` sends the BEGIN itself. Tables can be recreated within it only while
foreign keys are not enforced, and enforcement can't be switched within a transaction: `begin`
switches it off where the migration may recreate tables, `check` compares before the commit, `end`
switches it on again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from limbeck.errors import CommandError


@dataclass(frozen=True, slots=True)
class Suspended:
    """Foreign keys were enforced and are not meanwhile; how many rows were broken before."""

    broken: Counter[tuple[str, str]]


class BrokenReferencesError(CommandError):
    """A migration leaves rows that refer to nothing."""

    def __init__(self, broken: Counter[tuple[str, str]]) -> None:
        super().__init__(broken)
        self.broken = broken

    def __str__(self) -> str:
        tables = ", ".join(
            f"{count} of {table} to {referred}"
            for (table, referred), count in sorted(self.broken.items())
        )
        return (
            f"The migration would leave rows that refer to nothing: {tables}. As it recreates "
            "tables (batch_alter_table), SQLite's foreign keys do not act while it runs, so that "
            "ON DELETE and ON UPDATE did nothing either: change the referring rows too, or do it "
            "in a revision of its own."
        )


def begin(connection: Connection, *, may_rebuild: bool) -> Suspended | None:
    """Begin a transaction, unless the application's own settings have begun one already."""
    driver = connection.connection.driver_connection
    if getattr(driver, "in_transaction", True):
        return None
    suspended = None
    if may_rebuild and connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        suspended = Suspended(_broken(connection))
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("BEGIN")
    return suspended


def check(connection: Connection, suspended: Suspended | None) -> None:
    """Raise BrokenReferencesError when rows refer to nothing that did not before."""
    if suspended is not None and (new := _broken(connection) - suspended.broken):
        raise BrokenReferencesError(new)


def end(connection: Connection, suspended: Suspended | None) -> None:
    """Enforce foreign keys again."""
    if suspended is not None and not connection.closed:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.rollback()


def _broken(connection: Connection) -> Counter[tuple[str, str]]:
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return Counter((str(row[0]), str(row[2])) for row in rows)
