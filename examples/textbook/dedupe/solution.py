"""Removes repeated elements."""


def dedupe(items):
    """Return the elements in the order in which they first occur, each of them once."""
    result = []
    for item in items:
        if item not in result:
            result.append(item)
    return result
