"""What can't be used is refused by the same error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.parity.processes import alembic_python

SCRIPT = Path(__file__).with_name("run_refusals.py")


def test_same_errors_refuse_what_is_unknown() -> None:
    theirs = answers(alembic_python(), "alembic")
    ours = answers(sys.executable, "limbeck")
    for what, answer in theirs.items():
        if answer == ["ValueError"] and "CommandError" in ours[what]:
            # It also says what to do, which the command line prints without a traceback.
            ours[what].remove("CommandError")
    assert ours == theirs


def answers(python: str, package: str) -> dict[str, Any]:
    """Return what one side says."""
    run = subprocess.run(
        [python, str(SCRIPT), package], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer
