from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from codeopt.config import OTHER_VARIABLES, Settings, describe, load_settings, resumed_settings
from codeopt.errors import ConfigError

GIB = 2**30


@pytest.fixture
def repo(tmp_path):
    return tmp_path


def write(repo, *lines: str) -> None:
    (repo / "pyproject.toml").write_text("\n".join(["[project]", 'name = "x"', "[tool.codeopt]", *lines]), encoding="utf-8")


def load(repo, *lines: str, flags=None, environ=None) -> Settings:
    if lines:
        write(repo, *lines)
    return load_settings(repo, flags=flags or {}, environ=environ or {})


def refusal(repo, *lines: str, **given) -> str:
    with pytest.raises(ConfigError) as caught:
        load(repo, *lines, **given)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_anything_the_defaults_hold(repo):
    settings = load(repo)
    assert (settings.sandbox, settings.samples, settings.rounds, settings.max_targets) == ("auto", 8, 3, 3)
    assert (settings.min_speedup, settings.confidence, settings.seed) == (1.03, 0.99, 0)
    assert (settings.budget, settings.workload_timeout, settings.test_timeout, settings.memory) == (600.0, 600.0, 900.0, 4 * GIB)
    assert (settings.workload, settings.model, settings.install, settings.targets) == (None, None, None, ())
    assert not settings.trust_patch
    assert not settings.allow_failing_tests


def test_a_flag_wins_over_the_environment_and_that_over_the_file(repo):
    lines = ["samples = 1", "rounds = 1", "seed = 1"]
    settings = load(repo, *lines, flags={"seed": 3}, environ={"CODEOPT_ROUNDS": "2", "CODEOPT_SEED": "2"})
    assert (settings.samples, settings.rounds, settings.seed) == (1, 2, 3)


def test_flags_that_were_not_given_change_nothing(repo):
    settings = load(repo, "samples = 7", 'targets = ["a.py::f"]', flags={"samples": None, "targets": ()})
    assert (settings.samples, settings.targets) == (7, ("a.py::f",))


def test_an_empty_variable_is_as_good_as_none(repo):
    assert load(repo, 'model = "none"', environ={"CODEOPT_MODEL": "", "CODEOPT_TARGETS": ""}).model == "none"


@pytest.mark.parametrize("name", ["min-speedup", "min_speedup"])
def test_keys_may_be_written_with_dashes(repo, name):
    assert load(repo, f"{name} = 1.5").min_speedup == 1.5


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10m", 600), ("90s", 90), ("1h30m", 5400), ("90", 90), ("1.5h", 5400), ("2m30s", 150), ("2 m 5 s", 125), (45, 45), (0.5, 0.5)],
)
def test_durations_are_seconds(repo, text, seconds):
    assert load(repo, flags={"budget": text}).budget == seconds


@pytest.mark.parametrize("text", ["", "soon", "10x", "-5", "0", "0s", "m", "1m1h", "nan", "1e3", True, float("nan"), float("inf"), -1, [1]])
def test_what_is_no_duration_is_refused(repo, text):
    assert "--budget" in refusal(repo, flags={"budget": text})


