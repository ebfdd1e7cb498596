"""Which implementation belongs to which dialect.

Receives a dialect's name, returns the `DefaultImpl` subclass that declares it. A class with
`__dialect__` in its body enters itself; ours are imported when their dialect is first asked
for, so that a run on one database never loads the code of another. A third party's class that
is already registered is never replaced by ours.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from limbeck.errors import CommandError

DIALECT_MODULES = {
    "default": "limbeck.ddl.impl",
    "sqlite": "limbeck.ddl.sqlite",
    "postgresql": "limbeck.ddl.postgresql",
    "cockroachdb": "limbeck.ddl.postgresql",
    "mysql": "limbeck.ddl.mysql",
    "mariadb": "limbeck.ddl.mysql",
    "mssql": "limbeck.ddl.mssql",
    "oracle": "limbeck.ddl.oracle",
}

CONSTRAINT_CLASSES = {"exclude_constraint": ("sqlalchemy.dialects.postgresql", "ExcludeConstraint")}
"""Constraints that only one dialect of SQLAlchemy has, by `__visit_name__`."""


def constraint_class(visit_name: str) -> Any:
    """Return SQLAlchemy's class of a constraint that only one dialect has."""
    module, name = CONSTRAINT_CLASSES[visit_name]
    return getattr(import_module(module), name)


class UnknownDialectError(CommandError, KeyError):
    """No implementation is registered for the dialect."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        known = ", ".join(sorted({*DIALECT_MODULES, *_impls} - {"default"}))
        return (
            f"No migrations for the dialect {self.name!r}: limbeck knows {known}. "
            f"Import the package that brings a DefaultImpl for it in env.py, or define one:\n"
            f"    class {self.name.capitalize()}Impl(DefaultImpl):\n"
            f"        __dialect__ = {self.name!r}"
        )


class Registry(dict[str, Any]):
    """Implementations by dialect name; looking one up imports its module."""

    def __missing__(self, name: str) -> Any:
        module = DIALECT_MODULES.get(name)
        if module is not None:
            import_module(module)
        if name not in self:
            raise UnknownDialectError(name)
        return self[name]


_impls = Registry()
"""Documented registry, open to third parties; `alembic.ddl.impl._impls` is this object."""


class ImplMeta(type):
    """Enter a class that says `__dialect__` in its body into the registry.

    The one metaclass of limbeck: third parties subclass `DefaultImpl` and count on it.
    """

    def __init__(cls, classname: str, bases: tuple[type, ...], dict_: dict[str, Any]) -> None:
        super().__init__(classname, bases, dict_)
        if "__dialect__" in dict_:
            _impls[dict_["__dialect__"]] = cls
