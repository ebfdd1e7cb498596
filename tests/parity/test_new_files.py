"""`revision` and `merge` write the same files, with an Alembic project's own template and options."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.parity.histories import INI, Node, Step, write_project
from tests.parity.processes import SAME_ORDER, alembic_python
from tests.parity.test_histories import sorted_words

DRIVE = Path(__file__).with_name("drive.py")
NODES = [
    Node("aaaa11112222", (), (), None),
    Node("bbbb11112222", ("aaaa11112222",), (), "left"),
    Node("cccc11112222", ("aaaa11112222",), (), None),
]
STEPS: list[Step] = [
    ("revision", {"message": "Add user's e-mail", "rev_id": "d1", "head": "left@head"}),
    ("revision", {"message": "x" * 60, "rev_id": "d2", "head": "cccc", "branch_label": "right"}),
    ("revision", {"rev_id": "d3", "head": "bbbb11112222", "splice": True, "depends_on": "cccc"}),
    ("revision", {"message": "not a head", "rev_id": "d4", "head": "bbbb11112222"}),
    ("revision", {"message": "new base", "rev_id": "d5", "head": "base", "branch_label": "other"}),
    ("revision", {"message": "ambiguous", "rev_id": "d6"}),
    ("revision", {"message": "bad id", "rev_id": "d-7", "head": "d1"}),
    ("revision", {"message": "offline", "rev_id": "d8", "head": "d1", "sql": True}),
    ("merge", {"revisions": ["d1", "d2"], "message": "both", "rev_id": "e1"}),
    ("merge", {"revisions": "heads", "message": "all", "rev_id": "e2", "branch_label": "one"}),
    ("merge", {"revisions": "e2", "rev_id": "e3"}),
    ("revision", {"message": "last", "rev_id": "f1", "depends_on": ["d3", "left"]}),
    ("history", {"verbose": False}),
]
OPTIONS = {
    "plain": "",
    "template with folders": "file_template = %%(year)d/%%(rev)s-%%(slug)s\n"
    "recursive_version_locations = true\n",
    "short slugs": "truncate_slug_length = 12\ntimezone = UTC\noutput_encoding = latin-1\n",
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_same_files_are_written(options: str, tmp_path: Path) -> None:
    answers, files = {}, {}
    for package, python in (("alembic", alembic_python()), ("limbeck", sys.executable)):
        folder = tmp_path / package
        write_project(folder, NODES)
        (folder / "alembic.ini").write_text(INI + options)
        answers[package] = drive(python, package, folder)
        files[package] = {
            path.relative_to(folder).as_posix(): path.read_text()
            for path in sorted((folder / "scripts").rglob("*.py"))
        }
    assert len(files["alembic"]) > len(NODES) + 5
    assert files["limbeck"] == files["alembic"]
    assert answers["limbeck"] == answers["alembic"]


def drive(python: str, package: str, folder: Path) -> list[Any]:
    """Carry out the steps; return what each printed, and whether it failed."""
    job = {"folder": str(folder), "database": str(folder / "test.db"), "steps": STEPS}
    run = subprocess.run(
        [python, str(DRIVE), package],
        input=json.dumps([job]),
        capture_output=True,
        text=True,
        check=False,
        env=SAME_ORDER,
    )
    assert run.returncode == 0, run.stderr
    steps = json.loads(run.stdout.rpartition("\n")[2])[0]
    return [(sorted_words(step["out"].splitlines()), step["error"] is None) for step in steps]
