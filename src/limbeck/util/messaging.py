"""Writing to the user: lines, progress words, warnings.

Everything takes `quiet`; nothing here decides on colour or width, which is the command line's.
"""

from __future__ import annotations

import re
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TextIO

from limbeck.errors import CommandError
from limbeck.logs import logger_of

log = logger_of(__name__)

# What SQLAlchemy takes for the password of a url; drivers also take one among the options.
_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*(?=@)")
_PASSWORD_OPTION = re.compile(
    r"((?:password|passwd|passphrase|pwd)(?:=|%3d))(?:(?!&|%3b).)*", re.IGNORECASE
)

TERMWIDTH: int | None = None
"""compat: how wide `msg` may write; None does not break lines."""


def write_outstream(stream: TextIO, *text: str | bytes, quiet: bool = False) -> None:
    """Write to a stream; what its encoding can't say is replaced by `?`.

    Raises CommandError where the stream takes no more, as on a full disk.
    """
    if quiet:
        return
    encoding = getattr(stream, "encoding", None) or "ascii"
    for part in text:
        if isinstance(part, bytes):
            part = part.decode(encoding, "replace")
        if not hasattr(stream, "getvalue"):
            part = part.encode(encoding, "replace").decode(encoding)
        try:
            stream.write(part)
        except BrokenPipeError:
            # `limbeck history | head` closes the pipe; there is nobody left to tell.
            break
        except OSError as error:
            raise CommandError(f"Can't write the output: {error.strerror}.") from error


@contextmanager
def status(status_msg: str, newline: bool = False, quiet: bool = False) -> Iterator[None]:
    """Print what is being done, and then that it is done or has failed."""
    msg(status_msg + " ...", newline, flush=True, quiet=quiet)
    try:
        yield
    except BaseException:
        write_outstream(sys.stdout, "  FAILED\n", quiet=quiet)
        raise
    write_outstream(sys.stdout, "  done\n", quiet=quiet)


def err(message: str, quiet: bool = False) -> NoReturn:
    """Say why it failed and leave."""
    log.error(message)
    msg(f"FAILED: {message}", quiet=quiet)
    sys.exit(-1)


def obfuscate_url_pw(input_url: str) -> str:
    """Give a database url with its password hidden, also one among the options."""
    return _PASSWORD_OPTION.sub(r"\1***", _PASSWORD.sub(r"\1***", input_url))


def warn(msg: str, stacklevel: int = 2) -> None:
    """Warn."""
    warnings.warn(msg, UserWarning, stacklevel=stacklevel)


def warn_deprecated(msg: str, stacklevel: int = 2) -> None:
    """Warn about something that will go away."""
    warnings.warn(msg, DeprecationWarning, stacklevel=stacklevel)


def msg(msg: str, newline: bool = True, flush: bool = False, quiet: bool = False) -> None:
    """Print a message; indented by two where the width is known, plain for programs."""
    if quiet:
        return
    if TERMWIDTH is None:
        body = msg
    else:
        body = "\n".join("  " + line for line in textwrap.wrap(msg, TERMWIDTH) or [""])
    write_outstream(sys.stdout, body + ("\n" if newline else ""))
    if flush:
        sys.stdout.flush()


def format_as_comma(value: str | Iterable[str] | None) -> str:
    """Give one name or several as text separated by commas."""
    match value:
        case None:
            return ""
        case str():
            return value
        case Iterable():
            return ", ".join(value)
        case _:
            raise ValueError(f"Don't know how to comma-format {value!r}")
