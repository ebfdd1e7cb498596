"""`RevisionContext`: one run of the `revision` command, from directives to files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from limbeck import alembic_names
from limbeck.autogenerate import baseline, compare, data_steps, renaming, render, tidy, views
from limbeck.autogenerate.context import AutogenContext
from limbeck.config import Config
from limbeck.diff.renames import RenameRequest
from limbeck.diff.said import SaidRenames
from limbeck.errors import CommandError, ConfigurationError, DatabaseNotAtHead
from limbeck.operations.ops import DowngradeOps, MigrationScript, UpgradeOps
from limbeck.renamed import SaidRename, read_configured_rename
from limbeck.runtime.migration import MigrationContext
from limbeck.script.base import Script, ScriptDirectory


class RevisionContext:
    """State of one revision to be written; hooks may make it any number of revisions.

    `command_args` are those of `command.revision`: message, autogenerate, sql, head, splice,
    branch_label, version_path, rev_id, depends_on, from_database and inspect_data.
    """

    generated_revisions: list[MigrationScript]

    def __init__(
        self,
        config: Config,
        script_directory: ScriptDirectory,
        command_args: dict[str, Any],
        process_revision_directives: Any = None,
    ) -> None:
        self.config = config
        self.script_directory = script_directory
        self.command_args = command_args
        self.process_revision_directives = process_revision_directives
        self.template_args: dict[str, Any] = {"config": config}
        self.generated_revisions = [self._default_revision()]
        self._has_run = False
        self._unknown_renames: list[frozenset[SaidRename]] = []
        self._last_autogen_context: AutogenContext | None = None

    def run_autogenerate(self, rev: Any, migration_context: MigrationContext) -> None:
        """Compare the models with the database, for the first time or with one more database."""
        self._run_environment(rev, migration_context, autogenerate=True)

    def run_no_autogenerate(self, rev: Any, migration_context: MigrationContext) -> None:
        """Let the hooks see the empty revision in the environment."""
        self._run_environment(rev, migration_context, autogenerate=False)

    def generate_scripts(self) -> Iterator[Script | None]:
        """Write a file for each revision, and yield its script."""
        renaming.refuse_unknown(self._unknown_renames)
        for generated in self.generated_revisions:
            yield self._to_script(generated)

    def _default_revision(self) -> MigrationScript:
        args = self.command_args
        return MigrationScript(
            rev_id=args["rev_id"],
            message=args["message"],
            upgrade_ops=UpgradeOps(),
            downgrade_ops=DowngradeOps(),
            head=args["head"],
            splice=args["splice"],
            branch_label=args["branch_label"],
            version_path=args["version_path"],
            depends_on=args["depends_on"],
        )

    def _run_environment(
        self, rev: Any, migration_context: MigrationContext, autogenerate: bool
    ) -> None:
        if autogenerate:
            self._refuse_bad_start(rev)
        script = self._script_for(migration_context)
        autogen_context = self._autogen_context(migration_context, autogenerate)
        if autogenerate:
            if self.command_args.get("from_database"):
                baseline.populate(autogen_context, script)
            else:
                compare._populate_migration_script(autogen_context, script)
                self._unknown_renames.append(autogen_context.unknown_renames)
                if autogen_context.inspects_data:
                    data_steps.add_data_steps(
                        autogen_context, script.upgrade_ops_list[-1], script.downgrade_ops_list[-1]
                    )
                tidy.warn_of_impossible(script, autogen_context)
                views.warn_of_views(autogen_context, script.upgrade_ops_list[-1])
        self._last_autogen_context = autogen_context
        hook = migration_context.opts.get("process_revision_directives")
        for process in (self.process_revision_directives, hook):
            if process:
                process(migration_context, rev, self.generated_revisions)
        for generated in self.generated_revisions:
            generated._needs_render = True  # type: ignore[attr-defined]  # compat: Alembic's mark

    def _inspects_data(self, migration_context: MigrationContext) -> bool:
        """Tell whether a file is to be written with a look at the rows that are there."""
        if not self.command_args.get("inspect_data", False):
            return False
        said = migration_context.opts.get("inspect_data")
        return not alembic_names.is_for_environment() if said is None else bool(said)

    def _refuse_bad_start(self, rev: Any) -> None:
        if self.command_args.get("sql"):
            raise CommandError("Using --sql with --autogenerate does not make any sense")
        if set(self.script_directory.get_revisions(rev)) != set(
            self.script_directory.get_revisions("heads")
        ):
            current = ", ".join([rev] if isinstance(rev, str) else rev) or "no revision"
            heads = ", ".join(self.script_directory.get_heads())
            raise DatabaseNotAtHead(
                f"Target database is not up to date: it is at {current}, the newest is {heads}. "
                "Run `upgrade heads` first, so that only what is new is found."
            )

    def _script_for(self, migration_context: MigrationContext) -> MigrationScript:
        """Return the script to fill; a further database gets containers of its own in it."""
        upgrade_token = migration_context.opts.get("upgrade_token") or "upgrades"
        downgrade_token = migration_context.opts.get("downgrade_token") or "downgrades"
        script = self.generated_revisions[-1]
        if not self._has_run:
            script.upgrade_ops_list[-1].upgrade_token = upgrade_token
            script.downgrade_ops_list[-1].downgrade_token = downgrade_token
            self._has_run = True
        else:
            script.upgrade_ops_list.append(UpgradeOps(upgrade_token=upgrade_token))
            script.downgrade_ops_list.append(DowngradeOps(downgrade_token=downgrade_token))
        return script

    def _autogen_context(
        self, migration_context: MigrationContext, autogenerate: bool
    ) -> AutogenContext:
        needs_models = autogenerate and not self.command_args.get("from_database")
        context = AutogenContext(migration_context, autogenerate=needs_models)
        if needs_models:
            context.rename_request = self._rename_request(migration_context)
            context.inspects_data = self._inspects_data(migration_context)
        if self._last_autogen_context is not None:
            context.imports = self._last_autogen_context.imports
        return context

    def _rename_request(self, migration_context: MigrationContext) -> RenameRequest | None:
        """Return what is wanted of renames; None, as the options say, where no file is written."""
        said = self.command_args.get("renames")
        if said is None:
            return None
        seeks = self.command_args.get("detect_renames")
        if seeks is None:
            seeks = migration_context.opts.get("detect_renames")
        if seeks is None:
            seeks = not alembic_names.is_for_environment()
        return RenameRequest(
            SaidRenames(tuple(said), configured_renames(self.config)),
            seeks=bool(seeks),
            ask=self.command_args.get("ask_rename"),
            is_strict=True,
            is_one_of_many=migration_context.opts.get("upgrade_token") not in (None, "upgrades"),
        )

    def _to_script(self, migration_script: MigrationScript) -> Script | None:
        template_args = dict(self.template_args)
        if self._last_autogen_context is not None and getattr(
            migration_script, "_needs_render", False
        ):
            context = self._last_autogen_context
            # Each file imports what it uses and nothing else.
            context.imports = set(migration_script.imports or ())
            render._render_python_into_templatevars(context, migration_script, template_args)
        if migration_script.rev_id is None:
            raise CommandError("A revision to be written has no id: set its rev_id.")
        return self.script_directory.generate_revision(
            migration_script.rev_id,
            migration_script.message,
            refresh=True,
            head=migration_script.head,
            splice=migration_script.splice,
            branch_labels=_names(migration_script.branch_label),
            version_path=migration_script.version_path,
            depends_on=_names(migration_script.depends_on),
            **template_args,
        )


def configured_renames(config: Config) -> tuple[SaidRename, ...]:
    """Return the renames that the configuration lists; raises ConfigurationError."""
    try:
        return tuple(read_configured_rename(text) for text in config.get_list("renames"))
    except ValueError as error:
        raise ConfigurationError(f"{config.describe('renames')}: {error}") from error


def _names(given: str | Sequence[str] | None) -> str | tuple[str, ...] | None:
    return given if given is None or isinstance(given, str) else tuple(given)
