"""The canonical form of an expression, for where no database can be asked for its own words.

sqlglot reads the expression; what databases add or write their own way (parentheses, casts of
literals and of columns to text, `= ANY (ARRAY[…])` for `IN`, BETWEEN) is brought to one form.
Equal forms mean the same as far as the text tells; the form itself is for comparing only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


def canonical_expression(sql: str, dialect: str) -> str | None:
    """Return the canonical form; None where sqlglot can't read it. `dialect` is sqlglot's name."""
    import sqlglot  # lazy: loaded only when a database can't be asked
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

    try:
        tree = sqlglot.parse_one(sql, read=dialect or None)
    except SqlglotError:
        return None
    return repr(_canonical(normalize_identifiers(tree, dialect=dialect or None)))


def _canonical(node: exp.Expr) -> exp.Expr:
    """Bring a tree to its canonical form, from its leaves up."""
    for child in list(node.iter_expressions()):
        child.replace(_canonical(child))
    return _in_common_terms(_without_cast(node.unnest()))


def _without_cast(node: exp.Expr) -> exp.Expr:
    """Leave out the casts that databases write around literals, lists, and columns of another type."""
    from sqlglot import exp

    if not isinstance(node, exp.Cast):
        return node
    is_value = isinstance(node.this, exp.Literal | exp.Array | exp.Neg | exp.Null | exp.Boolean)
    is_implicit = node.to.is_type(*exp.DataType.TEXT_TYPES, exp.DType.DECIMAL)
    return node.this if is_value or is_implicit else node


def _in_common_terms(node: exp.Expr) -> exp.Expr:
    """Say with one construct what can be said with several."""
    from sqlglot import exp

    match node:
        case exp.EQ(expression=exp.Any(this=exp.Array() as values)):
            return exp.In(this=node.this, expressions=values.expressions)
        case exp.NEQ(expression=exp.Anonymous(this="ALL", expressions=[exp.Array() as values])):
            return exp.Not(this=exp.In(this=node.this, expressions=values.expressions))
        case exp.Between():
            low, high = node.args["low"], node.args["high"]
            return exp.And(
                this=exp.GTE(this=node.this, expression=low),
                expression=exp.LTE(this=node.this.copy(), expression=high),
            )
        case exp.Anonymous():
            return exp.Anonymous(this=str(node.this).upper(), expressions=node.expressions)
        case exp.Identifier():
            return exp.to_identifier(node.name, quoted=False)
        case _:
            return node
