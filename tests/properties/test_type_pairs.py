"""Random pairs of one table whose columns have any type that the database has, there and back.

The types of one family become each other with the row kept; conversions that need a word of the
user have their own tests.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql

from tests.database.kept import KeptPair, kept_database, pairs

__all__ = ["kept_database"]

Build = Callable[[], Any]


class Decorated(sa.TypeDecorator[str]):
    """A type of a user's own, upon one that the database knows."""

    impl = sa.String(80)
    cache_ok = True


@dataclass(frozen=True)
class Family:
    """Types of which one becomes the other, each with what its row holds."""

    name: str
    types: tuple[tuple[Build, Any], ...]
    default: Any = None
    """What any of them may have as a server default."""


_KEY = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
_OBJECT = '{"a": [1]}'
_DAY = datetime.date(2020, 1, 1)
_MOMENT = datetime.datetime(2020, 1, 1)
_MOMENT_UTC = _MOMENT.replace(tzinfo=datetime.UTC)
_HOUR = datetime.time(12, 30)


def _all(row: Any, *types: Build) -> tuple[tuple[Build, Any], ...]:
    return tuple((type_, row) for type_ in types)


def _variant() -> Any:
    """Return a type that is another one on each database."""
    wide = sa.String(70).with_variant(postgresql.VARCHAR(90), "postgresql")
    return wide.with_variant(mysql.VARCHAR(90, charset="latin1"), "mysql", "mariadb")


