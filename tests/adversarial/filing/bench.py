"""The workload: every function, on files of many kinds."""

import json
import random
import tempfile
from pathlib import Path

from filing import logs, records, texts

RNG = random.Random(11)
ROUNDS = 14
WORDS = ["ash", "birch", "Cedar", "elm", "fir", "larch", "Oak", "pine", "rowan", "yew", "käfer", "naïve"]
STATUSES = ["200", "200", "200", "301", "404", "500"]


def words(count):
    """Return so many words."""
    return " ".join(RNG.choice(WORDS) for _ in range(count))


def written(path, lines, ended=True):
    """Write lines to a file, the last one perhaps without its end; return its path, as text or not."""
    text = "".join(f"{line}\n" for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if ended else text[:-1], encoding="utf-8")
    return RNG.choice([path, str(path)])


def entry(at):
    """Return an entry of a log of JSON lines."""
    return json.dumps({"id": at, "ms": RNG.randint(1, 30), "note": words(RNG.randint(0, 3))}, ensure_ascii=RNG.random() < 0.5)


def log_calls(home, size):
    """Call the functions of `logs`."""
    entries = [entry(at) for at in range(size)]
    log = written(home / "times.jsonl", entries + [""] * (size % 3) + entries[: size // 3], ended=size % 4 > 0)
    for count in {0, 1, size // 2, size + 5}:
        logs.slowest(log, count)
    access = written(home / "access.txt", [f"GET /{words(1)} {RNG.choice(STATUSES)}" for _ in range(3 * size)], ended=size % 2)
    with open(access, encoding="utf-8") as file:
        for _ in range(size % 3):
            file.readline()
        logs.count_statuses(file)
    with open(access, "rb") as file:
        logs.count_statuses(file)
    for name in RNG.sample(WORDS, 1 + size % 5):
        written(home / "logs" / f"{name}.log", [words(3) for _ in range(RNG.randint(0, size))], ended=RNG.random() < 0.7)
    written(home / "logs" / "notes.txt", ["nothing of this"])
    logs.merge_logs(home / "logs", home / "all.log")
    logs.merge_logs(home / "logs", str(home / "logs" / "merged.log"))
    logs.merge_logs(home / "logs", home / "logs" / "merged.log")
    poem = written(home / "poem.txt", [" " * (size % 2) + words(RNG.randint(0, 4)) for _ in range(2 * size)], ended=size % 3 > 0)
    for count in {0, 1, size, 3 * size}:
        logs.last_lines(poem, count)


def record_calls(home, size):
    """Call the functions and methods of `records`."""
    rows = [(words(1 + at % 2) + RNG.choice(["", "", ", old", ' "x"']), RNG.randint(-9, 90)) for at in range(size)]
    records.save_report(str(home / "report.csv"), rows)
    records.save_report(home / "report.csv", [(name, amount / 8) for name, amount in rows[size // 2 :]])
    records.save_report(home / f"empty{size}.csv", [])
    journal = records.Journal(RNG.choice([home / "journal.txt", str(home / "journal.txt")]))
    for _ in range(1 + size % 4):
        journal.append(words(RNG.randint(0, 4)))
    records.Journal(written(home / "old.txt", [words(2) if at % 5 else "" for at in range(size)])).append(words(3))
    lines = [f"{words(1)} = {words(RNG.randint(0, 2))}" for _ in range(size)]
    for at in range(0, size, 4):
        lines.insert(at, RNG.choice(["[server]", "[ client ]", "# a remark", "; another", "", "url=http://x/?a=b"]))
    records.read_settings(written(home / "settings.ini", lines, ended=size % 2))
    lines.insert(size // 2, "[server]")
    records.read_settings(written(home / "settings.ini", [*lines, "[empty]"]))
    try:
        records.read_settings(written(home / "broken.ini", [*lines, "no setting at all"]))
    except ValueError:
        pass


def text_calls(home, size):
    """Call the functions of `texts`."""
    source = written(home / "in.txt", [words(RNG.randint(0, 2)) for _ in range(3 * size)], ended=size % 3 > 0)
    for mode in ("w", "a"):
        with open(source, encoding="utf-8") as given, open(home / "out.txt", mode, encoding="utf-8") as target:
            if size % 2:
                given.readline()
                target.write("head\n")
            texts.copy_unique(given, target)
    places = [home / RNG.choice("xyz") / f"{RNG.choice(WORDS)}.txt" for _ in range(1 + size % 4)]
    paths = [written(place, [words(RNG.randint(0, 5)) for _ in range(size)]) for place in places]
    texts.index_words(paths)
    texts.index_words(paths[::-1] + paths[:1])
    ends = ["", "", " ", "\t", "  \t"]
    texts.tidy(written(home / "dusty.txt", [words(3) + RNG.choice(ends) for _ in range(size)], ended=size % 3 > 0))
    texts.tidy(written(home / "clean.txt", [words(3) for _ in range(size)]))


def main():
    """Make all calls."""
    for size in [*range(1, 1 + ROUNDS), *[25] * 6, *[60] * 4]:
        with tempfile.TemporaryDirectory() as folder:
            for calls in (log_calls, record_calls, text_calls):
                calls(Path(folder), size)
    with tempfile.TemporaryDirectory() as folder:
        for calls in (log_calls, record_calls, text_calls):
            calls(Path(folder), 200)


if __name__ == "__main__":
    main()
