"""MLflow: the history of its tracking store, up in steps with its own last one, and down."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from mlflow.store.db import utils as store
from mlflow.store.db.base_sql_model import Base
from mlflow.store.model_registry.dbmodels import models as _registry
from mlflow.store.tracking.dbmodels import models as _tracking
from mlflow.store.tracking.dbmodels.initial_models import Base as InitialBase

from tests.parity.packages.recorder import Recorder

_STEPS = 24
MODELS = (_registry, _tracking)


def play(recorder: Recorder) -> None:
    """Go up in steps, to the end by MLflow's own call, and down as far as it goes."""
    engine = sa.create_engine(recorder.url_text, poolclass=sa.pool.NullPool)
    config = store._get_alembic_config(recorder.url_text)
    revisions = list(_ascending(config))
    recorder.note("history", revisions)
    recorder.step("first tables", InitialBase.metadata.create_all, engine)
    for revision in revisions[_STEPS - 1 :: _STEPS]:
        recorder.step(f"upgrade {revision}", command.upgrade, config, revision)
    recorder.step("mlflow db upgrade", store._upgrade_db, engine)
    recorder.step("verify", store._verify_schema, engine)
    recorder.note("tables known", sorted(Base.metadata.tables))
    recorder.step("check", command.check, config)
    for number in range(1, 3):
        recorder.step(f"downgrade {number}", command.downgrade, config, "-1")
    recorder.step("history -v", command.history, config, verbose=True, rev_range="-4:")


def _ascending(config: Config) -> Iterator[str]:
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    return (script.revision for script in reversed(scripts))
