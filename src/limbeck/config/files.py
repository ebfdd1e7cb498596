"""The two kinds of file, read into plain values.

`read_ini` gives a `ConfigParser` in which the section `[limbeck]` already holds what it takes over
from `[alembic]`; `read_toml` gives the tables `[tool.alembic]` and `[tool.limbeck]` by their names.
Both refuse a broken file with its name and line; a file that isn't there is empty.
"""

from __future__ import annotations

import configparser
import os
import re
import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from limbeck.errors import ConfigurationError
from limbeck.util.messaging import obfuscate_url_pw

OWN_SECTIONS = ("limbeck", "alembic")
URL_OPTION = "sqlalchemy.url"

_REFERENCE = re.compile(r"%\(([^)]+)\)s")
_PREFIX = "env:"


class EnvironmentInterpolation(configparser.BasicInterpolation):
    """`%(name)s` as ever; in `sqlalchemy.url` the environment stands behind the file's options."""

    def before_get(
        self,
        parser: MutableMapping[str, Mapping[str, str]],
        section: str,
        option: str,
        value: str,
        defaults: Mapping[str, str],
    ) -> str:
        """Give the value of an option with its references replaced."""
        where = f"{option} in section [{section}]"
        if option == URL_OPTION and value.startswith(_PREFIX):
            return from_environment(value.removeprefix(_PREFIX).strip(), where=where)
        try:
            known = self._known(option, value, defaults, where=where)
            return super().before_get(parser, section, option, value, known)
        except configparser.InterpolationError as error:
            raise ConfigurationError(
                f"Can't replace the references in {where} = {obfuscate_url_pw(value)!r}. A percent "
                "sign that is meant as such is written %%."
            ) from error

    def _known(
        self, option: str, value: str, defaults: Mapping[str, str], *, where: str
    ) -> Mapping[str, str]:
        """Give what references may name."""
        if option != URL_OPTION:
            return defaults
        known: dict[str, str] = dict(defaults)
        for name in _REFERENCE.findall(value):
            key = name.lower()
            if key not in known:
                known[key] = from_environment(name, where=where).replace("%", "%%")
        return known


def from_environment(name: str, *, where: str) -> str:
    """Give an environment variable; one that is not set is a ConfigurationError naming it."""
    if not name:
        raise ConfigurationError(f"{where} names no variable: write `{_PREFIX}DATABASE_URL`.")
    value = os.environ.get(name)
    if value is None:
        raise ConfigurationError(
            f"{where} refers to {name!r}, which is neither an option of the file nor an "
            f"environment variable; set it with `export {name}=...`."
        )
    return value


def read_ini(path: Path | None, variables: Mapping[str, str]) -> configparser.ConfigParser:
    """Read an ini file; `variables` are what `%(…)s` may name beside the file's own options."""
    parser = configparser.ConfigParser(dict(variables), interpolation=EnvironmentInterpolation())
    if path is not None and path.exists():
        try:
            parser.read_string(_read(path), source=os.fspath(path))
        except configparser.Error as error:
            raise _unreadable(path, " ".join(str(error).split())) from error
    first, second = OWN_SECTIONS
    if parser.has_section(first) and parser.has_section(second):
        _fill(parser, target=first, source=second)
    return parser


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")  # some editors put a byte order mark in front
    except OSError as error:
        raise _unreadable(path, str(error.strerror)) from error
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 ({error.reason} at byte {error.start})."
        raise _unreadable(path, reason) from error


def _unreadable(path: Path, reason: str) -> ConfigurationError:
    return ConfigurationError(f"Can't read the configuration file {path}: {reason}")


def _fill(parser: configparser.ConfigParser, *, target: str, source: str) -> None:
    """Copy to one section what only the other says."""
    here = parser._sections[target]  # type: ignore[attr-defined] # without DEFAULT and variables
    for option, value in parser._sections[source].items():  # type: ignore[attr-defined] # as above
        if option not in here:
            parser[target][option] = value


def own_options(parser: configparser.ConfigParser, section: str) -> tuple[str, ...]:
    """Name the options that stand in a section itself, without those of `[DEFAULT]`."""
    if not parser.has_section(section):
        return ()
    return tuple(parser._sections[section])  # type: ignore[attr-defined] # options() adds DEFAULT


def read_toml(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Read the tables of a pyproject.toml that are ours, by name."""
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(_read(path)).get("tool", {})
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, str(error)) from error
    if not isinstance(tables, Mapping):
        return {}
    own = {name: tables[name] for name in OWN_SECTIONS if name in tables}
    for name, table in own.items():
        if not isinstance(table, Mapping):
            raise _unreadable(path, f"tool.{name} is not a table; begin it with [tool.{name}].")
    return own


def look_up(table: Mapping[str, Any], name: str) -> Any:
    """Find `a.b` in a TOML table, written as a quoted key or as a nested table; None if missing."""
    if name in table:
        return table[name]
    first, dot, rest = name.partition(".")
    inner = table.get(first)
    return look_up(inner, rest) if dot and isinstance(inner, Mapping) else None


def flat_keys(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Name the keys of a TOML table, nested ones as `a.b`."""
    keys: list[str] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            keys += flat_keys(value, f"{prefix}{key}.")
        else:
            keys.append(prefix + key)
    return keys


def expand(value: Any, variables: Mapping[str, str], *, where: str) -> Any:
    """Replace `%(here)s` and the like in a TOML value, in lists and tables too."""
    match value:
        case str():
            try:
                return value % variables
            except (KeyError, ValueError, TypeError) as error:
                raise ConfigurationError(
                    f"Can't replace the references in {where} = {obfuscate_url_pw(value)!r}: "
                    f"{error}. A percent sign that is meant as such is written %%."
                ) from error
        case Mapping():
            return {key: expand(inner, variables, where=where) for key, inner in value.items()}
        case list():
            return [expand(inner, variables, where=where) for inner in value]
        case _:
            return value


def expand_url(value: str, variables: Mapping[str, str], *, where: str) -> str:
    """Replace what a url of a TOML file refers to; the environment stands behind `variables`."""
    if value.startswith(_PREFIX):
        return from_environment(value.removeprefix(_PREFIX).strip(), where=where)
    known: MutableMapping[str, str] = dict(variables)
    for name in _REFERENCE.findall(value):
        if name not in known:
            known[name] = from_environment(name, where=where)
    return str(expand(value, known, where=where))
