"""SWE-fficiency as a suite: how pull requests are found in a clone, and what of them becomes a task."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from codeopt.adapters.fake_reporter import RecordingReporter
from codeopt.adapters.git import changes
from codeopt.app.bench import run
from codeopt.app.bench.history import History, files_of
from codeopt.app.bench.run import BenchRequest, run_suite
from codeopt.app.bench.swefficiency import SCRIPT, WORKLOADS, swefficiency_tasks
from codeopt.config import load_settings
from codeopt.errors import ConfigError, RepositoryError
from codeopt.model.bench import Commit, Ending, Scope, Task
from codeopt.model.evidence import Outcome, Verdict
from tests.adapters.git.conftest import Checkout
from tests.report import samples

SLOW, FAST = "def grind(n):\n    return sum([i for i in range(n)])\n", "def grind(n):\n    return n * (n - 1) // 2\n"
BASE = {
    "mill/__init__.py": "",
    "mill/grind.py": SLOW,
    "mill/sieve.py": "def sieve(n):\n    return [n]\n",
    "mill/gone.py": "",
    "mill/fast.pyx": "",
    "mill/tests/test_grind.py": "def test_it():\n    assert True\n",
    "mill/tests/test_coarse.py": "from mill.sieve import sieve\n",
    "mill/tests/test_other.py": "from mill import grind\n",
    "README.md": "$Format:%H$\n",
    ".gitattributes": "README.md export-subst\nmill/gone.py export-ignore\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a history: pull request 7 was merged, 12, 20 to 22 and 71 were squashed, and 12 was taken back."""
    made = Checkout(tmp_path_factory.mktemp("projects") / "mill")
    made.write(BASE).commit("begin")
    (made.folder / "mill" / "link.py").symlink_to("grind.py")
    made.commit("a link")
    made.git("checkout", "-q", "-b", "faster")
    made.write({"mill/grind.py": FAST, "mill/parts.py": "ONE = 1\n", "mill/tests/test_grind.py": "def test_new():\n    assert True\n"})
    made.write({"NEWS": "faster", "bench_mill.py": ""}).commit("work (#7)")
    made.git("checkout", "-q", "main")
    made.write({"mill/__init__.py": "VERSION = 2\n"}).commit("meanwhile")
    made.git("merge", "-q", "--no-ff", "-m", "Merge pull request #7 from ada/faster", "faster")
    made.write({"mill/sieve.py": "def sieve(n):\n    return [n, ]\n"}).commit("Sieve faster (#12)")
    made.write({"mill/sieve.py": BASE["mill/sieve.py"]}).commit('Revert "Sieve faster (#12)" (#13)')
    (made.folder / "mill" / "gone.py").unlink()
    made.write({"mill/grind.py": FAST + "\n"}).commit("Less of it (#20)")
    made.write({"mill/fast.pyx": "x = 1\n", "mill/grind.py": FAST}).commit("Compiled (#21)")
    made.write({"NEWS": "much faster"}).commit("News (#22)")
    made.write({"mill/sieve.py": "def sieve(n):\n    return [*[n]]\n"}).commit("Another one (#71)")
    made.write({"NEWS": "released"}).commit("Closes #7; see (#12)")
    return made


@pytest.fixture
def suite(tmp_path):
    """Write a checkout of the suite that has workloads for the given instances."""

    def write(*names, lines=()):
        root = tmp_path / "swe"
        (root / WORKLOADS).parent.mkdir(parents=True)
        told = [json.dumps({"instance_id": name, "run_id": "r", "workload": f"print({name!r})\n"}) for name in names]
        (root / WORKLOADS).write_text("\n".join([*told, *lines]) + "\n")
        return root

    return write


def base(task):
    assert task.base is not None
    return dict(files_of(task.base))


def test_a_merged_pull_request_is_its_base_with_the_script_and_what_it_changed(suite, project):
    (task,) = swefficiency_tasks(suite("ada__mill-7"), projects=project.folder.parent)
    assert (task.name, task.target, task.workload, task.skip, task.note) == ("ada__mill-7", "", f"python {SCRIPT}", "", "")
    assert task.files == ((SCRIPT, b"print('ada__mill-7')\n"),)
    assert dict(task.best) == {"mill/grind.py": FAST.encode(), "mill/parts.py": b"ONE = 1\n"}
    assert (task.tests, task.tests_may_fail) == ("python -m pytest -q mill/tests/test_grind.py", True)
    files = base(task)
    assert (files["mill/__init__.py"], files["mill/grind.py"]) == (b"VERSION = 2\n", SLOW.encode())
    assert files.keys() == BASE.keys()


