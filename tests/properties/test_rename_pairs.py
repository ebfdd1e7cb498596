"""Random models of which things get other names, there and back: each row stays where it belongs."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Constraint,
    Enum,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    column,
    func,
    select,
)

from limbeck import renamed_from
from limbeck.diff.renames import RenameRequest
from limbeck.diff.said import SaidRenames
from limbeck.renamed import SaidRename
from tests.database.kept import KeptPair, kept_database, pairs

__all__ = ["kept_database"]

NAMES = ("alpha", "Beta b", "select", "größe", 'qu"ote', "x:y", "l" * 55, "it's", "beta_b")
MORE_NAMES = (*NAMES, "order", "Alpha", "user_ids", "userId", "id", "new", "Camel")
CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SLOTS = ("key", "part", "label", "size", "state", "flag", "owner", "owner_part", "twice")
"""What the columns of a table are, whatever they are called."""

STANDING = ("unique", "index", "check", "unnamed check", "expression", "partial", "computed")
"""What may stand on the columns of a table."""

CHANGES = ("type", "nullability", "default", "comment", "position", "values", "added")
"""What else may change with the names."""


VALUES: dict[str, list[Any]] = {
    "key": [1, 2],
    "part": [11, 12],
    "label": ["one", "two"],
    "size": [21, 22],
    "state": ["done", "new"],
    "flag": [False, True],
    "owner": [1, 2],
    "owner_part": [11, 12],
}
"""What the rows have in the columns, in the order of values."""


@dataclass(frozen=True)
class Shape:
    """One table but for its names. `target` is the position of the table that it refers to."""

    counts: str
    is_native: bool
    standing: frozenset[str]
    target: int | None


@dataclass(frozen=True)
class Names:
    """The names of one table on one side, `columns` in the order of SLOTS."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """Tables, their names on both sides, and what else is changed in each."""

    shapes: tuple[Shape, ...]
    before: tuple[Names, ...]
    after: tuple[Names, ...]
    changes: tuple[frozenset[str], ...]
    is_composite: bool
    has_convention: bool
    has_names: bool
    in_schema: bool
    in_models: bool
    """Whether the models say what is renamed, where they can."""

    def build(self, schema: str | None, features: Set[str], *, is_after: bool) -> MetaData:
        """Return the models of one side."""
        metadata = MetaData(naming_convention=CONVENTION if self.has_convention else None)
        schema = schema if self.in_schema else None
        for position in range(len(self.shapes)):
            _Build(self, position, is_after, schema, features).into(metadata)
        return metadata

    def request(self, schema: str | None) -> RenameRequest:
        """Return what the models can't say."""
        schema = schema if self.in_schema else None
        said = []
        for position, (old, new) in enumerate(zip(self.before, self.after, strict=True)):
            if old.table != new.table and not self.is_said(position):
                said.append(SaidRename(old.table, new.table, None, schema))
            for slot in SLOTS:
                one, two = self.names_of(position, slot)
                if one != two and self.has(position, slot) and not self.is_said(position, slot):
                    said.append(SaidRename(one, two, new.table, schema))
        return RenameRequest(SaidRenames(tuple(said)), seeks=False)

    def has(self, position: int, slot: str) -> bool:
        """Tell whether a table has that column."""
        shape = self.shapes[position]
        match slot:
            case "part":
                return self.is_composite
            case "owner":
                return shape.target is not None
            case "owner_part":
                return shape.target is not None and self.is_composite
            case "twice":
                return "computed" in shape.standing
            case _:
                return True

    def names_of(self, position: int, slot: str) -> tuple[str, str]:
        """Return how a column is called on both sides."""
        number = SLOTS.index(slot)
        return self.before[position].columns[number], self.after[position].columns[number]

    def is_said(self, position: int, slot: str | None = None) -> bool:
        """Tell whether the models say that rename: not where the new name is one of the old ones."""
        if slot is None:
            sides = [[each.table for each in side] for side in (self.before, self.after)]
            old, new = self.before[position].table, self.after[position].table
        else:
            sides = [list(side[position].columns) for side in (self.before, self.after)]
            old, new = self.names_of(position, slot)
        folded = [{name.casefold() for name in side} for side in sides]
        return (
            self.in_models and new.casefold() not in folded[0] and old.casefold() not in folded[1]
        )


