"""Finds peaks."""


def sliding_maximum(values, width):
    """Return the maximum of each run of `width` neighbours."""
    return [max(values[start : start + width]) for start in range(len(values) - width + 1)]