@pytest.mark.parametrize(("text", "size"), [("4g", 4 * GIB), ("512m", GIB // 2), ("1.5GiB", 3 * GIB // 2), ("2 GB", 2 * GIB), (GIB, GIB)])
def test_sizes_are_bytes(repo, text, size):
    assert load(repo, flags={"memory": text}).memory == size


@pytest.mark.parametrize("text", ["", "big", "1k", "0", "4x", True, 1.5, 100, "9" * 400])
def test_what_is_no_size_is_refused(repo, text):
    assert "--memory" in refusal(repo, flags={"memory": text})


def test_what_holds_of_inputs_is_one_of_a_few_words(repo):
    assert load(repo, 'assume = ["sorted", "answers"]').assume == ("sorted", "answers")
    assert "write one of answers, ascii," in refusal(repo, flags={"assume": ["sorted", "sortd"]})


@pytest.mark.parametrize("model", ["http://localhost:8000/v1", "https://models.example/v1", "none", "replay:answers.json"])
def test_an_endpoint_is_a_url_none_or_a_replay(repo, model):
    assert load(repo, f'model = "{model}"').model == model


@pytest.mark.parametrize("model", ["localhost:8000", "gpt-9", "replay:", "ftp://host/", "http://", "http://[", ""])
def test_any_other_endpoint_is_refused_with_an_example(repo, model):
    assert "model" in refusal(repo, f'model = "{model}"')


def test_lists_in_the_environment_are_shell_words(repo):
    settings = load(repo, environ={"CODEOPT_INSTALL": "'numpy>=1,<2' -e .", "CODEOPT_TARGETS": "a.py::f b.py::C.m"})
    assert settings.install == ("numpy>=1,<2", "-e", ".")
    assert settings.targets == ("a.py::f", "b.py::C.m")


@pytest.mark.parametrize(("text", "value"), [("1", True), ("true", True), ("no", False), ("0", False)])
def test_the_environment_spells_booleans(repo, text, value):
    assert load(repo, environ={"CODEOPT_TRUST_PATCH": text}).trust_patch is value


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ('budgte = "1m"', ["pyproject.toml", "budgte", "did you mean budget?"]),
        ("zzzz = 1", ["zzzz", "known: workload, tests"]),
        ('samples = "4"', ["samples", "'4'", "integer"]),
        ("samples = 0", ["samples", "0", "1"]),
        ("samples = true", ["samples", "integer"]),
        ("python = 3.11", ["python", "3.11", "string"]),
        ('targets = "a.py::f"', ["targets", "list"]),
        ('targets = ["a.py::f", 3]', ["targets", "3", "string"]),
        ("min_speedup = 1.0", ["min_speedup", "greater than 1"]),
        ("min_speedup = nan", ["min_speedup", "finite"]),
        ("confidence = 1.0", ["confidence", "0.9999"]),
        ("confidence = 0.5", ["confidence", "0.9"]),
        ('sandbox = "podman"', ["sandbox", "podman", "'auto', 'docker' or 'local'"]),
        ('workload = " "', ["workload", "empty"]),
        ("trust_patch = 1", ["trust_patch", "boolean"]),
    ],
)
def test_a_wrong_line_is_named_with_its_file_and_key(repo, line, parts):
    message = refusal(repo, line)
    assert str(repo / "pyproject.toml") in message
    assert [part for part in parts if part not in message] == []


def test_a_wrong_variable_is_named_with_the_closest_known_one(repo):
    message = refusal(repo, environ={"CODEOPT_SAMPELS": "5"})
    assert "CODEOPT_SAMPELS" in message
    assert "did you mean CODEOPT_SAMPLES?" in message


def test_a_wrong_flag_is_named_as_it_is_typed(repo):
    assert refusal(repo, flags={"max_targets": -1}).startswith("--max-targets = -1 ")


def test_a_variable_that_cannot_be_split_is_refused(repo):
    assert "CODEOPT_INSTALL" in refusal(repo, environ={"CODEOPT_INSTALL": "'numpy"})


def test_variables_of_other_parts_are_no_settings(repo):
    assert load(repo, environ=dict.fromkeys(OTHER_VARIABLES, "1")) == Settings()


def test_variables_of_other_programs_are_not_looked_at(repo):
    assert load(repo, environ={"PATH": "/bin", "XCODEOPT_SEED": "1", "codeopt_seed": "1"}) == Settings()


@pytest.mark.parametrize("text", ["[[[", "a = ", "[tool]\ncodeopt = 3", "[tool.codeopt]\nseed = 1\nseed = 2"])
def test_a_broken_file_is_named(repo, text):
    (repo / "pyproject.toml").write_text(text)
    assert str(repo / "pyproject.toml") in refusal(repo)


def test_a_file_that_is_no_text_is_named(repo):
    (repo / "pyproject.toml").write_bytes(b"\xff\xfe\x00")
    assert str(repo / "pyproject.toml") in refusal(repo)


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "tool = 3"])
def test_a_file_without_our_table_is_fine(repo, text):
    (repo / "pyproject.toml").write_text(text)
    assert load(repo) == Settings()


