"""What holds for the project as a whole: its modules, its words, its files at the top."""

from __future__ import annotations

import ast
import io
import os
import re
import subprocess
import tokenize
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import rbm_bots
from tests.project_files import ROOT, python_files, read, text_files

PYPROJECT = tomllib.loads(read(ROOT / "pyproject.toml"))
PACKAGE = [path for path in python_files() if path.is_relative_to(ROOT / "rbm_bots")]
MODULES = [path for path in PACKAGE if "migrations" not in path.parts and path.name != "__main__.py"]
TARGETS = ("bench", "clean", "lint", "lock", "quota", "rooms", "run", "soak", "test", "venv")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_are_modules() -> None:
    assert len(MODULES) >= 8


class TestPublicNames:
    """Each module says what others may use: nothing is missing, nothing is invented."""

    @pytest.mark.parametrize("path", MODULES, ids=shown)
    def test_all_is_complete_and_sorted(self, path: Path) -> None:
        tree = ast.parse(read(path))
        own = defined(tree)
        listed = exported(tree)
        if listed is None:
            assert not own, "__all__ is missing"
            return
        assert listed == sorted(listed, key=as_ruff_sorts)
        assert len(listed) == len(set(listed))
        if path.name == "__init__.py":
            assert own <= set(listed) <= own | imported(tree) | {"__version__"}
        else:
            assert set(listed) == own


def exported(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return list(ast.literal_eval(node.value))
    return None


def defined(tree: ast.Module) -> set[str]:
    """The public names that a module makes itself; type variables are nobody else's business."""
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar" | "ParamSpec"))):
                continue
            case ast.Assign(targets=targets):
                names.update(
                    leaf.id
                    for target in targets
                    for leaf in ast.walk(target)
                    if isinstance(leaf, ast.Name) and isinstance(leaf.ctx, ast.Store)
                )
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return {name for name in names if not name.startswith("_")}


def imported(tree: ast.Module) -> set[str]:
    """The names that a module imports at its top or, to look them up later, for the type checker alone."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
    }


def as_ruff_sorts(name: str) -> tuple[int, list[int | str]]:
    """CONSTANTS, then Classes, then functions; numbers inside a name by their value."""
    group = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return group, [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


# Numbers that the French regulator keeps for fiction: mobiles, and shops in Paris.
INVENTED = re.compile(r"\+33(63998\d{4}|19900\d{4})")
INTERNATIONAL = re.compile(r"(?<![\w+])\+(?:33[ .\u00a0\u202f]?[1-9](?:[ .\u00a0\u202f]?\d){8}|[1-9]\d{9,14})(?!\d)")
NATIONAL_MOBILE = re.compile(r"(?<![\w.+-])0[67](?:[ .\u00a0\u202f]?\d{2}){4}(?![\w-])")


def numbers(text: str) -> list[str]:
    """Every phone number in ``text``, as E.164."""
    found = [re.sub(r"[^+\d]", "", hit) for hit in INTERNATIONAL.findall(text)]
    return found + ["+33" + re.sub(r"\D", "", hit)[1:] for hit in NATIONAL_MOBILE.findall(text)]


def test_phone_numbers_belong_to_nobody() -> None:
    seen = {(shown(path), number) for path in text_files() for number in numbers(read(path))}
    assert seen
    assert [pair for pair in sorted(seen) if not INVENTED.fullmatch(pair[1])] == []


def test_a_number_is_found_however_it_is_written() -> None:
    one, two = "6" + "12345678", "+4915" + "123456789"
    text = f"+33{one}, +33 6 12 34 56 {one[-2:]}; tel:{two} 0{one} at 2026-11-21T10:00:00+01:00"
    assert numbers(text) == [f"+33{one}", f"+33{one}", two, f"+33{one}"]


DIRECTIVE = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[^\]]*\])?|pragma:\s*no cover)"
)


def reasonless(source: str) -> list[int]:
    """The lines whose check is switched off without a reason on the line or in a comment above it."""
    lines = source.splitlines()
    bare = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT or not DIRECTIVE.search(token.string):
            continue
        row = token.start[0]
        said = DIRECTIVE.sub("", token.string).strip(" #-–:")
        above = lines[row - 2].strip() if row > 1 else ""
        if not said and not (above.startswith("#") and not DIRECTIVE.search(above)):
            bare.append(row)
    return bare


def test_each_switched_off_check_has_its_reason() -> None:
    files = python_files()
    assert len(files) >= 10
    assert [f"{shown(path)}:{row}" for path in files for row in reasonless(read(path))] == []


def test_a_missing_reason_is_seen() -> None:
    off = "# no" + "qa: S603"
    source = f"a = 1  {off}\nb = 2  {off} - our own command\n# our own command\nc = 3  {off}\nd = '{off}'\n"
    assert reasonless(source) == [1]


class TestTopLevel:
    """The files a newcomer opens first agree with each other."""

    def test_make_knows_its_targets(self) -> None:
        makefile = read(ROOT / "Makefile")
        rules = re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE)
        assert sorted(rules) == list(TARGETS)
        phony = re.search(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE)
        assert phony is not None
        assert sorted(phony[1].split()) == list(TARGETS)

    def test_port_reaches_the_command(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        told = subprocess.run(
            ("make", "--dry-run", "run", "PORT=9191"),
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert "rbm dev bots/garage --port 9191" in told.stdout

    def test_ci_only_calls_make_test(self) -> None:
        script = ROOT / ".ci" / "run"
        assert read(script).rstrip().endswith("exec make test")
        assert os.access(script, os.X_OK)

    def test_what_make_installs_is_pinned(self) -> None:
        pins = dict(
            line.split("==") for line in read(ROOT / "constraints.txt").splitlines() if not line.startswith("#")
        )
        pinned = {canonicalize_name(name): version for name, version in pins.items()}
        project = PYPROJECT["project"]
        extras = re.search(r"^EXTRAS := (.+)$", read(ROOT / "Makefile"), flags=re.MULTILINE)
        assert extras is not None
        wanted = project["dependencies"] + [
            line for extra in extras[1].split(",") for line in project["optional-dependencies"][extra]
        ]
        assert len(wanted) > 20
        for line in wanted:
            requirement = Requirement(line)
            assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), line

    def test_each_dependency_has_its_reason(self) -> None:
        project = PYPROJECT["project"]
        lines = project["dependencies"] + [
            line for lines in project["optional-dependencies"].values() for line in lines
        ]
        rows = re.findall(r"^\| `([\w.-]+)` \| [^|]+ \| [^|]+ \|$", read(ROOT / "CONTRIBUTING.md"), flags=re.MULTILINE)
        assert sorted(rows, key=str.lower) == sorted({Requirement(line).name for line in lines}, key=str.lower)

    def test_the_version_is_one(self) -> None:
        assert rbm_bots.__version__ == PYPROJECT["project"]["version"]
        assert f"## [{PYPROJECT['project']['version']}]" in read(ROOT / "CHANGELOG.md")

    def test_the_readme_names_the_two_commands(self) -> None:
        readme = read(ROOT / "README.md")
        assert "make run" in readme
        assert "make test" in readme
