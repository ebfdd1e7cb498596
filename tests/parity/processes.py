"""The real Alembic, in a Python of its own that the environment names."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "LIMBECK_TEST_ALEMBIC"
SAME_ORDER = {"PYTHONHASHSEED": "0"}
"""For the environment of what is run: Alembic goes through sets."""


def alembic_python() -> str:
    """Return the Python that has the real Alembic; without one the test is skipped, in CI failed."""
    python = os.environ.get(VARIABLE)
    if python is None:
        reason = f"{VARIABLE} names no Python with Alembic: run scripts/test"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return python


def run_script(python: str, script: Path, request: object) -> Any:
    """Run a script that reads JSON from its input and prints JSON."""
    run = subprocess.run(
        [python, str(script)],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **SAME_ORDER},
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)
