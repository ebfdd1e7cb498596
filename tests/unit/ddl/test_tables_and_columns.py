"""Tables, columns, constraints and indexes as each of the five databases spells them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table

from limbeck.errors import CommandError, UnsupportedOperationError
from tests.unit.ddl.offline import Script


def table(*items: Any, **options: Any) -> Table:
    """Return a table named t."""
    return Table("t", MetaData(), *items, **options)


def column(name: str, *items: Any, **options: Any) -> Column[Any]:
    """Return a column within a table."""
    made: Column[Any] = Column(name, *items, **options)
    table(made)
    return made


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("sqlite", "ALTER TABLE s.t ADD COLUMN x VARCHAR(5) DEFAULT '5%' NOT NULL"),
        ("postgresql", "ALTER TABLE s.t ADD COLUMN x VARCHAR(5) DEFAULT '5%' NOT NULL"),
        ("mysql", "ALTER TABLE s.t ADD COLUMN x VARCHAR(5) NOT NULL DEFAULT '5%'"),
        ("mssql", "ALTER TABLE s.t ADD x VARCHAR(5) NOT NULL DEFAULT '5%'"),
        ("oracle", "ALTER TABLE s.t ADD x VARCHAR2(5 CHAR) DEFAULT '5%' NOT NULL"),
    ],
)
def test_column_is_added(dialect: str, expected: str) -> None:
    script = Script(dialect)
    added = column("x", String(5), server_default="5%", nullable=False)
    script.impl.add_column("t", added, schema="s")
    assert script.statements == [expected]


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("postgresql", "ALTER TABLE t ADD COLUMN IF NOT EXISTS x INTEGER"),
        ("mssql", "IF COL_LENGTH('t', 'x') IS NULL ALTER TABLE t ADD x INTEGER NULL"),
    ],
)
def test_column_is_added_only_where_missing(dialect: str, expected: str) -> None:
    script = Script(dialect)
    script.impl.add_column("t", column("x", Integer), if_not_exists=True)
    assert script.statements == [expected]


@pytest.mark.parametrize("dialect", ["sqlite", "oracle"])
def test_if_not_exists_is_never_ignored(dialect: str) -> None:
    with pytest.raises(UnsupportedOperationError, match=r"t\.x"):
        Script(dialect).impl.add_column("t", column("x", Integer), if_not_exists=True)


def test_references_are_written_inline() -> None:
    metadata = MetaData()
    Table("p", metadata, Column("id", Integer, primary_key=True))
    key = sa.ForeignKey("p.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")
    added: Column[Any] = Column("up", Integer, key)
    Table("t", metadata, added)
    script = Script("postgresql")
    script.impl.add_column("t", added, inline_references=True)
    assert script.statements == [
        "ALTER TABLE t ADD COLUMN up INTEGER REFERENCES p (id) ON DELETE CASCADE "
        "DEFERRABLE INITIALLY DEFERRED"
    ]


def test_primary_key_is_written_inline() -> None:
    script = Script("postgresql")
    script.impl.add_column("t", column("x", Integer, primary_key=True), inline_primary_key=True)
    assert script.statements == ["ALTER TABLE t ADD COLUMN x SERIAL NOT NULL PRIMARY KEY"]


def test_sql_server_drops_what_hangs_on_a_column() -> None:
    script = Script("mssql")
    options = {f"mssql_drop_{what}": True for what in ("default", "check", "foreign_key")}
    script.impl.drop_column("t", column("c'x", Integer), schema="Xy z", **options)
    default, check, foreign_key, drop = script.statements
    assert "from sys.default_constraints" in default
    assert "from sys.check_constraints" in check
    assert "sys.foreign_keys fk" in foreign_key
    for batch in (default, check, foreign_key):
        assert "object_id('[Xy z].t')" in batch
        assert "= 'c''x'" in batch
    assert drop == "ALTER TABLE [Xy z].t DROP COLUMN [c'x]"


CONSTRAINTS: dict[str, tuple[Any, tuple[Any, ...], str]] = {
    "unique": (sa.UniqueConstraint, ("x",), "INDEX n"),
    "check": (sa.CheckConstraint, ("x > 5",), "CHECK n"),
    "foreign key": (sa.ForeignKeyConstraint, (["x"], ["p.id"]), "FOREIGN KEY n"),
    "primary key": (sa.PrimaryKeyConstraint, ("x",), "PRIMARY KEY"),
}


@pytest.mark.parametrize("kind", CONSTRAINTS)
@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "mariadb", "mssql", "oracle"])
def test_constraint_is_dropped(kind: str, dialect: str) -> None:
    cls, arguments, mysql_words = CONSTRAINTS[kind]
    metadata = MetaData()
    Table("p", metadata, Column("id", Integer, primary_key=True))
    constraint = cls(*arguments, name="n")
    Table("t", metadata, Column("x", Integer), constraint)
    script = Script(dialect)
    script.impl.drop_constraint(constraint)
    words = {"mysql": mysql_words, "mariadb": mysql_words.replace("CHECK", "CONSTRAINT")}
    assert script.statements == [f"ALTER TABLE t DROP {words.get(dialect, 'CONSTRAINT n')}"]


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "mariadb", "mssql", "oracle"])
def test_constraint_without_a_name_can_not_be_dropped(dialect: str) -> None:
    constraint = sa.UniqueConstraint("x")
    table(Column("x", Integer), constraint)
    with pytest.raises(CommandError, match="UniqueConstraint without a name from the table t"):
        Script(dialect).impl.drop_constraint(constraint)


@pytest.mark.parametrize("verb", ["add_constraint", "drop_constraint"])
def test_sqlite_refuses_constraints_with_the_way_out(verb: str) -> None:
    constraint = sa.UniqueConstraint("x", name="uq")
    table(Column("x", Integer), constraint)
    with pytest.raises(UnsupportedOperationError) as caught:
        getattr(Script("sqlite").impl, verb)(constraint)
    for part in ("uq", "table t", "op.batch_alter_table('t')", "render_as_batch = true"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("items", "refused"),
    [
        ((), {"nullable": False}),
        ((), {"primary_key": True}),
        ((), {"unique": True}),
        ((sa.Computed("a", persisted=True),), {}),
        ((sa.ForeignKey("p.id"),), {}),
    ],
)
def test_sqlite_refuses_columns_that_it_can_not_add(
    items: tuple[Any, ...], refused: dict[str, Any]
) -> None:
    with pytest.raises(UnsupportedOperationError, match="column x"):
        Script("sqlite").impl.add_column("t", column("x", Integer, *items, **refused))


def test_create_table_writes_types_indexes_and_comments() -> None:
    script = Script("postgresql")
    made = table(
        Column("e", sa.Enum("a", "b%", name="en"), comment="c %"),
        Column("k", Integer, index=True),
        comment="t",
    )
    script.impl.create_table(made)
    assert script.statements == [
        "DO $$ BEGIN CREATE TYPE en AS ENUM ('a', 'b%'); "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "CREATE TABLE t (\n    e en, \n    k INTEGER\n)",
        "CREATE INDEX ix_t_k ON t (k)",
        "COMMENT ON TABLE t IS 't'",
        "COMMENT ON COLUMN t.e IS 'c %'",
    ]


def test_index_guard_follows_the_table_where_there_is_one() -> None:
    for dialect, guarded in [("sqlite", True), ("mariadb", True), ("mssql", False)]:
        script = Script(dialect)
        script.impl.create_table(table(Column("k", Integer, index=True)), if_not_exists=True)
        assert ("INDEX IF NOT EXISTS" in script.text) is guarded


@pytest.mark.parametrize("dialect", ["postgresql", "mssql"])
def test_index_includes_columns_that_its_table_does_not_name(dialect: str) -> None:
    options: dict[str, Any] = {f"{dialect}_include": ["y"]}
    index = sa.Index("ix", "x", **options)
    table(Column("x", Integer), index)
    script = Script(dialect)
    script.impl.create_index(index)
    assert script.statements == ["CREATE INDEX ix ON t (x) INCLUDE (y)"]


def test_version_table_is_alembics() -> None:
    script = Script("postgresql")
    named: dict[str, Any] = {"version_table": "v", "version_table_schema": "s"}
    script.impl.create_table(script.impl.version_table_impl(version_table_pk=True, **named))
    assert script.statements == [
        "CREATE TABLE s.v (\n    version_num VARCHAR(32) NOT NULL, \n"
        "    CONSTRAINT v_pkc PRIMARY KEY (version_num)\n)"
    ]


@pytest.mark.parametrize(("dialect", "word"), [("mysql", "INVISIBLE"), ("mariadb", "IGNORED")])
def test_index_that_is_ignored_is_spelled(dialect: str, word: str) -> None:
    script = Script(dialect)
    table = sa.Table("t", sa.MetaData(), sa.Column("x", sa.Integer))
    script.impl.create_index(sa.Index("ix", table.c.x, mysql_ignored=True))
    assert script.statements == [f"CREATE INDEX ix ON t (x) {word}"]


def test_check_that_mysql_does_not_enforce_is_spelled() -> None:
    script = Script("mysql")
    checks = [
        sa.CheckConstraint(f"x > {number}", name=f"c{number}", mysql_not_enforced=number == 1)
        for number in (0, 1)
    ]
    script.impl.create_table(table(Column("x", Integer), *checks))
    script.impl.add_constraint(checks[1])
    created, added = script.statements
    assert "c0 CHECK (x > 0)" in created
    assert "c1 CHECK (x > 1) NOT ENFORCED" in created
    assert added == "ALTER TABLE t ADD CONSTRAINT c1 CHECK (x > 1) NOT ENFORCED"
    assert created.count("NOT ENFORCED") == 1
