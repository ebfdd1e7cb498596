"""MariaDB: what `create_all` made reads back as what the models say; the probe settles the rest."""

from __future__ import annotations

import enum
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql as my

from limbeck.schema.facts import (
    ComputedFacts,
    IndexElement,
    IndexFacts,
    TableFacts,
    TableKey,
)
from limbeck.schema.probe import Piece
from tests.database.reading import (
    counted_statements,
    create_and_read,
    drop_all,
    probe,
    probe_models,
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
        return "NUMERIC ( 10,2 )"


TYPES: list[Any] = [
    sa.Integer(), sa.SmallInteger(), sa.BigInteger(), sa.INT(), my.TINYINT(), my.TINYINT(1), my.TINYINT(4),
    my.MEDIUMINT(), my.INTEGER(unsigned=True), my.INTEGER(display_width=5), my.INTEGER(5, zerofill=True),
    my.BIGINT(20, unsigned=True), my.TINYINT(1, unsigned=True), my.SMALLINT(unsigned=True), my.BIT(), my.BIT(8),
    sa.Boolean(), sa.Boolean(create_constraint=True), sa.Boolean(create_constraint=True, name="ck_b"),
    sa.String(1), sa.String(255), sa.Unicode(10), sa.UnicodeText(), sa.Text(), sa.Text(9), sa.Text(70000),
    my.TINYTEXT(), my.MEDIUMTEXT(), my.LONGTEXT(), sa.CHAR(), sa.CHAR(3), sa.NCHAR(4), sa.NVARCHAR(5),
    sa.VARCHAR(6), my.VARCHAR(7, charset="latin1"), my.VARCHAR(7, collation="utf8mb4_bin"),
    my.VARCHAR(7, charset="latin1", collation="latin1_bin"), my.TEXT(charset="ascii"),
    my.CHAR(5, charset="utf8mb3"), my.VARCHAR(5, national=True), my.VARCHAR(6, collation="utf8_unicode_ci"),
    sa.Numeric(), sa.Numeric(10), sa.Numeric(10, 2), sa.DECIMAL(8, 3), my.DECIMAL(8, 3, unsigned=True),
    sa.Float(), sa.Float(24), sa.Float(precision=53), my.FLOAT(10, 2), my.DOUBLE(10, 2), sa.REAL(),
    sa.Double(), sa.DOUBLE_PRECISION(), my.DOUBLE(unsigned=True), sa.Date(), sa.DateTime(),
    sa.DateTime(timezone=True), sa.Time(), sa.TIMESTAMP(), sa.Interval(), my.DATETIME(fsp=6), my.DATETIME(fsp=0),
    my.TIMESTAMP(fsp=3), my.TIME(fsp=2), my.YEAR(), my.YEAR(4), sa.Enum("a", "b'c"), sa.Enum("a,b", "c\\d"),
    sa.Enum(Color), sa.Enum("x", "y", create_constraint=True, name="xy", native_enum=False),
    my.ENUM("a", "b", charset="latin1"), my.ENUM("ä", "%"), my.SET("a", "b"), my.SET("x", collation="utf8mb4_bin"),
    sa.LargeBinary(), sa.LargeBinary(20), sa.LargeBinary(1 << 20), my.LONGBLOB(), my.TINYBLOB(), sa.BLOB(),
    sa.VARBINARY(7), sa.BINARY(4), sa.JSON(), my.JSON(), sa.Uuid(), sa.Uuid(native_uuid=False), sa.UUID(),
    sa.PickleType(), Reversed(), Money(), sa.String(8).with_variant(my.MEDIUMTEXT(), "mysql", "mariadb"),
]  # fmt: skip

DEFAULTS: list[tuple[Any, Any]] = [
    (sa.Integer(), "0"), (sa.Integer(), "-1"), (sa.Integer(), sa.text("0")), (sa.Integer(), sa.text("-1")),
    (sa.Integer(), sa.text("+5")), (sa.Integer(), sa.text("(1 + 2)")), (sa.Integer(), sa.text("((3))")),
    (sa.Integer(), sa.text("0x1F")), (sa.Integer(), sa.literal(5)),
    (sa.Integer(), sa.text("(abs(-3))")), (sa.Integer(), sa.text("NULL")), (sa.Integer(), "1.6"),
    (sa.Integer(), sa.text("(cast('12' as signed))")), (sa.Integer(), sa.text("(1<<4)")),
    (sa.Integer(), sa.text("(case when 1 > 0 then 1 else 2 end)")), (sa.Integer(), sa.text("(10 % 3)")),
    (sa.BigInteger(), "12345678901234"), (my.INTEGER(5, zerofill=True), "7"), (my.BIT(4), sa.text("b'101'")),
    (sa.Numeric(10, 2), "1.5"), (sa.Numeric(10, 2), sa.text("1.50")), (sa.Numeric(10, 2), "0"),
    (sa.Numeric(10), "12"), (sa.Numeric(10, 2), sa.text("-0.01")), (sa.Float(), "1.50"), (sa.Float(), sa.text("0.5")),
    (sa.Double(), sa.text("1.5e10")), (sa.Double(), sa.text("(1.0 / 3)")), (sa.Double(), sa.text("(pi())")),
    (sa.String(20), ""), (sa.String(20), "x"), (sa.String(20), "it's"), (sa.String(20), "'quoted'"),
    (sa.String(20), "50%"), (sa.String(20), "a;b"), (sa.String(20), "a--b"), (sa.String(20), "/* c */"),
    (sa.String(20), "(x)"), (sa.String(20), "line\nbreak"), (sa.String(20), "tab\there"),
    (sa.String(20), "ünïcødé ✓"), (sa.String(20), 'double "quotes"'), (sa.String(20), "back\\slash"),
    (sa.String(20), ":name"), (sa.String(20), "NULL"), (sa.String(20), "  spaces  "), (sa.String(20), "007"),
    (sa.String(20), sa.text("'text'")), (sa.String(20), sa.text("('text')")), (sa.String(20), sa.text("5")),
    (sa.String(20), sa.text("(lower('ABC'))")), (sa.String(20), sa.text("(concat('A', upper('b')))")),
    (sa.String(20), sa.text("(replace('a-b', '-', '_'))")), (sa.String(36), sa.text("(uuid())")),
    (sa.String(36), sa.text("(UUID())")), (sa.String(36), sa.func.uuid()), (sa.String(20), sa.text('"dq"')),
    (sa.String(20), sa.text("(coalesce(NULL, 'x'))")), (sa.String(80), sa.text("(json_object('a', 1))")),
    (sa.String(50), sa.text("(current_user())")), (sa.Text(), "long"), (sa.Text(), sa.text("('x')")),
    (sa.Boolean(), sa.true()), (sa.Boolean(), sa.false()), (sa.Boolean(), "1"), (sa.Boolean(), sa.text("0")),
    (sa.Boolean(), sa.text("TRUE")), (sa.Boolean(), sa.text("false")), (sa.DateTime(), sa.func.now()),
    (sa.DateTime(), sa.text("CURRENT_TIMESTAMP")), (sa.DateTime(), sa.text("(current_timestamp())")),
    (sa.DateTime(), sa.func.current_timestamp()), (sa.DateTime(), sa.text("LOCALTIMESTAMP")),
    (sa.DateTime(), sa.text("now() ON UPDATE now()")), (sa.TIMESTAMP(), sa.text("NULL ON UPDATE CURRENT_TIMESTAMP")),
    (my.DATETIME(fsp=6), sa.text("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)")),
    (my.TIMESTAMP(fsp=3), sa.text("now(3)")), (sa.Date(), sa.text("(CURRENT_DATE)")), (sa.Date(), sa.text("(curdate())")),
    (sa.Time(), sa.text("(current_time())")), (sa.DateTime(), sa.text("(utc_timestamp())")),
    (sa.DateTime(), sa.text("(now() + interval 1 day)")), (sa.DateTime(), "2020-01-01 00:00:00"),
    (sa.DateTime(), "2020-01-01"), (my.DATETIME(fsp=3), "2020-01-01 10:00:00.5"), (sa.Date(), "2020-01-01"),
    (sa.Time(), "10:00"), (my.TIME(fsp=2), "10:00:01"), (my.YEAR(), "2020"), (my.YEAR(), sa.text("2021")),
    (sa.JSON(), "{}"), (sa.JSON(), sa.text("('[]')")), (sa.JSON(), sa.text("(json_array())")),
    (sa.VARBINARY(9), sa.text("x'00ff'")), (sa.BINARY(4), "ab"), (sa.Enum("a", "b"), "a"), (sa.Enum(Color), "RED"),
    (my.SET("b", "a"), "b,a"), (my.SET("b", "a"), "a,b"), (sa.Uuid(), "00000000000000000000000000000000"),
]  # fmt: skip

CHECKS = [
    "a > 0", "(a > 0)", "((a > 0) and (b < 5))", "a>0 AND b<5 OR a=b", "a IN (1, 2, 3)", "a in (1,2,3)",
    "a not in (1)", "a not in (1, 2)", "a in (1)", "a between 1 and 10", "a is not null", "a IS NULL or isnull(b)",
    "a != b", "a <> b", "a <=> b", "s like '%x%'", "s LIKE 'a!_%' ESCAPE '!'", "s regexp '^[a-z]*$'",
    "length(s) > 2", "char_length(s) > 2", "s <> ''", "s = 'it''s'", "s = 'a ( b'", "s = \"dq\"", "lower(s) = s",
    "coalesce(a, b, 0) >= 0", "ifnull(a, 0) >= 0", "a + b * 2 < 100", "(a + b) * 2 < 100", "a % 2 = 0",
    "a mod 2 = 0", "a - -1 > 0", "-a < 0", "NOT (a < 0)", "not a < 0", "a > 0 && b > 0", "a > 0 xor b > 0",
    "case when a > 0 then b > 0 else 1 end", "cast(s as signed) > 0", "cast(a as char) <> '0'",
    "substr(s, 1, 2) = 'ab'", "substring(s from 2) = 'b'", "a & 1 = 0", "a | b > 0", "a << 2 < 64", "~a <> 0",
    "concat(s, 'x') <> 'x'", "json_valid(s)", "json_extract(s, '$.a') > 0", "s collate utf8mb4_bin <> 'x'",
    "a > 0 /* positive */", "a >= 1.5e3", "a > .5", "s <> x'00'", "`order` > 0", "`Mixed` > 1", "a > (b)",
    "s IN ('a', 'b') -- trailing comment\n", "TRUE", "if(a > 0, b, a) > 0", "s = 'back\\\\slash'", "A > 0 and B > 0",
    "d > '2020-01-01'", "year(d) > 2000", "d < '2030-01-01' + interval 1 day", "s like '50\\%'", "s <> '50%'",
]  # fmt: skip


# What the server rewords so much that only the probe brings both sides together.
REWORDED = {
    "00000000000000000000000000000000", "0x1F", "(pi())", "a,b", "a not in (1)", "a in (1)", "a IS NULL or isnull(b)", "NOT (a < 0)",
    "not a < 0", "cast(a as char) <> '0'", "substring(s from 2) = 'b'", "a > .5", "s <> x'00'",
}  # fmt: skip


def _table(metadata: sa.MetaData, *items: Any, **kw: Any) -> sa.Table:
    return sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), *items, **kw)


