"""Smooths a series."""


def moving_average(values, width):
    """Return the mean of each run of `width` neighbours."""
    means = []
    for start in range(len(values) - width + 1):
        means.append(sum(values[start : start + width]) / width)
    return means
