"""Replacing a SQLite table without losing anything that hangs on it.

Follows https://sqlite.org/lang_altertable.html#otheralter: foreign keys off, one savepoint,
new table, rows, drop, rename, indexes and triggers from the text SQLite kept, checks, release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Constraint,
    DefaultClause,
    Index,
    MetaData,
    Table,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import TextClause

from limbeck import sqla
from limbeck.ddl.rebuild import TableRebuild
from limbeck.ddl.sqlite import say_key_conflict, unsaid
from limbeck.ddl.sqlite.master import in_schema
from limbeck.ddl.sqlite.read import read_schema
from limbeck.ddl.sqlite.text import LEXICON, normal_tokens, stands_alone, without_table
from limbeck.errors import BatchError, UnsupportedOperationError
from limbeck.schema.build import build_tables
from limbeck.schema.database import ReadScope
from limbeck.schema.facts import TableKey

_SAVEPOINT = "limbeck_rebuild"
_ROWID_NAMES = ("rowid", "_rowid_", "oid")
_PLAIN_DEFAULTS = frozenset({"NULL", "TRUE", "FALSE"})


class SQLiteRebuild(TableRebuild):
    """The rebuild of one SQLite table."""

    is_atomic = True

    _table: Table | None = None
    _sequence: int | None = None
    _is_enforced = False

    def renames_columns_in_place(self) -> bool:
        """Are columns better renamed by ALTER before the table is read? Yes."""
        return True

    # ------------------------------------------------------------------------------------- guard

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Keep foreign keys from acting and undo everything when the block is left by an error."""
        with ExitStack() as stack:
            enforced = stack.enter_context(self._foreign_keys_off())
            stack.enter_context(self._legacy_alter_table())
            stack.enter_context(self._savepoint())
            broken = self._broken_references() if enforced else set()
            self._dependents = self._working_dependents()
            yield
            self._check_dependents()
            if enforced and (now_broken := self._broken_references() - broken):
                raise BatchError(
                    f"The rebuild of the table {self.table_name!r} would break foreign keys: "
                    + ", ".join(f"{table} row {row}" for table, row in sorted(now_broken, key=str))
                )

    @contextmanager
    def _foreign_keys_off(self) -> Iterator[bool]:
        """Switch the enforcement of foreign keys off; the value says whether it was on.

        The drop of a table deletes its rows: ON DELETE CASCADE would empty the referring tables.
        """
        if not self._pragma("foreign_keys"):
            yield False
            return
        self._execute("PRAGMA foreign_keys=OFF")
        if self._pragma("foreign_keys"):
            # within a transaction the pragma does nothing
            if self.impl.transactional_ddl:
                self._refuse_to_act_on(self._referring_tables())
                self._is_enforced = True
                yield False
                return
            self._connection.connection.commit()
            self._execute("PRAGMA foreign_keys=OFF")
            if self._pragma("foreign_keys"):
                # a driver that is never outside of a transaction
                self._refuse_to_act_on(self._referring_tables() | {self.table_name})
        try:
            yield True
        finally:
            self._execute("PRAGMA foreign_keys=ON")

    def _refuse_to_act_on(self, tables: set[str]) -> None:
        """Raise when there are tables whose rows the drop of the old table would act on."""
        if tables:
            raise UnsupportedOperationError(
                f"Can't rebuild the table {self.table_name!r} within a transaction while SQLite "
                f"enforces foreign keys: dropping the old table would act on the rows of "
                f"{', '.join(sorted(tables))}. Run PRAGMA foreign_keys=OFF before the transaction "
                "begins, or put the batch into `with op.get_context().autocommit_block():`"
            )

    @contextmanager
    def _legacy_alter_table(self) -> Iterator[None]:
        """Keep RENAME TABLE from resolving views while their table is gone."""
        before = self._pragma("legacy_alter_table")
        try:
            yield
        finally:
            self._execute(f"PRAGMA legacy_alter_table={'ON' if before else 'OFF'}")

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        """Open a savepoint; where no transaction is open, it is one."""
        self._execute(f"SAVEPOINT {_SAVEPOINT}")
        try:
            yield
        except BaseException:
            self._execute(f"ROLLBACK TO {_SAVEPOINT}")
            self._execute(f"RELEASE {_SAVEPOINT}")
            raise
        self._execute(f"RELEASE {_SAVEPOINT}")

    # -------------------------------------------------------------------------------------- read

    def read_table(
        self, metadata: MetaData, reflect_args: Sequence[Any], reflect_kwargs: Mapping[str, Any]
    ) -> Table:
        """Read the table from the text SQLite keeps; `reflect_args` replace what they name."""
        scope = ReadScope((self.schema,), default_schema=None)
        known_tables = read_schema(self._connection, scope).tables
        wanted = TableKey(self.schema, self.table_name)
        # SQLite finds tables whatever the case of their names.
        folded = {key.name.lower(): facts for key, facts in known_tables.items()}
        facts = known_tables.get(wanted, folded.get(self.table_name.lower()))
        if facts is None:
            raise BatchError(f"No such table: {self.table_name!r}")
        self.table_name = facts.key.name
        table = build_tables(self._connection, [facts], metadata)[facts.key]
        known = {name.removeprefix("sqlite_") for name in table.dialect_kwargs}
        if lost := sorted({name for name, _ in facts.options} - known):
            # SQLAlchemy 2.0.36 knows no STRICT
            raise BatchError(
                f"Can't rebuild the table {self.table_name!r}: this version of SQLAlchemy can't say "
                f"{', '.join(lost).upper()}; use a newer one"
            )
        definition = self._read_definitions("table")[self.table_name]
        if any(token.is_word("AUTOINCREMENT") for token in LEXICON.tokenize(definition)):
            table.dialect_options["sqlite"]["autoincrement"] = True
            self._sequence = self._read_sequence()
        unsaid.complete(table, definition)
        self._indexes = self._read_definitions("index")
        self._table = table
        self._overridden = {item.name for item in reflect_args if isinstance(item, Column)}
        if reflect_kwargs:
            self._take_over(table, reflect_kwargs)
        for item in reflect_args:
            _override(table, item)
        return table

    def _take_over(self, table: Table, reflect_kwargs: Mapping[str, Any]) -> None:
        """Give the columns what SQLAlchemy's reflection with these arguments makes of them."""
        usual = super().read_table(MetaData(), (), {})
        seen = super().read_table(MetaData(), (), reflect_kwargs)
        for column in seen.columns:
            own, before = table.c[column.name], usual.c[column.name]
            own.type = column.type
            if self._spell(column) != self._spell(before):
                self._overridden.add(column.name)
            if column.nullable != before.nullable:
                own.nullable = column.nullable
            if _default_text(column) != _default_text(before):
                own.server_default = column.server_default

    def start(self) -> None:
        """Remember the triggers, and let views refer to a table that is gone for a moment."""
        self._triggers = self._read_definitions("trigger")
        self._execute("PRAGMA legacy_alter_table=ON")

    def adjust_columns(self, table: Table, names_of_old_type: Sequence[str]) -> None:
        """Declare old types by the text they have, and put defaults that need it in parentheses.

        Checks may name the table by the name that it has not yet: it is left out of them.
        """
        self._leave_out_own_name(table)
        say_key_conflict(table)
        for column in table.columns:
            default = column.server_default
            expression = default.arg if isinstance(default, DefaultClause) else None
            if isinstance(expression, TextClause) and not _is_plain(expression.text):
                column.server_default = DefaultClause(text(f"({expression.text})"))
        if self._is_enforced and any(
            key.column.table.name == self.table_name for key in table.foreign_keys
        ):
            self._refuse_to_act_on({self.table_name})
        if self._table is None:
            return
        declared = {row.name: row.type for row in self._columns_of(self.table_name)}
        for name in set(names_of_old_type) - self._overridden:
            column = table.c[name]
            spelled = declared.get(name)
            if spelled and spelled.upper() != self._spell(column).upper():
                collation = getattr(column.type, "collation", None)
                column.type = unsaid.DeclaredType(spelled, collation)
        unsaid.write_key_in_column(table, self._spell)

    def _leave_out_own_name(self, table: Table) -> None:
        for check in (each for each in table.constraints if isinstance(each, CheckConstraint)):
            tokens = LEXICON.tokenize(sqla.ddl_text(self.impl.dialect, check.sqltext))
            alone = without_table(tokens, self.table_name)
            if len(alone) < len(tokens):
                check.sqltext = text(sqla.escape_binds(normal_tokens(alone)))

    def row_numbers(self, old: Table, new: Table) -> tuple[str, str] | None:
        """Name the rowid in both, unless the new table has a column for it."""
        names = self._rowid_of(str(old.name)), self._rowid_of(str(new.name))
        if names[0] is None or names[1] is None or self._has_column_for_rowid(str(new.name)):
            return None
        return names[0], names[1]

    def _rowid_of(self, table_name: str) -> str | None:
        """Return a name of a table's rowid, None where it has none, or columns of all its names."""
        taken = {column.name.lower() for column in self._columns_of(table_name)}
        name = next((each for each in _ROWID_NAMES if each not in taken), None)
        if name is None:
            return None
        is_there = self._compiles(f"SELECT {name} FROM {self._prefix}{self._quote(table_name)}")
        return name if is_there else None

    def _has_column_for_rowid(self, table_name: str) -> bool:
        """Tell whether the key is the rowid: no other key of a table with rowids has no index."""
        indexes = self._rows(f"PRAGMA {self._prefix}index_list({self._quote(table_name)})")
        has_key = any(column.pk for column in self._columns_of(table_name))
        return has_key and not any(index.origin == "pk" for index in indexes)

    def _columns_of(self, table_name: str) -> Sequence[Any]:
        return self._rows(f"PRAGMA {self._prefix}table_xinfo({self._quote(table_name)})")

    def index_statement(self, index: Index) -> str | None:
        """Return the statement that SQLite kept."""
        statement = self._indexes.get(str(index.name)) if self._table is not None else None
        return statement if statement is None else in_schema(statement, self._prefix)

    # ------------------------------------------------------------------------------------ finish

    def finish(self) -> None:
        """Make the triggers again, and go on counting where AUTOINCREMENT was."""
        self._execute("PRAGMA legacy_alter_table=OFF")
        for statement in self._triggers.values():
            self._execute(in_schema(statement, self._prefix))
        if self._sequence is not None:
            parameters = {"name": self.table_name, "seq": self._sequence}
            master = f"{self._prefix}sqlite_sequence"
            self._connection.execute(text(f"DELETE FROM {master} WHERE name = :name"), parameters)
            self._connection.execute(
                text(f"INSERT INTO {master} (name, seq) VALUES (:name, :seq)"), parameters
            )

    def _check_dependents(self) -> None:
        """Raise where a view or trigger worked before and does not fit the table any more."""
        broken = self._dependents - self._working_dependents()
        if broken:
            raise BatchError(
                f"The rebuild of the table {self.table_name!r} would break "
                f"{', '.join(sorted(broken))}: drop that before the batch and create it anew after it"
            )

    def _working_dependents(self) -> set[str]:
        """Return the views, and the tables with triggers, that SQLite compiles without an error."""
        working = set()
        for name in self._read_names("view"):
            if self._compiles(f"SELECT * FROM {self._prefix}{self._quote(name)}"):
                working.add(f"the view {name}")
        for name in self._read_names("trigger", "tbl_name"):
            if self._has_working_triggers(name):
                working.add(f"the triggers of the table {name}")
        return working

    def _has_working_triggers(self, name: str) -> bool:
        """Tell whether rows of a table, or of a view, can be written."""
        relation = f"{self._prefix}{self._quote(name)}"
        found = self._rows(f"PRAGMA {self._prefix}table_info({self._quote(name)})")
        columns = [self._quote(row.name) for row in found]
        return bool(columns) and all(
            (
                self._compiles(f"DELETE FROM {relation}"),
                self._compiles(f"INSERT INTO {relation} ({columns[0]}) VALUES (NULL)"),
                *(self._compiles(f"UPDATE {relation} SET {c} = {c}") for c in columns),
            )
        )

    def _compiles(self, statement: str) -> bool:
        try:
            self._execute(f"EXPLAIN {statement}")
        except DBAPIError:
            return False
        return True

    def _broken_references(self) -> set[tuple[str, Any]]:
        """Return table and row id of each row whose foreign key refers to nothing."""
        rows = self._rows(f"PRAGMA {self._prefix}foreign_key_check")
        return {(row[0], row[1]) for row in rows}

    def _referring_tables(self) -> set[str]:
        """Return the other tables that have rows and a foreign key to this one."""
        referring = set()
        for name in self._read_names("table"):
            keys = self._rows(f"PRAGMA {self._prefix}foreign_key_list({self._quote(name)})")
            if any(key.table.lower() == self.table_name.lower() for key in keys):
                quoted = f"{self._prefix}{self._quote(name)}"
                if self._rows(f"SELECT 1 FROM {quoted} LIMIT 1"):
                    referring.add(name)
        return referring

    # --------------------------------------------------------------------------------- statements

    @property
    def _connection(self) -> Connection:
        connection = self.connection
        if connection is None:
            raise BatchError("A table can only be rebuilt on a connection")
        return connection

    @property
    def _prefix(self) -> str:
        return "" if self.schema is None else f"{self._quote(self.schema)}."

    def _execute(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement).close()

    def _rows(self, statement: str) -> Sequence[Any]:
        return self._connection.exec_driver_sql(statement).all()

    def _pragma(self, name: str) -> bool:
        rows = self._rows(f"PRAGMA {name}")
        return bool(rows and rows[0][0])

    def _quote(self, name: str) -> str:
        return self._connection.dialect.identifier_preparer.quote_identifier(str(name))

    def _spell(self, column: Column[Any]) -> str:
        return str(column.type.compile(self._connection.dialect))

    def _read_definitions(self, kind: str) -> dict[str, str]:
        """Return name and text of what belongs to the table: itself, its indexes or triggers."""
        rows = self._connection.execute(
            text(
                f"SELECT name, sql FROM {self._prefix}sqlite_master WHERE type = :kind "
                "AND tbl_name = :table COLLATE NOCASE AND sql IS NOT NULL ORDER BY rowid"
            ),
            {"kind": kind, "table": str(self.table_name)},
        )
        return {row.name: row.sql for row in rows}

    def _read_names(self, kind: str, column: str = "name") -> list[str]:
        master = f"{self._prefix}sqlite_master"
        rows = self._connection.execute(
            text(f"SELECT DISTINCT {column} FROM {master} WHERE type = :kind ORDER BY 1"),
            {"kind": kind},
        )
        return [row[0] for row in rows]

    def _read_sequence(self) -> int | None:
        row = self._connection.execute(
            text(f"SELECT seq FROM {self._prefix}sqlite_sequence WHERE name = :name"),
            {"name": str(self.table_name)},
        ).first()
        return None if row is None else int(row.seq)


def _default_text(column: Column[Any]) -> str | None:
    default = column.server_default
    return str(default.arg) if isinstance(default, DefaultClause) else None


def _override(table: Table, item: Any) -> None:
    """Put a column or constraint of `reflect_args` in the place of what was read."""
    if isinstance(item, Column):
        known = table.c.get(item.name)
        if known is None:
            table.append_column(item)
        else:
            known.type = item.type
            table.append_column(item, replace_existing=True)
    elif isinstance(item, Constraint):
        table.append_constraint(item)


def _is_plain(default: str) -> bool:
    """Tell whether a default needs no parentheses: a literal, or a keyword for the time."""
    word = default.strip().upper()
    return stands_alone(default) or word in _PLAIN_DEFAULTS or word.startswith("CURRENT_")
