"""Renamed values that the rows have word for word: there and back, on each database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator

from limbeck import renamed_from
from limbeck.autogenerate.api import AutogenContext
from limbeck.autogenerate.compare import _populate_migration_script
from limbeck.autogenerate.data_steps import add_data_steps
from limbeck.diff.renames import RenameRequest
from limbeck.operations import Operations, ops
from limbeck.runtime.migration import MigrationContext
from tests.database.kept import KeptPair, Models
from tests.database.kept import kept_database as kept_database

SAID = RenameRequest(seeks=False)


class Decorated(TypeDecorator[str]):
    """An enum in a type of a project's own."""

    impl = Enum
    cache_ok = True


def tasks(
    *values: str,
    names: Mapping[str, str] | None = None,
    column: str = "state",
    also: tuple[Callable[[], Any], ...] = (),
    default: str | None = None,
    kind: Callable[..., Any] = Enum,
    **options: Any,
) -> Models:
    """A table with an enum; each row has another of `values`, by what `names` says they were."""

    def build(metadata: MetaData) -> None:
        state: Column[str] = Column(
            column,
            kind(*values, name="task_state", **options),
            server_default=default,
            info={**renamed_from("state", values=names), "rows": [*values, *values][:3]},
        )
        Table(
            "tasks",
            metadata,
            Column("id", Integer, primary_key=True),
            state,
            Column("n", Integer),
            *(make() for make in also),
        )

    return build


