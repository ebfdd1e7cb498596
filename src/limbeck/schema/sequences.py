"""Sequences: which ones the models create, and their options in full.

Options that a sequence does not say are what the database chooses; with these filled in, the
sequences of both sides are equal when they count alike. Never touches a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, MetaData
from sqlalchemy import Sequence as SequenceObject

from limbeck import sqla
from limbeck.schema.facts import Options, SequenceFacts, TableKey, key_order
from limbeck.schema.models import normal_type


@dataclass(frozen=True, slots=True)
class SequenceDefaults:
    """What a database chooses for a sequence that counts within `least` to `most`."""

    least: int
    most: int
    cache: int = 1
    type: str | None = None
    """None where a sequence has no type."""


def full_options(given: Mapping[str, Any], defaults: SequenceDefaults) -> Options:
    """Return all options of a sequence; those that `given` has not, or None for, are defaults."""
    increment = given.get("increment") or 1
    is_ascending = increment > 0
    least = _first(given.get("minvalue"), 1 if is_ascending else defaults.least)
    most = _first(given.get("maxvalue"), defaults.most if is_ascending else -1)
    options = {
        "cache": _first(given.get("cache"), defaults.cache),
        "cycle": str(bool(given.get("cycle"))).lower(),
        "increment": increment,
        "maxvalue": most,
        "minvalue": least,
        "start": _first(given.get("start"), least if is_ascending else most),
    }
    if defaults.type is not None:
        options["type"] = defaults.type
    return tuple((name, str(value)) for name, value in options.items())


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def said_options(options: Options, defaults: SequenceDefaults) -> dict[str, Any]:
    """Return the options that are not the default ones, as Python values."""
    given = python_options(options)
    usual = dict(full_options({"increment": given["increment"]}, defaults))
    first = "minvalue" if given["increment"] > 0 else "maxvalue"
    usual |= {"increment": "1", "start": str(given[first])}
    texts = dict(options)
    return {name: value for name, value in given.items() if texts[name] != usual.get(name)}


def python_options(options: Options) -> dict[str, Any]:
    """Return options as Python values: numbers, a boolean for `cycle`, text for `type`."""
    return {
        name: value if name == "type" else value == "true" if name == "cycle" else int(value)
        for name, value in options
    }


def model_sequences(
    metadata_list: Sequence[MetaData], dialect: Dialect
) -> Iterator[tuple[SequenceObject, str | None]]:
    """Yield the sequences that the models create on the dialect, each with its type's normal form."""
    if not dialect.supports_sequences:
        return
    for metadata in metadata_list:
        for sequence in sqla.metadata_sequences(metadata):
            if not (sequence.optional and dialect.sequences_optional):
                type_ = sequence.data_type
                yield sequence, None if type_ is None else normal_type(dialect, type_)


def given_options(sequence: SequenceObject) -> dict[str, Any]:
    """Return what a sequence says of itself."""
    names = ("increment", "start", "minvalue", "maxvalue", "cache", "cycle")
    return {name: getattr(sequence, name) for name in names}


def in_order(found: Mapping[TableKey, SequenceFacts]) -> dict[TableKey, SequenceFacts]:
    """Return the sequences by sorted keys."""
    return {key: found[key] for key in sorted(found, key=key_order)}
