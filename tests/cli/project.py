"""A user's project in a temporary folder, and limbeck as a real subprocess in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Both streams."""
        return self.out + self.err

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Project:
    """One project folder; the models stand in `app/models.py`."""

    folder: Path
    url: str

    @property
    def ini(self) -> Path:
        """The configuration file."""
        return self.folder / "limbeck.ini"

    @property
    def versions(self) -> Path:
        """The folder of the revision files."""
        return self.folder / "migrations" / "versions"

    def limbeck(self, *arguments: str, **environment: str) -> Result:
        """Run a command, whatever its exit status will be."""
        done = subprocess.run(
            [sys.executable, "-m", "limbeck", *arguments],
            cwd=self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str, **environment: str) -> Result:
        """Run a command that has to succeed."""
        result = self.limbeck(*arguments, **environment)
        assert result.status == 0, f"limbeck {arguments}: {result.status}\n{result.text}"
        return result

    def fails(self, *arguments: str, **environment: str) -> str:
        """Run a command that has to fail cleanly and to change no file; return its message."""
        before = self.snapshot()
        result = self.limbeck(*arguments, **environment)
        assert result.status == 1, f"limbeck {arguments}: {result.status}\n{result.text}"
        assert "Traceback" not in result.text, result.text
        assert self.snapshot() == before, "a failed command changed files"
        return result.err

    def snapshot(self) -> Mapping[str, bytes]:
        """Return every file's content, but for what Python and limbeck cache."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }

    def write_models(self, text: str) -> None:
        """Write `app/models.py`."""
        (self.folder / "app").mkdir(exist_ok=True)
        (self.folder / "app" / "__init__.py").touch()
        (self.folder / "app" / "models.py").write_text(text)

    def set_options(self, **options: str) -> None:
        """Set options of the configuration file's own section; `__` in a name is a dot."""
        names = {name.replace("__", "."): value for name, value in options.items()}
        kept = [
            line
            for line in self.ini.read_text().splitlines()
            if line.lstrip("#").split("=")[0].strip() not in names
        ]
        start = kept.index("[limbeck]") + 1
        lines = [f"{name} = {value}" for name, value in names.items()]
        self.ini.write_text("\n".join([*kept[:start], *lines, *kept[start:]]) + "\n")

    def initialise(self, models: str = MODELS) -> None:
        """Run `init` and link models and database."""
        self.write_models(models)
        self.ok("init", "migrations")
        self.set_options(models="app.models:Base", sqlalchemy__url=self.url.replace("%", "%%"))

    def write_revision(self, revision: str, down: str | None, body: str = "pass") -> Path:
        """Write a revision file by hand."""
        path = self.versions / f"{revision}_.py"
        path.write_text(
            f'"""revision {revision}"""\n\nimport sqlalchemy as sa\n\nfrom limbeck import op\n\n'
            f"revision = {revision!r}\ndown_revision = {down!r}\n\n\n"
            f"def upgrade():\n    {body}\n\n\ndef downgrade():\n    pass\n"
        )
        return path
