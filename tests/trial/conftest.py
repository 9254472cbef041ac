"""A small repository and a judge over it, in the local sandbox: the same code path as in Docker, without an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from codeopt.adapters.local.provider import LocalProvider
from codeopt.assets import programs_dir
from codeopt.model.code import Target
from codeopt.model.evidence import Verdict
from codeopt.model.patch import Candidate, Origin
from codeopt.model.work import Workload, WorkloadKind
from codeopt.patching.versions import patch_between
from codeopt.syntax.index import CodeIndex, index_files
from codeopt.trial.environment import detect_environment
from codeopt.trial.judge import Evidence, TrialJudge
from codeopt.trial.learning import learn_expected
from codeopt.trial.recording import record
from codeopt.trial.scene import Limits, Scene
from codeopt.trial.suite import run_suite

MODULE = '''"""Things to make faster."""

import random


def dedupe(items):
    """Return the items without repeats, in order of first appearance."""
    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen


def halve(number):
    """Return half of an even number."""
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2


def squares(numbers):
    """Yield the squares."""
    for number in numbers:
        yield number * number


def shuffled(numbers):
    """Return the numbers in random order."""
    numbers = list(numbers)
    random.shuffle(numbers)
    return numbers


def drain(queue):
    """Empty the queue and return its sum."""
    total = 0
    while queue:
        total += queue.pop(0)
    return total


async def gather(numbers):
    """Return the sum, the asynchronous way."""
    return sum([number for number in numbers])


class Counter:
    """Counts."""

    def __init__(self, start):
        self.count = start

    def add(self, numbers):
        """Add the numbers and return the counter."""
        for number in numbers:
            self.count += number
        return self


TICKS = []


def tick(number):
    """Count the calls; some results cannot be compared."""
    TICKS.append(number)
    return (lambda: number) if number == 0 else len(TICKS)


def read(path):
    """Return the length of a file."""
    with open(path) as file:
        return len(file.read())


def read_at(names):
    """Return the length of a file whose path is bytes."""
    with open(names["path"]) as opened:
        return len(opened.read())


def leave(number):
    """End the process for odd numbers."""
    if number % 2:
        raise SystemExit(number)
    return number


def members(words):
    """Return the different words, in an order that only the hash knows."""
    return list(set(words))


def until_negative(numbers):
    """Yield numbers up to the first negative one, and return how many there were."""
    count = 0
    for number in numbers:
        if number < 0:
            raise LookupError(number)
        count += 1
        yield number
    return count


def energy(parts):
    """Return the sum of the squares."""
    whole = 0.0
    for part in parts:
        whole += part * part
    return whole


def unused():
    """Nothing calls this."""
    return 1
'''

BENCH = """
import asyncio
import random
import tempfile
from things import Counter, dedupe, drain, energy, gather, halve, leave, members, read, read_at, shuffled, squares, tick, until_negative

rng = random.Random(1)
for size in range(20, 220, 20):
    dedupe([rng.randrange(1000) for _ in range(size)])
    drain([rng.randrange(100) for _ in range(size * 3)])
    list(squares(range(size)))
    energy([number / 7 for number in range(size)])
    shuffled(range(size))
    asyncio.run(gather(list(range(size))))
    Counter(size).add(list(range(size)))
for number in range(4):
    tick(number)
    members(["a", "b", "c", "d", str(number)])
with tempfile.NamedTemporaryFile("w") as file:
    file.write("hello")
    file.flush()
    read(file.name)
    read_at({"path": file.name.encode()})
for numbers in ([1, 2], [1, -1, 2], []):
    try:
        list(until_negative(numbers))
    except LookupError:
        pass
for number in range(10):
    try:
        leave(number)
    except SystemExit:
        pass
    try:
        halve(number)
    except ValueError:
        pass
"""

TESTS = """
import pytest
from things import Counter, dedupe, halve


def test_dedupe():
    assert dedupe([3, 1, 3]) == [3, 1]


def test_halve():
    assert halve(4) == 2
    with pytest.raises(ValueError):
        halve(3)


def test_counter():
    assert Counter(1).add([2]).count == 3
"""


class Stage:
    """One repository, its evidence and its judge."""

    def __init__(
        self, root: Path, stack: ExitStack, targets: tuple[str, ...], *, module: str = MODULE, bench: str = BENCH, tests: str = TESTS
    ) -> None:
        files = {"things.py": module, "bench.py": bench, "tests/test_things.py": tests, "pyproject.toml": ""}
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        self.root = root
        self.module = module
        self.source = module.encode()
        self.index: CodeIndex = index_files(root, ["things.py", "bench.py", "tests/test_things.py"])
        environment = detect_environment(tuple(files), lambda path: (root / path).read_bytes(), python="3.11")
        provider = LocalProvider(root, programs_dir())
        stack.callback(provider.close)
        provider.prepare(environment)
        limits = Limits(call_s=5.0, race_s=6.0, workload_race_s=1.0)
        self.scene = Scene(
            provider=provider,
            environment=environment,
            workload=Workload(kind=WorkloadKind.COMMAND, argv=("python", "bench.py")),
            tests=("python", "-m", "pytest", "-q"),
            files={"things.py": self.source},
            limits=limits,
        )
        names = [self.index.find(f"things.py::{qualname}").name for qualname in targets]
        self.referee = stack.enter_context(provider.open({}, cores=1))
        self.recordings = dict(record(self.scene, names))
        self.expected = {name: learn_expected(self.scene, self.referee, recording) for name, recording in self.recordings.items()}
        with provider.open({}) as fresh:
            suite = run_suite(self.scene, fresh)
        self.evidence = Evidence(suite=suite, recordings=self.recordings, expected=self.expected)
        # The walls behind the screen are what these tests are about.
        self.judge = TrialJudge(self.scene, self.evidence, referee=self.referee, checkout=self.checkout, screened=False)

    def checkout(self, patch: object) -> dict[str, bytes]:
        from codeopt.patching.apply import apply

        return apply(patch, self.scene.files)

    def candidate(self, qualname: str, old: str, new: str) -> Candidate:
        """Replace text of the module in a patch for a function."""
        assert self.module.count(old) == 1, old
        function = self.index.find(f"things.py::{qualname}")
        target = Target(name=function.name, span=function.span, source_sha=function.source_sha, share=0.5)
        after = self.module.replace(old, new).encode()
        return Candidate(target=target, patch=patch_between("things.py", self.source, after), origin=Origin(proposer="rules"))

    def screen(self, qualname: str, old: str, new: str) -> Verdict:
        return self.judge.screen(self.candidate(qualname, old, new))


TARGETS = (
    "dedupe",
    "halve",
    "squares",
    "shuffled",
    "drain",
    "gather",
    "Counter.add",
    "Counter.__init__",
    "tick",
    "read",
    "read_at",
    "leave",
    "members",
    "until_negative",
    "energy",
    "unused",
)


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(tmp_path_factory.mktemp("repository"), stack, TARGETS)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stage]]:
    """Builds stages of other repositories: give `module`, `bench`, `tests` and the targets."""
    with ExitStack() as stack:
        yield lambda targets, **texts: Stage(tmp_path_factory.mktemp("repository"), stack, targets, **texts)


@pytest.fixture
def screen(stage: Stage) -> Callable[[str, str, str], Verdict]:
    return stage.screen
