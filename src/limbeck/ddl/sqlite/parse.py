"""CREATE TABLE and CREATE INDEX text of `sqlite_master` → facts.

A recursive-descent parser for what SQLite stores: it has been accepted by SQLite, so nothing is
checked again. `TableKey`s of foreign keys and empty lists of referred columns are as written;
`read` resolves them against the other tables. Never touches a connection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from limbeck.ddl.sqlite.text import (
    LEXICON,
    normal_default_tokens,
    normal_tokens,
    normal_type_text,
)
from limbeck.ddl.tokens import Cursor, Token, split, strip_parentheses
from limbeck.schema.facts import (
    CheckFacts,
    ColumnFacts,
    ComputedFacts,
    ForeignKeyFacts,
    IndexElement,
    IndexFacts,
    Options,
    PrimaryKeyFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
    sort_key,
)

_Keyed = TypeVar("_Keyed", PrimaryKeyFacts, UniqueFacts, ForeignKeyFacts)

UniqueKey = tuple[str | None, tuple[str, ...]]

_COLUMN_CLAUSES = (
    "CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE",
    "REFERENCES", "GENERATED", "AS", "DEFERRABLE",
)  # fmt: skip
_TABLE_CLAUSES = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")
_ACTIONS = (("NO", "ACTION"), ("SET", "NULL"), ("SET", "DEFAULT"), ("CASCADE",), ("RESTRICT",))


def parse_table(key: TableKey, sql: str) -> TableFacts:
    """Return the facts in a CREATE TABLE statement; `indexes` is empty."""
    parser = _TableParser(key=key, cursor=Cursor(LEXICON.tokenize(sql)))
    parser.parse()
    return parser.facts()


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What a CREATE TABLE says that is in no facts.

    That is what stands behind the columns of keys, COLLATE and DESC; of unique constraints by name,
    and columns in lower case: there may be several of them without a name.
    """

    key_orders: tuple[str, ...]
    has_key_in_column: bool
    unique_orders: Mapping[UniqueKey, Sequence[tuple[str, ...]]]


def parse_unsaid(sql: str) -> Unsaid:
    """Return what a CREATE TABLE statement says that is in no facts."""
    parser = _TableParser(key=TableKey(None, ""), cursor=Cursor(LEXICON.tokenize(sql)))
    parser.parse()
    return Unsaid(parser.key_orders, parser.has_key_in_column, parser.unique_orders)


def parse_index(name: str, sql: str, columns: Mapping[str, str], table: str) -> IndexFacts:
    """Return the facts in a CREATE INDEX statement; `columns`, `table` as for `normal_tokens`."""
    cursor = Cursor(LEXICON.tokenize(sql))
    cursor.accept("CREATE")
    unique = cursor.accept("UNIQUE")
    cursor.until("(")
    elements = tuple(parse_element(part, columns) for part in split(cursor.parenthesised()))
    where = None
    if cursor.accept("WHERE"):
        where = normal_tokens(cursor.until(";"), columns, table=table)
    return IndexFacts(name=name, elements=elements, unique=unique, where=where)


def parse_element(tokens: Sequence[Token], columns: Mapping[str, str]) -> IndexElement:
    """Return one key of an index; a column's COLLATE is an option of it."""
    descending = tokens[-1].is_word("DESC")
    if tokens[-1].is_word("ASC", "DESC"):
        tokens = tokens[:-1]
    bare = strip_parentheses(tokens)
    options: Options = ()
    if len(bare) == 3 and bare[1].is_word("COLLATE"):
        options = (("collate", bare[2].text.upper()),)
        bare = bare[:1]
    if len(bare) == 1 and (declared := columns.get(bare[0].text.lower())) is not None:
        return IndexElement(sql=declared, descending=descending, options=options)
    sql = normal_tokens(tokens, columns)
    return IndexElement(sql=sql, is_expression=True, descending=descending)


@dataclass(slots=True)
class _Column:
    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    collation: str | None = None
    computed: Sequence[Token] | None = None
    persisted: bool = False
    autoincrement: bool = False
    options: Options = ()


