"""Every name that Alembic documents is there, and takes what Alembic's takes."""

from __future__ import annotations

import ast
import inspect
import subprocess
from pathlib import Path

import pytest

from tests.parity import surface
from tests.parity.processes import alembic_python

WILD = Path(__file__).with_name("names_in_the_wild.txt")

# Why these names are not there stands in docs/differences.md.
INTERNAL = (
    "create_module_class_proxy",
    "ModuleClsProxy",
    "formatannotation_fwdref",
    "operations.batch.ApplyBatchImpl",
    "add_nextrev",
    "script.revision.is_revision",
)
# Overridden hooks that name a parameter as the method they override does; called by position.
NAMED_AS_IN_THE_BASE_CLASS = {"conn_unique_constraints": "conn_uniques", "type_": "type_obj"}


def documented() -> list[str]:
    """Return the lines of the list, but for Alembic's internals."""
    lines = surface.LIST.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not any(name in line for name in INTERNAL)]


def test_list_is_fresh() -> None:
    run = subprocess.run(
        [alembic_python(), surface.__file__, "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr or "write it anew with tests/parity/surface.py"


def test_every_name_is_there_and_takes_as_much() -> None:
    missing = []
    for line in documented():
        path, parenthesis, _ = line.partition("(")
        try:
            ours = surface.describe("limbeck", path)[0]
        except (AttributeError, ImportError):
            if parenthesis or not is_instance_attribute(path):
                missing.append(f"{line}: not there")
            continue
        if parenthesis and path.split(".")[0] not in surface.PROXIES:
            missing += [f"{line}: {why}" for why in what_differs(line, ours)]
    assert missing == []


@pytest.mark.parametrize("name", WILD.read_text(encoding="utf-8").split())
def test_name_that_packages_use_is_there(name: str) -> None:
    surface.find("limbeck", name)


def is_instance_attribute(path: str) -> bool:
    """Tell whether a class, or one of its bases, sets the attribute on its instances."""
    owner, _, name = path.rpartition(".")
    class_ = surface.find("limbeck", owner)
    return any(
        isinstance(node, ast.Attribute | ast.AnnAssign) and target_name(node) == name
        for base in inspect.getmro(class_)
        if base.__module__.startswith("limbeck")
        for node in ast.walk(ast.parse(inspect.cleandoc("\n" + inspect.getsource(base))))
    )


def target_name(node: ast.Attribute | ast.AnnAssign) -> str | None:
    """Return the name that `self.name = …` or `name: type` in a class sets."""
    match node:
        case ast.Attribute(ctx=ast.Store(), attr=name) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return None


def what_differs(theirs: str, ours: str) -> list[str]:
    """Say what a call that Alembic takes would meet in limbeck."""
    wanted, found = parameters(theirs), parameters(ours)
    if {"*", "**"} <= set(found):
        return []
    given = [name for name in wanted if wanted[name][0] == "positional"]
    taken = [name for name in found if found[name][0] == "positional"][: len(given)]
    taken = [
        other if same_name(other, name) else name for name, other in zip(taken, given, strict=False)
    ]
    reasons = [] if taken == given else [f"takes {taken} by position"]
    for name, (kind, default) in wanted.items():
        own = next((found[other] for other in found if same_name(name, other)), None)
        if name.startswith("_") and name != "__":
            continue
        if own is None:
            if kind != "keyword" or "**" not in found:
                reasons.append(f"no parameter {name}")
        elif own[1] != default:
            reasons.append(f"{name} is {own[1]} by default, not {default}")
    extra = [
        name for name, (_, default) in found.items() if name not in wanted and default == "required"
    ]
    renamed = set(NAMED_AS_IN_THE_BASE_CLASS.values())
    return reasons + [f"{name} must be given" for name in extra if name not in renamed]


def same_name(theirs: str, ours: str) -> bool:
    """Tell whether both mean the same parameter."""
    return ours in (theirs, NAMED_AS_IN_THE_BASE_CLASS.get(theirs))


def parameters(line: str) -> dict[str, tuple[str, str]]:
    """Return kind and default of each parameter in a line of the list."""
    source = "(" + line.partition("(")[2]
    function = ast.parse(f"def function{source}: pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    no_default = [None] * (len(positional) - len(arguments.defaults))
    found = {
        argument.arg: ("positional", default_text(default))
        for argument, default in zip(positional, [*no_default, *arguments.defaults], strict=True)
    }
    found |= {
        argument.arg: ("keyword", default_text(default))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    }
    if arguments.vararg:
        found["*"] = ("rest", "none")
    if arguments.kwarg:
        found["**"] = ("rest", "none")
    return found


def default_text(default: ast.expr | None) -> str:
    """Return a default as text; one empty collection is as good as another, or as None."""
    if default is None:
        return "required"
    text = ast.unparse(default)
    return "None" if text in ("[]", "()") or text.startswith("'empty ") else text
