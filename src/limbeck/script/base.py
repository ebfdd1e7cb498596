"""`ScriptDirectory`: the revision files of one project, read, planned and written.

Alembic's class by name, methods and results. It reads when it is first asked; nothing of a
revision file runs until a plan is bound to its scripts.
"""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from limbeck.config import Config, MessagingOptions, PostWriteHookConfig
from limbeck.errors import CommandError, RevisionError
from limbeck.util.langhelpers import to_tuple
from limbeck.util.messaging import format_as_comma, warn
from limbeck.util.pyfiles import coerce_resource_to_filename, load_python_file, pyc_file_from_path

from . import index, plan, write
from .errors import DuplicateRevision, MultipleHeads
from .identifier import refuse_unspeakable
from .reader import read_script_head
from .revision import Identifiers, Revision, RevisionMap, tuple_rev_as_scalar
from .script import Script
from .steps import MigrationStep, bind
from .write_hooks import run_hooks

__all__ = ["Script", "ScriptDirectory"]

_BUILTIN_ENVIRONMENT = Path(__file__).parent.parent / "templates" / "builtin"


class ScriptDirectory:
    """The script directory of a project: env.py, the template of a revision, the versions."""

    def __init__(
        self,
        dir: str | os.PathLike[str],
        file_template: str = write.DEFAULT_TEMPLATE,
        truncate_slug_length: int | None = 40,
        version_locations: Sequence[str | os.PathLike[str]] | None = None,
        sourceless: bool = False,
        output_encoding: str = "utf-8",
        timezone: str | None = None,
        hooks: Sequence[PostWriteHookConfig] = (),
        recursive_version_locations: bool = False,
        messaging_opts: MessagingOptions | Mapping[str, bool] = MappingProxyType({}),
    ) -> None:
        self.dir = os.fspath(dir)
        self.file_template = file_template
        self.truncate_slug_length = truncate_slug_length or 40
        self.version_locations = version_locations
        self.sourceless = sourceless
        self.output_encoding = output_encoding
        self.timezone = timezone
        self.hooks = hooks
        self.recursive_version_locations = recursive_version_locations
        self.messaging_opts = messaging_opts
        self.revision_map = RevisionMap(self._load_revisions)
        if not os.access(self.dir, os.F_OK):
            raise CommandError(
                f"Path doesn't exist: {self._absolute(self.dir)}.  Please use the 'init' command "
                "to create a new scripts folder."
            )

    @classmethod
    def from_config(cls, config: Config) -> ScriptDirectory:
        """Make the script directory that a configuration describes.

        `prepend_sys_path` goes in front of `sys.path`.
        """
        location = config.get_text("script_location")
        if location is None:
            raise CommandError(
                "No 'script_location' key found in configuration, in "
                f"{config.describe_places()}. Name the folder of env.py and versions there, or run "
                "`init` to make one."
            )
        added = config.get_prepend_sys_paths_list()
        if added:
            sys.path[:0] = [path for path in added if path not in sys.path]
        folders = config.get_version_locations_list()
        default_template = (
            write.NUMBERED_TEMPLATE if config.uses_limbeck_names else write.DEFAULT_TEMPLATE
        )
        return cls(
            coerce_resource_to_filename(location),
            file_template=config.get_text("file_template") or default_template,
            truncate_slug_length=config.get_integer("truncate_slug_length"),
            sourceless=config.get_boolean("sourceless"),
            output_encoding=config.get_text("output_encoding") or "utf-8",
            version_locations=[coerce_resource_to_filename(one) for one in folders or ()],
            timezone=config.get_text("timezone"),
            hooks=config.get_hooks_list(),
            recursive_version_locations=config.get_boolean("recursive_version_locations"),
            messaging_opts=config.messaging_opts,
        )

    # Places

    @property
    def versions(self) -> str:
        """The one folder of revision files; several are an error."""
        if len(self._version_locations) > 1:
            raise CommandError("Multiple version_locations present")
        return os.fspath(self._version_locations[0])

    @cached_property
    def _version_locations(self) -> Sequence[Path]:
        """compat: advanced-alchemy, flask-alembic; the folders of revision files, as absolute paths."""
        if not self.version_locations:
            return [Path(self._absolute(self.dir), "versions")]
        return [self._absolute(folder) for folder in self.version_locations]

    @property
    def env_py_location(self) -> str:
        """The path of env.py."""
        return os.fspath(self._absolute(Path(self.dir, "env.py")))

    @staticmethod
    def _absolute(path: str | os.PathLike[str]) -> Path:
        return Path(os.path.abspath(path))

    def _load_revisions(self) -> Iterator[Script]:
        folders = [folder for folder in self._version_locations if folder.exists()]
        scripts = (
            Script.from_facts(facts)
            for folder in folders
            for facts in index.read_folder(
                os.fspath(folder),
                recursive=self.recursive_version_locations,
                sourceless=self.sourceless,
            )
        )
        if len(folders) == 1:
            yield from scripts
            return
        seen: set[str] = set()
        for script in scripts:
            # One location may lie inside another.
            path = os.path.realpath(script.path)
            if path not in seen:
                seen.add(path)
                yield script

    # Questions to the graph

    def walk_revisions(self, base: str = "base", head: str = "heads") -> Iterator[Script]:
        """Walk through revisions, newest first, both ends included."""
        return self._scripts(
            self.revision_map.iterate_revisions(
                head, base, inclusive=True, assert_relative_length=False
            )
        )

    def iterate_revisions(
        self,
        upper: str | tuple[str, ...] | None,
        lower: str | tuple[str, ...] | None,
        **kw: Any,
    ) -> Iterator[Script]:
        """Walk from `upper` down to `lower`, newest first."""
        return self._scripts(self.revision_map.iterate_revisions(upper, lower, **kw))

    def get_revisions(
        self, id_: str | Iterable[str | None] | Iterable[str] | None
    ) -> tuple[Script, ...]:
        """Give the scripts that an identifier, or several, name."""
        return cast("tuple[Script, ...]", self.revision_map.get_revisions(id_))

    def get_all_current(self, id_: tuple[str, ...]) -> set[Script]:
        """Give the heads of what is applied, those included that a dependency stands above."""
        return cast("set[Script]", self.revision_map._get_all_current(id_))

    def get_revision(self, id_: str) -> Script:
        """Give the script that an identifier names."""
        return cast(Script, self.revision_map.get_revision(id_))

    def as_revision_number(self, id_: str | None) -> str | tuple[str, ...] | None:
        """Give the id that a symbolic name stands for; all for `heads`, None for the base.

        What is no such name stays as it is: ids, beginnings of ids, steps such as `+1`.
        """
        if isinstance(id_, str):
            name = id_.rpartition("@")[2]
            if name not in ("head", "heads", "base"):
                return name
        found = tuple(script.revision for script in self.get_revisions(id_))
        if not found:
            return None
        return found if id_ == "heads" else found[0]

    def get_current_head(self) -> str | None:
        """Give the head; several are an error that lists them."""
        return self.revision_map.get_current_head()

    def get_heads(self, consider_depends_on: bool = False) -> list[str]:
        """Give all heads; with `consider_depends_on` those that the version table would hold."""
        known = self.revision_map
        return list(known._real_heads if consider_depends_on else known.heads)

    def get_base(self) -> str | None:
        """Give the base; several are an error."""
        bases = self.get_bases()
        if len(bases) > 1:
            raise CommandError(
                f"The script directory has multiple bases due to branching: {', '.join(bases)}."
            )
        return bases[0] if bases else None

    def get_bases(self) -> list[str]:
        """Give all bases."""
        return list(self.revision_map.bases)

    @staticmethod
    def _scripts(revisions: Iterable[Revision]) -> Iterator[Script]:
        return cast("Iterator[Script]", iter(revisions))

    # Plans

    def _upgrade_revs(
        self, destination: str, current_rev: str | tuple[str, ...] | None
    ) -> list[MigrationStep]:
        """compat: pytest-alembic, flask-alembic; plan an upgrade, import the files of the plan."""
        rows = _rows(current_rev)
        return self._bind(plan.plan_upgrade(self.revision_map.graph, rows, destination))

    def _downgrade_revs(
        self, destination: str | None, current_rev: str | tuple[str, ...] | None
    ) -> list[MigrationStep]:
        """compat: pytest-alembic, flask-alembic; plan a downgrade, import the files of the plan."""
        rows = _rows(current_rev)
        return self._bind(plan.plan_downgrade(self.revision_map.graph, rows, destination))

    def _stamp_revs(self, revision: Identifiers, heads: Identifiers) -> list[MigrationStep]:
        """compat: flask-alembic; plan to record a revision without running it."""
        target = revision if revision is None or isinstance(revision, str) else tuple(revision)
        return self._bind(plan.plan_stamp(self.revision_map.graph, _rows(heads), target))

    def _bind(self, steps: Iterable[plan.Step]) -> list[MigrationStep]:
        known = cast("dict[str, Script]", self.revision_map._revision_map)
        return [
            bind(step, None if step.revision is None else known[step.revision], self.revision_map)
            for step in steps
        ]

    # Running and writing

    def run_env(self) -> None:
        """Run env.py, or the built-in environment where the project has none."""
        own = Path(self.dir, "env.py")
        exists = own.exists() or pyc_file_from_path(own) is not None
        load_python_file(self.dir if exists else _BUILTIN_ENVIRONMENT, "env.py")

    def generate_revision(
        self,
        revid: str,
        message: str | None,
        head: Identifiers = None,
        splice: bool | None = False,
        branch_labels: Identifiers = None,
        version_path: str | os.PathLike[str] | None = None,
        file_template: str | None = None,
        depends_on: Identifiers = None,
        **kw: Any,
    ) -> Script | None:
        """Write a revision file and add it to the map.

        `head` is what it follows, by default the one head; `splice` lets that be no head. `kw`
        are more variables for the template.
        """
        labels = to_tuple(branch_labels, default=())
        self._refuse_names(revid, labels)
        parents = self._parents_of_new(head, splice=bool(splice))
        created = write.create_date(self.timezone)
        down = tuple(dict.fromkeys(parent.revision for parent in parents))
        path = write.revision_path(
            self._folder_of_new(parents, version_path),
            file_template or self.file_template,
            write.FileName(revid, message or "", created, self._depth_above(down)),
            slug_length=self.truncate_slug_length,
        )
        self._warn_of_place(path)
        write.ensure_directory(path.parent, quiet=self._is_quiet)
        write.write_template(
            self._script_template(),
            path,
            encoding=self.output_encoding,
            quiet=self._is_quiet,
            variables={
                "up_revision": str(revid),
                "down_revision": tuple_rev_as_scalar(down),
                "branch_labels": None if branch_labels is None else labels,
                "depends_on": self._dependencies_of_new(depends_on),
                "create_date": created,
                "comma": format_as_comma,
                "message": write.docstring_text("empty message" if message is None else message),
                **kw,
            },
        )
        run_hooks(path, self.hooks)
        return self._add_new(path, labels)

    def _warn_of_place(self, path: Path) -> None:
        """Warn where `file_template` leads out of the folders that are read."""
        folder, recursive = self._absolute(path).parent, self.recursive_version_locations
        if not write.is_looked_into(folder, self._version_locations, recursive=recursive):
            warn(
                f"No command looks for revision files in {folder}, to which file_template leads: "
                "change it, or set recursive_version_locations = true for folders within."
            )

    @property
    def _is_quiet(self) -> bool:
        return bool(self.messaging_opts.get("quiet", False))

    def _refuse_names(self, revid: str, labels: Sequence[str]) -> None:
        """Raise RevisionError for an id or a label that is taken, or that nothing could name."""
        Script.verify_rev_id(revid)
        graph = self.revision_map.graph
        if revid in graph.nodes:
            raise DuplicateRevision(revid, list(graph.paths([revid]).values()))
        for name in (revid, *labels):
            refuse_unspeakable(name)
        for label in labels:
            owner = graph.label_owners.get(label, label)
            if owner in graph.nodes:
                named = graph.paths([owner]).get(owner, owner)
                raise RevisionError(f"The branch label {label!r} is taken: see {named}.")

    def _parents_of_new(self, head: Identifiers, *, splice: bool) -> tuple[Script, ...]:
        try:
            parents = self.get_revisions("head" if head is None else head)
        except MultipleHeads as error:
            raise CommandError(
                "Multiple heads are present; please specify the head revision on which the new "
                f"revision should be based, or perform a merge. {error}"
            ) from error
        for parent in parents:
            if not splice and not parent.is_head:
                raise CommandError(
                    f"Revision {parent.revision} is not a head revision; please specify --splice "
                    "to create a new branch from this revision"
                )
        return parents

    def _folder_of_new(
        self, parents: Sequence[Script], version_path: str | os.PathLike[str] | None
    ) -> Path:
        asked = None
        if version_path:
            asked = self._absolute(coerce_resource_to_filename(os.fspath(version_path)))
        return write.revision_folder(
            self._version_locations,
            beside=self._absolute(parents[0].path) if parents else None,
            asked=asked,
            recursive=self.recursive_version_locations,
        )

    def _depth_above(self, down: Iterable[str]) -> int:
        depths = self.revision_map.graph.depths
        return 1 + max((depths[parent] for parent in down), default=0)

    def _script_template(self) -> Path:
        own = Path(self.dir, "script.py.mako")
        return own if own.exists() else _BUILTIN_ENVIRONMENT / "script.py.mako"

    def _dependencies_of_new(self, depends_on: Identifiers) -> Any:
        """Give the ids that a new revision depends on: none, one, or a list; a label stays one."""
        names = to_tuple(depends_on, default=())
        graph = self.revision_map.graph
        resolved: list[str] = []
        for name in names:
            if name in graph.label_owners:
                resolved.append(name)
            else:
                resolved += (script.revision for script in self.get_revisions(name))
        return resolved if len(resolved) > 1 else tuple_rev_as_scalar(resolved)

    def _add_new(self, path: Path, labels: Sequence[str]) -> Script:
        try:
            script = Script.from_facts(read_script_head(os.fspath(path)))
        except RevisionError as error:
            raise CommandError(
                f"The revision file {path} is written, but can't be read back: {error}"
            ) from error
        if labels and not script.branch_labels:
            raise CommandError(
                f"Version {script.revision} specified branch_labels {format_as_comma(labels)}, "
                f"however the migration file {path} does not have them; have you upgraded your "
                "script.py.mako to include the 'branch_labels' section?"
            )
        self.revision_map.add_revision(script)
        return script

    # compat: `command.init` of programs builds a folder by these

    def _generate_template(self, src: Path, dest: Path, **kw: Any) -> None:
        write.write_template(
            src, dest, encoding=self.output_encoding, quiet=self._is_quiet, variables=kw
        )

    def _ensure_directory(self, path: Path) -> None:
        write.ensure_directory(path, quiet=self._is_quiet)

    def _generate_create_date(self) -> datetime.datetime:
        return write.create_date(self.timezone)


def _rows(current: Identifiers) -> tuple[str, ...]:
    """Give rows of the version table as a tuple."""
    rows = to_tuple(current, default=())
    return tuple(row for row in rows if row is not None)
