"""What `context.configure()` takes and a configuration file can say.

Receives a `Config`, returns keyword arguments for `configure()`. An option that env.py passes
itself is not read from the file. Never imports SQLAlchemy: the command line asks for the names.

    render_as_batch = true                          a boolean
    version_table = schema_history                  text
    autogenerate_plugins = alembic.autogenerate.*   a list
    include_object = app.migrating:include_object   something in a module
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any, assert_never

from limbeck.config import Config
from limbeck.errors import ConfigurationError, ModelsError

from .reference import load_reference


class Kind(Enum):
    """How the text of an option is read."""

    BOOLEAN = "boolean"
    TEXT = "text"
    LIST = "list"
    REFERENCE = "reference"
    """`module:attribute`: a function of the user's."""
    REFERENCES = "references"
    BOOLEAN_OR_REFERENCE = "boolean or reference"


FILE_OPTIONS: Mapping[str, Kind] = {
    "alembic_module_prefix": Kind.TEXT,
    "autogenerate_plugins": Kind.LIST,
    "compare_server_default": Kind.BOOLEAN_OR_REFERENCE,
    "compare_type": Kind.BOOLEAN_OR_REFERENCE,
    "detect": Kind.LIST,
    "detect_renames": Kind.BOOLEAN,
    "dialect_name": Kind.TEXT,
    "downgrade_token": Kind.TEXT,
    "ignore": Kind.LIST,
    "include_name": Kind.REFERENCE,
    "include_object": Kind.REFERENCE,
    "include_schemas": Kind.BOOLEAN,
    "inspect_data": Kind.BOOLEAN,
    "literal_binds": Kind.BOOLEAN,
    "mssql_batch_separator": Kind.TEXT,
    "on_version_apply": Kind.REFERENCES,
    "oracle_batch_separator": Kind.TEXT,
    "probe": Kind.BOOLEAN,
    "process_revision_directives": Kind.REFERENCE,
    "render_as_batch": Kind.BOOLEAN,
    "render_item": Kind.REFERENCE,
    "sqlalchemy_module_prefix": Kind.TEXT,
    "transaction_per_migration": Kind.BOOLEAN,
    "transactional_ddl": Kind.BOOLEAN,
    "upgrade_token": Kind.TEXT,
    "user_module_prefix": Kind.TEXT,
    "version_table": Kind.TEXT,
    "version_table_pk": Kind.BOOLEAN,
    "version_table_schema": Kind.TEXT,
}
"""The options by name; `target_metadata` is said by `models`, `url` by `sqlalchemy.url`."""


def read_options(config: Config, given: Collection[str] = ()) -> dict[str, Any]:
    """Return the options that the file says and `given`, what env.py passes itself, does not."""
    return {
        name: _read(config, name, kind)
        for name, kind in FILE_OPTIONS.items()
        if name not in given and _is_said(config.get_alembic_option(name), kind)
    }


def _is_said(value: Any, kind: Kind) -> bool:
    """Tell whether a file says the option; a list that it leaves blank is none, `[]` an empty one."""
    is_blank = isinstance(value, str) and not value.strip()
    return value is not None and not (is_blank and kind is Kind.LIST)


def _read(config: Config, name: str, kind: Kind) -> Any:
    match kind:
        case Kind.BOOLEAN:
            return config.get_boolean(name)
        case Kind.TEXT:
            return config.get_text(name)
        case Kind.LIST:
            return list(config.get_list(name))
        case Kind.REFERENCE:
            return _load(config, name, str(config.get_alembic_option(name)))
        case Kind.REFERENCES:
            return tuple(_load(config, name, text) for text in config.get_list(name))
        case Kind.BOOLEAN_OR_REFERENCE:
            text = config.get_alembic_option(name)
            if isinstance(text, str) and ":" in text:
                return _load(config, name, text)
            return config.get_boolean(name)
        case _:
            assert_never(kind)


def _load(config: Config, name: str, text: str) -> Any:
    try:
        found = load_reference(text)
    except ModelsError as error:
        raise ConfigurationError(f"{config.describe(name)}: {error}") from error
    if not callable(found):
        raise ConfigurationError(f"{config.describe(name)}: {text!r} is no function.")
    return found
