"""Running a command and saying what it took: wall time and peak memory of the process."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: seconds and peak resident memory in MiB."""

    seconds: float
    mebibytes: float


@dataclass(frozen=True, slots=True)
class Contender:
    """One of those that are compared: what to do before each run, and the command to time."""

    name: str
    command: Sequence[str]
    folder: Path
    prepare: Callable[[], None] = field(default=lambda: None)


def run_once(contender: Contender) -> Run:
    """Run the command to its end; a status other than 0 stops the benchmark."""
    contender.prepare()
    # A child's peak memory counts what its parent had when it forked: a small one does it.
    launched = subprocess.run(
        [sys.executable, "-I", __file__, *contender.command],
        cwd=contender.folder,
        env=_environment(contender),
        capture_output=True,
        text=True,
        check=False,
    )
    if launched.returncode:
        raise SystemExit(f"{contender.name}: {contender.command}\n{launched.stderr}")
    return Run(*json.loads(launched.stdout))


def _environment(contender: Contender) -> dict[str, str]:
    """Return the environment of a run, in which Python may keep what it has compiled."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(contender.folder)}


def _launch(command: Sequence[str]) -> int:
    """Run a command with its output thrown away; print seconds and MiB, return its status."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    sys.stdout.write(json.dumps([seconds, usage.ru_maxrss / 1024]))
    return process.returncode


def compare(contenders: Sequence[Contender], repeat: int) -> Mapping[str, Run]:
    """Run the contenders in turn, `repeat` times after one warm-up; return each one's medians."""
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    for turn in range(repeat + 1):
        for contender in contenders:
            run = run_once(contender)
            if turn:
                runs[contender.name].append(run)
    return {
        name: Run(
            statistics.median(run.seconds for run in taken),
            statistics.median(run.mebibytes for run in taken),
        )
        for name, taken in runs.items()
    }


if __name__ == "__main__":
    sys.exit(_launch(sys.argv[1:]))
