"""What `compare_metadata` and `produce_migrations` report, and what hooks can do about it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    text,
)

from limbeck.autogenerate import comparators, compare_metadata, produce_migrations
from limbeck.autogenerate.api import AutogenContext, render_python_code
from limbeck.autogenerate.kinds import chosen_kinds
from limbeck.dispatch import DispatchPriority
from limbeck.errors import ModelsError
from limbeck.operations import MigrateOperation, Operations
from limbeck.operations.ops import CreateTableCommentOp
from limbeck.runtime.migration import MigrationContext


@pytest.fixture
def connection() -> Iterator[Connection]:
    """An empty SQLite database in memory."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def models(*, is_new: bool) -> MetaData:
    """Return one table in two versions, and a table that only one version has."""
    metadata = MetaData()
    if is_new:
        Table(
            "t",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("x", BigInteger, server_default="2"),
            Column("y", String(9), nullable=False),
            Column("added", Integer),
            UniqueConstraint("y", name="uq_y"),
        )
        Table("new", metadata, Column("id", Integer, primary_key=True), Column("t_id", Integer))
    else:
        Table(
            "t",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("x", Integer, server_default="1"),
            Column("y", String(9)),
            Column("removed", Integer),
            Index("ix_x", "x"),
        )
        Table("old", metadata, Column("id", Integer, primary_key=True))
    return metadata


def difference(connection: Connection, **opts: Any) -> list[Any]:
    """Return what differs between the old models, created, and the new ones."""
    models(is_new=False).create_all(connection)
    opts.setdefault("render_as_batch", True)
    context = MigrationContext.configure(connection, opts=opts)
    found: list[Any] = compare_metadata(context, models(is_new=True))
    return found


def kinds(found: list[Any]) -> list[str]:
    """Return the first words of the difference tuples, those of one column flat."""
    return [one[0] for each in found for one in (each if isinstance(each, list) else [each])]


def test_compare_metadata_lists_tuples(connection: Connection) -> None:
    assert kinds(difference(connection)) == [
        "add_table",
        "remove_table",
        "remove_index",
        "add_column",
        "modify_type",
        "modify_default",
        "modify_nullable",
        "add_constraint",
        "remove_column",
    ]


def test_modify_tuples_say_what_exists(connection: Connection) -> None:
    found = difference(connection)
    altered = next(each for each in found if isinstance(each, list))
    kind, schema, table, column, existing, old, new = altered[0]
    assert (kind, schema, table, column) == ("modify_type", None, "t", "x")
    assert existing["existing_nullable"] is True
    assert (repr(old), repr(new)) == ("INTEGER()", "BigInteger()")


