"""ALTER COLUMN and RENAME as each of the five databases spells them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Computed,
    DateTime,
    Enum,
    Identity,
    Integer,
    String,
    Text,
    func,
    text,
)

from limbeck.errors import CommandError, UnsupportedOperationError
from tests.unit.ddl.offline import Script

DROP_DEFAULT = (
    "declare @const_name varchar(256)\n"
    "select @const_name = QUOTENAME([name]) from sys.default_constraints\n"
    "where parent_object_id = object_id('t')\n"
    "and col_name(parent_object_id, parent_column_id) = 'c'\n"
    "exec('alter table t drop constraint ' + @const_name)"
)

SPELLINGS: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    (
        {"nullable": False, "existing_type": String(10)},
        {
            "postgresql": ["ALTER TABLE t ALTER COLUMN c SET NOT NULL"],
            "mysql": ["ALTER TABLE t MODIFY c VARCHAR(10) NOT NULL"],
            "mariadb": ["ALTER TABLE t MODIFY c VARCHAR(10) NOT NULL"],
            "mssql": ["ALTER TABLE t ALTER COLUMN c VARCHAR(10) NOT NULL"],
            "oracle": ["ALTER TABLE t MODIFY c NOT NULL"],
        },
    ),
    (
        {
            "type_": Text(),
            "existing_type": String(3),
            "existing_nullable": False,
            "existing_server_default": "a",
            "existing_comment": "zz",
        },
        {
            "postgresql": ["ALTER TABLE t ALTER COLUMN c TYPE TEXT"],
            "mysql": ["ALTER TABLE t MODIFY c TEXT NOT NULL DEFAULT 'a' COMMENT 'zz'"],
            "mssql": ["ALTER TABLE t ALTER COLUMN c TEXT NOT NULL"],
            "oracle": ["ALTER TABLE t MODIFY c CLOB"],
        },
    ),
    (
        {"server_default": "x'y", "existing_type": String(3)},
        {
            "postgresql": ["ALTER TABLE t ALTER COLUMN c SET DEFAULT 'x''y'"],
            "mysql": ["ALTER TABLE t ALTER COLUMN c SET DEFAULT 'x''y'"],
            "mssql": [DROP_DEFAULT, "ALTER TABLE t ADD DEFAULT 'x''y' FOR c"],
            "oracle": ["ALTER TABLE t MODIFY c DEFAULT 'x''y'"],
        },
    ),
    (
        {"server_default": None, "existing_type": Integer()},
        {
            "postgresql": ["ALTER TABLE t ALTER COLUMN c DROP DEFAULT"],
            "mysql": ["ALTER TABLE t ALTER COLUMN c DROP DEFAULT"],
            "mssql": [DROP_DEFAULT],
            "oracle": ["ALTER TABLE t MODIFY c DEFAULT NULL"],
        },
    ),
    (
        {"server_default": func.now(), "existing_type": DateTime(), "existing_nullable": False},
        {
            "postgresql": ["ALTER TABLE t ALTER COLUMN c SET DEFAULT now()"],
            "mysql": ["ALTER TABLE t CHANGE c c DATETIME NOT NULL DEFAULT now()"],
            "mssql": [DROP_DEFAULT, "ALTER TABLE t ADD DEFAULT CURRENT_TIMESTAMP FOR c"],
            "oracle": ["ALTER TABLE t MODIFY c DEFAULT CURRENT_TIMESTAMP"],
        },
    ),
    (
        {"name": "D x", "existing_type": Integer(), "existing_nullable": False},
        {
            "sqlite": ['ALTER TABLE t RENAME COLUMN c TO "D x"'],
            "postgresql": ['ALTER TABLE t RENAME c TO "D x"'],
            "mysql": ["ALTER TABLE t CHANGE c `D x` INTEGER NOT NULL"],
            "mssql": ["EXEC sp_rename 't.c', [D x], 'COLUMN'"],
            "oracle": ['ALTER TABLE t RENAME COLUMN c TO "D x"'],
        },
    ),
    (
        {"name": "d"},
        {
            "mysql": ["ALTER TABLE t RENAME COLUMN c TO d"],
            "mariadb": ["ALTER TABLE t RENAME COLUMN c TO d"],
        },
    ),
    (
        {"comment": "it's 5%", "existing_type": Integer()},
        {
            "postgresql": ["COMMENT ON COLUMN t.c IS 'it''s 5%'"],
            "mysql": ["ALTER TABLE t MODIFY c INTEGER NULL COMMENT 'it''s 5%'"],
            "mssql": [
                "exec sp_addextendedproperty 'MS_Description', N'it''s 5%', "
                "'schema', dbo, 'table', t, 'column', c"
            ],
            "oracle": ["COMMENT ON COLUMN t.c IS 'it''s 5%'"],
        },
    ),
    (
        {"autoincrement": True, "existing_type": Integer(), "existing_nullable": False},
        {"mysql": ["ALTER TABLE t MODIFY c INTEGER NOT NULL AUTO_INCREMENT"], "postgresql": []},
    ),
    (
        {"type_": String(50, collation="utf8mb4_bin"), "existing_nullable": False},
        {"mysql": ["ALTER TABLE t MODIFY c VARCHAR(50) COLLATE utf8mb4_bin NOT NULL"]},
    ),
    (
        {"type_": BigInteger(), "existing_server_default": Computed("a + 1", persisted=True)},
        {"mysql": ["ALTER TABLE t MODIFY c BIGINT GENERATED ALWAYS AS (a + 1) STORED"]},
    ),
    (
        {"server_default": func.uuid(), "existing_type": String(36)},
        {"mysql": ["ALTER TABLE t ALTER COLUMN c SET DEFAULT (uuid())"]},
    ),
    (
        {"type_": Integer(), "postgresql_using": "c::integer", "existing_nullable": True},
        {
            "postgresql": ["ALTER TABLE t ALTER COLUMN c TYPE INTEGER USING c::integer"],
            "oracle": ["ALTER TABLE t MODIFY c INTEGER"],
        },
    ),
    (
        {
            "type_": BigInteger(),
            "existing_server_default": text("nextval('\"S\".t_c_seq'::regclass)"),
        },
        {
            "postgresql": [
                "ALTER TABLE t ALTER COLUMN c TYPE BIGINT",
                'ALTER SEQUENCE "S".t_c_seq AS bigint',
            ]
        },
    ),
    (
        {"type_": Enum("a", "b", name="en")},
        {
            "postgresql": [
                "DO $$ BEGIN CREATE TYPE en AS ENUM ('a', 'b'); "
                "EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                "ALTER TABLE t ALTER COLUMN c TYPE en",
            ]
        },
    ),
    (
        {"server_default": Computed("a + 2"), "existing_server_default": Computed("a")},
        {"postgresql": ["ALTER TABLE t ALTER COLUMN c SET EXPRESSION AS (a + 2)"]},
    ),
    (
        {"server_default": None, "existing_server_default": Computed("a")},
        {"postgresql": ["ALTER TABLE t ALTER COLUMN c DROP EXPRESSION"]},
    ),
    (
        {"server_default": Identity(always=True, start=4)},
        {
            "postgresql": [
                "ALTER TABLE t ALTER COLUMN c ADD GENERATED ALWAYS AS IDENTITY (START WITH 4)"
            ],
            "oracle": ["ALTER TABLE t MODIFY c GENERATED ALWAYS AS IDENTITY (START WITH 4)"],
        },
    ),
    (
        {"server_default": None, "existing_server_default": Identity()},
        {
            "postgresql": ["ALTER TABLE t ALTER COLUMN c DROP IDENTITY"],
            "oracle": ["ALTER TABLE t MODIFY c DROP IDENTITY"],
        },
    ),
    (
        {"server_default": "5", "existing_server_default": Identity()},
        {
            "postgresql": [
                "ALTER TABLE t ALTER COLUMN c DROP IDENTITY",
                "ALTER TABLE t ALTER COLUMN c SET DEFAULT '5'",
            ],
            "oracle": [
                "ALTER TABLE t MODIFY c DROP IDENTITY",
                "ALTER TABLE t MODIFY c DEFAULT '5'",
            ],
        },
    ),
]


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_identity_is_refused_where_there_is_none(dialect: str) -> None:
    says = rf"column t\.c: {dialect} has no identity .* autoincrement=True"
    with pytest.raises(UnsupportedOperationError, match=says):
        Script(dialect).impl.alter_column("t", "c", server_default=Identity())


@pytest.mark.parametrize(
    ("dialect", "change", "expected"),
    [
        pytest.param(dialect, change, expected, id=f"{dialect}-{'-'.join(change)}-{number}")
        for number, (change, spellings) in enumerate(SPELLINGS)
        for dialect, expected in spellings.items()
    ],
)
def test_alter_column_is_spelled(dialect: str, change: dict[str, Any], expected: list[str]) -> None:
    script = Script(dialect)
    script.impl.alter_column("t", "c", **change)
    assert script.statements == expected


@pytest.mark.parametrize(
    ("existing", "wanted", "changes"),
    [
        (Identity(start=4), Identity(start=4), None),
        (Identity(), Identity(always=True), "SET GENERATED ALWAYS"),
        (Identity(start=1, minvalue=1, maxvalue=2**31 - 1, cache=1), Identity(), None),
        (
            Identity(start=1, minvalue=0, cycle=True),
            Identity(start=4, increment=3),
            "SET NO CYCLE SET INCREMENT BY 3 SET NO MINVALUE SET START WITH 4",
        ),
        (Identity(cache=9), Identity(maxvalue=7), "SET CACHE 1 SET MAXVALUE 7"),
    ],
)
def test_identity_is_set_to_what_the_model_says(
    existing: Identity, wanted: Identity, changes: str | None
) -> None:
    script = Script("postgresql")
    script.impl.alter_column("t", "c", server_default=wanted, existing_server_default=existing)
    assert len(script.statements) == (changes is not None)
    assert all(f"ALTER TABLE t ALTER COLUMN c {changes}" in sql for sql in script.statements)


@pytest.mark.parametrize("dialect", ["mysql", "mssql"])
def test_null_alone_needs_the_existing_type(dialect: str) -> None:
    with pytest.raises(CommandError, match=r"existing.type"):
        Script(dialect).impl.alter_column("t", "c", nullable=False)


@pytest.mark.parametrize("dialect", ["postgresql", "mssql", "oracle"])
def test_column_can_not_become_computed(dialect: str) -> None:
    with pytest.raises(UnsupportedOperationError, match=r"s\.t\.c"):
        Script(dialect).impl.alter_column("t", "c", schema="s", server_default=Computed("a"))


def test_sql_server_warns_that_a_type_alone_makes_the_column_nullable() -> None:
    with pytest.warns(UserWarning, match="existing_nullable"):
        Script("mssql").impl.alter_column("t", "c", type_=Integer())


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("sqlite", 'ALTER TABLE "Fo o".t RENAME TO "select"'),
        ("postgresql", 'ALTER TABLE "Fo o".t RENAME TO "select"'),
        ("mysql", "ALTER TABLE `Fo o`.t RENAME TO `Fo o`.`select`"),
        ("mssql", "EXEC sp_rename '[Fo o].t', [select]"),
        ("oracle", 'ALTER TABLE "Fo o".t RENAME TO "select"'),
    ],
)
def test_table_is_renamed_within_its_schema(dialect: str, expected: str) -> None:
    script = Script(dialect)
    script.impl.rename_table("t", "select", schema="Fo o")
    assert script.statements == [expected]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mssql", "oracle"])
@pytest.mark.parametrize("change", [{"name": "d"}, {"comment": "new"}])
def test_elements_know_the_column_as_it_stands(
    dialect: str, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    impl = Script(dialect).impl
    written: list[Any] = []
    monkeypatch.setattr(impl, "_exec", written.append)
    existing: dict[str, Any] = {
        "existing_type": String(9),
        "existing_nullable": True,
        "existing_comment": "old",
    }
    impl.alter_column("t", "c", **change, **existing)
    assert {
        (str(each.existing_type), each.existing_nullable, each.existing_comment) for each in written
    } <= {("VARCHAR(9)", True, "old")}