@dataclass(frozen=True)
class _Build:
    """One table of one side."""

    case: Case
    position: int
    is_after: bool
    schema: str | None
    features: Set[str]

    def into(self, metadata: MetaData) -> None:
        columns = {slot: self._column(slot) for slot in SLOTS if self.case.has(self.position, slot)}
        old, new = (side[self.position].table for side in (self.case.before, self.case.after))
        said = self.is_after and old != new and self.case.is_said(self.position)
        Table(
            new if self.is_after else old,
            metadata,
            *(reversed(columns.values()) if self._is("position") else columns.values()),
            *self._added(),
            *self._keys(metadata, columns),
            *self._standing(),
            schema=self.schema,
            comment="a table" if self._is("comment") else None,
            info=renamed_from(old) if said else {},
        )

    def _is(self, change: str) -> bool:
        return self.is_after and change in self.case.changes[self.position]

    def _name(self, slot: str, position: int | None = None) -> str:
        place = self.position if position is None else position
        return self.case.names_of(place, slot)[self.is_after]

    def _own(self, name: str) -> str | None:
        """Return the name of a constraint: the same on both sides, or none."""
        return f"{name}_{self.position}" if self.case.has_names else None

    def _column(self, slot: str) -> Column[Any]:
        old, new = self.case.names_of(self.position, slot)
        is_replaced = slot == "state" and self._is("values")
        values = {"finished": "done"} if is_replaced else {}
        is_said = self.is_after and old != new and self.case.is_said(self.position, slot)
        info = renamed_from(*([old] if is_said else []), values=values)
        info["rows"] = VALUES.get(slot)
        return Column(
            new if self.is_after else old, *self._type(slot), info=info, **self._options(slot)
        )

    def _type(self, slot: str) -> list[Any]:
        match slot:
            case "key":
                is_identity = self.case.shapes[self.position].counts == "identity"
                is_identity = is_identity and "identity" in self.features
                return [Integer, *([Identity()] if is_identity else [])]
            case "label":
                return [String(60 if self._is("type") else 40)]
            case "size":
                return [BigInteger if self._is("type") else Integer]
            case "state":
                return [self._enum()]
            case "flag":
                named = f"flag{self.position}" if self.case.has_convention else None
                return [Boolean(create_constraint=True, name=named)]
            case "twice":
                size = column(self._name("size"), Integer)
                return [Integer, Computed(size * 2, persisted=True)]
            case _:
                return [Integer]

    def _enum(self) -> Enum:
        values = ("new", "finished" if self._is("values") else "done")
        is_native = self.case.shapes[self.position].is_native
        return Enum(
            *values,
            name=f"state{self.position}",
            native_enum=is_native,
            create_constraint=True,
            length=20,
        )

    def _options(self, slot: str) -> dict[str, Any]:
        match slot:
            case "key":
                counts = self.case.shapes[self.position].counts
                is_alone = counts == "serial" and not self.case.is_composite
                return {} if counts == "identity" else {"autoincrement": is_alone}
            case "label":
                default = {"server_default": "nobody's"} if self._is("default") else {}
                comment = {"comment": "it's a label"} if self._is("comment") else {}
                return {"nullable": not self._is("nullability"), **default, **comment}
            case "size":
                return {"server_default": "7"}
            case "part" | "owner" | "owner_part":
                return {"nullable": False, "autoincrement": False}
            case _:
                return {}

    def _added(self) -> list[Column[Any]]:
        """Return a new column by a name that another one gave up."""
        if not self._is("added"):
            return []
        kept = {name.casefold() for name in self.case.after[self.position].columns}
        old = [
            self.case.names_of(self.position, slot)[0]
            for slot in SLOTS
            if self.case.has(self.position, slot)
        ]
        return [Column(name, Integer) for name in old if name.casefold() not in kept][:1]

    def _keys(self, metadata: MetaData, columns: dict[str, Column[Any]]) -> list[Constraint]:
        slots = ["key", "part"] if self.case.is_composite else ["key"]
        keys: list[Constraint] = [
            PrimaryKeyConstraint(*map(self._name, slots), name=self._own("pk"))
        ]
        target = self.case.shapes[self.position].target
        if target is None:
            return keys
        referred = [columns[slot] for slot in slots]
        if target != self.position:
            side = self.case.after if self.is_after else self.case.before
            place = f"{self.schema}." if self.schema else ""
            table = metadata.tables[f"{place}{side[target].table}"]
            referred = [table.c[self._name(slot, target)] for slot in slots]
        own = [self._name(slot) for slot in ["owner", "owner_part"][: len(slots)]]
        return [*keys, ForeignKeyConstraint(own, referred, name=self._own("fk"))]

    def _standing(self) -> list[Constraint | Index]:
        """Return what stands on columns."""
        label, size = self._name("label"), self._name("size")
        own, convention = self._own, self.case.has_convention
        position = self.position
        plain = None if convention and not self.case.has_names else f"ix_{position}"
        where: dict[str, Any] = {
            f"{each}_where": column(size) > 0 for each in ("postgresql", "sqlite")
        }
        lower = func.lower(column(label))
        make: dict[str, Callable[[], Constraint | Index]] = {
            "unique": lambda: UniqueConstraint(label, size, name=own("uq")),
            "index": lambda: Index(plain, label, self._name("flag")),
            "check": lambda: CheckConstraint(func.length(column(label)) > 0, name=f"ck_{position}"),
            "unnamed check": lambda: CheckConstraint(
                column(size) > 0, name=f"sized_{position}" if convention else None
            ),
            "expression": lambda: Index(f"lower_{position}", lower),
            "partial": lambda: Index(f"partial_{position}", label, **where),
        }
        standing = self.case.shapes[position].standing
        if "partial_indexes" not in self.features:
            standing -= {"expression", "partial"}
        return [make[each]() for each in STANDING if each in standing and each in make]


