"""A journal that keeps an audit trail beside what it returns."""

AUDIT = []


def summarize(entries):
    """Note each entry, a pair of kind and text, in the audit trail, and return how many there are of each kind."""
    kinds = {}
    for number, (kind, text) in enumerate(entries):
        AUDIT.append(f"{number}:{kind}:{text.strip().lower()}")
        kinds[kind] = len([other for other, _ in entries if other == kind])
    return kinds