def _assert_equal(
    database: Database, metadata: sa.MetaData, *, by_text: bool = True, by_probe: bool = True
) -> TableFacts:
    """Hold that both sides are equal: by their text, and in the server's own words."""
    sides = create_and_read(database, metadata)
    if by_text:
        assert sides.database == sides.models
    if by_probe:
        assert sides.database == sides.probed
    return sides.database[TableKey(None, "t")]


@pytest.mark.parametrize("type_", TYPES, ids=repr)
def test_type_unchanged_is_equal(mariadb: Database, type_: Any) -> None:
    metadata = sa.MetaData()
    _table(metadata, sa.Column("c", type_))
    _assert_equal(mariadb, metadata)


@pytest.mark.parametrize("type_, default", DEFAULTS)
def test_default_unchanged_is_equal(mariadb: Database, type_: Any, default: Any) -> None:
    metadata = sa.MetaData()
    _table(metadata, sa.Column("c", type_, server_default=default))
    # MariaDB can't show a default of bytes, so the probe leaves it to the text.
    is_shown = not isinstance(type_, sa.BINARY | sa.VARBINARY)
    _assert_equal(mariadb, metadata, by_text=str(default) not in REWORDED, by_probe=is_shown)


@pytest.mark.parametrize("sql", CHECKS)
def test_check_unchanged_is_equal(mariadb: Database, sql: str) -> None:
    metadata = sa.MetaData()
    _table(
        metadata,
        sa.Column("a", sa.Integer, sa.CheckConstraint(sql)),
        sa.Column("b", sa.Integer),
        sa.Column("s", sa.String(20)),
        sa.Column("d", sa.Date),
        sa.Column("order", sa.Integer),
        sa.Column("Mixed", sa.Integer),
        sa.CheckConstraint(sql, name="named"),
        sa.CheckConstraint(sql),
    )
    facts = _assert_equal(mariadb, metadata, by_text=sql not in REWORDED)
    assert [check.name for check in facts.checks] == [None, "CONSTRAINT_1", "named"]


