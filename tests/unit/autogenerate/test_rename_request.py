"""What `revision` wants of renames: by its arguments, the options, and the name it goes by."""

from __future__ import annotations

import sys
from io import StringIO
from types import ModuleType
from typing import Any, cast

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine

from limbeck.autogenerate import compare_metadata
from limbeck.autogenerate.revision import RevisionContext
from limbeck.config import Config
from limbeck.diff.renames import RenameRequest
from limbeck.errors import ConfigurationError, RenameError
from limbeck.renamed import SaidRename
from limbeck.runtime.migration import MigrationContext

DATABASE: dict[str, Any] = {"dialect_name": "sqlite"}


def revision_context(config: Config | None = None, **arguments: Any) -> RevisionContext:
    """Return the context of a `revision --autogenerate` with these arguments."""
    needed: dict[str, Any] = dict.fromkeys(
        ("rev_id", "message", "head", "splice", "branch_label", "version_path", "depends_on")
    )
    given = {**needed, "renames": (), "detect_renames": None, "ask_rename": None, **arguments}
    return RevisionContext(config or Config(stdout=StringIO()), cast(Any, None), given)


def request_of(options: dict[str, Any], **arguments: Any) -> RenameRequest | None:
    """Return what is wanted, with these options of `context.configure()`."""
    migration_context = MigrationContext.configure(**DATABASE, opts=options)
    return revision_context(**arguments)._rename_request(migration_context)


def test_revision_looks_for_renames_and_is_strict() -> None:
    request = request_of({})
    assert request is not None
    assert request.seeks
    assert request.is_strict


def test_arguments_win_over_options() -> None:
    for options, arguments, expected in (
        ({"detect_renames": False}, {}, False),
        ({"detect_renames": False}, {"detect_renames": True}, True),
        ({"detect_renames": True}, {"detect_renames": False}, False),
    ):
        request = request_of(options, **arguments)
        assert request is not None
        assert request.seeks is expected


def test_nothing_is_looked_for_where_limbeck_stands_in_for_alembic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = ModuleType("alembic")
    module.for_environment = True  # type: ignore[attr-defined]  # as limbeck-alembic says it
    monkeypatch.setitem(sys.modules, "alembic", module)
    said = (SaidRename("a", "b"),)
    request = request_of({}, renames=said)
    assert request is not None
    assert not request.seeks
    assert request.said.now == said
    asked = request_of({"detect_renames": True})
    assert asked is not None
    assert asked.seeks


def test_commands_that_write_nothing_ask_by_option_only() -> None:
    assert request_of({}, renames=None) is None


def test_configuration_lists_renames() -> None:
    config = Config(stdout=StringIO())
    config.set_main_option("renames", "table a:b, b.c:d")
    migration_context = MigrationContext.configure(**DATABASE)
    request = revision_context(config)._rename_request(migration_context)
    assert request is not None
    assert request.said.lasting == (SaidRename("a", "b"), SaidRename("c", "d", "b"))
    config.set_main_option("renames", "a:b")
    with pytest.raises(ConfigurationError, match="renames in"):
        revision_context(config)._rename_request(migration_context)


def test_rename_that_no_database_of_several_knows_is_refused() -> None:
    one, two = SaidRename("a", "b"), SaidRename("c", "d")
    context = revision_context()
    context._unknown_renames = [frozenset({one, two}), frozenset({two})]
    with pytest.raises(RenameError, match="--rename-table c:d: no database"):
        next(context.generate_scripts())


def test_programs_are_warned_of_what_is_only_plausible() -> None:
    engine = create_engine("sqlite://")
    old, new = MetaData(), MetaData()
    for metadata, name in ((old, "name"), (new, "nickname")):
        Table("t", metadata, Column("id", Integer, primary_key=True), Column(name, String(20)))
    with engine.connect() as connection:
        old.create_all(connection)
        context = MigrationContext.configure(connection)
        with pytest.warns(UserWarning, match="column t.name: perhaps now nickname"):
            differences = compare_metadata(context, new, detect_renames=True)
        assert [each[0] for each in differences] == ["add_column", "remove_column"]
        assert compare_metadata(context, new) is not None
    engine.dispose()
