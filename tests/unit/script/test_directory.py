"""`ScriptDirectory`: questions, plans bound to scripts, new files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from limbeck.config import Config
from limbeck.errors import CommandError, RevisionError
from limbeck.script import ScriptDirectory, write_hooks
from limbeck.script.errors import ScriptFileError


def directory(folder: Path, **options: str) -> ScriptDirectory:
    """Make a script directory with these options."""
    (folder / "migrations").mkdir(exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(folder / "migrations"))
    for name, value in options.items():
        config.set_main_option(name, value.replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def add(scripts: ScriptDirectory, revision: str, message: str = "", **options: object) -> Path:
    """Write a revision and give its file."""
    script = scripts.generate_revision(revision, message or revision, **options)  # type: ignore[arg-type] # passed through
    assert script is not None
    return Path(script.path)


def test_new_revisions_follow_one_another(tmp_path: Path) -> None:
    scripts = directory(tmp_path)
    add(scripts, "aaaa", "Create users!")
    path = add(scripts, "bbbb")
    assert path.name == "bbbb_bbbb.py"
    again = directory(tmp_path)
    assert [script.revision for script in again.walk_revisions()] == ["bbbb", "aaaa"]
    assert again.get_revision("aaaa").doc == "Create users!"
    assert again.get_current_head() == "bbbb"
    assert again.get_base() == "aaaa"


def test_limbeck_numbers_its_files(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    ini = tmp_path / "limbeck.ini"
    ini.write_text("[limbeck]\nscript_location = %(here)s/migrations\n")
    scripts = ScriptDirectory.from_config(Config(ini))
    assert add(scripts, "aaaa", "create users").name == "001_create_users.py"
    assert add(scripts, "bbbb", "Add phone").name == "002_add_phone.py"
    assert (
        add(scripts, "cccc", "Add phone", head="aaaa", splice=True).name == "002_add_phone_cccc.py"
    )


def test_file_template_may_have_folders_and_every_token(tmp_path: Path) -> None:
    scripts = directory(
        tmp_path,
        file_template="%(year)d/%(rev)s_%(epoch)s_%(month).2d",
        recursive_version_locations="true",
    )
    path = add(scripts, "aaaa")
    assert path.parent.name.isdigit()
    assert directory(tmp_path, recursive_version_locations="true").get_heads() == ["aaaa"]


def test_file_that_no_command_would_find_is_warned_of(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="to which file_template leads"):
        add(directory(tmp_path, file_template="%(year)d/%(rev)s"), "aaaa")


def test_bad_file_template_lists_the_tokens(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"file_template = '%\(nope\)s'.*rev, second, slug"):
        add(directory(tmp_path, file_template="%(nope)s"), "aaaa")


def test_file_is_never_written_over(tmp_path: Path) -> None:
    scripts = directory(tmp_path, file_template="%(rev)s")
    path = add(scripts, "aaaa")
    path.rename(path.with_name("bbbb.py"))
    with pytest.raises(CommandError, match="exists already"):
        add(scripts, "bbbb")


@pytest.mark.parametrize(
    ("given", "expected"),
    [("head", "bbbb"), ("heads", ("bbbb",)), ("base", None), (None, None), ("aaaa@head", "bbbb")]
    + [(each, each) for each in ("bbbb", "aaaa+1", "-1", "bb", "nowhere", "")],
)
def test_only_symbols_become_ids(given: str | None, expected: object, tmp_path: Path) -> None:
    scripts = directory(tmp_path)
    add(scripts, "aaaa")
    add(scripts, "bbbb")
    assert scripts.as_revision_number(given) == expected


def test_two_heads_have_to_be_decided(tmp_path: Path) -> None:
    scripts = directory(tmp_path)
    add(scripts, "aaaa")
    add(scripts, "bbbb", head="base")
    with pytest.raises(CommandError, match=r"Multiple heads are present.*aaaa.*bbbb"):
        add(scripts, "cccc")
    add(scripts, "cccc", head="heads")
    assert scripts.get_revision("cccc").is_merge_point


def test_revision_on_no_head_needs_splice(tmp_path: Path) -> None:
    scripts = directory(tmp_path)
    add(scripts, "aaaa")
    add(scripts, "bbbb")
    with pytest.raises(CommandError, match="--splice"):
        add(scripts, "cccc", head="aaaa")


def test_labels_and_dependencies_are_written(tmp_path: Path) -> None:
    scripts = directory(tmp_path)
    add(scripts, "aaaa", branch_labels=["left"])
    add(scripts, "bbbb", head="base", depends_on=["left", "aaaa"])
    script = directory(tmp_path).get_revision("bbbb")
    assert script.dependencies == ("left", "aaaa")
    assert directory(tmp_path).get_revision("left").revision == "aaaa"


def test_illegal_id_writes_nothing(tmp_path: Path) -> None:
    scripts = directory(tmp_path)
    with pytest.raises(RevisionError, match="'@' not allowed"):
        add(scripts, "a@b")
    assert not (tmp_path / "migrations" / "versions").exists()


def test_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Path doesn't exist.*init"):
        ScriptDirectory(tmp_path / "none")


def test_plan_with_a_broken_file_is_refused_before_it_runs(tmp_path: Path) -> None:
    scripts = directory(tmp_path)
    add(scripts, "aaaa")
    path = add(scripts, "bbbb")
    path.write_text(path.read_text() + "\n    broken here\n")
    with pytest.raises(ScriptFileError, match=r"bbbb_bbbb\.py, line"):
        directory(tmp_path)._upgrade_revs("head", ())


def test_plan_with_a_file_that_has_no_function_is_refused(tmp_path: Path) -> None:
    scripts = directory(tmp_path)
    path = add(scripts, "aaaa")
    path.write_text("revision = 'aaaa'\ndown_revision = None\n")
    with pytest.raises(ScriptFileError, match=r"no function upgrade\(\)"):
        directory(tmp_path)._upgrade_revs("head", None)


def test_bound_steps_say_what_they_do(tmp_path: Path) -> None:
    scripts = directory(tmp_path)
    add(scripts, "aaaa", "first")
    add(scripts, "bbbb", "second")
    up = scripts._upgrade_revs("head", None)
    assert [str(step) for step in up] == ["upgrade  -> aaaa, first", "upgrade aaaa -> bbbb, second"]
    (down,) = scripts._downgrade_revs("-1", "bbbb")
    assert str(down) == "downgrade bbbb -> aaaa, second"
    assert down.migration_fn is scripts.get_revision("bbbb").module.downgrade
    (stamp,) = scripts._stamp_revs("aaaa", ("bbbb",))
    assert str(stamp) == "stamp_revision bbbb -> aaaa"


def test_registered_hook_gets_the_file(tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []

    @write_hooks.register("test_hook")
    def note(path: str, options: dict[str, str]) -> None:
        seen.append((Path(path).name, options["extra"]))

    hooks = [{"_hook_name": "h", "type": "test_hook", "extra": "x"}]
    (tmp_path / "migrations").mkdir()
    add(ScriptDirectory(tmp_path / "migrations", hooks=hooks), "aaaa")
    assert seen == [("aaaa_aaaa.py", "x")]


def test_exec_hook_runs_on_the_file(tmp_path: Path) -> None:
    code = "import sys; open(sys.argv[1], 'a').write('# hooked')"
    hooks = [
        {
            "_hook_name": "h",
            "type": "exec",
            "executable": sys.executable,
            "options": f'-c "{code}" REVISION_SCRIPT_FILENAME',
        }
    ]
    (tmp_path / "migrations").mkdir()
    path = add(ScriptDirectory(tmp_path / "migrations", hooks=hooks), "aaaa")
    assert path.read_text().endswith("# hooked")


def test_history_imports_neither_sqlalchemy_nor_mako(tmp_path: Path) -> None:
    add(directory(tmp_path), "aaaa")
    code = (
        "import sys\nfrom limbeck.config import Config\nfrom limbeck.script import ScriptDirectory\n"
        f"c = Config(); c.set_main_option('script_location', {str(tmp_path / 'migrations')!r})\n"
        "print([s.log_entry for s in ScriptDirectory.from_config(c).walk_revisions()][0][:9])\n"
        "print(sorted({'sqlalchemy', 'mako', 'rich'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Rev: aaaa\n[]\n"
