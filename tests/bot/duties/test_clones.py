from __future__ import annotations

import os
import time

import anyio
import pytest

from codeopt.bot.duties.clones import Clones
from codeopt.errors import StoreError
from codeopt.model.forge import RepositoryName
from tests.bot.duties.staged import NAME, Stage


def made(stage, folder):
    """Clone the repository, and return what lay in the folder meanwhile."""

    async def main():
        async with Clones(stage.forge, folder).of(RepositoryName.parse(NAME), ref="refs/heads/main") as clone:
            assert (clone.folder / "slow.py").is_file()
            return sorted(each.name for each in folder.iterdir())

    return anyio.run(main)


def test_what_a_killed_service_left_is_removed_after_a_day_and_nothing_else(tmp_path):
    work = tmp_path / "work"
    for name, days in (("codeopt-job-old", 2), ("codeopt-job-new", 0), ("mine", 9)):
        (work / name / "repo").mkdir(parents=True)
        then = time.time() - days * 86400
        os.utime(work / name, (then, then))
    (work / "codeopt-job-link").symlink_to(work / "mine")
    seen = made(Stage(tmp_path), work)
    assert len(seen) == 4
    assert {"codeopt-job-new", "mine", "codeopt-job-link"} < set(seen)
    assert (work / "mine" / "repo").is_dir()
    assert sorted(each.name for each in work.iterdir()) == ["codeopt-job-link", "codeopt-job-new", "mine"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "work").write_text("a file")
    with pytest.raises(StoreError, match="--work") as caught:
        made(Stage(tmp_path), tmp_path / "work")
    assert "\n" not in str(caught.value)
