"""Constraints and indexes get another name, and keep all else, on real databases and in scripts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from limbeck.errors import CommandError
from limbeck.operations import Operations
from limbeck.runtime.migration import MigrationContext
from tests.catalogs import dump
from tests.databases import Database
from tests.unit.ddl.offline import Script

NAMES = {"old": ("pk", "uq", "ck", "fk", "ix", "ix where"), "new": ("PK", "u", "c", "f", "i", "i$")}


def models(names: Sequence[str]) -> MetaData:
    """Return tables whose constraints and indexes have these names."""
    primary, unique, check, foreign, index, partial = names
    metadata = MetaData()
    Table("parent", metadata, Column("id", Integer, primary_key=True))
    child = Table(
        "child",
        metadata,
        Column("id", Integer, nullable=False),
        Column("pid", Integer, ForeignKey("parent.id", name=foreign, ondelete="CASCADE")),
        Column("a", String(20)),
        PrimaryKeyConstraint("id", name=primary),
        UniqueConstraint("a", "pid", name=unique),
        CheckConstraint("a <> 'old'", name=check),
    )
    Index(index, child.c.a.desc(), child.c.pid)
    where = text("a <> 'ix where'")
    Index(partial, child.c.pid, sqlite_where=where, postgresql_where=where)
    return metadata


def operations(connection: Connection) -> Operations:
    return Operations(MigrationContext.configure(connection))


def rename_all(op: Operations, *, is_batch: bool) -> None:
    """Give all that is called old its new name."""
    pairs = list(zip(NAMES["old"], NAMES["new"], strict=True))
    if is_batch:
        with op.batch_alter_table("child") as batch:
            for old, new in pairs[:4]:
                batch.rename_constraint(old, new)
            for old, new in pairs[4:]:
                batch.rename_index(old, new)
        return
    types = ("primary", None, None, "foreignkey")
    for (old, new), type_ in zip(pairs[:4], types, strict=True):
        op.rename_constraint("child", old, new, type_=type_)
    for old, new in pairs[4:]:
        op.rename_index(old, new, table_name="child")


def catalogs(database: Database, names: Sequence[str]) -> object:
    """Return the catalogs of a database that was created with these names, then emptied."""
    metadata = models(names)
    metadata.create_all(database.engine)
    found = dump(database)
    metadata.drop_all(database.engine)
    return found


@pytest.mark.requires("alter")
def test_constraints_and_indexes_are_renamed_in_place(database: Database) -> None:
    expected = catalogs(database, NAMES["new"])
    models(NAMES["old"]).create_all(database.engine)
    with database.engine.begin() as connection:
        rename_all(operations(connection), is_batch=False)
    assert dump(database) == expected


@pytest.mark.requires("batch_only")
def test_constraints_and_indexes_are_renamed_in_a_batch(database: Database) -> None:
    expected = catalogs(database, NAMES["new"])
    models(NAMES["old"]).create_all(database.engine)
    with database.engine.begin() as connection:
        connection.execute(text("INSERT INTO parent VALUES (1)"))
        connection.execute(text("INSERT INTO child VALUES (1, 1, 'x')"))
        rename_all(operations(connection), is_batch=True)
        assert connection.execute(text("SELECT * FROM child")).all() == [(1, 1, "x")]
    assert dump(database) == expected


@pytest.mark.requires("batch_only")
def test_index_is_renamed_without_a_batch(database: Database) -> None:
    models(NAMES["old"]).create_all(database.engine)
    with database.engine.begin() as connection:
        op = operations(connection)
        op.rename_index("ix where", "there's", table_name="child")
        with pytest.raises(CommandError, match="no index of that name"):
            op.rename_index("uq", "u", table_name="child")
    assert "index there's" in dump(database)


@pytest.mark.parametrize(
    ("dialect", "index", "constraint"),
    [
        (
            "postgresql",
            'ALTER INDEX s."Old" RENAME TO newer',
            'ALTER TABLE s.t RENAME CONSTRAINT "Old" TO newer',
        ),
        (
            "mysql",
            "ALTER TABLE s.t RENAME INDEX `Old` TO newer",
            "ALTER TABLE s.t RENAME INDEX `Old` TO newer",
        ),
        (
            "mssql",
            "EXEC sp_rename 's.t.[Old]', newer, 'INDEX'",
            "EXEC sp_rename 's.[Old]', newer, 'OBJECT'",
        ),
        (
            "oracle",
            'ALTER INDEX s."Old" RENAME TO newer',
            'ALTER TABLE s.t RENAME CONSTRAINT "Old" TO newer',
        ),
    ],
)
def test_renames_are_written_to_scripts(dialect: str, index: str, constraint: str) -> None:
    script = Script(dialect)
    script.impl.rename_index("t", "Old", "newer", schema="s")
    script.impl.rename_constraint("t", "Old", "newer", schema="s", type_="unique")
    assert script.statements == [index, constraint]


@pytest.mark.parametrize(("dialect", "type_"), [("mysql", "check"), ("sqlite", "unique")])
def test_script_that_can_not_rename_says_what_to_do(dialect: str, type_: str) -> None:
    with pytest.raises(CommandError, match=r"Drop the constraint|batch_alter_table"):
        Script(dialect).impl.rename_constraint("t", "old", "new", type_=type_)
