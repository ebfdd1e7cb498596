"""Tables made of expressions: one for each, so that a difference names the expression it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

Default = tuple[sa.types.TypeEngine[Any], Any]
Computed = tuple[sa.types.TypeEngine[Any], str]


@dataclass(frozen=True)
class Expressions:
    """What one database is tried with."""

    checks: Sequence[str]
    defaults: Sequence[Default]
    computed: Sequence[Computed]
    index_elements: Sequence[str] = ()
    predicates: Sequence[str] = ()
    before: Sequence[str] = ()
    """Statements that make what the expressions name."""
    sequences: Sequence[str] = ()
    """Sequences that they name."""
    columns: Sequence[tuple[str, sa.types.TypeEngine[Any]]] = ()
    """Columns of this database alone."""
    predicate_keyword: str = ""


COLUMNS: Sequence[tuple[str, sa.types.TypeEngine[Any]]] = (
    ("a", sa.Integer()),
    ("b", sa.Integer()),
    ("n", sa.Numeric(10, 2)),
    ("f", sa.Float()),
    ("s", sa.String(50)),
    ("t", sa.Text()),
    ("flag", sa.Boolean()),
    ("d", sa.Date()),
    ("ts", sa.DateTime()),
    ("Mixed", sa.Integer()),
    ("order", sa.Integer()),
)


def models(expressions: Expressions, *, is_bare: bool = False) -> sa.MetaData:
    """Return the models: for each kind a table for each expression; bare ones are without them."""
    metadata = sa.MetaData()
    for statement in expressions.before:
        sa.event.listen(metadata, "before_create", sa.DDL(statement))  # type: ignore[no-untyped-call]  # SQLAlchemy's
    for name in expressions.sequences:
        sa.Sequence(name, metadata=metadata)
    for kind, items in _items(expressions):
        for number, item in enumerate(items):
            columns = [sa.Column(*each) for each in (*COLUMNS, *expressions.columns)]
            rest = [_bare(item) if is_bare else item]
            sa.Table(
                f"{kind}_{number}", metadata, *columns, *(each for each in rest if each is not None)
            )
    return metadata


def _bare(item: sa.schema.SchemaItem) -> sa.Column[Any] | None:
    """Return a column without its default; what is nothing without its expression is None."""
    if isinstance(item, sa.Column) and item.computed is None:
        return sa.Column(item.name, item.type)
    return None


def _items(expressions: Expressions) -> Iterator[tuple[str, list[sa.schema.SchemaItem]]]:
    named = [
        sa.CheckConstraint(text(sql), name=f"ck_{number}" if number % 3 else None)
        for number, sql in enumerate(expressions.checks)
    ]
    yield "checks", list(named)
    yield (
        "defaults",
        [sa.Column("subject", type_, server_default=sql) for type_, sql in expressions.defaults],
    )
    yield (
        "computed",
        [
            sa.Column("subject", type_, sa.Computed(text(sql), persisted=True))
            for type_, sql in expressions.computed
        ],
    )
    yield (
        "elements",
        [
            sa.Index(f"ix_element_{number}", sa.literal_column(sql), sa.text("b DESC"))
            for number, sql in enumerate(expressions.index_elements)
        ],
    )
    yield (
        "predicates",
        [
            _partial(f"ix_part_{number}", expressions.predicate_keyword, sql)
            for number, sql in enumerate(expressions.predicates)
        ],
    )


def _partial(name: str, keyword: str, predicate: str) -> sa.Index:
    given: dict[str, Any] = {keyword: text(predicate)}
    return sa.Index(name, "a", **given)


def text(sql: str) -> sa.TextClause:
    """Return text of which no part is taken for a parameter."""
    return sa.text(sql.replace(":", r"\:"))
