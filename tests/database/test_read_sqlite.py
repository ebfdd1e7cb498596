"""SQLite: what `create_all` made reads back as what the models say, and foreign DDL reads right."""

from __future__ import annotations

import enum
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite as lite

from limbeck.schema.facts import (
    CheckFacts,
    ForeignKeyFacts,
    IndexElement,
    PrimaryKeyFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
)
from tests.database.reading import (
    counted_statements,
    create_and_read,
    read_database,
    rebuild,
)
from tests.databases import Database


class Color(enum.Enum):
    RED = "r"
    DARK_BLUE = "b"


class Reversed(sa.types.TypeDecorator[str]):
    impl = sa.String(40)
    cache_ok = True


class Money(sa.types.UserDefinedType[Any]):
    cache_ok = True

    def get_col_spec(self, **_kw: Any) -> str:
        return "money ( 10,2 )"


TYPES: list[Any] = [
    sa.Integer(), sa.SmallInteger(), sa.BigInteger(), sa.INT(), sa.SMALLINT(), sa.BIGINT(),
    sa.String(), sa.String(1), sa.String(255), sa.Unicode(10), sa.UnicodeText(), sa.Text(), sa.Text(9),
    sa.CHAR(), sa.CHAR(3), sa.NCHAR(4), sa.NVARCHAR(5), sa.VARCHAR(6), sa.CLOB(),
    sa.Numeric(), sa.Numeric(10), sa.Numeric(10, 2), sa.DECIMAL(8, 3), sa.NUMERIC(5),
    sa.Float(), sa.Float(24), sa.Float(precision=53), sa.REAL(), sa.Double(), sa.DOUBLE_PRECISION(),
    sa.Date(), sa.DateTime(), sa.DateTime(timezone=True), sa.Time(), sa.TIMESTAMP(), sa.Interval(),
    sa.Boolean(), sa.Boolean(create_constraint=True), sa.Boolean(create_constraint=True, name="ck_b"),
    sa.Enum("a", "b'c"), sa.Enum(Color), sa.Enum("x", "y", create_constraint=True, name="xy"),
    sa.Enum(Color, native_enum=False, length=20), sa.LargeBinary(), sa.LargeBinary(20), sa.BLOB(),
    sa.VARBINARY(7), sa.JSON(), lite.JSON(), sa.Uuid(), sa.Uuid(native_uuid=False), sa.UUID(),
    sa.PickleType(), Reversed(), Money(), sa.String(9, collation="NOCASE"),
    sa.String(collation="binary"), sa.Text(collation="RTRIM"), sa.String(8).with_variant(sa.Text(), "sqlite"),
    sa.Integer().with_variant(sa.String(3), "postgresql"), lite.DATETIME, lite.DATE, lite.TIME,
]  # fmt: skip

