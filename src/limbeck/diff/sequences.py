"""Sequences that stand alone. One that a column owns is there, and not looked at."""

from __future__ import annotations

from typing import Any

from limbeck.diff.context import DiffContext
from limbeck.diff.object_filters import admits
from limbeck.diff.objects import ObjectChanges, TableChanges, visible
from limbeck.logs import logger_of
from limbeck.operations.ops import AlterSequenceOp, CreateSequenceOp, MigrateOperation
from limbeck.schema.facts import Options, SchemaFacts, SequenceFacts
from limbeck.schema.sequences import python_options

log = logger_of(__name__)


def compare_sequences(
    database: SchemaFacts, models: SchemaFacts, changes: TableChanges, context: DiffContext
) -> ObjectChanges:
    """Return what makes the sequences those of the models."""
    if "sequences" not in context.kinds:
        return ObjectChanges()
    known = visible(database.sequences, models.sequences, "sequence", context)
    before: list[MigrateOperation] = []
    after: list[MigrateOperation] = []
    for key, wanted in models.sequences.items():
        found = known.get(key)
        differs = found is None or (found.owner is None and found.options != wanted.options)
        if not differs or not admits(context, wanted, found):
            continue
        if found is None:
            log.info("Detected added sequence '%s'", key)
            before.append(_creation(wanted, context))
        else:
            log.info("Detected changed sequence '%s'", key)
            before.append(_alter(found, wanted))
    dropped = [
        found
        for key, found in known.items()
        if key not in models.sequences
        and found.owner is None
        and not found.is_needed
        and changes.frees_default(found.users)
        and admits(context, None, found)
    ]
    for found in reversed(dropped):
        log.info("Detected removed sequence '%s'", found.key)
        after.append(_creation(found, context).reverse())
    return ObjectChanges(tuple(before), tuple(after), frozenset(each.key for each in dropped))


def _creation(facts: SequenceFacts, context: DiffContext) -> CreateSequenceOp:
    options = context.impl.sequence_arguments(facts.options)
    return CreateSequenceOp(facts.key.name, schema=facts.key.schema, **_arguments(options))


def _alter(found: SequenceFacts, wanted: SequenceFacts) -> AlterSequenceOp:
    differing = {name for name, _ in set(found.options) ^ set(wanted.options)}
    if "type" in differing:
        # A new type takes those limits along that were the old one's own.
        differing |= {name for name, value in _limits(found.options) if value.strip("-") != "1"}
    now, then = (
        _arguments(python_options(_only(facts.options, differing))) for facts in (found, wanted)
    )
    return AlterSequenceOp(wanted.key.name, existing=now, schema=wanted.key.schema, **then)


def _limits(options: Options) -> Options:
    return _only(options, {"minvalue", "maxvalue"})


def _only(options: Options, names: set[str]) -> Options:
    return tuple((name, value) for name, value in options if name in names)


def _arguments(options: dict[str, Any]) -> dict[str, Any]:
    """Return options by the names that the directives' arguments have."""
    return {"type_" if name == "type" else name: value for name, value in options.items()}
