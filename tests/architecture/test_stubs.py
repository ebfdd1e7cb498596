"""The stubs are what their generator writes, and they tell the truth."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from limbeck import context, op
from limbeck.operations import BatchOperations
from tests.architecture.sources import PACKAGE, ROOT
from tests.parity import surface


def test_stubs_are_fresh() -> None:
    run = subprocess.run(
        [sys.executable, "scripts/make_stubs", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(("module", "name"), [(op, "op"), (context, "context")])
def test_stub_lists_what_the_module_has(module: object, name: str) -> None:
    tree = ast.parse((PACKAGE / f"{name}.pyi").read_text(encoding="utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert functions <= set(dir(module))
    missing = {n for n in dir(module) if callable(getattr(module, n))} - functions
    assert missing == set()


def test_stub_of_batch_operations_lists_what_they_have() -> None:
    tree = ast.parse((PACKAGE / "op.pyi").read_text(encoding="utf-8"))
    (batch,) = (node for node in tree.body if isinstance(node, ast.ClassDef))
    functions = {node.name for node in batch.body if isinstance(node, ast.FunctionDef)}
    assert functions
    assert functions <= set(dir(BatchOperations))


@pytest.mark.parametrize("name", surface.MODULES)
def test_module_of_alembic_has_a_stub(name: str) -> None:
    place = ROOT.joinpath("packages", "limbeck-alembic", "alembic", *name.split("."))
    assert place.with_suffix(".pyi").is_file() or (place / "__init__.pyi").is_file()
