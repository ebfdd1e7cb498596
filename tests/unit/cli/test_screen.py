"""What is drawn on a terminal."""

from __future__ import annotations

import io

import pytest

from limbeck.cli import screen

HEADERS = ("Revision", "Revises", "Labels", "Is", "Message")
ROW = ("0123456789ab", "ba9876543210, 0a1b2c3d4e5f", "", "current, head", "Add a phone to users")


def test_table_cuts_no_message_off_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "48")
    stream = io.StringIO()
    screen.draw_table(HEADERS, [ROW], stream)
    text = stream.getvalue()
    assert all(word in text for word in ("0123456789ab", "current", "phone", "users"))
    assert "Labels" not in text
