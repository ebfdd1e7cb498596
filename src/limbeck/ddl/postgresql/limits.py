"""New limits of a sequence that may stand beyond them: one PL/pgSQL block, online and in a script alike.

A sequence that has not counted yet, or counts the other way from now on, starts at its new start, and
one that has not come to its new limits goes on at the nearer one. One that has gone beyond them is left to the server, which refuses
the change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Identity

from limbeck.ddl.base import string_literal

_LEAST, _MOST = -(2**63), 2**63 - 1

_BLOCK = """\
DO $limbeck$
DECLARE
    sequence regclass := {sequence};
    restart bigint;
BEGIN
    EXECUTE 'SELECT CASE WHEN sign(seqincrement) <> sign({increment})
                OR NOT is_called AND last_value = seqstart THEN {start}
            WHEN seqincrement > 0 AND last_value < {least} THEN {least}
            WHEN seqincrement < 0 AND last_value > {most} THEN {most} END
        FROM pg_catalog.pg_sequence, ' || sequence || ' WHERE seqrelid = ' || sequence::oid
        || ' AND (last_value NOT BETWEEN {least} AND {most}
            OR sign(seqincrement) <> sign({increment}))' INTO restart;
    EXECUTE concat({alteration}, ' RESTART WITH ' || restart);
END $limbeck$"""


def within_limits(alteration: str, sequence: str, options: Mapping[str, Any]) -> str:
    """Return the alteration of a sequence, which is an expression, to options that limit it."""
    return _BLOCK.format(
        sequence=sequence,
        alteration=string_literal(alteration),
        increment=options.get("increment", "seqincrement"),
        start=options.get("start", "seqstart"),
        least=options.get("minvalue", "seqmin"),
        most=options.get("maxvalue", "seqmax"),
    )


def identity_limits(identity: Identity) -> dict[str, int]:
    """Return the limits of an identity; those of its type are beyond all numbers."""
    ascends = (identity.increment or 1) > 0
    least = (1 if ascends else _LEAST) if identity.minvalue is None else identity.minvalue
    most = (_MOST if ascends else -1) if identity.maxvalue is None else identity.maxvalue
    return {"minvalue": least, "maxvalue": most}


def are_narrower(limits: Mapping[str, int], existing: Mapping[str, int]) -> bool:
    """Tell whether there are numbers that limits do not allow any more."""
    return limits["minvalue"] > existing["minvalue"] or limits["maxvalue"] < existing["maxvalue"]
