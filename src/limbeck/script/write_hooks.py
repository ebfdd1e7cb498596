"""Post-write hooks: what runs on each revision file after it is written.

A hook is named in the configuration with its `type`: `console_scripts` (an entry point of an
installed package), `exec` (a program), `module` (`python -m`), or one that env.py registered by
`register`. What it gets is the path and its own options.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from limbeck.errors import CommandError
from limbeck.util import messaging

REVISION_SCRIPT_TOKEN = "REVISION_SCRIPT_FILENAME"

Hook = Callable[..., Any]
HookFunction = TypeVar("HookFunction", bound=Hook)

# The registry of hook types; env.py adds to it by `register`.
_registry: dict[str, Hook] = {}


def register(name: str) -> Callable[[HookFunction], HookFunction]:
    """Decorate a function `(path, options)` that is to run for hooks of this type."""

    def keep(function: HookFunction) -> HookFunction:
        _registry[name] = function
        return function

    return keep


def run_hooks(path: str | os.PathLike[str], hooks: Sequence[Mapping[str, str]]) -> None:
    """Run the hooks on a file, in order."""
    for hook in hooks:
        name = hook.get("_hook_name", "")
        kind = hook.get("type")
        if not kind:
            raise CommandError(
                f"Key '{name}.type' (or 'type' in toml) is required for post write hook '{name}'."
            )
        with messaging.status(f"Running post write hook {name!r}", newline=True):
            try:
                _invoke(kind, path, hook)
            except CommandError as error:
                raise CommandError(f"{error} The revision file {path} is written.") from error


def _invoke(name: str, revision_path: str | os.PathLike[str], options: Mapping[str, str]) -> Any:
    function = _registry.get(name)
    if function is None:
        known = ", ".join(sorted(_registry))
        raise CommandError(f"No formatter with name '{name}' registered; there are: {known}.")
    return function(os.fspath(revision_path), options)


@register("console_scripts")
def console_scripts(
    path: str,
    options: Mapping[str, str],
    ignore_output: bool = False,
    verify_version: tuple[int, ...] | None = None,
) -> None:
    """Run the console script of an installed package, in this interpreter's environment."""
    # Slow to import, and history needs no hook; so is subprocess below.
    import importlib.metadata

    name = _required(options, "entrypoint")
    found = list(importlib.metadata.entry_points(group="console_scripts", name=name))
    if not found:
        raise CommandError(
            f"Could not find entrypoint console_scripts.{name}; install the package that has it."
        )
    entry = found[0]
    if verify_version:
        code = f"import {entry.module}; assert {entry.module}.__version__ >= {verify_version!r}; "
    else:
        code = ""
    code += f"import {entry.module}; {entry.module}.{entry.attr}()"
    _run(path, options, [sys.executable, "-c", code], ignore_output=ignore_output)


@register("exec")
def exec_(
    path: str,
    options: Mapping[str, str],
    ignore_output: bool = False,
) -> None:
    """Run a program."""
    program = _required(options, "executable")
    found = shutil.which(program)
    if found is None:
        raise CommandError(f"Could not find executable {program} of the post write hook.")
    _run(path, options, [found], ignore_output=ignore_output)


@register("module")
def module(
    path: str,
    options: Mapping[str, str],
    ignore_output: bool = False,
) -> None:
    """Run a module of Python, as `python -m` does."""
    name = _required(options, "module")
    if importlib.util.find_spec(name.partition(".")[0]) is None:
        raise CommandError(f"Could not find module {name} of the post write hook.")
    _run(path, options, [sys.executable, "-m", name], ignore_output=ignore_output)


def _required(options: Mapping[str, str], name: str) -> str:
    value = options.get(name)
    if not value:
        hook = options.get("_hook_name", "")
        raise CommandError(
            f"Key {hook}.{name} (or '{name}' in toml) is required for post write hook '{hook}'."
        )
    return value


def _arguments(options: str, path: str) -> list[str]:
    """Split the options of a hook; the path goes where its token stands, else in front."""
    parts = shlex.split(options, posix=os.name != "nt")
    if not any(REVISION_SCRIPT_TOKEN in part for part in parts):
        return [path, *parts]
    return [part.replace(REVISION_SCRIPT_TOKEN, path) for part in parts]


def _run(path: str, options: Mapping[str, str], command: list[str], *, ignore_output: bool) -> None:
    import subprocess

    arguments = _arguments(options.get("options", ""), path)
    output = subprocess.DEVNULL if ignore_output else None
    done = subprocess.run(
        [*command, *arguments],
        cwd=options.get("cwd"),
        stdout=output,
        stderr=output,
        check=False,
    )
    if done.returncode:
        messaging.warn(
            f"The post write hook {options.get('_hook_name', '')!r} exited with status "
            f"{done.returncode} on {path}; the file is written as it was."
        )
