"""Opening a file in the user's editor."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping

from limbeck.errors import CommandError

VARIABLES = ("VISUAL", "EDITOR")
COMMON = ("editor", "nano", "vim", "vi", "notepad")


def open_in_editor(filename: str, environ: Mapping[str, str] | None = None) -> None:
    """Open the file in $VISUAL, $EDITOR, or the first common editor there is, and wait for it."""
    environ = os.environ if environ is None else environ
    chosen = next((environ[name] for name in VARIABLES if environ.get(name)), None)
    if chosen is None:
        chosen = next(filter(shutil.which, COMMON), None)
    if chosen is None:
        raise CommandError("No editor found; name one in the environment variable EDITOR.")
    # Slow to import, and of all commands only `edit` needs it.
    import subprocess

    try:
        subprocess.run([*shlex.split(chosen), filename], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CommandError(f"Can't edit {filename} with {chosen!r}: {error}") from error
