"""Reading a revision file without running it.

Receives a path; gives `ScriptFacts`. Only the part before the first function is parsed, as all
that the graph needs stands there. A file whose values are not literals is imported after all
(`is_literal` is False then, and the index does not keep it).
"""

from __future__ import annotations

import ast
import os
import re
import tokenize
import traceback
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from limbeck.util.langhelpers import to_tuple
from limbeck.util.pyfiles import load_python_file

from .errors import ScriptFileError

_NAMES = frozenset({"revision", "down_revision", "branch_labels", "depends_on"})
_BODY = re.compile(r"^(?:def|async\s+def|class)\b|^@", re.MULTILINE)
_LATE = re.compile(
    r"^\s*(?:revision|down_revision|branch_labels|depends_on)\b\s*[:=,]", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class ScriptFacts:
    """What a revision file says about itself."""

    path: str
    revision: str
    down_revision: tuple[str, ...] = ()
    branch_labels: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    doc: str = ""
    is_literal: bool = True


class _NotLiteralError(Exception):
    """The values can only be known by running the file."""


def read_script_head(path: str) -> ScriptFacts:
    """Read what a revision file says, by its text if possible, else by importing it."""
    if not path.endswith(".py"):
        return facts_of_module(import_script(path), path)
    source = _read_source(path)
    try:
        tree = _parse_head(source, path)
        values = _literals(tree)
    except _NotLiteralError:
        return facts_of_module(import_script(path), path)
    if "revision" not in values:
        _parse(source, path)  # it may have none because its syntax is wrong
    return _facts(path, values, ast.get_docstring(tree, clean=False), is_literal=True)


def import_script(path: str) -> ModuleType:
    """Run a revision file; what it raises is told with its file and line."""
    try:
        return load_python_file(*os.path.split(path))
    except SyntaxError as error:
        if error.filename != path:
            raise
        raise ScriptFileError(path, error.msg, error.lineno) from error
    except Exception as error:  # whatever the user's file raises
        lines = [
            entry.lineno
            for entry in traceback.extract_tb(error.__traceback__)
            if entry.filename == path
        ]
        reason = f"it raised {type(error).__name__}: {error}"
        raise ScriptFileError(path, reason, lines[-1] if lines else None) from error


def facts_of_module(module: ModuleType, path: str) -> ScriptFacts:
    """Read what an imported revision file says."""
    values = {name: getattr(module, name) for name in _NAMES if hasattr(module, name)}
    return _facts(path, values, module.__doc__, is_literal=False)


def _read_source(path: str) -> str:
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (SyntaxError, UnicodeDecodeError) as error:
        raise ScriptFileError(path, f"its encoding can't be read: {error}") from error
    except OSError as error:
        raise ScriptFileError(path, str(error.strerror)) from error


def _parse_head(source: str, path: str) -> ast.Module:
    """Parse what stands before the first function, or all when that is not a whole."""
    cut = _BODY.search(source)
    if cut is not None and not _LATE.search(source, cut.start()):
        with suppress(SyntaxError):  # the cut may lie inside a docstring: the whole file decides
            return ast.parse(source[: cut.start()], path)
    return _parse(source, path)


def _parse(source: str, path: str) -> ast.Module:
    try:
        return ast.parse(source, path)
    except SyntaxError as error:
        raise ScriptFileError(path, error.msg, error.lineno) from error


def _literals(tree: ast.Module) -> dict[str, Any]:
    """Collect the literal values of our names."""
    values: dict[str, Any] = {}
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _NAMES:
                values[name] = _literal(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if (
                name in _NAMES
            ):
                values[name] = _literal(value)
            case (
                ast.Import()
                | ast.Expr()
                | ast.FunctionDef()
                | ast.AsyncFunctionDef()
                | ast.ClassDef()
            ):
                pass
            case ast.ImportFrom(names=names) if not _binds(names):
                pass
            case _ if _stores(statement):
                raise _NotLiteralError
    return values


def _literal(value: ast.expr) -> Any:
    try:
        return ast.literal_eval(value)
    except ValueError as error:
        raise _NotLiteralError from error


def _binds(names: list[ast.alias]) -> bool:
    """Whether an import may define one of our names."""
    return any(alias.name == "*" or (alias.asname or alias.name) in _NAMES for alias in names)


def _stores(statement: ast.stmt) -> bool:
    """Whether a statement other than a plain assignment may define one of our names."""
    if isinstance(statement, ast.ImportFrom):
        return True
    return any(
        (isinstance(node, ast.Name) and node.id in _NAMES and isinstance(node.ctx, ast.Store))
        or (isinstance(node, ast.ImportFrom) and _binds(node.names))
        for node in ast.walk(statement)
    )


def _facts(path: str, values: dict[str, Any], doc: str | None, *, is_literal: bool) -> ScriptFacts:
    revision = values.get("revision")
    if revision is None:
        raise ScriptFileError(
            path,
            f"Could not determine revision id from filename {os.path.basename(path)}. Be sure the "
            "'revision' variable is declared inside the script; a file that is no revision "
            "belongs elsewhere.",
        )
    if not isinstance(revision, str) or not revision:
        wrong = "empty" if revision == "" else "not a string"
        raise ScriptFileError(path, f"revision = {revision!r} is {wrong}.")
    if "down_revision" not in values:
        raise ScriptFileError(
            path,
            f"it declares revision {revision!r} but no 'down_revision'; a first revision says "
            "`down_revision = None`.",
        )
    return ScriptFacts(
        path,
        revision,
        _names(path, values, "down_revision"),
        _names(path, values, "branch_labels"),
        _names(path, values, "depends_on"),
        (doc or "").strip(),
        is_literal,
    )


def _names(path: str, values: dict[str, Any], field: str) -> tuple[str, ...]:
    value = values.get(field)
    found = to_tuple(sorted(value) if isinstance(value, set) else value, default=())
    if not all(isinstance(name, str) for name in found):
        raise ScriptFileError(path, f"{field} = {value!r} is not a string or a list of strings.")
    return tuple(name for name in found if name)
