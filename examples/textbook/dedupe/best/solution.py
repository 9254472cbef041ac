"""Removes repeated elements."""


def dedupe(items):
    """Return the elements in the order in which they first occur, each of them once."""
    return list(dict.fromkeys(items))
