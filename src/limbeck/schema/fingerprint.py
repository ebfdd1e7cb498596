"""The fingerprint of a schema: facts in, a short stable text out.

Equal facts have equal fingerprints, whatever the process, the platform or the order in which they
were read. Names that a model did not choose count, as they do in the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from limbeck.schema.facts import SchemaFacts, key_order

VERSION = "1"
"""Stands before the hash; goes up when facts say more, so that old fingerprints are told apart."""


def fingerprint(facts: SchemaFacts) -> str:
    """Return `version:hash` of everything, 34 characters.

    A sequence that belongs to a column goes without saying.
    """
    content = [_plain(facts.tables[key]) for key in sorted(facts.tables, key=key_order)]
    free = {key: each for key, each in facts.sequences.items() if each.owner is None}
    for others in (facts.enums, facts.domains, free):
        content += [_plain(others[key]) for key in sorted(others, key=key_order)]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"{VERSION}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _plain(value: Any) -> Any:
    """Return a fact as JSON: only what counts in a comparison, only what is not empty."""
    if is_dataclass(value):
        items = ((item.name, getattr(value, item.name)) for item in fields(value) if item.compare)
        return {name: _plain(item) for name, item in items if item not in (None, ())}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(value[name]) for name in sorted(value)}
    return value
