"""The workload: a day of synthetic traffic, read and summed up."""

import random

from weblog.parse import parse
from weblog.traffic import report
from weblog.visitors import returning, sessions


def synthetic_day(seed, lines=6000, visitors=1500, paths=120):
    """Return log lines with many visitors, few popular pages, and some noise."""
    rng = random.Random(seed)
    second = 0
    for number in range(lines):
        second += rng.randrange(4)
        if number % 97 == 0:
            yield "-- not a log line --"
            continue
        page = int(rng.paretovariate(1.1)) % paths
        size = rng.choice(["-", str(rng.randrange(90_000))])
        yield f'10.0.{rng.randrange(visitors)} - - [{second}] "GET /page/{page} HTTP/1.1" {rng.choice([200, 200, 304, 404])} {size}'


def main():
    """Read two days and print what the second one was like."""
    yesterday, today = (parse(synthetic_day(seed)) for seed in (1, 2))
    print(report(today))
    print(len(returning(yesterday, today)), "visitors came back;", sessions(today), "sessions")


if __name__ == "__main__":
    main()
