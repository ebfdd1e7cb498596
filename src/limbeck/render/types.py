"""Source text of column types.

SQLAlchemy's types are written as their `repr`, behind the module that has them: `sa.String(
length=20)`, `postgresql.JSONB(astext_type=sa.Text())`. A user's type stands behind its module, or
behind `user_module_prefix`. What a `repr` leaves out or writes as something that is no source
(a type inside a type, an enum's member) is mended from the constructor's own signature.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

import sqlalchemy
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import Interval, SchemaType, TypeDecorator, TypeEngine

from limbeck import sqla
from limbeck.render.call import call, keyword_arguments, literal
from limbeck.render.context import RenderContext, render_item, sqlalchemy_prefix
from limbeck.render.expressions import render_sql_string, render_value
from limbeck.types import DatabaseType

_Parameters = Mapping[str, inspect.Parameter]

_ABSENT_FROM_REPR: dict[type[TypeEngine[Any]], tuple[str, ...]] = {
    Interval: ("native", "second_precision", "day_precision"),
}
"""Constructor arguments of SQLAlchemy's own types that change DDL and that their repr forgets."""


def render_type(type_: TypeEngine[Any], ctx: RenderContext) -> str:
    """Return the source of a type and its variants; adds the imports that it needs.

    The user's `render_item` hook is asked first, then the dialect's `impl.render_type`.
    """
    source = _render_without_variants(type_, ctx)
    for dialect_name, variant in sqla.variants(type_).items():
        source += f".with_variant({render_type(variant, ctx)}, {literal(dialect_name)})"
    return source


def _render_without_variants(type_: TypeEngine[Any], ctx: RenderContext) -> str:
    by_user = render_item("type", type_, ctx)
    if by_user:
        return by_user
    by_dialect = ctx.migration_context.impl.render_type(type_, ctx)
    if by_dialect:
        return str(by_dialect)
    if isinstance(type_, TypeDecorator) and _lost_what_counts(type_, ctx):
        return render_type(_wrapped(type_, ctx), ctx)
    prefix, is_users = _module_prefix(type(type_), ctx)
    if not is_users:
        return prefix + _sqlalchemy_type_body(type_, ctx)
    if isinstance(type_, TypeDecorator) and not sqla.has_own_repr(type_):
        return prefix + _decorator_body(type_, ctx)
    return prefix + _mend_nested(repr(type_), type_, ctx)


def _module_prefix(class_: type[Any], ctx: RenderContext) -> tuple[str, bool]:
    """Return what stands before the class's name, and whether the class is a user's."""
    module = class_.__module__
    if module.startswith("sqlalchemy.dialects."):
        dialect_module = module.split(".")[2]
        ctx.imports.add(f"from sqlalchemy.dialects import {dialect_module}")
        return f"{dialect_module}.", False
    if module.startswith("sqlalchemy."):
        prefix = sqlalchemy_prefix(ctx)
        return (prefix if hasattr(sqlalchemy, class_.__name__) else f"{prefix}types."), False
    if module == DatabaseType.__module__:
        ctx.imports.add(f"import {module}")
        return f"{module}.", True
    user_prefix = ctx.opts.get("user_module_prefix")
    if user_prefix is not None:
        return str(user_prefix), True
    ctx.imports.add(f"import {module}")
    return f"{module}.", True


def _sqlalchemy_type_body(type_: TypeEngine[Any], ctx: RenderContext) -> str:
    """Return the repr of one of SQLAlchemy's types with what it lacks put in."""
    shown = repr(type_)
    body = _mend_nested(shown, type_, ctx)
    for _, nested in _nested_arguments(type_):
        shown = shown.replace(repr(nested), "")  # it may have arguments of the same names
    return _with_arguments(
        body,
        (
            f"{name}={render_sql_string(value, ctx) if name == 'check' else _argument_source(value, ctx)}"
            for name, value in _arguments_not_in_repr(type_)
            if f"{name}=" not in shown
        ),
    )


def _with_arguments(body: str, arguments: Iterable[str]) -> str:
    """Return a call with more arguments at its end."""
    more = ", ".join(arguments)
    if not more:
        return body
    return f"{body[:-1]}{'' if body.endswith('()') else ', '}{more})"


