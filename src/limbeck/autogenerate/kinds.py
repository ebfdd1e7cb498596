"""Which kinds of change autogenerate looks for: what options, patterns and other packages leave."""

from __future__ import annotations

import fnmatch
import warnings
from collections.abc import Iterable, Mapping

from limbeck import alembic_names
from limbeck.autogenerate.context import AutogenContext
from limbeck.diff import ALL_KINDS
from limbeck.errors import ConfigurationError, did_you_mean
from limbeck.operations import Operations

PLUGIN_KINDS: Mapping[str, frozenset[str]] = {
    "alembic.autogenerate.tables": frozenset({"tables", "columns"}),
    "alembic.autogenerate.types": frozenset({"types"}),
    "alembic.autogenerate.constraints": frozenset(
        {"nullable", "primary_keys", "uniques", "indexes", "foreign_keys", "exclusions"}
    ),
    "alembic.autogenerate.defaults": frozenset({"defaults", "autoincrement"}),
    "alembic.autogenerate.comments": frozenset({"comments"}),
    "alembic.autogenerate.checks": frozenset({"checks"}),
    "alembic.autogenerate.checkconstraint_byname": frozenset({"checks"}),
    "alembic.ext.checkconstraint_byname": frozenset({"checks"}),
    "alembic.autogenerate.options": frozenset({"options"}),
    "alembic.autogenerate.enums": frozenset({"enums"}),
    "alembic.autogenerate.domains": frozenset({"domains"}),
    "alembic.autogenerate.sequences": frozenset({"sequences"}),
    "alembic.autogenerate.new_schemas": frozenset({"schemas"}),
}
"""What is looked for under each of the names that `autogenerate_plugins` knows."""

ALEMBICS_KINDS = frozenset(
    {"tables", "columns", "types", "defaults", "nullable", "uniques", "indexes", "foreign_keys"}
    | {"comments"}
)
"""What is looked for under Alembic's name if nothing is said: what Alembic looks for."""

OPERATIONS = {"enums": "create_enum", "domains": "create_domain", "sequences": "create_sequence"}
"""What makes an object of the kind; a program that has an operation of that name looks after it."""

_NEEDED_PLUGINS = ("alembic.autogenerate.schemas", "alembic.autogenerate.tables")


def chosen_kinds(autogen_context: AutogenContext) -> frozenset[str]:
    """Return the kinds of change to look for.

    The options `detect` and `ignore` name kinds, `autogenerate_plugins` has patterns. Raises
    ConfigurationError for a kind that there is not.
    """
    kinds = _by_plugins(autogen_context)
    detect, ignore = (_named(autogen_context, option) for option in ("detect", "ignore"))
    if detect is not None:
        kinds &= detect
    elif alembic_names.is_for_environment():
        kinds &= ALEMBICS_KINDS | _named_plugins(autogen_context)
    if _has_enum_plugin(autogen_context):
        kinds -= {"enums"}
    return kinds - _of_others() - (ignore or frozenset())


def _of_others() -> frozenset[str]:
    """Return the kinds whose operation is registered by somebody else, as Alembic's guide shows."""
    package = __name__.partition(".")[0]
    return frozenset(
        kind
        for kind, name in OPERATIONS.items()
        if getattr(Operations, name).__module__.partition(".")[0] != package
    )


def _named(autogen_context: AutogenContext, option: str) -> frozenset[str] | None:
    """Return the kinds that an option names; None where it is not given."""
    given = autogen_context.opts.get(option)
    if given is None:
        return None
    names = frozenset([given] if isinstance(given, str) else given)
    if unknown := sorted(names - ALL_KINDS):
        raise ConfigurationError(
            f"{option} names {', '.join(unknown)}, and autogenerate looks for no such kind of "
            f"change. The kinds are {', '.join(sorted(ALL_KINDS))}"
            f"{did_you_mean(unknown[0], ALL_KINDS) or '.'}"
        )
    return names


def _has_enum_plugin(autogen_context: AutogenContext) -> bool:
    """Tell whether a package that looks after enum types itself has registered to do so."""
    packages = autogen_context.migration_context.impl.enum_packages
    functions = (
        function
        for entries in autogen_context.comparators._registry.values()
        for function, _ in entries
    )
    return any(function.__module__.split(".")[0] in packages for function in functions)


def _by_plugins(autogen_context: AutogenContext) -> frozenset[str]:
    """Return what the patterns leave; `~pattern` leaves some out.

    What is in tables is looked for only along with tables, and those only along with schemas.
    """
    patterns = autogen_context.opts.get("autogenerate_plugins")
    if patterns is None:
        return ALL_KINDS
    left_out = [pattern[1:] for pattern in patterns if pattern.startswith("~")]
    if patterns and len(left_out) == len(patterns):
        warnings.warn(
            "Autogenerate looks for nothing: autogenerate_plugins says what to leave out "
            f"({', '.join(patterns)}) of nothing. Write alembic.autogenerate.* in front of it.",
            stacklevel=2,
        )
    if any(_fits(name, left_out) or not _fits(name, patterns) for name in _NEEDED_PLUGINS):
        return frozenset()
    return _kinds_under(patterns) - _kinds_under(left_out)


def _named_plugins(autogen_context: AutogenContext) -> frozenset[str]:
    """Return what patterns without a wildcard ask for, each by its whole name."""
    patterns = autogen_context.opts.get("autogenerate_plugins") or ()
    return _kinds_under([pattern for pattern in patterns if not set(pattern) & set("*?[")])


def _kinds_under(patterns: Iterable[str]) -> frozenset[str]:
    """Return the kinds of all names that one of the patterns fits; a kind may have several names."""
    return frozenset(
        kind for name, kinds in PLUGIN_KINDS.items() if _fits(name, patterns) for kind in kinds
    )


def _fits(name: str, patterns: Iterable[str]) -> bool:
    known = (pattern.replace("limbeck.", "alembic.", 1) for pattern in patterns)
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in known)
