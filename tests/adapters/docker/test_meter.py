"""A meter is only trusted when its group is the container's own, on this kernel; both versions of control groups are read."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from codeopt.adapters.docker.base import find_local
from codeopt.adapters.docker.layout import FIRST
from codeopt.adapters.docker.meter import Account, accounts, find_meter, processor_s
from codeopt.model.work import Command

ID = "4ef6e1e82f7dcdf35036dbf4ee10a1355587497c928586f7e4609eeea9d6fabf"
OTHER = "0" * 64
V1_MOUNT = "33 31 0:30 {root} /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct"
V2_MOUNT = "41 31 0:38 {root} /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate"
HYBRID_MOUNT = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw"
OTHER_MOUNTS = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\nodd\n"


def places(groups: str, *mounts: str) -> list[tuple[str, str]]:
    return [(str(account.folder), account.file) for account in accounts(groups, OTHER_MOUNTS + "\n".join(mounts), ID)]


def test_version_1_is_found_beside_its_other_controllers():
    groups = f"5:memory:/docker/{ID}\n4:cpu,cpuacct:/docker/{ID}\n"
    assert places(groups, V1_MOUNT.format(root="/")) == [(f"/sys/fs/cgroup/cpu,cpuacct/docker/{ID}", "cpuacct.usage")]


def test_version_2_is_found_under_any_driver():
    groups = f"0::/system.slice/docker-{ID}.scope\n"
    assert places(groups, V2_MOUNT.format(root="/")) == [(f"/sys/fs/cgroup/system.slice/docker-{ID}.scope", "cpu.stat")]


def test_of_both_versions_the_finer_comes_first():
    groups = f"0::/docker/{ID}\n4:cpu,cpuacct:/docker/{ID}\n"
    assert [file for _, file in places(groups, HYBRID_MOUNT, V1_MOUNT.format(root="/"))] == ["cpuacct.usage", "cpu.stat"]


def test_a_mount_of_a_part_of_the_groups_is_respected():
    assert places(f"0::/outer/docker/{ID}\n", V2_MOUNT.format(root="/outer")) == [(f"/sys/fs/cgroup/docker/{ID}", "cpu.stat")]
    assert places(f"0::/outer/docker/{ID}\n", V2_MOUNT.format(root="/inner")) == []
    assert places(f"0::/../../docker/{ID}\n", V2_MOUNT.format(root="/../..")) == [(f"/sys/fs/cgroup/docker/{ID}", "cpu.stat")]


@pytest.mark.parametrize("groups", ["", "0::/\n", f"0::/docker/{OTHER}\n", f"4:cpu,cpuacct:/docker/{OTHER}\n", "nonsense\n"])
def test_a_group_that_is_not_the_containers_is_none(groups):
    assert places(groups, V1_MOUNT.format(root="/"), V2_MOUNT.format(root="/")) == []


def test_times_are_read_in_the_unit_of_their_version():
    assert processor_s(b"1500000000\n") == 1.5
    assert processor_s(b"usage_usec 1500000\nuser_usec 1\nsystem_usec 2\n") == 1.5
    for text in (b"", b"usage_usec\n", b"max\n", b"-1\n"):
        assert processor_s(text) is None


@pytest.fixture
def kernel(tmp_path):
    """Return a function that lays a `/proc` with the groups' file system of one container, and returns it."""

    def lay(*, members: str = "77\n78\n", named: str = ID, program: tuple[str, ...] = FIRST, usage: str = "2000000000\n") -> Path:
        group = tmp_path / "groups" / "docker" / ID
        group.mkdir(parents=True)
        (group / "cpuacct.usage").write_text(usage)
        (group / "cgroup.procs").write_text(members)
        proc = tmp_path / "proc"
        for name in ("77", "self"):
            (proc / name).mkdir(parents=True)
        (proc / "self" / "mountinfo").write_text(f"33 31 0:30 / {tmp_path}/groups rw - cgroup cgroup rw,cpuacct\n")
        (proc / "77" / "cgroup").write_text(f"2:cpuacct:/docker/{named}\n")
        (proc / "77" / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in program))
        return proc

    return lay


def test_a_meter_reads_the_group_of_its_container(kernel, tmp_path):
    meter = find_meter(ID, 77, proc=kernel())
    assert meter is not None
    assert meter.account == Account(folder=tmp_path / "groups" / "docker" / ID, file="cpuacct.usage")
    assert (meter.cpu_s(), meter.members()) == (2.0, [77, 78])
    meter.close()
    meter.close()
    assert meter.cpu_s() is None


