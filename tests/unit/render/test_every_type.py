"""Each type class of SQLAlchemy and its five dialects, with each of its arguments, comes back."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeEngine

from limbeck.render.types import render_type
from tests.rendering import DIALECTS, PlainRenderContext, evaluate, make_dialect

# their constructors are not typed
mssql: Any = import_module("sqlalchemy.dialects.mssql")
oracle: Any = import_module("sqlalchemy.dialects.oracle")
sqlite: Any = import_module("sqlalchemy.dialects.sqlite")

ARGUMENTS: dict[str, Any] = {
    "as_tuple": True,
    "as_uuid": False,
    "ascii": True,
    "asdecimal": False,
    "astext_type": sa.String(9),
    "binary": True,
    "binary_precision": 9,
    "charset": "utf8",
    "check": sa.text("VALUE > 3"),
    "collation": "C",
    "collation_schema": "pg_catalog",
    "constraint_name": "ck",
    "create_constraint": True,
    "create_type": False,
    "day_precision": 3,
    "decimal_return_scale": 4,
    "default": sa.text("'3'"),
    "dim": 3,
    "dimensions": 2,
    "display_width": 5,
    "fields": "YEAR",
    "filestream": True,
    "fsp": 3,
    "inherit_schema": True,
    "item_type": sa.String(9),
    "length": 7,
    "local_timezone": True,
    "name": "named",
    "national": True,
    "native": False,
    "native_enum": False,
    "native_uuid": False,
    "none_as_null": True,
    "not_null": True,
    "precision": 6,
    "retrieve_as_bitwise": True,
    "scale": 2,
    "schema": "s",
    "second_precision": 4,
    "storage_type": "SPARSE",
    "text_type": sa.String(9),
    "timezone": True,
    "unicode": True,
    "unsigned": True,
    "use_blob": True,
    "validate_strings": True,
    "varying": True,
    "zero_indexes": True,
    "zerofill": True,
}
"""A value for each argument of a type, other than its default."""

POSITIONAL: dict[type[TypeEngine[Any]], tuple[Any, ...]] = {
    sa.Enum: ("a", "it's"),
    mysql.ENUM: ("a", "it's"),
    mysql.SET: ("a", "b"),
    postgresql.ENUM: ("a", "it's"),
    postgresql.ARRAY: (sa.String(9),),
    sa.ARRAY: (sa.String(9),),
    postgresql.DOMAIN: ("named", sa.String(9)),
}
"""What a type can't be made without."""

OF_ENUMS = ("name", "schema", "inherit_schema")
FURTHER: dict[type[TypeEngine[Any]], tuple[str, ...]] = {
    sa.Enum: (*OF_ENUMS, "create_constraint", "native_enum", "validate_strings"),
    mysql.SET: ("retrieve_as_bitwise",),
    postgresql.ENUM: (*OF_ENUMS, "create_type"),
    postgresql.DOMAIN: ("default",),
}
"""What a constructor takes as `**kw`."""

OTHER_VALUES: dict[tuple[type[TypeEngine[Any]], str], dict[str, Any]] = {
    (sa.Boolean, "name"): {"name": "ck", "create_constraint": True},
    (mssql.VARBINARY, "filestream"): {"filestream": True, "length": "max"},
    (mysql.DOUBLE, "precision"): {"precision": 9, "scale": 2},
    (mysql.DOUBLE, "scale"): {"precision": 9, "scale": 2},
    (mysql.REAL, "precision"): {"precision": 9, "scale": 2},
    (mysql.REAL, "scale"): {"precision": 9, "scale": 2},
    (oracle.NUMBER, "scale"): {"precision": 9, "scale": 2},
}
"""Arguments that need others, or another value."""

NOT_WRITTEN = {
    "inherit_schema",
    "validate_strings",
    "protocol",
    "quote",
    "pickler",
    "metadata",
    "regexp",
    "storage_format",
    "convert_int",
    "comparator",
    "impl",
    "_create_events",
    "_adapted_from",
}
"""What is said of the models' side only, and what SQLAlchemy itself passes."""


