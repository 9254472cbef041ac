"""Every hostile patch and every honest twin before the judge, in Docker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.adversarial.corpus import Case, all_cases
from tests.adversarial.court import Court

# The first test of a repository learns all its targets.
pytestmark = [pytest.mark.docker, pytest.mark.timeout(2400)]

CASES = all_cases()


def ids(case: Case) -> str:
    return f"{case.family}-{case.name}"


@pytest.fixture(scope="module")
def courts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Court]]:
    with ExitStack() as stack:
        yield {repo: Court(repo, tmp_path_factory.mktemp(repo), stack) for repo in ("repo", "numeric")}


@pytest.mark.parametrize("case", [case for case in CASES if not case.honest], ids=ids)
def test_no_hostile_patch_is_faster_and_each_is_named_for_what_it_is(case, courts):
    verdict = courts[case.repo].judged(case)
    assert verdict.outcome in case.outcomes, verdict.reason
    assert re.search(case.caught, verdict.reason), verdict.reason


@pytest.mark.parametrize("case", [case for case in CASES if case.honest], ids=ids)
def test_an_honest_twin_is_faster(case, courts):
    verdict = courts[case.repo].judged(case)
    if verdict.outcome in {"NOT_PROVEN", "SLOWER"}:
        # Other work on the machine can hide a gain once; that right code is called wrong is never forgiven.
        verdict = courts[case.repo].judged(case)
    assert verdict.outcome == "FASTER", verdict.reason
