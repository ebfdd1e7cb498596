"""The name of a database appears in its own package under `ddl`, the loader table and docs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import SourceFile, source_files

DIALECTS = ("cockroachdb", "mariadb", "mssql", "mysql", "oracle", "postgresql", "sqlite")
NAME = re.compile(rf"(?<![a-z])({'|'.join(DIALECTS)})(?![a-z])", re.IGNORECASE)
LOADER = "ddl/registry.py"
OPTIONS = {"mssql_batch_separator", "oracle_batch_separator"}
"""Options of `context.configure()` that Alembic named after a database."""


def test_dialect_names_stand_only_where_the_dialect_lives() -> None:
    wrong = [
        f"{file.name}:{line}: {text}"
        for file in source_files()
        if file.name != LOADER and not is_dialect_home(file)
        for line, text in mentions(file)
    ]
    assert wrong == []


def is_dialect_home(file: SourceFile) -> bool:
    """Tell whether a file belongs to one dialect."""
    parts = file.name.removesuffix(".py").split("/")
    return parts[0] == "ddl" and parts[1] in DIALECTS


def mentions(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Yield the strings, names and imports that have a dialect's name; docstrings are docs."""
    docstrings = file.docstrings()
    for node in ast.walk(file.tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docstrings:
                pass
            case ast.Name(id=text) | ast.Attribute(attr=text) | ast.alias(name=text):
                pass
            case ast.ImportFrom(module=str(text)):
                pass
            case _:
                continue
        if NAME.search(text) and text not in OPTIONS:
            yield node.lineno, text
