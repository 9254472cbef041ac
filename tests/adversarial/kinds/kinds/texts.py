"""Texts, bytes, what is printed and warned of, and plain collections."""

import warnings


def run_lengths(data):
    """Return (byte, count) for each run of equal bytes; no count is above 255."""
    runs = []
    for byte in data:
        if runs and runs[-1][0] == byte and runs[-1][1] < 255:
            runs = runs[:-1] + [(byte, runs[-1][1] + 1)]
        else:
            runs = runs + [(byte, 1)]
    return runs


def report(rows):
    """Print each row with its share of the sum, and then the sum."""
    for name, amount in rows:
        print(f"{name}: {amount / sum(other for _, other in rows):.1%}")
    print("sum:", sum(amount for _, amount in rows))


def scaled(values, factor):
    """Return values times a factor; warn where that loses all of them."""
    found = []
    for value in values:
        found = found + [value * factor]
    if factor == 0 and values:
        warnings.warn(f"{len(values)} values are lost", stacklevel=2)
    return found


def lookup(table, path):
    """Return what stands at a dotted path in tables of tables; KeyError with the part of the path that leads nowhere."""
    found = table
    for at in range(len(path.split("."))):
        part = path.split(".")[at]
        if not isinstance(found, dict) or part not in found:
            raise KeyError(".".join(path.split(".")[: at + 1]))
        found = found[part]
    return found


def flatten(tree):
    """Return the leaves of lists in lists, in order; tuples are leaves."""
    leaves = []
    for item in tree:
        leaves = leaves + (flatten(item) if isinstance(item, list) else [item])
    return leaves


def merge_counts(left, right):
    """Return the sums of two tables of counts: the names of the left one first, then the new ones, each in order; zeros stay away."""
    merged = {}
    for name in list(left) + [name for name in right if name not in list(left)]:
        count = left.get(name, 0) + right.get(name, 0)
        if count != 0:
            merged[name] = count
    return merged


def sample_rows(rows, most, rng):
    """Return at most so many rows, each as likely, in their order; `rng` is asked once for each row."""
    marked = []
    for at, row in enumerate(rows):
        marked = marked + [(rng.random(), at, row)]
    chosen = sorted(marked)[:most]
    return [row for at, row in sorted((at, row) for _, at, row in chosen)]


def ranked(scores):
    """Return (place, name) from the best score on; equal scores share a place, and names stay in order."""
    found = []
    for name, score in sorted(scores.items(), key=lambda item: -item[1]):
        place = 1 + len([other for other in scores.values() if other > score])
        found = found + [(place, name)]
    return found
