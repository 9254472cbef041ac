"""Counts pairs."""


def count_pairs(values, total):
    """Return how many pairs of places hold values that add up to `total`."""
    count = 0
    if set(map(type, values)) <= {int} and type(total) is int:
        seen = {}
        for value in values:
            count += seen.get(total - value, 0)
            seen[value] = seen.get(value, 0) + 1
        return count
    for i in range(len(values)):
        for j in range(i + 1, len(values)):
            if values[i] + values[j] == total:
                count += 1
    return count
