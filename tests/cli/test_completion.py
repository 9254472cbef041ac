"""The shell completes commands and options, and imports nothing heavy for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from codeopt.cli.main import COMMANDS
from tests.e2e.conftest import environment

HEAVY = {"docker", "githubkit", "hypothesis", "langgraph", "libcst", "openai", "pydantic", "rich", "sqlalchemy", "starlette", "tree_sitter"}
PROGRAM = f"""
import sys
from codeopt.cli.main import main
try:
    main()
finally:
    heavy = {HEAVY!r} & {{name.partition(".")[0] for name in sys.modules}}
    if heavy:
        print("HEAVY", *sorted(heavy))
"""


def completed(shell: str, *words: str) -> list[str]:
    """Return what the shell is answered for words of which the last one is not ended."""
    if shell == "fish":
        asked = {"COMP_WORDS": " ".join(["codeopt", *words]), "COMP_CWORD": words[-1]}
    else:
        asked = {"COMP_WORDS": " ".join(["codeopt", *words]), "COMP_CWORD": str(len(words))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env=environment(**asked, _CODEOPT_COMPLETE=f"{shell}_complete"),
    )
    assert done.stderr == ""
    assert "HEAVY" not in done.stdout, done.stdout
    return done.stdout.splitlines()


def test_all_commands_are_completed():
    assert completed("bash", "") == [f"plain,{name}" for name in COMMANDS]


def test_a_command_that_has_begun_is_completed():
    assert completed("bash", "opt") == ["plain,optimize"]


def test_options_are_completed():
    assert completed("bash", "optimize", "--mode") == ["plain,--model", "plain,--model-name"]
    assert completed("bash", "init", "--") == ["plain,--dry-run", "plain,--help"]


def test_values_of_options_are_completed():
    assert completed("bash", "optimize", "--sandbox", "") == ["plain,auto", "plain,docker", "plain,local"]


def test_the_repository_is_a_path():
    assert [line.partition(",")[0] for line in completed("bash", "doctor", "sr")] == ["file"]


def test_zsh_shows_what_each_command_does():
    kind, name, text, *_ = completed("zsh", "doc")
    assert (kind, name) == ("plain", "doctor")
    assert text.startswith("Say what is missing")


def test_fish_shows_what_each_command_does():
    (line,) = completed("fish", "doc")
    assert "doctor" in line
    assert "Say what is missing" in line


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_asks_for_more(shell):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environment(_CODEOPT_COMPLETE=f"{shell}_source")
    )
    assert f"_CODEOPT_COMPLETE={shell}_complete" in done.stdout
    assert "HEAVY" not in done.stdout
