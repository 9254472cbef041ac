"""The GitHub action: what it declares, and its scripts, run with programs that stand in for gh, codeopt and python."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]
SCRIPTS = sorted((ROOT / "action").glob("*.sh"))
DEFAULTS = {
    "INPUT_HEAD": "HEAD",
    "INPUT_PATH": ".",
    "INPUT_PYTHON_VERSION": "3.12",
    "INPUT_BENCHMARK": "",
    "INPUT_MAX_SLOWDOWN": "",
    "INPUT_CONFIDENCE": "",
    "INPUT_BUDGET": "",
    "INPUT_SANDBOX": "auto",
    "INPUT_ALL": "false",
    "INPUT_ARGS": "",
    "INPUT_COMMENT": "true",
    "INPUT_VERSION": "",
}

CODEOPT = """\
import json, os, sys
with open(os.environ["LOG"], "a") as log:
    log.write(json.dumps([sys.argv[1:], os.environ.get("CODEOPT_CONFIDENCE")]) + "\\n")
words = sys.argv[1:]
if os.environ.get("RESULT"):
    open(words[words.index("--json") + 1], "w").write(json.dumps({"outcome": os.environ["RESULT"]}))
    open(words[words.index("--markdown") + 1], "w").write("<!-- codeopt-check -->\\n\\nthe table\\n")
print("::error file=a.py,line=1,title=codeopt%3A slower::f")
sys.exit(int(os.environ["STATUS"]))
"""

# It keeps comments in a file, gives those that the filter is for, and refuses to write where the token may not.
GH = """\
import json, os, sys
words = sys.argv[1:]
with open(os.environ["LOG"], "a") as log:
    log.write(json.dumps(words) + "\\n")
store = os.environ["COMMENTS"]
comments = json.load(open(store))
assert words[0] == "api" and os.environ["GH_TOKEN"]
if "--method" not in words:
    wanted = 'select(.user.login == "github-actions[bot]" and (.body | startswith("<!-- codeopt-check -->")))'
    assert wanted in words[words.index("--jq") + 1]
    for place, (login, body) in enumerate(comments):
        if login == "github-actions[bot]" and body.startswith("<!-- codeopt-check -->"):
            print(place)
    sys.exit(0)
if os.environ["MAY_WRITE"] != "1":
    print("gh: Resource not accessible by integration (HTTP 403)", file=sys.stderr)
    sys.exit(1)
body = open(words[words.index("-F") + 1].removeprefix("body=@")).read()
method, place = words[words.index("--method") + 1], words[words.index("--method") + 2]
if method == "POST":
    assert place == "repos/team/weblog/issues/7/comments"
    comments.append(["github-actions[bot]", body])
else:
    assert place.startswith("repos/team/weblog/issues/comments/")
    comments[int(place.rpartition("/")[2])][1] = body
json.dump(comments, open(store, "w"))
"""

PYTHON = """\
#!/bin/bash
echo "$*" >>"$LOG"
if [[ "$2" == venv ]]; then
  mkdir -p "${!#}/bin"
  cp "$0" "${!#}/bin/python"
fi
"""


@pytest.fixture
def place(tmp_path):
    """A checkout of a pull request as actions/checkout makes it: a merge commit, in front of a base that moved on."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "temp").mkdir()
    (tmp_path / "comments.json").write_text("[]")
    for name, code in {"codeopt": CODEOPT, "gh": GH}.items():
        program = tmp_path / "bin" / name
        program.write_text(f"#!{sys.executable}\n{code}")
        program.chmod(0o755)
    checkout = tmp_path / "checkout"
    git(tmp_path, "init", "-q", "-b", "main", str(checkout))
    commit(checkout, "old base")
    git(checkout, "switch", "-q", "-c", "topic")
    commit(checkout, "change")
    git(checkout, "switch", "-q", "main")
    commit(checkout, "base")
    git(checkout, "merge", "-q", "--no-ff", "-m", "merge", "topic")
    return tmp_path


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, message: str) -> None:
    (folder / message).write_text(message)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", message)


def sha(place: Path, name: str) -> str:
    return git(place / "checkout", "rev-parse", name)


