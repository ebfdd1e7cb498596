"""Log lines go by the name that a project has set up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

INI = """\
[loggers]
keys = root,project

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console

[logger_project]
level = INFO
handlers =
qualname = {name}

[handler_console]
class = StreamHandler
args = (sys.stdout,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
"""
IMPORTED = "import logging, logging.config\nimport limbeck.runtime.run as run\n"
SAID = "run.log.info('Running %s', 'upgrade')\n"


def output(program: str, folder: Path) -> str:
    """Return what a program prints in a fresh Python."""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    return result.stdout


@pytest.mark.parametrize("name", ["alembic", "limbeck"])
def test_logger_named_in_the_ini_shows_the_lines(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.ini").write_text(INI.format(name=name))
    early = "run.log.info('not set up yet')\n"
    shown = output(IMPORTED + early + "logging.config.fileConfig('a.ini')\n" + SAID, tmp_path)
    assert shown == f"INFO  [{name}.runtime.migration] Running upgrade\n"


def test_nothing_set_up_logs_as_limbeck(tmp_path: Path) -> None:
    basic = "import sys\nlogging.basicConfig(level='INFO', stream=sys.stdout)\n"
    shown = output(IMPORTED + basic + SAID, tmp_path)
    assert shown == "INFO:limbeck.runtime.migration:Running upgrade\n"


def test_level_set_for_alembic_holds(tmp_path: Path) -> None:
    basic = "import sys\nlogging.basicConfig(level='INFO', stream=sys.stdout)\n"
    quiet = "logging.getLogger('alembic').setLevel('ERROR')\n"
    assert output(IMPORTED + basic + quiet + SAID, tmp_path) == ""


def test_whole_environment_named_alembic_logs_as_alembic(tmp_path: Path) -> None:
    basic = "import sys\nlogging.basicConfig(level='INFO', stream=sys.stdout)\n"
    served = (
        "from limbeck import alembic_names\nalembic_names.AlembicModule.for_environment = True\n"
        "alembic_names.install()\nimport alembic\n"
    )
    shown = output(IMPORTED + served + basic + SAID, tmp_path)
    assert shown == "INFO:alembic.runtime.migration:Running upgrade\n"
