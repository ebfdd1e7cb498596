"""Finding the configuration files of a project.

Receives the names of `-c`, else asks the environment, else looks into the folder; gives a
`Config`. Finding none is an error that says what to do.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from limbeck.errors import ConfigurationError

from . import files
from .base import Config

INI_NAMES = ("limbeck.ini", "alembic.ini")
TOML_NAME = "pyproject.toml"
VARIABLES = ("LIMBECK_CONFIG", "ALEMBIC_CONFIG")


def find_config(
    names: Sequence[str] = (),
    *,
    section: str = "alembic",
    directory: str | os.PathLike[str] = ".",
    environ: Mapping[str, str] = os.environ,
    **arguments: Any,
) -> Config:
    """Give the `Config` of a project; `arguments` are those of `Config` beside the files.

    A name that ends in `.toml` is a pyproject.toml, any other an ini file. Where one kind is not
    named the other is looked for in `directory`, as both may speak.
    """
    named = tuple(names) or tuple(environ[key] for key in VARIABLES if environ.get(key))[:1]
    ini = [name for name in named if not name.endswith(".toml")]
    toml = [name for name in named if name.endswith(".toml")]
    if len(ini) > 1 or len(toml) > 1:
        raise ConfigurationError(
            f"Only one ini file and one toml file can be given: {', '.join(named)}."
        )
    for name in named:
        if not Path(directory, name).is_file():
            raise ConfigurationError(
                f"No configuration file {name!r} in {Path(directory).resolve()}."
            )
    folder = Path(directory)
    ini_file = ini[0] if ini else _first_ini(folder)
    toml_file = toml[0] if toml else _own_toml(folder)
    if ini_file is None and toml_file is None:
        raise ConfigurationError(
            f"No configuration found in {folder.resolve()}: neither {', '.join(INI_NAMES)} nor a "
            f"[tool.limbeck] table in {TOML_NAME}. Run `limbeck init migrations` to begin a "
            "project, or name the file with -c."
        )
    return Config(
        _inside(folder, ini_file), _inside(folder, toml_file), ini_section=section, **arguments
    )


def _inside(folder: Path, name: str | None) -> str | None:
    return None if name is None else str(folder / name)


def _first_ini(folder: Path) -> str | None:
    return next((name for name in INI_NAMES if (folder / name).is_file()), None)


def _own_toml(folder: Path) -> str | None:
    """Name the pyproject.toml of a folder if it has a table of ours."""
    return TOML_NAME if files.read_toml(folder / TOML_NAME) else None
