"""Counts pairs."""


def count_pairs(values, total):
    """Return how many pairs of places hold values that add up to `total`."""
    count = 0
    for i in range(len(values)):
        for j in range(i + 1, len(values)):
            if values[i] + values[j] == total:
                count += 1
    return count
