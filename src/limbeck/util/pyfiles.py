"""Files: packaged resources, templates rendered by Mako, Python files loaded from a path."""

from __future__ import annotations

import importlib.machinery
import importlib.resources
import importlib.util
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from limbeck import alembic_names
from limbeck.errors import CommandError

_RESOURCE = re.compile(r"^[A-Za-z_][\w.]+:.+", re.DOTALL)


def coerce_resource_to_filename(fname_or_resource: str) -> Path:
    """Give the path of `package:folder/file`; anything else is a path already."""
    if os.path.isabs(fname_or_resource) or not _RESOURCE.match(fname_or_resource):
        return Path(fname_or_resource)
    package, _, inside = fname_or_resource.partition(":")
    resource = importlib.resources.files(package)
    for part in inside.split("/"):
        resource = resource.joinpath(part)
    return Path(str(resource))


def template_to_file(
    template_file: str | os.PathLike[str],
    dest: str | os.PathLike[str],
    output_encoding: str,
    *,
    append_with_newlines: bool = False,
    **kw: Any,
) -> None:
    """Render a Mako template into a file, whole or, to append, after what it has."""
    output = render_template(template_file, output_encoding, **kw)
    try:
        with open(dest, "ab+" if append_with_newlines else "wb") as file:
            if append_with_newlines and file.tell():
                file.write(b"\n\n")
            file.write(output)
    except OSError as error:
        raise CommandError(f"Can't write {os.fspath(dest)}: {error.strerror}") from error


def render_template(
    template_file: str | os.PathLike[str], output_encoding: str, /, **kw: Any
) -> bytes:
    """Render a Mako template; a failure names the line and keeps Mako's report in a file."""
    # Mako is slow to import and only writing needs it.
    from mako import exceptions  # type: ignore[import-untyped] # Mako ships no types
    from mako.template import Template  # type: ignore[import-untyped] # as above

    try:
        template = Template(filename=os.fspath(template_file))
        text: bytes = template.render_unicode(**kw).encode(output_encoding)
    except Exception as error:  # whatever the template's own code raises
        report = exceptions.text_error_template().render_unicode()
        # Slow to import, and only a failure needs it.
        import tempfile

        with tempfile.NamedTemporaryFile(
            "w", suffix=".txt", encoding="utf-8", delete=False
        ) as file:
            file.write(report)
        raise CommandError(
            f"Template rendering failed for {os.fspath(template_file)}: {error}. The full report "
            f"is in {file.name}."
        ) from error
    return text.replace(b"\r\n", b"\n")


def load_python_file(dir_: str | os.PathLike[str], filename: str | os.PathLike[str]) -> ModuleType:
    """Import a `.py` or `.pyc` file by path, under a name that can't meet another module's."""
    path = os.path.join(dir_, filename)
    module_id = re.sub(r"\W", "_", os.fspath(filename))
    if path.endswith(".py") and not os.path.exists(path):
        compiled = pyc_file_from_path(path)
        if compiled is None:
            raise ImportError(f"Can't find Python file {path}")
        path = os.fspath(compiled)
    return load_module_py(module_id, path)


def pyc_file_from_path(path: str | os.PathLike[str]) -> Path | None:
    """Find the compiled file of a source file, in `__pycache__` or beside it."""
    source = Path(path)
    cached = Path(importlib.util.cache_from_source(os.fspath(source)))
    if cached.exists():
        return cached
    beside = source.with_suffix(".pyc")
    return beside if beside.exists() else None


def load_module_py(module_id: str, path: str | os.PathLike[str]) -> ModuleType:
    """Run a Python file of a project as a fresh module; the name `alembic` is limbeck there."""
    alembic_names.install()
    is_compiled = os.fspath(path).endswith(".pyc")
    make = importlib.machinery.SourcelessFileLoader if is_compiled else _PreciseFileLoader
    loader = make(module_id, os.fspath(path))
    spec = importlib.util.spec_from_file_location(module_id, path, loader=loader)
    if spec is None or spec.loader is None:
        raise ImportError(f"Can't load Python file {os.fspath(path)}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _PreciseFileLoader(importlib.machinery.SourceFileLoader):
    """Tells a compiled file from its source by the microsecond.

    Python looks at the second and the size, and so would run the old migration when a value was
    replaced by one of the same length and the command repeated at once.
    """

    def path_stats(self, path: str) -> Mapping[str, Any]:
        """Return what the compiled file's header is held against."""
        stat = os.stat(path)
        return {"mtime": stat.st_mtime_ns // 1000, "size": stat.st_size}
