"""What users say of renames: in the models, on the command line, in the configuration.

`renamed_from` makes an entry for the `info` of a model; `read_rename` and `read_table_rename` read
`users.user_name:full_name` and `users:accounts`. Names that hold a dot, a colon or a space stand
in double quotes. Imports nothing: models and the command line use it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

RENAMED_FROM = "limbeck_renamed_from"
"""The key of `info` under which former names are."""

RENAMED_VALUES = "limbeck_renamed_values"
"""The key of a column's `info` under which former names of its enum's values are, by the new ones."""

_PART = r'(?:"(?:[^"]|"")+"|[^\s.:"]+)'
_RENAME = re.compile(rf"({_PART}(?:\.{_PART}){{0,2}}):({_PART}(?:\.{_PART})?)")
_PLACE = re.compile(rf"{_PART}(?:\.{_PART})?")
_PARTS = re.compile(_PART)
_PLAIN = re.compile(r'[^\s.:"]+')


def renamed_from(*names: str, values: Mapping[str, str] | None = None) -> dict[Any, Any]:
    """Return an `info` entry that says how a table, column, constraint or index was called before.

    Several names are former names of which any may be in the database, as in a project with
    databases of different age. `values` are renamed values of the column's enum, new name to old:

        sa.Column("full_name", sa.String, info=renamed_from("user_name"))
        sa.Table("accounts", metadata, ..., schema="app", info=renamed_from("public.users"))
        sa.Column("state", sa.Enum("new", "done"), info=renamed_from(values={"done": "closed"}))
    """
    info: dict[Any, Any] = {}
    if names:
        info[RENAMED_FROM] = names
    if values:
        info[RENAMED_VALUES] = dict(values)
    return info


def info_of(item: object) -> Mapping[Any, Any]:
    """Return the `info` of a table, column, constraint or index, if it was given any.

    SQLAlchemy makes an empty one for each object that is asked.
    """
    info: Mapping[Any, Any] = vars(item).get("info", {})
    return info


def former_names(info: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the former names that an `info` says."""
    names = info.get(RENAMED_FROM, ())
    return (names,) if isinstance(names, str) else tuple(names)


@dataclass(frozen=True, slots=True)
class SaidRename:
    """A rename that a user named: of a table, or with `table` of one of its columns.

    `new_schema` is where a table is moved to; empty: it stays where it is. `spelled` is how the user
    said it, where that is not what the rest makes.
    """

    old: str
    new: str
    table: str | None = None
    schema: str | None = None
    new_schema: str | None = ""
    spelled: str = field(default="", compare=False)

    def __str__(self) -> str:
        if self.spelled:
            return self.spelled
        parts = (self.schema, self.table, self.old)
        place = ".".join(quote_part(part) for part in parts if part is not None)
        target = f"{quote_part(self.new_schema)}." if self.new_schema else ""
        return f"{place}:{target}{quote_part(self.new)}"

    @property
    def target_schema(self) -> str | None:
        """Where the table is afterwards."""
        return self.schema if self.new_schema == "" else self.new_schema

    def in_schema(self, default: str | None) -> SaidRename:
        """Return it with None for the default schema."""
        schemas = [None if it == default else it for it in (self.schema, self.new_schema)]
        if schemas == [self.schema, self.new_schema]:
            return self
        return replace(self, schema=schemas[0], new_schema=schemas[1], spelled=str(self))


def read_rename(text: str) -> SaidRename:
    """Read `[SCHEMA.]TABLE.OLD:NEW`, the rename of a column; raises ValueError."""
    shape = "[SCHEMA.]TABLE.OLD:NEW, as in users.user_name:full_name"
    place, (new, *more) = _split(text, shape)
    if more:
        raise ValueError(f"{text!r} is no rename: write {shape}")
    if len(place) < 2:
        raise ValueError(
            f"{text!r} does not say the column's table: write TABLE.OLD:NEW, as in "
            "users.user_name:full_name; a table is renamed by --rename-table OLD:NEW"
        )
    *schema, table, old = place
    return _checked(SaidRename(old, new, table, schema[0] if schema else None), text)


def read_table_rename(text: str) -> SaidRename:
    """Read `[SCHEMA.]OLD:[SCHEMA.]NEW`, the rename or the move of a table; raises ValueError."""
    place, target = _split(text, "[SCHEMA.]OLD:[SCHEMA.]NEW, as in users:accounts")
    if len(place) > 2:
        raise ValueError(f"{text!r} has a name too many: write [SCHEMA.]OLD:[SCHEMA.]NEW")
    *schema, old = place
    *new_schema, new = target
    said = SaidRename(
        old, new, None, schema[0] if schema else None, new_schema[0] if new_schema else ""
    )
    return _checked(said, text)


def read_place(text: str) -> tuple[str | None, str]:
    """Read `[SCHEMA.]NAME`; what is no such thing is a name as a whole."""
    if not _PLACE.fullmatch(text):
        return None, text
    *schema, name = map(_unquote, _PARTS.findall(text))
    return (schema[0] if schema else None), name


def read_configured_rename(text: str) -> SaidRename:
    """Read an entry of the list `renames`: as on the command line, a table after `table `."""
    word, space, rest = text.strip().partition(" ")
    if space and word == "table":
        return read_table_rename(rest.strip())
    return read_rename(text.strip())


def quote_part(name: str) -> str:
    """Return a name as the command line takes it."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _split(text: str, shape: str) -> tuple[list[str], list[str]]:
    """Return the parts of both names."""
    found = _RENAME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no rename: write {shape}")
    old, new = ([_unquote(part) for part in _PARTS.findall(each)] for each in found.groups())
    return old, new


def _unquote(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part


def _checked(said: SaidRename, text: str) -> SaidRename:
    if (said.old, said.schema) == (said.new, said.target_schema):
        raise ValueError(f"{text!r} renames {said.old} to itself")
    return said
