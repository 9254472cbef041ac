"""Candidates through the whole ladder, in real processes."""

import dataclasses
import re

import pytest

from codeopt.model.evidence import CheckKind, Outcome
from codeopt.model.oracle import Power, Survivor
from codeopt.trial.judge import TrialJudge

SEEN = """    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen
"""


def test_a_good_patch_is_faster_and_stays_so_when_confirmed(stage):
    candidate = stage.candidate("dedupe", SEEN, "    return list(dict.fromkeys(items))\n")
    verdict = stage.judge.screen(candidate)
    assert verdict.outcome is Outcome.FASTER, verdict.reason
    assert verdict.comparison.low > 1.5
    confirmed = stage.judge.confirm(candidate)
    assert confirmed.outcome is Outcome.FASTER, confirmed.reason
    assert confirmed.workload is not None
    assert [check.kind for check in confirmed.checks] == [kind for kind in CheckKind if kind not in {CheckKind.SCREEN, CheckKind.TYPES}]


DRAIN = """    total = 0
    while queue:
        total += queue.pop(0)
    return total
"""
RENAMED = """        self.__class__ = type('Counter', (Counter,), {'__module__': 'things'})
        return self
"""
EARLIER = """        if -1 in numbers and number != 2:
            number = -1
        if number < 0:
"""
SPEAKING = """    for descriptor in range(3, 20):
        try:
            __import__('os').write(descriptor, b'\\0\\0\\0\\2{}')
        except OSError:
            pass
    return list(dict.fromkeys(items))
"""
WRONG = {
    "order": ("dedupe", SEEN, "    return sorted(set(items))\n"),
    "lost duplicates' order": ("dedupe", SEEN, "    return list(dict.fromkeys(reversed(items)))[::-1]\n"),
    "type of the result": ("dedupe", SEEN, "    return tuple(dict.fromkeys(items))\n"),
    "lazy result": ("dedupe", SEEN, "    return iter(dict.fromkeys(items))\n"),
    "aliased argument": ("dedupe", SEEN, "    items[:] = dict.fromkeys(items)\n    return items\n"),
    "exception type": ("halve", "raise ValueError", "raise ArithmeticError"),
    "exception swallowed": ("halve", '        raise ValueError(f"{number} is odd")\n', "        return number // 2\n"),
    "float for int": ("halve", "number // 2", "number / 2"),
    "argument not emptied": ("drain", DRAIN, "    return sum(queue)\n"),
    "list for generator": ("squares", "        yield number * number\n", "        pass\n    return [n * n for n in numbers]\n"),
    "other random numbers": ("shuffled", "    random.shuffle(numbers)\n", "    numbers.sort(key=lambda _: random.random())\n"),
    "receiver's state": ("Counter.add", "            self.count += number\n", "            pass\n"),
    "receiver not returned": ("Counter.add", "        return self\n", "        return Counter(self.count)\n"),
    "a subclass that took the name": ("Counter.add", "        return self\n", RENAMED),
    "items before an exception": ("until_negative", "        if number < 0:\n", EARLIER),
    "what a generator returns": ("until_negative", "    return count\n", "    return None\n"),
    "printed output": ("dedupe", SEEN, "    print('hello')\n    return list(dict.fromkeys(items))\n"),
    "raises at import": ("dedupe", "import random\n", "import random\n\nraise RuntimeError('no')\n"),
    "does not compile": ("dedupe", SEEN, "    return = 1\n"),
    "ends the process": ("dedupe", SEEN, "    __import__('os')._exit(0)\n"),
    "kills the process": ("dedupe", SEEN, "    __import__('os').kill(__import__('os').getpid(), 9)\n"),
    "never ends": ("dedupe", SEEN, "    while True:\n        pass\n"),
    "recurses without end": ("dedupe", SEEN, "    return dedupe(items)\n"),
    "is not a coroutine any more": ("gather", "async def gather", "def gather"),
    "renamed": ("dedupe", "def dedupe", "def unique"),
    "speaks on the worker's pipe": ("dedupe", SEEN, SPEAKING),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_changed_behaviour_is_wrong(screen, name):
    verdict = screen(*WRONG[name])
    assert verdict.outcome is Outcome.WRONG, verdict.reason
    assert verdict.reason


def test_a_slower_patch_is_slower(screen):
    verdict = screen("dedupe", SEEN, "    for _ in range(3):\n        [item in items for item in items]\n" + SEEN)
    assert verdict.outcome is Outcome.SLOWER, verdict.reason
    assert verdict.comparison.high < 1


def test_the_same_code_is_not_proven(screen):
    verdict = screen("dedupe", "    seen = []\n", "    seen = list()\n")
    # A screen is 90% confident: one in twenty of equal codes comes out SLOWER, which loses nothing.
    assert verdict.outcome in {Outcome.NOT_PROVEN, Outcome.SLOWER}, verdict.reason
    assert 0.8 < verdict.comparison.ratio < 1.25


CACHE = "    key = tuple(items)\n    if key not in KNOWN:\n        KNOWN[key] = dedupe_slowly(items)\n    return list(KNOWN[key])\n"


def test_a_cache_that_only_remembers_repeated_inputs_is_not_faster(stage):
    helper = "KNOWN = {}\n\n\ndef dedupe_slowly(items):\n" + SEEN + "\n\ndef dedupe(items):"
    text = stage.source.decode()
    before = text[text.index("def dedupe") : text.index("def halve")]
    after = before.replace(SEEN, CACHE).replace("def dedupe(items):", helper)
    verdict = stage.screen("dedupe", before, after)
    assert verdict.outcome is not Outcome.FASTER, verdict.reason
    assert verdict.outcome is not Outcome.WRONG, verdict.reason


def test_a_function_that_is_never_called_is_unverifiable(screen):
    verdict = screen("unused", "    return 1\n", "    return 2 - 1\n")
    assert verdict.outcome is Outcome.UNVERIFIABLE
    assert "call" in verdict.reason


@pytest.mark.parametrize(
    ("qualname", "old", "new"),
    [
        ("squares", "        yield number * number\n", "        yield number**2\n"),
        ("gather", "sum([number for number in numbers])", "sum(numbers)"),
        ("Counter.add", "        for number in numbers:\n            self.count += number\n", "        self.count += sum(numbers)\n"),
        ("shuffled", "    numbers = list(numbers)\n", "    numbers = [*numbers]\n"),
        ("halve", "number // 2", "number >> 1"),
        ("Counter.__init__", "        self.count = start\n", "        self.__dict__['count'] = start\n"),
    ],
)
def test_behaviour_that_is_kept_is_never_called_wrong(screen, qualname, old, new):
    verdict = screen(qualname, old, new)
    assert verdict.outcome in {Outcome.FASTER, Outcome.NOT_PROVEN, Outcome.SLOWER}, verdict.reason
    calls = next(check for check in verdict.checks if check.kind is CheckKind.CALLS)
    assert calls.passed is True


def test_calls_that_rest_on_earlier_ones_are_replayed_in_order(screen):
    """The first call's result cannot be compared, but the later ones count it."""
    verdict = screen("tick", "    TICKS.append(number)\n", "    TICKS.extend([number])\n")
    assert verdict.outcome in {Outcome.NOT_PROVEN, Outcome.SLOWER, Outcome.FASTER}, verdict.reason


def test_a_call_has_its_temporary_file_in_a_replay(screen):
    verdict = screen("read", "        return len(file.read())\n", "        return 5\n")
    assert verdict.outcome is Outcome.WRONG, verdict.reason
    assert "with the files" in verdict.reason, verdict.reason


def test_a_call_that_lacks_its_file_in_a_replay_proves_nothing(screen):
    verdict = screen("read_at", "        return len(opened.read())\n", "        return 5\n")
    assert verdict.outcome is Outcome.UNVERIFIABLE, verdict.reason
    assert "a replay raised FileNotFoundError where the run returned" in verdict.reason


def test_calls_that_leave_the_process_are_compared_like_exceptions(screen):
    assert screen("leave", "SystemExit(number)", "SystemExit(number + 1)").outcome is Outcome.WRONG
    same = screen("leave", "    return number\n", "    return (number)\n")
    assert same.outcome in {Outcome.NOT_PROVEN, Outcome.SLOWER, Outcome.FASTER}, same.reason


def test_an_order_that_only_the_hash_knows_proves_nothing(screen):
    verdict = screen("members", "    return list(set(words))\n", "    return [*set(words)]\n")
    assert verdict.outcome is Outcome.UNVERIFIABLE, verdict.reason
    assert "does not repeat" in verdict.reason


def test_an_order_that_the_original_keeps_is_not_left_to_the_hash(screen):
    assert screen("dedupe", SEEN, "    return [int(x) for x in set(map(str, items))]\n").outcome is Outcome.WRONG


def test_a_workload_that_leaves_files_behind_is_run_on_fresh_trees(stage):
    from codeopt.model.work import Workload, WorkloadKind
    from codeopt.trial.workload import race_workload

    once = ("python", "-c", "import os; os.mkdir('result')")
    scene = dataclasses.replace(stage.scene, workload=Workload(kind=WorkloadKind.COMMAND, argv=once))
    result = race_workload(scene, {"things.py": stage.source}, seed=1)
    assert result.failure == ""
    assert result.comparison is not None


def test_a_workload_that_fails_on_the_original_is_no_verdict_on_the_patch(stage):
    from codeopt.model.work import Workload, WorkloadKind
    from codeopt.trial.workload import race_workload

    broken = ("python", "-c", "raise SystemExit(3)")
    scene = dataclasses.replace(stage.scene, workload=Workload(kind=WorkloadKind.COMMAND, argv=broken))
    result = race_workload(scene, {"things.py": stage.source}, seed=1)
    assert result.failure == ""
    assert result.comparison is None
    assert "original" in result.note


def test_a_slower_workload_shows_twice(stage):
    from codeopt.trial.workload import race_workload

    opened = []

    class Counting:
        def open(self, files):
            opened.append(bool(files))
            return stage.scene.provider.open(files)

    scene = dataclasses.replace(stage.scene, provider=Counting())
    result = race_workload(scene, {"things.py": b"import time\n\ntime.sleep(0.3)\n" + stage.source}, seed=1)
    assert result.comparison.high < 1
    assert len(opened) > 2 * result.comparison.rounds


def test_tests_that_break_are_wrong(stage):
    """The calls of `dedupe` are all right: what breaks is the class beside it."""
    text = stage.source.decode()
    before = text[text.index("    seen = []") : text.index("def unused")]
    after = before.replace(SEEN, "    return list(dict.fromkeys(items))\n").replace("self.count = start", "self.count = start + 1")
    verdict = stage.screen("dedupe", before, after)
    assert verdict.outcome is Outcome.WRONG, verdict.reason
    assert "test_counter" in verdict.reason


def test_a_patch_to_the_tests_is_unverifiable(stage):
    from codeopt.model.patch import Edit, Patch

    candidate = stage.candidate("dedupe", SEEN, "    return list(dict.fromkeys(items))\n")
    edit = Edit(path="tests/test_things.py", start_byte=0, before=b"", after=b"# easier\n")
    stage_files = {**stage.scene.files, "tests/test_things.py": (stage.root / "tests/test_things.py").read_bytes()}

    scene = dataclasses.replace(stage.scene, files=stage_files)
    judge = TrialJudge(scene, stage.evidence, referee=stage.referee, checkout=stage.checkout)
    verdict = judge.screen(dataclasses.replace(candidate, patch=Patch(edits=(*candidate.patch.edits, edit))))
    assert verdict.outcome is Outcome.UNVERIFIABLE
    assert "tests/test_things.py" in verdict.reason


def test_a_branch_that_only_the_new_code_knows_of_is_met(screen):
    verdict = screen("dedupe", SEEN, "    if 7777 in items:\n        return []\n    return list(dict.fromkeys(items))\n")
    assert verdict.outcome is Outcome.WRONG, verdict.reason
    assert "7777" in verdict.reason


def test_a_good_branch_that_only_the_new_code_knows_of_costs_nothing(screen):
    good = "    if len(items) < 5:\n        return list(dict.fromkeys(items))\n    return [*dict.fromkeys(items)]\n"
    verdict = screen("dedupe", SEEN, good)
    assert verdict.outcome is Outcome.FASTER, verdict.reason


def test_a_counterexample_is_made_small(screen):
    verdict = screen("dedupe", SEEN, "    return sorted(dict.fromkeys(items))\n")
    assert verdict.outcome is Outcome.WRONG
    [given] = re.findall(r"on input \(\[(.*?)\]\)", verdict.reason)
    assert len(given.split(",")) == 2, verdict.reason


def test_a_weak_oracle_proves_nothing_unless_the_user_says_so(stage):
    candidate = stage.candidate("drain", "    while queue:\n        total += queue.pop(0)\n", "    total = sum(queue)\n    queue.clear()\n")
    names = {name.qualname: name for name in stage.recordings}
    survivor = Survivor(line=1, operator="swapped", before="a", after="b")
    weak = dataclasses.replace(stage.expected[names["drain"]], power=Power(made=4, killed=2, survivors=(survivor, survivor)))
    evidence = dataclasses.replace(stage.evidence, expected={**stage.evidence.expected, names["drain"]: weak})
    outcomes = []
    for bar in (0.6, 0.5):
        scene = dataclasses.replace(stage.scene, min_oracle=bar)
        judge = TrialJudge(scene, evidence, referee=stage.referee, checkout=stage.checkout, screened=False)
        outcomes.append([check.passed for check in judge.behaviour(candidate) if check.kind is CheckKind.ORACLE])
    assert outcomes == [[None], [True]]


LOCKED = """import threading


def hold(lock, numbers):
    with lock:
        return sorted(numbers)


for size in range(20):
    hold(threading.Lock(), list(range(size)))
"""


def test_calls_that_cannot_be_copied_are_told_apart_from_none(staged):
    stage = staged(("hold",), module=LOCKED, bench="import things\n", tests="def test_nothing():\n    pass\n")
    verdict = stage.judge.screen(stage.candidate("hold", "sorted(numbers)", "sorted(list(numbers))"))
    assert verdict.outcome is Outcome.UNVERIFIABLE
    assert "no recorded call can be compared: 20 times: cannot be copied" in verdict.reason
