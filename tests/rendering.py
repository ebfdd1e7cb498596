"""A render context without autogenerate, and the way back from source text to constructs."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.url import URL
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement
from sqlalchemy.sql.elements import conv

from limbeck.ddl.impl import DefaultImpl

DIALECTS = ("mssql", "mysql", "oracle", "postgresql", "sqlite")
PARENTHESISED_LITERAL = re.compile(r"DEFAULT \(('(?:[^']|'')*'|-?\d+)\)")
"""With SQLAlchemy 2.0 the DDL of a literal default may have parentheses, which mean nothing."""
NAMESPACE = {
    "sa": sa,
    "mssql": mssql,
    "mysql": mysql,
    "oracle": oracle,
    "postgresql": postgresql,
    "sqlite": sqlite,
    "op": SimpleNamespace(f=conv),
}


def make_dialect(name: str) -> Dialect:
    """Return a dialect without its driver's module."""
    class_: Callable[[], Dialect] = URL.create(name).get_dialect()
    return class_()


class PlainRenderContext:
    """What `AutogenContext` offers to rendering, with the options of a default env.py."""

    def __init__(self, dialect: str = "postgresql", **opts: Any) -> None:
        self.dialect = make_dialect(dialect)
        impl_class = DefaultImpl.get_by_dialect(self.dialect)
        impl = impl_class(
            self.dialect,
            None,
            as_sql=False,
            transactional_ddl=None,
            output_buffer=None,
            context_opts={},
        )
        self.migration_context = SimpleNamespace(impl=impl, opts=opts)
        self.imports: set[str] = set()
        self.has_batch = False
        self.opts = {
            "sqlalchemy_module_prefix": "sa.",
            "alembic_module_prefix": "op.",
            "user_module_prefix": None,
            "render_item": None,
            **opts,
        }

    def render_op(self, op: Any) -> list[str]:
        """Return the lines of a directive."""
        lines = op.render(self)
        return [lines] if isinstance(lines, str) else list(lines)


def evaluate(source: str, **names: Any) -> Any:
    """Return what a piece of a revision file builds."""
    return eval(source, {**NAMESPACE, **names})


def table_sql(table: sa.Table, dialect: Dialect) -> list[str]:
    """Return the lines of a table's DDL without their order, or why the dialect has none."""
    try:
        elements: list[DDLElement] = [CreateTable(table)]
        elements += [CreateIndex(index) for index in table.indexes]
        with warnings.catch_warnings():
            # a dialect says by a warning what it leaves out
            warnings.simplefilter("ignore", SAWarning)
            compiled = [str(element.compile(dialect=dialect)) for element in elements]
    except SQLAlchemyError as error:
        return [f"{type(error).__name__}: {error}"]
    lines = [line.strip(" \t,") for sql in compiled for line in sql.splitlines()]
    return sorted(PARENTHESISED_LITERAL.sub(r"DEFAULT \1", line) for line in lines)
