"""Which kinds of change are looked for."""

from __future__ import annotations

from typing import Any

import pytest

from limbeck.autogenerate.context import AutogenContext
from limbeck.autogenerate.kinds import chosen_kinds
from limbeck.diff import ALL_KINDS
from limbeck.errors import ConfigurationError
from limbeck.runtime.migration import MigrationContext


def kinds(dialect: str = "postgresql", **opts: Any) -> frozenset[str]:
    context = MigrationContext.configure(dialect_name=dialect, opts=opts)
    return chosen_kinds(AutogenContext(context, autogenerate=False))


@pytest.mark.parametrize(
    ("opts", "expected"),
    [
        ({}, ALL_KINDS),
        ({"detect": ["tables", "columns"]}, {"tables", "columns"}),
        ({"ignore": ["sequences"]}, ALL_KINDS - {"sequences"}),
        ({"ignore": "sequences"}, ALL_KINDS - {"sequences"}),
        ({"detect": ["enums", "checks"], "ignore": ["checks"]}, {"enums"}),
        ({"autogenerate_plugins": ["alembic.autogenerate.*"]}, ALL_KINDS),
        (
            {"autogenerate_plugins": ["alembic.autogenerate.*", "~alembic.autogenerate.enums"]},
            ALL_KINDS - {"enums"},
        ),
        (
            {
                "autogenerate_plugins": ["limbeck.autogenerate.*", "~limbeck.autogenerate.checks"],
                "ignore": ["domains"],
            },
            ALL_KINDS - {"checks", "domains"},
        ),
    ],
)
def test_kinds_are_what_options_and_patterns_leave(opts: Any, expected: set[str]) -> None:
    assert kinds(**opts) == expected


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(
        ConfigurationError,
        match=r"ignore names enum, .* The kinds are autoincrement, .*; did you mean 'enums'\?",
    ):
        kinds(ignore=["enum"])


def test_patterns_that_only_leave_out_are_named() -> None:
    with pytest.warns(UserWarning, match=r"~alembic\.autogenerate\.enums\) of nothing"):
        assert kinds(autogenerate_plugins=["~alembic.autogenerate.enums"]) == frozenset()


def test_package_that_looks_after_enum_types_is_left_to_it() -> None:
    context = MigrationContext.configure(dialect_name="postgresql")
    autogen_context = AutogenContext(context, autogenerate=False)

    def compare(*_: Any) -> None:
        """Stand for the comparison of such a package."""

    compare.__module__ = "alembic_postgresql_enum.compare_dispatch"
    autogen_context.comparators.dispatch_for("schema")(compare)
    assert chosen_kinds(autogen_context) == ALL_KINDS - {"enums"}
