"""Cases of types and defaults, of the functions that compare them, and of rendering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String
from sqlalchemy.dialects import mysql, postgresql

from tests.parity.cases import CASES, Case, Side, case, pair, users

TYPE_CHANGES: dict[str, tuple[Any, Any]] = {
    "longer": (String(10), String(20)),
    "text": (String(10), sa.Text()),
    "bigger": (Integer(), sa.BigInteger()),
    "smaller": (Integer(), sa.SmallInteger()),
    "number": (sa.Numeric(8, 2), sa.Numeric(10, 4)),
    "float": (sa.Numeric(8, 2), sa.Float()),
    "double": (sa.Float(), sa.Double()),
    "day": (sa.Date(), sa.DateTime()),
    "time": (sa.DateTime(), sa.Time()),
    "bytes": (String(10), sa.LargeBinary()),
    "boolean": (Integer(), sa.Boolean()),
    "integer": (sa.Boolean(), Integer()),
    "unicode": (String(10), sa.Unicode(10)),
    "no length": (Integer(), String(36)),
    "uuid": (String(36), sa.Uuid()),
    "json": (sa.Text(), sa.JSON()),
    "same uuid": (sa.Uuid(), sa.Uuid()),
    "same json": (sa.JSON(), sa.JSON()),
    "same boolean": (sa.Boolean(), sa.Boolean()),
    "same numeric": (sa.Numeric(8, 2), sa.DECIMAL(8, 2)),
    "same interval": (sa.Interval(), sa.Interval()),
    "char": (sa.CHAR(4), String(4)),
    "decorated": (String(10), type("Decorated", (sa.TypeDecorator,), {"impl": String(10)})()),
    "variant": (
        sa.BigInteger(),
        Integer().with_variant(sa.BigInteger(), "postgresql", "mysql", "mariadb", "sqlite"),
    ),
    "not native": (
        sa.Enum("a", "b", native_enum=False, length=10),
        sa.Enum("a", "b", "c", native_enum=False, length=10),
    ),
}


@case
def types(side: Side) -> Case:
    return pair(
        [Column(name, old) for name, (old, _) in TYPE_CHANGES.items()],
        [Column(name, new) for name, (_, new) in TYPE_CHANGES.items()],
    )


@case
def types_of_postgresql(side: Side) -> Case | None:
    if side.dialect != "postgresql":
        return None
    changes: list[tuple[Any, Any]] = [
        (postgresql.JSON(), postgresql.JSONB()),
        (postgresql.ARRAY(Integer()), postgresql.ARRAY(sa.BigInteger())),
        (postgresql.INET(), postgresql.CIDR()),
        (postgresql.TIMESTAMP(), postgresql.TIMESTAMP(timezone=True)),
        (postgresql.TIMESTAMP(precision=3), postgresql.TIMESTAMP(precision=6)),
        (postgresql.UUID(), postgresql.UUID(as_uuid=False)),
        (postgresql.BIT(3), postgresql.BIT(4)),
        (postgresql.INT4RANGE(), postgresql.INT8RANGE()),
        (postgresql.BYTEA(), postgresql.BYTEA()),
        (postgresql.TSVECTOR(), postgresql.TSVECTOR()),
        (postgresql.MONEY(), postgresql.MONEY()),
        (postgresql.DOUBLE_PRECISION(), postgresql.REAL()),
        (postgresql.OID(), postgresql.OID()),
    ]
    return pair(
        [Column(f"c{n}", old) for n, (old, _) in enumerate(changes)],
        [Column(f"c{n}", new) for n, (_, new) in enumerate(changes)],
    )


@case
def types_that_differ_in_a_word(side: Side) -> Case | None:
    changes: dict[str, list[tuple[Any, Any]]] = {
        "postgresql": [
            (postgresql.BIT(3), postgresql.BIT(3, varying=True)),
            (postgresql.INTERVAL(), postgresql.INTERVAL(fields="YEAR")),
        ],
        "mysql": [
            (mysql.INTEGER(unsigned=True), mysql.INTEGER()),
            (mysql.VARCHAR(10, charset="latin1"), mysql.VARCHAR(10, charset="utf8mb4")),
        ],
    }
    if side.dialect not in changes:
        return None
    return pair(
        [Column(f"c{n}", old) for n, (old, _) in enumerate(changes[side.dialect])],
        [Column(f"c{n}", new) for n, (_, new) in enumerate(changes[side.dialect])],
    )


@case
def types_of_mysql(side: Side) -> Case | None:
    if side.dialect != "mysql":
        return None
    changes: list[tuple[Any, Any]] = [
        (mysql.TINYINT(), mysql.SMALLINT()),
        (mysql.INTEGER(unsigned=True), mysql.BIGINT(unsigned=True)),
        (mysql.LONGTEXT(), mysql.TEXT()),
        (mysql.DATETIME(fsp=3), mysql.DATETIME(fsp=6)),
        (mysql.ENUM("a", "b"), mysql.ENUM("a", "b", "c")),
        (mysql.SET("a", "b"), mysql.SET("a", "c")),
        (mysql.YEAR(), mysql.YEAR()),
        (mysql.TINYINT(1), sa.Boolean()),
        (mysql.DOUBLE(), sa.Float()),
        (mysql.MEDIUMBLOB(), mysql.LONGBLOB()),
    ]
    return pair(
        [Column(f"c{n}", old) for n, (old, _) in enumerate(changes)],
        [Column(f"c{n}", new) for n, (_, new) in enumerate(changes)],
    )


def with_compare_type(answer: bool | None) -> Callable[[Side], Case]:
    """Return a case in which `compare_type` gives an answer."""

    def build(side: Side) -> Case:
        heard: list[Any] = []

        def compare(context: Any, found: Any, wanted: Any, old: Any, new: Any) -> bool | None:
            heard.append([found.name, wanted.name, type(old).__name__, type(new).__name__])
            return answer

        made = pair(
            [Column("a", Integer), Column("b", String(5))],
            [Column("a", sa.BigInteger()), Column("b", String(5))],
            compare_type=compare,
        )
        made.heard = heard
        return made

    return build


for _answer in (True, False, None):
    CASES[f"compare_type says {_answer}"] = with_compare_type(_answer)


@case
def compare_type_off(side: Side) -> Case:
    return pair(
        [Column("a", Integer)], [Column("a", String(9), nullable=False)], compare_type=False
    )


@case
def type_compares_itself(side: Side) -> Case:
    class Own(sa.TypeDecorator[Any]):
        impl = String(10)
        cache_ok = True

        def __init__(self, *, same: bool | None) -> None:
            super().__init__()
            self.same = same

        def compare_against_backend(self, dialect: Any, conn_type: Any) -> bool | None:
            return self.same

    return pair(
        [Column("a", String(10)), Column("b", String(20)), Column("c", String(20))],
        [Column(name, Own(same=same)) for name, same in (("a", False), ("b", True), ("c", None))],
        user_module_prefix="m.",
    )


def with_compare_default(answer: bool | None) -> Callable[[Side], Case]:
    """Return a case in which `compare_server_default` gives an answer."""

    def build(side: Side) -> Case:
        heard: list[Any] = []

        def compare(
            context: Any, found: Any, wanted: Any, old: Any, new: Any, rendered: Any
        ) -> bool | None:
            heard.append([found.name, wanted.name, type(new).__name__, rendered])
            return answer

        made = pair(
            [Column("a", Integer, server_default="5"), Column("b", String(5))],
            [Column("a", Integer, server_default="6"), Column("b", String(5))],
            compare_server_default=compare,
        )
        made.heard = heard
        return made

    return build


for _answer in (True, False, None):
    CASES[f"compare_server_default says {_answer}"] = with_compare_default(_answer)


DEFAULT_CHANGES: dict[str, tuple[Any, Any, Any]] = {
    "number": (Integer(), "5", "6"),
    "words": (String(20), "a", "b"),
    "percent": (String(20), None, "50%"),
    "gone": (String(20), "a", None),
    "come": (sa.Boolean(), None, sa.false()),
    "moment": (sa.DateTime(), None, sa.func.now()),
    "same moment": (
        sa.DateTime(),
        sa.text("CURRENT_TIMESTAMP"),
        sa.text("CURRENT_TIMESTAMP"),
    ),
    "numeric": (sa.Numeric(8, 2), "1.50", "2"),
    "day": (sa.Date(), "2020-01-01", "2020-01-02"),
}


@case
def defaults(side: Side) -> Case:
    return pair(
        [Column(n, t, server_default=old) for n, (t, old, _) in DEFAULT_CHANGES.items()],
        [Column(n, t, server_default=new) for n, (t, _, new) in DEFAULT_CHANGES.items()],
    )


@case
def defaults_in_quotes(side: Side) -> Case:
    words: dict[str, tuple[Any, Any]] = {
        "number": ("5", sa.text("5")),
        "quote": ("it's", "it's"),
        "empty": ("", ""),
    }
    return pair(
        [Column(name, String(20), server_default=old) for name, (old, _) in words.items()],
        [Column(name, String(20), server_default=new) for name, (_, new) in words.items()],
    )


@case
def defaults_off(side: Side) -> Case:
    return pair(
        [Column("a", Integer, server_default="5")],
        [Column("a", Integer, server_default="6")],
        compare_server_default=False,
    )


class Point(sa.types.UserDefinedType[Any]):
    """A type of the user's."""

    cache_ok = True

    def __init__(self, srid: int = 4326) -> None:
        self.srid = srid

    def get_col_spec(self, **kw: Any) -> str:
        """Return what the database calls it."""
        return "TEXT"


