"""What PostgreSQL refuses, as errors that name what is in the way and say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError

from limbeck.errors import CommandError

_IN_USE = "2BP01"


@contextmanager
def naming_dependents(what: str) -> Iterator[None]:
    """Turn the server's refusal to drop what others need into a CommandError that names them."""
    try:
        yield
    except DBAPIError as error:
        if _code(error) != _IN_USE:
            raise
        diagnosis = getattr(error.orig, "diag", None)
        detail = _field(diagnosis or error.orig, "message_detail", "detail", key="D") or str(
            error.orig
        )
        raise CommandError(
            f"Can't drop {what}: {'; '.join(detail.strip().splitlines())}. Drop that before, or "
            "change it so that it needs this no longer, with op.execute() in the same revision; "
            "limbeck drops nothing with CASCADE."
        ) from error


@contextmanager
def explaining() -> Iterator[None]:
    """Turn a refusal with a way around it into a CommandError that says the way."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0]
        match _code(error):
            case "55P04":  # unsafe use of a new value
                raise CommandError(
                    f"Can't use an enum value in the transaction that added it ({said}). Upgrade "
                    "to the revision that adds it, then on; or give each revision a transaction "
                    "(transaction_per_migration = true); or give its op.alter_enum() "
                    "use_at_once=True, which builds the type anew and rewrites the tables that "
                    "use it."
                ) from error
            case "0A000" if said.endswith("concurrently"):  # not supported
                raise CommandError(
                    f"PostgreSQL says: {said}. Create the index on each partition concurrently, "
                    "then on the table without postgresql_concurrently, which takes those for "
                    "its own."
                ) from error
        raise


def _code(error: DBAPIError) -> str | None:
    return _field(error.orig, "sqlstate", "pgcode", key="C")


def _field(error: Any, *names: str, key: str) -> str | None:
    """Return a field of the server's message, wherever the driver has it: pg8000 in a dictionary."""
    for each in (error, getattr(error, "__cause__", None)):
        if found := next((value for name in names if (value := getattr(each, name, None))), None):
            return str(found)
    arguments = next(iter(getattr(error, "args", ())), None)
    return arguments.get(key) if isinstance(arguments, dict) else None
