"""The size of files and functions, words that promise work, ignores without a reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT, SourceFile, source_files

LONGEST_FILE = 600
LONGEST_FUNCTION = 40
PROMISES = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|\bfor" r" now\b")
IGNORE = re.compile(r"#\s*(type: ignore|no" r"qa)(?P<code>(\[|: ?)[\w\d, -]+\]?)?(?P<rest>.*)$")
MUTABLE = {"list", "dict", "set", "defaultdict", "OrderedDict", "deque", "Counter"}


def written_files() -> Iterator[tuple[str, str]]:
    """Yield path and text of everything that people write in this repository."""
    for folder in ("src", "tests", "scripts", "docs", "benchmarks", "packages", "examples"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and is_text(path):
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def is_text(path: Path) -> bool:
    """Tell whether a file is source, configuration or documentation."""
    return path.suffix in {".py", ".pyi", ".md", ".mako", ".ini", ".toml", ".yml", ".sh", ""}


def test_files_have_one_noun() -> None:
    long = {f.name: f.text.count("\n") for f in source_files() if f.text.count("\n") > LONGEST_FILE}
    assert long == {}


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{file.name}:{node.lineno}: {node.name} has {length} lines"
        for file in source_files()
        for node in ast.walk(file.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := body_lines(node)) > LONGEST_FUNCTION
    ]
    assert long == []


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the number of lines after signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_every_module_says_what_it_is() -> None:
    silent = [file.name for file in source_files() if not ast.get_docstring(file.tree)]
    assert silent == []


def test_nothing_is_promised_instead_of_done() -> None:
    found = [
        f"{name}:{number}: {line.strip()}"
        for name, text in written_files()
        for number, line in enumerate(text.splitlines(), 1)
        if PROMISES.search(line)
    ]
    assert found == []


def test_every_ignore_has_its_reason() -> None:
    bare = [
        f"{name}:{number}: {line.strip()}"
        for name, text in written_files()
        if name.endswith(".py")
        for number, line in enumerate(text.splitlines(), 1)
        if (found := IGNORE.search(line))
        if not found["code"] or not re.search(r"#\s*\w|\w", found["rest"])
    ]
    assert bare == []


def test_state_of_a_module_is_a_documented_registry() -> None:
    undocumented = [
        f"{file.name}:{line}" for file in source_files() for line in undocumented_state(file)
    ]
    assert undocumented == []


def undocumented_state(file: SourceFile) -> Iterator[int]:
    """Yield the lines of `global` statements, and of empty containers that nothing explains."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Global):
            yield node.lineno
    followers = [*file.tree.body[1:], None]
    for node, follower in zip(file.tree.body, followers, strict=True):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).startswith("Mapping"):
            continue  # its type says that nobody changes it
        if isinstance(node, ast.Assign | ast.AnnAssign) and is_empty_container(node.value):
            documented = isinstance(follower, ast.Expr) and isinstance(follower.value, ast.Constant)
            commented = file.text.splitlines()[node.lineno - 2].startswith("#")
            if not documented and not commented:
                yield node.lineno


def is_empty_container(value: ast.expr | None) -> bool:
    """Tell whether an expression makes a container for things to come."""
    match value:
        case ast.List(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id=name), args=[]):
            return name in MUTABLE
        case _:
            return False