@pytest.mark.parametrize(
    "sql",
    [
        "a * 2",
        "a + b",
        "lower(s)",
        "concat(s, '-', a)",
        "coalesce(a, 0)",
        "(a)",
        "a > 0 AND (b > 0)",
    ],
)
@pytest.mark.parametrize("persisted", [True, False, None])
def test_computed_unchanged_is_equal(mariadb: Database, sql: str, persisted: bool | None) -> None:
    metadata = sa.MetaData()
    _table(
        metadata,
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer),
        sa.Column("s", sa.String(20)),
        sa.Column("c", sa.String(40), sa.Computed(sql, persisted=persisted)),
    )
    computed = _assert_equal(mariadb, metadata).columns[-1].computed
    assert computed is not None
    assert computed.persisted is bool(persisted)


def test_indexes_unchanged_are_equal(mariadb: Database) -> None:
    metadata = sa.MetaData()
    table = _table(
        metadata,
        sa.Column("a", sa.Integer, index=True),
        sa.Column("b", sa.Integer, unique=True),
        sa.Column("s", sa.String(20), unique=True, index=True),
        sa.Column("text", sa.Text),
        sa.Column("Mixed Case", sa.String(20)),
    )
    sa.Index("ix_two", table.c.a, table.c.b)
    sa.Index("ix_desc", table.c.a.desc(), table.c.b)
    sa.Index("ix_length", table.c.s, mysql_length=5)
    sa.Index("ix_length_whole", table.c.s, mysql_length=20)
    sa.Index("ix_lengths", table.c.text, table.c.a, table.c.s, mysql_length={"text": 9, "s": 3})
    sa.Index("ix_unique_length", table.c.text, unique=True, mysql_length=30)
    sa.Index("ix_full", table.c.text, mysql_prefix="FULLTEXT")
    sa.Index("ix_using", table.c.a, mysql_using="btree")
    sa.Index("ix mixed", table.c["Mixed Case"])
    facts = _assert_equal(mariadb, metadata)
    assert len(facts.indexes) == len(table.indexes) + 1  # the unique constraint of b
    by_name = {index.name: index for index in facts.indexes}
    assert by_name["ix_desc"].elements[0] == IndexElement("a", descending=True)
    assert by_name["ix_length"].elements == (IndexElement("s", options=(("length", "5"),)),)
    assert by_name["ix_length_whole"].elements == (IndexElement("s"),)
    assert by_name["ix_full"].options == (("prefix", "FULLTEXT"),)


