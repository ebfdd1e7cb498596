"""The probe: the server itself says how it stores a model's table.

A temporary table is created like each model's, without foreign keys, shown by SHOW CREATE TABLE and
dropped again. Neither statement commits (dev.mysql.com/doc/refman/8.4/en/implicit-commit.html), no
user's table is touched, and the right CREATE TEMPORARY TABLES is enough. Of a table that the
server refuses each expression is tried alone (`pieces`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Index, Table
from sqlalchemy.exc import CompileError, DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeEngine

from limbeck import sqla
from limbeck.ddl.mysql import partitions
from limbeck.ddl.mysql.catalog import has_default_of_bytes, is_json_check
from limbeck.ddl.mysql.defaults import normal_default_text
from limbeck.ddl.mysql.modes import names_in_backticks, with_backticks
from limbeck.ddl.mysql.options import given_partitions
from limbeck.ddl.mysql.pieces import Ask, probe_condition, probe_pieces
from limbeck.ddl.mysql.server import server_of
from limbeck.ddl.mysql.text import (
    LEXICON,
    normal_charset,
    normal_collation,
    normal_tokens,
    read_type,
)
from limbeck.ddl.tokens import Cursor, Token, split
from limbeck.schema.facts import (
    CheckFacts,
    ColumnFacts,
    ComputedFacts,
    IndexFacts,
    TableFacts,
    TableKey,
    sort_key,
)
from limbeck.schema.models import read_model_table
from limbeck.schema.options import own_options
from limbeck.schema.probe import Piece, Probe

PROBE = "limbeck_probe"


@dataclass(frozen=True, slots=True)
class ModelBinding:
    """The dialect's own reading of a model, bound to the dialect: a `ModelDialect`."""

    dialect: Dialect
    type_reader: Callable[[Dialect, TypeEngine[Any]], str]
    default_reader: Callable[[Dialect, Column[Any]], str | None]
    expression_reader: Callable[[str], str]
    adjuster: Callable[[Dialect, TableFacts, Table], TableFacts]

    def normal_type(self, type_: TypeEngine[Any]) -> str:
        """Return the normal form of a type."""
        return self.type_reader(self.dialect, type_)

    def normal_default(self, column: Column[Any]) -> str | None:
        """Return the normal form of a column's server default."""
        return self.default_reader(self.dialect, column)

    def normal_expression(self, sql: str) -> str:
        """Return the normal form of an expression."""
        return self.expression_reader(with_backticks(sql, self.dialect))

    def adjust_model_table(self, facts: TableFacts, table: Table) -> TableFacts:
        """Return what the database makes of the table."""
        return self.adjuster(self.dialect, facts, table)


@dataclass(slots=True)
class Shown:
    """What SHOW CREATE TABLE says of columns, checks and the expressions of indexes."""

    columns: dict[str, ColumnFacts] = field(default_factory=dict)
    column_checks: list[CheckFacts] = field(default_factory=list)
    checks: dict[str, str] = field(default_factory=dict)
    expressions: dict[str, list[str]] = field(default_factory=dict)


def probe_tables(binding: ModelBinding, connection: Connection, tables: Sequence[Table]) -> Probe:
    """Return the tables' facts as the server words them, and what it refuses."""
    dialect = connection.dialect
    found: dict[TableKey, TableFacts] = {}
    refused: dict[TableKey, frozenset[Piece]] = {}
    for table in tables:
        ask = partial(_ask_piece, connection, table.schema)
        facts = read_model_table(table, binding, default_schema=dialect.default_schema_name)
        bytes_ = any(has_default_of_bytes(each.type, each.default) for each in facts.columns)
        whole = None if bytes_ else _show_whole(connection, table)
        if whole is not None:
            facts = _overlay(facts, parse_show_create(whole, dialect), table)
        elif ask("piece integer") is not None:
            facts, refused[facts.key] = probe_pieces(facts, ask)
        else:
            continue
        sql = given_partitions(table, dialect)
        found[facts.key] = facts if sql is None else _with_partitions(facts, sql, connection, ask)
    return Probe(found, refused)


def _ask_piece(connection: Connection, schema: str | None, definitions: str) -> TableFacts | None:
    sql = sqla.for_driver(connection.dialect, definitions)
    shown = _show(connection, schema, lambda name: f"CREATE TEMPORARY TABLE {name} ({sql})")
    if shown is None:
        return None
    read = parse_show_create(shown, connection.dialect)
    checks = tuple(CheckFacts(sql, name) for name, sql in read.checks.items())
    return TableFacts(TableKey(schema, PROBE), tuple(read.columns.values()), checks=checks)


