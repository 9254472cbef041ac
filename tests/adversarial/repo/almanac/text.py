"""Words."""


def word_counts(text):
    """Return how often each word occurs, in order of first appearance."""
    words = text.lower().split()
    counts = {}
    for word in words:
        counts[word] = words.count(word)
    return counts


def unique(words):
    """Return the words without repeats, in order of first appearance."""
    seen = []
    for word in words:
        if word not in seen:
            seen.append(word)
    return seen


def anagrams(words):
    """Return groups of words that are made of the same letters, each group in order of appearance."""
    groups = []
    for word in words:
        for group in groups:
            if sorted(group[0]) == sorted(word):
                group.append(word)
                break
        else:
            groups.append([word])
    return groups
