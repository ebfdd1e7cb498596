"""What a run knows of its steps without a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from limbeck.errors import CommandError
from limbeck.runtime import failure
from limbeck.runtime.failure import MigrationFailure, explanation, report
from limbeck.runtime.run import lasting, may_rebuild
from limbeck.util.pyfiles import load_python_file

NOTHING = MigrationFailure("upgrade a -> b", "b.py", 7, None, (), (), ())


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((), ()),
        (("INSERT INTO a VALUES (1)",), ()),
        (("CREATE TABLE a (b int)",), ("CREATE TABLE a (b int)",)),
        (("\nALTER TABLE a", "UPDATE a"), ("\nALTER TABLE a",)),
        (("UPDATE a", "SELECT 1", "DROP TABLE b"), ("UPDATE a", "DROP TABLE b")),
    ],
)
def test_lasting_ends_with_the_last_ddl(
    statements: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert lasting(statements) == expected


BATCH = """
from limbeck import op

def upgrade():
    helper()

def helper():
    def inner():
        op.batch_alter_table("t")
"""
PLAIN = """
from limbeck import op

def upgrade():
    op.drop_table("t")
"""


@pytest.mark.parametrize(("text", "expected"), [(BATCH, True), (PLAIN, False)])
def test_functions_that_may_rebuild_name_batch_alter_table(
    tmp_path: Path, text: str, expected: bool
) -> None:
    (tmp_path / "revision.py").write_text(text)
    assert may_rebuild(load_python_file(tmp_path, "revision.py").upgrade) is expected


def test_failure_says_what_stays_and_what_is_undone() -> None:
    kept = MigrationFailure(
        "upgrade b -> c", "c.py", 3, "DROP\n  TABLE x", ("upgrade a -> b",), (), ()
    )
    assert str(kept) == (
        "This happened in upgrade b -> c (c.py, line 3).\n"
        "The statement was: DROP TABLE x\n"
        "Applied by this run, and it stays so: upgrade a -> b."
    )
    undone = MigrationFailure("upgrade b -> c", None, None, None, (), ("upgrade a -> b",), ())
    assert "rolled back, also: upgrade a -> b" in str(undone)
    assert "CREATE TABLE y" in str(
        MigrationFailure("x", None, None, None, (), (), ("CREATE TABLE y",))
    )
    assert "caller" in str(MigrationFailure("x", None, None, None, (), (), (), outside=True))


def test_failure_shows_the_beginning_of_a_statement_that_is_too_long_to_read() -> None:
    statement = "DO $$ " + "x" * 9994
    said = str(MigrationFailure("x", None, None, statement, (), (), ()))
    assert "The statement was: DO $$ xxx" in said
    assert said.splitlines()[1].endswith("x … (10,000 characters; --raiseerr shows them all)")
    assert len(said) < 2200


def test_report_leaves_a_defect_its_traceback() -> None:
    error = NameError("nonsense")
    report(error, NOTHING)
    assert explanation(error) is None
    assert "b.py, line 7" in error.__notes__[0]


def test_report_explains_what_was_refused_on_purpose() -> None:
    error = CommandError("Can't do it.")
    report(error, NOTHING)
    text = explanation(error) or ""
    assert text.startswith("Can't do it.\nThis happened in upgrade a -> b (b.py, line 7).")


def test_report_happens_once() -> None:
    error = CommandError("Can't do it.")
    report(error, NOTHING)
    report(error, MigrationFailure("other", None, None, None, (), (), ()))
    assert len(error.__notes__) == 1


def test_line_in_a_file_is_the_last_passed() -> None:
    with pytest.raises(ValueError) as caught:
        int("x")
    assert failure.line_in(caught.value, __file__) is not None
    assert failure.line_in(caught.value, "other.py") is None


def test_a_missing_permission_is_said_with_its_file_in_one_message() -> None:
    error = PermissionError(13, "Permission denied", "migrations/versions")
    assert explanation(error) == (
        "migrations/versions: this user has no permission to read or write it."
    )
