"""Revision files are read, not run, and the index says the same as the files."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from limbeck.script import index
from limbeck.script.errors import ScriptFileError
from limbeck.script.reader import read_script_head

PLAIN = '''"""Add users

More about it.
"""
from nowhere import nothing

revision: str = "a1"
down_revision = ("b1", "c1")
branch_labels = ["x"]
depends_on = None


def upgrade():
    this is no python
'''


def write(folder: Path, name: str, text: str, *, age: float = 60) -> str:
    """Write a revision file that is some seconds old."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    then = time.time() - age
    os.utime(path, (then, then))
    return str(path)


def test_head_is_read_without_running_the_file(tmp_path: Path) -> None:
    facts = read_script_head(write(tmp_path, "a.py", PLAIN))
    assert facts.revision == "a1"
    assert facts.down_revision == ("b1", "c1")
    assert facts.branch_labels == ("x",)
    assert facts.depends_on == ()
    assert facts.doc == "Add users\n\nMore about it."
    assert facts.is_literal


def test_docstring_that_looks_like_a_function(tmp_path: Path) -> None:
    text = '"""Add\ndef f(): and so on\n"""\nrevision = "a1"\ndown_revision = None\n'
    assert read_script_head(write(tmp_path, "a.py", text)).revision == "a1"


@pytest.mark.parametrize(
    "text",
    [
        "import sys\nrevision = 'a' + str(1)\ndown_revision = None\n",
        "if True:\n    revision = 'a1'\ndown_revision = None\n",
        "revision = 'a'\nrevision += '1'\ndown_revision = None\n",
        "def f(): ...\nrevision = 'a1'\ndown_revision = None\nbranch_labels = ('x' for _ in 'x')\n",
    ],
)
def test_values_that_are_no_literals_are_run(tmp_path: Path, text: str) -> None:
    facts = read_script_head(write(tmp_path, "a.py", text))
    assert facts.revision == "a1"
    assert not facts.is_literal


def test_assignments_after_a_function_count(tmp_path: Path) -> None:
    text = "def f(): ...\nrevision = 'a1'\ndown_revision = 'b1'\n"
    assert read_script_head(write(tmp_path, "a.py", text)).down_revision == ("b1",)


def test_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    path = write(tmp_path, "a.py", "revision = 'a1'\ndown_revision = (\n\n\ndef f(): ...\n")
    with pytest.raises(ScriptFileError, match=r"a\.py, line 2") as caught:
        read_script_head(path)
    assert caught.value.path == path


def test_file_of_wrong_syntax_is_not_taken_for_one_without_revision(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("import os\n\ndef f(:\n    pass\n")
    with pytest.raises(ScriptFileError, match=r"a\.py, line 3.*invalid syntax"):
        read_script_head(str(path))


def test_file_without_revision_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScriptFileError, match=r"notes\.py.*Could not determine revision id"):
        read_script_head(write(tmp_path, "notes.py", "x = 1\n"))


def test_file_without_down_revision_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScriptFileError, match=r"a\.py.*down_revision = None"):
        read_script_head(write(tmp_path, "a.py", "revision = 'a1'\n"))


def test_file_that_raises_is_named_with_its_line(tmp_path: Path) -> None:
    text = "down_revision = None\nrevision = str(1 / 0)\n"
    with pytest.raises(ScriptFileError, match=r"a\.py, line 2.*ZeroDivisionError"):
        read_script_head(write(tmp_path, "a.py", text))


@pytest.fixture
def indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one revision file with its index."""
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    write(tmp_path, "a.py", PLAIN)
    index.read_folder(str(tmp_path))
    return tmp_path


def find_index(folder: Path) -> Path:
    """Find the index of a folder."""
    return folder / "__pycache__" / index.NAME


def test_index_says_what_the_file_says(indexed: Path) -> None:
    assert find_index(indexed).exists()
    assert index.read_folder(str(indexed)) == [read_script_head(str(indexed / "a.py"))]


def test_index_is_used(indexed: Path) -> None:
    file = find_index(indexed)
    file.write_text(file.read_text().replace('"a1"', '"z9"'))
    assert index.read_folder(str(indexed))[0].revision == "z9"


def test_changed_file_is_read_again(indexed: Path) -> None:
    write(indexed, "a.py", PLAIN.replace('"a1"', '"a2"'), age=30)
    assert index.read_folder(str(indexed))[0].revision == "a2"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": 1, "files": {"a.py": 3}}', '{"format": 0}']
)
def test_broken_index_is_read_over(indexed: Path, content: str) -> None:
    find_index(indexed).write_text(content)
    assert index.read_folder(str(indexed))[0].revision == "a1"


def test_removed_file_leaves_the_index(indexed: Path) -> None:
    (indexed / "a.py").unlink()
    assert index.read_folder(str(indexed)) == []
    assert "a.py" not in find_index(indexed).read_text()


def test_file_just_written_is_not_kept(indexed: Path) -> None:
    write(indexed, "b.py", PLAIN.replace('"a1"', '"b9"'), age=0)
    index.read_folder(str(indexed))
    assert "b.py" not in find_index(indexed).read_text()


def test_only_revision_files_are_read(tmp_path: Path) -> None:
    for name in ("__init__.py", ".#a.py", "notes.txt"):
        write(tmp_path, name, "nothing")
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", "a.py", PLAIN)
    assert index.read_folder(str(tmp_path)) == []
    assert [facts.revision for facts in index.read_folder(str(tmp_path), recursive=True)] == ["a1"]
