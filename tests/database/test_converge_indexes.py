"""Every kind of change of an index, taken there and back on each database that has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    cast,
    column,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, INET, INT4RANGE, JSONB, TSVECTOR

from tests.database.kept import KeptPair, Models, kept_database

__all__ = ["kept_database"]

Case = Callable[[], tuple[Models, Models]]


def table(
    *indexes: Index | UniqueConstraint | None, name: str = "t", schema: str | None = None
) -> Models:
    """Return models with one table and indexes on it."""

    def build(metadata: MetaData) -> None:
        Table(
            name,
            metadata,
            Column("a", Integer, nullable=False, autoincrement=False),
            Column("b", Integer),
            Column("c", String(40), nullable=False),
            Column("d", String(200)),
            PrimaryKeyConstraint("a"),
            *(index for index in indexes if index is not None),
            schema=schema,
        )

    return build


def both(*parts: Models) -> Models:
    """Return the models of all parts."""

    def build(metadata: MetaData) -> None:
        for part in parts:
            part(metadata)

    return build


def ix(*elements: Any, name: str = "ix", **options: Any) -> Index:
    return Index(name, *elements, **options)


def where(condition: str) -> dict[str, Any]:
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


EVERYWHERE: dict[str, Case] = {
    "order of columns": lambda: (table(ix("b", "c")), table(ix("c", "b"))),
    "descending": lambda: (table(ix("b", "c")), table(ix(column("b").desc(), "c"))),
    "other column descending": lambda: (
        table(ix(column("b").desc(), "c")),
        table(ix("b", column("c").desc())),
    ),
    "name": lambda: (table(ix("b")), table(ix("b", name="Ix 'new'"))),
    "names are swapped": lambda: (
        table(ix("b", name="ix_1"), ix("c", name="ix_2")),
        table(ix("c", name="ix_1"), ix("b", name="ix_2")),
    ),
    "two that are the same": lambda: (
        table(ix("b", name="ix_1")),
        table(ix("b", name="ix_1"), ix("b", name="ix_2")),
    ),
    "unique and descending": lambda: (
        table(ix("b", "a")),
        table(ix(column("b").desc(), "a", unique=True)),
    ),
    "becomes a key": lambda: (table(ix("b", "a")), table(ix("b", "a", unique=True))),
    "of a table that comes": lambda: (table(), both(table(), table(ix("b"), name="u"))),
    "of one name in another table": lambda: (
        both(table(ix("b")), table(name="u")),
        both(table(ix("c")), table(name="u")),
    ),
}

MOVED: dict[str, Case] = {
    "to an earlier table": lambda: (
        both(table(name="s"), table(ix("b"))),
        both(table(ix("b"), name="s"), table()),
    ),
    "to a later table": lambda: (
        both(table(ix("b")), table(name="u")),
        both(table(), table(ix("b"), name="u")),
    ),
    "to a new table": lambda: (table(ix("b")), both(table(), table(ix("b"), name="s"))),
    "to a new table while its own goes": lambda: (table(ix("b")), table(ix("b"), name="s")),
    "to a table": lambda: (
        both(table(ix("b", name="one")), table(name="two")),
        both(table(name="one"), table(ix("b", name="two"))),
    ),
    "in exchange for another's": lambda: (
        both(table(ix("b", name="one")), table(ix("a", name="two"), name="s")),
        both(table(ix("b", name="two")), table(ix("a", name="one"), name="s")),
    ),
    "in exchange, by constraints": lambda: (
        both(
            table(UniqueConstraint("b", name="one")),
            table(UniqueConstraint("a", name="two"), name="s"),
        ),
        both(
            table(UniqueConstraint("b", name="two")),
            table(UniqueConstraint("a", name="one"), name="s"),
        ),
    ),
}
"""An index whose name another table's has: one name for a whole schema on some databases."""

EXPRESSIONS: dict[str, Case] = {
    "added": lambda: (table(), table(ix(func.lower(column("c"))))),
    "changed": lambda: (table(ix(func.lower(column("c")))), table(ix(func.upper(column("c"))))),
    "becomes a column": lambda: (table(ix(func.lower(column("c")))), table(ix("c"))),
    "beside a column": lambda: (
        table(ix("b", func.lower(column("c")))),
        table(ix(func.lower(column("c")), "b")),
    ),
    "arithmetic": lambda: (
        table(ix(text("(a + 1)"))),
        table(ix(text("(a + 2)"), text("(b * 3) DESC"))),
    ),
    "descending": lambda: (
        table(ix(func.lower(column("c")))),
        table(ix(func.lower(column("c")).desc())),
    ),
    "unique": lambda: (
        table(ix(func.lower(column("c")))),
        table(ix(func.lower(column("c")), unique=True)),
    ),
    "with a cast": lambda: (table(), table(ix(cast(column("a"), Text)))),
    "with a string": lambda: (
        table(ix(text("coalesce(d, 'it''s 100%')"))),
        table(ix(text("coalesce(d, 'x:y')"))),
    ),
    "of a case": lambda: (
        table(),
        table(ix(text("(CASE WHEN b > 0 THEN c ELSE 'none' END)"))),
    ),
}

