"""Golden cases: models before and after, the revision file, and its SQL on five dialects.

A case is a folder with `before.py`, `after.py` and what is expected of them: `expected_revision.py`
and `expected_<dialect>.sql`. LIMBECK_UPDATE_GOLDEN=1 writes what is found instead of comparing;
read the difference before committing it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.cli.project import Project

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/before.py"))
DIALECTS = ("sqlite", "postgresql", "mysql", "mssql", "oracle")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder, f"sqlite:///{tmp_path}/golden.sqlite")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_golden(case: Path, project: Project) -> None:
    project.initialise((case / "before.py").read_text())
    project.set_options(render_as_batch="true")
    project.ok("revision", "--autogenerate", "-m", "before", "--rev-id", "aaaa1111")
    project.ok("upgrade", "head")
    project.write_models((case / "after.py").read_text())
    project.ok("revision", "--autogenerate", "-m", "after", "--rev-id", "bbbb2222")
    text = (project.versions / "002_after.py").read_text()
    expect(case / "expected_revision.py", re.sub(r"Create Date: .*", "Create Date: …", text))
    project.ok("upgrade", "head")
    project.ok("check")
    for dialect in DIALECTS:
        project.set_options(sqlalchemy__url=f"{dialect}://")
        options = {"sqlite": "true"}.get(dialect, "false")
        project.set_options(render_as_batch=options)
        result = project.limbeck("upgrade", "aaaa1111:bbbb2222", "--sql")
        script = result.out if result.status == 0 else re.sub(r"/\S*/project/", "", result.err)
        expect(case / f"expected_{dialect}.sql", script)


def expect(path: Path, text: str) -> None:
    """Compare with the golden file, or write it."""
    if os.environ.get("LIMBECK_UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text(), f"{path.name} differs; see the docstring of this module"
