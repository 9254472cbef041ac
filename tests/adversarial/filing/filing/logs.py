"""Logs: what they say, and where it is gathered."""

import json


def slowest(path, count):
    """Return the `count` entries of a log of JSON lines that took longest, slowest first; of equally slow ones the earlier first."""
    entries = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                entries = entries + [json.loads(line)]
    found = []
    while entries and len(found) < count:
        worst = 0
        for at in range(len(entries)):
            if entries[at]["ms"] > entries[worst]["ms"]:
                worst = at
        found = found + [entries[worst]]
        entries = entries[:worst] + entries[worst + 1 :]
    return found


def count_statuses(file):
    """Return how many of the lines that an open log has left end in each word, in the order in which the words come first."""
    statuses = []
    for line in file:
        words = line.split()
        if words:
            statuses = statuses + [words[-1]]
    counts = {}
    for status in statuses:
        counts[status] = statuses.count(status)
    return counts


def merge_logs(folder, target):
    """Write the lines of all *.log files of a folder to a file, which may be one of these, in the order of their names; return how many."""
    lines = []
    for path in sorted(folder.glob("*.log")):
        with open(path, encoding="utf-8") as file:
            for line in file:
                lines = lines + [line.rstrip("\n") + "\n"]
    with open(target, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(line)
    return len(lines)


def last_lines(path, count):
    """Return the last `count` lines of a file, without their ends."""
    lines = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            lines = lines + [line.rstrip("\n")]
            if len(lines) > count:
                lines = lines[1:]
    return lines
