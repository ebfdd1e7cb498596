"""Functions that a program adds to the command line with `CommandLine.register_command`.

A function's name is the command, its docstring the help, its parameters the arguments: one that
an own command has too is taken as that one takes it, anything else by its default.
"""

from __future__ import annotations

import argparse
import inspect
from typing import Any, Protocol

from limbeck.cli.arguments import COMMANDS, Argument, Command
from limbeck.config import Config


class CommandFunction(Protocol):
    """A named function that takes the `Config` and then its own arguments."""

    @property
    def __name__(self) -> str:
        """The name of the command."""

    def __call__(self, config: Config, *args: Any, **kwargs: Any) -> Any:
        """Carry it out."""


def describe(function: CommandFunction) -> Command:
    """Return the command that a function is."""
    return Command(
        function.__name__,
        (inspect.getdoc(function) or function.__name__).partition("\n\n")[0].rstrip("."),
        tuple(_argument(parameter) for parameter in _parameters(function)),
    )


def call(function: CommandFunction, config: Config, options: argparse.Namespace) -> None:
    """Call the function with what was given for its parameters."""
    positional, keywords = [], {}
    for parameter in _parameters(function):
        value = getattr(options, parameter.name)
        if parameter.kind is parameter.KEYWORD_ONLY:
            keywords[parameter.name] = value
        else:
            positional.append(value)
    function(config, *positional, **keywords)


def names_taken(function: CommandFunction | None) -> tuple[list[str], list[str]]:
    """Return the options that give the parameters which have to be given, and those of the others.

    Without those that can be given by name only, as Alembic tells programs that call the function.
    """
    parameters = [] if function is None else _parameters(function)
    own = [each for each in parameters if each.kind is not each.KEYWORD_ONLY]
    required = [each.name for each in own if each.default is each.empty]
    return required, [each.name for each in own if each.default is not each.empty]


def _parameters(function: CommandFunction) -> list[inspect.Parameter]:
    taken = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [parameter for parameter in parameters if parameter.kind not in taken]


def _argument(parameter: inspect.Parameter) -> Argument:
    required = parameter.default is parameter.empty
    known = _known_argument(parameter.name, positional=required)
    if known is not None:
        optional = {"nargs", "default"} if required else {"default"}
        options = {key: value for key, value in known.options.items() if key not in optional}
        return Argument(
            known.flags, options if required else {**options, "default": parameter.default}
        )
    if required:
        return Argument((parameter.name,), {})
    flag = "--" + parameter.name.replace("_", "-")
    if parameter.default is False:
        return Argument((flag,), {"action": "store_true"})
    return Argument((flag,), {"default": parameter.default})


def _known_argument(name: str, *, positional: bool) -> Argument | None:
    """Return how our own commands take an argument of this name."""
    wanted = name if positional else "--" + name.replace("_", "-")
    found = (
        argument
        for command in reversed(COMMANDS)
        for argument in command.arguments
        if wanted in argument.flags
    )
    return next(found, None)