def run(place: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
        "HOME": str(place),
        "RUNNER_TEMP": str(place / "temp"),
        "GITHUB_OUTPUT": str(place / "output"),
        "GITHUB_STEP_SUMMARY": str(place / "summary"),
        "GITHUB_REPOSITORY": "team/weblog",
        "GITHUB_EVENT_NAME": "pull_request",
        "LOG": str(place / "log"),
        "COMMENTS": str(place / "comments.json"),
        "MAY_WRITE": "1",
        "STATUS": "0",
        "RESULT": "NOT_PROVEN",
        "GH_TOKEN": "a-token",
        "EVENT_BASE": "",
        "EVENT_HEAD": "",
        "PULL_REQUEST": "",
        "INPUT_BASE": "main~1",
        "MARKDOWN": str(place / "temp" / "codeopt-check" / "check.md"),
        **DEFAULTS,
        **variables,
    }
    command = ["bash", str(ROOT / "action" / f"{script}.sh")]
    return subprocess.run(command, cwd=place / "checkout", env=environment, capture_output=True, text=True, check=False)


def log(place: Path) -> list:
    return [json.loads(line) for line in (place / "log").read_text().splitlines()] if (place / "log").exists() else []


def outputs(place: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (place / "output").read_text().splitlines())


def bodies(place: Path) -> list[str]:
    return [body for _, body in json.loads((place / "comments.json").read_text())]


def flag(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]


# What the action declares.


def test_inputs_and_contexts_reach_scripts_as_variables_alone():
    for step in STEPS:
        assert "${{" not in step.get("run", "")
        assert set(step) <= {"name", "id", "if", "shell", "env", "run", "uses", "with"}
        assert "inputs." not in step.get("if", "")


def test_every_input_is_used_and_every_one_that_is_used_is_declared():
    used = re.findall(r"inputs\.([a-z-]+)", json.dumps([step.get("env", {}) | step.get("with", {}) for step in STEPS]))
    assert set(used) == set(ACTION["inputs"])


def test_every_input_and_output_is_described():
    assert all(one["description"] for one in [*ACTION["inputs"].values(), *ACTION["outputs"].values()])
    assert {"outcome", "json"} <= set(ACTION["outputs"])


def test_all_inputs_are_validated_before_anything_is_installed():
    variables = set(STEPS[0]["env"])
    assert variables == {f"INPUT_{name.upper().replace('-', '_')}" for name in ACTION["inputs"]}
    assert "validate.sh" in STEPS[0]["run"]


@pytest.mark.parametrize("step", [step for step in STEPS if "run" in step], ids=lambda step: step["name"])
def test_a_script_gets_every_variable_that_it_reads(step):
    (script,) = re.findall(r"action/([a-z]+\.sh)", step["run"])
    read = set(re.findall(r"\$\{?((?:INPUT|EVENT)_[A-Z_]+|MARKDOWN|PULL_REQUEST|GH_TOKEN)", (ROOT / "action" / script).read_text()))
    assert read == set(step["env"])


def test_only_the_comment_gets_a_token_and_secrets_are_never_asked_for():
    with_token = [step["name"] for step in STEPS if "github.token" in json.dumps(step)]
    assert with_token == ["Comment"]
    assert "secrets." not in (ROOT / "action.yml").read_text()


def test_other_actions_have_a_version():
    assert all(re.search(r"@(v\d+|[0-9a-f]{40})$", step["uses"]) for step in STEPS if "uses" in step)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_stop_at_the_first_error_and_are_bash(script):
    assert "\nset -euo pipefail\n" in script.read_text()
    subprocess.run(["bash", "-n", str(script)], check=True)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_has_nothing_to_say():
    found = subprocess.run(["shellcheck", *map(str, SCRIPTS)], capture_output=True, text=True, check=False)
    assert found.stdout == ""


# validate.sh


