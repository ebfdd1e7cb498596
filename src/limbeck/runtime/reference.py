"""`package.module:attribute`: from the text in a configuration file to the object it names.

Imports the module and says clearly what went wrong where: which module, which error, which line
of which of the user's files. Never imports SQLAlchemy itself.
"""

from __future__ import annotations

import importlib
import os
import sys
import sysconfig
import traceback
from typing import Any

from limbeck.errors import ModelsError, did_you_mean


def load_reference(text: str) -> Any:
    """Return the object that `module:attribute` names; raises ModelsError."""
    module_name, colon, attribute = (part.strip() for part in text.partition(":"))
    if not (module_name and colon and attribute):
        raise ModelsError(
            f"Can't read {text!r}: write `package.module:attribute`, for instance `app.models:Base`."
        )
    try:
        found: Any = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:
        raise ModelsError(
            f"Can't import {text!r}, as the module {module_name} fails: {describe_error(error)}"
            f"{_advice(error, module_name)}"
        ) from error
    for name in attribute.split("."):
        try:
            found = getattr(found, name)
        except AttributeError as error:
            raise ModelsError(
                f"Can't find {attribute!r} in the module {module_name}, as {text!r} says: "
                f"{error}{did_you_mean(name, dir(found))}"
            ) from error
    return found


def describe_error(error: BaseException) -> str:
    """Return the error with its type and the place in the user's code, on one line."""
    summary = f"{type(error).__name__}: {error}".strip().rstrip(":")
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg} ({error.filename}, line {error.lineno})"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _is_library(frame.filename)]
    if not own:
        return summary
    return f"{summary} ({own[-1].filename}, line {own[-1].lineno})"


def passed_through(error: BaseException, package: str) -> bool:
    """Tell whether the error came up through the code of a package that is imported."""
    folder = os.path.dirname(sys.modules[package].__file__ or package)
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.filename.startswith(folder) for frame in frames)


def _is_library(path: str) -> bool:
    """Tell whether a file is the standard library's, an installed package's or ours."""
    folders = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), _OWN)
    return path.startswith(("<", *folders))  # such as <frozen …>, <sqlalchemy generated …>


_OWN = __file__.rpartition("runtime")[0]


def _advice(error: BaseException, module_name: str) -> str:
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing and (module_name == missing or module_name.startswith(f"{missing}.")):
        return (
            ". It is looked for in the folders of `prepend_sys_path`, by default the current "
            "folder: run limbeck where the package is, or set that option."
        )
    return ""
