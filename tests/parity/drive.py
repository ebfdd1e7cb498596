"""Carry out commands on projects, for either side: `drive.py alembic`, requests on its input.

A request is a list of jobs: a project's folder, its database, and the steps: a command's name and
keyword arguments. The answer has, for each step, what was printed, which error came, the rows of
the version table, and which functions of revision files ran.
"""

from __future__ import annotations

import importlib
import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import sqlalchemy as sa

VERSIONS = sa.text("SELECT version_num FROM alembic_version")
LOG = sa.text("SELECT entry FROM log ORDER BY rowid")


def main(package: str) -> None:
    """Carry out what the input says."""
    if package != "alembic":
        importlib.import_module(f"{package}.alembic_names").install()
    jobs = json.load(sys.stdin)
    sys.stdout.write(json.dumps([carry_out(package, job) for job in jobs]))


def carry_out(package: str, job: dict[str, Any]) -> list[dict[str, Any]]:
    """Run the steps of one job on its database."""
    engine = sa.create_engine(f"sqlite:///{job['database']}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous = OFF")
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS log (entry TEXT)")
        connection.commit()
        return [run(package, job, connection, *step) for step in job["steps"]]


def run(
    package: str, job: dict[str, Any], connection: sa.Connection, name: str, arguments: Any
) -> dict[str, Any]:
    """Run one command and tell what came of it."""
    config_class = importlib.import_module(f"{package}.config").Config
    command = importlib.import_module(f"{package}.command")
    out, script = io.StringIO(), io.StringIO()
    config = config_class(
        str(Path(job["folder"]) / "alembic.ini"), stdout=out, output_buffer=script
    )
    config.attributes["connection"] = connection
    error = None
    try:
        getattr(command, name)(config, **arguments)
    except Exception as raised:  # noqa: BLE001  # which one it is, is compared
        error = [kind.__name__ for kind in type(raised).__mro__]
    connection.rollback()
    has_table = sa.inspect(connection).has_table("alembic_version")
    rows = sorted(connection.scalars(VERSIONS)) if has_table else []
    log = list(connection.scalars(LOG))
    connection.exec_driver_sql("DELETE FROM log")
    connection.commit()
    return {
        "out": out.getvalue(),
        "script": script.getvalue(),
        "error": error,
        "rows": rows,
        "log": log,
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1])
