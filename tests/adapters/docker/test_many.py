"""Many candidates, honest and hostile, share a few containers, and leave nothing."""

from __future__ import annotations

import importlib.util
import random
import sys
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.docker

PROGRAM = Path(__file__).parents[3] / "benchmarks" / "sandbox" / "thousand.py"


@pytest.fixture(scope="module")
def thousand():
    spec = importlib.util.spec_from_file_location("thousand", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_candidates_of_every_kind_leave_nothing(make_provider, thousand):
    names = [name for name in thousand.KINDS for _ in range(3)]
    random.Random(0).shuffle(names)
    provider, tally = make_provider(run="many", idle=2), thousand.Tally()
    before = thousand.Inventory.take(provider._client, "many")
    workers = [threading.Thread(target=thousand.use, args=(provider, names, tally)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert tally.wrong == []
    assert sum(tally.ends.values()) == 3 * len(thousand.KINDS)
    assert len(provider._client.containers.list(all=True, filters={"label": "codeopt.run=many"})) <= 2
    provider.close()
    after = thousand.Inventory.take(make_provider(run="other")._client, "many")
    assert (after.containers, after.orphans, after.volumes) == (0, 0, before.volumes)


def test_without_idle_containers_every_sandbox_has_its_own(make_provider):
    provider = make_provider(run="alone", idle=0)
    seen = []
    for _ in range(2):
        with provider.open({}) as sandbox:
            seen.append(sandbox._kept.container.id)
        assert provider._client.containers.list(all=True, filters={"label": "codeopt.run=alone"}) == []
    assert len(set(seen)) == 2
