"""Transactions around migrations, on a connection or as BEGIN and COMMIT in a script.

What SQLAlchemy begins is made to hold DDL too (`impl.begin_online`), checked before it is
committed, and put back afterwards. A proxy stands for whichever transaction is open, as
`autocommit_block()` ends one and begins another within the same block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Transaction

from limbeck.ddl.impl import DefaultImpl
from limbeck.errors import CommandError

if TYPE_CHECKING:
    from .migration import MigrationContext


_CHANGES_NOTHING = re.compile(
    r"\s*(select|show|explain|describe|pragma|set|savepoint|release|rollback)\b", re.IGNORECASE
)


class MigrationTransaction:
    """One transaction of a connection, from its BEGIN to what has to be done after its end."""

    def __init__(self, connection: Connection, impl: DefaultImpl) -> None:
        self.has_changes = False
        """Whether anything but questions has been sent in it."""
        self._impl = impl
        self._connection = connection
        # Reading the version table has begun one already, as every statement does.
        self.transaction: Transaction = connection.get_transaction() or connection.begin()
        impl.begin_online()
        event.listen(connection, "after_cursor_execute", self._note)

    def _note(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        self.has_changes = self.has_changes or not _CHANGES_NOTHING.match(statement)

    def commit(self) -> None:
        """Commit; what must hold before is checked first."""
        try:
            self._impl.check_before_commit()
        except BaseException:
            self.rollback()
            raise
        try:
            self.transaction.commit()
        finally:
            self._end()

    def rollback(self) -> None:
        """Roll back."""
        try:
            self.transaction.rollback()
        finally:
            self._end()

    def _end(self) -> None:
        event.remove(self._connection, "after_cursor_execute", self._note)
        self._impl.end_online()


class _ProxyTransaction(AbstractContextManager["_ProxyTransaction", None]):
    """The transaction that the context has open now; Alembic's name."""

    def __init__(self, migration_context: MigrationContext) -> None:
        self.migration_context = migration_context

    @property
    def _proxied_transaction(self) -> Transaction | None:
        current = self.migration_context._transaction
        return None if current is None else current.transaction

    def rollback(self) -> None:
        """Roll the open transaction back."""
        self.migration_context._end_transaction(commit=False)

    def commit(self) -> None:
        """Commit the open transaction."""
        self.migration_context._end_transaction(commit=True)

    def __enter__(self) -> _ProxyTransaction:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.migration_context._end_transaction(commit=exc_type is None)


@contextmanager
def script_transaction(impl: DefaultImpl) -> Iterator[None]:
    """Write BEGIN and COMMIT around what the block writes."""
    impl.emit_begin()
    yield
    impl.emit_commit()


@contextmanager
def autocommit(connection: Connection) -> Iterator[None]:
    """Let each statement of the block be its own transaction."""
    before = connection.get_execution_options().get("isolation_level")
    level = before or connection.get_isolation_level()
    if connection.in_transaction():
        connection.commit()
    connection.execution_options(isolation_level="AUTOCOMMIT")
    try:
        yield
    finally:
        if connection.in_transaction():
            connection.commit()
        connection.execution_options(isolation_level=level)


def refuse_autocommit() -> CommandError:
    """Return the error for an autocommit block within a transaction that isn't ours to commit."""
    return CommandError(
        "autocommit_block() has to commit the transaction it stands in, but that one was begun "
        "outside of limbeck, before context.configure(). Give configure() a connection that is in "
        "no transaction, for instance from `engine.connect()` instead of `engine.begin()`."
    )
