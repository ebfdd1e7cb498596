"""Values of options: text, lists of paths, booleans, integers.

Each function receives the text (or the TOML value) and the name of what is read, for the error;
none looks anything up.
"""

from __future__ import annotations

import os
import re
import tomllib
from typing import Any

from limbeck.errors import ConfigurationError

SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}

_TRUE = {"true", "yes", "on", "1"}
_FALSE = {"false", "no", "off", "0", ""}


def read_boolean(value: Any, *, where: str) -> bool:
    """Read true/yes/on/1 and false/no/off/0, in any case."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ConfigurationError(f"{where} = {value!r} is not a boolean; write true or false.")


def read_integer(value: Any, *, where: str) -> int:
    """Read a whole number."""
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{where} = {value!r} is not a whole number.") from error


def read_text(value: Any, *, where: str) -> str:
    """Read text; what TOML has beside it is none."""
    if isinstance(value, str):
        return value
    raise ConfigurationError(f"{where} = {value!r} is not text; write it in quotes.")


def read_list(value: Any, *, where: str) -> tuple[str, ...]:
    """Read a TOML list of strings, also one in an ini file, or text with commas or line ends."""
    match value:
        case str() if value.lstrip().startswith("["):
            return read_list(_read_toml(value, where=where), where=where)
        case str():
            return tuple(part.strip() for part in re.split(r"[,\n]", value) if part.strip())
        case list() if all(isinstance(part, str) for part in value):
            return tuple(value)
        case _:
            raise ConfigurationError(f"{where} = {value!r} is not a list of strings.")


def _read_toml(text: str, *, where: str) -> Any:
    try:
        return tomllib.loads(f"value = {text.strip()}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f'{where} = {text!r} is not a list of strings; write ["one", "two"], or one, two.'
        ) from error


def split_paths(value: str, separator: str) -> list[str]:
    """Split a list of paths and drop the empty ones."""
    return [part.strip() for part in value.split(separator) if part.strip()]
