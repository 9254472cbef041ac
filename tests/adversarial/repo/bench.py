"""The workload: every function, on a few dozen inputs that grow."""

import asyncio
import random

from almanac.aio import running_totals
from almanac.cards import deal
from almanac.checksums import chain
from almanac.formatting import table
from almanac.graphs import path_count, reachable
from almanac.intervals import covering, merge
from almanac.journal import summarize
from almanac.ledger import Ledger
from almanac.lookup import resolve
from almanac.matrix import multiply, scale_rows
from almanac.parsing import balanced, parse_pairs
from almanac.stats import collatz_lengths, moving_max, ranks, variance
from almanac.streams import running_medians, windows
from almanac.text import anagrams, unique, word_counts

CALLS = 16


def words(rng, count):
    """Return words over few letters, so that some repeat."""
    return ["".join(rng.choice("abcde") for _ in range(rng.randrange(2, 6))) for _ in range(count)]


def numbers(rng, count):
    """Return whole numbers."""
    return [rng.randrange(10_000) for _ in range(count)]


def floats(rng, count):
    """Return numbers with a fraction."""
    return [rng.uniform(-1000, 1000) for _ in range(count)]


def spans(rng, count):
    """Return intervals."""
    return [(start, start + rng.randrange(1, 40)) for start in (rng.randrange(5000) for _ in range(count))]


def graph(rng, count):
    """Return a graph in which most nodes can be reached."""
    return {node: [node + 1, *(rng.randrange(count) for _ in range(3))] for node in range(count)}


def lattice(rng, size):
    """Return a graph without cycles and with many ways from end to end."""
    return {node: sorted({node + 1, node + 2, node + 1 + rng.randrange(3)}) for node in range(size)}


def square(rng, size):
    """Return a square matrix of whole numbers."""
    return [numbers(rng, size) for _ in range(size)]


def brackets(rng, pairs):
    """Return a text whose brackets nearly always fit."""
    text = ""
    for _ in range(pairs):
        opened, closed = rng.choice(["()", "[]", "{}"])
        at = rng.randrange(len(text) + 1) if rng.random() < 0.1 else len(text) // 2
        text = text[:at] + opened + closed + text[at:]
    return text


def inputs(*wanted):
    """Return for each function (its module and name), or for those that are wanted, the arguments of its calls."""
    made = {}

    def calls(name, arguments):
        if not wanted or name in wanted:
            made[name] = [arguments(random.Random(f"{name} {step}"), step) for step in range(1, CALLS + 1)]

    calls("text.word_counts", lambda rng, n: (" ".join(words(rng, 120 + 15 * n)),))
    calls("text.unique", lambda rng, n: (words(rng, 250 + 20 * n),))
    calls("text.anagrams", lambda rng, n: (words(rng, 50 + 3 * n),))
    calls("stats.variance", lambda rng, n: (floats(rng, 200 + 15 * n),))
    calls("stats.ranks", lambda rng, n: (numbers(rng, 70 + 6 * n),))
    calls("stats.moving_max", lambda rng, n: (numbers(rng, 300 + 20 * n), 60 + n))
    calls("stats.collatz_lengths", lambda rng, n: (list(range(50 * n, 50 * n + 140 + n)),))
    calls("intervals.covering", lambda rng, n: (spans(rng, 90 + 6 * n), numbers(rng, 90 + 6 * n)))
    calls("intervals.merge", lambda rng, n: (spans(rng, 60 + 6 * n),))
    calls("graphs.reachable", lambda rng, n: (graph(rng, 100 + 10 * n), 0))
    calls("graphs.path_count", lambda rng, n: (lattice(rng, 12 + n // 4), 0, 12 + n // 4))
    calls("matrix.multiply", lambda rng, n: (square(rng, 16 + n // 3), square(rng, 16 + n // 3)))
    calls("matrix.scale_rows", lambda rng, n: ([floats(rng, 50 + n) for _ in range(16)],))
    calls("parsing.parse_pairs", lambda rng, n: (";".join(f"{word} = {n}" for word in words(rng, 250 + 20 * n)),))
    calls("parsing.balanced", lambda rng, n: (brackets(rng, 200 + 20 * n),))
    calls("lookup.resolve", lambda rng, n: ([(word, n) for word in words(rng, 150 + 10 * n)], words(rng, 120 + 5 * n)))
    calls("formatting.table", lambda rng, n: ([words(rng, 5) for _ in range(30 + 2 * n)],))
    calls("streams.running_medians", lambda rng, n: (numbers(rng, 120 + 8 * n),))
    calls("streams.windows", lambda rng, n: (numbers(rng, 300 + 20 * n), 60 + n))
    calls("aio.running_totals", lambda rng, n: ([numbers(rng, 180 + 6 * n) for _ in range(3)],))
    calls("ledger.Ledger.balances", lambda rng, n: (Ledger(zip(words(rng, 80 + 6 * n), numbers(rng, 80 + 6 * n))),))
    calls("ledger.Ledger.cancel", lambda rng, n: (Ledger((word[:1], n) for word in words(rng, 200 + 10 * n)), "a"))
    calls("journal.summarize", lambda rng, n: ([(word[:2], word) for word in words(rng, 120 + 6 * n)],))
    calls("cards.deal", lambda rng, n: (list(range(300 + 10 * n)), 8))
    calls("checksums.chain", lambda rng, n: ([rng.randbytes(500) for _ in range(40 + n)],))
    return made


FUNCTIONS = {
    "text.word_counts": word_counts,
    "text.unique": unique,
    "text.anagrams": anagrams,
    "stats.variance": variance,
    "stats.ranks": ranks,
    "stats.moving_max": moving_max,
    "stats.collatz_lengths": collatz_lengths,
    "intervals.covering": covering,
    "intervals.merge": merge,
    "graphs.reachable": reachable,
    "graphs.path_count": path_count,
    "matrix.multiply": multiply,
    "matrix.scale_rows": scale_rows,
    "parsing.parse_pairs": parse_pairs,
    "parsing.balanced": balanced,
    "lookup.resolve": resolve,
    "formatting.table": table,
    "streams.running_medians": lambda values: list(running_medians(values)),
    "streams.windows": windows,
    "aio.running_totals": lambda batches: asyncio.run(running_totals(batches)),
    "ledger.Ledger.balances": Ledger.balances,
    "ledger.Ledger.cancel": Ledger.cancel,
    "journal.summarize": summarize,
    "cards.deal": deal,
    "checksums.chain": chain,
}


def main():
    """Make all calls."""
    for name, calls in inputs().items():
        for arguments in calls:
            FUNCTIONS[name](*arguments)


if __name__ == "__main__":
    random.seed(1)
    main()
