"""Every kind of change of a key or constraint, taken there and back on each database that has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    column,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import INT4RANGE, TSRANGE, ExcludeConstraint, Range

import limbeck.ddl.postgresql  # noqa: F401  # knows postgresql_no_inherit
from tests.convergence import autogenerate
from tests.database.kept import KeptPair, Models, kept_database

__all__ = ["kept_database"]

Case = Callable[[], tuple[Models, Models]]


def table(*items: Any, name: str = "t", schema: str | None = None, **options: Any) -> Models:
    """Return models with one table: three columns that are not null, one that is, and the items."""

    def build(metadata: MetaData) -> None:
        Table(
            name,
            metadata,
            Column("a", Integer, nullable=False, autoincrement=False),
            Column("b", Integer, nullable=False, autoincrement=False),
            Column("c", String(20), nullable=False),
            Column("d", Integer),
            *items,
            schema=schema,
            **options,
        )

    return build


def both(*parts: Models) -> Models:
    """Return the models of all parts."""

    def build(metadata: MetaData) -> None:
        for part in parts:
            part(metadata)

    return build


def key(*columns: str, **options: Any) -> PrimaryKeyConstraint:
    return PrimaryKeyConstraint(*columns, **options)


def counted(*columns: str) -> Models:
    """Return models with a column that counts up and a key over the columns."""

    def build(metadata: MetaData) -> None:
        Table(
            "t",
            metadata,
            Column("id", Integer, nullable=False, autoincrement=True),
            Column("b", Integer, nullable=False, autoincrement=False),
            PrimaryKeyConstraint(*columns),
        )

    return build


def child(*columns: str, to: tuple[str, ...] = (), table_name: str = "t", **options: Any) -> Models:
    """Return models with a table that refers to `t`, and to itself in nothing."""

    def build(metadata: MetaData) -> None:
        Table(
            "child",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("x", Integer),
            Column("y", Integer),
            ForeignKeyConstraint(
                list(columns),
                [f"{table_name}.{each}" for each in to or ("a",)],
                **{"name": "fk_child", **options},
            ),
        )

    return build


def parent(*items: Any) -> Models:
    return table(key("a", name="pk_t"), UniqueConstraint("a", "b", name="uq_ab"), *items)


def childless(metadata: MetaData) -> None:
    Table(
        "child",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("x", Integer),
        Column("y", Integer),
    )


def refers(*columns: str, **options: Any) -> Models:
    to = ("a", "b")[: len(columns)]
    return both(parent(), child(*columns, to=to, **options))


def refers_by(type_: Any) -> Models:
    """Return models with a key of a type, and a foreign key to it from each of two tables."""

    def build(metadata: MetaData) -> None:
        for name in ("t", "u"):
            Table(
                name,
                metadata,
                Column("id", type_, primary_key=True, autoincrement=False),
                Column("t_id", type_, ForeignKey("t.id", ondelete="SET NULL")),
            )

    return build


def typed(type_: Any) -> Models:
    return table(Column("kind", type_))


def refers_twice(*targets: str, **options: Any) -> Models:
    """Return models with foreign keys of one column to several tables, none with a name."""
    keys = [ForeignKeyConstraint(["d"], [f"{target}.id"], **options) for target in targets]
    others = [table(Column("id", Integer, primary_key=True), name=name) for name in ("u", "v")]
    return both(*others, table(Column("id", Integer, primary_key=True), *keys))


PRIMARY_KEYS: dict[str, Case] = {
    "key added": lambda: (table(), table(key("a"))),
    "key with another column": lambda: (table(key("a")), table(key("b"))),
    "key with one more column": lambda: (table(key("a")), table(key("a", "b"))),
    "key in another order": lambda: (table(key("a", "b")), table(key("b", "a"))),
    "key with another name": lambda: (
        table(key("a", name="pk_1")),
        table(key("a", name="pk 'of' T")),
    ),
    "key with another name and other columns": lambda: (
        table(key("a", name="pk_1")),
        table(key("a", "c", name="pk_2")),
    ),
    "key that a foreign key refers to": lambda: (
        both(table(key("a", name="pk_1")), child("x")),
        both(table(key("a", name="pk_2")), child("x")),
    ),
    "key replaced under a foreign key": lambda: (
        both(table(key("a")), child("x")),
        both(table(key("b"), UniqueConstraint("a", name="uq_a")), child("x")),
    ),
    "key and the foreign key to it": lambda: (
        both(table(key("a")), child("x")),
        both(table(key("a", "b")), child("x", "y", to=("a", "b"))),
    ),
    "key of a table that refers to itself": lambda: (
        table(key("a", name="k1"), ForeignKeyConstraint(["d"], ["t.a"], name="fk_self")),
        table(key("a", name="k2"), ForeignKeyConstraint(["d"], ["t.a"], name="fk_self")),
    ),
    "key and unique constraint swap columns and names": lambda: (
        table(key("a", name="k"), UniqueConstraint("b", name="u")),
        table(key("b", name="u"), UniqueConstraint("a", name="k")),
    ),
    "key becomes a unique constraint of its name": lambda: (
        table(key("a", "b", name="k")),
        table(key("b", "a", name="u"), UniqueConstraint("a", "b", name="k")),
    ),
    "key and unique constraint swap under a foreign key": lambda: (
        both(table(key("b"), UniqueConstraint("a", name="uq")), child("x")),
        both(table(key("a"), UniqueConstraint("b", name="uq")), child("x")),
    ),
    "key with a new column": lambda: (
        table(key("a")),
        table(Column("e", Integer, nullable=False, server_default="1"), key("a", "e")),
    ),
    "key whose column goes": lambda: (
        table(Column("e", Integer, nullable=False, server_default="1"), key("e", "a")),
        table(key("a")),
    ),
}

UNIQUES: dict[str, Case] = {
    "two of one name in two tables": lambda: (
        both(table(UniqueConstraint("a", name="uq_1")), table(name="other")),
        both(table(UniqueConstraint("b", name="uq_1")), table(name="other")),
    ),
    "unnamed one with other columns": lambda: (
        table(UniqueConstraint("a")),
        table(UniqueConstraint("a", "b")),
    ),
    "named one becomes unnamed and another": lambda: (
        table(UniqueConstraint("a", name="uq_1"), UniqueConstraint("b", name="uq_2")),
        table(UniqueConstraint("b", name="uq_1"), UniqueConstraint("a", name="uq_2")),
    ),
    "names that need quotes": lambda: (
        table(UniqueConstraint("a", name="uq a"), UniqueConstraint("b", name="Größe")),
        table(UniqueConstraint("b", name="select"), UniqueConstraint("a", name="it's 100%")),
    ),
    "order of columns": lambda: (
        table(UniqueConstraint("a", "b", name="uq")),
        table(UniqueConstraint("b", "a", name="uq")),
    ),
}

FOREIGN_KEYS: dict[str, Case] = {
    f"action {options}": lambda options=options: (refers("x"), refers("x", **options))  # type: ignore[misc]  # the default binds the loop's value
    for options in (
        {"ondelete": "CASCADE"},
        {"ondelete": "RESTRICT", "onupdate": "SET NULL"},
        {"onupdate": "CASCADE", "ondelete": "SET NULL"},
    )
}
FOREIGN_KEYS |= {
    "action changed": lambda: (
        refers("x", ondelete="CASCADE", onupdate="CASCADE"),
        refers("x", ondelete="SET NULL", onupdate="CASCADE"),
    ),
    "of two columns": lambda: (both(parent(), childless), refers("x", "y")),
    "columns": lambda: (refers("x"), refers("y")),
    "more columns": lambda: (refers("x"), refers("x", "y")),
    "name": lambda: (refers("x", name="fk_1"), refers("x", name="fk 'x' 2")),
    "name and action": lambda: (
        refers("x", name="fk_1", ondelete="CASCADE"),
        refers("x", name="fk_2"),
    ),
    "other table": lambda: (
        both(parent(), table(key("a"), name="u"), child("x")),
        both(parent(), table(key("a"), name="u"), child("x", table_name="u")),
    ),
    "two that swap their names": lambda: (
        both(parent(), _two_keys("fk_1", "fk_2")),
        both(parent(), _two_keys("fk_2", "fk_1")),
    ),
    "columns of another kind": lambda: (refers_by(Integer), refers_by(String(9))),
    "columns of another size": lambda: (refers_by(Integer), refers_by(BigInteger)),
    "circle": lambda: (_pair_of_tables(refers=False), _pair_of_tables(refers=True)),
    "circle, with names swapped": lambda: (
        _pair_of_tables(refers=True),
        _pair_of_tables(refers=True, names=("fk_v", "fk_u")),
    ),
}


def _two_keys(first: str, second: str) -> Models:
    def build(metadata: MetaData) -> None:
        Table(
            "child",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("x", Integer, ForeignKey("t.a", name=first)),
            Column("y", Integer, ForeignKey("t.a", name=second)),
        )

    return build


def _two_targets(metadata: MetaData) -> None:
    Table(
        "child",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("x", Integer),
        Column("y", Integer),
        ForeignKeyConstraint(["x"], ["t.a"], name="fk_child"),
        ForeignKeyConstraint(["x"], ["u.a"], name="fk_child_2"),
    )


def _one_column(**targets: str) -> Models:
    """Return models with foreign keys on one column, to the tables by their names."""

    def build(metadata: MetaData) -> None:
        Table(
            "child",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("x", Integer),
            *(
                ForeignKeyConstraint(["x"], [f"{target}.a"], name=name)
                for name, target in targets.items()
            ),
        )

    return both(table(key("a")), table(key("a"), name="u"), build)


ON_ONE_COLUMN: dict[str, Case] = {
    "first of two": lambda: (_one_column(fk_2="t"), _one_column(fk_1="u", fk_2="t")),
    "last of two": lambda: (_one_column(fk_1="t"), _one_column(fk_1="t", fk_2="u")),
    "two": lambda: (_one_column(), _one_column(fk_1="t", fk_2="u")),
    "two that swap": lambda: (
        _one_column(fk_1="t", fk_2="u"),
        _one_column(fk_1="u", fk_2="t"),
    ),
    "one of two gets another name": lambda: (
        _one_column(fk_1="t", fk_2="u"),
        _one_column(fk_2="u", fk_3="t"),
    ),
}


def _of_computed(sql: str) -> Models:
    """Return models in which a computed column refers to a table."""
    return both(
        table(key("a")),
        lambda metadata: _table_of(
            metadata,
            Column("d", Integer),
            Column("z", Integer, Computed(sql, persisted=True)),
            ForeignKeyConstraint(["z"], ["t.a"], name="fk_z"),
            Index("ix_z", "z"),
            name="child",
        ),
    )


FOREIGN_KEYS |= {f"on one column: {name}": case for name, case in ON_ONE_COLUMN.items()}
FOREIGN_KEYS["of a computed column"] = lambda: (
    _of_computed("d - d + 1"),
    _of_computed("d - d + 2"),
)


def _pair_of_tables(*, refers: bool, names: tuple[str, str] = ("fk_u", "fk_v")) -> Models:
    def build(metadata: MetaData) -> None:
        for name, other, constraint in (("u", "v", names[0]), ("v", "u", names[1])):
            made = Table(
                name,
                metadata,
                Column("id", Integer, primary_key=True),
                Column("other_id", Integer),
            )
            if refers:
                made.append_constraint(
                    ForeignKeyConstraint(["other_id"], [f"{other}.id"], name=constraint)
                )

    return build


CHECKS: dict[str, Case] = {
    "unnamed one changed": lambda: (
        table(CheckConstraint("a > 0")),
        table(CheckConstraint("a >= 0")),
    ),
    "unnamed one removed, of two": lambda: (
        table(CheckConstraint("a > 0"), CheckConstraint("b > 0")),
        table(CheckConstraint("b > 0")),
    ),
    "name": lambda: (
        table(CheckConstraint("a > 0", name="ck_1")),
        table(CheckConstraint("a > 0", name='ck "2"')),
    ),
    "list of values": lambda: (
        table(CheckConstraint("c IN ('1', '2', 'x')", name="ck")),
        table(CheckConstraint("c IN ('1', '2', 'x', 'it''s %')", name="ck")),
    ),
    "of several columns": lambda: (
        table(),
        table(CheckConstraint("a > 0 AND (b > 0 OR d IS NULL)", name="ck_all")),
    ),
    "made by expressions": lambda: (
        table(),
        table(CheckConstraint(func.length(column("c")) < 50, name="ck_length")),
    ),
    "unnamed one made by expressions": lambda: (
        table(),
        table(CheckConstraint(func.length(column("c")) < 50)),
    ),
    "of a boolean": lambda: (
        typed(Boolean()),
        typed(Boolean(create_constraint=True, name="ck_kind")),
    ),
    "of an enum": lambda: (
        typed(Enum("1", "2", native_enum=False, create_constraint=True, name="ck_kind")),
        typed(Enum("1", "2", native_enum=False, length=1)),
    ),
    "unnamed one of an enum": lambda: (
        typed(Enum("1", "2", native_enum=False, create_constraint=True)),
        typed(Enum("1", "2", "3", native_enum=False, create_constraint=True)),
    ),
    "two swap their conditions": lambda: (
        table(CheckConstraint("a > 0", name="ck_1"), CheckConstraint("b > 0", name="ck_2")),
        table(CheckConstraint("b > 0", name="ck_1"), CheckConstraint("a > 0", name="ck_2")),
    ),
    "on a new column": lambda: (
        table(),
        table(Column("e", Integer), CheckConstraint("e >= a", name="ck_e")),
    ),
}

COUNTED: dict[str, Case] = {
    "key of a counted column": lambda: (counted("id"), counted("id", "b")),
    "key of a counted column, first in another order": lambda: (
        counted("id", "b"),
        counted("id"),
    ),
}

ONE_WAY: dict[str, Case] = {
    # the other way nothing has to be done: a model without a name takes any
    "unnamed check becomes named": lambda: (
        table(CheckConstraint("a > 0")),
        table(CheckConstraint("a > 0", name="ck_a")),
    ),
    "unnamed unique constraint becomes named": lambda: (
        table(UniqueConstraint("a", "b")),
        table(UniqueConstraint("a", "b", name="uq_a")),
    ),
    "unnamed key becomes named": lambda: (table(key("a")), table(key("a", name="pk_t"))),
}

DEFERRALS: dict[str, Case] = {
    "foreign key deferrable": lambda: (refers("x"), refers("x", deferrable=True)),
    "foreign key initially deferred": lambda: (
        refers("x", deferrable=True),
        refers("x", deferrable=True, initially="DEFERRED"),
    ),
}

LONG = "x" * 70
POSTGRESQL: dict[str, Case] = {
    "key deferrable": lambda: (table(key("a")), table(key("a", deferrable=True))),
    "key initially deferred": lambda: (
        table(key("a", name="k", deferrable=True)),
        table(key("a", name="k", deferrable=True, initially="DEFERRED")),
    ),
    "key with included columns": lambda: (
        table(key("a")),
        table(key("a", postgresql_include=["b", "d"])),
    ),
    "key with other included columns": lambda: (
        both(table(key("a", postgresql_include=["b"])), child("x")),
        both(table(key("a", postgresql_include=["c"])), child("x")),
    ),
    "unique deferrable": lambda: (
        table(UniqueConstraint("a", name="uq")),
        table(UniqueConstraint("a", name="uq", deferrable=True, initially="DEFERRED")),
    ),
    "unique and nulls": lambda: (
        table(UniqueConstraint("d", name="uq")),
        table(UniqueConstraint("d", name="uq", postgresql_nulls_not_distinct=True)),
    ),
    "unique with included columns": lambda: (
        table(UniqueConstraint("a", name="uq")),
        table(UniqueConstraint("a", name="uq", postgresql_include=["b"])),
    ),
    "foreign key: match": lambda: (refers("x", "y"), refers("x", "y", match="FULL")),
    "foreign key: columns set to null": lambda: (
        refers("x", "y", ondelete="SET NULL"),
        refers("x", "y", ondelete="SET NULL (y)"),
    ),
    "foreign key: columns set to default": lambda: (
        refers("x", "y", ondelete="SET DEFAULT (x)"),
        refers("x", "y", ondelete="SET DEFAULT (y)"),
    ),
    "two foreign keys on the same column": lambda: (
        refers("x"),
        both(parent(), table(key("a"), name="u"), _two_targets),
    ),
    "long names": lambda: (
        table(UniqueConstraint("a", name=f"u{LONG}"[:63]), CheckConstraint("b > 0")),
        table(UniqueConstraint("a", name="ü" * 31), CheckConstraint("d > 0")),
    ),
}

EXCLUSIONS: dict[str, Case] = {
    "added": lambda: (_ranges(), _ranges((("r", "&&"),))),
    "without a name": lambda: (_ranges(), _ranges((("r", "&&"),), name=None)),
    "operator": lambda: (_ranges((("r", "&&"),)), _ranges((("r", "-|-"),))),
    "more columns": lambda: (_ranges((("r", "&&"),)), _ranges((("r", "&&"), ("s", "&&")))),
    "predicate": lambda: (
        _ranges((("r", "&&"),)),
        _ranges((("r", "&&"),), where=text("id > 5 AND id < 9")),
    ),
    "other predicate": lambda: (
        _ranges((("r", "&&"),), where=text("id > 5")),
        _ranges((("r", "&&"),), where=text("id IN (5, 6)")),
    ),
    "method": lambda: (
        _ranges((("r", "&&"),)),
        _ranges((("id", "="),), using="hash"),
    ),
    "operator class": lambda: (
        _ranges((("c", "="),), using="btree"),
        _ranges((("c", "="),), using="btree", ops={"c": "varchar_pattern_ops"}),
    ),
    "deferral": lambda: (
        _ranges((("r", "&&"),)),
        _ranges((("r", "&&"),), deferrable=True, initially="DEFERRED"),
    ),
    "expression": lambda: (
        _ranges((("r", "&&"),)),
        _ranges(((func.int4range(column("id") * 9, column("id") * 9 + 5), "&&"),)),
    ),
    "text": lambda: (
        _ranges(((text("int4range(id, id + 1)"), "&&"),)),
        _ranges(((text("int4range(id, 2 * id)"), "&&"), ("r", "&&"))),
    ),
    "name": lambda: (_ranges((("r", "&&"),)), _ranges((("r", "&&"),), name="no Overlap")),
    "with its table": lambda: (lambda _: None, _ranges((("r", "&&"),), where=text("id > 5"))),
    "on a new column": lambda: (
        lambda metadata: _table_of(metadata, Column("id", Integer, primary_key=True)),
        lambda metadata: _table_of(
            metadata,
            Column("id", Integer, primary_key=True),
            Column("r", INT4RANGE),
            ExcludeConstraint(("r", "&&"), name="ex"),
        ),
    ),
}


def _table_of(metadata: MetaData, *items: Any, name: str = "t") -> None:
    Table(name, metadata, *items)


def _ranges(elements: tuple[tuple[Any, str], ...] = (), **options: Any) -> Models:
    def build(metadata: MetaData) -> None:
        made = Table(
            "t",
            metadata,
            Column("id", Integer, primary_key=True, autoincrement=False),
            Column("c", String(20)),
            Column("r", INT4RANGE),
            Column("s", TSRANGE),
        )
        if elements:
            made.append_constraint(ExcludeConstraint(*elements, **{"name": "ex_t", **options}))

    return build


EVERYWHERE = {**PRIMARY_KEYS, **UNIQUES, **FOREIGN_KEYS, **CHECKS}
ONLY_POSTGRESQL = {**POSTGRESQL, **{f"exclusion: {name}": it for name, it in EXCLUSIONS.items()}}
DIRECTIONS = pytest.mark.parametrize("is_forward", [True, False], ids=["there", "back"])


def _run(pair: KeptPair, case: Case, *, is_forward: bool) -> None:
    before, after = case() if is_forward else reversed(case())
    pair.converge(before, after)


@DIRECTIONS
@pytest.mark.parametrize("name", EVERYWHERE)
def test_change_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    _run(database, EVERYWHERE[name], is_forward=is_forward)


@pytest.mark.parametrize("name", ONE_WAY)
def test_name_given_converges(database: KeptPair, name: str) -> None:
    _run(database, ONE_WAY[name], is_forward=True)


@DIRECTIONS
@pytest.mark.requires("alter")
@pytest.mark.parametrize("name", COUNTED)
def test_key_of_a_counted_column_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    _run(database, COUNTED[name], is_forward=is_forward)


RENAMES: dict[str, Case] = {
    "key": PRIMARY_KEYS["key with another name"],
    "key that a foreign key refers to": PRIMARY_KEYS["key that a foreign key refers to"],
    "foreign key": FOREIGN_KEYS["name"],
    "check": CHECKS["name"],
    "unique constraint": lambda: (
        table(UniqueConstraint("a", name="uq_1")),
        table(UniqueConstraint("a", name="uq 2")),
    ),
    "everything": lambda: (
        both(
            table(key("a", name="k1"), CheckConstraint("a > 0", name="c1")),
            child("x", name="f1"),
        ),
        both(
            table(key("a", name="k2"), CheckConstraint("a > 0", name="c2")),
            child("x", name="f2"),
        ),
    ),
}


@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("name", [*RENAMES, "exclusion"])
def test_new_name_is_a_renaming(database: KeptPair, name: str) -> None:
    before, after = {**RENAMES, "exclusion": EXCLUSIONS["name"]}[name]()
    source = database.converge(before, after, detect_renames=True)
    assert "op.rename_constraint(" in source
    assert "op.drop_constraint(" not in source


@DIRECTIONS
@pytest.mark.requires("alter")
def test_check_that_names_its_own_table_converges(database: KeptPair, is_forward: bool) -> None:
    def models(*conditions: str) -> Models:
        named, nameless = conditions
        return table(CheckConstraint(named, name="ck"), CheckConstraint(nameless))

    case = models("t.a > 0", "t.b > 0"), models("t.a > 0 AND t.b > 0", "t.b >= 0")
    _run(database, lambda: case, is_forward=is_forward)


@DIRECTIONS
@pytest.mark.requires("deferrable")
@pytest.mark.parametrize("name", DEFERRALS)
def test_deferral_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    _run(database, DEFERRALS[name], is_forward=is_forward)


@DIRECTIONS
@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("name", ONLY_POSTGRESQL)
def test_rare_constraint_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    _run(database, ONLY_POSTGRESQL[name], is_forward=is_forward)


@DIRECTIONS
@pytest.mark.requires("schemas")
def test_foreign_key_across_schemas_converges(database: KeptPair, is_forward: bool) -> None:
    schema = database.database.second_schema

    def models(*, refers: bool) -> Models:
        def build(metadata: MetaData) -> None:
            table(key("a"), schema=schema)(metadata)
            keys = [ForeignKeyConstraint(["b"], [f"{schema}.t.a"], name="fk_b")] if refers else []
            table(key("a"), *keys, name="here")(metadata)

        return build

    _run(
        database,
        lambda: (models(refers=False), models(refers=True)),
        is_forward=is_forward,
    )


@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("constraint", ["CHECK (a > 0)", "FOREIGN KEY (d) REFERENCES t (a)"])
def test_rows_that_were_never_checked_are_told_unless_models_say_so(
    database: KeptPair, constraint: str
) -> None:
    def models(**options: Any) -> MetaData:
        metadata = MetaData()
        items: list[Any] = [CheckConstraint("a > 0", name="said", **options)]
        if constraint.startswith("FOREIGN"):
            items = [ForeignKeyConstraint(["d"], ["t.a"], name="said", **options)]
        table(key("a"), *items)(metadata)
        return metadata

    def found(metadata: MetaData) -> list[str]:
        with database.database.engine.connect() as connection:
            script, _ = autogenerate(database.database, connection, metadata)
            assert script.upgrade_ops is not None
            sides = [*script.upgrade_ops.ops, *script.upgrade_ops.reverse().ops]
            return [
                repr(getattr(op, "kw", {}).get("postgresql_not_valid"))
                for side in sides
                for op in getattr(side, "ops", [])
                if hasattr(op, "kw")
            ]

    plain = MetaData()
    table(key("a"))(plain)
    plain.create_all(database.database.engine)
    with database.database.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE t ADD CONSTRAINT said {constraint} NOT VALID"))
    try:
        assert found(models(postgresql_not_valid=True)) == []
        assert found(models()) == ["None", "True"]
        with database.database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE t VALIDATE CONSTRAINT said"))
        assert found(models()) == found(models(postgresql_not_valid=True)) == []
    finally:
        database.empty()


@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("case", ["dropped", "changed", "column replaced", "table dropped"])
def test_check_that_children_need_not_hold(database: KeptPair, case: str) -> None:
    def models(*, is_after: bool) -> Models:
        has_check = not is_after or case in ("changed", "column replaced")
        sql = "e > 1" if is_after and case == "changed" else "e > 0"
        check = CheckConstraint(sql, name="own", postgresql_no_inherit=True)
        is_computed = is_after and case == "column replaced"
        added = Column("e", Integer, *([Computed("a * 2", persisted=True)] if is_computed else []))
        whole = table(added, *([check] if has_check else []))
        child = table(name="u")
        return child if is_after and case == "table dropped" else both(whole, child)

    source = database.converge(models(is_after=False), models(is_after=True), rows=0)
    assert "postgresql_no_inherit=True" in source


@pytest.mark.requires("exclusion")
def test_whether_children_hold_a_check_is_left_open(database: KeptPair) -> None:
    def models(**options: Any) -> MetaData:
        metadata = MetaData()
        table(CheckConstraint("a > 0", name="own", **options))(metadata)
        return metadata

    models(postgresql_no_inherit=True).create_all(database.database.engine)
    try:
        with database.database.engine.connect() as connection:
            script, _ = autogenerate(database.database, connection, models())
        assert script.upgrade_ops is not None
        assert script.upgrade_ops.is_empty()
    finally:
        database.empty()


@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("where", [None, "c LIKE '%x'"])
@pytest.mark.parametrize(
    "element",
    [
        "abs(a)",
        "abs(abs(a))",
        "coalesce(a, b)",
        "(a + b)",
        "(a::bigint)",
        "(CASE WHEN a > 0 THEN 1 END)",
    ],
)
def test_unchanged_exclusion_without_a_name(
    database: KeptPair, element: str, where: str | None
) -> None:
    condition = None if where is None else text(where)
    excluded = ExcludeConstraint((text(element), "="), using="btree", where=condition)
    database.converge(table(excluded), both(), rows=0)


def _unenforced(*, is_after: bool, case: str) -> Models:
    """Return models with a check and a foreign key that no row has to hold."""
    has_them = not is_after or case == "changed"
    sql = "e > 1" if is_after else "e > 0"
    options: dict[str, Any] = {"postgresql_not_enforced": True}
    action = "CASCADE" if is_after else None
    held = (
        CheckConstraint(sql, name="own", **options),
        ForeignKeyConstraint(["e"], ["u.a"], "ref", ondelete=action, **options),
    )
    whole = table(Column("e", Integer, info={"rows": (-7,)}), *(held if has_them else ()))
    other = table(key("a"), name="u")
    return other if is_after and case == "table dropped" else both(other, whole)


@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("case", ["dropped", "changed", "table dropped"])
def test_constraint_that_is_not_enforced(database: KeptPair, case: str) -> None:
    sides = (_unenforced(is_after=is_after, case=case) for is_after in (False, True))
    source = database.converge(*sides, rows=1)
    assert source.count("postgresql_not_enforced=True") >= 2


def _temporal(case: str, *, says: bool = True) -> MetaData:
    """Return models of two tables with keys over periods of time; without any for `none`."""
    overlaps: dict[str, Any] = {"postgresql_without_overlaps": True} if says else {}
    period: dict[str, Any] = {"postgresql_period": True} if says else {}
    rows: dict[str, Any] = {"info": {"rows": (Range(1, 3),)}}
    metadata = MetaData()
    keys: list[Any] = []
    reference: list[Any] = []
    if case != "none":
        name = "for" if case == "renamed" else "ref"
        unique = ("Of %", "b" if case == "changed" else "d")
        keys.append(PrimaryKeyConstraint("a", "b", name="pk", **overlaps))
        keys.append(UniqueConstraint(*unique, name="uq", **overlaps))
        reference = [ForeignKeyConstraint(["c", "d"], ["t.a", "t.b"], name, **period)]
    columns = [Column(name, INT4RANGE, nullable=False, **rows) for name in ("a", "b", "Of %", "d")]
    Table("t", metadata, *columns, *keys)
    if case != "table dropped":
        Table("u", metadata, *(Column(it, INT4RANGE, **rows) for it in "cd"), *reference)
    return metadata


@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("case", ["none", "changed", "renamed", "table dropped"])
def test_keys_over_periods_of_time(database: KeptPair, case: str) -> None:
    database.go_between(_temporal("all"), _temporal(case), rows=1)


@pytest.mark.requires("exclusion")
def test_whether_keys_are_over_periods_of_time_is_left_open(database: KeptPair) -> None:
    said, silent = _temporal("all"), _temporal("all", says=False)
    said.create_all(database.database.engine)
    try:
        with database.database.engine.connect() as connection:
            script, _ = autogenerate(database.database, connection, silent)
        assert script.upgrade_ops is not None
        assert script.upgrade_ops.is_empty()
    finally:
        database.empty()


@pytest.mark.requires("exclusion")
def test_whether_a_constraint_is_enforced_is_left_open(database: KeptPair) -> None:
    silent = MetaData()
    table(Column("e", Integer), CheckConstraint("e > 0", name="own"))(silent)
    said = MetaData()
    check = CheckConstraint("e > 0", name="own", postgresql_not_enforced=True)
    table(Column("e", Integer), check)(said)

    def found(there: MetaData, models: MetaData) -> list[str]:
        there.create_all(database.database.engine)
        try:
            with database.database.engine.connect() as connection:
                script, _ = autogenerate(database.database, connection, models)
            assert script.upgrade_ops is not None
            return [type(each).__name__ for each in script.upgrade_ops.ops]
        finally:
            database.empty()

    assert found(said, silent) == found(said, said) == []
    assert found(silent, said) == ["ModifyTableOps"]


CONVENTION = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s",
}


@pytest.mark.parametrize("ck", ["ck_%(table_name)s", "ck_%(constraint_name)s"])
def test_names_come_with_a_convention_and_go_again(database: KeptPair, ck: str) -> None:
    name = "known" if "constraint_name" in ck else None
    before, after = MetaData(), MetaData(naming_convention={**CONVENTION, "ck": ck})
    for metadata in (before, after):
        table(key("a"))(metadata)
        Table(
            "child",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("x", Integer, ForeignKey("t.a"), unique=True),
            CheckConstraint("x > 0", name=name if metadata is after else None),
        )
    source = database.go_between(before, after)
    if "batch_only" in database.database.features:
        assert source.count("batch_op.f(None)") == 5


@pytest.mark.requires("batch_only")
@pytest.mark.parametrize("after", [("v",), ("u",), ("v", "u", "t")])
def test_unnamed_foreign_keys_of_one_column_are_told_apart(
    database: KeptPair, after: tuple[str, ...]
) -> None:
    database.converge(refers_twice("u", "v"), refers_twice(*after, ondelete="CASCADE"))
    database.converge(refers_twice("u", "v"), refers_twice(*after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("x",), ("x", "y")),
        (("y", "x"), ("x",)),
        ((None,), (None, None)),
        ((None, "x"), ("x", "y")),
        ((None, None, "x"), (None,)),
    ],
)
def test_checks_with_the_same_words_are_told_apart(
    database: KeptPair, before: tuple[str | None, ...], after: tuple[str | None, ...]
) -> None:
    def twins(names: tuple[str | None, ...]) -> Models:
        return table(*(CheckConstraint("c IN ('1', '2')", name=name) for name in names))

    database.converge(twins(before), twins(after))


@pytest.mark.requires("deparses")
@pytest.mark.parametrize("reworded", ["x", "y"])
def test_a_check_is_compared_in_its_own_words_beside_its_twin(
    database: KeptPair, reworded: str
) -> None:
    words = "c IN ('1', '2')"
    others = "(c)::text = ANY ((ARRAY['1'::character varying, '2'::character varying])::text[])"
    metadata = MetaData()
    table(*(CheckConstraint(words, name=name) for name in "xy"))(metadata)
    metadata.create_all(database.database.engine)
    try:
        with database.database.engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE t DROP CONSTRAINT {reworded}"))
            connection.exec_driver_sql(f"ALTER TABLE t ADD CONSTRAINT {reworded} CHECK ({others})")
        with database.database.engine.connect() as connection:
            script, _ = autogenerate(database.database, connection, metadata)
        assert script.upgrade_ops is not None
        assert script.upgrade_ops.is_empty()
    finally:
        database.empty()
