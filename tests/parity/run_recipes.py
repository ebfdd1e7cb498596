"""Print, as JSON, what Alembic's recipes give in projects that Alembic made.

`run_recipes.py alembic FOLDER`: in FOLDER are the projects `generic` and `multidb`.
"""

from __future__ import annotations

import builtins
import importlib
import io
import json
import re
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

MODELS = """
import sqlalchemy as sa
target_metadata = sa.MetaData()
sa.Table("t", target_metadata, sa.Column("id", sa.Integer, primary_key=True))
"""
TWO_MODELS = """
import sqlalchemy as sa
target_metadata = {"engine1": sa.MetaData(), "engine2": sa.MetaData()}
sa.Table("a", target_metadata["engine1"], sa.Column("id", sa.Integer))
sa.Table("b", target_metadata["engine2"], sa.Column("id", sa.Integer))
"""
LISTENER = """
import builtins
target_metadata = None
def tell(*, ctx, step, heads, run_args, **kw):
    builtins.heard.append(
        [step.is_upgrade, step.is_stamp, step.up_revision_id, list(step.source_revision_ids)]
        + [list(step.destination_revision_ids), sorted(heads), list(step.down_revision_ids)]
    )
"""
HOOKS = """[post_write_hooks]
hooks = tabs, older
tabs.type = tabs
tabs.width = 4
older.type = rotate_file
older.suffix = .orig
"""
HOOK_FUNCTIONS = """
target_metadata = None
import re, shutil
from {package}.script import write_hooks
@write_hooks.register("tabs")
def tabs(filename, options):
    with open(filename) as file:
        source = file.read()
    with open(filename, "w") as file:
        file.write(re.sub("^" + " " * int(options["width"]), "\\t", source, flags=re.M))
@write_hooks.register("rotate_file")
def rotate_file(filename, options):
    shutil.copy(filename, filename + options["suffix"])
    with open(filename, "a") as file:
        file.write("# " + ", ".join(sorted(options)))
"""
REVISION = "def upgrade(): pass\ndef downgrade(): pass\n"


class Project:
    """A copy of one of the projects, under one of the packages."""

    def __init__(self, package: str, folder: Path, name: str, url: str | None = None) -> None:
        self._command: Any = importlib.import_module(f"{package}.command")
        self._config: Any = importlib.import_module(f"{package}.config").Config
        self._folder = folder / f"{package}_{name}_{len(list(folder.iterdir()))}"
        shutil.copytree(folder / name, self._folder)
        ini = self._folder / "alembic.ini"
        source = re.sub(r"\[loggers\].*", "", ini.read_text(), flags=re.DOTALL)
        for number in ("", "2"):
            here = (url or f"sqlite:///{self._folder}/db{number}.sqlite").replace("%", "%%")
            source = re.sub(
                rf"driver://user:pass@localhost/dbname{number}$", here, source, flags=re.M
            )
        ini.write_text(source)

    def replace(self, old: str, new: str) -> None:
        """Change env.py."""
        env = self._folder / "al" / "env.py"
        source = env.read_text().replace("if config.config_file_name is not None:", "if False:")
        assert old in source
        env.write_text(source.replace(old, new))

    def add(self, revision: str, down: Any, body: str = REVISION) -> None:
        """Add a revision, an empty one if no functions are given."""
        path = self._folder / "al" / "versions" / f"{revision}.py"
        path.write_text(f"revision = {revision!r}\ndown_revision = {down!r}\n{body}")

    def run(self, command: str, *arguments: Any, x: Sequence[str] = (), **options: Any) -> str:
        """Run a command; return what it prints, or the kinds of its error."""
        out = io.StringIO()
        config = self._config(
            str(self._folder / "alembic.ini"),
            stdout=out,
            output_buffer=out,
            cmd_opts=Namespace(x=list(x)),
        )
        try:
            getattr(self._command, command)(config, *arguments, **options)
        except Exception as error:  # noqa: BLE001  # which one it is, is compared
            return (
                "raises CommandError" if "CommandError" in str(type(error).__mro__) else repr(error)
            )
        return out.getvalue()

    def configure(self, old: str, new: str) -> None:
        """Change the ini file."""
        ini = self._folder / "alembic.ini"
        assert old in ini.read_text()
        ini.write_text(ini.read_text().replace(old, new))

    def files(self, pattern: str = "*.py") -> list[str]:
        """Return the revision files, without what is of the day or of the package."""
        mine = re.compile(r"Create Date:.*|(by|end) (limbeck|Alembic)")
        versions = sorted((self._folder / "al" / "versions").glob(pattern))
        return [mine.sub("", path.read_text()) for path in versions]

    def tables(self, number: str = "") -> list[str]:
        """Return the tables of a database."""
        engine = sa.create_engine(f"sqlite:///{self._folder}/db{number}.sqlite")
        with engine.connect() as connection:
            return sorted(sa.inspect(connection).get_table_names())


