"""Questions to the user on a terminal; nothing below the command line reads standard input."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from limbeck.cli import screen
from limbeck.errors import CommandError

if TYPE_CHECKING:
    from limbeck.diff.renames import Choice, Question

_LIKELY = 0.75
"""From this score on the answer "renamed" is the one that Enter gives."""

_DROPPED = "n"


def can_ask() -> bool:
    """Tell whether a user sits in front of standard input and can read what is asked."""
    return screen.is_terminal(sys.stdin) and screen.is_terminal(sys.stderr)


def ask_rename(question: Question) -> Choice | None:
    """Ask what became of a table or column; return one of the choices, or None if it is dropped."""
    choices = question.choices
    is_likely = question.is_sure or choices[0].score >= _LIKELY
    default = "1" if is_likely else _DROPPED
    width = max(len(each.new) for each in choices)
    _say(f"The {question.kind} {question.old} is not in the models any more. What became of it?")
    for number, each in enumerate(choices, 1):
        percent = f"{round(each.score * 100)} %"
        _say(f"  {number}  renamed to {each.new:<{width}}  {percent:>5}  {each.reasons}")
    _say(f"  {_DROPPED}  dropped, with its rows")
    answers = {_DROPPED: None, **{str(n): each for n, each in enumerate(choices, 1)}}
    while True:
        answer = _read(f"Choose [{default}]: ", choices[0].flag).casefold() or default
        if answer in answers:
            return answers[answer]
        _say(f"{answer!r} is none of {', '.join(sorted(answers))}.")


def _read(prompt: str, flag: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise CommandError(
            f"No answer. Pass it on the command line instead: {flag}, or --no-renames."
        )
    return line.strip()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
