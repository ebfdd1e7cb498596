"""List the public names of Alembic's documented modules with their signatures, a line each.

    $LIMBECK_TEST_ALEMBIC tests/parity/surface.py           writes tests/parity/surface.txt
    $LIMBECK_TEST_ALEMBIC tests/parity/surface.py --check   exits 1 unless that file is fresh

Imports the standard library alone, since it runs in the real Alembic's environment. The test
beside it asks `describe` for the same names of limbeck.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

LIST = Path(__file__).with_name("surface.txt")
PACKAGE = "alembic"
# the modules of the API documentation; a package's names count where they are re-exported
MODULES = (
    "autogenerate",
    "autogenerate.api",
    "autogenerate.render",
    "autogenerate.rewriter",
    "command",
    "config",
    "context",
    "ddl",
    "ddl.base",
    "ddl.impl",
    "ddl.mssql",
    "ddl.mysql",
    "ddl.oracle",
    "ddl.postgresql",
    "ddl.sqlite",
    "op",
    "operations",
    "operations.base",
    "operations.batch",
    "operations.ops",
    "operations.schemaobj",
    "operations.toimpl",
    "runtime.environment",
    "runtime.migration",
    "runtime.plugins",
    "script",
    "script.base",
    "script.revision",
    "script.write_hooks",
    "util",
    "util.compat",
    "util.editor",
    "util.exc",
    "util.langhelpers",
    "util.messaging",
    "util.pyfiles",
)
PROXIES = ("context", "op")


def main(arguments: list[str]) -> int:
    """Write the list, or say whether it is fresh."""
    text = "".join(f"{line}\n" for line in describe_all())
    if "--check" not in arguments:
        LIST.write_text(text, encoding="utf-8")
        return 0
    return 0 if LIST.read_text(encoding="utf-8") == text else 1


def describe_all() -> list[str]:
    """Describe every public name of the modules."""
    lines = []
    for place in MODULES:
        module = importlib.import_module(f"{PACKAGE}.{place}")
        for name in public_names(module, place):
            lines += describe(PACKAGE, f"{place}.{name}", members=True)
    return lines


def public_names(module: ModuleType, place: str) -> Iterator[str]:
    """Yield the names that the module has to offer: its own, or re-exported by a package."""
    for name in sorted(dir(module)):
        value = getattr(module, name)
        if name.startswith("_") or inspect.ismodule(value):
            continue
        home = getattr(value, "__module__", None) or ""
        if place in PROXIES:
            own = inspect.isroutine(value) and not home.startswith("typing")
        else:
            own = home == module.__name__ or (hasattr(module, "__path__") and home[:7] == PACKAGE)
        if own:
            yield name


def describe(package: str, path: str, *, members: bool = False) -> list[str]:
    """Describe what a dotted path below the package leads to: `path`, or `path(signature)`.

    With `members`, a class is followed by what it and its bases define. Raises AttributeError or
    ImportError where there is no such name.
    """
    value = find(package, path)
    lines = [path + signature(value)]
    if members and inspect.isclass(value):
        annotated = declared_names(value, package) - set(dir(value))
        for name in sorted({*dir(value), *annotated}):
            if name in annotated:
                lines.append(f"{path}.{name}")
            elif not name.startswith("_") and is_from(value, name, package):
                lines += describe(package, f"{path}.{name}")
    return lines


def declared_names(class_: type, package: str) -> set[str]:
    """Return the public names that a class of the package, or its bases, declare by type alone."""
    return {
        name
        for base in class_.__mro__
        if base.__module__.startswith(package)
        for name in vars(base).get("__annotations__", ())
        if not name.startswith("_")
    }


def find(package: str, path: str) -> Any:
    """Return what a dotted path below the package leads to."""
    parts = path.split(".")
    for split in range(len(parts), 0, -1):
        try:
            value: Any = importlib.import_module(".".join([package, *parts[:split]]))
        except ModuleNotFoundError:
            continue
        for name in parts[split:]:
            value = inspect.getattr_static(value, name, None) or getattr(value, name)
            value = getattr(value, "fget", None) or value if split == len(parts) else value
        return unwrap(value)
    raise ModuleNotFoundError(f"{package}.{path}")


def unwrap(value: Any) -> Any:
    """Return the function inside a classmethod or staticmethod."""
    return value.__func__ if isinstance(value, classmethod | staticmethod) else value


def is_from(class_: type, name: str, package: str) -> bool:
    """Tell whether a class of the package itself defines this member."""
    return any(name in vars(base) for base in class_.__mro__ if base.__module__.startswith(package))


def signature(value: Any) -> str:
    """Return the parameters of a function or class as source text; '' for anything else."""
    if not (inspect.isroutine(value) or inspect.isclass(value)):
        return ""
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return ""
    shown = [
        parameter.replace(annotation=parameter.empty, default=_Shown.of(parameter))
        for parameter in parameters
    ]
    return str(inspect.Signature(shown))


class _Shown:
    """A default that shows as source text: a literal as it is, anything else by its type."""

    def __init__(self, value: Any) -> None:
        self._value = value

    @classmethod
    def of(cls, parameter: inspect.Parameter) -> Any:
        """Return a parameter's default so that it shows this way."""
        return parameter.empty if parameter.default is parameter.empty else cls(parameter.default)

    def __repr__(self) -> str:
        match self._value:
            case enum.Enum():
                return repr(str(self._value))
            case None | bool() | int() | str():
                return repr(self._value)
            case _ if hasattr(self._value, "write"):
                return repr("stream")
            case _ if not self._value:
                return repr(f"empty {type(self._value).__name__}")
            case _:
                return repr(type(self._value).__name__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
