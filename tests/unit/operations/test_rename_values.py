"""Renamed values without a database: the statement, its reverse, and what is refused."""

from __future__ import annotations

import io

import pytest

from limbeck.errors import CommandError
from limbeck.operations import Operations, ops
from limbeck.runtime.migration import MigrationContext
from tests.rendering import DIALECTS


@pytest.mark.parametrize("dialect", DIALECTS)
def test_script_has_one_update(dialect: str) -> None:
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name=dialect, opts={"as_sql": True, "output_buffer": buffer}
    )
    Operations(context).rename_values("t", "a", {"it's": "b", "b": "it's"}, schema="s")
    found = " ".join(buffer.getvalue().replace("s.t.a", "a").replace("t.a", "a").split())
    assert found.replace("N'", "'").startswith(
        "UPDATE s.t SET a=CASE a WHEN 'it''s' THEN 'b' WHEN 'b' THEN 'it''s' END "
        "WHERE a IN ('it''s', 'b')"
    )


def test_reverse_gives_the_old_names_back() -> None:
    directive = ops.RenameValuesOp("t", "a", {"x": "y", "y": "z"}, schema="s").reverse()
    assert directive.to_diff_tuple() == ("rename_values", "s", "t", "a", {"y": "x", "z": "y"})


@pytest.mark.parametrize("names", [{}, {"x": "z", "y": "z"}])
def test_names_are_one_to_one(names: dict[str, str]) -> None:
    with pytest.raises(CommandError, match="a name of its own"):
        ops.RenameValuesOp("t", "a", names)
