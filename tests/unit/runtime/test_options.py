"""What a configuration file says for `context.configure()`."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData

from limbeck.config import Config
from limbeck.errors import ConfigurationError
from limbeck.runtime.environment import EnvironmentContext
from limbeck.runtime.options import FILE_OPTIONS, read_options
from limbeck.script.base import ScriptDirectory


def config_with(**options: str) -> Config:
    config = Config()
    for name, value in options.items():
        config.set_main_option(name, value)
    return config


def environment_with(folder: Path, **options: str) -> EnvironmentContext:
    config = config_with(script_location=str(folder), **options)
    return EnvironmentContext(config, ScriptDirectory.from_config(config), as_sql=True)


def test_options_are_read_by_kind() -> None:
    config = config_with(
        render_as_batch="true",
        version_table="history",
        autogenerate_plugins="one.*, ~one.two",
        compare_type="no",
        include_object="os.path:join",
        on_version_apply="os.path:join, os.path:split",
        compare_server_default="os.path:join",
    )
    assert read_options(config) == {
        "render_as_batch": True,
        "version_table": "history",
        "autogenerate_plugins": ["one.*", "~one.two"],
        "compare_type": False,
        "include_object": __import__("os").path.join,
        "on_version_apply": (__import__("os").path.join, __import__("os").path.split),
        "compare_server_default": __import__("os").path.join,
    }


def test_options_given_by_env_are_not_read() -> None:
    config = config_with(render_as_batch="perhaps", version_table="history")
    assert read_options(config, given={"render_as_batch"}) == {"version_table": "history"}


def test_option_with_a_wrong_value_names_option_and_value() -> None:
    with pytest.raises(ConfigurationError, match=r"render_as_batch.*perhaps"):
        read_options(config_with(render_as_batch="perhaps"))


def test_list_may_be_written_as_in_toml() -> None:
    """An ini file and pyproject.toml take the same."""
    for text in ('["tables", "columns"]', "tables, columns", '\n  ["tables",\n  "columns"]'):
        assert read_options(config_with(detect=text)) == {"detect": ["tables", "columns"]}
    with pytest.raises(
        ConfigurationError, match=r"detect.*write \[\"one\", \"two\"\], or one, two"
    ):
        read_options(config_with(detect="[tables]"))


def test_option_naming_a_missing_function_names_both() -> None:
    with pytest.raises(ConfigurationError, match=r"include_object.*os\.path:joyn.*'join'"):
        read_options(config_with(include_object="os.path:joyn"))


def test_option_naming_what_is_no_function_names_both() -> None:
    with pytest.raises(ConfigurationError, match=r"include_object.*'os:path' is no function"):
        read_options(config_with(include_object="os:path"))


def test_list_that_is_left_blank_is_not_said() -> None:
    assert read_options(config_with(detect=" ", autogenerate_plugins="")) == {}
    assert read_options(config_with(detect="[]")) == {"detect": []}


def test_options_that_configure_names_have_their_own_name() -> None:
    parameters = set(inspect.signature(EnvironmentContext.configure).parameters)
    others = {"mssql_batch_separator", "oracle_batch_separator"}
    others |= {"version_table", "version_table_pk", "version_table_schema"}
    others |= {
        "detect",
        "detect_renames",
        "ignore",
        "inspect_data",
        "probe",
    }  # ours; configure() takes them by **kw
    assert set(FILE_OPTIONS) - others <= parameters


def test_configure_takes_from_the_file_what_env_leaves_out(tmp_path: Path) -> None:
    environment = environment_with(tmp_path, render_as_batch="true", version_table="history")
    environment.configure(dialect_name="sqlite")
    assert environment.get_context().opts["render_as_batch"] is True
    assert environment.get_context().version_table == "history"


@pytest.mark.parametrize("given", [{"render_as_batch": False}, {"version_table": "mine"}])
def test_configure_lets_env_win(tmp_path: Path, given: dict[str, Any]) -> None:
    environment = environment_with(tmp_path, render_as_batch="true", version_table="history")
    environment.configure(dialect_name="sqlite", **given)
    opts = environment.get_context().opts
    assert {name: opts[name] for name in given} == given


def test_configure_takes_the_dialect_from_the_file(tmp_path: Path) -> None:
    environment = environment_with(tmp_path, dialect_name="postgresql")
    environment.configure()
    assert environment.get_context().dialect.name == "postgresql"


def test_configure_takes_the_models_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "h8_models_one.py").write_text("from sqlalchemy import MetaData\nmd = MetaData()\n")
    environment = environment_with(
        tmp_path, models="h8_models_one:md", prepend_sys_path=str(tmp_path)
    )
    environment.configure(dialect_name="sqlite", target_metadata=None)
    assert isinstance(environment.get_context().opts["target_metadata"], MetaData)


def test_configure_prefers_the_models_of_env(tmp_path: Path) -> None:
    environment = environment_with(tmp_path, models="nowhere:md")
    mine = MetaData()
    environment.configure(dialect_name="sqlite", target_metadata=mine)
    assert environment.get_context().opts["target_metadata"] is mine