DEFAULTS: list[tuple[Any, Any]] = [
    (sa.Integer(), "0"), (sa.Integer(), "-1"), (sa.Integer(), sa.text("0")), (sa.Integer(), sa.text("-1")),
    (sa.Integer(), sa.text("+5")), (sa.Integer(), sa.text("(1 + 2)")), (sa.Integer(), sa.text("((3))")),
    (sa.Integer(), sa.text("0x1F")), (sa.Integer(), sa.text("- 7")), (sa.Integer(), sa.literal(5)),
    (sa.Integer(), sa.literal(5) + 1), (sa.Integer(), sa.text("(abs(-3))")), (sa.Integer(), sa.text("NULL")),
    (sa.Integer(), sa.text("(cast('12' as integer))")), (sa.Integer(), sa.text("(1<<4)")),
    (sa.Integer(), sa.text("(case when 1 > 0 then 1 else 2 end)")), (sa.Integer(), sa.text("(10 % 3)")),
    (sa.Numeric(10, 2), "1.50"), (sa.Numeric(10, 2), sa.text("1.50")), (sa.Float(), sa.text("1.5e10")),
    (sa.Float(), sa.text(".5")), (sa.Float(), sa.text("(1.0 / 3)")), (sa.Numeric(10, 2), sa.text("-0.01")),
    (sa.String(20), ""), (sa.String(20), "x"), (sa.String(20), "it's"), (sa.String(20), "'quoted'"),
    (sa.String(20), "50%"), (sa.String(20), "a;b"), (sa.String(20), "a--b"), (sa.String(20), "/* c */"),
    (sa.String(20), "(x)"), (sa.String(20), "line\nbreak"), (sa.String(20), "tab\there"),
    (sa.String(20), "ünïcødé ✓"), (sa.String(20), 'double "quotes"'), (sa.String(20), "back\\slash"),
    (sa.String(20), ":name"), (sa.String(20), "NULL"), (sa.String(20), "  spaces  "),
    (sa.String(20), sa.text("'text'")), (sa.String(20), sa.text("('text')")),
    (sa.String(20), sa.text("(lower('ABC'))")), (sa.String(20), sa.text("(lower('A') || upper('b'))")),
    (sa.String(20), sa.text("(replace('a-b', '-', '_'))")), (sa.String(36), sa.text("(hex(randomblob(16)))")),
    (sa.String(20), sa.text("(printf('%d', 3))")), (sa.String(20), sa.func.lower("X")),
    (sa.String(20), sa.text("(coalesce(NULL, 'x'))")), (sa.String(20), sa.text("(json_object('a', 1))")),
    (sa.Boolean(), sa.true()), (sa.Boolean(), sa.false()), (sa.Boolean(), "1"), (sa.Boolean(), sa.text("0")),
    (sa.Boolean(), sa.text("TRUE")), (sa.Boolean(), sa.text("false")),
    (sa.DateTime(), sa.func.now()), (sa.DateTime(), sa.text("CURRENT_TIMESTAMP")),
    (sa.DateTime(), sa.text("(current_timestamp)")), (sa.DateTime(), sa.func.current_timestamp()),
    (sa.Date(), sa.func.current_date()), (sa.Time(), sa.text("CURRENT_TIME")),
    (sa.DateTime(), sa.text("(datetime('now', '+1 day'))")), (sa.DateTime(), "2020-01-01 00:00:00"),
    (sa.Date(), "2020-01-01"), (sa.DateTime(), sa.text("(strftime('%Y-%m-%d %H:%M:%f', 'now'))")),
    (sa.JSON(), "{}"), (sa.JSON(), sa.text("'[]'")), (sa.JSON(), '{"a": [1, "b"]}'),
    (sa.LargeBinary(), sa.text("x'00ff'")), (sa.LargeBinary(), sa.text("(zeroblob(4))")),
    (sa.Enum("a", "b"), "a"), (sa.Enum(Color), "RED"), (sa.Uuid(), "00000000000000000000000000000000"),
]  # fmt: skip

CHECKS = [
    "a > 0", "(a > 0)", "((a > 0) and (b < 5))", "a>0 AND b<5 OR a=b", "a IN (1, 2, 3)", "a in (1,2,3)",
    "a not in (1)", "a between 1 and 10", "a is not null", "a IS NULL or b ISNULL", "a != b", "a <> b",
    "a == b", "s like '%x%'", "s LIKE 'a!_%' ESCAPE '!'", "s glob '[a-z]*'", "length(s) > 2", "s <> ''",
    "s = 'it''s'", "s = 'a ( b'", "lower(s) = s", "coalesce(a, b, 0) >= 0", "a + b * 2 < 100",
    "(a + b) * 2 < 100", "a % 2 = 0", "a - -1 > 0", "-a < 0", "NOT (a < 0)", "not a < 0",
    "case when a > 0 then b > 0 else 1 end", "cast(s as integer) > 0", "CAST(a AS TEXT) <> '0'",
    "substr(s, 1, 2) = 'ab'", "a & 1 = 0", "a | b > 0", "a << 2 < 64", "~a <> 0", "s || 'x' <> 'x'",
    "json_valid(s)", "json_extract(s, '$.a') > 0", "s COLLATE NOCASE <> 'x'", "a > 0 /* positive */",
    "a >= 1.5e3", "a > .5", "s <> x'00'", "instr(s, ';') = 0", '"order" > 0', "[order] < 9", "`order` <> 3",
    "a > (b)", "abs(a)>=(0)", "s IN ('a', 'b') -- trailing comment\n", "typeof(a) = 'integer'", "TRUE",
    "iif(a > 0, b, a) > 0", "s REGEXP 'x'", "(a, b) <> (1, 2)", "a IS NOT b", "A > 0 and B > 0",
]  # fmt: skip


