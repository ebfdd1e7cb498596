"""Each directive is written to the revision file in Alembic's very words."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from limbeck.operations import ops
from tests.parity import constructs
from tests.rendering import DIALECTS, PlainRenderContext

SCRIPT = Path(__file__).with_name("render_with_alembic.py")


@pytest.fixture(scope="module")
def by_alembic() -> dict[str, list[tuple[str, list[str]]]]:
    """What the real Alembic writes, by dialect."""
    python = os.environ.get("LIMBECK_TEST_ALEMBIC")
    if python is None:
        if os.environ.get("CI"):
            pytest.fail("LIMBECK_TEST_ALEMBIC names no Python with Alembic: run scripts/test")
        pytest.skip("LIMBECK_TEST_ALEMBIC names no Python with Alembic: run scripts/test")
    run = subprocess.run(
        [python, str(SCRIPT), *DIALECTS], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return {
        dialect: [(text, imports) for text, imports in pairs]
        for dialect, pairs in json.loads(run.stdout).items()
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_directive_is_written_as_alembic_writes_it(
    dialect: str, by_alembic: dict[str, list[tuple[str, list[str]]]]
) -> None:
    different = []
    pairs = zip(constructs.directives(ops), by_alembic[dialect], strict=True)
    for directive, theirs in pairs:
        context = PlainRenderContext(dialect)
        ours = "\n".join(context.render_op(directive)), sorted(context.imports)
        if ours != theirs:
            different.append(f"Alembic: {theirs}\nlimbeck: {ours}")
    assert different == []