def test_unique_constraints_are_unique_indexes_named_by_the_server(mariadb: Database) -> None:
    metadata = sa.MetaData()
    _table(
        metadata,
        sa.Column("a", sa.Integer, unique=True),
        sa.Column("b", sa.Integer),
        sa.UniqueConstraint("a", "b"),
        sa.UniqueConstraint("a", "b", "id", name="uq_named"),
        sa.UniqueConstraint("b", "a"),
    )
    facts = _assert_equal(mariadb, metadata)
    assert [(index.name, index.unique) for index in facts.indexes] == [
        ("a", True), ("a_2", True), ("b", True), ("uq_named", True)
    ]  # fmt: skip
    assert facts.uniques == ()


@pytest.mark.parametrize("action", ["CASCADE", "set null", "RESTRICT", "no action", None])
def test_foreign_keys_unchanged_are_equal(mariadb: Database, action: str | None) -> None:
    metadata = sa.MetaData()
    sa.Table(
        "p", metadata,
        sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Integer, primary_key=True),
    )  # fmt: skip
    _table(
        metadata,
        sa.Column("x", sa.Integer, sa.ForeignKey("t.id", ondelete=action)),
        sa.Column("y", sa.Integer, sa.ForeignKey("t.id", name="fk_y"), index=True),
        sa.Column("z", sa.Integer, sa.ForeignKey("p.a"), unique=True),
        sa.Column("v", sa.Integer, sa.ForeignKey("t.id", name="fk_v")),
        sa.Column("w", sa.Integer, sa.ForeignKey("t.id")),
        sa.ForeignKeyConstraint(["x", "y"], ["p.a", "p.b"], onupdate=action),
        sa.ForeignKeyConstraint(["id", "w"], ["p.a", "p.b"], name="fk_two"),
        sa.ForeignKeyConstraint(["w"], ["p.a"], name="fk_again"),
    )
    facts = _assert_equal(mariadb, metadata)
    implicit = {index.name for index in facts.indexes if index.is_implicit}
    assert implicit == {"x", "fk_two", "fk_v", "w"}