class Tagged(sa.TypeDecorator[Any]):
    """A type of the user's over one of SQLAlchemy's."""

    impl = String
    cache_ok = True

    def __init__(self, length: int, tag: str = "x") -> None:
        super().__init__(length)
        self.tag = tag


def own_types(metadata: MetaData) -> None:
    """Add a table with the user's types."""
    users(
        metadata,
        Column("point", Point()),
        Column("tagged", Tagged(20, tag="it's")),
        Column("list", sa.Text().with_variant(Tagged(9), "sqlite")),
        Column("e", sa.Enum("a", "b", name="own", native_enum=False)),
        Column("flag", sa.Boolean(create_constraint=True, name="ck_flag")),
    )


for _prefix in (None, "m."):

    def _own(side: Side, prefix: str | None = _prefix) -> Case:
        new = MetaData()
        own_types(new)
        return Case(MetaData(), new, {"user_module_prefix": prefix})

    CASES[f"own types with user_module_prefix={_prefix}"] = _own


@case
def render_item(side: Side) -> Case:
    heard: list[Any] = []

    def render(type_: str, obj: Any, autogen_context: Any) -> Any:
        heard.append([type_, type(obj).__name__])
        if type_ == "type" and isinstance(obj, Point):
            autogen_context.imports.add("import geo")
            return f"geo.Point({obj.srid})"
        if type_ == "server_default" and getattr(obj, "arg", None) == "5":
            return "FIVE"
        if type_ == "check":
            return None
        if type_ == "column" and obj.name == "left_out":
            return None
        return False

    new = MetaData()
    users(
        new,
        Column("point", Point()),
        Column("n", Integer, server_default="5"),
        Column("m", Integer, sa.ForeignKey("others.id"), server_default="6", index=True),
        Column("left_out", Integer),
        sa.CheckConstraint("n > 5", name="ck"),
        sa.UniqueConstraint("n", name="uq"),
    )
    users(new, name="others")
    return Case(MetaData(), new, {"render_item": render}, heard=heard)