def test_files_of_a_commit_are_as_they_were_stored(suite, project):
    (task,) = swefficiency_tasks(suite("ada__mill-7"), projects=project.folder.parent)
    assert base(task)["README.md"] == b"$Format:%H$\n"


def test_a_squashed_pull_request_is_found_by_the_end_of_its_subject(suite, project):
    tasks = swefficiency_tasks(suite("ada__mill-12", "ada__mill-71", "ada__mill-13"), projects=project.folder.parent)
    assert [dict(task.best)["mill/sieve.py"] for task in tasks] == [
        b"def sieve(n):\n    return [n, ]\n",
        b"def sieve(n):\n    return [*[n]]\n",
        b"def sieve(n):\n    return [n]\n",
    ]
    assert base(tasks[0])["mill/sieve.py"] == b"def sieve(n):\n    return [n]\n"


def test_tests_without_a_namesake_are_those_that_speak_of_the_module(suite, project):
    (task,) = swefficiency_tasks(suite("ada__mill-12"), projects=project.folder.parent)
    assert task.tests == "python -m pytest -q mill/tests/test_coarse.py"


def test_of_those_that_speak_of_a_module_the_ones_named_like_it_are_enough(tmp_path, suite):
    tests = {f"a/tests/test_{name}.py": "import a.mul\n" for name in ("arithmetic", "mul_more")}
    made = Checkout(tmp_path / "projects" / "mill").write({"a/mul.py": "", "a/tests/test_multiple.py": "", **tests}).commit("begin")
    made.write({"a/mul.py": "x = 1\n"}).commit("One (#1)")
    (task,) = swefficiency_tasks(suite("ada__mill-1"), projects=tmp_path / "projects")
    assert task.tests == "python -m pytest -q a/tests/test_mul_more.py"


def test_where_no_test_speaks_of_a_module_all_beside_it_are_taken_and_without_any_they_are_found(tmp_path, suite):
    made = Checkout(tmp_path / "projects" / "mill").write({"a/b.py": "", "a/tests/test_x.py": "", "c.py": ""}).commit("begin")
    made.write({"a/b.py": "x = 1\n"}).commit("One (#1)")
    made.write({"c.py": "x = 1\n"}).commit("Two (#2)")
    one, two = swefficiency_tasks(suite("ada__mill-1", "ada__mill-2"), projects=tmp_path / "projects")
    assert (one.tests, two.tests) == ("python -m pytest -q a/tests/test_x.py", "")


def test_what_no_verdict_can_be_given_on_is_no_best_solution_and_says_why(suite, project):
    tasks = swefficiency_tasks(suite("ada__mill-20", "ada__mill-21", "ada__mill-22"), projects=project.folder.parent)
    assert [(task.best, task.note) for task in tasks] == [
        ((), "no best solution: the pull request deletes mill/gone.py"),
        ((), "no best solution: the pull request changes mill/fast.pyx, which is compiled"),
        ((), "no best solution: the pull request changes no Python file but those that measure"),
    ]
    assert all(task.base and not task.skip for task in tasks)


def test_a_pull_request_that_nothing_merges_is_skipped_and_says_so(suite, project):
    for_one, for_two = swefficiency_tasks(suite("ada__mill-1", "ada__mill-2"), projects=project.folder.parent)
    assert for_one.skip == f"no commit of {project.folder} merges pull request 1: fetch all of its main branch"
    assert "pull request 2:" in for_two.skip


def test_a_project_that_is_not_there_is_skipped_and_says_so(suite, project):
    root = suite("grace__loom-1")
    assert [task.skip for task in swefficiency_tasks(root, projects=None)] == ["no clone of loom in --dataset"]
    (task,) = swefficiency_tasks(root, projects=project.folder.parent)
    assert task.skip == f"no clone of loom in {project.folder.parent}"


