"""The canonical form of an expression, for where no database can be asked for its own words.

sqlglot reads the expression; what databases add or write their own way (parentheses, casts of
literals and of columns to text, `= ANY (ARRAY[…])` for `IN`, BETWEEN, `NOT a = b`) is brought to
one form. Equal forms mean the same as far as the text tells; the form itself is for comparing only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

_TEXT = re.compile(r"character\b|varchar|char\b|bpchar|text|citext|(tiny|medium|long)text|enum")
_WHOLE = re.compile(r"(small|big|tiny|medium)?int(eger)?\b|numeric|decimal")
_BUILT_IN = re.compile(
    rf"{_TEXT.pattern}|{_WHOLE.pattern}|real\b|double|float|bool|bit\b|date|time|interval|year|uuid"
    r"|json|bytea|(long|medium|tiny|var)?(blob|binary)|\w+range\b|.*\[\]"
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
_MIDNIGHT = re.compile(r" 00:00:00(\+00)?\Z")


def canonical_expression(
    sql: str, dialect: str, types: Mapping[str, str] | None = None
) -> str | None:
    """Return the canonical form; None where sqlglot can't read it. `dialect` is sqlglot's name.

    With the `types` of its columns, only those casts of a column are left out that a database adds.
    """
    import sqlglot  # lazy: loaded only when a database can't be asked
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

    try:
        tree = sqlglot.parse_one(sql, read=dialect or None)
    except SqlglotError:
        return None
    return repr(_canonical(normalize_identifiers(tree, dialect=dialect or None), types or {}))


def _canonical(node: exp.Expr, types: Mapping[str, str]) -> exp.Expr:
    """Bring a tree to its canonical form, from its leaves up."""
    for child in list(node.iter_expressions()):
        child.replace(_canonical(child.copy(), types))
    node = _without_cast(node.unnest(), types)
    return _in_common_terms(_in_common_values(_in_common_places(node)))


def _without_cast(node: exp.Expr, types: Mapping[str, str]) -> exp.Expr:
    """Leave out the casts that databases write around literals, lists, and columns of another type."""
    from sqlglot import exp

    if not isinstance(node, exp.Cast):
        return node
    charset = _charset(node.to)
    if charset is not None:
        is_binary = charset.lower() == "binary"
        node.set("to", exp.DataType.build("binary" if is_binary else "char"))
        node.type = None
    if isinstance(node.this, exp.Literal):
        return _value(node.this, node.to)
    if isinstance(node.this, exp.Array | exp.Neg | exp.Null | exp.Boolean):
        return node.this
    if _is_added(node, types):
        inner: exp.Expr = node.this
        return inner
    return node


def _charset(to: exp.Expr) -> str | None:
    """Return the character set of `CAST(… AS CHAR CHARACTER SET …)`; sqlglot 26 and 30 say it apart."""
    from sqlglot import exp

    if isinstance(to, exp.CharacterSet):
        return str(to.name)
    kind = to.args.get("kind")
    return str(kind.name) if getattr(to.this, "name", "") == "CHARACTER_SET" and kind else None


def _is_added(cast: exp.Cast, types: Mapping[str, str]) -> bool:
    """Tell whether databases add this cast, of what is no literal, on their own."""
    from sqlglot import exp

    type_ = types.get(cast.this.name, "") if isinstance(cast.this, exp.Column) else ""
    if cast.to.expressions:
        return False
    if type_ and not _BUILT_IN.match(type_):
        return True  # a domain is cast to what it is made of
    if cast.to.is_type(*exp.DataType.TEXT_TYPES):
        return not type_ or bool(_TEXT.match(type_))
    return cast.to.is_type(exp.DataType.Type.DECIMAL) and (not type_ or bool(_WHOLE.match(type_)))


def _value(literal: exp.Literal, to: exp.DataType) -> exp.Expr:
    """Return a literal of a type as that type prints it, where that is easily said."""
    from sqlglot import exp

    types = exp.DataType.Type
    text = literal.name
    if not literal.is_string:
        return exp.Literal.string(text) if to.this == types.USERDEFINED else literal
    if to.is_type(*exp.DataType.NUMERIC_TYPES) and _NUMBER.match(text):
        return exp.Literal.number(text)
    if to.is_type(types.TIMESTAMP, types.TIMESTAMPTZ):
        text = _MIDNIGHT.sub("", text)
    elif to.is_type(types.DATE) and re.fullmatch(r"\d{4}-\d\d?-\d\d?", text):
        text = "-".join(part.zfill(2) for part in text.split("-"))
    elif to.is_type(types.TIME) and re.fullmatch(r"\d\d:\d\d", text):
        text = f"{text}:00"
    elif to.is_type(types.JSONB):
        with suppress(ValueError):
            text = json.dumps(json.loads(text), sort_keys=True)
    elif to.is_type(types.VARBINARY) and text.startswith("\\x"):
        text = text.lower()
    return exp.Literal.string(text)


def _in_common_values(node: exp.Expr) -> exp.Expr:
    """Write literal values one way."""
    from sqlglot import exp

    match node:
        case exp.ByteString():
            return exp.Literal.string(node.name)
        case exp.HexString():
            return exp.HexString(this=node.name.lower())
        case exp.Neg(this=exp.Literal(is_string=False) as number):
            return exp.Literal.number(f"-{number.name}")
        case exp.Interval(this=exp.Literal() as value):
            unit = node.args.get("unit")
            return exp.Literal.string(f"{value.name} {unit.name}".lower() if unit else value.name)
        case exp.Identifier():
            return exp.to_identifier(node.name, quoted=False)
        case _:
            return node


def _in_common_places(node: exp.Expr) -> exp.Expr:
    """Write what sqlglot reads into various places, or leaves as a default, one way."""
    from sqlglot import exp

    if node.args.get("negate"):
        node.set("negate", None)
        return _negation(node)
    match node:
        case exp.JSONExtract() | exp.JSONExtractScalar():
            node.set("only_json_types", None)
            node.set("expression", _path(node.expression))
        case exp.TimestampTrunc():
            node.set("unit", exp.Literal.string(node.args["unit"].name.lower()))
        case exp.Trim() if str(node.args.get("position")).upper() == "BOTH":
            node.set("position", None)
        case exp.Anonymous():
            return exp.Anonymous(this=str(node.this).upper(), expressions=node.expressions)
    return node


def _path(path: exp.Expr) -> exp.Expr:
    """Return the literal that a path of one step was written as."""
    from sqlglot import exp

    if not isinstance(path, exp.JSONPath):
        return path
    match path.expressions[1:]:
        case [exp.JSONPathKey() as key]:
            return exp.Literal.string(str(key.this))
        case [exp.JSONPathSubscript() as place]:
            return exp.Literal.number(str(place.this))
        case _:
            return path


def _in_common_terms(node: exp.Expr) -> exp.Expr:
    """Say with one construct what can be said with several."""
    from sqlglot import exp

    match node:
        case exp.EQ(expression=exp.Any(this=exp.Array() as values)):
            return _membership(node.this, values.expressions)
        case exp.NEQ(expression=exp.Anonymous(this="ALL", expressions=[exp.Array() as values])):
            return _negation(_membership(node.this, values.expressions))
        case exp.In() if node.expressions:
            return _membership(node.this, node.expressions)
        case exp.EQ(this=exp.Tuple() as left, expression=exp.Tuple() as right):
            pairs = zip(left.expressions, right.expressions, strict=False)
            return _chain(exp.And, [exp.EQ(this=one, expression=two) for one, two in pairs])
        case exp.Between():
            return _range(node)
        case exp.SimilarTo():
            pattern = exp.Anonymous(this="SIMILAR_TO_ESCAPE", expressions=[node.expression])
            return exp.RegexpLike(this=node.this, expression=pattern)
        case exp.Not():
            return _negation(node.this)
        case exp.And():
            return _chain(exp.And, list(node.flatten()))
        case exp.Or():
            return _chain(exp.Or, list(node.flatten()))
        case _:
            return node


def _membership(subject: exp.Expr, values: list[exp.Expr]) -> exp.Expr:
    from sqlglot import exp

    if len(values) == 1:
        return exp.EQ(this=subject, expression=values[0])
    return exp.In(this=subject, expressions=values)


def _range(node: exp.Between) -> exp.Expr:
    from sqlglot import exp

    def within(low: exp.Expr, high: exp.Expr) -> exp.And:
        subject = node.this
        return exp.And(
            this=exp.GTE(this=subject.copy(), expression=low.copy()),
            expression=exp.LTE(this=subject.copy(), expression=high.copy()),
        )

    low, high = node.args["low"], node.args["high"]
    if node.args.get("symmetric"):
        return exp.Or(this=within(low, high), expression=within(high, low))
    return within(low, high)


def _chain(connector: type[exp.Connector], operands: list[exp.Expr]) -> exp.Expr:
    """Return what is joined by one connector without regard to where its parentheses were."""
    first, *rest = operands
    for operand in rest:
        first = connector(this=first, expression=operand)
    return first


def _negation(node: exp.Expr) -> exp.Expr:
    """Return NOT of an expression that is in common terms, as deep inside as it goes."""
    from sqlglot import exp

    opposites: dict[type[exp.Expr], type[exp.Binary]] = {
        exp.EQ: exp.NEQ,
        exp.NEQ: exp.EQ,
        exp.LT: exp.GTE,
        exp.GTE: exp.LT,
        exp.GT: exp.LTE,
        exp.LTE: exp.GT,
        exp.NullSafeEQ: exp.NullSafeNEQ,
        exp.NullSafeNEQ: exp.NullSafeEQ,
    }
    match node:
        case exp.And() | exp.Or():
            connector = exp.Or if isinstance(node, exp.And) else exp.And
            return _chain(connector, [_negation(each) for each in node.flatten()])
        case exp.Not():
            inner: exp.Expr = node.this
            return inner
        case exp.Column():
            return exp.EQ(this=node, expression=exp.Literal.number(0))
        case _ if type(node) in opposites:
            return opposites[type(node)](this=node.this, expression=node.expression)
        case _:
            return exp.Not(this=node)
