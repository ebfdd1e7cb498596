"""Random revision graphs: the same walks, rows, functions run and output; back and forth, too."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.parity.histories import Step, questions, random_graph, random_walk, write_project
from tests.parity.processes import SAME_ORDER, alembic_python

DRIVE = Path(__file__).with_name("drive.py")
GRAPHS = int(os.environ.get("LIMBECK_TEST_GRAPHS", "48"))
WALK = 9
SEGMENT = 3
Answer = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """One project and what is done with it."""

    folder: Path
    steps: list[Step]


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> list[Job]:
    """Projects with random graphs, a random walk over each, and questions about it."""
    found = []
    for seed in range(GRAPHS):
        random = Random(seed)
        nodes = random_graph(random)
        folder = tmp_path_factory.mktemp("project")
        write_project(folder, nodes)
        found.append(Job(folder, random_walk(random, nodes, WALK) + questions(random, nodes)))
    return found


@pytest.fixture(scope="module")
def by_alembic(jobs: list[Job]) -> list[list[Answer]]:
    """What the real Alembic does."""
    return drive("alembic", jobs, lambda job: job.steps, "alembic")


def drive(
    package: str, jobs: list[Job], part: Callable[[Job], list[Step]], database: str
) -> list[list[Answer]]:
    """Let one side carry out a part of each job, on the database of that name."""
    request = [
        {
            "folder": str(job.folder),
            "database": str(job.folder / f"{database}.db"),
            "steps": part(job),
        }
        for job in jobs
    ]
    run = subprocess.run(
        [alembic_python() if package == "alembic" else sys.executable, str(DRIVE), package],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **SAME_ORDER},
    )
    assert run.returncode == 0, run.stderr
    answers: list[list[Answer]] = json.loads(run.stdout)
    return answers


def test_walks_and_output_are_the_same(jobs: list[Job], by_alembic: list[list[Answer]]) -> None:
    by_limbeck = drive("limbeck", jobs, lambda job: job.steps, "limbeck")
    different = [
        f"{job.folder.name}: {step}\n  Alembic: {theirs}\n  limbeck: {ours}"
        for job, theirs_all, ours_all in zip(jobs, by_alembic, by_limbeck, strict=True)
        for step, theirs, ours in comparable(job.steps, theirs_all, ours_all)
        if canonical(theirs, job, "alembic") != canonical(ours, job, "limbeck")
        or not is_as_telling(theirs["error"], ours["error"])
    ]
    assert different == []


@pytest.mark.parametrize("first", ["alembic", "limbeck"])
def test_project_goes_back_and_forth_between_both(
    first: str, jobs: list[Job], by_alembic: list[list[Answer]]
) -> None:
    second = "limbeck" if first == "alembic" else "alembic"
    mixed: list[list[Answer]] = [[] for _ in jobs]
    for number, start in enumerate(range(0, WALK, SEGMENT)):
        package = second if number % 2 else first
        part = slice(start, start + SEGMENT)
        answers = drive(package, jobs, partial(steps_in, part), f"mixed-{first}")
        for collected, found in zip(mixed, answers, strict=True):
            collected += found
    different = [
        f"{job.folder.name}: {step}\n  Alembic: {theirs}\n  mixed: {ours}"
        for job, theirs_all, ours_all in zip(jobs, by_alembic, mixed, strict=True)
        for step, theirs, ours in comparable(job.steps[:WALK], theirs_all, ours_all)
        if (theirs["rows"], theirs["log"]) != (ours["rows"], ours["log"])
    ]
    assert different == []


def steps_in(part: slice, job: Job) -> list[Step]:
    """Return a part of a job's steps."""
    return job.steps[part]


def comparable(
    steps: list[Step], theirs: list[Answer], ours: list[Answer]
) -> Iterator[tuple[Step, Answer, Answer]]:
    """Yield the steps up to one where Alembic fails by a defect, or goes one of several ways.

    Why stands in docs/differences.md under "Revisions".
    """
    before: list[str] = []
    for step, one, other in zip(steps, theirs, ours, strict=False):
        name, arguments = step
        target = str(arguments.get("revision", ""))
        is_defect = one["error"] and "CommandError" not in one["error"]
        is_ambiguous = name == "downgrade" and re.match(r"-\d", target) and len(before) > 1
        is_refused = "@-" in target and one["error"] and not other["error"]
        is_purged = arguments.get("purge") and one["error"]
        has_implied_rows = set(one["rows"]) > set(other["rows"])
        if is_defect or is_ambiguous or is_refused or is_purged or has_implied_rows:
            return
        before = one["rows"]
        is_relative = arguments.get("rev_range") == "-2:" and one["error"]
        is_implied = "check_heads" in arguments and "(effective head)" in other["out"]
        if not is_relative and not is_implied:
            yield step, one, other


def canonical(answer: Answer, job: Job, package: str) -> list[Any]:
    """Return what has to be equal: Alembic prints and writes what it has in sets in any order."""
    out = answer["out"].replace(str(job.folder / f"{package}.db"), "DATABASE")
    script, rows = answer["script"], answer["rows"]
    statements = [line for line in script.splitlines() if "alembic_version" not in line]
    return [sorted_words(out.splitlines()), sorted_words(statements), versions(script), rows] + [
        answer["log"]
    ]


def sorted_words(lines: list[str]) -> list[str]:
    """Return the lines in one order, and what is a list in them, too."""
    return sorted(
        re.sub(r"[\w<>]+(, [\w<>]+)+", lambda found: ", ".join(sorted(found[0].split(", "))), line)
        for line in lines
    )


def versions(script: str) -> set[str]:
    """Return the rows that a script adds, but does not take away again."""
    rows: set[str] = set()
    for line in script.splitlines():
        names = re.findall(r"'(\w+)'", line)
        match line.split()[:1]:
            case ["INSERT"] if "alembic_version" in line:
                rows |= set(names)
            case ["UPDATE"]:
                rows = rows - {names[1]} | {names[0]}
            case ["DELETE"]:
                rows -= set(names)
    return rows


def is_as_telling(theirs: list[str] | None, ours: list[str] | None) -> bool:
    """Tell whether both failed or neither did, limbeck with an error that catches the same."""
    if theirs is None or ours is None:
        return theirs == ours
    return theirs[0] in ours