def test_index_of_a_foreign_key_gives_way_to_an_explicit_one(mariadb: Database) -> None:
    metadata = sa.MetaData()
    table = _table(
        metadata, sa.Column("x", sa.Integer, sa.ForeignKey("t.id")), sa.Column("y", sa.Integer)
    )
    sa.Index("ix_both", table.c.x, table.c.y)
    facts = _assert_equal(mariadb, metadata)
    assert [index.name for index in facts.indexes] == ["ix_both"]


def test_index_of_a_foreign_key_that_is_gone_is_no_longer_implicit(mariadb: Database) -> None:
    metadata = sa.MetaData()
    _table(metadata, sa.Column("x", sa.Integer, sa.ForeignKey("t.id", name="fk_x")))
    facts = _assert_equal(mariadb, metadata)
    assert facts.indexes == (IndexFacts("fk_x", (IndexElement("x"),)),)
    assert facts.indexes[0].is_implicit
    with mariadb.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE t DROP FOREIGN KEY fk_x")
        (left,) = read_database(connection)[TableKey(None, "t")].indexes
    assert left.name == "fk_x"
    assert not left.is_implicit


def test_naming_convention_unchanged_is_equal(mariadb: Database) -> None:
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
        sa.Column("a", sa.Integer, sa.ForeignKey("t.id")),
        sa.Column("b", sa.Boolean(create_constraint=True, name="flag"), unique=True, index=True),
        sa.CheckConstraint("a > 0", name="positive"),
    )
    facts = _assert_equal(mariadb, metadata)
    assert {check.name for check in facts.checks} == {"ck_t_flag", "ck_t_positive"}


def test_comments_and_options_unchanged_are_equal(mariadb: Database) -> None:
    metadata = sa.MetaData()
    _table(
        metadata,
        sa.Column("a", sa.String(5), comment="it's 100% `done` \\ ✓"),
        sa.Column("j", sa.JSON, comment="json"),
        sa.Column("l", sa.String(5, collation="latin1_swedish_ci")),
        sa.Column("m", sa.String(5, collation="utf8mb4_bin"), nullable=False),
        comment="table's",
        mysql_engine="InnoDB",
        mysql_charset="latin1",
        mysql_row_format="DYNAMIC",
    )
    facts = _assert_equal(mariadb, metadata)
    assert [column.type for column in facts.columns] == [
        "int", "varchar(5)", "json", "varchar(5)", "varchar(5)"
    ]  # fmt: skip
    assert [column.collation for column in facts.columns] == [None] * 4 + ["utf8mb4_bin"]
    assert facts.comment == "table's"


def test_collation_that_is_the_default_anyway_is_settled_by_the_probe(mariadb: Database) -> None:
    metadata = sa.MetaData()
    _table(metadata, sa.Column("a", sa.String(5, collation="utf8mb4_general_ci")))
    _assert_equal(mariadb, metadata, by_text=False)


def test_odd_names_unchanged_are_equal(mariadb: Database) -> None:
    metadata = sa.MetaData()
    names = [
        "select",
        "Mixed",
        "with space",
        'quo"te',
        "per%cent",
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
            sa.Column("c c", sa.Integer, sa.Computed("r + 1"), unique=True),
            sa.UniqueConstraint("r", name=f"uq {name}"),
        )  # fmt: skip
    _table(metadata)
    _assert_equal(mariadb, metadata)


def test_other_databases_are_schemas(mariadb: Database) -> None:
    second = mariadb.second_schema
    metadata = sa.MetaData()
    other = sa.Table(
        "x", metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("n", sa.Integer, sa.CheckConstraint("n > 0"), server_default=sa.text("7")),
        sa.Column("r", sa.Integer, sa.ForeignKey(f"{second}.x.id")),
        schema=second,
    )  # fmt: skip
    _table(metadata, sa.Column("r", sa.Integer, sa.ForeignKey(other.c.id)))
    try:
        sides = create_and_read(mariadb, metadata)
    finally:
        drop_all(mariadb, metadata)
    assert sides.database == sides.models == sides.probed
    assert list(sides.database) == [TableKey(None, "t"), TableKey(second, "x")]


