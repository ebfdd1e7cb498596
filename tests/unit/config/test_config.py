"""`Config`: options of both files, and those of our own."""

from __future__ import annotations

import io
from argparse import Namespace
from pathlib import Path

import pytest

from limbeck.config import Config, find_config
from limbeck.errors import CommandError, ConfigurationError
from limbeck.script.base import ScriptDirectory
from limbeck.util.messaging import obfuscate_url_pw


def write(folder: Path, name: str, text: str) -> Path:
    """Write a configuration file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_options_of_a_program_need_no_file() -> None:
    config = Config()
    config.set_main_option("script_location", "here/migrations")
    config.set_section_option("other", "key", "value")
    assert config.get_main_option("script_location") == "here/migrations"
    assert config.get_section("other", {})["key"] == "value"
    assert config.get_section("missing") is None
    assert config.config_ini_section == "alembic"


def test_here_and_config_args_are_replaced(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ini", "[alembic]\nscript_location = %(here)s/m\nname = %(extra)s\n")
    config = Config(path, config_args={"extra": "x"})
    assert config.get_main_option("script_location") == f"{tmp_path.as_posix()}/m"
    assert config.get_main_option("name") == "x"


def test_missing_section_names_file_and_section(tmp_path: Path) -> None:
    config = Config(tmp_path / "none.ini")
    with pytest.raises(ConfigurationError, match=r"none\.ini.*'\[alembic\]' section"):
        config.get_main_option("x")


def test_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ini", "[alembic]\nno value here\n")
    with pytest.raises(ConfigurationError, match=r"a\.ini: .*\[line 2\]"):
        _ = Config(path).file_config


def test_limbeck_section_wins_and_takes_over_what_only_alembic_says(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ini", "[alembic]\na = 1\nb = 1\n[limbeck]\nb = 2\n")
    config = Config(path)
    assert config.config_ini_section == "limbeck"
    assert config.get_section("limbeck", {})["a"] == "1"
    assert config.get_main_option("b") == "2"
    assert config.uses_limbeck_names


def test_named_section_is_the_only_one(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ini", "[alembic]\na = 1\n[limbeck]\na = 2\n[third]\nb = 3\n")
    config = Config(path, ini_section="third")
    assert config.config_ini_section == "third"
    assert config.get_main_option("a") is None
    assert config.get_main_option("b") == "3"


def test_ini_is_heard_before_pyproject(tmp_path: Path) -> None:
    ini = write(tmp_path, "a.ini", "[alembic]\na = ini\n")
    toml = write(
        tmp_path,
        "p.toml",
        '[tool.alembic]\na = "toml"\nb = "old"\n[tool.limbeck]\nb = "%(here)s"\n',
    )
    config = Config(ini, toml)
    assert config.get_alembic_option("a") == "ini"
    assert config.get_alembic_option("b") == tmp_path.as_posix()
    assert config.get_main_option("b") is None


def test_url_takes_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "50%off")
    path = write(
        tmp_path,
        "a.ini",
        "[alembic]\nhost = h\nsqlalchemy.url = x://u:%(DB_PASSWORD)s@%(host)s/d\n",
    )
    config = Config(path)
    assert config.url() == "x://u:50%off@h/d"
    assert config.get_section("alembic", {})["sqlalchemy.url"] == "x://u:50%off@h/d"


def test_whole_url_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "x://y")
    assert (
        Config(write(tmp_path, "a.ini", "[limbeck]\nsqlalchemy.url = env:DATABASE_URL\n")).url()
        == "x://y"
    )
    toml = write(tmp_path, "p.toml", '[tool.limbeck]\nsqlalchemy.url = "env:DATABASE_URL"\n')
    assert Config(toml_file=toml).url() == "x://y"


def test_missing_variable_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ini", "[alembic]\nsqlalchemy.url = env:NO_SUCH_VARIABLE\n")
    with pytest.raises(ConfigurationError, match=r"'NO_SUCH_VARIABLE'.*export NO_SUCH_VARIABLE"):
        Config(path).url()


def test_empty_url_is_none(tmp_path: Path) -> None:
    assert Config(write(tmp_path, "a.ini", "[alembic]\nsqlalchemy.url =\n")).url() is None


def test_models_are_a_list_in_both_files(tmp_path: Path) -> None:
    ini = write(tmp_path, "a.ini", "[alembic]\nmodels = a:Base, b.c:metadata\n")
    toml = write(tmp_path, "p.toml", '[tool.limbeck]\nmodels = ["a:Base", "b.c:metadata"]\n')
    assert Config(ini).models == Config(toml_file=toml).models == ("a:Base", "b.c:metadata")


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("Yes", True), ("0", False), ("off", False)]
)
def test_booleans(text: str, value: bool) -> None:
    config = Config()
    config.set_main_option("sourceless", text)
    assert config.get_boolean("sourceless") is value


def test_value_that_is_no_boolean_names_key_file_and_value(tmp_path: Path) -> None:
    config = Config(write(tmp_path, "a.ini", "[alembic]\nsourceless = maybe\n"))
    with pytest.raises(ConfigurationError, match=r"sourceless in \[alembic\] of .*a\.ini.*'maybe'"):
        config.get_boolean("sourceless")


def test_unknown_keys_of_our_sections(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a.ini",
        "[DEFAULT]\nd = 1\n[alembic]\nscript_location = x\nmodel = y\nsqlalchemy.echo = 1\n[loggers]\nkeys = z\n",
    )
    assert Config(path).unknown_keys() == ("model",)
    assert Config(path).unknown_keys(also_known={"model"}) == ()


def test_section_that_is_written_as_a_key_is_unknown(tmp_path: Path) -> None:
    ini = write(tmp_path, "a.ini", "[limbeck]\npost_write_hooks = x\n")
    assert Config(ini).unknown_keys() == ("post_write_hooks",)
    toml = write(tmp_path, "b.toml", "[[tool.limbeck.post_write_hooks]]\nname = 'x'\n")
    assert Config(toml_file=toml).unknown_keys() == ()


@pytest.mark.parametrize(
    ("separator", "expected"),
    [
        ("space", ["a:b;c", "d"]),
        (":", ["a", "b;c d"]),
        (";", ["a:b", "c d"]),
        ("newline", ["a:b;c d"]),
    ],
)
def test_lists_of_paths_are_split_as_asked(separator: str, expected: list[str]) -> None:
    config = Config()
    config.set_main_option("path_separator", separator)
    config.set_main_option("version_locations", "a:b;c d")
    assert config.get_version_locations_list() == expected


def test_unknown_separator_lists_the_known_ones() -> None:
    config = Config()
    config.set_main_option("path_separator", "bad")
    config.set_main_option("version_locations", "a")
    with pytest.raises(ValueError, match="'bad' is not a valid value for path_separator"):
        config.get_version_locations_list()


def test_paths_without_separator_warn() -> None:
    config = Config()
    config.set_main_option("version_locations", "a b, c")
    with pytest.warns(DeprecationWarning, match="path_separator"):
        assert config.get_version_locations_list() == ["a", "b", "c"]


def test_hooks_of_both_files(tmp_path: Path) -> None:
    ini = write(
        tmp_path,
        "a.ini",
        "[alembic]\n[post_write_hooks]\nhooks = one\none.type = exec\none.executable = x\n",
    )
    toml = write(
        tmp_path,
        "p.toml",
        '[[tool.alembic.post_write_hooks]]\nname = "one"\ntype = "exec"\nexecutable = "x"\n',
    )
    expected = [{"_hook_name": "one", "type": "exec", "executable": "x"}]
    assert Config(ini).get_hooks_list() == Config(toml_file=toml).get_hooks_list() == expected


def test_quiet_prints_nothing() -> None:
    out = io.StringIO()
    Config(stdout=out, cmd_opts=Namespace(quiet=True)).print_stdout("x")
    Config(stdout=out).print_stdout("a %s", "b")
    assert out.getvalue() == "a b\n"


def test_find_prefers_limbeck_ini_and_adds_pyproject(tmp_path: Path) -> None:
    write(tmp_path, "alembic.ini", "[alembic]\na = 1\n")
    write(tmp_path, "limbeck.ini", "[limbeck]\na = 2\n")
    write(tmp_path, "pyproject.toml", "[tool.limbeck]\nb = 3\n")
    config = find_config(directory=tmp_path, environ={})
    assert config.get_alembic_option("a") == "2"
    assert config.get_alembic_option("b") == 3


def test_find_takes_the_environment(tmp_path: Path) -> None:
    write(tmp_path, "other.ini", "[alembic]\na = 1\n")
    config = find_config(directory=tmp_path, environ={"ALEMBIC_CONFIG": "other.ini"})
    assert config.get_main_option("a") == "1"


def test_find_says_what_to_do_when_there_is_nothing(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[tool.other]\n")
    with pytest.raises(ConfigurationError, match="limbeck init"):
        find_config(directory=tmp_path, environ={})
    with pytest.raises(CommandError, match=r"'none\.ini'"):
        find_config(["none.ini"], directory=tmp_path, environ={})


def test_ini_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "limbeck.ini"
    path.write_text("[limbeck]\nscript_location = here\n", "utf-8-sig")
    assert Config(path).get_main_option("script_location") == "here"


def test_ini_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "limbeck.ini").mkdir()
    with pytest.raises(ConfigurationError, match=r"limbeck\.ini.*directory"):
        Config(tmp_path / "limbeck.ini").get_main_option("script_location")


@pytest.mark.parametrize("value", ["100% sure", "%(nowhere)s"])
def test_reference_that_cannot_be_replaced_is_named(tmp_path: Path, value: str) -> None:
    path = tmp_path / "limbeck.ini"
    path.write_text(f"[limbeck]\nscript_location = {value}\n")
    with pytest.raises(ConfigurationError, match=r"script_location in section \[limbeck\].*%%"):
        Config(path).get_main_option("script_location")


def test_ini_file_speaks_too_where_only_pyproject_is_named(tmp_path: Path) -> None:
    (tmp_path / "alembic.ini").write_text("[alembic]\nsqlalchemy.url = sqlite://\n")
    (tmp_path / "pyproject.toml").write_text('[tool.alembic]\nscript_location = "mine"\n')
    config = find_config(["pyproject.toml"], directory=tmp_path)
    assert config.url() == "sqlite://"
    assert config.get_alembic_option("script_location") == "mine"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("tool = {limbeck = 3}", "tool.limbeck"),
        ("[tool.limbeck]\nscript_location = 3", "script_location"),
        ("[tool.limbeck]\nscript_location = ['migrations']", "script_location"),
        ("[tool.limbeck]\nscript_location = 'm'\nversion_locations = 5", "version_locations"),
        ("[tool.limbeck]\nscript_location = 'm'\nprepend_sys_path = [5]", "prepend_sys_path"),
        ("[tool.limbeck]\nscript_location = 'm'\nfile_template = 5", "file_template"),
        ("[tool.limbeck]\nscript_location = 'm'\npost_write_hooks = ['x']", "post_write_hooks"),
    ],
)
def test_value_of_another_kind_in_pyproject_is_named(tmp_path: Path, text: str, named: str) -> None:
    write(tmp_path, "pyproject.toml", text)
    with pytest.raises(ConfigurationError, match=named):
        ScriptDirectory.from_config(find_config(directory=tmp_path))


def test_empty_file_template_is_none(tmp_path: Path) -> None:
    write(tmp_path, "limbeck.ini", "[limbeck]\nscript_location = %(here)s\nfile_template =\n")
    script = ScriptDirectory.from_config(find_config(directory=tmp_path))
    assert "slug" in script.file_template


def test_url_of_an_unnamed_variable_is_refused() -> None:
    config = Config()
    config.set_main_option("sqlalchemy.url", "env:")
    with pytest.raises(ConfigurationError, match="names no variable"):
        config.url()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///app.db", "sqlite:///app.db"),
        ("mysql://joe@host/db", "mysql://joe@host/db"),
        ("mysql://joe:s3cret@host:3306/db", "mysql://joe:***@host:3306/db"),
        ("mysql://joe:s3/c#r?e%40t@host/db", "mysql://joe:***@host/db"),
        ("mysql://:s3cret@/db", "mysql://:***@/db"),
        ("mysql://host/db?password=s3cret&a=b", "mysql://host/db?password=***&a=b"),
        ("mysql://host/db?a=b&passwd=s3;cret", "mysql://host/db?a=b&passwd=***"),
        (
            "mssql://?odbc_connect=UID%3Djoe%3BPWD%3Ds3cret%3B",
            "mssql://?odbc_connect=UID%3Djoe%3BPWD%3D***%3B",
        ),
    ],
)
def test_password_of_a_url_is_hidden(url: str, shown: str) -> None:
    assert obfuscate_url_pw(url) == shown
