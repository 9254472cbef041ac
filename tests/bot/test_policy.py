from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.bot.policy import POLICY_PATH, Policy, read_policy
from codeopt.errors import ConfigError
from codeopt.sources import described


def refusal(text: str | bytes) -> str:
    with pytest.raises(ConfigError) as caught:
        read_policy(text.encode() if isinstance(text, str) else text)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{POLICY_PATH}: ")
    return str(caught.value)


def test_without_a_file_and_with_an_empty_one_the_defaults_hold():
    policy = read_policy(None)
    assert policy == read_policy(b"") == Policy()
    assert (policy.check_pull_requests, policy.optimize_on_push, policy.schedule) == (True, False, "off")
    assert (policy.pull_requests_per_week, policy.open_pull_requests, policy.min_workload_gain) == (2, 3, 1.03)
    assert not policy.leaves_alone("a.py")


@pytest.mark.parametrize("dash", ["-", "_"])
def test_keys_are_written_with_hyphens_or_underscores(dash):
    text = """
        check_pull_requests = false
        optimize_on_push = true
        schedule = "weekly"
        pull_requests_per_week = 0
        open_pull_requests = 20
        min_workload_gain = 2
        ignore = ["vendor/*", "*_pb2.py"]
    """
    read = read_policy("\n".join(k.replace("_", dash) + s + v for k, s, v in (line.partition("=") for line in text.split("\n"))).encode())
    assert (read.check_pull_requests, read.optimize_on_push, read.schedule) == (False, True, "weekly")
    assert (read.pull_requests_per_week, read.open_pull_requests, read.min_workload_gain) == (0, 20, 2.0)
    assert [path for path in ("vendor/a/b.py", "x/y_pb2.py", "my/vendor/a.py", "Vendor/a.py") if read.leaves_alone(path)] == [
        "vendor/a/b.py",
        "x/y_pb2.py",
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("min_workload_gian = 2", ["min_workload_gian", "no such setting", "did you mean min_workload_gain?"]),
        ("draft = true", ["draft: no such setting", "known: check_pull_requests"]),
        ("[policy]\nschedule = 'daily'", ["policy: no such setting"]),
        ("'a\\nb \U0001f600' = 1", ["no such setting"]),
        ("schedule = 'hourly'", ["schedule = 'hourly'", "'off', 'daily' or 'weekly'"]),
        ("schedule = true", ["schedule = True"]),
        ("pull_requests_per_week = 21", ["pull_requests_per_week = 21", "less than or equal to 20"]),
        ("pull_requests_per_week = -1", ["greater than or equal to 0"]),
        ("pull_requests_per_week = 1.5", ["pull_requests_per_week = 1.5"]),
        ("pull_requests_per_week = true", ["pull_requests_per_week = True"]),
        ("open_pull_requests = '3'", ["open_pull_requests = '3'", "valid integer"]),
        ("min_workload_gain = 1.0", ["min_workload_gain = 1.0", "greater than 1"]),
        ("min_workload_gain = inf", ["min_workload_gain = inf"]),
        ("min_workload_gain = nan", ["min_workload_gain = nan"]),
        ("optimize_on_push = 'yes'", ["optimize_on_push = 'yes'", "valid boolean"]),
        ("optimize_on_push = 1", ["optimize_on_push = 1", "valid boolean"]),
        ("ignore = 'vendor/*'", ["ignore = 'vendor/*' should be a list"]),
        ("ignore = ['a', 1]", ["ignore"]),
        ("ignore = ['']", ["must not be empty"]),
        ("schedule = 'daily'\nschedule = 'off'", ["cannot be read as TOML"]),
        ("open-pull-requests = 1\nopen_pull_requests = 2", ["open_pull_requests is there twice"]),
        ("schedule =", ["cannot be read as TOML"]),
        (b"schedule = '\xff'", ["it is not UTF-8"]),
        ("ignore = " + "[" * 5_000, ["cannot be read as TOML"]),
        ("pull_requests_per_week = " + "9" * 5_000, ["cannot be read as TOML"]),
    ],
)
def test_what_cannot_be_used_is_one_line_that_says_what_and_where(text, parts):
    said = refusal(text)
    assert len(said) < 500
    for part in parts:
        assert part in said


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_whatever_the_file_holds_the_answer_is_a_policy_or_one_line(data):
    try:
        assert isinstance(read_policy(data), Policy)
    except ConfigError as error:
        assert str(error).startswith(POLICY_PATH)  # noqa: PT017 - either is right
        assert "\n" not in str(error)  # noqa: PT017


def test_every_setting_is_described():
    for one in described(Policy):
        assert one.type
        assert one.description.endswith(".")
