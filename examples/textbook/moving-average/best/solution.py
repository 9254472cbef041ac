"""Smooths a series."""
from itertools import accumulate


def moving_average(values, width):
    """Return the mean of each run of `width` neighbours."""
    if width > 0 and set(map(type, values)) <= {int}:
        sums = [0, *accumulate(values)]
        return [(high - low) / width for low, high in zip(sums, sums[width:])]
    means = []
    for start in range(len(values) - width + 1):
        means.append(sum(values[start : start + width]) / width)
    return means
