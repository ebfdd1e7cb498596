"""Files of a project that are run by their path."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from limbeck.util.pyfiles import load_python_file


def test_edited_file_is_read_anew_within_the_same_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the second nor the size tells the two apart."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file = tmp_path / "revision.py"
    values = []
    for number, source in enumerate(["value = 1\n", "value = 2\n"]):
        file.write_text(source)
        os.utime(file, ns=(0, 1_000_000_000 + number * 1_000_000))
        values.append(load_python_file(tmp_path, "revision.py").value)
    assert values == [1, 2]


def test_compiled_file_is_used_while_its_source_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file = tmp_path / "revision.py"
    file.write_text("value = 1\n")
    load_python_file(tmp_path, "revision.py")
    stat = file.stat()
    file.write_text("value = 2\n")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert load_python_file(tmp_path, "revision.py").value == 1
