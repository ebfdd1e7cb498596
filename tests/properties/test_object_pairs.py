"""Random pairs of models with enum types, domains and sequences, there and back again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from tests.database.kept import KeptPair, kept_database, pairs

__all__ = ["kept_database"]

VALUES = ("sad", "ok", "it's", "10%", "A b")


@dataclass(frozen=True)
class Objects:
    """One side. `uses` are the tables with a column of the enum type, `lists` those with an array."""

    values: tuple[str, ...]
    uses: frozenset[str]
    lists: frozenset[str]
    has_default: bool
    has_check: bool
    domain: tuple[int, bool, str | None] | None
    sequence: tuple[int, int, bool] | None

    def build(self) -> sa.MetaData:
        """Return the models."""
        metadata = sa.MetaData()
        mood = sa.Enum(*self.values, name="mood")
        for name in ("a", "b"):
            table = sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True))
            if name in self.uses:
                default = self.values[-1] if self.has_default else None
                table.append_column(sa.Column("m", mood, server_default=default))
                if self.has_check:
                    other = self.values[0].replace("'", "''")
                    table.append_constraint(
                        sa.CheckConstraint(f"m <> '{other}' OR id > 5", name=f"check_{name}")
                    )
            if name in self.lists:
                table.append_column(sa.Column("l", postgresql.ARRAY(mood)))
        if self.domain is not None:
            length, not_null, check = self.domain
            type_ = postgresql.DOMAIN("d", sa.String(length), not_null=not_null, check=check)
            metadata.tables["a"].append_column(sa.Column("d", type_))
        if self.sequence is not None:
            start, increment, cycle = self.sequence
            sa.Sequence("s", start=start, increment=increment, cycle=cycle, metadata=metadata)
        return metadata


def sides() -> st.SearchStrategy[Objects]:
    """Return a strategy for one side."""
    tables = st.frozensets(st.sampled_from(["a", "b"]))
    checks = st.sampled_from([None, "VALUE <> ''", "VALUE IN ('x', 'y') OR length(VALUE) > 3"])
    return st.builds(
        Objects,
        values=st.permutations(VALUES).flatmap(
            lambda values: st.integers(1, len(values)).map(lambda count: tuple(values[:count]))
        ),
        uses=tables,
        lists=tables,
        has_default=st.booleans(),
        has_check=st.booleans(),
        domain=st.none() | st.tuples(st.sampled_from([9, 20]), st.booleans(), checks),
        sequence=st.none()
        | st.tuples(st.sampled_from([1, 7]), st.sampled_from([1, 2]), st.booleans()),
    )


@pytest.mark.requires("enum_types")
@pairs
@given(before=sides(), after=sides())
def test_any_pair_of_objects_converges(database: KeptPair, before: Objects, after: Objects) -> None:
    database.go_between(before.build(), after.build(), rows=0)
