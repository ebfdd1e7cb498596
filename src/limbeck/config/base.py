"""`Config`: the options of one project, as a program and as env.py see them.

Alembic's class by name, arguments and behaviour. Beyond it: `[limbeck]` and `[tool.limbeck]`, the
url out of the environment, typed getters that name key, file and value when they refuse, and the
keys of our sections that nobody knows.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from argparse import Namespace
from collections.abc import Collection, Mapping
from configparser import ConfigParser
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, TextIO, TypedDict, cast, overload

from limbeck.errors import CommandError, ConfigurationError
from limbeck.util import messaging

from . import files, values
from .keys import KNOWN_KEYS, KNOWN_PREFIXES, SECTIONS

PostWriteHookConfig = Mapping[str, str]

_TEMPLATES = Path(__file__).parent.parent / "templates"


class MessagingOptions(TypedDict, total=False):
    """How commands speak; handed to everything that prints."""

    quiet: bool


class Config:
    """The configuration of one project.

    `file_` is an ini file, `toml_file` a pyproject.toml; both, one or none. Options of the ini
    file are heard first. `config_args` are more names for `%(name)s`; `attributes` holds anything
    that env.py shall get from a program, such as a connection.
    """

    def __init__(
        self,
        file_: str | os.PathLike[str] | None = None,
        toml_file: str | os.PathLike[str] | None = None,
        ini_section: str = "alembic",
        output_buffer: TextIO | None = None,
        stdout: TextIO = sys.stdout,
        cmd_opts: Namespace | None = None,
        config_args: Mapping[str, Any] = MappingProxyType({}),
        attributes: dict[str, Any] | None = None,
    ) -> None:
        self.config_file_name: str | None = None if file_ is None else os.fspath(file_)
        self.toml_file_name: str | os.PathLike[str] | None = toml_file
        self._asked_section = ini_section
        self.output_buffer = output_buffer
        self.stdout = stdout
        self.cmd_opts = cmd_opts
        self.config_args: dict[str, Any] = dict(config_args)
        self.toml_args: dict[str, Any] = dict(config_args)
        if attributes:
            self.attributes.update(attributes)

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """Whatever a program hands to env.py: engines, connections, anything."""
        return {}

    @cached_property
    def messaging_opts(self) -> MessagingOptions:
        """How commands speak: quiet or not."""
        return {"quiet": bool(getattr(self.cmd_opts, "quiet", False))}

    @property
    def config_ini_section(self) -> str:
        """The main section: the one asked for, or `limbeck` where the file has that one."""
        if self._asked_section in files.OWN_SECTIONS:
            return next(
                filter(self.file_config.has_section, files.OWN_SECTIONS), self._asked_section
            )
        return self._asked_section

    @config_ini_section.setter
    def config_ini_section(self, name: str) -> None:
        self._asked_section = name

    # The files

    @property
    def _config_file_path(self) -> Path | None:
        return None if self.config_file_name is None else Path(self.config_file_name)

    @property
    def _toml_file_path(self) -> Path | None:  # compat: pytest-alembic
        return None if self.toml_file_name is None else Path(self.toml_file_name)

    @cached_property
    def file_config(self) -> ConfigParser:
        """The parser of the ini file; without a file it has an empty main section."""
        path = self._config_file_path
        self.config_args["here"] = _folder_of(path)
        parser = files.read_ini(path, self.config_args)
        if path is None:
            parser.add_section(self._asked_section)
        return parser

    @cached_property
    def _toml_tables(self) -> Mapping[str, Mapping[str, Any]]:
        path = self._toml_file_path
        self.toml_args["here"] = _folder_of(path)
        return {} if path is None else files.read_toml(path)

    @cached_property
    def toml_alembic_config(self) -> Mapping[str, Any]:
        """Our table of pyproject.toml, as written: `[tool.limbeck]` over `[tool.alembic]`."""
        tables = self._toml_tables
        return {**tables.get("alembic", {}), **tables.get("limbeck", {})}

    @property
    def uses_limbeck_names(self) -> bool:
        """Whether the files speak to limbeck by name, so that its own defaults hold."""
        return self.config_ini_section == "limbeck" or "limbeck" in self._toml_tables

    # The ini file alone

    @overload
    def get_main_option(self, name: str, default: str) -> str: ...
    @overload
    def get_main_option(self, name: str, default: str | None = None) -> str | None: ...
    def get_main_option(self, name: str, default: str | None = None) -> str | None:
        """Give an option of the main section of the ini file."""
        return self.get_section_option(self.config_ini_section, name, default)

    def set_main_option(self, name: str, value: str) -> None:
        """Set an option of the main section; `%` is written `%%` unless it refers to an option."""
        self.set_section_option(self.config_ini_section, name, value)

    def remove_main_option(self, name: str) -> None:
        """Forget an option of the main section."""
        self.file_config.remove_option(self.config_ini_section, name)

    @overload
    def get_section(self, name: str) -> dict[str, str] | None: ...
    @overload
    def get_section(self, name: str, default: dict[str, str]) -> dict[str, str]: ...
    @overload
    def get_section(self, name: str, default: Mapping[str, str]) -> Mapping[str, str]: ...
    def get_section(
        self, name: str, default: Mapping[str, str] | None = None
    ) -> Mapping[str, str] | None:
        """Give all options of a section of the ini file, or `default` when there is none."""
        if not self.file_config.has_section(name):
            return default
        return dict(self.file_config.items(name))

    def set_section_option(self, section: str, name: str, value: str) -> None:
        """Set an option of a section, which is made when it is missing."""
        if not self.file_config.has_section(section):
            self.file_config.add_section(section)
        self.file_config.set(section, name, value)

    def get_section_option(self, section: str, name: str, default: str | None = None) -> str | None:
        """Give an option of a section of the ini file."""
        if not self.file_config.has_section(section):
            raise ConfigurationError(
                f"No config file {self._file_text()} found, or file has no '[{section}]' section"
            )
        if self.file_config.has_option(section, name):
            return self.file_config.get(section, name)
        return default

    # Both files

    def get_alembic_option(self, name: str, default: Any = None) -> Any:
        """Give an option of the ini file's main section, else of the table of pyproject.toml.

        A string, or what TOML has beside it: a list, a table, a number, a boolean.
        """
        if self.file_config.has_option(self.config_ini_section, name):
            return self.file_config.get(self.config_ini_section, name)
        return self._get_toml_config_value(name, default)

    def _get_toml_config_value(self, name: str, default: Any = None) -> Any:
        value = files.look_up(self.toml_alembic_config, name)
        if value is None:
            return default
        if name == files.URL_OPTION and isinstance(value, str):
            return files.expand_url(value, self.toml_args, where=self.describe(name))
        return files.expand(value, self.toml_args, where=self.describe(name))

    def get_alembic_boolean_option(self, name: str) -> bool:
        """Give an option of either file as a boolean; False when it is missing."""
        return self.get_boolean(name)

    def get_text(self, name: str) -> str | None:
        """Give an option of either file as text, or refuse it by key, file and value."""
        value = self.get_alembic_option(name)
        return None if value is None else values.read_text(value, where=self.describe(name))

    @overload
    def get_boolean(self, name: str, default: bool = False) -> bool: ...
    @overload
    def get_boolean(self, name: str, default: None) -> bool | None: ...
    def get_boolean(self, name: str, default: bool | None = False) -> bool | None:
        """Give an option of either file as a boolean, or refuse it by key, file and value."""
        value = self.get_alembic_option(name)
        return default if value is None else values.read_boolean(value, where=self.describe(name))

    def get_integer(self, name: str, default: int | None = None) -> int | None:
        """Give an option of either file as a whole number."""
        value = self.get_alembic_option(name)
        return default if value is None else values.read_integer(value, where=self.describe(name))

    def get_list(self, name: str) -> tuple[str, ...]:
        """Give an option of either file as a list: TOML's own, or separated by commas and lines."""
        value = self.get_alembic_option(name)
        return () if value is None else values.read_list(value, where=self.describe(name))

    def describe(self, name: str) -> str:
        """Name an option with the file it stands in, for a message."""
        section = self.config_ini_section
        if self.file_config.has_option(section, name):
            return f"{name} in [{section}] of {self._file_text()}"
        return f"{name} in {self.toml_file_name or 'the configuration'}"

    def describe_places(self) -> str:
        """Name the section and the table in which options are looked for, for a message."""
        section = f"[{self.config_ini_section}] of {self._file_text()}"
        toml = f"[tool.limbeck] of {os.fspath(self.toml_file_name or '')!r}"
        named = {section: self.config_file_name, toml: self.toml_file_name}
        return " or ".join(text for text, file in named.items() if file) or "no file"

    def _file_text(self) -> str:
        return repr(None if self.config_file_name is None else os.fspath(self.config_file_name))

    # What we ask of them

    def url(self) -> str | None:
        """Give `sqlalchemy.url` with what it takes from the environment; None when not set."""
        value = self.get_alembic_option(files.URL_OPTION)
        return None if value is None or not str(value).strip() else str(value).strip()

    @property
    def models(self) -> tuple[str, ...]:
        """Where the models are: `package.module:attribute`, one or several."""
        return self.get_list("models")

    known_keys: frozenset[str] = KNOWN_KEYS

    def unknown_keys(self, also_known: Collection[str] = ()) -> tuple[str, ...]:
        """Name the keys of our own sections that mean nothing to us, in the files' order.

        `also_known` are keys of layers above, such as those of `context.configure()`.
        """
        known = {*self.known_keys, *also_known, *self.config_args}
        found = [key for key in self._written_keys() if key not in known or key in SECTIONS]
        found += [key for key in files.flat_keys(self.toml_alembic_config) if key not in known]
        return tuple(key for key in dict.fromkeys(found) if not key.startswith(KNOWN_PREFIXES))

    def _written_keys(self) -> tuple[str, ...]:
        section = self.config_ini_section
        return files.own_options(self.file_config, section) if section in files.OWN_SECTIONS else ()

    def get_version_locations_list(self) -> list[str] | None:
        """Give the folders that hold revision files; None when not set."""
        value = self.get_alembic_option("version_locations")
        if value is None:
            return None
        if not isinstance(value, str):
            return list(self.get_list("version_locations"))
        separator = self._get_file_separator_char("version_path_separator", "path_separator")
        if separator is None:
            _warn_about_separator("version_locations", "spaces/commas")
            return [part for part in re.split(r"[ ,]+", value) if part]
        return values.split_paths(value, separator)

    def get_prepend_sys_paths_list(self) -> list[str] | None:
        """Give the folders to put in front of `sys.path`; None when not set."""
        value = self.get_alembic_option("prepend_sys_path")
        if value is None:
            return None
        if not isinstance(value, str):
            return list(self.get_list("prepend_sys_path"))
        separator = self._get_file_separator_char("path_separator")
        if separator is None:
            if re.search(r"[ ,:]", value.strip()):
                _warn_about_separator("prepend_sys_path", "spaces, commas, and colons")
            return [part for part in re.split(r"[ ,:]+", value) if part]
        return values.split_paths(value, separator)

    def _get_file_separator_char(self, *names: str) -> str | None:
        """Give the separator of lists of paths that the first of these options names.

        compat: flask-alembic.
        """
        for name in names:
            value = self.get_alembic_option(name)
            if value is None:
                continue
            if name == "version_path_separator":
                messaging.warn_deprecated(
                    "The version_path_separator configuration parameter is deprecated; please "
                    "use path_separator"
                )
            if value not in values.SEPARATORS:
                raise _BadSeparator(name, value)
            return values.SEPARATORS[value]
        return None

    def get_hooks_list(self) -> list[PostWriteHookConfig]:
        """Give the hooks to run on each file written, in order."""
        section = "post_write_hooks"
        if self.file_config.has_section(section) and self.file_config.has_option(section, "hooks"):
            options = dict(self.file_config.items(section))
            names = [name for name in re.split(r"[\s,]+", options["hooks"]) if name]
            return [_hook_of_section(name, options) for name in names]
        tables = self._get_toml_config_value(section, []) or []
        if not all(isinstance(table, Mapping) for table in tables):
            raise ConfigurationError(
                f"{self.describe(section)} = {tables!r} is no list of tables; begin each with "
                "[[tool.limbeck.post_write_hooks]]."
            )
        hooks = [{str(key): value for key, value in table.items()} for table in tables]
        for hook in hooks:
            hook["_hook_name"] = hook.pop("name", "")
        return cast("list[PostWriteHookConfig]", hooks)

    # Output, templates

    def print_stdout(self, text: str, *arg: Any) -> None:
        """Print a line to `stdout`, with `arg` formatted into it; nothing when quiet."""
        line = str(text) % arg if arg else str(text)
        messaging.write_outstream(self.stdout, line, "\n", quiet=self.messaging_opts["quiet"])

    def get_template_directory(self) -> str:
        """Give the folder of the templates for `init`."""
        return str(self._get_template_path())

    def _get_template_path(self) -> Path:
        return _TEMPLATES


class _BadSeparator(ConfigurationError, ValueError):
    """`path_separator` is not one of its values; a ValueError too, as Alembic's."""

    def __init__(self, name: str, value: str) -> None:
        allowed = ", ".join(repr(key) for key in values.SEPARATORS)
        super().__init__(f"'{value}' is not a valid value for {name}; expected {allowed}")


def _folder_of(path: Path | None) -> str:
    return "." if path is None else path.absolute().parent.as_posix()


def _hook_of_section(name: str, options: Mapping[str, str]) -> PostWriteHookConfig:
    prefix = f"{name}."
    own = {
        key.removeprefix(prefix): value for key, value in options.items() if key.startswith(prefix)
    }
    if not own:
        raise CommandError(
            f"The hook {name!r} is listed in [post_write_hooks] but has no options there; write "
            f"{prefix}type = … and what that type needs."
        )
    return {**own, "_hook_name": name}


def _warn_about_separator(name: str, legacy: str) -> None:
    warnings.warn(
        f"No path_separator found in configuration; falling back to legacy splitting on {legacy} "
        f"for {name}.  Consider adding path_separator=os to the configuration.",
        DeprecationWarning,
        stacklevel=3,
    )