@st.composite
def two_sides(
    draw: st.DrawFn, pool: tuple[str, ...], count: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Draw names for things, and those that they have afterwards: new ones, or exchanged."""
    # the case of names does not count on each database
    old = draw(st.lists(st.sampled_from(pool), min_size=count, max_size=count, unique_by=fold))
    moved = draw(st.lists(st.integers(0, count - 1), unique=True, max_size=4))
    new = list(old)
    if draw(st.booleans()):
        for number, other in zip(moved, [*moved[1:], *moved[:1]], strict=True):
            new[number] = old[other]
        return tuple(old), tuple(new)
    for number in moved:
        others = {fold(name) for place, name in enumerate(new) if place != number}
        free = [name for name in pool if fold(name) not in others and name != old[number]]
        new[number] = draw(st.sampled_from(free))
    return tuple(old), tuple(new)


def fold(name: str) -> str:
    """Return a name as those databases see it for which its case does not count."""
    return name.casefold()


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a model and its renames."""
    count = draw(st.integers(1, 3))
    tables = draw(two_sides(NAMES, count))
    columns = [draw(two_sides(MORE_NAMES, len(SLOTS))) for _ in range(count)]
    shapes = tuple(
        Shape(
            draw(st.sampled_from(["no", "serial", "identity"])),
            draw(st.booleans()),
            draw(st.frozensets(st.sampled_from(STANDING))),
            draw(st.none() | st.integers(0, position)),
        )
        for position in range(count)
    )
    before, after = (
        tuple(Names(tables[side][position], columns[position][side]) for position in range(count))
        for side in (0, 1)
    )
    changes = st.just(frozenset[str]()) | st.frozensets(st.sampled_from(CHANGES), max_size=3)
    return Case(
        shapes,
        before,
        after,
        tuple(draw(changes) for _ in range(count)),
        *(draw(st.booleans()) for _ in range(5)),
    )


def check_rows(database: KeptPair, case: Case, found: MetaData, schema: str | None) -> None:
    """Fail if a value stands elsewhere than in the column that it was inserted into."""
    place = f"{schema}." if schema and case.in_schema else ""
    with database.database.engine.connect() as connection:
        for position, names in enumerate(case.after):
            table = found.tables[f"{place}{names.table}"]
            rows = connection.execute(select(table)).mappings().all()
            assert len(rows) == 2
            for slot, value in VALUES.items():
                if case.has(position, slot):
                    now = [row[case.names_of(position, slot)[1]] for row in rows]
                    if slot == "state" and "values" in case.changes[position]:
                        value = ["finished", "new"]
                    assert sorted(now) == value, (position, slot)


@pairs
@given(case=cases())
def test_any_renames_converge(database: KeptPair, case: Case) -> None:
    features = database.database.features
    schema = database.database.second_schema if "enum_types" in features else None
    before, after = (case.build(schema, features, is_after=side) for side in (False, True))
    source = database.go_between(
        before,
        after,
        detect_renames=case.request(schema),
        keeps_all=True,
        when_upgraded=lambda: check_rows(database, case, after, schema),
    )
    upgrade = source.partition("def downgrade")[0]
    dropped = set(re.findall(r"^ *(?:batch_)?op\.(drop_\w+)\(", upgrade, re.MULTILINE))
    assert "drop_table" not in dropped, source
    if not any(case.changes):
        kept = {"drop_column", "drop_index"}
        # a name of the convention that is cut says nothing of what it was made of
        is_cut = any(len(each.table) > 50 for each in (*case.before, *case.after))
        kept |= {"drop_constraint"} if "deparses" in features and not is_cut else set()
        assert not dropped & kept, source
