"""Commands that make a project's migrations folder."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limbeck import alembic_names as alembic_names_module
from limbeck.config import Config
from limbeck.errors import CommandError
from limbeck.script.write import (
    DEFAULT_TEMPLATE,
    NUMBERED_TEMPLATE,
    ensure_directory,
    write_template,
)
from limbeck.util import messaging

ENCODING = "utf-8"
OUTSIDE = ("alembic.ini.mako", "pyproject.toml.mako")
"""The files of a template that don't belong into the folder itself."""


@dataclass(frozen=True, slots=True)
class Template:
    """What `init` can make a folder from."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that `init` will make."""

    template: Path
    directory: Path
    ini: Path
    toml: Path | None
    section: str
    package: bool
    quiet: bool

    @property
    def variables(self) -> dict[str, str]:
        """The variables of the templates of the configuration."""
        place = os.path.relpath(self.directory, self.ini.parent)
        file_template = NUMBERED_TEMPLATE if self.section == "limbeck" else DEFAULT_TEMPLATE
        return {
            "section": self.section,
            "script_location": place.replace(os.sep, "/").replace("%", "%%"),
            "file_template": file_template.replace("%", "%%"),
        }


def find_templates(config: Config) -> tuple[Template, ...]:
    """Return the templates for `init`."""
    folder = Path(config.get_template_directory())
    found = sorted(path for path in folder.iterdir() if (path / "README").is_file())
    return tuple(Template(path.name, _first_paragraph(path / "README")) for path in found)


def _first_paragraph(path: Path) -> str:
    return " ".join(path.read_text(ENCODING).split("\n\n")[0].split())


def list_templates(config: Config) -> None:
    """List the templates for `init`."""
    config.print_stdout("Available templates:\n")
    for template in find_templates(config):
        config.print_stdout(f"{template.name} - {template.description}")
    config.print_stdout("\nTemplates are used via the 'init' command, e.g.:")
    name = "alembic" if alembic_names_module.is_for_environment() else "limbeck"
    config.print_stdout(f"\n  {name} init --template generic ./scripts")


def init(
    config: Config,
    directory: str,
    template: str = "generic",
    package: bool = False,
    *,
    alembic_names: bool | None = None,
) -> None:
    """Make a migrations folder and its configuration.

    Nothing is written unless the folder is empty or absent and all of it can be written. A
    configuration file that is there already stays. `package` adds `__init__.py`s; `alembic_names`
    writes `alembic.ini` and `from alembic import …`; not given, that is so where limbeck is
    called by the name alembic: by `limbeck-alembic`, or with an `alembic.ini`.
    """
    if alembic_names is None:
        name = os.path.basename(config.config_file_name or "")
        alembic_names = alembic_names_module.is_for_environment() or name == "alembic.ini"
    if not directory:
        raise CommandError(
            "Can't make a migrations folder without a name: `limbeck init migrations`."
        )
    plan = _plan(config, directory, template, package=package, alembic_names=alembic_names)
    _refuse(plan)
    for folder in (plan.directory, plan.directory / "versions"):
        ensure_directory(folder, quiet=plan.quiet)
    for source in sorted(plan.template.iterdir()):
        if source.is_file() and source.name not in OUTSIDE:
            _copy(source, plan.directory / source.name, plan)
    if plan.toml is not None:
        _write_toml(plan.toml, plan)
    _write_ini(plan)
    if plan.package:
        for folder in (plan.directory, plan.directory / "versions"):
            path = folder / "__init__.py"
            with messaging.status(f"Adding {path}", quiet=plan.quiet):
                path.touch()
    _say_what_next(plan)


def _plan(
    config: Config, directory: str, template: str, *, package: bool, alembic_names: bool
) -> Plan:
    source = Path(config.get_template_directory(), template)
    names = [each.name for each in find_templates(config)]
    if template not in names:
        raise CommandError(f"No such template {template!r}; there are {', '.join(names)}.")
    section = "alembic" if alembic_names else "limbeck"
    ini = Path(config.config_file_name or f"{section}.ini").absolute()
    has_toml = (source / "pyproject.toml.mako").exists()
    toml = Path(config.toml_file_name or "pyproject.toml").absolute() if has_toml else None
    return Plan(
        template=source,
        directory=Path(os.path.abspath(directory)),
        ini=ini,
        toml=toml,
        section=section,
        package=package,
        quiet=bool(config.messaging_opts.get("quiet", False)),
    )


def _refuse(plan: Plan) -> None:
    """Raise CommandError when something is in the way, before anything is written."""
    directory = plan.directory
    if directory.is_dir() and any(directory.iterdir()):
        raise CommandError(
            f"Directory {directory} already exists and is not empty: name another one, or empty it."
        )
    places = [directory] if plan.ini.exists() else [directory, plan.ini.parent]
    for place in places:
        existing = next(path for path in (place, *place.parents) if path.exists())
        if not existing.is_dir():
            raise CommandError(f"Can't make {place}: {existing} is a file.")
        if not os.access(existing, os.W_OK | os.X_OK):
            raise CommandError(f"Can't write into {existing}: it is not yours to write.")


def _copy(source: Path, path: Path, plan: Plan) -> None:
    with messaging.status(f"Generating {path}", quiet=plan.quiet):
        # compat: the templates say alembic, since flask-alembic copies them as they are; the one
        # without env.py, which is limbeck's own, says limbeck
        name, other = plan.section, "limbeck" if plan.section == "alembic" else "alembic"
        text = source.read_text(ENCODING).replace(f"from {other}", f"from {name}")
        path.write_text(text.replace(f'"{other}.', f'"{name}.'), ENCODING)


def _write_toml(path: Path, plan: Plan) -> None:
    if path.exists() and plan.section in _tools(path):
        messaging.msg(
            f"{path} has a table [tool.{plan.section}] already, skipping", quiet=plan.quiet
        )
        return
    write_template(
        plan.template / "pyproject.toml.mako",
        path,
        encoding=ENCODING,
        quiet=plan.quiet,
        append=path.exists(),
        variables=plan.variables,
    )


def _tools(path: Path) -> dict[str, Any]:
    try:
        tools: dict[str, Any] = tomllib.loads(path.read_text(ENCODING)).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"Can't add to {path}: {error}") from error
    return tools


def _write_ini(plan: Plan) -> None:
    if plan.ini.exists():
        messaging.msg(f"File {plan.ini} already exists, skipping", quiet=plan.quiet)
        return
    write_template(
        plan.template / "alembic.ini.mako",
        plan.ini,
        encoding=ENCODING,
        quiet=plan.quiet,
        variables=plan.variables,
    )


def _say_what_next(plan: Plan) -> None:
    settings = f"configuration/connection/logging settings in {plan.ini}"
    if plan.toml is not None:
        settings = f"configuration settings in {plan.toml} and {settings}"
    messaging.msg(f"Please edit {settings} before proceeding.", quiet=plan.quiet)