def several_revisions_by_a_hook(package: str, folder: Path) -> Any:
    """`process_revision_directives` makes two revisions of one, then none."""
    ops: Any = importlib.import_module(f"{package}.operations.ops")
    heard = []

    def split(context: Any, revision: Any, directives: Any) -> None:
        first = directives[0]
        heard.append(
            [type(context).__name__, str(revision), first.message, first.rev_id, first.head]
        )
        up, down = first.upgrade_ops.ops, first.downgrade_ops.ops
        one = ops.MigrationScript(
            "x1", ops.UpgradeOps(up), ops.DowngradeOps(down), message="one", imports={"import os"}
        )
        two = ops.MigrationScript(
            "x2",
            ops.UpgradeOps([]),
            ops.DowngradeOps([]),
            message="two",
            head="x1",
            depends_on="x1",
        )
        two.branch_label = "label"
        directives[:] = [one, two]

    project = Project(package, folder, "generic")
    project.replace("target_metadata = None", MODELS)
    options: dict[str, Any] = {"autogenerate": True, "rev_id": "a1"}
    project.run("revision", "first", process_revision_directives=split, **options)
    project.run("upgrade", "head")
    project.run("revision", "none", process_revision_directives=lambda *a: a[2].clear(), **options)
    return heard, project.files(), project.tables()


def two_databases(package: str, folder: Path) -> Any:
    """One revision file has functions for each database."""
    project = Project(package, folder, "multidb")
    project.replace("target_metadata = {}", TWO_MODELS)
    project.run("revision", "both", autogenerate=True, rev_id="g1")
    seen: list[Any] = [project.files()]
    for command, target in (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "g1")):
        seen.append([project.run(command, target), project.tables(), project.tables("2")])
    project.run("revision", "nothing", autogenerate=True, rev_id="g2")
    return seen, project.files()


def each_step_is_told(package: str, folder: Path) -> Any:
    """`on_version_apply` hears of each step."""
    heard: list[Any] = []
    builtins.heard = heard  # type: ignore[attr-defined]  # where env.py finds it
    project = Project(package, folder, "generic")
    project.replace("target_metadata = None", LISTENER)
    project.replace("connection=connection,", "connection=connection, on_version_apply=[tell],")
    for revision, down in (("f1", None), ("f2", "f1"), ("f3", "f1"), ("f4", ("f2", "f3"))):
        project.add(revision, down)
    for command, target in (
        ("upgrade", "f2"),
        ("upgrade", "heads"),
        ("stamp", "f1"),
        ("stamp", "base"),
    ):
        project.run(command, target)
    project.run("upgrade", "f3")
    project.run("downgrade", "base")
    return heard


def hooks_of_ones_own(package: str, folder: Path) -> Any:
    """Functions of env.py work on a file that was written, one after the other."""
    project = Project(package, folder, "generic")
    project.replace("target_metadata = None", HOOK_FUNCTIONS.replace("{package}", package))
    project.configure("[post_write_hooks]", f"revision_environment = true\n{HOOKS}")
    said = project.run("revision", "hooked", rev_id="h1")
    return re.sub(r"/\S*/", "", said), project.files(), project.files("*.orig")


RECIPES = (hooks_of_ones_own, several_revisions_by_a_hook, two_databases, each_step_is_told)

if __name__ == "__main__":
    found = {recipe.__name__: recipe(sys.argv[1], Path(sys.argv[2])) for recipe in RECIPES}
    Path(sys.argv[2], f"{sys.argv[1]}.json").write_text(json.dumps(found))