def _with_partitions(facts: TableFacts, sql: str, connection: Connection, ask: Ask) -> TableFacts:
    """Return the facts with partitions as the server words them; no temporary table has any."""
    columns = [column.name for column in facts.columns]
    asked = partitions.ask_values(connection, sql)
    for expression in partitions.unasked(sql, columns).expressions:
        worded = probe_condition(facts, f"({expression}) <=> 0", ask)
        if worded is not None and worded.endswith(" <=> 0"):
            asked[expression] = worded.removesuffix(" <=> 0")
    options = {**dict(facts.options), "partition_by": str(partitions.parse(sql, columns, asked))}
    return replace(facts, options=tuple(sorted(options.items())))


def _show_whole(connection: Connection, table: Table) -> str | None:
    dialect = connection.dialect
    return _show(connection, table.schema, lambda name: create_statement(table, name, dialect))


def _show(
    connection: Connection, schema: str | None, statement: Callable[[str], str]
) -> str | None:
    """Return SHOW CREATE TABLE of a temporary table; `statement` creates one of a name."""
    preparer = connection.dialect.identifier_preparer
    name = preparer.quote(PROBE)
    if schema is not None:
        name = f"{preparer.quote_schema(schema)}.{name}"
    try:
        connection.exec_driver_sql(statement(name))
    except (CompileError, DBAPIError):
        # The server's refusal is an answer: each expression is tried alone then.
        return None
    try:
        with names_in_backticks(connection):
            row = connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()
    finally:
        connection.exec_driver_sql(f"DROP TEMPORARY TABLE {name}")
    shown = row[1]
    return shown.decode() if isinstance(shown, bytes) else str(shown)


def create_statement(table: Table, name: str, dialect: Dialect) -> str:
    """Return CREATE TEMPORARY TABLE for the model's table under another name, no foreign keys.

    Index expressions stand inside, since CREATE INDEX would commit.
    """
    sql = str(CreateTable(table, include_foreign_key_constraints=[]).compile(dialect=dialect))
    keys = "".join(
        f"\n\t{_inline_key(index, dialect)}, "
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        if sqla.is_created_on(dialect, index) and _has_expression(index)
    )
    partitions = own_options(table.kwargs, dialect).get("partition_by")
    if partitions is not None:
        # a temporary table can have none
        sql = sql[: sql.rindex(f"PARTITION BY {partitions}")]
    body = sql.index("(", sql.index(dialect.identifier_preparer.format_table(table)))
    return f"CREATE TEMPORARY TABLE {name} ({keys}{sql[body + 1 :]}"


def _has_expression(index: Index) -> bool:
    return len(index.columns) != len(index.expressions) or any(
        not isinstance(expression, Column) for expression in index.expressions
    )


def _inline_key(index: Index, dialect: Dialect) -> str:
    sql = str(CreateIndex(index).compile(dialect=dialect))
    head, _, rest = sql.partition(" ON ")
    kind, _, name = head.removeprefix("CREATE ").partition("INDEX ")
    return f"{kind}INDEX {name} {rest[rest.index('(') :]}"


# ---------------------------------------------------------------- parse


def parse_show_create(sql: str, dialect: Dialect) -> Shown:
    """Return what a SHOW CREATE TABLE statement says."""
    cursor = Cursor(LEXICON.tokenize(sql))
    cursor.until("(")
    body = cursor.parenthesised()
    table_collation = _table_collation(cursor, dialect)
    shown = Shown()
    for part in split(body):
        _part(Cursor(part), shown, dialect, table_collation)
    return shown


def _part(cursor: Cursor, shown: Shown, dialect: Dialect, table_collation: str | None) -> None:
    if cursor.peek().kind == "name":
        column = _column(cursor, shown, dialect, table_collation)
        shown.columns[column.name] = column
    elif cursor.accept("CONSTRAINT"):
        name = cursor.take().text
        if cursor.accept("CHECK"):
            shown.checks[name] = normal_tokens(cursor.parenthesised())
    else:
        while not cursor.is_at_end and cursor.peek().kind != "name":
            cursor.take()
        name = cursor.take().text
        keys = split(cursor.parenthesised()) if cursor.peek().is_symbol("(") else []
        shown.expressions[name] = [_key(part) for part in keys if part[0].is_symbol("(")]


def _key(part: Sequence[Token]) -> str:
    return normal_tokens(part[:-1] if part[-1].is_word("ASC", "DESC") else part)


