"""A statement as text for a SQL script: what `--sql` writes instead of executing.

Receives a construct and a dialect, returns SQL that a database's own shell understands: `%` is
not doubled for a driver, tabs inside values stay, and a colon that SQLAlchemy took for a bound
parameter is an error instead of a NULL that nobody asked for.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.schema import ExecutableDDLElement

from limbeck.errors import CommandError


class UnboundParameterError(CommandError):
    """SQL for a script has a parameter without a value."""

    def __init__(self, names: list[str], sql: str) -> None:
        super().__init__(names, sql)
        self.names = names
        self.sql = sql

    def __str__(self) -> str:
        names = ", ".join(f":{name}" for name in self.names)
        return (
            f"Can't write this statement to a SQL script, as {names} has no value:\n"
            f"    {self.sql}\n"
            f"If it is meant as a colon, write '\\:'; if it is a parameter, give its value: "
            f"op.execute(sa.text(...).bindparams({self.names[0]}=...))."
        )


def compile_statement(construct: Any, dialect: Dialect, *, literal_binds: bool) -> str:
    """Return the construct as SQL text, values inline where `literal_binds` or the value says so.

    Raises UnboundParameterError when a parameter without a value would have to be inline.
    """
    if isinstance(construct, ExecutableDDLElement):
        # only SQLAlchemy's own indentation: it writes a tab after each line break
        return re.sub(r"(?m)^\t+", "    ", str(construct.compile(dialect=dialect))).strip()
    if literal_binds:
        _check_values(construct, dialect)
    options = {"literal_binds": True} if literal_binds else {"render_postcompile": True}
    return str(construct.compile(dialect=dialect, compile_kwargs=options)).strip()


def _check_values(construct: Any, dialect: Dialect) -> None:
    compiled = construct.compile(dialect=dialect)
    binds = getattr(compiled, "binds", {})
    inserted = {id(bind) for bind in getattr(compiled, "insert_prefetch", ())}
    unbound = [
        name
        for name, bind in binds.items()
        if bind.required
        and bind.value is None
        and bind.callable is None
        and id(bind) not in inserted
    ]
    if unbound:
        raise UnboundParameterError(sorted(unbound), str(construct))
