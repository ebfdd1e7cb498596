"""The package's source files, parsed, and what the tests of its architecture ask of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "limbeck"


@dataclass(frozen=True)
class SourceFile:
    """One file of the package."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Return the file's path inside the package."""
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def package(self) -> list[str]:
        """Return the parts of the package that relative imports start from."""
        return list(self.path.relative_to(PACKAGE.parent).parent.parts)

    def docstrings(self) -> set[int]:
        """Return the ids of the nodes that are docstrings, those of attributes included."""
        return {
            id(node.value)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }

    def imports(self) -> Iterator[tuple[int, str]]:
        """Yield line and dotted name of every import: type-only and inside functions as well."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parent = self.package[: len(self.package) - node.level + 1]
                    base = ".".join([*parent, *([base] if base else [])])
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


@cache
def source_files() -> tuple[SourceFile, ...]:
    """Return every Python file of the package but the templates, which belong to users."""
    paths = [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if "templates" not in path.relative_to(PACKAGE).parts
    ]
    return tuple(
        SourceFile(path, text, ast.parse(text, str(path)))
        for path in paths
        for text in [path.read_text(encoding="utf-8")]
    )
