"""The name `alembic` is limbeck where limbeck serves it. Each test is a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

INSTALLED = "from limbeck import alembic_names\nassert alembic_names.install()\n"


def run(program: str, folder: Path) -> None:
    """Run a program in a fresh Python; its asserts must hold."""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(
            "import alembic\nassert not hasattr(alembic, 'command')\n"
            "util = alembic.util\n"
            "assert util.exc.CommandError is util.CommandError\n"
            "assert util.sqla_compat and util.compat.py311\n"
            "assert alembic.operations.batch and alembic.operations.toimpl.add_column\n"
            "assert alembic.ddl.mssql and alembic.plugins is alembic.runtime.plugins",
            id="modules-that-importing-the-package-is-enough-for",
        ),
        pytest.param(
            "import alembic.config\nassert alembic.command.upgrade",
            id="config-brings-command",
        ),
        pytest.param(
            "import alembic.op, alembic.operations.ops, limbeck.op, limbeck.operations.ops, sys\n"
            "assert alembic.op is limbeck.op is sys.modules['alembic.op']\n"
            "assert alembic.operations.ops is limbeck.operations.ops\n"
            "assert limbeck.op.__spec__.name == 'limbeck.op'",
            id="modules-are-the-same-objects",
        ),
        pytest.param(
            "from alembic.config import Config as theirs\nfrom limbeck.config import Config\n"
            "import alembic.command as command, limbeck.command\n"
            "assert theirs is Config and command is limbeck.command",
            id="classes-are-the-same-objects",
        ),
        pytest.param(
            "import alembic, limbeck\n"
            "assert alembic.__version__ == '1.20.1' != limbeck.__version__\n"
            "assert alembic.op.add_column and alembic.context.configure",
            id="version-is-that-of-alembic",
        ),
        pytest.param(
            "import importlib.metadata as m\n"
            "assert m.version('alembic') == '1.20.1' != m.version('limbeck')\n"
            "assert m.metadata('alembic')['Name'] == 'alembic'\n"
            "assert list(m.entry_points(group='console_scripts'))",
            id="distribution-answers-version-checks",
        ),
        pytest.param(
            "import importlib.util\nassert importlib.util.find_spec('alembic.nothing') is None\n"
            "try:\n    import alembic.testing\n"
            "except ModuleNotFoundError as error:\n    assert error.name == 'alembic.testing'\n"
            "else:\n    raise AssertionError",
            id="what-limbeck-has-not-is-not-found",
        ),
        pytest.param(
            "import sys\nassert alembic_names.install()\n"
            "assert sum(type(f).__name__ == 'AlembicFinder' for f in sys.meta_path) == 1\n"
            "assert not any(name.startswith(('sqlalchemy', 'importlib.metadata')) "
            "for name in sys.modules)",
            id="installing-twice-is-installing-once",
        ),
    ],
)
def test_alembic_is_limbeck(program: str, tmp_path: Path) -> None:
    run(INSTALLED + program, tmp_path)


def test_alembic_imported_before_stays_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "alembic").mkdir()
    (tmp_path / "alembic" / "__init__.py").write_text("__version__ = '9'\n")
    (tmp_path / "alembic" / "op.py").write_text("")
    run(
        "import alembic\nfrom limbeck import alembic_names\nassert not alembic_names.install()\n"
        "import alembic.op\nassert alembic.__version__ == '9'\n"
        "import limbeck.op\nassert alembic.op is not limbeck.op",
        tmp_path,
    )


def test_python_file_of_a_project_finds_limbeck_by_the_name_alembic(tmp_path: Path) -> None:
    (tmp_path / "env.py").write_text("from alembic import context, op\n")
    run(
        "from limbeck.util import load_python_file\nimport limbeck.op, limbeck.context\n"
        "env = load_python_file('.', 'env.py')\n"
        "assert env.op is limbeck.op and env.context is limbeck.context",
        tmp_path,
    )
