"""Random pairs of models with enum types, domains and sequences, there and back again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from tests.database.kept import KeptPair, kept_database, pairs

__all__ = ["kept_database"]

KEPT = "ok"
"""What the rows hold: the value that no side is without."""
VALUES = ("sad", "it's", "10%", "A b")
_LIST = {"rows": ([KEPT],)}
TYPES = (("mood", "d", "dm"), ("Mood 'x\"", "select", "größe" * 9))
"""How the enum type and the domains are called, that over the enum type last."""
SEQUENCES = st.fixed_dictionaries(
    {"increment": st.sampled_from([1, 2])},
    optional={
        "start": st.sampled_from([5, 7]),
        "minvalue": st.sampled_from([-9, 1]),
        "maxvalue": st.sampled_from([99, 32767]),
        "cycle": st.booleans(),
        "cache": st.sampled_from([1, 20]),
        "data_type": st.sampled_from([sa.SmallInteger(), sa.Integer(), sa.BigInteger()]),
    },
)


@dataclass(frozen=True)
class Objects:
    """One side. `uses` are the tables with a column of the enum type, `lists` those with an array."""

    values: tuple[str, ...]
    uses: frozenset[str]
    lists: frozenset[str]
    has_default: bool
    has_check: bool
    domain: tuple[int, bool, str | None, Any, str | None] | None
    has_domain_of_values: bool
    """Has it a domain over the enum type, with a column of it and one of its arrays?"""
    sequence: Mapping[str, Any] | None

    def build(
        self, schema: str | None, names: tuple[str, str, str], *, has_rows: bool
    ) -> sa.MetaData:
        """Return the models; schema and names are those of the enum type and the domains.

        `has_rows`: the other side has the domain, too, so that rows have values of it.
        """
        metadata = sa.MetaData()
        mood = sa.Enum(*self.values, name=names[0], schema=schema)
        for name in ("a", "b"):
            table = sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True))
            if name in self.uses or (name == "a" and self.has_domain_of_values):
                default = self.values[-1] if self.has_default else None
                table.append_column(
                    sa.Column("m", mood, server_default=default, info={"rows": (KEPT,)})
                )
                if self.has_check:
                    other = self.values[0].replace("'", "''")
                    table.append_constraint(
                        sa.CheckConstraint(f"m <> '{other}' OR id > 0", name=f"check_{name}")
                    )
            if name in self.lists:
                table.append_column(sa.Column("l", postgresql.ARRAY(mood), info=_LIST))
        if self.domain is not None:
            length, is_full, check, default, collation = self.domain
            not_null = is_full and (has_rows or default is not None)
            type_ = postgresql.DOMAIN(
                names[1],
                sa.String(length),
                not_null=not_null,
                check=check,
                default=default,
                collation=collation,
                schema=schema,
            )
            metadata.tables["a"].append_column(sa.Column("d", type_, info={"rows": ("words",)}))
        if self.has_domain_of_values:
            check = "VALUE IS NOT NULL OR true" if self.has_check else None
            over = postgresql.DOMAIN(names[2], mood, check=check, schema=schema)
            metadata.tables["b"].append_column(sa.Column("over", over, info={"rows": (KEPT,)}))
            metadata.tables["b"].append_column(
                sa.Column("overs", postgresql.ARRAY(over), info=_LIST)
            )
        if self.sequence is not None:
            sa.Sequence("s", metadata=metadata, **self.sequence)
        return metadata


def sides() -> st.SearchStrategy[Objects]:
    """Return a strategy for one side."""
    tables = st.frozensets(st.sampled_from(["a", "b"]))
    checks = st.sampled_from([None, "VALUE <> ''", "VALUE IN ('x', 'y') OR length(VALUE) > 3"])
    return st.builds(
        Objects,
        values=st.lists(st.sampled_from(VALUES), unique=True).flatmap(
            lambda values: st.permutations([KEPT, *values]).map(tuple)
        ),
        uses=tables,
        lists=tables,
        has_default=st.booleans(),
        has_check=st.booleans(),
        domain=st.none()
        | st.tuples(
            st.sampled_from([9, 20]),
            st.booleans(),
            checks,
            st.sampled_from([None, "it's 5%", sa.text("lower('It''s')")]),
            st.sampled_from([None, "C", "POSIX", "ucs_basic"]),
        ),
        has_domain_of_values=st.booleans(),
        sequence=st.none() | SEQUENCES,
    )


@pytest.mark.requires("enum_types")
@pytest.mark.filterwarnings("ignore:The database did not normalise")  # a type to come is unknown
@pairs
@given(
    before=sides(),
    after=sides(),
    schemas=st.tuples(*[st.sampled_from([None, "second"])] * 2),
    names=st.tuples(*[st.sampled_from(TYPES)] * 2),
)
def test_any_pair_of_objects_converges(
    database: KeptPair,
    before: Objects,
    after: Objects,
    schemas: tuple[str | None, str | None],
    names: tuple[tuple[str, str, str], tuple[str, str, str]],
) -> None:
    has_rows = before.domain is not None and after.domain is not None
    models = (
        side.build(*place, has_rows=has_rows)
        for side, place in zip((before, after), zip(schemas, names, strict=True), strict=True)
    )
    database.go_between(*models, rows=1)
