"""Where a workload's time goes, in real processes."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from codeopt.adapters.local import LocalProvider
from codeopt.assets import programs_dir
from codeopt.errors import WorkloadError
from codeopt.model.work import Workload, WorkloadKind
from codeopt.syntax.index import index_files
from codeopt.trial import profiling
from codeopt.trial.profiling import line_seconds, profile
from codeopt.trial.scene import Limits, Scene
from tests.trial.bench_scene import ENVIRONMENT

MODULE = """import sys
import time


def burn(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def main(seconds):
    with open("runs", "a") as file:
        file.write("x")
    burn(seconds * 0.75)
    end = time.perf_counter() + seconds * 0.25
    while time.perf_counter() < end:
        pass


main(float(sys.argv[1]))
"""


class Counting(LocalProvider):
    """Counts the sandboxes that it opens."""

    opened = 0

    def open(self, overlay, *, cores=None):
        self.opened += 1
        return super().open(overlay, cores=cores)


@pytest.fixture
def scene_of(tmp_path):
    with ExitStack() as stack:

        def build(*words):
            (tmp_path / "work.py").write_text(MODULE)
            provider = Counting(tmp_path, programs_dir())
            stack.callback(provider.close)
            provider.prepare(ENVIRONMENT)
            workload = Workload(kind=WorkloadKind.COMMAND, argv=("python", "work.py", *words))
            files = {"work.py": MODULE.encode()}
            return Scene(provider=provider, environment=ENVIRONMENT, workload=workload, tests=(), files=files, limits=Limits())

        yield build


def test_a_short_run_is_made_several_times_and_told_as_one(scene_of, tmp_path):
    scene = scene_of("0.08")
    found = profile(scene, index_files(tmp_path, ["work.py"]))
    assert 1 < scene.provider.opened <= profiling.MOST_RUNS
    rows = {row.name.qualname: row for row in found.rows}
    assert 0.05 < rows["main"].total_s < 0.5, "seconds are those of one run"
    assert 0.5 < rows["burn"].total_s / rows["main"].total_s < 0.95
    assert found.total_s >= rows["main"].total_s
    assert sum(seconds for _, seconds in rows["burn"].lines) == pytest.approx(rows["burn"].own_s, rel=0.3)


def test_a_long_run_is_made_once(scene_of, tmp_path, monkeypatch):
    monkeypatch.setattr(profiling, "ENOUGH_S", 0.5)
    scene = scene_of("0.7")
    found = profile(scene, index_files(tmp_path, ["work.py"]))
    assert scene.provider.opened == 1
    assert found.total_s > 0.5


def test_each_run_has_a_tree_of_its_own(scene_of, tmp_path):
    profile(scene_of("0.05"), index_files(tmp_path, ["work.py"]))
    assert not (tmp_path / "runs").exists()


def test_a_run_that_fails_is_told(scene_of, tmp_path):
    with pytest.raises(WorkloadError, match="status 1"):
        profile(scene_of("never"), index_files(tmp_path, ["work.py"]))


def test_lines_of_another_version_are_its_own(scene_of):
    scene = scene_of("0.1")
    changed = MODULE.replace("def main", "\n\n\ndef main").encode()
    before, after = (dict(line_seconds(scene, files, "work.py")) for files in ({}, {"work.py": changed}))
    assert max(before, key=before.__getitem__) in {6, 7, 8}
    assert any(line >= 18 for line in after)
    assert line_seconds(scene, {"work.py": b"raise SystemExit(3)\n"}, "work.py") == ()
