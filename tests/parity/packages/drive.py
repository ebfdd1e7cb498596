"""Play scenarios with other people's packages: requests on the input, notes on the output.

Runs in an environment that has the packages and either the real Alembic or `limbeck-alembic`; the
scenarios can't tell which.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.parity.packages.recorder import Recorder


def play(request: dict[str, str]) -> dict[str, Any]:
    """Play one scenario in its folder, on its database."""
    scenario = importlib.import_module(f"tests.parity.packages.{request['scenario']}")
    recorder = Recorder(Path(request["folder"]), request["database"], request["url"])
    os.chdir(recorder.folder)
    start = time.perf_counter()
    scenario.play(recorder)
    return {"notes": recorder.notes, "seconds": time.perf_counter() - start}


if __name__ == "__main__":
    output = os.fdopen(os.dup(1), "w")
    sys.stdout = sys.stderr
    json.dump(play(json.load(sys.stdin)), output)
