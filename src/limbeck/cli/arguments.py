"""What the command line takes: every command and option, as data, and the parser made of it.

Receives `sys.argv`, returns an `argparse.Namespace`; imports nothing that opens a database.
Global options may stand before the command, as they always do in Alembic, and after it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from limbeck import __version__
from limbeck.alembic_names import ALEMBIC_VERSION
from limbeck.renamed import SaidRename, read_rename, read_table_rename


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as `add_argument` takes it."""

    flags: tuple[str, ...]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, what `--help` says of it, and what it takes."""

    name: str
    help: str
    arguments: tuple[Argument, ...] = field(default=())


def _argument(*flags: str, **options: Any) -> Argument:
    return Argument(flags, options)


def _flag(*flags: str, help: str) -> Argument:
    return Argument(flags, {"action": "store_true", "help": help})


GLOBAL = (
    _argument(
        "-c",
        "--config",
        action="append",
        metavar="FILE",
        help="configuration file, an ini or a pyproject.toml; may be given once for each "
        "(default: $LIMBECK_CONFIG, then limbeck.ini, alembic.ini, pyproject.toml)",
    ),
    _argument(
        "-n",
        "--name",
        metavar="SECTION",
        default="alembic",
        help="section of the ini file to use (default: limbeck, where there is one, or alembic)",
    ),
    _argument(
        "-x",
        action="append",
        metavar="KEY=VALUE",
        help="argument for env.py, read there by context.get_x_argument(); may be repeated",
    ),
    _flag("--raiseerr", help="show the whole traceback of an error"),
    _flag("-q", "--quiet", help="print nothing but errors and what was asked for"),
)


def _rename(text: str) -> SaidRename:
    return _read(read_rename, text)


def _table_rename(text: str) -> SaidRename:
    return _read(read_table_rename, text)


def _read(reader: Callable[[str], SaidRename], text: str) -> SaidRename:
    try:
        return reader(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


_SQL = _flag("--sql", help="write the SQL script to standard output instead of running it")
_TAG = _argument("--tag", help="any text, read in env.py by context.get_tag_argument()")
_VERBOSE = _flag("-v", "--verbose", help="show each revision in full")
_JSON = _flag("--json", help="print JSON, for programs")
_REVISION = _argument("rev", help="an id or its beginning, `head`, `heads`, `current`")
_REVISION_FILE = (
    _argument("-m", "--message", help="what the revision is about; part of its file name"),
    _argument("--branch-label", metavar="LABEL", help="branch label of the new revision"),
    _argument("--rev-id", metavar="ID", help="identifier of the revision, instead of a new one"),
    _flag("--splice", help="allow a parent that is not a head"),
    _JSON,
)

COMMANDS = (
    Command(
        "init",
        "create a migrations folder and its configuration",
        (
            _argument("directory", help="folder to create, for instance `migrations`"),
            _argument(
                "-t",
                "--template",
                default="generic",
                help="what to begin with, of those that `list_templates` lists (default: generic)",
            ),
            _flag("--package", help="write an __init__.py into the folders"),
            _flag(
                "--alembic-names",
                help="write alembic.ini and `from alembic import op`, which Alembic runs as well",
            ),
        ),
    ),
    Command(
        "revision",
        "write a new revision file",
        (
            *_REVISION_FILE,
            _flag("--autogenerate", help="fill it with what differs between database and models"),
            _flag("--skip-empty", help="with --autogenerate: write no file when nothing differs"),
            _argument(
                "--rename",
                action="append",
                type=_rename,
                metavar="TABLE.OLD:NEW",
                help="with --autogenerate: this column has been renamed; may be repeated",
            ),
            _argument(
                "--rename-table",
                action="append",
                type=_table_rename,
                metavar="[SCHEMA.]OLD:[SCHEMA.]NEW",
                help="with --autogenerate: this table has been renamed, or moved; may be repeated",
            ),
            _flag("--no-renames", help="with --autogenerate: rename only what is said to be"),
            _flag("--from-database", help="fill it with what would build the schema found"),
            _flag("--no-inspect-data", help="with --autogenerate: look at no rows"),
            _flag("--sql", help="with revision_environment: run env.py in offline mode"),
            _argument(
                "--head",
                metavar="REV",
                help="revision to base it on, `label@head` or `base` (default: the head)",
            ),
            _argument(
                "--version-path",
                metavar="FOLDER",
                help="which of the version_locations is for the file (default: its parent's)",
            ),
            _argument(
                "--depends-on",
                action="append",
                metavar="REV",
                help="revision of another branch that must run first; may be repeated",
            ),
        ),
    ),
    Command(
        "merge",
        "write a revision that joins several heads",
        (
            _argument("revisions", nargs="+", help="revisions to join, or `heads` for all of them"),
            *_REVISION_FILE,
        ),
    ),
    Command(
        "upgrade",
        "bring the database forward to a revision",
        (
            _argument(
                "revision",
                nargs="?",
                default="head",
                help="where to: an id or its beginning, `head`, `heads`, `+1`, `label@head`; "
                "with --sql also FROM:TO (default: head)",
            ),
            _SQL,
            _TAG,
        ),
    ),
    Command(
        "downgrade",
        "take the database back to a revision",
        (
            _argument(
                "revision",
                help="where to: an id or its beginning, `-1`, `label@-1`, `base`; with --sql "
                "FROM:TO",
            ),
            _SQL,
            _TAG,
        ),
    ),
    Command(
        "stamp",
        "record a revision in the database without running anything",
        (
            _argument(
                "revisions", nargs="+", help="ids or their beginnings, `head`, `heads`, `base`"
            ),
            _SQL,
            _TAG,
            _flag("--purge", help="empty the version table first"),
        ),
    ),
    Command(
        "current",
        "show the revision the database is at",
        (
            _VERBOSE,
            _flag("-c", "--check-heads", help="exit 1 unless the database is at all heads"),
            _JSON,
        ),
    ),
    Command(
        "history",
        "list the revisions, newest first",
        (
            _argument(
                "-r",
                "--rev-range",
                metavar="FROM:TO",
                help="only these, such as `a1:`, `base:current`; one that begins with a sign is "
                "written in one word, `-r-3:head`",
            ),
            _VERBOSE,
            _flag("-i", "--indicate-current", help="mark the revision the database is at"),
            _JSON,
        ),
    ),
    Command(
        "heads",
        "list the newest revision of each branch",
        (
            _VERBOSE,
            _flag("--resolve-dependencies", help="count depends_on as a parent"),
            _JSON,
        ),
    ),
    Command("branches", "list the revisions at which the history branches", (_VERBOSE, _JSON)),
    Command("show", "show one revision in full", (_REVISION, _JSON)),
    Command("edit", "open a revision file in $EDITOR", (_REVISION,)),
    Command("check", "exit 1 and list what differs between database and models", (_JSON,)),
    Command("ensure_version", "create the version table if it is not there", (_SQL,)),
    Command("list_templates", "list what `init --template` can use", (_JSON,)),
)


def build_parser(
    prog: str, added: Iterable[Command] = (), describe: Callable[[str], object] | None = None
) -> Parser:
    """Build the parser of all commands; an error exits with status 2 and names what was wrong.

    `added` are commands of a program that builds on this one; what `describe` says of a command is
    the option `cmd`.
    """
    parser = Parser(prog=prog, description="Schema migrations for SQLAlchemy.")
    parser.add_argument("--version", action="version", version=_version(prog))
    for argument in GLOBAL:
        parser.add_argument(*argument.flags, **argument.options)
    parser.commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in (*COMMANDS, *added):
        parser.add_command(command, describe)
    return parser


def _version(prog: str) -> str:
    """Say the version; under Alembic's name Alembic's first, for what reads it."""
    if prog == "alembic":
        return f"{prog} {ALEMBIC_VERSION} (limbeck {__version__})"
    return f"{prog} {__version__}"


def _add_global_again(parser: argparse.ArgumentParser, taken: set[str]) -> None:
    """Accept the global options after the command too; what stood before it stays."""
    group = parser.add_argument_group("global options")
    for argument in GLOBAL:
        flags = tuple(flag for flag in argument.flags if flag not in taken)
        options: dict[str, Any] = {**argument.options, "default": argparse.SUPPRESS}
        if options.get("action") == "append":
            options["action"] = _Extend
        group.add_argument(*flags, **options)


class Parser(argparse.ArgumentParser):
    """Says which command's help to ask for, and takes on commands of others."""

    commands: argparse._SubParsersAction[Parser]

    def add_command(self, command: Command, describe: Callable[[str], object] | None) -> None:
        """Add a command, with what `describe` says of it as the option `cmd`."""
        subparser = self.commands.add_parser(
            command.name,
            help=command.help,
            description=f"{command.help[:1].upper()}{command.help[1:]}.",
        )
        taken = {flag for argument in command.arguments for flag in argument.flags}
        for argument in command.arguments:
            subparser.add_argument(*argument.flags, **argument.options)
        _add_global_again(subparser, taken)
        if describe is not None:
            subparser.set_defaults(cmd=describe(command.name))

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\nSee `{self.prog} --help`.\n")


class _Extend(argparse.Action):
    """Append to what the parser in front of the command collected.

    argparse gives a subcommand a namespace of its own and copies it over the outer one, so the
    values are kept apart under another name and joined by `parse`.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        name = f"{self.dest}_after"
        setattr(namespace, name, [*getattr(namespace, name, []), values])


def parse(argv: list[str] | None, parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse the command line; exits with status 2 when it can't be understood."""
    options = parser.parse_args(argv)
    for name in ("config", "x"):
        after = vars(options).pop(f"{name}_after", [])
        setattr(options, name, [*(getattr(options, name) or []), *after] or None)
    return options
