"""Finding the models that the configuration names."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from limbeck.config import Config
from limbeck.errors import ModelsError
from limbeck.runtime.models import load_models

_number = itertools.count()

SOURCE = """\
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, registry

metadata = MetaData()

class Base(DeclarativeBase):
    pass

mappers = registry()
both = [metadata, Base]
number = 3
"""


@pytest.fixture(autouse=True)
def own_path() -> Iterator[None]:
    before = list(sys.path)
    yield
    sys.path[:] = before


def module(folder: Path, text: str) -> str:
    """Write a module under a name of its own."""
    name = f"limbeck_models_{next(_number)}"
    (folder / f"{name}.py").write_text(text)
    return name


def load(folder: Path, models: str) -> MetaData | list[MetaData] | None:
    config = Config()
    config.set_main_option("models", models)
    config.set_main_option("prepend_sys_path", str(folder))
    config.set_main_option("path_separator", "newline")
    return load_models(config)


def test_models_not_named_are_none() -> None:
    assert load_models(Config()) is None


@pytest.mark.parametrize("attribute", ["metadata", "Base", "mappers", "Base.metadata"])
def test_models_may_be_a_metadata_or_have_one(tmp_path: Path, attribute: str) -> None:
    assert isinstance(load(tmp_path, f"{module(tmp_path, SOURCE)}:{attribute}"), MetaData)


def test_models_may_be_several(tmp_path: Path) -> None:
    name = module(tmp_path, SOURCE)
    for models in (f"{name}:metadata, {name}:Base, {name}:both", f"{name}:both"):
        found = load(tmp_path, models)
        assert isinstance(found, list)
        assert len(found) == 2


def test_models_that_fail_to_import_name_module_error_and_line(tmp_path: Path) -> None:
    name = module(tmp_path, "import sys\n\n1 / 0\n")
    with pytest.raises(ModelsError) as caught:
        load(tmp_path, f"{name}:Base")
    message = str(caught.value)
    assert f"'{name}:Base'" in message
    assert "ZeroDivisionError: division by zero" in message
    assert f"{name}.py, line 3" in message


def test_models_with_a_syntax_error_name_file_and_line(tmp_path: Path) -> None:
    name = module(tmp_path, "import sys\nclass :\n")
    with pytest.raises(ModelsError, match=rf"SyntaxError: .*{name}\.py, line 2"):
        load(tmp_path, f"{name}:Base")


def test_models_in_a_missing_module_say_where_it_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ModelsError, match=r"nowhere_at_all.*prepend_sys_path"):
        load(tmp_path, "nowhere_at_all.models:Base")


def test_models_with_a_missing_import_of_their_own_name_it(tmp_path: Path) -> None:
    name = module(tmp_path, "import nowhere_at_all\n")
    with pytest.raises(ModelsError, match=rf"'nowhere_at_all' \(.*{name}\.py, line 1\)") as caught:
        load(tmp_path, f"{name}:Base")
    assert "prepend_sys_path" not in str(caught.value)


def test_models_that_are_missing_suggest_a_close_name(tmp_path: Path) -> None:
    with pytest.raises(ModelsError, match="did you mean 'metadata'"):
        load(tmp_path, f"{module(tmp_path, SOURCE)}:metadatta")


@pytest.mark.parametrize("text", ["app.models", "app.models:", ":Base"])
def test_models_not_written_as_module_and_attribute_say_how(tmp_path: Path, text: str) -> None:
    with pytest.raises(ModelsError, match=r"package\.module:attribute"):
        load(tmp_path, text)


def test_models_that_are_something_else_say_what(tmp_path: Path) -> None:
    with pytest.raises(ModelsError, match="int 3"):
        load(tmp_path, f"{module(tmp_path, SOURCE)}:number")
