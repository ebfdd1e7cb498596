"""Comments of constraints: set, changed and taken away without touching what they are about."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from limbeck import renamed_from
from limbeck.autogenerate import compare_metadata
from limbeck.diff.renames import RenameRequest
from limbeck.operations import Operations
from limbeck.runtime.migration import MigrationContext
from tests.convergence import assert_converges
from tests.database.kept import KeptPair, kept_database
from tests.databases import Database

__all__ = ["kept_database"]

COMMENTS = (None, "it's 100% \\", 'ü "x" :y %(z)s')
CONVENTION = {"ck": "ck_%(table_name)s_%(constraint_name)s", "uq": "uq_%(column_0_name)s"}


def models(
    comment: str | None, *, name: str = "t", prefix: str = "", schema: str | None = None
) -> MetaData:
    """Return models in which every kind of constraint has the comment."""
    metadata = MetaData()
    said: dict[str, Any] = {"comment": comment}
    Table(
        name,
        metadata,
        Column("id", Integer, nullable=False, autoincrement=False),
        Column("a", Integer, nullable=False),
        Column("b", String(9)),
        PrimaryKeyConstraint("id", name=f"{prefix}pk", **said),
        UniqueConstraint("a", name=f"{prefix}Uq 'x'", **said),
        CheckConstraint("a > 0", name=f"{prefix}ck", **said),
        ForeignKeyConstraint(
            ["a"], [f"{schema + '.' if schema else ''}{name}.id"], name=f"{prefix}fk", **said
        ),
        schema=schema,
    )
    return metadata


@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("schema", [None, "second"])
@pytest.mark.parametrize(
    ("before", "after"), [(one, two) for one in COMMENTS for two in COMMENTS if one != two]
)
def test_comments_converge(
    database: KeptPair, before: str | None, after: str | None, schema: str | None
) -> None:
    file = database.go_between(
        models(before, schema=schema), models(after, schema=schema), include_schemas=True
    )
    assert file.count("op.set_constraint_comment(") == 2 * 4
    assert "op.drop_" not in file


@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("is_forward", [True, False])
@pytest.mark.parametrize("case", ["table", "constraints", "names", "table's name"])
def test_comments_come_and_go_with_what_they_are_about(
    database: KeptPair, case: str, *, is_forward: bool
) -> None:
    bare = MetaData()
    columns = Column("id", Integer, nullable=False), Column("a", Integer, nullable=False)
    Table("t", bare, *columns, Column("b", String(9)))
    after = models("new", prefix="n_") if case == "names" else models("new")
    before = {"table": MetaData(), "constraints": bare, "names": models("old")}.get(case)
    renames: dict[str, Any] = {"detect_renames": RenameRequest()} if "name" in case else {}
    pair = (models("old", name="tt") if before is None else before), after
    if case == "table's name":
        pair[0].tables["tt"].info.update(renamed_from("t"))
        pair[1].tables["t"].info.update(renamed_from("tt"))
    database.go_between(*(pair if is_forward else pair[::-1]), **renames)


@pytest.mark.requires("exclusion")
def test_comments_of_names_by_convention_converge(database: KeptPair) -> None:
    def said(comment: str | None) -> MetaData:
        metadata = MetaData(naming_convention=CONVENTION)
        check = CheckConstraint("a > 0", name="positive", comment=comment)
        Table("t", metadata, Column("a", Integer), check, UniqueConstraint("a", comment=comment))
        return metadata

    file = database.go_between(said(None), said("x"))
    assert "op.f('ck_t_positive')" in file or "'ck_t_positive'" in file


@pytest.mark.requires("exclusion")
def test_comment_of_what_has_no_name_is_left_out_with_a_word(
    database: KeptPair, caplog: pytest.LogCaptureFixture
) -> None:
    with database.database.engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        check = CheckConstraint("a > 0", comment="x")
        with caplog.at_level(logging.WARNING):
            operations.create_table("nameless", Column("a", Integer), check)
        assert "A CheckConstraint of nameless gets no comment" in caplog.text
        metadata = MetaData()
        Table("nameless", metadata, Column("a", Integer), CheckConstraint("a > 0", comment="x"))
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.empty()


@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("recreate", ["never", "always"])
def test_batch_comments_on_constraints(postgresql: Database, recreate: Any) -> None:
    with postgresql.engine.begin() as connection:
        models("old").create_all(connection)
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("t", recreate=recreate) as batch:
            batch.set_constraint_comment("ck", "new", existing_comment="old")
            batch.set_constraint_comment("fk", None, existing_comment="old")
            batch.create_unique_constraint("other", ["b"], comment="it's")
        sql = (
            "SELECT conname, obj_description(oid, 'pg_constraint') FROM pg_constraint "
            "WHERE conrelid = 't'::regclass AND contype <> 'n' ORDER BY 1"
        )
        found = [tuple(row) for row in connection.execute(text(sql))]
        expected = [
            ("ck", "new"),
            ("fk", None),
            ("other", "it's"),
            ("pk", "old"),
            ("Uq 'x'", "old"),
        ]
        assert sorted(found) == sorted(expected)


def test_elsewhere_comments_are_passed_over(
    database: KeptPair, caplog: pytest.LogCaptureFixture
) -> None:
    engine = database.database.engine
    if engine.dialect.supports_constraint_comments:
        return
    with engine.begin() as connection:
        models("x").create_all(connection)
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        assert compare_metadata(context, models("y")) == []
        with caplog.at_level(logging.WARNING):
            Operations(context).set_constraint_comment("ck", "t", "x")
        assert "keeps no comments of constraints" in caplog.text
    database.empty()


def test_ignored_comments_are_left_alone(postgresql: Database) -> None:
    with postgresql.engine.begin() as connection:
        models("x").create_all(connection)
        context = MigrationContext.configure(connection, opts={"ignore": ["comments"]})
        assert compare_metadata(context, models("y")) == []


def test_said_rename_keeps_the_comment(postgresql: Database) -> None:
    assert_converges(
        postgresql, models("x"), models("y", prefix="n_"), detect_renames=RenameRequest()
    )
