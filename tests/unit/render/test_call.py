"""Calls and literals as source."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.sql.elements import quoted_name

from limbeck.render.call import call, call_with_lines, indent, literal


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("it's", '"it\'s"'),
        (quoted_name("a", quote=True), "'a'"),
        ({"a": quoted_name("b", quote=True)}, "{'a': 'b'}"),
        (["a", 1, None], "['a', 1, None]"),
        (("a",), "('a',)"),
        ((), "()"),
        (True, "True"),
    ],
)
def test_literal_is_plain_python(value: Any, expected: str) -> None:
    assert literal(value) == expected


def test_call_has_positional_before_keyword_arguments() -> None:
    assert call("f", "1", "x", a="2") == "f(1, x, a=2)"


def test_call_with_a_keyword_that_is_no_identifier_is_valid_python() -> None:
    source = call("dict", **{"a": "1", "b-c": "2"})
    assert source == "dict(a=1, **{'b-c': 2})"
    assert eval(source) == {"a": 1, "b-c": 2}


@pytest.mark.parametrize(
    ("arguments", "keywords", "expected"),
    [
        (["a", "b"], {}, "f('t',\na,\nb\n)"),
        (["a"], {"k": "1"}, "f('t',\na,\nk=1\n)"),
        ([], {}, "f('t',\n\n)"),
        ([], {"k": "1"}, "f('t',\nk=1\n)"),
    ],
)
def test_call_with_lines_has_one_argument_a_line(
    arguments: list[str], keywords: dict[str, str], expected: str
) -> None:
    assert call_with_lines("f", "'t'", arguments, **keywords) == expected


def test_call_with_very_many_arguments_unpacks_a_list() -> None:
    source = call_with_lines("f", "'t'", [str(i) for i in range(300)])
    assert source.startswith("f('t',\n*[0,\n1,\n")
    assert source.endswith(",\n299]\n)")


def test_indent_leaves_empty_lines_empty() -> None:
    assert indent("a\n\nb") == "    a\n\n    b"