def test_the_key_comes_from_the_environment_alone(repo):
    settings = load(repo, environ={"CODEOPT_API_KEY": "s3cret"})
    assert settings.api_key.get_secret_value() == "s3cret"
    assert "CODEOPT_API_KEY" in refusal(repo, 'api_key = "s3cret"')
    assert "s3cret" not in refusal(repo, 'api_key = "s3cret"')
    assert "s3cret" not in refusal(repo, flags={"api_key": "s3cret"})


def test_secrets_are_neither_printed_nor_written(repo):
    settings = load(repo, environ={"CODEOPT_API_KEY": "s3cret", "CODEOPT_MODEL": "https://me:pa55@models.example:8000/v1"})
    assert "s3cret" not in repr(settings) + str(settings) + settings.public_json()
    assert "pa55" not in settings.public_json()
    assert json.loads(settings.public_json())["model"] == "https://models.example:8000/v1"


def test_a_password_in_an_address_is_not_repeated_in_an_error(repo):
    assert "pa55" not in refusal(repo, environ={"CODEOPT_MODEL": "me:pa55@models.example"})


@given(st.integers(1, 100), st.floats(0.1, 1e6), st.lists(st.text(min_size=1).filter(str.strip)), st.booleans())
def test_settings_survive_their_json(samples, budget, targets, trust):
    settings = Settings(samples=samples, budget=budget, targets=tuple(targets), trust_patch=trust)
    assert Settings.model_validate_json(settings.public_json()) == settings


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().samples = 5


def test_every_setting_is_described():
    rows = describe()
    assert [row.name for row in rows] == list(Settings.model_fields)
    assert [row for row in rows if not (row.type and row.description.endswith("."))] == []
    assert ("budget", "duration", "10m") in [row[:3] for row in rows]


def test_importing_reads_no_environment():
    program = "import codeopt.config as config; print(config.Settings().samples)"
    environ = {"CODEOPT_SAMPLES": "nonsense"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environ)
    assert (done.stdout, done.stderr) == ("8\n", "")


def test_a_resumed_run_has_its_own_settings_but_for_new_flags(tmp_path):
    begun = load_settings(tmp_path, flags={"budget": "90s", "targets": ["a.py::f"], "min_speedup": 1.5}, environ={})
    stored = begun.public_json()
    assert resumed_settings(stored, flags={}, environ={}) == begun
    again = resumed_settings(stored, flags={"budget": "5m"}, environ={"CODEOPT_MIN_SPEEDUP": "9", "CODEOPT_API_KEY": "k"})
    assert again.budget == 300
    assert again.min_speedup == 1.5
    assert again.api_key is not None


def test_several_endpoints_are_each_a_url(repo):
    assert load(repo, 'model = "http://a:8000/v1,https://b/v1"').model == "http://a:8000/v1,https://b/v1"
    for wrong in ("http://a:8000/v1,b", "http://a:8000/v1,", "none,http://a/v1"):
        assert "is no endpoint" in refusal(repo, f'model = "{wrong}"')


def test_only_parts_of_the_search_can_be_left_out(repo):
    assert load(repo, 'without = ["rules", "hints"]').without == ("rules", "hints")
    assert "is no part of the search: write one of rules, strategies, feedback, bandit, hints" in refusal(repo, 'without = ["tests"]')


def test_no_password_of_any_endpoint_is_kept(repo):
    settings = load(repo, 'model = "http://me:one@a/v1,http://me:two@b/v1"')
    assert json.loads(settings.public_json())["model"] == "http://a/v1,http://b/v1"
