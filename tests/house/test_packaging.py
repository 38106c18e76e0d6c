"""What is installed is what the project says: every data file, every licence, every dependency under a hash."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.house.programs import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted(path.name for path in (ROOT / "requirements").glob("*.txt"))
PACKAGES = ("bot", "moderation", "playbooks", "rules")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_tracked_file_of_the_packages(wheel: set[str]) -> None:
    """Rule packs, word lists, catalogues, pages and migrations travel with the code."""
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(listed.stdout.split()) <= wheel


def test_the_wheel_carries_its_licence_and_notices(wheel: set[str]) -> None:
    """Whoever passes Sereno on passes on the terms and the names of those whose data it ships."""
    licences = {Path(name).name for name in wheel if "/licenses/" in name}
    assert {"LICENSE", "NOTICE"} <= licences


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_host(lock: str) -> None:
    """Installing takes exactly the reviewed files, from whatever registry the machine is set up for."""
    text = re.sub(r"^ *#.*$", "", (ROOT / "requirements" / lock).read_text(), flags=re.MULTILINE)
    pins = re.findall(r"^([a-z0-9._-]+)==\S+(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert pins
    assert all("--hash=sha256:" in rest for _, rest in pins)
    assert "http" not in re.sub(r"^(httpx?(core)?|aiohttp[a-z-]*)==.*$", "", text, flags=re.MULTILINE)
    assert not re.search(r"^(--index|--extra|--find|--trusted|-f|-i)|file:", text, re.MULTILINE)


def _name(requirement: str) -> str:
    """As package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).casefold()


@pytest.mark.parametrize(
    ("lock", "extras"), [("default.txt", []), ("dev.txt", ["test", "dev"]), ("bench.txt", ["bench"])]
)
def test_a_lock_covers_what_the_project_asks_for(lock: str, extras: list[str]) -> None:
    """A dependency that is added and not locked is noticed here."""
    project = PROJECT["project"]
    asked = [*project["dependencies"], *(each for extra in extras for each in project["optional-dependencies"][extra])]
    pins = re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements" / lock).read_text(), re.MULTILINE)
    locked = {_name(pin) for pin in pins}
    assert {_name(requirement) for requirement in asked} <= locked


def test_dependencies_have_both_bounds() -> None:
    """No release of somebody else breaks an install of ours: data packages excepted, which only ever grow."""
    for requirement in PROJECT["project"]["dependencies"]:
        assert ">=" in requirement
        assert "<" in requirement or requirement.startswith("tzdata"), requirement


def test_every_direct_dependency_is_imported_somewhere() -> None:
    """Nothing is installed on people's machines that the code does not use."""
    by_module = dict(importlib.metadata.packages_distributions())
    source = "\n".join(path.read_text() for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    imported = set(re.findall(r"(?:^\s*(?:from|import) |import_module\(\")([a-z0-9_]+)", source, re.MULTILINE))
    used = {_name(owner) for module in imported for owner in by_module.get(module, ())}
    needed = {_name(requirement) for requirement in PROJECT["project"]["dependencies"]} - {"tzdata"}
    assert needed <= used
