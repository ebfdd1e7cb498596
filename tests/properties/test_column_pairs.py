"""Random pairs of one table whose columns differ in all that a column can have, there and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import mysql, postgresql

from tests.database.kept import KeptPair, kept_database, pairs

__all__ = ["kept_database"]

Build = Callable[[], Any]


@dataclass(frozen=True)
class Kind:
    """One type that a column may have: what its row holds, and which defaults it takes."""

    type: Build
    row: Any
    defaults: tuple[Any, ...] = ()


_WHOLE = ("7", text("(1 + 2)"), text("-1"))
_WORDS = ("7", "007", "it's (a) 100%", "")
_NUMBERS = (
    Kind(Integer, 1, _WHOLE),
    Kind(BigInteger, 1, _WHOLE),
    Kind(SmallInteger, 1, _WHOLE),
    Kind(lambda: String(20), "1", _WORDS),
    Kind(lambda: String(60), "1", _WORDS),
)
_COLLATIONS: dict[str, tuple[str, ...]] = {
    "sqlite": ("NOCASE", "RTRIM"),
    "postgresql": ("C", "POSIX"),
    "mariadb": ("utf8mb4_bin", "utf8mb4_unicode_ci"),
}
_OWN: dict[str, tuple[Kind, ...]] = {
    "sqlite": (Kind(Text, "1", _WORDS),),
    "postgresql": (
        Kind(Text, "1", _WORDS),
        Kind(postgresql.JSON, 1, ("7", '{"a":1}')),
        Kind(postgresql.JSONB, 1, (text("'{}'::jsonb"), "7")),
    ),
    "mariadb": (
        Kind(lambda: mysql.INTEGER(unsigned=True), 1, ("7", "0")),
        Kind(lambda: mysql.VARCHAR(20, charset="latin1"), "1", ("7", "x'y")),
    ),
}
_TRUTHS = (
    Kind(Boolean, row=True, defaults=(text("true"), text("false"))),
    Kind(Integer, 1, ("1", "0")),
    Kind(BigInteger, 1, ("1",)),
)
_NOON = datetime(2020, 1, 1, 12)
_DAY = date(2020, 1, 1)
_DAYS = ("2020-01-01",)
_TIMES: dict[str, tuple[Kind, ...]] = {
    "sqlite": (Kind(DateTime, _NOON, _DAYS),),
    "postgresql": (
        Kind(DateTime, _DAY, _DAYS),
        Kind(Date, _DAY, _DAYS),
        Kind(lambda: DateTime(timezone=True), _DAY, (text("now()"),)),
        Kind(lambda: postgresql.TIMESTAMP(precision=3), _DAY, _DAYS),
    ),
    "mariadb": (
        Kind(DateTime, _DAY, _DAYS),
        Kind(Date, _DAY, _DAYS),
        Kind(lambda: mysql.DATETIME(fsp=6), _DAY, ("2020-01-01 10:00:00.5",)),
    ),
}
_LISTS: dict[str, tuple[Kind, ...]] = {
    "sqlite": (),
    "mariadb": (),
    "postgresql": (
        Kind(lambda: postgresql.ARRAY(Integer), [1], ("{}", text("ARRAY[1, 2]"))),
        Kind(lambda: postgresql.ARRAY(String(10)), ["1"], ("{}", "{7}")),
        Kind(lambda: postgresql.ARRAY(Text), ["1"], ("{}", "{7}")),
    ),
}
_EXPRESSIONS = ("x + 1", "x * 2", "y + 1", "x + y", "coalesce(y, 3) + 1")
"""All of them 2 in the row: what a column holds that is computed for a while, is kept."""
_IDENTITIES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "sqlite": st.nothing(),
    "mariadb": st.nothing(),
    "postgresql": st.fixed_dictionaries(
        {"increment": st.sampled_from((1, 3, -1, -4)), "maxvalue": st.sampled_from((99, 32767))},
        optional={
            "always": st.booleans(),
            "minvalue": st.sampled_from((-99, 0, 1)),
            "cycle": st.booleans(),
            "cache": st.sampled_from((1, 20)),
        },
    ),
}
"""Options of identities but for where they start, up and down; one that is said is in the range."""

Columns = list[Column[Any]]


@st.composite
def plain_columns(draw: st.DrawFn, name: str, kinds: tuple[Kind, ...]) -> Column[Any]:
    kind = draw(st.sampled_from(kinds))
    default = draw(st.none() | st.sampled_from(kind.defaults)) if kind.defaults else None
    return Column(
        name,
        kind.type(),
        nullable=draw(st.booleans()),
        server_default=default,
        comment=draw(st.sampled_from((None, "it's 100%"))),
        sqlite_on_conflict_not_null=draw(st.sampled_from((None, "IGNORE"))),
        info={"rows": (kind.row,)},
    )


@st.composite
def generated_columns(draw: st.DrawFn, name: str, database: str) -> Column[Any]:
    """Return a column that is computed, an identity, or neither."""
    sql = st.tuples(st.sampled_from(_EXPRESSIONS), st.booleans())
    drawn = draw(st.none() | sql | _IDENTITIES[database])
    type_ = draw(st.sampled_from((Integer, BigInteger)))()
    match drawn:
        case (str() as expression, bool() as persisted):
            return Column(name, type_, Computed(expression, persisted=persisted))
        case dict():
            return Column(name, type_, Identity(start=2, **drawn), nullable=False)
    return Column(name, type_, info={"rows": (2,)})


@st.composite
def collated_columns(draw: st.DrawFn, name: str, database: str) -> Column[Any]:
    collation = draw(st.none() | st.sampled_from(_COLLATIONS[database]))
    type_ = draw(
        st.sampled_from((String(30, collation=collation), String(50, collation=collation)))
    )
    return Column(name, type_, server_default=draw(st.none() | st.sampled_from(("x", "it's"))))


@st.composite
def keys(draw: st.DrawFn, database: str) -> Column[Any]:
    """Return a key that counts up by itself, as the database does it or as an identity, or not."""
    type_ = draw(st.sampled_from((Integer, BigInteger)))()
    options = draw(st.none() | _IDENTITIES[database])
    if options is not None:
        start = draw(st.sampled_from((1, 7)))
        return Column("id", type_, Identity(start=start, **options), primary_key=True)
    counts: Any = "auto" if draw(st.booleans()) else False
    return Column("id", type_, primary_key=True, autoincrement=counts)


@st.composite
def tables(draw: st.DrawFn, database: str) -> MetaData:
    """Return models with one table."""
    columns: Columns = [
        Column("x", draw(st.sampled_from((Integer, BigInteger, SmallInteger)))()),
        Column("y", Integer),
        draw(plain_columns("n", _NUMBERS + _OWN[database])),
        draw(plain_columns("b", _TRUTHS)),
        draw(plain_columns("m", (Kind(lambda: Numeric(8, 2), 1), Kind(Integer, 1, ("4",))))),
        draw(generated_columns("g", database)),
        draw(collated_columns("s", database)),
        draw(plain_columns("d", _TIMES[database])),
        *(draw(plain_columns("a", kinds)) for kinds in (_LISTS[database],) if kinds),
    ]
    computed = columns[5].computed
    is_virtual = computed is not None and not computed.persisted
    keyed = ["x", "s", "d", *([] if is_virtual else ["g"])]
    hung: list[Any] = [
        Index(f"ix_{name}", name, "y")
        for name in draw(st.lists(st.sampled_from(keyed), unique=True, max_size=2))
    ]
    if not is_virtual and draw(st.booleans()):
        hung += [UniqueConstraint("g", name="uq_g"), CheckConstraint("g > -100", name="ck_g")]
    metadata = MetaData()
    key = draw(keys(database))
    Table("t", metadata, key, *columns, *hung)
    return metadata


@pairs
@given(data=st.data())
def test_any_pair_of_columns_converges(database: KeptPair, data: st.DataObject) -> None:
    before, after = (data.draw(tables(database.database.name)) for _ in range(2))
    database.go_between(before, after, rows=1)