PREDICATES: dict[str, Case] = {
    "added": lambda: (table(ix("b")), table(ix("b", **where("b > 0")))),
    "changed": lambda: (
        table(ix("b", **where("b > 0"))),
        table(ix("b", **where("b > 0 AND c <> 'x'"))),
    ),
    "list": lambda: (
        table(ix("b", **where("c IN ('x', 'y')"))),
        table(ix("b", **where("c IN ('x', 'z')"))),
    ),
    "unique": lambda: (
        table(ix("b", unique=True, **where("b IS NOT NULL"))),
        table(ix("b", unique=True, **where("b > 5"))),
    ),
    "with an expression": lambda: (
        table(ix(func.lower(column("c")), **where("a > 0"))),
        table(ix(func.lower(column("c")), **where("a > 1"))),
    ),
}


def pg(*elements: Any, name: str = "ix", **options: Any) -> Index:
    return Index(
        name, *elements, **{f"postgresql_{key.rstrip('_')}": each for key, each in options.items()}
    )


def special(*indexes: Index) -> Models:
    """Return models with columns that have index methods of their own."""

    def build(metadata: MetaData) -> None:
        Table(
            "t",
            metadata,
            Column("id", Integer, primary_key=True, autoincrement=False),
            Column("j", JSONB),
            Column("v", TSVECTOR),
            Column("r", INT4RANGE),
            Column("l", ARRAY(Integer)),
            Column("i", INET),
            Column("s", String(30)),
            Column("T T", Text),
            *indexes,
        )

    return build


POSTGRESQL: dict[str, Case] = {
    "nulls first": lambda: (
        table(ix("b", "c")),
        table(ix(column("b").nulls_first(), "c")),
    ),
    "nulls last of a descending one": lambda: (
        table(ix(column("b").desc(), "c")),
        table(ix(column("b").desc().nulls_last(), "c")),
    ),
    "method": lambda: (table(pg("b")), table(pg("b", using="hash"))),
    "other method": lambda: (table(pg("b", using="brin")), table(pg("b", using="hash"))),
    "included columns": lambda: (table(pg("b")), table(pg("b", include=["a", "c"]))),
    "order of included columns": lambda: (
        table(pg("b", include=["a", "c"])),
        table(pg("b", include=["c", "a"])),
    ),
    "nulls not distinct": lambda: (
        table(Index("ix", "b", unique=True)),
        table(Index("ix", "b", unique=True, postgresql_nulls_not_distinct=True)),
    ),
    "operator class": lambda: (
        table(pg("c", "d")),
        table(pg("c", "d", ops={"c": "varchar_pattern_ops"})),
    ),
    "operator class of a descending column": lambda: (
        table(ix(text("c varchar_pattern_ops DESC"))),
        table(ix("c")),
    ),
    "operator class of an expression": lambda: (
        table(ix(func.lower(column("c")))),
        table(
            Index(
                "ix",
                func.lower(column("c")).label("low"),
                postgresql_ops={"low": "text_pattern_ops"},
            )
        ),
    ),
    "collation of a column": lambda: (
        table(ix("c")),
        table(ix(column("c").collate("C"), "d")),
    ),
    "other collation": lambda: (
        table(ix(column("c").collate("C"))),
        table(ix(column("c").collate("POSIX"))),
    ),
    "collation of an expression": lambda: (
        table(ix(func.lower(column("c")))),
        table(ix(func.lower(column("c")).collate("C"))),
    ),
    "storage parameters": lambda: (
        table(pg("b")),
        table(pg("b", with_={"fillfactor": 50})),
    ),
    "other storage parameters": lambda: (
        table(pg("b", with_={"fillfactor": 50})),
        table(pg("b", with_={"fillfactor": 70, "deduplicate_items": "off"})),
    ),
    "storage parameters of brin": lambda: (
        table(pg("b", using="brin")),
        table(pg("b", using="brin", with_={"pages_per_range": 16, "autosummarize": True})),
    ),
    "gin": lambda: (
        special(pg("j", using="gin")),
        special(pg("j", using="gin", ops={"j": "jsonb_path_ops"})),
    ),
    "gin of several": lambda: (
        special(),
        special(pg("v", "l", using="gin", with_={"fastupdate": "off"})),
    ),
    "gist": lambda: (
        special(pg("r", using="gist")),
        special(pg("r", using="gist", include=["id"])),
    ),
    "spgist": lambda: (
        special(pg("i", using="gist", ops={"i": "inet_ops"})),
        special(pg("i", using="spgist")),
    ),
    "operator class with parameters": lambda: (
        special(pg("v", using="gist")),
        special(pg("v", using="gist", ops={"v": "tsvector_ops(siglen='100')"})),
    ),
    "of a name that needs quotes": lambda: (
        special(ix("T T")),
        special(ix(column("T T").desc(), text('lower("T T")'))),
    ),
    "operator class with other parameters": lambda: (
        special(pg("v", using="gist", ops={"v": "tsvector_ops (siglen = 100)"})),
        special(pg("v", using="gist", ops={"v": "tsvector_ops(siglen=50)"})),
    ),
    "operator class that is taken anyway": lambda: (
        special(pg("s", ops={"s": "varchar_ops"})),
        special(pg("s", ops={"s": "text_pattern_ops"})),
    ),
    "of json": lambda: (
        special(ix(text("(j ->> 'a')"))),
        special(ix(text("((j -> 'a') ->> 'b')"), literal_column("(j ->> 'a')"))),
    ),
    "of text search": lambda: (
        special(),
        special(pg(func.to_tsvector(text("'english'::regconfig"), column("s")), using="gin")),
    ),
    "all at once": lambda: (
        table(pg("b")),
        table(
            Index(
                "ix",
                column("b").desc().nulls_last(),
                func.lower(column("c")),
                unique=True,
                postgresql_include=["d"],
                postgresql_where=text("a > 0"),
                postgresql_with={"fillfactor": 60},
            )
        ),
    ),
    "concurrently": lambda: (table(), table(pg("b", concurrently=False))),
    "long name": lambda: (table(ix("b")), table(ix("b", name="ä" * 31))),
}

