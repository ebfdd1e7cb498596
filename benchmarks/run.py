"""limbeck beside Alembic and the floor, in one run: medians, ratios and peak memory.

Called by `scripts/benchmark`, which makes the two environments. Every figure is of a whole
process, from its start to its end; the three take turns, so that a slow moment hits all.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Contender, Run, compare
from benchmarks.projects import write_project
from tests import servers

FLOOR = str(Path(__file__).with_name("floor.py"))


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a scenario plays: a folder, the two interpreters, and the url of a database."""

    folder: Path
    pythons: dict[str, str]
    url: Callable[[str], str]
    reset: Callable[[str], None]

    def contenders(self, command: list[str], floor: list[str], **project: int) -> list[Contender]:
        """Return floor, limbeck and Alembic, each with a project of its own."""
        made = [Contender("floor", [self.pythons["limbeck"], FLOOR, *floor], self.folder)]
        for tool, python in self.pythons.items():
            folder = self.folder / tool
            write_project(folder, tool, self.url(tool), **project)
            made.append(Contender(tool, [python, "-m", tool, *command], folder))
        return made


def start_up(scene: Scene) -> list[Contender]:
    """`--help`"""
    return scene.contenders(["--help"], ["start"])


def history(count: int, *, cold: bool) -> Callable[[Scene], list[Contender]]:
    """Return the scenario that lists that many revisions; cold: with no caches on disk."""

    def scenario(scene: Scene) -> list[Contender]:
        versions = scene.folder / "limbeck" / "migrations" / "versions"
        made = scene.contenders(["history"], ["history", str(versions)], revisions=count)
        if not cold:
            return made
        return [replace(one, prepare=partial(_forget, one.folder)) for one in made]

    return scenario


def upgrade(scene: Scene) -> list[Contender]:
    """`upgrade head` over 300 revisions, from an empty database."""
    made = scene.contenders(
        ["upgrade", "head"], ["upgrade", scene.url("floor"), "300"], revisions=300
    )
    return [replace(one, prepare=partial(scene.reset, one.name)) for one in made]


def autogenerate(tables: int) -> Callable[[Scene], list[Contender]]:
    """Return the scenario that compares that many tables that have not changed."""

    def scenario(scene: Scene) -> list[Contender]:
        made = scene.contenders(["check"], ["catalog", scene.url("floor")], tables=tables)
        for name in ("floor", *scene.pythons):
            scene.reset(name)
            models: dict[str, sa.MetaData] = {}
            exec((scene.folder / "limbeck" / "models.py").read_text(), models)
            engine = sa.create_engine(scene.url(name))
            models["metadata"].create_all(engine)
            engine.dispose()
        shutil.copy(scene.folder / "limbeck" / "models.py", scene.folder)
        return made

    return scenario


def new_tables(tables: int) -> Callable[[Scene], list[Contender]]:
    """Return the scenario that writes the revision for that many tables, none of them there yet."""

    def scenario(scene: Scene) -> list[Contender]:
        made = scene.contenders(
            ["revision", "--autogenerate", "-m", "tables"],
            ["catalog", scene.url("floor")],
            tables=tables,
        )
        shutil.copy(scene.folder / "limbeck" / "models.py", scene.folder)
        return [replace(one, prepare=partial(_begin_anew, scene, one)) for one in made]

    return scenario


SCENARIOS: dict[str, Callable[[Scene], list[Contender]]] = {
    "start-up": start_up,
    "history 1000": history(1000, cold=False),
    "history 5000": history(5000, cold=False),
    "history 5000 cold": history(5000, cold=True),
    "upgrade 300": upgrade,
    "autogenerate 100": autogenerate(100),
    "autogenerate 1000": autogenerate(1000),
    "autogenerate 1000 new": new_tables(1000),
}
NEEDS_DATABASE = ("upgrade", "autogenerate")


def main() -> None:
    """Run the scenarios that were asked for, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="runs of each after a warm-up")
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    options = parser.parse_args()
    pythons = {"limbeck": sys.executable, "alembic": os.environ["LIMBECK_TEST_ALEMBIC"]}
    print(
        f"{'scenario':32}{'floor':>9}{'limbeck':>9}{'alembic':>9}{'ratio':>8}{'memory (MiB)':>22}"
    )
    for name, database, scenario in _chosen(options.only):
        with tempfile.TemporaryDirectory(prefix="limbeck-bench-") as folder:
            scene = _scene(Path(folder), pythons, database)
            _show(
                f"{name}, {database}" if database else name,
                compare(scenario(scene), options.repeat),
            )


def _chosen(only: str) -> Iterator[tuple[str, str, Callable[[Scene], list[Contender]]]]:
    for name, scenario in SCENARIOS.items():
        databases = ("sqlite", "postgresql") if name.startswith(NEEDS_DATABASE) else ("",)
        for database in databases:
            if only in f"{name} {database}":
                yield name, database, scenario


def _scene(folder: Path, pythons: dict[str, str], database: str) -> Scene:
    if database != "postgresql":
        return Scene(
            folder,
            pythons,
            lambda tool: f"sqlite:///{folder}/{tool}.sqlite",
            lambda tool: (folder / f"{tool}.sqlite").unlink(missing_ok=True),
        )
    admin = servers.postgresql_url()

    def reset(tool: str) -> None:
        engine = sa.create_engine(admin, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS bench_{tool} WITH (FORCE)")
            connection.exec_driver_sql(f"CREATE DATABASE bench_{tool} TEMPLATE template0")

    return Scene(
        folder,
        pythons,
        lambda tool: admin.set(database=f"bench_{tool}").render_as_string(hide_password=False),
        reset,
    )


def _forget(folder: Path) -> None:
    shutil.rmtree(folder / "migrations" / "versions" / "__pycache__", ignore_errors=True)


def _begin_anew(scene: Scene, one: Contender) -> None:
    """Empty the database and the folder of revisions."""
    scene.reset(one.name)
    if one.name != "floor":
        shutil.rmtree(one.folder / "migrations" / "versions")
        (one.folder / "migrations" / "versions").mkdir()


def _show(name: str, medians: Mapping[str, Run]) -> None:
    floor, limbeck, alembic = (medians[each] for each in ("floor", "limbeck", "alembic"))
    times = "".join(f"{run.seconds * 1000:7.0f}ms" for run in (floor, limbeck, alembic))
    memory = "/".join(f"{run.mebibytes:.0f}" for run in (floor, limbeck, alembic))
    print(f"{name:32}{times}{limbeck.seconds / alembic.seconds:8.2f}{memory:>22}", flush=True)


if __name__ == "__main__":
    run_folder = Path(tempfile.mkdtemp(prefix="limbeck-"))
    run_folder.chmod(0o755)
    os.environ[servers.RUN_FOLDER] = str(run_folder)
    try:
        main()
    finally:
        servers.stop_all(run_folder)
