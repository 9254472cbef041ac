"""Finds peaks."""
from itertools import accumulate


def sliding_maximum(values, width):
    """Return the maximum of each run of `width` neighbours."""
    if width < 1 or not set(map(type, values)) <= {int}:
        return [max(values[start : start + width]) for start in range(len(values) - width + 1)]
    ahead, behind = [], []
    for start in range(0, len(values), width):
        block = values[start : start + width]
        ahead += accumulate(block, max)
        behind += [*accumulate(block[::-1], max)][::-1]
    return list(map(max, behind, ahead[width - 1 :]))
