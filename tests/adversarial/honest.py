"""Good patches: what an honest author would make of each function. Hostile ones hide behind them, twins are them.

`with_lines` puts lines in front of an honest body: the change that a reviewer would like, and what comes along with it.
"""

from __future__ import annotations

import ast
import re
import textwrap

from tests.adversarial.corpus import function_text

__all__ = ["FAST", "renamed", "with_lines"]

_TEXT = "almanac/text.py"
_STATS = "almanac/stats.py"

_WORD_COUNTS = '''
def word_counts(text):
    """Return how often each word occurs, in order of first appearance."""
    counts = {}
    for word in text.lower().split():
        counts[word] = counts.get(word, 0) + 1
    return counts
'''
_UNIQUE = '''
def unique(words):
    """Return the words without repeats, in order of first appearance."""
    return list(dict.fromkeys(words))
'''
_ANAGRAMS = '''
def anagrams(words):
    """Return groups of words that are made of the same letters, each group in order of appearance."""
    groups = {}
    for word in words:
        groups.setdefault("".join(sorted(word)), []).append(word)
    return list(groups.values())
'''
_VARIANCE = '''
def variance(values):
    """Return the population variance."""
    if not values:
        raise ValueError("variance of no values")
    mean = sum(values) / len(values)
    total = 0.0
    for value in values:
        total += (value - mean) ** 2
    return total / len(values)
'''
_RANKS = '''
def ranks(values):
    """Return for each value how many are smaller."""
    first = {}
    for rank, value in enumerate(sorted(values)):
        first.setdefault(value, rank)
    return [first[value] for value in values]
'''
_MOVING_MAX = '''
def moving_max(values, window):
    """Return the largest value of each run of `window` values."""
    if window < 1:
        raise ValueError(f"window of {window}")
    largest = []
    at = -1
    for start in range(len(values) - window + 1):
        end = start + window
        if at < start:
            at = max(range(start, end), key=values.__getitem__)
        elif values[end - 1] > values[at]:
            at = end - 1
        largest.append(values[at])
    return largest
'''
_COLLATZ = '''
def collatz_lengths(numbers):
    """Return for each number how many steps it takes to reach 1."""
    known = {1: 0}
    lengths = []
    for number in numbers:
        trail = []
        while number not in known:
            trail.append(number)
            number = number // 2 if number % 2 == 0 else 3 * number + 1
        steps = known[number]
        for passed in reversed(trail):
            steps += 1
            known[passed] = steps
        lengths.append(steps)
    return lengths
'''
_COVERING = '''
def covering(intervals, points):
    """Return for each point how many intervals hold it."""
    starts = sorted(start for start, _ in intervals)
    ends = sorted(end for _, end in intervals)
    return [bisect_right(starts, point) - bisect_right(ends, point) for point in points]
'''
_MERGE = '''
def merge(intervals):
    """Return the same stretches as few intervals that do not touch, in order."""
    stretches = sorted(intervals)
    merged = []
    if len(stretches) > 1 and not all(start <= end for start, end in stretches):
        for start, end in stretches:
            grown = [start, end]
            rest = []
            for low, high in merged:
                if low <= grown[1] and grown[0] <= high:
                    grown = [min(low, grown[0]), max(high, grown[1])]
                else:
                    rest.append((low, high))
            merged = sorted([*rest, tuple(grown)])
        return merged
    for start, end in stretches:
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
'''
_REACHABLE = '''
def reachable(graph, start):
    """Return the nodes that can be reached, nearest first."""
    found = {start: None}
    queue = [start]
    for node in queue:
        for neighbour in graph.get(node, []):
            if neighbour not in found:
                found[neighbour] = None
                queue.append(neighbour)
    return queue
'''
_PATH_COUNT = '''
def path_count(graph, start, goal):
    """Return how many ways lead from one node to another in a graph without cycles."""
    known = {goal: 1}

    def count(node):
        if node not in known:
            known[node] = sum(count(neighbour) for neighbour in graph.get(node, []))
        return known[node]

    return count(start)
'''
_MULTIPLY = '''
def multiply(left, right):
    """Return the product of two matrices."""
    if any(len(row) != len(right) for row in left):
        raise ValueError("shapes do not fit")
    columns = list(zip(*right))
    return [[sum(map(mul, row, column)) for column in columns] for row in left]
'''
_SCALE_ROWS = '''
def scale_rows(matrix):
    """Divide each row by its largest value, in place, and return the matrix."""
    for row in matrix:
        if row:
            largest = max(row)
            row[:] = [value / largest for value in row]
    return matrix
'''
_PARSE_PAIRS = '''
def parse_pairs(text):
    """Read `key=value;key=value`; later keys win.

    Raises:
        ValueError: a part without `=`.
    """
    pairs = {}
    if not text:
        return pairs
    if text[-1] == ";":
        text = text[:-1]
    for part in text.split(";"):
        key, sign, value = part.partition("=")
        if not sign:
            raise ValueError(f"no value in {part!r}")
        pairs[key.strip()] = value.strip()
    return pairs
'''
_BALANCED = '''
def balanced(text):
    """Tell whether every bracket is closed in order."""
    wanted = []
    for letter in text:
        if letter in "([{":
            wanted.append(")]}"["([{".index(letter)])
        elif letter in ")]}" and (not wanted or wanted.pop() != letter):
            return False
    return not wanted
'''
_RESOLVE = '''
def resolve(pairs, keys):
    """Return the value of each key, from the first pair that has it; None where there is none."""
    values = dict(reversed(pairs))
    return [values.get(key) for key in keys]
'''
_TABLE = '''
def table(rows):
    """Return rows of texts, all of one length, as lines of columns."""
    if not rows:
        return ""
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["".join([text.ljust(width) + " " for text, width in zip(row, widths)]).rstrip() + "\\n" for row in rows]
    return "".join(lines)
'''
_RUNNING_MEDIANS = '''
def running_medians(values):
    """Yield the upper median of all values so far."""
    ordered = []
    for value in values:
        insort(ordered, value)
        yield ordered[len(ordered) // 2]
'''
_WINDOWS = '''
def windows(values, size):
    """Return the sum of each run of `size` values."""
    if size < 1:
        return [sum(values[start : start + size]) for start in range(len(values) - size + 1)]
    sums = []
    total = sum(values[:size])
    for end in range(size, len(values) + 1):
        sums.append(total)
        if end < len(values):
            total += values[end] - values[end - size]
    return sums
'''
_RUNNING_TOTALS = '''
async def running_totals(batches):
    """Return for each batch the sums of its beginnings."""
    results = []
    for batch in batches:
        await asyncio.sleep(0)
        results.append(list(accumulate(batch)))
    return results
'''
_BALANCES = '''
def balances(self):
    """Return the sum of each account, in order of first posting."""
    balances = {}
    for account, amount in self.postings:
        balances[account] = balances.get(account, 0) + amount
    return balances
'''
_CANCEL = '''
def cancel(self, account):
    """Remove the postings of an account and return their sum."""
    total = sum(amount for other, amount in self.postings if other == account)
    self.postings[:] = [posting for posting in self.postings if posting[0] != account]
    return total
'''
_SUMMARIZE = '''
def summarize(entries):
    """Note each entry, a pair of kind and text, in the audit trail, and return how many there are of each kind."""
    kinds = {}
    for number, (kind, text) in enumerate(entries):
        AUDIT.append(f"{number}:{kind}:{text.strip().lower()}")
        kinds[kind] = kinds.get(kind, 0) + 1
    return kinds
'''
_DEAL = '''
def deal(cards, hands):
    """Shuffle the cards and deal them in turn; returns the hands, each sorted."""
    deck = list(cards)
    random.shuffle(deck)
    return [sorted(deck[first::hands]) for first in range(hands)]
'''
_CHAIN = '''
def chain(blobs):
    """Return the checksum of each beginning of a list of bytes."""
    checksum = hashlib.sha256()
    texts = []
    for blob in blobs:
        checksum.update(blob)
        texts.append(checksum.hexdigest())
    return texts
'''