def test_an_instance_for_which_no_workload_was_written_is_skipped(suite, project):
    root = suite(lines=['{"instance_id": "ada__mill-7", "workload": null}'])
    assert [task.skip for task in swefficiency_tasks(root, projects=project.folder.parent)] == ["the suite has no workload for it"]


@pytest.mark.parametrize("name", ["mill", "mill.git", "ada__mill", "ada__mill.git"])
def test_a_clone_may_be_bare_and_have_either_name(suite, project, tmp_path, name):
    project.git("clone", "-q", "--bare", str(project.folder), str(tmp_path / "clones" / name))
    (task,) = swefficiency_tasks(suite("ada__mill-7"), projects=tmp_path / "clones")
    assert base(task).keys() == BASE.keys()


def test_a_checkout_may_be_bare(suite, project, tmp_path):
    root = suite("ada__mill-7")
    made = Checkout(root).commit("workloads")
    made.git("clone", "-q", "--bare", str(root), str(tmp_path / "bare"))
    assert swefficiency_tasks(tmp_path / "bare", projects=project.folder.parent) == swefficiency_tasks(root, projects=project.folder.parent)


def test_a_folder_inside_of_another_repository_is_no_clone(suite, project):
    (project.folder / "loom").mkdir()
    try:
        with pytest.raises(RepositoryError, match="not a git repository"):
            swefficiency_tasks(suite("grace__loom-7"), projects=project.folder)
    finally:
        (project.folder / "loom").rmdir()


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("{", "line 2: is no workload"),
        ("7", "line 2: is no workload"),
        ('{"instance_id": "ada__mill-8"}', "line 2: is no workload (KeyError: 'workload')"),
        ('{"instance_id": "ada__mill-8", "workload": 7}', "line 2: has no text as its workload"),
        ('{"instance_id": "../../mill-8", "workload": "x"}', "line 2: has no text as its workload, or no instance_id of its own"),
        ('{"instance_id": "ada__mill-7", "workload": "x"}', "line 2: has no text as its workload, or no instance_id of its own"),
    ],
)
def test_a_broken_line_is_named(suite, project, line, part):
    with pytest.raises(ConfigError) as caught:
        swefficiency_tasks(suite("ada__mill-7", lines=[line]), projects=project.folder.parent)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_checkout_is_named(tmp_path, project):
    for root in (tmp_path / "nowhere", tmp_path, project.folder):
        with pytest.raises(ConfigError, match=r"cannot be read .*: give a checkout of SWE-fficiency with --root") as caught:
            swefficiency_tasks(root, projects=None)
        assert "\n" not in str(caught.value)


