"""`Plugin`: functions of a third party, under one name, for autogenerate to choose by.

Installed packages publish a plugin as an entry point of the group `alembic.plugins` or
`limbeck.plugins`: a module with `setup(plugin)`. They are loaded once, before the first environment
is configured. `autogenerate_plugins` chooses by patterns; `~` leaves out.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from limbeck.dispatch import DEFAULT, DispatchPriority, PriorityDispatcher, PriorityDispatchResult
from limbeck.errors import CommandError, PluginPatternError
from limbeck.logs import logger_of

log = logger_of(__name__)

ENTRY_POINT_GROUPS = ("alembic.plugins", "limbeck.plugins")

OWN_PLUGINS = (
    "alembic.autogenerate.schemas",
    "alembic.autogenerate.tables",
    "alembic.autogenerate.types",
    "alembic.autogenerate.constraints",
    "alembic.autogenerate.defaults",
    "alembic.autogenerate.comments",
    "alembic.autogenerate.checks",
    "alembic.autogenerate.options",
    "alembic.autogenerate.enums",
    "alembic.autogenerate.domains",
    "alembic.autogenerate.sequences",
    "alembic.autogenerate.checkconstraint_byname",  # its name in Alembic 1.19.0
    "alembic.ext.checkconstraint_byname",
)
"""Names of what autogenerate does itself; their functions are not registered here."""

_all_plugins: dict[str, Plugin] = {}
"""Documented registry: every plugin by name. compat: alembic-pg-autogen reads it."""

_PART = r"(?:\*|[^\W\d]\w*)"
_PATTERN = re.compile(rf"{_PART}(?:\.{_PART})*")


class Plugin:
    """Comparison functions under one name; raises ValueError when the name is taken."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.autogenerate_comparators = PriorityDispatcher()
        if name in _all_plugins:
            raise ValueError(f"A plugin named {name} is already registered")
        log.info("setting up plugin %s", name)
        _all_plugins[name] = self

    def remove(self) -> None:
        """Forget the plugin."""
        del _all_plugins[self.name]

    def add_autogenerate_comparator(
        self,
        fn: Callable[..., PriorityDispatchResult],
        compare_target: str,
        compare_element: str | None = None,
        *,
        qualifier: str = DEFAULT,
        priority: DispatchPriority = DispatchPriority.MEDIUM,
    ) -> None:
        """Register a comparison function for "schema", "table", "column" or another target.

        Of the functions with the same `compare_element`, one can end the others by returning
        STOP. `qualifier` is a dialect's name.
        """
        self.autogenerate_comparators.dispatch_for(
            compare_target, subgroup=compare_element, priority=priority, qualifier=qualifier
        )(fn)

    @classmethod
    def populate_autogenerate_priority_dispatch(
        cls, comparators: PriorityDispatcher, include_plugins: list[str]
    ) -> None:
        """Add the functions of the plugins that the patterns choose; each has to fit one."""
        load_installed()
        excluded = [_pattern(text[1:]) for text in include_plugins if text.startswith("~")]
        included = {text: _pattern(text) for text in include_plugins if text[:1] != "~"}
        unused = set(included)
        for name, plugin in _all_plugins.items():
            if any(pattern.fullmatch(name) for pattern in excluded):
                continue
            fitting = {text for text, pattern in included.items() if pattern.fullmatch(name)}
            unused -= fitting
            if fitting:
                comparators.populate_with(plugin.autogenerate_comparators)
        if unused:
            missing = ", ".join(text for text in included if text in unused)
            raise CommandError(f"Did not locate plugins: {missing}")

    @classmethod
    def setup_plugin_from_module(cls, module: ModuleType, name: str) -> None:
        """Make a plugin and hand it to the module's `setup()`."""
        module.setup(Plugin(name))


@functools.cache
def load_installed() -> None:
    """Set up the plugins of installed packages, once; raises CommandError when one fails."""
    for group in ENTRY_POINT_GROUPS:
        for entry_point in _entry_points(group):
            try:
                Plugin.setup_plugin_from_module(entry_point.load(), entry_point.name)
            except Exception as error:
                package = entry_point.dist.name if entry_point.dist else "an installed package"
                raise CommandError(
                    f"Can't set up the plugin {entry_point.name!r} of {package} "
                    f"({entry_point.value}): {type(error).__name__}: {error}"
                ) from error


def _own_plugin(name: str) -> Plugin:
    plugin = Plugin.__new__(Plugin)  # without a line in the log
    plugin.name = name
    plugin.autogenerate_comparators = PriorityDispatcher()
    return plugin


_all_plugins.update((name, _own_plugin(name)) for name in OWN_PLUGINS)


def _entry_points(group: str) -> Iterable[Any]:
    return entry_points(group=group)


def _pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern: `*` stands for one name or several; our own name for Alembic's."""
    if not _PATTERN.fullmatch(text):
        raise PluginPatternError(
            f"Invalid plugin expression {text!r}: write names with dots between them, and `*` in "
            "place of whole names, as in `alembic.autogenerate.*`."
        )
    if text.startswith("limbeck.autogenerate."):
        text = "alembic." + text.removeprefix("limbeck.")
    return re.compile(".*".join(re.escape(part) for part in text.split("*")))
