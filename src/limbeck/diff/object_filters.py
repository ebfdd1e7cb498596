"""The user's `include_object`, asked about enum types, domains and sequences that differ.

It gets them as SQLAlchemy has them: an `Enum`, the dialect's domain, a `Sequence`, each with a
name, a schema and an `info`; as `type_` "enum", "domain" or "sequence".
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Enum, Sequence
from sqlalchemy.types import TypeEngine

from limbeck.diff.context import DiffContext
from limbeck.schema.facts import DomainFacts, EnumFacts, SequenceFacts
from limbeck.schema.sequences import python_options

Facts = EnumFacts | DomainFacts | SequenceFacts


def admits(context: DiffContext, model: Facts | None, database: Facts | None = None) -> bool:
    """Tell whether an object that is added, changed or removed takes part; None: it is not there."""
    facts = model or database
    if facts is None:
        raise ValueError("an object that is on neither side")
    return context.run_object_filters(
        _as_object(facts, context),
        facts.key.name,
        _kind(facts),
        reflected=model is None,
        compare_to=None if model is None or database is None else _as_object(database, context),
    )


def _kind(facts: Facts) -> str:
    match facts:
        case EnumFacts():
            return "enum"
        case DomainFacts():
            return "domain"
        case SequenceFacts():
            return "sequence"


def _as_object(facts: Facts, context: DiffContext) -> Any:
    schema, name = facts.key
    match facts:
        case SequenceFacts():
            options = python_options(facts.options)
            options.pop("type", None)
            return Sequence(name, schema=schema, **options)
        case EnumFacts():
            type_: TypeEngine[Any] = Enum(*facts.values, name=name, schema=schema)
        case DomainFacts():
            type_ = context.impl.domain_type(facts)
    vars(type_)["info"] = {}  # compat: filters look at the `info` of whatever they get
    return type_