def test_good_inputs_pass(place):
    more = {
        "INPUT_MAX_SLOWDOWN": "1.05",
        "INPUT_CONFIDENCE": "0.999",
        "INPUT_BUDGET": "1m30s",
        "INPUT_VERSION": "0.1.0",
        "INPUT_ALL": "true",
    }
    for variables in ({}, more, {"INPUT_BASE": sha(place, "main~1"), "INPUT_SANDBOX": "docker", "INPUT_BENCHMARK": "python -c 'a; b'"}):
        found = run(place, "validate", **variables)
        assert (found.returncode, found.stdout) == (0, "")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("base", "", "names no commit to compare with"),
        ("base", "0" * 40, "this push made a new branch"),
        ("base", "nowhere", "not in this checkout: give actions/checkout 'fetch-depth: 0'"),
        ("base", "main; touch x", "write a branch, a tag or a commit"),
        ("base", "--output=x", "write a branch, a tag or a commit"),
        ("head", "nowhere", "not in this checkout"),
        ("head", "$(touch x)", "write a branch, a tag or a commit"),
        ("path", "missing", "there is no folder 'missing'"),
        ("path", "-x", "there is no folder '-x'"),
        ("python-version", "3.9", "3.11 or newer"),
        ("python-version", "", "3.11 or newer"),
        ("max-slowdown", "3%", "a ratio such as 1.03"),
        ("confidence", "99", "such as 0.99"),
        ("budget", "long", "such as 10s"),
        ("sandbox", "none", "one of auto docker local"),
        ("all", "yes", "one of true false"),
        ("comment", "", "one of true false"),
        ("args", "a\nb", "more than one line"),
        ("benchmark", "a\n::error::b", "more than one line"),
        ("version", "git+x", "such as 0.1.0"),
    ],
)
def test_a_bad_input_is_named_in_one_annotation(place, name, value, said):
    found = run(place, "validate", **{f"INPUT_{name.upper().replace('-', '_')}": value})
    assert found.returncode == 2
    (line,) = found.stdout.splitlines()
    assert line.startswith(f"::error title=codeopt%3A input {name}::")
    assert said in line.replace("%25", "%")
    assert not list((place / "checkout").glob("x"))


def test_a_folder_that_is_no_repository_is_told_apart_from_a_missing_commit(place):
    found = run(place, "validate", INPUT_PATH=str(place / "bin"))
    assert found.returncode == 2
    assert "is no git repository" in found.stdout


# install.sh


@pytest.mark.parametrize(("version", "what"), [("", "the-action"), ("0.1.0", "codeopt==0.1.0")])
def test_codeopt_comes_from_the_actions_own_checkout_or_by_its_version(place, version, what):
    python = place / "bin" / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    assert run(place, "install", INPUT_VERSION=version, GITHUB_ACTION_PATH="the-action").returncode == 0
    made, installed = (place / "log").read_text().splitlines()
    assert made.startswith("-m venv ")
    assert installed == f"-m pip install --quiet --disable-pip-version-check {what}"


# check.sh


def test_a_check_writes_summary_outputs_and_annotations(place):
    found = run(place, "check")
    assert found.returncode == 0
    assert "::error file=a.py,line=1" in found.stdout
    assert "the table" in (place / "summary").read_text()
    results = place / "temp" / "codeopt-check"
    assert outputs(place) == {
        "outcome": "NOT_PROVEN",
        "json": str(results / "check.json"),
        "junit": str(results / "check.xml"),
        "markdown": str(results / "check.md"),
    }
    ((words, confidence),) = log(place)
    assert words[:2] == ["check", "."]
    assert (flag(words, "--base"), flag(words, "--head"), flag(words, "--sandbox")) == ("main~1", "HEAD", "auto")
    assert "--annotations" in words
    assert not {"--all", "--benchmark", "--budget", "--max-slowdown"} & set(words)
    assert confidence is None


def test_inputs_become_flags_and_no_shell_reads_them(place):
    run(
        place,
        "check",
        INPUT_BENCHMARK="python -c 'x; $(touch y)'",
        INPUT_MAX_SLOWDOWN="1.1",
        INPUT_BUDGET="20s",
        INPUT_ALL="true",
        INPUT_CONFIDENCE="0.999",
        INPUT_ARGS="--benchmarks 'two words' --tests \"$(touch z)\" *",
    )
    ((words, confidence),) = log(place)
    assert (flag(words, "--benchmark"), flag(words, "--max-slowdown"), flag(words, "--budget")) == (
        "python -c 'x; $(touch y)'",
        "1.1",
        "20s",
    )
    assert words[-5:] == ["--benchmarks", "two words", "--tests", "$(touch z)", "*"]
    assert "--all" in words
    assert confidence == "0.999"
    assert not [name for name in ("y", "z") if (place / "checkout" / name).exists()]


def test_arguments_with_an_open_quote_are_refused(place):
    found = run(place, "check", INPUT_ARGS="--tests 'x")
    assert found.returncode == 2
    assert "::error title=codeopt%3A input args::" in found.stdout
    assert log(place) == []


def test_a_pull_request_is_compared_with_the_base_that_it_was_merged_with(place):
    old, head = sha(place, "main~1^"), sha(place, "topic")
    run(place, "check", INPUT_BASE=old, EVENT_BASE=old, EVENT_HEAD=head)
    assert flag(log(place)[0][0], "--base") == sha(place, "HEAD^1")