@dataclass(slots=True)
class _TableParser:
    """Collects the parts of one CREATE TABLE; expressions wait until all columns are known."""

    key: TableKey
    cursor: Cursor
    columns: list[_Column] = field(default_factory=list)
    primary_key: PrimaryKeyFacts | None = None
    uniques: list[UniqueFacts] = field(default_factory=list)
    foreign_keys: list[ForeignKeyFacts] = field(default_factory=list)
    checks: list[tuple[str | None, Sequence[Token]]] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    key_orders: tuple[str, ...] = ()
    has_key_in_column: bool = False
    unique_orders: dict[UniqueKey, list[tuple[str, ...]]] = field(default_factory=dict)

    def parse(self) -> None:
        """Walk the statement."""
        self.cursor.until("(")
        options = self.cursor
        body = self.cursor.parenthesised()
        self._table_options(options)
        for part in split(body):
            self.cursor = Cursor(part)
            # A column may be called "check" when quoted; the clause is a bare word.
            if self.cursor.peek().is_word(*_TABLE_CLAUSES):
                self._table_constraints()
            else:
                self._column()

    def facts(self) -> TableFacts:
        """Return what was collected, with expressions in normal form."""
        names = {column.name.lower(): column.name for column in self.columns}
        checks = [
            CheckFacts(normal_tokens(sql, names, table=self.key.name), name)
            for name, sql in self.checks
        ]
        return TableFacts(
            key=self.key,
            columns=tuple(self._column_facts(column, names) for column in self.columns),
            primary_key=self.primary_key and _respell(self.primary_key, names),
            uniques=tuple(sorted((_respell(fact, names) for fact in self.uniques), key=sort_key)),
            foreign_keys=tuple(
                sorted((_respell(fact, names) for fact in self.foreign_keys), key=sort_key)
            ),
            checks=tuple(sorted(checks, key=sort_key)),
            options=tuple(sorted(self.options.items())),
        )

    def _column_facts(self, column: _Column, names: Mapping[str, str]) -> ColumnFacts:
        computed = None
        if column.computed is not None:
            computed = ComputedFacts(normal_tokens(column.computed, names), column.persisted)
        facts = ColumnFacts(
            name=column.name,
            type=column.type,
            nullable=column.nullable,
            default=column.default,
            computed=computed,
            autoincrement=column.autoincrement,
            collation=column.collation,
            options=column.options,
        )
        options = tuple(self.options.items())
        implied = is_key_without_null(facts, self.primary_key, options)
        if self.has_key_in_column and any(self.key_orders) and not options:
            implied = False  # INTEGER PRIMARY KEY DESC is no alias of the rowid
        return replace(facts, nullable=False) if implied else facts

    def _table_options(self, cursor: Cursor) -> None:
        while not cursor.is_at_end:
            if cursor.accept("WITHOUT", "ROWID"):
                self.options["with_rowid"] = "False"
            elif cursor.accept("STRICT"):
                self.options["strict"] = "True"
            else:
                cursor.take()

    def _column(self) -> None:
        name = self.cursor.take().text
        declared: list[str] = []
        while not self.cursor.is_at_end and not self.cursor.peek().is_word(*_COLUMN_CLAUSES):
            if self.cursor.peek().is_symbol("("):
                declared.append("(" + "".join(t.text for t in self.cursor.parenthesised()) + ")")
            else:
                declared.append(self.cursor.take().text)
        column = _Column(name, normal_type_text(" ".join(declared)))
        self.columns.append(column)
        constraint_name = None
        while not self.cursor.is_at_end:
            if self.cursor.accept("CONSTRAINT"):
                constraint_name = self.cursor.take().text
                continue
            self._column_clause(column, constraint_name)
            constraint_name = None

    def _column_clause(self, column: _Column, name: str | None) -> None:
        cursor = self.cursor
        if self._key_clause(column, name) or self._value_clause(column):
            return
        if cursor.accept("NOT", "NULL"):
            column.nullable = False
            column.options = self._conflict("on_conflict_not_null")
        elif cursor.accept("NULL"):
            self._conflict()
        elif cursor.accept("CHECK"):
            self.checks.append((name, cursor.parenthesised()))
        elif cursor.accept("REFERENCES"):
            self.foreign_keys.append(self._reference((column.name,), name))
        elif cursor.accept("COLLATE"):
            column.collation = normal_collation(cursor.take().text)
        else:
            cursor.take()

    def _key_clause(self, column: _Column, name: str | None) -> bool:
        cursor = self.cursor
        if cursor.accept("PRIMARY", "KEY"):
            self.key_orders = (_order(cursor),)
            self.has_key_in_column = True
            self.primary_key = PrimaryKeyFacts((column.name,), name, options=self._conflict())
            if cursor.accept("AUTOINCREMENT"):
                self._count_up(column)
            return True
        if cursor.accept("UNIQUE"):
            self._unique((column.name,), ("",), name)
            return True
        return False

    def _value_clause(self, column: _Column) -> bool:
        cursor = self.cursor
        if cursor.accept("DEFAULT"):
            column.default = normal_default_tokens(self._default())
            return True
        cursor.accept("GENERATED", "ALWAYS")
        if cursor.accept("AS"):
            column.computed = cursor.parenthesised()
            column.persisted = cursor.accept("STORED")
            return True
        return False

    def _default(self) -> Sequence[Token]:
        if self.cursor.peek().is_symbol("("):
            return self.cursor.parenthesised()
        tokens = [self.cursor.take()]
        if tokens[0].is_symbol("-", "+"):
            tokens.append(self.cursor.take())
        return tokens

    def _table_constraints(self) -> None:
        # Constraints of a table may follow each other without a comma.
        name = None
        while not self.cursor.is_at_end:
            if self.cursor.accept("CONSTRAINT"):
                name = self.cursor.take().text
                continue
            self._table_constraint(name)
            name = None

    def _table_constraint(self, name: str | None) -> None:
        cursor = self.cursor
        if cursor.accept("PRIMARY", "KEY"):
            columns, self.key_orders = self._key_parts()
            self.primary_key = PrimaryKeyFacts(columns, name, options=self._conflict())
        elif cursor.accept("UNIQUE"):
            self._unique(*self._key_parts(), name)
        elif cursor.accept("CHECK"):
            self.checks.append((name, cursor.parenthesised()))
            self._conflict()
        elif cursor.accept("FOREIGN", "KEY"):
            columns, _ = self._key_parts()
            cursor.accept("REFERENCES")
            self.foreign_keys.append(self._reference(columns, name))
        else:
            cursor.take()

    def _key_parts(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Take `(a, b COLLATE x DESC)`: the columns, and what stands behind each of them.

        `PRIMARY KEY (id AUTOINCREMENT)` marks the column.
        """
        parts = split(self.cursor.parenthesised())
        for part in parts:
            if part[-1].is_word("AUTOINCREMENT"):
                for column in self.columns:
                    if column.name.lower() == part[0].text.lower():
                        self._count_up(column)
        return tuple(part[0].text for part in parts), tuple(
            _order(Cursor(part[1:])) for part in parts
        )

    def _unique(self, columns: tuple[str, ...], orders: tuple[str, ...], name: str | None) -> None:
        key = (name, tuple(column.lower() for column in columns))
        self.unique_orders.setdefault(key, []).append(orders)
        self.uniques.append(UniqueFacts(columns, name, options=self._conflict()))

    def _count_up(self, column: _Column) -> None:
        """Note AUTOINCREMENT, which SQLAlchemy takes as an option of the table."""
        column.autoincrement = True
        self.options["autoincrement"] = "True"

    def _conflict(self, option: str = "on_conflict") -> Options:
        is_said = self.cursor.accept("ON", "CONFLICT")
        return conflict_option(option, self.cursor.take().text if is_said else None)

    def _reference(self, columns: tuple[str, ...], name: str | None) -> ForeignKeyFacts:
        cursor = self.cursor
        referred = TableKey(self.key.schema, cursor.take().text)
        referred_columns = self._key_parts()[0] if cursor.peek().is_symbol("(") else ()
        fact = ForeignKeyFacts(columns, referred, referred_columns, name)
        while True:
            if cursor.accept("ON", "DELETE"):
                fact = replace(fact, on_delete=self._action())
            elif cursor.accept("ON", "UPDATE"):
                fact = replace(fact, on_update=self._action())
            elif cursor.accept("MATCH"):
                fact = replace(fact, match=cursor.take().text.upper())
            elif cursor.accept("NOT", "DEFERRABLE"):
                self._is_deferred()
            elif cursor.accept("DEFERRABLE"):
                fact = replace(fact, deferrable=True, initially_deferred=self._is_deferred())
            else:
                return fact

    def _is_deferred(self) -> bool:
        if self.cursor.accept("INITIALLY", "DEFERRED"):
            return True
        self.cursor.accept("INITIALLY", "IMMEDIATE")
        return False

    def _action(self) -> str | None:
        words = next((words for words in _ACTIONS if self.cursor.accept(*words)), ())
        return normal_action(" ".join(words))


def _order(cursor: Cursor) -> str:
    """Take the order and collation of a column in a key; ascending says nothing."""
    collation = f' COLLATE "{cursor.take().text}"' if cursor.accept("COLLATE") else ""
    if cursor.accept("ASC"):
        return collation
    return f"{collation} DESC" if cursor.accept("DESC") else collation


def is_key_without_null(
    column: ColumnFacts, primary_key: PrimaryKeyFacts | None, options: Options
) -> bool:
    """Tell whether SQLite keeps NULL out of a key's column that doesn't say NOT NULL.

    It does so for an alias of the rowid, and where there is no rowid or the types are strict; in
    any other primary key it allows NULL (sqlite.org/quirks.html).
    """
    if primary_key is None:
        return False
    names = [name.lower() for name in primary_key.columns]
    if column.name.lower() not in names:
        return False
    is_rowid = len(names) == 1 and column.type == "INTEGER"
    return is_rowid or any(name in ("strict", "with_rowid") for name, _ in options)


def conflict_option(name: str, action: str | None) -> Options:
    """Return what happens on a conflict as an option of that name; ABORT is the default."""
    upper = (action or "ABORT").upper()
    return () if upper == "ABORT" else ((name, upper),)


def normal_action(action: str | None) -> str | None:
    """Return a foreign key's action in upper case; NO ACTION is the default."""
    upper = " ".join((action or "").upper().split())
    return None if upper in ("", "NO ACTION") else upper


def normal_collation(name: str | None) -> str | None:
    """Return a collation in upper case; BINARY is the default."""
    return None if name is None or name.upper() == "BINARY" else name.upper()


def _respell(fact: _Keyed, names: Mapping[str, str]) -> _Keyed:
    columns = tuple(names.get(column.lower(), column) for column in fact.columns)
    return fact if columns == fact.columns else replace(fact, columns=columns)
