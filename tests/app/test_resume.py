from __future__ import annotations

from pathlib import Path

import pytest

from codeopt.adapters.store.runs import find_run
from codeopt.app.optimize import Asked, optimize
from codeopt.app.reporting import stored_settings
from codeopt.config import Settings, resumed_settings
from codeopt.errors import ConfigError, RepositoryError, TargetError, WorkloadError
from tests.e2e.conftest import git

BEGUN = Settings(sandbox="local", tests="python -m pytest", targets=("a.py::f",), seed=3)


@pytest.mark.parametrize(
    ("flag", "value", "name"),
    [
        ("tests", "python -m unittest", "--tests"),
        ("workload", "python bench.py", "--workload"),
        ("targets", ["a.py::g"], "--target"),
        ("sandbox", "docker", "--sandbox"),
        ("min_speedup", 1.5, "--min-speedup"),
        ("seed", 4, "--seed"),
        ("max_targets", 9, "--max-targets"),
        ("trust_patch", True, "--trust-patch"),
        ("allow_failing_tests", True, "--allow-failing-tests"),
    ],
)
def test_what_the_evidence_rests_on_cannot_change_on_a_resumed_run(flag, value, name):
    with pytest.raises(ConfigError) as caught:
        resumed_settings(BEGUN.public_json(), flags={flag: value}, environ={})
    assert str(caught.value) == f"{name} cannot change on a resumed run: start a new one"


def test_what_a_run_was_begun_with_may_be_said_again():
    same = {"sandbox": "local", "tests": "python -m pytest", "targets": ["a.py::f"], "seed": 3, "allow_failing_tests": None}
    assert resumed_settings(BEGUN.public_json(), flags=same, environ={}) == BEGUN


def test_how_much_is_tried_and_by_whom_may_change_on_a_resumed_run():
    flags = {"budget": "5m", "rounds": 7, "samples": 2, "model": "http://localhost:8000/v1", "model_name": "qwen"}
    again = resumed_settings(BEGUN.public_json(), flags=flags, environ={})
    assert (again.budget, again.rounds, again.samples, again.model, again.model_name) == (300, 7, 2, flags["model"], "qwen")
    assert again.tests == BEGUN.tests


@pytest.fixture
def ended_early(repo, reporter) -> Path:
    """The folder of a run that ended while its copy was made, and was killed then."""
    with pytest.raises(TargetError):
        optimize(repo, Settings(sandbox="local", targets=("no.py::f",)), asked=Asked(), reporter=reporter)
    folder = find_run(repo, "latest")
    (folder / "tree").rename(folder / "tree.part")
    return folder


def test_a_run_is_known_before_anything_is_copied(repo, ended_early):
    begun = stored_settings(repo, "latest")
    assert Settings.model_validate_json(begun).targets == ("no.py::f",)


def test_a_run_killed_while_it_copied_goes_on(repo, ended_early, reporter):
    settings = Settings(sandbox="local", workload="python -c 'raise SystemExit(7)'", tests="true")
    with pytest.raises(WorkloadError, match="status 7"):
        optimize(repo, settings, asked=Asked(resume="latest"), reporter=reporter)
    assert "baseline" in reporter.stages
    assert (ended_early / "tree" / "slow.py").is_file()


@pytest.mark.parametrize("committed", [False, True])
def test_a_run_killed_while_it_copied_does_not_go_on_with_other_files(repo, ended_early, reporter, committed):
    (repo / "slow.py").write_text("x = 1\n")
    if committed:
        git(repo, "commit", "-qam", "on")
    with pytest.raises(RepositoryError, match="has changed since run"):
        optimize(repo, Settings(sandbox="local"), asked=Asked(resume="latest"), reporter=reporter)
