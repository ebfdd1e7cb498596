"""ALTER TABLE for what PostgreSQL keeps of a table beside its columns: storage, place, logging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.ext.compiler import compiles

from limbeck.ddl.base import AlterTable, alter_table
from limbeck.schema.facts import Options

ALTERABLE = frozenset({"prefixes", "tablespace", "using", "with"})
"""What ALTER TABLE changes; not the parents of a table, nor how it is partitioned."""

_TABLE_METHOD = "heap"


def without_toast(options: Options) -> Options:
    """Return a table's options without those of its TOAST table."""
    kept = []
    for name, value in options:
        if name == "with":
            value = ", ".join(each for each in value.split(", ") if not each.startswith("toast."))
        kept.append((name, value))
    return tuple((name, value) for name, value in kept if value)


class AlterOptions(AlterTable):
    """ALTER TABLE … SET …, a clause for each option."""

    def __init__(
        self,
        table_name: str,
        options: Mapping[str, Any],
        existing: Mapping[str, Any],
        schema: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.wanted = options
        self.existing = existing


@compiles(AlterOptions, "postgresql")
def visit_alter_options(element: AlterOptions, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {', '.join(_clauses(element, compiler.preparer))}"


def _clauses(element: AlterOptions, preparer: Any) -> Iterator[str]:
    for name in sorted(element.wanted):
        value = element.wanted[name]
        match name:
            case "prefixes":
                is_unlogged = "UNLOGGED" in [str(prefix).upper() for prefix in value or ()]
                yield "SET UNLOGGED" if is_unlogged else "SET LOGGED"
            case "tablespace":
                yield f"SET TABLESPACE {preparer.quote(value or 'pg_default')}"
            case "using":
                yield f"SET ACCESS METHOD {preparer.quote(value or _TABLE_METHOD)}"
            case "with":
                yield from _storage(value or {}, element.existing.get("with") or {})


def _storage(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """Yield SET for the parameters that have a value, RESET for those that had one."""
    given = {name: value for name, value in wanted.items() if value is not None}
    if given:
        yield f"SET ({', '.join(f'{name} = {_setting(given[name])}' for name in sorted(given))})"
    gone = sorted({*wanted, *found} - set(given))
    if gone:
        yield f"RESET ({', '.join(gone)})"


def _setting(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if text.replace(".", "", 1).lstrip("-").isalnum() else f"'{text}'"
