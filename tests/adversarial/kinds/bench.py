"""The workload: every function, on inputs that grow."""

import asyncio
import datetime
import io
import random
import warnings
from contextlib import redirect_stdout
from decimal import Decimal
from pathlib import PurePosixPath

from kinds import flows, holders, records, texts

RNG = random.Random(4)
ROUNDS = 12
NAMES = ["ash", "birch", "cedar", "elm", "fir", "larch", "oak", "pine", "rowan", "yew"]


def double(value):
    """Return twice a value."""
    return value * 2


def half(value):
    """Return half of a number."""
    return value // 2


def initial(text):
    """Return the first letter."""
    return text[:1]


async def loaded(key):
    """Return numbers that belong to a key."""
    await asyncio.sleep(0)
    return [len(key), *map(ord, key)]


def record_calls(size):
    """Call the functions of `records`."""
    words = [RNG.choice(NAMES) for _ in range(size)]
    records.merge_orders([records.Order(word, RNG.randint(-2, 9), [at] * RNG.randint(0, 2)) for at, word in enumerate(words)])
    records.tally_states([RNG.choice(list(records.State)[: 1 + size % 4]) for _ in range(4 * size)])
    start = datetime.datetime(2024, 5, 1, 8, tzinfo=datetime.timezone.utc)
    records.bucket_by_hour([start + datetime.timedelta(minutes=RNG.randint(0, 40 * size)) for _ in range(size)])
    records.split_bill(Decimal(RNG.randint(100, 99999)) / 100, [RNG.randint(1, 9) for _ in range(size)])
    base = PurePosixPath("/srv/data")
    records.common_root([base.joinpath(*RNG.choices(NAMES[: 2 + size % 5], k=4)) for _ in range(1 + size)])


def flow_calls(size):
    """Call the functions of `flows`."""
    list(flows.pairs_with_sum([RNG.randint(-5, 20) for _ in range(size)], 12))
    list(flows.chunks(range(3 * size), 1 + size % 7))
    list(flows.chunks(iter(NAMES), 3))
    asyncio.run(flows.gather_totals(loaded, [RNG.choice(NAMES) for _ in range(size)]))
    flows.group_adjacent([RNG.choice(NAMES) for _ in range(size)], initial)
    flows.group_adjacent([RNG.randint(0, 9) for _ in range(size)], half)
    flows.apply_all([RNG.choice([double, half, initial, len]) for _ in range(size)], RNG.choice([5, "oak", [1, 2]]))
    with flows.section([], "work") as log:
        log.extend(range(size))


def holder_calls(size):
    """Call the methods of `holders`."""
    histogram = holders.Histogram(RNG.randint(0, 50) for _ in range(size))
    for value in (3, 1, 60):
        histogram.quartiles
        histogram.add(value)
    for text in (f"{size}.{size * 7}.1", f" {size}.0-rc{size}", str(size), f"{size}.{size}-a-b"):
        holders.Version.parse(text)
        holders.Preview.parse(text)
    for cell in ((0, 0), (size % 5, 2), (4, size % 4)):
        holders.Grid.neighbours(cell, (5, 4 + size % 3))
    recent = holders.Recent(4)
    for _ in range(size):
        recent.get(RNG.choice(NAMES), initial)
    tree = holders.Node(size)
    for at in range(size):
        tree = holders.Node(at, [tree, holders.Node(1)])
    tree.total()


def text_calls(size):
    """Call the functions of `texts`."""
    texts.run_lengths(bytes(RNG.choices(range(3), k=4 * size)))
    texts.run_lengths(b"x" * (20 * size) + b"y")
    with redirect_stdout(io.StringIO()):
        texts.report([(RNG.choice(NAMES), RNG.randint(1, 50)) for _ in range(size)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        texts.scaled([RNG.randint(-9, 9) for _ in range(size)], RNG.choice([0, 2, 3]))
    table = {name: {other: {"leaf": size} for other in NAMES} for name in NAMES}
    texts.lookup(table, f"{RNG.choice(NAMES)}.{RNG.choice(NAMES)}.leaf")
    try:
        texts.lookup(table, f"{RNG.choice(NAMES)}.ivy.leaf")
    except KeyError:
        pass
    texts.flatten([[RNG.choice(NAMES), [size, (1, 2)]], size, [[[]]]] * size)
    left, right = ({RNG.choice(NAMES): RNG.randint(-2, 5) for _ in range(size)} for _ in range(2))
    texts.merge_counts(left, right)
    texts.sample_rows([(name, at) for at, name in enumerate(NAMES * 3)], size, random.Random(size))
    texts.ranked({name: RNG.randint(0, size) for name in RNG.sample(NAMES, min(size, len(NAMES)))})


def main():
    """Make all calls."""
    for size in range(1, 1 + ROUNDS):
        for _ in range(3):
            record_calls(size)
            flow_calls(size)
            holder_calls(size)
            text_calls(size)
    for _ in range(20):
        record_calls(40)
        flow_calls(60)
        holder_calls(40)
        text_calls(60)


if __name__ == "__main__":
    main()
