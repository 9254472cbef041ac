"""Suites: how their tasks are read, what is kept of them, and that an interrupted one goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from codeopt.adapters.fake_reporter import RecordingReporter
from codeopt.app.bench import run
from codeopt.app.bench.algotune import algotune_tasks
from codeopt.app.bench.enamel import enamel_tasks
from codeopt.app.bench.folders import folder_tasks
from codeopt.app.bench.journal import Journal
from codeopt.app.bench.run import BenchRequest, chosen, run_suite
from codeopt.config import load_settings
from codeopt.errors import ConfigError, InstallError, SandboxUnavailable, StoreError, UsageError, WorkloadError
from codeopt.model.bench import Ending, TaskResult
from codeopt.model.evidence import Outcome
from tests.report import samples

ROOT = Path(__file__).parents[2]
HEAD = 'target = "solution.py::f"\nworkload = "python workload.py"\n'


@pytest.fixture
def suite(tmp_path):
    """Write a suite of tasks, each from its head and its files."""

    def write(**tasks):
        root = tmp_path / "suite"
        for name, (head, files) in tasks.items():
            for path, text in {
                "task.toml": head,
                "solution.py": "def f():\n    return 1\n",
                "workload.py": "import solution\n",
                **files,
            }.items():
                place = root / name / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)
        return root

    return write


@pytest.fixture
def settings(tmp_path):
    return load_settings(tmp_path, flags={"sandbox": "local", "model": "none"}, environ={})


@pytest.fixture
def ran(monkeypatch):
    """What `optimize` was asked, with its reports to come; an exception is raised."""
    asked, answers = [], []

    def optimize(folder, own, *, asked, reporter):
        seen.append((sorted(path.name for path in folder.iterdir() if path.name != ".git"), own))
        answer = answers.pop(0) if answers else samples.nothing()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    seen = asked
    monkeypatch.setattr(run, "optimize", optimize)
    return seen, answers


def test_a_task_is_its_folder_without_its_head_and_its_best_solution(suite):
    best = {"best/solution.py": "def f():\n    return 0 + 1\n", "tests/test_f.py": "", "__pycache__/x.pyc": ""}
    (task,) = folder_tasks(suite(one=(HEAD + 'tests = "pytest -q"\nbest = "best"\n', best)))
    assert [path for path, _ in task.files] == ["solution.py", "tests/test_f.py", "workload.py"]
    assert task.best == (("solution.py", b"def f():\n    return 0 + 1\n"),)
    assert (task.name, task.target, task.workload, task.tests) == ("one", "solution.py::f", "python workload.py", "pytest -q")


@pytest.mark.parametrize(
    ("head", "part"),
    [
        ("target = 1\nworkload = 'x'\n", "all of them text"),
        ("target = 'a::b'\n", "must have target and workload"),
        (HEAD + "speed = 'high'\n", "nothing else"),
        ("target =", "cannot be read"),
        (HEAD + "best = 'nowhere'\n", "'nowhere' is no folder"),
    ],
)
def test_a_head_that_is_wrong_is_named(suite, head, part):
    with pytest.raises(ConfigError, match=part):
        folder_tasks(suite(one=(head, {})))


def test_a_task_about_a_release_is_the_release_with_its_own_files(suite, tmp_path):
    root = suite(one=(HEAD + "release = 'p-1'\n", {}))
    for path in ("p-1/solution.py", "p-1/p/__init__.py"):
        (tmp_path / "releases" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "releases" / path).write_text("of the release")
    (task,) = folder_tasks(root, dataset=tmp_path / "releases")
    files = dict(task.files)
    assert (sorted(files), files["p/__init__.py"]) == (["p/__init__.py", "solution.py", "workload.py"], b"of the release")
    assert files["solution.py"] != b"of the release"


def test_a_task_whose_release_is_not_there_is_skipped_and_says_which(suite, tmp_path):
    root = suite(one=(HEAD + "release = 'p-1'\n", {}), two=(HEAD, {}))
    assert [task.skip for task in folder_tasks(root)] == ["no p-1 in --dataset", ""]
    assert [task.skip for task in folder_tasks(root, dataset=tmp_path)] == [f"no p-1 in {tmp_path}", ""]


def test_the_tasks_about_real_packages_name_their_releases():
    tasks = folder_tasks(Path(__file__).parents[2] / "examples" / "realrepo")
    assert len(tasks) >= 12
    assert all(task.skip.startswith("no ") for task in tasks)


def test_reports_are_kept_beside_results(suite, settings, ran, tmp_path):
    _, answers = ran
    answers += [samples.report()]
    run_suite(BenchRequest(suite="s", tasks=folder_tasks(suite(one=(HEAD, {}))), out=tmp_path / "out"), settings, RecordingReporter())
    kept = json.loads((tmp_path / "out" / "reports" / "one.json").read_text())
    assert {candidate["key"] for candidate in kept["candidates"]} == {candidate.key for candidate in samples.report().candidates}


def test_a_best_solution_that_cannot_be_tried_loses_no_result(suite, settings, ran, tmp_path, monkeypatch):
    _, answers = ran
    answers += [samples.report()]

    def verify(*_, **__):
        raise WorkloadError("the tests fail")

    monkeypatch.setattr(run, "verify", verify)
    tasks = folder_tasks(suite(one=(HEAD + "best = 'best'\n", {"best/solution.py": "def f():\n    return 2\n"})))
    (result,) = run_suite(BenchRequest(suite="s", tasks=tasks, out=tmp_path / "out"), settings, RecordingReporter()).results
    assert (result.ending, result.note) == (Ending.IMPROVED, "the best solution known could not be tried: the tests fail")


def test_a_folder_without_tasks_is_no_suite(tmp_path):
    with pytest.raises(ConfigError, match="holds no task"):
        folder_tasks(tmp_path)
    with pytest.raises(ConfigError, match="is no folder"):
        folder_tasks(tmp_path / "nowhere")


def test_tasks_are_chosen_by_name(suite):
    tasks = folder_tasks(suite(one=(HEAD, {}), two=(HEAD, {}), three=(HEAD, {})))
    assert [task.name for task in chosen(tasks, ["t*"])] == ["three", "two"]
    assert chosen(tasks, []) == tasks
    with pytest.raises(ConfigError, match="no task is named four: there are one, three, two"):
        chosen(tasks, ["one", "four"])


def test_every_task_is_run_in_a_repository_of_its_own(suite, settings, ran, tmp_path):
    seen, answers = ran
    answers += [samples.report(), samples.nothing()]
    tasks = folder_tasks(suite(one=(HEAD, {}), two=(HEAD, {})))
    report = run_suite(BenchRequest(suite="s", tasks=tasks, out=tmp_path / "out"), settings, RecordingReporter())
    assert [files for files, _ in seen] == [["solution.py", "workload.py"]] * 2
    assert {(own.targets, own.workload, own.sandbox) for _, own in seen} == {(("solution.py::f",), "python workload.py", "local")}
    one, two = report.results
    accepted = [c for c in samples.report().candidates if c.key in samples.report().accepted]
    assert (one.ending, one.gain) == (Ending.IMPROVED, max(accepted, key=lambda c: c.verdict.comparison.ratio).verdict.comparison)
    assert one.wrong == sum(c.verdict.outcome is Outcome.WRONG for c in samples.report().candidates)
    assert (two.ending, two.gain) == (Ending.NOT_IMPROVED, None)
    assert report.places == ((samples.MACHINE, samples.report().sandbox), (samples.MACHINE, samples.nothing().sandbox))


def test_a_suite_that_was_interrupted_goes_on(suite, settings, ran, tmp_path):
    seen, answers = ran
    tasks = folder_tasks(suite(one=(HEAD, {}), two=(HEAD, {})))
    request = BenchRequest(suite="s", tasks=tasks, out=tmp_path / "out")
    answers += [samples.report(), SandboxUnavailable("the engine is gone")]
    with pytest.raises(SandboxUnavailable):
        run_suite(request, settings, RecordingReporter())
    report = run_suite(request, settings, RecordingReporter())
    assert [result.ending for result in report.results] == [Ending.IMPROVED, Ending.NOT_IMPROVED]
    assert len(seen) == 3
    assert run_suite(request, settings, RecordingReporter()).results == report.results
    assert len(seen) == 3


@pytest.mark.parametrize("failure", [WorkloadError("the workload fails"), InstallError("pip cannot install x")], ids=type)
def test_a_task_that_cannot_be_worked_on_does_not_stop_the_others(suite, settings, ran, tmp_path, failure):
    _, answers = ran
    answers += [failure, samples.report()]
    tasks = folder_tasks(suite(one=(HEAD, {}), two=(HEAD, {})))
    report = run_suite(BenchRequest(suite="s", tasks=tasks, out=tmp_path / "out"), settings, RecordingReporter())
    assert [(result.ending, result.note) for result in report.results] == [(Ending.FAILED, str(failure)), (Ending.IMPROVED, "")]


def test_a_task_that_is_skipped_is_not_run(suite, settings, ran, tmp_path):
    (task,) = folder_tasks(suite(one=(HEAD, {})))
    request = BenchRequest(suite="s", tasks=(replace(task, skip="needs what is not here"),), out=tmp_path / "out")
    (result,) = run_suite(request, settings, RecordingReporter()).results
    assert (result.ending, result.note, ran[0]) == (Ending.SKIPPED, "needs what is not here", [])


@pytest.mark.parametrize("change", ["settings", "task"])
def test_results_of_other_tasks_or_settings_are_not_mixed(suite, settings, ran, tmp_path, change):
    root = suite(one=(HEAD, {}))
    request = BenchRequest(suite="s", tasks=folder_tasks(root), out=tmp_path / "out")
    run_suite(request, settings, RecordingReporter())
    if change == "settings":
        settings = load_settings(tmp_path, flags={"sandbox": "local", "model": "none", "seed": 7}, environ={})
    else:
        (root / "one" / "solution.py").write_text("def f():\n    return 2\n")
        request = replace(request, tasks=folder_tasks(root))
    with pytest.raises(UsageError, match="other tasks or settings"):
        run_suite(request, settings, RecordingReporter())


def test_a_damaged_journal_is_named(tmp_path):
    journal = Journal(tmp_path, settings="{}")
    journal.add(TaskResult(task="one", ending=Ending.FAILED, note="\x00 \u2028"))
    assert journal.results()["one"].note == "\x00 \u2028"
    with (tmp_path / "results.jsonl").open("a") as file:
        file.write('{"task": "two"')
    with pytest.raises(StoreError, match="damaged"):
        journal.results()


def test_the_best_solution_known_is_a_patch_that_is_verified(suite, settings, ran, tmp_path, monkeypatch):
    patches = []

    class Verified:
        verdict = samples.faster()

    def verify(folder, own, *, patch, reporter):
        assert (folder / "parts" / "new.py").read_text() == ""
        patches.append((patch, own.trust_patch, (folder / "solution.py").read_text()))
        return Verified

    monkeypatch.setattr(run, "verify", verify)
    best = {"best/solution.py": "def f():\n    return 2 - 1\n", "best/parts/new.py": "ONE = 1\n"}
    tasks = folder_tasks(suite(one=(HEAD + "best = 'best'\n", best)))
    (result,) = run_suite(BenchRequest(suite="s", tasks=tasks, out=tmp_path / "out"), settings, RecordingReporter()).results
    assert result.best == samples.faster().comparison
    ((patch, trusted, source),) = patches
    assert b"+    return 2 - 1" in patch
    assert b"+++ b/parts/new.py\n@@ -0,0 +1 @@\n+ONE = 1" in patch
    assert (trusted, source) == (True, "def f():\n    return 1\n")
    Verified.verdict = samples.wrong()
    (result,) = run_suite(BenchRequest(suite="s", tasks=tasks, out=tmp_path / "other"), settings, RecordingReporter()).results
    assert result.best is None
    assert result.note.startswith("the best solution known is WRONG: ")
    run_suite(BenchRequest(suite="s", tasks=tasks, out=tmp_path / "third", with_best=False), settings, RecordingReporter())
    assert len(patches) == 2


def test_the_suite_of_textbook_functions_is_whole():
    tasks = folder_tasks(ROOT / "examples" / "textbook")
    assert [task.name for task in tasks] == ["dedupe", "moving-average", "pair-count", "sliding-maximum", "word-count"]
    assert all(task.best for task in tasks)


SOLVER = '''
import logging
import numpy as np
from AlgoTuneTasks.base import register_task, Task


@register_task("double")
class Double(Task):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.factor = 2

    def generate_problem(self, n: int, random_seed: int = 1) -> list:
        return list(range(random_seed, random_seed + n))

    def solve(self, problem: list) -> list:
        """Doc."""
        out = []
        for x in problem:
            out = out + [x * self.factor]
        return out

    def is_solution(self, problem, solution) -> bool:
        return solution == self.solve(problem)
'''
PUBLISHED = "class Solver:\n    def solve(self, problem, **kwargs):\n        return [2 * x for x in problem]\n"


@pytest.fixture
def checkout(tmp_path):
    """A folder in the form of AlgoTune, with tasks of our own."""
    files = {
        "reports/generation.json": '{"double": {"n": 40}, "odd": {"n": 3}, "harnessed": {"n": 3}}',
        "AlgoTuneTasks/base.py": "import AlgoTuner\n",
        "AlgoTuneTasks/double/double.py": SOLVER,
        "AlgoTuneTasks/odd/odd.py": "def solve(problem):\n    return 1\n",
        "AlgoTuneTasks/unsized/unsized.py": SOLVER,
        "AlgoTuneTasks/harnessed/harnessed.py": "from AlgoTuner.utils import x\n" + SOLVER,
        "results/Somebody/double/solver.py": "import scipy\n\n\n" + PUBLISHED,
    }
    for path, text in files.items():
        place = tmp_path / "algotune" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return tmp_path / "algotune"


def test_a_task_of_algotune_is_its_reference_with_a_checker_that_no_patch_reaches(checkout):
    tasks = {task.name: task for task in algotune_tasks(checkout, scale=0.1, agent="Somebody")}
    files = {path: data.decode() for path, data in tasks["double"].files}
    assert files["AlgoTuneTasks/double/double.py"] == files["checker.py"] == SOLVER
    assert "for size in [1, 4]:" in files["workload.py"]
    assert "generate_problem(4, seed)" in files["tests/test_double.py"]
    assert files["requirements.txt"] == "numpy\npytest\nscipy\n"
    assert "AlgoTuner" not in files["AlgoTuneTasks/base.py"]
    assert tasks["double"].target == "AlgoTuneTasks/double/double.py::Double.solve"
    assert {name: task.skip for name, task in tasks.items() if task.skip} == {
        "odd": "its file has no single class with a method solve",
        "unsized": "the checkout publishes no size for it",
        "harnessed": "it needs the suite's own AlgoTuner",
    }


def test_the_published_solver_answers_in_the_place_of_the_reference(checkout, tmp_path, monkeypatch):
    (task,) = (task for task in algotune_tasks(checkout, scale=0.1, agent="Somebody") if task.name == "double")
    files = {**dict(task.files), **dict(task.best)}
    text = files["AlgoTuneTasks/double/double.py"].decode()
    names: dict = {}
    text = text.replace("import numpy as np\n", "").replace("from solver import Solver\n", "")
    base = files["AlgoTuneTasks/base.py"].decode()
    exec(
        base + text.replace("from AlgoTuneTasks.base import register_task, Task\n", "").replace("\n\n_SOLVER", f"\n{PUBLISHED}\n\n_SOLVER"),
        names,
    )
    assert names["Double"]().solve([1, 2]) == [2, 4]
    assert "out + [" not in text


def test_what_is_no_checkout_is_named(tmp_path, checkout):
    with pytest.raises(ConfigError, match="give a checkout of AlgoTune"):
        algotune_tasks(tmp_path, scale=1.0)
    with pytest.raises(ConfigError, match="no results of Nobody; it has those of Somebody"):
        algotune_tasks(checkout, scale=1.0, agent="Nobody")


ENAMEL_HEAD = "prompt,input_generator,input_levels,reference_solution,checker,entry_point\n"
ENAMEL_ROW = '''"def twice(x):
    """"""Double it.""""""
","def generate_input(size, lid, cid):
    return random.randint(0, size),
",40 400 4000 100000,"    return 2 * x
","def __check(input, answer, output):
    return answer == output
",twice
'''


@pytest.fixture
def enamel(tmp_path):
    """A folder in the shape of a checkout: three problems, of which the suite leaves one out and has no solution for another."""
    root = tmp_path / "enamel"
    for path, text in {
        "dataset/enamel.csv": ENAMEL_HEAD + 3 * ENAMEL_ROW,
        "samples/humaneval-canonical.json": json.dumps([["def twice(x):\n    return x + x\n"], ["x"], []]),
        "enam/__init__.py": "PROBLEMSET = sorted(set(range(3)) - {1})\n",
        "enam/datautils.py": "import string\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def test_a_problem_of_enamel_is_its_solution_with_inputs_and_a_checker(enamel, tmp_path):
    first, second = enamel_tasks(enamel, scale=0.1)
    assert (first.name, first.target, first.skip) == ("HumanEval_0", "solution.py::twice", "")
    assert (second.name, second.skip) == ("HumanEval_2", "the checkout has no sample that solves it")
    files = dict(first.files)
    assert b"LEVELS = [10, 40, 400]" in files["inputs.py"]
    assert files["solution.py"] == b"def twice(x):\n    return x + x\n"
    assert dict(first.best)["solution.py"].endswith(b'    """Double it."""\n    return 2 * x\n')
    for path, data in first.files:
        (tmp_path / "repo" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "repo" / path).write_bytes(data)

    def run(*argv):
        command = [sys.executable, *argv]
        return subprocess.run(command, cwd=tmp_path / "repo", capture_output=True, text=True, check=False, env={"PYTHONPATH": "."})

    tests = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert run("workload.py").returncode == 0
    assert "9 passed" in run(*tests).stdout
    (tmp_path / "repo" / "solution.py").write_text("def twice(x):\n    return x\n")
    assert run(*tests).returncode == 1


@pytest.mark.parametrize(
    ("path", "text", "part"),
    [
        ("dataset/enamel.csv", None, "cannot be read"),
        ("dataset/enamel.csv", "a,b\n1,2\n", "has no problems with checker"),
        ("samples/humaneval-canonical.json", "{", "is no list of solutions"),
        ("samples/humaneval-canonical.json", "7", "is no list of solutions"),
        ("enam/datautils.py", None, "cannot be read"),
    ],
)
def test_what_is_no_checkout_of_enamel_is_told(enamel, path, text, part):
    if text is None:
        (enamel / path).unlink()
    else:
        (enamel / path).write_text(text)
    with pytest.raises(ConfigError, match=part):
        enamel_tasks(enamel, scale=1.0)
