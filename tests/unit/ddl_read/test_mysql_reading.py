"""MySQL and MariaDB without a server: types, defaults, SHOW CREATE TABLE, generated names."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from limbeck.ddl.mysql import read
from limbeck.ddl.mysql.catalog import found_default, found_expression
from limbeck.ddl.mysql.defaults import normal_default_text
from limbeck.ddl.mysql.options import following_columns
from limbeck.ddl.mysql.probe import create_statement, parse_show_create
from limbeck.ddl.mysql.server import Server, server_of
from limbeck.ddl.mysql.text import TypeText, normal_type_text
from limbeck.schema.facts import CheckFacts, ColumnFacts, ComputedFacts, TableFacts, TableKey
from limbeck.schema.models import read_models
from tests.unit.ddl.offline import make_impl

DIALECT = mysql.dialect()
MYSQL = Server(is_mariadb=False, version=(8, 4, 0))

MYSQL_8 = """CREATE TABLE `t` (
  `id` int NOT NULL AUTO_INCREMENT,
  `b` tinyint(1) DEFAULT '1',
  `s` varchar(20) CHARACTER SET latin1 NOT NULL DEFAULT 'it''s, (a)',
  `u` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `d` datetime(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  `x` varchar(36) DEFAULT (uuid()) COMMENT 'DEFAULT 3',
  `g` int GENERATED ALWAYS AS ((`id` + 1)) STORED,
  `v` int GENERATED ALWAYS AS ((`id` * 2)) VIRTUAL NOT NULL,
  `e` enum('a','b,c') DEFAULT 'a',
  `h` int DEFAULT NULL /*!80023 INVISIBLE */,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq` (`s`),
  KEY `fn` ((lower(`u`)) DESC,`b`),
  FULLTEXT KEY `ft` (`x`),
  CONSTRAINT `t_chk_1` CHECK (((`id` > 0) and (`b` in (0,1)))),
  CONSTRAINT `named` CHECK ((`s` <> _latin1'x'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci"""


class _Offline:
    """The model side of the dialect, connected to nothing."""

    dialect = DIALECT

    def normal_type(self, type_: sa.types.TypeEngine[Any]) -> str:
        return read.normal_type(DIALECT, type_)

    def normal_default(self, column: sa.Column[Any]) -> str | None:
        return read.normal_default(DIALECT, column)

    def normal_expression(self, sql: str) -> str:
        return read.normal_expression(sql)

    def adjust_model_table(self, facts: TableFacts, table: sa.Table) -> TableFacts:
        return read.adjust_model_table(DIALECT, facts, table)


def _read(metadata: sa.MetaData, name: str) -> TableFacts:
    return read_models([metadata], _Offline(), default_schema="app").tables[TableKey(None, name)]


def test_show_create_of_mysql_8_is_read() -> None:
    shown = parse_show_create(MYSQL_8, DIALECT)
    columns = shown.columns
    assert [column.type for column in columns.values()] == [
        "int", "tinyint(1)", "varchar(20)", "varchar(20)", "datetime(3)", "varchar(36)", "int", "int",
        "enum('a','b,c')", "int",
    ]  # fmt: skip
    assert columns["id"].autoincrement
    assert columns["b"].default == "1"
    assert columns["s"].default == "'it''s, (a)'"
    assert columns["s"].collation == "latin1_swedish_ci"
    assert not columns["s"].nullable
    assert columns["u"].collation == "utf8mb4_bin"
    assert columns["d"].default == "CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)"
    assert columns["x"].default == "uuid()"
    assert columns["g"].computed == ComputedFacts("id + 1", persisted=True)
    assert columns["v"].computed == ComputedFacts("id * 2", persisted=False)
    assert shown.checks == {"t_chk_1": "id > 0 AND b IN (0, 1)", "named": "s <> 'x'"}
    assert shown.expressions["fn"] == ["lcase(u)"]


@pytest.mark.parametrize(
    ("value", "type_", "extra", "expected"),
    [
        # as MySQL 8.4 has them in information_schema.columns
        (r"_utf8mb4\'plain\'", "text", "default_generated", "'plain'"),
        (r"_utf8mb4\'it\\\'s\'", "text", "default_generated", "'it''s'"),
        (r"_utf8mb4\'a\\\\b\'", "text", "default_generated", r"'a\\b'"),
        (r"_utf8mb4\'line1\\nline2\'", "text", "default_generated", r"'line1\nline2'"),
        (r"_utf8mb4\'a\\\\%b\'", "text", "default_generated", r"'a\\%b'"),
        ("_utf8mb4\\'say \"hi\"\\'", "text", "default_generated", """'say "hi"'"""),
        ("(now() + interval 1 hour)", "datetime", "default_generated",
         "CURRENT_TIMESTAMP + INTERVAL 1 hour"),
        ("it's", "varchar(50)", "", "'it''s'"),
        ("0x76617262696E617279", "varbinary(64)", "", "'varbinary'"),
        ("0x", "varbinary(64)", "", "''"),
        ("0x61", "varchar(64)", "", "'0x61'"),
        ("b'100'", "bit(10)", "", "b'100'"),
        ("CURRENT_TIMESTAMP", "timestamp", "default_generated on update current_timestamp",
         "CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
    ],
)  # fmt: skip
def test_defaults_in_the_catalog_of_mysql_8(
    value: str, type_: str, extra: str, expected: str
) -> None:
    assert found_default(value, type_, extra, MYSQL) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (r"(`name` <> _utf8mb4\'forbidden\')", "name <> 'forbidden'"),
        (r"(json_type(`paths`) = _utf8mb4\'ARRAY\')", "json_type(paths) = 'ARRAY'"),
        (r"regexp_like(`h`,_utf8mb4\'^[0-9a-f]{64}$\')", "regexp_like(h, '^[0-9a-f]{64}$')"),
        (r"(`s` <> _utf8mb4\'it\\\'s\')", "s <> 'it''s'"),
        (r"(`s` <> _utf8mb4\'\\\\\')", r"s <> '\\'"),
    ],
)
def test_expressions_in_the_catalog_of_mysql_8(sql: str, expected: str) -> None:
    assert found_expression(sql, MYSQL) == expected


def test_default_of_a_large_type_is_an_expression_to_mysql() -> None:
    types = {"a": "text", "b": "varchar(9)", "c": "json", "d": "int"}
    columns = tuple(
        ColumnFacts(name, type_, nullable=True, default="'{}'") for name, type_ in types.items()
    )
    built = (sa.Column(name, sa.Text, server_default=sa.text("'{}'")) for name in types)
    table = sa.Table("t", sa.MetaData(), *built)
    make_impl(DIALECT, io.StringIO(), {}).complete_table(
        TableFacts(TableKey(None, "t"), columns), table
    )
    defaults: list[Any] = [column.server_default for column in table.columns]
    assert [str(default.arg) for default in defaults] == ["('{}')", "'{}'", "('{}')", "'{}'"]


def test_columns_that_follow_the_collation_of_a_table_of_mysql() -> None:
    shown = """CREATE TABLE `t` (
  `a` varchar(9) COLLATE utf8mb4_unicode_ci NOT NULL,
  `b` enum('x)','it''s') CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  `c` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `d` text CHARACTER SET latin1,
  `e` char(1),
  `f` int DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
/*!50100 PARTITION BY KEY (a)
PARTITIONS 4 */"""
    assert following_columns(shown) == [
        "`a` varchar(9) NOT NULL",
        "`b` enum('x)','it''s') DEFAULT NULL",
        "`e` char(1)",
    ]


def test_probe_has_index_expressions_inside_and_no_foreign_keys() -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "t", metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("s", sa.String(9), sa.ForeignKey("other.id")),
        prefixes=["ROW"], mysql_engine="InnoDB",
    )  # fmt: skip
    sa.Index("fn", sa.func.lower(table.c.s), unique=True)
    sa.Index("plain", table.c.s)
    sql = " ".join(create_statement(table, "`p`", DIALECT).split())
    assert sql == (
        "CREATE TEMPORARY TABLE `p` ( UNIQUE INDEX fn ((lower(s))), id INTEGER NOT NULL "
        "AUTO_INCREMENT, s VARCHAR(9), PRIMARY KEY (id) )ENGINE=InnoDB"
    )


@pytest.mark.parametrize(
    "text, expected",
    [
        ("INTEGER(11)", TypeText("int")),
        ("int(10) unsigned", TypeText("int unsigned")),
        ("TINYINT(1)", TypeText("tinyint(1)")),
        ("BOOL", TypeText("tinyint(1)")),
        ("INT(5) ZEROFILL", TypeText("int(5) unsigned zerofill")),
        ("DOUBLE PRECISION", TypeText("double")),
        ("NUMERIC", TypeText("decimal(10,0)")),
        ("FLOAT(53)", TypeText("double")),
        ("year(4)", TypeText("year")),
        ("TEXT(70000)", TypeText("mediumtext")),
        ("BLOB(50)", TypeText("tinyblob")),
        ("DATETIME(0)", TypeText("datetime")),
        ("NATIONAL VARCHAR(5)", TypeText("varchar(5)", "utf8mb3")),
        ("VARCHAR(5) CHARACTER SET utf8", TypeText("varchar(5)", "utf8mb3")),
        ("CHARACTER VARYING(3) COLLATE utf8_bin", TypeText("varchar(3)", None, "utf8mb3_bin")),
        ("ENUM('a', 'b''c')", TypeText("enum('a','b''c')")),
        ("geometry", TypeText("geometry")),
    ],
)
def test_type_in_normal_form(text: str, expected: TypeText) -> None:
    assert normal_type_text(text) == expected


@pytest.mark.parametrize(
    "sql, type_, expected",
    [
        ("'0'", "int", "0"),
        ("NULL", "int", None),
        ("(NULL)", "int", None),
        ("'1.5'", "decimal(10,2)", "1.50"),
        ("true", "tinyint(1)", "1"),
        ("5", "varchar(9)", "'5'"),
        ("'2020-1-2'", "datetime(2)", "'2020-01-02 00:00:00.00'"),
        ("NULL ON UPDATE now(3)", "timestamp(3)", "NULL ON UPDATE CURRENT_TIMESTAMP(3)"),
        ("current_timestamp() on update current_timestamp()", "datetime",
         "CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
        ("'nonsense'", "int", "'nonsense'"),
        ("-1", "int", "-1"),
        ("5", "bit(4)", "b'101'"),
    ],
)  # fmt: skip
def test_default_in_normal_form(sql: str, type_: str, expected: str | None) -> None:
    assert normal_default_text(sql, type_) == expected


def test_mysql_numbers_all_checks_and_names_them_after_the_table() -> None:
    metadata = sa.MetaData()
    sa.Table(
        "t", metadata,
        sa.Column("a", sa.Integer, sa.CheckConstraint("a > 2")),
        sa.CheckConstraint("a > 1"), sa.CheckConstraint("a > 0", name="named"),
    )  # fmt: skip
    names = {check.sql: check.name for check in _read(metadata, "t").checks}
    assert names == {"a > 2": "t_chk_1", "a > 1": "t_chk_2", "a > 0": "named"}


@pytest.mark.parametrize("is_mariadb", [False, True])
def test_only_mysql_leaves_checks_unenforced(is_mariadb: bool) -> None:
    metadata = sa.MetaData()
    check = sa.CheckConstraint("a > 1", mysql_not_enforced=True)
    table = sa.Table("t", metadata, sa.Column("a", sa.Integer), check)
    found = CheckFacts("a > 1", is_valid=None, is_enforced=False)
    facts = TableFacts(TableKey(None, "t"), (), checks=(found,))
    dialect = mysql.dialect(is_mariadb=is_mariadb)
    adjusted = read.adjust_model_table(dialect, facts, table).checks[0]
    assert adjusted.is_enforced is is_mariadb


def test_server_rules_follow_the_version() -> None:
    assert server_of(DIALECT) == Server(is_mariadb=False, version=(99,))
    assert Server(is_mariadb=False, version=(8, 0, 13)).has_index_expressions
    assert not Server(is_mariadb=False, version=(5, 7)).has_checks
    assert not Server(is_mariadb=True, version=(10, 11)).has_index_expressions
    assert (
        Server(is_mariadb=False, version=(8, 4)).default_collation("utf8mb4")
        == "utf8mb4_0900_ai_ci"
    )
    assert (
        Server(is_mariadb=True, version=(11, 8)).default_collation("utf8mb4")
        == "utf8mb4_uca1400_ai_ci"
    )