def test_a_process_of_the_same_number_elsewhere_is_not_believed(kernel):
    assert find_meter(ID, 77, proc=kernel(named=OTHER)) is None


def test_a_group_that_does_not_list_the_process_is_not_believed(kernel):
    assert find_meter(ID, 77, proc=kernel(members="78\n")) is None


def test_a_group_without_a_time_is_not_believed(kernel):
    assert find_meter(ID, 77, proc=kernel(usage="\n")) is None


def test_a_container_that_is_nowhere_here_has_no_meter(kernel):
    proc = kernel()
    assert find_meter(ID, 78, proc=proc) is None
    assert find_meter(ID, 0, proc=proc) is None


def test_another_runtime_hides_its_programs(kernel):
    meter = find_meter(ID, 77, proc=kernel(members=f"77\n{os.getpid()}\n", program=("runsc-sandbox", "boot")))
    assert meter is not None
    assert (meter.cpu_s(), meter.peak_bytes()) == (2.0, None)
    meter.close()


def test_the_peak_is_that_of_the_others_than_the_first(kernel):
    meter = find_meter(ID, 77, proc=kernel(members=f"77\n{os.getpid()}\n"))
    assert meter is not None
    assert (meter.peak_bytes() or 0) > 1_000_000
    meter.close()


@pytest.mark.docker
def test_a_reading_is_cheap_and_asks_nobody(make_provider):
    with make_provider().open({}) as sandbox:
        if sandbox.cpu_s() is None:
            pytest.skip("the engine is elsewhere")
        costs = []
        for _ in range(500):
            start = time.thread_time()
            sandbox.cpu_s()
            costs.append(time.thread_time() - start)
    assert sorted(costs)[250] < 200e-6


@pytest.mark.docker
def test_a_container_that_was_removed_tells_nothing(make_provider):
    with make_provider().open({}) as sandbox:
        sandbox.cpu_s()
        sandbox._kept.container.remove(force=True)
        assert (sandbox.cpu_s(), sandbox.peak_bytes()) == (None, None)


@pytest.mark.docker
def test_a_container_that_serves_again_is_still_counted(make_provider):
    provider = make_provider()
    work = Command(argv=("python3", "-c", "sum(range(10**6))"), timeout_s=60.0)
    for _ in range(3):
        with provider.open({}) as sandbox:
            before = sandbox.cpu_s()
            if before is None:
                pytest.skip("the engine is elsewhere")
            assert sandbox.run(work).ok
            assert (sandbox.cpu_s() or 0.0) > before


@pytest.mark.docker
def test_providers_of_one_process_use_the_same_last_core(make_provider):
    look = Command(argv=("python3", "-c", "import os; print(*sorted(os.sched_getaffinity(0)))"), timeout_s=60.0)
    providers = make_provider(), make_provider()
    with providers[0].open({}, cores=1) as base, providers[1].open({}, cores=1) as head, providers[0].open({}) as free:
        cores = {base.run(look).stdout, head.run(look).stdout}
        assert cores == {free.run(look).stdout.split()[-1] + b"\n"}


@pytest.mark.docker
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity") or os.cpu_count() == 1, reason="there is nothing to choose from")
def test_sandboxes_keep_to_the_cores_that_codeopt_is_held_to(make_provider):
    look = Command(argv=("python3", "-c", "import os; print(*sorted(os.sched_getaffinity(0)))"), timeout_s=60.0)
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(usual)})
    try:
        provider = make_provider()
        with provider.open({}) as free, provider.open({}, cores=1) as held:
            assert {free.run(look).stdout, held.run(look).stdout} == {b"%d\n" % min(usual)}
    finally:
        os.sched_setaffinity(0, usual)


@pytest.mark.docker
def test_containers_of_others_are_part_of_the_weather_and_ours_are_not(make_provider):
    provider = make_provider()
    if provider.weather() is None:
        pytest.skip("the engine is elsewhere")
    client = provider._client
    base = find_local(client, "3.11")
    assert base is not None
    # Not of the environment's image, which has the labels of the container that it was made in.
    other = client.containers.run(base.image_id, ["sleep", "600"], detach=True, network_mode="none", remove=True)
    try:
        with provider.open({}):
            weather = provider.weather()
            assert weather is not None
            assert 1 <= weather.containers < len(client.api.containers())
    finally:
        other.kill()
