"""Half-open intervals, as pairs."""


def covering(intervals, points):
    """Return for each point how many intervals hold it."""
    return [sum(1 for start, end in intervals if start <= point < end) for point in points]


def merge(intervals):
    """Return the same stretches as few intervals that do not touch, in order."""
    merged = []
    for start, end in sorted(intervals):
        grown = [start, end]
        rest = []
        for low, high in merged:
            if low <= grown[1] and grown[0] <= high:
                grown = [min(low, grown[0]), max(high, grown[1])]
            else:
                rest.append((low, high))
        merged = sorted([*rest, tuple(grown)])
    return merged