needs_strict = pytest.mark.skipif(
    sa.__version__ < "2.0.37", reason="SQLAlchemy has sqlite_strict from 2.0.37 on"
)


def _table(metadata: sa.MetaData, *items: Any, **kw: Any) -> sa.Table:
    return sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), *items, **kw)


def _assert_equal(database: Database, metadata: sa.MetaData) -> TableFacts:
    sides = create_and_read(database, metadata)
    assert sides.database == sides.models
    assert sides.probed == {}
    return sides.database[TableKey(None, "t")]


@pytest.mark.parametrize("type_", TYPES, ids=repr)
def test_type_unchanged_is_equal(sqlite: Database, type_: Any) -> None:
    metadata = sa.MetaData()
    _table(metadata, sa.Column("c", type_))
    _assert_equal(sqlite, metadata)


@pytest.mark.parametrize("type_, default", DEFAULTS)
def test_default_unchanged_is_equal(sqlite: Database, type_: Any, default: Any) -> None:
    metadata = sa.MetaData()
    _table(metadata, sa.Column("c", type_, server_default=default))
    _assert_equal(sqlite, metadata)


@pytest.mark.parametrize("sql", CHECKS)
def test_check_unchanged_is_equal(sqlite: Database, sql: str) -> None:
    metadata = sa.MetaData()
    _table(
        metadata,
        sa.Column("a", sa.Integer, sa.CheckConstraint(sql)),
        sa.Column("b", sa.Integer),
        sa.Column("s", sa.String(20)),
        sa.Column("order", sa.Integer),
        sa.CheckConstraint(sql, name="named"),
        sa.CheckConstraint(sql),
    )
    assert len(_assert_equal(sqlite, metadata).checks) == 3


@pytest.mark.parametrize(
    "sql",
    ["a * 2", "a + b", "lower(s)", "s || '-' || a", "coalesce(a, 0)", "(a)", "a > 0 AND b > 0"],
)
@pytest.mark.parametrize("persisted", [True, False, None])
def test_computed_unchanged_is_equal(sqlite: Database, sql: str, persisted: bool | None) -> None:
    metadata = sa.MetaData()
    _table(
        metadata,
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer),
        sa.Column("s", sa.String(20)),
        sa.Column("c", sa.String(40), sa.Computed(sql, persisted=persisted)),
    )
    computed = _assert_equal(sqlite, metadata).columns[-1].computed
    assert computed is not None
    assert computed.persisted is bool(persisted)


def test_indexes_unchanged_are_equal(sqlite: Database) -> None:
    metadata = sa.MetaData()
    table = _table(
        metadata,
        sa.Column("a", sa.Integer, index=True),
        sa.Column("b", sa.Integer, unique=True),
        sa.Column("s", sa.String(20), unique=True, index=True),
        sa.Column("Mixed Case", sa.String(20)),
    )
    mixed = table.c["Mixed Case"]
    sa.Index("ix_two", table.c.a, table.c.b)
    sa.Index("ix_desc", table.c.a.desc(), table.c.b)
    sa.Index("ix_expr", sa.func.lower(table.c.s))
    sa.Index("ix_expr_desc", sa.func.lower(table.c.s).desc(), table.c.a.asc())
    sa.Index("ix_text", sa.text("lower(s)"), sa.text("a DESC"))
    sa.Index("ix_collate", table.c.s.collate("NOCASE"), unique=True)
    sa.Index("ix_collate_desc", table.c.s.collate("NOCASE").desc())
    sa.Index("ix_where", table.c.a, sqlite_where=table.c.b > 5)
    sa.Index("ix_where_text", table.c.a, sqlite_where=sa.text("s LIKE 'x%' and b IS NOT NULL"))
    sa.Index("ix_where_in", table.c.a, sqlite_where=table.c.s.in_(["a", "it's"]))
    sa.Index("ix mixed", mixed, sa.func.upper(mixed), sqlite_where=mixed != "x")
    sa.Index("ix_case", sa.case((table.c.a > 1, table.c.b), else_=0))
    sa.Index("ix_add", table.c.a + table.c.b)
    facts = _assert_equal(sqlite, metadata)
    assert len(facts.indexes) == len(table.indexes)
    by_name = {index.name: index for index in facts.indexes}
    assert by_name["ix_desc"].elements[0] == IndexElement("a", descending=True)
    assert by_name["ix_where"].where == "b > 5"
    assert by_name["ix_collate"].elements == (IndexElement("s", options=(("collate", "NOCASE"),)),)


