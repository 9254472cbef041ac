"""Who came."""


def unique_visitors(hits):
    """Return the visitors in the order of their first hit."""
    seen = []
    for hit in hits:
        visitor = hit.visitor
        if visitor not in seen:
            seen.append(visitor)
    return seen


def returning(yesterday, today):
    """Return today's visitors who also came yesterday, in today's order."""
    before = unique_visitors(yesterday)
    return [visitor for visitor in unique_visitors(today) if visitor in before]


def sessions(hits, gap=1800):
    """Count sessions: a visitor's hits that lie no more than `gap` seconds apart belong to one."""
    last = {}
    count = 0
    for hit in hits:
        if hit.visitor not in last or hit.second - last[hit.visitor] > gap:
            count += 1
        last[hit.visitor] = hit.second
    return count
