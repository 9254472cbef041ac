"""The documentation is true where a machine can tell."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import click
import pytest

from codeopt.cli.main import COMMANDS, cli

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def generator(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["settings.md", "rules.md"])
def test_generated_pages_are_up_to_date(page):
    assert (ROOT / "docs" / page).read_text() == generator("make_reference").pages()[page], "run: python docs/make_reference.py"


def test_the_picture_is_up_to_date(capsys):
    generator("make_picture").main()
    assert (ROOT / "docs" / "architecture.svg").read_text() == capsys.readouterr().out, "run: python docs/make_picture.py"


def test_the_pictures_of_what_the_bot_writes_can_be_drawn_from_the_kept_runs():
    drawn = generator("make_pictures").pages()
    assert {f"{name}.png" for name in drawn} == {path.name for path in (ROOT / "docs" / "pictures").glob("*.png")}
    assert all("<h" in text for text in drawn.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_flags_that_are_named_exist(page):
    known = {option for name in COMMANDS for option in options(name)} | {"--help", "--version"}
    foreign = {"--enable-prefix-caching"}
    for line in re.findall(rf"codeopt (?:{'|'.join(COMMANDS)})[^\n`]*", page.read_text()):
        for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]+", line):
            assert flag in known | foreign, (page.name, flag)


def options(name: str) -> set[str]:
    command = cli.get_command(click.Context(cli), name)
    return {text for parameter in command.params for text in parameter.opts}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_short_help_is_the_command_s_own(name):
    command = cli.get_command(click.Context(cli), name)
    assert command.help
    assert command.name == name
