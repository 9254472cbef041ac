"""Counts words."""
from collections import Counter


def count_words(text):
    """Return how often each word occurs, in the order in which they first occur."""
    return dict(Counter(text.lower().split()))
