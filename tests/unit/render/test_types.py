"""Column types as source: what is printed, and that it builds an equal type."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import CompileError
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine, UserDefinedType

from limbeck.render.types import render_type
from tests.rendering import DIALECTS, PlainRenderContext, evaluate, make_dialect

# their constructors are not typed
mssql: Any = import_module("sqlalchemy.dialects.mssql")
oracle: Any = import_module("sqlalchemy.dialects.oracle")
sqlite: Any = import_module("sqlalchemy.dialects.sqlite")


class Plain(TypeDecorator[str]):
    """Hands its arguments on to the type it wraps."""

    impl = sa.String
    cache_ok = True


class Fixed(TypeDecorator[str]):
    """Chooses the arguments of the type it wraps."""

    impl = sa.String
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(length=50)


class Scaled(TypeDecorator[str]):
    """Has arguments of its own, and keeps them."""

    impl = sa.String
    cache_ok = True

    def __init__(self, unit: str, scale: int = 3, **options: Any) -> None:
        self.unit = unit
        self.scale = scale
        super().__init__(**options)


class Keyed(TypeDecorator[str]):
    """Has an argument of its own that may be left out."""

    impl = sa.String
    cache_ok = True

    def __init__(self, key: str | None = None, **options: Any) -> None:
        self.key = key
        super().__init__(**options)


class Forgetful(TypeDecorator[str]):
    """Does not keep its argument."""

    impl = sa.String
    cache_ok = True

    def __init__(self, unit: str) -> None:
        super().__init__(length=len(unit))


class Spelled(TypeDecorator[str]):
    """Says itself how it is written."""

    impl = sa.String
    cache_ok = True

    def __repr__(self) -> str:
        return "Spelled('as it likes')"


class Point(UserDefinedType[Any]):
    """A type of a user, with an argument."""

    cache_ok = True

    def __init__(self, precision: int = 8) -> None:
        self.precision = precision

    def get_col_spec(self, **kw: Any) -> str:
        return f"POINT({self.precision})"


# what real Alembic 1.20.1 prints, too
AS_ALEMBIC: list[tuple[TypeEngine[Any], str]] = [
    (sa.Integer(), "sa.Integer()"),
    (sa.String(20), "sa.String(length=20)"),
    (sa.String(20, collation="C"), "sa.String(length=20, collation='C')"),
    (sa.Numeric(10, 2), "sa.Numeric(precision=10, scale=2)"),
    (sa.Numeric(asdecimal=False), "sa.Numeric(asdecimal=False)"),
    (sa.DateTime(timezone=True), "sa.DateTime(timezone=True)"),
    (sa.Interval(), "sa.Interval()"),
    (sa.Enum("a", "b", name="e"), "sa.Enum('a', 'b', name='e')"),
    (
        sa.Enum("a'b", name="e", native_enum=False, create_constraint=True, length=9),
        "sa.Enum(\"a'b\", name='e', native_enum=False, create_constraint=True, length=9)",
    ),
    (sa.Enum("a", name="e", schema="s"), "sa.Enum('a', name='e', schema='s')"),
    (
        sa.Boolean(create_constraint=True, name="x"),
        "sa.Boolean(create_constraint=True, name='x')",
    ),
    (sa.Uuid(as_uuid=False), "sa.Uuid(as_uuid=False)"),
    (sa.JSON(none_as_null=True), "sa.JSON(none_as_null=True)"),
    (sa.ARRAY(sa.String(4), dimensions=2), "sa.ARRAY(sa.String(length=4), dimensions=2)"),
    (sa.TIMESTAMP(timezone=True), "sa.TIMESTAMP(timezone=True)"),
    (
        sa.String(20).with_variant(mysql.TEXT(), "mysql").with_variant(sa.Text(), "mariadb"),
        "sa.String(length=20).with_variant(sa.Text(), 'mariadb').with_variant(mysql.TEXT(), 'mysql')",
    ),
    (postgresql.ARRAY(postgresql.UUID()), "postgresql.ARRAY(sa.UUID())"),
    (
        postgresql.ARRAY(sa.Integer(), as_tuple=True, dimensions=2, zero_indexes=True),
        "postgresql.ARRAY(sa.Integer(), as_tuple=True, dimensions=2, zero_indexes=True)",
    ),
    (
        postgresql.ENUM("a", "b", name="q", create_type=False),
        "postgresql.ENUM('a', 'b', name='q', create_type=False)",
    ),
    (postgresql.JSONB(), "postgresql.JSONB(astext_type=sa.Text())"),
    (
        postgresql.JSON(none_as_null=True, astext_type=sa.String(5)),
        "postgresql.JSON(none_as_null=True, astext_type=sa.String(length=5))",
    ),
    (postgresql.HSTORE(), "postgresql.HSTORE(text_type=sa.Text())"),
    (postgresql.TSTZMULTIRANGE(), "postgresql.TSTZMULTIRANGE()"),
    (
        postgresql.INTERVAL(fields="YEAR", precision=3),
        "postgresql.INTERVAL(precision=3, fields='YEAR')",
    ),
    (postgresql.BIT(3, varying=True), "postgresql.BIT(length=3, varying=True)"),
    (
        postgresql.DOMAIN(
            "d",
            postgresql.CITEXT(),
            collation="C",
            default="3",
            constraint_name="q",
            not_null=True,
            check="VALUE > 3",
            schema="s",
            create_type=False,
        ),
        "postgresql.DOMAIN('d', postgresql.CITEXT(), collation='C', default='3', "
        "constraint_name='q', not_null=True, check='VALUE > 3', schema='s', create_type=False)",
    ),
    (
        postgresql.DOMAIN("d", sa.Enum("a", name="e", schema="s"), schema="s"),
        "postgresql.DOMAIN('d', sa.Enum('a', name='e', schema='s'), schema='s')",
    ),
    (
        postgresql.DOMAIN("d", sa.Integer(), default=sa.text("3")),
        "postgresql.DOMAIN('d', sa.Integer(), default=sa.text('3'))",
    ),
    (
        mysql.ENUM("a", 'c"d', charset="utf8", collation="x"),
        "mysql.ENUM('a', 'c\"d', charset='utf8', collation='x')",
    ),
    (
        mysql.SET("a", "b", retrieve_as_bitwise=True, charset="latin1"),
        "mysql.SET('a', 'b', charset='latin1', retrieve_as_bitwise=True)",
    ),
    (
        mysql.INTEGER(unsigned=True, display_width=11, zerofill=True),
        "mysql.INTEGER(display_width=11, unsigned=True, zerofill=True)",
    ),
    (
        mysql.VARCHAR(30, charset="utf8", collation="utf8_bin", national=True),
        "mysql.VARCHAR(charset='utf8', collation='utf8_bin', national=True, length=30)",
    ),
    (mysql.DATETIME(fsp=6), "mysql.DATETIME(fsp=6)"),
    (mysql.DOUBLE(asdecimal=True), "mysql.DOUBLE(asdecimal=True)"),
    (oracle.NUMBER(10, 2), "oracle.NUMBER(precision=10, scale=2, asdecimal=True)"),
    (oracle.INTERVAL(day_precision=3), "oracle.INTERVAL(day_precision=3)"),
    (oracle.TIMESTAMP(local_timezone=True), "oracle.TIMESTAMP(local_timezone=True)"),
    (mssql.VARBINARY("max", filestream=True), "mssql.VARBINARY(length='max', filestream=True)"),
    (mssql.NVARCHAR("max"), "sa.NVARCHAR(length='max')"),
    (mssql.DATETIME2(7), "mssql.DATETIME2(precision=7)"),
    (mssql.UNIQUEIDENTIFIER(), "mssql.UNIQUEIDENTIFIER()"),
    (sqlite.DATETIME(), "sqlite.DATETIME()"),
]

# where Alembic's text is no Python, or builds another type
BETTER: list[tuple[TypeEngine[Any], str]] = [
    (sa.Interval(native=False), "sa.Interval(native=False)"),
    (NullType(), "sa.types.NullType()"),
]
if hasattr(oracle, "VECTOR"):  # new in 2.0.41
    BETTER.append(
        (
            oracle.VECTOR(3, oracle.VectorStorageFormat.FLOAT32),
            "oracle.VECTOR(dim=3, storage_format=oracle.VectorStorageFormat.FLOAT32)",
        )
    )


@pytest.mark.parametrize(("type_", "expected"), AS_ALEMBIC + BETTER, ids=repr)
def test_type_is_written_so(type_: TypeEngine[Any], expected: str) -> None:
    assert render_type(type_, PlainRenderContext()) == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_type_inside_a_type_is_written_on_every_dialect(dialect: str) -> None:
    source = render_type(postgresql.ARRAY(postgresql.JSONB()), PlainRenderContext(dialect))
    assert source == "postgresql.ARRAY(postgresql.JSONB(astext_type=sa.Text()))"


def test_type_of_a_dialect_adds_its_import() -> None:
    context = PlainRenderContext()
    render_type(sa.String().with_variant(mysql.TEXT(), "mysql"), context)
    render_type(postgresql.ARRAY(sa.Integer()), context)
    assert context.imports == {
        "from sqlalchemy.dialects import mysql",
        "from sqlalchemy.dialects import postgresql",
    }


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [(None, f"{__name__}.Plain(length=3)"), ("my.", "my.Plain(length=3)"), ("", "Plain(length=3)")],
)
def test_user_type_stands_behind_its_module_or_the_prefix(
    prefix: str | None, expected: str
) -> None:
    assert render_type(Plain(3), PlainRenderContext(user_module_prefix=prefix)) == expected


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        (Plain(), "Plain()"),
        (Fixed(), "Fixed()"),
        (Scaled("cm"), "Scaled('cm')"),
        (Scaled("cm", scale=5), "Scaled('cm', scale=5)"),
        (Scaled("cm", length=7), "Scaled('cm', length=7)"),
        (Keyed(key="k", length=7), "Keyed(length=7, key='k')"),
        (Keyed(), "Keyed()"),
        (Spelled(), "Spelled('as it likes')"),
        (Point(), "Point()"),
        (Point(9), "Point(precision=9)"),
        (postgresql.ARRAY(Point(9)), "postgresql.ARRAY(Point(precision=9))"),
    ],
)
def test_user_type_is_called_with_what_its_constructor_takes(
    type_: TypeEngine[Any], expected: str
) -> None:
    assert render_type(type_, PlainRenderContext(user_module_prefix="")) == expected


def test_argument_that_a_type_does_not_keep_is_named_in_a_warning() -> None:
    with pytest.warns(UserWarning, match=r"argument 'unit' of .*Forgetful can't be written"):
        render_type(Forgetful("cm"), PlainRenderContext(user_module_prefix=""))


def test_render_item_is_asked_for_each_type_inside() -> None:
    def hook(kind: str, item: Any, context: Any) -> str | bool:
        return "Mine()" if kind == "type" and isinstance(item, sa.Integer) else False

    context = PlainRenderContext(render_item=hook)
    assert render_type(sa.ARRAY(sa.Integer()), context) == "sa.ARRAY(Mine())"


@pytest.mark.parametrize("type_", [pair[0] for pair in AS_ALEMBIC + BETTER], ids=repr)
def test_evaluated_source_is_the_same_type(type_: TypeEngine[Any]) -> None:
    built = evaluate(render_type(type_, PlainRenderContext()))
    assert type(built) is type(type_)
    for name in DIALECTS:
        dialect = make_dialect(name)
        assert type_sql(built, dialect) == type_sql(type_, dialect)


def type_sql(type_: TypeEngine[Any], dialect: Dialect) -> str:
    """Return a type's DDL; the error where the dialect has no such type."""
    try:
        return type_.compile(dialect=dialect)
    except (CompileError, AttributeError, TypeError) as error:
        return repr(error.args)