def test_constraints_unchanged_are_equal(sqlite: Database) -> None:
    metadata = sa.MetaData()
    sa.Table(
        "p", metadata,
        sa.Column("a", sa.Integer, primary_key=True),
        sa.Column("b", sa.String(5), primary_key=True),
        sa.PrimaryKeyConstraint("a", "b", name="pk_p"),
    )  # fmt: skip
    actions = ["CASCADE", "set null", "SET DEFAULT", "RESTRICT", "no action", None]
    for number, action in enumerate(actions):
        sa.Table(
            f"c{number}", metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("x", sa.Integer, sa.ForeignKey("c0.id", ondelete=action), unique=True),
            sa.Column("y", sa.String(5)),
            sa.ForeignKeyConstraint(["x", "y"], ["p.a", "p.b"], name="fk_named", onupdate=action),
            sa.ForeignKeyConstraint(["y", "x"], ["p.b", "p.a"], deferrable=True, initially="DEFERRED"),
            sa.UniqueConstraint("x", "y", name="uq_named"), sa.UniqueConstraint("y", "x"),
            sa.UniqueConstraint("y", sqlite_on_conflict="replace"),
            sa.CheckConstraint("x > 0", name="ck"),
        )  # fmt: skip
    _table(metadata)
    _assert_equal(sqlite, metadata)


