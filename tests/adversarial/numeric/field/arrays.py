"""Arrays."""

import numpy as np


def clamped(values, low, high):
    """Return a copy in which no value is below `low` or above `high`."""
    result = values.copy()
    for index in range(len(result)):
        if result[index] < low:
            result[index] = low
        elif result[index] > high:
            result[index] = high
    return result


def lengths(points):
    """Return how far each row of an array lies from the origin."""
    found = np.empty(len(points), dtype=points.dtype)
    for index in range(len(points)):
        total = points[index, 0] * points[index, 0]
        for column in range(1, points.shape[1]):
            total = total + points[index, column] * points[index, column]
        found[index] = np.sqrt(total)
    return found
