"""Offline mode: where a SQL script goes, and what stands for a connection while it is written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO, cast

from sqlalchemy import Connection, Dialect, text
from sqlalchemy.engine.mock import MockConnection

from limbeck.ddl.offline import Parameters, with_parameters


class EncodedText:
    """Write text to a stream in an encoding; what it can't say is written as `?`."""

    def __init__(self, stream: TextIO, encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding

    def write(self, text: str) -> int:
        """Write text; return how many characters."""
        return self._stream.write(text.encode(self._encoding, "replace").decode(self._encoding))

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()


def output_buffer(opts: Mapping[str, Any]) -> TextIO:
    """Return the stream for a SQL script: the one configured, else standard output."""
    stream: TextIO = opts.get("output_buffer") or sys.stdout
    encoding = opts.get("output_encoding")
    return cast(TextIO, EncodedText(stream, encoding)) if encoding else stream


def script_connection(
    dialect: Dialect, write: Callable[[Any], Any], opts: Mapping[str, Any]
) -> Connection:
    """Return what stands for a connection offline: all it is given to execute is written.

    With the option `literal_binds`, its parameters too; else their names stand in the script.
    """

    def dump(construct: Any, parameters: Parameters | None = None, *_: Any, **__: Any) -> None:
        statements = [text(construct) if isinstance(construct, str) else construct]
        if parameters and opts.get("literal_binds"):
            statements = with_parameters(statements[0], parameters)
        for statement in statements:
            write(statement)

    return cast(Connection, MockConnection(dialect, dump))