def _arguments_not_in_repr(type_: TypeEngine[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the arguments of a constructor that `repr` does not look at, unless at their default.

    These are keyword-only ones, and for a type with a name the schema.
    """
    parameters = _parameters(type_)
    forgotten = next(
        (names for class_, names in _ABSENT_FROM_REPR.items() if type(type_) is class_), ()
    )
    names = [
        name
        for name, parameter in parameters.items()
        if name in forgotten or parameter.kind is parameter.KEYWORD_ONLY
    ]
    if isinstance(type_, SchemaType) and names:
        names.insert(names.index("create_type") if "create_type" in names else len(names), "schema")
    for name in names:
        default = parameters[name].default if name in parameters else None
        value = getattr(type_, name, default)
        if value is False and default is None:
            continue
        if isinstance(value, ClauseElement) or value != default:
            yield name, value


def _mend_nested(text: str, type_: TypeEngine[Any], ctx: RenderContext) -> str:
    """Replace the reprs of types and enum members inside a type's repr by their source."""
    for name, value in _nested_arguments(type_):
        source = _argument_source(value, ctx)
        for before, after in ((f"{name}={value!r}", f"{name}={source}"), (repr(value), source)):
            position = text.find(before, text.find("(") + 1)
            if position >= 0:
                text = text[:position] + after + text[position + len(before) :]
                break
    return text


def _nested_arguments(type_: TypeEngine[Any]) -> Iterator[tuple[str, object]]:
    """Yield the constructor arguments that are types or enum members, in order."""
    subject = type_.impl if isinstance(type_, TypeDecorator) else type_
    seen: set[str] = set()
    for each in (type_, subject):
        for name in _parameters(each):
            value = getattr(type_, name, None)
            if name not in seen and isinstance(value, (TypeEngine, Enum)):
                seen.add(name)
                yield name, value


def _decorator_body(type_: TypeDecorator[Any], ctx: RenderContext) -> str:
    """Return the call of a decorator's class, with arguments that its own constructor takes.

    The repr of a decorator shows the arguments of the type it wraps. They are right as long as
    the constructor hands everything on; its own parameters are read from attributes of the same
    name, and where it hands nothing on, only these are written.
    """
    shown = _mend_nested(repr(type_), type_, ctx)
    parameters = _parameters(type_).values()
    hands_on = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    positional, keywords = [], {}
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        value = getattr(type_, parameter.name, parameter.default)
        if value is parameter.empty:
            _warn_of_lost_argument(type_, parameter.name)
            return shown
        if _is_required(parameter) and parameter.kind is not parameter.KEYWORD_ONLY:
            positional.append(_argument_source(value, ctx))
        elif value != parameter.default and not (hands_on and f"{parameter.name}=" in shown):
            keywords[parameter.name] = _argument_source(value, ctx)
    if hands_on and not positional:
        return _with_arguments(shown, keyword_arguments(keywords))
    body = call(type(type_).__name__, *positional, **keywords)
    wrapped = shown[shown.find("(") + 1 : -1]
    return _with_arguments(body, [wrapped] if hands_on and "=" in wrapped else [])


def _lost_what_counts(type_: TypeDecorator[Any], ctx: RenderContext) -> bool:
    """Tell whether a decorator did not keep an optional argument that its DDL depends on.

    A call without it would build another column, and be told as a change ever after.
    """
    parameters = _parameters(type_).values()
    hands_on = any(each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD) for each in parameters)
    lost = [each for each in parameters if not hasattr(type_, each.name)]
    if hands_on or not lost or any(map(_is_required, lost)) or sqla.has_own_repr(type_):
        return False
    kept = {each.name: getattr(type_, each.name) for each in parameters if each not in lost}
    dialect = ctx.migration_context.impl.dialect
    built = [type(type_)(**kept), type_]
    return len({each.compile(dialect=dialect) for each in built}) > 1


def _wrapped(type_: TypeDecorator[Any], ctx: RenderContext) -> TypeEngine[Any]:
    """Return the type that stands for a decorator in the database, of a class with a public name."""
    found: TypeEngine[Any] = type_
    while isinstance(found, TypeDecorator):
        found = found.load_dialect_impl(ctx.migration_context.impl.dialect)
    classes = type(found).__mro__
    public = next(class_ for class_ in classes if not class_.__name__.startswith("_"))
    return found if public is type(found) else found.adapt(public)


def _warn_of_lost_argument(type_: TypeEngine[Any], name: str) -> None:
    """Say that what is written for a type will not build it again."""
    class_ = type(type_)
    warnings.warn(
        f"The argument {name!r} of {class_.__module__}.{class_.__qualname__} can't be written to "
        "the revision file: the type has no attribute of that name. Keep it in one, give the "
        "class a __repr__, or write the type with the render_item hook.",
        stacklevel=2,
    )


def _parameters(type_: TypeEngine[Any] | type[TypeEngine[Any]]) -> _Parameters:
    """Return what the constructor of a type takes."""
    class_: Any = type(type_)
    return _signature_parameters(class_)


@lru_cache(maxsize=256)
def _signature_parameters(class_: type[Any]) -> _Parameters:
    """Return what a constructor takes; a schema has few classes of types and many columns."""
    return inspect.signature(class_).parameters


def _is_required(parameter: inspect.Parameter) -> bool:
    return parameter.default is parameter.empty and parameter.kind not in (
        parameter.VAR_KEYWORD,
        parameter.VAR_POSITIONAL,
    )


def _argument_source(value: object, ctx: RenderContext) -> str:
    match value:
        case TypeEngine():
            return render_type(value, ctx)
        case Enum() if type(value).__module__.startswith("sqlalchemy."):
            prefix, _ = _module_prefix(type(value), ctx)
            return f"{prefix}{type(value).__name__}.{value.name}"
        case _:
            return render_value(value, ctx)
