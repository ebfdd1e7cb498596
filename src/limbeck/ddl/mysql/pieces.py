"""The probe of a table that the server refuses as a whole: each expression alone, on bare columns.

So one expression that the server won't have is compared as text, and not all of its table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from limbeck.ddl.mysql.catalog import has_default_of_bytes
from limbeck.schema.facts import CheckFacts, ColumnFacts, TableFacts
from limbeck.schema.probe import Piece

CHECK = "limbeck_piece"

Ask = Callable[[str], TableFacts | None]
"""Makes a temporary table of these definitions and reads it; None where the server refuses.

Only columns and the check of the name `CHECK` are looked at.
"""


def probe_pieces(facts: TableFacts, ask: Ask) -> tuple[TableFacts, frozenset[Piece]]:
    """Return the facts with all that the server words, and the pieces that it refuses."""
    refused = set()
    columns, checks = [], []
    for column in facts.columns:
        found = column if _is_bare(column) else _column(facts, column, ask)
        if found is None:
            refused.add(Piece("default" if column.computed is None else "computed", column.name))
        columns.append(found or column)
    for check in facts.checks:
        worded = _check(facts, check, ask)
        if worded is None:
            refused.add(Piece("check", check.name or check.sql))
        checks.append(worded or check)
    refused |= {Piece("index", str(index.name)) for index in facts.indexes}
    return replace(facts, columns=tuple(columns), checks=tuple(checks)), frozenset(refused)


def _is_bare(column: ColumnFacts) -> bool:
    return column.default is None and column.computed is None


def _column(facts: TableFacts, column: ColumnFacts, ask: Ask) -> ColumnFacts | None:
    if has_default_of_bytes(column.type, column.default):
        return None
    others = _bare_columns(facts, without=column)
    for clause in _clauses(column):
        answer = ask(", ".join([*others, f"{_bare(column)} {clause}"]))
        found = None if answer is None else answer.column(column.name)
        if found is not None and column.computed is not None and found.computed is not None:
            return replace(column, computed=replace(column.computed, sql=found.computed.sql))
        if found is not None:
            return replace(column, default=found.default)
    return None


def _clauses(column: ColumnFacts) -> tuple[str, ...]:
    """Return what to try: an expression as a default stands in parentheses, a literal does not."""
    if column.computed is not None:
        return (f"AS ({column.computed.sql})",)
    return (f"DEFAULT {column.default}", f"DEFAULT ({column.default})")


def _check(facts: TableFacts, check: CheckFacts, ask: Ask) -> CheckFacts | None:
    found = probe_condition(facts, check.sql, ask)
    return None if found is None else replace(check, sql=found)


def probe_condition(facts: TableFacts, sql: str, ask: Ask) -> str | None:
    """Return a condition on a table's columns as the server words it; None where it refuses."""
    answer = ask(", ".join([*_bare_columns(facts), f"CONSTRAINT {CHECK} CHECK ({sql})"]))
    found = [] if answer is None else [each.sql for each in answer.checks if each.name == CHECK]
    return found[0] if found else None


def _bare_columns(facts: TableFacts, without: ColumnFacts | None = None) -> list[str]:
    return [_bare(column) for column in facts.columns if column is not without]


def _bare(column: ColumnFacts) -> str:
    name = column.name.replace("`", "``")
    collation = "" if column.collation is None else f" COLLATE {column.collation}"
    return f"`{name}` {column.type}{collation}"
