"""A folder of revision files and its configuration, for tests of what runs them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from limbeck.config import Config

REVISION = '''\
"""{message}"""

from limbeck import op
import sqlalchemy as sa

revision = {revision!r}
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {depends_on!r}


def upgrade(**kw):
    {upgrade}


def downgrade(**kw):
    {downgrade}
'''


@dataclass
class Migrations:
    """One project without env.py, unless `write_env` gives it one."""

    folder: Path
    url: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "versions").mkdir(parents=True, exist_ok=True)
        self.stdout = io.StringIO()
        self.script = io.StringIO()

    def config(self, **more: Any) -> Config:
        """Return a configuration whose output is `stdout` and `script`, both emptied."""
        self.stdout = io.StringIO()
        self.script = io.StringIO()
        config = Config(stdout=self.stdout, output_buffer=self.script, **more)
        config.set_main_option("script_location", str(self.folder))
        if self.url is not None:
            config.set_main_option("sqlalchemy.url", self.url.replace("%", "%%"))
        for name, value in self.options.items():
            config.set_main_option(name, value)
        return config

    def write(
        self,
        revision: str,
        down: Any = None,
        upgrade: str = "pass",
        downgrade: str = "pass",
        *,
        labels: Any = None,
        depends_on: Any = None,
    ) -> Path:
        """Write a revision file; `upgrade` and `downgrade` are statements, `;` between them."""
        path = self.folder / "versions" / f"{revision}.py"
        path.write_text(
            REVISION.format(
                message=f"message of {revision}",
                revision=revision,
                down=down,
                labels=labels,
                depends_on=depends_on,
                upgrade=upgrade,
                downgrade=downgrade,
            )
        )
        return path

    def write_table(self, revision: str, down: Any = None, table: str = "", **more: Any) -> Path:
        """Write a revision that creates a table, by default `t_REVISION`."""
        name = table or f"t_{revision}"
        return self.write(
            revision,
            down,
            f"op.create_table({name!r}, sa.Column('id', sa.Integer, primary_key=True))",
            f"op.drop_table({name!r})",
            **more,
        )

    def write_env(self, text: str) -> None:
        """Write env.py."""
        (self.folder / "env.py").write_text(text)

    @property
    def out(self) -> str:
        """What the last command printed."""
        return self.stdout.getvalue()

    @property
    def sql(self) -> str:
        """The SQL script that the last command wrote."""
        return self.script.getvalue()
