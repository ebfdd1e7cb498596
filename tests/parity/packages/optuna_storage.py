"""Optuna: its whole history, and `optuna storage upgrade` on old storages with a study in them."""

from __future__ import annotations

from importlib.resources import files

import optuna
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from optuna.storages import RDBStorage

from tests.parity.packages.recorder import Recorder

_STUDY = (
    "INSERT INTO version_info (version_info_id, schema_version, library_version)"
    " VALUES (1, 12, '0.9.0')",
    "INSERT INTO studies (study_id, study_name, direction) VALUES (1, 'old', 'MINIMIZE')",
    "INSERT INTO trials (trial_id, study_id, state, value) VALUES (1, 1, 'COMPLETE', 0.5)",
    "INSERT INTO trials (trial_id, study_id, state, value) VALUES (2, 1, 'COMPLETE', 0.25)",
    "INSERT INTO trial_params (param_id, trial_id, param_name, param_value, distribution_json)"
    """ VALUES (1, 1, 'x', 0.1, '{"name": "UniformDistribution", "attributes":"""
    """ {"low": 0.0, "high": 1.0}}')""",
    'INSERT INTO trial_user_attributes (trial_user_attribute_id, trial_id, "key", value_json)'
    " VALUES (1, 1, 'note', '1')",
)


def play(recorder: Recorder) -> None:
    """Make a storage of the first version, upgrade it, use it; go down and up again."""
    optuna.logging.disable_default_handler()
    engine = sa.create_engine(recorder.url_text)
    config = _config(recorder.url_text)
    recorder.step("first version", command.upgrade, config, "v0.9.0.a")
    with engine.begin() as connection:
        for statement in _STUDY:
            quoted = statement.replace('"key"', "`key`") if engine.name == "mysql" else statement
            connection.exec_driver_sql(quoted.replace("%", "%%"))
    recorder.step("refused", lambda: RDBStorage(recorder.url_text))
    storage = RDBStorage(recorder.url_text, skip_compatibility_check=True)
    recorder.note("versions", storage.get_all_versions())
    recorder.step("storage upgrade", storage.upgrade)
    recorder.note("current", storage.get_current_version())
    recorder.step("trials", print_trials, recorder.url_text)
    for version in ("v3.0.0.d", "v3.0.0.c"):  # below, its own files fail on both
        recorder.step(f"downgrade {version}", command.downgrade, config, version)
    recorder.step("upgrade to head", command.upgrade, config, "head")
    recorder.step("script", command.upgrade, config, "v3.2.0.a:v3.2.0.a", sql=True)
    recorder.step("check", command.check, config)


def print_trials(url: str) -> None:
    """Print what Optuna finds in the storage."""
    for trial in optuna.load_study(study_name="old", storage=RDBStorage(url)).trials:
        print(trial.number, trial.value, trial.params, trial.user_attrs)  # noqa: T201  # is noted


def _config(url: str) -> Config:
    """Return the configuration that Optuna makes for its own commands."""
    folder = files("optuna") / "storages" / "_rdb"
    config = Config(str(folder / "alembic.ini"))
    config.set_main_option("script_location", str(folder / "alembic"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
