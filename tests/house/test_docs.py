"""Documentation that contains commands, rules or links is executed, so that it cannot fall behind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.markdown import Block, blocks, missing, pages, steps
from tests.house.programs import ROOT, sereno

PAGES = [str(page.relative_to(ROOT)) for page in pages()]
CONSOLES = [page for page in PAGES if blocks(ROOT / page, "console")]
YAMLS = [block for page in PAGES for block in blocks(ROOT / page, "yaml")]

FRAME = """\
schema: rules/1
about: A frame for a fragment of the documentation.
lists:
  slurs: |
    grawlix
  insults: |
    nincompoop
  ours: |
    ourclub.org
  known_good: |
    wikipedia.org
  known_bad: |
    free-nitro.example
ladders:
  conduct: {forget: 90d, steps: {3: [timeout: 1h], 6: [ask: moderators]}}
brakes:
  calm: {max: 30, within: 10m}
rules:
  - id: fragment
    why:
      en: A reason.
      es: Un motivo.
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with what a clone has, where a reader may write."""
    for name in ("rules", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    programs = tmp_path / ".bin"
    programs.mkdir()
    (programs / "sereno").write_text(f'#!/bin/sh\nexec {sys.executable} -m bot "$@"\n')
    (programs / "sereno").chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("page", CONSOLES)
def test_a_page_does_what_it_says(page: str, desk: Path) -> None:
    """Every `$` command of a page ends well, in order, and prints the lines that the page shows."""
    environment = {**os.environ, "PATH": f"{desk / '.bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    for block in blocks(ROOT / page, "console"):
        for step in steps(block):
            done = subprocess.run(
                ["bash", "-c", step.command],
                cwd=desk,
                env=environment,
                capture_output=True,
                text=True,
                timeout=100,
                check=False,
            )
            printed = done.stdout + done.stderr
            assert done.returncode == 0, f"{block}: {step.command}\n{printed}"
            assert not missing(step.shown, printed), f"{block}: {step.command}\n{printed}"


@pytest.mark.parametrize("block", YAMLS, ids=str)
def test_a_rule_in_a_page_loads(block: Block, tmp_path: Path) -> None:
    """Every rule, condition, action or setting shown in a page is accepted as it stands."""
    body = block.body
    if body.startswith(("schema: rules/1", "# ")) and "schema: rules/1" in body:
        name, text = "10-shown.yaml", body
    elif "schema: sereno/1" in body:
        name, text = "sereno.yaml", body
        (tmp_path / "rules").mkdir()
        (tmp_path / "playbooks").mkdir()
    else:
        name, text = "10-shown.yaml", FRAME + _indented(body)
    (tmp_path / name).write_text(text, encoding="utf-8")
    checked = sereno("check", tmp_path / name)
    assert checked.returncode == 0, f"{block}\n{checked.stdout}{checked.stderr}"
    if text is body and name != "sereno.yaml":
        tested = sereno("test", tmp_path / name)
        assert tested.returncode == 0, f"{block}\n{tested.stdout}{tested.stderr}"


def _indented(fragment: str) -> str:
    """A fragment with the parts of a rule that it leaves out."""
    keys = {line.partition(":")[0] for line in fragment.splitlines() if line and not line[0].isspace()}
    extra = ("if: {mentions: everyone}\n" if not keys & {"if", "scenes"} else "") + (
        "then: [hold]\n" if "then" not in keys else ""
    )
    return "".join(f"    {line}\n" for line in (fragment + extra).splitlines())


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Every link to another page or picture of the project has something at its end."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text):
        assert (ROOT / page).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page: str) -> None:
    """`make something` in a page is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:\$ )?make ([a-z]+)|`make ([a-z]+)", text, re.MULTILINE))
    assert {first or second for first, second in named} <= targets


def test_files_named_in_the_code_map_exist() -> None:
    """Whoever follows a page into the code finds the file."""
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for path in re.findall(
            r"`((?:bot|moderation|playbooks|rules|tests|benchmarks)/[\w/.]+\.(?:py|yaml|po|txt))`", text
        ):
            assert (ROOT / path).exists(), f"{page}: {path}"
