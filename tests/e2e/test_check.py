"""`codeopt check` as a CI job runs it: on commits of small repositories, in the local sandbox, with effects that no noise hides."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from tests.e2e.conftest import codeopt, contents, git

WORK = """def total(n):
    out = 0
    for i in range(n):
        out += i
    return out


def other(n):
    return sum(range(n))


def caller(n):
    return total(n) + 1
"""
SLOWED = WORK.replace("range(n):", "range(3 * n):", 1)
BENCH = """from work import other, total


def test_total(benchmark):
    benchmark(total, 2000)


def test_other(benchmark):
    benchmark(other, 2000)
"""
TESTS = """from work import caller, other, total


def test_all():
    assert total(500) >= other(500)
    assert caller(500) >= total(500)
"""
QUICK = ("--sandbox", "local", "--budget", "2s")


class History:
    """A repository whose commits are made one after the other."""

    def __init__(self, folder) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        return git(self.folder, *words).strip()

    def commit(self, **files: str) -> str:
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def check(self, *words: str, base: str = "HEAD~1", **more: str):
        return codeopt("check", self.folder, "--base", base, *QUICK, *words, **more)


@pytest.fixture
def history(tmp_path) -> History:
    return History(tmp_path / "repo")


def test_a_slowdown_fails_the_job_in_every_format(history, tmp_path):
    history.commit(work=WORK, test_bench=BENCH)
    history.commit(work=SLOWED)
    before = contents(history.folder)
    names = {"--json": "r.json", "--markdown": "r.md", "--junit": "r.xml", "--bencher": "r.bmf.json", "--action-benchmark": "r.gab.json"}
    files = [word for flag, name in names.items() for word in (flag, str(tmp_path / name))]
    ended = history.check("--head", "HEAD", *files, "--pyperf", str(tmp_path / "pyperf"), "--annotations")
    assert ended.status == 1
    assert contents(history.folder) == before
    told = json.loads((tmp_path / "r.json").read_text())
    assert (told["schema"], told["outcome"]) == (1, "SLOWER")
    (slower,) = told["benchmarks"]
    assert slower["name"] == "test_bench.py::test_total"
    assert 0.2 < slower["comparison"]["ratio"] < 0.5
    assert slower["comparison"]["high"] < 1
    assert told["unreached"] == ["test_bench.py::test_other"]
    assert [culprit["changed"] for culprit in slower["cause"]] == [True]
    assert "test_bench.py::test_total" in (tmp_path / "r.md").read_text()
    assert ET.parse(tmp_path / "r.xml").find(".//failure") is not None
    assert "test_bench.py::test_total" in json.loads((tmp_path / "r.bmf.json").read_text())
    assert json.loads((tmp_path / "r.gab.json").read_text())[0]["name"] == "test_bench.py::test_total"
    assert {path.name for path in (tmp_path / "pyperf").iterdir()} == {"base.json", "head.json"}
    assert "::error file=work.py,line=1" in ended.out


def test_a_change_that_slows_nothing_passes_and_all_runs_everything(history, tmp_path):
    history.commit(work=WORK, test_bench=BENCH)
    history.commit(work=WORK.replace("out = 0", "out = 0  # the sum"))
    out = tmp_path / "r.json"
    ended = history.check("--head", "HEAD", "--all", "--json", str(out))
    told = json.loads(out.read_text())
    assert ended.status == 0
    assert {one["name"] for one in told["benchmarks"]} == {"test_bench.py::test_total", "test_bench.py::test_other"}
    assert told["unreached"] == []


def test_the_working_tree_is_what_is_checked_without_a_head(history, tmp_path):
    history.commit(work=WORK, test_bench=BENCH)
    (history.folder / "work.py").write_text(SLOWED)
    out = tmp_path / "r.json"
    assert history.check("--json", str(out), base="HEAD").status == 1
    assert json.loads(out.read_text())["head"]["dirty"] is True


def test_a_benchmark_that_breaks_fails_the_job(history, tmp_path):
    history.commit(work=WORK, test_bench=BENCH)
    history.commit(work=WORK.replace("return out", "raise ValueError('no')"))
    out = tmp_path / "r.json"
    assert history.check("--head", "HEAD", "--json", str(out)).status == 1
    (broken,) = json.loads(out.read_text())["benchmarks"]
    assert broken["outcome"] == "WRONG"
    assert "ValueError" in broken["verdict"]["reason"]


def test_a_new_benchmark_is_skipped_with_its_reason(history, tmp_path):
    history.commit(work=WORK)
    history.commit(work=WORK + "\n\ndef added(n):\n    return n\n", test_bench=BENCH.replace("other", "added"))
    out = tmp_path / "r.json"
    ended = history.check("--head", "HEAD", "--json", str(out))
    told = json.loads(out.read_text())
    assert ended.status == 0
    assert "test_bench.py::test_total" in json.dumps(told["skipped"])
    assert "does not run at base" in json.dumps(told["skipped"])


def test_a_change_of_documents_runs_nothing(history):
    history.commit(work=WORK, test_bench=BENCH)
    (history.folder / "README.md").write_text("hello\n")
    history.commit()
    ended = history.check("--head", "HEAD")
    assert ended.status == 0
    assert "reaches no benchmark" in ended.out


def test_without_benchmarks_the_calls_of_the_tests_are_timed(history, tmp_path):
    history.commit(work=WORK, test_work=TESTS)
    history.commit(work=SLOWED)
    out = tmp_path / "r.json"
    assert history.check("--head", "HEAD", "--json", str(out)).status == 1
    told = {one["name"]: one for one in json.loads(out.read_text())["benchmarks"]}
    assert told["work.py::total"]["outcome"] == "SLOWER"
    assert told["work.py::caller"]["outcome"] == "SLOWER"
    assert "work.py::other" not in told


def test_a_command_is_a_benchmark(history, tmp_path):
    history.commit(work=WORK, bench="from work import total\ntotal(400_000)\n")
    history.commit(work=SLOWED)
    out = tmp_path / "r.json"
    assert history.check("--head", "HEAD", "--benchmark", "python bench.py", "--json", str(out)).status == 1
    (slower,) = json.loads(out.read_text())["benchmarks"]
    assert (slower["kind"], slower["outcome"]) == ("command", "SLOWER")


def test_bisect_names_the_commit(history, tmp_path):
    history.commit(work=WORK, test_bench=BENCH)
    history.commit(work=WORK + "\n\n# one\n")
    bad = history.commit(work=SLOWED)
    for number in range(2):
        history.commit(work=SLOWED + f"\n\n# {number}\n")
    out = tmp_path / "r.json"
    ended = history.check("--head", "HEAD", "--bisect", "--json", str(out), base="HEAD~4")
    assert ended.status == 1
    assert json.loads(out.read_text())["benchmarks"][0]["first_bad"] == bad


def test_what_happened_on_base_meanwhile_is_not_held_against_head(history):
    history.commit(work=SLOWED, test_bench=BENCH)
    history.git("checkout", "-q", "-b", "topic")
    history.commit(work=SLOWED + "\n\n# harmless\n")
    history.git("checkout", "-q", "main")
    history.commit(work=WORK)
    ended = history.check("--head", "topic", base="main")
    assert ended.status == 0


@pytest.mark.parametrize(
    ("words", "base", "part"),
    [
        (("--head", "nowhere"), "HEAD", "no commit 'nowhere'"),
        ((), "nowhere", "no commit 'nowhere'"),
        (("--max-slowdown", "0.5"), "HEAD", "--max-slowdown"),
        (("--budget", "soon"), "HEAD", "duration"),
        (("--benchmark", "python 'x"), "HEAD", "quotes"),
        (("--benchmarks", "nothing-like-that"), "HEAD", "no benchmark is named"),
        (("--json", "/nowhere/r.json"), "HEAD", "--json"),
    ],
)
def test_bad_input_is_one_line_and_status_2(history, words, base, part):
    history.commit(work=WORK, test_bench=BENCH)
    (history.folder / "work.py").write_text(SLOWED)
    ended = history.check(*words, base=base)
    assert ended.status == 2
    assert part in ended.error


def test_named_benchmarks_that_cannot_be_listed_are_no_pass(history):
    history.commit(work=WORK, test_bench=BENCH, conftest="import nothing_of_that_name\n")
    history.commit(work=SLOWED)
    ended = history.check("--head", "HEAD", "--benchmarks", "test_total")
    assert ended.status == 2
    assert "no benchmark is named test_total" in ended.error
    assert "nothing_of_that_name" in ended.error


def test_nothing_to_measure_is_said(history):
    history.commit(work=WORK)
    history.commit(work=SLOWED)
    ended = history.check("--head", "HEAD")
    assert ended.status == 2
    assert "--benchmark" in ended.error


def test_github_actions_get_annotations_by_themselves(history):
    history.commit(work=WORK, test_bench=BENCH)
    history.commit(work=SLOWED)
    assert "::error" in history.check("--head", "HEAD", GITHUB_ACTIONS="true").out
    assert "::error" not in history.check("--head", "HEAD", GITHUB_ACTIONS="").out


@pytest.mark.docker
def test_both_versions_are_raced_in_docker(history, docker_environment, tmp_path):
    history.commit(work=WORK, test_bench=BENCH)
    history.commit(work=SLOWED)
    out = tmp_path / "r.json"
    ended = codeopt("check", history.folder, "--base", "HEAD~1", "--head", "HEAD", "--sandbox", "docker", "--budget", "2s", "--json", out)
    told = json.loads(out.read_text())
    assert ended.status == 1, ended.err
    assert told["sandbox"] == "docker"
    (slower,) = told["benchmarks"]
    # Which clock decides depends on what else the machine does; that Docker has both is the conformance suite's to say.
    assert slower["outcome"] == "SLOWER"
    # Waiting that other work on the machine adds to both sides draws the ratio towards 1.
    assert 0.2 < slower["comparison"]["ratio"] < 0.9
