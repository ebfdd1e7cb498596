"""The console script: reads the arguments, finds the configuration, runs the command.

Exit status: 0 done, 1 it could not be done or something differs (and why), 2 usage. Only what
parsing needs is imported here, so that `--help` and a mistyped option answer at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from limbeck import alembic_names
from limbeck.cli import arguments
from limbeck.util.garbage import spare_process

if TYPE_CHECKING:
    from limbeck.cli.registered import CommandFunction
    from limbeck.config import Config


class CommandLine:
    """The command line as an object: Alembic's name and shape for programs that drive it."""

    def __init__(self, prog: str | None = None) -> None:
        self.prog = prog or ("alembic" if alembic_names.is_for_environment() else "limbeck")
        self._registered: dict[str, CommandFunction] = {}

    def register_command(self, fn: CommandFunction) -> None:
        """Add a function as a command: its name, docstring and parameters say what it takes."""
        self._registered[fn.__name__] = fn
        if "parser" in vars(self):
            self.parser.add_command(self._added[-1], self._described)

    @cached_property
    def parser(self) -> arguments.Parser:
        """The parser of all commands, to which a program may add arguments of its own."""
        return arguments.build_parser(self.prog, self._added, self._described)

    @property
    def _added(self) -> list[arguments.Command]:
        if not self._registered:
            return []
        from limbeck.cli import registered

        return [registered.describe(function) for function in self._registered.values()]

    def main(self, argv: Sequence[str] | None = None) -> None:
        """Run one command line; raises SystemExit unless the status is 0."""
        words = list(sys.argv[1:] if argv is None else argv)
        made = vars(self).get("parser")
        options = arguments.parse(words, made or arguments.build_parser(self.prog, self._added))
        status = self._run(options)
        if status:
            raise SystemExit(status)

    def run_cmd(self, config: Config, options: argparse.Namespace) -> None:
        """Run the command that the options name; print its error and leave, unless `--raiseerr`."""
        from limbeck.errors import CommandError

        try:
            self._carry_out(config, options)
        except CommandError as error:
            if options.raiseerr or not self._explain(error):
                raise
            raise SystemExit(self._failed) from error

    def _carry_out(self, config: Config, options: argparse.Namespace) -> None:
        from limbeck.cli import registered, run

        function = self._registered.get(options.command)
        if function is None:
            run.run(config, options)
        else:
            registered.call(function, config, options)

    def _run(self, options: argparse.Namespace) -> int:
        from limbeck.cli import run, screen

        screen.replace_closed_streams()
        alembic_names.install()
        with screen.watching(quiet=options.quiet, as_alembic=self._is_alembic):
            try:
                options.cmd = self._described(options.command)
                self.run_cmd(run.configure(options), options)
                screen.flush_output()
            except BrokenPipeError:
                return 1
            except KeyboardInterrupt as interrupt:
                if not self._explain(interrupt):
                    screen.fail("interrupted")
                return 130
            except Exception as error:
                if options.raiseerr or not self._explain(error):
                    raise
                return self._failed
            finally:
                screen.drop_unwritten_output()
        return 0

    @property
    def _failed(self) -> int:
        return -1 if self._is_alembic else 1

    @property
    def _is_alembic(self) -> bool:
        """Whether scripts that read what Alembic prints may stand behind it."""
        stands_in = alembic_names.is_for_environment() and self.prog != "limbeck"
        return stands_in or self.prog == "alembic"

    def _described(self, name: str) -> tuple[Any, list[str], list[str]]:
        """compat: what env.py files read as `cmd_opts.cmd`: the function, and what it takes."""
        from limbeck import command
        from limbeck.cli import registered

        function = self._registered.get(name) or getattr(command, name, None)
        required, others = registered.names_taken(function)
        return function, ["revisions"] if name == "stamp" else required, others

    def _explain(self, error: BaseException) -> bool:
        """Print what the error means for the user; return False if it is a defect instead."""
        from limbeck.cli import screen
        from limbeck.runtime.failure import explanation

        text = explanation(error)
        if text is not None:
            if self._is_alembic:
                self._log(text)
            screen.fail(text, sys.stdout if self._is_alembic else sys.stderr)
        return text is not None

    @staticmethod
    def _log(text: str) -> None:
        """Log the error as well, as Alembic does where the project has set up logging."""
        import logging

        from limbeck.util import messaging

        if logging.getLogger().handlers or logging.getLogger("alembic").handlers:
            messaging.log.error(text)


def main(argv: Sequence[str] | None = None, prog: str | None = None, **_: Any) -> None:
    """Run the console script."""
    if argv is None:
        spare_process()
    CommandLine(prog).main(argv)