WITHOUT_EFFECT = {
    (mssql.DATETIME2, "timezone"),
    (mssql.DATETIMEOFFSET, "timezone"),
    (mssql.DOUBLE_PRECISION, "precision"),
    (mssql.DOUBLE_PRECISION, "decimal_return_scale"),
    (mssql.REAL, "precision"),
    (mssql.REAL, "decimal_return_scale"),
    (mysql.DOUBLE, "asdecimal"),
    (mysql.ENUM, "collation_schema"),
    (mysql.ENUM, "length"),
    (mysql.REAL, "asdecimal"),
    (mysql.SET, "collation_schema"),
    (mysql.SET, "length"),
    (sqlite.DATETIME, "timezone"),
    (sqlite.TIME, "timezone"),
}
"""What a class takes along with others, and what DDL does not show; its repr leaves it out."""


def type_classes() -> list[type[TypeEngine[Any]]]:
    """Return the public type classes, each once."""
    modules = [sa, *(import_module(f"sqlalchemy.dialects.{name}") for name in DIALECTS)]
    found = {
        item
        for module in modules
        for name, item in vars(module).items()
        if not name.startswith("_") and inspect.isclass(item) and issubclass(item, TypeEngine)
    }
    abstract = {sa.TypeDecorator, TypeEngine, sa.TupleType, postgresql.NamedType}
    ranges = {item for item in found if item.__name__.startswith("Abstract")}
    return sorted(found - abstract - ranges, key=lambda item: (item.__module__, item.__name__))


def parameters_of(class_: type[TypeEngine[Any]]) -> dict[str, inspect.Parameter]:
    """Return what a constructor takes, with what it hands on to those of its bases."""
    found: dict[str, inspect.Parameter] = {}
    for base in class_.__mro__:
        if "__init__" not in vars(base) or base is object:
            continue
        parameters = list(inspect.signature(vars(base)["__init__"]).parameters.values())[1:]
        kinds = {parameter.kind for parameter in parameters}
        for parameter in parameters:
            if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                found.setdefault(parameter.name, parameter)
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            break
    return found


def arguments_of(class_: type[TypeEngine[Any]]) -> list[str]:
    """Return the names of what a type may be given, beside what it can't be made without."""
    given = ("item_type", "name", "data_type") if class_ in POSITIONAL else ()
    names = [
        *(name for name in parameters_of(class_) if name not in given),
        *FURTHER.get(class_, ()),
    ]
    return [
        name
        for name in dict.fromkeys(names)
        if name not in NOT_WRITTEN and (class_, name) not in WITHOUT_EFFECT
    ]


def value_of(class_: type[TypeEngine[Any]], name: str) -> dict[str, Any]:
    """Return an argument as keywords."""
    value = ARGUMENTS[name]
    if name == "storage_type":
        value = oracle.VectorStorageType[value]
    if name == "collation_schema":
        return {name: value, "collation": "C"}
    return OTHER_VALUES.get((class_, name), {name: value})


def types_of(class_: type[TypeEngine[Any]]) -> list[TypeEngine[Any]]:
    """Return a type of the class without optional arguments, and with each."""
    make: Any = class_
    required = POSITIONAL.get(class_, ())
    names = arguments_of(class_)
    return [make(*required), *(make(*required, **value_of(class_, name)) for name in names)]


@pytest.mark.parametrize("class_", type_classes(), ids=lambda item: item.__qualname__)
def test_type_comes_back_with_its_arguments(class_: type[TypeEngine[Any]]) -> None:
    for type_ in types_of(class_):
        context = PlainRenderContext()
        source = render_type(type_, context)
        built = evaluate(source)
        assert type(built) is class_
        assert repr(built) == repr(type_)
        assert render_type(built, context) == source
        for name in arguments_of(class_):
            assert as_text(getattr(built, name, None)) == as_text(getattr(type_, name, None)), (
                source
            )
        assert [sql_of(built, each) for each in ALL] == [sql_of(type_, each) for each in ALL]


ALL = [make_dialect(name) for name in DIALECTS]


def as_text(value: Any) -> str:
    """Return what two equal arguments have in common; SQL is compared as text."""
    return str(value) if isinstance(value, sa.ClauseElement) else repr(value)


def sql_of(type_: TypeEngine[Any], dialect: Dialect) -> str:
    """Return a type's DDL; the error where the dialect has no such type."""
    try:
        return type_.compile(dialect=dialect)
    except (SQLAlchemyError, AttributeError, TypeError) as error:
        return repr(error.args)
