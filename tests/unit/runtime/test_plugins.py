"""Plugins: registration, choice by pattern, setup from a module."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from limbeck.dispatch import PriorityDispatcher, PriorityDispatchResult
from limbeck.errors import CommandError, PluginPatternError
from limbeck.runtime.plugins import Plugin, _all_plugins, load_installed


@pytest.fixture
def plugin() -> Iterator[Plugin]:
    made = Plugin("mine.one")
    made.add_autogenerate_comparator(compare, "table")
    made.add_autogenerate_comparator(compare, "column", "types", qualifier="postgresql")
    yield made
    made.remove()


def compare(*args: Any) -> PriorityDispatchResult:
    return PriorityDispatchResult.CONTINUE


def chosen(*patterns: str) -> set[str]:
    comparators = PriorityDispatcher()
    Plugin.populate_autogenerate_priority_dispatch(comparators, list(patterns))
    return {key[0] for key, entries in comparators._registry.items() if entries}


@pytest.mark.parametrize("patterns", [("mine.*",), ("mine.one",), ("*",), ("*.one",)])
def test_plugin_is_chosen_by_pattern(plugin: Plugin, patterns: tuple[str, ...]) -> None:
    assert chosen(*patterns) == {"table", "column"}


@pytest.mark.parametrize(
    "patterns", [(), ("~mine.*",), ("alembic.autogenerate.*",), ("*", "~mine.one")]
)
def test_plugin_is_left_out(plugin: Plugin, patterns: tuple[str, ...]) -> None:
    assert chosen(*patterns) == set()


@pytest.mark.parametrize("patterns", [("mine",), ("other.*",), ("mine.*", "~mine.one")])
def test_pattern_without_a_plugin_is_refused(plugin: Plugin, patterns: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="Did not locate plugins: "):
        chosen(*patterns)


@pytest.mark.parametrize("pattern", ["mine*", "m*e", "", "~", "mine..one", "mine.?", "mi-ne.*"])
def test_pattern_that_can_not_be_read_is_refused(plugin: Plugin, pattern: str) -> None:
    with pytest.raises(PluginPatternError, match="Invalid plugin expression "):
        chosen("*", pattern)


def test_plugin_is_found_by_its_former_name() -> None:
    assert chosen("alembic.autogenerate.checkconstraint_byname") == set()


def test_own_plugins_answer_to_both_names() -> None:
    load_installed()
    assert "alembic.autogenerate.types" in _all_plugins
    assert chosen("limbeck.autogenerate.*") == set()


def test_plugin_name_is_taken_once(plugin: Plugin) -> None:
    with pytest.raises(ValueError, match=r"A plugin named mine\.one is already registered"):
        Plugin("mine.one")


def test_plugin_from_module_is_handed_to_setup() -> None:
    module = ModuleType("some_plugin")
    seen: list[str] = []
    module.setup = lambda plugin: seen.append(plugin.name)  # type: ignore[attr-defined]  # as a file has it
    Plugin.setup_plugin_from_module(module, "mine.two")
    assert seen == ["mine.two"]
    _all_plugins["mine.two"].remove()
