"""Questions about sequences and identity columns: whether they have counted beyond their new limits."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Identity

from limbeck.diff.data_question import About, Kind, Question
from limbeck.operations.ops import AlterColumnOp, AlterSequenceOp
from limbeck.schema.facts import TableKey


def of_sequence(directive: AlterSequenceOp) -> Iterator[Question]:
    """Ask for the number that a sequence has come to, where it gets limits and goes on counting."""
    options = directive.options
    limits = (options.get("minvalue"), options.get("maxvalue"))
    increments = [each.get("increment") or 1 for each in (options, directive.existing)]
    if limits != (None, None) and (increments[0] > 0) is (increments[1] > 0):
        key = TableKey(directive.schema, directive.sequence_name)
        yield Question(Kind.BEYOND, directive, key, key, f"sequence {key}", {}, limits=limits)


def of_identity(about: About, directive: AlterColumnOp) -> Iterator[Question]:
    """Ask for the number that an identity column has come to, where it goes on counting."""
    new, old = directive.modify_server_default, directive.existing_server_default
    if not (isinstance(new, Identity) and isinstance(old, Identity)):
        return
    limits = (new.minvalue, new.maxvalue)
    is_changed = limits not in ((None, None), (old.minvalue, old.maxvalue))
    columns = about.names_now([directive.column_name])
    turns = ((new.increment or 1) > 0) is not ((old.increment or 1) > 0)
    if columns is not None and is_changed and not turns:
        which = f"sequence of {about.place}.{directive.column_name}"
        yield from about.ask(Kind.BEYOND, which, columns, limits=limits)
