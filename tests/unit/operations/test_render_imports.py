"""A revision file imports what it uses, and nothing else; no name in it is undefined."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.autogenerate import render
from limbeck.autogenerate.context import AutogenContext
from limbeck.config import Config
from limbeck.operations import MigrateOperation, ops
from limbeck.runtime.migration import MigrationContext
from limbeck.script.base import ScriptDirectory
from tests.rendering import DIALECTS
from tests.unit.operations.test_render_arguments import plain_cases
from tests.unit.render.test_every_type import type_classes, types_of


class Own(sa.types.UserDefinedType[Any]):
    """A type of the user's."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "OWN"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    template = Path(render.__file__).parents[1] / "templates" / "generic" / "script.py.mako"
    (tmp_path / "script.py.mako").write_text(template.read_text())
    (tmp_path / "versions").mkdir()
    config = Config()
    config.set_main_option("script_location", str(tmp_path))
    return config


def write(config: Config, directives: list[MigrateOperation], dialect: str) -> str:
    """Return the text of a revision file with the directives in its upgrade()."""
    context = AutogenContext(
        MigrationContext.configure(dialect_name=dialect),
        opts={"sqlalchemy_module_prefix": "sa.", "alembic_module_prefix": "op."},
        autogenerate=False,
    )
    script = ops.MigrationScript("a1", ops.UpgradeOps(directives), ops.DowngradeOps())
    arguments: dict[str, Any] = {}
    render._render_python_into_templatevars(context, script, arguments)
    scripts = ScriptDirectory.from_config(config)
    written = scripts.generate_revision("a1", "all", refresh=False, head="base", **arguments)
    assert written is not None
    file = Path(written.path)
    text = file.read_text()
    file.unlink()
    return text


def tables_of_types() -> list[MigrateOperation]:
    """Return a directive with a table for each module, so that each needs other imports."""
    found: dict[str, list[sa.Column[Any]]] = {}
    for class_ in type_classes():
        columns = found.setdefault(class_.__module__.rpartition(".")[0], [])
        columns += [sa.Column(f"c{len(columns)}", type_) for type_ in types_of(class_)[:1]]
    found["own"] = [sa.Column("own", Own())]
    return [ops.CreateTableOp(name, columns) for name, columns in sorted(found.items())]


def test_file_with_every_directive_names_nothing_undefined(config: Config) -> None:
    text = write(config, [*plain_cases(), *tables_of_types()], "postgresql")
    tree = ast.parse(text)
    assert set(undefined(tree)) == set()
    assert unused(tree) == set()


def test_each_directive_imports_what_it_uses(config: Config) -> None:
    for directive in [*plain_cases(), *tables_of_types()]:
        text = write(config, [directive], "postgresql")
        tree = ast.parse(text)
        assert set(undefined(tree)) == set(), text
        assert unused(tree) == set(), text


@pytest.mark.parametrize("dialect", DIALECTS)
def test_constructs_of_a_dialect_are_imported_once(config: Config, dialect: str) -> None:
    tables = tables_of_types()
    text = write(config, [*tables, *tables], dialect)
    lines = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert len(lines) == len(set(lines))
    assert f"import {__name__}" in lines
    assert [f"from sqlalchemy.dialects import {each}" in lines for each in DIALECTS] == [True] * 5


def imported(tree: ast.Module) -> dict[str, str]:
    """Return what stands in a file for each import: a name, or a dotted path."""
    found = {}
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                name = alias.asname or alias.name
                found[name] = name
    return found


def unused(tree: ast.Module) -> set[str]:
    """Return the imports that nothing in the file stands on."""
    paths = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    paths |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {name for name in imported(tree) if name not in paths}


def undefined(tree: ast.Module) -> Iterator[str]:
    """Yield the names that are used, and neither imported nor set."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    known = {name.split(".")[0] for name in imported(tree)} | set(vars(builtins))
    known |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
    yield from (node.id for node in names if node.id not in known)