def test_unchanged_models_differ_in_nothing(connection: Connection) -> None:
    metadata = models(is_new=False)
    metadata.create_all(connection)
    assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_version_table_is_left_alone(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    assert compare_metadata(MigrationContext.configure(connection), MetaData()) == []


def test_compare_type_false_leaves_types_alone(connection: Connection) -> None:
    assert "modify_type" not in kinds(difference(connection, compare_type=False))


def test_compare_type_function_sees_equal_tables_too(connection: Connection) -> None:
    metadata = models(is_new=False)
    metadata.create_all(connection)
    seen = []

    def compare_type(context: Any, old: Any, new: Any, old_type: Any, new_type: Any) -> bool:
        assert isinstance(context, MigrationContext)
        seen.append(new.name)
        return bool(new.name == "y")

    context = MigrationContext.configure(
        connection, opts={"compare_type": compare_type, "render_as_batch": True}
    )
    assert kinds(compare_metadata(context, metadata)) == ["modify_type"]
    assert set(seen) == {"id", "x", "y", "removed"}


def test_compare_server_default_function_decides(connection: Connection) -> None:
    found = difference(connection, compare_server_default=lambda *arguments: False)
    assert "modify_default" not in kinds(found)


def test_include_object_sees_both_sides(connection: Connection) -> None:
    calls = []

    def include(item: Any, name: str, type_: str, reflected: bool, compare_to: Any) -> bool:
        calls.append((type_, name, reflected, compare_to is not None))
        return type_ != "table" or name == "t"

    assert "add_table" not in kinds(difference(connection, include_object=include))
    assert ("table", "old", True, False) in calls
    assert ("table", "new", False, False) in calls
    assert ("table", "t", False, True) in calls
    assert ("column", "removed", True, False) in calls
    assert ("index", "ix_x", True, False) in calls
    assert ("unique_constraint", "uq_y", False, False) in calls


def test_include_name_hides_what_the_database_has(connection: Connection) -> None:
    def include(name: str | None, type_: str, parents: dict[str, Any]) -> bool:
        if type_ == "index":
            assert parents == {
                "schema_name": None,
                "table_name": "t",
                "schema_qualified_table_name": "t",
            }
        return name not in ("old", "removed", "ix_x")

    found = kinds(difference(connection, include_name=include))
    assert not {"remove_table", "remove_column", "remove_index"} & set(found)


def test_plugin_patterns_choose_the_kinds(connection: Connection) -> None:
    patterns = ["alembic.autogenerate.*", "~alembic.autogenerate.constraints"]
    found = kinds(difference(connection, autogenerate_plugins=patterns))
    assert "add_column" in found
    assert not {"add_constraint", "remove_index", "modify_nullable"} & set(found)


def test_kind_is_left_to_a_program_that_has_its_operation(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alembic's guide registers a `create_sequence` of one's own."""
    context = AutogenContext(MigrationContext.configure(connection), MetaData())
    assert "sequences" in chosen_kinds(context)
    ours = vars(Operations)["create_sequence"]
    monkeypatch.setattr(Operations, "create_sequence", ours)

    @Operations.register_operation("create_sequence")
    class CreateSequenceOp(MigrateOperation):
        @classmethod
        def create_sequence(cls, operations: Operations, name: str) -> Any:
            return operations.invoke(cls())

    assert "sequences" not in chosen_kinds(context)
    assert "enums" in chosen_kinds(context)


def test_functions_on_tables_are_called_for_all(connection: Connection) -> None:
    seen = []

    @comparators.dispatch_for("table")
    def look(context: Any, ops: Any, schema: Any, name: str, old: Any, new: Any) -> None:
        seen.append((name, old is not None, new is not None))
        if name == "t":
            ops.ops.append(CreateTableCommentOp(name, "by hand"))

    try:
        found = difference(connection)
    finally:
        comparators._registry.clear()
    assert seen == [("new", False, True), ("old", True, False), ("t", True, True)]
    assert found[-1][0] == "add_table_comment"


def test_users_comparators_add_before_tables_are_made(connection: Connection) -> None:
    found: list[int] = []
    for priority in (DispatchPriority.MEDIUM, DispatchPriority.LAST):

        @comparators.dispatch_for("schema", priority=priority)
        def count(context: Any, upgrade_ops: Any, schemas: Any) -> None:
            found.append(len(upgrade_ops.ops))

    models = MetaData()
    Table("new", models, Column("id", Integer))
    try:
        compare_metadata(MigrationContext.configure(connection), models)
    finally:
        comparators._registry.clear()
    assert found == [0, 1]


def test_missing_models_are_an_error_that_says_the_two_ways(connection: Connection) -> None:
    context = AutogenContext(MigrationContext.configure(connection))
    assert context.metadata is None, "a program without a project may not want to compare"
    with pytest.raises(ModelsError, match=r"models = app\.models:Base.*target_metadata"):
        context.require_models()
    with pytest.raises(ModelsError, match="target_metadata"):
        compare_metadata(MigrationContext.configure(connection), None)  # type: ignore[arg-type]  # the error in question


def test_change_without_batch_warns_of_what_sqlite_can_not_do(connection: Connection) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        difference(connection, render_as_batch=False)
    messages = [str(each.message) for each in caught]
    assert any("column x of the table t" in each for each in messages)
    assert all("render_as_batch = true" in each for each in messages)


def test_downgrade_drops_no_index_that_goes_with_its_table(connection: Connection) -> None:
    metadata = MetaData()
    Table("a", metadata, Column("id", Integer, primary_key=True))
    reference: Column[Any] = Column("a_id", ForeignKey("a.id"), index=True)
    Table("b", metadata, Column("id", Integer, primary_key=True), reference)
    script = produce_migrations(MigrationContext.configure(connection), metadata)
    assert script.upgrade_ops is not None
    assert script.downgrade_ops is not None
    assert "create_index" in render_python_code(script.upgrade_ops)
    assert "drop_index" not in render_python_code(script.downgrade_ops)


def test_index_on_columns_that_models_know_by_another_key_is_found(connection: Connection) -> None:
    models = MetaData()
    Table("new", models, Column("a", Integer, key="x"), Index("ix", "x"))
    found = compare_metadata(MigrationContext.configure(connection), models)
    assert [kind for kind, *_ in found if kind.endswith("index")] == ["add_index"]


def test_nothing_inside_of_tables_is_looked_for_without_tables(connection: Connection) -> None:
    patterns = ["alembic.autogenerate.schemas", "alembic.autogenerate.types"]
    assert kinds(difference(connection, autogenerate_plugins=patterns)) == []
