"""The order of targets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.errors import TargetError
from codeopt.model.code import TargetName
from codeopt.model.work import Profile, ProfileRow
from codeopt.syntax.index import CodeIndex
from codeopt.syntax.parse import parse_file
from codeopt.syntax.rank import rank

CODE = b"""
def main():
    work(); small()

def work(x):
    def inner(y): return y
    return inner(x)

def driver(items):
    for item in items:
        small(item)

def trampoline(items):
    return small(items)

def small(item): return item

def idle(): pass
"""


def index_with(paths: tuple[str, ...] = ("m.py",)) -> CodeIndex:
    return CodeIndex({path: parse_file(path, CODE) for path in paths})


def row(qualname: str, own_s: float, total_s: float, path: str = "m.py") -> ProfileRow:
    return ProfileRow(name=TargetName(path=path, qualname=qualname), own_s=own_s, total_s=total_s)


def profile_of(*rows: ProfileRow, total_s: float = 10.0) -> Profile:
    return Profile(total_s=total_s, samples=1000, rows=rows, edges=())


def ranked(profile: Profile, index: CodeIndex | None = None, **options) -> list[tuple[str, float]]:
    return [(target.name.qualname, target.share) for target in rank(profile, index or index_with(), **({"limit": 10} | options))]


def test_a_trampoline_ranks_below_what_does_the_work():
    profile = profile_of(row("main", 0.0, 10.0), row("work", 6.0, 6.0), row("small", 4.0, 4.0))
    assert ranked(profile) == [("work", 0.6), ("small", 0.4), ("main", 1.0)]


def test_a_loop_that_drives_callees_ranks_above_a_function_that_only_calls():
    profile = profile_of(row("trampoline", 0.0, 9.0), row("driver", 0.0, 9.0), row("small", 1.0, 9.0))
    assert [name for name, _ in ranked(profile)] == ["driver", "small", "trampoline"]


def test_own_time_counts_more_than_the_time_of_what_a_loop_drives():
    profile = profile_of(row("driver", 0.5, 9.0), row("small", 8.5, 8.5))
    assert [name for name, _ in ranked(profile)] == ["small", "driver"]


def test_limit_keeps_the_best():
    profile = profile_of(row("main", 1.0, 10.0), row("work", 6.0, 6.0), row("small", 3.0, 3.0))
    assert [name for name, _ in ranked(profile, limit=2)] == ["work", "small"]
    assert ranked(profile, limit=0) == []


@pytest.mark.parametrize("path", ["tests/helpers.py", "pkg/tests/x.py", "test/x.py", "test_m.py", "pkg/m_test.py", "conftest.py"])
def test_tests_are_no_targets_unless_asked_for(path):
    index, profile = index_with(("m.py", path)), profile_of(row("work", 9.0, 9.0, path), row("small", 1.0, 1.0))
    assert ranked(profile, index) == [("small", 0.1)]
    assert ranked(profile, index, only=[TargetName(path=path, qualname="work")]) == [("work", 0.9)]


@pytest.mark.parametrize("path", ["latest.py", "testing.py", "pkg/attests/m.py", "contest_m.py"])
def test_what_only_sounds_like_a_test_is_a_target(path):
    assert ranked(profile_of(row("work", 9.0, 9.0, path)), index_with((path,))) == [("work", 0.9)]


def test_code_without_a_function_in_the_index_and_idle_functions_are_no_targets():
    profile = profile_of(row("<module>", 5.0, 10.0), row("gone", 5.0, 5.0), row("work", 1.0, 1.0, "other.py"), row("idle", 0.0, 0.0))
    assert ranked(profile) == []


def test_a_nested_function_counts_for_its_outermost_one():
    profile = profile_of(row("work.inner", 4.0, 4.0), row("work", 1.0, 5.0), row("small", 4.5, 4.5))
    assert ranked(profile) == [("work", 0.5), ("small", 0.45)]
    assert ranked(profile, only=[TargetName(path="m.py", qualname="work.inner")]) == [("work", 0.5)]


def test_only_keeps_the_users_order_and_what_was_never_seen():
    profile = profile_of(row("main", 0.0, 10.0), row("work", 10.0, 10.0))
    only = [TargetName(path="m.py", qualname=name) for name in ("idle", "main", "work", "main")]
    assert ranked(profile, only=only) == [("idle", 0.0), ("main", 1.0), ("work", 1.0)]
    assert ranked(profile_of(total_s=0.0), only=only[:1]) == [("idle", 0.0)]


def test_only_refuses_a_function_that_does_not_exist():
    with pytest.raises(TargetError, match=r"m.py::nope: no such function"):
        ranked(profile_of(), only=[TargetName(path="m.py", qualname="nope")])


def test_a_target_is_the_indexed_function():
    index = index_with()
    (target,) = rank(profile_of(row("work", 1.0, 1.0)), index, limit=1)
    function = index.find("work")
    assert (target.name, target.span, target.source_sha) == (function.name, function.span, function.source_sha)


TIMES = st.floats(min_value=0, max_value=100, allow_nan=False)


@given(
    times=st.dictionaries(st.sampled_from(["main", "work", "work.inner", "driver", "small", "<module>"]), st.tuples(TIMES, TIMES)),
    whole=TIMES,
)
def test_whatever_the_profile_says_shares_are_shares_and_the_order_is_the_same_again(times, whole):
    rows = [row(name, own, total) for name, (own, total) in times.items()]
    first = ranked(profile_of(*rows, total_s=whole))
    assert first == ranked(profile_of(*reversed(rows), total_s=whole))
    assert all(0.0 <= share <= 1.0 for _, share in first)