@pytest.mark.parametrize("changes", [{"INPUT_BASE": "topic~1"}, {"EVENT_HEAD": "f" * 40}, {"INPUT_HEAD": "topic"}])
def test_a_base_that_somebody_chose_is_kept(place, changes):
    old = sha(place, "main~1^")
    variables = {"INPUT_BASE": old, "EVENT_BASE": old, "EVENT_HEAD": sha(place, "topic")} | changes
    run(place, "check", **variables)
    assert flag(log(place)[0][0], "--base") == variables["INPUT_BASE"]


@pytest.mark.parametrize(("status", "result"), [("1", "SLOWER"), ("2", ""), ("3", "")])
def test_the_status_is_codeopts(place, status, result):
    assert run(place, "check", STATUS=status, RESULT=result).returncode == int(status)
    assert outputs(place)["outcome"] == result


def test_a_check_that_did_not_finish_says_so_and_an_earlier_result_does_not_speak_for_it(place):
    run(place, "check")
    run(place, "check", STATUS="3", RESULT="")
    text = (place / "temp" / "codeopt-check" / "check.md").read_text()
    assert text.startswith("<!-- codeopt-check -->\n\n## codeopt check: not finished")
    assert "status 3" in text
    assert (place / "summary").read_text().endswith(text)


# comment.sh


def commented(place: Path, text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    body = place / "body.md"
    body.write_text(text)
    return run(place, "comment", **{"PULL_REQUEST": "7", "MARKDOWN": str(body), **variables})


def test_a_pull_request_gets_one_comment_that_is_written_anew(place):
    first = commented(place, "<!-- codeopt-check -->\nfirst `$(x)`")
    assert (first.returncode, bodies(place)) == (0, ["<!-- codeopt-check -->\nfirst `$(x)`"])
    second = commented(place, "<!-- codeopt-check -->\nsecond")
    assert (second.returncode, bodies(place)) == (0, ["<!-- codeopt-check -->\nsecond"])


def test_a_comment_of_somebody_else_is_left_alone(place):
    theirs = "<!-- codeopt-check --> mine"
    (place / "comments.json").write_text(json.dumps([["mallory", theirs]]))
    commented(place, "<!-- codeopt-check -->\nresult")
    assert bodies(place) == [theirs, "<!-- codeopt-check -->\nresult"]


def test_a_fork_without_permission_is_no_error_and_is_told_where_the_result_is(place):
    found = commented(place, "<!-- codeopt-check -->", MAY_WRITE="0")
    assert found.returncode == 0
    assert "the token may not write comments (that of a fork never may); the job's summary holds the result" in found.stdout
    assert bodies(place) == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"PULL_REQUEST": ""}, "this is no pull request"),
        ({"INPUT_COMMENT": "false"}, "none is wanted"),
        ({"GH_TOKEN": ""}, "there is no token"),
    ],
)
def test_where_no_comment_belongs_none_is_asked_for(place, variables, said):
    found = commented(place, "x", **variables)
    assert (found.returncode, log(place)) == (0, [])
    assert found.stdout == f"codeopt: no comment, as {said}; the job's summary holds the result\n"


# docs/ci.md


def snippets() -> list:
    text = (ROOT / "docs" / "ci.md").read_text()
    return [yaml.safe_load(textwrap.dedent(body)) for body in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


def steps(snippet) -> list[dict]:
    jobs = snippet.get("jobs", {}).values() if isinstance(snippet, dict) else [{"steps": snippet}]
    return [step for job in jobs for step in job["steps"]]


def test_the_documented_workflows_use_inputs_that_exist():
    uses = [step for snippet in snippets() for step in steps(snippet) if "/codeopt@" in step.get("uses", "")]
    assert len(uses) == 2
    assert all(set(step["with"]) <= set(ACTION["inputs"]) for step in uses)


def test_the_ready_workflow_asks_for_no_more_than_it_needs():
    workflow = snippets()[0]
    assert workflow[True] == "pull_request", "YAML 1.1 reads the key `on` as true"
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    checkout = steps(workflow)[0]
    assert checkout["with"]["fetch-depth"] == 0


def test_every_input_is_documented():
    text = (ROOT / "docs" / "ci.md").read_text()
    assert re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE) == list(ACTION["inputs"])
