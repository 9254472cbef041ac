"""Things that come one after the other."""


def running_medians(values):
    """Yield the upper median of all values so far."""
    for end in range(1, len(values) + 1):
        yield sorted(values[:end])[end // 2]


def windows(values, size):
    """Return the sum of each run of `size` values."""
    sums = []
    for start in range(len(values) - size + 1):
        total = 0
        for value in values[start : start + size]:
            total += value
        sums.append(total)
    return sums