MARIADB: dict[str, Case] = {
    "prefix": lambda: (table(ix("d")), table(ix("d", mysql_length={"d": 20}))),
    "other prefix": lambda: (
        table(ix("c", "d", mysql_length={"d": 20})),
        table(ix("c", "d", mysql_length={"c": 5, "d": 30})),
    ),
    "prefix, descending": lambda: (
        table(ix("d", mysql_length={"d": 20})),
        table(ix(text("d(20) DESC"))),
    ),
    "fulltext": lambda: (table(ix("d")), table(ix("d", mysql_prefix="FULLTEXT"))),
    "fulltext of two": lambda: (
        table(ix("d", mysql_prefix="FULLTEXT")),
        table(ix("d", "c", mysql_prefix="FULLTEXT")),
    ),
}

DIRECTIONS = pytest.mark.parametrize("is_forward", [True, False], ids=["there", "back"])


def _run(pair: KeptPair, case: Case, *, is_forward: bool) -> None:
    before, after = case() if is_forward else reversed(case())
    pair.converge(before, after)


@DIRECTIONS
@pytest.mark.parametrize("name", EVERYWHERE)
def test_change_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    _run(database, EVERYWHERE[name], is_forward=is_forward)


@pytest.mark.parametrize("unique", [False, True])
def test_new_name_is_a_renaming(database: KeptPair, unique: bool) -> None:
    elements: tuple[Any, ...] = (column("b").desc(), "a")
    source = database.converge(
        table(ix(*elements, unique=unique)),
        table(ix(*elements, name="Ix 'new'", unique=unique)),
        detect_renames=True,
    )
    assert "op.rename_index(" in source
    assert "op.drop_index(" not in source


@DIRECTIONS
@pytest.mark.parametrize("name", MOVED)
def test_move_to_another_table_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    _run(database, MOVED[name], is_forward=is_forward)


@pytest.mark.parametrize("name", [each for each in MOVED if "exchange" in each])
def test_exchanged_names_are_renamings(database: KeptPair, name: str) -> None:
    source = database.converge(*MOVED[name](), detect_renames=True)
    assert "rename" in source or "batch_only" in database.database.features


@DIRECTIONS
@pytest.mark.requires("partial_indexes")
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expression_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    _run(database, EXPRESSIONS[name], is_forward=is_forward)


@DIRECTIONS
@pytest.mark.requires("partial_indexes")
@pytest.mark.parametrize("name", PREDICATES)
def test_predicate_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    _run(database, PREDICATES[name], is_forward=is_forward)


@DIRECTIONS
@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("name", POSTGRESQL)
def test_rare_option_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    _run(database, POSTGRESQL[name], is_forward=is_forward)


@DIRECTIONS
@pytest.mark.requires("implicit_commit")
@pytest.mark.parametrize("name", MARIADB)
def test_prefix_or_kind_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    _run(database, MARIADB[name], is_forward=is_forward)


@DIRECTIONS
@pytest.mark.requires("schemas")
def test_index_in_another_schema_converges(database: KeptPair, is_forward: bool) -> None:
    schema = database.database.second_schema
    _run(
        database,
        lambda: (
            both(table(ix("b")), table(ix("b"), schema=schema)),
            both(table(ix("c")), table(ix(column("c").desc(), "b"), schema=schema)),
        ),
        is_forward=is_forward,
    )
