"""What is drawn on a terminal."""

from __future__ import annotations

import io

import pytest

from limbeck.cli import screen

HEADERS = ("Revision", "Revises", "Labels", "Is", "Message")
ROW = ("0123456789ab", "ba9876543210, 0a1b2c3d4e5f", "", "current, head", "Add a phone to users")


def test_table_leaves_no_cell_out_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "48")
    stream = io.StringIO()
    screen.draw_table(HEADERS, [ROW], stream)
    text = stream.getvalue()
    assert all(word in text for cell in ROW for word in cell.replace(",", "").split())
    assert "Labels" not in text
