"""Counts words."""


def count_words(text):
    """Return how often each word occurs, in the order in which they first occur."""
    words = text.lower().split()
    counts = {}
    for word in words:
        if word not in counts:
            counts[word] = words.count(word)
    return counts
