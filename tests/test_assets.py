"""codeopt finds its own files, in a checkout and in a wheel."""

from __future__ import annotations

import pytest

from codeopt import assets
from codeopt.errors import InfrastructureError


def test_the_checkout_has_prompts_sandbox_and_programs():
    assert (assets.prompts_dir() / "optimize.md").is_file()
    assert assets.sandbox_dir().name == "sandbox"
    assert assets.programs_dir() == assets.sandbox_dir() / "programs"


def test_a_folder_inside_the_package_comes_before_one_beside_it(tmp_path):
    package = tmp_path / "codeopt"
    (package / "_data" / "prompts").mkdir(parents=True)
    (tmp_path / "prompts").mkdir()
    assert assets._find("prompts", package) == package / "_data" / "prompts"


def test_a_folder_beside_the_package_is_found(tmp_path):
    (tmp_path / "sandbox" / "programs").mkdir(parents=True)
    assert assets._find("sandbox/programs", tmp_path / "codeopt") == tmp_path / "sandbox" / "programs"


def test_an_incomplete_installation_is_one_line_that_says_what_to_do(tmp_path):
    with pytest.raises(InfrastructureError) as caught:
        assets._find("prompts", tmp_path / "codeopt")
    assert "reinstall codeopt" in str(caught.value)
    assert "\n" not in str(caught.value)
