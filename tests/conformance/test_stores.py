"""Every store passes the suite, the fake one included."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeopt.adapters.store.memory import MemoryStore
from codeopt.adapters.store.sqlite import SqliteStore
from tests.conformance.store_suite import STORE_CHECKS
from tests.strategies import candidates, run_infos, verdicts

NAMES = st.text(max_size=12)


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore()
        return
    with SqliteStore(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("check", STORE_CHECKS, ids=lambda check: check.__name__)
def test_store(store, check):
    check(store)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(info=run_infos(), kept=st.lists(candidates(), max_size=3), judged=verdicts(), name=NAMES, value=st.binary(max_size=50))
def test_both_stores_answer_alike(tmp_path_factory, info, kept, judged, name, value):
    def filled(store):
        store.start(info)
        for candidate in kept:
            store.put_candidate(candidate)
            store.put_verdict(candidate.key, "full", judged)
        store.put_value(name, value)
        seen = [(store.candidate(one.key), store.verdict(one.key, "full")) for one in kept]
        return store.info(), store.candidates(), seen, store.value(name), store.names(name[:1])

    with SqliteStore(tmp_path_factory.mktemp("store")) as sqlite:
        assert filled(sqlite) == filled(MemoryStore())
