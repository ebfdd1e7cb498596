"""A small project of the ordinary kind, for packages that plug into one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from tests.parity.packages.recorder import Recorder

_INI = """\
[alembic]
script_location = %(here)s/migrations
sqlalchemy.url = {url}
"""

_ENV = """\
import sqlalchemy as sa
from alembic import context
{imports}

config = context.config
engine = sa.create_engine(config.get_main_option("sqlalchemy.url"), poolclass=sa.pool.NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=config.attributes["metadata"],
        **config.attributes["options"],
    )
    with context.begin_transaction():
        context.run_migrations()
"""

SCRIPT = '''\
"""${message}"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''


class Project:
    """Revision files in the recorder's folder, written and run there by Alembic's commands."""

    def __init__(self, recorder: Recorder, imports: str = "", ini: str = "") -> None:
        self.recorder = recorder
        migrations = recorder.folder / "migrations"
        (migrations / "versions").mkdir(parents=True)
        (migrations / "env.py").write_text(_ENV.format(imports=imports))
        (migrations / "script.py.mako").write_text(SCRIPT)
        self._ini = recorder.folder / "alembic.ini"
        self._ini.write_text(_INI.format(url=recorder.url_text.replace("%", "%%")) + ini)

    @property
    def versions(self) -> Path:
        """The folder of the revision files."""
        return self.recorder.folder / "migrations" / "versions"

    def config(self, metadata: sa.MetaData, **options: Any) -> Config:
        """Return the configuration, with models and further arguments of `configure`."""
        attributes = {"metadata": metadata, "options": options}
        return Config(str(self._ini), attributes=attributes)

    def go_through(self, stages: Sequence[Callable[[], sa.MetaData]], **options: Any) -> None:
        """Write and run a revision for each stage of the models; then down, step by step, and up.

        After each upgrade nothing is left to do.
        """
        for number, stage in enumerate(stages, 1):
            config = self.config(stage(), **options)
            name = f"stage {number}"
            self.recorder.step(
                f"revision {name}",
                command.revision,
                config,
                message=name,
                autogenerate=True,
                rev_id=f"stage{number}",
            )
            self.recorder.step(f"upgrade {name}", command.upgrade, config, "head")
            self.recorder.step(f"check {name}", command.check, config)
        for number in range(len(stages), 0, -1):
            self.recorder.step(f"downgrade {number}", command.downgrade, config, "-1")
        self.recorder.step("upgrade", command.upgrade, config, "head")
