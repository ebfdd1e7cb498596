"""What all who read `sqlite_master` have to know: its schemas, and how it keeps statements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection, text

from limbeck.ddl.sqlite.text import LEXICON
from limbeck.schema.database import ReadScope

_MAIN = "main"
_HEAD = re.compile(
    r"\s*CREATE\s+(?:TEMP(?:ORARY)?\s+)?(?:UNIQUE\s+|VIRTUAL\s+)?(?:INDEX|TABLE|TRIGGER|VIEW)\s+"
    r"(?:IF\s+NOT\s+EXISTS\s+)?",
    re.IGNORECASE,
)


def schemas_of(connection: Connection, scope: ReadScope) -> Iterator[tuple[str, str | None]]:
    """Yield the schemas (attached databases) in `scope` that exist: the name, and that in keys."""
    attached = {
        row.name for row in connection.execute(text("SELECT name FROM pragma_database_list"))
    }
    default = scope.default_schema or _MAIN
    for schema in dict.fromkeys(name or default for name in scope.schemas):
        if schema in attached:
            yield schema, None if schema == default else schema


def is_virtual(sql: str) -> bool:
    """Tell whether the statement of a table makes a virtual one."""
    return LEXICON.tokenize(sql[:200])[1].is_word("VIRTUAL")


def in_schema(statement: str, prefix: str) -> str:
    """Return a kept statement with `schema.` before the name: SQLite keeps it without."""
    return _HEAD.sub(lambda head: head.group() + prefix, statement, count=1)