def _table_collation(cursor: Cursor, dialect: Dialect) -> str | None:
    charset = None
    while not cursor.is_at_end:
        token = cursor.take()
        if token.is_word("CHARSET", "COLLATE"):
            cursor.accept_symbol("=")
            value = cursor.take().text
            if token.is_word("COLLATE"):
                return normal_collation(value)
            charset = normal_charset(value)
    return charset and server_of(dialect).default_collation(charset)


def _column(
    cursor: Cursor, shown: Shown, dialect: Dialect, table_collation: str | None
) -> ColumnFacts:
    name = cursor.take().text
    type_, charset, collation = read_type(cursor)
    if collation is None and charset is not None:
        collation = server_of(dialect).default_collation(charset)
    facts = ColumnFacts(
        name, type_, nullable=True, collation=None if collation == table_collation else collation
    )
    default: list[Token] = []
    while not cursor.is_at_end:
        if cursor.accept("NOT", "NULL"):
            facts = replace(facts, nullable=False)
        elif cursor.accept("DEFAULT"):
            default = _default(cursor) + default
        elif cursor.accept("ON", "UPDATE"):
            default += [Token("word", "ON"), Token("word", "UPDATE"), *_default(cursor)]
        elif cursor.accept("AS"):
            sql = normal_tokens(cursor.parenthesised())
            is_stored = cursor.accept("STORED") or cursor.accept("PERSISTENT")
            facts = replace(facts, computed=ComputedFacts(sql, persisted=is_stored))
        elif cursor.accept("CHECK"):
            facts = _column_check(facts, normal_tokens(cursor.parenthesised()), shown)
        elif cursor.accept("AUTO_INCREMENT"):
            facts = replace(facts, autoincrement=True)
        else:
            cursor.take()
    return replace(facts, default=_default_text(default, type_))


def _default_text(tokens: Sequence[Token], type_: str) -> str | None:
    """Return a default in normal form; back as text, as a string's quotes matter there."""
    if tokens and tokens[0].is_word("ON"):
        tokens = [Token("word", "NULL"), *tokens]
    sql = " ".join(f"`{token.text}`" if token.kind == "name" else token.text for token in tokens)
    return normal_default_text(sql, type_) if sql else None


def _default(cursor: Cursor) -> list[Token]:
    """Take a default: a literal with its sign, a call, or an expression in parentheses."""
    tokens = [cursor.take()] if not cursor.peek().is_symbol("(") else []
    if tokens and tokens[0].is_symbol("-", "+"):
        tokens.append(cursor.take())
    while cursor.peek().is_symbol("("):
        tokens += [Token("symbol", "("), *cursor.parenthesised(), Token("symbol", ")")]
    return tokens


def _column_check(facts: ColumnFacts, sql: str, shown: Shown) -> ColumnFacts:
    if facts.type == "longtext" and is_json_check(facts.name, sql):
        return replace(facts, type="json", collation=None)
    check = CheckFacts(sql, is_generated_name=True, column=facts.name)
    shown.column_checks.append(check)
    return facts


# ---------------------------------------------------------------- overlay


def _overlay(facts: TableFacts, shown: Shown, table: Table) -> TableFacts:
    """Return the model's facts with the server's words where it has some."""
    own_checks = [fact for fact in facts.checks if fact.name is not None]
    checks = [*shown.column_checks]
    for fact in own_checks:
        name = re.sub(rf"\A{re.escape(table.name)}(?=_chk_\d+\Z)", PROBE, fact.name or "")
        known = shown.checks.get(fact.name or "", shown.checks.get(name, fact.sql))
        checks.append(replace(fact, sql=known))
    return replace(
        facts,
        columns=tuple(_overlay_column(column, shown) for column in facts.columns),
        checks=tuple(sorted(checks, key=sort_key)),
        indexes=tuple(_overlay_index(index, shown) for index in facts.indexes),
    )


def _overlay_column(column: ColumnFacts, shown: Shown) -> ColumnFacts:
    found = shown.columns.get(column.name)
    if found is None:
        return column
    return replace(
        column,
        type=found.type,
        nullable=found.nullable,
        default=found.default,
        computed=found.computed,
        collation=found.collation,
    )


def _overlay_index(index: IndexFacts, shown: Shown) -> IndexFacts:
    known = iter(shown.expressions.get(index.name or "", ()))
    return replace(
        index,
        elements=tuple(
            replace(element, sql=next(known, element.sql)) if element.is_expression else element
            for element in index.elements
        ),
    )