def test_a_clone_that_lacks_contents_says_so(project, tmp_path):
    shutil.copytree(project.folder, tmp_path / "mill", symlinks=True)
    clone = Checkout(tmp_path / "mill")
    blob = clone.git("rev-parse", "HEAD:mill/grind.py")
    (tmp_path / "mill" / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(RepositoryError, match=r"lacks the content of mill/grind\.py"):
        list(files_of(Commit(name=clone.git("rev-parse", "HEAD"), clone=tmp_path / "mill")))


def test_a_merge_commit_goes_before_a_squashed_one_of_the_same_number(tmp_path):
    made = Checkout(tmp_path / "mill").write({"a.py": ""}).commit("begin")
    made.write({"a.py": "x = 1\n"}).commit("An issue was closed (#3)")
    made.git("checkout", "-q", "-b", "work")
    made.write({"a.py": "x = 2\n"}).commit("work")
    made.git("checkout", "-q", "main")
    made.git("merge", "-q", "--no-ff", "-m", "Merge pull request #3 from ada/work", "work")
    assert History(tmp_path / "mill").merges[3].commit == made.git("rev-parse", "HEAD")


TASK = Task(name="one", files=((SCRIPT, b"import mill\n"),), target="", workload=f"python {SCRIPT}", tests_may_fail=True)


@pytest.fixture
def ran(monkeypatch):
    """What `optimize` and `verify` were asked; what they answer is put in."""
    asked, answers = [], {"report": samples.nothing(), "verdict": samples.faster()}

    def optimize(folder, own, *, asked, reporter):
        seen.append((folder, sorted(str(path.relative_to(folder)) for path in folder.rglob("*.py")), own))
        return answers["report"]

    class Verified:
        @property
        def verdict(self):
            return answers["verdict"]

    def verify(folder, own, *, patch, reporter):
        (folder.parent / "scratch").mkdir()
        answers["changes"] = changes(patch, folder, folder.parent / "scratch")
        return Verified()

    seen = asked
    monkeypatch.setattr(run, "optimize", optimize)
    monkeypatch.setattr(run, "verify", verify)
    return seen, answers


def results(task, tmp_path, **flags):
    settings = load_settings(tmp_path, flags={"sandbox": "local", "model": "none", **flags}, environ={})
    (result,) = run_suite(BenchRequest(suite="s", tasks=(task,), out=tmp_path / "out"), settings, RecordingReporter()).results
    return result


def test_the_repository_of_a_task_is_its_base_with_its_own_files(suite, project, ran, tmp_path):
    (task,) = swefficiency_tasks(suite("ada__mill-7"), projects=project.folder.parent)
    results(task, tmp_path)
    ((_, files, own),) = ran[0]
    assert files == sorted([*(path for path in BASE if path.endswith(".py")), SCRIPT])
    assert (own.targets, own.workload, own.tests) == ((), task.workload, task.tests)
    assert (own.allow_failing_tests, own.max_targets) == (True, 2)


def test_how_many_functions_are_tried_is_a_setting(ran, tmp_path):
    results(TASK, tmp_path, max_targets=1)
    results(replace(TASK, name="two", target="a.py::f", tests_may_fail=False), tmp_path / "other")
    assert [(own.max_targets, own.targets, own.allow_failing_tests) for _, _, own in ran[0]] == [(1, (), True), (3, ("a.py::f",), False)]


def test_what_the_best_solution_adds_is_an_edit_of_an_empty_file(suite, project, ran, tmp_path):
    (task,) = swefficiency_tasks(suite("ada__mill-7"), projects=project.folder.parent)
    result = results(task, tmp_path)
    assert ran[1]["changes"] == {"mill/grind.py": (SLOW.encode(), FAST.encode()), "mill/parts.py": (b"", b"ONE = 1\n")}
    assert (result.best, result.best_of) == (samples.faster().workload, Scope.WORKLOAD)


def test_without_a_target_the_figure_is_that_of_the_whole_workload(ran, tmp_path):
    ran[1]["report"] = samples.report()
    result = results(TASK, tmp_path)
    assert (result.ending, result.gain, result.gain_of) == (Ending.IMPROVED, samples.faster().workload, Scope.WORKLOAD)
    result = results(replace(TASK, target="a.py::f"), tmp_path / "other")
    assert (result.gain, result.gain_of) == (samples.faster().comparison, Scope.FUNCTION)


def test_several_proven_patches_count_together_where_they_were_proven_together(ran, tmp_path):
    ran[1]["report"] = whole = samples.together()
    assert whole.combined is not None
    assert whole.combined.verdict.accepted
    result = results(TASK, tmp_path)
    assert (result.gain, result.gain_of) == (whole.combined.workload, Scope.WORKLOAD)
    ran[1]["report"] = replace(whole, combined=replace(whole.combined, verdict=samples.wrong()))
    assert results(TASK, tmp_path / "other").gain == samples.faster().workload


def test_a_proof_without_the_workload_counts_with_the_function(ran, tmp_path):
    ran[1]["verdict"] = replace(samples.faster(), workload=None)
    result = results(replace(TASK, best=(("new.py", b""), (SCRIPT, b"import mill, new\n"))), tmp_path)
    assert (result.best, result.best_of) == (samples.faster().comparison, Scope.FUNCTION)


def test_what_there_is_to_say_of_a_task_is_kept_beside_what_became_of_it(ran, tmp_path):
    ran[1]["verdict"] = Verdict(outcome=Outcome.UNVERIFIABLE, reason="no calls")
    result = results(replace(TASK, note="half of it", best=((SCRIPT, b"import sys\n"),)), tmp_path)
    assert (result.note, result.best) == ("half of it; the best solution known is UNVERIFIABLE: no calls", None)


def test_the_same_task_elsewhere_is_the_same_task():
    one, other = (replace(TASK, base=Commit(name="c0ffee", clone=Path(place))) for place in ("/a", "/b"))
    assert repr(one) == repr(other)
    assert repr(one) != repr(replace(TASK, base=Commit(name="c0ffef", clone=Path("/a"))))