def test_naming_convention_unchanged_is_equal(sqlite: Database) -> None:
    convention = {
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
    metadata = sa.MetaData(naming_convention=convention)
    _table(
        metadata,
        sa.Column("a", sa.Integer, sa.ForeignKey("t.id"), index=True, unique=True),
        sa.Column("b", sa.Boolean(create_constraint=True, name="flag")),
        sa.CheckConstraint("a > 0", name="positive"),
    )
    facts = _assert_equal(sqlite, metadata)
    assert facts.primary_key == PrimaryKeyFacts(("id",), "pk_t")
    assert {check.name for check in facts.checks} == {"ck_t_flag", "ck_t_positive"}


@pytest.mark.parametrize(
    "options",
    [
        {"sqlite_autoincrement": True},
        {"sqlite_with_rowid": False},
        pytest.param({"sqlite_strict": True}, marks=needs_strict),
        pytest.param({"sqlite_strict": True, "sqlite_with_rowid": False}, marks=needs_strict),
        {"comment": "SQLite has no comments", "prefixes": []},
    ],
)
def test_table_options_unchanged_are_equal(sqlite: Database, options: dict[str, Any]) -> None:
    metadata = sa.MetaData(naming_convention={"pk": "pk_%(table_name)s"})
    _table(metadata, sa.Column("n", sa.INT, comment="nor here"), **options)
    facts = _assert_equal(sqlite, metadata)
    assert facts.columns[0].autoincrement is ("sqlite_autoincrement" in options)


def test_odd_names_unchanged_are_equal(sqlite: Database) -> None:
    metadata = sa.MetaData()
    names = [
        "select",
        "Mixed",
        "with space",
        'quo"te',
        "brack]et",
        "tick`",
        "ünï",
        "a.b",
        "check",
        "$x",
    ]
    for name in names:
        sa.Table(
            name, metadata,
            sa.Column(name, sa.Integer, primary_key=True),
            sa.Column("r", sa.Integer, sa.ForeignKey(metadata.tables["select"].c["select"])
                      if name != "select" else sa.CheckConstraint("r > 0"), index=True),
            sa.UniqueConstraint("r", name=f"uq {name}"),
        )  # fmt: skip
    _table(metadata)
    _assert_equal(sqlite, metadata)


def test_attached_database_is_a_schema(sqlite: Database) -> None:
    metadata = sa.MetaData()
    sa.Table("x", metadata, sa.Column("id", sa.Integer, primary_key=True), schema="two")
    with sqlite.engine.connect() as connection:
        connection.exec_driver_sql("ATTACH ':memory:' AS two")
        metadata.create_all(connection)
        found = read_database(connection, None, "two", "missing")
    assert list(found) == [TableKey("two", "x")]


def test_foreign_ddl_is_read_as_meant(sqlite: Database) -> None:
    with sqlite.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE P (a int primary key, [b c] text)")
        connection.exec_driver_sql(
            """CREATE TABLE t ( -- comment, with (parentheses
              id integer constraint pk primary key autoincrement, /* x */
              "select" varchar ( 20 ) collate nocase default ('a''b') unique on conflict ignore,
              `q` DECIMAL(10,2) not null default -1.5 constraint cq check ("q" != "lit"),
              e text references p on delete set null on update no action deferrable,
              g int generated always as (id*2) stored, h as (lower([e])), n default CURRENT_DATE null
              , constraint u1 unique (E, q collate nocase) foreign key (Q) references p ("B C"))"""
        )
        facts = read_database(connection)[TableKey(None, "t")]
    assert [(column.name, column.type) for column in facts.columns] == [
        ("id", "INTEGER"), ("select", "VARCHAR(20)"), ("q", "NUMERIC(10, 2)"), ("e", "TEXT"),
        ("g", "INTEGER"), ("h", ""), ("n", ""),
    ]  # fmt: skip
    assert [column.default for column in facts.columns[1:3]] == ["'a''b'", "-1.5"]
    assert facts.columns[1].collation == "NOCASE"
    assert facts.columns[0].autoincrement
    assert facts.primary_key == PrimaryKeyFacts(("id",), "pk")
    assert facts.checks == (CheckFacts("q <> 'lit'", "cq"),)
    assert facts.uniques == (
        UniqueFacts(("select",), options=(("on_conflict", "IGNORE"),)),
        UniqueFacts(("e", "q"), "u1"),
    )
    referred = TableKey(None, "P")
    assert facts.foreign_keys == (
        ForeignKeyFacts(("e",), referred, ("a",), on_delete="SET NULL", deferrable=True),
        ForeignKeyFacts(("q",), referred, ("b c",)),
    )


def test_tables_built_from_the_facts_have_the_same_facts(sqlite: Database) -> None:
    with sqlite.engine.connect() as connection:
        for statement in (
            "CREATE TABLE p (a text primary key, b int not null, unique (b, a)) WITHOUT ROWID, STRICT",
            """CREATE TABLE t (
                id integer primary key autoincrement,
                s varchar(20) collate nocase default 'a:b' unique on conflict ignore,
                e text constraint fk references p on delete cascade deferrable initially deferred,
                g integer generated always as (n + 1) stored, h text as (s || ':' || e),
                d timestamp default current_timestamp, n numeric(9, 2) default (1 + 2),
                constraint ck check (s like ':x%'), check (n > 0),
                constraint fk_two foreign key (n, s) references p (b, a) on update set null)""",
            "CREATE UNIQUE INDEX ix ON t (lower(s) desc, s collate rtrim, e desc) WHERE e <> ':y'",
            "CREATE INDEX [ix %] ON t (s collate nocase desc, n + 1)",
        ):
            connection.exec_driver_sql(statement)
        connection.commit()
    before, after = rebuild(sqlite)
    assert before == after


def test_internal_virtual_and_shadow_tables_are_left_alone(sqlite: Database) -> None:
    with sqlite.engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE t (id integer primary key autoincrement, x unique)"
        )
        connection.exec_driver_sql("CREATE VIRTUAL TABLE f USING fts5(a)")
        connection.exec_driver_sql("CREATE TABLE f_mine (a)")
        connection.exec_driver_sql("CREATE VIEW v AS SELECT 1")
        found = read_database(connection)
    assert [key.name for key in found] == ["f_mine", "t"]


@pytest.mark.parametrize("count", [1, 40])
def test_number_of_statements_is_fixed(sqlite: Database, count: int) -> None:
    metadata = sa.MetaData()
    for number in range(count):
        sa.Table(
            f"t{number}", metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("r", sa.Integer, sa.ForeignKey("t0.id"), index=True, unique=True),
        )  # fmt: skip
    metadata.create_all(sqlite.engine)
    with sqlite.engine.connect() as connection, counted_statements(connection) as statements:
        assert len(read_database(connection)) == count
    assert len(statements) == 2