def test_tables_built_from_the_facts_have_the_same_facts(mariadb: Database) -> None:
    with mariadb.engine.connect() as connection:
        for statement in (
            "CREATE TABLE p (a varchar(5) primary key, b int not null, unique (b, a))",
            """CREATE TABLE t (
                id int unsigned primary key auto_increment, n_id int, n_a varchar(5), j json,
                s varchar(20) collate utf8mb4_bin default 'a:b' unique comment 'it''s',
                l char(3) character set latin1, f float(10, 2), z int(5) zerofill, b bit(3) default b'101',
                e varchar(5) references p (a) on delete cascade, en enum('a', 'b,c') not null default 'a',
                g varchar(9) as (concat(e, ':x')), h bigint as (z + 1) stored, tx mediumtext,
                ts timestamp(3) null default now(3) on update now(3), dt datetime default '2020-01-01',
                n decimal(9, 2) unsigned default 1.5, u varchar(36) default uuid(),
                constraint ck check (s <> ':x'), check (z in (1, 2)),
                constraint fk foreign key (n_id, n_a) references p (b, a),
                key kl (s(3), e desc), key kd (s(4) desc, e(2)), fulltext key ft (tx), unique key uq (l, f)) comment 'it''s'""",
        ):
            connection.exec_driver_sql(statement)
    before, after = rebuild(mariadb)
    assert before == after


def test_views_and_sequences_are_no_tables(mariadb: Database) -> None:
    with mariadb.engine.connect() as connection:
        connection.exec_driver_sql("CREATE VIEW v AS SELECT 1 AS a")
        connection.exec_driver_sql("CREATE SEQUENCE s")
        connection.exec_driver_sql("CREATE TABLE t (a int)")
        assert [key.name for key in read_database(connection)] == ["t"]


def test_probe_neither_commits_nor_leaves_anything(mariadb: Database) -> None:
    metadata = sa.MetaData()
    table = _table(metadata, sa.Column("a", sa.Integer, sa.CheckConstraint("not a < 0")))
    metadata.create_all(mariadb.engine)
    with mariadb.engine.connect() as connection:
        connection.execute(table.insert().values(id=1, a=1))
        probe = probe_models(connection, metadata)
        assert [check.sql for check in probe[TableKey(None, "t")].checks] == ["a >= 0"]
        connection.rollback()
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
        assert len(read_database(connection)) == 1


def test_probe_tries_each_expression_alone_when_the_server_refuses_one(mariadb: Database) -> None:
    metadata = sa.MetaData()
    table = _table(
        metadata,
        sa.Column("a", sa.Integer, server_default=sa.text("(1 + 1)")),
        sa.Column("b", sa.Integer, sa.Computed("not a > 1")),
        sa.CheckConstraint("no_such_function(a) > 1", name="bad"),
        sa.CheckConstraint("not a > 1", name="good"),
    )
    with mariadb.engine.connect() as connection:
        answer = probe(connection, metadata)
    facts = next(iter(answer.facts.values()))
    assert facts.columns[1].default == "1 + 1"
    assert facts.columns[2].computed == ComputedFacts("a <= 1", persisted=False)
    assert {check.name: check.sql for check in facts.checks} == {
        "bad": "no_such_function(a) > 1",
        "good": "a <= 1",
    }
    assert [*answer.refused.values()] == [{Piece("check", "bad")}]
    assert table.name == facts.key.name


@pytest.mark.parametrize("count", [1, 20])
def test_number_of_statements_is_fixed(mariadb: Database, count: int) -> None:
    metadata = sa.MetaData()
    for number in range(count):
        sa.Sequence(f"counter{number}", metadata=metadata)
        sa.Table(
            f"t{number}", metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("r", sa.Integer, sa.ForeignKey("t0.id"), index=True, unique=True),
            sa.Column("double", sa.Integer, sa.Computed("r * 2")),
            sa.Column("state", sa.Enum("a", "b"), server_default=sa.text("(lower('A'))")),
            sa.CheckConstraint("r in (1, 2)"),
        )  # fmt: skip
        sa.Table(
            f"split{number}", metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            mysql_partition_by="HASH(id)", mysql_partitions="4",
        )  # fmt: skip
    metadata.create_all(mariadb.engine)
    with mariadb.engine.connect() as connection, counted_statements(connection) as statements:
        assert len(read_database(connection)) == 2 * count
    assert len(statements) == 10
