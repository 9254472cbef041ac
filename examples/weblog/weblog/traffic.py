"""What they looked for, and when."""


def busiest_window(hits, width=60):
    """Return (start second, hits) of the window of `width` seconds that holds most hits; the earliest such."""
    window = []
    best = (0, 0)
    for hit in hits:
        window.append(hit.second)
        while window[0] <= hit.second - width:
            window.pop(0)
        if len(window) > best[1]:
            best = (window[0], len(window))
    return best


def top_paths(hits, count=10):
    """Return the most wanted paths with their number of hits; of equals, the one that came first."""
    paths = [hit.path for hit in hits]
    found = []
    for path in paths:
        if path not in [name for name, _ in found]:
            found.append((path, paths.count(path)))
    return sorted(found, key=lambda pair: -pair[1])[:count]


def report(hits):
    """Return the figures as lines of text."""
    text = ""
    for path, number in top_paths(hits):
        text += f"{number:>8}  {path}\n"
    start, number = busiest_window(hits)
    text += f"busiest minute starts at {start}: {number} hits\n"
    return text
