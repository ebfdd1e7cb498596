"""The walk-through of the README, run for real: every command is shown with what it prints.

`python walkthrough.py [URL]` runs it in a temporary folder, on SQLite unless a url is given, and
fails at the first command whose exit status is not the one expected.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

MODELS = """\
from datetime import datetime, timezone

from sqlalchemy import Column, DateTime, Integer, String
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id = Column(Integer, primary_key=True)
    name = Column(String(50), nullable=False)
    email = Column(String(100), unique=True)
    created_at = Column(DateTime, default=lambda: datetime.now(timezone.utc))
"""

PHONE = "    phone = Column(String(20))\n"


class Walk:
    """Runs commands in one project folder and shows them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def say(self, text: str) -> None:
        print(f"\n# {text}", flush=True)

    def run(self, command: str, *, status: int = 0) -> None:
        print(f"\n$ {command}", flush=True)
        result = subprocess.run(command, shell=True, cwd=self.folder, check=False)
        if result.returncode != status:
            sys.exit(f"`{command}` exited with {result.returncode}, not {status}")

    def show(self, pattern: str) -> None:
        (path,) = self.folder.glob(pattern)
        print(f"\n--- {path.relative_to(self.folder)}\n{path.read_text()}", flush=True)


def main(url: str) -> None:
    """Run the walk-through against the database of that url."""
    with tempfile.TemporaryDirectory() as name:
        walk = Walk(Path(name))
        walk.say("A project with models")
        models = walk.folder / "app" / "models.py"
        models.parent.mkdir()
        (models.parent / "__init__.py").touch()
        models.write_text(MODELS)
        walk.show("app/models.py")

        walk.say("Set up the migrations, and link the models in limbeck.ini")
        walk.run("limbeck init migrations")
        link_models(walk.folder / "limbeck.ini", url)
        walk.run("grep -E '^(models|sqlalchemy.url|script_location) =' limbeck.ini")

        walk.say("From models to a migrated database")
        walk.run("limbeck revision --autogenerate -m 'create users'")
        walk.show("migrations/versions/001_create_users.py")
        walk.run("limbeck upgrade head")
        walk.run("limbeck check")

        walk.say("The models change")
        models.write_text(MODELS + PHONE)
        walk.run("limbeck check", status=1)
        walk.run("limbeck revision --autogenerate -m 'Add phone column to users'")
        walk.show("migrations/versions/002_add_phone_column_to_users.py")
        walk.run("limbeck upgrade head")
        walk.run("limbeck downgrade -1")
        walk.run("limbeck upgrade head")

        walk.say("Where are we?")
        walk.run("limbeck current")
        walk.run("limbeck history")
        walk.run("limbeck heads")
        walk.run("limbeck show head")
        walk.run("limbeck check")
        walk.run("limbeck upgrade base:head --sql")
        walk.run("limbeck stamp base")
        walk.run("limbeck stamp head")
        walk.run("limbeck downgrade base")


def link_models(configuration: Path, url: str) -> None:
    """Set `models` and `sqlalchemy.url`, as one would in an editor."""
    kept = [
        line
        for line in configuration.read_text().splitlines()
        if not line.lstrip("# ").startswith(("models =", "sqlalchemy.url ="))
    ]
    section = kept.index("[limbeck]") + 1
    linked = ["models = app.models:Base", f"sqlalchemy.url = {url.replace('%', '%%')}"]
    configuration.write_text("\n".join([*kept[:section], *linked, *kept[section:]]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sqlite:///app.db")