_WORDS = _all(
    _KEY,
    lambda: sa.String(60),
    lambda: sa.Enum(_KEY, "other it's", native_enum=False, length=60),
    lambda: sa.Enum(_KEY, "b", native_enum=False, create_constraint=True, name="words"),
    Decorated,
    _variant,
    sa.Text,
)
_NUMBERS = _all(
    1,
    sa.Integer,
    sa.BigInteger,
    lambda: sa.Numeric(10, 2),
    lambda: sa.Numeric(12, 0),
    sa.Float,
    sa.Double,
)
_TRUTHS = ((sa.Boolean, True), (lambda: sa.Boolean(create_constraint=True, name="yes"), True))
_EVERYWHERE = (Family("truth", _TRUTHS, sa.text("true")),)
_FAMILIES: dict[str, tuple[Family, ...]] = {
    "sqlite": (
        *_EVERYWHERE,
        Family("words", _WORDS, _KEY),
        Family("number", (*_NUMBERS, (sa.REAL, 1), (sa.SmallInteger, 1)), "1"),
        Family("document", ((sa.JSON, {"a": [1]}), (sa.Text, _OBJECT)), _OBJECT),
        Family("day", ((sa.Date, _DAY),), "2020-01-01"),
        Family("moment", ((sa.DateTime, _MOMENT), (sa.Text, "2020-01-01 00:00:00.000000")), "2020-01-01 00:00:00"),
        Family("bytes", _all(b"b", sa.LargeBinary, sa.BLOB), "b"),
    ),
    "postgresql": (
        *_EVERYWHERE,
        Family("words", (*_WORDS, (sa.Uuid, uuid.UUID(_KEY)), (lambda: sa.Uuid(as_uuid=False), _KEY), (lambda: sa.CHAR(36), _KEY), (postgresql.CITEXT, _KEY)), _KEY),
        Family("number", (*_NUMBERS, (sa.SmallInteger, 1), (lambda: sa.Float(20), 1), (postgresql.REAL, 1)), "1"),
        Family("document", ((sa.JSON, {"a": [1]}), (postgresql.JSONB, {"a": [1]}), (lambda: sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), {"a": [1]}), (sa.Text, _OBJECT)), _OBJECT),
        Family("list", (*_all([1], lambda: sa.ARRAY(sa.Integer), lambda: postgresql.ARRAY(sa.BigInteger), lambda: postgresql.ARRAY(sa.SmallInteger), lambda: postgresql.ARRAY(sa.Integer, dimensions=1)), *_all(["1"], lambda: postgresql.ARRAY(sa.Text), lambda: postgresql.ARRAY(sa.String(20)))), "{}"),
        Family("range", _all(None, postgresql.INT4RANGE, postgresql.INT8RANGE, postgresql.NUMRANGE, postgresql.INT4MULTIRANGE, postgresql.INT8MULTIRANGE)),
        Family("period", _all(None, postgresql.DATERANGE, postgresql.TSRANGE, postgresql.TSTZRANGE), "empty"),
        Family("interval", _all(datetime.timedelta(0), sa.Interval, lambda: sa.Interval(second_precision=3), lambda: postgresql.INTERVAL(fields="YEAR TO MONTH"), lambda: postgresql.INTERVAL(fields="DAY"), lambda: postgresql.INTERVAL(fields="DAY TO SECOND", precision=2), lambda: postgresql.INTERVAL(fields="SECOND", precision=4)), "0 days"),
        Family("hour", (*_all(_HOUR, sa.Time, lambda: postgresql.TIME(precision=2)),), "12:30:00"),
        Family("moment", ((sa.Date, _DAY), *_all(_MOMENT, sa.DateTime, lambda: postgresql.TIMESTAMP(precision=0)), *_all(_MOMENT_UTC, lambda: sa.DateTime(timezone=True), lambda: postgresql.TIMESTAMP(timezone=True, precision=4))), "2020-01-01 00:00:00"),
        Family("bytes", _all(b"b", sa.LargeBinary), "b"),
        Family("address", ((postgresql.INET, "10.0.0.1"), (sa.Text, "10.0.0.1/32")), "10.0.0.1"),
        Family("bits", _all(None, lambda: postgresql.BIT(3), lambda: postgresql.BIT(5), lambda: postgresql.BIT(varying=True), lambda: postgresql.BIT(8, varying=True))),
        Family("other", _all(None, postgresql.TSVECTOR, postgresql.MACADDR, postgresql.MONEY, postgresql.OID, postgresql.CIDR)),
    ),
    "mariadb": (
        *_EVERYWHERE,
        Family("words", (*_WORDS, (sa.Uuid, uuid.UUID(_KEY)), *_all(_KEY, lambda: mysql.VARCHAR(60, collation="utf8mb4_bin"), lambda: mysql.VARCHAR(60, charset="latin1"), lambda: mysql.TEXT(charset="latin1"), mysql.TINYTEXT, mysql.MEDIUMTEXT, mysql.LONGTEXT, lambda: mysql.ENUM(_KEY, "it's", "50%"), lambda: sa.Enum("a", _KEY), lambda: sa.NVARCHAR(50))), _KEY),
        Family("number", (*_NUMBERS, *_all(1, mysql.TINYINT, lambda: mysql.TINYINT(1), lambda: mysql.TINYINT(unsigned=True), lambda: mysql.SMALLINT(unsigned=True), mysql.MEDIUMINT, lambda: mysql.INTEGER(unsigned=True), lambda: mysql.INTEGER(8), lambda: mysql.INTEGER(6, zerofill=True), lambda: mysql.BIGINT(unsigned=True), lambda: mysql.DECIMAL(9, 1, unsigned=True), lambda: mysql.FLOAT(9, 2), lambda: mysql.DOUBLE(10, 3, unsigned=True), sa.Boolean)), "1"),
        Family("document", ((sa.JSON, {"a": [1]}), (mysql.LONGTEXT, _OBJECT), (lambda: mysql.LONGTEXT(collation="utf8mb4_bin"), _OBJECT)), _OBJECT),
        Family("hour", _all(datetime.timedelta(hours=2), mysql.TIME, lambda: mysql.TIME(fsp=3)), "12:30:00"),
        Family("moment", ((sa.Date, _DAY), *_all(_MOMENT, sa.DateTime, lambda: mysql.DATETIME(fsp=3), mysql.TIMESTAMP, lambda: mysql.TIMESTAMP(fsp=6))), "2020-01-01 00:00:00"),
        Family("bytes", _all(b"b", sa.LargeBinary, lambda: sa.LargeBinary(40), lambda: sa.VARBINARY(20), mysql.TINYBLOB, mysql.MEDIUMBLOB, mysql.LONGBLOB), "b"),
        Family("set", _all(None, lambda: mysql.SET("a", "b it's"), lambda: mysql.SET("a", "b it's", "c"), lambda: sa.String(20)), "a"),
        Family("bits", _all(None, lambda: mysql.BIT(1), lambda: mysql.BIT(8))),
        Family("year", _all(2020, mysql.YEAR, sa.Integer), "2020"),
    ),
}  # fmt: skip
"""By database: what a column of each name may be. A row of `None` is there to be kept, too."""


@st.composite
def tables(draw: st.DrawFn, database: str) -> sa.MetaData:
    """Return models with one table, whose columns have their family's name."""
    metadata = sa.MetaData()
    families = draw(
        st.lists(st.sampled_from(_FAMILIES[database]), unique_by=lambda family: family.name)
    )
    columns = []
    for family in families:
        type_, row = draw(st.sampled_from(family.types))
        is_empty = row is None
        columns.append(
            sa.Column(
                f"{family.name}_id" if is_empty else family.name,
                type_(),
                server_default=family.default if draw(st.booleans()) else None,
                info={} if is_empty else {"rows": (row,)},
            )
        )
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), *columns)
    return metadata


@pytest.fixture(autouse=True, scope="module")
def extensions(database: KeptPair) -> None:
    """Have the types that an extension brings, where they outlive that the schemas are emptied."""
    if "sequences" in database.database.features:
        for each in (database.database, database.scratch):
            with each.engine.begin() as connection:
                connection.execute(
                    sa.text("CREATE EXTENSION IF NOT EXISTS citext SCHEMA pg_catalog")
                )


@pairs
@given(data=st.data())
def test_any_pair_of_types_converges(database: KeptPair, data: st.DataObject) -> None:
    before, after = (data.draw(tables(database.database.name)) for _ in range(2))
    database.go_between(before, after, rows=1)