TEXT: dict[str, Any] = {"native_enum": False}
CHECKED: dict[str, Any] = {"native_enum": False, "create_constraint": True}
PAIRS: dict[str, tuple[Models, Models]] = {
    "longer": (
        tasks("new", "done", **CHECKED, default="done"),
        tasks("new", "finished", names={"finished": "done"}, **CHECKED, default="finished"),
    ),
    "shorter": (
        tasks("new", "finished", **CHECKED),
        tasks("new", "done", names={"done": "finished"}, **CHECKED),
    ),
    "with backslashes": (
        tasks("new", r"a\b", **CHECKED),
        tasks("new", r"\n%", names={r"\n%": r"a\b"}, **CHECKED),
    ),
    "as long": (
        tasks("new", "gone", **CHECKED),
        tasks("new", "done", names={"done": "gone"}, **CHECKED),
    ),
    "moved up": (
        tasks("a", "b", "d", **CHECKED),
        tasks("b", "c", "d", names={"b": "a", "c": "b"}, **CHECKED),
    ),
    "quoted": (
        tasks("new", "it's: 5%", **CHECKED),
        tasks("new", 'say "no"', names={'say "no"': "it's: 5%"}, **CHECKED),
    ),
    "with another check": (
        tasks(
            "new", "done", **TEXT, also=(lambda: CheckConstraint("state <> 'done' OR n > 0", "c"),)
        ),
        tasks(
            "new",
            "finished",
            names={"finished": "done"},
            **TEXT,
            also=(lambda: CheckConstraint("state <> 'finished' OR n > 0", "c"),),
        ),
    ),
    "without a check": (
        tasks("new", "done", **TEXT),
        tasks("new", "finished", names={"finished": "done"}, **TEXT),
    ),
    "in a renamed column": (
        tasks("new", "done", **CHECKED),
        tasks("new", "finished", names={"finished": "done"}, column="status", **CHECKED),
    ),
    "of a type of one's own": (
        tasks("new", "done", kind=Decorated, **CHECKED),
        tasks("new", "finished", names={"finished": "done"}, kind=Decorated, **CHECKED),
    ),
    "beside a new value": (
        tasks("new", "done", **CHECKED),
        tasks("new", "finished", "void", names={"finished": "done"}, **CHECKED),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_renamed_words_converge(database: KeptPair, name: str) -> None:
    source = database.converge(*PAIRS[name], detect_renames=SAID, keeps_all=True, rows=3)
    assert source.count("op.rename_values(") == 2


def kinds(*values: str, names: Mapping[str, str] | None = None, **options: Any) -> Models:
    """A table whose key is an enum, and two that refer to it, before and after it by name."""

    def state(*items: Any, **more: Any) -> Column[str]:
        info = {**renamed_from("state", values=names), "rows": values}
        return Column(
            "state",
            Enum(*values, name="known", **CHECKED),
            *items,
            info=info,
            nullable=False,
            **more,
        )

    def build(metadata: MetaData) -> None:
        Table("kinds", metadata, state(primary_key=True))
        for name in ("a", "z"):
            key = ForeignKey("kinds.state", name=f"fk_{name}", **options)
            Table(name, metadata, Column("id", Integer, primary_key=True), state(key))

    return build


@pytest.mark.parametrize("new", ["gone", "finished"])
def test_renamed_words_of_a_key_are_renamed_where_rows_refer_to_it(
    database: KeptPair, new: str
) -> None:
    pair = kinds("new", "done"), kinds("new", new, names={new: "done"})
    source = database.converge(*pair, detect_renames=SAID, keeps_all=True)
    assert source.count("op.rename_values(") == 6


@pytest.mark.requires("partial_indexes")
def test_renamed_words_of_a_key_that_cascade_are_renamed(database: KeptPair) -> None:
    options: dict[str, Any] = {"onupdate": "CASCADE"}
    pair = kinds("new", "done", **options), kinds("new", "gone", names={"gone": "done"}, **options)
    database.converge(*pair, detect_renames=SAID, keeps_all=True)


ENUMS: dict[str, tuple[Models, Models]] = {
    "renamed": (
        tasks("new", "done", default="done"),
        tasks("new", "finished", names={"finished": "done"}, default="finished"),
    ),
    "moved up": (tasks("a", "b", "d"), tasks("b", "c", "d", names={"b": "a", "c": "b"})),
    "in a renamed column": (
        tasks("new", "done"),
        tasks("new", "finished", names={"finished": "done"}, column="status"),
    ),
    "in case alone, where it counts": (
        tasks("new", "done", kind=partial(mysql.ENUM, collation="utf8mb4_bin")),
        tasks(
            "new",
            "Done",
            names={"Done": "done"},
            kind=partial(mysql.ENUM, collation="utf8mb4_bin"),
        ),
    ),
    "text before": (
        tasks("new", "done", **CHECKED),
        tasks("new", "finished", names={"finished": "done"}),
    ),
    "text after": (
        tasks("new", "done"),
        tasks("new", "finished", names={"finished": "done"}, **CHECKED),
    ),
    "shorter text after": (
        tasks("new", "finished"),
        tasks("new", "done", names={"done": "finished"}, **CHECKED),
    ),
}


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("name", ["text before", "text after", "shorter text after"])
def test_renamed_values_between_text_and_a_type_converge(database: KeptPair, name: str) -> None:
    source = database.converge(*ENUMS[name], detect_renames=SAID, keeps_all=True, rows=3)
    assert source.count("op.rename_values(") == 2


@pytest.mark.requires("inline_enums")
@pytest.mark.parametrize("name", ENUMS)
def test_renamed_values_of_a_column_converge(database: KeptPair, name: str) -> None:
    source = database.converge(*ENUMS[name], detect_renames=SAID, keeps_all=True, rows=3)
    assert source.count("op.rename_values(") == 2


def test_rows_tell_where_nothing_else_does(database: KeptPair) -> None:
    before, after = MetaData(), MetaData()
    tasks("new", "gone", **TEXT)(before)
    tasks("new", "done", names={"done": "gone"}, **TEXT)(after)
    engine = database.database.engine
    try:
        with engine.begin() as connection:
            before.create_all(connection)
            assert found_on(connection, after) == []
            connection.execute(text("INSERT INTO tasks VALUES (1, 'gone', 1), (2, 'new', 1)"))
        with engine.begin() as connection:
            (directive,) = found_on(connection, after)
            assert directive.to_diff_tuple()[-1] == {"gone": "done"}
            Operations(MigrationContext.configure(connection)).invoke(directive)
            rows = connection.scalars(text("SELECT state FROM tasks ORDER BY id")).all()
            assert rows == ["done", "new"]
            assert found_on(connection, after) == []
    finally:
        database.empty()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        pytest.param(CHECKED, "does not allow: 1, such as id 2", id="check"),
        pytest.param(
            {},
            r"does not fit ENUM\(.*: 1, such as id 2",
            marks=[pytest.mark.requires("inline_enums")],
        ),
    ],
)
def test_rows_that_are_renamed_are_in_the_way_of_nothing(
    database: KeptPair, options: dict[str, Any], complaint: str
) -> None:
    before, after = MetaData(), MetaData()
    tasks("new", "finished", "void", **options)(before)
    tasks("new", "done", names={"done": "finished"}, **options)(after)
    engine = database.database.engine
    try:
        with engine.begin() as connection:
            before.create_all(connection)
            connection.execute(text("INSERT INTO tasks VALUES (1, 'finished', 1)"))
            kinds = [type(each) for each in found_on(connection, after)]
            assert kinds == [ops.ModifyTableOps, ops.RenameValuesOp, ops.ModifyTableOps]
            connection.execute(text("INSERT INTO tasks VALUES (2, 'void', 1)"))
            with pytest.warns(UserWarning, match=complaint):
                found = found_on(connection, after)
            assert sum(isinstance(each, ops.FillInOp) for each in found) == 1
    finally:
        database.empty()


def found_on(connection: Connection, metadata: MetaData) -> list[ops.MigrateOperation]:
    """Return the directives of a revision that looks at rows."""
    opts = {"target_metadata": metadata, "render_as_batch": not connection.dialect.supports_alter}
    context = MigrationContext.configure(connection, opts=opts)
    autogen_context = AutogenContext(context)
    autogen_context.rename_request = SAID
    autogen_context.inspects_data = True
    up, down = ops.UpgradeOps(), ops.DowngradeOps()
    _populate_migration_script(autogen_context, ops.MigrationScript("a", up, down))
    add_data_steps(autogen_context, up, down)
    return up.ops