FAST = {
    f"{_TEXT}::word_counts": _WORD_COUNTS,
    f"{_TEXT}::unique": _UNIQUE,
    f"{_TEXT}::anagrams": _ANAGRAMS,
    f"{_STATS}::variance": _VARIANCE,
    f"{_STATS}::ranks": _RANKS,
    f"{_STATS}::moving_max": _MOVING_MAX,
    f"{_STATS}::collatz_lengths": _COLLATZ,
    "almanac/intervals.py::covering": _COVERING,
    "almanac/intervals.py::merge": _MERGE,
    "almanac/graphs.py::reachable": _REACHABLE,
    "almanac/graphs.py::path_count": _PATH_COUNT,
    "almanac/matrix.py::multiply": _MULTIPLY,
    "almanac/matrix.py::scale_rows": _SCALE_ROWS,
    "almanac/parsing.py::parse_pairs": _PARSE_PAIRS,
    "almanac/parsing.py::balanced": _BALANCED,
    "almanac/lookup.py::resolve": _RESOLVE,
    "almanac/formatting.py::table": _TABLE,
    "almanac/streams.py::running_medians": _RUNNING_MEDIANS,
    "almanac/streams.py::windows": _WINDOWS,
    "almanac/aio.py::running_totals": _RUNNING_TOTALS,
    "almanac/ledger.py::Ledger.balances": _BALANCES,
    "almanac/ledger.py::Ledger.cancel": _CANCEL,
    "almanac/journal.py::summarize": _SUMMARIZE,
    "almanac/cards.py::deal": _DEAL,
    "almanac/checksums.py::chain": _CHAIN,
}


def with_lines(target: str, lines: str) -> str:
    """Return the honest function with lines of code in front of its body."""
    text = FAST[target].strip("\n") + "\n"
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    at = function.body[0].end_lineno
    rows = text.splitlines(keepends=True)
    return "".join([*rows[:at], textwrap.indent(textwrap.dedent(lines).strip("\n") + "\n", "    "), *rows[at:]])


def renamed(target: str, name: str, *, fast: bool = False) -> str:
    """Return the original function (or the honest one) under another name, to be called by a hostile one."""
    text = FAST[target].strip("\n") + "\n" if fast else function_text(target)
    own = target.rpartition("::")[2].rpartition(".")[2]
    return re.sub(rf"\b{own}\(", f"{name}(", text)
